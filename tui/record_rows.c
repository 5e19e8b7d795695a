/*
 * Rows of records.  Called by panel_records, panel_household, record_found.
 */
#include "record_rows.h"

#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/form.h"
#include "../core/grade.h"
#include "../core/mask.h"
#include "desk.h"
#include "words.h"

#define NARROW 60		/* below that only the title and what presses */
#define NO_SHORT 7

enum fixed { COL_OPENED, COL_CHANGED, COL_TITLE, COL_STATE, COL_OWNER,
	COL_ORG, COL_BY, COL_NO, COL_NUM, COL_DUE, COL_KIND, COL_DELIVERY,
	COL_FIXED };

static const struct {
	const char *name;
	enum word_id head;
	int cells, wider;	/* wider: more in English */
} fixed[COL_FIXED] = {
	[COL_OPENED] = { "opened", W_COL_OPENED, 11, 0 },
	[COL_CHANGED] = { "changed", W_COL_CHANGED, 11, 0 },
	[COL_TITLE] = { "title", W_COL_TITLE, 0, 0 },
	[COL_STATE] = { "state", W_COL_STATE, 8, 2 },
	[COL_OWNER] = { "owner", W_COL_OWNER, 12, 0 },
	[COL_ORG] = { "org", W_COL_ORG, 12, 0 },
	[COL_BY] = { "by", W_COL_BY, 8, 0 },
	[COL_NO] = { "no", W_COL_NO, 12, 0 },
	[COL_NUM] = { "num", W_COL_NUM, 10, 0 },
	[COL_DUE] = { "due", W_COL_DUE, 13, 0 },
	[COL_KIND] = { "kind", W_COL_KIND, 8, 4 },
	[COL_DELIVERY] = { "delivery", W_COL_DELIVERY, 6, 2 },
};

static int fixed_column(const char *name)
{
	for (int i = 0; i < COL_FIXED; i++)
		if (strcmp(fixed[i].name, name) == 0)
			return i;
	return -1;
}

/* ---- columns ---- */

static int field_cells(const struct field *f)
{
	switch (f->type) {
	case FT_INTEGER: return 6;
	case FT_DATE: return 10;
	case FT_WHEN: return 16;
	case FT_MINUTES: return 8;
	default: return 14;
	}
}

static void add_column(struct record_rows *t, const struct kind *k,
    const char *name)
{
	struct record_rows_column *c = &t->columns[t->n];
	const struct field *f;
	int at = fixed_column(name);

	if (t->n == RECORD_ROWS_COLUMNS)
		return;
	(void)xcopy(c->name, sizeof(c->name), name);
	if (at >= 0) {
		c->field = NULL;
		c->head = word(fixed[at].head);
		c->cells = fixed[at].cells + (app_lang(t->app) == LANG_EN ?
		    fixed[at].wider : 0);
	} else {
		f = k != NULL ? kind_field(k, name) : NULL;
		if (f == NULL)
			return;		/* a column this pack cannot fill */
		c->field = f;
		c->head = f->label[app_lang(t->app)];
		c->cells = field_cells(f);
	}
	t->n++;
}

void record_rows_init(struct record_rows *t, struct app *app,
    const struct kind *k)
{
	const char *p = k->columns;

	memset(t, 0, sizeof(*t));
	t->app = app;
	while (*p != '\0' && t->n < RECORD_ROWS_COLUMNS - 1) {
		char name[33];
		size_t len = strcspn(p, " ");

		if (len > 0) {
			snprintf(name, sizeof(name), "%.*s", (int)len, p);
			add_column(t, k, name);
		}
		p += len + strspn(p + len, " ");
	}
	if (t->n == 0)
		add_column(t, k, "title");
	add_column(t, k, "delivery");
}

void record_rows_init_mixed(struct record_rows *t, struct app *app)
{
	memset(t, 0, sizeof(*t));
	t->app = app;
	add_column(t, NULL, "opened");
	add_column(t, NULL, "kind");
	add_column(t, NULL, "title");
	add_column(t, NULL, "state");
	add_column(t, NULL, "delivery");
}

/* ---- cells ---- */

static void state_cell(struct app *app, const struct record *r,
    struct record_rows_cell *c)
{
	static const enum theme_role graded[] = {
		[TONE_PLAIN] = ROLE_TEXT, [TONE_GOOD] = ROLE_GRID_GREEN,
		[TONE_CARE] = ROLE_GRID_YELLOW, [TONE_BAD] = ROLE_GRID_RED,
	};

	if ((r->flags & REC_CONFLICT) != 0) {
		(void)xcopy(c->text, sizeof(c->text), word(W_STATE_CONFLICT));
		c->role = ROLE_CONFLICT;
		return;
	}
	(void)xcopy(c->text, sizeof(c->text), desk_state_word(app, r));
	c->role = (r->flags & (REC_CLOSED | REC_VOID)) != 0 ? ROLE_DONE :
	    graded[grade_tone(desk_of(app)->n, r)];
}

/* At home the last seven digits do; what came from elsewhere needs all. */
static void number_cell(struct app *app, const struct record *r,
    struct record_rows_cell *c)
{
	char own[16];
	size_t len = strlen(r->no);

