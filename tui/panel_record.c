/*
 * One record: how it stands, its words masked, what happened, what derives
 * from it, both sides of a conflict, and every step possible now by one key.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/flow.h"
#include "../core/flow_clock.h"
#include "../core/ledger.h"
#include "../core/reveal.h"
#include "panels.h"
#include "popup.h"
#include "record_ask.h"
#include "record_facts.h"
#include "record_flow.h"
#include "record_go.h"
#include "record_related.h"
#include "record_side.h"
#include "record_step.h"
#include "widget_lines.h"
#include "words.h"

#define STEP_LINES 4		/* of the steps possible now, at most */
#define TWO_COLUMNS 100
#define SYNC_MS 1000

struct panel_record {
	struct panel base;
	int64_t rec;
	struct record_full r;
	bool loaded;
	struct err err;
	struct record_steps steps;
	int64_t house;			/* the household to go to, 0 none */
	const struct flow_step *money;	/* asked about */
	struct record_related related;	/* digits open them */
	struct widget_lines left, right;
	struct record_ask ask;
	int settling;		/* the conflict a question is about */
	struct panel *from;	/* the list below us, for the next; or NULL */
};

static struct panel_record *self(struct panel *p)
{
	return (struct panel_record *)p;
}

static bool wide(const struct panel_record *v)
{
	return v->base.w >= TWO_COLUMNS;
}

/* ---- loading ---- */

static void show(struct panel_record *v)
{
	struct app *app = v->base.app;
	struct widget_lines *out = wide(v) ? &v->right : &v->left;

	widget_lines_reset(&v->left);
	widget_lines_reset(&v->right);
	if (!v->loaded)
		return;
	record_facts_summary(app, &v->r, &v->left);
	record_facts_conflicts(app, &v->r, &v->left);
	record_facts_fields(app, &v->r, wide(v) ? v->base.w / 2 - 4 :
	    v->base.w - 2, &v->left);
	record_facts_timeline(app, &v->r, out);
	record_related_show(app, &v->related, out);
}

/* The household: of the record, or of its person. */
static int64_t household(struct panel_record *v)
{
	struct record_full who;
	struct err err = ERR_INIT;
	int64_t rec = v->r.r.place;

	if (strcmp(v->r.r.kind, "household") == 0)
		return v->rec;
	if (rec == 0 && v->r.r.who != 0 && record_get(
	    desk_of(v->base.app)->n, v->r.r.who, &who, &err) == MQ_OK) {
		rec = who.r.place;
		record_full_free(&who);
	}
	return rec;
}

static void load(struct panel_record *v)
{
	struct desk *d = desk_of(v->base.app);

	if (v->loaded)
		record_full_free(&v->r);
	v->err.code = MQ_OK;
	v->loaded = record_get(d->n, v->rec, &v->r, &v->err) == MQ_OK;
	if (v->loaded && !access_may_record(d->n, &d->who, "see", &v->r.r)) {
		record_full_free(&v->r);
		v->loaded = false;
		err_set(&v->err, MQ_E_DENIED, "%s‖%s",
		    words_in(W_RECORD_NOT_YOURS, LANG_ZH),
		    words_in(W_RECORD_NOT_YOURS, LANG_EN));
	}
	record_steps_load(&v->steps, v->base.app, v->loaded ? &v->r : NULL);
	v->house = v->loaded ? household(v) : 0;
	if (v->loaded)
		record_related_load(v->base.app, &v->r, &v->related);
	show(v);
}

static unsigned again(struct panel_record *v)
{
	desk_of(v->base.app)->counts_fresh = false;
	load(v);
	return PANEL_REDRAW;
}

/* ---- saving ---- */

/* Commits what `s` holds; words only after the disk has it. */
static unsigned commit(struct panel_record *v, struct save *s,
    enum mq_status st, struct err *err, const char *what)
{
	(void)record_step_commit(v->base.app, s, st, err, what);
	return again(v);
}

/* A step that asks nothing is done at once; the rest opens its form. */
static unsigned do_step(struct panel_record *v, const struct flow_step *step)
{
	if (step->fields[0] != '\0')
		panel_form_open(v->base.app, &(struct form_start){
		    .kind = v->r.r.kind, .rec = v->rec, .step = step->name });
	else if (record_step_all(v->base.app, &v->rec, 1, step, NULL))
		return again(v);
	return PANEL_REDRAW;
}

