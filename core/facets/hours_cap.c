/*
 * The arithmetic of hours: days split at 24:00, caps, tiers, overlaps.
 * Called by the hours facet; touches no node.
 */
#include "hours_parts.h"

#include <assert.h>

#include "../base/clock.h"

static int64_t common(int64_t from, int64_t to, int64_t from2, int64_t to2)
{
	int64_t a = from > from2 ? from : from2, b = to < to2 ? to : to2;

	return b > a ? (b - a) / MS_MINUTE : 0;
}

int64_t hours_cap_on_day(const struct hours_span *s, struct day day)
{
	struct utc start = clock_day_start(day);

	if (!s->exact)
		return clock_day(s->from).n == day.n ? s->minutes : 0;
	return common(s->from.ms, s->to.ms, start.ms, start.ms + MS_DAY);
}

int64_t hours_cap_overlap(const struct hours_span *a,
    const struct hours_span *b)
{
	if (!a->exact || !b->exact)
		return 0;
	return common(a->from.ms, a->to.ms, b->from.ms, b->to.ms);
}

enum hours_tier hours_cap_count(const struct hours_span *s,
    const int64_t already[HOURS_DAYS], int64_t cap, int64_t far,
    int64_t *counted)
{
	struct day first = clock_day(s->from);
	enum hours_tier tier = HOURS_FREE;
	int i;

	assert(cap >= 0 && far >= 0);
	*counted = 0;
	for (i = 0; i < HOURS_DAYS; i++) {
		int64_t here = hours_cap_on_day(s, (struct day){ first.n + i });
		int64_t room = cap - already[i];

		if (here == 0)
			continue;
		if (cap == 0 || here <= room) {
			*counted += here;
			continue;
		}
		*counted += room > 0 ? room : 0;
		if (far > 0 && already[i] + here > far)
			tier = HOURS_FAR;
		else if (tier == HOURS_FREE)
			tier = HOURS_OVER;
	}
	return tier;
}
