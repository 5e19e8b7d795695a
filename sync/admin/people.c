/*
 * People of a district: store, CSV, messages, rosters.  Called by
 * verbs_people.c.
 */
#include "people.h"

#include "../../core/base/csv.h"
#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/login.h"

#include <stdlib.h>
#include <string.h>

#define SEALED_MAX 1024u
#define AT_MAX (INT64_C(1) << 47)	/* ms, of an entry's clock */

void people_free(struct people *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free((void *)(uintptr_t)p->v[i].p.verifier);
		free((void *)(uintptr_t)p->v[i].p.code);
	}
	if (p->v != NULL)
		crypto_wipe(p->v, p->n * sizeof(*p->v));
	FREE(p->v);
	p->n = p->cap = p->left = 0;
}

struct roster_draft *people_find(struct people *p, const char *number)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->v[i].p.number, number) == 0)
			return &p->v[i];
	return NULL;
}

static struct roster_draft *add(struct people *p, const char *number)
{
	struct roster_draft *d;

	p->v = xgrow(p->v, &p->cap, p->n + 1, sizeof(*p->v));
	d = &p->v[p->n++];
	memset(d, 0, sizeof(*d));
	(void)xcopy(d->p.number, sizeof(d->p.number), number);
	return d;
}

static void set_text(const char **slot, const char *text)
{
	free((void *)(uintptr_t)*slot);
	*slot = text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
}

/* ---- the store ---- */

struct records_key { uint8_t pk[CRYPTO_BOX_PK], sk[CRYPTO_BOX_SK]; };

static enum mq_status read_records_key(struct admin *a, struct records_key *k,
    struct err *err)
{
	enum mq_status st = admin_key_read(a, "records.key", k->sk,
	    sizeof(k->sk), err);

	if (st == MQ_OK)
		st = admin_key_read(a, "records.pub", k->pk, sizeof(k->pk),
		    err);
	return st;
}

static void seal_text(const struct records_key *k, const char *text,
    struct buf *out)
{
	struct buf box = BUF_INIT(SEALED_MAX);

	if (text != NULL && text[0] != '\0') {
		crypto_seal(k->pk, text, strlen(text), &box);
		crypto_b64(box.data, box.len, out);
	}
	buf_free(&box);
}

static enum mq_status unseal_text(const struct records_key *k, const char *b64,
    const char **slot, struct err *err)
{
	struct buf box = BUF_INIT(SEALED_MAX), text = BUF_INIT(SEALED_MAX);
	enum mq_status st = MQ_OK;

	if (b64[0] != '\0') {
		if (!crypto_unb64(b64, strlen(b64), &box))
			st = err_set(err, MQ_E_DAMAGED, "people");
		else
			st = crypto_unseal(k->pk, k->sk, box.data, box.len,
			    &text, err);
		if (st == MQ_OK)
			set_text(slot, buf_str(&text));
	}
	buf_free(&box);
	buf_free(&text);
	return st;
}

static void read_posts(const struct jnode *list, struct roster_person *p)
{
	size_t i;

	for (i = 0; i < jnode_count(list) && p->nposts < SESSION_POSTS;
	    i++) {
		const struct jnode *x = jnode_at(list, i);

		(void)xcopy(p->posts[p->nposts].role,
		    sizeof(p->posts[0].role), jget_str(x, "role", ""));
		(void)xcopy(p->posts[p->nposts++].org,
		    sizeof(p->posts[0].org), jget_str(x, "org", ""));
	}
}

static enum mq_status read_line(const char *line, struct roster_person *p,
    struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *o;
	enum mq_status st = jdoc_parse(line, strlen(line), "people", &doc,
	    err);

	if (st != MQ_OK)
		return st;
	o = jdoc_root(doc);
	(void)xcopy(p->card, sizeof(p->card), jget_str(o, "card", ""));
	(void)xcopy(p->name, sizeof(p->name), jget_str(o, "name", ""));
	(void)xcopy(p->phone, sizeof(p->phone), jget_str(o, "phone", ""));
	p->left = jnode_bool(jnode_get(o, "left"), false);
	p->person = jget_int(o, "person", 0);
	p->pin_at.ms = jget_int(o, "pin_at", 0);
	read_posts(jnode_get(o, "posts"), p);
	jdoc_free(&doc);
	return MQ_OK;
}

