/*
 * The certificate facet: who issues, what is counted, the page word for word,
 * a check code that holds and one that does not.
 */
#include "../../../core/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/text.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/hours.h"
#include "../../../core/save.h"
#include "../../lib/deeds.h"
#include "../../lib/nodes.h"

#define ID "11010519491231002X"		/* the standard's sample */
#define OTHER_ID "34052419800101001X"

static struct nodes_one x, y;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_make(&y, 102, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	nodes_free(&y);
	return 0;
}

static int64_t made(struct nodes_one *at, const char *kind,
    const char *const *pairs)
{
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(deeds_open(at, kind, pairs, &res, &err), &err);
	return res.recs[0];
}

static int64_t registered(struct nodes_one *at, const char *number,
    const char *id)
{
	const char *const pairs[] = { "name", "孙桂芳", "number", number,
	    "phone", "13800000042", "idnumber", id, NULL };

	return made(at, "volunteer", pairs);
}

static int64_t served(struct nodes_one *at, const char *number,
    const char *activity, const char *start, const char *end)
{
	const char *const pairs[] = { "volunteer", number, "activity",
	    activity, "start", start, "end", end, NULL };

	return made(at, "service", pairs);
}

static int64_t asked(struct nodes_one *at, const char *number)
{
	const char *const pairs[] = { "volunteer", number, "from",
	    "2026-11-01", "to", "2026-11-22", "head", "周敏", "remark",
	    "公示已满七日", NULL };

	return made(at, "certificate", pairs);
}

static enum mq_status issue(struct nodes_one *at, int64_t rec,
    struct err *err)
{
	return deeds_step(at, rec, "issue", err);
}

