/*
 * The flow facet: which step may follow, who owes the next one, and when it
 * is due.  Called through facet_decide() at save; its reading side by queue,
 * record view and command line.
 */
#include "flow_parts.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../calendar.h"
#include "../duty.h"
#include "../pack_data.h"
#include "form_parts.h"

/* ---- may this step be taken now? ---- */

/* The step of this record that bars `by` from taking `s`; NULL when nothing
 * does.  *last is set when it is only the last one that counts. */
static const char *barred(const struct record_event *ev, int count,
    const char *by, const struct flow_step *s, bool *last)
{
	int i;

	*last = false;
	for (i = 0; i < count; i++)
		if (!ev[i].undone && ev[i].step[0] != '\0' &&
		    strcmp(ev[i].e.by, by) == 0 &&
		    pack_data_has_word(s->not_after, ev[i].step))
			return ev[i].step;
	if (!s->not_doer)
		return NULL;
	for (i = count - 1; i >= 0; i--)
		if (!ev[i].undone && ev[i].step[0] != '\0')
			break;
	*last = i >= 0 && strcmp(ev[i].e.by, by) == 0;
	return *last ? ev[i].step : NULL;
}

static bool asks_doer(const struct flow_step *s)
{
	return s->not_doer || s->not_after[0] != '\0';
}

static enum mq_status check_doer(struct act *a, const struct flow_step *s,
    struct err *err)
{
	struct record_event *ev = NULL;
	const struct flow_step *did;
	const char *name;
	enum mq_status rc;
	bool last;
	int count = 0;

	if (!asks_doer(s) || a->n->db == NULL)
		return MQ_OK;
	rc = record_events(a->n, a->prior->r.rec, &ev, &count, err);
	if (rc != MQ_OK)
		return rc;
	name = barred(ev, count, a->who->by, s, &last);
	did = name == NULL ? NULL : kind_step(a->kind, name);
	if (did != NULL)
		act_complain_labels(a, "", MQ_E_DENIED, last ?
		    SAY_FLOW_SELF_LAST : SAY_FLOW_SELF, s->label,
		    last ? NULL : did->label);
	record_events_free(&ev, count);
	return MQ_OK;
}

/* ---- who owes the next step ---- */

static void unit_of(struct act *a, char out[24])
{
	if (a->prior != NULL)
		xcopy(out, 24, a->prior->r.org);
	else
		facet_unit(a->n, a->kind, a->f, a->d, a->n->set.org, out);
}

/* "" when the step leaves the owner as it is. */
static void owner_of(struct act *a, const struct flow_step *s, char out[24])
{
	const struct orgs *o = pack_orgs(a->n->pack);
	const struct org *up;
	const char *rule = s->owner;
	char unit[24];

	out[0] = '\0';
	if (strcmp(rule, "@org") == 0) {
		unit_of(a, out);
	} else if (strcmp(rule, "@parent") == 0) {
		unit_of(a, unit);
		if (a->prior != NULL && a->prior->r.owner[0] != '\0')
			xcopy(unit, sizeof(unit), a->prior->r.owner);
		up = org_parent(o, unit);
		xcopy(out, 24, up == NULL ? unit : up->code);
	} else if (strcmp(rule, "@proposed") == 0) {
		if (a->prior != NULL)
			xcopy(out, 24, a->prior->r.proposed);
		if (out[0] == '\0')
			act_complain_say(a, "", MQ_E_STATE,
			    SAY_FLOW_NOT_OFFERED, NULL, NULL);
	} else if (strcmp(rule, "@from") == 0) {
		if (a->prior != NULL && fields_has(&a->prior->d, "sender"))
			xcopy(out, 24, fields_text(&a->prior->d, "sender"));
		else
			unit_of(a, out);
	} else if (strncmp(rule, "@field:", 7) == 0) {
		if (!facet_unit_of(a->n, fields_text(a->f, rule + 7),
		    out))
			xcopy(out, 24, fields_text(a->f, rule + 7));
		if (out[0] == '\0' && a->ncomplaints == 0)
			act_complain_say(a, rule + 7, MQ_E_REQUIRED,
			    SAY_FLOW_NO_OWNER, NULL, NULL);
	} else {
		xcopy(out, 24, rule);
	}
}

static void decide_owner(struct act *a, const struct flow_step *s)
{
	const char *before = a->prior == NULL ? "" : a->prior->r.owner;
	const struct org *unit;
	char owner[24];

	owner_of(a, s, owner);
	if (owner[0] == '\0')
		return;
	fields_set(a->d, "owner", owner);
	unit = org_find(pack_orgs(a->n->pack), owner);
	if (unit != NULL)
		fields_set(a->d, "level", unit->level);
	if (strcmp(before, owner) != 0 && before[0] != '\0')
		fields_set(a->d, "sender", before);
	if (s->route)
		fields_set_list(a->d, "route", owner);
	/* Whoever owes now, nothing is on offer any more. */
	if (a->prior != NULL && a->prior->r.proposed[0] != '\0')
		fields_set(a->d, "proposed", "");
}

/* ---- deciding ---- */

/* Closed and solved are two things: the state says so, or the answer that the
 * resident gave. */
