/*
 * Reports: what a pack's reports.csv and figures.csv ask for, counted over the
 * records of this node.  The same code at a kiosk, at a captain's and at the
 * hub's own node, so that a figure is the same wherever the same records are.
 *
 * A report is rows (units of one level, the values of a field, or single
 * records) by figures (counts, sums, rates), for one period with the period
 * before it beside it.  Every figure opens to its records.
 */
#ifndef MQ_REPORT_H
#define MQ_REPORT_H

#include "access.h"
#include "pack.h"
#include "record.h"

#define REPORT_FIGURES_MAX 24

/* Days from … to, both included. */
struct report_span { struct day from, to; };

struct report_value {
	int64_t n;		/* a count or a sum */
	int64_t of;		/* rates: n of how many; 0 has no rate */
};

struct report_row {
	char key[64];		/* unit's code, field's value; "" none */
	char *label;
	int64_t rec;		/* a report of records: this one */
	struct report_value now[REPORT_FIGURES_MAX];
	struct report_value before[REPORT_FIGURES_MAX];
};

/* A station that has not been heard since the period's end. */
struct report_missing { const struct org *org; struct utc last; };

struct report {
	const struct report_def *def;
	const struct org *root;	/* the unit reported on */
	enum lang lang;		/* of the labels: the node's */
	struct report_span span, previous;
	struct utc as_of;
	struct report_row *rows;
	size_t nrows, cap;
	struct report_row total;
	struct report_missing *missing;
	size_t nmissing;
	int64_t unfolded;	/* entries received and not yet counted */
};

typedef void (*report_progress)(void *ctx, int64_t done, int64_t all);

/* The period of that report which holds `day`. */
struct report_span report_span_of(const struct report_def *def,
    struct day day);
/* The same length before it: the month before a month, and so on. */
struct report_span report_span_before(const struct report_def *def,
    struct report_span span);
/* "2026-11-22", "2026-11-16 … 11-22", "2026-11". */
void report_span_show(const struct report_def *def, struct report_span span,
    char *out, size_t size);

/* Counts what `who` may see below `root`.  MQ_E_DENIED when that is nothing,
 * MQ_E_NOT_FOUND for a unit there is not.  progress may be NULL. */
enum mq_status report_run(struct node *n, const struct session *who,
    const struct report_def *def, const char *root, struct report_span span,
    report_progress progress, void *ctx, struct report *out,
    struct err *err) MUST_CHECK;
void report_free(struct report *r);

/* The records behind one figure of a row (row NULL: of the total), newest
 * first, at most `max`; the caller frees *recs. */
enum mq_status report_open(struct node *n, const struct session *who,
    const struct report *r, const struct report_row *row, size_t figure,
    size_t max, int64_t **recs, size_t *count, struct err *err) MUST_CHECK;

/* A value in words: "17", "95.8%", "1时20分", "12.50"; "–" for a rate of
 * nothing. */
void report_show(const struct report_figure *f, const struct report_value *v,
    enum lang lang, char *out, size_t size);
/* How a figure is made, in words: "解决 ÷ 已答复"; "" for plain counts. */
void report_formula(const struct report *r, const struct report_figure *f,
    struct buf *out);
/* What the reader must know beside the figures: as of when, stations not
 * heard, entries not yet counted, formulas, the pack's note.  Calls line()
 * for each. */
void report_remarks(const struct report *r,
    void (*line)(void *ctx, const char *s), void *ctx);

/* The page for A4 paper: 80 columns, wide tables cut into blocks of columns,
 * header, formulas, who is missing, as-of time. */
void report_text(const struct report *r, struct buf *out);
/* UTF-8 with BOM, every cell quoted and defused: opens right in WPS. */
void report_csv(const struct report *r, struct buf *out);
/* One JSON object, for scripts. */
void report_json(const struct report *r, struct buf *out);

/* When a unit with a node of its own (or one below it) last wrote something
 * that is done at its desk; 0 never. */
struct utc report_heard(struct node *n, const char *code);

#endif
