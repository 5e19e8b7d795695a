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
#include "form_expr_text.h"

#include <assert.h>
#include <inttypes.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <math.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define EXPR_MAX 4000		/* twice what form_check.c lets pass */
#define TEXT_MAX (16u * 1024u)	/* bytes a regex may be run over */
#define OPERATIONS_MAX 20000
#define MATCH_MAX 100000
#define HEAP_MAX_KIB 2048
#define ARGS_MAX 30
#define FORMAT_MAX 200

/* ---- values ---- */

/* One evaluation: doc holds the values of repeats as nodes, so that sum() and
 * count() have sets to work on; nothing else is in it. */
struct run {
	struct form_expr_call *c;
	xmlDocPtr doc;
	bool set;		/* a repeat was looked at as a whole */
};

static xmlXPathObjectPtr text_value(const char *s)
{
	double when;

	if (form_expr_text_when(s, &when))
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

static xmlXPathObjectPtr value_of(const struct field_value *v)
{
	if (v->kind == FV_INT)
		return xmlXPathNewFloat((double)v->num);
	if (v->kind == FV_LIST)
		return list_value(v->text == NULL ? "" : v->text);
	return text_value(v->kind == FV_TEXT && v->text != NULL ? v->text :
	    "");
}

static void add_node(struct run *r, xmlNodeSetPtr set, const char *text)
{
	xmlNodePtr at;

	if (r->doc == NULL) {
		r->doc = xmlNewDoc(BAD_CAST "1.0");
		if (r->doc == NULL)
			return;
		xmlDocSetRootElement(r->doc, xmlNewDocNode(r->doc, NULL,
		    BAD_CAST "v", NULL));
	}
	at = xmlNewTextChild(xmlDocGetRootElement(r->doc), NULL, BAD_CAST "v",
	    BAD_CAST text);
	if (at != NULL)
		xmlXPathNodeSetAddUnique(set, at);
}

/* All cells of one column, or one node for each row of a repeat. */
static xmlXPathObjectPtr rows_of(struct run *r, const char *want)
{
	const struct field_value *v[FIELDS_MAX];
	xmlNodeSetPtr set;
	char number[24];
	bool whole;
	size_t n = form_expr_text_rows(r->c->f, want, v, &whole), i;

	if (n == 0)
		return NULL;
	set = xmlXPathNodeSetCreate(NULL);
	for (i = 0; i < n && set != NULL; i++) {
		snprintf(number, sizeof(number), "%" PRId64, v[i]->num);
		add_node(r, set, whole ? "" : v[i]->kind == FV_INT ? number :
		    v[i]->text == NULL ? "" : v[i]->text);
	}
	r->set = true;
	return xmlXPathWrapNodeSet(set);
}

/* A field stands for the cell of this row, else for the record's own value,
 * else for all rows of a repeat. */
static xmlXPathObjectPtr field_value(struct run *r, const char *want)
{
	struct form_expr_call *c = r->c;
	const struct field_value *v = NULL;
	char name[FIELDS_NAME_MAX + 1], any[FIELDS_NAME_MAX + 1];
	xmlXPathObjectPtr o;
	size_t i, row = 0;
	bool whole;

	if (c->row != NULL) {
		snprintf(name, sizeof(name), "%s%s", c->row, want);
		v = form_expr_text_find(c->f, name);
		row = strcspn(c->row, ".") + 1;
	}
	if (v == NULL)
		v = form_expr_text_find(c->f, want);
	if (v != NULL)
		return value_of(v);
	/* Empty in this row, filled in another: still a cell of this row. */
	for (i = 0; row > 0 && i < c->f->n; i++) {
		snprintf(any, sizeof(any), "%s", c->f->v[i].name);
		if (strncmp(any, c->row, row) == 0 &&
		    form_expr_text_cell(any, want, &whole) && !whole)
			return xmlXPathNewString(BAD_CAST "");
	}
	o = rows_of(r, want);
	return o != NULL ? o : xmlXPathNewString(BAD_CAST "");
}

static xmlXPathObjectPtr variable(void *data, const xmlChar *name,
    const xmlChar *ns)
{
	struct run *r = data;
	const char *want = (const char *)name;
	const size_t column = sizeof(FORM_EXPR_COLUMN) - 1;
	char text[TEXT_MAX / 16];

	(void)ns;
	if (strcmp(want, FORM_EXPR_SELF) == 0)
		return text_value(r->c->self == NULL ? "" : r->c->self);
	if (strcmp(want, FORM_EXPR_ROW) == 0)
		return xmlXPathNewFloat(r->c->position);
	if (strncmp(want, FORM_EXPR_COLUMN, column) == 0) {
		if (r->c->column == NULL || !r->c->column(r->c->ctx,
		    want + column, text, sizeof(text)))
			text[0] = '\0';
		return xmlXPathNewString(BAD_CAST text);
	}
	return field_value(r, want);
}

/* ---- ODK's functions ---- */

static struct form_expr_call *call_of(xmlXPathParserContextPtr ctxt)
{
	return ((struct run *)ctxt->context->userData)->c;
}

static void fn_selected(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *want, *list;
	const char *item;
	size_t len, i;
	bool found = false;

	CHECK_ARITY(2);
	want = xmlXPathPopString(ctxt);
	list = xmlXPathPopString(ctxt);
	for (i = 0; !found && (item = form_expr_text_item((char *)list, i,
	    &len)) != NULL; i++)
		found = xmlStrlen(want) == (int)len &&
		    memcmp(item, want, len) == 0;
	xmlFree(want);
	xmlFree(list);
	xmlXPathReturnBoolean(ctxt, found);
}

static void fn_count_selected(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *list;
	size_t len, count = 0;

	CHECK_ARITY(1);
	list = xmlXPathPopString(ctxt);
	while (form_expr_text_item((char *)list, count, &len) != NULL)
		count++;
	xmlFree(list);
	xmlXPathReturnNumber(ctxt, (double)count);
}

/* The n-th item of a list, counted from 0. */
static void fn_selected_at(xmlXPathParserContextPtr ctxt, int nargs)
{
	double n;
	xmlChar *list, *out;
	const char *item;
	size_t len = 0;

	CHECK_ARITY(2);
	n = xmlXPathPopNumber(ctxt);
	list = xmlXPathPopString(ctxt);
	item = n >= 0 && n < TEXT_MAX ? form_expr_text_item((char *)list,
	    (size_t)n, &len) : NULL;
	out = xmlStrndup(BAD_CAST (item == NULL ? "" : item), (int)len);
	valuePush(ctxt, xmlXPathNewString(out));
	xmlFree(out);
	xmlFree(list);
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

static bool is_empty(xmlXPathObjectPtr o)
{
	xmlChar *s = xmlXPathCastToString(o);
	bool empty = s == NULL || s[0] == '\0' || (o != NULL &&
	    o->type == XPATH_NUMBER && isnan(o->floatval));

	xmlFree(s);
	return empty;
}

/* The first that is not empty. */
static void fn_coalesce(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlXPathObjectPtr best = valuePop(ctxt), o;

	while (--nargs > 0) {
		o = valuePop(ctxt);
		if (is_empty(o)) {
			xmlXPathFreeObject(o);
			continue;
		}
		xmlXPathFreeObject(best);
		best = o;
	}
	valuePush(ctxt, best);
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
	    form_expr_text_when((const char *)o->stringval, &v))
		valuePush(ctxt, xmlXPathNewFloat(v));
	else
		valuePush(ctxt, xmlXPathNewFloat(xmlXPathCastToNumber(o)));
	xmlXPathFreeObject(o);
}

/* A number out of a text: a time is a number of days too. */
static double number_of(const char *s)
{
	double v;

	return form_expr_text_when(s, &v) ? v :
	    xmlXPathCastStringToNumber((const xmlChar *)s);
}

/* Each value of an argument: the nodes of a set, or the one it is. */
static void each(xmlXPathObjectPtr o, void (*fn)(void *ctx, const char *s),
    void *ctx)
{
	xmlChar *s;
	int i;

	if (o == NULL)
		return;
	if (o->type != XPATH_NODESET) {
		s = xmlXPathCastToString(o);
		fn(ctx, s == NULL ? "" : (const char *)s);
		xmlFree(s);
		return;
	}
	for (i = 0; o->nodesetval != NULL && i < o->nodesetval->nodeNr; i++) {
		s = xmlNodeGetContent(o->nodesetval->nodeTab[i]);
		fn(ctx, s == NULL ? "" : (const char *)s);
		xmlFree(s);
	}
}

struct sums { double best, total; bool most; int n, filled; };

static void sum_one(void *ctx, const char *s)
{
	struct sums *x = ctx;
	double v = number_of(s);

	x->n++;
	if (s[0] == '\0')
		return;
	x->filled++;
	x->total += v;
	if (isnan(x->best) || (x->most ? v > x->best : v < x->best))
		x->best = v;
}

static void least_or_most(xmlXPathParserContextPtr ctxt, int nargs, bool most)
{
	struct sums x = { NAN, 0, most, 0, 0 };
	xmlXPathObjectPtr o;

	while (nargs-- > 0) {
		o = valuePop(ctxt);
		each(o, sum_one, &x);
		xmlXPathFreeObject(o);
	}
	xmlXPathReturnNumber(ctxt, x.best);
}

static struct sums sum_of(xmlXPathParserContextPtr ctxt)
{
	struct sums x = { NAN, 0, false, 0, 0 };
	xmlXPathObjectPtr o = valuePop(ctxt);

	each(o, sum_one, &x);
	/* What is no set and holds nothing is a repeat without rows. */
	if (o != NULL && o->type != XPATH_NODESET)
		x.n = x.filled;
	xmlXPathFreeObject(o);
	return x;
}

static void fn_sum(xmlXPathParserContextPtr ctxt, int nargs)
{
	CHECK_ARITY(1);
	xmlXPathReturnNumber(ctxt, sum_of(ctxt).total);
}

static void fn_count(xmlXPathParserContextPtr ctxt, int nargs)
{
	CHECK_ARITY(1);
	xmlXPathReturnNumber(ctxt, sum_of(ctxt).n);
}

static void fn_count_non_empty(xmlXPathParserContextPtr ctxt, int nargs)
{
	CHECK_ARITY(1);
	xmlXPathReturnNumber(ctxt, sum_of(ctxt).filled);
}

static void fn_min(xmlXPathParserContextPtr ctxt, int nargs)
{
	least_or_most(ctxt, nargs, false);
}

static void fn_max(xmlXPathParserContextPtr ctxt, int nargs)
{
	least_or_most(ctxt, nargs, true);
}

/* ---- texts ---- */

struct joined { xmlBufferPtr b; const char *between; bool any; };

static void join_one(void *ctx, const char *s)
{
	struct joined *j = ctx;

	if (j->any && j->between != NULL)
		xmlBufferCat(j->b, BAD_CAST j->between);
	j->any = true;
	xmlBufferCat(j->b, BAD_CAST s);
}

/* Takes the arguments off the stack and puts them one behind the other. */
static void join_all(xmlXPathParserContextPtr ctxt, int nargs, bool between)
{
	xmlXPathObjectPtr v[ARGS_MAX];
	struct joined j = { xmlBufferCreate(), NULL, false };
	xmlChar *sep = NULL;
	int i;

	if (nargs > ARGS_MAX || nargs < 1 || j.b == NULL) {
		xmlBufferFree(j.b);
		xmlXPathSetArityError(ctxt);
		return;
	}
	for (i = nargs; i-- > 0;)
		v[i] = valuePop(ctxt);
	if (between)
		sep = xmlXPathCastToString(v[0]);
	j.between = (const char *)sep;
	for (i = between; i < nargs; i++)
		each(v[i], join_one, &j);
	for (i = 0; i < nargs; i++)
		xmlXPathFreeObject(v[i]);
	valuePush(ctxt, xmlXPathNewString(xmlBufferContent(j.b)));
	xmlFree(sep);
	xmlBufferFree(j.b);
}

static void fn_concat(xmlXPathParserContextPtr ctxt, int nargs)
{
	join_all(ctxt, nargs, false);
}

static void fn_join(xmlXPathParserContextPtr ctxt, int nargs)
{
	join_all(ctxt, nargs, true);
}

/* Characters from (counted from 0) up to, without, the last one. */
static void fn_substr(xmlXPathParserContextPtr ctxt, int nargs)
{
	double end = NAN, from;
	xmlChar *s, *part;
	int n;

	if (nargs == 3)
		end = xmlXPathPopNumber(ctxt);
	from = xmlXPathPopNumber(ctxt);
	s = xmlXPathPopString(ctxt);
	n = xmlUTF8Strlen(s);
	if (isnan(end) || end > n)
		end = n;
	from = isnan(from) || from + n < 0 ? 0 : from < 0 ? from + n : from;
	end = end < 0 ? end + n : end;
	part = from < end ? xmlUTF8Strsub(s, (int)from, (int)end - (int)from) :
	    xmlStrdup(BAD_CAST "");
	valuePush(ctxt, xmlXPathNewString(part));
	xmlFree(part);
	xmlFree(s);
}

static void fn_ends_with(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *end, *s;
	int n, len;

	CHECK_ARITY(2);
	end = xmlXPathPopString(ctxt);
	s = xmlXPathPopString(ctxt);
	n = xmlStrlen(s);
	len = xmlStrlen(end);
	xmlXPathReturnBoolean(ctxt, len <= n &&
	    xmlStrcmp(s + n - len, end) == 0);
	xmlFree(end);
	xmlFree(s);
}

/* The words of a choice: jr:choice-name(${category}, '${category}'). */
static void fn_choice_name(xmlXPathParserContextPtr ctxt, int nargs)
{
	struct form_expr_call *c = call_of(ctxt);
	xmlChar *field, *value;
	char name[40], words[400];

	CHECK_ARITY(2);
	field = xmlXPathPopString(ctxt);
	value = xmlXPathPopString(ctxt);
	words[0] = '\0';
	if (field != NULL && (sscanf((char *)field, " ${%39[a-z0-9_]", name)
	    == 1 || sscanf((char *)field, "%39[a-z0-9_]", name) == 1) &&
	    c->label != NULL && value != NULL)
		(void)c->label(c->ctx, name, (char *)value, words,
		    sizeof(words));
	valuePush(ctxt, xmlXPathNewString(BAD_CAST words));
	xmlFree(field);
	xmlFree(value);
}

/* ---- numbers and times ---- */

static void fn_round(xmlXPathParserContextPtr ctxt, int nargs)
{
	double places = nargs == 2 ? xmlXPathPopNumber(ctxt) : 0, scale, v;

	v = xmlXPathPopNumber(ctxt);
	scale = pow(10, isnan(places) || fabs(places) > 9 ? 0 :
	    trunc(places));
	xmlXPathReturnNumber(ctxt, floor(v * scale + 0.5) / scale);
}

static void fn_pow(xmlXPathParserContextPtr ctxt, int nargs)
{
	double e, v;

	CHECK_ARITY(2);
	e = xmlXPathPopNumber(ctxt);
	v = xmlXPathPopNumber(ctxt);
	xmlXPathReturnNumber(ctxt, pow(v, e));
}

static void fn_abs(xmlXPathParserContextPtr ctxt, int nargs)
{
	CHECK_ARITY(1);
	xmlXPathReturnNumber(ctxt, fabs(xmlXPathPopNumber(ctxt)));
}

/* What stands there already stays. */
static void fn_once(xmlXPathParserContextPtr ctxt, int nargs)
{
	const char *self = call_of(ctxt)->self;

	CHECK_ARITY(1);
	if (self == NULL || self[0] == '\0')
		return;
	xmlXPathFreeObject(valuePop(ctxt));
	valuePush(ctxt, text_value(self));
}

/* position(..): which row of the repeat this is. */
static void fn_position(xmlXPathParserContextPtr ctxt, int nargs)
{
	CHECK_ARITY(1);
	xmlXPathReturnNumber(ctxt, xmlXPathPopNumber(ctxt));
}

static void fn_format(xmlXPathParserContextPtr ctxt, int nargs)
{
	xmlChar *format;
	xmlXPathObjectPtr o;
	char text[FORMAT_MAX] = "";
	double at;

	CHECK_ARITY(2);
	format = xmlXPathPopString(ctxt);
	o = valuePop(ctxt);
	at = o != NULL && o->type == XPATH_STRING && o->stringval != NULL ?
	    number_of((char *)o->stringval) : xmlXPathCastToNumber(o);
	if (format != NULL && fabs(at) < 1e7 && !form_expr_text_format(at,
	    (char *)format, text, sizeof(text)))
		form_expr_text_problem(call_of(ctxt), "format-date",
		    "%Y %y %m %n %d %e %H %h %M");
	valuePush(ctxt, xmlXPathNewString(BAD_CAST text));
	xmlXPathFreeObject(o);
	xmlFree(format);
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
		form_expr_text_problem(c, "regex", (const char *)why);
		goto out;
	}
	md = pcre2_match_data_create_from_pattern(code, NULL);
	if (md == NULL || strlen(text) > TEXT_MAX)
		goto out;
	rc = pcre2_match(code, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0,
	    PCRE2_NO_JIT, md, mc);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
		pcre2_get_error_message(rc, why, sizeof(why));
		form_expr_text_problem(c, "regex", (const char *)why);
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
	form_expr_text_problem(call_of(ctxt), "function not allowed", NULL);
	xmlXPathSetError(ctxt, XPATH_UNKNOWN_FUNC_ERROR);
}

