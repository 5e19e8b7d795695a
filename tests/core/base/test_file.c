/* Small files, the append-only file and the lock, whole and failing. */
#include "../../../core/base/file.h"

#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct env env;

static int set_up(void **state)
{
	(void)state;
	scratch_begin();
	env_fixed(&env, (struct utc){ 1 }, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	env_release(&env);
	scratch_end();
	return 0;
}

static void holds(const char *path, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	int (*keep)(struct env *, const char *) = env.fault;

	env.fault = NULL;
	assert_int_equal(file_read(&env, path, &b, &err), MQ_OK);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
	env.fault = keep;
}

static void writes_and_reads(void **state)
{
	const char *path = scratch_path("a");
	struct buf b = BUF_INIT(4);
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_false(file_exists(path));
	assert_int_equal(file_read(&env, path, &b, &err), MQ_E_NOT_FOUND);
	assert_int_equal(file_write(&env, path, "民情账", 9, 0600, &err),
	    MQ_OK);
	assert_true(file_exists(path));
	holds(path, "民情账");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_write(&env, path, "", 0, 0644, &err), MQ_OK);
	holds(path, "");
	assert_int_equal(file_write(&env, path, "12345", 5, 0644, &err),
	    MQ_OK);
	assert_int_equal(file_read(&env, path, &b, &err), MQ_E_TOO_BIG);
	buf_free(&b);
}

/* Whatever fails, the file is the old one or the new one, and no other file
 * is left behind. */
static void survives_every_failure(void **state)
{
	const char *path = scratch_path("b");
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT(BUF_SMALL);
	enum mq_status rc;
	char tmp[64];
	int n;

	(void)state;
	(void)snprintf(tmp, sizeof(tmp), "b.tmp.%ld", (long)getpid());
	for (n = 1; n < 20; n++) {
		scratch_fail(&env, NULL, 0, 0);
		assert_int_equal(file_write(&env, path, "old", 3, 0600,
		    &err), MQ_OK);
		scratch_fail(&env, NULL, n, ENOSPC);
		rc = file_write(&env, path, "new", 3, 0600, &err);
		if (scratch_asked() < n)
			break;
		assert_int_equal(rc, MQ_E_DISK_FULL);
		env.fault = NULL;
		assert_int_equal(file_read(&env, path, &b, &err), MQ_OK);
		assert_true(strcmp(buf_str(&b), "old") == 0 ||
		    strcmp(buf_str(&b), "new") == 0);
		assert_false(file_exists(scratch_path(tmp)));
	}
	assert_true(n > 4);
	assert_int_equal(rc, MQ_OK);
	env.fault = NULL;
	buf_free(&b);
}

static void makes_folders(void **state)
{
	struct err err = ERR_INIT;
	char deep[600];

	(void)state;
	file_join(deep, sizeof(deep), scratch_path("x"), "y");
	assert_int_equal(file_mkdirs(&env, deep, 0700, &err), MQ_OK);
	assert_int_equal(file_mkdirs(&env, deep, 0700, &err), MQ_OK);
	assert_true(file_exists(deep));
	assert_int_equal(rmdir(deep), 0);
	assert_int_equal(file_write(&env, deep, "f", 1, 0600, &err), MQ_OK);
	assert_int_equal(file_mkdirs(&env, deep, 0700, &err), MQ_E_IO);
	assert_int_equal(unlink(deep), 0);
	assert_int_equal(rmdir(scratch_path("x")), 0);
	file_join(deep, sizeof(deep), "/", "a");
	assert_string_equal(deep, "/a");
	file_join(deep, sizeof(deep), "a//", "b");
	assert_string_equal(deep, "a/b");
}

static void appends_whole_records(void **state)
{
	const char *path = scratch_path("log");
	struct err err = ERR_INIT;
	struct file_log log;

	(void)state;
	assert_int_equal(file_log_open(&env, path, &log, &err), MQ_OK);
	assert_int_equal(log.len, 0);
	assert_int_equal(file_log_add(&env, &log, "one\n", 4, &err), MQ_OK);
	scratch_fail(&env, "write", 1, ENOSPC);
	assert_int_equal(file_log_add(&env, &log, "two\n", 4, &err),
	    MQ_E_DISK_FULL);
	scratch_fail(&env, "fsync", 1, EIO);
	assert_int_equal(file_log_sync(&env, &log, &err), MQ_E_IO);
	env.fault = NULL;
	assert_int_equal(file_log_sync(&env, &log, &err), MQ_OK);
	assert_int_equal(file_log_add(&env, &log, "three\n", 6, &err),
	    MQ_OK);
	assert_int_equal(log.len, 10);
	file_log_close(&log);
	file_log_close(&log);
	holds(path, "one\nthree\n");
	assert_int_equal(file_log_open(&env, path, &log, &err), MQ_OK);
	assert_int_equal(log.len, 10);
	file_log_close(&log);
}

/* Holds the lock in another process until told to stop. */
static pid_t holder(const char *path, int *tell)
{
	int up[2], down[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(up), 0);
	assert_int_equal(pipe(down), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct file_lock lock;

		(void)close(up[0]);
		(void)close(down[1]);
		if (file_lock_open(&env, path, &lock, NULL) != MQ_OK ||
		    file_lock_take(&env, &lock, 0, NULL) != MQ_OK ||
		    write(up[1], "x", 1) != 1)
			_exit(1);
		/* Ends when the other end is closed. */
		if (read(down[0], &c, 1) < 0)
			_exit(1);
		file_lock_close(&lock);
		_exit(0);
	}
	(void)close(up[1]);
	(void)close(down[0]);
	assert_int_equal(read(up[0], &c, 1), 1);
	(void)close(up[0]);
	*tell = down[1];
	return pid;
}

static void one_holder_at_a_time(void **state)
{
	const char *path = scratch_path("lock");
	struct err err = ERR_INIT;
	struct file_lock lock;
	char who[32];
	pid_t pid;
	int tell, status;

	(void)state;
	assert_int_equal(file_lock_open(&env, path, &lock, &err), MQ_OK);
	assert_int_equal(file_lock_take(&env, &lock, 0, &err), MQ_OK);
	assert_true(lock.held);
	file_lock_drop(&lock);
	assert_false(lock.held);
	file_lock_drop(&lock);

	pid = holder(path, &tell);
	assert_int_equal(file_lock_take(&env, &lock, 0, &err), MQ_E_LOCKED);
	(void)snprintf(who, sizeof(who), "pid %ld", (long)pid);
	assert_string_equal(err.detail, who);
	assert_int_equal(file_lock_take(&env, &lock, 20, &err),
	    MQ_E_LOCKED);
	assert_false(lock.held);
	/* Let go while we wait: ours. */
	(void)close(tell);
	assert_int_equal(file_lock_take(&env, &lock, 10000, &err), MQ_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	file_lock_close(&lock);
	assert_int_equal(lock.fd, -1);
	file_lock_close(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(survives_every_failure),
		cmocka_unit_test(makes_folders),
		cmocka_unit_test(appends_whole_records),
		cmocka_unit_test(one_holder_at_a_time),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
