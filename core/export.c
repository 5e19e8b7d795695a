/*
 * Records as a file for elsewhere.  Called by the command line and the
 * import/export page.
 */
#include "export.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "audit.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "form.h"
#include "layout.h"

#define PAGE 200

struct work {
	struct node *n;
	const struct session *who;
	const struct export_ask *ask;
	const struct export_sink *sink;
	const struct kind *kind;
	struct layout map;
	struct buf scope, line, cell;
	int64_t all, done;
};

/* ---- one value ---- */

static const char *state_word(const struct work *w, const struct record *r)
{
	const struct flow_state *s = kind_state(w->kind, r->state);

	return s == NULL ? r->state : s->label[w->n->env->lang];
}

static void show_time(struct utc t, struct buf *out)
{
	char text[48];

	if (t.ms == 0)
		return;
	clock_show(t, CLOCK_MINUTE, text, sizeof(text));
	buf_adds(out, text);
}

static void show_unit(const struct work *w, const char *code,
    const struct layout_column *c, struct buf *out)
{
	const struct orgs *o = pack_orgs(w->n->pack);
	const struct org *unit;
	char level[40];

	if (layout_word(c->transform, "unit", level, sizeof(level))) {
		unit = org_at_level(o, code, level);
		code = unit == NULL ? "" : unit->code;
	}
	if (code[0] != '\0')
		buf_adds(out, org_name(o, code, w->n->env->lang));
}

/* What is known beside the form: "@state". */
static void show_beside(const struct work *w, const struct record *r,
    const struct layout_column *c, struct buf *out)
{
	char ref[ENTRY_REF_TEXT];
	const char *f = c->field;

	if (strcmp(f, "@record") == 0 || strcmp(f, "@key") == 0) {
		ref_text(ref_of_rec(r->rec), ref);
		buf_adds(out, ref);
	} else if (strcmp(f, "@no") == 0) {
		buf_adds(out, r->no);
	} else if (strcmp(f, "@state") == 0) {
		buf_adds(out, state_word(w, r));
	} else if (strcmp(f, "@opened") == 0) {
		show_time(r->opened_at, out);
	} else if (strcmp(f, "@closed") == 0) {
		show_time(r->closed_at, out);
	} else if (strcmp(f, "@due") == 0) {
		show_time(r->due_at, out);
	} else if (strcmp(f, "@by") == 0) {
		buf_adds(out, r->by);
	} else if (strcmp(f, "@owner") == 0) {
		show_unit(w, r->owner, c, out);
	} else {
		assert(strcmp(f, "@unit") == 0);
		show_unit(w, r->org, c, out);
	}
}

/* Days and times as they are kept: they sort, and read back. */
static bool goes_raw(const struct field *fd)
{
	return fd->type == FT_DATE || fd->type == FT_WHEN ||
	    fd->type == FT_TIME;
}

static void show_value(struct work *w, const struct record_full *r,
    const struct layout_column *c, struct buf *out)
{
	const struct field *fd;
	const struct field_value *v;

	buf_reset(out);
	if (c->field[0] == '@') {
		show_beside(w, &r->r, c, out);
		return;
	}
	fd = kind_field(w->kind, c->field);
	v = fields_get(&r->f, c->field);
	if (layout_out(c, v != NULL && v->kind == FV_TEXT ? v->text : "",
	    out) || fd == NULL || v == NULL || v->kind == FV_GONE)
		return;
	if (goes_raw(fd) && v->kind == FV_TEXT)
		buf_adds(out, v->text);
	else
		form_show(w->n, fd, v, w->ask->reveal, out);
}

/* ---- tables ---- */

/* Parts of one cell stand under one heading. */
static bool joins(const struct layout *l, size_t i, char *sign, size_t size)
{
	char *colon;

	if (i == 0 || strcmp(l->v[i].column, l->v[i - 1].column) != 0 ||
	    !layout_word(l->v[i].transform, "part", sign, size))
		return false;
	colon = strrchr(sign, ':');
	if (colon != NULL)
		*colon = '\0';
	return true;
}

