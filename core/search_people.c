/*
 * Finding persons and households as one types.  Called by pickers.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "mask.h"
#include "pack.h"
#include "person_id.h"
#include "pinyin.h"
#include "record_row.h"

#define HITS_MAX 400		/* candidates looked at */
#define KEYS_MAX 20000		/* keys compared for one search */

/* Better ways to be found have lower numbers. */
enum rank { RANK_EXACT, RANK_NAME, RANK_PHONE, RANK_GIVEN, RANK_PLACE };

struct hit { int64_t rec; enum rank rank; };

struct hunt {
	struct node *n;
	const char *kind, *scope;
	char typed[SEARCH_KEY_MAX];	/* folded */
	bool han;			/* typed holds more than ASCII */
	struct hit *v;
	int count;
};

static void hit(struct hunt *h, int64_t rec, enum rank rank)
{
	int i;

	for (i = 0; i < h->count; i++)
		if (h->v[i].rec == rec) {
			if (rank < h->v[i].rank)
				h->v[i].rank = rank;
			return;
		}
	if (h->count < HITS_MAX)
		h->v[h->count++] = (struct hit){ rec, rank };
}

/* ---- by key ---- */

static enum mq_status by_exact(struct hunt *h, char tag, const char *text,
    enum rank rank, struct err *err)
{
	char key[SEARCH_KEY_MAX];
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	search_key_hash(h->n, tag, text, key);
	st = db_query(h->n->db, "SELECT rec FROM search_name WHERE kind = ?"
	    " AND key = ? LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, h->kind);
	db_bind_text(s, key);
	db_bind_i64(s, HITS_MAX);
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		hit(h, db_i64(s, "rec"), rank);
	db_done(&s);
	return st;
}

/* Walks the keys that begin with tag and text; `fits` decides. */
static enum mq_status by_range(struct hunt *h, char tag, const char *text,
    enum rank rank,
    bool (*fits)(const struct hunt *h, const char *key), struct err *err)
{
	char from[SEARCH_KEY_MAX + 4], to[SEARCH_KEY_MAX + 8];
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	(void)snprintf(from, sizeof(from), "%c:%s", tag, text);
	(void)snprintf(to, sizeof(to), "%s\xf4\x8f\xbf\xbf", from);
	st = db_query(h->n->db, "SELECT key, rec FROM search_name WHERE"
	    " kind = ? AND key >= ? AND key < ? LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, h->kind);
	db_bind_text(s, from);
	db_bind_text(s, to);
	db_bind_i64(s, KEYS_MAX);
	while (h->count < HITS_MAX &&
	    (st = db_step(s, &row, err)) == MQ_OK && row)
		if (fits == NULL || fits(h, db_text(s, "key") + 2))
			hit(h, db_i64(s, "rec"), rank);
	db_done(&s);
	return st;
}

static bool fits_typed(const struct hunt *h, const char *syllables)
{
	return pinyin_begins(syllables, h->typed);
}

/* The typed characters against syllables, place by place. */
static bool fits_han(const struct hunt *h, const char *syllables)
{
	const char *t = h->typed;
	size_t at = 0, len = strlen(t), slen;
	uint32_t cp;
	int used;

	while (at < len) {
		const char *list;

		used = text_decode(t + at, len - at, &cp);
		slen = strcspn(syllables, " ");
		if (used <= 0 || slen == 0)
			return false;
		/* A mixture, "张w": the name itself will tell. */
		if (cp < 0x80)
			return true;
		list = pinyin_readings(cp);
		while (list != NULL && *list != '\0' &&
		    !(strncmp(list, syllables, slen) == 0 &&
		    (list[slen] == ' ' || list[slen] == '\0'))) {
			list += strcspn(list, " ");
			list += strspn(list, " ");
		}
		if (list == NULL || *list == '\0')
			return false;
		at += (size_t)used;
		syllables += slen;
		syllables += strspn(syllables, " ");
	}
	return true;
}

static enum mq_status by_letters(struct hunt *h, struct err *err)
{
	char first[2] = { h->typed[0], '\0' };
	enum mq_status st;

	st = by_range(h, 'p', first, RANK_NAME, fits_typed, err);
	if (st == MQ_OK)
		st = by_range(h, 'q', first, RANK_GIVEN, fits_typed, err);
	return st;
}

/* Han: the whole name by its hash; a part of it by sound first, and the
 * name itself is compared when the row is read. */
static enum mq_status by_han(struct hunt *h, struct err *err)
{
	enum mq_status st = by_exact(h, 'n', h->typed, RANK_EXACT, err);
	uint32_t cp, mask;
	char first[2] = "";
	int i;

	if (text_decode(h->typed, strlen(h->typed), &cp) <= 0)
		return st;
	mask = pinyin_initials(cp);
	for (i = 0; i < 26 && st == MQ_OK; i++) {
		if ((mask >> i & 1) == 0)
			continue;
		first[0] = (char)('a' + i);
		st = by_range(h, 'p', first, RANK_NAME, fits_han, err);
		if (st == MQ_OK)
			st = by_range(h, 'q', first, RANK_GIVEN, fits_han,
			    err);
	}
	return st;
}

static enum mq_status by_digits(struct hunt *h, struct err *err)
{
	char phone[24];
	enum mq_status st = MQ_OK;

	if (strlen(h->typed) == 4)
		st = by_exact(h, 'e', h->typed, RANK_PHONE, err);
	if (st == MQ_OK && person_id_phone(h->typed, phone, NULL) == MQ_OK)
		st = by_exact(h, 't', phone, RANK_EXACT, err);
	return st;
}

static enum mq_status gather(struct hunt *h, struct err *err)
{
	bool digits = h->typed[strspn(h->typed, "0123456789+-()")] == '\0';
	enum mq_status st;

	if (digits)
		st = by_digits(h, err);
	else if (h->han)
		st = by_han(h, err);
	else
		st = by_letters(h, err);
	if (st == MQ_OK)
		st = by_range(h, 'b', h->typed, RANK_PLACE, NULL, err);
	if (st == MQ_OK)
		st = by_exact(h, 'd', h->typed, RANK_EXACT, err);
	return st;
}

/* ---- rows ---- */

static enum mq_status same_name(struct node *n, const char *kind,
    const char *name, int *out, struct err *err)
{
	char folded[200], key[SEARCH_KEY_MAX];
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*out = 0;
	search_fold(name, folded, sizeof(folded));
	if (folded[0] == '\0')
		return MQ_OK;
	search_key_hash(n, 'n', folded, key);
	st = db_query(n->db, "SELECT count(*) AS n FROM search_name WHERE"
	    " kind = ? AND key = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, kind);
	db_bind_text(s, key);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*out = (int)db_i64(s, "n");
	db_done(&s);
	return st;
}

/* The name a row stands for: one's own, or that of the head. */
static void name_of(struct node *n, const struct record_full *r, char *out,
    size_t size)
{
	const char *head = fields_text(&r->f, "head");
	struct record_full p;
	struct ref ref;

	xcopy(out, size, fields_text(&r->f, "name"));
	if (out[0] != '\0' || !ref_parse(head, strlen(head), &ref) ||
	    record_get(n, ref_rec(ref), &p, NULL) != MQ_OK)
		return;
	xcopy(out, size, fields_text(&p.f, "name"));
	record_full_free(&p);
}

static void sex_word(struct node *n, const struct record_full *r, char out[8])
{
	const char *sex = fields_text(&r->f, "sex");
	const struct choice *c = n->pack == NULL ? NULL :
	    pack_choice(n->pack, "sex", sex);

	xcopy(out, 8, c == NULL ? sex : c->label[n->env->lang]);
}

static void place_of(struct node *n, const struct record_full *r, char *out,
    size_t size)
{
	char building[96];

	search_building(n, r, building, sizeof(building));
	if (strcmp(r->r.kind, "household") == 0 &&
	    fields_has(&r->f, "door"))
		(void)snprintf(out, size, "%.60s %.32s", building,
		    fields_text(&r->f, "door"));
	else
		xcopy(out, size, building);
}

static enum mq_status describe(struct node *n, const struct record_full *r,
    struct search_person *out, struct err *err)
{
	struct buf masked = BUF_INIT(256);
	const char *phone = fields_text(&r->f, "phone");
	char name[200];
	enum mq_status st;
	size_t len;

	memset(out, 0, sizeof(*out));
	out->rec = r->r.rec;
	name_of(n, r, name, sizeof(name));
	mask_name(name, &masked);
	xcopy(out->masked, sizeof(out->masked), buf_str(&masked));
	buf_free(&masked);
	sex_word(n, r, out->sex);
	out->birth_year = (int)fields_int(&r->f, "birth_year", 0);
	place_of(n, r, out->place, sizeof(out->place));
	len = strcspn(phone, "-");
	if (len >= 2)
		(void)snprintf(out->phone_end, sizeof(out->phone_end),
		    "%.2s", phone + len - 2);
	xcopy(out->org, sizeof(out->org), r->r.org);
	st = same_name(n, r->r.kind, name, &out->same_name, err);
	crypto_wipe(name, sizeof(name));
	return st;
}

enum mq_status search_person_of(struct node *n, int64_t rec,
    struct search_person *out, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	st = describe(n, &r, out, err);
	record_full_free(&r);
	return st;
}

/* ---- choosing ---- */

static bool allowed(const struct hunt *h, const struct record *r)
{
	char quoted[40];

	if ((r->flags & (REC_VOID | REC_CONFIDENTIAL)) != 0)
		return false;
	if (h->scope == NULL)
		return true;
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", r->org);
	return strstr(h->scope, quoted) != NULL;
}

/* Sound alone is not enough when characters were typed. */
static bool really(struct hunt *h, const struct record_full *r, enum rank rank)
{
	char name[200], folded[200];
	bool yes;

	if (!h->han || (rank != RANK_NAME && rank != RANK_GIVEN))
		return true;
	name_of(h->n, r, name, sizeof(name));
	search_fold(name, folded, sizeof(folded));
	yes = strstr(folded, h->typed) != NULL ||
	    pinyin_match(folded, h->typed);
	crypto_wipe(name, sizeof(name));
	crypto_wipe(folded, sizeof(folded));
	return yes;
}

static int by_rank(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

/* Within one rank by building, so that neighbours stand together. */
static int by_place(const void *a, const void *b)
{
	const struct search_person *x = a, *y = b;
	int c = strcmp(x->place, y->place);

	if (c == 0)
		c = strcmp(x->masked, y->masked);
	return c != 0 ? c : x->birth_year - y->birth_year;
}

static enum mq_status fill(struct hunt *h, struct search_person *out, int max,
    int *count, struct err *err)
{
	enum mq_status st = MQ_OK;
	int i, from = 0;

	for (i = 0; i < h->count && *count < max && st == MQ_OK; i++) {
		struct record_full r;

		if (i > 0 && h->v[i].rank != h->v[i - 1].rank) {
			qsort(out + from, (size_t)(*count - from),
			    sizeof(*out), by_place);
			from = *count;
		}
		st = record_get(h->n, h->v[i].rec, &r, err);
		if (st == MQ_E_NOT_FOUND) {
			st = MQ_OK;
			continue;
		}
		if (st != MQ_OK)
			break;
		if (allowed(h, &r.r) && really(h, &r, h->v[i].rank))
			st = describe(h->n, &r, &out[(*count)++], err);
		record_full_free(&r);
	}
	if (st == MQ_OK && *count > from)
		qsort(out + from, (size_t)(*count - from), sizeof(*out),
		    by_place);
	return st;
}

/* Nothing typed yet: those dealt with last. */
static enum mq_status latest(struct hunt *h, int max, struct err *err)
{
	struct record_query q = { .kind = h->kind, .sort = SORT_CHANGED,
	    .scope = h->scope };
	struct record *rows = xcalloc((size_t)max, sizeof(*rows));
	enum mq_status st;
	int got = 0, i;

	st = record_page(h->n, &q, NULL, false, rows, max, &got, err);
	for (i = 0; st == MQ_OK && i < got; i++)
		hit(h, rows[i].rec, (enum rank)i);
	free(rows);
	return st;
}

enum mq_status search_people(struct node *n, const char *kind,
    const char *typed,
    const char *scope, struct search_person *out, int max, int *count,
    struct err *err)
{
	struct hunt h = { .n = n, .kind = kind, .scope = scope };
	enum mq_status st;
	int64_t left;
	size_t i;

	assert(max > 0);
	*count = 0;
	st = search_drain(n, 100, &left, err);
	if (st == MQ_E_LOCKED || st == MQ_E_DISK_FULL || st == MQ_E_READ_ONLY)
		st = MQ_OK;
	if (st != MQ_OK)
		return st;
	search_fold(typed, h.typed, sizeof(h.typed));
	for (i = 0; h.typed[i] != '\0'; i++)
		h.han = h.han || (unsigned char)h.typed[i] >= 0x80;
	h.v = xcalloc(HITS_MAX, sizeof(*h.v));
	if (h.typed[0] == '\0')
		st = latest(&h, max < HITS_MAX ? max : HITS_MAX, err);
	else
		st = gather(&h, err);
	qsort(h.v, (size_t)h.count, sizeof(*h.v), by_rank);
	if (st == MQ_OK)
		st = fill(&h, out, max, count, err);
	free(h.v);
	return st;
}
