/*
 * Who is asking: signature, clock, nonce, revocation, enrolment codes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

#include "../../../core/base/json.h"
#include "../../../core/base/xmalloc.h"
#include "../../../sync/ask.h"
#include "../../../sync/hub/enrol.h"
#include "../../../sync/zstd.h"
#include "../../lib/hubs.h"

struct world { struct hubs_one h; struct nodes_one a; struct hubs_link l; };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	hubs_make(&w->h);
	nodes_make(&w->a, 101, "990101001001001");
	hubs_enrol(&w->h, &w->a);
	hubs_link(&w->l, &w->h);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	nodes_free(&w->a);
	hubs_free(&w->h);
	free(w);
	return 0;
}

/* One signed GET /v1/head; `as` and time chosen. */
static void build(struct world *w, const char *as, int64_t offset,
    struct ask_signed *s)
{
	static char name[SIGN_NODE_TEXT];
	struct ask_as who = { "", w->a.n->keys.sign_sk };
	struct ask a = { .method = "GET", .path = "/v1/head" };

	(void)xcopy(who.node, sizeof(who.node), as);
	ask_build(&w->a.env, &who, &a, offset, s);
	/* The request points into this call's memory. */
	(void)xcopy(name, sizeof(name), as);
	s->q.target = s->target;
	s->q.fields[0].value = s->fields.digest;
	s->q.fields[1].value = name;
	s->q.fields[3].value = s->fields.input;
	s->q.fields[4].value = s->fields.signature;
}

static int send_it(struct world *w, const struct ask_signed *s,
    char problem[32])
{
	struct transport_reply r;
	int status;

	transport_reply_init(&r);
	assert_int_equal(w->l.t.ops->request(&w->l.t, &s->q, &r, NULL), 0);
	(void)(ask_judge(&r, problem, NULL) == MQ_OK);
	status = r.status;
	transport_reply_free(&r);
	return status;
}

static void test_good_and_replayed(void **state)
{
	struct world *w = *state;
	struct ask_signed s;
	char problem[32];

	build(w, "test/101", 0, &s);
	assert_int_equal(send_it(w, &s, problem), 200);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "replay");
	/* Not even after a restart: older than the process is too old. */
	env_advance(&w->h.env, 2000);
	hubs_restart(&w->h);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "clock");
	/* Nor when the window is over and the nonce forgotten. */
	env_advance(&w->h.env, 3 * 600 * 1000);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "clock");
}

static void test_many_nonces(void **state)
{
	struct world *w = *state;
	struct ask_signed s, first;
	char problem[32];
	int i;

	build(w, "test/101", 0, &first);
	assert_int_equal(send_it(w, &first, problem), 200);
	for (i = 0; i < 3000; i++) {
		build(w, "test/101", 0, &s);
		assert_int_equal(send_it(w, &s, problem), 200);
	}
	assert_int_equal(send_it(w, &first, problem), 401);
	assert_string_equal(problem, "replay");
}

static void test_clock(void **state)
{
	struct world *w = *state;
	struct ask_signed s;
	char problem[32];

	build(w, "test/101", (SIGN_WINDOW_S + 2) * 1000, &s);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "clock");
	build(w, "test/101", (SIGN_WINDOW_S - 2) * 1000, &s);
	assert_int_equal(send_it(w, &s, problem), 200);
}

static void test_strangers(void **state)
{
	struct world *w = *state;
	struct ask_signed s;
	struct err err = ERR_INIT;
	char problem[32];

	build(w, "test/109", 0, &s);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "node-unknown");
	build(w, "other/101", 0, &s);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "node-unknown");
	build(w, "nonsense", 0, &s);
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "signature");
	/* Another's key under this number. */
	build(w, "test/101", 0, &s);
	w->a.n->keys.sign_sk[0] ^= 1;
	build(w, "test/101", 0, &s);
	w->a.n->keys.sign_sk[0] ^= 1;
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "signature");
	/* Revoked: told why, and only who can sign is told. */
	nodes_ok(db_begin(w->h.db, __func__, &err), &err);
	nodes_ok(store_node_revoke(w->h.db, "test", 101,
	    env_now(&w->h.env), "机器丢了", &err), &err);
	nodes_ok(db_commit(w->h.db, &err), &err);
	build(w, "test/101", 0, &s);
	assert_int_equal(send_it(w, &s, problem), 403);
	assert_string_equal(problem, "revoked");
}

static void test_changed_on_the_way(void **state)
{
	struct world *w = *state;
	struct ask_signed s;
	char problem[32];

	build(w, "test/101", 0, &s);
	w->l.spoil = "Minqing-Batch";
	assert_int_equal(send_it(w, &s, problem), 401);
	assert_string_equal(problem, "signature");
	w->l.spoil = "Signature-Input";
	assert_int_equal(send_it(w, &s, problem), 401);
	w->l.spoil = NULL;
	assert_int_equal(send_it(w, &s, problem), 200);
}