static void csv_head(struct work *w)
{
	char sign[40];
	size_t i;

	buf_adds(&w->line, "\xef\xbb\xbf");
	for (i = 0; i < w->map.n; i++)
		if (!joins(&w->map, i, sign, sizeof(sign)))
			csv_cell(&w->line, w->map.v[i].column, i == 0);
	csv_end_row(&w->line);
}

static void csv_row(struct work *w, const struct record_full *r)
{
	struct buf one = BUF_INIT(FIELDS_TEXT_MAX);
	char sign[40];
	size_t i;

	for (i = 0; i < w->map.n; i++) {
		buf_reset(&w->cell);
		show_value(w, r, &w->map.v[i], &w->cell);
		while (i + 1 < w->map.n && joins(&w->map, i + 1, sign,
		    sizeof(sign))) {
			show_value(w, r, &w->map.v[++i], &one);
			if (one.len > 0)
				buf_addf(&w->cell, "%s%s", sign,
				    buf_str(&one));
		}
		csv_cell_text(&w->line, buf_str(&w->cell), w->line.len == 0);
	}
	csv_end_row(&w->line);
	buf_free(&one);
}

/* ---- lines ---- */

/* Codes and numbers as they are kept; words as they are shown. */
static void json_value(struct work *w, const struct field_value *v,
    struct jout *j)
{
	const struct field *fd = kind_field(w->kind, v->name);
	bool code = fd != NULL && (goes_raw(fd) || fd->type ==
	    FT_SELECT_ONE || fd->type == FT_ORG);
	const char *at, *end;

	if (fd == NULL || v->kind == FV_GONE)
		return;
	jout_key(j, v->name);
	if (v->kind == FV_INT) {
		jout_int(j, v->num);
	} else if (v->kind == FV_LIST) {
		jout_list(j);
		for (at = v->text; *at != '\0'; at = end + (*end == '\n')) {
			end = at + strcspn(at, "\n");
			buf_reset(&w->cell);
			buf_add(&w->cell, at, (size_t)(end - at));
			jout_str(j, buf_str(&w->cell));
		}
		jout_list_end(j);
	} else {
		buf_reset(&w->cell);
		if (code && strncmp(v->text, FIELDS_SEALED,
		    sizeof(FIELDS_SEALED) - 1) != 0)
			text_sanitize(v->text, strlen(v->text),
			    TEXT_MULTILINE, &w->cell);
		else
			form_show(w->n, fd, v, w->ask->reveal, &w->cell);
		jout_str(j, buf_str(&w->cell));
	}
}

static void json_row(struct work *w, const struct record_full *r)
{
	char ref[ENTRY_REF_TEXT];
	struct jout j;
	size_t i;

	ref_text(ref_of_rec(r->r.rec), ref);
	jout_begin(&j, &w->line, true);
	jout_obj(&j);
	jout_kstr(&j, "by", r->r.by);
	jout_kint(&j, "closed", r->r.closed_at.ms);
	jout_kint(&j, "due", r->r.due_at.ms);
	jout_key(&j, "fields");
	jout_obj(&j);
	for (i = 0; i < r->f.n; i++)
		json_value(w, &r->f.v[i], &j);
	jout_obj_end(&j);
	jout_kstr(&j, "kind", r->r.kind);
	jout_kstr(&j, "no", r->r.no);
	jout_kint(&j, "opened", r->r.opened_at.ms);
	jout_kstr(&j, "org", r->r.org);
	jout_kstr(&j, "owner", r->r.owner);
	jout_kstr(&j, "record", ref);
	jout_kstr(&j, "state", r->r.state);
	jout_obj_end(&j);
	buf_addc(&w->line, '\n');
}

/* ---- all of them ---- */

static enum mq_status put_line(struct work *w, struct err *err)
{
	enum mq_status st;

