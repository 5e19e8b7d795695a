/*
 * The form: opens any kind of the pack, takes a step on a record, corrects
 * one.  Opened by home, lists, the record page, the 户卡 and the drafts page.
 *
 * Every change goes to the drafts file at once; the file is synced when a
 * field is left, and by tick() within a second of typing.
 */
#include "panel_form.h"

#include <assert.h>

#include "../core/access.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "form_alike.h"
#include "form_assist.h"
#include "form_clock.h"
#include "form_commit.h"
#include "form_pick.h"
#include "form_preset.h"
#include "panels.h"
#include "popup.h"
#include "words.h"

#define SYNC_MS 1000
#define FOLLOW_KIND "request"	/* what a visit may open with it */
#define FOLLOW_FROM "visit"

static struct panel_form *form_of(struct panel *p)
{
	return (struct panel_form *)p;
}

struct form_page *panel_form_page(struct panel_form *p)
{
	return &p->pages[p->cur];
}

bool panel_form_is_fix(const struct panel_form *p)
{
	return p->rec && !p->step[0];
}

static enum lang lang_of(const struct panel_form *p)
{
	return p->d->n->env->lang;
}

/* ---- drafts ---- */

void panel_form_keep(struct panel_form *p)
{
	struct err err = ERR_INIT;

	if (p->done)
		return;
	if (form_draft_put(p->d, &p->draft, p->pages, p->npages, p->cur,
	    p->rec, p->step, &err) != MQ_OK)
		form_draft_trouble(p->base.app, &p->draft, &err);
	else if (p->base.tick_at == 0)
		panel_tick_in(&p->base, SYNC_MS);
}

void panel_form_sync(struct panel_form *p, bool now)
{
	struct err err = ERR_INIT;

	if (form_draft_sync(p->d, now, &err) != MQ_OK)
		form_draft_trouble(p->base.app, &p->draft, &err);
}

static bool touched(const struct panel_form *p)
{
	int i;

	for (i = 0; i < p->npages; i++)
		if (p->pages[i].touched)
			return true;
	return p->draft.number > 0;
}

static unsigned form_tick(struct panel *base)
{
	struct panel_form *p = form_of(base);

	panel_form_sync(p, false);
	if (p->d->drafts && draft_dirty(p->d->drafts))
		panel_tick_in(base, SYNC_MS);
	return PANEL_DONE;
}

static void form_keep(struct panel *base)
{
	struct panel_form *p = form_of(base);

	if (p->done || !touched(p))
		return;
	form_page_leave(panel_form_page(p));
	panel_form_keep(p);
	panel_form_sync(p, true);
	desk_kept(p->d, p->draft.number);
}

/* ---- setting up the pages ---- */

static void free_pages(struct panel_form *p)
{
	int i;

	for (i = 0; i < p->npages; i++)
		form_page_free(&p->pages[i]);
	p->npages = p->cur = 0;
	fields_free(&p->carried);
}

static enum mq_status set_up(struct panel_form *p, const char *kind,
    const struct fields *presets, struct err *err)
{
	struct node *n = p->d->n;
	const struct kind *k = n->pack ? pack_kind(n->pack, kind) : NULL;
	const struct flow_step *step = NULL;
	struct record_full r;
	enum mq_status st = MQ_OK;

	if (!k || (p->step[0] && !(step = kind_step(k, p->step))))
		return err_set(err, MQ_E_NOT_FOUND, "%s",
		    k ? p->step : kind);
	if (p->rec) {
		st = record_get(n, p->rec, &r, err);
		if (st)
			return st;
		xcopy(p->about, sizeof(p->about), r.r.title);
	}
	form_page_init(&p->pages[0], n, k, step);
	p->npages = 1;
	if (panel_form_is_fix(p))
		form_page_load_prior(&p->pages[0], &r);
	else if (step)
		form_preset_step(p->d, &p->pages[0]);
	else
		form_preset_open(p->d, &p->pages[0]);
	if (presets)
		form_page_load(&p->pages[0], presets);
	p->pages[0].touched = false;
	if (p->rec)
		record_full_free(&r);
	return MQ_OK;
}

