/*
 * The desk: who sits at this screen.  Called by the app's loop through
 * desk_hooks and by every panel.
 */
#include "desk.h"

#include <assert.h>

#include "../core/audit.h"
#include "../core/away.h"
#include "../core/base/clock.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"
#include "../core/duty.h"
#include "../core/flow.h"
#include "../core/grade.h"
#include "../core/ledger.h"
#include "../core/mask.h"
#include "../core/roster.h"
#include "../core/search.h"
#include "form_draft.h"
#include "ime.h"
#include "ime_words.h"
#include "panels.h"
#include "popup.h"
#include "words.h"

#define SAVE_WAIT_MS (3 * MS_SECOND)	/* a person waits for the lock */
#define WALK_BIT 100		/* entries looked over at one idle moment */
#define WALK_VISIT 50000
#define FOLD_BIT 8		/* subjects folded between two looks at keys */
#define INDEX_BIT 16
#define LOG_MAX (4 * 1024 * 1024)	/* bytes; a start reads all of it */
#define LOCK_SECONDS 120	/* where the pack says nothing */
#define SLOW_MS (10 * MS_MINUTE)	/* unsent that long: the line is down */

struct desk *desk_of(struct app *app)
{
	struct desk *d = app->desk;

	assert(d != NULL && d->magic == DESK_MAGIC);
	return d;
}

enum lang desk_lang(struct app *app)
{
	return app_lang(app);
}

/* ---- coming and going ---- */

static unsigned who_of_role(const char *role)
{
	static const struct { const char *role; unsigned who; } rows[] = {
		{ "volunteer", WHO_VOLUNTEER },
		{ "gridworker", WHO_GRID },
		{ "captain", WHO_CAPTAIN },
		{ "lead", WHO_LEAD },
		{ "community", WHO_DESK },
		{ "street", WHO_DESK },
		{ "department", WHO_DESK },
		{ "district", WHO_DESK },
		{ "admin", WHO_DESK },
		{ "auditor", WHO_DESK },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].role, role) == 0)
			return rows[i].who;
	return WHO_VOLUNTEER;	/* a post of the pack's own: the least */
}

/* A form open keeps a shared screen longer: people think while they type. */
static void arm_idle(struct desk *d)
{
	const char *key = !d->kiosk ? "office_idle_seconds" :
	    d->form_open ? "form_idle_seconds" : "idle_lock_seconds";
	int64_t ms = 0;

	if (d->logged_in)
		ms = pack_int(d->n->pack, key, LOCK_SECONDS) * MS_SECOND;
	if (ms == d->idle_ms)
		return;
	d->idle_ms = ms;
	app_idle_after(d->app, ms);
}

/* Whom the screen locked out goes on at the field where they were. */
static void go_back(struct desk *d)
{
	int draft = d->back_draft;

	d->back_draft = 0;
	if (draft != 0 && strcmp(d->back_by, d->who.by) == 0 &&
	    form_draft_find(d, draft) != NULL)
		panel_draft_open(d->app, draft);
}

void desk_login(struct app *app, const struct session *who)
{
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;
	unsigned bits = 0;
	bool drafts;

	assert(!d->logged_in);
	d->who = *who;
	d->logged_in = true;
	d->form_open = false;
	d->last_save.seq = 0;
	for (int i = 0; i < who->nposts; i++)
		bits |= who_of_role(who->posts[i].role);
	app_set_who(app, bits != 0 ? bits : WHO_VOLUNTEER);
	d->away.ms = 0;
	if (away_since(d->n, who->by, &d->away, &err) != MQ_OK)
		log_err("away", &err);
	drafts = draft_open(d->n, who->by, &d->drafts, &err) == MQ_OK;
	ime_words_person(app);
	arm_idle(d);
	panel_home_open(app);
	if ((bits & WHO_DESK) != 0)
		panel_street_open(app);
	if (!drafts)
		popup_err(app, &err);
	go_back(d);
	(void)panel_handover_offer(app);
	(void)panel_left_ask(app);
}

void desk_kept(struct desk *d, int draft)
{
	if (d->locking && d->back_draft == 0)
		d->back_draft = draft;
}

