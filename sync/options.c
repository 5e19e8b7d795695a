/*
 * Reading command lines; called by the main() of the three network programs.
 */
#include "options.h"

#include "sayings.h"

#include <stdio.h>
#include <string.h>

static int wrong(const struct env *env, const char *program, const char *arg)
{
	sayings_warn(SAY_USAGE, env->lang, program, arg);
	return 2;
}

static const struct option_row *find(const struct option_row *rows,
    const char *name, size_t len)
{
	for (; rows->name != NULL; rows++)
		if (strlen(rows->name) == len &&
		    strncmp(rows->name, name, len) == 0)
			return rows;
	return NULL;
}

int options_read(struct env *env, const char *program, const char *help,
    const struct option_row *rows, int argc, char **argv, int from)
{
	int i;

	for (i = from; i < argc; i++) {
		const struct option_row *r;
		const char *name = argv[i] + 2, *eq;
		size_t len;

		if (strcmp(argv[i], "--help") == 0) {
			(void)fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--version") == 0) {
			(void)printf("%s %s\n", program, MQ_VERSION);
			return 0;
		}
		if (strncmp(argv[i], "--", 2) != 0)
			return wrong(env, program, argv[i]);
		eq = strchr(name, '=');
		len = eq != NULL ? (size_t)(eq - name) : strlen(name);
		r = find(rows, name, len);
		if (r == NULL || (r->flag != NULL && eq != NULL))
			return wrong(env, program, argv[i]);
		if (r->flag != NULL) {
			*r->flag = true;
		} else if (eq != NULL) {
			*r->text = eq + 1;
		} else if (i + 1 < argc) {
			*r->text = argv[++i];
		} else {
			return wrong(env, program, argv[i]);
		}
	}
	return -1;
}
