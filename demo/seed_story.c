/*
 * The told cases: what every visitor of the demonstration should find, and
 * what makes life hard at a station.
 */
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/file.h"
#include "../core/base/xmalloc.h"
#include "../core/calendar.h"

/* Lines of the told cases, by name. */
enum line {
#define STORY(id, words) SAY_##id,
#include "words.def"
	SAY_LAST
};
static const char *const say[] = {
#define STORY(id, words) words,
#include "words.def"
};

/* Which volunteers of the first station. */
#define TOURS 5
#define HELPERS 30		/* volunteers down for the event */
#define FORGETS 6
#define SHOWN 7
#define CLOSING 3

/* What the tour and the end of the seed come back to. */
static struct {
	struct seed_case stairs, returned, flood, conflict, slip;
	struct seed_case closing[CLOSING];
	int64_t alone;
	char slip_no[16], flood_no[16], stairs_no[16], conflict_no[16];
	char alone_name[32];
} told;

/* ---- small tools ---- */

static const struct seed_staff *staff(struct seed *w, int site,
    const char *role, int nth)
{
	return seed_town_staff(&w->sites[site], role, nth);
}

static void minutes_on(struct seed *w, int minutes)
{
	env_advance(&w->env, minutes * MS_MINUTE);
}

/* The n-th working day before today, counted like a day of seed_time(). */
static int workday_ago(const struct seed *w, int n)
{
	const struct calendar *c = pack_calendar(w->street_node->pack);
	int day = 0;

	while (n > 0 && day > -40) {
		struct day d = { w->today.n + --day };

		n -= calendar_is_workday(c, d);
	}
	return day;
}

static const struct seed_person *resident(const struct seed *w, int site,
    int nth)
{
	int i;

	for (i = 0; i < w->npeople; i++) {
		const struct seed_person *p = &w->people[i];

		if (p->site == site && !p->special && p->born < 1990 &&
		    !p->alone && nth-- == 0)
			return p;
	}
	return &w->people[0];
}

static void open_case(struct seed *w, struct seed_case *c, int site,
    const char *category, const char *subject, const char *grade,
    enum line words, const char *place, int who, char *no)
{
	const struct seed_person *p = resident(w, site, who);
	struct node *n = w->sites[site].n;
	struct fields f = { NULL, 0, 0 };
	struct save_result res;

	memset(c, 0, sizeof(*c));
	c->site = site;
	xcopy(c->subject, sizeof(c->subject), subject);
	xcopy(c->grade, sizeof(c->grade), grade);
	fields_set(&f, "type", "help");
	fields_set(&f, "channel", "counter");
	fields_set(&f, "anonymous", "no");
	seed_ref(&f, "who", p->rec);
	if (place)
		fields_set(&f, "place_text", place);
	else
		seed_ref(&f, "place", w->houses[p->house].rec);
	fields_set(&f, "category", category);
	fields_set(&f, "subject", subject);
	fields_set(&f, "grade", grade);
	seed_when(&f, "when", env_now(&w->env));
	fields_set(&f, "content", say[words]);
	fields_set(&f, "about_us", "no");
	c->rec = seed_open(n, staff(w, site, "volunteer", SHOWN),
	    "request", &f, &res);
	if (no)
		xcopy(no, 16, res.no);
	seed_carry(n, w->street_node, res.first, res.n);
}

static void accept(struct seed *w, const struct seed_case *c)
{
	struct fields f = { NULL, 0, 0 };

	minutes_on(w, 6);
	seed_case_do(w, c, staff(w, c->site, "captain", 0), false, "accept",
	    &f);
}

static void dispatch(struct seed *w, const struct seed_case *c,
    const char *org)
{
	struct fields f = { NULL, 0, 0 };

	minutes_on(w, 9);
	fields_set(&f, "to_org", org);
	fields_set(&f, "advice", "请按时限办理并反馈。");
	seed_case_do(w, c, staff(w, c->site, "community", 0), false,
	    "dispatch", &f);
}

