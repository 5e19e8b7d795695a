/*
 * The station's own words for the input method: terms of the pack, units,
 * choices, and residents whose name was spelt out.
 */
#ifndef MQ_IME_WORDS_H
#define MQ_IME_WORDS_H

#include "desk.h"

/* The person at the desk types from here on: their folder, their words. */
void ime_words_person(struct app *app);

#endif
