/*
 * The words for every failure, expanded from err.def.  Called from
 * everywhere.
 */
#include "err.h"

#include "buf.h"
#include "text.h"
#include "xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct words {
	const char *name;
	const char *part[2][3];		/* [language][part] */
};

static const struct words table[] = {
	[MQ_OK] = { "OK", { { "好了。", "", "" }, { "Done.", "", "" } } },
#define ERR(id, zw, zk, zd, ew, ek, ed) \
	[MQ_E_##id] = { #id, { { zw, zk, zd }, { ew, ek, ed } } },
#include "err.def"
#undef ERR
};

static const struct words *row(enum mq_status code)
{
	assert(code >= MQ_OK && code < MQ_E_LAST);
	return &table[code];
}

static void set_detail(struct err *err, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0);

static void set_detail(struct err *err, const char *fmt, va_list ap)
{
	char raw[2 * sizeof(err->detail)];
	char cut[sizeof(raw)];
	struct buf clean = BUF_INIT(8 * sizeof(raw));

	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	/* vsnprintf may have cut a character in two; xcopy mends that. */
	xcopy(cut, sizeof(cut) - 1, raw);
	text_sanitize(cut, strlen(cut), TEXT_ONE_LINE, &clean);
	xcopy(err->detail, sizeof(err->detail), buf_str(&clean));
	buf_free(&clean);
}

enum mq_status err_set(struct err *err, enum mq_status code, const char *fmt,
    ...)
{
	va_list ap;

	if (err == NULL)
		return code;
	err->code = code;
	err->sys = 0;
	err->detail[0] = '\0';
	if (fmt != NULL) {
		va_start(ap, fmt);
		set_detail(err, fmt, ap);
		va_end(ap);
	}
	return code;
}

enum mq_status err_sys(struct err *err, int sys, enum mq_status code,
    const char *fmt, ...)
{
	va_list ap;

	if (sys == ENOSPC || sys == EDQUOT)
		code = MQ_E_DISK_FULL;
	else if (sys == EROFS)
		code = MQ_E_READ_ONLY;
	if (err == NULL)
		return code;
	err->code = code;
	err->sys = sys;
	err->detail[0] = '\0';
	if (fmt != NULL) {
		va_start(ap, fmt);
		set_detail(err, fmt, ap);
		va_end(ap);
	}
	return code;
}

const char *err_words(enum mq_status code, enum err_part part, enum lang lang)
{
	assert(part == ERR_WHAT || part == ERR_KEPT || part == ERR_DO);
	return row(code)->part[lang == LANG_EN ? 1 : 0][part];
}

/* A detail may hold both languages, "中文‖English". */
static void add_detail(struct buf *out, const char *detail, enum lang lang)
{
	static const char bar[] = "‖";
	const char *mid = strstr(detail, bar);

	if (mid == NULL)
		buf_adds(out, detail);
	else if (lang == LANG_EN)
		buf_adds(out, mid + sizeof(bar) - 1);
	else
		buf_add(out, detail, (size_t)(mid - detail));
}

/* Length without a colon of either width, and blanks, at the end. */
static size_t without_colon(const char *w, size_t len)
{
	static const char wide[] = "\uff1a";
	const size_t n = sizeof(wide) - 1;

	for (;;) {
		if (len > 0 && (w[len - 1] == ' ' || w[len - 1] == ':'))
			len--;
		else if (len >= n && memcmp(w + len - n, wide, n) == 0)
			len -= n;
		else
			return len;
	}
}

/* A sentence whose detail is missing must not end in a dangling colon. */
static void add_part(struct buf *out, const struct err *err, enum err_part part,
    enum lang lang)
{
	const char *w = err_words(err->code, part, lang);
	const char *hole = strstr(w, "{}");
	size_t before;

	if (hole == NULL) {
		buf_adds(out, w);
		return;
	}
	before = (size_t)(hole - w);
	if (err->detail[0] == '\0')
		before = without_colon(w, before);
	buf_add(out, w, before);
	add_detail(out, err->detail, lang);
	buf_adds(out, hole + 2);
}

void err_say_part(const struct err *err, enum err_part part, enum lang lang,
    char *out, size_t size)
{
	struct buf b = BUF_INIT(4096);

	add_part(&b, err, part, lang);
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

void err_say(const struct err *err, enum lang lang, char *out, size_t size)
{
	static const char *const stops[] = { "。", ".", "!", "?", "\uff01",
	    "\uff1f" };
	struct buf b = BUF_INIT(4096);
	size_t i, n;

	add_part(&b, err, ERR_WHAT, lang);
	for (i = 0; i < ARRAY_LEN(stops); i++) {
		n = strlen(stops[i]);
		if (b.len >= n && memcmp(b.data + b.len - n, stops[i], n) == 0)
			break;
	}
	if (i == ARRAY_LEN(stops))
		buf_adds(&b, lang == LANG_EN ? "." : "。");
	for (i = ERR_KEPT; i <= ERR_DO; i++) {
		if (err_words(err->code, (enum err_part)i, lang)[0] == '\0')
			continue;
		if (lang == LANG_EN)
			buf_addc(&b, ' ');
		add_part(&b, err, (enum err_part)i, lang);
	}
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

const char *err_name(enum mq_status code)
{
	return row(code)->name;
}
