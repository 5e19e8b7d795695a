/*
 * libminqing-expr.so: XLSForm expressions by libxml2's XPath 1.0, with ODK's
 * functions and PCRE2 for regex().  Opened by facets/form_ask.c on first use,
 * so that neither library is loaded before the first screen.
 *
 * The module stands alone: it reads struct fields and writes struct buf by
 * their layout and calls nothing of the program that opened it.
 *
 * Values: text is a string, a whole number a number, a list its items joined
 * by blanks.  What is written as a date or a time of happening becomes the
 * number of days since 1970 in UTC+8, as ODK has it, so that
 * ". <= today()" compares.  Absent fields are ''.
 */
#include "form.h"

#include <assert.h>
#include <inttypes.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <math.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define EXPR_MAX 2000		/* bytes of one expression */
#define TEXT_MAX (16u * 1024u)	/* bytes a regex may be run over */
#define OPERATIONS_MAX 20000
#define MATCH_MAX 100000
#define HEAP_MAX_KIB 2048
#define SELF "_self"		/* no field begins with _ */

/* ---- results without the program's own buffer code ---- */

static void put(struct buf *b, const char *s)
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

static void problem(struct form_expr_call *c, const char *what,
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

/* ---- values ---- */

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

/* "2026-11-22", "2026-11-22 pm", "2026-11-22 14:30"; false for other text. */
static bool read_when(const char *s, double *out)
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

static xmlXPathObjectPtr text_value(const char *s)
{
	double when;

	if (read_when(s, &when))
		return xmlXPathNewFloat(when);
	return xmlXPathNewString((const xmlChar *)s);
}

static xmlXPathObjectPtr list_value(const char *s)
{
	xmlXPathObjectPtr o = xmlXPathNewString((const xmlChar *)s);
	xmlChar *p;

	if (o != NULL && o->stringval != NULL)
		for (p = o->stringval; *p != '\0'; p++)
			if (*p == '\n')
				*p = ' ';
	return o;
}

static xmlXPathObjectPtr variable(void *data, const xmlChar *name,
    const xmlChar *ns)
{
	const struct form_expr_call *c = data;
	const char *want = (const char *)name;
	size_t i;

	(void)ns;
	if (strcmp(want, SELF) == 0)
		return text_value(c->self == NULL ? "" : c->self);
	for (i = 0; i < c->f->n; i++) {
		const struct field_value *v = &c->f->v[i];

		if (strcmp(v->name, want) != 0)
			continue;
		if (v->kind == FV_INT)
			return xmlXPathNewFloat((double)v->num);
		if (v->kind == FV_LIST)
			return list_value(v->text == NULL ? "" : v->text);
		if (v->kind == FV_TEXT && v->text != NULL)
			return text_value(v->text);
	}
	return xmlXPathNewString((const xmlChar *)"");
}

/* ---- ODK's functions ---- */

static struct form_expr_call *call_of(xmlXPathParserContextPtr ctxt)
{
	return ctxt->context->userData;
}

static void fn_selected(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *want, *list;
	const char *at;
	size_t len;
	bool found = false;

	CHECK_ARITY(2);
	want = xmlXPathPopString(ctxt);
	list = xmlXPathPopString(ctxt);
	at = (const char *)(list == NULL ? BAD_CAST "" : list);
	for (;;) {
		at += strspn(at, " \n");
		len = strcspn(at, " \n");
		if (len == 0)
			break;
		found = found || (want != NULL && strlen((char *)want) ==
		    len && memcmp(at, want, len) == 0);
		at += len;
	}
	xmlFree(want);
	xmlFree(list);
	xmlXPathReturnBoolean(ctxt, found);
}

static void fn_count_selected(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *list;
	const char *at;
	int count = 0;

	CHECK_ARITY(1);
	list = xmlXPathPopString(ctxt);
	at = (const char *)(list == NULL ? BAD_CAST "" : list);
	for (at += strspn(at, " \n"); *at != '\0'; at += strspn(at, " \n")) {
		at += strcspn(at, " \n");
		count++;
	}
	xmlFree(list);
	xmlXPathReturnNumber(ctxt, count);
}

static void fn_if(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlXPathObjectPtr no, yes;
	int truth;

	CHECK_ARITY(3);
	no = valuePop(ctxt);
	yes = valuePop(ctxt);
	truth = xmlXPathPopBoolean(ctxt);
	valuePush(ctxt, truth ? yes : no);
	xmlXPathFreeObject(truth ? no : yes);
}

static void fn_coalesce(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlXPathObjectPtr second, first;
	xmlChar *s;
	bool empty;

	CHECK_ARITY(2);
	second = valuePop(ctxt);
	first = valuePop(ctxt);
	s = xmlXPathCastToString(first);
	empty = s == NULL || s[0] == '\0' || (first != NULL &&
	    first->type == XPATH_NUMBER && isnan(first->floatval));
	xmlFree(s);
	valuePush(ctxt, empty ? second : first);
	xmlXPathFreeObject(empty ? first : second);
}

static void fn_today(xmlXPathParserContextPtr ctxt, int nargs)
{
	int64_t ms = call_of(ctxt)->now.ms + CIVIL_OFFSET_MS;

	CHECK_ARITY(0);
	xmlXPathReturnNumber(ctxt, floor((double)ms / (double)MS_DAY));
}

static void fn_now(xmlXPathParserContextPtr ctxt, int nargs)
{
	int64_t ms = call_of(ctxt)->now.ms + CIVIL_OFFSET_MS;

	CHECK_ARITY(0);
	xmlXPathReturnNumber(ctxt, (double)ms / (double)MS_DAY);
}

static void fn_int(xmlXPathParserContextPtr ctxt, int nargs)
{
	double v;

	CHECK_ARITY(1);
	v = xmlXPathPopNumber(ctxt);
	xmlXPathReturnNumber(ctxt, v < 0 ? ceil(v) : floor(v));
}

static void fn_date(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlXPathObjectPtr o;
	double v;

	CHECK_ARITY(1);
	o = valuePop(ctxt);
	if (o != NULL && o->type == XPATH_STRING && o->stringval != NULL &&
	    read_when((const char *)o->stringval, &v))
		valuePush(ctxt, xmlXPathNewFloat(v));
	else
		valuePush(ctxt, xmlXPathNewFloat(xmlXPathCastToNumber(o)));
	xmlXPathFreeObject(o);
}

static void least_or_most(xmlXPathParserContextPtr ctxt, int nargs, bool most)
{
	double best = NAN, v;

	while (nargs-- > 0) {
		v = xmlXPathPopNumber(ctxt);
		if (isnan(best) || (most ? v > best : v < best))
			best = v;
	}
	xmlXPathReturnNumber(ctxt, best);
}

static void fn_min(xmlXPathParserContextPtr ctxt, int nargs)
{
	least_or_most(ctxt, nargs, false);
}

static void fn_max(xmlXPathParserContextPtr ctxt, int nargs)
{
	least_or_most(ctxt, nargs, true);
}

/* The whole value must match; no JIT, bounded steps and memory. */
static bool matches(struct form_expr_call *c, const char *text,
    const char *pattern)
{
	pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
	pcre2_match_context *mc = pcre2_match_context_create(NULL);
	pcre2_match_data *md = NULL;
	pcre2_code *code = NULL;
	PCRE2_UCHAR why[120];
	PCRE2_SIZE at;
	int rc = PCRE2_ERROR_NOMATCH, bad;

	if (cc == NULL || mc == NULL)
		goto out;
	pcre2_set_max_pattern_length(cc, EXPR_MAX);
	pcre2_set_match_limit(mc, MATCH_MAX);
	pcre2_set_depth_limit(mc, MATCH_MAX);
	pcre2_set_heap_limit(mc, HEAP_MAX_KIB);
	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
	    PCRE2_NEVER_BACKSLASH_C, &bad, &at, cc);
	if (code == NULL) {
		pcre2_get_error_message(bad, why, sizeof(why));
		problem(c, "regex", (const char *)why);
		goto out;
	}
	md = pcre2_match_data_create_from_pattern(code, NULL);
	if (md == NULL || strlen(text) > TEXT_MAX)
		goto out;
	rc = pcre2_match(code, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0,
	    PCRE2_NO_JIT, md, mc);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
		pcre2_get_error_message(rc, why, sizeof(why));
		problem(c, "regex", (const char *)why);
	}
