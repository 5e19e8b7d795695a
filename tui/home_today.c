/*
 * What waits today.  Called by panel_home.
 */
#include "home_today.h"

#include <assert.h>
#include <inttypes.h>

#include "../core/away.h"
#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/list.h"
#include "../core/notice.h"
#include "../core/recur.h"
#include "panels.h"
#include "words.h"

#define DUE_MAX 200		/* counted up to here, then "200+" */
#define SHOWN 3			/* of each thing, by name */
#define NEWS 2
#define LOOKED 20		/* whose history is asked: did it come back? */
#define LABEL_CELLS 1
#define INDENT 2
#define LEAST_CELLS 8

/* The letters of rows: not those the first page has for something else. */
static const char letters[HOME_TODAY_WAYS + 1] = "abcdefghijklmopqrsxy";

void home_today_init(struct home_today *t, struct app *app)
{
	memset(t, 0, sizeof(*t));
	t->app = app;
	for (const char *l = letters; *l != '\0'; l++)
		assert(keymap_in(CTX_HOME, (uint32_t)*l) == ACT_NONE);
	widget_lines_init(&t->lines);
	t->lines.label_cells = LABEL_CELLS;
}

void home_today_free(struct home_today *t)
{
	widget_lines_free(&t->lines);
}

/* ---- rows that open ---- */

/* One line, with the letter that opens it; NULL when letters ran out. */
static struct home_today_way *add_row(struct home_today *t, int indent,
    enum theme_role role, const char *text)
{
	struct home_today_way *way = NULL;
	struct buf line = BUF_INIT(BUF_SMALL);
	char label[2] = "";
	int room = t->w - LABEL_CELLS - 1 - indent;

	if (t->n < HOME_TODAY_WAYS) {
		label[0] = letters[t->n];
		way = &t->ways[t->n++];
		memset(way, 0, sizeof(*way));
	}
	buf_addf(&line, "%*s", indent, "");
	text_fit(text, room > LEAST_CELLS ? room : LEAST_CELLS, &line);
	widget_lines_add(&t->lines, way != NULL ? label : " ", role,
	    buf_str(&line));
	buf_free(&line);
	return way;
}

static void add_go(struct home_today *t, enum theme_role role,
    const char *text, void (*go)(struct app *app))
{
	struct home_today_way *way = add_row(t, 0, role, text);

	if (way != NULL)
		way->go = go;
}

static void add_rec(struct home_today *t, int indent, enum theme_role role,
    const char *text, int64_t rec)
{
	struct home_today_way *way = add_row(t, indent, role, text);

	if (way == NULL)
		return;
	way->open = panel_record_open;
	way->rec = rec;
}

static void up_to(int64_t n, int64_t max, char out[24])
{
	snprintf(out, 24, "%" PRId64 "%s", n, n >= max ? "+" : "");
}

/* ---- requests ---- */

static void go_queue(struct app *a) { panel_records_open(a, "request", "due"); }

static void add_case(struct home_today *t, const struct record *r,
    const char *what, enum theme_role role)
{
	char due[64], line[400];
	enum theme_role look;

	desk_due_words(t->app, r, due, sizeof(due), &look);
	snprintf(line, sizeof(line), "%s%s%s  %s", what, *what != '\0' ?
	    " " : "", due, r->title);
	add_rec(t, INDENT, *what != '\0' ? role : look, line, r->rec);
}

/* Is the last thing that happened to it that somebody sent it back? */
static bool came_back(struct desk *d, const struct record *r)
{
	struct record_event *list;
	struct err err = ERR_INIT;
	bool back = false;
	int n = 0;

	if (record_events(d->n, r->rec, &list, &n, &err) != MQ_OK)
		return false;
	for (int i = 0; i < n; i++)
		if (list[i].step[0] != '\0' && !list[i].undone)
			back = strcmp(list[i].step, "return") == 0;
	record_events_free(&list, n);
	return back;
}

/* Where they can be returned to: the only ones worth asking. */
static bool may_have_come_back(struct desk *d, const struct record *r)
{
	const struct kind *k = pack_kind(d->n->pack, r->kind);
	const struct flow_step *back = k != NULL ? kind_step(k, "return") :
	    NULL;

	return back != NULL && strcmp(r->state, back->to) == 0;
}

