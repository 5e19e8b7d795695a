/*
 * The only writer of entries.  See ledger.h; design §3.
 *
 * Lasting values in meta: head_seq, head_hash (this epoch), hlc, epoch,
 * clock_shift (ms added to the wall clock: a person confirmed the time, which
 * clock_by_hand says, or the hub said how far it is off).
 */
#include "ledger.h"

#include <assert.h>
#include <inttypes.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "pack.h"

#define HLC_BITS 16
#define LINE_REST 64u		/* what a wire line adds to its two parts */
#define REMOTE_AHEAD_MS (10 * MS_MINUTE)
/* A wall clock before this program was made is wrong. */
#define EARLIEST_MS INT64_C(1767225600000)	/* 2026-01-01 */

struct utc ledger_now(struct node *n)
{
	struct utc t = env_now(n->env);

	t.ms += node_meta(n, "clock_shift");
	return t;
}

/* ---- the head ---- */

enum mq_status ledger_head(struct node *n, struct ledger_head *out,
    struct err *err)
{
	char hex[2 * CRYPTO_HASH + 1];
	enum mq_status st;
	int64_t none;

	memset(out, 0, sizeof(*out));
	st = node_read_meta(n, "head_seq", &out->seq, NULL, 0, err);
	if (!st)
		st = node_read_meta(n, "head_hash", &none, hex, sizeof(hex),
		    err);
	if (st)
		return st;
	if (hex[0] && !crypto_unhex(hex, strlen(hex), out->hash, CRYPTO_HASH))
		return err_set(err, MQ_E_DAMAGED, "meta head_hash");
	return MQ_OK;
}

static enum mq_status head_set(struct node *n, const struct ledger_head *h,
    struct err *err)
{
	char hex[2 * CRYPTO_HASH + 1];
	enum mq_status st;

	crypto_hex(h->hash, CRYPTO_HASH, hex);
	st = node_set_meta(n, "head_seq", h->seq, err);
	if (!st)
		st = node_set_meta_text(n, "head_hash", hex, err);
	return st;
}

/* ---- clock ---- */

/* Is the wall clock believable?  Before the program, or a day before the last
 * entry, it is not. */
static enum mq_status clock_check(struct node *n, struct utc now,
    struct err *err)
{
	int64_t last = node_meta(n, "hlc") >> HLC_BITS;
	char text[32];

	if (now.ms >= EARLIEST_MS && now.ms >= last - MS_DAY)
		return MQ_OK;
	snprintf(text, sizeof(text), "%" PRId64, now.ms / MS_SECOND);
	return err_set(err, MQ_E_CLOCK, "@%s", text);
}

enum mq_status ledger_check_clock(struct node *n, struct err *err)
{
	return clock_check(n, ledger_now(n), err);
}

/* Entries that a wrong clock dated ahead of `real` by more than `slack` must
 * not hold the ones to come: those begin a new epoch, by the right time. */
static enum mq_status leave_future(struct node *n, struct utc real,
    int64_t slack, struct err *err)
{
	int64_t last;
	enum mq_status st = node_read_meta(n, "hlc", &last, NULL, 0, err);

	if (st || (last >> HLC_BITS) <= real.ms + slack)
		return st;
	log_line(LOG_WARN, "ledger", "the clock was ahead: new epoch");
	st = ledger_new_epoch(n, err);
	return st ? st : node_set_meta(n, "hlc", real.ms << HLC_BITS, err);
}

static enum mq_status shift_clock(struct node *n, int64_t shift, bool by_hand,
    struct err *err)
{
	enum mq_status st = node_set_meta(n, "clock_shift", shift, err);

	return st ? st : node_set_meta(n, "clock_by_hand", by_hand, err);
}

enum mq_status ledger_confirm_clock(struct node *n, struct utc real,
    struct err *err)
{
	enum mq_status st;

