/*
 * One entry of the ledger: a header line and a body, both canonical JSON.
 *
 * The writer makes the bytes once; afterwards an entry *is* its two byte
 * strings: stored, sent and hashed as received.
 *
 * Header, keys sorted, all always present:
 *   after  list of refs: the heads of this subject the author's node held
 *   at     entry time, ms since 1970 by the node's wall clock
 *   bh     BLAKE2b-256(salt ‖ body), 64 hex digits
 *   by     number of the person who saved
 *   cause  ref of the entry this one derives from, or null
 *   dev    node: "101", or "101.2" for its second epoch after a self-heal
 *   hlc    hybrid clock: 48-bit ms << 16 | 16-bit counter
 *   kind   "visit.open": kind of the record, a dot, what is done:
 *          open, step, fix, void, note, join, erased, purged
 *   org    code of the unit whose record this is
 *   pack   "standard:3": configuration that decided the values
 *   prev   hash of this node's previous entry; 64 zeros for the first
 *   save   [first, count]: the save this entry belongs to
 *   seq    the node's count, from 1 without gaps
 *   subj   ref of the entry that opened the record (itself for "open")
 *   v      1
 * A ref is "dev:seq".  hash = BLAKE2b-256(header bytes).
 *
 * Body, keys sorted, members present only when they hold something:
 *   d      values decided at save: state, due, grade, owner, title, no, …
 *   f      fields as entered (map of core/fields.h)
 *   r      refs of other records named here (person, household, place, …)
 *   s      name of the step
 *   u      refs of the entries this one takes back (void)
 * Unknown members are kept and ignored.
 *
 * Wire line: {"b":BODY,"h":HEADER,"s":"16 hex digits of salt"}
 * or {"b":null,"e":"REF of entry.erased or purge","h":HEADER}
 */
#ifndef MQ_ENTRY_H
#define MQ_ENTRY_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/units.h"

#define ENTRY_SALT 8
#define ENTRY_AFTER_MAX 16
#define ENTRY_HEAD_MAX 2048u
#define ENTRY_BODY_MAX (64u * 1024u)
#define ENTRY_SAVE_MAX 200
#define ENTRY_DEV_MAX 99999	/* highest node number */
#define ENTRY_EPOCH_MAX 255
#define ENTRY_SEQ_MAX (INT64_C(1) << 38)
#define ENTRY_REF_TEXT 48

/* A node with its epoch: node << 8 | epoch.  0 is nobody. */
struct dev { int64_t v; };

struct ref {
	struct dev dev;
	int64_t seq;		/* 0: no entry */
};

struct entry {
	struct ref id;
	struct ref subj;
	struct ref cause;	/* seq 0: none */
	struct ref after[ENTRY_AFTER_MAX];	/* sorted */
	int nafter;
	int64_t hlc;
	struct utc at;
	int64_t save_first;
	int save_n;
	char by[32];
	char org[24];
	char kind[32];		/* "visit" */
	char op[16];		/* "open" */
	char pack[48];
	uint8_t prev[CRYPTO_HASH];
	uint8_t bh[CRYPTO_HASH];
};

struct dev dev_make(int node, int epoch);
int dev_node(struct dev d);
int dev_epoch(struct dev d);
void dev_text(struct dev d, char out[ENTRY_REF_TEXT]);
bool dev_parse(const char *s, size_t len, struct dev *out);

bool ref_is(struct ref r);		/* names an entry */
bool ref_equal(struct ref a, struct ref b);
int ref_cmp(struct ref a, struct ref b);
void ref_text(struct ref r, char out[ENTRY_REF_TEXT]);
bool ref_parse(const char *s, size_t len, struct ref *out);
/* One integer for both, the key of the projection: node 17 bits, epoch 8,
 * seq 38.  0 for no ref. */
int64_t ref_rec(struct ref r);
struct ref ref_of_rec(int64_t rec);

/* Canonical header bytes. */
void entry_write(const struct entry *e, struct buf *out);
void entry_hash(const char *head, size_t len, uint8_t out[CRYPTO_HASH]);
void entry_body_hash(const uint8_t salt[ENTRY_SALT], const char *body,
    size_t len, uint8_t out[CRYPTO_HASH]);

/* A wire line for these bytes; body NULL with `erased` when it is gone. */
void entry_line(const char *head, size_t hlen, const uint8_t *salt,
    const char *body, size_t blen, struct ref erased, struct buf *out);

#endif
