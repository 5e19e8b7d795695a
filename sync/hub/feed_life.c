/*
 * Lives of the hub: how a node finds out that its cursor is from a future the
 * hub no longer has.  Called at the start and by answer.c; part of feed.h.
 */
#include "feed.h"

#include "../../core/base/xmalloc.h"

#include <string.h>

#define KEPT 500	/* older marks mean: read the feed from the start */

static enum mq_status drop_old(struct hub *h, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "DELETE FROM life WHERE n <= (SELECT max(n)"
	    " FROM life AS l WHERE l.tenant = life.tenant) - ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, KEPT);
	return db_run(&s, err);
}

static enum mq_status add(struct hub *h, struct err *err)
{
	uint8_t raw[(FEED_MARK - 1) / 2];
	char mark[FEED_MARK];
	struct db_stmt *s;
	enum mq_status st;

	h->env->random(h->env, raw, sizeof(raw));
	crypto_hex(raw, sizeof(raw), mark);
	st = db_query(h->db, "INSERT INTO life(tenant, n, mark, pos, status)"
	    " SELECT t.tenant, coalesce((SELECT max(n) FROM life AS l"
	    " WHERE l.tenant = t.tenant), 0) + 1, ?,"
	    " coalesce((SELECT c.n FROM counter AS c"
	    " WHERE c.tenant = t.tenant AND c.what = 'feed'), 0),"
	    " coalesce((SELECT c.n FROM counter AS c"
	    " WHERE c.tenant = t.tenant AND c.what = 'status'), 0)"
	    " FROM tenant AS t", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, mark);
	return db_run(&s, err);
}

enum mq_status feed_new_life(struct hub *h, struct err *err)
{
	enum mq_status st = db_begin(h->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = db_lock(h->db, "life", err);	/* two hubs may start at once */
	if (st == MQ_OK)
		st = add(h, err);
	if (st == MQ_OK)
		st = drop_old(h, err);
	if (st == MQ_OK)
		return db_commit(h->db, err);
	db_rollback(h->db);
	return st;
}

static enum mq_status sequencer(struct hub *h, const char *tenant,
    const char *what, int64_t *pos, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*pos = 0;
	st = db_query(h->db, "SELECT n FROM counter WHERE tenant = ?"
	    " AND what = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_text(s, what);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*pos = db_i64(s, "n");
	db_done(&s);
	return st;
}

enum mq_status feed_life(struct hub *h, const char *tenant,
    const char *theirs, struct feed_life *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	int64_t pos, status;
	bool row, known = theirs[0] == '\0';

	memset(out, 0, sizeof(*out));
	st = sequencer(h, tenant, "feed", &pos, err);
	if (st == MQ_OK)
		st = sequencer(h, tenant, "status", &status, err);
	if (st == MQ_OK)
		st = db_query(h->db, "SELECT mark, pos, status FROM life"
		    " WHERE tenant = ? ORDER BY n DESC", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	out->pos = pos;
	/* From the present one back to theirs. */
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		if (out->mark[0] == '\0')
			db_copy(s, "mark", out->mark, FEED_MARK);
		known = known || strcmp(db_text(s, "mark"), theirs) == 0;
		if (known)
			break;
		pos = db_i64(s, "pos");
		status = db_i64(s, "status");
	}
	db_done(&s);
	out->good = known ? pos : 0;
	out->status = known ? status : 0;
	return st;
}
