/*
 * A list of records of one kind, page by page: what is seen is fetched, no
 * more.  Tab changes what is listed, the filter searches their text; the
 * letter of a step takes it on the row we are on, or on all that are marked.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/grade.h"
#include "../core/ledger.h"
#include "panels.h"
#include "record_facts.h"
#include "record_held.h"
#include "record_rows.h"
#include "record_step.h"
#include "widget_lines.h"
#include "widget_list.h"
#include "words.h"

#define PAGE_MAX 100		/* rows fetched at once */
#define LIST_CELLS 78		/* a list is whole at that width */
#define SIDE_CELLS 40		/* and the detail beside it from here on */
#define STEP_LINES 2		/* of the steps possible now, at most */
#define MARK_CELLS 2
#define FOOT_FROM 14		/* lines a page needs to show steps below */
#define MARKS_MAX 100		/* fewer than one save can hold */
#define SORTS_MAX 8

struct preset {
	const char *name;
	enum word_id label;
	bool flow;		/* makes sense only where cases run */
};

static const struct preset presets[] = {
	{ "", W_VIEW_ALL, false },
	{ "due", W_VIEW_DUE, true },
	{ "late", W_VIEW_LATE, true },
	{ "today", W_VIEW_TODAY, false },
	{ "mine", W_VIEW_MINE, false },
	{ "returned", W_VIEW_RETURNED, false },
	{ "conflict", W_VIEW_CONFLICT, false },
	{ "changed", W_VIEW_CHANGED, false },
};

/* One way to sort: a fixed one, or an index field of the kind. */
struct sorting {
	enum record_sort by;
	int slot;
	const char *label;
};

struct panel_records {
	struct panel base;
	const struct kind *kind;
	size_t preset;
	char org[24];
	const struct flow_state *state;	/* only that one; NULL all */
	int64_t in_state;		/* how many have it */
	struct sorting sorts[SORTS_MAX];
	size_t nsorts, sort;	/* sorts[0]: as the view has it */
	int64_t marks[MARKS_MAX];
	size_t nmarks;
	struct record_steps steps;	/* of the row we are on */
	const struct flow_step *bulk;	/* its form is open for the first */
	struct record_rows table;
	struct widget_list list;
	char filter[128];
	struct record_held held;	/* what is no page of the store */
	struct buf scope;
	struct widget_lines detail;
	int64_t detail_of;
	int64_t total;		/* -1: not known */
	char grades[96];	/* how many of each grade */
};

static struct panel_records *self(struct panel *p)
{
	return (struct panel_records *)p;
}

static bool is(const struct panel_records *l, const char *preset)
{
	return strcmp(presets[l->preset].name, preset) == 0;
}

static bool from_memory(const struct panel_records *l)
{
	return l->filter[0] != '\0' || is(l, "returned") ||
	    is(l, "changed");
}

/* ---- rows from the store ---- */

static struct record_query query(struct panel_records *l)
{
	struct desk *d = desk_of(l->base.app);
	struct utc now = ledger_now(d->n);
	struct record_query q = { .kind = l->kind->name,
	    .sort = SORT_OPENED };

	buf_reset(&l->scope);
	if (l->org[0] != '\0') {
		org_subtree(pack_orgs(d->n->pack), l->org, &l->scope);
		q.scope = buf_str(&l->scope);
	} else {
		desk_narrow(l->base.app, l->kind->name, &q, &l->scope);
	}
	if (is(l, "due") || is(l, "late")) {
		q.sort = SORT_DUE;
		q.state = "open";
		if (is(l, "late"))
			q.due_before = now;
	} else if (is(l, "today")) {
		q.from = clock_day_start(clock_day(now));
	} else if (is(l, "mine")) {
		q.by = d->who.by;	/* wherever it was entered */
		q.scope = NULL;
	} else if (is(l, "conflict")) {
		q.flags_all = REC_CONFLICT;
	}
	if (l->state != NULL)
		q.state = l->state->name;
	if (l->sort > 0) {
		q.sort = l->sorts[l->sort].by;
		q.slot = l->sorts[l->sort].slot;
	}
	if (!access_may(d->n, &d->who, "confidential", l->kind->name, ""))
		q.flags_none = REC_CONFIDENTIAL;
	return q;
}

