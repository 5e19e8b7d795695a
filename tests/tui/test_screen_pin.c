/*
 * Changing one's PIN, and a start code for a colleague: the real program in
 * a pty on a real node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../lib/station.h"

#define NEW_PIN "946025"

static void log_in(struct screen *s, const char *number, const char *pin)
{
	screen_see(s, "编号或手机号");
	screen_keys(s, number);
	screen_keys(s, "\n");
	screen_see(s, "密码：");
	screen_keys(s, pin);
	screen_keys(s, "\n");
	screen_see(s, "1 记走访");
}

/* Every refusal says its own words and where to go on. */
static void test_change(void **state)
{
	struct screen *s = station_come_in(STATION_VOLUNTEER, NULL);

	(void)state;
	screen_see(s, "F8 改密码");
	screen_key(s, "F8");
	screen_see(s, "现在的密码：");
	assert_false(screen_has(s, "重发开通码"));
	screen_see(s, "别的站点等下一份名册");
	screen_keys(s, "111222\n");
	screen_see(s, "密码不对，还可以试 4 次");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "新密码");
	screen_keys(s, "123456\n");
	screen_see(s, "太容易猜：连号");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "与原来的相同");
	screen_keys(s, NEW_PIN "\n");
	screen_see(s, "再输一遍");
	screen_keys(s, "946026\n");
	screen_see(s, "两遍输的不一样");
	screen_keys(s, NEW_PIN "\n");
	screen_see(s, "再输一遍");
	assert_false(screen_has(s, NEW_PIN));
	screen_keys(s, NEW_PIN "\n");
	screen_see(s, "密码已改");
	screen_see(s, "1 记走访");
	screen_key(s, "F10");
	log_in(s, STATION_VOLUNTEER, NEW_PIN);
	screen_stop(&s);
}

static void read_code(struct screen *s, char out[16])
{
	int row, col;

	screen_see(s, "开通码：");
	assert_true(screen_find(s, "开通码：", &row, &col));
	assert_int_equal(sscanf(strstr(screen_line(s, row), "开通码：") +
	    strlen("开通码："), " %4c %4c", out, out + 4), 2);
	out[8] = '\0';
}

static void test_reset(void **state)
{
	struct screen *s = station_come_in(STATION_LEAD, NULL);
	char code[16];

	(void)state;
	screen_key(s, "F8");
	screen_see(s, "F5 重发开通码");
	screen_key(s, "F5");
	screen_see(s, "同事的编号或手机号：");
	screen_keys(s, "nobody\n");
	screen_see(s, "没有这个编号或手机号");
	screen_key(s, "Ctrl-u");
	screen_keys(s, STATION_STREET "\n");
	screen_see(s, "这个岗位的密码由管理员重发");
	screen_keys(s, STATION_GRIDWORKER "\n");
	screen_see(s, "给 赵国强（" STATION_GRIDWORKER "）重发开通码？");
	screen_keys(s, "1");
	screen_see(s, "赵国强 的新开通码");
	read_code(s, code);
	screen_keys(s, "\n");
	screen_see(s, "1 记走访");
	assert_false(screen_has(s, code));
	screen_key(s, "F10");
	screen_see(s, "编号或手机号");
	screen_keys(s, STATION_GRIDWORKER "\n");
	screen_see(s, "开通码：");
	screen_keys(s, "00000000\n");	/* told before any PIN is asked for */
	screen_see(s, "开通码不能用：号码不对");
	screen_keys(s, code);
	screen_keys(s, "\n");
	screen_see(s, "给自己定一个密码");
	screen_keys(s, NEW_PIN "\n");
	screen_see(s, "再输一遍");
	screen_keys(s, NEW_PIN "\n");
	screen_see(s, "赵国强 网格员");
	screen_stop(&s);
}

static void test_vouched(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	screen_see(s, "编号或手机号");
	screen_keys(s, STATION_VOLUNTEER);
	screen_key(s, "F4");
	screen_see(s, "担保人编号");
	screen_keys(s, STATION_LEAD "\n");
	screen_see(s, "担保人密码");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "（担保）");
	screen_key(s, "F8");
	screen_see(s, "担保登录不能改密码");
	screen_keys(s, "\n");
	screen_lose(s, "担保登录不能改密码");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_vouched),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
