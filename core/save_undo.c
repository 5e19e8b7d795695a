/*
 * Setting things right: correction with all that follows from it (记错人),
 * and undo of a whole save.
 */
#include <inttypes.h>

#include "base/xmalloc.h"
#include "ledger.h"
#include "save_parts.h"

#define DERIVED_MAX 32
#define DERIVE_DEPTH 4

void save_part_heads(struct save_part *p, const struct record_full *r)
{
	memcpy(p->heads, r->heads, sizeof(p->heads));
	p->nheads = r->nheads;
}

/* ---- what two people changed at once ---- */

static void put_value(struct fields *out, const struct field_value *v)
{
	if (v && v->kind != FV_GONE)
		fields_put(out, v->name, v);
}

void save_part_settle(struct save_part *p, const struct record_full *prior,
    const struct fields *named, const struct fields *merged,
    const struct fields *d)
{
	int i;

	for (i = 0; i < prior->nconflicts; i++) {
		const char *name = prior->conflicts[i].field;

		if (!fields_get(named, name))
			continue;
		/* Taking it away settles it too. */
		if (!fields_get(merged, name) &&
		    fields_get(named, name)->kind == FV_GONE)
			fields_set_gone(&p->f, name);
		put_value(&p->f, fields_get(merged, name));
		put_value(&p->d, fields_get(d, name));
	}
}

/* ---- 记错人: what derives from a record follows its correction ---- */

/* Fields of the derived record that name the same person or place as the
 * cause did, with what it names now. */
static void follow_fields(const struct kind *k, const struct record_full *r,
    const char *const old[2], const char *const new[2], struct fields *out)
{
	size_t i;
	int w;

	for (i = 0; i < r->f.n; i++) {
		const struct field_value *v = &r->f.v[i];
		const struct field *fd = kind_field(k, v->name);

		if (!fd || !v->text || !kind_field_refs(fd))
			continue;
		for (w = 0; w < 2; w++) {
			if (!old[w][0] || strcmp(v->text, old[w]) != 0)
				continue;
			if (new[w][0])
				fields_set(out, v->name, new[w]);
			else
				fields_set_gone(out, v->name);
		}
	}
}

static enum mq_status follow(struct save *s, int64_t cause_rec,
    const char *const old[2], const char *const new[2], int cause, int depth,
    struct err *err)
{
	struct record *rows;
	enum mq_status st;
	int n, i;

	if (depth == 0)
		return MQ_OK;
	rows = xcalloc(DERIVED_MAX, sizeof(*rows));
	st = record_derived(s->n, cause_rec, rows, DERIVED_MAX, &n, err);
	for (i = 0; i < n && !st; i++) {
		struct record_full r;
		struct fields f = { NULL, 0, 0 };
		const struct kind *k = pack_kind(s->n->pack, rows[i].kind);
		int index;

		if (!k || rows[i].flags & REC_VOID)
			continue;
		st = record_get(s->n, rows[i].rec, &r, err);
		if (st)
			break;
		follow_fields(k, &r, old, new, &f);
		if (f.n) {
			st = save_fix_part(s, &r, k, &f, "", cause, &index,
			    err);
			if (!st)
				st = follow(s, rows[i].rec, old, new, index,
				    depth - 1, err);
		}
		fields_free(&f);
		record_full_free(&r);
	}
	free(rows);
	return st;
}

enum mq_status save_fix(struct save *s, int64_t rec, const struct fields *f,
    const char *why, int *index, struct err *err)
{
	struct record_full prior;
	const struct kind *k;
	const char *old[2], *new[2];
	enum mq_status st;
	int i;

	st = record_get(s->n, rec, &prior, err);
	if (st)
		return st;
	k = pack_kind(s->n->pack, prior.r.kind);
	if (!k)
		st = err_set(err, MQ_E_NOT_FOUND, "%s", prior.r.kind);
	else if (!access_may_record(s->n, &s->who, "fix", &prior.r))
		st = err_set(err, MQ_E_DENIED, "%s",
		    k->label[s->n->env->lang]);
	else
		st = save_fix_part(s, &prior, k, f, why, -1, &i, err);
	if (!st) {
		char now[2][ENTRY_REF_TEXT];
		const struct fields *d = &s->list[i].d;

		old[0] = fields_text(&prior.d, "who");
		old[1] = fields_text(&prior.d, "place");
		xcopy(now[0], sizeof(now[0]), fields_get(d, "who") ?
		    fields_text(d, "who") : old[0]);
		xcopy(now[1], sizeof(now[1]), fields_get(d, "place") ?
		    fields_text(d, "place") : old[1]);
		new[0] = now[0];
		new[1] = now[1];
		if (strcmp(old[0], new[0]) != 0 ||
		    strcmp(old[1], new[1]) != 0)
			st = follow(s, rec, old, new, i, DERIVE_DEPTH, err);
		if (index)
			*index = i;
	}
	record_full_free(&prior);
	return st;
}

