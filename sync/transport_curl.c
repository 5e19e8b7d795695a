/*
 * The only file that includes libcurl.  Settings of reliability §2.4: HTTPS
 * only, own CA and pinned keys, no redirects, no proxy, caps and deadlines.
 * Called by minqing-sync and minqing-admin join.
 */
#include "transport_curl.h"

#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "sayings.h"
#include "zstd.h"

#include <assert.h>
#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAGIC 0x63757231u
#define CONNECT_MS 10000L
#define TOTAL_MS 120000L
#define SLOW_BYTES 100L
#define SLOW_S 30L
#define HEAD_MAX (16u * 1024u)
#define RAW_MAX (2u * 1024u * 1024u)	/* compressed reply */

/* One easy handle with the reply it is reading. */
struct call {
	CURL *easy;
	struct curl_slist *fields;
	struct buf raw;
	size_t head_bytes;
	bool zstd, strange_coding;
	struct transport_reply head;	/* header values; its body unused */
	char words[CURL_ERROR_SIZE];
	char *url;
};

struct link {
	unsigned magic;
	char hub[256], ca[512], pins[256];
	struct call now;		/* request() */
	struct call poll;		/* start() … finish() */
	CURLM *multi;
	bool polling, polled;
	CURLcode poll_code;
};

static struct link *link_of(struct transport *t)
{
	struct link *l = t->ctx;

	assert(l != NULL && l->magic == MAGIC);
	return l;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;

	/* Our own count: a declared length is the sender's word only. */
	buf_add(&c->raw, p, size * n);
	return c->raw.over ? 0 : size * n;
}

static bool value_of(const char *line, size_t len, const char *name, char *out,
    size_t size)
{
	size_t n = strlen(name), end = len;

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	n++;
	while (n < end && (line[n] == ' ' || line[n] == '\t'))
		n++;
	while (end > n && (line[end - 1] == '\r' || line[end - 1] == '\n' ||
	    line[end - 1] == ' '))
		end--;
	if (end - n >= size)
		end = n + size - 1;
	memcpy(out, line + n, end - n);
	out[end - n] = '\0';
	return true;
}

static size_t on_head(char *p, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;
	size_t len = size * n;
	char v[96];

	c->head_bytes += len;
	if (c->head_bytes > HEAD_MAX)
		return 0;
	if (value_of(p, len, "content-type", v, sizeof(v))) {
		v[strcspn(v, "; ")] = '\0';
		(void)xcopy(c->head.type, sizeof(c->head.type), v);
	} else if (value_of(p, len, "content-encoding", v, sizeof(v))) {
		c->zstd = strcasecmp(v, "zstd") == 0;
		c->strange_coding = !c->zstd;
	} else if (value_of(p, len, "minqing-cursor", v, sizeof(v))) {
		c->head.cursor = strtoll(v, NULL, 10);
	} else if (value_of(p, len, "minqing-more", v, sizeof(v))) {
		c->head.more = v[0] == '1';
	} else if (value_of(p, len, "minqing-now", v, sizeof(v))) {
		c->head.now.ms = strtoll(v, NULL, 10);
	} else if (value_of(p, len, "retry-after", v, sizeof(v))) {
		long s = strtol(v, NULL, 10);

		c->head.retry_after = s < 0 || s > 86400 ? 0 : (int)s;
	}
	return len;
}

static CURLcode set_trust(CURL *e, const struct link *l)
{
	CURLcode rc = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https");

#define SET(opt, v) if (rc == CURLE_OK) rc = curl_easy_setopt(e, opt, v)
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CAINFO, l->ca);
	SET(CURLOPT_CAPATH, NULL);	/* never the system's store */
	if (l->pins[0] != '\0')
		SET(CURLOPT_PINNEDPUBLICKEY, l->pins);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_COOKIEFILE, NULL);
	SET(CURLOPT_PROXY, "");
	return rc;
}

static CURLcode set_limits(CURL *e, struct call *c)
{
	CURLcode rc = curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);

	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, TOTAL_MS);
	SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)RAW_MAX);
	SET(CURLOPT_ACCEPT_ENCODING, NULL);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, c);
	SET(CURLOPT_HEADERFUNCTION, on_head);
	SET(CURLOPT_HEADERDATA, c);
	SET(CURLOPT_ERRORBUFFER, c->words);
#undef SET
	return rc;
}

