/*
 * minqing-seed: the made-up street of `make demo`, of the pictures and of the
 * measurements.
 *
 *   minqing-seed sites            the nodes it wants: folder, unit, name
 *   minqing-seed people           who works there, for minqing-admin roster
 *   minqing-seed alone DIR        makes those nodes without a hub
 *   minqing-seed fill DIR [DAYS]  fills the nodes in DIR; prints per cent
 */
#include "seed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base/clock.h"
#include "../core/base/file.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/inbox.h"
#include "../core/ledger.h"
#include "../core/roster.h"
#include "../core/search.h"

#define TENANT "demo"
#define CAPTAIN_KEY "captain"
#define STREET_KEY "street"
#define FIRST_NUMBER 101	/* of the nodes made without a hub */
#define DAYS 90

_Noreturn void seed_die(const char *what, const struct err *err)
{
	char words[600];

	if (err && err->code) {
		err_say(err, LANG_ZH, words, sizeof(words));
		fprintf(stderr, "minqing-seed: %s: %s\n", what, words);
	} else {
		fprintf(stderr, "minqing-seed: %s\n", what);
	}
	exit(1);
}

/* ---- small tools ---- */

uint32_t seed_roll(struct seed *w, uint32_t sides)
{
	uint64_t z = w->dice += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 32) % sides;
}

bool seed_chance(struct seed *w, uint32_t percent)
{
	return seed_roll(w, 100) < percent;
}

void seed_at(struct seed *w, struct utc t)
{
	int64_t ahead = t.ms - env_now(&w->env).ms;

	if (ahead > 0)
		env_advance(&w->env, ahead);
}

struct utc seed_time(const struct seed *w, int day, int hour, int minute)
{
	struct day d = { w->today.n + day };
	struct utc t = clock_day_start(d);

	t.ms += hour * MS_HOUR + minute * MS_MINUTE;
	return t;
}

void seed_progress(int percent)
{
	static int last = -1;

	if (percent == last)
		return;
	last = percent;
	printf("%d\n", percent);
	fflush(stdout);
}

void seed_when(struct fields *f, const char *name, struct utc t)
{
	char text[32];

	clock_show(t, CLOCK_MINUTE, text, sizeof(text));
	fields_set(f, name, text);
}

void seed_ref(struct fields *f, const char *name, int64_t rec)
{
	char text[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(rec), text);
	fields_set(f, name, text);
}

static void commit(struct save *s, const char *what,
    struct save_result *out)
{
	struct save_complaint c[SAVE_COMPLAINTS];
	struct save_result mine;
	struct err err = ERR_INIT;
	char where[96];

	if (save_commit(s, out ? out : &mine, &err) != MQ_OK) {
		where[0] = '\0';
		if (save_complaints(s, c, SAVE_COMPLAINTS) > 0)
			snprintf(where, sizeof(where), "%s.%s", what,
			    c[0].field);
		seed_die(where[0] ? where : what, &err);
	}
	save_free(&s);
}

int64_t seed_open(struct node *n,
    const struct seed_staff *who, const char *kind, struct fields *f,
    struct save_result *out)
{
	struct session ses = seed_town_as(who);
	struct save *s = save_new(n, &ses);
	struct save_result mine, *res = out ? out : &mine;
	struct err err = ERR_INIT;

	if (save_open(s, kind, f, -1, NULL, &err) != MQ_OK)
		seed_die(kind, &err);
	commit(s, kind, res);
	fields_free(f);
	return res->recs[0];
}

void seed_step(struct node *n, const struct seed_staff *who,
    int64_t rec, const char *step, struct fields *f, struct save_result *out)
{
	struct session ses = seed_town_as(who);
	struct save *s = save_new(n, &ses);
	struct err err = ERR_INIT;

	if (save_step(s, rec, step, f, NULL, &err) != MQ_OK)
		seed_die(step, &err);
	commit(s, step, out);
	fields_free(f);
}

void seed_fix(struct node *n, const struct seed_staff *who,
    int64_t rec, struct fields *f, const char *why)
{
	struct session ses = seed_town_as(who);
	struct save *s = save_new(n, &ses);
	struct err err = ERR_INIT;

	if (save_fix(s, rec, f, why, NULL, &err) != MQ_OK)
		seed_die("fix", &err);
	commit(s, "fix", NULL);
	fields_free(f);
}

