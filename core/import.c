/*
 * Lists from elsewhere.  Called by the command line and the import page.
 */
#include "import_parts.h"

#include <assert.h>

#include "audit.h"
#include "base/file.h"
#include "base/xmalloc.h"
#include "form.h"

#define FAULTS_MAX (16u * 1024u * 1024u)

/* ---- opening ---- */

static bool place_of(const struct import *imp, const char *column, size_t *at)
{
	for (*at = 0; *at < csv_columns(imp->csv); ++*at)
		if (strcmp(csv_column(imp->csv, *at), column) == 0)
			return true;
	return false;
}

/* Two columns that mean one field: the first is taken. */
static bool is_mapped(const struct import *imp, const char *field)
{
	size_t i;

	for (i = 0; i < imp->map.n && field[0] != '\0'; i++)
		if (strcmp(imp->map.v[i].field, field) == 0)
			return true;
	return false;
}

static void propose(struct import *imp)
{
	struct layout_column found[8];
	size_t i, k, n;

	for (i = 0; i < csv_columns(imp->csv); i++) {
		const char *heading = csv_column(imp->csv, i);

		n = heading[0] == '\0' ? 0 : layout_propose(imp->n->pack,
		    imp->kind, heading, found, ARRAY_LEN(found));
		for (k = 0; k < n && imp->map.n < LAYOUT_COLUMNS; k++) {
			if (is_mapped(imp, found[k].field) ||
			    layout_word(found[k].transform, "out", NULL, 0))
				continue;
			imp->at[imp->map.n] = i;
			imp->map.v[imp->map.n++] = found[k];
		}
	}
}

static enum mq_status read_list(struct import *imp, const char *path,
    struct err *err)
{
	struct buf raw = BUF_INIT(IMPORT_FILE_MAX);
	struct buf text = BUF_INIT(2 * IMPORT_FILE_MAX);
	enum mq_status st = file_read(imp->n->env, path, &raw, err);

	if (!st) {
		imp->charset = charset_read(buf_str(&raw), raw.len, &text);
		st = text.over ? err_set(err, MQ_E_TOO_BIG, "%s", path) :
		    csv_open_foreign(path, buf_str(&text), text.len,
		    &imp->csv, err);
	}
	crypto_wipe(raw.data, raw.cap);
	buf_free(&raw);
	buf_free(&text);
	return st;
}

enum mq_status import_open(struct node *n, const struct session *who,
    const char *path, const char *kind, struct import **out,
    struct err *err)
{
	struct import *imp;
	const struct kind *k = pack_kind(n->pack, kind);
	enum mq_status st;

	*out = NULL;
	if (k == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", kind);
	if (!access_may(n, who, "import", kind, "") ||
	    !access_may(n, who, "open", kind, ""))
		return err_set(err, MQ_E_DENIED, "%s‖%s", k->label[0],
		    k->label[1]);
	imp = xcalloc(1, sizeof(*imp));
	imp->n = n;
	imp->who = *who;
	imp->kind = k;
	buf_init(&imp->faults, FAULTS_MAX);
	st = read_list(imp, path, err);
	if (st)
		import_close(&imp);
	else
		propose(imp);
	*out = imp;
	return st;
}

static void drop_batch(struct import *imp)
{
	while (imp->nbatch > 0)
		fields_free(&imp->batch[--imp->nbatch].f);
	save_free(&imp->save);
}

void import_close(struct import **pp)
{
	struct import *imp = *pp;

	if (imp == NULL)
		return;
	drop_batch(imp);
	csv_close(&imp->csv);
	free(imp->seen);
	crypto_wipe(imp->faults.data, imp->faults.cap);
	buf_free(&imp->faults);
	FREE(*pp);
}

enum charset import_charset(const struct import *imp)
{
	return imp->charset;
}

size_t import_rows(const struct import *imp)
{
	return csv_rows(imp->csv);
}

struct import_counts import_counts(const struct import *imp)
{
	return imp->counts;
}

const struct buf *import_faults(const struct import *imp)
{
	return &imp->faults;
}

/* ---- the map ---- */

const struct layout *import_layout(const struct import *imp)
{
	return &imp->map;
}

void import_unused(const struct import *imp, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < csv_columns(imp->csv); i++) {
		const char *heading = csv_column(imp->csv, i);

		for (k = 0; k < imp->map.n; k++)
			if (strcmp(imp->map.v[k].column, heading) == 0)
				break;
		if (k == imp->map.n && heading[0] != '\0')
			buf_addf(out, "%s\n", heading);
	}
}

