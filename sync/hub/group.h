/*
 * Group commit: batches that arrive while the store syncs the last ones are
 * taken together, in one transaction with one fsync.  A thread of its own;
 * requests are set aside meanwhile.
 */
#ifndef MQ_GROUP_H
#define MQ_GROUP_H

#include "call.h"

#define GROUP_MAX 64		/* batches of one transaction */
#define GROUP_BYTES (4u * 1024u * 1024u)	/* beyond it: the next one */
#define GROUP_WAL (16 * 1024 * 1024)	/* bytes of log before it is moved */

enum mq_status group_start(struct hub *h, struct group **out,
    struct err *err) MUST_CHECK;
/* Parks the call and answers it later; whoever calls touches it no more.
 * False once it is stopped: nothing was done. */
bool group_add(struct group *g, struct call *c);
/* Answers all that came and ends its thread. */
void group_stop(struct group *g);
void group_free(struct group **g);

#endif
