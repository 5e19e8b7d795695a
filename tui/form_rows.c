/*
 * Rows of repeats on a page.  Used by form_page.
 */
#include "form_rows.h"

#include <assert.h>

#include "../core/base/xmalloc.h"
#include "words.h"

/* Opens a gap of n fields at index `at`. */
static struct form_field *open_gap(struct form_page *p, size_t at, size_t n)
{
	p->v = xgrow(p->v, &p->cap, p->nfields + n, sizeof(*p->v));
	memmove(&p->v[at + n], &p->v[at], (p->nfields - at) * sizeof(*p->v));
	memset(&p->v[at], 0, n * sizeof(*p->v));
	p->nfields += n;
	if (p->here >= at)
		p->here += n;
	return &p->v[at];
}

void form_rows_init(struct form_page *p)
{
	const struct kind *k = p->k;
	size_t i;

	for (i = 0; i < k->nfields; i++) {
		const struct field *fd = &k->fields[i];
		struct form_field *ff;

		if (fd->repeat && fd->type != FT_BEGIN_REPEAT)
			continue;	/* stands in rows only */
		ff = open_gap(p, p->nfields, 1);
		form_field_init(ff, p->n, k, fd, fd->required);
		if (fd->type != FT_BEGIN_REPEAT || form_rows_fixed(fd))
			continue;
		ff = open_gap(p, p->nfields, 1);
		form_field_init(ff, p->n, k, fd, false);
		ff->look = FORM_LOOK_ADD;
	}
	p->here = 0;
}

/* The first field behind the rows of a repeat: its own line that adds, or
 * what follows. */
static size_t behind(const struct form_page *p, const struct field *repeat)
{
	size_t i;

	for (i = 0; i < p->nfields && p->v[i].def != repeat; i++)
		continue;
	for (i++; i < p->nfields && p->v[i].row[0]; i++)
		continue;
	return i;
}

static bool has_row(const struct form_page *p, const struct field *repeat,
    const char *row)
{
	size_t i;

	for (i = 0; i < p->nfields; i++)
		if (p->v[i].def == repeat && strcmp(p->v[i].row, row) == 0)
			return true;
	return false;
}

static void put_row(struct form_page *p, const struct field *repeat,
    const char *row)
{
	const struct kind *k = p->k;
	size_t n = 1, i, at = behind(p, repeat);
	struct form_field *ff;

	for (i = 0; i < k->nfields; i++)
		n += k->fields[i].repeat == repeat &&
		    k->fields[i].type != FT_BEGIN_REPEAT;
	ff = open_gap(p, at, n);
	form_field_init_row(ff++, p->n, k, repeat, row);
	for (i = 0; i < k->nfields; i++)
		if (k->fields[i].repeat == repeat &&
		    k->fields[i].type != FT_BEGIN_REPEAT) {
			form_field_init_row(ff, p->n, k, &k->fields[i], row);
			form_field_load(ff, &p->f);
			ff++;
		}
}

/* Takes the fields of one row off the page. */
static void cut_row(struct form_page *p, const struct field *repeat,
    const char *row)
{
	size_t from, to;

	for (from = 0; from < p->nfields; from++)
		if (p->v[from].def == repeat &&
		    strcmp(p->v[from].row, row) == 0)
			break;
	for (to = from; to < p->nfields && strcmp(p->v[to].row, row) == 0;
	    to++)
		form_field_free(&p->v[to]);
	memmove(&p->v[from], &p->v[to], (p->nfields - to) * sizeof(*p->v));
	p->nfields -= to - from;
	if (p->here >= to)
		p->here -= to - from;
	else if (p->here > from)
		p->here = from;
	if (p->first > p->here)
		p->first = p->here;
}

