/*
 * Forms as XLSForm exports them: cascades, repeats, calculations, filters,
 * and rows through save, correction, conflict and rebuild.
 */
#include "../../../core/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../core/ledger.h"
#include "../../../core/save.h"
#include "../../lib/deeds.h"
#include "../../lib/packs.h"

#define GRID "990101001001001"

static struct nodes_one a, b;

static const struct kind *kind(const char *name)
{
	const struct kind *k = pack_kind(a.n->pack, name);

	assert_non_null(k);
	return k;
}

static size_t offered(const char *k, const char *field,
    const struct fields *f, const char *first)
{
	const struct choice *v[64];
	const struct field *fd = kind_field(kind(k), field);
	size_t n;

	assert_non_null(fd);
	n = form_choices(a.n, kind(k), fd, f, v, 64);
	if (n > 0 && first != NULL)
		assert_string_equal(v[0]->name, first);
	return n;
}

static void cascades_follow_the_tree(void **state)
{
	struct fields f = { NULL, 0, 0 };

	(void)state;
	assert_int_equal(offered("census", "street", &f, "990101001"), 1);
	assert_int_equal(offered("census", "community", &f, NULL), 0);
	fields_set(&f, "street", "990101001");
	assert_true(offered("census", "community", &f, "990101001001") > 1);
	fields_set(&f, "community", "990101001001");
	assert_true(offered("census", "grid", &f, GRID) > 1);
	fields_set(&f, "grid", GRID);
	assert_int_equal(offered("census", "building", &f, "b1"), 2);
	fields_set(&f, "grid", "990101001001002");
	assert_int_equal(offered("census", "building", &f, "b3"), 1);
	fields_free(&f);
}

/* A filter that is more than columns being equal goes to the module. */
static void filters_may_be_expressions(void **state)
{
	struct fields f = { NULL, 0, 0 };

	(void)state;
	fields_set(&f, "region", "north");
	assert_int_equal(offered("feedback", "shop", &f, "s1"), 2);
	fields_set(&f, "shop", "s1");
	assert_int_equal(offered("feedback", "second", &f, "s2"), 2);
	fields_free(&f);
}

static const char *const census[] = { "street", "990101001", "community",
	"990101001001", "grid", GRID, "building", "b1", "door", "302",
	"member.1.mname", "王秀英", "member.1.age", "75",
	"member.2.mname", "王小明", "member.2.age", "9",
	"member.2.school", "yes", "need", "meals other", "need_other",
	"修灯泡", "satisfied", "4", "temperature", "36.50", "told", "OK",
	NULL };

