/*
 * Scrolling text.  Used by the help page, pop-ups and record views.
 */
#include "widget_text.h"

#include "../core/base/text.h"

void widget_text_init(struct widget_text *t, enum theme_role role)
{
	memset(t, 0, sizeof(*t));
	buf_init(&t->text, WIDGET_TEXT_BYTES);
	t->role = role;
}

void widget_text_free(struct widget_text *t)
{
	buf_free(&t->text);
}

void widget_text_set(struct widget_text *t, const char *text)
{
	buf_reset(&t->text);
	t->top = 0;
	widget_text_add(t, text);
}

void widget_text_add(struct widget_text *t, const char *text)
{
	text_sanitize(text, strlen(text), TEXT_MULTILINE, &t->text);
	t->lines = t->w > 0 ? widget_text_lines(t, t->w) : 0;
}

int widget_text_lines(const struct widget_text *t, int w)
{
	return text_wrap(buf_str(&t->text), t->text.len, w, NULL, NULL);
}

static unsigned scroll_to(struct widget_text *t, int top)
{
	int last = t->lines > t->h ? t->lines - t->h : 0;

	if (top > last)
		top = last;
	if (top < 0)
		top = 0;
	if (top == t->top)
		return PANEL_IGNORED;
	t->top = top;
	return PANEL_REDRAW;
}

unsigned widget_text_key(struct widget_text *t, uint32_t key)
{
	int page = t->h > 2 ? t->h - 1 : 1;

	switch (keymap_in(CTX_TEXT, key)) {
	case ACT_TEXT_UP:
		return scroll_to(t, t->top - 1);
	case ACT_TEXT_DOWN:
		return scroll_to(t, t->top + 1);
	case ACT_TEXT_PGUP:
		return scroll_to(t, t->top - page);
	case ACT_TEXT_PGDN:
		return scroll_to(t, t->top + page);
	case ACT_TEXT_HOME:
		return scroll_to(t, 0);
	case ACT_TEXT_END:
		return scroll_to(t, t->lines);
	default:
		return PANEL_IGNORED;
	}
}

struct painting {
	struct widget_text *t;
	const struct draw *d;
	int line, w;
};

static void paint_line(void *ctx, const char *s, size_t len)
{
	struct painting *p = ctx;
	int y = p->line++ - p->t->top;

	if (y >= 0 && y < p->d->h)
		draw_textn(p->d, y, 0, p->w, p->t->role, s, len);
}

void widget_text_paint(struct widget_text *t, const struct draw *d)
{
	/* Two columns at the right are for the marks "there is more". */
	struct painting p = { t, d, 0, d->w > 12 ? d->w - 2 : d->w };

	t->h = d->h;
	t->w = p.w;
	t->lines = widget_text_lines(t, p.w);
	if (t->top > 0 && t->top > t->lines - t->h)
		t->top = t->lines > t->h ? t->lines - t->h : 0;
	text_wrap(buf_str(&t->text), t->text.len, p.w, paint_line, &p);
	if (p.w == d->w)
		return;
	if (t->top > 0)
		draw_text(d, 0, d->w - 1, 1, ROLE_GUTTER, "^");
	if (t->top + t->h < t->lines)
		draw_text(d, d->h - 1, d->w - 1, 1, ROLE_GUTTER, "v");
}
