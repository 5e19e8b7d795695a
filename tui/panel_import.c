/*
 * 导入名单: what kind, which file, how its columns are read, tried, taken.
 * Files lie in the folder import/ of the node, where whoever looks after it
 * puts them: nobody at the desk types a path.
 */
#include <dirent.h>

#include "../core/base/csv.h"
#include "../core/base/file.h"
#include "../core/base/xmalloc.h"
#include "../core/import.h"
#include "../core/pack.h"
#include "panels.h"
#include "popup.h"
#include "widget_lines.h"
#include "widget_menu.h"
#include "words.h"

#define FILES_MAX 200
#define SLICE 200
#define FAULTS_SHOWN 20

enum stage { CHOOSE_KIND, CHOOSE_FILE, LOOK };
enum { DO_TRY, DO_TAKE, DEEDS };

struct panel_import {
	struct panel base;
	enum stage stage;
	struct widget_menu menu;
	struct widget_menu_choice *choices;
	char (*files)[256];
	size_t nfiles;
	const struct kind *kind;
	char dir[NODE_PATH], path[NODE_PATH + 260];
	const char *file;
	struct widget_lines lines;
};

static struct panel_import *self(struct panel *p)
{
	return (struct panel_import *)p;
}

static struct node *node_of(struct panel_import *v)
{
	return desk_of(v->base.app)->n;
}

/* ---- choosing ---- */

static void set_menu(struct panel_import *v, enum stage stage, size_t n)
{
	widget_menu_free(&v->menu);
	v->stage = stage;
	widget_menu_init(&v->menu, v->choices, n, false);
	v->menu.one_column = true;
}

static void add_choice(struct panel_import *v, size_t i, const char *label)
{
	v->choices[i] = (struct widget_menu_choice){ .label = label,
	    .role = ROLE_TEXT };
}

static bool may_import(struct panel_import *v, const struct kind *k)
{
	return desk_may(v->base.app, "import", k->name) &&
	    desk_may(v->base.app, "open", k->name);
}

/* Registers first: they are what comes as a list. */
static const struct kind *nth_kind(struct panel_import *v, size_t nth)
{
	const struct pack *p = node_of(v)->pack;
	size_t i, n = pack_kinds(p);

	for (i = 0; i < 2 * n; i++) {
		const struct kind *k = pack_kind_at(p, i % n);

		if (k->register_ == (i < n) && may_import(v, k) &&
		    nth-- == 0)
			return k;
	}
	return NULL;
}

