/*
 * The only file that includes libzstd.  Called by the client's transport, the
 * client (batches) and the hub's HTTP layer.
 */
#include "zstd.h"

#include "../core/base/xmalloc.h"

#include <zstd.h>

#define LEVEL 3
#define CHUNK (64u * 1024u)
#define WINDOW_LOG_MAX 23	/* 8 MiB: no larger output is taken anyway */

enum mq_status zstd_pack(const void *p, size_t n, struct buf *out,
    struct err *err)
{
	size_t bound = ZSTD_compressBound(n);
	char *tmp = xmalloc(bound);
	size_t got = ZSTD_compress(tmp, bound, p, n, LEVEL);
	enum mq_status st = MQ_OK;

	if (ZSTD_isError(got)) {
		st = err_set(err, MQ_E_INTERNAL, "zstd: %s",
		    ZSTD_getErrorName(got));
	} else {
		buf_add(out, tmp, got);
		if (out->over)
			st = err_set(err, MQ_E_TOO_BIG, "zstd");
	}
	FREE(tmp);
	return st;
}

static size_t limit_for(size_t n)
{
	size_t by_ratio = n > ZSTD_OUT_MAX / ZSTD_RATIO_MAX ? ZSTD_OUT_MAX :
	    n * ZSTD_RATIO_MAX;

	if (by_ratio < CHUNK)
		return CHUNK;
	return by_ratio < ZSTD_OUT_MAX ? by_ratio : ZSTD_OUT_MAX;
}

bool zstd_fits(size_t plain, size_t packed)
{
	return plain <= limit_for(packed);
}

static enum mq_status unpack_stream(ZSTD_DCtx *ctx, ZSTD_inBuffer *in,
    struct buf *out, size_t limit, struct err *err)
{
	char *chunk = xmalloc(CHUNK);
	size_t left = 1, total = 0;
	enum mq_status st = MQ_OK;

	/* Bounded: each turn takes input or gives output, and output is
	 * limited. */
	while (st == MQ_OK && left != 0) {
		ZSTD_outBuffer o = { chunk, CHUNK, 0 };
		size_t was = in->pos;

		left = ZSTD_decompressStream(ctx, &o, in);
		total += o.pos;
		if (ZSTD_isError(left))
			st = err_set(err, MQ_E_NET_REPLY, "zstd: %s",
			    ZSTD_getErrorName(left));
		else if (total > limit)
			st = err_set(err, MQ_E_TOO_BIG, "zstd > %zu", limit);
		else if (left != 0 && o.pos == 0 && in->pos == was)
			st = err_set(err, MQ_E_NET_REPLY, "zstd: cut short");
		else
			buf_add(out, chunk, o.pos);
		if (st == MQ_OK && out->over)
			st = err_set(err, MQ_E_TOO_BIG, "zstd");
	}
	if (st == MQ_OK && in->pos != in->size)
		st = err_set(err, MQ_E_NET_REPLY, "zstd: bytes after the end");
	FREE(chunk);
	return st;
}

enum mq_status zstd_unpack(const void *p, size_t n, struct buf *out,
    struct err *err)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	ZSTD_inBuffer in = { p, n, 0 };
	enum mq_status st;

	if (ctx == NULL)
		return err_set(err, MQ_E_INTERNAL, "zstd");
	if (ZSTD_isError(ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax,
	    WINDOW_LOG_MAX)))
		st = err_set(err, MQ_E_INTERNAL, "zstd");
	else
		st = unpack_stream(ctx, &in, out, limit_for(n), err);
	ZSTD_freeDCtx(ctx);
	return st;
}