/* Does that column of a map bring anything in? */
static bool comes_in(const struct layout_column *c)
{
	return !layout_word(c->transform, "out", NULL, 0) &&
	    c->field[0] != '\0' && (c->field[0] != '@' ||
	    strcmp(c->field, "@key") == 0 ||
	    layout_word(c->transform, "key", NULL, 0));
}

enum mq_status import_map(struct import *imp, const char *name_or_path,
    struct err *err)
{
	struct layout *l = xcalloc(1, sizeof(*l));
	enum mq_status st;
	bool named = true;
	size_t i, at = 0;

	assert(!imp->started);
	imp->map.n = 0;
	st = layout_named(imp->n->pack, name_or_path, imp->kind, l, err);
	if (st == MQ_E_NOT_FOUND && file_exists(name_or_path)) {
		named = false;
		st = layout_load(imp->n->env, imp->n->pack, imp->kind,
		    name_or_path, l, err);
	}
	for (i = 0; i < l->n && !st; i++) {
		const struct layout_column *c = &l->v[i];

		if (!comes_in(c))
			continue;
		if (c->column[0] == '\0' || place_of(imp, c->column, &at)) {
			imp->at[imp->map.n] = at;
			imp->map.v[imp->map.n++] = *c;
		} else if (!named) {	/* the pack's name all */
			st = err_set(err, MQ_E_FORMAT, "%s: %s",
			    csv_name(imp->csv), c->column);
		}
	}
	if (!st && imp->map.n == 0)
		st = err_set(err, MQ_E_FORMAT, "%s", csv_name(imp->csv));
	free(l);
	return st;
}

enum mq_status import_set(struct import *imp, const char *column,
    const char *field, const char *transform, struct err *err)
{
	struct layout *l = &imp->map;
	const char *what;
	enum say why;
	size_t i, place;

	assert(!imp->started);
	if (!place_of(imp, column, &place))
		return err_set(err, MQ_E_NOT_FOUND, "%s", column);
	if (!layout_fits(imp->n->pack, imp->kind, field, transform, &why,
	    &what))
		return err_set(err, MQ_E_NOT_FOUND, "%s", what);
	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i].column, column) == 0)
			break;
	if (i == LAYOUT_COLUMNS)
		return err_set(err, MQ_E_TOO_BIG, "%s", column);
	l->n += i == l->n;
	imp->at[i] = place;
	xcopy(l->v[i].column, sizeof(l->v[i].column), column);
	xcopy(l->v[i].field, sizeof(l->v[i].field), field);
	xcopy(l->v[i].transform, sizeof(l->v[i].transform), transform);
	return MQ_OK;
}

/* ---- what was not taken ---- */

static void fault(struct import *imp, int line, const char *column,
    const char *value, const char *why)
{
	char no[16];

	if (imp->faults.len == 0) {
		enum lang lang = imp->n->env->lang;

		csv_cell(&imp->faults, say_word(SAY_IMPORT_ROW, lang), true);
		csv_cell(&imp->faults, say_word(SAY_IMPORT_COLUMN, lang),
		    false);
		csv_cell(&imp->faults, say_word(SAY_IMPORT_VALUE, lang),
		    false);
		csv_cell(&imp->faults, say_word(SAY_IMPORT_WHY, lang), false);
		csv_end_row(&imp->faults);
	}
	snprintf(no, sizeof(no), "%d", line);
	csv_cell(&imp->faults, no, true);
	csv_cell(&imp->faults, column, false);
	csv_cell_text(&imp->faults, value, false);
	csv_cell(&imp->faults, why, false);
	csv_end_row(&imp->faults);
}

void import_tell_say(struct import *imp, int line, const char *column,
    const char *value, enum say why, const char *more)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	say_fill(&b, imp->n->env->lang, why, more, NULL);
	fault(imp, line, column, value, buf_str(&b));
	buf_free(&b);
}

