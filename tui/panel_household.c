/*
 * 户卡: one page per household: its members masked, then every visit,
 * request, hour and help in time order, newest first.  A new entry started
 * here has person and place filled in.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/search.h"
#include "panels.h"
#include "popup.h"
#include "record_facts.h"
#include "record_rows.h"
#include "widget_lines.h"
#include "widget_list.h"
#include "words.h"

#define MEMBERS_MAX 8		/* one question with numbered answers */
#define ROWS_MAX 400
#define HEAD_LINES 10		/* household and members, at most */

struct panel_household {
	struct panel base;
	struct widget_list_array array;	/* over rows; the list's context */
	int64_t rec;
	struct record_full r;
	bool loaded;
	struct err err;
	struct search_person members[MEMBERS_MAX];
	int nmembers;
	struct record_rows_item *rows;
	struct record_rows table;
	struct widget_list list;
	struct widget_lines head;
	const char *starting;	/* kind a question is about */
};

static struct panel_household *self(struct panel *p)
{
	return (struct panel_household *)p;
}

static struct panel_household *of_array(void *ctx)
{
	return (struct panel_household *)((char *)ctx -
	    offsetof(struct panel_household, array));
}

/* ---- what belongs to the household ---- */

static bool is_member(const struct record *r)
{
	return strcmp(r->kind, "person") == 0;
}

static bool held(const struct panel_household *h, int64_t rec)
{
	for (size_t i = 0; i < h->array.n; i++)
		if (h->rows[i].r.rec == rec)
			return true;
	return false;
}

static void add_member(struct panel_household *h, const struct record *r)
{
	struct err err = ERR_INIT;

	/* Merged into another: that one stands here. */
	if (r->main == 0 && h->nmembers < MEMBERS_MAX && search_person_of(
	    desk_of(h->base.app)->n, r->rec, &h->members[h->nmembers], &err)
	    == MQ_OK)
		h->nmembers++;
}

static void add_row(struct panel_household *h, const struct record *r)
{
	struct desk *d = desk_of(h->base.app);

	if (h->array.n == ROWS_MAX || r->rec == h->rec || held(h, r->rec) ||
	    !access_may_record(d->n, &d->who, "see", r))
		return;
	record_rows_fill(&h->table, r, &h->rows[h->array.n++]);
}

static void add_of(struct panel_household *h, int64_t who, int64_t place)
{
	struct record_query q = { .sort = SORT_OPENED, .who = who,
	    .place = place };
	struct record *rows = xcalloc(ROWS_MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	int n = 0;

	if (record_page(desk_of(h->base.app)->n, &q, NULL, false, rows,
	    ROWS_MAX, &n, &err) != MQ_OK)
		h->array.err = err;
	for (int i = 0; i < n; i++) {
		if (is_member(&rows[i]))
			add_member(h, &rows[i]);
		else
			add_row(h, &rows[i]);
	}
	free(rows);
}

static int newest_first(const void *a, const void *b)
{
	const struct record *x = &((const struct record_rows_item *)a)->r;
	const struct record *y = &((const struct record_rows_item *)b)->r;

	if (x->opened_at.ms != y->opened_at.ms)
		return x->opened_at.ms < y->opened_at.ms ? 1 : -1;
	return x->rec < y->rec ? 1 : x->rec > y->rec ? -1 : 0;
}

static void member_line(struct panel_household *h, int i)
{
	const struct search_person *m = &h->members[i];
	struct buf line = BUF_INIT(BUF_SMALL);

	buf_addf(&line, "%s  %s", m->masked, m->sex);
	if (m->birth_year > 0)
		buf_addf(&line, "  %d", m->birth_year);
	if (m->phone_end[0] != '\0')
		buf_addf(&line, "  **%s", m->phone_end);
	widget_lines_add(&h->head, i == 0 ? word(W_HOUSE_MEMBERS) : " ",
	    ROLE_TEXT, buf_str(&line));
	buf_free(&line);
}

/* The household that keeps in touch with this one; those it keeps in touch
 * with stand among the rows. */
static void show_centre(struct panel_household *h)
{
	struct record_full r;

	if (h->r.r.place == 0 || h->r.r.place == h->rec ||
	    record_get(desk_of(h->base.app)->n, h->r.r.place, &r, NULL) !=
	    MQ_OK)
		return;
	if (strcmp(r.r.kind, h->r.r.kind) == 0)
		widget_lines_add(&h->head, word(W_HOUSE_CENTRE), ROLE_TEXT,
		    r.r.title);
	record_full_free(&r);
}

static void show_head(struct panel_household *h)
{
	struct app *app = h->base.app;
	char line[200];

	widget_lines_reset(&h->head);
	widget_lines_add(&h->head, desk_kind_name(app, "household"),
	    ROLE_STRONG, h->r.r.title);
	snprintf(line, sizeof(line), "%s", desk_org_name(app, h->r.r.org));
	widget_lines_add(&h->head, word(W_HOUSE_GRID), ROLE_TEXT, line);
	show_centre(h);
	for (int i = 0; i < h->nmembers; i++)
		member_line(h, i);
	if (h->nmembers == 0)
		widget_lines_add(&h->head, word(W_HOUSE_MEMBERS), ROLE_DIM,
		    word(W_HOUSE_NOBODY));
}

static void load(struct panel_household *h)
{
	struct desk *d = desk_of(h->base.app);

	if (h->loaded)
		record_full_free(&h->r);
	h->array.n = 0;
	h->array.err.code = MQ_OK;
	h->nmembers = 0;
	h->err.code = MQ_OK;
	h->loaded = record_get(d->n, h->rec, &h->r, &h->err) == MQ_OK;
	if (h->loaded && !access_may_record(d->n, &d->who, "see", &h->r.r)) {
		record_full_free(&h->r);
		h->loaded = false;
		err_set(&h->err, MQ_E_DENIED, "%s‖%s",
		    words_in(W_RECORD_NOT_YOURS, LANG_ZH),
		    words_in(W_RECORD_NOT_YOURS, LANG_EN));
	}
	if (!h->loaded)
		return;
	add_of(h, 0, h->rec);
	for (int i = 0; i < h->nmembers; i++)
		add_of(h, h->members[i].rec, 0);
	qsort(h->rows, h->array.n, sizeof(*h->rows), newest_first);
	show_head(h);
}

/* ---- the list ---- */

static bool row_matches(const void *item, const char *filter)
{
	const struct record_rows_item *x = item;

	return strstr(x->r.title, filter) != NULL;
}

static void source_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	record_rows_paint(&of_array(ctx)->table, item, d, here);
}

