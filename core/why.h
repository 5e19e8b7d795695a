/*
 * Reasons in words, for the detail of a failure: why.def, both languages.
 */
#ifndef MQ_WHY_H
#define MQ_WHY_H

/* Stands between the two languages. */
#define WHY_BAR "‖"

enum why {
#define WHY(id, zh, en) WHY_##id,
#include "why.def"
#undef WHY
	WHY_LAST
};

/* "中文‖English": err_say() shows the side of the reader.  Static. */
const char *why_words(enum why w);

#endif
