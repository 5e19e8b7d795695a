/*
 * 今日: what is due, what is new, what lies half done, where everything
 * stands on its way, and the numbered way to every page.
 */
#include "../core/base/xmalloc.h"
#include "home_today.h"
#include "panels.h"
#include "popup.h"
#include "record_go.h"
#include "widget_menu.h"
#include "words.h"

#define MENU_CELLS 24
#define TWO_COLUMNS 64
#define LIGHT_LINES 2		/* what the light says, and a blank */
#define REFRESH_MS (5 * MS_MINUTE)	/* due times move by themselves */

struct panel_home {
	struct panel base;
	struct widget_menu menu;
	struct widget_menu_choice *choices;
	struct home_today today;
	bool only_today;	/* no room for both: Tab turns the page */
	char drafts[24];
};

static struct panel_home *self(struct panel *p)
{
	return (struct panel_home *)p;
}

/* ---- the ways to every page ---- */

static void open_form(struct app *app, const char *kind)
{
	panel_form_open(app, &(struct form_start){ .kind = kind });
}

static void go_visit(struct app *app) { open_form(app, "visit"); }
static void go_request(struct app *app) { open_form(app, "request"); }
static void go_houses(struct app *a) { panel_records_open(a, "household", ""); }
static void go_people(struct app *a) { panel_records_open(a, "person", ""); }
static void go_queue(struct app *a) { panel_records_open(a, "request", "due"); }
static void go_visits(struct app *a) { panel_records_open(a, "visit", ""); }
static void go_requests(struct app *a) { panel_records_open(a, "request", ""); }
static void go_service(struct app *a) { panel_records_open(a, "service", ""); }
static void go_notice(struct app *a) { panel_records_open(a, "notice", ""); }
static void go_volunteer(struct app *app) { open_form(app, "volunteer"); }
static void go_event(struct app *a) { panel_records_open(a, "event", ""); }

static unsigned leave_answered(struct panel *p, int answer)
{
	if (answer == 0)
		desk_logout(p->app);
	else if (answer == 1)
		return PANEL_QUIT;
	return PANEL_REDRAW;
}

static void go_leave(struct app *app)
{
	const char *answers[] = { word(W_HOME_CHANGE), word(W_HOME_QUIT) };

	if (desk_of(app)->kiosk)
		desk_logout(app);
	else
		popup_ask(app_top(app), word(W_HOME_LEAVE), word(W_HOME_ASK),
		    answers, ARRAY_LEN(answers), leave_answered);
}

static void go_slots(struct app *a) { panel_quota_open(a, "slot"); }
static void go_funds(struct app *a) { panel_quota_open(a, "fund"); }

/* A page stays at its number whoever is here: hands remember it.  What a
 * post may not do is shown dim. */
static const struct way {
	enum word_id label;
	void (*go)(struct app *app);
	const char *action, *kind;	/* NULL: everybody */
} ways[] = {
	{ W_HOME_VISIT, go_visit, "open", "visit" },
	{ W_HOME_REQUEST, go_request, "open", "request" },
	{ W_HOME_BOARD, panel_board_open, NULL, NULL },
	{ W_HOME_TAP, panel_tap_open, "open", "tap" },
	{ W_HOME_FIND, panel_find_open, NULL, NULL },
	{ W_HOME_HOUSES, go_houses, "see", "household" },
	{ W_HOME_QUEUE, go_queue, "see", "request" },
	{ W_HOME_BATCH, panel_batch_open, "open", "visit" },
	{ W_HOME_DRAFTS, panel_drafts_open, NULL, NULL },
	{ W_HOME_VISITS, go_visits, "see", "visit" },
	{ W_HOME_REQUESTS, go_requests, "see", "request" },
	{ W_HOME_SERVICE, go_service, "see", "service" },
	{ W_HOME_PEOPLE, go_people, "see", "person" },
	{ W_HOME_NOTICE, go_notice, "see", "notice" },
	{ W_HOME_EVENT, go_event, "see", "event" },
	{ W_HOME_OUTBOX, panel_outbox_open, NULL, NULL },
	{ W_HOME_STREET, panel_street_open, "see", "request" },
	{ W_HOME_REPORTS, panel_reports_open, NULL, NULL },
	{ W_HOME_KINDS, panel_kinds_open, NULL, NULL },
	{ W_HOME_MUSTER, panel_muster_open, "open", "event" },
	{ W_HOME_HOURS, panel_hours_open, "step:approve", "service" },
	{ W_HOME_VOLUNTEER, go_volunteer, "open", "volunteer" },
	{ W_HOME_CERT, panel_certificate_open, NULL, NULL },
	{ W_HOME_SLOTS, go_slots, "see", "booking" },
	{ W_HOME_FUNDS, go_funds, "see", "pool" },
	{ W_HOME_MATCH, panel_match_open, "see", "need" },
	{ W_HOME_SCORE, panel_score_open, NULL, NULL },
	{ W_HOME_HANDOVER, panel_handover_open, "open", "handover" },
	{ W_HOME_LEAVE, go_leave, NULL, NULL },
	{ W_HOME_LISTS, panel_import_open, "import", "person" },
};

