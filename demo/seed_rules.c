/*
 * What the rules of the pack bring about: a task from door to door, let rooms
 * with their colours, a call-up that waits for answers.  Told at the first
 * station; called by seed_story.c at its times.
 */
#include "seed.h"

#include <stdio.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"

#define ROOMS 6

enum line {
#define STORY(id, words) SAY_##id,
#include "words.def"
	SAY_LAST
};
static const char *const say[] = {
#define STORY(id, words) words,
#include "words.def"
};

static int64_t rooms[ROOMS];

static const struct seed_staff *captain(const struct seed *w)
{
	return seed_town_staff(&w->sites[0], "captain", 0);
}

static void set_task(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "name", say[SAY_DRIVE]);
	fields_set(&f, "target", "household");
	fields_set(&f, "area", w->sites[0].org);
	seed_when(&f, "from", env_now(&w->env));
	seed_when(&f, "until", seed_time(w, 72, 18, 0));
	fields_set(&f, "text", say[SAY_DRIVE_TEXT]);
	(void)seed_open(w->sites[0].n, captain(w), "drive", &f, NULL);
}

static void register_rooms(struct seed *w)
{
	int i, n = 0;

	for (i = 0; i < w->nhouses && n < ROOMS; i += 3) {
		const struct seed_house *h = &w->houses[i];
		struct fields f = { NULL, 0, 0 };

		if (h->site != 0)
			continue;
		fields_set(&f, "dwelling_kind", n % 3 == 0 ? "village" :
		    "estate");
		fields_set(&f, "building", h->building);
		fields_set(&f, "door", h->door);
		seed_ref(&f, "place", h->rec);
		fields_set(&f, "grid", w->sites[0].grids[h->grid]);
		rooms[n++] = seed_open(w->sites[0].n, captain(w), "dwelling",
		    &f, NULL);
	}
}

static void grade(struct seed *w, int i, const char *colour,
    const char *reasons)
{
	struct fields f = { NULL, 0, 0 };

	if (rooms[i] == 0)
		return;
	fields_set(&f, "grade", colour);
	if (reasons[0] != '\0')
		fields_set_list(&f, "reasons", reasons);
	fields_set(&f, "saw_by", captain(w)->number);
	seed_when(&f, "saw_when", env_now(&w->env));
	fields_set(&f, "kept_at", say[SAY_KEPT_AT]);
	seed_step(w->sites[0].n, captain(w), rooms[i], "assess", &f, NULL);
}

void seed_rules_begin(struct seed *w)
{
	set_task(w);
	register_rooms(w);
	grade(w, 0, "red", "gas\nexit");
	grade(w, 1, "green", "");
	grade(w, 2, "yellow", "wires");
	grade(w, 3, "green", "");
}

void seed_rules_again(struct seed *w)
{
	grade(w, 0, "yellow", "");
	grade(w, 2, "red", "fire");
	grade(w, 4, "yellow", "ebike\ndirty");
}

void seed_rules_call(struct seed *w)
{
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "topic", "gather");
	fields_set(&f, "audience", w->street);
	seed_when(&f, "from", env_now(&w->env));
	seed_when(&f, "until", seed_time(w, 2, 20, 0));
	fields_set(&f, "text", say[SAY_CALL_UP]);
	(void)seed_open(w->street_node, &w->desk[0], "notice", &f, NULL);
}
