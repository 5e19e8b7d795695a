/*
 * A report on paper, in a spreadsheet, for a script.  See report.h.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "report.h"
#include "say.h"

#define PAPER_CELLS 80		/* A4 upright at ten letters to the inch */
#define LABEL_CELLS 20
#define VALUE_CELLS 20		/* a figure with the one before it */

/* ---- one value ---- */

/* Per mille, rounded half up; more than the whole stays more. */
static void show_rate(const struct report_value *v, char *out, size_t size)
{
	int64_t mille;

	if (v->of <= 0) {
		snprintf(out, size, "–");
		return;
	}
	mille = (v->n * 1000 + v->of / 2) / v->of;
	snprintf(out, size, "%" PRId64 ".%" PRId64 "%%", mille / 10,
	    mille % 10);
}

void report_show(const struct report_figure *f, const struct report_value *v,
    enum lang lang, char *out, size_t size)
{
	struct buf b = BUF_INIT(64);
	char hours[24], rest[24];

	if (f->measure == MEASURE_RATE) {
		show_rate(v, out, size);
	} else if (f->unit == REPORT_MONEY) {
		snprintf(out, size, "%s%" PRId64 ".%02" PRId64,
		    v->n < 0 ? "-" : "", (v->n < 0 ? -v->n : v->n) / 100,
		    (v->n < 0 ? -v->n : v->n) % 100);
	} else if (f->unit == REPORT_MINUTES && v->n >= 60) {
		snprintf(hours, sizeof(hours), "%" PRId64, v->n / 60);
		snprintf(rest, sizeof(rest), "%" PRId64, v->n % 60);
		say_fill(&b, lang, SAY_REPORT_HOURS, hours, rest);
		snprintf(out, size, "%s", buf_str(&b));
	} else if (f->unit == REPORT_MINUTES) {
		snprintf(rest, sizeof(rest), "%" PRId64, v->n);
		say_fill(&b, lang, SAY_REPORT_MINUTES, rest, NULL);
		snprintf(out, size, "%s", buf_str(&b));
	} else {
		snprintf(out, size, "%" PRId64, v->n);
	}
	buf_free(&b);
}

void report_formula(const struct report *r, const struct report_figure *f,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < f->nparts; i++) {
		if (i > 0)
			buf_adds(out, f->measure == MEASURE_RATE ? " ÷ " :
			    " + ");
		buf_adds(out, r->def->figures[f->parts[i]].label[r->lang]);
	}
}

/* ---- lines around the table, the same on paper and in the sheet ---- */

static void title_lines(const struct report *r,
    void (*line)(void *ctx, const char *s), void *ctx)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char span[48], before[48];

	buf_addf(&b, "%s  %s", r->root->name[r->lang], r->def->label[r->lang]);
	line(ctx, buf_str(&b));
	buf_reset(&b);
	report_span_show(r->def, r->span, span, sizeof(span));
	report_span_show(r->def, r->previous, before, sizeof(before));
	say_fill(&b, r->lang, SAY_REPORT_SPAN, span, before);
	line(ctx, buf_str(&b));
	buf_free(&b);
}

void report_remarks(const struct report *r,
    void (*line)(void *ctx, const char *s), void *ctx)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char when[32];
	size_t i;

	clock_show(r->as_of, CLOCK_MINUTE, when, sizeof(when));
	say_fill(&b, r->lang, SAY_REPORT_AS_OF, when, NULL);
	line(ctx, buf_str(&b));
	for (i = 0; i < r->nmissing; i++) {
		const struct report_missing *m = &r->missing[i];

		buf_reset(&b);
		clock_show(m->last, CLOCK_SHORT, when, sizeof(when));
		say_fill(&b, r->lang, m->last.ms > 0 ? SAY_REPORT_MISSING :
		    SAY_REPORT_NEVER, m->org->name[r->lang], when);
		line(ctx, buf_str(&b));
	}
	if (r->unfolded > 0) {
		buf_reset(&b);
		snprintf(when, sizeof(when), "%" PRId64, r->unfolded);
		say_fill(&b, r->lang, SAY_REPORT_UNFOLDED, when, NULL);
		line(ctx, buf_str(&b));
	}
	for (i = 0; i < r->def->nfigures; i++) {
		const struct report_figure *f = &r->def->figures[i];
		struct buf how = BUF_INIT(BUF_SMALL);

		report_formula(r, f, &how);
		if (how.len > 0) {
			buf_reset(&b);
			say_fill(&b, r->lang, SAY_REPORT_FORMULA,
			    f->label[r->lang], buf_str(&how));
			line(ctx, buf_str(&b));
		}
		buf_free(&how);
	}
	if (r->def->note[r->lang][0] != '\0')
		line(ctx, r->def->note[r->lang]);
	buf_free(&b);
}

