/*
 * CSV as office suites write it: RFC 4180 quoting, CRLF or LF, UTF-8 with or
 * without BOM.  Rows come one by one with their line number, so that every
 * complaint can name file, row and column.
 */
#ifndef MQ_CSV_H
#define MQ_CSV_H

#include "buf.h"
#include "env.h"
#include "err.h"

struct csv;

/* Reads the whole file (≤ 4 MiB); the first row is the header. */
enum mq_status csv_open(struct env *env, const char *path, struct csv **out,
    struct err *err) MUST_CHECK;
enum mq_status csv_open_bytes(const char *name, const char *bytes, size_t len,
    struct csv **out, struct err *err) MUST_CHECK;
/* The same for a file from elsewhere, already UTF-8 (charset.h), of any size:
 * a row that cannot be read is given all the same, with what is wrong with it;
 * '#' begins no remark; cells may be apart by comma, TAB or semicolon, as the
 * header is. */
enum csv_fault { CSV_FINE, CSV_QUOTE, CSV_WIDE };
enum mq_status csv_open_foreign(const char *name, const char *text,
    size_t len, struct csv **out, struct err *err) MUST_CHECK;
enum csv_fault csv_fault(const struct csv *csv);	/* of this row */
/* Rows behind the header. */
size_t csv_rows(const struct csv *csv);
void csv_close(struct csv **csv);
/* Next row that is not empty and does not begin with '#'.  False at the end. */
bool csv_next(struct csv *csv);
int csv_line(const struct csv *csv);
const char *csv_name(const struct csv *csv);
/* Cell of this row under that header; "" when absent. */
const char *csv_get(const struct csv *csv, const char *column);
bool csv_has(const struct csv *csv, const char *column);
size_t csv_columns(const struct csv *csv);
const char *csv_column(const struct csv *csv, size_t i);
/* Cell of this row by the column's place; "" when the row is shorter. */
const char *csv_at(const struct csv *csv, size_t i);

/* Writing: every cell quoted, formula starts defused (control X3). */
void csv_cell(struct buf *out, const char *s, bool first);
/* The same for a spreadsheet: what it would take for a number or a date and
 * spoil (18 digits, 0012, 3-2) stands behind a TAB and stays text. */
void csv_cell_text(struct buf *out, const char *s, bool first);
void csv_end_row(struct buf *out);

#endif