static void add_follow(struct panel_form *p, const struct kind *k)
{
	form_page_init(&p->pages[1], p->d->n, k, NULL);
	p->npages = 2;
}

/* Takes a draft up again, at the field where it was left. */
static enum mq_status take_up(struct panel_form *p, int number,
    struct err *err)
{
	const struct draft *found = form_draft_find(p->d, number);
	const struct kind *k2;
	struct draft x;
	enum mq_status st;
	int i;

	if (!found)
		return err_set(err, MQ_E_NOT_FOUND, "%d", number);
	memset(&x, 0, sizeof(x));
	draft_copy(&x, found);
	free_pages(p);
	p->rec = x.rec;
	xcopy(p->step, sizeof(p->step), x.step);
	st = set_up(p, x.kind, NULL, err);
	if (st)
		goto out;
	form_page_load(&p->pages[0], &x.f);
	k2 = x.kind2[0] ? pack_kind(p->d->n->pack, x.kind2) : NULL;
	if (k2) {
		add_follow(p, k2);
		form_page_load(&p->pages[1], &x.f2);
	}
	for (i = 0; i < p->npages; i++)
		if (form_page_go(&p->pages[i], x.at_field)) {
			struct form_field *ff = form_page_here(&p->pages[i]);

			p->cur = i;
			if (x.at_char >= 0 &&
			    (size_t)x.at_char <= ff->edit.text.len)
				ff->edit.at = (size_t)x.at_char;
		}
	p->draft.number = x.number;
	p->draft.begun = x.begun;
	p->draft.parked = false;
out:
	draft_free(&x);
	return st;
}

/* ---- the second page ---- */

static bool may_follow(const struct panel_form *p)
{
	const struct kind *k = p->npages ? p->pages[0].k : NULL;

	return k && !p->rec && strcmp(k->name, FOLLOW_FROM) == 0 &&
	    pack_kind(p->d->n->pack, FOLLOW_KIND) != NULL &&
	    access_may(p->d->n, &p->d->who, "open", FOLLOW_KIND, "");
}

/* Whom, where and when are the visit's own: taken over, and again when they
 * change there, unless the request says otherwise. */
void panel_form_carry(struct panel_form *p)
{
	static const char *const names[] = { "who", "place", "place_text",
	    "when" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = names[i];
		const char *is = fields_text(&p->pages[0].f, name);
		const char *took = fields_text(&p->carried, name);
		const char *has = fields_text(&p->pages[1].f, name);

		if (!form_page_find(&p->pages[1], name) || !is[0] ||
		    strcmp(is, took) == 0)
			continue;
		if (has[0] && strcmp(has, took) != 0 &&
		    fields_has(&p->carried, name))
			continue;
		form_page_set(&p->pages[1], name, is);
		fields_set(&p->carried, name, is);
	}
}

static unsigned turn_page(struct panel_form *p)
{
	form_page_leave(panel_form_page(p));
	if (p->npages == 1) {
		struct form_field *ff;

		add_follow(p, pack_kind(p->d->n->pack, FOLLOW_KIND));
		form_preset_open(p->d, &p->pages[1]);
		ff = form_page_find(&p->pages[1], "channel");
		if (ff && ff->look == FORM_LOOK_CHOICE &&
		    pack_choice(p->d->n->pack, ff->def->list, FOLLOW_FROM))
			form_page_set(&p->pages[1], "channel", FOLLOW_FROM);
		panel_form_carry(p);
		form_page_fresh(&p->pages[1]);
		p->pages[1].touched = true;
	}
	panel_form_carry(p);
	p->cur = !p->cur;
	panel_form_keep(p);
	panel_form_sync(p, true);
	return PANEL_REDRAW;
}

/* The request is not wanted after all. */
static unsigned drop_page(struct panel_form *p)
{
	assert(p->npages == 2);
	form_page_free(&p->pages[1]);
	fields_free(&p->carried);
	p->npages = 1;
	p->cur = 0;
	panel_form_keep(p);
	panel_form_sync(p, true);
	app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_FOLLOW_OFF));
	return PANEL_REDRAW;
}

/* ---- leaving and parking ---- */

static unsigned leave_answered(struct panel *base, int answer)
{
	(void)base;
	return answer == 1 ? PANEL_CLOSE : PANEL_REDRAW;
}

