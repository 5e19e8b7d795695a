/*
 * Judging and storing single saves.  Called by ingest.c.
 */
#include "admit.h"

#include "../../core/base/clock.h"
#include "../../core/duty.h"
#include "../../core/base/xmalloc.h"
#include "erasure.h"
#include "status.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *code; const char *words[2]; } reasons[] = {
#define REASON(id, zh, en) { #id, { zh, en } },
#include "reason.def"
#undef REASON
};

struct verdict {
	bool bad;
	bool forced;		/* readmitted by somebody who answers for it */
	enum ingest_reason reason;
	char detail[120];
};

void admit_day(struct utc t, char out[16])
{
	struct civil c = clock_civil(t);

	(void)snprintf(out, 16, "%04d%02d%02d", c.year % 10000,
	    c.month % 100, c.day % 100);
}

void ingest_reason_say(const char *code, const char *detail, enum lang lang,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(reasons); i++) {
		const char *words = reasons[i].words[lang == LANG_EN];
		const char *hole = strstr(words, "{}");

		if (strcmp(reasons[i].code, code) != 0)
			continue;
		if (hole == NULL) {
			buf_adds(out, words);
			return;
		}
		buf_add(out, words, (size_t)(hole - words));
		buf_adds(out, detail);
		buf_adds(out, hole + 2);
		return;
	}
	buf_adds(out, detail);
}

/* Nobody can answer for bytes that are wrong. */
static bool can_be_forced(enum ingest_reason r)
{
	return r == REASON_ORG || r == REASON_SCOPE || r == REASON_BASIS;
}

static void find(struct verdict *v, enum ingest_reason r, const char *detail)
{
	if (v->bad || (v->forced && can_be_forced(r)))
		return;		/* the first reason is the one said */
	v->bad = true;
	v->reason = r;
	(void)xcopy(v->detail, sizeof(v->detail), detail);
}

size_t admit_save_len(const struct admit_item *v, size_t n)
{
	int64_t first = v[0].e.save_first;
	int count = v[0].e.save_n;
	size_t i;

	if (first != v[0].e.id.seq || count < 1 || count > ENTRY_SAVE_MAX)
		return 1;
	for (i = 1; i < (size_t)count && i < n; i++)
		if (v[i].e.save_first != first || v[i].e.save_n != count)
			return i;
	return i == (size_t)count ? i : 0;
}

/* ---- judging ---- */

