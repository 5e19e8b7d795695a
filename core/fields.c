/*
 * The sorted map of one record's words.  See fields.h.
 */
#include "fields.h"

#include <assert.h>
#include <inttypes.h>

#include "base/xmalloc.h"

#define WORD_MAX 32

/* Bytes of the word at s; 0: none, or too long. */
static size_t word_at(const char *s)
{
	size_t i;

	if (!(s[0] >= 'a' && s[0] <= 'z'))
		return 0;
	for (i = 1; (s[i] >= 'a' && s[i] <= 'z') ||
	    (s[i] >= '0' && s[i] <= '9') || s[i] == '_'; i++)
		continue;
	return i <= WORD_MAX ? i : 0;
}

static size_t number_at(const char *s, size_t max)
{
	size_t i = 0;

	if (s[0] >= '1' && s[0] <= '9')
		while (s[i] >= '0' && s[i] <= '9')
			i++;
	return i <= max ? i : 0;
}

/* "2" or "3n101". */
static size_t row_at(const char *s)
{
	size_t n = number_at(s, 4), node;

	if (n == 0 || s[n] != 'n')
		return n;
	node = number_at(s + n + 1, 5);
	return node ? n + 1 + node : 0;
}

bool fields_cell(const char *name, struct fields_cell *out)
{
	size_t group = word_at(name), row, field;

	if (group == 0 || name[group] != '.')
		return false;
	row = row_at(name + group + 1);
	if (row == 0 || name[group + 1 + row] != '.')
		return false;
	field = word_at(name + group + row + 2);
	if (field == 0 || name[group + row + 2 + field] != '\0' ||
	    group + row + field + 2 > FIELDS_NAME_MAX)
		return false;
	snprintf(out->group, sizeof(out->group), "%.*s", (int)group, name);
	snprintf(out->row, sizeof(out->row), "%.*s", (int)row,
	    name + group + 1);
	snprintf(out->field, sizeof(out->field), "%s",
	    name + group + row + 2);
	return true;
}

bool fields_name_ok(const char *name)
{
	struct fields_cell cell;
	size_t n = word_at(name);

	return (n > 0 && name[n] == '\0') || fields_cell(name, &cell);
}

bool fields_cell_name(const char *group, const char *row, const char *field,
    char out[FIELDS_NAME_MAX + 1])
{
	int n = snprintf(out, FIELDS_NAME_MAX + 1, "%s.%s.%s", group, row,
	    field);

	return n > 0 && n <= FIELDS_NAME_MAX;
}

int fields_row_order(const char *a, const char *b)
{
	long x = strtol(a, NULL, 10), y = strtol(b, NULL, 10);

	if (x != y)
		return x < y ? -1 : 1;
	if (strlen(a) != strlen(b))
		return strlen(a) < strlen(b) ? -1 : 1;
	return strcmp(a, b);
}

static int cmp_rows(const void *a, const void *b)
{
	return fields_row_order(a, b);
}

size_t fields_rows(const struct fields *f, const char *group, bool gone,
    char (*out)[12], size_t max)
{
	struct fields_cell cell;
	char last[12] = "";
	size_t i, n = 0;

	/* Cells of one row stand side by side in a sorted map. */
	for (i = 0; i < f->n; i++) {
		if ((f->v[i].kind == FV_GONE && !gone) ||
		    !fields_cell(f->v[i].name, &cell) ||
		    strcmp(cell.group, group) != 0 ||
		    strcmp(cell.row, last) == 0)
			continue;
		xcopy(last, sizeof(last), cell.row);
		if (n < max)
			xcopy(out[n], sizeof(out[n]), cell.row);
		n++;
	}
	qsort(out, n < max ? n : max, sizeof(out[0]), cmp_rows);
	return n;
}

