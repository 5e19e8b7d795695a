/*
 * The life of a request: who takes which step, on which node, how long it
 * takes.  Departments work at the street's node, stations at their own; each
 * step is carried to the other side at once, as the hub does it.
 */
#include "seed.h"

#include <stdio.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/calendar.h"

enum stage { REPORTED, ACCEPTED, DISPATCHED, HANDLING, ANSWERED, CONFIRMED };

struct matter {
	const char *type, *category, *subject, *grade, *place, *words;
};
static const struct matter matters[] = {
#define CASE(type, category, subject, grade, place, words) \
	{ type, category, subject, grade, place, words },
#include "words.def"
};
static const char *const measures[] = {
#define MEASURE(words) words,
#include "words.def"
};

#define OPENS_AT 8
#define SHUTS_AT 18
#define RETURN_ROUNDS 1

/* ---- when people get to it ---- */

static bool is_workday(const struct seed *w, struct utc t)
{
	return calendar_is_workday(pack_calendar(w->street_node->pack),
	    clock_day(t));
}

/* Not before the office opens, nor on a day off (office) or at night. */
static struct utc at_work(struct seed *w, struct utc t, bool office)
{
	int tries;

	for (tries = 0; tries < 20; tries++) {
		struct civil c = clock_civil(t);
		bool day_off = office && !is_workday(w, t);

		if (!day_off && c.hour >= OPENS_AT && c.hour < SHUTS_AT)
			return t;
		if (day_off || c.hour >= SHUTS_AT)
			t.ms = clock_day_start(clock_day(t)).ms + MS_DAY;
		else
			t.ms = clock_day_start(clock_day(t)).ms;
		t.ms += OPENS_AT * MS_HOUR + MS_HOUR / 2 +
		    seed_roll(w, 40) * MS_MINUTE;
	}
	return t;
}

static struct utc in_minutes(struct seed *w, uint32_t lo, uint32_t hi)
{
	struct utc t = env_now(&w->env);

	t.ms += (lo + seed_roll(w, hi - lo + 1)) * MS_MINUTE;
	return t;
}

/* ---- steps ---- */

void seed_case_do(struct seed *w, const struct seed_case *c,
    const struct seed_staff *who, bool at_street, const char *step,
    struct fields *f)
{
	struct node *here = at_street ? w->street_node : w->sites[c->site].n;
	struct node *there = at_street ? w->sites[c->site].n : w->street_node;
	struct save_result res;

	seed_step(here, who, c->rec, step, f, &res);
	seed_carry(here, there, res.first, res.n);
}

static void accept(struct seed *w, struct seed_case *c, struct utc *next)
{
	struct seed_site *s = &w->sites[c->site];
	struct fields f = { NULL, 0, 0 };

	seed_case_do(w, c, seed_town_staff(s, "captain", 0), false, "accept",
	    &f);
	c->stage = ACCEPTED;
	*next = strcmp(c->grade, "urgent") == 0 ? in_minutes(w, 2, 9) :
	    at_work(w, in_minutes(w, 10, 110), false);
}

static void answer_now(struct seed *w, struct seed_case *c, struct utc *next)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "measure", measures[3]);
	fields_set(&f, "spoke_to", "居民本人");
	seed_case_do(w, c, seed_town_staff(&w->sites[c->site], "captain", 0),
	    false, "answer_now", &f);
	c->dept = NULL;		/* it never left the station */
	c->stage = ANSWERED;
	*next = at_work(w, in_minutes(w, 600, 2500), false);
}

static void dispatch(struct seed *w, struct seed_case *c, struct utc *next)
{
	struct fields f = { NULL, 0, 0 };
	bool urgent = strcmp(c->grade, "urgent") == 0;

	fields_set(&f, "to_org", c->dept->who.org);
	fields_set(&f, "advice", "请按时限办理并反馈。");
	seed_case_do(w, c, seed_town_staff(&w->sites[c->site], "community", 0),
	    false, "dispatch", &f);
	c->stage = DISPATCHED;
	*next = urgent ? in_minutes(w, 3, 12) :
	    at_work(w, in_minutes(w, 30, 200), true);
}

