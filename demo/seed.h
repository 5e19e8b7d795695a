/*
 * Fills the nodes of the demonstration with three months of a made-up street.
 * Everything is written through core/save.h, so that every entry is real.
 * The same dice always fall the same way; only the days follow the calendar.
 */
#ifndef MQ_SEED_H
#define MQ_SEED_H

#include "../core/access.h"
#include "../core/node.h"
#include "../core/pack.h"
#include "../core/save.h"

#define SEED_PIN "390617"	/* everybody's, in the demonstration only */
#define SEED_SITES 8
#define SEED_GRIDS 8
#define SEED_STAFF 16
#define SEED_DEPTS 16

struct seed_house {
	int64_t rec;
	int site, grid;
	int people;
	char building[64];
	char door[16];
};

struct seed_person {
	int64_t rec;
	int site, grid, house;
	int born;
	bool male, alone, special;
	bool waits;		/* told: nobody calls on this one */
	char last4[5];		/* of the telephone, "" none */
	char mark[16];		/* what they are looked after for, "" none */
	char name[32];
};

struct seed_staff {
	char number[16];
	char name[32];
	char role[24];
	char org[24];
};

/* One station. */
struct seed_site {
	char key[16];		/* folder of its node */
	char org[24];
	char name[64];
	char estate[32], road[32];
	int road_no;
	char grids[SEED_GRIDS][24];
	int ngrids;
	int first_grid;		/* of all grids of the street */
	struct seed_staff staff[SEED_STAFF];
	int nstaff;
	struct node *n;		/* NULL until opened */
	int64_t shift;		/* today's opening of the station */
	int last_day;		/* 0: works until today, -4: silent since */
};

struct seed_dept {
	struct seed_staff who;
	bool has_node;		/* else others record for it */
};

struct seed {
	struct env env;
	uint64_t dice;
	struct utc end;		/* the real now */
	struct day today;
	struct seed_site sites[SEED_SITES];
	int nsites;
	char street[24];	/* its org */
	char street_name[64];
	struct seed_dept depts[SEED_DEPTS];
	int ndepts;
	struct seed_staff desk[2];
	struct node *street_node;
	struct seed_house *houses;
	int nhouses;
	struct seed_person *people;
	int npeople;
	int64_t event;		/* the one of today */
};

/* ---- seed_town.c: units, staff, homes and people ---- */
void seed_town_units(struct seed *w, const struct pack *p);
void seed_town_people(struct seed *w);
/* Opens households and persons, each at the station it belongs to. */
void seed_town_register(struct seed *w);
const struct seed_dept *seed_town_dept(const struct seed *w,
    const char *org);
struct session seed_town_as(const struct seed_staff *who);
/* The n-th of that role at a site. */
const struct seed_staff *seed_town_staff(const struct seed_site *s,
    const char *role, int nth);

/* ---- seed_days.c: what happens, hour by hour ---- */
void seed_days_run(struct seed *w, int days);

/* ---- seed_case.c: the life of requests ---- */
struct seed_case {
	int site;
	int64_t rec;
	char subject[33];
	char grade[16];
	const struct seed_dept *dept;	/* NULL: answered at the station */
	bool confidential;
	int stage;			/* enum in seed_case.c */
	int rounds;
};
/* One request about what such people ask for; *next gets when its first
 * step is due. */
struct seed_case seed_case_open(struct seed *w, int site,
    const struct seed_staff *who, struct utc *next);
/* Takes the next step; false when the case has come to rest. */
bool seed_case_step(struct seed *w, struct seed_case *c, struct utc *next);
/* A step by hand, on the node where that person works. */
void seed_case_do(struct seed *w, const struct seed_case *c,
    const struct seed_staff *who, bool at_street, const char *step,
    struct fields *f);

/* ---- seed_rules.c: a task, let rooms and a call-up ---- */
void seed_rules_begin(struct seed *w);
void seed_rules_again(struct seed *w);
void seed_rules_call(struct seed *w);

/* ---- seed_share.c: seats, money, needs and offers, boards ---- */
void seed_share_begin(struct seed *w);
void seed_share_ask(struct seed *w);
void seed_share_book(struct seed *w);

/* ---- seed_story.c: what every visitor should find ---- */
/* When the i-th told event happens; false after the last one. */
bool seed_story_when(struct seed *w, int i, struct utc *at);
void seed_story_at(struct seed *w, int i);
/* Picks whoever the told visit is due to, before the days begin. */
void seed_story_begin(struct seed *w);
/* What lies open at this moment.  facts_path: a file of "key value" lines for
 * the tour. */
void seed_story_end(struct seed *w, const char *facts_path);

/* ---- seed.c: small tools ---- */
uint32_t seed_roll(struct seed *w, uint32_t sides);	/* 0 … sides - 1 */
bool seed_chance(struct seed *w, uint32_t percent);
void seed_at(struct seed *w, struct utc t);		/* moves the clock */
void seed_progress(int percent);
struct utc seed_time(const struct seed *w, int day, int hour, int minute);
void seed_when(struct fields *f, const char *name, struct utc t);
void seed_ref(struct fields *f, const char *name, int64_t rec);
/* Saves one record; the fields are freed.  Dies with words when it cannot. */
int64_t seed_open(struct node *n, const struct seed_staff *who,
    const char *kind, struct fields *f, struct save_result *out);
void seed_step(struct node *n, const struct seed_staff *who,
    int64_t rec, const char *step, struct fields *f, struct save_result *out);
void seed_fix(struct node *n, const struct seed_staff *who,
    int64_t rec, struct fields *f, const char *why);
/* Carries one save to another node, as the hub will again. */
void seed_carry(struct node *from, struct node *to, struct ref first, int n);
_Noreturn void seed_die(const char *what, const struct err *err);

#endif
