/*
 * What the three network programs print, in both languages: sayings.def.
 */
#ifndef MQ_SAYINGS_H
#define MQ_SAYINGS_H

#include "../core/base/env.h"

enum saying {
#define SAYING(id, zh, en) SAY_##id,
#include "sayings.def"
#undef SAYING
	SAY_LAST
};

const char *sayings_text(enum saying s, enum lang lang);
/* "中文‖English", as the detail of an err. */
const char *sayings_both(enum saying s);
/* To stdout.  The table holds the format; both languages take the same
 * arguments in the same order (checked by a test). */
void sayings_print(enum saying s, enum lang lang, ...);
void sayings_warn(enum saying s, enum lang lang, ...);	/* stderr */
/* "program: words" on stderr; the exit code that goes with it. */
int sayings_fail(const struct env *env, const char *program,
    const struct err *err);

#endif
