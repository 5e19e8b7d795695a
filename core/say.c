/*
 * The table of words, expanded from say.def.  Called by pack, calendar and
 * the facets, which know reasons and sums that err.def has no row for.
 */
#include "say.h"

#include <assert.h>

static const char *const table[][2] = {
#define SAY(id, zh, en) { zh, en },
#include "say.def"
#undef SAY
};

const char *say_word(enum say id, enum lang lang)
{
	assert((int)id >= 0 && id < SAY_LAST);
	return table[id][lang == LANG_EN ? 1 : 0];
}

void say_fill(struct buf *out, enum lang lang, enum say id, const char *a,
    const char *b)
{
	const char *s = say_word(id, lang), *hole;
	const char *put[2] = { a, b };
	size_t i;

	for (i = 0; i < ARRAY_LEN(put); i++) {
		hole = strstr(s, "{}");
		if (hole == NULL)
			break;
		buf_add(out, s, (size_t)(hole - s));
		buf_adds(out, put[i] == NULL ? "" : put[i]);
		s = hole + 2;
	}
	buf_adds(out, s);
}

void say_both(struct buf *out, enum say id, const char *a, const char *b)
{
	say_labels(out, id, (const char *const[]){ a, a },
	    (const char *const[]){ b, b });
}

void say_labels(struct buf *out, enum say id, const char *const a[2],
    const char *const b[2])
{
	int lang;

	for (lang = 0; lang < 2; lang++) {
		if (lang > 0)
			buf_adds(out, "‖");
		say_fill(out, (enum lang)lang, id, a == NULL ? NULL : a[lang],
		    b == NULL ? NULL : b[lang]);
	}
}
