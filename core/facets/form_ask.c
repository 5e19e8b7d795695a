/*
 * What a form asks: which fields show, which are required, which choices are
 * open, what stands there before anybody types.  Opens the expression module
 * on first use.
 */
#include "form_parts.h"

#include <assert.h>
#include <dlfcn.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../base/log.h"
#include "../base/xmalloc.h"
#include "../ledger.h"

#define MODULE "libminqing-expr.so"
#define RESULT_MAX 4096

/* ---- the expression module ---- */

static struct {
	bool tried;
	form_expr_fn eval;
	char why[160];
} module;

static void module_path(char *out, size_t size)
{
	const char *dir = getenv("MINQING_LIB");
	char exe[900], *slash;
	ssize_t n;

	if (dir != NULL && dir[0] != '\0') {
		file_join(out, size, dir, MODULE);
		return;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash != NULL)
		*slash = '\0';
	snprintf(out, size, "%s/../lib/" MODULE, exe);
}

void form_warm(void)
{
	char path[1024];
	void *so;

	if (module.tried)
		return;
	module.tried = true;
	module_path(path, sizeof(path));
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so != NULL)
		*(void **)&module.eval = dlsym(so, "form_expr_eval");
	if (module.eval == NULL) {
		const char *why = dlerror();

		xcopy(module.why, sizeof(module.why), why == NULL ? path :
		    why);
		log_line(LOG_ERROR, "form", "%s", module.why);
	}
}

/* ---- asking it ---- */

const struct field_value *form_value_at(const struct form_at *at,
    const char *name)
{
	const struct field_value *v = NULL;
	struct fields_cell c;
	char cell[FIELDS_NAME_MAX + 1];

	if (at->fd != NULL && fields_cell(at->fd->name, &c) &&
	    fields_cell_name(c.group, c.row, name, cell))
		v = fields_get(at->f, cell);
	return v != NULL ? v : fields_get(at->f, name);
}

/* jr:choice-name() */
static bool choice_label(void *ctx, const char *field, const char *value,
    char *out, size_t size)
{
	const struct form_at *at = ctx;
	const struct field *fd = at->k == NULL ? NULL :
	    kind_field(at->k, field);
	struct field_value v = { .kind = FV_TEXT, .text = (char *)value };
	struct buf b = BUF_INIT(RESULT_MAX);

	if (fd != NULL)
		form_show(at->n, fd, &v, false, &b);
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
	return fd != NULL;
}

/* "member.2." for the cell of a row, and which of the rows it is. */
static void find_row(const struct form_at *at, char row[FIELDS_NAME_MAX + 1],
    struct form_expr_call *c)
{
	char rows[FORM_ROWS_MAX][12];
	struct fields_cell cell;
	size_t n, i;

	if (at->fd == NULL || !fields_cell(at->fd->name, &cell))
		return;
	snprintf(row, FIELDS_NAME_MAX + 1, "%s.%s.", cell.group, cell.row);
	c->row = row;
	n = fields_rows(at->f, cell.group, false, rows, FORM_ROWS_MAX);
	c->position = (int)n + 1;	/* not begun yet: the one behind */
	for (i = 0; i < n && i < FORM_ROWS_MAX; i++)
		if (strcmp(rows[i], cell.row) == 0)
			c->position = (int)i + 1;
}

static enum mq_status run_module(struct form_expr_call *c, struct err *err)
{
	struct buf b = BUF_INIT(230);
	enum mq_status rc = MQ_OK;

	form_warm();
	if (module.eval == NULL) {
		say_both(&b, SAY_FORM_NO_MODULE, module.why, NULL);
		rc = err_set(err, MQ_E_EXPR, "%s", buf_str(&b));
	} else if (!module.eval(c)) {
		say_both(&b, SAY_FORM_MODULE_BAD, c->expr, c->problem);
		rc = err_set(err, MQ_E_EXPR, "%s", buf_str(&b));
	}
	buf_free(&b);
	return rc;
}

enum mq_status form_eval_at(const struct form_at *at, const char *expr,
    const char *self, bool truth, struct buf *out, struct err *err)
{
	char row[FIELDS_NAME_MAX + 1];
	struct form_expr_call c = { .expr = expr, .f = at->f, .self = self,
	    .now = at->now, .out = out, .truth = truth,
	    .label = choice_label, .ctx = (void *)at };

	find_row(at, row, &c);
	buf_reset(out);
	return run_module(&c, err);
}

enum mq_status form_eval_rows(const struct form_at *at, const char *expr,
    const struct form_sieve *how, struct err *err)
{
	char row[FIELDS_NAME_MAX + 1];
	struct buf none = BUF_INIT(16);
	struct form_expr_call c = { .expr = expr, .f = at->f, .self = "",
	    .now = at->now, .out = &none, .truth = true, .next = how->next,
	    .column = how->column, .take = how->take, .ctx = how->ctx };

	find_row(at, row, &c);
	return run_module(&c, err);
}

enum mq_status form_true_at(const struct form_at *at, const char *expr,
    const char *self, bool *out, struct err *err)
{
	struct buf b = BUF_INIT(16);
	enum mq_status rc = form_eval_at(at, expr, self, true, &b, err);

	*out = rc == MQ_OK && strcmp(buf_str(&b), "true") == 0;
	buf_free(&b);
	return rc;
}

enum mq_status form_eval(struct node *n, const char *expr,
    const struct fields *f, const char *self, struct utc now, bool truth,
    struct buf *out, struct err *err)
{
	const struct form_at at = { n, NULL, NULL, f, now };

	return form_eval_at(&at, expr, self, truth, out, err);
}

