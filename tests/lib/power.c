/*
 * The disk that loses power.  See power.h.
 *
 * Of each watched file two things are known: the bytes that lie safe, and the
 * writes since its last sync.  Small files (of core/base/file.c) are known by
 * their inode, so that a rename is what it is: a new name in the folder.
 */
#include "power.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "bad_disk.h"

#define SECTOR 512
#define PATH 600

struct bytes { uint8_t *p; size_t len, cap; };
struct change { bool cut; int64_t at; struct bytes b; };

/* The ledger or its log. */
struct base {
	char path[PATH];
	struct bytes safe;
	struct change *v;
	size_t n, cap;
};

/* What a small file holds safely, by inode; and which names are safe. */
struct node_of { ino_t ino; struct bytes safe; };
struct name { char path[PATH]; ino_t ino; };

static struct {
	struct env *env;
	char dir[2][PATH];	/* the folder and drafts/ */
	struct base base[2];
	struct node_of *inode;
	size_t ninode, inode_cap;
	struct name *name;
	size_t nname, name_cap;
	int seen, cut_at;
	bool out, lie, syncs_only;
	uint32_t roll;
} w;

static uint32_t chance(uint32_t sides)
{
	w.roll = w.roll * 1664525u + 1013904223u;
	return (w.roll >> 8) % sides;
}

static struct bytes slurp(const char *path)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct bytes out = { NULL, 0, 0 };

	if (file_read(NULL, path, &b, NULL) == MQ_OK && b.len) {
		out.p = xgrow(NULL, &out.cap, b.len, 1);
		memcpy(out.p, b.data, b.len);
		out.len = b.len;
	}
	buf_free(&b);
	return out;
}

static void spill(const char *path, const uint8_t *p, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t at = 0;

	while (fd >= 0 && at < len) {
		ssize_t n = write(fd, p + at, len - at);

		if (n <= 0)
			abort();
		at += (size_t)n;
	}
	if (fd < 0 || close(fd) != 0)
		abort();
}

/* ---- counting ---- */

/* One operation more; *last: this is the one that is cut. */
static bool step(bool *last, bool write)
{
	*last = false;
	if (w.out)
		return false;
	w.seen += !(write && w.syncs_only);
	if (w.cut_at && w.seen >= w.cut_at) {
		*last = true;
		w.out = true;
	}
	return true;
}

void power_cut_at(int n, bool syncs_only)
{
	w.syncs_only = syncs_only;
	w.seen = 0;
	w.cut_at = n;
	w.out = false;
}

int power_seen(void)
{
	return w.seen;
}

bool power_is_out(void)
{
	return w.out;
}

bool power_on(void)
{
	return !w.out;
}

void power_lie(bool on)
{
	w.lie = on;
}

/* ---- the ledger and its log ---- */

static struct base *base_of(const char *path)
{
	size_t i;

	for (i = 0; w.env && path && i < ARRAY_LEN(w.base); i++)
		if (strcmp(path, w.base[i].path) == 0)
			return &w.base[i];
	return NULL;
}

static void change(struct base *b, bool cut, const void *p, size_t n,
    int64_t at)
{
	struct change *c;

	b->v = xgrow(b->v, &b->cap, b->n + 1, sizeof(*b->v));
	c = &b->v[b->n++];
	memset(c, 0, sizeof(*c));
	c->cut = cut;
	c->at = at;
	c->b.len = n;
	if (n) {
		c->b.p = xmalloc(n);
		memcpy(c->b.p, p, n);
	}
}

bool power_write(const char *path, const void *p, int n, int64_t at)
{
	struct base *b = base_of(path);
	bool last;

	if (!b)
		return true;
	if (!step(&last, true))
		return false;
	change(b, false, p, (size_t)n, at);
	return !last;
}

bool power_truncate(const char *path, int64_t size)
{
	struct base *b = base_of(path);
	bool last;

	if (!b)
		return true;
	if (!step(&last, false) || last)
		return false;
	change(b, true, NULL, 0, size);
	return true;
}

static void resize(struct bytes *b, size_t len)
{
	if (len > b->len) {
		b->p = xgrow(b->p, &b->cap, len, 1);
		memset(b->p + b->len, 0, len - b->len);
	}
	b->len = len;
}

