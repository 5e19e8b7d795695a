/*
 * Who sees what, in which order: writing the feeds.  Called by ingest; the
 * reading half is feed_read.c.
 */
#include "feed.h"

#include "../../core/base/xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A person pulled in names a household, which names a building. */
#define PULL_DEPTH 3

/* ---- sets of units ---- */

void feed_orgs_free(struct feed_orgs *o)
{
	FREE(o->v);
	o->n = o->cap = 0;
}

bool feed_orgs_has(const struct feed_orgs *o, const char *code)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strcmp(o->v[i], code) == 0)
			return true;
	return false;
}

bool feed_orgs_add(struct feed_orgs *o, const char *code)
{
	if (code[0] == '\0' || feed_orgs_has(o, code))
		return false;
	o->v = xgrow(o->v, &o->cap, o->n + 1, sizeof(*o->v));
	(void)xcopy(o->v[o->n++], STORE_ORG, code);
	return true;
}

/* The unit and all above it.  A unit the tree does not know stands alone. */
static void add_upwards(const struct hub *h, struct feed_orgs *o,
    const char *code)
{
	const struct org *org;

	(void)feed_orgs_add(o, code);
	if (h->orgs == NULL)
		return;
	for (org = org_find(h->orgs, code); org != NULL;
	    org = org_parent(h->orgs, org->code))
		(void)feed_orgs_add(o, org->code);
}

static enum mq_status anchors_of(struct hub *h, const char *tenant,
    int64_t subj, struct feed_orgs *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT org FROM anchor WHERE tenant = ?"
	    " AND subj = ? ORDER BY org", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, subj);
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		(void)feed_orgs_add(out, db_text(s, "org"));
	db_done(&s);
	return st;
}

enum mq_status feed_audience(struct hub *h, const char *tenant, int64_t subj,
    struct feed_orgs *out, struct err *err)
{
	struct feed_orgs anchors = { NULL, 0, 0 };
	enum mq_status st = anchors_of(h, tenant, subj, &anchors, err);
	size_t i;

	for (i = 0; i < anchors.n; i++)
		add_upwards(h, out, anchors.v[i]);
	feed_orgs_free(&anchors);
	return st;
}

