/*
 * survey/<kind>.csv and choices.csv: reading, and everything about a form
 * that can be checked before anybody fills it.  Called by pack.c.
 */
#include "pack_data.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "fields.h"

#define CHOICES_MAX 10000	/* rows of one list (design, packs) */
#define INDEX_MAX 4

static const struct { const char *word; enum field_type type; } types[] = {
	{ "text", FT_TEXT }, { "integer", FT_INTEGER }, { "date", FT_DATE },
	{ "time", FT_TIME }, { "select_one", FT_SELECT_ONE },
	{ "select_multiple", FT_SELECT_MULTI }, { "note", FT_NOTE },
	{ "calculate", FT_CALCULATE }, { "barcode", FT_BARCODE },
	{ "begin_group", FT_BEGIN_GROUP }, { "end_group", FT_END_GROUP },
	{ "person", FT_PERSON }, { "org", FT_ORG }, { "place", FT_PLACE },
	{ "staff", FT_STAFF }, { "phone", FT_PHONE },
	{ "idnumber", FT_IDNUMBER }, { "money", FT_MONEY },
	{ "minutes", FT_MINUTES }, { "when", FT_WHEN },
	{ "record", FT_RECORD },
};

/* ---- choices.csv ---- */

static int cmp_list(const void *a, const void *b)
{
	const struct pack_list *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int cmp_choice(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	int c = strcmp(x->list, y->list);

	/* Equal lists keep the order of the file; digit holds the row here. */
	return c != 0 ? c : (x->digit > y->digit) - (x->digit < y->digit);
}

/* The first word of the filter column is what lists are filtered by; what
 * follows are marks of the one choice. */
static bool show_together(const struct choice *a, const struct choice *b)
{
	size_t n = strcspn(a->filter, " ");

	return n == strcspn(b->filter, " ") &&
	    memcmp(a->filter, b->filter, n) == 0;
}

/* Without a digit of its own a choice gets its place among those that show
 * together, as far as nine. */
static void give_digits(struct choice *v, size_t n, const int *own)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		int place = 1;

		for (k = 0; k < i; k++)
			place += show_together(&v[k], &v[i]);
		v[i].digit = own[i] > 0 ? own[i] : place <= 9 ? place : 0;
	}
}

static enum mq_status group_lists(struct pack *p, const int *digits,
    struct pack_file *f)
{
	size_t i = 0, k, m;
	int *own = xcalloc(p->nchoices + 1, sizeof(*own));
	enum mq_status rc = MQ_OK;

	qsort(p->choices, p->nchoices, sizeof(p->choices[0]), cmp_choice);
	while (i < p->nchoices && rc == MQ_OK) {
		struct pack_list *l;

		for (k = i; k < p->nchoices && strcmp(p->choices[k].list,
		    p->choices[i].list) == 0; k++) {
			own[k - i] = digits[p->choices[k].digit];
			for (m = i; m < k && k - i < 300; m++)
				if (strcmp(p->choices[m].name,
				    p->choices[k].name) == 0)
					rc = pack_data_bad(f, 0, "name",
					    SAY_PACK_TWICE,
					    p->choices[k].name);
		}
		if (k - i > CHOICES_MAX)
			rc = pack_data_bad(f, 0, p->choices[i].list,
			    SAY_PACK_MANY, "10000");
		give_digits(p->choices + i, k - i, own);
		p->lists = xgrow(p->lists, &p->lists_cap, p->nlists + 1,
		    sizeof(p->lists[0]));
		l = &p->lists[p->nlists++];
		*l = (struct pack_list){ p->choices[i].list, i, k - i };
		i = k;
	}
	qsort(p->lists, p->nlists, sizeof(p->lists[0]), cmp_list);
	free(own);
	return rc;
}

enum mq_status pack_form_choices(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;
	int *digits = NULL;
	size_t cap = 0;

	rc = pack_data_open(p, "choices.csv", "list name label", &f, err);
	while (rc == MQ_OK && csv_next(f.csv)) {
		struct choice c = { 0 };
		int64_t digit;

		c.list = pack_data_get(&f, "list");
		c.name = pack_data_get(&f, "name");
		pack_data_both(&f, "label", c.label);
		c.filter = pack_data_get(&f, "filter");
		if (c.list[0] == '\0' || c.name[0] == '\0')
			rc = pack_data_bad(&f, 0, "name", SAY_PACK_EMPTY, "");
		else if (strpbrk(c.name, " ,\t\r\n") != NULL)
			rc = pack_data_bad(&f, 0, "name", SAY_PACK_NAME,
			    c.name);
		else if (c.label[0][0] == '\0')
			rc = pack_data_bad(&f, 0, "label", SAY_PACK_EMPTY, "");
		else
			rc = pack_data_int(&f, "digit", 0, 0, 9, &digit);
		if (rc != MQ_OK)
			break;
		digits = xgrow(digits, &cap, p->nchoices + 1,
		    sizeof(digits[0]));
		digits[p->nchoices] = (int)digit;
		c.digit = (int)p->nchoices;
		p->choices = xgrow(p->choices, &p->choices_cap,
		    p->nchoices + 1, sizeof(p->choices[0]));
		p->choices[p->nchoices++] = c;
	}
	if (rc == MQ_OK)
		rc = group_lists(p, digits, &f);
	free(digits);
	pack_data_close(&f);
	return rc;
}