/* Puts the draft on the disk; where that fails the form stays open, because
 * nothing else holds the words, and the person decides. */
static bool kept_safe(struct panel_form *p)
{
	const char *answers[] = { word(W_FORM_UNSAFE_STAY),
	    word(W_FORM_UNSAFE_LEAVE) };

	form_keep(&p->base);
	if (p->d->drafts && !draft_dirty(p->d->drafts) && p->draft.number)
		return true;
	popup_ask(&p->base, word(W_FORM_UNSAFE_TITLE), word(W_FORM_UNSAFE),
	    answers, ARRAY_LEN(answers), leave_answered);
	return false;
}

static unsigned leave_form(struct panel_form *p)
{
	char text[200], n[16];

	if (!touched(p))
		return PANEL_CLOSE;
	if (!kept_safe(p))
		return PANEL_REDRAW;
	snprintf(n, sizeof(n), "%d", p->draft.number);
	words_fill(text, sizeof(text), W_FORM_KEPT, n, NULL);
	app_notice(p->base.app, ROLE_NOTICE, text);
	return PANEL_CLOSE;
}

static unsigned park(struct panel_form *p)
{
	const char *kind = p->pages[0].k->name;
	struct err err = ERR_INIT;
	char text[200], n[16];

	if (!touched(p)) {
		app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_EMPTY));
		return PANEL_REDRAW;
	}
	p->draft.parked = true;
	if (!kept_safe(p)) {
		p->draft.parked = false;
		return PANEL_REDRAW;
	}
	snprintf(n, sizeof(n), "%d", p->draft.number);
	words_fill(text, sizeof(text), W_FORM_PARKED, n, NULL);
	memset(&p->draft, 0, sizeof(p->draft));
	free_pages(p);
	if (set_up(p, kind, NULL, &err) != MQ_OK) {
		popup_err(p->base.app, &err);
		return PANEL_CLOSE;
	}
	app_notice(p->base.app, ROLE_NOTICE, text);
	return PANEL_REDRAW;
}

/* ---- pickers ---- */

/* The household of a person, "" when there is none. */
static void household_of(struct panel_form *p, int64_t rec,
    char out[ENTRY_REF_TEXT])
{
	struct record_full r;

	out[0] = '\0';
	if (!rec || record_get(p->d->n, rec, &r, NULL) != MQ_OK)
		return;
	if (r.r.place)
		ref_text(ref_of_rec(r.r.place), out);
	record_full_free(&r);
}

/* Somebody's household is where the visit is: it goes with the person, unless
 * another place was named. */
static void fill_household(struct panel_form *p, int64_t was, int64_t is)
{
	struct form_field *ff = form_page_find(panel_form_page(p), "place");
	struct form_field *here = form_page_here(panel_form_page(p));
	char old[ENTRY_REF_TEXT], new[ENTRY_REF_TEXT];

	/* In a register a place is no place of what happened. */
	if (!ff || ff == here || ff->def->type != FT_PLACE || !ff->shown ||
	    panel_form_page(p)->k->register_)
		return;
	household_of(p, was, old);
	household_of(p, is, new);
	if (!form_field_empty(ff) && strcmp(buf_str(&ff->value), old) != 0)
		return;
	form_field_picked(ff, new);
	form_field_store(ff, &panel_form_page(p)->f, panel_form_page(p)->now);
	form_page_refresh(panel_form_page(p));
}

static unsigned go_on(struct panel_form *p)
{
	unsigned flags = form_page_move(panel_form_page(p), 1);

	if (flags & PANEL_IGNORED)
		app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_AT_END));
	panel_form_sync(p, true);
	return PANEL_REDRAW;
}

