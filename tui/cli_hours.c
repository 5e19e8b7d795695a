/*
 * Verbs about service: hours (deciding what needs a person) and certificate.
 */
#include <inttypes.h>
#include <unistd.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/certificate.h"
#include "../core/hours.h"
#include "../core/pack.h"
#include "../core/save.h"
#include "cli_verbs.h"
#include "hours_words.h"
#include "words.h"

#define DOUBTS_MAX 1000

static enum mq_status usage(struct cli *c, const char *what)
{
	return err_set(&c->err, MQ_E_USAGE, "%s", what);
}

/* ---- hours ---- */

static void print_doubt(struct cli *c, const struct hours_doubt *d,
    struct jout *j)
{
	char ref[ENTRY_REF_TEXT], other[ENTRY_REF_TEXT] = "", when[24];
	char why[300], text[700];

	ref_text(ref_of_rec(d->r.rec), ref);
	if (d->other != 0)
		ref_text(ref_of_rec(d->other), other);
	clock_show(d->r.opened_at, CLOCK_MINUTE, when, sizeof(when));
	hours_words_why(d, why, sizeof(why));
	if (!c->json) {
		snprintf(text, sizeof(text), "%-10s %s  %s  %s %s", ref, when,
		    d->r.title, why, other);
		cli_line(text);
		return;
	}
	jout_obj(j);
	jout_kint(j, "common", d->common);
	jout_kstr(j, "opened", when);
	jout_kstr(j, "other", other);
	jout_kint(j, "pending", d->pending);
	jout_kstr(j, "record", ref);
	jout_kint(j, "served", d->served);
	jout_kstr(j, "volunteer", d->volunteer);
	jout_kstr(j, "why", why);
	jout_obj_end(j);
}

static enum mq_status doubts(struct cli *c, struct hours_doubt *list, int *n)
{
	struct buf scope = BUF_INIT(BUF_LARGE);
	enum mq_status st;

	access_scope(c->n, &c->who, "service", &scope);
	st = hours_review_list(c->n, buf_str(&scope), list, DOUBTS_MAX, n,
	    &c->err);
	buf_free(&scope);
	return st;
}

static void print_doubts(struct cli *c, const struct hours_doubt *list, int n)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct jout j;
	int i;

	jout_begin(&j, &b, true);
	if (c->json)
		jout_list(&j);
	for (i = 0; i < n; i++)
		print_doubt(c, &list[i], &j);
	if (c->json) {
		jout_list_end(&j);
		cli_json(&b);
	} else if (n == 0) {
		cli_line(word(W_CLI_HOURS_NONE));
	}
	buf_free(&b);
}

/* Those named, or all. */
static enum mq_status approve(struct cli *c, const struct hours_doubt *list,
    int n)
{
	bool *take = xcalloc((size_t)n + 1, sizeof(*take));
	enum mq_status st = MQ_OK;
	char done_text[16], left_text[16], text[300];
	struct ref last;
	int done = 0, left = 0, i, k;

	for (k = 0; k < n; k++)
		take[k] = c->nargs == 1;
	for (i = 1; i < c->nargs && !st; i++) {
		int64_t rec;
		bool there = false;

		st = cli_record(c, c->args[i], &rec);
		for (k = 0; k < n && !st; k++)
			if (list[k].r.rec == rec)
				take[k] = there = true;
		if (!st && !there)
			st = err_set(&c->err, MQ_E_NOT_FOUND, "%s",
			    c->args[i]);
	}
	if (!st)
		st = hours_review_approve(c->n, &c->who, list, n, take, &done,
		    &left, &last, &c->err);
	free(take);
	if (st)
		return st;
	snprintf(done_text, sizeof(done_text), "%d", done);
	snprintf(left_text, sizeof(left_text), "%d", left);
	words_fill(text, sizeof(text), W_CLI_HOURS_DONE, done_text, left_text,
	    NULL);
	cli_line(text);
	return MQ_OK;
}

/* A step named in facets.csv on one record. */
static enum mq_status one_step(struct cli *c, int64_t rec, const char *facet,
    const char *key, const char *field, const char *value)
{
	struct save *s = save_new(c->n, &c->who);
	struct fields f = { NULL, 0, 0 };
	struct record_full r;
	const struct kind *k;
	enum mq_status st = record_get(c->n, rec, &r, &c->err);

	if (!st) {
		k = pack_kind(c->n->pack, r.r.kind);
		if (k == NULL || !kind_has_facet(k, facet))
			st = err_set(&c->err, MQ_E_NOT_FOUND, "%s",
			    c->args[1]);
		if (!st && value != NULL)
			fields_set(&f, field, value);
		if (!st)
			st = save_step(s, rec, pack_facet(c->n->pack, k, facet,
			    key), &f, NULL, &c->err);
		if (!st)
			st = cli_commit(c, s);
		record_full_free(&r);
	}
	fields_free(&f);
	save_free(&s);
	return st;
}

static enum mq_status settle(struct cli *c)
{
	char ref[ENTRY_REF_TEXT];
	int64_t rec, other;
	enum mq_status st;

	if (c->nargs != 3)
		return usage(c, "hours settle RECORD OTHER");
	st = cli_record(c, c->args[1], &rec);
	if (!st)
		st = cli_record(c, c->args[2], &other);
	if (st)
		return st;
	ref_text(ref_of_rec(other), ref);
	return one_step(c, rec, "hours", "settle", "overlap", ref);
}

enum mq_status cli_hours(struct cli *c)
{
	const char *what = c->nargs > 0 ? c->args[0] : "list";
	struct hours_doubt *list;
	enum mq_status st;
	int64_t rec;
	int n = 0;