/* Index of the name, or where it belongs. */
static size_t find(const struct fields *f, const char *name, bool *there)
{
	size_t lo = 0, hi = f->n;

	*there = false;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strcmp(f->v[mid].name, name);

		if (c == 0) {
			*there = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* NULL when it is full: what many hands wrote may be more than a map holds,
 * and reading must not end there. */
static struct field_value *slot(struct fields *f, const char *name)
{
	bool there;
	size_t i = find(f, name, &there);
	struct field_value *v;

	assert(fields_name_ok(name));
	if (!there) {
		if (f->n >= FIELDS_MAX)
			return NULL;
		f->v = xgrow(f->v, &f->cap, f->n + 1, sizeof(*f->v));
		memmove(&f->v[i + 1], &f->v[i], (f->n - i) * sizeof(*f->v));
		f->n++;
		memset(&f->v[i], 0, sizeof(f->v[i]));
		xcopy(f->v[i].name, sizeof(f->v[i].name), name);
	}
	v = &f->v[i];
	FREE(v->text);
	v->num = 0;
	return v;
}

void fields_free(struct fields *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->v[i].text);
	free(f->v);
	memset(f, 0, sizeof(*f));
}

void fields_copy(struct fields *dst, const struct fields *src)
{
	struct fields out = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < src->n; i++) {
		const struct field_value *s = &src->v[i];
		struct field_value *v = slot(&out, s->name);

		v->kind = s->kind;
		v->num = s->num;
		v->text = s->text ? xstrdup(s->text) : NULL;
	}
	fields_free(dst);
	*dst = out;
}

void fields_set(struct fields *f, const char *name, const char *text)
{
	char *copy = xstrdup(text);	/* text may live in the old value */
	struct field_value *v = slot(f, name);

	if (v == NULL) {
		free(copy);
		return;
	}
	v->kind = FV_TEXT;
	v->text = copy;
}

void fields_set_int(struct fields *f, const char *name, int64_t num)
{
	struct field_value *v = slot(f, name);

	if (v == NULL)
		return;
	v->kind = FV_INT;
	v->num = num;
}

void fields_set_list(struct fields *f, const char *name, const char *items)
{
	char *copy = xstrdup(items);
	struct field_value *v = slot(f, name);

	if (v == NULL) {
		free(copy);
		return;
	}
	v->kind = FV_LIST;
	v->text = copy;
}

void fields_set_gone(struct fields *f, const char *name)
{
	struct field_value *v = slot(f, name);

	if (v != NULL)
		v->kind = FV_GONE;
}

void fields_drop(struct fields *f, const char *name)
{
	bool there;
	size_t i = find(f, name, &there);

	if (!there)
		return;
	free(f->v[i].text);
	f->n--;
	memmove(&f->v[i], &f->v[i + 1], (f->n - i) * sizeof(*f->v));
}

void fields_put(struct fields *f, const char *name,
    const struct field_value *v)
{
	switch (v->kind) {
	case FV_GONE:
		fields_set_gone(f, name);
		break;
	case FV_INT:
		fields_set_int(f, name, v->num);
		break;
	case FV_LIST:
		fields_set_list(f, name, v->text);
		break;
	case FV_TEXT:
		fields_set(f, name, v->text);
		break;
	}
}

void fields_overlay(struct fields *dst, const struct fields *src)
{
	size_t i;

	for (i = 0; i < src->n; i++) {
		const struct field_value *v = &src->v[i];

		if (v->kind == FV_GONE)
			fields_drop(dst, v->name);
		else if (dst->n < FIELDS_MAX || fields_get(dst, v->name))
			fields_put(dst, v->name, v);
	}
}

void fields_difference(const struct fields *a, const struct fields *b,
    bool gone, struct fields *out)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct field_value *v = &b->v[i];
		const struct field_value *old = fields_get(a, v->name);

		if (v->kind != FV_GONE && !(old && fields_same(old, v)))
			fields_put(out, v->name, v);
	}
	for (i = 0; gone && i < a->n; i++)
		if (!fields_get(b, a->v[i].name))
			fields_set_gone(out, a->v[i].name);
}

const struct field_value *fields_get(const struct fields *f,
    const char *name)
{
	bool there;
	size_t i = find(f, name, &there);

	return there ? &f->v[i] : NULL;
}

const char *fields_text(const struct fields *f, const char *name)
{
	const struct field_value *v = fields_get(f, name);

	return v && v->text ? v->text : "";
}

