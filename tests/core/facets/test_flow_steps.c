/*
 * Steps that reach beyond one record's state: hand over with acceptance,
 * merging and taking it back, splitting, more time, the whistle, first times.
 */
#include "../../../core/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/flow_clock.h"
#include "../../../core/save.h"
#include "../../lib/nodes.h"

#define STREET "990101001"
#define URBAN "990101001901"
#define HOUSING "990101001905"
#define WATER "990101001909"		/* no node: recorded for them */

static struct nodes_one x;
static struct session street, urban, housing;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	env_advance(&x.env, MS_DAY);	/* Monday, 2026-11-23 10:00 */
	access_fake(&street, "c001", "陈网格", "street", STREET);
	access_fake(&urban, "d001", "周城管", "department", URBAN);
	access_fake(&housing, "d002", "吴住建", "department", HOUSING);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static void set_all(struct fields *f, const char *const *pairs)
{
	size_t i;

	for (i = 0; pairs != NULL && pairs[i] != NULL; i += 2) {
		if (strcmp(pairs[i], "parties") == 0)
			fields_set_list(f, pairs[i], pairs[i + 1]);
		else
			fields_set(f, pairs[i], pairs[i + 1]);
	}
}

static int64_t request(void)
{
	static const char *const pairs[] = { "type", "help", "caller",
		"李先生", "category", "city", "subject", "stairs", "content",
		"楼道堆放杂物，请清理。", NULL };
	struct save *s = save_new(x.n, &x.who);
	struct save_result res;
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;

	set_all(&f, pairs);
	nodes_ok(save_open(s, "request", &f, -1, NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	fields_free(&f);
	save_free(&s);
	return res.recs[0];
}

static enum mq_status step(int64_t rec, const struct session *who,
    const char *name, const char *const *pairs, struct err *err)
{
	struct save *s = save_new(x.n, who);
	struct save_result res;
	struct fields f = { NULL, 0, 0 };
	enum mq_status rc;

	set_all(&f, pairs);
	rc = save_step(s, rec, name, &f, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, &res, err);
	fields_free(&f);
	save_free(&s);
	return rc;
}

static void must(int64_t rec, const struct session *who, const char *name,
    const char *const *pairs)
{
	struct err err = ERR_INIT;

	nodes_ok(step(rec, who, name, pairs, &err), &err);
}

static void refused(int64_t rec, const struct session *who, const char *name,
    const char *const *pairs, const char *words)
{
	struct err err = ERR_INIT;

	assert_int_not_equal(step(rec, who, name, pairs, &err), MQ_OK);
	if (strstr(err.detail, words) == NULL)
		fail_msg("%s: %s", name, err.detail);
}

static struct record_full get(int64_t rec)
{
	struct record_full r;
	struct err err = ERR_INIT;

	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_false(r.r.flags & REC_ODD);
	return r;
}

static void expect(int64_t rec, const char *state, const char *owner,
    const char *due)
{
	struct record_full r = get(rec);
	char have[40] = "";

	assert_string_equal(r.r.state, state);
	assert_string_equal(r.r.owner, owner);
	if (r.r.due_at.ms != 0)
		clock_show(r.r.due_at, CLOCK_MINUTE, have, sizeof(have));
	assert_string_equal(have, due);
	record_full_free(&r);
}

static bool offered(int64_t rec, const struct session *who, const char *name)
{
	const struct flow_step *v[40];
	struct record_full r = get(rec);
	size_t n = flow_steps(x.n, who, &r, v, ARRAY_LEN(v));
	bool found = false;

	while (n-- > 0)
		found = found || strcmp(v[n]->name, name) == 0;
	record_full_free(&r);
	return found;
}

static const char *const because[] = { "reason", "需要住建办处理。", NULL };

static int64_t in_hand(void)
{
	static const char *const to[] = { "to_org", URBAN, NULL };
	int64_t rec = request();

	must(rec, &street, "accept", NULL);
	must(rec, &street, "dispatch", to);
	must(rec, &urban, "sign", NULL);
	return rec;
}

/* Until the other unit takes it over the sender owes. */
static void handing_over_needs_taking_over(void **state)
{
	static const char *const to[] = { "other_org", HOUSING, "reason",
		"属房屋结构问题。", NULL };
	static const char *const self[] = { "other_org", URBAN, "reason",
		"属房屋结构问题。", NULL };
	int64_t rec = in_hand();

	(void)state;
	refused(rec, &housing, "take_over", NULL, "");
	refused(rec, &urban, "hand_over", self, "手里");
	must(rec, &urban, "hand_over", to);
	expect(rec, "handling", URBAN, "2026-11-30 18:00");
	assert_true(offered(rec, &housing, "take_over"));
	assert_true(offered(rec, &housing, "decline"));
	assert_false(offered(rec, &housing, "answer"));
	assert_false(offered(rec, &urban, "take_over"));
	refused(rec, &housing, "return", because, "接手之后");
	must(rec, &housing, "decline", because);
	assert_false(offered(rec, &housing, "take_over"));
	must(rec, &urban, "hand_over", to);
	must(rec, &housing, "take_over", NULL);
	expect(rec, "handling", HOUSING, "2026-11-30 18:00");
	assert_true(offered(rec, &housing, "answer"));
	assert_false(offered(rec, &urban, "answer"));
	assert_false(offered(rec, &housing, "decline"));
}

/* The merged one points at the main one, which shows it too; both numbers
 * lead somewhere, and taking it back restores state and clock. */
static void merging_can_be_taken_back(void **state)
{
	int64_t a = in_hand(), b = in_hand(), c = request();
	char ra[ENTRY_REF_TEXT], rb[ENTRY_REF_TEXT];
	const char *const into_a[] = { "into", ra, NULL };
	const char *const into_b[] = { "into", rb, NULL };
	struct record_event *ev;
	struct record_full r;
	struct record rows[4];
	struct err err = ERR_INIT;
	int64_t found;
	int n;

	(void)state;
	ref_text(ref_of_rec(a), ra);
	ref_text(ref_of_rec(b), rb);
	refused(a, &street, "merge", into_a, "自己");
	must(b, &street, "merge", into_a);
	expect(b, "merged", URBAN, "");
	r = get(b);
	assert_int_equal(r.r.main, a);
	assert_true(r.r.flags & REC_CLOSED);
	assert_int_equal(fields_int(&r.d, "solved", 9), 0);
	nodes_ok(record_by_no(x.n, r.r.no, &found, &err), &err);
	assert_int_equal(found, b);
	record_full_free(&r);
	nodes_ok(record_merged(x.n, a, rows, 4, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].rec, b);
	nodes_ok(record_events(x.n, a, &ev, &n, &err), &err);
	assert_string_equal(ev[n - 1].e.op, "join");
	assert_string_equal(fields_text(&ev[n - 1].d, "joined"), rb);
	record_events_free(&ev, n);
	/* Not into one that is merged itself: the main one is named. */
	refused(c, &street, "merge", into_b, "主件");
	env_advance(&x.env, MS_DAY);
	must(b, &street, "unmerge", because);
	expect(b, "handling", URBAN, "2026-12-01 18:00");
	nodes_ok(record_merged(x.n, a, rows, 4, &n, &err), &err);
	assert_int_equal(n, 0);
	nodes_ok(record_events(x.n, a, &ev, &n, &err), &err);
	assert_string_equal(fields_text(&ev[n - 1].d, "parted"), rb);
	record_events_free(&ev, n);
	r = get(b);
	assert_int_equal(r.r.main, 0);
	assert_false(r.r.flags & REC_CLOSED);
	record_full_free(&r);
	env_advance(&x.env, -MS_DAY);
}

static void splitting_makes_a_record_of_its_own(void **state)
{
	static const char *const part[] = { "part_content",
		"另外路灯也不亮。", NULL };
	int64_t rec = in_hand();
	struct record rows[4];
	struct record_full r;
	struct err err = ERR_INIT;
	int n;

	(void)state;
	must(rec, &street, "split", part);
	expect(rec, "handling", URBAN, "2026-11-30 18:00");
	nodes_ok(record_derived(x.n, rec, rows, 4, &n, &err), &err);
	assert_int_equal(n, 1);
	r = get(rows[0].rec);
	assert_string_equal(r.r.kind, "request");
	assert_string_equal(r.r.state, "reported");
	assert_string_equal(fields_text(&r.f, "content"), part[1]);
	assert_string_equal(fields_text(&r.f, "channel"), "split");
	assert_string_equal(fields_text(&r.f, "caller"), "李先生");
	assert_int_equal(strlen(r.r.no), 12);
	record_full_free(&r);
}

/* The asker never grants; a refusal changes nothing. */
static void more_time_is_granted_by_another(void **state)
{
	static const char *const ask[] = { "more_until", "2026-12-04",
		"reason", "等材料。", NULL };
	static const char *const yes[] = { "more_granted", "yes", NULL };
	static const char *const no[] = { "more_granted", "no", NULL };
	struct session asker = urban;
	int64_t rec = in_hand();
	struct record_full r;
	struct flow_clock c;
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	access_fake(&asker, "c009", "孙干部", "street", STREET);
	assert_false(offered(rec, &street, "grant_more"));
	must(rec, &asker, "ask_more", ask);
	refused(rec, &asker, "grant_more", yes, "申请延期");
	must(rec, &street, "grant_more", no);
	expect(rec, "handling", URBAN, "2026-11-30 18:00");
	assert_false(offered(rec, &street, "grant_more"));
	must(rec, &asker, "ask_more", ask);
	must(rec, &street, "grant_more", yes);
	expect(rec, "handling", URBAN, "2026-12-04 18:00");
	r = get(rec);
	assert_true(flow_clock_get(&r.d, "handle", &c));
	assert_int_equal(c.nmoves, 1);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_non_null(strstr(buf_str(&b),
	    "延期 2026-11-30 18:00 → 2026-12-04 18:00"));
	buf_free(&b);
	record_full_free(&r);
}

/* One case calls three parties at once, each with its own clocks; one has no
 * program, and whoever called records for it. */
static void a_whistle_calls_three(void **state)
{
	static const char *const call[] = { "parties", "p1\np4", "other_org",
		HOUSING, "reason", "墙体开裂、水管爆裂。", NULL };
	static const char *const nobody[] = { "reason", "墙体开裂。", NULL };
	static const char *const proxy[] = { "proxy_who", "值班员老赵",
		"proxy_when", "2026-11-23 10:00", NULL };
	static const char *const done[] = { "result", "已支护。", NULL };
	static const char *const rated[] = { "party_rating", "good", NULL };
	static const char *const back[] = { "caller_rating", "fair", NULL };
	int64_t rec = in_hand();
	struct record rows[8];
	struct record_full r;
	struct flow_clock v[FLOW_CLOCKS_MAX];
	struct err err = ERR_INIT;
	int n;

	(void)state;
	refused(rec, &street, "whistle", nobody, "至少一个");
	must(rec, &street, "whistle", call);
	/* The case stays where it is. */
	expect(rec, "handling", URBAN, "2026-11-30 18:00");
	nodes_ok(record_derived(x.n, rec, rows, 8, &n, &err), &err);
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].owner, URBAN);
	assert_string_equal(rows[1].owner, WATER);
	assert_string_equal(rows[2].owner, HOUSING);
	r = get(rows[1].rec);
	assert_int_equal(flow_clock_all(&r.d, v, FLOW_CLOCKS_MAX), 4);
	assert_string_equal(fields_text(&r.f, "reason"), call[5]);
	assert_int_equal(strlen(fields_text(&r.f, "case_no")), 12);
	record_full_free(&r);
	/* signed within 30 minutes */
	expect(rows[0].rec, "called", URBAN, "2026-11-23 10:30");
	must(rows[0].rec, &urban, "sign", NULL);
	/* in contact within 2 working hours */
	expect(rows[0].rec, "signed", URBAN, "2026-11-23 12:00");
	/* The street is above the water works, but has to say who answered. */
	assert_false(offered(rows[0].rec, &housing, "sign"));
	must(rows[1].rec, &street, "arrive", proxy);
	expect(rows[1].rec, "arrived", WATER, "2026-11-26 18:00");
	must(rows[2].rec, &housing, "finish", done);
	expect(rows[2].rec, "finished", STREET, "");
	/* Both sides rate, once. */
	must(rows[2].rec, &street, "rate_party", rated);
	refused(rows[2].rec, &street, "rate_party", rated, "评过");
	must(rows[2].rec, &street, "rate_caller", back);
}

