/*
 * Units and places as one tree of any depth and level names (orgs.csv):
 * district, street, community, grid, departments, stations.
 */
#ifndef MQ_ORG_H
#define MQ_ORG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"

struct org {
	const char *code;
	const char *parent;	/* "" for the root */
	const char *level;	/* "district" "street" "community" "grid"
				 * "department" "station": pack words */
	const char *name[2];
	const char *phone;	/* duty phone */
	bool has_node;		/* "no": others record for it (代记) */
	int first, last;	/* pre-order numbers: subtree is [first,last] */
	int depth;
};

struct orgs { struct org *v; size_t n; };	/* sorted by code */

const struct org *org_find(const struct orgs *o, const char *code);
const struct org *org_parent(const struct orgs *o, const char *code);
/* True when `code` is `root` or below it. */
bool org_within(const struct orgs *o, const char *code, const char *root);
/* The name, or the code itself when unknown. */
const char *org_name(const struct orgs *o, const char *code, enum lang lang);
/* The nearest ancestor (or self) of that level; NULL none. */
const struct org *org_at_level(const struct orgs *o, const char *code,
    const char *level);
/* Children in code order: calls fn for each. */
void org_children(const struct orgs *o, const char *code,
    void (*fn)(void *ctx, const struct org *child), void *ctx);
/* JSON list of the codes of a subtree. */
void org_subtree(const struct orgs *o, const char *root, struct buf *out);
/* Checks parents exist, no cycles; numbers the tree. */
enum mq_status org_number(struct orgs *o, struct err *err) MUST_CHECK;

#endif
