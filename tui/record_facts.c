/*
 * One record in words.  Called by panel_record and panel_records.
 */
#include "record_facts.h"

#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/facet.h"
#include "../core/form.h"
#include "../core/mask.h"
#include "../core/person_id.h"
#include "desk.h"
#include "panel_person.h"
#include "record_flow.h"
#include "words.h"

#define RETURNED_MAX 64
#define INDENT 2
#define PAIR_CELLS 22	/* a value that may share its line */

/* ---- values ---- */

/* Decided values have no row in the form: their own words. */
static enum word_id decided_label(const char *field)
{
	static const struct { const char *name; enum word_id label; } rows[] = {
		{ "state", W_FACT_STATE },
		{ "owner", W_FACT_OWNER },
		{ "grade", W_FACT_GRADE },
		{ "who", W_FACT_WHO },
		{ "place", W_FACT_PLACE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, field) == 0)
			return rows[i].label;
	return W_COUNT;
}

const char *record_facts_label(struct app *app, const char *kind,
    const char *field)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, kind);
	const struct field *f = k != NULL ? kind_field(k, field) : NULL;
	enum word_id id;

	if (f != NULL)
		return f->label[app_lang(app)];
	id = decided_label(field);
	return id != W_COUNT ? word(id) : field;
}

static void show_value(struct app *app, const struct kind *k,
    const struct field_value *v, struct buf *out)
{
	const struct field *f = k != NULL ? kind_field(k, v->name) : NULL;
	char words[300];
	struct ref r;

	words[0] = '\0';
	/* A masked name alone does not tell one 王** from the next. */
	if (f != NULL && f->type == FT_PERSON && v->kind == FV_TEXT &&
	    ref_parse(v->text, strlen(v->text), &r))
		panel_person_words(desk_of(app)->n, ref_rec(r), words,
		    sizeof(words));
	if (words[0] != '\0')
		buf_adds(out, words);
	else if (f != NULL)
		form_show(desk_of(app)->n, f, v, false, out);
	else if (v->kind == FV_INT)
		buf_addf(out, "%" PRId64, v->num);
	else if (v->text != NULL)	/* a field this pack does not know */
		mask_text(v->text, strlen(v->text), out);
}

void record_facts_value(struct app *app, const char *kind, const char *field,
    const char *value, char *out, size_t size)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, kind);
	const struct flow_state *s;
	struct field_value v = { .kind = FV_TEXT };
	struct buf text = BUF_INIT(BUF_SMALL);
	struct buf copy = BUF_INIT(BUF_SMALL);

	s = k != NULL && strcmp(field, "state") == 0 ? kind_state(k, value) :
	    NULL;
	if (s != NULL) {
		buf_adds(&text, s->label[app_lang(app)]);
	} else if (strcmp(field, "owner") == 0) {
		buf_adds(&text, desk_org_name(app, value));
	} else {
		(void)xcopy(v.name, sizeof(v.name), field);
		buf_adds(&copy, value);
		v.text = copy.data;
		show_value(app, k, &v, &text);
	}
	(void)xcopy(out, size, buf_str(&text));
	buf_free(&text);
	buf_free(&copy);
}

/* ---- how it stands ---- */

static void due_line(struct app *app, const struct record *r,
    struct widget_lines *out)
{
	char words[64], at[24], line[128];
	enum theme_role role;

	if (r->due_at.ms == 0 && r->closed_at.ms == 0)
		return;
	desk_due_words(app, r, words, sizeof(words), &role);
	clock_show(r->due_at, CLOCK_MINUTE, at, sizeof(at));
	snprintf(line, sizeof(line), "%s%s%s", words, r->due_at.ms != 0 ?
	    "  " : "", r->due_at.ms != 0 ? at : "");
	widget_lines_add(out, word(W_FACT_DUE), role, line);
}

static const char *returned_reason(struct node *n, const struct record *r,
    struct outbox_returned *list)
{
	struct err err = ERR_INIT;
	int count = 0;

	if (outbox_returned(n, list, RETURNED_MAX, &count, &err) != MQ_OK)
		return "";
	for (int i = 0; i < count && i < RETURNED_MAX; i++)
		if (list[i].dev.v == r->own_dev.v &&
		    list[i].first <= r->own_seq && r->own_seq <= list[i].last)
			return list[i].reason;
	return "";
}