static void first_times_stay(void **state)
{
	static const char *const done[] = { "met_when", "2026-11-23 10:00",
		"spoke_to", "居民本人", "measure", "已清理。", NULL };
	static const char *const partly[] = { "met_when",
		"2026-11-23 10:00", "spoke_to", "居民本人", "measure",
		"已清理一半。", "all_done", "no", NULL };
	static const char *const unsolved[] = { "solved", "no", NULL };
	static const char *const solved[] = { "solved", "yes", NULL };
	static const char *const mostly[] = { "solved", "partly", NULL };
	int64_t rec = in_hand();
	struct session other = street;
	struct record_full r = get(rec);
	int64_t settle = fields_int(&r.d, "stamp_settle", 0);

	(void)state;
	xcopy(other.by, sizeof(other.by), "c777");
	assert_int_not_equal(settle, 0);
	assert_true(fields_int(&r.d, "stamp_found", 0) > 0);
	assert_true(fields_int(&r.d, "stamp_dispatch", 0) > 0);
	record_full_free(&r);
	refused(rec, &urban, "answer", partly, "期限");
	must(rec, &urban, "answer", done);
	must(rec, &other, "confirm", unsolved);
	env_advance(&x.env, MS_HOUR);
	r = get(rec);
	assert_int_equal(fields_int(&r.d, "stamp_settle", 0), settle);
	record_full_free(&r);
	must(rec, &urban, "answer", done);
	must(rec, &other, "confirm", mostly);
	r = get(rec);	/* closed, and not solved */
	assert_true(r.r.flags & REC_CLOSED);
	assert_int_equal(fields_int(&r.d, "solved", 9), 0);
	record_full_free(&r);
	must(rec, &street, "reopen", because);
	r = get(rec);
	assert_false(fields_has(&r.f, "solved"));
	record_full_free(&r);
	must(rec, &street, "answer_now", done + 2);
	must(rec, &other, "confirm", solved);
	r = get(rec);
	assert_int_equal(fields_int(&r.d, "solved", 9), 1);
	record_full_free(&r);
	env_advance(&x.env, -MS_HOUR);
}

