/*
 * What must be true: after every step, and at the end when all is healed.
 * The names I1 … I9 are those of the reliability notes.
 */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../../core/outbox.h"

/* ---- facts ---- */

static size_t place(const struct sim *w, struct ref id)
{
	uint64_t key = (uint64_t)ref_rec(id);
	size_t i = (size_t)(sim_next(&key) & (w->nslot - 1));

	while (w->slot[i] != 0 &&
	    !ref_equal(w->f[w->slot[i] - 1].id, id))
		i = (i + 1) & (w->nslot - 1);
	return i;
}

struct fact *model_find(struct sim *w, struct ref id)
{
	size_t i;

	if (w->nslot == 0)
		return NULL;
	i = w->slot[place(w, id)];
	return i != 0 ? &w->f[i - 1] : NULL;
}

static struct fact *add(struct sim *w, struct ref id)
{
	size_t i;

	if (w->nslot < 2 * (w->nf + 1)) {
		w->nslot = w->nslot == 0 ? 1024 : w->nslot * 2;
		free(w->slot);
		w->slot = xcalloc(w->nslot, sizeof(*w->slot));
		for (i = 0; i < w->nf; i++)
			w->slot[place(w, w->f[i].id)] = i + 1;
	}
	w->f = xgrow(w->f, &w->cap, w->nf + 1, sizeof(*w->f));
	memset(&w->f[w->nf], 0, sizeof(*w->f));
	w->f[w->nf].id = id;
	w->slot[place(w, id)] = w->nf + 1;
	return &w->f[w->nf++];
}

static const char *name(struct ref id)
{
	static char text[4][ENTRY_REF_TEXT];
	static int at;

	at = (at + 1) % 4;
	ref_text(id, text[at]);
	return text[at];
}

static bool forks(struct sim *w, int number)
{
	int i;

	for (i = 0; i < SIM_PEERS; i++)
		if (w->p[i].w != NULL && w->p[i].number == number &&
		    w->p[i].may_fork)
			return true;
	return false;
}

/* ---- what a node holds of its own ---- */

/* I7: within an epoch the clock never goes back. */
static void check_clock(struct peer *p, const struct entry *e)
{
	int64_t *last = &p->hlc[dev_epoch(e->id.dev)];

	if (e->hlc <= *last)
		sim_fail(p->w, "I7: %s has an earlier clock than the entry"
		    " before", name(e->id));
	*last = e->hlc;
}

static void take_own(struct peer *p, struct db_stmt *s, bool told)
{
	struct sim *w = p->w;
	struct fact *f;
	struct entry e;
	struct err err = ERR_INIT;
	size_t len, hlen;
	const char *head = db_blob(s, "head", &len);
	const void *hash = db_blob(s, "hash", &hlen);

	sim_ok(w, entry_check_head(head, len, &e, &err), &err, "own head");
	check_clock(p, &e);
	f = model_find(w, e.id);
	if (f == NULL) {
		f = add(w, e.id);
		f->peer = p->index;
		f->subj = e.subj;
		memcpy(f->hash, hash, CRYPTO_HASH);
	} else if (memcmp(f->hash, hash, CRYPTO_HASH) != 0) {
		if (!forks(w, p->number) && !f->lost)
			sim_fail(w, "I4: %s written twice", name(e.id));
		if (f->lost) {
			/* The first one went with its disk, unsent. */
			memcpy(f->hash, hash, CRYPTO_HASH);
			f->subj = e.subj;
			f->lost = false;
			f->erased.seq = 0;
			f->peer = p->index;
		} else {
			f->forked = true;
		}
	} else if (f->lost) {
		f->lost = false;
	}
	f->told |= told;
	f->seen = true;
}

void model_absorb(struct peer *p, bool told)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row, dead = disk_is_dead(p->dir) != 0;

	if (!p->up || (dead && !told))
		return;
	sim_ok(p->w, db_query(p->desk->db, "SELECT pos, head, hash FROM entry"
	    " WHERE pos > ? AND dev >> 8 = ? ORDER BY pos", &s, &err), &err,
	    "absorb");
	db_bind_i64(s, p->absorbed);
	db_bind_i64(s, p->number);
	while (db_step(s, &row, &err) == MQ_OK && row) {
		take_own(p, s, true);
		p->absorbed = db_i64(s, "pos");
	}
	db_done(&s);
}

