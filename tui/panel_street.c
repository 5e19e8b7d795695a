/*
 * 街道今日: every grid as a cell in colour and word, what came in, was done
 * and is late today, the three oldest late cases with who owes them and how
 * their clock runs, stations that fell silent, where everything stands on
 * its way.  Every figure opens to its records.
 */
#include <assert.h>
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/flow.h"
#include "../core/ledger.h"
#include "../core/say.h"
#include "../core/report.h"
#include "panels.h"
#include "widget_bar.h"
#include "widget_lines.h"
#include "words.h"

#define GRIDS_MAX 400
#define STATIONS_MAX 60
#define PAGE 200
#define SCAN_MAX 20000
#define OLDEST 3
#define TREND_DAYS 7		/* these days, and as many before */
#define CELL_CELLS 19		/* a cell of the map, at least */
#define OWNER_CELLS 16
#define TREND_GAP 2
#define REFRESH_MS (5 * MS_MINUTE)	/* due times pass by themselves */

struct grid {
	const struct org *org;
	int open, soon, late;
	char word[32];
};

struct panel_street {
	struct panel base;
	char root[24];
	struct buf scope;
	struct grid *grids;
	struct widget_bar_cell *cells;
	size_t ngrids;
	int here, columns;
	char trend[160];	/* of the grid we are on */
	int64_t opened, closed, open, late;
	struct record oldest[OLDEST];
	char why[OLDEST][400];
	int noldest;
	struct widget_lines stations;
	struct err err;
};

static struct panel_street *self(struct panel *p)
{
	return (struct panel_street *)p;
}

static const struct orgs *orgs(struct panel_street *s)
{
	return pack_orgs(desk_of(s->base.app)->n->pack);
}

/* ---- counting ---- */

/* The pack names its levels; these two say which is the cell on the map and
 * which runs a station. */
static const char *level(struct panel_street *s, const char *key,
    const char *usual)
{
	return pack_text(desk_of(s->base.app)->n->pack, key, usual);
}

static struct grid *grid_of(struct panel_street *s, const char *code)
{
	const struct org *o = org_at_level(orgs(s), code,
	    level(s, "map_level", "grid"));

	for (size_t i = 0; o != NULL && i < s->ngrids; i++)
		if (s->grids[i].org == o)
			return &s->grids[i];
	return NULL;
}

/* Is this line only told on the record's own page? */
static bool on_its_page(struct panel_street *s, const char *line)
{
	static const enum say left_out[] = { SAY_CAL_SKIP, SAY_CAL_SWAP,
		SAY_CAL_SKIP_RUN, SAY_CAL_VERSION, SAY_FLOW_MET,
		SAY_FLOW_MISSED };

	for (size_t i = 0; i < ARRAY_LEN(left_out); i++) {
		const char *w = say_word(left_out[i], app_lang(s->base.app));

		if (strncmp(line, w, strcspn(w, "{")) == 0)
			return true;
	}
	return false;
}

/* The sum of a due time in one paragraph: rule, start, due, late by.  Days
 * off it skipped and clocks that have stopped are left to the record's own
 * page: here the result must fit. */
static void in_short(struct panel_street *s, const char *p, struct buf *out)
{
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");

		if (!on_its_page(s, p) && n > 0) {
			if (out->len > 0)
				buf_adds(out, word(W_STREET_SEP));
			buf_add(out, p, n);
		}
		p += n + (p[n] == '\n');
	}
}

static void explain(struct panel_street *s, int i)
{
	struct node *n = desk_of(s->base.app)->n;
	struct buf text = BUF_INIT(BUF_SMALL), line = BUF_INIT(BUF_SMALL);
	struct record_full r;
	struct err err = ERR_INIT;

	s->why[i][0] = '\0';
	if (record_get(n, s->oldest[i].rec, &r, &err) != MQ_OK)
		return;
	flow_explain_due(n, &r, app_lang(s->base.app), &text);
	in_short(s, buf_str(&text), &line);
	(void)xcopy(s->why[i], sizeof(s->why[i]), buf_str(&line));
	buf_free(&line);
	buf_free(&text);
	record_full_free(&r);
}

static void count_case(struct panel_street *s, const struct record *r,
    struct utc now)
{
	struct grid *g = grid_of(s, r->org);
	enum flow_urgency u = flow_urgency(desk_of(s->base.app)->n, r, now);

	s->open++;
	if (u == FLOW_LATE) {
		s->late++;
		if (s->noldest < OLDEST)
			s->oldest[s->noldest++] = *r;
	}
	if (g == NULL)
		return;
	g->open++;
	g->late += u == FLOW_LATE;
	g->soon += u == FLOW_SOON;
}

