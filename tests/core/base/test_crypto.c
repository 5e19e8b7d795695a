/* Known answers, and every bit that may not change. */
#include "../../../core/base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct env env;

static int set_up(void **state)
{
	(void)state;
	crypto_init();
	env_fixed(&env, (struct utc){ 1 }, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	env_release(&env);
	return 0;
}

static void hashes(void **state)
{
	uint8_t a[CRYPTO_HASH], b[CRYPTO_HASH];
	char hex[2 * CRYPTO_HASH + 1];

	(void)state;
	/* BLAKE2b with 32 bytes of output, of "abc". */
	crypto_hash("abc", 3, a);
	crypto_hex(a, sizeof(a), hex);
	assert_string_equal(hex, "bddd813c634239723171ef3fee98579b"
	    "94964e3bb1cb3e427262c8c068d52319");
	crypto_hash2("a", 1, "bc", 2, b);
	assert_memory_equal(a, b, sizeof(a));
	crypto_hash2("abc", 3, NULL, 0, b);
	assert_memory_equal(a, b, sizeof(a));
	crypto_mac((const uint8_t *)"01234567890123456789012345678901",
	    "abc", 3, b);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_true(crypto_equal(a, a, sizeof(a)));
	assert_false(crypto_equal(a, b, sizeof(a)));
}

static void signs(void **state)
{
	uint8_t pk[CRYPTO_SIGN_PK], sk[CRYPTO_SIGN_SK], sig[CRYPTO_SIG];

	(void)state;
	crypto_sign_keys(&env, pk, sk);
	crypto_sign(sk, "民情", 6, sig);
	assert_true(crypto_verify(pk, "民情", 6, sig));
	assert_false(crypto_verify(pk, "民请", 6, sig));
	sig[10] ^= 1;
	assert_false(crypto_verify(pk, "民情", 6, sig));
}

static void seals(void **state)
{
	uint8_t pk[CRYPTO_BOX_PK], sk[CRYPTO_BOX_SK];
	struct buf box = BUF_INIT(BUF_SMALL), out = BUF_INIT(BUF_SMALL);
	struct buf tiny = BUF_INIT(3);
	struct err err = ERR_INIT;

	(void)state;
	crypto_box_keys(&env, pk, sk);
	crypto_seal(pk, "11010519491231002X", 18, &box);
	assert_int_equal(box.len, 18 + CRYPTO_SEAL_EXTRA);
	assert_int_equal(crypto_unseal(pk, sk, box.data, box.len, &out,
	    &err), MQ_OK);
	assert_string_equal(buf_str(&out), "11010519491231002X");
	assert_int_equal(crypto_unseal(pk, sk, box.data, box.len, &tiny,
	    &err), MQ_E_TOO_BIG);
	box.data[3] = (char)(box.data[3] ^ 1);
	assert_int_equal(crypto_unseal(pk, sk, box.data, box.len, &out,
	    &err), MQ_E_DAMAGED);
	assert_int_equal(crypto_unseal(pk, sk, box.data, 5, &out, &err),
	    MQ_E_DAMAGED);
	buf_free(&box);
	buf_free(&out);
	buf_free(&tiny);
}

static void wraps_at_rest(void **state)
{
	uint8_t key[CRYPTO_KEY], other[CRYPTO_KEY];
	struct buf a = BUF_INIT(BUF_SMALL), b = BUF_INIT(BUF_SMALL);
	struct buf out = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	env.random(&env, key, sizeof(key));
	env.random(&env, other, sizeof(other));
	crypto_rest_wrap(key, 7, 42, "电话", 6, &a);
	crypto_rest_wrap(key, 7, 42, "电话", 6, &b);
	/* The same words at the same place give the same bytes. */
	assert_int_equal(a.len, 6 + CRYPTO_REST_EXTRA);
	assert_memory_equal(a.data, b.data, a.len);
	buf_reset(&b);
	crypto_rest_wrap(key, 7, 43, "电话", 6, &b);
	assert_memory_not_equal(a.data, b.data, a.len);
	assert_int_equal(crypto_rest_unwrap(key, 7, 42, a.data, a.len, &out,
	    &err), MQ_OK);
	assert_string_equal(buf_str(&out), "电话");
	assert_int_equal(crypto_rest_unwrap(key, 7, 43, a.data, a.len, &out,
	    &err), MQ_E_DAMAGED);
	assert_int_equal(crypto_rest_unwrap(other, 7, 42, a.data, a.len,
	    &out, &err), MQ_E_DAMAGED);
	for (i = 0; i < a.len; i++) {
		a.data[i] = (char)(a.data[i] ^ 4);
		assert_int_equal(crypto_rest_unwrap(key, 7, 42, a.data,
		    a.len, &out, &err), MQ_E_DAMAGED);
		a.data[i] = (char)(a.data[i] ^ 4);
	}
	assert_int_equal(crypto_rest_unwrap(key, 7, 42, a.data, 39, &out,
	    &err), MQ_E_DAMAGED);
	buf_reset(&a);
	buf_reset(&out);
	crypto_rest_wrap(key, 1, 1, "", 0, &a);
	assert_int_equal(crypto_rest_unwrap(key, 1, 1, a.data, a.len, &out,
	    &err), MQ_OK);
	assert_int_equal(out.len, 0);
	buf_free(&a);
	buf_free(&b);
	buf_free(&out);
}

static void pins(void **state)
{
	char v[CRYPTO_PIN_STR], w[CRYPTO_PIN_STR];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(crypto_pin_make("482915", v, &err), MQ_OK);
	assert_int_equal(strncmp(v, "$argon2id$v=19$m=16384,t=3,p=1$", 31),
	    0);
	assert_true(crypto_pin_check(v, "482915"));
	assert_false(crypto_pin_check(v, "482916"));
	assert_false(crypto_pin_check(v, ""));
	assert_int_equal(crypto_pin_make("482915", w, &err), MQ_OK);
	assert_string_not_equal(v, w);
	/* A verifier that would cost four gigabytes is not even tried. */
	assert_false(crypto_pin_check("$argon2id$v=19$m=4194304,t=3,p=1$"
	    "c29tZXNhbHRzb21lc2FsdA$"
	    "c29tZXNhbHRzb21lc2FsdHNvbWVzYWx0c29tZXNhbHQ", "482915"));
	assert_false(crypto_pin_check("", "482915"));
	assert_false(crypto_pin_check("$argon2id$v=19$m=-1,t=3,p=1$", "4"));
}

static void spells(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL), c = BUF_INIT(BUF_SMALL);
	uint8_t out[3];
	char hex[7];

	(void)state;
	crypto_hex("\x01\xab\xff", 3, hex);
	assert_string_equal(hex, "01abff");
	assert_true(crypto_unhex(hex, 6, out, 3));
	assert_memory_equal(out, "\x01\xab\xff", 3);
	assert_false(crypto_unhex("01abf", 5, out, 3));
	assert_false(crypto_unhex("01abfg", 6, out, 3));
	assert_false(crypto_unhex("01abff00", 8, out, 3));
	crypto_b64("\x01\xab\xff\x3e", 4, &b);
	assert_string_equal(buf_str(&b), "Aav/Pg==");
	assert_true(crypto_unb64(buf_str(&b), b.len, &c));
	assert_int_equal(c.len, 4);
	assert_memory_equal(c.data, "\x01\xab\xff\x3e", 4);
	assert_false(crypto_unb64("Aav/Pg", 6, &c));
	assert_false(crypto_unb64("Aav_Pg==", 8, &c));
	assert_false(crypto_unb64("Aav/ Pg==", 9, &c));
	assert_true(crypto_unb64("", 0, &c));
	buf_free(&b);
	buf_free(&c);
}

static void wipes(void **state)
{
	uint8_t p[4] = { 1, 2, 3, 4 };

	(void)state;
	crypto_wipe(p, sizeof(p));
	assert_memory_equal(p, "\0\0\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(signs),
		cmocka_unit_test(seals),
		cmocka_unit_test(wraps_at_rest),
		cmocka_unit_test(pins),
		cmocka_unit_test(spells),
		cmocka_unit_test(wipes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