static void sign(struct seed *w, const struct seed_case *c, const char *org)
{
	const struct seed_dept *d = seed_town_dept(w, org);
	struct fields f = { NULL, 0, 0 };

	minutes_on(w, 25);
	if (d && d->has_node)
		seed_case_do(w, c, &d->who, true, "sign", &f);
}

/* The unit that the pack names for a small class of requests. */
static void unit_for(const struct seed *w, const char *subject, char org[24])
{
	const struct choice *ch = pack_choice(w->street_node->pack, "subject",
	    subject);
	const char *at = ch ? strstr(ch->filter, "org=") : NULL;

	snprintf(org, 24, "%.*s", at ? (int)strcspn(at + 4, " ") : 0,
	    at ? at + 4 : "");
}

/* Handed to the right department, which then let it lie. */
static void left_lying(struct seed *w, int site, const char *category,
    const char *subject, const char *grade, enum line words, int who)
{
	struct seed_case c;
	char org[24];

	open_case(w, &c, site, category, subject, grade, words, NULL, who,
	    NULL);
	unit_for(w, subject, org);
	accept(w, &c);
	dispatch(w, &c, org);
	sign(w, &c, org);
}

/* ---- the told events, in no order ---- */

static void old_ramp(struct seed *w)
{
	left_lying(w, 1, "estate", "property", "complex", SAY_OLD_RAMP, 3);
}

static void old_wall(struct seed *w)
{
	left_lying(w, 2, "safety", "danger", "normal", SAY_OLD_WALL, 5);
}

static void old_wage(struct seed *w)
{
	left_lying(w, 3, "dispute", "wage", "normal", SAY_OLD_WAGE, 7);
}

static void old_lamp(struct seed *w)
{
	left_lying(w, 0, "utility", "lamp", "normal", SAY_OLD_LAMP, 9);
}

static void old_shed(struct seed *w)
{
	left_lying(w, 1, "estate", "illegal", "normal", SAY_OLD_SHED, 11);
}

/* 楼道积存垃圾: told at lunch, gone the same afternoon. */
static void stairs(struct seed *w)
{
	const struct orgs *orgs = pack_orgs(w->street_node->pack);
	struct seed_case *c = &told.stairs;
	struct fields f = { NULL, 0, 0 };
	size_t i;

	open_case(w, c, 0, "city", "stairs", "normal", SAY_STAIRS, NULL, 13,
	    told.stairs_no);
	accept(w, c);
	for (i = 0; i < orgs->n; i++)
		if (strcmp(orgs->v[i].parent, w->sites[0].org) == 0 &&
		    strcmp(orgs->v[i].level, "company") == 0)
			break;
	dispatch(w, c, i < orgs->n ? orgs->v[i].code : w->sites[0].org);
	minutes_on(w, 4);
	fields_set(&f, "proxy_what", "told");
	fields_set(&f, "proxy_who", "物业值班 小马");
	seed_when(&f, "proxy_when", env_now(&w->env));
	seed_case_do(w, c, staff(w, 0, "community", 0), false, "proxy", &f);
}

static void stairs_done(struct seed *w)
{
	struct seed_case *c = &told.stairs;
	struct fields f = { NULL, 0, 0 };

	seed_when(&f, "met_when", env_now(&w->env));
	fields_set(&f, "spoke_to", "居民本人");
	fields_set(&f, "measure", say[SAY_STAIRS_DONE]);
	seed_case_do(w, c, staff(w, 0, "community", 0), false, "answer", &f);
	minutes_on(w, 18);
	fields_set(&f, "solved", "yes");
	fields_set(&f, "remark", "现场确认。");
	seed_case_do(w, c, staff(w, 0, "lead", 0), false, "confirm", &f);
	minutes_on(w, 2);
	fields_set(&f, "satisfied", "very");
	seed_case_do(w, c, staff(w, 0, "lead", 0), false, "rate", &f);
}

