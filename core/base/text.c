/*
 * UTF-8 text: decoding, normal forms, cells, characters, wrapping and the
 * gate before every sink.  Called from everywhere; the only file that
 * includes libunistring.
 */
#include "text.h"

#include "han.h"
#include "width.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <uniwidth.h>

#define MARKS_MAX 4		/* on one base: reliability control X1 */

static int ambiguous_cells = 1;

/* ---- code points ---- */

int text_decode(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	int i, n;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return -1;
	if (len < (size_t)n)
		return -1;
	c = p[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*cp = c;
	return n;
}

int text_encode(uint32_t cp, char out[4])
{
	assert(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool text_valid(const char *s, size_t len)
{
	uint32_t cp;
	size_t at = 0;
	int n;

	while (at < len) {
		if ((unsigned char)s[at] < 0x80) {
			at++;
			continue;
		}
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static bool in(uint32_t cp, uint32_t from, uint32_t to)
{
	return cp >= from && cp <= to;
}

/* Han, as the word moves and the quick paths see it. */
static bool is_han(uint32_t cp)
{
	return in(cp, 0x4e00, 0x9fff) || in(cp, 0x3400, 0x4dbf) ||
	    in(cp, 0x20000, 0x2f7ff) || in(cp, 0x30000, 0x323af) ||
	    in(cp, 0xf900, 0xfaff) || in(cp, 0x2f800, 0x2fa1f) ||
	    cp == 0x3007;
}

/* ---- normal forms ---- */

/* Code points that are in NFC whatever stands beside them: what Chinese text
 * is made of.  Anything else asks the library. */
static bool nfc_for_sure(uint32_t cp)
{
	if (cp < 0x300)
		return true;
	if (cp < 0x3000)
		return in(cp, 0x2010, 0x205e) || in(cp, 0x2190, 0x21ff) ||
		    in(cp, 0x2460, 0x27bf);
	return in(cp, 0x3000, 0x3029) || in(cp, 0x3030, 0x3098) ||
	    in(cp, 0x309b, 0x312f) || in(cp, 0x3200, 0x9fff) ||
	    in(cp, 0xff00, 0xffef) || in(cp, 0x20000, 0x2f7ff) ||
	    in(cp, 0x30000, 0x323af);
}

static uint8_t *normalize(uninorm_t form, const char *s, size_t len,
    size_t *out_len)
{
	/* A null result buffer makes the library allocate; NULL with EILSEQ
	 * means the bytes are no UTF-8. */
	return u8_normalize(form, (const uint8_t *)s, len, NULL, out_len);
}

bool text_is_nfc(const char *s, size_t len)
{
	uint32_t cp;
	uint8_t *n8;
	size_t at, n_len = 0;
	bool same;
	int n;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0)
			return false;
		if (!nfc_for_sure(cp))
			break;
	}
	if (at >= len)
		return true;
	n8 = normalize(UNINORM_NFC, s, len, &n_len);
	same = n8 != NULL && n_len == len && memcmp(n8, s, len) == 0;
	free(n8);
	return same;
}

void text_nfc(const char *s, size_t len, struct buf *out)
{
	uint8_t *n8;
	size_t n_len = 0;

	if (len == 0 || text_is_nfc(s, len)) {
		buf_add(out, s, len);
		return;
	}
	n8 = normalize(UNINORM_NFC, s, len, &n_len);
	if (n8 == NULL)
		buf_add(out, s, len);	/* no UTF-8: the caller's to refuse */
	else
		buf_add(out, n8, n_len);
	free(n8);
}

static void add_cp(struct buf *out, uint32_t cp)
{
	char bytes[4];

	buf_add(out, bytes, (size_t)text_encode(cp, bytes));
}

static void fold_bytes(const char *s, size_t len, struct buf *out)
{
	uint32_t cp;
	size_t at;
	int n;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0) {
			n = 1;		/* not searchable: left out */
			continue;
		}
		if (cp < 0x80) {
			if (cp > 0x20 && cp < 0x7f)
				buf_addc(out, (char)(cp >= 'A' && cp <= 'Z' ?
				    cp + 32 : cp));
		} else if (is_han(cp)) {
			uint32_t simple = han_simple(cp);

			if (simple == cp)
				buf_add(out, s + at, (size_t)n);
			else
				add_cp(out, simple);
		} else if (han_is_dot(cp)) {
			continue;	/* left out by as many as type it */
		} else if (!uc_is_property_white_space(cp)) {
			add_cp(out, uc_tolower(cp));
		}
	}
}

void text_fold(const char *s, size_t len, struct buf *out)
{
	uint32_t cp;
	uint8_t *n8;
	size_t at, n_len = 0;
	int n;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0 || (cp >= 0x80 && !in(cp, 0x4e00, 0x9fff)))
			break;
	}
	if (at >= len) {
		fold_bytes(s, len, out);
		return;
	}
	n8 = normalize(UNINORM_NFKC, s, len, &n_len);
	if (n8 == NULL)
		fold_bytes(s, len, out);
	else
		fold_bytes((const char *)n8, n_len, out);
	free(n8);
}

