/*
 * A node with many entries of believable Chinese data, for measuring.
 *
 *   gen DIR ENTRIES [SEED [RESIDENTS]]
 *
 * Everything is written through core/save.h; the same seed gives the same
 * node, only the days follow the calendar.  Without a hub; two people can log
 * in: 2001 (captain) and 1001 (volunteer), PIN 390617.
 */
#include <inttypes.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/base/file.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/pack.h"
#include "../../core/roster.h"
#include "../../core/save.h"
#include "../../core/search.h"

#define TENANT "bench"
#define ORG "990101001"
#define NODE_NUMBER 101
#define PIN "390617"
#define DAYS 300
#define STAFF 200
#define GRIDS 64
#define BAR_CELLS 30
#define LOG_SAVES 5000

struct surname { const char *text; int weight; };
static const struct surname surnames[] = {
#define SURNAME(s, w) { s, w },
#include "../../demo/names.def"
#undef SURNAME
};
static const char *const given[] = {
#define HE(s) s,
#define SHE(s) s,
#include "../../demo/names.def"
#undef HE
#undef SHE
};
struct note { const char *purpose, *words; };
static const struct note notes[] = {
#define NOTE(p, w) { p, w },
#include "../../demo/words.def"
#undef NOTE
};
struct ask { const char *type, *category, *subject, *grade, *place, *words; };
static const struct ask asks[] = {
#define CASE(t, c, s, g, p, w) { t, c, s, g, p, w },
#include "../../demo/words.def"
#undef CASE
};

struct gen {
	struct env env;
	struct node *n;
	uint64_t dice;
	int64_t want, start;		/* entries; monotonic ms of the begin */
	size_t residents;
	struct utc begin, end;
	char grids[GRIDS][24];
	int ngrids;
	int64_t *homes, *people, *open;	/* records */
	int *stage;			/* of each in `open` */
	size_t nhomes, npeople, nopen;
	int64_t skipped, saves;
};

static _Noreturn void die(const char *what, const struct err *err)
{
	char words[600] = "";

	if (err)
		err_say(err, LANG_ZH, words, sizeof(words));
	fprintf(stderr, "gen: %s %s\n", what, words);
	exit(1);
}

static uint32_t roll(struct gen *g, uint32_t sides)
{
	uint64_t z = g->dice += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 32) % sides;
}

static void bar(struct gen *g, const char *what, int64_t done, int64_t all)
{
	struct env real;
	int64_t ms;
	int cells, i;

	if (!isatty(STDERR_FILENO) || all == 0)
		return;
	env_real(&real);
	ms = real.mono_ms(&real) - g->start;
	cells = (int)(done * BAR_CELLS / all);
	fprintf(stderr, "\r%s [", what);
	for (i = 0; i < BAR_CELLS; i++)
		fputc(i < cells ? '#' : ' ', stderr);
	fprintf(stderr, "] %3d %%  %" PRId64 "  %" PRId64 "/s ",
	    (int)(done * 100 / all), done, ms ? done * 1000 / ms : 0);
	if (done >= all)
		fputc('\n', stderr);
}

/* ---- one save ---- */

/* Nothing takes the log into the file by itself, as it would be too much. */
static void take_log(struct gen *g)
{
	struct err err = ERR_INIT;

	if (++g->saves % LOG_SAVES == 0 && db_checkpoint(g->n->db, &err))
		die("checkpoint", &err);
}

static struct session somebody(struct gen *g)
{
	struct session s;
	char by[16], name[64];

	snprintf(by, sizeof(by), "%u", 1001 + roll(g, STAFF));
	snprintf(name, sizeof(name), "%s%s",
	    surnames[roll(g, ARRAY_LEN(surnames))].text,
	    given[roll(g, ARRAY_LEN(given))]);
	access_fake(&s, by, name, "captain", ORG);
	return s;
}

/* A complaint (hours that overlap, say) only skips this one. */
static int64_t finish(struct gen *g, struct save **s, enum mq_status st,
    struct save_result *res, struct err *err)
{
	struct save_complaint c;

	if (!st && save_complaints(*s, &c, 1) > 0) {
		g->skipped++;
		save_free(s);
		return 0;
	}
	if (!st)
		st = save_commit(*s, res, err);
	if (st)
		die("save", err);
	save_free(s);
	take_log(g);
	return res->recs[0];
}

