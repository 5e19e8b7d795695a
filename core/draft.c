/*
 * Half-typed work that survives a pulled plug.  Called by the terminal
 * program as people type, and by whoever asks what is parked.
 *
 * A file is a row of records:
 *   4 bytes  length of the box, little-endian
 *   8 bytes  start of the box's hash
 *   box      {"x":number} or a whole draft, wrapped under the data key and
 *            tied to this file and to its place in the row
 * What a cut leaves at the end, or a bad sector in the middle, fails its length
 * or hash and is left out; what follows is kept.  The next opening writes the
 * file anew without it.
 */
#include "draft.h"

#include <assert.h>
#include <unistd.h>

#include "ballast.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "why.h"

#define HEAD 12
#define SUM 8
#define BOX_MAX (512u * 1024u)
#define COMPACT_AT (256 * 1024)
#define FILE_MAX_BYTES (32u * 1024u * 1024u)
#define SLOTS 4			/* sessions of one person at one node */
#define SYNC_MS 1000
#define ROWS_LOST 16		/* spoilt records in a file still read on */

struct drafts {
	struct node *n;
	struct draft *v[DRAFT_MAX];	/* by number */
	size_t count;
	struct file_log log;
	struct file_lock lock;
	char path[NODE_PATH + 64];
	int64_t place;			/* ties boxes to this file */
	int64_t row;			/* records in the file */
	int64_t compact_len;		/* length after the last rewrite */
	int64_t synced_at;
	bool dirty;
};

/* ---- one draft ---- */

void draft_free(struct draft *x)
{
	fields_free(&x->f);
	fields_free(&x->f2);
	memset(x, 0, sizeof(*x));
}

void draft_copy(struct draft *dst, const struct draft *src)
{
	struct fields f = { NULL, 0, 0 }, f2 = { NULL, 0, 0 };

	if (dst == src)
		return;
	fields_copy(&f, &src->f);
	fields_copy(&f2, &src->f2);
	fields_free(&dst->f);
	fields_free(&dst->f2);
	*dst = *src;
	dst->f = f;
	dst->f2 = f2;
}

static void write_draft(const struct draft *x, struct buf *out)
{
	struct jout j;

	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_kint(&j, "at_char", x->at_char);
	jout_kstr(&j, "at_field", x->at_field);
	jout_kint(&j, "begun", x->begun.ms);
	jout_key(&j, "f");
	fields_write(&x->f, &j);
	jout_key(&j, "f2");
	fields_write(&x->f2, &j);
	jout_kstr(&j, "kind", x->kind);
	jout_kstr(&j, "kind2", x->kind2);
	jout_kint(&j, "number", x->number);
	jout_kbool(&j, "parked", x->parked);
	jout_kint(&j, "rec", x->rec);
	jout_kstr(&j, "step", x->step);
	jout_kstr(&j, "title", x->title);
	jout_kint(&j, "touched", x->touched.ms);
	jout_obj_end(&j);
}

static enum mq_status read_draft(const struct jnode *o, struct draft *x,
    struct err *err)
{
	enum mq_status st;

	memset(x, 0, sizeof(*x));
	x->number = (int)jget_int(o, "number", 0);
	x->rec = jget_int(o, "rec", 0);
	x->at_char = (int)jget_int(o, "at_char", 0);
	x->begun.ms = jget_int(o, "begun", 0);
	x->touched.ms = jget_int(o, "touched", 0);
	x->parked = jnode_bool(jnode_get(o, "parked"), false);
	xcopy(x->kind, sizeof(x->kind), jget_str(o, "kind", ""));
	xcopy(x->kind2, sizeof(x->kind2), jget_str(o, "kind2", ""));
	xcopy(x->step, sizeof(x->step), jget_str(o, "step", ""));
	xcopy(x->title, sizeof(x->title), jget_str(o, "title", ""));
	xcopy(x->at_field, sizeof(x->at_field), jget_str(o, "at_field", ""));
	st = fields_read(jnode_get(o, "f"), &x->f, err);
	if (st == MQ_OK)
		st = fields_read(jnode_get(o, "f2"), &x->f2, err);
	if (st != MQ_OK)
		draft_free(x);
	return st;
}

/* ---- the ones held ---- */

static size_t find(const struct drafts *d, int number)
{
	size_t i;

	for (i = 0; i < d->count && d->v[i]->number != number; i++)
		;
	return i;
}

static void remove_at(struct drafts *d, size_t i)
{
	draft_free(d->v[i]);
	free(d->v[i]);
	memmove(&d->v[i], &d->v[i + 1],
	    (d->count - i - 1) * sizeof(d->v[0]));
	d->count--;
}

