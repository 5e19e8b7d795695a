/*
 * Runs the facets of a kind over something about to be saved, and collects
 * what they complain about.  Called by save.c.
 */
#include "facet.h"

#include <assert.h>
#include <stdarg.h>

#include "base/xmalloc.h"

static const struct facet *const order[] = {
#define FACET(name) &facet_##name,
#include "facets/facets.def"
#undef FACET
};

static struct err *next_complaint(struct act *a, const char *field)
{
	if (a->ncomplaints == ACT_COMPLAINTS)
		return NULL;
	xcopy(a->complaints[a->ncomplaints].field,
	    sizeof(a->complaints[0].field), field);
	return &a->complaints[a->ncomplaints++].err;
}

void act_complain(struct act *a, const char *field, enum mq_status code,
    const char *fmt, ...)
{
	struct err *e = next_complaint(a, field);
	char words[240];
	va_list ap;

	assert(code != MQ_OK);
	if (e == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	(void)err_set(e, code, "%s", words);
}

void act_complain_say(struct act *a, const char *field, enum mq_status code,
    enum say id, const char *x, const char *y)
{
	act_complain_labels(a, field, code, id, (const char *const[]){ x, x },
	    (const char *const[]){ y, y });
}

void act_complain_labels(struct act *a, const char *field,
    enum mq_status code, enum say id, const char *const x[2],
    const char *const y[2])
{
	struct buf b = BUF_INIT(230);

	say_labels(&b, id, x, y);
	act_complain(a, field, code, "%s", buf_str(&b));
	buf_free(&b);
}

bool act_fits_state(struct act *a, const struct flow_step *s)
{
	const char *name = a->prior->r.state;
	const struct flow_state *now = kind_state(a->kind, name);
	const char *const raw[2] = { name, name };

	if (kind_step_from(s, name))
		return true;
	act_complain_labels(a, "", MQ_E_STATE, SAY_FLOW_FROM,
	    now == NULL ? raw : now->label, s->label);
	return false;
}

void act_route(struct act *a, const char *field)
{
	const struct orgs *o = pack_orgs(a->n->pack);
	struct buf list = BUF_INIT(FIELDS_TEXT_MAX);
	size_t i;

	for (i = 0; i < o->n; i++)
		if (o->v[i].has_node && o->v[i].first == o->v[i].last &&
		    org_within(o, o->v[i].code, fields_text(a->f, field)))
			buf_addf(&list, "%s%s", list.len > 0 ? "\n" : "",
			    o->v[i].code);
	if (list.over)
		act_complain_say(a, field, MQ_E_TOO_BIG, SAY_ROUTE_WIDE, NULL,
		    NULL);
	else
		fields_set_list(a->d, "route", buf_str(&list));
	buf_free(&list);
}

bool facet_unit_of(struct node *n, const char *ref, char out[24])
{
	struct record_full r;
	struct ref id;

	if (n->db == NULL || !ref_parse(ref, strlen(ref), &id) ||
	    record_get(n, ref_rec(id), &r, NULL) != MQ_OK)
		return false;
	xcopy(out, 24, r.r.org);
	record_full_free(&r);
	return true;
}

void facet_unit(struct node *n, const struct kind *k, const struct fields *f,
    const struct fields *d, const char *otherwise, char out[24])
{
	const char *rule = k->org_from;

	if (strncmp(rule, "@field:", 7) == 0 && fields_has(f, rule + 7)) {
		if (!facet_unit_of(n, fields_text(f, rule + 7), out))
			xcopy(out, 24, fields_text(f, rule + 7));
		return;
	}
	if (strcmp(rule, "@who") == 0 &&
	    (facet_unit_of(n, fields_text(d, "place"), out) ||
	    facet_unit_of(n, fields_text(d, "who"), out)))
		return;
	xcopy(out, 24, otherwise);
}

enum mq_status facet_decide(struct act *a, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t i;

	assert(a->kind != NULL && a->f != NULL && a->d != NULL);
	assert((a->prior == NULL) == (strcmp(a->op, "open") == 0));
	for (i = 0; i < ARRAY_LEN(order) && rc == MQ_OK; i++)
		if (order[i]->decide != NULL &&
		    kind_has_facet(a->kind, order[i]->name))
			rc = order[i]->decide(a, err);
	return rc;
}

void facet_tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	const struct kind *k = n->pack == NULL ? NULL :
	    pack_kind(n->pack, r->r.kind);
	size_t i;

	for (i = 0; i < ARRAY_LEN(order) && k != NULL; i++)
		if (order[i]->tell != NULL &&
		    kind_has_facet(k, order[i]->name))
			order[i]->tell(n, r, out);
}

void facet_line(const struct facet_lines *out, enum say label,
    enum facet_tone tone, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out->line(out->ctx, say_word(label, out->lang), text, tone);
}

enum mq_status facet_holds(struct node *n, const char *kind, int64_t rec,
    struct err *err)
{
	const struct kind *k = n->pack ? pack_kind(n->pack, kind) : NULL;
	struct record_full r;
	enum mq_status rc = MQ_OK;
	bool read = false;
	size_t i;

	for (i = 0; i < ARRAY_LEN(order) && k != NULL && rc == MQ_OK; i++) {
		if (order[i]->holds == NULL ||
		    !kind_has_facet(k, order[i]->name))
			continue;
		if (!read)
			rc = record_get(n, rec, &r, err);
		read = rc == MQ_OK;
		if (read)
			rc = order[i]->holds(n, k, &r, err);
	}
	if (read)
		record_full_free(&r);
	return rc;
}
