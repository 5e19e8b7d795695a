/*
 * The failing disk: SQLite's default file layer with a counter in front.
 */
#include "bad_disk.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "power.h"

struct shim {
	sqlite3_file base;
	sqlite3_file *real;	/* lies behind this struct */
	const char *path;	/* NULL: of no name */
};

static sqlite3_vfs vfs;
static sqlite3_vfs *below;
static int watched, fail_at, fail_on, disk_full, seen;
static int then_ops, then_times;
static long long bytes;

void bad_disk_fail(int ops, int n, int for_good, int full)
{
	watched = ops;
	fail_at = n;
	fail_on = for_good;
	disk_full = full;
	seen = 0;
	then_ops = 0;
	then_times = 0;
}

void bad_disk_then(int ops, int times)
{
	then_ops = ops;
	then_times = times;
}

long long bad_disk_bytes(void)
{
	return bytes;
}

int bad_disk_seen(void)
{
	return seen;
}

static int fails(int op)
{
	if (fail_at != 0 && seen >= fail_at && (then_ops & op) != 0 &&
	    then_times != 0) {
		if (then_times > 0)
			then_times--;
		return 1;
	}
	if ((watched & op) == 0)
		return 0;
	seen++;
	if (fail_at == 0)
		return 0;
	return seen == fail_at || (fail_on && seen > fail_at);
}

static sqlite3_file *real(sqlite3_file *f)
{
	return ((struct shim *)f)->real;
}

static const char *path_of(sqlite3_file *f)
{
	return ((struct shim *)f)->path;
}

static int shim_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), p, n, at);
}

static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails(BAD_WRITE))
		return disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	if (!power_write(path_of(f), p, n, at))
		return SQLITE_IOERR_WRITE;
	bytes += n;
	return real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (fails(BAD_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	if (!power_truncate(path_of(f), size))
		return SQLITE_IOERR_TRUNCATE;
	return real(f)->pMethods->xTruncate(real(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
	bool keep;

	if (fails(BAD_SYNC) || !power_sync(path_of(f), &keep))
		return SQLITE_IOERR_FSYNC;
	if (!keep)
		return SQLITE_OK;
	return real(f)->pMethods->xSync(real(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int shim_lock(sqlite3_file *f, int how)
{
	return real(f)->pMethods->xLock(real(f), how);
}

static int shim_unlock(sqlite3_file *f, int how)
{
	return real(f)->pMethods->xUnlock(real(f), how);
}

static int shim_reserved(sqlite3_file *f, int *out)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int shim_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int shim_traits(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int shim_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **out)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void shim_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int shim_unmap(sqlite3_file *f, int delete)
{
	return real(f)->pMethods->xShmUnmap(real(f), delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
	.xShmMap = shim_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_barrier,
	.xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *self, const char *name, sqlite3_file *f,
    int flags, int *out)
{
	struct shim *s = (struct shim *)f;
	int rc;

	(void)self;
	s->base.pMethods = NULL;
	if (fails(BAD_OPEN) || !power_on())
		return SQLITE_CANTOPEN;
	s->path = name;
	s->real = (sqlite3_file *)(s + 1);
	rc = below->xOpen(below, name, s->real, flags, out);
	if (rc == SQLITE_OK)
		s->base.pMethods = &methods;
	return rc;
}

void bad_disk_install(void)
{
	if (below != NULL)
		return;
	below = sqlite3_vfs_find(NULL);
	if (below == NULL)
		abort();
	/* All but opening is the layer below, which finds its own data by
	 * the pointer that is copied along. */
	vfs = *below;
	vfs.zName = "bad-disk";
	vfs.szOsFile = (int)sizeof(struct shim) + below->szOsFile;
	vfs.xOpen = shim_open;
	vfs.pNext = NULL;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
