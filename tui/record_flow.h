/*
 * What the flow facet says of one record, as lines: each clock, offers,
 * merging, solved or not, the first times.  Used by record_facts.
 */
#ifndef MQ_RECORD_FLOW_H
#define MQ_RECORD_FLOW_H

#include "../core/record.h"
#include "app.h"
#include "widget_lines.h"

void record_flow_lines(struct app *app, const struct record_full *r,
    struct widget_lines *out);
/* Who was merged in or taken out again, of a `join` entry: "" for others. */
void record_flow_joined(struct app *app, const struct record_event *ev,
    char *out, size_t size);

/* The record that an entry, such as a cause, belongs to; 0 none. */
int64_t record_flow_subject(struct node *n, struct ref id);
/* Did it call other units, or is it such a call itself? */
bool record_flow_calls(struct app *app, int64_t rec);
/* Shows what to say on the telephone to each of them. */
void record_flow_sheet(struct app *app, int64_t rec);

#endif
