/*
 * Filling in without typing: phrases by digit, the same as last time.  Used
 * by panel_form.
 */
#include "form_assist.h"

#include "popup.h"
#include "words.h"

size_t form_assist_phrases(struct panel_form *p, const struct phrase **out)
{
	struct form_field *ff = form_page_here(panel_form_page(p));

	if (!ff || ff->look != FORM_LOOK_TEXT)
		return 0;
	return pack_phrases(p->d->n->pack, ff->k->name, ff->def->name, out,
	    FORM_ASSIST_PHRASES);
}

static unsigned put_phrase(struct panel_form *p, const struct phrase *ph)
{
	enum lang lang = p->d->n->env->lang;

	form_page_insert(panel_form_page(p),
	    ph->text[ph->text[lang][0] ? lang : LANG_ZH]);
	panel_form_keep(p);
	return PANEL_REDRAW;
}

static unsigned phrase_by_digit(struct panel_form *p, int digit)
{
	const struct phrase *ph[FORM_ASSIST_PHRASES];
	size_t n = form_assist_phrases(p, ph), i;

	for (i = 0; i < n; i++)
		if (ph[i]->digit == digit)
			return put_phrase(p, ph[i]);
	return PANEL_BEEP;
}

static unsigned phrase_answered(struct panel *base, int answer)
{
	struct panel_form *p = (struct panel_form *)base;
	const struct phrase *ph[FORM_ASSIST_PHRASES];
	size_t n = form_assist_phrases(p, ph);

	if (answer < 0 || (size_t)answer >= n)
		return PANEL_REDRAW;
	return put_phrase(p, ph[answer]);
}

unsigned form_assist_ask(struct panel_form *p)
{
	const struct phrase *ph[FORM_ASSIST_PHRASES];
	const char *answers[FORM_ASSIST_PHRASES];
	size_t n = form_assist_phrases(p, ph), i;

	for (i = 0; i < n; i++)
		answers[i] = ph[i]->text[p->d->n->env->lang];
	if (n == 0)
		return PANEL_BEEP;
	popup_ask(&p->base, word(W_FORM_PHRASES), "", answers, n,
	    phrase_answered);
	return PANEL_REDRAW;
}

/* In an empty field a digit is its phrase; Backspace right after makes it the
 * digit again: 3 号楼 begins with one too. */
bool form_assist_key(struct panel_form *p, uint32_t key, unsigned *flags)
{
	struct form_field *ff = form_page_here(panel_form_page(p));
	int digit = key_digit(key & ~(uint32_t)K_ALT);
	const struct phrase *ph[FORM_ASSIST_PHRASES];
	bool was_put = p->phrase_put;

	p->phrase_put = false;
	if (!ff || ff->look != FORM_LOOK_TEXT)
		return false;
	if (was_put && key == K_BACKSPACE) {
		char s[2] = { p->phrase_digit, '\0' };

		widget_edit_clear(&ff->edit);
		form_page_insert(panel_form_page(p), s);
		panel_form_keep(p);
		*flags = PANEL_REDRAW;
		return true;
	}
	if (digit < 1 || form_assist_phrases(p, ph) == 0)
		return false;
	if (!(key & K_ALT) && (!widget_edit_empty(&ff->edit) ||
	    !strstr(ff->def->appearance, "phrase")))
		return false;
	p->phrase_digit = (char)('0' + digit);
	p->phrase_put = !(key & K_ALT);
	*flags = phrase_by_digit(p, digit);
	if (*flags & PANEL_BEEP) {
		p->phrase_put = false;
		return (key & K_ALT) != 0;
	}
	return true;
}

/* The same answer as in this person's last record of the kind. */
unsigned form_assist_same(struct panel_form *p)
{
	struct form_page *page = panel_form_page(p);
	struct form_field *ff = form_page_here(page);
	struct record_query q = { .kind = page->k->name,
	    .sort = SORT_OPENED, .by = p->d->who.by };
	struct record row;
	struct record_full r;
	const struct field_value *v;
	int n = 0;

	if (!ff || ff->def->class != FC_OPEN || record_page(p->d->n, &q,
	    NULL, false, &row, 1, &n, NULL) != MQ_OK || n == 0 ||
	    record_get(p->d->n, row.rec, &r, NULL) != MQ_OK) {
		app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_NO_LAST));
		return PANEL_REDRAW;
	}
	v = fields_get(&r.f, ff->def->name);
	if (v && v->kind != FV_GONE) {
		struct fields one = { NULL, 0, 0 };

		if (v->kind == FV_INT)
			fields_set_int(&one, v->name, v->num);
		else if (v->kind == FV_LIST)
			fields_set_list(&one, v->name, v->text);
		else
			fields_set(&one, v->name, v->text);
		form_page_load(page, &one);
		ff->changed = page->touched = true;
		fields_free(&one);
		panel_form_keep(p);
	} else {
		app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_NO_LAST));
	}
	record_full_free(&r);
	return PANEL_REDRAW;
}
