/*
 * Batches: the signed line, lines apart, compression limits; and the signing
 * profile with the worked example of PROTOCOL.md.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/base/file.h"
#include "../../sync/sign.h"
#include "../../sync/wire.h"
#include "../../sync/zstd.h"

/* ---- Minqing-Batch ---- */

static void test_batch_line(void **state)
{
	struct wire_batch b = { dev_make(101, 2), 7, 12, { 0xab } }, back;
	static const char *const bad[] = {
		"", "none",
		"dev=\"101\", from=1, to=0, head=\"%s\"",
		"dev=\"101\", from=01, to=2, head=\"%s\"",
		"dev=\"0\", from=1, to=2, head=\"%s\"",
		"dev=\"101\",from=1, to=2, head=\"%s\"",
		"dev=\"101\", from=1, to=2, head=\"%s\" ",
		"dev=\"101\", from=1, to=2, head=\"%s0\"",
		"dev=\"101\", from=1, to=9999999999999999, head=\"%s\"",
	};
	char text[WIRE_BATCH_TEXT], hex[65];
	size_t i;

	(void)state;
	wire_batch_write(&b, text);
	assert_string_equal(text, "dev=\"101.2\", from=7, to=12, head=\"ab00"
	    "000000000000000000000000000000000000000000000000000000000000\"");
	assert_true(wire_batch_read(text, &back));
	assert_int_equal(back.dev.v, b.dev.v);
	assert_int_equal(back.from, 7);
	assert_int_equal(back.to, 12);
	assert_memory_equal(back.head, b.head, CRYPTO_HASH);
	memset(hex, 'a', 64);
	hex[64] = '\0';
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		const char *hole = strstr(bad[i], "%s");
		struct buf t = BUF_INIT(512);

		buf_add(&t, bad[i], hole ? (size_t)(hole - bad[i]) :
		    strlen(bad[i]));
		if (hole != NULL) {
			buf_adds(&t, hex);
			buf_adds(&t, hole + 2);
		}
		assert_false(wire_batch_read(buf_str(&t), &back));
		buf_free(&t);
	}
}

/* ---- lines ---- */

static enum mq_status count_line(void *ctx, const char *line, size_t len,
    struct err *err)
{
	(void)line;
	(void)len;
	(void)err;
	++*(int *)ctx;
	return MQ_OK;
}

