/*
 * The slot facet: the last seat, asked for at two desks that do not hear of
 * each other; a waiting list in the order of the queue; a room that is taken.
 */
#include "../../../core/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../lib/posts.h"

#define STREET "990101001"

static const char *const orgs[] = { STREET, "990101001001", "990101001002",
	"990101001003", "990101001004" };

static int64_t event(struct posts *p, const char *capacity)
{
	const char *const f[] = { "activity", "health", "name", "便民大集义诊",
	    "start", "明天 09:00", "minutes", "120", "capacity", capacity,
	    NULL };

	return posts_open(p, 0, "c001", "event", f);
}

static int64_t book(struct posts *p, int i, int64_t of, const char *who,
    const char *people)
{
	char ref[ENTRY_REF_TEXT];
	const char *const f[] = { "event", ref, "caller", who, "people",
	    people, NULL };

	ref_text(ref_of_rec(of), ref);
	return posts_open(p, i, "c001", "booking", f);
}

static void state_is(struct posts *p, int i, int64_t rec, const char *state)
{
	struct record_full r;
	struct err err = ERR_INIT;

	nodes_ok(record_get(p->x[i].n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, state);
	record_full_free(&r);
}

static struct quota standing(struct posts *p, int i, int64_t rec)
{
	struct record_full r;
	struct quota q;
	struct err err = ERR_INIT;

	nodes_ok(record_get(p->x[i].n, rec, &r, &err), &err);
	nodes_ok(quota_read(p->x[i].n, &r, &q, &err), &err);
	record_full_free(&r);
	return q;
}

/* Both desks took the words down; the keeper decides, nobody's is lost. */
static void last_seat_at_two_desks(void **state)
{
	static struct posts p;
	int64_t of, one, two, three;

	(void)state;
	posts_make(&p, orgs, 3, 1);
	of = event(&p, "2");
	posts_deliver_all(&p);
	one = book(&p, 0, of, "李奶奶", "1");
	state_is(&p, 0, one, "booked");		/* at the keeper: at once */
	env_advance(&p.x[2].env, 5000);
	env_advance(&p.x[1].env, 9000);
	two = book(&p, 2, of, "王先生", "1");	/* earlier */
	three = book(&p, 1, of, "张大妈", "1");
	state_is(&p, 2, two, "asked");
	state_is(&p, 1, three, "asked");
	posts_deliver_all(&p);
	assert_int_equal(standing(&p, 0, of).asking, 2);
	assert_int_equal(posts_duty(&p, 0), 2);
	assert_int_equal(posts_duty(&p, 0), 0);
	assert_int_equal(posts_duty(&p, 1), 0);
	posts_deliver_all(&p);
	state_is(&p, 1, two, "booked");
	state_is(&p, 2, three, "waiting");
	/* the one who is first gives up, at another desk */
	assert_true(posts_step(&p, 1, "c001", two, "cancel", NULL));
	assert_int_equal(standing(&p, 0, of).given, 2);
	posts_deliver_all(&p);
	assert_int_equal(posts_duty(&p, 0), 2);	/* freed, then given */
	posts_deliver_all(&p);
	state_is(&p, 2, three, "booked");
	assert_int_equal(standing(&p, 2, of).given, 2);
	posts_rebuild_same(&p, 0);
	posts_rebuild_same(&p, 2);
	posts_free(&p);
}

/* A seat is had at once only where nobody asked or waits before. */
static void first_come_first_served(void **state)
{
	static struct posts p;
	const char *const why[] = { "reason", "下雨。", NULL };
	int64_t of, a, b, far, late;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	of = event(&p, "3");
	posts_deliver_all(&p);
	a = book(&p, 0, of, "李奶奶", "2");
	b = book(&p, 0, of, "王先生", "2");
	state_is(&p, 0, b, "waiting");
	/* there is a seat for one, but two wait */
	state_is(&p, 0, book(&p, 0, of, "张大妈", "1"), "waiting");
	assert_true(posts_step(&p, 0, "c001", b, "cancel", NULL));
	assert_int_equal(posts_duty(&p, 0), 1);
	/* given up where it is kept: free at once */
	assert_int_equal(standing(&p, 0, of).given, 3);
	assert_true(posts_step(&p, 0, "c001", a, "cancel", NULL));
	assert_int_equal(standing(&p, 0, of).given, 1);
	posts_deliver_all(&p);
	far = book(&p, 1, of, "赵先生", "2");
	posts_deliver_all(&p);
	late = book(&p, 0, of, "钱先生", "1");
	state_is(&p, 0, late, "asked");
	assert_int_equal(posts_duty(&p, 0), 2);
	state_is(&p, 0, far, "booked");
	state_is(&p, 0, late, "waiting");
	/* over is over */
	assert_true(posts_step(&p, 0, "c001", of, "cancel", why));
	assert_int_equal(book(&p, 0, of, "孙先生", "1"), 0);
	posts_free(&p);
}

static void who_came_and_how_it_was(void **state)
{
	static struct posts p;
	const char *const five[] = { "stars", "5", NULL };
	const char *const four[] = { "stars", "4", NULL };
	struct quota_share *list;
	struct record_full r;
	int64_t of, a, b, c;
	int count, by;

	(void)state;
	posts_make(&p, orgs, 1, 1);
	of = event(&p, "4");
	a = book(&p, 0, of, "李奶奶", "2");
	b = book(&p, 0, of, "王先生", "1");
	c = book(&p, 0, of, "张大妈", "3");
	state_is(&p, 0, c, "waiting");
	assert_int_equal(book(&p, 0, of, "赵先生", "5"), 0);
	assert_true(posts_step(&p, 0, "c001", a, "came", NULL));
	assert_true(posts_step(&p, 0, "c001", b, "came", NULL));
	assert_false(posts_step(&p, 0, "c001", c, "came", NULL));
	assert_true(posts_step(&p, 0, "c001", a, "rate", five));
	assert_true(posts_step(&p, 0, "c001", b, "rate", four));
	nodes_ok(record_get(p.x[0].n, of, &r, NULL), NULL);
	nodes_ok(quota_shares(p.x[0].n, &r, &list, &count, NULL), NULL);
	assert_int_equal(count, 3);
	assert_int_equal(list[0].r.rec, a);
	assert_int_equal(quota_stars(list, count, &by), 45);
	assert_int_equal(by, 2);
	free(list);
	record_full_free(&r);
	posts_free(&p);
}

static int64_t hire(struct posts *p, int i, int64_t room, const char *start,
    const char *minutes)
{
	char ref[ENTRY_REF_TEXT];
	const char *const f[] = { "room", ref, "start", start, "minutes",
	    minutes, "purpose", "合唱排练", "caller", "合唱队", NULL };

	ref_text(ref_of_rec(room), ref);
	return posts_open(p, i, "c001", "hire", f);
}

static void room_is_taken_once(void **state)
{
	static struct posts p;
	const char *const f[] = { "name", "二楼活动室", "seats", "40", NULL };
	int64_t room, a, b, c, d, e;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	room = posts_open(&p, 0, "c001", "room", f);
	posts_deliver_all(&p);
	a = hire(&p, 0, room, "2026-11-25 14:00", "120");
	b = hire(&p, 0, room, "2026-11-25 15:59", "60");
	c = hire(&p, 0, room, "2026-11-25 16:00", "60");
	assert_int_equal(hire(&p, 0, room, "2026-11-25", "60"), 0);
	state_is(&p, 0, a, "booked");
	state_is(&p, 0, b, "refused");
	state_is(&p, 0, c, "booked");
	/* what is taken before and after is no matter */
	e = hire(&p, 0, room, "2026-11-25 13:30", "30");
	state_is(&p, 0, e, "booked");
	d = hire(&p, 1, room, "2026-11-25 13:00", "61");
	state_is(&p, 1, d, "asked");
	posts_deliver_all(&p);
	assert_int_equal(posts_duty(&p, 0), 1);
	state_is(&p, 0, d, "refused");
	posts_free(&p);
}

/* Random bookings and cancellations, heard of in any order and twice. */
static void never_more_than_seats(void **state)
{
	static struct posts p;
	int64_t of, all[40];
	int round, i, k, n;

	(void)state;
	for (round = 0; round < 3; round++) {
		posts_make(&p, orgs, 2 + round, (uint32_t)round + 3);
		of = event(&p, "5");
		posts_deliver_all(&p);
		for (n = i = 0; i < 70; i++) {
			k = (int)posts_roll(&p, (uint32_t)p.n);
			if (posts_roll(&p, 2) && n < 40)
				all[n++] = book(&p, k, of, "李奶奶",
				    posts_roll(&p, 2) ? "1" : "2");
			else if (n && posts_roll(&p, 2))
				(void)posts_step(&p, k, "c001",
				    all[posts_roll(&p, (uint32_t)n)],
				    "cancel", NULL);
			else
				posts_duty(&p, k);
			env_advance(&p.x[k].env, 1000);
			for (k = 0; k < 3; k++)
				(void)posts_deliver_one(&p);
			for (k = 0; k < p.n; k++)
				assert_true(standing(&p, k, of).given <= 5);
		}
		for (k = 0; k < 2; k++) {
			posts_deliver_all(&p);
			posts_duty(&p, 0);
		}
		posts_deliver_all(&p);
		assert_int_equal(standing(&p, 0, of).asking, 0);
		for (k = 1; k < p.n; k++) {
			struct quota a = standing(&p, 0, of);
			struct quota b = standing(&p, k, of);

			assert_int_equal(a.given, b.given);
			assert_int_equal(a.waiting, b.waiting);
			/* nobody waits while there is room for two */
			assert_true(a.waiting == 0 || a.left < 2);
		}
		posts_rebuild_same(&p, p.n - 1);
		posts_free(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_seat_at_two_desks),
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(who_came_and_how_it_was),
		cmocka_unit_test(room_is_taken_once),
		cmocka_unit_test(never_more_than_seats),
	};

	return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
