/* UTF-8 text: every function that says bytes, characters or cells. */
#include "../../../core/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>
#include <wchar.h>

static void every_code_point_goes_round(void **state)
{
	char bytes[4];
	uint32_t cp, back;
	int n;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = text_encode(cp, bytes);
		assert_int_equal(text_decode(bytes, (size_t)n, &back), n);
		assert_int_equal(back, cp);
		/* One byte less is a cut character. */
		assert_int_equal(text_decode(bytes, (size_t)n - 1, &back),
		    n == 1 ? 0 : -1);
	}
}

static void refuses_what_is_no_utf8(void **state)
{
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf",
	    "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
	    "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xff", "\xe6\xb0", "\xe6\xb0\x41", "\xe6" "A" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_valid(bad[i], strlen(bad[i])));
	assert_true(text_valid("", 0));
	assert_true(text_valid("民情账\xf0\xa0\xae\xb7", 13));
}

static void normal_form(void **state)
{
	static const char decomposed[] = "e\u0301";
	static const char composed[] = "\u00e9";
	/* Compatibility ideographs of Unicode change under NFC. */
	static const char compat[] = "\uf900";
	static const char plain[] = "居民说楼道积水,3 天了。";
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	assert_true(text_is_nfc(plain, strlen(plain)));
	assert_true(text_is_nfc(composed, 2));
	assert_false(text_is_nfc(decomposed, 3));
	assert_false(text_is_nfc(compat, 3));
	assert_false(text_is_nfc("\u304b\u3099", 6));
	assert_true(text_is_nfc("\u304c", 3));
	assert_false(text_is_nfc("\u2126", 3));
	assert_false(text_is_nfc("\xff", 1));
	text_nfc(decomposed, 3, &b);
	assert_string_equal(buf_str(&b), composed);
	buf_reset(&b);
	text_nfc(compat, 3, &b);
	assert_string_equal(buf_str(&b), "\u8c48");
	buf_free(&b);
}

/* The quick way of text_is_nfc() agrees with the library everywhere. */
static void quick_check_is_right(void **state)
{
	/* A Thai letter joins with nothing and sends it the long way. */
	char bytes[8] = "\u0e01e";
	uint32_t cp;
	size_t n;

	(void)state;
	for (cp = 1; cp <= 0x323af; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		/* After a base, so that composing ones show. */
		n = 1 + (size_t)text_encode(cp, bytes + 4);
		if (text_is_nfc(bytes + 3, n) != text_is_nfc(bytes, n + 3))
			fail_msg("U+%04X", (unsigned)cp);
	}
}

static void folds_for_search(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "Abc 123", "abc123" },
		{ "\uff21\uff22\uff11 2", "ab12" },	/* full width */
		{ "张 三", "张三" },
		{ "张\u3000三", "张三" },
		{ "\u2460", "1" },
		{ "\uff76\uff9e", "\u30ac" },
		{ "caf\u00c9", "caf\u00e9" },
		{ "cafe\u0301", "caf\u00e9" },
		{ "", "" },
	};
	struct buf b = BUF_INIT(BUF_SMALL);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&b);
		text_fold(rows[i].in, strlen(rows[i].in), &b);
		assert_string_equal(buf_str(&b), rows[i].out);
	}
	buf_free(&b);
}

/* ncursesw counts with wcwidth(); a difference shifts the rest of a line. */
static void cells_are_what_the_terminal_library_counts(void **state)
{
	uint32_t cp;
	int w;

	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	for (cp = 0x20; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		w = wcwidth((wchar_t)cp);
		/* -1: not printable, or not assigned in this C library. */
		if (w >= 0 && w != text_cp_cells(cp))
			fail_msg("U+%04X: %d cells, not %d", (unsigned)cp,
			    text_cp_cells(cp), w);
	}
}

static void ambiguous_ones_follow_the_terminal(void **state)
{
	(void)state;
	assert_int_equal(text_cp_cells(0x2500), 1);
	assert_int_equal(text_cp_cells(0xb7), 1);
	text_set_ambiguous(2);
	assert_int_equal(text_ambiguous(), 2);
	assert_int_equal(text_cp_cells(0x2500), 2);
	assert_int_equal(text_cp_cells(0x2460), 2);
	assert_int_equal(text_cp_cells(0xb7), 2);
	assert_int_equal(text_cp_cells(0x201c), 2);
	assert_int_equal(text_cp_cells('a'), 1);
	assert_int_equal(text_cp_cells(0x6c11), 2);
	assert_int_equal(text_cp_cells(0x301), 0);
	assert_int_equal(text_cp_cells(0xe9), 2);
	assert_int_equal(text_cp_cells(0xe8a), 1);
	text_set_ambiguous(1);
	assert_int_equal(text_cells("民情账 A1"), 9);
	assert_int_equal(text_cells("e\u0301"), 1);
	assert_int_equal(text_cells(""), 0);
}

