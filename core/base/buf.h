/*
 * A growing byte buffer with a hard maximum fixed at creation, so that
 * nothing fed by network, file or paste can eat the machine.  After an
 * overflow `over` stays set, nothing more is added, and the contents up to
 * there are whole.
 */
#ifndef MQ_BUF_H
#define MQ_BUF_H

#include "units.h"

struct buf {
	char *data;	/* always NUL-terminated once anything was added */
	size_t len;
	size_t cap;
	size_t max;	/* bytes, without the terminator */
	bool over;
};

#define BUF_INIT(limit) { NULL, 0, 0, (limit), false }
#define BUF_SMALL (64u * 1024u)
#define BUF_LARGE (16u * 1024u * 1024u)

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);		/* accepts an empty one */
void buf_reset(struct buf *b);		/* keeps the memory */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *buf_str(const struct buf *b);	/* "" when empty */

#endif
