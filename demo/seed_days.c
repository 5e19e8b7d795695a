/*
 * The days themselves: what was planned happens in the order of time, and
 * what happens plans what follows.
 */
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/calendar.h"

enum what { VISIT, CARE, SIGN_IN, SIGN_OUT, TAP, SHIFT_OPEN, SHIFT_CLOSE,
	REQUEST, CASE_STEP, STORY };

#define TAP_DAYS 21
#define VOLUNTEERS 5	/* the last three are kept for the told cases */
#define DAY_END 21
#define LEFT_DAYS 4	/* the told elder's visit is late by so many */
#define LAPSES 12	/* one of so many was not called on in time */

struct plan {
	struct utc at;
	int64_t order;		/* earlier plans first at the same moment */
	enum what what;
	int site;
	int a, b;		/* worker, grid, index of a case … */
	int64_t rec;
};

struct days {
	struct seed *w;
	struct plan *heap;
	size_t n, cap;
	int64_t order;
	struct seed_case *cases;
	size_t ncases, cases_cap;
};

static const struct { const char *purpose, *words; } notes[] = {
#define NOTE(purpose, words) { purpose, words },
#include "words.def"
};

/* ---- the plan: a heap by time ---- */

static bool before(const struct plan *a, const struct plan *b)
{
	if (a->at.ms != b->at.ms)
		return a->at.ms < b->at.ms;
	return a->order < b->order;
}

