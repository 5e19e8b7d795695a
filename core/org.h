/*
 * Units and places as one tree of any depth and level names (orgs.csv):
 * district, street, community, grid, departments, stations.
 *
 * A unit that ended names its successors: one where units were merged, several
 * where one was split.  Records keep the unit they were made in.  Successors
 * see what was theirs: for org_within() a unit lies in its successors too.
 * Counts go by the successor where there is just one; what belonged to a unit
 * that was split stays counted under its own name, once.
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
	const char *successor;	/* codes, blank-separated; "" or NULL none */
	struct day from, to;	/* valid on these days, 0 open-ended */
};

struct orgs {
	struct org *v;		/* sorted by code */
	size_t n;
	bool moved;		/* some unit has successors */
};

const struct org *org_find(const struct orgs *o, const char *code);
const struct org *org_parent(const struct orgs *o, const char *code);
/* True when `code` is `root` or below it, or one of its successors is. */
bool org_within(const struct orgs *o, const char *code, const char *root);
/* The name, or the code itself when unknown. */
const char *org_name(const struct orgs *o, const char *code, enum lang lang);
/* Did the unit end, by the pack?  `day` 0: whenever. */
bool org_ended(const struct org *x, struct day day);
/* Units that take over what belongs to `code`: its own successors and those
 * of all above it, and theirs in turn; may name one twice. */
void org_heirs(const struct orgs *o, const char *code,
    void (*fn)(void *ctx, const struct org *heir), void *ctx);
/* Names of those that stand now, as "甲、乙". */
void org_heir_names(const struct orgs *o, const char *code, struct buf *out);
/* The nearest ancestor (or self) of that level, or its only successor; NULL
 * none. */
const struct org *org_at_level(const struct orgs *o, const char *code,
    const char *level);
/* Children in code order: calls fn for each. */
void org_children(const struct orgs *o, const char *code,
    void (*fn)(void *ctx, const struct org *child), void *ctx);
/* JSON list of the codes of a subtree. */
void org_subtree(const struct orgs *o, const char *root, struct buf *out);
/* Checks that parents and successors exist and go in no circle; numbers the
 * tree. */
enum mq_status org_number(struct orgs *o, struct err *err) MUST_CHECK;

#endif
