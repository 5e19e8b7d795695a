/*
 * The shipped pack loads whole and quickly; broken ones are refused with
 * file, row and column.
 */
#include "../../core/pack.h"

#include <ftw.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/calendar.h"
#include "../../core/person_id.h"

static struct env env;
static char work[300];

static const char *source(void)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/core/packs/standard",
	    getenv("MQ_SRC") == NULL ? "." : getenv("MQ_SRC"));
	return path;
}

static struct pack *load(const char *dir)
{
	struct err err = ERR_INIT;
	struct pack *p = NULL;
	char words[600];

	if (pack_load(&env, dir, &p, &err) != MQ_OK) {
		err_say(&err, LANG_EN, words, sizeof(words));
		fail_msg("%s", words);
	}
	return p;
}

/* ---- the shipped pack ---- */

static void standard_is_whole(void **state)
{
	static const char *const kinds[] = { "visit", "request", "service",
		"tap", "station", "person", "household", "notice", "event",
		"vouch" };
	struct pack *p = load(source());
	size_t i, n, grids = 0;

	(void)state;
	assert_string_equal(pack_id(p), "standard:1");
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		assert_non_null(pack_kind(p, kinds[i]));
	assert_null(pack_kind(p, "nothing"));
	for (i = 0; i < pack_orgs(p)->n; i++)
		grids += strcmp(pack_orgs(p)->v[i].level, "grid") == 0 &&
		    strlen(pack_orgs(p)->v[i].code) == 15;
	assert_int_equal(grids, 22);
	assert_int_equal(pack_int(p, "idle_lock_seconds", 0), 120);
	assert_int_equal(pack_int(p, "no_such_key", 7), 7);
	assert_string_equal(pack_text(p, "no_such_key", "x"), "x");
	assert_non_null(pack_choice(p, "tap_choice", "water"));
	assert_null(pack_choice(p, "tap_choice", "beer"));
	assert_null(pack_choices(p, "no_such_list", &n));
	assert_int_equal(n, 0);
	assert_string_equal(pack_role(p, "captain")->label[0], "网格长");
	assert_true(calendar_known_year(pack_calendar(p), 2026));
	assert_int_equal(pack_keep_days(p, "visit"), 730);
	assert_int_equal(pack_keep_days(p, "person"), 0);
	pack_free(&p);
	assert_null(p);
}

/* English stands beside every Chinese word people see. */
static void both_languages(void **state)
{
	struct pack *p = load(source());
	size_t i, k;

	(void)state;
	for (k = 0; k < pack_kinds(p); k++) {
		const struct kind *kind = pack_kind_at(p, k);

		assert_string_not_equal(kind->label[0], kind->label[1]);
		for (i = 0; i < kind->nfields; i++)
			assert_string_not_equal(kind->fields[i].label[0],
			    kind->fields[i].label[1]);
		for (i = 0; i < kind->nstates; i++)
			assert_string_not_equal(kind->states[i].label[0],
			    kind->states[i].label[1]);
		for (i = 0; i < kind->nsteps; i++)
			assert_string_not_equal(kind->steps[i].label[0],
			    kind->steps[i].label[1]);
	}
	pack_free(&p);
}

/* No two keys of one state mean two steps. */
static void step_keys_do_not_meet(void **state)
{
	struct pack *p = load(source());
	const struct kind *k = pack_kind(p, "request");
	size_t i, j;

	(void)state;
	for (i = 0; i < k->nsteps; i++)
		for (j = 0; j < i; j++)
			if (k->steps[i].key[0] != '\0')
				assert_string_not_equal(k->steps[i].key,
				    k->steps[j].key);
	pack_free(&p);
}

/* A usual visit or request needs digits only: every list a form asks for by
 * digit has digits, every free text has phrases. */
