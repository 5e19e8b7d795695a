/*
 * Settings files.  Called for node.ini and themes; the only file that
 * includes libinih.
 */
#include "ini.h"

#include "buf.h"
#include "file.h"
#include "text.h"

#include <string.h>

#include <ini.h>

#define INI_BYTES_MAX (256u * 1024u)

/* The library as Debian builds it does not tell lines; the reader below does,
 * because the library asks for one line, then calls back about it. */
struct reading {
	const char *at, *end;
	int line;
	ini_pair_fn pair;
	void *ctx;
};

static char *next_line(char *str, int num, void *stream)
{
	struct reading *r = stream;
	size_t n, room = (size_t)num - 1;
	const char *nl;

	if (r->at >= r->end)
		return NULL;
	n = (size_t)(r->end - r->at);
	nl = memchr(r->at, '\n', n);
	if (nl != NULL)
		n = (size_t)(nl - r->at) + 1;
	if (n > room)
		n = room;
	else
		r->line++;
	memcpy(str, r->at, n);
	str[n] = '\0';
	r->at += n;
	return str;
}

static int one_pair(void *user, const char *section, const char *name,
    const char *value)
{
	struct reading *r = user;

	return r->pair(r->ctx, section, name, value, r->line);
}

/* libinih has one user pointer for the callback and one for the reader; both
 * are the same here. */
static int parse(struct reading *r)
{
	return ini_parse_stream(next_line, r, one_pair, r);
}

/* A line the library would cut in two; 0 when there is none. */
static int long_line(const char *s, size_t len)
{
	const char *at = s, *end = s + len, *nl;
	size_t n;
	int line = 1;

	for (; at < end; at += n + 1, line++) {
		nl = memchr(at, '\n', (size_t)(end - at));
		n = nl == NULL ? (size_t)(end - at) : (size_t)(nl - at);
		if (n > INI_MAX_LINE - 2)
			return line;
	}
	return 0;
}

enum mq_status ini_read(struct env *env, const char *path, ini_pair_fn pair,
    void *ctx, struct err *err)
{
	struct buf b = BUF_INIT(INI_BYTES_MAX);
	struct reading r = { NULL, NULL, 0, pair, ctx };
	enum mq_status rc;
	int bad;

	rc = file_read(env, path, &b, err);
	if (rc != MQ_OK)
		goto out;
	if (!text_valid(buf_str(&b), b.len) ||
	    memchr(buf_str(&b), '\0', b.len) != NULL) {
		rc = err_set(err, MQ_E_UTF8, "%s", path);
		goto out;
	}
	r.at = buf_str(&b);
	r.end = r.at + b.len;
	bad = long_line(r.at, b.len);
	if (bad == 0)
		bad = parse(&r);
	if (bad != 0)
		rc = err_set(err, MQ_E_SETTINGS, "%s:%d", path, bad);
out:
	buf_free(&b);
	return rc;
}
