/*
 * Filling in without typing: phrases by digit, the same as last time.  Used
 * by panel_form.
 */
#ifndef MQ_FORM_ASSIST_H
#define MQ_FORM_ASSIST_H

#include "panel_form.h"

#define FORM_ASSIST_PHRASES 9

/* Phrases of the field we are on, as many as there are. */
size_t form_assist_phrases(struct panel_form *p, const struct phrase **out);
/* Shows them to choose from. */
unsigned form_assist_ask(struct panel_form *p);
/* A digit that stands for a phrase, or the Backspace that makes it a digit
 * again; false when the key is neither. */
bool form_assist_key(struct panel_form *p, uint32_t key, unsigned *flags);
/* The answer of this person's last record of the kind. */
unsigned form_assist_same(struct panel_form *p);

#endif