	if (w->line.over)
		return err_set(err, MQ_E_TOO_BIG, "%s", w->kind->name);
	st = w->sink->put(w->sink->ctx, buf_str(&w->line), w->line.len, err);
	buf_reset(&w->line);
	return st;
}

static enum mq_status count_one(struct work *w, const struct record *row,
    struct err *err)
{
	(void)row;
	(void)err;
	w->all++;
	return MQ_OK;
}

static enum mq_status write_one(struct work *w, const struct record *row,
    struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(w->n, row->rec, &r, err);

	if (st)
		return st;
	if (w->ask->format == EXPORT_CSV)
		csv_row(w, &r);
	else
		json_row(w, &r);
	record_full_free(&r);
	w->done++;
	if (w->sink->progress != NULL && w->done % PAGE == 0)
		w->sink->progress(w->sink->ctx, w->done, w->all);
	return put_line(w, err);
}

static bool may_take(const struct work *w, const struct record *r)
{
	return access_may_record(w->n, w->who, "see", r) &&
	    access_may_record(w->n, w->who, "export", r) &&
	    (!w->ask->reveal ||
	    access_may_record(w->n, w->who, "reveal", r));
}

static enum mq_status each(struct work *w, int64_t max,
    enum mq_status (*fn)(struct work *w, const struct record *r,
    struct err *err), struct err *err)
{
	struct record *rows = xcalloc(PAGE, sizeof(*rows)), last = { 0 };
	struct record_query q = { .kind = w->ask->kind,
	    .state = w->ask->state, .scope = buf_str(&w->scope),
	    .from = w->ask->from, .to = w->ask->to };
	enum mq_status st = MQ_OK;
	int64_t taken = 0;
	int n = 1, i;

	while (!st && n > 0 && (max == 0 || taken < max)) {
		st = record_page(w->n, &q, &last, false, rows, PAGE, &n,
		    err);
		for (i = 0; i < n && !st && (max == 0 || taken < max); i++) {
			if (!may_take(w, &rows[i]))
				continue;
			st = fn(w, &rows[i], err);
			taken++;
		}
		if (n > 0)
			last = rows[n - 1];
	}
	free(rows);
	return st;
}

/* Every field of the form, and what is known beside it. */
static void whole_form(struct work *w)
{
	static const struct { const char *field; enum say heading; } first[] = {
		{ "@record", SAY_EXPORT_RECORD },
		{ "@opened", SAY_EXPORT_OPENED },
		{ "@state", SAY_EXPORT_STATE }, { "@no", SAY_EXPORT_NO },
	};
	enum lang lang = w->n->env->lang;
	struct layout_column *c;
	size_t i;

	for (i = 0; i < ARRAY_LEN(first); i++) {
		c = &w->map.v[w->map.n++];
		xcopy(c->field, sizeof(c->field), first[i].field);
		xcopy(c->column, sizeof(c->column),
		    say_word(first[i].heading, lang));
	}
	for (i = 0; i < w->kind->nfields; i++) {
		const struct field *fd = &w->kind->fields[i];

		if ((!form_takes_value(fd) && fd->type != FT_CALCULATE) ||
		    fd->repeat != NULL || w->map.n == LAYOUT_COLUMNS)
			continue;
		c = &w->map.v[w->map.n++];
		xcopy(c->field, sizeof(c->field), fd->name);
		xcopy(c->column, sizeof(c->column), fd->label[lang]);
	}
}

static enum mq_status prepare(struct work *w, struct err *err)
{
	const struct export_ask *a = w->ask;