enum mq_status feed_subject(struct hub *h, const char *tenant, struct ref id,
    int64_t *subj, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*subj = 0;
	st = db_query(h->db, "SELECT subj FROM entry WHERE tenant = ?"
	    " AND dev = ? AND seq = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*subj = db_i64(s, "subj");
	db_done(&s);
	return st;
}

/* ---- runs ---- */

void feed_begin(struct feed_writer *w, struct hub *h, const char *tenant,
    const char *home, int number)
{
	memset(w, 0, sizeof(*w));
	w->h = h;
	w->tenant = tenant;
	w->home = home;
	w->number = number;
}

static enum mq_status flush(struct feed_writer *w, struct feed_run *r,
    struct err *err)
{
	struct db_stmt *s;
	int64_t pos = 0;
	enum mq_status st;

	if (r->last == 0)
		return MQ_OK;
	st = store_next(w->h->db, w->tenant, "feed", &pos, err);
	if (st == MQ_OK)
		st = db_query(w->h->db, "INSERT INTO feed(tenant, org, pos,"
		    " dev, first, last) VALUES(?, ?, ?, ?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, w->tenant);
	db_bind_text(s, r->org);
	db_bind_i64(s, pos);
	db_bind_i64(s, r->dev.v);
	db_bind_i64(s, r->first);
	db_bind_i64(s, r->last);
	r->last = 0;
	(void)feed_orgs_add(&w->touched, r->org);
	return db_run(&s, err);
}

static enum mq_status append(struct feed_writer *w, const char *org,
    struct ref id, size_t bytes, struct err *err)
{
	struct feed_run *r = NULL;
	enum mq_status st;
	size_t i;

	for (i = 0; i < w->nrun && r == NULL; i++)
		if (strcmp(w->run[i].org, org) == 0)
			r = &w->run[i];
	if (r == NULL) {
		w->run = xgrow(w->run, &w->cap, w->nrun + 1,
		    sizeof(*w->run));
		r = &w->run[w->nrun++];
		memset(r, 0, sizeof(*r));
		(void)xcopy(r->org, sizeof(r->org), org);
	}
	if (r->last != 0 && r->dev.v == id.dev.v && r->last + 1 == id.seq &&
	    r->bytes + bytes <= FEED_RUN_BYTES &&
	    r->last - r->first + 1 < FEED_RUN_ENTRIES) {
		r->last = id.seq;
		r->bytes += bytes;
		return MQ_OK;
	}
	st = flush(w, r, err);
	r->dev = id.dev;
	r->first = r->last = id.seq;
	r->bytes = bytes;
	return st;
}

/* For the long polls at other hubs on this store: "TENANT ORG". */
static enum mq_status tell(struct feed_writer *w, const char *org,
    struct err *err)
{
	char text[STORE_TENANT + STORE_ORG + 2];

	(void)snprintf(text, sizeof(text), "%s %s", w->tenant, org);
	return db_tell(w->h->db, text, err);
}

enum mq_status feed_end(struct feed_writer *w, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < w->nrun && st == MQ_OK; i++)
		st = flush(w, &w->run[i], err);
	for (i = 0; i < w->touched.n && st == MQ_OK; i++)
		st = tell(w, w->touched.v[i], err);
	return st;
}

void feed_free(struct feed_writer *w)
{
	FREE(w->run);
	feed_orgs_free(&w->touched);
}

void feed_wake(struct feed_writer *w)
{
	size_t i;

	assert(!db_in_transaction(w->h->db));
	for (i = 0; w->h->wake != NULL && i < w->touched.n; i++)
		w->h->wake(w->h->wake_ctx, w->tenant, w->touched.v[i]);
}

/* ---- gaining a subject ---- */

static enum mq_status pull_named(struct feed_writer *w,
    const struct jnode *body, const struct feed_orgs *to, int depth,
    struct err *err);

/* One stored entry of the subject into the feeds of those who gained it. */
static enum mq_status backfill_row(struct feed_writer *w, struct db_stmt *s,
    const struct feed_orgs *to, int depth, struct err *err)
{
	struct ref id = { { db_i64(s, "dev") }, db_i64(s, "seq") };
	struct jdoc *doc = NULL;
	enum mq_status st = MQ_OK;
	size_t hlen, blen, i;
	const void *body;

	(void)db_blob(s, "head", &hlen);
	body = db_blob(s, "body", &blen);
	if (!db_is_null(s, "body"))
		st = jdoc_parse(body, blen, "body", &doc, err);
	if (st == MQ_OK && doc != NULL)
		st = pull_named(w, jdoc_root(doc), to, depth, err);
	for (i = 0; i < to->n && st == MQ_OK; i++)
		st = append(w, to->v[i], id, hlen + blen, err);
	jdoc_free(&doc);
	return st;
}

static enum mq_status backfill(struct feed_writer *w, int64_t subj,
    const struct feed_orgs *to, int depth, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(w->h->db, "SELECT dev, seq, head, body FROM entry"
	    " WHERE tenant = ? AND subj = ? AND state = 0 ORDER BY id",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, w->tenant);
	db_bind_i64(s, subj);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		st = backfill_row(w, s, to, depth, err);
		if (st != MQ_OK)
			break;
	}
	db_done(&s);
	return st;
}

static enum mq_status put_anchor(struct feed_writer *w, int64_t subj,
    const char *org, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(w->h->db, "INSERT INTO anchor(tenant, subj, org)"
	    " VALUES(?, ?, ?) ON CONFLICT DO NOTHING", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, w->tenant);
	db_bind_i64(s, subj);
	db_bind_text(s, org);
	return db_run(&s, err);
}

/* Makes `want` anchors of the subject; *all gets everybody who sees it now.
 * Those who did not before get its earlier entries first. */
static enum mq_status extend(struct feed_writer *w, int64_t subj,
    const struct feed_orgs *want,
    struct feed_orgs *all, int depth, struct err *err)
{
	struct feed_orgs anchors = { NULL, 0, 0 }, gained = { NULL, 0, 0 };
	enum mq_status st;
	size_t i, old;

