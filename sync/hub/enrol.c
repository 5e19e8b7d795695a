/*
 * Making and using enrolment codes.  Called by api.c and minqing-admin.
 */
#include "enrol.h"

#include "../../core/base/xmalloc.h"

#include <inttypes.h>
#include <string.h>

#define ID_SIGNS 4		/* finds the row; the rest is the secret */
#define SECRET_SIGNS 26		/* 128 bits in signs of 5 */

/* No I, L, O, U: they are misread and misheard. */
static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void make_signs(struct env *env, size_t n, char *out)
{
	uint8_t byte;
	size_t i;

	for (i = 0; i < n; i++) {
		env->random(env, &byte, 1);
		out[i] = signs[byte & 31];
	}
	out[n] = '\0';
}

static void code_hash(const char *secret, uint8_t out[CRYPTO_HASH])
{
	crypto_hash2("minqing-enrol", 13, secret, SECRET_SIGNS, out);
}

static enum mq_status put_code(struct env *env, struct db *db,
    const char *tenant, const char *org,
    const char *site, const char *id, const char *secret, struct err *err)
{
	struct utc now = env_now(env);
	uint8_t hash[CRYPTO_HASH];
	struct db_stmt *s;
	enum mq_status st;

	code_hash(secret, hash);
	st = db_query(db, "INSERT INTO enrol(tenant, id, hash, org, site,"
	    " made_at, expires_at, tries, number)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, 0, 0)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_text(s, id);
	db_bind_blob(s, hash, sizeof(hash));
	db_bind_text(s, org);
	db_bind_text(s, site);
	db_bind_i64(s, now.ms);
	db_bind_i64(s, now.ms + ENROL_HOURS * MS_HOUR);
	return db_run(&s, err);
}

static enum mq_status id_taken(struct db *db, const char *id, bool *taken,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "SELECT 1 AS one FROM enrol WHERE id = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, id);
	st = db_step(s, taken, err);
	db_done(&s);
	return st;
}

/* Codes are known before their tenant is: one lock for all of them, so that
 * tries are counted and numbers given one after the other. */
static enum mq_status begin(struct db *db, const char *caller, struct err *err)
{
	return store_begin(db, "enrol", caller, err);
}

enum mq_status enrol_make(struct env *env, struct db *db, const char *tenant,
    const char *org, const char *site, char out[ENROL_CODE_TEXT],
    struct err *err)
{
	char id[ID_SIGNS + 1], secret[SECRET_SIGNS + 1];
	bool taken = true;
	enum mq_status st = begin(db, __func__, err);
	int i, at = 0;

	if (st != MQ_OK)
		return st;
	for (i = 0; i < 100 && taken && st == MQ_OK; i++) {
		make_signs(env, ID_SIGNS, id);
		st = id_taken(db, id, &taken, err);
	}
	make_signs(env, SECRET_SIGNS, secret);
	if (st == MQ_OK)
		st = put_code(env, db, tenant, org, site, id, secret, err);
	if (st != MQ_OK) {
		db_rollback(db);
		return st;
	}
	st = db_commit(db, err);
	at = snprintf(out, ENROL_CODE_TEXT, "%s", id);
	for (i = 0; i < SECRET_SIGNS; i++) {
		if (i % 4 == 0)
			out[at++] = '-';
		out[at++] = secret[i];
	}
	out[at] = '\0';
	return st;
}

/* What people type: any case, any grouping, the misread signs put right. */
static bool read_code(const char *typed, char id[ID_SIGNS + 1],
    char secret[SECRET_SIGNS + 1])
{
	char all[ID_SIGNS + SECRET_SIGNS + 1];
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		char c = *typed;

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c == 'O')
			c = '0';
		if (c == 'I' || c == 'L')
			c = '1';
		if (n == sizeof(all) - 1 || strchr(signs, c) == NULL)
			return false;
		all[n++] = c;
	}
	if (n != sizeof(all) - 1)
		return false;
	all[n] = '\0';
	memcpy(id, all, ID_SIGNS);
	id[ID_SIGNS] = '\0';
	memcpy(secret, all + ID_SIGNS, SECRET_SIGNS + 1);
	return true;
}

struct code_row { char tenant[STORE_TENANT], org[STORE_ORG],
	site[STORE_SITE]; uint8_t hash[CRYPTO_HASH]; int64_t expires;
	int tries, number; bool found; };

