/*
 * One box that finds: words in the text, people and households by name,
 * initials or last digits, a case by its short number; and, for a number
 * from another station, what the district says about it.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/inbox.h"
#include "../core/person_id.h"
#include "../core/search.h"
#include "panels.h"
#include "record_found.h"
#include "widget_edit.h"
#include "widget_lines.h"
#include "words.h"

#define HITS_MAX 120
#define PEOPLE_MAX 30
#define NO_LONG 12
#define NO_SHORT 7
#define TOP_LINES 4

struct panel_find {
	struct panel base;
	struct record_found hits;
	struct widget_edit edit;
	struct widget_lines answer;	/* of the district, about a number */
	struct err err;
	int64_t pending;		/* not indexed yet */
};

static struct panel_find *self(struct panel *p)
{
	return (struct panel_find *)p;
}

/* ---- finding ---- */

static void find_people(struct panel_find *f, const char *kind,
    const char *typed)
{
	struct desk *d = desk_of(f->base.app);
	struct search_person *list;
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int count = 0;

	if (!desk_may(f->base.app, "see", kind))
		return;
	list = xcalloc(PEOPLE_MAX, sizeof(*list));
	desk_scope(f->base.app, kind, &scope);
	if (search_people(d->n, kind, typed, buf_str(&scope), list,
	    PEOPLE_MAX, &count, &err) != MQ_OK)
		f->err = err;
	for (int i = 0; i < count && i < PEOPLE_MAX; i++)
		record_found_add_rec(&f->hits, list[i].rec);
	buf_free(&scope);
	free(list);
}

/* People and households first, as the pack has them, then the others. */
static void find_registers(struct panel_find *f, const char *typed)
{
	const struct pack *p = desk_of(f->base.app)->n->pack;

	for (size_t i = 0; p != NULL && i < pack_kinds(p); i++)
		if (pack_kind_at(p, i)->register_)
			find_people(f, pack_kind_at(p, i)->name, typed);
}

static void find_text(struct panel_find *f, const char *typed)
{
	struct desk *d = desk_of(f->base.app);
	struct record *rows = xcalloc(HITS_MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	int count = 0;

	if (search_text(d->n, NULL, typed, NULL, rows, HITS_MAX, &count, &err)
	    != MQ_OK)
		f->err = err;
	for (int i = 0; i < count && i < HITS_MAX; i++)
		record_found_add(&f->hits, &rows[i]);
	free(rows);
}

/* What any station may say about a case: state, expected date, whom to call;
 * no text, place or person. */
static void district_says(struct panel_find *f, const char *no)
{
	struct app *app = f->base.app;
	struct inbox_status s;
	struct err err = ERR_INIT;
	char shown[24], at[24];
	const struct kind *k;
	const struct flow_state *state;

	person_id_short_show(no, shown);
	if (inbox_status_get(desk_of(app)->n, no, &s, &err) != MQ_OK) {
		widget_lines_add(&f->answer, shown, ROLE_TEXT,
		    word(person_id_short_ok(no) ? W_FIND_NO_STATUS :
		    W_FIND_BAD_NO));
		return;
	}
	k = pack_kind(desk_of(app)->n->pack, "request");
	state = k != NULL ? kind_state(k, s.state) : NULL;
	widget_lines_add(&f->answer, shown, ROLE_STRONG, state != NULL ?
	    state->label[app_lang(app)] : s.state);
	if (s.due.ms != 0 && !s.closed) {
		clock_show(s.due, CLOCK_DATE, at, sizeof(at));
		widget_lines_add(&f->answer, word(W_FIND_EXPECTED), ROLE_TEXT,
		    at);
	}
	if (s.phone[0] != '\0')
		widget_lines_add(&f->answer, word(W_FIND_PHONE), ROLE_TEXT,
		    s.phone);
	clock_show(s.as_of, CLOCK_MINUTE, at, sizeof(at));
	widget_lines_add(&f->answer, word(W_FIND_AS_OF), ROLE_DIM, at);
}

static void find_number(struct panel_find *f, const char *digits)
{
	struct err err = ERR_INIT;
	int64_t rec = 0;

	if (record_by_no(desk_of(f->base.app)->n, digits, &rec, &err)
	    == MQ_OK)
		record_found_add_rec(&f->hits, rec);
	if (f->hits.array.n == 0 && strlen(digits) == NO_LONG)
		district_says(f, digits);
}

/* Digits with blanks and dashes between are still a number. */
static bool only_digits(const char *typed, char *out, size_t size)
{
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (*typed < '0' || *typed > '9' || n + 1 >= size)
			return false;
		out[n++] = *typed;
	}
	out[n] = '\0';
	return n > 0;
}

static void look(struct panel_find *f)
{
	const char *typed = widget_edit_text(&f->edit);
	struct buf half = BUF_INIT(BUF_SMALL);
	char digits[32];

	record_found_clear(&f->hits);
	f->err.code = MQ_OK;
	widget_lines_reset(&f->answer);
	text_fold(typed, strlen(typed), &half);	/* full-width digits too */
	if (only_digits(buf_str(&half), digits, sizeof(digits)) &&
	    (strlen(digits) == NO_LONG || strlen(digits) == NO_SHORT))
		find_number(f, digits);
	if (half.len > 0 && f->answer.n == 0) {
		find_registers(f, typed);
		find_text(f, typed);
	}
	buf_free(&half);
	if (search_pending(desk_of(f->base.app)->n, &f->pending, NULL) !=
	    MQ_OK)
		f->pending = 0;
}

