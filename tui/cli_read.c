/*
 * Verbs that read: list, show, due.
 */
#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/facet.h"
#include "../core/flow_sheet.h"
#include "../core/form.h"
#include "../core/grade.h"
#include "../core/ledger.h"
#include "../core/pack.h"
#include "../core/person_id.h"
#include "../core/recur.h"
#include "../core/search.h"
#include "cli_verbs.h"
#include "words.h"

#define PAGE 200

static const char *state_word(struct cli *c, const struct record *r)
{
	const struct kind *k = pack_kind(c->n->pack, r->kind);
	const struct flow_state *s = k ? kind_state(k, r->state) : NULL;

	if (grade_label(c->n, r, c->lang)[0] && !(r->flags & REC_CLOSED))
		return grade_label(c->n, r, c->lang);
	return s ? s->label[c->lang] : r->state;
}

static void time_or_empty(struct utc t, char *out, size_t size)
{
	out[0] = '\0';
	if (t.ms)
		clock_show(t, CLOCK_MINUTE, out, size);
}

static void row_json(struct cli *c, const struct record *r, struct jout *j)
{
	char ref[ENTRY_REF_TEXT];

	jout_obj(j);
	jout_kstr(j, "by", r->by);
	jout_kint(j, "closed", r->closed_at.ms);
	jout_kint(j, "delivery", record_delivery(c->n, r));
	jout_kint(j, "due", r->due_at.ms);
	jout_kint(j, "flags", r->flags);
	jout_kstr(j, "grade", r->grade);
	jout_kstr(j, "kind", r->kind);
	jout_kstr(j, "no", r->no);
	jout_kint(j, "num", r->num);
	jout_kint(j, "opened", r->opened_at.ms);
	jout_kstr(j, "org", r->org);
	jout_kstr(j, "owner", r->owner);
	ref_text(ref_of_rec(r->rec), ref);
	jout_kstr(j, "record", ref);
	jout_kstr(j, "state", r->state);
	jout_kstr(j, "title", r->title);
	jout_obj_end(j);
}

static void row_text(struct cli *c, const struct record *r)
{
	char when[32], due[32], ref[ENTRY_REF_TEXT], line[600];

	time_or_empty(r->opened_at, when, sizeof(when));
	time_or_empty(r->due_at, due, sizeof(due));
	ref_text(ref_of_rec(r->rec), ref);
	snprintf(line, sizeof(line), "%-10s %s  %s  %s  %s%s%s", ref, when,
	    state_word(c, r), r->title,
	    org_name(pack_orgs(c->n->pack), r->owner, c->lang),
	    due[0] ? "  -> " : "", due);
	cli_line(line);
}

static void row_out(struct cli *c, const struct record *r)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	if (!c->json) {
		row_text(c, r);
		return;
	}
	jout_begin(&j, &b, true);
	row_json(c, r, &j);
	cli_json(&b);
	buf_free(&b);
}

static enum mq_status query_of(struct cli *c, struct record_query *q,
    struct buf *scope)
{
	static const struct { const char *name; enum record_sort sort; }
	    sorts[] = { { "opened", SORT_OPENED }, { "due", SORT_DUE },
		{ "changed", SORT_CHANGED } };
	size_t i;

	memset(q, 0, sizeof(*q));
	if (c->nargs != 1 || !pack_kind(c->n->pack, c->args[0]))
		return err_set(&c->err, MQ_E_USAGE, "%s",
		    c->nargs ? c->args[0] : "KIND");
	q->kind = c->args[0];
	q->state = c->state;
	for (i = 0; c->sort && i < ARRAY_LEN(sorts); i++)
		if (strcmp(sorts[i].name, c->sort) == 0) {
			q->sort = sorts[i].sort;
			c->sort = NULL;
		}
	if (c->sort)
		return err_set(&c->err, MQ_E_USAGE, "--sort %s", c->sort);
	if (!access_may(c->n, &c->who, "see", q->kind, ""))
		return err_set(&c->err, MQ_E_DENIED, "%s", q->kind);
	access_scope(c->n, &c->who, q->kind, scope);
	q->scope = buf_str(scope);
	return MQ_OK;
}

/* Every row the person may see, page by page, at most c->limit. */
static enum mq_status each_row(struct cli *c, const struct record_query *q,
    enum mq_status (*fn)(struct cli *c, const struct record *r))
{
	struct record *rows = xcalloc(PAGE, sizeof(*rows)), last;
	enum mq_status st = MQ_OK;
	int left = c->limit, n, i;

	memset(&last, 0, sizeof(last));
	do {
		st = record_page(c->n, q, &last, false, rows,
		    left < PAGE ? left : PAGE, &n, &c->err);
		for (i = 0; i < n && !st; i++)
			if (access_may_record(c->n, &c->who, "see", &rows[i]))
				st = fn(c, &rows[i]);
		if (n)
			last = rows[n - 1];
		left -= n;
	} while (!st && n > 0 && left > 0);
	free(rows);
	return st;
}

