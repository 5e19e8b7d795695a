/*
 * Hours on the screen: 集体签到 of thirty, the sign-out somebody forgot, the
 * captain's list, a certificate's code.
 */
#include "../../core/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../../core/base/xmalloc.h"
#include "../../core/certificate.h"
#include "../lib/nodes.h"
#include "../lib/procs.h"
#include "../lib/station.h"

#define PEOPLE 30
#define MINUTES_3 180

static struct station st;
static int64_t event;
static int keys;		/* pressed at the board */

static void moment(struct utc t, char out[24])
{
	clock_show(t, CLOCK_MINUTE, out, 24);
}

static void register_thirty(void)
{
	static const char *const family[] = { "孙", "钱", "郑", "冯", "褚" };
	static const char *const given[] = { "桂芳", "大海", "春生", "小燕",
		"文博", "秋月" };
	char name[32], number[16], phone[16];
	int i;

	for (i = 0; i < PEOPLE; i++) {
		snprintf(name, sizeof(name), "%s%s", family[i % 5],
		    given[i / 5]);
		snprintf(number, sizeof(number), "W%04d", 2000 + i);
		snprintf(phone, sizeof(phone), "1390000%04d", 7100 + i);
		station_open(&st, &st.captain, "volunteer", "name", name,
		    "number", number, "phone", phone, "idnumber",
		    i == 0 ? "11010519491231002X" : "", NULL);
	}
}

static int setup(void **state)
{
	char at[24];

	(void)state;
	station_make(&st);
	register_thirty();
	moment(env_now(&st.env), at);
	event = station_open(&st, &st.captain, "event", "activity",
	    "cleaning", "name", "秋日大扫除", "start", at, "minutes", "120",
	    "registered", "30", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&st);
	return 0;
}

/* A sign-in of that moment, as its own day would have written it. */
static int64_t signed_in(const char *number, struct utc t)
{
	struct nodes_one x = { .n = st.n };
	char at[24], body[400];

	moment(t, at);
	access_fake(&x.who, number, "", "volunteer", STATION_ORG);
	snprintf(body, sizeof(body), "{\"d\":{\"k1\":\"%s\",\"opened\":%lld,"
	    "\"source\":\"签到\",\"state\":\"in\",\"title\":\"站点值守\"},"
	    "\"f\":{\"activity\":\"station_duty\",\"start\":\"%s\","
	    "\"volunteer\":\"%s\"}}", number, (long long)t.ms, at, number);
	return ref_rec(nodes_entry(&x, "service", "open", 0, body));
}

static struct screen *board(void)
{
	struct screen *s = station_screen(&st, NULL, NULL);

	station_login(s, STATION_LEAD);
	screen_keys(s, "3");
	screen_see(s, "编号或手机号");
	screen_key(s, "F7");
	screen_see(s, "给哪个活动签到");
	screen_keys(s, "1");
	screen_see(s, "扫卡，或手机后四位");
	screen_see(s, "报名 30 人");
	return s;
}

static void type(struct screen *s, const char *text)
{
	keys += (int)strlen(text);
	screen_keys(s, text);
}

/* Last four, Enter, the masked name, Enter: thirty within three minutes. */
static void thirty_sign_in(void **state)
{
	struct screen *s = board();
	struct timespec from, to;
	char text[64];
	int i;

	(void)state;
	keys = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < PEOPLE; i++) {
		snprintf(text, sizeof(text), "%04d\n", 7100 + i);
		type(s, text);
		snprintf(text, sizeof(text), "尾号 %04d）签到？", 7100 + i);
		screen_see(s, text);
		assert_false(screen_has(s, "桂芳"));	/* masked */
		type(s, "\n");
		snprintf(text, sizeof(text), "在场 %d 人", i + 1);
		screen_see(s, text);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("30 people: %d keys, %d s\n", keys,
	    (int)(to.tv_sec - from.tv_sec));
	assert_int_equal(keys, 6 * PEOPLE);
	assert_true(to.tv_sec - from.tv_sec < MINUTES_3);
	/* the word to the last one goes by itself */
	screen_see(s, "已签到");
	screen_lose(s, "已签到");
	/* nobody but the leader leaves */
	screen_key(s, "Esc");
	screen_see(s, "扫卡，或手机后四位");
	screen_key(s, "F10");
	screen_see(s, "负责人密码");
	screen_keys(s, "111222\n");
	screen_see(s, "密码");
	screen_lose(s, "志愿者编号");
	screen_key(s, "Esc");
	screen_see(s, "扫卡，或手机后四位");
	/* all out in one step */
	screen_key(s, "F8");
	screen_see(s, "在场的 30 人现在一起签出");
	screen_keys(s, "1");
	screen_see(s, "30 人已签出");
	screen_see(s, "在场 0 人，到过 30 人");
	screen_key(s, "F10");
	screen_see(s, "负责人密码");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "编号或手机号");
	screen_stop(&s);
}