static void find(struct panel_find *f)
{
	look(f);
	widget_list_top(&f->hits.list);
}

/* ---- handlers ---- */

static unsigned open_item(struct panel_find *f)
{
	const struct record *r = record_found_here(&f->hits);

	if (r == NULL)
		return PANEL_DONE;
	if (strcmp(r->kind, "household") == 0)
		panel_household_open(f->base.app, r->rec);
	else
		panel_record_open(f->base.app, r->rec);
	return PANEL_REDRAW;
}

static unsigned find_action(struct panel *p, enum action act)
{
	struct panel_find *f = self(p);

	switch (act) {
	case ACT_FIND_UP:
		return widget_list_key(&f->hits.list, K_UP);
	case ACT_FIND_DOWN:
		return widget_list_key(&f->hits.list, K_DOWN);
	case ACT_FIND_OPEN:
		return open_item(f);
	case ACT_FIND_CLEAR:
		widget_edit_clear(&f->edit);
		find(f);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static unsigned find_key(struct panel *p, uint32_t key)
{
	struct panel_find *f = self(p);
	unsigned flags;

	if (key == K_PGUP || key == K_PGDN)
		return widget_list_key(&f->hits.list, key);
	flags = widget_edit_key(&f->edit, key);
	if ((flags & WIDGET_CHANGED) != 0)
		find(f);
	return flags;
}

static unsigned find_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	unsigned flags = widget_edit_paste(&self(p)->edit, s, len);

	(void)over;
	find(self(p));
	return flags;
}

static bool find_typing(struct panel *p)
{
	(void)p;
	return true;
}

/* Somebody else wrote: what is marked stays marked. */
static unsigned find_wake(struct panel *p)
{
	look(self(p));
	widget_list_reload(&self(p)->hits.list);
	return PANEL_REDRAW;
}

static unsigned find_returned(struct panel *p, struct panel *child)
{
	(void)p;
	(void)child;
	return PANEL_REDRAW;	/* our place in the list stays */
}

static void find_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_FIND_TITLE));
}

static void find_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->hits.list, h > TOP_LINES + 3 ?
	    h - TOP_LINES : 3, w);
}

static void find_paint(struct panel *p, const struct draw *d)
{
	struct panel_find *f = self(p);
	struct draw rest = draw_sub(d, TOP_LINES, 0, d->h - TOP_LINES, d->w);
	struct draw in = draw_sub(&rest, 0, 1, rest.h, rest.w - 2);
	char words[700], count[24];
	int x = 1 + draw_text(d, 1, 1, 0, ROLE_STRONG, word(W_FIND_PROMPT)) + 1;

	widget_edit_paint(&f->edit, d, 1, x, 1, d->w - x - 2, true);
	if (f->pending > 0) {
		snprintf(count, sizeof(count), "%lld", (long long)f->pending);
		words_fill(words, sizeof(words), W_FIND_PENDING, count, NULL);
		draw_text(d, 2, 1, d->w - 2, ROLE_WARN, words);
	} else {
		draw_text(d, 2, 1, 0, ROLE_HINT, word(W_FIND_HINT));
	}
	if (f->err.code != MQ_OK) {
		err_say(&f->err, app_lang(p->app), words, sizeof(words));
		draw_wrapped(&in, 0, 0, 0, in.h, ROLE_ERROR, words);
	} else if (f->answer.n > 0) {
		widget_lines_paint(&f->answer, &in);
	} else if (!widget_edit_empty(&f->edit)) {
		widget_list_paint(&f->hits.list, &rest);
	}
}

static void find_destroy(struct panel *p)
{
	struct panel_find *f = self(p);

	widget_edit_free(&f->edit);
	record_found_free(&f->hits);
	widget_lines_free(&f->answer);
}

static const enum context find_contexts[] = { CTX_FIND, CTX_END };
static const enum context find_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops find_ops = {
	.name = "find",
	.contexts = find_contexts,
	.widgets = find_widgets,
	.title = find_title,
	.action = find_action,
	.key = find_key,
	.paste = find_paste,
	.typing = find_typing,
	.layout = find_layout,
	.paint = find_paint,
	.wake = find_wake,
	.returned = find_returned,
	.destroy = find_destroy,
};

void panel_find_open(struct app *app)
{
	static const struct widget_edit_options opt = { .max_chars = 60 };
	struct panel_find *f = xcalloc(1, sizeof(*f));

	f->base.app = app;
	widget_edit_init(&f->edit, &opt);
	widget_lines_init(&f->answer);
	f->answer.label_cells = 16;
	record_found_init(&f->hits, app, HITS_MAX);
	f->hits.list.digits = false;
	app_push(app, &f->base, &find_ops);
}
