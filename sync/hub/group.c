/*
 * The thread that takes batches.  Started and stopped by http.c, filled by
 * api.c.
 */
#include "group.h"

#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "api.h"

struct group {
	struct hub *h;
	pthread_t thread;
	pthread_mutex_t lock;		/* of what follows; the last taken */
	pthread_cond_t change;
	struct call *first, **end;
	bool stop;
};

/* The oldest ones that fit into one transaction; waits for one.  0: stop. */
static size_t next_calls(struct group *g, struct call **v)
{
	size_t n = 0, bytes = 0;

	(void)pthread_mutex_lock(&g->lock);
	while (g->first == NULL && !g->stop)
		(void)pthread_cond_wait(&g->change, &g->lock);
	while (g->first != NULL && n < GROUP_MAX && bytes < GROUP_BYTES) {
		v[n] = g->first;
		bytes += v[n]->plain.len;
		g->first = v[n]->next;
		v[n++]->next = NULL;
	}
	if (g->first == NULL)
		g->end = &g->first;
	(void)pthread_mutex_unlock(&g->lock);
	return n;
}

/* The log of a SQLite store is moved into its file by the writer, and by
 * nobody else; nobody waits for an answer meanwhile. */
static void tidy(struct hub *h)
{
	struct err err = ERR_INIT;

	if (db_wal_bytes(h->db) < GROUP_WAL)
		return;
	(void)pthread_mutex_lock(&h->lock);
	if (db_checkpoint(h->db, &err) != MQ_OK)
		log_err("hub", &err);
	(void)pthread_mutex_unlock(&h->lock);
}

static void *run(void *ctx)
{
	struct group *g = ctx;
	struct call *v[GROUP_MAX];
	size_t n, i;

	while ((n = next_calls(g, v)) > 0) {
		(void)pthread_mutex_lock(&g->h->lock);
		api_push(g->h, v, n);
		(void)pthread_mutex_unlock(&g->h->lock);
		for (i = 0; i < n; i++) {
			g->h->counts.refused += v[i]->status >= 400;
			v[i]->done = true;
			v[i]->unpark(v[i]->ctx);
		}
		tidy(g->h);
	}
	return NULL;
}

enum mq_status group_start(struct hub *h, struct group **out, struct err *err)
{
	struct group *g = xcalloc(1, sizeof(*g));

	g->h = h;
	g->end = &g->first;
	(void)pthread_mutex_init(&g->lock, NULL);
	(void)pthread_cond_init(&g->change, NULL);
	*out = g;
	if (pthread_create(&g->thread, NULL, run, g) == 0)
		return MQ_OK;
	group_free(out);
	return err_set(err, MQ_E_INTERNAL, "thread");
}

bool group_add(struct group *g, struct call *c)
{
	bool open;

	(void)pthread_mutex_lock(&g->lock);
	open = !g->stop;
	if (open) {
		c->park(c->ctx);
		c->next = NULL;
		*g->end = c;
		g->end = &c->next;
		(void)pthread_cond_signal(&g->change);
	}
	(void)pthread_mutex_unlock(&g->lock);
	return open;
}

void group_stop(struct group *g)
{
	(void)pthread_mutex_lock(&g->lock);
	g->stop = true;
	(void)pthread_cond_signal(&g->change);
	(void)pthread_mutex_unlock(&g->lock);
	(void)pthread_join(g->thread, NULL);
}

void group_free(struct group **out)
{
	struct group *g = *out;

	if (g == NULL)
		return;
	(void)pthread_mutex_destroy(&g->lock);
	(void)pthread_cond_destroy(&g->change);
	FREE(*out);
}