/* Thirty at once are no abuse when an event is on. */
static void no_flags(void **state)
{
	static struct hours_doubt list[40];
	struct err err = ERR_INIT;
	int n;

	(void)state;
	assert_int_equal(hours_review_list(st.n, NULL, list, 40, &n, &err),
	    MQ_OK);
	assert_int_equal(n, 0);
}

static void by_the_roster(void **state)
{
	struct screen *s;
	char at[24];

	(void)state;
	moment(env_now(&st.env), at);
	station_step(&st, &st.captain, event, "finish", "came", "30", NULL);
	event = station_open(&st, &st.captain, "event", "activity",
	    "culture", "name", "重阳歌会", "start", at, "minutes", "60",
	    "registered", "30", NULL);
	s = board();
	screen_see(s, "重阳歌会");
	screen_key(s, "F3");
	screen_see(s, "打姓名首字母筛选");
	screen_keys(s, "sgf");
	screen_see(s, "孙**");
	screen_key(s, "Enter");
	screen_see(s, "勾了 1 人");
	screen_keys(s, "qdh");
	screen_see(s, "7106");
	screen_key(s, "Enter");
	screen_key(s, "F2");
	screen_see(s, "2 人已签到");
	screen_see(s, "在场 2 人");
	/* somebody nobody knows: a minor alone, then with the guardian */
	screen_key(s, "F4");
	screen_see(s, "姓名：");
	screen_keys(s, "吴小宝\n");
	screen_see(s, "手机号：");
	screen_keys(s, "\n");
	screen_see(s, "监护人不在");
	screen_keys(s, "3");
	screen_see(s, "要监护人同意才能签到");
	screen_key(s, "F4");
	screen_see(s, "姓名：");
	screen_keys(s, "吴小宝\n");
	screen_see(s, "手机号：");
	screen_keys(s, "\n");
	screen_see(s, "监护人在场并同意");
	screen_keys(s, "2");
	screen_see(s, "临时号 t00101");
	screen_see(s, "在场 3 人");
	/* who is not known at all */
	screen_keys(s, "0000\n");
	screen_see(s, "没有找到");
	screen_key(s, "F10");
	screen_see(s, "负责人密码");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "编号或手机号");
	screen_stop(&s);
}

static void asked_first(void **state)
{
	struct screen *s;
	struct utc now = env_now(&st.env), then;
	int64_t rec;
	struct record_full r;

	(void)state;
	then = clock_day_start((struct day){ clock_day(now).n - 1 });
	then.ms += 14 * MS_HOUR + 2 * MS_MINUTE;
	/* as it was yesterday */
	rec = signed_in(STATION_VOLUNTEER, then);
	s = station_screen(&st, NULL, NULL);
	screen_see(s, "编号或手机号");
	screen_keys(s, STATION_VOLUNTEER "\n");
	screen_see(s, "密码：");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "昨天 14:02 签到，几点走的？");
	screen_keys(s, "xx\n");
	screen_see(s, "xx");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "16:30\n");
	screen_see(s, "今日");
	assert_int_equal(record_get(st.n, rec, &r, NULL), MQ_OK);
	assert_int_equal(r.r.num, 148);
	record_full_free(&r);
	screen_stop(&s);
}

