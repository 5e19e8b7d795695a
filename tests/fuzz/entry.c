/*
 * Received bytes: what the one-pass check takes, jansson takes too, and the
 * header written again is the same bytes.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/base/json.h"
#include "../../core/entry_check.h"

/* Everything canonical is JSON to the strict reader as well. */
static void check_canonical(const char *s, size_t len)
{
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	enum mq_status st = jdoc_parse(s, len, "fuzz", &doc, &err);

	assert(st == MQ_OK);
	(void)st;
	jdoc_free(&doc);
}

static void check_line(const char *s, size_t len)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf line = BUF_INIT(BUF_LARGE);
	struct entry_parts parts;
	struct err err = ERR_INIT;

	if (entry_check_line(s, len, &parts, &err) != MQ_OK) {
		assert(err.code != MQ_OK);
		return;
	}
	entry_write(&parts.e, &head);
	assert(head.len == parts.head_len);
	assert(memcmp(head.data, parts.head, head.len) == 0);
	entry_line(parts.head, parts.head_len, parts.salt, parts.body,
	    parts.body_len, parts.erased, &line);
	assert(line.len >= len);	/* a newline may follow */
	assert(memcmp(line.data, s, len) == 0);
	if (parts.body)
		check_canonical(parts.body, parts.body_len);
	buf_free(&head);
	buf_free(&line);
}

int fuzz_entry(const uint8_t *p, size_t n)
{
	const char *s = (const char *)p;
	struct entry e;
	struct err err = ERR_INIT;

	check_line(s, n);
	if (entry_check_head(s, n, &e, &err) == MQ_OK)
		check_canonical(s, n);
	if (entry_check_body(s, n, &err) == MQ_OK)
		check_canonical(s, n);
	return 0;
}
