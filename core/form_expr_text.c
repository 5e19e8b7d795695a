/*
 * The expression module's work on plain text: XLSForm's spelling into
 * XPath's, and times.  Linked into libminqing-expr.so only.
 */
#include "form_expr_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- results without the program's own buffer code ---- */

void form_expr_text_put(struct buf *b, const char *s)
{
	size_t n = strlen(s);
	char *p;

	if (b->over || n > b->max || b->len > b->max - n) {
		b->over = true;
		return;
	}
	if (b->cap < b->len + n + 1) {
		p = realloc(b->data, b->len + n + 1);
		if (p == NULL) {
			b->over = true;
			return;
		}
		b->data = p;
		b->cap = b->len + n + 1;
	}
	memcpy(b->data + b->len, s, n + 1);
	b->len += n;
}

void form_expr_text_problem(struct form_expr_call *c, const char *what,
    const char *more)
{
	size_t n;

	if (c->problem[0] != '\0')
		return;		/* the first one is the cause */
	snprintf(c->problem, sizeof(c->problem), "%s%s%s", what,
	    more != NULL && more[0] != '\0' ? ": " : "",
	    more != NULL ? more : "");
	n = strlen(c->problem);
	while (n > 0 && (c->problem[n - 1] == '\n' ||
	    c->problem[n - 1] == ' '))
		c->problem[--n] = '\0';
}

void form_expr_text_number(double v, struct buf *out)
{
	char number[400];
	size_t n;

	if (isnan(v) || isinf(v))
		number[0] = '\0';
	else if (v == floor(v) && fabs(v) < 1e15)
		snprintf(number, sizeof(number), "%" PRId64, (int64_t)v);
	else
		snprintf(number, sizeof(number), "%.6f", v);
	/* 36.500000 is 36.5 */
	for (n = strlen(number); strchr(number, '.') != NULL && n > 0 &&
	    number[n - 1] == '0'; n--)
		number[n - 1] = '\0';
	form_expr_text_put(out, number);
}

/* ---- fields by name ---- */

const struct field_value *form_expr_text_find(const struct fields *f,
    const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->v[i].name, name) == 0)
			return &f->v[i];
	return NULL;
}

bool form_expr_text_cell(const char *name, const char *want, bool *whole)
{
	const char *row = strchr(name, '.'), *last = strrchr(name, '.');
	size_t len = strlen(want);

	if (row == NULL || row == last)
		return false;
	*whole = (size_t)(row - name) == len && memcmp(name, want, len) == 0;
	return *whole || strcmp(last + 1, want) == 0;
}

static int row_order(const void *a, const void *b)
{
	const struct field_value *x = *(const struct field_value *const *)a;
	const struct field_value *y = *(const struct field_value *const *)b;
	const char *p = strchr(x->name, '.') + 1, *q = strchr(y->name, '.') + 1;
	long m = strtol(p, NULL, 10), n = strtol(q, NULL, 10);

	if (m != n)
		return m < n ? -1 : 1;
	if (strcspn(p, ".") != strcspn(q, "."))
		return strcspn(p, ".") < strcspn(q, ".") ? -1 : 1;
	return strcmp(p, q);
}

size_t form_expr_text_rows(const struct fields *f, const char *want,
    const struct field_value **out, bool *whole)
{
	char last[FIELDS_NAME_MAX + 1] = "";
	size_t i, n = 0, len;
	bool group;

	*whole = false;
	for (i = 0; i < f->n && n < FIELDS_MAX; i++) {
		const struct field_value *v = &f->v[i];

		if (v->kind == FV_GONE ||
		    !form_expr_text_cell(v->name, want, &group))
			continue;
		len = (size_t)(strrchr(v->name, '.') - v->name);
		/* Cells of one row stand side by side. */
		if (group && strncmp(last, v->name, len) == 0 &&
		    last[len] == '\0')
			continue;
		memcpy(last, v->name, len);
		last[len] = '\0';
		*whole = group;
		out[n++] = v;
	}
	qsort(out, n, sizeof(*out), row_order);
	return n;
}

/* ---- lists ---- */

const char *form_expr_text_item(const char *list, size_t i, size_t *len)
{
	const char *at = list == NULL ? "" : list;

	for (;; i--) {
		at += strspn(at, " \n");
		*len = strcspn(at, " \n");
		if (*len == 0)
			return NULL;
		if (i == 0)
			return at;
		at += *len;
	}
}

/* ---- times ---- */

static bool digits(const char *s, size_t n, int *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return true;
}

/* Days since 1970 of a civil date (proleptic Gregorian). */
static int64_t days_of(int y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool form_expr_text_when(const char *s, double *out)
{
	static const struct { const char *word; double part; } parts[] = {
		{ "", 0.0 }, { " am", 0.0 }, { " pm", 0.5 },
		{ " night", 0.75 },
	};
	int y, m, d, hour, minute;
	size_t i;

	if (strlen(s) < 10 || !digits(s, 4, &y) || s[4] != '-' ||
	    !digits(s + 5, 2, &m) || s[7] != '-' || !digits(s + 8, 2, &d) ||
	    m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	*out = (double)days_of(y, m, d);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(s + 10, parts[i].word) == 0) {
			*out += parts[i].part;
			return true;
		}
	}
	if (strlen(s) == 16 && s[10] == ' ' && digits(s + 11, 2, &hour) &&
	    s[13] == ':' && digits(s + 14, 2, &minute)) {
		*out += (hour * 60 + minute) / 1440.0;
		return true;
	}
	return false;
}