/* The digit that stands before these words. */
static void press_beside(struct screen *s, const char *words)
{
	struct screen_cell c = { .text = "" };
	int row, col;

	assert_true(screen_find(s, words, &row, &col));
	while (--col >= 0) {
		screen_at(s, row, col, &c);
		if (c.text[0] >= '1' && c.text[0] <= '9')
			break;
	}
	assert_true(col >= 0);
	screen_keys(s, c.text);
}

static void the_captains_list(void **state)
{
	struct screen *s;
	struct utc now = env_now(&st.env), day;
	char from[24], to[24];
	struct session lead;
	struct err err = ERR_INIT;
	static struct hours_doubt list[40];
	int64_t a, own;
	struct record_full r;
	int n;

	(void)state;
	station_who(&st, STATION_LEAD, &lead);
	day = clock_day_start((struct day){ clock_day(now).n - 2 });
	moment((struct utc){ day.ms + 8 * MS_HOUR }, from);
	moment((struct utc){ day.ms + 18 * MS_HOUR }, to);
	a = station_open(&st, &st.captain, "service", "volunteer", "W2003",
	    "start", from, "end", to, NULL);
	station_open(&st, &st.captain, "service", "volunteer", "W2004",
	    "start", from, "end", to, NULL);
	own = station_open(&st, &st.captain, "service", "volunteer",
	    STATION_LEAD, "start", from, "end", to, NULL);
	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_LEAD);
	screen_keys(s, "00");
	screen_see(s, "待核时长");
	press_beside(s, "待核时长");
	screen_see(s, "勾上的 2 条按 F2 一起核准");
	screen_see(s, "本人的，由别人审");
	screen_see(s, "超 120 分钟");
	/* one is doubted: the first of them */
	screen_key(s, "Down");
	screen_keys(s, " ");
	screen_see(s, "勾上的 1 条");
	/* looking at it, or what others write, does not tick it again */
	screen_key(s, "Enter");
	screen_see(s, "写了什么");
	screen_key(s, "Esc");
	screen_see(s, "勾上的 1 条");
	station_open(&st, &st.captain, "service", "volunteer", "W2005",
	    "start", from, "end", to, NULL);
	screen_see(s, "勾上的 2 条");
	screen_key(s, "F2");
	screen_see(s, "已核准 2 条");
	assert_int_equal(hours_review_list(st.n, NULL, list, 40, &n, &err),
	    MQ_OK);
	assert_int_equal(record_get(st.n, own, &r, NULL), MQ_OK);
	assert_int_equal(r.r.num, 480);
	record_full_free(&r);
	(void)a;
	screen_stop(&s);
}

/* A service as another node wrote it: nobody here could refuse it. */
static int64_t came_in(const char *number, struct utc from, int minutes)
{
	struct nodes_one x = { .n = st.n };
	char at[24], body[500];

	moment(from, at);
	access_fake(&x.who, STATION_CAPTAIN, "", "captain", STATION_ORG);
	snprintf(body, sizeof(body), "{\"d\":{\"closed\":%lld,\"k1\":\"%s\","
	    "\"num\":%d,\"opened\":%lld,\"served\":%d,\"state\":\"out\","
	    "\"title\":\"环境清洁\"},\"f\":{\"activity\":\"cleaning\","
	    "\"start\":\"%s\",\"volunteer\":\"%s\"}}",
	    (long long)(from.ms + minutes * MS_MINUTE), number, minutes,
	    (long long)from.ms, minutes, at, number);
	return ref_rec(nodes_entry(&x, "service", "open", 0, body));
}

