/*
 * Every page of the program, by the function that opens it.  One file each.
 */
#ifndef MQ_PANELS_H
#define MQ_PANELS_H

#include "../core/fields.h"
#include "desk.h"

/* ---- coming in (panel_login.c, panel_vouch.c, panel_board.c) ---- */
void panel_login_open(struct app *app);
/* One's own PIN; for leads and captains a colleague's start code. */
void panel_pin_open(struct app *app);
/* Sign-in/out board; without login: own sign-in and sign-out by number. */
void panel_board_open(struct app *app);
/* 集体签到: for one event of today, left by the leader's PIN only. */
void panel_muster_open(struct app *app);
/* Asks for the end of an open sign-in of the person at the desk; false when
 * there is none to ask about. */
bool panel_left_ask(struct app *app);
/* What somebody types as the end of a service begun at `since`. */
enum mq_status panel_left_time(const char *typed, struct utc since,
    char *stored, size_t size, struct err *err) MUST_CHECK;
/* 交接班: what the next shift must know, taken over by their PIN. */
void panel_handover_open(struct app *app);
/* Offers a shift that nobody took over to whoever has come; false when there
 * is none. */
bool panel_handover_offer(struct app *app);
void panel_hours_open(struct app *app);		/* 待核时长 */
void panel_certificate_open(struct app *app);	/* 核对证明 */

/* ---- reading ---- */
void panel_home_open(struct app *app);		/* 今日, by role */
void panel_street_open(struct app *app);	/* 街道今日 */
/* kind; preset: "" all, "due", "late", "today", "mine", "returned",
 * "conflict", "changed" */
void panel_records_open(struct app *app, const char *kind,
    const char *preset);
/* The same for one unit and what lies below it: a figure opened. */
void panel_records_open_of(struct app *app, const char *kind,
    const char *preset, const char *org);
void panel_record_open(struct app *app, int64_t rec);
/* Asks why, then shows its masked words for some seconds. */
void panel_reveal_open(struct app *app, int64_t rec);
/* The same out of a page of panel_records, which then stays below: the record
 * page can go on to its next row. */
void panel_record_open_from(struct panel *list, int64_t rec);
/* The row after (by 1) or before (by -1) `rec` in that list, as it is now;
 * where `rec` is gone from it, the row that took its place.  0 none. */
int64_t panel_records_next(struct panel *list, int64_t rec, int by);
void panel_household_open(struct app *app, int64_t rec);	/* 户卡 */
void panel_find_open(struct app *app);		/* words or 查单号 */
void panel_due_open(struct app *app);		/* 该走访谁 */
void panel_task_open(struct app *app, int64_t rec);	/* who is left */
void panel_outbox_open(struct app *app);	/* what is not confirmed */

/* Records named one by one, e.g. those behind a figure; copied. */
void panel_named_open(struct app *app, const char *title,
    const int64_t *recs, size_t n);
void panel_import_open(struct app *app);	/* 导入名单 */
void panel_kinds_open(struct app *app);		/* every kind of the pack */
void panel_reports_open(struct app *app);	/* 报表: which one */
struct report_def;
void panel_report_open(struct app *app, const struct report_def *def);

/* facet "slot": events and rooms with who booked; "fund": pools of money. */
void panel_quota_open(struct app *app, const char *facet);
/* Does this step hand out money?  Then the question to ask before it. */
struct flow_step;
bool panel_quota_sure(struct app *app, const struct record_full *r,
    const struct flow_step *step, char *out, size_t size);
void panel_match_open(struct app *app);		/* 三张清单 */
void panel_score_open(struct app *app);		/* boards and polls */

/* ---- writing ---- */
struct form_start {
	const char *kind;
	int64_t rec;		/* > 0: correction, or a step on this record */
	const char *step;	/* step on rec; NULL for open and correction */
	const struct fields *presets;	/* NULL none */
	int draft;		/* > 0: go on with this draft */
	bool quiet;		/* after saving close with base.result 1
				 * instead of showing the saved page */
};
void panel_form_open(struct app *app, const struct form_start *start);
/* The record a form has opened, for returned() of whoever opened it. */
int64_t panel_form_saved(const struct panel *child);
void panel_batch_open(struct app *app);		/* 快速补录 */
void panel_tap_open(struct app *app);		/* 来站人次 */
void panel_drafts_open(struct app *app);	/* parked and found drafts */
/* Goes on with this draft, on the page it was begun on. */
void panel_draft_open(struct app *app, int number);
/* After saving: 填一次 line, 给居民看, undo, next. */
void panel_saved_open(struct app *app, const struct save_result *res);
/* 给居民看: this record only, in large words. */
void panel_show_open(struct app *app, int64_t rec);

/* Pickers: the choice comes to returned() of the opener: base.result 1 when
 * something was picked; read it with panel_pick_*(). */
void panel_person_open(struct app *app, const char *kind, const char *typed);
int64_t panel_person_picked(const struct panel *child);	/* rec */
/* Any record of these kinds (blank-separated): by number, words, initials. */
void panel_pick_open(struct app *app, const char *kinds, const char *typed);
int64_t panel_pick_picked(const struct panel *child);
void panel_org_open(struct app *app, const char *root, const char *typed);
const char *panel_org_picked(const struct panel *child);

#endif