static int64_t open_one(struct gen *g, const char *kind, struct fields *f,
    struct save_result *res)
{
	struct session who = somebody(g);
	struct save *s = save_new(g->n, &who);
	struct err err = ERR_INIT;
	enum mq_status st = save_open(s, kind, f, -1, NULL, &err);

	fields_free(f);
	return finish(g, &s, st, res, &err);
}

static void set_ref(struct fields *f, const char *name, int64_t rec)
{
	char text[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(rec), text);
	fields_set(f, name, text);
}

static void set_when(struct gen *g, struct fields *f, const char *name,
    int64_t ago)
{
	struct utc t = { env_now(&g->env).ms - ago };
	char text[32];

	clock_show(t, CLOCK_MINUTE, text, sizeof(text));
	fields_set(f, name, text);
}

/* ---- the register ---- */

static void add_home(struct gen *g, struct save_result *res)
{
	struct fields f = { NULL, 0, 0 };
	uint32_t k = (uint32_t)g->nhomes;
	char text[64];

	fields_set(&f, "address", "清河路 5 号");
	snprintf(text, sizeof(text), "%u栋%u单元", k / 72 % 40 + 1,
	    k / 24 % 3 + 1);
	fields_set(&f, "building", text);
	snprintf(text, sizeof(text), "%u0%u", k / 2 % 12 + 1, k % 2 + 1);
	fields_set(&f, "door", text);
	fields_set(&f, "grid", g->grids[k % (uint32_t)g->ngrids]);
	g->homes[g->nhomes++] = open_one(g, "household", &f, res);
}

static void add_person(struct gen *g, struct save_result *res)
{
	struct fields f = { NULL, 0, 0 };
	size_t home = g->npeople / 2 % g->nhomes;
	char text[64];

	snprintf(text, sizeof(text), "%s%s",
	    surnames[roll(g, ARRAY_LEN(surnames))].text,
	    given[roll(g, ARRAY_LEN(given))]);
	fields_set(&f, "name", text);
	fields_set(&f, "sex", roll(g, 2) ? "female" : "male");
	snprintf(text, sizeof(text), "%u", 1935 + roll(g, 80));
	fields_set(&f, "birth_year", text);
	snprintf(text, sizeof(text), "1990002%04u", roll(g, 10000));
	fields_set(&f, "phone", text);
	set_ref(&f, "place", g->homes[home]);
	fields_set(&f, "grid", g->grids[home % (size_t)g->ngrids]);
	fields_set(&f, "consent", "yes");
	g->people[g->npeople++] = open_one(g, "person", &f, res);
}

/* ---- the days ---- */

static void keep_open(struct gen *g, const char *no)
{
	int64_t rec;

	if (!no[0] || record_by_no(g->n, no, &rec, NULL))
		return;
	g->open[g->nopen] = rec;
	g->stage[g->nopen++] = 0;
}

static void visit(struct gen *g, struct save_result *res)
{
	static const char *const modes[] = { "home", "home", "phone", "come",
	    "care" };
	const struct note *note = &notes[roll(g, ARRAY_LEN(notes))];
	const struct ask *ask = &asks[roll(g, ARRAY_LEN(asks))];
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "mode", modes[roll(g, ARRAY_LEN(modes))]);
	set_ref(&f, "who", g->people[roll(g, (uint32_t)g->npeople)]);
	set_when(g, &f, "when", 0);
	fields_set(&f, "purpose", note->purpose);
	fields_set(&f, "note", note->words);
	if (roll(g, 5) == 0) {
		fields_set(&f, "demand", ask->type);
		fields_set(&f, "demand_category", ask->category);
		fields_set(&f, "demand_subject", ask->subject);
		fields_set(&f, "demand_grade", ask->grade);
		fields_set(&f, "demand_text", ask->words);
	}
	if (open_one(g, "visit", &f, res))
		keep_open(g, res->no);
}