static void sync_drafts(struct desk *d)
{
	struct err err = ERR_INIT;

	if (d->drafts != NULL && draft_dirty(d->drafts) &&
	    draft_sync(d->drafts, true, &err) != MQ_OK)
		log_err("draft", &err);
}

void desk_logout(struct app *app)
{
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;

	d->logged_in = false;
	ime_leave(app->ime);
	app_set_who(app, WHO_NOBODY);
	panel_login_open(app);	/* every panel keeps what was typed first */
	sync_drafts(d);
	draft_close(&d->drafts);
	if (away_put(d->n, d->who.by, &err) != MQ_OK)
		log_err("away", &err);
	memset(&d->who, 0, sizeof(d->who));
	d->last_save.seq = 0;
	d->form_open = false;
	arm_idle(d);
}

void desk_hold(struct app *app, bool held)
{
	desk_of(app)->held = held;
}

/* ---- undo ---- */

void desk_saved(struct app *app, struct ref first)
{
	struct desk *d = desk_of(app);

	d->last_save = first;
	d->last_save_at = ledger_now(d->n);
	d->counts_fresh = false;
}

bool desk_can_undo(struct app *app)
{
	struct desk *d = desk_of(app);

	return d->logged_in && ref_is(d->last_save) &&
	    save_can_undo(d->n, &d->who, d->last_save);
}

static unsigned undo_answered(struct panel *p, int answer)
{
	struct desk *d = desk_of(p->app);
	struct err err = ERR_INIT;

	if (answer != 0)
		return PANEL_REDRAW;
	if (save_undo(d->n, &d->who, d->last_save, &err) != MQ_OK) {
		popup_err(p->app, &err);
		return PANEL_REDRAW;
	}
	d->last_save.seq = 0;
	d->counts_fresh = false;
	app_notice(p->app, ROLE_OK, word(W_UNDONE));
	return PANEL_REDRAW | (p->ops->wake != NULL ? p->ops->wake(p) : 0);
}

void desk_undo(struct app *app)
{
	if (desk_can_undo(app))
		popup_confirm(app_top(app), word(W_UNDO_TITLE),
		    word(W_UNDO_ASK), undo_answered);
	else
		app_notice(app, ROLE_WARN, word(W_UNDO_NONE));
}

/* ---- what this person sees ---- */

void desk_scope(struct app *app, const char *kind, struct buf *out)
{
	struct desk *d = desk_of(app);

	access_scope(d->n, &d->who, kind, out);
}

void desk_narrow(struct app *app, const char *kind, struct record_query *q,
    struct buf *scope)
{
	desk_scope(app, kind, scope);
	if (strcmp(buf_str(scope), "[]") == 0)
		q->by = desk_of(app)->who.by;
	else
		q->scope = buf_str(scope);
}

bool desk_may(struct app *app, const char *action, const char *kind)
{
	struct desk *d = desk_of(app);

	return d->logged_in && access_may(d->n, &d->who, action, kind, "");
}

/* ---- words ---- */

const char *desk_kind_name(struct app *app, const char *kind)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, kind);

	return k != NULL ? k->label[app_lang(app)] : kind;
}

const char *desk_org_name(struct app *app, const char *org)
{
	return org_name(pack_orgs(desk_of(app)->n->pack), org, app_lang(app));
}

void desk_person_name(struct app *app, const char *number, char *out,
    size_t size)
{
	struct desk *d = desk_of(app);
	const char *name = d->n->roster != NULL ?
	    roster_name(d->n->roster, number) : NULL;

	if (duty_author_node(number) != 0) {
		words_fill(out, size, W_BY_NODE, number + 1, NULL);
		return;
	}
	(void)xcopy(out, size, name != NULL && *name != '\0' ? name : number);
}

void desk_when_words(struct utc t, char *out, size_t size)
{
	struct civil c = clock_civil(t);

	clock_show(t, CLOCK_SHORT, out, size);
	if (c.hour == 0 && c.minute == 0 && size > 5)
		out[5] = '\0';		/* the day is all that is known */
}

