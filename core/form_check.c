/*
 * The grammar of expressions: XPath 1.0 without paths, as XLSForm uses it.
 * One function a level, from "or" down to a single value.
 */
#include "form_check.h"

#include <assert.h>

#include "base/xmalloc.h"

struct parse {
	const struct form_check *c;
	const char *s;		/* what is left */
	int depth;
	bool bad;
	enum say why;
	char what[64];
};

static const struct { const char *name; int least, most; } functions[] = {
#define FORM_FN(name, least, most) { name, least, most },
#include "form_fn.def"
#undef FORM_FN
};

static bool either(struct parse *p);

static bool fail(struct parse *p, enum say why, const char *s, size_t len)
{
	if (p->bad)
		return false;	/* the first one is the cause */
	p->bad = true;
	p->why = why;
	xcopy(p->what, len + 1 < sizeof(p->what) ? len + 1 : sizeof(p->what),
	    s);
	return false;
}

/* What stands here makes no sense: shown up to the next blank. */
static bool fail_here(struct parse *p)
{
	return fail(p, SAY_PACK_EXPR_HERE, p->s, strlen(p->s));
}

static void skip(struct parse *p)
{
	p->s += strspn(p->s, " \t\r\n");
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the name at s: "string-length", "jr:choice-name". */
static size_t name_at(const char *s)
{
	size_t n = 0;

	if (!letter(s[0]))
		return 0;
	while (letter(s[n]) || digit(s[n]) || s[n] == '-' || s[n] == '.' ||
	    (s[n] == ':' && letter(s[n + 1])))
		n++;
	return n;
}

static bool eat(struct parse *p, const char *sign)
{
	size_t n = strlen(sign);

	skip(p);
	if (strncmp(p->s, sign, n) != 0)
		return false;
	/* A word must end here: "order" is no "or". */
	if (letter(sign[0]) && name_at(p->s) != n)
		return false;
	p->s += n;
	return true;
}

/* ---- single values ---- */

static bool quoted(struct parse *p)
{
	const char *end = strchr(p->s + 1, p->s[0]);

	if (end == NULL)
		return fail(p, SAY_PACK_EXPR, p->s, strlen(p->s));
	p->s = end + 1;
	return true;
}

static bool number(struct parse *p)
{
	while (digit(*p->s))
		p->s++;
	if (*p->s == '.')
		p->s++;
	while (digit(*p->s))
		p->s++;
	return true;
}

static bool reference(struct parse *p)
{
	size_t len = p->s[1] == '{' ? strcspn(p->s + 2, "}") : 0;
	char name[40];
	const char *at;

	if (len == 0 || p->s[2 + len] != '}')
		return fail(p, SAY_PACK_EXPR, p->s, strlen(p->s));
	at = p->s + 2;
	p->s += len + 3;
	while (len > 0 && *at == ' ') {
		at++;
		len--;
	}
	while (len > 0 && at[len - 1] == ' ')
		len--;
	if (len >= sizeof(name))
		return fail(p, SAY_PACK_NO_FIELD, at, len);
	memcpy(name, at, len);
	name[len] = '\0';
	if (p->c->has != NULL && !p->c->has(p->c->ctx, name))
		return fail(p, SAY_PACK_NO_FIELD, name, len);
	if (p->c->uses != NULL)
		p->c->uses(p->c->user, name);
	return true;
}

static bool call(struct parse *p, const char *name, size_t len)
{
	int args = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(functions); i++)
		if (strlen(functions[i].name) == len &&
		    memcmp(functions[i].name, name, len) == 0)
			break;
	if (i == ARRAY_LEN(functions))
		return fail(p, SAY_PACK_EXPR_FN, name, len);
	skip(p);
	if (!eat(p, ")")) {
		do {
			if (!either(p))
				return false;
			args++;
		} while (eat(p, ","));
		if (!eat(p, ")"))
			return fail_here(p);
	}
	if (args < functions[i].least || args > functions[i].most)
		return fail(p, SAY_PACK_EXPR_ARGS, name, len);
	return true;
}

static bool named(struct parse *p)
{
	const char *name = p->s;
	size_t len = name_at(p->s);
	char column[40];

	p->s += len;
	if (eat(p, "("))
		return call(p, name, len);
	/* A column of the list stands bare in a choice_filter only. */
	if (p->c->column == NULL)
		return fail(p, SAY_PACK_EXPR_BARE, name, len);
	snprintf(column, sizeof(column), "%.*s", (int)(len < 39 ? len : 39),
	    name);
	return p->c->column(p->c->ctx, column) ||
	    fail(p, SAY_PACK_EXPR_COLUMN, name, len);
}

static bool value(struct parse *p)
{
	bool ok;

	skip(p);
	if (*p->s == '(') {
		p->s++;
		ok = either(p) && (eat(p, ")") || fail_here(p));
		return ok;
	}
	if (*p->s == '\'' || *p->s == '"')
		return quoted(p);
	if (digit(*p->s) || (*p->s == '.' && digit(p->s[1])))
		return number(p);
	if (*p->s == '$')
		return reference(p);
	if (*p->s == '.') {
		p->s += p->s[1] == '.' ? 2 : 1;
		return *p->s != '/' || fail(p, SAY_PACK_EXPR_PATH, p->s,
		    strlen(p->s));
	}
	if (*p->s == '/')
		return fail(p, SAY_PACK_EXPR_PATH, p->s, strlen(p->s));
	if (letter(*p->s))
		return named(p);
	return fail_here(p);
}

/* ---- levels, the strongest first ---- */

static bool signed_value(struct parse *p)
{
	while (eat(p, "-"))
		continue;
	return value(p);
}

static bool product(struct parse *p)
{
	do {
		if (!signed_value(p))
			return false;
	} while (eat(p, "*") || eat(p, "div") || eat(p, "mod"));
	return true;
}

static bool total(struct parse *p)
{
	do {
		if (!product(p))
			return false;
	} while (eat(p, "+") || eat(p, "-"));
	return true;
}

static bool compared(struct parse *p)
{
	do {
		if (!total(p))
			return false;
	} while (eat(p, "<=") || eat(p, ">=") || eat(p, "<") || eat(p, ">") ||
	    eat(p, "!=") || eat(p, "="));
	return true;
}

static bool both(struct parse *p)
{
	do {
		if (!compared(p))
			return false;
	} while (eat(p, "and"));
	return true;
}

static bool either(struct parse *p)
{
	if (++p->depth > FORM_CHECK_DEPTH)
		return fail(p, SAY_PACK_EXPR_LONG, "", 0);
	do {
		if (!both(p))
			return false;
	} while (eat(p, "or"));
	p->depth--;
	return true;
}

bool form_check_expr(const struct form_check *c, const char *expr,
    enum say *why, char what[64])
{
	struct parse p = { .c = c, .s = expr };

	if (strlen(expr) > FORM_CHECK_MAX)
		(void)fail(&p, SAY_PACK_EXPR_LONG, "", 0);
	else if (either(&p)) {
		skip(&p);
		if (*p.s != '\0')
			(void)fail_here(&p);
	}
	*why = p.why;
	snprintf(what, 64, "%s", p.what);
	return !p.bad;
}
