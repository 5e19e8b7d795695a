/*
 * District, certificates and machines.  People are verbs_people.c.
 */
#include "verbs.h"

#include "../../core/base/clock.h"
#include "../../core/base/file.h"
#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../hub/cert.h"
#include "../hub/enrol.h"
#include "../hub/erasure.h"
#include "../hub/ingest.h"
#include "../join.h"
#include "../sixwords.h"
#include "../transport_curl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void print_json(const struct buf *b)
{
	(void)printf("%s\n", buf_str(b));
}

/* Texts only: name, value, name, value … */
static void print_pairs(int n, ...)
{
	struct buf out = BUF_INIT(BUF_SMALL);
	struct jout j;
	va_list ap;

	va_start(ap, n);
	jout_begin(&j, &out, false);
	jout_obj(&j);
	while (n-- > 0) {
		const char *key = va_arg(ap, const char *);

		jout_kstr(&j, key, va_arg(ap, const char *));
	}
	jout_obj_end(&j);
	va_end(ap);
	print_json(&out);
	buf_free(&out);
}

/* ---- init, cert ---- */

static bool good_tenant(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < STORE_TENANT &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static enum mq_status make_keys(struct admin *a, struct store_tenant *t,
    struct err *err)
{
	uint8_t spk[CRYPTO_SIGN_PK], ssk[CRYPTO_SIGN_SK];
	uint8_t bpk[CRYPTO_BOX_PK], bsk[CRYPTO_BOX_SK];
	enum mq_status st;

	crypto_sign_keys(a->env, spk, ssk);
	crypto_box_keys(a->env, bpk, bsk);
	crypto_hex(spk, sizeof(spk), t->roster_pk);
	crypto_hex(bpk, sizeof(bpk), t->records_pk);
	st = admin_key_write(a, "roster.key", ssk, sizeof(ssk), err);
	if (st == MQ_OK)
		st = admin_key_write(a, "roster.pub", spk, sizeof(spk), err);
	if (st == MQ_OK)
		st = admin_key_write(a, "records.key", bsk, sizeof(bsk),
		    err);
	if (st == MQ_OK)
		st = admin_key_write(a, "records.pub", bpk, sizeof(bpk),
		    err);
	crypto_wipe(ssk, sizeof(ssk));
	crypto_wipe(bsk, sizeof(bsk));
	return st;
}

static enum mq_status put_tenant(struct admin *a, const struct store_tenant *t,
    struct err *err)
{
	enum mq_status st;

	if (a->store == NULL)
		return MQ_OK;
	st = admin_open(a, err);
	if (st == MQ_OK)
		st = db_begin(a->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = store_tenant_put(a->db, t, err);
	if (st == MQ_OK)
		return db_commit(a->db, err);
	db_rollback(a->db);
	return st;
}

enum mq_status verbs_init(struct admin *a, struct err *err)
{
	struct store_tenant t;
	enum mq_status st = admin_need(a->dir, "dir", err);

	memset(&t, 0, sizeof(t));
	if (st == MQ_OK)
		st = admin_need(a->tenant, "tenant", err);
	if (st == MQ_OK && !good_tenant(a->tenant))
		st = err_set(err, MQ_E_USAGE, "--tenant %s", a->tenant);
	if (st == MQ_OK)
		st = file_mkdirs(a->env, a->dir, 0700, err);
	if (st == MQ_OK)
		st = make_keys(a, &t, err);
	if (st == MQ_OK)
		st = admin_write_ini(a, err);
	if (st == MQ_OK) {
		(void)xcopy(t.name, sizeof(t.name), a->tenant);
		st = put_tenant(a, &t, err);
	}
	if (st != MQ_OK)
		return st;
	if (a->json)
		print_pairs(3, "dir", a->dir, "records_pk", t.records_pk,
		    "roster_pk", t.roster_pk);
	else
		sayings_print(SAY_ADMIN_INIT, a->env->lang, a->dir);
	return MQ_OK;
}

enum mq_status verbs_cert(struct admin *a, struct err *err)
{
	char path[ADMIN_PATH], pins[256] = "";
	enum mq_status st = admin_need(a->dir, "dir", err);

	if (st == MQ_OK)
		st = admin_need(a->host, "host", err);
	if (st == MQ_OK)
		st = cert_make(a->env, a->dir, a->host, err);
	if (st != MQ_OK)
		return st;
	admin_path(a, "hub.pem", path);
	st = cert_pins(a->env, path, pins, sizeof(pins), err);
	if (st == MQ_OK && a->json)
		print_pairs(2, "cert", path, "pins", pins);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_CERT, a->env->lang, path);
	return st;
}

/* ---- enrol, join ---- */

/* A store that does not know the district yet learns its public keys from the
 * administrator's folder. */
static enum mq_status know_tenant(struct admin *a, struct err *err)
{
	struct store_tenant t;
	uint8_t key[CRYPTO_SIGN_PK];
	enum mq_status st = store_tenant_get(a->db, a->tenant, &t, err);

	if (st != MQ_E_NOT_FOUND || a->dir == NULL)
		return st;
	memset(&t, 0, sizeof(t));
	(void)xcopy(t.name, sizeof(t.name), a->tenant);
	st = admin_key_read(a, "roster.pub", key, sizeof(key), err);
	crypto_hex(key, sizeof(key), t.roster_pk);
	if (st == MQ_OK)
		st = admin_key_read(a, "records.pub", key, sizeof(key), err);
	crypto_hex(key, sizeof(key), t.records_pk);
	if (st == MQ_OK)
		st = db_begin(a->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = store_tenant_put(a->db, &t, err);
	if (st == MQ_OK)
		return db_commit(a->db, err);
	db_rollback(a->db);
	return st;
}

enum mq_status verbs_enrol(struct admin *a, struct err *err)
{
	char code[ENROL_CODE_TEXT];
	enum mq_status st = admin_need(a->org, "org", err);

	if (st == MQ_OK)
		st = admin_need(a->site, "site", err);
	if (st == MQ_OK)
		st = admin_open(a, err);
	if (st == MQ_OK)
		st = know_tenant(a, err);
	if (st == MQ_OK)
		st = admin_pack(a, err);
	if (st == MQ_OK && org_find(pack_orgs(a->loaded), a->org) == NULL)
		st = err_set(err, MQ_E_NOT_FOUND, "--org %s", a->org);
	if (st == MQ_OK)
		st = enrol_make(a->env, a->db, a->tenant, a->org, a->site,
		    code, err);
	if (st == MQ_OK && a->json)
		(void)printf("{\"code\":\"%s\"}\n", code);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_CODE, a->env->lang, code);
	return st;
}

static void print_joined(struct admin *a, const struct node_settings *set,
    const struct node_keys *keys)
{
	struct buf words = BUF_INIT(256), out = BUF_INIT(BUF_SMALL);
	struct jout j;

	sixwords_say(keys->sign_pk, keys->box_pk, a->env->lang, &words);
	if (a->json) {
		jout_begin(&j, &out, false);
		jout_obj(&j);
		jout_kint(&j, "number", set->number);
		jout_kstr(&j, "org", set->org);
		jout_kstr(&j, "site", set->site);
		jout_kstr(&j, "tenant", set->tenant);
		jout_kstr(&j, "words", buf_str(&words));
		jout_obj_end(&j);
		print_json(&out);
	} else {
		sayings_print(SAY_ADMIN_JOINED, a->env->lang, set->number,
		    set->org, set->site, buf_str(&words));
	}
	buf_free(&words);
	buf_free(&out);
}

enum mq_status verbs_join(struct admin *a, struct err *err)
{
	struct join j = { a->data, a->hub, a->ca, a->code };
	struct transport_curl_settings s = { a->hub, a->ca, "" };
	struct node_settings set;
	struct node_keys keys;
	struct transport t = { NULL, NULL };
	enum mq_status st = admin_need(a->data, "data", err);

	if (st == MQ_OK)
		st = admin_need(a->hub, "hub", err);
	if (st == MQ_OK)
		st = admin_need(a->ca, "ca", err);
	if (st == MQ_OK)
		st = admin_need(a->code, "code", err);
	if (st == MQ_OK)
		st = transport_curl_open(&s, &t, err);
	if (st != MQ_OK)
		return st;
	st = join_hub(a->env, &j, &t, &set, &keys, err);
	if (st == MQ_OK)
		print_joined(a, &set, &keys);
	crypto_wipe(&keys, sizeof(keys));
	t.ops->close(&t);
	return st;
}

/* ---- nodes, revoke ---- */

static enum saying state_of(const struct store_node *n)
{
	if (n->revoked_at.ms != 0)
		return SAY_NODE_STATE_REVOKED;
	return n->forked_at.ms != 0 ? SAY_NODE_STATE_FORKED :
	    SAY_NODE_STATE_OK;
}

static enum mq_status node_json(struct admin *a, const struct store_node *n,
    struct jout *j, struct err *err)
{
	struct buf health = BUF_INIT(STORE_HEALTH_MAX), words = BUF_INIT(256);
	enum mq_status st = store_node_health(a->db, n->tenant, n->number,
	    &health, err);

	sixwords_say(n->sign_pk, n->box_pk, a->env->lang, &words);
	jout_obj(j);
	jout_kbool(j, "forked", n->forked_at.ms != 0);
	if (health.len > 0) {
		jout_key(j, "health");
		jout_raw(j, health.data, health.len);
	}
	jout_kint(j, "number", n->number);
	jout_kstr(j, "org", n->org);
	jout_kbool(j, "revoked", n->revoked_at.ms != 0);
	jout_kint(j, "seen_at", n->seen_at.ms);
	jout_kstr(j, "site", n->site);
	jout_kstr(j, "words", buf_str(&words));
	jout_obj_end(j);
	buf_free(&health);
	buf_free(&words);
	return st;
}

static void node_line(const struct admin *a, const struct store_node *n)
{
	struct buf words = BUF_INIT(256);
	char seen[32];
	enum lang lang = a->env->lang;

	sixwords_say(n->sign_pk, n->box_pk, lang, &words);
	clock_show(n->seen_at, CLOCK_MINUTE, seen, sizeof(seen));
	(void)printf("%5d  %-12s  %-16s  %s  %s\n       %s\n", n->number,
	    n->org, n->seen_at.ms != 0 ? seen :
	    sayings_text(SAY_NODE_NEVER, lang),
	    sayings_text(state_of(n), lang), n->site, buf_str(&words));
	buf_free(&words);
}

enum mq_status verbs_nodes(struct admin *a, struct err *err)
{
	struct buf out = BUF_INIT(BUF_LARGE);
	struct store_node *list = NULL;
	struct jout j;
	size_t n = 0, i;
	enum mq_status st = admin_open(a, err);

	if (st == MQ_OK)
		st = store_nodes(a->db, a->tenant, a->org, &list, &n, err);
	jout_begin(&j, &out, false);
	jout_list(&j);
	for (i = 0; i < n && st == MQ_OK; i++) {
		if (a->json)
			st = node_json(a, &list[i], &j, err);
		else
			node_line(a, &list[i]);
	}
	jout_list_end(&j);
	if (st == MQ_OK && a->json)
		print_json(&out);
	else if (st == MQ_OK && n == 0)
		sayings_print(SAY_ADMIN_NONE, a->env->lang);
	buf_free(&out);
	FREE(list);
	return st;
}

enum mq_status verbs_revoke(struct admin *a, struct err *err)
{
	enum mq_status st = admin_need(a->node, "node", err);
	int number = a->node != NULL ? (int)strtol(a->node, NULL, 10) : 0;

	if (st == MQ_OK)
		st = admin_open(a, err);
	if (st == MQ_OK)
		st = db_begin(a->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = store_node_revoke(a->db, a->tenant, number, env_now(a->env),
	    a->why != NULL ? a->why : "", err);
	if (st == MQ_OK)
		st = db_commit(a->db, err);
	else
		db_rollback(a->db);
	if (st == MQ_OK && a->json)
		(void)printf("{\"revoked\":%d}\n", number);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_REVOKED, a->env->lang, number);
	return st;
}

/* ---- quarantine ---- */

static void quarantine_row(struct admin *a, struct db_stmt *s, struct jout *j)
{
	struct buf why = BUF_INIT(512);
	struct dev dev = { db_i64(s, "dev") };
	char text[ENTRY_REF_TEXT], when[32];
	struct utc due = { db_i64(s, "due_at") };

	ref_text((struct ref){ dev, db_i64(s, "first") }, text);
	ingest_reason_say(db_text(s, "code"), db_text(s, "detail"),
	    a->env->lang, &why);
	clock_show(due, CLOCK_MINUTE, when, sizeof(when));
	if (a->json) {
		jout_obj(j);
		jout_kint(j, "at", db_i64(s, "at"));
		jout_kint(j, "due", due.ms);
		jout_kint(j, "last", db_i64(s, "last"));
		jout_kstr(j, "owner", db_text(s, "owner"));
		jout_kstr(j, "reason", buf_str(&why));
		jout_kstr(j, "save", text);
		jout_obj_end(j);
	} else {
		(void)printf("%-14s  %s  %-10s  %s\n", text, when,
		    db_text(s, "owner"), buf_str(&why));
	}
	buf_free(&why);
}

enum mq_status verbs_quarantine(struct admin *a, struct err *err)
{
	struct buf out = BUF_INIT(BUF_LARGE);
	struct db_stmt *s;
	struct jout j;
	bool row;
	int n = 0;
	enum mq_status st = admin_open(a, err);

	if (st == MQ_OK)
		st = db_query(a->db, "SELECT dev, first, last, code, detail,"
		    " owner, at, due_at FROM quarantine WHERE tenant = ?"
		    " AND readmitted_at = 0 ORDER BY due_at", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, a->tenant);
	jout_begin(&j, &out, false);
	jout_list(&j);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		quarantine_row(a, s, &j);
		n++;
	}
	jout_list_end(&j);
	db_done(&s);
	if (st == MQ_OK && a->json)
		print_json(&out);
	else if (st == MQ_OK && n == 0)
		sayings_print(SAY_ADMIN_NONE, a->env->lang);
	buf_free(&out);
	return st;
}

enum mq_status verbs_readmit(struct admin *a, struct err *err)
{
	struct ref save;
	struct hub hub;
	char list[600];
	enum mq_status st = admin_need(a->save, "save", err);

	if (st == MQ_OK && !ref_parse(a->save, strlen(a->save), &save))
		st = err_set(err, MQ_E_USAGE, "--save %s", a->save);
	if (st == MQ_OK)
		st = admin_open(a, err);
	if (st == MQ_OK)
		st = admin_pack(a, err);
	if (st != MQ_OK)
		return st;
	hub_init(&hub, a->env, a->db, a->loaded);
	if (erasure_list_of(a->store, list, sizeof(list)))
		hub.erased_list = list;
	st = ingest_readmit(&hub, a->tenant, save.dev, save.seq, a->force,
	    err);
	hub_done(&hub);
	if (st == MQ_OK && a->json)
		(void)printf("{\"readmitted\":\"%s\"}\n", a->save);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_READMITTED, a->env->lang);
	return st;
}