static void usual_entries_need_no_chinese(void **state)
{
	static const char *const kinds[] = { "visit", "request" };
	struct pack *p = load(source());
	const struct phrase *ph[9];
	size_t k, i, c, n;

	(void)state;
	for (k = 0; k < ARRAY_LEN(kinds); k++) {
		const struct kind *kind = pack_kind(p, kinds[k]);

		for (i = 0; i < kind->nfields; i++) {
			const struct field *fd = &kind->fields[i];
			const struct choice *v = pack_choices(p, fd->list,
			    &n);

			for (c = 0; c < n && c < 9; c++)
				assert_int_not_equal(v[c].digit, 0);
			if (fd->type == FT_TEXT && fd->required)
				assert_true(pack_phrases(p, kinds[k],
				    fd->name, ph, 9) >= 5);
		}
	}
	pack_free(&p);
}

/* Every subject names its category and a department that exists; all duty
 * phones are well formed and from the fictional range. */
static void departments_and_phones(void **state)
{
	struct pack *p = load(source());
	const struct orgs *o = pack_orgs(p);
	const struct choice *v;
	struct err err = ERR_INIT;
	size_t i, n;
	char phone[24];

	(void)state;
	v = pack_choices(p, "subject", &n);
	assert_true(n >= 30);
	for (i = 0; i < n; i++) {
		const char *org = strstr(v[i].filter, "org=");

		assert_non_null(strstr(v[i].filter, "category="));
		assert_non_null(org);
		assert_non_null(org_find(o, org + 4));
	}
	for (i = 0; i < o->n; i++) {
		assert_memory_equal(o->v[i].phone, "0999-55501", 10);
		assert_int_equal(person_id_phone(o->v[i].phone, phone, &err),
		    MQ_OK);
	}
	pack_free(&p);
}

/* ---- broken packs ---- */

static void put(const char *name, const void *bytes, size_t n)
{
	struct err err = ERR_INIT;
	char path[700];

	file_join(path, sizeof(path), work, name);
	assert_int_equal(file_write(&env, path, bytes, n, 0600, &err), MQ_OK);
}

static void take(const char *name, struct buf *out)
{
	struct err err = ERR_INIT;
	char path[700];

	file_join(path, sizeof(path), source(), name);
	buf_reset(out);
	assert_int_equal(file_read(&env, path, out, &err), MQ_OK);
}

/* Every table of one folder of the pack. */
static void copy_folder(const char *folder)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	char path[700], name[300];
	struct dirent *e;
	DIR *d;

	file_join(path, sizeof(path), source(), folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".csv") == NULL)
			continue;
		snprintf(name, sizeof(name), "%s%s%s", folder,
		    folder[0] == '\0' ? "" : "/", e->d_name);
		take(name, &b);
		put(name, buf_str(&b), b.len);
	}
	closedir(d);
	buf_free(&b);
}

static void copy_all(void)
{
	copy_folder("");
	copy_folder("survey");
	copy_folder("flow");
}

/* Replaces the first `from` in the file by `to`; the pack must be refused
 * with these words, and loads again when the file is whole. */
static void breaks(const char *name, const char *from, const char *to,
    const char *words)
{
	struct buf b = BUF_INIT(BUF_LARGE), out = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	struct pack *p = NULL;
	enum mq_status rc;
	const char *at;

	take(name, &b);
	at = strstr(buf_str(&b), from);
	if (at == NULL)
		fail_msg("%s has no %s", name, from);
	buf_add(&out, buf_str(&b), (size_t)(at - buf_str(&b)));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	put(name, buf_str(&out), out.len);
	rc = pack_begin(&env, work, &p, &err);
	if (rc == MQ_OK)
		rc = pack_rest(p, &err);
	pack_free(&p);
	if (rc != MQ_E_PACK_BAD)
		fail_msg("%s: read in two steps", name);
	rc = pack_load(&env, work, &p, &err);
	if (rc != MQ_E_PACK_BAD || strstr(err.detail, words) == NULL)
		fail_msg("%s: %s → %s gives %s", name, from, to, err.detail);
	assert_null(p);
	put(name, buf_str(&b), b.len);
	buf_free(&b);
	buf_free(&out);
}

