/*
 * 今日: what is due, what is new, what lies half done, where everything
 * stands on its way, and the numbered way to every page.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/list.h"
#include "../core/notice.h"
#include "../core/recur.h"
#include "panels.h"
#include "popup.h"
#include "record_go.h"
#include "widget_lines.h"
#include "widget_menu.h"
#include "words.h"

#define DUE_MAX 200		/* counted up to here, then "200+" */
#define SHOWN 3			/* of each thing, by name */
#define MENU_CELLS 24
#define TWO_COLUMNS 64
#define REFRESH_MS (5 * MS_MINUTE)	/* due times move by themselves */

struct panel_home {
	struct panel base;
	struct widget_menu menu;
	struct widget_menu_choice *choices;
	struct widget_lines today;
	char drafts[24];
	struct record next;	/* whoever is longest due for a visit */
	int64_t notice;		/* the first that waits for an answer */
	int64_t task;		/* the list being worked off */
};

static struct panel_home *self(struct panel *p)
{
	return (struct panel_home *)p;
}

/* ---- the ways to every page ---- */

static void open_form(struct app *app, const char *kind)
{
	panel_form_open(app, &(struct form_start){ .kind = kind });
}

static void go_visit(struct app *app) { open_form(app, "visit"); }
static void go_request(struct app *app) { open_form(app, "request"); }
static void go_houses(struct app *a) { panel_records_open(a, "household", ""); }
static void go_people(struct app *a) { panel_records_open(a, "person", ""); }
static void go_queue(struct app *a) { panel_records_open(a, "request", "due"); }
static void go_visits(struct app *a) { panel_records_open(a, "visit", ""); }
static void go_requests(struct app *a) { panel_records_open(a, "request", ""); }
static void go_service(struct app *a) { panel_records_open(a, "service", ""); }
static void go_notice(struct app *a) { panel_records_open(a, "notice", ""); }
static void go_volunteer(struct app *app) { open_form(app, "volunteer"); }
static void go_event(struct app *a) { panel_records_open(a, "event", ""); }

static unsigned leave_answered(struct panel *p, int answer)
{
	if (answer == 0)
		desk_logout(p->app);
	else if (answer == 1)
		return PANEL_QUIT;
	return PANEL_REDRAW;
}

static void go_leave(struct app *app)
{
	const char *answers[] = { word(W_HOME_CHANGE), word(W_HOME_QUIT) };

	if (desk_of(app)->kiosk)
		desk_logout(app);
	else
		popup_ask(app_top(app), word(W_HOME_LEAVE), word(W_HOME_ASK),
		    answers, ARRAY_LEN(answers), leave_answered);
}

/* A page stays at its number whoever is here: hands remember it.  What a
 * post may not do is shown dim. */
static const struct way {
	enum word_id label;
	void (*go)(struct app *app);
	const char *action, *kind;	/* NULL: everybody */
} ways[] = {
	{ W_HOME_VISIT, go_visit, "open", "visit" },
	{ W_HOME_REQUEST, go_request, "open", "request" },
	{ W_HOME_BOARD, panel_board_open, NULL, NULL },
	{ W_HOME_TAP, panel_tap_open, "open", "tap" },
	{ W_HOME_FIND, panel_find_open, NULL, NULL },
	{ W_HOME_HOUSES, go_houses, "see", "household" },
	{ W_HOME_QUEUE, go_queue, "see", "request" },
	{ W_HOME_BATCH, panel_batch_open, "open", "visit" },
	{ W_HOME_DRAFTS, panel_drafts_open, NULL, NULL },
	{ W_HOME_VISITS, go_visits, "see", "visit" },
	{ W_HOME_REQUESTS, go_requests, "see", "request" },
	{ W_HOME_SERVICE, go_service, "see", "service" },
	{ W_HOME_PEOPLE, go_people, "see", "person" },
	{ W_HOME_NOTICE, go_notice, "see", "notice" },
	{ W_HOME_EVENT, go_event, "see", "event" },
	{ W_HOME_OUTBOX, panel_outbox_open, NULL, NULL },
	{ W_HOME_STREET, panel_street_open, "see", "request" },
	{ W_HOME_REPORTS, panel_reports_open, NULL, NULL },
	{ W_HOME_KINDS, panel_kinds_open, NULL, NULL },
	{ W_HOME_MUSTER, panel_muster_open, "open", "event" },
	{ W_HOME_HOURS, panel_hours_open, "step:approve", "service" },
	{ W_HOME_VOLUNTEER, go_volunteer, "open", "volunteer" },
	{ W_HOME_CERT, panel_certificate_open, NULL, NULL },
	{ W_HOME_LEAVE, go_leave, NULL, NULL },
};

