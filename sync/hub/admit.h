/*
 * Judging one save: admitted into table and feeds, or into quarantine.
 */
#ifndef MQ_ADMIT_H
#define MQ_ADMIT_H

#include "../../core/entry_check.h"
#include "ingest.h"

/* One line of a batch; pointers go into the batch. */
struct admit_item {
	const char *line;
	size_t len;
	const char *head;
	size_t head_len;
	struct entry e;
	uint8_t hash[CRYPTO_HASH];
};

/* Entries of the save that begins at v[0]; 0 when it is cut off by the end
 * of the batch.  Entries that fit no save count alone. */
size_t admit_save_len(const struct admit_item *v, size_t n);
enum mq_status admit_save(struct hub *h, const struct store_node *who,
    struct admit_item *v, size_t n, struct feed_writer *w, struct err *err)
    MUST_CHECK;
void admit_day(struct utc t, char out[16]);	/* "20261122" */

#endif
