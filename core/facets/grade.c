/*
 * The grade facet: a colour or star, given by one step of the flow, with
 * evidence: who saw what, when, where the paper or photo is kept.  What was
 * found can rule the better grades out, and nobody climbs faster than the
 * pack allows.  The next check is a clock of the same step (due.csv by
 * grade).  Called through facet_decide() and facet_tell().
 */
#include "../grade.h"

#include <inttypes.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../form.h"
#include "../pack_data.h"

#define FIELD "grade"		/* its name is fixed, as the column's is */
#define HISTORY 6

static const char *told(const struct node *n, const struct kind *k,
    const char *key)
{
	return pack_facet(n->pack, k, "grade", key);
}

/* Grades stand best first in their list. */
static int rank_of(struct node *n, const struct kind *k, const char *name,
    const struct choice **out)
{
	const struct field *fd = kind_field(k, FIELD);
	const struct choice *v;
	size_t i, count = 0;

	v = fd == NULL ? NULL : pack_choices(n->pack, fd->list, &count);
	for (i = 0; i < count; i++)
		if (strcmp(v[i].name, name) == 0) {
			if (out != NULL)
				*out = &v[i];
			return (int)i;
		}
	return -1;
}

/* ---- deciding ---- */

/* What the flow asks for as well has been said once. */
static bool said(const struct act *a, const char *field)
{
	int i;

	for (i = 0; i < a->ncomplaints; i++)
		if (strcmp(a->complaints[i].field, field) == 0)
			return true;
	return false;
}

static void check_evidence(struct act *a)
{
	const char *at = told(a->n, a->kind, "evidence"), *w;
	const struct field *fd;
	char name[40];
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		fd = kind_field(a->kind, name);
		if (!fields_has(a->f, name) && fd != NULL && !said(a, name))
			act_complain_labels(a, name, MQ_E_REQUIRED,
			    SAY_GRADE_EVIDENCE, fd->label, NULL);
	}
}

/* A choice of `reasons` with the mark grade=NAME: not better than that. */
static void check_reasons(struct act *a, int rank)
{
	const char *name = told(a->n, a->kind, "reasons");
	const struct field *fd = kind_field(a->kind, name);
	const struct field_value *v = fields_get(a->f, name);
	const char *at = v == NULL || v->text == NULL ? "" : v->text;
	const struct choice *c, *least;
	char one[40], want[40];

	while (fd != NULL && *at != '\0') {
		size_t len = strcspn(at, "\n ");

		snprintf(one, sizeof(one), "%.*s", (int)len, at);
		at += len + (at[len] != '\0');
		c = pack_choice(a->n->pack, fd->list, one);
		if (c != NULL && form_choice_value(c, FIELD, want,
		    sizeof(want)) && rank_of(a->n, a->kind, want, &least) >
		    rank)
			act_complain_labels(a, FIELD, MQ_E_FIELD,
			    SAY_GRADE_REASON, c->label, least->label);
	}
}

static void check_climb(struct act *a, int rank, const struct choice *got)
{
	int64_t climb = pack_facet_int(a->n->pack, a->kind, "grade", "climb",
	    0);
	const struct choice *was;
	int before = rank_of(a->n, a->kind, a->prior->r.grade, &was);

	if (climb > 0 && before >= 0 && before - rank > climb)
		act_complain_labels(a, FIELD, MQ_E_FIELD, SAY_GRADE_CLIMB,
		    was->label, got->label);
}

/* What was found the last time is not found again unless somebody says so. */
static void forget_reasons(struct act *a)
{
	const char *name = told(a->n, a->kind, "reasons");

	if (name[0] != '\0' && !fields_has(a->f, name) &&
	    fields_has(&a->prior->f, name))
		fields_set_gone(a->f, name);
}

static enum mq_status decide(struct act *a, struct err *err)
{
	const char *grade = fields_text(a->f, FIELD);
	const struct choice *got;
	int rank;

	(void)err;
	if (strcmp(a->op, "step") != 0 ||
	    strcmp(a->step, told(a->n, a->kind, "step")) != 0)
		return MQ_OK;
	rank = rank_of(a->n, a->kind, grade, &got);
	if (rank < 0) {
		if (a->ncomplaints == 0)
			act_complain_say(a, FIELD, MQ_E_REQUIRED,
			    SAY_GRADE_NONE, NULL, NULL);
		return MQ_OK;
	}
	check_evidence(a);
	check_reasons(a, rank);
	check_climb(a, rank, got);
	if (a->ncomplaints > 0)
		return MQ_OK;
	forget_reasons(a);
	fields_set(a->d, "grade", grade);
	fields_set(a->d, "grade_was", a->prior->r.grade);
	return MQ_OK;
}

