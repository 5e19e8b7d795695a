/*
 * How often one node may ask: a bucket of tokens each, filled by time.  Kept
 * in memory only; two nodes may share a bucket by chance, which costs them
 * some speed and nothing else.
 */
#ifndef MQ_LIMIT_H
#define MQ_LIMIT_H

#include "../../core/base/crypto.h"

/* Requests of one node.  A batch costs the hub little since they are committed
 * in groups; this is what one node may take of a core. */
#define LIMIT_BURST 1000
#define LIMIT_PER_SECOND 500

struct limit;
struct limit *limit_new(void);
void limit_free(struct limit **l);
/* Takes one token at this monotonic time; false: none left. */
bool limit_take(struct limit *l, const char *who, int64_t mono);

#endif