static void apply(struct bytes *b, const struct change *c, size_t from,
    size_t n)
{
	size_t at = (size_t)c->at + from;

	if (c->cut) {
		resize(b, (size_t)c->at);
		return;
	}
	if (n == 0)
		return;
	if (at + n > b->len)
		resize(b, at + n);
	memcpy(b->p + at, c->b.p + from, n);
}

static void forget(struct base *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		free(b->v[i].b.p);
	b->n = 0;
}

bool power_sync(const char *path, bool *keep)
{
	struct base *b = base_of(path);
	bool last;
	size_t i;

	*keep = true;
	if (!b)
		return true;
	if (!step(&last, false) || last)
		return false;
	*keep = false;	/* the real disk of the test need not be worn */
	if (w.lie)
		return true;
	for (i = 0; i < b->n; i++)
		apply(&b->safe, &b->v[i], 0, b->v[i].b.len);
	forget(b);
	return true;
}

/* Writes not synced: some whole, some by sectors, some not at all. */
static void base_back(struct base *b, uint32_t seed)
{
	uint32_t mode = seed ? chance(4) : 0;
	size_t i, k;

	for (i = 0; i < b->n && mode; i++) {
		const struct change *c = &b->v[i];
		bool torn = mode == 3 || i + 1 == b->n;

		if (mode == 2 && chance(2))
			continue;
		if (c->cut || !torn) {
			apply(&b->safe, c, 0, c->b.len);
			continue;
		}
		for (k = 0; k < c->b.len; k += SECTOR)
			if (chance(2))
				apply(&b->safe, c, k, c->b.len - k < SECTOR ?
				    c->b.len - k : SECTOR);
	}
	forget(b);
	spill(b->path, b->safe.p, b->safe.len);
}

/* ---- small files ---- */

static struct node_of *inode_of(ino_t ino, bool make)
{
	size_t i;

	for (i = 0; i < w.ninode; i++)
		if (w.inode[i].ino == ino)
			return &w.inode[i];
	if (!make)
		return NULL;
	w.inode = xgrow(w.inode, &w.inode_cap, w.ninode + 1,
	    sizeof(*w.inode));
	memset(&w.inode[w.ninode], 0, sizeof(*w.inode));
	w.inode[w.ninode].ino = ino;
	return &w.inode[w.ninode++];
}

static bool is_small(const struct dirent *e)
{
	/* "head" is never synced: it may be newer than all else, as here. */
	return e->d_name[0] != '.' && strncmp(e->d_name, "ledger", 6) != 0 &&
	    strcmp(e->d_name, "head") != 0 &&
	    strstr(e->d_name, ".lock") == NULL;
}

/* Goes through the small files of one folder. */
static void each(const char *dir, void (*fn)(const char *path, ino_t ino))
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	char path[PATH];

	while (d && (e = readdir(d)) != NULL) {
		file_join(path, sizeof(path), dir, e->d_name);
		if (is_small(e) && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode))
			fn(path, st.st_ino);
	}
	if (d)
		closedir(d);
}

static void keep_name(const char *path, ino_t ino)
{
	w.name = xgrow(w.name, &w.name_cap, w.nname + 1, sizeof(*w.name));
	xcopy(w.name[w.nname].path, PATH, path);
	w.name[w.nname++].ino = ino;
}

static void keep_file(const char *path, ino_t ino)
{
	struct node_of *x = inode_of(ino, true);

	free(x->safe.p);
	x->safe = slurp(path);
}

/* The names of a folder as they are now lie safe. */
static void keep_folder(const char *dir)
{
	size_t i, k = 0, len = strlen(dir);

	for (i = 0; i < w.nname; i++)
		if (strncmp(w.name[i].path, dir, len) != 0 ||
		    strchr(w.name[i].path + len + 1, '/'))
			w.name[k++] = w.name[i];
	w.nname = k;
	each(dir, keep_name);
}

static bool is_watched(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t i, len = slash ? (size_t)(slash - path) : 0;

	for (i = 0; i < ARRAY_LEN(w.dir); i++)
		if (strlen(w.dir[i]) == len &&
		    strncmp(path, w.dir[i], len) == 0)
			return true;
	return false;
}

