/*
 * A panel is one page of the program: a const table of functions and a struct
 * of its own that begins with a struct panel.  Handlers never draw; they
 * return bits and the loop paints once, before it sleeps.
 *
 *	struct panel_visit { struct panel base; struct widget_list list; };
 *	static const struct panel_ops visit_ops = { .name = "visit", … };
 *
 *	void panel_visit_open(struct app *app)
 *	{
 *		struct panel_visit *v = xcalloc(1, sizeof(*v));
 *		app_push(app, &v->base, &visit_ops);
 *	}
 *
 * How a key travels: while typing() a plain character goes to key(); else the
 * key is looked up in `contexts` and, if found, goes to action(); else to
 * key(), where the panel hands it to the widget that has the focus; what
 * key() ignores is looked up in CTX_GLOBAL and offered to action() again;
 * what is ignored there the app does itself (back, help, redraw, lock).
 */
#ifndef MQ_PANEL_H
#define MQ_PANEL_H

#include "../core/base/units.h"
#include "draw.h"
#include "keymap.h"

struct app;
struct panel;

/* What a handler returns: these bits, or 0 for "done, nothing to show". */
enum panel_flags {
	PANEL_DONE = 0,
	PANEL_REDRAW = 1,	/* something to paint */
	PANEL_CLOSE = 2,	/* take me off the stack and destroy me */
	PANEL_QUIT = 4,		/* end the program */
	PANEL_BEEP = 8,
	PANEL_IGNORED = 16,	/* not mine: let the next one try */
	/* from widgets to their panel */
	WIDGET_CHANGED = 32,	/* the value is another now */
	WIDGET_PICKED = 64,	/* Enter or a digit: this one */
	WIDGET_LEAVE = 128,	/* the user moved out at the end */
};

struct panel_ops {
	const char *name;		/* for logs and tests */
	/* Contexts of actions.def this panel answers in action(), in order,
	 * ended by CTX_END; CTX_GLOBAL is not listed.  May be NULL. */
	const enum context *contexts;
	/* Contexts its widgets answer in key(): for the help screen. */
	const enum context *widgets;
	/* Painted above the panel below it (pop-ups). */
	bool overlay;

	/* All may be NULL, except paint. */

	/* The page's name in the header. */
	void (*title)(struct panel *p, char *out, size_t size);
	unsigned (*action)(struct panel *p, enum action act);
	unsigned (*key)(struct panel *p, uint32_t key);
	/* Raw bytes; widget_edit_paste() cleans them.  `over`: it was cut at
	 * KEY_PASTE_MAX and the user should hear so. */
	unsigned (*paste)(struct panel *p, const char *s, size_t len,
	    bool over);
	/* Plain characters are text now: a field or a filter has the focus. */
	bool (*typing)(struct panel *p);
	/* The text wanted here is Chinese words: letters may go to the
	 * built-in input method, what it makes of them to paste(). */
	bool (*chinese)(struct panel *p);
	/* Is this action sensible now?  False hides it from footer and help
	 * and its key does nothing. */
	bool (*offers)(struct panel *p, enum action act);
	/* The room for paint(); called before the first paint and whenever the
	 * size has changed. */
	void (*layout)(struct panel *p, int h, int w);
	void (*paint)(struct panel *p, const struct draw *d);
	/* The time set by panel_tick_in() has come. */
	unsigned (*tick)(struct panel *p);
	/* The bell rang: another process wrote to the ledger. */
	unsigned (*wake)(struct panel *p);
	/* The panel above has closed; `child` is still whole. */
	unsigned (*returned)(struct panel *p, struct panel *child);
	/* The program is told to leave (SIGHUP, SIGTERM), or the person is
	 * being locked out: keep what was typed.  Must not draw or ask. */
	void (*keep)(struct panel *p);
	/* Frees what the panel holds; the app frees the panel itself. */
	void (*destroy)(struct panel *p);
};

struct panel {
	const struct panel_ops *ops;
	struct app *app;
	int64_t tick_at;	/* monotonic ms, 0: none; see panel_tick_in */
	int h, w;		/* the size last given to layout() */
	int result;		/* for the panel below, read in returned() */
	bool silent;		/* closes without returned(): pop-ups */
};

/* tick() once, after ms; 0 takes it back.  Nothing wakes up without it. */
void panel_tick_in(struct panel *p, int64_t ms);

#endif