/* ---- A4 text ---- */

static void paper_wrapped(void *ctx, const char *s, size_t len)
{
	struct buf *out = ctx;

	text_sanitize(s, len, TEXT_ONE_LINE, out);
	buf_addc(out, '\n');
}

static void paper_line(void *ctx, const char *s)
{
	text_wrap(s, strlen(s), PAPER_CELLS, paper_wrapped, ctx);
}

static void paper_cell(struct buf *out, const char *s, int cells, bool right)
{
	int used = text_cells(s);

	while (right && used++ < cells)
		buf_addc(out, ' ');
	text_fit(s, right ? text_cells(s) : cells, out);
}

static void paper_value(struct buf *out, const struct report_figure *f,
    const struct report_value *now, const struct report_value *before,
    enum lang lang)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char a[48], p[48];

	report_show(f, now, lang, a, sizeof(a));
	report_show(f, before, lang, p, sizeof(p));
	buf_addf(&b, "%s (%s)", a, p);
	buf_addc(out, ' ');
	paper_cell(out, buf_str(&b), VALUE_CELLS - 1, true);
	buf_free(&b);
}

static void paper_row(struct buf *out, const struct report *r,
    const char *label, const struct report_value *now,
    const struct report_value *before, size_t first, size_t last)
{
	struct buf clean = BUF_INIT(BUF_SMALL);
	size_t i;

	text_sanitize(label, strlen(label), TEXT_ONE_LINE, &clean);
	paper_cell(out, buf_str(&clean), LABEL_CELLS, false);
	for (i = first; i < last; i++)
		paper_value(out, &r->def->figures[i], &now[i], &before[i],
		    r->lang);
	buf_addc(out, '\n');
	buf_free(&clean);
}

static void paper_rule(struct buf *out, size_t columns)
{
	size_t i, n = LABEL_CELLS + columns * VALUE_CELLS;

	for (i = 0; i < n; i++)
		buf_addc(out, '-');
	buf_addc(out, '\n');
}

static void paper_block(struct buf *out, const struct report *r, size_t first,
    size_t last)
{
	size_t i;

	paper_rule(out, last - first);
	paper_cell(out, "", LABEL_CELLS, false);
	for (i = first; i < last; i++) {
		struct buf head = BUF_INIT(BUF_SMALL);

		text_fit(r->def->figures[i].label[r->lang],
		    text_cells(r->def->figures[i].label[r->lang]) <
		    VALUE_CELLS - 1 ?
		    text_cells(r->def->figures[i].label[r->lang]) :
		    VALUE_CELLS - 1, &head);
		buf_addc(out, ' ');
		paper_cell(out, buf_str(&head), VALUE_CELLS - 1, true);
		buf_free(&head);
	}
	buf_addc(out, '\n');
	paper_rule(out, last - first);
	for (i = 0; i < r->nrows; i++)
		paper_row(out, r, r->rows[i].label, r->rows[i].now,
		    r->rows[i].before, first, last);
	if (r->nrows > 0)
		paper_rule(out, last - first);
	paper_row(out, r, say_word(SAY_REPORT_TOTAL, r->lang), r->total.now,
	    r->total.before, first, last);
	buf_addc(out, '\n');
}

void report_text(const struct report *r, struct buf *out)
{
	const size_t columns = (PAPER_CELLS - LABEL_CELLS) / VALUE_CELLS;
	size_t first, last;

	title_lines(r, paper_line, out);
	buf_addc(out, '\n');
	for (first = 0; first < r->def->nfigures; first = last) {
		last = first + columns;
		if (last > r->def->nfigures)
			last = r->def->nfigures;
		paper_block(out, r, first, last);
	}
	report_remarks(r, paper_line, out);
}

