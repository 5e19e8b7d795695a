/*
 * The simulation: SEEDS seeds from FIRST on (or the one SEED), each a
 * district with its faults.  Workers are processes, so that a seed that
 * kills its worker is named like any other.
 *
 *	SEEDS=200 FIRST=1 JOBS=2     SEED=123 V=1 to see one
 *
 * Of a seed that fails, fewer steps are tried: SEED=123 STEPS=17 is the least
 * found.  The steps before are the same; only what comes after is left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "sim.h"

#define SEEDS 200
#define JOBS_MAX 16
#define FAILED_MAX 10
#define SHRUNK_MAX 3		/* of the failed ones */

/* Shared by all workers. */
struct board {
	_Atomic int64_t next, done, failed;
	int64_t last;
	int limit, plant;		/* see sim.h */
	_Atomic int64_t at[JOBS_MAX];
	_Atomic int64_t count[N_COUNTS];
	uint8_t trace[CRYPTO_HASH];	/* of the seed run last */
};

static const char *const count_names[N_COUNTS] = { "saved", "refused",
	"requests spoilt", "power cuts", "hub crashes", "hub restores",
	"lying disks", "copied cards", "clock jumps", "erased", "moved",
	"quarantined", "rounds", "revoked" };

static int64_t setting(const char *name, int64_t otherwise)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0' ? strtoll(v, NULL, 10) : otherwise;
}

static void one_seed(struct board *b, int64_t seed, bool talk)
{
	struct sim *w = xcalloc(1, sizeof(*w));
	int i;

	sim_make(w, (uint64_t)seed, talk);
	w->limit = b->limit;
	w->plant = b->plant;
	play_seed(w);
	for (i = 0; i < N_COUNTS; i++)
		b->count[i] += w->count[i];
	memcpy(b->trace, w->trace, sizeof(b->trace));
	sim_free(w);
	free(w);
	b->done++;
}

static void work(struct board *b, int me, bool talk)
{
	int64_t seed;

	sim_begin_all();
	while ((seed = b->next++) <= b->last) {
		b->at[me] = seed;
		one_seed(b, seed, talk);
	}
	b->at[me] = 0;
	sim_end_all();
}

static pid_t start(struct board *b, int me, bool talk)
{
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		work(b, me, talk);
		(void)fflush(stdout);
		exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

/* Does it fail within that many steps?  In a process of its own, unheard. */
static bool fails_in(struct board *b, int64_t seed, int steps)
{
	int status = 0, nowhere;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		nowhere = open("/dev/null", O_WRONLY);
		if (nowhere < 0 || dup2(nowhere, 1) < 0 ||
		    dup2(nowhere, 2) < 0)
			_exit(0);
		b->limit = steps;
		sim_begin_all();
		one_seed(b, seed, false);
		sim_end_all();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_true(waitpid(pid, &status, 0) == pid);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

/* The least number of steps found, by halves, after which it fails too; 0
 * when it does not fail again. */
static int shrink(struct board *b, int64_t seed)
{
	int good = 0, bad = PLAY_STEPS_MAX, limit = b->limit;

	if (limit > 0)
		bad = limit;
	if (!fails_in(b, seed, bad))
		bad = good;
	while (bad - good > 1) {
		int half = good + (bad - good) / 2;

		if (fails_in(b, seed, half))
			bad = half;
		else
			good = half;
	}
	b->limit = limit;
	return bad;
}

static void say_failed(struct board *b, int64_t seed)
{
	int steps = b->failed <= SHRUNK_MAX ? shrink(b, seed) : 0;

	(void)printf("seed %" PRId64 " failed: make sim SEED=%" PRId64 " V=1",
	    seed, seed);
	if (steps > 0)
		(void)printf(" STEPS=%d", steps);
	(void)printf("\n");
}

static int run(struct board *b, int64_t first, int64_t last, int jobs,
    bool talk)
{
	pid_t pid[JOBS_MAX];
	int i, status, live = 0;

	b->next = first;
	b->last = last;
	for (i = 0; i < jobs; i++, live++)
		pid[i] = start(b, i, talk);
	while (live > 0) {
		pid_t ended = wait(&status);

		for (i = 0; i < jobs && pid[i] != ended; i++)
			;
		if (i == jobs)
			continue;
		live--;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		b->failed++;
		say_failed(b, b->at[i]);
		if (b->failed < FAILED_MAX && b->next <= b->last) {
			pid[i] = start(b, i, talk);
			live++;
		}
	}
	return (int)b->failed;
}

static struct board *board_new(void)
{
	struct board *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(b != MAP_FAILED);
	return b;
}

static void test_seeds(void **state)
{
	struct board *b = board_new();
	int64_t seed = setting("SEED", 0);
	int64_t first = seed != 0 ? seed : setting("FIRST", 1);
	int64_t n = seed != 0 ? 1 : setting("SEEDS", SEEDS);
	int jobs = (int)setting("JOBS", 1), failed, i;
	char hex[2 * CRYPTO_HASH + 1];

	(void)state;
	b->limit = (int)setting("STEPS", 0);
	if (jobs < 1 || jobs > JOBS_MAX || seed != 0)
		jobs = 1;
	failed = run(b, first, first + n - 1, jobs, setting("V", 0) != 0);
	(void)printf("# %" PRId64 " seeds", (int64_t)b->done);
	for (i = 0; i < N_COUNTS; i++)
		(void)printf(", %" PRId64 " %s", (int64_t)b->count[i],
		    count_names[i]);
	(void)printf("\n");
	if (seed != 0 && failed == 0) {
		crypto_hex(b->trace, CRYPTO_HASH, hex);
		(void)printf("# trace %s\n", hex);
	}
	assert_int_equal(failed, 0);
	assert_int_equal(b->done, n);
	/* Refusals are part of life, but most of what people do is saved. */
	if (seed == 0)
		assert_true(b->count[N_SAVED] > b->count[N_REFUSED]);
	(void)munmap(b, sizeof(*b));
}

/* The same seed does the same things, to the byte. */
static void test_repeats(void **state)
{
	struct board *b = board_new();
	uint8_t once[CRYPTO_HASH];
	int64_t seed;

	(void)state;
	if (setting("SEED", 0) != 0)
		skip();
	for (seed = 1; seed <= 3; seed++) {
		assert_int_equal(run(b, seed, seed, 1, false), 0);
		memcpy(once, b->trace, sizeof(once));
		assert_int_equal(run(b, seed, seed, 1, false), 0);
		assert_memory_equal(once, b->trace, sizeof(once));
	}
	(void)munmap(b, sizeof(*b));
}

/* A failure at the 37th step needs 37 steps, and no more. */
static void test_shrinks(void **state)
{
	struct board *b = board_new();

	(void)state;
	if (setting("SEED", 0) != 0)
		skip();
	b->plant = 37;
	assert_int_equal(shrink(b, 5), 37);
	b->plant = 0;
	assert_int_equal(shrink(b, 5), 0);
	(void)munmap(b, sizeof(*b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_shrinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
