/*
 * One save = 1 … N entries that commit, travel and are admitted together
 * (填一次).  Facets check and decide here, at save; the fold only copies.
 */
#ifndef MQ_SAVE_H
#define MQ_SAVE_H

#include "access.h"
#include "record.h"

struct save;

/* Complaints about fields, each to be shown at its field. */
#define SAVE_COMPLAINTS 32
struct save_complaint {
	int entry;
	char field[FIELDS_NAME_MAX + 1];
	struct err err;
};

/* What one save did: 『填一次:走访 1、诉求 1、时长 40 分钟、户卡 1』. */
struct save_result {
	struct ref first;
	int n;
	int64_t recs[ENTRY_SAVE_MAX];	/* records opened or changed */
	int nrecs;
	int visits, requests, households;
	struct minutes minutes;
	char no[16];			/* short number of the first request */
};

struct save *save_new(struct node *n, const struct session *who);
void save_free(struct save **s);

/* Each returns the entry's index through *index (NULL allowed).  `cause` is
 * the index of an earlier entry of this save, or -1.  Field complaints are
 * collected (see save_complaints) and make save_commit() refuse. */
enum mq_status save_open(struct save *s, const char *kind,
    const struct fields *f, int cause, int *index, struct err *err)
    MUST_CHECK;
enum mq_status save_step(struct save *s, int64_t rec, const char *step,
    const struct fields *f, int *index, struct err *err) MUST_CHECK;
/* Correction: only the fields named change.  Correcting who or where of a
 * record re-does the records derived from it in the same save. */
enum mq_status save_fix(struct save *s, int64_t rec, const struct fields *f,
    const char *why, int *index, struct err *err) MUST_CHECK;
/* Withdraws a whole record. */
enum mq_status save_void(struct save *s, int64_t rec, const char *why,
    int *index, struct err *err) MUST_CHECK;
enum mq_status save_note(struct save *s, int64_t rec, const char *text,
    int *index, struct err *err) MUST_CHECK;

/* Something beside what facets decide, for the entry at that index. */
void save_decide(struct save *s, int index, const char *name,
    const char *value);
/* Entries so far; and back to as many, with their complaints forgotten. */
int save_size(const struct save *s);
void save_cut(struct save *s, int size);
int save_complaints(const struct save *s, struct save_complaint *out,
    int max);
/* Commit and fsync have returned when this gives MQ_OK: only then may anybody
 * say 已保存. */
enum mq_status save_commit(struct save *s, struct save_result *out,
    struct err *err) MUST_CHECK;

/* Undo: withdraws every entry of the save, by the same person, within the
 * pack's undo time and until somebody has built on it. */
bool save_can_undo(struct node *n, const struct session *who,
    struct ref first);
enum mq_status save_undo(struct node *n, const struct session *who,
    struct ref first, struct err *err) MUST_CHECK;

/* For 记错人: entries by others built on records derived from `rec`. */
enum mq_status save_built_on(struct node *n, int64_t rec,
    struct record_event **out, int *count, struct err *err) MUST_CHECK;

#endif