/* After a crash: all that was told to be saved is there (D1), except what a
 * lying disk took before the hub had it. */
void model_reopened(struct peer *p)
{
	struct sim *w = p->w;
	size_t i;

	for (i = 0; i < w->nf; i++)
		w->f[i].seen = false;
	memset(p->hlc, 0, sizeof(p->hlc));
	p->absorbed = 0;
	model_absorb(p, true);
	for (i = 0; i < w->nf; i++) {
		struct fact *f = &w->f[i];

		if (f->peer != p->index || f->seen || !f->told || f->lost ||
		    f->forked)
			continue;
		if (!p->lost_tail)
			sim_fail(w, "D1: %s was told to be saved and is gone",
			    name(f->id));
		if (!f->at_hub)
			f->lost = true;
	}
}

/* ---- what the hub holds ---- */

static void take_hub_row(struct sim *w, struct db_stmt *s)
{
	struct ref id = { { db_i64(s, "dev") }, db_i64(s, "seq") };
	struct fact *f = model_find(w, id);
	int64_t *last;
	size_t len;
	const void *hash = db_blob(s, "hash", &len);
	int i = dev_node(id.dev) - SIM_FIRST;

	if (f == NULL || i < 0 || i >= SIM_NODES)
		sim_fail(w, "the hub holds %s, which nobody wrote", name(id));
	if (memcmp(f->hash, hash, CRYPTO_HASH) != 0) {
		if (!forks(w, dev_node(id.dev)))
			sim_fail(w, "the hub's %s is not what was written",
			    name(id));
		f->forked = true;
	}
	last = &w->chain[i][dev_epoch(id.dev)];
	if (id.seq != *last + 1)
		sim_fail(w, "I4: the hub took %s after %" PRId64, name(id),
		    *last);
	*last = id.seq;
	f->at_hub = true;
}

void model_hub_grew(struct sim *w)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row;

	if (disk_is_dead(w->hub_dir))
		return;
	sim_ok(w, db_query(w->db, "SELECT id, dev, seq, hash FROM entry"
	    " WHERE id > ? ORDER BY id", &s, &err), &err, "hub rows");
	db_bind_i64(s, w->hub_seen);
	while (db_step(s, &row, &err) == MQ_OK && row) {
		take_hub_row(w, s);
		w->hub_seen = db_i64(s, "id");
	}
	db_done(&s);
}

void model_hub_again(struct sim *w, bool restored)
{
	struct fact *f;
	size_t i;

	for (i = 0; i < w->nf; i++) {
		w->f[i].seen = w->f[i].at_hub;
		w->f[i].at_hub = false;
	}
	memset(w->chain, 0, sizeof(w->chain));
	w->hub_seen = 0;
	model_hub_grew(w);
	for (i = 0; i < w->nf; i++) {
		f = &w->f[i];
		if (!f->seen || f->at_hub)
			continue;
		if (!restored)
			sim_fail(w, "I5: %s was received and is gone",
			    name(f->id));
	}
	for (i = 0; restored && i < SIM_PEERS; i++)
		w->p[i].acked.seq = 0;
}

/* ---- after every step ---- */

void model_acked(struct peer *p)
{
	struct node *n = p->sync;

	if (!p->up || disk_is_dead(p->dir))
		return;
	p->acked.dev = n->dev;
	p->acked.seq = node_meta(n, "hub_seq");
}

/* A node may refuse a line only where an identity was used twice. */
void model_bad_line(struct peer *p)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	char why[300] = "";
	bool row;
	int i;

	for (i = 0; i < p->w->n; i++)
		if (p->w->p[i].may_fork)
			return;
	sim_ok(p->w, db_query(p->desk->db, "SELECT reason FROM inbox_bad"
	    " ORDER BY pos DESC LIMIT 1", &s, &err), &err, "bad lines");
	if (db_step(s, &row, &err) == MQ_OK && row)
		db_copy(s, "reason", why, sizeof(why));
	db_done(&s);
	sim_fail(p->w, "%d found a bad line in its feed: %s", p->number, why);
}