	if (strcmp(what, "settle") == 0)
		return settle(c);
	if (strcmp(what, "reject") == 0) {
		if (c->nargs != 2)
			return usage(c, "hours reject RECORD --why TEXT");
		st = cli_record(c, c->args[1], &rec);
		return st ? st : one_step(c, rec, "hours", "reject", "reason",
		    c->why);
	}
	if (strcmp(what, "list") != 0 && strcmp(what, "approve") != 0)
		return usage(c, what);
	list = xcalloc(DOUBTS_MAX, sizeof(*list));
	st = doubts(c, list, &n);
	if (!st && strcmp(what, "list") == 0)
		print_doubts(c, list, n);
	else if (!st)
		st = approve(c, list, n);
	free(list);
	return st;
}

/* ---- certificate ---- */

static enum mq_status ask(struct cli *c)
{
	struct save *s = save_new(c->n, &c->who);
	struct fields f = { NULL, 0, 0 };
	enum mq_status st;

	if (c->nargs < 4 || c->nargs > 5)
		st = usage(c, "certificate ask NUMBER FROM TO [HEAD]");
	else {
		fields_set(&f, "volunteer", c->args[1]);
		fields_set(&f, "from", c->args[2]);
		fields_set(&f, "to", c->args[3]);
		if (c->nargs == 5)
			fields_set(&f, "head", c->args[4]);
		st = save_open(s, "certificate", &f, -1, NULL, &c->err);
		if (!st)
			st = cli_commit(c, s);
	}
	fields_free(&f);
	save_free(&s);
	return st;
}

/* The ID number comes from standard input, so that it stands in no list of
 * processes and in no history. */
static void read_id(char *out, size_t size)
{
	if (isatty(STDIN_FILENO)) {
		fputs(word(W_CLI_CERT_ID), stderr);
		fflush(stderr);
	}
	out[0] = '\0';
	if (fgets(out, (int)size, stdin) != NULL)
		out[strcspn(out, "\r\n")] = '\0';
}

static enum mq_status may_print(struct cli *c, int64_t rec)
{
	struct record_full r;
	enum mq_status st = record_get(c->n, rec, &r, &c->err);

	if (st)
		return st;
	if (!access_may_record(c->n, &c->who, "see", &r.r))
		st = err_set(&c->err, MQ_E_DENIED, "%s", c->args[1]);
	record_full_free(&r);
	return st;
}

static enum mq_status print_page(struct cli *c)
{
	struct buf page = BUF_INIT(BUF_LARGE);
	char id[64];
	enum mq_status st;
	int64_t rec;

	if (c->nargs != 2)
		return usage(c, "certificate print RECORD");
	st = cli_record(c, c->args[1], &rec);
	if (!st)
		st = may_print(c, rec);
	if (!st) {
		read_id(id, sizeof(id));
		st = certificate_page(c->n, rec, id, &page, &c->err);
		crypto_wipe(id, sizeof(id));
	}
	if (!st)
		fputs(buf_str(&page), stdout);
	if (page.data != NULL)
		crypto_wipe(page.data, page.len);
	buf_free(&page);
	return st;
}

static void print_facts(struct cli *c, const struct certificate *f)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char no[CERTIFICATE_NO], span[40], from[16], to[16], day[16];
	char text[400];
	struct jout j;

	certificate_no(f->no, no);
	clock_show(clock_day_start(f->from), CLOCK_DATE, from, sizeof(from));
	clock_show(clock_day_start(f->to), CLOCK_DATE, to, sizeof(to));
	clock_show(clock_day_start(f->issued), CLOCK_DATE, day, sizeof(day));
	snprintf(span, sizeof(span), "%" PRId64 ":%02d", f->minutes / 60,
	    (int)(f->minutes % 60));
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kstr(&j, "from", from);
		jout_kstr(&j, "issued", day);
		jout_kint(&j, "minutes", f->minutes);
		jout_kstr(&j, "number", no);
		jout_kstr(&j, "to", to);
		jout_obj_end(&j);
		cli_json(&b);
	} else {
		words_fill(text, sizeof(text), W_CLI_CERT_TRUE, no, span, from,
		    to, day, NULL);
		cli_line(text);
		cli_line(word(W_CLI_CERT_SAME));
	}
	buf_free(&b);
}

/* The code may come as one argument or as its groups. */
static enum mq_status verify(struct cli *c)
{
	struct buf code = BUF_INIT(BUF_LARGE);
	struct certificate f;
	enum mq_status st;
	int i;

	for (i = 1; i < c->nargs; i++)
		buf_addf(&code, "%s ", c->args[i]);
	st = certificate_code_check(c->n, buf_str(&code), c->key, &f,
	    &c->err);
	if (!st)
		print_facts(c, &f);
	buf_free(&code);
	return st;
}

enum mq_status cli_certificate(struct cli *c)
{
	const char *what = c->nargs > 0 ? c->args[0] : "";
	enum mq_status st;
	int64_t rec;

	if (strcmp(what, "verify") == 0)
		return verify(c);	/* anybody may */
	st = cli_person(c);
	if (st)
		return st;
	if (strcmp(what, "ask") == 0)
		return ask(c);
	if (strcmp(what, "print") == 0)
		return print_page(c);
	if (strcmp(what, "issue") != 0 || c->nargs != 2)
		return usage(c, what);
	st = cli_record(c, c->args[1], &rec);
	return st ? st : one_step(c, rec, "certificate", "issue", "", NULL);
}
