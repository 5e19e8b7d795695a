/*
 * What a station does to a computer: the process killed at any moment, the
 * disk full or read-only, the ledger held by another program.  Whatever was
 * acknowledged is there, whole saves only, and the words say what is wrong.
 */
#include "../../core/save.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/ballast.h"
#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/draft.h"
#include "../../core/ledger.h"
#include "../lib/deeds.h"

#define KILLS 200
#define SAVES_MAX 12		/* of one child: a small ledger */
#define DEADLINE_MS 20000
#define NOBODY 65534
#define SKIPPED 77		/* a child that may not do what it should */

static struct nodes_one one;
static struct save_result res;

static uint32_t roll(uint32_t sides)
{
	uint32_t v;

	one.env.random(&one.env, &v, sizeof(v));
	return v % sides;
}

static int64_t entries(void)
{
	struct ledger_report rep;
	struct err err = ERR_INIT;

	nodes_ok(ledger_verify(one.n, NULL, NULL, &rep, &err), &err);
	return rep.entries;
}

static void open_node(void)
{
	struct err err = ERR_INIT;

	nodes_ok(node_open(&one.env, one.dir, 0, &one.n, &err), &err);
}

/* ---- kill -9 ---- */

/* Saves and says so, until it is shot; never comes back. */
static void child_saves(int fd, int64_t who)
{
	struct err err = ERR_INIT;
	int i;

	if (node_open(&one.env, one.dir, 0, &one.n, &err))
		_exit(1);
	for (i = 0; i < SAVES_MAX; i++) {
		int64_t seq;

		env_advance(&one.env, MS_MINUTE);
		if (deeds_visit(&one, who, &res, &err))
			_exit(1);
		seq = res.first.seq + res.n - 1;
		if (write(fd, &seq, sizeof(seq)) != sizeof(seq))
			_exit(1);
	}
	for (;;)
		pause();
}

/* The last acknowledgement in the pipe; waits for `want` of them, then a
 * random bit longer before it shoots. */
static int64_t shoot(pid_t pid, int fd, int want)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec bit = { 0, (long)roll(6000) * 1000 };
	int64_t seq, last = 0;
	int status;

	while (want-- > 0) {
		assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
		assert_int_equal(read(fd, &seq, sizeof(seq)), sizeof(seq));
		last = seq;
	}
	nanosleep(&bit, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(fd, &seq, sizeof(seq)) == sizeof(seq))
		last = seq;
	return last;
}

static void killed_at_any_moment(void **state)
{
	int64_t who, last, acked = 0;
	int i, fds[2];
	pid_t pid;

	(void)state;
	nodes_make(&one, 101, NULL);
	who = deeds_person(&one, "王秀英", "301");
	for (i = 0; i < KILLS; i++) {
		node_close(&one.n);
		env_advance(&one.env, SAVES_MAX * MS_MINUTE);
		assert_int_equal(pipe(fds), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(fds[0]);
			child_saves(fds[1], who);
		}
		close(fds[1]);
		last = shoot(pid, fds[0], (int)roll(4));
		close(fds[0]);
		acked = last ? last : acked;
		open_node();
		assert_true(node_meta(one.n, "head_seq") >= acked);
		/* household, person, then saves of three */
		assert_int_equal((node_meta(one.n, "head_seq") - 2) % 3, 0);
		assert_false(ledger_tail_lost(one.n));
		if (i % 20 == 19)
			assert_true(entries() >= acked);
		if (i % 50 == 49) {
			struct err err = ERR_INIT;

			nodes_ok(db_checkpoint(one.n->db, &err), &err);
		}
	}
	assert_true(entries() >= acked);
	nodes_free(&one);
}

