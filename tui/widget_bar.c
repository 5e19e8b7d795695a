/*
 * Charts in cells.  Called from paint handlers.
 */
#include "widget_bar.h"

#include "../core/base/text.h"

/* How many of `cells` cells value of max fills; something shows as one. */
static int filled(int64_t value, int64_t max, int cells)
{
	int64_t n;

	if (max <= 0 || value <= 0 || cells <= 0)
		return 0;
	if (value >= max)
		return cells;
	/* divide first where the product could overflow */
	n = max > INT64_MAX / 1024 ? value / (max / cells) :
	    value * cells / max;
	if (n > cells)
		n = cells;
	return n > 0 ? (int)n : 1;
}

void widget_bar_progress(const struct draw *d, int y, int x, int w,
    int64_t done, int64_t total)
{
	int bar = w - 5, full = filled(done, total, bar);
	int64_t percent = total <= 0 ? 0 : done >= total ? 100 :
	    done <= 0 ? 0 : total > INT64_MAX / 100 ? done / (total / 100) :
	    done * 100 / total;

	if (bar < 1)
		return;
	/* '#' under a coloured ground: the bar can be read without colour. */
	for (int i = 0; i < bar; i++)
		draw_text(d, y, x + i, 1, i < full ? ROLE_BAR : ROLE_BAR_REST,
		    i < full ? "#" : ".");
	draw_textf(d, y, x + bar, ROLE_TEXT, "%4d%%", (int)percent);
}

void widget_bar_amount(const struct draw *d, int y, int x, int bar,
    enum theme_role role, int64_t value, int64_t max, const char *words)
{
	int full = filled(value, max, bar);

	for (int i = 0; i < bar; i++)
		draw_text(d, y, x + i, 1, i < full ? role : ROLE_BAR_REST,
		    i < full ? "#" : ".");
	draw_text(d, y, x + bar + 1, 0, ROLE_TEXT, words);
}

static void grid_cell(const struct draw *d, int y, int x, int w,
    const struct widget_bar_cell *c, bool here)
{
	struct draw cell = draw_sub(d, y, x, 1, w);
	int used;

	draw_fill(&cell, 0, 1, 1, w - 2, c->role);
	draw_text(&cell, 0, 0, 1, ROLE_GUTTER, here ? ">" : " ");
	used = draw_text(&cell, 0, 1, w - 2, c->role, c->name);
	if (used + 2 < w - 2)
		draw_text(&cell, 0, w - 1 - text_cells(c->word) > used + 1 ?
		    w - 1 - text_cells(c->word) : used + 2, 0, c->role,
		    c->word);
}

int widget_bar_grid(const struct draw *d, int y, int x, int w, int cell_w,
    const struct widget_bar_cell *cells, size_t n, int here)
{
	int columns = cell_w > 0 ? w / cell_w : 1;

	if (columns < 1)
		columns = 1;
	if (cell_w > w)
		cell_w = w;
	for (size_t i = 0; i < n; i++)
		grid_cell(d, y + (int)i / columns,
		    x + (int)i % columns * cell_w, cell_w, &cells[i],
		    (int)i == here);
	return ((int)n + columns - 1) / columns;
}

void widget_bar_columns(const struct draw *d, const struct widget_bar_column *c,
    size_t n)
{
	int64_t max = 0;
	int w, rows = d->h - 2;

	if (n == 0 || rows < 1)
		return;
	for (size_t i = 0; i < n; i++)
		if (c[i].value > max)
			max = c[i].value;
	w = d->w / (int)n;
	if (w < 2)
		return;
	for (size_t i = 0; i < n; i++) {
		int full = filled(c[i].value, max, rows), x = (int)i * w;

		for (int k = 0; k < full; k++)
			for (int b = 0; b < w - 1; b++)
				draw_text(d, rows - k, x + b, 1, c[i].role,
				    "#");
		draw_textf(d, rows - full, x, ROLE_TEXT, "%lld",
		    (long long)c[i].value);
		draw_text(d, d->h - 1, x, w - 1, ROLE_DIM, c[i].label);
	}
}
