/*
 * Verbs about how long words are kept and whose they are: purge, subject,
 * reveal.
 */
#include <inttypes.h>
#include <limits.h>

#include "../core/audit.h"
#include "../core/base/xmalloc.h"
#include "../core/form.h"
#include "../core/pack.h"
#include "../core/purge.h"
#include "../core/reveal.h"
#include "../core/subject.h"
#include "cli_verbs.h"
#include "words.h"

enum mq_status cli_purge(struct cli *c)
{
	struct purge_report r;
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[200], num[2][24];
	struct jout j;
	enum mq_status st;

	if (c->nargs)
		return err_set(&c->err, MQ_E_USAGE, "%s", c->args[0]);
	st = purge_run(c->n, INT_MAX, c->dry, &r, &c->err);
	if (st)
		return st;
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kbool(&j, "dry", c->dry);
		jout_kint(&j, "entries", r.entries);
		jout_kint(&j, "records", r.records);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return MQ_OK;
	}
	snprintf(num[0], sizeof(num[0]), "%" PRId64, r.records);
	snprintf(num[1], sizeof(num[1]), "%" PRId64, r.entries);
	words_fill(line, sizeof(line), c->dry ? W_CLI_PURGE_DRY :
	    W_CLI_PURGED, num[0], num[1], NULL);
	cli_line(line);
	return MQ_OK;
}

/* ---- one person ---- */

static const char *tie_word(enum subject_tie t)
{
	return word(t == SUBJECT_SELF ? W_CLI_TIE_SELF :
	    t == SUBJECT_NAMED ? W_CLI_TIE_NAMED : W_CLI_TIE_MENTION);
}

static const char *class_word(enum field_class fc)
{
	return word(fc == FC_OPEN ? W_CLI_CLASS_OPEN :
	    fc == FC_WORKING ? W_CLI_CLASS_WORKING : W_CLI_CLASS_SEALED);
}

static void hit_text(struct cli *c, const struct kind *k,
    const struct record_full *r, const struct subject_hit *h)
{
	struct buf line = BUF_INIT(BUF_LARGE);
	char ref[ENTRY_REF_TEXT];
	size_t i;

	ref_text(ref_of_rec(h->rec), ref);
	buf_addf(&line, "%s  %s  %s  [%s]", ref, k ? k->label[c->lang] :
	    r->r.kind, r->r.title, tie_word(h->tie));
	cli_line(buf_str(&line));
	for (i = 0; k && i < r->f.n; i++) {
		const struct field *fd = kind_field(k, r->f.v[i].name);

		if (!fd)
			continue;
		buf_reset(&line);
		buf_addf(&line, "  %s (%s): ", fd->label[c->lang],
		    class_word(fd->class));
		form_show(c->n, fd, &r->f.v[i], true, &line);
		cli_line(buf_str(&line));
	}
	buf_free(&line);
}

static void hit_json(const struct record_full *r,
    const struct subject_hit *h)
{
	static const char *const ties[] = { "mention", "named", "self" };
	struct buf b = BUF_INIT(BUF_LARGE);
	char ref[ENTRY_REF_TEXT];
	struct jout j;

	ref_text(ref_of_rec(h->rec), ref);
	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "changed", r->r.changed_at.ms);
	jout_key(&j, "fields");
	fields_write(&r->f, &j);
	jout_kstr(&j, "kind", r->r.kind);
	jout_kstr(&j, "no", r->r.no);
	jout_kint(&j, "opened", r->r.opened_at.ms);
	jout_kstr(&j, "org", r->r.org);
	jout_kstr(&j, "record", ref);
	jout_kstr(&j, "state", r->r.state);
	jout_kstr(&j, "tie", ties[h->tie]);
	jout_kstr(&j, "title", r->r.title);
	jout_obj_end(&j);
	cli_json(&b);
	buf_free(&b);
}

/* All of it, in full: that is what the person asked for. */
static enum mq_status print_all(struct cli *c, const struct subject *s,
    const char *what)
{
	enum mq_status st;
	size_t i;

	if (!access_may_record(c->n, &c->who, "reveal", &s->person.r))
		return err_set(&c->err, MQ_E_DENIED, "%s", s->ref);
	st = audit_write(c->n, &(struct audit){ .by = c->who.by,
	    .what = what, .about = s->rec, .why = c->why ? c->why : "",
	    .count = (int64_t)s->n }, &c->err);
	for (i = 0; i < s->n && !st; i++) {
		struct record_full r;

		st = record_get(c->n, s->v[i].rec, &r, &c->err);
		if (st == MQ_E_NOT_FOUND) {
			st = MQ_OK;
			continue;
		}
		/* A mention may be a namesake's: not for this person. */
		if (!st && c->json && s->v[i].tie != SUBJECT_MENTION)
			hit_json(&r, &s->v[i]);
		else if (!st && !c->json && (s->v[i].tie != SUBJECT_MENTION ||
		    strcmp(what, "show") == 0))
			hit_text(c, pack_kind(c->n->pack, r.r.kind), &r,
			    &s->v[i]);
		record_full_free(&r);
	}
	return st;
}

