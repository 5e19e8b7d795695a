/*
 * Reading the feeds: pages of wire lines.  Called by api.c.
 */
#include "feed.h"

#include <string.h>

#define PAGE_ROWS 2000	/* PostgreSQL hands over the rows asked for at once */

/* One stored entry as its wire line.  Quarantined ones travel only home. */
static void put_line(struct db_stmt *s, struct buf *out)
{
	size_t hlen, blen, slen, llen;
	const char *head = db_blob(s, "head", &hlen);
	const char *body = db_blob(s, "body", &blen);
	const uint8_t *salt = db_blob(s, "salt", &slen);
	const char *line = db_blob(s, "line", &llen);
	struct ref why = { { db_i64(s, "why_dev") }, db_i64(s, "why_seq") };

	if (!db_is_null(s, "line")) {
		buf_add(out, line, llen);
		buf_addc(out, '\n');
		return;
	}
	if (db_is_null(s, "body") || slen != ENTRY_SALT)
		body = NULL;
	entry_line(head, hlen, salt, body, blen, why, out);
}

static enum mq_status put_run(struct hub *h, const char *tenant, int64_t dev,
    int64_t first, int64_t last, struct buf *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT head, salt, body, why_dev, why_seq,"
	    " NULL AS line FROM entry WHERE tenant = ? AND dev = ?"
	    " AND seq BETWEEN ? AND ? AND state = 0 ORDER BY seq", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev);
	db_bind_i64(s, first);
	db_bind_i64(s, last);
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		put_line(s, out);
	db_done(&s);
	if (st == MQ_OK && out->over)
		st = err_set(err, MQ_E_TOO_BIG, "feed page");
	return st;
}

enum mq_status feed_read(struct hub *h, const struct store_node *who,
    int64_t after,
    struct buf *out, int64_t *cursor, bool *more, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	int rows = 0;
	bool row;

	*cursor = after;
	*more = false;
	st = db_query(h->db, "SELECT pos, dev, first, last FROM feed"
	    " WHERE tenant = ? AND org = ? AND pos > ? ORDER BY pos"
	    " LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_text(s, who->org);
	db_bind_i64(s, after);
	db_bind_i64(s, PAGE_ROWS);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		struct dev dev = { db_i64(s, "dev") };

		*more = ++rows == PAGE_ROWS;
		if (out->len >= FEED_PAGE_BYTES) {
			*more = true;
			break;
		}
		if (dev_node(dev) != who->number) {
			st = put_run(h, who->tenant, dev.v,
			    db_i64(s, "first"), db_i64(s, "last"), out, err);
			if (st != MQ_OK)
				break;
		}
		*cursor = db_i64(s, "pos");
	}
	db_done(&s);
	return st;
}

enum mq_status feed_own(struct hub *h, const struct store_node *who,
    struct dev dev, int64_t after, struct buf *out, bool *more, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	int rows = 0;
	bool row;

	*more = false;
	st = db_query(h->db, "SELECT e.head, e.salt, e.body, e.why_dev,"
	    " e.why_seq, q.line FROM entry e LEFT JOIN quarantine_line q"
	    " ON q.tenant = e.tenant AND q.dev = e.dev AND q.seq = e.seq"
	    " WHERE e.tenant = ? AND e.dev = ? AND e.seq > ? ORDER BY e.seq"
	    " LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, after);
	db_bind_i64(s, PAGE_ROWS);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		*more = ++rows == PAGE_ROWS;
		if (out->len >= FEED_PAGE_BYTES) {
			*more = true;
			break;
		}
		put_line(s, out);
	}
	db_done(&s);
	return st;
}
