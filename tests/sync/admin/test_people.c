/*
 * What people chose at the stations and what the office makes of it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../sync/admin/people.h"
#include "../../lib/hubs.h"

struct world { struct hubs_one h; struct admin a; struct people p;
	struct roster_draft *d; uint8_t pk[CRYPTO_BOX_PK]; };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	uint8_t sk[CRYPTO_BOX_SK];
	struct err err = ERR_INIT;

	hubs_make(&w->h);
	w->a.env = &w->h.env;
	w->a.db = w->h.db;
	w->a.dir = w->h.dir;
	w->a.tenant = "test";
	crypto_box_keys(&w->h.env, w->pk, sk);
	nodes_ok(admin_key_write(&w->a, "records.key", sk, sizeof(sk), &err),
	    &err);
	nodes_ok(admin_key_write(&w->a, "records.pub", w->pk, sizeof(w->pk),
	    &err), &err);
	w->p.v = xgrow(w->p.v, &w->p.cap, 1, sizeof(*w->p.v));
	memset(&w->p.v[0], 0, sizeof(w->p.v[0]));
	(void)xcopy(w->p.v[0].p.number, sizeof(w->p.v[0].p.number), "1001");
	w->p.n = 1;
	w->d = &w->p.v[0];
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	people_free(&w->p);
	hubs_free(&w->h);
	free(w);
	return 0;
}

/* "1001" chose a PIN at this time; the hub hears of it now. */
static void choose(struct world *w, int64_t at, const char *verifier)
{
	struct buf text = BUF_INIT(512), box = BUF_INIT(1024);
	struct err err = ERR_INIT;

	env_advance(&w->h.env, 1000);
	buf_addf(&text, "{\"at\":%lld,\"number\":\"1001\",\"v\":1,"
	    "\"verifier\":\"%s\"}", (long long)at, verifier);
	crypto_seal(w->pk, text.data, text.len, &box);
	nodes_ok(db_begin(w->h.db, __func__, &err), &err);
	nodes_ok(store_account_add(w->h.db, "test", 101, box.data, box.len,
	    env_now(&w->h.env), &err), &err);
	nodes_ok(people_take_messages(&w->a, &w->p, &err), &err);
	nodes_ok(db_commit(w->h.db, &err), &err);
	buf_free(&text);
	buf_free(&box);
}

/* Whichever is heard of first: the PIN chosen last counts, and at the other
 * stations none chosen before it. */
static void test_last_choice_counts(void **state)
{
	struct world *w = *state;

	choose(w, NODES_NOW + 10, "two");
	assert_string_equal(w->d->p.verifier, "two");
	assert_int_equal(w->d->p.pin_at.ms, NODES_NOW + 10);
	choose(w, NODES_NOW + 5, "one");
	assert_string_equal(w->d->p.verifier, "two");
	choose(w, NODES_NOW + 20, "three");
	assert_string_equal(w->d->p.verifier, "three");
	assert_int_equal(w->d->p.pin_at.ms, NODES_NOW + 20);
}

/* A new code calls in every PIN, also one dated years ahead by a bad clock. */
static void test_code_calls_in(void **state)
{
	struct world *w = *state;
	int64_t ahead = NODES_NOW + 20000 * MS_DAY;
	struct err err = ERR_INIT;
	char code[16];

	choose(w, INT64_MAX, "nonsense");
	assert_null(w->d->p.verifier);
	choose(w, ahead, "ahead");
	assert_string_equal(w->d->p.verifier, "ahead");
	nodes_ok(people_new_code(&w->a, w->d, code, &err), &err);
	assert_null(w->d->p.verifier);
	assert_true(w->d->p.pin_at.ms > ahead);
	choose(w, ahead, "again");
	assert_null(w->d->p.verifier);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_last_choice_counts),
		T(test_code_calls_in),
	};

	return hubs_run("people", tests, ARRAY_LEN(tests), NULL, NULL);
}
