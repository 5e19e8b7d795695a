/*
 * The only file that includes libmicrohttpd.  Called by main(); hands whole
 * requests to api.c.
 *
 * Two things the library does not do for us (measured, see the design's
 * notes): its timeout is one of inactivity, so a watchdog shuts connections
 * at absolute deadlines; and it must not be stopped while a request is
 * suspended, nor does it notice a client that left meanwhile, so we resume
 * every one ourselves.
 */
#include "http.h"

#include "../../core/base/file.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../sayings.h"
#include "../zstd.h"
#include "api.h"
#include "group.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC 0x68747470u
#define THREADS 2
#define POOL_BYTES 8192
#define HEAD_MS (20 * MS_SECOND)	/* TLS, idle and head together */
#define BODY_MS (30 * MS_SECOND)
#define IDLE_S 15u
#define FIELDS_MAX 64
#define DRAIN_S 5		/* for what is under way when we stop */
#define SWALLOW_MAX (4u * 1024u * 1024u)	/* of a refused body */
#define PACK_FROM 512			/* bytes worth compressing */
#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* One TCP connection, for the watchdog. */
struct conn {
	struct conn *next, *prev;
	int fd;
	int64_t deadline;		/* monotonic ms, 0 none */
	bool served;			/* one request of it at least */
};

/* One request. */
struct request {
	struct http *x;
	struct MHD_Connection *mhd;
	struct conn *conn;
	struct call call;
	char *target;			/* owns path and query */
	size_t body_max;
	size_t swallowed;
	bool begun, held, refused, parked;
	/* while held */
	struct request *next, *prev;
	int64_t until;
	char tenant[STORE_TENANT], org[STORE_ORG];
};

struct http {
	unsigned magic;
	struct hub *hub;
	struct MHD_Daemon *daemon;
	char where[64];
	int fd;
	pthread_mutex_t lock;		/* the two lists below; taken after
					 * the hub's, never before it */
	pthread_cond_t change;
	struct conn *conns;
	struct request *held;
	int nheld, active;		/* requests begun and not completed */
	int unserved;			/* connections without one so far */
	pthread_t watchdog;
	bool watching, stopping, grouped;
	bool closing;			/* what still comes is too late */
	struct buf cert, key;
};

static int64_t mono(const struct http *x)
{
	return x->hub->env->mono_ms(x->hub->env);
}

/* ---- held requests ---- */

static void unhold(struct http *x, struct request *r)
{
	if (r->prev != NULL)
		r->prev->next = r->next;
	else
		x->held = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	r->next = r->prev = NULL;
	r->held = false;
	x->hub->counts.waiting = --x->nheld;
}

/* Takes those that `want` chooses off the list; they are resumed after the
 * lock is dropped, since the library takes locks of its own. */
static struct request *collect(struct http *x, bool (*want)(struct request *r,
    const void *ctx), const void *ctx)
{
	struct request *r, *next, *out = NULL;

	for (r = x->held; r != NULL; r = next) {
		next = r->next;
		if (!want(r, ctx))
			continue;
		unhold(x, r);
		r->next = out;
		out = r;
	}
	return out;
}

static void resume_all(struct request *list)
{
	struct request *r, *next;

	for (r = list; r != NULL; r = next) {
		next = r->next;
		r->next = NULL;
		MHD_resume_connection(r->mhd);
	}
}

struct whose { const char *tenant, *org; };

static bool is_theirs(struct request *r, const void *ctx)
{
	const struct whose *w = ctx;

	if (w->tenant[0] == '\0')
		return true;
	return strcmp(r->org, w->org) == 0 &&
	    strcmp(r->tenant, w->tenant) == 0;
}

static bool is_late(struct request *r, const void *ctx)
{
	const int64_t *now = ctx;

	if (r->until > *now)
		return false;
	r->call.waited = true;
	return true;
}

static bool is_any(struct request *r, const void *ctx)
{
	(void)ctx;
	r->call.waited = true;
	return true;
}

static void http_wake(void *ctx, const char *tenant, const char *org)
{
	struct http *x = ctx;
	struct whose w = { tenant, org };
	struct request *list;

	(void)pthread_mutex_lock(&x->lock);
	list = collect(x, is_theirs, &w);
	(void)pthread_mutex_unlock(&x->lock);
	resume_all(list);
}