static void test_lines(void **state)
{
	char *huge = xmalloc(WIRE_LINE_MAX + 2);
	int n = 0;

	(void)state;
	assert_int_equal(wire_each("{}\n{}\n", 6, count_line, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(wire_each("", 0, count_line, &n, NULL), 0);
	assert_int_not_equal(wire_each("{}\n{}", 5, count_line, &n, NULL), 0);
	assert_int_not_equal(wire_each("\n", 1, count_line, &n, NULL), 0);
	memset(huge, 'x', WIRE_LINE_MAX + 1);
	huge[WIRE_LINE_MAX + 1] = '\n';
	assert_int_not_equal(wire_each(huge, WIRE_LINE_MAX + 2, count_line,
	    &n, NULL), 0);
	free(huge);
}

static void test_split(void **state)
{
	/* A body with everything that could lead astray. */
	const char *line = "{\"b\":{\"h\":{\"x\":\"],\\\"}{\"},\"汉\":[1,2]},"
	    "\"h\":{\"a\":1},\"s\":\"00\"}";
	static const char *const bad[] = {
		"", "{}", "{\"b\":{}}", "{\"b\":{},\"h\":{}}",
		"{\"b\":{},\"h\":{},\"s\":\"0\"", "{\"b\":{},\"h\":{},\"x\":1}",
		"{\"b\":null,\"h\":{}}", "{\"b\":,\"h\":{},\"s\":\"\"}",
		"{\"b\":{},\"h\":{},\"s\":\"0\"}}", "{\"b\":\"\\",
	};
	struct wire_slices s;
	size_t i;

	(void)state;
	assert_true(wire_split(line, strlen(line), &s));
	assert_int_equal(s.head_len, 7);
	assert_memory_equal(s.head, "{\"a\":1}", 7);
	assert_memory_equal(s.body + s.body_len - 6, "[1,2]}", 6);
	line = "{\"b\":null,\"e\":\"101:7\",\"h\":{}}";
	assert_true(wire_split(line, strlen(line), &s));
	assert_null(s.body);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(wire_split(bad[i], strlen(bad[i]), &s));
}

/* ---- compression ---- */

static void test_zstd(void **state)
{
	struct buf plain = BUF_INIT(BUF_LARGE), packed = BUF_INIT(BUF_LARGE);
	struct buf back = BUF_INIT(BUF_LARGE);
	struct env env;
	uint8_t noise[4096];
	int i;

	(void)state;
	env_fixed(&env, (struct utc){ 0 }, 5);
	for (i = 0; i < 100; i++) {
		env.random(&env, noise, sizeof(noise));
		buf_add(&plain, noise, sizeof(noise));
	}
	assert_int_equal(zstd_pack(plain.data, plain.len, &packed, NULL), 0);
	assert_int_equal(zstd_unpack(packed.data, packed.len, &back, NULL),
	    0);
	assert_int_equal(back.len, plain.len);
	assert_memory_equal(back.data, plain.data, plain.len);
	/* Cut short, with a tail, no zstd at all. */
	buf_reset(&back);
	assert_int_equal(zstd_unpack(packed.data, packed.len - 1, &back,
	    NULL), MQ_E_NET_REPLY);
	buf_addc(&packed, 'x');
	buf_reset(&back);
	assert_int_equal(zstd_unpack(packed.data, packed.len, &back, NULL),
	    MQ_E_NET_REPLY);
	assert_int_equal(zstd_unpack("hello", 5, &back, NULL),
	    MQ_E_NET_REPLY);
	/* A bomb: 10 MiB of nothing. */
	buf_reset(&plain);
	buf_reset(&packed);
	memset(noise, 0, sizeof(noise));
	for (i = 0; i < 2560; i++)
		buf_add(&plain, noise, sizeof(noise));
	assert_int_equal(zstd_pack(plain.data, plain.len, &packed, NULL), 0);
	buf_reset(&back);
	assert_int_equal(zstd_unpack(packed.data, packed.len, &back, NULL),
	    MQ_E_TOO_BIG);
	assert_true(back.len <= 64 * 1024 + 8 * 1024 * 1024);
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&back);
	env_release(&env);
}

/* ---- the worked example of PROTOCOL.md ---- */

/* RFC 8032, test 1: everybody has this key pair. */
static void known_key(uint8_t sk[CRYPTO_SIGN_SK], uint8_t pk[CRYPTO_SIGN_PK],
    uint8_t nonce[SIGN_NONCE])
{
	int i;

	assert_true(crypto_unhex("9d61b19deffd5a60ba844af492ec2cc4"
	    "4449c5697b326919703bac031cae7f60"
	    "d75a980182b10ab7d54bfed3c964073a"
	    "0ee172f3daa62325af021a68f707511a", 128, sk, CRYPTO_SIGN_SK));
	memcpy(pk, sk + 32, CRYPTO_SIGN_PK);
	for (i = 0; i < SIGN_NONCE; i++)
		nonce[i] = (uint8_t)i;
}

static void example(struct sign_parts *p, struct sign_fields *f,
    uint8_t pk[CRYPTO_SIGN_PK])
{
	uint8_t sk[CRYPTO_SIGN_SK], nonce[SIGN_NONCE];

	known_key(sk, pk, nonce);
	*p = (struct sign_parts){ "GET", "/v1/feed", "after=0&wait=50",
	    "futian/101", "none", "", 0 };
	sign_make(p, 1795312800, nonce, sk, f);
}

/* Is this text in PROTOCOL.md?  Prints it when not. */
static void printed(const struct buf *doc, const char *text)
{
	if (strstr(buf_str(doc), text) == NULL)
		fail_msg("not in PROTOCOL.md:\n%s", text);
}

static void read_protocol(struct buf *doc)
{
	const char *src = getenv("MQ_SRC");
	struct env env;
	char path[600];

	env_real(&env);
	(void)snprintf(path, sizeof(path), "%s/sync/PROTOCOL.md",
	    src != NULL ? src : ".");
	assert_int_equal(file_read(&env, path, doc, NULL), 0);
}

static void test_signature_example(void **state)
{
	struct buf doc = BUF_INIT(BUF_LARGE), base = BUF_INIT(4096);
	struct sign_parts p;
	struct sign_fields f;
	uint8_t pk[CRYPTO_SIGN_PK];

	(void)state;
	read_protocol(&doc);
	example(&p, &f, pk);
	sign_base(&p, f.digest, f.input, &base);
	assert_true(sign_check(&p, &f, pk));
	/* The document prints exactly these bytes. */
	printed(&doc, buf_str(&base));
	printed(&doc, f.digest);
	printed(&doc, f.input);
	printed(&doc, f.signature);
	buf_free(&doc);
	buf_free(&base);
}

/* One entry and the request that carries it. */
static void test_batch_example(void **state)
{
	static const char body[] = "{\"f\":{\"note\":\"老人要修灯\"}}";
	static const uint8_t salt[ENTRY_SALT] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct buf doc = BUF_INIT(BUF_LARGE), head = BUF_INIT(4096);
	struct buf line = BUF_INIT(8192);
	uint8_t sk[CRYPTO_SIGN_SK], pk[CRYPTO_SIGN_PK], nonce[SIGN_NONCE];
	struct wire_batch b = { dev_make(101, 0), 1, 1, { 0 } };
	char batch[WIRE_BATCH_TEXT];
	struct sign_parts p;
	struct sign_fields f;
	struct entry e;

	(void)state;
	read_protocol(&doc);
	known_key(sk, pk, nonce);
	memset(&e, 0, sizeof(e));
	e.id = e.subj = (struct ref){ b.dev, 1 };
	e.at.ms = INT64_C(1795312800000);
	e.hlc = e.at.ms << 16;
	e.save_first = e.save_n = 1;
	(void)xcopy(e.by, sizeof(e.by), "v1");
	(void)xcopy(e.org, sizeof(e.org), "990101001001001");
	(void)xcopy(e.kind, sizeof(e.kind), "visit");
	(void)xcopy(e.op, sizeof(e.op), "open");
	(void)xcopy(e.pack, sizeof(e.pack), "standard:1");
	entry_body_hash(salt, body, strlen(body), e.bh);
	entry_write(&e, &head);
	entry_hash(head.data, head.len, b.head);
	entry_line(head.data, head.len, salt, body, strlen(body),
	    (struct ref){ { 0 }, 0 }, &line);
	wire_batch_write(&b, batch);
	p = (struct sign_parts){ "POST", "/v1/entries", "", "futian/101",
	    batch, line.data, line.len };
	sign_make(&p, 1795312800, nonce, sk, &f);
	printed(&doc, line.data);
	printed(&doc, batch);
	printed(&doc, f.digest);
	printed(&doc, f.input);
	printed(&doc, f.signature);
	buf_free(&doc);
	buf_free(&head);
	buf_free(&line);
}

static void test_signature_covers_all(void **state)
{
	struct sign_parts p, q;
	struct sign_fields f, g;
	uint8_t pk[CRYPTO_SIGN_PK];

	(void)state;
	example(&p, &f, pk);
#define CHANGED(member, value) \
	q = p; q.member = value; assert_false(sign_check(&q, &f, pk))
	CHANGED(method, "POST");
	CHANGED(path, "/v1/own");
	CHANGED(query, "after=1&wait=50");
	CHANGED(node, "futian/102");
	CHANGED(batch, "dev=\"101\", from=1, to=1, head=\"00\"");
	q = p;
	q.body = "x";
	q.len = 1;
	assert_false(sign_check(&q, &f, pk));
	g = f;
	g.signature[10] = g.signature[10] == 'A' ? 'B' : 'A';
	assert_false(sign_check(&p, &g, pk));
	g = f;
	memcpy(strstr(g.input, "created=") + 8, "1795312801", 10);
	assert_false(sign_check(&p, &g, pk));
	/* Not of the profile: nothing is negotiated. */
	g = f;
	memcpy(strstr(g.input, "ed25519"), "ed25518", 7);
	assert_false(sign_check(&p, &g, pk));
	g = f;
	memcpy(strstr(g.input, "@query"), "@quer_", 6);
	assert_false(sign_check(&p, &g, pk));
	pk[3] ^= 1;
	assert_false(sign_check(&p, &f, pk));
}

static void test_node_names(void **state)
{
	char tenant[32];
	int n;

	(void)state;
	assert_true(sign_node_parse("futian-2/99999", tenant, &n));
	assert_string_equal(tenant, "futian-2");
	assert_int_equal(n, 99999);
	assert_false(sign_node_parse("futian/0", tenant, &n));
	assert_false(sign_node_parse("futian/01", tenant, &n));
	assert_false(sign_node_parse("futian/100000", tenant, &n));
	assert_false(sign_node_parse("Futian/1", tenant, &n));
	assert_false(sign_node_parse("/1", tenant, &n));
	assert_false(sign_node_parse("futian", tenant, &n));
	assert_false(sign_node_parse("futian/1x", tenant, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch_line),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_zstd),
		cmocka_unit_test(test_signature_example),
		cmocka_unit_test(test_batch_example),
		cmocka_unit_test(test_signature_covers_all),
		cmocka_unit_test(test_node_names),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