/* record_page() answers in list order; the widget wants nearest first. */
static enum mq_status fetch_page(struct panel_records *l, bool backwards,
    const struct record_rows_item *from, struct record_rows_item *out,
    size_t max, size_t *n, struct err *err)
{
	struct record_query q = query(l);
	struct record *rows;
	enum mq_status st;
	int got = 0;

	if (max > PAGE_MAX)
		max = PAGE_MAX;
	rows = xcalloc(max, sizeof(*rows));
	st = record_page(desk_of(l->base.app)->n, &q, from != NULL ?
	    &from->r : NULL, backwards, rows, (int)max, &got, err);
	for (int i = 0; i < got && st == MQ_OK; i++)
		record_rows_fill(&l->table, &rows[backwards ? got - 1 - i : i],
		    &out[i]);
	*n = st == MQ_OK ? (size_t)got : 0;
	free(rows);
	return st;
}

/* ---- rows from memory ---- */

static void fetch_held(struct panel_records *l, bool backwards,
    const struct record_rows_item *from, struct record_rows_item *out,
    size_t max, size_t *n)
{
	struct record_held *h = &l->held;
	int at = backwards ? h->n : 0;

	if (from != NULL)
		at = record_held_find(h, from->r.rec) + (backwards ? 0 : 1);
	*n = 0;
	while (*n < max && (backwards ? at > 0 : at < h->n))
		record_rows_fill(&l->table, &h->v[backwards ? --at : at++],
		    &out[(*n)++]);
}

static void load_held(struct panel_records *l)
{
	struct record_query q = query(l);

	if (l->filter[0] != '\0')
		record_held_search(&l->held, l->filter, buf_str(&l->scope));
	else if (is(l, "changed"))
		record_held_changed(&l->held, &q);
	else
		record_held_returned(&l->held);
}

/* ---- the list's source ---- */

static enum mq_status source_fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
{
	struct panel_records *l = ctx;
	bool backwards = dir == LIST_BEFORE;

	if (!from_memory(l))
		return fetch_page(l, backwards, from, out, max, n, err);
	fetch_held(l, backwards, from, out, max, n);
	if (l->held.err.code != MQ_OK)
		*err = l->held.err;
	return l->held.err.code;
}

static void source_filter(void *ctx, const char *text)
{
	struct panel_records *l = ctx;

	(void)xcopy(l->filter, sizeof(l->filter), text);
	l->nmarks = 0;
	if (from_memory(l))
		load_held(l);
}

static int64_t source_count(void *ctx)
{
	struct panel_records *l = ctx;

	return from_memory(l) ? l->held.n : l->total;
}

static size_t mark_at(const struct panel_records *l, int64_t rec)
{
	size_t i = 0;

	while (i < l->nmarks && l->marks[i] != rec)
		i++;
	return i;
}

/* Marks stand before the row, and only while there are any. */
static struct draw beside_marks(const struct panel_records *l,
    const struct draw *d)
{
	int x = l->nmarks > 0 ? MARK_CELLS : 0;

	return draw_sub(d, 0, x, d->h, d->w - x);
}

static void source_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_records *l = ctx;
	const struct record_rows_item *x = item;
	struct draw row = beside_marks(l, d);

	if (mark_at(l, x->r.rec) < l->nmarks)
		draw_text(d, 0, 0, 0, ROLE_SELECTION, "*");
	record_rows_paint(&l->table, x, &row, here);
}

static void source_heads(void *ctx, const struct draw *d)
{
	struct panel_records *l = ctx;
	struct draw row = beside_marks(l, d);

	record_rows_heads(&l->table, &row);
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct record_rows_item),
	.fetch = source_fetch,
	.same = record_rows_same,
	.paint = source_paint,
	.filter = source_filter,
	.count = source_count,
	.heads = source_heads,
};

/* ---- what stands beside ---- */

static bool side_by_side(const struct panel_records *l)
{
	return l->base.w >= LIST_CELLS + SIDE_CELLS + 2;
}

