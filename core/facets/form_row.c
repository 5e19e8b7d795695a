/*
 * Rows of repeats, calculations, and the words of labels.
 */
#include "form_parts.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/xmalloc.h"
#include "../ledger.h"

#define RESULT_MAX 4096

/* ---- rows ---- */

void form_cell(const struct field *fd, const char *row, struct form_cell *out)
{
	assert(fd->repeat != NULL);
	out->fd = *fd;
	/* The pack has checked that the longest row fits. */
	if (!fields_cell_name(fd->repeat->name, row, fd->name, out->name))
		assert(!"name of a cell");
	out->fd.name = out->name;
}

bool form_rows_fixed(const struct field *repeat)
{
	return repeat->repeat_count[0] != '\0';
}

static size_t counted(struct node *n, const struct kind *k,
    const struct field *repeat, const struct fields *f)
{
	const struct form_at at = { n, k, repeat, f, ledger_now(n) };
	struct buf b = BUF_INIT(RESULT_MAX);
	struct err err = ERR_INIT;
	long count = 0;

	if (form_eval_at(&at, repeat->repeat_count, "", false, &b, &err) ==
	    MQ_OK)
		count = strtol(buf_str(&b), NULL, 10);
	else
		log_err("form", &err);
	buf_free(&b);
	return count < 0 ? 0 : count > FORM_ROWS_MAX ? FORM_ROWS_MAX :
	    (size_t)count;
}

/* A row is there while something in it is a person's; what is calculated in
 * it does not keep it. */
static bool is_row(const struct kind *k, const struct fields *f,
    const char *group, const char *row)
{
	struct fields_cell c;
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct field *fd;

		if (f->v[i].kind == FV_GONE ||
		    !fields_cell(f->v[i].name, &c) ||
		    strcmp(c.group, group) != 0 || strcmp(c.row, row) != 0)
			continue;
		fd = kind_field(k, f->v[i].name);
		if (fd == NULL || fd->level == 0)
			return true;
	}
	return false;
}

size_t form_rows(struct node *n, const struct kind *k,
    const struct field *repeat, const struct fields *f, char (*out)[12],
    size_t max)
{
	size_t count, i;

	if (!form_rows_fixed(repeat)) {
		size_t kept = 0;

		count = fields_rows(f, repeat->name, false, out, max);
		for (i = 0; i < count && i < max; i++)
			if (is_row(k, f, repeat->name, out[i]))
				memmove(out[kept++], out[i], sizeof(out[0]));
		return kept;
	}
	count = counted(n, k, repeat, f);
	for (i = 0; i < count && i < max; i++)
		snprintf(out[i], sizeof(out[i]), "%u",
		    (unsigned)(i + 1) % 10000);
	return i;
}

bool form_row_new(struct node *n, const struct kind *k,
    const struct field *repeat, const struct fields *f, bool fix,
    char out[12])
{
	char rows[FORM_ROWS_MAX][12];
	size_t count = fields_rows(f, repeat->name, true, rows,
	    FORM_ROWS_MAX), i, cells = 0;
	long last = 0, row;
	char name[40];

	for (i = 0; i < k->nfields; i++)
		cells += k->fields[i].repeat == repeat;
	if (count >= FORM_ROWS_MAX || f->n + 2 * cells >= FIELDS_MAX)
		return false;
	for (i = 0; i < count; i++) {
		row = strtol(rows[i], NULL, 10);
		last = row > last ? row : last;
	}
	if (last >= FIELDS_ROW_MAX)
		return false;
	row = last + 1;
	if (fix)
		snprintf(name, sizeof(name), "%ldn%d", row, n->set.number);
	else
		snprintf(name, sizeof(name), "%ld", row);
	return xcopy(out, 12, name) == strlen(name);
}

/* ---- calculations ---- */

/* Does the expression give a day or a time, as today() and date(…) do? */
static bool gives_time(const char *expr)
{
	static const char *const heads[] = { "today(", "now(", "date(",
		"date-time(" };
	size_t i, len = strlen(expr);
	const char *at;
	int depth = 0;

	for (i = 0; i < ARRAY_LEN(heads); i++)
		if (strncmp(expr, heads[i], strlen(heads[i])) == 0)
			break;
	if (i == ARRAY_LEN(heads) || expr[len - 1] != ')')
		return false;
	/* The bracket that opens it is the one that ends it. */
	for (at = expr; *at != '\0'; at++) {
		depth += (*at == '(') - (*at == ')');
		if (depth == 0 && *at == ')')
			return at == expr + len - 1;
	}
	return false;
}

static void days_to_text(struct buf *text, bool minute)
{
	struct utc t;
	char words[40], *end;
	double days = strtod(buf_str(text), &end);

	if (text->len == 0 || *end != '\0' || days < -1e6 || days > 1e6)
		return;
	t.ms = (int64_t)(days * (double)MS_DAY + 0.5) - CIVIL_OFFSET_MS;
	clock_show(t, minute ? CLOCK_MINUTE : CLOCK_DATE, words,
	    sizeof(words));
	buf_reset(text);
	buf_adds(text, words);
}

