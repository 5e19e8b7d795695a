/*
 * Who is in the register already: what is being typed, or a whole record,
 * against the keys of the search.  Called by forms, imports and the page of a
 * record.  By the number of a paper, the telephone, the name as it sounds
 * with year of birth and building; never more is shown than in any picker.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "form.h"
#include "ledger.h"
#include "pack.h"
#include "person_id.h"

#define CANDIDATES 60
#define ONE_KEY 30		/* records taken by one key */

enum { BY_ID = 1, BY_CODE = 2, BY_DOOR = 4, BY_PHONE = 8, BY_NAME = 16,
    BY_SOUND = 32 };

struct candidate { int64_t rec; int by; };

struct alike {
	struct node *n;
	const struct record_full *r;	/* what is typed */
	bool door_taken;
	struct candidate v[CANDIDATES];
	int count;
};

static void take(struct alike *a, int64_t rec, int by)
{
	int i;

	for (i = 0; i < a->count; i++)
		if (a->v[i].rec == rec) {
			a->v[i].by |= by;
			return;
		}
	if (rec != a->r->r.rec && a->count < CANDIDATES)
		a->v[a->count++] = (struct candidate){ rec, by };
}

/* The first key of a door is the whole of it, the others only parts. */
static int tag_means(struct alike *a, char tag)
{
	switch (tag) {
	case 'x':
		return BY_ID;
	case 'c':
		return BY_CODE;
	case 't':
		return BY_PHONE;
	case 'n':
		return BY_NAME;
	case 'p':
		return BY_SOUND;
	case 'd':
		if (a->door_taken || !fields_has(&a->r->f, "door") ||
		    !fields_has(&a->r->f, "building"))
			return 0;
		a->door_taken = true;
		return BY_DOOR;
	default:
		return 0;
	}
}

static enum mq_status one_key(void *ctx, const char *key, struct err *err)
{
	struct alike *a = ctx;
	int by = tag_means(a, key[0]);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	if (by == 0)
		return MQ_OK;
	st = db_query(a->n->db, "SELECT rec FROM search_name WHERE kind = ?"
	    " AND key = ? LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, a->r->r.kind);
	db_bind_text(s, key);
	db_bind_i64(s, ONE_KEY);
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		take(a, db_i64(s, "rec"), by);
	db_done(&s);
	return st;
}

/* ---- how sure it is ---- */

static bool same_text(const char *x, const char *y)
{
	char a[100], b[100];

	search_fold(x, a, sizeof(a));
	search_fold(y, b, sizeof(b));
	return strcmp(a, b) == 0;
}

/* Same year of birth, and no building that says otherwise. */
static bool same_life(struct alike *a, const struct record_full *r)
{
	int64_t born = fields_int(&a->r->f, "birth_year", 0);
	char here[100], there[100];

	if (born == 0 || born != fields_int(&r->f, "birth_year", 0))
		return false;
	search_building(a->n, a->r, here, sizeof(here));
	search_building(a->n, r, there, sizeof(there));
	return here[0] == '\0' || there[0] == '\0' || same_text(here, there);
}

static enum search_tie tie_of(struct alike *a, const struct record_full *r,
    int by)
{
	bool masks = true;
	char name[200];

	if ((by & (BY_ID | BY_CODE)) != 0)
		return SEARCH_SAME_NUMBER;
	if ((by & BY_DOOR) != 0)
		return strcmp(r->r.kind, "person") == 0 ? SEARCH_NOT_ALIKE :
		    SEARCH_SAME_DOOR;
	if ((by & BY_PHONE) != 0 && (by & (BY_NAME | BY_SOUND)) != 0)
		return SEARCH_SAME_PHONE;
	if ((by & (BY_NAME | BY_SOUND)) != 0 && same_life(a, r))
		return SEARCH_SAME_LIFE;
	/* The name of what is no person is its own. */
	search_name_of(a->n, r, name, sizeof(name), &masks);
	crypto_wipe(name, sizeof(name));
	if ((by & BY_NAME) != 0)
		return masks ? SEARCH_ONLY_NAME : SEARCH_SAME_LIFE;
	return (by & BY_PHONE) != 0 ? SEARCH_ONLY_PHONE : SEARCH_NOT_ALIKE;
}

static void put_sorted(struct search_alike *out, int max, int *count,
    const struct search_alike *x)
{
	int i;

	if (*count == max) {
		if (out[max - 1].tie <= x->tie)
			return;
		(*count)--;
	}
	for (i = (*count)++; i > 0 && out[i - 1].tie > x->tie; i--)
		out[i] = out[i - 1];
	out[i] = *x;
}

static bool in_scope(const char *scope, const struct record *r)
{
	char quoted[40];

	if ((r->flags & (REC_VOID | REC_CONFIDENTIAL)) != 0 || r->main != 0)
		return false;
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", r->org);
	return scope == NULL || strstr(scope, quoted) != NULL;
}

enum mq_status search_alike(struct node *n, const struct record_full *r,
    const char *scope, struct search_alike *out, int max, int *count,
    struct err *err)
{
	struct alike *a = xcalloc(1, sizeof(*a));
	enum mq_status st = MQ_OK;
	struct search_alike x;
	int i;

	assert(max > 0);
	*count = 0;
	a->n = n;
	a->r = r;
	if (n->pack != NULL && search_is_register(n, r->r.kind))
		st = search_keys_each(n, r, one_key, a, err);
	for (i = 0; i < a->count && st == MQ_OK; i++) {
		struct record_full other;

		if (record_get(n, a->v[i].rec, &other, NULL) != MQ_OK)
			continue;
		x.tie = in_scope(scope, &other.r) ?
		    tie_of(a, &other, a->v[i].by) : SEARCH_NOT_ALIKE;
		if (x.tie != SEARCH_NOT_ALIKE) {
			st = search_person_of(n, other.r.rec, &x.p, err);
			if (st == MQ_OK)
				put_sorted(out, max, count, &x);
		}
		record_full_free(&other);
	}
	free(a);
	return st;
}

enum mq_status search_alike_typed(struct node *n, const char *kind,
    const struct fields *f, const char *scope, struct search_alike *out,
    int max, int *count, struct err *err)
{
	struct record_full r;
	char id[19], hash[FORM_ID_HASH];
	enum mq_status st;
	struct ref place;

	memset(&r, 0, sizeof(r));
	xcopy(r.r.kind, sizeof(r.r.kind), kind);
	fields_copy(&r.f, f);
	if (ref_parse(fields_text(f, "place"), strlen(fields_text(f, "place")),
	    &place))
		r.r.place = ref_rec(place);
	if (person_id_check(fields_text(f, "idnumber"),
	    clock_day(ledger_now(n)), id, NULL) == MQ_OK) {
		form_id_hash(n, id, hash);
		fields_set(&r.d, "id_hash", hash);
		crypto_wipe(id, sizeof(id));
	}
	st = search_alike(n, &r, scope, out, max, count, err);
	record_full_free(&r);
	return st;
}
