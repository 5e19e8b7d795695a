/*
 * Lists to choose from: choices.csv, the choices of an XLSForm of its own,
 * CSV files of choices, the units of one level, and the two lists XLSForm
 * makes by itself.  Called by pack.c and pack_form.c.
 */
#include "pack_data.h"

#include "base/xmalloc.h"
#include "form.h"

#define CHOICES_MAX 10000	/* rows of one list (design, packs) */
#define FILTER_MAX 1000

/* Rows read so far, in the order of the file. */
struct rows {
	struct choice *v;
	int *digits;		/* digits of their own */
	size_t n, cap, digits_cap;
};

static int cmp_list(const void *a, const void *b)
{
	const struct pack_list *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The first word of the filter column is what lists are filtered by; what
 * follows are marks of the one choice. */
static int cmp_together(const struct choice *a, const struct choice *b)
{
	size_t n = strcspn(a->filter, " "), m = strcspn(b->filter, " ");
	int c = memcmp(a->filter, b->filter, n < m ? n : m);

	return c != 0 ? c : (n > m) - (n < m);
}

/* In the order of the file among those that show together. */
static int cmp_place(const void *a, const void *b)
{
	const struct choice *x = *(const struct choice *const *)a;
	const struct choice *y = *(const struct choice *const *)b;
	int c = cmp_together(x, y);

	return c != 0 ? c : (x > y) - (x < y);
}

static int cmp_name(const void *a, const void *b)
{
	const struct choice *x = *(const struct choice *const *)a;
	const struct choice *y = *(const struct choice *const *)b;

	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x > y) - (x < y);
}

/* Without a digit of its own a choice gets its place among those that show
 * together, as far as nine. */
static void give_digits(struct choice *v, size_t n, const int *own,
    const struct choice **at)
{
	size_t i;
	int place = 0;

	for (i = 0; i < n; i++)
		at[i] = &v[i];
	qsort(at, n, sizeof(*at), cmp_place);
	for (i = 0; i < n; i++) {
		size_t k = (size_t)(at[i] - v);

		place = i > 0 && cmp_together(at[i - 1], at[i]) == 0 ?
		    place + 1 : 1;
		v[k].digit = own[k] > 0 ? own[k] : place <= 9 ? place : 0;
	}
}

/* ---- putting lists into the pack ---- */

static enum mq_status put_list(struct pack_file *f, const char *name,
    const struct choice *v, const int *digits, size_t n)
{
	struct pack *p = f->p;
	const struct choice **at = xcalloc(n + 1, sizeof(*at));
	size_t first = p->nchoices, i;
	enum mq_status rc = MQ_OK;

	for (i = 0; i < n; i++)
		at[i] = &v[i];
	qsort(at, n, sizeof(*at), cmp_name);
	for (i = 1; i < n && pack_data_go(f->p, &rc); i++)
		if (strcmp(at[i - 1]->name, at[i]->name) == 0)
			rc = pack_data_bad(f, at[i]->line, "name",
			    SAY_PACK_TWICE, at[i]->name);
	if (pack_data_go(f->p, &rc) && n > CHOICES_MAX)
		rc = pack_data_bad(f, 0, name, SAY_PACK_MANY, "10000");
	if (!pack_data_go(f->p, &rc))
		goto out;
	p->choices = xgrow(p->choices, &p->choices_cap, first + n + 1,
	    sizeof(p->choices[0]));
	for (i = 0; i < n; i++) {
		p->choices[first + i] = v[i];
		p->choices[first + i].list = name;
	}
	p->nchoices += n;
	give_digits(p->choices + first, n, digits, at);
	p->lists = xgrow(p->lists, &p->lists_cap, p->nlists + 1,
	    sizeof(p->lists[0]));
	p->lists[p->nlists++] = (struct pack_list){ name, first, n };
	qsort(p->lists, p->nlists, sizeof(p->lists[0]), cmp_list);
out:
	free(at);
	return rc;
}

