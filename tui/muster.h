/*
 * 集体签到: the people of one event and what the board does for them.  The
 * entries are the leader's, who opened the board; whom they are about stands
 * in them.
 */
#ifndef MQ_MUSTER_H
#define MQ_MUSTER_H

#include "../core/access.h"
#include "../core/record.h"
#include "../core/volunteer.h"

#define MUSTER_MAX 3000

struct muster_row {
	struct volunteer v;
	int64_t rec;		/* their service at this event, 0 none */
	struct utc since;
	bool out;		/* signed out again */
	bool tick;
};

struct muster {
	struct node *n;
	struct session leader;
	int64_t event;
	char ref[ENTRY_REF_TEXT];
	char title[120], activity[33];
	int64_t expected;	/* registered for it, 0 unknown */
	struct muster_row *rows;	/* n_rows of them; never moved */
	int n_rows;
};

enum mq_status muster_open(struct muster *m, struct node *n,
    const struct session *leader, int64_t event, struct err *err) MUST_CHECK;
void muster_close(struct muster *m);
/* Signed in now, and ever. */
int muster_in(const struct muster *m);
int muster_came(const struct muster *m);

/* Whoever fits a card, a number, the last four of a phone, or initials:
 * indices into rows; returns how many (at most max are written). */
int muster_find(const struct muster *m, const char *typed, int *out, int max);
bool muster_fits(const struct muster_row *r, const char *typed);

/* Signs these rows in, or out, in as few saves as fit.  When somebody cannot
 * be, the others are all the same: *done how many were, err the first reason
 * (MQ_OK when all were). */
enum mq_status muster_sign(struct muster *m, const int *rows, int count,
    bool in, int *done, struct err *err) MUST_CHECK;
/* Somebody without a number: a temporary one, and signed in. */
enum mq_status muster_walk_in(struct muster *m, const char *name,
    const char *phone, bool minor, int *row, struct err *err) MUST_CHECK;

#endif
