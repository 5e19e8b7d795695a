/*
 * Walking every chain: does each entry still say what it said?
 * Called by `minqing verify`, doctor and after a failed fsync.
 */
#include <inttypes.h>

#include "base/xmalloc.h"
#include "ledger.h"
#include "why.h"

struct walk {
	struct node *n;
	struct ledger_report *rep;
	struct dev dev;		/* chain at hand */
	int64_t seq;		/* last seen in it, 0 none */
	uint8_t hash[CRYPTO_HASH];
	int64_t save_end;	/* sequence after the open save */
};

/* The first complaint is kept in both languages, for err_say(). */
static void say(struct walk *w, struct ref id, const char *zh,
    const char *en)
{
	char text[ENTRY_REF_TEXT];

	if (w->rep->bad++ == 0) {
		ref_text(id, text);
		snprintf(w->rep->first_bad, sizeof(w->rep->first_bad),
		    "%.24s %.90s" WHY_BAR "%.24s %.80s", text, zh, text, en);
	}
}

static void bad(struct walk *w, struct ref id, enum why why)
{
	char zh[120];
	const char *both = why_words(why), *bar = strstr(both, WHY_BAR);

	snprintf(zh, sizeof(zh), "%.*s", (int)(bar - both), both);
	say(w, id, zh, bar + strlen(WHY_BAR));
}

static void check_links(struct walk *w, const struct entry *e)
{
	static const uint8_t zero[CRYPTO_HASH];
	bool own = e->id.dev.v == w->n->dev.v;

	if (e->id.dev.v != w->dev.v) {
		w->dev = e->id.dev;
		w->seq = 0;
		w->save_end = 0;
		w->rep->chains++;
	}
	if (w->seq && e->id.seq == w->seq + 1) {
		if (memcmp(e->prev, w->hash, CRYPTO_HASH) != 0)
			bad(w, e->id, WHY_LEDGER_BROKEN_LINK);
	} else if (own && e->id.seq != w->seq + 1) {
		bad(w, e->id, WHY_LEDGER_GAP);
	} else if (e->id.seq == 1 && dev_epoch(e->id.dev) == 0 &&
	    memcmp(e->prev, zero, CRYPTO_HASH) != 0) {
		bad(w, e->id, WHY_LEDGER_BAD_FIRST_LINK);
	}
	if (own && w->save_end && e->id.seq < w->save_end &&
	    e->save_first + e->save_n != w->save_end)
		bad(w, e->id, WHY_LEDGER_SAVE_NOT_WHOLE);
	w->save_end = e->save_first + e->save_n;
}

/* Body bytes against the digest in the header. */
static void check_body(struct walk *w, const struct entry *e,
    struct db_stmt *s)
{
	struct buf plain = BUF_INIT(ENTRY_BODY_MAX + ENTRY_SALT);
	uint8_t bh[CRYPTO_HASH];
	size_t len;
	const void *box = db_blob(s, "box", &len);

	if (db_is_null(s, "box")) {
		if (db_i64(s, "gone"))
			w->rep->erased++;
		else
			bad(w, e->id, WHY_LEDGER_BODY_MISSING);
		return;
	}
	w->rep->bodies++;
	if (crypto_rest_unwrap(w->n->keys.data, e->id.dev.v, e->id.seq, box,
	    len, &plain, NULL) != MQ_OK || plain.len < ENTRY_SALT) {
		bad(w, e->id, WHY_LEDGER_BODY_CHANGED);
	} else {
		entry_body_hash((const uint8_t *)plain.data,
		    plain.data + ENTRY_SALT, plain.len - ENTRY_SALT, bh);
		if (memcmp(bh, e->bh, sizeof(bh)) != 0)
			bad(w, e->id, WHY_LEDGER_BODY_DIGEST);
		crypto_wipe(plain.data, plain.len);
	}
	buf_free(&plain);
}

static void check_one(struct walk *w, struct db_stmt *s)
{
	struct ref id = { { db_i64(s, "dev") }, db_i64(s, "seq") };
	size_t len, hlen;
	const char *head = db_blob(s, "head", &len);
	const void *stored = db_blob(s, "hash", &hlen);
	uint8_t hash[CRYPTO_HASH];
	struct entry e;
	struct err err = ERR_INIT;

	w->rep->entries++;
	entry_hash(head, len, hash);
	if (hlen != CRYPTO_HASH || memcmp(stored, hash, hlen) != 0) {
		bad(w, id, WHY_LEDGER_HEADER_CHANGED);
	} else if (entry_check_head(head, len, &e, &err) != MQ_OK) {
		say(w, id, err.detail, err.detail);
	} else if (!ref_equal(e.id, id) ||
	    ref_rec(e.subj) != db_i64(s, "subj")) {
		bad(w, id, WHY_LEDGER_IDENTITY);
	} else {
		check_links(w, &e);
		check_body(w, &e, s);
	}
	w->dev = id.dev;
	w->seq = id.seq;
	memcpy(w->hash, hash, CRYPTO_HASH);
}

static void check_head(struct walk *w)
{
	struct ledger_head h;
	struct ref id = { w->n->dev, 0 };
	struct db_stmt *s;
	struct err err = ERR_INIT;
	const void *p;
	size_t len;
	bool row;

	if (ledger_head(w->n, &h, &err) != MQ_OK || !h.seq)
		return;
	id.seq = h.seq;
	if (db_query(w->n->db, "SELECT hash FROM entry WHERE dev = ?"
	    " AND seq = ?", &s, &err) != MQ_OK)
		return;
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	if (db_step(s, &row, &err) != MQ_OK || !row) {
		bad(w, id, WHY_LEDGER_HEAD_MISSING);
	} else {
		p = db_blob(s, "hash", &len);
		if (len != CRYPTO_HASH || memcmp(p, h.hash, len) != 0)
			bad(w, id, WHY_LEDGER_HEAD_DIFFERS);
	}
	db_done(&s);
	if (ledger_tail_lost(w->n))
		bad(w, id, WHY_LEDGER_LOST_TAIL);
}

enum mq_status ledger_verify(struct node *n,
    void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
    struct ledger_report *out, struct err *err)
{
	struct walk w;
	struct db_stmt *s;
	enum mq_status st;
	int64_t all = 0;
	bool row;

	memset(out, 0, sizeof(*out));
	memset(&w, 0, sizeof(w));
	w.n = n;
	w.rep = out;
	st = db_scalar(n->db, "SELECT count(*) FROM entry", &all, err);
	if (st)
		return st;
	st = db_query(n->db, "SELECT e.dev, e.seq, e.subj, e.hash, e.head,"
	    " b.box, g.dev IS NOT NULL AS gone FROM entry e"
	    " LEFT JOIN entry_body b ON b.dev = e.dev AND b.seq = e.seq"
	    " LEFT JOIN entry_gone g ON g.dev = e.dev AND g.seq = e.seq"
	    " ORDER BY e.dev, e.seq", &s, err);
	if (st)
		return st;
	while (!(st = db_step(s, &row, err)) && row) {
		check_one(&w, s);
		if (progress && out->entries % 1000 == 0)
			progress(ctx, out->entries, all);
	}
	db_done(&s);
	if (st)
		return st;
	check_head(&w);
	if (out->bad)
		return err_set(err, MQ_E_DAMAGED, "%s", out->first_bad);
	return MQ_OK;
}
