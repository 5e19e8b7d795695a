/*
 * The built-in Chinese input inside the loop: which keys go to it first, what
 * it decided, its bar beside the cursor, its keys.  For app.c only.
 */
#ifndef MQ_APP_IME_H
#define MQ_APP_IME_H

#include "app.h"

/* True: the key is dealt with, *flags says how. */
bool app_ime_key(struct app *app, struct panel *p, uint32_t key,
    unsigned *flags);
/* ACT_IME_TURN and ACT_IME_MENU; PANEL_IGNORED for all others. */
unsigned app_ime_action(struct app *app, struct panel *p, enum action act);
/* After everything else of the page. */
void app_ime_paint(struct app *app, const struct draw *screen);

#endif
