/*
 * The sign-in board: who is at work, and everybody's own sign-in and
 * sign-out by number.  Works without login: it shows masked names only and
 * does nothing but hours.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/mask.h"
#include "../core/roster.h"
#include "../core/volunteer.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "widget_list.h"
#include "widget_menu.h"
#include "words.h"

#define BOARD_MAX 200
#define ACTIVITIES 40
#define RESET_MS (45 * MS_SECOND)	/* half an entry is dropped then */
#define TOP_LINES 7
#define BOARD_NARROW 60		/* no room for when, only for whom */

struct row {
	struct record r;
	char volunteer[32];
	bool forgotten;
};

enum stage { TYPE_NUMBER, CHOOSE_ACTIVITY, CONFIRM_OUT, TYPE_OUT_TIME };

struct panel_board {
	struct panel base;
	struct widget_list_array array;	/* over rows; the list's context */
	struct row *rows;
	struct widget_list list;
	struct widget_edit edit;
	struct widget_menu menu;
	struct widget_menu_choice choices[ACTIVITIES];
	const char *values[ACTIVITIES];
	enum stage stage;
	struct session who;	/* the one who typed the number */
	char masked[48];
	struct row open;	/* what they will sign out of */
	struct err err;
};

static struct panel_board *self(struct panel *p)
{
	return (struct panel_board *)p;
}

static struct panel_board *of_array(void *ctx)
{
	return (struct panel_board *)((char *)ctx -
	    offsetof(struct panel_board, array));
}

/* ---- who is at work ---- */

static void volunteer_of(struct node *n, int64_t rec, char out[32])
{
	struct record_full r;
	struct err err = ERR_INIT;

	out[0] = '\0';
	if (record_get(n, rec, &r, &err) != MQ_OK)
		return;
	(void)xcopy(out, 32, fields_text(&r.f, "volunteer"));
	record_full_free(&r);
}

static void load(struct panel_board *b)
{
	struct node *n = desk_of(b->base.app)->n;
	struct record *list = xcalloc(BOARD_MAX, sizeof(*list));
	struct utc now = ledger_now(n);
	struct err err = ERR_INIT;
	int count = 0;

	if (hours_open_all(n, list, BOARD_MAX, &count, &err) != MQ_OK) {
		b->err = err;
		count = 0;
	}
	if (count > BOARD_MAX)
		count = BOARD_MAX;
	for (int i = 0; i < count; i++) {
		struct row *row = &b->rows[i];

		row->r = list[i];
		volunteer_of(n, row->r.rec, row->volunteer);
		row->forgotten = hours_forgotten(n, &row->r, now);
	}
	b->array.n = (size_t)count;
	free(list);
}

static bool same_row(const void *a, const void *b)
{
	return ((const struct row *)a)->r.rec == ((const struct row *)b)->r.rec;
}

static void span_words(struct panel_board *b, const struct row *row,
    char *out, size_t size)
{
	struct utc now = ledger_now(desk_of(b->base.app)->n);

	bool guessed;
	int64_t ms;

	ms = hours_end(desk_of(b->base.app)->n, &row->r, now, &guessed).ms -
	    row->r.opened_at.ms;
	clock_span(ms > 0 ? ms : 1, app_lang(b->base.app), out, size);
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_board *b = of_array(ctx);
	const struct row *row = item;
	char since[24], span[48];
	struct draw_cell cells[] = {
		{ 11, ROLE_DIM, since },
		{ 0, here ? ROLE_SELECTION : ROLE_TEXT, row->r.title },
		{ 12, row->forgotten ? ROLE_WARN : ROLE_TEXT, span },
		{ 14, row->forgotten ? ROLE_WARN : ROLE_DIM,
		    row->forgotten ? word(W_BOARD_FORGOTTEN) : "" },
	};
	bool narrow = d->w < BOARD_NARROW;

	clock_show(row->r.opened_at, CLOCK_SHORT, since, sizeof(since));
	span_words(b, row, span, sizeof(span));
	draw_row(d, 0, 0, narrow ? cells + 1 : cells,
	    narrow ? 2 : ARRAY_LEN(cells));
}