static const struct { const char *name; xmlXPathFunction fn; } functions[] = {
	{ "selected", fn_selected }, { "count-selected", fn_count_selected },
	{ "selected-at", fn_selected_at }, { "if", fn_if },
	{ "coalesce", fn_coalesce }, { "regex", fn_regex },
	{ "today", fn_today }, { "now", fn_now }, { "int", fn_int },
	{ "date", fn_date }, { "date-time", fn_date },
	{ "decimal-date-time", fn_date }, { "format-date", fn_format },
	{ "format-date-time", fn_format }, { "min", fn_min },
	{ "max", fn_max }, { "sum", fn_sum }, { "count", fn_count },
	{ "count-non-empty", fn_count_non_empty }, { "concat", fn_concat },
	{ "join", fn_join }, { "substr", fn_substr },
	{ "ends-with", fn_ends_with }, { "round", fn_round },
	{ "pow", fn_pow }, { "abs", fn_abs }, { "once", fn_once },
	{ "position", fn_position }, { "choice-name", fn_choice_name },
	{ "id", fn_refused }, { "lang", fn_refused },
	{ "last", fn_refused },
};

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
	form_expr_text_problem(((struct run *)data)->c,
	    i < sizeof(table) / sizeof(table[0]) ? table[i].words :
	    "not an expression", NULL);
}

