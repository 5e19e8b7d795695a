/*
 * CSV as office suites write it.  Called by pack and import; writing by
 * export and report.
 */
#include "csv.h"

#include "file.h"
#include "text.h"
#include "xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CSV_MAX (4u * 1024u * 1024u)
#define COLUMNS_MAX 256

/* A quoted cell of a foreign file ends within so many bytes, or its quote was
 * never closed. */
#define QUOTED_MAX (64u * 1024u)

struct row {
	int line;		/* where it begins in the file */
	enum csv_fault fault;
	size_t first;		/* of its cells */
	size_t n;
};

struct csv {
	char *name;
	bool foreign;
	char sep[2];
	char *text;		/* unquoted in place; cells point into it */
	char **cell;
	size_t ncell, cell_cap;
	struct row *row;
	size_t nrow, row_cap;
	size_t at;		/* the row csv_next() gave, 0 = header */
};

static enum mq_status bad_line(const struct csv *c, int line, struct err *err)
{
	return err_set(err, MQ_E_FORMAT, "%s:%d", c->name, line);
}

static void add_cell(struct csv *c, char *cell)
{
	c->cell = xgrow(c->cell, &c->cell_cap, c->ncell + 1,
	    sizeof(c->cell[0]));
	c->cell[c->ncell++] = cell;
}

/* Reads a quoted cell at *at (behind the quote) down to behind its closing
 * quote, taking doubled quotes out in place.  False when it never closes. */
static bool quoted_cell(char **at, char *end, int *line)
{
	char *from = *at, *to = *at;

	while (from < end) {
		if (*from == '"') {
			if (from + 1 < end && from[1] == '"') {
				from++;
			} else {
				*at = from + 1;
				*to = '\0';
				return true;
			}
		}
		*line += *from == '\n';
		*to++ = *from++;
	}
	return false;
}

/* Does the quoted cell whose text begins here close, and a cell end there? */
static bool closes(const struct csv *c, const char *p, const char *end)
{
	const char *last = (size_t)(end - p) > QUOTED_MAX ? p + QUOTED_MAX :
	    end;

	for (; p < last; p++) {
		if (*p != '"')
			continue;
		if (p + 1 < end && p[1] == '"') {
			p++;
			continue;
		}
		return p + 1 == end || p[1] == c->sep[0] || p[1] == '\r' ||
		    p[1] == '\n';
	}
	return false;
}

/* One row; *at moves behind its line end.  The line end is found before the
 * cell's terminator may overwrite it. */
static enum mq_status read_row(struct csv *c, char **at, char *end, int *line,
    struct err *err)
{
	struct row row = { *line, CSV_FINE, c->ncell, 0 };
	const char ends[] = { c->sep[0], '\r', '\n', '\0' };
	char *p = *at, *stop, sep;

	do {
		char *cell = p;

		if (c->foreign && p < end && *p == '"' &&
		    !closes(c, p + 1, end)) {
			row.fault = CSV_QUOTE;
			stop = p + strcspn(p, "\r\n");
			p = stop;
		} else if (p < end && *p == '"') {
			cell = ++p;
			if (!quoted_cell(&p, end, line))
				return bad_line(c, row.line, err);
			stop = p;
			if (p < end && !strchr(ends, *p))
				return bad_line(c, *line, err);
		} else {
			stop = p + strcspn(p, ends);
			p = stop;
		}
		sep = p < end ? *p : '\n';
		if (sep == '\r' && p + 1 < end && p[1] == '\n')
			p++;
		if (p < end)
			p++;
		if (*stop != '\0')
			*stop = '\0';
		add_cell(c, cell);
		row.n++;
		if (c->foreign && row.n == COLUMNS_MAX && sep == c->sep[0]) {
			row.fault = CSV_WIDE;
			p += strcspn(p, "\n");
			p += p < end;
			sep = '\n';
		}
	} while (sep == c->sep[0] && row.n < COLUMNS_MAX);
	if (sep == c->sep[0])
		return bad_line(c, row.line, err);
	++*line;
	*at = p;
	c->row = xgrow(c->row, &c->row_cap, c->nrow + 1, sizeof(c->row[0]));
	c->row[c->nrow++] = row;
	return MQ_OK;
}

/* Empty rows and remarks are dropped as they are read. */
static bool says_nothing(const struct csv *c, const struct row *r)
{
	size_t i;

	if (r->fault != CSV_FINE)
		return false;
	if (c->cell[r->first][0] == '#' && !c->foreign)
		return true;
	for (i = 0; i < r->n; i++)
		if (c->cell[r->first + i][0] != '\0')
			return false;
	return true;
}