void seed_carry(struct node *from, struct node *to, struct ref first, int n)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct inbox_result res;
	struct err err = ERR_INIT;
	int64_t left;
	int i;

	for (i = 0; i < n; i++) {
		struct ref id = { first.dev, first.seq + i };

		if (ledger_line_of(from, id, &b, &err) != MQ_OK)
			seed_die("carry", &err);
		if (b.len && b.data[b.len - 1] != '\n')
			buf_addc(&b, '\n');
	}
	/* The feed's own cursor stays where it is: the hub sends these again,
	 * and the same entry twice is no harm. */
	if (inbox_take(to, b.data, b.len, inbox_cursor(to), &res, &err) ||
	    record_fold_pending(to, ENTRY_SAVE_MAX, &left, &err))
		seed_die("carry", &err);
	buf_free(&b);
}

/* ---- the nodes ---- */

static struct node *open_node(struct seed *w, const char *dir,
    const char *key)
{
	char path[NODE_PATH];
	struct node *n;
	struct err err = ERR_INIT;

	file_join(path, sizeof(path), dir, key);
	if (node_open(&w->env, path, NODE_FAST, &n, &err) != MQ_OK)
		seed_die(path, &err);
	return n;
}

/* Makes what search and pickers need, as the program would at idle. */
static void finish_node(struct node **n)
{
	struct err err = ERR_INIT;
	int64_t left = 1;

	while (left > 0)
		if (search_drain(*n, 1000, &left, &err) != MQ_OK)
			seed_die("search", &err);
	if (db_checkpoint((*n)->db, &err) != MQ_OK)
		seed_die("checkpoint", &err);
	node_close(n);
}

static void load_units(struct seed *w)
{
	struct pack *p = NULL;
	struct err err = ERR_INIT;
	char path[NODE_PATH];

	file_join(path, sizeof(path), node_packs_dir(), "standard");
	if (pack_load(&w->env, path, &p, &err) != MQ_OK)
		seed_die(path, &err);
	seed_town_units(w, p);
	pack_free(&p);
}

static int cmd_sites(struct seed *w)
{
	const struct seed_site *first = &w->sites[0];
	int i;

	for (i = 0; i < w->nsites; i++)
		printf("%s\t%s\t%s\n", w->sites[i].key, w->sites[i].org,
		    w->sites[i].name);
	printf("%s\t%s\t%s\n", CAPTAIN_KEY, first->org, first->name);
	printf("%s\t%s\t%s\n", STREET_KEY, w->street, w->street_name);
	return 0;
}

/* Everybody of one unit's site; the street's site has the departments too. */
static int staff_of(const struct seed *w, const char *org,
    const struct seed_staff **out)
{
	int i, k, n = 0;

	for (i = 0; i < w->nsites; i++)
		for (k = 0; k < w->sites[i].nstaff &&
		    strcmp(w->sites[i].org, org) == 0; k++)
			out[n++] = &w->sites[i].staff[k];
	if (n)
		return n;
	for (i = 0; i < (int)ARRAY_LEN(w->desk); i++)
		out[n++] = &w->desk[i];
	for (i = 0; i < w->ndepts; i++)
		if (w->depts[i].who.number[0])
			out[n++] = &w->depts[i].who;
	return n;
}

static int cmd_people(struct seed *w)
{
	const struct seed_staff *list[SEED_STAFF + SEED_DEPTS];
	int i, k, n;

	printf("number,name,phone,card,posts,pin,code,person,left\n");
	for (k = 0; k <= w->nsites; k++) {
		n = staff_of(w, k < w->nsites ? w->sites[k].org : w->street,
		    list);
		for (i = 0; i < n; i++)
			printf("%s,%s,1990001%s,,%s@%s,%s,,,\n",
			    list[i]->number, list[i]->name, list[i]->number,
			    list[i]->role, list[i]->org, SEED_PIN);
	}
	return 0;
}

static void write_roster(struct seed *w, const char *dir, const char *org,
    const struct roster_node *node, const uint8_t sk[CRYPTO_SIGN_SK])
{
	const struct seed_staff *list[SEED_STAFF + SEED_DEPTS];
	struct roster_draft *d;
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[NODE_PATH];
	int i, n = staff_of(w, org, list);

	d = xcalloc((size_t)n, sizeof(*d));
	for (i = 0; i < n; i++) {
		xcopy(d[i].p.number, sizeof(d[i].p.number), list[i]->number);
		xcopy(d[i].p.name, sizeof(d[i].p.name), list[i]->name);
		snprintf(d[i].p.phone, sizeof(d[i].p.phone), "1990001%s",
		    list[i]->number);
		xcopy(d[i].p.posts[0].role, sizeof(d[i].p.posts[0].role),
		    list[i]->role);
		xcopy(d[i].p.posts[0].org, sizeof(d[i].p.posts[0].org),
		    list[i]->org);
		d[i].p.nposts = 1;
		xcopy(d[i].pin, sizeof(d[i].pin), SEED_PIN);
	}
	file_join(path, sizeof(path), dir, "roster");
	if (roster_make(&w->env, TENANT, org, 1, d, (size_t)n, node, 1, sk,
	    &b, &err) ||
	    file_write(&w->env, path, b.data, b.len, 0644, &err))
		seed_die("roster", &err);
	buf_free(&b);
	free(d);
}

