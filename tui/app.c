/*
 * The stack of panels and the loop.  Called by main; panels call back for the
 * stack and for notices.
 */
#include "app.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "app_ime.h"
#include "frame.h"
#include "ime.h"
#include "panel_help.h"
#include "theme_pick.h"
#include "words.h"

#define PAINT_AT_LEAST 100	/* ms: a key held down still shows something */
#define PROGRESS_EVERY 100
#define WORK_AFTER 300		/* ms without a key: nobody is typing */

struct app_state {
	struct panel *stack[APP_STACK];
	size_t depth;
	struct panel *dead[APP_STACK * 2];	/* closed inside a handler */
	size_t ndead;
	int busy;			/* inside a handler */
	int sigfd;
	sigset_t mask_before;
	bool redraw, quit, blank, work_left;
	char notice[512];
	enum theme_role notice_role;
	int64_t notice_until;		/* 0: until a key */
	int64_t idle_after, idle_at;
	int64_t header_at;
	int64_t painted_at, progress_at;
	int64_t work_at;		/* not before: keys go first */
};

static int64_t now_ms(struct app *app)
{
	return app->env->mono_ms(app->env);
}

enum lang app_lang(const struct app *app)
{
	return app->env->lang;
}

/* ---- the stack ---- */

struct panel *app_top(struct app *app)
{
	struct app_state *in = app->in;

	return in->depth > 0 ? in->stack[in->depth - 1] : NULL;
}

size_t app_depth(const struct app *app)
{
	return app->in->depth;
}

bool app_deep(struct app *app)
{
	if (app_depth(app) + APP_ABOVE < APP_STACK)
		return false;
	app_notice(app, ROLE_NOTICE, word(W_RECORD_TOO_DEEP));
	return true;
}

static bool on_stack(const struct app *app, const struct panel *p)
{
	for (size_t i = 0; i < app->in->depth; i++)
		if (app->in->stack[i] == p)
			return true;
	return false;
}

static void destroy_panel(struct panel *p)
{
	if (p->ops->destroy != NULL)
		p->ops->destroy(p);
	free(p);
}

/* A handler may still be standing on a closed panel: bury it afterwards. */
static void bury(struct app *app, struct panel *p)
{
	struct app_state *in = app->in;

	if (in->busy == 0) {
		destroy_panel(p);
		return;
	}
	assert(in->ndead < ARRAY_LEN(in->dead));
	in->dead[in->ndead++] = p;
}

static void reap(struct app *app)
{
	struct app_state *in = app->in;

	while (in->busy == 0 && in->ndead > 0)
		destroy_panel(in->dead[--in->ndead]);
}

void app_push(struct app *app, struct panel *p, const struct panel_ops *ops)
{
	struct app_state *in = app->in;

	assert(ops->paint != NULL && ops->name != NULL);
	assert(in->depth < APP_STACK);
	p->ops = ops;
	p->app = app;
	in->stack[in->depth++] = p;
	in->redraw = true;
	in->work_left = true;
}

static struct panel *pop(struct app *app)
{
	struct app_state *in = app->in;

	assert(in->depth > 0);
	in->redraw = true;
	return in->stack[--in->depth];
}

static void close_panel(struct app *app, struct panel *p)
{
	struct app_state *in = app->in;

	/* What stands on a closing panel goes with it. */
	while (in->depth > 0 && app_top(app) != p)
		bury(app, pop(app));
	if (in->depth == 0)
		return;
	p = pop(app);
	if (in->depth > 0 && !p->silent &&
	    app_top(app)->ops->returned != NULL) {
		struct panel *below = app_top(app);

		unsigned flags;

		in->busy++;
		flags = below->ops->returned(below, p);
		in->busy--;
		app_apply(app, below, flags);
	}
	bury(app, p);
}

void app_close(struct app *app, struct panel *p)
{
	if (on_stack(app, p))
		close_panel(app, p);
}

void app_replace(struct app *app, struct panel *p, const struct panel_ops *ops)
{
	if (app->in->depth > 0)
		bury(app, pop(app));
	app_push(app, p, ops);
}

static void keep_panel(struct panel *p)
{
	if (p->ops->keep != NULL)
		p->ops->keep(p);
}

static void keep_all(struct app *app)
{
	for (size_t i = app->in->depth; i > 0; i--)
		keep_panel(app->in->stack[i - 1]);
}

