/*
 * 交接班: counted on one page, taken over by number and PIN, or offered to
 * whoever comes next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../lib/station.h"

static int begin(void **state)
{
	int code = station_begin(state);
	int64_t rec = station_open(&station_one, &station_one.captain,
	    "request", "type", "complain", "caller", "李先生", "category",
	    "city", "subject", "stairs", "content", "楼道堆着旧家具。", NULL);

	station_step(&station_one, &station_one.captain, rec, "answer_now",
	    "measure", "已清运。", NULL);
	station_open(&station_one, &station_one.captain, "service",
	    "volunteer", STATION_VOLUNTEER, "activity", "station_duty", NULL);
	return code;
}

/* How many shifts are in that state. */
static int shifts(const char *state)
{
	struct record_query q = { .kind = "handover", .sort = SORT_OPENED,
	    .state = state };
	struct record rows[8];
	struct err err = ERR_INIT;
	int n = 0;

	assert_int_equal(record_page(station_one.n, &q, NULL, false, rows, 8,
	    &n, &err), MQ_OK);
	return n;
}

/* The page, counted, with one line written on it. */
static struct screen *write_line(const char *number, const char *line)
{
	struct screen *s = station_come_in(number, NULL);

	screen_see(s, "今日已记");
	screen_key(s, "F7");
	screen_see(s, "交给下一班的");
	screen_see(s, "等着回话的诉求               1");
	screen_see(s, "没签出的人                   1");
	screen_see(s, "待领的失物                   0");
	screen_paste(s, line);
	screen_keys(s, "\n");
	screen_see(s, "接班人编号");
	return s;
}

/* Ten keys and a PIN: the successor sits at the desk. */
static void taken_over(void **state)
{
	struct screen *s = write_line(STATION_CAPTAIN, "王阿姨四点来取药。");

	(void)state;
	screen_keys(s, STATION_CAPTAIN "\n" STATION_PIN "\n");
	screen_see(s, "接班人要是另一个人");
	assert_int_equal(shifts("offered") + shifts("taken"), 0);
	screen_key(s, "Up");
	screen_key(s, "Ctrl-u");
	screen_keys(s, STATION_LEAD "\n");
	screen_see(s, "接班人密码");
	screen_keys(s, "000000\n");
	screen_see(s, "密码不对");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "接班了");
	screen_see(s, "站长");
	assert_int_equal(shifts("taken"), 1);
	screen_stop(&s);
}

/* Nobody is there: whoever comes next sees it before anything else. */
static void offered(void **state)
{
	struct screen *s = write_line(STATION_LEAD, "钥匙在抽屉里。");

	(void)state;
	screen_keys(s, "\n");
	screen_see(s, "等下一个人接班");
	assert_int_equal(shifts("offered"), 1);
	screen_stop(&s);
	/* not to the one who gave it */
	s = station_come_in(STATION_LEAD, NULL);
	screen_see(s, "今日已记");
	screen_stop(&s);
	s = station_screen(&station_one, NULL, NULL);
	screen_see(s, "编号");
	screen_keys(s, STATION_VOLUNTEER "\n");
	screen_see(s, "密码");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "还没人接");
	screen_see(s, "钥匙在抽屉里。");
	screen_key(s, "Esc");
	screen_see(s, "今日已记");
	assert_int_equal(shifts("offered"), 1);
	screen_stop(&s);
	s = station_screen(&station_one, NULL, NULL);
	screen_see(s, "编号");
	screen_keys(s, STATION_VOLUNTEER "\n");
	screen_see(s, "密码");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "还没人接");
	screen_keys(s, "\n");
	screen_see(s, "接班了");
	assert_int_equal(shifts("taken"), 2);
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_over),
		cmocka_unit_test(offered),
	};

	return cmocka_run_group_tests(tests, begin, station_end);
}
