/*
 * The volunteer facet: a register of people who serve, distinct from the
 * staff who log in.  A volunteer is known by a number (or card); whoever
 * walks in without one gets a temporary number, merged later with the hours
 * served under it.
 *
 * Works on fixed field names (core/packs/README.md): name, number, phone,
 * birth_year, consent, idnumber; in the step form merged_into.
 */
#ifndef MQ_VOLUNTEER_H
#define MQ_VOLUNTEER_H

#include "facet.h"

/* The register entry of a number, followed through merges; 0 none. */
enum mq_status volunteer_find(struct node *n, const char *number,
    int64_t *rec, struct err *err) MUST_CHECK;
/* Temporary numbers merged into this one. */
enum mq_status volunteer_aliases(struct node *n, const char *number,
    char out[][32], int max, int *count, struct err *err) MUST_CHECK;
/* Their name by number: of the roster, else of the register, else the number
 * itself. */
void volunteer_name(struct node *n, const char *number, char *out,
    size_t size);
/* The same person, under any of their numbers? */
bool volunteer_same(struct node *n, const char *a, const char *b);
/* Is this the number they were registered with?  MQ_E_NOT_FOUND when this
 * node holds no keyed hash of it (registered without, or elsewhere). */
enum mq_status volunteer_check_id(struct node *n, int64_t rec,
    const char *idnumber, struct err *err) MUST_CHECK;

/* Everybody who may sign in here, for boards: the roster and the register,
 * without those who left or were merged. */
struct volunteer {
	char number[32];
	char name[64];
	char card[40];
	char phone_end[8];	/* last four */
	char masked[48];
	int64_t rec;		/* of the register, 0: roster only */
	bool temporary;
};
enum mq_status volunteer_list(struct node *n, struct volunteer *out, int max,
    int *count, struct err *err) MUST_CHECK;

#endif
