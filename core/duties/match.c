/*
 * Both sides said yes, perhaps far from each other: the node of the project's
 * unit agrees, and tells the two sides how their project stands.  A row of
 * duties.def; see match.h.
 */
#include "../match.h"

#include "../base/xmalloc.h"
#include "../duty.h"
#include "../pack_data.h"

#define PROJECTS 64		/* of one side */

static const char *told(struct duty_round *d, const struct kind *k,
    const char *key)
{
	return pack_facet(d->n->pack, k, "match", key);
}

/* How a project stands, and the step its sides take then: done before agreed
 * before called off. */
static const struct { const char *stands, *step; } moves[] = {
	{ "done", "met" }, { "agreed", "taken" }, { "off", "again" },
};

static const char *follows(struct duty_round *d, const struct kind *project,
    const struct kind *side, const struct record *rows, int n)
{
	size_t i;
	int k;

	for (i = 0; i < ARRAY_LEN(moves); i++)
		for (k = 0; k < n; k++)
			if (pack_data_has_word(told(d, project,
			    moves[i].stands), rows[k].state))
				return told(d, side, moves[i].step);
	return "";
}

static bool leads_on(const struct flow_step *step, const struct record *r)
{
	return step != NULL && kind_step_from(step, r->state);
}

/* Nothing of a side in its last state need be read. */
static bool may_move(struct duty_round *d, const struct kind *k,
    const struct record *side)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(moves); i++)
		if (leads_on(kind_step(k, told(d, k, moves[i].step)), side))
			return true;
	return false;
}

static enum mq_status take(struct duty_round *d, const struct record *r,
    const struct flow_step *step, struct err *err)
{
	struct fields none = { NULL, 0, 0 };
	struct save *s = save_new(d->n, &d->who);
	char line[300];
	enum mq_status st;

	st = save_step(s, r->rec, step->name, &none, NULL, err);
	snprintf(line, sizeof(line), "%s  %s", r->title,
	    step->label[d->n->env->lang]);
	return duty_commit(d, &s, st, line, err);
}

static enum mq_status look_at_side(struct duty_round *d, const struct kind *k,
    const struct record_full *side, struct err *err)
{
	const struct kind *project = pack_kind(d->n->pack, told(d, k,
	    "joined_by"));
	const struct flow_step *step;
	struct record rows[PROJECTS];
	enum mq_status st;
	int n = 0;

	if (project == NULL)
		return MQ_OK;
	st = match_projects(d->n, side, rows, PROJECTS, &n, err);
	if (st != MQ_OK)
		return st;
	step = kind_step(k, follows(d, project, k, rows, n));
	if (!leads_on(step, &side->r) ||
	    strcmp(step->to, side->r.state) == 0 ||
	    !duty_mine(d, side->r.org, side->r.changed_at))
		return MQ_OK;
	return take(d, &side->r, step, err);
}

static enum mq_status look_at_project(struct duty_round *d,
    const struct kind *k, const struct record_full *r, struct err *err)
{
	const struct flow_step *step = kind_step(k, told(d, k, "agree"));

	if (!leads_on(step, &r->r) || match_said(r) != 3 ||
	    !duty_mine(d, r->r.org, r->r.changed_at))
		return MQ_OK;
	return take(d, &r->r, step, err);
}

static enum mq_status look(struct duty_round *d, const struct kind *k,
    const struct record *row, struct err *err)
{
	bool project = match_project(d->n->pack, k);
	struct record_full r;
	enum mq_status st;

	if (project ? !leads_on(kind_step(k, told(d, k, "agree")), row) :
	    !may_move(d, k, row))
		return MQ_OK;
	st = record_get(d->n, row->rec, &r, err);
	if (st != MQ_OK)
		return st;
	st = project ? look_at_project(d, k, &r, err) :
	    look_at_side(d, k, &r, err);
	record_full_free(&r);
	return st;
}

static enum mq_status look_all(struct duty_round *d, const struct kind *k,
    struct err *err)
{
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED };
	struct record_walk w;
	const struct record *row;
	enum mq_status st = MQ_OK;

	record_walk_begin(&w, d->n, &q);
	while (d->done < d->max &&
	    !(st = record_walk_next(&w, &row, err)) && row != NULL)
		if ((st = look(d, k, row, err)) != MQ_OK)
			break;
	record_walk_end(&w);
	return st;
}

/* Projects first, then what their sides make of them. */
static enum mq_status run(struct duty_round *d, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < pack_kinds(d->n->pack) && st == MQ_OK; i++) {
			const struct kind *k = pack_kind_at(d->n->pack, i);

			if (pass == 0 ? match_project(d->n->pack, k) :
			    match_side(d->n->pack, k))
				st = look_all(d, k, err);
		}
	return st;
}

const struct duty duty_match = { "match", run };
