/*
 * How far this node's own entries have come.  Written by sync, read by the
 * status line and by whoever asks where a record stands.
 *
 * Marks in meta belong to the current epoch; table `former` says up to where
 * the hub has an earlier one, all of it when it says nothing.
 */
#include "outbox.h"

#include <assert.h>
#include <inttypes.h>

#include "base/xmalloc.h"
#include "ledger.h"
#include "record.h"

struct marks { int64_t sent, hub; };

static struct marks marks_get(struct node *n)
{
	struct marks m;

	/* Beginning a new epoch sets both marks to zero. */
	(void)(ledger_refresh(n, NULL) == MQ_OK);
	m.sent = node_meta(n, "sent_seq");
	m.hub = node_meta(n, "hub_seq");
	if (m.sent < m.hub)
		m.sent = m.hub;
	return m;
}

static enum mq_status marks_put(struct node *n, const struct marks *m,
    struct err *err)
{
	enum mq_status st;

	assert(db_in_transaction(n->db));
	st = node_set_meta(n, "sent_seq", m->sent, err);
	if (st == MQ_OK)
		st = node_set_meta(n, "hub_seq", m->hub, err);
	return st;
}

/* ---- counts ---- */

struct former {
	int64_t held, hub;	/* entries here, and of them at the hub */
	struct ref oldest;	/* the first one that is not */
};

/* The newest of our chains up to *dev, and what of it is where: one step down
 * the index, however long the chain is.  *dev 0: there is none. */
static enum mq_status chain_at(struct node *n, int64_t *dev, int64_t *held,
    int64_t *hub, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(n->db, "SELECT e.dev, e.seq, coalesce((SELECT f.hub"
	    " FROM former f WHERE f.dev = e.dev), e.seq) AS hub FROM entry e"
	    " WHERE e.dev BETWEEN ? AND ?"
	    " ORDER BY e.dev DESC, e.seq DESC LIMIT 1", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev_make(dev_node(n->dev), 0).v);
	db_bind_i64(s, *dev);
	*dev = 0;
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		*dev = db_i64(s, "dev");
		*held = db_i64(s, "seq");
		*hub = db_i64(s, "hub");
	}
	db_done(&s);
	return st;
}

/* Last sequence of this epoch, and how earlier ones stand. */
static enum mq_status own_entries(struct node *n, int64_t *last,
    struct former *f, struct err *err)
{
	int64_t dev = n->dev.v, held = 0, hub = 0;
	enum mq_status st;

	*last = 0;
	memset(f, 0, sizeof(*f));
	for (; (st = chain_at(n, &dev, &held, &hub, err)) == MQ_OK &&
	    dev != 0; dev--) {
		if (dev == n->dev.v) {
			*last = held;
			continue;
		}
		f->held += held;
		f->hub += hub < held ? hub : held;
		if (hub < held)
			f->oldest = (struct ref){ { dev }, hub + 1 };
	}
	return st;
}

/* Entries that came back: within what the hub has received, after that, and
 * after what it has of an earlier epoch. */
struct back { int64_t within, after, former; };

static enum mq_status returned_entries(struct node *n, int64_t hub,
    struct back *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(out, 0, sizeof(*out));
	st = db_query(n->db, "SELECT r.dev, r.first, r.last, coalesce("
	    "(SELECT f.hub FROM former f WHERE f.dev = r.dev), r.last)"
	    " AS hub FROM returned r", &s, err);
	if (st != MQ_OK)
		return st;
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		int64_t first = db_i64(s, "first"), last = db_i64(s, "last");
		bool now = db_i64(s, "dev") == n->dev.v;
		int64_t to = now ? hub : db_i64(s, "hub");

		to = to < first ? first - 1 : to > last ? last : to;
		out->within += to - first + 1;
		if (now)
			out->after += last - to;
		else
			out->former += last - to;
	}
	db_done(&s);
	return st;
}

static enum mq_status oldest(struct node *n, struct ref id, struct utc *out,
    struct err *err)
{
	struct entry e;
	enum mq_status st = ledger_read_head(n, id, &e, err);

	if (st == MQ_OK)
		*out = e.at;
	return st;
}

enum mq_status outbox_counts(struct node *n, struct outbox_counts *out,
    struct err *err)
{
	struct marks m = marks_get(n);
	struct former f;
	struct back back;
	int64_t last;
	enum mq_status st;

