/*
 * The terminal: start and stop, raw input, size.  With draw.c the only file
 * that includes curses.  One terminal a process.  Used by app.
 *
 * Everything people type reaches the program: Ctrl-C, Ctrl-Z, Ctrl-\, Ctrl-S,
 * Ctrl-Q and Ctrl-V are keys, and the stop signals are ignored.
 */
#ifndef MQ_TERM_H
#define MQ_TERM_H

#include "../core/base/env.h"
#include "../core/base/err.h"
#include "key.h"

struct term;

enum term_lines { TERM_LINES_AUTO, TERM_LINES_BOX, TERM_LINES_ASCII };

struct term_options {
	enum term_lines lines;	/* AUTO: boxes, ASCII where they are wide */
};

/* Takes the screen.  MQ_E_TERMINAL, with the screen untouched, when stdin or
 * stdout is no terminal, or the terminal cannot show Chinese (dumb, the bare
 * Linux console: then env->lang becomes English, so that the sentence can be
 * read).  options may be NULL. */
enum mq_status term_start(struct env *env, const struct term_options *options,
    struct term **out, struct err *err) MUST_CHECK;
/* Gives the screen back as it was found.  Accepts NULL. */
void term_stop(struct term **term);

int term_fd(const struct term *t);	/* poll this for input */
int term_rows(const struct term *t);
int term_cols(const struct term *t);
int term_colours(const struct term *t);	/* 0, 8, 16, 256 */
bool term_ascii(const struct term *t);	/* draw boxes with + - | */

/* Takes what the tty has.  False: the line is gone (hang-up). */
bool term_read(struct term *t) MUST_CHECK;
/* The next whole event of what was read. */
bool term_next(struct term *t, struct key_event *ev);
/* ms after which term_next() should be tried again (Esc alone); -1: never. */
int term_wait(const struct term *t);
/* Input is waiting: do not paint yet. */
bool term_pending(const struct term *t);
/* After SIGWINCH.  True when the size has changed. */
bool term_resized(struct term *t);
/* True once when an answer to the width probe changed what may be drawn. */
bool term_probe_changed(struct term *t);
void term_beep(struct term *t);
/* Sends what curses has made up to here; draw_end() calls it. */
void term_flush(struct term *t);

#endif
