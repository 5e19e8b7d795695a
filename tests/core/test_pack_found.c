/*
 * All that is wrong with a pack: one edit a time in the standard pack
 * (tests/packs/broken.def), several at once, whole files damaged, and the
 * shipped packs, of which nothing may be said.
 */
#include "../../core/pack_found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../lib/packs.h"

static struct env env;

static struct pack_found *check(const char *dir)
{
	struct err err = ERR_INIT;
	struct pack_found *found = NULL;

	assert_int_equal(pack_found_check(&env, dir, &found, &err), MQ_OK);
	return found;
}

static void take(const char *name, struct buf *out)
{
	struct err err = ERR_INIT;
	char path[700];

	file_join(path, sizeof(path), packs_dir(), name);
	buf_reset(out);
	assert_int_equal(file_read(&env, path, out, &err), MQ_OK);
}

/* Replaces the first `from`; *was keeps the file as it stood.  Returns the
 * row. */
static int edit(const char *name, const char *from, const char *to,
    struct buf *was)
{
	struct buf out = BUF_INIT(BUF_LARGE);
	const char *at, *s;
	int row = 1;

	take(name, was);
	at = strstr(buf_str(was), from);
	if (at == NULL)
		fail_msg("%s has no %s", name, from);
	for (s = buf_str(was); s < at; s++)
		row += *s == '\n';
	buf_add(&out, buf_str(was), (size_t)(at - buf_str(was)));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	packs_put(name, buf_str(&out));
	buf_free(&out);
	return row;
}

static void say(const struct pack_finding *f, char *out, size_t size)
{
	snprintf(out, size, "%s:%d:%s %s → %s", f->file, f->line, f->column,
	    f->words[LANG_EN], f->remedy[LANG_EN]);
}

/* Is there one that says so, in the remedy too?  Nothing is said twice and
 * nothing without a remedy in both languages. */
static bool finds_at(const struct pack_found *found, int row,
    const char *where, const char *words, const char *remedy)
{
	bool there = false;
	char at[200];
	size_t i;

	for (i = 0; i < pack_found_count(found); i++) {
		const struct pack_finding *f = pack_found_at(found, i);

		assert_string_not_equal(f->words[LANG_ZH], "");
		assert_string_not_equal(f->remedy[LANG_ZH], "");
		if (strstr(where, ":*:") != NULL)
			snprintf(at, sizeof(at), "%s:*:%s", f->file,
			    f->column);
		else if (f->line == row)
			snprintf(at, sizeof(at), "%s:@:%s", f->file,
			    f->column);
		else
			snprintf(at, sizeof(at), "%s:%d:%s", f->file,
			    f->line, f->column);
		there = there || (strcmp(at, where) == 0 &&
		    strstr(f->words[LANG_EN], words) != NULL &&
		    strstr(f->remedy[LANG_EN], remedy) != NULL);
	}
	return there;
}

static bool finds(const struct pack_found *found, const char *where,
    const char *words, const char *remedy)
{
	return finds_at(found, -1, where, words, remedy);
}

struct broken { const char *file, *from, *to, *where, *words, *remedy; };

static void one(const struct broken *b)
{
	struct buf was = BUF_INIT(BUF_LARGE);
	struct pack_found *found;
	struct pack *p = NULL;
	struct err err = ERR_INIT;
	char first[600] = "nothing";
	int row;

	row = edit(b->file, b->from, b->to, &was);
	found = check(packs_dir());
	if (!finds_at(found, row, b->where, b->words, b->remedy)) {
		if (pack_found_count(found) > 0)
			say(pack_found_at(found, 0), first, sizeof(first));
		fail_msg("%s: %s → %s should say %s %s %s; says %s", b->file,
		    b->from, b->to, b->where, b->words, b->remedy, first);
	}
	/* What a program refuses at start is an error here. */
	if (pack_load(&env, packs_dir(), &p, &err) != MQ_OK)
		assert_true(pack_found_errors(found) > 0);
	pack_free(&p);
	pack_found_free(&found);
	packs_put(b->file, buf_str(&was));
	buf_free(&was);
}

static void each_edit_is_found(void **state)
{
	static const struct broken rows[] = {
#define BROKEN(file, from, to, where, words, remedy) \
		{ file, from, to, where, words, remedy },
#include "../packs/broken.def"
#undef BROKEN
	};
	size_t i;

	(void)state;
	assert_true(ARRAY_LEN(rows) >= 80);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		one(&rows[i]);
}