static int fault(struct env *env, const char *point)
{
	bool last, write = strcmp(point, "write") == 0;

	(void)env;
	if (!write && strcmp(point, "fsync") != 0 &&
	    strcmp(point, "rename") != 0)
		return 0;
	/* A cut write is made and then lost in part; the rest is not made. */
	if (!step(&last, write))
		return EIO;
	return last && !write ? EIO : 0;
}

static void did(struct env *env, const char *point, int fd)
{
	char link[40], path[PATH];
	struct stat st;
	ssize_t n;

	(void)env;
	if (w.lie || w.out || strcmp(point, "fsync") != 0 ||
	    fstat(fd, &st) != 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	if (S_ISDIR(st.st_mode))
		keep_folder(path);
	else if (is_watched(path))
		keep_file(path, st.st_ino);
}

/* A name that is not safe: gone, or there with what is safe of it. */
static void judge(const char *path, ino_t ino)
{
	struct node_of *x;
	size_t i;

	for (i = 0; i < w.nname; i++)
		if (strcmp(w.name[i].path, path) == 0)
			return;
	x = inode_of(ino, false);
	if (chance(2))
		spill(path, x ? x->safe.p : NULL, x ? x->safe.len : 0);
	else
		(void)unlink(path);
}

/* What was appended since the sync: a beginning of it, or nothing. */
static void name_back(const struct name *m, uint32_t seed)
{
	struct node_of *x = inode_of(m->ino, true);
	struct stat st;
	struct bytes now = { NULL, 0, 0 };
	bool same = stat(m->path, &st) == 0 && st.st_ino == m->ino;

	if (same)
		now = slurp(m->path);
	else
		(void)unlink(m->path);
	if (seed && now.len > x->safe.len)
		spill(m->path, now.p, x->safe.len +
		    chance((uint32_t)(now.len - x->safe.len) + 1));
	else
		spill(m->path, x->safe.p, x->safe.len);
	free(now.p);
}

/* ---- all of it ---- */

static void all_safe(void)
{
	size_t i;

	for (i = 0; i < w.ninode; i++)
		free(w.inode[i].safe.p);
	w.ninode = 0;
	w.nname = 0;
	for (i = 0; i < ARRAY_LEN(w.base); i++) {
		forget(&w.base[i]);
		free(w.base[i].safe.p);
		w.base[i].safe = slurp(w.base[i].path);
	}
	for (i = 0; i < ARRAY_LEN(w.dir); i++) {
		keep_folder(w.dir[i]);
		each(w.dir[i], keep_file);
	}
}

void power_watch(struct env *env, const char *dir)
{
	char full[PATH_MAX];

	bad_disk_install();
	if (realpath(dir, full) == NULL)
		abort();
	xcopy(w.dir[0], PATH, full);
	file_join(w.dir[1], PATH, full, "drafts");
	file_join(w.base[0].path, PATH, full, "ledger.db");
	file_join(w.base[1].path, PATH, full, "ledger.db-wal");
	w.env = env;
	w.lie = false;
	power_cut_at(0, false);
	env->fault = fault;
	env->did = did;
	all_safe();
}

void power_back(uint32_t seed)
{
	char shm[PATH + 8];
	size_t i;

	w.roll = seed * 2654435761u + 1;
	w.out = false;
	for (i = 0; i < ARRAY_LEN(w.base); i++)
		base_back(&w.base[i], seed);
	for (i = 0; i < w.nname; i++)
		name_back(&w.name[i], seed);
	for (i = 0; i < ARRAY_LEN(w.dir); i++)
		each(w.dir[i], judge);
	/* Shared memory does not live through a cut. */
	snprintf(shm, sizeof(shm), "%s-shm", w.base[0].path);
	(void)unlink(shm);
	w.cut_at = 0;
	all_safe();
}

void power_end(void)
{
	size_t i;

	if (!w.env)
		return;
	w.env->fault = NULL;
	w.env->did = NULL;
	w.env = NULL;
	w.out = false;
	w.lie = false;
	for (i = 0; i < w.ninode; i++)
		free(w.inode[i].safe.p);
	for (i = 0; i < ARRAY_LEN(w.base); i++) {
		forget(&w.base[i]);
		free(w.base[i].v);
		free(w.base[i].safe.p);
	}
	free(w.inode);
	free(w.name);
	memset(&w, 0, sizeof(w));
}
