/*
 * What people do at a desk.  See deeds.h.
 */
#include "deeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"

static enum mq_status commit(struct save *s, struct save_result *out,
    struct err *err)
{
	struct save_result *res = out ? out : xcalloc(1, sizeof(*res));
	enum mq_status st = save_commit(s, res, err);

	if (!out)
		free(res);
	return st;
}

enum mq_status deeds_open(struct nodes_one *x, const char *kind,
    const char *const *pairs, struct save_result *out, struct err *err)
{
	struct save *s = save_new(x->n, &x->who);
	struct fields f = { NULL, 0, 0 };
	enum mq_status st;
	size_t i;

	for (i = 0; pairs[i]; i += 2)
		fields_set(&f, pairs[i], pairs[i + 1]);
	st = save_open(s, kind, &f, -1, NULL, err);
	if (!st)
		st = commit(s, out, err);
	fields_free(&f);
	save_free(&s);
	return st;
}

int64_t deeds_person(struct nodes_one *x, const char *name,
    const char *door)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	char place[ENTRY_REF_TEXT];
	const char *const home[] = { "address", "清河路 5 号", "building",
	    "3幢", "door", door, "grid", nodes_org(x, "grid", 0), NULL };
	const char *const person[] = { "name", name, "sex", "female",
	    "birth_year", "1951", "place", place, "grid",
	    nodes_org(x, "grid", 0), "consent", "yes", NULL };
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(x, "household", home, res, &err), &err);
	ref_text(ref_of_rec(res->recs[0]), place);
	nodes_ok(deeds_open(x, "person", person, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

enum mq_status deeds_visit(struct nodes_one *x, int64_t who,
    struct save_result *out, struct err *err)
{
	char ref[ENTRY_REF_TEXT];
	const char *const pairs[] = { "mode", "home", "who", ref, "when",
	    "2026-11-22 am", "purpose", "elder", "minutes", "4",
	    "demand", "help", "demand_category", "city",
	    "demand_subject", "stairs",
	    "demand_grade", "normal", "demand_text", "楼道积存垃圾", NULL };

	ref_text(ref_of_rec(who), ref);
	return deeds_open(x, "visit", pairs, out, err);
}

enum mq_status deeds_step(struct nodes_one *x, int64_t rec,
    const char *step, struct err *err)
{
	struct save *s = save_new(x->n, &x->who);
	struct fields none = { NULL, 0, 0 };
	enum mq_status st;

	st = save_step(s, rec, step, &none, NULL, err);
	if (!st)
		st = commit(s, NULL, err);
	save_free(&s);
	return st;
}

enum mq_status deeds_other_person(struct nodes_one *x, int64_t rec,
    int64_t who, struct err *err)
{
	struct save *s = save_new(x->n, &x->who);
	struct fields f = { NULL, 0, 0 };
	char ref[ENTRY_REF_TEXT];
	enum mq_status st;

	ref_text(ref_of_rec(who), ref);
	fields_set(&f, "who", ref);
	st = save_fix(s, rec, &f, "记错人", NULL, err);
	if (!st)
		st = commit(s, NULL, err);
	fields_free(&f);
	save_free(&s);
	return st;
}
