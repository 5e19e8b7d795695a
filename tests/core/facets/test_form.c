/*
 * The form facet: what is typed, what is asked, what is decided.
 */
#include "../../../core/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../core/save.h"
#include "../../lib/nodes.h"

#define GRID "990101001001001"

static struct nodes_one x;

static const struct field *field(const char *kind, const char *name)
{
	const struct field *fd = kind_field(pack_kind(x.n->pack, kind), name);

	assert_non_null(fd);
	return fd;
}

/* ---- values ---- */

static void takes(const struct field *fd, const char *typed, const char *stored)
{
	struct buf b = BUF_INIT(FIELDS_TEXT_MAX);
	struct err err = ERR_INIT;

	nodes_ok(form_accept(x.n, fd, typed, env_now(&x.env), &b, &err),
	    &err);
	assert_string_equal(buf_str(&b), stored);
	buf_free(&b);
}

static void refuses(const struct field *fd, const char *typed,
    enum mq_status code)
{
	struct buf b = BUF_INIT(FIELDS_TEXT_MAX);
	struct err err = ERR_INIT;
	enum mq_status rc;

	rc = form_accept(x.n, fd, typed, env_now(&x.env), &b, &err);
	if (rc != code)
		fail_msg("%s: %s, not %s", typed, err_name(rc),
		    err_name(code));
	buf_free(&b);
}

