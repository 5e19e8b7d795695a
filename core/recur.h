/*
 * The recur facet's reading side: who is due to be looked after, and when.
 * Nothing is planned or stored: due = the last time (record_mark.h) plus the
 * days of recur.csv as they are now, so that two nodes can never disagree
 * about a schedule, and a new rule holds at once.
 */
#ifndef MQ_RECUR_H
#define MQ_RECUR_H

#include "facet.h"

struct recur_due {
	struct record r;	/* who or what is due */
	struct day last;	/* the last time, or its opening … */
	bool met;		/* … when nobody has come yet (false) */
	struct day due;
	const struct recur_rule *rule;	/* NULL: a day that was agreed */
};

/* Does anything of this kind come round? */
bool recur_kind(struct node *n, const char *kind);
/* Those due on or before `day`, or within their rule's `soon` days after it;
 * the longest due first, each once, by its strictest rule.  scope
 * as in record_query.  after NULL: from the first. */
enum mq_status recur_page(struct node *n, const char *kind,
    const char *scope, struct day day, const struct recur_due *after,
    struct recur_due *rows, int max, int *count, struct err *err) MUST_CHECK;
/* How many are due on or before `day`, counted up to `max`. */
enum mq_status recur_count(struct node *n, const char *kind,
    const char *scope, struct day day, int64_t max, int64_t *out,
    struct err *err) MUST_CHECK;
/* How many fall due on each of `days` days from `from` on; those due before
 * count on the first. */
enum mq_status recur_days(struct node *n, const char *kind,
    const char *scope, struct day from, int days, int64_t *out,
    struct err *err) MUST_CHECK;
/* When this one is due; due.n 0 when it never is. */
enum mq_status recur_of(struct node *n, int64_t rec, struct recur_due *out,
    struct err *err) MUST_CHECK;
/* "超期 3 天", "今天到期", "还剩 2 天". */
void recur_words(const struct recur_due *d, struct day today, enum lang lang,
    struct buf *out);
/* The kind of record that looks after it (a visit), and its fields with the
 * record put in; NULL when there is none. */
const char *recur_begin(struct node *n, const struct record *r,
    struct fields *out);
/* Puts a record into the field of kind `by` that names what was looked
 * after; false when it has none. */
bool recur_name(struct node *n, const struct kind *by,
    const struct record *r, struct fields *out);

#endif
