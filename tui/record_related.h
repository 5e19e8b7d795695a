/*
 * The records that belong to one: what it was merged into, came from, led to;
 * of somebody in a register who may be the same and what was last about them,
 * merged ones included.  Used by the record page.
 */
#ifndef MQ_RECORD_RELATED_H
#define MQ_RECORD_RELATED_H

#include "../core/record.h"
#include "../core/search.h"
#include "app.h"
#include "widget_lines.h"

#define RECORD_RELATED_MAX 9	/* digits open them */
#define RECORD_RELATED_ALIKE 2

struct record_related {
	struct record v[RECORD_RELATED_MAX];
	int n;
	struct search_alike alike[RECORD_RELATED_ALIKE];
	int nalike;
};

void record_related_load(struct app *app, const struct record_full *r,
    struct record_related *out);
/* A heading and one numbered line each; nothing when there is none. */
void record_related_show(struct app *app, const struct record_related *v,
    struct widget_lines *out);

#endif
