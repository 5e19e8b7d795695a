/*
 * Making and ending the hub's context; called by main() and by tests.
 */
#include "hub.h"

#include "auth.h"
#include "limit.h"

#include <string.h>

void hub_init(struct hub *h, struct env *env, struct db *db, struct pack *pack)
{
	memset(h, 0, sizeof(*h));
	h->magic = HUB_MAGIC;
	h->env = env;
	h->db = db;
	h->pack = pack;
	h->orgs = pack != NULL ? pack_orgs(pack) : NULL;
	h->started = env_now(env);
	h->seen = auth_seen_new();
	h->limit = limit_new();
	(void)pthread_mutex_init(&h->lock, NULL);
}

void hub_done(struct hub *h)
{
	auth_seen_free(&h->seen);
	limit_free(&h->limit);
	(void)pthread_mutex_destroy(&h->lock);
	h->magic = 0;
}

bool hub_knows_org(const struct hub *h, const char *code)
{
	return h->orgs == NULL || org_find(h->orgs, code) != NULL;
}
