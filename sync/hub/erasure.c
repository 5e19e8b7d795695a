/*
 * Erasing at the hub, and doing it again after a restore.  See erasure.h;
 * called by admit.c and by main().
 */
#include "erasure.h"

#include "../../core/base/file.h"
#include "../../core/entry_check.h"
#include "../wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

bool erasure_list_of(const char *store, char *out, size_t size)
{
	static const char sqlite[] = "sqlite:";
	int n;

	if (strncmp(store, sqlite, strlen(sqlite)) != 0)
		return false;
	n = snprintf(out, size, "%s.erased", store + strlen(sqlite));
	return n > 0 && (size_t)n < size;
}

/* "TENANT DEV SEQ WHY_DEV WHY_SEQ\n" */
static void put_line(const char *tenant, struct ref id, struct ref why,
    struct buf *out)
{
	buf_addf(out, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
	    tenant, id.dev.v, id.seq, why.dev.v, why.seq);
}

/* One write each. */
static enum mq_status list_add(struct hub *h, const char *tenant,
    struct ref id, struct ref why, struct err *err)
{
	struct file_log log = { -1, 0 };
	struct buf line = BUF_INIT(STORE_TENANT + 100);
	enum mq_status st;

	if (h->erased_list == NULL)
		return MQ_OK;
	put_line(tenant, id, why, &line);
	st = file_log_open(h->env, h->erased_list, &log, err);
	if (st == MQ_OK)
		st = file_log_add(h->env, &log, line.data, line.len, err);
	if (st == MQ_OK)
		st = file_log_sync(h->env, &log, err);
	file_log_close(&log);
	buf_free(&line);
	return st;
}

/* ---- the store ---- */

static void bind_ids(struct db_stmt *s, const char *tenant, struct ref id)
{
	db_bind_text(s, tenant);
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
}

enum mq_status erasure_find(struct hub *h, const char *tenant, struct ref id,
    struct ref *why, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(why, 0, sizeof(*why));
	st = db_query(h->db, "SELECT why_dev, why_seq FROM erased"
	    " WHERE tenant = ? AND dev = ? AND seq = ?", &s, err);
	if (st != MQ_OK)
		return st;
	bind_ids(s, tenant, id);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*why = (struct ref){ { db_i64(s, "why_dev") },
			db_i64(s, "why_seq") };
	db_done(&s);
	return st;
}

static enum mq_status note(struct hub *h, const char *tenant, struct ref id,
    struct ref why, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "INSERT INTO erased(tenant, dev, seq, why_dev,"
	    " why_seq, at) VALUES(?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING", &s, err);
	if (st != MQ_OK)
		return st;
	bind_ids(s, tenant, id);
	db_bind_i64(s, why.dev.v);
	db_bind_i64(s, why.seq);
	db_bind_i64(s, env_now(h->env).ms);
	return db_run(&s, err);
}

static enum mq_status clear_entry(struct hub *h, const char *tenant,
    struct ref id, struct ref why, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "UPDATE entry SET salt = NULL, body = NULL,"
	    " why_dev = ?, why_seq = ? WHERE tenant = ? AND dev = ?"
	    " AND seq = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, why.dev.v);
	db_bind_i64(s, why.seq);
	bind_ids(s, tenant, id);
	return db_run(&s, err);
}

/* ---- lines that were kept whole ---- */

struct bare { struct ref id, why; struct buf out; };

/* The line as it was, or without its words when it is the one. */
static enum mq_status bare_line(void *ctx, const char *line, size_t len,
    struct err *err)
{
	struct bare *b = ctx;
	struct wire_slices cut;
	struct entry e;

	if (wire_split(line, len, &cut) && entry_check_head(cut.head,
	    cut.head_len, &e, err) == MQ_OK && ref_equal(e.id, b->id)) {
		entry_line(cut.head, cut.head_len, NULL, NULL, 0, b->why,
		    &b->out);
	} else {
		buf_add(&b->out, line, len);
		buf_addc(&b->out, '\n');
	}
	return MQ_OK;
}

