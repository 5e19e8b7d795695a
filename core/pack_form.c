/*
 * survey/KIND.csv, or forms/KIND/survey.csv as an XLSForm exports it: reading
 * the rows of a form.  What can be checked before anybody fills it in:
 * pack_rules.c.  Called by pack.c.
 */
#include "pack_data.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "fields.h"

#define INDEX_MAX 4
#define FIELDS_OF_FORM_MAX 200
#define ROW_NAME_MAX 10		/* "9999n99999" */

static const struct { const char *word; enum field_type type; } types[] = {
	{ "text", FT_TEXT }, { "integer", FT_INTEGER },
	{ "int", FT_INTEGER }, { "decimal", FT_DECIMAL },
	{ "range", FT_INTEGER }, { "date", FT_DATE }, { "time", FT_TIME },
	{ "dateTime", FT_WHEN }, { "datetime", FT_WHEN },
	{ "select_one", FT_SELECT_ONE },
	{ "select_one_from_file", FT_SELECT_ONE },
	{ "select_multiple", FT_SELECT_MULTI },
	{ "select_multiple_from_file", FT_SELECT_MULTI },
	{ "acknowledge", FT_SELECT_ONE },
	{ "note", FT_NOTE }, { "calculate", FT_CALCULATE },
	{ "barcode", FT_BARCODE },
	{ "begin_group", FT_BEGIN_GROUP }, { "end_group", FT_END_GROUP },
	{ "begin_repeat", FT_BEGIN_REPEAT }, { "end_repeat", FT_END_REPEAT },
	{ "person", FT_PERSON }, { "org", FT_ORG }, { "place", FT_PLACE },
	{ "staff", FT_STAFF }, { "phone", FT_PHONE },
	{ "idnumber", FT_IDNUMBER }, { "money", FT_MONEY },
	{ "minutes", FT_MINUTES }, { "when", FT_WHEN },
	{ "record", FT_RECORD },
};
const char *pack_form_type(size_t i)
{
	return i < ARRAY_LEN(types) ? types[i].word : NULL;
}

/* What every entry says anyway (who, when, where): such rows ask nobody. */
static const char metadata[] = "start end deviceid username simserial "
    "subscriberid phonenumber email audit";
/* What a terminal cannot take. */
static const char refused[] = "geopoint geotrace geoshape image audio video "
    "file rank hidden xml-external csv-external background-audio "
    "background-geopoint start-geopoint";

/* ---- the cell "type" ---- */

/* "begin group", "select one yes_no": XLSForm also writes two words. */
static void join_words(char *word, size_t size, const char **rest)
{
	static const struct { const char *first, *second, *both; } pairs[] = {
		{ "begin", "group", "begin_group" },
		{ "end", "group", "end_group" },
		{ "begin", "repeat", "begin_repeat" },
		{ "end", "repeat", "end_repeat" },
		{ "select", "one", "select_one" },
		{ "select", "multiple", "select_multiple" },
	};
	const char *at = *rest, *w;
	size_t len, i;

	if (!pack_data_word(&at, &w, &len))
		return;
	for (i = 0; i < ARRAY_LEN(pairs); i++)
		if (strcmp(word, pairs[i].first) == 0 &&
		    strlen(pairs[i].second) == len &&
		    memcmp(w, pairs[i].second, len) == 0) {
			xcopy(word, size, pairs[i].both);
			*rest = at;
			return;
		}
}

/* The list behind a select, by its name in the form. */
static enum mq_status read_list(struct pack_file *f, const char *own,
    const char *word, const char *rest, struct field *fd)
{
	char name[80], list[120];
	const char *w;
	size_t len, n;
	enum mq_status rc = MQ_OK;

	if (!pack_data_word(&rest, &w, &len))
		return pack_data_bad(f, 0, "type", SAY_PACK_NO_LIST, "");
	snprintf(name, sizeof(name), "%.*s", (int)(len < 79 ? len : 79), w);
	if (strstr(word, "_from_file") != NULL)
		return pack_lists_file(f, name, csv_get(f->csv,
		    "parameters"), &fd->list);
	if (name[0] == '@')
		return pack_lists_orgs(f, name + 1, &fd->list);
	snprintf(list, sizeof(list), "%s%s%s", own, own[0] != '\0' ? "/" : "",
	    name);
	if (pack_choices(f->p, list, &n) == NULL)
		xcopy(list, sizeof(list), name);
	if (pack_choices(f->p, list, &n) == NULL)
		return pack_data_bad(f, 0, "type", SAY_PACK_NO_LIST, name);
	fd->list = pack_data_text(f->p, list);
	if (pack_data_has_word(rest, "or_other"))
		rc = pack_lists_other(f, &fd->list);
	return rc;
}

