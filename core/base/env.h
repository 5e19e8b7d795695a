/*
 * The outside world as one struct: clock, randomness, language and file
 * faults.  Core never calls time() or the kernel's random source itself, so
 * that tests can stop the clock and fail the N-th write.
 */
#ifndef MQ_ENV_H
#define MQ_ENV_H

#include "err.h"
#include "units.h"

struct env {
	/* Wall clock and monotonic clock. */
	struct utc (*now)(struct env *env);
	int64_t (*mono_ms)(struct env *env);
	void (*random)(struct env *env, void *p, size_t n);
	/* Asked before each file operation ("write", "fsync", "rename",
	 * "open"); a non-zero errno makes that operation fail.  May be NULL. */
	int (*fault)(struct env *env, const char *point);
	/* Told after each "fsync" that went well, of a file or a folder.  May
	 * be NULL; tests that pull the plug know by it what lies safe. */
	void (*did)(struct env *env, const char *point, int fd);
	enum lang lang;
	void *ctx;		/* the owner's */
};

/* The real machine.  Language from LC_ALL, LC_MESSAGES, LANG: en* is English,
 * all else Chinese. */
void env_real(struct env *env);
/* A clock that stands at `at` until moved, and a seeded stream of bytes. */
void env_fixed(struct env *env, struct utc at, uint64_t seed);
void env_advance(struct env *env, int64_t ms);	/* fixed env only */
void env_release(struct env *env);

struct utc env_now(struct env *env);

#endif
