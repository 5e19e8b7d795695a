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

/* Writing: every cell quoted, formula starts defused (control X3). */
void csv_cell(struct buf *out, const char *s, bool first);
void csv_end_row(struct buf *out);

#endif