static void source_heads(void *ctx, const struct draw *d)
{
	record_rows_heads(&of_array(ctx)->table, d);
}

static int64_t source_count(void *ctx)
{
	return (int64_t)of_array(ctx)->array.n;
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct record_rows_item),
	.fetch = widget_list_array_fetch,
	.same = record_rows_same,
	.paint = source_paint,
	.filter = widget_list_array_filter,
	.count = source_count,
	.heads = source_heads,
};

/* ---- new entries from here ---- */

static void set_ref(struct fields *f, const char *name, int64_t rec)
{
	char text[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(rec), text);
	fields_set(f, name, text);
}

/* Fills every field of the kind that takes a person or a place. */
static void start(struct panel_household *h, const char *kind, int64_t who)
{
	struct app *app = h->base.app;
	const struct kind *k = pack_kind(desk_of(app)->n->pack, kind);
	struct fields f = { NULL, 0, 0 };
	bool person = false, place = false;

	for (size_t i = 0; k != NULL && i < k->nfields; i++) {
		const struct field *fd = &k->fields[i];

		if (fd->type == FT_PERSON && who != 0 && !person) {
			set_ref(&f, fd->name, who);
			person = true;
		} else if (fd->type == FT_PLACE && !place) {
			set_ref(&f, fd->name, h->rec);
			place = true;
		} else if (fd->type == FT_ORG &&
		    strcmp(fd->name, "grid") == 0) {
			fields_set(&f, fd->name, h->r.r.org);
		}
	}
	panel_form_open(app, &(struct form_start){ .kind = kind,
	    .presets = &f });
	fields_free(&f);
}

static unsigned member_answered(struct panel *p, int answer)
{
	struct panel_household *h = self(p);

	if (answer >= 0 && answer < h->nmembers)
		start(h, h->starting, h->members[answer].rec);
	else if (answer == h->nmembers)
		start(h, h->starting, 0);
	return PANEL_REDRAW;
}

static unsigned start_for_someone(struct panel_household *h, const char *kind)
{
	const char *answers[MEMBERS_MAX + 1];
	char lines[MEMBERS_MAX][64];

	if (h->nmembers < 2) {
		start(h, kind, h->nmembers == 1 ? h->members[0].rec : 0);
		return PANEL_REDRAW;
	}
	for (int i = 0; i < h->nmembers; i++) {
		snprintf(lines[i], sizeof(lines[i]), "%s %s %d",
		    h->members[i].masked, h->members[i].sex,
		    h->members[i].birth_year);
		answers[i] = lines[i];
	}
	answers[h->nmembers] = word(W_HOUSE_ALL);
	h->starting = kind;
	popup_ask(&h->base, word(W_HOUSE_WHO), "", answers,
	    (size_t)h->nmembers + 1, member_answered);
	return PANEL_REDRAW;
}

