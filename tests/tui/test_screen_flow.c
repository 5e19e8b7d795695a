/*
 * The flow on the screen: a whistle with three parties, recorded for and
 * printed; merging and taking it back; several clocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../core/person_id.h"
#include "../lib/station.h"

static int64_t case_in_hand(const char *text)
{
	int64_t rec = station_open(&station_one, &station_one.captain,
	    "request", "type", "help", "caller", "李先生", "category", "city",
	    "subject", "stairs", "content", text, NULL);

	station_step(&station_one, &station_one.captain, rec, "accept", NULL);
	station_step(&station_one, &station_one.captain, rec, "dispatch",
	    "to_org", "990101001001", NULL);
	return rec;
}

/* The record page of that case, found by its number. */
static struct screen *look_at(int64_t rec, char no[24])
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct record_full r;
	struct err err = ERR_INIT;

	assert_int_equal(record_get(station_one.n, rec, &r, &err), MQ_OK);
	person_id_short_show(r.r.no, no);
	record_full_free(&r);
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, no);
	screen_keys(s, "\n");
	screen_see(s, "写了什么");
	return s;
}

/* Saves the form and goes back to the record. */
static void saved(struct screen *s)
{
	screen_key(s, "Ctrl-s");
	screen_see(s, "已写进本机账本");
	screen_keys(s, "\n");
	screen_lose(s, "已写进本机账本");
}

static void test_whistle(void **state)
{
	int64_t rec = case_in_hand("墙体开裂，水管也裂了。");
	struct record rows[4];
	struct record_full r;
	struct err err = ERR_INIT;
	struct screen *s;
	char no[24];
	int n;

	(void)state;
	s = look_at(rec, no);
	screen_keys(s, "h");
	screen_see(s, "吹哨单位");
	screen_keys(s, "134\n");
	screen_see(s, "> 单位");
	screen_keys(s, "\n");
	screen_see(s, "> 原因");
	screen_keys(s, "墙体开裂");
	saved(s);
	screen_key(s, "End");
	screen_see(s, "相关");
	screen_see(s, "1  吹哨  城管办 墙体开裂  已吹哨  快到期");
	screen_see(s, "派出所 墙体开裂  已吹哨");
	screen_see(s, "供水站 墙体开裂  已吹哨");
	assert_int_equal(record_derived(station_one.n, rec, rows, 4, &n,
	    &err), MQ_OK);
	assert_int_equal(n, 3);
	/* The sheet to telephone by. */
	screen_key(s, "F9");
	screen_see(s, "吹哨联系单");
	screen_see(s, "值班电话：0999-5550142");
	screen_key(s, "Esc");
	screen_lose(s, "值班电话");
	/* The police have no program: whoever called records for them. */
	screen_keys(s, "2");
	screen_see(s, "s 签收");
	screen_see(s, "30 分钟内签收");
	screen_see(s, "4 个工作时内到场");
	screen_keys(s, "s");
	screen_see(s, "> 对方谁答的");
	screen_keys(s, "值班员老赵\n");
	screen_see(s, "> 对方答复时间");
	screen_keys(s, "现在");
	saved(s);
	screen_see(s, "c 联系");
	screen_see(s, "已签收");
	assert_int_equal(record_get(station_one.n, rows[1].rec, &r, &err),
	    MQ_OK);
	assert_string_equal(r.r.state, "signed");
	record_full_free(&r);
	screen_stop(&s);
}

static void test_merge_and_back(void **state)
{
	int64_t a = case_in_hand("路灯不亮，晚上看不见。"), b;
	struct record_full r;
	struct err err = ERR_INIT;
	struct screen *s;
	char no_a[24], no_b[24];

	(void)state;
	assert_int_equal(record_get(station_one.n, a, &r, &err), MQ_OK);
	person_id_short_show(r.r.no, no_a);
	record_full_free(&r);
	b = case_in_hand("路灯又不亮了。");
	s = look_at(b, no_b);
	screen_keys(s, "g");
	screen_see(s, "> 并入哪一件");
	screen_keys(s, no_a);
	screen_keys(s, "\n");
	screen_see(s, "> 原因");
	saved(s);
	screen_see(s, "已并案");
	screen_see(s, "已并入");
	screen_see(s, no_a);
	screen_see(s, "j 撤销并案");
	/* From here to the main one, which shows it too. */
	screen_key(s, "End");
	screen_keys(s, "1");
	screen_see(s, "路灯不亮，晚上看不见");
	screen_key(s, "End");
	screen_see(s, "并入 ");
	screen_see(s, no_b);
	screen_key(s, "Esc");
	screen_see(s, "j 撤销并案");
	screen_keys(s, "j");
	screen_see(s, "> 原因");
	screen_keys(s, "不是同一盏灯");
	saved(s);
	screen_see(s, "g 并案");
	screen_lose(s, "已并入");
	assert_int_equal(record_get(station_one.n, b, &r, &err), MQ_OK);
	assert_string_equal(r.r.state, "dispatched");
	assert_int_equal(r.r.main, 0);
	assert_int_not_equal(r.r.due_at.ms, 0);
	record_full_free(&r);
	screen_stop(&s);
}

/* Words that ask for a call first stand across the form. */
static void test_urgent_words(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "急的先打电话");
	for (int i = 0; i < 30 && !screen_has(s, "> 内容"); i++) {
		screen_key(s, "Down");
		(void)screen_wait_text(s, "> 内容", 200);
	}
	screen_see(s, "> 内容");
	screen_keys(s, "楼下起火了");
	screen_key(s, "Tab");
	screen_see(s, "先打 119，人先撤");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whistle),
		cmocka_unit_test(test_merge_and_back),
		cmocka_unit_test(test_urgent_words),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
