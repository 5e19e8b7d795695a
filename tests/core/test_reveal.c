/*
 * Masked words in full: not without the right, not without a reason, and not
 * before the entry stands in the ledger.
 */
#include "../../core/reveal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../lib/deeds.h"

#define YEAR (366 * MS_DAY)

static struct nodes_one x;
static struct session captain, volunteer;
static struct record_full person;

static int setup(void **state)
{
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	access_fake(&captain, "c001", "刘网格", "captain",
	    nodes_org(&x, "grid", 0));
	access_fake(&volunteer, "v001", "周志愿", "volunteer",
	    nodes_org(&x, "grid", 0));
	rec = deeds_person(&x, "欧阳秀英", "301");
	nodes_ok(record_get(x.n, rec, &person, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	record_full_free(&person);
	nodes_free(&x);
	return 0;
}

struct seen { int fields, name; };

static void see(void *ctx, const struct field *fd, const char *text)
{
	struct seen *s = ctx;

	s->fields++;
	s->name += strcmp(fd->name, "name") == 0 &&
	    strcmp(text, "欧阳秀英") == 0;
}

static int traces(struct record *out)
{
	struct record none = { 0 }, rows[8];
	struct record_query q = { .kind = "audit" };
	struct err err = ERR_INIT;
	int n;

	nodes_ok(record_page(x.n, &q, &none, false, rows, 8, &n, &err), &err);
	if (n)
		*out = rows[0];
	return n;
}

static void only_with_right_and_reason(void **state)
{
	struct seen s = { 0, 0 };
	struct err err = ERR_INIT;
	struct record r;
	char long_why[REVEAL_WHY_CHARS + 2];

	(void)state;
	memset(long_why, 'a', sizeof(long_why) - 1);
	long_why[sizeof(long_why) - 1] = '\0';
	assert_true(reveal_may(x.n, &captain, &person));
	assert_false(reveal_may(x.n, &volunteer, &person));
	assert_int_equal(reveal_fields(x.n, &volunteer, &person, NULL,
	    "回访", see, &s, &err), MQ_E_DENIED);
	assert_int_equal(reveal_fields(x.n, &captain, &person, NULL, " ",
	    see, &s, &err), MQ_E_REVEAL_WHY);
	assert_int_equal(reveal_fields(x.n, &captain, &person, NULL, long_why,
	    see, &s, &err), MQ_E_REVEAL_WHY);
	assert_int_equal(reveal_fields(x.n, &captain, &person, "sex", "回访",
	    see, &s, &err), MQ_E_NOT_FOUND);
	/* what cannot be written down is not shown */
	env_advance(&x.env, -YEAR);
	assert_int_not_equal(reveal_fields(x.n, &captain, &person, NULL,
	    "回访", see, &s, &err), MQ_OK);
	env_advance(&x.env, YEAR);
	assert_int_equal(s.fields, 0);
	assert_int_equal(traces(&r), 0);
	person.r.flags |= REC_VOID;
	assert_false(reveal_may(x.n, &captain, &person));
	person.r.flags &= ~REC_VOID;
}

static void written_then_shown(void **state)
{
	struct record_full full;
	struct seen s = { 0, 0 };
	struct err err = ERR_INIT;
	struct record r;
	char ref[ENTRY_REF_TEXT];

	(void)state;
	nodes_ok(reveal_fields(x.n, &captain, &person, "name",
	    "回访，原号 13800138000", see, &s, &err), &err);
	assert_int_equal(s.fields, 1);
	assert_int_equal(s.name, 1);
	assert_int_equal(traces(&r), 1);
	nodes_ok(record_get(x.n, r.rec, &full, &err), &err);
	ref_text(ref_of_rec(person.r.rec), ref);
	assert_string_equal(full.r.by, "c001");
	assert_string_equal(fields_text(&full.f, "about"), ref);
	assert_string_equal(fields_text(&full.f, "field"), "name");
	assert_string_equal(fields_text(&full.f, "why"),
	    "回访，原号 138****8000");
	record_full_free(&full);
	nodes_ok(reveal_fields(x.n, &captain, &person, NULL, "回访", see, &s,
	    &err), &err);
	assert_true(s.fields >= 2);
	assert_int_equal(traces(&r), 2);
}

static void sealed_stays_sealed(void **state)
{
	struct record_full sealed;
	struct seen s = { 0, 0 };
	struct err err = ERR_INIT;
	struct record r;
	int before = traces(&r);

	(void)state;
	nodes_ok(record_get(x.n, person.r.rec, &sealed, &err), &err);
	fields_set(&sealed.f, "idnumber", FIELDS_SEALED "1****X:AAAA");
	assert_int_equal(reveal_fields(x.n, &captain, &sealed, "idnumber",
	    "核对", see, &s, &err), MQ_E_REVEAL_SEALED);
	assert_int_equal(s.fields, 0);
	assert_int_equal(traces(&r), before);
	record_full_free(&sealed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_with_right_and_reason),
		cmocka_unit_test(written_then_shown),
		cmocka_unit_test(sealed_stays_sealed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