	/* Not before this program, nor before what the hub said last. */
	if (real.ms < EARLIEST_MS ||
	    real.ms < node_meta(n, "hub_time") - REMOTE_AHEAD_MS)
		return err_set(err, MQ_E_CLOCK, "@%" PRId64,
		    real.ms / MS_SECOND);
	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = ledger_refresh(n, err);
	if (!st)
		st = shift_clock(n, real.ms - env_now(n->env).ms, true, err);
	if (!st)
		st = leave_future(n, real, MS_DAY, err);
	if (!st)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

enum mq_status ledger_hub_clock(struct node *n, struct utc hub,
    struct err *err)
{
	int64_t off = hub.ms - env_now(n->env).ms;
	bool far = off > REMOTE_AHEAD_MS || off < -REMOTE_AHEAD_MS;
	enum mq_status st = ledger_refresh(n, err);

	if (!st && (far || node_meta(n, "clock_shift")))
		st = shift_clock(n, far ? off : 0, false, err);
	return st ? st : leave_future(n, hub, REMOTE_AHEAD_MS, err);
}

static enum mq_status next_hlc(struct node *n, struct utc now, int64_t *out,
    struct err *err)
{
	int64_t last, wall = now.ms << HLC_BITS;
	enum mq_status st = node_read_meta(n, "hlc", &last, NULL, 0, err);

	*out = wall > last ? wall : last + 1;
	return st;
}

/* A statement (a literal) whose first two placeholders are an identity. */
static enum mq_status query_of(struct node *n, const char *sql,
    struct ref id, struct db_stmt **out, struct err *err)
{
	enum mq_status st = db_query(n->db, sql, out, err);

	if (st)
		return st;
	db_bind_i64(*out, id.dev.v);
	db_bind_i64(*out, id.seq);
	return MQ_OK;
}

/* ---- storing ---- */

static enum mq_status put_entry(struct node *n, const struct entry *e,
    const char *head, size_t hlen, const uint8_t hash[CRYPTO_HASH],
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT INTO entry(dev, seq, subj, hash, head)"
	    " VALUES(?, ?, ?, ?, ?)", &s, err);
	if (st)
		return st;
	db_bind_i64(s, e->id.dev.v);
	db_bind_i64(s, e->id.seq);
	db_bind_i64(s, ref_rec(e->subj));
	db_bind_blob(s, hash, CRYPTO_HASH);
	db_bind_blob(s, head, hlen);
	return db_run(&s, err);
}

static enum mq_status put_body(struct node *n, struct ref id,
    const uint8_t salt[ENTRY_SALT], const char *body, size_t len,
    struct err *err)
{
	struct buf plain = BUF_INIT(ENTRY_BODY_MAX + ENTRY_SALT);
	struct buf box = BUF_INIT(ENTRY_BODY_MAX + 2 * CRYPTO_REST_EXTRA);
	struct db_stmt *s;
	enum mq_status st;

	buf_add(&plain, salt, ENTRY_SALT);
	buf_add(&plain, body, len);
	crypto_rest_wrap(n->keys.data, id.dev.v, id.seq, plain.data,
	    plain.len, &box);
	st = db_query(n->db, "INSERT INTO entry_body(id, box)"
	    " VALUES(?, ?)", &s, err);
	if (!st) {
		db_bind_i64(s, ref_rec(id));
		db_bind_blob(s, box.data, box.len);
		st = db_run(&s, err);
	}
	crypto_wipe(plain.data, plain.len);
	buf_free(&plain);
	buf_free(&box);
	return st;
}

/* ---- reading ---- */

