/*
 * A list taken in at the screen: tried, with what is wrong in it told, taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../core/base/file.h"
#include "../lib/station.h"

static const char list[] = "\xef\xbb\xbf编号,姓名,性别,手机号码,血型\r\n"
    "1,陈大为,男,13800138000,A\r\n"
    "2,林小满,女,1380013,B\r\n"
    "3,,男,,O\r\n";

static void put(const char *name, const char *text)
{
	struct station *t = &station_one;
	struct err err = ERR_INIT;
	char dir[300], path[600];

	file_join(dir, sizeof(dir), t->dir, "import");
	file_join(path, sizeof(path), dir, name);
	assert_int_equal(file_mkdirs(&t->env, dir, 0700, &err), MQ_OK);
	assert_int_equal(file_write(&t->env, path, text, strlen(text), 0600,
	    &err), MQ_OK);
}

static void a_list_with_errors(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	char path[300];

	(void)state;
	screen_keys(s, "000");
	screen_see(s, "导入名单");
	screen_keys(s, "3");
	screen_see(s, "导入什么");
	screen_keys(s, "1");
	screen_see(s, "还没有名单");
	screen_key(s, "Esc");
	screen_see(s, "离开");
	put("居民.csv", list);
	screen_keys(s, "0003");
	screen_see(s, "导入什么");
	screen_keys(s, "1");
	screen_see(s, "居民.csv");
	screen_keys(s, "1");
	screen_see(s, "UTF-8，3 行");
	screen_see(s, "手机号码");
	screen_see(s, "不用");
	screen_keys(s, "1");
	screen_see(s, "会新增 1");
	screen_see(s, "导不进 2");
	screen_keys(s, "2");
	screen_see(s, "是");
	screen_keys(s, "1");
	screen_see(s, "新增 1，更正 0");
	screen_see(s, "没导入 2");
	screen_see(s, "3 手机号码");
	screen_see(s, "必填");
	file_join(path, sizeof(path), station_one.dir,
	    "export/居民.csv.errors.csv");
	assert_true(file_exists(path));
	/* the same again */
	screen_keys(s, "2");
	screen_see(s, "是");
	screen_keys(s, "1");
	screen_see(s, "新增 0，更正 0，没变 1");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_with_errors),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
