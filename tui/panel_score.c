/*
 * Boards by unit, period by period, and polls with their options: bars that
 * say their figure in words.  Units are compared, never persons.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/score.h"
#include "panels.h"
#include "widget_bar.h"
#include "words.h"

#define UNITS_MAX 200
#define PAGES_MAX 60
#define BAR_CELLS 20
#define NAME_CELLS 22

/* One page: sheets of a kind, a board of boards.csv, or a poll. */
struct score_page {
	const struct kind *sheet;
	const struct pack_board *board;
	struct record poll;		/* rec 0: no poll */
};

struct panel_score {
	struct panel base;
	struct score_page pages[PAGES_MAX];
	int npages, cur, back, top;
	struct score_period period;
	struct score_row *rows;
	int n;
	struct score_poll votes;
	struct err err;
};

static struct panel_score *self(struct panel *p)
{
	return (struct panel_score *)p;
}

static struct score_page *page(struct panel_score *v)
{
	return v->npages > 0 ? &v->pages[v->cur] : NULL;
}

/* ---- loading ---- */

static void add_polls(struct panel_score *v, const struct kind *k)
{
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED };
	struct record rows[20];
	struct buf scope = BUF_INIT(BUF_LARGE);
	int got = 0, i;

	desk_narrow(v->base.app, k->name, &q, &scope);
	if (record_page(desk_of(v->base.app)->n, &q, NULL, false, rows,
	    ARRAY_LEN(rows), &got, &v->err) != MQ_OK)
		got = 0;
	for (i = 0; i < got && v->npages < PAGES_MAX; i++)
		v->pages[v->npages++].poll = rows[i];
	buf_free(&scope);
}

static void find_pages(struct panel_score *v)
{
	const struct pack *p = desk_of(v->base.app)->n->pack;
	const struct pack_board *b;
	size_t i, n;

	v->npages = 0;
	memset(v->pages, 0, sizeof(v->pages));
	for (i = 0; i < pack_kinds(p) && v->npages < PAGES_MAX; i++)
		if (score_is_sheet(p, pack_kind_at(p, i)) && desk_may(
		    v->base.app, "see", pack_kind_at(p, i)->name))
			v->pages[v->npages++].sheet = pack_kind_at(p, i);
	b = pack_boards(p, &n);
	for (i = 0; i < n && v->npages < PAGES_MAX; i++)
		if (desk_may(v->base.app, "see", b[i].kind))
			v->pages[v->npages++].board = &b[i];
	for (i = 0; i < pack_kinds(p); i++)
		if (score_is_poll(p, pack_kind_at(p, i)) && desk_may(
		    v->base.app, "see", pack_kind_at(p, i)->name))
			add_polls(v, pack_kind_at(p, i));
	if (v->cur >= v->npages)
		v->cur = 0;
}

static void load_poll(struct panel_score *v, int64_t rec)
{
	struct node *n = desk_of(v->base.app)->n;
	struct record_full r;

	if (record_get(n, rec, &r, &v->err) != MQ_OK)
		return;
	if (score_poll(n, &r, &v->votes, &v->err) != MQ_OK)
		memset(&v->votes, 0, sizeof(v->votes));
	record_full_free(&r);
}

static void load(struct panel_score *v)
{
	struct node *n = desk_of(v->base.app)->n;
	const char *length = "month";
	struct score_page *pg;

	find_pages(v);
	pg = page(v);
	v->n = 0;
	v->err.code = MQ_OK;
	memset(&v->votes, 0, sizeof(v->votes));
	if (pg == NULL)
		return;
	if (pg->sheet != NULL)
		length = pack_facet(n->pack, pg->sheet, "score", "period");
	score_period(length, ledger_now(n), v->back, &v->period);
	if (pg->poll.rec != 0)
		load_poll(v, pg->poll.rec);
	else if ((pg->sheet != NULL ? score_sheets(n, pg->sheet, &v->period,
	    v->rows, UNITS_MAX, &v->n, &v->err) : score_board(n, pg->board,
	    &v->period, v->rows, UNITS_MAX, &v->n, &v->err)) != MQ_OK)
		v->n = 0;
}

static unsigned reload(struct panel_score *v)
{
	load(v);
	return PANEL_REDRAW;
}

/* ---- handlers ---- */

static unsigned turn(struct panel_score *v, int by)
{
	if (v->npages == 0)
		return PANEL_BEEP;
	v->cur = (v->cur + v->npages + by) % v->npages;
	v->top = 0;
	return reload(v);
}

