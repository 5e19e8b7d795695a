/*
 * Requests and answers of the hub; called by http.c (fills, sends) and by the
 * handlers.
 */
#include "call.h"

#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
	const char *words[2];
} problems[] = {
#define PROBLEM(id, status, zh, en) { #id, status, { zh, en } },
#include "problem.def"
#undef PROBLEM
};

void call_init(struct call *c)
{
	memset(c, 0, sizeof(*c));
	c->query = "";
	buf_init(&c->body, CALL_BODY_MAX);
	buf_init(&c->plain, CALL_PLAIN_MAX);
	buf_init(&c->out, CALL_PLAIN_MAX + CALL_BODY_MAX);
	c->cursor = -1;
}

void call_free(struct call *c)
{
	buf_free(&c->body);
	buf_free(&c->plain);
	buf_free(&c->out);
}

const char *call_header(const struct call *c, const char *name)
{
	const char *v = c->header != NULL ? c->header(c->ctx, name) : NULL;

	return v != NULL ? v : "";
}

static const char *query_value(const struct call *c, const char *name,
    size_t *len)
{
	const char *s = c->query;
	size_t n = strlen(name);

	while (*s != '\0') {
		size_t part = strcspn(s, "&");

		if (part > n && strncmp(s, name, n) == 0 && s[n] == '=') {
			*len = part - n - 1;
			return s + n + 1;
		}
		s += part + (s[part] == '&');
	}
	return NULL;
}

int64_t call_number(const struct call *c, const char *name, int64_t otherwise)
{
	size_t len = 0;
	const char *v = query_value(c, name, &len);

	if (v == NULL)
		return otherwise;
	if (len == 0 || len > 18 || strspn(v, "0123456789") < len)
		return -1;
	return strtoll(v, NULL, 10);
}

void call_word(const struct call *c, const char *name, char *out, size_t size)
{
	size_t len = 0;
	const char *v = query_value(c, name, &len);

	out[0] = '\0';
	if (v == NULL || len >= size || strspn(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._:-") < len)
		return;
	memcpy(out, v, len);
	out[len] = '\0';
}

/* Words with "{}" replaced by this language's side of the detail. */
static void say(struct buf *out, const char *words, const char *detail,
    bool english)
{
	const char *split = strstr(detail, "‖");
	const char *hole = strstr(words, "{}");
	const char *from = detail;
	size_t n = strlen(detail);

	if (split != NULL && english)
		from = split + strlen("‖");
	n = split != NULL && !english ? (size_t)(split - detail) :
	    strlen(from);
	if (hole == NULL) {
		buf_adds(out, words);
		return;
	}
	buf_add(out, words, (size_t)(hole - words));
	buf_add(out, from, n);
	buf_adds(out, hole + 2);
}

void call_problem(struct call *c, enum problem p, const char *detail)
{
	struct buf zh = BUF_INIT(1024), en = BUF_INIT(1024);
	struct buf type = BUF_INIT(128);
	const char *s;
	struct jout j;

	buf_adds(&type, "urn:minqing:problem:");
	for (s = problems[p].name; *s != '\0'; s++)
		buf_addc(&type, *s == '_' ? '-' : (char)(*s | 0x20));
	say(&zh, problems[p].words[0], detail != NULL ? detail : "", false);
	say(&en, problems[p].words[1], detail != NULL ? detail : "", true);
	c->status = problems[p].status;
	c->type = "application/problem+json";
	c->wait = false;
	buf_reset(&c->out);
	jout_begin(&j, &c->out, false);
	jout_obj(&j);
	jout_kstr(&j, "detail", buf_str(&en));
	jout_kint(&j, "status", c->status);
	jout_kstr(&j, "title", buf_str(&zh));
	jout_kstr(&j, "type", buf_str(&type));
	jout_obj_end(&j);
	buf_free(&zh);
	buf_free(&en);
	buf_free(&type);
}

void call_failed(struct call *c, const struct err *err)
{
	enum problem p = PROBLEM_INTERNAL;
	const char *detail = err->detail;

	switch (err->code) {
	case MQ_E_TOO_BIG: p = PROBLEM_TOO_BIG; break;
	case MQ_E_ENTRY_BAD: p = PROBLEM_ENTRY_BAD; break;
	case MQ_E_FORMAT: p = PROBLEM_MALFORMED; break;
	case MQ_E_FORKED: p = PROBLEM_FORKED; break;
	case MQ_E_NOT_FOUND: p = PROBLEM_NOT_FOUND; break;
	case MQ_E_ENROL: p = PROBLEM_ENROL_CODE; break;
	case MQ_E_NET_REPLY: p = PROBLEM_MALFORMED; break;
	default:
		/* Paths and SQL stay in the log. */
		log_err("hub", err);
		detail = err_name(err->code);
		c->retry_after = 10;
		break;
	}
	call_problem(c, p, detail);
}

const char *call_problem_name(enum problem p)
{
	return problems[p].name;
}
