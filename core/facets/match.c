/*
 * The match facet: a project needs the yes of both its sides.  See match.h;
 * called through facet_decide().
 */
#include "../match.h"

#include "../duty.h"

static const struct end {
	const char *field, *yes, *ok, *by, *other_ok, *other_by;
} ends[] = {
	{ "left", "left_yes", "left_ok", "left_by", "right_ok", "right_by" },
	{ "right", "right_yes", "right_ok", "right_by", "left_ok",
	    "left_by" },
};

static const char *told(struct act *a, const char *key)
{
	return pack_facet(a->n->pack, a->kind, "match", key);
}

/* May this person speak for the side?  Who entered it, and the posts of its
 * unit or above. */
static bool speaks_for(struct act *a, const struct record *side)
{
	const struct orgs *o = pack_orgs(a->n->pack);
	int i;

	if (strcmp(side->by, a->who->by) == 0)
		return true;
	for (i = 0; i < a->who->nposts; i++)
		if (org_within(o, side->org, a->who->posts[i].org))
			return true;
	return false;
}

static enum mq_status say_yes(struct act *a, const struct end *e,
    struct err *err)
{
	const struct flow_step *agree = kind_step(a->kind, told(a, "agree"));
	const char *text = fields_text(&a->prior->f, told(a, e->field));
	struct record_full side;
	struct ref ref;
	enum mq_status st;

	if (!ref_parse(text, strlen(text), &ref))
		return MQ_OK;
	st = record_get(a->n, ref_rec(ref), &side, err);
	if (st == MQ_E_NOT_FOUND) {
		act_complain_say(a, "", MQ_E_STATE, SAY_QUOTA_AWAY, text,
		    NULL);
		return MQ_OK;
	}
	if (st != MQ_OK)
		return st;
	if (!speaks_for(a, &side.r))
		act_complain_say(a, "", MQ_E_DENIED, SAY_MATCH_SIDE,
		    side.r.title, NULL);
	else if (strcmp(fields_text(&a->prior->d, e->other_by), a->who->by)
	    == 0)
		act_complain_say(a, "", MQ_E_DENIED, SAY_MATCH_BOTH, NULL,
		    NULL);
	record_full_free(&side);
	fields_set_int(a->d, e->ok, 1);
	fields_set(a->d, e->by, a->who->by);
	/* The other one has said yes already: agreed. */
	if (agree != NULL && fields_int(&a->prior->d, e->other_ok, 0) > 0)
		fields_set(a->d, "state", agree->to);
	return MQ_OK;
}

/* Two records of one side make no project; nor do two that are gone. */
static enum mq_status check_ends(struct act *a, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends) && st == MQ_OK; i++) {
		const char *field = told(a, ends[i].field);
		const char *text = fields_text(a->f, field);
		struct record_full side;
		struct ref ref;

		if (!ref_parse(text, strlen(text), &ref))
			continue;
		st = record_get(a->n, ref_rec(ref), &side, err);
		if (st != MQ_OK)
			break;
		if (side.r.flags & (REC_VOID | REC_CLOSED))
			act_complain_say(a, field, MQ_E_STATE,
			    SAY_MATCH_OVER, side.r.title, NULL);
		record_full_free(&side);
	}
	return st == MQ_E_NOT_FOUND ? MQ_OK : st;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	size_t i;

	if (told(a, "left")[0] == '\0')
		return MQ_OK;		/* a side: its own flow is enough */
	if (strcmp(a->op, "open") == 0)
		return check_ends(a, err);
	if (strcmp(a->op, "step") != 0)
		return MQ_OK;
	for (i = 0; i < ARRAY_LEN(ends); i++)
		if (strcmp(a->step, told(a, ends[i].yes)) == 0)
			return say_yes(a, &ends[i], err);
	if (strcmp(a->step, told(a, "agree")) == 0 && match_said(a->prior)
	    != 3)
		act_complain_say(a, "", MQ_E_STATE, SAY_MATCH_NOT_BOTH, NULL,
		    NULL);
	return MQ_OK;
}

const struct facet facet_match = { .name = "match", .decide = decide };
