/*
 * 集体签到: the kiosk as a sign-in board and nothing else, for one event.
 * Its leader opens it and stays the only one who can close it, by PIN.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/login.h"
#include "muster.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "widget_list.h"
#include "widget_menu.h"
#include "words.h"

#define EVENTS_MAX 20
#define HITS_MAX 9
#define SAID_MS 1500		/* then the next one finds a clear board */
#define RESET_MS (45 * MS_SECOND)
#define TOP_LINES 9
#define NARROW 60

enum stage { PICK_EVENT, ASK, CONFIRM, CHOOSE, ROSTER, WALK_NAME, WALK_PHONE,
	WALK_AGE, ASK_PIN };

struct panel_muster {
	struct panel base;
	struct widget_list_array array;		/* over m.rows */
	struct muster m;
	bool open;
	enum stage stage;
	struct widget_edit edit;
	struct widget_list list;
	struct widget_menu menu;
	struct widget_menu_choice choices[EVENTS_MAX];
	char labels[EVENTS_MAX][160];
	int64_t events[EVENTS_MAX];
	int nevents;
	int hits[HITS_MAX], nhits;
	char name[64], phone[24];	/* of a walk-in */
	char said[160];
	enum theme_role said_role;
	struct err err;
};

static struct panel_muster *self(struct panel *p)
{
	return (struct panel_muster *)p;
}

static struct panel_muster *of_array(void *ctx)
{
	return (struct panel_muster *)((char *)ctx -
	    offsetof(struct panel_muster, array));
}

/* ---- the list: everybody, ticked or signed in ---- */

static bool same_row(const void *a, const void *b)
{
	const struct muster_row *x = a, *y = b;

	return strcmp(x->v.number, y->v.number) == 0;
}

static bool row_fits(const void *item, const char *typed)
{
	return muster_fits(item, typed);
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_muster *p = of_array(ctx);
	const struct muster_row *r = item;
	const char *mark = word(W_MUSTER_MARK_NONE);
	char since[24] = "";
	struct draw_cell cells[] = {
		{ 8, ROLE_STRONG, "" },
		{ 16, here ? ROLE_SELECTION : ROLE_TEXT, r->v.masked },
		{ 6, ROLE_DIM, r->v.phone_end },
		{ 0, ROLE_DIM, since },
	};

	/* The list holds copies; the tick may be newer. */
	for (int i = 0; i < p->m.n_rows; i++)
		if (same_row(&p->m.rows[i], r))
			r = &p->m.rows[i];
	if (r->rec != 0)
		mark = word(r->out ? W_MUSTER_MARK_OUT : W_MUSTER_MARK_IN);
	else if (r->tick)
		mark = word(W_MUSTER_MARK_TICK);
	if (r->rec != 0)
		clock_show(r->since, CLOCK_TIME, since, sizeof(since));
	cells[0].text = mark;
	cells[0].role = r->rec != 0 ? ROLE_OK : ROLE_STRONG;
	draw_row(d, 0, 0, cells, ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct muster_row),
	.fetch = widget_list_array_fetch,
	.filter = widget_list_array_filter,
	.same = same_row,
	.paint = paint_row,
};

static void show_rows(struct panel_muster *p)
{
	p->array.n = (size_t)p->m.n_rows;
	if (p->list.loaded)
		widget_list_reload(&p->list);
}

/* ---- stages ---- */

static void ask(struct panel_muster *p, enum stage stage)
{
	struct widget_edit_options opt = { .max_chars = 40 };

	opt.masked = stage == ASK_PIN;
	opt.digits = stage == ASK_PIN || stage == WALK_PHONE;
	widget_edit_free(&p->edit);
	widget_edit_init(&p->edit, &opt);
	widget_menu_free(&p->menu);
	memset(&p->menu, 0, sizeof(p->menu));
	p->stage = stage;
	if (stage != ASK)
		panel_tick_in(&p->base, RESET_MS);
}

