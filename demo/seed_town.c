/*
 * The street of the demonstration: its units (from the pack), the people who
 * work there, 800 households and 2,000 residents.
 */
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"

#define HOUSES 800
#define PEOPLE 2000
#define SAME_NAME 14		/* share one name, all in the first station */
#define SAME_NAME_FEW 6
#define NAME_MANY "王秀英"
#define NAME_FEW "李建国"
#define SAMPLE_ID "11010519491231002X"	/* of the standard's own annex */
#define GROWN 16		/* children carry no tags */
#define EMPTY_NEST 68		/* so old, and the children gone */
#define PHONE_STEP 7919		/* prime: neighbours' ends differ */

struct word { const char *text; int weight; };

static const struct word surnames[] = {
#define SURNAME(s, w) { s, w },
#include "names.def"
};
static const char *const he[] = {
#define HE(s) s,
#include "names.def"
};
static const char *const she[] = {
#define SHE(s) s,
#include "names.def"
};
static const struct { const char *name, *road; int no; } estates[] = {
#define ESTATE(name, road, no) { name, road, no },
#include "names.def"
};

struct post { int no; const char *role; int where; };
static const struct post posts[] = {
#define STAFF(no, role, where) { no, role, where },
#include "people.def"
};
static const char *const staff_names[][ARRAY_LEN(posts)] = {
#define NAMES(...) { __VA_ARGS__ },
#include "people.def"
};
static const struct { int no; const char *name, *role, *unit; } desk[] = {
#define DESK(no, name, role, unit) { no, name, role, unit },
#include "people.def"
};

/* ---- units and staff ---- */

static void add_site(struct seed *w, const struct org *o)
{
	struct seed_site *s = &w->sites[w->nsites];
	const char *const *names;
	size_t i;

	if (w->nsites == SEED_SITES ||
	    w->nsites == (int)ARRAY_LEN(staff_names))
		return;
	names = staff_names[w->nsites];
	snprintf(s->key, sizeof(s->key), "s%d", w->nsites + 1);
	xcopy(s->org, sizeof(s->org), o->code);
	xcopy(s->name, sizeof(s->name), o->name[LANG_ZH]);
	xcopy(s->estate, sizeof(s->estate), estates[w->nsites].name);
	xcopy(s->road, sizeof(s->road), estates[w->nsites].road);
	s->road_no = estates[w->nsites].no;
	for (i = 0; i < ARRAY_LEN(posts); i++) {
		struct seed_staff *m = &s->staff[s->nstaff];

		snprintf(m->number, sizeof(m->number), "%d%03d",
		    w->nsites + 1, posts[i].no);
		xcopy(m->name, sizeof(m->name), names[i]);
		xcopy(m->role, sizeof(m->role), posts[i].role);
		/* Grids are filled in when they are met. */
		snprintf(m->org, sizeof(m->org), "%s", posts[i].where ? "" :
		    o->code);
		s->nstaff++;
	}
	w->nsites++;
}

static void add_grid(struct seed_site *s, const struct org *o)
{
	int k;

	if (s->ngrids == SEED_GRIDS)
		return;
	xcopy(s->grids[s->ngrids], sizeof(s->grids[0]), o->code);
	s->ngrids++;
	for (k = 0; k < s->nstaff; k++)
		if (posts[k].where == s->ngrids)
			xcopy(s->staff[k].org, sizeof(s->staff[k].org),
			    o->code);
}

/* A site with fewer grids than the table has workers. */
static void drop_idle(struct seed_site *s)
{
	int i, n = 0;

	for (i = 0; i < s->nstaff; i++)
		if (s->staff[i].org[0])
			s->staff[n++] = s->staff[i];
	s->nstaff = n;
}

static void fill_desk(struct seed_staff *m, int no, const char *name,
    const char *role, const char *org)
{
	snprintf(m->number, sizeof(m->number), "9%03d", no);
	xcopy(m->name, sizeof(m->name), name);
	xcopy(m->role, sizeof(m->role), role);
	xcopy(m->org, sizeof(m->org), org);
}

