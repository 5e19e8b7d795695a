/*
 * What stands around every page: header line, notice line, footer made from
 * actions.def.  Called by app's paint step.
 */
#ifndef MQ_FRAME_H
#define MQ_FRAME_H

#include "app.h"

/* Rows the frame takes: header above, notice and footer below. */
#define FRAME_ABOVE 1
#define FRAME_BELOW 2

void frame_header(const struct draw *screen, const struct app_header *h,
    const char *title);
void frame_notice(const struct draw *screen, enum theme_role role,
    const char *text);
void frame_progress(const struct draw *screen, const char *what, int64_t done,
    int64_t total);
/* The keys of the page on top; `offers` says which are possible now. */
void frame_footer(const struct draw *screen, struct app *app,
    struct panel *p, bool (*offers)(struct app *app, struct panel *p,
    enum action act));

#endif
