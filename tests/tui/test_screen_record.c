/*
 * Lists, one record, the household page, finding, the board, the street:
 * the real program in a pty, Chinese data, the ledger asked afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/clock.h"
#include "../../core/outbox.h"
#include "../lib/station.h"

static int64_t visit, request;

static int setup(void **state)
{
	(void)state;
	(void)station_begin(state);
	visit = station_open(&station_one, &station_one.captain, "visit",
	    "mode", "home", "who",
	    station_ref(station_one.namesake[0]), "place",
	    station_ref(station_one.house[0]),
	    "when", "昨天", "purpose", "elder", "note",
	    "老人身体好，家里暖和。说三楼楼道堆了东西。", NULL);
	request = station_open(&station_one, &station_one.captain, "request",
	    "type", "help",
	    "who", station_ref(station_one.namesake[0]), "place",
	    station_ref(station_one.house[0]), "category", "city", "subject",
	    "stairs",
	    "when", "昨天", "content",
	    "楼道积存垃圾，三楼的老人出门不便，电话 13912345678", NULL);
	return 0;
}

static void state_is(int64_t rec, const char *state)
{
	struct record_full r;
	struct err err = ERR_INIT;

	assert_int_equal(record_get(station_one.n, rec, &r, &err), MQ_OK);
	assert_string_equal(r.r.state, state);
	record_full_free(&r);
}

static void test_list_and_record(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_see(s, "求助 楼道堆物 王**");
	screen_see(s, "已上报");
	screen_see(s, "本机");
	screen_keys(s, "1");
	screen_see(s, "写了什么");
	screen_see(s, "楼道积存垃圾");
	/* a number inside the text is masked, the name too */
	screen_see(s, "139****5678");
	assert_false(screen_has(s, "王建国"));
	assert_false(screen_has(s, "13912345678"));
	screen_see(s, "现在能做");
	screen_see(s, "a 受理");
	screen_stop(&s);
}

static void test_keys_typed_ahead(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "71");
	screen_see(s, "写了什么");
	screen_stop(&s);
}

static void test_note_and_due(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "71");
	screen_see(s, "现在能做");
	screen_key(s, "F7");
	screen_see(s, "期限是这样算的");
	screen_see(s, "到期");
	screen_keys(s, "\n");
	screen_lose(s, "期限是这样算的");
	screen_key(s, "F4");
	screen_see(s, "备注（Ctrl-S 保存");
	screen_keys(s, "已电话告知家属");
	screen_key(s, "Ctrl-s");
	screen_see(s, "备注：存好了");
	screen_key(s, "End");
	screen_see(s, "已电话告知家属");
	screen_stop(&s);
}

static void test_step_and_undo(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "71");
	screen_see(s, "a 受理");
	screen_keys(s, "a");
	screen_see(s, "受理：存好了");
	screen_see(s, "已受理");
	state_is(request, "accepted");
	screen_key(s, "Ctrl-z");
	screen_see(s, "刚才保存的全部撤销");
	screen_keys(s, "1");
	screen_see(s, "已撤销刚才的保存");
	screen_see(s, "已上报");
	state_is(request, "reported");
	screen_stop(&s);
}

static void test_find_by_words(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, "积存垃圾");
	screen_see(s, "求助 楼道堆物 王**");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "wjg");
	screen_see(s, "王** 男 1951");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "没有这样的话");
	screen_see(s, "（没有）");
	screen_stop(&s);
}

static bool mark_on_1988(struct screen *s, void *ctx)
{
	int row, col;

	(void)ctx;
	return screen_find(s, ">", &row, &col) &&
	    strstr(screen_line(s, row), "男 1988") != NULL;
}