static void fill_menu(struct panel_home *h)
{
	struct desk *d = desk_of(h->base.app);
	size_t drafts = d->drafts != NULL ? draft_count(d->drafts) : 0;

	snprintf(h->drafts, sizeof(h->drafts), "%zu", drafts);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct way *w = &ways[i];

		h->choices[i].label = word(w->label);
		h->choices[i].role = ROLE_TEXT;
		h->choices[i].off = w->action != NULL &&
		    !desk_may(h->base.app, w->action, w->kind);
		h->choices[i].note = w->go == panel_drafts_open && drafts > 0 ?
		    h->drafts : NULL;
	}
}

static void refresh(struct panel_home *h)
{
	home_today_refresh(&h->today);
	fill_menu(h);
	panel_tick_in(&h->base, REFRESH_MS);
}

/* ---- handlers ---- */

/* Menu and today side by side, or one at a time. */
static bool both(const struct panel *p)
{
	return p->w >= TWO_COLUMNS;
}

static unsigned home_action(struct panel *p, enum action act)
{
	switch (act) {
	case ACT_HOME_UNDO:
		desk_undo(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_FIND:
		panel_find_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_DUE:
		panel_due_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_NOTICE:
		panel_record_open(p->app, self(p)->today.notice);
		return PANEL_REDRAW;
	case ACT_HOME_TASK:
		panel_task_open(p->app, self(p)->today.task);
		return PANEL_REDRAW;
	case ACT_HOME_NEXT:
		record_go(p->app, &self(p)->today.next);
		return PANEL_REDRAW;
	case ACT_HOME_TODAY:
		self(p)->only_today = !self(p)->only_today;
		return PANEL_REDRAW;
	case ACT_HOME_PIN:
		panel_pin_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_HANDOVER:
		panel_handover_open(p->app);
		return PANEL_REDRAW;
	case ACT_HOME_LEAVE:
		go_leave(p->app);
		return PANEL_REDRAW;
	case ACT_BACK:
		go_leave(p->app);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool home_offers(struct panel *p, enum action act)
{
	if (act == ACT_HOME_UNDO)
		return desk_can_undo(p->app);
	if (act == ACT_HOME_NOTICE)
		return self(p)->today.notice != 0;
	if (act == ACT_HOME_NEXT)
		return self(p)->today.next.rec != 0;
	if (act == ACT_HOME_TASK)
		return self(p)->today.task != 0;
	if (act == ACT_HOME_TODAY)
		return !both(p);
	if (act == ACT_HOME_HANDOVER)
		return desk_may(p->app, "open", "handover");
	if (act == ACT_HOME_DUE)
		return desk_may(p->app, "see", "person");
	return act != ACT_BACK && act != ACT_MENU_MORE;
}

static unsigned home_key(struct panel *p, uint32_t key)
{
	struct panel_home *h = self(p);
	unsigned flags;

	if (key == K_ESC) {
		go_leave(p->app);
		return PANEL_REDRAW;
	}
	flags = home_today_key(&h->today, key);
	if ((flags & PANEL_IGNORED) == 0)
		return flags;
	flags = widget_menu_key(&h->menu, key);
	if ((flags & WIDGET_PICKED) != 0) {
		size_t i = (size_t)h->menu.picked;

		h->menu.picked = -1;
		if (i >= WIDGET_MENU_PAGE)
			h->menu.here = 0;	/* digits mean the same again */
		ways[i].go(p->app);
		return PANEL_REDRAW;
	}
	return flags;
}

static unsigned home_wake(struct panel *p)
{
	refresh(self(p));
	return PANEL_REDRAW;
}

static unsigned home_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return home_wake(p);
}

static void home_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HOME_TITLE));
}