void app_home(struct app *app)
{
	struct panel *p;

	while (app->in->depth > 1) {
		keep_panel(app_top(app));
		bury(app, pop(app));
	}
	p = app_top(app);
	if (p != NULL && p->ops->wake != NULL)
		app_apply(app, p, p->ops->wake(p));
}

void app_reset(struct app *app, struct panel *p, const struct panel_ops *ops)
{
	while (app->in->depth > 0) {
		keep_panel(app_top(app));
		bury(app, pop(app));
	}
	app_push(app, p, ops);
	draw_forget(app->term);		/* nothing of before stays visible */
}

void panel_tick_in(struct panel *p, int64_t ms)
{
	p->tick_at = ms > 0 ? now_ms(p->app) + ms : 0;
}

/* ---- small setters ---- */

void app_set_who(struct app *app, unsigned who)
{
	app->who = who;
	app->in->redraw = true;
}

void app_idle_after(struct app *app, int64_t ms)
{
	app->in->idle_after = ms;
	app->in->idle_at = ms > 0 ? now_ms(app) + ms : 0;
}

void app_redraw(struct app *app)
{
	app->in->redraw = true;
}

void app_set_theme(struct app *app, const struct theme *theme)
{
	app->theme = *theme;
	draw_use_theme(app->term, &app->theme);
	draw_forget(app->term);
	app->in->redraw = true;
}

void app_quit(struct app *app, int exit_status)
{
	app->exit_status = exit_status;
	app->in->quit = true;
}

void app_notice_for(struct app *app, enum theme_role role, const char *text,
    int64_t ms)
{
	struct app_state *in = app->in;

	(void)xcopy(in->notice, sizeof(in->notice), text);
	in->notice_role = role;
	in->notice_until = ms > 0 ? now_ms(app) + ms : 0;
	in->redraw = true;
}

void app_notice(struct app *app, enum theme_role role, const char *text)
{
	app_notice_for(app, role, text, 0);
}

/* ---- painting ---- */

static bool too_small(const struct app *app)
{
	return term_rows(app->term) < APP_MIN_ROWS ||
	    term_cols(app->term) < APP_MIN_COLS;
}

static bool is_offered(struct app *app, struct panel *p, enum action act)
{
	(void)app;
	if (act == ACT_BACK && app_depth(app) < 2 && p->ops->action == NULL)
		return false;
	return p->ops->offers == NULL || p->ops->offers(p, act);
}

static void lay_out(struct panel *p, int h, int w)
{
	if (p->h == h && p->w == w)
		return;
	p->h = h;
	p->w = w;
	if (p->ops->layout != NULL)
		p->ops->layout(p, h, w);
}

static void paint_panels(struct app *app, const struct draw *body)
{
	struct app_state *in = app->in;
	size_t from = in->depth;

	while (from > 1 && in->stack[from - 1]->ops->overlay)
		from--;
	for (size_t i = from > 0 ? from - 1 : 0; i < in->depth; i++) {
		struct panel *p = in->stack[i];

		draw_no_cursor();
		lay_out(p, body->h, body->w);
		p->ops->paint(p, body);
	}
}

/* The page whose name stands in the header: pop-ups have none. */
static void page_title(struct app *app, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = app->in->depth; i > 0; i--) {
		struct panel *p = app->in->stack[i - 1];

		if (p->ops->title != NULL && !p->ops->overlay) {
			p->ops->title(p, out, size);
			return;
		}
	}
}

static void paint_page(struct app *app, const struct draw *screen)
{
	struct app_state *in = app->in;
	struct app_header h = { .light_role = ROLE_HEADER };
	struct draw body = draw_sub(screen, FRAME_ABOVE, 0,
	    screen->h - FRAME_ABOVE - FRAME_BELOW, screen->w);
	char title[128];

	if (app->hooks != NULL && app->hooks->header != NULL)
		app->hooks->header(app, &h);
	in->header_at = h.refresh_ms > 0 ? now_ms(app) + h.refresh_ms : 0;
	page_title(app, title, sizeof(title));
	frame_header(screen, &h, title);
	paint_panels(app, &body);
	if (in->notice[0] != '\0')
		frame_notice(screen, in->notice_role, in->notice);
	if (in->depth > 0)
		frame_footer(screen, app, app_top(app), is_offered);
	app_ime_paint(app, screen);
}