/* Keeps a copy, in the order of numbers; false when there are too many. */
static bool hold(struct drafts *d, const struct draft *x)
{
	size_t i = find(d, x->number);

	if (i == d->count) {
		if (d->count == DRAFT_MAX)
			return false;
		for (i = d->count; i > 0 && d->v[i - 1]->number > x->number;
		    i--)
			d->v[i] = d->v[i - 1];
		d->v[i] = xcalloc(1, sizeof(*d->v[i]));
		d->count++;
	}
	draft_copy(d->v[i], x);
	return true;
}

size_t draft_count(const struct drafts *d)
{
	return d->count;
}

const struct draft *draft_at(const struct drafts *d, size_t i)
{
	assert(i < d->count);
	return d->v[i];
}

int draft_next_number(const struct drafts *d)
{
	int number = 1;

	while (find(d, number) < d->count)
		number++;
	return number;
}

bool draft_dirty(const struct drafts *d)
{
	return d->dirty;
}

/* ---- records of the file ---- */

static void pack_record(const struct drafts *d, int64_t row,
    const struct buf *plain, struct buf *out)
{
	struct buf box = BUF_INIT(BOX_MAX);
	uint8_t hash[CRYPTO_HASH], head[HEAD];
	int i;

	crypto_rest_wrap(d->n->keys.data, d->place, row, plain->data,
	    plain->len, &box);
	crypto_hash(box.data, box.len, hash);
	for (i = 0; i < 4; i++)
		head[i] = (uint8_t)(box.len >> (8 * i));
	memcpy(head + 4, hash, SUM);
	buf_add(out, head, sizeof(head));
	buf_add(out, box.data, box.len);
	if (box.over)
		out->over = true;
	buf_free(&box);
}

/* Whole records only: 0 when what follows is cut or spoilt. */
static size_t record_len(const struct buf *b, size_t at)
{
	const uint8_t *p = (const uint8_t *)b->data + at;
	uint8_t hash[CRYPTO_HASH];
	size_t n;

	if (b->len - at < HEAD)
		return 0;
	n = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
	    (size_t)p[3] << 24;
	if (n > BOX_MAX || n > b->len - at - HEAD)
		return 0;
	crypto_hash(p + HEAD, n, hash);
	return memcmp(hash, p + 4, SUM) == 0 ? HEAD + n : 0;
}

static enum mq_status apply(struct drafts *d, const struct buf *plain,
    struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *o;
	struct draft x;
	enum mq_status st;
	size_t i;

	st = jdoc_parse(plain->data, plain->len, "draft", &doc, err);
	if (st != MQ_OK)
		return st;
	o = jdoc_root(doc);
	if (jnode_kind(jnode_get(o, "x")) == J_INT) {
		i = find(d, (int)jget_int(o, "x", 0));
		if (i < d->count)
			remove_at(d, i);
	} else {
		st = read_draft(o, &x, err);
		if (st == MQ_OK && x.number > 0)
			(void)hold(d, &x);
		if (st == MQ_OK)
			draft_free(&x);
	}
	jdoc_free(&doc);
	return st;
}

/* Where the next whole record begins after something spoilt; 0 nowhere. */
static size_t next_whole(const struct buf *b, size_t at)
{
	for (at++; at + HEAD < b->len; at++)
		if (record_len(b, at) > HEAD)
			return at;
	return 0;
}

/* Opens one record.  Its place in the row is not known for sure after others
 * were spoilt. */
static bool unwrap(struct drafts *d, const char *box, size_t n,
    struct buf *plain)
{
	int lost;

	for (lost = 0; lost <= ROWS_LOST; lost++) {
		buf_reset(plain);
		if (crypto_rest_unwrap(d->n->keys.data, d->place,
		    d->row + lost, box, n, plain, NULL) == MQ_OK) {
			d->row += lost;
			return true;
		}
	}
	return false;
}

/* Reads what is whole.  *torn: something was left out. */
static enum mq_status read_file(struct drafts *d, const char *path, bool *torn,
    struct err *err)
{
	struct buf b = BUF_INIT(FILE_MAX_BYTES), plain = BUF_INIT(BOX_MAX);
	enum mq_status st;
	size_t at = 0, n;

	*torn = false;
	d->row = 0;
	st = file_read(d->n->env, path, &b, err);
	if (st == MQ_E_NOT_FOUND)
		st = MQ_OK;
	while (st == MQ_OK && at < b.len) {
		n = record_len(&b, at);
		if (n == 0) {
			*torn = true;
			at = next_whole(&b, at);
			if (at == 0)
				break;
			continue;
		}
		if (!unwrap(d, b.data + at + HEAD, n - HEAD, &plain) ||
		    apply(d, &plain, NULL) != MQ_OK)
			*torn = true;
		d->row++;
		at += n;
	}
	if (plain.data != NULL)
		crypto_wipe(plain.data, plain.cap);
	buf_free(&plain);
	buf_free(&b);
	return st;
}