static unsigned money_answered(struct panel *p, int answer)
{
	return answer == 0 && self(p)->loaded ?
	    do_step(self(p), self(p)->money) : PANEL_REDRAW;
}

/* Money is asked about before, not taken back after. */
static unsigned take_step(struct panel_record *v, const struct flow_step *step)
{
	char text[300];

	if (!panel_quota_sure(v->base.app, &v->r, step, text, sizeof(text)))
		return do_step(v, step);
	v->money = step;
	popup_confirm(&v->base, step->label[app_lang(v->base.app)], text,
	    money_answered);
	return PANEL_REDRAW;
}

/* The draft is put at every change and reaches the disk within a second. */
static void keep_words(struct panel_record *v, bool now)
{
	struct err err = ERR_INIT;

	if (record_ask_keep(&v->ask, now, &err) != MQ_OK)
		form_draft_trouble(v->base.app, &v->ask.draft, &err);
	else if (v->ask.draft.number != 0 && v->base.tick_at == 0)
		panel_tick_in(&v->base, SYNC_MS);
}

static void words_done(struct panel_record *v)
{
	struct err err = ERR_INIT;

	if (record_ask_done(&v->ask, &err) != MQ_OK)
		popup_err(v->base.app, &err);
}

static unsigned save_words(struct panel_record *v)
{
	struct desk *d = desk_of(v->base.app);
	const char *text = widget_edit_text(&v->ask.edit);
	bool note = v->ask.what == RECORD_ASK_NOTE;
	struct save *s;
	struct err err = ERR_INIT;
	enum mq_status st;
	unsigned flags;

	if (*text == '\0')
		return PANEL_BEEP;
	s = save_new(d->n, &d->who);
	st = note ? save_note(s, v->rec, text, NULL, &err) :
	    save_void(s, v->rec, text, NULL, &err);
	flags = commit(v, s, st, &err, word(note ? W_OP_NOTE : W_OP_VOID));
	if (app_top(v->base.app) == &v->base)	/* no error over us */
		words_done(v);
	return flags;
}

/* ---- settling a conflict ---- */

static unsigned settled(struct panel *p, int answer)
{
	struct panel_record *v = self(p);
	struct desk *d = desk_of(p->app);
	struct fields f = { NULL, 0, 0 };
	const struct record_conflict *c;
	struct save *s;
	struct err err = ERR_INIT;
	enum mq_status st;
	unsigned flags;

	if (answer < 0 || !v->loaded || v->settling >= v->r.nconflicts)
		return PANEL_REDRAW;
	c = &v->r.conflicts[v->settling];
	if (!record_side(d->n, v->rec, c, (enum record_which)answer, &f)) {
		fields_free(&f);
		return again(v);
	}
	s = save_new(d->n, &d->who);
	st = save_fix(s, v->rec, &f, word(W_RECORD_SETTLED), NULL, &err);
	flags = commit(v, s, st, &err, word(W_RECORD_SETTLED));
	fields_free(&f);
	return flags;
}

static bool can_join(const struct field *f)
{
	return f->type == FT_TEXT && f->list[0] == '\0';
}

static void ask_side(struct panel_record *v, const struct field *f)
{
	struct app *app = v->base.app;
	const struct record_conflict *c = &v->r.conflicts[v->settling];
	char sides[2][160], value[96], who[32], at[16], title[120];
	const char *answers[3] = { sides[0], sides[1],
		word(W_RECORD_KEEP_BOTH) };

	for (int k = 0; k < 2; k++) {
		record_facts_value(app, v->r.r.kind, c->field, c->mine[k],
		    value, sizeof(value));
		desk_person_name(app, c->by[k], who, sizeof(who));
		clock_show(c->at[k], CLOCK_SHORT, at, sizeof(at));
		snprintf(sides[k], sizeof(sides[k]), "%s (%s %s)", value, who,
		    at);
	}
	words_fill(title, sizeof(title), W_RECORD_WHICH, f->label[
	    app_lang(app)], NULL);
	popup_ask(&v->base, title, word(W_RECORD_WHICH_TEXT), answers,
	    can_join(f) ? 3 : 2, settled);
}

/* The first disputed field that a correction can set; what only a step
 * decides (the state) is settled by the next step. */