static void delivery_line(struct app *app, const struct record *r,
    struct widget_lines *out)
{
	struct node *n = desk_of(app)->n;
	struct outbox_returned *list;
	enum theme_role role;
	const char *w = desk_delivery_word(app, r, &role);
	struct ref own = { r->own_dev, r->own_seq };
	struct utc at = { 0 };
	struct err err = ERR_INIT;
	char line[320], no[64] = "", when[24] = "";

	if (role == ROLE_RECEIVED && outbox_receipt(n, own, no, sizeof(no),
	    &at, &err) == MQ_OK && at.ms != 0)
		clock_show(at, CLOCK_MINUTE, when, sizeof(when));
	if (role == ROLE_REFUSED) {
		list = xcalloc(RETURNED_MAX, sizeof(*list));
		snprintf(line, sizeof(line), "%s:%s", w,
		    returned_reason(n, r, list));
		free(list);
	} else if (no[0] != '\0') {
		words_fill(line, sizeof(line), W_FACT_RECEIPT, w, when, no,
		    NULL);
	} else {
		(void)xcopy(line, sizeof(line), w);
	}
	widget_lines_add(out, word(W_FACT_DELIVERY), role, line);
}

static void state_line(struct app *app, const struct record *r,
    struct widget_lines *out)
{
	enum theme_role role = (r->flags & (REC_CLOSED | REC_VOID)) != 0 ?
	    ROLE_DONE : ROLE_STRONG;
	char line[200];

	if (r->state[0] == '\0' && (r->flags & REC_VOID) == 0)
		return;
	snprintf(line, sizeof(line), "%s%s%s", desk_state_word(app, r),
	    r->owner[0] != '\0' && (r->flags & REC_CLOSED) == 0 ? "  " : "",
	    r->owner[0] != '\0' && (r->flags & REC_CLOSED) == 0 ?
	    desk_org_name(app, r->owner) : "");
	widget_lines_add(out, word(W_FACT_STATE), role, line);
}

