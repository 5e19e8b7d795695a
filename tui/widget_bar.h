/*
 * Charts in cells: progress, amounts, a map of grids.  Each says its figure
 * in words too, so that nothing hangs on colour.
 */
#ifndef MQ_WIDGET_BAR_H
#define MQ_WIDGET_BAR_H

#include "draw.h"

/* "████░░░ 45%" in w cells; total 0 shows an empty one. */
void widget_bar_progress(const struct draw *d, int y, int x, int w,
    int64_t done, int64_t total);
/* A bar for value of max in `bar` cells, then `words` ("3 小时 20 分"). */
void widget_bar_amount(const struct draw *d, int y, int x, int bar,
    enum theme_role role, int64_t value, int64_t max, const char *words);

/* Cells with a name and a word each, as many in a row as fit. */
struct widget_bar_cell {
	const char *name;
	const char *word;
	enum theme_role role;
};
/* Each cell `cell_w` wide; returns lines used.  `here` gets the gutter mark;
 * -1 for none. */
int widget_bar_grid(const struct draw *d, int y, int x, int w, int cell_w,
    const struct widget_bar_cell *cells, size_t n, int here);

/* One column a value, `h` lines high, with labels below. */
struct widget_bar_column {
	const char *label;
	int64_t value;
	enum theme_role role;
};
void widget_bar_columns(const struct draw *d, const struct widget_bar_column *c,
    size_t n);

#endif