/* The called unit signs, sends it back, or is told by telephone. */
static void sign(struct seed *w, struct seed_case *c, struct utc *next)
{
	struct seed_site *s = &w->sites[c->site];
	struct fields f = { NULL, 0, 0 };
	bool urgent = strcmp(c->grade, "urgent") == 0;

	if (!c->dept->has_node) {
		fields_set(&f, "proxy_what", "told");
		fields_set(&f, "proxy_who", "值班员");
		seed_when(&f, "proxy_when", env_now(&w->env));
		seed_case_do(w, c, seed_town_staff(s, "community", 0), false,
		    "proxy", &f);
	} else if (!urgent && c->rounds < RETURN_ROUNDS && seed_chance(w, 4)) {
		fields_set(&f, "reason", "地点不清，请补充。");
		seed_case_do(w, c, &c->dept->who, true, "return", &f);
		c->rounds++;
		c->stage = ACCEPTED;
		*next = at_work(w, in_minutes(w, 30, 120), false);
		return;
	} else {
		seed_case_do(w, c, &c->dept->who, true, "sign", &f);
	}
	c->stage = HANDLING;
	if (urgent)
		*next = in_minutes(w, 15, 70);
	else if (strcmp(c->subject, "water") == 0 || seed_chance(w, 30))
		*next = at_work(w, in_minutes(w, 120, 600), false);
	else
		*next = at_work(w, in_minutes(w, 1200, 3900), true);
}

static void answer(struct seed *w, struct seed_case *c, struct utc *next)
{
	const struct seed_staff *who = c->dept->has_node ? &c->dept->who :
	    seed_town_staff(&w->sites[c->site], "community", 0);
	struct fields f = { NULL, 0, 0 };

	seed_when(&f, "met_when", env_now(&w->env));
	fields_set(&f, "spoke_to", "居民本人");
	fields_set(&f, "measure", measures[seed_roll(w, ARRAY_LEN(measures))]);
	seed_case_do(w, c, who, c->dept->has_node, "answer", &f);
	c->stage = ANSWERED;
	*next = at_work(w, in_minutes(w, 300, 1800), false);
}

static void confirm(struct seed *w, struct seed_case *c, struct utc *next)
{
	struct seed_site *s = &w->sites[c->site];
	struct fields f = { NULL, 0, 0 };

	if (c->dept && c->dept->has_node && c->rounds < RETURN_ROUNDS &&
	    seed_chance(w, 6)) {
		fields_set(&f, "remark", "居民说只修了一半。");
		seed_case_do(w, c, seed_town_staff(s, "lead", 0), false,
		    "redo", &f);
		c->rounds++;
		c->stage = HANDLING;
		*next = at_work(w, in_minutes(w, 600, 1500), true);
		return;
	}
	fields_set(&f, "solved", seed_chance(w, 90) ? "yes" : "partly");
	fields_set(&f, "remark", "电话回访确认。");
	seed_case_do(w, c, seed_town_staff(s, "lead", 0), false, "confirm",
	    &f);
	c->stage = CONFIRMED;
	*next = in_minutes(w, 1, 4);
}

static void rate(struct seed *w, struct seed_case *c)
{
	static const char *const marks[] = { "very", "very", "fairly",
		"fairly", "fairly", "soso" };
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "satisfied", marks[seed_roll(w, ARRAY_LEN(marks))]);
	seed_case_do(w, c, seed_town_staff(&w->sites[c->site], "lead", 0),
	    false, "rate", &f);
}

/* A report about somebody: only the street's desk sees it. */
static bool in_confidence(struct seed *w, struct seed_case *c,
    struct utc *next)
{
	struct fields f = { NULL, 0, 0 };