/* ---- one form ---- */

static enum mq_status read_type(struct pack_file *f, struct field *fd)
{
	const char *cell = csv_get(f->csv, "type"), *w, *rest = cell;
	size_t len, i, n;
	char word[32];

	if (!pack_data_word(&rest, &w, &len) || len >= sizeof(word))
		return pack_data_bad(f, 0, "type", SAY_PACK_UNKNOWN, cell);
	memcpy(word, w, len);
	word[len] = '\0';
	/* XLSForm also writes these two as two words. */
	if (strcmp(word, "begin") == 0 || strcmp(word, "end") == 0)
		snprintf(word, sizeof(word), "%s_group", len == 5 ?
		    "begin" : "end");
	for (i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].word, word) == 0)
			break;
	if (i == ARRAY_LEN(types))
		return pack_data_bad(f, 0, "type", SAY_PACK_UNKNOWN, cell);
	fd->type = types[i].type;
	fd->list = fd->kinds = "";
	if (fd->type == FT_RECORD) {
		rest += strspn(rest, " ");
		fd->kinds = pack_data_text(f->p, rest);
		return MQ_OK;
	}
	if (fd->type != FT_SELECT_ONE && fd->type != FT_SELECT_MULTI)
		return MQ_OK;
	if (!pack_data_word(&rest, &w, &len))
		return pack_data_bad(f, 0, "type", SAY_PACK_NO_LIST, "");
	fd->list = pack_data_textn(f->p, w, len);
	if (pack_choices(f->p, fd->list, &n) == NULL)
		return pack_data_bad(f, 0, "type", SAY_PACK_NO_LIST,
		    fd->list);
	return MQ_OK;
}

static enum mq_status read_class(struct pack_file *f, struct field *fd)
{
	const char *s = csv_get(f->csv, "class");

	if (s[0] == '\0' || strcmp(s, "open") == 0)
		fd->class = FC_OPEN;
	else if (strcmp(s, "working") == 0)
		fd->class = FC_WORKING;
	else if (strcmp(s, "sealed") == 0)
		fd->class = FC_SEALED;
	else
		return pack_data_bad(f, 0, "class", SAY_PACK_UNKNOWN, s);
	return MQ_OK;
}

/* required: yes, no or an expression. */
static void read_required(struct pack_file *f, struct field *fd)
{
	static const char *const yes[] = { "yes", "true", "true()", "TRUE",
		"1", "是" };
	static const char *const no[] = { "", "no", "false", "false()",
		"FALSE", "0", "否" };
	const char *s = csv_get(f->csv, "required");
	size_t i;

	fd->required = false;
	fd->required_if = "";
	for (i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(s, yes[i]) == 0)
			fd->required = true;
	for (i = 0; i < ARRAY_LEN(no); i++)
		if (strcmp(s, no[i]) == 0)
			return;
	if (!fd->required)
		fd->required_if = pack_data_text(f->p, s);
}

static enum mq_status read_field(struct pack_file *f, struct field *fd)
{
	enum mq_status rc;
	int64_t index = 0, chars = 0;

	*fd = (struct field){ 0 };
	fd->line = csv_line(f->csv);
	fd->name = pack_data_get(f, "name");
	pack_data_both(f, "label", fd->label);
	pack_data_both(f, "hint", fd->hint);
	fd->relevant = pack_data_get(f, "relevant");
	fd->constraint = pack_data_get(f, "constraint");
	pack_data_both(f, "constraint_message", fd->constraint_message);
	fd->calculation = pack_data_get(f, "calculation");
	fd->preset = pack_data_get(f, "default");
	fd->choice_filter = pack_data_get(f, "choice_filter");
	fd->appearance = pack_data_get(f, "appearance");
	read_required(f, fd);
	rc = read_type(f, fd);
	if (rc == MQ_OK)
		rc = read_class(f, fd);
	if (rc == MQ_OK)
		rc = pack_data_int(f, "index", 0, 0, INDEX_MAX, &index);
	if (rc == MQ_OK)
		rc = pack_data_int(f, "max_chars", 0, 1, FIELDS_TEXT_MAX,
		    &chars);
	fd->index = (int)index;
	fd->max_chars = (int)chars;
	return rc;
}