static unsigned settle(struct panel_record *v)
{
	const struct kind *k = pack_kind(desk_of(v->base.app)->n->pack,
	    v->r.r.kind);

	for (int i = 0; i < v->r.nconflicts; i++) {
		const struct field *f = k != NULL ?
		    kind_field(k, v->r.conflicts[i].field) : NULL;

		if (f == NULL)
			continue;
		v->settling = i;
		ask_side(v, f);
		return PANEL_REDRAW;
	}
	popup_say(v->base.app, ROLE_TEXT, word(W_FACT_CONFLICT),
	    word(W_RECORD_STEP_SETTLES));
	return PANEL_REDRAW;
}

/* ---- the other pages ---- */

static unsigned explain(struct panel_record *v)
{
	struct buf text = BUF_INIT(BUF_SMALL);

	flow_explain_due(desk_of(v->base.app)->n, &v->r,
	    app_lang(v->base.app), &text);
	popup_say(v->base.app, ROLE_TEXT, word(W_RECORD_DUE_TITLE),
	    buf_str(&text));
	buf_free(&text);
	return PANEL_REDRAW;
}

static unsigned ask(struct panel_record *v, enum record_asking what)
{
	if (record_ask_open(&v->ask, what, &v->r.r))
		app_notice(v->base.app, ROLE_NOTICE, word(W_RECORD_GO_ON));
	return PANEL_REDRAW;
}

/* ---- handlers ---- */

/* What was typed stays as a draft; where the disk takes none, on the page. */
static unsigned stop_asking(struct panel_record *v)
{
	char text[160], n[16];
	struct err err = ERR_INIT;

	if (v->ask.what == RECORD_ASK_NOTHING)
		return PANEL_IGNORED;
	if (record_ask_keep(&v->ask, true, &err) != MQ_OK) {
		popup_say(v->base.app, ROLE_ERROR, word(W_FORM_UNSAFE_TITLE),
		    word(W_FORM_UNSAFE));
		return PANEL_REDRAW;
	}
	if (!widget_edit_empty(&v->ask.edit)) {
		snprintf(n, sizeof(n), "%d", v->ask.draft.number);
		words_fill(text, sizeof(text), W_FORM_KEPT, n, NULL);
		app_notice(v->base.app, ROLE_NOTICE, text);
	}
	v->ask.what = RECORD_ASK_NOTHING;
	return PANEL_REDRAW;
}

/* On to the next of the list we came from. */
static unsigned turn_page(struct panel_record *v, int by)
{
	int64_t rec = v->from != NULL ? panel_records_next(v->from, v->rec,
	    by) : 0;

	if (rec == 0) {
		app_notice(v->base.app, ROLE_NOTICE, word(by > 0 ?
		    W_RECORD_LAST : W_RECORD_FIRST));
		return PANEL_REDRAW;
	}
	v->rec = rec;
	v->left.top = v->right.top = 0;
	load(v);
	return PANEL_REDRAW;
}

static unsigned record_action(struct panel *p, enum action act)
{
	struct panel_record *v = self(p);

	switch (act) {
	case ACT_RECORD_CONFLICT:
		return settle(v);
	case ACT_RECORD_FIX:
		panel_form_open(p->app, &(struct form_start){
		    .kind = v->r.r.kind, .rec = v->rec });
		return PANEL_REDRAW;
	case ACT_RECORD_NOTE:
		return ask(v, RECORD_ASK_NOTE);
	case ACT_RECORD_GO:
		record_go(p->app, &v->r.r);
		return PANEL_REDRAW;
	case ACT_RECORD_SHOW:
		panel_show_open(p->app, v->rec);
		return PANEL_REDRAW;
	case ACT_RECORD_HOUSE:
		panel_household_open(p->app, v->house);
		return PANEL_REDRAW;
	case ACT_RECORD_DUE:
		return explain(v);
	case ACT_RECORD_SHEET:
		record_flow_sheet(p->app, v->rec);
		return PANEL_REDRAW;
	case ACT_RECORD_VOID:
		return ask(v, RECORD_ASK_VOID);
	case ACT_RECORD_REVEAL:
		panel_reveal_open(p->app, v->rec);
		return PANEL_REDRAW;
	case ACT_RECORD_UNDO:
		desk_undo(p->app);
		return PANEL_REDRAW;
	case ACT_RECORD_KEEP:
		return save_words(v);
	case ACT_RECORD_NEXT:
		return turn_page(v, 1);
	case ACT_RECORD_PREV:
		return turn_page(v, -1);
	case ACT_BACK:
		return stop_asking(v);
	default:
		return PANEL_IGNORED;
	}
}