static void add_dept(struct seed *w, const struct org *o)
{
	struct seed_dept *d = &w->depts[w->ndepts];
	size_t i;

	if (w->ndepts == SEED_DEPTS)
		return;
	xcopy(d->who.org, sizeof(d->who.org), o->code);
	d->has_node = false;
	for (i = 0; i < ARRAY_LEN(desk); i++) {
		if (strcmp(desk[i].unit, o->name[LANG_ZH]) != 0)
			continue;
		fill_desk(&d->who, desk[i].no, desk[i].name, desk[i].role,
		    o->code);
		d->has_node = o->has_node;
	}
	w->ndepts++;
}

void seed_town_units(struct seed *w, const struct pack *p)
{
	const struct orgs *orgs = pack_orgs(p);
	size_t i;
	int k, n = 0;

	for (i = 0; i < orgs->n; i++) {
		const struct org *o = &orgs->v[i];

		if (strcmp(o->level, "street") == 0 && !w->street[0]) {
			xcopy(w->street, sizeof(w->street), o->code);
			xcopy(w->street_name, sizeof(w->street_name),
			    o->name[LANG_ZH]);
		} else if (strcmp(o->level, "community") == 0) {
			add_site(w, o);
		} else if (strcmp(o->level, "grid") == 0 && w->nsites) {
			add_grid(&w->sites[w->nsites - 1], o);
		} else if (strcmp(o->level, "department") == 0) {
			add_dept(w, o);
		}
	}
	for (i = 0; i < ARRAY_LEN(desk) && n < (int)ARRAY_LEN(w->desk); i++)
		if (!desk[i].unit[0])
			fill_desk(&w->desk[n++], desk[i].no, desk[i].name,
			    desk[i].role, w->street);
	for (k = 0, n = 0; k < w->nsites; k++) {
		drop_idle(&w->sites[k]);
		w->sites[k].first_grid = n;
		n += w->sites[k].ngrids;
	}
	/* The last station has been silent for days. */
	if (w->nsites)
		w->sites[w->nsites - 1].last_day = -4;
}

const struct seed_dept *seed_town_dept(const struct seed *w, const char *org)
{
	int i;

	for (i = 0; i < w->ndepts; i++)
		if (strcmp(w->depts[i].who.org, org) == 0)
			return &w->depts[i];
	return NULL;
}

struct session seed_town_as(const struct seed_staff *who)
{
	struct session s;

	access_fake(&s, who->number, who->name, who->role, who->org);
	return s;
}

const struct seed_staff *seed_town_staff(const struct seed_site *s,
    const char *role, int nth)
{
	int i;

	for (i = 0; i < s->nstaff; i++)
		if (strcmp(s->staff[i].role, role) == 0 && nth-- == 0)
			return &s->staff[i];
	return &s->staff[0];
}

/* ---- homes and people on paper ---- */

static int grids_of(const struct seed *w)
{
	const struct seed_site *last = &w->sites[w->nsites - 1];

	return last->first_grid + last->ngrids;
}

static void place_house(struct seed *w, struct seed_house *h, int i)
{
	int all = grids_of(w), grid = i % all, nth = i / all, s = 0;
	int building, unit, floor;

	while (s + 1 < w->nsites && grid >= w->sites[s + 1].first_grid)
		s++;
	h->site = s;
	h->grid = grid - w->sites[s].first_grid;
	/* Three buildings a grid, two units, six floors, two doors. */
	building = h->grid * 3 + nth % 3 + 1;
	unit = nth / 3 % 2 + 1;
	floor = nth / 6 % 6 + 1;
	snprintf(h->building, sizeof(h->building), "%s%d栋%d单元",
	    w->sites[s].estate, building, unit);
	snprintf(h->door, sizeof(h->door), "%d0%d", floor, nth / 36 + 1);
}