	memset(out, 0, sizeof(*out));
	st = own_entries(n, &last, &f, err);
	if (st != MQ_OK)
		return st;
	/* A lost tail: the hub may hold more than is here. */
	if (m.hub > last)
		m.hub = last;
	if (m.sent > last)
		m.sent = last;
	st = returned_entries(n, m.hub, &back, err);
	if (st != MQ_OK)
		return st;
	out->written = f.held + last;
	out->returned = back.within + back.after + back.former;
	out->hub = f.hub + m.hub - back.within;
	out->local = f.held - f.hub - back.former + last - m.sent;
	out->sent = m.sent - m.hub - back.after;
	assert(out->hub >= 0 && out->sent >= 0 && out->local >= 0);
	assert(out->written == out->local + out->sent + out->hub +
	    out->returned);
	out->last_contact.ms = node_meta(n, "contact_at");
	node_meta_text(n, "contact_trouble", out->trouble,
	    sizeof(out->trouble));
	if (f.oldest.seq == 0 && last > m.sent)
		f.oldest = (struct ref){ n->dev, m.sent + 1 };
	if (f.oldest.seq != 0)
		st = oldest(n, f.oldest, &out->oldest_local, err);
	if (st == MQ_OK)
		st = record_unfolded(n, &out->unfolded, err);
	return st;
}

/* ---- for sync ---- */

static enum mq_status check_written(struct node *n, struct dev dev,
    int64_t seq, struct err *err)
{
	int64_t last;
	enum mq_status st;

	if (dev_node(dev) != dev_node(n->dev) || dev.v > n->dev.v)
		return err_set(err, MQ_E_NET_REPLY, "epoch");
	st = ledger_held_to(n, dev, &last, err);
	if (st == MQ_OK && (seq < 0 || seq > last))
		st = err_set(err, MQ_E_NET_REPLY, "%" PRId64 " > %" PRId64,
		    seq, last);
	return st;
}

enum mq_status outbox_mark_sent(struct node *n, int64_t to, struct err *err)
{
	struct marks m = marks_get(n);
	enum mq_status st = check_written(n, n->dev, to, err);

	if (st != MQ_OK || to <= m.sent)
		return st;
	m.sent = to;
	return marks_put(n, &m, err);
}

/* The hub went back to an older state: what it no longer has was not
 * received, nor sent back, and its receipts no longer stand. */
