/*
 * Signing and checking requests.  Called by client (makes) and hub/auth
 * (checks).  See sign.h.
 */
#include "sign.h"

#include "../core/base/xmalloc.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LABEL "mq="
#define COMPONENTS "(\"@method\" \"@path\" \"@query\" \"content-digest\"" \
	" \"minqing-node\" \"minqing-batch\")"
#define TAIL "\";alg=\"ed25519\";tag=\"minqing-v1\""
#define BASE_MAX 4096u

static void digest_text(const void *body, size_t len, char *out, size_t size)
{
	uint8_t hash[CRYPTO_HASH];
	struct buf b = BUF_INIT(64);

	crypto_sha256(body, len, hash);
	crypto_b64(hash, sizeof(hash), &b);
	(void)snprintf(out, size, "sha-256=:%s:", buf_str(&b));
	buf_free(&b);
}

void sign_base(const struct sign_parts *p, const char *digest,
    const char *input, struct buf *out)
{
	assert(strncmp(input, LABEL, strlen(LABEL)) == 0);
	buf_addf(out, "\"@method\": %s\n", p->method);
	buf_addf(out, "\"@path\": %s\n", p->path);
	buf_addf(out, "\"@query\": ?%s\n", p->query);
	buf_addf(out, "\"content-digest\": %s\n", digest);
	buf_addf(out, "\"minqing-node\": %s\n", p->node);
	buf_addf(out, "\"minqing-batch\": %s\n", p->batch);
	buf_addf(out, "\"@signature-params\": %s", input + strlen(LABEL));
}

void sign_make(const struct sign_parts *p, int64_t created,
    const uint8_t nonce[SIGN_NONCE], const uint8_t sk[CRYPTO_SIGN_SK],
    struct sign_fields *out)
{
	char hex[2 * SIGN_NONCE + 1];
	uint8_t sig[CRYPTO_SIG];
	struct buf base = BUF_INIT(BASE_MAX), b64 = BUF_INIT(128);

	crypto_hex(nonce, SIGN_NONCE, hex);
	digest_text(p->body, p->len, out->digest, sizeof(out->digest));
	(void)snprintf(out->input, sizeof(out->input),
	    LABEL COMPONENTS ";created=%" PRId64 ";nonce=\"%s\";keyid=\"%s"
	    TAIL, created, hex, p->node);
	sign_base(p, out->digest, out->input, &base);
	assert(!base.over);
	crypto_sign(sk, base.data, base.len, sig);
	crypto_b64(sig, sizeof(sig), &b64);
	(void)snprintf(out->signature, sizeof(out->signature), LABEL ":%s:",
	    buf_str(&b64));
	buf_free(&base);
	buf_free(&b64);
}

static bool eat(const char **s, const char *want)
{
	size_t n = strlen(want);

	if (strncmp(*s, want, n) != 0)
		return false;
	*s += n;
	return true;
}

bool sign_parse(const char *input, struct sign_params *out)
{
	const char *s = input;
	size_t n;
	char *end;

	if (!eat(&s, LABEL COMPONENTS ";created="))
		return false;
	n = strspn(s, "0123456789");
	if (n == 0 || n > 12)
		return false;
	out->created = strtoll(s, &end, 10);
	s = end;
	if (!eat(&s, ";nonce=\"") ||
	    strspn(s, "0123456789abcdef") != 2 * (size_t)SIGN_NONCE ||
	    !crypto_unhex(s, 2 * (size_t)SIGN_NONCE, out->nonce, SIGN_NONCE))
		return false;
	s += 2 * SIGN_NONCE;
	if (!eat(&s, "\";keyid=\""))
		return false;
	n = strcspn(s, "\"");
	if (n == 0 || n >= sizeof(out->node) || strcmp(s + n, TAIL) != 0)
		return false;
	memcpy(out->node, s, n);
	out->node[n] = '\0';
	return true;
}

static bool signature_bytes(const char *text, uint8_t sig[CRYPTO_SIG])
{
	size_t len = strlen(text);
	struct buf b = BUF_INIT(CRYPTO_SIG);
	bool good;

	if (len < 6 || strncmp(text, LABEL ":", 4) != 0 ||
	    text[len - 1] != ':')
		return false;
	good = crypto_unb64(text + 4, len - 5, &b) && b.len == CRYPTO_SIG;
	if (good)
		memcpy(sig, b.data, CRYPTO_SIG);
	buf_free(&b);
	return good;
}

bool sign_check(const struct sign_parts *p, const struct sign_fields *f,
    const uint8_t pk[CRYPTO_SIGN_PK])
{
	struct sign_params params;
	struct buf base = BUF_INIT(BASE_MAX);
	uint8_t sig[CRYPTO_SIG];
	char digest[sizeof(f->digest)];
	bool good;

	digest_text(p->body, p->len, digest, sizeof(digest));
	if (strcmp(digest, f->digest) != 0 || !sign_parse(f->input, &params) ||
	    strcmp(params.node, p->node) != 0 ||
	    !signature_bytes(f->signature, sig))
		return false;
	sign_base(p, f->digest, f->input, &base);
	good = !base.over && crypto_verify(pk, base.data, base.len, sig);
	buf_free(&base);
	return good;
}

bool sign_node_parse(const char *text, char tenant[32], int *number)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
	const char *s = text + n + 1;
	size_t digits;

	if (n == 0 || n > 31 || text[n] != '/')
		return false;
	digits = strspn(s, "0123456789");
	if (digits == 0 || digits > 5 || s[digits] != '\0' || s[0] == '0')
		return false;
	memcpy(tenant, text, n);
	tenant[n] = '\0';
	*number = (int)strtol(s, NULL, 10);
	return true;
}
