/*
 * The loop, the frame and the widgets together: the toy program in a pty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/screen.h"
#include "../lib/toy.h"

static struct screen *start(const char *a, const char *b,
    const struct screen_options *o)
{
	const char *argv[] = { screen_self(), "--toy", a, b, NULL };
	struct screen *s = screen_start(argv, o);

	screen_see(s, "网络正常");
	return s;
}

static void first_page(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);
	int row, col;
	bool visible;

	(void)state;
	screen_expect(s,
	    " 光明社区党群服务站                           "
	    "张伟 志愿者  11-22 周日  网络正常\n"
	    "  今日\n"
	    "\n"
	    "  > 1 走访登记 一分钟\n"
	    "    2 群众诉求\n"
	    "    3 网格一览\n"
	    "    4 三秒后提醒\n"
	    "    5 出错\n"
	    "    6 不能选\n"
	    "    7 进度\n"
	    "    8 离开\n"
	    "\n\n\n\n\n\n\n\n\n\n\n\n"
	    " 回车 选定  F1 帮助\n");
	screen_cursor(s, &row, &col, &visible);
	assert_false(visible);		/* nothing is being typed */
	screen_stop(&s);
}

static void in_english(void **state)
{
	const struct screen_options o = { .lang = "en_US.UTF-8" };
	struct screen *s = start(NULL, NULL, &o);

	(void)state;
	screen_see(s, "Enter Choose  F1 Help");
	screen_keys(s, "5");
	screen_see(s, "What was kept");
	screen_see(s, "The disk is full: /dev/mmcblk0p2");
	screen_stop(&s);
}

static void a_form(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);
	struct screen_cell c;
	int row, col;
	bool visible;

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "光明社区党群服务站  走访登记");
	screen_see(s, " F2 保存  Tab 下一栏  ");
	screen_see(s, "  Esc 返回  F1 帮助");
	screen_keys(s, "王芳？");		/* a letter, not help */
	screen_key(s, "Left");
	screen_see(s, "王芳？");
	screen_key(s, "F2");
	screen_see(s, "写好了吗");
	screen_key(s, "Esc");
	screen_see(s, "没有保存");
	screen_cursor(s, &row, &col, &visible);
	assert_true(visible);
	assert_int_equal(row, 2);
	assert_int_equal(col, 12);		/* after two Han, in cells */
	screen_keys(s, "\n");			/* next field: the PIN */
	screen_keys(s, "123456");
	screen_see(s, "******");
	assert_false(screen_has(s, "1234"));
	screen_key(s, "Tab");
	screen_keys(s, "今天上门看望了独居老人，水管漏水，已联系物业。");
	screen_see(s, "情况  今天上门看望了独居老人，水管漏");
	screen_see(s, "水，已联系物业。");
	screen_at(s, 4, 8, &c);
	assert_string_equal(c.text, "今");
	assert_int_equal(c.width, 2);
	screen_at(s, 4, 9, &c);
	assert_string_equal(c.text, "");
	screen_key(s, "Ctrl-s");
	screen_see(s, "> 1 是");
	screen_keys(s, "1");
	screen_see(s, "从 toy_form 回来");
	screen_see(s, "今日");
	screen_stop(&s);
}

static void an_error_in_three_parts(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);

	(void)state;
	screen_keys(s, "5");
	screen_see(s, "发生了什么");
	screen_see(s, "磁盘满了：/dev/mmcblk0p2");
	screen_see(s, "保住了什么");
	screen_see(s, "怎么办");
	screen_see(s, "回车 知道了");
	screen_keys(s, "1");			/* the page below is covered */
	screen_key(s, "Down");
	screen_keys(s, "\n");
	screen_lose(s, "怎么办");
	assert_true(screen_has(s, "今日"));
	/* on a telephone it still fits, and can be scrolled */
	screen_resize(s, 12, 40);
	screen_keys(s, "5");
	screen_see(s, "发生了什么");
	screen_key(s, "End");
	screen_see(s, "再按保存。");
	screen_stop(&s);
}