/* ---- writing ---- */

/* The whole state as a fresh file; on failure the old one stays. */
static enum mq_status rewrite(struct drafts *d, struct err *err)
{
	struct buf out = BUF_INIT(FILE_MAX_BYTES), plain = BUF_INIT(BOX_MAX);
	enum mq_status st;
	size_t i;

	for (i = 0; i < d->count; i++) {
		buf_reset(&plain);
		write_draft(d->v[i], &plain);
		pack_record(d, (int64_t)i, &plain, &out);
	}
	if (out.over || plain.over)
		st = err_set(err, MQ_E_TOO_BIG, NULL);
	else
		st = file_write(d->n->env, d->path, buf_str(&out), out.len,
		    0600, err);
	if (st == MQ_OK) {
		file_log_close(&d->log);
		st = file_log_open(d->n->env, d->path, &d->log, err);
	}
	if (st == MQ_OK) {
		d->row = (int64_t)d->count;
		d->compact_len = d->log.len;
		d->dirty = false;
	}
	if (plain.data != NULL)
		crypto_wipe(plain.data, plain.cap);
	buf_free(&plain);
	buf_free(&out);
	return st;
}

static enum mq_status append(struct drafts *d, const struct buf *plain,
    struct err *err)
{
	struct buf out = BUF_INIT(BOX_MAX + HEAD);
	enum mq_status st;

	if (plain->over)
		return err_set(err, MQ_E_TOO_BIG, NULL);
	if (d->log.fd < 0) {
		/* The file could not be opened before: the state is whole in
		 * memory, so begin with that. */
		return rewrite(d, err);
	}
	pack_record(d, d->row, plain, &out);
	st = out.over ? err_set(err, MQ_E_TOO_BIG, NULL) :
	    file_log_add(d->n->env, &d->log, out.data, out.len, err);
	if (st == MQ_E_DISK_FULL && ballast_free(d->n))
		st = file_log_add(d->n->env, &d->log, out.data, out.len, err);
	buf_free(&out);
	d->dirty = true;
	if (st != MQ_OK) {
		/* Perhaps half a record stands there: write anew next time. */
		file_log_close(&d->log);
		return st;
	}
	d->row++;
	if (d->log.len > COMPACT_AT && d->log.len > 2 * d->compact_len)
		return rewrite(d, err);
	return MQ_OK;
}

enum mq_status draft_put(struct drafts *d, const struct draft *x,
    struct err *err)
{
	struct buf plain = BUF_INIT(BOX_MAX);
	enum mq_status st;

	assert(x->number > 0);
	/* Memory first: with a full disk the text still is on the screen. */
	if (!hold(d, x))
		return err_set(err, MQ_E_TOO_BIG, "%s",
		    why_words(WHY_DRAFT_MANY));
	write_draft(x, &plain);
	st = append(d, &plain, err);
	if (plain.data != NULL)
		crypto_wipe(plain.data, plain.cap);
	buf_free(&plain);
	return st;
}

enum mq_status draft_drop(struct drafts *d, int number, struct err *err)
{
	struct buf plain = BUF_INIT(64);
	size_t i = find(d, number);
	enum mq_status st;

	if (i == d->count)
		return err_set(err, MQ_E_NOT_FOUND, "%s",
		    why_words(WHY_DRAFT_NONE));
	remove_at(d, i);
	/* Nothing left: nothing of it stays in the file either. */
	if (d->count == 0)
		return rewrite(d, err);
	buf_addf(&plain, "{\"x\":%d}", number);
	st = append(d, &plain, err);
	buf_free(&plain);
	return st;
}

enum mq_status draft_sync(struct drafts *d, bool now, struct err *err)
{
	int64_t t = d->n->env->mono_ms(d->n->env);
	enum mq_status st;

	if (!d->dirty || (!now && t - d->synced_at < SYNC_MS))
		return MQ_OK;
	st = d->log.fd < 0 ? rewrite(d, err) :
	    file_log_sync(d->n->env, &d->log, err);
	if (st == MQ_OK) {
		d->dirty = false;
		d->synced_at = t;
	}
	return st;
}

/* ---- opening ---- */