	w->kind = pack_kind(w->n->pack, a->kind);
	if (w->kind == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", a->kind);
	if (!access_may(w->n, w->who, "see", a->kind, "") ||
	    !access_may(w->n, w->who, "export", a->kind, "") ||
	    (a->reveal && !access_may(w->n, w->who, "reveal", a->kind, "")))
		return err_set(err, MQ_E_DENIED, "%s‖%s", w->kind->label[0],
		    w->kind->label[1]);
	if (a->reveal && (a->why == NULL || a->why[0] == '\0'))
		return err_set(err, MQ_E_REQUIRED, "%s‖%s",
		    say_word(SAY_EXPORT_WHY, LANG_ZH),
		    say_word(SAY_EXPORT_WHY, LANG_EN));
	access_scope(w->n, w->who, a->kind, &w->scope);
	if (a->layout != NULL)
		return layout_named(w->n->pack, a->layout, w->kind, &w->map,
		    err);
	whole_form(w);
	return MQ_OK;
}

/* 『导出 居民 12 条』 stands in the ledger before anything leaves. */
static enum mq_status tell(struct work *w, struct err *err)
{
	char why[400];

	snprintf(why, sizeof(why), "%s %s %s", w->kind->name,
	    w->ask->layout == NULL ? "" : w->ask->layout,
	    w->ask->why == NULL ? "" : w->ask->why);
	return audit_write(w->n, &(struct audit){ .by = w->who->by,
	    .what = w->ask->reveal ? "reveal" : "export", .why = why,
	    .count = w->all }, err);
}

enum mq_status export_run(struct node *n, const struct session *who,
    const struct export_ask *ask, const struct export_sink *sink,
    int64_t *count, struct err *err)
{
	struct work *w = xcalloc(1, sizeof(*w));
	enum mq_status st;

	*count = 0;
	w->n = n;
	w->who = who;
	w->ask = ask;
	w->sink = sink;
	buf_init(&w->scope, BUF_LARGE);
	buf_init(&w->line, BUF_LARGE);
	buf_init(&w->cell, 2 * FIELDS_TEXT_MAX);
	st = prepare(w, err);
	if (!st)
		st = each(w, ask->max, count_one, err);
	if (!st)
		st = tell(w, err);
	if (!st && ask->format == EXPORT_CSV) {
		csv_head(w);
		st = put_line(w, err);
	}
	/* What was entered since is not part of what the ledger tells. */
	if (!st && w->all > 0)
		st = each(w, w->all, write_one, err);
	if (!st && sink->progress != NULL)
		sink->progress(sink->ctx, w->done, w->all);
	*count = w->done;
	buf_free(&w->scope);
	crypto_wipe(w->line.data, w->line.cap);
	crypto_wipe(w->cell.data, w->cell.cap);
	buf_free(&w->line);
	buf_free(&w->cell);
	free(w);
	return st;
}

/* ---- into a file ---- */

struct to_file {
	FILE *f;
	const char *path;
	void (*progress)(void *ctx, int64_t done, int64_t all);
	void *ctx;
};

static enum mq_status put_file(void *ctx, const void *p, size_t n,
    struct err *err)
{
	struct to_file *t = ctx;

	if (fwrite(p, 1, n, t->f) == n)
		return MQ_OK;
	return err_sys(err, errno, MQ_E_IO, "%s", t->path);
}

static void pass_on(void *ctx, int64_t done, int64_t all)
{
	struct to_file *t = ctx;

	if (t->progress != NULL)
		t->progress(t->ctx, done, all);
}

enum mq_status export_file(struct node *n, const struct session *who,
    const struct export_ask *ask, const char *path,
    void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
    int64_t *count, struct err *err)
{
	struct to_file t = { NULL, path, progress, ctx };
	struct export_sink sink = { put_file, pass_on, &t };
	enum mq_status st;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return err_set(err, MQ_E_EXISTS, "%s", path);
	t.f = fd < 0 ? NULL : fdopen(fd, "w");
	if (t.f == NULL)
		return err_sys(err, errno, MQ_E_IO, "%s", path);
	st = export_run(n, who, ask, &sink, count, err);
	if ((fflush(t.f) != 0 || fsync(fd) != 0) && !st)
		st = err_sys(err, errno, MQ_E_IO, "%s", path);
	if (fclose(t.f) != 0 && !st)
		st = err_sys(err, errno, MQ_E_IO, "%s", path);
	if (st)
		(void)unlink(path);
	return st;
}
