/*
 * A bad day: settings, keys, packs, rosters and ledgers that are broken or
 * gone, a ledger somebody holds, a full or read-only disk, a wrong clock,
 * strange terminals.  The real program must say what happened, what was kept
 * and what to do, and nothing that is not so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../lib/procs.h"
#include "../lib/station.h"

#define FILE_BYTES (16u * 1024u * 1024u)
#define CHUNK 4096
#define SOON 3000		/* ms: a key is answered, nobody waits */

static struct station base;	/* made once; each test gets a copy */
static struct station st;
static bool mounted;
static char words[8192];

/* ---- copies ---- */

static const char *in(const char *dir, const char *name)
{
	static char path[4][512];
	static unsigned next;
	char *p = path[next++ % ARRAY_LEN(path)];

	file_join(p, sizeof(path[0]), dir, name);
	return p;
}

static void put(const char *name, const void *p, size_t n)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_write(&base.env, in(st.dir, name), p, n, 0600,
	    &err), MQ_OK);
}

static void get(const char *dir, const char *name, struct buf *b)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_read(&base.env, in(dir, name), b, &err),
	    MQ_OK);
}

static void copy_files(void)
{
	DIR *d = opendir(base.dir);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct buf b = BUF_INIT(FILE_BYTES);
		struct stat sb;

		if (stat(in(base.dir, e->d_name), &sb) != 0 ||
		    !S_ISREG(sb.st_mode))
			continue;
		get(base.dir, e->d_name, &b);
		put(e->d_name, buf_str(&b), b.len);
		buf_free(&b);
	}
	closedir(d);
	assert_int_equal(mkdir(in(st.dir, "drafts"), 0700), 0);
}

static void make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	st = base;
	st.n = NULL;
	snprintf(st.dir, sizeof(st.dir), "%s/mq-bad-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(st.dir));
}

static int setup(void **state)
{
	(void)state;
	make_dir();
	copy_files();
	return 0;
}

static int drop(const char *path, const struct stat *sb, int flag,
    struct FTW *ftw)
{
	(void)sb;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	if (mounted)
		(void)umount2(st.dir, MNT_DETACH);
	mounted = false;
	nftw(st.dir, drop, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static int group_setup(void **state)
{
	(void)state;
	station_make(&base);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	station_free(&base);
	return 0;
}

/* ---- what is expected ---- */

/* The program ends with this status and has said each of these. */
static void ends_saying(const struct screen_options *o, int status,
    const char *const *texts)
{
	struct screen *s = station_screen(&st, o, NULL);
	int got = -1;

	assert_true(screen_wait_exit(s, SCREEN_WAIT, &got));
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), status);
	for (; *texts != NULL; texts++)
		screen_see(s, *texts);
	assert_false(screen_in_alternate(s));
	screen_stop(&s);
}

#define ENDS(status, ...) ends_saying(&wide, status, \
	(const char *const[]){ __VA_ARGS__, NULL })
/* Wide, so that no sentence is cut by the end of a line. */
static const struct screen_options wide = { .cols = 240 };

static void starts_saying(const struct screen_options *o, const char *text,
    const char *more)
{
	struct screen *s = station_screen(&st, o, NULL);

	screen_see(s, text);
	screen_see(s, more);
	assert_true(screen_in_alternate(s));	/* it did start */
	screen_stop(&s);
}

static int program(const char *verb)
{
	const char *argv[] = { procs_bin("minqing"), "--data", st.dir, verb,
	    NULL };

	return procs_run(words, sizeof(words), argv);
}

/* 巡查 at a place: no person needed.  Up to the findings. */
static void half_a_visit(struct screen *s, const char *place)
{
	screen_keys(s, "1");
	screen_see(s, "登记");
	screen_keys(s, "5");
	screen_lose(s, "居民*");
	screen_key(s, "Tab");
	screen_see(s, "> 地点");
	screen_keys(s, place);
	screen_see(s, place);
	screen_key(s, "Tab");
	screen_see(s, "> 时间");
	screen_key(s, "Tab");
	screen_see(s, "> 目的");
	screen_keys(s, "4");
	screen_see(s, "政策宣传");
	screen_see(s, "> 情况");
}

/* ---- settings and keys ---- */

