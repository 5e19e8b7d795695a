/*
 * Guards of the flow facet: may this step be taken, as data says?  Called by
 * flow.c.
 */
#include "flow_parts.h"

#include "../base/xmalloc.h"
#include "../ledger.h"
#include "../pack_data.h"
#include "form_parts.h"

static bool within_post(struct node *n, const struct session *who,
    const char *org)
{
	const struct orgs *o = pack_orgs(n->pack);
	int p;

	for (p = 0; p < who->nposts && org[0] != '\0'; p++)
		if (org_within(o, org, who->posts[p].org))
			return true;
	return false;
}

/* An offer lets the other unit take or decline, and nothing else. */
static bool offered_only(struct node *n, const struct session *who,
    const struct record *r, const struct flow_step *s)
{
	if (r->proposed[0] == '\0' || strcmp(s->owner, "@proposed") == 0 ||
	    strcmp(s->propose, "-") == 0 || !within_post(n, who, r->proposed))
		return false;
	return !within_post(n, who, r->owner) && !within_post(n, who, r->org);
}

/* Only for whom it was offered to. */
static bool not_theirs(struct node *n, const struct session *who,
    const struct record *r, const struct flow_step *s)
{
	return strcmp(s->owner, "@proposed") == 0 &&
	    !within_post(n, who, r->proposed);
}

/* What a guard looks at: the record, over it the answers of this step; former
 * answers to the same questions go by the name before_NAME. */
static void gather(struct node *n, const struct session *who,
    const struct kind *k, const struct record_full *r,
    const struct flow_step *s, const struct fields *typed,
    struct fields *all)
{
	const char *at = s->fields;
	const struct field_value *v;
	const struct field *fd;
	char name[48];
	bool must;

	fields_copy(all, &r->f);
	while ((fd = form_step_next(k, &at, &must)) != NULL) {
		v = fields_get(&r->f, fd->name);
		snprintf(name, sizeof(name), "before_%s", fd->name);
		if (v != NULL && strlen(name) < 33)
			fields_put(all, name, v);
		fields_drop(all, fd->name);
	}
	if (typed != NULL)
		fields_overlay(all, typed);
	fields_set(all, "at_state", r->r.state);
	fields_set(all, "at_owner", r->r.owner);
	fields_set(all, "by_owner", within_post(n, who, r->r.owner) ? "yes" :
	    "no");
}

enum mq_status flow_guard_check(struct act *a, const struct flow_step *s,
    struct err *err)
{
	struct fields all = { NULL, 0, 0 };
	enum mq_status rc = MQ_OK;
	bool holds = true;

	if (offered_only(a->n, a->who, &a->prior->r, s))
		act_complain_labels(a, "", MQ_E_DENIED, SAY_FLOW_OFFERED_ONLY,
		    s->label, NULL);
	if (not_theirs(a->n, a->who, &a->prior->r, s))
		act_complain_say(a, "", MQ_E_DENIED, SAY_FLOW_NOT_OFFERED,
		    NULL, NULL);
	if (s->guard[0] == '\0')
		return MQ_OK;
	gather(a->n, a->who, a->kind, a->prior, s, a->f, &all);
	rc = form_true(a->n, s->guard, &all, "", a->now, &holds, err);
	if (rc == MQ_OK && !holds)
		act_complain(a, "", MQ_E_STATE, "%s‖%s", s->guard_message[0],
		    s->guard_message[1]);
	fields_free(&all);
	return rc;
}

/* Does the guard name something that the step itself asks? */
static bool asks_itself(const struct kind *k, const struct flow_step *s)
{
	const char *at = s->fields;
	const struct field *fd;
	char name[48];
	bool must;

	while ((fd = form_step_next(k, &at, &must)) != NULL) {
		snprintf(name, sizeof(name), "${%s}", fd->name);
		if (strstr(s->guard, name) != NULL)
			return true;
	}
	return false;
}

bool flow_guard_offers(struct node *n, const struct session *who,
    const struct kind *k, const struct record_full *r,
    const struct flow_step *s)
{
	struct fields all = { NULL, 0, 0 };
	bool holds = true;

	if (offered_only(n, who, &r->r, s) || not_theirs(n, who, &r->r, s) ||
	    (strcmp(s->propose, "-") == 0 && r->r.proposed[0] == '\0'))
		return false;
	if (s->guard[0] == '\0' || asks_itself(k, s))
		return true;
	gather(n, who, k, r, s, NULL, &all);
	if (form_true(n, s->guard, &all, "", ledger_now(n), &holds, NULL) !=
	    MQ_OK)
		holds = true;	/* it will say why when taken */
	fields_free(&all);
	return holds;
}
