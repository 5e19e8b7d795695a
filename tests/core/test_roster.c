/*
 * Rosters: sealed, signed, only upward; what is wrong leaves the old one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/roster.h"
#include "../lib/nodes.h"

static struct nodes_one x;
static struct roster_node nodes[2];
static uint8_t other_sk[CRYPTO_BOX_SK];

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	nodes[0].number = 101;
	memcpy(nodes[0].box_pk, x.n->keys.box_pk, CRYPTO_BOX_PK);
	nodes[1].number = 7;
	crypto_box_keys(&x.env, nodes[1].box_pk, other_sk);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static void person(struct roster_draft *d, const char *number, const char *name,
    const char *phone)
{
	memset(d, 0, sizeof(*d));
	(void)snprintf(d->p.number, sizeof(d->p.number), "%s", number);
	(void)snprintf(d->p.name, sizeof(d->p.name), "%s", name);
	(void)snprintf(d->p.phone, sizeof(d->p.phone), "%s", phone);
	(void)snprintf(d->p.posts[0].role, sizeof(d->p.posts[0].role),
	    "volunteer");
	(void)snprintf(d->p.posts[0].org, sizeof(d->p.posts[0].org), "%s",
	    x.n->set.org);
	d->p.nposts = 1;
}

static void make(struct buf *out, int64_t seq, const struct roster_draft *d,
    size_t n, const char *tenant, const char *site)
{
	struct err err = ERR_INIT;

	buf_reset(out);
	nodes_ok(roster_make(&x.env, tenant, site, seq, d, n, nodes, 2,
	    x.n->keys.sign_sk, out, &err), &err);
}

static void goes_round(void **state)
{
	struct roster_draft d[3];
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	const struct roster_person *p;

	(void)state;
	person(&d[0], "V002", "李娜", "13900139000");
	person(&d[1], "V001", "张伟", "138 0013 8000");
	person(&d[2], "V003", "王芳", "139-0013-9000");
	(void)snprintf(d[1].pin, sizeof(d[1].pin), "739164");
	(void)snprintf(d[1].p.card, sizeof(d[1].p.card), "CARD-77");
	(void)snprintf(d[0].code, sizeof(d[0].code), "AB12CD");
	d[1].p.person = ref_rec((struct ref){ dev_make(101, 0), 17 });
	d[2].p.left = true;
	make(&b, 3, d, 3, "test", x.n->set.org);
	assert_null(strstr(b.data, "739164"));
	assert_null(strstr(b.data, "argon2"));
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	nodes_reopen(&x);
	assert_int_equal(roster_count(x.n->roster), 3);
	assert_int_equal(roster_seq(x.n->roster), 3);
	p = roster_find(x.n->roster, "V001");
	assert_non_null(p);
	assert_string_equal(p->name, "张伟");
	assert_string_equal(p->posts[0].role, "volunteer");
	assert_int_equal(p->person,
	    ref_rec((struct ref){ dev_make(101, 0), 17 }));
	assert_non_null(p->verifier);
	assert_null(p->code);
	assert_ptr_equal(roster_find(x.n->roster, " v００1"), p);
	assert_ptr_equal(roster_find(x.n->roster, "+86 13800138000"), p);
	assert_ptr_equal(roster_find(x.n->roster, "card-77"), p);
	/* 王芳 has left: the shared number is 李娜's alone now. */
	assert_string_equal(roster_find(x.n->roster, "13900139000")->number,
	    "V002");
	assert_null(roster_find(x.n->roster, ""));
	assert_null(roster_find(x.n->roster, "V00"));
	assert_null(roster_find(NULL, "V001"));
	assert_string_equal(roster_name(x.n->roster, "V003"), "王芳");
	assert_string_equal(roster_name(x.n->roster, "V999"), "V999");
	assert_string_equal(roster_name(NULL, "V001"), "V001");
	/* the same bytes again are fine */
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	buf_free(&b);
}

static void refuse(const struct buf *b, const char *why)
{
	struct err err = ERR_INIT;
	char words[400];

	assert_int_equal(roster_install(x.n, b->data, b->len, &err),
	    MQ_E_ROSTER);
	err_say(&err, LANG_ZH, words, sizeof(words));
	if (strstr(words, why) == NULL)
		fail_msg("%s", words);
	assert_int_equal(roster_count(x.n->roster), 3);
}

static void wrong_ones(void **state)
{
	struct roster_draft d[2];
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	uint8_t pk[CRYPTO_SIGN_PK], sk[CRYPTO_SIGN_SK];

	(void)state;
	person(&d[0], "V001", "甲", "");
	person(&d[1], "V001", "乙", "");
	make(&b, 2, d, 1, "test", x.n->set.org);
	refuse(&b, "旧");
	make(&b, 3, d, 1, "test", x.n->set.org);
	refuse(&b, "旧");
	make(&b, 4, d, 1, "else", x.n->set.org);
	refuse(&b, "别的区");
	make(&b, 4, d, 1, "test", "nowhere");
	refuse(&b, "别的站点");
	make(&b, 4, d, 2, "test", x.n->set.org);
	refuse(&b, "同一号码");
	crypto_sign_keys(&x.env, pk, sk);
	buf_reset(&b);
	nodes_ok(roster_make(&x.env, "test", x.n->set.org, 4, d, 1, nodes, 2,
	    sk, &b, &err), &err);
	refuse(&b, "签名");
	buf_free(&b);
}

/* Any flipped bit and any cut is refused, and a crash leaves the old one. */
static void every_byte(void **state)
{
	struct roster_draft d;
	struct buf b = BUF_INIT(BUF_LARGE);
	size_t i, whole;

	(void)state;
	person(&d, "V001", "甲", "");
	make(&b, 9, &d, 1, "test", x.n->set.org);
	/* The last newline is no part of what is signed. */
	whole = b.len;
	for (i = 0; i + 1 < whole; i++) {
		b.data[i] = (char)(b.data[i] ^ 4);
		assert_int_equal(roster_install(x.n, b.data, b.len, NULL),
		    MQ_E_ROSTER);
		b.data[i] = (char)(b.data[i] ^ 4);
		assert_int_equal(roster_install(x.n, b.data, i, NULL),
		    MQ_E_ROSTER);
	}
	assert_int_equal(roster_count(x.n->roster), 3);
	nodes_reopen(&x);
	assert_int_equal(roster_count(x.n->roster), 3);
	buf_free(&b);
}

/* A file put back from an old copy does not bring people back. */
static void old_file(void **state)
{
	struct roster_draft d;
	struct buf b = BUF_INIT(BUF_LARGE), old = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[300];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/roster", x.dir);
	nodes_ok(file_read(&x.env, path, &old, &err), &err);
	person(&d, "V009", "新", "");
	make(&b, 20, &d, 1, "test", x.n->set.org);
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	assert_int_equal(roster_count(x.n->roster), 1);
	nodes_ok(file_write(&x.env, path, old.data, old.len, 0600, &err),
	    &err);
	nodes_reopen(&x);
	assert_int_equal(roster_count(x.n->roster), 0);
	/* The right one may come again. */
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	assert_int_equal(roster_count(x.n->roster), 1);
	buf_free(&b);
	buf_free(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_round),
		cmocka_unit_test(wrong_ones),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(old_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
