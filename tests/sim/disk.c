/*
 * The disk of the simulation.  See disk.h.
 */
#include "disk.h"

#include <assert.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../core/base/xmalloc.h"

#define NAME_MAX_ 512
#define SECTOR 512
#define SHM_REGIONS 64
#define FOLDERS 64

struct bytes { unsigned char *p; size_t n, cap; };

/* Written, not synced.  len -1: cut to `at` bytes. */
struct op { int64_t at; int len; unsigned char *p; };

struct disk_file {
	struct disk_file *next;
	char name[NAME_MAX_];
	struct bytes now, safe;
	struct op *ops;
	size_t nops, cap;
	int handles;
	bool nameless;
	/* locks */
	int shared;
	const void *reserved, *pending, *exclusive;
	/* shared memory of a database's log */
	void *shm[SHM_REGIONS];
	int mapped, shm_shared[SQLITE_SHM_NLOCK];
	const void *shm_owner[SQLITE_SHM_NLOCK];
};

struct folder { char name[NAME_MAX_]; int die_in; bool dead; };

struct handle {
	sqlite3_file base;
	struct disk_file *f;
	int level;
	bool mapped;
	unsigned shared, exclusive;	/* masks of shm locks */
};

static struct disk_file *files;
static struct folder folders[FOLDERS];
static size_t nfolders;
static sqlite3_vfs vfs, *below;

/* ---- bytes ---- */

static void set_size(struct bytes *b, size_t n)
{
	if (n > b->cap) {
		b->p = xgrow(b->p, &b->cap, n < 65536 ? 65536 : n, 1);
	}
	if (n > b->n)
		memset(b->p + b->n, 0, n - b->n);
	b->n = n;
}

static void put(struct bytes *b, int64_t at, const void *p, size_t n)
{
	if ((size_t)at + n > b->n)
		set_size(b, (size_t)at + n);
	memcpy(b->p + at, p, n);
}

static void copy(struct bytes *to, const struct bytes *from)
{
	to->n = 0;
	set_size(to, from->n);
	if (from->n > 0)
		memcpy(to->p, from->p, from->n);
}

static void apply(struct bytes *b, const struct op *o, size_t len)
{
	if (o->len < 0)
		set_size(b, (size_t)o->at);
	else
		put(b, o->at, o->p, len);
}

static void drop_ops(struct disk_file *f)
{
	size_t i;

	for (i = 0; i < f->nops; i++)
		free(f->ops[i].p);
	f->nops = 0;
}

/* ---- files and folders ---- */

static bool is_in(const char *name, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(name, folder, n) == 0 && name[n] == '/' &&
	    strchr(name + n + 1, '/') == NULL;
}

static struct disk_file *find(const char *name)
{
	struct disk_file *f;