static void offer(struct panel_muster *p, enum stage stage, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		p->choices[i].role = ROLE_TEXT;
		p->choices[i].note = NULL;
		p->choices[i].off = false;
		if (stage != WALK_AGE)
			p->choices[i].label = p->labels[i];
	}
	ask(p, stage);
	widget_menu_init(&p->menu, p->choices, n, false);
	p->menu.one_column = true;
}

static void say(struct panel_muster *p, enum theme_role role,
    enum word_id what, const char *a, const char *b)
{
	words_fill(p->said, sizeof(p->said), what, a, b, NULL);
	p->said_role = role;
	p->err.code = MQ_OK;
	panel_tick_in(&p->base, SAID_MS);
}

static unsigned failed(struct panel_muster *p, const struct err *err)
{
	p->err = *err;
	p->said[0] = '\0';
	panel_tick_in(&p->base, 4 * SAID_MS);
	return PANEL_REDRAW | PANEL_BEEP;
}

static void number(char out[16], int v)
{
	snprintf(out, 16, "%d", v);
}

/* ---- one person ---- */

static unsigned sign_one(struct panel_muster *p, int i)
{
	struct muster_row *r = &p->m.rows[i];
	struct err err = ERR_INIT;
	bool in = r->rec == 0 || r->out;
	char at[24];
	int done;

	if (r->out)
		r->rec = 0;		/* came back: a second stretch */
	ask(p, ASK);
	if (muster_sign(&p->m, &i, 1, in, &done, &err) != MQ_OK)
		return failed(p, &err);
	clock_show(ledger_now(p->m.n), CLOCK_TIME, at, sizeof(at));
	say(p, ROLE_OK, in ? W_MUSTER_IN : W_MUSTER_OUT, r->v.masked, at);
	desk_of(p->base.app)->counts_fresh = false;
	show_rows(p);
	return PANEL_REDRAW;
}

static void hit_label(const struct panel_muster *p, int i, char *out,
    size_t size)
{
	const struct muster_row *r = &p->m.rows[i];

	words_fill(out, size, r->rec != 0 && !r->out ? W_MUSTER_HIT_IN :
	    W_MUSTER_HIT, r->v.masked, r->v.phone_end, NULL);
}

static unsigned look_up(struct panel_muster *p)
{
	const char *typed = widget_edit_text(&p->edit);

	if (*typed == '\0')
		return PANEL_DONE;
	p->nhits = muster_find(&p->m, typed, p->hits, HITS_MAX);
	if (p->nhits == 0) {
		say(p, ROLE_ERROR, W_MUSTER_NOBODY, typed, NULL);
		ask(p, ASK);
		panel_tick_in(&p->base, 4 * SAID_MS);
		return PANEL_REDRAW | PANEL_BEEP;
	}
	p->said[0] = '\0';
	p->err.code = MQ_OK;
	if (p->nhits == 1) {
		ask(p, CONFIRM);
		return PANEL_REDRAW;
	}
	if (p->nhits > HITS_MAX)
		p->nhits = HITS_MAX;
	for (int i = 0; i < p->nhits; i++)
		hit_label(p, p->hits[i], p->labels[i], sizeof(p->labels[i]));
	offer(p, CHOOSE, (size_t)p->nhits);
	return PANEL_REDRAW;
}

/* ---- many ---- */

static int gather(struct panel_muster *p, bool in, int *rows)
{
	int count = 0;

	for (int i = 0; i < p->m.n_rows; i++) {
		const struct muster_row *r = &p->m.rows[i];

		if (in ? r->tick && r->rec == 0 : r->rec != 0 && !r->out)
			rows[count++] = i;
	}
	return count;
}

static unsigned sign_many(struct panel_muster *p, bool in)
{
	int *rows = xcalloc(MUSTER_MAX, sizeof(*rows)), done = 0;
	int count = gather(p, in, rows);
	struct err err = ERR_INIT;
	unsigned flags = PANEL_REDRAW;
	char text[16];

	if (count == 0) {
		say(p, ROLE_WARN, in ? W_MUSTER_NO_TICK : W_MUSTER_NO_IN,
		    NULL, NULL);
	} else if (muster_sign(&p->m, rows, count, in, &done, &err)
	    != MQ_OK) {
		flags |= failed(p, &err);
	} else {
		ask(p, ASK);
		number(text, done);
		say(p, ROLE_OK, in ? W_MUSTER_MANY_IN : W_MUSTER_MANY_OUT,
		    text, NULL);
	}
	desk_of(p->base.app)->counts_fresh = false;
	show_rows(p);
	free(rows);
	return flags;
}

