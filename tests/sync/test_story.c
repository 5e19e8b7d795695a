/*
 * The story of issue 2 as it is played at two desks: a visit for the right
 * one of six, a request from it, hours, a hub that is away, a program killed
 * in mid-sentence, a dispatch seen at the other desk, a correction that takes
 * its request along, one case edited in two places.  Real programs, real TLS,
 * real screens.  The chapters build on one another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../../core/base/xmalloc.h"
#include "../lib/street.h"

#define CATCH_UP 90	/* s: more than minqing-sync ever pauses */
#define AT_ONCE 5000	/* ms to the other desk; 1 s on a quiet machine */

static struct street t;
static struct screen *a, *b;	/* the station's desk, the street's */
static int told;		/* chapters that ended well */

/* A chapter that stands on one that failed only costs time. */
static void chapter(int n)
{
	if (told != n - 1)
		fail_msg("chapter %d did not end well", told + 1);
}

static int setup(void **state)
{
	(void)state;
	street_make(&t);
	a = street_screen(&t, STREET_STATION, NULL);
	street_login(a, STREET_VOLUNTEER);
	screen_see(a, "1 记走访");
	b = street_screen(&t, STREET_OFFICE, NULL);
	street_login(b, STREET_CLERK);
	screen_see(b, "今日受理 0");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	screen_stop(&a);
	screen_stop(&b);
	street_free(&t);
	return 0;
}

static void go_home(struct screen *s)
{
	for (int i = 0; i < 8 && !screen_has(s, "1 记走访"); i++) {
		screen_key(s, "Esc");
		(void)screen_wait_text(s, "1 记走访", 300);
	}
	screen_see(s, "1 记走访");
}

static void press(struct screen *s, const char *key, const char *then)
{
	screen_key(s, key);
	screen_see(s, then);
}

static void type(struct screen *s, const char *text, const char *then)
{
	screen_keys(s, text);
	screen_see(s, then);
}

/* The n-th of the six, from a field of people; checked by the phone's end. */
static void pick(struct screen *s, int nth, const char *end)
{
	type(s, "wjg", "尾号66");
	type(s, (char[]){ (char)('0' + nth), '\0' }, "再按一次回车");
	type(s, "\n", end);
}

/* ---- chapters ---- */

static void test_visit_with_request(void **state)
{
	(void)state;
	chapter(1);
	type(a, "1", "> 方式");
	type(a, "1", "> 居民");
	pick(a, 3, "尾号33");
	type(a, "\n", "> 时间");
	type(a, "\n", "> 目的");
	type(a, "2", "> 情况");
	type(a, "14\n", "> 记录");
	type(a, "王大爷说楼道堆了旧家具。女儿周三来看他。他想问助餐怎么办。",
	    "他想问助餐怎么办。");
	press(a, "F5", "并开");
	screen_see(a, "尾号33");
	type(a, "2", "> 来源");
	press(a, "F2", "> 大类");		/* says what is missing */
	type(a, "12", "楼道堆物");
	press(a, "F7", "> 内容");
	type(a, "楼道堆了旧家具，请清走。", "请清走。");
	press(a, "F2", "诉求 1");
	screen_see(a, "走访 1");
	screen_see(a, "单号");
	type(a, "1", "请您看看");
	type(a, "1", "已保存");
	go_home(a);
	/* Nobody touches the other desk: it is there. */
	if (!screen_wait_text(b, "今日受理 1", AT_ONCE))
		fail_msg("not there in time:\n%s", screen_text(b));
	told = 1;
}

static void test_in_and_out(void **state)
{
	(void)state;
	chapter(2);
	type(a, "3", "编号或手机号");
	type(a, STREET_VOLUNTEER "\n", "站点值守");
	type(a, "1", "已签到");
	type(a, STREET_VOLUNTEER "\n", "还在服务");
	type(a, "1", "已签出");
	go_home(a);
	told = 2;
}

