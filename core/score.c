/*
 * Boards by unit and polls.  See score.h.  Called by the boards page, the
 * command line and reports.
 */
#include "score.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ledger.h"

static const char *told(const struct pack *p, const struct kind *k,
    const char *key)
{
	return k == NULL ? "" : pack_facet(p, k, "score", key);
}

bool score_is_sheet(const struct pack *p, const struct kind *k)
{
	return told(p, k, "unit")[0] != '\0';
}

bool score_is_poll(const struct pack *p, const struct kind *k)
{
	return told(p, k, "voted_by")[0] != '\0';
}

bool score_is_vote(const struct pack *p, const struct kind *k)
{
	return told(p, k, "of")[0] != '\0';
}

/* ---- periods ---- */

/* The first day of the month `months` after that one. */
static struct day month_start(int year, int month, int months)
{
	int m = year * 12 + month - 1 + months;

	return clock_make_day(m / 12, m % 12 + 1, 1);
}

void score_period(const char *length, struct utc at, int back,
    struct score_period *out)
{
	int months = strcmp(length, "year") == 0 ? 12 :
	    strcmp(length, "quarter") == 0 ? 3 : 1;
	struct civil c = clock_civil(at), first;
	int start = (c.month - 1) / months * months + 1;

	out->first = month_start(c.year, start, -back * months);
	out->last = month_start(c.year, start, (1 - back) * months);
	out->last.n--;
	first = clock_civil(clock_day_start(out->first));
	if (months == 12)
		snprintf(out->name, sizeof(out->name), "%04d", first.year);
	else if (months == 3)
		snprintf(out->name, sizeof(out->name), "%04d-Q%d", first.year,
		    (first.month - 1) / 3 + 1);
	else
		snprintf(out->name, sizeof(out->name), "%04d-%02d",
		    first.year, first.month);
}

/* ---- sheets ---- */

/* What one judge gave one unit. */
struct mark {
	char org[24], by[32];
	struct utc at;
	int64_t rec, value;
};
struct marks { struct mark *v; size_t cap; int n; };

static bool later(const struct record *r, const struct mark *m)
{
	return r->opened_at.ms != m->at.ms ? r->opened_at.ms > m->at.ms :
	    r->rec > m->rec;
}

static void add_mark(struct marks *ms, const struct record *r)
{
	struct mark *m;
	int i;

	for (i = 0; i < ms->n; i++)
		if (strcmp(ms->v[i].org, r->org) == 0 &&
		    strcmp(ms->v[i].by, r->by) == 0)
			break;
	if (i < ms->n && !later(r, &ms->v[i]))
		return;
	if (i == ms->n)
		ms->v = xgrow(ms->v, &ms->cap, (size_t)++ms->n,
		    sizeof(*ms->v));
	m = &ms->v[i];
	xcopy(m->org, sizeof(m->org), r->org);
	xcopy(m->by, sizeof(m->by), r->by);
	m->at = r->opened_at;
	m->rec = r->rec;
	m->value = r->num;
}

/* Every record of the kind in the period; tkey "" any. */
static enum mq_status each_in(struct node *n, const char *kind,
    const struct score_period *p, const char *tkey,
    void (*fn)(void *ctx, const struct record *r), void *ctx,
    struct err *err)
{
	struct record_query q = { .kind = kind, .sort = SORT_OPENED,
	    .from = clock_day_start(p->first) };
	struct record_walk w;
	const struct record *row;
	enum mq_status st;

	q.to.ms = clock_day_start(p->last).ms + MS_DAY;
	record_walk_begin(&w, n, &q);
	while (!(st = record_walk_next(&w, &row, err)) && row != NULL)
		if (tkey[0] == '\0' || strcmp(row->tkey, tkey) == 0)
			fn(ctx, row);
	record_walk_end(&w);
	return st;
}

static void take_mark(void *ctx, const struct record *r)
{
	add_mark(ctx, r);
}

