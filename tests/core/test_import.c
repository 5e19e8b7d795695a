/*
 * Lists from elsewhere: what is taken, what is told, what a second time does.
 */
#include "../../core/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/search.h"
#include "../lib/deeds.h"

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

static const char *list(const char *text, size_t len)
{
	static char path[300];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/list.csv", x.dir);
	nodes_ok(file_write(&x.env, path, text, len, 0600, &err), &err);
	return path;
}

struct got { struct import_counts c; char faults[4000]; };

static struct got import_as(const char *kind, const char *text, size_t len,
    const char *map, bool dry)
{
	struct err err = ERR_INIT;
	struct import *imp;
	struct got got;
	bool done = false;

	nodes_ok(import_open(x.n, &x.who, list(text, len), kind, &imp, &err),
	    &err);
	if (map != NULL)
		nodes_ok(import_map(imp, map, &err), &err);
	nodes_ok(import_start(imp, dry, &err), &err);
	while (!done)
		nodes_ok(import_some(imp, 7, &done, &err), &err);
	got.c = import_counts(imp);
	xcopy(got.faults, sizeof(got.faults), buf_str(import_faults(imp)));
	import_close(&imp);
	assert_null(imp);
	return got;
}

static struct got import_text(const char *kind, const char *text)
{
	return import_as(kind, text, strlen(text), NULL, false);
}

static int64_t count(const char *kind)
{
	int64_t n;
	struct err err = ERR_INIT;

	nodes_ok(record_count(x.n, kind, "opened", NULL, NULL,
	    (struct day){ 0 }, (struct day){ 40000 }, &n, &err), &err);
	return n;
}

static int64_t entries_but_audits(void)
{
	int64_t n = 0;
	struct err err = ERR_INIT;

	nodes_ok(db_scalar(x.n->db, "SELECT (SELECT count(*) FROM entry) -"
	    " (SELECT count(*) FROM record WHERE kind = 'audit')", &n, &err),
	    &err);
	return n;
}

static void person_at(int64_t nth, struct record_full *out)
{
	struct record_query q = { .kind = "person", .sort = SORT_CHANGED };
	struct record rows[20], none = { 0 };
	struct err err = ERR_INIT;
	int n;

	nodes_ok(record_page(x.n, &q, &none, true, rows, 20, &n, &err),
	    &err);
	assert_true(nth < n);
	nodes_ok(record_get(x.n, rows[nth].rec, out, &err), &err);
}

static void person_named(const char *name, struct record_full *out)
{
	int64_t i;

	for (i = 0; i < count("person"); i++) {
		person_at(i, out);
		if (strcmp(fields_text(&out->f, "name"), name) == 0)
			return;
		record_full_free(out);
	}
	fail_msg("no %s", name);
}

#define TWO "编号,姓名,性别,手机号码,备注\r\n1,王建国,男,13800138000,\r\n" \
	"2,李秀英,女性,,\"独居,有\"\"狗\"\"\"\r\n"

static void takes_rows(void **state)
{
	/* 编号,姓名,性别 1,欧阳娜,女 */
	static const char gb[] = "\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb,"
	    "\xd0\xd4\xb1\xf0\n7,\xc5\xb7\xd1\xf4\xc4\xc8,\xc5\xae\n";
	struct record_full r;
	struct got g = import_text("person", TWO);

	(void)state;
	assert_int_equal(g.c.added, 2);
	assert_int_equal(g.c.bad, 0);
	assert_string_equal(g.faults, "");
	person_named("李秀英", &r);
	assert_string_equal(fields_text(&r.f, "sex"), "female");
	assert_string_equal(fields_text(&r.f, "note"), "独居,有\"狗\"");
	record_full_free(&r);
	g = import_as("person", gb, sizeof(gb) - 1, NULL, false);
	assert_int_equal(g.c.added, 1);
	person_named("欧阳娜", &r);
	record_full_free(&r);
	assert_int_equal(count("person"), 3);
}

static void twice_changes_nothing(void **state)
{
	struct got g = import_text("person", TWO);
	int64_t before = entries_but_audits();

	(void)state;
	g = import_text("person", TWO);
	assert_int_equal(g.c.same, 2);
	assert_int_equal(g.c.added + g.c.changed + g.c.bad, 0);
	assert_int_equal(entries_but_audits(), before);
	/* the same after the projection was made anew */
	nodes_ok(record_rebuild(x.n, NULL), NULL);
	g = import_text("person", "\xef\xbb\xbf" TWO);
	assert_int_equal(g.c.same, 2);
	assert_int_equal(count("person"), 2);
}