static void refuse(struct nodes_one *at, int64_t rec)
{
	struct save *s = save_new(at->n, &at->who);
	struct fields why = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;

	fields_set(&why, "reason", "本人撤回");
	nodes_ok(save_step(s, rec, "refuse", &why, NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	fields_free(&why);
	save_free(&s);
}

/* The page with the check code and the key taken out. */
static void plain(const char *page, struct buf *out)
{
	const char *code = strstr(page, "核对码：\n");

	assert_non_null(code);
	buf_add(out, page, (size_t)(code - page));
}

/* The code as it stands on the page. */
static void code_of(const char *page, char out[2 * CERTIFICATE_CODE])
{
	const char *from = strstr(page, "核对码：\n"), *to;

	assert_non_null(from);
	from += strlen("核对码：\n");
	to = strstr(from, "核对办法");
	assert_non_null(to);
	snprintf(out, 2 * CERTIFICATE_CODE, "%.*s", (int)(to - from), from);
}

static void the_page(void **state)
{
	static const char golden[] =
	    "                        志愿服务记录证明\n"
	    "\n"
	    "一、志愿者\n"
	    "    姓名：孙桂芳\n"
	    "    证件类型：居民身份证    证件号码：" ID "\n"
	    "    志愿者编号：W100\n"
	    "\n"
	    "二、志愿服务\n"
	    "    服务期间：2026-11-01 至 2026-11-22\n"
	    "    服务时长：4 小时 15 分钟（共 3 次）\n"
	    "    服务内容：\n"
	    "        环境清洁：2 次，3 小时 15 分钟\n"
	    "        站点值守：1 次，1 小时 0 分钟\n"
	    "\n"
	    "三、出具单位\n"
	    "    单位名称：清河街道\n"
	    "    负责人：周敏    经办人：c001\n"
	    "    联系方式：0999-5550101\n"
	    "\n"
	    "四、证明\n"
	    "    证明编号：00101-0000006    出具日期：2026-11-22\n"
	    "    备注：公示已满七日\n"
	    "                                                （单位盖章）\n"
	    "\n";
	struct buf page = BUF_INIT(BUF_LARGE), text = BUF_INIT(BUF_LARGE);
	struct certificate c;
	struct err err = ERR_INIT;
	char code[2 * CERTIFICATE_CODE];
	uint8_t holder[9];
	int64_t rec;

	(void)state;
	registered(&x, "W100", ID);
	served(&x, "W100", "cleaning", "2026-11-02 09:00", "2026-11-02 11:00");
	served(&x, "W100", "cleaning", "2026-11-03 09:00", "2026-11-03 10:15");
	served(&x, "W100", "station_duty", "2026-11-04 09:00",
	    "2026-11-04 10:00");
	rec = asked(&x, "W100");
	assert_int_equal(certificate_page(x.n, rec, ID, &page, &err),
	    MQ_E_STATE);
	nodes_ok(issue(&x, rec, &err), &err);
	/* the number must be the one they registered with */
	assert_int_equal(certificate_page(x.n, rec, OTHER_ID, &page, &err),
	    MQ_E_FIELD);
	assert_int_equal(page.len, 0);
	x.n->env->lang = LANG_ZH;
	nodes_ok(certificate_page(x.n, rec, ID, &page, &err), &err);
	plain(buf_str(&page), &text);
	assert_string_equal(buf_str(&text), golden);
	code_of(buf_str(&page), code);
	nodes_ok(certificate_code_check(x.n, code, NULL, &c, &err), &err);
	assert_int_equal(c.minutes, 255);
	assert_int_equal(c.from.n, clock_make_day(2026, 11, 1).n);
	assert_int_equal(c.issued.n, clock_make_day(2026, 11, 22).n);
	certificate_holder("孙桂芳", ID, holder);
	assert_memory_equal(c.holder, holder, sizeof(holder));
	certificate_holder("孙桂芳", OTHER_ID, holder);
	assert_memory_not_equal(c.holder, holder, sizeof(holder));
	/* without a number typed, the line is left to the pen */
	buf_reset(&page);
	nodes_ok(certificate_page(x.n, rec, "", &page, &err), &err);
	assert_null(strstr(buf_str(&page), ID));
	assert_non_null(strstr(buf_str(&page), "________"));
	buf_free(&page);
	buf_free(&text);
}

/* Nothing of the number stays in the folder of the node. */
static void not_stored(void **state)
{
	char path[600];
	struct buf b = BUF_INIT(BUF_LARGE * 4);
	static const char *const names[] = { "ledger.db", "ledger.db-wal" };
	struct err err = ERR_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		FILE *f;
		int ch;

		snprintf(path, sizeof(path), "%s/%s", x.dir, names[i]);
		f = fopen(path, "rb");
		buf_reset(&b);
		while (f != NULL && (ch = fgetc(f)) != EOF)
			buf_addc(&b, (char)ch);
		if (f != NULL)
			fclose(f);
		assert_true(b.len > 0);
		for (k = 0; k + strlen(ID) <= b.len; k++)
			assert_memory_not_equal(b.data + k, ID, strlen(ID));
	}
	buf_free(&b);
	(void)err;
}

static int64_t printed(struct nodes_one *at, const char *number,
    char code[2 * CERTIFICATE_CODE])
{
	struct buf page = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int64_t rec = asked(at, number);

	nodes_ok(issue(at, rec, &err), &err);
	at->n->env->lang = LANG_ZH;
	nodes_ok(certificate_page(at->n, rec, "", &page, &err), &err);
	code_of(buf_str(&page), code);
	buf_free(&page);
	return rec;
}

static void a_wrong_code(void **state)
{
	char code[2 * CERTIFICATE_CODE], bad[2 * CERTIFICATE_CODE];
	struct certificate c;
	struct err err = ERR_INIT;
	size_t i, tried = 0;
	char *p;

	(void)state;
	registered(&x, "W200", ID);
	served(&x, "W200", "cleaning", "2026-11-05 09:00", "2026-11-05 11:00");
	printed(&x, "W200", code);
	/* case, hyphens and look-alikes do not matter */
	snprintf(bad, sizeof(bad), "%s", code);
	for (p = bad; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		else if (*p == ' ')
			*p = '-';
		else if (*p == '0')
			*p = 'o';
		else if (*p == '1')
			*p = 'l';
	}
	nodes_ok(certificate_code_check(x.n, bad, NULL, &c, &err), &err);
	assert_int_equal(c.minutes, 120);
	/* any letter changed is refused */
	for (i = 0; code[i] != '\0'; i++) {
		if (code[i] == ' ' || code[i] == '\n')
			continue;
		snprintf(bad, sizeof(bad), "%s", code);
		bad[i] = bad[i] == '7' ? '8' : '7';
		assert_int_not_equal(certificate_code_check(x.n, bad, NULL,
		    &c, &err), MQ_OK);
		tried++;
	}
	assert_int_equal(tried, CERTIFICATE_BYTES * 8 / 5);
	snprintf(bad, sizeof(bad), "%.40s", code);
	assert_int_equal(certificate_code_check(x.n, bad, NULL, &c, &err),
	    MQ_E_CERT_CODE);
	assert_int_equal(certificate_code_check(x.n, "", NULL, &c, &err),
	    MQ_E_CERT_CODE);
	assert_int_equal(certificate_code_check(x.n, "核对码", NULL, &c,
	    &err), MQ_E_CERT_CODE);
}

/* Asked for at one station, issued by the one that registered them, verified
 * at the other. */
static void two_stations(void **state)
{
	char code[2 * CERTIFICATE_CODE], hex[2 * CRYPTO_SIGN_PK + 1];
	struct buf page = BUF_INIT(BUF_LARGE);
	struct certificate c;
	struct err err = ERR_INIT;
	int64_t rec;
	int i;

	(void)state;
	registered(&y, "W300", ID);
	served(&y, "W300", "cleaning", "2026-11-06 09:00", "2026-11-06 10:00");
	nodes_carry(&y, &x);
	rec = asked(&x, "W300");
	assert_int_equal(issue(&x, rec, &err), MQ_E_DENIED);
	rec = printed(&y, "W300", code);
	/* unknown key, the key of the paper, a wrong key, the feed's */
	assert_int_equal(certificate_code_check(x.n, code, NULL, &c, &err),
	    MQ_E_CERT_KEY);
	crypto_hex(y.n->keys.sign_pk, CRYPTO_SIGN_PK, hex);
	nodes_ok(certificate_code_check(x.n, code, hex, &c, &err), &err);
	crypto_hex(x.n->keys.sign_pk, CRYPTO_SIGN_PK, hex);
	assert_int_equal(certificate_code_check(x.n, code, hex, &c, &err),
	    MQ_E_CERT_CODE);
	assert_int_equal(certificate_code_check(x.n, code, "abc", &c, &err),
	    MQ_E_CERT_KEY);
	nodes_carry(&y, &x);
	nodes_ok(certificate_code_check(x.n, code, NULL, &c, &err), &err);
	assert_int_equal(c.minutes, 60);
	/* it is still heard when many were asked for since */
	env_advance(&x.env, MS_MINUTE);
	for (i = 0; i < 201; i++)
		refuse(&x, asked(&x, "W300"));
	nodes_ok(certificate_code_check(x.n, code, NULL, &c, &err), &err);
	/* the key of its number is not here: no paper from here */
	assert_int_equal(certificate_page(x.n, rec, "", &page, &err),
	    MQ_E_STATE);
	buf_free(&page);
}

static void what_is_refused(void **state)
{
	static const char *const nobody[] = { "volunteer", "W999", "from",
	    "2026-11-01", "to", "2026-11-22", NULL };
	static const char *const turned[] = { "volunteer", "W400", "from",
	    "2026-11-22", "to", "2026-11-01", "head", "周敏", NULL };
	struct save_result res;
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	assert_int_equal(deeds_open(&x, "certificate", nobody, &res, &err),
	    MQ_E_FIELD);
	/* nothing served; somebody's own */
	registered(&x, "W400", ID);
	assert_int_equal(deeds_open(&x, "certificate", turned, &res, &err),
	    MQ_E_FIELD);
	rec = asked(&x, "W400");
	assert_int_equal(issue(&x, rec, &err), MQ_E_STATE);
	registered(&x, "c001", ID);
	served(&x, "c001", "cleaning", "2026-11-07 09:00", "2026-11-07 10:00");
	rec = asked(&x, "c001");
	assert_int_equal(issue(&x, rec, &err), MQ_E_DENIED);
	/* an overlap nobody has settled */
	served(&x, "W400", "cleaning", "2026-11-08 09:00", "2026-11-08 11:00");
	served(&y, "W400", "cleaning", "2026-11-08 10:00", "2026-11-08 12:00");
	nodes_carry(&y, &x);
	rec = asked(&x, "W400");
	assert_int_equal(issue(&x, rec, &err), MQ_E_OVERLAP);
}

static void the_star(void **state)
{
	struct record_full r;
	struct hours_account sum;
	struct err err = ERR_INIT;
	char start[40], end[40];
	int64_t rec;
	int day;

	(void)state;
	registered(&x, "W500", ID);
	for (day = 1; day <= 13; day++) {
		snprintf(start, sizeof(start), "2026-10-%02d 08:00", day);
		snprintf(end, sizeof(end), "2026-10-%02d 16:00", day);
		served(&x, "W500", "cleaning", start, end);
	}
	nodes_ok(hours_account(x.n, "W500", clock_make_day(2026, 10, 1),
	    clock_make_day(2026, 11, 1), &sum, &err), &err);
	assert_int_equal(sum.minutes, 104 * 60);
	assert_int_equal(sum.services, 13);
	served(&x, "W500", "cleaning", "2026-11-09 09:00", "2026-11-09 10:00");
	rec = asked(&x, "W500");
	nodes_ok(issue(&x, rec, &err), &err);
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_string_equal(fields_text(&r.d, "star"), "one");
	assert_int_equal(fields_int(&r.d, "minutes", 0), 60);
	record_full_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page),
		cmocka_unit_test(not_stored),
		cmocka_unit_test(a_wrong_code),
		cmocka_unit_test(two_stations),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(the_star),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
