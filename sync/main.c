/*
 * minqing-sync: carries entries to the hub and brings the feed back.  One
 * round with --once; else it stays, sends each save at once (the bell) and
 * holds a long poll open.  Never opens a terminal.
 */
#include "../core/audit.h"
#include "../core/ballast.h"
#include "../core/base/file.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"
#include "../core/duty.h"
#include "../core/purge.h"
#include "../core/record.h"
#include "backoff.h"
#include "client.h"
#include "join.h"
#include "options.h"
#include "sayings.h"
#include "transport_curl.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FOLD_AT_ONCE 50
#define EXTRAS_MS MS_MINUTE
#define DUTY_AT_ONCE 20			/* saves, then the hub is served */
#define WAL_MAX (1024 * 1024)		/* more is moved into the file */
#define RETRY_ON_BELL_MS (3 * MS_SECOND)

struct daemon {
	struct env *env;
	struct node *n;
	struct transport t;
	struct client c;
	struct backoff backoff;
	struct file_lock lock;
	int bell, signals, wake;	/* wake: both, for one poll */
	bool stop;
	int64_t extras_at;
	int64_t duty_pos;		/* entries seen by the last duties */
	struct utc duty_next;
};

struct settings { const char *data, *log; bool once, json; };

/* ---- starting ---- */

static enum mq_status open_wake(struct daemon *d, struct err *err)
{
	struct epoll_event e = { .events = EPOLLIN };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	d->bell = bell_listen(d->n);
	d->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	d->wake = epoll_create1(EPOLL_CLOEXEC);
	if (d->signals < 0 || d->wake < 0 ||
	    epoll_ctl(d->wake, EPOLL_CTL_ADD, d->signals, &e) != 0 ||
	    (d->bell >= 0 &&
	    epoll_ctl(d->wake, EPOLL_CTL_ADD, d->bell, &e) != 0))
		return err_sys(err, errno, MQ_E_INTERNAL, "epoll");
	return MQ_OK;
}

static enum mq_status take_lock(struct daemon *d, struct err *err)
{
	char path[NODE_PATH + 16];
	enum mq_status st;

	file_join(path, sizeof(path), d->n->dir, "sync.lock");
	st = file_lock_open(d->env, path, &d->lock, err);
	if (st == MQ_OK && file_lock_take(d->env, &d->lock, 0, err) !=
	    MQ_OK)
		st = err_set(err, MQ_E_LOCKED, "%s",
		    sayings_both(SAY_SYNC_TWICE));
	return st;
}

static enum mq_status open_link(struct daemon *d, struct err *err)
{
	const struct node_settings *set = &d->n->set;
	struct transport_curl_settings s = { set->hub, set->ca, set->pins };
	char ca[NODE_PATH * 2];

	if (set->hub[0] == '\0')
		return err_set(err, MQ_E_SETTINGS, "%s",
		    sayings_both(SAY_SYNC_ALONE));
	if (set->ca[0] != '/') {
		file_join(ca, sizeof(ca), d->n->dir, set->ca[0] != '\0' ?
		    set->ca : JOIN_CA);
		s.ca = ca;
	}
	return transport_curl_open(&s, &d->t, err);
}

static enum mq_status start(struct daemon *d, const struct settings *s,
    struct err *err)
{
	enum mq_status st = node_open(d->env, s->data, 0, &d->n, err);

	if (st == MQ_OK && d->n->read_only)
		st = err_set(err, MQ_E_READ_ONLY, "%s", s->data);
	if (st == MQ_OK)
		st = take_lock(d, err);
	if (st == MQ_OK)
		st = open_link(d, err);
	if (st == MQ_OK)
		st = open_wake(d, err);
	if (st == MQ_OK)
		ballast_make(d->n);
	if (st == MQ_OK)
		audit_config(d->n);
	if (st == MQ_OK)
		client_init(&d->c, d->n, &d->t);
	return st;
}