static struct score_row *row_of(struct score_row *rows, int *n, int max,
    const char *org)
{
	int i;

	for (i = 0; i < *n; i++)
		if (strcmp(rows[i].org, org) == 0)
			return &rows[i];
	if (*n == max)
		return NULL;
	memset(&rows[*n], 0, sizeof(rows[*n]));
	xcopy(rows[*n].org, sizeof(rows[*n].org), org);
	return &rows[(*n)++];
}

static int by_value(const void *a, const void *b)
{
	const struct score_row *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return strcmp(x->org, y->org);
}

/* The mean of the judges, by unit. */
static enum mq_status means(struct node *n, const struct kind *sheet,
    const struct score_period *p, struct score_row *rows, int max, int *count,
    struct err *err)
{
	struct marks ms = { NULL, 0, 0 };
	struct score_row *row;
	enum mq_status st;
	int i;

	*count = 0;
	st = each_in(n, sheet->name, p, p->name, take_mark, &ms, err);
	for (i = 0; i < ms.n && st == MQ_OK; i++) {
		row = row_of(rows, count, max, ms.v[i].org);
		if (row == NULL)
			continue;
		row->value += ms.v[i].value;
		row->sheets++;
	}
	for (i = 0; i < *count; i++)
		rows[i].value = (rows[i].value + rows[i].sheets / 2) /
		    rows[i].sheets;
	free(ms.v);
	return st;
}

struct flags { struct score_row *rows; int n; };

static void take_flag(void *ctx, const struct record *r)
{
	struct flags *f = ctx;
	int i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->rows[i].org, r->org) == 0)
			f->rows[i].flag = true;
}

enum mq_status score_sheets(struct node *n, const struct kind *sheet,
    const struct score_period *p, struct score_row *out, int max, int *count,
    struct err *err)
{
	const char *flag = told(n->pack, sheet, "flag");
	struct score_row *old = xcalloc((size_t)max, sizeof(*old));
	struct flags f = { out, 0 };
	struct score_period before;
	enum mq_status st;
	int i, k, nold = 0;

	score_period(told(n->pack, sheet, "period"),
	    clock_day_start(p->first), 1, &before);
	st = means(n, sheet, p, out, max, count, err);
	if (st == MQ_OK)
		st = means(n, sheet, &before, old, max, &nold, err);
	for (i = 0; i < *count && st == MQ_OK; i++)
		for (k = 0; k < nold; k++)
			if (strcmp(out[i].org, old[k].org) == 0)
				out[i].before = old[k].value;
	f.n = *count;
	if (st == MQ_OK && flag[0] != '\0')
		st = each_in(n, flag, p, "", take_flag, &f, err);
	qsort(out, (size_t)*count, sizeof(*out), by_value);
	free(old);
	return st;
}

/* ---- boards ---- */

static enum mq_status count_unit(struct node *n, const struct pack_board *b,
    const char *org, struct day from, struct day to, int64_t *out,
    struct err *err)
{
	struct buf scope = BUF_INIT(BUF_LARGE);
	enum mq_status st;

	org_subtree(pack_orgs(n->pack), org, &scope);
	st = record_count(n, b->kind, b->measure, NULL, buf_str(&scope), from,
	    to, out, err);
	buf_free(&scope);
	return st;
}

enum mq_status score_board(struct node *n, const struct pack_board *b,
    const struct score_period *p, struct score_row *out, int max, int *count,
    struct err *err)
{
	const struct orgs *o = pack_orgs(n->pack);
	struct day before = p->first, last = p->first;
	enum mq_status st = MQ_OK;
	size_t i;

