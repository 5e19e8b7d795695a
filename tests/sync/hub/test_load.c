/*
 * Many nodes at once: batches share commits; hubs are killed and restarted
 * under load, and nothing confirmed is lost, nothing is there twice.
 *
 * MQ_KILLS: how often they are killed (check-full asks for more).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../lib/procs.h"
#include "../../lib/pushers.h"

#define KILLS 10	/* over each store */
#define NODES 4

static struct pushers p;

static void all_there_once(void)
{
	int64_t acked = pushers_acked(&p);

	assert_int_equal(pushers_count(&p, "SELECT count(*) FROM entry"),
	    acked);
	assert_int_equal(pushers_count(&p,
	    "SELECT CAST(sum(seq) AS BIGINT) FROM chain"), acked);
	assert_int_equal(pushers_count(&p, "SELECT CAST(sum(last - first + 1)"
	    " AS BIGINT) FROM batch"), acked);
	assert_int_equal(pushers_count(&p, "SELECT CAST(sum(last - first + 1)"
	    " AS BIGINT) FROM feed WHERE org = '990101001001001'"), acked);
	assert_int_equal(pushers_count(&p,
	    "SELECT count(*) FROM quarantine"), 0);
	/* The sequencer left no gap and gave no number twice. */
	assert_int_equal(pushers_count(&p, "SELECT max(pos) - count(*)"
	    " FROM feed"), 0);
	assert_int_equal(pushers_count(&p, "SELECT count(*) FROM (SELECT pos"
	    " FROM feed GROUP BY pos HAVING count(*) > 1) AS twice"), 0);
}

struct more { int64_t than; };

static bool went_on(void *ctx)
{
	return pushers_acked(&p) > ((struct more *)ctx)->than;
}

static void test_killed_under_load(void **state)
{
	const char *env = getenv("MQ_KILLS");
	long kills = env != NULL ? strtol(env, NULL, 10) : KILLS;
	unsigned seed = 7;
	long i;

	(void)state;
	pushers_make(&p, NODES, hubs_kind == HUBS_PG ? 2 : 1, 20000);
	pushers_start(&p);
	for (i = 0; i < kills; i++) {
		struct more m = { pushers_acked(&p) + 3 };

		if (!procs_until(went_on, &m, 30))
			break;		/* a node ended: it says why */
		(void)poll(NULL, 0, (int)((unsigned)rand_r(&seed) % 40));
		pushers_kill(&p, (int)i % p.hubs);
	}
	if (i == kills)
		(void)procs_until(went_on, &(struct more){ pushers_acked(&p) +
		    3 }, 30);
	p.stop = true;
	pushers_end(&p, true);
	assert_int_equal(i, kills);
	all_there_once();
	pushers_free(&p);
}

/* SIGTERM: what was begun is answered, and the next hub goes on. */
static void test_restarted_under_load(void **state)
{
	int i;

	(void)state;
	pushers_make(&p, NODES, hubs_kind == HUBS_PG ? 2 : 1, 20000);
	pushers_start(&p);
	for (i = 0; i < 2; i++) {
		assert_true(procs_until(went_on, &(struct more){
		    pushers_acked(&p) + 3 }, 30));
		assert_int_equal(pushers_restart(&p, i % p.hubs), 0);
	}
	pushers_end(&p, true);
	all_there_once();
	pushers_free(&p);
}

/* Sixteen at once share commits; says how fast that was. */
static void test_commits_are_shared(void **state)
{
	const char *env = getenv("MQ_PUSHES");
	int each = env != NULL ? (int)strtol(env, NULL, 10) : 40;
	int64_t begin, ms, batches, commits;

	(void)state;
	pushers_make(&p, PUSHERS_MAX, 1, each);
	begin = p.env.mono_ms(&p.env);
	pushers_start(&p);
	pushers_end(&p, false);
	ms = p.env.mono_ms(&p.env) - begin;
	batches = pushers_metric(&p, 0, "minqing_hub_batches_total ");
	commits = pushers_metric(&p, 0, "minqing_hub_commits_total ");
	print_message("%d nodes, %d single entries each: %lld a second,"
	    " %lld batches in %lld commits\n", PUSHERS_MAX, each,
	    (long long)(pushers_acked(&p) * 1000 / (ms > 0 ? ms : 1)),
	    (long long)batches, (long long)commits);
	assert_int_equal(batches, PUSHERS_MAX * each);
	assert_true(commits < batches);
	all_there_once();
	pushers_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_under_load),
		cmocka_unit_test(test_restarted_under_load),
		cmocka_unit_test(test_commits_are_shared),
	};

	if (getenv("MQ_ONLY") != NULL)	/* one of them, for measuring */
		cmocka_set_test_filter(getenv("MQ_ONLY"));
	return hubs_run("load", tests, ARRAY_LEN(tests), NULL, NULL);
}
