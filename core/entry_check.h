/*
 * One pass over received bytes: are they exactly the canonical form?
 * No tree is built.  UTF-8, NFC, key order, integers, limits; for a header
 * also every key and its meaning.  Fuzzed against jansson.
 */
#ifndef MQ_ENTRY_CHECK_H
#define MQ_ENTRY_CHECK_H

#include "entry.h"

/* Any canonical JSON value from s; *used gets its bytes.  depth ≤ 16. */
enum mq_status entry_check_value(const char *s, size_t len, size_t *used,
    struct err *err) MUST_CHECK;
/* A whole header: fills *out.  MQ_E_ENTRY_BAD names the byte and reason. */
enum mq_status entry_check_head(const char *s, size_t len, struct entry *out,
    struct err *err) MUST_CHECK;
/* A whole body: one canonical object. */
enum mq_status entry_check_body(const char *s, size_t len, struct err *err)
    MUST_CHECK;

/* One wire line taken apart; pointers go into the line. */
struct entry_parts {
	struct entry e;
	const char *head;
	size_t head_len;
	const char *body;	/* NULL when erased or purged */
	size_t body_len;
	uint8_t salt[ENTRY_SALT];
	struct ref erased;
};
/* Also checks bh against salt and body. */
enum mq_status entry_check_line(const char *s, size_t len,
    struct entry_parts *out, struct err *err) MUST_CHECK;

#endif
