/*
 * The calls of the hub, one handler each (routes.def).  Called by http.c.
 */
#include "api.h"

#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../zstd.h"
#include "auth.h"
#include "enrol.h"
#include "feed.h"
#include "group.h"
#include "ingest.h"
#include "status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WAIT_MAX_S 50
#define NDJSON "application/x-ndjson"
#define JSON "application/json"

enum who { WHO_OPEN, WHO_NODE, WHO_ENROL };

typedef void (*handler_fn)(struct hub *h, struct call *c);

#define ROUTE(method, path, name, who, cap) \
	static void on_##name(struct hub *h, struct call *c);
#include "routes.def"
#undef ROUTE

static const struct route {
	const char *method, *path;
	handler_fn run;
	enum who who;
	size_t cap;
} routes[] = {
#define ROUTE(method, path, name, who, cap) \
	{ #method, path, on_##name, WHO_##who, cap },
#include "routes.def"
#undef ROUTE
};

static const struct route *find_route(const struct call *c, bool *path_known)
{
	size_t i;

	*path_known = false;
	for (i = 0; i < ARRAY_LEN(routes); i++) {
		if (strcmp(routes[i].path, c->path) != 0)
			continue;
		*path_known = true;
		if (strcmp(routes[i].method, c->method) == 0)
			return &routes[i];
	}
	return NULL;
}

bool api_begin(struct call *c, size_t *body_max)
{
	const char *coding = call_header(c, "Content-Encoding");
	bool known;
	const struct route *r = find_route(c, &known);

	if (r == NULL) {
		call_problem(c, known ? PROBLEM_METHOD : PROBLEM_NOT_FOUND,
		    c->path);
		return false;
	}
	if (coding[0] != '\0' && strcasecmp(coding, "zstd") != 0) {
		call_problem(c, PROBLEM_MEDIA, "Content-Encoding");
		return false;
	}
	*body_max = r->cap;
	return true;
}

/* The body in plain, outside the lock.  Only batches may grow beyond what is
 * taken on the wire. */
static bool decode(struct call *c, size_t cap)
{
	struct err err = ERR_INIT;

	buf_reset(&c->plain);
	if (strcasecmp(call_header(c, "Content-Encoding"), "zstd") != 0) {
		buf_add(&c->plain, c->body.data, c->body.len);
		return true;
	}
	if (zstd_unpack(c->body.data, c->body.len, &c->plain, &err) == MQ_OK &&
	    cap < CALL_BODY_MAX && c->plain.len > cap)
		(void)err_set(&err, MQ_E_TOO_BIG, "body");
	if (err.code != MQ_OK)
		call_failed(c, &err);
	return err.code == MQ_OK;
}

void api_run(struct hub *h, struct call *c)
{
	bool known;
	const struct route *r = find_route(c, &known);

	if (c->done)
		return;			/* the group answered it */
	c->wait = false;
	c->status = 0;
	buf_reset(&c->out);
	if (r == NULL) {
		call_problem(c, PROBLEM_NOT_FOUND, c->path);
		return;
	}
	/* Who asks is settled before a byte of the body is decoded, so that
	 * only enrolled nodes can make us unpack. */
	h->counts.requests++;
	if (r->who == WHO_NODE && !c->authed)
		h->counts.refused += !auth_node(h, c);
	if (c->status != 0 || !decode(c, r->cap))
		return;
	if (r->run == on_entries && h->group != NULL && c->park != NULL &&
	    group_add(h->group, c))
		return;
	(void)pthread_mutex_lock(&h->lock);
	r->run(h, c);
	if (c->wait && c->hold != NULL)
		c->hold(c->ctx);
	else if (c->status >= 400)
		h->counts.refused++;
	(void)pthread_mutex_unlock(&h->lock);
}

static void answer(struct call *c, int status, const char *type)
{
	c->status = status;
	c->type = type;
	c->wait = false;
}

/* ---- open to all ---- */

static void on_healthz(struct hub *h, struct call *c)
{
	struct err err = ERR_INIT;
	int64_t one = 0;

	if (db_scalar(h->db, "SELECT count(*) FROM tenant", &one, &err) !=
	    MQ_OK) {
		call_failed(c, &err);
		return;
	}
	buf_addf(&c->out, "{\"now\":%" PRId64 ",\"ok\":true,\"version\":\"%s\""
	    "}\n", env_now(h->env).ms, MQ_VERSION);
	answer(c, 200, JSON);
}

static void metric(struct buf *out, const char *name, const char *help,
    int64_t v)
{
	buf_addf(out, "# TYPE minqing_hub_%s counter\n# HELP minqing_hub_%s %s"
	    "\nminqing_hub_%s_total %" PRId64 "\n", name, name, help, name,
	    v);
}

static void on_metrics(struct hub *h, struct call *c)
{
	metric(&c->out, "requests", "Requests.", h->counts.requests);
	metric(&c->out, "refused", "Requests refused.", h->counts.refused);
	metric(&c->out, "batches", "Batches taken.", h->counts.batches);
	metric(&c->out, "commits", "Commits for them.", h->counts.commits);
	metric(&c->out, "entries", "Entries taken.", h->counts.entries);
	metric(&c->out, "quarantined", "Saves put into quarantine.",
	    h->counts.quarantined);
	buf_addf(&c->out, "# TYPE minqing_hub_waiting gauge\n"
	    "# HELP minqing_hub_waiting Long polls held.\n"
	    "minqing_hub_waiting %" PRId64 "\n# EOF\n", h->counts.waiting);
	answer(c, 200, "application/openmetrics-text");
}

/* ---- enrolment ---- */

static void enrol_answer(struct hub *h, struct call *c,
    const struct store_node *n)
{
	struct store_tenant t;
	struct err err = ERR_INIT;
	struct jout j;

	if (store_tenant_get(h->db, n->tenant, &t, &err) != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	jout_begin(&j, &c->out, false);
	jout_obj(&j);
	jout_kint(&j, "now", env_now(h->env).ms);
	jout_kint(&j, "number", n->number);
	jout_kstr(&j, "org", n->org);
	jout_kstr(&j, "pack", h->pack != NULL ? pack_name(h->pack) : "");
	jout_kstr(&j, "pins", h->pins[0] != '\0' ? h->pins : t.pins);
	jout_kstr(&j, "records_pk", t.records_pk);
	jout_kstr(&j, "roster_pk", t.roster_pk);
	jout_kstr(&j, "site", n->site);
	jout_kstr(&j, "tenant", n->tenant);
	jout_obj_end(&j);
	answer(c, 200, JSON);
}

static void on_enrol(struct hub *h, struct call *c)
{
	struct enrol_ask ask;
	struct store_node node;
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	const struct jnode *o;
	const char *sign, *box;

	if (jdoc_parse(c->plain.data != NULL ? c->plain.data : "",
	    c->plain.len, "enrol", &doc, &err) != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	o = jdoc_root(doc);
	memset(&ask, 0, sizeof(ask));
	ask.code = jget_str(o, "code", "");
	sign = jget_str(o, "sign_pk", "");
	box = jget_str(o, "box_pk", "");
	if (!crypto_unhex(sign, strlen(sign), ask.sign_pk,
	    sizeof(ask.sign_pk)) ||
	    !crypto_unhex(box, strlen(box), ask.box_pk, sizeof(ask.box_pk)))
		call_problem(c, PROBLEM_MALFORMED, "sign_pk, box_pk");
	else if (auth_new(h, c, ask.sign_pk)) {
		if (enrol_use(h, &ask, &node, &err) != MQ_OK)
			call_failed(c, &err);
		else
			enrol_answer(h, c, &node);
	}
	jdoc_free(&doc);
}

/* ---- entries ---- */

static void stand(struct hub *h, struct call *c, struct dev dev, int64_t from,
    int64_t to)
{
	char mark[FEED_MARK];
	struct ingest_ask ask = { dev, from, to, mark };
	struct err err = ERR_INIT;

	call_word(c, "mark", mark, sizeof(mark));
	buf_reset(&c->out);
	if (ingest_answer(h, &c->who, &ask, &c->out, &err) != MQ_OK)
		call_failed(c, &err);
	else
		answer(c, 200, JSON);
}

static void on_head(struct hub *h, struct call *c)
{
	int64_t from = call_number(c, "from", 0);
	char text[ENTRY_REF_TEXT];
	struct dev dev;

	call_word(c, "dev", text, sizeof(text));
	if (!dev_parse(text, strlen(text), &dev) ||
	    dev_node(dev) != c->who.number || from < 0) {
		from = 0;
		dev = dev_make(c->who.number, 0);
	}
	stand(h, c, dev, from, ENTRY_SEQ_MAX);
}

/* One request among those of a group. */
struct pushed {
	struct wire_batch said;
	struct buf base, signature;
	struct call *c;
};

static bool begin_push(struct call *c, struct pushed *p, struct ingest_job *j)
{
	if (!wire_batch_read(call_header(c, "Minqing-Batch"), &p->said) ||
	    dev_node(p->said.dev) != c->who.number) {
		call_problem(c, PROBLEM_BATCH, "Minqing-Batch");
		return false;
	}
	p->c = c;
	buf_init(&p->base, 4096);
	buf_init(&p->signature, 256);
	auth_evidence(c, &p->base, &p->signature);
	*j = (struct ingest_job){ .who = &c->who, .said = &p->said,
	    .lines = c->plain.data, .len = c->plain.len,
	    .proof = { buf_str(&p->base), buf_str(&p->signature) },
	    .err = ERR_INIT };
	return true;
}

static void end_push(struct hub *h, struct pushed *p, struct ingest_job *j)
{
	if (j->st != MQ_OK) {
		if (j->err.code == MQ_E_FORMAT)
			call_problem(p->c, PROBLEM_BATCH, j->err.detail);
		else
			call_failed(p->c, &j->err);
	} else if (j->end == INGEST_GAP) {
		call_problem(p->c, PROBLEM_GAP, NULL);
	} else if (j->end == INGEST_FORK) {
		call_problem(p->c, PROBLEM_FORKED, NULL);
	} else {
		stand(h, p->c, p->said.dev, p->said.from, p->said.to);
	}
	buf_free(&p->base);
	buf_free(&p->signature);
}

void api_push(struct hub *h, struct call *const *v, size_t n)
{
	struct pushed *p = xcalloc(n, sizeof(*p));
	struct ingest_job *j = xcalloc(n, sizeof(*j));
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		k += begin_push(v[i], &p[k], &j[k]);
	ingest_take_all(h, j, k);
	for (i = 0; i < k; i++)
		end_push(h, &p[i], &j[i]);
	FREE(p);
	FREE(j);
}

static void on_entries(struct hub *h, struct call *c)
{
	struct call *const one[] = { c };

	api_push(h, one, 1);
}

static void on_own(struct hub *h, struct call *c)
{
	int64_t after = call_number(c, "after", 0);
	struct err err = ERR_INIT;
	char text[ENTRY_REF_TEXT];
	struct dev dev;

	call_word(c, "dev", text, sizeof(text));
	if (after < 0 || !dev_parse(text, strlen(text), &dev) ||
	    dev_node(dev) != c->who.number) {
		call_problem(c, PROBLEM_MALFORMED, "dev, after");
		return;
	}
	if (feed_own(h, &c->who, dev, after, &c->out, &c->more, &err) !=
	    MQ_OK)
		call_failed(c, &err);
	else
		answer(c, 200, NDJSON);
}

/* ---- what comes back ---- */

static void on_feed(struct hub *h, struct call *c)
{
	int64_t after = call_number(c, "after", 0);
	int64_t wait = call_number(c, "wait", 0);
	struct err err = ERR_INIT;

	if (after < 0 || wait < 0) {
		call_problem(c, PROBLEM_MALFORMED, "after, wait");
		return;
	}
	if (feed_read(h, &c->who, after, &c->out, &c->cursor, &c->more,
	    &err) != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	if (c->out.len == 0 && !c->more && wait > 0 && !c->waited &&
	    c->hold != NULL) {
		c->wait = true;
		c->wait_ms = (int)(wait < WAIT_MAX_S ? wait : WAIT_MAX_S) *
		    1000;
		return;
	}
	answer(c, c->out.len > 0 || c->more ? 200 : 204, NDJSON);
}

static void on_status(struct hub *h, struct call *c)
{
	int64_t after = call_number(c, "after", 0);
	struct err err = ERR_INIT;

	if (after < 0) {
		call_problem(c, PROBLEM_MALFORMED, "after");
		return;
	}
	if (status_read(h, c->who.tenant, after, &c->out, &c->cursor,
	    &c->more, &err) != MQ_OK)
		call_failed(c, &err);
	else
		answer(c, c->out.len > 0 || c->more ? 200 : 204, NDJSON);
}

static void on_roster(struct hub *h, struct call *c)
{
	int64_t after = call_number(c, "after", 0), seq = 0;
	struct err err = ERR_INIT;

	if (after < 0) {
		call_problem(c, PROBLEM_MALFORMED, "after");
		return;
	}
	if (store_roster_get(h->db, c->who.tenant, c->who.org, &c->out, &seq,
	    &err) != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	if (seq <= after)
		buf_reset(&c->out);
	c->cursor = seq;
	answer(c, seq > after ? 200 : 204, JSON);
}

/* ---- messages ---- */

static void finish(struct hub *h, struct call *c, enum mq_status st,
    struct err *err)
{
	if (st == MQ_OK)
		st = db_commit(h->db, err);
	else
		db_rollback(h->db);
	if (st != MQ_OK)
		call_failed(c, err);
	else
		answer(c, 204, JSON);
}

static void on_account(struct hub *h, struct call *c)
{
	struct err err = ERR_INIT;
	enum mq_status st;

	if (c->plain.len <= CRYPTO_SEAL_EXTRA) {
		call_problem(c, PROBLEM_MALFORMED, "box");
		return;
	}
	st = store_begin(h->db, c->who.tenant, __func__, &err);
	if (st != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	st = store_account_add(h->db, c->who.tenant, c->who.number,
	    c->plain.data, c->plain.len, env_now(h->env), &err);
	finish(h, c, st, &err);
}

static void on_health(struct hub *h, struct call *c)
{
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	enum mq_status st;

	if (jdoc_parse(c->plain.data != NULL ? c->plain.data : "",
	    c->plain.len, "health", &doc, &err) != MQ_OK ||
	    jnode_kind(jdoc_root(doc)) != J_OBJ) {
		call_problem(c, PROBLEM_MALFORMED, "health");
		jdoc_free(&doc);
		return;
	}
	jdoc_free(&doc);
	st = db_begin(h->db, __func__, &err);
	if (st != MQ_OK) {
		call_failed(c, &err);
		return;
	}
	st = store_node_seen(h->db, c->who.tenant, c->who.number,
	    env_now(h->env), buf_str(&c->plain), &err);
	finish(h, c, st, &err);
}
