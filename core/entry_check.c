/*
 * The one-pass check of received bytes.  See entry_check.h.
 *
 * A scanner walks the bytes once; every function leaves `at` behind what it
 * took or records the first complaint and the place of it.
 */
#include "entry_check.h"

#include <assert.h>
#include <stdarg.h>

#include "base/text.h"
#include "base/xmalloc.h"

#define DEPTH_MAX 16
#define NUMBER_MAX 19	/* digits of an int64 */

struct scan {
	const char *s;
	size_t len;
	size_t at;
	const char *why;	/* NULL: still good */
};

static bool bad(struct scan *c, const char *why)
{
	if (!c->why)
		c->why = why;
	return false;
}

static bool lit(struct scan *c, const char *text)
{
	size_t n = strlen(text);

	if (c->len - c->at < n || memcmp(c->s + c->at, text, n) != 0)
		return bad(c, text);
	c->at += n;
	return true;
}

static bool peek(const struct scan *c, char ch)
{
	return c->at < c->len && c->s[c->at] == ch;
}

/* The canonical escapes: \" \\ \b \f \n \r \t and \u00xx for other C0. */
static bool escape(struct scan *c)
{
	static const char hex[] = "0123456789abcdef";
	const char *hi, *lo;
	int v;

	if (c->len - c->at < 2)
		return bad(c, "escape");
	if (strchr("\"\\bfnrt", c->s[c->at + 1]) && c->s[c->at + 1]) {
		c->at += 2;
		return true;
	}
	if (c->len - c->at < 6 || memcmp(c->s + c->at, "\\u00", 4) != 0)
		return bad(c, "escape");
	hi = strchr(hex, c->s[c->at + 4]);
	lo = strchr(hex, c->s[c->at + 5]);
	if (!hi || !lo || !*hi || !*lo)
		return bad(c, "escape");
	v = (int)((hi - hex) * 16 + (lo - hex));
	if (v >= 0x20 || v == 0 || strchr("\b\f\n\r\t", v))
		return bad(c, "escape");	/* has a shorter form, or NUL */
	c->at += 6;
	return true;
}

/* A string; from and n get the raw bytes between the quotes. */
static bool string(struct scan *c, const char **from, size_t *n)
{
	size_t start;
	bool ascii = true;

	if (!lit(c, "\""))
		return false;
	start = c->at;
	while (c->at < c->len && c->s[c->at] != '"') {
		unsigned char ch = (unsigned char)c->s[c->at];

		if (ch < 0x20)
			return bad(c, "control byte");
		if (ch == '\\') {
			if (!escape(c))
				return false;
			continue;
		}
		if (ch >= 0x80)
			ascii = false;
		c->at++;
	}
	*from = c->s + start;
	*n = c->at - start;
	if (!lit(c, "\""))
		return false;
	if (!ascii && !text_valid(*from, *n))
		return bad(c, "UTF-8");
	if (!ascii && !text_is_nfc(*from, *n))
		return bad(c, "NFC");
	return true;
}