static enum mq_status state_of(struct hub *h, const char *tenant, struct ref id,
    bool *held, bool *quarantined, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	*held = *quarantined = false;
	st = db_query(h->db, "SELECT state FROM entry WHERE tenant = ?"
	    " AND dev = ? AND seq = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	st = db_step(s, held, err);
	if (st == MQ_OK && *held)
		*quarantined = db_i64(s, "state") != 0;
	db_done(&s);
	return st;
}

/* Words that go by right do not wait: the machine a record in quarantine came
 * from, and no other, has them and may take them. */
static bool takes_own_words(const struct store_node *who,
    const struct entry *e, struct ref id)
{
	return strcmp(e->kind, "entry") == 0 && strcmp(e->op, "erased") == 0 &&
	    dev_node(id.dev) == who->number;
}

/* May this node write in this subject, and is what it builds on admitted? */
static enum mq_status judge_subject(struct hub *h, const struct store_node *who,
    const struct entry *e, struct verdict *v, struct err *err)
{
	struct feed_orgs audience = { NULL, 0, 0 };
	char text[ENTRY_REF_TEXT];
	bool held, quarantined, opens = strcmp(e->op, "open") == 0;
	enum mq_status st;

	ref_text(e->subj, text);
	if (opens != ref_equal(e->subj, e->id))
		find(v, REASON_SUBJECT, text);
	if (opens || e->subj.seq >= e->save_first)
		if (e->subj.dev.v == e->id.dev.v)
			return MQ_OK;
	st = state_of(h, who->tenant, e->subj, &held, &quarantined, err);
	if (st == MQ_OK && quarantined && !takes_own_words(who, e, e->subj))
		find(v, REASON_BASIS, text);
	/* A subject the hub has never heard of may come later: a restored
	 * hub is refilled in any order. */
	if (st == MQ_OK && held && !quarantined)
		st = feed_audience(h, who->tenant, ref_rec(e->subj),
		    &audience, err);
	if (st == MQ_OK && audience.n > 0 &&
	    !feed_orgs_has(&audience, who->org))
		find(v, REASON_SCOPE, text);
	feed_orgs_free(&audience);
	return st;
}

/* A node may sign for itself, as "@NUMBER", where the pack lets a duty act. */
static void judge_author(const struct hub *h, const struct entry *e,
    const struct entry_parts *p, struct verdict *v)
{
	int node = duty_author_node(e->by);
	struct jdoc *doc = NULL;
	char action[48];
	bool fine = node == dev_node(e->id.dev);

	if (node == 0)
		return;		/* a person */
	(void)snprintf(action, sizeof(action), "%s", e->op);
	if (fine && strcmp(e->op, "step") == 0 && p->body != NULL) {
		fine = jdoc_parse(p->body, p->body_len, "body", &doc, NULL) ==
		    MQ_OK;
		(void)snprintf(action, sizeof(action), "step:%.40s", fine ?
		    jget_str(jdoc_root(doc), "s", "") : "");
	}
	/* Words erased: the operation alone is what can be judged. */
	if (fine && h->pack != NULL && p->body != NULL)
		fine = duty_allowed(h->pack, action, e->kind);
	if (!fine)
		find(v, REASON_DUTY, e->by);
	jdoc_free(&doc);
}

/* entry.erased: each ref it names. */
static enum mq_status each_erased(struct hub *h, const struct entry *e,
    const struct jnode *body, void *ctx,
    enum mq_status (*fn)(struct hub *h, const struct entry *e, struct ref id,
    void *ctx, struct err *err), struct err *err)
{
	const struct jnode *list = jnode_get(body, "u");
	enum mq_status st = MQ_OK;
	size_t i;

	if (strcmp(e->kind, "entry") != 0 || strcmp(e->op, "erased") != 0)
		return MQ_OK;
	for (i = 0; i < jnode_count(list) && st == MQ_OK; i++) {
		const char *text = jnode_str(jnode_at(list, i), "");
		struct ref id;

		if (ref_parse(text, strlen(text), &id))
			st = fn(h, e, id, ctx, err);
	}
	return st;
}

struct eraser { const struct store_node *who; struct verdict *v; };

/* Only words the erasing node may see itself: a number alone erases nothing.
 * What is not here yet is judged when it comes. */
static enum mq_status may_erase(struct hub *h, const struct entry *e,
    struct ref id, void *ctx, struct err *err)
{
	struct eraser *x = ctx;
	struct feed_orgs audience = { NULL, 0, 0 };
	char text[ENTRY_REF_TEXT];
	int64_t subj = 0;
	enum mq_status st = feed_subject(h, x->who->tenant, id, &subj, err);

	if (st == MQ_OK && subj != 0)
		st = feed_audience(h, x->who->tenant, subj, &audience, err);
	ref_text(id, text);
	if (st == MQ_OK && subj != 0 &&
	    !feed_orgs_has(&audience, x->who->org) &&
	    !(audience.n == 0 && takes_own_words(x->who, e, id)))
		find(x->v, REASON_SCOPE, text);
	feed_orgs_free(&audience);
	return st;
}

static enum mq_status judge_erased(struct hub *h, const struct store_node *who,
    const struct entry_parts *p, struct verdict *v, struct err *err)
{
	struct eraser x = { who, v };
	struct jdoc *doc = NULL;
	enum mq_status st;

	if (p->body == NULL || strcmp(p->e.kind, "entry") != 0)
		return MQ_OK;
	st = jdoc_parse(p->body, p->body_len, "body", &doc, err);
	if (st == MQ_OK)
		st = each_erased(h, &p->e, jdoc_root(doc), &x, may_erase,
		    err);
	jdoc_free(&doc);
	return st;
}

static enum mq_status judge(struct hub *h, const struct store_node *who,
    const struct admit_item *x, const struct admit_item *first,
    size_t n, struct entry_parts *parts, struct verdict *v, struct err *err)
{
	struct err why = ERR_INIT;
	enum mq_status st;
	char text[64];

	if (entry_check_line(x->line, x->len, parts, &why) != MQ_OK) {
		find(v, REASON_BYTES, why.detail);
		return MQ_OK;
	}
	if (x->e.save_first != first->e.id.seq || (size_t)x->e.save_n != n) {
		(void)snprintf(text, sizeof(text), "%" PRId64 "+%d",
		    x->e.save_first, x->e.save_n);
		find(v, REASON_SAVE, text);
	}
	if (!hub_knows_org(h, x->e.org))
		find(v, REASON_ORG, x->e.org);
	judge_author(h, &x->e, parts, v);
	st = judge_erased(h, who, parts, v, err);
	return st == MQ_OK ? judge_subject(h, who, &x->e, v, err) : st;
}

/* ---- storing ---- */

/* body NULL: quarantined (its line is kept apart) or gone. */
static enum mq_status put_entry(struct hub *h, const char *tenant,
    const struct admit_item *x,
    const struct entry_parts *p, int state, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	struct ref why = p != NULL ? p->erased : (struct ref){ { 0 }, 0 };

	st = db_query(h->db, "INSERT INTO entry(tenant, dev, seq, subj, hash,"
	    " head, salt, body, why_dev, why_seq, state, at)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT(tenant, dev, seq) DO UPDATE SET"
	    " salt = excluded.salt, body = excluded.body,"
	    " why_dev = excluded.why_dev, why_seq = excluded.why_seq,"
	    " state = excluded.state", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, x->e.id.dev.v);
	db_bind_i64(s, x->e.id.seq);
	db_bind_i64(s, ref_rec(x->e.subj));
	db_bind_blob(s, x->hash, CRYPTO_HASH);
	db_bind_blob(s, x->head, x->head_len);
	if (p != NULL && p->body != NULL) {
		db_bind_blob(s, p->salt, ENTRY_SALT);
		db_bind_blob(s, p->body, p->body_len);
	} else {
		db_bind_null(s);
		db_bind_null(s);
	}
	db_bind_i64(s, why.dev.v);
	db_bind_i64(s, why.seq);
	db_bind_i64(s, state);
	db_bind_i64(s, env_now(h->env).ms);
	return db_run(&s, err);
}

/* entry.erased takes the words of the entries it names, here and in every
 * feed they went to. */
static enum mq_status apply_erased(struct hub *h, const struct entry *e,
    struct ref id, void *tenant, struct err *err)
{
	return erasure_do(h, tenant, id, e->id, err);
}

/* An erasure that came before the words it takes (a restored hub is refilled
 * in any order) takes them now, if who erased sees the subject. */
static enum mq_status erased_before(struct hub *h, const char *tenant,
    const struct entry *e, struct err *err)
{
	struct feed_orgs audience = { NULL, 0, 0 };
	struct store_node who;
	struct ref why;
	enum mq_status st = erasure_find(h, tenant, e->id, &why, err);

	if (st != MQ_OK || why.seq == 0)
		return st;
	st = store_node_get(h->db, tenant, dev_node(why.dev), &who, err);
	if (st == MQ_OK)
		st = feed_audience(h, tenant, ref_rec(e->subj), &audience,
		    err);
	if (st == MQ_OK && feed_orgs_has(&audience, who.org))
		st = erasure_do(h, tenant, e->id, why, err);
	feed_orgs_free(&audience);
	return st;
}

static enum mq_status admit_one(struct hub *h, const char *tenant,
    const struct admit_item *x,
    const struct entry_parts *p, struct feed_writer *w, struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *body = NULL;
	enum mq_status st = MQ_OK;
	char named[STORE_TENANT];

	(void)xcopy(named, sizeof(named), tenant);
	if (p->body != NULL)
		st = jdoc_parse(p->body, p->body_len, "body", &doc, err);
	if (st == MQ_OK && doc != NULL)
		body = jdoc_root(doc);
	if (st == MQ_OK)
		st = feed_add(w, &x->e, body, x->len, err);
	if (st == MQ_OK)
		st = put_entry(h, tenant, x, p, 0, err);
	if (st == MQ_OK)
		st = status_fold(h, tenant, &x->e, body, err);
	if (st == MQ_OK)
		st = erased_before(h, tenant, &x->e, err);
	if (st == MQ_OK)
		st = each_erased(h, &x->e, body, named, apply_erased, err);
	jdoc_free(&doc);
	return st;
}

static enum mq_status keep_line(struct hub *h, const char *tenant,
    const struct admit_item *x, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = put_entry(h, tenant, x, NULL, 1, err);

	if (st == MQ_OK)
		st = db_query(h->db, "INSERT INTO"
		    " quarantine_line(tenant, dev, seq, line)"
		    " VALUES(?, ?, ?, ?) ON CONFLICT(tenant, dev, seq)"
		    " DO UPDATE SET line = excluded.line", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, x->e.id.dev.v);
	db_bind_i64(s, x->e.id.seq);
	db_bind_blob(s, x->line, x->len);
	st = db_run(&s, err);
	return st == MQ_OK ? erased_before(h, tenant, &x->e, err) : st;
}

static enum mq_status quarantine(struct hub *h, const struct store_node *who,
    const struct admit_item *v, size_t n, const struct verdict *why,
    struct err *err)
{
	struct utc now = env_now(h->env);
	struct db_stmt *s;
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < n && st == MQ_OK; i++)
		st = keep_line(h, who->tenant, &v[i], err);
	if (st == MQ_OK)
		st = db_query(h->db, "INSERT INTO"
		    " quarantine(tenant, dev, first, last, code, detail,"
		    " owner, at, due_at, readmitted_at)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
		    " ON CONFLICT(tenant, dev, first) DO UPDATE SET"
		    " last = excluded.last, code = excluded.code,"
		    " detail = excluded.detail, owner = excluded.owner,"
		    " at = excluded.at, due_at = excluded.due_at,"
		    " readmitted_at = 0", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, v[0].e.id.dev.v);
	db_bind_i64(s, v[0].e.id.seq);
	db_bind_i64(s, v[n - 1].e.id.seq);
	db_bind_text(s, reasons[why->reason].code);
	db_bind_text(s, why->detail);
	db_bind_text(s, who->org);	/* the node's unit has to look */
	db_bind_i64(s, now.ms);
	db_bind_i64(s, now.ms + INGEST_QUARANTINE_DUE);
	h->counts.quarantined++;
	return db_run(&s, err);
}

