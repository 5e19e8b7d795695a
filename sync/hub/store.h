/*
 * The hub's store: tenants, nodes, entries, feeds.  Every table carries the
 * tenant first.  SQLite or PostgreSQL through core/db; used by every file of
 * sync/hub and by minqing-admin.  The SQL is what both understand.
 */
#ifndef MQ_STORE_H
#define MQ_STORE_H

#include "../../core/base/crypto.h"
#include "../../core/db/db.h"
#include "../../core/entry.h"

#define STORE_TENANT 32
#define STORE_ORG 24
#define STORE_SITE 64
#define STORE_HEALTH_MAX 4096u

/* where: "sqlite:PATH", the writer lock is PATH.lock; or "postgresql://…",
 * which several processes may share.  DB_CREATE makes and upgrades it. */
enum mq_status store_open(struct env *env, const char *where, int flags,
    struct db **out, struct err *err) MUST_CHECK;

/* db_begin(), and then this tenant is written by nobody else until the end,
 * in whatever process: positions are given in the order they are committed. */
enum mq_status store_begin(struct db *db, const char *tenant,
    const char *caller, struct err *err) MUST_CHECK;

struct store_tenant {
	char name[STORE_TENANT];
	char roster_pk[65];		/* hex */
	char records_pk[65];
	char pins[256];			/* of the hub's certificates */
};
enum mq_status store_tenant_put(struct db *db, const struct store_tenant *t,
    struct err *err) MUST_CHECK;
/* MQ_E_NOT_FOUND when the tenant is unknown. */
enum mq_status store_tenant_get(struct db *db, const char *name,
    struct store_tenant *out, struct err *err) MUST_CHECK;

struct store_node {
	char tenant[STORE_TENANT];
	int number;
	char org[STORE_ORG];
	char site[STORE_SITE];
	uint8_t sign_pk[CRYPTO_SIGN_PK];
	uint8_t box_pk[CRYPTO_BOX_PK];
	struct utc enrolled_at, revoked_at, forked_at, seen_at;
	char why[120];			/* of the revocation */
};
enum mq_status store_node_get(struct db *db, const char *tenant, int number,
    struct store_node *out, struct err *err) MUST_CHECK;
enum mq_status store_node_add(struct db *db, const struct store_node *n,
    struct err *err) MUST_CHECK;
/* All nodes of a tenant by number; org NULL: any. */
enum mq_status store_nodes(struct db *db, const char *tenant,
    const char *org, struct store_node **out, size_t *n, struct err *err)
    MUST_CHECK;
enum mq_status store_node_revoke(struct db *db, const char *tenant,
    int number, struct utc at, const char *why, struct err *err) MUST_CHECK;
enum mq_status store_node_fork(struct db *db, const char *tenant, int number,
    struct utc at, struct err *err) MUST_CHECK;
/* health NULL keeps the last report. */
enum mq_status store_node_seen(struct db *db, const char *tenant, int number,
    struct utc at, const char *health, struct err *err) MUST_CHECK;
enum mq_status store_node_health(struct db *db, const char *tenant,
    int number, struct buf *out, struct err *err) MUST_CHECK;

/* The one sequencer of a tenant: next position, in a transaction. */
enum mq_status store_next(struct db *db, const char *tenant,
    const char *what, int64_t *out, struct err *err) MUST_CHECK;

struct store_chain { struct dev dev; int64_t seq; uint8_t hash[CRYPTO_HASH]; };
#define STORE_CHAINS_MAX (ENTRY_EPOCH_MAX + 1)
/* seq 0 and zeros when nothing came yet. */
enum mq_status store_chain_get(struct db *db, const char *tenant,
    struct dev dev, struct store_chain *out, struct err *err) MUST_CHECK;
enum mq_status store_chain_put(struct db *db, const char *tenant,
    const struct store_chain *c, struct err *err) MUST_CHECK;
/* All epochs of one node, first to last. */
enum mq_status store_chains(struct db *db, const char *tenant, int number,
    struct store_chain *out, int max, int *n, struct err *err) MUST_CHECK;

enum mq_status store_roster_put(struct db *db, const char *tenant,
    const char *org, int64_t seq, const void *doc, size_t len, struct utc at,
    struct err *err) MUST_CHECK;
/* *seq 0: none for this unit. */
enum mq_status store_roster_get(struct db *db, const char *tenant,
    const char *org, struct buf *doc, int64_t *seq, struct err *err)
    MUST_CHECK;
/* A sealed account message; the same bytes twice are one. */
enum mq_status store_account_add(struct db *db, const char *tenant,
    int number, const void *box, size_t len, struct utc at, struct err *err)
    MUST_CHECK;

#endif
