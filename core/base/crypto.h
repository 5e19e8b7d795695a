/*
 * Cryptography, all of it libsodium's; the only file that includes it.
 * Randomness comes through env so that tests repeat.
 */
#ifndef MQ_CRYPTO_H
#define MQ_CRYPTO_H

#include "buf.h"
#include "env.h"
#include "err.h"
#include "units.h"

#define CRYPTO_HASH 32		/* BLAKE2b-256 */
#define CRYPTO_SIGN_PK 32	/* Ed25519 */
#define CRYPTO_SIGN_SK 64
#define CRYPTO_SIG 64
#define CRYPTO_BOX_PK 32	/* X25519 */
#define CRYPTO_BOX_SK 32
#define CRYPTO_KEY 32		/* XChaCha20-Poly1305, keyed hashes */
#define CRYPTO_SEAL_EXTRA 48	/* bytes a sealed box adds */
#define CRYPTO_REST_EXTRA 40	/* bytes crypto_rest_wrap adds: nonce + tag */
#define CRYPTO_PIN_STR 128	/* an Argon2id verifier, as text */

/* libsodium exports functions of these two names; ours must not stand in
 * their place when the programs are linked. */
#define crypto_hash mq_crypto_hash
#define crypto_sign mq_crypto_sign

void crypto_init(void);		/* once, first thing in main() */

void crypto_hash(const void *p, size_t n, uint8_t out[CRYPTO_HASH]);
void crypto_hash2(const void *a, size_t na, const void *b, size_t nb,
    uint8_t out[CRYPTO_HASH]);
/* SHA-256, only where a foreign standard asks for it (RFC 9530, key pins). */
void crypto_sha256(const void *p, size_t n, uint8_t out[CRYPTO_HASH]);
/* Keyed BLAKE2b-256: look-ups of phones and numbers, short-number order. */
void crypto_mac(const uint8_t key[CRYPTO_KEY], const void *p, size_t n,
    uint8_t out[CRYPTO_HASH]);

void crypto_sign_keys(struct env *env, uint8_t pk[CRYPTO_SIGN_PK],
    uint8_t sk[CRYPTO_SIGN_SK]);
void crypto_sign(const uint8_t sk[CRYPTO_SIGN_SK], const void *p, size_t n,
    uint8_t sig[CRYPTO_SIG]);
bool crypto_verify(const uint8_t pk[CRYPTO_SIGN_PK], const void *p, size_t n,
    const uint8_t sig[CRYPTO_SIG]);

void crypto_box_keys(struct env *env, uint8_t pk[CRYPTO_BOX_PK],
    uint8_t sk[CRYPTO_BOX_SK]);
/* Sealed box: anybody may seal, only the holder of sk opens. */
void crypto_seal(const uint8_t pk[CRYPTO_BOX_PK], const void *p, size_t n,
    struct buf *out);
enum mq_status crypto_unseal(const uint8_t pk[CRYPTO_BOX_PK],
    const uint8_t sk[CRYPTO_BOX_SK], const void *box, size_t n,
    struct buf *out, struct err *err) MUST_CHECK;

/* At rest: XChaCha20-Poly1305, nonce derived from key, `ad` and plaintext, so
 * that the same words give the same bytes (a rebuilt projection compares
 * equal).  `ad` ties the bytes to their place. */
void crypto_rest_wrap(const uint8_t key[CRYPTO_KEY], int64_t ad1, int64_t ad2,
    const void *p, size_t n, struct buf *out);
/* MQ_E_DAMAGED when the bytes were changed. */
enum mq_status crypto_rest_unwrap(const uint8_t key[CRYPTO_KEY], int64_t ad1,
    int64_t ad2, const void *box, size_t n, struct buf *out,
    struct err *err) MUST_CHECK;

/* PIN verifiers: Argon2id, t=3, 16 MiB (design, superseding list). */
enum mq_status crypto_pin_make(const char *pin, char out[CRYPTO_PIN_STR],
    struct err *err) MUST_CHECK;
bool crypto_pin_check(const char *verifier, const char *pin);

void crypto_hex(const void *p, size_t n, char *out);	/* 2n + 1 bytes */
bool crypto_unhex(const char *s, size_t slen, void *out, size_t n);
/* Standard alphabet with padding.  Decoding refuses anything else. */
void crypto_b64(const void *p, size_t n, struct buf *out);
bool crypto_unb64(const char *s, size_t len, struct buf *out);
bool crypto_equal(const void *a, const void *b, size_t n);
void crypto_wipe(void *p, size_t n);

#endif
