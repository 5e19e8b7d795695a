/*
 * 来站人次: one digit saves one, at once, with undo; the day's counts beside
 * it; opening and shutting the station.  Opened from home.
 */
#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/pack.h"
#include "../core/record.h"
#include "form_clock.h"
#include "panels.h"
#include "popup.h"
#include "widget_menu.h"
#include "words.h"

#define STATION_KIND "station"

struct panel_tap {
	struct panel base;
	struct desk *d;
	const struct kind *k;		/* the kind that counts */
	const struct field *fd;		/* its one choice */
	const struct choice *choices;
	struct widget_menu_choice *labels;
	char (*notes)[16];		/* today's count of each */
	size_t n;
	struct widget_menu menu;
	int64_t today;
	int64_t station;		/* open station record, 0 none */
	char since[32];
	struct ref last;	/* what was counted last, for undo */
	int again;		/* choice to save once the clock is set */
};

static struct panel_tap *tap_of(struct panel *p)
{
	return (struct panel_tap *)p;
}

static void own_scope(struct panel_tap *p, struct buf *out)
{
	struct jout j;

	jout_begin(&j, out, true);
	jout_list(&j);
	jout_str(&j, p->d->n->set.org);
	jout_list_end(&j);
}

static void load_station(struct panel_tap *p, const char *scope)
{
	struct record_query q = { .kind = STATION_KIND, .sort = SORT_OPENED,
	    .state = "open", .scope = scope };
	struct record row;
	int n = 0;

	p->station = 0;
	if (!pack_kind(p->d->n->pack, STATION_KIND) || record_page(p->d->n,
	    &q, NULL, false, &row, 1, &n, NULL) != MQ_OK || n == 0)
		return;
	p->station = row.rec;
	clock_show(row.opened_at, CLOCK_SHORT, p->since, sizeof(p->since));
}

static void load(struct panel_tap *p)
{
	struct day today = clock_day(ledger_now(p->d->n));
	struct buf scope = BUF_INIT(256);
	size_t i;

	own_scope(p, &scope);
	p->today = 0;
	for (i = 0; i < p->n; i++) {
		int64_t count = 0;

		if (record_count(p->d->n, p->k->name, "num",
		    p->choices[i].name, buf_str(&scope), today, today,
		    &count, NULL) != MQ_OK)
			count = 0;
		snprintf(p->notes[i], sizeof(p->notes[i]), "%lld",
		    (long long)count);
		p->today += count;
	}
	load_station(p, buf_str(&scope));
	buf_free(&scope);
}

/* ---- saving ---- */

static unsigned count_one(struct panel_tap *p, int i)
{
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(p->d->n, &p->d->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	enum mq_status st;
	char text[120];

	fields_set(&f, p->fd->name, p->choices[i].name);
	st = save_open(s, p->k->name, &f, -1, NULL, &err);
	if (!st)
		st = save_commit(s, res, &err);
	if (st == MQ_OK) {
		desk_saved(p->base.app, res->first);
		p->last = res->first;
		words_fill(text, sizeof(text), W_TAP_SAVED,
		    p->labels[i].label, NULL);
		app_notice(p->base.app, ROLE_OK, text);
		load(p);
	} else if (st == MQ_E_CLOCK) {
		p->again = i;
		form_clock_open(p->base.app);
	} else {
		popup_err(p->base.app, &err);
	}
	save_free(&s);
	fields_free(&f);
	free(res);
	return PANEL_REDRAW;
}

static unsigned undo_one(struct panel_tap *p)
{
	struct err err = ERR_INIT;

	if (save_undo(p->d->n, &p->d->who, p->d->last_save, &err) != MQ_OK) {
		popup_err(p->base.app, &err);
		return PANEL_REDRAW;
	}
	p->d->last_save.seq = 0;
	p->d->counts_fresh = false;
	app_notice(p->base.app, ROLE_NOTICE, word(W_TAP_UNDONE));
	load(p);
	return PANEL_REDRAW;
}

/* ---- keys ---- */

static unsigned tap_action(struct panel *base, enum action act)
{
	struct panel_tap *p = tap_of(base);

	switch (act) {
	case ACT_TAP_UNDO:
		return undo_one(p);
	case ACT_TAP_STATION:
		panel_form_open(base->app, &(struct form_start){
		    .kind = STATION_KIND, .rec = p->station,
		    .step = p->station ? "close" : NULL });
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool tap_offers(struct panel *base, enum action act)
{
	struct panel_tap *p = tap_of(base);

	/* Not asked about: what was saved elsewhere is none of this page. */
	if (act == ACT_TAP_UNDO)
		return ref_equal(p->d->last_save, p->last) &&
		    desk_can_undo(base->app);
	if (act == ACT_TAP_STATION)
		return desk_may(base->app, p->station ? "step:close" : "open",
		    STATION_KIND);
	return true;
}

static unsigned tap_key(struct panel *base, uint32_t key)
{
	struct panel_tap *p = tap_of(base);
	unsigned flags = widget_menu_key(&p->menu, key);

	if (!(flags & WIDGET_PICKED))
		return flags;
	flags = count_one(p, p->menu.picked);
	p->menu.picked = -1;
	return flags;
}

static unsigned tap_wake(struct panel *base)
{
	load(tap_of(base));
	return PANEL_REDRAW;
}

static unsigned tap_returned(struct panel *base, struct panel *child)
{
	struct panel_tap *p = tap_of(base);

	if (strcmp(child->ops->name, FORM_CLOCK_NAME) == 0 &&
	    child->result == 1)
		return count_one(p, p->again);
	load(p);
	return PANEL_REDRAW;
}

/* ---- painting ---- */

static void tap_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_TAP_TITLE));
}