/* Open cases, the oldest due first, so that the first late ones are the
 * oldest. */
static void count_cases(struct panel_street *s)
{
	struct node *n = desk_of(s->base.app)->n;
	struct record_query q = { .kind = "request", .sort = SORT_DUE,
	    .state = "open", .scope = buf_str(&s->scope),
	    .flags_none = REC_CONFIDENTIAL };
	struct record *rows = xcalloc(PAGE, sizeof(*rows)), last;
	struct utc now = ledger_now(n);
	int got = PAGE, seen = 0;

	memset(&last, 0, sizeof(last));
	while (got == PAGE && seen < SCAN_MAX) {
		if (record_page(n, &q, &last, false, rows, PAGE, &got,
		    &s->err) != MQ_OK)
			break;
		for (int i = 0; i < got; i++)
			count_case(s, &rows[i], now);
		if (got > 0)
			last = rows[got - 1];
		seen += got;
	}
	free(rows);
	for (int i = 0; i < s->noldest; i++)
		explain(s, i);
}

static void count_today(struct panel_street *s)
{
	struct node *n = desk_of(s->base.app)->n;
	struct day today = clock_day(ledger_now(n));

	if (record_count(n, "request", "opened", NULL, buf_str(&s->scope),
	    today, today, &s->opened, &s->err) != MQ_OK)
		s->opened = 0;
	if (record_count(n, "request", "closed", NULL, buf_str(&s->scope),
	    today, today, &s->closed, &s->err) != MQ_OK)
		s->closed = 0;
}

static void word_cells(struct panel_street *s)
{
	for (size_t i = 0; i < s->ngrids; i++) {
		struct grid *g = &s->grids[i];
		enum word_id id = g->late > 0 ? W_GRID_LATE : g->soon > 0 ?
		    W_GRID_SOON : g->open > 0 ? W_GRID_OPEN : W_GRID_CALM;
		char n[16];

		snprintf(n, sizeof(n), "%d", g->late > 0 ? g->late :
		    g->soon > 0 ? g->soon : g->open);
		words_fill(g->word, sizeof(g->word), id, n, NULL);
		s->cells[i].name = g->org->name[app_lang(s->base.app)];
		s->cells[i].word = g->word;
		s->cells[i].role = g->late > 0 ? ROLE_GRID_RED :
		    g->soon > 0 ? ROLE_GRID_YELLOW : g->open > 0 ?
		    ROLE_GRID_GREEN : ROLE_GRID_NONE;
	}
}

/* ---- stations that fell silent ---- */

static void station_line(struct panel_street *s, const struct org *o,
    struct utc last, struct utc now)
{
	enum lang lang = app_lang(s->base.app);
	char span[48], line[200];

	clock_span(now.ms - last.ms, lang, span, sizeof(span));
	if (last.ms == 0)
		words_fill(line, sizeof(line), W_STREET_NEVER, o->name[lang],
		    o->phone, NULL);
	else
		words_fill(line, sizeof(line), W_STREET_SILENT, o->name[lang],
		    span, o->phone, NULL);
	widget_lines_add(&s->stations, NULL, ROLE_WARN, line);
}

static void load_stations(struct panel_street *s)
{
	struct node *n = desk_of(s->base.app)->n;
	const char *which = level(s, "station_level", "");
	int64_t limit = pack_int(n->pack, "silent_days", 3) * MS_DAY;
	struct utc now = ledger_now(n);
	int seen = 0;

	widget_lines_reset(&s->stations);
	for (size_t i = 0; i < orgs(s)->n && seen < STATIONS_MAX; i++) {
		const struct org *o = &orgs(s)->v[i];
		struct utc last;

		if (strcmp(o->level, which) != 0 || !o->has_node ||
		    !org_within(orgs(s), o->code, s->root))
			continue;
		seen++;
		last = report_heard(n, o->code);
		if (now.ms - last.ms > limit)
			station_line(s, o, last, now);
	}
	if (s->stations.n == 0)
		widget_lines_add(&s->stations, NULL, ROLE_TEXT,
		    word(W_STREET_ALL_HEARD));
}

