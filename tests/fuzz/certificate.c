/*
 * The code of a certificate as anybody may type it: none but the one that was
 * signed is good, and what is good says what was signed.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/certificate.h"
#include "../lib/nodes.h"

static struct nodes_one one;
static struct certificate made;
static char code[CERTIFICATE_CODE], key[2 * CRYPTO_SIGN_PK + 1];

static void leave(void)
{
	nodes_free(&one);
}

static void begin(void)
{
	if (one.n)
		return;
	nodes_make(&one, 101, NULL);
	atexit(leave);
	made.no = (struct ref){ one.n->dev, 7 };
	made.issued = (struct day){ 20779 };
	made.from = (struct day){ 20454 };
	made.to = made.issued;
	made.minutes = 4230;
	certificate_code_make(&made, one.n->keys.sign_sk, code);
	crypto_hex(one.n->keys.sign_pk, CRYPTO_SIGN_PK, key);
}

static void check(const char *text, const char *with)
{
	struct certificate got;
	struct err err = ERR_INIT;

	if (certificate_code_check(one.n, text, with, &got, &err) == MQ_OK) {
		assert(ref_equal(got.no, made.no));
		assert(got.minutes == made.minutes);
		assert(got.from.n == made.from.n && got.to.n == made.to.n);
	} else {
		assert(err.code != MQ_OK);
	}
}

/* The first byte: how much of the right code stands before the rest. */
int fuzz_certificate(const uint8_t *p, size_t n)
{
	struct buf b = BUF_INIT(4096);
	size_t keep;

	begin();
	if (n == 0)
		return 0;
	keep = p[0] % sizeof(code);
	if (keep > strlen(code))
		keep = strlen(code);
	buf_add(&b, code, keep);
	buf_add(&b, p + 1, n - 1);
	check(buf_str(&b), NULL);
	check(buf_str(&b), key);
	buf_free(&b);
	return 0;
}