static unsigned form_returned(struct panel *base, struct panel *child)
{
	struct panel_form *p = form_of(base);
	struct form_field *ff = form_page_here(panel_form_page(p));
	char picked[ENTRY_REF_TEXT];
	int64_t was = 0;
	struct ref r;

	p->d->form_open = true;
	if (child->result != 1)
		return PANEL_REDRAW;
	if (strcmp(child->ops->name, FORM_CLOCK_NAME) == 0) {
		for (int i = 0; i < p->npages; i++)
			form_preset_again(p->d, &p->pages[i]);
		return form_commit_run(p);
	}
	if (!ff || ff->look != FORM_LOOK_PICK)
		return PANEL_REDRAW;
	if (ref_parse(buf_str(&ff->value), ff->value.len, &r))
		was = ref_rec(r);
	form_pick_answer(child, ff->def, picked);
	form_page_picked(panel_form_page(p), picked);
	if (ff->def->type == FT_PERSON || ff->def->type == FT_PLACE) {
		if (ref_parse(picked, strlen(picked), &r))
			fill_household(p, was, ref_rec(r));
	}
	panel_form_keep(p);
	form_alike_look(p);
	return go_on(p);
}

/* ---- keys ---- */

static unsigned after(struct panel_form *p, unsigned flags)
{
	struct form_field *ff = form_page_here(panel_form_page(p));

	if (flags & WIDGET_CHANGED) {
		panel_form_keep(p);
		form_alike_look(p);
	}
	if (ff && ff->wants_pick) {
		form_pick_open(p->base.app, ff);
		return PANEL_REDRAW;
	}
	if (flags & WIDGET_PICKED)
		return go_on(p);
	return flags & ~(unsigned)(WIDGET_CHANGED | WIDGET_PICKED);
}

static unsigned form_key(struct panel *base, uint32_t key)
{
	struct panel_form *p = form_of(base);
	size_t was = panel_form_page(p)->here;
	unsigned flags;

	if (form_assist_key(p, key, &flags))
		return flags;
	flags = after(p, form_page_key(panel_form_page(p), key));
	if (panel_form_page(p)->here != was)
		panel_form_sync(p, true);
	return flags;
}

static unsigned form_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	struct panel_form *p = form_of(base);
	unsigned flags = form_page_paste(panel_form_page(p), s, len);

	p->phrase_put = false;
	if (over)
		app_notice(base->app, ROLE_WARN, word(W_FORM_PASTE_CUT));
	return after(p, flags) | PANEL_REDRAW;
}

static bool form_typing(struct panel *base)
{
	struct form_field *ff = form_page_here(panel_form_page(form_of(base)));

	return ff && form_field_typing(ff);
}

static bool form_chinese(struct panel *base)
{
	struct form_field *ff = form_page_here(panel_form_page(form_of(base)));

	return ff && form_field_chinese(ff);
}

static unsigned form_action(struct panel *base, enum action act)
{
	struct panel_form *p = form_of(base);

	p->phrase_put = false;
	switch (act) {
	case ACT_SAVE:
		return form_commit_run(p);
	case ACT_FIELD_NEXT:
		return go_on(p);
	case ACT_FIELD_PREV:
		(void)form_page_move(panel_form_page(p), -1);
		panel_form_sync(p, true);
		return PANEL_REDRAW;
	case ACT_FORM_PHRASE:
		return form_assist_ask(p);
	case ACT_FORM_PARK:
		return park(p);
	case ACT_FORM_FOLLOW:
		return turn_page(p);
	case ACT_FORM_UNFOLLOW:
		return drop_page(p);
	case ACT_FORM_AGAIN:
		return form_assist_same(p);
	case ACT_FORM_ROW:
		form_page_drop_row(panel_form_page(p));
		panel_form_keep(p);
		app_notice(base->app, ROLE_NOTICE, word(W_FORM_ROW_GONE));
		return PANEL_REDRAW;
	case ACT_FORM_ERROR:
		return form_page_go_complaint(panel_form_page(p), true) ?
		    PANEL_REDRAW : PANEL_BEEP;
	case ACT_BACK:
		return leave_form(p);
	default:
		return PANEL_IGNORED;
	}
}

static bool form_offers(struct panel *base, enum action act)
{
	struct panel_form *p = form_of(base);
	const struct phrase *ph[FORM_ASSIST_PHRASES];

	switch (act) {
	case ACT_FORM_FOLLOW:
		return may_follow(p);
	case ACT_FORM_UNFOLLOW:
		return p->npages == 2;
	case ACT_FORM_PARK:
		return !p->rec && !p->quiet;
	case ACT_FORM_PHRASE:
		return form_assist_phrases(p, ph) > 0;
	case ACT_FORM_AGAIN:
		return !p->rec && form_page_here(panel_form_page(p)) != NULL;
	case ACT_FORM_ROW:
		return form_page_may_drop_row(panel_form_page(p));
	case ACT_FORM_ERROR:
		return form_page_complaints(panel_form_page(p)) > 0;
	default:
		return true;
	}
}

