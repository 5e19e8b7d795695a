/*
 * Numbers: the standards' own samples, what people really type, and every
 * single wrong key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/crypto.h"
#include "../../core/person_id.h"

static struct day today;

static const char *const samples[] = {
	"11010519491231002X", "34052419800101001X", "370101190102039973",
};

static int setup(void **state)
{
	(void)state;
	crypto_init();
	today = clock_make_day(2026, 11, 22);
	return 0;
}

static void id_good(void **state)
{
	struct err err = ERR_INIT;
	char out[19];

	(void)state;
	assert_int_equal(person_id_check(samples[0], today, out, &err),
	    MQ_OK);
	assert_string_equal(out, samples[0]);
	assert_int_equal(person_id_birth(out).n,
	    clock_make_day(1949, 12, 31).n);
	assert_false(person_id_is_male(out));
	assert_int_equal(person_id_check(" 1101051949 1231002x ", today, out,
	    &err), MQ_OK);
	assert_string_equal(out, samples[0]);
	assert_int_equal(person_id_check("110105１９４９1231002Ｘ", today,
	    out, &err), MQ_OK);
	assert_string_equal(out, samples[0]);
	assert_int_equal(person_id_check(samples[1], today, out, &err),
	    MQ_OK);
	assert_true(person_id_is_male(out));
	assert_int_equal(person_id_check(samples[2], today, out, &err),
	    MQ_OK);
}

/* Old numbers become new ones; other papers are known by their shape. */
static void id_others(void **state)
{
	static const struct { const char *text, *out; } rows[] = {
		{ "110105491231002", "11010519491231002X" },
		{ "１１０１０５ 491231002", "11010519491231002X" },
		{ "340524800101001", "34052419800101001X" },
		{ "h12345678", "H12345678" },
		{ "M1234567890", "M1234567890" },
		{ "12345678", "12345678" },
		{ "HKG110105199001", "HKG110105199001" },
		{ "E12345678", "E12345678" }, { "EA1234567", "EA1234567" },
	};
	struct err err = ERR_INIT;
	char out[19];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (person_id_check(rows[i].text, today, out, &err) != MQ_OK)
			fail_msg("%s", rows[i].text);
		assert_string_equal(out, rows[i].out);
	}
}

static void id_bad(void **state)
{
	static const struct { const char *text, *word; } bad[] = {
		{ "110105194912310021", "末位" },
		{ "440524188001010014", "130" },	/* born in 1880 */
		{ "110105194902300024", "出生日期" },
		{ "110105491331002", "出生日期" },	/* the old form */
		{ "11010549123100X", "18 位" },
		{ "1234567", "18 位" },
		{ "H1234567A", "18 位" },
		{ "ABCD123456789", "18 位" },
		{ "1101051949123100", "18 位" },
		{ "", "18 位" },
		{ "11010519491231002Y", "数字" },
		{ "1101051949123100AX", "数字" },
		{ "110105194912310\xff""2X", "18 位" },
	};
	struct err err;
	char out[19], words[400];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(person_id_check(bad[i].text, today, out,
		    &err), MQ_E_ID_NUMBER);
		err_say(&err, LANG_ZH, words, sizeof(words));
		if (strstr(words, bad[i].word) == NULL)
			fail_msg("%s: %s", bad[i].text, words);
		assert_null(strstr(words, "‖"));
		err_say(&err, LANG_EN, words, sizeof(words));
		assert_null(strstr(words, "位"));
	}
}

/* Born today is fine, born tomorrow is not. */
static void id_age(void **state)
{
	struct err err;
	char out[19];

	(void)state;
	assert_int_equal(person_id_check(samples[0],
	    clock_make_day(1949, 12, 31), out, &err), MQ_OK);
	assert_int_equal(person_id_check(samples[0],
	    clock_make_day(1949, 12, 30), out, &err), MQ_E_ID_NUMBER);
	assert_int_equal(person_id_check(samples[0],
	    clock_make_day(2079, 12, 30), out, &err), MQ_OK);
	assert_int_equal(person_id_check(samples[0],
	    clock_make_day(2080, 1, 2), out, &err), MQ_E_ID_NUMBER);
}

/* Any one wrong digit and any two neighbours exchanged are found. */
static void id_wrong_key(void **state)
{
	struct err err;
	char out[19], s[19];
	size_t i, k;
	char d;

	(void)state;
	for (k = 0; k < ARRAY_LEN(samples); k++) {
		for (i = 0; i < 17; i++) {
			memcpy(s, samples[k], sizeof(s));
			for (d = '0'; d <= '9'; d++) {
				s[i] = d;
				if (d != samples[k][i])
					assert_int_equal(person_id_check(s,
					    today, out, &err),
					    MQ_E_ID_NUMBER);
			}
			memcpy(s, samples[k], sizeof(s));
			if (i == 16 || s[i] == s[i + 1])
				continue;
			s[i] = samples[k][i + 1];
			s[i + 1] = samples[k][i];
			assert_int_equal(person_id_check(s, today, out,
			    &err), MQ_E_ID_NUMBER);
		}
	}
}

