/*
 * Related records as lines.  See record_related.h.
 */
#include "record_related.h"

#include "../core/pack.h"
#include "desk.h"
#include "record_flow.h"
#include "words.h"

#define MAX RECORD_RELATED_MAX

struct related {
	struct app *app;
	const struct record_full *of;
	struct record_related *out;
};

static void add(struct related *a, int64_t rec)
{
	struct desk *d = desk_of(a->app);
	struct record_full r;

	if (rec == 0 || rec == a->of->r.rec || a->out->n == MAX ||
	    record_get(d->n, rec, &r, NULL) != MQ_OK)
		return;
	for (int i = 0; i < a->out->n; i++)
		if (a->out->v[i].rec == rec)
			rec = 0;
	if (rec != 0 && access_may_record(d->n, &d->who, "see", &r.r))
		a->out->v[a->out->n++] = r.r;
	record_full_free(&r);
}

static void add_rows(struct related *a, enum mq_status st,
    const struct record *rows, int count)
{
	for (int i = 0; st == MQ_OK && i < count; i++)
		add(a, rows[i].rec);
}

static void add_alike(struct related *a)
{
	struct node *n = desk_of(a->app)->n;
	struct record_related *out = a->out;
	struct buf scope = BUF_INIT(BUF_SMALL);

	desk_scope(a->app, a->of->r.kind, &scope);
	if (a->of->r.main != 0 || search_alike(n, a->of, buf_str(&scope),
	    out->alike, RECORD_RELATED_ALIKE, &out->nalike, NULL) != MQ_OK)
		out->nalike = 0;
	buf_free(&scope);
	/* Most certain first: what is only worth a look stands last. */
	while (out->nalike > 0 &&
	    !search_is_likely(out->alike[out->nalike - 1].tie))
		out->nalike--;
	for (int i = 0; i < out->nalike; i++)
		add(a, out->alike[i].p.rec);
}

/* What was last about somebody or something, by whichever of the two columns
 * holds such a one. */
static void add_about(struct related *a, struct record *rows)
{
	struct node *n = desk_of(a->app)->n;
	struct record_query q = { .sort = SORT_OPENED };
	enum mq_status st;
	int count = 0;

	q.who = a->of->r.rec;
	st = record_page(n, &q, NULL, false, rows, MAX, &count, NULL);
	add_rows(a, st, rows, count);
	q.who = 0;
	q.place = a->of->r.rec;
	st = record_page(n, &q, NULL, false, rows, MAX, &count, NULL);
	add_rows(a, st, rows, count);
}

void record_related_load(struct app *app, const struct record_full *r,
    struct record_related *out)
{
	struct node *n = desk_of(app)->n;
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	struct related a = { app, r, out };
	struct record rows[MAX];
	enum mq_status st;
	int count = 0;

	out->n = out->nalike = 0;
	add(&a, r->r.main);
	add(&a, record_flow_subject(n, r->r.cause));
	st = record_derived(n, r->r.rec, rows, MAX, &count, NULL);
	add_rows(&a, st, rows, count);
	st = record_merged(n, r->r.rec, rows, MAX, &count, NULL);
	add_rows(&a, st, rows, count);
	if (k != NULL && k->register_)
		add_alike(&a);
	add(&a, r->r.who);
	add(&a, r->r.place);
	if (k != NULL && k->register_)
		add_about(&a, rows);
}

static bool is_alike(const struct record_related *v, int64_t rec)
{
	for (int i = 0; i < v->nalike; i++)
		if (v->alike[i].p.rec == rec)
			return true;
	return false;
}

void record_related_show(struct app *app, const struct record_related *v,
    struct widget_lines *out)
{
	if (v->n == 0)
		return;
	widget_lines_head(out, word(W_FACT_RELATED));
	for (int i = 0; i < v->n; i++) {
		const struct record *r = &v->v[i];
		enum theme_role role = ROLE_TEXT;
		char due[64];
		struct buf line = BUF_INIT(BUF_SMALL);

		buf_addf(&line, "%d  %s  %s  %s", i + 1,
		    desk_kind_name(app, r->kind), r->title,
		    desk_state_word(app, r));
		/* Each called party stands here with its own clock. */
		if (r->due_at.ms != 0) {
			desk_due_words(app, r, due, sizeof(due), &role);
			buf_addf(&line, "  %s", due);
		}
		if (is_alike(v, r->rec)) {
			role = ROLE_WARN;
			buf_addf(&line, "  %s", word(W_ALIKE_LIFE));
		}
		widget_lines_add(out, NULL, role, buf_str(&line));
		buf_free(&line);
	}
}
