/*
 * Cryptography by libsodium.  Called by entry, ledger, draft, login, roster,
 * pack and sync; the only file that includes libsodium, part by part, because
 * sodium.h declares names that are ours (see crypto.h).
 */
#include "crypto.h"

#include "xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium/core.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/crypto_box.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_pwhash_argon2id.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

#define PIN_PASSES 3
#define PIN_MEMORY (16u * 1024u * 1024u)
/* A verifier from a roster may cost this much and no more. */
#define PIN_PASSES_MAX 8
#define PIN_MEMORY_KIB_MAX (64 * 1024)

_Static_assert(CRYPTO_SIGN_PK == crypto_sign_ed25519_PUBLICKEYBYTES, "pk");
_Static_assert(CRYPTO_SIGN_SK == crypto_sign_ed25519_SECRETKEYBYTES, "sk");
_Static_assert(CRYPTO_SIG == crypto_sign_ed25519_BYTES, "sig");
_Static_assert(CRYPTO_BOX_PK == crypto_box_PUBLICKEYBYTES, "box pk");
_Static_assert(CRYPTO_BOX_SK == crypto_box_SECRETKEYBYTES, "box sk");
_Static_assert(CRYPTO_SEAL_EXTRA == crypto_box_SEALBYTES, "seal");
_Static_assert(CRYPTO_REST_EXTRA == NONCE + TAG, "rest");
_Static_assert(CRYPTO_PIN_STR == crypto_pwhash_argon2id_STRBYTES, "pin");

static void must(int rc)
{
	/* libsodium fails here only on arguments no caller can pass. */
	if (rc != 0)
		abort();
}

void crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void crypto_hash(const void *p, size_t n, uint8_t out[CRYPTO_HASH])
{
	must(crypto_generichash(out, CRYPTO_HASH, p, n, NULL, 0));
}

void crypto_hash2(const void *a, size_t na, const void *b, size_t nb,
    uint8_t out[CRYPTO_HASH])
{
	crypto_generichash_state st;

	must(crypto_generichash_init(&st, NULL, 0, CRYPTO_HASH));
	must(crypto_generichash_update(&st, a, na));
	must(crypto_generichash_update(&st, b, nb));
	must(crypto_generichash_final(&st, out, CRYPTO_HASH));
}

void crypto_sha256(const void *p, size_t n, uint8_t out[CRYPTO_HASH])
{
	must(crypto_hash_sha256(out, p, n));
}

void crypto_mac(const uint8_t key[CRYPTO_KEY], const void *p, size_t n,
    uint8_t out[CRYPTO_HASH])
{
	must(crypto_generichash(out, CRYPTO_HASH, p, n, key, CRYPTO_KEY));
}

void crypto_sign_keys(struct env *env, uint8_t pk[CRYPTO_SIGN_PK],
    uint8_t sk[CRYPTO_SIGN_SK])
{
	uint8_t seed[crypto_sign_ed25519_SEEDBYTES];

	env->random(env, seed, sizeof(seed));
	must(crypto_sign_ed25519_seed_keypair(pk, sk, seed));
	crypto_wipe(seed, sizeof(seed));
}

void crypto_sign(const uint8_t sk[CRYPTO_SIGN_SK], const void *p, size_t n,
    uint8_t sig[CRYPTO_SIG])
{
	must(crypto_sign_ed25519_detached(sig, NULL, p, n, sk));
}

bool crypto_verify(const uint8_t pk[CRYPTO_SIGN_PK], const void *p, size_t n,
    const uint8_t sig[CRYPTO_SIG])
{
	return crypto_sign_ed25519_verify_detached(sig, p, n, pk) == 0;
}

void crypto_box_keys(struct env *env, uint8_t pk[CRYPTO_BOX_PK],
    uint8_t sk[CRYPTO_BOX_SK])
{
	uint8_t seed[crypto_box_SEEDBYTES];

	env->random(env, seed, sizeof(seed));
	must(crypto_box_seed_keypair(pk, sk, seed));
	crypto_wipe(seed, sizeof(seed));
}

void crypto_seal(const uint8_t pk[CRYPTO_BOX_PK], const void *p, size_t n,
    struct buf *out)
{
	uint8_t *box = xmalloc(n + CRYPTO_SEAL_EXTRA);

	must(crypto_box_seal(box, p, n, pk));
	buf_add(out, box, n + CRYPTO_SEAL_EXTRA);
	free(box);
}

/* Gives `n` opened bytes to out and forgets them here. */
static enum mq_status hand_over(uint8_t *plain, size_t n, bool good,
    struct buf *out, struct err *err)
{
	enum mq_status rc = MQ_OK;

	if (!good)
		rc = err_set(err, MQ_E_DAMAGED, NULL);
	else
		buf_add(out, plain, n);
	if (rc == MQ_OK && out->over)
		rc = err_set(err, MQ_E_TOO_BIG, NULL);
	crypto_wipe(plain, n);
	free(plain);
	return rc;
}

