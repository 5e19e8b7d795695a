/*
 * Records as files for elsewhere.
 */
#include "../../core/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/import.h"
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

static enum mq_status keep(void *ctx, const void *p, size_t n,
    struct err *err)
{
	(void)err;
	buf_add(ctx, p, n);
	return MQ_OK;
}

static int64_t run(const struct export_ask *a, struct buf *out)
{
	struct export_sink sink = { keep, NULL, out };
	struct err err = ERR_INIT;
	int64_t n;

	buf_reset(out);
	nodes_ok(export_run(x.n, &x.who, a, &sink, &n, &err), &err);
	return n;
}

static int64_t audits(const char *what)
{
	struct record_query q = { .kind = "audit" };
	struct record rows[20], none = { 0 };
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t found = 0;
	int n, i;

	nodes_ok(record_page(x.n, &q, &none, false, rows, 20, &n, &err),
	    &err);
	for (i = 0; i < n; i++) {
		nodes_ok(record_get(x.n, rows[i].rec, &r, &err), &err);
		found += strcmp(fields_text(&r.f, "what"), what) == 0;
		record_full_free(&r);
	}
	return found;
}

static void residents(void)
{
	static const char *const a[] = { "name", "王建国", "sex", "male",
		"phone", "13800138000", "idnumber", "11010519491231002X",
		"building", "3-2", "note", "=HYPERLINK(\"x\")", NULL };
	static const char *const b[] = { "name", "李秀英", "sex", "female",
		"note", "电话 13900139000,\"两\n行\"", NULL };
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(deeds_open(&x, "person", a, &res, &err), &err);
	nodes_ok(deeds_open(&x, "person", b, &res, &err), &err);
}

static void is_masked_and_harmless(void **state)
{
	struct export_ask a = { .kind = "person" };
	struct buf b = BUF_INIT(BUF_LARGE);

	(void)state;
	residents();
	assert_int_equal(run(&a, &b), 2);
	assert_memory_equal(buf_str(&b), "\xef\xbb\xbf\"记录\",\"时间\"", 20);
	assert_non_null(strstr(buf_str(&b), "\"王**\""));
	assert_non_null(strstr(buf_str(&b), "\"138****8000\""));
	assert_non_null(strstr(buf_str(&b), "\"\t3-2\""));
	assert_non_null(strstr(buf_str(&b), "\"'=HYPERLINK(\"\"x\"\")\""));
	assert_non_null(strstr(buf_str(&b), "\"\"两\n行\"\"\""));
	assert_null(strstr(buf_str(&b), "13900139000"));
	assert_null(strstr(buf_str(&b), "王建国"));
	assert_null(strstr(buf_str(&b), "19491231"));
	assert_int_equal(audits("export"), 1);
	assert_int_equal(audits("reveal"), 0);
	buf_free(&b);
}

static void reveals_with_a_reason(void **state)
{
	struct export_ask a = { .kind = "person", .reveal = true };
	struct export_sink sink = { keep, NULL, NULL };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct session v;
	struct err err = ERR_INIT;
	int64_t n;

	(void)state;
	residents();
	sink.ctx = &b;
	assert_int_equal(export_run(x.n, &x.who, &a, &sink, &n, &err),
	    MQ_E_REQUIRED);
	assert_int_equal(b.len, 0);
	a.why = "防汛转移名单";
	assert_int_equal(run(&a, &b), 2);
	assert_non_null(strstr(buf_str(&b), "\"13800138000\""));
	assert_non_null(strstr(buf_str(&b), "王建国"));
	assert_null(strstr(buf_str(&b), "11010519491231002X"));
	assert_int_equal(audits("reveal"), 1);
	buf_reset(&b);
	access_fake(&v, "d001", "审计", "auditor", x.n->set.org);
	assert_int_equal(export_run(x.n, &v, &a, &sink, &n, &err),
	    MQ_E_DENIED);
	access_fake(&v, "v001", "志愿者", "volunteer", x.n->set.org);
	a.reveal = false;
	assert_int_equal(export_run(x.n, &v, &a, &sink, &n, &err),
	    MQ_E_DENIED);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void writes_lines(void **state)
{
	struct export_ask a = { .kind = "person", .format = EXPORT_JSONL,
	    .max = 1 };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;

	(void)state;
	residents();
	assert_int_equal(run(&a, &b), 1);
	assert_non_null(strchr(buf_str(&b), '\n'));
	assert_ptr_equal(strchr(buf_str(&b), '\n') + 1,
	    buf_str(&b) + b.len);
	nodes_ok(jdoc_parse(buf_str(&b), b.len, "x", &doc, &err), &err);
	assert_non_null(strstr(buf_str(&b), "\"sex\":\"female\""));
	assert_non_null(strstr(buf_str(&b), "\"name\":\"李**\""));
	jdoc_free(&doc);
	buf_free(&b);
}

/* The order file out, and its columns in again elsewhere. */
static void orders_go_out_and_in(void **state)
{
	static const char *const pairs[] = { "type", "complain", "channel",
		"hotline", "category", "estate", "subject", "noise",
		"caller", "刘女士", "phone", "13800138000", "content",
		"夜间施工", "place_text", "3-2", NULL };
	struct export_ask a = { .kind = "request", .layout = "order",
	    .reveal = true, .why = "报送热线" };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct save_result res;
	struct err err = ERR_INIT;
	struct import *imp;
	char path[300];
	bool done = false;
	int64_t n;

	(void)state;
	nodes_ok(deeds_open(&x, "request", pairs, &res, &err), &err);
	file_join(path, sizeof(path), x.dir, "order.csv");
	nodes_ok(export_file(x.n, &x.who, &a, path, NULL, NULL, &n, &err),
	    &err);
	assert_int_equal(n, 1);
	assert_int_equal(export_file(x.n, &x.who, &a, path, NULL, NULL, &n,
	    &err), MQ_E_EXISTS);
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	assert_non_null(strstr(buf_str(&b), "\"工单编号\",\"工单类型\","
	    "\"问题分类\",\"标签\",\"标题\""));
	assert_non_null(strstr(buf_str(&b), "\"投诉\",\"小区物业->噪音扰民\""));
	assert_non_null(strstr(buf_str(&b), "\"清河街道\""));
	assert_non_null(strstr(buf_str(&b), "\"主办\""));
	nodes_ok(import_open(x.n, &x.who, path, "request", &imp, &err),
	    &err);
	nodes_ok(import_map(imp, "order", &err), &err);
	nodes_ok(import_start(imp, false, &err), &err);
	while (!done)
		nodes_ok(import_some(imp, 100, &done, &err), &err);
	assert_string_equal(buf_str(import_faults(imp)), "");
	assert_int_equal(import_counts(imp).added, 1);
	import_close(&imp);
	buf_free(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(is_masked_and_harmless),
		T(reveals_with_a_reason),
		T(writes_lines),
		T(orders_go_out_and_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
