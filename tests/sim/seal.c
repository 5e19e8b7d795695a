/*
 * libsodium's source of bytes, seeded.  Apart from sim.c because libsodium's
 * names and those of core/base/crypto.h do not go together.
 */
#include "seal.h"

#include <stddef.h>

#include <sodium.h>

static uint64_t state;

static uint64_t next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return z ^ (z >> 31);
}

static const char *name(void)
{
	return "sim";
}

static uint32_t word(void)
{
	return (uint32_t)next();
}

static void bytes(void *const p, const size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)next();
}

static struct randombytes_implementation source = {
	.implementation_name = name,
	.random = word,
	.buf = bytes,
};

void seal_install(void)
{
	(void)randombytes_set_implementation(&source);
}

void seal_seed(uint64_t seed)
{
	state = seed;
}
