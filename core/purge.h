/*
 * Retention: what is closed, acknowledged by the hub and older than
 * retention.csv says leaves this node (design §6).
 *
 * Words go, headers stay and the chain still verifies; the record, its keys,
 * its counts and its row in the search index go too.  Registers stay, and what
 * is open, disputed, unsent or returned.  The hub keeps what it has.  Time is
 * never taken to be later than the hub's last word.
 */
#ifndef MQ_PURGE_H
#define MQ_PURGE_H

#include "record.h"

struct purge_report {
	int64_t records, entries;	/* gone, or that would go */
	bool more;			/* max was reached */
};

/* At most `max` records, a few in each short transaction; `dry`: counts only.
 * Cleans index and log when something went.  Needs a pack. */
enum mq_status purge_run(struct node *n, int max, bool dry,
    struct purge_report *out, struct err *err) MUST_CHECK;
/* For the background: the same a few at a time, and not before its time. */
enum mq_status purge_idle(struct node *n, struct err *err) MUST_CHECK;

#endif
