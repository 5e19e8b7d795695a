/*
 * The words of one record: a small sorted map name → value.
 *
 * Values are text, a whole number, a list of texts, or "taken away" (a
 * correction that empties a field).  Sealed values are kept as text that
 * begins with FIELDS_SEALED.  Canonical JSON of the map is {"name":value,…}
 * sorted by name, byte for byte.
 *
 * A name is a word, [a-z][a-z0-9_]{0,31}, or a cell of a repeat, three parts
 * with dots: "member.2.age".  The middle one is the row, [1-9][0-9]{0,3}, for
 * rows added by a correction followed by "n" and the number of the node that
 * added it ("member.3n101.age"): rows added apart are never taken for one
 * another, and every cell is a value of its own, with its own conflicts.
 * A row is there while one of its cells is.  Rows stand in the order of their
 * number, then of the node; what is taken away leaves a gap.
 */
#ifndef MQ_FIELDS_H
#define MQ_FIELDS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/units.h"

#define FIELDS_MAX 1000
#define FIELDS_NAME_MAX 63
#define FIELDS_ROW_MAX 9999
#define FIELDS_TEXT_MAX (16u * 1024u)	/* bytes of one value */
/* "sealed:MASK:BASE64": shown as MASK, opened only by the records key. */
#define FIELDS_SEALED "sealed:"

enum field_kind { FV_GONE, FV_TEXT, FV_INT, FV_LIST };

struct field_value {
	char name[FIELDS_NAME_MAX + 1];
	enum field_kind kind;
	char *text;		/* FV_TEXT; FV_LIST: items joined by '\n' */
	int64_t num;		/* FV_INT */
};

struct fields {
	struct field_value *v;	/* sorted by name */
	size_t n;
	size_t cap;
};

/* A name of a cell taken apart. */
struct fields_cell {
	char group[33];		/* "member" */
	char row[12];		/* "2", "3n101" */
	char field[33];		/* "age" */
};
/* May this be a name at all? */
bool fields_name_ok(const char *name);
/* False for a name without rows. */
bool fields_cell(const char *name, struct fields_cell *out);
/* "member.2.age"; false when it would be too long. */
bool fields_cell_name(const char *group, const char *row, const char *field,
    char out[FIELDS_NAME_MAX + 1]);
/* The order of rows: as strcmp(). */
int fields_row_order(const char *a, const char *b);
/* The rows of a repeat in order, at most max; returns how many there are.
 * With `gone`, those too of which only cells taken away are left. */
size_t fields_rows(const struct fields *f, const char *group, bool gone,
    char (*out)[12], size_t max);

/* A full map (FIELDS_MAX names) takes no new name and keeps what it has. */
void fields_free(struct fields *f);
void fields_copy(struct fields *dst, const struct fields *src);
void fields_set(struct fields *f, const char *name, const char *text);
void fields_set_int(struct fields *f, const char *name, int64_t v);
/* items joined by '\n'; "" is an empty list. */
void fields_set_list(struct fields *f, const char *name, const char *items);
void fields_set_gone(struct fields *f, const char *name);
void fields_drop(struct fields *f, const char *name);
/* Sets f's field of that name to a copy of v under another name. */
void fields_put(struct fields *f, const char *name,
    const struct field_value *v);
/* Everything of src over dst; what src takes away goes. */
void fields_overlay(struct fields *dst, const struct fields *src);
/* What turns a into b: changed and new values; with `gone`, what b lacks is
 * taken away. */
void fields_difference(const struct fields *a, const struct fields *b,
    bool gone, struct fields *out);
const struct field_value *fields_get(const struct fields *f,
    const char *name);		/* NULL when absent */
const char *fields_text(const struct fields *f, const char *name); /* or "" */
int64_t fields_int(const struct fields *f, const char *name,
    int64_t otherwise);		/* digits in a text count too */
bool fields_has(const struct fields *f, const char *name); /* not empty */
bool fields_same(const struct field_value *a, const struct field_value *b);

void fields_write(const struct fields *f, struct jout *out);	/* {…} */
enum mq_status fields_read(const struct jnode *obj, struct fields *out,
    struct err *err) MUST_CHECK;

#endif