/* ---- many hands ---- */

#define HANDS 3
#define ROUNDS 8
#define TURNS 14

static uint32_t dice_state;
static int taken;	/* steps that were saved */

static uint32_t dice(uint32_t n)
{
	dice_state = dice_state * 1664525u + 1013904223u;
	return (dice_state >> 8) % n;
}

/* Something for every field a step may ask. */
static void answer_all(struct fields *f, const struct flow_step *s,
    const char *other)
{
	static const char *const pairs[] = { "to_org", URBAN, "other_org",
		HOUSING, "reason", "需要核实。", "met_when", "2026-11-23",
		"spoke_to", "居民本人", "measure", "已处理。", "solved", "yes",
		"satisfied", "very", "more_until", "2026-12-10",
		"more_granted", "yes", "part_content", "另有一处。",
		"proxy_what", "signed", "proxy_who", "老赵", "proxy_when",
		"2026-11-23", NULL };
	size_t i;

	for (i = 0; pairs[i] != NULL; i += 2)
		if (strstr(s->fields, pairs[i]) != NULL)
			fields_set(f, pairs[i], pairs[i + 1]);
	if (strstr(s->fields, "into!") != NULL)
		fields_set(f, "into", other);
}

/* One random step that this node offers; refusals are fine. */
static void some_step(struct nodes_one *a, int64_t rec, const char *other)
{
	static const char *const by[] = { "c1", "c2", "c3" };
	const struct flow_step *v[40];
	struct session who = a->who;
	struct record_full r;
	struct save_result res;
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;
	size_t n;

	xcopy(who.by, sizeof(who.by), by[dice(3)]);
	nodes_ok(record_get(a->n, rec, &r, &err), &err);
	n = flow_steps(a->n, &who, &r, v, ARRAY_LEN(v));
	record_full_free(&r);
	if (n == 0)
		return;
	n = dice((uint32_t)n);
	answer_all(&f, v[n], other);
	s = save_new(a->n, &who);
	if (save_step(s, rec, v[n]->name, &f, NULL, &err) == MQ_OK &&
	    save_commit(s, &res, &err) == MQ_OK)
		taken++;
	save_free(&s);
	fields_free(&f);
	env_advance(&a->env, (int64_t)dice(300) * MS_MINUTE);
}

