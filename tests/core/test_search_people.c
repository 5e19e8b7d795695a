/*
 * Finding people as they are typed: readings of surnames, doors, ID numbers,
 * other scripts; and that what is not indexed yet is found the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/search.h"
#include "../lib/deeds.h"

#define MAX 60

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

static int find(const char *kind, const char *typed,
    struct search_person *out)
{
	struct err err = ERR_INIT;
	int n;

	nodes_ok(search_people(x.n, kind, typed, NULL, out, MAX, &n, &err),
	    &err);
	return n;
}

static int64_t person(const char *name, const char *year, const char *phone,
    const char *id)
{
	const char *const pairs[] = { "name", name, "sex", "male",
	    "birth_year", year, "phone", phone, "idnumber", id,
	    "building", "3栋2单元", "grid", nodes_org(&x, "grid", 0),
	    "consent", "yes", NULL };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(&x, "person", pairs, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

/* Each surname by the reading it has as one and by the usual one. */
static void surnames(void **state)
{
	static const struct { const char *name, *ways[4]; } rows[] = {
		{ "曾国强", { "zgq", "zengguoqiang", "cgq", "曾国" } },
		{ "单小明", { "sxm", "shanxm", "dxm", "小明" } },
		{ "解晓东", { "xxd", "xiexiaod", "jxd", "晓东" } },
		{ "翟天林", { "ztl", "zhaitl", "dtl", "天林" } },
		{ "仇和平", { "qhp", "qiuhep", "chp", "和平" } },
		{ "华建敏", { "hjm", "huajm", "huajianmin", "建敏" } },
		{ "任长霞", { "rcx", "renchangxia", "rzx", "长霞" } },
		{ "区伟强", { "owq", "ouweiqiang", "qwq", "伟强" } },
		{ "朴明哲", { "pmz", "piaomingzhe", "pumz", "明哲" } },
		{ "查良镛", { "zly", "zhaliangyong", "cly", "良镛" } },
		{ "盖叫天", { "gjt", "gejt", "gaijiaotian", "叫天" } },
		{ "尉迟敬德", { "ycjd", "yuchijd", "wcjd", "敬德" } },
		{ "乐嘉诚", { "yjc", "yuejc", "ljc", "嘉诚" } },
		{ "覃志刚", { "qzg", "qinzg", "tzg", "志刚" } },
		{ "万俟雪梅", { "mqxm", "moqix", "wqxm", "雪梅" } },
		{ "买买提·吐尔逊", { "mmttex", "买买提吐", "吐尔逊",
		    "買買提•吐爾遜" } },
		{ "陳國棟", { "cgd", "陈国栋", "国栋", "chengd" } },
	};
	struct search_person p[MAX];
	int64_t rec[ARRAY_LEN(rows)];
	size_t i, k;
	int n, at;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		rec[i] = person(rows[i].name, "1960", "", "");
	for (i = 0; i < ARRAY_LEN(rows); i++)
		for (k = 0; k < 4; k++) {
			n = find("person", rows[i].ways[k], p);
			for (at = 0; at < n && p[at].rec != rec[i]; at++)
				;
			if (at == n)
				fail_msg("%s: not by %s", rows[i].name,
				    rows[i].ways[k]);
		}
}

/* As doors are said; those who live there are found by it too. */
static void doors(void **state)
{
	static const char *const ways[] = { "3-402", "3幢402", "3栋402室",
	    "3号楼402", "３－４０２" };
	struct search_person p[MAX];
	int64_t rec;
	size_t i;

	(void)state;
	rec = deeds_person(&x, "王芳", "402");
	(void)deeds_person(&x, "王方", "403");
	for (i = 0; i < ARRAY_LEN(ways); i++) {
		if (find("household", ways[i], p) != 1)
			fail_msg("household %s", ways[i]);
		if (find("person", ways[i], p) != 1 || p[0].rec != rec)
			fail_msg("person %s", ways[i]);
	}
	assert_int_equal(find("household", "3-404", p), 0);
}

