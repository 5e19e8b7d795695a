/*
 * One node in words.  Called by main() for `minqing-hub explain NODE`.
 */
#include "explain.h"

#include "../../core/base/clock.h"
#include "../../core/base/json.h"
#include "../../core/base/xmalloc.h"
#include "../sayings.h"
#include "cert.h"
#include "ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that is told, gathered before a word is printed. */
struct facts {
	struct store_node node;
	int64_t held;			/* entries here, over all epochs */
	int64_t waiting;		/* entries there without a receipt */
	int64_t roster_there, roster_here, offset_ms, free_mib;
	int64_t cert_days;		/* -1 not asked */
	int64_t quarantined;
	struct utc due;			/* of the first of them */
	char pack[64], version[32], reason[200];
	bool reported;			/* its health is known */
};

static enum mq_status find_tenant(struct db *db, int number,
    char out[STORE_TENANT], struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	int n = 0;

	st = db_query(db, "SELECT tenant FROM node WHERE number = ?"
	    " ORDER BY tenant LIMIT 2", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, number);
	while ((st = db_step(s, &row, err)) == MQ_OK && row && ++n == 1)
		db_copy(s, "tenant", out, STORE_TENANT);
	db_done(&s);
	if (st == MQ_OK && n == 0)
		return err_set(err, MQ_E_NOT_FOUND, "%d", number);
	if (st == MQ_OK && n > 1)
		return err_set(err, MQ_E_USAGE, "--tenant");
	return st;
}

static enum mq_status read_chains(struct db *db, struct facts *f,
    struct err *err)
{
	struct store_chain all[STORE_CHAINS_MAX];
	enum mq_status st;
	int n = 0, i;

	st = store_chains(db, f->node.tenant, f->node.number, all,
	    STORE_CHAINS_MAX, &n, err);
	for (i = 0; i < n && st == MQ_OK; i++)
		f->held += all[i].seq;
	return st;
}

static enum mq_status read_health(struct db *db, struct facts *f,
    struct err *err)
{
	struct buf b = BUF_INIT(STORE_HEALTH_MAX + 1);
	struct jdoc *doc = NULL;
	const struct jnode *o;
	enum mq_status st;

	st = store_node_health(db, f->node.tenant, f->node.number, &b, err);
	if (st == MQ_OK && b.len > 0 &&
	    jdoc_parse(b.data, b.len, "health", &doc, NULL) == MQ_OK) {
		o = jdoc_root(doc);
		f->reported = true;
		f->waiting = jget_int(o, "local", 0) + jget_int(o, "sent", 0);
		f->roster_there = jget_int(o, "roster_seq", 0);
		f->offset_ms = jget_int(o, "offset_ms", 0);
		f->free_mib = jget_int(o, "free_mib", 0);
		(void)xcopy(f->pack, sizeof(f->pack),
		    jget_str(o, "pack", ""));
		(void)xcopy(f->version, sizeof(f->version),
		    jget_str(o, "version", ""));
	}
	jdoc_free(&doc);
	buf_free(&b);
	return st;
}

static enum mq_status read_quarantine(struct env *env, struct db *db,
    struct facts *f, struct err *err)
{
	struct buf words = BUF_INIT(400);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(db, "SELECT code, detail, due_at FROM quarantine"
	    " WHERE tenant = ? AND dev BETWEEN ? AND ? AND readmitted_at = 0"
	    " ORDER BY due_at LIMIT 1000", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, f->node.tenant);
	db_bind_i64(s, dev_make(f->node.number, 0).v);
	db_bind_i64(s, dev_make(f->node.number, ENTRY_EPOCH_MAX).v);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		if (++f->quarantined > 1)
			continue;
		f->due.ms = db_i64(s, "due_at");
		ingest_reason_say(db_text(s, "code"), db_text(s, "detail"),
		    env->lang, &words);
		(void)xcopy(f->reason, sizeof(f->reason), buf_str(&words));
	}
	db_done(&s);
	buf_free(&words);
	return st;
}

static enum mq_status read_rest(struct env *env, struct db *db,
    const char *cert, struct facts *f, struct err *err)
{
	struct buf doc = BUF_INIT(BUF_LARGE);
	struct utc ends;
	enum mq_status st;

	st = store_roster_get(db, f->node.tenant, f->node.org, &doc,
	    &f->roster_here, err);
	buf_free(&doc);
	f->cert_days = -1;
	if (st == MQ_OK && cert != NULL) {
		st = cert_ends(env, cert, &ends, err);
		f->cert_days = (ends.ms - env_now(env).ms) / MS_DAY;
		if (f->cert_days < 0)
			f->cert_days = 0;
	}
	return st;
}

/* The first thing that is wrong is the next thing to do. */
static enum saying next_step(struct env *env, const struct facts *f)
{
	int64_t off = f->offset_ms < 0 ? -f->offset_ms : f->offset_ms;

