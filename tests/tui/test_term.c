/*
 * The terminal itself, seen from outside: what keys become, what is refused,
 * what is left behind.  This program runs itself as the toy.
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
#include <termios.h>
#include <unistd.h>

#include "../lib/screen.h"
#include "../lib/toy.h"

static struct screen *start(const struct screen_options *o)
{
	const char *argv[] = { screen_self(), "--toy", NULL };

	return screen_start(argv, o);
}

static int exit_status(struct screen *s)
{
	int status = 0;

	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void refused(const char *term, const char *words)
{
	const struct screen_options o = { .term = term };
	struct screen *s = start(&o);

	screen_see(s, words);
	assert_false(screen_in_alternate(s));
	assert_int_equal(exit_status(s), 1);
	screen_stop(&s);
}

static void terminals_that_cannot(void **state)
{
	(void)state;
	refused("dumb", "这个终端用不了：TERM=dumb");
	refused("", "这个终端用不了");
	refused("vt52", "这个终端用不了");
	refused("../x", "这个终端用不了");
	/* no Chinese there: the sentence is English */
	refused("linux", "This terminal cannot be used: TERM=linux");
}

static void a_terminal_with_a_long_name(void **state)
{
	static char name[10240];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	memcpy(name, "xterm-", 6);
	refused(name, "这个终端用不了");
}

static void families_we_know(void **state)
{
	static const char *const terms[] = { "xterm", "tmux-256color",
		"screen", "foot", "rxvt-unicode-256color", "kmscon" };

	(void)state;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		const struct screen_options o = { .term = terms[i] };
		struct screen *s = start(&o);

		screen_see(s, "走访登记");
		screen_keys(s, "8");
		assert_int_equal(exit_status(s), 0);
		screen_stop(&s);
	}
}

static void not_a_terminal(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
	static char cmd[4200];
	struct screen *s;

	(void)state;
	snprintf(cmd, sizeof(cmd), "'%s' --toy < /dev/null; echo status $?",
	    screen_self());
	argv[2] = cmd;
	s = screen_start(argv, NULL);
	screen_see(s, "这个终端用不了");
	screen_see(s, "status 1");
	screen_stop(&s);
}

static void keys_that_stop_others(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	screen_key(s, "Ctrl-z");
	screen_key(s, "Ctrl-s");
	screen_key(s, "Ctrl-q");
	screen_key(s, "Ctrl-v");
	screen_bytes(s, "\034", 1);		/* Ctrl-\ */
	screen_key(s, "Ctrl-c");
	screen_see(s, "Ctrl-C 只是一个键");
	screen_signal(s, SIGTSTP);
	screen_signal(s, SIGINT);
	screen_signal(s, SIGQUIT);
	screen_key(s, "Down");
	screen_see(s, "> 2 群众诉求");
	screen_stop(&s);
}

/* The modes of the tty before and after are the same, and the screen of
 * before is there again. */
static void leaves_as_it_came(void **state)
{
	static char cmd[9000];
	const char *argv[] = { "/bin/sh", "-c", cmd, NULL };
	struct screen *s;

	(void)state;
	snprintf(cmd, sizeof(cmd), "echo before; a=$(stty -g); '%s' --toy; "
	    "test \"$a\" = \"$(stty -g)\" && echo modes are back",
	    screen_self());
	s = screen_start(argv, NULL);
	screen_see(s, "走访登记");
	assert_true(screen_in_alternate(s));
	screen_keys(s, "8");
	screen_see(s, "modes are back");
	screen_see(s, "before");
	screen_see(s, "bye 0");
	assert_false(screen_has(s, "走访登记"));
	assert_false(screen_in_alternate(s));
	screen_stop(&s);
}

static void a_crash_gives_the_screen_back(void **state)
{
	static char cmd[9000];
	const char *argv[] = { "/bin/sh", "-c", cmd, NULL };
	struct screen *s;
	int row, col;
	bool visible;

	(void)state;
	snprintf(cmd, sizeof(cmd), "ulimit -c 0; a=$(stty -g); '%s' --toy; "
	    "test \"$a\" = \"$(stty -g)\" && echo modes are back",
	    screen_self());
	s = screen_start(argv, NULL);
	screen_see(s, "走访登记");
	screen_key(s, "F12");			/* the toy aborts */
	screen_see(s, "modes are back");
	assert_false(screen_in_alternate(s));
	screen_cursor(s, &row, &col, &visible);
	assert_true(visible);
	screen_stop(&s);
}

static void hang_up_and_term_keep_what_was_typed(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char path[] = "/tmp/mq-left-XXXXXX", got[64] = "";
		const char *argv[] = { screen_self(), "--toy", "--left", path,
			NULL };
		int fd = mkstemp(path);
		struct screen *s;
		FILE *f;

		assert_true(fd >= 0);
		close(fd);
		s = screen_start(argv, NULL);
		screen_see(s, "走访登记");
		screen_keys(s, "1");
		screen_see(s, "姓名");
		screen_keys(s, "王芳");
		screen_see(s, "王芳");
		screen_signal(s, signals[i]);
		assert_int_equal(exit_status(s), 0);
		f = fopen(path, "r");
		assert_non_null(f);
		assert_non_null(fgets(got, sizeof(got), f));
		fclose(f);
		unlink(path);
		assert_string_equal(got, "kept:王芳\n");
		screen_stop(&s);
	}
}

