/*
 * A clock that stays late moves its record on: escalate.csv says which clock,
 * how long after its due time, by which step.  Nobody is punished by it; the
 * next desk owes.  A row of duties.def.
 */
#include "../duty.h"

#include "../base/xmalloc.h"
#include "../calendar.h"
#include "../flow_clock.h"
#include "../pack.h"

/* When this rule moves the record; 0 when its clock does not run. */
static struct utc moves_at(const struct node *n, const struct record_full *r,
    const struct escalate_rule *e)
{
	struct flow_clock c;

	if (!flow_clock_get(&r->d, e->clock, &c) || !flow_clock_runs(&c))
		return (struct utc){ 0 };
	return calendar_due(pack_calendar(n->pack), c.due, e->after, e->unit);
}

/* The unit that would owe next: above it is nobody, then nothing moves. */
static const char *next_owner(const struct node *n, const struct record *r)
{
	const struct org *up = org_parent(pack_orgs(n->pack), r->owner);

	return up == NULL ? "" : up->code;
}

static enum mq_status move(struct duty_round *d, const struct record_full *r,
    const struct escalate_rule *e, struct err *err)
{
	struct save *s = save_new(d->n, &d->who);
	struct fields f = { NULL, 0, 0 };
	const struct kind *k = pack_kind(d->n->pack, e->kind);
	const struct field *why = kind_field(k, "reason");
	enum lang lang = d->n->env->lang;
	char line[300];
	enum mq_status st;

	if (why != NULL && why->type == FT_TEXT)
		fields_set(&f, "reason", e->label[0]);
	st = save_step(s, r->r.rec, e->step, &f, NULL, err);
	snprintf(line, sizeof(line), "%s  %s  %s", r->r.no, r->r.title,
	    e->label[lang]);
	fields_free(&f);
	return duty_commit(d, &s, st, line, err);
}

static enum mq_status look(struct duty_round *d, int64_t rec,
    const struct escalate_rule *e, struct err *err)
{
	struct record_full r;
	const char *next;
	struct utc at;
	enum mq_status st = record_get(d->n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	at = moves_at(d->n, &r, e);
	next = next_owner(d->n, &r.r);
	if (at.ms == 0 || next[0] == '\0' || r.r.flags & REC_VOID)
		;	/* nothing to do */
	else if (at.ms > d->now.ms)
		duty_wait(d, at);
	else if (duty_mine(d, next, at))
		st = move(d, &r, e, err);
	record_full_free(&r);
	return st;
}

/* Every late record of the kind, earliest first.  One not yet late tells
 * when to come again; those behind it are later still. */
static enum mq_status run_rule(struct duty_round *d,
    const struct escalate_rule *e, struct err *err)
{
	struct record_query q = { .kind = e->kind, .sort = SORT_DUE,
		.state = "open" };
	struct record_walk w;
	const struct record *row;
	enum mq_status st = MQ_OK;

	record_walk_begin(&w, d->n, &q);
	while (d->done < d->max &&
	    !(st = record_walk_next(&w, &row, err)) && row != NULL) {
		if (row->due_at.ms > d->now.ms) {
			duty_wait(d, row->due_at);
			break;
		}
		if ((st = look(d, row->rec, e, err)) != MQ_OK)
			break;
	}
	record_walk_end(&w);
	return st;
}

static enum mq_status run(struct duty_round *d, struct err *err)
{
	size_t i, n;
	const struct escalate_rule *v = pack_escalates(d->n->pack, &n);
	enum mq_status st = MQ_OK;

	for (i = 0; i < n && st == MQ_OK; i++)
		st = run_rule(d, &v[i], err);
	return st;
}

const struct duty duty_escalate = { "escalate", run };
