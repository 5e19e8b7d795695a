/*
 * Painting.  A struct draw is a rectangle of the screen with coordinates of
 * its own; nothing painted through it leaves it.  Text goes through
 * text_sanitize() and is clipped at whole characters, so callers may pass
 * anything.  Called from paint handlers only.
 */
#ifndef MQ_DRAW_H
#define MQ_DRAW_H

#include "../core/base/units.h"
#include "theme.h"

struct term;

struct draw { int y, x, h, w; };

/* ---- for app ---- */
void draw_use_theme(struct term *t, const struct theme *theme);
/* An empty frame as large as the screen, the cursor hidden. */
struct draw draw_begin(struct term *t);
/* Brings it to the terminal: only what differs is sent. */
void draw_end(struct term *t);
/* The next draw_end() sends everything (Ctrl-L). */
void draw_forget(struct term *t);
/* What was said about the cursor in this frame does not count. */
void draw_no_cursor(void);

/* ---- for everybody ---- */

/* A part of d, cut to what d has; may be empty. */
struct draw draw_sub(const struct draw *d, int y, int x, int h, int w);

/* One line of text at y, x in at most `cells` (0: up to the right edge).
 * Returns the cells used. */
int draw_text(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s);
int draw_textn(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s, size_t len);
int draw_textf(const struct draw *d, int y, int x, enum theme_role role,
    const char *fmt, ...) PRINTF_LIKE(5, 6);
/* Exactly `cells` wide: clipped with … or padded. */
void draw_fit(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s);
/* Ends at the right edge.  Returns the cells used. */
int draw_right(const struct draw *d, int y, enum theme_role role,
    const char *s);
void draw_centre(const struct draw *d, int y, enum theme_role role,
    const char *s);
/* Running text with 避头尾 in at most `lines` lines; returns lines used. */
int draw_wrapped(const struct draw *d, int y, int x, int cells, int lines,
    enum theme_role role, const char *s);

/* A table row.  cells > 0: that wide; < 0: that wide, set right; 0: takes
 * what is left (at most one).  One blank between columns. */
struct draw_cell { int cells; enum theme_role role; const char *text; };
void draw_row(const struct draw *d, int y, int x, const struct draw_cell *c,
    size_t n);

void draw_fill(const struct draw *d, int y, int x, int h, int w,
    enum theme_role role);
/* Lines around the whole of d, with a title on the upper one (may be NULL). */
void draw_box(const struct draw *d, enum theme_role role, const char *title);
void draw_rule(const struct draw *d, int y, enum theme_role role);
/* The two cells at the left of a list row: "> " on the row where we are. */
void draw_gutter(const struct draw *d, int y, bool here);
/* The real cursor: where typing goes on (input methods follow it).  The last
 * call of a frame counts; without one the cursor is hidden. */
void draw_cursor(const struct draw *d, int y, int x);
/* Where it was put in this frame, on the screen; false: hidden. */
bool draw_where(int *y, int *x);

#endif