static void show_detail(struct panel_records *l)
{
	const struct record_rows_item *item = widget_list_item(&l->list);
	struct record_full r;
	struct err err = ERR_INIT;

	l->detail_of = 0;
	record_steps_load(&l->steps, l->base.app, NULL);
	if (item == NULL || record_get(desk_of(l->base.app)->n, item->r.rec,
	    &r, &err) != MQ_OK)
		return;
	l->detail_of = item->r.rec;
	record_steps_load(&l->steps, l->base.app, &r);
	if (side_by_side(l)) {
		l->detail.top = 0;
		widget_lines_reset(&l->detail);
		record_facts_summary(l->base.app, &r, &l->detail);
		record_facts_fields(l->base.app, &r,
		    l->base.w - LIST_CELLS - 3, &l->detail);
	}
	record_full_free(&r);
}

/* After a key: only when we stand on another row. */
static void follow(struct panel_records *l)
{
	const struct record_rows_item *item = widget_list_item(&l->list);

	if (l->detail_of != (item != NULL ? item->r.rec : 0))
		show_detail(l);
}

static void count_all(struct panel_records *l)
{
	struct record_query q = query(l);
	struct day today = clock_day(ledger_now(desk_of(l->base.app)->n));
	struct buf grades = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	bool day = is(l, "today");

	l->grades[0] = '\0';
	if (kind_has_facet(l->kind, "grade") && q.by == NULL &&
	    grade_counts(desk_of(l->base.app)->n, l->kind, q.scope,
	    app_lang(l->base.app), &grades, &err) == MQ_OK)
		(void)xcopy(l->grades, sizeof(l->grades), buf_str(&grades));
	buf_free(&grades);
	l->total = -1;
	if ((!day && !is(l, "")) || q.by != NULL || l->state != NULL)
		return;
	if (record_count(desk_of(l->base.app)->n, q.kind, day ? "opened" :
	    "state", NULL, q.scope, today, today, &l->total, &err) != MQ_OK)
		l->total = -1;
}

/* Other rows from the top: what is marked out of sight must not be touched. */
static void reload(struct panel_records *l, bool from_top)
{
	if (from_top)
		l->nmarks = 0;
	if (from_memory(l))
		load_held(l);
	count_all(l);
	l->detail_of = 0;
	if (from_top)
		widget_list_top(&l->list);
	else
		widget_list_reload(&l->list);
	show_detail(l);
}

/* ---- handlers ---- */

static unsigned turn(struct panel_records *l, int by)
{
	bool flow = kind_has_facet(l->kind, "flow");

	do
		l->preset = (size_t)((int)(l->preset + ARRAY_LEN(presets)) +
		    by) % ARRAY_LEN(presets);
	while (presets[l->preset].flow && !flow);
	reload(l, true);
	return PANEL_REDRAW;
}

/* ---- sorting and narrowing ---- */

static void find_sorts(struct panel_records *l)
{
	const struct kind *k = l->kind;

	l->nsorts = 1;
	l->sorts[l->nsorts++] = (struct sorting){ SORT_OPENED, 0,
	    word(W_COL_OPENED) };
	l->sorts[l->nsorts++] = (struct sorting){ SORT_CHANGED, 0,
	    word(W_COL_CHANGED) };
	if (kind_has_facet(k, "flow"))
		l->sorts[l->nsorts++] = (struct sorting){ SORT_DUE, 0,
		    word(W_COL_DUE) };
	for (size_t i = 0; i < k->nfields && l->nsorts < SORTS_MAX; i++)
		if (k->fields[i].index > 0 && k->fields[i].type != FT_RECORD)
			l->sorts[l->nsorts++] = (struct sorting){ SORT_KEY,
			    k->fields[i].index,
			    k->fields[i].label[app_lang(l->base.app)] };
}

static int64_t count_state(struct panel_records *l,
    const struct flow_state *s)
{
	struct node *n = desk_of(l->base.app)->n;
	struct record_query q = query(l);
	struct day none = { 0 };
	struct err err = ERR_INIT;
	int64_t have = 0;

	if (record_count(n, l->kind->name, "state", s->name, q.scope, none,
	    none, &have, &err) != MQ_OK)
		have = 0;
	return have;
}

