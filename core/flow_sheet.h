/*
 * The call sheet of a case (吹哨联系单): for every unit called that has no
 * program, and on demand for all, what to say on the telephone and blank lines
 * for who answered and when.  Plain text of at most 76 cells a line, a page
 * (form feed) for each unit; everything masked and sanitised.
 */
#ifndef MQ_FLOW_SHEET_H
#define MQ_FLOW_SHEET_H

#include "record.h"

/* rec: a case that called others, or one call.  all: also units that have a
 * program.  *n_out gets how many pages.  MQ_E_NOT_FOUND when it called nobody
 * (or nobody that needs one). */
enum mq_status flow_sheet(struct node *n, int64_t rec, bool all,
    enum lang lang, struct buf *out, int *n_out, struct err *err) MUST_CHECK;

#endif