/* ---- reading ---- */

static const struct choice *choice_of(struct node *n, const char *kind,
    const char *grade)
{
	const struct kind *k = n->pack == NULL ? NULL :
	    pack_kind(n->pack, kind);
	const struct choice *c = NULL;

	if (k == NULL || !kind_has_facet(k, "grade") || grade[0] == '\0' ||
	    rank_of(n, k, grade, &c) < 0)
		return NULL;
	return c;
}

const char *grade_label(struct node *n, const struct record *r,
    enum lang lang)
{
	const struct choice *c = choice_of(n, r->kind, r->grade);

	return c == NULL ? "" : c->label[lang];
}

enum facet_tone grade_tone(struct node *n, const struct record *r)
{
	static const char *const tones[] = { "plain", "good", "care", "bad" };
	const struct choice *c = choice_of(n, r->kind, r->grade);
	char tone[16];
	size_t i;

	if (c != NULL && form_choice_value(c, "tone", tone, sizeof(tone)))
		for (i = 0; i < ARRAY_LEN(tones); i++)
			if (strcmp(tones[i], tone) == 0)
				return (enum facet_tone)i;
	return TONE_PLAIN;
}

enum mq_status grade_counts(struct node *n, const struct kind *k,
    const char *scope, enum lang lang, struct buf *out, struct err *err)
{
	const struct field *fd = kind_field(k, FIELD);
	const struct day any = { 0 };
	const struct choice *v;
	int64_t all = 0, of = 0, graded = 0;
	enum mq_status st = MQ_OK;
	size_t i, count = 0;

	v = fd == NULL ? NULL : pack_choices(n->pack, fd->list, &count);
	for (i = 0; i < count && !st; i++) {
		st = record_count(n, k->name, "grade", v[i].name, scope, any,
		    any, &of, err);
		graded += of;
		buf_addf(out, "%s %" PRId64 "  ", v[i].label[lang], of);
	}
	if (!st)
		st = record_count(n, k->name, "state", NULL, scope, any, any,
		    &all, err);
	if (!st)
		buf_addf(out, "%s %" PRId64, say_word(SAY_GRADE_NOT_YET,
		    lang), all - graded);
	return st;
}

/* "红标 05-02 → 黄标 08-01 → 绿标 11-20": the latest few. */
static void tell_history(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	struct record_event *ev = NULL;
	struct buf line = BUF_INIT(BUF_SMALL);
	int count = 0, first, seen = 0, i;
	char day[24];

	if (record_events(n, r->r.rec, &ev, &count, NULL) != MQ_OK)
		return;
	for (first = count; first > 0 && seen < HISTORY; first--)
		seen += !ev[first - 1].undone &&
		    fields_has(&ev[first - 1].d, "grade");
	for (i = first; i < count; i++) {
		const struct choice *c = choice_of(n, r->r.kind,
		    fields_text(&ev[i].d, "grade"));

		if (ev[i].undone || c == NULL)
			continue;
		clock_show(ev[i].e.at, CLOCK_DATE, day, sizeof(day));
		buf_addf(&line, "%s%s %s", line.len > 0 ? " → " : "",
		    c->label[out->lang], day);
	}
	if (seen > 0)
		facet_line(out, SAY_GRADE_HISTORY, TONE_PLAIN, "%s",
		    buf_str(&line));
	buf_free(&line);
	record_events_free(&ev, count);
}

static void tell_evidence(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	const char *at = told(n, k, "evidence"), *w;
	struct buf line = BUF_INIT(BUF_SMALL);
	char name[40];
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		const struct field_value *v;
		const struct field *fd;

		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		fd = kind_field(k, name);
		v = fields_get(&r->f, name);
		if (fd == NULL || v == NULL || v->kind == FV_GONE)
			continue;
		buf_addf(&line, "%s%s ", line.len > 0 ? "  " : "",
		    fd->label[out->lang]);
		form_show(n, fd, v, false, &line);
	}
	if (line.len > 0)
		facet_line(out, SAY_GRADE_PROOF, TONE_PLAIN, "%s",
		    buf_str(&line));
	buf_free(&line);
}

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	const char *label = grade_label(n, &r->r, out->lang);

	facet_line(out, SAY_GRADE_NOW, label[0] == '\0' ? TONE_CARE :
	    grade_tone(n, &r->r), "%s", label[0] == '\0' ?
	    say_word(SAY_GRADE_NOT_YET, out->lang) : label);
	if (label[0] == '\0')
		return;
	tell_evidence(n, r, out);
	tell_history(n, r, out);
}

const struct facet facet_grade = { .name = "grade", .decide = decide,
    .tell = tell };