/* Called under the hub's lock, so that nothing is written between finding the
 * feed empty and being on the list. */
static void hold(void *ctx)
{
	struct request *r = ctx;
	struct http *x = r->x;

	(void)pthread_mutex_lock(&x->lock);
	if (r->until == 0)
		r->until = mono(x) + r->call.wait_ms;
	r->conn->deadline = 0;
	(void)xcopy(r->tenant, sizeof(r->tenant), r->call.who.tenant);
	(void)xcopy(r->org, sizeof(r->org), r->call.who.org);
	MHD_suspend_connection(r->mhd);
	r->held = true;
	r->prev = NULL;
	r->next = x->held;
	if (x->held != NULL)
		x->held->prev = r;
	x->held = r;
	x->hub->counts.waiting = ++x->nheld;
	(void)pthread_mutex_unlock(&x->lock);
}

/* For the group: set aside, and asked again with the answer in it. */
static void park(void *ctx)
{
	struct request *r = ctx;

	(void)pthread_mutex_lock(&r->x->lock);
	r->conn->deadline = 0;
	(void)pthread_mutex_unlock(&r->x->lock);
	r->parked = true;
	MHD_suspend_connection(r->mhd);
}

static void unpark(void *ctx)
{
	struct request *r = ctx;

	MHD_resume_connection(r->mhd);
}

/* ---- watchdog ---- */

static void *watch(void *ctx)
{
	struct http *x = ctx;
	struct request *late;
	struct timespec ts;
	struct conn *c;
	int64_t now;

	(void)pthread_mutex_lock(&x->lock);
	while (!x->stopping) {
		(void)clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_sec += 1;
		(void)pthread_cond_timedwait(&x->change, &x->lock, &ts);
		now = mono(x);
		for (c = x->conns; c != NULL; c = c->next)
			if (c->deadline != 0 && c->deadline < now) {
				/* The library sees the end and cleans up. */
				(void)shutdown(c->fd, SHUT_RDWR);
				c->deadline = 0;
			}
		late = collect(x, is_late, &now);
		if (late != NULL) {
			(void)pthread_mutex_unlock(&x->lock);
			resume_all(late);
			(void)pthread_mutex_lock(&x->lock);
		}
	}
	(void)pthread_mutex_unlock(&x->lock);
	return NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **slot,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *x = ctx;
	const union MHD_ConnectionInfo *info;
	struct conn *c = *slot;

	(void)pthread_mutex_lock(&x->lock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(mhd,
		    MHD_CONNECTION_INFO_CONNECTION_FD);
		c = xcalloc(1, sizeof(*c));
		c->fd = info != NULL ? info->connect_fd : -1;
		c->deadline = mono(x) + HEAD_MS;
		x->unserved++;
		c->next = x->conns;
		if (x->conns != NULL)
			x->conns->prev = c;
		x->conns = c;
		*slot = c;
	} else if (c != NULL) {
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			x->conns = c->next;
		if (c->next != NULL)
			c->next->prev = c->prev;
		x->unserved -= !c->served;
		(void)pthread_cond_broadcast(&x->change);
		FREE(c);
		*slot = NULL;
	}
	(void)pthread_mutex_unlock(&x->lock);
}

static bool is_stopping(struct http *x, bool *too_late)
{
	bool stopping;

	(void)pthread_mutex_lock(&x->lock);
	stopping = x->stopping;
	*too_late = x->closing;
	(void)pthread_mutex_unlock(&x->lock);
	return stopping;
}

static void set_deadline(struct http *x, struct conn *c, int64_t ms)
{
	(void)pthread_mutex_lock(&x->lock);
	if (c != NULL)
		c->deadline = mono(x) + ms;
	(void)pthread_mutex_unlock(&x->lock);
}

/* ---- requests ---- */

static const char *header_of(void *ctx, const char *name)
{
	struct request *r = ctx;

	return MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, name);
}

/* First sight of a request: its target as sent, query and all. */
static void *on_target(void *ctx, const char *target,
    struct MHD_Connection *mhd)
{
	struct request *r = xcalloc(1, sizeof(*r));
	char *q;

	r->x = ctx;
	r->mhd = mhd;
	call_init(&r->call);
	r->call.header = header_of;
	r->call.hold = hold;
	r->call.park = park;
	r->call.unpark = unpark;
	r->call.ctx = r;
	r->target = xstrdup(target);
	q = strchr(r->target, '?');
	if (q != NULL) {
		*q = '\0';
		r->call.query = q + 1;
	}
	r->call.path = r->target;
	return r;
}

