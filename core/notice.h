/*
 * The notice facet's reading side: whom a notice concerns, whether it still
 * holds, and who has answered.  Every answer is a record of its own
 * （回执）, so that answers from many nodes never meet in one record; the
 * notice itself is not touched by them.
 */
#ifndef MQ_NOTICE_H
#define MQ_NOTICE_H

#include "facet.h"

#define NOTICE_ANSWERS_MAX 9
#define NOTICE_UNITS_MAX 200

struct notice_unit {
	const char *org;		/* of the pack */
	char answer[32];		/* "" none yet; else its latest */
	struct utc at;
};

/* Who should answer and who has. */
struct notice_standing {
	struct notice_unit units[NOTICE_UNITS_MAX];
	int nunits, answered;
	int nreplies;			/* records, by whomever */
	struct { const struct choice *choice; int n; }
	    answers[NOTICE_ANSWERS_MAX];
	int nanswers;
};

/* Until when it holds: 0 for good. */
struct utc notice_until(const struct record_full *r);
bool notice_holds(const struct record_full *r, struct utc now);
/* Is it addressed to this person, by unit and by post? */
bool notice_concerns(struct node *n, const struct session *who,
    const struct record_full *r);
enum mq_status notice_standing(struct node *n, const struct record_full *r,
    struct notice_standing *out, struct err *err) MUST_CHECK;
/* Has this person's unit (or, where each person answers, this person)
 * answered? */
enum mq_status notice_answered(struct node *n, const struct session *who,
    const struct record_full *r, bool *out, struct err *err) MUST_CHECK;
/* Notices of every kind that hold now and concern this person, those not
 * answered yet first; *waiting gets how many of them wait for an answer. */
enum mq_status notice_for(struct node *n, const struct session *who,
    struct record *rows, int max, int *count, int *waiting, struct err *err)
    MUST_CHECK;
/* The kind of the answer, and its fields with the notice put in; NULL when
 * this kind asks for none. */
const char *notice_begin(struct node *n, const struct record *r,
    struct fields *out);

#endif