static void finish(struct daemon *d)
{
	if (d->t.ops != NULL)
		d->t.ops->close(&d->t);
	if (d->n != NULL)
		bell_close(d->bell);
	if (d->signals >= 0)
		(void)close(d->signals);
	if (d->wake >= 0)
		(void)close(d->wake);
	file_lock_close(&d->lock);
	node_close(&d->n);
}

/* ---- background work ---- */

/* Folding what came in; stops when somebody wants to go.  After each batch
 * the screens are told. */
static void fold(struct daemon *d)
{
	struct err err = ERR_INIT;
	int64_t left = INT64_MAX, before, at;

	do {
		before = left;
		at = node_meta(d->n, "folded_to");
		if (record_fold_pending(d->n, FOLD_AT_ONCE, &left, &err) !=
		    MQ_OK) {
			log_err("fold", &err);
			return;
		}
		if (node_meta(d->n, "folded_to") != at)
			bell_ring(d->n);
	} while (left > 0 && left < before && !d->stop);
}

static void tell_duty(void *ctx, const char *line)
{
	(void)ctx;
	log_line(LOG_INFO, "duty", "%s", line);
}

/* What the node does by itself: when something was folded, or the next due
 * time has come. */
static void duties(struct daemon *d)
{
	int64_t pos = node_meta(d->n, "folded_to");
	struct err err = ERR_INIT;
	int done;

	if (pos == d->duty_pos && (d->duty_next.ms == 0 ||
	    env_now(d->env).ms < d->duty_next.ms))
		return;
	if (duty_run(d->n, DUTY_AT_ONCE, tell_duty, NULL, &done,
	    &d->duty_next, &err) != MQ_OK)
		log_err("duty", &err);
	d->duty_pos = pos;
}

static void tidy(struct daemon *d)
{
	struct err err = ERR_INIT;

	if (!d->stop && purge_idle(d->n, &err) != MQ_OK)
		log_err("purge", &err);
	if (db_wal_bytes(d->n->db) > WAL_MAX &&
	    db_checkpoint(d->n->db, &err) != MQ_OK)
		log_err("sync", &err);
}

/* ---- the daemon ---- */

/* Swallows what woke us; notes a signal. */
static void woken(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		d->stop = true;
	bell_clear(d->bell);
}

static bool wait_wake(struct daemon *d, int64_t ms)
{
	struct epoll_event e;
	int got = epoll_wait(d->wake, &e, 1, ms > 0 ? (int)ms : 0);

	if (got > 0)
		woken(d);
	return got > 0;
}

/* After a failure.  A save shortens the wait, since somebody is there, but not
 * to nothing. */
static void pause_after(struct daemon *d, const struct err *why)
{
	int64_t ms = backoff_fail(&d->backoff, d->env, d->c.retry_after);
	int64_t now = d->env->mono_ms(d->env), end = now + ms;
	int64_t soon = now + RETRY_ON_BELL_MS;

	log_err("sync", why);
	while (!d->stop && now < end) {
		duties(d);
		if (wait_wake(d, end - now) && d->c.retry_after == 0 &&
		    soon < end)
			end = soon;
		now = d->env->mono_ms(d->env);
	}
}

/* Holds one long poll; saves made meanwhile go out beside it. */
static enum mq_status poll_once(struct daemon *d, struct err *err)
{
	struct client_result r;
	enum mq_status st = client_poll_start(&d->c, err);
	bool done = false;

	memset(&r, 0, sizeof(r));
	while (st == MQ_OK && !done && !d->stop) {
		st = d->t.ops->wait(&d->t, d->wake, (int)EXTRAS_MS, &done,
		    err);
		woken(d);
		if (st == MQ_OK && !d->stop)
			st = client_push(&d->c, &r, err);
	}
	if (st == MQ_OK && done)
		st = client_poll_take(&d->c, &r, err);
	else
		d->t.ops->cancel(&d->t);
	if (st == MQ_OK)
		fold(d);
	if (st == MQ_OK)
		duties(d);
	return st;
}