out:
	pcre2_match_data_free(md);
	pcre2_code_free(code);
	pcre2_match_context_free(mc);
	pcre2_compile_context_free(cc);
	return rc >= 0;
}

static void fn_regex(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *pattern, *text;
	bool yes;

	CHECK_ARITY(2);
	pattern = xmlXPathPopString(ctxt);
	text = xmlXPathPopString(ctxt);
	yes = pattern != NULL && text != NULL && matches(call_of(ctxt),
	    (const char *)text, (const char *)pattern);
	xmlFree(pattern);
	xmlFree(text);
	xmlXPathReturnBoolean(ctxt, yes);
}

/* Nothing but the values is there to be looked at: no document, no files. */
static void fn_refused(xmlXPathParserContextPtr ctxt, int nargs)
{
	(void)nargs;
	problem(call_of(ctxt), "function not allowed", NULL);
	xmlXPathSetError(ctxt, XPATH_UNKNOWN_FUNC_ERROR);
}

static const struct { const char *name; xmlXPathFunction fn; } functions[] = {
	{ "selected", fn_selected }, { "count-selected", fn_count_selected },
	{ "if", fn_if }, { "coalesce", fn_coalesce }, { "regex", fn_regex },
	{ "today", fn_today }, { "now", fn_now }, { "int", fn_int },
	{ "date", fn_date }, { "min", fn_min }, { "max", fn_max },
	{ "id", fn_refused }, { "lang", fn_refused },
	{ "position", fn_refused }, { "last", fn_refused },
};