/* ---- cells and characters ---- */

void text_set_ambiguous(int cells)
{
	assert(cells == 1 || cells == 2);
	ambiguous_cells = cells;
}

int text_ambiguous(void)
{
	return ambiguous_cells;
}

int text_cp_cells(uint32_t cp)
{
	int n;

	if (cp < 0x7f)
		return cp >= 0x20;
	if (cp < 0xa0)
		return 0;
	if (in(cp, 0x4e00, 0x9fff) || in(cp, 0x3001, 0x3029) ||
	    in(cp, 0xff01, 0xff60))
		return 2;
	n = width_override(cp);
	if (n < 0)
		n = uc_width(cp, "UTF-8");
	if (n < 0)
		return 0;
	if (n == 1 && ambiguous_cells == 2 && width_is_ambiguous(cp))
		return 2;
	return n;
}

/* Cells of a run of bytes; a byte that is no UTF-8 counts one. */
static int cells_of(const char *s, size_t len)
{
	uint32_t cp;
	size_t at;
	int n, cells = 0;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0) {
			n = 1;
			cells++;
		} else {
			cells += text_cp_cells(cp);
		}
	}
	return cells;
}

int text_cells(const char *s)
{
	return cells_of(s, strlen(s));
}

size_t text_nchars(const char *s)
{
	size_t len = strlen(s), at = 0, n = 0;

	for (; at < len; n++)
		at = text_next(s, len, at);
	return n;
}

/* Begins a character whatever stands before it. */
static bool stands_alone(uint32_t cp)
{
	return in(cp, 0x20, 0x7e) || in(cp, 0x4e00, 0x9fff) ||
	    in(cp, 0x3001, 0x3029) || in(cp, 0xff01, 0xff60);
}

size_t text_next(const char *s, size_t len, size_t at)
{
	const uint8_t *end = (const uint8_t *)s + len;
	const uint8_t *next;
	uint32_t cp, after;
	int n, m;

	if (at >= len)
		return len;
	n = text_decode(s + at, len - at, &cp);
	if (n <= 0)
		return at + 1;
	m = text_decode(s + at + n, len - at - (size_t)n, &after);
	if (m <= 0 || (stands_alone(cp) && stands_alone(after)))
		return at + (size_t)n;
	next = u8_grapheme_next((const uint8_t *)s + at, end);
	if (next == NULL || next <= (const uint8_t *)s + at)
		return at + (size_t)n;
	return (size_t)(next - (const uint8_t *)s);
}

