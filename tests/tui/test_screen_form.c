/*
 * Forms as people meet them: the real program on a real node, six residents
 * of one name, keys pressed, cells read, and the ledger asked afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../lib/station.h"

/* The newest record of a kind; its fields stay until the next call. */
static struct record_full *newest(const char *kind)
{
	static struct record_full r;
	struct record_query q = { .kind = kind, .sort = SORT_CHANGED };
	struct record row;
	struct err err = ERR_INIT;
	int n = 0;

	assert_int_equal(record_page(station_one.n, &q, NULL, false, &row, 1,
	    &n,
	    &err), MQ_OK);
	assert_int_equal(n, 1);
	record_full_free(&r);
	memset(&r, 0, sizeof(r));
	assert_int_equal(record_get(station_one.n, row.rec, &r, &err), MQ_OK);
	return &r;
}

static int count(const char *kind)
{
	struct record_query q = { .kind = kind, .sort = SORT_CHANGED };
	struct record *rows = xcalloc(50, sizeof(*rows));
	int n = 0;

	assert_int_equal(record_page(station_one.n, &q, NULL, false, rows, 50,
	    &n,
	    NULL), MQ_OK);
	free(rows);
	return n;
}

/* 1 记走访, 1 入户走访, then the third of the six by initials: 尾号33. */
static void pick_third(struct screen *s)
{
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "1");
	screen_see(s, "> 居民");
	screen_keys(s, "wjg");
	screen_see(s, "尾号66");
	screen_key(s, "Down");
	screen_key(s, "Down");
	screen_see(s, "同名6");
	screen_keys(s, "\n");
	screen_see(s, "同名 6 人，请核对");
	screen_see(s, "1974年生");
	screen_keys(s, "\n");
	screen_see(s, "2栋1单元  尾号33");
}

/* Through household, time, to purpose 2 and findings 1 4. */
static void fill_rest(struct screen *s)
{
	screen_see(s, "> 住户");
	screen_keys(s, "\n");
	screen_see(s, "> 时间");
	screen_keys(s, "\n");
	screen_see(s, "> 目的");
	screen_keys(s, "2");
	screen_see(s, "> 情况");
	screen_keys(s, "14\n");
	screen_see(s, "一切正常、需要帮助");
}

static void test_visit_without_chinese(void **state)
{
	struct screen *s = station_come_in(STATION_VOLUNTEER, NULL);
	const struct record_full *r;

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_keys(s, "2");			/* a phrase by digit */
	screen_see(s, "老人身体尚好");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1、户卡 1");
	r = newest("visit");
	assert_string_equal(fields_text(&r->f, "who"),
	    station_ref(station_one.namesake[2]));
	assert_string_equal(fields_text(&r->f, "purpose"), "elder");
	assert_string_equal(fields_text(&r->f, "findings"),
	    "fine\nneed_help");
	assert_string_equal(fields_text(&r->f, "note"),
	    "老人身体尚好，精神不错。");
	assert_string_equal(r->r.by, STATION_VOLUNTEER);
	/* Nothing half-typed is left behind. */
	screen_keys(s, "3");
	screen_see(s, "登记：走访");
	screen_lose(s, "上次没写完");
	screen_stop(&s);
}

static void test_phrase_or_digit(void **state)
{
	struct screen *s = station_come_in(STATION_VOLUNTEER, NULL);
	const struct record_full *r;

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_keys(s, "3");
	screen_see(s, "家中无人，已留联系卡。");
	screen_key(s, "Backspace");		/* no: a digit was meant */
	screen_lose(s, "已留联系卡。 ");
	screen_keys(s, "号楼三单元漏水，老人腿脚不便。请尽快来看。");
	screen_see(s, "3号楼三单元漏水");
	screen_key(s, "Alt-5");
	screen_see(s, "讲解了防诈骗常识");
	screen_key(s, "F2");
	screen_see(s, "填一次");
	r = newest("visit");
	assert_string_equal(fields_text(&r->f, "note"),
	    "3号楼三单元漏水，老人腿脚不便。请尽快来看。讲解了防诈骗常识。");
	screen_stop(&s);
}