static bool integer(struct scan *c, int64_t *out)
{
	bool minus = peek(c, '-');
	size_t start = c->at + minus, i = start;
	uint64_t v = 0, limit = (uint64_t)INT64_MAX + (minus ? 1 : 0);

	while (i < c->len && c->s[i] >= '0' && c->s[i] <= '9') {
		uint64_t digit = (uint64_t)(c->s[i] - '0');

		if (i - start >= NUMBER_MAX || v > (limit - digit) / 10)
			return bad(c, "number");
		v = v * 10 + digit;
		i++;
	}
	if (i == start || (c->s[start] == '0' && i - start > 1) ||
	    (minus && v == 0))
		return bad(c, "number");
	c->at = i;
	*out = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* Keys compare as raw bytes between the quotes; ours are plain. */
static int key_cmp(const char *a, size_t na, const char *b, size_t nb)
{
	int c = memcmp(a, b, na < nb ? na : nb);

	if (c)
		return c;
	return na < nb ? -1 : na > nb;
}

static bool value(struct scan *c, int depth);

static bool object(struct scan *c, int depth)
{
	const char *key, *last = NULL;
	size_t n, last_n = 0;

	if (!lit(c, "{"))
		return false;
	if (peek(c, '}'))
		return lit(c, "}");
	for (;;) {
		if (!string(c, &key, &n))
			return false;
		if (last && key_cmp(last, last_n, key, n) >= 0)
			return bad(c, "key order");
		last = key;
		last_n = n;
		if (!lit(c, ":") || !value(c, depth + 1))
			return false;
		if (peek(c, '}'))
			return lit(c, "}");
		if (!lit(c, ","))
			return false;
	}
}

static bool list(struct scan *c, int depth)
{
	if (!lit(c, "["))
		return false;
	if (peek(c, ']'))
		return lit(c, "]");
	for (;;) {
		if (!value(c, depth + 1))
			return false;
		if (peek(c, ']'))
			return lit(c, "]");
		if (!lit(c, ","))
			return false;
	}
}

static bool value(struct scan *c, int depth)
{
	const char *from;
	size_t n;
	int64_t num;

	if (depth > DEPTH_MAX)
		return bad(c, "too deep");
	if (c->at >= c->len)
		return bad(c, "ends early");
	switch (c->s[c->at]) {
	case '{':
		return object(c, depth);
	case '[':
		return list(c, depth);
	case '"':
		return string(c, &from, &n);
	case 't':
		return lit(c, "true");
	case 'f':
		return lit(c, "false");
	case 'n':
		return lit(c, "null");
	default:
		return integer(c, &num);
	}
}

static enum mq_status complain(const struct scan *c, const char *what,
    struct err *err)
{
	return err_set(err, MQ_E_ENTRY_BAD, "%s, byte %zu: %s", what, c->at,
	    c->why ? c->why : "trailing bytes");
}

enum mq_status entry_check_value(const char *s, size_t len, size_t *used,
    struct err *err)
{
	struct scan c = { s, len, 0, NULL };

	if (!value(&c, 1))
		return complain(&c, "value", err);
	*used = c.at;
	return MQ_OK;
}

enum mq_status entry_check_body(const char *s, size_t len, struct err *err)
{
	struct scan c = { s, len, 0, NULL };

	if (len > ENTRY_BODY_MAX)
		return err_set(err, MQ_E_ENTRY_BAD, "body > %u bytes",
		    ENTRY_BODY_MAX);
	if (!object(&c, 1) || c.at != len)
		return complain(&c, "body", err);
	return MQ_OK;
}

/* ---- headers: every key in its place ---- */

static bool plain(const char *s, size_t n)
{
	return memchr(s, '\\', n) == NULL;
}

static bool h_text(struct scan *c, const char *key, char *out, size_t size)
{
	const char *from;
	size_t n;

	if (!lit(c, key) || !string(c, &from, &n))
		return false;
	if (n >= size || !plain(from, n))
		return bad(c, key);
	memcpy(out, from, n);
	out[n] = '\0';
	return true;
}

/* `size` bytes as small hex digits: one spelling only. */
static bool hex(struct scan *c, const char *key, uint8_t *out, size_t size)
{
	const char *from;
	size_t n, i;

	if (!lit(c, key) || !string(c, &from, &n))
		return false;
	if (n != 2 * size || !crypto_unhex(from, n, out, size))
		return bad(c, key);
	for (i = 0; i < n; i++)
		if (from[i] >= 'A' && from[i] <= 'F')
			return bad(c, key);
	return true;
}

static bool h_hash(struct scan *c, const char *key,
    uint8_t out[CRYPTO_HASH])
{
	return hex(c, key, out, CRYPTO_HASH);
}

static bool h_ref(struct scan *c, struct ref *out)
{
	const char *from;
	size_t n;

	if (!string(c, &from, &n))
		return false;
	return ref_parse(from, n, out) || bad(c, "ref");
}

static bool h_after(struct scan *c, struct entry *e)
{
	if (!lit(c, "{\"after\":["))
		return false;
	if (peek(c, ']'))
		return lit(c, "]");
	for (;;) {
		if (e->nafter == ENTRY_AFTER_MAX)
			return bad(c, "after");
		if (!h_ref(c, &e->after[e->nafter]))
			return false;
		if (e->nafter && ref_cmp(e->after[e->nafter - 1],
		    e->after[e->nafter]) >= 0)
			return bad(c, "after order");
		e->nafter++;
		if (peek(c, ']'))
			return lit(c, "]");
		if (!lit(c, ","))
			return false;
	}
}

static bool h_cause(struct scan *c, struct entry *e)
{
	if (!lit(c, ",\"cause\":"))
		return false;
	if (peek(c, 'n'))
		return lit(c, "null");
	return h_ref(c, &e->cause);
}

static bool name_part(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || s[i] == '_'))
			return false;
	return n > 0;
}

static bool h_kind(struct scan *c, struct entry *e)
{
	char text[sizeof(e->kind) + sizeof(e->op)];
	const char *dot;
	size_t n;

	if (!h_text(c, ",\"kind\":", text, sizeof(text)))
		return false;
	dot = strchr(text, '.');
	if (!dot)
		return bad(c, "kind");
	n = (size_t)(dot - text);
	if (n >= sizeof(e->kind) || strlen(dot + 1) >= sizeof(e->op) ||
	    !name_part(text, n) || !name_part(dot + 1, strlen(dot + 1)))
		return bad(c, "kind");
	memcpy(e->kind, text, n);
	xcopy(e->op, sizeof(e->op), dot + 1);
	return true;
}

