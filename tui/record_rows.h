/*
 * Records as rows of a list: which columns a kind shows, how wide, what
 * stands in them.  Used by the pages that list records.
 */
#ifndef MQ_RECORD_ROWS_H
#define MQ_RECORD_ROWS_H

#include "../core/pack.h"
#include "../core/record.h"
#include "app.h"

#define RECORD_ROWS_COLUMNS 6

struct record_rows_cell {
	char text[80];
	enum theme_role role;
};

/* One row, ready to paint. */
struct record_rows_item {
	struct record r;
	struct record_rows_cell cells[RECORD_ROWS_COLUMNS];
};

struct record_rows_column {
	char name[33];
	const char *head;
	const struct field *field;	/* NULL: a fixed column */
	int cells;
};

struct record_rows {
	struct app *app;
	struct record_rows_column columns[RECORD_ROWS_COLUMNS];
	size_t n;
};

/* The columns of a kind (kinds.csv) with the delivery as the last one. */
void record_rows_init(struct record_rows *t, struct app *app,
    const struct kind *k);
/* For records of many kinds: time, kind, title, state, delivery. */
void record_rows_init_mixed(struct record_rows *t, struct app *app);
void record_rows_fill(const struct record_rows *t, const struct record *r,
    struct record_rows_item *out);
bool record_rows_same(const void *a, const void *b);
void record_rows_paint(const struct record_rows *t,
    const struct record_rows_item *item, const struct draw *d, bool here);
void record_rows_heads(const struct record_rows *t, const struct draw *d);

#endif
