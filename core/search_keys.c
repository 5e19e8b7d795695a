/*
 * Keys by which people and households are found.  Names and telephones are
 * kept as keyed hashes and as readings, never in clear.  Called by the
 * index.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "pack.h"
#include "pack_data.h"
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

/* Signs that stand between the figures of a building, a unit, a door. */
static bool is_joint(const char *s, size_t *used)
{
	static const char *const joints[] = { "号楼", "单元", "栋", "幢", "座",
	    "楼", "号", "室", "房", "门", "-", "#" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(joints); i++) {
		*used = strlen(joints[i]);
		if (strncmp(s, joints[i], *used) == 0)
			return true;
	}
	return false;
}

void search_figures(const char *text, char *out, size_t size)
{
	size_t at = 0, used;
	bool gap = false;

	out[0] = '\0';
	while (*text != '\0') {
		if (*text >= '0' && *text <= '9') {
			if (gap && at > 0 && at + 1 < size)
				out[at++] = '-';
			gap = false;
			if (at + 1 < size)
				out[at++] = *text;
			text++;
			continue;
		}
		if (!is_joint(text, &used)) {
			out[0] = '\0';
			return;
		}
		gap = true;
		text += used;
	}
	out[at] = '\0';
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

/* The first field that holds a name, or is called one. */
static const struct field *name_field(struct node *n, const char *kind)
{
	const struct kind *k = pack_kind(n->pack, kind);
	size_t i;

	for (i = 0; k != NULL && i < k->nfields; i++)
		if (k->fields[i].type == FT_TEXT &&
		    (pack_data_has_word(k->fields[i].appearance, "name") ||
		    strcmp(k->fields[i].name, "name") == 0))
			return &k->fields[i];
	return NULL;
}

void search_name_of(struct node *n, const struct record_full *r, char *out,
    size_t size, bool *masks)
{
	const struct field *fd = n->pack == NULL ? NULL :
	    name_field(n, r->r.kind);
	const char *head = fields_text(&r->f, "head");
	struct record_full p;
	struct ref ref;

	*masks = fd == NULL || fd->class != FC_OPEN ||
	    pack_data_has_word(fd->appearance, "name");
	xcopy(out, size, fields_text(&r->f, fd != NULL ? fd->name : "name"));
	if (out[0] != '\0' || !ref_parse(head, strlen(head), &ref) ||
	    ref_rec(ref) == r->r.rec ||
	    record_get(n, ref_rec(ref), &p, NULL) != MQ_OK)
		return;
	xcopy(out, size, fields_text(&p.f, "name"));
	record_full_free(&p);
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

/* ---- keys ---- */

struct keys {
	struct node *n;
	enum mq_status (*take)(void *ctx, const char *key, struct err *err);
	void *ctx;
};

static enum mq_status give(const struct keys *k, char tag, const char *text,
    struct err *err)
{
	char key[SEARCH_KEY_MAX + 4];

	if (text[0] == '\0')
		return MQ_OK;
	(void)snprintf(key, sizeof(key), "%c:%s", tag, text);
	return k->take(k->ctx, key, err);
}

static enum mq_status give_hash(const struct keys *k, char tag,
    const char *text, struct err *err)
{
	char key[SEARCH_KEY_MAX];

	if (text[0] == '\0')
		return MQ_OK;
	search_key_hash(k->n, tag, text, key);
	return k->take(k->ctx, key, err);
}

/* "zhang wei" as it is and as "zw zhang wei". */
static enum mq_status give_sound(const struct keys *k, bool given,
    const char *syllables, struct err *err)
{
	char both[SEARCH_KEY_MAX];
	enum mq_status st = give(k, given ? 'q' : 'p', syllables, err);
	const char *s = syllables;
	size_t at = 0;

	while (*s != '\0' && at < NAME_MAX_CHARS) {
		both[at++] = *s;
		s += strcspn(s, " ");
		s += strspn(s, " ");
	}
	(void)snprintf(both + at, sizeof(both) - at, " %s", syllables);
	return st != MQ_OK || at == 0 ? st :
	    give(k, given ? 'j' : 'i', both, err);
}

static enum mq_status give_ways(const struct keys *k, bool given,
    const char *name, struct err *err)
{
	struct ways *w = xcalloc(1, sizeof(*w));
	enum mq_status st = MQ_OK;
	size_t i;

	read_name(name, w);
	for (i = 0; i < w->n && st == MQ_OK; i++)
		st = give_sound(k, given, w->s[i], err);
	free(w);
	return st;
}

/* The readings of the surnames' own table come from pinyin: a first letter
 * that differs is added as a way of its own. */
static enum mq_status give_surname(const struct keys *k, const char *name,
    struct err *err)
{
	struct buf b = BUF_INIT(256);
	enum mq_status st = MQ_OK;

	pinyin_surname_of(name, &b);
	if (b.len > 0 && b.len + 4 < SEARCH_KEY_MAX)
		st = give_sound(k, false, b.data, err);
	buf_free(&b);
	return st;
}

/* Every part of two characters and more, so that any such part finds. */
static enum mq_status give_parts(const struct keys *k, const char *name,
    struct err *err)
{
	size_t len = strlen(name), from = 0, to, chars = 0;
	enum mq_status st = MQ_OK;
	char part[200];

	for (; from < len && st == MQ_OK && chars < NAME_MAX_CHARS;
	    from = text_next(name, len, from), chars++) {
		to = text_next(name, len, from);
		while (to < len && st == MQ_OK) {
			to = text_next(name, len, to);
			if (from == 0 && to == len)
				break;
			(void)snprintf(part, sizeof(part), "%.*s",
			    (int)(to - from), name + from);
			st = give_hash(k, 'm', part, err);
		}
	}
	return st;
}

static enum mq_status give_name(const struct keys *k, const char *name,
    struct err *err)
{
	char folded[200];
	enum mq_status st;
	size_t first;

	search_fold(name, folded, sizeof(folded));
	if (folded[0] == '\0')
		return MQ_OK;
	st = give_hash(k, 'n', folded, err);
	if (st == MQ_OK)
		st = give_parts(k, folded, err);
	if (st == MQ_OK)
		st = give_ways(k, false, folded, err);
	if (st == MQ_OK)
		st = give_surname(k, folded, err);
	first = text_next(folded, strlen(folded), 0);
	if (st == MQ_OK && folded[first] != '\0')
		st = give_ways(k, true, folded + first, err);
	crypto_wipe(folded, sizeof(folded));
	return st;
}

static enum mq_status give_phone(const struct keys *k, const char *text,
    struct err *err)
{
	char phone[24];
	enum mq_status st;
	size_t len;

	if (text[0] == '\0' || person_id_phone(text, phone, NULL) != MQ_OK)
		return MQ_OK;
	st = give_hash(k, 't', phone, err);
	len = strcspn(phone, "-");
	phone[len] = '\0';
	if (st == MQ_OK && len > 4)
		st = give_hash(k, 'e', phone + len - 4, err);
	return st;
}

static enum mq_status give_building(const struct keys *k,
    const char *building, struct err *err)
{
	struct buf b = BUF_INIT(256);
	char folded[100];
	enum mq_status st;

	search_fold(building, folded, sizeof(folded));
	st = give(k, 'b', folded, err);
	pinyin_initials_of(folded, false, &b);
	if (st == MQ_OK)
		st = give(k, 'b', buf_str(&b), err);
	buf_free(&b);
	return st;
}

/* "3-2-402" and, as most say it, "3-402". */
static enum mq_status give_figures(const struct keys *k, const char *folded,
    struct err *err)
{
	char all[100], brief[100];
	const char *last;
	enum mq_status st;

	search_figures(folded, all, sizeof(all));
	last = strrchr(all, '-');
	if (last == NULL)
		return MQ_OK;
	st = give_hash(k, 'd', all, err);
	(void)snprintf(brief, sizeof(brief), "%.*s%s",
	    (int)strcspn(all, "-"), all, last);
	return st == MQ_OK ? give_hash(k, 'd', brief, err) : st;
}

static enum mq_status give_door(const struct keys *k, const char *building,
    const char *door, struct err *err)
{
	char both[200], folded[200];
	enum mq_status st;

	if (door[0] == '\0')
		return MQ_OK;
	(void)snprintf(both, sizeof(both), "%.90s%.90s", building, door);
	search_fold(both, folded, sizeof(folded));
	st = give_hash(k, 'd', folded, err);
	if (st == MQ_OK) {
		(void)snprintf(both, sizeof(both), "%.90s-%.90s", building,
		    door);
		search_fold(both, folded, sizeof(folded));
		st = give_figures(k, folded, err);
	}
	search_fold(door, folded, sizeof(folded));
	return st == MQ_OK ? give_hash(k, 'd', folded, err) : st;
}

/* Those of a household are also found by its door. */
static enum mq_status give_place(const struct keys *k,
    const struct record_full *r, struct err *err)
{
	char building[100], door[100];
	struct record_full house;
	enum mq_status st;

	search_building(k->n, r, building, sizeof(building));
	xcopy(door, sizeof(door), fields_text(&r->f, "door"));
	if (door[0] == '\0' && r->r.place != 0 && r->r.place != r->r.rec &&
	    record_get(k->n, r->r.place, &house, NULL) == MQ_OK) {
		xcopy(door, sizeof(door), fields_text(&house.f, "door"));
		record_full_free(&house);
	}
	st = give_building(k, building, err);
	return st == MQ_OK ? give_door(k, building, door, err) : st;
}

/* What was scanned or is a code of its own. */
static enum mq_status give_codes(const struct keys *k,
    const struct record_full *r, struct err *err)
{
	const struct kind *kind = pack_kind(k->n->pack, r->r.kind);
	enum mq_status st = MQ_OK;
	char folded[100];
	size_t i;

	for (i = 0; kind != NULL && i < kind->nfields && st == MQ_OK; i++) {
		const struct field *fd = &kind->fields[i];

		if (fd->type != FT_BARCODE && fd->type != FT_STAFF &&
		    !pack_data_has_word(fd->appearance, "org_code"))
			continue;
		search_fold(fields_text(&r->f, fd->name), folded,
		    sizeof(folded));
		st = give(k, 'c', folded, err);
	}
	return st;
}

enum mq_status search_keys_each(struct node *n, const struct record_full *r,
    enum mq_status (*take)(void *ctx, const char *key, struct err *err),
    void *ctx, struct err *err)
{
	const struct keys k = { n, take, ctx };
	const char *id = fields_text(&r->d, "id_hash");
	char name[200];
	enum mq_status st;
	bool masks;

	st = give_place(&k, r, err);
	if (st == MQ_OK)
		st = give_codes(&k, r, err);
	search_name_of(n, r, name, sizeof(name), &masks);
	if (st == MQ_OK)
		st = give_name(&k, name, err);
	crypto_wipe(name, sizeof(name));
	if (st == MQ_OK)
		st = give_phone(&k, fields_text(&r->f, "phone"), err);
	return st == MQ_OK ? give(&k, 'x', id, err) : st;
}

/* ---- writing ---- */

struct writing { struct node *n; const struct record_full *r; };

static enum mq_status write_key(void *ctx, const char *key, struct err *err)
{
	const struct writing *w = ctx;
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(w->n->db, "INSERT OR IGNORE INTO search_name(kind, key,"
	    " rec) VALUES(?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, w->r->r.kind);
	db_bind_text(s, key);
	db_bind_i64(s, w->r->r.rec);
	return db_run(&s, err);
}

enum mq_status search_keys_put(struct node *n, const struct record_full *r,
    struct err *err)
{
	struct writing w = { n, r };

	assert(db_in_transaction(n->db));
	return search_keys_each(n, r, write_key, &w, err);
}
