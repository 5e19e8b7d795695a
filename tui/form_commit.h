/*
 * The form's save key.  Used by panel_form.
 */
#ifndef MQ_FORM_COMMIT_H
#define MQ_FORM_COMMIT_H

#include "panel_form.h"

/* Saves, or says why not; a correction asks its reason first.  The form
 * closes itself when MQ_OK came back, and only then. */
unsigned form_commit_run(struct panel_form *p);

#endif
