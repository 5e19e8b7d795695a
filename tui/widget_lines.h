/*
 * Facts on a page: lines with a label and a value, headings, running text,
 * each in a role of its own, wrapped with 避头尾 and scrolled together.
 *
 *	widget_lines_reset(&l);
 *	widget_lines_head(&l, "时间线");
 *	widget_lines_add(&l, "状态", ROLE_DUE_SOON, "已分拨");
 *	widget_lines_paint(&l, d);
 */
#ifndef MQ_WIDGET_LINES_H
#define MQ_WIDGET_LINES_H

#include "draw.h"
#include "panel.h"

#define WIDGET_LINES_MAX 2000

struct widget_line;

struct widget_lines {
	struct widget_line *v;
	size_t n, cap;
	int label_cells;	/* width of the label column; 12 by default */
	int top;		/* first screen line shown */
	int total;		/* screen lines at width w */
	int h, w;		/* of the last paint */
};

void widget_lines_init(struct widget_lines *l);
void widget_lines_free(struct widget_lines *l);
/* Empties it and keeps the place where it was scrolled to. */
void widget_lines_reset(struct widget_lines *l);
/* label NULL or "": the text takes the whole width.  Copied. */
void widget_lines_add(struct widget_lines *l, const char *label,
    enum theme_role role, const char *text);
/* The same, `indent` cells in from the left. */
void widget_lines_add_in(struct widget_lines *l, int indent,
    enum theme_role role, const char *text);
void widget_lines_head(struct widget_lines *l, const char *text);
void widget_lines_gap(struct widget_lines *l);
/* Screen lines at that width. */
int widget_lines_height(const struct widget_lines *l, int w);
/* Scrolls by CTX_TEXT; PANEL_IGNORED when there is nothing to scroll. */
unsigned widget_lines_key(struct widget_lines *l, uint32_t key);
void widget_lines_paint(struct widget_lines *l, const struct draw *d);

#endif