	/* As many days before as there are in it. */
	before.n -= p->last.n - p->first.n + 1;
	last.n--;
	*count = 0;
	for (i = 0; i < o->n && *count < max && st == MQ_OK; i++) {
		struct score_row *row = &out[*count];

		if (strcmp(o->v[i].level, b->by) != 0)
			continue;
		memset(row, 0, sizeof(*row));
		xcopy(row->org, sizeof(row->org), o->v[i].code);
		st = count_unit(n, b, row->org, p->first, p->last,
		    &row->value, err);
		if (st == MQ_OK)
			st = count_unit(n, b, row->org, before, last,
			    &row->before, err);
		*count += st == MQ_OK;
	}
	qsort(out, (size_t)*count, sizeof(*out), by_value);
	return st;
}

/* ---- polls ---- */

int score_options(const struct pack *p, const struct kind *k,
    const struct fields *f, char words[SCORE_OPTIONS][120])
{
	const char *s = fields_text(f, told(p, k, "options"));
	int n = 0;

	while (s[0] != '\0' && n < SCORE_OPTIONS) {
		size_t len = strcspn(s, "\n");

		if (len > 0)
			snprintf(words[n++], 120, "%.*s", (int)len, s);
		s += len + (s[len] == '\n');
	}
	return n;
}

struct vote {
	char voter[40];
	int64_t option, hlc, rec;
};

static int by_voter(const void *a, const void *b)
{
	const struct vote *x = a, *y = b;
	int c = strcmp(x->voter, y->voter);

	if (c != 0)
		return c;
	if (x->hlc != y->hlc)
		return x->hlc < y->hlc ? -1 : 1;
	return (x->rec > y->rec) - (x->rec < y->rec);
}

static enum mq_status read_vote(struct node *n, const struct kind *k,
    int64_t rec, struct vote *v, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	memset(v, 0, sizeof(*v));
	xcopy(v->voter, sizeof(v->voter), fields_text(&r.d, "voter"));
	v->option = fields_int(&r.f, told(n->pack, k, "option"), 0);
	v->rec = rec;
	record_full_free(&r);
	return ledger_hlc(n, ref_of_rec(rec), &v->hlc, err);
}

static void count_votes(struct vote *v, int n, struct score_poll *out)
{
	int i;

	if (n > 0)
		qsort(v, (size_t)n, sizeof(*v), by_voter);
	for (i = 0; i < n; i++) {
		if (v[i].option < 1 || v[i].option > out->options)
			continue;
		if (v[i].voter[0] == '\0') {
			out->opinions[v[i].option - 1]++;
			out->heard++;
		} else if (i > 0 && strcmp(v[i].voter, v[i - 1].voter) == 0) {
			out->twice++;
		} else {
			out->votes[v[i].option - 1]++;
			out->counted++;
		}
	}
}

enum mq_status score_poll(struct node *n, const struct record_full *poll,
    struct score_poll *out, struct err *err)
{
	const struct kind *pk = pack_kind(n->pack, poll->r.kind);
	const struct kind *k = pack_kind(n->pack, told(n->pack, pk,
	    "voted_by"));
	const struct field *of = k == NULL ? NULL : kind_field(k,
	    told(n->pack, k, "of"));
	struct record_query q = { .sort = SORT_KEY };
	struct record_walk w;
	const struct record *row;
	struct vote *v = NULL;
	char ref[ENTRY_REF_TEXT];
	enum mq_status st;
	size_t cap = 0;
	int count = 0;

	memset(out, 0, sizeof(*out));
	if (of == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", poll->r.kind);
	out->options = score_options(n->pack, pk, &poll->f, out->words);
	ref_text(ref_of_rec(poll->r.rec), ref);
	q.kind = k->name;
	q.slot = of->index;
	q.key = ref;
	record_walk_begin(&w, n, &q);
	while (!(st = record_walk_next(&w, &row, err)) && row != NULL) {
		v = xgrow(v, &cap, (size_t)count + 1, sizeof(*v));
		st = read_vote(n, k, row->rec, &v[count], err);
		if (st != MQ_OK)
			break;
		count++;
	}
	record_walk_end(&w);
	if (st == MQ_OK)
		count_votes(v, count, out);
	free(v);
	return st;
}