static void test_request_from_visit(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);
	const struct record_full *r;
	char visit[ENTRY_REF_TEXT], cause[ENTRY_REF_TEXT];

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_key(s, "F5");
	screen_see(s, "走访  并开  诉求");
	screen_see(s, "2栋1单元  尾号33");	/* taken over */
	screen_keys(s, "2");			/* 求助 */
	screen_see(s, "> 来源");
	screen_key(s, "F2");
	screen_see(s, "还没有保存：有 2 处要改");
	screen_see(s, "! 必填：大类");
	screen_see(s, "> 大类");
	screen_keys(s, "12");			/* 市容环境, 楼道堆物 */
	screen_see(s, "楼道堆物");
	screen_key(s, "F7");
	screen_see(s, "> 内容");
	screen_keys(s, "1");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1、诉求 1、户卡 1");
	screen_see(s, "单号");
	ref_text(ref_of_rec(newest("visit")->r.rec), visit);
	r = newest("request");
	ref_text(r->r.cause, cause);
	assert_string_equal(cause, visit);
	assert_string_equal(fields_text(&r->f, "who"),
	    station_ref(station_one.namesake[2]));
	assert_string_equal(fields_text(&r->f, "channel"), "visit");
	screen_keys(s, "1");			/* 给居民看 */
	screen_see(s, "请您看看");
	screen_see(s, "单 号");
	screen_see(s, "楼 道 堆 放 杂 物");
	screen_see(s, "1 对");
	screen_stop(&s);
}

/* ---- what is wrong is said at the field, and nothing is lost ---- */

static void test_complaints_at_fields(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "5");			/* 巡查: nobody is asked */
	screen_lose(s, "居民");
	screen_key(s, "Tab");
	screen_keys(s, "小广场");
	screen_key(s, "Tab");
	screen_see(s, "> 时间");
	screen_keys(s, "11月31日");		/* replaces the preset */
	screen_key(s, "Tab");
	screen_see(s, "! 没有这一天或时间：11月31日");
	screen_keys(s, "5");
	screen_key(s, "F2");
	screen_see(s, "处要改");
	screen_see(s, "> 时间");
	screen_see(s, "11月31日");
	screen_see(s, "小广场");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "昨天下午");
	screen_see(s, "下午」");		/* said back in words */
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1");
	assert_non_null(strstr(fields_text(&newest("visit")->f, "when"),
	    " pm"));
	screen_stop(&s);
}

static void test_bad_bytes_pasted(void **state)
{
	static const char bytes[] = "\x1b[200~" "楼道\xff\xfe" "积存垃圾"
	    "\x1b[201~";
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "5");
	screen_key(s, "Tab");
	screen_see(s, "> 地点");
	screen_bytes(s, bytes, sizeof(bytes) - 1);
	screen_see(s, "楼道积存垃圾");
	screen_see(s, "! 文字里有认不出的字节");
	screen_stop(&s);
}

static void test_wrong_numbers(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "1");
	screen_keys(s, "欧");
	screen_see(s, "没有找到");
	screen_key(s, "F3");
	screen_see(s, "登记：居民");
	screen_see(s, "欧");			/* the name came along */
	screen_key(s, "Tab");
	screen_key(s, "Tab");
	screen_key(s, "Tab");
	screen_see(s, "> 电话");
	screen_keys(s, "1380013\t");
	screen_see(s, "! 电话号码不对");
	screen_see(s, "> 身份证号");
	screen_keys(s, "110105194912310021\t");
	screen_see(s, "! 身份证号不对");
	screen_key(s, "Shift-Tab");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "11010519491231002x\t");
	screen_lose(s, "! 身份证号不对");
	screen_key(s, "F2");
	screen_see(s, "处要改");
	screen_see(s, "> 电话");
	screen_keys(s, "8000\t");		/* the missing digits */
	screen_key(s, "F2");
	screen_see(s, "登记：走访");		/* back, with the new one */
	screen_see(s, "欧*");
	screen_stop(&s);
}

static void test_locked_ledger(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);
	struct err err = ERR_INIT;

	(void)state;
	pick_third(s);
	fill_rest(s);
	assert_int_equal(db_begin(station_one.n->db, "test", &err), MQ_OK);
	screen_key(s, "F2");
	screen_see(s, "发生了什么");
	screen_see(s, "正被别的程序占用");
	db_rollback(station_one.n->db);
	screen_keys(s, "\n");
	screen_lose(s, "发生了什么");
	screen_see(s, "一切正常、需要帮助");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1");
	screen_stop(&s);
}

/* ---- the clock ---- */

static struct utc in_ten_days(struct env *env)
{
	struct env real;
	struct utc t;

	(void)env;
	env_real(&real);
	t = real.now(&real);
	env_release(&real);
	t.ms += 10 * MS_DAY;
	return t;
}