static bool holds_value(const struct field *fd)
{
	return fd->type != FT_NOTE && fd->type != FT_BEGIN_GROUP &&
	    fd->type != FT_END_GROUP;
}

static const struct field *find(const struct field *v, size_t n,
    const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(v[i].name) == len &&
		    memcmp(v[i].name, name, len) == 0)
			return &v[i];
	return NULL;
}

static enum mq_status check_field(struct pack_file *f, const struct field *v,
    size_t n, const struct field *fd)
{
	size_t i;

	if (fd->type == FT_END_GROUP)
		return MQ_OK;
	if (!pack_data_is_name(fd->name))
		return pack_data_bad(f, 0, "name", SAY_PACK_NAME, fd->name);
	if (find(v, n, fd->name, strlen(fd->name)) != NULL)
		return pack_data_bad(f, 0, "name", SAY_PACK_TWICE, fd->name);
	if (fd->label[0][0] == '\0' && fd->type != FT_CALCULATE &&
	    fd->type != FT_BEGIN_GROUP)
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	if (fd->type == FT_CALCULATE && fd->calculation[0] == '\0')
		return pack_data_bad(f, 0, "calculation", SAY_PACK_EMPTY, "");
	if (fd->index > 0 && fd->class == FC_SEALED)
		return pack_data_bad(f, 0, "index", SAY_PACK_UNKNOWN,
		    "sealed");
	for (i = 0; i < n && fd->index > 0; i++)
		if (v[i].index == fd->index)
			return pack_data_bad(f, 0, "index", SAY_PACK_TWICE,
			    csv_get(f->csv, "index"));
	return MQ_OK;
}

static enum mq_status read_form(struct pack *p, const char *name,
    struct field **out, size_t *n, struct err *err)
{
	struct pack_file f;
	struct field fd;
	size_t cap = 0;
	int depth = 0;
	enum mq_status rc;

	rc = pack_data_open(p, name, "type name label", &f, err);
	while (rc == MQ_OK && csv_next(f.csv)) {
		rc = read_field(&f, &fd);
		if (rc == MQ_OK)
			rc = check_field(&f, *out, *n, &fd);
		if (rc != MQ_OK)
			break;
		depth += (fd.type == FT_BEGIN_GROUP) -
		    (fd.type == FT_END_GROUP);
		if (depth < 0)
			rc = pack_data_bad(&f, 0, "type", SAY_PACK_GROUP, "");
		if (*n == FIELDS_MAX)
			rc = pack_data_bad(&f, 0, "name", SAY_PACK_MANY,
			    "200");
		*out = xgrow(*out, &cap, *n + 1, sizeof(**out));
		(*out)[(*n)++] = fd;
	}
	if (rc == MQ_OK && depth != 0)
		rc = pack_data_bad(&f, 0, "type", SAY_PACK_GROUP, "");
	pack_data_close(&f);
	return rc;
}

/* ---- checks that need the whole form ---- */

enum mq_status pack_form_expr(struct pack_file *f, const struct kind *k,
    int line, const char *column, const char *more, const char *s)
{
	char quote = 0, name[40];
	int depth = 0;

	for (; *s != '\0'; s++) {
		if (quote != 0) {
			quote = *s == quote ? 0 : quote;
		} else if (*s == '\'' || *s == '"') {
			quote = *s;
		} else if (*s == '(' || *s == ')') {
			depth += *s == '(' ? 1 : -1;
			if (depth < 0)
				break;
		} else if (s[0] == '$') {
			size_t len = s[1] == '{' ? strcspn(s + 2, "}") : 0;

			if (len == 0 || len >= sizeof(name) ||
			    s[2 + len] != '}')
				return pack_data_bad(f, line, column,
				    SAY_PACK_EXPR, s);
			memcpy(name, s + 2, len);
			name[len] = '\0';
			if (kind_field(k, name) == NULL &&
			    !pack_data_has_word(more, name) &&
			    (more[0] == '\0' ||
			    strncmp(name, "before_", 7) != 0 ||
			    kind_field(k, name + 7) == NULL))
				return pack_data_bad(f, line, column,
				    SAY_PACK_NO_FIELD, name);
			s += 2 + len;
		}
	}
	if (quote != 0 || depth != 0)
		return pack_data_bad(f, line, column, SAY_PACK_EXPR, s);
	return MQ_OK;
}

