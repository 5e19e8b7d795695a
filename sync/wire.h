/*
 * Batches as they travel: NDJSON of wire lines (core/entry.h), zstd, and the
 * Minqing-Batch line that the node signs.
 */
#ifndef MQ_WIRE_H
#define MQ_WIRE_H

#include "../core/ledger.h"

#define WIRE_BATCH_TEXT 192
#define WIRE_BODY_MAX (1024u * 1024u)	/* compressed */
_Static_assert(LEDGER_SAVE_BYTES <= WIRE_BODY_MAX, "any save fits a batch");
#define WIRE_LINES_MAX (4u * 1024u * 1024u)	/* a sender's own cap, plain */
#define WIRE_LINE_MAX (ENTRY_HEAD_MAX + ENTRY_BODY_MAX + 256u)
#define WIRE_ENTRIES_MAX 5000

/* Entries from … to of one node and epoch; head: hash of the last. */
struct wire_batch {
	struct dev dev;
	int64_t from, to;
	uint8_t head[CRYPTO_HASH];
};

/* dev="101.2", from=1, to=20, head="64 hex digits" */
void wire_batch_write(const struct wire_batch *b, char out[WIRE_BATCH_TEXT]);
bool wire_batch_read(const char *text, struct wire_batch *out);

/* Calls fn for each line, its newline left out.  The last line must end with
 * one too; empty lines and lines over WIRE_LINE_MAX are refused. */
enum mq_status wire_each(const char *bytes, size_t len,
    enum mq_status (*fn)(void *ctx, const char *line, size_t len,
    struct err *err), void *ctx, struct err *err) MUST_CHECK;

/* A line taken apart by its brackets only, so that the chain can go on where
 * a body is not canonical.  Pointers go into the line. */
struct wire_slices {
	const char *head;
	size_t head_len;
	const char *body;		/* NULL when null */
	size_t body_len;
};
bool wire_split(const char *line, size_t len, struct wire_slices *out);

#endif