static void test_clock_is_asked(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);
	struct utc (*real)(struct env *) = station_one.env.now;

	(void)state;
	/* The last entry stands ten days ahead of the program's clock. */
	station_one.env.now = in_ten_days;
	station_open(&station_one, &station_one.captain, "tap", "choice",
	    "water", NULL);
	station_one.env.now = real;
	pick_third(s);
	fill_rest(s);
	screen_key(s, "F2");
	screen_see(s, "现在是几月几日几点");
	screen_keys(s, "今天\n");		/* whose today? */
	screen_see(s, "没有这一天或时间");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "2031-11-22 14:30\n");
	screen_see(s, "填一次：走访 1");
	assert_true(newest("visit")->r.flags & REC_CLOCK);
	screen_stop(&s);
}

/* ---- drafts ---- */

static void test_killed_in_the_middle(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_keys(s, "楼道积存垃圾，下午去看");
	screen_see(s, "下午去看");
	screen_signal(s, SIGKILL);
	assert_true(screen_wait_exit(s, SCREEN_WAIT, NULL));
	screen_stop(&s);

	s = station_come_in(STATION_GRIDWORKER, NULL);
	screen_keys(s, "1");
	screen_see(s, "上次没写完的 1 份");
	screen_keys(s, "1");
	screen_see(s, "楼道积存垃圾，下午去看");
	screen_see(s, "> 记录");		/* the same field */
	screen_see(s, "2栋1单元  尾号33");
	screen_keys(s, "一下");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1");
	assert_string_equal(fields_text(&newest("visit")->f, "note"),
	    "楼道积存垃圾，下午去看一下");
	assert_int_equal(count("visit"), 1);
	screen_stop(&s);
}

static void test_both_pages_survive(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_key(s, "F5");
	screen_see(s, "> 类型");
	screen_keys(s, "3");
	screen_see(s, "投诉");
	screen_signal(s, SIGKILL);
	assert_true(screen_wait_exit(s, SCREEN_WAIT, NULL));
	screen_stop(&s);

	s = station_come_in(STATION_GRIDWORKER, NULL);
	screen_keys(s, "1");
	screen_see(s, "上次没写完的 1 份");
	screen_keys(s, "1");
	screen_see(s, "走访  并开  诉求");
	screen_key(s, "F5");
	screen_see(s, "投诉");
	screen_key(s, "F8");			/* no request after all */
	screen_lose(s, "并开");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1、户卡 1");
	assert_int_equal(count("request"), 0);
	screen_stop(&s);
}

static void test_kept_and_parked(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	pick_third(s);
	screen_key(s, "F4");
	screen_see(s, "已搁在草稿 1");
	screen_lose(s, "尾号33");
	screen_keys(s, "4");
	screen_key(s, "Esc");
	screen_see(s, "已留在草稿 2");
	screen_keys(s, "1");			/* the parked one stays away */
	screen_see(s, "上次没写完的 1 份");
	screen_keys(s, "2");
	screen_lose(s, "上次没写完");
	screen_key(s, "Esc");
	screen_see(s, "1 记走访");
	screen_stop(&s);
}

static void test_hang_up(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);
	int status = -1;

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_keys(s, "线路断了");
	screen_see(s, "线路断了");
	screen_signal(s, SIGHUP);
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_int_equal(status, 0);
	screen_stop(&s);
	s = station_come_in(STATION_GRIDWORKER, NULL);
	screen_keys(s, "1");
	screen_see(s, "接着写 走访");
	screen_keys(s, "1");
	screen_see(s, "线路断了");
	screen_stop(&s);
}

/* Every page once, then out by the door: nothing is left behind. */
static void test_clean_way_out(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	int status = -1;

	(void)state;
	pick_third(s);
	fill_rest(s);
	screen_key(s, "F5");
	screen_see(s, "> 类型");
	screen_key(s, "F3");
	screen_key(s, "Esc");
	screen_see(s, "已留在草稿 1");
	screen_keys(s, "9");
	screen_see(s, "没写完的");
	screen_keys(s, "1");
	screen_see(s, "> 类型");
	screen_key(s, "F8");
	screen_see(s, "不开诉求了");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1");
	screen_keys(s, "1");
	screen_see(s, "请您看看");
	screen_keys(s, "2");
	screen_see(s, "更正：走访");
	screen_key(s, "Esc");
	screen_see(s, "填一次：走访 1");
	screen_keys(s, "2");
	screen_see(s, "刚才保存的全部撤销");
	screen_keys(s, "1");
	screen_see(s, "已撤销");
	screen_key(s, "Esc");
	screen_see(s, "1 记走访");
	screen_key(s, "Ctrl-q");
	screen_see(s, "退出程序");
	screen_keys(s, "2");
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_int_equal(status, 0);
	assert_int_equal(count("visit"), 0);
	screen_stop(&s);
}

