/*
 * One person's right: all about them is found; erased, it is gone from every
 * file, here and at the next node, and what others did still counts.
 */
#include "../../core/subject.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/draft.h"
#include "../../core/inbox.h"
#include "../../core/ledger.h"
#include "../../core/roster.h"
#include "../../core/search.h"
#include "../lib/deeds.h"
#include "../lib/raw.h"

#define NAME "欧阳秀英"
#define PHONE "13800138000"
#define NOTE "王秀兰说欧阳秀英搬走了"

static struct nodes_one x, y;
static int64_t person, visit, other, house, mention;

static int64_t open_one(const char *kind, const char *const *pairs)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(&x, kind, pairs, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static int64_t visit_of(int64_t who, const char *note)
{
	char ref[ENTRY_REF_TEXT];
	const char *const v[] = { "mode", "home", "who", ref, "when",
	    "2026-11-22 am", "purpose", "elder", "minutes", "5", "note", note,
	    NULL };

	ref_text(ref_of_rec(who), ref);
	return open_one("visit", v);
}

static int setup(void **state)
{
	char place[ENTRY_REF_TEXT];
	struct err err = ERR_INIT;
	const char *grid;
	int64_t left;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_make(&y, 102, NULL);
	grid = nodes_org(&x, "grid", 0);
	const char *const home[] = { "address", "清河路 5 号", "building",
	    "3幢", "door", "301", "grid", grid, NULL };
	const char *const p[] = { "name", NAME, "sex", "female",
	    "birth_year", "1951", "phone", PHONE, "place", place, "grid",
	    grid, "consent", "yes", NULL };

	house = open_one("household", home);
	ref_text(ref_of_rec(house), place);
	person = open_one("person", p);
	other = deeds_person(&x, "李建国", "402");
	visit = visit_of(person, "一切正常");
	mention = visit_of(other, NOTE);
	nodes_ok(search_drain(x.n, 1000, &left, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	nodes_free(&y);
	return 0;
}

static const struct subject_hit *hit(const struct subject *s, int64_t rec)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].rec == rec)
			return &s->v[i];
	return NULL;
}

static void all_is_found(void **state)
{
	struct subject *s;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	assert_int_equal(s->v[0].rec, person);
	assert_int_equal(s->v[0].tie, SUBJECT_SELF);
	assert_int_equal(hit(s, visit)->tie, SUBJECT_NAMED);
	assert_int_equal(hit(s, mention)->tie, SUBJECT_MENTION);
	assert_null(hit(s, other));
	assert_int_equal(s->open, 0);
	subject_free(&s);
	assert_int_equal(subject_find(x.n, visit, &s, &err),
	    MQ_E_NOT_FOUND);
	assert_null(s);
}

static int64_t visits(struct nodes_one *n)
{
	struct err err = ERR_INIT;
	int64_t count;

	nodes_ok(record_count(n->n, "visit", "opened", NULL, NULL,
	    (struct day){ 0 }, (struct day){ 1000000 }, &count, &err), &err);
	return count;
}

