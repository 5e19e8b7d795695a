/*
 * The virtual list against a plain model: whatever is pressed, it shows a
 * window of the true rows and never asks for more than the screen holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../tui/widget_list.h"

#define MAX_ROWS 2000

struct row { int64_t id; };

static struct source {
	bool there[MAX_ROWS];		/* which ids exist */
	int odd_only;			/* the filter "1" */
	size_t asked, calls;
	bool broken;
} src;

static bool passes(int64_t id)
{
	return src.there[id] && (!src.odd_only || id % 2 == 1);
}

static enum mq_status fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
{
	const struct row *f = from;
	struct row *o = out;
	int64_t id;

	(void)ctx;
	*n = 0;
	src.calls++;
	src.asked += max;
	if (src.broken)
		return err_set(err, MQ_E_DB, "test");
	id = dir == LIST_AFTER ? (f != NULL ? f->id + 1 : 0) :
	    (f != NULL ? f->id - 1 : MAX_ROWS - 1);
	for (; *n < max && id >= 0 && id < MAX_ROWS;
	    id += dir == LIST_AFTER ? 1 : -1)
		if (passes(id))
			o[(*n)++].id = id;
	return MQ_OK;
}

static bool same(const void *a, const void *b)
{
	return ((const struct row *)a)->id == ((const struct row *)b)->id;
}

static void paint(void *ctx, const void *item, const struct draw *d, bool here)
{
	(void)ctx;
	(void)item;
	(void)d;
	(void)here;
}

static void filter(void *ctx, const char *text)
{
	(void)ctx;
	src.odd_only = *text != '\0';
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct row), .fetch = fetch, .same = same,
	.paint = paint, .filter = filter,
};

static struct widget_list l;

static void fresh(int64_t rows, int h)
{
	memset(&src, 0, sizeof(src));
	for (int64_t i = 0; i < rows; i++)
		src.there[i] = true;
	widget_list_init(&l, &source, NULL);
	widget_list_layout(&l, h, 80);
}

static int teardown(void **state)
{
	(void)state;
	widget_list_free(&l);
	return 0;
}

static int64_t at(size_t i)
{
	return ((const struct row *)(const void *)l.items)[i].id;
}

static int64_t here(void)
{
	const struct row *r = widget_list_item(&l);

	return r != NULL ? r->id : -1;
}

/* Rows on screen are neighbours in the truth. */
static void is_a_window(int h)
{
	assert_true(l.n <= (size_t)h);
	assert_true(l.n == 0 ? l.here == 0 : l.here < l.n);
	for (size_t i = 0; i + 1 < l.n; i++)
		for (int64_t id = at(i) + 1; id < at(i + 1); id++)
			assert_false(passes(id));
	for (size_t i = 0; i < l.n; i++)
		assert_true(i == 0 || at(i) > at(i - 1));
}

static void down_and_up(void **state)
{
	(void)state;
	fresh(100, 10);
	assert_int_equal(l.n, 10);
	assert_int_equal(here(), 0);
	for (int i = 0; i < 12; i++)
		assert_true((widget_list_key(&l, K_DOWN) & PANEL_REDRAW) != 0);
	assert_int_equal(here(), 12);
	assert_int_equal(at(0), 5);	/* half a screen came at once */
	assert_int_equal(l.here, 7);
	for (int i = 0; i < 10; i++)
		(void)widget_list_key(&l, K_UP);
	assert_int_equal(here(), 2);
	assert_int_equal(at(0), 0);
	(void)widget_list_key(&l, K_END);
	assert_int_equal(here(), 99);
	assert_int_equal(at(0), 90);
	assert_int_equal(widget_list_key(&l, K_DOWN), PANEL_DONE);
	(void)widget_list_key(&l, K_HOME);
	assert_int_equal(here(), 0);
	assert_int_equal(widget_list_key(&l, K_UP), PANEL_DONE);
	/* a step asks for a screen at most, not for the list */
	src.asked = 0;
	(void)widget_list_key(&l, K_END);
	assert_true(src.asked <= 10);
}