static void add_row(struct rows *r, const struct choice *c, int digit)
{
	r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof(r->v[0]));
	r->digits = xgrow(r->digits, &r->digits_cap, r->n + 1,
	    sizeof(r->digits[0]));
	r->digits[r->n] = digit;
	r->v[r->n++] = *c;
}

static void free_rows(struct rows *r)
{
	free(r->v);
	free(r->digits);
}

static int cmp_row(const void *a, const void *b)
{
	const struct choice *x = *(const struct choice *const *)a;
	const struct choice *y = *(const struct choice *const *)b;
	int c = strcmp(x->list, y->list);

	/* Equal lists keep the order of the file. */
	return c != 0 ? c : (x > y) - (x < y);
}

/* Rows of many lists, list by list. */
static enum mq_status put_rows(struct pack_file *f, const struct rows *r)
{
	const struct choice **at = xcalloc(r->n + 1, sizeof(*at));
	struct choice *one = xcalloc(r->n + 1, sizeof(*one));
	int *digits = xcalloc(r->n + 1, sizeof(*digits));
	enum mq_status rc = MQ_OK;
	size_t i, k;

	for (i = 0; i < r->n; i++)
		at[i] = &r->v[i];
	qsort(at, r->n, sizeof(*at), cmp_row);
	for (i = 0; i < r->n && pack_data_go(f->p, &rc); i = k) {
		for (k = i; k < r->n && strcmp(at[k]->list, at[i]->list) == 0;
		    k++) {
			one[k - i] = *at[k];
			digits[k - i] = r->digits[at[k] - r->v];
		}
		rc = put_list(f, at[i]->list, one, digits, k - i);
	}
	free(at);
	free(one);
	free(digits);
	return rc;
}

/* ---- rows of a file ---- */

/* Columns with a meaning of their own; others are there to be filtered by. */
static bool is_mark(const char *column)
{
	static const char *const own[] = { "list", "list_name", "list name",
		"name", "digit", "filter", "remark", "image", "audio",
		"video", "big-image" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(column, own[i]) == 0)
			return false;
	return column[0] != '\0' && strncmp(column, "label", 5) != 0 &&
	    strncmp(column, "media", 5) != 0 && strchr(column, ':') == NULL;
}

/* The filter column and every column that is a mark, as "key=value …"; a
 * blank inside a value is kept as a tab. */
static const char *read_filter(struct pack_file *f)
{
	struct buf b = BUF_INIT(FILTER_MAX);
	const char *out, *s;
	size_t i;

	buf_adds(&b, csv_get(f->csv, "filter"));
	for (i = 0; i < csv_columns(f->csv); i++) {
		const char *column = csv_column(f->csv, i);

		s = csv_get(f->csv, column);
		if (!is_mark(column) || s[0] == '\0')
			continue;
		if (b.len > 0)
			buf_addc(&b, ' ');
		buf_addf(&b, "%s=", column);
		for (; *s != '\0'; s++)
			buf_addc(&b, *s == ' ' || *s == '\n' ? '\t' : *s);
	}
	out = pack_data_text(f->p, buf_str(&b));
	buf_free(&b);
	return out;
}

static enum mq_status read_choice(struct pack_file *f, const char *name,
    struct choice *c, int *digit)
{
	enum mq_status rc;
	int64_t own;

