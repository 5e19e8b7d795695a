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
};
typedef bool (*form_expr_fn)(struct form_expr_call *c);
bool form_expr_eval(struct form_expr_call *c);	/* inside the module only */

#endif