static void returned(struct seed *w)
{
	char org[24];

	/* Sent to who mends roads: a wall is not theirs. */
	open_case(w, &told.returned, 0, "safety", "danger", "normal",
	    SAY_RETURNED, "7栋后挡土墙", 15, NULL);
	unit_for(w, "road", org);
	accept(w, &told.returned);
	dispatch(w, &told.returned, org);
}

static void returned_back(struct seed *w)
{
	const struct seed_dept *d;
	struct fields f = { NULL, 0, 0 };
	char org[24];

	unit_for(w, "road", org);
	d = seed_town_dept(w, org);
	fields_set(&f, "reason", say[SAY_RETURNED_WHY]);
	seed_case_do(w, &told.returned, d ? &d->who : &w->desk[0], true,
	    "return", &f);
}

/* 吹哨: called, and the called unit is overdue. */
static void flood(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };
	char org[24];

	open_case(w, &told.flood, 0, "utility", "sewer", "normal", SAY_FLOOD,
	    "3栋地下车库", 17, told.flood_no);
	accept(w, &told.flood);
	minutes_on(w, 3);
	unit_for(w, "sewer", org);
	dispatch(w, &told.flood, org);
	minutes_on(w, 3);
	/* the emergency office and the police at once, and the works */
	fields_set_list(&f, "parties", "p2\np3");
	fields_set(&f, "other_org", org);
	fields_set(&f, "reason", say[SAY_FLOOD_WHY]);
	seed_case_do(w, &told.flood, staff(w, 0, "captain", 0), false,
	    "whistle", &f);
}

static void conflict(struct seed *w)
{
	open_case(w, &told.conflict, 0, "city", "green", "normal",
	    SAY_CONFLICT, "8栋前", 19, told.conflict_no);
	accept(w, &told.conflict);
}

static void slip(struct seed *w)
{
	char org[24];

	open_case(w, &told.slip, 2, "welfare", "elderly", "normal", SAY_SLIP,
	    NULL, 21, told.slip_no);
	unit_for(w, "elderly", org);
	accept(w, &told.slip);
	dispatch(w, &told.slip, org);
	sign(w, &told.slip, org);
}

static void event(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "activity", "health");
	fields_set(&f, "name", say[SAY_EVENT]);
	seed_when(&f, "start", seed_time(w, 0, 14, 0));
	fields_set_int(&f, "minutes", 120);
	fields_set(&f, "place_text", say[SAY_EVENT_PLACE]);
	fields_set_int(&f, "capacity", 40);
	fields_set_int(&f, "registered", 12);
	w->event = seed_open(w->sites[0].n, staff(w, 0, "lead", 0),
	    "event", &f, NULL);
}

static void event_full(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set_int(&f, "registered", 30);
	seed_step(w->sites[0].n, staff(w, 0, "lead", 0), w->event,
	    "enrol", &f, NULL);
}

static void water_off(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "topic", "water_off");
	fields_set(&f, "audience", w->sites[0].org);
	seed_when(&f, "from", seed_time(w, 0, 22, 0));
	seed_when(&f, "until", seed_time(w, 1, 6, 0));
	fields_set(&f, "text", say[SAY_WATER_OFF]);
	seed_open(w->street_node, &w->desk[0], "notice", &f, NULL);
}

/* Found here, told to the neighbours. */
static void found(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "topic", "lost");
	fields_set(&f, "audience", w->sites[1].org);
	seed_when(&f, "from", env_now(&w->env));
	seed_when(&f, "until", seed_time(w, 7, 18, 0));
	fields_set(&f, "text", say[SAY_LOST]);
	seed_open(w->sites[0].n, staff(w, 0, "lead", 0), "notice", &f,
	    NULL);
}

