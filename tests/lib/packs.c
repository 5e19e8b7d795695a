/*
 * Packs of a test's own.  See packs.h.
 */
#include "packs.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"

static struct env env;
static char root[200], dir[260], was[400];

static const char *tree(void)
{
	const char *src = getenv("MQ_SRC");

	return src == NULL ? "." : src;
}

const char *packs_dir(void)
{
	return dir;
}

static void make_folders(const char *path)
{
	char part[700];
	size_t i;

	for (i = 1; path[i] != '\0'; i++)
		if (path[i] == '/') {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			(void)mkdir(part, 0700);
		}
}

static void write_file(const char *name, const char *bytes, size_t n)
{
	struct err err = ERR_INIT;
	char path[700];

	file_join(path, sizeof(path), dir, name);
	make_folders(path);
	assert_int_equal(file_write(&env, path, bytes, n, 0600, &err), MQ_OK);
}

static void read_file(const char *folder, const char *name, struct buf *out)
{
	struct err err = ERR_INIT;
	char path[900];

	file_join(path, sizeof(path), folder, name);
	buf_reset(out);
	assert_int_equal(file_read(&env, path, out, &err), MQ_OK);
}

void packs_put(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

void packs_take(const char *name, const char *source)
{
	struct buf b = BUF_INIT(BUF_LARGE);

	read_file(tree(), source, &b);
	write_file(name, buf_str(&b), b.len);
	buf_free(&b);
}

void packs_append(const char *name, const char *text)
{
	struct buf b = BUF_INIT(BUF_LARGE);

	read_file(dir, name, &b);
	buf_adds(&b, text);
	write_file(name, buf_str(&b), b.len);
	buf_free(&b);
}

static void copy_folder(const char *folder)
{
	char path[700], name[300], from[700];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/core/packs/standard/%s", tree(),
	    folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".csv") == NULL)
			continue;
		snprintf(name, sizeof(name), "%s%s%s", folder,
		    folder[0] == '\0' ? "" : "/", e->d_name);
		snprintf(from, sizeof(from), "core/packs/standard/%s", name);
		packs_take(name, from);
	}
	closedir(d);
}

void packs_begin(void)
{
	const char *tmp = getenv("TMPDIR"), *old = getenv("MINQING_PACKS");

	env_real(&env);
	snprintf(was, sizeof(was), "%s", old == NULL ? "" : old);
	snprintf(root, sizeof(root), "%s/mq-packs-XXXXXX", tmp == NULL ?
	    "/tmp" : tmp);
	assert_non_null(mkdtemp(root));
	snprintf(dir, sizeof(dir), "%s/standard", root);
	copy_folder("");
	copy_folder("survey");
	copy_folder("flow");
	(void)setenv("MINQING_PACKS", root, 1);
}

void packs_form(const char *name, const char *title)
{
	static const char *const sheets[] = { "survey", "choices" };
	char to[180], from[200], row[300];
	size_t i;

	for (i = 0; i < ARRAY_LEN(sheets); i++) {
		snprintf(to, sizeof(to), "forms/%s/%s.csv", name, sheets[i]);
		snprintf(from, sizeof(from), "tests/%s", to);
		packs_take(to, from);
	}
	snprintf(row, sizeof(row), "%s,登记表,%s form,form,%s,,,no,no,@node,"
	    "title opened by\n", name, name, title);
	packs_append("kinds.csv", row);
	snprintf(row, sizeof(row), "captain,,,%s,*,all\n", name);
	packs_append("roles.csv", row);
}

static int unlink_it(const char *path, const struct stat *st, int what,
    struct FTW *ftw)
{
	(void)st;
	(void)what;
	(void)ftw;
	return remove(path);
}

void packs_end(void)
{
	(void)nftw(root, unlink_it, 8, FTW_DEPTH | FTW_PHYS);
	if (was[0] != '\0')
		(void)setenv("MINQING_PACKS", was, 1);
	else
		(void)unsetenv("MINQING_PACKS");
}
