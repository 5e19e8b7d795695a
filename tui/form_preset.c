/*
 * What a form fills in before anybody types.  Used by panel_form.
 */
#include "form_preset.h"

#include "../core/form.h"
#include "../core/ledger.h"
#include "words.h"

/* "@by" and "@node" stand for who sits here and where. */
void form_preset_open(struct desk *d, struct form_page *page)
{
	struct fields f = { NULL, 0, 0 };
	size_t i;

	form_presets(d->n, page->k, &f);
	for (i = 0; i < page->nfields; i++) {
		const struct field *fd = page->v[i].def;

		if (strcmp(fd->preset, "@by") == 0)
			fields_set(&f, fd->name, d->who.by);
		else if (strcmp(fd->preset, "@node") == 0)
			fields_set(&f, fd->name, d->n->set.org);
	}
	form_page_load(page, &f);
	form_page_fresh(page);
	fields_free(&f);
}

/* The step's own presets: only for the fields it asks. */
void form_preset_step(struct desk *d, struct form_page *page)
{
	struct fields f = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < page->nfields; i++) {
		const struct field *fd = page->v[i].def;
		struct buf now = BUF_INIT(64);

		if (strcmp(fd->preset, "now()") == 0 &&
		    form_accept(d->n, fd, word(W_FORM_NOW), page->now,
		    &now, NULL) == MQ_OK)
			fields_set(&f, fd->name, buf_str(&now));
		else if (strcmp(fd->preset, "@by") == 0)
			fields_set(&f, fd->name, d->who.by);
		else if (fd->preset[0] && fd->preset[0] != '@' &&
		    !strchr(fd->preset, '('))
			fields_set(&f, fd->name, fd->preset);
		buf_free(&now);
	}
	form_page_load(page, &f);
	form_page_fresh(page);
	fields_free(&f);
}

/* The clock was wrong when "now" was filled in, and nobody typed over it. */
void form_preset_again(struct desk *d, struct form_page *page)
{
	struct fields f = { NULL, 0, 0 };
	size_t i;

	page->now = ledger_now(d->n);
	for (i = 0; i < page->nfields && !page->fix; i++) {
		const struct form_field *ff = &page->v[i];
		struct buf now = BUF_INIT(64);

		if (strcmp(ff->def->preset, "now()") == 0 && !ff->changed &&
		    !form_field_empty(ff) && form_accept(d->n, ff->def,
		    word(W_FORM_NOW), page->now, &now, NULL) == MQ_OK)
			fields_set(&f, ff->def->name, buf_str(&now));
		buf_free(&now);
	}
	form_page_load(page, &f);
	fields_free(&f);
}
