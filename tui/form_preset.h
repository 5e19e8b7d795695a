/*
 * Values a form begins with: the pack's presets, who sits here, the time.
 */
#ifndef MQ_FORM_PRESET_H
#define MQ_FORM_PRESET_H

#include "desk.h"
#include "form_page.h"

/* Of a new record. */
void form_preset_open(struct desk *d, struct form_page *page);
/* Of a step: only for the fields it asks. */
void form_preset_step(struct desk *d, struct form_page *page);
/* The time once more, where nobody typed over it: the clock was wrong. */
void form_preset_again(struct desk *d, struct form_page *page);

#endif
