/*
 * Stores on the PostgreSQL that tools/pg.sh started (MQ_PG).
 */
#ifndef TEST_PGS_H
#define TEST_PGS_H

#include <stdbool.h>

#include "../../core/db/db.h"

#define PGS_URL 400

bool pgs_there(void);
/* An empty store of its own (a schema); the URL of it. */
void pgs_make(struct env *env, char url[PGS_URL]);
/* Away with it and all in it. */
void pgs_drop(struct env *env, const char *url);
/* What is in it into a file, and back to what the file holds. */
void pgs_dump(const char *url, const char *file);
void pgs_restore(struct env *env, const char *url, const char *file);

#endif