/* A changed row corrects what changed in the list, and only that. */
static void changed_rows_correct(void **state)
{
	static const char later[] = "编号,姓名,性别,手机号码,备注\n"
	    "2,李秀英,女性,,搬走\n1,王建国,男,13900139000,\n";
	static const char emptied[] = "编号,姓名,性别,手机号码,备注\n"
	    "2,李秀英,女性,,\n1,王建国,男,13900139000,\n";
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct record_full r;
	struct err err = ERR_INIT;
	struct save *s;
	struct got g;

	(void)state;
	import_text("person", TWO);
	/* somebody at the desk knew the name better than the list */
	person_named("王建国", &r);
	fields_set(&f, "name", "王建国强");
	s = save_new(x.n, &x.who);
	nodes_ok(save_fix(s, r.r.rec, &f, "", NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	save_free(&s);
	fields_free(&f);
	record_full_free(&r);
	g = import_text("person", later);
	assert_int_equal(g.c.changed, 2);
	assert_int_equal(g.c.added + g.c.same + g.c.bad, 0);
	person_named("王建国强", &r);
	assert_string_equal(fields_text(&r.f, "phone"), "13900139000");
	record_full_free(&r);
	person_named("李秀英", &r);
	assert_string_equal(fields_text(&r.f, "note"), "搬走");
	record_full_free(&r);
	g = import_text("person", later);
	assert_int_equal(g.c.same, 2);
	/* a cell that was emptied takes away what the list had said */
	g = import_text("person", emptied);
	assert_int_equal(g.c.changed, 1);
	person_named("李秀英", &r);
	assert_false(fields_has(&r.f, "note"));
	record_full_free(&r);
}

/* A number that is kept sealed is known again by its hash. */
static void sealed_numbers_are_known_again(void **state)
{
	static const char first[] = "编号,姓名,性别,身份证号\n"
	    "1,郑洁,女,11010519491231002X\n";
	static const char none[] = "编号,姓名,性别,身份证号\n1,郑洁,女,\n";
	struct record_full r;
	struct got g = import_text("person", first);

	(void)state;
	assert_int_equal(g.c.added, 1);
	g = import_text("person", first);
	assert_int_equal(g.c.same, 1);
	g = import_text("person", none);
	assert_int_equal(g.c.changed, 1);
	/* what was taken away is news when it comes again */
	person_named("郑洁", &r);
	assert_false(fields_has(&r.d, "id_hash"));
	record_full_free(&r);
	g = import_text("person", first);
	assert_int_equal(g.c.changed, 1);
	person_named("郑洁", &r);
	assert_true(fields_has(&r.d, "id_hash"));
	record_full_free(&r);
}

static void withdrawn_stays_so(void **state)
{
	struct save_result res;
	struct record_full r;
	struct err err = ERR_INIT;
	struct save *s;
	struct got g;

	(void)state;
	import_text("person", TWO);
	person_named("王建国", &r);
	s = save_new(x.n, &x.who);
	nodes_ok(save_void(s, r.r.rec, "重复", NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	save_free(&s);
	record_full_free(&r);
	g = import_text("person", TWO);
	assert_int_equal(g.c.gone, 1);
	assert_int_equal(g.c.same, 1);
	assert_int_equal(g.c.added, 0);
}

static void tells_what_it_did_not_take(void **state)
{
	static const char text[] = "编号,姓名,性别,手机号码,身份证号\n"
	    "1,王建国,男,1380013800,\n"
	    "2,,女,,\n"
	    "3,张伟,男,,1.10105E+17\n"
	    "4,\"赵\"敏,女,,\n"
	    "5,钱\xff,男,,\n"
	    "6,孙丽,女,,,多\n"
	    ",周强,男,,\n"
	    "8,吴军,男人,,\n"
	    "9,郑洁,女,13800138000,11010519491231002X\n"
	    "9,冯涛,男,,\n";
	struct got g = import_text("person", text);

	(void)state;
	assert_int_equal(g.c.rows, 10);
	assert_int_equal(g.c.added, 1);
	assert_int_equal(g.c.bad, 9);
	assert_non_null(strstr(g.faults, "\"行\",\"列\",\"内容\",\"原因\""));
	assert_non_null(strstr(g.faults, "\"2\",\"手机号码\",\"1380013800\""));
	assert_non_null(strstr(g.faults, "\"3\",\"姓名\",\"\",\"必填：姓名\""));
	assert_non_null(strstr(g.faults, "\"4\",\"身份证号\",\"1.10105E+17\","
	    "\"长号码被表格软件改成了科学计数"));
	assert_non_null(strstr(g.faults, "\"5\",\"\",\"4\",\"引号没有配对"));
	assert_non_null(strstr(g.faults, "\"6\",\"姓名\",\"钱"));
	assert_non_null(strstr(g.faults, "\"7\",\"\",\"6\",\"这一行的格数"));
	assert_non_null(strstr(g.faults, "\"8\",\"\",\"\",\"来源编号空着"));
	assert_non_null(strstr(g.faults, "\"9\",\"性别\",\"男人\""));
	assert_non_null(strstr(g.faults,
	    "\"11\",\"\",\"\",\"与第 10 行的来源编号相同\""));
}

static void only_tries(void **state)
{
	struct got g = import_as("person", TWO, strlen(TWO), NULL, true);
	int64_t entries = -1;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(g.c.added, 2);
	assert_int_equal(count("person"), 0);
	nodes_ok(db_scalar(x.n->db, "SELECT count(*) FROM entry", &entries,
	    &err), &err);
	assert_int_equal(entries, 0);
}

static void lists_name_each_other(void **state)
{
	struct record_full r;
	struct got g;

	(void)state;
	g = import_text("household",
	    "户号,楼栋,门牌\nH1,3栋,101\nH2,3栋,102\n");
	assert_int_equal(g.c.added, 2);
	g = import_text("person",
	    "编号,姓名,性别,户号\n1,王建国,男,H2\n2,李秀英,女,H9\n");
	assert_int_equal(g.c.added, 1);
	assert_non_null(strstr(g.faults, "\"3\",\"户号\",\"H9\""));
	person_named("王建国", &r);
	assert_true(r.r.place != 0);
	record_full_free(&r);
}

/* An order file as a hotline sends it (the columns, not the people). */
static void takes_orders(void **state)
{
	static const char text[] = "工单编号,工单类型,问题分类,标题,主要内容,"
	    "工单状态,来电人,来电人电话/账号,被反映街乡镇,处理受理方式,"
	    "来电时间,小区点位\r\n"
	    "20261120001,投诉,小区物业->噪音扰民->施工,夜间施工,"
	    "每天晚上十二點(diǎn)還在施工,已派单,刘女士,13800138000,"
	    "清河街道,12345,2026-11-20 09:10,翠竹苑3栋\r\n"
	    "20261120002,表扬,小区物业->噪音扰民,,好,,,,,,2026-11-20,\r\n";
	struct record_query q = { .kind = "request" };
	struct record row, none = { 0 };
	struct record_full r;
	struct err err = ERR_INIT;
	struct got g = import_as("request", text, sizeof(text) - 1, "order",
	    true);
	int n;

	(void)state;
	assert_int_equal(g.c.added, 1);
	assert_int_equal(count("request"), 0);
	g = import_text("request", text);
	assert_int_equal(g.c.added, 1);
	assert_non_null(strstr(g.faults, "\"3\",\"工单类型\",\"表扬\""));
	nodes_ok(record_page(x.n, &q, &none, false, &row, 1, &n, &err),
	    &err);
	assert_int_equal(n, 1);
	nodes_ok(record_get(x.n, row.rec, &r, &err), &err);
	assert_string_equal(fields_text(&r.f, "subject"), "noise");
	assert_string_equal(fields_text(&r.f, "channel"), "hotline");
	assert_string_equal(fields_text(&r.f, "content"),
	    "每天晚上十二点还在施工");
	record_full_free(&r);
}

#define OWN "column,field,transform\n性别,sex,\n电话,phone,\n"

static void refuses(void **state)
{
	struct import *imp;
	struct session v;
	char map[300];
	struct err err = ERR_INIT;
	const char *path = list(TWO, strlen(TWO));

	(void)state;
	access_fake(&v, "v001", "志愿者", "volunteer", x.n->set.org);
	assert_int_equal(import_open(x.n, &v, path, "person", &imp, &err),
	    MQ_E_DENIED);
	/* who may enter one need not be let to bring in a list */
	assert_true(access_may(x.n, &v, "open", "visit", ""));
	assert_int_equal(import_open(x.n, &v, path, "visit", &imp, &err),
	    MQ_E_DENIED);
	assert_int_equal(import_open(x.n, &x.who, path, "persons", &imp,
	    &err), MQ_E_NOT_FOUND);
	assert_int_equal(import_open(x.n, &x.who, "/nonesuch", "person",
	    &imp, &err), MQ_E_NOT_FOUND);
	assert_null(imp);
	path = list("编号,性别\n1,男\n", 20);
	nodes_ok(import_open(x.n, &x.who, path, "person", &imp, &err), &err);
	assert_int_equal(import_start(imp, false, &err), MQ_E_IMPORT_COLUMN);
	assert_string_equal(err.detail, "姓名‖Name");
	assert_int_equal(import_set(imp, "性别", "nonesuch", "", &err),
	    MQ_E_NOT_FOUND);
	assert_int_equal(import_map(imp, "order", &err), MQ_E_NOT_FOUND);
	/* a map of one's own names only columns that are there */
	snprintf(map, sizeof(map), "%s/map.csv", x.dir);
	nodes_ok(file_write(&x.env, map, OWN, strlen(OWN), 0600, &err), &err);
	assert_int_equal(import_map(imp, map, &err), MQ_E_FORMAT);
	assert_non_null(strstr(err.detail, "电话"));
	import_close(&imp);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(takes_rows),
		T(twice_changes_nothing),
		T(changed_rows_correct),
		T(sealed_numbers_are_known_again),
		T(withdrawn_stays_so),
		T(tells_what_it_did_not_take),
		T(only_tries),
		T(lists_name_each_other),
		T(takes_orders),
		T(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