/* A quarantined save stays whole and can be admitted, without the words. */
static enum mq_status clear_quarantine(struct hub *h, const char *tenant,
    struct ref id, struct ref why, struct err *err)
{
	struct bare b = { id, why, BUF_INIT(2 * ENTRY_BODY_MAX) };
	struct db_stmt *s;
	enum mq_status st;
	bool row = false;
	size_t n;

	st = db_query(h->db, "SELECT line FROM quarantine_line WHERE"
	    " tenant = ? AND dev = ? AND seq = ?", &s, err);
	if (st != MQ_OK)
		return st;
	bind_ids(s, tenant, id);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		const char *line = db_blob(s, "line", &n);

		st = bare_line(&b, line, n, err);
	}
	db_done(&s);
	if (st == MQ_OK && row)
		st = db_query(h->db, "UPDATE quarantine_line SET line = ?"
		    " WHERE tenant = ? AND dev = ? AND seq = ?", &s, err);
	if (st == MQ_OK && row) {
		db_bind_blob(s, b.out.data, b.out.len - 1);
		bind_ids(s, tenant, id);
		st = db_run(&s, err);
	}
	buf_free(&b.out);
	return st;
}

static enum mq_status put_branch(struct hub *h, const char *tenant,
    struct ref id, const uint8_t head[CRYPTO_HASH], const struct buf *lines,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "UPDATE branch SET lines = ? WHERE tenant = ?"
	    " AND dev = ? AND head = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_blob(s, lines->data, lines->len);
	db_bind_text(s, tenant);
	db_bind_i64(s, id.dev.v);
	db_bind_blob(s, head, CRYPTO_HASH);
	return db_run(&s, err);
}

/* One branch at a time, those behind `after`; *head gets which. */
static enum mq_status next_branch(struct hub *h, const char *tenant,
    struct bare *b, uint8_t head[CRYPTO_HASH], bool *row, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	const void *p;
	size_t n;

	st = db_query(h->db, "SELECT head, lines FROM branch WHERE"
	    " tenant = ? AND dev = ? AND ? BETWEEN first AND last"
	    " AND head > ? ORDER BY head LIMIT 1", &s, err);
	if (st != MQ_OK)
		return st;
	bind_ids(s, tenant, b->id);
	db_bind_blob(s, head, CRYPTO_HASH);
	st = db_step(s, row, err);
	if (st == MQ_OK && *row) {
		p = db_blob(s, "head", &n);
		if (n != CRYPTO_HASH)
			st = err_set(err, MQ_E_FORMAT, "branch");
		else
			memcpy(head, p, CRYPTO_HASH);
	}
	if (st == MQ_OK && *row) {
		p = db_blob(s, "lines", &n);
		buf_reset(&b->out);
		st = wire_each(p, n, bare_line, b, err);
	}
	db_done(&s);
	return st;
}

static enum mq_status clear_branches(struct hub *h, const char *tenant,
    struct ref id, struct ref why, struct err *err)
{
	struct bare b = { id, why, BUF_INIT(2 * WIRE_LINES_MAX) };
	uint8_t head[CRYPTO_HASH] = { 0 };
	enum mq_status st = MQ_OK;
	bool row = true;

	while (st == MQ_OK && row) {
		st = next_branch(h, tenant, &b, head, &row, err);
		if (st == MQ_OK && row)
			st = put_branch(h, tenant, id, head, &b.out, err);
	}
	buf_free(&b.out);
	return st;
}

/* ---- all of it ---- */

static enum mq_status clear_all(struct hub *h, const char *tenant,
    struct ref id, struct ref why, struct err *err)
{
	enum mq_status st = note(h, tenant, id, why, err);

