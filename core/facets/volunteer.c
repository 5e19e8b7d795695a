/*
 * The volunteer facet: registering people who serve, temporary numbers for
 * walk-ins, merging them later.  Called through facet_decide() at save; its
 * reading side by hours, boards and certificates.
 */
#include "../volunteer.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../form.h"
#include "../ledger.h"
#include "../mask.h"
#include "../person_id.h"
#include "../roster.h"

#define PAGE 50
#define ROWS_MAX 5000		/* of the register */
#define MERGES_MAX 8		/* a merge into one that was merged itself */
#define TRIES_MAX 60

/* ---- finding ---- */

static const struct kind *register_kind(struct node *n)
{
	size_t i;

	for (i = 0; n->pack != NULL && i < pack_kinds(n->pack); i++)
		if (kind_has_facet(pack_kind_at(n->pack, i), "volunteer"))
			return pack_kind_at(n->pack, i);
	return NULL;
}

/* Entries whose indexed field is `value`; fn until it says stop. */
static enum mq_status each_with(struct node *n, const char *field,
    const char *value, bool (*fn)(void *ctx, const struct record_full *r),
    void *ctx, struct err *err)
{
	const struct kind *k = register_kind(n);
	const struct field *fd = k == NULL ? NULL : kind_field(k, field);
	struct record_query q = { .sort = SORT_KEY, .key = value };
	struct record *rows;
	struct record_full r;
	enum mq_status rc;
	bool stop = false;
	int i, got = 0;

	if (fd == NULL || fd->index == 0 || value[0] == '\0' || n->db == NULL)
		return MQ_OK;
	q.kind = k->name;
	q.slot = fd->index;
	rows = xcalloc(PAGE, sizeof(*rows));
	rc = record_page(n, &q, NULL, false, rows, PAGE, &got, err);
	for (i = 0; i < got && rc == MQ_OK && !stop; i++) {
		rc = record_get(n, rows[i].rec, &r, err);
		if (rc != MQ_OK)
			break;
		stop = fn(ctx, &r);
		record_full_free(&r);
	}
	free(rows);
	return rc;
}

struct found { int64_t rec, except; char into[32]; };

static bool take_found(void *ctx, const struct record_full *r)
{
	struct found *f = ctx;

	if (r->r.rec == f->except)
		return false;
	f->rec = r->r.rec;
	xcopy(f->into, sizeof(f->into), fields_text(&r->f, "merged_into"));
	return true;
}

enum mq_status volunteer_find(struct node *n, const char *number,
    int64_t *rec, struct err *err)
{
	char at[32];
	enum mq_status rc = MQ_OK;
	int i;

	*rec = 0;
	xcopy(at, sizeof(at), number);
	for (i = 0; i < MERGES_MAX && rc == MQ_OK && at[0] != '\0'; i++) {
		struct found f = { 0, 0, "" };

		rc = each_with(n, "number", at, take_found, &f, err);
		if (f.rec == 0)
			break;
		*rec = f.rec;
		xcopy(at, sizeof(at), f.into);
	}
	return rc;
}

struct aliases { char (*out)[32]; int max, count; };

static bool take_alias(void *ctx, const struct record_full *r)
{
	struct aliases *a = ctx;

	if (a->count == a->max)
		return true;
	xcopy(a->out[a->count++], 32, fields_text(&r->f, "number"));
	return false;
}

enum mq_status volunteer_aliases(struct node *n, const char *number,
    char out[][32], int max, int *count, struct err *err)
{
	struct aliases a = { out, max, 0 };
	enum mq_status rc = each_with(n, "merged_into", number, take_alias,
	    &a, err);
	int i, own = a.count;

	/* One merged into a number that was merged in its turn. */
	for (i = 0; i < own && rc == MQ_OK; i++)
		rc = each_with(n, "merged_into", out[i], take_alias, &a, err);
	*count = a.count;
	return rc;
}

void volunteer_name(struct node *n, const char *number, char *out,
    size_t size)
{
	const char *name = n->roster == NULL ? NULL :
	    roster_name(n->roster, number);
	struct record_full r;
	int64_t rec = 0;

	xcopy(out, size, name == NULL || name[0] == '\0' ? number : name);
	if (strcmp(out, number) != 0 ||
	    volunteer_find(n, number, &rec, NULL) != MQ_OK || rec == 0 ||
	    record_get(n, rec, &r, NULL) != MQ_OK)
		return;
	if (fields_has(&r.f, "name"))
		xcopy(out, size, fields_text(&r.f, "name"));
	record_full_free(&r);
}

