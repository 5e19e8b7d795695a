/*
 * Both sides said yes, perhaps far from each other: the node of the project's
 * unit agrees, and tells the two sides how their project stands.  A row of
 * duties.def; see match.h.
 */
#include "../match.h"

#include "../base/xmalloc.h"
#include "../duty.h"
#include "../pack_data.h"

#define PAGE 100
#define PROJECTS 64		/* of one side */

static const char *told(struct duty_round *d, const struct kind *k,
    const char *key)
{
	return pack_facet(d->n->pack, k, "match", key);
}

/* The step a side takes when its projects stand like that: done before
 * agreed before called off. */
static const char *follows(struct duty_round *d, const struct kind *project,
    const struct kind *side, const struct record *rows, int n)
{
	static const char *const pairs[][2] = { { "done", "met" },
		{ "agreed", "taken" }, { "off", "again" } };
	size_t i;
	int k;

	for (i = 0; i < ARRAY_LEN(pairs); i++)
		for (k = 0; k < n; k++)
			if (pack_data_has_word(told(d, project, pairs[i][0]),
			    rows[k].state))
				return told(d, side, pairs[i][1]);
	return "";
}

static enum mq_status move_side(struct duty_round *d,
    const struct kind *project, const struct record_full *side,
    struct err *err)
{
	struct fields none = { NULL, 0, 0 };
	const struct kind *k = pack_kind(d->n->pack, side->r.kind);
	const struct flow_step *step;
	struct record rows[PROJECTS];
	struct save *s;
	char line[300];
	enum mq_status st;
	int n = 0;

	st = match_projects(d->n, side, rows, PROJECTS, &n, err);
	if (st != MQ_OK)
		return st;
	step = kind_step(k, follows(d, project, k, rows, n));
	if (step == NULL || !pack_data_has_word(step->from, side->r.state) ||
	    strcmp(step->to, side->r.state) == 0 ||
	    !duty_mine(d, side->r.org, side->r.changed_at))
		return MQ_OK;
	s = save_new(d->n, &d->who);
	st = save_step(s, side->r.rec, step->name, &none, NULL, err);
	snprintf(line, sizeof(line), "%s  %s", side->r.title,
	    step->label[d->n->env->lang]);
	return duty_commit(d, &s, st, line, err);
}

static enum mq_status look_at_side(struct duty_round *d,
    const struct kind *project, const char *text, struct err *err)
{
	struct record_full side;
	struct ref ref;
	enum mq_status st;

	if (!ref_parse(text, strlen(text), &ref))
		return MQ_OK;
	st = record_get(d->n, ref_rec(ref), &side, err);
	if (st != MQ_OK)
		return st == MQ_E_NOT_FOUND ? MQ_OK : st;
	if (match_side(d->n->pack, pack_kind(d->n->pack, side.r.kind)))
		st = move_side(d, project, &side, err);
	record_full_free(&side);
	return st;
}

static enum mq_status agree(struct duty_round *d, const struct kind *k,
    const struct record_full *r, struct err *err)
{
	struct fields none = { NULL, 0, 0 };
	const struct flow_step *step = kind_step(k, told(d, k, "agree"));
	struct save *s;
	char line[300];
	enum mq_status st;

	if (step == NULL || match_said(r) != 3 ||
	    !pack_data_has_word(step->from, r->r.state) ||
	    !duty_mine(d, r->r.org, r->r.changed_at))
		return MQ_OK;
	s = save_new(d->n, &d->who);
	st = save_step(s, r->r.rec, step->name, &none, NULL, err);
	snprintf(line, sizeof(line), "%s  %s", r->r.title,
	    step->label[d->n->env->lang]);
	return duty_commit(d, &s, st, line, err);
}

static enum mq_status look(struct duty_round *d, const struct kind *k,
    int64_t rec, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(d->n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	st = agree(d, k, &r, err);
	if (st == MQ_OK)
		st = look_at_side(d, k, fields_text(&r.f,
		    told(d, k, "left")), err);
	if (st == MQ_OK)
		st = look_at_side(d, k, fields_text(&r.f,
		    told(d, k, "right")), err);
	record_full_free(&r);
	return st;
}

static enum mq_status look_all(struct duty_round *d, const struct kind *k,
    struct err *err)
{
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED };
	struct record *rows = xcalloc(PAGE, sizeof(*rows)), last = { 0 };
	enum mq_status st;
	int got = 0, i;

	do {
		st = record_page(d->n, &q, &last, false, rows, PAGE, &got,
		    err);
		for (i = 0; i < got && st == MQ_OK && d->done < d->max; i++)
			st = look(d, k, rows[i].rec, err);
		if (got > 0)
			last = rows[got - 1];
	} while (st == MQ_OK && got == PAGE && d->done < d->max);
	free(rows);
	return st;
}

static enum mq_status run(struct duty_round *d, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < pack_kinds(d->n->pack) && st == MQ_OK; i++)
		if (match_project(d->n->pack, pack_kind_at(d->n->pack, i)))
			st = look_all(d, pack_kind_at(d->n->pack, i), err);
	return st;
}

const struct duty duty_match = { "match", run };
