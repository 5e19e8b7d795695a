/*
 * Measured lengths of time and how they spread.  Used by the programs of this
 * folder only, each a single file: that is why the code is here.
 */
#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct times {
	int64_t *ns;
	size_t n, cap;
	int64_t at;
};

static inline int64_t times_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline void times_begin(struct times *t, size_t cap)
{
	t->ns = calloc(cap, sizeof(*t->ns));
	t->n = 0;
	t->cap = cap;
	if (!t->ns)
		abort();
}

static inline void times_end(struct times *t)
{
	free(t->ns);
	t->ns = NULL;
}

static inline void times_start(struct times *t)
{
	t->at = times_now();
}

static inline void times_stop(struct times *t)
{
	if (t->n < t->cap)
		t->ns[t->n++] = times_now() - t->at;
}

static inline int times_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* NAME_p50 and NAME_p99, in microseconds. */
static inline void times_print(struct times *t, const char *name)
{
	if (!t->n)
		return;
	qsort(t->ns, t->n, sizeof(*t->ns), times_cmp);
	printf("%s_p50 %.1f\n%s_p99 %.1f\n", name,
	    (double)t->ns[t->n / 2] / 1e3, name,
	    (double)t->ns[t->n * 99 / 100] / 1e3);
}

#endif