static void on_completed(void *ctx, struct MHD_Connection *mhd, void **slot,
    enum MHD_RequestTerminationCode code)
{
	struct http *x = ctx;
	struct request *r = *slot;

	(void)mhd;
	(void)code;
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&x->lock);
	if (r->held)
		unhold(x, r);
	x->active -= r->begun;
	if (r->conn != NULL && !r->conn->served) {
		r->conn->served = true;
		x->unserved--;
	}
	(void)pthread_cond_broadcast(&x->change);
	(void)pthread_mutex_unlock(&x->lock);
	set_deadline(x, r->conn, HEAD_MS);
	call_free(&r->call);
	FREE(r->target);
	FREE(r);
	*slot = NULL;
}

static void add_header(struct MHD_Response *resp, const char *name, int64_t v)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64, v);
	(void)MHD_add_response_header(resp, name, text);
}

static struct MHD_Response *make_response(struct request *r)
{
	struct call *c = &r->call;
	const char *accept = call_header(c, "Accept-Encoding");
	struct buf packed = BUF_INIT(CALL_PLAIN_MAX + CALL_BODY_MAX);
	struct MHD_Response *resp;
	bool pack = c->out.len >= PACK_FROM &&
	    strcasecmp(accept, "zstd") == 0;

	if (c->status == 204)
		buf_reset(&c->out);
	if (pack && (zstd_pack(c->out.data, c->out.len, &packed, NULL) !=
	    MQ_OK || !zstd_fits(c->out.len, packed.len)))
		pack = false;
	resp = pack ? MHD_create_response_from_buffer(packed.len,
	    packed.data, MHD_RESPMEM_MUST_COPY) :
	    MHD_create_response_from_buffer(c->out.len,
	    c->out.len > 0 ? c->out.data : (void *)(uintptr_t)"",
	    MHD_RESPMEM_MUST_COPY);
	buf_free(&packed);
	if (resp == NULL)
		return NULL;
	if (pack)
		(void)MHD_add_response_header(resp, "Content-Encoding",
		    "zstd");
	return resp;
}

static enum MHD_Result send_answer(struct request *r)
{
	struct call *c = &r->call;
	struct MHD_Response *resp = make_response(r);
	enum MHD_Result rc;
	bool too_late;

	if (resp == NULL)
		return MHD_NO;
	if (c->status != 204)
		(void)MHD_add_response_header(resp, "Content-Type", c->type);
	(void)MHD_add_response_header(resp, "Cache-Control", "no-store");
	add_header(resp, "Minqing-Now", env_now(r->x->hub->env).ms);
	if (is_stopping(r->x, &too_late))
		(void)MHD_add_response_header(resp, "Connection", "close");
	if (c->cursor >= 0)
		add_header(resp, "Minqing-Cursor", c->cursor);
	if (c->more)
		add_header(resp, "Minqing-More", 1);
	if (c->retry_after > 0)
		add_header(resp, "Retry-After", c->retry_after);
	rc = MHD_queue_response(r->mhd, (unsigned)c->status, resp);
	MHD_destroy_response(resp);
	return rc;
}

static void refuse_body(struct request *r)
{
	call_problem(&r->call, PROBLEM_TOO_BIG, "body");
	r->refused = true;
}

static enum MHD_Result begin(struct request *r, const char *method)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const char *length;

	r->begun = true;
	(void)pthread_mutex_lock(&r->x->lock);
	r->x->active++;
	(void)pthread_mutex_unlock(&r->x->lock);
	r->conn = info != NULL ? info->socket_context : NULL;
	set_deadline(r->x, r->conn, BODY_MS);
	r->call.method = method;
	if (MHD_get_connection_values(r->mhd, MHD_HEADER_KIND, NULL, NULL) >
	    FIELDS_MAX) {
		call_problem(&r->call, PROBLEM_TOO_BIG, "header");
		return send_answer(r);
	}
	/* An answer while the other side still sends would be lost with the
	 * connection, so a body within reason is let pass first. */
	r->refused = !api_begin(&r->call, &r->body_max);
	length = call_header(&r->call, "Content-Length");
	if (!r->refused && (strlen(length) > 12 ||
	    (size_t)strtoll(length, NULL, 10) > r->body_max))
		refuse_body(r);
	if (strlen(length) > 12 ||
	    (size_t)strtoll(length, NULL, 10) > SWALLOW_MAX)
		return send_answer(r);
	return MHD_YES;
}

