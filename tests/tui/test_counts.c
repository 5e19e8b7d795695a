/*
 * What one key in a Chinese list sends to the terminal: the real program on a
 * page of requests.  Pinned, because it does not depend on the machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "../lib/pinned.h"
#include "../lib/station.h"

#define ROWS 30
#define KEYS 8		/* the first nine rows have a digit to wait for */

static struct station st;

static int setup(void **state)
{
	static const char *const what[] = { "stairs", "litter", "stall",
	    "green" };
	int i;

	(void)state;
	station_make(&st);
	for (i = 0; i < ROWS; i++)
		(void)station_open(&st, &st.captain, "request", "type",
		    "help", "who", station_ref(st.namesake[i % 6]),
		    "category", "city", "subject", what[i % 4], "when",
		    "昨天", "content", "楼道积存垃圾,老人出门不便", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&st);
	return 0;
}

static struct screen *in_the_list(void)
{
	struct screen *s = station_screen(&st, NULL, NULL);

	station_login(s, STATION_CAPTAIN);
	screen_keys(s, "7");
	screen_see(s, "> 1 ");
	screen_see(s, "Esc 返回");
	return s;
}

static void down_in_a_list(void **state)
{
	struct screen *s = in_the_list();
	size_t before;
	char row[16];
	int i;

	(void)state;
	screen_key(s, "Down");
	screen_see(s, "> 2 ");
	before = screen_received(s);
	for (i = 3; i < 3 + KEYS - 1; i++) {
		screen_key(s, "Down");
		snprintf(row, sizeof(row), "> %d ", i);
		screen_see(s, row);
	}
	pinned_check("down_bytes",
	    (int64_t)(screen_received(s) - before) / (KEYS - 1));
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(down_in_a_list),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
