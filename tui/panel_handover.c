/*
 * 交接班: one page with what the next shift must know, counted, and one free
 * line.  The successor accepts by number and PIN and is then at the desk; a
 * shift closed without one is offered to whoever comes next.
 */
#include <inttypes.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/form.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/login.h"
#include "panels.h"
#include "popup.h"
#include "record_step.h"
#include "widget_edit.h"
#include "widget_lines.h"
#include "words.h"

#define KIND "handover"
#define COUNT_MAX 500
#define LINE_CHARS 120
#define NUMBER_CHARS 16
#define PIN_CHARS 12
#define LABEL 14		/* cells of the labels of fields */

enum stage { WRITE_LINE, ASK_WHO, ASK_PIN, TAKE };

struct panel_handover {
	struct panel base;
	enum stage stage;
	struct fields f;	/* the figures, as they will be saved */
	struct widget_edit line, who, pin;
	struct widget_lines facts;
	struct record offered;	/* TAKE: the one to be taken over */
	struct err err;
};

static struct panel_handover *self(struct panel *p)
{
	return (struct panel_handover *)p;
}

/* ---- the figures ---- */

/* Records in any of these states (blank-separated), or open ones. */
static int64_t count_in(struct app *app, const char *kind, const char *states)
{
	struct node *n = desk_of(app)->n;
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct record *rows = xcalloc(COUNT_MAX, sizeof(*rows));
	struct record_query q = { .kind = kind, .sort = SORT_OPENED };
	struct err err = ERR_INIT;
	int64_t total = 0;

	desk_narrow(app, kind, &q, &scope);
	while (*states != '\0') {
		char one[33];
		size_t len = strcspn(states, " ");
		int got = 0;

		snprintf(one, sizeof(one), "%.*s", (int)len, states);
		q.state = one;
		if (record_page(n, &q, NULL, false, rows, COUNT_MAX, &got,
		    &err) == MQ_OK)
			total += got;
		states += len + strspn(states + len, " ");
	}
	free(rows);
	buf_free(&scope);
	return total;
}

/* Answered, and the resident still waits to be asked about it: whatever can
 * be confirmed. */
static int64_t count_callbacks(struct app *app)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, "request");
	const struct flow_step *s = k != NULL ? kind_step(k, "confirm") : NULL;

	return s != NULL ? count_in(app, "request", s->from) : 0;
}