/* Everything the fold says of it, except what is this node's own business. */
static void say(struct nodes_one *a, int64_t rec, struct buf *out)
{
	struct record_full r;
	struct err err = ERR_INIT;
	struct jout j;

	nodes_ok(record_get(a->n, rec, &r, &err), &err);
	buf_reset(out);
	buf_addf(out, "%s %s %s %lld %lld %lld %x %d ", r.r.state, r.r.owner,
	    r.r.proposed, (long long)r.r.main, (long long)r.r.due_at.ms,
	    (long long)r.r.closed_at.ms, (unsigned)r.r.flags, r.nconflicts);
	jout_begin(&j, out, true);
	fields_write(&r.d, &j);
	fields_write(&r.f, &j);
	record_full_free(&r);
}

/* Whatever is done where, and however it travels, all come to see the same;
 * making the projection again changes nothing. */
static void any_order_folds_the_same(void **state)
{
	struct nodes_one hand[HANDS];
	struct buf first = BUF_INIT(BUF_LARGE), other = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char ref[ENTRY_REF_TEXT];
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	int64_t rec, to;
	int i, k, round;

	(void)state;
	for (i = 0; i < HANDS; i++) {
		nodes_make(&hand[i], 301 + i, NULL);
		env_advance(&hand[i].env, MS_DAY);
	}
	for (round = 0; round < ROUNDS; round++) {
		struct nodes_one keep = x;

		dice_state = (uint32_t)round * 7919u + 17u;
		x = hand[0];
		to = request();
		rec = request();
		hand[0] = x;
		x = keep;
		ref_text(ref_of_rec(to), ref);
		for (i = 1; i < HANDS; i++)
			nodes_carry(&hand[0], &hand[i]);
		for (k = 0; k < TURNS; k++) {
			some_step(&hand[dice(HANDS)], rec, ref);
			if (dice(3) == 0)
				nodes_carry(&hand[dice(HANDS)],
				    &hand[dice(HANDS)]);
		}
		/* each to each, in an order of the dice, some twice */
		for (k = 0; k < 2 * HANDS; k++)
			nodes_carry(&hand[dice(HANDS)], &hand[dice(HANDS)]);
		for (i = 0; i < HANDS; i++)
			for (k = 0; k < HANDS; k++)
				nodes_carry(&hand[i], &hand[k]);
		for (i = 0; i < HANDS; i++)
			for (k = 0; k < HANDS; k++)
				nodes_carry(&hand[k], &hand[i]);
		say(&hand[0], rec, &first);
		for (i = 1; i < HANDS; i++) {
			say(&hand[i], rec, &other);
			assert_string_equal(buf_str(&first), buf_str(&other));
		}
	}
	assert_true(taken > ROUNDS * TURNS / 2);
	nodes_ok(record_digest(hand[1].n, before, &err), &err);
	nodes_ok(record_rebuild(hand[1].n, &err), &err);
	nodes_ok(record_digest(hand[1].n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
	for (i = 0; i < HANDS; i++)
		nodes_free(&hand[i]);
	buf_free(&first);
	buf_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handing_over_needs_taking_over),
		cmocka_unit_test(merging_can_be_taken_back),
		cmocka_unit_test(splitting_makes_a_record_of_its_own),
		cmocka_unit_test(more_time_is_granted_by_another),
		cmocka_unit_test(a_whistle_calls_three),
		cmocka_unit_test(first_times_stay),
		cmocka_unit_test(any_order_folds_the_same),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