static void walks_by_character(void **state)
{
	/* a, e + acute, 民, CR LF, a telephone as a picture, 三 */
	static const char s[] = "ae\u0301民\r\n\u260e\ufe0f三";
	static const size_t borders[] = { 0, 1, 4, 7, 9, 15, 18 };
	size_t i, len = strlen(s);

	(void)state;
	assert_int_equal(len, 18);
	assert_int_equal(text_nchars(s), 6);
	for (i = 0; i + 1 < ARRAY_LEN(borders); i++) {
		assert_int_equal(text_next(s, len, borders[i]),
		    borders[i + 1]);
		assert_int_equal(text_prev(s, borders[i + 1]), borders[i]);
	}
	assert_int_equal(text_next(s, len, len), len);
	assert_int_equal(text_prev(s, 0), 0);
	/* Broken bytes are walked one by one, both ways. */
	assert_int_equal(text_next("\xe6\xb0", 2, 0), 1);
	assert_int_equal(text_prev("a\xe6\xb0", 3), 2);
	assert_int_equal(text_prev("a\x80\x80\x80\x80\x80", 6), 5);
}

static void walks_by_word(void **state)
{
	static const char s[] = "走访了 3栋502 room,好";
	size_t len = strlen(s);
	size_t at = 0;

	(void)state;
	at = text_next_word(s, len, at);
	assert_string_equal(s + at, "3栋502 room,好");
	at = text_next_word(s, len, at);
	assert_string_equal(s + at, "栋502 room,好");
	at = text_next_word(s, len, at);
	assert_string_equal(s + at, "502 room,好");
	at = text_next_word(s, len, at);
	assert_string_equal(s + at, "room,好");
	at = text_next_word(s, len, at);
	assert_string_equal(s + at, ",好");
	at = text_next_word(s, len, len);
	assert_int_equal(at, len);
	at = text_prev_word(s, at);
	assert_string_equal(s + at, "好");
	at = text_prev_word(s, at);
	assert_string_equal(s + at, ",好");
	at = text_prev_word(s, at);
	assert_string_equal(s + at, "room,好");
	at = text_prev_word(s, at);
	assert_string_equal(s + at, "502 room,好");
	assert_int_equal(text_prev_word(s, 0), 0);
	assert_int_equal(text_prev_word("   ", 3), 0);
}

static void fits(const char *s, int cells, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	text_fit(s, cells, &b);
	assert_string_equal(buf_str(&b), want);
	if (cells > 0)
		assert_int_equal(text_cells(buf_str(&b)), cells);
	buf_free(&b);
}

static void clips_and_pads(void **state)
{
	int used;

	(void)state;
	assert_int_equal(text_clip("民情账", 9, 5, &used), 6);
	assert_int_equal(used, 4);
	assert_int_equal(text_clip("民情账", 9, 6, NULL), 9);
	assert_int_equal(text_clip("民情账", 9, 1, &used), 0);
	assert_int_equal(text_clip("e\u0301x", 4, 1, &used), 3);
	assert_int_equal(text_clip("ab", 2, 0, &used), 0);
	fits("民情账", 6, "民情账");
	fits("民情账", 8, "民情账  ");
	fits("民情账", 5, "民情…");
	fits("民情账", 4, "民… ");
	fits("民情账", 1, "…");
	fits("民情账", 0, "");
	fits("", 2, "  ");
	text_set_ambiguous(2);
	fits("民情账", 5, "民.. ");
	fits("民情账", 1, " ");
	text_set_ambiguous(1);
}

struct lines { struct buf all; int widest; };

static void collect(void *ctx, const char *s, size_t len)
{
	struct lines *l = ctx;
	char one[400];

	assert_true(len < sizeof(one));
	memcpy(one, s, len);
	one[len] = '\0';
	if (text_cells(one) > l->widest)
		l->widest = text_cells(one);
	buf_add(&l->all, s, len);
	buf_addc(&l->all, '|');
}

static void wraps(const char *s, int cells, const char *want)
{
	struct lines l = { BUF_INIT(BUF_SMALL), 0 };
	int n;

	n = text_wrap(s, strlen(s), cells, collect, &l);
	assert_string_equal(buf_str(&l.all), want);
	assert_int_equal(n, text_wrap(s, strlen(s), cells, NULL, NULL));
	assert_true(l.widest <= (cells < 2 ? 2 : cells));
	buf_free(&l.all);
}

static void wraps_running_text(void **state)
{
	(void)state;
	wraps("民情账本子", 6, "民情账|本子|");
	wraps("民情账本子", 7, "民情账|本子|");
	wraps("", 10, "|");
	wraps("甲\n\n乙\n", 10, "甲||乙|");
	wraps("one two three", 7, "one two|three|");
	wraps("one  two", 3, "one|two|");
	wraps("民", 1, "民|");
	/* 避头尾: no comma first, no bracket last. */
	wraps("今天走访,居民", 8, "今天走|访,居民|");
	wraps("今天走访\uff0c居民", 8, "今天走|访\uff0c居民|");
	wraps("今天走\u300c访谈\u300d好", 8, "今天走|\u300c访谈\u300d|好|");
	wraps("他说好。\u300d", 8, "他说|好。\u300d|");
	/* …… and —— stay together, and …… does not begin a line. */
	wraps("走访了\u2026\u2026好", 7, "走访|了\u2026\u2026好|");
	wraps("走访了\u2014\u2014好", 7, "走访了|\u2014\u2014好|");
}