/* A sheet, or a vote in the poll shown. */
static const struct kind *what_to_enter(struct panel_score *v,
    struct fields *f)
{
	const struct pack *p = desk_of(v->base.app)->n->pack;
	struct score_page *pg = page(v);
	const struct kind *k;
	char ref[ENTRY_REF_TEXT];

	if (pg == NULL || pg->board != NULL)
		return NULL;
	if (pg->sheet != NULL)
		return pg->sheet;
	k = pack_kind(p, pack_facet(p, pack_kind(p, pg->poll.kind), "score",
	    "voted_by"));
	if (k != NULL) {
		ref_text(ref_of_rec(pg->poll.rec), ref);
		fields_set(f, pack_facet(p, k, "score", "of"), ref);
	}
	return k;
}

static unsigned enter(struct panel_score *v)
{
	struct fields f = { NULL, 0, 0 };
	const struct kind *k = what_to_enter(v, &f);
	unsigned flags = PANEL_BEEP;

	if (k != NULL && desk_may(v->base.app, "open", k->name)) {
		panel_form_open(v->base.app, &(struct form_start){
		    .kind = k->name, .presets = &f });
		flags = PANEL_REDRAW;
	}
	fields_free(&f);
	return flags;
}

static unsigned score_action(struct panel *p, enum action act)
{
	struct panel_score *v = self(p);

	switch (act) {
	case ACT_SCORE_NEXT:
		return turn(v, 1);
	case ACT_SCORE_BACK:
		return turn(v, -1);
	case ACT_SCORE_EARLIER:
		v->back++;
		return reload(v);
	case ACT_SCORE_LATER:
		v->back -= v->back > 0;
		return reload(v);
	case ACT_SCORE_NEW:
		return enter(v);
	default:
		return PANEL_IGNORED;
	}
}

static bool score_offers(struct panel *p, enum action act)
{
	struct panel_score *v = self(p);
	struct fields f = { NULL, 0, 0 };
	const struct kind *k;
	bool poll = page(v) != NULL && page(v)->poll.rec != 0;

	if (act == ACT_SCORE_EARLIER || act == ACT_SCORE_LATER)
		return !poll && (act == ACT_SCORE_EARLIER || v->back > 0);
	if (act != ACT_SCORE_NEW)
		return true;
	k = what_to_enter(v, &f);
	fields_free(&f);
	return k != NULL && desk_may(p->app, "open", k->name);
}

static unsigned score_key(struct panel *p, uint32_t key)
{
	struct panel_score *v = self(p);

	if (key == K_DOWN || key == K_PGDN)
		v->top += v->top + 1 < v->n;
	else if (key == K_UP || key == K_PGUP)
		v->top -= v->top > 0;
	else if (key == K_ENTER && page(v) != NULL && page(v)->poll.rec != 0)
		panel_record_open(p->app, page(v)->poll.rec);
	else
		return PANEL_IGNORED;
	return PANEL_REDRAW;
}

static unsigned score_wake(struct panel *p)
{
	return reload(self(p));
}

static unsigned score_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return reload(self(p));
}

static void score_title(struct panel *p, char *out, size_t size)
{
	struct panel_score *v = self(p);
	struct score_page *pg = page(v);
	enum lang lang = app_lang(p->app);

	(void)xcopy(out, size, word(W_SCORE_TITLE));
	if (pg == NULL)
		return;
	if (pg->poll.rec != 0)
		snprintf(out, size, "%s", desk_kind_name(p->app,
		    pg->poll.kind));
	else
		snprintf(out, size, "%s · %s · %s", word(W_SCORE_TITLE),
		    pg->sheet != NULL ? pg->sheet->label[lang] :
		    pg->board->label[lang], v->period.name);
}

/* ---- painting ---- */

static void value_words(bool sheet, int64_t value, char *out, size_t size)
{
	char n[32];

	if (!sheet) {
		snprintf(out, size, "%" PRId64, value);
		return;
	}
	snprintf(n, sizeof(n), "%" PRId64 ".%02d", value / 100,
	    (int)(value % 100));
	words_fill(out, size, W_SCORE_POINTS, n, NULL);
}

