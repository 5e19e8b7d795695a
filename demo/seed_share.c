/*
 * What is shared out: a room, a market with a few seats, a pool of money with
 * payments in every state, needs and offers, a poll and the month's sheets.
 * Called by seed_story.c at its times.
 */
#include "seed.h"

#include <stdio.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"

#define MARKET_SEATS 6
#define MARKET_ASKED 8		/* two wait */
#define EVENT_ASKED 5
#define VOTES 9
#define VOTERS_FROM 40		/* residents who vote, by their place */

enum line {
#define STORY(id, words) SAY_##id,
#include "words.def"
	SAY_LAST
};
static const char *const say[] = {
#define STORY(id, words) words,
#include "words.def"
};

struct thing {
	const char *subject, *category, *times, *origin, *contact;
};
static const struct thing needs[] = {
#define NEED(subject, category, times, origin, contact) \
	{ subject, category, times, origin, contact },
#include "words.def"
};
static const struct thing offers[] = {
#define OFFER(subject, category, times, origin, contact) \
	{ subject, category, times, origin, contact },
#include "words.def"
};

static struct {
	int64_t room, market, pool, poll;
	int64_t need, offer;		/* the first of each: they meet */
	int scored;			/* month of the last sheets */
} made;

static const struct seed_staff *lead(const struct seed *w, int site)
{
	return seed_town_staff(&w->sites[site], "lead", 0);
}

static const struct seed_person *neighbour(const struct seed *w, int nth)
{
	int i;

	for (i = 0; i < w->npeople; i++)
		if (w->people[i].site == 0 && !w->people[i].special &&
		    w->people[i].born < 1995 && nth-- == 0)
			return &w->people[i];
	return &w->people[0];
}

/* ---- registered once ---- */

static int64_t enter(struct seed *w, const char *kind, const struct thing *t)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "subject", t->subject);
	fields_set(&f, "category", t->category);
	fields_set_list(&f, "times", t->times);
	fields_set(&f, "origin", t->origin);
	fields_set(&f, "contact", t->contact);
	return seed_open(w->sites[0].n, lead(w, 0), kind, &f, NULL);
}

static void open_room(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "name", say[SAY_ROOM]);
	fields_set(&f, "place_text", say[SAY_ROOM_PLACE]);
	fields_set_int(&f, "seats", 40);
	made.room = seed_open(w->sites[0].n, lead(w, 0), "room", &f, NULL);
}

static void open_pool(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "name", say[SAY_POOL]);
	fields_set_int(&f, "year", clock_civil(w->end).year);
	fields_set(&f, "amount", "50000");
	fields_set(&f, "least", "100");
	fields_set(&f, "most", "8000");
	fields_set(&f, "rule", say[SAY_POOL_RULE]);
	made.pool = seed_open(w->sites[0].n, seed_town_staff(&w->sites[0],
	    "community", 0), "pool", &f, NULL);
}

/* A unit is scored once a month. */
static void score_sites(struct seed *w)
{
	int i;

	made.scored = clock_civil(env_now(&w->env)).month;
	for (i = 0; i < w->nsites; i++) {
		struct fields f = { NULL, 0, 0 };

		fields_set(&f, "unit", w->sites[i].org);
		seed_when(&f, "when", env_now(&w->env));
		fields_set_int(&f, "open_days", 20 - i);
		fields_set_int(&f, "service", 29 - 3 * i);
		fields_set_int(&f, "events", 24 + i);
		fields_set_int(&f, "room", 18 - i);
		fields_set(&f, "note", say[SAY_SHEET_NOTE]);
		seed_open(w->street_node, &w->desk[0], "sheet", &f, NULL);
	}
}

void seed_share_begin(struct seed *w)
{
	size_t i;

	open_room(w);
	open_pool(w);
	for (i = 0; i < ARRAY_LEN(needs); i++) {
		int64_t rec = enter(w, "need", &needs[i]);

		made.need = i == 0 ? rec : made.need;
	}
	for (i = 0; i < ARRAY_LEN(offers); i++) {
		int64_t rec = enter(w, "offer", &offers[i]);

		made.offer = i == 0 ? rec : made.offer;
	}
	score_sites(w);
}

/* ---- asked for ---- */

