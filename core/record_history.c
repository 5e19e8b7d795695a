/*
 * Loading one subject and putting it into fold order: topological by
 * `after`, ties by (hlc, dev, seq).  See record.h and design §3.
 */
#include "record_history.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "ledger.h"

void record_history_free(struct history *h)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		fields_free(&h->v[i].f);
		fields_free(&h->v[i].d);
		free(h->v[i].before);
		free(h->v[i].reach);
	}
	free(h->v);
	memset(h, 0, sizeof(*h));
}

static void read_undoes(struct history_entry *x, const struct jnode *list)
{
	size_t i;

	for (i = 0; i < jnode_count(list) &&
	    x->nundoes < (int)ARRAY_LEN(x->undoes); i++) {
		const char *s = jnode_str(jnode_at(list, i), "");

		if (ref_parse(s, strlen(s), &x->undoes[x->nundoes]))
			x->nundoes++;
	}
}

/* A body that does not parse makes the entry odd, never an error: the fold
 * is total. */
static void read_body(struct history_entry *x, const struct buf *body)
{
	struct jdoc *doc = NULL;
	const struct jnode *root;

	if (jdoc_parse(body->data, body->len, "body", &doc, NULL) != MQ_OK) {
		x->odd = true;
		return;
	}
	root = jdoc_root(doc);
	if (jnode_get(root, "f") &&
	    fields_read(jnode_get(root, "f"), &x->f, NULL) != MQ_OK)
		x->odd = true;
	if (jnode_get(root, "d") &&
	    fields_read(jnode_get(root, "d"), &x->d, NULL) != MQ_OK)
		x->odd = true;
	xcopy(x->step, sizeof(x->step), jget_str(root, "s", ""));
	read_undoes(x, jnode_get(root, "u"));
	jdoc_free(&doc);
}

static enum mq_status load_one(struct node *n, struct history *h,
    struct ref id, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct history_entry *x;
	enum mq_status st;

	h->v = xgrow(h->v, &h->cap, h->n + 1, sizeof(*h->v));
	x = &h->v[h->n];
	memset(x, 0, sizeof(*x));
	st = ledger_read(n, id, &x->e, &head, &body, &x->erased, err);
	if (st == MQ_E_DAMAGED && ref_is(x->e.id)) {
		x->odd = true;		/* shown as damaged, not hidden */
		st = MQ_OK;
	} else if (!st && !x->erased) {
		read_body(x, &body);
	}
	x->purged = !st && x->erased && ledger_purged(n, id);
	if (!st)
		h->n++;
	crypto_wipe(body.data, body.len);
	buf_free(&head);
	buf_free(&body);
	return st;
}

static enum mq_status load_all(struct node *n, struct ref subj,
    struct history *h, struct err *err)
{
	struct ref *ids = NULL;
	size_t nids = 0, cap = 0, i;
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(n->db, "SELECT dev, seq FROM entry WHERE subj = ?"
	    " ORDER BY pos", &s, err);
	if (st)
		return st;
	db_bind_i64(s, ref_rec(subj));
	while (!(st = db_step(s, &row, err)) && row) {
		ids = xgrow(ids, &cap, nids + 1, sizeof(*ids));
		ids[nids].dev.v = db_i64(s, "dev");
		ids[nids++].seq = db_i64(s, "seq");
	}
	db_done(&s);
	for (i = 0; i < nids && !st; i++)
		st = load_one(n, h, ids[i], err);
	free(ids);
	return st;
}

static int tie(const struct entry *a, const struct entry *b)
{
	if (a->hlc != b->hlc)
		return a->hlc < b->hlc ? -1 : 1;
	return ref_cmp(a->id, b->id);
}

static bool held_before(const struct history *h, size_t i, struct ref id)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (ref_equal(h->v[k].e.id, id))
			return true;
	return false;
}

static bool held(const struct history *h, struct ref id)
{
	return held_before(h, h->n, id);
}

/* Everything this entry comes after (and that is here) stands before i. */
static bool ready(const struct history *h, const struct history_entry *x,
    size_t i)
{
	int k;

	for (k = 0; k < x->e.nafter; k++)
		if (held(h, x->e.after[k]) &&
		    !held_before(h, i, x->e.after[k]))
			return false;
	return true;
}

/* Selection in place: position i gets the smallest ready entry.  A loop in
 * `after` (forged) cannot stop us: then the smallest of all is taken. */
static void order(struct history *h)
{
	size_t i, k, best;

	for (i = 0; i < h->n; i++) {
		struct history_entry x;
		bool found = false;

		best = i;
		for (k = i; k < h->n; k++) {
			if (!ready(h, &h->v[k], i))
				continue;
			if (!found || tie(&h->v[k].e, &h->v[best].e) < 0)
				best = k;
			found = true;
		}
		x = h->v[best];
		memmove(&h->v[i + 1], &h->v[i], (best - i) * sizeof(x));
		h->v[i] = x;
	}
}

/* Already in order when each comes after just the one before: the usual
 * case, and it spares the quadratic walk. */
static bool in_line(const struct history *h)
{
	size_t i;

	for (i = 1; i < h->n; i++)
		if (h->v[i].e.nafter != 1 ||
		    !ref_equal(h->v[i].e.after[0], h->v[i - 1].e.id))
			return false;
	return true;
}

static void add_reach(struct history *h, size_t i, size_t k)
{
	size_t w;

	h->v[i].reach[k / 64] |= UINT64_C(1) << (k % 64);
	for (w = 0; w < h->words; w++)
		h->v[i].reach[w] |= h->v[k].reach[w];
}

static void reach(struct history *h)
{
	size_t i, k;
	int a;

	h->words = (h->n + 63) / 64;
	for (i = 0; i < h->n; i++) {
		h->v[i].reach = xcalloc(h->words, sizeof(uint64_t));
		for (a = 0; a < h->v[i].e.nafter; a++)
			for (k = 0; k < i; k++)
				if (ref_equal(h->v[k].e.id,
				    h->v[i].e.after[a]))
					add_reach(h, i, k);
	}
}

bool record_history_reaches(const struct history *h, size_t a, size_t b)
{
	if (h->linear)
		return a > b;
	return h->v[a].reach[b / 64] >> (b % 64) & 1;
}

/* A void takes back what it names, unless it is itself taken back; later
 * ones decide first. */
static void undo(struct history *h)
{
	size_t i, k;
	int u;

	for (i = h->n; i-- > 0;) {
		if (h->v[i].undone || strcmp(h->v[i].e.op, "void") != 0)
			continue;
		for (u = 0; u < h->v[i].nundoes; u++)
			for (k = 0; k < h->n; k++)
				if (ref_equal(h->v[k].e.id,
				    h->v[i].undoes[u]))
					h->v[k].undone = true;
	}
}

enum mq_status record_history_load(struct node *n, struct ref subj,
    struct history *out, struct err *err)
{
	enum mq_status st;

	memset(out, 0, sizeof(*out));
	st = load_all(n, subj, out, err);
	if (st) {
		record_history_free(out);
		return st;
	}
	out->linear = in_line(out);
	if (!out->linear) {
		order(out);
		reach(out);
	}
	undo(out);
	return MQ_OK;
}