/* ---- from XLSForm to XPath ---- */

static bool name_sign(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* ${name} becomes $name, a lone "." becomes $_self; texts in quotes stay. */
static bool translate(struct form_expr_call *c, char *out, size_t size)
{
	const char *s = c->expr;
	char quote = 0;
	size_t n = 0;

	while (*s != '\0') {
		const char *add = NULL;
		size_t len = 1;

		if (n + 64 >= size) {
			problem(c, "expression too long", NULL);
			return false;
		}
		if (quote != 0) {
			quote = *s == quote ? 0 : quote;
		} else if (*s == '\'' || *s == '"') {
			quote = *s;
		} else if (s[0] == '$' && s[1] == '{') {
			len = strcspn(s, "}");
			if (s[len] != '}' || len < 3 || len > 40) {
				problem(c, "bad ${…}", s);
				return false;
			}
			out[n++] = '$';
			memcpy(out + n, s + 2, len - 2);
			n += len - 2;
			s += len + 1;
			continue;
		} else if (*s == '.' && !name_sign(s[1]) &&
		    (s == c->expr || !name_sign(s[-1]))) {
			add = "$" SELF;
		}
		if (add != NULL) {
			memcpy(out + n, add, strlen(add));
			n += strlen(add);
		} else {
			out[n++] = *s;
		}
		s += len;
	}
	out[n] = '\0';
	return true;
}

/* libxml2 hands over a number; the words are ours. */
static void on_error(void *data, xmlErrorPtr e)
{
	static const struct { int code; const char *words; } table[] = {
		{ XPATH_UNKNOWN_FUNC_ERROR, "unknown function" },
		{ XPATH_INVALID_ARITY, "wrong number of arguments" },
		{ XPATH_INVALID_TYPE, "wrong kind of value" },
		{ XPATH_UNDEF_PREFIX_ERROR, "unknown prefix" },
		{ XPATH_OP_LIMIT_EXCEEDED, "too many operations" },
		{ XPATH_RECURSION_LIMIT_EXCEEDED, "too deep" },
		{ XPATH_MEMORY_ERROR, "out of memory" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (e->code == XML_XPATH_EXPRESSION_OK + table[i].code)
			break;
	problem(data, i < sizeof(table) / sizeof(table[0]) ?
	    table[i].words : "not an expression", NULL);
}

static void quiet(void *data, const char *fmt, ...)
{
	(void)data;
	(void)fmt;
}

static void result(struct form_expr_call *c, xmlXPathObjectPtr o)
{
	char number[40];
	xmlChar *s;
	double v;

	if (c->truth) {
		put(c->out, xmlXPathCastToBoolean(o) ? "true" : "false");
		return;
	}
	if (o->type == XPATH_NUMBER) {
		v = o->floatval;
		if (isnan(v) || isinf(v))
			put(c->out, "");
		else if (v == floor(v) && fabs(v) < 1e15) {
			snprintf(number, sizeof(number), "%" PRId64,
			    (int64_t)v);
			put(c->out, number);
		} else {
			snprintf(number, sizeof(number), "%.6f", v);
			put(c->out, number);
		}
		return;
	}
	s = xmlXPathCastToString(o);
	if (s != NULL)
		put(c->out, (const char *)s);
	xmlFree(s);
}

__attribute__((visibility("default"))) bool
form_expr_eval(struct form_expr_call *c)
{
	char text[EXPR_MAX * 2];
	xmlXPathContextPtr ctx;
	xmlXPathObjectPtr o = NULL;
	size_t i;

	assert(c->f != NULL && c->out != NULL);
	c->problem[0] = '\0';
	if (strlen(c->expr) > EXPR_MAX) {
		problem(c, "expression too long", NULL);
		return false;
	}
	if (!translate(c, text, sizeof(text)))
		return false;
	xmlSetGenericErrorFunc(NULL, quiet);
	ctx = xmlXPathNewContext(NULL);
	if (ctx == NULL) {
		problem(c, "out of memory", NULL);
		return false;
	}
	ctx->opLimit = OPERATIONS_MAX;
	ctx->userData = c;
	ctx->error = on_error;
	xmlXPathRegisterVariableLookup(ctx, variable, c);
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		xmlXPathRegisterFunc(ctx, (const xmlChar *)functions[i].name,
		    functions[i].fn);
	o = xmlXPathEvalExpression((const xmlChar *)text, ctx);
	if (o == NULL)
		problem(c, "not an expression", NULL);
	else if (o->type == XPATH_NODESET)
		problem(c, "a bare name; write ${name}", NULL);
	else if (c->problem[0] == '\0')
		result(c, o);
	xmlXPathFreeObject(o);
	xmlXPathFreeContext(ctx);
	return c->problem[0] == '\0';
}