static enum mq_status print_row(struct cli *c, const struct record *r)
{
	row_out(c, r);
	return MQ_OK;
}

static enum mq_status list_found(struct cli *c, const char *scope)
{
	struct record *rows = xcalloc((size_t)c->limit, sizeof(*rows));
	enum mq_status st;
	int n = 0, i;

	st = search_text(c->n, c->args[0], c->find, scope, rows, c->limit, &n,
	    &c->err);
	for (i = 0; i < n && !st; i++)
		if (access_may_record(c->n, &c->who, "see", &rows[i]))
			row_out(c, &rows[i]);
	free(rows);
	return st;
}

enum mq_status cli_list(struct cli *c)
{
	struct buf scope = BUF_INIT(BUF_SMALL);
	struct record_query q;
	enum mq_status st = query_of(c, &q, &scope);

	if (!st && c->find)
		st = list_found(c, q.scope);
	else if (!st)
		st = each_row(c, &q, print_row);
	buf_free(&scope);
	return st;
}

/* ---- show ---- */

static void field_line(struct cli *c, const struct field *fd,
    const struct field_value *v)
{
	struct buf shown = BUF_INIT(BUF_SMALL), line = BUF_INIT(BUF_SMALL);

	form_show(c->n, fd, v, false, &shown);
	buf_addf(&line, "  %s: %s", fd->label[c->lang], buf_str(&shown));
	cli_line(buf_str(&line));
	buf_free(&shown);
	buf_free(&line);
}

static void event_line(struct cli *c, const struct kind *k,
    const struct record_event *ev)
{
	const struct flow_step *fs = ev->step[0] ? kind_step(k, ev->step) :
	    NULL;
	char when[32], line[400];

	clock_show(ev->e.at, CLOCK_MINUTE, when, sizeof(when));
	snprintf(line, sizeof(line), "  %s  %s  %s%s%s", when, ev->e.by,
	    fs ? fs->label[c->lang] : ev->e.op, ev->to[0] ? " -> " : "",
	    ev->to);
	if (ev->undone)
		snprintf(line + strlen(line), sizeof(line) - strlen(line),
		    "  (%s)", word(W_STATE_VOID));
	if (ev->damaged)
		snprintf(line + strlen(line), sizeof(line) - strlen(line),
		    "  %s", word(W_OP_DAMAGED));
	cli_line(line);
}

static void facet_fact(void *ctx, const char *label, const char *text,
    enum facet_tone tone)
{
	struct buf line = BUF_INIT(BUF_SMALL);

	(void)ctx;
	(void)tone;
	buf_addf(&line, "  %s: %s", label, text);
	cli_line(buf_str(&line));
	buf_free(&line);
}

static void show_text(struct cli *c, const struct kind *k,
    const struct record_full *r, const struct record_event *ev, int nev)
{
	size_t i;
	int e;

	row_text(c, &r->r);
	for (i = 0; i < r->f.n; i++) {
		const struct field *fd = kind_field(k, r->f.v[i].name);

		if (fd)
			field_line(c, fd, &r->f.v[i]);
	}
	facet_tell(c->n, r, &(struct facet_lines){ c->lang, facet_fact,
	    NULL });
	for (e = 0; e < r->nconflicts; e++) {
		char line[600];

		words_fill(line, sizeof(line), W_CLI_CONFLICT,
		    r->conflicts[e].field, r->conflicts[e].mine[0],
		    r->conflicts[e].mine[1], NULL);
		cli_line(line);
	}
	for (e = 0; e < nev; e++)
		event_line(c, k, &ev[e]);
}

static void events_json(struct jout *j, const struct record_event *ev,
    int nev)
{
	char ref[ENTRY_REF_TEXT];
	int i;

	jout_list(j);
	for (i = 0; i < nev; i++) {
		jout_obj(j);
		jout_kint(j, "at", ev[i].e.at.ms);
		jout_kstr(j, "by", ev[i].e.by);
		ref_text(ev[i].e.id, ref);
		jout_kstr(j, "entry", ref);
		jout_kstr(j, "op", ev[i].e.op);
		jout_kstr(j, "step", ev[i].step);
		jout_kstr(j, "to", ev[i].to);
		jout_kbool(j, "undone", ev[i].undone);
		jout_obj_end(j);
	}
	jout_list_end(j);
}

static void show_json(struct cli *c, const struct kind *k,
    const struct record_full *r, const struct record_event *ev, int nev)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct buf shown = BUF_INIT(BUF_SMALL);
	struct jout j;
	size_t i;

	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_key(&j, "events");
	events_json(&j, ev, nev);
	jout_key(&j, "fields");
	jout_obj(&j);
	for (i = 0; i < r->f.n; i++) {
		const struct field *fd = kind_field(k, r->f.v[i].name);

		if (!fd)
			continue;
		buf_reset(&shown);
		form_show(c->n, fd, &r->f.v[i], false, &shown);
		jout_kstr(&j, fd->name, buf_str(&shown));
	}
	jout_obj_end(&j);
	jout_key(&j, "row");
	row_json(c, &r->r, &j);
	jout_obj_end(&j);
	cli_json(&b);
	buf_free(&b);
	buf_free(&shown);
}