	if (c->stage == REPORTED) {
		seed_case_do(w, c, &w->desk[0], true, "accept", &f);
		c->stage = ACCEPTED;
		*next = at_work(w, in_minutes(w, 200, 500), true);
	} else if (c->stage == ACCEPTED) {
		fields_set(&f, "measure", measures[5]);
		fields_set(&f, "spoke_to", "居民本人");
		seed_case_do(w, c, &w->desk[0], true, "answer_now", &f);
		c->stage = ANSWERED;
		*next = at_work(w, in_minutes(w, 600, 1500), true);
	} else {
		fields_set(&f, "solved", "yes");
		seed_case_do(w, c, &w->desk[1], true, "confirm", &f);
		return false;
	}
	return true;
}

bool seed_case_step(struct seed *w, struct seed_case *c, struct utc *next)
{
	if (c->confidential)
		return in_confidence(w, c, next);
	switch ((enum stage)c->stage) {
	case REPORTED:
		accept(w, c, next);
		return true;
	case ACCEPTED:
		if (!c->dept || (c->rounds == 0 && seed_chance(w, 15)))
			answer_now(w, c, next);
		else
			dispatch(w, c, next);
		return true;
	case DISPATCHED:
		sign(w, c, next);
		return true;
	case HANDLING:
		answer(w, c, next);
		return true;
	case ANSWERED:
		confirm(w, c, next);
		/* Not everybody is asked for a mark. */
		return c->stage != CONFIRMED || seed_chance(w, 70);
	case CONFIRMED:
		rate(w, c);
		return false;
	}
	return false;
}

/* ---- the beginning ---- */

/* The department that a small class of requests goes to, from the pack. */
static const struct seed_dept *dept_of(const struct seed *w,
    const char *subject)
{
	const struct choice *ch = pack_choice(w->street_node->pack, "subject",
	    subject);
	const char *at = ch ? strstr(ch->filter, "org=") : NULL;
	char org[24];

	if (!at)
		return NULL;
	snprintf(org, sizeof(org), "%.*s", (int)strcspn(at + 4, " "), at + 4);
	return seed_town_dept(w, org);
}

static const struct seed_person *somebody(struct seed *w, int site)
{
	int i;

	for (i = 0; i < 200; i++) {
		const struct seed_person *p =
		    &w->people[seed_roll(w, (uint32_t)w->npeople)];

		if (p->site == site && clock_civil(w->end).year - p->born > 22)
			return p;
	}
	return &w->people[0];
}

struct seed_case seed_case_open(struct seed *w, int site,
    const struct seed_staff *who, struct utc *next)
{
	const struct matter *m = &matters[seed_roll(w, ARRAY_LEN(matters))];
	const struct seed_person *p = somebody(w, site);
	struct fields f = { NULL, 0, 0 };
	struct seed_site *s = &w->sites[site];
	struct save_result res;
	struct seed_case c;
	bool named = seed_chance(w, 85);

	memset(&c, 0, sizeof(c));
	c.site = site;
	xcopy(c.subject, sizeof(c.subject), m->subject);
	xcopy(c.grade, sizeof(c.grade), m->grade);
	c.dept = strcmp(m->type, "consult") == 0 ? NULL :
	    dept_of(w, m->subject);
	c.confidential = strcmp(m->type, "report") == 0;
	fields_set(&f, "type", m->type);
	fields_set(&f, "channel", strcmp(who->role, "gridworker") == 0 ?
	    "patrol" : seed_chance(w, 60) ? "counter" : "phone");
	fields_set(&f, "anonymous", named ? "no" : "yes");
	if (named) {
		seed_ref(&f, "who", p->rec);
		if (seed_chance(w, 50))
			seed_ref(&f, "place", w->houses[p->house].rec);
	}
	if (!fields_has(&f, "place"))
		fields_set(&f, "place_text", m->place);
	fields_set(&f, "category", m->category);
	fields_set(&f, "subject", m->subject);
	fields_set(&f, "grade", m->grade);
	seed_when(&f, "when", env_now(&w->env));
	fields_set(&f, "content", m->words);
	fields_set(&f, "about_us", "no");
	c.rec = seed_open(s->n, who, "request", &f, &res);
	seed_carry(s->n, w->street_node, res.first, res.n);
	*next = strcmp(c.grade, "urgent") == 0 ? in_minutes(w, 2, 12) :
	    at_work(w, in_minutes(w, 5, 70), c.confidential);
	return c;
}
