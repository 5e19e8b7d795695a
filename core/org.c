/*
 * The tree of units: numbering, look-up, subtrees.  Called by pack, access,
 * screens and the hub.
 */
#include "org.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/xmalloc.h"
#include "say.h"

static int cmp_org(const void *a, const void *b)
{
	const struct org *x = a, *y = b;

	return strcmp(x->code, y->code);
}

static int cmp_code(const void *key, const void *item)
{
	const struct org *o = item;

	return strcmp(key, o->code);
}

const struct org *org_find(const struct orgs *o, const char *code)
{
	if (o->n == 0 || code[0] == '\0')
		return NULL;
	return bsearch(code, o->v, o->n, sizeof(o->v[0]), cmp_code);
}

const struct org *org_parent(const struct orgs *o, const char *code)
{
	const struct org *x = org_find(o, code);

	return x == NULL ? NULL : org_find(o, x->parent);
}

/* The next of the successors; NULL at the end. */
static const struct org *next_heir(const struct orgs *o, const char **at)
{
	char code[40];
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	if (n == 0 || n >= sizeof(code))
		return NULL;
	memcpy(code, *at, n);
	code[n] = '\0';
	*at += n;
	return org_find(o, code);
}

static const char *heirs_of(const struct org *x)
{
	return x->successor == NULL ? "" : x->successor;
}

static bool lies_in(const struct orgs *o, const struct org *x,
    const struct org *r)
{
	const struct org *heir;
	const char *at;

	if (x->first >= r->first && x->first <= r->last)
		return true;
	for (; x != NULL && o->moved; x = org_find(o, x->parent))
		for (at = heirs_of(x); (heir = next_heir(o, &at)) != NULL;)
			if (lies_in(o, heir, r))
				return true;
	return false;
}

bool org_within(const struct orgs *o, const char *code, const char *root)
{
	const struct org *x = org_find(o, code), *r = org_find(o, root);

	if (x == NULL || r == NULL)
		return code[0] != '\0' && strcmp(code, root) == 0;
	return lies_in(o, x, r);
}

void org_heirs(const struct orgs *o, const char *code,
    void (*fn)(void *ctx, const struct org *heir), void *ctx)
{
	const struct org *x, *heir;
	const char *at;

	for (x = org_find(o, code); x != NULL && o->moved;
	    x = org_find(o, x->parent)) {
		for (at = heirs_of(x); (heir = next_heir(o, &at)) != NULL;) {
			fn(ctx, heir);
			org_heirs(o, heir->code, fn, ctx);
		}
	}
}

static void add_name(void *ctx, const struct org *heir)
{
	struct buf *names = ctx;

	if (heirs_of(heir)[0] != '\0')
		return;
	if (names->len > 0)
		buf_adds(names, say_word(SAY_FORM_LIST_SEP, LANG_ZH));
	buf_adds(names, heir->name[0]);
}

void org_heir_names(const struct orgs *o, const char *code, struct buf *out)
{
	org_heirs(o, code, add_name, out);
}

bool org_ended(const struct org *x, struct day day)
{
	if (day.n == 0)
		return x->to.n != 0 || heirs_of(x)[0] != '\0';
	return x->to.n != 0 && day.n > x->to.n;
}

const char *org_name(const struct orgs *o, const char *code, enum lang lang)
{
	const struct org *x = org_find(o, code);
	const char *name;

	if (x == NULL)
		return code;
	name = x->name[lang == LANG_EN ? 1 : 0];
	return name[0] != '\0' ? name : x->name[0];
}

const struct org *org_at_level(const struct orgs *o, const char *code,
    const char *level)
{
	const struct org *x = org_find(o, code), *heir;
	const char *at;

	while (x != NULL) {
		at = heirs_of(x);
		heir = next_heir(o, &at);
		if (heir != NULL && next_heir(o, &at) == NULL)
			return org_at_level(o, heir->code, level);
		if (strcmp(x->level, level) == 0)
			return x;
		x = org_find(o, x->parent);
	}
	return NULL;
}

void org_children(const struct orgs *o, const char *code,
    void (*fn)(void *ctx, const struct org *child), void *ctx)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (o->v[i].parent[0] != '\0' &&
		    strcmp(o->v[i].parent, code) == 0)
			fn(ctx, &o->v[i]);
}

void org_subtree(const struct orgs *o, const char *root, struct buf *out)
{
	struct jout j;
	size_t i;

	jout_begin(&j, out, true);
	jout_list(&j);
	if (org_find(o, root) == NULL && root[0] != '\0')
		jout_str(&j, root);
	for (i = 0; i < o->n; i++)
		if (org_within(o, o->v[i].code, root))
			jout_str(&j, o->v[i].code);
	jout_list_end(&j);
}

