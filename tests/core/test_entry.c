/*
 * Entry bytes: what is written is read back exactly, and nothing else is
 * taken.
 */
#include "../../core/entry_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/env.h"
#include "../../core/base/json.h"
#include "../../core/base/xmalloc.h"

/* The bytes of one header, fixed for ever: a change here is a new format. */
static const char golden[] =
"{\"after\":[\"101:5\",\"102.1:9\"],\"at\":1795312800000,"
"\"bh\":\"0101010101010101010101010101010101010101010101010101010101010101\","
"\"by\":\"v012\",\"cause\":null,\"dev\":\"101\",\"hlc\":117657619660800000,"
"\"kind\":\"request.step\",\"org\":\"990101001001\",\"pack\":\"standard:1\","
"\"prev\":\"0202020202020202020202020202020202020202020202020202020202020202\","
"\"save\":[6,2],\"seq\":7,\"subj\":\"101:5\",\"v\":1}";

static void sample(struct entry *e)
{
	memset(e, 0, sizeof(*e));
	e->id = (struct ref){ dev_make(101, 0), 7 };
	e->subj = (struct ref){ dev_make(101, 0), 5 };
	e->after[0] = e->subj;
	e->after[1] = (struct ref){ dev_make(102, 1), 9 };
	e->nafter = 2;
	e->at.ms = INT64_C(1795312800000);
	e->hlc = INT64_C(117657619660800000);
	e->save_first = 6;
	e->save_n = 2;
	memset(e->bh, 1, sizeof(e->bh));
	memset(e->prev, 2, sizeof(e->prev));
	xcopy(e->by, sizeof(e->by), "v012");
	xcopy(e->org, sizeof(e->org), "990101001001");
	xcopy(e->kind, sizeof(e->kind), "request");
	xcopy(e->op, sizeof(e->op), "step");
	xcopy(e->pack, sizeof(e->pack), "standard:1");
}

static void header_bytes_are_fixed(void **state)
{
	struct buf b = BUF_INIT(ENTRY_HEAD_MAX);
	struct entry e, back;
	struct err err = ERR_INIT;

	(void)state;
	sample(&e);
	entry_write(&e, &b);
	assert_string_equal(b.data, golden);
	assert_int_equal(entry_check_head(b.data, b.len, &back, &err), MQ_OK);
	assert_memory_equal(&e, &back, sizeof(e));
	buf_free(&b);
}

/* Every single-byte change of a header is either refused or reads as another
 * header that writes exactly those bytes. */
static void header_has_one_form(void **state)
{
	char bytes[sizeof(golden)];
	struct buf b = BUF_INIT(ENTRY_HEAD_MAX);
	struct entry e;
	size_t i;
	int v, taken = 0;

	(void)state;
	for (i = 0; i < sizeof(golden) - 1; i++) {
		for (v = 1; v < 256; v++) {
			memcpy(bytes, golden, sizeof(golden));
			bytes[i] = (char)v;
			if (entry_check_head(bytes, sizeof(golden) - 1, &e,
			    NULL) != MQ_OK)
				continue;
			taken++;
			buf_reset(&b);
			entry_write(&e, &b);
			assert_int_equal(b.len, sizeof(golden) - 1);
			assert_memory_equal(b.data, bytes, b.len);
		}
	}
	assert_true(taken > 100);
	buf_free(&b);
}

static void refs_round_trip(void **state)
{
	static const char *const good[] = { "1:1", "101:7", "101.2:7",
	    "99999.255:274877906943" };
	static const char *const bad[] = { "", "0:1", "1:0", "01:1", "1:01",
	    "1.0:1", "100000:1", "1.256:1", "1:274877906944", "1:1 ", "1",
	    ":1", "1:", "-1:1", "1:+1" };
	char text[ENTRY_REF_TEXT];
	struct ref r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(ref_parse(good[i], strlen(good[i]), &r));
		ref_text(r, text);
		assert_string_equal(text, good[i]);
		assert_true(ref_equal(ref_of_rec(ref_rec(r)), r));
	}
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(ref_parse(bad[i], strlen(bad[i]), &r));
}