static int64_t count_signed_in(struct app *app)
{
	struct record *rows = xcalloc(COUNT_MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	int n = 0;

	if (hours_open_all(desk_of(app)->n, rows, COUNT_MAX, &n, &err) !=
	    MQ_OK)
		n = 0;
	free(rows);
	return n;
}

static void count(struct panel_handover *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	const struct outbox_counts *c = desk_counts(app);

	fields_set_int(&h->f, "drafts", d->drafts != NULL ?
	    (int64_t)draft_count(d->drafts) : 0);
	fields_set_int(&h->f, "callbacks", count_callbacks(app));
	fields_set_int(&h->f, "signed_in", count_signed_in(app));
	fields_set_int(&h->f, "lost", count_in(app, "lost", "open"));
	fields_set_int(&h->f, "unsent", c->local + c->sent);
	fields_set_int(&h->f, "returned", c->returned);
}

/* One line a field, in the pack's words; what is not zero stands out. */
static void show(struct panel_handover *h)
{
	struct node *n = desk_of(h->base.app)->n;
	const struct kind *k = pack_kind(n->pack, KIND);

	widget_lines_reset(&h->facts);
	for (size_t i = 0; k != NULL && i < k->nfields; i++) {
		const struct field *f = &k->fields[i];
		const struct field_value *v = fields_get(&h->f, f->name);
		struct buf text = BUF_INIT(BUF_SMALL);

		if (v != NULL) {
			form_show(n, f, v, false, &text);
			widget_lines_add(&h->facts,
			    f->label[app_lang(h->base.app)],
			    f->type != FT_INTEGER || fields_int(&h->f,
			    f->name, 0) > 0 ? ROLE_STRONG : ROLE_DIM,
			    buf_str(&text));
		}
		buf_free(&text);
	}
}

/* ---- saving ---- */

static enum mq_status give(struct panel_handover *h, int64_t *rec,
    struct err *err)
{
	struct desk *d = desk_of(h->base.app);
	struct save *s = save_new(d->n, &d->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status st;

	if (!widget_edit_empty(&h->line))
		fields_set(&h->f, "line", widget_edit_text(&h->line));
	st = save_open(s, KIND, &h->f, -1, NULL, err);
	if (st == MQ_OK)
		st = save_commit(s, res, err);
	*rec = st == MQ_OK ? res->recs[0] : 0;
	save_free(&s);
	free(res);
	return st;
}

static enum mq_status take(struct node *n, const struct session *who,
    int64_t rec, struct err *err)
{
	struct fields none = { NULL, 0, 0 };
	struct save *s = save_new(n, who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status st = save_step(s, rec, "take", &none, NULL, err);

	if (st == MQ_OK)
		st = save_commit(s, res, err);
	save_free(&s);
	free(res);
	return st;
}

static unsigned failed(struct panel_handover *h, const struct err *err)
{
	h->err = *err;
	return PANEL_REDRAW | PANEL_BEEP;
}

/* Nobody is here to take it: it waits for whoever comes next. */
static unsigned leave_it(struct panel_handover *h)
{
	struct app *app = h->base.app;
	struct err err = ERR_INIT;
	int64_t rec;

	if (give(h, &rec, &err) != MQ_OK)
		return failed(h, &err);
	app_notice(app, ROLE_OK, word(W_HAND_DONE));
	return PANEL_CLOSE;
}

/* The number and the PIN of the successor, who then sits at the desk. */
static unsigned hand_over(struct panel_handover *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct session next;
	struct err err = ERR_INIT;
	enum mq_status st;
	char text[160], from[64];
	int64_t rec;

	st = login_pin(d->n, widget_edit_text(&h->who),
	    widget_edit_text(&h->pin), &next, &err);
	widget_edit_clear(&h->pin);
	if (st == MQ_OK && strcmp(next.by, d->who.by) == 0)
		st = err_set(&err, MQ_E_DENIED, "%s‖%s",
		    words_in(W_HAND_SELF, LANG_ZH),
		    words_in(W_HAND_SELF, LANG_EN));
	if (st == MQ_OK)
		st = give(h, &rec, &err);
	if (st != MQ_OK)
		return failed(h, &err);
	desk_person_name(app, d->who.by, from, sizeof(from));
	st = take(d->n, &next, rec, &err);
	desk_logout(app);		/* we are gone from here on */
	desk_login(app, &next);
	if (st != MQ_OK) {
		popup_err(app, &err);
		return PANEL_REDRAW;
	}
	words_fill(text, sizeof(text), W_HAND_TAKEN, from, NULL);
	app_notice(app, ROLE_OK, text);
	return PANEL_REDRAW;
}

static unsigned take_it(struct panel_handover *h)
{
	struct app *app = h->base.app;
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;
	char text[160], from[64];

	if (take(d->n, &d->who, h->offered.rec, &err) != MQ_OK)
		return failed(h, &err);
	d->counts_fresh = false;
	desk_person_name(app, h->offered.by, from, sizeof(from));
	words_fill(text, sizeof(text), W_HAND_TAKEN, from, NULL);
	app_notice(app, ROLE_OK, text);
	return PANEL_CLOSE;
}

/* ---- handlers ---- */

static struct widget_edit *edit(struct panel_handover *h)
{
	return h->stage == WRITE_LINE ? &h->line : h->stage == ASK_WHO ?
	    &h->who : &h->pin;
}

static unsigned next(struct panel_handover *h)
{
	h->err.code = MQ_OK;
	switch (h->stage) {
	case WRITE_LINE:
		h->stage = ASK_WHO;
		return PANEL_REDRAW;
	case ASK_WHO:
		if (widget_edit_empty(&h->who))
			return leave_it(h);
		h->stage = ASK_PIN;
		return PANEL_REDRAW;
	case ASK_PIN:
		return widget_edit_empty(&h->pin) ? PANEL_BEEP : hand_over(h);
	case TAKE:
		return take_it(h);
	}
	return PANEL_IGNORED;
}

static unsigned handover_action(struct panel *p, enum action act)
{
	struct panel_handover *h = self(p);

	switch (act) {
	case ACT_HANDOVER_NEXT:
		return next(h);
	case ACT_HANDOVER_PREV:
		if (h->stage == TAKE || h->stage == WRITE_LINE)
			return PANEL_BEEP;
		h->stage--;
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool handover_typing(struct panel *p)
{
	return self(p)->stage != TAKE;
}

static bool handover_chinese(struct panel *p)
{
	return self(p)->stage == WRITE_LINE;
}

static unsigned handover_key(struct panel *p, uint32_t key)
{
	return self(p)->stage == TAKE ? PANEL_IGNORED :
	    widget_edit_key(edit(self(p)), key);
}

static unsigned handover_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return self(p)->stage == TAKE ? PANEL_DONE :
	    widget_edit_paste(edit(self(p)), s, len);
}

static void handover_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HAND_TITLE));
}

/* ---- painting ---- */

static void paint_fields(struct panel_handover *h, const struct draw *d, int y)
{
	static const enum word_id hints[] = { W_HAND_LINE_HINT,
		W_HAND_WHO_HINT, W_HAND_PIN_HINT };
	struct widget_edit *edits[] = { &h->line, &h->who, &h->pin };
	const struct kind *k = pack_kind(desk_of(h->base.app)->n->pack, KIND);
	const struct field *f = k != NULL ? kind_field(k, "line") : NULL;
	const char *labels[] = { f != NULL ? f->label[app_lang(h->base.app)] :
	    "", word(W_HAND_WHO), word(W_HAND_PIN) };
	int label = app_lang(h->base.app) == LANG_EN ? 2 * LABEL - 6 : LABEL;

	for (int i = 0; i <= (int)h->stage; i++, y++) {
		bool here = i == (int)h->stage;

		draw_gutter(d, y, here);
		draw_text(d, y, 2, 0, here ? ROLE_STRONG : ROLE_LABEL,
		    labels[i]);
		widget_edit_paint(edits[i], d, y, label, 1, d->w - label,
		    here);
	}
	if (h->err.code == MQ_OK)
		draw_wrapped(d, y + 1, 2, d->w - 2, 2, ROLE_HINT,
		    word(hints[h->stage]));
}

static void paint_error(struct panel_handover *h, const struct draw *d, int y)
{
	char text[700];

	err_say_part(&h->err, ERR_WHAT, app_lang(h->base.app), text,
	    sizeof(text));
	y += draw_wrapped(d, y, 2, d->w - 2, 2, ROLE_ERROR, text);
	err_say_part(&h->err, ERR_DO, app_lang(h->base.app), text,
	    sizeof(text));
	draw_wrapped(d, y, 2, d->w - 2, 2, ROLE_TEXT, text);
}

static void handover_paint(struct panel *p, const struct draw *d)
{
	struct panel_handover *h = self(p);
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2), facts;
	char text[200], from[64], at[24];
	int lines, y = 2;

	if (h->stage == TAKE) {
		desk_person_name(p->app, h->offered.by, from, sizeof(from));
		clock_show(h->offered.opened_at, CLOCK_SHORT, at, sizeof(at));
		words_fill(text, sizeof(text), W_HAND_FROM, from, at, NULL);
		draw_text(&in, 0, 0, 0, ROLE_TITLE, text);
	} else {
		draw_text(&in, 0, 0, 0, ROLE_TITLE, word(W_HAND_NOW));
	}
	lines = widget_lines_height(&h->facts, in.w);
	if (in.h < lines + 8)		/* a small window: no blank lines */
		y = 1;
	facts = draw_sub(&in, y, 0, lines < in.h - y - 4 ? lines :
	    in.h - y - 4, in.w);
	widget_lines_paint(&h->facts, &facts);
	y += facts.h + (in.h >= lines + 8);
	if (h->stage == TAKE)
		draw_text(&in, y, 0, 0, ROLE_HINT, word(W_HAND_TAKE_HINT));
	else
		paint_fields(h, &in, y);
	if (h->err.code != MQ_OK)
		paint_error(h, &in, y + (int)h->stage + 2);
}

