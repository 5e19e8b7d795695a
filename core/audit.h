/*
 * Who looked, who took out, who came in: acts that change no record are
 * entries of kind "audit" all the same, travel like any other and cannot be
 * taken back (design §6).  The pack names the acts (choice list audit_what).
 */
#ifndef MQ_AUDIT_H
#define MQ_AUDIT_H

#include "node.h"

struct audit {
	const char *by;		/* number; "" the node itself */
	const char *what;	/* "login", "login_failed", "reveal", "show",
				 * "export", "erase", "purge", "config" */
	const char *staff;	/* whom it concerns; NULL: by */
	int64_t about;		/* record, 0 none */
	const char *field;	/* of that record; NULL or "" all of it */
	const char *why;	/* reason given, or what it was; "" none */
	int64_t count;		/* records taken out, tries; 0 none */
};

/* One entry, committed when this returns MQ_OK.  Whatever it tells of must
 * not happen when it could not be written. */
enum mq_status audit_write(struct node *n, const struct audit *a,
    struct err *err) MUST_CHECK;

/* What follows never stands in anybody's way: on a disk or with a clock that
 * lets nothing be written people may still look, and be locked out.  It goes
 * to the log then, and is written the next time. */

/* Somebody came in by PIN or code: one entry a person and shift (pack,
 * audit_login_hours), so that it tells who was at this machine and not for
 * how long. */
void audit_login(struct node *n, const char *by);
/* A number ("": the whole machine) was locked after so many wrong tries: one
 * entry for all of them. */
void audit_locked(struct node *n, const char *number, int64_t tries);
/* Pack, roster, unit, hub, trusted keys, clock by hand: an entry for each
 * that is another than when last asked; the first time they are only noted.
 * Called by programs when they start and when something arrived. */
void audit_config(struct node *n);

#endif