static const char *surname(struct seed *w)
{
	int sum = 0, at;
	size_t i;

	for (i = 0; i < ARRAY_LEN(surnames); i++)
		sum += surnames[i].weight;
	at = (int)seed_roll(w, (uint32_t)sum);
	for (i = 0; at >= surnames[i].weight; i++)
		at -= surnames[i].weight;
	return surnames[i].text;
}

static void name_person(struct seed *w, struct seed_person *p,
    const char *family)
{
	const char *given = p->male ? he[seed_roll(w, ARRAY_LEN(he))] :
	    she[seed_roll(w, ARRAY_LEN(she))];

	snprintf(p->name, sizeof(p->name), "%s%s", family, given);
}

/* One household: an old pair or person, or a couple with children. */
static void people_of(struct seed *w, int house)
{
	struct seed_house *h = &w->houses[house];
	const char *family = surname(w);
	bool old = h->people <= 2 && seed_chance(w, 55);
	int i, year = clock_civil(w->end).year;
	int born = year - (old ? 66 + (int)seed_roll(w, 24) :
	    28 + (int)seed_roll(w, 30));

	for (i = 0; i < h->people; i++) {
		struct seed_person *p = &w->people[w->npeople++];

		p->site = h->site;
		p->grid = h->grid;
		p->house = house;
		p->male = i == 0 ? seed_chance(w, 60) : i == 1 ?
		    !p[-1].male : seed_chance(w, 50);
		p->born = i < 2 ? born + (int)seed_roll(w, 5) - 2 :
		    i == 4 ? born - 26 : born + 25 + (int)seed_roll(w, 6);
		if (p->born > year)
			p->born = year;
		p->alone = old && h->people == 1;
		name_person(w, p, i == 1 ? surname(w) : family);
	}
}

/* The names that many share: among grown-ups of the first station, some of
 * them in one building. */
static void share_names(struct seed *w)
{
	int many = 0, few = 0, i;

	for (i = 0; i < w->npeople; i++) {
		struct seed_person *p = &w->people[i];

		if (p->site != 0 || p->born > 1985)
			continue;
		if (!p->male && many < SAME_NAME && i % 2 == 0) {
			xcopy(p->name, sizeof(p->name), NAME_MANY);
			p->special = true;
			many++;
		} else if (p->male && few < SAME_NAME_FEW && i % 3 == 0) {
			xcopy(p->name, sizeof(p->name), NAME_FEW);
			p->special = true;
			few++;
		}
	}
}

void seed_town_people(struct seed *w)
{
	int i, left = PEOPLE - HOUSES;

	w->houses = xcalloc(HOUSES, sizeof(*w->houses));
	w->people = xcalloc(PEOPLE, sizeof(*w->people));
	w->nhouses = HOUSES;
	for (i = 0; i < HOUSES; i++) {
		place_house(w, &w->houses[i], i);
		w->houses[i].people = 1;
	}
	/* The rest move in by chance, at most five under one roof. */
	while (left > 0) {
		struct seed_house *h = &w->houses[seed_roll(w, HOUSES)];

		if (h->people < 5 && (h->people > 1 || seed_chance(w, 70))) {
			h->people++;
			left--;
		}
	}
	for (i = 0; i < HOUSES; i++)
		people_of(w, i);
	share_names(w);
}

/* ---- into the registers ---- */

static void open_house(struct seed *w, struct seed_house *h, int nth)
{
	struct seed_site *s = &w->sites[h->site];
	struct fields f = { NULL, 0, 0 };
	char text[96];

	snprintf(text, sizeof(text), "%s %d 号", s->road, s->road_no);
	fields_set(&f, "address", text);
	fields_set(&f, "building", h->building);
	fields_set(&f, "door", h->door);
	snprintf(text, sizeof(text), "%d%05d", h->grid + 1, nth);
	fields_set(&f, "door_order", text);
	fields_set(&f, "grid", s->grids[h->grid]);
	h->rec = seed_open(s->n, seed_town_staff(s, "captain", 0),
	    "household", &f, NULL);
}