/* What others write meanwhile does not move the mark to another hit. */
static void test_found_stays_marked(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	int i;

	(void)state;
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, "wjg");
	screen_see(s, "王** 男 1951");
	for (i = 0; i < 4; i++)
		screen_key(s, "Down");
	assert_true(screen_wait_until(s, mark_on_1988, NULL, SCREEN_WAIT));
	station_open(&station_one, &station_one.captain, "person", "name",
	    "王金贵", "sex", "male", "birth_year", "1939", "consent", "yes",
	    NULL);
	screen_see(s, "王** 男 1939");
	assert_true(mark_on_1988(s, NULL));
	screen_stop(&s);
}

static void test_find_by_number(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct record_full r;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(record_get(station_one.n, request, &r, &err), MQ_OK);
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, r.r.no + strlen(r.r.no) - 7);
	screen_see(s, "求助 楼道堆物");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "123456789012");
	screen_see(s, "单号不对");
	record_full_free(&r);
	screen_stop(&s);
}

static void test_household(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "6");
	screen_see(s, "1栋 101");
	screen_keys(s, "/");
	screen_see(s, "筛选：");
	screen_keys(s, "1栋 101\n");
	screen_see(s, "户卡");
	screen_see(s, "王**  男  1951  **11");
	screen_see(s, "求助 楼道堆物 王**");
	screen_see(s, "入户走访 看望老人 王**");
	screen_keys(s, "v");
	screen_see(s, "和谁？");
	screen_see(s, "整户");
	screen_keys(s, "3");
	screen_see(s, "登记：走访");
	screen_stop(&s);
}

static void test_volunteer_sees_own_only(void **state)
{
	struct screen *s = station_come_in(STATION_VOLUNTEER, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "诉求 · 待办");
	screen_see(s, "（没有）");
	screen_stop(&s);
}

static void test_board(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	screen_see(s, "F3 签到签退");
	screen_key(s, "F3");
	screen_see(s, "没签到的签到");
	screen_keys(s, "v001\n");
	screen_see(s, "李** 现在签到，做什么？");
	screen_keys(s, "1");
	screen_see(s, "李** 已签到");
	screen_see(s, "站点值守");
	screen_keys(s, "13800000001\n");
	screen_see(s, "现在签出？");
	screen_keys(s, "2");
	screen_see(s, "没签到的签到");
	screen_keys(s, "nobody\n");
	screen_see(s, "没有这个编号");
	screen_key(s, "Esc");
	screen_key(s, "Esc");
	screen_see(s, "正在服务 1 人");
	screen_see(s, "李**");
	assert_false(screen_has(s, "李秀英"));
	screen_stop(&s);
}

static struct utc (*real_now)(struct env *env);

static struct utc twenty_hours_ago(struct env *env)
{
	return (struct utc){ real_now(env).ms - 20 * MS_HOUR };
}

static void test_forgotten_sign_out(void **state)
{
	struct session who;
	struct screen *s;
	struct utc in;
	char start[40], out[16], words[80];
	int64_t rec;

	(void)state;
	real_now = station_one.env.now;
	station_one.env.now = twenty_hours_ago;
	in = env_now(&station_one.env);
	clock_show(in, CLOCK_MINUTE, start, sizeof(start));
	station_who(&station_one, STATION_GRIDWORKER, &who);
	rec = station_open(&station_one, &who, "service", "volunteer",
	    STATION_GRIDWORKER, "activity", "patrol", "start", start, NULL);
	station_one.env.now = real_now;
	s = station_screen(&station_one, NULL, NULL);
	screen_see(s, "F3 签到签退");
	screen_key(s, "F3");
	screen_see(s, "忘了签出？");
	screen_keys(s, "g001\n");
	snprintf(words, sizeof(words), "%s 签到，像是忘了签出", start + 11);
	screen_see(s, words);
	clock_show((struct utc){ in.ms + 3 * MS_HOUR }, CLOCK_TIME, out,
	    sizeof(out));
	screen_keys(s, out);
	screen_keys(s, "\n");
	screen_see(s, "已签出，服务 3 小时");
	state_is(rec, "out");
	screen_stop(&s);
}