static void plan(struct days *d, struct utc at, enum what what, int site,
    int a, int b, int64_t rec)
{
	struct plan p = { at, d->order++, what, site, a, b, rec };
	size_t i = d->n;

	if (at.ms > d->w->end.ms - MS_MINUTE ||
	    clock_day(at).n > d->w->today.n + d->w->sites[site].last_day)
		return;		/* not yet, or the station has gone silent */
	d->heap = xgrow(d->heap, &d->cap, d->n + 1, sizeof(*d->heap));
	d->n++;
	while (i > 0 && before(&p, &d->heap[(i - 1) / 2])) {
		d->heap[i] = d->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	d->heap[i] = p;
}

static struct plan next_plan(struct days *d)
{
	struct plan top = d->heap[0], last = d->heap[--d->n];
	size_t i = 0, k;

	while ((k = 2 * i + 1) < d->n) {
		if (k + 1 < d->n && before(&d->heap[k + 1], &d->heap[k]))
			k++;
		if (!before(&d->heap[k], &last))
			break;
		d->heap[i] = d->heap[k];
		i = k;
	}
	d->heap[i] = last;
	return top;
}

/* ---- planning one day ---- */

static bool is_workday(const struct seed *w, int day)
{
	struct day d = { w->today.n + day };

	return calendar_is_workday(pack_calendar(w->street_node->pack), d);
}

/* Early in the day what people ask for today has come in by telephone since
 * midnight; later it follows the hours of the station. */
static struct utc request_time(struct seed *w, int day)
{
	struct utc t = seed_time(w, day, 8 + (int)seed_roll(w, 10),
	    (int)seed_roll(w, 60));
	int64_t gone = w->end.ms - seed_time(w, day, 0, 0).ms;

	if (day == 0 && gone < 18 * MS_HOUR)
		t.ms = w->end.ms - 2 * MS_MINUTE - seed_roll(w, 1000) *
		    (gone < 9 * MS_HOUR ? gone : 9 * MS_HOUR) / 1100;
	return t;
}

static void plan_volunteers(struct days *d, int s, int day)
{
	struct seed *w = d->w;
	int i, first = (int)seed_roll(w, VOLUNTEERS);

	for (i = 0; i < 3; i++) {
		int hour = i == 2 ? 14 : 8;

		plan(d, seed_time(w, day, hour, 25 + (int)seed_roll(w, 30)),
		    SIGN_IN, s, (first + i) % VOLUNTEERS, 0, 0);
	}
}

static void plan_rounds(struct days *d, int s, int day)
{
	struct seed *w = d->w;
	int g, i, n;

	for (g = 0; g < w->sites[s].ngrids; g++) {
		if (!seed_chance(w, 70))
			continue;
		n = 1 + (int)seed_roll(w, 3);
		for (i = 0; i < n; i++)
			plan(d, seed_time(w, day, i < 1 ? 9 : 14,
			    20 + 50 * (i ? i - 1 : 0) + (int)seed_roll(w, 10)),
			    VISIT, s, g, 0, 0);
	}
}

/* How often somebody with this mark is looked after; 0: nobody has to. */
static int care_days(const struct seed *w, const char *mark)
{
	size_t n;
	const struct recur_rule *v = pack_recurs(w->street_node->pack, &n);
	size_t i;

	for (i = 0; i < n && mark[0]; i++)
		if (strcmp(v[i].kind, "person") == 0 &&
		    strcmp(v[i].mark, mark) == 0)
			return (int)v[i].days;
	return 0;
}

/* Whoever is to be looked after was, in good time but for a few.  The told
 * one was left since the last time. */
static void plan_care(struct days *d, int days)
{
	struct seed *w = d->w;
	int i, kept = 0;

	for (i = 0; i < w->npeople; i++) {
		const struct seed_person *p = &w->people[i];
		int every = care_days(w, p->mark), last;

		if (every == 0)
			continue;
		last = p->waits ? -every - LEFT_DAYS :
		    ++kept % LAPSES == 0 ? -every - kept / LAPSES % 2 :
		    -1 - (int)seed_roll(w, (uint32_t)every - 1);
		if (last < w->sites[p->site].last_day && last >= -days)
			plan(d, seed_time(w, last, 10, (int)seed_roll(w, 50)),
			    CARE, p->site, i, 0, 0);
		last -= every - 1;
		if (last >= -days)
			plan(d, seed_time(w, last, 15, (int)seed_roll(w, 50)),
			    CARE, p->site, i, 0, 0);
	}
}

static void plan_day(struct days *d, int s, int day)
{
	struct seed *w = d->w;
	int i, n;

	plan(d, seed_time(w, day, 8, 20), SHIFT_OPEN, s, 0, 0, 0);
	plan(d, seed_time(w, day, 18, 5), SHIFT_CLOSE, s, 0, 0, 0);
	plan_volunteers(d, s, day);
	if (is_workday(w, day))
		plan_rounds(d, s, day);
	n = (int)seed_roll(w, is_workday(w, day) ? 3 : 2);
	if (day == 0 && n == 0)
		n = 1;
	for (i = 0; i < n; i++)
		plan(d, request_time(w, day), REQUEST, s, 0, 0, 0);
	n = day > -TAP_DAYS ? 4 + (int)seed_roll(w, 5) : 0;
	for (i = 0; i < n; i++)
		plan(d, seed_time(w, day, 9 + (int)seed_roll(w, 9),
		    (int)seed_roll(w, 60)), TAP, s, 0, 0, 0);
}

/* ---- what happens ---- */

static const struct seed_staff *volunteer(struct seed *w, int s, int nth)
{
	return seed_town_staff(&w->sites[s], "volunteer", nth);
}

static const struct seed_person *of_grid(struct seed *w, int s, int g)
{
	int i;

	for (i = 0; i < 500; i++) {
		const struct seed_person *p =
		    &w->people[seed_roll(w, (uint32_t)w->npeople)];

		if (p->site == s && p->grid == g &&
		    clock_civil(w->end).year - p->born > 20 && !p->waits &&
		    (p->alone || seed_chance(w, 60)))
			return p;
	}
	return &w->people[0];
}

static void visit(struct seed *w, const struct seed_person *p)
{
	static const char *const modes[] = { "home", "home", "home", "home",
		"phone", "come", "care" };
	int s = p->site;
	const struct seed_staff *who = seed_town_staff(&w->sites[s],
	    "gridworker", p->grid);
	size_t i = seed_roll(w, ARRAY_LEN(notes));
	struct fields f = { NULL, 0, 0 };
	int minutes = 15 + (int)seed_roll(w, 5) * 5;
	struct utc when = env_now(&w->env);

	/* Written down back at the station, or at the door. */
	when.ms -= (minutes + 3) * MS_MINUTE;
	if (p->alone)
		i = 4 + seed_roll(w, 4);	/* the notes on elders */
	fields_set(&f, "mode", modes[seed_roll(w, ARRAY_LEN(modes))]);
	seed_ref(&f, "who", p->rec);
	if (seed_chance(w, 80))
		seed_ref(&f, "place", w->houses[p->house].rec);
	seed_when(&f, "when", when);
	fields_set(&f, "purpose", notes[i].purpose);
	fields_set_list(&f, "findings", seed_chance(w, 80) ? "fine" :
	    "need_help");
	fields_set(&f, "note", notes[i].words);
	if (seed_chance(w, 45))
		fields_set_int(&f, "minutes", minutes);
	seed_open(w->sites[s].n, who, "visit", &f, NULL);
}

static void sign_in(struct days *d, const struct plan *p)
{
	static const char *const acts[] = { "station_duty", "station_duty",
		"elder_care", "cleaning", "patrol", "teaching", "order" };
	struct seed *w = d->w;
	const struct seed_staff *who = volunteer(w, p->site, p->a);
	struct fields f = { NULL, 0, 0 };
	struct utc out = env_now(&w->env);
	int64_t rec;

	fields_set(&f, "volunteer", who->number);
	fields_set(&f, "activity", acts[seed_roll(w, ARRAY_LEN(acts))]);
	seed_when(&f, "start", env_now(&w->env));
	rec = seed_open(w->sites[p->site].n, who, "service", &f, NULL);
	out.ms += (110 + seed_roll(w, 90)) * MS_MINUTE;
	plan(d, out, SIGN_OUT, p->site, p->a, 0, rec);
}

static void tap(struct seed *w, int s)
{
	static const char *const what[] = { "water", "rest", "read", "ask",
		"other" };
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "choice", what[seed_roll(w, ARRAY_LEN(what))]);
	seed_open(w->sites[s].n, volunteer(w, s, 0), "tap", &f, NULL);
}