/* Salt and body of one entry; *gone when they were erased. */
static enum mq_status get_body(struct node *n, struct ref id,
    uint8_t salt[ENTRY_SALT], struct buf *body, bool *gone, struct err *err)
{
	struct buf plain = BUF_INIT(ENTRY_BODY_MAX + ENTRY_SALT);
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	size_t len;
	const void *box;

	st = db_query(n->db, "SELECT box FROM entry_body WHERE id = ?", &s,
	    err);
	if (st)
		return st;
	db_bind_i64(s, ref_rec(id));
	st = db_step(s, &row, err);
	*gone = !st && !row;
	if (!st && row) {
		box = db_blob(s, "box", &len);
		st = crypto_rest_unwrap(n->keys.data, id.dev.v, id.seq, box,
		    len, &plain, err);
		if (!st && plain.len < ENTRY_SALT)
			st = err_set(err, MQ_E_DAMAGED, "body too short");
	}
	if (!st && !*gone) {
		memcpy(salt, plain.data, ENTRY_SALT);
		buf_add(body, plain.data + ENTRY_SALT,
		    plain.len - ENTRY_SALT);
		crypto_wipe(plain.data, plain.len);
	}
	db_done(&s);
	buf_free(&plain);
	return st;
}

/* The bytes of a header, and what they say. */
static enum mq_status get_head(struct node *n, struct ref id,
    struct entry *e, struct buf *head, struct err *err)
{
	char text[ENTRY_REF_TEXT];
	struct db_stmt *s;
	enum mq_status st;
	size_t len;
	const void *p;
	bool row;

	st = query_of(n, "SELECT head FROM entry WHERE dev = ?"
	    " AND seq = ?", id, &s, err);
	if (st)
		return st;
	st = db_step(s, &row, err);
	if (!st && !row) {
		ref_text(id, text);
		st = err_set(err, MQ_E_NOT_FOUND, "%s", text);
	}
	if (!st) {
		p = db_blob(s, "head", &len);
		buf_add(head, p, len);
		st = entry_check_head(head->data, head->len, e, err);
	}
	db_done(&s);
	return st;
}

enum mq_status ledger_read_head(struct node *n, struct ref id,
    struct entry *e, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	enum mq_status st = get_head(n, id, e, &head, err);

	buf_free(&head);
	return st;
}

enum mq_status ledger_read(struct node *n, struct ref id, struct entry *e,
    struct buf *head, struct buf *body, bool *erased, struct err *err)
{
	uint8_t salt[ENTRY_SALT];
	enum mq_status st = get_head(n, id, e, head, err);

	return st ? st : get_body(n, id, salt, body, erased, err);
}

enum mq_status ledger_line_of(struct node *n, struct ref id,
    struct buf *out, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	uint8_t salt[ENTRY_SALT];
	struct entry e;
	struct ref why = id;
	enum mq_status st;
	bool gone, listed;

	st = get_head(n, id, &e, &head, err);
	if (!st)
		st = get_body(n, id, salt, &body, &gone, err);
	if (!st && gone)
		st = ledger_gone(n, id, &listed, &why, err);
	if (!st)
		entry_line(head.data, head.len, salt,
		    gone ? NULL : body.data, body.len, why, out);
	if (!st && out->over)
		st = err_set(err, MQ_E_TOO_BIG, "batch");
	buf_free(&head);
	buf_free(&body);
	return st;
}

/* Adds the whole save that starts at `at`; *next is the seq after it. */
static enum mq_status lines_of_save(struct node *n, int64_t at, int64_t to,
    struct buf *out, int64_t *next, struct err *err)
{
	struct ref id = { n->dev, at };
	struct entry e;
	enum mq_status st = ledger_read_head(n, id, &e, err);
	int64_t end;

	if (st)
		return st;
	end = e.save_first + e.save_n;
	assert(end - 1 <= to);
	for (; id.seq < end && !st; id.seq++)
		st = ledger_line_of(n, id, out, err);
	*next = end;
	return st;
}

enum mq_status ledger_lines(struct node *n, int64_t from, int64_t to,
    size_t max_bytes, struct buf *out, int64_t *last, struct err *err)
{
	int64_t at = from, next;
	enum mq_status st = MQ_OK;

	*last = from - 1;
	while (at <= to && !st) {
		size_t before = out->len;

		st = lines_of_save(n, at, to, out, &next, err);
		if (st)
			break;
		if (out->len > max_bytes && before > 0) {
			out->len = before;	/* the next batch takes it */
			out->data[before] = '\0';
			break;
		}
		*last = next - 1;
		at = next;
	}
	return st;
}

