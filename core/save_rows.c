/*
 * Rows of repeats in a correction: new ones get a name nobody else gives, and
 * one that goes takes all its cells along, so that whoever changed one of
 * them meanwhile meets it in the conflict lane.
 */
#include "form.h"
#include "save_parts.h"

static bool has_row(const struct fields *f, const char *group, const char *row)
{
	struct fields_cell c;
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].kind != FV_GONE &&
		    fields_cell(f->v[i].name, &c) &&
		    strcmp(c.group, group) == 0 && strcmp(c.row, row) == 0)
			return true;
	return false;
}

/* Rows that the form counts are the same rows for everybody. */
static bool counted(const struct kind *k, const char *group)
{
	const struct field *fd = kind_field(k, group);

	return fd == NULL || form_rows_fixed(fd);
}

void save_rows_name(struct node *n, const struct kind *k,
    const struct fields *prior, const struct fields *f,
    struct fields *out)
{
	char name[FIELDS_NAME_MAX + 1], row[24];
	struct fields_cell c;
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct field_value *v = &f->v[i];

		if (fields_cell(v->name, &c) && strchr(c.row, 'n') == NULL &&
		    !counted(k, c.group) &&
		    !has_row(prior, c.group, c.row)) {
			snprintf(row, sizeof(row), "%sn%d", c.row,
			    n->set.number);
			if (fields_cell_name(c.group, row, c.field, name)) {
				fields_put(out, name, v);
				continue;
			}
		}
		fields_put(out, v->name, v);
	}
}

void save_rows_gone(const struct kind *k, const struct fields *prior,
    const struct fields *merged, struct fields *out)
{
	char name[FIELDS_NAME_MAX + 1];
	struct fields_cell c;
	size_t i, j;

	for (i = 0; i < prior->n; i++) {
		if (!fields_cell(prior->v[i].name, &c) ||
		    has_row(merged, c.group, c.row))
			continue;
		for (j = 0; j < k->nfields && out->n < FIELDS_MAX; j++)
			if (k->fields[j].repeat != NULL &&
			    strcmp(k->fields[j].repeat->name, c.group) == 0 &&
			    form_takes_value(&k->fields[j]) &&
			    fields_cell_name(c.group, c.row,
			    k->fields[j].name, name))
				fields_set_gone(out, name);
	}
}