static void fault_err(struct import *imp, int line, const char *column,
    const char *value, const struct err *err)
{
	char text[600];

	err_say_part(err, ERR_WHAT, imp->n->env->lang, text, sizeof(text));
	fault(imp, line, column, value, text);
}

/* The column a field comes from, and what stands there. */
static const struct layout_column *column_of(const struct import *imp,
    const char *field, const char **value)
{
	size_t i;

	*value = "";
	for (i = 0; i < imp->map.n; i++) {
		if (strcmp(imp->map.v[i].field, field) != 0)
			continue;
		if (imp->map.v[i].column[0] != '\0')
			*value = csv_at(imp->csv, imp->at[i]);
		return &imp->map.v[i];
	}
	return NULL;
}

/* ---- saving ---- */

/* Complaints of the save about this row; true when there were any. */
static bool complained(struct import *imp, const struct taken *t, int from)
{
	struct save_complaint list[SAVE_COMPLAINTS];
	const struct layout_column *c;
	const char *value;
	int n, i;
	bool any = false;

	n = save_complaints(imp->save, list, SAVE_COMPLAINTS);
	for (i = 0; i < n && i < SAVE_COMPLAINTS; i++) {
		if (list[i].entry < from)
			continue;
		c = column_of(imp, list[i].field, &value);
		fault_err(imp, t->line, c == NULL ? list[i].field :
		    c->column, value, &list[i].err);
		any = true;
	}
	return any;
}

/* Can nothing be saved any more, whatever the row says? */
static bool is_over(enum mq_status st)
{
	switch (st) {
	case MQ_E_IO: case MQ_E_DISK_FULL: case MQ_E_READ_ONLY:
	case MQ_E_LOCKED: case MQ_E_DB: case MQ_E_UNSURE:
	case MQ_E_DB_BROKEN: case MQ_E_DAMAGED: case MQ_E_CLOCK:
	case MQ_E_FORKED: case MQ_E_INTERNAL:
		return true;
	default:
		return false;
	}
}

static enum mq_status add_to_save(struct import *imp, struct taken *t,
    struct err *err)
{
	enum mq_status st;

	if (imp->save == NULL)
		imp->save = save_new(imp->n, &imp->who);
	if (t->rec == 0)
		st = save_open(imp->save, imp->kind->name, &t->f, -1,
		    &t->entry, err);
	else
		st = save_fix(imp->save, t->rec, &t->f, say_word(
		    SAY_IMPORT_AGAIN, imp->n->env->lang), &t->entry, err);
	if (st)
		return st;
	if (t->rec == 0)
		save_decide(imp->save, t->entry, "src", t->src);
	save_decide(imp->save, t->entry, "src_row", t->row);
	return MQ_OK;
}

static void count_one(struct import *imp, const struct taken *t)
{
	if (t->rec == 0)
		imp->counts.added++;
	else
		imp->counts.changed++;
}

/* One row that spoils the others' save goes alone, or is complained about. */
static enum mq_status one_by_one(struct import *imp, struct err *err)
{
	struct save_result r;
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < imp->nbatch && !st; i++) {
		struct taken *t = &imp->batch[i];
		struct err own = ERR_INIT;

		save_free(&imp->save);
		st = add_to_save(imp, t, &own);
		if (!st)
			st = save_commit(imp->save, &r, &own);
		if (!st) {
			count_one(imp, t);
		} else if (is_over(st)) {
			if (err)
				*err = own;
		} else {
			fault_err(imp, t->line, "", "", &own);
			imp->counts.bad++;
			st = MQ_OK;
		}
	}
	return st;
}

static enum mq_status flush(struct import *imp, struct err *err)
{
	struct save_result r;
	enum mq_status st = MQ_OK;
	size_t i;

	if (imp->nbatch == 0)
		return MQ_OK;
	if (!imp->dry)
		st = save_commit(imp->save, &r, err);
	if (!st)
		for (i = 0; i < imp->nbatch; i++)
			count_one(imp, &imp->batch[i]);
	else if (!is_over(st))
		st = one_by_one(imp, err);
	drop_batch(imp);
	return st;
}

