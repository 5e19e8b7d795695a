/*
 * The machine's clock is plainly wrong: a person says what time it is.
 * Closes with base.result 1 when the time was confirmed.
 */
#ifndef MQ_FORM_CLOCK_H
#define MQ_FORM_CLOCK_H

#include "desk.h"

#define FORM_CLOCK_NAME "clock"

void form_clock_open(struct app *app);

#endif
