/*
 * The state of one thing = the fold of its entries.
 *
 * Fold order is topological by `after`, ties by (hlc, dev, seq).  The fold
 * copies decided values and evaluates nothing; it is total: an entry that no
 * longer makes sense is kept and shown.  Two entries are concurrent when
 * neither reaches the other; where concurrent entries set the same field to
 * different values, the field is in the conflict lane with both.
 *
 * Everything here is a projection: record_rebuild() gives the same bytes.
 */
#ifndef MQ_RECORD_H
#define MQ_RECORD_H

#include "fields.h"
#include "node.h"

/* The record's own key: ref_rec() of the entry that opened it. */
#define RECORD_CONFLICTS_MAX 16
#define RECORD_HEADS_MAX ENTRY_AFTER_MAX

enum record_flags {
	REC_VOID = 1,		/* withdrawn */
	REC_CONFLICT = 2,
	REC_CONFIDENTIAL = 4,	/* on no list, search, count */
	REC_ERASED = 8,		/* some words are gone by law */
	REC_ODD = 16,		/* holds entries that no longer make sense */
	REC_CLOSED = 32,
	REC_CLOCK = 64,		/* 时间人工确认 */
};

struct record_conflict {
	char field[FIELDS_NAME_MAX + 1];
	char mine[2][200];	/* the two values as text */
	struct ref from[2];
	char by[2][32];
	struct utc at[2];
};

/* Fixed columns: these sort and filter over everything. */
struct record {
	int64_t rec;
	char kind[32];
	char org[24];		/* unit of the place or desk it belongs to */
	char state[32];
	char level[16];
	char grade[16];
	char title[200];	/* masked, one line */
	char owner[24];		/* unit that owes the next step */
	char proposed[24];	/* unit it was offered to, "" none */
	int64_t main;		/* rec it was merged into, 0 none */
	char no[16];		/* short number, digits only */
	char by[32];		/* who opened it */
	int64_t who;		/* rec of the person, 0 none */
	int64_t place;		/* rec of the household or place, 0 none */
	struct utc due_at;
	struct utc opened_at;	/* 发生时间 where the form has one */
	struct utc closed_at;
	struct utc changed_at;	/* last entry */
	int64_t num;		/* minutes, count, sum: by kind */
	char tkey[32];		/* what num counts under (d.key) */
	int flags;
	struct ref cause;	/* what it was derived from */
	int64_t own_seq;	/* this node's last entry in it, 0 none */
	struct dev own_dev;
};

struct record_full {
	struct record r;
	struct fields f;	/* open and working fields, sealed as masks */
	struct fields d;	/* decided values of the last fold */
	struct ref heads[RECORD_HEADS_MAX];
	int nheads;
	struct record_conflict conflicts[RECORD_CONFLICTS_MAX];
	int nconflicts;
};
void record_full_free(struct record_full *r);

/* Recomputes one subject from all its entries, in the caller's transaction:
 * record, keys, tally, search document mark. */
enum mq_status record_fold(struct node *n, struct ref subj, struct err *err)
    MUST_CHECK;
/* After a local save of `count` entries, in its transaction: folds their
 * subjects; when nothing else was waiting, nothing is now. */
enum mq_status record_fold_saved(struct node *n, const struct ref *ids,
    int count, struct err *err) MUST_CHECK;
/* Folds received entries that are not folded yet, at most `max` subjects;
 * takes its own short transactions and yields to a waiting save.
 * *left gets what remains. */
enum mq_status record_fold_pending(struct node *n, int max, int64_t *left,
    struct err *err) MUST_CHECK;
/* How many entries are not folded yet (整理中). */
enum mq_status record_unfolded(struct node *n, int64_t *left,
    struct err *err) MUST_CHECK;
/* Throws the projection away and makes it again. */
enum mq_status record_rebuild(struct node *n, struct err *err) MUST_CHECK;
/* Digest over all projection tables in key order. */
enum mq_status record_digest(struct node *n, uint8_t out[CRYPTO_HASH],
    struct err *err) MUST_CHECK;

