/*
 * Steps that reach beyond the state of the record: offers to another unit,
 * merging, emptying former answers, first times.  Called by flow.c.
 */
#include "flow_parts.h"

#include "../base/xmalloc.h"
#include "../pack_data.h"
#include "../person_id.h"

/* ---- offers: the sender owes until the other unit takes it over ---- */

static void decide_offer(struct act *a, const struct flow_step *s)
{
	const char *unit;

	if (s->propose[0] == '\0')
		return;
	if (strcmp(s->propose, "-") == 0) {
		if (a->prior->r.proposed[0] == '\0')
			act_complain_say(a, "", MQ_E_STATE,
			    SAY_FLOW_NOT_OFFERED, NULL, NULL);
		fields_set(a->d, "proposed", "");
		return;
	}
	unit = fields_text(a->f, s->propose + strlen("@field:"));
	if (strcmp(unit, a->prior->r.owner) == 0)
		act_complain_say(a, s->propose + strlen("@field:"),
		    MQ_E_FIELD, SAY_FLOW_OFFER_SELF, NULL, NULL);
	fields_set(a->d, "proposed", unit);
	/* They must see what they are asked to take. */
	fields_set_list(a->d, "route", unit);
}

/* ---- merging ---- */

static void check_main(struct act *a, const char *field,
    const struct record_full *m)
{
	struct record_full top;
	char no[200] = "";

	if (m->r.rec == a->prior->r.rec) {
		act_complain_say(a, field, MQ_E_FIELD, SAY_FLOW_MERGE_SELF,
		    NULL, NULL);
	} else if (strcmp(m->r.kind, a->kind->name) != 0) {
		act_complain_say(a, field, MQ_E_FIELD, SAY_FLOW_MERGE_KIND,
		    NULL, NULL);
	} else if (m->r.main != 0) {
		if (record_get(a->n, m->r.main, &top, NULL) == MQ_OK) {
			if (top.r.no[0] != '\0')
				person_id_short_show(top.r.no, no);
			else
				xcopy(no, sizeof(no), top.r.title);
			record_full_free(&top);
		}
		act_complain_say(a, field, MQ_E_FIELD, SAY_FLOW_MERGE_CHAIN,
		    no, NULL);
	} else if (m->r.flags & (REC_CLOSED | REC_VOID)) {
		act_complain_say(a, field, MQ_E_FIELD, SAY_FLOW_MERGE_CLOSED,
		    NULL, NULL);
	}
}

static void decide_merge(struct act *a, const struct flow_step *s)
{
	const char *field = s->link + strlen("merge:");
	const char *text = fields_text(a->f, field);
	struct record_full m;
	struct ref ref;

	if (strncmp(s->link, "merge:", strlen("merge:")) != 0) {
		if (strcmp(s->link, "unmerge") == 0)
			fields_set(a->d, "main", "");
		return;
	}
	if (!ref_parse(text, strlen(text), &ref) ||
	    record_get(a->n, ref_rec(ref), &m, NULL) != MQ_OK) {
		act_complain_say(a, field, MQ_E_FIELD, SAY_FLOW_MERGE_NONE,
		    NULL, NULL);
		return;
	}
	check_main(a, field, &m);
	record_full_free(&m);
	fields_set(a->d, "main", text);
}

/* ---- former answers, first times ---- */

static void decide_clear(struct act *a, const struct flow_step *s)
{
	const char *at = s->clear, *w;
	char name[40];
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		if (a->prior != NULL && fields_has(&a->prior->f, name))
			fields_set_gone(a->f, name);
	}
}

/* "NAME": now; "NAME@opened": when it happened. */
static void decide_stamps(struct act *a, const struct flow_step *s)
{
	const char *at = s->stamp, *w;
	size_t len, n;

	while (pack_data_word(&at, &w, &len)) {
		const char *cut = memchr(w, '@', len);
		char name[40];

		n = cut == NULL ? len : (size_t)(cut - w);
		snprintf(name, sizeof(name), "stamp_%.*s", (int)n, w);
		if (a->prior == NULL ||
		    fields_get(&a->prior->d, name) == NULL)
			fields_set_int(a->d, name, cut == NULL ? a->now.ms :
			    fields_int(a->d, "opened", a->now.ms));
	}
}

void flow_link_decide(struct act *a, const struct flow_step *s)
{
	if (a->prior != NULL) {
		decide_offer(a, s);
		if (s->link[0] != '\0')
			decide_merge(a, s);
	}
	decide_clear(a, s);
	decide_stamps(a, s);
}