/* ---- painting ---- */

static void form_title(struct panel *base, char *out, size_t size)
{
	struct panel_form *p = form_of(base);
	const struct form_page *page = &p->pages[0];
	enum lang lang = lang_of(p);

	if (p->step[0])
		snprintf(out, size, "%s %s", page->k->label[lang],
		    page->step->label[lang]);
	else if (p->rec)
		words_fill(out, size, W_FORM_FIX, page->k->label[lang], NULL);
	else
		words_fill(out, size, W_FORM_NEW, page->k->label[lang], NULL);
}

/* "1 走访  2 诉求        草稿 3   4/9" */
static void paint_head(struct panel_form *p, const struct draw *d)
{
	char right[96] = "", text[64], n[16];
	int at, all, x = 2, i;

	form_page_progress(panel_form_page(p), &at, &all);
	if (p->draft.number) {
		snprintf(n, sizeof(n), "%d", p->draft.number);
		words_fill(text, sizeof(text), W_FORM_DRAFT, n, NULL);
		snprintf(right, sizeof(right), "%s  %d/%d ", text, at, all);
	} else {
		snprintf(right, sizeof(right), "%d/%d ", at, all);
	}
	if (p->npages == 1 && p->about[0])
		draw_text(d, 0, x, d->w - x - text_cells(right) - 2,
		    ROLE_TITLE, p->about);
	else
		for (i = 0; i < p->npages; i++) {
			if (i > 0)
				x += draw_text(d, 0, x, 0, ROLE_DIM,
				    word(W_FORM_WITH));
			x += draw_text(d, 0, x, 0, i == p->cur ? ROLE_TITLE :
			    ROLE_DIM, p->pages[i].k->label[lang_of(p)]);
		}
	draw_right(d, 0, ROLE_DIM, right);
}

/* Whom to call first: what the words typed so far ask for; before anything is
 * typed, every number once.  Gives the lines used. */
static int paint_urgent(struct panel_form *p, const struct draw *d, int y)
{
	const struct form_page *page = panel_form_page(p);
	const struct pack *pack = page->n->pack;
	const struct urgent_row *u = NULL;
	size_t i;

	for (i = 0; i < page->f.n && u == NULL; i++)
		if (page->f.v[i].kind == FV_TEXT)
			u = pack_urgent_find(pack, page->k->name,
			    page->f.v[i].text);
	if (u != NULL) {
		draw_fill(d, y, 0, 1, d->w, ROLE_ERROR);
		draw_text(d, y, 2, d->w - 4, ROLE_ERROR,
		    u->label[lang_of(p)]);
		return 1;
	}
	if (page->touched || p->step[0] || p->rec != 0 || d->h < 20)
		return 0;
	u = pack_urgents(pack, &i);
	while (i > 0 && strcmp(u->kind, page->k->name) != 0) {
		u++;
		i--;
	}
	if (i == 0)
		return 0;
	draw_text(d, y, 2, d->w - 4, ROLE_WARN, word(W_FORM_URGENT));
	return 1;
}

static void form_paint(struct panel *base, const struct draw *d)
{
	struct panel_form *p = form_of(base);
	const char *notice = panel_form_page(p)->k->notice[lang_of(p)];
	struct draw body;
	int y = 1, below;

	paint_head(p, d);
	/* 告知: said where there is room for it. */
	if (notice[0] && !p->step[0] && d->h >= 16)
		y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_HINT, notice);
	y += paint_urgent(p, d, y);
	/* A step may ask nothing but to be confirmed. */
	if (!form_page_here(panel_form_page(p)))
		draw_text(d, y + 1, 2, 0, ROLE_HINT, word(W_FORM_NOTHING));
	below = form_alike_lines(p, d->h);
	body = draw_sub(d, y, 0, d->h - y - below, d->w);
	form_page_paint(panel_form_page(p), &body);
	if (below > 0) {
		body = draw_sub(d, d->h - below, 0, below, d->w);
		form_alike_paint(p, &body);
	}
}