/* The code point that ends at `at`; bytes, or -1 when it is no UTF-8. */
static int decode_back(const char *s, size_t at, uint32_t *cp)
{
	size_t n = 1;

	while (n < 4 && n < at && ((unsigned char)s[at - n] & 0xc0) == 0x80)
		n++;
	if (text_decode(s + at - n, n, cp) != (int)n)
		return -1;
	return (int)n;
}

size_t text_prev(const char *s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s;
	const uint8_t *prev;
	uint32_t cp;
	int n;

	if (at == 0)
		return 0;
	n = decode_back(s, at, &cp);
	if (n < 0)
		return at - 1;
	if (stands_alone(cp))
		return at - (size_t)n;
	prev = u8_grapheme_prev(p + at, p);
	if (prev == NULL || prev >= p + at)
		return at - (size_t)n;
	return (size_t)(prev - p);
}

enum word { WORD_NONE, WORD_BLANK, WORD_HAN, WORD_ALNUM, WORD_OTHER };

static enum word word_at(const char *s, size_t len, size_t at)
{
	uint32_t cp;

	if (at >= len)
		return WORD_NONE;
	if (text_decode(s + at, len - at, &cp) <= 0)
		return WORD_OTHER;
	if (cp == '\n' || uc_is_property_white_space(cp))
		return WORD_BLANK;
	if (is_han(cp))
		return WORD_HAN;
	if (cp == '_' || uc_is_property_alphabetic(cp) ||
	    uc_is_general_category(cp, UC_DECIMAL_DIGIT_NUMBER))
		return WORD_ALNUM;
	return WORD_OTHER;
}

size_t text_next_word(const char *s, size_t len, size_t at)
{
	enum word kind = word_at(s, len, at);

	if (kind == WORD_NONE)
		return len;
	while (at < len && word_at(s, len, at) == kind)
		at = text_next(s, len, at);
	while (word_at(s, len, at) == WORD_BLANK)
		at = text_next(s, len, at);
	return at;
}

size_t text_prev_word(const char *s, size_t at)
{
	size_t before, end = at;
	enum word kind = WORD_NONE;

	while (at > 0) {
		before = text_prev(s, at);
		if (kind == WORD_NONE || kind == WORD_BLANK)
			kind = word_at(s, end, before);
		else if (word_at(s, end, before) != kind)
			break;
		at = before;
	}
	return at;
}

size_t text_clip(const char *s, size_t len, int cells, int *used)
{
	size_t at = 0, next;
	int have = 0, w;

	while (at < len) {
		next = text_next(s, len, at);
		w = cells_of(s + at, next - at);
		if (have + w > cells)
			break;
		have += w;
		at = next;
	}
	if (used != NULL)
		*used = have;
	return at;
}

void text_fit(const char *s, int cells, struct buf *out)
{
	const char *dots = ambiguous_cells == 2 ? ".." : "…";
	int dots_cells = ambiguous_cells == 2 ? 2 : 1;
	size_t len = strlen(s), n;
	int used = 0;

	if (cells <= 0)
		return;
	n = text_clip(s, len, cells, &used);
	if (n < len) {
		n = text_clip(s, len, cells - dots_cells, &used);
		buf_add(out, s, n);
		if (used + dots_cells <= cells) {
			buf_adds(out, dots);
			used += dots_cells;
		}
	} else {
		buf_add(out, s, n);
	}
	for (; used < cells; used++)
		buf_addc(out, ' ');
}

/* ---- running text ---- */

