/*
 * A field of choices: digits pick, letters narrow.  Used by form_field.
 */
#ifndef MQ_FORM_CHOICE_H
#define MQ_FORM_CHOICE_H

#include "form_field.h"

/* Which choices fit the other answers now; what does not fit any more is
 * taken out of the value. */
void form_choice_refresh(struct form_field *ff, const struct fields *f);
unsigned form_choice_key(struct form_field *ff, uint32_t key);
/* The labels of the value. */
void form_choice_words(const struct form_field *ff, struct buf *out);
/* Frees what refresh made. */
void form_choice_drop(struct form_field *ff);

#endif