/* Civil date of a day number (proleptic Gregorian). */
static void civil_of(int64_t n, int *y, int *m, int *d)
{
	int64_t era, doe, yoe, doy, mp;

	n += 719468;
	era = (n >= 0 ? n : n - 146096) / 146097;
	doe = n - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

static bool put_part(char sign, double at, char *out, size_t size)
{
	double day = floor(at);
	int minute = (int)floor((at - day) * 1440 + 0.5), y, m, d;

	if (minute == 1440) {
		minute = 0;
		day++;
	}
	civil_of((int64_t)day, &y, &m, &d);
	switch (sign) {
	case 'Y': snprintf(out, size, "%04d", y); return true;
	case 'y': snprintf(out, size, "%02d", y % 100); return true;
	case 'm': snprintf(out, size, "%02d", m); return true;
	case 'n': snprintf(out, size, "%d", m); return true;
	case 'd': snprintf(out, size, "%02d", d); return true;
	case 'e': snprintf(out, size, "%d", d); return true;
	case 'H': snprintf(out, size, "%02d", minute / 60); return true;
	case 'h': snprintf(out, size, "%d", minute / 60); return true;
	case 'M': snprintf(out, size, "%02d", minute % 60); return true;
	case '%': snprintf(out, size, "%%"); return true;
	default: return false;
	}
}

bool form_expr_text_format(double at, const char *format, char *out,
    size_t size)
{
	char part[16];
	size_t n = 0, len;

	for (; *format != '\0'; format++) {
		if (*format != '%') {
			part[0] = *format;
			part[1] = '\0';
		} else if (!put_part(*++format, at, part, sizeof(part))) {
			return false;
		}
		len = strlen(part);
		if (n + len >= size)
			return false;
		memcpy(out + n, part, len);
		n += len;
	}
	out[n] = '\0';
	return true;
}

/* ---- from XLSForm to XPath ---- */

static bool name_sign(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

struct text { char *s; size_t n, size; };

static void add(struct text *t, const char *s, size_t len)
{
	if (t->n + len >= t->size)
		len = 0;	/* found by the length of the whole */
	memcpy(t->s + t->n, s, len);
	t->n += len;
	t->s[t->n] = '\0';
}

/* A bare name: a function, an operator, or a column of the list. */
static size_t take_name(bool columns, const char *s,
    bool operator_may, struct text *out)
{
	static const char jr[] = "jr:";
	size_t len = 0;

	if (strncmp(s, jr, sizeof(jr) - 1) == 0) {
		s += sizeof(jr) - 1;
		len = sizeof(jr) - 1;
	} else if (columns) {
		size_t n = 0, end;

		while (name_sign(s[n]))
			n++;
		end = n + strspn(s + n, " ");
		if (s[end] != '(' && !(operator_may &&
		    ((n == 2 && memcmp(s, "or", 2) == 0) ||
		    (n == 3 && (memcmp(s, "and", 3) == 0 ||
		    memcmp(s, "div", 3) == 0 || memcmp(s, "mod", 3) == 0)))))
			add(out, "$" FORM_EXPR_COLUMN,
			    sizeof(FORM_EXPR_COLUMN));
	}
	while (name_sign(*s)) {
		add(out, s++, 1);
		len++;
	}
	return len;
}

/* "${name}" at s becomes "$name"; 0: it does not end. */
static size_t take_reference(const char *s, struct text *out)
{
	size_t len = s[1] == '{' ? strcspn(s + 2, "}") : 0, i;

	if (len == 0 || s[2 + len] != '}')
		return 0;
	add(out, "$", 1);
	for (i = 0; i < len; i++)
		if (s[2 + i] != ' ')
			add(out, s + 2 + i, 1);
	return len + 3;
}

/* `value` is true behind something that may be the left side of an operator. */
bool form_expr_text_translate(const char *s, bool columns, char *buf,
    size_t size)
{
	struct text out = { buf, 0, size };
	bool value = false;
	size_t len;

	while (*s != '\0') {
		if (*s == '\'' || *s == '"') {
			len = strcspn(s + 1, *s == '"' ? "\"" : "'") + 1;
			len += s[len] != '\0';
			add(&out, s, len);
			value = true;
		} else if (*s == '$') {
			len = take_reference(s, &out);
			if (len == 0)
				return false;
			value = true;
		} else if (*s == '.' && !(s[1] >= '0' && s[1] <= '9')) {
			len = s[1] == '.' ? 2 : 1;
			if (len == 2)
				add(&out, "$" FORM_EXPR_ROW,
				    sizeof(FORM_EXPR_ROW));
			else
				add(&out, "$" FORM_EXPR_SELF,
				    sizeof(FORM_EXPR_SELF));
			value = true;
		} else if (name_sign(*s) && *s != '-' && *s != '.') {
			len = *s >= '0' && *s <= '9' ?
			    strspn(s, "0123456789.") : 0;
			add(&out, s, len);
			if (len == 0)
				len = take_name(columns, s, value, &out);
			value = !value || (*s >= '0' && *s <= '9');
		} else {
			add(&out, s, len = 1);
			value = *s == ')' || (value && *s == ' ');
		}
		s += len;
	}
	return true;
}
