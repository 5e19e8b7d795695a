/*
 * What is wrong with a pack: every finding with file, row and column, what is
 * wrong and how to mend it.  A program that starts refuses a pack at the first
 * problem (pack_load); `minqing-admin check` wants them all.
 */
#ifndef MQ_PACK_FOUND_H
#define MQ_PACK_FOUND_H

#include "pack.h"

#define PACK_FOUND_MAX 200	/* more are counted, not kept */

struct pack_finding {
	bool warning;		/* the pack loads; somebody may stumble */
	const char *file;	/* inside the pack: "survey/visit.csv" */
	int line;		/* 0: the file as a whole */
	const char *column;	/* "" the row as a whole */
	const char *words[2];	/* by enum lang */
	const char *remedy[2];	/* "" none beyond the words */
};

struct pack_found;

/* Looks at the folder: spreadsheet damage, all that loading refuses, and what
 * loads but would let somebody down.  Findings stand in the order of files
 * and rows.  *out is owned by the caller; the status is MQ_OK also when
 * everything is wrong, MQ_E_PACK_MISSING when there is no pack there. */
enum mq_status pack_found_check(struct env *env, const char *dir,
    struct pack_found **out, struct err *err) MUST_CHECK;
void pack_found_free(struct pack_found **found);

size_t pack_found_count(const struct pack_found *found);
const struct pack_finding *pack_found_at(const struct pack_found *found,
    size_t i);
/* How many there were of each, also beyond PACK_FOUND_MAX. */
size_t pack_found_errors(const struct pack_found *found);
size_t pack_found_warnings(const struct pack_found *found);

#endif