/* Only units that may be seen; the whole name before its beginning. */
static void scope_and_rank(void **state)
{
	struct search_person p[MAX];
	struct err err = ERR_INIT;
	char scope[60];
	int64_t longer, whole;
	int n;

	(void)state;
	longer = person("王建国强", "1960", "", "");
	whole = person("王建国", "1960", "", "");
	assert_int_equal(find("person", "王建国", p), 2);
	assert_int_equal(p[0].rec, whole);
	assert_int_equal(p[1].rec, longer);
	snprintf(scope, sizeof(scope), "[\"%s\"]", nodes_org(&x, "grid", 0));
	nodes_ok(search_people(x.n, "person", "王建国", scope, p, MAX, &n,
	    &err), &err);
	assert_int_equal(n, 2);
	snprintf(scope, sizeof(scope), "[\"%s\"]", nodes_org(&x, "grid", 1));
	nodes_ok(search_people(x.n, "person", "王建国", scope, p, MAX, &n,
	    &err), &err);
	assert_int_equal(n, 0);
	/* sound alone is not enough for characters, nor two that begin so */
	(void)person("汪健", "1960", "", "");
	assert_int_equal(find("person", "王", p), 2);
	(void)person("周志强", "1960", "", "");
	assert_int_equal(find("person", "zhouzhq", p), 1);
}

static void by_id(void **state)
{
	struct search_person p[MAX];
	int64_t rec;

	(void)state;
	rec = person("张三丰", "1949", "", "110105491231002");
	(void)person("张三", "1950", "", "");
	assert_int_equal(find("person", "11010519491231002x", p), 1);
	assert_true(p[0].rec == rec);
	assert_int_equal(find("person", "110105 491231 002", p), 1);
	assert_int_equal(find("person", "34052419800101001X", p), 0);
}

static void order(void **state)
{
	static const char *const names[] = { "张伟", "曾强", "陈刚", "单田",
	    "丁一", "王五", "安平" };
	static const char *const sound[] = { "安*", "陈*", "丁*", "单*",
	    "王*", "曾*", "张*" };
	static const char *const strokes[] = { "丁*", "王*", "安*", "张*",
	    "陈*", "单*", "曾*" };
	struct search_person p[MAX];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++)
		(void)person(names[i], "1960", "", "");
	n = find("person", "3栋", p);
	assert_int_equal(n, ARRAY_LEN(names));
	search_order(p, n, SEARCH_BY_SOUND);
	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(p[i].masked, sound[i]);
	search_order(p, n, SEARCH_BY_STROKES);
	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(p[i].masked, strokes[i]);
}

/* ---- two that are one ---- */

