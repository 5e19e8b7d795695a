/*
 * One page of a form.  Used by panel_form.
 */
#include "form_page.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "form_rows.h"

#define LABEL_MAX 20
#define LABEL_NARROW 12		/* below 60 cells */
#define NARROW 60

/* A step's own fields: "reason! to_org note". */
static void init_step(struct form_page *p, const char *names)
{
	size_t cap = p->k->nfields + p->k->nstep_fields;

	p->v = xcalloc(cap ? cap : 1, sizeof(*p->v));
	p->cap = cap;
	while (*names) {
		size_t n = strcspn(names, " ");
		bool must = n > 0 && names[n - 1] == '!';
		char name[33];
		const struct field *fd;

		snprintf(name, sizeof(name), "%.*s", (int)(n - must), names);
		fd = kind_field(p->k, name);
		if (fd && p->nfields < cap)
			form_field_init(&p->v[p->nfields++], p->n, p->k, fd,
			    must || fd->required);
		names += n + strspn(names + n, " ");
	}
}

void form_page_init(struct form_page *p, struct node *n,
    const struct kind *k, const struct flow_step *step)
{
	memset(p, 0, sizeof(*p));
	p->n = n;
	p->k = k;
	p->step = step;
	p->now = ledger_now(n);
	if (step)
		init_step(p, step->fields);
	else
		form_rows_init(p);
	form_page_refresh(p);
}

void form_page_free(struct form_page *p)
{
	size_t i;

	for (i = 0; i < p->nfields; i++)
		form_field_free(&p->v[i]);
	FREE(p->v);
	p->nfields = 0;
	fields_free(&p->f);
	fields_free(&p->prior);
}

static void copy_value(struct fields *dst, const struct field_value *v)
{
	if (v->kind == FV_INT)
		fields_set_int(dst, v->name, v->num);
	else if (v->kind == FV_LIST)
		fields_set_list(dst, v->name, v->text);
	else if (v->kind == FV_TEXT)
		fields_set(dst, v->name, v->text);
	else
		fields_set_gone(dst, v->name);
}

void form_page_load(struct form_page *p, const struct fields *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		copy_value(&p->f, &f->v[i]);
	form_rows_sync(p);
	for (i = 0; i < p->nfields; i++)
		if (fields_get(f, p->v[i].def->name))
			form_field_load(&p->v[i], &p->f);
	form_page_refresh(p);
}

void form_page_fresh(struct form_page *p)
{
	size_t i;

	for (i = 0; i < p->nfields; i++) {
		struct form_field *ff = &p->v[i];

		ff->fresh = ff->look == FORM_LOOK_TEXT &&
		    ff->def->type != FT_TEXT && !form_field_empty(ff);
	}
}

void form_page_load_prior(struct form_page *p, const struct record_full *r)
{
	size_t i;

	p->fix = true;
	fields_copy(&p->prior, &r->f);
	form_page_load(p, &r->f);
	for (i = 0; i < p->nfields; i++) {
		struct form_field *ff = &p->v[i];
		const struct field_value *v = fields_get(&r->f,
		    ff->def->name);

		ff->dirty = false;
		if (!v || ff->look != FORM_LOOK_TEXT ||
		    ff->def->class == FC_OPEN)
			continue;
		form_field_hide(ff, v);
		fields_drop(&p->f, ff->def->name);
	}
}

/* ---- skip logic ---- */

static bool asked(const struct form_page *p, const struct form_field *ff)
{
	/* A step names its fields; what it requires is always asked. */
	return (p->step && ff->required) ||
	    form_relevant(p->n, p->k, ff->def, &p->f);
}

static void find_place(struct form_page *p)
{
	size_t i;

	if (p->here < p->nfields && form_field_can_focus(&p->v[p->here]))
		return;
	for (i = p->here; i < p->nfields; i++)
		if (form_field_can_focus(&p->v[i])) {
			p->here = i;
			return;
		}
	for (i = p->nfields; i > 0; i--)
		if (form_field_can_focus(&p->v[i - 1])) {
			p->here = i - 1;
			return;
		}
	p->here = 0;
}

