/*
 * Keys by which people and households are found.  Names and telephones are
 * kept as keyed hashes and as readings, never in clear.  Called by the
 * index.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "person_id.h"
#include "pinyin.h"

#define WAYS_MAX 8		/* readings of one name that are kept */
#define NAME_MAX_CHARS 12

void search_fold(const char *text, char *out, size_t size)
{
	struct buf b = BUF_INIT(4096);

	text_fold(text, strlen(text), &b);
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

void search_key_hash(struct node *n, char tag, const char *text,
    char out[SEARCH_KEY_MAX])
{
	char hex[2 * CRYPTO_HASH + 1];
	uint8_t mac[CRYPTO_HASH];
	struct buf b = BUF_INIT(4096);

	buf_addf(&b, "search:%c:%s", tag, text);
	crypto_mac(n->keys.lookup, buf_str(&b), b.len, mac);
	buf_free(&b);
	crypto_hex(mac, sizeof(mac), hex);
	(void)snprintf(out, SEARCH_KEY_MAX, "%c:%.32s", tag, hex);
}

void search_building(struct node *n, const struct record_full *r, char *out,
    size_t size)
{
	struct record_full house;

	xcopy(out, size, fields_text(&r->f, "building"));
	if (out[0] != '\0' || r->r.place == 0 || r->r.place == r->r.rec)
		return;
	if (record_get(n, r->r.place, &house, NULL) != MQ_OK)
		return;
	xcopy(out, size, fields_text(&house.f, "building"));
	record_full_free(&house);
}

/* ---- readings ---- */

struct ways {
	char s[WAYS_MAX][SEARCH_KEY_MAX];
	size_t n;
};

static void add_syllable(char *to, const char *syllable, size_t len)
{
	size_t n = strlen(to);

	if (n + len + 2 > SEARCH_KEY_MAX)
		return;
	if (n > 0)
		to[n++] = ' ';
	memcpy(to + n, syllable, len);
	to[n + len] = '\0';
}

/* Every way so far goes on in each of these ways, as far as there is room;
 * the usual reading comes first and is never the one left out. */
static void branch(struct ways *w, const char *list)
{
	size_t had = w->n, i, len, first = strcspn(list, " ");
	const char *r = list + first;

	for (; *r != '\0'; r += len) {
		r += strspn(r, " ");
		len = strcspn(r, " ");
		for (i = 0; len > 0 && i < had && w->n < WAYS_MAX; i++) {
			memcpy(w->s[w->n], w->s[i], SEARCH_KEY_MAX);
			add_syllable(w->s[w->n++], r, len);
		}
	}
	for (i = 0; i < had; i++)
		add_syllable(w->s[i], list, first);
}

/* One syllable a character; letters and digits stand for themselves. */
static void read_name(const char *name, struct ways *w)
{
	size_t at = 0, len = strlen(name), chars = 0;
	uint32_t cp;
	int used;

	w->n = 1;
	w->s[0][0] = '\0';
	while (at < len && chars++ < NAME_MAX_CHARS) {
		const char *list;

		used = text_decode(name + at, len - at, &cp);
		if (used <= 0)
			break;
		list = pinyin_readings(cp);
		if (list != NULL) {
			branch(w, list);
		} else if (cp < 0x80) {
			char one[2] = { (char)cp, '\0' };

			branch(w, one);
		}
		at += (size_t)used;
	}
}

/* ---- writing ---- */

static enum mq_status put(struct node *n, const struct record_full *r,
    const char *key, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT OR IGNORE INTO search_name(kind, key,"
	    " rec) VALUES(?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, r->r.kind);
	db_bind_text(s, key);
	db_bind_i64(s, r->r.rec);
	return db_run(&s, err);
}

static enum mq_status put_tagged(struct node *n, const struct record_full *r,
    char tag, const char *text, struct err *err)
{
	char key[SEARCH_KEY_MAX + 4];

	if (text[0] == '\0')
		return MQ_OK;
	(void)snprintf(key, sizeof(key), "%c:%s", tag, text);
	return put(n, r, key, err);
}

static enum mq_status put_hash(struct node *n, const struct record_full *r,
    char tag, const char *text, struct err *err)
{
	char key[SEARCH_KEY_MAX];

	if (text[0] == '\0')
		return MQ_OK;
	search_key_hash(n, tag, text, key);
	return put(n, r, key, err);
}

static enum mq_status put_ways(struct node *n, const struct record_full *r,
    char tag, const char *name, struct err *err)
{
	struct ways *w = xcalloc(1, sizeof(*w));
	enum mq_status st = MQ_OK;
	size_t i;

	read_name(name, w);
	for (i = 0; i < w->n && st == MQ_OK; i++)
		st = put_tagged(n, r, tag, w->s[i], err);
	free(w);
	return st;
}

/* The readings of the surnames' own table come from pinyin: a first letter
 * that differs is added as a way of its own. */
static enum mq_status put_surname(struct node *n, const struct record_full *r,
    const char *name, struct err *err)
{
	struct buf b = BUF_INIT(256);
	enum mq_status st;

	pinyin_surname_of(name, &b);
	if (b.len == 0)
		return MQ_OK;
	st = put_tagged(n, r, 'p', b.data, err);
	buf_free(&b);
	return st;
}

static enum mq_status put_name(struct node *n, const struct record_full *r,
    const char *name, struct err *err)
{
	char folded[200];
	enum mq_status st;
	size_t first;

	search_fold(name, folded, sizeof(folded));
	if (folded[0] == '\0')
		return MQ_OK;
	st = put_hash(n, r, 'n', folded, err);
	if (st == MQ_OK)
		st = put_ways(n, r, 'p', folded, err);
	if (st == MQ_OK)
		st = put_surname(n, r, folded, err);
	first = text_next(folded, strlen(folded), 0);
	if (st == MQ_OK && folded[first] != '\0')
		st = put_ways(n, r, 'q', folded + first, err);
	return st;
}

static enum mq_status put_phone(struct node *n, const struct record_full *r,
    const char *text, struct err *err)
{
	char phone[24];
	enum mq_status st;
	size_t len;

	if (person_id_phone(text, phone, NULL) != MQ_OK)
		return MQ_OK;
	st = put_hash(n, r, 't', phone, err);
	len = strcspn(phone, "-");
	phone[len] = '\0';
	if (st == MQ_OK && len > 4)
		st = put_hash(n, r, 'e', phone + len - 4, err);
	return st;
}

static enum mq_status put_building(struct node *n, const struct record_full *r,
    const char *building, struct err *err)
{
	struct buf b = BUF_INIT(256);
	char folded[100];
	enum mq_status st;

	search_fold(building, folded, sizeof(folded));
	st = put_tagged(n, r, 'b', folded, err);
	pinyin_initials_of(folded, false, &b);
	if (st == MQ_OK)
		st = put_tagged(n, r, 'b', buf_str(&b), err);
	buf_free(&b);
	return st;
}

static enum mq_status put_door(struct node *n, const struct record_full *r,
    const char *building, struct err *err)
{
	char both[200], folded[200];
	enum mq_status st;

	(void)snprintf(both, sizeof(both), "%.90s%.90s", building,
	    fields_text(&r->f, "door"));
	search_fold(both, folded, sizeof(folded));
	st = put_hash(n, r, 'd', folded, err);
	search_fold(fields_text(&r->f, "door"), folded, sizeof(folded));
	return st == MQ_OK ? put_hash(n, r, 'd', folded, err) : st;
}

/* The head of a household lends it the name. */
static enum mq_status put_head(struct node *n, const struct record_full *r,
    struct err *err)
{
	const char *head = fields_text(&r->f, "head");
	struct record_full p;
	struct ref ref;
	enum mq_status st;

	if (!ref_parse(head, strlen(head), &ref) ||
	    record_get(n, ref_rec(ref), &p, NULL) != MQ_OK)
		return MQ_OK;
	st = put_name(n, r, fields_text(&p.f, "name"), err);
	record_full_free(&p);
	return st;
}

enum mq_status search_keys_put(struct node *n, const struct record_full *r,
    struct err *err)
{
	char building[100];
	enum mq_status st;

	assert(db_in_transaction(n->db));
	search_building(n, r, building, sizeof(building));
	st = put_building(n, r, building, err);
	if (st != MQ_OK)
		return st;
	if (strcmp(r->r.kind, "household") == 0) {
		st = put_door(n, r, building, err);
		return st == MQ_OK ? put_head(n, r, err) : st;
	}
	st = put_name(n, r, fields_text(&r->f, "name"), err);
	return st == MQ_OK ? put_phone(n, r, fields_text(&r->f, "phone"),
	    err) : st;
}
