/*
 * Masks: what a screen, list, export or slip shows of a name or a number.
 * Called by the fold (titles), the search index and every sink of words.
 */
#include "mask.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

static const char *const double_surnames[] = {
#define SURNAME(chars, reading) chars,
#include "surnames.def"
#undef SURNAME
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the surname a Han name begins with; 0 when the name is not Han. */
static size_t surname(const char *name, size_t len)
{
	size_t i, n, one;
	uint32_t cp;
	int used = text_decode(name, len, &cp);

	if (used <= 1)
		return 0;
	one = (size_t)used;
	for (i = 0; i < ARRAY_LEN(double_surnames); i++) {
		n = strlen(double_surnames[i]);
		/* A person called just 欧阳 keeps 欧 only. */
		if (n > one && len > n &&
		    memcmp(name, double_surnames[i], n) == 0)
			return n;
	}
	return one;
}

/* Surname + a star for each other character; a name of one character keeps
 * nothing back that could be hidden.  Latin names keep each first letter. */
void mask_name(const char *name, struct buf *out)
{
	size_t len = strlen(name), at = surname(name, len), next;
	bool start = true;

	if (at > 0) {
		buf_add(out, name, at);
		if (at == len)
			buf_addc(out, '*');
		for (; at < len; at = next) {
			next = text_next(name, len, at);
			buf_addc(out, '*');
		}
		return;
	}
	for (; at < len; at = next) {
		next = text_next(name, len, at);
		if (start || name[at] == ' ')
			buf_add(out, name + at, next - at);
		else
			buf_addc(out, '*');
		start = name[at] == ' ';
	}
}

static void stars(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addc(out, '*');
}

/* Keeps `head` and `tail` places of len; nothing of what is no number. */
static void middle(const char *s, size_t len, size_t head, size_t tail,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < len && (unsigned char)s[i] < 0x80; i++)
		;
	if (i < len) {
		stars(out, text_nchars(s));
		return;
	}
	if (len < head + tail + 2) {
		head = len > 2 ? 1 : 0;
		tail = len > 3 ? 1 : 0;
	}
	buf_add(out, s, head);
	stars(out, len - head - tail);
	buf_add(out, s + len - tail, tail);
}

void mask_phone(const char *phone, struct buf *out)
{
	const char *dash = strchr(phone, '-');

	middle(phone, dash != NULL ? (size_t)(dash - phone) : strlen(phone),
	    3, 4, out);
	if (dash != NULL)
		buf_adds(out, "-**");
}

void mask_id(const char *id, struct buf *out)
{
	middle(id, strlen(id), 1, 1, out);
}

/* ---- inside running text ---- */

/* A digit in either width at s; *used gets its bytes. */
static char digit_at(const char *s, size_t len, size_t *used)
{
	uint32_t cp;
	int n = text_decode(s, len, &cp);

	*used = n > 0 ? (size_t)n : 1;
	if (n <= 0)
		return '\0';
	if (cp >= 0xFF10 && cp <= 0xFF19)
		return (char)('0' + (cp - 0xFF10));
	if (cp >= '0' && cp <= '9')
		return (char)cp;
	if (cp == 'x' || cp == 'X' || cp == 0xFF38 || cp == 0xFF58)
		return 'X';
	/* People group digits: blank, dash, thin blank. */
	if (cp == ' ' || cp == '-' || cp == 0x3000 || cp == 0xFF0D)
		return ' ';
	return '\0';
}

#define RUN_MAX 24

struct run {
	char d[RUN_MAX + 1];
	size_t from[RUN_MAX];	/* byte offset of each digit */
	size_t end[RUN_MAX];	/* byte offset after it */
	size_t n;
};

