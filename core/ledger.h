/*
 * The only writer of entries.  Append only: triggers refuse anything else.
 */
#ifndef MQ_LEDGER_H
#define MQ_LEDGER_H

#include "entry_check.h"
#include "node.h"

/* A save travels whole in one batch, which takes so much (sync/wire.h). */
#define LEDGER_SAVE_BYTES (1024u * 1024u)

/* One entry to be written; the ledger adds identity, clock, chain. */
struct ledger_new {
	const char *kind;	/* "visit" */
	const char *op;		/* "open" */
	struct ref subj;	/* no ref: this entry opens the record */
	struct ref cause;
	int cause_index;	/* >= 0: the entry of this save at that index */
	int subj_index;		/* >= 0: subject opened in this same save */
	const char *org;
	struct buf *body;	/* canonical bytes */
};

/* Appends one save inside the caller's transaction.  ids[n] receives the
 * identities.  Refuses when the wall clock stands before the last entry by
 * more than a day or before the build (MQ_E_CLOCK) until the time was
 * confirmed (ledger_confirm_clock).  MQ_E_TOO_BIG when it could not travel. */
enum mq_status ledger_append(struct node *n, const char *by,
    const struct ledger_new *list, int count, struct ref *ids,
    struct err *err) MUST_CHECK;

/* The same question by itself: asked before fields are judged by the time. */
enum mq_status ledger_check_clock(struct node *n, struct err *err)
    MUST_CHECK;

/* A person confirmed date and time: the difference is added to the wall clock
 * from now on and entries carry 时间人工确认 until the hub confirms.  When
 * earlier entries are dated later than that, a new epoch begins.  MQ_E_CLOCK
 * for a time before this program or before what the hub said last. */
enum mq_status ledger_confirm_clock(struct node *n, struct utc real,
    struct err *err) MUST_CHECK;
/* The hub said what the time is, in a transaction: a wall clock more than ten
 * minutes off is corrected from now on, and a node whose entries are dated
 * ahead of the hub's time goes on under a new epoch. */
enum mq_status ledger_hub_clock(struct node *n, struct utc hub,
    struct err *err) MUST_CHECK;
struct utc ledger_now(struct node *n);	/* wall clock with that correction */

/* Takes one received line (raw) inside the caller's transaction; the same
 * entry twice is fine (*is_new false).  Same identity with another hash:
 * MQ_E_FORKED.  Own entries come this way too after a lost tail. */
enum mq_status ledger_receive(struct node *n, const char *line, size_t len,
    bool *is_new, struct err *err) MUST_CHECK;

/* Heads of a subject: its entries that no held entry comes after, sorted.  At
 * most ENTRY_AFTER_MAX, the latest ones. */
enum mq_status ledger_heads(struct node *n, struct ref subj,
    struct ref out[ENTRY_AFTER_MAX], int *count, struct err *err) MUST_CHECK;

/* After a healed tail: goes on as the next epoch, in a transaction.  The new
 * chain's first `prev` is the last hash of the former one. */
enum mq_status ledger_new_epoch(struct node *n, struct err *err) MUST_CHECK;
/* Up to where the hub has an epoch that ended, in a transaction. */
enum mq_status ledger_set_former(struct node *n, struct dev dev, int64_t hub,
    struct err *err) MUST_CHECK;
/* Another process of this node may have begun one: n->dev follows. */
enum mq_status ledger_refresh(struct node *n, struct err *err) MUST_CHECK;
/* Notes the head in the file beside the database (a lost tail shows). */
void ledger_note_head(struct node *n);
/* True when that copy is ahead of the ledger: the tail was lost. */
bool ledger_tail_lost(struct node *n);
/* At start: a lost tail begins a new epoch at once, so that no number is used
 * twice, and what is missed is kept for the people and for sync. */
enum mq_status ledger_notice_tail(struct node *n, struct err *err)
    MUST_CHECK;