static void step(int64_t rec, const char *step, int64_t into)
{
	struct save *s = save_new(x.n, &x.who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	char ref[ENTRY_REF_TEXT];
	struct err err = ERR_INIT;

	if (into != 0) {
		ref_text(ref_of_rec(into), ref);
		fields_set(&f, "into", ref);
	}
	fields_set(&f, "reason", "同一个人登记了两次");
	env_advance(&x.env, MS_MINUTE);
	nodes_ok(save_step(s, rec, step, &f, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	fields_free(&f);
	save_free(&s);
	free(res);
}

static int of_person(int64_t who, const char *kind)
{
	struct record_query q = { .kind = kind, .sort = SORT_OPENED,
	    .who = who };
	struct record *rows = xcalloc(MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	int n;

	nodes_ok(record_page(x.n, &q, NULL, false, rows, MAX, &n, &err),
	    &err);
	free(rows);
	return n;
}

/* After merging one name and one number still find somebody: the one that
 * stayed, with what both had; undone, all is as it was. */
static void merged(void **state)
{
	struct search_person p[MAX];
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	int64_t a, b;

	(void)state;
	a = person("张伟", "1951", "13800138000", "");
	b = person("张玮", "1951", "13900139111", "");
	nodes_ok(deeds_visit(&x, a, res, &err), &err);
	nodes_ok(deeds_visit(&x, b, res, &err), &err);
	assert_int_equal(find("person", "zw", p), 2);
	assert_int_equal(of_person(a, "visit"), 1);
	step(b, "merge", a);
	assert_int_equal(find("person", "zw", p), 1);
	assert_true(p[0].rec == a);
	assert_int_equal(find("person", "9111", p), 1);
	assert_true(p[0].rec == a);
	assert_int_equal(find("person", "张玮", p), 1);
	assert_true(p[0].rec == a);
	assert_int_equal(of_person(a, "visit"), 2);
	assert_int_equal(of_person(a, NULL), of_person(b, NULL) * 2);
	nodes_ok(record_digest(x.n, before, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
	step(b, "unmerge", 0);
	assert_int_equal(find("person", "zw", p), 2);
	assert_int_equal(find("person", "9111", p), 1);
	assert_true(p[0].rec == b);
	assert_int_equal(of_person(a, "visit"), 1);
	free(res);
}

/* Somebody of the same name who was merged away does not count as another. */
static void one_of_two(void **state)
{
	struct search_person p[MAX];
	int64_t a, b;

	(void)state;
	a = person("王建国", "1951", "", "");
	b = person("王建国", "1951", "", "");
	assert_int_equal(find("person", "wjg", p), 2);
	assert_int_equal(p[0].same_name, 2);
	step(b, "merge", a);
	assert_int_equal(find("person", "wjg", p), 1);
	assert_int_equal(p[0].same_name, 1);
}

static void alike(const char *name, const char *year, const char *phone,
    const char *id, const char *building, int want, enum search_tie tie,
    int64_t rec)
{
	struct search_alike v[3];
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int n;

	fields_set(&f, "name", name);
	if (year[0] != '\0')
		fields_set_int(&f, "birth_year", strtoll(year, NULL, 10));
	fields_set(&f, "phone", phone);
	fields_set(&f, "idnumber", id);
	fields_set(&f, "building", building);
	nodes_ok(search_alike_typed(x.n, "person", &f, NULL, v, 3, &n, &err),
	    &err);
	if (n != want)
		fail_msg("%s %s %s: %d, not %d", name, year, phone, n, want);
	if (n > 0) {
		assert_int_equal(v[0].tie, tie);
		assert_true(v[0].p.rec == rec);
	}
	fields_free(&f);
}

/* Who is there already, as far as it is typed. */
static void there_already(void **state)
{
	struct search_person p[MAX];
	int64_t rec, later;

	(void)state;
	rec = person("张伟", "1951", "13800138000", "110105491231002");
	later = person("李娜", "1980", "13900139111", "34052419800101001X");
	assert_int_equal(find("person", "", p), 2);	/* indexed now */
	alike("", "", "", "", "", 0, 0, 0);
	alike("王五", "1951", "", "", "3栋2单元", 0, 0, 0);
	alike("张伟", "", "", "", "", 1, SEARCH_ONLY_NAME, rec);
	alike("张玮", "", "", "", "", 0, 0, 0);	/* sounds alike: no more */
	alike("张玮", "1951", "", "", "3栋2单元", 1, SEARCH_SAME_LIFE, rec);
	alike("張偉", "1951", "", "", "", 1, SEARCH_SAME_LIFE, rec);
	alike("张伟", "1951", "", "", "9栋", 1, SEARCH_ONLY_NAME, rec);
	alike("张伟", "", "138 0013 8000", "", "", 1, SEARCH_SAME_PHONE,
	    rec);
	alike("王五", "", "13800138000", "", "", 1, SEARCH_ONLY_PHONE, rec);
	alike("王五", "", "", "11010519491231002x", "", 1,
	    SEARCH_SAME_NUMBER, rec);
	/* A wall clock of 1970 that somebody set right by hand: who was born
	 * since is not of the future. */
	env_advance(&x.env, -NODES_NOW);
	nodes_ok(ledger_confirm_clock(x.n, (struct utc){ NODES_NOW }, NULL),
	    NULL);
	alike("王五", "", "", "34052419800101001X", "", 1,
	    SEARCH_SAME_NUMBER, later);
	assert_true(search_is_likely(SEARCH_SAME_LIFE));
	assert_false(search_is_likely(SEARCH_ONLY_NAME));
}

/* ---- the index and looking through say the same ---- */

static uint32_t roll(uint64_t *dice, uint32_t sides)
{
	*dice = *dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % sides;
}

static const char *const people[] = { "z", "zw", "zjg", "cjg", "s", "wei",
    "张", "张伟", "建国", "国", "ouyang", "oyjg", "8000", "8001", "3栋", "3d",
    "zhangw", "张w", "长", "chang", "zhang", "王小", "cy", "zy", "lx", "yx",
    "陈长明", "陳長明", "3-4" };
static const char *const words[] = { "楼道", "道灯", "灯", "電梯", "电梯",
    "b12", "楼道 电梯", "12", "栋", "zw", "张" };

struct answers {
	int n[ARRAY_LEN(people) + ARRAY_LEN(words)];
	int64_t rec[ARRAY_LEN(people) + ARRAY_LEN(words)][MAX];
};

static void ask_all(struct answers *out)
{
	struct search_person p[MAX];
	struct record *rows = xcalloc(MAX, sizeof(*rows));
	struct err err = ERR_INIT;
	size_t k, q = 0;
	int i;

	for (k = 0; k < ARRAY_LEN(people); k++, q++) {
		out->n[q] = find("person", people[k], p);
		for (i = 0; i < out->n[q]; i++)
			out->rec[q][i] = p[i].rec;
	}
	for (k = 0; k < ARRAY_LEN(words); k++, q++) {
		nodes_ok(search_text(x.n, NULL, words[k], NULL, rows, MAX,
		    &out->n[q], &err), &err);
		for (i = 0; i < out->n[q]; i++)
			out->rec[q][i] = rows[i].rec;
	}
	free(rows);
}

static void some_people(void)
{
	static const char *const first[] = { "张", "曾", "单", "欧阳", "王",
	    "陳", "长孙", "乐" };
	static const char *const given[] = { "伟", "建国", "長明", "晓东",
	    "乐", "重阳", "行", "小花" };
	uint64_t dice = 7;
	char name[40], phone[24];
	int i;

	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "%s%s", first[roll(&dice,
		    ARRAY_LEN(first))], given[roll(&dice, ARRAY_LEN(given))]);
		snprintf(phone, sizeof(phone), "1380013800%u",
		    roll(&dice, 3));
		(void)person(name, "1951", phone, "");
	}
}

/* Whatever node they were written at, the newest stand first. */
static void of_two_nodes(void **state)
{
	struct record *rows = xcalloc(4, sizeof(*rows));
	struct nodes_one y;
	struct save_result *res = xcalloc(1, sizeof(*res));
	const char *const when[] = { "2026-11-20 08:00", "2026-11-20 09:00",
	    "2026-11-20 10:00", "2026-11-20 11:00" };
	struct err err = ERR_INIT;
	int i, n;

	(void)state;
	nodes_make(&y, 102, NULL);
	for (i = 0; i < 4; i++) {
		struct nodes_one *at = i % 2 == 0 ? &x : &y;
		const char *const pairs[] = { "type", "help", "channel",
		    "counter", "anonymous", "no", "category", "utility",
		    "subject", "lamp", "grade", "normal", "place_text",
		    "南门", "when", when[i], "content", "路灯不亮",
		    "about_us", "no", NULL };

		nodes_ok(deeds_open(at, "request", pairs, res, &err), &err);
	}
	nodes_carry(&y, &x);
	nodes_ok(search_text(x.n, NULL, "路灯", NULL, rows, 4, &n, &err),
	    &err);
	assert_int_equal(n, 4);
	for (i = 1; i < 4; i++)
		assert_true(rows[i - 1].opened_at.ms > rows[i].opened_at.ms);
	nodes_ok(search_text(x.n, NULL, "路灯", NULL, rows, 1, &n, &err),
	    &err);
	assert_int_equal(n, 1);
	assert_true(rows[0].rec == res->recs[0]);	/* the last one saved */
	nodes_free(&y);
	free(res);
	free(rows);
}

static void some_notices(void)
{
	static const char *const texts[] = { "楼道灯坏了 B12", "電梯停運",
	    "楼道堆物，电梯口有水" };
	struct err err = ERR_INIT;
	int i;

	for (i = 0; i < 12; i++) {
		const char *const pairs[] = { "topic", "weather", "from",
		    "2026-11-22", "audience", nodes_org(&x, "grid", 0),
		    "text", texts[i % 3], "until", "2026-12-31", NULL };
		struct save_result *res = xcalloc(1, sizeof(*res));

		nodes_ok(deeds_open(&x, "notice", pairs, res, &err), &err);
		free(res);
	}
}

static void same_both_ways(void **state)
{
	struct answers *scan = xcalloc(1, sizeof(*scan));
	struct answers *index = xcalloc(1, sizeof(*index));
	struct err err = ERR_INIT;
	int64_t left;
	size_t q;
	int all = 0, i;

	(void)state;
	some_people();
	some_notices();
	/* Nothing may be written: everything is looked through. */
	x.n->read_only = true;
	nodes_ok(search_pending(x.n, &left, &err), &err);
	assert_true(left > 60);
	ask_all(scan);
	x.n->read_only = false;
	nodes_ok(search_drain(x.n, 1000, &left, &err), &err);
	assert_int_equal(left, 0);
	ask_all(index);
	for (q = 0; q < ARRAY_LEN(scan->n); q++) {
		if (scan->n[q] != index->n[q])
			fail_msg("%zu: %d by index, %d looked through", q,
			    index->n[q], scan->n[q]);
		for (i = 0; i < scan->n[q]; i++)
			assert_true(scan->rec[q][i] == index->rec[q][i]);
		all += scan->n[q];
	}
	assert_true(all > 100);
	free(scan);
	free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(surnames, setup, teardown),
		cmocka_unit_test_setup_teardown(doors, setup, teardown),
		cmocka_unit_test_setup_teardown(scope_and_rank, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(by_id, setup, teardown),
		cmocka_unit_test_setup_teardown(order, setup, teardown),
		cmocka_unit_test_setup_teardown(merged, setup, teardown),
		cmocka_unit_test_setup_teardown(one_of_two, setup, teardown),
		cmocka_unit_test_setup_teardown(there_already, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(of_two_nodes, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(same_both_ways, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