static void paint(struct app *app)
{
	struct draw screen = draw_begin(app->term);

	app->in->redraw = false;
	app->in->painted_at = now_ms(app);
	if (too_small(app))
		draw_wrapped(&screen, 0, 0, 0, screen.h, ROLE_TEXT,
		    word(W_TOO_SMALL));
	else if (!app->in->blank)
		paint_page(app, &screen);
	draw_end(app->term);
}

void app_progress(struct app *app, const char *what, int64_t done,
    int64_t total)
{
	struct app_state *in = app->in;
	int64_t now = now_ms(app);
	struct draw screen;

	in->redraw = true;
	if (total == 0 || too_small(app) || in->blank ||
	    (in->progress_at != 0 && now - in->progress_at < PROGRESS_EVERY))
		return;
	in->progress_at = now;
	screen = draw_begin(app->term);
	paint_page(app, &screen);
	frame_progress(&screen, what, done, total);
	draw_end(app->term);
}

/* ---- handling ---- */

void app_apply(struct app *app, struct panel *p, unsigned flags)
{
	if ((flags & (PANEL_REDRAW | PANEL_CLOSE | WIDGET_CHANGED)) != 0)
		app->in->redraw = true;
	if ((flags & PANEL_BEEP) != 0)
		term_beep(app->term);
	if ((flags & PANEL_CLOSE) != 0 && on_stack(app, p))
		close_panel(app, p);
	if ((flags & PANEL_QUIT) != 0)
		app->in->quit = true;
}

static void lock(struct app *app)
{
	keep_all(app);
	if (app->hooks != NULL && app->hooks->lock != NULL)
		app->hooks->lock(app);
}

static unsigned default_action(struct app *app, struct panel *p,
    enum action act)
{
	switch (act) {
	case ACT_BACK:
		return app_depth(app) > 1 ? PANEL_CLOSE : PANEL_DONE;
	case ACT_HELP:
		panel_help_open(app, p);
		return PANEL_REDRAW;
	case ACT_LOCK:
		lock(app);
		return PANEL_REDRAW;
	case ACT_BLANK:
		app->in->blank = true;
		return PANEL_REDRAW;
	case ACT_REDRAW:
		draw_forget(app->term);
		return PANEL_REDRAW;
	case ACT_THEME:
		theme_pick_ask(p);
		return PANEL_REDRAW;
	default:
		return app_ime_action(app, p, act);
	}
}

static unsigned offer_action(struct app *app, struct panel *p,
    const enum context *ctxs, uint32_t key, enum action *which)
{
	for (; ctxs != NULL && *ctxs != CTX_END; ctxs++) {
		const enum context one[] = { *ctxs, CTX_END };
		enum action act = keymap_find(one, key, app->who);
		unsigned flags = PANEL_IGNORED;

		if (act == ACT_NONE || !is_offered(app, p, act))
			continue;
		*which = act;
		if (p->ops->action != NULL)
			flags = p->ops->action(p, act);
		if ((flags & PANEL_IGNORED) == 0)
			return flags;
	}
	return PANEL_IGNORED;
}

/* The way of a key: see panel.h. */
static unsigned route_key(struct app *app, struct panel *p, uint32_t key)
{
	static const enum context global[] = { CTX_GLOBAL, CTX_END };
	bool text = key_is_text(key) && p->ops->typing != NULL &&
	    p->ops->typing(p);
	enum action act = ACT_NONE;
	unsigned flags = PANEL_IGNORED;

	if (!text)
		flags = offer_action(app, p, p->ops->contexts, key, &act);
	if ((flags & PANEL_IGNORED) != 0 && p->ops->key != NULL)
		flags = p->ops->key(p, key);
	if ((flags & PANEL_IGNORED) != 0 && !text) {
		act = ACT_NONE;
		flags = offer_action(app, p, global, key, &act);
		if ((flags & PANEL_IGNORED) != 0 && act != ACT_NONE)
			flags = default_action(app, p, act);
	}
	return flags;
}