static void fill_menu(struct panel_home *h)
{
	struct desk *d = desk_of(h->base.app);
	size_t drafts = d->drafts != NULL ? draft_count(d->drafts) : 0;

	snprintf(h->drafts, sizeof(h->drafts), "%zu", drafts);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct way *w = &ways[i];

		h->choices[i].label = word(w->label);
		h->choices[i].role = ROLE_TEXT;
		h->choices[i].off = w->action != NULL &&
		    !desk_may(h->base.app, w->action, w->kind);
		h->choices[i].note = w->go == panel_drafts_open && drafts > 0 ?
		    h->drafts : NULL;
	}
}

/* ---- what is due and new ---- */

static void up_to(int64_t n, int64_t max, char out[24])
{
	snprintf(out, 24, "%" PRId64 "%s", n, n >= max ? "+" : "");
}

static void add_named(struct panel_home *h, const struct record *r)
{
	char due[64], line[300];
	enum theme_role role;

	desk_due_words(h->base.app, r, due, sizeof(due), &role);
	snprintf(line, sizeof(line), "%s  %s", due, r->title);
	widget_lines_add_in(&h->today, 2, role, line);
}

/* Open requests by due time: how many, how many late, the first by name. */
static void add_requests(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct record *rows = xcalloc(DUE_MAX, sizeof(*rows));
	struct record_query q = { .kind = "request", .sort = SORT_DUE,
	    .state = "open" };
	struct utc now = ledger_now(d->n);
	struct err err = ERR_INIT;
	char all[24], late[24], line[160];
	int n = 0, over = 0;

	desk_narrow(app, "request", &q, &scope);
	if (record_page(d->n, &q, NULL, false, rows, DUE_MAX, &n, &err)
	    != MQ_OK) {
		char what[300];

		/* "none" would be false: nobody could look. */
		err_say_part(&err, ERR_WHAT, app_lang(app), what,
		    sizeof(what));
		widget_lines_add(&h->today, NULL, ROLE_ERROR, what);
		goto out;
	}
	for (int i = 0; i < n; i++)
		over += rows[i].due_at.ms < now.ms;
	up_to(n, DUE_MAX, all);
	up_to(over, DUE_MAX, late);
	words_fill(line, sizeof(line), over > 0 ? W_HOME_DUE_LATE :
	    n > 0 ? W_HOME_DUE : W_HOME_DUE_NONE, all, late, NULL);
	widget_lines_add(&h->today, NULL, over > 0 ? ROLE_STRONG : ROLE_TEXT,
	    line);
	for (int i = 0; i < n && i < SHOWN; i++)
		add_named(h, &rows[i]);
out:
	free(rows);
	buf_free(&scope);
}

/* Who is due for a visit: how many, the first by name. */
static void add_visits_due(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct record_query q = { 0 };
	struct recur_due rows[SHOWN];
	struct buf scope = BUF_INIT(BUF_LARGE), due = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	struct day today = clock_day(ledger_now(d->n));
	char count[24], line[300];
	int64_t total = 0;
	int n = 0;

	h->next.rec = 0;
	desk_narrow(app, "person", &q, &scope);
	if (recur_count(d->n, "person", q.scope, today, DUE_MAX, &total,
	    &err) != MQ_OK || total == 0 || recur_page(d->n, "person",
	    q.scope, today, NULL, rows, SHOWN, &n, &err) != MQ_OK)
		goto out;
	up_to(total, DUE_MAX, count);
	words_fill(line, sizeof(line), W_HOME_VISITS_DUE, count, NULL);
	widget_lines_add(&h->today, NULL, ROLE_STRONG, line);
	for (int i = 0; i < n && rows[i].due.n <= today.n; i++) {
		if (i == 0)
			h->next = rows[i].r;
		buf_reset(&due);
		recur_words(&rows[i], today, app_lang(app), &due);
		words_fill(line, sizeof(line), W_HOME_VISIT_ONE,
		    buf_str(&due), rows[i].r.title, NULL);
		widget_lines_add_in(&h->today, 2, rows[i].due.n < today.n ?
		    ROLE_OVERDUE : ROLE_DUE_SOON, line);
	}
out:
	buf_free(&scope);
	buf_free(&due);
}

