/*
 * The keeper answers what was asked elsewhere: seats in the order of the
 * queue, the rest on the waiting list; what somebody stepped back from is
 * free again.  Money is approved by people, so only freed here.  A row of
 * duties.def; the rules are in quota.h.
 */
#include "../duty.h"

#include "../base/xmalloc.h"
#include "../quota_parts.h"

#define WHOLES_MAX 500

/* Wholes somebody waits at. */
struct wholes { int64_t rec[WHOLES_MAX]; int n; };

static void add_whole(struct wholes *w, int64_t rec)
{
	int i;

	for (i = 0; i < w->n; i++)
		if (w->rec[i] == rec)
			return;
	if (w->n < WHOLES_MAX)
		w->rec[w->n++] = rec;
}

static enum mq_status note_whole(struct duty_round *d,
    const struct quota_rule *q, const struct record *row, struct wholes *w,
    struct err *err)
{
	struct record_full r;
	struct ref ref;
	const char *text;
	enum mq_status st = record_get(d->n, row->rec, &r, err);

	if (st != MQ_OK)
		return st;
	text = fields_text(&r.f, q->of);
	if (ref_parse(text, strlen(text), &ref))
		add_whole(w, ref_rec(ref));
	record_full_free(&r);
	return MQ_OK;
}

/* Rows in that state; of what is over only those that still hold something. */
static enum mq_status gather(struct duty_round *d, const struct quota_rule *q,
    const char *state, bool held, struct wholes *w, struct err *err)
{
	struct record_query query = { .kind = q->k->name,
	    .sort = SORT_CHANGED, .state = state };
	struct record_walk walk;
	const struct record *row;
	enum mq_status st;

	record_walk_begin(&walk, d->n, &query);
	while (!(st = record_walk_next(&walk, &row, err)) && row != NULL)
		if (held == (row->num > 0) &&
		    (st = note_whole(d, q, row, w, err)) != MQ_OK)
			break;
	record_walk_end(&walk);
	return st;
}

static enum mq_status gather_all(struct duty_round *d,
    const struct quota_rule *q, struct wholes *w, struct err *err)
{
	const char *at = q->freed, *word;
	enum mq_status st = MQ_OK;
	char state[40];
	size_t len;

	if (strcmp(q->facet, "slot") == 0)
		st = gather(d, q, "open", false, w, err);
	while (st == MQ_OK && pack_data_word(&at, &word, &len)) {
		snprintf(state, sizeof(state), "%.*s", (int)len, word);
		st = gather(d, q, state, true, w, err);
	}
	return st;
}

static enum mq_status take(struct duty_round *d, const struct quota_share *s,
    const struct flow_step *step, struct err *err)
{
	struct save *save = save_new(d->n, &d->who);
	struct fields none = { NULL, 0, 0 };
	char line[300];
	enum mq_status st;

	st = save_step(save, s->r.rec, step->name, &none, NULL, err);
	snprintf(line, sizeof(line), "%s  %s", s->r.title,
	    step->label[d->n->env->lang]);
	return duty_commit(d, &save, st, line, err);
}

/* Which step the keeper owes this share now; NULL none. */
static const struct flow_step *owed(const struct quota_rule *q,
    const struct quota *now, const struct record *whole,
    const struct quota_share *list, int count, int i)
{
	const struct quota_share *s = &list[i];
	int64_t left;

	if (s->r.num > 0)
		return pack_data_has_word(q->freed, s->r.state) ?
		    kind_step(q->k, q->release) : NULL;
	if (strcmp(q->facet, "slot") != 0 || (s->stand != QUOTA_ASKING &&
	    s->stand != QUOTA_WAITING))
		return NULL;
	left = !now->timed ? now->left : now->total -
	    quota_peak(list, count, s->r.rec, s->from, s->to);
	if (s->want <= left && !(whole->flags & (REC_CLOSED | REC_VOID)))
		return q->give;
	return s->stand == QUOTA_ASKING ? q->full : NULL;
}

/* One after the other, each time from what then stands.  Every share is
 * tried once: what is refused stays as it is until the next round. */
static enum mq_status settle(struct duty_round *d, int64_t rec,
    struct err *err)
{
	struct record_full whole;
	struct quota_share *list = NULL;
	struct quota_rule q;
	struct quota_stamp top;
	struct quota now;
	enum mq_status st;
	int count = 1, i, pass;

	st = record_get(d->n, rec, &whole, err);
	if (st != MQ_OK)
		return st == MQ_E_NOT_FOUND ? MQ_OK : st;
	if (fields_int(&whole.d, "keeper", 0) != d->n->set.number)
		count = 0;
	/* What is given back first, then what is given. */
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < count && st == MQ_OK && d->done < d->max;
		    i++) {
			const struct flow_step *step;

			if (list == NULL)
				st = quota_look(d->n, &whole, &q, &list,
				    &count, &top, &now, err);
			if (st != MQ_OK || i >= count)
				break;
			step = owed(&q, &now, &whole.r, list, count, i);
			if (step == NULL || (pass == 0) !=
			    (strcmp(step->name, q.release) == 0))
				continue;
			st = take(d, &list[i], step, err);
			FREE(list);	/* it stands differently now */
		}
	free(list);
	record_full_free(&whole);
	return st;
}

static enum mq_status run(struct duty_round *d, struct err *err)
{
	struct wholes *w = xcalloc(1, sizeof(*w));
	enum mq_status st = MQ_OK;
	size_t i;
	int k;

	for (i = 0; i < pack_kinds(d->n->pack) && st == MQ_OK; i++) {
		const struct kind *kind = pack_kind_at(d->n->pack, i);
		const char *facet = quota_part(d->n->pack, kind);
		struct quota_rule q;

		if (facet == NULL)
			continue;
		quota_rule(d->n->pack, kind, facet, &q);
		w->n = 0;
		st = gather_all(d, &q, w, err);
		for (k = 0; k < w->n && st == MQ_OK && d->done < d->max; k++)
			st = settle(d, w->rec[k], err);
	}
	free(w);
	return st;
}

const struct duty duty_quota = { "quota", run };
