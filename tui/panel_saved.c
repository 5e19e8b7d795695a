/*
 * After a save: what it did, its number, and what next.  Opened by the form
 * and nobody else, with the result of a commit that returned MQ_OK: the word
 * 已保存 stands nowhere else.
 */
#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/person_id.h"
#include "../core/pack.h"
#include "panels.h"
#include "words.h"

#define TITLES 6		/* records named on the page */

struct saved_rec {
	int64_t rec;
	char kind[32];
	char title[200];
	char no[16];
	char state[32];
};

struct panel_saved {
	struct panel base;
	struct desk *d;
	struct save_result res;
	struct saved_rec recs[TITLES];
	int nrecs;
	char until[16];		/* undo until */
	bool can_undo;
	bool opened;		/* the first is new: another can follow */
};

static struct panel_saved *saved_of(struct panel *p)
{
	return (struct panel_saved *)p;
}

static void load_records(struct panel_saved *p)
{
	int i, k;

	for (i = 0; i < p->res.nrecs && p->nrecs < TITLES; i++) {
		struct saved_rec *s = &p->recs[p->nrecs];
		struct record_full r;

		for (k = 0; k < p->nrecs; k++)
			if (p->recs[k].rec == p->res.recs[i])
				break;
		if (k < p->nrecs || record_get(p->d->n, p->res.recs[i], &r,
		    NULL) != MQ_OK)
			continue;
		s->rec = r.r.rec;
		xcopy(s->kind, sizeof(s->kind), r.r.kind);
		xcopy(s->title, sizeof(s->title), r.r.title);
		xcopy(s->no, sizeof(s->no), r.r.no);
		xcopy(s->state, sizeof(s->state), r.r.state);
		record_full_free(&r);
		p->nrecs++;
	}
}

/* The record a resident should read back: the one with a number, if any. */
static int64_t record_to_show(const struct panel_saved *p)
{
	int i;

	for (i = 0; i < p->nrecs; i++)
		if (p->recs[i].no[0] && p->res.no[0])
			return p->recs[i].rec;
	return p->nrecs ? p->recs[0].rec : 0;
}

/* One timer for the end of the undo time; nothing ticks meanwhile. */
static void note_undo(struct panel_saved *p)
{
	int64_t ms = pack_int(p->d->n->pack, "undo_seconds", 0) * MS_SECOND;
	struct utc end = { p->d->last_save_at.ms + ms };
	int64_t left = end.ms - ledger_now(p->d->n).ms;
	struct civil c = clock_civil(end);

	p->can_undo = left > 0 && desk_can_undo(p->base.app);
	snprintf(p->until, sizeof(p->until), "%02d:%02d:%02d", c.hour,
	    c.minute, c.second);
	if (p->can_undo)
		panel_tick_in(&p->base, left + 1);
}

static unsigned saved_tick(struct panel *base)
{
	note_undo(saved_of(base));
	return PANEL_REDRAW;
}

/* Another process wrote; or the save was taken back: then we are done. */
static unsigned saved_wake(struct panel *base)
{
	struct panel_saved *p = saved_of(base);

	if (!ref_is(p->d->last_save))
		return PANEL_CLOSE;
	note_undo(p);
	return PANEL_REDRAW;
}

static unsigned saved_action(struct panel *base, enum action act)
{
	struct panel_saved *p = saved_of(base);
	struct app *app = base->app;
	char kind[32];

	switch (act) {
	case ACT_SAVED_SHOW:
		panel_show_open(app, record_to_show(p));
		return PANEL_REDRAW;
	case ACT_SAVED_UNDO:
		desk_undo(app);
		return PANEL_REDRAW;
	case ACT_SAVED_AGAIN:
		xcopy(kind, sizeof(kind), p->recs[0].kind);
		app_close(app, base);
		panel_form_open(app, &(struct form_start){ .kind = kind });
		return PANEL_REDRAW;
	case ACT_SAVED_OPEN: {
		int64_t rec = p->recs[0].rec;

		app_close(app, base);
		panel_record_open(app, rec);
		return PANEL_REDRAW;
	}
	case ACT_SAVED_HOME:
		return PANEL_CLOSE;
	default:
		return PANEL_IGNORED;
	}
}

static bool saved_offers(struct panel *base, enum action act)
{
	struct panel_saved *p = saved_of(base);

	switch (act) {
	case ACT_SAVED_UNDO:
		return p->can_undo;
	case ACT_SAVED_AGAIN:
		return p->opened && p->nrecs > 0;
	case ACT_SAVED_SHOW:
	case ACT_SAVED_OPEN:
		return p->nrecs > 0;
	default:
		return true;
	}
}

/* ---- painting ---- */

