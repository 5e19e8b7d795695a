/*
 * The rounds of minqing-sync.  Called by main.c and by tests.  Healing a lost
 * tail is heal.c, what need not be at once is extras.c.
 */
#include "client.h"

#include "../core/base/json.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"
#include "client_impl.h"
#include "zstd.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 100000	/* pages of one feed or batches of one push */
#define RETURNED_MAX 400

void client_init(struct client *c, struct node *n, struct transport *t)
{
	memset(c, 0, sizeof(*c));
	c->n = n;
	c->t = t;
	c->offset_ms = node_meta(n, "hub_offset");
}

static void as_node(const struct client *c, struct ask_as *as)
{
	(void)snprintf(as->node, sizeof(as->node), "%s/%d",
	    c->n->set.tenant, c->n->set.number);
	as->sign_sk = c->n->keys.sign_sk;
}

static void note_reply(struct client *c, const struct transport_reply *r)
{
	c->retry_after = r->retry_after;
	if (r->now.ms != 0) {
		c->hub_now = r->now;
		c->offset_ms = r->now.ms - env_now(c->n->env).ms;
	}
}

enum mq_status client_ask(struct client *c, const struct ask *a,
    struct transport_reply *r, struct err *err)
{
	struct ask_as as;
	enum mq_status st;

	as_node(c, &as);
	c->problem[0] = '\0';
	st = ask_hub(c->n->env, c->t, &as, a, &c->offset_ms, r, c->problem,
	    err);
	note_reply(c, r);
	return st;
}

enum mq_status client_get(struct client *c, const char *path, const char *query,
    struct transport_reply *r, struct err *err)
{
	struct ask a = { .method = "GET", .path = path, .query = query };

	return client_ask(c, &a, r, err);
}

/* ---- where we stand ---- */

static enum mq_status mark_receipts(struct client *c, const struct jnode *root,
    int64_t seq, struct err *err)
{
	const struct jnode *list = jnode_get(root, "receipts");
	struct utc now = { jget_int(root, "now", 0) };
	int64_t held = node_meta(c->n, "hub_seq");
	const char *no = "";
	enum mq_status st = MQ_OK;
	size_t i;

	/* A hub older than our receipts takes them back first. */
	if (seq < held)
		return outbox_mark_hub(c->n, seq, "", now, err);
	for (i = 0; i < jnode_count(list) && st == MQ_OK; i++) {
		const struct jnode *x = jnode_at(list, i);
		int64_t to = jget_int(x, "to", 0);
		struct utc at = { jget_int(x, "at", 0) };

		no = jget_str(x, "no", "");
		if (to > seq || to <= held)
			continue;
		st = outbox_mark_hub(c->n, to, no, at, err);
		held = to;
	}
	if (st == MQ_OK && held < seq)
		st = outbox_mark_hub(c->n, seq, no, now, err);
	return st;
}

static bool is_listed(const struct jnode *list,
    const struct outbox_returned *x)
{
	char dev[ENTRY_REF_TEXT];
	size_t i;

	dev_text(x->dev, dev);
	for (i = 0; i < jnode_count(list); i++)
		if (jget_int(jnode_at(list, i), "first", 0) == x->first &&
		    strcmp(jget_str(jnode_at(list, i), "dev", ""), dev) == 0)
			return true;
	return false;
}

static enum mq_status mark_one_returned(struct client *c,
    const struct jnode *x, const struct outbox_returned *mine, int n,
    struct client_result *r, struct err *err)
{
	const char *key = c->n->env->lang == LANG_EN ? "reason_en" :
	    "reason";
	const char *text = jget_str(x, "dev", "");
	int64_t first = jget_int(x, "first", 0);
	struct dev dev;
	int i;

	if (!dev_parse(text, strlen(text), &dev))
		return err_set(err, MQ_E_NET_REPLY, "returned");
	for (i = 0; i < n; i++)
		if (mine[i].first == first && mine[i].dev.v == dev.v)
			return MQ_OK;
	r->returned++;
	return outbox_mark_returned(c->n, dev, first, jget_int(x, "last", 0),
	    jget_str(x, key, ""), err);
}

/* What the hub holds in quarantine and what we believe it does. */
static enum mq_status mark_returned(struct client *c, const struct jnode *root,
    struct client_result *r, struct err *err)
{
	const struct jnode *list = jnode_get(root, "returned");
	struct outbox_returned *mine = xcalloc(RETURNED_MAX, sizeof(*mine));
	enum mq_status st;
	int n = 0, i;
	size_t k;

