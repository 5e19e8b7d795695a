/*
 * The program: a stack of panels and one loop.
 *
 *	poll(tty, signals, bell, nearest timer) → handle all that is there →
 *	paint once, unless keys are waiting → a bit of idle work → sleep
 *
 * Nothing wakes it but a key, a signal, the bell or a timer somebody set.
 */
#ifndef MQ_APP_H
#define MQ_APP_H

#include "../core/base/env.h"
#include "../core/base/err.h"
#include "panel.h"
#include "term.h"
#include "theme.h"

#define APP_MIN_ROWS 12
#define APP_MIN_COLS 40
#define APP_STACK 20
#define APP_ABOVE 6		/* panels a page may need over itself */

/* What the header line says; filled by the desk. */
struct app_header {
	char left[96];		/* station */
	char person[64];	/* who is logged in, "" for nobody */
	char date[48];
	char light[64];		/* the sync light in words */
	enum theme_role light_role;	/* ROLE_OK, ROLE_WARN, ROLE_ERROR */
	int64_t refresh_ms;	/* ask again then; 0: only when repainting */
};

/* The business behind the screen.  Any of them may be NULL. */
struct app_hooks {
	void (*header)(struct app *app, struct app_header *h);
	/* bell_fd was readable; the hook drains it. Panels' wake() follow. */
	void (*bell)(struct app *app);
	/* Nobody pressed a key for app_idle_after() ms. */
	void (*idle)(struct app *app);
	/* ACT_LOCK, in every panel. */
	void (*lock)(struct app *app);
	/* SIGHUP, SIGTERM, hang-up: after every panel's keep(). */
	void (*leave)(struct app *app);
	/* A slice (≤ 10 ms) of background work; true: there is more.  Called
	 * only when nothing else is to do, first after the first paint. */
	bool (*work)(struct app *app);
	/* Any key at all was pressed (draft clock, idle form clock). */
	void (*touched)(struct app *app);
};

struct app {
	struct env *env;
	void *desk;		/* the business context, the owner's */
	const struct app_hooks *hooks;
	int bell_fd;		/* -1: none */
	unsigned who;		/* WHO_ bits: set with app_set_who() */
	struct theme theme;
	struct term *term;
	char theme_dir[512];	/* "": the compiled look only */
	struct ime *ime;	/* built-in Chinese input; NULL: none */
	int exit_status;
	struct app_state *in;	/* app.c's own */
};

struct app_options {
	const struct app_hooks *hooks;
	void *desk;
	int bell_fd;
	const char *theme_dir;		/* NULL: the compiled look */
	const char *theme_name;		/* NULL: "default" */
	struct term_options term;
};

/* Takes the screen.  The panel stack is empty: app_push() the first one, then
 * app_run().  A theme that cannot be read is a notice, not a failure. */
enum mq_status app_start(struct env *env, const struct app_options *options,
    struct app **out, struct err *err) MUST_CHECK;
/* Paints what is open before app_run(): so that what the first page does not
 * need can be read behind it. */
void app_show(struct app *app);
/* Runs until the stack is empty, PANEL_QUIT, or told to leave. */
int app_run(struct app *app);
/* Destroys the panels, gives the screen back.  Accepts NULL. */
void app_stop(struct app **app);

/* ---- the stack; callable from any handler ---- */

/* p is the first member of a heap struct; the app owns it from here on. */
void app_push(struct app *app, struct panel *p, const struct panel_ops *ops);
/* Closes the top panel and puts p in its place. */
void app_replace(struct app *app, struct panel *p, const struct panel_ops *ops);
/* Closes panels above the lowest, with keep(): home again.  The lowest gets
 * wake(), not returned(). */
void app_home(struct app *app);
/* Closes all panels, with keep(), then pushes p: the login page. */
void app_reset(struct app *app, struct panel *p, const struct panel_ops *ops);
/* Takes p (and what stands on it) off at once, where PANEL_CLOSE as a return
 * value would come too late; p stays valid until the handler returns. */
void app_close(struct app *app, struct panel *p);
/* As if a handler of p had returned these PANEL_ bits. */
void app_apply(struct app *app, struct panel *p, unsigned flags);
struct panel *app_top(struct app *app);
size_t app_depth(const struct app *app);
/* Too many pages stand on each other for one more that leads to others: says
 * so.  Whatever can be opened again from what it opens asks here first. */
bool app_deep(struct app *app);

/* ---- words to the user ---- */

/* One line above the footer until the next key (ms 0) or for that long. */
void app_notice(struct app *app, enum theme_role role, const char *text);
void app_notice_for(struct app *app, enum theme_role role, const char *text,
    int64_t ms);
/* pop-ups are in popup.h: popup_err(), popup_say(), popup_ask() */

/* ---- the rest ---- */
void app_set_who(struct app *app, unsigned who);
void app_idle_after(struct app *app, int64_t ms);	/* 0: never */
void app_redraw(struct app *app);	/* from hooks: paint before sleeping */
void app_set_theme(struct app *app, const struct theme *theme);
void app_quit(struct app *app, int exit_status);
/* Long work in a handler: paints a progress line at once, at most ten times a
 * second.  done = total = 0 takes it away.  Use over half a second only. */
void app_progress(struct app *app, const char *what, int64_t done,
    int64_t total);
enum lang app_lang(const struct app *app);

#endif