const char *desk_state_word(struct app *app, const struct record *r)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, r->kind);
	const struct flow_state *s;

	if ((r->flags & REC_VOID) != 0)
		return word(W_STATE_VOID);
	/* What is graded is known by its grade. */
	if (grade_label(desk_of(app)->n, r, app_lang(app))[0] != '\0' &&
	    (r->flags & REC_CLOSED) == 0)
		return grade_label(desk_of(app)->n, r, app_lang(app));
	s = k != NULL ? kind_state(k, r->state) : NULL;
	return s != NULL ? s->label[app_lang(app)] : r->state;
}

const char *desk_delivery_word(struct app *app, const struct record *r,
    enum theme_role *role)
{
	static const struct { enum word_id word; enum theme_role role; }
	    rows[] = {
		[DELIVERY_FOREIGN] = { W_DELIVERY_FOREIGN, ROLE_DIM },
		[DELIVERY_LOCAL] = { W_DELIVERY_LOCAL, ROLE_LOCAL },
		[DELIVERY_SENT] = { W_DELIVERY_SENT, ROLE_SENT },
		[DELIVERY_HUB] = { W_DELIVERY_HUB, ROLE_RECEIVED },
		[DELIVERY_RETURNED] = { W_DELIVERY_RETURNED, ROLE_REFUSED },
	};
	enum record_delivery at = record_delivery(desk_of(app)->n, r);

	if (role != NULL)
		*role = rows[at].role;
	return word(rows[at].word);
}

const char *desk_due_words(struct app *app, const struct record *r,
    char *out, size_t size, enum theme_role *role)
{
	struct desk *d = desk_of(app);
	struct utc now = ledger_now(d->n);
	enum flow_urgency u = flow_urgency(d->n, r, now);
	enum theme_role look = ROLE_TEXT;
	char span[48];

	out[0] = '\0';
	switch (u) {
	case FLOW_NONE:
		break;
	case FLOW_DONE:
		look = ROLE_DONE;
		(void)xcopy(out, size, word(W_DUE_DONE));
		break;
	case FLOW_LATE:
		look = ROLE_OVERDUE;
		clock_span(now.ms - r->due_at.ms, app_lang(app), span,
		    sizeof(span));
		words_fill(out, size, W_DUE_LATE, span, NULL);
		break;
	case FLOW_CALM:
	case FLOW_SOON:
		look = u == FLOW_SOON ? ROLE_DUE_SOON : ROLE_TEXT;
		clock_span(r->due_at.ms - now.ms, app_lang(app), span,
		    sizeof(span));
		words_fill(out, size, u == FLOW_SOON ? W_DUE_SOON : W_DUE_LEFT,
		    span, NULL);
		break;
	}
	if (role != NULL)
		*role = look;
	return out;
}

/* ---- delivery ---- */

const struct outbox_counts *desk_counts(struct app *app)
{
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;

	if (d->counts_fresh)
		return &d->counts;
	if (outbox_counts(d->n, &d->counts, &err) != MQ_OK)
		log_err("outbox", &err);
	d->counts_fresh = true;
	return &d->counts;
}

/* Nothing goes out: sync says so, or the unsent have waited too long. */
static bool line_down(struct desk *d, const struct outbox_counts *c)
{
	struct utc now = ledger_now(d->n);

	return c->trouble[0] != '\0' || (c->local > 0 &&
	    c->oldest_local.ms != 0 && now.ms - c->oldest_local.ms > SLOW_MS);
}

static void number(char out[24], int64_t v)
{
	snprintf(out, 24, "%lld", (long long)v);
}

void desk_delivery_line(struct app *app, char *out, size_t size)
{
	const struct outbox_counts *c = desk_counts(app);
	char w[24], l[24], s[24], k[24], r[24];

	number(w, c->written);
	number(l, c->local);
	number(s, c->sent);
	number(k, c->hub);
	number(r, c->returned);
	words_fill(out, size, W_HOME_DELIVERY, w, l, s, k, r, NULL);
}

static void down_words(struct desk *d, const struct outbox_counts *c,
    char *out, size_t size, enum theme_role *role)
{
	int64_t alarm = pack_int(d->n->pack, "unsent_alarm_days", 3);
	const char *phone = pack_text(d->n->pack, "help_phone", "");
	int64_t waited = c->oldest_local.ms != 0 ?
	    ledger_now(d->n).ms - c->oldest_local.ms : 0;
	char n[24], days[24];

	number(n, c->local);
	number(days, waited > alarm * MS_DAY ? waited / MS_DAY : alarm);
	*role = waited > alarm * MS_DAY ? ROLE_ERROR : ROLE_WARN;
	if (c->local == 0)
		(void)xcopy(out, size, word(W_LIGHT_DOWN_EMPTY));
	else
		words_fill(out, size, waited > alarm * MS_DAY ?
		    W_LIGHT_ALARM : W_LIGHT_DOWN, n, days, phone, NULL);
}

