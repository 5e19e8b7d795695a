/*
 * Small files and the lock.  Called by log, ini, csv, draft, bell, pack and
 * the database's writer lock.
 */
#include "file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The injected failure of this operation, or 0. */
static int fault(struct env *env, const char *point)
{
	return env != NULL && env->fault != NULL ? env->fault(env, point) : 0;
}

static enum mq_status failed(struct err *err, int sys, const char *path)
{
	return err_sys(err, sys, sys == ENOENT ? MQ_E_NOT_FOUND : MQ_E_IO,
	    "%s (%s)", path, strerror(sys));
}

static int open_file(struct env *env, const char *path, int flags, mode_t mode)
{
	int fd;

	errno = fault(env, "open");
	if (errno != 0)
		return -1;
	do {
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

static int write_all(struct env *env, int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t got;
	int bad = fault(env, "write");

	if (bad != 0)
		return bad;
	while (n > 0) {
		got = write(fd, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			return EIO;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

static void synced(struct env *env, int fd)
{
	if (env != NULL && env->did != NULL)
		env->did(env, "fsync", fd);
}

static int sync_fd(struct env *env, int fd)
{
	int bad = fault(env, "fsync");

	if (bad != 0)
		return bad;
	if (fsync(fd) != 0)
		return errno;
	synced(env, fd);
	return 0;
}

enum mq_status file_read(struct env *env, const char *path, struct buf *out,
    struct err *err)
{
	char chunk[16 * 1024];
	ssize_t got;
	int fd, bad = 0;

	buf_reset(out);
	fd = open_file(env, path, O_RDONLY, 0);
	if (fd < 0)
		return failed(err, errno, path);
	bad = fault(env, "read");
	while (bad == 0 && !out->over) {
		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			buf_add(out, chunk, (size_t)got);
		else if (got == 0)
			break;
		else if (errno != EINTR)
			bad = errno;
	}
	(void)close(fd);
	if (bad != 0)
		return failed(err, bad, path);
	if (out->over)
		return err_set(err, MQ_E_TOO_BIG, "%s", path);
	return MQ_OK;
}

/* A rename is durable only when the folder is on the disk too. */
static int sync_folder(struct env *env, const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	int fd, bad;

	if (n >= sizeof(dir))
		return ENAMETOOLONG;
	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else
		(void)snprintf(dir, sizeof(dir), "%.*s", n == 0 ? 1 : (int)n,
		    path);
	fd = open_file(env, dir, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return errno;
	bad = sync_fd(env, fd);
	(void)close(fd);
	return bad;
}

static int write_beside(struct env *env, const char *tmp, const void *p,
    size_t n, unsigned mode)
{
	int fd, bad;

	/* One of that name is left of a crash with the same process id. */
	(void)unlink(tmp);
	fd = open_file(env, tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return errno;
	bad = write_all(env, fd, p, n);
	if (bad == 0 && fchmod(fd, (mode_t)mode) != 0)
		bad = errno;
	if (bad == 0)
		bad = sync_fd(env, fd);
	if (close(fd) != 0 && bad == 0)
		bad = errno;
	return bad;
}

enum mq_status file_write(struct env *env, const char *path, const void *p,
    size_t n, unsigned mode, struct err *err)
{
	char tmp[4096];
	int len, bad;

	len = snprintf(tmp, sizeof(tmp), "%s.tmp.%ld", path, (long)getpid());
	if (len < 0 || (size_t)len >= sizeof(tmp))
		return failed(err, ENAMETOOLONG, path);
	bad = write_beside(env, tmp, p, n, mode);
	if (bad == 0)
		bad = fault(env, "rename");
	if (bad == 0 && rename(tmp, path) != 0)
		bad = errno;
	if (bad != 0) {
		(void)unlink(tmp);
		return failed(err, bad, path);
	}
	bad = sync_folder(env, path);
	return bad == 0 ? MQ_OK : failed(err, bad, path);
}

static int make_dir(struct env *env, const char *path, unsigned mode)
{
	struct stat st;
	int bad;

	/* mkdir in a read-only or closed parent fails with other words than
	 * EEXIST, so look first. */
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	bad = fault(env, "mkdir");
	if (bad != 0)
		return bad;
	if (mkdir(path, (mode_t)mode) == 0 || errno == EEXIST)
		return 0;
	return errno;
}

enum mq_status file_mkdirs(struct env *env, const char *path, unsigned mode,
    struct err *err)
{
	char part[4096];
	size_t i, n = strlen(path);
	int bad;

	if (n == 0 || n >= sizeof(part))
		return failed(err, n == 0 ? ENOENT : ENAMETOOLONG, path);
	for (i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		bad = make_dir(env, part, mode);
		if (bad != 0)
			return failed(err, bad, part);
	}
	return MQ_OK;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

void file_join(char *out, size_t size, const char *dir, const char *name)
{
	size_t n = strlen(dir);
	int len;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	len = snprintf(out, size, "%.*s%s%s", (int)n, dir,
	    n == 1 && dir[0] == '/' ? "" : "/", name);
	assert(len >= 0 && (size_t)len < size);
}

/* ---- append-only file ---- */

enum mq_status file_log_open(struct env *env, const char *path,
    struct file_log *log, struct err *err)
{
	struct stat st;

	log->len = 0;
	log->fd = open_file(env, path, O_RDWR | O_CREAT | O_APPEND, 0600);
	if (log->fd < 0)
		return failed(err, errno, path);
	if (fstat(log->fd, &st) != 0) {
		enum mq_status rc = failed(err, errno, path);

		file_log_close(log);
		return rc;
	}
	log->len = (int64_t)st.st_size;
	return MQ_OK;
}

enum mq_status file_log_add(struct env *env, struct file_log *log,
    const void *p, size_t n, struct err *err)
{
	int bad;

	assert(log->fd >= 0);
	bad = write_all(env, log->fd, p, n);
	if (bad != 0) {
		/* Half a record would spoil the next one: take it back.  If
		 * even that fails the reader's own check finds it. */
		int again = ftruncate(log->fd, (off_t)log->len);

		(void)again;
		return err_sys(err, bad, MQ_E_IO, "%s", strerror(bad));
	}
	log->len += (int64_t)n;
	return MQ_OK;
}

enum mq_status file_log_sync(struct env *env, struct file_log *log,
    struct err *err)
{
	int bad;

	assert(log->fd >= 0);
	bad = fault(env, "fsync");
	if (bad == 0 && fdatasync(log->fd) != 0)
		bad = errno;
	if (bad != 0)
		return err_sys(err, bad, MQ_E_IO, "%s", strerror(bad));
	synced(env, log->fd);
	return MQ_OK;
}

void file_log_close(struct file_log *log)
{
	if (log->fd >= 0)
		(void)close(log->fd);
	log->fd = -1;
	log->len = 0;
}

/* ---- the lock ---- */

enum mq_status file_lock_open(struct env *env, const char *path,
    struct file_lock *lock, struct err *err)
{
	lock->held = false;
	lock->fd = open_file(env, path, O_RDWR | O_CREAT, 0600);
	return lock->fd >= 0 ? MQ_OK : failed(err, errno, path);
}

/* The holder writes its process id for the message others show.  Rewritten
 * only when somebody else held it last, so that a save costs no write here. */
static void sign_lock(int fd)
{
	char mine[16], there[16] = "";
	ssize_t n;

	(void)snprintf(mine, sizeof(mine), "%-14ld\n", (long)getpid());
	n = pread(fd, there, sizeof(there) - 1, 0);
	if (n == 15 && memcmp(mine, there, 15) == 0)
		return;
	if (pwrite(fd, mine, 15, 0) != 15)
		return;		/* a message without a number: no harm */
}

static enum mq_status say_locked(struct err *err, int fd)
{
	char there[16] = "";
	long pid = 0;

	if (pread(fd, there, sizeof(there) - 1, 0) > 0)
		pid = strtol(there, NULL, 10);
	if (pid <= 0)
		return err_set(err, MQ_E_LOCKED, NULL);
	return err_set(err, MQ_E_LOCKED, "pid %ld", pid);
}

enum mq_status file_lock_take(struct env *env, struct file_lock *lock,
    int wait_ms, struct err *err)
{
	int slept = 0, nap = 1, bad;

	assert(lock->fd >= 0 && !lock->held);
	bad = fault(env, "lock");
	if (bad != 0)
		return err_sys(err, bad, MQ_E_LOCKED, "%s", strerror(bad));
	for (;;) {
		struct timespec ts = { 0, 0 };

		if (flock(lock->fd, LOCK_EX | LOCK_NB) == 0)
			break;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, errno, MQ_E_IO, "flock (%s)",
			    strerror(errno));
		/* Counted by naps, not by a clock: a fixed env stands still. */
		if (slept >= wait_ms)
			return say_locked(err, lock->fd);
		ts.tv_nsec = nap * 1000000L;
		(void)nanosleep(&ts, NULL);
		slept += nap;
		nap = nap < 8 ? nap * 2 : 8;
	}
	lock->held = true;
	sign_lock(lock->fd);
	return MQ_OK;
}

void file_lock_drop(struct file_lock *lock)
{
	if (!lock->held)
		return;
	(void)flock(lock->fd, LOCK_UN);
	lock->held = false;
}

void file_lock_close(struct file_lock *lock)
{
	file_lock_drop(lock);
	if (lock->fd >= 0)
		(void)close(lock->fd);
	lock->fd = -1;
}
