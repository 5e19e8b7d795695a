/*
 * The district's digest: how a case stands, by its short number, for every
 * station.  Derived from the decided values of entries; no text, place or
 * person; confidential kinds are left out.
 */
#ifndef MQ_HUB_STATUS_H
#define MQ_HUB_STATUS_H

#include "../../core/base/json.h"
#include "feed.h"

#define STATUS_PAGE_ROWS 2000
#define STATUS_DAYS 180		/* closed cases, unless the pack says */

/* Takes one admitted entry in; in the caller's transaction. */
enum mq_status status_fold(struct hub *h, const char *tenant,
    const struct entry *e, const struct jnode *body, struct err *err)
    MUST_CHECK;
/* NDJSON rows changed after `after`. */
enum mq_status status_read(struct hub *h, const char *tenant, int64_t after,
    struct buf *out, int64_t *cursor, bool *more, struct err *err)
    MUST_CHECK;

#endif
