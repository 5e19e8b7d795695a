/*
 * When somebody last left this node: what others did since is new to them.
 * Local to the node, one row a person; never an entry.
 */
#ifndef MQ_AWAY_H
#define MQ_AWAY_H

#include "record.h"

/* That time; 0 when they never left. */
enum mq_status away_since(struct node *n, const char *by, struct utc *out,
    struct err *err) MUST_CHECK;
/* They leave now. */
enum mq_status away_put(struct node *n, const char *by, struct err *err)
    MUST_CHECK;
/* Records of a kind that somebody else wrote to after `since`, the last
 * change first, at most `max`.  q gives kind, scope and flags. */
enum mq_status away_changed(struct node *n, const struct record_query *q,
    struct utc since, const char *by, struct record *rows, int max,
    int *count, struct err *err) MUST_CHECK;

#endif
