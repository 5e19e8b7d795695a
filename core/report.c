/*
 * Counting a report: one walk over the records of each kind and moment it
 * names, for the period and for the one before it.  See report.h.
 */
#include "report.h"

#include <assert.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "outbox.h"
#include "report_scan.h"
#include "say.h"

/* ---- periods ---- */

static struct day month_start(int year, int month)
{
	return clock_make_day(year + (month - 1) / 12, (month - 1) % 12 + 1,
	    1);
}

struct report_span report_span_of(const struct report_def *def,
    struct day day)
{
	struct civil c = clock_civil(clock_day_start(day));
	struct report_span s = { day, day };
	int first = c.month, months = 1;

	switch (def->period) {
	case PERIOD_DAY:
		return s;
	case PERIOD_WEEK:
		s.from.n = day.n - clock_weekday(day);
		s.to.n = s.from.n + 6;
		return s;
	case PERIOD_MONTH:
		break;
	case PERIOD_QUARTER:
		first = (c.month - 1) / 3 * 3 + 1;
		months = 3;
		break;
	case PERIOD_YEAR:
		first = 1;
		months = 12;
		break;
	}
	s.from = month_start(c.year, first);
	s.to.n = month_start(c.year, first + months).n - 1;
	return s;
}

struct report_span report_span_before(const struct report_def *def,
    struct report_span span)
{
	return report_span_of(def, (struct day){ span.from.n - 1 });
}

void report_span_show(const struct report_def *def, struct report_span span,
    char *out, size_t size)
{
	char from[16], to[16];

	clock_show(clock_day_start(span.from), CLOCK_DATE, from,
	    sizeof(from));
	clock_show(clock_day_start(span.to), CLOCK_DATE, to, sizeof(to));
	if (def->period == PERIOD_DAY)
		snprintf(out, size, "%s", from);
	else if (def->period == PERIOD_MONTH)
		snprintf(out, size, "%.7s", from);
	else if (def->period == PERIOD_YEAR)
		snprintf(out, size, "%.4s", from);
	else
		snprintf(out, size, "%s … %s", from, to);
}

/* ---- rows ---- */

static struct report_row *add_row(struct report *r, const char *key,
    const char *label)
{
	struct report_row *row;

	r->rows = xgrow(r->rows, &r->cap, r->nrows + 1, sizeof(*r->rows));
	row = &r->rows[r->nrows++];
	memset(row, 0, sizeof(*row));
	xcopy(row->key, sizeof(row->key), key);
	row->label = xstrdup(label);
	return row;
}

static struct report_row *find_row(struct report *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->nrows; i++)
		if (strcmp(r->rows[i].key, key) == 0)
			return &r->rows[i];
	return NULL;
}

/* Every unit of the level has its row, also one where nothing happened. */
static void unit_rows(struct report *r, const struct orgs *o)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strcmp(o->v[i].level, r->def->by) == 0 &&
		    !org_ended(&o->v[i], (struct day){ 0 }) &&
		    org_within(o, o->v[i].code, r->root->code))
			add_row(r, o->v[i].code, o->v[i].name[r->lang]);
}

static struct report_row *row_of(struct report *r, const char *key,
    const char *label)
{
	struct report_row *row = find_row(r, key);

	if (row != NULL)
		return row;
	return add_row(r, key, key[0] == '\0' ?
	    say_word(SAY_REPORT_OTHER, r->lang) : label);
}

/* The row a record counts in; NULL: the report has only its total. */
static struct report_row *row_for(struct report *r, struct report_scan *sc)
{
	const struct orgs *o = pack_orgs(sc->n->pack);
	const char *by = r->def->by;
	const struct org *unit;
	struct report_row *row;

	if (by[0] == '\0')
		return NULL;
	if (strncmp(by, "@field:", 7) == 0) {
		char label[160];

		report_scan_label(sc, by + 7, label, sizeof(label));
		return row_of(r, report_scan_text(sc, by + 7), label);
	}
	if (strcmp(by, "@record") == 0) {
		char key[ENTRY_REF_TEXT];

		ref_text(ref_of_rec(sc->r.rec), key);
		row = row_of(r, key, sc->r.title);
		row->rec = sc->r.rec;
		return row;
	}
	unit = org_at_level(o, sc->r.org, by);
	return unit == NULL ? row_of(r, "", "") : row_of(r, unit->code,
	    unit->name[r->lang]);
}

static void add_to(struct report *r, struct report_row *row, size_t figure,
    bool before, int64_t n)
{
	struct report_value *total = before ? r->total.before : r->total.now;

	total[figure].n += n;
	if (row != NULL)
		(before ? row->before : row->now)[figure].n += n;
}

/* ---- the walk ---- */