static void paint_heads(void *ctx, const struct draw *d)
{
	struct draw_cell cells[] = {
		{ 11, ROLE_COLUMN, word(W_BOARD_SINCE) },
		{ 0, ROLE_COLUMN, word(W_BOARD_WHO) },
		{ 12, ROLE_COLUMN, word(W_BOARD_LONG) },
		{ 14, ROLE_COLUMN, "" },
	};
	bool narrow = d->w < BOARD_NARROW;

	(void)ctx;
	draw_row(d, 0, 0, narrow ? cells + 1 : cells,
	    narrow ? 2 : ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct row),
	.fetch = widget_list_array_fetch,
	.same = same_row,
	.paint = paint_row,
	.heads = paint_heads,
};

/* ---- one person's own entry ---- */

static void start_over(struct panel_board *b)
{
	static const struct widget_edit_options opt = { .max_chars = 40 };

	widget_edit_free(&b->edit);
	widget_edit_init(&b->edit, &opt);
	widget_menu_free(&b->menu);
	memset(&b->menu, 0, sizeof(b->menu));
	b->stage = TYPE_NUMBER;
	panel_tick_in(&b->base, 0);
}

static void session_of(const struct roster_person *p, struct utc now,
    struct session *out)
{
	memset(out, 0, sizeof(*out));
	(void)xcopy(out->by, sizeof(out->by), p->number);
	(void)xcopy(out->name, sizeof(out->name), p->name);
	out->nposts = p->nposts;
	for (int i = 0; i < p->nposts; i++) {
		(void)xcopy(out->posts[i].role, sizeof(out->posts[i].role),
		    p->posts[i].role);
		(void)xcopy(out->posts[i].org, sizeof(out->posts[i].org),
		    p->posts[i].org);
	}
	out->since = now;
}

static const struct row *open_row(const struct panel_board *b,
    const char *number)
{
	for (size_t i = 0; i < b->array.n; i++)
		if (strcmp(b->rows[i].volunteer, number) == 0)
			return &b->rows[i];
	return NULL;
}

static void offer_activities(struct panel_board *b)
{
	struct node *n = desk_of(b->base.app)->n;
	const struct kind *k = pack_kind(n->pack, "service");
	const struct field *f = k != NULL ? kind_field(k, "activity") : NULL;
	const struct choice *list = NULL;
	size_t count = 0;

	if (f != NULL)
		list = pack_choices(n->pack, f->list, &count);
	if (count > ACTIVITIES)
		count = ACTIVITIES;
	for (size_t i = 0; i < count; i++) {
		b->values[i] = list[i].name;
		b->choices[i].label = list[i].label[app_lang(b->base.app)];
		b->choices[i].note = NULL;
		b->choices[i].role = ROLE_TEXT;
	}
	widget_menu_init(&b->menu, b->choices, count, false);
	b->stage = CHOOSE_ACTIVITY;
}

static void offer_out(struct panel_board *b)
{
	static const struct widget_edit_options opt = { .max_chars = 20 };

	if (b->open.forgotten) {
		widget_edit_free(&b->edit);
		widget_edit_init(&b->edit, &opt);
		b->stage = TYPE_OUT_TIME;
		return;
	}
	b->choices[0].label = word(W_BOARD_OUT_YES);
	b->choices[1].label = word(W_BOARD_OUT_NO);
	b->choices[0].role = b->choices[1].role = ROLE_TEXT;
	widget_menu_init(&b->menu, b->choices, 2, false);
	b->stage = CONFIRM_OUT;
}

/* Somebody of the roster, or a registered volunteer, who has no login and
 * acts here by the pack's volunteer_role. */
static bool find_typed(struct panel_board *b, const char *typed)
{
	struct node *n = desk_of(b->base.app)->n;
	const struct roster_person *p = roster_find(n->roster, typed);
	struct record_full r;
	struct err err = ERR_INIT;
	bool found = false;
	int64_t rec = 0;

	if (p != NULL && !p->left) {
		session_of(p, ledger_now(n), &b->who);
		return true;
	}
	if (volunteer_find(n, typed, &rec, &err) != MQ_OK || rec == 0 ||
	    record_get(n, rec, &r, &err) != MQ_OK)
		return false;
	if ((r.r.flags & (REC_CLOSED | REC_VOID)) == 0) {
		access_fake(&b->who, fields_text(&r.f, "number"),
		    fields_text(&r.f, "name"), pack_text(n->pack,
		    "volunteer_role", "volunteer"), n->set.org);
		found = true;
	}
	record_full_free(&r);
	return found;
}

