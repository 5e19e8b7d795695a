/*
 * The real machine, and a fixed one for tests.  Made once in main() or in a
 * test's setup, then passed down.
 */
#include "env.h"

#include "xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

/* What a fixed env stands at: a test may move it while threads look. */
struct fixed {
	_Atomic int64_t now, mono;
	uint64_t state;		/* of the byte stream */
};

static int64_t read_clock(clockid_t which)
{
	struct timespec ts;

	if (clock_gettime(which, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static struct utc real_now(struct env *env)
{
	(void)env;
	return (struct utc){ read_clock(CLOCK_REALTIME) };
}

static int64_t real_mono(struct env *env)
{
	(void)env;
	return read_clock(CLOCK_MONOTONIC);
}

static void real_random(struct env *env, void *p, size_t n)
{
	uint8_t *at = p;
	ssize_t got;

	(void)env;
	while (n > 0) {
		got = getrandom(at, n, 0);
		if (got < 0) {
			/* Keys without randomness would be worse than no
			 * program at all. */
			if (errno != EINTR)
				abort();
			continue;
		}
		at += got;
		n -= (size_t)got;
	}
}

static enum lang lang_of_machine(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strncasecmp(v, "en", 2) == 0 ? LANG_EN :
			    LANG_ZH;
	}
	return LANG_ZH;
}

void env_real(struct env *env)
{
	*env = (struct env){
		.now = real_now,
		.mono_ms = real_mono,
		.random = real_random,
		.lang = lang_of_machine(),
	};
}

static struct utc fixed_now(struct env *env)
{
	return (struct utc){ ((struct fixed *)env->ctx)->now };
}

static int64_t fixed_mono(struct env *env)
{
	return ((struct fixed *)env->ctx)->mono;
}

/* splitmix64: repeatable, and good for nothing but tests. */
static uint64_t fixed_next(struct fixed *f)
{
	uint64_t z = f->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void fixed_random(struct env *env, void *p, size_t n)
{
	struct fixed *f = env->ctx;
	uint8_t *out = p;
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % 8 == 0)
			word = fixed_next(f);
		out[i] = (uint8_t)(word >> (i % 8 * 8));
	}
}

void env_fixed(struct env *env, struct utc at, uint64_t seed)
{
	struct fixed *f = xcalloc(1, sizeof(*f));

	f->now = at.ms;
	f->mono = MS_HOUR;
	f->state = seed;
	*env = (struct env){
		.now = fixed_now,
		.mono_ms = fixed_mono,
		.random = fixed_random,
		.lang = LANG_ZH,
		.ctx = f,
	};
}

void env_advance(struct env *env, int64_t ms)
{
	struct fixed *f = env->ctx;

	assert(env->now == fixed_now);
	f->now += ms;
	/* The wall clock may be set back; the monotonic one never is. */
	if (ms > 0)
		f->mono += ms;
}

void env_release(struct env *env)
{
	if (env->now == fixed_now)
		free(env->ctx);
	*env = (struct env){ 0 };
}

struct utc env_now(struct env *env)
{
	return env->now(env);
}
