/*
 * Other colours while the program runs: a small question, answered by a digit.
 */
#ifndef MQ_THEME_PICK_H
#define MQ_THEME_PICK_H

#include "app.h"

void theme_pick_ask(struct panel *p);

#endif