/* ---- 更正 ---- */

static int64_t visit_with_request(void)
{
	struct session g;
	int64_t visit;

	station_who(&station_one, STATION_GRIDWORKER, &g);
	visit = station_open(&station_one, &g, "visit", "mode", "home", "who",
	    station_ref(station_one.namesake[0]), "place",
	    station_ref(station_one.house[0]),
	    "when", "2026-01-05", "purpose", "routine", "demand", "help",
	    "demand_category", "city", "demand_subject", "stairs",
	    "demand_grade", "normal", "demand_text", "楼道积存垃圾", NULL);
	return visit;
}

static void test_other_person(void **state)
{
	struct screen *s;
	struct session lead;
	struct record_full now;
	struct err err = ERR_INIT;
	int64_t request;

	(void)state;
	(void)visit_with_request();
	request = newest("request")->r.rec;
	station_who(&station_one, STATION_LEAD, &lead);
	station_step(&station_one, &lead, request, "accept", NULL);
	s = station_come_in(STATION_GRIDWORKER, NULL);
	screen_keys(s, "/");
	screen_see(s, "查找");
	screen_keys(s, "日常走访\n");
	screen_see(s, "F3 更正");
	screen_key(s, "F3");
	screen_see(s, "更正：走访");
	screen_key(s, "F2");
	screen_see(s, "没有改动");
	screen_keys(s, "\nwjg");
	screen_see(s, "尾号66");
	for (int i = 0; i < 3; i++)
		screen_key(s, "Down");
	screen_keys(s, "\n");
	screen_see(s, "再按一次");
	screen_keys(s, "\n");
	screen_see(s, "2栋2单元  尾号44");
	screen_see(s, "2栋 302");		/* the household went along */
	screen_key(s, "F2");
	screen_see(s, "为什么更正");
	screen_see(s, "由它带出的 1 条记录会一起改过去");
	screen_see(s, "别人已在上面办了 1 件事");
	screen_see(s, "周敏 受理");
	screen_keys(s, "1");
	screen_see(s, "已保存");
	assert_int_equal(record_get(station_one.n, request, &now, &err), MQ_OK);
	assert_string_equal(fields_text(&now.f, "who"),
	    station_ref(station_one.namesake[3]));
	assert_string_equal(fields_text(&newest("visit")->f, "place"),
	    station_ref(station_one.house[1]));
	record_full_free(&now);
	screen_stop(&s);
}

/* ---- a small screen, another language ---- */

static void test_large_print(void **state)
{
	const struct screen_options small = { .rows = 12, .cols = 40 };
	struct screen *s = station_come_in(STATION_GRIDWORKER, &small);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "1/11");
	screen_keys(s, "1wjg");
	screen_see(s, "同名6");
	screen_keys(s, "\n");
	screen_see(s, "再按一次");
	screen_keys(s, "\n");
	screen_see(s, "> 住户");
	screen_keys(s, "\n\n");
	screen_see(s, "> 目的");
	screen_see(s, "代办服务");		/* all nine fit */
	screen_keys(s, "1");
	screen_key(s, "F2");
	screen_see(s, "填一次：走访 1、户卡 1");
	screen_see(s, "1 给居民看");
	assert_int_equal(count("visit"), 1);
	screen_stop(&s);
}

static void test_resize_in_the_middle(void **state)
{
	struct screen *s = station_come_in(STATION_GRIDWORKER, NULL);

	(void)state;
	pick_third(s);
	screen_resize(s, 12, 40);
	screen_see(s, "尾号33");
	screen_resize(s, 10, 30);
	screen_see(s, "窗口太小");
	screen_resize(s, 36, 120);
	screen_see(s, "2栋1单元  尾号33");
	fill_rest(s);
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, station_begin, \
    station_end)
		TEST(test_visit_without_chinese),
		TEST(test_phrase_or_digit),
		TEST(test_request_from_visit),
		TEST(test_complaints_at_fields),
		TEST(test_bad_bytes_pasted),
		TEST(test_wrong_numbers),
		TEST(test_locked_ledger),
		TEST(test_clock_is_asked),
		TEST(test_killed_in_the_middle),
		TEST(test_both_pages_survive),
		TEST(test_kept_and_parked),
		TEST(test_hang_up),
		TEST(test_clean_way_out),
		TEST(test_other_person),
		TEST(test_large_print),
		TEST(test_resize_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