static void shows(const struct field *fd, const char *text, bool reveal,
    const char *want)
{
	struct field_value v = { "", FV_TEXT, (char *)text, 0 };
	struct buf b = BUF_INIT(BUF_SMALL);

	form_show(x.n, fd, &v, reveal, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void numbers(void **state)
{
	const struct field *minutes = field("visit", "minutes");
	const struct field *year = field("person", "birth_year");
	struct field money = *year;

	(void)state;
	money.type = FT_MONEY;
	takes(minutes, "40", "40");
	takes(minutes, " ４０ 分钟 ", "40");
	takes(minutes, "1:30", "90");
	takes(minutes, "1小时30分", "90");
	takes(minutes, "1.5小时", "90");
	takes(minutes, "半小时", "30");
	takes(minutes, "1个半小时", "90");
	takes(minutes, "2h", "120");
	refuses(minutes, "很久", MQ_E_FIELD);
	refuses(minutes, "1:75", MQ_E_FIELD);
	refuses(minutes, "-5", MQ_E_FIELD);
	takes(year, "１９５１", "1951");
	takes(year, "-3", "-3");
	refuses(year, "1951年", MQ_E_FIELD);
	refuses(year, "99999999999999999999999", MQ_E_FIELD);
	takes(&money, "12.5", "1250");
	takes(&money, "￥12元", "1200");
	refuses(&money, "12.", MQ_E_FIELD);
	refuses(&money, "12.345", MQ_E_FIELD);
	takes(year, "   ", "");
}

static void times(void **state)
{
	const struct field *when = field("visit", "when");
	const struct field *next = field("visit", "next");

	(void)state;
	takes(when, "昨天下午", "2026-11-21 pm");
	takes(when, "14:30", "2026-11-22 14:30");
	takes(when, "11-22", "2026-11-22");
	refuses(when, "2026-02-30", MQ_E_DATE);
	refuses(when, "25:00", MQ_E_DATE);
	takes(next, "明天", "2026-11-23");
	takes(next, "2026-11-30 14:30", "2026-11-30");
}

static void people_and_places(void **state)
{
	(void)state;
	takes(field("request", "phone"), "138 0013 8000", "13800138000");
	refuses(field("request", "phone"), "1380013800", MQ_E_PHONE);
	takes(field("person", "idnumber"), "11010519491231002x",
	    "11010519491231002X");
	refuses(field("person", "idnumber"), "110105194912310021",
	    MQ_E_ID_NUMBER);
	takes(field("person", "grid"), GRID, GRID);
	takes(field("person", "grid"), "翠竹第一网格", GRID);
	refuses(field("person", "grid"), "无此网格", MQ_E_NOT_FOUND);
	refuses(field("visit", "who"), "101:99", MQ_E_NOT_FOUND);
	refuses(field("visit", "who"), "王秀英", MQ_E_NOT_FOUND);
	takes(field("service", "volunteer"), "v0012", "v0012");
	refuses(field("service", "volunteer"), "张三", MQ_E_FIELD);
}

static void any_record_by_ref_or_number(void **state)
{
	struct field fd = *field("visit", "who");
	char text[ENTRY_REF_TEXT];
	struct ref r = nodes_entry(&x, "request", "open", 0, "{\"d\":{\"no\":"
	    "\"001010000012\",\"state\":\"reported\",\"title\":\"井盖\"}}");

	(void)state;
	fd.type = FT_RECORD;
	fd.kinds = "event request";
	ref_text(r, text);
	takes(&fd, text, text);
	takes(&fd, "001010000012", text);
	shows(&fd, text, false, "井盖");
	fd.kinds = "event";
	refuses(&fd, text, MQ_E_NOT_FOUND);
	refuses(&fd, "井盖", MQ_E_NOT_FOUND);
}

static void choices_by_name_word_and_digit(void **state)
{
	const struct field *mode = field("visit", "mode");
	const struct field *found = field("visit", "findings");

	(void)state;
	takes(mode, "phone", "phone");
	takes(mode, "电话寻访", "phone");
	takes(mode, "Phone call", "phone");
	takes(mode, "2", "phone");
	refuses(mode, "9", MQ_E_FIELD);
	refuses(mode, "飞行", MQ_E_FIELD);
	takes(found, "hazard fine", "fine\nhazard");
	takes(found, "有安全隐患、一切正常，hazard", "fine\nhazard");
	takes(found, "1 5\n", "fine\nhazard");
	refuses(found, "fine bad", MQ_E_FIELD);
}

/* Codes of GB/T 2261, 3304 and 4761, and words they are called by. */
static void choices_by_code(void **state)
{
	const struct field *nation = field("person", "nation");
	const struct field *marriage = field("person", "marriage");
	const struct field *relation = field("person", "relation");
	const struct field *sex = field("person", "sex");
	const struct choice *v;
	char code[8];
	size_t n, i;

	(void)state;
	takes(nation, "01", "n01");
	takes(nation, "汉", "n01");
	takes(nation, "汉族", "n01");
	takes(nation, "毛难族", "n36");
	takes(nation, "56", "n56");
	takes(nation, "基诺族", "n56");
	refuses(nation, "57", MQ_E_FIELD);
	takes(marriage, "30", "m30");
	takes(marriage, "丧偶", "m30");
	takes(relation, "10", "spouse");
	takes(relation, "99", "nonkin");
	takes(sex, "1", "male");
	takes(sex, "2", "female");
	takes(sex, "0", "notknown");
	v = pack_choices(x.n->pack, "nation", &n);
	assert_int_equal(n, 58);
	for (i = 0; i < 56; i++) {
		snprintf(code, sizeof(code), "%02zu", i + 1);
		assert_string_equal(v[i].name + 1, code);
	}
}

static void organisation_codes(void **state)
{
	const struct field *code = field("organisation", "org_code");

	(void)state;
	takes(code, "91350100m000100y43", "91350100M000100Y43");
	takes(code, " 9135 0100 M000 100Y 43 ", "91350100M000100Y43");
	refuses(code, "91350100M000100Y44", MQ_E_FIELD);
	refuses(code, "91350100M000100Y4", MQ_E_FIELD);
}

static void texts(void **state)
{
	const struct field *note = field("visit", "note");
	const struct field *place = field("visit", "place_text");
	char line[1300] = "";
	size_t i;

	(void)state;
	takes(note, "  第一行\n第二行  ", "第一行\n第二行");
	takes(place, "e\xcc\x81", "\xc3\xa9");		/* NFC */
	refuses(note, "\xff\xfe", MQ_E_UTF8);
	refuses(note, "sealed:x:y", MQ_E_FIELD);
	for (i = 0; i < 200; i++)
		memcpy(line + i * 6, "汉字", 7);
	refuses(place, line, MQ_E_FIELD);
	line[100 * 6] = '\0';
	takes(place, line, line);
}

static void shown_masked(void **state)
{
	(void)state;
	shows(field("visit", "mode"), "phone", false, "电话寻访");
	shows(field("visit", "findings"), "fine\nhazard", false,
	    "一切正常、有安全隐患");
	shows(field("person", "name"), "王秀英", false, "王**");
	shows(field("person", "name"), "王秀英", true, "王秀英");
	shows(field("person", "phone"), "13800138000", false,
	    "138****8000");
	shows(field("person", "idnumber"), "sealed:1****X:AAAA", true,
	    "1****X");
	shows(field("request", "content"), "sealed:***:AAAA", false,
	    "（保密）");
	shows(field("visit", "note"), "电话13800138000", false,
	    "电话138****8000");
	shows(field("person", "grid"), GRID, false, "翠竹第一网格");
	shows(field("visit", "minutes"), "40", false, "40 分钟");
	shows(field("visit", "mode"), "unknown_one", false, "unknown_one");
	shows(field("visit", "note"), "a\xe2\x80\xae" "b", true,
	    "a⟨U+202E⟩b");
}

/* ---- what is asked ---- */

static void skip_logic(void **state)
{
	const struct kind *k = pack_kind(x.n->pack, "visit");
	struct fields f = { NULL, 0, 0 };

	(void)state;
	fields_set(&f, "mode", "home");
	assert_true(form_relevant(x.n, k, field("visit", "who"), &f));
	assert_true(form_required(x.n, k, field("visit", "who"), &f));
	fields_set(&f, "place_text", "南门");
	assert_false(form_required(x.n, k, field("visit", "who"), &f));
	fields_set(&f, "mode", "patrol");
	assert_false(form_relevant(x.n, k, field("visit", "who"), &f));
	assert_false(form_relevant(x.n, k, field("visit", "demand_text"),
	    &f));
	fields_set(&f, "demand", "help");
	assert_true(form_relevant(x.n, k, field("visit", "demand_text"),
	    &f));
	fields_free(&f);
}

static void filtered_choices(void **state)
{
	const struct kind *k = pack_kind(x.n->pack, "request");
	const struct choice *v[64];
	struct fields f = { NULL, 0, 0 };
	char org[24];
	size_t n;

	(void)state;
	assert_int_equal(form_choices(x.n, k, field("request", "subject"),
	    &f, v, 64), 0);
	fields_set(&f, "category", "utility");
	n = form_choices(x.n, k, field("request", "subject"), &f, v, 64);
	assert_int_equal(n, 5);
	assert_string_equal(v[0]->name, "water");
	assert_int_equal(v[0]->digit, 1);
	assert_int_equal(v[4]->digit, 5);
	assert_true(form_choice_value(v[0], "org", org, sizeof(org)));
	assert_string_equal(org, "990101001909");
	assert_false(form_choice_value(v[0], "or", org, sizeof(org)));
	fields_free(&f);
}

static void presets(void **state)
{
	const struct kind *k = pack_kind(x.n->pack, "visit");
	struct fields f = { NULL, 0, 0 }, record = { NULL, 0, 0 };
	struct fields step = { NULL, 0, 0 };

	(void)state;
	form_presets(x.n, k, &f);
	assert_string_equal(fields_text(&f, "mode"), "home");
	assert_string_equal(fields_text(&f, "when"), "2026-11-22 10:00");
	assert_false(fields_has(&f, "demand_grade"));
	k = pack_kind(x.n->pack, "request");
	fields_set(&record, "category", "city");
	fields_set(&record, "subject", "stairs");
	fields_set(&record, "to_org", GRID);
	form_step_presets(x.n, k, kind_step(k, "dispatch"), &record, &step);
	assert_string_equal(fields_text(&step, "to_org"), "990101001901");
	fields_free(&f);
	fields_free(&record);
	fields_free(&step);
}

/* ---- deciding ---- */

struct trial {
	struct act a;
	struct fields f, d;
	struct record_full prior;
};

static struct trial *trial(const char *kind, const char *op, const char *step)
{
	struct trial *t = xcalloc(1, sizeof(*t));

	t->a.n = x.n;
	t->a.who = &x.who;
	t->a.kind = pack_kind(x.n->pack, kind);
	t->a.op = op;
	t->a.step = step;
	t->a.now = env_now(&x.env);
	t->a.prior = strcmp(op, "open") == 0 ? NULL : &t->prior;
	t->a.f = &t->f;
	t->a.d = &t->d;
	return t;
}

static void run(struct trial *t)
{
	struct err err = ERR_INIT;

	nodes_ok(facet_form.decide(&t->a, &err), &err);
}

static enum mq_status complaint(const struct trial *t, const char *name)
{
	int i;

	for (i = 0; i < t->a.ncomplaints; i++)
		if (strcmp(t->a.complaints[i].field, name) == 0)
			return t->a.complaints[i].err.code;
	return MQ_OK;
}

static void finish(struct trial *t)
{
	fields_free(&t->f);
	fields_free(&t->d);
	record_full_free(&t->prior);
	free(t);
}

static void opens_by_digits_alone(void **state)
{
	struct trial *t = trial("visit", "open", "");

	(void)state;
	fields_set(&t->f, "mode", "5");
	fields_set(&t->f, "place_text", "南门 小广场");
	fields_set(&t->f, "purpose", "5");
	fields_set(&t->f, "findings", "1 5");
	fields_set(&t->f, "who", "will be dropped: patrols have none");
	run(t);
	assert_int_equal(t->a.ncomplaints, 0);
	assert_string_equal(fields_text(&t->f, "mode"), "patrol");
	assert_false(fields_has(&t->f, "who"));
	assert_string_equal(fields_text(&t->f, "when"), "2026-11-22 10:00");
	assert_string_equal(fields_text(&t->d, "title"),
	    "巡查 安全检查 南门 小广场");
	assert_int_equal(fields_int(&t->d, "opened", 0), NODES_NOW);
	assert_int_equal(fields_get(&t->f, "findings")->kind, FV_LIST);
	finish(t);
}

/* A person whose entries have not arrived here: no bare reference. */
static void titles_hold_names_only(void **state)
{
	struct trial *t = trial("visit", "fix", "");

	(void)state;
	fields_set(&t->f, "mode", "home");
	fields_set(&t->f, "purpose", "elder");
	fields_set(&t->f, "when", "2026-11-22");
	fields_set(&t->f, "who", "999:77");
	fields_copy(&t->prior.f, &t->f);
	fields_set(&t->f, "note", "身体好");
	run(t);
	assert_int_equal(t->a.ncomplaints, 0);
	assert_non_null(strstr(fields_text(&t->d, "title"), "入户走访"));
	assert_null(strstr(fields_text(&t->d, "title"), "999"));
	finish(t);
}

static void complains_field_by_field(void **state)
{
	struct trial *t = trial("visit", "open", "");

	(void)state;
	fields_set(&t->f, "when", "明天");
	fields_set(&t->f, "minutes", "900");
	fields_set(&t->f, "next", "昨天");
	fields_set(&t->f, "demand", "help");
	fields_set(&t->f, "demand_category", "city");
	fields_set(&t->f, "demand_subject", "water");
	fields_set(&t->f, "nonsense", "1");
	run(t);
	assert_int_equal(complaint(t, "who"), MQ_E_REQUIRED);
	assert_int_equal(complaint(t, "purpose"), MQ_E_REQUIRED);
	assert_int_equal(complaint(t, "when"), MQ_E_FIELD);
	assert_int_equal(complaint(t, "minutes"), MQ_E_FIELD);
	assert_int_equal(complaint(t, "next"), MQ_E_FIELD);
	assert_int_equal(complaint(t, "nonsense"), MQ_E_FIELD);
	/* a subject of another category is none */
	assert_int_equal(complaint(t, "demand_subject"), MQ_E_FIELD);
	assert_int_equal(complaint(t, "demand_text"), MQ_E_REQUIRED);
	assert_int_equal(complaint(t, "mode"), MQ_OK);
	assert_false(fields_has(&t->d, "title"));
	finish(t);
}

static void person_of(struct trial *t)
{
	fields_set(&t->f, "name", "王秀英");
	fields_set(&t->f, "sex", "female");
	fields_set(&t->f, "birth_year", "1951");
	fields_set(&t->f, "grid", GRID);
	fields_set(&t->f, "next_visit", "2026-12-01");
}

static void seals_id_numbers(void **state)
{
	struct trial *t = trial("person", "open", "");
	struct buf box = BUF_INIT(BUF_SMALL), clear = BUF_INIT(100);
	struct err err = ERR_INIT;
	const char *s;

	(void)state;
	person_of(t);
	fields_set(&t->f, "idnumber", "11010519491231002x");
	run(t);
	assert_int_equal(t->a.ncomplaints, 0);
	s = fields_text(&t->f, "idnumber");
	assert_memory_equal(s, FIELDS_SEALED, 7);
	assert_null(strstr(s, "19491231"));
	assert_string_equal(fields_text(&t->d, "title"), "王** 女 1951");
	assert_string_equal(fields_text(&t->d, "k1"), "2026-12-01");
	/* the test node seals to its own key */
	s = strrchr(s, ':') + 1;
	assert_true(crypto_unb64(s, strlen(s), &box));
	nodes_ok(crypto_unseal(x.n->keys.box_pk, x.n->keys.box_sk,
	    buf_str(&box), box.len, &clear, &err), &err);
	assert_string_equal(buf_str(&clear), "11010519491231002X");
	buf_free(&box);
	buf_free(&clear);
	finish(t);
}

static void no_key_no_sealed_field(void **state)
{
	struct trial *t = trial("person", "open", "");
	char keep[65];

	(void)state;
	memcpy(keep, x.n->set.records_pk, sizeof(keep));
	x.n->set.records_pk[0] = '\0';
	person_of(t);
	fields_set(&t->f, "idnumber", "11010519491231002X");
	run(t);
	assert_int_equal(complaint(t, "idnumber"), MQ_E_FIELD);
	memcpy(x.n->set.records_pk, keep, sizeof(keep));
	finish(t);
}

static void reports_are_confidential(void **state)
{
	struct trial *t = trial("request", "open", "");

	(void)state;
	fields_set(&t->f, "type", "举报");
	fields_set(&t->f, "caller", "李先生");
	fields_set(&t->f, "phone", "13800138000");
	fields_set(&t->f, "category", "other");
	fields_set(&t->f, "subject", "misc");
	fields_set(&t->f, "content", "一件不好说的事");
	run(t);
	assert_int_equal(t->a.ncomplaints, 0);
	assert_int_equal(fields_int(&t->d, "confidential", 0), 1);
	assert_memory_equal(fields_text(&t->f, "content"), "sealed:***:", 11);
	assert_memory_equal(fields_text(&t->f, "phone"), "sealed:***:", 11);
	assert_memory_equal(fields_text(&t->f, "caller"), "sealed:***:", 11);
	assert_null(strstr(fields_text(&t->d, "title"), "李"));
	assert_string_equal(fields_text(&t->d, "grade"), "normal");
	finish(t);
}

/* A correction sees the whole record and keeps what was sealed. */
static void fixes_keep_the_rest(void **state)
{
	struct trial *t = trial("person", "fix", "");

	(void)state;
	person_of(t);
	fields_set(&t->f, "sex", "female");
	fields_set(&t->f, "consent", "yes");
	fields_set(&t->f, "idnumber", "sealed:1****X:QUJD");
	fields_copy(&t->prior.f, &t->f);
	fields_set(&t->prior.d, "k1", "2026-12-01");
	fields_drop(&t->f, "next_visit");
	fields_set(&t->f, "name", "王秀莲");
	run(t);
	assert_int_equal(t->a.ncomplaints, 0);
	assert_string_equal(fields_text(&t->f, "idnumber"),
	    "sealed:1****X:QUJD");
	assert_string_equal(fields_text(&t->d, "title"), "王** 女 1951");
	/* an emptied index field empties its key; opening time stays */
	assert_non_null(fields_get(&t->d, "k1"));
	assert_false(fields_has(&t->d, "k1"));
	assert_null(fields_get(&t->d, "opened"));
	finish(t);
}

static void steps_ask_their_own_fields(void **state)
{
	struct trial *t = trial("request", "step", "answer");

	(void)state;
	/* a measure of a former answer is no answer now */
	fields_set(&t->prior.f, "measure", "旧的");
	fields_set(&t->f, "to_org", GRID);
	run(t);
	assert_int_equal(complaint(t, "to_org"), MQ_E_FIELD);
	assert_int_equal(complaint(t, "measure"), MQ_E_REQUIRED);
	assert_int_equal(complaint(t, "spoke_to"), MQ_E_REQUIRED);
	assert_int_equal(complaint(t, "met_when"), MQ_OK);
	assert_string_equal(fields_text(&t->f, "met_when"),
	    "2026-11-22 10:00");
	finish(t);
	t = trial("request", "step", "no_such_step");
	run(t);
	assert_int_equal(complaint(t, ""), MQ_E_STATE);
	finish(t);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(times),
		cmocka_unit_test(people_and_places),
		cmocka_unit_test(any_record_by_ref_or_number),
		cmocka_unit_test(choices_by_name_word_and_digit),
		cmocka_unit_test(choices_by_code),
		cmocka_unit_test(organisation_codes),
		cmocka_unit_test(texts),
		cmocka_unit_test(shown_masked),
		cmocka_unit_test(skip_logic),
		cmocka_unit_test(filtered_choices),
		cmocka_unit_test(presets),
		cmocka_unit_test(opens_by_digits_alone),
		cmocka_unit_test(titles_hold_names_only),
		cmocka_unit_test(complains_field_by_field),
		cmocka_unit_test(seals_id_numbers),
		cmocka_unit_test(no_key_no_sealed_field),
		cmocka_unit_test(reports_are_confidential),
		cmocka_unit_test(fixes_keep_the_rest),
		cmocka_unit_test(steps_ask_their_own_fields),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
