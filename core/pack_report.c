/*
 * reports.csv and figures.csv of a pack: what is counted, over which records,
 * in which period.  Called by pack.c when kinds and units are there.
 */
#include "pack.h"

#include "base/xmalloc.h"
#include "pack_data.h"
#include "report.h"

static const char *const periods[] = {
	[PERIOD_DAY] = "day", [PERIOD_WEEK] = "week",
	[PERIOD_MONTH] = "month", [PERIOD_QUARTER] = "quarter",
	[PERIOD_YEAR] = "year",
};
static const char *const measures[] = {
	[MEASURE_COUNT] = "count", [MEASURE_SUM] = "sum",
	[MEASURE_RATE] = "rate", [MEASURE_TOTAL] = "total",
};
static const char *const ats[] = {
	[AT_OPENED] = "opened", [AT_CLOSED] = "closed", [AT_END] = "end",
};
static const char *const units[] = {
	[REPORT_PLAIN] = "", [REPORT_MINUTES] = "minutes",
	[REPORT_MONEY] = "money",
};

/* One of a list of words; the first when the cell is empty. */
static enum mq_status read_word(struct pack_file *f, const char *column,
    const char *const *words, size_t n, int *out)
{
	const char *s = pack_data_get(f, column);
	size_t i;

	*out = 0;
	if (s[0] == '\0')
		return MQ_OK;
	for (i = 0; i < n; i++)
		if (strcmp(words[i], s) == 0) {
			*out = (int)i;
			return MQ_OK;
		}
	return pack_data_bad(f, 0, column, SAY_PACK_UNKNOWN, s);
}

static bool is_level(const struct pack *p, const char *level)
{
	size_t i;

	for (i = 0; i < p->orgs.n; i++)
		if (strcmp(p->orgs.v[i].level, level) == 0)
			return true;
	return false;
}

static enum mq_status read_report(struct pack_file *f, struct report_def *d)
{
	enum mq_status rc;
	int word;

	d->name = pack_data_get(f, "report");
	pack_data_both(f, "label", d->label);
	pack_data_both(f, "note", d->note);
	d->by = pack_data_get(f, "by");
	d->line = csv_line(f->csv);
	if (!pack_data_is_name(d->name))
		return pack_data_bad(f, 0, "report", SAY_PACK_NAME, d->name);
	if (pack_report(f->p, d->name) != NULL)
		return pack_data_bad(f, 0, "report", SAY_PACK_TWICE, d->name);
	if (d->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	rc = read_word(f, "period", periods, ARRAY_LEN(periods), &word);
	d->period = (enum report_period)word;
	if (rc != MQ_OK)
		return rc;
	if (d->by[0] != '\0' && d->by[0] != '@' && !is_level(f->p, d->by))
		return pack_data_bad(f, 0, "by", SAY_PACK_UNKNOWN, d->by);
	if (d->by[0] == '@' && strcmp(d->by, "@record") != 0 &&
	    strncmp(d->by, "@field:", 7) != 0)
		return pack_data_bad(f, 0, "by", SAY_PACK_UNKNOWN, d->by);
	return MQ_OK;
}

/* ---- figures ---- */

static const struct report_figure *find_figure(const struct report_def *d,
    const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < d->nfigures; i++)
		if (strlen(d->figures[i].name) == len &&
		    memcmp(d->figures[i].name, name, len) == 0)
			return &d->figures[i];
	return NULL;
}

/* A rate takes two figures, a total at least one; all stand above it. */
static enum mq_status read_parts(struct pack_file *f,
    const struct report_def *d, struct report_figure *fig)
{
	const char *at = fig->of, *w;
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		const struct report_figure *part = find_figure(d, w, len);

		if (part == NULL || part->measure == MEASURE_RATE)
			return pack_data_bad(f, 0, "of", SAY_PACK_NO_FIGURE,
			    fig->of);
		if (fig->nparts == ARRAY_LEN(fig->parts))
			return pack_data_bad(f, 0, "of", SAY_PACK_MANY, "8");
		fig->parts[fig->nparts++] = (size_t)(part - d->figures);
	}
	if (fig->nparts == 0 ||
	    (fig->measure == MEASURE_RATE && fig->nparts != 2))
		return pack_data_bad(f, 0, "of", SAY_PACK_RATE, fig->of);
	return MQ_OK;
}

/* What a condition may name beside the fields of the kind. */
static bool is_column(const char *name)
{
	static const char *const fixed[] = { "state", "grade", "level",
		"owner", "by", "key", "closed", "late" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(fixed); i++)
		if (strcmp(fixed[i], name) == 0)
			return true;
	return strncmp(name, "d.", 2) == 0 || strncmp(name, "clock.", 6) == 0;
}

static enum mq_status check_where(struct pack_file *f, const struct kind *k,
    const char *where)
{
	const char *at = where, *w;
	char name[64];
	size_t len, n;

	while (pack_data_word(&at, &w, &len)) {
		n = strcspn(w, "=!<>");
		if (n == 0 || n >= len || n >= sizeof(name))
			return pack_data_bad(f, 0, "where", SAY_PACK_WHERE,
			    where);
		snprintf(name, sizeof(name), "%.*s", (int)n, w);
		if (!is_column(name) && kind_field(k, name) == NULL)
			return pack_data_bad(f, 0, "where",
			    SAY_PACK_NO_FIELD, name);
	}
	return MQ_OK;
}

