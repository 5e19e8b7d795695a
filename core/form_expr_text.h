/*
 * Text work of the expression module (form_expr.c); inside the module only.
 */
#ifndef MQ_FORM_EXPR_TEXT_H
#define MQ_FORM_EXPR_TEXT_H

#include "form.h"

/* Variables that are no fields: no field begins with _. */
#define FORM_EXPR_SELF "_self"
#define FORM_EXPR_ROW "_row"
#define FORM_EXPR_COLUMN "_c_"

/* Appends to a buffer of the program that opened the module. */
void form_expr_text_put(struct buf *b, const char *s);
/* A result: whole numbers without a point, others with up to six places. */
void form_expr_text_number(double v, struct buf *out);
/* The first thing that goes wrong is what is told. */
void form_expr_text_problem(struct form_expr_call *c, const char *what,
    const char *more);
const struct field_value *form_expr_text_find(const struct fields *f,
    const char *name);
/* Is this ("member.2.age") a cell of the column `want` ("age"), or, *whole,
 * of the repeat `want` ("member")? */
bool form_expr_text_cell(const char *name, const char *want, bool *whole);
/* Values of the column `want`, or, *whole, one of each row of the repeat
 * `want`, in the order of rows; at most FIELDS_MAX. */
size_t form_expr_text_rows(const struct fields *f, const char *want,
    const struct field_value **out, bool *whole);
/* The i-th item, from 0, of a list with blanks or line ends between. */
const char *form_expr_text_item(const char *list, size_t i, size_t *len);
/* "2026-11-22", "2026-11-22 pm", "2026-11-22 14:30" as days since 1970; false
 * for other text. */
bool form_expr_text_when(const char *s, double *out);
/* %Y %y %m %n %d %e %H %h %M %%; false: another sign, or no room. */
bool form_expr_text_format(double at, const char *format, char *out,
    size_t size);
/* ${name} becomes $name, a lone "." $_self, ".." $_row, with `columns` a bare
 * name $_c_name; texts in quotes stay.  False: a "${" that does not end.  buf
 * holds twice the bytes of s, or more. */
bool form_expr_text_translate(const char *s, bool columns, char *buf,
    size_t size);

#endif
