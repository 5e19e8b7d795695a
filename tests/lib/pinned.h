/*
 * Counts that do not drift (bytes to the terminal, fsyncs, bytes written),
 * pinned in tests/bench/pinned.txt: one that grew by more than a twentieth
 * fails until the file says that it was meant.
 */
#ifndef TEST_PINNED_H
#define TEST_PINNED_H

#include <stdint.h>

/* Fails the cmocka test that runs; prints what was counted. */
void pinned_check(const char *name, int64_t counted);

#endif
