/*
 * When node and hub do not agree on what this node wrote.  Called by client.c.
 *
 * Flash that lied about fsync loses the tail of the ledger.  If only the hub is
 * ahead, our own entries come back and we go on under a new epoch; if both
 * went on differently, two machines write under one name and a person has to
 * decide.
 */
#include "client_impl.h"

#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 100000
#define EPOCH_BATCH 200

static bool chain_read(const struct jnode *x, struct heal_chain *out)
{
	const char *dev = jget_str(x, "dev", "");
	const char *hash = jget_str(x, "head_hash", "");

	out->seq = jget_int(x, "contiguous_seq", -1);
	return dev_parse(dev, strlen(dev), &out->dev) && out->seq >= 0 &&
	    crypto_unhex(hash, strlen(hash), out->hash, CRYPTO_HASH);
}

void heal_chain_of(const struct jnode *stand, struct dev dev,
    struct heal_chain *out)
{
	const struct jnode *list = jnode_get(stand, "chains");
	size_t i;

	for (i = 0; i < jnode_count(list); i++)
		if (chain_read(jnode_at(list, i), out) &&
		    out->dev.v == dev.v)
			return;
	memset(out, 0, sizeof(*out));
	out->dev = dev;
}

enum mq_status heal_hash_of(struct node *n, struct ref id,
    uint8_t hash[CRYPTO_HASH], bool *held, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct entry e;
	enum mq_status st;
	bool gone;

	*held = false;
	if (id.seq <= 0)
		return MQ_OK;
	st = ledger_read(n, id, &e, &head, &body, &gone, err);
	if (st == MQ_OK) {
		*held = true;
		entry_hash(head.data, head.len, hash);
	} else if (st == MQ_E_NOT_FOUND) {
		st = MQ_OK;
	}
	buf_free(&head);
	buf_free(&body);
	return st;
}

/* ---- pulling own entries back ---- */

struct pull {
	struct client *c;
	struct dev dev;
	int64_t last;
	uint8_t hash[CRYPTO_HASH];	/* of the entry at `last` */
};

static enum mq_status take_line(void *ctx, const char *line, size_t len,
    struct err *err)
{
	struct pull *p = ctx;
	struct wire_slices s;
	struct entry e;
	enum mq_status st;
	bool fresh;

	if (!wire_split(line, len, &s))
		return err_set(err, MQ_E_NET_REPLY, "/v1/own");
	st = entry_check_head(s.head, s.head_len, &e, err);
	if (st == MQ_OK && (e.id.dev.v != p->dev.v ||
	    e.id.seq != p->last + 1))
		st = err_set(err, MQ_E_NET_REPLY, "/v1/own");
	/* What goes on from another entry than ours is another branch. */
	if (st == MQ_OK && p->last > 0 &&
	    memcmp(e.prev, p->hash, CRYPTO_HASH) != 0)
		st = err_set(err, MQ_E_FORKED, "%" PRId64, e.id.seq);
	if (st == MQ_OK)
		st = ledger_receive(p->c->n, line, len, &fresh, err);
	p->last = e.id.seq;
	entry_hash(s.head, s.head_len, p->hash);
	return st;
}