static void test_settings(void **state)
{
	static const char line3[] = "[node]\nnumber = 101\n[[garbage\n";
	static const char bytes[] = "[node]\nnumber = 101\nsite = \xff\xfe\n";

	(void)state;
	put("node.ini", line3, sizeof(line3) - 1);
	ENDS(1, "设置文件读不懂", "node.ini:3", "程序没有打开", "INSTALL");
	put("node.ini", bytes, sizeof(bytes) - 1);
	ENDS(1, "设置文件读不懂", "程序没有打开");
	put("node.ini", "", 0);
	ENDS(1, "设置文件读不懂", "number");
	unlink(in(st.dir, "node.ini"));
	ENDS(1, "设置文件读不懂", "账本没有动");
}

static void test_keys(void **state)
{
	(void)state;
	put("node.key", "sign_pk zz\n", 11);
	ENDS(1, "钥匙文件读不出", "程序没有打开", "从备份放回");
	unlink(in(st.dir, "node.key"));
	assert_int_equal(mkdir(in(st.dir, "node.key"), 0700), 0);
	ENDS(1, "钥匙文件读不出");
	assert_int_equal(rmdir(in(st.dir, "node.key")), 0);
	ENDS(1, "不是民情账的数据目录", "什么都没有改");
}

/* ---- the ledger's file ---- */

static int64_t size_of(const char *name)
{
	struct stat sb;

	return stat(in(st.dir, name), &sb) == 0 ? (int64_t)sb.st_size : -1;
}

static void drop_ledger(void)
{
	unlink(in(st.dir, "ledger.db"));
	unlink(in(st.dir, "ledger.db-wal"));
	unlink(in(st.dir, "ledger.db-shm"));
}

static void test_ledger_gone(void **state)
{
	(void)state;
	drop_ledger();
	ENDS(1, "找不到了", "没有新建空账本", "告诉管理员");
	assert_int_equal(size_of("ledger.db"), -1);
	/* Emptied by a check of the file system. */
	put("ledger.db", "", 0);
	ENDS(1, "找不到了", "没有新建空账本");
	assert_int_equal(size_of("ledger.db"), 0);
	assert_int_equal(program("verify"), 1);
}

/* All there is stands in the log: without it the file is whole and empty. */
static void test_log_gone(void **state)
{
	(void)state;
	assert_true(size_of("ledger.db-wal") > 0);
	unlink(in(st.dir, "ledger.db-wal"));
	unlink(in(st.dir, "ledger.db-shm"));
	ENDS(1, "找不到了", "没有新建空账本");
}

static void test_ledger_garbage(void **state)
{
	char junk[20000];

	(void)state;
	drop_ledger();
	memset(junk, 0xa5, sizeof(junk));
	put("ledger.db", junk, sizeof(junk));
	ENDS(1, "账本文件坏了", "原文件没有动", "不要删这个文件");
	assert_int_equal(size_of("ledger.db"), (int64_t)sizeof(junk));
}

static struct node *open_node(void)
{
	struct node *n = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(node_open(&base.env, st.dir, 0, &n, &err), MQ_OK);
	return n;
}

/* One bit of the name of who wrote entry `seq`. */
static void flip(int64_t seq)
{
	struct node *n = open_node();
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct buf all = BUF_INIT(FILE_BYTES);
	struct err err = ERR_INIT;
	struct entry e;
	bool erased;
	char *at, *by;

	assert_int_equal(ledger_read(n, (struct ref){ n->dev, seq }, &e,
	    &head, &body, &erased, &err), MQ_OK);
	assert_int_equal(db_checkpoint(n->db, &err), MQ_OK);
	node_close(&n);
	get(st.dir, "ledger.db", &all);
	at = memmem(all.data, all.len, head.data, head.len);
	assert_non_null(at);
	by = memmem(at, head.len, "\"by\":\"", 6);
	assert_non_null(by);
	by[7] ^= 1;
	put("ledger.db", all.data, all.len);
	buf_free(&head);
	buf_free(&body);
	buf_free(&all);
}