static void quiet(void *data, const char *fmt, ...)
{
	(void)data;
	(void)fmt;
}

static void result(struct form_expr_call *c, xmlXPathObjectPtr o)
{
	xmlChar *s;

	if (c->truth) {
		form_expr_text_put(c->out, xmlXPathCastToBoolean(o) ? "true" :
		    "false");
		return;
	}
	if (o->type == XPATH_NUMBER) {
		form_expr_text_number(o->floatval, c->out);
		return;
	}
	s = xmlXPathCastToString(o);
	if (s != NULL)
		form_expr_text_put(c->out, (const char *)s);
	xmlFree(s);
}

static xmlXPathContextPtr context_for(struct run *r)
{
	xmlXPathContextPtr ctx = xmlXPathNewContext(NULL);
	size_t i;

	if (ctx == NULL)
		return NULL;
	ctx->opLimit = OPERATIONS_MAX;
	ctx->userData = r;
	ctx->error = on_error;
	xmlXPathRegisterVariableLookup(ctx, variable, r);
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		const xmlChar *name = BAD_CAST functions[i].name;

		/* One of libxml2's own must go before ours can come. */
		xmlXPathRegisterFunc(ctx, name, NULL);
		xmlXPathRegisterFunc(ctx, name, functions[i].fn);
	}
	return ctx;
}

