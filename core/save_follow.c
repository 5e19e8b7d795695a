/*
 * What follows from one part of a save within the same save: records that
 * derive.csv makes of an opening or of a step (填一次, 吹哨, 拆分), and the
 * entry on the other side of a merge.  Called by save.c.
 */
#include "base/xmalloc.h"
#include "form.h"
#include "person_id.h"
#include "save_parts.h"

/* ---- derive.csv ---- */

/* Where the values of one derived record come from. */
struct source {
	struct save *s;
	const struct kind *kind;	/* of the cause */
	const struct fields *f;		/* what its record holds */
	const struct fields *typed;	/* before sealing */
	const char *no;
	const char *each;		/* the item, "" none */
	const char *each_list;		/* its choice list, "" none */
};

static bool is_sealed(const struct field_value *v)
{
	return v && v->kind == FV_TEXT && strncmp(v->text, FIELDS_SEALED,
	    sizeof(FIELDS_SEALED) - 1) == 0;
}

/* "@each" or "@each:KEY": the item, or what its choice says under KEY. */
static void put_each(const struct source *x, const char *name,
    const char *key, struct fields *out)
{
	const struct choice *c;
	char value[64];

	if (!key[0]) {
		fields_set(out, name, x->each);
		return;
	}
	c = pack_choice(x->s->n->pack, x->each_list, x->each);
	if (c && form_choice_value(c, key + 1, value, sizeof(value)))
		fields_set(out, name, value);
}

/* One word of a map: "volunteer=@by", "minutes=minutes", "act=#home".  What
 * was sealed in the one record is sealed anew, from what was typed. */
static void map_word(const struct source *x, const char *word, size_t len,
    struct fields *out)
{
	char name[33], value[200];
	const char *eq = memchr(word, '=', len);
	const struct field_value *v;

	if (!eq)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
	snprintf(value, sizeof(value), "%.*s",
	    (int)(word + len - eq - 1), eq + 1);
	if (strcmp(value, "@by") == 0) {
		fields_set(out, name, x->s->who.by);
	} else if (strcmp(value, "@no") == 0) {
		fields_set(out, name, x->no);
	} else if (strncmp(value, "@each", 5) == 0) {
		put_each(x, name, value + 5, out);
	} else if (value[0] == '#') {
		fields_set(out, name, value + 1);
	} else if ((v = fields_get(x->f, value)) != NULL) {
		if (is_sealed(v))
			v = fields_get(x->typed, value);
		if (v && v->kind != FV_GONE)
			fields_put(out, name, v);
	}
}

static enum mq_status derive_one(const struct source *x,
    const struct derive_rule *rule, int index, struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	const char *p = rule->map;
	enum mq_status st;

	while (*p) {
		size_t n = strcspn(p, " ");

		map_word(x, p, n, &f);
		p += n + strspn(p + n, " ");
	}
	st = save_open(x->s, rule->to, &f, index, NULL, err);
	fields_free(&f);
	return st;
}

/* One record for each item of the list. */
static enum mq_status derive_each(struct source *x,
    const struct derive_rule *rule, int index, struct err *err)
{
	const struct field *fd = kind_field(x->kind, rule->each);
	char *items = xstrdup(fields_text(x->f, rule->each));
	char *at = items, item[64];
	enum mq_status st = MQ_OK;

	x->each = item;
	x->each_list = fd ? fd->list : "";
	while (*at && !st) {
		size_t n = strcspn(at, "\n");

		snprintf(item, sizeof(item), "%.*s", (int)n, at);
		at += n + (at[n] != '\0');
		st = derive_one(x, rule, index, err);
	}
	x->each = "";
	free(items);
	return st;
}

static bool rule_fits(const struct save *s, int index,
    const struct derive_rule *rule)
{
	const struct save_part *p = &s->list[index];

	return strcmp(rule->from, p->kind) == 0 &&
	    strcmp(rule->step, p->step) == 0 &&
	    (rule->if_field[0] == '\0' || fields_has(&p->f, rule->if_field));
}

static enum mq_status derive(struct save *s, int index,
    const struct record_full *prior, const struct fields *typed,
    struct err *err)
{
	struct fields all = { NULL, 0, 0 };
	struct source x = { .s = s, .typed = typed, .each = "",
		.each_list = "", .no = prior ? prior->r.no : "", .f = &all };
	size_t nrules, i;
	const struct derive_rule *rules = pack_derives(s->n->pack, &nrules);
	enum mq_status st = MQ_OK;

	x.kind = pack_kind(s->n->pack, s->list[index].kind);
	if (prior)
		fields_copy(&all, &prior->f);
	fields_overlay(&all, &s->list[index].f);
	for (i = 0; i < nrules && !st; i++) {
		if (!rule_fits(s, index, &rules[i]))
			continue;
		if (rules[i].each[0])
			st = derive_each(&x, &rules[i], index, err);
		else
			st = derive_one(&x, &rules[i], index, err);
	}
	fields_free(&all);
	return st;
}

/* ---- the other side of a merge ---- */

/* Both timelines show it: the main record gets an entry of its own. */
static enum mq_status join(struct save *s, int index,
    const struct record_full *prior, struct err *err)
{
	const struct field_value *v = fields_get(&s->list[index].d, "main");
	char ref[ENTRY_REF_TEXT], state[33];
	struct record_full other;
	struct save_part *p;
	int64_t rec = prior->r.main;
	struct ref r;
	enum mq_status st;

	if (!v || !v->text)
		return MQ_OK;
	if (ref_parse(v->text, strlen(v->text), &r))
		rec = ref_rec(r);
	if (!rec || rec == prior->r.rec)
		return MQ_OK;
	st = record_get(s->n, rec, &other, err);
	if (st)
		return st;
	if (!access_may_record(s->n, &s->who, "see", &other.r)) {
		st = err_set(err, MQ_E_DENIED, "%s", other.r.no);
	} else {
		xcopy(state, sizeof(state), v->text[0] ? "joined" : "parted");
		p = save_part_new(s, other.r.kind, "join", index);
		p->rec = rec;
		xcopy(p->org, sizeof(p->org), other.r.org);
		ref_text(ref_of_rec(prior->r.rec), ref);
		fields_set(&p->d, state, ref);
	}
	record_full_free(&other);
	return st;
}

enum mq_status save_follow(struct save *s, int index,
    const struct record_full *prior, const struct fields *typed,
    struct err *err)
{
	enum mq_status st = prior ? join(s, index, prior, err) : MQ_OK;

	/* What was complained about makes nothing of its own. */
	if (!st && (!prior || !s->ncomplaints))
		st = derive(s, index, prior, typed, err);
	return st;
}