static void test_one_bit(void **state)
{
	struct screen *s;

	(void)state;
	flip(4);
	assert_int_equal(program("verify"), 1);
	assert_non_null(strstr(words, "101:4"));
	assert_non_null(strstr(words, "其余各条照常"));
	assert_int_equal(program("doctor"), 1);
	assert_non_null(strstr(words, "101:4"));

	s = station_screen(&st, NULL, NULL);
	screen_see(s, "账本有误");
	screen_see(s, "101:4");
	screen_see(s, "其余各条照常");
	station_login(s, STATION_CAPTAIN);
	screen_see(s, "101:4");
	/* Its page does not show it as if it were true. */
	screen_keys(s, "/");
	screen_see(s, "查找");
	screen_keys(s, "wjg");
	screen_see(s, "1963");
	screen_key(s, "Down");
	screen_keys(s, "\n");
	screen_see(s, "不可信");
	screen_stop(&s);

	s = station_screen(&st, NULL, NULL);	/* work goes on */
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门");
	screen_key(s, "F2");
	screen_see(s, "填一次");
	screen_stop(&s);
}

/* ---- packs and people ---- */

static void use_pack(const char *name)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	buf_addf(&b, "[node]\nnumber = 101\ntenant = test\norg = %s\n"
	    "site = 翠竹\npack = %s\n[trust]\nrecords = %s\nroster = %s\n",
	    STATION_ORG, name, base.n->set.records_pk,
	    base.n->set.roster_pk);
	put("node.ini", b.data, b.len);
	buf_free(&b);
}

/* A part of the shipped pack, whole. */
static void keep_part(const char *name)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	char dir[400], to[64];

	snprintf(dir, sizeof(dir), "%s/standard", node_packs_dir());
	snprintf(to, sizeof(to), "packs/mine/%s", name);
	get(dir, name, &b);
	put(to, buf_str(&b), b.len);
	buf_free(&b);
}

static void test_packs(void **state)
{
	static const char *const none[] = { "MINQING_PACKS=/nonexistent",
		NULL };
	static const struct screen_options nowhere = { .cols = 240,
		.env = none };
	static const struct screen_options english = { .cols = 80,
		.lang = "en_US.UTF-8" };

	(void)state;
	use_pack("nope");
	starts_saying(NULL, "找不到配置包", "出厂配置");
	assert_int_equal(mkdir(in(st.dir, "packs"), 0700), 0);
	assert_int_equal(mkdir(in(st.dir, "packs/mine"), 0700), 0);
	put("packs/mine/pack.csv", "\xff\xfe\x00 nonsense", 12);
	use_pack("mine");
	starts_saying(NULL, "配置包有错", "先用出厂配置");
	/* Its three parts fit no line of 80 cells. */
	starts_saying(&english, "The configuration pack is wrong",
	    "administrator to correct it");
	/* What the first page does not need is read behind it: a fault
	 * there is told all the same. */
	keep_part("pack.csv");
	keep_part("orgs.csv");
	starts_saying(NULL, "配置包有错", "先用出厂配置");
	ends_saying(&nowhere, 1, (const char *const[]){ "出厂配置也读不出",
	    "程序没有打开", "重新安装", NULL });
}

static void test_roster(void **state)
{
	struct buf b = BUF_INIT(BUF_LARGE);

	(void)state;
	get(st.dir, "roster", &b);
	b.data[b.len / 2] ^= 1;
	put("roster", b.data, b.len);
	buf_free(&b);
	starts_saying(NULL, "名册读不出", "现在没有人能登录");
}

/* ---- somebody holds the ledger ---- */

static void test_held_ledger(void **state)
{
	struct screen *s;
	int fd = open(in(st.dir, "ledger.lock"), O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	s = station_screen(&st, NULL, NULL);
	screen_see(s, "编号或手机号");
	/* Idle work wants the lock too, but no key waits for it. */
	screen_keys(s, STATION_GRIDWORKER "\n");
	assert_true(screen_wait_text(s, "六位数字", SOON));
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "正被别的程序占用");
	screen_see(s, "请等几秒");
	assert_int_equal(flock(fd, LOCK_UN), 0);
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "1 记走访");
	half_a_visit(s, "小广场");
	assert_int_equal(flock(fd, LOCK_EX), 0);
	screen_key(s, "F2");
	screen_see(s, "正被别的程序占用");
	screen_see(s, "没有保存");
	assert_int_equal(flock(fd, LOCK_UN), 0);
	screen_keys(s, "\n");
	screen_lose(s, "发生了什么");
	screen_see(s, "小广场");
	screen_key(s, "F2");
	screen_see(s, "填一次");
	screen_stop(&s);
	close(fd);
}