static void marks(const struct record *r, struct widget_lines *out)
{
	static const struct { int flag; enum word_id word;
	    enum theme_role role; } rows[] = {
		{ REC_CONFLICT, W_MARK_CONFLICT, ROLE_CONFLICT },
		{ REC_CONFIDENTIAL, W_MARK_SECRET, ROLE_WARN },
		{ REC_ERASED, W_MARK_ERASED, ROLE_DIM },
		{ REC_ODD, W_MARK_ODD, ROLE_WARN },
		{ REC_CLOCK, W_MARK_CLOCK, ROLE_DIM },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((r->flags & rows[i].flag) != 0)
			widget_lines_add(out, NULL, rows[i].role,
			    word(rows[i].word));
}

static void facet_fact(void *ctx, const char *label, const char *text,
    enum facet_tone tone)
{
	static const enum theme_role roles[] = {
		[TONE_PLAIN] = ROLE_TEXT, [TONE_GOOD] = ROLE_OK,
		[TONE_CARE] = ROLE_WARN, [TONE_BAD] = ROLE_OVERDUE,
	};

	widget_lines_add(ctx, label, roles[tone], text);
}

void record_facts_summary(struct app *app, const struct record_full *full,
    struct widget_lines *out)
{
	const struct record *r = &full->r;
	char line[300], no[24], who[64];

	widget_lines_add(out, desk_kind_name(app, r->kind), ROLE_STRONG,
	    r->title);
	if (r->no[0] != '\0') {
		person_id_short_show(r->no, no);
		widget_lines_add(out, word(W_FACT_NO), ROLE_TEXT, no);
	}
	state_line(app, r, out);
	due_line(app, r, out);
	record_flow_lines(app, full, out);
	delivery_line(app, r, out);
	desk_when_words(r->opened_at, no, sizeof(no));
	desk_person_name(app, r->by, who, sizeof(who));
	snprintf(line, sizeof(line), "%s  %s  %s", no,
	    desk_org_name(app, r->org), who);
	widget_lines_add(out, word(W_FACT_OPENED), ROLE_TEXT, line);
	facet_tell(desk_of(app)->n, full, &(struct facet_lines){
	    app_lang(app), facet_fact, out });
	marks(r, out);
}

/* ---- its words ---- */

/* A short fact waits for another one to share its line. */
struct pair {
	struct widget_lines *out;
	bool on;		/* wide enough for two */
	char label[40], text[40];
	bool waiting;
};

static void flush_pair(struct pair *p)
{
	if (p->waiting)
		widget_lines_add(p->out, p->label, ROLE_TEXT, p->text);
	p->waiting = false;
}

static void add_fact(struct pair *p, const char *label, const char *text)
{
	bool brief = p->on && text_cells(text) <= PAIR_CELLS &&
	    text_cells(label) <= p->out->label_cells &&
	    strlen(text) < sizeof(p->text) && strlen(label) <
	    sizeof(p->label) && strchr(text, '\n') == NULL;
	struct buf line = BUF_INIT(BUF_SMALL);

	if (!brief) {
		flush_pair(p);
		widget_lines_add(p->out, label, ROLE_TEXT, text);
	} else if (!p->waiting) {
		(void)xcopy(p->label, sizeof(p->label), label);
		(void)xcopy(p->text, sizeof(p->text), text);
		p->waiting = true;
	} else {
		text_fit(p->text, PAIR_CELLS + 2, &line);
		text_fit(label, p->out->label_cells + 1, &line);
		buf_adds(&line, text);
		widget_lines_add(p->out, p->label, ROLE_TEXT,
		    buf_str(&line));
		p->waiting = false;
	}
	buf_free(&line);
}

static void add_field(struct app *app, const struct kind *k,
    const struct field *f, const struct fields *from, struct pair *out)
{
	const struct field_value *v = fields_get(from, f->name);
	struct buf text = BUF_INIT(BUF_SMALL);

	if (v == NULL || v->kind == FV_GONE)
		return;
	show_value(app, k, v, &text);
	if (text.len > 0)
		add_fact(out, f->label[app_lang(app)], buf_str(&text));
	buf_free(&text);
}

/* Fields that the kind's pack no longer names are shown too. */
static void add_unknown(struct app *app, const struct kind *k,
    const struct fields *from, struct widget_lines *out)
{
	for (size_t i = 0; i < from->n; i++) {
		struct buf text = BUF_INIT(BUF_SMALL);

		if (k != NULL && kind_field(k, from->v[i].name) != NULL)
			continue;
		show_value(app, k, &from->v[i], &text);
		if (text.len > 0)
			widget_lines_add(out, from->v[i].name, ROLE_DIM,
			    buf_str(&text));
		buf_free(&text);
	}
}

void record_facts_fields(struct app *app, const struct record_full *r,
    int w, struct widget_lines *out)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, r->r.kind);
	struct pair pair = { .out = out,
	    .on = w >= 2 * (out->label_cells + PAIR_CELLS) + 4 };

	widget_lines_head(out, word(W_FACT_FIELDS));
	for (size_t i = 0; k != NULL && i < k->nfields; i++)
		add_field(app, k, &k->fields[i], &r->f, &pair);
	flush_pair(&pair);
	add_unknown(app, k, &r->f, out);
}

/* ---- what happened ---- */

static const char *event_word(struct app *app, const struct kind *k,
    const struct record_event *ev)
{
	static const struct { const char *op; enum word_id word; } rows[] = {
		{ "open", W_OP_OPEN },
		{ "fix", W_OP_FIX },
		{ "void", W_OP_VOID },
		{ "note", W_OP_NOTE },
		{ "join", W_OP_JOIN },
		{ "erased", W_OP_ERASED },
		{ "purged", W_OP_PURGED },
	};
	const struct flow_step *s;

	s = k != NULL && ev->step[0] != '\0' ? kind_step(k, ev->step) : NULL;
	if (s != NULL)
		return s->label[app_lang(app)];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].op, ev->e.op) == 0)
			return word(rows[i].word);
	return ev->step[0] != '\0' ? ev->step : ev->e.op;
}

static void since_words(struct app *app, const struct record_event *ev,
    char *out, size_t size)
{
	char span[48];

	out[0] = '\0';
	if (ev->minutes_since <= 0)
		return;
	clock_span(ev->minutes_since * MS_MINUTE, app_lang(app), span,
	    sizeof(span));
	words_fill(out, size, W_OP_SINCE, span, NULL);
}

