/*
 * Why a service waits for a decision, in words.
 */
#ifndef MQ_HOURS_WORDS_H
#define MQ_HOURS_WORDS_H

#include "../core/hours.h"

void hours_words_why(const struct hours_doubt *d, char *out, size_t size);

#endif