static void chinese_in_pieces(void **state)
{
	static const char text[] = "阿卜杜热合曼·买买提";
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		screen_bytes(s, text + i, 1);
	screen_see(s, text);
	screen_stop(&s);
}

static void a_paste_is_text(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	/* keys in a paste are no keys: nothing is chosen, nobody leaves */
	screen_paste(s, "8\n8\n\033[2J");
	screen_key(s, "Down");
	screen_see(s, "> 2 群众诉求");
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	screen_paste(s, "张\033]0;x\a伟\n");
	screen_see(s, "张]0;x伟");
	assert_string_equal(screen_title(s), "");
	assert_true(screen_has(s, "密码"));
	screen_stop(&s);
}

static void bytes_that_are_no_text(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	screen_keys(s, "王");
	screen_bytes(s, "\xd6\xff", 2);
	screen_see(s, "文字里有认不出的字节");
	screen_see(s, "认得出的都留下了");
	screen_keys(s, "\n");
	screen_lose(s, "认得出的都留下了");
	assert_true(screen_has(s, "王"));
	screen_stop(&s);
}

static void other_sizes(void **state)
{
	static const int sizes[][2] = { { 30, 100 }, { 12, 40 }, { 50, 200 },
		{ 24, 80 } };
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "1");
	screen_see(s, "写姓名");
	screen_keys(s, "欧阳修竹");
	for (size_t i = 0; i < 4; i++) {
		screen_resize(s, sizes[i][0], sizes[i][1]);
		screen_see(s, "网络正常");
		screen_see(s, "F2 保存");
		screen_see(s, "欧阳修竹");
	}
	screen_resize(s, 5, 20);
	screen_see(s, "窗口太小");
	screen_resize(s, 1, 1);
	screen_resize(s, 24, 80);
	screen_see(s, "欧阳修竹");
	screen_stop(&s);
}

/* A terminal that makes ambiguous signs two cells wide: borders in ASCII,
 * full-width stand-ins, and no column shifts. */
static void a_wide_terminal(void **state)
{
	const struct screen_options o = { .wide_ambiguous = true };
	struct screen *s = start(&o);
	int row, col;

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "5");
	screen_see(s, "+- 请注意 ---");
	screen_see(s, "磁盘满了");
	assert_false(screen_has(s, "│"));
	screen_keys(s, "\n");
	screen_keys(s, "3");
	screen_see(s, "引号「民情」与㈠省略．");
	assert_true(screen_find(s, "引号", &row, &col));
	assert_int_equal(col, 2);
	screen_stop(&s);
}

static void a_terminal_that_does_not_answer(void **state)
{
	const struct screen_options o = { .mute = true };
	struct screen *s = start(&o);

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "5");
	screen_see(s, "┌─ 请注意");
	screen_stop(&s);
}

static void escape_alone_and_in_sequences(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	screen_see(s, "走访登记");
	screen_keys(s, "2");
	screen_see(s, "编号");
	screen_key(s, "Esc");
	screen_see(s, "从 toy_list 回来");
	screen_see(s, "> 2 群众诉求");
	/* In two packets; where the machine pauses between them for longer
	 * than the program waits, it is Esc and two letters: try again. */
	for (int i = 0; i < 20 && !screen_has(s, "> 3"); i++) {
		screen_bytes(s, "\033", 1);
		screen_bytes(s, "[B", 2);
		(void)screen_wait_text(s, "> 3", 500);
	}
	screen_see(s, "> 3 网格一览");
	screen_stop(&s);
}

static void without_colour(void **state)
{
	static const char *const env[] = { "NO_COLOR=1", NULL };
	const struct screen_options o = { .env = env };
	struct screen *s = start(&o);

	(void)state;
	screen_see(s, "走访登记");
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++) {
			struct screen_cell c;

			screen_at(s, row, col, &c);
			assert_int_equal(c.fg, -1);
			assert_int_equal(c.bg, -1);
		}
	screen_stop(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals_that_cannot),
		cmocka_unit_test(a_terminal_with_a_long_name),
		cmocka_unit_test(families_we_know),
		cmocka_unit_test(not_a_terminal),
		cmocka_unit_test(keys_that_stop_others),
		cmocka_unit_test(leaves_as_it_came),
		cmocka_unit_test(a_crash_gives_the_screen_back),
		cmocka_unit_test(hang_up_and_term_keep_what_was_typed),
		cmocka_unit_test(chinese_in_pieces),
		cmocka_unit_test(a_paste_is_text),
		cmocka_unit_test(bytes_that_are_no_text),
		cmocka_unit_test(other_sizes),
		cmocka_unit_test(a_wide_terminal),
		cmocka_unit_test(a_terminal_that_does_not_answer),
		cmocka_unit_test(escape_alone_and_in_sequences),
		cmocka_unit_test(without_colour),
	};

	if (argc > 1 && strcmp(argv[1], "--toy") == 0)
		return toy_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