/* An elder living alone who was not called on again. */
void seed_story_begin(struct seed *w)
{
	int i;

	for (i = 0; i < w->npeople; i++) {
		struct seed_person *p = &w->people[i];

		if (p->site != 0 || !p->alone)
			continue;
		p->waits = true;
		p->alone = false;	/* in the told cases like the others */
		told.alone = p->rec;
		xcopy(told.alone_name, sizeof(told.alone_name), p->name);
		return;
	}
}

static void alone(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	if (!told.alone)
		return;
	fields_set(&f, "note", say[SAY_ALONE]);
	seed_fix(w->sites[0].n, staff(w, 0, "captain", 0), told.alone, &f,
	    "");
}

static void forgotten(struct seed *w)
{
	const struct seed_staff *v = staff(w, 0, "volunteer", FORGETS);
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "volunteer", v->number);
	fields_set(&f, "activity", "station_duty");
	seed_when(&f, "start", env_now(&w->env));
	seed_open(w->sites[0].n, v, "service", &f, NULL);
}

/* The thirty who are down for the event: registered volunteers, known at the
 * board by the last four of their phone. */
static void helpers(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };
	char number[24], phone[24];
	int i, made = 0;

	for (i = 0; i < w->npeople && made < HELPERS; i++) {
		const struct seed_person *p = &w->people[i];

		if (p->site != 0 || p->special ||
		    clock_civil(w->end).year - p->born < 25)
			continue;
		snprintf(number, sizeof(number), "W%04d", 1001 + made);
		snprintf(phone, sizeof(phone), "1390000%04d", 7101 + made);
		fields_set(&f, "name", p->name);
		fields_set(&f, "number", number);
		fields_set(&f, "phone", phone);
		fields_set_int(&f, "birth_year", p->born);
		fields_set_list(&f, "skills", made % 2 ? "care" : "medical");
		fields_set_list(&f, "free_time", "weekend\nevening");
		fields_set(&f, "consent", "yes");
		seed_open(w->sites[0].n, staff(w, 0, "lead", 0), "volunteer",
		    &f, NULL);
		made++;
	}
}

/* A long day, beyond what counts at once: for the captain's list. */
static void long_day(struct seed *w)
{
	static const char *const numbers[] = { "W1003", "W1007" };
	struct fields f = { NULL, 0, 0 };
	char day[16];
	size_t i;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		fields_set(&f, "volunteer", numbers[i]);
		fields_set(&f, "activity", "order");
		seed_when(&f, "start", seed_time(w, -2, 8, 0));
		seed_when(&f, "end", seed_time(w, -2, 17 + (int)i, 30));
		seed_open(w->sites[0].n, staff(w, 0, "lead", 0), "service",
		    &f, NULL);
	}
	fields_set(&f, "volunteer", "W1003");
	clock_show(seed_time(w, -30, 0, 0), CLOCK_DATE, day, sizeof(day));
	fields_set(&f, "from", day);
	clock_show(seed_time(w, -1, 0, 0), CLOCK_DATE, day, sizeof(day));
	fields_set(&f, "to", day);
	fields_set(&f, "head", staff(w, 0, "lead", 0)->name);
	seed_open(w->sites[0].n, staff(w, 0, "captain", 0), "certificate",
	    &f, NULL);
}

/* Three that were answered yesterday and are closed today. */
static void closing(struct seed *w)
{
	int i;

	for (i = 0; i < CLOSING; i++) {
		struct seed_case *c = &told.closing[i];
		struct fields f = { NULL, 0, 0 };

		open_case(w, c, i, "welfare", "insurance", "normal",
		    SAY_INSURANCE, NULL, 23 + i, NULL);
		accept(w, c);
		fields_set(&f, "measure", "已解释政策，帮助填好材料。");
		fields_set(&f, "spoke_to", "居民本人");
		seed_case_do(w, c, staff(w, i, "captain", 0), false,
		    "answer_now", &f);
	}
}

