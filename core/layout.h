/*
 * The columns of a list that comes from elsewhere or goes there: which column
 * is which field, and what happens to a cell on the way.  One table for both
 * ways, from the pack (layouts.csv) or from a file somebody wrote (the same
 * without `layout` and `kind`).
 */
#ifndef MQ_LAYOUT_H
#define MQ_LAYOUT_H

#include "base/buf.h"
#include "fields.h"
#include "pack.h"
#include "say.h"

#define LAYOUT_COLUMNS 128

struct layout_column {
	char column[120];	/* heading; "" a constant, in only */
	char field[FIELDS_NAME_MAX + 1];	/* "" left out */
	char transform[200];	/* words NAME or NAME:MORE */
};
struct layout {
	struct layout_column v[LAYOUT_COLUMNS];
	size_t n;
};

/* A layout of the pack.  MQ_E_NOT_FOUND. */
enum mq_status layout_named(const struct pack *p, const char *name,
    const struct kind *k, struct layout *out, struct err *err) MUST_CHECK;
/* A map as a CSV file: column, field, transform.  Complaints name the row. */
enum mq_status layout_load(struct env *env, const struct pack *p,
    const struct kind *k, const char *path, struct layout *out,
    struct err *err) MUST_CHECK;
void layout_write(const struct layout *l, struct buf *out);
/* What the pack makes of a heading: by a heading or one of its other names in
 * a layout of the kind, else by a label of the form.  A heading may be several
 * fields (parts of one cell); returns how many, 0 when nothing fits. */
size_t layout_propose(const struct pack *p, const struct kind *k,
    const char *heading, struct layout_column *out, size_t max);
/* Is that word in the transform?  `more` gets what stands behind its colon;
 * may be NULL. */
bool layout_word(const char *transform, const char *word, char *more,
    size_t size);
/* Does the pack's or a person's row make sense?  *why says what not. */
bool layout_fits(const struct pack *p, const struct kind *k,
    const char *field, const char *transform, enum say *why,
    const char **what);
/* One cell in: what the transform makes of it, trimmed; a spreadsheet's guard
 * taken off. */
void layout_in(const struct layout_column *c, const char *cell,
    struct buf *out);
/* One stored value out, when the transform has words of its own for it (or
 * for an empty one); false: it is shown as it is anywhere. */
bool layout_out(const struct layout_column *c, const char *value,
    struct buf *out);
/* 區(qū) → 区: pinyin in brackets behind its character goes, the character
 * becomes the simplified one.  Returns how many brackets went. */
size_t layout_clean(const char *s, size_t len, struct buf *out);

#endif
