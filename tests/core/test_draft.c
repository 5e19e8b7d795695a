/*
 * Drafts: what was synced is there after a cut at any byte, after a kill,
 * on a full disk; nothing of it can be read without the key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/draft.h"
#include "../lib/nodes.h"

static struct nodes_one x;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static struct drafts *open_for(const char *by)
{
	struct drafts *d = NULL;
	struct err err = ERR_INIT;

	nodes_ok(draft_open(x.n, by, &d, &err), &err);
	return d;
}

static void put(struct drafts *d, int number, const char *note)
{
	struct draft one = { .number = number, .kind = "visit",
	    .at_field = "note", .at_char = 3, .rec = 77, .step = "answer",
	    .title = "王*", .begun = { 5 }, .touched = { 6 },
	    .parked = true, .kind2 = "request" };
	struct err err = ERR_INIT;

	fields_set(&one.f, "note", note);
	fields_set_int(&one.f, "minutes", 40);
	fields_set_list(&one.f, "findings", "a\nb");
	fields_set(&one.f2, "content", "楼道积存垃圾");
	nodes_ok(draft_put(d, &one, &err), &err);
	draft_free(&one);
}

/* The one draft file; false when there is none. */
static bool the_file(char *out, size_t size)
{
	char dir[300];
	struct dirent *e;
	bool found = false;
	DIR *h;

	(void)snprintf(dir, sizeof(dir), "%s/drafts", x.dir);
	h = opendir(dir);
	assert_non_null(h);
	while ((e = readdir(h)) != NULL)
		if (e->d_name[0] != '.' && strchr(e->d_name, '.') == NULL) {
			(void)snprintf(out, size, "%s/%s", dir, e->d_name);
			found = true;
		}
	(void)closedir(h);
	return found;
}

static void goes_round(void **state)
{
	struct drafts *d = open_for("V001");
	const struct draft *got;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(draft_count(d), 0);
	assert_int_equal(draft_next_number(d), 1);
	put(d, 2, "老人想装扶手");
	put(d, 1, "第一份");
	put(d, 2, "老人想装扶手，已记");
	assert_true(draft_dirty(d));
	assert_int_equal(draft_next_number(d), 3);
	draft_close(&d);
	d = open_for("V001");
	assert_int_equal(draft_count(d), 2);
	assert_int_equal(draft_at(d, 0)->number, 1);
	got = draft_at(d, 1);
	assert_string_equal(fields_text(&got->f, "note"),
	    "老人想装扶手，已记");
	assert_int_equal(fields_int(&got->f, "minutes", 0), 40);
	assert_string_equal(fields_text(&got->f2, "content"),
	    "楼道积存垃圾");
	assert_string_equal(got->kind, "visit");
	assert_string_equal(got->kind2, "request");
	assert_string_equal(got->step, "answer");
	assert_string_equal(got->at_field, "note");
	assert_int_equal(got->at_char, 3);
	assert_int_equal(got->rec, 77);
	assert_true(got->parked);
	assert_int_equal(got->touched.ms, 6);
	nodes_ok(draft_drop(d, 2, &err), &err);
	assert_int_equal(draft_drop(d, 2, &err), MQ_E_NOT_FOUND);
	draft_close(&d);
	d = open_for("V001");
	assert_int_equal(draft_count(d), 1);
	/* another person sees none of it */
	draft_close(&d);
	d = open_for("V002");
	assert_int_equal(draft_count(d), 0);
	draft_close(&d);
}

/* Neither who nor what can be read off the folder. */
static void unreadable(void **state)
{
	struct drafts *d = open_for("V001");
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[600];

	(void)state;
	put(d, 1, "PLAINWORDS");
	draft_close(&d);
	assert_true(the_file(path, sizeof(path)));
	assert_null(strstr(strrchr(path, '/'), "V001"));
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	assert_null(memmem(b.data, b.len, "PLAINWORDS", 10));
	assert_null(memmem(b.data, b.len, "visit", 5));
	buf_free(&b);
}

/* A bad sector in the middle, at any byte: what stands before and after it is
 * there still. */