enum mq_status record_get(struct node *n, int64_t rec,
    struct record_full *out, struct err *err) MUST_CHECK;
/* By short number (12 digits, or the last seven at the issuing node). */
enum mq_status record_by_no(struct node *n, const char *no, int64_t *rec,
    struct err *err) MUST_CHECK;

/* ---- lists: keyset pages ---- */
enum record_sort {
	SORT_OPENED,		/* newest first */
	SORT_DUE,		/* earliest due first; only what is due */
	SORT_CHANGED,		/* last change first */
	SORT_KEY,		/* by index key `slot`, ascending */
};
struct record_query {
	const char *kind;	/* NULL: all kinds (SORT_CHANGED only) */
	enum record_sort sort;
	const char *state;	/* NULL any; "open" / "closed" by flag */
	const char *owner;	/* NULL any */
	const char *by;		/* NULL any */
	int64_t who;		/* 0 any; with those merged into it */
	int64_t place;		/* the same */
	const char *scope;	/* JSON list of org codes, NULL: all here */
	struct utc from, to;	/* opened_at, 0 open-ended */
	struct utc due_before;	/* 0 any */
	int flags_all, flags_none;	/* void ones only when asked for */
	int slot;		/* SORT_KEY */
	const char *prefix;	/* SORT_KEY: key begins with */
	const char *key;	/* SORT_KEY: key is this and no longer */
};
/* Fills rows after (or, backwards, before) the cursor row; cursor rec 0
 * starts at that end.  *n_out gets how many. */
enum mq_status record_page(struct node *n, const struct record_query *q,
    const struct record *cursor, bool backwards, struct record *rows,
    int max, int *n_out, struct err *err) MUST_CHECK;

/* Every row of a query in its order, read page by page; saves in between are
 * allowed.  *row gets NULL behind the last one, and is good until the next
 * call. */
struct record_walk {
	struct node *n;
	struct record_query q;
	struct record *rows;
	int got, at;
};
void record_walk_begin(struct record_walk *w, struct node *n,
    const struct record_query *q);
enum mq_status record_walk_next(struct record_walk *w,
    const struct record **row, struct err *err) MUST_CHECK;
void record_walk_end(struct record_walk *w);

/* ---- what happened, for the timeline ---- */
struct record_event {
	struct entry e;
	char step[32];		/* "" unless a step */
	char from[32], to[32];	/* states */
	bool undone;		/* taken back by a later void */
	bool concurrent;	/* with some other entry of the record */
	bool erased;
	bool damaged;		/* no longer what was written */
	struct fields f, d;
	int64_t minutes_since;	/* since the event before */
};
enum mq_status record_events(struct node *n, int64_t rec,
    struct record_event **out, int *count, struct err *err) MUST_CHECK;
void record_events_free(struct record_event **list, int count);

/* Records derived from this one (the cause is one of its entries), e.g. the
 * requests of a visit, the calls of a whistle, the parts of a split. */
enum mq_status record_derived(struct node *n, int64_t rec,
    struct record *rows, int max, int *n_out, struct err *err) MUST_CHECK;

/* Records merged into this one, in order of their number. */
enum mq_status record_merged(struct node *n, int64_t rec,
    struct record *rows, int max, int *n_out, struct err *err) MUST_CHECK;

/* ---- counts kept by the fold ---- */
/* what: "state", "grade" (key = that, no day), "opened", "closed", "num"
 * (the sum of `num`: minutes of service, taps by key d.key).  key NULL: any.
 * from/to are inclusive days, ignored for those two.  scope as above; void
 * and confidential records do not count. */
enum mq_status record_count(struct node *n, const char *kind,
    const char *what, const char *key, const char *scope, struct day from,
    struct day to, int64_t *out, struct err *err) MUST_CHECK;

/* Where a record stands on its way: 本机 → 已送 → 区已收 → 退回. */
enum record_delivery { DELIVERY_FOREIGN, DELIVERY_LOCAL, DELIVERY_SENT,
	DELIVERY_HUB, DELIVERY_RETURNED };
enum record_delivery record_delivery(struct node *n, const struct record *r);

#endif