static void broken_forms(void **state)
{
	(void)state;
	copy_all();
	breaks("survey/visit.csv", "person,who", "persn,who",
	    "survey/visit.csv:3:type: unknown: persn");
	breaks("survey/visit.csv", "person,who", "person,Who",
	    "survey/visit.csv:3:name");
	breaks("survey/visit.csv", "place,place,", "place,who,",
	    "survey/visit.csv:4:name: stands twice");
	breaks("survey/visit.csv", "select_one visit_mode",
	    "select_one nothing", "no such list");
	breaks("survey/visit.csv", "${mode} != 'patrol'",
	    "${mood} != 'patrol'", "no such field: mood");
	breaks("survey/visit.csv", "${mode} != 'patrol'",
	    "${mode} != 'patrol", "survey/visit.csv:3");
	breaks("survey/visit.csv", "category=${demand_category}",
	    "category is demand", "survey/visit.csv:14:choice_filter");
	breaks("survey/request.csv", "working", "secret",
	    "class: unknown: secret");
	breaks("survey/person.csv", ",sealed,", ",seeled,", "unknown: seeled");
	breaks("survey/tap.csv", "type,", "kind,",
	    "survey/tap.csv:1:type: this column is missing");
	breaks("choices.csv", "yes_no,no,否", "yes_no,no,",
	    "choices.csv:2:label");
	breaks("choices.csv", "yes_no,yes", "yes_no,no", "stands twice");
}

static void broken_flows(void **state)
{
	(void)state;
	copy_all();
	breaks("flow/request.csv", "reported,accepted,,,stop:accept",
	    "reported,acepted,,,stop:accept",
	    "flow/request.csv:14:to: no such state: acepted");
	breaks("flow/request.csv", "to_org! advice", "to_orc! advice",
	    "no such field: to_orc");
	breaks("flow/request.csv", "start:dispatch", "start:dispach",
	    "flow/request.csv:14:clock: due.csv has no rule dispach");
	breaks("flow/request.csv", "extend:handle=more_until",
	    "extend:handle=more_untill", ":clock: unknown: extend:handle");
	breaks("flow/request.csv", "pause:handle", "pausing:handle",
	    ":clock: unknown: pausing:handle");
	breaks("flow/request.csv", "${all_done} != 'no'",
	    "${all_don} != 'no'", ":guard: no such field: all_don");
	breaks("flow/request.csv", "merge:into", "merge:reason",
	    ":link: unknown: merge:reason");
	breaks("flow/request.csv", ",feedback", ",feedbak",
	    ":stamp: unknown: feedbak");
	breaks("flow/request.csv", ",more_granted,", ",more_granded,",
	    ":clear: no such field: more_granded");
	breaks("escalate.csv", "request,accept,4", "request,acept,4",
	    "escalate.csv:2:clock: no step starts a clock acept");
	breaks("flow/request.csv", "@field:to_org", "@field:advice",
	    "no such field");
	breaks("flow/request.csv", "answer answer_now", "answer answer_new",
	    "no such step: answer_new");
	breaks("flow/request.csv", "state,reported", "stat,reported",
	    "flow/request.csv:2:row");
	breaks("due.csv", "30,minute", "0,minute", "due.csv:2:value");
	breaks("due.csv", "30,minute", "30,minit", "due.csv:2:unit");
	breaks("derive.csv", "type=demand", "tipe=demand",
	    "no such field: tipe");
	breaks("derive.csv", "minutes,service", "minutes,servis",
	    "derive.csv:3:to");
	breaks("derive.csv", "request,whistle", "request,wistle",
	    "derive.csv:4:step: no such step: wistle");
}

