/*
 * Forms into drafts and back.  Used by panel_form and panel_drafts.
 */
#include "form_draft.h"

#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/mask.h"
#include "words.h"

#define TROUBLE_MS (10 * MS_SECOND)	/* keys do not wipe it away */

/* The words of a page; what a correction emptied says so. */
static void page_fields(const struct form_page *p, struct fields *out)
{
	size_t i;

	fields_copy(out, &p->f);
	if (!p->fix)
		return;
	for (i = 0; i < p->nfields; i++) {
		const char *name = p->v[i].def->name;

		if (p->v[i].look <= FORM_LOOK_PICK && !p->v[i].secret &&
		    fields_get(&p->prior, name) && !fields_get(out, name))
			fields_set_gone(out, name);
	}
}

/* Whom or what it is about, masked, for the list of drafts. */
static void title_of(const struct form_page *p, char *out, size_t size)
{
	struct buf text = BUF_INIT(4096), masked = BUF_INIT(4096);
	size_t i;

	for (i = 0; i < p->nfields && !masked.len; i++) {
		const struct form_field *ff = &p->v[i];

		if (ff->look == FORM_LOOK_PICK && ff->words[0] && ff->shown)
			buf_adds(&masked, ff->words);
	}
	for (i = 0; i < p->nfields && !masked.len; i++) {
		const struct form_field *ff = &p->v[i];

		if (ff->look != FORM_LOOK_TEXT || !ff->changed ||
		    form_field_empty(ff) || ff->secret)
			continue;
		form_field_words(ff, &p->f, &text);
		if (ff->def->class == FC_OPEN)
			mask_text(buf_str(&text), text.len, &masked);
		else
			mask_name(buf_str(&text), &masked);
	}
	buf_reset(&text);
	text_sanitize(buf_str(&masked), masked.len, TEXT_ONE_LINE, &text);
	xcopy(out, size, buf_str(&text));
	buf_free(&text);
	buf_free(&masked);
}

enum mq_status form_draft_number(struct desk *d, struct form_draft *fd,
    struct err *err)
{
	if (fd->number)
		return MQ_OK;
	if (draft_count(d->drafts) >= DRAFT_MAX)
		return err_set(err, MQ_E_FIELD, "%s",
		    word(W_FORM_DRAFTS_FULL));
	fd->number = draft_next_number(d->drafts);
	fd->begun = ledger_now(d->n);
	return MQ_OK;
}

enum mq_status form_draft_put(struct desk *d, struct form_draft *fd,
    struct form_page *pages, int npages, int cur, int64_t rec,
    const char *step, struct err *err)
{
	const struct form_field *here = form_page_here(&pages[cur]);
	struct draft x;
	enum mq_status st;

	if (!d->drafts)
		return MQ_OK;
	st = form_draft_number(d, fd, err);
	if (st)
		return st;
	memset(&x, 0, sizeof(x));
	x.number = fd->number;
	xcopy(x.kind, sizeof(x.kind), pages[0].k->name);
	x.rec = rec;
	xcopy(x.step, sizeof(x.step), step);
	if (here) {
		xcopy(x.at_field, sizeof(x.at_field), here->def->name);
		x.at_char = (int)here->edit.at;
	}
	title_of(&pages[0], x.title, sizeof(x.title));
	x.begun = fd->begun;
	x.touched = ledger_now(d->n);
	x.parked = fd->parked;
	page_fields(&pages[0], &x.f);
	if (npages > 1) {
		fields_copy(&x.f2, &pages[1].f);
		xcopy(x.kind2, sizeof(x.kind2), pages[1].k->name);
	}
	st = draft_put(d->drafts, &x, err);
	draft_free(&x);
	return st;
}

enum mq_status form_draft_sync(struct desk *d, bool now, struct err *err)
{
	if (!d->drafts || !draft_dirty(d->drafts))
		return MQ_OK;
	return draft_sync(d->drafts, now, err);
}

void form_draft_trouble(struct app *app, struct form_draft *fd,
    const struct err *err)
{
	char text[600];

	if (fd->failed)
		return;
	fd->failed = true;
	err_say_part(err, ERR_WHAT, app_lang(app), text, sizeof(text));
	app_notice_for(app, ROLE_WARN, text, TROUBLE_MS);
}

enum mq_status form_draft_drop(struct desk *d, struct form_draft *fd,
    struct err *err)
{
	int number = fd->number;

	fd->number = 0;
	fd->parked = false;
	if (!d->drafts || !number || !form_draft_find(d, number))
		return MQ_OK;
	return draft_drop(d->drafts, number, err);
}

const struct draft *form_draft_find(struct desk *d, int number)
{
	size_t i;

	for (i = 0; d->drafts && i < draft_count(d->drafts); i++)
		if (draft_at(d->drafts, i)->number == number)
			return draft_at(d->drafts, i);
	return NULL;
}

size_t form_draft_unfinished(struct desk *d, const char *kind, int64_t rec,
    const char *step, const struct draft **out, size_t max)
{
	size_t i, k, n = 0;

	for (i = 0; d->drafts && i < draft_count(d->drafts); i++) {
		const struct draft *x = draft_at(d->drafts, i);

		if (x->parked || strcmp(x->kind, kind) != 0 ||
		    x->rec != rec || strcmp(x->step, step) != 0)
			continue;
		for (k = n < max ? n : max; k > 0 &&
		    out[k - 1]->touched.ms < x->touched.ms; k--)
			if (k < max)
				out[k] = out[k - 1];
		if (k < max)
			out[k] = x;
		if (n < max)
			n++;
	}
	return n;
}

void form_draft_words(struct desk *d, const struct draft *x, char *out,
    size_t size)
{
	const struct kind *k = pack_kind(d->n->pack, x->kind);
	enum lang lang = d->n->env->lang;
	char age[48];

	clock_span(x->touched.ms - ledger_now(d->n).ms, lang, age,
	    sizeof(age));
	snprintf(out, size, "%s%s%s  %s", k ? k->label[lang] : x->kind,
	    x->title[0] ? "  " : "", x->title, age);
}
