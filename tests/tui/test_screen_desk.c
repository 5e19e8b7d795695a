/*
 * The desk: the light that says what to do, counts that add up while they
 * travel, undo from home, what each post is offered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../../core/bell.h"
#include "../../core/outbox.h"
#include "../lib/station.h"

static void ok(enum mq_status s)
{
	assert_int_equal(s, MQ_OK);
}

static int setup(void **state)
{
	struct node_settings set;
	struct err err = ERR_INIT;

	(void)state;
	(void)station_begin(state);
	set = station_one.n->set;
	(void)xcopy(set.hub, sizeof(set.hub), "https://127.0.0.1:1");
	ok(node_save_settings(&station_one.env, station_one.dir, &set, &err));
	return 0;
}

static void contact(const char *trouble)
{
	struct err err = ERR_INIT;

	ok(db_begin(station_one.n->db, __func__, &err));
	ok(outbox_contact(station_one.n, trouble, &err));
	ok(db_commit(station_one.n->db, &err));
	bell_ring(station_one.n);
}

static void counts(struct outbox_counts *c)
{
	struct err err = ERR_INIT;

	ok(outbox_counts(station_one.n, c, &err));
	assert_true(c->written == c->local + c->sent + c->hub + c->returned);
}

/* 本机 → 已送 → 区已收, seen on the screen as it happens, without a key. */
static void test_light_follows(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct outbox_counts c;
	struct err err = ERR_INIT;
	char line[160];

	(void)state;
	counts(&c);
	contact("连不上");
	snprintf(line, sizeof(line), "网络不通，照常登记；本机 %lld 条未送；"
	    "超过 3 天请打 0999-5550101", (long long)c.local);
	screen_see(s, line);
	contact("");
	snprintf(line, sizeof(line), "网络正常，%lld 条正在送",
	    (long long)c.local);
	screen_see(s, line);
	ok(db_begin(station_one.n->db, __func__, &err));
	ok(outbox_mark_sent(station_one.n, c.written, &err));
	ok(db_commit(station_one.n->db, &err));
	bell_ring(station_one.n);
	snprintf(line, sizeof(line), "本机 0+已送 %lld+区已收 0",
	    (long long)c.written);
	screen_see(s, line);
	ok(db_begin(station_one.n->db, __func__, &err));
	ok(outbox_mark_hub(station_one.n, c.written, "R-77",
	    env_now(&station_one.env), &err));
	ok(db_commit(station_one.n->db, &err));
	bell_ring(station_one.n);
	screen_see(s, "网络正常，全部区已收");
	snprintf(line, sizeof(line), "已送 0+区已收 %lld+退回 0",
	    (long long)c.written);
	screen_see(s, line);
	counts(&c);
	screen_keys(s, "04");
	screen_see(s, "居民 · 全部");
	screen_keys(s, "1");
	screen_see(s, "收据 R-77");
	screen_stop(&s);
}

static void test_returned(void **state)
{
	struct session who;
	struct screen *s;
	struct outbox_counts c;
	struct err err = ERR_INIT;

	(void)state;
	station_who(&station_one, STATION_CAPTAIN, &who);
	station_open(&station_one, &who, "tap", "choice", "water", NULL);
	counts(&c);
	ok(db_begin(station_one.n->db, __func__, &err));
	ok(outbox_mark_sent(station_one.n, c.written, &err));
	ok(outbox_mark_returned(station_one.n, station_one.n->dev,
	    c.written, c.written,
	    "时间在开站以前，请更正", &err));
	ok(db_commit(station_one.n->db, &err));
	counts(&c);
	s = station_come_in(STATION_CAPTAIN, NULL);
	screen_see(s, "有 1 条被区里退回");
	screen_see(s, "退回 1");
	screen_keys(s, "07");
	screen_see(s, "时间在开站以前，请更正");
	screen_see(s, "来站人次");
	screen_stop(&s);
}

static void test_undo_from_home(void **state)
{
	struct screen *s = station_come_in(STATION_VOLUNTEER, NULL);

	(void)state;
	screen_see(s, "1 记走访");
	screen_keys(s, "u");		/* nothing to undo: nothing happens */
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_stop(&s);
}

static void test_help_names_the_keys(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_key(s, "F1");
	screen_see(s, "帮助：这一页能按的键");
	screen_see(s, "换人，或退出程序");
	screen_key(s, "Esc");
	screen_see(s, "要办的");
	screen_stop(&s);
}

static void test_themes(void **state)
{
	static const char *const argv[] = { "--theme", "mono", NULL };
	struct screen *s = station_screen(&station_one, NULL, argv);
	struct screen_cell cell;

	(void)state;
	station_login(s, STATION_CAPTAIN);
	for (int y = 0; y < screen_rows(s); y++)
		for (int x = 0; x < screen_cols(s); x++) {
			screen_at(s, y, x, &cell);
			assert_int_equal(cell.fg, -1);
			assert_int_equal(cell.bg, -1);
		}
	screen_stop(&s);
}

/* Changed while the program runs: all of the screen stands on white. */
static void test_theme_changed(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);
	struct screen_cell cell;
	int white = 0;

	(void)state;
	station_login(s, STATION_CAPTAIN);
	screen_key(s, "Alt-t");
	screen_see(s, "哪一套看得清");
	screen_keys(s, "2");
	screen_lose(s, "哪一套看得清");
	for (int y = 0; y < screen_rows(s); y++)
		for (int x = 0; x < screen_cols(s); x++) {
			screen_at(s, y, x, &cell);
			white += cell.bg == 231;
		}
	assert_true(white > screen_rows(s) * screen_cols(s) * 3 / 4);
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_light_follows),
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_undo_from_home),
		cmocka_unit_test(test_help_names_the_keys),
		cmocka_unit_test(test_themes),
		cmocka_unit_test(test_theme_changed),
	};

	return cmocka_run_group_tests(tests, setup, station_end);
}
