/*
 * A station on disk for screen tests.  See station.h.
 */
#include "station.h"

#include <ftw.h>
#include <stdarg.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/roster.h"
#include "procs.h"

#define NUMBER 101

static void ok(enum mq_status st, const struct err *err, const char *what)
{
	char words[800];

	if (st == MQ_OK)
		return;
	err_say(err, LANG_EN, words, sizeof(words));
	fail_msg("%s: %s: %s", what, err_name(st), words);
}

/* Pack and expression module of this build, wherever it was put; the program
 * in the pty inherits both. */
static void point_to_build(void)
{
	const char *bin = getenv("MQ_BIN"), *src = getenv("MQ_SRC");
	char path[512];

	if (bin != NULL) {
		snprintf(path, sizeof(path), "%s/../lib", bin);
		setenv("MINQING_LIB", path, 0);
	}
	if (src != NULL) {
		snprintf(path, sizeof(path), "%s/core/packs", src);
		setenv("MINQING_PACKS", path, 0);
		snprintf(path, sizeof(path), "%s/themes", src);
		setenv("MINQING_THEMES", path, 0);
	}
}

/* ---- the node ---- */

static void make_node(struct station *t)
{
	struct node_settings set = { .number = NUMBER };
	struct err err = ERR_INIT;
	const char *tmp = getenv("TMPDIR");

	snprintf(t->dir, sizeof(t->dir), "%s/mq-station-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	(void)xcopy(set.tenant, sizeof(set.tenant), "test");
	(void)xcopy(set.site, sizeof(set.site), "翠竹社区党群服务站");
	(void)xcopy(set.pack, sizeof(set.pack), "standard");
	(void)xcopy(set.org, sizeof(set.org), STATION_ORG);
	node_make_keys(&t->env, &t->keys);
	crypto_hex(t->keys.box_pk, CRYPTO_BOX_PK, set.records_pk);
	crypto_hex(t->keys.sign_pk, CRYPTO_SIGN_PK, set.roster_pk);
	ok(node_create(&t->env, t->dir, &set, &t->keys, &err), &err,
	    "node_create");
	ok(node_open(&t->env, t->dir, 0, &t->n, &err), &err, "node_open");
}

/* ---- its people ---- */

static const struct { const char *number, *name, *phone, *role, *org;
	bool pin; } staff[] = {
	{ STATION_VOLUNTEER, "李秀英", "13800000001", "volunteer",
	    STATION_ORG, true },
	{ STATION_GRIDWORKER, "赵国强", "13800000002", "gridworker",
	    STATION_GRID, true },
	{ STATION_CAPTAIN, "陈立新", "13800000003", "captain", STATION_ORG,
	    true },
	{ STATION_LEAD, "周敏", "13800000004", "lead", STATION_ORG, true },
	{ STATION_STREET, "吴卫东", "13800000005", "street", "990101001",
	    true },
	{ STATION_NEW, "欧阳小兰", "13800000006", "volunteer", STATION_ORG,
	    false },
};

static void make_roster(struct station *t)
{
	struct roster_draft *people = xcalloc(ARRAY_LEN(staff),
	    sizeof(*people));
	struct roster_node node = { .number = NUMBER };
	struct buf bytes = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	memcpy(node.box_pk, t->keys.box_pk, sizeof(node.box_pk));
	for (size_t i = 0; i < ARRAY_LEN(staff); i++) {
		struct roster_person *p = &people[i].p;

		(void)xcopy(p->number, sizeof(p->number), staff[i].number);
		(void)xcopy(p->name, sizeof(p->name), staff[i].name);
		(void)xcopy(p->phone, sizeof(p->phone), staff[i].phone);
		(void)xcopy(p->posts[0].role, sizeof(p->posts[0].role),
		    staff[i].role);
		(void)xcopy(p->posts[0].org, sizeof(p->posts[0].org),
		    staff[i].org);
		p->nposts = 1;
		if (staff[i].pin)
			(void)xcopy(people[i].pin, sizeof(people[i].pin),
			    STATION_PIN);
		else
			(void)xcopy(people[i].code, sizeof(people[i].code),
			    STATION_CODE);
	}
	ok(roster_make(&t->env, "test", STATION_ORG, 1, people,
	    ARRAY_LEN(staff), &node, 1, t->keys.sign_sk, &bytes, &err), &err,
	    "roster_make");
	ok(roster_install(t->n, bytes.data, bytes.len, &err), &err,
	    "roster_install");
	buf_free(&bytes);
	free(people);
}

void station_who(struct station *t, const char *number, struct session *out)
{
	for (size_t i = 0; i < ARRAY_LEN(staff); i++)
		if (strcmp(staff[i].number, number) == 0) {
			access_fake(out, number, staff[i].name,
			    staff[i].role, staff[i].org);
			out->since = env_now(&t->env);
			return;
		}
	fail_msg("nobody has the number %s", number);
}

/* ---- its records ---- */

static void take_pairs(struct fields *f, va_list ap)
{
	const char *name;

	while ((name = va_arg(ap, const char *)) != NULL)
		fields_set(f, name, va_arg(ap, const char *));
}

int64_t station_open(struct station *t, const struct session *who,
    const char *kind, ...)
{
	struct save *s = save_new(t->n, who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;
	va_list ap;

	va_start(ap, kind);
	take_pairs(&f, ap);
	va_end(ap);
	ok(save_open(s, kind, &f, -1, NULL, &err), &err, kind);
	ok(save_commit(s, &res, &err), &err, kind);
	save_free(&s);
	fields_free(&f);
	return res.recs[0];
}

void station_step(struct station *t, const struct session *who, int64_t rec,
    const char *step, ...)
{
	struct save *s = save_new(t->n, who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;
	va_list ap;

	va_start(ap, step);
	take_pairs(&f, ap);
	va_end(ap);
	ok(save_step(s, rec, step, &f, NULL, &err), &err, step);
	ok(save_commit(s, &res, &err), &err, step);
	save_free(&s);
	fields_free(&f);
}

/* ---- its pack ---- */

void station_setting(struct station *t, const char *key, const char *value)
{
	struct buf old = BUF_INIT(BUF_LARGE), now = BUF_INIT(BUF_LARGE);
	char own[300], file[400], shipped[600], said[200];
	const char *copy[] = { "/bin/cp", "-r", shipped, own, NULL };
	struct err err = ERR_INIT;

	snprintf(own, sizeof(own), "%s/packs", t->dir);
	snprintf(file, sizeof(file), "%s/standard/pack.csv", own);
	(void)xcopy(shipped, sizeof(shipped), node_packs_dir());
	if (!file_exists(file) && procs_run(said, sizeof(said), copy) != 0)
		fail_msg("cp: %s", said);
	ok(file_read(&t->env, file, &old, &err), &err, file);
	for (const char *at = buf_str(&old); *at != '\0';) {
		int len = (int)strcspn(at, "\n") + 1;

		if (strncmp(at, key, strlen(key)) == 0 &&
		    at[strlen(key)] == ',')
			buf_addf(&now, "%s,%s,\n", key, value);
		else
			buf_addf(&now, "%.*s", len, at);
		at += at[len - 1] == '\0' ? len - 1 : len;
	}
	ok(file_write(&t->env, file, now.data, now.len, 0600, &err), &err,
	    file);
	buf_free(&old);
	buf_free(&now);
}

/* ---- a second node ---- */

/* Every entry `from` wrote itself, as wire lines, into `to`. */
static void carry(struct node *from, struct node *to)
{
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct ledger_head h;
	struct err err = ERR_INIT;
	int64_t last, left = 1;
	bool fresh;

	ok(ledger_head(from, &h, &err), &err, "head");
	ok(ledger_lines(from, 1, h.seq, BUF_LARGE, &lines, &last, &err), &err,
	    "lines");
	ok(db_begin(to->db, __func__, &err), &err, "begin");
	for (const char *p = buf_str(&lines); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		ok(ledger_receive(to, p, n, &fresh, &err), &err, "receive");
		p += n + (p[n] == '\n');
	}
	ok(db_commit(to->db, &err), &err, "commit");
	while (left > 0)
		ok(record_fold_pending(to, 1000, &left, &err), &err, "fold");
	buf_free(&lines);
}

static void correct(struct node *n, const struct session *who, int64_t rec,
    const char *field, const char *value)
{
	struct save *s = save_new(n, who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;

	fields_set(&f, field, value);
	ok(save_fix(s, rec, &f, "", NULL, &err), &err, "save_fix");
	ok(save_commit(s, &res, &err), &err, "commit");
	save_free(&s);
	fields_free(&f);
}

void station_dispute(struct station *t, int64_t rec, const char *field,
    const char *here, const char *there)
{
	struct node_settings set = t->n->set;
	struct node_keys keys;
	struct node *other;
	struct err err = ERR_INIT;
	char dir[300];

	snprintf(dir, sizeof(dir), "%s/other", t->dir);
	set.number = NUMBER + 1;
	node_make_keys(&t->env, &keys);
	ok(node_create(&t->env, dir, &set, &keys, &err), &err, "create");
	ok(node_open(&t->env, dir, 0, &other, &err), &err, "open");
	carry(t->n, other);
	correct(t->n, &t->captain, rec, field, here);
	correct(other, &t->captain, rec, field, there);
	carry(other, t->n);
	node_close(&other);
}

const char *station_ref(int64_t rec)
{
	static char text[4][ENTRY_REF_TEXT];
	static unsigned next;
	char *out = text[next++ % ARRAY_LEN(text)];

	ref_text(ref_of_rec(rec), out);
	return out;
}

static void make_residents(struct station *t)
{
	static const struct { const char *birth, *sex, *building, *phone; }
	    namesakes[STATION_NAMESAKES] = {
		{ "1951", "male", "1栋1单元", "13900000011" },
		{ "1963", "male", "1栋2单元", "13900000022" },
		{ "1974", "male", "2栋1单元", "13900000033" },
		{ "1974", "male", "2栋2单元", "13900000044" },
		{ "1988", "male", "3栋1单元", "13900000055" },
		{ "1996", "female", "3栋2单元", "13900000066" },
	};

	for (int i = 0; i < 2; i++)
		t->house[i] = station_open(t, &t->captain, "household",
		    "address", "清河路 8 号", "building", i == 0 ? "1栋" :
		    "2栋", "door", i == 0 ? "101" : "302", "grid",
		    STATION_GRID, NULL);
	for (int i = 0; i < STATION_NAMESAKES; i++)
		t->namesake[i] = station_open(t, &t->captain, "person",
		    "name", "王建国", "sex", namesakes[i].sex, "birth_year",
		    namesakes[i].birth, "phone", namesakes[i].phone,
		    "building", namesakes[i].building, "place",
		    station_ref(t->house[i % 2]), "grid", STATION_GRID,
		    "consent", "yes", NULL);
}

/* ---- all of it ---- */

void station_make(struct station *t)
{
	memset(t, 0, sizeof(*t));
	log_quiet(true);
	point_to_build();
	crypto_init();
	env_real(&t->env);
	make_node(t);
	make_roster(t);
	station_who(t, STATION_CAPTAIN, &t->captain);
	make_residents(t);
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void station_free(struct station *t)
{
	node_close(&t->n);
	env_release(&t->env);
	nftw(t->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

struct station station_one;

int station_begin(void **state)
{
	(void)state;
	station_make(&station_one);
	return 0;
}

int station_end(void **state)
{
	(void)state;
	station_free(&station_one);
	return 0;
}

/* ---- the program on it ---- */

#define ARGS 16

struct screen *station_screen(struct station *t,
    const struct screen_options *o, const char *const *more)
{
	const char *argv[ARGS] = { screen_bin("minqing"), "--data", t->dir };
	size_t n = 3;

	for (; more != NULL && *more != NULL && n + 1 < ARGS; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	return screen_start(argv, o);
}

void station_login(struct screen *s, const char *number)
{
	screen_see(s, "编号或手机号");
	screen_keys(s, number);
	screen_keys(s, "\n");
	screen_see(s, "密码：");
	screen_keys(s, STATION_PIN "\n");
	screen_see(s, "1 记走访");
}

struct screen *station_come_in(const char *number,
    const struct screen_options *o)
{
	struct screen *s = station_screen(&station_one, o, NULL);

	station_login(s, number);
	return s;
}
