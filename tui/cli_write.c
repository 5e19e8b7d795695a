/*
 * Verbs that write: add, step, correct, withdraw.
 */
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/pack.h"
#include "../core/person_id.h"
#include "../core/save.h"
#include "../core/search.h"
#include "cli_verbs.h"
#include "words.h"

#define PEOPLE_SHOWN 20

static enum mq_status usage(struct cli *c, const char *what)
{
	return err_set(&c->err, MQ_E_USAGE, "%s", what);
}

/* A person or household by ref, or typed so that just one fits; otherwise the
 * choices are listed, masked. */
static enum mq_status one_person(struct cli *c, const char *kind,
    const char *typed, char out[ENTRY_REF_TEXT])
{
	struct search_person *list;
	struct ref r;
	enum mq_status st;
	char line[300];
	int n, i;

	if (ref_parse(typed, strlen(typed), &r)) {
		ref_text(r, out);
		return MQ_OK;
	}
	list = xcalloc(PEOPLE_SHOWN, sizeof(*list));
	st = search_people(c->n, kind, typed, NULL, list, PEOPLE_SHOWN, &n,
	    &c->err);
	if (!st && n == 1) {
		ref_text(ref_of_rec(list[0].rec), out);
	} else if (!st) {
		for (i = 0; i < n; i++) {
			char ref[ENTRY_REF_TEXT];

			ref_text(ref_of_rec(list[i].rec), ref);
			snprintf(line, sizeof(line), "%s  %s %s %d %s **%s",
			    ref, list[i].masked, list[i].sex,
			    list[i].birth_year, list[i].place,
			    list[i].phone_end);
			fprintf(stderr, "%s\n", line);
		}
		snprintf(line, sizeof(line), "%d", n);
		words_fill(line, sizeof(line), n ? W_CLI_SEVERAL : W_CLI_NONE,
		    typed, NULL);
		st = err_set(&c->err, MQ_E_FIELD, "%s", line);
	}
	free(list);
	return st;
}

/* "name=value" into fields; lists are separated by commas. */
static enum mq_status take_pair(struct cli *c, const struct kind *k,
    const char *pair, struct fields *f)
{
	const char *eq = strchr(pair, '=');
	char name[FIELDS_NAME_MAX + 1], ref[ENTRY_REF_TEXT], *items, *p;
	const struct field *fd;
	enum mq_status st = MQ_OK;

	if (!eq || eq == pair || (size_t)(eq - pair) >= sizeof(name))
		return usage(c, pair);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - pair), pair);
	fd = kind_field(k, name);
	if (!fd)
		return usage(c, name);
	if (f->n >= FIELDS_MAX)
		return err_set(&c->err, MQ_E_TOO_BIG, "%s", name);
	if (!text_valid(eq + 1, strlen(eq + 1)))
		return err_set(&c->err, MQ_E_UTF8, "%s", name);
	if (!eq[1]) {
		fields_set_gone(f, name);
	} else if (fd->type == FT_PERSON || fd->type == FT_PLACE) {
		st = one_person(c, fd->type == FT_PERSON ? "person" :
		    "household", eq + 1, ref);
		if (!st)
			fields_set(f, name, ref);
	} else if (fd->type == FT_SELECT_MULTI) {
		items = xstrdup(eq + 1);
		for (p = items; *p; p++)
			if (*p == ',')
				*p = '\n';
		fields_set_list(f, name, items);
		free(items);
	} else {
		fields_set(f, name, eq + 1);
	}
	return st;
}

static enum mq_status take_kind(struct cli *c, const char *name,
    const struct kind **k)
{
	*k = pack_kind(c->n->pack, name);
	return *k ? MQ_OK : usage(c, name);
}

/* What is wrong with which field, one line each, before the first one is
 * said as the error. */
static void print_complaints(struct cli *c, const struct save *s)
{
	struct save_complaint list[SAVE_COMPLAINTS];
	int n = save_complaints(s, list, SAVE_COMPLAINTS), i;
	char words[600];

	for (i = 0; i < n && !c->json; i++) {
		err_say_part(&list[i].err, ERR_WHAT, c->lang, words,
		    sizeof(words));
		fprintf(stderr, "%s: %s\n", list[i].field, words);
	}
}

