/*
 * When the table of a year comes at last, limits that were counted Monday to
 * Friday for want of it are counted anew: each by an entry that keeps the old
 * due time.  A row of duties.def.
 */
#include "../duty.h"

#include "../base/xmalloc.h"
#include "../calendar.h"
#include "../flow_clock.h"
#include "../pack.h"
#include "../pack_data.h"

#define DONE_KEY "recounted"	/* meta: the calendar looked through last */

/* The kind's step that counts anew, NULL when it has none. */
static const struct flow_step *recount_step(const struct kind *k)
{
	size_t i;

	for (i = 0; i < k->nsteps; i++)
		if (k->steps[i].duty &&
		    pack_data_has_word(k->steps[i].clock, "recount"))
			return &k->steps[i];
	return NULL;
}

/* Does a clock that runs rest on a year that has a table now? */
static bool wants(const struct node *n, const struct record_full *r)
{
	const struct calendar *c = pack_calendar(n->pack);
	struct flow_clock *v = xcalloc(FLOW_CLOCKS_MAX, sizeof(*v));
	int i, count = flow_clock_all(&r->d, v, FLOW_CLOCKS_MAX);
	bool any = false;

	for (i = 0; i < count; i++)
		any = any || (v[i].assumed && v[i].done.ms == 0 &&
		    calendar_known_year(c, clock_civil(v[i].start).year) &&
		    calendar_known_year(c, clock_civil(v[i].due).year));
	free(v);
	return any;
}

static enum mq_status look(struct duty_round *d, int64_t rec,
    const struct flow_step *step, struct err *err)
{
	struct fields none = { NULL, 0, 0 };
	struct record_full r;
	struct save *s;
	char line[300];
	enum mq_status st = record_get(d->n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	if (wants(d->n, &r) && duty_mine(d, r.r.org, r.r.opened_at)) {
		s = save_new(d->n, &d->who);
		st = save_step(s, rec, step->name, &none, NULL, err);
		snprintf(line, sizeof(line), "%s  %s  %s", r.r.no, r.r.title,
		    step->label[d->n->env->lang]);
		st = duty_commit(d, &s, st, line, err);
	}
	record_full_free(&r);
	return st;
}

static enum mq_status run_kind(struct duty_round *d, const struct kind *k,
    const struct flow_step *step, struct err *err)
{
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED,
		.state = "open" };
	struct record_walk w;
	const struct record *row;
	enum mq_status st = MQ_OK;

	record_walk_begin(&w, d->n, &q);
	while (d->done < d->max &&
	    !(st = record_walk_next(&w, &row, err)) && row != NULL)
		if ((st = look(d, row->rec, step, err)) != MQ_OK)
			break;
	record_walk_end(&w);
	return st;
}

static enum mq_status note_done(struct node *n, const char *version,
    struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = node_set_meta_text(n, DONE_KEY, version, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

/* Once for each version of the calendar: everything open is looked through. */
static enum mq_status run(struct duty_round *d, struct err *err)
{
	const char *version = calendar_version(pack_calendar(d->n->pack));
	const struct flow_step *step;
	char seen[64];
	enum mq_status st = MQ_OK;
	size_t i;

	node_meta_text(d->n, DONE_KEY, seen, sizeof(seen));
	if (strcmp(seen, version) == 0)
		return MQ_OK;
	for (i = 0; i < pack_kinds(d->n->pack) && st == MQ_OK; i++) {
		const struct kind *k = pack_kind_at(d->n->pack, i);

		step = recount_step(k);
		if (step != NULL)
			st = run_kind(d, k, step, err);
	}
	if (st == MQ_OK && d->done < d->max)
		st = note_done(d->n, version, err);
	return st;
}

const struct duty duty_recount = { "recount", run };
