/*
 * A pack of a test's own: a copy of the standard one with files put beside or
 * over its own.  Nodes and programs made afterwards use it.
 */
#ifndef TEST_PACKS_H
#define TEST_PACKS_H

#include "../../core/base/env.h"

/* Copies the standard pack and points MINQING_PACKS at the copy. */
void packs_begin(void);
/* One file of the pack, "forms/census/survey.csv"; folders are made. */
void packs_put(const char *name, const char *text);
/* The same with a file of the source tree as its text. */
void packs_take(const char *name, const char *source);
void packs_append(const char *name, const char *text);
/* The form in tests/forms/NAME as a kind that captains may do all with. */
void packs_form(const char *name, const char *title);
const char *packs_dir(void);	/* of the pack itself */
void packs_end(void);		/* removes it */

#endif
