/*
 * Stores on PostgreSQL.  See pgs.h.
 */
#include "pgs.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../sync/hub/db_pg.h"
#include "nodes.h"
#include "procs.h"

#define PATH "&options=-csearch_path%3D"

bool pgs_there(void)
{
	return getenv("MQ_PG") != NULL;
}

static void schema(struct env *env, const char *verb, const char *name,
    const char *more)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "%s SCHEMA %s %s", verb, name, more);
	nodes_ok(db_open_driver(env, &db_pg, getenv("MQ_PG"), 0, NULL, &db,
	    &err), &err);
	nodes_ok(db_exec(db, sql, &err), &err);
	db_close(&db);
}

void pgs_make(struct env *env, char url[PGS_URL])
{
	static int made;
	char name[40];

	(void)snprintf(name, sizeof(name), "t%d_%d", (int)getpid(), ++made);
	(void)snprintf(url, PGS_URL, "%s%s%s", getenv("MQ_PG"), PATH, name);
	schema(env, "CREATE", name, "");
}

static const char *name_of(const char *url)
{
	const char *at = strstr(url, PATH);

	assert_non_null(at);
	return at + strlen(PATH);
}

void pgs_drop(struct env *env, const char *url)
{
	schema(env, "DROP", name_of(url), "CASCADE");
}

static void run(const char *program, const char *const *more)
{
	const char *argv[PROCS_ARGS] = { NULL };
	char path[300], out[2000];
	int n = 1;

	(void)snprintf(path, sizeof(path), "%s/%s", getenv("MQ_PG_BIN"),
	    program);
	argv[0] = path;
	for (; *more != NULL; more++)
		argv[n++] = *more;
	if (procs_run(out, sizeof(out), argv) != 0)
		fail_msg("%s: %s", program, out);
}

void pgs_dump(const char *url, const char *file)
{
	run("pg_dump", (const char *const[]){ "-Fc", "-n", name_of(url), "-f",
	    file, "-d", getenv("MQ_PG"), NULL });
}

void pgs_restore(struct env *env, const char *url, const char *file)
{
	pgs_drop(env, url);
	run("pg_restore", (const char *const[]){ "-d", getenv("MQ_PG"), file,
	    NULL });
}
