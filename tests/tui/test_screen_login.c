/*
 * Coming in, as people meet it: the real program in a pty on a real node.
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
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/login.h"
#include "../lib/station.h"

static void type_number(struct screen *s, const char *number)
{
	screen_see(s, "编号或手机号");
	screen_keys(s, number);
	screen_keys(s, "\n");
}

static void test_idle_screen(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	screen_see(s, "翠竹社区党群服务站");
	screen_see(s, "民 情 账");
	screen_see(s, "现在没有人签到");
	screen_see(s, "单机");
	screen_see(s, "F3 签到签退");
	screen_stop(&s);
}

static void test_number_and_phone(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_see(s, "李秀英 志愿者");
	screen_key(s, "F10");
	type_number(s, "13800000003");
	screen_see(s, "密码：");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "陈立新 网格长");
	screen_stop(&s);
}

static void test_wrong_tries(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	type_number(s, STATION_GRIDWORKER);
	screen_see(s, "密码：");
	screen_keys(s, "111222\n");
	screen_see(s, "密码不对，还可以试 4 次");
	screen_keys(s, "111222\n");
	screen_see(s, "还可以试 3 次");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "赵国强 网格员");
	screen_stop(&s);
}

static void test_pin_is_never_shown(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	type_number(s, STATION_VOLUNTEER);
	screen_see(s, "密码：");
	screen_keys(s, "739");
	screen_see(s, "***");
	assert_false(screen_has(s, "739"));
	screen_key(s, "Esc");
	screen_see(s, "编号或手机号");
	screen_stop(&s);
}

static void test_unknown_number(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	type_number(s, "nobody9");
	screen_see(s, "密码：");
	screen_keys(s, "123987\n");
	screen_see(s, "没有这个编号或手机号");
	screen_stop(&s);
}

static void test_first_login_by_code(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	type_number(s, STATION_NEW);
	screen_see(s, "开通码：");
	screen_keys(s, "KX7M-29QQ\n");
	screen_see(s, "开通码不能用：号码不对");
	screen_keys(s, STATION_CODE "\n");
	screen_see(s, "给自己定一个密码");
	screen_keys(s, "123456\n");
	screen_see(s, "太容易猜");
	screen_keys(s, "946025\n");
	screen_see(s, "再输一遍");
	screen_keys(s, "946026\n");
	screen_see(s, "两遍输的不一样");
	screen_keys(s, "946025\n");
	screen_see(s, "再输一遍");
	screen_keys(s, "946025\n");
	screen_see(s, "欧阳小兰 志愿者");
	screen_key(s, "F10");
	type_number(s, STATION_NEW);
	screen_see(s, "密码：");		/* the code is spent */
	screen_keys(s, "946025\n");
	screen_see(s, "欧阳小兰 志愿者");
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
	screen_see(s, "记走访");
	screen_stop(&s);
}

static void test_number_fixed_by_key(void **state)
{
	static const char *const argv[] = { "--as", STATION_CAPTAIN, NULL };
	struct screen *s = station_screen(&station_one, NULL, argv);

	(void)state;
	screen_see(s, "密码：");
	assert_false(screen_has(s, "编号或手机号"));
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "陈立新 网格长");
	screen_stop(&s);
}

static void test_english(void **state)
{
	const struct screen_options o = { .lang = "en_US.UTF-8" };
	struct screen *s = station_screen(&station_one, &o, NULL);

	(void)state;
	screen_see(s, "Number or phone:");
	screen_keys(s, STATION_VOLUNTEER "\n");
	screen_see(s, "PIN:");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "1 Visit");
	screen_stop(&s);
}

static void test_small_terminals(void **state)
{
	const struct screen_options o = { .rows = 12, .cols = 40 };
	struct screen *s = station_screen(&station_one, &o, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_resize(s, 10, 30);
	screen_see(s, "窗口太小");
	screen_resize(s, 24, 80);
	screen_see(s, "要办的");
	screen_stop(&s);
}

static void test_leaving(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);
	int status = -1;

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_key(s, "Esc");
	screen_see(s, "退出程序");
	screen_keys(s, "2");
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	screen_stop(&s);
}

static void test_hang_up(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);
	int status = -1;

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_signal(s, SIGHUP);
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_true(WIFEXITED(status));
	screen_stop(&s);
}

/* Runs the program without a terminal; its exit status, its words in out. */
static int run_plain(const char *const *argv, char *out, size_t size)
{
	int fd[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], STDERR_FILENO);
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		setenv("LC_ALL", "zh_CN.UTF-8", 1);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fd[1]);
	while (n + 1 < size && (got = read(fd[0], out + n, size - n - 1)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_no_terminal(void **state)
{
	const char *argv[] = { screen_bin("minqing"), "--data", station_one.dir,
	    NULL };
	char out[2000];

	(void)state;
	assert_int_equal(run_plain(argv, out, sizeof(out)), 2);
	assert_non_null(strstr(out, "没有连着终端"));
	assert_non_null(strstr(out, "minqing list"));
}

static void test_help_and_version(void **state)
{
	const char *help[] = { screen_bin("minqing"), "--help", NULL };
	const char *bad[] = { screen_bin("minqing"), "--nonsense", NULL };
	char out[8000];

	(void)state;
	assert_int_equal(run_plain(help, out, sizeof(out)), 0);
	assert_non_null(strstr(out, "--data DIR"));
	assert_non_null(strstr(out, "verify"));
	assert_int_equal(run_plain(bad, out, sizeof(out)), 2);
	assert_non_null(strstr(out, "--help"));
}

static void test_no_node(void **state)
{
	const char *argv[] = { screen_bin("minqing"), "--data", "/nonexistent",
		NULL };
	struct screen *s = screen_start(argv, NULL);
	int status = -1;

	(void)state;
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_true(screen_has(s, "不是民情账的数据目录"));
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_screen),
		cmocka_unit_test(test_number_and_phone),
		cmocka_unit_test(test_wrong_tries),
		cmocka_unit_test(test_pin_is_never_shown),
		cmocka_unit_test(test_unknown_number),
		cmocka_unit_test(test_first_login_by_code),
		cmocka_unit_test(test_vouched),
		cmocka_unit_test(test_number_fixed_by_key),
		cmocka_unit_test(test_english),
		cmocka_unit_test(test_small_terminals),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_help_and_version),
		cmocka_unit_test(test_no_node),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