/* ---- heads ---- */

struct head_scan {
	struct ref *ids;
	bool *covered;
	size_t n, cap, ccap;
	struct ref *after;
	size_t nafter, acap;
};

static enum mq_status scan_subject(struct node *n, struct ref subj,
    struct head_scan *h, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(n->db, "SELECT head FROM entry WHERE subj = ?"
	    " ORDER BY pos", &s, err);
	if (st)
		return st;
	db_bind_i64(s, ref_rec(subj));
	while (!(st = db_step(s, &row, err)) && row) {
		struct entry e;
		size_t len;
		const char *p = db_blob(s, "head", &len);
		int i;

		st = entry_check_head(p, len, &e, err);
		if (st)
			break;
		h->ids = xgrow(h->ids, &h->cap, h->n + 1, sizeof(*h->ids));
		h->ids[h->n++] = e.id;
		for (i = 0; i < e.nafter; i++) {
			h->after = xgrow(h->after, &h->acap, h->nafter + 1,
			    sizeof(*h->after));
			h->after[h->nafter++] = e.after[i];
		}
	}
	db_done(&s);
	return st;
}

static int ref_cmp_q(const void *a, const void *b)
{
	return ref_cmp(*(const struct ref *)a, *(const struct ref *)b);
}

enum mq_status ledger_heads(struct node *n, struct ref subj,
    struct ref out[ENTRY_AFTER_MAX], int *count, struct err *err)
{
	struct head_scan h = { NULL, NULL, 0, 0, 0, NULL, 0, 0 };
	enum mq_status st;
	size_t i;

	*count = 0;
	st = scan_subject(n, subj, &h, err);
	if (st)
		goto out;
	if (h.nafter)
		qsort(h.after, h.nafter, sizeof(*h.after), ref_cmp_q);
	/* From the newest back, so that the latest ones stay when many. */
	for (i = h.n; i-- > 0 && *count < ENTRY_AFTER_MAX;)
		if (!h.nafter || !bsearch(&h.ids[i], h.after, h.nafter,
		    sizeof(*h.after), ref_cmp_q))
			out[(*count)++] = h.ids[i];
	qsort(out, (size_t)*count, sizeof(*out), ref_cmp_q);
out:
	free(h.ids);
	free(h.after);
	return st;
}

/* ---- appending ---- */

static enum mq_status link_subject(struct node *n,
    const struct ledger_new *x, const struct ref *ids, struct entry *e,
    struct err *err)
{
	char text[ENTRY_REF_TEXT];
	enum mq_status st;

	e->cause = x->cause_index >= 0 ? ids[x->cause_index] : x->cause;
	if (strcmp(x->op, "open") == 0) {
		e->subj = e->id;
		return MQ_OK;
	}
	e->subj = x->subj_index >= 0 ? ids[x->subj_index] : x->subj;
	st = ledger_heads(n, e->subj, e->after, &e->nafter, err);
	if (!st && !e->nafter) {
		ref_text(e->subj, text);
		st = err_set(err, MQ_E_NOT_FOUND, "%s", text);
	}
	return st;
}

