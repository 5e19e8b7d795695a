/*
 * Shares of a whole: how it stands, and what may be given.  See quota.h.
 * Called by facets/slot.c, facets/fund.c, the screens and the duty that
 * settles what came in from other nodes.
 */
#include "quota.h"

#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "form.h"
#include "ledger.h"
#include "quota_parts.h"

static const char *const facets[] = { "slot", "fund" };

const char *quota_part(const struct pack *p, const struct kind *k)
{
	size_t i;

	for (i = 0; k != NULL && i < ARRAY_LEN(facets); i++)
		if (pack_facet(p, k, facets[i], "of")[0] != '\0')
			return facets[i];
	return NULL;
}

const char *quota_whole(const struct pack *p, const struct kind *k)
{
	size_t i;

	for (i = 0; k != NULL && i < ARRAY_LEN(facets); i++)
		if (pack_facet(p, k, facets[i], "taken_by")[0] != '\0')
			return facets[i];
	return NULL;
}

const struct kind *quota_asking_kind(const struct pack *p,
    const struct kind *whole)
{
	const char *facet = quota_whole(p, whole);

	return facet == NULL ? NULL :
	    pack_kind(p, pack_facet(p, whole, facet, "taken_by"));
}

const struct field *quota_of_field(const struct pack *p,
    const struct kind *part)
{
	const char *facet = quota_part(p, part);

	return facet == NULL ? NULL :
	    kind_field(part, pack_facet(p, part, facet, "of"));
}

void quota_rule(const struct pack *p, const struct kind *k,
    const char *facet, struct quota_rule *out)
{
	const struct flow_step *full;

	out->facet = facet;
	out->k = k;
	out->of = pack_facet(p, k, facet, "of");
	out->amount = pack_facet(p, k, facet, "amount");
	out->granted = pack_facet(p, k, facet, "granted");
	out->start = pack_facet(p, k, facet, "start");
	out->minutes = pack_facet(p, k, facet, "minutes");
	out->give = kind_step(k, pack_facet(p, k, facet, "give"));
	full = kind_step(k, pack_facet(p, k, facet, "full"));
	out->full = full;
	out->pay = pack_facet(p, k, facet, "pay");
	out->release = pack_facet(p, k, facet, "release");
	out->freed = pack_facet(p, k, facet, "freed");
	out->stars = pack_facet(p, k, facet, "stars");
	out->timed = out->start[0] != '\0';
}

bool quota_asks_first(const struct pack *p, const struct kind *k,
    const char *step)
{
	return pack_facet(p, k, "fund", "of")[0] != '\0' &&
	    (strcmp(step, pack_facet(p, k, "fund", "give")) == 0 ||
	    strcmp(step, pack_facet(p, k, "fund", "pay")) == 0);
}

/* ---- the shares of one whole ---- */

static enum quota_stand stand_of(const struct quota_rule *q,
    const struct record *r)
{
	if (r->num > 0)
		return QUOTA_HOLDING;
	if (r->flags & REC_CLOSED || q->give == NULL)
		return QUOTA_OUT;
	if (q->full != NULL && strcmp(q->full->to, r->state) == 0)
		return QUOTA_WAITING;
	return kind_step_from(q->give, r->state) ? QUOTA_ASKING : QUOTA_OUT;
}

static enum mq_status read_share(struct node *n, const struct quota_rule *q,
    const struct record *row, struct quota_share *s, struct quota_stamp *top,
    struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, row->rec, &r, err);

	if (st)
		return st;
	s->r = r.r;
	s->want = fields_int(&r.d, "want", 0);
	s->from.ms = fields_int(&r.d, "q_from", 0);
	s->to.ms = fields_int(&r.d, "q_to", 0);
	s->stand = stand_of(q, &r.r);
	s->stars = q->stars[0] == '\0' ? 0 :
	    (int)fields_int(&r.f, q->stars, 0);
	s->no = fields_int(&r.d, "q_no", 0);
	if (s->no > top->no) {
		top->no = s->no;
		top->given = fields_int(&r.d, "q_given", 0);
		top->total = fields_int(&r.d, "q_total", 0);
	}
	record_full_free(&r);
	return ledger_hlc(n, ref_of_rec(row->rec), &s->hlc, err);
}

