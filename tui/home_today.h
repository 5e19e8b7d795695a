/*
 * What waits today, for the first page: a row each for requests late, in
 * dispute or sent back, visits due, sign-outs forgotten, drafts, events and
 * notices.  A letter at the left opens its row.  Used by panel_home.
 */
#ifndef MQ_HOME_TODAY_H
#define MQ_HOME_TODAY_H

#include "desk.h"
#include "widget_lines.h"

#define HOME_TODAY_WAYS 20

struct home_today_way {
	void (*go)(struct app *app);	/* a page, or … */
	void (*open)(struct app *app, int64_t rec);	/* … a page of */
	int64_t rec;			/* this record */
};

struct home_today {
	struct app *app;
	struct widget_lines lines;	/* what to paint */
	struct home_today_way ways[HOME_TODAY_WAYS];
	size_t n;
	int h, w;		/* room: rows, 0 any; cells a row may take */
	int named, news;	/* how many of each thing stand by name */
	struct record next;	/* whoever is longest due for a visit */
	int64_t notice;		/* the first that waits for an answer */
	int64_t task;		/* the list being worked off */
};

void home_today_init(struct home_today *t, struct app *app);
void home_today_free(struct home_today *t);
/* Looks at the ledger again. */
void home_today_refresh(struct home_today *t);
/* From layout(): rows are clipped to w cells; things name fewer of their own
 * until all of it takes h rows (0: as many as it takes). */
void home_today_room(struct home_today *t, int h, int w);
/* A letter opens its row; PANEL_IGNORED for any other key. */
unsigned home_today_key(struct home_today *t, uint32_t key);

#endif