/* Into the save; when the form complains, out of it again. */
static enum mq_status queue(struct import *imp, struct taken *t,
    struct err *err)
{
	int from = imp->save == NULL ? 0 : save_size(imp->save);
	struct err own = ERR_INIT;
	enum mq_status st = add_to_save(imp, t, &own);

	if (is_over(st)) {
		if (err)
			*err = own;
		return st;
	}
	if (st)
		fault_err(imp, t->line, "", "", &own);
	if (st || complained(imp, t, from)) {
		save_cut(imp->save, from);
		imp->counts.bad++;
		fields_free(&t->f);
		return MQ_OK;
	}
	imp->batch[imp->nbatch++] = *t;
	t->f = (struct fields){ NULL, 0, 0 };
	if (imp->nbatch == BATCH || save_size(imp->save) >= BATCH)
		return flush(imp, err);
	return MQ_OK;
}

/* The row is known: nothing, a correction, or it was withdrawn here. */
static enum mq_status take_known(struct import *imp, struct taken *t,
    struct err *err)
{
	struct record_full r;
	bool some = false;
	enum mq_status st = record_get(imp->n, t->rec, &r, err);

	if (st)
		return st;
	if (r.r.flags & (REC_VOID | REC_ERASED)) {
		imp->counts.gone++;
	} else if (strcmp(fields_text(&r.d, "src_row"), t->row) == 0) {
		imp->counts.same++;
	} else {
		st = import_row_difference(imp, t, &r, &some, err);
		if (!st && some)
			st = queue(imp, t, err);
		else if (!st)
			imp->counts.same++;
	}
	record_full_free(&r);
	return st;
}

static enum mq_status take_row(struct import *imp, struct err *err)
{
	struct taken t = { .line = csv_line(imp->csv) };
	enum csv_fault wrong = csv_fault(imp->csv);
	enum mq_status st = MQ_OK;
	bool good = true;

	imp->counts.rows++;
	if (wrong != CSV_FINE) {
		import_tell_say(imp, t.line, "", csv_at(imp->csv, 0), wrong ==
		    CSV_QUOTE ? SAY_IMPORT_QUOTE : SAY_IMPORT_WIDE, NULL);
		imp->counts.bad++;
		return MQ_OK;
	}
	st = import_row_read(imp, &t, &good, err);
	if (!st && !good)
		imp->counts.bad++;
	if (!st && good)
		st = import_row_find(imp, imp->kind->name, t.src, &t.rec, err);
	if (!st && good)
		st = t.rec != 0 ? take_known(imp, &t, err) :
		    queue(imp, &t, err);
	fields_free(&t.f);
	return st;
}

/* ---- the whole ---- */

enum mq_status import_start(struct import *imp, bool dry, struct err *err)
{
	const char *value;
	size_t i;

	assert(!imp->started);
	for (i = 0; i < imp->kind->nfields; i++) {
		const struct field *fd = &imp->kind->fields[i];

		if (!fd->required || fd->preset[0] != '\0' ||
		    fd->relevant[0] != '\0' || fd->repeat != NULL ||
		    !form_takes_value(fd) ||
		    column_of(imp, fd->name, &value) != NULL)
			continue;
		return err_set(err, MQ_E_IMPORT_COLUMN, "%s‖%s",
		    fd->label[0], fd->label[1]);
	}
	for (imp->seen_size = 16; imp->seen_size < 2 * csv_rows(imp->csv);)
		imp->seen_size *= 2;
	imp->seen = xcalloc(imp->seen_size, sizeof(imp->seen[0]));
	imp->dry = dry;
	imp->started = true;
	return dry ? MQ_OK : audit_write(imp->n, &(struct audit){
	    .by = imp->who.by, .what = "import", .why = csv_name(imp->csv),
	    .count = (int64_t)csv_rows(imp->csv) }, err);
}

enum mq_status import_some(struct import *imp, size_t max, bool *done,
    struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	assert(imp->started);
	*done = false;
	for (i = 0; i < max && !st && !*done; i++) {
		*done = !csv_next(imp->csv);
		if (!*done)
			st = take_row(imp, err);
	}
	if (!st && *done)
		st = flush(imp, err);
	return st;
}