/* 避头尾, after the simplified-Chinese sets of office documents: sorted. */
static const uint16_t not_first[] = {
	'!', '%', ')', ',', '.', ':', ';', '>', '?', ']', '}',
	0xa2, 0xa8, 0xb0, 0xb7, 0x2c7, 0x2c9, 0x2015, 0x2016, 0x2019, 0x201d,
	0x2026, 0x2030, 0x2032, 0x2033, 0x203a, 0x2103, 0x2236, 0x3001,
	0x3002, 0x3003, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x3017,
	0x301e, 0xff01, 0xff02, 0xff05, 0xff07, 0xff09, 0xff0c, 0xff0e,
	0xff1a, 0xff1b, 0xff1e, 0xff1f, 0xff3d, 0xff40, 0xff5c, 0xff5d,
	0xff5e, 0xff61, 0xff63, 0xff64,
};
static const uint16_t not_last[] = {
	'$', '(', '[', '{', 0xa3, 0xa5, 0x2018, 0x201c, 0x3008, 0x300a,
	0x300c, 0x300e, 0x3010, 0x3014, 0x3016, 0x301d, 0xff04, 0xff08,
	0xff0e, 0xff3b, 0xff5b, 0xff62, 0xffe1, 0xffe5,
};
/* Units that stay with the number before them: 个件人元公分号周天室小层岁年度户
 * 斤日时月栋楼次点秒米. */
static const uint16_t units[] = {
	0x4e2a, 0x4ef6, 0x4eba, 0x5143, 0x516c, 0x5206, 0x53f7, 0x5468,
	0x5929, 0x5ba4, 0x5c0f, 0x5c42, 0x5c81, 0x5e74, 0x5ea6, 0x6237,
	0x65a4, 0x65e5, 0x65f6, 0x6708, 0x680b, 0x697c, 0x6b21, 0x70b9,
	0x79d2, 0x7c73,
};
/* Marks and units of two characters: …… —— 分钟 小时 公里 公斤. */
static const uint16_t pairs[][2] = {
	{ 0x2026, 0x2026 }, { 0x2014, 0x2014 }, { 0x5206, 0x949f },
	{ 0x5c0f, 0x65f6 }, { 0x516c, 0x91cc }, { 0x516c, 0x65a4 },
};

static bool listed(const uint16_t *set, size_t n, uint32_t cp)
{
	size_t i;

	for (i = 0; i < n && set[i] <= cp; i++)
		if (set[i] == cp)
			return true;
	return false;
}

static bool is_digit(uint32_t cp)
{
	return in(cp, '0', '9') || in(cp, 0xff10, 0xff19);
}

/* Letters, digits and the signs inside numbers, dates and codes. */
static bool sticks(uint32_t cp)
{
	return in(cp, 0x21, 0x7e) || in(cp, 0xc0, 0x24f) ||
	    in(cp, 0x370, 0x52f) || is_digit(cp) ||
	    in(cp, 0xff21, 0xff3a) || in(cp, 0xff41, 0xff5a);
}

/* May a line end between a and b? */
static bool may_break(uint32_t a, uint32_t b)
{
	size_t i;

	if (b == ' ')
		return false;		/* blanks hang at the end */
	if (a == ' ')
		return true;
	if (listed(not_first, ARRAY_LEN(not_first), b) ||
	    listed(not_last, ARRAY_LEN(not_last), a))
		return false;
	if (sticks(a) && sticks(b))
		return false;
	if (is_digit(a) && listed(units, ARRAY_LEN(units), b))
		return false;
	/* 11月22日 is one date. */
	if ((a == 0x5e74 || a == 0x6708) && is_digit(b))
		return false;
	for (i = 0; i < ARRAY_LEN(pairs); i++)
		if (a == pairs[i][0] && b == pairs[i][1])
			return false;
	return true;
}

static uint32_t last_cp(const char *s, size_t from, size_t to)
{
	uint32_t cp = 0xfffd;

	/* The base decides, not the marks on it. */
	(void)text_decode(s + from, to - from, &cp);
	return cp;
}

/* One line of a paragraph: where it ends, and where the next begins. */
static size_t wrap_line(const char *s, size_t len, size_t start, int cells,
    size_t *next)
{
	size_t at = start, good = start, end;
	uint32_t prev = 0, cp;
	int have = 0, w;

	while (at < len) {
		end = text_next(s, len, at);
		cp = last_cp(s, at, end);
		w = cells_of(s + at, end - at);
		if (at > start && may_break(prev, cp))
			good = at;
		if (have + w > cells && cp != ' ')
			break;
		have += w;
		prev = cp;
		at = end;
	}
	if (at >= len)
		good = len;
	else if (good == start)		/* one word longer than the line */
		good = at > start ? at : text_next(s, len, start);
	*next = good;
	while (good > start && s[good - 1] == ' ')
		good--;
	return good;
}