static char *trimmed(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		s[--n] = '\0';
	return s;
}

static enum mq_status check_header(struct csv *c, struct err *err)
{
	size_t i, k;

	if (c->nrow == 0)
		return bad_line(c, 1, err);
	/* Spreadsheets pad the header with empty columns on the right. */
	while (c->row[0].n > 0 && c->cell[c->row[0].n - 1][0] == '\0')
		c->row[0].n--;
	for (i = 0; i < c->row[0].n; i++) {
		c->cell[i] = trimmed(c->cell[i]);
		for (k = 0; k < i; k++)
			if (c->cell[i][0] != '\0' &&
			    strcmp(c->cell[i], c->cell[k]) == 0)
				return bad_line(c, c->row[0].line, err);
	}
	return MQ_OK;
}

/* A full cell beyond the last header is a comma too many. */
static enum mq_status check_rows(struct csv *c, struct err *err)
{
	size_t r, i;

	for (r = 1; r < c->nrow; r++)
		for (i = c->row[0].n; i < c->row[r].n; i++) {
			if (c->cell[c->row[r].first + i][0] == '\0')
				continue;
			if (!c->foreign)
				return bad_line(c, c->row[r].line, err);
			if (c->row[r].fault == CSV_FINE)
				c->row[r].fault = CSV_WIDE;
		}
	return MQ_OK;
}

static enum mq_status read_all(struct csv *c, size_t len, struct err *err)
{
	char *at = c->text, *end = c->text + len;
	enum mq_status rc;
	int line = 1;

	if (len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end) {
		rc = read_row(c, &at, end, &line, err);
		if (rc != MQ_OK)
			return rc;
		if (says_nothing(c, &c->row[c->nrow - 1])) {
			c->ncell = c->row[c->nrow - 1].first;
			c->nrow--;
		}
	}
	rc = check_header(c, err);
	return rc == MQ_OK ? check_rows(c, err) : rc;
}

static int line_of_bad_byte(const char *s, size_t len)
{
	uint32_t cp;
	size_t at = 0;
	int n, line = 1;

	while ((n = text_decode(s + at, len - at, &cp)) > 0) {
		line += cp == '\n';
		at += (size_t)n;
	}
	return line;
}

static struct csv *new_csv(const char *name, const char *bytes, size_t len)
{
	const char *base = strrchr(name, '/');
	struct csv *c = xcalloc(1, sizeof(*c));

	c->sep[0] = ',';
	c->name = xstrdup(base == NULL ? name : base + 1);
	c->text = xmalloc(len + 1);
	if (len > 0)
		memcpy(c->text, bytes, len);
	c->text[len] = '\0';
	return c;
}

enum mq_status csv_open_bytes(const char *name, const char *bytes, size_t len,
    struct csv **out, struct err *err)
{
	struct csv *c;
	enum mq_status rc;

	*out = NULL;
	if (len > CSV_MAX)
		return err_set(err, MQ_E_TOO_BIG, "%s", name);
	c = new_csv(name, bytes, len);
	if (!text_valid(c->text, len))
		rc = err_set(err, MQ_E_UTF8, "%s:%d", c->name,
		    line_of_bad_byte(c->text, len));
	else if (memchr(c->text, '\0', len) != NULL)
		rc = bad_line(c, 1, err);
	else
		rc = read_all(c, len, err);
	if (rc != MQ_OK)
		csv_close(&c);
	*out = c;
	return rc;
}

/* What stands between the cells of the header most often. */
static char apart(const char *s)
{
	static const char signs[] = ",\t;";
	size_t count[sizeof(signs)] = { 0 }, i, best = 0;
	bool quoted = false;

	for (; *s != '\0' && (quoted || (*s != '\n' && *s != '\r')); s++) {
		quoted ^= *s == '"';
		for (i = 0; signs[i] != '\0' && !quoted; i++)
			count[i] += *s == signs[i];
	}
	for (i = 1; signs[i] != '\0'; i++)
		if (count[i] > count[best])
			best = i;
	return signs[best];
}

enum mq_status csv_open_foreign(const char *name, const char *text,
    size_t len, struct csv **out, struct err *err)
{
	struct csv *c = new_csv(name, text, len);
	enum mq_status rc;

	assert(strlen(c->text) == len);
	c->foreign = true;
	c->sep[0] = apart(c->text);
	rc = read_all(c, len, err);
	if (rc == MQ_OK && c->row[0].fault != CSV_FINE)
		rc = bad_line(c, c->row[0].line, err);
	if (rc != MQ_OK)
		csv_close(&c);
	*out = c;
	return rc;
}