static void tap_paint(struct panel *base, const struct draw *d)
{
	struct panel_tap *p = tap_of(base);
	char text[96], n[24];
	struct draw menu;
	int y;

	snprintf(n, sizeof(n), "%lld", (long long)p->today);
	words_fill(text, sizeof(text), W_TAP_TODAY, n, NULL);
	draw_text(d, 0, 2, 0, ROLE_STRONG, text);
	if (p->station)
		words_fill(text, sizeof(text), W_TAP_OPEN, p->since, NULL);
	else
		xcopy(text, sizeof(text), word(W_TAP_SHUT));
	draw_right(d, 0, p->station ? ROLE_OK : ROLE_DIM, text);
	y = 2 + draw_wrapped(d, 2, 2, 0, 2, ROLE_HINT, word(W_TAP_ASK));
	menu = draw_sub(d, y + 1, 2, d->h - y - 1, d->w - 4);
	widget_menu_paint(&p->menu, &menu, true);
}

static void tap_destroy(struct panel *base)
{
	struct panel_tap *p = tap_of(base);

	widget_menu_free(&p->menu);
	free(p->labels);
	free(p->notes);
}

static const enum context tap_contexts[] = { CTX_TAP, CTX_END };
static const enum context tap_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops tap_ops = {
	.name = "tap",
	.contexts = tap_contexts,
	.widgets = tap_widgets,
	.title = tap_title,
	.action = tap_action,
	.key = tap_key,
	.offers = tap_offers,
	.paint = tap_paint,
	.wake = tap_wake,
	.returned = tap_returned,
	.destroy = tap_destroy,
};

/* The pack's counting kind and its choice. */
static bool find_kind(struct panel_tap *p)
{
	const struct pack *pk = p->d->n->pack;
	size_t i, f;

	for (i = 0; i < pack_kinds(pk); i++) {
		const struct kind *k = pack_kind_at(pk, i);

		if (!kind_has_facet(k, "tally"))
			continue;
		for (f = 0; f < k->nfields; f++)
			if (k->fields[f].type == FT_SELECT_ONE) {
				p->k = k;
				p->fd = &k->fields[f];
				return true;
			}
	}
	return false;
}

void panel_tap_open(struct app *app)
{
	struct panel_tap *p = xcalloc(1, sizeof(*p));
	enum lang lang = app_lang(app);
	struct err err = ERR_INIT;
	size_t i;

	p->d = desk_of(app);
	p->base.app = app;
	if (!find_kind(p)) {
		err_set(&err, MQ_E_NOT_FOUND, "%s", word(W_TAP_TITLE));
		free(p);
		popup_err(app, &err);
		return;
	}
	p->choices = pack_choices(p->d->n->pack, p->fd->list, &p->n);
	p->labels = xcalloc(p->n ? p->n : 1, sizeof(*p->labels));
	p->notes = xcalloc(p->n ? p->n : 1, sizeof(*p->notes));
	for (i = 0; i < p->n; i++) {
		p->labels[i].label = p->choices[i].label[lang];
		p->labels[i].note = p->notes[i];
		p->labels[i].role = ROLE_STRONG;
	}
	widget_menu_init(&p->menu, p->labels, p->n, false);
	p->menu.one_column = true;
	load(p);
	app_push(app, &p->base, &tap_ops);
}