bool volunteer_same(struct node *n, const char *a, const char *b)
{
	const struct roster_person *p = roster_find(n->roster, a);
	int64_t x = 0, y = 0;

	if (strcmp(a, b) == 0 || (p != NULL && strcmp(p->number, b) == 0))
		return true;
	return volunteer_find(n, a, &x, NULL) == MQ_OK && x != 0 &&
	    volunteer_find(n, b, &y, NULL) == MQ_OK && x == y;
}

/* ---- everybody ---- */

static void masked(const char *name, char *out, size_t size)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	mask_name(name, &b);
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

static void last_four(const char *phone, char out[8])
{
	size_t len = strlen(phone);

	xcopy(out, 8, len >= 4 ? phone + len - 4 : "");
}

static int list_roster(struct node *n, struct volunteer *out, int max)
{
	const struct roster_person *p;
	size_t i;
	int count = 0;

	for (i = 0; i < roster_count(n->roster) && count < max; i++) {
		struct volunteer *v = &out[count];

		p = roster_at(n->roster, i);
		if (p->left)
			continue;
		memset(v, 0, sizeof(*v));
		xcopy(v->number, sizeof(v->number), p->number);
		xcopy(v->name, sizeof(v->name), p->name);
		xcopy(v->card, sizeof(v->card), p->card);
		last_four(p->phone, v->phone_end);
		masked(p->name, v->masked, sizeof(v->masked));
		count++;
	}
	return count;
}

static void add_registered(struct node *n, int64_t rec, struct volunteer *out,
    int max, int *count)
{
	struct record_full r;
	struct volunteer *v;
	const char *number;
	int i;

	if (record_get(n, rec, &r, NULL) != MQ_OK)
		return;
	number = fields_text(&r.f, "number");
	for (i = 0; i < *count && strcmp(out[i].number, number) != 0; i++)
		continue;
	if (i < *count)
		out[i].rec = rec;	/* staff who also serve */
	else if (i < max && number[0] != '\0' &&
	    !(r.r.flags & (REC_CLOSED | REC_VOID))) {
		v = &out[(*count)++];
		memset(v, 0, sizeof(*v));
		v->rec = rec;
		v->temporary = fields_int(&r.d, "temporary", 0) != 0;
		xcopy(v->number, sizeof(v->number), number);
		xcopy(v->card, sizeof(v->card), fields_text(&r.f, "card"));
		xcopy(v->name, sizeof(v->name), fields_text(&r.f, "name"));
		last_four(fields_text(&r.f, "phone"), v->phone_end);
		masked(v->name, v->masked, sizeof(v->masked));
	}
	record_full_free(&r);
}

enum mq_status volunteer_list(struct node *n, struct volunteer *out, int max,
    int *count, struct err *err)
{
	const struct kind *k = register_kind(n);
	struct record_query q = { .sort = SORT_OPENED };
	struct record_walk w;
	const struct record *row;
	enum mq_status rc = MQ_OK;
	int i;

	*count = list_roster(n, out, max);
	if (k == NULL)
		return MQ_OK;
	q.kind = k->name;
	record_walk_begin(&w, n, &q);
	for (i = 0; i < ROWS_MAX; i++) {
		rc = record_walk_next(&w, &row, err);
		if (rc != MQ_OK || row == NULL)
			break;
		add_registered(n, row->rec, out, max, count);
	}
	record_walk_end(&w);
	return rc;
}

/* ---- the ID number: only its keyed hash can be asked ---- */

enum mq_status volunteer_check_id(struct node *n, int64_t rec,
    const char *idnumber, struct err *err)
{
	char hash[FORM_ID_HASH], clean[19];
	struct record_full r;
	enum mq_status rc;
	bool known, same;

	rc = person_id_check(idnumber, clock_day(ledger_now(n)), clean, err);
	if (rc == MQ_OK)
		rc = record_get(n, rec, &r, err);
	if (rc != MQ_OK)
		return rc;
	form_id_hash(n, clean, hash);
	known = fields_has(&r.d, "id_hash") && dev_node(ref_of_rec(rec).dev) ==
	    n->set.number;
	same = strcmp(fields_text(&r.d, "id_hash"), hash) == 0;
	record_full_free(&r);
	if (!known)
		return err_set(err, MQ_E_NOT_FOUND, "%s",
		    say_word(SAY_CERT_NO_ID, n->env->lang));
	return same ? MQ_OK : err_set(err, MQ_E_FIELD, "%s",
	    say_word(SAY_CERT_OTHER_ID, n->env->lang));
}