enum mq_status admit_save(struct hub *h, const struct store_node *who,
    struct admit_item *v, size_t n, struct feed_writer *w, struct err *err)
{
	struct entry_parts *p = xcalloc(n, sizeof(*p));
	struct verdict why;
	enum mq_status st = MQ_OK;
	size_t i;

	memset(&why, 0, sizeof(why));
	for (i = 0; i < n && st == MQ_OK; i++)
		st = judge(h, who, &v[i], &v[0], n, &p[i], &why, err);
	if (st == MQ_OK && why.bad)
		st = quarantine(h, who, v, n, &why, err);
	for (i = 0; i < n && st == MQ_OK && !why.bad; i++)
		st = admit_one(h, who->tenant, &v[i], &p[i], w, err);
	FREE(p);
	return st;
}

/* ---- the way back ---- */

struct readmit {
	struct admit_item *v;
	size_t n, cap;
	struct buf lines;		/* owns the bytes */
};

static enum mq_status read_kept(struct hub *h, const char *tenant,
    struct dev dev, int64_t first,
    int64_t last, struct readmit *r, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	size_t i, at = 0;

	st = db_query(h->db, "SELECT line FROM quarantine_line"
	    " WHERE tenant = ? AND dev = ? AND seq BETWEEN ? AND ?"
	    " ORDER BY seq", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, first);
	db_bind_i64(s, last);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		size_t n;
		const char *p = db_blob(s, "line", &n);

		r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof(*r->v));
		memset(&r->v[r->n], 0, sizeof(*r->v));
		r->v[r->n++].len = n;
		buf_add(&r->lines, p, n);
	}
	db_done(&s);
	if (st == MQ_OK && (r->n == 0 || r->lines.over))
		st = err_set(err, MQ_E_NOT_FOUND, "%" PRId64, first);
	for (i = 0; i < r->n && st == MQ_OK; i++) {
		struct wire_slices cut;
		struct admit_item *x = &r->v[i];

		x->line = r->lines.data + at;
		at += x->len;
		if (!wire_split(x->line, x->len, &cut))
			return err_set(err, MQ_E_ENTRY_BAD, "line");
		x->head = cut.head;
		x->head_len = cut.head_len;
		entry_hash(cut.head, cut.head_len, x->hash);
		st = entry_check_head(cut.head, cut.head_len, &x->e, err);
	}
	return st;
}