static void handle_event(struct app *app, const struct key_event *ev)
{
	struct app_state *in = app->in;
	struct panel *p = app_top(app);
	unsigned flags = PANEL_IGNORED;

	if (in->idle_after > 0)
		in->idle_at = now_ms(app) + in->idle_after;
	if (app->hooks != NULL && app->hooks->touched != NULL)
		app->hooks->touched(app);
	if (in->notice[0] != '\0' && in->notice_until == 0) {
		in->notice[0] = '\0';
		in->redraw = true;
	}
	if (in->blank) {		/* the key only lifts the curtain */
		in->blank = false;
		in->redraw = true;
		return;
	}
	if (p == NULL || too_small(app))
		return;
	in->busy++;
	/* Keys typed ahead reach a page before its first paint. */
	lay_out(p, term_rows(app->term) - FRAME_ABOVE - FRAME_BELOW,
	    term_cols(app->term));
	if (ev->kind == KEY_EVENT_KEY && (ev->burst ||
	    !app_ime_key(app, p, ev->key, &flags)))
		flags = route_key(app, p, ev->key);
	else if (ev->kind == KEY_EVENT_PASTE && p->ops->paste != NULL)
		flags = p->ops->paste(p, ev->text, ev->len, ev->over);
	in->busy--;
	app_apply(app, p, flags);
	reap(app);
}

static void leave(struct app *app)
{
	keep_all(app);
	if (app->hooks != NULL && app->hooks->leave != NULL)
		app->hooks->leave(app);
	app->in->quit = true;
}

static void handle_signals(struct app *app)
{
	struct signalfd_siginfo si;

	while (read(app->in->sigfd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == (uint32_t)SIGWINCH) {
			if (term_resized(app->term))
				app->in->redraw = true;
		} else {
			leave(app);
			return;
		}
	}
}

static void handle_input(struct app *app)
{
	struct key_event ev;
	bool alive = term_read(app->term);

	while (!app->in->quit && term_next(app->term, &ev))
		handle_event(app, &ev);
	if (term_probe_changed(app->term))
		app->in->redraw = true;
	if (!alive && !app->in->quit)
		leave(app);
	app->in->work_left = true;
	app->in->work_at = now_ms(app) + WORK_AFTER;
}

/* One call for every panel; they may close each other meanwhile. */
static void for_all(struct app *app,
    unsigned (*call)(struct app *app, struct panel *p))
{
	struct app_state *in = app->in;
	struct panel *all[APP_STACK];
	size_t n = in->depth;

	memcpy(all, in->stack, n * sizeof(all[0]));
	for (size_t i = 0; i < n; i++) {
		unsigned flags;

		if (!on_stack(app, all[i]))
			continue;
		in->busy++;
		flags = call(app, all[i]);
		in->busy--;
		app_apply(app, all[i], flags);
		/* reap() waits: all[] may still name the closed ones */
	}
	reap(app);
}

static unsigned wake_one(struct app *app, struct panel *p)
{
	(void)app;
	return p->ops->wake != NULL ? p->ops->wake(p) : PANEL_DONE;
}

static unsigned tick_one(struct app *app, struct panel *p)
{
	if (p->tick_at == 0 || now_ms(app) < p->tick_at)
		return PANEL_DONE;
	p->tick_at = 0;
	return p->ops->tick != NULL ? p->ops->tick(p) : PANEL_DONE;
}

static void handle_bell(struct app *app)
{
	if (app->hooks != NULL && app->hooks->bell != NULL)
		app->hooks->bell(app);
	for_all(app, wake_one);
	app->in->redraw = true;		/* the header's counts */
	app->in->work_left = true;
}

static void handle_timers(struct app *app)
{
	struct app_state *in = app->in;
	int64_t now = now_ms(app);

	if (in->notice_until != 0 && now >= in->notice_until) {
		in->notice[0] = '\0';
		in->notice_until = 0;
		in->redraw = true;
	}
	if (in->header_at != 0 && now >= in->header_at)
		in->redraw = true;
	for_all(app, tick_one);
	if (in->idle_at != 0 && now >= in->idle_at) {
		in->idle_at = 0;	/* armed again by the next key */
		if (app->hooks != NULL && app->hooks->idle != NULL)
			app->hooks->idle(app);
	}
}

/* ---- the loop ---- */

static void sooner(int64_t *at, int64_t other)
{
	if (other != 0 && (*at == 0 || other < *at))
		*at = other;
}