/* "start=0 end=10 step=1" */
static enum mq_status read_range(struct pack_file *f, struct field *fd)
{
	const char *s = csv_get(f->csv, "parameters"), *w;
	int64_t *to;
	size_t len;
	char *end;

	fd->range_min = 0;
	fd->range_max = 10;
	fd->range_step = 1;
	while (pack_data_word(&s, &w, &len)) {
		to = strncmp(w, "start=", 6) == 0 ? &fd->range_min :
		    strncmp(w, "end=", 4) == 0 ? &fd->range_max :
		    strncmp(w, "step=", 5) == 0 ? &fd->range_step : NULL;
		if (to == NULL)
			return pack_data_bad(f, 0, "parameters",
			    SAY_PACK_RANGE, "");
		*to = strtoll(strchr(w, '=') + 1, &end, 10);
		if (end != w + len)
			return pack_data_bad(f, 0, "parameters",
			    SAY_PACK_RANGE, "");
	}
	if (fd->range_step < 1 || fd->range_max < fd->range_min)
		return pack_data_bad(f, 0, "parameters", SAY_PACK_RANGE, "");
	return MQ_OK;
}

static enum mq_status read_type(struct pack_file *f, const char *own,
    struct field *fd)
{
	const char *cell = csv_get(f->csv, "type"), *w, *rest = cell;
	size_t len, i;
	char word[40];

	fd->list = fd->kinds = "";
	if (!pack_data_word(&rest, &w, &len) || len >= sizeof(word))
		return pack_data_bad(f, 0, "type", SAY_PACK_UNKNOWN, cell);
	memcpy(word, w, len);
	word[len] = '\0';
	join_words(word, sizeof(word), &rest);
	for (i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].word, word) == 0)
			break;
	if (i == ARRAY_LEN(types))
		return pack_data_bad(f, 0, "type", pack_data_has_word(refused,
		    word) ? SAY_PACK_TYPE : SAY_PACK_UNKNOWN, cell);
	fd->type = types[i].type;
	if (fd->type == FT_RECORD) {
		rest += strspn(rest, " ");
		fd->kinds = pack_data_text(f->p, rest);
	}
	if (strcmp(word, "range") == 0)
		return read_range(f, fd);
	if (strcmp(word, "acknowledge") == 0)
		return pack_lists_acknowledge(f, &fd->list);
	if (fd->type == FT_SELECT_ONE || fd->type == FT_SELECT_MULTI)
		return read_list(f, own, word, rest, fd);
	return MQ_OK;
}

/* ---- the other cells ---- */

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

/* yes, no, or (required) an expression. */
static bool read_yes(const char *s, bool *known)
{
	static const char *const yes[] = { "yes", "Yes", "YES", "true",
		"True", "TRUE", "true()", "1", "是" };
	static const char *const no[] = { "", "no", "No", "NO", "false",
		"False", "FALSE", "false()", "0", "否" };
	size_t i;

	*known = true;
	for (i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(s, yes[i]) == 0)
			return true;
	for (i = 0; i < ARRAY_LEN(no); i++)
		if (strcmp(s, no[i]) == 0)
			return false;
	*known = false;
	return false;
}

/* The first of several spellings of a column that says something. */
static const char *either(struct pack_file *f, const char *a, const char *b)
{
	return pack_data_get(f, csv_get(f->csv, a)[0] != '\0' ? a : b);
}

static enum mq_status read_words(struct pack_file *f, struct field *fd)
{
	const char *s;
	bool known;

	fd->name = pack_data_get(f, "name");
	pack_data_both(f, "label", fd->label);
	pack_data_both(f, "hint", fd->hint);
	fd->relevant = either(f, "relevant", "relevance");
	fd->constraint = pack_data_get(f, "constraint");
	pack_data_both(f, "constraint_message", fd->constraint_message);
	pack_data_both(f, "required_message", fd->required_message);
	fd->calculation = pack_data_get(f, "calculation");
	fd->preset = pack_data_get(f, "default");
	fd->choice_filter = pack_data_get(f, "choice_filter");
	fd->appearance = pack_data_get(f, "appearance");
	fd->repeat_count = pack_data_get(f, "repeat_count");
	s = csv_get(f->csv, "required");
	fd->required = read_yes(s, &known);
	fd->required_if = known ? "" : pack_data_text(f->p, s);
	s = csv_get(f->csv, "read_only")[0] != '\0' ?
	    csv_get(f->csv, "read_only") : csv_get(f->csv, "readonly");
	fd->read_only = read_yes(s, &known);
	if (!known)
		return pack_data_bad(f, 0, "read_only", SAY_PACK_YES_NO, s);
	if (csv_get(f->csv, "trigger")[0] != '\0')
		return pack_data_bad(f, 0, "trigger",
		    SAY_PACK_COLUMN_REFUSED, csv_get(f->csv, "trigger"));
	return MQ_OK;
}