int64_t fields_int(const struct fields *f, const char *name,
    int64_t otherwise)
{
	const struct field_value *v = fields_get(f, name);
	char *end;
	long long n;

	if (!v || v->kind == FV_GONE)
		return otherwise;
	if (v->kind == FV_INT)
		return v->num;
	if (!v->text[0])
		return otherwise;
	n = strtoll(v->text, &end, 10);
	return *end ? otherwise : (int64_t)n;
}

bool fields_has(const struct fields *f, const char *name)
{
	const struct field_value *v = fields_get(f, name);

	if (!v || v->kind == FV_GONE)
		return false;
	return v->kind == FV_INT || v->text[0];
}

bool fields_same(const struct field_value *a, const struct field_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == FV_GONE)
		return true;
	if (a->kind == FV_INT)
		return a->num == b->num;
	return strcmp(a->text, b->text) == 0;
}

static void write_list(const char *items, struct jout *out)
{
	const char *p = items;

	jout_list(out);
	while (*p) {
		size_t n = strcspn(p, "\n");

		jout_strn(out, p, n);
		p += n + (p[n] == '\n');
	}
	jout_list_end(out);
}

void fields_write(const struct fields *f, struct jout *out)
{
	size_t i;

	jout_obj(out);
	for (i = 0; i < f->n; i++) {
		const struct field_value *v = &f->v[i];

		jout_key(out, v->name);
		switch (v->kind) {
		case FV_GONE:
			jout_null(out);
			break;
		case FV_INT:
			jout_int(out, v->num);
			break;
		case FV_TEXT:
			jout_str(out, v->text);
			break;
		case FV_LIST:
			write_list(v->text, out);
			break;
		}
	}
	jout_obj_end(out);
}

/* Items are held one a line: one that is empty says nothing, a line end in
 * one is a blank. */
static enum mq_status read_list(const struct jnode *node, struct buf *items,
    struct err *err)
{
	size_t i, n = jnode_count(node);

	for (i = 0; i < n; i++) {
		const char *s = jnode_str(jnode_at(node, i), NULL);

		if (!s)
			return err_set(err, MQ_E_ENTRY_BAD, "list item");
		if (items->len && *s)
			buf_addc(items, '\n');
		for (; *s; s++)
			buf_addc(items, *s == '\n' ? ' ' : *s);
	}
	return MQ_OK;
}

static enum mq_status read_value(struct fields *f, const char *name,
    const struct jnode *v, struct err *err)
{
	struct buf items = BUF_INIT(FIELDS_TEXT_MAX);
	enum mq_status st = MQ_OK;

	switch (jnode_kind(v)) {
	case J_NULL:
		fields_set_gone(f, name);
		break;
	case J_INT:
		fields_set_int(f, name, jnode_int(v, 0));
		break;
	case J_BOOL:
		fields_set_int(f, name, jnode_bool(v, false));
		break;
	case J_STR:
		fields_set(f, name, jnode_str(v, ""));
		break;
	case J_LIST:
		st = read_list(v, &items, err);
		if (!st)
			fields_set_list(f, name, buf_str(&items));
		break;
	default:
		st = err_set(err, MQ_E_ENTRY_BAD, "field %s", name);
	}
	buf_free(&items);
	return st;
}

enum mq_status fields_read(const struct jnode *obj, struct fields *out,
    struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	size_t i, n = jnode_count(obj);
	enum mq_status st = MQ_OK;

	if (jnode_kind(obj) != J_OBJ || n > FIELDS_MAX)
		return err_set(err, MQ_E_ENTRY_BAD, "fields");
	for (i = 0; i < n && !st; i++) {
		const char *name;
		const struct jnode *v = jnode_member(obj, i, &name);

		if (!fields_name_ok(name))
			st = err_set(err, MQ_E_ENTRY_BAD, "field name");
		else
			st = read_value(&f, name, v, err);
	}
	if (st) {
		fields_free(&f);
		return st;
	}
	fields_free(out);
	*out = f;
	return MQ_OK;
}
