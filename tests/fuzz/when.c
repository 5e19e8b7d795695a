/*
 * Dates as people type them: what is taken has a stored form that reads back
 * as itself.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/base/buf.h"
#include "../../core/base/clock.h"

#define NOW INT64_C(1795312800000)

int fuzz_when(const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(4096);
	struct utc now = { NOW };
	struct when w, back;
	struct err err = ERR_INIT;
	char stored[64], shown[64];

	buf_add(&text, p, n);
	if (when_read(buf_str(&text), now, &w, &err) == MQ_OK) {
		when_write(&w, stored, sizeof(stored));
		when_show(&w, LANG_ZH, shown, sizeof(shown));
		assert(shown[0]);
		if (when_read(stored, now, &back, &err) != MQ_OK)
			assert(!"the stored form does not read");
		assert(back.day.n == w.day.n);
		assert(back.precision == w.precision);
		assert(w.precision != WHEN_MINUTE ||
		    back.minute == w.minute);
	} else {
		assert(err.code != MQ_OK);
	}
	buf_free(&text);
	return 0;
}