static void decide_solved(struct act *a, const struct flow_state *st)
{
	const char *s = st->solved;
	const struct field_value *v;

	if (s[0] == '\0')
		return;
	if (strcmp(s, "yes") != 0 && strcmp(s, "no") != 0) {
		v = fields_get(a->f, s);
		if (v == NULL && a->prior != NULL)
			v = fields_get(&a->prior->f, s);
		s = v != NULL && v->text != NULL ? v->text : "no";
	}
	fields_set_int(a->d, "solved", strcmp(s, "yes") == 0);
}

static void decide_state(struct act *a, const struct flow_step *s)
{
	const char *to = s->to;
	const struct flow_state *st;
	bool was_closed = a->prior != NULL && a->prior->r.closed_at.ms != 0;

	if (a->prior != NULL) {
		fields_set(a->d, "from", a->prior->r.state);
		if (strcmp(to, "@from") == 0)
			to = fields_text(&a->prior->d, "from");
		if (to[0] == '\0')
			to = a->prior->r.state;
	} else if (to[0] == '\0') {
		to = a->kind->states[0].name;
	}
	fields_set(a->d, "state", to);
	st = kind_state(a->kind, to);
	if (st != NULL && st->closed && !was_closed)
		fields_set_int(a->d, "closed", a->now.ms);
	else if (st != NULL && !st->closed && was_closed)
		fields_set_int(a->d, "closed", 0);
	if (st != NULL)
		decide_solved(a, st);
}

/* An answer can turn a step into another: a choice whose filter says
 * step=NAME ("not solved" makes a confirmation a redo). */
static const struct flow_step *turned(struct act *a, const struct flow_step *s)
{
	const char *at = s->fields;
	const struct flow_step *other;
	const struct field *fd;
	char name[40];
	bool must;

	while ((fd = form_step_next(a->kind, &at, &must)) != NULL) {
		const struct choice *c;

		if (fd->type != FT_SELECT_ONE)
			continue;
		c = pack_choice(a->n->pack, fd->list,
		    fields_text(a->f, fd->name));
		if (c == NULL ||
		    !form_choice_value(c, "step", name, sizeof(name)))
			continue;
		other = kind_step(a->kind, name);
		if (other != NULL)
			return other;
	}
	return s;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	static const struct flow_step plain = { .name = "open", .from = "",
		.to = "", .owner = "", .fields = "", .clock = "",
		.not_after = "", .guard = "", .clear = "", .propose = "",
		.link = "", .stamp = "" };
	const struct flow_step *s;
	enum mq_status rc;

	if (strcmp(a->op, "fix") == 0)
		return MQ_OK;
	if (strcmp(a->op, "open") == 0) {
		s = kind_step(a->kind, "open");
		if (s == NULL)
			s = &plain;
	} else {
		s = kind_step(a->kind, a->step);
		/* A step nobody knows: the form has complained. */
		if (s == NULL)
			return MQ_OK;
		(void)act_fits_state(a, s);
		if (s->duty && !access_has_role(a->who, DUTY_ROLE))
			act_complain_labels(a, "", MQ_E_DENIED, SAY_FLOW_DUTY,
			    s->label, NULL);
		rc = check_doer(a, s, err);
		if (rc == MQ_OK)
			rc = flow_guard_check(a, s, err);
		if (rc != MQ_OK)
			return rc;
		s = turned(a, s);
	}
	if (a->ncomplaints > 0)
		return MQ_OK;
	decide_state(a, s);
	decide_owner(a, s);
	flow_time_decide(a, s);
	flow_link_decide(a, s);
	return MQ_OK;
}

const struct facet facet_flow = { .name = "flow", .decide = decide };

/* ---- reading side ---- */

size_t flow_steps(struct node *n, const struct session *who,
    const struct record_full *r, const struct flow_step **out, size_t max)
{
	const struct kind *k = n->pack == NULL ? NULL :
	    pack_kind(n->pack, r->r.kind);
	struct record_event *ev = NULL;
	size_t i, found = 0;
	char action[48];
	int count = 0;
	bool last, read = false;

	if (k == NULL || (r->r.flags & REC_VOID))
		return 0;
	for (i = 0; i < k->nsteps && found < max; i++) {
		const struct flow_step *s = &k->steps[i];

		if (s->duty || !kind_step_from(s, r->r.state))
			continue;
		snprintf(action, sizeof(action), "step:%s", s->name);
		if (!access_may_record(n, who, action, &r->r))
			continue;
		if (asks_doer(s) && !read && n->db != NULL) {
			read = true;
			if (record_events(n, r->r.rec, &ev, &count, NULL) !=
			    MQ_OK)
				count = 0;
		}
		if (asks_doer(s) &&
		    barred(ev, count, who->by, s, &last) != NULL)
			continue;
		if (!flow_guard_offers(n, who, k, r, s))
			continue;
		out[found++] = s;
	}
	record_events_free(&ev, count);
	return found;
}

void flow_explain_due(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out)
{
	flow_time_explain(n, r, lang, out);
}

enum flow_urgency flow_urgency(struct node *n, const struct record *r,
    struct utc now)
{
	int64_t soon = n->pack == NULL ? 0 :
	    pack_int(n->pack, "due_soon_minutes", 0) * MS_MINUTE;

	if (r->flags & REC_CLOSED)
		return FLOW_DONE;
	if (r->due_at.ms == 0)
		return FLOW_NONE;
	if (r->due_at.ms < now.ms)
		return FLOW_LATE;
	return r->due_at.ms - now.ms <= soon ? FLOW_SOON : FLOW_CALM;
}