/* A step's own fields, a correction's changes, a note's words. */
static void event_details(struct app *app, const struct kind *k,
    const struct record_event *ev, struct widget_lines *out)
{
	const char *why = fields_text(&ev->d, "why");
	struct buf clean = BUF_INIT(BUF_SMALL);

	if (strcmp(ev->e.op, "open") == 0)
		return;		/* they stand above */
	for (size_t i = 0; i < ev->f.n; i++) {
		const struct field_value *v = &ev->f.v[i];
		struct buf line = BUF_INIT(BUF_SMALL);

		if (strcmp(ev->e.op, "note") != 0)
			buf_addf(&line, "%s:", record_facts_label(app,
			    ev->e.kind, v->name));
		if (v->kind == FV_GONE)
			buf_adds(&line, word(W_FACT_GONE));
		else
			show_value(app, k, v, &line);
		widget_lines_add_in(out, INDENT, ROLE_TEXT, buf_str(&line));
		buf_free(&line);
	}
	if (*why != '\0') {
		buf_addf(&clean, "%s:", word(W_FACT_WHY));
		mask_text(why, strlen(why), &clean);
		widget_lines_add_in(out, INDENT, ROLE_TEXT, buf_str(&clean));
	}
	buf_free(&clean);
}

static void add_event(struct app *app, const struct kind *k,
    const char *org, const struct record_event *ev, struct widget_lines *out)
{
	char at[24], who[64], since[64];
	char joined[80];
	struct buf line = BUF_INIT(BUF_SMALL);
	enum theme_role role = ev->undone ? ROLE_DIM :
	    ev->concurrent ? ROLE_CONFLICT : ROLE_TEXT;
	bool moved;

	clock_show(ev->e.at, CLOCK_SHORT, at, sizeof(at));
	desk_person_name(app, ev->e.by, who, sizeof(who));
	since_words(app, ev, since, sizeof(since));
	/* The entry's unit is the record's, not the author's: it stands above
	 * and says here only where the record went. */
	moved = strcmp(ev->e.org, org) != 0;
	record_flow_joined(app, ev, joined, sizeof(joined));
	buf_addf(&line, "%s  %s  %s%s%s%s%s", at, joined[0] != '\0' ? joined :
	    event_word(app, k, ev), who,
	    moved ? "  " : "", moved ? desk_org_name(app, ev->e.org) : "",
	    since[0] != '\0' ? "  " : "", since);
	if (ev->undone)
		buf_addf(&line, "  %s", word(W_OP_UNDONE));
	if (ev->concurrent)
		buf_addf(&line, "  %s", word(W_OP_CONCURRENT));
	if (ev->erased)
		buf_addf(&line, "  %s", word(W_OP_GONE));
	if (ev->damaged) {
		role = ROLE_ERROR;
		buf_addf(&line, "  %s", word(W_OP_DAMAGED));
	}
	widget_lines_add(out, NULL, role, buf_str(&line));
	buf_free(&line);
	if (!ev->erased)
		event_details(app, k, ev, out);
}

void record_facts_timeline(struct app *app, const struct record_full *r,
    struct widget_lines *out)
{
	struct node *n = desk_of(app)->n;
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	struct record_event *list;
	struct err err = ERR_INIT;
	char words[700];
	int count;

	widget_lines_head(out, word(W_FACT_TIMELINE));
	if (record_events(n, r->r.rec, &list, &count, &err) != MQ_OK) {
		err_say(&err, app_lang(app), words, sizeof(words));
		widget_lines_add(out, NULL, ROLE_ERROR, words);
		return;
	}
	for (int i = 0; i < count; i++)
		add_event(app, k, r->r.org, &list[i], out);
	record_events_free(&list, count);
}

/* ---- what is disputed ---- */

void record_facts_conflicts(struct app *app, const struct record_full *r,
    struct widget_lines *out)
{
	if (r->nconflicts == 0)
		return;
	widget_lines_head(out, word(W_FACT_CONFLICT));
	for (int i = 0; i < r->nconflicts; i++) {
		const struct record_conflict *c = &r->conflicts[i];

		widget_lines_add(out, NULL, ROLE_CONFLICT,
		    record_facts_label(app, r->r.kind, c->field));
		for (int k = 0; k < 2; k++) {
			char value[256], who[64], at[24], line[400];

			record_facts_value(app, r->r.kind, c->field,
			    c->mine[k], value, sizeof(value));
			desk_person_name(app, c->by[k], who, sizeof(who));
			clock_show(c->at[k], CLOCK_SHORT, at, sizeof(at));
			snprintf(line, sizeof(line), "%d  %s  (%s %s)", k + 1,
			    value, who, at);
			widget_lines_add_in(out, INDENT, ROLE_TEXT, line);
		}
	}
}
