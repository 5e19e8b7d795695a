/*
 * Words that leave: by erasure (a person's right) or by purge (retention); and
 * going through all words that are here.  Called by subject.c and purge.c.
 */
#include "ledger.h"

#include <assert.h>

#include "base/xmalloc.h"

#define AT_A_TIME 200

enum mq_status ledger_gone(struct node *n, struct ref id, bool *gone,
    struct ref *why, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	*gone = false;
	*why = id;
	st = db_query(n->db, "SELECT why_dev, why_seq FROM entry_gone"
	    " WHERE dev = ? AND seq = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	st = db_step(s, gone, err);
	if (!st && *gone) {
		why->dev.v = db_i64(s, "why_dev");
		why->seq = db_i64(s, "why_seq");
	}
	db_done(&s);
	return st;
}

bool ledger_purged(struct node *n, struct ref id)
{
	struct ref why;
	bool gone;

	return ledger_gone(n, id, &gone, &why, NULL) == MQ_OK && gone &&
	    ref_equal(why, id);
}

/* The next identities that have words, so that no statement stays open while
 * somebody works on one. */
static enum mq_status next_ids(struct node *n, struct ref after,
    struct ref *ids, int *count, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	st = db_query(n->db, "SELECT id FROM entry_body WHERE id > ?"
	    " ORDER BY id LIMIT ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, ref_rec(after));
	db_bind_i64(s, AT_A_TIME);
	while (!(st = db_step(s, &row, err)) && row)
		ids[(*count)++] = ref_of_rec(db_i64(s, "id"));
	db_done(&s);
	return st;
}

static enum mq_status visit_one(struct node *n, struct ref id,
    ledger_visit fn, void *ctx, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct entry e;
	enum mq_status st;
	bool gone;

	st = ledger_read(n, id, &e, &head, &body, &gone, err);
	if (!st && !gone)
		st = fn(ctx, &e, &body, err);
	else if (st == MQ_E_DAMAGED)
		st = MQ_OK;	/* no words that anybody could read */
	if (body.data)
		crypto_wipe(body.data, body.cap);
	buf_free(&head);
	buf_free(&body);
	return st;
}

enum mq_status ledger_each(struct node *n, ledger_visit fn, void *ctx,
    struct err *err)
{
	struct ref ids[AT_A_TIME], after = { { 0 }, 0 };
	enum mq_status st = MQ_OK;
	int count = 1, i;

	while (!st && count > 0) {
		st = next_ids(n, after, ids, &count, err);
		for (i = 0; i < count && !st; i++)
			st = visit_one(n, ids[i], fn, ctx, err);
		if (count)
			after = ids[count - 1];
	}
	return st;
}

enum mq_status ledger_erase(struct node *n, struct ref id, struct ref why,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	assert(db_in_transaction(n->db));
	/* An erasure stands above a purge, which is but this node's. */
	st = db_query(n->db, "INSERT INTO entry_gone(dev, seq, why_dev,"
	    " why_seq) VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	    " why_dev = excluded.why_dev, why_seq = excluded.why_seq"
	    " WHERE why_dev = dev AND why_seq = seq", &s, err);
	if (st)
		return st;
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	db_bind_i64(s, why.dev.v);
	db_bind_i64(s, why.seq);
	st = db_run(&s, err);
	if (st)
		return st;
	st = db_query(n->db, "DELETE FROM entry_body WHERE id = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, ref_rec(id));
	return db_run(&s, err);
}
