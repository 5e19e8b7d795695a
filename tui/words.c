/*
 * The table of words.  Used by everything that shows text.
 */
#include "words.h"

#include <assert.h>
#include <stdarg.h>

#include "../core/base/xmalloc.h"

static const char *const table[][2] = {
#define WORD(id, zh, en) [W_##id] = { [LANG_ZH] = zh, [LANG_EN] = en },
#include "words.def"
#undef WORD
};

static enum lang screen_lang = LANG_ZH;

void words_set_lang(enum lang lang)
{
	assert(lang == LANG_ZH || lang == LANG_EN);
	screen_lang = lang;
}

enum lang words_lang(void)
{
	return screen_lang;
}

const char *words_in(enum word_id id, enum lang lang)
{
	assert((size_t)id < ARRAY_LEN(table));
	return table[id][lang];
}

const char *word(enum word_id id)
{
	return words_in(id, screen_lang);
}

void words_fill(char *out, size_t size, enum word_id id, ...)
{
	const char *s = word(id), *gap;
	size_t at = 0;
	va_list ap;

	assert(size > 0);
	out[0] = '\0';
	va_start(ap, id);
	while ((gap = strstr(s, "{}")) != NULL) {
		const char *arg = va_arg(ap, const char *);
		char head[256];

		if (arg == NULL)
			break;
		(void)xcopy(head, sizeof(head) < (size_t)(gap - s) + 1 ?
		    sizeof(head) : (size_t)(gap - s) + 1, s);
		at += xcopy(out + at, size - at, head);
		at += xcopy(out + at, size - at, arg);
		s = gap + 2;
	}
	va_end(ap);
	(void)xcopy(out + at, size - at, s);
}