static void a_list_by_keyset(void **state)
{
	struct screen *s = start("--rows", "1000000", NULL);

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "共 1000000 条");
	screen_see(s, "> 1       1 王芳");
	screen_key(s, "End");
	screen_see(s, "1000000 张伟");
	screen_key(s, "Up");
	screen_see(s, ">    999999 欧阳修竹");
	screen_key(s, "Home");
	screen_see(s, "> 1       1");
	screen_keys(s, "4");
	screen_see(s, "打开了 4 号");
	screen_see(s, "> 4       4 欧阳修竹");
	screen_keys(s, "/777");
	screen_see(s, "筛选：777");
	screen_see(s, "> 1     777");
	screen_key(s, "Down");
	screen_see(s, "> 2    1777");
	screen_keys(s, "\n");
	screen_see(s, "打开了 1777 号");
	screen_key(s, "Esc");
	screen_see(s, "> 1       1");
	assert_true(screen_has(s, "群众诉求"));
	screen_key(s, "Esc");
	screen_see(s, "从 toy_list 回来");
	screen_stop(&s);
}

static void an_empty_and_a_broken_list(void **state)
{
	struct screen *s = start("--rows", "0", NULL);

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "（没有）");
	screen_see(s, "共 0 条");
	screen_stop(&s);
	s = start("--rows", "-1", NULL);
	screen_keys(s, "2");
	screen_see(s, "账本正被别的程序占用");
	screen_stop(&s);
}

static void help_from_the_table(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	screen_key(s, "F1");
	screen_see(s, "帮助：这一页能按的键");
	screen_see(s, "F2, Ctrl-S");
	screen_see(s, "保存这一份");
	screen_see(s, "Ctrl-左, Alt-B");
	screen_key(s, "End");
	screen_see(s, "马上遮住屏幕");
	screen_key(s, "Esc");
	screen_see(s, "写姓名");
	screen_stop(&s);
}

static void the_curtain(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);

	(void)state;
	screen_key(s, "F9");
	screen_expect(s, "");
	screen_keys(s, "8");			/* lifts it, chooses nothing */
	screen_see(s, "> 1 走访登记");
	screen_stop(&s);
}

static void timers_and_the_bell(void **state)
{
	char path[] = "/tmp/mq-bell-XXXXXX", fifo[64];
	struct screen *s;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(fifo, sizeof(fifo), "%s/bell", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	s = start("--bell", fifo, NULL);
	screen_keys(s, "4");
	screen_see(s, "到时间了");
	fd = open(fifo, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	screen_see(s, "来了 1 条");
	close(fd);
	screen_stop(&s);
	unlink(fifo);
	rmdir(path);
}

static void nobody_there(void **state)
{
	struct screen *s = start("--idle", "50", NULL);

	(void)state;
	screen_see(s, "没有人，回到首页");
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	screen_see(s, "没有人，回到首页");
	screen_lose(s, "写姓名");
	screen_stop(&s);
}

static void long_work_shows_itself(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);

	(void)state;
	screen_keys(s, "7");
	screen_see(s, "整理完了");
	assert_false(screen_has(s, "%"));
	screen_stop(&s);
}

static void words_and_colours(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);
	struct screen_cell c;
	int row, col;

	(void)state;
	screen_keys(s, "3");
	screen_see(s, "第3网格     超期");	/* the word is there */
	assert_true(screen_find(s, "第3网格", &row, &col));
	screen_at(s, row, col, &c);
	assert_int_equal(c.bg, 124);		/* and the colour too */
	screen_see(s, " 45%");
	screen_see(s, "40 分钟");
	screen_stop(&s);
}