static void find_request(struct screen *s)
{
	go_home(s);
	type(s, "5", "找什么");
	type(s, "旧家具", "求助 楼道堆物");
	type(s, "\n", "楼道堆了旧家具");
	screen_see(s, "期限");
}

static void test_found_by_a_word(void **state)
{
	(void)state;
	chapter(3);
	find_request(a);
	screen_see(a, "已上报");
	go_home(a);
	told = 3;
}

/* Four lines of paper notes, five heads, the station opened: ten. */
static void ten_records(void)
{
	type(a, "8", "> 时间");
	for (int i = 1; i <= 4; i++) {
		type(a, "昨天下午\n", "> 居民");
		pick(a, i, "> 方式");
		type(a, "\n", "> 目的");
		type(a, "2", "> 情况");
		type(a, "1\n", "> 用时");
		type(a, "\n", "> 时间");
	}
	go_home(a);
	type(a, "4", "今天 0 人次");
	type(a, "11235", "今天 5 人次");
	press(a, "F5", "> 班次");
	press(a, "F2", "已保存");
	type(a, "\n", "已开站");
	go_home(a);
}

static int64_t drafts_size(void)
{
	char path[600];
	int64_t sum = 0;
	struct dirent *e;
	struct stat st;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/drafts",
	    t.node[STREET_STATION]);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/drafts/%s",
		    t.node[STREET_STATION], e->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			sum += st.st_size;
	}
	if (d != NULL)
		(void)closedir(d);
	return sum;
}

static bool draft_grew(void *ctx)
{
	return drafts_size() > *(int64_t *)ctx;
}

/* Any size, at any moment; what was typed stays. */
static void shake(struct screen *s, const char *typed)
{
	screen_resize(s, 12, 40);
	screen_see(s, typed);
	screen_resize(s, 5, 20);
	screen_see(s, "窗口太小");
	screen_resize(s, 43, 132);
	screen_see(s, typed);
	screen_resize(s, 24, 80);
	screen_see(s, "F5 带诉求");
	screen_see(s, typed);
}

static void eleventh(void)
{
	int64_t was;

	type(a, "1", "> 方式");
	type(a, "1", "> 居民");
	pick(a, 4, "尾号44");
	type(a, "\n\n", "> 目的");
	type(a, "2", "> 情况");
	type(a, "1\n", "> 记录");
	type(a, "今天下雨，老人没出门。", "没出门。");
	shake(a, "老人没出");
	was = drafts_size();
	type(a, "屋里有点漏水", "屋里有点漏水");
	/* One second may be lost, no more. */
	assert_true(procs_until(draft_grew, &was, 10));
	screen_signal(a, SIGKILL);
	assert_true(screen_wait_exit(a, SCREEN_WAIT, NULL));
	screen_stop(&a);
}

static void test_killed_while_the_hub_is_away(void **state)
{
	(void)state;
	chapter(4);
	street_hub_stop(&t);
	ten_records();
	eleventh();
	assert_true(street_status(&t, STREET_STATION, "local") >= 10);
	a = street_screen(&t, STREET_STATION, NULL);
	street_login(a, STREET_VOLUNTEER);
	screen_see(a, "草稿 1 份");
	type(a, "9", "没写完");
	type(a, "1", "屋里有点漏水");
	screen_see(a, "今天下雨");
	street_hub_start(&t);
	screen_keys(a, "，请来修。");
	press(a, "F2", "已保存");
	type(a, "\n", "没有草稿");
	go_home(a);
	street_received(&t, STREET_STATION, CATCH_UP);
	screen_see(a, "本机 0+已送 0");
	screen_see(a, "全部区已收");
	assert_true(screen_wait_gone(b, "网络不通", CATCH_UP * 1000));
	told = 4;
}

