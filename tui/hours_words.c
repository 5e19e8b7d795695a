/*
 * Why a service waits for a decision.  Called by the list of hours and the
 * command line.
 */
#include "hours_words.h"

#include <inttypes.h>

#include "../core/base/xmalloc.h"
#include "words.h"

void hours_words_why(const struct hours_doubt *d, char *out, size_t size)
{
	const struct { unsigned bit; enum word_id word; int64_t minutes; }
	    rows[] = {
		{ HOURS_WHY_OVER, W_HOURS_WHY_OVER, d->pending },
		{ HOURS_WHY_FAR, W_HOURS_WHY_FAR, d->pending },
		{ HOURS_WHY_OVERLAP, W_HOURS_WHY_OVERLAP, d->common },
		{ HOURS_WHY_FORGOTTEN, W_HOURS_WHY_FORGOTTEN, d->served },
		{ HOURS_WHY_BURST, W_HOURS_WHY_BURST, 0 },
	};
	struct buf b = BUF_INIT(BUF_SMALL);
	char one[120], num[24];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((d->why & rows[i].bit) == 0)
			continue;
		snprintf(num, sizeof(num), "%" PRId64, rows[i].minutes);
		words_fill(one, sizeof(one), rows[i].word, num, NULL);
		buf_addf(&b, "%s%s", b.len > 0 ? " " : "", one);
	}
	(void)xcopy(out, size, buf_str(&b));
	buf_free(&b);
}