static void tags_of(struct seed *w, struct seed_person *p, char *out,
    size_t size)
{
	int year = clock_civil(w->end).year;

	out[0] = '\0';
	if (p->alone)
		snprintf(out, size, "alone");
	else if (seed_chance(w, 4))
		snprintf(out, size, "lowincome");
	else if (seed_chance(w, 3))
		snprintf(out, size, "disabled");
	else if (year - p->born >= 18 && seed_chance(w, 9))
		snprintf(out, size, "party");
	else if (p->male && year - p->born >= 40 && seed_chance(w, 4))
		snprintf(out, size, "veteran");
	else if (seed_chance(w, 5))
		snprintf(out, size, "tenant");
	else if (year - p->born >= EMPTY_NEST && p->house % 3 == 0)
		snprintf(out, size, "emptynest");
	else if (p->born % 10 == 1 && p->house % 5 == 0)
		snprintf(out, size, "newcomer");
	if (year - p->born < GROWN)
		out[0] = '\0';
	xcopy(p->mark, sizeof(p->mark), out);
}

static void person_fields(struct seed *w, struct seed_person *p,
    int nth, bool head, struct fields *f)
{
	const struct seed_house *h = &w->houses[p->house];
	char text[48];

	fields_set(f, "name", p->name);
	fields_set(f, "sex", p->male ? "male" : "female");
	fields_set_int(f, "birth_year", p->born);
	if (clock_civil(w->end).year - p->born >= 14) {
		snprintf(text, sizeof(text), "1990000%04d",
		    nth * PHONE_STEP % 10000);
		fields_set(f, "phone", text);
		xcopy(p->last4, sizeof(p->last4), text + strlen(text) - 4);
	}
	seed_ref(f, "place", h->rec);
	fields_set(f, "building", h->building);
	tags_of(w, p, text, sizeof(text));
	if (text[0])
		fields_set_list(f, "tags", text);
	if (head)
		fields_set(f, "relation", "head");
	fields_set(f, "grid", w->sites[p->site].grids[p->grid]);
	fields_set(f, "consent", clock_civil(w->end).year - p->born < 14 ?
	    "guardian" : "yes");
	/* One of them has shown a card: the sample of the standard. */
	if (!p->male && p->born == 1949 && !p->special) {
		static bool shown;

		if (!shown)
			fields_set(f, "idnumber", SAMPLE_ID);
		shown = true;
	}
}

/* All who live behind one door come in one save. */
static void open_people(struct seed *w, int first, int n)
{
	struct seed_site *s = &w->sites[w->people[first].site];
	struct session ses = seed_town_as(seed_town_staff(s, "captain", 0));
	struct save *save = save_new(s->n, &ses);
	struct save_complaint c[1];
	struct save_result res;
	struct err err = ERR_INIT;
	int i;

	for (i = 0; i < n; i++) {
		struct fields f = { NULL, 0, 0 };

		person_fields(w, &w->people[first + i], first + i + 1,
		    i == 0, &f);
		if (save_open(save, "person", &f, -1, NULL, &err) != MQ_OK)
			seed_die("person", &err);
		fields_free(&f);
	}
	if (save_commit(save, &res, &err) != MQ_OK)
		seed_die(save_complaints(save, c, 1) > 0 ? c[0].field :
		    "person", &err);
	for (i = 0; i < n; i++)
		w->people[first + i].rec = res.recs[i];
	save_free(&save);
}

void seed_town_register(struct seed *w)
{
	int i, first = 0;

	for (i = 0; i < w->nhouses; i++) {
		open_house(w, &w->houses[i], i + 1);
		open_people(w, first, w->houses[i].people);
		first += w->houses[i].people;
		env_advance(&w->env, 20 * MS_SECOND);
		seed_progress(i * 20 / w->nhouses);
	}
}