static void another_theme(void **state)
{
	static char dir[4096];
	const char *src = getenv("MQ_SRC");
	const char *argv[] = { screen_self(), "--toy", "--themes", dir,
		"--theme", "mono", NULL };
	struct screen *s;
	struct screen_cell c;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/themes", src != NULL ? src : ".");
	s = screen_start(argv, NULL);
	screen_see(s, "网络正常");
	screen_at(s, 0, 1, &c);
	assert_true(c.reverse);
	assert_int_equal(c.bg, -1);
	screen_stop(&s);
}

static void no_wide_character_is_cut(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "编号");
	for (int cols = 79; cols >= 40; cols -= 3) {
		screen_resize(s, 20, cols);
		screen_see(s, "网络正常");
		screen_see(s, "> 1");
		/* a cut one would leave a half or a replacement sign */
		assert_false(screen_has(s, "\xef\xbf\xbd"));
		screen_key(s, "Down");
		screen_see(s, "> 2");
		screen_key(s, "Up");
	}
	screen_stop(&s);
}

/* What travels for one key: only the cells that change. */
static void few_bytes_a_key(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);
	size_t before;

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "> 1       1");
	screen_see(s, "Esc 返回  F1 帮助");	/* the last line too */
	before = screen_received(s);
	for (int i = 2; i <= 9; i++) {
		char row[16];

		screen_key(s, "Down");
		snprintf(row, sizeof(row), "> %d", i);
		screen_see(s, row);
	}
	if (screen_received(s) - before > (size_t)8 * 185)
		fail_msg("%zu bytes for 8 keys",
		    screen_received(s) - before);
	print_message("bytes a Down key: %zu\n",
	    (screen_received(s) - before) / 8);
	screen_stop(&s);
}

/* A held key is drained before a paint. */
static void a_held_key(void **state)
{
	struct screen *s = start("--rows", "100000", NULL);
	static char keys[100 * 3 + 1];
	size_t before;

	(void)state;
	screen_keys(s, "2");
	screen_see(s, "> 1       1");
	screen_see(s, "Esc 返回  F1 帮助");
	for (int i = 0; i < 100; i++)
		memcpy(keys + 3 * i, "\033[B", 3);
	before = screen_received(s);
	screen_bytes(s, keys, 300);
	screen_see(s, ">       101");
	print_message("bytes a held key: %zu\n",
	    (screen_received(s) - before) / 100);
	if (screen_received(s) - before > (size_t)100 * 60)
		fail_msg("%zu bytes for 100 keys",
		    screen_received(s) - before);
	screen_stop(&s);
}

static long voluntary_switches(pid_t pid)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			break;
	fclose(f);
	return n;
}

static bool never(struct screen *s, void *ctx)
{
	(void)s;
	(void)ctx;
	return false;
}

/* With nothing to do it sleeps until something happens. */
static void asleep_while_idle(void **state)
{
	struct screen *s = start(NULL, NULL, NULL);
	long before;

	(void)state;
	screen_key(s, "Down");
	screen_see(s, "> 2");
	(void)screen_wait_until(s, never, NULL, 600);	/* the dust settles */
	before = voluntary_switches(screen_pid(s));
	(void)screen_wait_until(s, never, NULL, 1000);
	assert_int_equal(voluntary_switches(screen_pid(s)), before);
	screen_stop(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_page),
		cmocka_unit_test(in_english),
		cmocka_unit_test(a_form),
		cmocka_unit_test(an_error_in_three_parts),
		cmocka_unit_test(a_list_by_keyset),
		cmocka_unit_test(an_empty_and_a_broken_list),
		cmocka_unit_test(help_from_the_table),
		cmocka_unit_test(the_curtain),
		cmocka_unit_test(timers_and_the_bell),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(long_work_shows_itself),
		cmocka_unit_test(words_and_colours),
		cmocka_unit_test(another_theme),
		cmocka_unit_test(no_wide_character_is_cut),
		cmocka_unit_test(few_bytes_a_key),
		cmocka_unit_test(a_held_key),
		cmocka_unit_test(asleep_while_idle),
	};

	if (argc > 1 && strcmp(argv[1], "--toy") == 0)
		return toy_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
