/*
 * Reports at the screen: chosen by digits, moved through periods, a figure
 * opened, a page written; and every kind of the pack on one page.
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

static struct station st;

static int setup(void **state)
{
	(void)state;
	station_make(&st);
	station_open(&st, &st.captain, "tap", "choice", "water", NULL);
	station_open(&st, &st.captain, "tap", "choice", "water", NULL);
	station_open(&st, &st.captain, "tap", "choice", "read", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&st);
	return 0;
}

static struct screen *come_in(const char *number)
{
	struct screen *s = station_screen(&st, NULL, NULL);

	station_login(s, number);
	return s;
}

static void figures_open(void **state)
{
	struct screen *s = come_in(STATION_CAPTAIN);

	(void)state;
	screen_keys(s, "09");
	screen_see(s, "人次与开放时长");
	screen_keys(s, "6");
	screen_see(s, "[3]");
	screen_see(s, "截至");
	screen_key(s, "Right");
	screen_see(s, "[2]");
	screen_key(s, "Enter");
	screen_see(s, "饮水");
	screen_see(s, "来站人次");
	screen_key(s, "Esc");
	screen_see(s, "[2]");
	/* A figure of nothing says so and stays. */
	screen_key(s, "PgUp");
	screen_see(s, "[0]");
	screen_key(s, "Enter");
	screen_see(s, "没有明细");
	/* There is no period after today's. */
	screen_keys(s, "t");
	screen_see(s, "[2]");
	screen_stop(&s);
}

static void written_to_paper(void **state)
{
	struct screen *s = come_in(STATION_CAPTAIN);
	char path[600], line[200];
	int row, col;

	(void)state;
	screen_keys(s, "09");
	screen_see(s, "站点日报");
	screen_keys(s, "1");
	screen_see(s, "来站人次");
	screen_keys(s, "p");
	screen_see(s, "已写好");
	assert_true(screen_find(s, "station_day-", &row, &col));
	(void)snprintf(line, sizeof(line), "%s",
	    strstr(screen_line(s, row), "station_day-"));
	line[strcspn(line, " ")] = '\0';
	(void)snprintf(path, sizeof(path), "%s/export/%s", st.dir, line);
	assert_true(file_exists(path));
	screen_stop(&s);
}

static void every_kind_has_a_page(void **state)
{
	struct screen *s = come_in(STATION_CAPTAIN);

	(void)state;
	screen_keys(s, "001");
	screen_see(s, "开站闭站");
	screen_keys(s, "4");
	screen_see(s, "饮水");
	screen_key(s, "Esc");
	screen_see(s, "开站闭站");
	screen_key(s, "Home");
	screen_keys(s, "n");
	screen_see(s, "> 方式");
	screen_stop(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(figures_open, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(written_to_paper, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(every_kind_has_a_page, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
