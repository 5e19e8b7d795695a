/*
 * Records found one by one, held in memory and shown as a list: the hits of
 * a search, what waits to be sent, what stands behind a figure.
 */
#ifndef MQ_RECORD_FOUND_H
#define MQ_RECORD_FOUND_H

#include "record_rows.h"
#include "widget_list.h"

struct record_found {
	struct widget_list_array array;	/* over rows; the list's context */
	struct record_rows_item *rows;
	size_t max;
	struct record_rows table;
	struct widget_list list;
};

/* For records of many kinds; at most `max`. */
void record_found_init(struct record_found *f, struct app *app, size_t max);
void record_found_free(struct record_found *f);
void record_found_clear(struct record_found *f);
bool record_found_full(const struct record_found *f);
/* Unless it is there already, is one too many, or is not for this person. */
void record_found_add(struct record_found *f, const struct record *r);
/* The same by its key; nothing when it is not here. */
void record_found_add_rec(struct record_found *f, int64_t rec);
/* The marked one; NULL when there is none. */
const struct record *record_found_here(const struct record_found *f);

#endif
