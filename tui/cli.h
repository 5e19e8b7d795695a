/*
 * The same verbs as a command line, for scripts and for captains:
 *   minqing [--data DIR] [--by NUMBER] [--json] VERB …
 * The same core underneath; nothing here touches curses.
 */
#ifndef MQ_CLI_H
#define MQ_CLI_H

#include "../core/base/env.h"

/* Does the command line name a verb? */
bool cli_has_verb(int argc, char **argv);
/* Runs it; the exit status: 0 done, 1 refused or failed with words, 2 wrong
 * use. */
int cli_main(struct env *env, int argc, char **argv);
/* The verbs with their words, for --help. */
void cli_help(enum lang lang);

#endif