static void an_overlap_is_settled(void **state)
{
	struct utc now = env_now(&st.env), day;
	struct screen *s;
	struct record_full r;
	int64_t a, b, left;

	(void)state;
	day = clock_day_start((struct day){ clock_day(now).n - 3 });
	a = came_in("W2009", (struct utc){ day.ms + 9 * MS_HOUR }, 120);
	b = came_in("W2009", (struct utc){ day.ms + 10 * MS_HOUR }, 90);
	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_CAPTAIN);
	screen_keys(s, "00");
	screen_see(s, "待核时长");
	press_beside(s, "待核时长");
	screen_see(s, "重叠 60 分钟");
	screen_key(s, "End");
	screen_key(s, "F6");
	screen_see(s, "核定重叠");
	screen_see(s, "与哪一条重叠");
	screen_key(s, "F2");
	screen_see(s, "条要看一眼");
	screen_lose(s, "重叠 60 分钟");
	assert_int_equal(record_get(st.n, a, &r, NULL), MQ_OK);
	left = r.r.num;
	record_full_free(&r);
	assert_int_equal(record_get(st.n, b, &r, NULL), MQ_OK);
	left += r.r.num;
	record_full_free(&r);
	assert_int_equal(left, 120 + 90 - 60);
	screen_stop(&s);
}

/* Scripts ask without a person; a false code is a refusal, not wrong use. */
static void by_the_command_line(const char *code)
{
	const char *const verify[] = { screen_bin("minqing"), "--data",
		st.dir, "--json", "certificate", "verify", code, NULL };
	const char *const wrong[] = { screen_bin("minqing"), "--data", st.dir,
		"certificate", "verify", "0400 0S80", NULL };
	const char *const list[] = { screen_bin("minqing"), "--data", st.dir,
		"--by", STATION_LEAD, "--json", "hours", "list", NULL };
	const char *const usage[] = { screen_bin("minqing"), "--data", st.dir,
		"--by", STATION_LEAD, "hours", "dance", NULL };
	char out[8192];

	assert_int_equal(procs_run(out, sizeof(out), verify), 0);
	assert_non_null(strstr(out, "\"minutes\":600"));
	assert_int_equal(procs_run(out, sizeof(out), wrong), 1);
	assert_int_equal(procs_run(out, sizeof(out), list), 0);
	assert_non_null(strstr(out, "\"pending\":120"));
	assert_int_equal(procs_run(out, sizeof(out), usage), 2);
}

static void a_code_at_the_idle_screen(void **state)
{
	struct buf page = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	struct utc now = env_now(&st.env);
	struct screen *s;
	char from[24], to[24], code[2 * CERTIFICATE_CODE];
	const char *at;
	int64_t rec;

	(void)state;
	clock_show((struct utc){ now.ms - 40 * MS_DAY }, CLOCK_DATE, from,
	    sizeof(from));
	clock_show(now, CLOCK_DATE, to, sizeof(to));
	rec = station_open(&st, &st.captain, "certificate", "volunteer",
	    "W2003", "from", from, "to", to, "head", "周敏", NULL);
	station_step(&st, &st.captain, rec, "issue", NULL);
	st.n->env->lang = LANG_ZH;
	assert_int_equal(certificate_page(st.n, rec, "", &page, &err), MQ_OK);
	at = strstr(buf_str(&page), "核对码：\n");
	assert_non_null(at);
	at += strlen("核对码：\n");
	snprintf(code, sizeof(code), "%.*s", (int)(strstr(at, "核对办法") - at),
	    at);
	by_the_command_line(code);
	s = station_screen(&st, NULL, NULL);
	screen_see(s, "编号或手机号");
	screen_key(s, "F5");
	screen_see(s, "粘贴纸上的核对码");
	screen_paste(s, code);
	screen_key(s, "F2");
	screen_see(s, "核对无误");
	screen_see(s, to);
	screen_keys(s, "7");
	screen_key(s, "F2");
	screen_see(s, "这个核对码不对");
	screen_key(s, "Esc");
	screen_see(s, "编号或手机号");
	screen_stop(&s);
	buf_free(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_sign_in),
		cmocka_unit_test(no_flags),
		cmocka_unit_test(by_the_roster),
		cmocka_unit_test(asked_first),
		cmocka_unit_test(the_captains_list),
		cmocka_unit_test(an_overlap_is_settled),
		cmocka_unit_test(a_code_at_the_idle_screen),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
