/*
 * The first page: every thing that waits stands there by name and opens by
 * its letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../core/base/clock.h"
#include "../lib/station.h"

#define ROADS "990101001902"	/* a department of the street */

static int64_t request(const char *subject, const char *content)
{
	return station_open(&station_one, &station_one.captain, "request",
	    "type", "help", "channel", "counter", "category", "city",
	    "subject", subject, "grade", "normal", "when", "今天", "who",
	    station_ref(station_one.namesake[0]), "place",
	    station_ref(station_one.house[0]), "content", content,
	    "anonymous", "no", "about_us", "no", NULL);
}

/* Sent to a department that says it is not theirs. */
static void send_back(int64_t rec)
{
	struct session desk, roads;

	access_fake(&desk, "k001", "吴敏", "community", STATION_ORG);
	access_fake(&roads, "d001", "罗志刚", "department", ROADS);
	station_step(&station_one, &station_one.captain, rec, "accept", NULL);
	station_step(&station_one, &desk, rec, "dispatch", "to_org", ROADS,
	    NULL);
	station_step(&station_one, &roads, rec, "return", "reason",
	    "不归我们管", NULL);
}

static int setup(void **state)
{
	char day[16], when[40], name[32];
	int64_t back, disputed;

	(void)station_begin(state);
	clock_show(env_now(&station_one.env), CLOCK_DATE, day, sizeof(day));
	back = request("stairs", "三楼楼道堆了东西");
	disputed = request("green", "树枝挡路");
	station_dispute(&station_one, disputed, "content", "树枝挡了路灯",
	    "树枝挡了车道");
	send_back(back);
	snprintf(when, sizeof(when), "%s 23:50", day);
	station_open(&station_one, &station_one.captain, "event", "activity",
	    "health", "name", "秋季义诊", "start", when, "minutes", "5",
	    "capacity", "40", "registered", "30", NULL);
	/* many to come do not hide the one of today */
	for (int i = 1; i <= 10; i++) {
		snprintf(name, sizeof(name), "第 %d 场", i);
		clock_show((struct utc){ env_now(&station_one.env).ms +
		    i * MS_DAY }, CLOCK_DATE, when, sizeof(when));
		station_open(&station_one, &station_one.captain, "event",
		    "activity", "health", "name", name, "start", when, NULL);
	}
	station_open(&station_one, &station_one.captain, "notice", "topic",
	    "water_off", "audience", STATION_ORG, "from", day, "until", day,
	    "text", "今晚十点起停水", NULL);
	return 0;
}

/* The letter before these words. */
static char letter_of(struct screen *s, const char *words)
{
	const char *line;
	int row, col;

	screen_see(s, words);
	assert_true(screen_find(s, words, &row, &col));
	line = strstr(screen_line(s, row), words);
	while (line[-1] == ' ')
		line--;
	return line[-1];
}

static void opens(struct screen *s, const char *words, const char *page)
{
	char key[2] = { letter_of(s, words), '\0' };

	assert_in_range(key[0], 'a', 'y');
	screen_keys(s, key);
	screen_see(s, page);
	screen_key(s, "Esc");
	screen_see(s, "1 记走访");
}

static void test_everything_opens(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_see(s, "诉求 2 件没办完");
	assert_false(screen_has(s, "t 任务"));	/* none is running */
	opens(s, "诉求 2 件没办完", "诉求 · 待办");
	opens(s, "退回来的", "三楼楼道堆了东西");
	opens(s, "有两份", "两处同时改过");
	opens(s, "今天 23:50（报名 30/40）", "秋季义诊");
	opens(s, "通知 ", "今晚十点起停水");
	screen_stop(&s);
}

/* Where there is no room for both, Tab turns between menu and today. */
static void test_small(void **state)
{
	const struct screen_options o = { .rows = 12, .cols = 40 };
	struct screen *s = station_come_in(STATION_CAPTAIN, &o);

	(void)state;
	screen_key(s, "Tab");
	screen_see(s, "退回来的");
	screen_see(s, "报名 30/40");
	screen_lose(s, "1 记走访");
	screen_key(s, "Tab");
	screen_see(s, "1 记走访");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_opens),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, setup, station_end);
}