/* What came in at the grid we are on: these days, and as many before. */
static void show_trend(struct panel_street *s)
{
	struct node *n = desk_of(s->base.app)->n;
	struct day today = clock_day(ledger_now(n));
	struct buf scope = BUF_INIT(BUF_LARGE);
	char now[24], before[24], days[12];
	struct err err = ERR_INIT;
	int64_t v[2] = { 0, 0 };

	s->trend[0] = '\0';
	if (s->ngrids == 0)
		return;
	org_subtree(orgs(s), s->grids[s->here].org->code, &scope);
	for (int i = 0; i < 2; i++) {
		struct day to = { today.n - i * TREND_DAYS };
		struct day from = { to.n - TREND_DAYS + 1 };

		if (record_count(n, "request", "opened", NULL,
		    buf_str(&scope), from, to, &v[i], &err) != MQ_OK)
			v[i] = 0;
	}
	buf_free(&scope);
	snprintf(days, sizeof(days), "%d", TREND_DAYS);
	snprintf(now, sizeof(now), "%" PRId64, v[0]);
	snprintf(before, sizeof(before), "%" PRId64, v[1]);
	words_fill(s->trend, sizeof(s->trend), W_STREET_TREND, days, now,
	    word(v[0] > v[1] ? W_STREET_MORE : v[0] < v[1] ? W_STREET_FEWER :
	    W_STREET_SAME), before, NULL);
}

static void load(struct panel_street *s)
{
	s->err.code = MQ_OK;
	s->open = s->late = 0;
	s->noldest = 0;
	for (size_t i = 0; i < s->ngrids; i++)
		s->grids[i].open = s->grids[i].soon = s->grids[i].late = 0;
	count_cases(s);
	count_today(s);
	word_cells(s);
	show_trend(s);
	load_stations(s);
	panel_tick_in(&s->base, REFRESH_MS);
}

static void find_grids(struct panel_street *s)
{
	const char *which = level(s, "map_level", "grid");

	s->grids = xcalloc(GRIDS_MAX, sizeof(*s->grids));
	s->cells = xcalloc(GRIDS_MAX, sizeof(*s->cells));
	for (size_t i = 0; i < orgs(s)->n && s->ngrids < GRIDS_MAX; i++) {
		const struct org *o = &orgs(s)->v[i];

		if (strcmp(o->level, which) == 0 &&
		    org_within(orgs(s), o->code, s->root))
			s->grids[s->ngrids++].org = o;
	}
}

/* ---- handlers ---- */

static unsigned move(struct panel_street *s, int by)
{
	int to = s->here + by;

	if (to < 0 || to >= (int)s->ngrids)
		return PANEL_DONE;
	s->here = to;
	show_trend(s);
	return PANEL_REDRAW;
}

