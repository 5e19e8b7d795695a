/*
 * Finding persons and households as one types.  Called by pickers.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "form.h"
#include "ledger.h"
#include "mask.h"
#include "pack.h"
#include "person_id.h"
#include "pinyin.h"
#include "record_row.h"

#define HITS_MAX 400		/* candidates looked at */
#define DRAIN_FIRST 100		/* marked records indexed before */
#define PROBES_MAX 120
#define MERGES_MAX 8
#define LETTERS 3		/* first letters that narrow a range */

/* Better ways to be found have lower numbers. */
enum rank { RANK_EXACT, RANK_NAME, RANK_PHONE, RANK_GIVEN, RANK_PLACE };

struct hunt;
/* One thing to look for among the keys: this one, or all that begin with it
 * and fit.  The index and what is not indexed yet are asked the same. */
struct probe {
	char key[SEARCH_KEY_MAX + 4];
	bool range;
	enum rank rank;
	bool (*fits)(const struct hunt *h, const char *syllables);
};

struct hit { int64_t rec; enum rank rank; };

struct hunt {
	struct node *n;
	const char *kind, *scope;
	char typed[SEARCH_KEY_MAX];	/* folded */
	bool han;			/* typed holds more than ASCII */
	bool mixed;			/* and ASCII too */
	struct probe *probes;
	int nprobes;
	struct hit *v;
	int count;
	int64_t now_rec;		/* whose keys are being compared */
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

/* ---- what to look for ---- */

static void probe(struct hunt *h, char tag, const char *text, bool range,
    enum rank rank, bool (*fits)(const struct hunt *h, const char *s))
{
	struct probe *p = &h->probes[h->nprobes];
	int i;

	if (h->nprobes == PROBES_MAX || text[0] == '\0')
		return;
	(void)snprintf(p->key, sizeof(p->key), "%c:%s", tag, text);
	for (i = 0; i < h->nprobes; i++)
		if (strcmp(h->probes[i].key, p->key) == 0)
			return;
	p->range = range;
	p->rank = rank;
	p->fits = fits;
	h->nprobes++;
}

static void probe_hash(struct hunt *h, char tag, const char *text,
    enum rank rank)
{
	char key[SEARCH_KEY_MAX];