/* The task that was set last and runs: how far it is. */
static void add_task(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct buf scope = BUF_INIT(BUF_LARGE), own = BUF_INIT(BUF_LARGE);
	struct record row;
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t total = 0, done = 0;
	char a[24], b[24], line[300];
	int n = 0;

	h->task = 0;
	access_scope(d->n, &d->who, "drive", &scope);
	access_scope(d->n, &d->who, "household", &own);
	if (list_running(d->n, buf_str(&scope), &row, 1, &n, &err) != MQ_OK ||
	    n == 0 || record_get(d->n, row.rec, &r, &err) != MQ_OK)
		goto out;
	if (list_standing(d->n, &r, buf_str(&own), &total, &done, &err) ==
	    MQ_OK && total > 0) {
		h->task = row.rec;
		snprintf(a, sizeof(a), "%" PRId64, done);
		snprintf(b, sizeof(b), "%" PRId64, total);
		words_fill(line, sizeof(line), W_HOME_TASK_AT, row.title, a,
		    b, NULL);
		widget_lines_add(&h->today, NULL, done == total ? ROLE_DONE :
		    ROLE_TEXT, line);
	}
	record_full_free(&r);
out:
	buf_free(&scope);
	buf_free(&own);
}

static bool is_today(struct utc t, struct utc now)
{
	return clock_day(t).n == clock_day(now).n;
}

/* Events of today. */
static void add_events(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct utc now = ledger_now(d->n);
	struct record_query q = { .kind = "event", .sort = SORT_OPENED };
	struct record rows[SHOWN * 3];
	struct err err = ERR_INIT;
	char at[16], line[300];
	int n = 0, shown = 0;

	if (record_page(d->n, &q, NULL, false, rows, ARRAY_LEN(rows), &n, &err)
	    != MQ_OK)
		n = 0;
	for (int i = 0; i < n && shown < SHOWN; i++) {
		if ((rows[i].flags & REC_CLOSED) != 0 ||
		    !is_today(rows[i].opened_at, now))
			continue;
		clock_show(rows[i].opened_at, CLOCK_TIME, at, sizeof(at));
		words_fill(line, sizeof(line), W_HOME_EVENT_AT, at,
		    rows[i].title, NULL);
		widget_lines_add(&h->today, NULL, ROLE_TEXT, line);
		shown++;
	}
}

/* What concerns this person and still holds; those to be answered first. */
static void add_notices(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct record rows[SHOWN];
	struct err err = ERR_INIT;
	char at[16], line[300];
	int n = 0, waiting = 0;

	h->notice = 0;
	if (notice_for(d->n, &d->who, rows, ARRAY_LEN(rows), &n, &waiting,
	    &err) != MQ_OK)
		return;
	if (waiting > 0) {
		h->notice = rows[0].rec;
		widget_lines_add(&h->today, NULL, ROLE_NOTICE,
		    word(W_HOME_NOTICES_WAIT));
	}
	for (int i = 0; i < n; i++) {
		clock_show(rows[i].opened_at, CLOCK_SHORT, at, sizeof(at));
		words_fill(line, sizeof(line), i < waiting ?
		    W_HOME_NOTICE_NEW : W_HOME_NOTICE_AT, at, rows[i].title,
		    NULL);
		widget_lines_add(&h->today, NULL, ROLE_TEXT, line);
	}
}

static void add_forgotten(struct panel_home *h)
{
	struct desk *d = desk_of(h->base.app);
	struct record *rows = xcalloc(DUE_MAX, sizeof(*rows));
	struct utc now = ledger_now(d->n);
	struct err err = ERR_INIT;
	char number[24], line[160];
	int n = 0, over = 0;

	if (hours_open_all(d->n, rows, DUE_MAX, &n, &err) != MQ_OK)
		n = 0;
	for (int i = 0; i < n && i < DUE_MAX; i++)
		over += hours_forgotten(d->n, &rows[i], now);
	if (over > 0) {
		up_to(over, DUE_MAX, number);
		words_fill(line, sizeof(line), W_HOME_FORGOTTEN, number, NULL);
		widget_lines_add(&h->today, NULL, ROLE_WARN, line);
	}
	free(rows);
}