static void test_dispatched_at_the_other_desk(void **state)
{
	(void)state;
	chapter(5);
	find_request(a);
	type(b, "q", "楼道堆物");
	type(b, "\n", "现在能做");
	type(b, "d", "> 交给");
	type(b, "物业", "筛选");		/* not a letter is lost */
	screen_see(b, "翠竹物业公司");
	screen_see(b, "物业");
	type(b, "\n", "> 交办意见");
	type(b, "请三天内清走。", "请三天内清走。");
	press(b, "F2", "已保存");
	if (!screen_wait_text(a, "已分拨", AT_ONCE))
		fail_msg("not there in time:\n%s", screen_text(a));
	screen_see(a, "翠竹物业公司");
	told = 5;
}

/* 记错人: the visit goes to another of the six, its request follows. */
static void test_wrong_person(void **state)
{
	(void)state;
	chapter(6);
	go_home(a);
	type(a, "5", "找什么");
	type(a, "助餐", "入户走访");
	type(a, "\n", "助餐怎么办");
	press(a, "F3", "> 方式");
	press(a, "Tab", "> 居民");
	pick(a, 5, "尾号55");
	press(a, "F2", "为什么更正");
	screen_see(a, "由它带出的 1 条");
	screen_see(a, "孙街道 分拨");		/* others have built on it */
	type(a, "1", "已保存");
	find_request(a);
	press(a, "End", "男 1988");
	type(b, "4", "现在能做");
	press(b, "End", "男 1988");
	told = 6;
}

static void correct_subject(struct screen *s, const char *digit,
    const char *then)
{
	press(s, "F3", "> 类型");
	for (int i = 0; i < 6; i++)
		screen_key(s, "Tab");
	screen_see(s, "> 小类");
	type(s, digit, then);
	press(s, "F2", "为什么更正");
	type(s, "3", "已保存");
	type(s, "4", "现在能做");
}

static void test_edited_in_two_places(void **state)
{
	(void)state;
	chapter(7);
	street_hub_stop(&t);
	correct_subject(a, "1", "垃圾积存");
	correct_subject(b, "3", "小广告");
	street_hub_start(&t);
	assert_true(screen_wait_text(a, "有两份", CATCH_UP * 1000));
	assert_true(screen_wait_text(b, "有两份", CATCH_UP * 1000));
	for (int i = 0; i < 2; i++) {
		screen_see(i == 0 ? a : b, "1  垃圾积存");
		screen_see(i == 0 ? a : b, "2  小广告");
	}
	press(b, "F2", "留哪一个");
	screen_keys(b, "1");
	screen_lose(b, "有两份");
	screen_see(b, "求助 垃圾积存");
	screen_lose(a, "有两份");
	screen_see(a, "求助 垃圾积存");
	told = 7;
}

/* Over SSH the key says who it is; a save is taken back. */
static void test_captain_takes_back(void **state)
{
	const char *const as[] = { "--as", STREET_CAPTAIN, NULL };
	struct screen *s;

	(void)state;
	chapter(8);
	s = street_screen(&t, STREET_STATION, as);
	screen_see(s, "六位数字");
	type(s, STREET_PIN "\n", "钱网格");
	type(s, "4", "今天 5 人次");
	type(s, "4", "今天 6 人次");
	go_home(s);
	type(s, "u", "刚才保存的全部撤销");
	type(s, "1", "已撤销");
	screen_see(s, "人次 5");
	screen_stop(&s);
	told = 8;
}

static void test_nothing_is_missing(void **state)
{
	(void)state;
	chapter(9);
	for (int i = 0; i < STREET_NODES; i++) {
		street_received(&t, i, CATCH_UP);
		assert_int_equal(street_run(&t, "minqing", "verify",
		    "--data", t.node[i], NULL), 0);
	}
	told = 9;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visit_with_request),
		cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_found_by_a_word),
		cmocka_unit_test(test_killed_while_the_hub_is_away),
		cmocka_unit_test(test_dispatched_at_the_other_desk),
		cmocka_unit_test(test_wrong_person),
		cmocka_unit_test(test_edited_in_two_places),
		cmocka_unit_test(test_captain_takes_back),
		cmocka_unit_test(test_nothing_is_missing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