/* The name does not say whose it is. */
static void path_of(struct drafts *d, const char *by, int slot)
{
	char dir[NODE_PATH + 16], name[40], hex[2 * CRYPTO_HASH + 1];
	uint8_t mac[CRYPTO_HASH];
	struct buf b = BUF_INIT(128);

	buf_addf(&b, "draft:%d:%s", slot, by);
	crypto_mac(d->n->keys.lookup, buf_str(&b), b.len, mac);
	buf_free(&b);
	memcpy(&d->place, mac, sizeof(d->place));
	crypto_hex(mac, sizeof(mac), hex);
	(void)snprintf(name, sizeof(name), "%.32s", hex);
	file_join(dir, sizeof(dir), d->n->dir, "drafts");
	file_join(d->path, sizeof(d->path), dir, name);
}

bool draft_exists(struct node *n, const char *by)
{
	struct drafts d = { .n = n };
	int slot;

	for (slot = 1; slot <= SLOTS; slot++) {
		path_of(&d, by, slot);
		if (file_exists(d.path))
			return true;
	}
	return false;
}

enum mq_status draft_rewrite(struct drafts *d, struct err *err)
{
	return rewrite(d, err);
}

static enum mq_status lock_slot(struct drafts *d, struct err *err)
{
	char path[NODE_PATH + 72];
	enum mq_status st;

	(void)snprintf(path, sizeof(path), "%s.lock", d->path);
	st = file_lock_open(d->n->env, path, &d->lock, err);
	if (st == MQ_OK)
		st = file_lock_take(d->n->env, &d->lock, 0, err);
	if (st != MQ_OK)
		file_lock_close(&d->lock);
	return st;
}

/* Drafts another session of the same person left behind come along under
 * free numbers; their file goes once they are safe here. */
static enum mq_status adopt(struct drafts *d, const char *by, int slot,
    struct err *err)
{
	struct drafts other = { .n = d->n, .log = { -1, 0 },
	    .lock = { -1, false } };
	enum mq_status st;
	bool torn;
	size_t i;

	path_of(&other, by, slot);
	if (!file_exists(other.path) || lock_slot(&other, NULL) != MQ_OK)
		return MQ_OK;
	st = read_file(&other, other.path, &torn, err);
	for (i = 0; st == MQ_OK && i < other.count &&
	    d->count < DRAFT_MAX; i++) {
		other.v[i]->number = draft_next_number(d);
		(void)hold(d, other.v[i]);
	}
	if (st == MQ_OK && i == other.count) {
		if (i > 0)
			st = rewrite(d, err);
		if (st == MQ_OK)
			(void)unlink(other.path);
	}
	file_lock_close(&other.lock);
	while (other.count > 0)
		remove_at(&other, 0);
	return st;
}

static enum mq_status open_slot(struct drafts *d, const char *by, int *slot,
    struct err *err)
{
	enum mq_status st = MQ_E_LOCKED;

	for (*slot = 1; *slot <= SLOTS && st == MQ_E_LOCKED; (*slot)++) {
		path_of(d, by, *slot);
		st = lock_slot(d, err);
	}
	(*slot)--;
	return st;
}

enum mq_status draft_open(struct node *n, const char *by, struct drafts **out,
    struct err *err)
{
	struct drafts *d = xcalloc(1, sizeof(*d));
	char dir[NODE_PATH + 16];
	enum mq_status st;
	bool torn;
	int slot, other;

	d->n = n;
	d->log.fd = -1;
	d->lock.fd = -1;
	file_join(dir, sizeof(dir), n->dir, "drafts");
	st = file_mkdirs(n->env, dir, 0700, err);
	if (st == MQ_OK)
		st = open_slot(d, by, &slot, err);
	if (st == MQ_OK)
		st = read_file(d, d->path, &torn, err);
	if (st != MQ_OK)
		goto out;
	/* A new file is made whole, folder and all, before it is used. */
	if (torn || !file_exists(d->path))
		st = rewrite(d, err);
	else
		st = file_log_open(n->env, d->path, &d->log, err);
	for (other = 1; st == MQ_OK && other <= SLOTS; other++)
		if (other != slot)
			st = adopt(d, by, other, err);
	d->compact_len = d->log.len;
out:
	if (st != MQ_OK)
		draft_close(&d);
	*out = d;
	return st;
}

void draft_close(struct drafts **dp)
{
	struct drafts *d = *dp;
	struct err err = ERR_INIT;

	if (d == NULL)
		return;
	if (draft_sync(d, true, &err) != MQ_OK)
		log_err("draft", &err);
	file_log_close(&d->log);
	file_lock_close(&d->lock);
	while (d->count > 0)
		remove_at(d, d->count - 1);
	FREE(*dp);
}
