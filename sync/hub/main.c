/*
 * minqing-hub: takes entries, gives each node its feed.
 */
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/node.h"
#include "../options.h"
#include "cert.h"
#include "http.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
	const char *listen, *store, *cert, *key, *pack, *log;
	bool json;
};

static const char help[] =
"用法: minqing-hub --listen 地址:端口 --store sqlite:文件 --tls-cert 文件\n"
"                  --tls-key 文件 [--pack 目录] [--log 文件] [--json]\n"
"  区里的一端:收条目、发订阅。按 Ctrl-C 或 SIGTERM 停下。\n"
"  --listen    例如 0.0.0.0:8443;端口写 0 由系统选,启动后印出来\n"
"  --store     账库,没有就新建\n"
"  --tls-cert  证书(minqing-admin cert 可以做一张)\n"
"  --pack      配置包目录,单位树从这里来;不写用出厂的\n";
static const char help_en[] =
"Usage: minqing-hub --listen ADDR:PORT --store sqlite:PATH --tls-cert FILE\n"
"                   --tls-key FILE [--pack DIR] [--log FILE] [--json]\n"
"  The hub: takes entries, serves feeds.  Ctrl-C or SIGTERM ends it.\n"
"  --listen    e.g. 0.0.0.0:8443; port 0 lets the system choose, printed\n"
"  --store     the store, made when absent\n"
"  --tls-cert  a certificate (minqing-admin cert makes one)\n"
"  --pack      configuration pack with the tree of units; default: shipped\n";

static int
say_err(const struct env *env, const struct err *err)
{
	char words[1024];

	err_say(err, env->lang, words, sizeof(words));
	(void)fprintf(stderr, "minqing-hub: %s\n", words);
	return err->code == MQ_E_USAGE ? 2 : 1;
}

/* Threads must not take the signals: main() waits for them. */
static void
block_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
announce(const struct settings *s, const struct http *http,
    const struct env *env)
{
	if (s->json)
		(void)printf("{\"listen\":\"%s\"}\n", http_where(http));
	else
		(void)printf(env->lang == LANG_EN ? "listening on %s\n" :
		    "正在监听 %s\n", http_where(http));
	(void)fflush(stdout);
}

static enum mq_status
serve(struct env *env, const struct settings *s, struct err *err)
{
	struct http_settings hs = { s->listen, s->cert, s->key, 0, 0 };
	struct db *db = NULL;
	struct pack *pack = NULL;
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
		st = cert_pins(env, s->cert, hub.pins, sizeof(hub.pins),
		    err);
	if (st == MQ_OK) {
		hub.db = db;
		hub.pack = pack;
		hub.orgs = pack_orgs(pack);
		st = http_start(&hub, &hs, &http, err);
	}
	if (st == MQ_OK) {
		announce(s, http, env);
		log_line(LOG_INFO, "hub", "listening on %s",
		    http_where(http));
		(void)sigwait(&set, &sig);
		log_line(LOG_INFO, "hub", "signal %d: stopping", sig);
	}
	http_stop(&http);
	hub_done(&hub);
	if (db != NULL && st == MQ_OK)
		st = db_checkpoint(db, err);
	db_close(&db);
	pack_free(&pack);
	return st;
}

int
main(int argc, char **argv)
{
	struct settings s = { NULL, NULL, NULL, NULL, NULL, NULL, false };
	const struct option_row rows[] = {
		{ "listen", &s.listen, NULL }, { "store", &s.store, NULL },
		{ "tls-cert", &s.cert, NULL }, { "tls-key", &s.key, NULL },
		{ "pack", &s.pack, NULL }, { "log", &s.log, NULL },
		{ "json", NULL, &s.json }, { NULL, NULL, NULL },
	};
	char factory[600];
	struct err err = ERR_INIT;
	struct env env;
	int rc;

	crypto_init();
	env_real(&env);
	rc = options_read(&env, "minqing-hub", env.lang == LANG_EN ?
	    help_en : help, rows, argc, argv, 1);
	if (rc >= 0)
		return rc;
	if (s.listen == NULL || s.store == NULL || s.cert == NULL ||
	    s.key == NULL) {
		(void)fputs(env.lang == LANG_EN ? help_en : help, stderr);
		return 2;
	}
	if (s.pack == NULL) {
		(void)snprintf(factory, sizeof(factory), "%s/standard",
		    node_packs_dir());
		s.pack = factory;
	}
	log_open(s.log, LOG_INFO);
	if (serve(&env, &s, &err) != MQ_OK)
		return say_err(&env, &err);
	return 0;
}
