/*
 * One clock of a record: what was decided about it at save, as it stands in
 * the entry under d.clock_NAME, a list of "key=value":
 *
 *   rule value unit   of due.csv
 *   calendar          version (and working hours) it was counted by
 *   assumed=1         a year of it had no calendar yet
 *   start due         ms; due as it stands after pauses and extensions
 *   paused            since when it stands still; absent while it runs
 *   done              when it was stopped; absent before
 *   pause=FROM-TO     one for each pause that is over
 *   extend=OLD-NEW@AT one for each extension: due before, due after, when
 *   recount=OLD-NEW@AT  the same, counted anew by a calendar that came later
 *
 * Reading never fails: what does not fit is left out.
 */
#ifndef MQ_FLOW_CLOCK_H
#define MQ_FLOW_CLOCK_H

#include "fields.h"

#define FLOW_CLOCK_NAME 24
#define FLOW_CLOCKS_MAX 12
#define FLOW_CLOCK_SPANS 12

struct flow_span { struct utc from, to, at; };

struct flow_clock {
	char name[FLOW_CLOCK_NAME];
	char rule[33], unit[12], calendar[64];
	int64_t value;
	bool assumed;
	struct utc start, due, paused, done;	/* 0: absent */
	struct flow_span pauses[FLOW_CLOCK_SPANS];	/* from, to */
	int npauses;
	struct flow_span moves[FLOW_CLOCK_SPANS];	/* all three */
	bool recounts[FLOW_CLOCK_SPANS];		/* which kind */
	int nmoves;
};

/* Every clock that was ever started, by name.  Returns how many. */
int flow_clock_all(const struct fields *d, struct flow_clock *out, int max);
bool flow_clock_get(const struct fields *d, const char *name,
    struct flow_clock *out);
void flow_clock_put(struct fields *d, const struct flow_clock *c);
bool flow_clock_runs(const struct flow_clock *c);
/* The earliest due time of the clocks that run, 0 when none does; where no
 * clock is held, d.due.  Copies, and compares copies: the fold may ask. */
struct utc flow_clock_earliest(const struct fields *d);

#endif