/* ---- disks ---- */

static int setup_small_disk(void **state)
{
	(void)state;
	make_dir();
	mounted = mount("tmpfs", st.dir, "tmpfs", 0, "size=3m") == 0;
	if (mounted)
		copy_files();
	return 0;
}

static bool may_mount(void)
{
	if (!mounted)
		print_message("not allowed to mount a small disk here\n");
	return mounted;
}

static void fill_disk(void)
{
	static const char zero[CHUNK];
	int fd = open(in(st.dir, "fill"), O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600);

	assert_true(fd >= 0);
	while (write(fd, zero, sizeof(zero)) > 0)
		;
	close(fd);
}

static void test_full_disk(void **state)
{
	struct screen *s;
	int i;

	(void)state;
	if (!may_mount())
		skip();
	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门");
	fill_disk();
	screen_key(s, "Tab");
	screen_see(s, "> 记录");
	/* More than the last page of the draft's file has room for. */
	for (i = 0; i < 8; i++)
		screen_keys(s, "下雨以后排不掉水请物业来看一看");
	screen_see(s, "看一看下雨");
	screen_key(s, "Esc");
	screen_see(s, "草稿写不进磁盘");
	screen_see(s, "没有保存");
	screen_keys(s, "\n");			/* 留下 */
	screen_lose(s, "草稿写不进磁盘");
	screen_key(s, "F2");
	screen_see(s, "磁盘满了");
	screen_see(s, "还在屏幕上");
	screen_keys(s, "\n");
	screen_lose(s, "磁盘满了");
	screen_see(s, "看一看下雨");
	assert_int_equal(unlink(in(st.dir, "fill")), 0);
	screen_key(s, "F2");
	screen_see(s, "填一次");
	screen_stop(&s);
	assert_int_equal(program("verify"), 0);
}

