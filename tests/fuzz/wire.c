/*
 * Batches as they travel: the signed line, the lines apart, a line by its
 * brackets, and compressed bytes from a stranger.
 */
#include "fuzz.h"

#include <assert.h>
#include <string.h>

#include "../../sync/wire.h"
#include "../../sync/zstd.h"

static enum mq_status take(void *ctx, const char *line, size_t len,
    struct err *err)
{
	struct wire_slices s;

	(void)err;
	assert(len > 0 && len <= WIRE_LINE_MAX);
	*(size_t *)ctx += len + 1;
	if (wire_split(line, len, &s)) {
		assert(s.head >= line && s.head + s.head_len <= line + len);
		assert(!s.body || (s.body >= line &&
		    s.body + s.body_len <= line + len));
	}
	return MQ_OK;
}

static void check_batch_line(const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(4096);
	char again[WIRE_BATCH_TEXT];
	struct wire_batch b;

	buf_add(&text, p, n);
	if (wire_batch_read(buf_str(&text), &b)) {
		wire_batch_write(&b, again);
		assert(strcmp(again, buf_str(&text)) == 0);
	}
	buf_free(&text);
}

int fuzz_wire(const uint8_t *p, size_t n)
{
	struct buf plain = BUF_INIT(ZSTD_OUT_MAX);
	struct err err = ERR_INIT;
	size_t seen = 0;

	if (wire_each((const char *)p, n, take, &seen, &err) == MQ_OK)
		assert(seen == n);
	check_batch_line(p, n);
	if (zstd_unpack(p, n, &plain, &err) == MQ_OK)
		assert(plain.len <= ZSTD_OUT_MAX);
	buf_free(&plain);
	return 0;
}