/* The next state that anything is in, then all of them again. */
static unsigned next_state(struct panel_records *l)
{
	const struct kind *k = l->kind;
	size_t i = l->state != NULL ? (size_t)(l->state - k->states) + 1 : 0;

	l->state = NULL;
	for (; i < k->nstates && l->state == NULL; i++) {
		l->in_state = count_state(l, &k->states[i]);
		if (l->in_state > 0)
			l->state = &k->states[i];
	}
	reload(l, true);
	return PANEL_REDRAW;
}

/* ---- marks and steps ---- */

static unsigned mark(struct panel_records *l)
{
	const struct record_rows_item *item = widget_list_item(&l->list);
	char text[120], n[24];
	size_t at;

	if (item == NULL)
		return PANEL_BEEP;
	at = mark_at(l, item->r.rec);
	if (at < l->nmarks) {
		l->marks[at] = l->marks[--l->nmarks];
	} else if (l->nmarks == MARKS_MAX) {
		snprintf(n, sizeof(n), "%d", MARKS_MAX);
		words_fill(text, sizeof(text), W_RECORDS_MARK_FULL, n, NULL);
		app_notice(l->base.app, ROLE_WARN, text);
		return PANEL_REDRAW;
	} else {
		l->marks[l->nmarks++] = item->r.rec;
	}
	(void)widget_list_key(&l->list, K_DOWN);
	follow(l);
	return PANEL_REDRAW;
}

static void open_form(struct panel_records *l, int64_t rec,
    const struct flow_step *step, bool quiet)
{
	panel_form_open(l->base.app, &(struct form_start){
	    .kind = l->kind->name, .rec = rec, .step = step->name,
	    .quiet = quiet });
}

/* On the marked ones, in one save; a step that asks something asks it once,
 * on the form of the first. */
static unsigned step_marked(struct panel_records *l,
    const struct flow_step *step)
{
	if (step->fields[0] != '\0') {
		l->bulk = step;
		open_form(l, l->marks[0], step, true);
	} else if (record_step_all(l->base.app, l->marks, l->nmarks, step,
	    NULL)) {
		l->nmarks = 0;
		reload(l, false);
	}
	return PANEL_REDRAW;
}

/* The form of the first was saved: the others get the same words. */
static void finish_bulk(struct panel_records *l, bool saved)
{
	const struct flow_step *step = l->bulk;
	struct fields f = { NULL, 0, 0 };

	l->bulk = NULL;
	if (saved && record_step_words(l->base.app, l->marks[0], step->name,
	    &f) && (l->nmarks == 1 || record_step_all(l->base.app,
	    l->marks + 1, l->nmarks - 1, step, &f)))
		l->nmarks = 0;
	fields_free(&f);
}

static unsigned step_here(struct panel_records *l, uint32_t key)
{
	const struct flow_step *step = record_steps_find(&l->steps, key);
	struct record_full r;
	struct err err = ERR_INIT;
	char text[300];
	bool money;

	if (step == NULL)
		return PANEL_IGNORED;
	if (record_get(desk_of(l->base.app)->n, l->steps.rec, &r, &err)
	    != MQ_OK)
		return PANEL_BEEP;
	/* Money is asked about on its own page, one by one. */
	money = panel_quota_sure(l->base.app, &r, step, text, sizeof(text));
	record_full_free(&r);
	if (money)
		panel_record_open_from(&l->base, l->steps.rec);
	else if (l->nmarks > 0)
		return step_marked(l, step);
	else if (step->fields[0] != '\0')
		open_form(l, l->steps.rec, step, false);
	else if (record_step_all(l->base.app, &l->steps.rec, 1, step, NULL))
		reload(l, false);
	return PANEL_REDRAW;
}