/* ---- deciding ---- */

static enum mq_status taken(struct node *n, const char *number,
    int64_t except, bool *out, struct err *err)
{
	struct found f = { 0, except, "" };
	enum mq_status rc = each_with(n, "number", number, take_found, &f,
	    err);

	*out = f.rec != 0;
	return rc;
}

/* "t00101" and four digits: sayable, and never given by two nodes. */
static enum mq_status give_number(struct act *a, struct err *err)
{
	enum mq_status rc;
	uint16_t random;
	char number[32];
	bool there = true;
	int i;

	for (i = 0; i < TRIES_MAX && there; i++) {
		a->n->env->random(a->n->env, &random, sizeof(random));
		snprintf(number, sizeof(number), "t%05d%04d",
		    a->n->set.number, random % 10000);
		rc = taken(a->n, number, 0, &there, err);
		if (rc != MQ_OK)
			return rc;
	}
	if (there)
		return err_set(err, MQ_E_FIELD, "%s",
		    say_word(SAY_VOLUNTEER_FULL, a->n->env->lang));
	fields_set(a->f, "number", number);
	fields_set(a->d, "k1", number);
	fields_set_int(a->d, "temporary", 1);
	return MQ_OK;
}

/* Somebody who may be under age needs a guardian's word. */
static void check_minor(struct act *a)
{
	int64_t born = fields_int(a->f, "birth_year", 0);
	int64_t age = clock_civil(a->now).year - born;
	int64_t limit = pack_int(a->n->pack, "volunteer_minor_age", 0);

	if (born > 0 && age <= limit &&
	    strcmp(fields_text(a->f, "consent"), "guardian") != 0)
		act_complain_say(a, "consent", MQ_E_FIELD,
		    SAY_VOLUNTEER_MINOR, NULL, NULL);
}

static enum mq_status decide_entry(struct act *a, struct err *err)
{
	const char *number = fields_text(a->f, "number");
	const struct roster_person *p = roster_find(a->n->roster, number);
	bool there = false;
	enum mq_status rc;

	check_minor(a);
	if (a->ncomplaints > 0)
		return MQ_OK;
	if (number[0] == '\0')
		return give_number(a, err);
	rc = taken(a->n, number, a->prior == NULL ? 0 : a->prior->r.rec,
	    &there, err);
	if (rc == MQ_OK && (there || (p != NULL &&
	    strcmp(p->name, fields_text(a->f, "name")) != 0)))
		act_complain_say(a, "number", MQ_E_FIELD,
		    SAY_VOLUNTEER_TAKEN, number, NULL);
	return rc;
}

/* A temporary number goes over into a lasting one, hours and all. */
static enum mq_status decide_merge(struct act *a, struct err *err)
{
	const char *into = fields_text(a->f, "merged_into");
	const char *own = fields_text(&a->prior->f, "number");
	int64_t rec = 0;
	enum mq_status rc;

	if (into[0] == '\0')
		return MQ_OK;		/* the form has asked for it */
	rc = volunteer_find(a->n, into, &rec, err);
	if (rc != MQ_OK)
		return rc;
	if (rec == a->prior->r.rec || strcmp(into, own) == 0)
		act_complain_say(a, "merged_into", MQ_E_FIELD,
		    SAY_VOLUNTEER_CIRCLE, NULL, NULL);
	else if (rec == 0 && roster_find(a->n->roster, into) == NULL)
		act_complain_say(a, "merged_into", MQ_E_FIELD,
		    SAY_VOLUNTEER_NONE, into, NULL);
	else
		fields_set(a->d, "k2", into);
	return MQ_OK;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	if (strcmp(a->op, "step") != 0)
		return decide_entry(a, err);
	return strcmp(a->step, pack_facet(a->n->pack, a->kind, "volunteer",
	    "merge")) == 0 ? decide_merge(a, err) : MQ_OK;
}

const struct facet facet_volunteer = { .name = "volunteer",
    .decide = decide };