static void write_line(const struct roster_person *p, struct buf *out)
{
	struct jout j;
	int i;

	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_kstr(&j, "card", p->card);
	jout_kbool(&j, "left", p->left);
	jout_kstr(&j, "name", p->name);
	jout_kint(&j, "person", p->person);
	jout_kstr(&j, "phone", p->phone);
	jout_kint(&j, "pin_at", p->pin_at.ms);
	jout_key(&j, "posts");
	jout_list(&j);
	for (i = 0; i < p->nposts; i++) {
		jout_obj(&j);
		jout_kstr(&j, "org", p->posts[i].org);
		jout_kstr(&j, "role", p->posts[i].role);
		jout_obj_end(&j);
	}
	jout_list_end(&j);
	jout_obj_end(&j);
}

enum mq_status people_load(struct admin *a, struct people *out, struct err *err)
{
	struct records_key k;
	struct db_stmt *s;
	enum mq_status st = read_records_key(a, &k, err);
	bool row;

	if (st == MQ_OK)
		st = db_query(a->db, "SELECT number, line, verifier, code"
		    " FROM people WHERE tenant = ? ORDER BY number", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, a->tenant);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		struct roster_draft *d = add(out, db_text(s, "number"));

		st = read_line(db_text(s, "line"), &d->p, err);
		if (st == MQ_OK)
			st = unseal_text(&k, db_text(s, "verifier"),
			    &d->p.verifier, err);
		if (st == MQ_OK)
			st = unseal_text(&k, db_text(s, "code"), &d->p.code,
			    err);
		out->left += d->p.left;
		if (st != MQ_OK)
			break;
	}
	db_done(&s);
	crypto_wipe(&k, sizeof(k));
	return st;
}

static enum mq_status save_one(struct admin *a, const struct records_key *k,
    const struct roster_person *p, struct err *err)
{
	struct buf line = BUF_INIT(BUF_SMALL), pin = BUF_INIT(2 * SEALED_MAX);
	struct buf code = BUF_INIT(2 * SEALED_MAX);
	struct db_stmt *s;
	enum mq_status st;

	write_line(p, &line);
	seal_text(k, p->verifier, &pin);
	seal_text(k, p->code, &code);
	st = db_query(a->db, "INSERT INTO people(tenant, number, line,"
	    " verifier, code) VALUES(?, ?, ?, ?, ?)"
	    " ON CONFLICT(tenant, number) DO UPDATE SET"
	    " line = excluded.line, verifier = excluded.verifier,"
	    " code = excluded.code", &s, err);
	if (st == MQ_OK) {
		db_bind_text(s, a->tenant);
		db_bind_text(s, p->number);
		db_bind_text(s, buf_str(&line));
		db_bind_text(s, buf_str(&pin));
		db_bind_text(s, buf_str(&code));
		st = db_run(&s, err);
	}
	buf_free(&line);
	buf_free(&pin);
	buf_free(&code);
	return st;
}

enum mq_status people_save(struct admin *a, const struct people *p,
    struct err *err)
{
	struct records_key k;
	enum mq_status st = read_records_key(a, &k, err);
	size_t i;

	for (i = 0; i < p->n && st == MQ_OK; i++)
		st = save_one(a, &k, &p->v[i].p, err);
	crypto_wipe(&k, sizeof(k));
	return st;
}

/* No PIN chosen so far counts any more, nor one of a clock that was ahead. */
static void call_in_pins(struct admin *a, struct roster_person *p)
{
	struct utc now = env_now(a->env);

	p->pin_at.ms = now.ms > p->pin_at.ms ? now.ms : p->pin_at.ms + 1;
}

/* ---- CSV ---- */

static enum mq_status csv_posts(const struct csv *c, struct roster_person *p,
    struct err *err)
{
	const char *s = csv_get(c, "posts");

	p->nposts = 0;
	while (*s != '\0') {
		size_t n = strcspn(s, " "), at = strcspn(s, "@ ");

		if (n == 0) {
			s++;
			continue;
		}
		if (at >= n || at >= sizeof(p->posts[0].role) ||
		    n - at > sizeof(p->posts[0].org) ||
		    p->nposts == SESSION_POSTS)
			return err_set(err, MQ_E_ROSTER, "%s:%d posts",
			    csv_name(c), csv_line(c));
		memcpy(p->posts[p->nposts].role, s, at);
		p->posts[p->nposts].role[at] = '\0';
		memcpy(p->posts[p->nposts].org, s + at + 1, n - at - 1);
		p->posts[p->nposts++].org[n - at - 1] = '\0';
		s += n;
	}
	return MQ_OK;
}