static void ask_kind(struct panel_import *v)
{
	const struct kind *k;
	size_t n = 0;

	free(v->choices);
	v->choices = xcalloc(pack_kinds(node_of(v)->pack) + 1,
	    sizeof(*v->choices));
	while ((k = nth_kind(v, n)) != NULL)
		add_choice(v, n++, k->label[app_lang(v->base.app)]);
	set_menu(v, CHOOSE_KIND, n);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_list(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 4 && n < 256 &&
	    (strcmp(name + n - 4, ".csv") == 0 ||
	    strcmp(name + n - 4, ".CSV") == 0);
}

static void find_files(struct panel_import *v)
{
	DIR *d = opendir(v->dir);
	struct dirent *e;

	v->nfiles = 0;
	while (d != NULL && v->nfiles < FILES_MAX && (e = readdir(d)) != NULL)
		if (is_list(e->d_name))
			(void)xcopy(v->files[v->nfiles++], 256, e->d_name);
	if (d != NULL)
		closedir(d);
	qsort(v->files, v->nfiles, sizeof(*v->files), by_name);
}

static void ask_file(struct panel_import *v)
{
	size_t i;

	find_files(v);
	free(v->choices);
	v->choices = xcalloc(v->nfiles + 1, sizeof(*v->choices));
	for (i = 0; i < v->nfiles; i++)
		add_choice(v, i, v->files[i]);
	set_menu(v, CHOOSE_FILE, v->nfiles);
}

/* ---- looking ---- */

static void add_line(struct panel_import *v, enum theme_role role,
    enum word_id id, const char *a, const char *b, const char *c)
{
	char line[900];

	words_fill(line, sizeof(line), id, a, b, c, NULL);
	widget_lines_add(&v->lines, NULL, role, line);
}

static void show_map(struct panel_import *v, const struct import *imp)
{
	const struct layout *l = import_layout(imp);
	struct buf unused = BUF_INIT(BUF_SMALL);
	enum lang lang = app_lang(v->base.app);
	char rows[24], *at, *end;
	size_t i;

	widget_lines_reset(&v->lines);
	snprintf(rows, sizeof(rows), "%zu", import_rows(imp));
	add_line(v, ROLE_TEXT, W_CLI_IMPORT_FILE, v->file,
	    charset_name(import_charset(imp)), rows);
	for (i = 0; i < l->n; i++) {
		const struct field *fd = kind_field(v->kind, l->v[i].field);

		if (l->v[i].field[0] != '\0')
			widget_lines_add(&v->lines, l->v[i].column, ROLE_TEXT,
			    fd == NULL ? word(W_IMPORT_KEY) :
			    fd->label[lang]);
	}
	import_unused(imp, &unused);
	for (at = unused.data; at != NULL && *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		widget_lines_add(&v->lines, at, ROLE_DIM,
		    word(W_IMPORT_UNUSED));
	}
	buf_free(&unused);
}

static void ask_deed(struct panel_import *v)
{
	free(v->choices);
	v->choices = xcalloc(DEEDS, sizeof(*v->choices));
	add_choice(v, DO_TRY, word(W_IMPORT_TRY));
	add_choice(v, DO_TAKE, word(W_IMPORT_TAKE));
	set_menu(v, LOOK, DEEDS);
}

static struct import *opened(struct panel_import *v)
{
	struct import *imp = NULL;
	struct err err = ERR_INIT;

	if (import_open(node_of(v), &desk_of(v->base.app)->who, v->path,
	    v->kind->name, &imp, &err) != MQ_OK)
		popup_err(v->base.app, &err);
	return imp;
}

static void look(struct panel_import *v)
{
	struct import *imp;

	file_join(v->path, sizeof(v->path), v->dir, v->file);
	imp = opened(v);
	if (imp == NULL)
		return;
	show_map(v, imp);
	import_close(&imp);
	ask_deed(v);
}

/* ---- taking ---- */

static void show_counts(struct panel_import *v, const struct import *imp,
    bool dry)
{
	struct import_counts n = import_counts(imp);
	char line[300], num[5][24];
	int64_t c[5] = { n.added, n.changed, n.same, n.gone, n.bad };
	size_t i;

	for (i = 0; i < 5; i++)
		snprintf(num[i], sizeof(num[i]), "%lld", (long long)c[i]);
	words_fill(line, sizeof(line), dry ? W_CLI_IMPORT_DRY :
	    W_CLI_IMPORT_DONE, num[0], num[1], num[2], num[3], num[4], NULL);
	widget_lines_add(&v->lines, NULL, n.bad > 0 ? ROLE_WARN : ROLE_OK,
	    line);
}

/* The first of them on the page, all of them in a file. */
static void show_faults(struct panel_import *v, const struct import *imp)
{
	const struct buf *b = import_faults(imp);
	struct buf out = BUF_INIT(BUF_LARGE + 8);
	struct err err = ERR_INIT;
	struct csv *csv = NULL;
	char dir[NODE_PATH + 20], path[NODE_PATH + 300], name[300];
	int shown = 0;

	if (b->len == 0)
		return;
	if (csv_open_foreign("faults", buf_str(b), b->len, &csv, &err) ==
	    MQ_OK)
		while (shown++ < FAULTS_SHOWN && csv_next(csv)) {
			snprintf(name, sizeof(name), "%.20s %.200s",
			    csv_at(csv, 0), csv_at(csv, 1));
			widget_lines_add(&v->lines, name, ROLE_WARN,
			    csv_at(csv, 3));
		}
	csv_close(&csv);
	buf_adds(&out, "\xef\xbb\xbf");
	buf_add(&out, b->data, b->len);
	file_join(dir, sizeof(dir), node_of(v)->dir, "export");
	snprintf(name, sizeof(name), "%s.errors.csv", v->file);
	file_join(path, sizeof(path), dir, name);
	if (file_mkdirs(v->base.app->env, dir, 0700, &err) != MQ_OK ||
	    file_write(v->base.app->env, path, out.data, out.len, 0600,
	    &err) != MQ_OK)
		popup_err(v->base.app, &err);
	else
		add_line(v, ROLE_TEXT, W_CLI_IMPORT_FAULTS, path, NULL,
		    NULL);
	buf_free(&out);
}

static void take(struct panel_import *v, bool dry)
{
	struct import *imp = opened(v);
	struct err err = ERR_INIT;
	enum mq_status st;
	bool done = false;

	if (imp == NULL)
		return;
	show_map(v, imp);
	st = import_start(imp, dry, &err);
	while (!st && !done) {
		st = import_some(imp, SLICE, &done, &err);
		app_progress(v->base.app, word(W_IMPORT_TITLE),
		    import_counts(imp).rows, (int64_t)import_rows(imp));
	}
	app_progress(v->base.app, "", 0, 0);
	widget_lines_reset(&v->lines);
	show_counts(v, imp, dry);
	show_faults(v, imp);
	if (st)
		popup_err(v->base.app, &err);
	import_close(&imp);
}

static unsigned sure(struct panel *p, int answer)
{
	if (answer == 0)
		take(self(p), false);
	return PANEL_REDRAW;
}

/* ---- handlers ---- */

static unsigned import_key(struct panel *p, uint32_t key)
{
	struct panel_import *v = self(p);
	unsigned flags = widget_menu_key(&v->menu, key);
	size_t picked = (size_t)v->menu.picked;

	if ((flags & PANEL_IGNORED) != 0 && v->stage == LOOK)
		return widget_lines_key(&v->lines, key);
	if ((flags & WIDGET_PICKED) == 0 || v->menu.picked < 0)
		return flags;
	if (v->stage == CHOOSE_KIND) {
		v->kind = nth_kind(v, picked);
		ask_file(v);
	} else if (v->stage == CHOOSE_FILE) {
		v->file = v->files[picked];
		look(v);
	} else if (picked == DO_TRY) {
		take(v, true);
	} else {
		popup_confirm(p, word(W_IMPORT_TITLE), word(W_IMPORT_SURE),
		    sure);
	}
	return PANEL_REDRAW;
}

static void import_title(struct panel *p, char *out, size_t size)
{
	struct panel_import *v = self(p);

	snprintf(out, size, "%s%s%s", word(W_IMPORT_TITLE),
	    v->kind == NULL ? "" : " · ", v->kind == NULL ? "" :
	    v->kind->label[app_lang(p->app)]);
}

static void import_paint(struct panel *p, const struct draw *d)
{
	struct panel_import *v = self(p);
	int menu = v->stage == LOOK ? DEEDS + 1 : d->h - 3;
	struct draw low = draw_sub(d, d->h - menu, 2, menu, d->w - 4);
	struct draw up = draw_sub(d, 1, 2, d->h - menu - 2, d->w - 4);
	char line[NODE_PATH + 100];

	if (v->stage == LOOK) {
		widget_lines_paint(&v->lines, &up);
		widget_menu_paint(&v->menu, &low, true);
		return;
	}
	if (v->stage == CHOOSE_FILE && v->nfiles == 0)
		words_fill(line, sizeof(line), W_IMPORT_NO_FILE, v->dir,
		    NULL);
	else
		xcopy(line, sizeof(line), word(v->stage == CHOOSE_KIND ?
		    W_IMPORT_KIND : W_IMPORT_FILE));
	draw_text(d, 1, 2, d->w - 4, ROLE_TEXT, line);
	if (v->menu.n > 0)
		widget_menu_paint(&v->menu, &low, true);
}

static void import_destroy(struct panel *p)
{
	struct panel_import *v = self(p);

	widget_menu_free(&v->menu);
	widget_lines_free(&v->lines);
	free(v->choices);
	free(v->files);
}

static const enum context import_widgets[] = { CTX_MENU, CTX_TEXT, CTX_END };

static const struct panel_ops import_ops = {
	.name = "import",
	.widgets = import_widgets,
	.title = import_title,
	.key = import_key,
	.paint = import_paint,
	.destroy = import_destroy,
};

void panel_import_open(struct app *app)
{
	struct panel_import *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->files = xcalloc(FILES_MAX, sizeof(*v->files));
	widget_lines_init(&v->lines);
	v->lines.label_cells = 24;
	file_join(v->dir, sizeof(v->dir), desk_of(app)->n->dir, "import");
	ask_kind(v);
	app_push(app, &v->base, &import_ops);
}