	c->line = csv_line(f->csv);
	c->name = pack_data_get(f, name);
	c->filter = read_filter(f);
	if (c->name[0] == '\0')
		return pack_data_bad(f, 0, name, SAY_PACK_EMPTY, "");
	if (strpbrk(c->name, " ,\t\r\n") != NULL)
		return pack_data_bad(f, 0, name, SAY_PACK_NAME, c->name);
	if (c->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	rc = pack_data_int(f, "digit", 0, 0, 9, &own);
	*digit = (int)own;
	return rc;
}

static const char *list_column(const struct pack_file *f)
{
	static const char *const names[] = { "list", "list_name",
		"list name" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (csv_has(f->csv, names[i]))
			return names[i];
	return NULL;
}

static enum mq_status load(struct pack *p, const char *file,
    const char *kind, struct err *err)
{
	struct rows rows = { 0 };
	struct pack_file f;
	enum mq_status rc = pack_data_open(p, file, "name label", &f, err);
	const char *column = rc == MQ_OK ? list_column(&f) : NULL;
	char name[100];

	if (rc == MQ_OK && column == NULL)
		rc = pack_data_bad(&f, 1, "list_name", SAY_PACK_NO_COLUMN,
		    NULL);
	while (pack_data_next(&f, &rc)) {
		struct choice c = { 0 };
		int digit = 0;

		snprintf(name, sizeof(name), "%s%s%s", kind, kind[0] != '\0' ?
		    "/" : "", csv_get(f.csv, column));
		c.list = pack_data_text(p, name);
		pack_data_both(&f, "label", c.label);
		if (csv_get(f.csv, column)[0] == '\0')
			rc = pack_data_bad(&f, 0, column, SAY_PACK_EMPTY, "");
		else
			rc = read_choice(&f, "name", &c, &digit);
		if (rc == MQ_OK)
			add_row(&rows, &c, digit);
	}
	if (f.csv != NULL && pack_data_go(p, &rc))
		rc = put_rows(&f, &rows);
	free_rows(&rows);
	pack_data_close(&f);
	return rc;
}

enum mq_status pack_lists_load(struct pack *p, struct err *err)
{
	return load(p, "choices.csv", "", err);
}

enum mq_status pack_lists_own(struct pack *p, const char *kind,
    struct err *err)
{
	char file[80];

	snprintf(file, sizeof(file), "forms/%s/choices.csv", kind);
	return pack_data_there(p, file) ? load(p, file, kind, err) : MQ_OK;
}

/* ---- lists made on demand ---- */

static bool have(const struct pack *p, const char *name)
{
	size_t n;

	return pack_choices(p, name, &n) != NULL;
}

/* "value=code label=name" names the columns of a file. */
static void parameter(const char *all, const char *key, char *out, size_t size)
{
	const char *w;
	size_t len, klen = strlen(key);

	xcopy(out, size, key[0] == 'v' ? "name" : "label");
	while (pack_data_word(&all, &w, &len))
		if (len > klen + 1 && strncmp(w, key, klen) == 0 &&
		    w[klen] == '=')
			snprintf(out, size, "%.*s", (int)(len - klen - 1),
			    w + klen + 1);
}

enum mq_status pack_lists_file(struct pack_file *of, const char *name,
    const char *parameters, const char **list)
{
	char file[100], value[40], label[40], key[200];
	struct rows rows = { 0 };
	struct pack_file f;
	enum mq_status rc;

	snprintf(file, sizeof(file), "lists/%s", name);
	parameter(parameters, "value", value, sizeof(value));
	parameter(parameters, "label", label, sizeof(label));
	snprintf(key, sizeof(key), "%s:%s:%s", name, value, label);
	*list = pack_data_text(of->p, key);
	if (have(of->p, *list))
		return MQ_OK;
	if (strchr(name, '/') != NULL || strstr(name, ".csv") == NULL ||
	    !pack_data_there(of->p, file))
		return pack_data_bad(of, 0, "type", SAY_PACK_NO_LIST, name);
	snprintf(key, sizeof(key), "%s %s", value, label);
	rc = pack_data_open(of->p, pack_data_text(of->p, file), key, &f,
	    of->err);
	while (pack_data_next(&f, &rc)) {
		struct choice c = { 0 };
		int digit = 0;

		pack_data_both(&f, label, c.label);
		rc = read_choice(&f, value, &c, &digit);
		if (rc == MQ_OK)
			add_row(&rows, &c, digit);
	}
	if (f.csv != NULL && pack_data_go(of->p, &rc))
		rc = put_list(&f, *list, rows.v, rows.digits, rows.n);
	free_rows(&rows);
	pack_data_close(&f);
	return rc;
}

/* Marks of a unit: the code of every unit above it under its level, so that
 * street=${street} picks the communities of a street. */
static const char *org_filter(struct pack *p, const struct org *o)
{
	struct buf b = BUF_INIT(FILTER_MAX);
	const struct org *up;
	const char *out;
	int depth = 0;

	buf_addf(&b, "parent=%s", o->parent[0] != '\0' ? o->parent : "-");
	for (up = org_find(&p->orgs, o->parent); up != NULL && depth < 20;
	    up = org_find(&p->orgs, up->parent), depth++)
		buf_addf(&b, " %s=%s", up->level, up->code);
	out = pack_data_text(p, buf_str(&b));
	buf_free(&b);
	return out;
}

enum mq_status pack_lists_orgs(struct pack_file *f, const char *level,
    const char **list)
{
	struct rows rows = { 0 };
	struct pack *p = f->p;
	enum mq_status rc;
	char key[60];
	size_t i;

	snprintf(key, sizeof(key), "@%s", level);
	*list = pack_data_text(p, key);
	if (have(p, *list))
		return MQ_OK;
	for (i = 0; i < p->orgs.n; i++) {
		const struct org *o = &p->orgs.v[i];
		struct choice c = { .name = o->code };

		if (strcmp(o->level, level) != 0)
			continue;
		c.label[0] = o->name[0];
		c.label[1] = o->name[1];
		c.filter = org_filter(p, o);
		add_row(&rows, &c, 0);
	}
	rc = rows.n == 0 ? pack_data_bad(f, 0, "type", SAY_PACK_LEVEL, level) :
	    put_list(f, *list, rows.v, rows.digits, rows.n);
	free_rows(&rows);
	return rc;
}

enum mq_status pack_lists_other(struct pack_file *f, const char **list)
{
	struct rows rows = { 0 };
	struct choice other = { .name = "other", .filter = "" };
	enum mq_status rc = MQ_OK;
	const struct choice *v;
	char key[120];
	size_t n, i;

	v = pack_choices(f->p, *list, &n);
	for (i = 0; i < n; i++) {
		if (strcmp(v[i].name, "other") == 0)
			return MQ_OK;	/* the list has it itself */
		add_row(&rows, &v[i], v[i].digit);
	}
	snprintf(key, sizeof(key), "%s+other", *list);
	*list = pack_data_text(f->p, key);
	other.label[0] = say_word(SAY_FORM_OTHER, LANG_ZH);
	other.label[1] = say_word(SAY_FORM_OTHER, LANG_EN);
	add_row(&rows, &other, 0);
	if (!have(f->p, *list))
		rc = put_list(f, *list, rows.v, rows.digits, rows.n);
	free_rows(&rows);
	return rc;
}

enum mq_status pack_lists_acknowledge(struct pack_file *f, const char **list)
{
	struct choice ok = { .name = "OK", .filter = "" };
	const int digit = 1;

	*list = "@acknowledge";
	ok.label[0] = say_word(SAY_FORM_ACKNOWLEDGED, LANG_ZH);
	ok.label[1] = say_word(SAY_FORM_ACKNOWLEDGED, LANG_EN);
	return have(f->p, *list) ? MQ_OK : put_list(f, *list, &ok, &digit, 1);
}

bool pack_lists_column(const struct pack *p, const char *list,
    const char *column)
{
	const struct choice *v;
	char value[FILTER_MAX];
	size_t n, i;

	if (strcmp(column, "name") == 0 || strcmp(column, "label") == 0)
		return true;
	v = pack_choices(p, list, &n);
	for (i = 0; i < n; i++)
		if (form_choice_value(&v[i], column, value, sizeof(value)))
			return true;
	return false;
}