static int64_t ask_money(struct seed *w, const char *reason, enum line detail,
    const char *amount)
{
	struct fields f = { NULL, 0, 0 };

	seed_ref(&f, "pool", made.pool);
	fields_set(&f, "reason", reason);
	fields_set(&f, "detail", say[detail]);
	fields_set(&f, "amount", amount);
	fields_set(&f, "payee", say[SAY_PAYEE]);
	return seed_open(w->sites[0].n, lead(w, 0), "grant", &f, NULL);
}

/* One paid, one approved, one that waits. */
static void spend(struct seed *w)
{
	const struct seed_staff *by = seed_town_staff(&w->sites[0],
	    "community", 0);
	const struct seed_staff *pays = seed_town_staff(&w->sites[0],
	    "captain", 0);
	struct node *n = w->sites[0].n;
	struct fields f = { NULL, 0, 0 };
	int64_t bench, lamps;

	bench = ask_money(w, "minor", SAY_GRANT_BENCH, "1800");
	lamps = ask_money(w, "minor", SAY_GRANT_LAMP, "2600");
	seed_step(n, by, bench, "approve", &f, NULL);
	seed_step(n, by, lamps, "approve", &f, NULL);
	fields_set(&f, "receipt", say[SAY_RECEIPT]);
	seed_step(n, pays, bench, "pay", &f, NULL);
	(void)ask_money(w, "minor", SAY_GRANT_RAIL, "3200");
}

static void bring_together(struct seed *w)
{
	struct node *n = w->sites[0].n;
	struct fields f = { NULL, 0, 0 };
	int64_t project;

	seed_ref(&f, "need", made.need);
	seed_ref(&f, "offer", made.offer);
	fields_set(&f, "plan", say[SAY_PLAN]);
	project = seed_open(n, lead(w, 0), "project", &f, NULL);
	seed_step(n, lead(w, 0), project, "need_yes", &f, NULL);
}

static void ask_all(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };
	int i;

	fields_set(&f, "question", say[SAY_POLL]);
	fields_set(&f, "options", say[SAY_POLL_OPTIONS]);
	fields_set(&f, "area", w->sites[0].org);
	seed_when(&f, "until", seed_time(w, 3, 18, 0));
	made.poll = seed_open(w->sites[0].n, lead(w, 0), "poll", &f, NULL);
	for (i = 0; i < VOTES; i++) {
		const struct seed_person *p = neighbour(w, VOTERS_FROM + i);

		seed_ref(&f, "poll", made.poll);
		fields_set_int(&f, "option", 1 + i % 5 % 3);
		seed_ref(&f, "voter", p->rec);
		fields_set(&f, "last4", p->last4);
		seed_open(w->sites[0].n, seed_town_staff(&w->sites[0],
		    "volunteer", 0), "vote", &f, NULL);
	}
}

void seed_share_ask(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	spend(w);
	bring_together(w);
	ask_all(w);
	fields_set(&f, "activity", "culture");
	fields_set(&f, "name", say[SAY_MARKET]);
	seed_when(&f, "start", seed_time(w, 4, 9, 0));
	fields_set_int(&f, "minutes", 180);
	fields_set(&f, "place_text", say[SAY_MARKET_PLACE]);
	fields_set_int(&f, "capacity", MARKET_SEATS);
	made.market = seed_open(w->sites[0].n, lead(w, 0), "event", &f, NULL);
}

/* ---- booked ---- */

static void book(struct seed *w, int64_t event, int from, int n)
{
	int i;

	for (i = 0; i < n && event; i++) {
		struct fields f = { NULL, 0, 0 };

		seed_ref(&f, "event", event);
		seed_ref(&f, "who", neighbour(w, from + 2 * i)->rec);
		fields_set_int(&f, "people", 1);
		seed_open(w->sites[0].n, seed_town_staff(&w->sites[0],
		    "volunteer", 1), "booking", &f, NULL);
	}
}

void seed_share_book(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	if (clock_civil(env_now(&w->env)).month != made.scored)
		score_sites(w);
	book(w, made.market, 4, MARKET_ASKED);
	book(w, w->event, 30, EVENT_ASKED);
	seed_ref(&f, "room", made.room);
	seed_when(&f, "start", seed_time(w, 1, 14, 30));
	fields_set_int(&f, "minutes", 120);
	fields_set(&f, "purpose", say[SAY_ROOM_FOR]);
	fields_set(&f, "caller", seed_town_staff(&w->sites[0], "volunteer",
	    2)->name);
	seed_open(w->sites[0].n, lead(w, 0), "hire", &f, NULL);
}
