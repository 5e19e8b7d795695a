/*
 * Records of one kind that are no page of the store: a search, what the hub
 * sent back, what others changed.  Used by panel_records.
 */
#ifndef MQ_RECORD_HELD_H
#define MQ_RECORD_HELD_H

#include "../core/pack.h"
#include "../core/record.h"
#include "app.h"

#define RECORD_HELD_MAX 300

struct record_held {
	struct app *app;
	const struct kind *kind;
	struct record *v;	/* only what the person at the desk may see */
	int n;
	struct err err;		/* what kept us from looking */
};

void record_held_init(struct record_held *h, struct app *app,
    const struct kind *kind);
void record_held_free(struct record_held *h);
/* Index of that record; n when it is not held. */
int record_held_find(const struct record_held *h, int64_t rec);

/* Each begins anew. */
void record_held_returned(struct record_held *h);
/* scope: a JSON list of units; "[]" searches over all and asks about each
 * hit. */
void record_held_search(struct record_held *h, const char *text,
    const char *scope);
void record_held_changed(struct record_held *h, const struct record_query *q);

#endif