void form_days(const struct field *fd, struct buf *text)
{
	if (fd->type == FT_DATE)
		days_to_text(text, false);
	else if (fd->type == FT_WHEN)
		days_to_text(text, strchr(buf_str(text), '.') != NULL);
}

static void keep(const struct form_at *at, struct fields *f,
    struct buf *result)
{
	const struct field *fd = at->fd;
	struct buf value = BUF_INIT(FIELDS_TEXT_MAX);

	form_days(fd, result);
	if (fd->type == FT_CALCULATE) {
		if (gives_time(fd->calculation))
			days_to_text(result, strchr(buf_str(result), '.') !=
			    NULL);
		buf_adds(&value, buf_str(result));
	} else if (form_accept(at->n, fd, buf_str(result), at->now, &value,
	    NULL) != MQ_OK) {
		buf_reset(&value);
	}
	if (value.len == 0)
		fields_drop(f, fd->name);
	else if (fd->type == FT_CALCULATE)
		fields_set(f, fd->name, buf_str(&value));
	else
		form_store(fd, buf_str(&value), f);
	buf_free(&value);
}

static enum mq_status calculate_one(struct node *n, const struct kind *k,
    const struct field *fd, struct fields *f, struct utc now,
    struct err *err)
{
	const struct form_at at = { n, k, fd, f, now };
	struct buf b = BUF_INIT(RESULT_MAX), self = BUF_INIT(RESULT_MAX);
	enum mq_status rc;
	bool shows;

	rc = form_shows(n, k, fd, f, now, &shows, err);
	if (rc == MQ_OK && !shows) {
		fields_drop(f, fd->name);
	} else if (rc == MQ_OK) {
		form_text(fields_get(f, fd->name), &self);
		rc = form_eval_at(&at, fd->calculation, buf_str(&self), false,
		    &b, err);
		if (rc == MQ_OK)
			keep(&at, f, &b);
	}
	buf_free(&b);
	buf_free(&self);
	return rc;
}

static enum mq_status calculate_rows(struct node *n, const struct kind *k,
    const struct field *fd, struct fields *f, struct utc now,
    struct err *err)
{
	char rows[FORM_ROWS_MAX][12];
	size_t count = form_rows(n, k, fd->repeat, f, rows, FORM_ROWS_MAX);
	enum mq_status rc = MQ_OK;
	struct form_cell cell;
	size_t i;

	for (i = 0; i < count && rc == MQ_OK && f->n < FIELDS_MAX; i++) {
		form_cell(fd, rows[i], &cell);
		rc = calculate_one(n, k, &cell.fd, f, now, err);
	}
	return rc;
}

/* Results in rows that are gone would still be counted. */
static void drop_results(const struct kind *k, struct fields *f)
{
	struct fields_cell c;
	size_t i = 0;

	while (i < f->n) {
		const struct field *fd = kind_field(k, f->v[i].name);

		if (fd != NULL && fd->level > 0 && fd->repeat != NULL &&
		    fields_cell(f->v[i].name, &c) &&
		    !form_rows_fixed(fd->repeat) &&
		    !is_row(k, f, c.group, c.row))
			fields_drop(f, f->v[i].name);
		else
			i++;
	}
}

enum mq_status form_calculate_all(struct node *n, const struct kind *k,
    struct fields *f, struct utc now, struct err *err)
{
	enum mq_status rc = MQ_OK;
	int level, most = 0;
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if (k->fields[i].level > most)
			most = k->fields[i].level;
	if (most > 0)
		drop_results(k, f);
	for (level = 1; level <= most; level++)
		for (i = 0; i < k->nfields && rc == MQ_OK; i++) {
			const struct field *fd = &k->fields[i];

			if (fd->level != level)
				continue;
			rc = fd->repeat != NULL ?
			    calculate_rows(n, k, fd, f, now, err) :
			    calculate_one(n, k, fd, f, now, err);
		}
	return rc;
}

void form_calculate(struct node *n, const struct kind *k, struct fields *f)
{
	struct err err = ERR_INIT;

	if (form_calculate_all(n, k, f, ledger_now(n), &err) != MQ_OK)
		log_err("form", &err);
}

/* ---- words ---- */

static void put_words(const struct form_at *at, const char *s,
    struct buf *out)
{
	char name[40];

	while (*s != '\0') {
		const struct field_value *v;
		const struct field *fd;
		size_t len = s[0] == '$' && s[1] == '{' ?
		    strcspn(s + 2, "}") : 0;

		if (len == 0 || len >= sizeof(name)) {
			buf_addc(out, *s++);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)len, s + 2);
		fd = kind_field(at->k, name);
		v = form_value_at(at, name);
		if (fd != NULL && v != NULL && v->kind != FV_GONE)
			form_show(at->n, fd, v, false, out);
		s += 2 + len + (s[2 + len] == '}');
	}
}

void form_label(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f, struct buf *out)
{
	const struct form_at at = { n, k, fd, f, ledger_now(n) };

	put_words(&at, fd->label[n->env->lang], out);
}

void form_hint(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f, struct buf *out)
{
	const struct form_at at = { n, k, fd, f, ledger_now(n) };

	put_words(&at, fd->hint[n->env->lang], out);
}