static unsigned all_out_answered(struct panel *base, int answer)
{
	return answer == 0 ? sign_many(self(base), false) : PANEL_REDRAW;
}

static unsigned all_out(struct panel_muster *p)
{
	char text[200], count[16];

	number(count, muster_in(&p->m));
	words_fill(text, sizeof(text), W_MUSTER_ALL_ASK, count, NULL);
	popup_confirm(&p->base, word(W_MUSTER_ALL_TITLE), text,
	    all_out_answered);
	return PANEL_REDRAW;
}

/* Ticks or unticks, and the next initials can be typed at once. */
static unsigned tick(struct panel_muster *p)
{
	const struct muster_row *at = widget_list_item(&p->list);
	char count[16];
	int ticked = 0;

	for (int i = 0; i < p->m.n_rows; i++) {
		struct muster_row *r = &p->m.rows[i];

		if (at != NULL && same_row(r, at) && r->rec == 0)
			r->tick = !r->tick;
		ticked += r->tick;
	}
	number(count, ticked);
	say(p, ROLE_TEXT, W_MUSTER_TICKED, count, at != NULL ?
	    at->v.masked : "");
	if (!widget_edit_empty(&p->list.filter))
		(void)widget_list_key(&p->list, K_ESC);
	panel_tick_in(&p->base, RESET_MS);
	return PANEL_REDRAW;
}

/* ---- walk-ins ---- */

static unsigned offer_age(struct panel_muster *p)
{
	p->choices[0].label = word(W_MUSTER_ADULT);
	p->choices[1].label = word(W_MUSTER_MINOR);
	p->choices[2].label = word(W_MUSTER_MINOR_ALONE);
	offer(p, WALK_AGE, 3);
	return PANEL_REDRAW;
}

static unsigned walked_in(struct panel_muster *p, int age)
{
	struct err err = ERR_INIT;
	int row;

	ask(p, ASK);
	if (age == 2) {
		say(p, ROLE_ERROR, W_MUSTER_GUARDIAN, p->name, NULL);
		panel_tick_in(&p->base, 4 * SAID_MS);
		return PANEL_REDRAW | PANEL_BEEP;
	}
	if (muster_walk_in(&p->m, p->name, p->phone, age == 1, &row, &err)
	    != MQ_OK) {
		show_rows(p);
		return failed(p, &err);
	}
	say(p, ROLE_OK, W_MUSTER_WALKED, p->m.rows[row].v.masked,
	    p->m.rows[row].v.number);
	panel_tick_in(&p->base, 2 * SAID_MS);
	show_rows(p);
	return PANEL_REDRAW;
}

/* ---- beginning and leaving ---- */

static unsigned begin(struct panel_muster *p, int64_t event)
{
	struct desk *d = desk_of(p->base.app);
	struct err err = ERR_INIT;

	if (muster_open(&p->m, d->n, &d->who, event, &err) != MQ_OK) {
		popup_err(p->base.app, &err);
		return PANEL_REDRAW;
	}
	p->open = true;
	p->array.items = p->m.rows;
	desk_hold(p->base.app, true);
	show_rows(p);
	ask(p, ASK);
	return PANEL_REDRAW;
}

static unsigned leave(struct panel_muster *p)
{
	struct session who;
	struct err err = ERR_INIT;

	if (login_pin(p->m.n, p->m.leader.by, widget_edit_text(&p->edit),
	    &who, &err) != MQ_OK) {
		ask(p, ASK_PIN);
		return failed(p, &err);
	}
	return PANEL_CLOSE;
}

