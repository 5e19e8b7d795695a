/*
 * Inside of the form facet: shared by form.c, form_value.c, form_ask.c.
 */
#ifndef MQ_FORM_PARTS_H
#define MQ_FORM_PARTS_H

#include "../form.h"

/* Shown for values sealed because the whole record is confidential. */
#define FORM_SECRET_MASK "***"

/* err with the field's label and a text put into a row of say.def. */
enum mq_status form_wrong(struct err *err, enum mq_status code,
    const struct field *fd, enum say id, const char *more);
bool form_looks(const struct field *fd, const char *word);
/* A value as text: numbers in decimal, lists joined by '\n'. */
void form_text(const struct field_value *v, struct buf *out);
/* Keeps accepted text under the field's own kind of value. */
void form_store(const struct field *fd, const char *text, struct fields *f);
/* Evaluates an expression.  MQ_E_EXPR names the trouble. */
enum mq_status form_eval(struct node *n, const char *expr,
    const struct fields *f, const char *self, struct utc now, bool truth,
    struct buf *out, struct err *err) MUST_CHECK;
enum mq_status form_true(struct node *n, const char *expr,
    const struct fields *f, const char *self, struct utc now, bool *out,
    struct err *err) MUST_CHECK;
/* The same seen from a field: one in a row of a repeat sees its row.  fd may
 * be NULL. */
struct form_at {
	struct node *n;
	const struct kind *k;
	const struct field *fd;
	const struct fields *f;
	struct utc now;
};
enum mq_status form_eval_at(const struct form_at *at, const char *expr,
    const char *self, bool truth, struct buf *out, struct err *err)
    MUST_CHECK;
enum mq_status form_true_at(const struct form_at *at, const char *expr,
    const char *self, bool *out, struct err *err) MUST_CHECK;
/* Runs a choice_filter over the rows that next() goes through. */
struct form_sieve {
	bool (*next)(void *ctx);
	bool (*column)(void *ctx, const char *name, char *out, size_t size);
	void (*take)(void *ctx, bool fits);
	void *ctx;
};
enum mq_status form_eval_rows(const struct form_at *at, const char *expr,
    const struct form_sieve *how, struct err *err) MUST_CHECK;
/* What an expression gave for a field of a day or a time: a number of days
 * becomes a date. */
void form_days(const struct field *fd, struct buf *text);
/* What ${name} stands for, seen from a field. */
const struct field_value *form_value_at(const struct form_at *at,
    const char *name);
/* All calculations; values that changed are put into f. */
enum mq_status form_calculate_all(struct node *n, const struct kind *k,
    struct fields *f, struct utc now, struct err *err) MUST_CHECK;
enum mq_status form_shows(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *f, struct utc now,
    bool *out, struct err *err) MUST_CHECK;
/* The preset of one field as text to be accepted; empty: it has none. */
void form_preset(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *all, const char *by,
    struct buf *out);
/* The next field a step asks; *must when marked with "!". */
const struct field *form_step_next(const struct kind *k, const char **at,
    bool *must);

#endif