static void saved_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_SAVED_TITLE));
}

static void add_count(struct buf *out, enum word_id id, int64_t n)
{
	char count[24], text[64];

	if (n == 0)
		return;
	snprintf(count, sizeof(count), "%lld", (long long)n);
	words_fill(text, sizeof(text), id, count, NULL);
	if (out->len)
		buf_adds(out, word(W_FORM_AND));
	buf_adds(out, text);
}

/* 『填一次:走访 1、诉求 1、时长 40 分钟、户卡 1』 */
static void once_words(const struct panel_saved *p, struct buf *out)
{
	struct buf parts = BUF_INIT(1024);

	add_count(&parts, W_SAVED_VISITS, p->res.visits);
	add_count(&parts, W_SAVED_REQUESTS, p->res.requests);
	add_count(&parts, W_SAVED_MINUTES, p->res.minutes.n);
	add_count(&parts, W_SAVED_HOUSEHOLDS, p->res.households);
	if (!parts.len)
		add_count(&parts, W_SAVED_ENTRIES, p->res.n);
	buf_addf(out, "%s%s%s%s", word(W_SAVED_OPEN_MARK), word(W_SAVED_ONCE),
	    buf_str(&parts), word(W_SAVED_CLOSE_MARK));
	buf_free(&parts);
}

static int paint_number(const struct panel_saved *p, const struct draw *d,
    int y)
{
	char no[16], text[64];

	if (!p->res.no[0] || strlen(p->res.no) != 12)
		return y;
	person_id_short_show(p->res.no, no);
	words_fill(text, sizeof(text), W_SAVED_NO, no, NULL);
	draw_text(d, y, 4, 0, ROLE_STRONG, text);
	draw_text(d, y + 1, 4, 0, ROLE_HINT, word(W_SAVED_NO_SAY));
	return y + 3;
}

/* Kind, title and, where there is one, the state it is in now. */
static void paint_record(const struct panel_saved *p, const struct draw *d,
    int y, const struct saved_rec *rec)
{
	const struct kind *k = pack_kind(p->d->n->pack, rec->kind);
	enum lang lang = app_lang(p->base.app);
	const struct flow_state *s = k != NULL && rec->state[0] ?
	    kind_state(k, rec->state) : NULL;
	int x = 4 + draw_text(d, y, 4, 16, ROLE_DIM, k != NULL ?
	    k->label[lang] : rec->kind) + 2;

	x += draw_text(d, y, x, d->w - x - 2, ROLE_TEXT, rec->title) + 2;
	if (s != NULL && x < d->w - 2)
		draw_text(d, y, x, d->w - x - 2, ROLE_STRONG, s->label[lang]);
}

static void saved_paint(struct panel *base, const struct draw *d)
{
	struct panel_saved *p = saved_of(base);
	struct buf once = BUF_INIT(2048);
	bool roomy = d->h >= 14;
	char text[120];
	int y = roomy ? 1 : 0, i;

	draw_text(d, y, 2, 0, ROLE_OK, word(W_SAVED_TITLE));
	if (p->opened)		/* a step or a correction tells by its state */
		once_words(p, &once);
	y += 1 + draw_wrapped(d, y + 1, 4, d->w - 6, 2, ROLE_STRONG,
	    buf_str(&once));
	y += roomy;
	y = paint_number(p, d, y);
	for (i = 0; i < p->nrecs && y < d->h - 4; i++)
		paint_record(p, d, y++, &p->recs[i]);
	y += roomy;
	y += draw_wrapped(d, y, 4, d->w - 6, 2, ROLE_LOCAL,
	    word(W_SAVED_WHERE));
	if (p->can_undo)
		words_fill(text, sizeof(text), W_SAVED_UNDO_UNTIL, p->until,
		    NULL);
	else
		xcopy(text, sizeof(text), word(W_SAVED_UNDO_OVER));
	draw_wrapped(d, y, 4, d->w - 6, 2, ROLE_HINT, text);
	buf_free(&once);
}

static const enum context saved_contexts[] = { CTX_SAVED, CTX_END };

static const struct panel_ops saved_ops = {
	.name = "saved",
	.contexts = saved_contexts,
	.title = saved_title,
	.action = saved_action,
	.offers = saved_offers,
	.paint = saved_paint,
	.tick = saved_tick,
	.wake = saved_wake,
};

void panel_saved_open(struct app *app, const struct save_result *res)
{
	struct panel_saved *p = xcalloc(1, sizeof(*p));

	p->d = desk_of(app);
	p->res = *res;
	load_records(p);
	p->opened = p->nrecs > 0 && p->recs[0].rec == ref_rec(res->first);
	app_push(app, &p->base, &saved_ops);
	note_undo(p);
}
