/*
 * The tree of units: numbering, look-up, subtrees.  Called by pack, access,
 * screens and the hub.
 */
#include "org.h"

#include <assert.h>
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

bool org_within(const struct orgs *o, const char *code, const char *root)
{
	const struct org *x = org_find(o, code), *r = org_find(o, root);

	if (x == NULL || r == NULL)
		return code[0] != '\0' && strcmp(code, root) == 0;
	return x->first >= r->first && x->first <= r->last;
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
	const struct org *x = org_find(o, code);

	while (x != NULL && strcmp(x->level, level) != 0)
		x = org_find(o, x->parent);
	return x;
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
		number(o);
	return rc;
}
