/*
 * What every request of the hub works in; owned by main().  Fields are
 * used under `lock` unless they say otherwise: SQLite has one writer, and one
 * thread at a time keeps the order of the feeds simple.  TLS, digests, zstd
 * and signatures run outside it.
 */
#ifndef MQ_HUB_H
#define MQ_HUB_H

#include <pthread.h>

#include "../../core/org.h"
#include "../../core/pack.h"
#include "store.h"

#define HUB_MAGIC 0x4d514855u

struct seen;
struct limit;
struct group;

struct hub_counts {
	int64_t batches, entries, quarantined, commits;
	_Atomic int64_t requests, refused, waiting;	/* also changed outside
							 * the lock */
};

struct hub {
	uint32_t magic;
	struct env *env;
	struct db *db;
	struct pack *pack;		/* NULL in tests without one */
	const struct orgs *orgs;	/* the pack's; NULL: all count */
	pthread_mutex_t lock;
	/* Who asks is looked up and remembered under a lock of its own, and
	 * through a second handle when there is one, so that a commit holds
	 * up no greeting.  Taken after `lock`, never before it. */
	struct db *auth_db;		/* NULL: db, under `lock` */
	pthread_mutex_t auth_lock;
	struct group *group;		/* NULL: each batch by itself */
	struct utc started;
	char pins[256];
	struct seen *seen;		/* nonces of this process */
	struct limit *limit;
	struct hub_counts counts;
	const char *erased_list;	/* file outside the store; NULL none */
	/* Somebody's feed grew: wake its long polls; tenant "": all of them.
	 * May be NULL. */
	void (*wake)(void *ctx, const char *tenant, const char *org);
	void *wake_ctx;
};

void hub_init(struct hub *h, struct env *env, struct db *db,
    struct pack *pack);
void hub_done(struct hub *h);		/* does not close db and pack */
/* What another hub on the same store told it ("TENANT ORG", "" anything):
 * wakes those who wait for it here.  Takes the lock. */
void hub_heard(struct hub *h, const char *text);
/* True when the unit is in the tree (or there is no tree to ask). */
bool hub_knows_org(const struct hub *h, const char *code);

#endif
