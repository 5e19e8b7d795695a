/*
 * What the ledger costs, on a node made by gen.
 *
 *   core DIR save N        N visits (one entry, projection, fsync each)
 *   core DIR search WORD   newest 20 with that word
 *   core DIR people TYPED  the picker's search
 *   core DIR page          first page of all requests, and a jump to the end
 *   core DIR rebuild       the projection thrown away and made again
 *   core DIR verify
 *   core DIR rest          what the program does when nobody types: the log
 *                          moved into the file
 *   core DIR index         all that is marked and not indexed yet
 *
 * Prints "NAME VALUE" lines.
 */
#include <inttypes.h>

#include "../../core/base/clock.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/save.h"
#include "../../core/search.h"
#include "times.h"

#define AGAIN 50	/* times a query is asked */
#define ROWS 20

static _Noreturn void die(const struct err *err)
{
	char words[600];

	err_say(err, LANG_ZH, words, sizeof(words));
	fprintf(stderr, "core: %s\n", words);
	exit(1);
}

/* Some resident of the register. */
static int64_t a_person(struct node *n)
{
	struct record_query q = { .kind = "person", .sort = SORT_OPENED };
	struct record rows[1];
	struct err err = ERR_INIT;
	int count;

	if (record_page(n, &q, &(struct record){ 0 }, false, rows, 1, &count,
	    &err))
		die(&err);
	return count ? rows[0].rec : 0;
}

static void one_visit(struct node *n, const char *who, const char *when)
{
	struct session by;
	struct save_result res;
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;

	access_fake(&by, "2001", "陈网格", "captain", n->set.org);
	fields_set(&f, "mode", "home");
	fields_set(&f, "who", who);
	fields_set(&f, "when", when);
	fields_set(&f, "purpose", "elder");
	fields_set(&f, "note", "老人身体尚好，精神不错。午饭在社区食堂吃。");
	s = save_new(n, &by);
	if (save_open(s, "visit", &f, -1, NULL, &err) ||
	    save_commit(s, &res, &err))
		die(&err);
	save_free(&s);
	fields_free(&f);
}

static void do_save(struct node *n, const char *arg)
{
	char who[ENTRY_REF_TEXT], when[32];
	long i, count = strtol(arg, NULL, 10);
	struct times t;

	ref_text(ref_of_rec(a_person(n)), who);
	clock_show(env_now(n->env), CLOCK_DATE, when, sizeof(when));
	times_begin(&t, count > 0 ? (size_t)count : 1);
	for (i = 0; i < count; i++) {
		times_start(&t);
		one_visit(n, who, when);
		times_stop(&t);
	}
	times_print(&t, "save_us");
	times_end(&t);
}

static void do_search(struct node *n, const char *word)
{
	struct record rows[ROWS];
	struct err err = ERR_INIT;
	struct times t;
	int i, count = 0;

	times_begin(&t, AGAIN);
	for (i = 0; i < AGAIN; i++) {
		times_start(&t);
		if (search_text(n, NULL, word, NULL, rows, ROWS, &count,
		    &err))
			die(&err);
		times_stop(&t);
	}
	times_print(&t, "search_us");
	printf("search_found %d\n", count);
	times_end(&t);
}

static void do_people(struct node *n, const char *typed)
{
	struct search_person rows[ROWS];
	struct err err = ERR_INIT;
	struct times t;
	int i, count = 0;

	times_begin(&t, AGAIN);
	for (i = 0; i < AGAIN; i++) {
		times_start(&t);
		if (search_people(n, "person", typed, NULL, rows, ROWS,
		    &count, &err))
			die(&err);
		times_stop(&t);
	}
	times_print(&t, "people_us");
	printf("people_found %d\n", count);
	times_end(&t);
}

static void do_page(struct node *n, const char *arg)
{
	struct record_query q = { .kind = "request", .sort = SORT_OPENED };
	struct record none = { 0 }, rows[ROWS];
	struct err err = ERR_INIT;
	struct times first, last;
	int i, count;

	(void)arg;
	times_begin(&first, AGAIN);
	times_begin(&last, AGAIN);
	for (i = 0; i < AGAIN; i++) {
		times_start(&first);
		if (record_page(n, &q, &none, false, rows, ROWS, &count,
		    &err))
			die(&err);
		times_stop(&first);
		times_start(&last);
		if (record_page(n, &q, &none, true, rows, ROWS, &count,
		    &err))
			die(&err);
		times_stop(&last);
	}
	times_print(&first, "page_us");
	times_print(&last, "page_end_us");
	times_end(&first);
	times_end(&last);
}

static double rate(int64_t count, int64_t from)
{
	return (double)count * 1e9 / (double)(times_now() - from);
}

static void do_rebuild(struct node *n, const char *arg)
{
	int64_t all = 0, from = times_now();
	struct err err = ERR_INIT;

	(void)arg;
	if (record_rebuild(n, &err) ||
	    db_scalar(n->db, "SELECT count(*) FROM entry", &all, &err))
		die(&err);
	printf("rebuild_per_s %.0f\n", rate(all, from));
}

static void do_verify(struct node *n, const char *arg)
{
	struct ledger_report rep;
	struct err err = ERR_INIT;
	int64_t from = times_now();

	(void)arg;
	if (ledger_verify(n, NULL, NULL, &rep, &err))
		die(&err);
	printf("verify_per_s %.0f\n", rate(rep.entries, from));
	printf("entries %" PRId64 "\n", rep.entries);
}

static void do_rest(struct node *n, const char *arg)
{
	struct err err = ERR_INIT;
	int64_t from = times_now(), bytes = db_wal_bytes(n->db);

	(void)arg;
	if (db_checkpoint(n->db, &err))
		die(&err);
	printf("rest_ms %.1f\nlog_mib %.1f\n",
	    (double)(times_now() - from) / 1e6,
	    (double)bytes / 1048576.0);
}

/* What is marked and not indexed yet; printed: how many a second. */
static void do_index(struct node *n, const char *arg)
{
	struct err err = ERR_INIT;
	int64_t from = times_now(), all = -1, left = 1;

	(void)arg;
	while (left > 0) {
		if (search_drain(n, all < 0 ? 0 : 5000, &left, &err))
			die(&err);
		if (all < 0)
			all = left;
		if (db_checkpoint(n->db, &err))
			die(&err);
	}
	printf("indexed %lld\nindex_per_s %.0f\n", (long long)all,
	    (double)all / ((double)(times_now() - from) / 1e9));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*act)(struct node *n, const char *arg);
		bool writes;
	} verbs[] = {
		{ "save", do_save, true }, { "search", do_search, true },
		{ "people", do_people, true }, { "page", do_page, false },
		{ "rebuild", do_rebuild, true },
		{ "verify", do_verify, false }, { "rest", do_rest, true },
		{ "index", do_index, true },
	};
	struct env env;
	struct err err = ERR_INIT;
	struct node *n;
	size_t i;

	for (i = 0; argc >= 3 && i < ARRAY_LEN(verbs); i++)
		if (strcmp(argv[2], verbs[i].name) == 0)
			break;
	if (argc < 3 || i == ARRAY_LEN(verbs)) {
		fputs("usage: core DIR save N | search WORD | people TYPED |"
		    " page | rebuild | verify | rest | index\n", stderr);
		return 2;
	}
	crypto_init();
	log_quiet(true);
	env_real(&env);
	if (node_open(&env, argv[1], verbs[i].writes ? 0 : NODE_READ, &n,
	    &err))
		die(&err);
	verbs[i].act(n, argc > 3 ? argv[3] : "100");
	node_close(&n);
	return 0;
}