static enum mq_status check_counted(struct pack_file *f,
    const struct report_def *d, const struct report_figure *fig)
{
	const struct kind *k = pack_kind(f->p, fig->kind);

	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND,
		    fig->kind);
	if (strncmp(d->by, "@field:", 7) == 0 &&
	    kind_field(k, d->by + 7) == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_FIELD,
		    d->by + 7);
	if (fig->of[0] != '\0' && strcmp(fig->of, "@late") != 0 &&
	    strcmp(fig->of, "@length") != 0 &&
	    kind_field(k, fig->of) == NULL)
		return pack_data_bad(f, 0, "of", SAY_PACK_NO_FIELD, fig->of);
	return check_where(f, k, fig->where);
}

static enum mq_status read_figure(struct pack_file *f,
    const struct report_def *d, struct report_figure *fig)
{
	enum mq_status rc;
	int measure, at, unit = 0;

	fig->name = pack_data_get(f, "figure");
	pack_data_both(f, "label", fig->label);
	fig->kind = pack_data_get(f, "kind");
	fig->of = pack_data_get(f, "of");
	fig->where = pack_data_get(f, "where");
	fig->line = csv_line(f->csv);
	if (!pack_data_is_name(fig->name))
		return pack_data_bad(f, 0, "figure", SAY_PACK_NAME,
		    fig->name);
	if (find_figure(d, fig->name, strlen(fig->name)) != NULL)
		return pack_data_bad(f, 0, "figure", SAY_PACK_TWICE,
		    fig->name);
	rc = read_word(f, "measure", measures, ARRAY_LEN(measures), &measure);
	if (rc == MQ_OK)
		rc = read_word(f, "at", ats, ARRAY_LEN(ats), &at);
	if (rc == MQ_OK)
		rc = read_word(f, "unit", units, ARRAY_LEN(units), &unit);
	if (rc != MQ_OK)
		return rc;
	fig->measure = (enum report_measure)measure;
	fig->at = (enum report_at)at;
	fig->unit = (enum report_unit)unit;
	return fig->measure == MEASURE_COUNT || fig->measure == MEASURE_SUM ?
	    check_counted(f, d, fig) : read_parts(f, d, fig);
}

static struct report_def *named(struct pack *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nreports; i++)
		if (strcmp(p->reports[i].name, name) == 0)
			return &p->reports[i];
	return NULL;
}

static enum mq_status load_figures(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "figures.csv",
	    "report figure label kind measure of at where", &f, err);
	while (pack_data_next(&f, &rc)) {
		const char *name = csv_get(f.csv, "report");
		struct report_def *d = named(p, name);
		struct report_figure *fig;

		if (d == NULL) {
			rc = pack_data_bad(&f, 0, "report",
			    SAY_PACK_NO_REPORT, name);
			continue;
		}
		if (d->nfigures == REPORT_FIGURES_MAX) {
			rc = pack_data_bad(&f, 0, "figure", SAY_PACK_MANY,
			    "24");
			continue;
		}
		fig = &d->figures[d->nfigures];
		*fig = (struct report_figure){ 0 };
		rc = read_figure(&f, d, fig);
		if (rc == MQ_OK)
			d->nfigures++;
	}
	pack_data_close(&f);
	return rc;
}

enum mq_status pack_report_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;
	size_t i;

	if (!pack_data_there(p, "reports.csv"))
		return MQ_OK;
	rc = pack_data_open(p, "reports.csv", "report label period by", &f,
	    err);
	while (pack_data_next(&f, &rc)) {
		struct report_def d = { 0 };

		d.figures = xcalloc(REPORT_FIGURES_MAX, sizeof(*d.figures));
		rc = read_report(&f, &d);
		if (rc != MQ_OK) {
			free(d.figures);
			continue;
		}
		p->reports = xgrow(p->reports, &p->reports_cap,
		    p->nreports + 1, sizeof(d));
		p->reports[p->nreports++] = d;
	}
	if (pack_data_go(p, &rc))
		rc = load_figures(p, err);
	for (i = 0; i < p->nreports && pack_data_go(p, &rc); i++)
		if (p->reports[i].nfigures == 0)
			rc = pack_data_bad(&f, p->reports[i].line, "report",
			    SAY_PACK_NO_FIGURE, p->reports[i].name);
	pack_data_close(&f);
	return rc;
}

void pack_report_free(struct pack *p)
{
	size_t i;

	for (i = 0; i < p->nreports; i++)
		free(p->reports[i].figures);
	free(p->reports);
}

/* ---- reading ---- */

size_t pack_reports(const struct pack *p)
{
	return p->nreports;
}

const struct report_def *pack_report_at(const struct pack *p, size_t i)
{
	return i < p->nreports ? &p->reports[i] : NULL;
}

const struct report_def *pack_report(const struct pack *p, const char *name)
{
	return named((struct pack *)p, name);
}