enum csv_fault csv_fault(const struct csv *csv)
{
	return csv->row[csv->at].fault;
}

size_t csv_rows(const struct csv *csv)
{
	return csv->nrow - 1;
}

enum mq_status csv_open(struct env *env, const char *path, struct csv **out,
    struct err *err)
{
	struct buf b = BUF_INIT(CSV_MAX);
	enum mq_status rc;

	*out = NULL;
	rc = file_read(env, path, &b, err);
	if (rc == MQ_OK)
		rc = csv_open_bytes(path, buf_str(&b), b.len, out, err);
	buf_free(&b);
	return rc;
}

void csv_close(struct csv **csv)
{
	struct csv *c = *csv;

	if (c == NULL)
		return;
	free(c->row);
	free(c->cell);
	free(c->text);
	free(c->name);
	FREE(*csv);
}

bool csv_next(struct csv *csv)
{
	if (csv->at + 1 >= csv->nrow)
		return false;
	csv->at++;
	return true;
}

int csv_line(const struct csv *csv)
{
	return csv->row[csv->at].line;
}

const char *csv_name(const struct csv *csv)
{
	return csv->name;
}

static bool find(const struct csv *csv, const char *column, size_t *i)
{
	for (*i = 0; *i < csv->row[0].n; ++*i)
		if (csv->cell[*i][0] == column[0] &&
		    strcmp(csv->cell[*i], column) == 0)
			return true;
	return false;
}

const char *csv_get(const struct csv *csv, const char *column)
{
	const struct row *r = &csv->row[csv->at];
	size_t i;

	assert(csv->at > 0);
	if (!find(csv, column, &i) || i >= r->n)
		return "";
	return csv->cell[r->first + i];
}

bool csv_has(const struct csv *csv, const char *column)
{
	size_t i;

	return find(csv, column, &i);
}

size_t csv_columns(const struct csv *csv)
{
	return csv->row[0].n;
}

const char *csv_column(const struct csv *csv, size_t i)
{
	assert(i < csv->row[0].n);
	return csv->cell[i];
}

const char *csv_at(const struct csv *csv, size_t i)
{
	const struct row *r = &csv->row[csv->at];

	return i < r->n ? csv->cell[r->first + i] : "";
}

/* ---- writing ---- */

/* Would a spreadsheet change it?  More digits than it counts with, zeros in
 * front, 3-2 as a day, 12E5 as a number. */
static bool would_spoil(const char *s)
{
	size_t len = strspn(s, "0123456789"), more;

	if (len == 0)
		return false;
	if (s[len] == '\0' || ((s[len] == 'X' || s[len] == 'x') &&
	    s[len + 1] == '\0'))
		return len >= 12 || (len > 1 && s[0] == '0');
	if (strchr("-/Ee", s[len]) == NULL || len > 3)
		return false;
	more = strspn(s + len + 1, "0123456789-/");
	return more > 0 && s[len + 1 + more] == '\0';
}

void csv_cell_text(struct buf *out, const char *s, bool first)
{
	if (!would_spoil(s)) {
		csv_cell(out, s, first);
		return;
	}
	if (!first)
		buf_addc(out, ',');
	buf_addf(out, "\"\t%s\"", s);
}

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xa0 || cp == 0x3000;
}

static bool starts_formula(uint32_t cp)
{
	static const uint32_t signs[] = { '=', '+', '-', '@', '\t', '\r',
	    0xff1d, 0xff0b, 0xff0d, 0xff20 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(signs); i++)
		if (cp == signs[i])
			return true;
	return false;
}

/* A line that a spreadsheet would run, after blanks it would skip. */
static bool is_dangerous(const char *s, size_t len)
{
	bool start = true;
	uint32_t cp;
	size_t at;
	int n;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0) {
			n = 1;
			start = false;
			continue;
		}
		if (start && starts_formula(cp))
			return true;
		start = cp == '\n' || (start && is_blank(cp));
	}
	return false;
}

void csv_cell(struct buf *out, const char *s, bool first)
{
	struct buf clean = BUF_INIT(BUF_LARGE);
	size_t i;

	if (!first)
		buf_addc(out, ',');
	buf_addc(out, '"');
	if (is_dangerous(s, strlen(s)))
		buf_addc(out, '\'');
	text_sanitize(s, strlen(s), TEXT_MULTILINE, &clean);
	for (i = 0; i < clean.len; i++) {
		if (clean.data[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, clean.data[i]);
	}
	buf_addc(out, '"');
	buf_free(&clean);
}

void csv_end_row(struct buf *out)
{
	buf_adds(out, "\r\n");
}