static void request(struct gen *g, struct save_result *res)
{
	const struct ask *ask = &asks[roll(g, ARRAY_LEN(asks))];
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "type", ask->type);
	fields_set(&f, "channel", roll(g, 3) ? "counter" : "phone");
	fields_set(&f, "anonymous", "no");
	set_ref(&f, "who", g->people[roll(g, (uint32_t)g->npeople)]);
	fields_set(&f, "category", ask->category);
	fields_set(&f, "subject", ask->subject);
	fields_set(&f, "grade", ask->grade);
	fields_set(&f, "place_text", ask->place);
	set_when(g, &f, "when", 0);
	fields_set(&f, "content", ask->words);
	fields_set(&f, "about_us", "no");
	if (open_one(g, "request", &f, res))
		keep_open(g, res->no);
}

static void tap(struct gen *g, struct save_result *res)
{
	static const char *const what[] = { "water", "rest", "read", "ask" };
	struct fields f = { NULL, 0, 0 };

	fields_set(&f, "choice", what[roll(g, ARRAY_LEN(what))]);
	open_one(g, "tap", &f, res);
}

static void service(struct gen *g, struct save_result *res)
{
	static const char *const what[] = { "station_duty", "elder_care",
	    "cleaning", "patrol", "order" };
	struct fields f = { NULL, 0, 0 };
	char text[16];

	snprintf(text, sizeof(text), "%u", 1001 + roll(g, STAFF));
	fields_set(&f, "volunteer", text);
	fields_set(&f, "activity", what[roll(g, ARRAY_LEN(what))]);
	set_when(g, &f, "start", 5 * MS_MINUTE);
	snprintf(text, sizeof(text), "%u", 1 + roll(g, 3));
	fields_set(&f, "minutes", text);
	open_one(g, "service", &f, res);
}

/* The next step of some case: accepted, answered, confirmed, at rest. */
static void step(struct gen *g, struct save_result *res)
{
	static const char *const steps[] = { "accept", "answer_now",
	    "confirm" };
	struct session who = somebody(g);
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;
	enum mq_status st;
	uint32_t i;

	if (g->nopen == 0)
		return;
	i = roll(g, (uint32_t)g->nopen);
	if (g->stage[i] == 1) {
		fields_set(&f, "measure", "已现场处理，恢复正常。");
		fields_set(&f, "spoke_to", "居民本人");
	} else if (g->stage[i] == 2) {
		fields_set(&f, "solved", "yes");
	}
	s = save_new(g->n, &who);
	st = save_step(s, g->open[i], steps[g->stage[i]], &f, NULL, &err);
	fields_free(&f);
	if (st == MQ_E_DENIED) {	/* the one who answered */
		save_free(&s);
		return;
	}
	if (!finish(g, &s, st, res, &err) || ++g->stage[i] < 3)
		return;
	g->open[i] = g->open[--g->nopen];
	g->stage[i] = g->stage[g->nopen];
}

static void one_deed(struct gen *g, struct save_result *res)
{
	uint32_t r = roll(g, 100);

	if (r < 45)
		visit(g, res);
	else if (r < 57)
		request(g, res);
	else if (r < 75)
		tap(g, res);
	else if (r < 85)
		service(g, res);
	else
		step(g, res);
}

static int64_t written(struct gen *g)
{
	return node_meta(g->n, "head_seq");
}

/* The clock stands where this entry's share of the year is over. */
static void move_clock(struct gen *g, int64_t done)
{
	int64_t at = g->begin.ms + (g->end.ms - g->begin.ms) / g->want * done;
	int64_t ahead = at - env_now(&g->env).ms;

	if (ahead > 0)
		env_advance(&g->env, ahead);
}

static void fill(struct gen *g)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	size_t homes = g->residents / 2 + 1;
	int64_t done = 0;

	g->homes = xcalloc(homes, sizeof(*g->homes));
	g->people = xcalloc(2 * homes, sizeof(*g->people));
	g->open = xcalloc((size_t)g->want + 1, sizeof(*g->open));
	g->stage = xcalloc((size_t)g->want + 1, sizeof(*g->stage));
	while (g->nhomes < homes)
		add_home(g, res);
	while (g->npeople < 2 * homes)
		add_person(g, res);
	while ((done = written(g)) < g->want) {
		move_clock(g, done);
		one_deed(g, res);
		if (done % 500 < 2)
			bar(g, "entries", done, g->want);
	}
	bar(g, "entries", g->want, g->want);
	free(res);
}