static bool counted(const struct report_figure *f)
{
	return f->measure == MEASURE_COUNT || f->measure == MEASURE_SUM;
}

/* Another figure above counts the same records: walk them once. */
static bool walked_before(const struct report_def *d, size_t figure)
{
	size_t i;

	for (i = 0; i < figure; i++)
		if (counted(&d->figures[i]) && d->figures[i].at ==
		    d->figures[figure].at && strcmp(d->figures[i].kind,
		    d->figures[figure].kind) == 0)
			return true;
	return false;
}

static void count_record(struct report *r, struct report_scan *sc,
    size_t first, bool before)
{
	const struct report_figure *lead = &r->def->figures[first];
	struct report_row *row = NULL;
	bool placed = false;
	size_t i;

	for (i = first; i < r->def->nfigures; i++) {
		const struct report_figure *f = &r->def->figures[i];

		if (!counted(f) || f->at != lead->at ||
		    strcmp(f->kind, lead->kind) != 0 ||
		    !report_scan_fits(sc, f->where))
			continue;
		/* A list of records shows those of this period only. */
		if (!placed && !(before &&
		    strcmp(r->def->by, "@record") == 0))
			row = row_for(r, sc);
		placed = true;
		add_to(r, row, i, before, f->measure == MEASURE_COUNT ? 1 :
		    report_scan_num(sc, f->of));
	}
}

static enum mq_status walk(struct node *n, const struct session *who,
    struct report *r, size_t first, bool before, report_progress progress,
    void *ctx, int64_t *done, struct err *err)
{
	const struct report_figure *f = &r->def->figures[first];
	struct report_scan sc;
	enum mq_status rc;
	bool row = false;

	rc = report_scan_begin(&sc, n, who, f, r->root->code,
	    before ? r->previous : r->span, r->as_of, err);
	while (rc == MQ_OK &&
	    (rc = report_scan_next(&sc, &row, err)) == MQ_OK && row) {
		count_record(r, &sc, first, before);
		if (++*done % 1000 == 0 && progress != NULL)
			progress(ctx, *done, 0);
	}
	report_scan_end(&sc);
	return rc;
}

/* ---- what is made of counts ---- */

static void derive_values(const struct report_def *d, struct report_value *v)
{
	size_t i, k;

	for (i = 0; i < d->nfigures; i++) {
		const struct report_figure *f = &d->figures[i];

		if (f->measure == MEASURE_RATE) {
			v[i].n = v[f->parts[0]].n;
			v[i].of = v[f->parts[1]].n;
			continue;
		}
		for (k = 0; k < f->nparts; k++)
			v[i].n += v[f->parts[k]].n;
	}
}

static void derive_all(struct report *r)
{
	size_t i;

	derive_values(r->def, r->total.now);
	derive_values(r->def, r->total.before);
	for (i = 0; i < r->nrows; i++) {
		derive_values(r->def, r->rows[i].now);
		derive_values(r->def, r->rows[i].before);
	}
}

/* ---- who has not been heard ---- */

struct utc report_heard(struct node *n, const char *code)
{
	const char *kinds = pack_text(n->pack, "heard_kinds", "");
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct utc last = { 0 };
	char kind[24];
	size_t len;

	org_subtree(pack_orgs(n->pack), code, &scope);
	for (kinds += strspn(kinds, " "); *kinds != '\0';
	    kinds += len, kinds += strspn(kinds, " ")) {
		struct record_query q = { .kind = kind,
		    .sort = SORT_CHANGED, .scope = buf_str(&scope) };
		struct record row;
		int got = 0;

		len = strcspn(kinds, " ");
		snprintf(kind, sizeof(kind), "%.*s", (int)len, kinds);
		if (record_page(n, &q, NULL, false, &row, 1, &got, NULL) ==
		    MQ_OK && got == 1 && row.changed_at.ms > last.ms)
			last = row.changed_at;
	}
	buf_free(&scope);
	return last;
}

/* Stations whose last word is older than the period's end (or, while it still
 * runs, than the pack thinks normal). */
static void find_missing(struct node *n, struct report *r)
{
	const struct orgs *o = pack_orgs(n->pack);
	const char *level = pack_text(n->pack, "station_level", "");
	int64_t quiet = pack_int(n->pack, "silent_days", 0) * MS_DAY;
	int64_t end = clock_day_start(r->span.to).ms + MS_DAY;
	size_t i, cap = 0;

	if (end > r->as_of.ms - quiet)
		end = r->as_of.ms - quiet;
	for (i = 0; i < o->n; i++) {
		const struct org *u = &o->v[i];
		struct utc last;

		if (strcmp(u->level, level) != 0 || !u->has_node ||
		    !org_within(o, u->code, r->root->code))
			continue;
		last = report_heard(n, u->code);
		if (last.ms >= end)
			continue;
		r->missing = xgrow(r->missing, &cap, r->nmissing + 1,
		    sizeof(*r->missing));
		r->missing[r->nmissing++] = (struct report_missing){ u, last };
	}
}