static bool may(struct panel_record *v, const char *action)
{
	struct desk *d = desk_of(v->base.app);

	return access_may_record(d->n, &d->who, action, &v->r.r);
}

static bool record_offers(struct panel *p, enum action act)
{
	struct panel_record *v = self(p);
	bool open = v->loaded && (v->r.r.flags & REC_VOID) == 0;
	struct flow_clock one;

	if (act == ACT_RECORD_KEEP)
		return v->ask.what != RECORD_ASK_NOTHING;
	if (act == ACT_BACK || act == ACT_HELP)
		return true;
	if (v->ask.what != RECORD_ASK_NOTHING)
		return act > ACT_NONE && keymap_row(act)->context !=
		    CTX_RECORD;
	switch (act) {
	case ACT_RECORD_CONFLICT:
		return open && v->r.nconflicts > 0 && may(v, "fix");
	case ACT_RECORD_FIX:
		return open && may(v, "fix");
	case ACT_RECORD_NOTE:
		return open && may(v, "note");
	case ACT_RECORD_VOID:
		return open && may(v, "void");
	case ACT_RECORD_REVEAL:
		return v->loaded && reveal_may(desk_of(p->app)->n,
		    &desk_of(p->app)->who, &v->r);
	case ACT_RECORD_GO:
		return open && record_go_may(p->app, &v->r.r);
	case ACT_RECORD_SHOW:
		return v->loaded;
	case ACT_RECORD_HOUSE:
		return v->house != 0;
	case ACT_RECORD_SHEET:
		return v->loaded && record_flow_calls(p->app, v->rec);
	case ACT_RECORD_DUE:
		return v->loaded && flow_clock_all(&v->r.d, &one, 1) > 0;
	case ACT_RECORD_UNDO:
		return desk_can_undo(p->app);
	case ACT_RECORD_NEXT:
	case ACT_RECORD_PREV:
		return v->from != NULL;
	default:
		return true;
	}
}

static unsigned step_key(struct panel_record *v, uint32_t key)
{
	const struct flow_step *step = record_steps_find(&v->steps, key);

	return step != NULL ? take_step(v, step) : PANEL_IGNORED;
}

static unsigned record_key(struct panel *p, uint32_t key)
{
	struct panel_record *v = self(p);
	int digit = key_digit(key);
	unsigned flags;

	if (v->ask.what != RECORD_ASK_NOTHING) {
		flags = widget_edit_key(&v->ask.edit, key);
		if ((flags & WIDGET_CHANGED) != 0)
			keep_words(v, false);
		return flags;
	}
	if (digit > 0 && digit <= v->related.n) {
		int64_t rec = v->related.v[digit - 1].rec;

		if (strcmp(v->related.v[digit - 1].kind, "household") == 0)
			panel_household_open(p->app, rec);
		else
			panel_record_open(p->app, rec);
		return PANEL_REDRAW;
	}
	flags = step_key(v, key);
	if ((flags & PANEL_IGNORED) != 0)
		flags = widget_lines_key(wide(v) && v->left.total <=
		    v->left.h ? &v->right : &v->left, key);
	return flags;
}

static unsigned record_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	struct panel_record *v = self(p);
	unsigned flags;

	(void)over;
	if (v->ask.what == RECORD_ASK_NOTHING)
		return PANEL_DONE;
	flags = widget_edit_paste(&v->ask.edit, s, len);
	keep_words(v, false);
	return flags;
}

static unsigned record_tick(struct panel *p)
{
	struct desk *d = desk_of(p->app);
	struct err err = ERR_INIT;

	if (form_draft_sync(d, false, &err) != MQ_OK)
		form_draft_trouble(p->app, &self(p)->ask.draft, &err);
	else if (d->drafts != NULL && draft_dirty(d->drafts))
		panel_tick_in(p, SYNC_MS);
	return PANEL_DONE;
}

static void record_keep(struct panel *p)
{
	struct panel_record *v = self(p);

	if (v->ask.what == RECORD_ASK_NOTHING)
		return;
	keep_words(v, true);
	desk_kept(desk_of(p->app), v->ask.draft.number);
}