static void index_all(struct gen *g)
{
	struct err err = ERR_INIT;
	int64_t left = 1, all = 0;

	while (left > 0) {
		if (search_drain(g->n, 2000, &left, &err))
			die("search", &err);
		if (all == 0)
			all = left + 2000;
		bar(g, "index", all - left, all);
	}
	if (db_checkpoint(g->n->db, &err))
		die("checkpoint", &err);
}

/* ---- the node ---- */

static void write_roster(struct gen *g, const char *dir,
    const struct node_keys *keys)
{
	static const char *const roles[] = { "captain", "volunteer" };
	struct roster_draft *d = xcalloc(2, sizeof(*d));
	struct roster_node rn = { .number = NODE_NUMBER };
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[NODE_PATH];
	int i;

	for (i = 0; i < 2; i++) {
		xcopy(d[i].p.number, sizeof(d[i].p.number),
		    i ? "1001" : "2001");
		xcopy(d[i].p.name, sizeof(d[i].p.name),
		    i ? "李志愿" : "陈网格");
		xcopy(d[i].p.posts[0].role, sizeof(d[i].p.posts[0].role),
		    roles[i]);
		xcopy(d[i].p.posts[0].org, sizeof(d[i].p.posts[0].org), ORG);
		d[i].p.nposts = 1;
		xcopy(d[i].pin, sizeof(d[i].pin), PIN);
	}
	memcpy(rn.box_pk, keys->box_pk, sizeof(rn.box_pk));
	file_join(path, sizeof(path), dir, "roster");
	if (roster_make(&g->env, TENANT, ORG, 1, d, 2, &rn, 1, keys->sign_sk,
	    &b, &err) ||
	    file_write(&g->env, path, b.data, b.len, 0644, &err))
		die("roster", &err);
	buf_free(&b);
	free(d);
}

static void make_node(struct gen *g, const char *dir)
{
	struct node_settings set = { .number = NODE_NUMBER };
	struct node_keys keys;
	struct err err = ERR_INIT;

	xcopy(set.tenant, sizeof(set.tenant), TENANT);
	xcopy(set.org, sizeof(set.org), ORG);
	xcopy(set.site, sizeof(set.site), "清河街道党群服务中心");
	node_make_keys(&g->env, &keys);
	crypto_hex(keys.box_pk, CRYPTO_BOX_PK, set.records_pk);
	crypto_hex(keys.sign_pk, CRYPTO_SIGN_PK, set.roster_pk);
	if (node_create(&g->env, dir, &set, &keys, &err))
		die(dir, &err);
	write_roster(g, dir, &keys);
	if (node_open(&g->env, dir, NODE_FAST, &g->n, &err))
		die(dir, &err);
}

static void take_grids(struct gen *g)
{
	const struct orgs *o = pack_orgs(g->n->pack);
	size_t i;

	for (i = 0; i < o->n && g->ngrids < GRIDS; i++)
		if (strcmp(o->v[i].level, "grid") == 0)
			xcopy(g->grids[g->ngrids++], sizeof(g->grids[0]),
			    o->v[i].code);
	if (!g->ngrids)
		die("no grid in the pack", NULL);
}

int main(int argc, char **argv)
{
	static struct gen g;
	struct env real;

	if (argc < 3 || (g.want = strtoll(argv[2], NULL, 10)) < 100) {
		fputs("usage: gen DIR ENTRIES [SEED [RESIDENTS]]\n", stderr);
		return 2;
	}
	crypto_init();
	log_quiet(true);
	env_real(&real);
	g.dice = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	g.residents = argc > 4 ? strtoull(argv[4], NULL, 10) :
	    (size_t)g.want / 25;
	g.start = real.mono_ms(&real);
	g.end = env_now(&real);
	g.end.ms -= MS_MINUTE;
	g.begin.ms = g.end.ms - DAYS * MS_DAY;
	env_fixed(&g.env, g.begin, g.dice);
	make_node(&g, argv[1]);
	take_grids(&g);
	fill(&g);
	index_all(&g);
	fprintf(stderr, "entries %" PRId64 ", skipped %" PRId64 ", %" PRId64
	    " ms\n", written(&g), g.skipped,
	    real.mono_ms(&real) - g.start);
	node_close(&g.n);
	free(g.homes);
	free(g.people);
	free(g.open);
	free(g.stage);
	return 0;
}
