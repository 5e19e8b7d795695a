/*
 * Finding: two characters are enough, namesakes stay apart, what is
 * confidential, withdrawn or erased is not there, nothing sealed is indexed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/search.h"
#include "../lib/nodes.h"

#define ID_SAMPLE "11010519491231002X"

static struct nodes_one x;
static const char *grid;

static int64_t saved(const char *kind, const struct fields *f)
{
	struct save *s = save_new(x.n, &x.who);
	struct save_complaint c;
	struct save_result done;
	struct err err = ERR_INIT;
	enum mq_status st;

	env_advance(&x.env, MS_MINUTE);
	nodes_ok(save_open(s, kind, f, -1, NULL, &err), &err);
	if (save_complaints(s, &c, 1) > 0) {
		char words[500];

		err_say(&c.err, LANG_ZH, words, sizeof(words));
		fail_msg("%s %s: %s", kind, c.field, words);
	}
	st = save_commit(s, &done, &err);
	nodes_ok(st, &err);
	save_free(&s);
	return done.recs[0];
}

static int64_t person(const char *name, const char *sex, int year,
    const char *phone, const char *building)
{
	struct fields f = { NULL, 0, 0 };
	int64_t rec;

	fields_set(&f, "name", name);
	fields_set(&f, "sex", sex);
	fields_set_int(&f, "birth_year", year);
	if (phone != NULL)
		fields_set(&f, "phone", phone);
	fields_set(&f, "building", building);
	fields_set(&f, "grid", grid);
	fields_set(&f, "consent", "yes");
	rec = saved("person", &f);
	fields_free(&f);
	return rec;
}

static int64_t request(const char *type, const char *content, int64_t who)
{
	struct fields f = { NULL, 0, 0 };
	char ref[ENTRY_REF_TEXT];
	int64_t rec;

	fields_set(&f, "type", type);
	fields_set(&f, "channel", "counter");
	fields_set(&f, "anonymous", "no");
	fields_set(&f, "category", "utility");
	fields_set(&f, "subject", "lamp");
	fields_set(&f, "grade", "normal");
	fields_set(&f, "place_text", "南门小广场");
	fields_set(&f, "when", "2026-11-22 09:00");
	fields_set(&f, "content", content);
	fields_set(&f, "about_us", "no");
	if (who != 0) {
		ref_text(ref_of_rec(who), ref);
		fields_set(&f, "who", ref);
	}
	rec = saved("request", &f);
	fields_free(&f);
	return rec;
}

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	grid = nodes_org(&x, "grid", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static int find(const char *typed, struct search_person *out, int max)
{
	struct err err = ERR_INIT;
	int n;

	nodes_ok(search_people(x.n, "person", typed, NULL, out, max, &n,
	    &err), &err);
	return n;
}

static int text(const char *words, struct record *rows, int max)
{
	struct err err = ERR_INIT;
	int n;

	nodes_ok(search_text(x.n, NULL, words, NULL, rows, max, &n, &err),
	    &err);
	return n;
}

static void people(void **state)
{
	static const char *const ways[] = { "zw", "zhangwei", "zhangw",
	    "zwei", "zhw", "张伟", "张", "张w", "伟", "wei",
	    "13800138000", "138 0013 8000", "+8613800138000", "8000",
	    "3栋2", "3d2dy", "3d", "3" };
	struct search_person p[8];
	int64_t rec, zeng;
	size_t i;

	(void)state;
	rec = person("张伟", "male", 1951, "13800138000", "3栋2单元");
	zeng = person("曾国强", "male", 1960, NULL, "5栋");
	(void)person("王芳", "female", 1970, "13900139111", "7栋");
	for (i = 0; i < ARRAY_LEN(ways); i++) {
		if (find(ways[i], p, 8) != 1 || p[0].rec != rec)
			fail_msg("%s: not him", ways[i]);
	}
	assert_string_equal(p[0].masked, "张*");
	assert_string_equal(p[0].sex, "男");
	assert_int_equal(p[0].birth_year, 1951);
	assert_string_equal(p[0].place, "3栋2单元");
	assert_string_equal(p[0].phone_end, "00");
	assert_string_equal(p[0].org, grid);
	assert_int_equal(p[0].same_name, 1);
	assert_int_equal(find("zgq", p, 8), 1);
	assert_true(p[0].rec == zeng);
	assert_int_equal(find("cengguoqiang", p, 8), 1);
	assert_int_equal(find("zengguoqiang", p, 8), 1);
	assert_int_equal(find("z", p, 8), 2);
	assert_int_equal(find("", p, 8), 3);
	assert_int_equal(find("章", p, 8), 0);	/* sounds alike */
	assert_int_equal(find("xyz", p, 8), 0);
	assert_int_equal(find("13800138001", p, 8), 0);
	assert_int_equal(find("\"*' OR 1=1", p, 8), 0);
	assert_int_equal(find("z", p, 1), 1);
}

