/*
 * Is this an expression, and does it ask only for what there is?  Looks at
 * the text alone: the expression module stays closed while a pack is read.
 * What passes here, the module evaluates.
 */
#ifndef MQ_FORM_CHECK_H
#define MQ_FORM_CHECK_H

#include "say.h"

#define FORM_CHECK_MAX 2000	/* bytes of one expression */
#define FORM_CHECK_DEPTH 40	/* brackets within brackets */

struct form_check {
	/* Is there a field of that name?  NULL: any name will do. */
	bool (*has)(const void *ctx, const char *name);
	/* Is a bare name a column of the choice list?  NULL: none is. */
	bool (*column)(const void *ctx, const char *name);
	const void *ctx;
	/* Called with every ${name}; may be NULL. */
	void (*uses)(void *user, const char *name);
	void *user;
};

/* False: *why is the row of say.def, what goes into it. */
bool form_check_expr(const struct form_check *c, const char *expr,
    enum say *why, char what[64]);

#endif