static enum mq_status call_open(struct call *c, const struct link *l,
    struct err *err)
{
	c->easy = curl_easy_init();
	buf_init(&c->raw, RAW_MAX);
	transport_reply_init(&c->head);
	if (c->easy == NULL || set_trust(c->easy, l) != CURLE_OK ||
	    set_limits(c->easy, c) != CURLE_OK)
		return err_set(err, MQ_E_INTERNAL, "libcurl");
	return MQ_OK;
}

static void call_close(struct call *c)
{
	if (c->easy != NULL)
		curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->fields);
	buf_free(&c->raw);
	transport_reply_free(&c->head);
	FREE(c->url);
	memset(c, 0, sizeof(*c));
}

static void call_fields(struct call *c, const struct transport_request *q)
{
	struct buf line = BUF_INIT(2048);
	int i;

	curl_slist_free_all(c->fields);
	/* No "Expect: 100-continue" pause, and no form type of curl's own. */
	c->fields = curl_slist_append(NULL, "Expect:");
	c->fields = curl_slist_append(c->fields, "Accept-Encoding: zstd");
	if (q->body == NULL)
		c->fields = curl_slist_append(c->fields, "Content-Type:");
	for (i = 0; i < q->nfields; i++) {
		buf_reset(&line);
		buf_addf(&line, "%s: %s", q->fields[i].name,
		    q->fields[i].value);
		c->fields = curl_slist_append(c->fields, buf_str(&line));
	}
	buf_free(&line);
}

static CURLcode call_prepare(struct call *c, const struct link *l,
    const struct transport_request *q)
{
	struct buf url = BUF_INIT(2048);
	bool post = strcmp(q->method, "POST") == 0;
	CURLcode rc;

	assert(post || strcmp(q->method, "GET") == 0);
	buf_reset(&c->raw);
	transport_reply_free(&c->head);
	c->head_bytes = 0;
	c->zstd = c->strange_coding = false;
	c->words[0] = '\0';
	call_fields(c, q);
	buf_addf(&url, "%s%s", l->hub, q->target);
	FREE(c->url);
	c->url = xstrdup(buf_str(&url));
	buf_free(&url);
	rc = curl_easy_setopt(c->easy, CURLOPT_URL, c->url);
#define SET(opt, v) if (rc == CURLE_OK) rc = curl_easy_setopt(c->easy, opt, v)
	SET(CURLOPT_HTTPHEADER, c->fields);
	/* A hub that holds the answer is silent on purpose. */
	SET(CURLOPT_LOW_SPEED_TIME, SLOW_S + q->wait_s);
	if (post) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE, (long)q->len);
		SET(CURLOPT_COPYPOSTFIELDS, q->len > 0 ? q->body : "");
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
#undef SET
	return rc;
}

static enum mq_status failure(const struct call *c, CURLcode rc,
    struct err *err)
{
	const char *words = c->words[0] != '\0' ? c->words :
	    curl_easy_strerror(rc);
	long verified = 0;

	/* A forged certificate of our CA's name shows up as a failed
	 * handshake: only the verdict tells it from a broken line.  1 stands
	 * there before any was given: the hub died in mid-handshake. */
	(void)curl_easy_getinfo(c->easy, CURLINFO_SSL_VERIFYRESULT,
	    &verified);
	if (rc == CURLE_SSL_CONNECT_ERROR && verified > 1)
		rc = CURLE_PEER_FAILED_VERIFICATION;
	switch (rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return err_set(err, MQ_E_NET_CERT, "%s", words);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return err_set(err, MQ_E_NET_CERT, "%s",
		    sayings_both(SAY_WHY_PIN));
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return err_set(err, MQ_E_NET_REPLY, "%s", words);
	default:
		return err_set(err, MQ_E_NET_DOWN, "%s", words);
	}
}

static enum mq_status call_reply(struct call *c, CURLcode rc,
    struct transport_reply *r, struct err *err)
{
	long status = 0;

	if (rc != CURLE_OK)
		return failure(c, rc, err);
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	transport_reply_free(r);
	r->status = (int)status;
	(void)xcopy(r->type, sizeof(r->type), c->head.type);
	r->cursor = c->head.cursor;
	r->more = c->head.more;
	r->now = c->head.now;
	r->retry_after = c->head.retry_after;
	if (c->strange_coding)
		return err_set(err, MQ_E_NET_REPLY, "content-encoding");
	if (c->zstd)
		return zstd_unpack(c->raw.data, c->raw.len, &r->body, err);
	buf_add(&r->body, c->raw.data, c->raw.len);
	return MQ_OK;
}