/* ---- handlers ---- */

static unsigned house_action(struct panel *p, enum action act)
{
	struct panel_household *h = self(p);

	switch (act) {
	case ACT_HOUSE_VISIT:
		return start_for_someone(h, "visit");
	case ACT_HOUSE_REQUEST:
		return start_for_someone(h, "request");
	case ACT_HOUSE_MEMBER:
		start(h, "person", 0);
		return PANEL_REDRAW;
	case ACT_HOUSE_FIX:
		panel_form_open(p->app, &(struct form_start){
		    .kind = "household", .rec = h->rec });
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool house_offers(struct panel *p, enum action act)
{
	struct panel_household *h = self(p);

	switch (act) {
	case ACT_HOUSE_VISIT:
		return h->loaded && desk_may(p->app, "open", "visit");
	case ACT_HOUSE_REQUEST:
		return h->loaded && desk_may(p->app, "open", "request");
	case ACT_HOUSE_MEMBER:
		return h->loaded && desk_may(p->app, "open", "person");
	case ACT_HOUSE_FIX:
		return h->loaded && access_may_record(desk_of(p->app)->n,
		    &desk_of(p->app)->who, "fix", &h->r.r);
	default:
		return true;
	}
}

static unsigned house_key(struct panel *p, uint32_t key)
{
	struct panel_household *h = self(p);
	unsigned flags = widget_list_key(&h->list, key);
	const struct record_rows_item *item = widget_list_item(&h->list);

	if ((flags & WIDGET_PICKED) != 0 && item != NULL)
		panel_record_open(p->app, item->r.rec);
	return flags;
}

static bool house_typing(struct panel *p)
{
	return widget_list_typing(&self(p)->list);
}

static unsigned house_wake(struct panel *p)
{
	load(self(p));
	widget_list_reload(&self(p)->list);
	return PANEL_REDRAW;
}

static unsigned house_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return house_wake(p);
}

static void house_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HOUSE_TITLE));
}

static int head_height(struct panel_household *h, int w)
{
	int lines = widget_lines_height(&h->head, w - 2);

	return lines < HEAD_LINES ? lines : HEAD_LINES;
}

static void house_layout(struct panel *p, int h, int w)
{
	int top = head_height(self(p), w) + 1;

	widget_list_layout(&self(p)->list, h > top + 3 ? h - top : 3, w);
}

static void house_paint(struct panel *p, const struct draw *d)
{
	struct panel_household *h = self(p);
	int top = head_height(h, d->w);
	struct draw head = draw_sub(d, 0, 1, top, d->w - 2);
	struct draw list = draw_sub(d, top + 1, 0, d->h - top - 1, d->w);
	char words[700];

	if (!h->loaded) {
		err_say(&h->err, app_lang(p->app), words, sizeof(words));
		draw_wrapped(d, 1, 1, d->w - 2, d->h - 1, ROLE_ERROR, words);
		return;
	}
	widget_lines_paint(&h->head, &head);
	widget_list_paint(&h->list, &list);
}

static void house_destroy(struct panel *p)
{
	struct panel_household *h = self(p);

	if (h->loaded)
		record_full_free(&h->r);
	widget_list_free(&h->list);
	widget_lines_free(&h->head);
	free(h->rows);
}

static const enum context house_contexts[] = { CTX_HOUSE, CTX_END };
static const enum context house_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops house_ops = {
	.name = "household",
	.contexts = house_contexts,
	.widgets = house_widgets,
	.title = house_title,
	.action = house_action,
	.key = house_key,
	.typing = house_typing,
	.offers = house_offers,
	.layout = house_layout,
	.paint = house_paint,
	.wake = house_wake,
	.returned = house_returned,
	.destroy = house_destroy,
};

void panel_household_open(struct app *app, int64_t rec)
{
	struct panel_household *h;

	if (app_deep(app))
		return;
	h = xcalloc(1, sizeof(*h));
	h->rec = rec;
	h->base.app = app;
	h->rows = xcalloc(ROWS_MAX, sizeof(*h->rows));
	h->array.items = h->rows;
	h->array.item_size = sizeof(*h->rows);
	h->array.same = record_rows_same;
	h->array.match = row_matches;
	record_rows_init_mixed(&h->table, app);
	widget_lines_init(&h->head);
	load(h);
	widget_list_init(&h->list, &source, &h->array);
	app_push(app, &h->base, &house_ops);
}
