/*
 * Where a node stands at the hub, as JSON: the answer to /v1/head and to every
 * batch.  Called by api.c; declared in ingest.h.
 */
#include "ingest.h"

#include <string.h>

static enum mq_status put_chains(struct hub *h, const struct store_node *who,
    struct jout *j, struct err *err)
{
	struct store_chain all[STORE_CHAINS_MAX];
	enum mq_status st;
	int n = 0, i;

	st = store_chains(h->db, who->tenant, who->number, all,
	    STORE_CHAINS_MAX, &n, err);
	jout_key(j, "chains");
	jout_list(j);
	for (i = 0; i < n && st == MQ_OK; i++) {
		char dev[ENTRY_REF_TEXT], hex[2 * CRYPTO_HASH + 1];

		dev_text(all[i].dev, dev);
		crypto_hex(all[i].hash, CRYPTO_HASH, hex);
		jout_obj(j);
		jout_kint(j, "contiguous_seq", all[i].seq);
		jout_kstr(j, "dev", dev);
		jout_kint(j, "epoch", dev_epoch(all[i].dev));
		jout_kstr(j, "head_hash", hex);
		jout_obj_end(j);
	}
	jout_list_end(j);
	return st;
}

/* How far the node's cursor counts: it may be from before a restore. */
static enum mq_status put_feed(struct hub *h, const struct store_node *who,
    const char *mark, struct jout *j, struct err *err)
{
	struct feed_life life;
	enum mq_status st = feed_life(h, who->tenant, mark, &life, err);

	if (st != MQ_OK)
		return st;
	jout_key(j, "feed");
	jout_obj(j);
	jout_kint(j, "good", life.good);
	jout_kstr(j, "mark", life.mark);
	jout_kint(j, "pos", life.pos);
	jout_kint(j, "status", life.status);
	jout_obj_end(j);
	return MQ_OK;
}

static enum mq_status put_receipts(struct hub *h, const struct store_node *who,
    struct dev dev, int64_t from, int64_t to, struct jout *j, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT first, last, no, at FROM batch"
	    " WHERE tenant = ? AND dev = ? AND last >= ? AND first <= ?"
	    " ORDER BY last LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, from);
	db_bind_i64(s, to);
	db_bind_i64(s, INGEST_LIST_MAX);
	jout_key(j, "receipts");
	jout_list(j);
	while (from > 0 && (st = db_step(s, &row, err)) == MQ_OK && row) {
		jout_obj(j);
		jout_kint(j, "at", db_i64(s, "at"));
		jout_kint(j, "from", db_i64(s, "first"));
		jout_kstr(j, "no", db_text(s, "no"));
		jout_kint(j, "to", db_i64(s, "last"));
		jout_obj_end(j);
	}
	jout_list_end(j);
	db_done(&s);
	return st;
}

static void put_returned_row(struct db_stmt *s, struct jout *j)
{
	struct buf zh = BUF_INIT(512), en = BUF_INIT(512);
	struct dev dev = { db_i64(s, "dev") };
	char text[ENTRY_REF_TEXT];

	dev_text(dev, text);
	ingest_reason_say(db_text(s, "code"), db_text(s, "detail"), LANG_ZH,
	    &zh);
	ingest_reason_say(db_text(s, "code"), db_text(s, "detail"), LANG_EN,
	    &en);
	jout_obj(j);
	jout_kint(j, "at", db_i64(s, "at"));
	jout_kstr(j, "code", db_text(s, "code"));
	jout_kstr(j, "dev", text);
	jout_kint(j, "due", db_i64(s, "due_at"));
	jout_kint(j, "first", db_i64(s, "first"));
	jout_kint(j, "last", db_i64(s, "last"));
	jout_kstr(j, "reason", buf_str(&zh));
	jout_kstr(j, "reason_en", buf_str(&en));
	jout_obj_end(j);
	buf_free(&zh);
	buf_free(&en);
}

static enum mq_status put_returned(struct hub *h, const struct store_node *who,
    struct jout *j, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	int n = 0;

	st = db_query(h->db, "SELECT dev, first, last, code, detail, at,"
	    " due_at FROM quarantine WHERE tenant = ?"
	    " AND dev BETWEEN ? AND ? AND readmitted_at = 0"
	    " ORDER BY dev, first LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, dev_make(who->number, 0).v);
	db_bind_i64(s, dev_make(who->number, ENTRY_EPOCH_MAX).v);
	db_bind_i64(s, INGEST_LIST_MAX);
	jout_key(j, "returned");
	jout_list(j);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		put_returned_row(s, j);
		n++;
	}
	jout_list_end(j);
	jout_kbool(j, "returned_more", n == INGEST_LIST_MAX);
	db_done(&s);
	return st;
}

enum mq_status ingest_answer(struct hub *h, const struct store_node *who,
    const struct ingest_ask *ask, struct buf *out, struct err *err)
{
	enum mq_status st;
	struct jout j;

	jout_begin(&j, out, false);
	jout_obj(&j);
	st = put_chains(h, who, &j, err);
	if (st == MQ_OK)
		st = put_feed(h, who, ask->mark, &j, err);
	if (st == MQ_OK) {
		jout_kbool(&j, "frozen", who->forked_at.ms != 0);
		jout_kint(&j, "now", env_now(h->env).ms);
		st = put_receipts(h, who, ask->dev, ask->from, ask->to, &j,
		    err);
	}
	if (st == MQ_OK)
		st = put_returned(h, who, &j, err);
	if (st == MQ_OK)
		jout_obj_end(&j);
	return st;
}