	search_key_hash(h->n, tag, text, key);
	probe(h, tag, key + 2, false, rank, NULL);
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

static bool may_end(const char *s, size_t n)
{
	size_t i;

	if (n == 1 || (n == 2 && s[1] == 'h'))
		return true;
	for (i = 0; i < n; i++)
		if (strchr("aeiouv", s[i]) != NULL)
			return true;
	return false;
}

/* Every way to take the typed letters apart into syllables or their
 * beginnings gives the first letters by which it stands in the index. */
static void letters(struct hunt *h, size_t at, const char *got, size_t ngot)
{
	size_t left = strlen(h->typed) - at, n;
	char more[LETTERS + 1];

	if (left == 0 || ngot == LETTERS) {
		probe(h, 'i', got, true, RANK_NAME, fits_typed);
		probe(h, 'j', got, true, RANK_GIVEN, fits_typed);
		return;
	}
	memcpy(more, got, ngot);
	more[ngot] = h->typed[at];
	more[ngot + 1] = '\0';
	for (n = 1; n <= left && n <= 6; n++)
		/* All of it as one syllable is asked for by that. */
		if (may_end(h->typed + at, n) && !(ngot == 0 && n == left &&
		    n > 1))
			letters(h, at + n, more, ngot + 1);
}

static void by_letters(struct hunt *h)
{
	probe(h, 'p', h->typed, true, RANK_NAME, NULL);
	probe(h, 'q', h->typed, true, RANK_GIVEN, NULL);
	letters(h, 0, "", 0);
}

/* Characters: any part of the name by its hash; a single one, or a mixture
 * "张w", by the sound of the first, and the name itself is compared when the
 * row is read. */
static void by_han(struct hunt *h)
{
	const char *list;
	char first[32];
	uint32_t cp;
	size_t len;
	int used = text_decode(h->typed, strlen(h->typed), &cp);

	probe_hash(h, 'n', h->typed, RANK_EXACT);
	probe_hash(h, 'm', h->typed, RANK_NAME);
	list = used > 0 ? pinyin_readings(cp) : NULL;
	if (list == NULL || (!h->mixed && h->typed[used] != '\0'))
		return;
	for (; *list != '\0'; list += len) {
		list += strspn(list, " ");
		len = strcspn(list, " ");
		(void)snprintf(first, sizeof(first), "%.*s", (int)len, list);
		probe(h, 'p', first, true, RANK_NAME, fits_han);
		probe(h, 'q', first, true, RANK_GIVEN, fits_han);
	}
}

static void by_digits(struct hunt *h)
{
	char phone[24];

	if (strlen(h->typed) == 4)
		probe_hash(h, 'e', h->typed, RANK_PHONE);
	if (person_id_phone(h->typed, phone, NULL) == MQ_OK)
		probe_hash(h, 't', phone, RANK_EXACT);
}

/* A whole ID number, typed or read from the card. */
static void by_id(struct hunt *h)
{
	char id[19], hash[FORM_ID_HASH];

	if (person_id_check(h->typed, clock_day(ledger_now(h->n)), id, NULL)
	    != MQ_OK)
		return;
	form_id_hash(h->n, id, hash);
	probe(h, 'x', hash, false, RANK_EXACT, NULL);
	crypto_wipe(id, sizeof(id));
}

static void look_for(struct hunt *h)
{
	bool digits = h->typed[strspn(h->typed, "0123456789+-()")] == '\0';
	char figures[100];

	if (digits)
		by_digits(h);
	else if (h->han)
		by_han(h);
	else
		by_letters(h);
	by_id(h);
	probe(h, 'c', h->typed, true, RANK_EXACT, NULL);
	probe(h, 'b', h->typed, true, RANK_PLACE, NULL);
	probe_hash(h, 'd', h->typed, RANK_EXACT);
	search_figures(h->typed, figures, sizeof(figures));
	if (strchr(figures, '-') != NULL)
		probe_hash(h, 'd', figures, RANK_EXACT);
}

/* ---- looking ---- */

/* The syllables of a key: behind the first letters where it has them. */
static const char *syllables_of(const char *key)
{
	const char *gap;

	if (key[0] != 'i' && key[0] != 'j')
		return key + 2;
	gap = strchr(key, ' ');
	return gap == NULL ? "" : gap + 1;
}

static void compare(struct hunt *h, const struct probe *p, const char *key,
    int64_t rec)
{
	if (p->fits == NULL || p->fits(h, syllables_of(key)))
		hit(h, rec, p->rank);
}

static enum mq_status ask_index(struct hunt *h, const struct probe *p,
    struct err *err)
{
	char to[SEARCH_KEY_MAX + 8];
	struct db_stmt *s;
	enum mq_status st;
	bool row = true;

	/* A key is not longer than what it begins with by less than a sign. */
	(void)snprintf(to, sizeof(to), "%s%s", p->key,
	    p->range ? "\xf4\x8f\xbf\xbf" : "\x01");
	st = db_query(h->n->db, "SELECT key, rec FROM search_name WHERE"
	    " kind = ? AND key >= ? AND key < ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, h->kind);
	db_bind_text(s, p->key);
	db_bind_text(s, to);
	while (row && h->count < HITS_MAX &&
	    (st = db_step(s, &row, err)) == MQ_OK && row)
		compare(h, p, db_text(s, "key"), db_i64(s, "rec"));
	db_done(&s);
	return st;
}

static enum mq_status tail_key(void *ctx, const char *key, struct err *err)
{
	struct hunt *h = ctx;
	int i;

	(void)err;
	for (i = 0; i < h->nprobes; i++) {
		const struct probe *p = &h->probes[i];

		if (p->range ? strncmp(key, p->key, strlen(p->key)) == 0 :
		    strcmp(key, p->key) == 0)
			compare(h, p, key, h->now_rec);
	}
	return MQ_OK;
}

static enum mq_status tail_record(void *ctx, const struct record_full *r,
    struct err *err)
{
	struct hunt *h = ctx;