	if (f->node.revoked_at.ms != 0)
		return SAY_NEXT_REVOKED;
	if (f->node.forked_at.ms != 0)
		return SAY_NEXT_FORKED;
	if (f->cert_days >= 0 && f->cert_days < EXPLAIN_CERT_DAYS)
		return SAY_NEXT_CERT;
	if (f->node.seen_at.ms == 0)
		return SAY_NEXT_NEVER;
	if (env_now(env).ms - f->node.seen_at.ms > EXPLAIN_SILENT)
		return SAY_NEXT_SILENT;
	if (f->quarantined > 0)
		return SAY_NEXT_QUARANTINE;
	if (f->reported && f->free_mib < EXPLAIN_DISK_MIB)
		return SAY_NEXT_DISK;
	if (off > EXPLAIN_CLOCK)
		return SAY_NEXT_CLOCK;
	if (f->waiting > 0)
		return SAY_NEXT_WAIT;
	if (f->roster_there < f->roster_here)
		return SAY_NEXT_ROSTER;
	return SAY_NEXT_NOTHING;
}

static void tell_where(struct env *env, const struct facts *f)
{
	char at[40], span[40];
	enum lang lang = env->lang;

	sayings_print(SAY_EXPLAIN_NODE, lang, f->node.number, f->node.tenant,
	    f->node.org, f->node.site);
	if (f->node.revoked_at.ms != 0) {
		clock_show(f->node.revoked_at, CLOCK_MINUTE, at, sizeof(at));
		sayings_print(SAY_EXPLAIN_REVOKED, lang, at, f->node.why);
	}
	if (f->node.forked_at.ms != 0) {
		clock_show(f->node.forked_at, CLOCK_MINUTE, at, sizeof(at));
		sayings_print(SAY_EXPLAIN_FORKED, lang, at);
	}
	if (f->node.seen_at.ms == 0) {
		sayings_print(SAY_EXPLAIN_NEVER, lang);
		return;
	}
	clock_show(f->node.seen_at, CLOCK_MINUTE, at, sizeof(at));
	clock_span(env_now(env).ms - f->node.seen_at.ms, lang, span,
	    sizeof(span));
	sayings_print(SAY_EXPLAIN_SEEN, lang, at, span);
}

static void tell(struct env *env, const struct facts *f)
{
	enum lang lang = env->lang;
	char at[40];

	tell_where(env, f);
	sayings_print(SAY_EXPLAIN_HELD, lang, (long long)f->held,
	    (long long)f->waiting);
	if (f->quarantined > 0) {
		clock_show(f->due, CLOCK_MINUTE, at, sizeof(at));
		sayings_print(SAY_EXPLAIN_QUARANTINE, lang,
		    (long long)f->quarantined, at, f->reason);
	} else {
		sayings_print(SAY_EXPLAIN_CLEAN, lang);
	}
	if (f->reported) {
		sayings_print(SAY_EXPLAIN_PACK, lang, f->pack, f->version,
		    (long long)f->roster_there, (long long)f->roster_here);
		sayings_print(SAY_EXPLAIN_CLOCK, lang,
		    (long long)(f->offset_ms / MS_SECOND),
		    (long long)f->free_mib);
	}
	if (f->cert_days >= 0)
		sayings_print(SAY_EXPLAIN_CERT, lang,
		    (long long)f->cert_days);
	sayings_print(SAY_EXPLAIN_NEXT, lang,
	    sayings_text(next_step(env, f), lang));
}

static void tell_json(struct env *env, const struct facts *f)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "cert_days", f->cert_days);
	jout_kbool(&j, "forked", f->node.forked_at.ms != 0);
	jout_kint(&j, "free_mib", f->free_mib);
	jout_kint(&j, "held", f->held);
	jout_kstr(&j, "next", sayings_text(next_step(env, f), env->lang));
	jout_kint(&j, "offset_ms", f->offset_ms);
	jout_kstr(&j, "org", f->node.org);
	jout_kstr(&j, "pack", f->pack);
	jout_kint(&j, "quarantined", f->quarantined);
	jout_kbool(&j, "revoked", f->node.revoked_at.ms != 0);
	jout_kint(&j, "roster_here", f->roster_here);
	jout_kint(&j, "roster_there", f->roster_there);
	jout_kint(&j, "seen_at", f->node.seen_at.ms);
	jout_kstr(&j, "version", f->version);
	jout_kint(&j, "waiting", f->waiting);
	jout_obj_end(&j);
	(void)printf("%s\n", buf_str(&b));
	buf_free(&b);
}

enum mq_status explain_node(struct env *env, struct db *db,
    const struct explain_ask *ask, struct err *err)
{
	char tenant[STORE_TENANT] = "";
	struct facts f;
	enum mq_status st = MQ_OK;

	memset(&f, 0, sizeof(f));
	if (ask->tenant != NULL)
		(void)xcopy(tenant, sizeof(tenant), ask->tenant);
	else
		st = find_tenant(db, ask->number, tenant, err);
	if (st == MQ_OK)
		st = store_node_get(db, tenant, ask->number, &f.node, err);
	if (st == MQ_OK)
		st = read_chains(db, &f, err);
	if (st == MQ_OK)
		st = read_health(db, &f, err);
	if (st == MQ_OK)
		st = read_quarantine(env, db, &f, err);
	if (st == MQ_OK)
		st = read_rest(env, db, ask->cert, &f, err);
	if (st != MQ_OK)
		return st;
	if (ask->json)
		tell_json(env, &f);
	else
		tell(env, &f);
	return MQ_OK;
}