static void body_must_be_canonical(void **state)
{
	static const char *const good[] = { "{}", "{\"a\":1,\"b\":[1,2,\"x\"]}",
	    "{\"a\":\"\\n\\u0001\",\"b\":-5,\"c\":{\"d\":null}}",
	    "{\"字\":\"独居老人\"}" };
	static const char *const bad[] = { "", "[]", "{ }", "{\"a\": 1}",
	    "{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":2}", "{\"a\":1.5}",
	    "{\"a\":01}", "{\"a\":-0}", "{\"a\":1e3}", "{\"a\":\"\\u0041\"}",
	    "{\"a\":\"\\u000a\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\/\"}",
	    "{\"a\":9223372036854775808}", "{\"a\":tru}", "{}x", "{\"a\":1,}",
	    "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}",
	    "{\"a\":\"e\xcc\x81\"}", "{\"a\":\"\x01\"}",
	    "{\"a\"", "{\"a\":\"" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(entry_check_body(good[i], strlen(good[i]),
		    NULL), MQ_OK);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (entry_check_body(bad[i], strlen(bad[i]), NULL) !=
		    MQ_E_ENTRY_BAD)
			fail_msg("taken: %s", bad[i]);
}

static void depth_is_limited(void **state)
{
	char deep[200];
	int i, n = 0;

	(void)state;
	for (i = 0; i < 17; i++)
		n += snprintf(deep + n, sizeof(deep) - (size_t)n, "{\"a\":");
	deep[n++] = '1';
	for (i = 0; i < 17; i++)
		deep[n++] = '}';
	assert_int_equal(entry_check_body(deep, (size_t)n, NULL),
	    MQ_E_ENTRY_BAD);
}

/* Whatever the one-pass check takes, the JSON library takes too. */
static void agrees_with_the_library(void **state)
{
	static const char alphabet[] = "{}[]\",:0123456789-abntrue\\u \n\x7f";
	struct env env;
	char s[64];
	int round, taken = 0;

	(void)state;
	env_fixed(&env, (struct utc){ 0 }, 7);
	for (round = 0; round < 200000; round++) {
		struct jdoc *doc = NULL;
		uint8_t r[40];
		size_t n, i;

		env.random(&env, r, sizeof(r));
		n = (size_t)(r[0] % 24);
		s[0] = '{';
		for (i = 1; i <= n; i++)
			s[i] = alphabet[r[i] % (sizeof(alphabet) - 1)];
		s[n + 1] = '}';
		if (entry_check_body(s, n + 2, NULL) != MQ_OK)
			continue;
		taken++;
		assert_int_equal(jdoc_parse(s, n + 2, "fuzz", &doc, NULL),
		    MQ_OK);
		jdoc_free(&doc);
	}
	assert_true(taken > 50);
	env_release(&env);
}

static void lines_carry_the_exact_bytes(void **state)
{
	static const char body[] = "{\"f\":{\"note\":\"楼道灯坏了\"}}";
	static const uint8_t salt[ENTRY_SALT] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf line = BUF_INIT(BUF_SMALL);
	struct entry_parts p;
	struct entry e;
	struct err err = ERR_INIT;
	struct ref none = { { 0 }, 0 };

	(void)state;
	sample(&e);
	entry_body_hash(salt, body, sizeof(body) - 1, e.bh);
	entry_write(&e, &head);
	entry_line(head.data, head.len, salt, body, sizeof(body) - 1, none,
	    &line);
	assert_int_equal(entry_check_line(line.data, line.len, &p, &err),
	    MQ_OK);
	assert_int_equal(p.head_len, head.len);
	assert_memory_equal(p.head, head.data, head.len);
	assert_int_equal(p.body_len, sizeof(body) - 1);
	assert_memory_equal(p.body, body, p.body_len);
	/* another word, same digest: refused */
	memcpy(strstr(line.data, "坏"), "好", strlen("好"));
	assert_int_equal(entry_check_line(line.data, line.len, &p, &err),
	    MQ_E_ENTRY_BAD);
	/* erased: no body, and who took it away */
	buf_reset(&line);
	entry_line(head.data, head.len, NULL, NULL, 0,
	    (struct ref){ dev_make(1, 0), 3 }, &line);
	assert_int_equal(entry_check_line(line.data, line.len, &p, &err),
	    MQ_OK);
	assert_null(p.body);
	assert_int_equal(p.erased.seq, 3);
	buf_free(&head);
	buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_bytes_are_fixed),
		cmocka_unit_test(header_has_one_form),
		cmocka_unit_test(refs_round_trip),
		cmocka_unit_test(body_must_be_canonical),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(agrees_with_the_library),
		cmocka_unit_test(lines_carry_the_exact_bytes),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
