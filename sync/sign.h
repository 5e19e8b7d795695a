/*
 * The signing profile: one fixed form of RFC 9421 HTTP message signatures.
 * One algorithm (Ed25519), fixed components in a fixed order, nothing
 * negotiated.  Both ends build the same base from the same parts.
 * Wire form and an example: PROTOCOL.md, section "Signatures".
 */
#ifndef MQ_SIGN_H
#define MQ_SIGN_H

#include "../core/base/crypto.h"
#include "../core/base/err.h"

#define SIGN_NONCE 16			/* bytes */
#define SIGN_WINDOW_S 300		/* a signature is good ± this long */
#define SIGN_NODE_TEXT 48
#define SIGN_NO_BATCH "none"		/* Minqing-Batch of other requests */
#define SIGN_NODE_NEW "new"		/* Minqing-Node while enrolling */

/* What is covered.  query is "" or what follows the "?". */
struct sign_parts {
	const char *method;
	const char *path;
	const char *query;
	const char *node;		/* "TENANT/NUMBER" or "new" */
	const char *batch;
	const void *body;
	size_t len;
};

/* Values of the three header lines. */
struct sign_fields {
	char digest[64];		/* Content-Digest */
	char input[320];		/* Signature-Input */
	char signature[112];		/* Signature */
};

void sign_make(const struct sign_parts *p, int64_t created,
    const uint8_t nonce[SIGN_NONCE], const uint8_t sk[CRYPTO_SIGN_SK],
    struct sign_fields *out);

/* What the sender chose: the rest of Signature-Input is fixed. */
struct sign_params {
	int64_t created;		/* seconds since 1970 */
	uint8_t nonce[SIGN_NONCE];
	char node[SIGN_NODE_TEXT];	/* keyid */
};
/* False unless the line is exactly of the profile. */
bool sign_parse(const char *input, struct sign_params *out);
/* The digest fits the body, the key id the node, the signature everything. */
bool sign_check(const struct sign_parts *p, const struct sign_fields *f,
    const uint8_t pk[CRYPTO_SIGN_PK]);
/* The text that is signed; the hub keeps it as evidence. */
void sign_base(const struct sign_parts *p, const char *digest,
    const char *input, struct buf *out);

/* "TENANT/NUMBER" apart; tenant: [a-z0-9-]{1,31}. */
bool sign_node_parse(const char *text, char tenant[32], int *number);

#endif
