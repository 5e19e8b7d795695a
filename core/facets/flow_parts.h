/*
 * Inside of the flow facet: shared by flow*.c.
 */
#ifndef MQ_FLOW_PARTS_H
#define MQ_FLOW_PARTS_H

#include "../flow.h"

/* Carries out the `clock` column of a step: what changed goes into a->d, with
 * d.due as the earliest that runs. */
void flow_time_decide(struct act *a, const struct flow_step *s);
/* Each clock with its sum, those that run first. */
void flow_time_explain(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out);

#endif