/* By name: what is disputed, what came back, then the first by due time. */
static void add_cases(struct home_today *t, const struct record *rows, int n)
{
	struct desk *d = desk_of(t->app);
	bool *told = xcalloc((size_t)n + 1, sizeof(*told));
	int shown = 0, asked = 0;

	for (int i = 0; i < n && shown < t->named; i++)
		if ((rows[i].flags & REC_CONFLICT) != 0) {
			add_case(t, &rows[i], word(W_STATE_CONFLICT),
			    ROLE_CONFLICT);
			told[i] = true;
			shown++;
		}
	shown = 0;
	for (int i = 0; i < n && shown < t->named && asked < LOOKED; i++) {
		if (told[i] || !may_have_come_back(d, &rows[i]))
			continue;
		asked++;
		told[i] = came_back(d, &rows[i]);
		if (told[i])
			add_case(t, &rows[i], word(W_HOME_CAME_BACK),
			    ROLE_WARN);
		shown += told[i];
	}
	shown = 0;
	for (int i = 0; i < n && shown < t->named; i++)
		if (!told[i]) {
			add_case(t, &rows[i], "", ROLE_TEXT);
			shown++;
		}
	free(told);
}

/* Open requests by due time: how many, how many late. */
static void add_requests(struct home_today *t)
{
	struct app *app = t->app;
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
		widget_lines_add(&t->lines, NULL, ROLE_ERROR, what);
		goto out;
	}
	for (int i = 0; i < n; i++)
		over += rows[i].due_at.ms != 0 && rows[i].due_at.ms < now.ms;
	up_to(n, DUE_MAX, all);
	up_to(over, DUE_MAX, late);
	words_fill(line, sizeof(line), over > 0 ? W_HOME_DUE_LATE :
	    n > 0 ? W_HOME_DUE : W_HOME_DUE_NONE, all, late, NULL);
	add_go(t, over > 0 ? ROLE_STRONG : ROLE_TEXT, line, go_queue);
	add_cases(t, rows, n);
out:
	free(rows);
	buf_free(&scope);
}

static void go_changed(struct app *a)
{
	panel_records_open(a, "request", "changed");
}

/* What others did to requests while this person was away. */
static void add_changed(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct record *rows = xcalloc(DUE_MAX, sizeof(*rows));
	struct record_query q = { .kind = "request",
	    .flags_none = REC_CONFIDENTIAL };
	struct err err = ERR_INIT;
	char count[24], line[160];
	int n = 0;

	desk_narrow(t->app, "request", &q, &scope);
	if (d->away.ms != 0 && away_changed(d->n, &q, d->away, d->who.by, rows,
	    DUE_MAX, &n, &err) == MQ_OK && n > 0) {
		up_to(n, DUE_MAX, count);
		words_fill(line, sizeof(line), W_HOME_CHANGED, count, NULL);
		add_go(t, ROLE_STRONG, line, go_changed);
	}
	free(rows);
	buf_free(&scope);
}

/* ---- visits, sign-outs, drafts ---- */

/* Who is due for a visit: how many, the first by name. */
static void add_visits_due(struct home_today *t)
{
	struct app *app = t->app;
	struct desk *d = desk_of(app);
	struct recur_due rows[SHOWN];
	struct buf scope = BUF_INIT(BUF_LARGE), due = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	struct day today = clock_day(ledger_now(d->n));
	char count[24], line[300];
	int64_t total = 0;
	int n = 0;

	t->next.rec = 0;
	desk_scope(app, "person", &scope);
	if (recur_count(d->n, "person", buf_str(&scope), today, DUE_MAX,
	    &total, &err) != MQ_OK || total == 0 || recur_page(d->n, "person",
	    buf_str(&scope), today, NULL, rows, SHOWN, &n, &err) != MQ_OK)
		goto out;
	up_to(total, DUE_MAX, count);
	words_fill(line, sizeof(line), W_HOME_VISITS_DUE, count, NULL);
	add_go(t, ROLE_STRONG, line, panel_due_open);
	for (int i = 0; i < n && rows[i].due.n <= today.n; i++) {
		if (i == 0)
			t->next = rows[i].r;
		if (i >= t->named)
			break;
		buf_reset(&due);
		recur_words(&rows[i], today, app_lang(app), &due);
		words_fill(line, sizeof(line), W_HOME_VISIT_ONE,
		    buf_str(&due), rows[i].r.title, NULL);
		add_rec(t, INDENT, rows[i].due.n < today.n ? ROLE_OVERDUE :
		    ROLE_DUE_SOON, line, rows[i].r.rec);
	}
out:
	buf_free(&scope);
	buf_free(&due);
}