	st = anchors_of(w->h, w->tenant, subj, &anchors, err);
	for (i = 0; i < anchors.n; i++)
		add_upwards(w->h, all, anchors.v[i]);
	old = all->n;
	for (i = 0; i < want->n && st == MQ_OK; i++) {
		/* Who sees it already needs no anchor of its own. */
		if (feed_orgs_has(all, want->v[i]))
			continue;
		st = put_anchor(w, subj, want->v[i], err);
		add_upwards(w->h, all, want->v[i]);
	}
	for (i = old; i < all->n; i++)
		(void)feed_orgs_add(&gained, all->v[i]);
	/* Never seen by anybody: nothing earlier can be there, except after
	 * a restored hub, and then it has anchors. */
	if (st == MQ_OK && gained.n > 0 && anchors.n > 0)
		st = backfill(w, subj, &gained, depth, err);
	feed_orgs_free(&anchors);
	feed_orgs_free(&gained);
	return st;
}

/* May the writing node hand this subject on?  Only what it holds itself:
 * naming a number must not open a stranger's file. */
static enum mq_status may_hand_on(struct feed_writer *w, struct ref id,
    bool *may, struct err *err)
{
	struct feed_orgs who = { NULL, 0, 0 };
	enum mq_status st;

	st = feed_audience(w->h, w->tenant, ref_rec(id), &who, err);
	*may = feed_orgs_has(&who, w->home) || (who.n == 0 &&
	    dev_node(id.dev) == w->number);
	feed_orgs_free(&who);
	return st;
}

/* The registers named in `r` go where the naming entry goes. */
static enum mq_status pull_named(struct feed_writer *w,
    const struct jnode *body,
    const struct feed_orgs *to, int depth, struct err *err)
{
	const struct jnode *list = jnode_get(body, "r");
	enum mq_status st = MQ_OK;
	size_t i;

	if (depth >= PULL_DEPTH)
		return MQ_OK;
	for (i = 0; i < jnode_count(list) && st == MQ_OK; i++) {
		const char *text = jnode_str(jnode_at(list, i), "");
		struct feed_orgs all = { NULL, 0, 0 };
		struct ref id;
		bool may = false;

		if (!ref_parse(text, strlen(text), &id))
			continue;
		st = may_hand_on(w, id, &may, err);
		if (st == MQ_OK && may)
			st = extend(w, ref_rec(id), to, &all, depth + 1, err);
		feed_orgs_free(&all);
	}
	return st;
}

/* ---- one entry ---- */

/* "route": a list, or words with blanks or newlines between. */
static void add_route(struct feed_orgs *want, const struct jnode *route)
{
	const char *s = jnode_str(route, "");
	size_t i;

	for (i = 0; i < jnode_count(route); i++)
		(void)feed_orgs_add(want, jnode_str(jnode_at(route, i), ""));
	while (*s != '\0') {
		char code[STORE_ORG];
		size_t n = strcspn(s, " \n,");

		if (n > 0 && n < sizeof(code)) {
			memcpy(code, s, n);
			code[n] = '\0';
			(void)feed_orgs_add(want, code);
		}
		s += n + (s[n] != '\0');
	}
}

/* An erasure goes wherever the erased words went. */
static enum mq_status add_erased(struct feed_writer *w, const struct entry *e,
    const struct jnode *body, struct feed_orgs *want, struct err *err)
{
	const struct jnode *list = jnode_get(body, "u");
	enum mq_status st = MQ_OK;
	size_t i;

	if (strcmp(e->kind, "entry") != 0)
		return MQ_OK;
	for (i = 0; i < jnode_count(list) && st == MQ_OK; i++) {
		const char *text = jnode_str(jnode_at(list, i), "");
		int64_t subj = 0;
		struct ref id;

		if (!ref_parse(text, strlen(text), &id))
			continue;
		st = feed_subject(w->h, w->tenant, id, &subj, err);
		if (st == MQ_OK && subj != 0)
			st = feed_audience(w->h, w->tenant, subj, want, err);
	}
	return st;
}

static void add_heir(void *ctx, const struct org *heir)
{
	(void)feed_orgs_add(ctx, heir->code);
}

/* What goes to a unit that ended goes to its successors too. */
static void add_heirs(const struct hub *h, struct feed_orgs *want)
{
	size_t i, n = want->n;

	for (i = 0; i < n && h->orgs != NULL; i++) {
		char code[STORE_ORG];

		(void)xcopy(code, sizeof(code), want->v[i]);
		org_heirs(h->orgs, code, add_heir, want);
	}
}