static enum MHD_Result take_body(struct request *r, const char *data, size_t *n)
{
	r->swallowed += *n;
	if (r->swallowed > SWALLOW_MAX)
		return MHD_NO;
	if (!r->refused && r->call.body.len + *n > r->body_max)
		refuse_body(r);
	if (!r->refused)
		buf_add(&r->call.body, data, *n);
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *mhd,
    const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **slot)
{
	struct http *x = ctx;
	struct request *r = *slot;
	bool stopping, too_late;

	(void)url;
	(void)version;
	(void)mhd;
	assert(x->magic == MAGIC);
	if (r == NULL)
		return MHD_NO;
	if (!r->begun)
		return begin(r, method);
	if (*n > 0)
		return take_body(r, data, n);
	if (r->refused)
		return send_answer(r);
	stopping = is_stopping(x, &too_late);
	if (too_late && !r->call.authed) {
		/* Nothing was done: the next hub will take it. */
		call_problem(&r->call, PROBLEM_STOPPING, NULL);
		r->call.retry_after = 2;
		return send_answer(r);
	}
	if (r->until != 0 && r->until <= mono(x))
		r->call.waited = true;
	if (stopping)
		r->call.waited = true;
	r->parked = false;
	api_run(x->hub, &r->call);
	if (r->parked || r->call.wait)
		return MHD_YES;		/* held: asked again when resumed */
	set_deadline(x, r->conn, BODY_MS);
	return send_answer(r);
}

static void on_log(void *ctx, const char *fmt, va_list ap)
{
	char line[256];

	(void)ctx;
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\r\n")] = '\0';
	log_line(LOG_DEBUG, "http", "%s", line);
}

/* ---- starting and stopping ---- */

/* The socket systemd holds for us over restarts, or -1. */
static int inherited(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");

	if (pid == NULL || n == NULL || strtol(n, NULL, 10) < 1 ||
	    strtol(pid, NULL, 10) != (long)getpid())
		return -1;
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	(void)fcntl(3, F_SETFL, O_NONBLOCK);
	return 3;
}

static enum mq_status say_where(struct http *x, const struct sockaddr_in *a)
{
	char host[INET_ADDRSTRLEN] = "";

	(void)inet_ntop(AF_INET, &a->sin_addr, host, sizeof(host));
	(void)snprintf(x->where, sizeof(x->where), "%s:%d", host,
	    ntohs(a->sin_port));
	return MQ_OK;
}

static enum mq_status bind_to(struct http *x, const char *listen_at,
    struct err *err)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	char host[64];
	const char *colon = strrchr(listen_at, ':');
	int one = 1;
	long port = colon != NULL ? strtol(colon + 1, NULL, 10) : -1;

	if (colon == NULL || port < 0 || port > 65535 ||
	    (size_t)(colon - listen_at) >= sizeof(host))
		return err_set(err, MQ_E_USAGE, "--listen %s", listen_at);
	memcpy(host, listen_at, (size_t)(colon - listen_at));
	host[colon - listen_at] = '\0';
	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return err_set(err, MQ_E_USAGE, "--listen %s", listen_at);
	x->fd = inherited();
	if (x->fd >= 0) {
		if (getsockname(x->fd, (struct sockaddr *)&a, &len) != 0 ||
		    a.sin_family != AF_INET)
			return err_sys(err, errno, MQ_E_IO, "LISTEN_FDS");
		return say_where(x, &a);
	}
	x->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (x->fd < 0 || setsockopt(x->fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) != 0 ||
	    bind(x->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(x->fd, 512) != 0 ||
	    getsockname(x->fd, (struct sockaddr *)&a, &len) != 0)
		return err_sys(err, errno, MQ_E_IO, "%s", listen_at);
	return say_where(x, &a);
}

static void raise_files(int connections)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	if (r.rlim_cur < (rlim_t)connections + 64) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