	st = outbox_returned(c->n, mine, RETURNED_MAX, &n, err);
	for (i = 0; i < n && st == MQ_OK; i++)
		if (!is_listed(list, &mine[i]) &&
		    !jnode_bool(jnode_get(root, "returned_more"), true))
			st = outbox_mark_readmitted(c->n, mine[i].dev,
			    mine[i].first, err);
	for (k = 0; k < jnode_count(list) && st == MQ_OK; k++)
		st = mark_one_returned(c, jnode_at(list, k), mine, n, r, err);
	FREE(mine);
	return st;
}

/* The hub's answer becomes our marks, in one transaction.  told: the epoch
 * whose receipts it lists. */
static enum mq_status take_stand(struct client *c, const struct jnode *root,
    struct dev told, struct client_result *r, struct err *err)
{
	struct heal_chain hub;
	enum mq_status st;

	heal_chain_of(root, c->n->dev, &hub);
	c->hub_seq = hub.seq;
	st = db_begin(c->n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	if (told.v == c->n->dev.v)
		st = mark_receipts(c, root, hub.seq, err);
	if (st == MQ_OK)
		st = heal_mark_former(c, root, told, err);
	if (st == MQ_OK)
		st = mark_returned(c, root, r, err);
	if (st == MQ_OK)
		st = db_commit(c->n->db, err);
	else
		db_rollback(c->n->db);
	if (st == MQ_OK)
		bell_ring(c->n);
	return st;
}

static enum mq_status parse_stand(struct client *c,
    const struct transport_reply *reply, struct jdoc **doc, struct err *err)
{
	enum mq_status st = jdoc_parse(buf_str(&reply->body), reply->body.len,
	    "stand", doc, err);

	if (st != MQ_OK || jnode_kind(jnode_get(jdoc_root(*doc),
	    "chains")) != J_LIST)
		return err_set(err, MQ_E_NET_REPLY, "/v1/head");
	(void)xcopy(c->life, sizeof(c->life), jget_str(jnode_get(
	    jdoc_root(*doc), "feed"), "mark", ""));
	return MQ_OK;
}

static enum mq_status keep_life(struct client *c, const char *mark,
    int64_t status, struct err *err)
{
	enum mq_status st = db_begin(c->n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = node_set_meta_text(c->n, "feed_mark", mark, err);
	if (st == MQ_OK)
		st = node_set_meta(c->n, "status_cursor", status, err);
	if (st == MQ_OK)
		return db_commit(c->n->db, err);
	db_rollback(c->n->db);
	return st;
}

/* A hub restored from a backup gives positions out again that we have seen
 * with other entries: it says up to where our cursors still count. */
static enum mq_status check_cursor(struct client *c, const struct jnode *root,
    const char *was, struct err *err)
{
	const struct jnode *feed = jnode_get(root, "feed");
	int64_t pos = jget_int(feed, "pos", -1);
	int64_t good = jget_int(feed, "good", pos);
	int64_t status = node_meta(c->n, "status_cursor");
	int64_t status_good = jget_int(feed, "status", status);
	const char *mark = jget_str(feed, "mark", "");
	enum mq_status st = MQ_OK;
	struct inbox_result in;

	if (pos < 0)
		return MQ_OK;
	if (inbox_cursor(c->n) > good) {
		log_line(LOG_WARN, "sync", "hub went back: feed from %"
		    PRId64, good);
		st = inbox_take(c->n, "", 0, good, &in, err);
	}
	if (st != MQ_OK || (strcmp(mark, was) == 0 && status <= status_good))
		return st;
	return keep_life(c, mark, status < status_good ? status :
	    status_good, err);
}

static enum mq_status resume(struct client *c, struct client_result *r,
    struct err *err)
{
	struct transport_reply reply;
	struct jdoc *doc = NULL;
	char query[160], dev[ENTRY_REF_TEXT], mark[64];
	enum mq_status st = ledger_refresh(c->n, err);

	transport_reply_init(&reply);
	dev_text(c->n->dev, dev);
	node_meta_text(c->n, "feed_mark", mark, sizeof(mark));
	(void)snprintf(query, sizeof(query), "dev=%s&from=%" PRId64 "%s%s",
	    dev, node_meta(c->n, "hub_seq") + 1,
	    mark[0] != '\0' ? "&mark=" : "", mark);
	if (st == MQ_OK)
		st = client_get(c, "/v1/head", query, &reply, err);
	if (st == MQ_OK)
		st = parse_stand(c, &reply, &doc, err);
	if (st == MQ_OK)
		st = heal_compare(c, jdoc_root(doc), r, err);
	if (st == MQ_OK)
		st = take_stand(c, jdoc_root(doc), c->n->dev, r, err);
	if (st == MQ_OK)
		st = check_cursor(c, jdoc_root(doc), mark, err);
	if (st == MQ_OK && jnode_bool(jnode_get(jdoc_root(doc), "frozen"),
	    false))
		st = err_set(err, MQ_E_FORKED, "%d", c->n->set.number);
	jdoc_free(&doc);
	transport_reply_free(&reply);
	return st;
}

/* ---- push ---- */

static enum mq_status post_batch(struct client *c, const struct wire_batch *b,
    const struct buf *lines, struct client_result *r, struct err *err)
{
	struct buf packed = BUF_INIT(WIRE_BODY_MAX);
	struct transport_reply reply;
	struct jdoc *doc = NULL;
	char batch[WIRE_BATCH_TEXT];
	struct ask a = { .method = "POST", .path = "/v1/entries",
	    .batch = batch, .type = "application/x-ndjson" };
	enum mq_status st;

	transport_reply_init(&reply);
	wire_batch_write(b, batch);
	st = zstd_pack(lines->data, lines->len, &packed, err);
	a.zstd = zstd_fits(lines->len, packed.len);
	a.body = a.zstd ? packed.data : lines->data;
	a.len = a.zstd ? packed.len : lines->len;
	if (st == MQ_OK)
		st = client_ask(c, &a, &reply, err);
	if (st == MQ_OK)
		st = parse_stand(c, &reply, &doc, err);
	if (st == MQ_OK)
		st = take_stand(c, jdoc_root(doc), b->dev, r, err);
	jdoc_free(&doc);
	transport_reply_free(&reply);
	buf_free(&packed);
	return st;
}

/* The answer did not come: it may or may not be there. */
static void note_sent(struct client *c, int64_t to)
{
	struct err err = ERR_INIT;

	if (db_begin(c->n->db, __func__, &err) != MQ_OK)
		return;
	if (outbox_mark_sent(c->n, to, &err) == MQ_OK)
		(void)(db_commit(c->n->db, &err) == MQ_OK);
	else
		db_rollback(c->n->db);
}

enum mq_status client_batch(struct client *c, struct dev dev, int64_t from,
    int64_t to,
    const struct buf *lines, struct client_result *r, struct err *err)
{
	struct wire_batch b = { dev, from, to, { 0 } };
	bool held = false;
	enum mq_status st = heal_hash_of(c->n, (struct ref){ dev, to },
	    b.head, &held, err);

	if (st == MQ_OK && !held)
		st = err_set(err, MQ_E_INTERNAL, "batch head");
	if (st == MQ_OK)
		st = post_batch(c, &b, lines, r, err);
	if (st == MQ_OK)
		r->pushed += to - from + 1;
	return st;
}

enum mq_status client_push(struct client *c, struct client_result *r,
    struct err *err)
{
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct ledger_head head;
	int64_t last = 0, before;
	enum mq_status st = ledger_head(c->n, &head, err);
	int i;

	for (i = 0; i < ROUNDS_MAX && st == MQ_OK && c->hub_seq < head.seq;
	    i++) {
		before = c->hub_seq;
		buf_reset(&lines);
		st = ledger_lines(c->n, before + 1, head.seq,
		    CLIENT_BATCH_BYTES, &lines, &last, err);
		if (st != MQ_OK)
			break;
		st = client_batch(c, c->n->dev, before + 1, last, &lines, r,
		    err);
		if (st == MQ_E_NET_DOWN)
			note_sent(c, last);
		if (st == MQ_OK && c->hub_seq <= before)
			st = err_set(err, MQ_E_NET_REPLY, "contiguous_seq");
	}
	buf_free(&lines);
	return st;
}

/* ---- feed ---- */

static enum mq_status take_page(struct client *c,
    const struct transport_reply *reply,
    struct client_result *r, struct err *err)
{
	struct inbox_result in;
	enum mq_status st;

	if (reply->cursor < 0)
		return err_set(err, MQ_E_NET_REPLY, "Minqing-Cursor");
	if (reply->body.len == 0 && reply->cursor == inbox_cursor(c->n))
		return MQ_OK;
	st = inbox_take(c->n, buf_str(&reply->body), reply->body.len,
	    reply->cursor, &in, err);
	if (st != MQ_OK)
		return st;
	r->received += in.fresh;
	r->bad += in.bad;
	if (in.fresh > 0)
		bell_ring(c->n);
	return MQ_OK;
}

static enum mq_status take_feed(struct client *c, struct client_result *r,
    struct err *err)
{
	struct transport_reply reply;
	char query[64];
	enum mq_status st = MQ_OK;
	bool more = true;
	int i;

	transport_reply_init(&reply);
	for (i = 0; i < ROUNDS_MAX && more && st == MQ_OK; i++) {
		(void)snprintf(query, sizeof(query), "after=%" PRId64,
		    inbox_cursor(c->n));
		st = client_get(c, "/v1/feed", query, &reply, err);
		if (st == MQ_OK)
			st = take_page(c, &reply, r, err);
		more = reply.more;
	}
	transport_reply_free(&reply);
	return st;
}

enum mq_status client_poll_start(struct client *c, struct err *err)
{
	struct ask_signed s;
	struct ask_as as;
	char query[64];
	struct ask a = { .method = "GET", .path = "/v1/feed",
	    .query = query, .wait_s = CLIENT_POLL_S };

	(void)snprintf(query, sizeof(query), "after=%" PRId64 "&wait=%d",
	    inbox_cursor(c->n), CLIENT_POLL_S);
	as_node(c, &as);
	ask_build(c->n->env, &as, &a, c->offset_ms, &s);
	return c->t->ops->start(c->t, &s.q, err);
}

enum mq_status client_poll_take(struct client *c, struct client_result *r,
    struct err *err)
{
	struct transport_reply reply;
	enum mq_status st;

	transport_reply_init(&reply);
	st = c->t->ops->finish(c->t, &reply, err);
	if (st == MQ_OK) {
		note_reply(c, &reply);
		st = ask_judge(&reply, c->problem, err);
	}
	if (st == MQ_OK)
		st = take_page(c, &reply, r, err);
	if (st == MQ_OK && reply.more)
		st = take_feed(c, r, err);
	transport_reply_free(&reply);
	return st;
}

/* ---- the whole round ---- */

enum mq_status client_contact(struct client *c, enum mq_status outcome,
    const struct err *why, struct err *err)
{
	char words[200] = "";
	enum mq_status st;

	if (outcome != MQ_OK)
		err_say_part(why, ERR_WHAT, c->n->env->lang, words,
		    sizeof(words));
	st = db_begin(c->n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = outbox_contact(c->n, words, err);
	if (st == MQ_OK && outcome == MQ_OK && c->hub_now.ms != 0)
		st = node_set_meta(c->n, "hub_time", c->hub_now.ms, err);
	if (st == MQ_OK && outcome == MQ_OK && c->hub_now.ms != 0)
		st = ledger_hub_clock(c->n, c->hub_now, err);
	if (st == MQ_OK && outcome == MQ_OK)
		st = node_set_meta(c->n, "hub_offset", c->offset_ms, err);
	if (st == MQ_OK)
		st = db_commit(c->n->db, err);
	else
		db_rollback(c->n->db);
	if (st == MQ_OK)
		bell_ring(c->n);
	return st;
}

enum mq_status client_round(struct client *c, struct client_result *r,
    struct err *err)
{
	struct err second = ERR_INIT;
	enum mq_status st, kept;

	memset(r, 0, sizeof(*r));
	st = resume(c, r, err);
	if (st == MQ_OK)
		st = heal_push_former(c, r, err);
	if (st == MQ_OK)
		st = client_push(c, r, err);
	if (st == MQ_E_NET_REFUSED && strcmp(c->problem, "gap") == 0) {
		/* The hub has gone back in between: ask again once. */
		st = resume(c, r, err);
		if (st == MQ_OK)
			st = heal_push_former(c, r, err);
		if (st == MQ_OK)
			st = client_push(c, r, err);
	}
	if (st == MQ_OK)
		st = take_feed(c, r, err);
	if (st == MQ_OK)
		st = client_extras(c, r, err);
	if (st == MQ_E_FORKED)
		heal_send_branch(c, r);
	kept = client_contact(c, st, err, &second);
	if (st == MQ_OK && kept != MQ_OK) {
		st = kept;
		if (err != NULL)
			*err = second;
	}
	return st;
}