static int64_t open_census(struct nodes_one *x)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(x, "census", census, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static void get(struct nodes_one *x, int64_t rec, struct record_full *r)
{
	struct err err = ERR_INIT;

	nodes_ok(record_get(x->n, rec, r, &err), &err);
}

static void is(const struct record_full *r, const char *name,
    const char *want)
{
	char text[32];
	const struct field_value *v = fields_get(&r->f, name);

	if (v != NULL && v->kind == FV_INT) {
		snprintf(text, sizeof(text), "%lld", (long long)v->num);
		assert_string_equal(text, want);
		return;
	}
	if (strcmp(fields_text(&r->f, name), want) != 0)
		fail_msg("%s is %s, not %s", name, fields_text(&r->f, name),
		    want);
}

static void a_whole_form_is_saved(void **state)
{
	struct record_full r;

	(void)state;
	get(&a, open_census(&a), &r);
	is(&r, "member.1.mname", "王秀英");
	is(&r, "member.2.age", "9");
	is(&r, "member.2.label_of", "2. 王小明");
	is(&r, "people", "2");
	is(&r, "youngest", "9");
	is(&r, "grown", "1");
	is(&r, "minors", "1");
	is(&r, "need", "meals\nother");
	is(&r, "need_other", "修灯泡");
	is(&r, "temperature", "36.5");
	is(&r, "satisfied", "4");
	is(&r, "serial", "R-7");
	is(&r, "filled", "2026-11-22 10:00");
	assert_false(fields_has(&r.f, "member.1.school"));
	record_full_free(&r);
}

static enum mq_status tries(const char *k, const char *const *pairs,
    const char *field)
{
	struct save *s = save_new(a.n, &a.who);
	struct save_complaint list[SAVE_COMPLAINTS];
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	enum mq_status code = MQ_OK;
	int n, i;

	for (i = 0; pairs[i] != NULL; i += 2)
		fields_set(&f, pairs[i], pairs[i + 1]);
	nodes_ok(save_open(s, k, &f, -1, NULL, &err), &err);
	n = save_complaints(s, list, SAVE_COMPLAINTS);
	for (i = 0; i < n; i++)
		if (strcmp(list[i].field, field) == 0)
			code = list[i].err.code;
	fields_free(&f);
	save_free(&s);
	return code;
}

static void complaints_name_the_cell(void **state)
{
	const char *const bad[] = { "street", "990101001", "community",
		"990101001002", "grid", GRID, "building", "b3",
		"door", "3", "member.1.mname", "王秀英", "member.1.age",
		"175", "member.2.age", "9", "satisfied", "6", "temperature",
		"热", "age", "5", "member.1.school", "yes", NULL };
	const char *const fall[] = { "birth", "1940-05-01", "falls", "2",
		"fall.1.fall_place", "bath", "fall.3.fall_place", "bed",
		"aids", "none cane", NULL };

	(void)state;
	assert_int_equal(tries("census", bad, "member.1.age"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "member.2.mname"),
	    MQ_E_REQUIRED);
	assert_int_equal(tries("census", bad, "member.1.mname"), MQ_OK);
	assert_int_equal(tries("census", bad, "grid"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "building"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "door"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "satisfied"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "temperature"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "age"), MQ_E_FIELD);
	assert_int_equal(tries("census", bad, "told"), MQ_E_REQUIRED);
	/* as many rows as repeat_count says */
	assert_int_equal(tries("elder", fall, "fall.2.fall_place"),
	    MQ_E_REQUIRED);
	assert_int_equal(tries("elder", fall, "fall.3.fall_place"), MQ_OK);
	assert_int_equal(tries("elder", fall, "aids"), MQ_E_FIELD);
}

static void mend(struct nodes_one *x, int64_t rec, const char *const *pairs)
{
	struct save *s = save_new(x->n, &x->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct save_complaint list[SAVE_COMPLAINTS];
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int i;

	for (i = 0; pairs[i] != NULL; i += 2) {
		if (pairs[i + 1][0] != '\0')
			fields_set(&f, pairs[i], pairs[i + 1]);
		else
			fields_set_gone(&f, pairs[i]);
	}
	nodes_ok(save_fix(s, rec, &f, "", NULL, &err), &err);
	if (save_complaints(s, list, SAVE_COMPLAINTS) > 0)
		fail_msg("%s: %s", list[0].field, list[0].err.detail);
	nodes_ok(save_commit(s, res, &err), &err);
	fields_free(&f);
	save_free(&s);
	free(res);
}

static void digest(struct nodes_one *x, uint8_t out[CRYPTO_HASH])
{
	struct err err = ERR_INIT;

	nodes_ok(record_digest(x->n, out, &err), &err);
}

/* One takes a row away and adds one; the other mends a cell of the same row
 * and adds one too.  Nothing is lost, nothing becomes another's. */
static void rows_through_correction_and_conflict(void **state)
{
	const char *const one[] = { "member.1.mname", "", "member.1.age", "",
		"member.3.mname", "丙", "member.3.age", "40", NULL };
	const char *const two[] = { "member.1.school", "", "member.1.age",
		"76", "member.3.mname", "丁", "member.3.age", "41", NULL };
	uint8_t was[CRYPTO_HASH], is_now[CRYPTO_HASH];
	struct record_full r, q;
	struct err err = ERR_INIT;
	int64_t rec = open_census(&a);
	bool lane = false;
	int i;

	(void)state;
	nodes_carry(&a, &b);
	mend(&a, rec, one);
	mend(&b, rec, two);
	nodes_carry(&a, &b);
	nodes_carry(&b, &a);
	get(&a, rec, &r);
	get(&b, rec, &q);
	is(&r, "member.3n101.mname", "丙");
	is(&r, "member.3n102.mname", "丁");
	is(&r, "member.2.mname", "王小明");
	for (i = 0; i < r.nconflicts; i++)
		lane = lane || strcmp(r.conflicts[i].field,
		    "member.1.age") == 0;
	assert_true(lane);
	assert_int_equal(r.nconflicts, q.nconflicts);
	record_full_free(&r);
	record_full_free(&q);
	digest(&a, was);
	nodes_ok(record_rebuild(a.n, &err), &err);
	digest(&a, is_now);
	assert_memory_equal(was, is_now, sizeof(was));
	/* the row goes for good: whoever saw both says so */
	mend(&a, rec, (const char *const []){ "member.1.age", "", NULL });
	get(&a, rec, &r);
	for (i = 0; i < r.nconflicts; i++)
		assert_string_not_equal(r.conflicts[i].field, "member.1.age");
	assert_false(fields_has(&r.f, "member.1.age"));
	record_full_free(&r);
}

static void too_many_rows_are_said(void **state)
{
	char names[120][FIELDS_NAME_MAX + 1];
	const char *pairs[241];
	int i;

	(void)state;
	for (i = 0; i < 120; i++) {
		snprintf(names[i], sizeof(names[i]), "member.%d.mname",
		    i + 1);
		pairs[2 * i] = names[i];
		pairs[2 * i + 1] = "王秀英";
	}
	pairs[240] = NULL;
	assert_int_equal(tries("census", pairs, "member"), MQ_E_TOO_BIG);
}

/* What a row hides goes, and calculations follow one another. */
static void live_calculations(void **state)
{
	const struct kind *k = kind("elder");
	struct fields f = { NULL, 0, 0 };
	struct buf words = BUF_INIT(BUF_SMALL);

	(void)state;
	fields_set(&f, "birth", "1940-05-01");
	fields_set(&f, "falls", "0");
	fields_set(&f, "risk_level", "mid");
	form_calculate(a.n, k, &f);
	assert_string_equal(fields_text(&f, "age"), "86");
	assert_string_equal(fields_text(&f, "risk"), "high");
	assert_string_equal(fields_text(&f, "risk_words"), "中2026-11-22");
	form_label(a.n, k, kind_field(k, "age_note"), &f, &words);
	assert_string_equal(buf_str(&words), "老人今年 86 岁");
	fields_set(&f, "birth", "1960-05-01");
	form_calculate(a.n, k, &f);
	assert_string_equal(fields_text(&f, "risk"), "low");
	buf_free(&words);
	fields_free(&f);
}

static void hub_says(int64_t ms)
{
	struct err err = ERR_INIT;

	nodes_ok(db_begin(a.n->db, __func__, &err), &err);
	nodes_ok(ledger_hub_clock(a.n, (struct utc){ ms }, &err), &err);
	nodes_ok(db_commit(a.n->db, &err), &err);
}

/* today() is the day by the clock people's time is judged by. */
static void a_corrected_clock_counts(void **state)
{
	struct fields f = { NULL, 0, 0 };

	(void)state;
	fields_set(&f, "birth", "1940-05-01");
	fields_set(&f, "risk_level", "mid");
	env_advance(&a.env, 400 * MS_DAY);
	form_calculate(a.n, kind("elder"), &f);
	assert_string_equal(fields_text(&f, "risk_words"), "中2027-12-27");
	hub_says(NODES_NOW);
	form_calculate(a.n, kind("elder"), &f);
	assert_string_equal(fields_text(&f, "risk_words"), "中2026-11-22");
	env_advance(&a.env, -400 * MS_DAY);
	hub_says(NODES_NOW);
	fields_free(&f);
}

/* ---- forms that are refused ---- */

static void refused(const char *row, const char *words)
{
	struct pack *p = NULL;
	struct err err = ERR_INIT;
	char said[600];

	packs_take("forms/elder/survey.csv", "tests/forms/elder/survey.csv");
	packs_append("forms/elder/survey.csv", row);
	if (pack_load(&a.env, packs_dir(), &p, &err) == MQ_OK)
		fail_msg("loads: %s", row);
	err_say(&err, LANG_EN, said, sizeof(said));
	if (strstr(said, words) == NULL)
		fail_msg("%s gives %s, not %s", row, said, words);
	packs_take("forms/elder/survey.csv", "tests/forms/elder/survey.csv");
}

#define AT "forms/elder/survey.csv:15:"

static void broken_xlsforms(void **state)
{
	(void)state;
	refused("geopoint,here,位置,,,,,,,,\n", AT "type: this type cannot");
	refused("text,HereNow,位置,,,,,,,,\n", AT "name");
	refused("text,birth,又一次,,,,,,,,\n", AT "name: stands twice");
	refused("text,t1,问,,,,pulldata('x'),,,,\n",
	    AT "constraint: there is no function pulldata");
	refused("text,t1,问,,,${nobody} = 1,,,,,\n",
	    AT "relevant: no such field: nobody");
	refused("text,t1,问,,,\"if(1, 2)\",,,,,\n",
	    AT "relevant: wrong number of arguments for if");
	refused("text,t1,问,,,/data/x = 1,,,,,\n", AT "relevant: no paths");
	refused("text,t1,问,,,1 = = 2,,,,,\n", AT "relevant: no sense");
	refused("text,t1,${who}问,,,,,,,,\n",
	    AT "label: no such field: who");
	refused("calculate,c1,,,,,,,${c2},,\ncalculate,c2,,,,,,,${c1} + 1,,\n",
	    "calculation: the calculation leads back to itself");
	refused("begin repeat,r1,重复,,,,,,,,\n", "type: groups do not pair");
	refused("begin repeat,r1,重复,,,,,,,,\nbegin repeat,r2,重复,,,,,,,,\n",
	    "forms/elder/survey.csv:16:type: no repeat within");
	refused("begin group,g1,组,,,,,,,,\nend repeat,,,,,,,,,,\n",
	    "forms/elder/survey.csv:16:type: groups do not pair");
	refused("select_one nolist,t1,问,,,,,,,,\n",
	    AT "type: no such list in choices.csv: nolist");
	refused("select_one @planet,t1,问,,,,,,,,\n",
	    AT "type: orgs.csv has no level planet");
	refused("select_one_from_file no.csv,t1,问,,,,,,,,\n",
	    AT "type: no such list");
	refused("record nothing,t1,问,,,,,,,,\n",
	    AT "type: no such kind: nothing");
}

static int setup(void **state)
{
	(void)state;
	packs_begin();
	packs_take("lists/doors.csv", "tests/forms/doors.csv");
	packs_form("census", "${building} ${door}");
	packs_form("elder", "${birth}");
	packs_form("feedback", "${shop}");
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&a);
	nodes_free(&b);
	packs_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cascades_follow_the_tree),
		cmocka_unit_test(filters_may_be_expressions),
		cmocka_unit_test(a_whole_form_is_saved),
		cmocka_unit_test(complaints_name_the_cell),
		cmocka_unit_test(rows_through_correction_and_conflict),
		cmocka_unit_test(too_many_rows_are_said),
		cmocka_unit_test(live_calculations),
		cmocka_unit_test(a_corrected_clock_counts),
		cmocka_unit_test(broken_xlsforms),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
