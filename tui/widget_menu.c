/*
 * Numbered choices.  Used by forms, pop-ups and the home page.
 */
#include "widget_menu.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "words.h"

#define LEAD 6			/* cells before a label: "> 1 * " */
#define GAP 2

void widget_menu_init(struct widget_menu *m,
    const struct widget_menu_choice *choices, size_t n, bool multi)
{
	memset(m, 0, sizeof(*m));
	m->choices = choices;
	m->n = n;
	m->multi = multi;
	m->picked = -1;
	m->columns = 1;
	if (multi && n > 0)
		m->ticked = xcalloc(n, sizeof(*m->ticked));
}

void widget_menu_free(struct widget_menu *m)
{
	FREE(m->ticked);
}

static size_t page_start(const struct widget_menu *m)
{
	return m->here / WIDGET_MENU_PAGE * WIDGET_MENU_PAGE;
}

static size_t page_count(const struct widget_menu *m)
{
	size_t left = m->n - page_start(m);

	return left < WIDGET_MENU_PAGE ? left : WIDGET_MENU_PAGE;
}

static int choice_cells(const struct widget_menu_choice *c)
{
	return LEAD + text_cells(c->label) +
	    (c->note != NULL && *c->note != '\0' ? 1 + text_cells(c->note) :
	    0);
}

/* Columns over all pages, so that paging does not shift them. */
static int columns_at(const struct widget_menu *m, int w)
{
	int widest = 1, n;

	if (m->one_column)
		return 1;
	for (size_t i = 0; i < m->n; i++)
		if (choice_cells(&m->choices[i]) > widest)
			widest = choice_cells(&m->choices[i]);
	n = (w + GAP) / (widest + GAP);
	return n < 1 ? 1 : n > WIDGET_MENU_PAGE ? WIDGET_MENU_PAGE : n;
}

int widget_menu_lines(const struct widget_menu *m, int w)
{
	int columns = columns_at(m, w);
	int n = m->n < WIDGET_MENU_PAGE ? (int)m->n : WIDGET_MENU_PAGE;

	return (n + columns - 1) / columns +
	    (m->n > WIDGET_MENU_PAGE ? 1 : 0);
}

static unsigned tick(struct widget_menu *m, size_t i)
{
	if (m->choices[i].off)
		return PANEL_BEEP;
	m->here = i;
	m->ticked[i] = !m->ticked[i];
	return PANEL_REDRAW | WIDGET_CHANGED;
}

static unsigned pick(struct widget_menu *m, size_t i)
{
	if (m->choices[i].off)
		return PANEL_BEEP;
	m->here = i;
	m->picked = (int)i;
	return PANEL_REDRAW | WIDGET_PICKED | WIDGET_CHANGED;
}

static unsigned move_by(struct widget_menu *m, int by)
{
	if ((by < 0 && m->here < (size_t)-by) ||
	    (by > 0 && m->here + (size_t)by >= m->n))
		return PANEL_IGNORED;
	m->here = by < 0 ? m->here - (size_t)-by : m->here + (size_t)by;
	return PANEL_REDRAW;
}

static unsigned turn_page(struct widget_menu *m, bool forward)
{
	size_t start = page_start(m);

	if (m->n <= WIDGET_MENU_PAGE)
		return PANEL_IGNORED;
	if (forward)
		m->here = start + WIDGET_MENU_PAGE < m->n ?
		    start + WIDGET_MENU_PAGE : 0;
	else if (start > 0)
		m->here = start - WIDGET_MENU_PAGE;
	return PANEL_REDRAW;
}

static unsigned menu_action(struct widget_menu *m, enum action act)
{
	switch (act) {
	case ACT_MENU_UP:
		return move_by(m, -m->columns);
	case ACT_MENU_DOWN:
		return move_by(m, m->columns);
	case ACT_MENU_LEFT:
		return move_by(m, -1);
	case ACT_MENU_RIGHT:
		return move_by(m, 1);
	case ACT_MENU_MORE:
		return turn_page(m, true);
	case ACT_MENU_LESS:
		return turn_page(m, false);
	case ACT_MENU_TOGGLE:
		return m->multi ? tick(m, m->here) : pick(m, m->here);
	case ACT_MENU_PICK:
		return m->multi ? PANEL_REDRAW | WIDGET_PICKED :
		    pick(m, m->here);
	default:
		return PANEL_IGNORED;
	}
}

unsigned widget_menu_key(struct widget_menu *m, uint32_t key)
{
	int digit = key_digit(key);

	if (m->n == 0)
		return PANEL_IGNORED;
	assert(m->here < m->n);
	if (digit > 0) {
		if ((size_t)digit > page_count(m))
			return PANEL_BEEP;
		return m->multi ? tick(m, page_start(m) + (size_t)digit - 1) :
		    pick(m, page_start(m) + (size_t)digit - 1);
	}
	return menu_action(m, keymap_in(CTX_MENU, key));
}

static void paint_choice(const struct widget_menu *m, const struct draw *d,
    size_t i, int digit, bool here)
{
	const struct widget_menu_choice *c = &m->choices[i];
	bool chosen = m->multi ? m->ticked[i] : m->picked == (int)i;
	enum theme_role role = c->off ? ROLE_DIM : chosen ? ROLE_CHOSEN :
	    here ? ROLE_SELECTION : c->role;
	int x;

	draw_gutter(d, 0, here);
	draw_textf(d, 0, 2, c->off ? ROLE_DIM : ROLE_DIGIT, "%d", digit);
	if (m->multi)
		draw_text(d, 0, 4, 1, ROLE_CHOSEN, chosen ? "x" : "-");
	else if (chosen)
		draw_text(d, 0, 4, 1, ROLE_CHOSEN, "*");
	x = m->multi || m->picked >= 0 ? LEAD : LEAD - 2;
	x += draw_text(d, 0, x, 0, role, c->label);
	if (c->note != NULL && *c->note != '\0')
		draw_text(d, 0, x + 1, 0, ROLE_DIM, c->note);
}

void widget_menu_paint(struct widget_menu *m, const struct draw *d, bool focus)
{
	size_t start = page_start(m), count;
	int cell;

	m->columns = columns_at(m, d->w);
	if (m->n == 0)
		return;
	count = page_count(m);
	cell = (d->w + GAP) / m->columns;
	for (size_t k = 0; k < count; k++) {
		struct draw c = draw_sub(d, (int)k / m->columns,
		    (int)k % m->columns * cell, 1, cell - GAP);

		paint_choice(m, &c, start + k, (int)k + 1,
		    focus && start + k == m->here);
	}
	if (m->n > WIDGET_MENU_PAGE)
		draw_textf(d, widget_menu_lines(m, d->w) - 1, 2, ROLE_DIM,
		    "%s  %zu/%zu", word(W_MENU_MORE),
		    start / WIDGET_MENU_PAGE + 1,
		    (m->n + WIDGET_MENU_PAGE - 1) / WIDGET_MENU_PAGE);
}