/* A PIN or code given in the list becomes a verifier at once; the digits are
 * kept nowhere. */
static enum mq_status csv_secrets(struct admin *a, const struct csv *c,
    struct roster_person *p, struct err *err)
{
	char made[CRYPTO_PIN_STR];
	enum mq_status st = MQ_OK;

	if (csv_get(c, "pin")[0] != '\0') {
		st = crypto_pin_make(csv_get(c, "pin"), made, err);
		if (st == MQ_OK)
			set_text(&p->verifier, made);
		call_in_pins(a, p);
	}
	if (st == MQ_OK && csv_get(c, "code")[0] != '\0') {
		st = crypto_pin_make(csv_get(c, "code"), made, err);
		if (st == MQ_OK)
			set_text(&p->code, made);
	}
	return st;
}

static enum mq_status csv_person(struct admin *a, const struct csv *c,
    struct people *p, struct err *err)
{
	const char *number = csv_get(c, "number");
	const char *left = csv_get(c, "left");
	struct roster_draft *d = people_find(p, number);
	enum mq_status st;

	if (number[0] == '\0' || strlen(number) >= sizeof(d->p.number))
		return err_set(err, MQ_E_ROSTER, "%s:%d number", csv_name(c),
		    csv_line(c));
	if (d == NULL)
		d = add(p, number);
	else if (!d->p.left)
		return err_set(err, MQ_E_ROSTER, "%s:%d number %s",
		    csv_name(c), csv_line(c), number);
	(void)xcopy(d->p.name, sizeof(d->p.name), csv_get(c, "name"));
	(void)xcopy(d->p.phone, sizeof(d->p.phone), csv_get(c, "phone"));
	(void)xcopy(d->p.card, sizeof(d->p.card), csv_get(c, "card"));
	if (csv_get(c, "person")[0] != '\0') {
		struct ref r;

		if (!ref_parse(csv_get(c, "person"),
		    strlen(csv_get(c, "person")), &r))
			return err_set(err, MQ_E_ROSTER, "%s:%d person",
			    csv_name(c), csv_line(c));
		d->p.person = ref_rec(r);
	}
	st = csv_posts(c, &d->p, err);
	if (st == MQ_OK)
		st = csv_secrets(a, c, &d->p, err);
	d->p.left = left[0] != '\0' && strcmp(left, "no") != 0 &&
	    strcmp(left, "0") != 0;
	return st;
}

enum mq_status people_read_csv(struct admin *a, const char *path,
    struct people *p, struct err *err)
{
	struct csv *c = NULL;
	enum mq_status st = csv_open(a->env, path, &c, err);
	size_t i;

	if (st == MQ_OK && (!csv_has(c, "number") || !csv_has(c, "posts")))
		st = err_set(err, MQ_E_ROSTER, "%s: number, posts", path);
	for (i = 0; i < p->n && st == MQ_OK; i++)
		p->v[i].p.left = true;
	while (st == MQ_OK && csv_next(c))
		st = csv_person(a, c, p, err);
	for (i = 0, p->left = 0; i < p->n; i++)
		p->left += p->v[i].p.left;
	csv_close(&c);
	return st;
}

/* ---- what was chosen at the stations ---- */

static void take_message(struct people *p, const char *text, size_t len)
{
	struct jdoc *doc = NULL;
	struct roster_draft *d;
	const struct jnode *o;
	int64_t at;

	if (jdoc_parse(text, len, "account", &doc, NULL) != MQ_OK) {
		log_line(LOG_WARN, "admin", "an account message is no JSON");
		jdoc_free(&doc);
		return;
	}
	o = jdoc_root(doc);
	d = people_find(p, jget_str(o, "number", ""));
	at = jget_int(o, "at", 0);
	/* Chosen before the last reset, or before another PIN that was heard
	 * of earlier: it counts no more, wherever it is known. */
	if (d != NULL && at >= d->p.pin_at.ms && at < AT_MAX &&
	    jget_str(o, "verifier", "")[0] != '\0') {
		set_text(&d->p.verifier, jget_str(o, "verifier", ""));
		set_text(&d->p.code, NULL);
		d->p.pin_at.ms = at;
	}
	jdoc_free(&doc);
}

enum mq_status people_take_messages(struct admin *a, struct people *p,
    struct err *err)
{
	struct records_key k;
	struct db_stmt *s;
	enum mq_status st = read_records_key(a, &k, err);
	bool row;