static void spoilt_in_the_middle(void **state)
{
	struct buf b = BUF_INIT(64 * 1024);
	struct drafts *d;
	char path[500];
	struct err err = ERR_INIT;
	size_t first, second, at;

	(void)state;
	d = open_for("1001");
	put(d, 1, "头一份");
	nodes_ok(draft_sync(d, true, &err), &err);
	assert_true(the_file(path, sizeof(path)));
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	first = b.len;
	put(d, 2, "坏掉的");
	nodes_ok(draft_sync(d, true, &err), &err);
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	second = b.len;
	put(d, 3, "后一份");
	draft_close(&d);
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	for (at = first; at < second; at += at < first + 12 ? 1 : 37) {
		b.data[at] ^= 0x55;
		nodes_ok(file_write(&x.env, path, b.data, b.len, 0600, &err),
		    &err);
		b.data[at] ^= 0x55;
		d = open_for("1001");
		assert_int_equal(draft_count(d), 2);
		assert_string_equal(fields_text(&draft_at(d, 0)->f, "note"),
		    "头一份");
		assert_string_equal(fields_text(&draft_at(d, 1)->f, "note"),
		    "后一份");
		draft_close(&d);
	}
	buf_free(&b);
}

/* Cut at every byte: what was whole before the cut is there, the rest is
 * left out without a word, and typing goes on. */
static void torn(void **state)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct drafts *d = open_for("V001");
	struct err err = ERR_INIT;
	char path[600];
	size_t cut, first, second;

	(void)state;
	put(d, 1, "一");
	draft_close(&d);
	assert_true(the_file(path, sizeof(path)));
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	first = b.len;
	d = open_for("V001");
	put(d, 2, "二");
	draft_close(&d);
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	second = b.len;
	assert_true(second > first);
	for (cut = 0; cut <= second; cut++) {
		size_t want = cut == second ? 2 : cut >= first ? 1 : 0;

		nodes_ok(file_write(&x.env, path, b.data, cut, 0600, &err),
		    &err);
		d = open_for("V001");
		assert_int_equal(draft_count(d), want);
		put(d, 3, "三");
		draft_close(&d);
		d = open_for("V001");
		assert_int_equal(draft_count(d), want + 1);
		draft_close(&d);
	}
	buf_free(&b);
}

/* A flipped byte anywhere spoils nothing but its record. */
static void flipped(void **state)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct drafts *d = open_for("V001");
	struct err err = ERR_INIT;
	char path[600];
	size_t i, first;

	(void)state;
	put(d, 1, "一");
	draft_close(&d);
	assert_true(the_file(path, sizeof(path)));
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	first = b.len;
	d = open_for("V001");
	put(d, 2, "二");
	draft_close(&d);
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	for (i = 0; i < b.len; i += 3) {
		b.data[i] = (char)(b.data[i] ^ 0x40);
		nodes_ok(file_write(&x.env, path, b.data, b.len, 0600, &err),
		    &err);
		d = open_for("V001");
		assert_int_equal(draft_count(d), 1);
		assert_int_equal(draft_at(d, 0)->number, i < first ? 2 : 1);
		draft_close(&d);
		b.data[i] = (char)(b.data[i] ^ 0x40);
	}
	buf_free(&b);
}