static void broken_tables(void **state)
{
	(void)state;
	copy_all();
	breaks("pack.csv", "version,1", "version,one",
	    "pack.csv:3:value: not a usable whole number: one");
	breaks("pack.csv", "pin_tries,", "undo_seconds,", "stands twice");
	breaks("pack.csv", "09:00-12:00", "9-12", "work_hours");
	breaks("orgs.csv", "990101001,990101,", "990101001,990102,",
	    "orgs.csv");
	breaks("orgs.csv", "0999-5550101,yes", "0999-5550101,maybe",
	    "orgs.csv:3:node");
	breaks("roles.csv", ",own", ",mine", "scope");
	breaks("roles.csv", "step:sign_out", "step:sing_out",
	    "no such step: sing_out");
	breaks("kinds.csv", "form flow", "form flaw", "unknown: flaw");
	breaks("survey/service.csv", "when,start,", "when,begin,",
	    "kinds.csv:4:facets");
	breaks("choices.csv", "step=redo", "step=undo",
	    "no such step: undo");
	breaks("kinds.csv", "${choice}", "${chose}", "no such field: chose");
	breaks("kinds.csv", "visit,走访", "visite,走访",
	    "survey/visite.csv: this file is missing");
	breaks("phrases.csv", "visit,note,1", "visit,note,0",
	    "phrases.csv:2:digit");
	breaks("retention.csv", "visit,730", "visits,730",
	    "no such kind: visits");
	breaks("calendar.csv", "2024-01-01", "2024/1/1",
	    "calendar.csv:2:date");
}

/* Government rules: no ranks of persons, no time on line. */
static void forbidden_things(void **state)
{
	(void)state;
	copy_all();
	breaks("boards.csv", "opened,community", "opened,person",
	    "persons are not ranked");
	breaks("pack.csv", "silent_days,3", "forced_clock_in,yes",
	    "not allowed: forced_clock_in");
}

static void missing_and_damaged(void **state)
{
	struct pack *p = NULL;
	struct err err = ERR_INIT;
	char path[700];

	(void)state;
	assert_int_equal(pack_load(&env, "/nowhere/at/all", &p, &err),
	    MQ_E_PACK_MISSING);
	copy_all();
	file_join(path, sizeof(path), work, "choices.csv");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(pack_load(&env, work, &p, &err), MQ_E_PACK_BAD);
	assert_non_null(strstr(err.detail, "choices.csv: "));
	copy_all();
	put("choices.csv", "list,name,label\na,b,\xff\xfe\n", 23);
	assert_int_equal(pack_load(&env, work, &p, &err), MQ_E_PACK_BAD);
	assert_non_null(strstr(err.detail, "choices.csv"));
	put("choices.csv", "list,name,label\na,\"b,c\n", 23);
	assert_int_equal(pack_load(&env, work, &p, &err), MQ_E_PACK_BAD);
	assert_null(p);
}

/* What office suites do to a file: BOM, CRLF, quotes. */
static void as_office_suites_write_it(void **state)
{
	struct buf b = BUF_INIT(BUF_LARGE), out = BUF_INIT(BUF_LARGE);
	struct pack *p;
	size_t i;

	(void)state;
	copy_all();
	take("kinds.csv", &b);
	buf_adds(&out, "\xef\xbb\xbf");
	for (i = 0; i < b.len; i++) {
		if (b.data[i] == '\n')
			buf_addc(&out, '\r');
		buf_addc(&out, b.data[i]);
	}
	put("kinds.csv", buf_str(&out), out.len);
	p = load(work);
	assert_string_equal(pack_kind(p, "visit")->label[0], "走访");
	pack_free(&p);
	buf_free(&b);
	buf_free(&out);
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct err err = ERR_INIT;
	char path[400];

	(void)state;
	env_fixed(&env, (struct utc){ INT64_C(1795312800000) }, 1);
	snprintf(work, sizeof(work), "%s/mq-pack-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(work) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/survey", work);
	if (file_mkdirs(&env, path, 0700, &err) != MQ_OK)
		return 1;
	snprintf(path, sizeof(path), "%s/flow", work);
	return file_mkdirs(&env, path, 0700, &err) != MQ_OK;
}

static int teardown(void **state)
{
	(void)state;
	nftw(work, drop, 16, FTW_DEPTH | FTW_PHYS);
	env_release(&env);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_is_whole),
		cmocka_unit_test(both_languages),
		cmocka_unit_test(step_keys_do_not_meet),
		cmocka_unit_test(usual_entries_need_no_chinese),
		cmocka_unit_test(departments_and_phones),
		cmocka_unit_test(broken_forms),
		cmocka_unit_test(broken_flows),
		cmocka_unit_test(broken_tables),
		cmocka_unit_test(forbidden_things),
		cmocka_unit_test(missing_and_damaged),
		cmocka_unit_test(as_office_suites_write_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
