/*
 * One signed request to the hub: signs, sends, puts the clock right when the
 * hub says so, and turns a refusal into words.
 */
#ifndef MQ_ASK_H
#define MQ_ASK_H

#include "../core/base/env.h"
#include "sign.h"
#include "transport.h"

struct ask_as {
	char node[SIGN_NODE_TEXT];	/* "TENANT/NUMBER" or "new" */
	const uint8_t *sign_sk;
};

struct ask {
	const char *method, *path, *query;
	const char *batch;		/* NULL: none */
	const char *type;		/* of the body */
	bool zstd;			/* the body is packed */
	const void *body;
	size_t len;
	int wait_s;
};

/* A request with everything it points to; build with ask_build(). */
struct ask_signed {
	struct transport_request q;
	struct sign_fields fields;
	char target[256];
};
void ask_build(struct env *env, const struct ask_as *as,
    const struct ask *a, int64_t offset_ms, struct ask_signed *out);

/* Sends until answered, at most three times: a clock too far off or a used
 * nonce is put right at once.  problem (32 bytes) gets the refusal's short
 * name, "" when there is none.  MQ_OK only for 2xx. */
enum mq_status ask_hub(struct env *env, struct transport *t,
    const struct ask_as *as, const struct ask *a, int64_t *offset_ms,
    struct transport_reply *r, char *problem, struct err *err) MUST_CHECK;
/* MQ_OK for 2xx; else words from the problem details. */
enum mq_status ask_judge(const struct transport_reply *r, char *problem,
    struct err *err) MUST_CHECK;

#endif
