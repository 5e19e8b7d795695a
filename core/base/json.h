/*
 * JSON.  Reading is jansson's (strict: no duplicate keys, valid UTF-8, depth
 * ≤ 16, integers only unless said); writing is our own, so that the bytes
 * are canonical: keys sorted by byte, no space, integers only, NFC text.
 * json.c is the only file that includes jansson.
 */
#ifndef MQ_JSON_H
#define MQ_JSON_H

#include "buf.h"
#include "err.h"
#include "units.h"

/* ---- reading: a tree of const nodes owned by the document ---- */
struct jdoc;
struct jnode;		/* borrowed from its document; NULL is "absent" */

enum jkind { J_ABSENT, J_NULL, J_BOOL, J_INT, J_STR, J_LIST, J_OBJ };

/* Parses one value that must fill the bytes.  `what` names it in errors:
 * MQ_E_FORMAT, "what:line". */
enum mq_status jdoc_parse(const char *bytes, size_t len, const char *what,
    struct jdoc **out, struct err *err) MUST_CHECK;
void jdoc_free(struct jdoc **doc);
const struct jnode *jdoc_root(const struct jdoc *doc);

enum jkind jnode_kind(const struct jnode *n);
const struct jnode *jnode_get(const struct jnode *obj, const char *key);
size_t jnode_count(const struct jnode *list_or_obj);
const struct jnode *jnode_at(const struct jnode *list, size_t i);
/* The i-th member of an object in its written order; walks from the first. */
const struct jnode *jnode_member(const struct jnode *obj, size_t i,
    const char **key);
int64_t jnode_int(const struct jnode *n, int64_t otherwise);
bool jnode_bool(const struct jnode *n, bool otherwise);
const char *jnode_str(const struct jnode *n, const char *otherwise);
/* Convenience: member of an object. */
int64_t jget_int(const struct jnode *obj, const char *key, int64_t otherwise);
const char *jget_str(const struct jnode *obj, const char *key,
    const char *otherwise);

/*
 * ---- writing: onto a buffer, asserting key order ----
 *
 * Canonical bytes, on which every hash depends: no white space; keys sorted
 * by byte; integers in decimal, no "-0"; strings in NFC, UTF-8 as it is, with
 * these escapes and no other: \" \\ \b \f \n \r \t, and every other byte
 * below 0x20 as \u00xx in lower-case hex.  "/" and DEL are not escaped.  With
 * sorted = false only the key order and NFC are not enforced.  Bytes that no
 * reader would take back (invalid UTF-8, NUL) become U+FFFD: check before.
 */
struct jout {
	struct buf *out;
	int depth;
	bool first[17];
	char last[17][64];	/* last key written at each depth */
	bool sorted;		/* assert key order (canonical) */
};

void jout_begin(struct jout *j, struct buf *out, bool sorted);
void jout_obj(struct jout *j);		/* { */
void jout_obj_end(struct jout *j);
void jout_list(struct jout *j);		/* [ */
void jout_list_end(struct jout *j);
void jout_key(struct jout *j, const char *key);
void jout_str(struct jout *j, const char *s);
void jout_strn(struct jout *j, const char *s, size_t len);
void jout_int(struct jout *j, int64_t v);
void jout_bool(struct jout *j, bool v);
void jout_null(struct jout *j);
/* Bytes that already are canonical JSON. */
void jout_raw(struct jout *j, const char *bytes, size_t len);
/* key + value in one call. */
void jout_kstr(struct jout *j, const char *key, const char *s);
void jout_kint(struct jout *j, const char *key, int64_t v);
void jout_kbool(struct jout *j, const char *key, bool v);

#endif
