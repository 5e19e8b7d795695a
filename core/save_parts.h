/*
 * Inside of a save, shared by save*.c only.
 */
#ifndef MQ_SAVE_PARTS_H
#define MQ_SAVE_PARTS_H

#include "facet.h"
#include "save.h"

#define SAVE_UNDOES 16

struct save_part {
	char kind[32], op[16], step[32], org[24];
	bool opens;
	int64_t rec;			/* 0 until committed when it opens */
	int cause;			/* index in this save, or -1 */
	struct fields f, d;
	struct ref undoes[SAVE_UNDOES];
	int nundoes;
	/* Heads the decision was made on; none: do not care. */
	struct ref heads[RECORD_HEADS_MAX];
	int nheads;
	struct buf body;
};

struct save {
	struct node *n;
	struct session who;
	struct save_part *list;
	int count;
	size_t cap;
	struct save_complaint complaints[SAVE_COMPLAINTS];
	int ncomplaints;
};

struct save_part *save_part_new(struct save *s, const char *kind,
    const char *op, int cause);
/* What follows from part `index` in the same save: records that derive.csv
 * makes of it, and the other side of a merge.  prior: the record before a
 * step, NULL when it opens; typed: what was typed, before sealing. */
enum mq_status save_follow(struct save *s, int index,
    const struct record_full *prior, const struct fields *typed,
    struct err *err) MUST_CHECK;
void save_part_heads(struct save_part *p, const struct record_full *r);
/* A disputed field that the correction names is written even when it keeps
 * the value that stands: only an entry after both sides ends the dispute. */
void save_part_settle(struct save_part *p, const struct record_full *prior,
    const struct fields *named, const struct fields *merged,
    const struct fields *d);
/* A correction without the access check (for what follows from one). */
enum mq_status save_fix_part(struct save *s, const struct record_full *prior,
    const struct kind *k, const struct fields *f, const char *why, int cause,
    int *index, struct err *err) MUST_CHECK;

/* Rows of repeats (save_rows.c): f with the rows that prior does not have
 * under a name of this node; and, taken away in out, every cell of the rows
 * of prior that merged has no more. */
void save_rows_name(struct node *n, const struct kind *k,
    const struct fields *prior, const struct fields *f, struct fields *out);
void save_rows_gone(const struct kind *k, const struct fields *prior,
    const struct fields *merged, struct fields *out);

#endif