static enum mq_status start_daemon(struct http *x,
    const struct http_settings *s, struct err *err)
{
	unsigned all = (unsigned)(s->connections > 0 ? s->connections :
	    20000);
	unsigned each = (unsigned)(s->per_address > 0 ? s->per_address : 256);

	raise_files((int)all);
	x->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, x,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, x,
	    MHD_OPTION_LISTEN_SOCKET, (MHD_socket)x->fd,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
	    MHD_OPTION_CONNECTION_LIMIT, all,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, each,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
	    MHD_OPTION_HTTPS_MEM_CERT, x->cert.data,
	    MHD_OPTION_HTTPS_MEM_KEY, x->key.data,
	    MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITY,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, x,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, x,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, x,
	    MHD_OPTION_END);
	if (x->daemon == NULL)
		return err_set(err, MQ_E_IO, "%s",
		    sayings_both(SAY_WHY_HTTPS));
	x->fd = -1;		/* the daemon's now */
	if (pthread_create(&x->watchdog, NULL, watch, x) != 0)
		return err_set(err, MQ_E_INTERNAL, "thread");
	x->watching = true;
	return MQ_OK;
}

enum mq_status http_start(struct hub *h, const struct http_settings *s,
    struct http **out, struct err *err)
{
	struct http *x = xcalloc(1, sizeof(*x));
	enum mq_status st;

	x->magic = MAGIC;
	x->hub = h;
	x->fd = -1;
	buf_init(&x->cert, BUF_SMALL);
	buf_init(&x->key, BUF_SMALL);
	(void)pthread_mutex_init(&x->lock, NULL);
	(void)pthread_cond_init(&x->change, NULL);
	*out = x;
	st = file_read(h->env, s->cert, &x->cert, err);
	if (st == MQ_OK)
		st = file_read(h->env, s->key, &x->key, err);
	if (st == MQ_OK)
		st = bind_to(x, s->listen, err);
	if (st == MQ_OK) {
		h->wake = http_wake;
		h->wake_ctx = x;
		st = group_start(h, &h->group, err);
	}
	if (st == MQ_OK) {
		x->grouped = true;
		st = start_daemon(x, s, err);
	}
	if (st != MQ_OK)
		http_stop(out);
	return st;
}

const char *http_where(const struct http *x)
{
	return x->where;
}

/* Who is connected is answered once more, what is under way to its end:
 * stopping the library would cut both off. */
static void drain(struct http *x)
{
	struct request *list;
	struct timespec ts;
	int rc = 0;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += DRAIN_S;
	(void)pthread_mutex_lock(&x->lock);
	while (x->active + x->unserved > 0 && rc == 0) {
		rc = pthread_cond_timedwait(&x->change, &x->lock, &ts);
		/* One that was being held at that very moment. */
		list = collect(x, is_any, NULL);
		(void)pthread_mutex_unlock(&x->lock);
		resume_all(list);
		(void)pthread_mutex_lock(&x->lock);
	}
	x->closing = true;
	(void)pthread_mutex_unlock(&x->lock);
}

void http_stop(struct http **out)
{
	struct http *x = *out;
	struct request *list;

	if (x == NULL)
		return;
	assert(x->magic == MAGIC);
	/* No new connections: they wait for the next hub, if it has the same
	 * socket (systemd) or the same port. */
	if (x->daemon != NULL)
		x->fd = (int)MHD_quiesce_daemon(x->daemon);
	(void)pthread_mutex_lock(&x->lock);
	x->stopping = true;
	list = collect(x, is_any, NULL);
	(void)pthread_cond_broadcast(&x->change);
	(void)pthread_mutex_unlock(&x->lock);
	resume_all(list);
	if (x->watching)
		(void)pthread_join(x->watchdog, NULL);
	/* A request that was being held at that very moment. */
	(void)pthread_mutex_lock(&x->lock);
	list = collect(x, is_any, NULL);
	(void)pthread_mutex_unlock(&x->lock);
	resume_all(list);
	if (x->grouped)
		group_stop(x->hub->group);
	drain(x);
	if (x->daemon != NULL)
		MHD_stop_daemon(x->daemon);
	group_free(&x->hub->group);
	if (x->fd >= 0)
		(void)close(x->fd);
	x->hub->wake = NULL;
	crypto_wipe(x->key.data, x->key.len);
	buf_free(&x->cert);
	buf_free(&x->key);
	(void)pthread_mutex_destroy(&x->lock);
	(void)pthread_cond_destroy(&x->change);
	x->magic = 0;
	FREE(*out);
}