static void once_over(struct run *r, xmlXPathCompExprPtr comp,
    xmlXPathContextPtr ctx)
{
	struct form_expr_call *c = r->c;
	xmlXPathObjectPtr o;

	ctx->opCount = 0;
	r->set = false;
	o = xmlXPathCompiledEval(comp, ctx);
	if (o == NULL)
		form_expr_text_problem(c, "not an expression", NULL);
	else if (o->type == XPATH_NODESET && !r->set)
		form_expr_text_problem(c, "a bare name; write ${name}", NULL);
	else if (c->problem[0] == '\0' && c->take != NULL)
		c->take(c->ctx, xmlXPathCastToBoolean(o));
	else if (c->problem[0] == '\0')
		result(c, o);
	xmlXPathFreeObject(o);
}

__attribute__((visibility("default"))) bool
form_expr_eval(struct form_expr_call *c)
{
	struct run r = { c, NULL, false };
	char text[EXPR_MAX * 2];
	xmlXPathContextPtr ctx;
	xmlXPathCompExprPtr comp;

	assert(c->f != NULL && c->out != NULL);
	c->problem[0] = '\0';
	if (strlen(c->expr) > EXPR_MAX / 2) {
		form_expr_text_problem(c, "expression too long", NULL);
		return false;
	}
	if (!form_expr_text_translate(c->expr, c->column != NULL, text,
	    sizeof(text))) {
		form_expr_text_problem(c, "bad ${", NULL);
		return false;
	}
	xmlSetGenericErrorFunc(NULL, quiet);
	ctx = context_for(&r);
	comp = ctx == NULL ? NULL : xmlXPathCtxtCompile(ctx, BAD_CAST text);
	if (comp == NULL)
		form_expr_text_problem(c, "not an expression", NULL);
	else if (c->next == NULL)
		once_over(&r, comp, ctx);
	else
		while (c->problem[0] == '\0' && c->next(c->ctx))
			once_over(&r, comp, ctx);
	xmlXPathFreeCompExpr(comp);
	xmlXPathFreeContext(ctx);
	xmlFreeDoc(r.doc);
	return c->problem[0] == '\0';
}