static void handover_destroy(struct panel *p)
{
	struct panel_handover *h = self(p);

	fields_free(&h->f);
	widget_edit_free(&h->line);
	widget_edit_free(&h->who);
	widget_edit_free(&h->pin);
	widget_lines_free(&h->facts);
}

static const enum context handover_contexts[] = { CTX_HANDOVER, CTX_END };
static const enum context handover_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops handover_ops = {
	.name = "handover",
	.contexts = handover_contexts,
	.widgets = handover_widgets,
	.title = handover_title,
	.action = handover_action,
	.key = handover_key,
	.paste = handover_paste,
	.typing = handover_typing,
	.chinese = handover_chinese,
	.paint = handover_paint,
	.destroy = handover_destroy,
};

static struct panel_handover *make(struct app *app, enum stage stage)
{
	struct panel_handover *h = xcalloc(1, sizeof(*h));

	h->base.app = app;
	h->stage = stage;
	widget_edit_init(&h->line, &(struct widget_edit_options){
	    .max_chars = LINE_CHARS });
	widget_edit_init(&h->who, &(struct widget_edit_options){
	    .max_chars = NUMBER_CHARS });
	widget_edit_init(&h->pin, &(struct widget_edit_options){
	    .max_chars = PIN_CHARS, .masked = true, .digits = true });
	widget_lines_init(&h->facts);
	h->facts.label_cells = 2 * LABEL;
	return h;
}

void panel_handover_open(struct app *app)
{
	struct panel_handover *h;

	if (pack_kind(desk_of(app)->n->pack, KIND) == NULL) {
		app_notice(app, ROLE_WARN, word(W_NO_SUCH_KIND));
		return;
	}
	h = make(app, WRITE_LINE);
	count(h);
	show(h);
	app_push(app, &h->base, &handover_ops);
}

bool panel_handover_offer(struct app *app)
{
	struct desk *d = desk_of(app);
	struct record_query q = { .kind = KIND, .sort = SORT_OPENED,
	    .state = "open" };
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct panel_handover *h;
	struct record row;
	struct record_full r;
	struct err err = ERR_INIT;
	int n = 0;

	if (!desk_may(app, "step:take", KIND))
		return false;
	desk_narrow(app, KIND, &q, &scope);
	if (record_page(d->n, &q, NULL, false, &row, 1, &n, &err) != MQ_OK)
		n = 0;
	buf_free(&scope);
	if (n == 0 || strcmp(row.by, d->who.by) == 0 ||
	    dev_node(ref_of_rec(row.rec).dev) != dev_node(d->n->dev) ||
	    record_get(d->n, row.rec, &r, &err) != MQ_OK)
		return false;
	h = make(app, TAKE);
	h->offered = row;
	fields_copy(&h->f, &r.f);
	record_full_free(&r);
	show(h);
	app_push(app, &h->base, &handover_ops);
	return true;
}
