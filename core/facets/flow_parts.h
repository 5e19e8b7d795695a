/*
 * Inside of the flow facet: shared by flow*.c.
 */
#ifndef MQ_FLOW_PARTS_H
#define MQ_FLOW_PARTS_H

#include "../flow.h"

/* Complains when the step's guard does not hold over what the record holds and
 * what was just answered, or when only an offer lets this person act. */
enum mq_status flow_guard_check(struct act *a, const struct flow_step *s,
    struct err *err) MUST_CHECK;
/* Worth offering?  A guard over what the step itself asks is judged later. */
bool flow_guard_offers(struct node *n, const struct session *who,
    const struct kind *k, const struct record_full *r,
    const struct flow_step *s);
/* The columns propose, link, clear and stamp. */
void flow_link_decide(struct act *a, const struct flow_step *s);
/* Carries out the `clock` column of a step: what changed goes into a->d, with
 * d.due as the earliest that runs. */
void flow_time_decide(struct act *a, const struct flow_step *s);
/* Each clock with its sum, those that run first. */
void flow_time_explain(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out);

#endif