static enum mq_status take_page(struct pull *p,
    const struct transport_reply *reply, struct err *err)
{
	struct node *n = p->c->n;
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = wire_each(buf_str(&reply->body), reply->body.len, take_line, p,
	    err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

static enum mq_status pull(struct client *c, const struct heal_chain *hub,
    int64_t after, struct err *err)
{
	struct pull p = { c, hub->dev, after, { 0 } };
	struct transport_reply reply;
	char query[96], dev[ENTRY_REF_TEXT];
	bool held;
	enum mq_status st = heal_hash_of(c->n, (struct ref){ hub->dev, after },
	    p.hash, &held, err);
	int i;

	transport_reply_init(&reply);
	dev_text(hub->dev, dev);
	for (i = 0; i < PAGES_MAX && st == MQ_OK && p.last < hub->seq; i++) {
		int64_t before = p.last;

		(void)snprintf(query, sizeof(query),
		    "dev=%s&after=%" PRId64, dev, p.last);
		st = client_get(c, "/v1/own", query, &reply, err);
		if (st == MQ_OK)
			st = take_page(&p, &reply, err);
		if (st == MQ_OK && p.last == before)
			st = err_set(err, MQ_E_NET_REPLY, "/v1/own");
	}
	transport_reply_free(&reply);
	return st;
}

/* ---- comparing ---- */

static enum mq_status in_transaction(struct node *n,
    enum mq_status (*fn)(struct node *n, struct err *err), struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = fn(n, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

static enum mq_status forked(struct node *n, const struct heal_chain *hub,
    struct err *err)
{
	char text[ENTRY_REF_TEXT];

	(void)n;
	ref_text((struct ref){ hub->dev, hub->seq }, text);
	return err_set(err, MQ_E_FORKED, "%s", text);
}

/* One epoch of the hub against ours; *pulled when entries came back. */
static enum mq_status compare_one(struct client *c,
    const struct heal_chain *hub, bool *pulled, struct err *err)
{
	struct node *n = c->n;
	uint8_t hash[CRYPTO_HASH];
	enum mq_status st = MQ_OK;
	int64_t after;
	bool held = false;

	while (st == MQ_OK && dev_epoch(n->dev) < dev_epoch(hub->dev))
		st = in_transaction(n, ledger_new_epoch, err);
	if (st == MQ_OK)
		st = heal_hash_of(n, (struct ref){ hub->dev, hub->seq },
		    hash, &held, err);
	if (st != MQ_OK || hub->seq == 0)
		return st;
	if (!held) {
		st = ledger_held_to(n, hub->dev, &after, err);
		if (st == MQ_OK)
			st = pull(c, hub, after, err);
		/* A former epoch: the new one has begun already. */
		*pulled = *pulled || hub->dev.v == n->dev.v;
		if (st == MQ_OK)
			st = heal_hash_of(n, (struct ref){ hub->dev,
			    hub->seq }, hash, &held, err);
	}
	if (st == MQ_OK && (!held ||
	    memcmp(hash, hub->hash, CRYPTO_HASH) != 0))
		st = forked(n, hub, err);
	return st;
}

/* What was missed since the start and the hub had is missed no more. */
static enum mq_status note_found(struct node *n, struct client_result *r,
    struct err *err)
{
	struct ledger_lost lost;
	enum mq_status st;
	bool all;

	if (!ledger_lost(n, &lost))
		return MQ_OK;
	st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = ledger_found_tail(n, &all, err);
	if (st == MQ_OK)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	if (st == MQ_OK && all)
		r->healed = true;
	return st;
}

enum mq_status heal_compare(struct client *c, const struct jnode *stand,
    struct client_result *r, struct err *err)
{
	const struct jnode *list = jnode_get(stand, "chains");
	enum mq_status st = MQ_OK;
	bool pulled = false;
	size_t i;

	/* The hub lists epochs from the first to the last. */
	for (i = 0; i < jnode_count(list) && st == MQ_OK; i++) {
		struct heal_chain hub;

		if (!chain_read(jnode_at(list, i), &hub) ||
		    dev_node(hub.dev) != c->n->set.number)
			return err_set(err, MQ_E_NET_REPLY, "chains");
		st = compare_one(c, &hub, &pulled, err);
	}
	if (st == MQ_OK)
		st = note_found(c->n, r, err);
	if (st != MQ_OK || !pulled)
		return st;
	st = in_transaction(c->n, ledger_new_epoch, err);
	if (st == MQ_OK) {
		r->healed = true;
		ledger_note_head(c->n);
		bell_ring(c->n);
		log_line(LOG_WARN, "sync", "lost tail came back: epoch %d",
		    dev_epoch(c->n->dev));
	}
	return st;
}

/* ---- entries by epoch ---- */

enum mq_status heal_mark_former(struct client *c, const struct jnode *stand,
    struct dev told, struct err *err)
{
	const struct jnode *list = jnode_get(stand, "receipts");
	size_t last = jnode_count(list);
	struct utc at = { jget_int(stand, "now", 0) };
	enum mq_status st = MQ_OK;
	int epoch;

	for (epoch = 0; st == MQ_OK && epoch < dev_epoch(c->n->dev);
	    epoch++) {
		struct dev dev = dev_make(c->n->set.number, epoch);
		const char *no = "";
		struct heal_chain hub;
		int64_t held;

		heal_chain_of(stand, dev, &hub);
		/* The answer to a batch of that epoch has its receipt. */
		if (told.v == dev.v && last > 0)
			no = jget_str(jnode_at(list, last - 1), "no", "");
		st = ledger_held_to(c->n, dev, &held, err);
		if (st == MQ_OK)
			st = outbox_mark_former(c->n, dev, hub.seq < held ?
			    hub.seq : held, no, at, err);
	}
	return st;
}

/* One batch of whole saves from `from` on; *last is where it ends, *done: the
 * node holds no more of that epoch. */
static enum mq_status epoch_batch(struct client *c, struct dev dev,
    int64_t from, int64_t *last, bool *done, struct client_result *r,
    struct err *err)
{
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct ref id = { dev, from };
	enum mq_status st = MQ_OK;
	int64_t whole = from - 1;

	*done = false;
	/* Whole saves, until enough or no more. */
	while (st == MQ_OK && whole - from + 1 < EPOCH_BATCH) {
		struct entry e;

		st = ledger_read_head(c->n, id, &e, err);
		if (st == MQ_E_NOT_FOUND) {
			st = MQ_OK;
			*done = true;
			break;
		}
		if (st == MQ_OK)
			st = ledger_line_of(c->n, id, &lines, err);
		if (st == MQ_OK && id.seq == e.save_first + e.save_n - 1)
			whole = id.seq;
		id.seq++;
		if (id.seq - from > ENTRY_SAVE_MAX + EPOCH_BATCH)
			break;
	}
	*last = whole;
	if (st == MQ_OK && whole >= from)
		st = client_batch(c, dev, from, whole, &lines, r, err);
	buf_free(&lines);
	return st;
}

enum mq_status heal_push_former(struct client *c, struct client_result *r,
    struct err *err)
{
	struct transport_reply reply;
	struct jdoc *doc = NULL;
	enum mq_status st = MQ_OK;
	int epoch;

	if (dev_epoch(c->n->dev) == 0)
		return MQ_OK;
	transport_reply_init(&reply);
	st = client_get(c, "/v1/head", "", &reply, err);
	if (st == MQ_OK)
		st = jdoc_parse(buf_str(&reply.body), reply.body.len, "head",
		    &doc, err);
	for (epoch = 0; st == MQ_OK && epoch < dev_epoch(c->n->dev);
	    epoch++) {
		struct dev dev = dev_make(c->n->set.number, epoch);
		struct heal_chain hub;
		bool done = false;
		int i;

		heal_chain_of(jdoc_root(doc), dev, &hub);
		for (i = 0; i < PAGES_MAX && st == MQ_OK && !done; i++)
			st = epoch_batch(c, dev, hub.seq + 1, &hub.seq,
			    &done, r, err);
	}
	jdoc_free(&doc);
	transport_reply_free(&reply);
	return st;
}

/* ---- two branches ---- */

static enum mq_status note_branch(struct node *n, const char *key,
    int64_t last, struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = node_set_meta(n, key, last, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

/* A hub that began anew may have been restored, without our branch: it is
 * offered again from its begin. */
static enum mq_status branch_anew(struct client *c, struct err *err)
{
	struct node *n = c->n;
	char life[sizeof(c->life)], key[32];
	enum mq_status st;
	int epoch;

	node_meta_text(n, "branch_life", life, sizeof(life));
	if (strcmp(life, c->life) == 0)
		return MQ_OK;
	st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	for (epoch = 0; st == MQ_OK && epoch <= dev_epoch(n->dev); epoch++) {
		(void)snprintf(key, sizeof(key), "branch_sent.%d", epoch);
		st = node_set_meta(n, key, 0, err);
	}
	if (st == MQ_OK)
		st = node_set_meta_text(n, "branch_life", c->life, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

void heal_send_branch(struct client *c, struct client_result *r)
{
	struct err err = ERR_INIT;
	enum mq_status st = branch_anew(c, &err);
	int epoch, i;

	/* The branches may part in any epoch.  Kept there is all we ask: of
	 * what differs the hub says so by refusing. */
	for (epoch = 0; st == MQ_OK && epoch <= dev_epoch(c->n->dev);
	    epoch++) {
		struct dev dev = dev_make(c->n->set.number, epoch);
		bool done = false;
		char key[32];
		int64_t at, last;

		(void)snprintf(key, sizeof(key), "branch_sent.%d", epoch);
		at = node_meta(c->n, key);
		for (i = 0; i < PAGES_MAX && st == MQ_OK && !done; i++) {
			st = epoch_batch(c, dev, at + 1, &last, &done, r,
			    &err);
			if ((st == MQ_OK || st == MQ_E_FORKED) && last > at)
				st = note_branch(c->n, key, last, &err);
			at = last;
		}
	}
}
