/*
 * Labelled facts that scroll together.  Used by the pages one reads.
 */
#include "widget_lines.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"

#define LABEL_CELLS 12
#define LEAST_CELLS 8		/* a value gets at least that much room */

struct widget_line {
	char *label;		/* NULL: none */
	char *text;
	enum theme_role role;
	int indent;
	bool head;
};

void widget_lines_init(struct widget_lines *l)
{
	memset(l, 0, sizeof(*l));
	l->label_cells = LABEL_CELLS;
}

void widget_lines_reset(struct widget_lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].label);
		free(l->v[i].text);
	}
	l->n = 0;
}

void widget_lines_free(struct widget_lines *l)
{
	widget_lines_reset(l);
	FREE(l->v);
	l->cap = 0;
}

static struct widget_line *new_line(struct widget_lines *l,
    enum theme_role role, const char *text)
{
	struct buf clean = BUF_INIT(BUF_SMALL);
	struct widget_line *x;

	assert(l->n < WIDGET_LINES_MAX);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	x = &l->v[l->n++];
	memset(x, 0, sizeof(*x));
	text_sanitize(text, strlen(text), TEXT_MULTILINE, &clean);
	x->text = xstrdup(buf_str(&clean));
	x->role = role;
	buf_free(&clean);
	return x;
}

/* A page that long is cut: nobody scrolls further. */
static bool full(const struct widget_lines *l)
{
	return l->n >= WIDGET_LINES_MAX;
}

void widget_lines_add(struct widget_lines *l, const char *label,
    enum theme_role role, const char *text)
{
	struct widget_line *x;

	if (full(l))
		return;
	x = new_line(l, role, text);
	if (label != NULL && *label != '\0')
		x->label = xstrdup(label);
}

void widget_lines_add_in(struct widget_lines *l, int indent,
    enum theme_role role, const char *text)
{
	if (!full(l))
		new_line(l, role, text)->indent = indent;
}

void widget_lines_head(struct widget_lines *l, const char *text)
{
	if (full(l))
		return;
	if (l->n > 0)
		widget_lines_gap(l);
	if (!full(l))
		new_line(l, ROLE_TITLE, text)->head = true;
}

void widget_lines_gap(struct widget_lines *l)
{
	if (!full(l))
		(void)new_line(l, ROLE_TEXT, "");
}

/* A label wider than its column pushes its value on; 0: no room for both. */
static int value_at(const struct widget_lines *l, const struct widget_line *x,
    int w)
{
	int at = x->indent;

	if (x->label != NULL) {
		at = text_cells(x->label);
		at = (at > l->label_cells ? at : l->label_cells) + 1;
	}
	return at > w - LEAST_CELLS ? 0 : at;
}

static bool label_alone(const struct widget_lines *l,
    const struct widget_line *x, int w)
{
	return x->label != NULL && value_at(l, x, w) == 0;
}

static int line_height(const struct widget_lines *l,
    const struct widget_line *x, int w)
{
	int at = value_at(l, x, w), n = 1;

	if (*x->text != '\0' && w - at > 1)
		n = text_wrap(x->text, strlen(x->text), w - at, NULL, NULL);
	return (n > 0 ? n : 1) + (label_alone(l, x, w) ? 1 : 0);
}

int widget_lines_height(const struct widget_lines *l, int w)
{
	int sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += line_height(l, &l->v[i], w);
	return sum;
}

static unsigned scroll_to(struct widget_lines *l, int top)
{
	int last = l->total > l->h ? l->total - l->h : 0;

	if (top > last)
		top = last;
	if (top < 0)
		top = 0;
	if (top == l->top)
		return PANEL_IGNORED;
	l->top = top;
	return PANEL_REDRAW;
}

unsigned widget_lines_key(struct widget_lines *l, uint32_t key)
{
	int page = l->h > 2 ? l->h - 1 : 1;

	switch (keymap_in(CTX_TEXT, key)) {
	case ACT_TEXT_UP:
		return scroll_to(l, l->top - 1);
	case ACT_TEXT_DOWN:
		return scroll_to(l, l->top + 1);
	case ACT_TEXT_PGUP:
		return scroll_to(l, l->top - page);
	case ACT_TEXT_PGDN:
		return scroll_to(l, l->top + page);
	case ACT_TEXT_HOME:
		return scroll_to(l, 0);
	case ACT_TEXT_END:
		return scroll_to(l, l->total);
	default:
		return PANEL_IGNORED;
	}
}

struct painting {
	const struct draw *d;
	int y, x;
	enum theme_role role;
};

static void paint_part(void *ctx, const char *s, size_t len)
{
	struct painting *p = ctx;

	if (p->y >= 0 && p->y < p->d->h)
		draw_textn(p->d, p->y, p->x, 0, p->role, s, len);
	p->y++;
}

static void paint_line(const struct widget_lines *l,
    const struct widget_line *x, const struct draw *d, int y)
{
	int at = value_at(l, x, d->w);
	struct painting p = { d, y, at, x->role };

	if (x->label != NULL && y >= 0)
		draw_text(d, y, 0, 0, ROLE_LABEL, x->label);
	if (label_alone(l, x, d->w))
		p.y++;
	if (*x->text != '\0' && d->w - at > 1)
		text_wrap(x->text, strlen(x->text), d->w - at, paint_part,
		    &p);
}

void widget_lines_paint(struct widget_lines *l, const struct draw *d)
{
	int y, last;

	l->h = d->h;
	l->w = d->w;
	l->total = widget_lines_height(l, d->w);
	last = l->total > l->h ? l->total - l->h : 0;
	if (l->top > last)
		l->top = last;
	y = -l->top;
	for (size_t i = 0; i < l->n && y < d->h; i++) {
		int h = line_height(l, &l->v[i], d->w);

		if (y + h > 0)
			paint_line(l, &l->v[i], d, y);
		y += h;
	}
	if (l->total > l->top + l->h)	/* more below: say so */
		draw_right(&(struct draw){ d->y + d->h - 1, d->x, 1, d->w },
		    0, ROLE_KEY, " v");
}
