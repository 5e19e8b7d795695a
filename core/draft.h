/*
 * Half-typed work.  One append-only encrypted file a person, outside the
 * database: each record in it is the whole state of one draft; the last one
 * counts.  Synced at most once a second and on leaving a field, so that a
 * pulled plug costs at most one second of typing.
 */
#ifndef MQ_DRAFT_H
#define MQ_DRAFT_H

#include "fields.h"
#include "node.h"

#define DRAFT_MAX 32

struct draft {
	int number;		/* 1 …, what the person sees */
	char kind[32];
	int64_t rec;		/* correction or step on this record, 0 new */
	char step[32];
	char at_field[FIELDS_NAME_MAX + 1];	/* where the cursor was */
	int at_char;
	char title[64];		/* masked: who it is about */
	struct utc begun, touched;
	bool parked;		/* put aside on purpose */
	struct fields f;
	struct fields f2;	/* a second form of the same save (request
				 * opened from a visit) */
	char kind2[32];
};

struct drafts;

enum mq_status draft_open(struct node *n, const char *by,
    struct drafts **out, struct err *err) MUST_CHECK;
void draft_close(struct drafts **d);
/* Is there a file of this person at all? */
bool draft_exists(struct node *n, const char *by);
/* The file anew, without what was dropped. */
enum mq_status draft_rewrite(struct drafts *d, struct err *err) MUST_CHECK;
size_t draft_count(const struct drafts *d);
const struct draft *draft_at(const struct drafts *d, size_t i);
/* A free number. */
int draft_next_number(const struct drafts *d);
/* Keeps this state in memory and file (no sync yet). */
enum mq_status draft_put(struct drafts *d, const struct draft *x,
    struct err *err) MUST_CHECK;
enum mq_status draft_drop(struct drafts *d, int number, struct err *err)
    MUST_CHECK;
/* fsync when something was written and a second has passed, or `now`. */
enum mq_status draft_sync(struct drafts *d, bool now, struct err *err)
    MUST_CHECK;
bool draft_dirty(const struct drafts *d);
void draft_copy(struct draft *dst, const struct draft *src);
void draft_free(struct draft *x);

#endif