static void check_counts(struct peer *p)
{
	struct outbox_counts n;
	struct err err = ERR_INIT;
	struct db_stmt *s;
	int64_t own = 0;
	bool row;

	sim_ok(p->w, outbox_counts(p->desk, &n, &err), &err, "counts");
	sim_ok(p->w, db_query(p->desk->db, "SELECT count(*) AS n FROM entry"
	    " WHERE dev >> 8 = ?", &s, &err), &err, "own");
	db_bind_i64(s, p->number);
	if (db_step(s, &row, &err) == MQ_OK && row)
		own = db_i64(s, "n");
	db_done(&s);
	if (n.written != own ||
	    n.written != n.local + n.sent + n.hub + n.returned)
		sim_fail(p->w, "I2: %d counts %" PRId64 " = %" PRId64 "+%"
		    PRId64 "+%" PRId64 "+%" PRId64 ", holds %" PRId64,
		    p->number, n.written, n.local, n.sent, n.hub, n.returned,
		    own);
}

void model_step(struct sim *w)
{
	struct peer *p = &w->p[sim_dice(w, w->n)];
	int i;

	if (p->up && !disk_is_dead(p->dir))
		check_counts(p);
	for (i = 0; i < w->n; i++) {
		const struct ref *a = &w->p[i].acked;

		if (a->seq > w->chain[i][dev_epoch(a->dev)])
			sim_fail(w, "I5: %d has a receipt up to %s, the hub"
			    " stands at %" PRId64, w->p[i].number, name(*a),
			    w->chain[i][dev_epoch(a->dev)]);
		if (w->p[i].revoked && wire_number(w, "SELECT count(*) AS v"
		    " FROM entry WHERE dev >> 8 = ?", w->p[i].number, -1) >
		    w->p[i].at_revoke)
			sim_fail(w, "I9: %d wrote after its revocation",
			    w->p[i].number);
	}
}

/* ---- at the end ---- */

static bool counts(const struct peer *p)
{
	return p->w != NULL && !p->frozen && !p->revoked && !p->may_fork;
}

/* I1: each entry that was told to be saved is at the hub, once. */
static void all_arrived(struct sim *w)
{
	size_t i;

	for (i = 0; i < w->nf; i++) {
		const struct fact *f = &w->f[i];
		const struct peer *p = &w->p[f->peer];

		if (f->at_hub || f->lost || !f->told || p->revoked)
			continue;
		if (p->may_fork && wire_number(w, "SELECT count(*) AS v FROM"
		    " branch WHERE dev = ? AND ? BETWEEN first AND last",
		    f->id.dev.v, f->id.seq) > 0)
			continue;
		sim_fail(w, "I1: %s never reached the hub", name(f->id));
	}
	if (wire_number(w, "SELECT count(*) AS v FROM quarantine WHERE"
	    " readmitted_at = 0", -1, -1) != 0)
		sim_fail(w, "something stayed in quarantine");
	if (wire_number(w, "SELECT count(*) AS v FROM entry WHERE state <> 0",
	    -1, -1) != 0)
		sim_fail(w, "an entry was never admitted");
	if (w->count[N_CLONE] == 0 && wire_number(w, "SELECT count(*) -"
	    " count(DISTINCT no) AS v FROM status", -1, -1) != 0)
		sim_fail(w, "a short number was given out twice");
}

static int64_t held_of(struct peer *p, int64_t subj)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	int64_t n = 0;
	bool row;

	sim_ok(p->w, db_query(p->desk->db, "SELECT count(*) AS n FROM entry"
	    " WHERE subj = ?", &s, &err), &err, "held");
	db_bind_i64(s, subj);
	if (db_step(s, &row, &err) == MQ_OK && row)
		n = db_i64(s, "n");
	db_done(&s);
	return n;
}

