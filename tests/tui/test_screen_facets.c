/*
 * Events with their seats, pools of money, needs and offers, boards: the real
 * program on a station.
 */
#include "../lib/station.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct station t;

static int setup(void **state)
{
	(void)state;
	station_make(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

/* The last page of the home menu, then its digit. */
static struct screen *open_page(const char *who, const char *label,
    const char *digit)
{
	struct screen *s = station_screen(&t, NULL, NULL);
	char line[80];

	station_login(s, who);
	screen_keys(s, "0");
	screen_see(s, "更多  2/");
	screen_keys(s, "0");
	screen_see(s, "更多  3/");
	snprintf(line, sizeof(line), "%s %s", digit, label);
	screen_see(s, line);
	screen_keys(s, digit);
	return s;
}

static void seats_and_waiting(void **state)
{
	struct session who;
	struct screen *s;
	int64_t event;

	(void)state;
	station_who(&t, STATION_CAPTAIN, &who);
	event = station_open(&t, &who, "event", "activity", "health", "name",
	    "便民大集义诊", "start", "明天 09:00", "capacity", "2", NULL);
	station_open(&t, &who, "booking", "event", station_ref(event),
	    "caller", "李奶奶", NULL);
	s = open_page(STATION_VOLUNTEER, "活动预约", "6");
	screen_see(s, "便民大集义诊");
	screen_see(s, "#####..... 1/2");
	/* b, over to the name, the name, saved */
	screen_keys(s, "b");
	screen_see(s, "登记：报名");
	screen_see(s, "义诊 便民大集义诊");
	screen_key(s, "Tab");
	screen_key(s, "Tab");
	screen_keys(s, "王先生");
	screen_see(s, "王先生");
	screen_key(s, "F2");
	screen_see(s, "已约上");
	screen_key(s, "Esc");
	screen_see(s, "########## 2/2");
	screen_keys(s, "b");
	screen_see(s, "登记：报名");
	screen_key(s, "Tab");
	screen_key(s, "Tab");
	screen_keys(s, "张大妈");
	screen_see(s, "张大妈");
	screen_key(s, "F2");
	screen_see(s, "候补");
	screen_key(s, "Esc");
	screen_see(s, "2/2  候补 1");
	/* who booked; ticked off by one key */
	screen_keys(s, "1");
	screen_see(s, "还剩 0");
	screen_see(s, "1 李**");
	screen_see(s, "3 张**");
	/* in the filter the same letter is a letter */
	screen_keys(s, "/a");
	screen_see(s, "筛选：a");
	screen_see(s, "没有符合的");
	screen_key(s, "Esc");
	screen_see(s, "3 张**");
	assert_false(screen_has(s, "已到场"));
	screen_keys(s, "a");
	screen_see(s, "到场：存好了");
	screen_see(s, "已到场");
	screen_key(s, "Ctrl-z");
	screen_see(s, "1 是");
	screen_keys(s, "1");
	screen_lose(s, "已到场");
	screen_stop(&s);
}

static void money_is_asked_about_first(void **state)
{
	struct session who, other;
	struct screen *s;
	int64_t pool;

	(void)state;
	station_who(&t, STATION_CAPTAIN, &who);
	station_who(&t, STATION_GRIDWORKER, &other);
	pool = station_open(&t, &who, "pool", "name", "平安员奖励基金",
	    "year", "2026", "amount", "1000", NULL);
	station_open(&t, &other, "grant", "pool", station_ref(pool),
	    "reason", "lead", "detail", "发现飞线充电，已清理。", "amount",
	    "600", "payee", "王先生", NULL);
	station_open(&t, &other, "grant", "pool", station_ref(pool),
	    "reason", "care", "detail", "困难家庭慰问。", "amount", "500",
	    "payee", "李女士", NULL);
	s = open_page(STATION_CAPTAIN, "资金拨付", "7");
	screen_see(s, "0.00/1000.00  待批 2");
	screen_keys(s, "1");
	screen_see(s, "困难帮扶 李**");
	screen_keys(s, "1");
	screen_see(s, "现在能做");
	screen_keys(s, "a");
	screen_see(s, "1 是      2 不");
	screen_keys(s, "1");
	screen_see(s, "批准（元）");
	screen_key(s, "F2");
	screen_see(s, "已批准");
	screen_key(s, "Esc");
	screen_see(s, "600.00");
	screen_key(s, "Esc");
	screen_see(s, "还剩 400.00");
	/* more than is left is refused, with what is left */
	screen_keys(s, "2");
	screen_see(s, "现在能做");
	screen_keys(s, "a");
	screen_see(s, "1 是      2 不");
	screen_keys(s, "1");
	screen_see(s, "批准（元）");
	screen_key(s, "F2");
	screen_see(s, "只剩 400.00");
	screen_stop(&s);
}

static void what_fits_is_proposed(void **state)
{
	struct session who;
	struct screen *s;

	(void)state;
	station_who(&t, STATION_CAPTAIN, &who);
	station_open(&t, &who, "need", "subject", "周末课业辅导", "category",
	    "teach", "times", "weekend", NULL);
	station_open(&t, &who, "offer", "subject", "退休教师辅导", "category",
	    "teach", "times", "weekend", "contact", "刘老师", NULL);
	station_open(&t, &who, "offer", "subject", "法律咨询", "category",
	    "law", "contact", "何律师", NULL);
	s = open_page(STATION_CAPTAIN, "供需对接", "8");
	screen_see(s, "供需对接 · 需求");
	screen_see(s, "周末课业辅导");
	screen_key(s, "Tab");
	screen_see(s, "供需对接 · 资源");
	screen_see(s, "法律咨询");
	screen_key(s, "Tab");
	screen_see(s, "供需对接 · 需求");
	screen_keys(s, "1");
	screen_see(s, "2 项对得上 · 本单位");
	assert_false(screen_has(s, "法律咨询"));
	screen_keys(s, "1");
	screen_see(s, "登记：项目");
	screen_key(s, "F2");
	screen_see(s, "待双方答应");
	screen_key(s, "Esc");
	screen_see(s, "双方还没答应");
	screen_stop(&s);
}

static void boards_and_polls(void **state)
{
	struct session who;
	struct screen *s;
	int64_t poll;

	(void)state;
	station_who(&t, STATION_STREET, &who);
	station_open(&t, &who, "sheet", "unit", STATION_ORG, "open_days",
	    "20", "service", "30", "events", "15", "room", "20", NULL);
	poll = station_open(&t, &who, "poll", "question",
	    "小广场晚上几点关灯？", "options", "九点\n十点", "area",
	    STATION_ORG, "until", "明天", NULL);
	station_who(&t, STATION_CAPTAIN, &who);
	station_open(&t, &who, "vote", "poll", station_ref(poll), "option",
	    "2", NULL);
	s = open_page(STATION_VOLUNTEER, "榜单·投票", "9");
	screen_see(s, "只比单位，不比个人");
	screen_see(s, "85.00 分");
	screen_see(s, "入围");
	screen_key(s, "Left");
	screen_see(s, "这一期还没有");
	screen_key(s, "Right");
	screen_see(s, "85.00 分");
	screen_key(s, "Shift-Tab");
	screen_see(s, "小广场晚上几点关灯？");
	screen_see(s, "0 票  意见 1");
	screen_see(s, "有效 0 票，意见 1 条");
	screen_keys(s, "n");
	screen_see(s, "登记：投票");
	screen_stop(&s);
}

/* What cannot be read is no empty list. */
static void a_list_says_why_it_is_empty(void **state)
{
	struct session who;
	struct err err = ERR_INIT;
	struct screen *s;

	(void)state;
	station_who(&t, STATION_CAPTAIN, &who);
	station_open(&t, &who, "need", "subject", "周末课业辅导", "category",
	    "teach", "times", "weekend", NULL);
	s = open_page(STATION_CAPTAIN, "供需对接", "8");
	screen_see(s, "周末课业辅导");
	assert_int_equal(db_begin(t.n->db, "test", &err), MQ_OK);
	assert_int_equal(db_exec(t.n->db,
	    "ALTER TABLE record RENAME TO gone", &err), MQ_OK);
	assert_int_equal(db_commit(t.n->db, &err), MQ_OK);
	screen_key(s, "Tab");
	screen_see(s, "账本数据库出错");
	assert_false(screen_has(s, "还没有"));
	screen_key(s, "Esc");
	screen_see(s, "今日");
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_keys(s, "/楼道");
	screen_see(s, "筛选：楼道");
	screen_see(s, "账本数据库出错");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(seats_and_waiting, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(money_is_asked_about_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(what_fits_is_proposed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(boards_and_polls, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_list_says_why_it_is_empty,
		    setup, teardown),
	};

	return cmocka_run_group_tests_name("facets", tests, NULL, NULL);
}
