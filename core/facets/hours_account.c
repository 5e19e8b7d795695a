/*
 * What one volunteer gave in a period, activity by activity: for their own
 * certificate, never for comparing people.
 */
#include "hours_parts.h"

#include <assert.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"

#define SPANS_MAX 4000

struct spread {
	struct hours_span s;
	int64_t rec;
	char settled[ENTRY_REF_TEXT];
};

struct account_walk {
	struct node *n;
	struct hours_account *out;
	struct spread *v;
	int count;
};

static void add_activity(struct hours_account *a, const char *name,
    int64_t minutes)
{
	int i;

	for (i = 0; i < a->nactivities &&
	    strcmp(a->activities[i].name, name) != 0; i++)
		continue;
	if (i == HOURS_ACTIVITIES)
		i--;			/* the last one takes the rest */
	else if (i == a->nactivities)
		xcopy(a->activities[a->nactivities++].name, 33, name);
	a->activities[i].times++;
	a->activities[i].minutes += minutes;
}

static bool add_service(void *ctx, const struct record *row)
{
	struct account_walk *w = ctx;
	struct record_full r;
	struct spread *s;

	if (record_get(w->n, row->rec, &r, NULL) != MQ_OK)
		return false;
	if (!(row->flags & REC_CLOSED)) {
		w->out->open++;
	} else if (row->num > 0) {
		w->out->services++;
		w->out->minutes += row->num;
		add_activity(w->out, fields_text(&r.f, "activity"), row->num);
	}
	w->out->pending += fields_int(&r.d, "pending", 0);
	if (w->count < SPANS_MAX && (row->flags & REC_CLOSED)) {
		s = &w->v[w->count++];
		hours_read_span_of(&r, &s->s);
		s->rec = row->rec;
		xcopy(s->settled, sizeof(s->settled),
		    fields_text(&r.d, "settled"));
	}
	record_full_free(&r);
	return false;
}

static int by_start(const void *a, const void *b)
{
	const struct spread *x = a, *y = b;

	return x->s.from.ms < y->s.from.ms ? -1 : x->s.from.ms > y->s.from.ms;
}

static bool settled(const struct spread *a, const struct spread *b)
{
	char x[ENTRY_REF_TEXT], y[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(a->rec), x);
	ref_text(ref_of_rec(b->rec), y);
	return strcmp(a->settled, y) == 0 || strcmp(b->settled, x) == 0;
}

static void count_overlaps(struct account_walk *w)
{
	int i, k;

	qsort(w->v, (size_t)w->count, sizeof(*w->v), by_start);
	for (i = 0; i < w->count; i++)
		for (k = i + 1; k < w->count &&
		    w->v[k].s.from.ms < w->v[i].s.to.ms; k++)
			w->out->overlaps += hours_cap_overlap(&w->v[i].s,
			    &w->v[k].s) > 0 && !settled(&w->v[i], &w->v[k]);
}

enum mq_status hours_account(struct node *n, const char *number,
    struct day from, struct day to, struct hours_account *out,
    struct err *err)
{
	struct account_walk w = { n, out, NULL, 0 };
	struct hours_whose who = { 0, number };
	enum mq_status rc;

	memset(out, 0, sizeof(*out));
	w.v = xcalloc(SPANS_MAX, sizeof(*w.v));
	rc = hours_read_each(n, &who, false, clock_day_start(from),
	    clock_day_start(to), add_service, &w, err);
	count_overlaps(&w);
	free(w.v);
	return rc;
}