/* The task that was set last and runs: how far it is. */
static void add_task(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
	struct buf scope = BUF_INIT(BUF_LARGE), own = BUF_INIT(BUF_LARGE);
	struct home_today_way *way;
	struct record row;
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t total = 0, done = 0;
	char a[24], b[24], line[300];
	int n = 0;

	t->task = 0;
	access_scope(d->n, &d->who, "drive", &scope);
	access_scope(d->n, &d->who, "household", &own);
	if (list_running(d->n, buf_str(&scope), &row, 1, &n, &err) != MQ_OK ||
	    n == 0 || record_get(d->n, row.rec, &r, &err) != MQ_OK)
		goto out;
	if (list_standing(d->n, &r, buf_str(&own), &total, &done, &err) ==
	    MQ_OK && total > 0) {
		t->task = row.rec;
		snprintf(a, sizeof(a), "%" PRId64, done);
		snprintf(b, sizeof(b), "%" PRId64, total);
		words_fill(line, sizeof(line), W_HOME_TASK_AT, row.title, a,
		    b, NULL);
		way = add_row(t, 0, done == total ? ROLE_DONE : ROLE_TEXT,
		    line);
		if (way != NULL)
			*way = (struct home_today_way){
			    .open = panel_task_open, .rec = row.rec };
	}
	record_full_free(&r);
out:
	buf_free(&scope);
	buf_free(&own);
}

static void add_forgotten(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
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
		add_go(t, ROLE_WARN, line, panel_board_open);
	}
	free(rows);
}

static void add_drafts(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
	char n[24], line[120];

	if (d->drafts == NULL || draft_count(d->drafts) == 0)
		return;
	snprintf(n, sizeof(n), "%zu", draft_count(d->drafts));
	words_fill(line, sizeof(line), W_HOME_PARKED, n, NULL);
	add_go(t, ROLE_NOTICE, line, panel_drafts_open);
}

/* ---- news ---- */

/* "14:00 义诊 …，报名 30/40" */
static void event_words(struct home_today *t, const struct record *r,
    char *out, size_t size)
{
	struct record_full full;
	struct err err = ERR_INIT;
	char at[16], came[24] = "0", room[24] = "";

	clock_show(r->opened_at, CLOCK_TIME, at, sizeof(at));
	if (record_get(desk_of(t->app)->n, r->rec, &full, &err) == MQ_OK) {
		snprintf(came, sizeof(came), "%" PRId64,
		    fields_int(&full.f, "registered", 0));
		if (fields_has(&full.f, "capacity"))
			snprintf(room, sizeof(room), "/%" PRId64,
			    fields_int(&full.f, "capacity", 0));
		record_full_free(&full);
	}
	words_fill(out, size, W_HOME_EVENT_AT, at, came, room, r->title,
	    NULL);
}

/* Those of today that are not over. */
static void add_events(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
	struct day today = clock_day(ledger_now(d->n));
	struct record_query q = { .kind = "event", .sort = SORT_OPENED,
	    .state = "open", .from = clock_day_start(today),
	    .to = clock_day_start((struct day){ today.n + 1 }) };
	struct record rows[NEWS];
	struct err err = ERR_INIT;
	char line[400];
	int n = 0;

	if (record_page(d->n, &q, NULL, false, rows, t->news, &n, &err)
	    != MQ_OK)
		n = 0;
	for (int i = 0; i < n; i++) {
		event_words(t, &rows[i], line, sizeof(line));
		add_rec(t, 0, ROLE_TEXT, line, rows[i].rec);
	}
}

