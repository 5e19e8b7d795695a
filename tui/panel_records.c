/*
 * A list of records of one kind, page by page: what is seen is fetched, no
 * more.  Tab changes what is listed, the filter searches their text.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/grade.h"
#include "../core/ledger.h"
#include "../core/search.h"
#include "panels.h"
#include "record_facts.h"
#include "record_rows.h"
#include "widget_lines.h"
#include "widget_list.h"
#include "words.h"

#define FOUND_MAX 300		/* rows of a search or of what came back */
#define PAGE_MAX 100		/* rows fetched at once */
#define LIST_CELLS 78		/* a list is whole at that width */
#define SIDE_CELLS 40		/* and the detail beside it from here on */
#define RETURNED_MAX 64

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
};

struct panel_records {
	struct panel base;
	const struct kind *kind;
	size_t preset;
	char org[24];
	struct record_rows table;
	struct widget_list list;
	char filter[128];
	/* Rows that are not a page of the store: a search, what came back. */
	struct record *found;
	int nfound;
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
	return l->filter[0] != '\0' || is(l, "returned");
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

static int find_found(const struct panel_records *l, int64_t rec)
{
	for (int i = 0; i < l->nfound; i++)
		if (l->found[i].rec == rec)
			return i;
	return l->nfound;
}

static void fetch_found(struct panel_records *l, bool backwards,
    const struct record_rows_item *from, struct record_rows_item *out,
    size_t max, size_t *n)
{
	int at = backwards ? l->nfound : 0;

	if (from != NULL)
		at = find_found(l, from->r.rec) + (backwards ? 0 : 1);
	*n = 0;
	while (*n < max && (backwards ? at > 0 : at < l->nfound))
		record_rows_fill(&l->table,
		    &l->found[backwards ? --at : at++], &out[(*n)++]);
}

static void keep_found(struct panel_records *l, int64_t rec)
{
	struct desk *d = desk_of(l->base.app);
	struct record_full r;
	struct err err = ERR_INIT;

	if (l->nfound == FOUND_MAX || find_found(l, rec) < l->nfound ||
	    record_get(d->n, rec, &r, &err) != MQ_OK)
		return;
	if (strcmp(r.r.kind, l->kind->name) == 0 &&
	    access_may_record(d->n, &d->who, "see", &r.r))
		l->found[l->nfound++] = r.r;
	record_full_free(&r);
}

/* Saves the hub sent back, entry by entry to their records. */
static void load_returned(struct panel_records *l)
{
	struct node *n = desk_of(l->base.app)->n;
	struct outbox_returned list[RETURNED_MAX];
	struct err err = ERR_INIT;
	int count = 0;

	if (outbox_returned(n, list, RETURNED_MAX, &count, &err) != MQ_OK)
		return;
	for (int i = 0; i < count && i < RETURNED_MAX; i++)
		for (int64_t seq = list[i].first; seq <= list[i].last; seq++) {
			struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
			struct buf body = BUF_INIT(ENTRY_BODY_MAX);
			struct entry e;
			bool erased;

			if (ledger_read(n, (struct ref){ list[i].dev,
			    seq }, &e, &head, &body, &erased, &err) == MQ_OK)
				keep_found(l, ref_rec(e.subj));
			buf_free(&head);
			buf_free(&body);
		}
}

static void load_people(struct panel_records *l)
{
	struct node *n = desk_of(l->base.app)->n;
	struct search_person *list = xcalloc(FOUND_MAX, sizeof(*list));
	struct err err = ERR_INIT;
	int count = 0;

	if (search_people(n, l->kind->name, l->filter, buf_str(&l->scope),
	    list, FOUND_MAX, &count, &err) != MQ_OK)
		l->list.err = err;
	for (int i = 0; i < count && i < FOUND_MAX; i++)
		keep_found(l, list[i].rec);
	free(list);
}

/* Who sees only what they entered has no units: the search runs over all and
 * each hit is asked about. */
static void load_text(struct panel_records *l)
{
	struct node *n = desk_of(l->base.app)->n;
	struct record *hits = xcalloc(FOUND_MAX, sizeof(*hits));
	const char *scope = buf_str(&l->scope);
	struct err err = ERR_INIT;
	int count = 0;

	if (search_text(n, l->kind->name, l->filter,
	    strcmp(scope, "[]") == 0 ? NULL : scope, hits, FOUND_MAX, &count,
	    &err) != MQ_OK)
		l->list.err = err;
	for (int i = 0; i < count && i < FOUND_MAX; i++)
		keep_found(l, hits[i].rec);
	free(hits);
}

static void load_found(struct panel_records *l)
{
	bool people = strcmp(l->kind->name, "person") == 0 ||
	    strcmp(l->kind->name, "household") == 0;

	l->nfound = 0;
	(void)query(l);		/* the scope */
	if (l->filter[0] == '\0')
		load_returned(l);
	else if (people)
		load_people(l);
	else
		load_text(l);
}

/* ---- the list's source ---- */

static enum mq_status source_fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
{
	struct panel_records *l = ctx;
	bool backwards = dir == LIST_BEFORE;