static enum mq_status read_field(struct pack_file *f, const char *own,
    struct field *fd)
{
	enum mq_status rc;
	int64_t index = 0, chars = 0;

	*fd = (struct field){ 0 };
	fd->line = csv_line(f->csv);
	rc = read_words(f, fd);
	if (rc == MQ_OK)
		rc = read_type(f, own, fd);
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

/* ---- rows ---- */

struct form {
	struct pack_file f;
	const char *own;	/* whose lists: the kind's, or "" */
	bool step;
	struct field *v;
	size_t n, cap;
	size_t open[20];	/* groups and repeats around the next row */
	int depth;
	int repeat;		/* index of the one around it, or -1 */
};

static bool needs_label(enum field_type t)
{
	return t != FT_CALCULATE && t != FT_BEGIN_GROUP &&
	    t != FT_BEGIN_REPEAT;
}

static enum mq_status check_field(struct form *m, const struct field *fd)
{
	struct pack_file *f = &m->f;
	size_t i;

	if (!pack_data_is_name(fd->name))
		return pack_data_bad(f, 0, "name", SAY_PACK_NAME, fd->name);
	for (i = 0; i < m->n; i++)
		if (strcmp(m->v[i].name, fd->name) == 0)
			return pack_data_bad(f, 0, "name", SAY_PACK_TWICE,
			    fd->name);
	if (fd->label[0][0] == '\0' && needs_label(fd->type))
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	if (fd->type == FT_CALCULATE && fd->calculation[0] == '\0')
		return pack_data_bad(f, 0, "calculation", SAY_PACK_EMPTY, "");
	if (fd->index > 0 && fd->class == FC_SEALED)
		return pack_data_bad(f, 0, "index", SAY_PACK_UNKNOWN,
		    "sealed");
	for (i = 0; i < m->n && fd->index > 0; i++)
		if (m->v[i].index == fd->index)
			return pack_data_bad(f, 0, "index", SAY_PACK_TWICE,
			    csv_get(f->csv, "index"));
	if (m->repeat < 0)
		return MQ_OK;
	if (fd->index > 0)
		return pack_data_bad(f, 0, "index", SAY_PACK_REPEAT_USE,
		    fd->name);
	if (strlen(m->v[m->repeat].name) + strlen(fd->name) +
	    ROW_NAME_MAX + 2 > FIELDS_NAME_MAX)
		return pack_data_bad(f, 0, "name", SAY_PACK_REPEAT_NAME,
		    fd->name);
	return MQ_OK;
}

static enum mq_status add_field(struct form *m, const struct field *fd)
{
	if (m->n == FIELDS_OF_FORM_MAX)
		return pack_data_bad(&m->f, 0, "name", SAY_PACK_MANY, "200");
	m->v = xgrow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = *fd;
	return MQ_OK;
}

static enum mq_status begin(struct form *m, const struct field *fd)
{
	bool repeat = fd->type == FT_BEGIN_REPEAT;

	if (m->depth == ARRAY_LEN(m->open))
		return pack_data_bad(&m->f, 0, "type", SAY_PACK_GROUP, "");
	if (repeat && (m->repeat >= 0 || m->step))
		return pack_data_bad(&m->f, 0, "type", SAY_PACK_REPEAT, "");
	m->open[m->depth++] = m->n;
	if (repeat)
		m->repeat = (int)m->n;
	return MQ_OK;
}

static enum mq_status end(struct form *m, const struct field *fd)
{
	const struct field *was;

	if (m->depth == 0)
		return pack_data_bad(&m->f, 0, "type", SAY_PACK_GROUP, "");
	was = &m->v[m->open[--m->depth]];
	if ((fd->type == FT_END_REPEAT) != (was->type == FT_BEGIN_REPEAT))
		return pack_data_bad(&m->f, 0, "type", SAY_PACK_GROUP, "");
	if (fd->type == FT_END_REPEAT)
		m->repeat = -1;
	return MQ_OK;
}

/* or_other asks what the other is, as XLSForm does. */
static enum mq_status add_other(struct form *m, const struct field *fd)
{
	struct field other = { 0 };
	char text[80];

