/*
 * One row of table `record` between SQL and struct record.  For record*.c.
 */
#ifndef MQ_RECORD_ROW_H
#define MQ_RECORD_ROW_H

#include "record.h"

/* The columns every list selects, in one place. */
#define RECORD_COLUMNS "rec, kind, org, state, level, grade, title, owner," \
	" no, by, who, place, due_at, opened_at, closed_at, changed_at, num," \
	" tkey, flags, cause, own_dev, own_seq, proposed, main"

void record_row_bind(struct db_stmt *s, const struct record *r);
void record_row_read(struct db_stmt *s, struct record *r);
enum mq_status record_row_get(struct node *n, int64_t rec,
    struct record *out, bool *there, struct err *err) MUST_CHECK;

#endif