static unsigned street_action(struct panel *p, enum action act)
{
	struct panel_street *s = self(p);
	int row = s->columns > 0 ? s->columns : 1;

	switch (act) {
	case ACT_STREET_LEFT:
		return move(s, -1);
	case ACT_STREET_RIGHT:
		return move(s, 1);
	case ACT_STREET_UP:
		return move(s, -row);
	case ACT_STREET_DOWN:
		return move(s, row);
	case ACT_STREET_OPEN:
		if (s->ngrids > 0)
			panel_records_open_of(p->app, "request", "due",
			    s->grids[s->here].org->code);
		return PANEL_REDRAW;
	case ACT_STREET_LATE:
		panel_records_open_of(p->app, "request", "late", s->root);
		return PANEL_REDRAW;
	case ACT_STREET_QUEUE:
		panel_records_open_of(p->app, "request", "due", s->root);
		return PANEL_REDRAW;
	case ACT_STREET_OPENED:
		panel_records_open_of(p->app, "request", "today", s->root);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static unsigned street_key(struct panel *p, uint32_t key)
{
	struct panel_street *s = self(p);
	int digit = key_digit(key);

	if (digit < 1 || digit > s->noldest)
		return PANEL_IGNORED;
	panel_record_open(p->app, s->oldest[digit - 1].rec);
	return PANEL_REDRAW;
}

static unsigned street_wake(struct panel *p)
{
	load(self(p));
	return PANEL_REDRAW;
}

static unsigned street_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return street_wake(p);
}

static void street_title(struct panel *p, char *out, size_t size)
{
	snprintf(out, size, "%s · %s", desk_org_name(p->app, self(p)->root),
	    word(W_HOME_TITLE));
}

/* ---- painting ---- */

static int paint_figures(struct panel_street *s, const struct draw *d, int y)
{
	char o[24], c[24], l[24], a[24], line[160];
	int x;

	snprintf(o, sizeof(o), "%" PRId64, s->opened);
	snprintf(c, sizeof(c), "%" PRId64, s->closed);
	snprintf(l, sizeof(l), "%" PRId64, s->late);
	snprintf(a, sizeof(a), "%" PRId64, s->open);
	words_fill(line, sizeof(line), W_STREET_FIGURES, o, c, a, NULL);
	x = draw_text(d, y, 0, 0, ROLE_STRONG, line) + 2;
	words_fill(line, sizeof(line), W_STREET_LATE, l, NULL);
	x += draw_text(d, y, x, 0, s->late > 0 ? ROLE_OVERDUE : ROLE_DONE,
	    line);
	if (x + TREND_GAP + text_cells(s->trend) <= d->w)
		draw_text(d, y, d->w - text_cells(s->trend), 0, ROLE_TEXT,
		    s->trend);
	return y + 1;
}

static int paint_oldest(struct panel_street *s, const struct draw *d, int y)
{
	int room = (d->h - y - 4) / OLDEST - 1;

	draw_text(d, y++, 0, 0, ROLE_TITLE, word(W_STREET_OLDEST));
	if (s->noldest == 0) {
		draw_text(d, y, 2, 0, ROLE_DIM, word(W_STREET_NONE_LATE));
		return y + 1;
	}
	if (room < 1)
		room = 1;
	for (int i = 0; i < s->noldest && y < d->h; i++) {
		const struct record *r = &s->oldest[i];
		char digit[12], due[64];
		enum theme_role role;
		struct draw_cell row[] = {
			{ 1, ROLE_DIGIT, digit },
			{ 13, ROLE_OVERDUE, due },
			{ d->w >= 100 ? 2 * OWNER_CELLS : OWNER_CELLS,
			    ROLE_STRONG, desk_org_name(s->base.app,
			    r->owner[0] != '\0' ? r->owner : r->org) },
			{ 0, ROLE_TEXT, r->title },
		};

		snprintf(digit, sizeof(digit), "%d", i + 1);
		desk_due_words(s->base.app, r, due, sizeof(due), &role);
		draw_row(d, y++, 0, row, ARRAY_LEN(row));
		y += draw_wrapped(d, y, 2, 0, room < 3 ? room : 3, ROLE_DIM,
		    s->why[i]);
	}
	return y;
}

/* Gutter, name, blank, word: the longest decides for all. */
static int cell_cells(const struct panel_street *s)
{
	int most = CELL_CELLS;

	for (size_t i = 0; i < s->ngrids; i++) {
		int w = 2 + text_cells(s->cells[i].name) +
		    text_cells(s->cells[i].word);

		most = w > most ? w : most;
	}
	return most;
}

static void street_paint(struct panel *p, const struct draw *d)
{
	struct panel_street *s = self(p);
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2), rest;
	char words[700];
	int y = 0, cell = cell_cells(s), lines;

	if (s->err.code != MQ_OK) {
		err_say(&s->err, app_lang(p->app), words, sizeof(words));
		draw_wrapped(&in, 0, 0, 0, in.h, ROLE_ERROR, words);
		return;
	}
	y = paint_figures(s, &in, y);
	s->columns = in.w / cell > 0 ? in.w / cell : 1;
	cell = in.w / s->columns;
	y += widget_bar_grid(&in, y, 0, in.w, cell, s->cells, s->ngrids,
	    s->here);
	if (in.h >= 24)
		y++;
	y = paint_oldest(s, &in, y);
	lines = in.h - 1 - y;
	if (lines > 0) {
		rest = draw_sub(&in, y, 0, lines, in.w);
		widget_lines_paint(&s->stations, &rest);
	}
	desk_delivery_line(p->app, words, sizeof(words));
	draw_text(&in, in.h - 1, 0, 0, ROLE_TEXT, words);
}

static void street_destroy(struct panel *p)
{
	struct panel_street *s = self(p);

	free(s->grids);
	free(s->cells);
	buf_free(&s->scope);
	widget_lines_free(&s->stations);
}

static const enum context street_contexts[] = { CTX_STREET, CTX_END };

static const struct panel_ops street_ops = {
	.name = "street",
	.contexts = street_contexts,
	.title = street_title,
	.action = street_action,
	.key = street_key,
	.paint = street_paint,
	.tick = street_wake,
	.wake = street_wake,
	.returned = street_returned,
	.destroy = street_destroy,
};

void panel_street_open(struct app *app)
{
	struct panel_street *s = xcalloc(1, sizeof(*s));

	s->base.app = app;
	(void)xcopy(s->root, sizeof(s->root),
	    access_widest(desk_of(app)->n, &desk_of(app)->who));
	buf_init(&s->scope, BUF_LARGE);
	org_subtree(orgs(s), s->root, &s->scope);
	widget_lines_init(&s->stations);
	find_grids(s);
	load(s);
	app_push(app, &s->base, &street_ops);
}
