/*
 * The check code of a certificate: its facts and the issuing node's
 * signature in letters that can be typed.  Called by certificate.c, the
 * command line and the screen.
 */
#include "../certificate.h"

#include <assert.h>
#include <ctype.h>

#include "../base/xmalloc.h"

#define FACTS (CERTIFICATE_BYTES - CRYPTO_SIG)
#define DIGITS (CERTIFICATE_BYTES * 8 / 5)
#define GROUP 4
#define CONTEXT "minqing-certificate-1\n"

_Static_assert(CERTIFICATE_BYTES * 8 % 5 == 0, "whole letters");
_Static_assert(DIGITS + DIGITS / GROUP + 1 <= CERTIFICATE_CODE, "room");

/* No I, L, O, U: nothing that looks like something else. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void put(uint8_t **p, int64_t v, int bytes)
{
	while (bytes-- > 0)
		*(*p)++ = (uint8_t)((uint64_t)v >> (8 * bytes));
}

static int64_t take(const uint8_t **p, int bytes)
{
	int64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | *(*p)++;
	return v;
}

static void pack_facts(const struct certificate *c, uint8_t out[FACTS])
{
	uint8_t *p = out;

	put(&p, 1, 1);
	put(&p, c->no.dev.v, 4);
	put(&p, c->no.seq, 4);
	put(&p, c->minutes, 4);
	put(&p, c->from.n, 3);
	put(&p, c->to.n, 3);
	put(&p, c->issued.n, 3);
	memcpy(p, c->holder, sizeof(c->holder));
	assert(p + sizeof(c->holder) == out + FACTS);
}

static bool unpack_facts(const uint8_t in[FACTS], struct certificate *c)
{
	const uint8_t *p = in;

	if (take(&p, 1) != 1)
		return false;
	c->no.dev.v = take(&p, 4);
	c->no.seq = take(&p, 4);
	c->minutes = take(&p, 4);
	c->from.n = (int32_t)take(&p, 3);
	c->to.n = (int32_t)take(&p, 3);
	c->issued.n = (int32_t)take(&p, 3);
	memcpy(c->holder, p, sizeof(c->holder));
	return true;
}

static size_t signed_text(const uint8_t facts[FACTS], uint8_t *out)
{
	memcpy(out, CONTEXT, sizeof(CONTEXT) - 1);
	memcpy(out + sizeof(CONTEXT) - 1, facts, FACTS);
	return sizeof(CONTEXT) - 1 + FACTS;
}

void certificate_code_make(const struct certificate *c,
    const uint8_t sk[CRYPTO_SIGN_SK], char out[CERTIFICATE_CODE])
{
	uint8_t raw[CERTIFICATE_BYTES], text[sizeof(CONTEXT) + FACTS];
	size_t i, at = 0;

	pack_facts(c, raw);
	crypto_sign(sk, text, signed_text(raw, text), raw + FACTS);
	for (i = 0; i < DIGITS; i++) {
		size_t bit = i * 5, byte = bit / 8;
		unsigned two = (unsigned)raw[byte] << 8 |
		    (byte + 1 < sizeof(raw) ? raw[byte + 1] : 0u);

		if (i > 0 && i % GROUP == 0)
			out[at++] = ' ';
		out[at++] = letters[two >> (11 - bit % 8) & 31];
	}
	out[at] = '\0';
}

static int digit_of(char c)
{
	const char *p;

	c = (char)toupper((unsigned char)c);
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	p = c == '\0' ? NULL : strchr(letters, c);
	return p == NULL ? -1 : (int)(p - letters);
}

static bool decode(const char *code, uint8_t raw[CERTIFICATE_BYTES])
{
	size_t count = 0;
	int v;

	memset(raw, 0, CERTIFICATE_BYTES);
	for (; *code != '\0'; code++) {
		if (strchr(" -\t\r\n", *code) != NULL)
			continue;
		v = digit_of(*code);
		if (v < 0 || count == DIGITS)
			return false;
		for (int b = 0; b < 5; b++) {
			size_t bit = count * 5 + (size_t)b;

			if (v >> (4 - b) & 1)
				raw[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
		}
		count++;
	}
	return count == DIGITS;
}

/* ---- whose key? ---- */

/* A certificate of that node that came with the feed brings its key: the hub
 * took it from nobody else. */
static bool key_in(struct node *n, int64_t rec, struct dev dev,
    uint8_t pk[CRYPTO_SIGN_PK])
{
	struct record_event *ev = NULL;
	int count = 0, i;
	bool found = false;

	if (record_events(n, rec, &ev, &count, NULL) != MQ_OK)
		return false;
	for (i = 0; i < count && !found; i++) {
		const char *hex = fields_text(&ev[i].d, "pk");

		found = dev_node(ev[i].e.id.dev) == dev_node(dev) &&
		    crypto_unhex(hex, strlen(hex), pk, CRYPTO_SIGN_PK);
	}
	record_events_free(&ev, count);
	return found;
}

static bool key_heard(struct node *n, struct dev dev,
    uint8_t pk[CRYPTO_SIGN_PK])
{
	struct record_walk w;
	const struct record *row;
	bool found = false;
	size_t k;

	for (k = 0; k < pack_kinds(n->pack) && !found; k++) {
		const struct kind *kind = pack_kind_at(n->pack, k);
		struct record_query q = { .kind = kind->name,
		    .sort = SORT_OPENED, .state = "closed" };

		if (!kind_has_facet(kind, "certificate"))
			continue;
		record_walk_begin(&w, n, &q);
		while (!found && record_walk_next(&w, &row, NULL) == MQ_OK &&
		    row != NULL)
			found = key_in(n, row->rec, dev, pk);
		record_walk_end(&w);
	}
	return found;
}

static bool key_of(struct node *n, struct dev dev, const char *key,
    uint8_t pk[CRYPTO_SIGN_PK])
{
	if (key != NULL)
		return crypto_unhex(key, strlen(key), pk, CRYPTO_SIGN_PK);
	if (dev_node(dev) == n->set.number) {
		memcpy(pk, n->keys.sign_pk, CRYPTO_SIGN_PK);
		return true;
	}
	return key_heard(n, dev, pk);
}

enum mq_status certificate_code_check(struct node *n, const char *code,
    const char *key, struct certificate *out, struct err *err)
{
	uint8_t raw[CERTIFICATE_BYTES], text[sizeof(CONTEXT) + FACTS];
	uint8_t pk[CRYPTO_SIGN_PK];
	char station[16];

	if (!decode(code, raw) || !unpack_facts(raw, out))
		return err_set(err, MQ_E_CERT_CODE, "%s",
		    say_word(SAY_CERT_SHAPE, n->env->lang));
	snprintf(station, sizeof(station), "%d", dev_node(out->no.dev));
	if (!key_of(n, out->no.dev, key, pk))
		return err_set(err, MQ_E_CERT_KEY, "%s", station);
	if (!crypto_verify(pk, text, signed_text(raw, text), raw + FACTS))
		return err_set(err, MQ_E_CERT_CODE, "%s",
		    say_word(SAY_CERT_FALSE, n->env->lang));
	return MQ_OK;
}
