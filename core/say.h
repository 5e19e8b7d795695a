/*
 * Words of the pack loader, the facets and the calendar: say.def, both
 * languages.  "{}" in a row takes the texts in order.
 */
#ifndef MQ_SAY_H
#define MQ_SAY_H

#include "base/buf.h"
#include "base/err.h"

enum say {
#define SAY(id, zh, en) SAY_##id,
#include "say.def"
#undef SAY
	SAY_LAST
};

const char *say_word(enum say id, enum lang lang);	/* static */
/* The row with a and b put in (NULL: nothing). */
void say_fill(struct buf *out, enum lang lang, enum say id, const char *a,
    const char *b);
/* "中文‖English", for the detail of an err. */
void say_both(struct buf *out, enum say id, const char *a, const char *b);
/* The same with labels: each language gets its own (NULL: nothing). */
void say_labels(struct buf *out, enum say id, const char *const a[2],
    const char *const b[2]);

#endif