	if (st == MQ_OK)
		st = db_query(a->db, "SELECT box FROM account"
		    " WHERE tenant = ? ORDER BY at", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, a->tenant);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		struct buf text = BUF_INIT(4096);
		size_t n;
		const void *box = db_blob(s, "box", &n);

		if (crypto_unseal(k.pk, k.sk, box, n, &text, NULL) == MQ_OK)
			take_message(p, buf_str(&text), text.len);
		else
			log_line(LOG_WARN, "admin",
			    "an account message is not for our key");
		buf_free(&text);
	}
	db_done(&s);
	crypto_wipe(&k, sizeof(k));
	if (st == MQ_OK)
		st = db_query(a->db, "DELETE FROM account WHERE tenant = ?",
		    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, a->tenant);
	return db_run(&s, err);
}

enum mq_status people_new_code(struct admin *a, struct roster_draft *d,
    char out[16], struct err *err)
{
	char made[CRYPTO_PIN_STR];
	enum mq_status st;

	login_new_code(a->env, out);
	st = crypto_pin_make(out, made, err);
	if (st != MQ_OK)
		return st;
	set_text(&d->p.code, made);
	set_text(&d->p.verifier, NULL);
	call_in_pins(a, &d->p);
	return MQ_OK;
}

/* ---- publishing ---- */

/* People work at a site when one of their posts lies above or below it. */
static bool works_at(const struct orgs *orgs, const struct roster_person *p,
    const char *org)
{
	int i;

	for (i = 0; i < p->nposts; i++)
		if (org_within(orgs, org, p->posts[i].org) ||
		    org_within(orgs, p->posts[i].org, org))
			return true;
	return false;
}

static enum mq_status publish_one(struct admin *a, const struct people *p,
    const char *org, const struct roster_node *nodes, size_t nnodes,
    const uint8_t sk[CRYPTO_SIGN_SK], struct err *err)
{
	struct roster_draft *here = xcalloc(p->n + 1, sizeof(*here));
	struct buf doc = BUF_INIT(ROSTER_MAX);
	int64_t seq = 0;
	size_t n = 0, i;
	enum mq_status st = store_next(a->db, a->tenant, "roster", &seq,
	    err);

	for (i = 0; i < p->n; i++)
		if (works_at(pack_orgs(a->loaded), &p->v[i].p, org))
			here[n++] = p->v[i];
	if (st == MQ_OK)
		st = roster_make(a->env, a->tenant, org, seq, here, n, nodes,
		    nnodes, sk, &doc, err);
	if (st == MQ_OK)
		st = store_roster_put(a->db, a->tenant, org, seq, doc.data,
		    doc.len, env_now(a->env), err);
	crypto_wipe(here, (p->n + 1) * sizeof(*here));
	FREE(here);
	buf_free(&doc);
	return st;
}

static enum mq_status publish_units(struct admin *a, const struct people *p,
    const struct store_node *list, size_t n,
    const uint8_t sk[CRYPTO_SIGN_SK], size_t *units, struct err *err)
{
	struct roster_node *nodes = xcalloc(n + 1, sizeof(*nodes));
	enum mq_status st = MQ_OK;
	size_t i, k;

	for (i = 0; i < n && st == MQ_OK; i++) {
		size_t m = 0;
		bool done = false;

		for (k = 0; k < i; k++)
			done = done || strcmp(list[k].org, list[i].org) == 0;
		for (k = i; k < n && !done; k++) {
			/* A revoked machine gets no new secrets. */
			if (strcmp(list[k].org, list[i].org) != 0 ||
			    list[k].revoked_at.ms != 0)
				continue;
			nodes[m].number = list[k].number;
			memcpy(nodes[m++].box_pk, list[k].box_pk,
			    CRYPTO_BOX_PK);
		}
		if (done || m == 0)
			continue;
		st = publish_one(a, p, list[i].org, nodes, m, sk, err);
		++*units;
	}
	FREE(nodes);
	return st;
}

enum mq_status people_publish(struct admin *a, const struct people *p,
    size_t *units, struct err *err)
{
	uint8_t sk[CRYPTO_SIGN_SK];
	struct store_node *list = NULL;
	size_t n = 0;
	enum mq_status st = admin_key_read(a, "roster.key", sk, sizeof(sk),
	    err);

	*units = 0;
	if (st == MQ_OK)
		st = store_nodes(a->db, a->tenant, NULL, &list, &n, err);
	if (st == MQ_OK)
		st = publish_units(a, p, list, n, sk, units, err);
	crypto_wipe(sk, sizeof(sk));
	FREE(list);
	return st;
}
