/*
 * Scratch folders and injected faults for tests.
 */
#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[512];
static const char *fault_point;
static int fault_at, fault_sys, asked;

const char *scratch_begin(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(folder, sizeof(folder), "%s/mq-test-XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : P_tmpdir);
	if (mkdtemp(folder) == NULL)
		abort();
	return folder;
}

void scratch_end(void)
{
	struct dirent *e;
	DIR *d = opendir(folder);

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(folder);
}

const char *scratch_path(const char *name)
{
	static char paths[8][1024];
	static unsigned next;
	char *out = paths[next++ % 8];

	(void)snprintf(out, sizeof(paths[0]), "%s/%s", folder, name);
	return out;
}

static int fault(struct env *env, const char *point)
{
	(void)env;
	if (fault_point != NULL && strcmp(point, fault_point) != 0)
		return 0;
	return ++asked == fault_at ? fault_sys : 0;
}

void scratch_fail(struct env *env, const char *point, int n, int sys)
{
	fault_point = point;
	fault_at = n;
	fault_sys = sys;
	asked = 0;
	env->fault = fault;
}

int scratch_asked(void)
{
	return asked;
}
