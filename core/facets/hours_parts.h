/*
 * Inside of the hours facet: shared by hours.c, hours_read.c, hours_cap.c and
 * hours_review.c.
 */
#ifndef MQ_HOURS_PARTS_H
#define MQ_HOURS_PARTS_H

#include "../hours.h"

#define HOURS_DAYS 3		/* civil days one stretch may touch */
#define HOURS_ALIASES 16	/* temporary numbers merged into one */

/* Whose services: by register entry, or by number (rec 0). */
struct hours_whose { int64_t rec; const char *number; };

/* One stretch of service as it counts for caps and overlaps. */
struct hours_span {
	struct utc from, to;
	bool exact;		/* from and to are real moments */
	bool open;		/* signed in, not out */
	int64_t minutes;	/* served, counted or not */
};

/* Calls fn for every service of theirs that began in [from, to), of every
 * kind that has hours, until fn says stop.  A number also means the temporary
 * numbers merged into it. */
enum mq_status hours_read_each(struct node *n, const struct hours_whose *w,
    bool open_only, struct utc from, struct utc to,
    bool (*fn)(void *ctx, const struct record *r), void *ctx,
    struct err *err) MUST_CHECK;
/* What this row served. */
void hours_read_span(struct node *n, const struct record *r,
    struct hours_span *out);
void hours_read_span_of(const struct record_full *r, struct hours_span *out);

/* Has this person a post high enough for what lies beyond the second tier? */
bool hours_high_enough(struct node *n, const struct kind *k,
    const struct session *who);

/* ---- arithmetic only (hours_cap.c) ---- */

enum hours_tier { HOURS_FREE, HOURS_OVER, HOURS_FAR };

/* Minutes of the stretch that lie in that civil day; known only by day and
 * length, all of them lie in its first. */
int64_t hours_cap_on_day(const struct hours_span *s, struct day day);
/* The minutes both have in common; 0 when one is not exact. */
int64_t hours_cap_overlap(const struct hours_span *a,
    const struct hours_span *b);
/* How much counts at once and who must approve the rest.  already[i]: minutes
 * of other services in the i-th day the stretch touches; cap, far: minutes a
 * day, 0 none. */
enum hours_tier hours_cap_count(const struct hours_span *s,
    const int64_t already[HOURS_DAYS], int64_t cap, int64_t far,
    int64_t *counted);

#endif