static void phones(void **state)
{
	static const struct { const char *text, *out; } good[] = {
		{ "13800138000", "13800138000" },
		{ "138 0013 8000", "13800138000" },
		{ "+86 138-0013-8000", "13800138000" },
		{ "8613800138000", "13800138000" },
		{ "008613800138000", "13800138000" },
		{ "１３８００１３８０００", "13800138000" },
		{ "0755-23456789", "075523456789" },
		{ "(0755)23456789", "075523456789" },
		{ "(0755)2345 6789", "075523456789" },
		{ "010-82345678", "01082345678" },
		{ "+86 755 2345 6789", "075523456789" },
		{ "+86-10-82345678", "01082345678" },
		{ "+86 871 6234567", "08716234567" },
		{ "0755-23456789-801", "075523456789-801" },
		{ "075523456789转801", "075523456789-801" },
		{ "23456789", "23456789" },
		{ "400 123 4567", "4001234567" },
		{ "12345", "12345" },
		{ "95588", "95588" },
	};
	static const char *const bad[] = { "", "1380013800", "138001380001",
	    "12800138000", "abc", "13800138000;13900139000",
	    "13800138000/13900139000", "0000000000", "110", "0755-13456789",
	    "+", "转", "0755-23456789-1234567", "手机13800138000",
	    "99999999999999999999999999999999999999999" };
	struct err err;
	char out[24];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		if (person_id_phone(good[i].text, out, &err) != MQ_OK)
			fail_msg("%s: %s", good[i].text, err.detail);
		assert_string_equal(out, good[i].out);
	}
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (person_id_phone(bad[i], out, &err) != MQ_E_PHONE)
			fail_msg("%s taken as %s", bad[i], out);
}

static void org_codes(void **state)
{
	static const char *const bad[] = { "91350100M000100Y44",
	    "91350100M000100Y4", "91350100I000100Y43", "",
	    "91350100M000100Y433" };
	struct err err;
	char out[19];
	size_t i;

	(void)state;
	assert_int_equal(person_id_org_code("91350100m000100y43", out, &err),
	    MQ_OK);
	assert_string_equal(out, "91350100M000100Y43");
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(person_id_org_code(bad[i], out, &err),
		    MQ_E_FIELD);
}

/* A million counters give a million numbers: checked on a slice of each
 * thousand; each number carries its node and a good check digit. */
static void short_numbers(void **state)
{
	static const uint8_t key[32] = { 7 };
	static uint8_t taken[1000000 / 8];
	char no[13], shown[16];
	int64_t c;

	(void)state;
	for (c = 0; c < 1000000; c += 37) {
		long v;

		person_id_short_no(key, 10203, c, no);
		assert_int_equal(strlen(no), 12);
		assert_memory_equal(no, "10203", 5);
		assert_true(person_id_short_ok(no));
		v = strtol(no + 5, NULL, 10) / 10;
		assert_in_range(v, 0, 999999);
		assert_false(taken[v / 8] >> (v % 8) & 1);
		taken[v / 8] |= (uint8_t)(1 << (v % 8));
	}
	person_id_short_show("123456789012", shown);
	assert_string_equal(shown, "1234 5678 9012");
	assert_false(person_id_short_ok("12345678901"));
	assert_false(person_id_short_ok("1234567890123"));
	assert_false(person_id_short_ok("12345678901x"));
	assert_false(person_id_short_ok(""));
}

/* One wrong digit of a short number said over the telephone is noticed. */
static void short_wrong_digit(void **state)
{
	static const uint8_t key[32] = { 9 };
	char no[13], s[13];
	size_t i;
	char d;

	(void)state;
	person_id_short_no(key, 101, 42, no);
	for (i = 0; i < 12; i++)
		for (d = '0'; d <= '9'; d++) {
			memcpy(s, no, sizeof(s));
			s[i] = d;
			assert_int_equal(person_id_short_ok(s), d == no[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_good),
		cmocka_unit_test(id_others),
		cmocka_unit_test(id_bad),
		cmocka_unit_test(id_age),
		cmocka_unit_test(id_wrong_key),
		cmocka_unit_test(phones),
		cmocka_unit_test(org_codes),
		cmocka_unit_test(short_numbers),
		cmocka_unit_test(short_wrong_digit),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