/* What one person entered today: few enough to walk over. */
static int64_t count_own(struct desk *d, const struct record_query *q,
    bool sum)
{
	struct record *rows = xcalloc(DUE_MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	int64_t total = 0;
	int n = 0;

	if (record_page(d->n, q, NULL, false, rows, DUE_MAX, &n, &err)
	    != MQ_OK)
		n = 0;
	for (int i = 0; i < n; i++)
		total += sum ? rows[i].num : 1;
	free(rows);
	return total;
}

static int64_t count_today(struct panel_home *h, const char *kind, bool sum)
{
	struct desk *d = desk_of(h->base.app);
	struct day today = clock_day(ledger_now(d->n));
	struct record_query q = { .kind = kind, .sort = SORT_OPENED,
	    .from = clock_day_start(today) };
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int64_t n = 0;

	desk_narrow(h->base.app, kind, &q, &scope);
	if (q.by != NULL)
		n = count_own(d, &q, sum);
	else if (record_count(d->n, kind, sum ? "num" : "opened", NULL,
	    q.scope, today, today, &n, &err) != MQ_OK)
		n = 0;
	buf_free(&scope);
	return n;
}

static void add_counts(struct panel_home *h)
{
	char v[24], r[24], s[24], t[24], line[200];

	snprintf(v, sizeof(v), "%" PRId64, count_today(h, "visit",
	    false));
	snprintf(r, sizeof(r), "%" PRId64, count_today(h, "request",
	    false));
	snprintf(s, sizeof(s), "%" PRId64, count_today(h, "service",
	    true));
	snprintf(t, sizeof(t), "%" PRId64, count_today(h, "tap", true));
	words_fill(line, sizeof(line), W_HOME_COUNTS, v, r, t, s, NULL);
	widget_lines_add(&h->today, NULL, ROLE_TEXT, line);
}

static void add_delivery(struct panel_home *h)
{
	const struct outbox_counts *c = desk_counts(h->base.app);
	char w[24], l[24], s[24], k[24], r[24], line[200];

	snprintf(w, sizeof(w), "%" PRId64, c->written);
	snprintf(l, sizeof(l), "%" PRId64, c->local);
	snprintf(s, sizeof(s), "%" PRId64, c->sent);
	snprintf(k, sizeof(k), "%" PRId64, c->hub);
	snprintf(r, sizeof(r), "%" PRId64, c->returned);
	words_fill(line, sizeof(line), W_HOME_DELIVERY, w, l, s, k, r, NULL);
	widget_lines_add(&h->today, NULL, ROLE_TEXT, line);
}

static void refresh(struct panel_home *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);

	widget_lines_reset(&h->today);
	widget_lines_head(&h->today, word(W_HOME_TODO));
	if (desk_may(app, "see", "request"))
		add_requests(h);
	if (desk_may(app, "see", "person"))
		add_visits_due(h);
	if (desk_may(app, "see", "drive"))
		add_task(h);
	add_forgotten(h);
	if (d->drafts != NULL && draft_count(d->drafts) > 0) {
		char n[24], line[120];

		snprintf(n, sizeof(n), "%zu", draft_count(d->drafts));
		words_fill(line, sizeof(line), W_HOME_PARKED, n, NULL);
		widget_lines_add(&h->today, NULL, ROLE_NOTICE, line);
	}
	add_events(h);
	if (desk_may(app, "see", "notice"))
		add_notices(h);
	widget_lines_head(&h->today, word(W_HOME_DONE));
	add_counts(h);
	add_delivery(h);
	fill_menu(h);
	panel_tick_in(&h->base, REFRESH_MS);
}

/* ---- handlers ---- */

