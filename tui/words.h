/*
 * Every word people see that is not an error (err.def), an action
 * (actions.def) or pack data: one row in words.def, Chinese with English.
 */
#ifndef MQ_WORDS_H
#define MQ_WORDS_H

#include "../core/base/err.h"
#include "../core/base/units.h"

enum word_id {
#define WORD(id, zh, en) W_##id,
#include "words.def"
#undef WORD
	W_COUNT
};

/* Once at start, from env->lang. */
void words_set_lang(enum lang lang);
enum lang words_lang(void);

/* The word in the language of the screen; never NULL. */
const char *word(enum word_id id);
const char *words_in(enum word_id id, enum lang lang);
/* "{}" in the row is replaced by the strings in turn; end them with NULL:
 * words_fill(out, sizeof(out), W_LIST_COUNT, "17", NULL). */
void words_fill(char *out, size_t size, enum word_id id, ...)
    __attribute__((sentinel));

#endif
