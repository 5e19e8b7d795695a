/*
 * The simulation: SEEDS seeds from FIRST on (or the one SEED), each a
 * district with its faults.  Workers are processes, so that a seed that
 * kills its worker is named like any other.
 *
 *	SEEDS=200 FIRST=1 JOBS=2     SEED=123 V=1 to see one
 */
#include <errno.h>
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

/* Shared by all workers. */
struct board {
	_Atomic int64_t next, done, failed;
	int64_t last;
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
		(void)printf("seed %" PRId64 " failed: make sim SEED=%"
		    PRId64 " V=1\n", (int64_t)b->at[i], (int64_t)b->at[i]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