static enum mq_status get_code(struct db *db, const char *id,
    struct code_row *r, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	size_t n;
	const void *hash;

	memset(r, 0, sizeof(*r));
	st = db_query(db, "SELECT tenant, org, site, hash, expires_at, tries,"
	    " number FROM enrol WHERE id = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, id);
	st = db_step(s, &r->found, err);
	if (st == MQ_OK && r->found) {
		db_copy(s, "tenant", r->tenant, sizeof(r->tenant));
		db_copy(s, "org", r->org, sizeof(r->org));
		db_copy(s, "site", r->site, sizeof(r->site));
		hash = db_blob(s, "hash", &n);
		if (n == sizeof(r->hash))
			memcpy(r->hash, hash, n);
		r->expires = db_i64(s, "expires_at");
		r->tries = (int)db_i64(s, "tries");
		r->number = (int)db_i64(s, "number");
	}
	db_done(&s);
	return st;
}

static enum mq_status set_code(struct db *db, const char *id, int tries,
    int number, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "UPDATE enrol SET tries = ?, number = ?"
	    " WHERE id = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, tries);
	db_bind_i64(s, number);
	db_bind_text(s, id);
	return db_run(&s, err);
}

static enum mq_status next_number(struct db *db, const char *tenant, int *out,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(db, "SELECT coalesce(max(number), 0) AS n FROM node"
	    " WHERE tenant = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	st = db_step(s, &row, err);
	if (st == MQ_OK)
		*out = (int)db_i64(s, "n") + 1;
	db_done(&s);
	if (*out < ENROL_FIRST_NUMBER)
		*out = ENROL_FIRST_NUMBER;
	if (st == MQ_OK && *out > ENTRY_DEV_MAX)
		st = err_set(err, MQ_E_TOO_BIG, "%d", ENTRY_DEV_MAX);
	return st;
}

static enum mq_status make_node(struct hub *h, const struct enrol_ask *ask,
    const char *id,
    const struct code_row *r, struct store_node *out, struct err *err)
{
	enum mq_status st;

	memset(out, 0, sizeof(*out));
	(void)xcopy(out->tenant, sizeof(out->tenant), r->tenant);
	(void)xcopy(out->org, sizeof(out->org), r->org);
	(void)xcopy(out->site, sizeof(out->site), r->site);
	memcpy(out->sign_pk, ask->sign_pk, sizeof(out->sign_pk));
	memcpy(out->box_pk, ask->box_pk, sizeof(out->box_pk));
	out->enrolled_at = env_now(h->env);
	st = next_number(h->db, r->tenant, &out->number, err);
	if (st == MQ_OK)
		st = store_node_add(h->db, out, err);
	if (st == MQ_OK)
		st = set_code(h->db, id, r->tries, out->number, err);
	return st;
}

/* The answer was lost and the same machine asks again? */
static enum mq_status used_before(struct hub *h, const struct enrol_ask *ask,
    const struct code_row *r, struct store_node *out, struct err *err)
{
	enum mq_status st = store_node_get(h->db, r->tenant, r->number, out,
	    err);

	if (st == MQ_OK && (!crypto_equal(out->sign_pk, ask->sign_pk,
	    sizeof(out->sign_pk)) || !crypto_equal(out->box_pk, ask->box_pk,
	    sizeof(out->box_pk))))
		st = err_set(err, MQ_E_ENROL, NULL);
	return st;
}

enum mq_status enrol_use(struct hub *h, const struct enrol_ask *ask,
    struct store_node *out, struct err *err)
{
	char id[ID_SIGNS + 1], secret[SECRET_SIGNS + 1];
	uint8_t hash[CRYPTO_HASH];
	struct code_row r;
	bool wrong = false;
	enum mq_status st;

	if (!read_code(ask->code, id, secret))
		return err_set(err, MQ_E_ENROL, NULL);
	code_hash(secret, hash);
	st = begin(h->db, __func__, err);
	if (st != MQ_OK)
		return st;
	st = get_code(h->db, id, &r, err);
	if (st == MQ_OK && (!r.found || r.tries >= ENROL_TRIES ||
	    env_now(h->env).ms > r.expires)) {
		wrong = true;
	} else if (st == MQ_OK && !crypto_equal(hash, r.hash,
	    sizeof(hash))) {
		wrong = true;
		st = set_code(h->db, id, r.tries + 1, r.number, err);
	} else if (st == MQ_OK && r.number != 0) {
		st = used_before(h, ask, &r, out, err);
	} else if (st == MQ_OK) {
		st = make_node(h, ask, id, &r, out, err);
	}
	/* A wrong try is counted before the verdict is told. */
	if (st == MQ_OK)
		st = db_commit(h->db, err);
	else
		db_rollback(h->db);
	return st == MQ_OK && wrong ? err_set(err, MQ_E_ENROL, NULL) : st;
}
