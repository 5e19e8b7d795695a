/*
 * Who is asking: checks the fixed signature of a request against the node's
 * key, its time and its nonce.  A nonce serves once in the time window; a
 * signature older than this process is refused, so that a restart forgets
 * nothing.  Every call that changes something is idempotent besides.
 */
#ifndef MQ_AUTH_H
#define MQ_AUTH_H

#include "call.h"

struct seen;
struct seen *auth_seen_new(void);
void auth_seen_free(struct seen **s);

/* Fills c->who and returns true, or answers with a problem.  Takes the locks
 * it needs; the signature is checked under none. */
bool auth_node(struct hub *h, struct call *c);
/* A node that has no number yet: signed by the key named in its body.  Under
 * the hub's lock. */
bool auth_new(struct hub *h, struct call *c,
    const uint8_t pk[CRYPTO_SIGN_PK]);
/* Words signed by this request, for the evidence kept with a batch. */
void auth_evidence(const struct call *c, struct buf *base,
    struct buf *signature);

#endif