static void test_street(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	screen_see(s, "编号或手机号");
	screen_keys(s, STATION_STREET "\n");
	screen_see(s, "密码：");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "清河街道 · 今日");
	screen_see(s, "翠竹第一网格");
	screen_see(s, "北坡第四网格");
	screen_see(s, "今日受理");
	screen_see(s, "写下");
	screen_keys(s, "\n");
	screen_see(s, "翠竹第一网格");
	screen_see(s, "诉求 · 待办");
	screen_see(s, "求助 楼道堆物");
	screen_key(s, "Esc");
	screen_key(s, "Esc");
	screen_see(s, "要办的");
	screen_stop(&s);
}

static void test_counts_add_up(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct outbox_counts c;
	struct err err = ERR_INIT;
	char line[120];

	(void)state;
	assert_int_equal(outbox_counts(station_one.n, &c, &err), MQ_OK);
	assert_true(c.written == c.local + c.sent + c.hub + c.returned);
	snprintf(line, sizeof(line), "写下 %lld = 本机 %lld+已送 0",
	    (long long)c.written, (long long)c.local);
	screen_see(s, line);
	screen_keys(s, "07");
	screen_see(s, "= 本机");
	screen_see(s, "+ 区已收");
	screen_stop(&s);
}

/* Another process writes: the list shows it without a key pressed. */
static void test_bell(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "02");
	screen_see(s, "诉求 · 全部");
	station_open(&station_one, &station_one.captain, "request", "type",
	    "complain",
	    "category", "estate", "subject", "noise", "place_text", "南门",
	    "when", "昨天", "caller", "刘师傅", "content", "半夜吵", NULL);
	screen_see(s, "投诉 噪音扰民");
	screen_stop(&s);
}

/* Two people change the same words at once: both stay, one is chosen. */
static void test_conflict(void **state)
{
	struct screen *s;
	struct record_full r;
	struct err err = ERR_INIT;

	(void)state;
	station_dispute(&station_one, request, "content", "楼道垃圾，三楼",
	    "楼道垃圾，四楼");
	assert_int_equal(record_get(station_one.n, request, &r, &err), MQ_OK);
	assert_true((r.r.flags & REC_CONFLICT) != 0);
	record_full_free(&r);
	s = station_come_in(STATION_CAPTAIN, NULL);
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, "楼道堆物");
	screen_see(s, "有两份");
	screen_keys(s, "\n");
	screen_see(s, "两处同时改过");
	screen_see(s, "1  楼道垃圾，三楼");
	screen_see(s, "2  楼道垃圾，四楼");
	screen_key(s, "F2");
	screen_see(s, "留哪一个？");
	screen_keys(s, "1");
	screen_see(s, "定一份：存好了");
	screen_lose(s, "两处同时改过");
	assert_int_equal(record_get(station_one.n, request, &r, &err), MQ_OK);
	assert_int_equal(r.nconflicts, 0);
	assert_string_equal(fields_text(&r.f, "content"), "楼道垃圾，三楼");
	record_full_free(&r);
	screen_stop(&s);
}

static void test_golden_home(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_see(s, "要办的");
	screen_see(s, "  0 更多  1/");
	screen_see(s, "    走访记录");
	screen_keys(s, "0");
	screen_see(s, "> 1 走访记录");
	screen_keys(s, "4");
	screen_see(s, "居民 · 全部");
	screen_see(s, "王** 男 1951");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_and_record),
		cmocka_unit_test(test_keys_typed_ahead),
		cmocka_unit_test(test_note_and_due),
		cmocka_unit_test(test_step_and_undo),
		cmocka_unit_test(test_find_by_words),
		cmocka_unit_test(test_found_stays_marked),
		cmocka_unit_test(test_find_by_number),
		cmocka_unit_test(test_household),
		cmocka_unit_test(test_volunteer_sees_own_only),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_forgotten_sign_out),
		cmocka_unit_test(test_street),
		cmocka_unit_test(test_counts_add_up),
		cmocka_unit_test(test_bell),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_golden_home),
	};

	return cmocka_run_group_tests(tests, setup, station_end);
}