static enum mq_status extras(struct daemon *d, struct err *err)
{
	struct client_result r;
	int64_t now = d->env->mono_ms(d->env);
	enum mq_status st;

	if (now - d->extras_at < EXTRAS_MS)
		return MQ_OK;
	/* A whole round: also what changed about our own entries (quarantine,
	 * a restored hub) is learned here. */
	st = client_round(&d->c, &r, err);
	if (st == MQ_OK)
		d->extras_at = now;
	tidy(d);
	return st;
}

static void session(struct daemon *d)
{
	struct err err = ERR_INIT, second = ERR_INIT;
	struct client_result r;
	enum mq_status st = client_round(&d->c, &r, &err);

	if (st == MQ_OK) {
		d->extras_at = d->env->mono_ms(d->env);
		backoff_good(&d->backoff);
		fold(d);
		duties(d);
		tidy(d);
	}
	while (st == MQ_OK && !d->stop) {
		st = poll_once(d, &err);
		if (st == MQ_OK && !d->stop)
			st = extras(d, &err);
		else if (st != MQ_OK && client_contact(&d->c, st, &err,
		    &second) != MQ_OK)
			log_err("sync", &second);
	}
	if (st != MQ_OK && !d->stop)
		pause_after(d, &err);
}

/* ---- once ---- */

static void print_round(const struct daemon *d, const struct client_result *r,
    bool json)
{
	enum lang lang = d->env->lang;

	if (json) {
		(void)printf("{\"bad\":%" PRId64 ",\"healed\":%s,\"pushed\":%"
		    PRId64 ",\"received\":%" PRId64 ",\"returned\":%" PRId64
		    "}\n", r->bad, r->healed ? "true" : "false", r->pushed,
		    r->received, r->returned);
		return;
	}
	if (r->healed)
		sayings_print(SAY_SYNC_HEALED, lang);
	sayings_print(SAY_SYNC_DONE, lang, (long long)r->pushed,
	    (long long)r->received, (long long)r->returned);
}

static enum mq_status once(struct daemon *d, bool json, struct err *err)
{
	struct client_result r;
	enum mq_status st = client_round(&d->c, &r, err);

	fold(d);
	duties(d);
	if (st == MQ_OK)
		st = client_push(&d->c, &r, err);
	tidy(d);
	if (st == MQ_OK)
		print_round(d, &r, json);
	return st;
}

int main(int argc, char **argv)
{
	struct settings s = { getenv("MINQING_DATA"), NULL, false, false };
	const struct option_row rows[] = {
		{ "data", &s.data, NULL }, { "log", &s.log, NULL },
		{ "once", NULL, &s.once }, { "json", NULL, &s.json },
		{ NULL, NULL, NULL },
	};
	struct daemon d = { .bell = -1, .signals = -1, .wake = -1,
	    .lock = { -1, false } };
	struct err err = ERR_INIT;
	struct env env;
	enum mq_status st;
	int rc;

	crypto_init();
	env_real(&env);
	rc = options_read(&env, "minqing-sync",
	    sayings_text(SAY_SYNC_HELP, env.lang), rows, argc, argv, 1);
	if (rc >= 0)
		return rc;
	if (s.data == NULL) {
		(void)fputs(sayings_text(SAY_SYNC_HELP, env.lang), stderr);
		return 2;
	}
	if (s.log != NULL)
		log_open(s.log, LOG_INFO);
	d.env = &env;
	st = start(&d, &s, &err);
	if (st == MQ_OK && s.once)
		st = once(&d, s.json, &err);
	while (st == MQ_OK && !s.once && !d.stop)
		session(&d);
	finish(&d);
	return st == MQ_OK ? 0 : sayings_fail(&env, "minqing-sync", &err);
}