/* choice_filter: column=${field} or column='value', joined by and. */
static enum mq_status check_filter(struct pack_file *f, const struct field *fd)
{
	const char *s = fd->choice_filter, *w, *v;
	size_t len;
	bool want_and = false, ok = true;

	while (ok && pack_data_word(&s, &w, &len)) {
		if (want_and) {
			ok = len == 3 && memcmp(w, "and", 3) == 0;
		} else {
			v = memchr(w, '=', len);
			ok = v != NULL && v > w && w + len - v >= 3 &&
			    ((v[1] == '$' && v[2] == '{' &&
			    w[len - 1] == '}') ||
			    (v[1] == '\'' && w[len - 1] == '\''));
		}
		want_and = !want_and;
	}
	if (!ok || (!want_and && fd->choice_filter[0] != '\0'))
		return pack_data_bad(f, fd->line, "choice_filter",
		    SAY_PACK_FILTER, fd->choice_filter);
	return MQ_OK;
}

static enum mq_status check_form(struct pack *p, const struct kind *k,
    const char *name, const struct field *v, size_t n, struct err *err)
{
	struct pack_file f = { p, NULL, name, err };
	enum mq_status rc = MQ_OK;
	size_t i, c;

	for (i = 0; i < n && rc == MQ_OK; i++) {
		const struct { const char *column, *text; } cells[] = {
			{ "required", v[i].required_if },
			{ "relevant", v[i].relevant },
			{ "constraint", v[i].constraint },
			{ "calculation", v[i].calculation },
			{ "choice_filter", v[i].choice_filter },
		};

		for (c = 0; c < ARRAY_LEN(cells) && rc == MQ_OK; c++)
			rc = pack_form_expr(&f, k, v[i].line,
			    cells[c].column, "", cells[c].text);
		if (rc == MQ_OK)
			rc = check_filter(&f, &v[i]);
		if (rc == MQ_OK && v[i].constraint[0] != '\0' &&
		    !holds_value(&v[i]))
			rc = pack_data_bad(&f, v[i].line, "constraint",
			    SAY_PACK_UNKNOWN, v[i].constraint);
	}
	return rc;
}

enum mq_status pack_form_load(struct pack *p, struct kind *k, struct err *err)
{
	struct field *v = NULL, *step = NULL;
	char name[64], step_name[64];
	enum mq_status rc;

	snprintf(name, sizeof(name), "survey/%s.csv", k->name);
	snprintf(step_name, sizeof(step_name), "survey/%s.step.csv", k->name);
	rc = read_form(p, name, &v, &k->nfields, err);
	k->fields = v;
	if (rc == MQ_OK && pack_data_there(p, step_name))
		rc = read_form(p, step_name, &step, &k->nstep_fields, err);
	k->step_fields = step;
	if (rc == MQ_OK)
		rc = check_form(p, k, name, v, k->nfields, err);
	if (rc == MQ_OK)
		rc = check_form(p, k, step_name, step, k->nstep_fields, err);
	return rc;
}

/* ---- checks that need all kinds ---- */

static enum mq_status check_kinds(struct pack_file *f, const struct field *fd)
{
	const char *at = fd->kinds, *w;
	char one[40];
	size_t len, n = 0;

	while (pack_data_word(&at, &w, &len)) {
		snprintf(one, sizeof(one), "%.*s", (int)(len < 39 ? len : 39),
		    w);
		if (pack_kind(f->p, one) == NULL)
			return pack_data_bad(f, fd->line, "type",
			    SAY_PACK_NO_KIND, one);
		n++;
	}
	return n > 0 ? MQ_OK : pack_data_bad(f, fd->line, "type",
	    SAY_PACK_RECORD, "");
}

enum mq_status pack_form_refs(struct pack *p, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t i, j;

	for (i = 0; i < p->nkinds && rc == MQ_OK; i++) {
		const struct kind *k = &p->kinds[i];
		size_t n = k->nfields + k->nstep_fields;
		char name[64];

		for (j = 0; j < n && rc == MQ_OK; j++) {
			bool step = j >= k->nfields;
			const struct field *fd = step ?
			    &k->step_fields[j - k->nfields] : &k->fields[j];
			struct pack_file f = { p, NULL, name, err };

			snprintf(name, sizeof(name), step ?
			    "survey/%s.step.csv" : "survey/%s.csv", k->name);
			if (fd->type == FT_RECORD)
				rc = check_kinds(&f, fd);
		}
	}
	return rc;
}