void form_page_refresh(struct form_page *p)
{
	size_t i;

	if (!p->step)
		form_calculate(p->n, p->k, &p->f);
	form_rows_sync(p);
	for (i = 0; i < p->nfields; i++) {
		struct form_field *ff = &p->v[i];

		ff->shown = asked(p, ff);
		if (!p->step)
			ff->required = form_required(p->n, p->k, ff->def,
			    &p->f);
		form_field_refresh(ff, &p->f);
		/* A choice that no longer fits has emptied itself. */
		if (ff->look == FORM_LOOK_CHOICE)
			form_field_store(ff, &p->f, p->now);
	}
	find_place(p);
}

/* ---- moving ---- */

struct form_field *form_page_here(struct form_page *p)
{
	if (p->here < p->nfields && form_field_can_focus(&p->v[p->here]))
		return &p->v[p->here];
	return NULL;
}

struct form_field *form_page_find(struct form_page *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nfields; i++)
		if (strcmp(p->v[i].def->name, name) == 0)
			return &p->v[i];
	return NULL;
}

void form_page_leave(struct form_page *p)
{
	struct form_field *ff = form_page_here(p);

	p->now = ledger_now(p->n);
	if (ff)
		form_field_leave(ff, &p->f, p->now);
}

bool form_page_go(struct form_page *p, const char *name)
{
	struct form_field *ff = form_page_find(p, name);

	if (!ff || !form_field_can_focus(ff))
		return false;
	form_page_leave(p);
	p->here = (size_t)(ff - p->v);
	return true;
}

unsigned form_page_move(struct form_page *p, int by)
{
	size_t i = p->here;

	form_page_leave(p);
	form_page_refresh(p);
	while (by > 0 ? i + 1 < p->nfields : i > 0) {
		i = by > 0 ? i + 1 : i - 1;
		if (form_field_can_focus(&p->v[i])) {
			p->here = i;
			return PANEL_REDRAW;
		}
	}
	return PANEL_IGNORED | PANEL_REDRAW;
}

/* ---- values ---- */

static unsigned took(struct form_page *p, struct form_field *ff,
    unsigned flags)
{
	if (flags & WIDGET_CHANGED) {
		p->touched = true;
		form_field_store(ff, &p->f, p->now);
		if (ff->look != FORM_LOOK_TEXT)
			form_page_refresh(p);
	}
	return flags;
}

unsigned form_page_key(struct form_page *p, uint32_t key)
{
	struct form_field *ff = form_page_here(p);
	unsigned flags;

	p->now = ledger_now(p->n);
	if (!ff)
		return PANEL_IGNORED;
	flags = took(p, ff, form_field_key(ff, key));
	if (ff->wants_row)
		return form_rows_add(p) ? PANEL_REDRAW | WIDGET_CHANGED :
		    PANEL_REDRAW | PANEL_BEEP;
	if ((flags & PANEL_IGNORED) && key == K_DOWN)
		return form_page_move(p, 1) & ~(unsigned)PANEL_IGNORED;
	if ((flags & PANEL_IGNORED) && key == K_UP)
		return form_page_move(p, -1) & ~(unsigned)PANEL_IGNORED;
	return flags;
}

unsigned form_page_paste(struct form_page *p, const char *s, size_t len)
{
	struct form_field *ff = form_page_here(p);

	p->now = ledger_now(p->n);
	return ff ? took(p, ff, form_field_paste(ff, s, len)) : PANEL_BEEP;
}

void form_page_insert(struct form_page *p, const char *text)
{
	struct form_field *ff = form_page_here(p);

	assert(ff && ff->look == FORM_LOOK_TEXT);
	form_field_insert(ff, text);
	(void)took(p, ff, WIDGET_CHANGED);
}

void form_page_picked(struct form_page *p, const char *value)
{
	struct form_field *ff = form_page_here(p);

	assert(ff && ff->look == FORM_LOOK_PICK);
	form_field_picked(ff, value);
	(void)took(p, ff, WIDGET_CHANGED);
}

void form_page_set(struct form_page *p, const char *name, const char *value)
{
	struct fields one = { NULL, 0, 0 };

	fields_set(&one, name, value);
	form_page_load(p, &one);
	fields_free(&one);
}

/* ---- complaints ---- */

bool form_page_complain(struct form_page *p, const char *name,
    const struct err *err)
{
	struct form_field *ff = form_page_find(p, name);

	if (!ff || !form_field_can_focus(ff))
		return false;
	ff->err = *err;
	return true;
}

void form_page_forgive(struct form_page *p)
{
	size_t i;

	for (i = 0; i < p->nfields; i++)
		p->v[i].err.code = MQ_OK;
}