static enum mq_status erase(struct cli *c, struct subject *s)
{
	struct subject_done done;
	char line[600], num[3][24];
	int64_t rec;
	enum mq_status st = MQ_OK;
	int i;

	for (i = 2; i < c->nargs && !st; i++) {
		st = cli_record(c, c->args[i], &rec);
		if (!st && !subject_is_meant(s, rec))
			st = err_set(&c->err, MQ_E_NOT_FOUND, "%s",
			    c->args[i]);
	}
	if (st)
		return st;
	if (!c->yes) {
		snprintf(num[0], sizeof(num[0]), "%zu", s->n -
		    (size_t)s->mentions);
		snprintf(num[1], sizeof(num[1]), "%d", s->mentions);
		words_fill(line, sizeof(line), W_CLI_ERASE_ASK, num[0],
		    num[1], NULL);
		cli_line(line);
		return MQ_OK;
	}
	st = subject_erase(c->n, &c->who, s, c->why ? c->why : "", &done,
	    &c->err);
	if (st)
		return st;
	snprintf(num[0], sizeof(num[0]), "%" PRId64, done.records);
	snprintf(num[1], sizeof(num[1]), "%" PRId64, done.entries);
	snprintf(num[2], sizeof(num[2]), "%" PRId64, done.drafts);
	words_fill(line, sizeof(line), W_CLI_ERASED, num[0], num[1], num[2],
	    NULL);
	cli_line(line);
	return MQ_OK;
}

enum mq_status cli_subject(struct cli *c)
{
	struct subject *s = NULL;
	const char *deed = c->nargs > 1 ? c->args[0] : "";
	enum mq_status st;
	int64_t rec;

	if (strcmp(deed, "correct") == 0) {
		c->args++;
		c->nargs--;
		return cli_correct(c);
	}
	if (strcmp(deed, "show") != 0 && strcmp(deed, "export") != 0 &&
	    strcmp(deed, "erase") != 0)
		return err_set(&c->err, MQ_E_USAGE,
		    "subject show|export|correct|erase");
	st = cli_record(c, c->args[1], &rec);
	if (!st)
		st = subject_find(c->n, rec, &s, &c->err);
	if (!st)
		st = strcmp(deed, "erase") == 0 ? erase(c, s) :
		    print_all(c, s, deed);
	subject_free(&s);
	return st;
}

/* ---- what is masked ---- */

static void reveal_text(void *ctx, const struct field *fd, const char *text)
{
	struct cli *c = ctx;
	struct buf line = BUF_INIT(BUF_LARGE);

	buf_addf(&line, "%s: %s", fd->label[c->lang], text);
	cli_line(buf_str(&line));
	buf_free(&line);
}

static void reveal_json(void *ctx, const struct field *fd, const char *text)
{
	jout_kstr(ctx, fd->name, text);
}

enum mq_status cli_reveal(struct cli *c)
{
	const char *field = c->nargs > 1 ? c->args[1] : NULL;
	struct record_full r;
	struct buf b = BUF_INIT(BUF_LARGE);
	struct jout j;
	enum mq_status st;
	int64_t rec;

	if (c->nargs < 1 || c->nargs > 2)
		return err_set(&c->err, MQ_E_USAGE, "reveal RECORD [FIELD]");
	st = cli_record(c, c->args[0], &rec);
	if (!st)
		st = record_get(c->n, rec, &r, &c->err);
	if (st)
		return st;
	jout_begin(&j, &b, true);
	jout_obj(&j);
	st = reveal_fields(c->n, &c->who, &r, field, c->why ? c->why : "",
	    c->json ? reveal_json : reveal_text, c->json ? (void *)&j :
	    (void *)c, &c->err);
	jout_obj_end(&j);
	if (!st && c->json)
		cli_json(&b);
	record_full_free(&r);
	buf_free(&b);
	return st;
}
