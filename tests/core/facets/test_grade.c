/*
 * The grade facet: a colour needs proof, findings rule better ones out,
 * nobody climbs two at once, and the next check follows the colour.
 */
#include "../../../core/grade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../lib/deeds.h"

static struct nodes_one x;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static int64_t dwelling(void)
{
	static const char *const pairs[] = { "dwelling_kind", "village",
	    "building", "3栋2单元", "door", "402", "grid",
	    "990101001001001", NULL };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(&x, "dwelling", pairs, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static enum mq_status assess(struct nodes_one *at, int64_t rec,
    const char *grade, const char *reasons, const char *kept,
    struct err *err)
{
	struct save *s = save_new(at->n, &at->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	enum mq_status st;

	fields_set(&f, "grade", grade);
	fields_set(&f, "reasons", reasons);
	fields_set(&f, "saw_by", "c001");
	fields_set(&f, "saw_when", "2026-11-22 09:30");
	fields_set(&f, "kept_at", kept);
	st = save_step(s, rec, "assess", &f, NULL, err);
	if (st == MQ_OK)
		st = save_commit(s, res, err);
	fields_free(&f);
	save_free(&s);
	free(res);
	return st;
}

static void expect(struct nodes_one *at, int64_t rec, const char *grade,
    const char *due)
{
	struct record_full r;
	struct err err = ERR_INIT;
	char have[24] = "";

	nodes_ok(record_get(at->n, rec, &r, &err), &err);
	assert_string_equal(r.r.grade, grade);
	if (r.r.due_at.ms != 0)
		clock_show(r.r.due_at, CLOCK_DATE, have, sizeof(have));
	assert_string_equal(have, due);
	record_full_free(&r);
}

static void refused(enum mq_status st, const struct err *err,
    const char *words)
{
	char said[600];

	assert_int_not_equal(st, MQ_OK);
	err_say(err, LANG_ZH, said, sizeof(said));
	if (strstr(said, words) == NULL)
		fail_msg("“%s” says nothing of “%s”", said, words);
}

static void a_colour_needs_proof(void **state)
{
	int64_t rec = dwelling();
	struct err err = ERR_INIT;

	(void)state;
	expect(&x, rec, "", "2026-12-07");
	refused(assess(&x, rec, "green", "", "", &err), &err,
	    "凭据在哪里");
	err = (struct err)ERR_INIT;
	refused(assess(&x, rec, "yellow", "gas\nwires", "2 号柜", &err), &err,
	    "有“黑煤气”，最高只能评“红标”");
	expect(&x, rec, "", "2026-12-07");
	err = (struct err)ERR_INIT;
	nodes_ok(assess(&x, rec, "red", "gas", "2 号柜", &err), &err);
	expect(&x, rec, "red", "2026-12-07");
	refused(assess(&x, rec, "green", "", "2 号柜", &err), &err,
	    "不能一次升到“绿标”");
	err = (struct err)ERR_INIT;
	nodes_ok(assess(&x, rec, "yellow", "", "2 号柜", &err), &err);
	/* The 90th day is a Saturday: the next working day. */
	expect(&x, rec, "yellow", "2027-02-22");
	nodes_ok(assess(&x, rec, "green", "", "2 号柜", &err), &err);
	/* Downwards as far as it takes. */
	nodes_ok(assess(&x, rec, "red", "fire", "2 号柜", &err), &err);
	expect(&x, rec, "red", "2026-12-07");
}

static void told(void *ctx, const char *label, const char *text,
    enum facet_tone tone)
{
	buf_addf(ctx, "%d %s: %s\n", (int)tone, label, text);
}

static void it_tells_its_history(void **state)
{
	int64_t rec = dwelling();
	struct buf b = BUF_INIT(BUF_SMALL);
	struct record_full r;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(assess(&x, rec, "red", "exit", "2 号柜", &err), &err);
	env_advance(&x.env, 7 * MS_DAY);
	nodes_ok(assess(&x, rec, "yellow", "", "照片在网格手机", &err), &err);
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	facet_tell(x.n, &r, &(struct facet_lines){ LANG_ZH, told, &b });
	assert_false(fields_has(&r.f, "reasons"));
	assert_non_null(strstr(buf_str(&b), "2 等级: 黄标\n"));
	assert_non_null(strstr(buf_str(&b),
	    "历次等级: 红标 2026-11-22 → 黄标 2026-11-29\n"));
	assert_non_null(strstr(buf_str(&b), "凭据在哪里 照片在网格手机"));
	record_full_free(&r);
	buf_free(&b);
}

static void counts_follow_and_two_nodes_agree(void **state)
{
	uint8_t mine[CRYPTO_HASH], again[CRYPTO_HASH];
	const struct kind *k = pack_kind(x.n->pack, "dwelling");
	struct buf b = BUF_INIT(BUF_SMALL);
	struct nodes_one y;
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t first = dwelling(), second = dwelling();

	(void)state;
	(void)dwelling();
	nodes_make(&y, 102, NULL);
	nodes_ok(assess(&x, first, "red", "gas", "2 号柜", &err), &err);
	nodes_ok(assess(&x, second, "green", "", "2 号柜", &err), &err);
	nodes_carry(&x, &y);
	/* Both look at once and see different things. */
	nodes_ok(assess(&x, second, "yellow", "wires", "甲", &err), &err);
	nodes_ok(assess(&y, second, "red", "exit", "乙", &err), &err);
	nodes_carry(&y, &x);
	nodes_carry(&x, &y);
	nodes_ok(record_get(x.n, second, &r, &err), &err);
	assert_true(r.r.flags & REC_CONFLICT);
	record_full_free(&r);
	nodes_ok(record_get(y.n, second, &r, &err), &err);
	assert_true(r.r.flags & REC_CONFLICT);
	record_full_free(&r);
	/* An entry after both settles it. */
	nodes_ok(assess(&x, second, "red", "exit", "丙", &err), &err);
	nodes_ok(record_get(x.n, second, &r, &err), &err);
	assert_false(r.r.flags & REC_CONFLICT);
	record_full_free(&r);
	nodes_ok(grade_counts(x.n, k, NULL, LANG_ZH, &b, &err), &err);
	assert_string_equal(buf_str(&b), "绿标 0  黄标 0  红标 2  未评 1");
	nodes_ok(record_digest(x.n, mine, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, again, &err), &err);
	assert_memory_equal(mine, again, CRYPTO_HASH);
	buf_free(&b);
	nodes_free(&y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_colour_needs_proof, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(it_tells_its_history, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    counts_follow_and_two_nodes_agree, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