/* Killed without warning right after a sync: the synced state is there. */
static void killed(void **state)
{
	struct drafts *d;
	struct err err = ERR_INIT;
	int fd[2], status;
	char go;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		d = open_for("V001");
		put(d, 1, "写到一半");
		if (draft_sync(d, true, &err) != MQ_OK)
			_exit(1);
		if (write(fd[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(fd[0], &go, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)close(fd[0]);
	(void)close(fd[1]);
	d = open_for("V001");
	assert_int_equal(draft_count(d), 1);
	assert_string_equal(fields_text(&draft_at(d, 0)->f, "note"),
	    "写到一半");
	draft_close(&d);
}

/* Syncing waits for its second unless told otherwise. */
static void policy(void **state)
{
	struct drafts *d = open_for("V001");
	struct err err = ERR_INIT;

	(void)state;
	env_advance(&x.env, 5000);
	put(d, 1, "一");
	nodes_ok(draft_sync(d, false, &err), &err);
	assert_false(draft_dirty(d));
	put(d, 1, "一二");
	nodes_ok(draft_sync(d, false, &err), &err);
	assert_true(draft_dirty(d));
	env_advance(&x.env, 1000);
	nodes_ok(draft_sync(d, false, &err), &err);
	assert_false(draft_dirty(d));
	put(d, 1, "一二三");
	nodes_ok(draft_sync(d, true, &err), &err);
	assert_false(draft_dirty(d));
	draft_close(&d);
}

/* Many changes do not grow the file for ever. */
static void compaction(void **state)
{
	struct drafts *d = open_for("V001");
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[600], note[4001];
	int i;

	(void)state;
	memset(note, 'x', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (i = 0; i < 300; i++) {
		note[i] = 'y';
		put(d, 1 + i % 3, note);
	}
	draft_close(&d);
	assert_true(the_file(path, sizeof(path)));
	nodes_ok(file_read(&x.env, path, &b, &err), &err);
	assert_true(b.len < 300 * 1024);
	d = open_for("V001");
	assert_int_equal(draft_count(d), 3);
	assert_string_equal(fields_text(&draft_at(d, 2)->f, "note"), note);
	draft_close(&d);
	buf_free(&b);
}

/* A second session of the same person has its own drafts; they come together
 * when it is the only one again. */
static void two_sessions(void **state)
{
	struct drafts *a = open_for("V001"), *b = open_for("V001");

	(void)state;
	put(a, 1, "甲");
	put(b, 1, "乙");
	draft_close(&a);
	draft_close(&b);
	a = open_for("V001");
	assert_int_equal(draft_count(a), 2);
	assert_string_equal(fields_text(&draft_at(a, 0)->f, "note"), "甲");
	assert_string_equal(fields_text(&draft_at(a, 1)->f, "note"), "乙");
	draft_close(&a);
	a = open_for("V001");
	assert_int_equal(draft_count(a), 2);
	draft_close(&a);
}

static bool disk_full;

static int full(struct env *env, const char *point)
{
	(void)env;
	return disk_full && strcmp(point, "write") == 0 ? ENOSPC : 0;
}

/* A full disk is said, the text stays, and is written once there is room. */
static void full_disk(void **state)
{
	struct drafts *d = open_for("V001");
	struct draft one = { .number = 1, .kind = "visit" };
	struct err err = ERR_INIT;

	(void)state;
	x.env.fault = full;
	put(d, 2, "先前");
	disk_full = true;
	fields_set(&one.f, "note", "满了");
	assert_int_equal(draft_put(d, &one, &err), MQ_E_DISK_FULL);
	assert_int_equal(draft_count(d), 2);
	assert_int_equal(draft_sync(d, true, &err), MQ_E_DISK_FULL);
	disk_full = false;
	nodes_ok(draft_sync(d, true, &err), &err);
	draft_close(&d);
	draft_free(&one);
	d = open_for("V001");
	assert_int_equal(draft_count(d), 2);
	assert_string_equal(fields_text(&draft_at(d, 0)->f, "note"), "满了");
	draft_close(&d);
	x.env.fault = NULL;
}

static void too_many(void **state)
{
	struct drafts *d = open_for("V001");
	struct draft one = { .number = 99, .kind = "visit" };
	struct err err = ERR_INIT;
	int i;

	(void)state;
	for (i = 1; i <= DRAFT_MAX; i++)
		put(d, i, "x");
	assert_int_equal(draft_put(d, &one, &err), MQ_E_TOO_BIG);
	nodes_ok(draft_drop(d, 7, &err), &err);
	assert_int_equal(draft_next_number(d), 7);
	nodes_ok(draft_put(d, &one, &err), &err);
	draft_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_round, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(torn, setup, teardown),
		cmocka_unit_test_setup_teardown(spoilt_in_the_middle, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(flipped, setup, teardown),
		cmocka_unit_test_setup_teardown(killed, setup, teardown),
		cmocka_unit_test_setup_teardown(policy, setup, teardown),
		cmocka_unit_test_setup_teardown(compaction, setup, teardown),
		cmocka_unit_test_setup_teardown(two_sessions, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
