/*
 * Writing entries: refs, header bytes, hashes, wire lines.  See entry.h.
 */
#include "entry.h"

#include <assert.h>
#include <inttypes.h>

#include "base/json.h"

#define SEQ_BITS 38
#define EPOCH_BITS 8

struct dev dev_make(int node, int epoch)
{
	struct dev d;

	assert(node > 0 && node <= ENTRY_DEV_MAX);
	assert(epoch >= 0 && epoch <= ENTRY_EPOCH_MAX);
	d.v = ((int64_t)node << EPOCH_BITS) | epoch;
	return d;
}

int dev_node(struct dev d)
{
	return (int)(d.v >> EPOCH_BITS);
}

int dev_epoch(struct dev d)
{
	return (int)(d.v & ENTRY_EPOCH_MAX);
}

void dev_text(struct dev d, char out[ENTRY_REF_TEXT])
{
	if (dev_epoch(d))
		snprintf(out, ENTRY_REF_TEXT, "%d.%d", dev_node(d),
		    dev_epoch(d));
	else
		snprintf(out, ENTRY_REF_TEXT, "%d", dev_node(d));
}

/* Digits without leading zeros, 1 … max. */
static bool number(const char *s, size_t len, size_t *at, int64_t max,
    int64_t *out)
{
	int64_t v = 0;
	size_t i = *at;

	if (i >= len || s[i] < '1' || s[i] > '9')
		return false;
	while (i < len && s[i] >= '0' && s[i] <= '9') {
		v = v * 10 + (s[i] - '0');
		if (v > max)
			return false;
		i++;
	}
	*at = i;
	*out = v;
	return true;
}

static bool dev_scan(const char *s, size_t len, size_t *at, struct dev *out)
{
	int64_t node, epoch = 0;

	if (!number(s, len, at, ENTRY_DEV_MAX, &node))
		return false;
	if (*at < len && s[*at] == '.') {
		++*at;
		if (!number(s, len, at, ENTRY_EPOCH_MAX, &epoch))
			return false;
	}
	*out = dev_make((int)node, (int)epoch);
	return true;
}

bool dev_parse(const char *s, size_t len, struct dev *out)
{
	size_t at = 0;

	return dev_scan(s, len, &at, out) && at == len;
}

bool ref_is(struct ref r)
{
	return r.seq > 0;
}

int ref_cmp(struct ref a, struct ref b)
{
	if (a.dev.v != b.dev.v)
		return a.dev.v < b.dev.v ? -1 : 1;
	if (a.seq != b.seq)
		return a.seq < b.seq ? -1 : 1;
	return 0;
}

bool ref_equal(struct ref a, struct ref b)
{
	return ref_cmp(a, b) == 0;
}

void ref_text(struct ref r, char out[ENTRY_REF_TEXT])
{
	char dev[ENTRY_REF_TEXT];

	dev_text(r.dev, dev);
	snprintf(out, ENTRY_REF_TEXT, "%.16s:%" PRId64, dev, r.seq);
}

bool ref_parse(const char *s, size_t len, struct ref *out)
{
	size_t at = 0;

	if (!dev_scan(s, len, &at, &out->dev) || at >= len || s[at] != ':')
		return false;
	at++;
	return number(s, len, &at, ENTRY_SEQ_MAX - 1, &out->seq) &&
	    at == len;
}

int64_t ref_rec(struct ref r)
{
	if (!ref_is(r))
		return 0;
	assert(r.seq < ENTRY_SEQ_MAX);
	return (r.dev.v << SEQ_BITS) | r.seq;
}

struct ref ref_of_rec(int64_t rec)
{
	struct ref r;

	r.dev.v = rec >> SEQ_BITS;
	r.seq = rec & (ENTRY_SEQ_MAX - 1);
	return r;
}

static void put_ref(struct jout *j, struct ref r)
{
	char text[ENTRY_REF_TEXT];

	if (!ref_is(r)) {
		jout_null(j);
		return;
	}
	ref_text(r, text);
	jout_str(j, text);
}

static void put_hash(struct jout *j, const char *key,
    const uint8_t hash[CRYPTO_HASH])
{
	char hex[2 * CRYPTO_HASH + 1];

	crypto_hex(hash, CRYPTO_HASH, hex);
	jout_kstr(j, key, hex);
}

void entry_write(const struct entry *e, struct buf *out)
{
	struct jout j;
	char text[64];
	int i;

	assert(ref_is(e->id) && ref_is(e->subj));
	assert(e->nafter >= 0 && e->nafter <= ENTRY_AFTER_MAX);
	assert(e->save_first <= e->id.seq &&
	    e->id.seq < e->save_first + e->save_n);
	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_key(&j, "after");
	jout_list(&j);
	for (i = 0; i < e->nafter; i++)
		put_ref(&j, e->after[i]);
	jout_list_end(&j);
	jout_kint(&j, "at", e->at.ms);
	put_hash(&j, "bh", e->bh);
	jout_kstr(&j, "by", e->by);
	jout_key(&j, "cause");
	put_ref(&j, e->cause);
	dev_text(e->id.dev, text);
	jout_kstr(&j, "dev", text);
	jout_kint(&j, "hlc", e->hlc);
	snprintf(text, sizeof(text), "%s.%s", e->kind, e->op);
	jout_kstr(&j, "kind", text);
	jout_kstr(&j, "org", e->org);
	jout_kstr(&j, "pack", e->pack);
	put_hash(&j, "prev", e->prev);
	jout_key(&j, "save");
	jout_list(&j);
	jout_int(&j, e->save_first);
	jout_int(&j, e->save_n);
	jout_list_end(&j);
	jout_kint(&j, "seq", e->id.seq);
	jout_key(&j, "subj");
	put_ref(&j, e->subj);
	jout_kint(&j, "v", 1);
	jout_obj_end(&j);
}

void entry_hash(const char *head, size_t len, uint8_t out[CRYPTO_HASH])
{
	crypto_hash(head, len, out);
}

void entry_body_hash(const uint8_t salt[ENTRY_SALT], const char *body,
    size_t len, uint8_t out[CRYPTO_HASH])
{
	crypto_hash2(salt, ENTRY_SALT, body, len, out);
}

void entry_line(const char *head, size_t hlen, const uint8_t *salt,
    const char *body, size_t blen, struct ref erased, struct buf *out)
{
	char hex[2 * ENTRY_SALT + 1], text[ENTRY_REF_TEXT];

	if (body) {
		buf_adds(out, "{\"b\":");
		buf_add(out, body, blen);
	} else {
		ref_text(erased, text);
		buf_addf(out, "{\"b\":null,\"e\":\"%s\"", text);
	}
	buf_adds(out, ",\"h\":");
	buf_add(out, head, hlen);
	if (body) {
		crypto_hex(salt, ENTRY_SALT, hex);
		buf_addf(out, ",\"s\":\"%s\"", hex);
	}
	buf_adds(out, "}\n");
}