static int by_queue(const void *a, const void *b)
{
	const struct quota_share *x = a, *y = b;

	if (x->hlc != y->hlc)
		return x->hlc < y->hlc ? -1 : 1;
	return (x->r.rec > y->r.rec) - (x->r.rec < y->r.rec);
}

enum mq_status quota_load(struct node *n, const struct quota_rule *q,
    int64_t whole, struct quota_share **out, int *count,
    struct quota_stamp *top, struct err *err)
{
	const struct field *of = kind_field(q->k, q->of);
	struct record_query query = { .kind = q->k->name, .sort = SORT_KEY };
	struct record_walk w;
	const struct record *row;
	char ref[ENTRY_REF_TEXT];
	enum mq_status st;
	size_t cap = 0;

	*out = NULL;
	*count = 0;
	ref_text(ref_of_rec(whole), ref);
	query.slot = of == NULL ? 0 : of->index;
	query.key = ref;
	record_walk_begin(&w, n, &query);
	while (!(st = record_walk_next(&w, &row, err)) && row != NULL) {
		*out = xgrow(*out, &cap, (size_t)*count + 1, sizeof(**out));
		memset(&(*out)[*count], 0, sizeof(**out));
		st = read_share(n, q, row, &(*out)[*count], top, err);
		if (st)
			break;
		++*count;
	}
	record_walk_end(&w);
	if (!st && *count > 0)
		qsort(*out, (size_t)*count, sizeof(**out), by_queue);
	if (st) {
		free(*out);
		*out = NULL;
		*count = 0;
	}
	return st;
}

/* The most that is held at one moment of [from, to), leaving one out. */
int64_t quota_peak(const struct quota_share *list, int count, int64_t except,
    struct utc from, struct utc to)
{
	int64_t peak = 0;
	int i, k;

	for (i = -1; i < count; i++) {
		struct utc at = i < 0 ? from : list[i].from;
		int64_t sum = 0;

		if (at.ms < from.ms || at.ms >= to.ms)
			continue;
		for (k = 0; k < count; k++)
			if (list[k].stand == QUOTA_HOLDING &&
			    list[k].r.rec != except &&
			    list[k].from.ms <= at.ms && at.ms < list[k].to.ms)
				sum += list[k].r.num;
		if (sum > peak)
			peak = sum;
	}
	return peak;
}

/* ---- the whole ---- */

int64_t quota_total(struct node *n, const struct kind *k, const char *facet,
    const struct fields *f)
{
	const char *name = pack_facet(n->pack, k, facet, "total");

	if (name[0] == '\0')
		return 1;
	return fields_has(f, name) ? fields_int(f, name, 0) : QUOTA_ANY;
}

void quota_sum(struct node *n, const struct quota_rule *q,
    const struct record_full *whole, const struct quota_share *list,
    int count, const struct quota_stamp *top, struct quota *out)
{
	const struct kind *k = pack_kind(n->pack, whole->r.kind);
	int64_t sum = 0;
	int i;

	memset(out, 0, sizeof(*out));
	out->timed = q->timed;
	out->keeper = (int)fields_int(&whole->d, "keeper", 0);
	out->here = out->keeper == n->set.number;
	out->total = quota_total(n, k, q->facet, &whole->f);
	for (i = 0; i < count; i++) {
		out->asking += list[i].stand == QUOTA_ASKING;
		out->waiting += list[i].stand == QUOTA_WAITING;
		out->holding += list[i].stand == QUOTA_HOLDING;
		if (list[i].stand == QUOTA_ASKING)
			out->asked += list[i].want;
		sum += list[i].r.num;
	}
	if (out->timed) {
		out->left = out->total;
		return;
	}
	out->given = sum;
	/* Elsewhere one of two entries of the keeper may be here and the
	 * other not: what it last said is a sum that was true. */
	if (!out->here && top->no > 0) {
		out->given = top->given;
		out->total = top->total;
	} else if (!out->here) {
		out->given = 0;
	}
	out->left = out->total - out->given;
}