static void add_conflicts(const struct record_full *r, struct buf *b)
{
	int i;

	for (i = 0; i < r->nconflicts; i++) {
		const struct record_conflict *c = &r->conflicts[i];

		buf_addf(b, "%s %s %s %s %s\n", c->field, c->mine[0],
		    c->mine[1], name(c->from[0]), name(c->from[1]));
	}
	for (i = 0; i < r->nheads; i++)
		buf_addf(b, "%s\n", name(r->heads[i]));
}

/* Everything of a record that does not depend on who holds it. */
static void record_words(struct peer *p, int64_t rec, struct buf *b)
{
	struct record_full f;
	struct err err = ERR_INIT;
	enum mq_status st = record_get(p->desk, rec, &f, &err);
	struct jout j;

	if (st == MQ_E_NOT_FOUND) {
		buf_adds(b, "no record");
		return;
	}
	sim_ok(p->w, st, &err, "record");
	buf_addf(b, "%s %s %s %s %s %s %s %s %s %" PRId64 " %" PRId64 " %"
	    PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n",
	    f.r.kind, f.r.org, f.r.state, f.r.level, f.r.grade, f.r.title,
	    f.r.owner, f.r.no, f.r.by, f.r.who, f.r.place, f.r.due_at.ms,
	    f.r.opened_at.ms, f.r.closed_at.ms, f.r.changed_at.ms, f.r.num,
	    f.r.flags);
	add_conflicts(&f, b);
	jout_begin(&j, b, true);
	jout_list(&j);
	fields_write(&f.f, &j);
	fields_write(&f.d, &j);
	jout_list_end(&j);
	record_full_free(&f);
}

void model_words(struct peer *p, struct buf *out)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row;

	sim_ok(p->w, db_query(p->desk->db, "SELECT rec FROM record"
	    " ORDER BY rec", &s, &err), &err, "records");
	while (db_step(s, &row, &err) == MQ_OK && row) {
		buf_addf(out, "%" PRId64 ":\n", db_i64(s, "rec"));
		record_words(p, db_i64(s, "rec"), out);
	}
	db_done(&s);
}

/* I3: whoever should see a subject holds all of it, and folds it alike. */
static void check_subject(struct sim *w, int64_t subj)
{
	struct feed_orgs orgs = { NULL, 0, 0 };
	struct buf first = BUF_INIT(BUF_LARGE), b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int64_t all;
	int i;

	all = wire_number(w, "SELECT count(*) AS v FROM entry WHERE subj = ?"
	    " AND state = 0", subj, -1);
	sim_ok(w, feed_audience(&w->hub, "test", subj, &orgs, &err), &err,
	    "audience");
	for (i = 0; i < w->n; i++) {
		struct peer *p = &w->p[i];
		int64_t held;

		if (!counts(p))
			continue;
		held = held_of(p, subj);
		/* A hub restored and refilled in another order, or after words
		 * were erased, may no longer know who had seen them. */
		if (!feed_orgs_has(&orgs, p->org)) {
			if (held > 0 && !p->moved && w->count[N_RESTORE] == 0)
				sim_fail(w, "%d holds %s and should not",
				    p->number, name(ref_of_rec(subj)));
			continue;
		}
		if (held != all)
			sim_fail(w, "I3: %d holds %" PRId64 " of %" PRId64
			    " entries of %s", p->number, held, all,
			    name(ref_of_rec(subj)));
		buf_reset(&b);
		record_words(p, subj, &b);
		if (first.len == 0)
			buf_add(&first, b.data, b.len);
		else if (strcmp(buf_str(&first), buf_str(&b)) != 0)
			sim_fail(w, "I3: %s differs at %d:\n%s\n%s",
			    name(ref_of_rec(subj)), p->number,
			    buf_str(&first), buf_str(&b));
	}
	feed_orgs_free(&orgs);
	buf_free(&first);
	buf_free(&b);
}

/* After a restore the hub may hold the other branch than some nodes do. */
static bool touched_by_fork(struct sim *w, int64_t subj)
{
	size_t i;

	for (i = 0; i < w->nf; i++)
		if (ref_rec(w->f[i].subj) == subj && (w->f[i].forked ||
		    w->p[w->f[i].peer].may_fork))
			return true;
	return false;
}