/* What others have already done on the records that derive from this one. */
enum mq_status save_built_on(struct node *n, int64_t rec,
    struct record_event **out, int *count, struct err *err)
{
	struct record *rows = xcalloc(DERIVED_MAX, sizeof(*rows));
	struct record_event *all = NULL;
	size_t cap = 0;
	enum mq_status st;
	int nrows, i, k, nev;

	*out = NULL;
	*count = 0;
	st = record_derived(n, rec, rows, DERIVED_MAX, &nrows, err);
	for (i = 0; i < nrows && !st; i++) {
		struct record_event *ev;

		st = record_events(n, rows[i].rec, &ev, &nev, err);
		for (k = 1; k < nev && !st; k++) {
			if (strcmp(ev[k].e.by, ev[0].e.by) == 0)
				continue;
			all = xgrow(all, &cap, (size_t)*count + 1,
			    sizeof(*all));
			all[(*count)++] = ev[k];
			memset(&ev[k].f, 0, sizeof(ev[k].f));
			memset(&ev[k].d, 0, sizeof(ev[k].d));
		}
		if (!st)
			record_events_free(&ev, nev);
	}
	free(rows);
	*out = all;
	return st;
}

/* ---- undo of a whole save ---- */

/* The entries of the save that starts at `first`, oldest first. */
static enum mq_status load_save(struct node *n, struct ref first,
    struct entry *out, int *count, struct err *err)
{
	struct ref id = first;
	enum mq_status st;

	*count = 0;
	do {
		st = ledger_read_head(n, id, &out[*count], err);
		if (st)
			break;
		++*count;
		id.seq++;
	} while (*count < out[0].save_n && *count < ENTRY_SAVE_MAX);
	return st;
}

/* Are the save's entries still the last word on every record it touched? */
static bool untouched(struct node *n, const struct entry *list, int count)
{
	struct ref heads[ENTRY_AFTER_MAX];
	int nheads, i, k;

	for (i = 0; i < count; i++) {
		if (ledger_heads(n, list[i].subj, heads, &nheads, NULL))
			return false;
		for (k = 0; k < nheads; k++)
			if (heads[k].dev.v != list[0].id.dev.v ||
			    heads[k].seq < list[0].id.seq ||
			    heads[k].seq >= list[0].id.seq + count)
				return false;
	}
	return true;
}

static bool may_undo(struct node *n, const struct session *who,
    const struct entry *list, int count)
{
	int64_t limit = pack_int(n->pack, "undo_seconds", 0) * MS_SECOND;

	return strcmp(list[0].by, who->by) == 0 &&
	    strcmp(list[0].op, "void") != 0 &&
	    ledger_now(n).ms - list[0].at.ms <= limit &&
	    untouched(n, list, count);
}

bool save_can_undo(struct node *n, const struct session *who,
    struct ref first)
{
	struct entry *list;
	bool can = false;
	int count;

	if (!ref_is(first) || !n->pack)
		return false;
	list = xcalloc(ENTRY_SAVE_MAX, sizeof(*list));
	if (load_save(n, first, list, &count, NULL) == MQ_OK)
		can = may_undo(n, who, list, count);
	free(list);
	return can;
}

/* One void per record, naming that record's entries of the save. */
static void void_parts(struct save *s, const struct entry *list, int count)
{
	int i, k;

	for (i = 0; i < count; i++) {
		struct save_part *p = NULL;

		for (k = 0; k < s->count; k++)
			if (s->list[k].rec == ref_rec(list[i].subj))
				p = &s->list[k];
		if (!p) {
			p = save_part_new(s, list[i].kind, "void", -1);
			p->rec = ref_rec(list[i].subj);
			xcopy(p->org, sizeof(p->org), list[i].org);
		}
		if (p->nundoes < SAVE_UNDOES)
			p->undoes[p->nundoes++] = list[i].id;
	}
}

enum mq_status save_undo(struct node *n, const struct session *who,
    struct ref first, struct err *err)
{
	struct entry *list = xcalloc(ENTRY_SAVE_MAX, sizeof(*list));
	struct save *s = save_new(n, who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status st;
	int count;

	st = load_save(n, first, list, &count, err);
	if (!st && !may_undo(n, who, list, count))
		st = err_set(err, MQ_E_UNDO_LATE, NULL);
	if (!st) {
		void_parts(s, list, count);
		st = save_commit(s, res, err);
	}
	save_free(&s);
	free(res);
	free(list);
	return st;
}
