/*
 * The match facet's reading side: what somebody needs, what somebody offers,
 * and the project that brings both together (三张清单).
 *
 * A side (need, offer) is proposed to the other in a project; each side says
 * yes for itself, and only then it is agreed.  The two may be said on two
 * nodes that do not hear of each other: each yes is its own value, and the
 * node of the project's unit takes the agreeing step when it has both.
 */
#ifndef MQ_MATCH_H
#define MQ_MATCH_H

#include "facet.h"

/* Is it a side, or the project between two? */
bool match_side(const struct pack *p, const struct kind *k);
bool match_project(const struct pack *p, const struct kind *k);

struct match_hit {
	struct record r;	/* of the other side, still free */
	int points;		/* how well it fits; never a person's */
	int same;		/* fields that agree */
	int near;		/* 3 same unit, 2 same unit above, 1 further
				 * up, 0 far */
};
/* What fits best first; at most max.  *count gets how many there are. */
enum mq_status match_suggest(struct node *n, const struct record_full *side,
    struct match_hit *out, int max, int *count, struct err *err) MUST_CHECK;
/* Projects that name this side, newest last. */
enum mq_status match_projects(struct node *n, const struct record_full *side,
    struct record *out, int max, int *count, struct err *err) MUST_CHECK;
/* The fields of a project of these two; false when they do not belong
 * together. */
bool match_join(struct node *n, const struct record *a,
    const struct record *b, struct fields *out, const char **kind);
/* 1 the left side said yes, 2 the right, 3 both. */
int match_said(const struct record_full *project);

#endif
