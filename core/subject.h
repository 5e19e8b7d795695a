/*
 * What this node holds about one person, for 查阅、更正、删除、撤回同意
 * (Personal Information Protection Law, arts. 44–47; design §6).
 *
 * A person is a record of the register.  Found are: the record itself; records
 * that name it, or hold its telephone; records whose words hold its full name,
 * which may be a namesake's and are left to people (subject_is_meant).
 */
#ifndef MQ_SUBJECT_H
#define MQ_SUBJECT_H

#include "access.h"
#include "leftover.h"
#include "record.h"

enum subject_tie { SUBJECT_MENTION, SUBJECT_NAMED, SUBJECT_SELF };

struct subject_hit {
	int64_t rec;
	enum subject_tie tie;
	struct ref *ids;	/* entries whose words hold the person */
	size_t n, cap;
};

struct subject {
	int64_t rec;
	struct record_full person;
	char ref[ENTRY_REF_TEXT];
	char name[100], phone[32];
	int namesakes;		/* others of the same full name here */
	int mentions;		/* hits left to people */
	struct subject_hit *v;	/* SELF first, then by record */
	size_t n, cap;
	int open;		/* named ones that are not closed yet */
};

/* Reads every entry here once.  MQ_E_NOT_FOUND unless `rec` is a person whose
 * words are here. */
enum mq_status subject_find(struct node *n, int64_t rec,
    struct subject **out, struct err *err) MUST_CHECK;
void subject_free(struct subject **s);
/* Somebody looked at that mention: it is this person.  False when it is none.
 * Erasing takes out of it what shows who it is. */
bool subject_is_meant(struct subject *s, int64_t rec);
/* May this value show who it is? */
bool subject_betrays(const struct subject *s, const char *text);

struct subject_done {
	int64_t records, entries, drafts;
	int found;		/* byte strings that still stand somewhere */
	char where[256];	/* in which file */
};
/* Erases: the person's record goes; records that name it stay without it.
 * One entry.erased for each record says so and follows it to every node and
 * the hub.  Refused while a case of theirs is open (MQ_E_SUBJECT_OPEN).  Then
 * drafts, index, log are cleaned and the files searched: MQ_E_SUBJECT_LEFT
 * when something still stands somewhere; the erasure itself is done then. */
enum mq_status subject_erase(struct node *n, const struct session *who,
    const struct subject *s, const char *why, struct subject_done *out,
    struct err *err) MUST_CHECK;

#endif