enum mq_status feed_add(struct feed_writer *w, const struct entry *e,
    const struct jnode *body, size_t bytes, struct err *err)
{
	const struct jnode *d = jnode_get(body, "d");
	struct feed_orgs want = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	enum mq_status st;
	size_t i;

	(void)feed_orgs_add(&want, e->org);
	(void)feed_orgs_add(&want, w->home);
	(void)feed_orgs_add(&want, jget_str(d, "owner", ""));
	add_route(&want, jnode_get(d, "route"));
	add_heirs(w->h, &want);
	st = add_erased(w, e, body, &want, err);
	if (st == MQ_OK)
		st = extend(w, ref_rec(e->subj), &want, &all, 0, err);
	if (st == MQ_OK)
		st = pull_named(w, body, &all, 0, err);
	for (i = 0; i < all.n && st == MQ_OK; i++)
		st = append(w, all.v[i], e->id, bytes, err);
	feed_orgs_free(&want);
	feed_orgs_free(&all);
	return st;
}

/* ---- units that ended ---- */

#define HEIRS_PAGE 200

struct owed { char tenant[STORE_TENANT]; int64_t subj; };

/* Subjects anchored in the unit, after the last one of the page before. */
static enum mq_status next_owed(struct hub *h, const char *org,
    const struct owed *last, struct owed *page, int *n, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*n = 0;
	st = db_query(h->db, "SELECT tenant, subj FROM anchor WHERE org = ?"
	    " AND (tenant > ? OR (tenant = ? AND subj > ?))"
	    " ORDER BY tenant, subj LIMIT 200", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, org);
	db_bind_text(s, last->tenant);
	db_bind_text(s, last->tenant);
	db_bind_i64(s, last->subj);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		db_copy(s, "tenant", page[*n].tenant, STORE_TENANT);
		page[(*n)++].subj = db_i64(s, "subj");
	}
	db_done(&s);
	return st;
}

/* A page of one tenant's subjects in one transaction. */
static enum mq_status hand_over(struct hub *h, const struct feed_orgs *heirs,
    const struct owed *page, int n, struct err *err)
{
	struct feed_writer w;
	enum mq_status st;
	int i;

	st = store_begin(h->db, page[0].tenant, __func__, err);
	if (st != MQ_OK)
		return st;
	feed_begin(&w, h, page[0].tenant, "", 0);
	for (i = 0; i < n && st == MQ_OK; i++) {
		struct feed_orgs all = { NULL, 0, 0 };

		st = extend(&w, page[i].subj, heirs, &all, 0, err);
		feed_orgs_free(&all);
	}
	if (st == MQ_OK)
		st = feed_end(&w, err);
	if (st == MQ_OK)
		st = db_commit(h->db, err);
	else
		db_rollback(h->db);
	if (st == MQ_OK)
		feed_wake(&w);
	feed_free(&w);
	return st;
}

static enum mq_status succeed(struct hub *h, const char *org,
    const struct feed_orgs *heirs, struct err *err)
{
	struct owed *page = xcalloc(HEIRS_PAGE, sizeof(*page));
	struct owed last = { "", 0 };
	enum mq_status st = MQ_OK;
	int n = 1, from, to;

	while (st == MQ_OK && n > 0) {
		st = next_owed(h, org, &last, page, &n, err);
		for (from = 0; from < n && st == MQ_OK; from = to) {
			for (to = from + 1; to < n && strcmp(page[to].tenant,
			    page[from].tenant) == 0; to++)
				continue;
			st = hand_over(h, heirs, page + from, to - from, err);
		}
		if (n > 0)
			last = page[n - 1];
	}
	free(page);
	return st;
}

enum mq_status feed_succeed(struct hub *h, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	if (h->orgs == NULL || !h->orgs->moved)
		return MQ_OK;
	for (i = 0; i < h->orgs->n && st == MQ_OK; i++) {
		struct feed_orgs heirs = { NULL, 0, 0 };

		org_heirs(h->orgs, h->orgs->v[i].code, add_heir, &heirs);
		if (heirs.n > 0)
			st = succeed(h, h->orgs->v[i].code, &heirs, err);
		feed_orgs_free(&heirs);
	}
	return st;
}