static int cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void check_subjects(struct sim *w)
{
	int64_t *subj = xcalloc(w->nf + 1, sizeof(*subj));
	size_t i, n = 0;

	for (i = 0; i < w->nf; i++)
		if (w->f[i].at_hub && !w->f[i].forked)
			subj[n++] = ref_rec(w->f[i].subj);
	qsort(subj, n, sizeof(*subj), cmp);
	for (i = 0; i < n; i++)
		if ((i == 0 || subj[i] != subj[i - 1]) &&
		    !touched_by_fork(w, subj[i]))
			check_subject(w, subj[i]);
	free(subj);
}

static bool holds_words(struct peer *p, struct ref id)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row = false;

	sim_ok(p->w, db_query(p->desk->db, "SELECT 1 AS one FROM entry_body"
	    " WHERE id = ?", &s, &err), &err, "words");
	db_bind_i64(s, ref_rec(id));
	if (db_step(s, &row, &err) != MQ_OK)
		row = false;
	db_done(&s);
	return row;
}

/* What was erased is gone everywhere; nothing else is (I6). */
static void check_words(struct sim *w)
{
	size_t i;
	int k;

	for (i = 0; i < w->nf; i++) {
		const struct fact *f = &w->f[i];
		const struct fact *by = model_find(w, f->erased);
		bool hub, erased = by != NULL && by->at_hub && !by->forked;

		if (!f->at_hub || f->forked || (by != NULL && !erased))
			continue;
		hub = wire_number(w, "SELECT body IS NOT NULL AS v FROM entry"
		    " WHERE dev = ? AND seq = ?", f->id.dev.v, f->id.seq) !=
		    0;
		if (erased && hub)
			sim_fail(w, "the hub keeps the words of %s",
			    name(f->id));
		for (k = 0; k < w->n; k++) {
			if (!counts(&w->p[k]))
				continue;
			if (erased && holds_words(&w->p[k], f->id))
				sim_fail(w, "%d keeps the words of %s",
				    w->p[k].number, name(f->id));
			if (!hub && !erased && k == f->peer &&
			    holds_words(&w->p[k], f->id))
				sim_fail(w, "I6: the hub lost the words of"
				    " %s", name(f->id));
		}
	}
}

/* I2: a rebuilt projection has the same bytes; the chains verify. */
static void check_rebuild(struct peer *p)
{
	uint8_t was[CRYPTO_HASH], is[CRYPTO_HASH];
	struct ledger_report report;
	struct ledger_lost lost;
	struct err err = ERR_INIT;

	sim_ok(p->w, record_digest(p->desk, was, &err), &err, "digest");
	sim_ok(p->w, record_rebuild(p->desk, &err), &err, "rebuild");
	sim_ok(p->w, record_digest(p->desk, is, &err), &err, "digest");
	if (memcmp(was, is, sizeof(is)) != 0)
		sim_fail(p->w, "I2: %d rebuilt differs", p->number);
	/* What a lying disk took before the hub had it stays missed. */
	if (!p->may_fork && !ledger_lost(p->desk, &lost))
		sim_ok(p->w, ledger_verify(p->desk, NULL, NULL, &report,
		    &err), &err, "verify");
}

static void check_delivered(struct peer *p)
{
	struct outbox_counts n;
	struct err err = ERR_INIT;

	sim_ok(p->w, outbox_counts(p->desk, &n, &err), &err, "counts");
	if (n.local != 0 || n.sent != 0 || n.returned != 0 ||
	    n.hub != n.written || n.unfolded != 0)
		sim_fail(p->w, "I2: %d says %" PRId64 " here, %" PRId64
		    " sent, %" PRId64 " received, %" PRId64 " returned, %"
		    PRId64 " unfolded", p->number, n.local, n.sent, n.hub,
		    n.returned, n.unfolded);
}

void model_end(struct sim *w)
{
	struct peer *p;
	int i;

	model_hub_grew(w);
	all_arrived(w);
	for (i = 0; i < w->n; i++) {
		p = &w->p[i];
		check_counts(p);
		if (counts(p))
			check_delivered(p);
	}
	check_subjects(w);
	check_words(w);
	p = &w->p[sim_dice(w, w->n)];
	check_rebuild(p);
}
