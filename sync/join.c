/*
 * Enrolling a machine; called by minqing-admin join and by tests.
 */
#include "join.h"

#include "../core/base/file.h"
#include "../core/base/json.h"
#include "../core/base/xmalloc.h"
#include "ask.h"
#include "sayings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CA_MAX (64u * 1024u)

/* The keys of an enrolment that was cut off, or new ones. */
static enum mq_status keys_for(struct env *env, const char *dir,
    struct node_keys *keys, struct err *err)
{
	char path[NODE_PATH + 16];
	struct buf b = BUF_INIT(sizeof(*keys));
	enum mq_status st;

	file_join(path, sizeof(path), dir, "join.key");
	st = file_mkdirs(env, dir, 0700, err);
	if (st == MQ_OK && file_exists(path) &&
	    file_read(env, path, &b, NULL) == MQ_OK && b.len ==
	    sizeof(*keys)) {
		memcpy(keys, b.data, sizeof(*keys));
	} else if (st == MQ_OK) {
		node_make_keys(env, keys);
		st = file_write(env, path, keys, sizeof(*keys), 0600, err);
	}
	if (b.data != NULL)
		crypto_wipe(b.data, b.len);
	buf_free(&b);
	return st;
}

static void write_ask(const struct join *j, const struct node_keys *keys,
    struct buf *out)
{
	char hex[2 * CRYPTO_SIGN_PK + 1];
	struct jout o;

	jout_begin(&o, out, true);
	jout_obj(&o);
	crypto_hex(keys->box_pk, sizeof(keys->box_pk), hex);
	jout_kstr(&o, "box_pk", hex);
	jout_kstr(&o, "code", j->code);
	crypto_hex(keys->sign_pk, sizeof(keys->sign_pk), hex);
	jout_kstr(&o, "sign_pk", hex);
	jout_kstr(&o, "version", MQ_VERSION);
	jout_obj_end(&o);
}

static bool take(const struct jnode *o, const char *key, char *out, size_t size)
{
	const char *s = jget_str(o, key, "");

	return strlen(s) < size && xcopy(out, size, s) == strlen(s);
}

static enum mq_status read_answer(const struct transport_reply *r,
    struct node_settings *out, struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *o;
	enum mq_status st = jdoc_parse(buf_str(&r->body), r->body.len,
	    "enrol", &doc, err);

	if (st != MQ_OK)
		return err_set(err, MQ_E_NET_REPLY, "/v1/enrol");
	o = jdoc_root(doc);
	out->number = (int)jget_int(o, "number", 0);
	if (out->number < 1 || out->number > ENTRY_DEV_MAX ||
	    !take(o, "tenant", out->tenant, sizeof(out->tenant)) ||
	    !take(o, "org", out->org, sizeof(out->org)) ||
	    !take(o, "site", out->site, sizeof(out->site)) ||
	    !take(o, "pack", out->pack, sizeof(out->pack)) ||
	    !take(o, "pins", out->pins, sizeof(out->pins)) ||
	    !take(o, "records_pk", out->records_pk,
	    sizeof(out->records_pk)) ||
	    !take(o, "roster_pk", out->roster_pk, sizeof(out->roster_pk)))
		st = err_set(err, MQ_E_NET_REPLY, "/v1/enrol");
	jdoc_free(&doc);
	return st;
}

static enum mq_status copy_ca(struct env *env, const struct join *j,
    struct node_settings *set, struct err *err)
{
	struct buf b = BUF_INIT(CA_MAX);
	char path[NODE_PATH + 16];
	enum mq_status st = file_read(env, j->ca, &b, err);

	/* By name only: the folder may be moved. */
	(void)xcopy(set->ca, sizeof(set->ca), JOIN_CA);
	file_join(path, sizeof(path), j->data, JOIN_CA);
	if (st == MQ_OK)
		st = file_write(env, path, b.data, b.len, 0644, err);
	buf_free(&b);
	return st;
}

enum mq_status join_hub(struct env *env, const struct join *j,
    struct transport *t,
    struct node_settings *out, struct node_keys *keys, struct err *err)
{
	struct buf body = BUF_INIT(BUF_SMALL);
	struct transport_reply r;
	struct ask_as as = { SIGN_NODE_NEW, keys->sign_sk };
	struct ask a = { .method = "POST", .path = "/v1/enrol",
	    .type = "application/json" };
	char problem[32], path[NODE_PATH + 16];
	int64_t offset = 0;
	enum mq_status st;

	transport_reply_init(&r);
	memset(out, 0, sizeof(*out));
	file_join(path, sizeof(path), j->data, "node.ini");
	if (file_exists(path))
		return err_set(err, MQ_E_ENROL, "%s",
		    sayings_both(SAY_WHY_HELD));
	st = keys_for(env, j->data, keys, err);
	if (st == MQ_OK) {
		write_ask(j, keys, &body);
		a.body = body.data;
		a.len = body.len;
		st = ask_hub(env, t, &as, &a, &offset, &r, problem, err);
	}
	if (st == MQ_OK)
		st = read_answer(&r, out, err);
	(void)xcopy(out->hub, sizeof(out->hub), j->hub);
	if (st == MQ_OK)
		st = copy_ca(env, j, out, err);
	if (st == MQ_OK)
		st = node_create(env, j->data, out, keys, err);
	if (st == MQ_OK) {
		file_join(path, sizeof(path), j->data, "join.key");
		(void)unlink(path);
	}
	transport_reply_free(&r);
	buf_free(&body);
	return st;
}
