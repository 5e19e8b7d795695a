/*
 * The flow facet's reading side: which steps may be taken now, by whom, and
 * how a due time came about.
 */
#ifndef MQ_FLOW_H
#define MQ_FLOW_H

#include "facet.h"

/* What a guard may name besides the fields of the kind: the state and the
 * unit that owes (codes), and whether whoever takes the step has a post
 * within that unit ("yes", "no"); before_NAME is what a field that the step
 * asks held before. */
#define FLOW_GUARD_WORDS "at_state at_owner by_owner"
/* The choice list that names the first times (六个第一时间) in order. */
#define FLOW_STAMPS "stamps"

/* Steps possible in the record's state for this person, in pack order. */
size_t flow_steps(struct node *n, const struct session *who,
    const struct record_full *r, const struct flow_step **out, size_t max);
/* The due time's sum in words: rule, start, calendar, result, late by. */
void flow_explain_due(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out);
/* The rule of a clock in the words of due.csv. */
struct flow_clock;
const char *flow_time_label(struct node *n, const char *kind,
    const struct flow_clock *c, enum lang lang);
/* Urgency for colour and word at `now`. */
enum flow_urgency { FLOW_NONE, FLOW_CALM, FLOW_SOON, FLOW_LATE, FLOW_DONE };
enum flow_urgency flow_urgency(struct node *n, const struct record *r,
    struct utc now);

#endif