/* What lies behind 0, so that nobody has to look for it. */
static void paint_other_page(struct panel_home *h, const struct draw *d)
{
	size_t from = h->menu.here < WIDGET_MENU_PAGE ? WIDGET_MENU_PAGE : 0;
	size_t to = from == 0 ? WIDGET_MENU_PAGE : ARRAY_LEN(ways);

	for (size_t i = from; i < to && (int)(i - from) < d->h; i++)
		draw_text(d, (int)(i - from), 4, 0, ROLE_DIM,
		    h->choices[i].label);
}

static void home_paint(struct panel *p, const struct draw *d)
{
	struct panel_home *h = self(p);
	bool wide = both(p);
	int y = 0, lines;
	enum theme_role role;
	char light[256];
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);
	struct draw menu, today;

	desk_light_words(p->app, light, sizeof(light), &role);
	y += draw_wrapped(&in, y, 0, 0, 2, role, light);
	if (d->h >= 18)
		y++;
	in = draw_sub(&in, y, 0, in.h - y, in.w);
	if (!wide && h->only_today) {
		widget_lines_paint(&h->today.lines, &in);
		return;
	}
	h->menu.one_column = wide;
	lines = widget_menu_lines(&h->menu, wide ? MENU_CELLS : in.w);
	menu = draw_sub(&in, 0, 0, wide ? in.h : lines, wide ? MENU_CELLS :
	    in.w);
	today = wide ? draw_sub(&in, 0, MENU_CELLS + 2, in.h,
	    in.w - MENU_CELLS - 2) :
	    draw_sub(&in, lines + 1, 0, in.h - lines - 1, in.w);
	widget_menu_paint(&h->menu, &menu, true);
	if (wide) {
		menu = draw_sub(&menu, lines, 0, menu.h - lines, menu.w);
		paint_other_page(h, &menu);
	}
	if (today.h > 0)
		widget_lines_paint(&h->today.lines, &today);
}

static void home_layout(struct panel *p, int h, int w)
{
	p->w = w;
	/* Below what is side by side stand the light and a blank. */
	home_today_room(&self(p)->today, both(p) ? h - LIGHT_LINES : 0,
	    both(p) ? w - MENU_CELLS - 4 : w - 2);
}

static void home_destroy(struct panel *p)
{
	struct panel_home *h = self(p);

	widget_menu_free(&h->menu);
	home_today_free(&h->today);
	free(h->choices);
}

static const enum context home_contexts[] = { CTX_HOME, CTX_END };
static const enum context home_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops home_ops = {
	.name = "home",
	.contexts = home_contexts,
	.widgets = home_widgets,
	.title = home_title,
	.action = home_action,
	.key = home_key,
	.offers = home_offers,
	.layout = home_layout,
	.paint = home_paint,
	.tick = home_wake,
	.wake = home_wake,
	.returned = home_returned,
	.destroy = home_destroy,
};

void panel_home_open(struct app *app)
{
	struct panel_home *h = xcalloc(1, sizeof(*h));

	h->choices = xcalloc(ARRAY_LEN(ways), sizeof(*h->choices));
	widget_menu_init(&h->menu, h->choices, ARRAY_LEN(ways), false);
	home_today_init(&h->today, app);
	app_reset(app, &h->base, &home_ops);
	refresh(h);
}
