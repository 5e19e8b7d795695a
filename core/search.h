/*
 * Find records by a word of their text, pinyin, initials or last digits.
 * FTS5 over search_doc with our own tokenizer (one Han character = one
 * token); filled outside the save path, at idle.
 */
#ifndef MQ_SEARCH_H
#define MQ_SEARCH_H

#include "access.h"
#include "record.h"

/* Registers the tokenizer on a connection; before any use of the index. */
enum mq_status search_register(struct db *db, struct err *err) MUST_CHECK;

/* Indexes records marked by the fold, at most max; *left gets the rest. */
enum mq_status search_drain(struct node *n, int max, int64_t *left,
    struct err *err) MUST_CHECK;
/* Newest first.  `kind` NULL: all.  Confidential and void records never.
 * Drains what is pending first (bounded).  scope as in record_query. */
enum mq_status search_text(struct node *n, const char *kind,
    const char *words, const char *scope, struct record *rows, int max,
    int *count, struct err *err) MUST_CHECK;

/* Persons and households by typed digits, name, initials, spelling, building
 * or last digits of the phone; best first.  `kind` is "person" or
 * "household". */
struct search_person {
	int64_t rec;
	char masked[48];	/* 王* */
	char sex[8];		/* word */
	int birth_year;
	char place[96];		/* building, unit */
	char phone_end[4];	/* last two digits */
	char org[24];
	int same_name;		/* how many share the full name here */
};
enum mq_status search_people(struct node *n, const char *kind,
    const char *typed, const char *scope, struct search_person *out, int max,
    int *count, struct err *err) MUST_CHECK;
/* One person's line for pickers and confirmations. */
enum mq_status search_person_of(struct node *n, int64_t rec,
    struct search_person *out, struct err *err) MUST_CHECK;

#endif