enum mq_status crypto_unseal(const uint8_t pk[CRYPTO_BOX_PK],
    const uint8_t sk[CRYPTO_BOX_SK], const void *box, size_t n,
    struct buf *out, struct err *err)
{
	uint8_t *plain;

	if (n < CRYPTO_SEAL_EXTRA)
		return err_set(err, MQ_E_DAMAGED, NULL);
	plain = xmalloc(n - CRYPTO_SEAL_EXTRA);
	return hand_over(plain, n - CRYPTO_SEAL_EXTRA,
	    crypto_box_seal_open(plain, box, n, pk, sk) == 0, out, err);
}

static void put64(uint8_t *p, int64_t v)
{
	uint64_t u = (uint64_t)v;
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(u >> (8 * i));
}

/* The place as bytes: little-endian, so that a card moved to another machine
 * still opens. */
static void place(uint8_t ad[16], int64_t ad1, int64_t ad2)
{
	put64(ad, ad1);
	put64(ad + 8, ad2);
}

void crypto_rest_wrap(const uint8_t key[CRYPTO_KEY], int64_t ad1, int64_t ad2,
    const void *p, size_t n, struct buf *out)
{
	crypto_generichash_state st;
	uint8_t *box = xmalloc(n + CRYPTO_REST_EXTRA);
	uint8_t ad[16];

	place(ad, ad1, ad2);
	must(crypto_generichash_init(&st, key, CRYPTO_KEY, NONCE));
	must(crypto_generichash_update(&st, ad, sizeof(ad)));
	must(crypto_generichash_update(&st, p, n));
	must(crypto_generichash_final(&st, box, NONCE));
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, NULL,
	    p, n, ad, sizeof(ad), NULL, box, key));
	buf_add(out, box, n + CRYPTO_REST_EXTRA);
	free(box);
}

enum mq_status crypto_rest_unwrap(const uint8_t key[CRYPTO_KEY], int64_t ad1,
    int64_t ad2, const void *box, size_t n, struct buf *out, struct err *err)
{
	const uint8_t *b = box;
	uint8_t *plain;
	uint8_t ad[16];
	int rc;

	if (n < CRYPTO_REST_EXTRA)
		return err_set(err, MQ_E_DAMAGED, NULL);
	place(ad, ad1, ad2);
	plain = xmalloc(n - CRYPTO_REST_EXTRA);
	rc = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
	    b + NONCE, n - NONCE, ad, sizeof(ad), b, key);
	return hand_over(plain, n - CRYPTO_REST_EXTRA, rc == 0, out, err);
}

enum mq_status crypto_pin_make(const char *pin, char out[CRYPTO_PIN_STR],
    struct err *err)
{
	if (crypto_pwhash_argon2id_str(out, pin, strlen(pin), PIN_PASSES,
	    PIN_MEMORY) != 0)
		return err_set(err, MQ_E_INTERNAL, "Argon2id");
	return MQ_OK;
}

/* Reads "m=16384," style numbers; false when out of bounds. */
static bool within(const char **at, const char *name, long most)
{
	char *end;
	long v;

	if (strncmp(*at, name, strlen(name)) != 0)
		return false;
	v = strtol(*at + strlen(name), &end, 10);
	*at = end;
	return v > 0 && v <= most;
}

bool crypto_pin_check(const char *verifier, const char *pin)
{
	char str[CRYPTO_PIN_STR] = "";
	const char *at = str;

	if (strlen(verifier) >= sizeof(str))
		return false;
	memcpy(str, verifier, strlen(verifier));
	/* Its cost is checked before it is paid. */
	if (!within(&at, "$argon2id$v=", 99) ||
	    !within(&at, "$m=", PIN_MEMORY_KIB_MAX) ||
	    !within(&at, ",t=", PIN_PASSES_MAX) || !within(&at, ",p=", 1))
		return false;
	return crypto_pwhash_argon2id_str_verify(str, pin, strlen(pin)) == 0;
}

void crypto_hex(const void *p, size_t n, char *out)
{
	(void)sodium_bin2hex(out, n * 2 + 1, p, n);
}

bool crypto_unhex(const char *s, size_t slen, void *out, size_t n)
{
	size_t got = 0;

	if (slen != n * 2)
		return false;
	return sodium_hex2bin(out, n, s, slen, NULL, &got, NULL) == 0 &&
	    got == n;
}

void crypto_b64(const void *p, size_t n, struct buf *out)
{
	size_t size = sodium_base64_encoded_len(n,
	    sodium_base64_VARIANT_ORIGINAL);
	char *s = xmalloc(size);

	(void)sodium_bin2base64(s, size, p, n,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_adds(out, s);
	free(s);
}

bool crypto_unb64(const char *s, size_t len, struct buf *out)
{
	size_t size = len / 4 * 3 + 3, got = 0;
	uint8_t *p = xmalloc(size);
	bool good;

	good = sodium_base642bin(p, size, s, len, NULL, &got, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0;
	if (good)
		buf_add(out, p, got);
	free(p);
	return good && !out->over;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void crypto_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