static unsigned take_number(struct panel_board *b)
{
	const char *typed = widget_edit_text(&b->edit);
	const struct row *row;
	struct buf masked = BUF_INIT(BUF_SMALL);

	if (*typed == '\0')
		return PANEL_DONE;
	if (!find_typed(b, typed)) {
		err_set(&b->err, MQ_E_LOGIN_UNKNOWN, "%s", typed);
		start_over(b);
		return PANEL_REDRAW | PANEL_BEEP;
	}
	mask_name(b->who.name, &masked);
	(void)xcopy(b->masked, sizeof(b->masked), buf_str(&masked));
	buf_free(&masked);
	panel_tick_in(&b->base, RESET_MS);
	row = open_row(b, b->who.by);
	if (row != NULL) {
		b->open = *row;
		offer_out(b);
	} else {
		offer_activities(b);
	}
	return PANEL_REDRAW;
}

/* After a commit: the words, the board again, ready for the next one. */
static void done(struct panel_board *b, enum word_id what, const char *detail)
{
	char text[160];

	words_fill(text, sizeof(text), what, b->masked, detail, NULL);
	app_notice_for(b->base.app, ROLE_OK, text, 8 * MS_SECOND);
	desk_of(b->base.app)->counts_fresh = false;
	load(b);
	widget_list_reload(&b->list);
	start_over(b);
}

