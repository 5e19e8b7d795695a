/*
 * Rows of repeats on a page: laid out, added, taken away.  Used by form_page.
 */
#ifndef MQ_FORM_ROWS_H
#define MQ_FORM_ROWS_H

#include "form_page.h"

/* The fields of the kind, with a line that adds rows behind each repeat that
 * may have more. */
void form_rows_init(struct form_page *p);
/* A row on the page for every row that p->f has, or that the form counts;
 * words of heads. */
void form_rows_sync(struct form_page *p);
/* One more row where we stand (the line that adds); goes to its first field.
 * False: there is room for none. */
bool form_rows_add(struct form_page *p);
/* Are we in a row that may go? */
bool form_rows_may_drop(const struct form_page *p);
void form_rows_drop(struct form_page *p);

#endif