struct ledger_lost { struct dev dev; int64_t from, to; };
bool ledger_lost(struct node *n, struct ledger_lost *out);
/* The same as MQ_E_TAIL_LOST in words, for the first screen. */
bool ledger_lost_words(struct node *n, struct err *err);
/* After the hub gave back what it has, in a transaction: what came is missed
 * no more; *all false when some of it the hub never got. */
enum mq_status ledger_found_tail(struct node *n, bool *all, struct err *err)
    MUST_CHECK;
/* Highest sequence held of a chain, 0 none. */
enum mq_status ledger_held_to(struct node *n, struct dev dev, int64_t *seq,
    struct err *err) MUST_CHECK;

struct ledger_head { int64_t seq; uint8_t hash[CRYPTO_HASH]; };
enum mq_status ledger_head(struct node *n, struct ledger_head *out,
    struct err *err) MUST_CHECK;

/* The bytes of one entry; body is empty with *erased true when gone. */
enum mq_status ledger_read(struct node *n, struct ref id, struct entry *e,
    struct buf *head, struct buf *body, bool *erased, struct err *err)
    MUST_CHECK;
/* What its header says, for who needs no words: nothing is decrypted. */
enum mq_status ledger_read_head(struct node *n, struct ref id,
    struct entry *e, struct err *err) MUST_CHECK;
/* The hybrid clock of one entry: its place among concurrent ones. */
enum mq_status ledger_hlc(struct node *n, struct ref id, int64_t *hlc,
    struct err *err) MUST_CHECK;
/* Wire lines of own entries seq in [from, to], at most `max_bytes`, whole
 * saves only; *last gets the last sequence written. */
enum mq_status ledger_lines(struct node *n, int64_t from, int64_t to,
    size_t max_bytes, struct buf *out, int64_t *last, struct err *err)
    MUST_CHECK;
/* Any entry as its wire line. */
enum mq_status ledger_line_of(struct node *n, struct ref id, struct buf *out,
    struct err *err) MUST_CHECK;

/* Drops salt and body of one entry, in a transaction.  `why` is the entry that
 * erased it; the entry itself when it left this node by retention (purge). */
enum mq_status ledger_erase(struct node *n, struct ref id, struct ref why,
    struct err *err) MUST_CHECK;

/* *gone: its words were dropped, or shall be when they come; *why as
 * ledger_erase() was told, `id` itself when they were not. */
enum mq_status ledger_gone(struct node *n, struct ref id, bool *gone,
    struct ref *why, struct err *err) MUST_CHECK;
/* Did it leave by retention? */
bool ledger_purged(struct node *n, struct ref id);
/* Visits every entry with its body here, in the order of chains; `body` is
 * wiped after each call.  Stops when fn says something other than MQ_OK. */
typedef enum mq_status (*ledger_visit)(void *ctx, const struct entry *e,
    const struct buf *body, struct err *err);
enum mq_status ledger_each(struct node *n, ledger_visit fn, void *ctx,
    struct err *err) MUST_CHECK;

struct ledger_report {
	int64_t entries, chains, bodies, erased, bad;
	char first_bad[240];	/* which entry, what is wrong: "中文‖English" */
};
/* Walks every chain: hashes, links, gaps, body digests, saves whole, the
 * copy of the head.  progress may be NULL.  MQ_E_DAMAGED when bad > 0. */
enum mq_status ledger_verify(struct node *n,
    void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
    struct ledger_report *out, struct err *err) MUST_CHECK;
/* The same a bit at a time: entries that come meanwhile are seen too, or by
 * the next walk.  *done after the last one. */
struct ledger_walk *ledger_walk_new(struct node *n);
enum mq_status ledger_walk_some(struct ledger_walk *w, int max, bool *done,
    struct err *err) MUST_CHECK;
const struct ledger_report *ledger_walk_report(const struct ledger_walk *w);
void ledger_walk_free(struct ledger_walk **w);
/* Header and body of one entry as they were written? */
bool ledger_intact(struct node *n, struct ref id);

#endif