static void keeps_numbers_whole(void **state)
{
	(void)state;
	wraps("电话13800138000打", 12, "电话|13800138000|打|");
	wraps("一共走访40分钟", 12, "一共走访|40分钟|");
	wraps("到2026-11-22为止", 11, "到|2026-11-22|为止|");
	wraps("大约有3小时", 9, "大约有|3小时|");
	wraps("于是在11月22日", 10, "于是在|11月22日|");
	/* Longer than a line: cut, but nothing lost. */
	wraps("abcdefghij", 4, "abcd|efgh|ij|");
}

static void cleans(const char *s, enum text_flags flags, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL), again = BUF_INIT(BUF_SMALL);

	text_sanitize(s, strlen(s), flags, &b);
	assert_string_equal(buf_str(&b), want);
	assert_int_equal(text_is_clean(s, strlen(s), flags),
	    strcmp(s, want) == 0);
	/* What came out stays as it is. */
	text_sanitize(buf_str(&b), b.len, flags, &again);
	assert_string_equal(buf_str(&again), want);
	buf_free(&b);
	buf_free(&again);
}

static void gate_takes_out_what_steers(void **state)
{
	(void)state;
	cleans("居民说好。", TEXT_ONE_LINE, "居民说好。");
	cleans("a\033[31mb", TEXT_ONE_LINE, "a⟨U+001B⟩[31mb");
	cleans("a\xc2\x9b" "1m", TEXT_ONE_LINE, "a⟨U+009B⟩1m");
	cleans("a\177b", TEXT_ONE_LINE, "a⟨U+007F⟩b");
	cleans("a\u202eb", TEXT_ONE_LINE, "a⟨U+202E⟩b");
	cleans("a\u2028b\u2029", TEXT_MULTILINE, "a⟨U+2028⟩b⟨U+2029⟩");
	cleans("\u2066\u061c\u200e", TEXT_ONE_LINE,
	    "⟨U+2066⟩⟨U+061C⟩⟨U+200E⟩");
	cleans("a\u200bb\ufeffc\u00ad", TEXT_ONE_LINE,
	    "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+00AD⟩");
	cleans("\U000e0041\ufdd0\U0001ffff", TEXT_ONE_LINE,
	    "⟨U+E0041⟩⟨U+FDD0⟩⟨U+1FFFF⟩");
	cleans("a\xff\xe6", TEXT_ONE_LINE, "a⟨FF⟩⟨E6⟩");
	cleans("a\nb\tc", TEXT_ONE_LINE, "a⟨U+000A⟩b⟨U+0009⟩c");
	cleans("a\nb\tc", TEXT_MULTILINE, "a\nb c");
	cleans("a\r\nb\rc", TEXT_MULTILINE, "a\nb⟨U+000D⟩c");
}

static void gate_leaves_names_alone(void **state)
{
	(void)state;
	/* Extension B, the dot of a Uygur name, a variant of an ideograph. */
	cleans("\U00020bb7野", TEXT_ONE_LINE, "\U00020bb7野");
	cleans("阿依古丽\u00b7买买提", TEXT_ONE_LINE,
	    "阿依古丽\u00b7买买提");
	cleans("葛\U000e0100", TEXT_ONE_LINE, "葛\U000e0100");
	cleans("a\U000e0100", TEXT_ONE_LINE, "a⟨U+E0100⟩");
	/* Four marks on a base, not five. */
	cleans("e\u0301\u0302\u0303\u0304", TEXT_ONE_LINE,
	    "e\u0301\u0302\u0303\u0304");
	cleans("e\u0301\u0302\u0303\u0304\u0305\u0306x\u0301",
	    TEXT_ONE_LINE,
	    "e\u0301\u0302\u0303\u0304⟨U+0305⟩⟨U+0306⟩x\u0301");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_goes_round),
		cmocka_unit_test(refuses_what_is_no_utf8),
		cmocka_unit_test(normal_form),
		cmocka_unit_test(quick_check_is_right),
		cmocka_unit_test(folds_for_search),
		cmocka_unit_test(cells_are_what_the_terminal_library_counts),
		cmocka_unit_test(ambiguous_ones_follow_the_terminal),
		cmocka_unit_test(walks_by_character),
		cmocka_unit_test(walks_by_word),
		cmocka_unit_test(clips_and_pads),
		cmocka_unit_test(wraps_running_text),
		cmocka_unit_test(keeps_numbers_whole),
		cmocka_unit_test(gate_takes_out_what_steers),
		cmocka_unit_test(gate_leaves_names_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