/* Today's events that are not over. */
static void find_events(struct panel_muster *p)
{
	struct node *n = desk_of(p->base.app)->n;
	struct day today = clock_day(ledger_now(n));
	struct record_query q = { .kind = "event", .sort = SORT_OPENED,
	    .state = "open" };
	struct record rows[EVENTS_MAX];
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char at[24];
	int got = 0;

	desk_narrow(p->base.app, "event", &q, &scope);
	q.from = clock_day_start(today);
	q.to = clock_day_start((struct day){ today.n + 1 });
	if (record_page(n, &q, NULL, false, rows, EVENTS_MAX, &got, &err)
	    != MQ_OK)
		p->err = err;
	for (int i = 0; i < got; i++) {
		clock_show(rows[i].opened_at, CLOCK_TIME, at, sizeof(at));
		snprintf(p->labels[i], sizeof(p->labels[i]), "%s %.120s", at,
		    rows[i].title);
		p->events[i] = rows[i].rec;
	}
	p->nevents = got;
	buf_free(&scope);
	offer(p, PICK_EVENT, (size_t)got);
	panel_tick_in(&p->base, 0);
}

/* ---- handlers ---- */

static bool typing_text(const struct panel_muster *p)
{
	return p->stage == ASK || p->stage == WALK_NAME ||
	    p->stage == WALK_PHONE || p->stage == ASK_PIN;
}

static bool in_menu(const struct panel_muster *p)
{
	return p->stage == PICK_EVENT || p->stage == CHOOSE ||
	    p->stage == WALK_AGE;
}

static unsigned next(struct panel_muster *p)
{
	const char *typed = widget_edit_text(&p->edit);

	switch (p->stage) {
	case ASK:
		return look_up(p);
	case CONFIRM:
		return sign_one(p, p->hits[0]);
	case ROSTER:
		return tick(p);
	case WALK_NAME:
		if (*typed == '\0')
			return PANEL_BEEP;
		(void)xcopy(p->name, sizeof(p->name), typed);
		ask(p, WALK_PHONE);
		return PANEL_REDRAW;
	case WALK_PHONE:
		(void)xcopy(p->phone, sizeof(p->phone), typed);
		return offer_age(p);
	case ASK_PIN:
		return leave(p);
	default:
		return PANEL_IGNORED;
	}
}

static unsigned back(struct panel_muster *p)
{
	if (!p->open)
		return PANEL_IGNORED;
	if (p->stage == ROSTER && !widget_edit_empty(&p->list.filter))
		return widget_list_key(&p->list, K_ESC);
	p->said[0] = '\0';
	p->err.code = MQ_OK;
	ask(p, ASK);
	return PANEL_REDRAW;
}

static unsigned muster_action(struct panel *base, enum action act)
{
	struct panel_muster *p = self(base);

	switch (act) {
	case ACT_MUSTER_NEXT:
		return next(p);
	case ACT_MUSTER_ROSTER:
		ask(p, ROSTER);
		return PANEL_REDRAW;
	case ACT_MUSTER_TICKED:
		return sign_many(p, true);
	case ACT_MUSTER_WALK_IN:
		ask(p, WALK_NAME);
		return PANEL_REDRAW;
	case ACT_MUSTER_ALL_OUT:
		return all_out(p);
	case ACT_MUSTER_END:
		ask(p, ASK_PIN);
		return PANEL_REDRAW;
	case ACT_BACK:
		return back(p);
	default:
		return PANEL_IGNORED;
	}
}

static bool muster_offers(struct panel *base, enum action act)
{
	struct panel_muster *p = self(base);

	switch (act) {
	case ACT_MUSTER_NEXT:
		return !in_menu(p);
	case ACT_MUSTER_TICKED:
		return p->stage == ROSTER;
	case ACT_MUSTER_ROSTER:
	case ACT_MUSTER_WALK_IN:
	case ACT_MUSTER_END:
		return p->open && p->stage == ASK;
	case ACT_MUSTER_ALL_OUT:
		return p->open && (p->stage == ASK || p->stage == ROSTER);
	case ACT_LOCK:
		return !p->open;
	case ACT_BACK:
		return !p->open || p->stage != ASK;
	case ACT_MENU_PICK:
		return in_menu(p);
	case ACT_LIST_OPEN:
		return false;		/* Enter ticks */
	case ACT_LIST_FILTER:
		return p->stage == ROSTER;
	default:
		return true;
	}
}

