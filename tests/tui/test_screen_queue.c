/*
 * Working down the queue: steps by one letter from the list, many at once,
 * the next one without going back, and what changed while somebody was away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../lib/station.h"

#define CASES 3

static int64_t cases[CASES];

static bool is_in(int64_t rec, const char *state)
{
	struct record_full r;
	struct err err = ERR_INIT;
	bool yes;

	assert_int_equal(record_get(station_one.n, rec, &r, &err), MQ_OK);
	yes = strcmp(r.r.state, state) == 0;
	record_full_free(&r);
	return yes;
}

static int how_many_in(const char *state)
{
	int n = 0;

	for (int i = 0; i < CASES; i++)
		n += is_in(cases[i], state);
	return n;
}

static int begin(void **state)
{
	static const char *const texts[CASES] = { "楼道堆着旧家具。",
		"垃圾桶满了两天。", "花坛树枝挡住路灯。" };
	int code = station_begin(state);

	for (int i = 0; i < CASES && code == 0; i++)
		cases[i] = station_open(&station_one, &station_one.captain,
		    "request", "type", "complain", "caller", "李先生",
		    "category", "city", "subject", "stairs", "content",
		    texts[i], NULL);
	return code;
}

static struct screen *queue(void)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_see(s, "a 受理");
	return s;
}

/* Two marked, one step, one save, one undo. */
static void many_at_once(void **state)
{
	struct screen *s = queue();

	(void)state;
	screen_keys(s, "  ");
	screen_see(s, "勾了 2 件");
	screen_keys(s, "a");
	screen_see(s, "受理 2 件：存好了");
	assert_int_equal(how_many_in("accepted"), 2);
	screen_lose(s, "勾了");
	screen_key(s, "Ctrl-z");
	screen_see(s, "1 是");
	screen_keys(s, "1");
	screen_lose(s, "已受理");
	assert_int_equal(how_many_in("reported"), CASES);
	screen_stop(&s);
}

/* A step that asks something asks it once for all of them. */
static void asked_once(void **state)
{
	struct screen *s = queue();

	(void)state;
	screen_keys(s, "   ");
	screen_see(s, "勾了 3 件");
	screen_keys(s, "n");
	screen_see(s, "诉求 当场答复");
	screen_see(s, "> 采取的措施");
	screen_paste(s, "已联系物业清运。");
	screen_key(s, "Ctrl-s");
	screen_see(s, "当场答复 2 件：存好了");
	assert_int_equal(how_many_in("answered"), CASES);
	screen_stop(&s);
}

/* From the page of one to the next, by the home row. */
static void next_one(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_keys(s, "1");
	screen_see(s, "楼道堆着旧家具");
	screen_keys(s, ";");
	screen_see(s, "垃圾桶满了两天");
	screen_key(s, "Tab");
	screen_see(s, "花坛树枝挡住路灯");
	screen_key(s, "Tab");
	screen_see(s, "已是最后一件");
	screen_key(s, "Shift-Tab");
	screen_see(s, "垃圾桶满了两天");
	screen_stop(&s);
}

/* One state only, with its count; another order. */
static void narrowed(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_keys(s, " ");
	screen_see(s, "勾了 1 件");
	screen_key(s, "F5");
	screen_see(s, "诉求 · 待办 · 已反馈 3 件");
	screen_lose(s, "勾了 1 件");	/* out of sight: not marked */
	screen_key(s, "F6");
	screen_see(s, "按时间排");
	screen_key(s, "F5");
	screen_lose(s, "已反馈 3 件");
	screen_stop(&s);
}

/* What only the resident can say is asked on the page shown to them. */
static void resident_says(void **state)
{
	struct screen *s = station_come_in(STATION_LEAD, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_keys(s, "1");
	screen_see(s, "写了什么");
	screen_key(s, "F5");
	screen_see(s, "解 决 了 吗");
	screen_keys(s, "9");
	screen_see(s, "解 决 了 吗");
	screen_keys(s, "1");
	screen_see(s, "满 意 吗");
	assert_int_equal(how_many_in("answered"), 1);
	screen_keys(s, "2");
	screen_see(s, "评价：存好了");
	assert_int_equal(how_many_in("rated"), 1);
	screen_stop(&s);
}

static void while_away(void **state)
{
	struct session lead;
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_see(s, "要办的");
	screen_key(s, "F10");
	screen_lose(s, "今日已记");
	station_who(&station_one, STATION_LEAD, &lead);
	station_step(&station_one, &lead, cases[1], "confirm", "solved", "yes",
	    NULL);
	screen_stop(&s);
	s = station_come_in(STATION_CAPTAIN, NULL);
	screen_see(s, "你离开后诉求有变动：1 件");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(asked_once),
		cmocka_unit_test(next_one),
		cmocka_unit_test(narrowed),
		cmocka_unit_test(while_away),
		cmocka_unit_test(resident_says),
	};

	return cmocka_run_group_tests(tests, begin, station_end);
}
