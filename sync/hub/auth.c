/*
 * Signature, time window, nonce, revocation.  Called by api.c before each
 * handler that needs a node.
 */
#include "auth.h"

#include "../../core/base/xmalloc.h"
#include "../sayings.h"
#include "../sign.h"
#include "limit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Nonces seen in this and the former period.  A period is as long as a
 * signature can live, so two of them hold every live one. */
#define PERIOD_MS (2 * SIGN_WINDOW_S * MS_SECOND)
#define SEEN_MAX (1u << 20)		/* slots of one period */
#define SEEN_MIN 1024u

struct nonce { uint8_t v[16]; };
struct period { struct nonce *slot; size_t size, n; };
struct seen { struct period now, past; int64_t since; };

struct seen *auth_seen_new(void)
{
	return xcalloc(1, sizeof(struct seen));
}

static void period_free(struct period *p)
{
	FREE(p->slot);
	p->size = p->n = 0;
}

void auth_seen_free(struct seen **s)
{
	if (*s == NULL)
		return;
	period_free(&(*s)->now);
	period_free(&(*s)->past);
	FREE(*s);
}

static size_t place(const struct period *p, const struct nonce *x)
{
	static const struct nonce none;
	size_t i;

	memcpy(&i, x->v + 8, sizeof(i));
	/* Linear probing; the table is never more than half full. */
	for (i &= p->size - 1; memcmp(&p->slot[i], &none, sizeof(none)) != 0 &&
	    memcmp(&p->slot[i], x, sizeof(*x)) != 0; i = (i + 1) &
	    (p->size - 1))
		;
	return i;
}

static bool period_has(const struct period *p, const struct nonce *x)
{
	return p->size > 0 && memcmp(&p->slot[place(p, x)], x,
	    sizeof(*x)) == 0;
}

/* False when the table is at its limit. */
static bool period_add(struct period *p, const struct nonce *x)
{
	struct period was = *p;
	size_t i;

	if (2 * (p->n + 1) > p->size) {
		if (p->size >= SEEN_MAX)
			return false;
		p->size = p->size > 0 ? p->size * 2 : SEEN_MIN;
		p->slot = xcalloc(p->size, sizeof(*p->slot));
		p->n = 0;
		for (i = 0; i < was.size; i++) {
			static const struct nonce none;

			if (memcmp(&was.slot[i], &none, sizeof(none)) == 0)
				continue;
			p->slot[place(p, &was.slot[i])] = was.slot[i];
			p->n++;
		}
		free(was.slot);
	}
	p->slot[place(p, x)] = *x;
	p->n++;
	return true;
}

enum fresh { FRESH, USED, FULL };

static enum fresh seen_take(struct seen *s, const char *node,
    const uint8_t nonce[SIGN_NONCE], int64_t mono)
{
	uint8_t hash[CRYPTO_HASH];
	struct nonce x;

	if (mono - s->since >= PERIOD_MS) {
		period_free(&s->past);
		if (mono - s->since < 2 * PERIOD_MS)
			s->past = s->now;
		else
			period_free(&s->now);
		memset(&s->now, 0, sizeof(s->now));
		s->since = mono;
	}
	crypto_hash2(node, strlen(node), nonce, SIGN_NONCE, hash);
	memcpy(x.v, hash, sizeof(x.v));
	x.v[0] |= 1;		/* never the empty slot */
	if (period_has(&s->now, &x) || period_has(&s->past, &x))
		return USED;
	return period_add(&s->now, &x) ? FRESH : FULL;
}

static void parts_of(const struct call *c, struct sign_parts *p,
    struct sign_fields *f)
{
	*p = (struct sign_parts){
		.method = c->method,
		.path = c->path,
		.query = c->query,
		.node = call_header(c, "Minqing-Node"),
		.batch = call_header(c, "Minqing-Batch"),
		.body = c->body.len > 0 ? c->body.data : "",
		.len = c->body.len,
	};
	(void)xcopy(f->digest, sizeof(f->digest),
	    call_header(c, "Content-Digest"));
	(void)xcopy(f->input, sizeof(f->input),
	    call_header(c, "Signature-Input"));
	(void)xcopy(f->signature, sizeof(f->signature),
	    call_header(c, "Signature"));
}

/* The signature: only its true owner can use up a nonce or learn that the
 * clock is wrong. */
static bool signed_well(struct call *c, const uint8_t pk[CRYPTO_SIGN_PK],
    struct sign_params *params)
{
	struct sign_parts p;
	struct sign_fields f;