static void namesakes(void **state)
{
	struct search_person p[20];
	struct err err = ERR_INIT;
	char building[20], none[] = "[\"nowhere\"]", phone[24];
	int i, n;

	(void)state;
	for (i = 0; i < 14; i++) {
		(void)snprintf(building, sizeof(building), "%d栋", 20 - i);
		(void)snprintf(phone, sizeof(phone), "139001390%02d", i);
		(void)person("李建国", i % 2 ? "male" : "female", 1940 + i,
		    phone, building);
	}
	(void)person("李建", "male", 1980, NULL, "1栋");
	assert_int_equal(find("ljg", p, 20), 14);
	assert_int_equal(p[0].same_name, 14);
	/* in the order of buildings, each told apart */
	for (i = 1; i < 14; i++)
		assert_true(strcmp(p[i - 1].place, p[i].place) < 0);
	assert_int_equal(find("李建国", p, 20), 14);
	/* the exact name first */
	assert_int_equal(find("李建", p, 20), 15);
	assert_int_equal(p[0].birth_year, 1980);
	nodes_ok(search_people(x.n, "person", "ljg", none, p, 20, &n, &err),
	    &err);
	assert_int_equal(n, 0);
}

static void words(void **state)
{
	struct record rows[10];
	int64_t a, b;

	(void)state;
	a = request("complain", "三楼楼道积存垃圾,气味很大,电话13912345678",
	    0);
	b = request("help", "楼道灯坏了 B12 单元", 0);
	assert_int_equal(text("楼道", rows, 10), 2);
	assert_true(rows[0].rec == b);		/* newest first */
	assert_true(rows[1].rec == a);
	assert_int_equal(text("垃圾", rows, 10), 1);
	assert_true(rows[0].rec == a);
	assert_int_equal(text("圾", rows, 10), 1);
	assert_int_equal(text("楼道积存垃圾", rows, 10), 1);
	assert_int_equal(text("道楼", rows, 10), 0);
	assert_int_equal(text("楼道 气味", rows, 10), 1);
	assert_int_equal(text("楼道 没有", rows, 10), 0);
	assert_int_equal(text("b12", rows, 10), 1);
	assert_int_equal(text("Ｂ１", rows, 10), 1);
	assert_int_equal(text("投诉", rows, 10), 1);	/* a label */
	/* the hidden part of a number is not in the index */
	assert_int_equal(text("13912345678", rows, 10), 0);
	assert_int_equal(text("12345678", rows, 10), 0);
	assert_int_equal(text("", rows, 10), 0);
	assert_int_equal(text("\"", rows, 10), 0);
	assert_int_equal(text("\" OR words:*", rows, 10), 0);
	assert_int_equal(text("NEAR(楼 道)", rows, 10), 0);
	assert_int_equal(text("\xff\xfe", rows, 10), 0);
	assert_int_equal(text("楼道", rows, 1), 1);
}

static void by_number_and_person(void **state)
{
	struct record rows[10];
	char no[16];
	int64_t who, rec;

	(void)state;
	who = person("张伟", "male", 1951, "13800138000", "3栋");
	rec = request("help", "想装扶手", who);
	assert_int_equal(text("扶手", rows, 10), 1);
	xcopy(no, sizeof(no), rows[0].no);
	assert_int_equal(strlen(no), 12);
	assert_int_equal(text(no, rows, 10), 1);
	assert_true(rows[0].rec == rec);
	assert_int_equal(text(no + 5, rows, 10), 1);
	assert_true(rows[0].rec == rec);
	assert_int_equal(text("zw", rows, 10), 2);
	assert_int_equal(text("8000", rows, 10), 2);
}

static void hidden(void **state)
{
	struct record rows[10];
	struct save *s;
	struct save_result done;
	struct err err = ERR_INIT;
	int64_t rec, secret;

	(void)state;
	secret = request("report", "有人倒卖物资", 0);
	rec = request("help", "路灯不亮", 0);
	assert_int_equal(text("倒卖", rows, 10), 0);
	assert_int_equal(text("路灯", rows, 10), 1);
	s = save_new(x.n, &x.who);
	nodes_ok(save_void(s, rec, "记错了", NULL, &err), &err);
	nodes_ok(save_commit(s, &done, &err), &err);
	save_free(&s);
	assert_int_equal(text("路灯", rows, 10), 0);
	(void)secret;
}