static void shift(struct seed *w, int s, bool opens)
{
	struct seed_site *site = &w->sites[s];
	const struct seed_staff *lead = seed_town_staff(site, "lead", 0);
	struct fields f = { NULL, 0, 0 };

	if (opens) {
		fields_set(&f, "shift", "day");
		seed_when(&f, "when", env_now(&w->env));
		fields_set_int(&f, "people", 2 + seed_roll(w, 3));
		site->shift = seed_open(site->n, lead, "station", &f,
		    NULL);
	} else if (site->shift) {
		seed_when(&f, "shut_when", env_now(&w->env));
		fields_set(&f, "handover", "无事交接。");
		seed_step(site->n, lead, site->shift, "close", &f, NULL);
		site->shift = 0;
	}
}

static void new_case(struct days *d, int s)
{
	struct seed *w = d->w;
	const struct seed_staff *who = seed_chance(w, 40) ?
	    seed_town_staff(&w->sites[s], "gridworker", 0) :
	    volunteer(w, s, (int)seed_roll(w, VOLUNTEERS));
	struct utc next;

	d->cases = xgrow(d->cases, &d->cases_cap, d->ncases + 1,
	    sizeof(*d->cases));
	d->cases[d->ncases] = seed_case_open(w, s, who, &next);
	plan(d, next, CASE_STEP, s, (int)d->ncases, 0, 0);
	d->ncases++;
}

static void happen(struct days *d, const struct plan *p)
{
	struct seed *w = d->w;
	struct fields none = { NULL, 0, 0 };
	struct utc next;

	switch (p->what) {
	case VISIT:
		visit(w, of_grid(w, p->site, p->a));
		break;
	case CARE:
		visit(w, &w->people[p->a]);
		break;
	case SIGN_IN:
		sign_in(d, p);
		break;
	case SIGN_OUT:
		seed_step(w->sites[p->site].n,
		    volunteer(w, p->site, p->a), p->rec, "sign_out", &none,
		    NULL);
		break;
	case TAP:
		tap(w, p->site);
		break;
	case SHIFT_OPEN:
	case SHIFT_CLOSE:
		shift(w, p->site, p->what == SHIFT_OPEN);
		break;
	case REQUEST:
		new_case(d, p->site);
		break;
	case CASE_STEP:
		if (seed_case_step(w, &d->cases[p->a], &next))
			plan(d, next, CASE_STEP, p->site, p->a, 0, 0);
		break;
	case STORY:
		seed_story_at(w, p->a);
		break;
	}
}

void seed_days_run(struct seed *w, int days)
{
	struct days d = { w, NULL, 0, 0, 0, NULL, 0, 0 };
	struct utc at;
	int day, s, i;

	seed_story_begin(w);
	for (day = -days; day <= 0; day++)
		for (s = 0; s < w->nsites; s++)
			if (day <= w->sites[s].last_day)
				plan_day(&d, s, day);
	plan_care(&d, days);
	for (i = 0; seed_story_when(w, i, &at); i++)
		plan(&d, at, STORY, 0, i, 0, 0);
	while (d.n > 0) {
		struct plan p = next_plan(&d);

		seed_at(w, p.at);
		happen(&d, &p);
		seed_progress(20 + 70 * (clock_day(p.at).n - w->today.n +
		    days) / (days + 1));
	}
	seed_at(w, w->end);
	free(d.heap);
	free(d.cases);
}
