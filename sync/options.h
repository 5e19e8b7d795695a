/*
 * Command lines of minqing-sync, minqing-hub and minqing-admin: "--name VALUE"
 * or "--name=VALUE", one row an option.
 */
#ifndef MQ_OPTIONS_H
#define MQ_OPTIONS_H

#include "../core/base/env.h"

struct option_row {
	const char *name;	/* without "--"; NULL ends the table */
	const char **text;	/* takes a value */
	bool *flag;		/* takes none */
};

/* Reads argv[from] … ; --help and --version are answered here.  Returns -1 to
 * go on, else the exit code.  Arguments without "--" are refused. */
int options_read(struct env *env, const char *program, const char *help,
    const struct option_row *rows, int argc, char **argv, int from);

#endif