void desk_light_words(struct app *app, char *out, size_t size,
    enum theme_role *role)
{
	struct desk *d = desk_of(app);
	const struct outbox_counts *c = desk_counts(app);
	char n[24];

	*role = ROLE_TEXT;
	if (d->damage.code != MQ_OK) {
		char what[300];

		*role = ROLE_ERROR;
		err_say_part(&d->damage, ERR_WHAT, app_lang(app), what,
		    sizeof(what));
		words_fill(out, size, W_LIGHT_DAMAGED, what, NULL);
	} else if (d->n->read_only) {
		*role = ROLE_ERROR;
		(void)xcopy(out, size, word(W_LIGHT_READ_ONLY));
	} else if (c->returned > 0) {
		*role = ROLE_REFUSED;
		number(n, c->returned);
		words_fill(out, size, W_LIGHT_RETURNED, n, NULL);
	} else if (d->n->set.hub[0] == '\0') {
		(void)xcopy(out, size, word(W_LIGHT_ALONE));
	} else if (line_down(d, c)) {
		down_words(d, c, out, size, role);
	} else if (c->local + c->sent > 0) {
		*role = ROLE_SENT;
		number(n, c->local + c->sent);
		words_fill(out, size, W_LIGHT_SENDING, n, NULL);
	} else {
		*role = ROLE_RECEIVED;
		(void)xcopy(out, size, word(W_LIGHT_ALL));
	}
}

static void short_light(struct desk *d, struct app_header *h)
{
	const struct outbox_counts *c = desk_counts(d->app);
	char n[24];

	if (d->damage.code != MQ_OK) {
		(void)xcopy(h->light, sizeof(h->light),
		    word(W_SHORT_DAMAGED));
	} else if (d->n->read_only) {
		(void)xcopy(h->light, sizeof(h->light), word(W_SHORT_READ));
	} else if (c->unfolded > 0) {
		number(n, c->unfolded);
		words_fill(h->light, sizeof(h->light), W_SHORT_FOLDING, n,
		    NULL);
	} else if (c->returned > 0) {
		number(n, c->returned);
		words_fill(h->light, sizeof(h->light), W_SHORT_RETURNED, n,
		    NULL);
	} else if (d->n->set.hub[0] == '\0') {
		(void)xcopy(h->light, sizeof(h->light), word(W_SHORT_ALONE));
	} else if (c->local > 0) {
		number(n, c->local);
		words_fill(h->light, sizeof(h->light), line_down(d, c) ?
		    W_SHORT_DOWN : W_SHORT_LOCAL, n, NULL);
	} else if (c->sent > 0) {
		number(n, c->sent);
		words_fill(h->light, sizeof(h->light), W_SHORT_SENT, n, NULL);
	} else {
		(void)xcopy(h->light, sizeof(h->light), line_down(d, c) ?
		    word(W_SHORT_NO_LINE) : word(W_SHORT_ALL));
	}
}

/* ---- hooks ---- */

