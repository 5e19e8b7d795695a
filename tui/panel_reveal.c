/*
 * Masked words in full: why, then the words for a few seconds, then masked
 * again.  Opened over the page of a record.
 */
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/reveal.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "widget_lines.h"
#include "words.h"

#define BOX_CELLS 66
#define PHRASES 9
#define ASK_FOOT 3		/* a gap and two lines to type in */
#define SHOWN_LINES 14

struct panel_reveal {
	struct panel base;
	struct record_full r;
	struct widget_edit why;
	const struct phrase *ph[PHRASES];
	size_t nph;
	bool open;		/* the words stand on the screen */
	int64_t until;		/* monotonic ms */
	struct widget_lines words;
};

static struct panel_reveal *self(struct panel *p)
{
	return (struct panel_reveal *)p;
}

/* ---- showing ---- */

static void add_word(void *ctx, const struct field *fd, const char *text)
{
	struct panel_reveal *v = ctx;

	widget_lines_add(&v->words, fd->label[app_lang(v->base.app)],
	    ROLE_STRONG, text);
}

static int64_t mono(const struct panel_reveal *v)
{
	return v->base.app->env->mono_ms(v->base.app->env);
}

static int seconds_left(const struct panel_reveal *v)
{
	int64_t ms = v->until - mono(v);

	return ms > 0 ? (int)((ms + MS_SECOND - 1) / MS_SECOND) : 0;
}

static unsigned show(struct panel_reveal *v, const char *why)
{
	struct desk *d = desk_of(v->base.app);
	struct err err = ERR_INIT;

	if (reveal_fields(d->n, &d->who, &v->r, NULL, why, add_word, v,
	    &err) != MQ_OK) {
		popup_err(v->base.app, &err);
		return PANEL_REDRAW;
	}
	d->counts_fresh = false;
	v->open = true;
	v->until = mono(v) + reveal_ms(d->n);
	panel_tick_in(&v->base, MS_SECOND);
	return PANEL_REDRAW;
}

/* Counts down; then the words are gone. */
static unsigned reveal_tick(struct panel *p)
{
	if (seconds_left(self(p)) == 0)
		return PANEL_CLOSE;
	panel_tick_in(p, MS_SECOND);
	return PANEL_REDRAW;
}

/* ---- keys ---- */

static unsigned by_digit(struct panel_reveal *v, int digit)
{
	for (size_t i = 0; i < v->nph; i++)
		if (v->ph[i]->digit == digit)
			return show(v, v->ph[i]->text[LANG_ZH]);
	return PANEL_BEEP;
}

static unsigned reveal_key(struct panel *p, uint32_t key)
{
	struct panel_reveal *v = self(p);

	if (v->open)
		return key == K_ENTER ? PANEL_CLOSE :
		    widget_lines_key(&v->words, key);
	if (key == K_ENTER)
		return show(v, widget_edit_text(&v->why));
	if (key_digit(key) > 0 && widget_edit_empty(&v->why))
		return by_digit(v, key_digit(key));
	return widget_edit_key(&v->why, key);
}

static unsigned reveal_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return self(p)->open ? PANEL_DONE :
	    widget_edit_paste(&self(p)->why, s, len);
}

static bool reveal_typing(struct panel *p)
{
	return !self(p)->open;
}

/* ---- painting ---- */

static struct draw box(const struct draw *d, int lines, const char *title,
    enum theme_role role)
{
	int w = d->w - 2 < BOX_CELLS ? d->w - 2 : BOX_CELLS;
	int h = lines + 2 < d->h ? lines + 2 : d->h;
	int y = (d->h - h) / 2, x = (d->w - w) / 2;
	struct draw all = draw_sub(d, y, x, h, w);

	draw_fill(d, y, x - 1, h, w + 2, ROLE_POPUP);
	draw_box(&all, role, title);
	return draw_sub(&all, 1, 2, h - 2, w - 4);
}

static void paint_ask(struct panel_reveal *v, const struct draw *d)
{
	int text = 2, y, i, n = (int)v->nph;
	struct draw in = box(d, text + n + ASK_FOOT, word(W_REVEAL_TITLE),
	    ROLE_BORDER);

	(void)draw_wrapped(&in, 0, 0, 0, text, ROLE_TEXT, word(W_REVEAL_ASK));
	y = text;
	for (i = 0; i < n && y < in.h - ASK_FOOT; i++, y++) {
		draw_textf(&in, y, 0, ROLE_DIGIT, "%d", v->ph[i]->digit);
		draw_text(&in, y, 3, 0, ROLE_TEXT,
		    v->ph[i]->text[app_lang(v->base.app)]);
	}
	widget_edit_paint(&v->why, &in, in.h - 2, 0, 2, in.w, true);
}

static void paint_words(struct panel_reveal *v, const struct draw *d)
{
	char foot[160], n[16];
	struct draw in, upper;

	in = box(d, SHOWN_LINES, v->r.r.title, ROLE_WARN);
	upper = draw_sub(&in, 0, 0, in.h - 1, in.w);
	widget_lines_paint(&v->words, &upper);
	snprintf(n, sizeof(n), "%d", seconds_left(v));
	words_fill(foot, sizeof(foot), W_REVEAL_LEFT, n, NULL);
	draw_text(&in, in.h - 1, 0, 0, ROLE_HINT, foot);
}

static void reveal_paint(struct panel *p, const struct draw *d)
{
	if (self(p)->open)
		paint_words(self(p), d);
	else
		paint_ask(self(p), d);
}

static void reveal_destroy(struct panel *p)
{
	struct panel_reveal *v = self(p);

	record_full_free(&v->r);
	widget_edit_free(&v->why);
	widget_lines_free(&v->words);
}

static const enum context reveal_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops reveal_ops = {
	.name = "reveal",
	.widgets = reveal_widgets,
	.overlay = true,
	.key = reveal_key,
	.paste = reveal_paste,
	.typing = reveal_typing,
	.chinese = reveal_typing,
	.paint = reveal_paint,
	.tick = reveal_tick,
	.destroy = reveal_destroy,
};

void panel_reveal_open(struct app *app, int64_t rec)
{
	struct desk *d = desk_of(app);
	struct panel_reveal *v = xcalloc(1, sizeof(*v));
	struct err err = ERR_INIT;

	v->base.app = app;
	widget_lines_init(&v->words);
	widget_edit_init(&v->why, &(struct widget_edit_options){
	    .max_chars = REVEAL_WHY_CHARS,
	    .placeholder = word(W_REVEAL_TYPE) });
	v->nph = pack_phrases(d->n->pack, "audit", "why", v->ph, PHRASES);
	if (record_get(d->n, rec, &v->r, &err) != MQ_OK) {
		widget_edit_free(&v->why);
		widget_lines_free(&v->words);
		free(v);
		popup_err(app, &err);
		return;
	}
	app_push(app, &v->base, &reveal_ops);
}