/* Collects digits from `at` on, single separators let through. */
static void collect(const char *s, size_t len, size_t at, struct run *r)
{
	size_t used, gap = 0;
	char c;

	r->n = 0;
	while (at < len && r->n < RUN_MAX && gap < 2) {
		c = digit_at(s + at, len - at, &used);
		if (c == '\0')
			break;
		if (c == ' ') {
			gap++;
		} else {
			gap = 0;
			r->from[r->n] = at;
			r->d[r->n] = c;
			r->end[r->n++] = at + used;
			if (c == 'X')
				break;
		}
		at += used;
	}
	r->d[r->n] = '\0';
}

static int number(const char *s, size_t n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');
	return v;
}

static bool digits(const char *s, size_t n)
{
	while (n-- > 0)
		if (!is_digit(*s++))
			return false;
	return true;
}

/* 18 places with a date inside, or the old 15.  The check digit is not
 * asked: a number with one wrong place is still somebody's. */
static bool looks_like_id(const char *d, size_t n)
{
	if (n == 18)
		return digits(d, 17) && d[0] != '0' &&
		    number(d + 6, 4) >= 1800 && number(d + 6, 4) < 2200 &&
		    clock_valid_day(number(d + 6, 4), number(d + 10, 2),
		    number(d + 12, 2));
	return n == 15 && digits(d, 15) && d[0] != '0' &&
	    clock_valid_day(1900 + number(d + 6, 2), number(d + 8, 2),
	    number(d + 10, 2));
}

/* Places of the number that begins the run: 0 none.  *kind gets 'i' or 'p';
 * *skip how many leading places are a country code and stay. */
static size_t recognise(const struct run *r, size_t *skip)
{
	const char *d = r->d;
	size_t n = r->n;

	*skip = 0;
	if (n > 0 && d[n - 1] == 'X' && n != 18)
		n--;
	if (looks_like_id(d, n))
		return n;
	if (n == 13 && memcmp(d, "86", 2) == 0)
		*skip = 2;
	else if (n == 15 && memcmp(d, "0086", 4) == 0)
		*skip = 4;
	if (n - *skip == 11 && d[*skip] == '1' && d[*skip + 1] >= '3')
		return n;
	*skip = 0;
	if ((n == 11 || n == 12) && d[0] == '0' && d[1] != '0')
		return n;
	return 0;
}

/* Digits of several groups may hold a shorter number in front: 13800138000
 * 2栋.  Tries the whole run, then what stands before each gap. */
static size_t best(struct run *r, size_t *skip)
{
	size_t n = r->n, got;

	for (;;) {
		got = recognise(r, skip);
		if (got > 0)
			return got;
		for (n = r->n; n > 1 && r->from[n - 1] == r->end[n - 2]; n--)
			;
		if (n <= 1)
			return 0;
		r->n = n - 1;
		r->d[r->n] = '\0';
	}
}

static void put_masked(const char *s, const struct run *r, size_t n,
    size_t skip, struct buf *out)
{
	size_t i, head, tail, places = n - skip;
	size_t at = r->from[0];

	head = skip + (places >= 15 ? 1 : 3);
	tail = places >= 15 ? 1 : 4;
	for (i = 0; i < n; i++) {
		buf_add(out, s + at, r->from[i] - at);
		if (i < head || i >= n - tail)
			buf_add(out, s + r->from[i], r->end[i] - r->from[i]);
		else
			buf_addc(out, '*');
		at = r->end[i];
	}
}

void mask_text(const char *text, size_t len, struct buf *out)
{
	size_t at = 0, used, n, skip;
	struct run r;
	char c;

	while (at < len) {
		c = digit_at(text + at, len - at, &used);
		if (!is_digit(c)) {
			buf_add(out, text + at, used);
			at += used;
			continue;
		}
		collect(text, len, at, &r);
		n = best(&r, &skip);
		if (n > 0) {
			put_masked(text, &r, n, skip, out);
			at = r.end[n - 1];
			continue;
		}
		/* Not a number of a person: pass the whole group of digits,
		 * so that no part inside of it is taken for one. */
		do {
			buf_add(out, text + at, used);
			at += used;
			c = at < len ? digit_at(text + at, len - at, &used)
			    : '\0';
		} while (is_digit(c));
	}
}