static void stamp_of(const struct record_full *whole, struct quota_stamp *top)
{
	int64_t no = fields_int(&whole->d, "q_no", 0);

	if (no <= top->no)
		return;
	top->no = no;
	top->given = fields_int(&whole->d, "q_given", 0);
	top->total = fields_int(&whole->d, "q_total", 0);
}

enum mq_status quota_look(struct node *n, const struct record_full *whole,
    struct quota_rule *q, struct quota_share **list, int *count,
    struct quota_stamp *top, struct quota *out, struct err *err)
{
	const struct kind *k = pack_kind(n->pack, whole->r.kind), *part;
	const char *facet = quota_whole(n->pack, k);
	enum mq_status st;

	*list = NULL;
	*count = 0;
	memset(top, 0, sizeof(*top));
	part = facet == NULL ? NULL : quota_asking_kind(n->pack, k);
	if (part == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", whole->r.kind);
	quota_rule(n->pack, part, facet, q);
	st = quota_load(n, q, whole->r.rec, list, count, top, err);
	if (st)
		return st;
	stamp_of(whole, top);
	quota_sum(n, q, whole, *list, *count, top, out);
	return MQ_OK;
}

enum mq_status quota_read(struct node *n, const struct record_full *whole,
    struct quota *out, struct err *err)
{
	struct quota_rule q;
	struct quota_share *list;
	struct quota_stamp top;
	int count;
	enum mq_status st = quota_look(n, whole, &q, &list, &count, &top, out,
	    err);

	free(list);
	return st;
}

enum mq_status quota_shares(struct node *n, const struct record_full *whole,
    struct quota_share **out, int *count, struct err *err)
{
	struct quota_rule q;
	struct quota_stamp top;
	struct quota all;

	return quota_look(n, whole, &q, out, count, &top, &all, err);
}

int quota_stars(const struct quota_share *list, int count, int *by)
{
	int sum = 0, i;

	*by = 0;
	for (i = 0; i < count; i++)
		if (list[i].stars > 0) {
			sum += list[i].stars;
			++*by;
		}
	return *by == 0 ? 0 : (sum * 10 + *by / 2) / *by;
}

/* ---- telling ---- */

void quota_words(const char *facet, int64_t v, char out[32])
{
	if (v >= QUOTA_ANY)
		snprintf(out, 32, "-");
	else if (strcmp(facet, "fund") == 0)
		snprintf(out, 32, "%" PRId64 ".%02d", v / 100,
		    (int)(v % 100));
	else
		snprintf(out, 32, "%" PRId64, v);
}

void quota_tell(struct node *n, const struct record_full *r,
    const char *facet, const struct facet_lines *out)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	char a[32], b[32];
	struct quota q;

	if (k == NULL)
		return;
	if (pack_facet(n->pack, k, facet, "of")[0] != '\0') {
		if (r->r.num <= 0)
			return;
		quota_words(facet, r->r.num, a);
		facet_line(out, SAY_QUOTA_HOLDS, TONE_GOOD, "%s", a);
		return;
	}
	if (quota_read(n, r, &q, NULL) != MQ_OK || q.timed)
		return;
	quota_words(facet, q.given, a);
	quota_words(facet, q.total, b);
	facet_line(out, SAY_QUOTA_GIVEN, q.left <= 0 ? TONE_CARE : TONE_PLAIN,
	    "%s / %s", a, b);
	if (q.asking > 0)
		facet_line(out, SAY_QUOTA_ASKING, TONE_CARE, "%d", q.asking);
	if (q.waiting > 0)
		facet_line(out, SAY_QUOTA_WAITING, TONE_CARE, "%d",
		    q.waiting);
}
