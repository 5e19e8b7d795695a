/*
 * A folder of its own for one test program, and a world whose N-th file
 * operation fails.
 */
#ifndef MQ_TEST_SCRATCH_H
#define MQ_TEST_SCRATCH_H

#include "../../core/base/env.h"

/* Makes the folder (in TMPDIR) and returns its path; scratch_end() removes it
 * with the plain files in it. */
const char *scratch_begin(void);
void scratch_end(void);
/* Path of a file in it; good until eight more were asked for. */
const char *scratch_path(const char *name);

/* Makes the N-th (from 1) operation called `point` fail with `sys`; NULL for
 * any point, n 0 for none.  Counts what was asked. */
void scratch_fail(struct env *env, const char *point, int n, int sys);
int scratch_asked(void);

#endif
