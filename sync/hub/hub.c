/*
 * Making and ending the hub's context; called by main() and by tests.
 */
#include "hub.h"

#include "../../core/base/xmalloc.h"
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
	(void)pthread_mutex_init(&h->auth_lock, NULL);
}

void hub_done(struct hub *h)
{
	auth_seen_free(&h->seen);
	limit_free(&h->limit);
	(void)pthread_mutex_destroy(&h->lock);
	(void)pthread_mutex_destroy(&h->auth_lock);
	h->magic = 0;
}

/* Under the lock, as a poll is between finding nothing and waiting. */
void hub_heard(struct hub *h, const char *text)
{
	char tenant[STORE_TENANT], org[STORE_ORG];
	size_t n = strcspn(text, " ");

	if (n >= sizeof(tenant) || (text[0] != '\0' && text[n] == '\0'))
		return;
	memcpy(tenant, text, n);
	tenant[n] = '\0';
	(void)xcopy(org, sizeof(org), text[n] == ' ' ? text + n + 1 : "");
	(void)pthread_mutex_lock(&h->lock);
	if (h->wake != NULL)
		h->wake(h->wake_ctx, tenant, org);
	(void)pthread_mutex_unlock(&h->lock);
}

bool hub_knows_org(const struct hub *h, const char *code)
{
	return h->orgs == NULL || org_find(h->orgs, code) != NULL;
}