static void person_words(struct desk *d, char *out, size_t size)
{
	const struct role *role = d->who.nposts > 0 ?
	    pack_role(d->n->pack, d->who.posts[0].role) : NULL;

	struct buf b = BUF_INIT(BUF_SMALL);

	buf_addf(&b, "%s %s%s", d->who.name, role != NULL ?
	    role->label[app_lang(d->app)] : "", d->who.vouched ?
	    word(W_VOUCHED_MARK) : "");
	(void)xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

static void hook_header(struct app *app, struct app_header *h)
{
	struct desk *d = desk_of(app);
	struct utc now = ledger_now(d->n);
	struct civil c = clock_civil(now);
	char day[8], words[256];

	(void)xcopy(h->left, sizeof(h->left), d->n->set.site[0] != '\0' ?
	    d->n->set.site : desk_org_name(app, d->n->set.org));
	if (d->logged_in)
		person_words(d, h->person, sizeof(h->person));
	snprintf(day, sizeof(day), "%02d-%02d", c.month, c.day);
	snprintf(h->date, sizeof(h->date), "%s %s", day,
	    word((enum word_id)(W_MONDAY + c.weekday)));
	short_light(d, h);
	desk_light_words(app, words, sizeof(words), &h->light_role);
	/* No clock ticks on the screen; only the day rolls over. */
	h->refresh_ms = clock_day_start((struct day){ clock_day(now).n + 1 }).ms
	    - now.ms + 1;
}

static void hook_bell(struct app *app)
{
	bell_clear(app->bell_fd);
	desk_of(app)->counts_fresh = false;
}

static void hook_idle(struct app *app)
{
	struct desk *d = desk_of(app);

	if (!d->logged_in || d->held)
		return;
	d->locking = true;
	(void)xcopy(d->back_by, sizeof(d->back_by), d->who.by);
	d->back_draft = 0;
	desk_logout(app);
	d->locking = false;
}

static void hook_lock(struct app *app)
{
	if (!desk_of(app)->held)
		desk_logout(app);
}

static void hook_leave(struct app *app)
{
	sync_drafts(desk_of(app));
}

static void hook_touched(struct app *app)
{
	arm_idle(desk_of(app));
}

/* Folding what came in, then the search index; both in small bits. */
static enum mq_status idle_work(struct desk *d, bool *more, struct err *err)
{
	int64_t left = 0;
	enum mq_status st;

	*more = true;
	if (desk_counts(d->app)->unfolded > 0) {
		st = record_fold_pending(d->n, FOLD_BIT, &left, err);
		d->counts_fresh = false;
		if (st == MQ_OK && left == 0)
			bell_ring(d->n);	/* lists may show them now */
		return st;
	}
	st = search_drain(d->n, INDEX_BIT, &left, err);
	*more = left > 0;
	return st;
}

/* Once after the start the whole ledger is looked over, a bit at each idle
 * moment: damage is said on the first page, before anybody builds on it. */
static bool look_over(struct desk *d)
{
	const struct ledger_report *rep;
	struct err err = ERR_INIT;

	if (d->walked)
		return false;
	if (d->walk == NULL)
		d->walk = ledger_walk_new(d->n);
	if (ledger_walk_some(d->walk, WALK_BIT, &d->walked, &err) != MQ_OK) {
		log_err("verify", &err);
		d->damage = err;
		d->walked = true;
	}
	rep = ledger_walk_report(d->walk);
	if (rep->bad > 0 && d->damage.code == MQ_OK) {
		err_set(&d->damage, MQ_E_DAMAGED, "%s", rep->first_bad);
		app_redraw(d->app);
	}
	/* A kiosk runs for weeks; a captain's visit is short. */
	if (!d->kiosk && rep->entries >= WALK_VISIT)
		d->walked = true;
	if (d->walked)
		ledger_walk_free(&d->walk);
	return !d->walked;
}

/* Nobody waits for this: a ledger in use is tried again after the next key,
 * and the screen never stands still for it. */
static bool hook_work(struct app *app)
{
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;
	enum mq_status st;
	bool more = false;

	(void)ime_warm(app->ime);
	if (d->n->read_only)
		return look_over(d);
	db_set_wait(d->n->db, 0);
	if (!d->audited)
		audit_config(d->n);
	d->audited = true;
	st = idle_work(d, &more, &err);
	/* A station without minqing-sync has nobody else to do it. */
	if (st == MQ_OK && !more && db_wal_bytes(d->n->db) > LOG_MAX)
		st = db_checkpoint(d->n->db, &err);
	db_set_wait(d->n->db, SAVE_WAIT_MS);
	if (st != MQ_OK && st != MQ_E_LOCKED)
		log_err("work", &err);
	return (st == MQ_OK && more) || look_over(d);
}

const struct app_hooks desk_hooks = {
	.header = hook_header,
	.bell = hook_bell,
	.idle = hook_idle,
	.lock = hook_lock,
	.leave = hook_leave,
	.work = hook_work,
	.touched = hook_touched,
};