static enum mq_status bad(enum say why, const char *code, struct err *err)
{
	struct buf b = BUF_INIT(200);
	enum mq_status rc;

	say_both(&b, why, code, NULL);
	rc = err_set(err, MQ_E_PACK_BAD, "%s", buf_str(&b));
	buf_free(&b);
	return rc;
}

/* Every unit reaches the root in fewer steps than there are units. */
static enum mq_status check_up(const struct orgs *o, size_t i, struct err *err)
{
	const struct org *x = &o->v[i];
	size_t steps = 0;

	while (x->parent[0] != '\0') {
		const struct org *up = org_find(o, x->parent);

		if (up == NULL)
			return bad(SAY_PACK_NO_ORG, x->parent, err);
		if (++steps > o->n)
			return bad(SAY_PACK_ORG_CYCLE, o->v[i].code, err);
		x = up;
	}
	o->v[i].depth = (int)steps;
	return MQ_OK;
}

/* Successors are other units, and nobody succeeds himself in the end: going
 * from heir to heir (and up) ends within as many steps as there are units. */
static bool heirs_end(const struct orgs *o, const struct org *x, size_t left)
{
	const struct org *heir;
	const char *at;

	if (left == 0)
		return false;
	for (; x != NULL; x = org_find(o, x->parent))
		for (at = heirs_of(x); (heir = next_heir(o, &at)) != NULL;)
			if (!heirs_end(o, heir, left - 1))
				return false;
	return true;
}

static enum mq_status check_heirs(struct orgs *o, struct err *err)
{
	size_t i, moved = 0;
	char word[40];

	for (i = 0; i < o->n; i++) {
		const char *at = heirs_of(&o->v[i]), *was = at;

		moved += at[0] != '\0';
		for (; *(at += strspn(at, " ")) != '\0'; was = at) {
			was = at;
			if (next_heir(o, &at) == NULL) {
				snprintf(word, sizeof(word), "%.*s",
				    (int)strcspn(was, " "), was);
				return bad(SAY_PACK_NO_ORG, word, err);
			}
		}
	}
	o->moved = moved > 0;
	for (i = 0; i < o->n && o->moved; i++)
		if (heirs_of(&o->v[i])[0] != '\0' && !heirs_end(o, &o->v[i],
		    moved < 32 ? moved + 1 : 32))
			return bad(SAY_PACK_ORG_HEIR, o->v[i].code, err);
	return MQ_OK;
}

/* Sizes of subtrees, then pre-order numbers in code order: O(n log n). */
static void number(struct orgs *o)
{
	int *size = xcalloc(o->n, sizeof(*size));
	int *next = xcalloc(o->n, sizeof(*next));
	size_t i, k, up;
	int depth, deepest = 0;

	for (i = 0; i < o->n; i++) {
		const struct org *x = &o->v[i];

		if (x->depth > deepest)
			deepest = x->depth;
		for (;; x = org_find(o, x->parent)) {
			size[x - o->v]++;
			if (x->parent[0] == '\0')
				break;
		}
	}
	for (depth = 0; depth <= deepest; depth++) {
		for (i = 0; i < o->n; i++) {
			struct org *x = &o->v[i];

			if (x->depth != depth)
				continue;
			if (depth == 0) {
				x->first = 0;
			} else {
				up = (size_t)(org_find(o, x->parent) - o->v);
				x->first = next[up];
				next[up] += size[i];
			}
			x->last = x->first + size[i] - 1;
			next[i] = x->first + 1;
		}
	}
	for (k = 0; k < o->n; k++)
		assert(o->v[k].last >= o->v[k].first);
	free(size);
	free(next);
}

enum mq_status org_number(struct orgs *o, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t i, roots = 0;

	if (o->n == 0)
		return bad(SAY_PACK_NO_ORG, "", err);
	qsort(o->v, o->n, sizeof(o->v[0]), cmp_org);
	for (i = 0; i < o->n && rc == MQ_OK; i++) {
		if (i > 0 && strcmp(o->v[i].code, o->v[i - 1].code) == 0)
			return bad(SAY_PACK_TWICE, o->v[i].code, err);
		roots += o->v[i].parent[0] == '\0';
		if (roots > 1)
			return bad(SAY_PACK_ORG_ROOT, o->v[i].code, err);
		rc = check_up(o, i, err);
	}
	if (rc == MQ_OK)
		rc = check_heirs(o, err);
	if (rc == MQ_OK)
		number(o);
	return rc;
}
