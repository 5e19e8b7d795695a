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
	int64_t about;		/* record, 0 none */
	const char *field;	/* of that record; NULL or "" all of it */
	const char *why;	/* reason given, or what it was; "" none */
	int64_t count;		/* records taken out, tries; 0 none */
};

/* One entry, committed when this returns MQ_OK.  Whatever it tells of must
 * not happen when it could not be written. */
enum mq_status audit_write(struct node *n, const struct audit *a,
    struct err *err) MUST_CHECK;

#endif