/* ---- the report ---- */

static int by_key(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	/* What fits nowhere comes last. */
	if ((x->key[0] == '\0') != (y->key[0] == '\0'))
		return x->key[0] == '\0' ? 1 : -1;
	return strcmp(x->key, y->key);
}

static enum mq_status may_run(struct node *n, const struct session *who,
    const struct report_def *def, struct err *err)
{
	size_t i;

	for (i = 0; i < def->nfigures; i++)
		if (counted(&def->figures[i]) && access_may(n, who, "see",
		    def->figures[i].kind, ""))
			return MQ_OK;
	return err_set(err, MQ_E_DENIED, "%s‖%s", def->label[LANG_ZH],
	    def->label[LANG_EN]);
}

enum mq_status report_run(struct node *n, const struct session *who,
    const struct report_def *def, const char *root, struct report_span span,
    report_progress progress, void *ctx, struct report *out, struct err *err)
{
	const struct org *unit = org_find(pack_orgs(n->pack), root);
	struct outbox_counts counts = { 0 };
	enum mq_status rc;
	int64_t done = 0;
	size_t i;

	*out = (struct report){ .def = def, .root = unit, .span = span,
	    .as_of = ledger_now(n), .lang = n->env->lang };
	out->previous = report_span_before(def, span);
	rc = may_run(n, who, def, err);
	if (rc == MQ_OK && unit == NULL)
		rc = err_set(err, MQ_E_NOT_FOUND, "%s", root);
	if (rc != MQ_OK)
		return rc;
	if (def->by[0] != '\0' && def->by[0] != '@')
		unit_rows(out, pack_orgs(n->pack));
	for (i = 0; i < def->nfigures && rc == MQ_OK; i++) {
		if (!counted(&def->figures[i]) || walked_before(def, i))
			continue;
		rc = walk(n, who, out, i, false, progress, ctx, &done, err);
		if (rc == MQ_OK)
			rc = walk(n, who, out, i, true, progress, ctx, &done,
			    err);
	}
	if (rc == MQ_OK && out->nrows > 0)
		qsort(out->rows, out->nrows, sizeof(*out->rows), by_key);
	derive_all(out);
	find_missing(n, out);
	if (rc == MQ_OK)
		rc = outbox_counts(n, &counts, err);
	out->unfolded = counts.unfolded;
	if (rc != MQ_OK)
		report_free(out);
	return rc;
}

void report_free(struct report *r)
{
	size_t i;

	for (i = 0; i < r->nrows; i++)
		free(r->rows[i].label);
	free(r->rows);
	free(r->missing);
	*r = (struct report){ 0 };
}

/* ---- a figure opened ---- */

static enum mq_status open_one(struct node *n, const struct session *who,
    const struct report *r, const struct report_row *row,
    const struct report_figure *f, struct report *probe, int64_t *recs,
    size_t max, size_t *count, struct err *err)
{
	struct report_scan sc;
	enum mq_status rc;
	bool more = false;

	rc = report_scan_begin(&sc, n, who, f, r->root->code, r->span,
	    r->as_of, err);
	while (rc == MQ_OK && *count < max &&
	    (rc = report_scan_next(&sc, &more, err)) == MQ_OK && more) {
		struct report_row *at;

		if (!report_scan_fits(&sc, f->where))
			continue;
		at = row_for(probe, &sc);
		if (row == NULL || (at != NULL &&
		    strcmp(at->key, row->key) == 0))
			recs[(*count)++] = sc.r.rec;
	}
	report_scan_end(&sc);
	return rc;
}

enum mq_status report_open(struct node *n, const struct session *who,
    const struct report *r, const struct report_row *row, size_t figure,
    size_t max, int64_t **recs, size_t *count, struct err *err)
{
	const struct report_figure *f = &r->def->figures[figure];
	struct report probe = { .def = r->def, .root = r->root,
	    .lang = r->lang };
	/* A rate opens to what it is a share of, a total to all its parts. */
	size_t nparts = f->measure == MEASURE_RATE ? 1 : f->nparts, i;
	enum mq_status rc = MQ_OK;

	*recs = xcalloc(max, sizeof(**recs));
	*count = 0;
	if (counted(f))
		rc = open_one(n, who, r, row, f, &probe, *recs, max, count,
		    err);
	for (i = 0; i < nparts && !counted(f) && rc == MQ_OK; i++)
		rc = open_one(n, who, r, row, &r->def->figures[f->parts[i]],
		    &probe, *recs, max, count, err);
	report_free(&probe);
	return rc;
}