static unsigned menu_key(struct panel_muster *p, uint32_t key)
{
	unsigned flags = widget_menu_key(&p->menu, key);
	int picked = p->menu.picked;

	if ((flags & WIDGET_PICKED) == 0)
		return flags;
	if (p->stage == PICK_EVENT)
		return begin(p, p->events[picked]);
	if (p->stage == WALK_AGE)
		return walked_in(p, picked);
	return sign_one(p, p->hits[picked]);
}

static unsigned muster_key(struct panel *base, uint32_t key)
{
	struct panel_muster *p = self(base);
	unsigned flags;

	if (in_menu(p))
		return menu_key(p, key);
	if (p->stage == CONFIRM)
		return PANEL_IGNORED;
	if (p->stage == ROSTER) {
		panel_tick_in(base, RESET_MS);
		if (key == ' ')
			return tick(p);
		return widget_list_key(&p->list, key);
	}
	flags = widget_edit_key(&p->edit, key);
	if ((flags & WIDGET_CHANGED) != 0) {
		p->said[0] = '\0';
		p->err.code = MQ_OK;
		panel_tick_in(base, RESET_MS);
	}
	return flags;
}

static unsigned muster_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	(void)over;
	return typing_text(self(base)) ?
	    widget_edit_paste(&self(base)->edit, s, len) : PANEL_DONE;
}

static bool muster_typing(struct panel *base)
{
	return typing_text(self(base)) || self(base)->stage == ROSTER;
}

static unsigned muster_tick(struct panel *base)
{
	struct panel_muster *p = self(base);

	p->said[0] = '\0';
	p->err.code = MQ_OK;
	if (p->open && (p->stage != ASK || !widget_edit_empty(&p->edit)))
		ask(p, ASK);
	return PANEL_REDRAW;
}

static void muster_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	(void)xcopy(out, size, word(W_MUSTER_TITLE));
}

static void muster_layout(struct panel *base, int h, int w)
{
	widget_list_layout(&self(base)->list, h > TOP_LINES + 2 ?
	    h - TOP_LINES : 2, w - 2);
}

/* ---- painting ---- */

static int paint_head(struct panel_muster *p, const struct draw *d)
{
	char text[200], in[16], came[16], all[24];

	if (!p->open) {
		draw_wrapped(d, 0, 0, 0, 2, ROLE_STRONG,
		    word(p->nevents > 0 ? W_MUSTER_WHICH : W_MUSTER_NO_EVENT));
		return 2;
	}
	number(in, muster_in(&p->m));
	number(came, muster_came(&p->m));
	snprintf(all, sizeof(all), "%lld", (long long)p->m.expected);
	draw_text(d, 0, 0, 0, ROLE_STRONG, p->m.title);
	words_fill(text, sizeof(text), p->m.expected > 0 ?
	    W_MUSTER_COUNT_OF : W_MUSTER_COUNT, in, came, all, NULL);
	draw_text(d, 1, 0, 0, ROLE_TEXT, text);
	return 3;
}

static void paint_prompt(struct panel_muster *p, const struct draw *d, int y)
{
	static const struct { enum word_id label, hint; } rows[] = {
		[ASK] = { W_MUSTER_ASK, W_MUSTER_ASK_HINT },
		[WALK_NAME] = { W_MUSTER_NAME, W_MUSTER_NAME_HINT },
		[WALK_PHONE] = { W_MUSTER_PHONE, W_MUSTER_PHONE_HINT },
		[ASK_PIN] = { W_MUSTER_PIN, W_MUSTER_PIN_HINT },
	};
	int x = draw_text(d, y, 0, 0, ROLE_STRONG, word(rows[p->stage].label));

	widget_edit_paint(&p->edit, d, y, x + 1, 1, 28, true);
	if (p->err.code == MQ_OK && p->said[0] == '\0')
		draw_wrapped(d, y + 1, 0, 0, 2, ROLE_HINT,
		    word(rows[p->stage].hint));
}

