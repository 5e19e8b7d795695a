/*
 * The hours facet's reading side: who is signed in, minutes served.
 */
#ifndef MQ_HOURS_H
#define MQ_HOURS_H

#include "facet.h"

/* The open sign-in of a volunteer (rec of the person), 0 none. */
enum mq_status hours_open_of(struct node *n, int64_t who, int64_t *rec,
    struct err *err) MUST_CHECK;
/* Everybody signed in now, newest first. */
enum mq_status hours_open_all(struct node *n, struct record *rows, int max,
    int *count, struct err *err) MUST_CHECK;
/* Minutes served by one volunteer in [from, to). */
enum mq_status hours_sum(struct node *n, int64_t who, struct day from,
    struct day to, struct minutes *out, struct err *err) MUST_CHECK;
/* Does [from, to) touch another counted service of this volunteer? */
enum mq_status hours_overlap(struct node *n, int64_t who, struct utc from,
    struct utc to, int64_t except, int64_t *other, struct err *err)
    MUST_CHECK;

/* The same by number, for volunteers the register does not know. */
enum mq_status hours_open_of_number(struct node *n, const char *number,
    int64_t *rec, struct err *err) MUST_CHECK;
enum mq_status hours_sum_number(struct node *n, const char *number,
    struct day from, struct day to, struct minutes *out, struct err *err)
    MUST_CHECK;
/* When it ended; still open: now, but no later than the end of its event or
 * the pack's longest stay (*guessed then).  Computed on reading only. */
struct utc hours_end(struct node *n, const struct record *r, struct utc now,
    bool *guessed);
/* Signed in for longer than the pack thinks likely: 像是忘了签出. */
bool hours_forgotten(struct node *n, const struct record *r, struct utc now);

/* ---- one volunteer's own account, for a certificate ---- */
#define HOURS_ACTIVITIES 24
struct hours_account {
	int64_t minutes;	/* that count */
	int services;
	int64_t pending;	/* minutes that await approval */
	int open;		/* signed in and not out */
	int overlaps;		/* pairs that meet and are not settled */
	struct { char name[33]; int times; int64_t minutes; }
	    activities[HOURS_ACTIVITIES];
	int nactivities;
};
/* Services that began in [from, to), under all numbers of the person. */
enum mq_status hours_account(struct node *n, const char *number,
    struct day from, struct day to, struct hours_account *out,
    struct err *err) MUST_CHECK;

/* ---- what needs a captain's eye: one list ---- */
enum hours_why {
	HOURS_WHY_OVER = 1,	/* beyond what counts at once */
	HOURS_WHY_FAR = 2,	/* beyond what a captain may approve */
	HOURS_WHY_OVERLAP = 4,	/* meets `other`, written at another node */
	HOURS_WHY_FORGOTTEN = 8, /* no sign-out */
	HOURS_WHY_BURST = 16,	/* many sign-ins at one node in one minute */
};
struct hours_doubt {
	struct record r;
	char volunteer[32];
	unsigned why;		/* HOURS_WHY_ */
	int64_t served, pending;	/* minutes; served is computed */
	int64_t other;		/* rec of the other, 0 none */
	int64_t common;		/* minutes they share */
};
/* May this person approve it: the right, not their own, high enough? */
bool hours_review_may(struct node *n, const struct session *who,
    const struct hours_doubt *d);
/* Approves those of the list that `take` (one a row; NULL: all) marks and
 * this person may, ENTRY_SAVE_MAX a save.  *done, *left: how many were, and
 * how many pending ones this person may not.  *last: the last save. */
enum mq_status hours_review_approve(struct node *n,
    const struct session *who, const struct hours_doubt *list, int count,
    const bool *take, int *done, int *left, struct ref *last,
    struct err *err) MUST_CHECK;
/* Services of the last hours_review_days within scope (as in record_query)
 * that need deciding, newest first. */
enum mq_status hours_review_list(struct node *n, const char *scope,
    struct hours_doubt *out, int max, int *count, struct err *err)
    MUST_CHECK;

#endif
