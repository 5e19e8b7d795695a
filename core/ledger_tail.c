/*
 * A tail that was lost: flash that said it had synced and had not.  The file
 * `head` beside the database is a second opinion on how far we were; the hub
 * is a third (sync/heal.c).
 *
 * Lasting values in meta: lost_dev, lost_from, lost_to (0: nothing is missed),
 * lost_asked (when the hub had answered and some of it was not there either).
 */
#include "ledger.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/xmalloc.h"

/* So long people are told what even the hub does not have. */
#define TELL_MS (7 * MS_DAY)

/* "EPOCH SEQ\n", rewritten in place. */
void ledger_note_head(struct node *n)
{
	char path[NODE_PATH + 8], text[40];
	int fd, len;

	if (n->read_only)
		return;
	file_join(path, sizeof(path), n->dir, "head");
	len = snprintf(text, sizeof(text), "%03d %015" PRId64 "\n",
	    dev_epoch(n->dev), node_meta(n, "head_seq"));
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;		/* only a second opinion: never in the way */
	if (pwrite(fd, text, (size_t)len, 0) != len)
		log_line(LOG_WARN, "ledger", "head copy not written");
	close(fd);
}

/* What the copy says; false when there is none or it says nothing. */
static bool copy_of_head(struct node *n, int *epoch, int64_t *seq)
{
	char path[NODE_PATH + 8];
	struct buf b = BUF_INIT(64);
	char *end;

	*epoch = 0;
	*seq = 0;
	file_join(path, sizeof(path), n->dir, "head");
	if (file_read(n->env, path, &b, NULL) == MQ_OK && b.len) {
		long v = strtol(b.data, &end, 10);

		*epoch = v >= 0 && v <= ENTRY_EPOCH_MAX ? (int)v : 0;
		*seq = strtoll(end, NULL, 10);
	}
	buf_free(&b);
	return *epoch > 0 || *seq > 0;
}

bool ledger_tail_lost(struct node *n)
{
	int epoch;
	int64_t seq;

	/* The copy first: it is written after the ledger.  Another process may
	 * have begun a new epoch: its numbers are not ours. */
	if (!copy_of_head(n, &epoch, &seq) || ledger_refresh(n, NULL))
		return false;
	return epoch > dev_epoch(n->dev) || (epoch == dev_epoch(n->dev) &&
	    seq > node_meta(n, "head_seq"));
}

enum mq_status ledger_refresh(struct node *n, struct err *err)
{
	int64_t epoch;
	enum mq_status st = node_read_meta(n, "epoch", &epoch, NULL, 0, err);

	if (!st)
		n->dev = dev_make(n->set.number, (int)epoch);
	return st;
}

enum mq_status ledger_set_former(struct node *n, struct dev dev, int64_t hub,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(n->db, "INSERT OR REPLACE INTO"
	    " former(dev, hub) VALUES(?, ?)", &s, err);

	if (st)
		return st;
	db_bind_i64(s, dev.v);
	db_bind_i64(s, hub);
	return db_run(&s, err);
}

/* What the hub has not of the epoch that ends is still to be sent. */
static enum mq_status note_former(struct node *n, struct err *err)
{
	int64_t hub;
	enum mq_status st = node_read_meta(n, "hub_seq", &hub, NULL, 0, err);

	return st ? st : ledger_set_former(n, n->dev, hub, err);
}

static enum mq_status begin_epoch(struct node *n, int epoch,
    struct err *err)
{
	enum mq_status st;

	assert(db_in_transaction(n->db));
	if (epoch > ENTRY_EPOCH_MAX)
		return err_set(err, MQ_E_FORKED, "epoch %d", epoch);
	st = note_former(n, err);
	if (!st)
		st = node_set_meta(n, "epoch", epoch, err);
	if (!st)
		st = node_set_meta(n, "head_seq", 0, err);
	if (!st)
		st = node_set_meta(n, "sent_seq", 0, err);
	if (!st)
		st = node_set_meta(n, "hub_seq", 0, err);
	if (!st)
		n->dev = dev_make(dev_node(n->dev), epoch);
	return st;
}