static enum mq_status drop_kept(struct hub *h, const char *tenant,
    struct dev dev, int64_t first, int64_t last, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "DELETE FROM quarantine_line WHERE tenant = ?"
	    " AND dev = ? AND seq BETWEEN ? AND ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, first);
	db_bind_i64(s, last);
	st = db_run(&s, err);
	if (st == MQ_OK)
		st = db_query(h->db, "UPDATE quarantine SET"
		    " readmitted_at = ? WHERE tenant = ? AND dev = ?"
		    " AND first = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, env_now(h->env).ms);
	db_bind_text(s, tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, first);
	return db_run(&s, err);
}

static enum mq_status quarantine_last(struct hub *h, const char *tenant,
    struct dev dev, int64_t first, int64_t *last, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT last FROM quarantine WHERE tenant = ?"
	    " AND dev = ? AND first = ? AND readmitted_at = 0", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, first);
	st = db_step(s, &row, err);
	if (st == MQ_OK && !row)
		st = err_set(err, MQ_E_NOT_FOUND, "%" PRId64, first);
	if (st == MQ_OK)
		*last = db_i64(s, "last");
	db_done(&s);
	return st;
}

static enum mq_status readmit_save(struct hub *h, const struct store_node *who,
    struct readmit *r, bool force, struct feed_writer *w, struct err *err)
{
	struct entry_parts *p = xcalloc(r->n, sizeof(*p));
	struct buf words = BUF_INIT(400);
	struct verdict why;
	enum mq_status st = MQ_OK;
	size_t i;

