/*
 * Walking every chain: does each entry still say what it said?
 * Called by `minqing verify`, doctor, the screen at idle and the timeline.
 */
#include <inttypes.h>

#include "base/xmalloc.h"
#include "ledger.h"
#include "why.h"

#define AT_A_TIME 1000

struct ledger_walk {
	struct node *n;
	struct ledger_report rep;
	struct dev dev;		/* chain at hand */
	int64_t seq;		/* last seen in it, 0 none */
	uint8_t hash[CRYPTO_HASH];
	int64_t save_end;	/* sequence after the open save */
};

/* The first complaint is kept in both languages, for err_say(). */
static void say(struct ledger_walk *w, struct ref id, const char *zh,
    const char *en)
{
	char text[ENTRY_REF_TEXT];

	if (w->rep.bad++ == 0) {
		ref_text(id, text);
		snprintf(w->rep.first_bad, sizeof(w->rep.first_bad),
		    "%.24s %.90s" WHY_BAR "%.24s %.80s", text, zh, text, en);
	}
}

static void bad(struct ledger_walk *w, struct ref id, enum why why)
{
	char zh[120];
	const char *both = why_words(why), *bar = strstr(both, WHY_BAR);

	snprintf(zh, sizeof(zh), "%.*s", (int)(bar - both), both);
	say(w, id, zh, bar + strlen(WHY_BAR));
}

static void check_links(struct ledger_walk *w, const struct entry *e)
{
	static const uint8_t zero[CRYPTO_HASH];
	bool own = e->id.dev.v == w->n->dev.v;

	if (e->id.dev.v != w->dev.v) {
		w->dev = e->id.dev;
		w->seq = 0;
		w->save_end = 0;
		w->rep.chains++;
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
static void check_body(struct ledger_walk *w, const struct entry *e,
    struct db_stmt *s)
{
	struct buf plain = BUF_INIT(ENTRY_BODY_MAX + ENTRY_SALT);
	uint8_t bh[CRYPTO_HASH];
	size_t len;
	const void *box = db_blob(s, "box", &len);

	if (db_is_null(s, "box")) {
		if (db_i64(s, "gone"))
			w->rep.erased++;
		else
			bad(w, e->id, WHY_LEDGER_BODY_MISSING);
		return;
	}
	w->rep.bodies++;
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

/* The header by itself; true when its links and body are worth a look. */
static bool check_header(struct ledger_walk *w, struct ref id,
    struct db_stmt *s, struct entry *e, uint8_t hash[CRYPTO_HASH])
{
	size_t len, hlen;
	const char *head = db_blob(s, "head", &len);
	const void *stored = db_blob(s, "hash", &hlen);
	struct err err = ERR_INIT;

	entry_hash(head, len, hash);
	if (hlen != CRYPTO_HASH || memcmp(stored, hash, hlen) != 0)
		bad(w, id, WHY_LEDGER_HEADER_CHANGED);
	else if (entry_check_head(head, len, e, &err) != MQ_OK)
		say(w, id, err.detail, err.detail);
	else if (!ref_equal(e->id, id) ||
	    ref_rec(e->subj) != db_i64(s, "subj"))
		bad(w, id, WHY_LEDGER_IDENTITY);
	else
		return true;
	return false;
}

static void check_one(struct ledger_walk *w, struct db_stmt *s)
{
	struct ref id = { { db_i64(s, "dev") }, db_i64(s, "seq") };
	uint8_t hash[CRYPTO_HASH];
	struct entry e;

	w->rep.entries++;
	if (check_header(w, id, s, &e, hash)) {
		check_links(w, &e);
		check_body(w, &e, s);
	}
	w->dev = id.dev;
	w->seq = id.seq;
	memcpy(w->hash, hash, CRYPTO_HASH);
}

static void check_head(struct ledger_walk *w)
{
	struct ledger_lost lost;
	struct ledger_head h;
	struct ref id = { w->n->dev, 0 };
	struct db_stmt *s;
	struct err err = ERR_INIT;
	const void *p;
	size_t len;
	bool row;

	if (ledger_lost(w->n, &lost))
		bad(w, (struct ref){ lost.dev, lost.to },
		    WHY_LEDGER_LOST_TAIL);
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

struct ledger_walk *ledger_walk_new(struct node *n)
{
	struct ledger_walk *w = xcalloc(1, sizeof(*w));

	w->n = n;
	return w;
}

void ledger_walk_free(struct ledger_walk **w)
{
	FREE(*w);
}

const struct ledger_report *ledger_walk_report(const struct ledger_walk *w)
{
	return &w->rep;
}

/* Entries after (dev, seq), at most `max`. */
static enum mq_status after(struct node *n, int64_t dev, int64_t seq,
    int max, struct db_stmt **s, struct err *err)
{
	enum mq_status st;

	st = db_query(n->db, "SELECT e.dev, e.seq, e.subj, e.hash, e.head,"
	    " b.box, g.dev IS NOT NULL AS gone FROM entry e"
	    " LEFT JOIN entry_body b ON b.id = e.dev << 38 | e.seq"
	    " LEFT JOIN entry_gone g ON g.dev = e.dev AND g.seq = e.seq"
	    " WHERE (e.dev, e.seq) > (?, ?) ORDER BY e.dev, e.seq LIMIT ?",
	    s, err);
	if (st)
		return st;
	db_bind_i64(*s, dev);
	db_bind_i64(*s, seq);
	db_bind_i64(*s, max);
	return MQ_OK;
}

enum mq_status ledger_walk_some(struct ledger_walk *w, int max, bool *done,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	int n = 0;

	st = after(w->n, w->dev.v, w->seq, max, &s, err);
	if (st)
		return st;
	while (!(st = db_step(s, &row, err)) && row) {
		check_one(w, s);
		n++;
	}
	db_done(&s);
	*done = n < max;
	if (!st && *done)
		check_head(w);
	return st;
}

enum mq_status ledger_verify(struct node *n,
    void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
    struct ledger_report *out, struct err *err)
{
	struct ledger_walk w;
	enum mq_status st;
	int64_t all = 0;
	bool done = false;

	memset(out, 0, sizeof(*out));
	memset(&w, 0, sizeof(w));
	w.n = n;
	st = db_scalar(n->db, "SELECT count(*) FROM entry", &all, err);
	while (!st && !done) {
		st = ledger_walk_some(&w, AT_A_TIME, &done, err);
		if (progress && !st)
			progress(ctx, w.rep.entries, all);
	}
	*out = w.rep;
	if (!st && out->bad)
		st = err_set(err, MQ_E_DAMAGED, "%s", out->first_bad);
	return st;
}

bool ledger_intact(struct node *n, struct ref id)
{
	struct ledger_walk w;
	struct db_stmt *s;
	uint8_t hash[CRYPTO_HASH];
	struct entry e;
	struct err err = ERR_INIT;
	bool row = false;

	memset(&w, 0, sizeof(w));
	w.n = n;
	if (after(n, id.dev.v, id.seq - 1, 1, &s, &err) != MQ_OK)
		return false;
	if (db_step(s, &row, &err) != MQ_OK || !row ||
	    db_i64(s, "dev") != id.dev.v || db_i64(s, "seq") != id.seq)
		w.rep.bad = 1;
	else if (check_header(&w, id, s, &e, hash))
		check_body(&w, &e, s);
	db_done(&s);
	return w.rep.bad == 0;
}
