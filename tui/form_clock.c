/*
 * Asks for date and time when a save was refused with MQ_E_CLOCK.  Opened by
 * panel_form and panel_batch.
 */
#include "form_clock.h"

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "widget_edit.h"
#include "words.h"

#define CLOCK_W 58
#define CLOCK_H 9

struct form_clock {
	struct panel base;
	struct widget_edit edit;
	struct err err;
};

/* "2026-11-22 14:30", whole: what the machine says cannot fill a gap. */
static bool read_clock(struct form_clock *c, struct utc *out)
{
	const char *text = widget_edit_text(&c->edit);
	struct utc far = { 0 };
	struct when w;

	/* Two references give one answer only when nothing is relative. */
	struct when w2;

	far.ms = 400 * MS_DAY;
	if (when_read(text, (struct utc){ MS_DAY }, &w, &c->err) ||
	    when_read(text, far, &w2, &c->err))
		return false;
	if (w.day.n == w2.day.n && w.precision != WHEN_MINUTE) {
		err_set(&c->err, MQ_E_FIELD, "%s‖%s",
		    words_in(W_FORM_CLOCK_MINUTE, LANG_ZH),
		    words_in(W_FORM_CLOCK_MINUTE, LANG_EN));
		return false;
	}
	if (w.day.n != w2.day.n || w.minute != w2.minute) {
		err_set(&c->err, MQ_E_DATE, "%s", text);
		return false;
	}
	*out = when_start(&w);
	return true;
}

static unsigned confirm(struct form_clock *c)
{
	struct desk *d = desk_of(c->base.app);
	struct utc t;

	c->err.code = MQ_OK;
	if (!read_clock(c, &t))
		return PANEL_REDRAW | PANEL_BEEP;
	if (ledger_confirm_clock(d->n, t, &c->err) != MQ_OK)
		return PANEL_REDRAW | PANEL_BEEP;
	c->base.result = 1;
	return PANEL_CLOSE;
}

static unsigned clock_key(struct panel *base, uint32_t key)
{
	struct form_clock *c = (struct form_clock *)base;

	if (key == K_ENTER)
		return confirm(c);
	return widget_edit_key(&c->edit, key);
}

static unsigned clock_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	struct form_clock *c = (struct form_clock *)base;

	(void)over;
	return widget_edit_paste(&c->edit, s, len);
}

static bool clock_typing(struct panel *base)
{
	(void)base;
	return true;
}

static unsigned clock_action(struct panel *base, enum action act)
{
	(void)base;
	return act == ACT_ASK_CANCEL ? PANEL_CLOSE : PANEL_IGNORED;
}

static void clock_paint(struct panel *base, const struct draw *d)
{
	struct form_clock *c = (struct form_clock *)base;
	int w = d->w - 2 < CLOCK_W ? d->w - 2 : CLOCK_W, y;
	struct draw box = draw_sub(d, (d->h - CLOCK_H) / 2, (d->w - w) / 2,
	    CLOCK_H, w);
	struct draw in = draw_sub(&box, 1, 2, CLOCK_H - 2, w - 4);

	draw_fill(&box, 0, 0, box.h, box.w, ROLE_POPUP);
	draw_box(&box, ROLE_WARN, word(W_FORM_CLOCK_TITLE));
	y = draw_wrapped(&in, 0, 0, 0, 3, ROLE_TEXT,
	    word(W_FORM_CLOCK_TEXT));
	widget_edit_paint(&c->edit, &in, y + 1, 0, 1, 24, true);
	if (c->err.code) {
		char what[600];

		err_say_part(&c->err, ERR_WHAT, app_lang(base->app), what,
		    sizeof(what));
		draw_wrapped(&in, y + 2, 0, 0, 2, ROLE_ERROR, what);
	} else {
		draw_text(&in, y + 2, 0, 0, ROLE_HINT,
		    word(W_FORM_CLOCK_HINT));
	}
}

static void clock_destroy(struct panel *base)
{
	widget_edit_free(&((struct form_clock *)base)->edit);
}

static const enum context clock_contexts[] = { CTX_ASK, CTX_END };
static const enum context clock_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops clock_ops = {
	.name = FORM_CLOCK_NAME,
	.contexts = clock_contexts,
	.widgets = clock_widgets,
	.overlay = true,
	.action = clock_action,
	.key = clock_key,
	.paste = clock_paste,
	.typing = clock_typing,
	.paint = clock_paint,
	.destroy = clock_destroy,
};

void form_clock_open(struct app *app)
{
	struct form_clock *c = xcalloc(1, sizeof(*c));

	widget_edit_init(&c->edit, &(struct widget_edit_options){
	    .max_chars = 20 });
	app_push(app, &c->base, &clock_ops);
}