	if (!from_memory(l))
		return fetch_page(l, backwards, from, out, max, n, err);
	fetch_found(l, backwards, from, out, max, n);
	return MQ_OK;
}

static void source_filter(void *ctx, const char *text)
{
	struct panel_records *l = ctx;

	(void)xcopy(l->filter, sizeof(l->filter), text);
	if (from_memory(l))
		load_found(l);
}

static int64_t source_count(void *ctx)
{
	struct panel_records *l = ctx;

	return from_memory(l) ? l->nfound : l->total;
}

static void source_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	record_rows_paint(&((struct panel_records *)ctx)->table, item, d,
	    here);
}

static void source_heads(void *ctx, const struct draw *d)
{
	record_rows_heads(&((struct panel_records *)ctx)->table, d);
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

	if (!side_by_side(l) || item == NULL || l->detail_of == item->r.rec)
		return;
	l->detail_of = item->r.rec;
	l->detail.top = 0;
	widget_lines_reset(&l->detail);
	if (record_get(desk_of(l->base.app)->n, item->r.rec, &r, &err)
	    != MQ_OK)
		return;
	record_facts_summary(l->base.app, &r, &l->detail);
	record_facts_fields(l->base.app, &r, l->base.w - LIST_CELLS - 3,
	    &l->detail);
	record_full_free(&r);
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
	if ((!day && !is(l, "")) || q.by != NULL)
		return;
	if (record_count(desk_of(l->base.app)->n, q.kind, day ? "opened" :
	    "state", NULL, q.scope, today, today, &l->total, &err) != MQ_OK)
		l->total = -1;
}

static void reload(struct panel_records *l, bool from_top)
{
	if (from_memory(l))
		load_found(l);
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
	default:
		return PANEL_IGNORED;
	}
}

static bool records_offers(struct panel *p, enum action act)
{
	if (act == ACT_RECORDS_NEW)
		return desk_may(p->app, "open", self(p)->kind->name);
	return true;
}

static void open_item(struct panel_records *l)
{
	const struct record_rows_item *item = widget_list_item(&l->list);

	if (item == NULL)
		return;
	if (strcmp(l->kind->name, "household") == 0)
		panel_household_open(l->base.app, item->r.rec);
	else
		panel_record_open(l->base.app, item->r.rec);
}

static unsigned records_key(struct panel *p, uint32_t key)
{
	struct panel_records *l = self(p);
	unsigned flags = widget_list_key(&l->list, key);

	if ((flags & WIDGET_PICKED) != 0)
		open_item(l);
	show_detail(l);
	return flags;
}

static unsigned records_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	unsigned flags = widget_list_paste(&self(p)->list, s, len);

	(void)over;
	show_detail(self(p));
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
	(void)child;
	return records_wake(p);
}

static void records_title(struct panel *p, char *out, size_t size)
{
	struct panel_records *l = self(p);

	snprintf(out, size, "%s · %s%s%s%s%s",
	    l->kind->label[app_lang(p->app)],
	    word(presets[l->preset].label), l->org[0] != '\0' ? " · " : "",
	    l->org[0] != '\0' ? desk_org_name(p->app, l->org) : "",
	    l->grades[0] != '\0' ? " · " : "", l->grades);
}

static int list_width(const struct panel_records *l, int w)
{
	if (!side_by_side(l))
		return w;
	return w * 3 / 5 > LIST_CELLS ? w * 3 / 5 : LIST_CELLS;
}

static void records_layout(struct panel *p, int h, int w)
{
	struct panel_records *l = self(p);

	widget_list_layout(&l->list, h, list_width(l, w));
	show_detail(l);
}

static void records_paint(struct panel *p, const struct draw *d)
{
	struct panel_records *l = self(p);
	int w = list_width(l, d->w);
	struct draw list = draw_sub(d, 0, 0, d->h, w);
	struct draw side = draw_sub(d, 0, w + 2, d->h, d->w - w - 3);

	widget_list_paint(&l->list, &list);
	if (side_by_side(l) && widget_list_item(&l->list) != NULL)
		widget_lines_paint(&l->detail, &side);
}

static void records_destroy(struct panel *p)
{
	struct panel_records *l = self(p);

	widget_list_free(&l->list);
	widget_lines_free(&l->detail);
	buf_free(&l->scope);
	free(l->found);
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
	l->found = xcalloc(FOUND_MAX, sizeof(*l->found));
	buf_init(&l->scope, BUF_LARGE);
	widget_lines_init(&l->detail);
	record_rows_init(&l->table, app, l->kind);
	widget_list_init(&l->list, &source, l);
	count_all(l);
	if (from_memory(l))
		load_found(l);
	app_push(app, &l->base, &records_ops);
}

void panel_records_open(struct app *app, const char *kind, const char *preset)
{
	panel_records_open_of(app, kind, preset, NULL);
}