/* What concerns this person and still holds; those to be answered first. */
static void add_notices(struct home_today *t)
{
	struct desk *d = desk_of(t->app);
	struct record rows[SHOWN];
	struct err err = ERR_INIT;
	char at[16], line[400];
	int n = 0, waiting = 0;

	t->notice = 0;
	if (notice_for(d->n, &d->who, rows, ARRAY_LEN(rows), &n, &waiting,
	    &err) != MQ_OK)
		return;
	if (waiting > 0) {
		t->notice = rows[0].rec;
		add_rec(t, 0, ROLE_NOTICE, word(W_HOME_NOTICES_WAIT),
		    t->notice);
	}
	for (int i = 0; i < n && i <= t->news; i++) {
		clock_show(rows[i].opened_at, CLOCK_SHORT, at, sizeof(at));
		words_fill(line, sizeof(line), i < waiting ?
		    W_HOME_NOTICE_NEW : W_HOME_NOTICE_AT, at, rows[i].title,
		    NULL);
		add_rec(t, 0, ROLE_TEXT, line, rows[i].rec);
	}
}

/* ---- what was done today ---- */

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

static int64_t count_today(struct home_today *t, const char *kind, bool sum)
{
	struct desk *d = desk_of(t->app);
	struct day today = clock_day(ledger_now(d->n));
	struct record_query q = { .kind = kind, .sort = SORT_OPENED,
	    .from = clock_day_start(today) };
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int64_t n = 0;

	desk_narrow(t->app, kind, &q, &scope);
	if (q.by != NULL)
		n = count_own(d, &q, sum);
	else if (record_count(d->n, kind, sum ? "num" : "opened", NULL,
	    q.scope, today, today, &n, &err) != MQ_OK)
		n = 0;
	buf_free(&scope);
	return n;
}

static void add_counts(struct home_today *t)
{
	char v[24], r[24], s[24], taps[24], line[200];

	snprintf(v, sizeof(v), "%" PRId64, count_today(t, "visit",
	    false));
	snprintf(r, sizeof(r), "%" PRId64, count_today(t, "request",
	    false));
	snprintf(s, sizeof(s), "%" PRId64, count_today(t, "service",
	    true));
	snprintf(taps, sizeof(taps), "%" PRId64, count_today(t, "tap", true));
	words_fill(line, sizeof(line), W_HOME_COUNTS, v, r, taps, s, NULL);
	widget_lines_add(&t->lines, NULL, ROLE_TEXT, line);
}

static void add_delivery(struct home_today *t)
{
	char line[200];

	desk_delivery_line(t->app, line, sizeof(line));
	widget_lines_add(&t->lines, NULL, ROLE_TEXT, line);
}

/* ---- all of it ---- */

static void look(struct home_today *t)
{
	struct app *app = t->app;

	t->n = 0;
	widget_lines_reset(&t->lines);
	widget_lines_head(&t->lines, word(W_HOME_TODO));
	if (desk_may(app, "see", "request")) {
		add_requests(t);
		add_changed(t);
	}
	if (desk_may(app, "see", "person"))
		add_visits_due(t);
	if (desk_may(app, "see", "drive"))
		add_task(t);
	add_forgotten(t);
	add_drafts(t);
	add_events(t);
	if (desk_may(app, "see", "notice"))
		add_notices(t);
	widget_lines_head(&t->lines, word(W_HOME_DONE));
	add_counts(t);
	add_delivery(t);
}

/* When everything waits at once each thing names fewer of its own: what waits
 * is never off the page. */
void home_today_refresh(struct home_today *t)
{
	if (t->w == 0)		/* not before there is a page to fill */
		return;
	t->named = SHOWN;
	t->news = NEWS;
	look(t);
	while (t->h > 0 && t->named > 0 &&
	    widget_lines_height(&t->lines, t->w) > t->h) {
		t->named--;
		t->news = t->named < NEWS ? t->named : NEWS;
		look(t);
	}
}

unsigned home_today_key(struct home_today *t, uint32_t key)
{
	for (size_t i = 0; i < t->n; i++) {
		if ((uint32_t)(unsigned char)letters[i] != key)
			continue;
		if (t->ways[i].go != NULL)
			t->ways[i].go(t->app);
		else
			t->ways[i].open(t->app, t->ways[i].rec);
		return PANEL_REDRAW;
	}
	return PANEL_IGNORED;
}

void home_today_room(struct home_today *t, int h, int w)
{
	if (w == t->w && h == t->h)
		return;
	t->w = w;
	t->h = h;
	home_today_refresh(t);
}
