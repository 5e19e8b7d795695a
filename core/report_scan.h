/*
 * One walk over the records a figure of a report may count.  For report.c.
 */
#ifndef MQ_REPORT_SCAN_H
#define MQ_REPORT_SCAN_H

#include "report.h"

struct report_scan {
	struct node *n;
	const struct kind *kind;
	struct db_stmt *stmt;
	struct buf scope;		/* units this person sees, as JSON */
	const char *root;
	struct utc as_of;		/* what is late is late by then */
	struct record r;		/* the record we are at */
	struct record_full full;	/* the same, read when first asked */
	bool has_full;
};

enum mq_status report_scan_begin(struct report_scan *sc, struct node *n,
    const struct session *who, const struct report_figure *f,
    const char *root, struct report_span span, struct utc now,
    struct err *err) MUST_CHECK;
/* The next record inside the period, newest first; *row false at the end. */
enum mq_status report_scan_next(struct report_scan *sc, bool *row,
    struct err *err) MUST_CHECK;
void report_scan_end(struct report_scan *sc);

/* Does the record we are at fulfil every condition? */
bool report_scan_fits(struct report_scan *sc, const char *where);
/* A field of it as it is stored, and in words.  "" when empty. */
const char *report_scan_text(struct report_scan *sc, const char *field);
void report_scan_label(struct report_scan *sc, const char *field,
    char *out, size_t size);
/* The number a sum adds; field "": the record's own; "@late", "@length":
 * minutes past its limit, from opening to closing. */
int64_t report_scan_num(struct report_scan *sc, const char *field);

#endif