static void rebuilt_the_same(struct nodes_one *n)
{
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	struct ledger_report rep;
	struct err err = ERR_INIT;

	nodes_ok(ledger_verify(n->n, NULL, NULL, &rep, &err), &err);
	assert_true(rep.erased > 0);
	nodes_ok(record_digest(n->n, before, &err), &err);
	nodes_ok(record_rebuild(n->n, &err), &err);
	nodes_ok(record_digest(n->n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
}

/* The register has lost the person, the visit stays without. */
static void check_gone(struct nodes_one *n)
{
	struct search_person found[4];
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t left;
	int count;

	nodes_ok(search_drain(n->n, 1000, &left, &err), &err);
	nodes_ok(record_get(n->n, person, &r, &err), &err);
	assert_true(r.r.flags & REC_VOID && r.r.flags & REC_ERASED);
	assert_int_equal(r.f.n, 0);
	assert_string_equal(r.r.title, "");
	record_full_free(&r);
	nodes_ok(record_get(n->n, visit, &r, &err), &err);
	assert_false(r.r.flags & REC_VOID);
	assert_int_equal(r.r.who, 0);
	assert_int_equal(r.r.place, 0);
	assert_string_equal(fields_text(&r.f, "purpose"), "elder");
	assert_string_equal(fields_text(&r.f, "note"), "一切正常");
	assert_false(fields_has(&r.f, "who"));
	assert_null(strstr(r.r.title, "欧阳"));
	record_full_free(&r);
	nodes_ok(record_get(n->n, mention, &r, &err), &err);
	assert_int_equal(r.r.who, other);
	assert_false(fields_has(&r.f, "note"));
	record_full_free(&r);
	nodes_ok(search_people(n->n, "person", "oyxy", NULL, found, 4, &count,
	    &err), &err);
	assert_int_equal(count, 0);
	rebuilt_the_same(n);
}

static void erased_from_every_file(void **state)
{
	struct raw_needles left = { NULL, 0, 0 };
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;
	int64_t before = visits(&x);

	(void)state;
	nodes_carry(&x, &y);
	assert_int_equal(visits(&y), before);
	raw_add_subject(&left, x.n, person);
	raw_add_subject(&left, x.n, visit);
	raw_add(&left, NAME, strlen(NAME));
	raw_add(&left, PHONE, strlen(PHONE));
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	assert_true(subject_is_meant(s, mention));
	assert_false(subject_is_meant(s, other));
	nodes_ok(subject_erase(x.n, &x.who, s, "本人要求", &done, &err),
	    &err);
	subject_free(&s);
	assert_int_equal(done.found, 0);
	/* the person, the visit, the visit to another that says the name */
	assert_int_equal(done.records, 3);
	assert_int_equal(raw_found(&left, x.dir), 0);
	assert_int_equal(visits(&x), before);
	check_gone(&x);
	/* Asked again: there is nobody. */
	assert_int_equal(subject_find(x.n, person, &s, &err),
	    MQ_E_NOT_FOUND);
	/* The next node follows, whatever it held. */
	nodes_carry(&x, &y);
	assert_int_equal(visits(&y), before);
	check_gone(&y);
	raw_free(&left);
}

static enum mq_status count_routes(void *ctx, const struct entry *e,
    const struct buf *body, struct err *err)
{
	(void)err;
	if (strcmp(e->kind, "entry") == 0 && strcmp(e->op, "erased") == 0 &&
	    strstr(body->data, "\"route\":[\"990101001002\","
	    "\"990101001003\"]") != NULL)
		++*(int *)ctx;
	return MQ_OK;
}

/* Whoever had the words is named by what takes them. */
static void an_erasure_knows_the_way(void **state)
{
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;
	int n = 0;

	(void)state;
	nodes_entry(&x, "visit", "note", visit, "{\"d\":{\"owner\":"
	    "\"990101001002\",\"route\":[\"990101001003\","
	    "\"990101001002\"]},\"f\":{\"text\":\"" NAME "\"}}");
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	(void)subject_is_meant(s, mention);
	nodes_ok(subject_erase(x.n, &x.who, s, "本人要求", &done, &err),
	    &err);
	subject_free(&s);
	assert_int_equal(done.found, 0);
	nodes_ok(ledger_each(x.n, count_routes, &n, &err), &err);
	assert_int_equal(n, 1);
}

/* Of a kind that the pack has no more: what it says of them goes all the
 * same.  Lines that could not be read go only when they name this person. */
static void a_kind_of_old_is_no_hindrance(void **state)
{
	char ref[ENTRY_REF_TEXT], home[ENTRY_REF_TEXT], line[80], body[300];
	struct subject_done done;
	struct record_full r;
	struct subject *s;
	struct db_stmt *q;
	struct err err = ERR_INIT;
	int64_t kept = 0;
	int64_t old;
	int i;

	(void)state;
	ref_text(ref_of_rec(person), ref);
	ref_text(ref_of_rec(house), home);
	snprintf(body, sizeof(body), "{\"d\":{\"place\":\"%s\",\"who\":\"%s\"},"
	    "\"f\":{\"said\":\"" NAME "\"}}", home, ref);
	old = ref_rec(nodes_entry(&x, "olddeed", "open", 0, body));
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	for (i = 0; i < 2; i++) {
		snprintf(line, sizeof(line), "{\"who\":\"%s%s\"", ref,
		    i ? "7" : "");
		nodes_ok(db_query(x.n->db, "INSERT INTO inbox_bad(at, reason,"
		    " line) VALUES(1, '', CAST(? AS BLOB))", &q, &err), &err);
		db_bind_text(q, line);
		nodes_ok(db_run(&q, &err), &err);
	}
	nodes_ok(db_commit(x.n->db, &err), &err);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	(void)subject_is_meant(s, mention);
	nodes_ok(subject_erase(x.n, &x.who, s, "本人要求", &done, &err),
	    &err);
	subject_free(&s);
	nodes_ok(record_get(x.n, old, &r, &err), &err);
	assert_int_equal(r.r.who, 0);
	assert_int_equal(r.r.place, 0);
	assert_false(fields_has(&r.f, "said"));
	record_full_free(&r);
	nodes_ok(db_scalar(x.n->db, "SELECT count(*) FROM inbox_bad", &kept,
	    &err), &err);
	assert_int_equal(kept, 1);
}

static void an_open_case_is_kept(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(deeds_visit(&x, person, res, &err), &err);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	assert_int_equal(s->open, 1);
	assert_int_equal(subject_erase(x.n, &x.who, s, "", &done, &err),
	    MQ_E_SUBJECT_OPEN);
	assert_int_equal(done.entries, 0);
	subject_free(&s);
	free(res);
}

static void not_by_anybody(void **state)
{
	struct session volunteer;
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;

	(void)state;
	access_fake(&volunteer, "v001", "志愿者", "volunteer", x.n->set.org);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	assert_int_equal(subject_erase(x.n, &volunteer, s, "", &done, &err),
	    MQ_E_DENIED);
	subject_free(&s);
}

static void on_the_roster(const char *number)
{
	struct roster_draft d;
	struct roster_node node = { .number = 101 };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	memset(&d, 0, sizeof(d));
	xcopy(d.p.number, sizeof(d.p.number), number);
	xcopy(d.p.name, sizeof(d.p.name), "周志愿");
	memcpy(node.box_pk, x.n->keys.box_pk, CRYPTO_BOX_PK);
	nodes_ok(roster_make(&x.env, "test", x.n->set.org, 1, &d, 1, &node, 1,
	    x.n->keys.sign_sk, &b, &err), &err);
	nodes_ok(roster_install(x.n, b.data, b.len, &err), &err);
	buf_free(&b);
}

static void half_typed(struct drafts *d, int number, int64_t rec,
    const char *note)
{
	struct draft q;
	struct err err = ERR_INIT;

	memset(&q, 0, sizeof(q));
	q.number = number;
	q.rec = rec;
	xcopy(q.kind, sizeof(q.kind), "visit");
	fields_set(&q.f, "note", note);
	nodes_ok(draft_put(d, &q, &err), &err);
	draft_free(&q);
}

/* Drafts as they lie there; their files do not say whose they are. */
static size_t draft_bytes(void)
{
	char dir[300], path[700];
	struct dirent *e;
	struct stat st;
	size_t sum = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/drafts", x.dir);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		file_join(path, sizeof(path), dir, e->d_name);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
			sum += (size_t)st.st_size;
	}
	(void)closedir(d);
	return sum;
}

/* What somebody was typing about the person goes; their other work stays. */
static void half_typed_work_goes(void **state)
{
	struct subject_done done;
	struct drafts *d;
	struct subject *s;
	struct err err = ERR_INIT;
	size_t before;

	(void)state;
	on_the_roster("V001");
	nodes_ok(draft_open(x.n, "V001", &d, &err), &err);
	half_typed(d, 1, person, "改电话");
	half_typed(d, 2, 0, NAME "家的灯坏了");
	half_typed(d, 3, other, "一切正常");
	nodes_ok(draft_sync(d, true, &err), &err);
	draft_close(&d);
	before = draft_bytes();
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	(void)subject_is_meant(s, mention);
	nodes_ok(subject_erase(x.n, &x.who, s, "", &done, &err), &err);
	subject_free(&s);
	assert_int_equal(done.drafts, 2);
	/* written anew: less stands there than did, not more */
	assert_true(draft_bytes() < before);
	nodes_ok(draft_open(x.n, "V001", &d, &err), &err);
	assert_int_equal(draft_count(d), 1);
	assert_int_equal(draft_at(d, 0)->number, 3);
	draft_close(&d);
}

/* A line of the feed that is no entry may hold anything. */
static void bad_lines_that_name_them_go(void **state)
{
	static const char lines[] = "{\"phone\":\"" PHONE "\"}\n"
	    "{\"phone\":\"13900139000\"}\n";
	struct raw_needles left = { NULL, 0, 0 };
	struct raw_needles other_line = { NULL, 0, 0 };
	struct inbox_result in;
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(inbox_take(x.n, lines, strlen(lines), 1, &in, &err), &err);
	assert_int_equal(in.bad, 2);
	raw_add(&left, PHONE, strlen(PHONE));
	raw_add(&other_line, "13900139000", 11);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	(void)subject_is_meant(s, mention);
	nodes_ok(subject_erase(x.n, &x.who, s, "", &done, &err), &err);
	subject_free(&s);
	assert_int_equal(raw_found(&left, x.dir), 0);
	assert_int_equal(raw_found(&other_line, x.dir), 1);
	raw_free(&left);
	raw_free(&other_line);
}

/* Whom a name means that others have too, nobody has said. */
static void a_mention_is_left_to_people(void **state)
{
	struct subject_done done;
	struct subject *s;
	struct record_full r;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	nodes_ok(subject_erase(x.n, &x.who, s, "", &done, &err), &err);
	subject_free(&s);
	assert_int_equal(done.records, 2);
	nodes_ok(record_get(x.n, mention, &r, &err), &err);
	assert_string_equal(fields_text(&r.f, "note"), NOTE);
	record_full_free(&r);
}

/* A table somebody exported lies in the folder. */
static void what_is_left_is_named(void **state)
{
	struct subject_done done;
	struct subject *s;
	struct err err = ERR_INIT;
	char path[400];
	const char text[] = "编号,电话\r\n1," PHONE "\r\n";

	(void)state;
	file_join(path, sizeof(path), x.dir, "导出.csv");
	nodes_ok(file_write(&x.env, path, text, strlen(text), 0600, &err),
	    &err);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	assert_int_equal(subject_erase(x.n, &x.who, s, "", &done, &err),
	    MQ_E_SUBJECT_LEFT);
	assert_int_equal(done.found, 1);
	assert_string_equal(done.where, path);
	subject_free(&s);
}

/* The words come after their erasure: they are not kept. */
static void words_that_come_late_are_not_kept(void **state)
{
	struct subject_done done;
	struct subject *s;
	struct buf line = BUF_INIT(ENTRY_BODY_MAX * 3);
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct entry e;
	struct err err = ERR_INIT;
	bool fresh, gone;

	(void)state;
	nodes_ok(ledger_line_of(x.n, ref_of_rec(person), &line, &err), &err);
	nodes_ok(subject_find(x.n, person, &s, &err), &err);
	nodes_ok(subject_erase(x.n, &x.who, s, "", &done, &err), &err);
	subject_free(&s);
	/* y hears of the erasure first, as an entry that names another */
	nodes_ok(db_begin(y.n->db, __func__, &err), &err);
	nodes_ok(ledger_erase(y.n, ref_of_rec(person),
	    (struct ref){ x.n->dev, 99 }, &err), &err);
	nodes_ok(ledger_receive(y.n, buf_str(&line), line.len - 1, &fresh,
	    &err), &err);
	nodes_ok(db_commit(y.n->db, &err), &err);
	nodes_ok(ledger_read(y.n, ref_of_rec(person), &e, &head, &body, &gone,
	    &err), &err);
	assert_true(gone);
	buf_free(&line);
	buf_free(&head);
	buf_free(&body);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_is_found),
		T(erased_from_every_file),
		T(an_erasure_knows_the_way),
		T(a_kind_of_old_is_no_hindrance),
		T(an_open_case_is_kept),
		T(not_by_anybody),
		T(half_typed_work_goes),
		T(bad_lines_that_name_them_go),
		T(a_mention_is_left_to_people),
		T(what_is_left_is_named),
		T(words_that_come_late_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