/* What was typed and synced is there after a kill. */
static void drafts_survive(void **state)
{
	struct drafts *d = NULL;
	struct draft x;
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	(void)state;
	nodes_make(&one, 101, NULL);
	pid = fork();
	assert_true(pid >= 0);
	memset(&x, 0, sizeof(x));
	if (pid == 0) {
		x.number = 1;
		xcopy(x.kind, sizeof(x.kind), "visit");
		fields_set(&x.f, "note", "写到一半，停电了");
		if (draft_open(one.n, "1001", &d, &err) ||
		    draft_put(d, &x, &err) || draft_sync(d, true, &err))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	nodes_ok(draft_open(one.n, "1001", &d, &err), &err);
	assert_int_equal(draft_count(d), 1);
	assert_string_equal(fields_text(&draft_at(d, 0)->f, "note"),
	    "写到一半，停电了");
	draft_close(&d);
	nodes_free(&one);
}

/* ---- in a child of its own, because it changes the whole process ---- */

static int in_child(int (*deed)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(deed());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool says(const struct err *err, const char *word)
{
	char zh[600];

	err_say(err, LANG_ZH, zh, sizeof(zh));
	return strstr(zh, word) != NULL;
}

/* ---- full disk ---- */

static int copy_file(const char *from, const char *to)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	enum mq_status st;

	st = file_read(&one.env, from, &b, &err);
	if (!st)
		st = file_write(&one.env, to, b.data, b.len, 0600, &err);
	buf_free(&b);
	return st ? 1 : 0;
}

/* The node moved to a file system of 2 MiB that nobody else sees. */
static int move_to_small_disk(void)
{
	static const char *const files[] = { "node.ini", "node.key",
	    "ledger.db", "ledger.lock" };
	char dir[300], from[400], to[400];
	size_t i;

	snprintf(dir, sizeof(dir), "%s/small", one.dir);
	if (mkdir(dir, 0700) || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=2m"))
		return SKIPPED;
	for (i = 0; i < ARRAY_LEN(files); i++) {
		file_join(from, sizeof(from), one.dir, files[i]);
		file_join(to, sizeof(to), dir, files[i]);
		if (copy_file(from, to))
			return 1;
	}
	xcopy(one.dir, sizeof(one.dir), dir);
	return 0;
}

static int until_full(void)
{
	char path[400];
	struct err err = ERR_INIT;
	enum mq_status st = MQ_OK;
	int64_t acked = 0, who, before;
	int i, code = move_to_small_disk();

	if (code)
		return code;
	if (node_open(&one.env, one.dir, 0, &one.n, &err))
		return 2;
	who = deeds_person(&one, "王秀英", "301");
	before = entries();
	for (i = 0; i < 500 && st == MQ_OK; i++) {
		env_advance(&one.env, MS_MINUTE);
		st = deeds_visit(&one, who, &res, &err);
		acked += st == MQ_OK;
	}
	if (st != MQ_E_DISK_FULL || !says(&err, "磁盘满") || acked == 0)
		return 3;
	if (entries() != before + 3 * acked)
		return 4;
	nodes_reopen(&one);
	if (entries() != before + 3 * acked)
		return 5;
	/* Room was kept: it is given up, and what is at hand is saved. */
	if (mount("tmpfs", one.dir, "tmpfs", MS_REMOUNT, "size=160m"))
		return 6;
	ballast_make(one.n);
	file_join(path, sizeof(path), one.dir, "ballast");
	if (!file_exists(path) ||
	    mount("tmpfs", one.dir, "tmpfs", MS_REMOUNT, "size=18m"))
		return 9;
	for (i = 0; i < 500 && file_exists(path); i++)
		if (deeds_visit(&one, who, &res, &err))
			return 10;
		else
			acked++;
	if (file_exists(path))
		return 11;
	/* Room again: the same node goes on. */
	if (mount("tmpfs", one.dir, "tmpfs", MS_REMOUNT, "size=64m"))
		return 6;
	if (deeds_visit(&one, who, &res, &err))
		return 7;
	if (entries() != before + 3 * acked + 3)
		return 8;
	node_close(&one.n);
	return 0;
}

static void on_a_full_disk(void **state)
{
	struct err err = ERR_INIT;
	int code;

	(void)state;
	nodes_make(&one, 101, NULL);
	nodes_ok(db_checkpoint(one.n->db, &err), &err);
	node_close(&one.n);
	code = in_child(until_full);
	nodes_free(&one);
	if (code == SKIPPED) {
		print_message("no right to mount a small disk\n");
		skip();
	}
	assert_int_equal(code, 0);
}

/* ---- read-only ---- */

static int read_only(void)
{
	struct err err = ERR_INIT;
	const char *const pairs[] = { "choice", "water", NULL };

	if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
		return SKIPPED;
	/* The source may lie where nobody but root may look. */
	if (access(node_packs_dir(), R_OK | X_OK) != 0)
		return SKIPPED;
	if (node_open(&one.env, one.dir, 0, &one.n, &err))
		return 2;
	if (!one.n->read_only || entries() != 2)
		return 3;
	if (deeds_open(&one, "tap", pairs, NULL, &err) != MQ_E_READ_ONLY ||
	    !says(&err, "只读"))
		return 4;
	node_close(&one.n);
	return 0;
}

static void make_read_only(const char *name, mode_t mode)
{
	char path[400];

	file_join(path, sizeof(path), one.dir, name);
	if (file_exists(path))
		assert_int_equal(chmod(path, mode), 0);
}

/* `bare`: without what SQLite keeps beside a ledger in use. */
static void try_read_only(bool bare)
{
	static const char *const files[] = { "node.ini", "node.key",
	    "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock" };
	static const char *const beside[] = { "ledger.db-wal",
	    "ledger.db-shm", "ledger.lock" };
	char path[400];
	struct err err = ERR_INIT;
	size_t i;
	int code;

	nodes_make(&one, 101, NULL);
	(void)deeds_person(&one, "王秀英", "301");
	nodes_ok(db_checkpoint(one.n->db, &err), &err);
	node_close(&one.n);
	for (i = 0; i < ARRAY_LEN(files); i++)
		make_read_only(files[i], 0444);
	for (i = 0; bare && i < ARRAY_LEN(beside); i++) {
		file_join(path, sizeof(path), one.dir, beside[i]);
		(void)unlink(path);
	}
	assert_int_equal(chmod(one.dir, 0555), 0);
	code = in_child(read_only);
	assert_int_equal(chmod(one.dir, 0755), 0);
	if (code != SKIPPED)
		assert_int_equal(code, 0);
	nodes_free(&one);
}

static void in_a_read_only_folder(void **state)
{
	(void)state;
	try_read_only(false);
	try_read_only(true);
}

/* ---- held by another program ---- */

static pid_t hold_lock(int *gone)
{
	char path[400];
	int fds[2], back[2];
	char c;
	pid_t pid;

	file_join(path, sizeof(path), one.dir, "ledger.lock");
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pipe(back), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_RDWR | O_CLOEXEC);

		close(back[1]);
		if (fd < 0 || flock(fd, LOCK_EX) || write(fds[1], "x", 1) != 1)
			_exit(1);
		while (read(back[0], &c, 1) > 0)
			;
		_exit(0);
	}
	close(fds[1]);
	close(back[0]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	close(fds[0]);
	*gone = back[1];
	return pid;
}

static void while_another_holds_the_ledger(void **state)
{
	struct timespec from, to;
	struct err err = ERR_INIT;
	int64_t who, before;
	int gone, status;
	pid_t pid;

	(void)state;
	nodes_make(&one, 101, NULL);
	who = deeds_person(&one, "王秀英", "301");
	before = entries();
	pid = hold_lock(&gone);
	db_set_wait(one.n->db, 200);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(deeds_visit(&one, who, &res, &err), MQ_E_LOCKED);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(to.tv_sec - from.tv_sec < 10);
	assert_true(says(&err, "占用") && says(&err, "没有保存"));
	assert_int_equal(entries(), before);
	close(gone);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	nodes_ok(deeds_visit(&one, who, &res, &err), &err);
	assert_int_equal(entries(), before + 3);
	nodes_free(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_any_moment),
		cmocka_unit_test(drafts_survive),
		cmocka_unit_test(on_a_full_disk),
		cmocka_unit_test(in_a_read_only_folder),
		cmocka_unit_test(while_another_holds_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