	h->now_rec = r->r.rec;
	return search_keys_each(h->n, r, tail_key, h, err);
}

static enum mq_status gather(struct hunt *h, bool tail, struct err *err)
{
	enum mq_status st = MQ_OK;
	int i;

	h->probes = xcalloc(PROBES_MAX, sizeof(*h->probes));
	look_for(h);
	for (i = 0; i < h->nprobes && st == MQ_OK; i++)
		st = ask_index(h, &h->probes[i], err);
	if (st == MQ_OK && tail)
		st = search_tail(h->n, h->kind, tail_record, h, err);
	FREE(h->probes);
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
	/* One that was merged into another is nobody else. */
	st = db_query(n->db, "SELECT count(*) AS n FROM search_name s JOIN"
	    " record r ON r.rec = s.rec WHERE s.kind = ? AND key = ?"
	    " AND r.main = 0 AND r.flags & 1 = 0", &s, err);
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
	bool masks;

	memset(out, 0, sizeof(*out));
	out->main = r->r.main;
	out->rec = r->r.rec;
	search_name_of(n, r, name, sizeof(name), &masks);
	if (masks)
		mask_name(name, &masked);
	else
		buf_adds(&masked, name);
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
	search_order_keys(name, out);
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
	bool yes, masks;

	if (!h->han || (rank != RANK_NAME && rank != RANK_GIVEN))
		return true;
	search_name_of(h->n, r, name, sizeof(name), &masks);
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

/* Who was merged into another is that other. */
static enum mq_status show_one(struct hunt *h, const struct hit *v,
    struct search_person *out, int *count, struct err *err)
{
	int64_t rec = v->rec;
	enum mq_status st = MQ_OK;
	int i, step;

	for (step = 0; step < MERGES_MAX && st == MQ_OK; step++) {
		struct record_full r;
		int64_t main;

		st = record_get(h->n, rec, &r, err);
		if (st != MQ_OK)
			break;
		main = r.r.main;
		for (i = 0; i < *count; i++)
			if (out[i].rec == rec)
				main = -1;
		if (main == 0 && allowed(h, &r.r) &&
		    (step > 0 || really(h, &r, v->rank)))
			st = describe(h->n, &r, &out[(*count)++], err);
		if (step == 0 && main > 0 && !really(h, &r, v->rank))
			main = 0;
		record_full_free(&r);
		if (main <= 0)
			break;
		rec = main;
	}
	return st == MQ_E_NOT_FOUND ? MQ_OK : st;
}

static enum mq_status fill(struct hunt *h, struct search_person *out, int max,
    int *count, struct err *err)
{
	enum mq_status st = MQ_OK;
	int i, from = 0;

	for (i = 0; i < h->count && *count < max && st == MQ_OK; i++) {
		if (i > 0 && h->v[i].rank != h->v[i - 1].rank) {
			search_order(out + from, *count - from,
			    SEARCH_BY_PLACE);
			from = *count;
		}
		st = show_one(h, &h->v[i], out, count, err);
	}
	if (st == MQ_OK)
		search_order(out + from, *count - from, SEARCH_BY_PLACE);
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
	int64_t left = 0;
	size_t i;

	assert(max > 0);
	*count = 0;
	st = search_drain(n, DRAIN_FIRST, &left, err);
	if (st == MQ_E_LOCKED || st == MQ_E_DISK_FULL || st == MQ_E_READ_ONLY)
		st = MQ_OK;
	if (st != MQ_OK)
		return st;
	search_fold(typed, h.typed, sizeof(h.typed));
	for (i = 0; h.typed[i] != '\0'; i++) {
		h.han = h.han || (unsigned char)h.typed[i] >= 0x80;
		h.mixed = h.mixed || (unsigned char)h.typed[i] < 0x80;
	}
	h.v = xcalloc(HITS_MAX, sizeof(*h.v));
	if (h.typed[0] == '\0')
		st = latest(&h, max < HITS_MAX ? max : HITS_MAX, err);
	else
		st = gather(&h, left > 0, err);
	qsort(h.v, (size_t)h.count, sizeof(*h.v), by_rank);
	if (st == MQ_OK)
		st = fill(&h, out, max, count, err);
	free(h.v);
	return st;
}