static enum mq_status take_back(struct node *n, struct dev dev, int64_t to,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "DELETE FROM receipt WHERE dev = ? AND"
	    " seq_from > ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev.v);
	db_bind_i64(s, to);
	st = db_run(&s, err);
	if (st == MQ_OK)
		st = db_query(n->db, "DELETE FROM returned WHERE dev = ?"
		    " AND last > ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev.v);
	db_bind_i64(s, to);
	st = db_run(&s, err);
	if (st == MQ_OK)
		st = db_query(n->db, "UPDATE OR REPLACE receipt SET"
		    " seq_to = ? WHERE dev = ? AND seq_to > ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, to);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, to);
	return db_run(&s, err);
}

static enum mq_status put_receipt(struct node *n, struct dev dev,
    int64_t from, int64_t to, const char *no, struct utc at, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT OR REPLACE INTO receipt(seq_to,"
	    " seq_from, dev, no, at) VALUES(?, ?, ?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, to);
	db_bind_i64(s, from);
	db_bind_i64(s, dev.v);
	db_bind_text(s, no);
	db_bind_i64(s, at.ms);
	return db_run(&s, err);
}

enum mq_status outbox_mark_hub(struct node *n, int64_t contiguous,
    const char *receipt, struct utc at, struct err *err)
{
	struct marks m = marks_get(n);
	enum mq_status st = check_written(n, n->dev, contiguous,
	    err);

	if (st != MQ_OK || contiguous == m.hub)
		return st;
	if (contiguous < m.hub) {
		st = take_back(n, n->dev, contiguous, err);
		m.sent = contiguous;
	} else {
		st = put_receipt(n, n->dev, m.hub + 1, contiguous, receipt,
		    at, err);
	}
	m.hub = contiguous;
	if (m.sent < m.hub)
		m.sent = m.hub;
	return st == MQ_OK ? marks_put(n, &m, err) : st;
}

/* Up to where the hub was known to have an epoch that ended. */
static enum mq_status former_hub(struct node *n, struct dev dev, int64_t *out,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = ledger_held_to(n, dev, out, err);
	if (st == MQ_OK)
		st = db_query(n->db, "SELECT hub FROM former WHERE dev = ?",
		    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev.v);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*out = db_i64(s, "hub");
	db_done(&s);
	return st;
}

enum mq_status outbox_mark_former(struct node *n, struct dev dev,
    int64_t contiguous, const char *receipt, struct utc at, struct err *err)
{
	int64_t was = 0;
	enum mq_status st = check_written(n, dev, contiguous, err);

	assert(dev.v < n->dev.v);
	if (st == MQ_OK)
		st = former_hub(n, dev, &was, err);
	if (st != MQ_OK || contiguous == was)
		return st;
	if (contiguous < was)
		st = take_back(n, dev, contiguous, err);
	else if (receipt[0] != '\0')
		st = put_receipt(n, dev, was + 1, contiguous, receipt, at,
		    err);
	return st == MQ_OK ? ledger_set_former(n, dev, contiguous, err) : st;
}

/* What the hub says now of these entries stands instead of what it said. */
static enum mq_status forget_returned(struct node *n, struct dev dev,
    int64_t first, int64_t last, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(n->db, "DELETE FROM returned WHERE"
	    " dev = ? AND first <= ? AND last >= ?", &s, err);

	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev.v);
	db_bind_i64(s, last);
	db_bind_i64(s, first);
	return db_run(&s, err);
}

enum mq_status outbox_mark_returned(struct node *n, struct dev dev,
    int64_t first, int64_t last, const char *reason, struct err *err)
{
	struct marks m = marks_get(n);
	struct db_stmt *s;
	enum mq_status st = check_written(n, dev, last, err);

	if (st != MQ_OK)
		return st;
	if (first < 1 || first > last)
		return err_set(err, MQ_E_NET_REPLY, "%" PRId64 "-%" PRId64,
		    first, last);
	st = forget_returned(n, dev, first, last, err);
	if (st == MQ_OK)
		st = db_query(n->db, "INSERT INTO returned(dev, first, last,"
		    " at, reason) VALUES(?, ?, ?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, dev.v);
	db_bind_i64(s, first);
	db_bind_i64(s, last);
	db_bind_i64(s, ledger_now(n).ms);
	db_bind_text(s, reason);
	st = db_run(&s, err);
	if (st == MQ_OK && dev.v == n->dev.v && last > m.sent) {
		m.sent = last;
		st = marks_put(n, &m, err);
	}
	return st;
}

enum mq_status outbox_mark_readmitted(struct node *n, struct dev dev,
    int64_t first, struct err *err)
{
	return forget_returned(n, dev, first, first, err);
}

enum mq_status outbox_contact(struct node *n, const char *trouble,
    struct err *err)
{
	char clean[200];
	enum mq_status st = MQ_OK;

	xcopy(clean, sizeof(clean), trouble);
	if (clean[0] == '\0')
		st = node_set_meta(n, "contact_at", ledger_now(n).ms, err);
	if (st == MQ_OK)
		st = node_set_meta_text(n, "contact_trouble", clean, err);
	return st;
}

/* ---- what came back, and receipts ---- */

enum mq_status outbox_returned(struct node *n, struct outbox_returned *out,
    int max, int *count, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	st = db_query(n->db, "SELECT dev, first, last, at, reason FROM"
	    " returned ORDER BY dev, first LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, max);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		struct outbox_returned *r = &out[(*count)++];

		r->dev.v = db_i64(s, "dev");
		r->first = db_i64(s, "first");
		r->last = db_i64(s, "last");
		r->at.ms = db_i64(s, "at");
		db_copy(s, "reason", r->reason, sizeof(r->reason));
	}
	db_done(&s);
	return st;
}

enum mq_status outbox_receipt(struct node *n, struct ref id, char *out,
    size_t size, struct utc *at, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	out[0] = '\0';
	at->ms = 0;
	st = db_query(n->db, "SELECT no, at FROM receipt WHERE dev = ? AND"
	    " seq_to >= ? AND seq_from <= ? ORDER BY seq_to LIMIT 1", &s,
	    err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	db_bind_i64(s, id.seq);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		db_copy(s, "no", out, size);
		at->ms = db_i64(s, "at");
	}
	db_done(&s);
	return st;
}
