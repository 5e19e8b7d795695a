/*
 * The form facet's reading side: which fields show, their choices, what they
 * hold.  Expressions are evaluated by libminqing-expr.so, opened on first
 * use (form_expr.c).
 */
#ifndef MQ_FORM_H
#define MQ_FORM_H

#include "facet.h"

/* Does this field show, given the others?  True without an expression. */
bool form_relevant(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *f);
bool form_required(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *f);
/* Checks and normalises one value: date words, full-width digits, phone, ID
 * number (check digit), choice exists, length.  `text` is what was typed;
 * *out gets the stored form. */
enum mq_status form_accept(struct node *n, const struct field *fd,
    const char *text, struct utc now, struct buf *out, struct err *err)
    MUST_CHECK;
/* Choices that pass the filter now; returns how many. */
size_t form_choices(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *f,
    const struct choice **out, size_t max);
/* A stored value in words: choice labels, names, masked where classed, time
 * in words.  For screens, slips, exports. */
void form_show(struct node *n, const struct field *fd,
    const struct field_value *v, bool reveal, struct buf *out);
/* Does this field hold a value that a person or a step may give? */
bool form_takes_value(const struct field *fd);
/* A field as it stands in one row of its repeat: named "member.2.age". */
struct form_cell { struct field fd; char name[FIELDS_NAME_MAX + 1]; };
void form_cell(const struct field *fd, const char *row,
    struct form_cell *out);
/* The rows a repeat has, in order; with a repeat_count as many as that says.
 * Returns how many, at most max. */
#define FORM_ROWS_MAX 99
size_t form_rows(struct node *n, const struct kind *k,
    const struct field *repeat, const struct fields *f,
    char (*out)[12], size_t max);
/* Is the number of rows given by the form? */
bool form_rows_fixed(const struct field *repeat);
/* The name of one more row; false: there is room for none.  `fix`: in a
 * correction, where others may be adding rows too. */
bool form_row_new(struct node *n, const struct kind *k,
    const struct field *repeat, const struct fields *f, bool fix,
    char out[12]);
/* All calculations, those first that others hang on. */
void form_calculate(struct node *n, const struct kind *k, struct fields *f);
/* The label with the values it names put in; of a cell also which row. */
void form_label(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f, struct buf *out);
void form_hint(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f, struct buf *out);
/* Fills presets of empty fields that show ("today()", "now()", "@node",
 * constants, "choice(FIELD, KEY)": what the chosen row of choices.csv says
 * under KEY).  "@by" needs a person: the facet fills it at save. */
void form_presets(struct node *n, const struct kind *k, struct fields *f);
/* The same for the fields a step asks; `record` is what the record holds. */
void form_step_presets(struct node *n, const struct kind *k,
    const struct flow_step *step, const struct fields *record,
    struct fields *f);
/* "key=value" of a choice's filter column; false when it has none. */
bool form_choice_value(const struct choice *c, const char *key, char *out,
    size_t size);
/* The keyed hash of an ID number, as `d.id_hash` keeps it beside the sealed
 * one: this node can tell whether a number typed later is the same. */
#define FORM_ID_HASH (2 * CRYPTO_HASH + 1)
void form_id_hash(struct node *n, const char *id, char out[FORM_ID_HASH]);
/* Opens the expression module ahead of its first use; call when idle. */
void form_warm(void);

/* The module's one entry point (dlsym "form_expr_eval"): evaluates an
 * XLSForm expression over the fields; result as text in out. */
struct form_expr_call {
	const char *expr;
	const struct fields *f;
	const char *self;	/* value of "." */
	struct utc now;
	struct buf *out;
	bool truth;		/* result as a boolean */
	char problem[200];
	/* Inside a repeat: "member.2." and which of the rows this is, from 1;
	 * NULL and 0 outside. */
	const char *row;
	int position;
	/* jr:choice-name(): the words of a choice taken in a field. */
	bool (*label)(void *ctx, const char *field, const char *value,
	    char *out, size_t size);
	/* choice_filter: next() goes to the next row and says whether there is
	 * one, column() reads it, take() gets whether it fits. */
	bool (*next)(void *ctx);
	bool (*column)(void *ctx, const char *name, char *out, size_t size);
	void (*take)(void *ctx, bool fits);
	void *ctx;
};
typedef bool (*form_expr_fn)(struct form_expr_call *c);
bool form_expr_eval(struct form_expr_call *c);	/* inside the module only */

#endif