/* ms to sleep; -1: until something happens. */
static int sleep_time(struct app *app)
{
	struct app_state *in = app->in;
	int64_t at = 0, now = now_ms(app);
	int esc = term_wait(app->term);

	if (in->redraw || (in->work_left && in->work_at <= now))
		return 0;
	if (in->work_left)
		sooner(&at, in->work_at);
	sooner(&at, in->notice_until);
	sooner(&at, in->idle_at);
	sooner(&at, in->header_at);
	for (size_t i = 0; i < in->depth; i++)
		sooner(&at, in->stack[i]->tick_at);
	if (esc >= 0)
		sooner(&at, now + esc);
	if (at == 0)
		return -1;
	if (at <= now)
		return 0;
	return at - now < INT32_MAX ? (int)(at - now) : INT32_MAX;
}

static void one_round(struct app *app)
{
	struct app_state *in = app->in;
	struct pollfd fds[3] = {
		{ .fd = term_fd(app->term), .events = POLLIN },
		{ .fd = in->sigfd, .events = POLLIN },
		{ .fd = app->bell_fd, .events = POLLIN },
	};
	int n, esc;

	if (in->redraw && (!term_pending(app->term) ||
	    now_ms(app) - in->painted_at >= PAINT_AT_LEAST))
		paint(app);
	n = poll(fds, ARRAY_LEN(fds), sleep_time(app));
	if (n < 0 && errno != EINTR) {
		log_line(LOG_ERROR, "app", "poll: errno %d", errno);
		leave(app);
		return;
	}
	if (n > 0 && fds[1].revents != 0)
		handle_signals(app);
	esc = term_wait(app->term);
	if ((n > 0 && fds[0].revents != 0) || esc == 0)
		handle_input(app);
	if (n > 0 && fds[2].revents != 0)
		handle_bell(app);
	handle_timers(app);
	if (n == 0 && in->work_left && !in->redraw &&
	    now_ms(app) >= in->work_at)
		in->work_left = app->hooks != NULL &&
		    app->hooks->work != NULL && app->hooks->work(app);
}

void app_show(struct app *app)
{
	if (app->in->redraw)
		paint(app);
}

int app_run(struct app *app)
{
	while (!app->in->quit && app->in->depth > 0)
		one_round(app);
	return app->exit_status;
}

/* ---- start and stop ---- */

static enum mq_status take_signals(struct app_state *in, struct err *err)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, &in->mask_before);
	in->sigfd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (in->sigfd < 0)
		return err_sys(err, errno, MQ_E_IO, "signalfd");
	return MQ_OK;
}

static void load_theme(struct app *app, const struct app_options *o)
{
	struct err err = ERR_INIT;
	char text[512];

	theme_default(&app->theme);
	(void)xcopy(app->theme_dir, sizeof(app->theme_dir),
	    o->theme_dir != NULL ? o->theme_dir : "");
	if (theme_find(app->env, o->theme_dir,
	    o->theme_name != NULL ? o->theme_name : "default", &app->theme,
	    &err) != MQ_OK) {
		err_say(&err, app_lang(app), text, sizeof(text));
		app_notice(app, ROLE_WARN, text);
	}
	draw_use_theme(app->term, &app->theme);
}

enum mq_status app_start(struct env *env, const struct app_options *options,
    struct app **out, struct err *err)
{
	struct app *app = xcalloc(1, sizeof(*app));
	enum mq_status st;

	app->in = xcalloc(1, sizeof(*app->in));
	app->env = env;
	app->desk = options->desk;
	app->hooks = options->hooks;
	app->bell_fd = options->bell_fd;
	app->who = WHO_NOBODY;
	app->in->sigfd = -1;
	words_set_lang(env->lang);
	st = take_signals(app->in, err);
	if (st == MQ_OK)
		st = term_start(env, &options->term, &app->term, err);
	if (st != MQ_OK) {
		app_stop(&app);
		*out = NULL;
		return st;
	}
	log_quiet(true);
	load_theme(app, options);
	app->ime = ime_new(env);
	app->in->redraw = true;
	app->in->work_left = true;
	*out = app;
	return MQ_OK;
}

void app_stop(struct app **appp)
{
	struct app *app = *appp;

	if (app == NULL)
		return;
	while (app->in->depth > 0)
		destroy_panel(pop(app));
	reap(app);
	ime_free(&app->ime);
	if (app->term != NULL) {
		term_stop(&app->term);
		log_quiet(false);
	}
	if (app->in->sigfd >= 0)
		close(app->in->sigfd);
	sigprocmask(SIG_SETMASK, &app->in->mask_before, NULL);
	free(app->in);
	FREE(*appp);
}
