/*
 * Verbs about lists from and for elsewhere: import, export.
 */
#include <inttypes.h>
#include <unistd.h>

#include "../core/base/clock.h"
#include "../core/base/file.h"
#include "../core/base/xmalloc.h"
#include "../core/export.h"
#include "../core/import.h"
#include "../core/ledger.h"
#include "cli_verbs.h"
#include "words.h"

#define SLICE 500

static void say_number(char out[24], int64_t v)
{
	snprintf(out, 24, "%" PRId64, v);
}

/* One line that is written over, for people only. */
static void progress(void *ctx, int64_t done, int64_t all)
{
	char line[120], num[3][24];

	(void)ctx;
	if (!isatty(STDERR_FILENO))
		return;
	say_number(num[0], done);
	say_number(num[1], all);
	say_number(num[2], all > 0 ? done * 100 / all : 100);
	words_fill(line, sizeof(line), W_CLI_PROGRESS, num[0], num[1], num[2],
	    NULL);
	fprintf(stderr, "\r%s%s", line, done >= all ? "\n" : "");
}

/* ---- import ---- */

static void show_map(struct cli *c, const struct import *imp,
    const char *path)
{
	const struct kind *k = pack_kind(c->n->pack, c->args[0]);
	const struct layout *l = import_layout(imp);
	struct buf unused = BUF_INIT(BUF_SMALL);
	char line[600], rows[24];
	char *at, *end;
	size_t i;

	say_number(rows, (int64_t)import_rows(imp));
	words_fill(line, sizeof(line), W_CLI_IMPORT_FILE, path,
	    charset_name(import_charset(imp)), rows, NULL);
	cli_line(line);
	for (i = 0; i < l->n; i++) {
		const struct field *fd = kind_field(k, l->v[i].field);

		if (l->v[i].field[0] == '\0')
			continue;
		words_fill(line, sizeof(line), W_CLI_IMPORT_MAP,
		    l->v[i].column, fd == NULL ? l->v[i].field :
		    fd->label[c->lang], l->v[i].transform, NULL);
		cli_line(line);
	}
	import_unused(imp, &unused);
	for (at = unused.data; at != NULL && *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		words_fill(line, sizeof(line), W_CLI_IMPORT_UNUSED, at, NULL);
		cli_line(line);
	}
	buf_free(&unused);
}

/* The map as a file to be changed by hand. */
static enum mq_status write_map(struct cli *c, const struct import *imp)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	enum mq_status st = MQ_OK;
	char line[600];

	if (file_exists(c->out))
		return err_set(&c->err, MQ_E_EXISTS, "%s", c->out);
	layout_write(import_layout(imp), &b);
	st = file_write(c->env, c->out, buf_str(&b), b.len, 0644, &c->err);
	if (!st) {
		words_fill(line, sizeof(line), W_CLI_IMPORT_ASK, c->out,
		    NULL);
		cli_line(line);
	}
	buf_free(&b);
	return st;
}

/* Where the rows that were not taken are told. */
static enum mq_status write_faults(struct cli *c, const struct import *imp,
    const char *list)
{
	const struct buf *b = import_faults(imp);
	char path[NODE_PATH], line[NODE_PATH + 120];
	struct buf out = BUF_INIT(BUF_LARGE + 8);
	enum mq_status st;

	if (b->len == 0)
		return MQ_OK;
	if (c->errors)
		xcopy(path, sizeof(path), c->errors);
	else
		snprintf(path, sizeof(path), "%s.errors.csv", list);
	buf_adds(&out, "\xef\xbb\xbf");
	buf_add(&out, b->data, b->len);
	st = file_write(c->env, path, out.data, out.len, 0600, &c->err);
	buf_free(&out);
	if (st)
		return st;
	words_fill(line, sizeof(line), W_CLI_IMPORT_FAULTS, path, NULL);
	cli_line(line);
	return MQ_OK;
}