	memset(&why, 0, sizeof(why));
	why.forced = force;
	for (i = 0; i < r->n && st == MQ_OK; i++)
		st = judge(h, who, &r->v[i], &r->v[0], r->n, &p[i], &why,
		    err);
	if (st == MQ_OK && why.bad) {
		ingest_reason_say(reasons[why.reason].code, why.detail,
		    h->env->lang, &words);
		st = err_set(err, MQ_E_STATE, "%s", buf_str(&words));
	}
	for (i = 0; i < r->n && st == MQ_OK; i++)
		st = admit_one(h, who->tenant, &r->v[i], &p[i], w, err);
	buf_free(&words);
	FREE(p);
	return st;
}

enum mq_status ingest_readmit(struct hub *h, const char *tenant, struct dev dev,
    int64_t first, bool force, struct err *err)
{
	struct readmit r = { NULL, 0, 0, BUF_INIT(BUF_LARGE) };
	struct feed_writer w;
	struct store_node who;
	int64_t last = 0;
	enum mq_status st;

	memset(&w, 0, sizeof(w));
	st = store_node_get(h->db, tenant, dev_node(dev), &who, err);
	if (st == MQ_OK)
		st = store_begin(h->db, tenant, __func__, err);
	if (st != MQ_OK)
		return st;
	feed_begin(&w, h, tenant, who.org, who.number);
	st = quarantine_last(h, tenant, dev, first, &last, err);
	if (st == MQ_OK)
		st = read_kept(h, tenant, dev, first, last, &r, err);
	if (st == MQ_OK)
		st = readmit_save(h, &who, &r, force, &w, err);
	if (st == MQ_OK)
		st = feed_end(&w, err);
	if (st == MQ_OK)
		st = drop_kept(h, tenant, dev, first, last, err);
	if (st == MQ_OK)
		st = db_commit(h->db, err);
	else
		db_rollback(h->db);
	if (st == MQ_OK)
		feed_wake(&w);
	feed_free(&w);
	buf_free(&r.lines);
	FREE(r.v);
	return st;
}