static void all_at_once(void **state)
{
	struct buf was = BUF_INIT(BUF_LARGE);
	struct pack_found *found;

	(void)state;
	(void)edit("due.csv", "30,minute", "30,minit", &was);
	(void)edit("survey/visit.csv", "minutes,minutes",
	    "minits,minutes", &was);
	(void)edit("survey/visit.csv", "when,when", "when,", &was);
	(void)edit("orgs.csv", "0999-5550101,yes", "0999-5550101,maybe", &was);
	(void)edit("recur.csv", "person,alone", "person,alon", &was);
	found = check(packs_dir());
	assert_true(finds(found, "due.csv:*:unit", "minit", "minute"));
	assert_true(finds(found, "survey/visit.csv:*:type", "minits",
	    "minutes"));
	assert_true(finds(found, "survey/visit.csv:*:name", "name", ""));
	assert_true(finds(found, "orgs.csv:*:node", "maybe", "yes or no"));
	assert_true(finds(found, "recur.csv:*:mark", "alon", "alone"));
	pack_found_free(&found);
	packs_end();
	packs_begin();
	buf_free(&was);
}

/* Whole files that office suites or people damaged. */
static void damaged_files(void **state)
{
	struct buf was = BUF_INIT(BUF_LARGE), bom = BUF_INIT(BUF_LARGE);
	struct pack_found *found;
	char path[700];

	(void)state;
	take("choices.csv", &was);
	packs_put("choices.csv", "list,name,label\na,b,\xc7\xe5\xba\xd3\n");
	found = check(packs_dir());
	assert_true(finds(found, "choices.csv:2:", "GB 18030", "CSV UTF-8"));
	assert_int_equal(pack_found_errors(found), 1);
	pack_found_free(&found);
	packs_put("choices.csv", "list,name,label\na,\"b,c\n");
	found = check(packs_dir());
	assert_true(finds(found, "choices.csv:2:", "no table", "quotes"));
	pack_found_free(&found);
	file_join(path, sizeof(path), packs_dir(), "choices.csv");
	assert_int_equal(unlink(path), 0);
	found = check(packs_dir());
	assert_true(finds(found, "choices.csv:0:", "missing", "standard"));
	assert_int_equal(pack_found_errors(found), 1);
	pack_found_free(&found);
	buf_adds(&bom, "\xef\xbb\xbf");
	buf_adds(&bom, buf_str(&was));
	packs_put("choices.csv", buf_str(&bom));
	found = check(packs_dir());
	assert_int_equal(pack_found_count(found), 0);
	pack_found_free(&found);
	packs_put("choices.csv", buf_str(&was));
	packs_put("chioces.csv", buf_str(&was));
	found = check(packs_dir());
	assert_true(finds(found, "chioces.csv:0:", "nobody reads", ""));
	pack_found_free(&found);
	buf_free(&was);
	buf_free(&bom);
}

/* However much is wrong, what is kept is bounded and what is said adds up. */
static void a_flood_is_bounded(void **state)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct pack_found *found;
	int i;

	(void)state;
	buf_adds(&b, "kind,rule,category,grade,value,unit,label\n");
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "nothing,r%d,,,1,day,x\n", i);
	packs_put("due.csv", buf_str(&b));
	found = check(packs_dir());
	assert_int_equal(pack_found_count(found), PACK_FOUND_MAX);
	assert_true(pack_found_errors(found) >= 1000);
	pack_found_free(&found);
	buf_free(&b);
	packs_end();
	packs_begin();
}

static void no_pack_at_all(void **state)
{
	struct err err = ERR_INIT;
	struct pack_found *found = NULL;

	(void)state;
	assert_int_equal(pack_found_check(&env, "/nowhere/at/all", &found,
	    &err), MQ_E_PACK_MISSING);
	assert_null(found);
}

static void shipped_packs_are_clean(void **state)
{
	static const char *const packs[] = { "core/packs/standard" };
	const char *src = getenv("MQ_SRC");
	struct pack_found *found;
	char path[700], words[600];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(packs); i++) {
		file_join(path, sizeof(path), src == NULL ? "." : src,
		    packs[i]);
		found = check(path);
		if (pack_found_count(found) > 0) {
			say(pack_found_at(found, 0), words, sizeof(words));
			fail_msg("%s: %s", packs[i], words);
		}
		pack_found_free(&found);
	}
}

static int setup(void **state)
{
	(void)state;
	env_real(&env);
	packs_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	packs_end();
	env_release(&env);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_packs_are_clean),
		cmocka_unit_test(each_edit_is_found),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(a_flood_is_bounded),
		cmocka_unit_test(no_pack_at_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