	snprintf(own, sizeof(own), "%05d",
	    desk_of(app)->n->set.number % 100000);
	(void)xcopy(c->text, sizeof(c->text), len > NO_SHORT &&
	    strncmp(r->no, own, 5) == 0 ? r->no + len - NO_SHORT : r->no);
}

static void amount_cell(struct app *app, const struct record *r,
    struct record_rows_cell *c)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, r->kind);

	if (r->num == 0)
		return;
	if (k != NULL && kind_has_facet(k, "hours"))
		snprintf(c->text, sizeof(c->text), "%" PRId64 ":%02d",
		    r->num / 60, (int)(r->num % 60));
	else
		snprintf(c->text, sizeof(c->text), "%" PRId64, r->num);
}

static void delivery_cell(struct app *app, const struct record *r,
    struct record_rows_cell *c)
{
	(void)xcopy(c->text, sizeof(c->text),
	    desk_delivery_word(app, r, &c->role));
}

static void fixed_cell(struct app *app, enum fixed which,
    const struct record *r, struct record_rows_cell *c)
{
	switch (which) {
	case COL_OPENED:
		desk_when_words(r->opened_at, c->text, sizeof(c->text));
		c->role = ROLE_DIM;
		break;
	case COL_CHANGED:
		clock_show(r->changed_at, CLOCK_SHORT, c->text,
		    sizeof(c->text));
		c->role = ROLE_DIM;
		break;
	case COL_TITLE:
		(void)xcopy(c->text, sizeof(c->text), r->title);
		break;
	case COL_STATE:
		state_cell(app, r, c);
		break;
	case COL_OWNER:
		if (r->owner[0] != '\0')
			(void)xcopy(c->text, sizeof(c->text),
			    desk_org_name(app, r->owner));
		break;
	case COL_ORG:
		(void)xcopy(c->text, sizeof(c->text),
		    desk_org_name(app, r->org));
		break;
	case COL_BY:
		desk_person_name(app, r->by, c->text, sizeof(c->text));
		break;
	case COL_NO:
		number_cell(app, r, c);
		break;
	case COL_NUM:
		amount_cell(app, r, c);
		break;
	case COL_DUE:
		desk_due_words(app, r, c->text, sizeof(c->text), &c->role);
		break;
	case COL_KIND:
		(void)xcopy(c->text, sizeof(c->text),
		    desk_kind_name(app, r->kind));
		break;
	case COL_DELIVERY:
		delivery_cell(app, r, c);
		break;
	case COL_FIXED:
		break;
	}
}

static void field_cell(struct app *app, const struct field *f,
    const struct record_full *full, struct record_rows_cell *c)
{
	const struct field_value *v = fields_get(&full->f, f->name);
	struct buf text = BUF_INIT(BUF_SMALL);

	if (v != NULL) {
		form_show(desk_of(app)->n, f, v, false, &text);
		(void)xcopy(c->text, sizeof(c->text), buf_str(&text));
	}
	buf_free(&text);
}

void record_rows_fill(const struct record_rows *t, const struct record *r,
    struct record_rows_item *out)
{
	struct record_full full;
	struct err err = ERR_INIT;
	bool want = false, have;

	memset(out, 0, sizeof(*out));
	out->r = *r;
	for (size_t i = 0; i < t->n; i++)
		want = want || t->columns[i].field != NULL;
	have = want && record_get(desk_of(t->app)->n, r->rec, &full, &err)
	    == MQ_OK;
	for (size_t i = 0; i < t->n; i++) {
		const struct record_rows_column *c = &t->columns[i];

		out->cells[i].role = ROLE_TEXT;
		if (c->field == NULL)
			fixed_cell(t->app, (enum fixed)fixed_column(c->name),
			    r, &out->cells[i]);
		else if (have)
			field_cell(t->app, c->field, &full, &out->cells[i]);
	}
	if (have)
		record_full_free(&full);
}

/* ---- painting ---- */

bool record_rows_same(const void *a, const void *b)
{
	return ((const struct record_rows_item *)a)->r.rec ==
	    ((const struct record_rows_item *)b)->r.rec;
}

static bool left_out(const struct record_rows_column *c, int w)
{
	return w < NARROW && c->cells != 0 && strcmp(c->name, "due") != 0 &&
	    strcmp(c->name, "state") != 0;
}

void record_rows_paint(const struct record_rows *t,
    const struct record_rows_item *item, const struct draw *d, bool here)
{
	struct draw_cell row[RECORD_ROWS_COLUMNS];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct record_rows_column *c = &t->columns[i];
		enum theme_role role = item->cells[i].role;

		if (left_out(c, d->w))
			continue;
		row[n].cells = c->cells;
		row[n].text = item->cells[i].text;
		/* Beside the mark only the first cell stands out: on a slow
		 * line a whole row that changes costs ten times as much. */
		row[n].role = here && n == 0 && role == ROLE_TEXT ?
		    ROLE_SELECTION : role;
		n++;
	}
	draw_row(d, 0, 0, row, n);
}

void record_rows_heads(const struct record_rows *t, const struct draw *d)
{
	struct draw_cell row[RECORD_ROWS_COLUMNS];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (left_out(&t->columns[i], d->w))
			continue;
		row[n].cells = t->columns[i].cells;
		row[n].role = ROLE_COLUMN;
		row[n++].text = t->columns[i].head;
	}
	draw_row(d, 0, 0, row, n);
}
