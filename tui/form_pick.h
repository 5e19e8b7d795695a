/*
 * Pickers for the fields of a form that hold somebody, a place, a unit or
 * another record.  Used by panel_form and panel_batch.
 */
#ifndef MQ_FORM_PICK_H
#define MQ_FORM_PICK_H

#include "form_field.h"

struct panel;
struct app;

/* Opens what the field asked for (wants_pick), and forgets that it did. */
void form_pick_open(struct app *app, struct form_field *ff);
/* From returned() with child->result 1: what was picked, as stored. */
void form_pick_answer(const struct panel *child, const struct field *fd,
    char out[ENTRY_REF_TEXT]);

#endif