/* ---- CSV ---- */

static void sheet_line(void *ctx, const char *s)
{
	csv_cell(ctx, s, true);
	csv_end_row(ctx);
}

static void sheet_row(const struct report *r, const char *label,
    const struct report_value *now, const struct report_value *before,
    struct buf *out)
{
	char text[48];
	size_t i;

	csv_cell(out, label, true);
	for (i = 0; i < r->def->nfigures; i++) {
		report_show(&r->def->figures[i], &now[i], r->lang, text,
		    sizeof(text));
		csv_cell(out, text, false);
		report_show(&r->def->figures[i], &before[i], r->lang, text,
		    sizeof(text));
		csv_cell(out, text, false);
	}
	csv_end_row(out);
}

void report_csv(const struct report *r, struct buf *out)
{
	struct buf head = BUF_INIT(BUF_SMALL);
	size_t i;

	buf_adds(out, "\xef\xbb\xbf");
	title_lines(r, sheet_line, out);
	csv_cell(out, "", true);
	for (i = 0; i < r->def->nfigures; i++) {
		csv_cell(out, r->def->figures[i].label[r->lang], false);
		buf_reset(&head);
		say_fill(&head, r->lang, SAY_REPORT_BEFORE,
		    r->def->figures[i].label[r->lang], NULL);
		csv_cell(out, buf_str(&head), false);
	}
	csv_end_row(out);
	for (i = 0; i < r->nrows; i++)
		sheet_row(r, r->rows[i].label, r->rows[i].now,
		    r->rows[i].before, out);
	sheet_row(r, say_word(SAY_REPORT_TOTAL, r->lang), r->total.now,
	    r->total.before, out);
	report_remarks(r, sheet_line, out);
	buf_free(&head);
}

/* ---- JSON ---- */

static void values_json(const struct report *r, const struct report_value *v,
    struct jout *j)
{
	size_t i;

	jout_obj(j);
	for (i = 0; i < r->def->nfigures; i++) {
		jout_key(j, r->def->figures[i].name);
		if (r->def->figures[i].measure != MEASURE_RATE) {
			jout_int(j, v[i].n);
			continue;
		}
		jout_obj(j);
		jout_kint(j, "n", v[i].n);
		jout_kint(j, "of", v[i].of);
		jout_obj_end(j);
	}
	jout_obj_end(j);
}

static void row_json(const struct report *r, const struct report_row *row,
    struct jout *j)
{
	jout_obj(j);
	jout_key(j, "before");
	values_json(r, row->before, j);
	jout_kstr(j, "key", row->key);
	if (row->label != NULL)
		jout_kstr(j, "label", row->label);
	jout_key(j, "now");
	values_json(r, row->now, j);
	jout_obj_end(j);
}

void report_json(const struct report *r, struct buf *out)
{
	char day[16];
	struct jout j;
	size_t i;

	jout_begin(&j, out, false);
	jout_obj(&j);
	jout_kint(&j, "as_of", r->as_of.ms);
	clock_show(clock_day_start(r->span.from), CLOCK_DATE, day,
	    sizeof(day));
	jout_kstr(&j, "from", day);
	jout_key(&j, "missing");
	jout_list(&j);
	for (i = 0; i < r->nmissing; i++)
		jout_str(&j, r->missing[i].org->code);
	jout_list_end(&j);
	jout_kstr(&j, "report", r->def->name);
	jout_kstr(&j, "root", r->root->code);
	jout_key(&j, "rows");
	jout_list(&j);
	for (i = 0; i < r->nrows; i++)
		row_json(r, &r->rows[i], &j);
	jout_list_end(&j);
	clock_show(clock_day_start(r->span.to), CLOCK_DATE, day,
	    sizeof(day));
	jout_kstr(&j, "to", day);
	jout_key(&j, "total");
	row_json(r, &r->total, &j);
	jout_kint(&j, "unfolded", r->unfolded);
	jout_obj_end(&j);
}