static void paint_said(struct panel_muster *p, const struct draw *d, int y)
{
	char text[700];

	if (p->said[0] != '\0') {
		draw_wrapped(d, y, 0, 0, 2, p->said_role, p->said);
	} else if (p->err.code != MQ_OK) {
		err_say_part(&p->err, ERR_WHAT, app_lang(p->base.app), text,
		    sizeof(text));
		y += draw_wrapped(d, y, 0, 0, 2, ROLE_ERROR, text);
		err_say_part(&p->err, ERR_DO, app_lang(p->base.app), text,
		    sizeof(text));
		draw_wrapped(d, y, 0, 0, 1, ROLE_TEXT, text);
	}
}

static void paint_confirm(struct panel_muster *p, const struct draw *d, int y)
{
	const struct muster_row *r = &p->m.rows[p->hits[0]];
	char text[200], since[24];

	clock_show(r->since, CLOCK_TIME, since, sizeof(since));
	words_fill(text, sizeof(text), r->rec != 0 && !r->out ?
	    W_MUSTER_CONFIRM_OUT : W_MUSTER_CONFIRM, r->v.masked,
	    r->v.phone_end, since, NULL);
	draw_wrapped(d, y, 0, 0, 2, ROLE_STRONG, text);
	draw_text(d, y + 2, 0, 0, ROLE_HINT, word(W_MUSTER_CONFIRM_HINT));
}

static void muster_paint(struct panel *base, const struct draw *d)
{
	struct panel_muster *p = self(base);
	struct draw top = draw_sub(d, 1, 1, d->h - 1, d->w - 2);
	struct draw list = draw_sub(d, TOP_LINES, 1, d->h - TOP_LINES,
	    d->w - 2);
	int y = paint_head(p, &top);

	if (in_menu(p)) {
		struct draw menu = draw_sub(&top, y + 1, 0, top.h - y - 1,
		    top.w);

		if (p->stage != PICK_EVENT)
			draw_text(&top, y, 0, 0, ROLE_STRONG,
			    word(p->stage == WALK_AGE ? W_MUSTER_AGE :
			    W_MUSTER_WHO));
		widget_menu_paint(&p->menu, &menu, true);
		return;
	}
	if (p->stage == CONFIRM) {
		paint_confirm(p, &top, y);
	} else if (p->stage == ROSTER) {
		draw_wrapped(&top, y, 0, 0, 2, ROLE_HINT,
		    word(W_MUSTER_ROSTER_HINT));
		paint_said(p, &top, y + 2);
	} else {
		paint_prompt(p, &top, y);
		paint_said(p, &top, y + 2);
	}
	if (p->stage == ROSTER)
		widget_list_paint(&p->list, &list);
}

static void muster_destroy(struct panel *base)
{
	struct panel_muster *p = self(base);

	if (p->open)
		desk_hold(base->app, false);
	widget_list_free(&p->list);
	widget_edit_free(&p->edit);
	widget_menu_free(&p->menu);
	muster_close(&p->m);
}

static const enum context muster_contexts[] = { CTX_MUSTER, CTX_END };
static const enum context muster_widgets[] = { CTX_LIST, CTX_MENU, CTX_END };

static const struct panel_ops muster_ops = {
	.name = "muster",
	.contexts = muster_contexts,
	.widgets = muster_widgets,
	.title = muster_title,
	.action = muster_action,
	.key = muster_key,
	.paste = muster_paste,
	.typing = muster_typing,
	.offers = muster_offers,
	.layout = muster_layout,
	.paint = muster_paint,
	.tick = muster_tick,
	.destroy = muster_destroy,
};

void panel_muster_open(struct app *app)
{
	struct panel_muster *p = xcalloc(1, sizeof(*p));

	p->base.app = app;
	p->array.item_size = sizeof(struct muster_row);
	p->array.same = same_row;
	p->array.match = row_fits;
	widget_edit_init(&p->edit, NULL);
	widget_list_init(&p->list, &source, &p->array);
	p->list.digits = false;
	p->list.type_to_filter = true;
	find_events(p);
	app_push(app, &p->base, &muster_ops);
}