static enum mq_status append_one(struct node *n, const char *by,
    const struct ledger_new *x, struct ledger_head *h, int64_t first,
    int count, struct ref *ids, int index, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	uint8_t salt[ENTRY_SALT];
	struct entry e;
	enum mq_status st;

	memset(&e, 0, sizeof(e));
	e.id.dev = n->dev;
	e.id.seq = h->seq + 1;
	e.at = ledger_now(n);
	e.save_first = first;
	e.save_n = count;
	xcopy(e.by, sizeof(e.by), by);
	xcopy(e.org, sizeof(e.org), x->org);
	xcopy(e.kind, sizeof(e.kind), x->kind);
	xcopy(e.op, sizeof(e.op), x->op);
	xcopy(e.pack, sizeof(e.pack), n->pack ? pack_id(n->pack) : "none:0");
	memcpy(e.prev, h->hash, CRYPTO_HASH);
	n->env->random(n->env, salt, sizeof(salt));
	entry_body_hash(salt, x->body->data, x->body->len, e.bh);
	st = next_hlc(n, e.at, &e.hlc, err);
	if (!st)
		st = entry_check_body(x->body->data, x->body->len, err);
	if (!st)
		st = link_subject(n, x, ids, &e, err);
	if (st)
		goto out;
	entry_write(&e, &head);
	entry_hash(head.data, head.len, h->hash);
	h->seq = e.id.seq;
	ids[index] = e.id;
	st = put_entry(n, &e, head.data, head.len, h->hash, err);
	if (!st)
		st = put_body(n, e.id, salt, x->body->data, x->body->len,
		    err);
	if (!st)
		st = node_set_meta(n, "hlc", e.hlc, err);
out:
	buf_free(&head);
	return st;
}

/* Could the wire take it?  What cannot travel must not be said to be saved. */
static enum mq_status can_travel(const struct ledger_new *list, int count,
    struct err *err)
{
	size_t bytes = 0;
	int i;

	for (i = 0; i < count; i++)
		bytes += list[i].body->len + ENTRY_HEAD_MAX + LINE_REST;
	return bytes <= LEDGER_SAVE_BYTES ? MQ_OK :
	    err_set(err, MQ_E_TOO_BIG, "%zu KiB > %u KiB", bytes >> 10,
	    LEDGER_SAVE_BYTES >> 10);
}

enum mq_status ledger_append(struct node *n, const char *by,
    const struct ledger_new *list, int count, struct ref *ids,
    struct err *err)
{
	struct ledger_head h;
	enum mq_status st;
	int64_t first;
	int i;

	assert(db_in_transaction(n->db));
	assert(count > 0 && count <= ENTRY_SAVE_MAX);
	st = ledger_refresh(n, err);
	if (!st)
		st = clock_check(n, ledger_now(n), err);
	if (!st)
		st = can_travel(list, count, err);
	if (!st)
		st = ledger_head(n, &h, err);
	if (st)
		return st;
	first = h.seq + 1;
	for (i = 0; i < count && !st; i++)
		st = append_one(n, by, &list[i], &h, first, count, ids, i,
		    err);
	if (!st)
		st = head_set(n, &h, err);
	return st;
}

/* ---- receiving ---- */

/* Have we this identity already?  Compares hashes. */
static enum mq_status known(struct node *n, struct ref id,
    const uint8_t hash[CRYPTO_HASH], bool *held, struct err *err)
{
	char text[ENTRY_REF_TEXT];
	struct db_stmt *s;
	enum mq_status st;
	const void *p;
	size_t len;

	st = query_of(n, "SELECT hash FROM entry WHERE dev = ?"
	    " AND seq = ?", id, &s, err);
	if (st)
		return st;
	st = db_step(s, held, err);
	if (!st && *held) {
		p = db_blob(s, "hash", &len);
		if (len != CRYPTO_HASH || memcmp(p, hash, len) != 0) {
			ref_text(id, text);
			st = err_set(err, MQ_E_FORKED, "%s", text);
		}
	}
	db_done(&s);
	return st;
}

/* Own entries coming back after a lost tail move the head on. */
static enum mq_status take_own(struct node *n, const struct entry *e,
    const uint8_t hash[CRYPTO_HASH], struct err *err)
{
	struct ledger_head h;
	enum mq_status st = ledger_head(n, &h, err);

	if (st || e->id.seq != h.seq + 1)
		return st;
	/* A later epoch may go on from any entry of the ones before. */
	if ((e->id.seq > 1 || dev_epoch(e->id.dev) == 0) &&
	    memcmp(e->prev, h.hash, CRYPTO_HASH) != 0)
		return err_set(err, MQ_E_FORKED, "%" PRId64, e->id.seq);
	h.seq = e->id.seq;
	memcpy(h.hash, hash, CRYPTO_HASH);
	return head_set(n, &h, err);
}

