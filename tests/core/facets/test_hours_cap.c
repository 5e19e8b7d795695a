/*
 * The arithmetic of hours, as tables: midnight, caps, tiers, overlap.
 */
#include "../../../core/facets/hours_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"

#define DAY "2026-11-20 "
#define NEXT "2026-11-21 "

static struct utc at(const char *text)
{
	struct utc now = { INT64_C(1795312800000) };
	struct when w;

	assert_int_equal(when_read(text, now, &w, NULL), MQ_OK);
	return when_start(&w);
}

static struct hours_span span(const char *from, const char *to)
{
	struct hours_span s = { at(from), at(to), true, false, 0 };

	s.minutes = (s.to.ms - s.from.ms) / MS_MINUTE;
	return s;
}

static void split_at_midnight(void **state)
{
	static const struct { const char *from, *to; int64_t first, second; }
	    rows[] = {
		{ DAY "09:00", DAY "11:30", 150, 0 },
		{ DAY "22:00", NEXT "01:00", 120, 60 },
		{ DAY "23:59", NEXT "00:01", 1, 1 },
		{ DAY "00:00", NEXT "00:00", 1440, 0 },
		{ DAY "23:00", NEXT "00:00", 60, 0 },
		{ NEXT "00:00", NEXT "00:30", 0, 30 },
	};
	struct day day = clock_day(at(DAY "12:00"));
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct hours_span s = span(rows[i].from, rows[i].to);

		assert_int_equal(hours_cap_on_day(&s, day), rows[i].first);
		assert_int_equal(hours_cap_on_day(&s,
		    (struct day){ day.n + 1 }), rows[i].second);
	}
	/* Known by its length only it belongs to its day whole. */
	{
		struct hours_span s = span(DAY "23:00", DAY "23:00");

		s.exact = false;
		s.minutes = 120;
		assert_int_equal(hours_cap_on_day(&s, day), 120);
		assert_int_equal(hours_cap_on_day(&s,
		    (struct day){ day.n + 1 }), 0);
	}
}

static void tiers(void **state)
{
	static const struct {
		const char *from, *to;
		int64_t already, next;	/* in the first day, the second */
		int64_t counted;
		enum hours_tier tier;
	} rows[] = {
		{ DAY "08:00", DAY "16:00", 0, 0, 480, HOURS_FREE },
		{ DAY "08:00", DAY "16:01", 0, 0, 480, HOURS_OVER },
		{ DAY "08:00", DAY "20:00", 0, 0, 480, HOURS_OVER },
		{ DAY "08:00", DAY "20:01", 0, 0, 480, HOURS_FAR },
		{ DAY "15:00", DAY "18:00", 360, 0, 120, HOURS_OVER },
		{ DAY "15:00", DAY "18:00", 480, 0, 0, HOURS_OVER },
		{ DAY "15:00", DAY "18:00", 600, 0, 0, HOURS_FAR },
		/* each side of 24:00 has a cap of its own */
		{ DAY "18:00", NEXT "06:00", 0, 0, 720, HOURS_FREE },
		{ DAY "14:00", NEXT "06:00", 0, 0, 840, HOURS_OVER },
		{ DAY "20:00", NEXT "02:00", 480, 0, 120, HOURS_OVER },
		{ DAY "20:00", NEXT "02:00", 0, 480, 240, HOURS_OVER },
		{ DAY "20:00", NEXT "02:00", 0, 700, 240, HOURS_FAR },
		{ DAY "09:00", DAY "09:00", 0, 0, 0, HOURS_FREE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct hours_span s = span(rows[i].from, rows[i].to);
		int64_t already[HOURS_DAYS] = { rows[i].already,
			rows[i].next };
		int64_t counted;

		assert_int_equal(hours_cap_count(&s, already, 480, 720,
		    &counted), rows[i].tier);
		assert_int_equal(counted, rows[i].counted);
		/* a pack without caps counts everything */
		assert_int_equal(hours_cap_count(&s, already, 0, 0,
		    &counted), HOURS_FREE);
		assert_int_equal(counted, s.minutes);
	}
}

static void overlaps(void **state)
{
	static const struct { const char *from, *to; int64_t common; }
	    rows[] = {
		{ DAY "08:00", DAY "09:00", 0 },
		{ DAY "08:00", DAY "09:01", 1 },
		{ DAY "09:30", DAY "10:00", 30 },
		{ DAY "08:00", DAY "13:00", 120 },
		{ DAY "11:00", DAY "12:00", 0 },
	};
	struct hours_span own = span(DAY "09:00", DAY "11:00"), s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		s = span(rows[i].from, rows[i].to);
		assert_int_equal(hours_cap_overlap(&own, &s),
		    rows[i].common);
		assert_int_equal(hours_cap_overlap(&s, &own),
		    rows[i].common);
		s.exact = false;
		assert_int_equal(hours_cap_overlap(&own, &s), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_at_midnight),
		cmocka_unit_test(tiers),
		cmocka_unit_test(overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