static void paint_unit(struct panel_score *v, const struct draw *d, int y,
    int i)
{
	struct score_page *pg = page(v);
	const struct score_row *row = &v->rows[i];
	bool sheet = pg->sheet != NULL;
	int64_t winners = !sheet ? 0 : pack_facet_int(
	    desk_of(v->base.app)->n->pack, pg->sheet, "score", "winners", 0);
	int64_t most = sheet ? 10000 : v->rows[0].value;
	char value[60], before[60], old[80], words[240];

	value_words(sheet, row->value, value, sizeof(value));
	value_words(sheet, row->before, before, sizeof(before));
	words_fill(old, sizeof(old), W_SCORE_BEFORE, before, NULL);
	if (sheet && row->before == 0)	/* nobody scored it then */
		old[0] = '\0';
	snprintf(words, sizeof(words), "%s  %s%s%s", value, old,
	    row->flag ? "  " : i < winners ? "  " : "",
	    row->flag ? word(W_SCORE_FLAG) : i < winners ? word(W_SCORE_IN) :
	    "");
	draw_textf(d, y, 0, ROLE_TEXT, "%3d", i + 1);
	draw_fit(d, y, 4, NAME_CELLS, i == 0 ? ROLE_STRONG : ROLE_TEXT,
	    desk_org_name(v->base.app, row->org));
	widget_bar_amount(d, y, 5 + NAME_CELLS, BAR_CELLS, ROLE_BAR,
	    row->value, most, words);
}

static void paint_poll(struct panel_score *v, const struct draw *d)
{
	const struct score_poll *s = &v->votes;
	char a[24], b[24], c[24], words[160];
	int64_t most = 1;
	int i, y = 3;

	draw_wrapped(d, 0, 0, 0, 2, ROLE_STRONG, page(v)->poll.title);
	for (i = 0; i < s->options; i++)
		if (s->votes[i] > most)
			most = s->votes[i];
	for (i = 0; i < s->options && y < d->h - 2; i++, y++) {
		snprintf(a, sizeof(a), "%" PRId64, s->votes[i]);
		snprintf(b, sizeof(b), "%" PRId64, s->opinions[i]);
		words_fill(words, sizeof(words), W_SCORE_VOTES, a, b, NULL);
		draw_textf(d, y, 0, ROLE_KEY, "%3d", i + 1);
		draw_fit(d, y, 4, NAME_CELLS, ROLE_TEXT, s->words[i]);
		widget_bar_amount(d, y, 5 + NAME_CELLS, BAR_CELLS, ROLE_BAR,
		    s->votes[i], most, words);
	}
	snprintf(a, sizeof(a), "%" PRId64, s->counted);
	snprintf(b, sizeof(b), "%" PRId64, s->heard);
	snprintf(c, sizeof(c), "%" PRId64, s->twice);
	words_fill(words, sizeof(words), W_SCORE_POLL, a, b, c, NULL);
	draw_text(d, y + 1, 0, 0, ROLE_TEXT, words);
}

static void score_paint(struct panel *p, const struct draw *d)
{
	struct panel_score *v = self(p);
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);
	char words[400];
	int i, y;

	if (v->err.code != MQ_OK) {
		err_say(&v->err, app_lang(p->app), words, sizeof(words));
		draw_wrapped(&in, 0, 0, 0, in.h, ROLE_ERROR, words);
		return;
	}
	if (page(v) != NULL && page(v)->poll.rec != 0) {
		paint_poll(v, &in);
		return;
	}
	draw_text(&in, 0, 0, 0, ROLE_DIM, word(W_SCORE_UNITS));
	if (v->n == 0)
		draw_text(&in, 2, 0, 0, ROLE_DIM, word(W_SCORE_NONE));
	for (i = v->top, y = 2; i < v->n && y < in.h; i++, y++)
		paint_unit(v, &in, y, i);
}

static void score_destroy(struct panel *p)
{
	free(self(p)->rows);
}

static const enum context score_contexts[] = { CTX_SCORE, CTX_END };

static const struct panel_ops score_ops = {
	.name = "score",
	.contexts = score_contexts,
	.title = score_title,
	.action = score_action,
	.offers = score_offers,
	.key = score_key,
	.paint = score_paint,
	.wake = score_wake,
	.returned = score_returned,
	.destroy = score_destroy,
};

void panel_score_open(struct app *app)
{
	struct panel_score *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->rows = xcalloc(UNITS_MAX, sizeof(*v->rows));
	load(v);
	app_push(app, &v->base, &score_ops);
}
