/*
 * The demonstration: what it says without a terminal, that its data is real,
 * that it comes up, delivers, and leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

#include "../lib/procs.h"

static char out[64 * 1024], dir[300];

static const char *src(const char *name)
{
	static char path[600];
	const char *root = getenv("MQ_SRC");

	(void)snprintf(path, sizeof(path), "%s/%s", root ? root : ".", name);
	return path;
}

static int forget(const char *path, const struct stat *st, int type,
    struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/mq-demo.XXXXXX",
	    tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	/* Short and in Chinese, wherever it runs. */
	return setenv("TMPDIR", dir, 1) || setenv("DEMO_DAYS", "7", 1) ||
	    setenv("LANG", "zh_CN.UTF-8", 1) || unsetenv("LC_ALL") ||
	    unsetenv("LC_MESSAGES");
}

static int teardown(void **state)
{
	(void)state;
	return nftw(dir, forget, 16, FTW_DEPTH | FTW_PHYS);
}

static void without_a_terminal(void **state)
{
	const char *const argv[] = { "/bin/sh", src("demo/demo.sh"), NULL };

	(void)state;
	assert_int_equal(procs_run(out, sizeof(out), argv), 2);
	assert_non_null(strstr(out, "要在终端里看"));
	assert_non_null(strstr(out, "make check"));
}

/* Nodes without a hub: every chain whole, the told cases there. */
static void the_street_is_real(void **state)
{
	static const char *const keys[] = { "s1", "s5", "street" };
	const char *const alone[] = { procs_bin("minqing-seed"), "alone",
		dir, NULL };
	const char *const fill[] = { alone[0], "fill", dir, "7", NULL };
	char node[400], facts[400];
	size_t i;
	FILE *f;

	(void)state;
	assert_int_equal(procs_run(out, sizeof(out), alone), 0);
	assert_int_equal(procs_run(out, sizeof(out), fill), 0);
	for (i = 0; i < 3; i++) {
		const char *const verify[] = { procs_bin("minqing"), "verify",
			"--data", node, NULL };

		(void)snprintf(node, sizeof(node), "%s/%s", dir, keys[i]);
		assert_int_equal(procs_run(out, sizeof(out), verify), 0);
	}
	(void)snprintf(facts, sizeof(facts), "%s/facts", dir);
	f = fopen(facts, "re");
	assert_non_null(f);
	out[fread(out, 1, sizeof(out) - 1, f)] = '\0';
	(void)fclose(f);
	assert_non_null(strstr(out, "slip 0"));
	assert_non_null(strstr(out, "whistle 0"));
	assert_non_null(strstr(out, "conflict 0"));
}

static int folders_like(const char *start)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, start, strlen(start)) == 0;
	(void)closedir(d);
	return n;
}

/* Its input is at an end, so it goes as soon as it has come up. */
static void up_and_away(void **state)
{
	const char *const argv[] = { "/bin/sh", "-c",
		"exec sh \"$0\" --up </dev/null", src("demo/demo.sh"), NULL };

	(void)state;
	assert_int_equal(procs_run(out, sizeof(out), argv), 0);
	assert_non_null(strstr(out, "[5/5]"));
	assert_non_null(strstr(out, "\npin "));
	assert_int_equal(folders_like("minqing-demo."), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_terminal),
		cmocka_unit_test(the_street_is_real),
		cmocka_unit_test(up_and_away),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