static enum mq_status curl_request(struct transport *t,
    const struct transport_request *q,
    struct transport_reply *r, struct err *err)
{
	struct link *l = link_of(t);
	CURLcode rc = call_prepare(&l->now, l, q);

	if (rc == CURLE_OK)
		rc = curl_easy_perform(l->now.easy);
	return call_reply(&l->now, rc, r, err);
}

static void curl_cancel(struct transport *t)
{
	struct link *l = link_of(t);

	if (l->polling)
		(void)curl_multi_remove_handle(l->multi, l->poll.easy);
	l->polling = l->polled = false;
}

static enum mq_status curl_start(struct transport *t,
    const struct transport_request *q, struct err *err)
{
	struct link *l = link_of(t);

	assert(!l->polling);
	if (call_prepare(&l->poll, l, q) != CURLE_OK ||
	    curl_multi_add_handle(l->multi, l->poll.easy) != CURLM_OK)
		return err_set(err, MQ_E_INTERNAL, "libcurl");
	l->polling = true;
	l->polled = false;
	return MQ_OK;
}

static enum mq_status curl_wait(struct transport *t, int fd, int timeout_ms,
    bool *done, struct err *err)
{
	struct link *l = link_of(t);
	struct curl_waitfd extra = { fd, CURL_WAIT_POLLIN, 0 };
	int running = 0, left = 0, n = 0;
	CURLMsg *m;

	assert(l->polling);
	*done = false;
	if (curl_multi_perform(l->multi, &running) != CURLM_OK)
		return err_set(err, MQ_E_INTERNAL, "libcurl");
	if (running > 0 && (curl_multi_poll(l->multi, &extra,
	    fd >= 0 ? 1 : 0, timeout_ms, &n) != CURLM_OK ||
	    curl_multi_perform(l->multi, &running) != CURLM_OK))
		return err_set(err, MQ_E_INTERNAL, "libcurl");
	while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		l->poll_code = m->data.result;
		l->polled = true;
	}
	*done = l->polled;
	return MQ_OK;
}

static enum mq_status curl_finish(struct transport *t,
    struct transport_reply *r, struct err *err)
{
	struct link *l = link_of(t);

	assert(l->polled);
	curl_cancel(t);
	return call_reply(&l->poll, l->poll_code, r, err);
}

static void curl_close(struct transport *t)
{
	struct link *l = link_of(t);

	curl_cancel(t);
	call_close(&l->now);
	call_close(&l->poll);
	if (l->multi != NULL)
		(void)curl_multi_cleanup(l->multi);
	FREE(t->ctx);
	t->ops = NULL;
	curl_global_cleanup();
}

static const struct transport_ops curl_ops = {
	.request = curl_request,
	.start = curl_start,
	.wait = curl_wait,
	.finish = curl_finish,
	.cancel = curl_cancel,
	.close = curl_close,
};

enum mq_status transport_curl_open(const struct transport_curl_settings *s,
    struct transport *t, struct err *err)
{
	struct link *l;
	enum mq_status st;

	if (strncmp(s->hub, "https://", 8) != 0)
		return err_set(err, MQ_E_SETTINGS, "hub = %s", s->hub);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, MQ_E_INTERNAL, "libcurl");
	l = xcalloc(1, sizeof(*l));
	l->magic = MAGIC;
	(void)xcopy(l->hub, sizeof(l->hub), s->hub);
	(void)xcopy(l->ca, sizeof(l->ca), s->ca);
	(void)xcopy(l->pins, sizeof(l->pins), s->pins);
	if (l->hub[strlen(l->hub) - 1] == '/')
		l->hub[strlen(l->hub) - 1] = '\0';
	t->ctx = l;
	t->ops = &curl_ops;
	st = call_open(&l->now, l, err);
	if (st == MQ_OK)
		st = call_open(&l->poll, l, err);
	l->multi = curl_multi_init();
	if (st == MQ_OK && l->multi == NULL)
		st = err_set(err, MQ_E_INTERNAL, "libcurl");
	if (st != MQ_OK)
		curl_close(t);
	return st;
}