	for (f = files; f != NULL; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static struct disk_file *make(const char *name)
{
	struct disk_file *f = xcalloc(1, sizeof(*f));

	if (name != NULL)
		(void)xcopy(f->name, sizeof(f->name), name);
	f->nameless = name == NULL;
	f->next = files;
	files = f;
	return f;
}

static void destroy(struct disk_file *f)
{
	struct disk_file **at = &files;
	int i;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	drop_ops(f);
	for (i = 0; i < SHM_REGIONS; i++)
		free(f->shm[i]);
	free(f->ops);
	free(f->now.p);
	free(f->safe.p);
	free(f);
}

static struct folder *folder_of(const char *name)
{
	size_t i;

	for (i = 0; i < nfolders; i++)
		if (is_in(name, folders[i].name))
			return &folders[i];
	return NULL;
}

static struct folder *folder_named(const char *name)
{
	size_t i;

	for (i = 0; i < nfolders; i++)
		if (strcmp(folders[i].name, name) == 0)
			return &folders[i];
	assert(nfolders < FOLDERS);
	(void)xcopy(folders[nfolders].name, NAME_MAX_, name);
	return &folders[nfolders++];
}

static bool is_dead(const struct disk_file *f)
{
	const struct folder *o = folder_of(f->name);

	return o != NULL && o->dead;
}

/* A change is about to happen: does it still? */
static bool dies(const struct disk_file *f)
{
	struct folder *o = folder_of(f->name);

	if (o == NULL)
		return false;
	if (o->die_in > 0 && --o->die_in == 0)
		o->dead = true;
	return o->dead;
}

void disk_die_at(const char *folder, int n)
{
	folder_named(folder)->die_in = n;
}

int disk_is_dead(const char *folder)
{
	return folder_named(folder)->dead;
}

void disk_kill(const char *folder)
{
	folder_named(folder)->dead = true;
}

void disk_revive(const char *folder)
{
	folder_named(folder)->dead = false;
	folder_named(folder)->die_in = 0;
}

void disk_power_cut(const char *folder, uint64_t (*next)(void *ctx), void *ctx)
{
	struct disk_file *f;
	size_t i;

	for (f = files; f != NULL; f = f->next) {
		if (!is_in(f->name, folder))
			continue;
		assert(f->handles == 0);
		for (i = 0; i < f->nops; i++) {
			uint64_t fate = next(ctx) % 4;
			size_t n = (size_t)(f->ops[i].len < 0 ? 0 :
			    f->ops[i].len);

			if (fate == 0)		/* torn */
				n = next(ctx) % (n / SECTOR + 1) * SECTOR;
			if (fate < 3 && (fate > 0 || n > 0))
				apply(&f->safe, &f->ops[i], n);
		}
		drop_ops(f);
		copy(&f->now, &f->safe);
	}
}

/* ---- images ---- */

struct image_file { char tail[64]; struct bytes b; };
struct disk_image { struct image_file f[8]; size_t n; };

struct disk_image *disk_image_take(const char *folder)
{
	struct disk_image *img = xcalloc(1, sizeof(*img));
	struct disk_file *f;

	for (f = files; f != NULL; f = f->next) {
		if (!is_in(f->name, folder))
			continue;
		assert(img->n < 8);
		(void)xcopy(img->f[img->n].tail, sizeof(img->f[0].tail),
		    f->name + strlen(folder) + 1);
		copy(&img->f[img->n++].b, &f->safe);
	}
	return img;
}

static void stand_in(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0) {
		(void)!write(fd, "s", 1);
		close(fd);
	}
}

void disk_image_put(const struct disk_image *img, const char *folder)
{
	char name[NAME_MAX_ + 80];
	size_t i;

	disk_drop(folder);
	for (i = 0; i < img->n; i++) {
		struct disk_file *f;

		(void)snprintf(name, sizeof(name), "%s/%s", folder,
		    img->f[i].tail);
		f = make(name);
		copy(&f->safe, &img->f[i].b);
		copy(&f->now, &img->f[i].b);
		if (strchr(img->f[i].tail, '-') == NULL)
			stand_in(name);
	}
}

void disk_image_free(struct disk_image **img)
{
	size_t i;

	if (*img == NULL)
		return;
	for (i = 0; i < (*img)->n; i++)
		free((*img)->f[i].b.p);
	free(*img);
	*img = NULL;
}

void disk_drop(const char *folder)
{
	struct disk_file *f, *next;

	for (f = files; f != NULL; f = next) {
		next = f->next;
		if (!is_in(f->name, folder))
			continue;
		assert(f->handles == 0);
		destroy(f);
	}
}

int disk_holds(const char *folder, const void *bytes, size_t n)
{
	struct disk_file *f;

	for (f = files; f != NULL; f = f->next)
		if (is_in(f->name, folder) && f->now.n >= n &&
		    memmem(f->now.p, f->now.n, bytes, n) != NULL)
			return 1;
	return 0;
}

/* ---- SQLite's file ---- */

static struct handle *of(sqlite3_file *f)
{
	return (struct handle *)f;
}

static void release_shm(struct handle *h, unsigned mask)
{
	int i;

	for (i = 0; i < SQLITE_SHM_NLOCK; i++) {
		if ((mask & h->shared & 1u << i) != 0)
			h->f->shm_shared[i]--;
		if ((mask & h->exclusive & 1u << i) != 0)
			h->f->shm_owner[i] = NULL;
	}
	h->shared &= ~mask;
	h->exclusive &= ~mask;
}

static void unmap(struct handle *h)
{
	struct disk_file *f = h->f;
	int i;

	release_shm(h, ~0u);
	if (!h->mapped)
		return;
	h->mapped = false;
	if (--f->mapped > 0)
		return;
	for (i = 0; i < SHM_REGIONS; i++)
		FREE(f->shm[i]);
}

static int d_unlock(sqlite3_file *sf, int level)
{
	struct handle *h = of(sf);
	struct disk_file *f = h->f;

	if (h->level > SQLITE_LOCK_SHARED && level <= SQLITE_LOCK_SHARED) {
		if (f->reserved == h)
			f->reserved = NULL;
		if (f->pending == h)
			f->pending = NULL;
		if (f->exclusive == h)
			f->exclusive = NULL;
	}
	if (h->level >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE)
		f->shared--;
	if (level < h->level)
		h->level = level;
	return SQLITE_OK;
}

static int d_lock(sqlite3_file *sf, int level)
{
	struct handle *h = of(sf);
	struct disk_file *f = h->f;

	if (level <= h->level)
		return SQLITE_OK;
	if (h->level == SQLITE_LOCK_NONE) {
		if ((f->exclusive != NULL && f->exclusive != h) ||
		    (f->pending != NULL && f->pending != h))
			return SQLITE_BUSY;
		f->shared++;
		h->level = SQLITE_LOCK_SHARED;
	}
	if (level >= SQLITE_LOCK_RESERVED && h->level < SQLITE_LOCK_RESERVED) {
		if (f->reserved != NULL && f->reserved != h)
			return SQLITE_BUSY;
		f->reserved = h;
		h->level = SQLITE_LOCK_RESERVED;
	}
	if (level == SQLITE_LOCK_EXCLUSIVE) {
		f->pending = h;
		if (f->shared > 1)
			return SQLITE_BUSY;
		f->exclusive = h;
		h->level = SQLITE_LOCK_EXCLUSIVE;
	}
	return SQLITE_OK;
}

static int d_reserved(sqlite3_file *sf, int *out)
{
	*out = of(sf)->f->reserved != NULL || of(sf)->f->exclusive != NULL;
	return SQLITE_OK;
}

static int d_close(sqlite3_file *sf)
{
	struct handle *h = of(sf);

	unmap(h);
	(void)d_unlock(sf, SQLITE_LOCK_NONE);
	h->f->handles--;
	if (h->f->nameless)
		destroy(h->f);
	return SQLITE_OK;
}

static int d_read(sqlite3_file *sf, void *p, int n, sqlite3_int64 at)
{
	const struct bytes *b = &of(sf)->f->now;
	size_t got = (size_t)at >= b->n ? 0 : b->n - (size_t)at;

	if (got > (size_t)n)
		got = (size_t)n;
	if (got > 0)
		memcpy(p, b->p + at, got);
	memset((char *)p + got, 0, (size_t)n - got);
	return got == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static void note(struct disk_file *f, int64_t at, const void *p, int len)
{
	struct op *o;

	f->ops = xgrow(f->ops, &f->cap, f->nops + 1, sizeof(*f->ops));
	o = &f->ops[f->nops++];
	*o = (struct op){ at, len, NULL };
	if (len > 0) {
		o->p = xmalloc((size_t)len);
		memcpy(o->p, p, (size_t)len);
	}
	apply(&f->now, o, (size_t)(len < 0 ? 0 : len));
}

static int d_write(sqlite3_file *sf, const void *p, int n, sqlite3_int64 at)
{
	if (dies(of(sf)->f))
		return SQLITE_IOERR_WRITE;
	note(of(sf)->f, at, p, n);
	return SQLITE_OK;
}

static int d_truncate(sqlite3_file *sf, sqlite3_int64 size)
{
	if (dies(of(sf)->f))
		return SQLITE_IOERR_TRUNCATE;
	note(of(sf)->f, size, NULL, -1);
	return SQLITE_OK;
}

static int d_sync(sqlite3_file *sf, int flags)
{
	struct disk_file *f = of(sf)->f;
	size_t i;

	(void)flags;
	if (dies(f))
		return SQLITE_IOERR_FSYNC;
	for (i = 0; i < f->nops; i++)
		apply(&f->safe, &f->ops[i], (size_t)(f->ops[i].len < 0 ? 0 :
		    f->ops[i].len));
	drop_ops(f);
	return SQLITE_OK;
}

static int d_size(sqlite3_file *sf, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)of(sf)->f->now.n;
	return SQLITE_OK;
}

static int d_control(sqlite3_file *sf, int op, void *arg)
{
	(void)sf;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int d_sector(sqlite3_file *sf)
{
	(void)sf;
	return 4096;
}

static int d_traits(sqlite3_file *sf)
{
	(void)sf;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int d_map(sqlite3_file *sf, int page, int size, int extend,
    void volatile **out)
{
	struct handle *h = of(sf);

	*out = NULL;
	if (page >= SHM_REGIONS)
		return SQLITE_IOERR_SHMMAP;
	if (!h->mapped) {
		h->mapped = true;
		h->f->mapped++;
	}
	if (h->f->shm[page] == NULL && extend)
		h->f->shm[page] = xcalloc(1, (size_t)size);
	*out = h->f->shm[page];
	return SQLITE_OK;
}

static int d_shm_lock(sqlite3_file *sf, int first, int n, int flags)
{
	struct handle *h = of(sf);
	unsigned mask = ((1u << n) - 1u) << first;
	int i;

	if ((flags & SQLITE_SHM_UNLOCK) != 0) {
		release_shm(h, mask);
		return SQLITE_OK;
	}
	for (i = first; i < first + n; i++) {
		bool own = (h->shared & 1u << i) != 0;

		if (h->f->shm_owner[i] != NULL && h->f->shm_owner[i] != h)
			return SQLITE_BUSY;
		if ((flags & SQLITE_SHM_EXCLUSIVE) != 0 &&
		    h->f->shm_shared[i] > (own ? 1 : 0))
			return SQLITE_BUSY;
	}
	for (i = first; i < first + n; i++) {
		if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
			h->f->shm_owner[i] = h;
			h->exclusive |= 1u << i;
		} else if ((h->shared & 1u << i) == 0) {
			h->f->shm_shared[i]++;
			h->shared |= 1u << i;
		}
	}
	return SQLITE_OK;
}

static void d_barrier(sqlite3_file *sf)
{
	(void)sf;
}

static int d_unmap(sqlite3_file *sf, int delete)
{
	(void)delete;
	unmap(of(sf));
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = d_close,
	.xRead = d_read,
	.xWrite = d_write,
	.xTruncate = d_truncate,
	.xSync = d_sync,
	.xFileSize = d_size,
	.xLock = d_lock,
	.xUnlock = d_unlock,
	.xCheckReservedLock = d_reserved,
	.xFileControl = d_control,
	.xSectorSize = d_sector,
	.xDeviceCharacteristics = d_traits,
	.xShmMap = d_map,
	.xShmLock = d_shm_lock,
	.xShmBarrier = d_barrier,
	.xShmUnmap = d_unmap,
};

static int v_open(sqlite3_vfs *self, const char *name, sqlite3_file *sf,
    int flags, int *out)
{
	struct handle *h = of(sf);
	struct disk_file *f = name != NULL ? find(name) : NULL;

	(void)self;
	memset(h, 0, sizeof(*h));
	if (f == NULL && name != NULL && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	if (f == NULL)
		f = make(name);
	if (is_dead(f))
		return SQLITE_CANTOPEN;
	if (name != NULL && (flags & SQLITE_OPEN_MAIN_DB) != 0)
		stand_in(name);
	f->handles++;
	h->f = f;
	h->base.pMethods = &methods;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *self, const char *name, int sync)
{
	struct disk_file *f = find(name);

	(void)self;
	(void)sync;
	if (f == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	if (dies(f))
		return SQLITE_IOERR_DELETE;
	if (f->handles > 0)
		return SQLITE_IOERR_DELETE;
	destroy(f);
	return SQLITE_OK;
}

static int v_access(sqlite3_vfs *self, const char *name, int flags, int *out)
{
	const struct disk_file *f = find(name);

	(void)self;
	*out = f != NULL && (flags != SQLITE_ACCESS_EXISTS || f->now.n > 0);
	return SQLITE_OK;
}

void disk_install(void)
{
	if (below != NULL)
		return;
	below = sqlite3_vfs_find(NULL);
	assert(below != NULL);
	vfs = *below;
	vfs.zName = "sim-disk";
	vfs.szOsFile = (int)sizeof(struct handle);
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	vfs.xAccess = v_access;
	vfs.pNext = NULL;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
