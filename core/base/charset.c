/*
 * Text from elsewhere.  Called by import.
 */
#include "charset.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "text.h"

#define BROKEN "\xef\xbf\xbd"
#define STEP 4096

/* What is there as UTF-8, and how many characters of several bytes, and how
 * many broken bytes it has (NUL is one in any of them). */
static void take_utf8(const char *p, size_t n, struct buf *out, size_t *good,
    size_t *bad)
{
	size_t at = 0;
	uint32_t cp;
	int len;

	*good = *bad = 0;
	while (at < n) {
		len = text_decode(p + at, n - at, &cp);
		if (len <= 0 || cp == 0) {
			*bad += len <= 0;
			at++;
			buf_adds(out, BROKEN);
			continue;
		}
		*good += len > 1;
		buf_add(out, p + at, (size_t)len);
		at += (size_t)len;
	}
}

/* NUL is no text; everything else iconv() gave is well-formed. */
static void add_clean(struct buf *out, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '\0')
			buf_adds(out, BROKEN);
		else
			buf_addc(out, s[i]);
	}
}

static bool take_other(const char *from, const char *p, size_t n,
    struct buf *out)
{
	iconv_t cd = iconv_open("UTF-8", from);
	char step[STEP], *in, *to;
	size_t left = n, room;

	if (cd == (iconv_t)-1)
		return false;
	in = (char *)(uintptr_t)p;	/* iconv() does not write there */
	while (left > 0 && !out->over) {
		to = step;
		room = sizeof(step);
		if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 &&
		    errno != E2BIG) {
			add_clean(out, step, (size_t)(to - step));
			buf_adds(out, BROKEN);
			in++;
			left--;
			continue;
		}
		add_clean(out, step, (size_t)(to - step));
	}
	iconv_close(cd);
	return true;
}

/* Chinese in GB 18030 hardly ever reads as UTF-8, so whichever the bytes
 * fit better is what they are. */
enum charset charset_read(const char *p, size_t n, struct buf *out)
{
	size_t good, bad;

	if (n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 ||
	    memcmp(p, "\xfe\xff", 2) == 0) && take_other(p[0] == '\xff' ?
	    "UTF-16LE" : "UTF-16BE", p + 2, n - 2, out))
		return CHARSET_UTF16;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		take_utf8(p + 3, n - 3, out, &good, &bad);
		return CHARSET_UTF8;
	}
	take_utf8(p, n, out, &good, &bad);
	if (bad <= good)
		return CHARSET_UTF8;
	buf_reset(out);
	if (take_other("GB18030", p, n, out))
		return CHARSET_GB18030;
	take_utf8(p, n, out, &good, &bad);
	return CHARSET_UTF8;
}

const char *charset_name(enum charset c)
{
	static const char *const names[] = { "UTF-8", "UTF-16", "GB 18030" };

	assert((size_t)c < ARRAY_LEN(names));
	return names[c];
}
