/*
 * The table of reasons, expanded from why.def.  Called where a failure
 * needs more words than its own row has.
 */
#include "why.h"

#include <assert.h>

static const char *const table[] = {
#define WHY(id, zh, en) zh "‖" en,
#include "why.def"
#undef WHY
};

const char *why_words(enum why w)
{
	assert((int)w >= 0 && w < WHY_LAST);
	return table[w];
}