	parts_of(c, &p, &f);
	if (!sign_parse(f.input, params)) {
		call_problem(c, PROBLEM_SIGNATURE, "Signature-Input");
		return false;
	}
	if (!sign_check(&p, &f, pk)) {
		call_problem(c, PROBLEM_SIGNATURE,
		    sayings_both(SAY_WHY_SIGNATURE));
		return false;
	}
	return true;
}

/* Time and nonce, under the lock. */
static bool is_new(struct hub *h, struct call *c,
    const struct sign_params *params)
{
	int64_t now = env_now(h->env).ms / MS_SECOND;

	if (params->created < now - SIGN_WINDOW_S ||
	    params->created > now + SIGN_WINDOW_S ||
	    params->created < h->started.ms / MS_SECOND) {
		call_problem(c, PROBLEM_CLOCK, NULL);
		return false;
	}
	switch (seen_take(h->seen, call_header(c, "Minqing-Node"),
	    params->nonce, h->env->mono_ms(h->env))) {
	case USED:
		call_problem(c, PROBLEM_REPLAY, NULL);
		return false;
	case FULL:
		c->retry_after = SIGN_WINDOW_S;
		call_problem(c, PROBLEM_BUSY, NULL);
		return false;
	case FRESH:
		break;
	}
	return true;
}

static void take_lock(struct hub *h)
{
	if (h->auth_db == NULL)
		(void)pthread_mutex_lock(&h->lock);
	(void)pthread_mutex_lock(&h->auth_lock);
}

static void drop_lock(struct hub *h)
{
	(void)pthread_mutex_unlock(&h->auth_lock);
	if (h->auth_db == NULL)
		(void)pthread_mutex_unlock(&h->lock);
}

/* Fills c->who as the store has it now. */
static bool look_up(struct hub *h, struct call *c, const char *text)
{
	struct err err = ERR_INIT;
	char tenant[STORE_TENANT];
	enum mq_status st;
	int number;

	if (!sign_node_parse(text, tenant, &number)) {
		call_problem(c, PROBLEM_SIGNATURE, "Minqing-Node");
		return false;
	}
	take_lock(h);
	st = store_node_get(h->auth_db != NULL ? h->auth_db : h->db, tenant,
	    number, &c->who, &err);
	drop_lock(h);
	if (st == MQ_E_NOT_FOUND)
		call_problem(c, PROBLEM_NODE_UNKNOWN, text);
	else if (st != MQ_OK)
		call_failed(c, &err);
	return st == MQ_OK;
}

/* After the signature, since only it proves whose limit is used up. */
static bool admit(struct hub *h, struct call *c, const char *text,
    const struct sign_params *params)
{
	if (!is_new(h, c, params))
		return false;
	if (c->who.revoked_at.ms != 0) {
		call_problem(c, PROBLEM_REVOKED, c->who.why);
		return false;
	}
	if (!limit_take(h->limit, text, h->env->mono_ms(h->env))) {
		c->retry_after = LIMIT_BURST / LIMIT_PER_SECOND;
		call_problem(c, PROBLEM_BUSY, NULL);
		return false;
	}
	return true;
}

bool auth_node(struct hub *h, struct call *c)
{
	const char *text = call_header(c, "Minqing-Node");
	struct sign_params params;

	if (!look_up(h, c, text) || !signed_well(c, c->who.sign_pk, &params))
		return false;
	take_lock(h);
	c->authed = admit(h, c, text, &params);
	drop_lock(h);
	return c->authed;
}

bool auth_new(struct hub *h, struct call *c, const uint8_t pk[CRYPTO_SIGN_PK])
{
	struct sign_params params;
	bool fine;

	if (strcmp(call_header(c, "Minqing-Node"), SIGN_NODE_NEW) != 0) {
		call_problem(c, PROBLEM_SIGNATURE, "Minqing-Node");
		return false;
	}
	if (!signed_well(c, pk, &params))
		return false;
	(void)pthread_mutex_lock(&h->auth_lock);
	fine = is_new(h, c, &params);
	(void)pthread_mutex_unlock(&h->auth_lock);
	return fine;
}

void auth_evidence(const struct call *c, struct buf *base,
    struct buf *signature)
{
	struct sign_parts p;
	struct sign_fields f;

	parts_of(c, &p, &f);
	sign_base(&p, f.digest, f.input, base);
	buf_adds(signature, f.signature);
}
