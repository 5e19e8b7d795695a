/*
 * Notes and reasons typed on a record's page.  Called by panel_record and
 * panel_drafts.
 *
 * In the drafts file such a text is a draft of the record's kind whose step
 * is no step of any pack: those begin with a letter.
 */
#include "record_ask.h"

#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "words.h"

#define WORDS_MAX 500
#define FIELD "text"

static const struct { const char *step; enum word_id prompt; } rows[] = {
	[RECORD_ASK_NOTHING] = { "", W_RECORD_NOTE_ASK },
	[RECORD_ASK_NOTE] = { "@note", W_RECORD_NOTE_ASK },
	[RECORD_ASK_VOID] = { "@void", W_RECORD_VOID_ASK },
};

enum record_asking record_ask_of(const struct draft *x)
{
	for (size_t i = RECORD_ASK_NOTE; i < ARRAY_LEN(rows); i++)
		if (strcmp(x->step, rows[i].step) == 0)
			return (enum record_asking)i;
	return RECORD_ASK_NOTHING;
}

static void fresh_edit(struct record_ask *a)
{
	static const struct widget_edit_options opt = {
		.max_chars = WORDS_MAX, .multi = true };

	widget_edit_free(&a->edit);
	widget_edit_init(&a->edit, &opt);
	memset(&a->draft, 0, sizeof(a->draft));
}

void record_ask_init(struct record_ask *a, struct desk *d)
{
	memset(a, 0, sizeof(*a));
	a->d = d;
	widget_edit_init(&a->edit, NULL);
}

void record_ask_free(struct record_ask *a)
{
	widget_edit_free(&a->edit);
}

bool record_ask_open(struct record_ask *a, enum record_asking what,
    const struct record *r)
{
	const struct draft *x;

	fresh_edit(a);
	a->what = what;
	a->r = *r;
	if (form_draft_unfinished(a->d, r->kind, r->rec, rows[what].step, &x,
	    1) == 0)
		return false;
	widget_edit_set(&a->edit, fields_text(&x->f, FIELD));
	if (x->at_char >= 0 && (size_t)x->at_char <= a->edit.text.len)
		a->edit.at = (size_t)x->at_char;
	a->draft.number = x->number;
	a->draft.begun = x->begun;
	return true;
}

static enum mq_status put(struct record_ask *a, struct err *err)
{
	struct draft x;
	enum mq_status st = form_draft_number(a->d, &a->draft, err);

	if (st != MQ_OK)
		return st;
	memset(&x, 0, sizeof(x));
	x.number = a->draft.number;
	(void)xcopy(x.kind, sizeof(x.kind), a->r.kind);
	(void)xcopy(x.step, sizeof(x.step), rows[a->what].step);
	(void)xcopy(x.title, sizeof(x.title), a->r.title);
	(void)xcopy(x.at_field, sizeof(x.at_field), FIELD);
	x.rec = a->r.rec;
	x.at_char = (int)a->edit.at;
	x.begun = a->draft.begun;
	x.touched = ledger_now(a->d->n);
	fields_set(&x.f, FIELD, widget_edit_text(&a->edit));
	st = draft_put(a->d->drafts, &x, err);
	draft_free(&x);
	return st;
}

enum mq_status record_ask_keep(struct record_ask *a, bool now,
    struct err *err)
{
	enum mq_status st = MQ_OK;

	if (a->what == RECORD_ASK_NOTHING || a->d->drafts == NULL)
		return MQ_OK;
	if (!widget_edit_empty(&a->edit))
		st = put(a, err);
	else if (a->draft.number != 0)
		st = form_draft_drop(a->d, &a->draft, err);
	return st != MQ_OK ? st : form_draft_sync(a->d, now, err);
}

enum mq_status record_ask_done(struct record_ask *a, struct err *err)
{
	enum mq_status st = form_draft_drop(a->d, &a->draft, err);

	fresh_edit(a);
	a->what = RECORD_ASK_NOTHING;
	return st != MQ_OK ? st : form_draft_sync(a->d, true, err);
}

void record_ask_paint(struct record_ask *a, const struct draw *d, int y)
{
	draw_text(d, y, 0, 0, ROLE_STRONG, word(rows[a->what].prompt));
	widget_edit_paint(&a->edit, d, y + 1, 0, RECORD_ASK_LINES - 1,
	    d->w, true);
}
