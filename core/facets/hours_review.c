/*
 * What of the hours needs a captain's eye: beyond the caps, met twice, never
 * signed out, too many at once.  Found on reading, decided by a person.
 * Called by the approval list, the command line and certificates.
 */
#include "hours_parts.h"

#include <assert.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../ledger.h"
#include "../save.h"
#include "../volunteer.h"

#define LOOK_MAX 3000		/* services looked at, newest first */

struct look {
	struct hours_doubt d;
	struct hours_span s;
	char settled[ENTRY_REF_TEXT];
	bool own_sign_in;	/* by themselves, at no event */
};

struct review {
	struct node *n;
	struct utc now;
	struct look *v;
	int count;
};

static void look_at(struct review *w, const struct record *row)
{
	struct look *k = &w->v[w->count];
	struct record_full r;
	bool guessed;

	if (record_get(w->n, row->rec, &r, NULL) != MQ_OK)
		return;
	memset(k, 0, sizeof(*k));
	k->d.r = *row;
	xcopy(k->d.volunteer, sizeof(k->d.volunteer),
	    fields_text(&r.f, "volunteer"));
	hours_read_span_of(&r, &k->s);
	k->d.served = k->s.minutes;
	k->d.pending = fields_int(&r.d, "pending", 0);
	xcopy(k->settled, sizeof(k->settled), fields_text(&r.d, "settled"));
	k->own_sign_in = !fields_has(&r.f, "event") &&
	    !fields_has(&r.f, "origin") && !fields_has(&r.f, "minutes") &&
	    strcmp(row->by, k->d.volunteer) == 0;
	if (k->d.pending > 0)
		k->d.why |= strcmp(row->level, "far") == 0 ? HOURS_WHY_FAR :
		    HOURS_WHY_OVER;
	if (hours_forgotten(w->n, row, w->now)) {
		k->d.why |= HOURS_WHY_FORGOTTEN;
		k->d.served = (hours_end(w->n, row, w->now, &guessed).ms -
		    row->opened_at.ms) / MS_MINUTE;
	}
	record_full_free(&r);
	w->count++;
}

static enum mq_status look_at_kind(struct review *w, const struct kind *kind,
    const char *scope, struct err *err)
{
	struct record_query q = { .kind = kind->name, .sort = SORT_OPENED,
	    .scope = scope };
	struct record_walk walk;
	const struct record *row;
	enum mq_status rc = MQ_OK;

	q.from.ms = w->now.ms - MS_DAY *
	    pack_int(w->n->pack, "hours_review_days", 0);
	record_walk_begin(&walk, w->n, &q);
	while (w->count < LOOK_MAX &&
	    !(rc = record_walk_next(&walk, &row, err)) && row != NULL)
		look_at(w, row);
	record_walk_end(&walk);
	return rc;
}

/* ---- meeting each other ---- */

static int by_person(const void *a, const void *b)
{
	const struct look *x = a, *y = b;
	int c = strcmp(x->d.volunteer, y->d.volunteer);

	if (c != 0)
		return c;
	return x->s.from.ms < y->s.from.ms ? -1 : x->s.from.ms > y->s.from.ms;
}

static bool settled(const struct look *a, const struct look *b)
{
	char x[ENTRY_REF_TEXT], y[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(a->d.r.rec), x);
	ref_text(ref_of_rec(b->d.r.rec), y);
	return strcmp(a->settled, y) == 0 || strcmp(b->settled, x) == 0;
}

static void mark_both(struct look *a, struct look *b)
{
	int64_t common = a->s.open || b->s.open ? 0 :
	    hours_cap_overlap(&a->s, &b->s);

	if (common == 0 || settled(a, b))
		return;
	a->d.why |= HOURS_WHY_OVERLAP;
	b->d.why |= HOURS_WHY_OVERLAP;
	a->d.other = b->d.r.rec;
	b->d.other = a->d.r.rec;
	a->d.common = b->d.common = common;
}

static void find_overlaps(struct review *w)
{
	int i, k;

	qsort(w->v, (size_t)w->count, sizeof(*w->v), by_person);
	for (i = 0; i < w->count; i++)
		for (k = i + 1; k < w->count &&
		    strcmp(w->v[k].d.volunteer, w->v[i].d.volunteer) == 0 &&
		    w->v[k].s.from.ms < w->v[i].s.to.ms; k++)
			mark_both(&w->v[i], &w->v[k]);
}

/* ---- too many at once ---- */

static int by_moment(const void *a, const void *b)
{
	const struct look *x = a, *y = b;

	if (x->d.r.opened_at.ms != y->d.r.opened_at.ms)
		return x->d.r.opened_at.ms > y->d.r.opened_at.ms ? -1 : 1;
	return x->d.r.rec > y->d.r.rec ? -1 : x->d.r.rec < y->d.r.rec;
}

