/*
 * The grade facet's reading side: the colour or star a record has now, and
 * the grades before it with who saw what and where the proof is kept.
 */
#ifndef MQ_GRADE_H
#define MQ_GRADE_H

#include "facet.h"

/* The label of its grade; "" when it has none or its kind is not graded. */
const char *grade_label(struct node *n, const struct record *r,
    enum lang lang);
/* How bad that is: the mark tone=good|care|bad of the choice. */
enum facet_tone grade_tone(struct node *n, const struct record *r);
/* How many records of the kind have each grade, as "绿标 12  黄标 3  未评 1";
 * scope as in record_query. */
enum mq_status grade_counts(struct node *n, const struct kind *k,
    const char *scope, enum lang lang, struct buf *out, struct err *err)
    MUST_CHECK;

#endif
