/*
 * The help page, made from actions.def for the panel below it.
 */
#ifndef MQ_PANEL_HELP_H
#define MQ_PANEL_HELP_H

#include "app.h"

void panel_help_open(struct app *app, struct panel *about);

#endif
