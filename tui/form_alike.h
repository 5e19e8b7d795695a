/*
 * Who is registered already while somebody new is being typed: shown below
 * the form as in every picker, and asked before saving.  Used by panel_form.
 */
#ifndef MQ_FORM_ALIKE_H
#define MQ_FORM_ALIKE_H

#include "panel_form.h"

/* Looks again after a change; nothing for kinds that are no register. */
void form_alike_look(struct panel_form *p);
/* Lines it wants at the bottom of a page h lines high. */
int form_alike_lines(const struct panel_form *p, int h);
void form_alike_paint(const struct panel_form *p, const struct draw *d);
/* Somebody is likely to be the same: puts the question, true.  Then the form
 * goes on by form_commit_run(), or ends with the one that was there. */
bool form_alike_ask(struct panel_form *p);

#endif
