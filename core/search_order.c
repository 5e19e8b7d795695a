/*
 * The order in which found people stand: by building, by pinyin with the
 * readings of surnames, by strokes.  Called by the search and by lists.
 */
#include "search.h"

#include <stdlib.h>

#include "base/han.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "pinyin.h"

void search_order_keys(const char *name, struct search_person *out)
{
	struct buf b = BUF_INIT(256);
	size_t at = 0, len = strlen(name), to = 0;
	uint32_t cp;
	int used;

	pinyin_sound_of(name, &b);
	xcopy(out->sound, sizeof(out->sound), buf_str(&b));
	buf_free(&b);
	out->strokes[0] = '\0';
	while (at < len && to + 6 < sizeof(out->strokes) &&
	    (used = text_decode(name + at, len - at, &cp)) > 0) {
		at += (size_t)used;
		to += (size_t)snprintf(out->strokes + to,
		    sizeof(out->strokes) - to, "%05u",
		    (unsigned)han_strokes(cp));
	}
}

/* The last resort: what was opened first. */
static int by_rec(const struct search_person *x,
    const struct search_person *y)
{
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

/* Neighbours stand together. */
static int by_place(const void *a, const void *b)
{
	const struct search_person *x = a, *y = b;
	int c = strcmp(x->place, y->place);

	if (c == 0)
		c = strcmp(x->masked, y->masked);
	if (c == 0)
		c = x->birth_year - y->birth_year;
	return c != 0 ? c : by_rec(x, y);
}

static int by_sound(const void *a, const void *b)
{
	const struct search_person *x = a, *y = b;
	int c = strcmp(x->sound, y->sound);

	if (c == 0)
		c = strcmp(x->strokes, y->strokes);
	return c != 0 ? c : by_place(a, b);
}

static int by_strokes(const void *a, const void *b)
{
	const struct search_person *x = a, *y = b;
	int c = strcmp(x->strokes, y->strokes);

	return c != 0 ? c : by_place(a, b);
}

void search_order(struct search_person *v, int n, enum search_order order)
{
	if (n > 1)
		qsort(v, (size_t)n, sizeof(*v), order == SEARCH_BY_SOUND ?
		    by_sound : order == SEARCH_BY_STROKES ? by_strokes :
		    by_place);
}
