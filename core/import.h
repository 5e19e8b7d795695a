/*
 * A list from elsewhere becomes records of one kind, a row at a time.
 *
 * A row is known again by its key (the columns marked so, else the whole
 * row): given twice it changes nothing, given with other cells it becomes a
 * correction of just those, and what people corrected here meanwhile stays.
 * The opening entry keeps d.src (of key and kind) and d.src_row (of the
 * cells); where a key looks like somebody's number, src is keyed by this node.
 * What cannot be taken is told by row, column, value and reason, and the rest
 * goes in.  A save holds at most 200 entries, so that nobody at the desk
 * waits for it.
 *
 *	import_open → import_map / import_propose → import_start
 *	→ import_some until done → import_faults → import_close
 */
#ifndef MQ_IMPORT_H
#define MQ_IMPORT_H

#include "access.h"
#include "base/charset.h"
#include "layout.h"

#define IMPORT_FILE_MAX (128u * 1024u * 1024u)

struct import;

/* Reads the file.  The person must be allowed to `import` and `open` the
 * kind.  Errors: MQ_E_DENIED, MQ_E_NOT_FOUND, MQ_E_TOO_BIG, MQ_E_FORMAT (no
 * heading that makes sense). */
enum mq_status import_open(struct node *n, const struct session *who,
    const char *path, const char *kind, struct import **out,
    struct err *err) MUST_CHECK;
void import_close(struct import **imp);

enum charset import_charset(const struct import *imp);
size_t import_rows(const struct import *imp);
/* The map as it stands: after import_open() what the headings suggest. */
const struct layout *import_layout(const struct import *imp);
/* Headings of the file that the map does not use, one a line. */
void import_unused(const struct import *imp, struct buf *out);
/* A map by its name from the pack, or from a file: columns that one names must
 * be in the list, or MQ_E_FORMAT says which is not. */
enum mq_status import_map(struct import *imp, const char *name_or_path,
    struct err *err) MUST_CHECK;
/* One column by hand: field "" leaves it out. */
enum mq_status import_set(struct import *imp, const char *column,
    const char *field, const char *transform, struct err *err) MUST_CHECK;

/* Required fields must be there, then the rows may be taken.  With `dry`
 * everything is tried and nothing kept. */
enum mq_status import_start(struct import *imp, bool dry, struct err *err)
    MUST_CHECK;
/* At least `max` rows more, or the rest.  Stops with a status only when
 * nothing can be saved any more; what was taken stays, and importing the file
 * again goes on from there. */
enum mq_status import_some(struct import *imp, size_t max, bool *done,
    struct err *err) MUST_CHECK;

struct import_counts {
	int64_t rows;		/* looked at */
	int64_t added, changed, same;
	int64_t gone;		/* withdrawn here since: left so */
	int64_t bad;
};
struct import_counts import_counts(const struct import *imp);
/* A table (CSV) of what was not taken: row, column, value, reason. */
const struct buf *import_faults(const struct import *imp);

#endif
