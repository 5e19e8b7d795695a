/*
 * What one side of a conflict says, whole: the record itself keeps only the
 * beginning of both.  Used by panel_record.
 */
#ifndef MQ_RECORD_SIDE_H
#define MQ_RECORD_SIDE_H

#include "../core/record.h"

enum record_which { RECORD_SIDE_ONE, RECORD_SIDE_OTHER, RECORD_SIDE_BOTH };

/* Puts the field into `out`; RECORD_SIDE_BOTH joins two texts.  False when
 * the entry of that side is not here. */
bool record_side(struct node *n, int64_t rec, const struct record_conflict *c,
    enum record_which which, struct fields *out);

#endif