static unsigned sign_in(struct panel_board *b, const char *activity)
{
	struct node *n = desk_of(b->base.app)->n;
	struct save *s = save_new(n, &b->who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;
	struct utc at = ledger_now(n);
	enum mq_status st;
	char now[32];

	fields_set(&f, "volunteer", b->who.by);
	fields_set(&f, "activity", activity);
	when_write(&(struct when){ .day = clock_day(at),
	    .precision = WHEN_MINUTE,
	    .minute = (int)((at.ms - clock_day_start(clock_day(at)).ms) /
	    MS_MINUTE) }, now, sizeof(now));
	fields_set(&f, "start", now);
	st = save_open(s, "service", &f, -1, NULL, &err);
	if (st == MQ_OK)
		st = save_commit(s, &res, &err);
	save_free(&s);
	fields_free(&f);
	if (st != MQ_OK) {
		b->err = err;
		start_over(b);
		return PANEL_REDRAW | PANEL_BEEP;
	}
	clock_show(at, CLOCK_TIME, now, sizeof(now));
	done(b, W_BOARD_IN_DONE, now);
	return PANEL_REDRAW;
}

static unsigned sign_out(struct panel_board *b, const char *when)
{
	struct node *n = desk_of(b->base.app)->n;
	struct save *s = save_new(n, &b->who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct record_full r;
	struct err err = ERR_INIT;
	enum mq_status st;
	char span[48] = "";

	if (when != NULL)
		fields_set(&f, "out_when", when);
	st = save_step(s, b->open.r.rec, "sign_out", &f, NULL, &err);
	if (st == MQ_OK)
		st = save_commit(s, &res, &err);
	save_free(&s);
	fields_free(&f);
	if (st != MQ_OK) {
		b->err = err;
		if (b->stage != TYPE_OUT_TIME)
			start_over(b);
		return PANEL_REDRAW | PANEL_BEEP;
	}
	if (record_get(n, b->open.r.rec, &r, &err) == MQ_OK) {
		clock_span(r.r.num * MS_MINUTE, app_lang(b->base.app), span,
		    sizeof(span));
		record_full_free(&r);
	}
	done(b, W_BOARD_OUT_DONE, span);
	return PANEL_REDRAW;
}

static unsigned take_out_time(struct panel_board *b)
{
	struct err err = ERR_INIT;
	char stored[48];

	if (panel_left_time(widget_edit_text(&b->edit), b->open.r.opened_at,
	    stored, sizeof(stored), &err) != MQ_OK) {
		b->err = err;
		return PANEL_REDRAW | PANEL_BEEP;
	}
	return sign_out(b, stored);
}

/* ---- handlers ---- */

static unsigned next(struct panel_board *b)
{
	b->err.code = MQ_OK;
	switch (b->stage) {
	case TYPE_NUMBER:
		return take_number(b);
	case TYPE_OUT_TIME:
		return take_out_time(b);
	default:
		return PANEL_IGNORED;	/* the menu takes Enter */
	}
}

/* A form asks for the real time and keeps what is typed. */
static unsigned out_marked(struct panel_board *b)
{
	const struct row *row = widget_list_item(&b->list);

	if (row == NULL)
		return PANEL_BEEP;
	panel_form_open(b->base.app, &(struct form_start){
	    .kind = "service", .rec = row->r.rec, .step = "sign_out" });
	return PANEL_REDRAW;
}

static unsigned board_action(struct panel *p, enum action act)
{
	struct panel_board *b = self(p);

	switch (act) {
	case ACT_BOARD_NEXT:
		return next(b);
	case ACT_BOARD_UP:
		return widget_list_key(&b->list, K_UP);
	case ACT_BOARD_DOWN:
		return widget_list_key(&b->list, K_DOWN);
	case ACT_BOARD_OUT:
		return out_marked(b);
	case ACT_BOARD_MUSTER:
		panel_muster_open(p->app);
		return PANEL_REDRAW;
	case ACT_BOARD_LIST:
		panel_records_open(p->app, "service", "");
		return PANEL_REDRAW;
	case ACT_BACK:
		if (b->stage == TYPE_NUMBER && b->err.code == MQ_OK &&
		    widget_edit_empty(&b->edit))
			return PANEL_IGNORED;
		b->err.code = MQ_OK;
		start_over(b);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool typing_text(const struct panel_board *b)
{
	return b->stage == TYPE_NUMBER || b->stage == TYPE_OUT_TIME;
}

static bool board_offers(struct panel *p, enum action act)
{
	struct panel_board *b = self(p);
	bool menu = !typing_text(b);

	switch (act) {
	case ACT_BOARD_NEXT:
	case ACT_BOARD_UP:
	case ACT_BOARD_DOWN:
		return !menu;
	case ACT_BOARD_OUT:
		return !menu && b->array.n > 0 && desk_of(p->app)->logged_in;
	case ACT_BOARD_MUSTER:
		return !menu && desk_may(p->app, "open", "event");
	case ACT_BOARD_LIST:
		return !menu && desk_may(p->app, "see", "service");
	case ACT_MENU_PICK:
		return menu;
	default:
		return true;
	}
}

static unsigned menu_key(struct panel_board *b, uint32_t key)
{
	unsigned flags = widget_menu_key(&b->menu, key);

	if ((flags & WIDGET_PICKED) == 0)
		return flags;
	if (b->stage == CHOOSE_ACTIVITY)
		return sign_in(b, b->values[b->menu.picked]);
	if (b->menu.picked == 0)
		return sign_out(b, NULL);
	start_over(b);
	return PANEL_REDRAW;
}

static unsigned board_key(struct panel *p, uint32_t key)
{
	struct panel_board *b = self(p);
	unsigned flags;

	if (!typing_text(b))
		return menu_key(b, key);
	flags = widget_edit_key(&b->edit, key);
	if ((flags & WIDGET_CHANGED) != 0) {
		b->err.code = MQ_OK;
		panel_tick_in(p, RESET_MS);
	}
	return flags;
}

static unsigned board_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return typing_text(self(p)) ?
	    widget_edit_paste(&self(p)->edit, s, len) : PANEL_DONE;
}

static bool board_typing(struct panel *p)
{
	return typing_text(self(p));
}

static unsigned board_tick(struct panel *p)
{
	self(p)->err.code = MQ_OK;
	start_over(self(p));
	return PANEL_REDRAW;
}

static unsigned board_wake(struct panel *p)
{
	load(self(p));
	widget_list_reload(&self(p)->list);
	return PANEL_REDRAW;
}

static unsigned board_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return board_wake(p);
}

static void board_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_BOARD_TITLE));
}

