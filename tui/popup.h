/*
 * Boxes over the page: an error in its three parts, a text, a question.
 */
#ifndef MQ_POPUP_H
#define MQ_POPUP_H

#include "app.h"

/* What happened, what was kept, what to do. */
void popup_err(struct app *app, const struct err *err);
/* A title and running text; any of Enter, Esc, Space closes it. */
void popup_say(struct app *app, enum theme_role role, const char *title,
    const char *text);

/* A question with up to nine numbered answers.  The answer (0…n-1, or -1 for
 * Esc) goes to answered() of the asking panel p, which must still be on the
 * stack; returns its flags. */
typedef unsigned (*popup_answer_fn)(struct panel *p, int answer);
void popup_ask(struct panel *p, const char *title, const char *text,
    const char *const *answers, size_t n, popup_answer_fn answered);
/* The same with 1 是 / 2 不: answer 0 is yes. */
void popup_confirm(struct panel *p, const char *title, const char *text,
    popup_answer_fn answered);

#endif
