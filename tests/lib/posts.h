/*
 * Several nodes that hear of each other in any order, twice, or not yet: for
 * tests of what must hold on every interleaving.
 */
#ifndef TEST_POSTS_H
#define TEST_POSTS_H

#include "nodes.h"

#define POSTS_NODES 5

struct posts {
	struct nodes_one x[POSTS_NODES];
	int n;
	int64_t sent[POSTS_NODES];	/* entries taken off each node */
	struct { char *line; int from; unsigned seen; } *line;
	size_t nlines, cap;
	uint32_t dice;
};

/* Node i is bound to orgs[i] and its people are its own. */
void posts_make(struct posts *p, const char *const *orgs, int n,
    uint32_t seed);
void posts_free(struct posts *p);
uint32_t posts_roll(struct posts *p, uint32_t below);
/* Hands one line, new or not, to a node that did not write it; false when
 * there is none. */
bool posts_deliver_one(struct posts *p);
/* Everything to everybody, in an order of its own. */
void posts_deliver_all(struct posts *p);
/* What duties do by themselves on node i; returns how many saves. */
int posts_duty(struct posts *p, int i);
/* The projection made anew is the same. */
void posts_rebuild_same(struct posts *p, int i);

/* Somebody of node i opens a record or takes a step; 0 when refused. */
int64_t posts_open(struct posts *p, int i, const char *by, const char *kind,
    const char *const *pairs);
bool posts_step(struct posts *p, int i, const char *by, int64_t rec,
    const char *step, const char *const *pairs);

#endif