	if (st == MQ_OK)
		st = clear_entry(h, tenant, id, why, err);
	if (st == MQ_OK)
		st = clear_quarantine(h, tenant, id, why, err);
	return st == MQ_OK ? clear_branches(h, tenant, id, why, err) : st;
}

enum mq_status erasure_do(struct hub *h, const char *tenant, struct ref id,
    struct ref why, struct err *err)
{
	enum mq_status st = list_add(h, tenant, id, why, err);

	return st == MQ_OK ? clear_all(h, tenant, id, why, err) : st;
}

/* ---- again ---- */

static enum mq_status replay_line(struct hub *h, char *line, struct err *err)
{
	int64_t v[4];
	char *at = strchr(line, ' ');
	size_t i;

	if (at == NULL || at - line >= STORE_TENANT)
		return err_set(err, MQ_E_FORMAT, "%s: %.60s", h->erased_list,
		    line);
	*at++ = '\0';
	for (i = 0; i < ARRAY_LEN(v); i++) {
		char *end;

		v[i] = strtoll(at, &end, 10);
		if (end == at || v[i] <= 0)
			return err_set(err, MQ_E_FORMAT, "%s: %.60s",
			    h->erased_list, line);
		at = end;
	}
	if (*at != '\0')
		return err_set(err, MQ_E_FORMAT, "%s: %.60s", h->erased_list,
		    line);
	return clear_all(h, line, (struct ref){ { v[0] }, v[1] },
	    (struct ref){ { v[2] }, v[3] }, err);
}

static enum mq_status replay_all(struct hub *h, char *text, struct err *err)
{
	enum mq_status st = MQ_OK;
	char *end;

	/* A last line without its end was cut off by a power cut, before the
	 * erasure it tells of was committed: the node sends that again. */
	for (; st == MQ_OK && (end = strchr(text, '\n')) != NULL;
	    text = end + 1) {
		*end = '\0';
		st = replay_line(h, text, err);
	}
	return st;
}

static enum mq_status replay(struct hub *h, struct buf *list, struct err *err)
{
	enum mq_status st = file_read(h->env, h->erased_list, list, err);

	if (st == MQ_OK)
		st = db_begin(h->db, __func__, err);
	if (st != MQ_OK)
		return st;
	buf_addc(list, '\0');
	st = replay_all(h, list->data, err);
	if (st == MQ_OK)
		return db_commit(h->db, err);
	db_rollback(h->db);
	return st;
}

/* All that the store knows by now, which is all of the list and what other
 * programs took.  A line cut off is gone with it: the next one would have been
 * written behind it. */
static enum mq_status list_whole(struct hub *h, struct err *err)
{
	struct buf list = BUF_INIT(ERASURE_LIST_MAX);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT tenant, dev, seq, why_dev, why_seq"
	    " FROM erased ORDER BY tenant, dev, seq", &s, err);
	if (st != MQ_OK)
		return st;
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		put_line(db_text(s, "tenant"),
		    (struct ref){ { db_i64(s, "dev") }, db_i64(s, "seq") },
		    (struct ref){ { db_i64(s, "why_dev") },
		    db_i64(s, "why_seq") }, &list);
	db_done(&s);
	if (st == MQ_OK && list.over)
		st = err_set(err, MQ_E_TOO_BIG, "%s", h->erased_list);
	if (st == MQ_OK && (list.len > 0 || file_exists(h->erased_list)))
		st = file_write(h->env, h->erased_list, buf_str(&list),
		    list.len, 0600, err);
	buf_free(&list);
	return st;
}

enum mq_status erasure_replay(struct hub *h, struct err *err)
{
	struct buf list = BUF_INIT(ERASURE_LIST_MAX);
	enum mq_status st = MQ_OK;

	if (h->erased_list == NULL)
		return MQ_OK;
	if (file_exists(h->erased_list))
		st = replay(h, &list, err);
	buf_free(&list);
	return st == MQ_OK ? list_whole(h, err) : st;
}