static bool same_burst(const struct look *a, const struct look *b)
{
	return b->own_sign_in &&
	    a->d.r.opened_at.ms / MS_MINUTE == b->d.r.opened_at.ms / MS_MINUTE
	    && dev_node(ref_of_rec(a->d.r.rec).dev) ==
	    dev_node(ref_of_rec(b->d.r.rec).dev);
}

static void find_bursts(struct review *w)
{
	int64_t many = pack_int(w->n->pack, "hours_burst_people", 0);
	int i, k;

	qsort(w->v, (size_t)w->count, sizeof(*w->v), by_moment);
	for (i = 0; many > 0 && i < w->count; i = k) {
		k = i + 1;
		if (!w->v[i].own_sign_in)
			continue;
		while (k < w->count && same_burst(&w->v[i], &w->v[k]))
			k++;
		for (int j = i; k - i >= many && j < k; j++)
			w->v[j].d.why |= HOURS_WHY_BURST;
	}
}

enum mq_status hours_review_list(struct node *n, const char *scope,
    struct hours_doubt *out, int max, int *count, struct err *err)
{
	struct review w = { n, ledger_now(n), NULL, 0 };
	enum mq_status rc = MQ_OK;
	size_t k;
	int i;

	*count = 0;
	w.v = xcalloc(LOOK_MAX, sizeof(*w.v));
	for (k = 0; k < pack_kinds(n->pack) && rc == MQ_OK; k++)
		if (kind_has_facet(pack_kind_at(n->pack, k), "hours"))
			rc = look_at_kind(&w, pack_kind_at(n->pack, k), scope,
			    err);
	if (rc == MQ_OK) {
		find_overlaps(&w);
		find_bursts(&w);
	}
	for (i = 0; i < w.count && rc == MQ_OK && *count < max; i++)
		if (w.v[i].d.why != 0)
			out[(*count)++] = w.v[i].d;
	free(w.v);
	return rc;
}

/* ---- deciding ---- */

bool hours_review_may(struct node *n, const struct session *who,
    const struct hours_doubt *d)
{
	const struct kind *k = pack_kind(n->pack, d->r.kind);
	char action[48];

	if (k == NULL || !(d->why & (HOURS_WHY_OVER | HOURS_WHY_FAR)))
		return false;
	snprintf(action, sizeof(action), "step:%s",
	    pack_facet(n->pack, k, "hours", "approve"));
	return access_may_record(n, who, action, &d->r) &&
	    !volunteer_same(n, d->volunteer, who->by) &&
	    (!(d->why & HOURS_WHY_FAR) || hours_high_enough(n, k, who));
}

/* One save of as many as fit, from *at on. */
static enum mq_status approve_some(struct node *n, const struct session *who,
    const struct hours_doubt *list, const bool *yes, int count, int *at,
    int *done, struct ref *last, struct err *err)
{
	struct save *s = save_new(n, who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields none = { NULL, 0, 0 };
	enum mq_status rc = MQ_OK;
	int some = 0;

	for (; *at < count && some < ENTRY_SAVE_MAX && rc == MQ_OK; (*at)++) {
		const struct kind *k = pack_kind(n->pack, list[*at].r.kind);

		if (!yes[*at])
			continue;
		rc = save_step(s, list[*at].r.rec, pack_facet(n->pack, k,
		    "hours", "approve"), &none, NULL, err);
		some++;
	}
	if (rc == MQ_OK && some > 0)
		rc = save_commit(s, res, err);
	if (rc == MQ_OK && some > 0) {
		*done += some;
		*last = res->first;
	}
	save_free(&s);
	free(res);
	return rc;
}

enum mq_status hours_review_approve(struct node *n,
    const struct session *who, const struct hours_doubt *list, int count,
    const bool *take, int *done, int *left, struct ref *last,
    struct err *err)
{
	bool *yes = xcalloc((size_t)count + 1, sizeof(*yes));
	enum mq_status rc = MQ_OK;
	int i, at = 0;

	*done = *left = 0;
	for (i = 0; i < count; i++) {
		bool pending = list[i].why & (HOURS_WHY_OVER | HOURS_WHY_FAR);
		bool may = hours_review_may(n, who, &list[i]);

		yes[i] = may && (take == NULL || take[i]);
		*left += pending && !may;
	}
	while (at < count && rc == MQ_OK)
		rc = approve_some(n, who, list, yes, count, &at, done, last,
		    err);
	free(yes);
	return rc;
}