static void pages(void **state)
{
	(void)state;
	fresh(25, 10);
	(void)widget_list_key(&l, K_DOWN);
	(void)widget_list_key(&l, K_PGDN);
	assert_int_equal(at(0), 10);
	assert_int_equal(here(), 11);
	(void)widget_list_key(&l, K_PGDN);
	assert_int_equal(at(0), 15);
	assert_int_equal(here(), 24);
	(void)widget_list_key(&l, K_PGUP);
	assert_int_equal(at(0), 5);
	(void)widget_list_key(&l, K_PGUP);
	assert_int_equal(at(0), 0);
	assert_int_equal(here(), 0);
}

static void digits_pick(void **state)
{
	(void)state;
	fresh(5, 10);
	assert_true((widget_list_key(&l, '3') & WIDGET_PICKED) != 0);
	assert_int_equal(here(), 2);
	assert_int_equal(widget_list_key(&l, '7'), PANEL_BEEP);
	assert_true((widget_list_key(&l, K_ENTER) & WIDGET_PICKED) != 0);
	assert_true((widget_list_key(&l, 0xff11) & WIDGET_PICKED) != 0);
	assert_int_equal(here(), 0);
}

static void an_empty_list(void **state)
{
	static const uint32_t all[] = { K_UP, K_DOWN, K_PGUP, K_PGDN, K_HOME,
		K_END, K_ENTER, '1' };

	(void)state;
	fresh(0, 10);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		assert_false(widget_list_key(&l, all[i]) & WIDGET_PICKED);
	assert_null(widget_list_item(&l));
	widget_list_reload(&l);
	assert_null(widget_list_item(&l));
}

static void reload_keeps_our_place(void **state)
{
	(void)state;
	fresh(100, 10);
	for (int i = 0; i < 45; i++)
		(void)widget_list_key(&l, K_DOWN);
	assert_int_equal(here(), 45);
	src.there[41] = false;		/* gone above us */
	src.there[3] = false;
	widget_list_reload(&l);
	assert_int_equal(here(), 45);
	is_a_window(10);
	src.there[45] = false;		/* ours is gone: its neighbour */
	widget_list_reload(&l);
	assert_int_equal(here(), 46);
	is_a_window(10);
	for (int64_t i = 0; i < MAX_ROWS; i++)
		src.there[i] = false;
	widget_list_reload(&l);
	assert_null(widget_list_item(&l));
}

static void goes_to_an_item(void **state)
{
	struct row want = { 70 };

	(void)state;
	fresh(100, 10);
	widget_list_go(&l, &want);
	assert_int_equal(here(), 70);
	is_a_window(10);
	want.id = 0;
	widget_list_go(&l, &want);
	assert_int_equal(here(), 0);
	assert_int_equal(l.n, 10);
	want.id = 99;
	widget_list_go(&l, &want);
	assert_int_equal(here(), 99);
	assert_int_equal(l.n, 10);
}

static void another_size(void **state)
{
	(void)state;
	fresh(100, 10);
	(void)widget_list_key(&l, K_END);
	widget_list_layout(&l, 20, 80);
	assert_int_equal(l.n, 20);
	assert_int_equal(here(), 99);
	widget_list_layout(&l, 3, 80);
	assert_int_equal(l.n, 3);
	assert_int_equal(here(), 99);
	widget_list_layout(&l, 1, 10);
	assert_int_equal(here(), 99);
}

static void the_filter(void **state)
{
	(void)state;
	fresh(100, 10);
	assert_false(widget_list_typing(&l));
	(void)widget_list_key(&l, '/');
	assert_true(widget_list_typing(&l));
	(void)widget_list_key(&l, '1');
	assert_true(src.odd_only);
	assert_int_equal(here(), 1);
	(void)widget_list_key(&l, K_DOWN);
	assert_int_equal(here(), 3);
	assert_true((widget_list_key(&l, K_ENTER) & WIDGET_PICKED) != 0);
	(void)widget_list_key(&l, K_ESC);
	assert_false(src.odd_only);
	assert_false(widget_list_typing(&l));
	assert_int_equal(widget_list_key(&l, K_ESC), PANEL_IGNORED);
	/* by typing: letters filter, digits still pick */
	l.type_to_filter = true;
	(void)widget_list_key(&l, 'z');
	assert_true(src.odd_only);
	assert_true((widget_list_key(&l, '2') & WIDGET_PICKED) != 0);
	assert_int_equal(here(), 3);
	(void)widget_list_key(&l, K_BACKSPACE);
	(void)widget_list_key(&l, K_BACKSPACE);
	assert_false(widget_list_typing(&l));
}

