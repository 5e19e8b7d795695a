/*
 * Reading and writing batches; called by client, hub/ingest and hub/feed.
 */
#include "wire.h"

#include "sayings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void wire_batch_write(const struct wire_batch *b, char out[WIRE_BATCH_TEXT])
{
	char dev[ENTRY_REF_TEXT], hex[2 * CRYPTO_HASH + 1];

	dev_text(b->dev, dev);
	crypto_hex(b->head, CRYPTO_HASH, hex);
	(void)snprintf(out, WIRE_BATCH_TEXT, "dev=\"%s\", from=%" PRId64
	    ", to=%" PRId64 ", head=\"%s\"", dev, b->from, b->to, hex);
}

/* After `name`: digits without leading zero. */
static bool take_number(const char **s, const char *name, int64_t *out)
{
	size_t n = strlen(name), digits;

	if (strncmp(*s, name, n) != 0)
		return false;
	*s += n;
	digits = strspn(*s, "0123456789");
	if (digits == 0 || digits > 12 || **s == '0')
		return false;
	*out = strtoll(*s, NULL, 10);
	*s += digits;
	return *out < ENTRY_SEQ_MAX;
}

bool wire_batch_read(const char *text, struct wire_batch *out)
{
	const char *s = text;
	size_t n;

	if (strncmp(s, "dev=\"", 5) != 0)
		return false;
	s += 5;
	n = strcspn(s, "\"");
	if (s[n] != '"' || !dev_parse(s, n, &out->dev))
		return false;
	s += n + 1;
	if (!take_number(&s, ", from=", &out->from) ||
	    !take_number(&s, ", to=", &out->to) || out->to < out->from ||
	    strncmp(s, ", head=\"", 8) != 0)
		return false;
	s += 8;
	n = strspn(s, "0123456789abcdef");
	return n == 2 * (size_t)CRYPTO_HASH && strcmp(s + n, "\"") == 0 &&
	    crypto_unhex(s, n, out->head, CRYPTO_HASH);
}

enum mq_status wire_each(const char *bytes, size_t len,
    enum mq_status (*fn)(void *ctx, const char *line, size_t len,
    struct err *err), void *ctx, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t at = 0;

	while (at < len && st == MQ_OK) {
		const char *nl = memchr(bytes + at, '\n', len - at);
		size_t n;

		if (nl == NULL)
			return err_set(err, MQ_E_ENTRY_BAD, "%s",
			    sayings_both(SAY_WHY_CUT));
		n = (size_t)(nl - (bytes + at));
		if (n == 0 || n > WIRE_LINE_MAX)
			return err_set(err, MQ_E_ENTRY_BAD, "%zu > %u", n,
			    WIRE_LINE_MAX);
		st = fn(ctx, bytes + at, n, err);
		at += n + 1;
	}
	return st;
}

/* Length of the JSON value at s: strings and brackets only, no meaning. */
static size_t value_len(const char *s, size_t len)
{
	size_t i;
	int depth = 0;
	bool quoted = false;

	for (i = 0; i < len; i++) {
		if (quoted) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				quoted = false;
		} else if (s[i] == '"') {
			quoted = true;
		} else if (s[i] == '{' || s[i] == '[') {
			depth++;
		} else if (s[i] == '}' || s[i] == ']') {
			if (depth == 0)
				return i;	/* end of what holds us */
			depth--;
		} else if (s[i] == ',' && depth == 0) {
			return i;
		}
	}
	return len;
}

static bool take_value(const char *line, size_t len, size_t *at,
    const char *name, const char **value, size_t *value_n)
{
	size_t n = strlen(name);

	if (len - *at < n || memcmp(line + *at, name, n) != 0)
		return false;
	*at += n;
	*value = line + *at;
	*value_n = value_len(line + *at, len - *at);
	*at += *value_n;
	return *value_n > 0 && *at < len;
}

bool wire_split(const char *line, size_t len, struct wire_slices *out)
{
	const char *rest;
	size_t at = 0, n;

	if (!take_value(line, len, &at, "{\"b\":", &out->body,
	    &out->body_len))
		return false;
	if (out->body_len == 4 && memcmp(out->body, "null", 4) == 0) {
		out->body = NULL;
		if (!take_value(line, len, &at, ",\"e\":", &rest, &n))
			return false;
	}
	if (!take_value(line, len, &at, ",\"h\":", &out->head,
	    &out->head_len))
		return false;
	if (out->body != NULL && !take_value(line, len, &at, ",\"s\":",
	    &rest, &n))
		return false;
	return at + 1 == len && line[at] == '}';
}
