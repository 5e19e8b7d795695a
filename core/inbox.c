/*
 * What came in.  Called by sync for each feed page and status digest; the
 * digest is read by the residents' corner.
 */
#include "inbox.h"

#include <assert.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "person_id.h"

#define BAD_LINE_MAX (256u * 1024u)
#define KEPT_BAD 1000		/* lines kept for a look; counts go on */

int64_t inbox_cursor(struct node *n)
{
	return node_meta(n, "feed_cursor");
}

/* Something is wrong with the line, not with this machine: what cannot be
 * read here (MQ_E_DAMAGED) is no fault of the feed, and comes again. */
static bool is_line_fault(enum mq_status st)
{
	return st == MQ_E_ENTRY_BAD || st == MQ_E_FORKED ||
	    st == MQ_E_TOO_BIG || st == MQ_E_UTF8;
}

static enum mq_status keep_bad(struct node *n, const char *line, size_t len,
    const struct err *why, struct err *err)
{
	struct db_stmt *s;
	char reason[600];
	enum mq_status st;

	err_say(why, LANG_EN, reason, sizeof(reason));
	log_line(LOG_WARN, "inbox", "%s", reason);
	st = db_query(n->db, "INSERT INTO inbox_bad(at, reason, line)"
	    " SELECT ?, ?, ? WHERE (SELECT count(*) FROM inbox_bad) < ?",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, ledger_now(n).ms);
	db_bind_text(s, reason);
	db_bind_blob(s, line, len < BAD_LINE_MAX ? len : BAD_LINE_MAX);
	db_bind_i64(s, KEPT_BAD);
	st = db_run(&s, err);
	if (st == MQ_OK)
		st = node_set_meta(n, "inbox_bad",
		    node_meta(n, "inbox_bad") + 1, err);
	return st;
}

static enum mq_status take_line(struct node *n, const char *line, size_t len,
    struct inbox_result *out, struct err *err)
{
	struct err why = ERR_INIT;
	enum mq_status st;
	bool fresh = false;

	st = ledger_receive(n, line, len, &fresh, &why);
	out->lines++;
	if (st == MQ_OK) {
		out->fresh += fresh;
		return MQ_OK;
	}
	if (is_line_fault(st)) {
		out->bad++;
		return keep_bad(n, line, len, &why, err);
	}
	if (err != NULL)
		*err = why;
	return st;
}

enum mq_status inbox_take(struct node *n, const char *bytes, size_t len,
    int64_t cursor, struct inbox_result *out, struct err *err)
{
	const char *end = bytes + len, *nl;
	enum mq_status st;

	memset(out, 0, sizeof(*out));
	st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	while (bytes < end && st == MQ_OK) {
		nl = memchr(bytes, '\n', (size_t)(end - bytes));
		if (nl == NULL)
			nl = end;
		if (nl > bytes)
			st = take_line(n, bytes, (size_t)(nl - bytes), out,
			    err);
		bytes = nl + 1;
	}
	if (st == MQ_OK)
		st = node_set_meta(n, "feed_cursor", cursor, err);
	if (st == MQ_OK)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	out->cursor = st == MQ_OK ? cursor : inbox_cursor(n);
	return st;
}

/* ---- the district's digest ---- */

static enum mq_status drop_status(struct node *n, const char *key,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(n->db,
	    "DELETE FROM district WHERE key = ?", &s, err);

	if (st != MQ_OK)
		return st;
	db_bind_text(s, key);
	return db_run(&s, err);
}

static enum mq_status put_status(struct node *n, const struct inbox_status *r,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	if (r->gone)
		return drop_status(n, r->key, err);
	/* A page that was late on its way does not undo a newer one. */
	st = db_query(n->db, "INSERT INTO district(key, state, due, phone,"
	    " as_of, closed) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
	    " SET state = excluded.state, due = excluded.due,"
	    " phone = excluded.phone, as_of = excluded.as_of,"
	    " closed = excluded.closed WHERE excluded.as_of >= as_of", &s,
	    err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, r->key);
	db_bind_text(s, r->state);
	db_bind_i64(s, r->due.ms);
	db_bind_text(s, r->phone);
	db_bind_i64(s, r->as_of.ms);
	db_bind_i64(s, r->closed);
	return db_run(&s, err);
}

enum mq_status inbox_status_put(struct node *n, const struct inbox_status *rows,
    size_t count, struct err *err)
{
	bool own = !db_in_transaction(n->db);
	enum mq_status st = own ? db_begin(n->db, __func__, err) : MQ_OK;
	size_t i;

	if (st != MQ_OK)
		return st;
	for (i = 0; i < count && st == MQ_OK; i++)
		st = put_status(n, &rows[i], err);
	if (!own)
		return st;
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

enum mq_status inbox_status_get(struct node *n, const char *no,
    struct inbox_status *out, struct err *err)
{
	char key[13];
	struct db_stmt *s;
	enum mq_status st;
	size_t i, k = 0;
	bool row;

	memset(out, 0, sizeof(*out));
	/* As said or printed: 4-4-4 with blanks. */
	for (i = 0; no[i] != '\0' && k < 12; i++)
		if (no[i] != ' ' && no[i] != '-')
			key[k++] = no[i];
	key[k] = '\0';
	if (no[i + strspn(no + i, " -")] != '\0' || !person_id_short_ok(key))
		return err_set(err, MQ_E_NOT_FOUND, "%s", no);
	st = db_query(n->db, "SELECT key, state, due, phone, as_of, closed"
	    " FROM district WHERE key = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, key);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		db_copy(s, "key", out->key, sizeof(out->key));
		db_copy(s, "state", out->state, sizeof(out->state));
		db_copy(s, "phone", out->phone, sizeof(out->phone));
		out->due.ms = db_i64(s, "due");
		out->as_of.ms = db_i64(s, "as_of");
		out->closed = db_i64(s, "closed") != 0;
	} else if (st == MQ_OK) {
		st = err_set(err, MQ_E_NOT_FOUND, "%s", no);
	}
	db_done(&s);
	return st;
}