static void say_counts(struct cli *c, const struct import *imp, int64_t ms)
{
	struct import_counts n = import_counts(imp);
	char line[300], num[5][24];
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "added", n.added);
		jout_kint(&j, "bad", n.bad);
		jout_kint(&j, "changed", n.changed);
		jout_kbool(&j, "dry", c->dry);
		jout_kint(&j, "gone", n.gone);
		jout_kint(&j, "rows", n.rows);
		jout_kint(&j, "same", n.same);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return;
	}
	say_number(num[0], n.added);
	say_number(num[1], n.changed);
	say_number(num[2], n.same);
	say_number(num[3], n.gone);
	say_number(num[4], n.bad);
	words_fill(line, sizeof(line), c->dry ? W_CLI_IMPORT_DRY :
	    W_CLI_IMPORT_DONE, num[0], num[1], num[2], num[3], num[4], NULL);
	cli_line(line);
	snprintf(num[0], sizeof(num[0]), "%" PRId64 ".%" PRId64, ms / 1000,
	    ms % 1000 / 100);
	say_number(num[1], ms > 0 ? n.rows * 1000 / ms : n.rows);
	words_fill(line, sizeof(line), W_CLI_IMPORT_SECONDS, num[0], num[1],
	    NULL);
	cli_line(line);
}

static enum mq_status take_all(struct cli *c, struct import *imp,
    const char *path)
{
	struct utc start = env_now(c->env);
	enum mq_status st, told;
	struct err err = ERR_INIT;
	bool done = false;

	st = import_start(imp, c->dry, &c->err);
	if (st)
		return st;
	while (!st && !done) {
		st = import_some(imp, SLICE, &done, &c->err);
		progress(NULL, import_counts(imp).rows,
		    (int64_t)import_rows(imp));
	}
	say_counts(c, imp, env_now(c->env).ms - start.ms);
	if (st)
		err = c->err;
	told = write_faults(c, imp, path);
	if (st)
		c->err = err;
	return st ? st : told;
}

enum mq_status cli_import(struct cli *c)
{
	struct import *imp = NULL;
	const char *path;
	enum mq_status st;

	if (c->nargs != 2)
		return err_set(&c->err, MQ_E_USAGE, "import KIND FILE");
	path = c->args[1];
	st = import_open(c->n, &c->who, path, c->args[0], &imp, &c->err);
	if (!st && c->map)
		st = import_map(imp, c->map, &c->err);
	if (!st && !c->json)
		show_map(c, imp, path);
	if (!st && c->out)
		st = write_map(c, imp);
	if (!st && (c->yes || c->dry))
		st = take_all(c, imp, path);
	import_close(&imp);
	return st;
}

/* ---- export ---- */

static enum mq_status put_stdout(void *ctx, const void *p, size_t n,
    struct err *err)
{
	(void)ctx;
	if (fwrite(p, 1, n, stdout) == n)
		return MQ_OK;
	return err_set(err, MQ_E_IO, "stdout");
}

/* A day in civil time; the end of it when `after`. */
static enum mq_status read_day(struct cli *c, const char *text, bool after,
    struct utc *out)
{
	struct when w;
	enum mq_status st;

	if (!text)
		return MQ_OK;
	st = when_read(text, ledger_now(c->n), &w, &c->err);
	if (st)
		return st;
	*out = clock_day_start(w.day);
	out->ms += after ? MS_DAY : 0;
	return MQ_OK;
}

enum mq_status cli_export(struct cli *c)
{
	struct export_sink out = { put_stdout, NULL, NULL };
	struct export_ask a = { .layout = c->layout, .state = c->state,
	    .reveal = c->reveal, .why = c->why,
	    .format = c->json ? EXPORT_JSONL : EXPORT_CSV };
	char line[NODE_PATH + 120], num[24];
	enum mq_status st;
	int64_t count;

	if (c->nargs != 1 || (c->json && c->layout))
		return err_set(&c->err, MQ_E_USAGE, "export KIND");
	a.kind = c->args[0];
	a.max = c->limited ? c->limit : 0;
	st = read_day(c, c->from, false, &a.from);
	if (!st)
		st = read_day(c, c->to, true, &a.to);
	if (st)
		return st;
	if (!c->out)
		return export_run(c->n, &c->who, &a, &out, &count, &c->err);
	st = export_file(c->n, &c->who, &a, c->out, progress, NULL, &count,
	    &c->err);
	if (st)
		return st;
	say_number(num, count);
	words_fill(line, sizeof(line), W_CLI_EXPORTED, num, c->out, NULL);
	cli_line(line);
	return MQ_OK;
}