static unsigned records_action(struct panel *p, enum action act)
{
	struct panel_records *l = self(p);

	switch (act) {
	case ACT_RECORDS_NEW:
		panel_form_open(p->app, &(struct form_start){
		    .kind = l->kind->name });
		return PANEL_REDRAW;
	case ACT_RECORDS_VIEW:
		return turn(l, 1);
	case ACT_RECORDS_BACK:
		return turn(l, -1);
	case ACT_RECORDS_MARK:
		return mark(l);
	case ACT_RECORDS_SORT:
		l->sort = (l->sort + 1) % l->nsorts;
		reload(l, true);
		return PANEL_REDRAW;
	case ACT_RECORDS_STATE:
		return next_state(l);
	case ACT_RECORDS_UNIT:
		panel_org_open(p->app, access_widest(desk_of(p->app)->n,
		    &desk_of(p->app)->who), "");
		return PANEL_REDRAW;
	case ACT_RECORDS_UNDO:
		desk_undo(p->app);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

/* Who sees by units may narrow them; who sees only their own may not. */
static bool sees_units(struct panel_records *l)
{
	struct buf scope = BUF_INIT(BUF_LARGE);
	bool any;

	desk_scope(l->base.app, l->kind->name, &scope);
	any = strcmp(buf_str(&scope), "[]") != 0;
	buf_free(&scope);
	return any;
}

static bool records_offers(struct panel *p, enum action act)
{
	struct panel_records *l = self(p);

	switch (act) {
	case ACT_RECORDS_NEW:
		return desk_may(p->app, "open", l->kind->name);
	case ACT_RECORDS_MARK:
		return l->steps.n > 0 || l->nmarks > 0;
	case ACT_RECORDS_STATE:
		return l->kind->nstates > 1 && !from_memory(l);
	case ACT_RECORDS_SORT:
		return !from_memory(l);
	case ACT_RECORDS_UNIT:
		return !from_memory(l) && sees_units(l);
	case ACT_RECORDS_UNDO:
		return desk_can_undo(p->app);
	default:
		return true;
	}
}

static void open_item(struct panel_records *l)
{
	const struct record_rows_item *item = widget_list_item(&l->list);

	if (item == NULL)
		return;
	if (strcmp(l->kind->name, "household") == 0)
		panel_household_open(l->base.app, item->r.rec);
	else
		panel_record_open_from(&l->base, item->r.rec);
}

static unsigned records_key(struct panel *p, uint32_t key)
{
	struct panel_records *l = self(p);
	unsigned flags = widget_list_key(&l->list, key);

	if ((flags & WIDGET_PICKED) != 0)
		open_item(l);
	follow(l);
	if ((flags & PANEL_IGNORED) != 0)
		flags = step_here(l, key);
	/* Hands know n; where it is a step of the row, it is that. */
	if ((flags & PANEL_IGNORED) != 0 && key == 'n' &&
	    records_offers(p, ACT_RECORDS_NEW))
		return records_action(p, ACT_RECORDS_NEW);
	return flags;
}

static unsigned records_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	unsigned flags = widget_list_paste(&self(p)->list, s, len);

	(void)over;
	follow(self(p));
	return flags;
}

static bool records_typing(struct panel *p)
{
	return widget_list_typing(&self(p)->list);
}

static unsigned records_wake(struct panel *p)
{
	reload(self(p), false);
	return PANEL_REDRAW;
}

static unsigned records_returned(struct panel *p, struct panel *child)
{
	struct panel_records *l = self(p);

	if (strcmp(child->ops->name, "org") == 0 && child->result == 1) {
		(void)xcopy(l->org, sizeof(l->org), panel_org_picked(child));
		l->nmarks = 0;
	}
	if (l->bulk != NULL)
		finish_bulk(l, child->result == 1);
	return records_wake(p);
}

int64_t panel_records_next(struct panel *p, int64_t rec, int by)
{
	struct panel_records *l = self(p);
	const struct record_rows_item *item;

	assert(p->ops->returned == records_returned);
	reload(l, false);
	item = widget_list_item(&l->list);
	if (item != NULL && item->r.rec == rec) {
		(void)widget_list_key(&l->list, by > 0 ? K_DOWN : K_UP);
		item = widget_list_item(&l->list);
	}
	return item != NULL && item->r.rec != rec ? item->r.rec : 0;
}

static void records_title(struct panel *p, char *out, size_t size)
{
	struct panel_records *l = self(p);
	struct buf b = BUF_INIT(BUF_SMALL);
	char part[120], n[24];

	buf_addf(&b, "%s · %s", l->kind->label[app_lang(p->app)],
	    word(presets[l->preset].label));
	if (l->state != NULL) {
		snprintf(n, sizeof(n), "%lld", (long long)l->in_state);
		words_fill(part, sizeof(part), W_RECORDS_STATE_N,
		    l->state->label[app_lang(p->app)], n, NULL);
		buf_addf(&b, " · %s", part);
	}
	if (l->org[0] != '\0')
		buf_addf(&b, " · %s", desk_org_name(p->app, l->org));
	if (l->sort > 0) {
		words_fill(part, sizeof(part), W_RECORDS_SORT,
		    l->sorts[l->sort].label, NULL);
		buf_addf(&b, " · %s", part);
	}
	if (l->grades[0] != '\0')
		buf_addf(&b, " · %s", l->grades);
	(void)xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

static int list_width(const struct panel_records *l, int w)
{
	if (!side_by_side(l))
		return w;
	return w * 3 / 5 > LIST_CELLS ? w * 3 / 5 : LIST_CELLS;
}

/* Below the list: what can be done by one letter, and how many are marked.
 * The room stays where the kind has steps, so that rows do not jump. */
static int foot_lines(const struct panel_records *l, int h)
{
	return l->kind->nsteps > 0 && h >= FOOT_FROM ? STEP_LINES + 1 : 0;
}

static void records_layout(struct panel *p, int h, int w)
{
	struct panel_records *l = self(p);

	widget_list_layout(&l->list, h - foot_lines(l, h), list_width(l, w));
	show_detail(l);
}

static void paint_foot(struct panel_records *l, const struct draw *d)
{
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);
	char text[80], n[24];

	draw_rule(&in, 0, ROLE_BORDER);
	if (l->nmarks > 0) {
		snprintf(n, sizeof(n), "%zu", l->nmarks);
		words_fill(text, sizeof(text), W_RECORDS_MARKED, n, NULL);
		draw_text(&in, 0, 2, 0, ROLE_STRONG, text);
	}
	(void)record_steps_paint(&l->steps, &in, 1, STEP_LINES, true);
}

static void records_paint(struct panel *p, const struct draw *d)
{
	struct panel_records *l = self(p);
	int w = list_width(l, d->w), foot = foot_lines(l, d->h);
	struct draw list = draw_sub(d, 0, 0, d->h - foot, w);
	struct draw below = draw_sub(d, d->h - foot, 0, foot, w);
	struct draw side = draw_sub(d, 0, w + 2, d->h, d->w - w - 3);

	widget_list_paint(&l->list, &list);
	if (foot > 0)
		paint_foot(l, &below);
	if (side_by_side(l) && widget_list_item(&l->list) != NULL)
		widget_lines_paint(&l->detail, &side);
}

static void records_destroy(struct panel *p)
{
	struct panel_records *l = self(p);

	widget_list_free(&l->list);
	widget_lines_free(&l->detail);
	buf_free(&l->scope);
	record_held_free(&l->held);
}

static const enum context records_contexts[] = { CTX_RECORDS, CTX_END };
static const enum context records_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops records_ops = {
	.name = "records",
	.contexts = records_contexts,
	.widgets = records_widgets,
	.title = records_title,
	.action = records_action,
	.key = records_key,
	.paste = records_paste,
	.typing = records_typing,
	.offers = records_offers,
	.layout = records_layout,
	.paint = records_paint,
	.wake = records_wake,
	.returned = records_returned,
	.destroy = records_destroy,
};

void panel_records_open_of(struct app *app, const char *kind,
    const char *preset, const char *org)
{
	struct panel_records *l = xcalloc(1, sizeof(*l));

	l->base.app = app;
	l->kind = pack_kind(desk_of(app)->n->pack, kind);
	if (l->kind == NULL) {		/* the pack does not have it */
		app_notice(app, ROLE_WARN, word(W_NO_SUCH_KIND));
		free(l);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (strcmp(presets[i].name, preset) == 0)
			l->preset = i;
	(void)xcopy(l->org, sizeof(l->org), org != NULL ? org : "");
	record_held_init(&l->held, app, l->kind);
	buf_init(&l->scope, BUF_LARGE);
	widget_lines_init(&l->detail);
	find_sorts(l);
	record_rows_init(&l->table, app, l->kind);
	widget_list_init(&l->list, &source, l);
	count_all(l);
	if (from_memory(l))
		load_held(l);
	app_push(app, &l->base, &records_ops);
}

void panel_records_open(struct app *app, const char *kind, const char *preset)
{
	panel_records_open_of(app, kind, preset, NULL);
}
