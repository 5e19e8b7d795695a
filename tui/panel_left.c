/*
 * 『昨天 14:02 签到，几点走的？』: asked first of somebody who comes in with a
 * sign-in of theirs still open.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "panels.h"
#include "widget_edit.h"
#include "words.h"

struct panel_left {
	struct panel base;
	struct record r;
	struct widget_edit edit;
	struct err err;
};

static struct panel_left *self(struct panel *p)
{
	return (struct panel_left *)p;
}

/* "17:30" of somebody who signed in yesterday means yesterday; before the
 * sign-in it means the morning after. */
enum mq_status panel_left_time(const char *typed, struct utc since,
    char *stored, size_t size, struct err *err)
{
	struct when w;
	enum mq_status st = when_read(typed, since, &w, err);

	if (st != MQ_OK)
		return st;
	if (w.precision == WHEN_MINUTE && when_start(&w).ms <= since.ms)
		w.day.n++;
	when_write(&w, stored, size);
	return MQ_OK;
}

static enum mq_status sign_out(struct panel_left *l, const char *when,
    struct err *err)
{
	struct desk *d = desk_of(l->base.app);
	struct save *s = save_new(d->n, &d->who);
	struct fields f = { NULL, 0, 0 };
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status st;

	fields_set(&f, "out_when", when);
	st = save_step(s, l->r.rec, "sign_out", &f, NULL, err);
	if (st == MQ_OK)
		st = save_commit(s, res, err);
	if (st == MQ_OK)
		desk_saved(l->base.app, res->first);
	fields_free(&f);
	save_free(&s);
	free(res);
	return st;
}

static unsigned next(struct panel_left *l)
{
	char when[48], span[48];
	struct err err = ERR_INIT;
	struct record_full r;
	enum mq_status st;

	if (widget_edit_empty(&l->edit))
		return PANEL_BEEP;
	st = panel_left_time(widget_edit_text(&l->edit), l->r.opened_at, when,
	    sizeof(when), &err);
	if (st == MQ_OK)
		st = sign_out(l, when, &err);
	if (st != MQ_OK) {
		l->err = err;
		return PANEL_REDRAW | PANEL_BEEP;
	}
	if (record_get(desk_of(l->base.app)->n, l->r.rec, &r, &err) == MQ_OK) {
		char text[160];

		clock_span((r.r.closed_at.ms - r.r.opened_at.ms),
		    app_lang(l->base.app), span, sizeof(span));
		words_fill(text, sizeof(text), W_LEFT_DONE, span, NULL);
		app_notice_for(l->base.app, ROLE_OK, text, 8 * MS_SECOND);
		record_full_free(&r);
	}
	return PANEL_CLOSE;
}

static unsigned left_action(struct panel *p, enum action act)
{
	if (act == ACT_LEFT_NEXT)
		return next(self(p));
	return PANEL_IGNORED;		/* Esc: not now, asked again */
}

static unsigned left_key(struct panel *p, uint32_t key)
{
	unsigned flags = widget_edit_key(&self(p)->edit, key);

	if ((flags & WIDGET_CHANGED) != 0)
		self(p)->err.code = MQ_OK;
	return flags;
}

static bool left_typing(struct panel *p)
{
	(void)p;
	return true;
}

static void left_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_LEFT_TITLE));
}

static void since_words(const struct panel_left *l, char *out, size_t size)
{
	struct utc now = ledger_now(desk_of(l->base.app)->n);
	char at[24];

	if (clock_day(now).n - clock_day(l->r.opened_at).n == 1) {
		clock_show(l->r.opened_at, CLOCK_TIME, at, sizeof(at));
		words_fill(out, size, W_LEFT_YESTERDAY, at, NULL);
	} else {
		clock_show(l->r.opened_at, CLOCK_SHORT, out, size);
	}
}

static void left_paint(struct panel *p, const struct draw *d)
{
	struct panel_left *l = self(p);
	struct node *n = desk_of(p->app)->n;
	char since[64], text[700], end[24];
	bool guessed;
	int x, y = 2;

	since_words(l, since, sizeof(since));
	words_fill(text, sizeof(text), W_LEFT_ASK, since, NULL);
	y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_STRONG, text);
	y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_TEXT, l->r.title) + 1;
	x = draw_text(d, y, 2, 0, ROLE_STRONG, word(W_BOARD_OUT_TIME)) + 3;
	widget_edit_paint(&l->edit, d, y++, x, 1, 24, true);
	if (l->err.code != MQ_OK) {
		err_say_part(&l->err, ERR_WHAT, app_lang(p->app), text,
		    sizeof(text));
		y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_ERROR, text);
		err_say_part(&l->err, ERR_DO, app_lang(p->app), text,
		    sizeof(text));
		draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_TEXT, text);
		return;
	}
	y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_HINT,
	    word(W_BOARD_OUT_HINT));
	clock_show(hours_end(n, &l->r, ledger_now(n), &guessed), CLOCK_SHORT,
	    end, sizeof(end));
	words_fill(text, sizeof(text), W_LEFT_SO_FAR, end, NULL);
	draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_DIM, text);
}

static void left_destroy(struct panel *p)
{
	widget_edit_free(&self(p)->edit);
}

static const enum context left_contexts[] = { CTX_LEFT, CTX_END };

static const struct panel_ops left_ops = {
	.name = "left",
	.contexts = left_contexts,
	.title = left_title,
	.action = left_action,
	.key = left_key,
	.typing = left_typing,
	.paint = left_paint,
	.destroy = left_destroy,
};

bool panel_left_ask(struct app *app)
{
	static const struct widget_edit_options opt = { .max_chars = 20 };
	struct desk *d = desk_of(app);
	struct panel_left *l;
	struct record_full r;
	struct err err = ERR_INIT;
	bool due = false;
	int64_t rec;

	if (hours_open_of_number(d->n, d->who.by, &rec, &err) != MQ_OK ||
	    rec == 0 || record_get(d->n, rec, &r, &err) != MQ_OK)
		return false;
	due = hours_forgotten(d->n, &r.r, ledger_now(d->n));
	if (due) {
		l = xcalloc(1, sizeof(*l));
		l->base.app = app;
		l->r = r.r;
		widget_edit_init(&l->edit, &opt);
		app_push(app, &l->base, &left_ops);
	}
	record_full_free(&r);
	return due;
}
