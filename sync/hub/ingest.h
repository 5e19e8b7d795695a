/*
 * Taking a batch: the chain is checked, every save is admitted or put into
 * quarantine with a reason, and a receipt is given after the commit.
 * Idempotent: the same batch again gives the same receipt.
 */
#ifndef MQ_INGEST_H
#define MQ_INGEST_H

#include "../wire.h"
#include "feed.h"

#define INGEST_QUARANTINE_DUE (3 * MS_DAY)	/* somebody must have looked */
#define INGEST_LIST_MAX 200

enum ingest_reason {
#define REASON(id, zh, en) REASON_##id,
#include "reason.def"
#undef REASON
	REASON_LAST
};

/* Evidence kept with the batch: what was signed, and the signature. */
struct ingest_proof { const char *base, *signature; };

enum ingest_end {
	INGEST_TAKEN,
	INGEST_GAP,		/* entries missing in between */
	INGEST_FORK,		/* another branch: kept, node frozen */
};

/* One batch of several that are committed together. */
struct ingest_job {
	const struct store_node *who;
	const struct wire_batch *said;
	const char *lines;
	size_t len;
	struct ingest_proof proof;
	/* what came of it */
	enum ingest_end end;
	enum mq_status st;
	struct err err;
};
/* One transaction and one fsync for all; when that fails, one for each.
 * Wakes the readers after the commit.  Outcomes as of ingest_take(). */
void ingest_take_all(struct hub *h, struct ingest_job *v, size_t n);

/* Own transaction; wakes the readers after the commit.  MQ_E_ENTRY_BAD: a
 * header cannot be read.  MQ_E_FORMAT: the lines are not what `b` says. */
enum mq_status ingest_take(struct hub *h, const struct store_node *who,
    const struct wire_batch *b, const char *lines, size_t len,
    const struct ingest_proof *proof, enum ingest_end *end, struct err *err)
    MUST_CHECK;

/* Where this node stands, as JSON: chains, how far its feed's cursor counts,
 * receipts, saves in quarantine, frozen, now. */
struct ingest_ask {
	struct dev dev;
	int64_t from, to;		/* receipts of these; from 0: none */
	const char *mark;		/* of the life its cursor is from, "" */
};
enum mq_status ingest_answer(struct hub *h, const struct store_node *who,
    const struct ingest_ask *ask, struct buf *out, struct err *err)
    MUST_CHECK;

/* Checks a quarantined save again and admits it; with `force` the reasons
 * ORG, SCOPE and BASIS do not count.  Own transaction. */
enum mq_status ingest_readmit(struct hub *h, const char *tenant,
    struct dev dev, int64_t first, bool force, struct err *err) MUST_CHECK;

void ingest_reason_say(const char *code, const char *detail, enum lang lang,
    struct buf *out);

#endif