int form_page_complaints(const struct form_page *p)
{
	size_t i;
	int n = 0;

	for (i = 0; i < p->nfields; i++)
		n += p->v[i].shown && p->v[i].err.code != MQ_OK;
	return n;
}

bool form_page_go_complaint(struct form_page *p, bool next)
{
	size_t i, from = next ? p->here + 1 : 0;

	form_page_leave(p);
	for (i = 0; i < p->nfields; i++) {
		struct form_field *ff = &p->v[(from + i) % p->nfields];

		if (form_field_can_focus(ff) && ff->err.code) {
			p->here = (size_t)(ff - p->v);
			return true;
		}
	}
	return false;
}

/* ---- rows ---- */

bool form_page_may_drop_row(const struct form_page *p)
{
	return form_rows_may_drop(p);
}

void form_page_drop_row(struct form_page *p)
{
	form_rows_drop(p);
}

/* ---- corrections ---- */

void form_page_changes(struct form_page *p, struct fields *out)
{
	size_t i;

	assert(p->fix);
	for (i = 0; i < p->nfields; i++) {
		const struct form_field *ff = &p->v[i];
		const char *name = ff->def->name;
		const struct field_value *was = fields_get(&p->prior, name);
		const struct field_value *is = fields_get(&p->f, name);

		if (ff->look > FORM_LOOK_PICK || ff->secret)
			continue;
		if (is && is->kind != FV_GONE && ff->shown) {
			if (!was || (!fields_same(is, was) &&
			    (was->kind != FV_INT || !is->text ||
			    fields_int(&p->f, name, was->num - 1) !=
			    was->num)))
				copy_value(out, is);
		} else if (was) {
			fields_set_gone(out, name);
		}
	}
	/* Rows that are no more on the page. */
	for (i = 0; i < p->prior.n; i++) {
		const char *name = p->prior.v[i].name;
		const struct field *fd = kind_field(p->k, name);

		if (fd && fd->repeat && fd->level == 0 &&
		    !form_page_find(p, name))
			fields_set_gone(out, name);
	}
}

/* ---- painting ---- */

void form_page_progress(const struct form_page *p, int *at, int *all)
{
	size_t i;

	*at = *all = 0;
	for (i = 0; i < p->nfields; i++) {
		if (!form_field_can_focus(&p->v[i]))
			continue;
		++*all;
		if (i <= p->here)
			++*at;
	}
}

static int label_width(const struct form_page *p, int w)
{
	int max = w < NARROW ? LABEL_NARROW : LABEL_MAX, widest = 6;
	size_t i;

	for (i = 0; i < p->nfields; i++) {
		const struct form_field *ff = &p->v[i];
		int cells = text_cells(ff->label);

		if (ff->look <= FORM_LOOK_PICK && cells > widest)
			widest = cells;
	}
	return (widest > max ? max : widest) + 5;
}

static int lines_of(struct form_page *p, size_t i, int w, int label_w)
{
	return form_field_lines(&p->v[i], w, label_w, i == p->here);
}

/* The field we are on is whole on the screen, with what leads to it. */
static void scroll_to_here(struct form_page *p, int h, int w, int label_w)
{
	size_t i;
	int lines = 0;

	if (p->here < p->first)
		p->first = p->here;
	for (i = p->first; i <= p->here && i < p->nfields; i++)
		lines += lines_of(p, i, w, label_w);
	/* A line of the next one shows that there is more. */
	if (p->here + 1 < p->nfields)
		lines++;
	while (lines > h && p->first < p->here)
		lines -= lines_of(p, p->first++, w, label_w);
	/* Room left at the end: show more of the beginning. */
	for (i = p->here + 1; i < p->nfields; i++)
		lines += lines_of(p, i, w, label_w);
	while (p->first > 0 &&
	    lines + lines_of(p, p->first - 1, w, label_w) <= h)
		lines += lines_of(p, --p->first, w, label_w);
}

void form_page_paint(struct form_page *p, const struct draw *d)
{
	int label_w = label_width(p, d->w), y = 0;
	size_t i;

	scroll_to_here(p, d->h, d->w, label_w);
	for (i = p->first; i < p->nfields && y < d->h; i++) {
		int h = lines_of(p, i, d->w, label_w);
		struct draw part;

		if (h == 0)
			continue;
		part = draw_sub(d, y, 0, h, d->w);
		form_field_paint(&p->v[i], &p->f, &part, label_w,
		    i == p->here, p->now);
		y += h;
	}
}