static unsigned home_action(struct panel *p, enum action act)
{
	switch (act) {
	case ACT_HOME_UNDO:
		desk_undo(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_FIND:
		panel_find_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_DUE:
		panel_due_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_NOTICE:
		panel_record_open(p->app, self(p)->notice);
		return PANEL_REDRAW;
	case ACT_HOME_TASK:
		panel_task_open(p->app, self(p)->task);
		return PANEL_REDRAW;
	case ACT_HOME_NEXT:
		record_go(p->app, &self(p)->next);
		return PANEL_REDRAW;
	case ACT_HOME_PIN:
		panel_pin_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_LEAVE:
		go_leave(p->app);
		return PANEL_REDRAW;
	case ACT_BACK:
		go_leave(p->app);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool home_offers(struct panel *p, enum action act)
{
	if (act == ACT_HOME_UNDO)
		return desk_can_undo(p->app);
	if (act == ACT_HOME_NOTICE)
		return self(p)->notice != 0;
	if (act == ACT_HOME_TASK)
		return self(p)->task != 0;
	if (act == ACT_HOME_NEXT)
		return self(p)->next.rec != 0;
	if (act == ACT_HOME_DUE)
		return desk_may(p->app, "see", "person");
	return act != ACT_BACK && act != ACT_MENU_MORE;
}

static unsigned home_key(struct panel *p, uint32_t key)
{
	struct panel_home *h = self(p);
	unsigned flags;

	if (key == K_ESC) {
		go_leave(p->app);
		return PANEL_REDRAW;
	}
	flags = widget_menu_key(&h->menu, key);
	if ((flags & WIDGET_PICKED) != 0) {
		size_t i = (size_t)h->menu.picked;

		h->menu.picked = -1;
		if (i >= WIDGET_MENU_PAGE)
			h->menu.here = 0;	/* digits mean the same again */
		ways[i].go(p->app);
		return PANEL_REDRAW;
	}
	return flags;
}

static unsigned home_wake(struct panel *p)
{
	refresh(self(p));
	return PANEL_REDRAW;
}

static unsigned home_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return home_wake(p);
}

static void home_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HOME_TITLE));
}

/* What lies behind 0, so that nobody has to look for it. */
static void paint_other_page(struct panel_home *h, const struct draw *d)
{
	size_t from = h->menu.here < WIDGET_MENU_PAGE ? WIDGET_MENU_PAGE : 0;
	size_t to = from == 0 ? WIDGET_MENU_PAGE : ARRAY_LEN(ways);

	for (size_t i = from; i < to && (int)(i - from) < d->h; i++)
		draw_text(d, (int)(i - from), 4, 0, ROLE_DIM,
		    h->choices[i].label);
}

static void home_paint(struct panel *p, const struct draw *d)
{
	struct panel_home *h = self(p);
	bool wide = d->w >= TWO_COLUMNS;
	int y = 0, lines;
	enum theme_role role;
	char light[256];
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);
	struct draw menu, today;

	desk_light_words(p->app, light, sizeof(light), &role);
	y += draw_wrapped(&in, y, 0, 0, 2, role, light);
	if (d->h >= 18)
		y++;
	h->menu.one_column = wide;
	lines = widget_menu_lines(&h->menu, wide ? MENU_CELLS : in.w);
	menu = draw_sub(&in, y, 0, wide ? in.h - y : lines, wide ? MENU_CELLS :
	    in.w);
	today = wide ? draw_sub(&in, y, MENU_CELLS + 2, in.h - y,
	    in.w - MENU_CELLS - 2) :
	    draw_sub(&in, y + lines + 1, 0, in.h - y - lines - 1, in.w);
	widget_menu_paint(&h->menu, &menu, true);
	if (wide) {
		menu = draw_sub(&menu, lines, 0, menu.h - lines, menu.w);
		paint_other_page(h, &menu);
	}
	if (today.h > 0)
		widget_lines_paint(&h->today, &today);
}

static void home_destroy(struct panel *p)
{
	struct panel_home *h = self(p);

	widget_menu_free(&h->menu);
	widget_lines_free(&h->today);
	free(h->choices);
}

static const enum context home_contexts[] = { CTX_HOME, CTX_END };
static const enum context home_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops home_ops = {
	.name = "home",
	.contexts = home_contexts,
	.widgets = home_widgets,
	.title = home_title,
	.action = home_action,
	.key = home_key,
	.offers = home_offers,
	.paint = home_paint,
	.tick = home_wake,
	.wake = home_wake,
	.returned = home_returned,
	.destroy = home_destroy,
};

void panel_home_open(struct app *app)
{
	struct panel_home *h = xcalloc(1, sizeof(*h));

	h->choices = xcalloc(ARRAY_LEN(ways), sizeof(*h->choices));
	widget_menu_init(&h->menu, h->choices, ARRAY_LEN(ways), false);
	widget_lines_init(&h->today);
	app_reset(app, &h->base, &home_ops);
	refresh(h);
}
