/*
 * What a form offers: the choices that pass a filter now, and what stands in
 * their columns.
 */
#include "form_parts.h"

#include "../base/log.h"
#include "../base/xmalloc.h"
#include "../ledger.h"

/* A blank inside a value is kept as a tab (pack_lists.c). */
bool form_choice_value(const struct choice *c, const char *key, char *out,
    size_t size)
{
	const char *s = c->filter;
	size_t want = strlen(key), len;

	for (; *s != '\0'; s += len) {
		s += strspn(s, " ");
		len = strcspn(s, " ");
		if (len > want && s[want] == '=' &&
		    memcmp(s, key, want) == 0) {
			snprintf(out, size, "%.*s", (int)(len - want - 1),
			    s + want + 1);
			for (; *out != '\0'; out++)
				if (*out == '\t')
					*out = ' ';
			return true;
		}
	}
	out[0] = '\0';
	return false;
}

/* ---- column = value, joined by and: the usual filter ---- */

#define TERMS_MAX 8

struct term { char key[40], want[200]; };
struct filter { struct term v[TERMS_MAX]; size_t n; };

static bool take_value(const struct form_at *at, const char **s,
    struct term *t)
{
	const struct field_value *v;
	struct buf b = BUF_INIT(FIELDS_TEXT_MAX);
	char name[40], end = **s == '$' ? '}' : **s;
	size_t skip = **s == '$' ? 2 : 1, len;

	if (end != '}' && end != '\'' && end != '"')
		return false;
	len = strlen(*s) > skip ? strcspn(*s + skip, (char[]){ end, 0 }) : 0;
	if ((*s)[skip + len] != end)
		return false;
	if (end == '}') {
		if (len >= sizeof(name))
			return false;
		snprintf(name, sizeof(name), "%.*s", (int)len, *s + skip);
		v = form_value_at(at, name);
		form_text(v, &b);
		xcopy(t->want, sizeof(t->want), buf_str(&b));
		buf_free(&b);
	} else {
		snprintf(t->want, sizeof(t->want), "%.*s", (int)len,
		    *s + skip);
	}
	*s += skip + len + 1;
	return true;
}

/* False: it is more than that, and the expression module must look. */
static bool usual(const struct form_at *at, const char *s, struct filter *out)
{
	out->n = 0;
	for (;;) {
		struct term *t = &out->v[out->n];
		size_t len;

		s += strspn(s, " ");
		len = strcspn(s, " =!<>()'\"$");
		if (len == 0 || len >= sizeof(t->key) || out->n == TERMS_MAX)
			return false;
		snprintf(t->key, sizeof(t->key), "%.*s", (int)len, s);
		s += len;
		s += strspn(s, " ");
		if (*s++ != '=')
			return false;
		s += strspn(s, " ");
		if (!take_value(at, &s, t))
			return false;
		out->n++;
		s += strspn(s, " ");
		if (*s == '\0')
			return true;
		if (strncmp(s, "and ", 4) != 0)
			return false;
		s += 4;
	}
}

static bool column_of(const struct choice *c, const char *key, char *out,
    size_t size)
{
	if (form_choice_value(c, key, out, size))
		return true;
	if (strcmp(key, "name") == 0)
		xcopy(out, size, c->name);
	else if (strcmp(key, "label") == 0)
		xcopy(out, size, c->label[0]);
	else
		return false;
	return true;
}

static bool fits(const struct choice *c, const struct filter *f)
{
	char have[200];
	size_t i;

	for (i = 0; i < f->n; i++)
		if (!column_of(c, f->v[i].key, have, sizeof(have)) ||
		    strcmp(have, f->v[i].want) != 0)
			return false;
	return true;
}

/* ---- any other expression, row by row ---- */

struct sieve {
	const struct choice *v, **out;
	size_t n, i, found, max;
};

static bool sieve_next(void *ctx)
{
	struct sieve *s = ctx;

	return ++s->i < s->n && s->found < s->max;
}

static bool sieve_column(void *ctx, const char *name, char *out, size_t size)
{
	struct sieve *s = ctx;

	return column_of(&s->v[s->i], name, out, size);
}

static void sieve_take(void *ctx, bool yes)
{
	struct sieve *s = ctx;

	if (yes)
		s->out[s->found++] = &s->v[s->i];
}

size_t form_choices(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *f,
    const struct choice **out, size_t max)
{
	const struct form_at at = { n, k, fd, f, ledger_now(n) };
	struct sieve s = { .out = out, .i = (size_t)-1, .max = max };
	struct form_sieve how = { sieve_next, sieve_column, sieve_take, &s };
	struct filter filter;
	struct err err = ERR_INIT;
	size_t i;

	s.v = pack_choices(n->pack, fd->list, &s.n);
	filter.n = 0;
	if (fd->choice_filter[0] != '\0' &&
	    !usual(&at, fd->choice_filter, &filter)) {
		/* What cannot be decided shows. */
		if (form_eval_rows(&at, fd->choice_filter, &how, &err) ==
		    MQ_OK)
			return s.found;
		log_err("form", &err);
		filter.n = 0;
	}
	for (i = 0, s.found = 0; i < s.n && s.found < max; i++)
		if (fits(&s.v[i], &filter))
			out[s.found++] = &s.v[i];
	return s.found;
}
