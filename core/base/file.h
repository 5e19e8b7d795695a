/*
 * Small files done safely: whole reads with a cap, writes by temporary file,
 * fsync, rename, fsync of the folder.  The database file is never opened
 * here (POSIX locks would vanish).
 */
#ifndef MQ_FILE_H
#define MQ_FILE_H

#include "buf.h"
#include "env.h"
#include "err.h"

enum mq_status file_read(struct env *env, const char *path, struct buf *out,
    struct err *err) MUST_CHECK;		/* cap is out->max */
enum mq_status file_write(struct env *env, const char *path, const void *p,
    size_t n, unsigned mode, struct err *err) MUST_CHECK;
enum mq_status file_mkdirs(struct env *env, const char *path, unsigned mode,
    struct err *err) MUST_CHECK;
bool file_exists(const char *path);
/* dir + "/" + name. */
void file_join(char *out, size_t size, const char *dir, const char *name);

/* Append-only file, for drafts: one fd kept open. */
struct file_log { int fd; int64_t len; };
enum mq_status file_log_open(struct env *env, const char *path,
    struct file_log *log, struct err *err) MUST_CHECK;
enum mq_status file_log_add(struct env *env, struct file_log *log,
    const void *p, size_t n, struct err *err) MUST_CHECK;
enum mq_status file_log_sync(struct env *env, struct file_log *log,
    struct err *err) MUST_CHECK;
void file_log_close(struct file_log *log);

/* One flock on a file of its own.  wait_ms 0: try once. MQ_E_LOCKED names the
 * holder's process when known.  fd is -1 when not held. */
struct file_lock { int fd; bool held; };
enum mq_status file_lock_open(struct env *env, const char *path,
    struct file_lock *lock, struct err *err) MUST_CHECK;
enum mq_status file_lock_take(struct env *env, struct file_lock *lock,
    int wait_ms, struct err *err) MUST_CHECK;
void file_lock_drop(struct file_lock *lock);
void file_lock_close(struct file_lock *lock);

#endif