/* What the form counts is there, and no more. */
static void sync_repeat(struct form_page *p, const struct field *repeat)
{
	char rows[FORM_ROWS_MAX][12], gone[12];
	size_t n = form_rows(p->n, p->k, repeat, &p->f, rows, FORM_ROWS_MAX);
	size_t i, r;

	for (i = 0; i < n; i++)
		if (!has_row(p, repeat, rows[i]))
			put_row(p, repeat, rows[i]);
	for (i = 0; form_rows_fixed(repeat) && i < p->nfields; i++) {
		if (p->v[i].def != repeat || !p->v[i].row[0])
			continue;
		for (r = 0; r < n; r++)
			if (strcmp(p->v[i].row, rows[r]) == 0)
				break;
		if (r == n) {
			xcopy(gone, sizeof(gone), p->v[i].row);
			cut_row(p, repeat, gone);
			i = 0;
		}
	}
}

static void head_words(struct form_page *p)
{
	const struct field *repeat = NULL;
	char n[16];
	size_t i;
	int count = 0;

	for (i = 0; i < p->nfields; i++) {
		struct form_field *ff = &p->v[i];

		if (ff->def->type != FT_BEGIN_REPEAT)
			continue;
		if (ff->def != repeat)
			count = 0;
		repeat = ff->def;
		snprintf(n, sizeof(n), "%d", count + (ff->row[0] != '\0'));
		if (ff->row[0])
			words_fill(ff->label, sizeof(ff->label), W_FORM_ROW,
			    repeat->label[p->n->env->lang], n, NULL);
		else if (ff->look == FORM_LOOK_ADD)
			words_fill(ff->label, sizeof(ff->label),
			    W_FORM_ROW_ADD, repeat->label[p->n->env->lang],
			    n, NULL);
		count += ff->row[0] != '\0';
	}
}

void form_rows_sync(struct form_page *p)
{
	size_t i;

	for (i = 0; !p->step && i < p->k->nfields; i++)
		if (p->k->fields[i].type == FT_BEGIN_REPEAT)
			sync_repeat(p, &p->k->fields[i]);
	head_words(p);
}

/* ---- by hand ---- */

/* Rows on the page count too: an empty one has no value yet. */
static bool new_name(struct form_page *p, const struct field *repeat,
    char row[12])
{
	struct fields all = { NULL, 0, 0 };
	char name[FIELDS_NAME_MAX + 1];
	size_t i;
	bool ok;

	fields_copy(&all, &p->prior);
	fields_overlay(&all, &p->f);
	for (i = 0; i < p->nfields && all.n < FIELDS_MAX; i++)
		if (p->v[i].def == repeat && p->v[i].row[0] &&
		    fields_cell_name(repeat->name, p->v[i].row, "x", name))
			fields_set(&all, name, "");
	ok = form_row_new(p->n, p->k, repeat, &all, p->fix, row);
	fields_free(&all);
	return ok;
}

bool form_rows_add(struct form_page *p)
{
	const struct field *repeat = p->v[p->here].def;
	size_t at = p->here, i;
	char row[12];

	assert(p->v[p->here].look == FORM_LOOK_ADD);
	p->v[p->here].wants_row = false;
	if (!new_name(p, repeat, row))
		return false;
	put_row(p, repeat, row);
	form_page_refresh(p);
	for (i = at; i < p->nfields; i++)
		if (form_field_can_focus(&p->v[i])) {
			p->here = i;
			break;
		}
	p->touched = true;
	return true;
}

bool form_rows_may_drop(const struct form_page *p)
{
	const struct form_field *ff = p->here < p->nfields ?
	    &p->v[p->here] : NULL;

	return ff && ff->row[0] && ff->cell &&
	    !form_rows_fixed(ff->cell->fd.repeat);
}

void form_rows_drop(struct form_page *p)
{
	const struct field *repeat = p->v[p->here].cell->fd.repeat;
	struct fields_cell c;
	char row[12], name[FIELDS_NAME_MAX + 1];
	size_t i = 0;

	xcopy(row, sizeof(row), p->v[p->here].row);
	while (i < p->f.n) {
		if (fields_cell(p->f.v[i].name, &c) &&
		    strcmp(c.group, repeat->name) == 0 &&
		    strcmp(c.row, row) == 0) {
			xcopy(name, sizeof(name), p->f.v[i].name);
			fields_drop(&p->f, name);
		} else {
			i++;
		}
	}
	cut_row(p, repeat, row);
	p->touched = true;
	form_page_refresh(p);
}
