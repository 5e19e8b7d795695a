/*
 * The desk: who sits at this screen and what they work on.  app->desk points
 * to it; every panel finds node, person and drafts here.
 */
#ifndef MQ_DESK_H
#define MQ_DESK_H

#include "../core/access.h"
#include "../core/draft.h"
#include "../core/node.h"
#include "../core/outbox.h"
#include "../core/record.h"
#include "../core/save.h"
#include "app.h"

#define DESK_MAGIC 0x4445534bu

struct desk {
	uint32_t magic;
	struct app *app;
	struct node *n;
	bool logged_in;
	bool kiosk;		/* a shared machine: idle lock, login page */
	char as[32];		/* --as NUMBER: forced by the SSH key */
	struct session who;	/* valid while logged_in */
	struct drafts *drafts;	/* theirs; NULL while nobody is here */
	struct utc away;	/* when they last left this node, 0 never */
	struct ref last_save;	/* for undo */
	struct utc last_save_at;
	struct outbox_counts counts;	/* as of the last refresh */
	bool counts_fresh;
	struct ledger_walk *walk;	/* the look over the ledger at idle */
	bool walked;			/* … is done … */
	struct err damage;		/* … and found this */
	bool audited;			/* settings compared with last time */
	bool form_open;		/* idle lock waits longer */
	bool held;		/* a board that only its leader may leave */
	int64_t idle_ms;	/* the idle time now in force */
	bool locking;		/* the screen locks by itself … */
	char back_by[32];	/* … on this person, … */
	int back_draft;		/* … who comes back to this draft; 0 none */
};

/* What main() gives to app_start(). */
extern const struct app_hooks desk_hooks;

struct desk *desk_of(struct app *app);
enum lang desk_lang(struct app *app);
/* Somebody has come to work: session set, drafts opened, home page shown. */
void desk_login(struct app *app, const struct session *who);
/* Drafts synced, screen wiped, back to the login page. */
void desk_logout(struct app *app);
/* From a panel's keep(): what was typed lies in this draft now. */
void desk_kept(struct desk *d, int draft);
/* While held nobody is locked out or changed, by time or by key. */
void desk_hold(struct app *app, bool held);
/* After a commit: it may be undone for a while, and other counts hold. */
void desk_saved(struct app *app, struct ref first);
/* Counts of delivery, refreshed when the bell rang. */
const struct outbox_counts *desk_counts(struct app *app);
/* Asks for undo of the last save when it still may be. */
bool desk_can_undo(struct app *app);
void desk_undo(struct app *app);
/* JSON list of the org codes this person sees for a kind. */
void desk_scope(struct app *app, const char *kind, struct buf *out);
/* Narrows a query to what this person may see of the kind: units, or only
 * what they entered.  `scope` holds the list as long as the query lives. */
void desk_narrow(struct app *app, const char *kind, struct record_query *q,
    struct buf *scope);
/* May the person at the desk do this anywhere? */
bool desk_may(struct app *app, const char *action, const char *kind);
/* Words for a state, a delivery, an urgency, with the role to paint it. */
const char *desk_state_word(struct app *app, const struct record *r);
const char *desk_delivery_word(struct app *app, const struct record *r,
    enum theme_role *role);
const char *desk_due_words(struct app *app, const struct record *r,
    char *out, size_t size, enum theme_role *role);
/* 写下 = 本机 + 已送 + 区已收 + 退回: where everything stands on its way. */
void desk_delivery_line(struct app *app, char *out, size_t size);
/* 网络不通,照常登记;本机 17 条未送;… : what the light means, what to do. */
void desk_light_words(struct app *app, char *out, size_t size,
    enum theme_role *role);
/* "11-22 14:30", or "11-22" where only the day is known. */
void desk_when_words(struct utc t, char *out, size_t size);
/* Name of a kind, of a unit, of somebody by number, in the screen's words. */
const char *desk_kind_name(struct app *app, const char *kind);
const char *desk_org_name(struct app *app, const char *org);
void desk_person_name(struct app *app, const char *number, char *out,
    size_t size);

#endif
