/*
 * Compression of batches and feed pages: zstd, level 3.  Used by both ends.
 * What comes from the other side is bounded twice: bytes out and ratio.
 */
#ifndef MQ_ZSTD_H
#define MQ_ZSTD_H

#include "../core/base/buf.h"
#include "../core/base/err.h"

#define ZSTD_OUT_MAX (8u * 1024u * 1024u)
#define ZSTD_RATIO_MAX 100u

/* Appends the compressed bytes; MQ_E_TOO_BIG when out->max is reached. */
enum mq_status zstd_pack(const void *p, size_t n, struct buf *out,
    struct err *err) MUST_CHECK;
/* Would the other side take this apart?  Words that repeat too well look like
 * a bomb: then the plain bytes are sent. */
bool zstd_fits(size_t plain, size_t packed);
/* Appends at most ZSTD_OUT_MAX bytes and at most ZSTD_RATIO_MAX times the
 * input (a first 64 KiB is always allowed); more is MQ_E_TOO_BIG, bytes that
 * are not one whole frame are MQ_E_NET_REPLY. */
enum mq_status zstd_unpack(const void *p, size_t n, struct buf *out,
    struct err *err) MUST_CHECK;

#endif
