/*
 * Coming to work: right and wrong PINs, the lock that survives a pulled
 * plug, start codes, vouching.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/login.h"
#include "../lib/nodes.h"

#define PIN "739164"
#define PIN2 "850273"
#define PIN3 "604819"
#define AUDITS "SELECT count(*) AS n FROM record WHERE kind = 'audit'"

static struct nodes_one x;
static struct roster_draft people[4];
static int64_t seq;

static void person(struct roster_draft *d, const char *number, const char *name,
    const char *phone, const char *role)
{
	memset(d, 0, sizeof(*d));
	(void)snprintf(d->p.number, sizeof(d->p.number), "%s", number);
	(void)snprintf(d->p.name, sizeof(d->p.name), "%s", name);
	(void)snprintf(d->p.phone, sizeof(d->p.phone), "%s", phone);
	(void)snprintf(d->p.posts[0].role, sizeof(d->p.posts[0].role), "%s",
	    role);
	(void)snprintf(d->p.posts[0].org, sizeof(d->p.posts[0].org), "%s",
	    x.n->set.org);
	d->p.nposts = 1;
}

static void publish(void)
{
	struct roster_node node = { .number = 101 };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	memcpy(node.box_pk, x.n->keys.box_pk, CRYPTO_BOX_PK);
	nodes_ok(roster_make(&x.env, "test", x.n->set.org, ++seq, people, 4,
	    &node, 1, x.n->keys.sign_sk, &b, &err), &err);
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	buf_free(&b);
}

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	seq = 0;
	person(&people[0], "V001", "张伟", "13800138000", "volunteer");
	(void)snprintf(people[0].pin, sizeof(people[0].pin), PIN);
	person(&people[1], "C001", "陈静", "13900139000", "captain");
	(void)snprintf(people[1].pin, sizeof(people[1].pin), PIN2);
	person(&people[2], "V002", "李娜", "", "volunteer");
	(void)snprintf(people[2].code, sizeof(people[2].code), "7K2M9Q");
	person(&people[3], "V003", "王芳", "", "volunteer");
	people[3].p.left = true;
	(void)snprintf(people[3].pin, sizeof(people[3].pin), PIN);
	publish();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static int64_t rows(const char *sql)
{
	struct db_stmt *s;
	int64_t v = -1;
	bool row;

	assert_int_equal(db_query(x.n->db, sql, &s, NULL), MQ_OK);
	assert_int_equal(db_step(s, &row, NULL), MQ_OK);
	if (row)
		v = db_i64(s, "n");
	db_done(&s);
	return v;
}

static void right_and_wrong(void **state)
{
	struct session s;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
	assert_string_equal(s.by, "V001");
	assert_string_equal(s.name, "张伟");
	assert_string_equal(s.posts[0].role, "volunteer");
	assert_false(s.vouched);
	assert_true(s.since.ms > 0);
	nodes_ok(login_pin(x.n, "138 0013 8000", PIN, &s, &err), &err);
	assert_int_equal(rows(AUDITS), 1);
	assert_int_equal(login_pin(x.n, "V001", PIN2, &s, &err),
	    MQ_E_LOGIN_WRONG);
	assert_string_equal(err.detail, "4");
	assert_int_equal(login_pin(x.n, "V999", PIN, &s, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_int_equal(login_pin(x.n, "", PIN, &s, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_int_equal(login_pin(x.n, "V003", PIN, &s, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_int_equal(login_pin(x.n, "V002", PIN, &s, &err),
	    MQ_E_LOGIN_NO_PIN);
	/* a number that is not ours is not shown whole */
	assert_int_equal(login_pin(x.n, "13712345678", PIN, &s, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_null(strstr(err.detail, "13712345678"));
}

/* Five wrong ones lock, also across a restart between any two; the lock
 * doubles, ends by itself, and a right PIN clears the sheet. */
static void lock(void **state)
{
	struct session s;
	struct err err = ERR_INIT;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(login_pin(x.n, "V001", PIN3, &s, &err),
		    MQ_E_LOGIN_WRONG);
		nodes_reopen(&x);
	}
	assert_int_equal(login_pin(x.n, "V001", PIN3, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	nodes_reopen(&x);
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	/* the phone is no way round */
	assert_int_equal(login_pin(x.n, "13800138000", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	/* one trace for the five */
	assert_int_equal(rows(AUDITS), 1);
	/* others are not held up */
	nodes_ok(login_pin(x.n, "C001", PIN2, &s, &err), &err);
	env_advance(&x.env, 15 * MS_MINUTE - 1000);
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	env_advance(&x.env, 2000);
	for (i = 0; i < 5; i++)
		assert_int_not_equal(login_pin(x.n, "V001", PIN3, &s, &err),
		    MQ_OK);
	env_advance(&x.env, 16 * MS_MINUTE);
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	env_advance(&x.env, 15 * MS_MINUTE);
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
	assert_int_equal(login_pin(x.n, "V001", PIN3, &s, &err),
	    MQ_E_LOGIN_WRONG);
	assert_string_equal(err.detail, "4");
}

/* The try is on the disk before the verdict: with the disk refusing to take
 * it there is no verdict from the file, and none is given for free. */
static void clock_back(void **state)
{
	struct session s;
	struct err err = ERR_INIT;
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_not_equal(login_pin(x.n, "V001", PIN3, &s, &err),
		    MQ_OK);
	/* years back: locked for minutes, not for years */
	env_advance(&x.env, -20 * 365 * MS_DAY);
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	assert_null(strstr(err.detail, "7305"));
}

/* Guessing over many numbers slows the node down. */
static void kiosk_lock(void **state)
{
	struct session s;
	struct err err = ERR_INIT;
	char number[16];
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		(void)snprintf(number, sizeof(number), "X%03d", i);
		assert_int_not_equal(login_pin(x.n, number, PIN3, &s, &err),
		    MQ_OK);
	}
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_LOCKED);
	assert_int_equal(rows(AUDITS), 1);
	/* a voucher lifts it */
	nodes_ok(login_vouched(x.n, "V001", "C001", PIN2, &s, &err), &err);
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
}

static void start_code(void **state)
{
	struct session s;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(login_needs_code(x.n, "V002"));
	assert_false(login_needs_code(x.n, "V001"));
	assert_false(login_needs_code(x.n, "V999"));
	assert_int_equal(login_code(x.n, "V002", "000000", PIN3, &s, &err),
	    MQ_E_LOGIN_CODE);
	assert_int_equal(login_code(x.n, "V001", "7K2M9Q", PIN3, &s, &err),
	    MQ_E_LOGIN_CODE);
	/* a weak PIN does not use the code up */
	assert_int_equal(login_code(x.n, "V002", "7K2M9Q", "123456", &s,
	    &err), MQ_E_PIN_WEAK);
	nodes_ok(login_code(x.n, "V002", "7K2M9Q", PIN3, &s, &err), &err);
	assert_string_equal(s.by, "V002");
	assert_false(login_needs_code(x.n, "V002"));
	nodes_reopen(&x);
	nodes_ok(login_pin(x.n, "V002", PIN3, &s, &err), &err);
	assert_int_equal(login_code(x.n, "V002", "7K2M9Q", PIN, &s, &err),
	    MQ_E_LOGIN_CODE);
	/* sealed anew in the next roster it still is the same code */
	publish();
	assert_int_equal(login_code(x.n, "V002", "7K2M9Q", PIN, &s, &err),
	    MQ_E_LOGIN_CODE);
	nodes_ok(login_pin(x.n, "V002", PIN3, &s, &err), &err);
	assert_int_equal(rows("SELECT count(*) AS n FROM account_out"), 1);
}

/* Told when the code is typed, before a PIN is thought up. */
static void code_first(void **state)
{
	struct session s;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(login_code_ok(x.n, "V002", "7K2M9R", &err),
	    MQ_E_LOGIN_CODE);
	nodes_ok(login_code_ok(x.n, "V002", "7K2M9Q", &err), &err);
	nodes_ok(login_code(x.n, "V002", "7K2M9Q", PIN3, &s, &err), &err);
	assert_int_equal(login_code_ok(x.n, "V002", "7K2M9Q", &err),
	    MQ_E_LOGIN_CODE);
	/* guessing is counted here as everywhere */
	assert_int_equal(login_code_ok(x.n, "V001", "123", &err),
	    MQ_E_LOGIN_CODE);
}

/* A captain gives a volunteer a new code: the PIN and the lock are gone, an
 * entry tells it, and the PIN then chosen goes to the office. */
static void reset(void **state)
{
	struct session captain, s;
	struct err err = ERR_INIT;
	char code[LOGIN_CODE_DIGITS + 1], spoken[16];

	(void)state;
	nodes_ok(login_pin(x.n, "C001", PIN2, &captain, &err), &err);
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(login_pin(x.n, "V001", PIN3, &s, &err),
		    MQ_OK);
	nodes_ok(login_reset(x.n, &captain, "V001", code, &err), &err);
	assert_int_equal(strlen(code), LOGIN_CODE_DIGITS);
	assert_true(login_needs_code(x.n, "V001"));
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_NO_PIN);
	assert_int_equal(rows("SELECT count(*) AS n FROM record WHERE"
	    " kind = 'vouch'"), 1);
	(void)snprintf(spoken, sizeof(spoken), "%.4s %s", code, code + 4);
	nodes_ok(login_code_ok(x.n, "V001", spoken, &err), &err);
	nodes_ok(login_code(x.n, "V001", spoken, PIN3, &s, &err), &err);
	assert_false(login_needs_code(x.n, "V001"));
	nodes_ok(login_pin(x.n, "V001", PIN3, &s, &err), &err);
	assert_int_equal(login_code(x.n, "V001", code, PIN, &s, &err),
	    MQ_E_LOGIN_CODE);
	assert_int_equal(rows("SELECT count(*) AS n FROM account_out"), 1);
}

/* Nobody comes to more rights by giving out a code. */
static void reset_refused(void **state)
{
	struct session captain, volunteer;
	struct err err = ERR_INIT;
	char code[LOGIN_CODE_DIGITS + 1];

	(void)state;
	nodes_ok(login_pin(x.n, "C001", PIN2, &captain, &err), &err);
	nodes_ok(login_pin(x.n, "V001", PIN, &volunteer, &err), &err);
	assert_int_equal(login_reset(x.n, &volunteer, "V002", code, &err),
	    MQ_E_RESET);
	assert_int_equal(login_reset(x.n, &captain, "C001", code, &err),
	    MQ_E_RESET);
	assert_int_equal(login_reset(x.n, &captain, "V003", code, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_int_equal(login_reset(x.n, &captain, "V777", code, &err),
	    MQ_E_LOGIN_UNKNOWN);
	(void)snprintf(people[0].p.posts[0].role,
	    sizeof(people[0].p.posts[0].role), "street");
	publish();
	assert_int_equal(login_reset(x.n, &captain, "V001", code, &err),
	    MQ_E_RESET);
	captain.vouched = true;
	assert_int_equal(login_reset(x.n, &captain, "V002", code, &err),
	    MQ_E_RESET);
	nodes_ok(login_pin(x.n, "V001", PIN, &volunteer, &err), &err);
}

static void change(void **state)
{
	struct buf plain = BUF_INIT(4096);
	struct session s;
	struct err err = ERR_INIT;
	struct db_stmt *q;
	const void *box;
	size_t len;
	bool row;

	(void)state;
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
	assert_int_equal(login_change_pin(x.n, &s, PIN2, PIN3, &err),
	    MQ_E_LOGIN_WRONG);
	assert_int_equal(login_change_pin(x.n, &s, PIN, PIN, &err),
	    MQ_E_PIN_WEAK);
	nodes_ok(login_change_pin(x.n, &s, PIN, PIN3, &err), &err);
	assert_int_equal(login_pin(x.n, "V001", PIN, &s, &err),
	    MQ_E_LOGIN_WRONG);
	nodes_ok(login_pin(x.n, "V001", PIN3, &s, &err), &err);
	/* the office can read what is on its way to it */
	nodes_ok(db_query(x.n->db, "SELECT box FROM account_out", &q, &err),
	    &err);
	nodes_ok(db_step(q, &row, &err), &err);
	assert_true(row);
	box = db_blob(q, "box", &len);
	nodes_ok(crypto_unseal(x.n->keys.box_pk, x.n->keys.box_sk, box, len,
	    &plain, &err), &err);
	db_done(&q);
	assert_non_null(strstr(plain.data, "\"number\":\"V001\""));
	assert_non_null(strstr(plain.data, "$argon2id$"));
	buf_free(&plain);
	/* the office calls it in and gives a code */
	people[0].pin[0] = '\0';
	people[0].p.pin_at.ms = env_now(&x.env).ms + 1;
	(void)snprintf(people[0].code, sizeof(people[0].code), "NEUNEU");
	publish();
	assert_true(login_needs_code(x.n, "V001"));
	nodes_ok(login_code(x.n, "V001", "NEUNEU", PIN, &s, &err), &err);
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
}

static void weak_pins(void **state)
{
	static const char *const weak[] = { "", "12345", "1234567", "12a456",
	    "123456", "654321", "890123", "111111", "112233", "121212",
	    "123123", "888812", "520520", "147258",
	    "900315", "681231", "195106", "380013",
	    "138000" };
	const struct roster_person *p = roster_find(x.n->roster, "V001");
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(weak); i++)
		if (login_pin_ok(x.n, p, weak[i], &err) != MQ_E_PIN_WEAK)
			fail_msg("%s", weak[i]);
	nodes_ok(login_pin_ok(x.n, p, PIN, &err), &err);
	nodes_ok(login_pin_ok(x.n, p, PIN2, &err), &err);
	nodes_ok(login_pin_ok(x.n, NULL, PIN3, &err), &err);
}

static void vouched(void **state)
{
	struct session s;
	struct err err = ERR_INIT;
	int64_t before;

	(void)state;
	before = rows("SELECT count(*) AS n FROM entry");
	assert_int_equal(login_vouched(x.n, "C001", "C001", PIN2, &s, &err),
	    MQ_E_VOUCH);
	assert_int_equal(login_vouched(x.n, "V002", "V001", PIN, &s, &err),
	    MQ_E_VOUCH);
	assert_int_equal(login_vouched(x.n, "V002", "C001", PIN, &s, &err),
	    MQ_E_LOGIN_WRONG);
	assert_int_equal(login_vouched(x.n, "V003", "C001", PIN2, &s, &err),
	    MQ_E_LOGIN_UNKNOWN);
	assert_int_equal(rows("SELECT count(*) AS n FROM entry"), before);
	nodes_ok(login_vouched(x.n, "V002", "C001", PIN2, &s, &err), &err);
	assert_true(s.vouched);
	assert_string_equal(s.by, "V002");
	assert_string_equal(s.voucher, "C001");
	assert_int_equal(rows("SELECT count(*) AS n FROM entry"),
	    before + 1);
	assert_int_equal(rows("SELECT count(*) AS n FROM record WHERE"
	    " kind = 'vouch'"), 1);
}

/* Nothing secret lies about in clear. */
static void at_rest(void **state)
{
	struct session s;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(login_pin(x.n, "V001", PIN, &s, &err), &err);
	nodes_ok(login_change_pin(x.n, &s, PIN, PIN3, &err), &err);
	assert_int_equal(rows("SELECT count(*) AS n FROM login_pin WHERE"
	    " instr(CAST(box AS TEXT), 'argon2') > 0"), 0);
	assert_int_equal(rows("SELECT count(*) AS n FROM account_out WHERE"
	    " instr(CAST(box AS TEXT), 'V001') > 0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(right_and_wrong, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(lock, setup, teardown),
		cmocka_unit_test_setup_teardown(clock_back, setup, teardown),
		cmocka_unit_test_setup_teardown(kiosk_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(start_code, setup, teardown),
		cmocka_unit_test_setup_teardown(code_first, setup, teardown),
		cmocka_unit_test_setup_teardown(reset, setup, teardown),
		cmocka_unit_test_setup_teardown(reset_refused, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(change, setup, teardown),
		cmocka_unit_test_setup_teardown(weak_pins, setup, teardown),
		cmocka_unit_test_setup_teardown(vouched, setup, teardown),
		cmocka_unit_test_setup_teardown(at_rest, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