static void print_saved(struct cli *c, const struct save_result *r)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char ref[ENTRY_REF_TEXT], no[16] = "", line[400], num[4][16];
	struct jout j;
	int i;

	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "entries", r->n);
		jout_kint(&j, "households", r->households);
		jout_kint(&j, "minutes", r->minutes.n);
		jout_kstr(&j, "no", r->no);
		jout_key(&j, "records");
		jout_list(&j);
		for (i = 0; i < r->nrecs; i++) {
			ref_text(ref_of_rec(r->recs[i]), ref);
			jout_str(&j, ref);
		}
		jout_list_end(&j);
		jout_kint(&j, "requests", r->requests);
		jout_kint(&j, "visits", r->visits);
		jout_obj_end(&j);
		cli_json(&b);
	} else {
		snprintf(num[0], sizeof(num[0]), "%d", r->visits);
		snprintf(num[1], sizeof(num[1]), "%d", r->requests);
		snprintf(num[2], sizeof(num[2]), "%d", (int)r->minutes.n);
		snprintf(num[3], sizeof(num[3]), "%d", r->households);
		words_fill(line, sizeof(line), W_CLI_SAVED, num[0], num[1],
		    num[2], num[3], NULL);
		printf("%s", line);
		for (i = 0; i < r->nrecs; i++) {
			ref_text(ref_of_rec(r->recs[i]), ref);
			printf(" %s", ref);
		}
		if (r->no[0]) {
			person_id_short_show(r->no, no);
			printf("  [%s]", no);
		}
		putchar('\n');
	}
	buf_free(&b);
}

enum mq_status cli_commit(struct cli *c, struct save *s)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status st;

	st = save_commit(s, res, &c->err);
	if (!st)
		print_saved(c, res);
	else
		print_complaints(c, s);
	free(res);
	return st;
}

enum mq_status cli_add(struct cli *c)
{
	struct save *s = save_new(c->n, &c->who);
	const struct kind *k;
	struct fields f = { NULL, 0, 0 };
	enum mq_status st = MQ_OK;
	int i = 0, first = -1, index;

	if (c->nargs < 1)
		st = usage(c, "add KIND");
	while (!st && i < c->nargs) {
		const char *name = c->args[i++];

		st = take_kind(c, name + (first >= 0 && *name == '+'), &k);
		while (!st && i < c->nargs && c->args[i][0] != '+')
			st = take_pair(c, k, c->args[i++], &f);
		if (!st)
			st = save_open(s, k->name, &f, first, &index,
			    &c->err);
		if (!st && first < 0)
			first = index;
		fields_free(&f);
	}
	if (!st)
		st = cli_commit(c, s);
	save_free(&s);
	return st;
}

/* The record named first and the pairs from `from` on. */
static enum mq_status record_and_pairs(struct cli *c, int from, int64_t *rec,
    struct fields *f)
{
	struct record_full r;
	const struct kind *k;
	enum mq_status st;
	int i;

	if (c->nargs < from)
		return usage(c, "RECORD");
	st = cli_record(c, c->args[0], rec);
	if (!st)
		st = record_get(c->n, *rec, &r, &c->err);
	if (st)
		return st;
	st = take_kind(c, r.r.kind, &k);
	for (i = from; i < c->nargs && !st; i++)
		st = take_pair(c, k, c->args[i], f);
	record_full_free(&r);
	return st;
}

enum mq_status cli_step(struct cli *c)
{
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(c->n, &c->who);
	enum mq_status st;
	int64_t rec;

	st = record_and_pairs(c, 2, &rec, &f);
	if (!st)
		st = save_step(s, rec, c->args[1], &f, NULL, &c->err);
	if (!st)
		st = cli_commit(c, s);
	save_free(&s);
	fields_free(&f);
	return st;
}

enum mq_status cli_correct(struct cli *c)
{
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(c->n, &c->who);
	enum mq_status st;
	int64_t rec;

	st = record_and_pairs(c, 1, &rec, &f);
	if (!st && !f.n)
		st = usage(c, "field=value");
	if (!st)
		st = save_fix(s, rec, &f, c->why ? c->why : "", NULL,
		    &c->err);
	if (!st)
		st = cli_commit(c, s);
	save_free(&s);
	fields_free(&f);
	return st;
}

enum mq_status cli_withdraw(struct cli *c)
{
	struct save *s = save_new(c->n, &c->who);
	struct fields none = { NULL, 0, 0 };
	enum mq_status st;
	int64_t rec;

	st = record_and_pairs(c, 1, &rec, &none);
	if (!st)
		st = save_void(s, rec, c->why ? c->why : "", NULL, &c->err);
	if (!st)
		st = cli_commit(c, s);
	save_free(&s);
	fields_free(&none);
	return st;
}
