/*
 * All entries of one subject, parsed and in fold order.  Shared by the fold
 * and the timeline; nobody else needs it.
 */
#ifndef MQ_RECORD_HISTORY_H
#define MQ_RECORD_HISTORY_H

#include "fields.h"
#include "node.h"

struct history_entry {
	struct entry e;
	struct fields f, d;	/* as entered, as decided */
	char step[32];
	struct ref undoes[16];	/* void: what it takes back */
	int nundoes;
	bool erased;		/* words gone */
	bool purged;		/* … from this node, by retention */
	bool odd;		/* body makes no sense */
	bool undone;		/* taken back by a void that stands */
	size_t *before;		/* indexes (in order) of held `after` */
	size_t nbefore;
	uint64_t *reach;	/* bit set of entries it reaches */
};

struct history {
	struct history_entry *v;	/* in fold order */
	size_t n, cap;
	size_t words;		/* of each reach set */
	bool linear;		/* no two entries are concurrent */
};

enum mq_status record_history_load(struct node *n, struct ref subj,
    struct history *out, struct err *err) MUST_CHECK;
void record_history_free(struct history *h);
/* Does entry a come after entry b? */
bool record_history_reaches(const struct history *h, size_t a, size_t b);

#endif