static void board_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h > TOP_LINES + 2 ?
	    h - TOP_LINES : 2, w - 2);
}

/* ---- painting ---- */

static void paint_edit(struct panel_board *b, const struct draw *d)
{
	char text[700], since[24];
	int x, y = 0;

	if (b->stage == TYPE_OUT_TIME) {
		clock_show(b->open.r.opened_at, CLOCK_SHORT, since,
		    sizeof(since));
		words_fill(text, sizeof(text), W_BOARD_WHEN_OUT, b->masked,
		    since, NULL);
		draw_text(d, y++, 0, 0, ROLE_STRONG, text);
	}
	x = draw_text(d, y, 0, 0, ROLE_STRONG, word(b->stage == TYPE_NUMBER ?
	    W_BOARD_NUMBER : W_BOARD_OUT_TIME)) + 1;
	widget_edit_paint(&b->edit, d, y++, x, 1, 24, true);
	if (b->err.code == MQ_OK) {
		draw_wrapped(d, y, 0, 0, 2, ROLE_HINT,
		    word(b->stage == TYPE_NUMBER ? W_BOARD_HINT :
		    W_BOARD_OUT_HINT));
		return;
	}
	err_say_part(&b->err, ERR_WHAT, app_lang(b->base.app), text,
	    sizeof(text));
	y += draw_wrapped(d, y, 0, 0, 2, ROLE_ERROR, text);
	err_say_part(&b->err, ERR_DO, app_lang(b->base.app), text,
	    sizeof(text));
	draw_wrapped(d, y, 0, 0, 1, ROLE_TEXT, text);
}

static void paint_menu(struct panel_board *b, const struct draw *d)
{
	char text[200], since[24], span[48];
	struct draw in = draw_sub(d, 1, 0, d->h - 1, d->w);

	if (b->stage == CHOOSE_ACTIVITY) {
		words_fill(text, sizeof(text), W_BOARD_WHAT, b->masked, NULL);
	} else {
		clock_show(b->open.r.opened_at, CLOCK_TIME, since,
		    sizeof(since));
		span_words(b, &b->open, span, sizeof(span));
		words_fill(text, sizeof(text), W_BOARD_ASK_OUT, b->masked,
		    since, span, NULL);
	}
	draw_text(d, 0, 0, 0, ROLE_STRONG, text);
	widget_menu_paint(&b->menu, &in, true);
}

static void board_paint(struct panel *p, const struct draw *d)
{
	struct panel_board *b = self(p);
	struct draw top = draw_sub(d, 1, 1, TOP_LINES - 2, d->w - 2);
	struct draw list = draw_sub(d, TOP_LINES, 1, d->h - TOP_LINES,
	    d->w - 2);

	if (typing_text(b))
		paint_edit(b, &top);
	else
		paint_menu(b, &top);
	widget_list_paint(&b->list, &list);
}

static void board_destroy(struct panel *p)
{
	struct panel_board *b = self(p);

	widget_list_free(&b->list);
	widget_edit_free(&b->edit);
	widget_menu_free(&b->menu);
	free(b->rows);
}

static const enum context board_contexts[] = { CTX_BOARD, CTX_END };
static const enum context board_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops board_ops = {
	.name = "board",
	.contexts = board_contexts,
	.widgets = board_widgets,
	.title = board_title,
	.action = board_action,
	.key = board_key,
	.paste = board_paste,
	.typing = board_typing,
	.offers = board_offers,
	.layout = board_layout,
	.paint = board_paint,
	.tick = board_tick,
	.wake = board_wake,
	.returned = board_returned,
	.destroy = board_destroy,
};

void panel_board_open(struct app *app)
{
	struct panel_board *b = xcalloc(1, sizeof(*b));

	b->rows = xcalloc(BOARD_MAX, sizeof(*b->rows));
	b->array.items = b->rows;
	b->array.item_size = sizeof(*b->rows);
	b->array.same = same_row;
	b->base.app = app;
	widget_edit_init(&b->edit, NULL);
	start_over(b);
	load(b);
	widget_list_init(&b->list, &source, &b->array);
	b->list.digits = false;
	app_push(app, &b->base, &board_ops);
}