static void form_destroy(struct panel *base)
{
	struct panel_form *p = form_of(base);

	p->d->form_open = false;
	free_pages(p);
}

/* ---- opening ---- */

static const enum context form_contexts[] = { CTX_FORM, CTX_END };
static const enum context form_widgets[] = { CTX_EDIT, CTX_MENU, CTX_END };

static const struct panel_ops form_ops = {
	.name = "form",
	.contexts = form_contexts,
	.widgets = form_widgets,
	.title = form_title,
	.action = form_action,
	.key = form_key,
	.paste = form_paste,
	.typing = form_typing,
	.chinese = form_chinese,
	.offers = form_offers,
	.paint = form_paint,
	.tick = form_tick,
	.returned = form_returned,
	.keep = form_keep,
	.destroy = form_destroy,
};

static unsigned resume_answered(struct panel *base, int answer)
{
	struct panel_form *p = form_of(base);
	struct err err = ERR_INIT;

	if (answer < 0 || (size_t)answer >= p->nfound)
		return PANEL_REDRAW;
	if (take_up(p, p->found[answer], &err) != MQ_OK) {
		popup_err(base->app, &err);
		return PANEL_CLOSE;
	}
	return PANEL_REDRAW;
}

/* 上次没写完的: offered before a new one is begun. */
static void offer_drafts(struct panel_form *p)
{
	const struct draft *found[PANEL_FORM_RESUME];
	char labels[PANEL_FORM_RESUME][160], text[120], n[16];
	const char *answers[PANEL_FORM_RESUME + 1];
	size_t i;

	p->nfound = form_draft_unfinished(p->d, p->pages[0].k->name, p->rec,
	    p->step, found, PANEL_FORM_RESUME);
	if (p->nfound == 0)
		return;
	for (i = 0; i < p->nfound; i++) {
		p->found[i] = found[i]->number;
		form_draft_words(p->d, found[i], text, sizeof(text));
		words_fill(labels[i], sizeof(labels[i]), W_FORM_RESUME, text,
		    NULL);
		answers[i] = labels[i];
	}
	answers[i] = word(W_FORM_RESUME_NOT);
	snprintf(n, sizeof(n), "%zu", p->nfound);
	words_fill(text, sizeof(text), W_FORM_RESUME_TEXT, n, NULL);
	popup_ask(&p->base, word(W_FORM_RESUME_TITLE), text, answers,
	    p->nfound + 1, resume_answered);
}

static enum mq_status may_open(struct desk *d, const struct form_start *s,
    struct err *err)
{
	const struct kind *k;

	if (s->draft || s->rec)
		return MQ_OK;	/* the save itself asks about the record */
	k = d->n->pack ? pack_kind(d->n->pack, s->kind) : NULL;
	if (k && !access_may(d->n, &d->who, "open", s->kind, ""))
		return err_set(err, MQ_E_DENIED, "%s",
		    k->label[d->n->env->lang]);
	return MQ_OK;
}

void panel_form_open(struct app *app, const struct form_start *start)
{
	struct panel_form *p = xcalloc(1, sizeof(*p));
	struct err err = ERR_INIT;
	enum mq_status st;

	p->d = desk_of(app);
	p->base.app = app;
	p->rec = start->rec;
	p->quiet = start->quiet;
	if (start->step)
		xcopy(p->step, sizeof(p->step), start->step);
	st = may_open(p->d, start, &err);
	if (!st && start->draft)
		st = take_up(p, start->draft, &err);
	else if (!st)
		st = set_up(p, start->kind, start->presets, &err);
	if (st) {
		free_pages(p);
		free(p);
		popup_err(app, &err);
		return;
	}
	p->d->form_open = true;
	app_push(app, &p->base, &form_ops);
	if (!start->draft && !start->quiet)
		offer_drafts(p);
}

int64_t panel_form_saved(const struct panel *child)
{
	assert(child->ops == &form_ops);
	return ((const struct panel_form *)child)->saved;
}