/* Each own record that comes back with a short number took one that our
 * counter no longer knows. */
static enum mq_status take_number(struct node *n,
    const struct entry_parts *p, struct err *err)
{
	struct jdoc *doc = NULL;
	enum mq_status st;
	int64_t used;

	if (!p->body || strcmp(p->e.op, "open") != 0)
		return MQ_OK;
	st = jdoc_parse(p->body, p->body_len, "own", &doc, err);
	if (!st && jget_str(jnode_get(jdoc_root(doc), "d"), "no", "")[0]) {
		st = node_read_meta(n, "no_counter", &used, NULL, 0, err);
		if (!st)
			st = node_set_meta(n, "no_counter", used + 1, err);
	}
	jdoc_free(&doc);
	return st;
}

/* A believable remote clock moves ours; a wild one does not. */
static enum mq_status take_clock(struct node *n, int64_t hlc,
    struct err *err)
{
	int64_t now = ledger_now(n).ms, hub = node_meta(n, "hub_time");

	if (hlc <= node_meta(n, "hlc"))
		return MQ_OK;
	if ((hlc >> HLC_BITS) > (now > hub ? now : hub) + REMOTE_AHEAD_MS)
		return MQ_OK;
	return node_set_meta(n, "hlc", hlc, err);
}

/* entry.erased takes effect on arrival: body {"u":["101:5",…]}. */
static enum mq_status apply_erased(struct node *n,
    const struct entry_parts *p, struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *list;
	enum mq_status st;
	struct ref id;
	size_t i;

	if (!p->body || strcmp(p->e.kind, "entry") != 0 ||
	    strcmp(p->e.op, "erased") != 0)
		return MQ_OK;
	st = jdoc_parse(p->body, p->body_len, "erased", &doc, err);
	if (st)
		return st;
	list = jnode_get(jdoc_root(doc), "u");
	for (i = 0; i < jnode_count(list) && !st; i++) {
		const char *s = jnode_str(jnode_at(list, i), "");

		if (ref_parse(s, strlen(s), &id))
			st = ledger_erase(n, id, p->e.id, err);
	}
	jdoc_free(&doc);
	return st;
}

enum mq_status ledger_receive(struct node *n, const char *line, size_t len,
    bool *is_new, struct err *err)
{
	struct entry_parts p;
	uint8_t hash[CRYPTO_HASH];
	enum mq_status st;
	struct ref why;
	bool held = false, gone = false;

	assert(db_in_transaction(n->db));
	*is_new = false;
	st = entry_check_line(line, len, &p, err);
	if (st)
		return st;
	entry_hash(p.head, p.head_len, hash);
	st = known(n, p.e.id, hash, &held, err);
	if (st)
		return st;
	if (held)
		return p.body ? MQ_OK : ledger_erase(n, p.e.id, p.erased, err);
	st = put_entry(n, &p.e, p.head, p.head_len, hash, err);
	/* Were its words taken away before it came? */
	if (!st)
		st = ledger_gone(n, p.e.id, &gone, &why, err);
	if (!st && p.body && !gone)
		st = put_body(n, p.e.id, p.salt, p.body, p.body_len, err);
	if (!st && !p.body)
		st = ledger_erase(n, p.e.id, p.erased, err);
	if (!st && p.e.id.dev.v == n->dev.v)
		st = take_own(n, &p.e, hash, err);
	if (!st && dev_node(p.e.id.dev) == n->set.number)
		st = take_number(n, &p, err);
	if (!st)
		st = take_clock(n, p.e.hlc, err);
	if (!st)
		st = apply_erased(n, &p, err);
	*is_new = !st;
	return st;
}

enum mq_status ledger_hlc(struct node *n, struct ref id, int64_t *hlc,
    struct err *err)
{
	struct entry e;
	enum mq_status st = ledger_read_head(n, id, &e, err);

	if (!st)
		*hlc = e.hlc;
	return st;
}
