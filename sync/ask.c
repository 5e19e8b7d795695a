/*
 * Asking the hub; called by client.c and join.c.
 */
#include "ask.h"

#include "../core/base/json.h"
#include "../core/base/xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 3
#define PROBLEM_PREFIX "urn:minqing:problem:"
#define PROBLEM_TEXT 32

static void add(struct transport_request *q, const char *name,
    const char *value)
{
	assert(q->nfields < TRANSPORT_FIELDS);
	q->fields[q->nfields++] = (struct transport_field){ name, value };
}

void ask_build(struct env *env, const struct ask_as *as, const struct ask *a,
    int64_t offset_ms, struct ask_signed *out)
{
	const char *query = a->query != NULL ? a->query : "";
	const char *batch = a->batch != NULL ? a->batch : SIGN_NO_BATCH;
	struct sign_parts p = { a->method, a->path, query, as->node, batch,
	    a->len > 0 ? a->body : "", a->len };
	int64_t created = (env_now(env).ms + offset_ms) / MS_SECOND;
	uint8_t nonce[SIGN_NONCE];

	memset(out, 0, sizeof(*out));
	env->random(env, nonce, sizeof(nonce));
	/* A clock before 1970 has no signature: the hub could not say what
	 * the time is. */
	if (created < 0)
		created = 0;
	sign_make(&p, created, nonce, as->sign_sk, &out->fields);
	(void)snprintf(out->target, sizeof(out->target), "%s%s%s", a->path,
	    query[0] != '\0' ? "?" : "", query);
	out->q = (struct transport_request){
		.method = a->method,
		.target = out->target,
		.body = a->body,
		.len = a->len,
		.wait_s = a->wait_s,
	};
	add(&out->q, "Content-Digest", out->fields.digest);
	add(&out->q, "Minqing-Node", as->node);
	add(&out->q, "Minqing-Batch", batch);
	add(&out->q, "Signature-Input", out->fields.input);
	add(&out->q, "Signature", out->fields.signature);
	if (a->type != NULL)
		add(&out->q, "Content-Type", a->type);
	if (a->zstd)
		add(&out->q, "Content-Encoding", "zstd");
}

static enum mq_status code_for(int status, const char *problem)
{
	if (strcmp(problem, "revoked") == 0 ||
	    strcmp(problem, "node-unknown") == 0)
		return MQ_E_NET_REVOKED;
	if (strcmp(problem, "forked") == 0)
		return MQ_E_FORKED;
	if (strcmp(problem, "enrol-code") == 0)
		return MQ_E_ENROL;
	if (status == 429 || status >= 500)
		return MQ_E_NET_DOWN;
	return MQ_E_NET_REFUSED;
}

enum mq_status ask_judge(const struct transport_reply *r, char *problem,
    struct err *err)
{
	struct jdoc *doc = NULL;
	const char *type, *title, *detail;
	enum mq_status st;

	problem[0] = '\0';
	if (r->status >= 200 && r->status < 300)
		return MQ_OK;
	if (strcmp(r->type, "application/problem+json") != 0 ||
	    jdoc_parse(buf_str(&r->body), r->body.len, "problem", &doc,
	    NULL) != MQ_OK) {
		jdoc_free(&doc);
		return err_set(err, r->status >= 500 ? MQ_E_NET_DOWN :
		    MQ_E_NET_REPLY, "HTTP %d", r->status);
	}
	type = jget_str(jdoc_root(doc), "type", "");
	title = jget_str(jdoc_root(doc), "title", "");
	detail = jget_str(jdoc_root(doc), "detail", "");
	if (strncmp(type, PROBLEM_PREFIX, strlen(PROBLEM_PREFIX)) == 0)
		(void)xcopy(problem, PROBLEM_TEXT,
		    type + strlen(PROBLEM_PREFIX));
	st = err_set(err, code_for(r->status, problem), "%.100s‖%.110s",
	    title, detail);
	jdoc_free(&doc);
	return st;
}

enum mq_status ask_hub(struct env *env, struct transport *t,
    const struct ask_as *as,
    const struct ask *a, int64_t *offset_ms, struct transport_reply *r,
    char *problem, struct err *err)
{
	struct ask_signed s;
	enum mq_status st = MQ_OK;
	int i;

	for (i = 0; i < TRIES; i++) {
		ask_build(env, as, a, *offset_ms, &s);
		st = t->ops->request(t, &s.q, r, err);
		if (st != MQ_OK)
			return st;
		st = ask_judge(r, problem, err);
		if (strcmp(problem, "clock") == 0 && r->now.ms != 0)
			*offset_ms = r->now.ms - env_now(env).ms;
		else if (strcmp(problem, "replay") != 0)
			break;
	}
	return st;
}