enum mq_status cli_show(struct cli *c)
{
	struct record_full r;
	struct record_event *ev = NULL;
	const struct kind *k;
	enum mq_status st;
	int64_t rec;
	int nev = 0;

	if (c->nargs != 1)
		return err_set(&c->err, MQ_E_USAGE, "show RECORD");
	st = cli_record(c, c->args[0], &rec);
	if (!st)
		st = record_get(c->n, rec, &r, &c->err);
	if (st)
		return st;
	k = pack_kind(c->n->pack, r.r.kind);
	if (!k || !access_may_record(c->n, &c->who, "see", &r.r))
		st = err_set(&c->err, MQ_E_DENIED, "%s", c->args[0]);
	if (!st)
		st = record_events(c->n, rec, &ev, &nev, &c->err);
	if (!st && c->json)
		show_json(c, k, &r, ev, nev);
	else if (!st)
		show_text(c, k, &r, ev, nev);
	record_events_free(&ev, nev);
	record_full_free(&r);
	return st;
}

/* ---- due ---- */

static void due_row(struct cli *c, const struct recur_due *d,
    struct day today)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char ref[ENTRY_REF_TEXT], due[24], last[24];
	struct jout j;

	ref_text(ref_of_rec(d->r.rec), ref);
	clock_show(clock_day_start(d->due), CLOCK_DATE, due, sizeof(due));
	clock_show(clock_day_start(d->last), CLOCK_DATE, last, sizeof(last));
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kstr(&j, "due", due);
		jout_kstr(&j, "last", d->met ? last : "");
		jout_kstr(&j, "mark", d->rule != NULL ? d->rule->mark : "=");
		jout_kstr(&j, "org", d->r.org);
		jout_kstr(&j, "record", ref);
		jout_kstr(&j, "title", d->r.title);
		jout_obj_end(&j);
		cli_json(&b);
	} else {
		buf_addf(&b, "%-10s %s  ", ref, due);
		recur_words(d, today, c->lang, &b);
		buf_addf(&b, "  %s  %s%s%s", d->r.title, d->rule != NULL ?
		    d->rule->label[c->lang] : say_word(SAY_RECUR_AGREED,
		    c->lang), say_word(d->met ? SAY_RECUR_LAST :
		    SAY_RECUR_NEVER, c->lang), d->met ? last : "");
		cli_line(buf_str(&b));
	}
	buf_free(&b);
}

enum mq_status cli_due(struct cli *c)
{
	struct day today = clock_day(ledger_now(c->n));
	struct recur_due *rows, last = { .due = { 0 } };
	struct buf scope = BUF_INIT(BUF_LARGE);
	const char *kind = c->nargs > 0 ? c->args[0] : "person";
	enum mq_status st;
	int left = c->limit, n = 0, i;

	if (c->nargs > 1 || !recur_kind(c->n, kind))
		return err_set(&c->err, MQ_E_USAGE, "%s", kind);
	if (!access_may(c->n, &c->who, "see", kind, ""))
		return err_set(&c->err, MQ_E_DENIED, "%s", kind);
	access_scope(c->n, &c->who, kind, &scope);
	rows = xcalloc(PAGE, sizeof(*rows));
	do {
		st = recur_page(c->n, kind, buf_str(&scope), today,
		    n > 0 ? &last : NULL, rows, left < PAGE ? left : PAGE,
		    &n, &c->err);
		for (i = 0; i < n && !st; i++)
			due_row(c, &rows[i], today);
		if (n > 0)
			last = rows[n - 1];
		left -= n;
	} while (!st && n > 0 && left > 0);
	free(rows);
	buf_free(&scope);
	return st;
}

enum mq_status cli_sheet(struct cli *c)
{
	struct buf out = BUF_INIT(BUF_LARGE);
	struct record_full r;
	enum mq_status st;
	int64_t rec;
	int pages;

	if (c->nargs < 1)
		return err_set(&c->err, MQ_E_USAGE, "sheet NUMBER");
	st = cli_record(c, c->args[0], &rec);
	if (!st)
		st = record_get(c->n, rec, &r, &c->err);
	if (st)
		return st;
	if (!access_may_record(c->n, &c->who, "see", &r.r))
		st = err_set(&c->err, MQ_E_DENIED, "%s", c->args[0]);
	else
		st = flow_sheet(c->n, rec, true, c->lang, &out, &pages,
		    &c->err);
	if (!st)
		printf("%s", buf_str(&out));
	record_full_free(&r);
	buf_free(&out);
	return st;
}
