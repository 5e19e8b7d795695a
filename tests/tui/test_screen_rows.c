/*
 * A long form with a cascade and a repeat, typed at the desk: rows come, are
 * filled, one goes again, and the ledger holds the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../lib/packs.h"
#include "../lib/station.h"

static const char survey[] =
    "type,name,label::中文 (zh),label::English (en),required,relevant,"
    "choice_filter,calculation\n"
    "select_one @community,community,社区,Community,yes,,,\n"
    "select_one @grid,grid,网格,Grid,yes,,community=${community},\n"
    "begin repeat,member,成员,Member,,,,\n"
    "text,mname,姓名,Name,yes,,,\n"
    "integer,age,${mname}的年龄,Age of ${mname},yes,,,\n"
    "select_one yes_no,school,在读吗,At school,,${age} < 18,,\n"
    "end repeat,,,,,,,\n"
    "calculate,people,,,,,,count(${member})\n"
    "note,sum,共 ${people} 人,${people} persons,,${people} > 0,,\n"
    "text,remark,补充,Remark,,,,\n";

static const struct record_full *saved(void)
{
	static struct record_full r;
	struct record_query q = { .kind = "roll", .sort = SORT_CHANGED };
	struct record row;
	struct err err = ERR_INIT;
	int n = 0;

	assert_int_equal(record_page(station_one.n, &q, NULL, false, &row, 1,
	    &n, &err), MQ_OK);
	assert_int_equal(n, 1);
	record_full_free(&r);
	assert_int_equal(record_get(station_one.n, row.rec, &r, &err), MQ_OK);
	return &r;
}

static void add_member(struct screen *s, const char *head, const char *name,
    const char *age)
{
	char label[64];

	screen_see(s, "> ＋ 回车再加一行");
	screen_keys(s, "\n");
	screen_see(s, head);
	screen_see(s, "> 姓名");
	screen_paste(s, name);
	screen_keys(s, "\n");
	snprintf(label, sizeof(label), "> %s的年龄", name);
	screen_see(s, label);
	screen_keys(s, age);
	screen_keys(s, "\n");
}

static void cascade_and_rows(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	const struct record_full *r;
	int i;

	(void)state;
	screen_see(s, "记走访");
	/* the menu turns its pages by 0; the digit stands before the word */
	for (i = 0; i < 4 && !screen_wait_text(s, "1 全部种类", 300); i++)
		screen_keys(s, "0");
	screen_keys(s, "1");
	screen_see(s, "n 新记");
	screen_key(s, "End");
	screen_see(s, ">   花名册");
	screen_keys(s, "n");
	screen_see(s, "登记：花名册");
	screen_see(s, "> 社区");
	/* the list narrows as initials are typed, then a digit picks */
	screen_keys(s, "cz");
	screen_see(s, "筛选");
	screen_keys(s, "1");
	screen_see(s, "> 网格");
	screen_see(s, "翠竹第一网格");
	screen_keys(s, "1");
	add_member(s, "成员 第 1 行", "王秀英", "75");
	screen_lose(s, "在读吗");
	add_member(s, "成员 第 2 行", "赵小丫", "9");
	screen_see(s, "> 在读吗");
	screen_keys(s, "1");
	add_member(s, "成员 第 3 行", "孙大圣", "44");
	screen_see(s, "共 3 人");
	screen_key(s, "Up");
	screen_see(s, "> 孙大圣的年龄");
	screen_key(s, "F9");
	screen_see(s, "这一行去掉了");
	screen_see(s, "共 2 人");
	screen_key(s, "F2");
	screen_see(s, "已保存");
	screen_stop(&s);
	r = saved();
	assert_string_equal(fields_text(&r->f, "people"), "2");
	assert_string_equal(fields_text(&r->f, "community"), "990101001001");
	assert_string_equal(fields_text(&r->f, "grid"), STATION_GRID);
	assert_string_equal(fields_text(&r->f, "member.1.mname"), "王秀英");
	assert_int_equal(fields_int(&r->f, "member.2.age", 0), 9);
	assert_string_equal(fields_text(&r->f, "member.2.school"), "no");
	assert_false(fields_has(&r->f, "member.1.school"));
	assert_false(fields_has(&r->f, "member.3.mname"));
}

static int begin(void **state)
{
	packs_begin();
	packs_put("forms/roll/survey.csv", survey);
	packs_append("kinds.csv", "roll,花名册,Roll,form,${grid},,,no,no,@node,"
	    "title opened by\n");
	packs_append("roles.csv", "captain,,,roll,*,all\n");
	return station_begin(state);
}

static int end(void **state)
{
	int rc = station_end(state);

	packs_end();
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cascade_and_rows),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