/* After erasure the words are in no row and in no page of the index. */
static void erased(void **state)
{
	struct record rows[10];
	struct err err = ERR_INIT;
	struct db_stmt *q;
	int64_t rec, left;
	bool row;

	(void)state;
	rec = request("help", "蝙蝠飞进来了", 0);
	(void)request("help", "门坏了", 0);
	assert_int_equal(text("蝙蝠", rows, 10), 1);
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(ledger_erase(x.n, ref_of_rec(rec), ref_of_rec(rec), &err),
	    &err);
	nodes_ok(record_fold(x.n, ref_of_rec(rec), &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	nodes_ok(search_drain(x.n, 100, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(text("蝙蝠", rows, 10), 0);
	nodes_ok(db_query(x.n->db, "SELECT count(*) AS n FROM"
	    " search_fts_data WHERE instr(block, CAST(? AS BLOB)) > 0", &q,
	    &err), &err);
	db_bind_text(q, "蝠");
	nodes_ok(db_step(q, &row, &err), &err);
	assert_int_equal(db_i64(q, "n"), 0);
	db_done(&q);
}

/* Names, telephones and ID numbers are in no table of the search in clear. */
static void at_rest(void **state)
{
	static const char *const sql[] = {
		"SELECT count(*) AS n FROM search_doc WHERE instr(words, ?)",
		"SELECT count(*) AS n FROM search_name WHERE instr(key, ?)",
	};
	static const char *const secrets[] = { "张伟明", "伟明",
	    "13800138000", "8000", ID_SAMPLE };
	struct fields f = { NULL, 0, 0 };
	struct search_person p[4];
	struct err err = ERR_INIT;
	struct db_stmt *q;
	size_t i, k;
	bool row;

	(void)state;
	fields_set(&f, "name", "张伟明");
	fields_set(&f, "sex", "male");
	fields_set(&f, "birth_year", "1949");
	fields_set(&f, "phone", "13800138000");
	fields_set(&f, "idnumber", ID_SAMPLE);
	fields_set(&f, "grid", grid);
	fields_set(&f, "consent", "yes");
	(void)saved("person", &f);
	fields_free(&f);
	assert_int_equal(find("zwm", p, 4), 1);
	for (i = 0; i < ARRAY_LEN(sql); i++)
		for (k = 0; k < ARRAY_LEN(secrets); k++) {
			nodes_ok(db_query(x.n->db, sql[i], &q, &err), &err);
			db_bind_text(q, secrets[k]);
			nodes_ok(db_step(q, &row, &err), &err);
			if (db_i64(q, "n") != 0)
				fail_msg("%s: %s", sql[i], secrets[k]);
			db_done(&q);
		}
}

/* Correcting a name forgets the old one. */
static void corrected(void **state)
{
	struct fields f = { NULL, 0, 0 };
	struct search_person p[4];
	struct save *s;
	struct save_result done;
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	rec = person("张伟", "male", 1951, NULL, "3栋");
	assert_int_equal(find("zw", p, 4), 1);
	s = save_new(x.n, &x.who);
	fields_set(&f, "name", "李娜");
	nodes_ok(save_fix(s, rec, &f, "听错了", NULL, &err), &err);
	nodes_ok(save_commit(s, &done, &err), &err);
	save_free(&s);
	fields_free(&f);
	assert_int_equal(find("zw", p, 4), 0);
	assert_int_equal(find("ln", p, 4), 1);
	nodes_ok(search_person_of(x.n, rec, &p[0], &err), &err);
	assert_string_equal(p[0].masked, "李*");
	assert_int_equal(search_person_of(x.n, rec + 1, &p[0], &err),
	    MQ_E_NOT_FOUND);
}

static void households(void **state)
{
	struct fields f = { NULL, 0, 0 };
	struct search_person p[4];
	struct err err = ERR_INIT;
	char ref[ENTRY_REF_TEXT];
	int64_t head, house;
	int n;

	(void)state;
	head = person("张伟", "male", 1951, NULL, "");
	ref_text(ref_of_rec(head), ref);
	fields_set(&f, "building", "3栋2单元");
	fields_set(&f, "door", "502");
	fields_set(&f, "head", ref);
	fields_set(&f, "grid", grid);
	house = saved("household", &f);
	fields_free(&f);
	nodes_ok(search_people(x.n, "household", "zw", NULL, p, 4, &n, &err),
	    &err);
	assert_int_equal(n, 1);
	assert_true(p[0].rec == house);
	assert_string_equal(p[0].masked, "张*");
	assert_string_equal(p[0].place, "3栋2单元 502");
	nodes_ok(search_people(x.n, "household", "502", NULL, p, 4, &n,
	    &err), &err);
	assert_int_equal(n, 1);
	nodes_ok(search_people(x.n, "household", "3栋2单元502", NULL, p, 4,
	    &n, &err), &err);
	assert_int_equal(n, 1);
	nodes_ok(search_people(x.n, "household", "3d", NULL, p, 4, &n, &err),
	    &err);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(people, setup, teardown),
		cmocka_unit_test_setup_teardown(namesakes, setup, teardown),
		cmocka_unit_test_setup_teardown(words, setup, teardown),
		cmocka_unit_test_setup_teardown(by_number_and_person, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(erased, setup, teardown),
		cmocka_unit_test_setup_teardown(at_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(corrected, setup, teardown),
		cmocka_unit_test_setup_teardown(households, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