static bool h_dev(struct scan *c, struct entry *e)
{
	char text[ENTRY_REF_TEXT];

	return h_text(c, ",\"dev\":", text, sizeof(text)) &&
	    (dev_parse(text, strlen(text), &e->id.dev) || bad(c, "dev"));
}

static bool h_save(struct scan *c, struct entry *e)
{
	int64_t n;

	if (!lit(c, ",\"save\":[") || !integer(c, &e->save_first) ||
	    !lit(c, ",") || !integer(c, &n) || !lit(c, "]"))
		return false;
	if (e->save_first < 1 || n < 1 || n > ENTRY_SAVE_MAX)
		return bad(c, "save");
	e->save_n = (int)n;
	return true;
}

/* What the members say must hang together. */
static bool h_sense(struct scan *c, const struct entry *e)
{
	bool opens = strcmp(e->op, "open") == 0;

	if (e->id.seq < 1 || e->id.seq >= ENTRY_SEQ_MAX)
		return bad(c, "seq");
	if (e->id.seq < e->save_first ||
	    e->id.seq >= e->save_first + e->save_n)
		return bad(c, "save");
	if (opens != ref_equal(e->subj, e->id))
		return bad(c, "subj");
	if (opens != (e->nafter == 0))
		return bad(c, "after");
	if (e->hlc < 0 || e->at.ms < 0)
		return bad(c, "time");
	return true;
}

static bool header(struct scan *c, struct entry *e)
{
	int64_t v;

	return h_after(c, e) && lit(c, ",\"at\":") && integer(c, &e->at.ms) &&
	    h_hash(c, ",\"bh\":", e->bh) &&
	    h_text(c, ",\"by\":", e->by, sizeof(e->by)) && h_cause(c, e) &&
	    h_dev(c, e) && lit(c, ",\"hlc\":") && integer(c, &e->hlc) &&
	    h_kind(c, e) && h_text(c, ",\"org\":", e->org, sizeof(e->org)) &&
	    h_text(c, ",\"pack\":", e->pack, sizeof(e->pack)) &&
	    h_hash(c, ",\"prev\":", e->prev) && h_save(c, e) &&
	    lit(c, ",\"seq\":") && integer(c, &e->id.seq) &&
	    lit(c, ",\"subj\":") && h_ref(c, &e->subj) &&
	    lit(c, ",\"v\":") && integer(c, &v) &&
	    (v == 1 || bad(c, "version")) && lit(c, "}") && h_sense(c, e);
}

enum mq_status entry_check_head(const char *s, size_t len,
    struct entry *out, struct err *err)
{
	struct scan c = { s, len, 0, NULL };

	memset(out, 0, sizeof(*out));
	if (len > ENTRY_HEAD_MAX)
		return err_set(err, MQ_E_ENTRY_BAD, "header > %u bytes",
		    ENTRY_HEAD_MAX);
	if (!header(&c, out) || c.at != len)
		return complain(&c, "header", err);
	return MQ_OK;
}

/* ---- wire lines ---- */

static bool line_tail(struct scan *c, struct entry_parts *p)
{
	if (p->body && !hex(c, ",\"s\":", p->salt, ENTRY_SALT))
		return false;
	return lit(c, "}");
}

static bool line(struct scan *c, struct entry_parts *p)
{
	size_t start;

	if (!lit(c, "{\"b\":"))
		return false;
	start = c->at;
	if (peek(c, 'n')) {
		if (!lit(c, "null,\"e\":") || !h_ref(c, &p->erased))
			return false;
	} else {
		if (!object(c, 1))
			return false;
		p->body = c->s + start;
		p->body_len = c->at - start;
	}
	if (!lit(c, ",\"h\":"))
		return false;
	start = c->at;
	if (!header(c, &p->e))
		return false;
	p->head = c->s + start;
	p->head_len = c->at - start;
	return line_tail(c, p);
}

enum mq_status entry_check_line(const char *s, size_t len,
    struct entry_parts *out, struct err *err)
{
	struct scan c = { s, len, 0, NULL };
	uint8_t bh[CRYPTO_HASH];

	memset(out, 0, sizeof(*out));
	if (len && s[len - 1] == '\n')
		c.len--;
	if (!line(&c, out) || c.at != c.len)
		return complain(&c, "line", err);
	if (out->head_len > ENTRY_HEAD_MAX || out->body_len > ENTRY_BODY_MAX)
		return err_set(err, MQ_E_ENTRY_BAD, "line too long");
	if (out->body) {
		entry_body_hash(out->salt, out->body, out->body_len, bh);
		if (memcmp(bh, out->e.bh, sizeof(bh)) != 0)
			return err_set(err, MQ_E_ENTRY_BAD,
			    "body does not match its digest");
	}
	return MQ_OK;
}
