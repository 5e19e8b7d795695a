/*
 * Numbered choices: digits pick, arrows move, in as many columns as fit.
 * More than nine: pages of nine, 0 shows the next.
 */
#ifndef MQ_WIDGET_MENU_H
#define MQ_WIDGET_MENU_H

#include "panel.h"

#define WIDGET_MENU_PAGE 9

struct widget_menu_choice {
	const char *label;	/* borrowed */
	const char *note;	/* dim, after the label; may be NULL */
	enum theme_role role;		/* ROLE_TEXT as a rule */
	bool off;		/* shown dim, cannot be picked */
};

struct widget_menu {
	const struct widget_menu_choice *choices;	/* borrowed */
	size_t n;
	size_t here;
	bool multi;		/* several: digits and Space tick */
	bool one_column;
	bool *ticked;		/* n of them, multi only */
	int picked;		/* the chosen one, -1: none yet; shown marked */
	int columns;		/* of the last paint */
};

/* choices stay the caller's and must outlive the menu. */
void widget_menu_init(struct widget_menu *m,
    const struct widget_menu_choice *choices, size_t n, bool multi);
void widget_menu_free(struct widget_menu *m);
/* WIDGET_PICKED with m->picked set (one), or on Enter (multi);
 * WIDGET_CHANGED when a tick changed; PANEL_IGNORED at the upper and lower
 * end, so that a form can move on. */
unsigned widget_menu_key(struct widget_menu *m, uint32_t key);
/* Lines needed at that width (one page). */
int widget_menu_lines(const struct widget_menu *m, int w);
void widget_menu_paint(struct widget_menu *m, const struct draw *d, bool focus);

#endif
