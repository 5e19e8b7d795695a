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
/* How many are changed and not indexed yet. */
enum mq_status search_pending(struct node *n, int64_t *left, struct err *err)
    MUST_CHECK;
/* Newest first.  `kind` NULL: all.  Confidential and void records never.
 * Drains what is pending first (bounded) and looks through what is left of it.
 * scope as in record_query. */
enum mq_status search_text(struct node *n, const char *kind,
    const char *words, const char *scope, struct record *rows, int max,
    int *count, struct err *err) MUST_CHECK;

/* Records of a register by name, any part of it of two characters, initials,
 * spelling, building, door ("3-402"), code, telephone, its last four digits
 * or a whole ID number; best first, neighbours together.  Of records that
 * were merged the main one is found, by the words of both. */
struct search_person {
	int64_t rec;
	char masked[48];	/* 王* */
	char sex[8];		/* word */
	int birth_year;
	char place[96];		/* building, unit */
	char phone_end[4];	/* last two digits */
	char org[24];
	int same_name;		/* how many share the full name here */
	int64_t main;		/* merged into that one, 0 no */
	char sound[64];		/* syllables, to order by; never shown */
	char strokes[48];
};
enum mq_status search_people(struct node *n, const char *kind,
    const char *typed, const char *scope, struct search_person *out, int max,
    int *count, struct err *err) MUST_CHECK;
/* One person's line for pickers and confirmations. */
enum mq_status search_person_of(struct node *n, int64_t rec,
    struct search_person *out, struct err *err) MUST_CHECK;

/* Orders what was found otherwise: by pinyin with the readings of surnames,
 * by strokes (姓氏笔画). */
enum search_order { SEARCH_BY_PLACE, SEARCH_BY_SOUND, SEARCH_BY_STROKES };
void search_order(struct search_person *v, int n, enum search_order order);
/* Fills sound and strokes of one. */
void search_order_keys(const char *name, struct search_person *out);

/* Who of a register may be the same, most certain first: by the number of a
 * paper or a code; the whole door; telephone and name; name as it sounds with
 * year of birth and building.  The last two alone are only worth a look. */
enum search_tie { SEARCH_SAME_NUMBER, SEARCH_SAME_DOOR, SEARCH_SAME_PHONE,
	SEARCH_SAME_LIFE, SEARCH_ONLY_NAME, SEARCH_ONLY_PHONE,
	SEARCH_NOT_ALIKE };
struct search_alike { struct search_person p; enum search_tie tie; };
/* Is it so likely that people are to be asked? */
static inline bool search_is_likely(enum search_tie tie)
{
	return tie <= SEARCH_SAME_LIFE;
}
/* Of a record that is here, of fields as they are being typed.  Not among
 * them: itself, what was merged, withdrawn or is confidential.  What is not
 * indexed yet is not compared. */
enum mq_status search_alike(struct node *n, const struct record_full *r,
    const char *scope, struct search_alike *out, int max, int *count,
    struct err *err) MUST_CHECK;
enum mq_status search_alike_typed(struct node *n, const char *kind,
    const struct fields *f, const char *scope, struct search_alike *out,
    int max, int *count, struct err *err) MUST_CHECK;

#endif