	if (strstr(csv_get(m->f.csv, "type"), "or_other") == NULL)
		return MQ_OK;
	snprintf(text, sizeof(text), "%s_other", fd->name);
	other.name = pack_data_text(m->f.p, text);
	snprintf(text, sizeof(text), "selected(${%s}, 'other')", fd->name);
	other.relevant = pack_data_text(m->f.p, text);
	other.type = FT_TEXT;
	other.label[0] = say_word(SAY_FORM_OTHER_WHAT, LANG_ZH);
	other.label[1] = say_word(SAY_FORM_OTHER_WHAT, LANG_EN);
	other.hint[0] = other.hint[1] = other.required_if = other.constraint =
	    other.constraint_message[0] = other.constraint_message[1] =
	    other.required_message[0] = other.required_message[1] =
	    other.calculation = other.preset = other.list = other.kinds =
	    other.choice_filter = other.appearance = other.repeat_count = "";
	other.class = fd->class;
	other.line = fd->line;
	return check_field(m, &other) != MQ_OK ? MQ_E_PACK_BAD :
	    add_field(m, &other);
}

static enum mq_status read_row(struct form *m)
{
	struct field fd;
	enum mq_status rc;
	bool ends;

	rc = read_field(&m->f, m->own, &fd);
	if (rc != MQ_OK)
		return rc;
	ends = fd.type == FT_END_GROUP || fd.type == FT_END_REPEAT;
	if (!ends)
		rc = check_field(m, &fd);
	if (rc == MQ_OK && ends)
		rc = end(m, &fd);
	else if (rc == MQ_OK && (fd.type == FT_BEGIN_GROUP ||
	    fd.type == FT_BEGIN_REPEAT))
		rc = begin(m, &fd);
	if (rc == MQ_OK)
		rc = add_field(m, &fd);
	return rc == MQ_OK && !ends ? add_other(m, &fd) : rc;
}

/* What stands around each field, once they stay where they are. */
static void link_groups(struct field *v, size_t n)
{
	const struct field *at = NULL, *repeat = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		bool ends = v[i].type == FT_END_GROUP ||
		    v[i].type == FT_END_REPEAT;

		if (ends) {
			if (v[i].type == FT_END_REPEAT)
				repeat = NULL;
			assert(at != NULL);
			at = at->within;
		}
		v[i].within = at;
		v[i].repeat = repeat;
		if (v[i].type == FT_BEGIN_GROUP ||
		    v[i].type == FT_BEGIN_REPEAT)
			at = &v[i];
		if (v[i].type == FT_BEGIN_REPEAT)
			repeat = &v[i];
	}
}

static enum mq_status read_form(struct pack *p, const char *name,
    const char *own, bool step, struct field **out, size_t *n,
    struct err *err)
{
	struct form m = { .own = own, .step = step, .repeat = -1 };
	enum mq_status rc;

	rc = pack_data_open(p, name, "type name label", &m.f, err);
	while (pack_data_next(&m.f, &rc))
		if (!pack_data_has_word(metadata, csv_get(m.f.csv, "type")))
			rc = read_row(&m);
	if (m.f.csv != NULL && pack_data_go(p, &rc) && m.depth != 0)
		rc = pack_data_bad(&m.f, 0, "type", SAY_PACK_GROUP, "");
	if (m.f.csv != NULL && pack_data_go(p, &rc))
		link_groups(m.v, m.n);
	if (m.f.csv != NULL)
		(void)pack_data_go(p, &rc);
	pack_data_close(&m.f);
	*out = m.v;
	*n = m.n;
	return rc;
}

const char *pack_form_file(const struct pack *p, const struct kind *k,
    bool step, char *out, size_t size)
{
	snprintf(out, size, step ? "survey/%s.step.csv" : "survey/%s.csv",
	    k->name);
	if (!step && !pack_data_there(p, out)) {
		snprintf(out, size, "forms/%s/survey.csv", k->name);
		if (!pack_data_there(p, out))
			snprintf(out, size, "survey/%s.csv", k->name);
	}
	return out;
}

enum mq_status pack_form_load(struct pack *p, struct kind *k, struct err *err)
{
	struct field *v = NULL, *step = NULL;
	char name[64], step_name[64];
	enum mq_status rc = MQ_OK;
	bool own;

	(void)pack_form_file(p, k, false, name, sizeof(name));
	(void)pack_form_file(p, k, true, step_name, sizeof(step_name));
	own = strncmp(name, "forms/", 6) == 0;
	if (own)
		rc = pack_lists_own(p, k->name, err);
	if (pack_data_go(p, &rc))
		rc = read_form(p, name, own ? k->name : "", false, &v,
		    &k->nfields, err);
	k->fields = v;
	if (rc != MQ_OK)
		return rc;
	if (pack_data_there(p, step_name))
		rc = read_form(p, step_name, own ? k->name : "", true, &step,
		    &k->nstep_fields, err);
	k->step_fields = step;
	if (pack_data_go(p, &rc))
		rc = pack_rules_check(p, k, v, k->nfields, err);
	if (pack_data_go(p, &rc))
		rc = pack_rules_check(p, k, step, k->nstep_fields, err);
	(void)pack_data_go(p, &rc);
	return rc;
}