struct event {
	int day;		/* before today; working days when counted so */
	bool working;
	int hour, minute;
	void (*happens)(struct seed *w);
};
/* The old ones fell due at the end of the last working day: late whatever the
 * weekday, and not yet so long that they are passed up by themselves. */
static const struct event events[] = {
	{ 16, true, 10, 10, old_ramp },
	{ 6, true, 15, 5, old_wall },
	{ 6, true, 9, 40, old_wage },
	{ -2, false, 19, 20, old_lamp },
	{ 6, true, 11, 30, old_shed },
	{ -30, false, 16, 0, alone },
	{ -1, false, 13, 8, stairs },
	{ -1, false, 16, 12, stairs_done },
	{ 2, true, 9, 31, returned },
	{ 1, true, 16, 40, returned_back },
	{ 3, true, 15, 21, flood },
	{ -2, false, 10, 47, conflict },
	{ -1, false, 10, 19, slip },
	{ -6, false, 16, 0, helpers },
	{ -6, false, 17, 0, event },
	{ -1, false, 16, 0, event_full },
	{ -1, false, 17, 2, water_off },
	{ -1, false, 18, 30, long_day },
	{ -1, false, 11, 20, found },
	{ -1, false, 14, 5, forgotten },
	{ -1, false, 15, 30, closing },
	{ -28, false, 9, 15, seed_rules_begin },
	{ -9, false, 10, 25, seed_rules_again },
	{ -1, false, 17, 20, seed_rules_call },
	{ -20, false, 10, 5, seed_share_begin },
	{ -4, false, 9, 50, seed_share_ask },
	{ -1, false, 16, 30, seed_share_book },
};

bool seed_story_when(struct seed *w, int i, struct utc *at)
{
	const struct event *e = &events[i];

	if (i >= (int)ARRAY_LEN(events))
		return false;
	*at = seed_time(w, e->working ? workday_ago(w, e->day) : e->day,
	    e->hour, e->minute);
	return true;
}

void seed_story_at(struct seed *w, int i)
{
	events[i].happens(w);
}

/* ---- what is so at this moment ---- */

/* Two nodes change the same field of the same case, neither knowing of the
 * other. */
static void both_change(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "place_text", say[SAY_CONFLICT_HERE]);
	seed_fix(w->sites[0].n, staff(w, 0, "captain", 0),
	    told.conflict.rec, &f, "现场看过");
	fields_set(&f, "place_text", say[SAY_CONFLICT_THERE]);
	seed_fix(w->street_node, &w->desk[0], told.conflict.rec, &f,
	    "居民来电补充");
}

static void close_some(struct seed *w)
{
	int i;

	for (i = 0; i < CLOSING; i++) {
		struct fields f = { NULL, 0, 0 };

		fields_set(&f, "solved", "yes");
		fields_set(&f, "remark", "电话回访确认。");
		seed_case_do(w, &told.closing[i], staff(w, i, "lead", 0),
		    false, "confirm", &f);
	}
}

static void write_facts(struct seed *w, const char *path)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;

	buf_addf(&b, "slip %s\nwhistle %s\nstairs %s\nconflict %s\n",
	    told.slip_no, told.flood_no, told.stairs_no, told.conflict_no);
	buf_addf(&b, "alone %s\nvolunteer %s\ncaptain %s\nstreet %s\n",
	    told.alone_name, staff(w, 0, "volunteer", SHOWN)->number,
	    staff(w, 0, "captain", 0)->number, w->desk[0].number);
	buf_addf(&b, "tour %s\nelsewhere %s\npin %s\n",
	    staff(w, 0, "volunteer", TOURS)->number,
	    staff(w, 1, "volunteer", SHOWN)->number, SEED_PIN);
	if (file_write(&w->env, path, b.data, b.len, 0644, &err) != MQ_OK)
		seed_die(path, &err);
	buf_free(&b);
}

void seed_story_end(struct seed *w, const char *facts_path)
{
	both_change(w);
	close_some(w);
	write_facts(w, facts_path);
}
