/*
 * How long to wait after a failure: doubling, with jitter over the whole
 * range so that two thousand kiosks do not come back at once.
 */
#ifndef MQ_BACKOFF_H
#define MQ_BACKOFF_H

#include "../core/base/env.h"

#define BACKOFF_FIRST_MS (2 * MS_SECOND)
#define BACKOFF_LAST_MS MS_MINUTE

struct backoff { int fails; };

void backoff_good(struct backoff *b);
/* Counts one more failure; ms to wait.  The other side's Retry-After (seconds,
 * 0 none) is the least, within an hour. */
int64_t backoff_fail(struct backoff *b, struct env *env, int retry_after);

#endif
