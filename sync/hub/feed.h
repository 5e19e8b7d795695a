/*
 * Feeds are by subject.  A unit sees a subject when one of the subject's
 * anchors lies in its subtree; an anchor is a unit the subject belongs to,
 * was sent to (owner, route) or was written in by one of its nodes.  When a
 * unit gains a subject, the subject's earlier entries and the registers they
 * name go into its feed first.  Positions come from one sequencer per tenant.
 */
#ifndef MQ_FEED_H
#define MQ_FEED_H

#include "../../core/base/json.h"
#include "hub.h"

#define FEED_PAGE_BYTES (1024u * 1024u)	/* plain; one run may exceed it */
#define FEED_RUN_BYTES (256u * 1024u)
#define FEED_RUN_ENTRIES 200

struct feed_orgs {
	char (*v)[STORE_ORG];
	size_t n, cap;
};
void feed_orgs_free(struct feed_orgs *o);
bool feed_orgs_has(const struct feed_orgs *o, const char *code);
bool feed_orgs_add(struct feed_orgs *o, const char *code); /* was it new? */

/* Every unit that sees this subject; none: the hub never heard of it. */
enum mq_status feed_audience(struct hub *h, const char *tenant, int64_t subj,
    struct feed_orgs *out, struct err *err) MUST_CHECK;

/* The subject of a stored entry; 0 when it is not here. */
enum mq_status feed_subject(struct hub *h, const char *tenant, struct ref id,
    int64_t *subj, struct err *err) MUST_CHECK;

/* Writing: one writer per batch, inside its transaction. */
struct feed_run { char org[STORE_ORG]; struct dev dev; int64_t first, last;
	size_t bytes; };
struct feed_writer {
	struct hub *h;
	const char *tenant;
	const char *home;		/* unit of the writing node */
	int number;			/* of the writing node */
	struct feed_run *run;
	size_t nrun, cap;
	struct feed_orgs touched;	/* whom to wake after the commit */
};
void feed_begin(struct feed_writer *w, struct hub *h, const char *tenant,
    const char *home, int number);
/* An admitted entry; body NULL when it is gone.  Call before its row is
 * stored, so that what came earlier is just what the table holds. */
enum mq_status feed_add(struct feed_writer *w, const struct entry *e,
    const struct jnode *body, size_t bytes, struct err *err) MUST_CHECK;
enum mq_status feed_end(struct feed_writer *w, struct err *err) MUST_CHECK;
void feed_free(struct feed_writer *w);
/* After the commit. */
void feed_wake(struct feed_writer *w);

/* The hub starts: a new life begins.  A node that comes with the mark of an
 * older one has seen positions that count up to the start of the next; with a
 * mark nobody here knows (the hub was restored from a backup) none of them
 * count.  Own transaction. */
#define FEED_MARK 33
enum mq_status feed_new_life(struct hub *h, struct err *err) MUST_CHECK;
/* The present life, and up to where cursors hold that were got under the mark
 * `theirs` ("": none yet). */
struct feed_life {
	char mark[FEED_MARK];		/* "" when there is none */
	int64_t pos;			/* of the sequencer, now */
	int64_t good, status;		/* cursors of feed and digest */
};
enum mq_status feed_life(struct hub *h, const char *tenant,
    const char *theirs, struct feed_life *out, struct err *err) MUST_CHECK;

/* The hub starts with a pack in which units were merged or split: what belonged
 * to those that ended goes into the feeds of their successors.  Short
 * transactions of its own; finds nothing to do the next time. */
enum mq_status feed_succeed(struct hub *h, struct err *err) MUST_CHECK;

/* Wire lines of what this node should see after `after`, its own left out.
 * *cursor is where to go on, *more whether something is left. */
enum mq_status feed_read(struct hub *h, const struct store_node *who,
    int64_t after, struct buf *out, int64_t *cursor, bool *more,
    struct err *err) MUST_CHECK;
/* A node's own entries back, with the quarantined ones: lines of dev after
 * that seq. */
enum mq_status feed_own(struct hub *h, const struct store_node *who,
    struct dev dev, int64_t after, struct buf *out, bool *more,
    struct err *err) MUST_CHECK;

#endif