static void make_node(struct seed *w, const char *dir, const char *key,
    const char *org, const char *name, int number,
    const uint8_t sk[CRYPTO_SIGN_SK], const char *roster_pk)
{
	struct node_settings set;
	struct node_keys keys;
	struct roster_node rn;
	struct err err = ERR_INIT;
	char path[NODE_PATH];

	memset(&set, 0, sizeof(set));
	set.number = number;
	xcopy(set.tenant, sizeof(set.tenant), TENANT);
	xcopy(set.org, sizeof(set.org), org);
	xcopy(set.site, sizeof(set.site), name);
	xcopy(set.roster_pk, sizeof(set.roster_pk), roster_pk);
	node_make_keys(&w->env, &keys);
	crypto_hex(keys.box_pk, CRYPTO_BOX_PK, set.records_pk);
	file_join(path, sizeof(path), dir, key);
	if (node_create(&w->env, path, &set, &keys, &err) != MQ_OK)
		seed_die(path, &err);
	rn.number = number;
	memcpy(rn.box_pk, keys.box_pk, sizeof(rn.box_pk));
	write_roster(w, path, org, &rn, sk);
}

static int cmd_alone(struct seed *w, const char *dir)
{
	uint8_t pk[CRYPTO_SIGN_PK], sk[CRYPTO_SIGN_SK];
	char hex[2 * CRYPTO_SIGN_PK + 1];
	int i, number = FIRST_NUMBER;

	crypto_sign_keys(&w->env, pk, sk);
	crypto_hex(pk, sizeof(pk), hex);
	for (i = 0; i < w->nsites; i++)
		make_node(w, dir, w->sites[i].key, w->sites[i].org,
		    w->sites[i].name, number++, sk, hex);
	make_node(w, dir, CAPTAIN_KEY, w->sites[0].org, w->sites[0].name,
	    number++, sk, hex);
	make_node(w, dir, STREET_KEY, w->street, w->street_name, number, sk,
	    hex);
	return 0;
}

static int cmd_fill(struct seed *w, const char *dir, int days)
{
	char facts[NODE_PATH];
	int i;

	for (i = 0; i < w->nsites; i++)
		w->sites[i].n = open_node(w, dir, w->sites[i].key);
	w->street_node = open_node(w, dir, STREET_KEY);
	seed_at(w, seed_time(w, -days - 1, 8, 0));
	seed_town_people(w);
	seed_town_register(w);
	seed_days_run(w, days);
	file_join(facts, sizeof(facts), dir, "facts");
	seed_story_end(w, facts);
	for (i = 0; i < w->nsites; i++) {
		finish_node(&w->sites[i].n);
		seed_progress(90 + i * 2);
	}
	finish_node(&w->street_node);
	seed_progress(100);
	free(w->houses);
	free(w->people);
	return 0;
}

static int usage(void)
{
	fputs("usage: minqing-seed sites | people | alone DIR |"
	    " fill DIR [DAYS]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static struct seed w;
	struct env real;
	int days = DAYS, code;

	crypto_init();
	env_real(&real);
	w.end = env_now(&real);
	w.today = clock_day(w.end);
	w.dice = 20260401;
	if (argc == 4)
		days = (int)strtol(argv[3], NULL, 10);
	if (argc < 2 || days < 7 || days > 365)
		return usage();
	/* The movable clock starts before the first day. */
	env_fixed(&w.env, seed_time(&w, -days - 2, 0, 0), w.dice);
	/* Keys and salts are real ones. */
	w.env.random = real.random;
	load_units(&w);
	if (argc == 2 && strcmp(argv[1], "sites") == 0)
		code = cmd_sites(&w);
	else if (argc == 2 && strcmp(argv[1], "people") == 0)
		code = cmd_people(&w);
	else if (argc == 3 && strcmp(argv[1], "alone") == 0)
		code = cmd_alone(&w, argv[2]);
	else if (argc >= 3 && strcmp(argv[1], "fill") == 0)
		code = cmd_fill(&w, argv[2], days);
	else
		code = usage();
	env_release(&w.env);
	return code;
}