int text_wrap(const char *s, size_t len, int cells,
    void (*line)(void *ctx, const char *s, size_t len), void *ctx)
{
	size_t at = 0, para, start, end, next;
	const char *nl;
	int lines = 0;

	if (cells < 2)
		cells = 2;
	do {
		nl = at < len ? memchr(s + at, '\n', len - at) : NULL;
		para = nl == NULL ? len : (size_t)(nl - s);
		start = at;
		do {
			end = wrap_line(s, para, start, cells, &next);
			if (line != NULL)
				line(ctx, s + start, end - start);
			lines++;
			start = next;
		} while (start < para);
		at = para + 1;
	} while (nl != NULL && at < len);
	return lines;
}

/* ---- the gate before every sink ---- */

static bool is_mark(uint32_t cp)
{
	return cp >= 0x300 && !is_han(cp) &&
	    uc_is_general_category(cp, UC_MARK);
}

/* Code points that hide, reorder or steer. */
static bool is_hostile(uint32_t cp)
{
	if (cp < 0x20 || in(cp, 0x7f, 0x9f) || cp == 0xad)
		return true;
	if (cp < 0x300)
		return false;
	return cp == 0x034f || cp == 0x061c || cp == 0x180e ||
	    in(cp, 0x200b, 0x200f) || in(cp, 0x2028, 0x202e) ||
	    in(cp, 0x2060, 0x206f) || cp == 0xfeff ||
	    in(cp, 0xfff9, 0xfffb) || in(cp, 0xfdd0, 0xfdef) ||
	    (cp & 0xfffe) == 0xfffe || in(cp, 0xe0000, 0xe00ff) ||
	    in(cp, 0xe01f0, 0xe0fff);
}

/* What to do with one code point; *marks counts those on the last base and
 * *base is the last base. */
static bool may_pass(uint32_t cp, enum text_flags flags, uint32_t *base,
    int *marks)
{
	if (stands_alone(cp) ||
	    (cp == '\n' && (flags & TEXT_MULTILINE) != 0)) {
		*base = cp;
		*marks = 0;
		return true;
	}
	if (is_hostile(cp))
		return false;
	if (in(cp, 0xe0100, 0xe01ef))	/* a variant of an ideograph */
		return is_han(*base) && ++*marks <= MARKS_MAX;
	if (is_mark(cp))
		return ++*marks <= MARKS_MAX;
	*base = cp;
	*marks = 0;
	return true;
}

void text_sanitize(const char *s, size_t len, enum text_flags flags,
    struct buf *out)
{
	uint32_t cp, base = 0;
	size_t at;
	int n, marks = 0;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0) {
			n = 1;
			buf_addf(out, "⟨%02X⟩", (unsigned char)s[at]);
			base = 0;
		} else if (may_pass(cp, flags, &base, &marks)) {
			buf_add(out, s + at, (size_t)n);
		} else if ((flags & TEXT_MULTILINE) != 0 && cp == '\t') {
			buf_addc(out, ' ');
			base = 0;
		} else if ((flags & TEXT_MULTILINE) != 0 && cp == '\r' &&
		    at + 1 < len && s[at + 1] == '\n') {
			continue;
		} else {
			buf_addf(out, "⟨U+%04X⟩", (unsigned)cp);
		}
	}
}

bool text_is_clean(const char *s, size_t len, enum text_flags flags)
{
	uint32_t cp, base = 0;
	size_t at;
	int n, marks = 0;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0 || !may_pass(cp, flags, &base, &marks))
			return false;
	}
	return true;
}
