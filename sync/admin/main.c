/*
 * minqing-admin: the administrator's command line.  Works on the hub's store
 * on the hub's host; `join` works on a new machine.
 */
#include "../options.h"
#include "verbs.h"

#include <signal.h>
#include <string.h>

static const struct {
	const char *name;
	enum mq_status (*run)(struct admin *a, struct err *err);
} verbs[] = {
#define VERB(name) { #name, verbs_##name },
#include "verbs.def"
#undef VERB
};

static int read_line(struct admin *a, int argc, char **argv)
{
	/* "init DIR" and "revoke 101" read better than options: the one
	 * argument after the verb may stand alone. */
	const char **alone[] = { &a->dir, &a->dir, NULL, NULL, NULL,
	    &a->node, &a->file, &a->number, NULL, &a->save,
	    &a->pack };
	const struct option_row rows[] = {
		{ "dir", &a->dir, NULL }, { "store", &a->store, NULL },
		{ "hub-store", &a->store, NULL },
		{ "tenant", &a->tenant, NULL }, { "pack", &a->pack, NULL },
		{ "org", &a->org, NULL }, { "site", &a->site, NULL },
		{ "host", &a->host, NULL }, { "data", &a->data, NULL },
		{ "hub", &a->hub, NULL }, { "ca", &a->ca, NULL },
		{ "code", &a->code, NULL }, { "node", &a->node, NULL },
		{ "why", &a->why, NULL }, { "file", &a->file, NULL },
		{ "number", &a->number, NULL }, { "save", &a->save, NULL },
		{ "json", NULL, &a->json }, { "force", NULL, &a->force },
		{ NULL, NULL, NULL },
	};
	size_t i;
	int from = 2;

	_Static_assert(ARRAY_LEN(alone) == ARRAY_LEN(verbs), "one a verb");
	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (argc > 2 && strcmp(argv[1], verbs[i].name) == 0 &&
		    alone[i] != NULL && strncmp(argv[2], "--", 2) != 0) {
			*alone[i] = argv[2];
			from = 3;
		}
	return options_read(a->env, "minqing-admin",
	    sayings_text(SAY_ADMIN_HELP, a->env->lang), rows, argc, argv,
	    argc > 1 && strncmp(argv[1], "--", 2) == 0 ? 1 : from);
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	enum mq_status st = MQ_E_USAGE;
	struct admin a;
	struct env env;
	size_t i;
	int rc;

	crypto_init();
	env_real(&env);
	(void)signal(SIGPIPE, SIG_IGN);
	memset(&a, 0, sizeof(a));
	a.env = &env;
	rc = read_line(&a, argc, argv);
	if (rc >= 0)
		return rc;
	(void)err_set(&err, MQ_E_USAGE, "%s", argc > 1 ? argv[1] : "");
	for (i = 0; i < ARRAY_LEN(verbs) && argc > 1; i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		st = admin_read_ini(&a, &err);
		if (st == MQ_OK)
			st = verbs[i].run(&a, &err);
	}
	admin_close(&a);
	env_release(&env);
	return st == MQ_OK ? 0 : sayings_fail(&env, "minqing-admin", &err);
}
