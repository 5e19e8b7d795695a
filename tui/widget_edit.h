/*
 * A text field: UTF-8, edited by character as a person counts it, placed by
 * cells.  One line with sideways scrolling, or several with 避头尾.
 *
 *	widget_edit_init(&e, &(struct widget_edit_options){ .max_chars = 20 });
 *	flags = widget_edit_key(&e, key);	in key()
 *	flags = widget_edit_paste(&e, s, len);	in paste()
 *	widget_edit_paint(&e, d, y, x, h, w, focus);	in paint()
 */
#ifndef MQ_WIDGET_EDIT_H
#define MQ_WIDGET_EDIT_H

#include "../core/base/buf.h"
#include "panel.h"

#define WIDGET_EDIT_BYTES (32u * 1024u)

struct widget_edit_options {
	size_t max_chars;	/* 0: as much as WIDGET_EDIT_BYTES holds */
	bool multi;		/* several lines; Enter breaks the line */
	bool masked;		/* PIN: shows *, keeps no trace on the screen */
	bool digits;		/* only 0-9; full-width ones are made half */
	const char *placeholder;	/* shown dim while empty; borrowed */
};

struct widget_edit {
	struct widget_edit_options opt;
	struct buf text;
	size_t at;		/* cursor, a byte offset at a character */
	size_t nchars;
	int scroll;		/* cells (one line) or lines (multi) */
	int want_cells;		/* column kept while moving up and down, -1 */
	int w, h;		/* of the last paint: up and down need it */
	bool bad_utf8;		/* bytes were dropped: say MQ_E_UTF8 */
	bool full;		/* the last input did not fit in max_chars */
	bool dropped;		/* control characters were taken out */
};

/* opt NULL: one line, no limit but the bytes. */
void widget_edit_init(struct widget_edit *e,
    const struct widget_edit_options *opt);
void widget_edit_free(struct widget_edit *e);	/* wipes masked text */
/* Never NULL.  widget_edit_clear() wipes it. */
const char *widget_edit_text(const struct widget_edit *e);
size_t widget_edit_len(const struct widget_edit *e);
bool widget_edit_empty(const struct widget_edit *e);
/* Cleaned like a paste; the cursor goes to the end.  Clears the flags
 * bad_utf8, full and dropped before, so look at them after. */
void widget_edit_set(struct widget_edit *e, const char *text);
void widget_edit_clear(struct widget_edit *e);

/* WIDGET_CHANGED when the text changed, PANEL_REDRAW, PANEL_IGNORED for keys
 * that are not ours: Enter on one line, Up on the first, Down on the last.
 * PANEL_BEEP with `full` when nothing more fits. */
unsigned widget_edit_key(struct widget_edit *e, uint32_t key);
/* Inserts cleaned text: bytes that are no UTF-8 are dropped (bad_utf8), line
 * breaks become blanks in a one-line field. */
unsigned widget_edit_paste(struct widget_edit *e, const char *s, size_t len);
/* Paints into w × h cells at y, x; with focus sets the real cursor. */
void widget_edit_paint(struct widget_edit *e, const struct draw *d, int y,
    int x, int h, int w, bool focus);
/* Lines the text needs at that width; ≥ 1. */
int widget_edit_lines(const struct widget_edit *e, int w);

#endif
