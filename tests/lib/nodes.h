/*
 * Temporary nodes for tests: a folder under $TMPDIR, a stopped clock, the
 * standard pack, keys from a seed.
 */
#ifndef TEST_NODES_H
#define TEST_NODES_H

#include "../../core/access.h"
#include "../../core/node.h"
#include "../../core/record.h"
#include "../../core/save.h"

#define NODES_NOW INT64_C(1795312800000)	/* 2026-11-22 10:00 +08 */

struct nodes_one {
	struct env env;
	char dir[256];
	struct node *n;
	struct session who;	/* a captain of the whole street */
};

/* Tells the library where the expression module of $MQ_BIN is. */
void nodes_find_module(void);
/* number 101 …; org NULL: the pack's street. */
void nodes_make(struct nodes_one *x, int number, const char *org);
/* Closes and opens again: what is on disk counts. */
void nodes_reopen(struct nodes_one *x);
void nodes_free(struct nodes_one *x);	/* removes the folder */
/* First org of that level in the pack. */
const char *nodes_org(struct nodes_one *x, const char *level, int nth);

/* A raw entry without facets, for ledger and fold tests.  body: canonical
 * JSON.  subj 0 opens. */
struct ref nodes_entry(struct nodes_one *x, const char *kind, const char *op,
    int64_t subj, const char *body);
/* Carries every entry of a to b as wire lines and folds them there. */
void nodes_carry(struct nodes_one *a, struct nodes_one *b);
void nodes_ok(enum mq_status st, const struct err *err);

#endif