static void a_broken_source(void **state)
{
	(void)state;
	fresh(100, 10);
	src.broken = true;
	(void)widget_list_key(&l, K_END);
	assert_int_equal(l.err.code, MQ_E_DB);
	assert_null(widget_list_item(&l));
	(void)widget_list_key(&l, K_DOWN);
	src.broken = false;
	widget_list_reload(&l);
	assert_int_equal(l.err.code, MQ_OK);
	assert_int_equal(l.n, 10);
}

static void anything_pressed(void **state)
{
	static const uint32_t some[] = { K_UP, K_DOWN, K_PGUP, K_PGDN, K_HOME,
		K_END, K_DOWN, K_DOWN, '4', K_UP };
	unsigned seed = 11;
	int h = 10;

	(void)state;
	fresh(200, h);
	for (int i = 0; i < 20000; i++) {
		unsigned r;

		seed = seed * 1103515245u + 12345u;
		r = seed >> 16;
		if (r % 97 == 0) {
			h = 1 + (int)(r % 23);
			widget_list_layout(&l, h, 80);
		} else if (r % 31 == 0) {
			src.there[r % 200] = !src.there[r % 200];
			widget_list_reload(&l);
		} else {
			(void)widget_list_key(&l, some[r % ARRAY_LEN(some)]);
		}
		/* rows may have vanished since; a reload makes it true */
		if (r % 31 == 0)
			is_a_window(h);
		assert_true(l.n <= (size_t)h);
		assert_true(l.n == 0 || l.here < l.n);
	}
}

struct people { struct widget_list_array rows; int mine; };

static bool person_matches(const void *item, const char *text)
{
	return ((const struct row *)item)->id == text[0] - '0';
}

static void rows_in_memory(void **state)
{
	static const struct row rows[] = { { 5 }, { 3 }, { 8 }, { 1 } };
	static const struct widget_list_source array = {
		.item_size = sizeof(struct row), .same = same, .paint = paint,
		.fetch = widget_list_array_fetch,
		.filter = widget_list_array_filter,
	};
	struct people p = { .rows = { .items = rows, .n = 4,
		.item_size = sizeof(struct row), .same = same,
		.match = person_matches } };

	(void)state;
	widget_list_init(&l, &array, &p);
	widget_list_layout(&l, 3, 40);
	assert_int_equal(l.n, 3);
	assert_int_equal(here(), 5);
	(void)widget_list_key(&l, K_END);
	assert_int_equal(here(), 1);
	assert_int_equal(at(0), 3);
	(void)widget_list_key(&l, '/');
	(void)widget_list_key(&l, '8');
	assert_int_equal(l.n, 1);
	assert_int_equal(here(), 8);
	(void)widget_list_key(&l, K_ESC);
	p.rows.n = 0;
	widget_list_reload(&l);
	assert_null(widget_list_item(&l));
}

/* The owner could not read them all: that outlives every fetch until it
 * could. */
static void rows_that_could_not_be_read(void **state)
{
	static const struct row rows[] = { { 5 }, { 3 } };
	static const struct widget_list_source array = {
		.item_size = sizeof(struct row), .same = same, .paint = paint,
		.fetch = widget_list_array_fetch,
	};
	struct people p = { .rows = { .items = rows, .n = 2,
		.item_size = sizeof(struct row), .same = same } };

	(void)state;
	widget_list_init(&l, &array, &p);
	(void)err_set(&p.rows.err, MQ_E_DB, "test");
	widget_list_layout(&l, 3, 40);
	assert_int_equal(l.err.code, MQ_E_DB);
	assert_int_equal(l.n, 2);	/* what there is stands there */
	p.rows.n = 0;
	widget_list_reload(&l);
	assert_int_equal(l.err.code, MQ_E_DB);
	p.rows.err.code = MQ_OK;
	widget_list_reload(&l);
	assert_int_equal(l.err.code, MQ_OK);
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(down_and_up), T(pages), T(digits_pick), T(an_empty_list),
		T(reload_keeps_our_place), T(goes_to_an_item),
		T(another_size), T(the_filter), T(a_broken_source),
		T(anything_pressed), T(rows_in_memory),
		T(rows_that_could_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