enum mq_status form_true(struct node *n, const char *expr,
    const struct fields *f, const char *self, struct utc now, bool *out,
    struct err *err)
{
	const struct form_at at = { n, NULL, NULL, f, now };

	return form_true_at(&at, expr, self, out, err);
}

/* ---- what shows ---- */

/* A field shows when it and every group around it is relevant. */
enum mq_status form_shows(struct node *n, const struct kind *k,
    const struct field *fd,
    const struct fields *f, struct utc now, bool *out, struct err *err)
{
	const struct form_at at = { n, k, fd, f, now };
	const struct field *g;
	enum mq_status rc = MQ_OK;

	*out = true;
	for (g = fd; g != NULL && rc == MQ_OK && *out; g = g->within)
		if (g->relevant[0] != '\0')
			rc = form_true_at(&at, g->relevant, "", out, err);
	return rc;
}

/* A form must be usable when its pack is not: what cannot be decided shows,
 * and the save says why. */
bool form_relevant(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f)
{
	struct err err = ERR_INIT;
	bool yes;

	if (form_shows(n, k, fd, f, ledger_now(n), &yes, &err) != MQ_OK) {
		log_err("form", &err);
		return true;
	}
	return yes;
}

bool form_required(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f)
{
	const struct form_at at = { n, k, fd, f, ledger_now(n) };
	struct err err = ERR_INIT;
	bool yes;

	if (fd->required || fd->required_if[0] == '\0')
		return fd->required;
	if (form_true_at(&at, fd->required_if, "", &yes, &err) != MQ_OK) {
		log_err("form", &err);
		return false;
	}
	return yes;
}

/* ---- presets ---- */

/* "choice(FIELD, KEY)": what the choice taken in FIELD says under KEY. */
static bool preset_choice(struct node *n, const struct kind *k,
    const char *preset, const struct fields *all, struct buf *out)
{
	static const char head[] = "choice(";
	char name[40], key[40], value[200];
	const struct choice *c;
	const struct field *fd;
	const char *comma, *end;

	if (strncmp(preset, head, sizeof(head) - 1) != 0)
		return false;
	preset += sizeof(head) - 1;
	comma = strchr(preset, ',');
	end = strchr(preset, ')');
	if (comma == NULL || end == NULL || comma > end)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)(comma - preset), preset);
	comma += 1 + strspn(comma + 1, " ");
	snprintf(key, sizeof(key), "%.*s", (int)(end - comma), comma);
	fd = kind_field(k, name);
	if (fd == NULL)
		return true;
	c = pack_choice(n->pack, fd->list, fields_text(all, name));
	if (c != NULL && form_choice_value(c, key, value, sizeof(value)))
		buf_adds(out, value);
	return true;
}

void form_preset(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *all, const char *by, struct buf *out)
{
	struct utc now = ledger_now(n);
	const struct form_at at = { n, k, fd, all, now };
	const char *p = fd->preset;
	char text[40];

	if (p[0] == '\0')
		return;
	if (strcmp(p, "today()") == 0 || strcmp(p, "now()") == 0) {
		clock_show(now, p[0] == 't' ? CLOCK_DATE : CLOCK_MINUTE,
		    text, sizeof(text));
		buf_adds(out, text);
	} else if (strcmp(p, "@by") == 0) {
		buf_adds(out, by);
	} else if (strcmp(p, "@node") == 0) {
		buf_adds(out, n->set.org);
	} else if (preset_choice(n, k, p, all, out)) {
		return;
	} else if (strchr(p, '(') != NULL || strchr(p, '$') != NULL) {
		if (form_eval_at(&at, p, "", false, out, NULL) != MQ_OK)
			buf_reset(out);
		form_days(fd, out);
	} else {
		buf_adds(out, p);
	}
}

static void fill_one(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *all, struct fields *f)
{
	struct buf raw = BUF_INIT(RESULT_MAX), value = BUF_INIT(RESULT_MAX);

	if (form_takes_value(fd) && !fields_has(f, fd->name) &&
	    fd->preset[0] != '\0' && form_relevant(n, k, fd, all)) {
		form_preset(n, k, fd, all, "", &raw);
		if (raw.len > 0 && form_accept(n, fd, buf_str(&raw),
		    ledger_now(n), &value, NULL) == MQ_OK && value.len > 0)
			form_store(fd, buf_str(&value), f);
	}
	buf_free(&raw);
	buf_free(&value);
}

void form_presets(struct node *n, const struct kind *k, struct fields *f)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		fill_one(n, k, &k->fields[i], f, f);
}

const struct field *form_step_next(const struct kind *k, const char **at,
    bool *must)
{
	char name[40];
	size_t len;

	*at += strspn(*at, " ");
	len = strcspn(*at, " ");
	if (len == 0)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)len, *at);
	*at += len;
	len = strlen(name);
	*must = name[len - 1] == '!';
	if (*must)
		name[len - 1] = '\0';
	return kind_field(k, name);
}

void form_step_presets(struct node *n, const struct kind *k,
    const struct flow_step *step, const struct fields *record,
    struct fields *f)
{
	struct fields all = { NULL, 0, 0 };
	const char *at = step->fields;
	const struct field *fd;
	bool must;

	/* What a former step left in the record is no answer to this one. */
	fields_copy(&all, record);
	while ((fd = form_step_next(k, &at, &must)) != NULL)
		fields_drop(&all, fd->name);
	fields_overlay(&all, f);
	at = step->fields;
	while ((fd = form_step_next(k, &at, &must)) != NULL)
		fill_one(n, k, fd, &all, f);
	fields_free(&all);
}