enum mq_status ledger_new_epoch(struct node *n, struct err *err)
{
	return begin_epoch(n, dev_epoch(n->dev) + 1, err);
}

static enum mq_status set_lost(struct node *n, const struct ledger_lost *x,
    struct utc asked, struct err *err)
{
	enum mq_status st = node_set_meta(n, "lost_dev", x->dev.v, err);

	if (!st)
		st = node_set_meta(n, "lost_from", x->from, err);
	if (!st)
		st = node_set_meta(n, "lost_to", x->to, err);
	if (!st)
		st = node_set_meta(n, "lost_asked", asked.ms, err);
	return st;
}

bool ledger_lost(struct node *n, struct ledger_lost *out)
{
	int64_t asked;

	out->dev.v = node_meta(n, "lost_dev");
	out->from = node_meta(n, "lost_from");
	out->to = node_meta(n, "lost_to");
	asked = node_meta(n, "lost_asked");
	return out->to >= out->from && out->to > 0 &&
	    (!asked || env_now(n->env).ms - asked < TELL_MS);
}

bool ledger_lost_words(struct node *n, struct err *err)
{
	struct ledger_lost x;
	char dev[ENTRY_REF_TEXT];

	if (!ledger_lost(n, &x))
		return false;
	dev_text(x.dev, dev);
	err_set(err, MQ_E_TAIL_LOST, "%s:%" PRId64 "–%" PRId64, dev, x.from,
	    x.to);
	return true;
}

/* Inside a transaction, so that no other process is just writing. */
static enum mq_status go_on(struct node *n, bool *lost, struct err *err)
{
	struct ledger_lost x;
	enum mq_status st = ledger_refresh(n, err);
	int epoch;

	if (st)
		return st;
	*lost = ledger_tail_lost(n);
	if (!*lost || !copy_of_head(n, &epoch, &x.to))
		return MQ_OK;
	x.dev = dev_make(n->set.number, epoch);
	x.from = epoch > dev_epoch(n->dev) ? 1 : node_meta(n, "head_seq") + 1;
	log_line(LOG_ERROR, "ledger", "lost tail: epoch %d, %" PRId64
	    " to %" PRId64, epoch, x.from, x.to);
	st = begin_epoch(n, epoch + 1, err);
	if (!st && x.to >= x.from)
		st = set_lost(n, &x, (struct utc){ 0 }, err);
	/* Each of them may have taken a short number. */
	if (!st && x.to >= x.from)
		st = node_set_meta(n, "no_counter", node_meta(n,
		    "no_counter") + x.to - x.from + 1, err);
	return st;
}

enum mq_status ledger_notice_tail(struct node *n, struct err *err)
{
	enum mq_status st;
	bool lost = false;

	if (n->read_only || !ledger_tail_lost(n))
		return MQ_OK;
	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = go_on(n, &lost, err);
	if (!st)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	if (!st && lost)
		ledger_note_head(n);
	return st;
}

enum mq_status ledger_held_to(struct node *n, struct dev dev, int64_t *seq,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*seq = 0;
	st = db_query(n->db, "SELECT coalesce(max(seq), 0) AS seq FROM entry"
	    " WHERE dev = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, dev.v);
	st = db_step(s, &row, err);
	if (!st && row)
		*seq = db_i64(s, "seq");
	db_done(&s);
	return st;
}

enum mq_status ledger_found_tail(struct node *n, bool *all, struct err *err)
{
	struct ledger_lost x;
	enum mq_status st;
	int64_t held;

	assert(db_in_transaction(n->db));
	*all = true;
	if (!ledger_lost(n, &x))
		return MQ_OK;
	st = ledger_held_to(n, x.dev, &held, err);
	if (st)
		return st;
	if (held >= x.from)
		x.from = held + 1;
	*all = x.from > x.to;
	if (*all)
		memset(&x, 0, sizeof(x));
	return set_lost(n, &x, env_now(n->env), err);
}
