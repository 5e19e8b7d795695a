/*
 * Marks: by which of its values a record comes round again (a tag, a grade),
 * and when it was last looked after.  A projection beside `record`, kept by
 * the fold from decided values (core/facets/recur.c) and from the records
 * that name it; record_rebuild() gives the same rows.
 *
 *	record_mark(kind, mark, day, rec, org, met, by)
 *
 * day: civil day of the last record of a kind in `by` that named it as who or
 * place, else of its own opening (met 0).  The mark RECORD_MARK_AGREED has
 * the agreed day instead, while nobody has come since.
 */
#ifndef MQ_RECORD_MARK_H
#define MQ_RECORD_MARK_H

#include "record.h"

#define RECORD_MARK_ALL "*"	/* every record of the kind */
#define RECORD_MARK_AGREED "="

/* After the fold of `r`, in its transaction: its own marks, and those of the
 * records it names.  `old` is its row before, NULL none. */
enum mq_status record_mark_fold(struct node *n, const struct record_full *r,
    const struct record *old, struct err *err) MUST_CHECK;

#endif
