/*
 * What people do at a desk, as one call each: for tests that need a save and
 * do not care how its form looks.
 */
#ifndef TEST_DEEDS_H
#define TEST_DEEDS_H

#include "nodes.h"

/* One record alone; pairs are name, value, …, NULL. */
enum mq_status deeds_open(struct nodes_one *x, const char *kind,
    const char *const *pairs, struct save_result *out, struct err *err)
    MUST_CHECK;
/* A resident in a household of the first grid. */
int64_t deeds_person(struct nodes_one *x, const char *name,
    const char *door);
/* One visit that opens a request and credits hours: three entries. */
enum mq_status deeds_visit(struct nodes_one *x, int64_t who,
    struct save_result *out, struct err *err) MUST_CHECK;
/* The next step of a request, without fields. */
enum mq_status deeds_step(struct nodes_one *x, int64_t rec,
    const char *step, struct err *err) MUST_CHECK;
/* Moves a visit to another person; its request follows. */
enum mq_status deeds_other_person(struct nodes_one *x, int64_t rec,
    int64_t who, struct err *err) MUST_CHECK;

#endif
