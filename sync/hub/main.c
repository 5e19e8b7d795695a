/*
 * minqing-hub: takes entries, gives each node its feed.
 */
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/node.h"
#include "../options.h"
#include "../sayings.h"
#include "cert.h"
#include "db_pg.h"
#include "erasure.h"
#include "explain.h"
#include "feed.h"
#include "http.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
	const char *listen, *store, *cert, *key, *pack, *log, *erased;
	bool json;
};

/* Threads must not take the signals: main() waits for them. */
static void block_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void announce(const struct settings *s, const struct http *http,
    const struct env *env)
{
	if (s->json)
		(void)printf("{\"listen\":\"%s\"}\n", http_where(http));
	else
		sayings_print(SAY_HUB_LISTENS, env->lang, http_where(http));
	(void)fflush(stdout);
}

static void heard(void *ctx, const char *text)
{
	hub_heard(ctx, text);
}

static enum mq_status serve(struct env *env, const struct settings *s,
    struct err *err)
{
	struct http_settings hs = { s->listen, s->cert, s->key, 0, 0 };
	struct db *db = NULL, *auth_db = NULL;
	struct pack *pack = NULL;
	struct db_pg_ear *ear = NULL;
	struct http *http = NULL;
	struct hub hub;
	sigset_t set;
	enum mq_status st;
	int sig = 0;

	block_signals(&set);
	hub_init(&hub, env, NULL, NULL);
	st = pack_load(env, s->pack, &pack, err);
	if (st == MQ_OK)
		st = store_open(env, s->store, DB_CREATE, &db, err);
	if (st == MQ_OK)
		st = store_open(env, s->store, DB_READ_ONLY, &auth_db, err);
	if (st == MQ_OK)
		st = cert_pins(env, s->cert, hub.pins, sizeof(hub.pins),
		    err);
	if (st == MQ_OK) {
		hub.db = db;
		hub.auth_db = auth_db;
		hub.pack = pack;
		hub.orgs = pack_orgs(pack);
		hub.erased_list = s->erased;
		st = erasure_replay(&hub, err);
	}
	if (st == MQ_OK)
		st = feed_new_life(&hub, err);
	if (st == MQ_OK)
		st = feed_succeed(&hub, err);
	if (st == MQ_OK)
		st = http_start(&hub, &hs, &http, err);
	if (st == MQ_OK && db_pg_is_url(s->store))
		st = db_pg_listen(s->store, heard, &hub, &ear, err);
	if (st == MQ_OK) {
		announce(s, http, env);
		log_line(LOG_INFO, "hub", "listening on %s",
		    http_where(http));
		(void)sigwait(&set, &sig);
		log_line(LOG_INFO, "hub", "signal %d: stopping", sig);
	}
	db_pg_deaf(&ear);
	http_stop(&http);
	hub_done(&hub);
	if (db != NULL && st == MQ_OK)
		st = db_checkpoint(db, err);
	db_close(&auth_db);
	db_close(&db);
	pack_free(&pack);
	return st;
}

/* minqing-hub explain NODE … */
static int explain(struct env *env, int argc, char **argv)
{
	const char *store = NULL;
	struct explain_ask ask = { NULL, 0, NULL, false };
	const struct option_row rows[] = {
		{ "store", &store, NULL }, { "tenant", &ask.tenant, NULL },
		{ "tls-cert", &ask.cert, NULL }, { "json", NULL, &ask.json },
		{ NULL, NULL, NULL },
	};
	const char *help = sayings_text(SAY_HUB_EXPLAIN_HELP, env->lang);
	bool named = argc > 2 && argv[2][0] != '-';
	struct err err = ERR_INIT;
	struct db *db = NULL;
	enum mq_status st;
	int rc = options_read(env, "minqing-hub", help, rows, argc, argv,
	    named ? 3 : 2);

	if (rc >= 0)
		return rc;
	ask.number = named ? (int)strtol(argv[2], NULL, 10) : 0;
	if (ask.number < 1 || ask.number > ENTRY_DEV_MAX || store == NULL) {
		(void)fputs(help, stderr);
		return 2;
	}
	log_open(NULL, LOG_WARN);
	st = store_open(env, store, DB_READ_ONLY, &db, &err);
	if (st == MQ_OK)
		st = explain_node(env, db, &ask, &err);
	db_close(&db);
	return st == MQ_OK ? 0 : sayings_fail(env, "minqing-hub", &err);
}

int main(int argc, char **argv)
{
	struct settings s = { .store = NULL };
	const struct option_row rows[] = {
		{ "listen", &s.listen, NULL }, { "store", &s.store, NULL },
		{ "tls-cert", &s.cert, NULL }, { "tls-key", &s.key, NULL },
		{ "pack", &s.pack, NULL }, { "log", &s.log, NULL },
		{ "erased", &s.erased, NULL },
		{ "json", NULL, &s.json }, { NULL, NULL, NULL },
	};
	char factory[600], list[600];
	struct err err = ERR_INIT;
	struct env env;
	int rc;

	crypto_init();
	env_real(&env);
	if (argc > 1 && strcmp(argv[1], "explain") == 0)
		return explain(&env, argc, argv);
	rc = options_read(&env, "minqing-hub",
	    sayings_text(SAY_HUB_HELP, env.lang), rows, argc, argv, 1);
	if (rc >= 0)
		return rc;
	if (s.listen == NULL || s.store == NULL || s.cert == NULL ||
	    s.key == NULL) {
		(void)fputs(sayings_text(SAY_HUB_HELP, env.lang), stderr);
		return 2;
	}
	if (s.pack == NULL) {
		(void)snprintf(factory, sizeof(factory), "%s/standard",
		    node_packs_dir());
		s.pack = factory;
	}
	if (s.erased == NULL && erasure_list_of(s.store, list, sizeof(list)))
		s.erased = list;
	log_open(s.log, LOG_INFO);
	if (serve(&env, &s, &err) != MQ_OK)
		return sayings_fail(&env, "minqing-hub", &err);
	return 0;
}