static bool record_typing(struct panel *p)
{
	return self(p)->ask.what != RECORD_ASK_NOTHING;
}

static unsigned record_wake(struct panel *p)
{
	load(self(p));
	return PANEL_REDRAW;
}

static unsigned record_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return record_wake(p);
}

static void record_title(struct panel *p, char *out, size_t size)
{
	struct panel_record *v = self(p);

	snprintf(out, size, "%s", v->loaded ?
	    desk_kind_name(p->app, v->r.r.kind) : "");
}

static void record_layout(struct panel *p, int h, int w)
{
	(void)h;
	(void)w;
	show(self(p));
}

/* ---- painting ---- */

static void paint_error(struct panel_record *v, const struct draw *d)
{
	char words[700];

	err_say(&v->err, app_lang(v->base.app), words, sizeof(words));
	draw_wrapped(d, 1, 0, 0, d->h - 1, ROLE_ERROR, words);
}

static void record_paint(struct panel *p, const struct draw *d)
{
	struct panel_record *v = self(p);
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2), left, right;
	int foot = v->ask.what != RECORD_ASK_NOTHING ? RECORD_ASK_LINES :
	    record_steps_paint(&v->steps, &in, 0, STEP_LINES, false), h, w;

	if (!v->loaded) {
		paint_error(v, &in);
		return;
	}
	h = in.h - foot - (foot > 0 ? 1 : 0);
	w = wide(v) ? in.w / 2 : in.w;
	left = draw_sub(&in, 0, 0, h, w - (wide(v) ? 2 : 0));
	widget_lines_paint(&v->left, &left);
	if (wide(v)) {
		right = draw_sub(&in, 0, w, h, in.w - w);
		widget_lines_paint(&v->right, &right);
	}
	if (foot > 0)
		draw_rule(&in, h, ROLE_BORDER);
	if (v->ask.what != RECORD_ASK_NOTHING)
		record_ask_paint(&v->ask, &in, h + 1);
	else
		(void)record_steps_paint(&v->steps, &in, h + 1, STEP_LINES,
		    true);
}

static void record_destroy(struct panel *p)
{
	struct panel_record *v = self(p);

	if (v->loaded)
		record_full_free(&v->r);
	widget_lines_free(&v->left);
	widget_lines_free(&v->right);
	record_ask_free(&v->ask);
}

static const enum context record_contexts[] = { CTX_RECORD, CTX_END };
static const enum context record_widgets[] = { CTX_TEXT, CTX_END };

static const struct panel_ops record_ops = {
	.name = "record",
	.contexts = record_contexts,
	.widgets = record_widgets,
	.title = record_title,
	.action = record_action,
	.key = record_key,
	.paste = record_paste,
	.typing = record_typing,
	.chinese = record_typing,
	.offers = record_offers,
	.layout = record_layout,
	.paint = record_paint,
	.wake = record_wake,
	.tick = record_tick,
	.keep = record_keep,
	.returned = record_returned,
	.destroy = record_destroy,
};

static struct panel_record *open_page(struct app *app, int64_t rec)
{
	struct panel_record *v;

	if (app_deep(app))		/* from page to page to page */
		return NULL;
	v = xcalloc(1, sizeof(*v));
	v->rec = rec;
	v->base.app = app;
	widget_lines_init(&v->left);
	widget_lines_init(&v->right);
	record_ask_init(&v->ask, desk_of(app));
	load(v);
	app_push(app, &v->base, &record_ops);
	return v;
}

void panel_record_open(struct app *app, int64_t rec)
{
	(void)open_page(app, rec);
}

void panel_record_open_from(struct panel *list, int64_t rec)
{
	struct panel_record *v = open_page(list->app, rec);

	if (v != NULL)
		v->from = list;
}

void panel_draft_open(struct app *app, int number)
{
	const struct draft *x = form_draft_find(desk_of(app), number);
	enum record_asking what = x != NULL ? record_ask_of(x) :
	    RECORD_ASK_NOTHING;
	struct panel_record *v;

	if (what == RECORD_ASK_NOTHING) {
		panel_form_open(app, &(struct form_start){ .draft = number });
		return;
	}
	v = open_page(app, x->rec);
	if (v != NULL && v->loaded)
		(void)ask(v, what);
}
