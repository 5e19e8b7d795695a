/*
 * What one record says, as lines: how it stands, its words (masked), what
 * happened, what is disputed.  Used by the record page and beside lists.
 */
#ifndef MQ_RECORD_FACTS_H
#define MQ_RECORD_FACTS_H

#include "../core/record.h"
#include "app.h"
#include "widget_lines.h"

/* Kind and title, state, due time, who owes, number, delivery, receipt. */
void record_facts_summary(struct app *app, const struct record_full *r,
    struct widget_lines *out);
/* Every field that holds something, in the form's order; short ones share a
 * line where `w` cells are enough for two. */
void record_facts_fields(struct app *app, const struct record_full *r,
    int w, struct widget_lines *out);
/* Who, when, what, how long after the step before; newest last. */
void record_facts_timeline(struct app *app, const struct record_full *r,
    struct widget_lines *out);
/* Both values of every disputed field. */
void record_facts_conflicts(struct app *app, const struct record_full *r,
    struct widget_lines *out);
/* A field's label and one value of it in words, masked. */
void record_facts_value(struct app *app, const char *kind, const char *field,
    const char *value, char *out, size_t size);
const char *record_facts_label(struct app *app, const char *kind,
    const char *field);

#endif
