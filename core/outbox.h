/*
 * What is not yet confirmed by the hub.  Truth is three numbers: last own
 * sequence, last one sent, last one received by the hub; plus saves that
 * came back.  All epochs of the node count; the counts add up, always.
 */
#ifndef MQ_OUTBOX_H
#define MQ_OUTBOX_H

#include "node.h"

struct outbox_counts {
	int64_t written;	/* own entries, all */
	int64_t local;		/* 本机: not sent yet */
	int64_t sent;		/* 已送: sent, no receipt yet */
	int64_t hub;		/* 区已收 */
	int64_t returned;	/* 退回: quarantined at the hub */
	struct utc last_contact;	/* 0: never */
	struct utc oldest_local;	/* of the unsent, 0 none */
	char trouble[200];	/* last error in words, "" none */
	int64_t unfolded;	/* 整理中 */
};
/* written = local + sent + hub + returned. */
enum mq_status outbox_counts(struct node *n, struct outbox_counts *out,
    struct err *err) MUST_CHECK;

/* For sync.  All inside the caller's transaction. */
enum mq_status outbox_mark_sent(struct node *n, int64_t to, struct err *err)
    MUST_CHECK;
enum mq_status outbox_mark_hub(struct node *n, int64_t contiguous,
    const char *receipt, struct utc at, struct err *err) MUST_CHECK;
/* The same of an epoch that ended; receipt "": none told. */
enum mq_status outbox_mark_former(struct node *n, struct dev dev,
    int64_t contiguous, const char *receipt, struct utc at, struct err *err)
    MUST_CHECK;
/* A save of any epoch; what was said of one of its entries is replaced. */
enum mq_status outbox_mark_returned(struct node *n, struct dev dev,
    int64_t first, int64_t last, const char *reason, struct err *err)
    MUST_CHECK;
enum mq_status outbox_mark_readmitted(struct node *n, struct dev dev,
    int64_t first, struct err *err) MUST_CHECK;
enum mq_status outbox_contact(struct node *n, const char *trouble,
    struct err *err) MUST_CHECK;	/* "" = went well */

struct outbox_returned { struct dev dev; int64_t first, last;
	struct utc at; char reason[200]; };
/* Of all epochs, oldest first. */
enum mq_status outbox_returned(struct node *n, struct outbox_returned *out,
    int max, int *count, struct err *err) MUST_CHECK;
/* Receipt of one own entry: "" when none yet. */
enum mq_status outbox_receipt(struct node *n, struct ref id, char *out,
    size_t size, struct utc *at, struct err *err) MUST_CHECK;

#endif
