/*
 * Sealed boxes draw their one-use keys from libsodium's own source, past env:
 * here it is seeded, so that the same seed seals to the same bytes.
 */
#ifndef MQ_SIM_SEAL_H
#define MQ_SIM_SEAL_H

#include <stdint.h>

void seal_install(void);	/* before crypto_init() */
void seal_seed(uint64_t seed);

#endif