static void test_read_only_disk(void **state)
{
	struct screen *s;

	(void)state;
	if (!may_mount())
		skip();
	/* A ledger put to rest: nothing but its file. */
	{
		struct node *n = open_node();
		struct err err = ERR_INIT;

		assert_int_equal(db_checkpoint(n->db, &err), MQ_OK);
		node_close(&n);
	}
	if (mount(NULL, st.dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
		skip();
	s = station_screen(&st, NULL, NULL);
	screen_see(s, "磁盘只读");
	screen_see(s, "记在纸上");
	station_login(s, STATION_GRIDWORKER);
	screen_see(s, "磁盘是只读的");
	screen_keys(s, "\n");
	screen_lose(s, "发生了什么");
	half_a_visit(s, "南门");
	screen_key(s, "Esc");
	screen_see(s, "草稿写不进磁盘");
	screen_keys(s, "\n");
	screen_lose(s, "草稿写不进磁盘");
	screen_key(s, "F2");
	screen_see(s, "磁盘是只读的");
	screen_keys(s, "\n");
	screen_see(s, "南门");
	screen_stop(&s);
	assert_int_equal(program("verify"), 0);
}

/* Its index gone, the log cannot be read: an older state is not shown. */
static void test_read_only_with_log(void **state)
{
	(void)state;
	if (!may_mount())
		skip();
	unlink(in(st.dir, "ledger.db-shm"));
	if (mount(NULL, st.dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
		skip();
	ENDS(1, "磁盘是只读的", "文件没有动", "改成可写");
}

/* ---- the clock ---- */

/* The last entry stands a year ahead: the clock must have fallen back. */
static void drop_clock(void)
{
	struct node *n = open_node();
	struct err err = ERR_INIT;
	int64_t ahead = env_now(&base.env).ms + 366 * MS_DAY;

	assert_int_equal(db_begin(n->db, "test", &err), MQ_OK);
	assert_int_equal(node_set_meta(n, "hlc", ahead << 16, &err), MQ_OK);
	assert_int_equal(db_commit(n->db, &err), MQ_OK);
	node_close(&n);
}

/* What lies ahead of the wrong clock is no mistake of who typed it. */
static void test_right_time_wrong_clock(void **state)
{
	struct screen *s;

	(void)state;
	drop_clock();
	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门");
	screen_key(s, "Shift-Tab");
	screen_see(s, "> 目的");
	screen_key(s, "Shift-Tab");
	screen_see(s, "> 时间");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "2031-11-21 8:00");
	screen_see(s, "2031-11-21 8:00");
	screen_key(s, "F2");
	screen_see(s, "现在是几月几日几点");
	screen_keys(s, "2031-11-22 9:30\n");
	screen_see(s, "填一次");
	screen_keys(s, "4");
	screen_see(s, "2031-11-21 08:00");
	screen_stop(&s);
}

static void test_fallen_clock(void **state)
{
	struct screen *s;

	(void)state;
	drop_clock();
	assert_int_equal(program("doctor"), 1);
	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门");
	screen_key(s, "F2");
	screen_see(s, "现在是几月几日几点");
	screen_see(s, "还没有保存");
	screen_keys(s, "2031-02-30 9:30\n");
	screen_see(s, "没有这一天");
	screen_key(s, "Ctrl-u");
	screen_keys(s, "2031-11-22\n");
	screen_see(s, "还要写几点几分");
	screen_keys(s, " 9:30\n");
	screen_see(s, "填一次");
	screen_keys(s, "4");			/* 看记录 */
	screen_see(s, "时间人工确认");
	screen_see(s, "2031-11-22 09:30");	/* when it happened, too */
	screen_stop(&s);
}

/* ---- terminals ---- */

static void test_terminals(void **state)
{
	static const char *const names[] = { "dumb", "vt52", "../x" };
	struct screen_options o = { .cols = 240 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		o.term = names[i];
		ends_saying(&o, 2, (const char *const[]){ "这个终端用不了",
		    names[i], "账本没有动", "xterm-256color", NULL });
	}
	o.term = "linux";	/* it cannot show one Chinese character */
	ends_saying(&o, 2, (const char *const[]){ "cannot be used",
	    "no Chinese characters", "The ledger was not touched", NULL });
	o.term = NULL;
	o.lang = "C";
	starts_saying(&o, "登录", "编号或手机号");
}

static void test_tiny_terminal(void **state)
{
	struct screen *s = station_screen(&st, &(struct screen_options){
	    .rows = 5, .cols = 20 }, NULL);

	(void)state;
	screen_see(s, "窗口太小");
	screen_resize(s, 24, 80);
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门");
	screen_resize(s, 5, 20);
	screen_see(s, "窗口太小");
	screen_see(s, "写的内容都");
	screen_resize(s, 24, 80);
	screen_see(s, "> 情况");
	screen_see(s, "南门");
	screen_stop(&s);
}

/* ---- ended from outside ---- */

static void test_terminated(void **state)
{
	struct screen *s = station_screen(&st, NULL, NULL);
	int status = -1;

	(void)state;
	station_login(s, STATION_GRIDWORKER);
	half_a_visit(s, "南门外");
	screen_signal(s, SIGTERM);
	assert_true(screen_wait_exit(s, SCREEN_WAIT, &status));
	assert_true(WIFEXITED(status));
	assert_false(screen_in_alternate(s));
	screen_stop(&s);

	s = station_screen(&st, NULL, NULL);
	station_login(s, STATION_GRIDWORKER);
	screen_keys(s, "1");
	screen_see(s, "上次没写完");
	screen_keys(s, "1");
	screen_see(s, "南门外");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define DISK(f) cmocka_unit_test_setup_teardown(f, setup_small_disk, teardown)
		TEST(test_settings),
		TEST(test_keys),
		TEST(test_ledger_gone),
		TEST(test_log_gone),
		TEST(test_ledger_garbage),
		TEST(test_one_bit),
		TEST(test_packs),
		TEST(test_roster),
		TEST(test_held_ledger),
		DISK(test_full_disk),
		DISK(test_read_only_disk),
		DISK(test_read_only_with_log),
		TEST(test_right_time_wrong_clock),
		TEST(test_fallen_clock),
		TEST(test_terminals),
		TEST(test_tiny_terminal),
		TEST(test_terminated),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
