/*
 * What a save asks of the disk: fsyncs, writes and bytes, on a ledger that
 * already holds some.  Pinned, because they do not depend on the machine.
 */
#include "../../core/save.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../lib/bad_disk.h"
#include "../lib/deeds.h"
#include "../lib/pinned.h"

#define BEFORE 60	/* saves that are there already */
#define MEASURED 40

static struct nodes_one one;
static int64_t who;

static void one_visit(void)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	env_advance(&one.env, 5 * MS_MINUTE);
	nodes_ok(deeds_visit(&one, who, res, &err), &err);
	free(res);
}

static void one_tap(void)
{
	static const char *const pairs[] = { "choice", "water", NULL };
	struct err err = ERR_INIT;

	env_advance(&one.env, MS_MINUTE);
	nodes_ok(deeds_open(&one, "tap", pairs, NULL, &err), &err);
}

static void count(const char *name, void (*deed)(void))
{
	char what[64];
	long long bytes;
	int i, syncs;

	bad_disk_fail(BAD_SYNC, 0, 0, 0);
	for (i = 0; i < MEASURED; i++)
		deed();
	syncs = bad_disk_seen();
	bad_disk_fail(BAD_WRITE, 0, 0, 0);
	bytes = bad_disk_bytes();
	for (i = 0; i < MEASURED; i++)
		deed();
	snprintf(what, sizeof(what), "%s_bytes", name);
	pinned_check(what, (bad_disk_bytes() - bytes) / MEASURED);
	snprintf(what, sizeof(what), "%s_writes", name);
	pinned_check(what, bad_disk_seen() / MEASURED);
	snprintf(what, sizeof(what), "%s_fsyncs_x100", name);
	pinned_check(what, syncs * 100 / MEASURED);
}

static void a_visit_with_its_request(void **state)
{
	(void)state;
	count("save_visit_request", one_visit);
}

static void one_head_counted(void **state)
{
	(void)state;
	count("save_tap", one_tap);
}

static int set_up(void **state)
{
	int i;

	(void)state;
	bad_disk_install();
	nodes_make(&one, 101, NULL);
	who = deeds_person(&one, "王秀英", "301");
	for (i = 0; i < BEFORE; i++)
		one_visit();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nodes_free(&one);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_visit_with_its_request),
		cmocka_unit_test(one_head_counted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