static void test_routes(void **state)
{
	struct world *w = *state;
	struct transport_request q = { .method = "GET",
	    .target = "/v1/nothing" };
	struct transport_reply r;
	char problem[32];

	transport_reply_init(&r);
	(void)(w->l.t.ops->request(&w->l.t, &q, &r, NULL) == MQ_OK);
	assert_int_equal(r.status, 404);
	assert_string_equal(r.type, "application/problem+json");
	q.target = "/v1/entries";
	(void)(w->l.t.ops->request(&w->l.t, &q, &r, NULL) == MQ_OK);
	assert_int_equal(r.status, 405);
	q.target = "/v1/feed";
	(void)(w->l.t.ops->request(&w->l.t, &q, &r, NULL) == MQ_OK);
	assert_int_equal(r.status, 401);
	(void)(ask_judge(&r, problem, NULL) == MQ_OK);
	assert_string_equal(problem, "signature");
	q.target = "/healthz";
	(void)(w->l.t.ops->request(&w->l.t, &q, &r, NULL) == MQ_OK);
	assert_int_equal(r.status, 200);
	transport_reply_free(&r);
}

/* Packed or not: a report of 4 KiB is no place to keep 64 KiB in. */
static void test_small_bodies_stay_small(void **state)
{
	struct world *w = *state;
	struct buf plain = BUF_INIT(BUF_SMALL), packed = BUF_INIT(BUF_SMALL);
	struct ask a = { .method = "POST", .path = "/v1/health",
	    .zstd = true };
	struct ask_as as = { "test/101", w->a.n->keys.sign_sk };
	struct err err = ERR_INIT;
	struct ask_signed s;
	char problem[32];
	int i, status[2];

	for (i = 0; i < 2; i++) {
		buf_reset(&plain);
		buf_reset(&packed);
		buf_addf(&plain, "{\"pack\":\"%0*d\"}", i == 0 ? 4080 : 5000,
		    0);
		nodes_ok(zstd_pack(plain.data, plain.len, &packed, &err),
		    &err);
		a.body = packed.data;
		a.len = packed.len;
		ask_build(&w->a.env, &as, &a, 0, &s);
		status[i] = send_it(w, &s, problem);
	}
	assert_int_equal(status[0], 204);
	assert_int_equal(status[1], 413);
	assert_string_equal(problem, "too-big");
	buf_free(&plain);
	buf_free(&packed);
}

/* ---- enrolment codes ---- */

static void test_enrol_codes(void **state)
{
	struct world *w = *state;
	char code[ENROL_CODE_TEXT], typed[ENROL_CODE_TEXT];
	struct enrol_ask ask = { code, { 1 }, { 2 } }, other;
	struct store_node n;
	struct err err = ERR_INIT;
	size_t i;

	nodes_ok(enrol_make(&w->h.env, w->h.db, "test", "990101001",
	    "街道", code, &err), &err);
	/* As a person types it. */
	for (i = 0; code[i] != '\0'; i++)
		typed[i] = code[i] == '-' ? ' ' : code[i] == '0' ? 'o' :
		    code[i] == '1' ? 'l' : (char)(code[i] | 0x20);
	typed[i] = '\0';
	ask.code = typed;
	nodes_ok(enrol_use(&w->h.hub, &ask, &n, &err), &err);
	assert_int_equal(n.number, 102);
	assert_string_equal(n.org, "990101001");
	/* The answer was lost: the same keys get it again. */
	nodes_ok(enrol_use(&w->h.hub, &ask, &n, &err), &err);
	assert_int_equal(n.number, 102);
	/* Used is used for anybody else. */
	other = ask;
	other.sign_pk[0] = 9;
	assert_int_equal(enrol_use(&w->h.hub, &other, &n, &err), MQ_E_ENROL);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM node"), 2);
}

static void test_enrol_tries_and_time(void **state)
{
	struct world *w = *state;
	char code[ENROL_CODE_TEXT], bad[ENROL_CODE_TEXT];
	struct enrol_ask ask = { bad, { 1 }, { 2 } };
	struct store_node n;
	struct err err = ERR_INIT;
	int i;

	nodes_ok(enrol_make(&w->h.env, w->h.db, "test", "990101001", "街道",
	    code, &err), &err);
	(void)xcopy(bad, sizeof(bad), code);
	bad[6] = bad[6] == 'A' ? 'B' : 'A';
	for (i = 0; i < ENROL_TRIES; i++)
		assert_int_equal(enrol_use(&w->h.hub, &ask, &n, &err),
		    MQ_E_ENROL);
	ask.code = code;
	assert_int_equal(enrol_use(&w->h.hub, &ask, &n, &err), MQ_E_ENROL);
	/* And a day later. */
	nodes_ok(enrol_make(&w->h.env, w->h.db, "test", "990101001", "街道",
	    code, &err), &err);
	env_advance(&w->h.env, 24 * MS_HOUR + 1);
	assert_int_equal(enrol_use(&w->h.hub, &ask, &n, &err), MQ_E_ENROL);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM node"), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_good_and_replayed),
		T(test_many_nonces),
		T(test_clock),
		T(test_strangers),
		T(test_changed_on_the_way),
		T(test_routes),
		T(test_small_bodies_stay_small),
		T(test_enrol_codes),
		T(test_enrol_tries_and_time),
	};

	return hubs_run("auth", tests, ARRAY_LEN(tests), NULL, NULL);
}
