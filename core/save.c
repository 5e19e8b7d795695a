/*
 * One save: collecting what shall be written, deciding it, committing it.
 *
 *   save_open/step/fix/void/note   check access, let the facets decide
 *   save_commit                    one transaction: entries + projection
 *
 * Undo and 记错人 are in save_undo.c.
 */
#include "save.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>

#include "ballast.h"
#include "bell.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "facet.h"
#include "ledger.h"
#include "person_id.h"
#include "save_parts.h"

struct save *save_new(struct node *n, const struct session *who)
{
	struct save *s = xcalloc(1, sizeof(*s));

	s->n = n;
	s->who = *who;
	return s;
}

int save_size(const struct save *s)
{
	return s->count;
}

void save_cut(struct save *s, int size)
{
	assert(size >= 0 && size <= s->count);
	while (s->count > size) {
		struct save_part *p = &s->list[--s->count];

		fields_free(&p->f);
		fields_free(&p->d);
		buf_free(&p->body);
	}
	while (s->ncomplaints && s->complaints[s->ncomplaints - 1].entry >=
	    size)
		s->ncomplaints--;
}

void save_decide(struct save *s, int index, const char *name,
    const char *value)
{
	assert(index >= 0 && index < s->count);
	fields_set(&s->list[index].d, name, value);
}

void save_free(struct save **sp)
{
	struct save *s = *sp;

	if (!s)
		return;
	save_cut(s, 0);
	free(s->list);
	free(s);
	*sp = NULL;
}

struct save_part *save_part_new(struct save *s, const char *kind,
    const char *op, int cause)
{
	struct save_part *p;

	s->list = xgrow(s->list, &s->cap, (size_t)s->count + 1,
	    sizeof(*s->list));
	p = &s->list[s->count++];
	memset(p, 0, sizeof(*p));
	xcopy(p->kind, sizeof(p->kind), kind);
	xcopy(p->op, sizeof(p->op), op);
	p->cause = cause;
	buf_init(&p->body, ENTRY_BODY_MAX);
	return p;
}

/* Naming a resident names the household too: the 户卡 shows it. */
static void household_of(struct node *n, struct fields *d)
{
	const char *who = fields_text(d, "who");
	struct record_full r;
	char place[ENTRY_REF_TEXT];
	struct ref id;

	if (fields_has(d, "place") || !ref_parse(who, strlen(who), &id) ||
	    record_get(n, ref_rec(id), &r, NULL) != MQ_OK)
		return;
	if (r.r.place) {
		ref_text(ref_of_rec(r.r.place), place);
		fields_set(d, "place", place);
	}
	record_full_free(&r);
}

/* ---- deciding ---- */

static void keep_complaints(struct save *s, const struct act *a, int entry)
{
	int i;

	for (i = 0; i < a->ncomplaints &&
	    s->ncomplaints < SAVE_COMPLAINTS; i++) {
		struct save_complaint *c = &s->complaints[s->ncomplaints++];

		c->entry = entry;
		xcopy(c->field, sizeof(c->field), a->complaints[i].field);
		c->err = a->complaints[i].err;
	}
}

static enum mq_status decide(struct save *s, const struct kind *k,
    const char *op, const char *step, const struct record_full *prior,
    struct fields *f, struct fields *d, struct err *err)
{
	struct act *a;
	enum mq_status st = ledger_check_clock(s->n, err);

	/* Nothing is judged or reckoned by a time nobody believes. */
	if (st)
		return st;
	a = xcalloc(1, sizeof(*a));
	a->n = s->n;
	a->who = &s->who;
	a->kind = k;
	a->op = op;
	a->step = step;
	a->now = ledger_now(s->n);
	a->prior = prior;
	a->f = f;
	a->d = d;
	st = facet_decide(a, err);
	keep_complaints(s, a, s->count - 1);
	free(a);
	if (strcmp(op, "step") != 0)
		household_of(s->n, d);
	if (node_meta(s->n, "clock_by_hand"))
		fields_set_int(d, "clock", 1);
	return st;
}

static enum mq_status find_kind(struct node *n, const char *name,
    const struct kind **out, struct err *err)
{
	*out = n->pack ? pack_kind(n->pack, name) : NULL;
	return *out ? MQ_OK : err_set(err, MQ_E_NOT_FOUND, "%s", name);
}

static enum mq_status denied(struct save *s, const struct kind *k,
    struct err *err)
{
	return err_set(err, MQ_E_DENIED, "%s", k->label[s->n->env->lang]);
}

/* What derives from what is told by a pack and by what people picked: it may
 * be more than a save holds, or never end. */
static enum mq_status too_many(struct err *err)
{
	return err_set(err, MQ_E_TOO_BIG, "> %d", ENTRY_SAVE_MAX);
}

/* ---- the five things a save can hold ---- */

enum mq_status save_open(struct save *s, const char *kind,
    const struct fields *f, int cause, int *index, struct err *err)
{
	const struct kind *k;
	struct save_part *p;
	enum mq_status st;
	int i;

	assert(cause < s->count);
	st = find_kind(s->n, kind, &k, err);
	if (st)
		return st;
	if (cause < 0 && !access_may(s->n, &s->who, "open", kind, ""))
		return denied(s, k, err);
	if (s->count >= ENTRY_SAVE_MAX)
		return too_many(err);
	p = save_part_new(s, kind, "open", cause);
	i = s->count - 1;
	p->opens = true;
	fields_copy(&p->f, f);
	st = decide(s, k, "open", "", NULL, &p->f, &p->d, err);
	if (st)
		return st;
	facet_unit(s->n, k, &p->f, &p->d, s->n->set.org, p->org);
	if (index)
		*index = i;
	return save_follow(s, i, NULL, f, err);
}

enum mq_status save_step(struct save *s, int64_t rec, const char *step,
    const struct fields *f, int *index, struct err *err)
{
	struct record_full prior;
	const struct kind *k;
	struct save_part *p;
	char action[48];
	enum mq_status st;
	int i;

	st = record_get(s->n, rec, &prior, err);
	if (st)
		return st;
	snprintf(action, sizeof(action), "step:%s", step);
	st = find_kind(s->n, prior.r.kind, &k, err);
	if (!st && !access_may_record(s->n, &s->who, action, &prior.r))
		st = denied(s, k, err);
	if (st)
		goto out;
	p = save_part_new(s, prior.r.kind, "step", -1);
	p->rec = rec;
	xcopy(p->step, sizeof(p->step), step);
	xcopy(p->org, sizeof(p->org), prior.r.org);
	save_part_heads(p, &prior);
	fields_copy(&p->f, f);
	i = s->count - 1;
	st = decide(s, k, "step", step, &prior, &p->f, &p->d, err);
	if (!st)
		st = save_follow(s, i, &prior, f, err);
	if (index)
		*index = i;
out:
	record_full_free(&prior);
	return st;
}

enum mq_status save_fix_part(struct save *s, const struct record_full *prior,
    const struct kind *k, const struct fields *f, const char *why, int cause,
    int *index, struct err *err)
{
	struct fields merged = { NULL, 0, 0 }, d = { NULL, 0, 0 };
	struct fields named = { NULL, 0, 0 };
	struct save_part *p;
	enum mq_status st;

	save_rows_name(s->n, k, &prior->f, f, &named);
	p = save_part_new(s, prior->r.kind, "fix", cause);
	p->rec = prior->r.rec;
	save_part_heads(p, prior);
	*index = s->count - 1;
	fields_copy(&merged, &prior->f);
	fields_overlay(&merged, &named);
	st = decide(s, k, "fix", "", prior, &merged, &d, err);
	if (!st) {
		facet_unit(s->n, k, &merged, &d, prior->r.org, p->org);
		fields_difference(&prior->f, &merged, true, &p->f);
		fields_difference(&prior->d, &d, false, &p->d);
		save_rows_gone(k, &prior->f, &merged, &p->f);
		save_part_settle(p, prior, &named, &merged, &d);
		if (why[0])
			fields_set(&p->d, "why", why);
	}
	fields_free(&named);
	fields_free(&merged);
	fields_free(&d);
	return st;
}

/* A part on a record that asks no facet: withdrawal or note. */
static enum mq_status plain_part(struct save *s, int64_t rec, const char *op,
    const char *action, struct save_part **out, int *index, struct err *err)
{
	struct record_full prior;
	struct save_part *p;
	const struct kind *k;
	enum mq_status st;

	st = record_get(s->n, rec, &prior, err);
	if (st)
		return st;
	st = find_kind(s->n, prior.r.kind, &k, err);
	if (!st && !access_may_record(s->n, &s->who, action, &prior.r))
		st = denied(s, k, err);
	if (!st) {
		p = save_part_new(s, prior.r.kind, op, -1);
		p->rec = rec;
		xcopy(p->org, sizeof(p->org), prior.r.org);
		save_part_heads(p, &prior);
		if (index)
			*index = s->count - 1;
		*out = p;
	}
	record_full_free(&prior);
	return st;
}

enum mq_status save_void(struct save *s, int64_t rec, const char *why,
    int *index, struct err *err)
{
	struct save_part *p;
	enum mq_status st = plain_part(s, rec, "void", "void", &p, index,
	    err);

	if (st)
		return st;
	p->undoes[p->nundoes++] = ref_of_rec(rec);
	fields_set(&p->d, "why", why);
	return MQ_OK;
}

enum mq_status save_note(struct save *s, int64_t rec, const char *text,
    int *index, struct err *err)
{
	struct save_part *p;
	enum mq_status st = plain_part(s, rec, "note", "see", &p, index, err);

	if (st)
		return st;
	p->nheads = 0;		/* a note contradicts nobody */
	fields_set(&p->f, "text", text);
	return MQ_OK;
}

int save_complaints(const struct save *s, struct save_complaint *out,
    int max)
{
	int i;

	for (i = 0; i < s->ncomplaints && i < max; i++)
		out[i] = s->complaints[i];
	return s->ncomplaints;
}

/* ---- committing ---- */

static void write_refs(struct jout *j, const char *key,
    const struct ref *refs, int n)
{
	char text[ENTRY_REF_TEXT];
	int i;

	if (!n)
		return;
	jout_key(j, key);
	jout_list(j);
	for (i = 0; i < n; i++) {
		ref_text(refs[i], text);
		jout_str(j, text);
	}
	jout_list_end(j);
}

static void add_ref(struct ref *list, int *n, int max, const char *text)
{
	struct ref r;
	int i;

	if (!ref_parse(text, strlen(text), &r) || *n == max)
		return;
	for (i = 0; i < *n; i++)
		if (ref_equal(list[i], r))
			return;
	list[(*n)++] = r;
}

/* Other records this entry names: they must travel with it. */
static int named_refs(struct node *n, const struct save_part *p,
    struct ref *out, int max)
{
	const struct kind *k = pack_kind(n->pack, p->kind);
	int count = 0;
	size_t i;

	add_ref(out, &count, max, fields_text(&p->d, "main"));
	add_ref(out, &count, max, fields_text(&p->d, "joined"));
	add_ref(out, &count, max, fields_text(&p->d, "who"));
	add_ref(out, &count, max, fields_text(&p->d, "place"));
	for (i = 0; i < p->f.n; i++) {
		const struct field *fd = kind_field(k, p->f.v[i].name);

		if (fd && p->f.v[i].text && kind_field_refs(fd))
			add_ref(out, &count, max, p->f.v[i].text);
	}
	return count;
}

static enum mq_status make_body(struct node *n, struct save_part *p,
    struct err *err)
{
	struct ref refs[16];
	struct jout j;
	int nrefs = named_refs(n, p, refs, ARRAY_LEN(refs));

	buf_reset(&p->body);
	jout_begin(&j, &p->body, true);
	jout_obj(&j);
	if (p->d.n) {
		jout_key(&j, "d");
		fields_write(&p->d, &j);
	}
	if (p->f.n) {
		jout_key(&j, "f");
		fields_write(&p->f, &j);
	}
	write_refs(&j, "r", refs, nrefs);
	if (p->step[0])
		jout_kstr(&j, "s", p->step);
	write_refs(&j, "u", p->undoes, p->nundoes);
	jout_obj_end(&j);
	if (p->body.over)
		return err_set(err, MQ_E_TOO_BIG, "%s", p->kind);
	return MQ_OK;
}

/* A number is for asking after the case at any station: kinds with no state
 * that may be told there have none. */
static bool has_slip(const struct kind *k)
{
	for (size_t i = 0; i < k->nstates; i++)
		if (k->states[i].public_)
			return true;
	return false;
}

/* A short number for each new record that has a slip. */
static enum mq_status number_records(struct save *s, struct err *err)
{
	struct node *n = s->n;
	enum mq_status st = MQ_OK;
	char no[13];
	int i;

	for (i = 0; i < s->count && !st; i++) {
		struct save_part *p = &s->list[i];
		const struct kind *k = pack_kind(n->pack, p->kind);
		int64_t counter;

		if (!p->opens || !k || !has_slip(k))
			continue;
		st = node_read_meta(n, "no_counter", &counter, NULL, 0, err);
		if (!st)
			st = node_set_meta(n, "no_counter", ++counter, err);
		if (st)
			break;
		person_id_short_no(n->keys.lookup, n->set.number, counter,
		    no);
		fields_set(&p->d, "no", no);
	}
	return st;
}

/* Somebody else changed the record after we looked at it? */
static enum mq_status still_same(struct save *s, const struct save_part *p,
    struct err *err)
{
	struct ref now[ENTRY_AFTER_MAX];
	enum mq_status st;
	int count, i, k;

	if (p->opens || !p->nheads)
		return MQ_OK;
	st = ledger_heads(s->n, ref_of_rec(p->rec), now, &count, err);
	if (st)
		return st;
	for (i = 0; i < count; i++) {
		for (k = 0; k < p->nheads; k++)
			if (ref_equal(now[i], p->heads[k]))
				break;
		if (k == p->nheads)
			return err_set(err, MQ_E_CHANGED, NULL);
	}
	return MQ_OK;
}

static enum mq_status append_all(struct save *s, struct ref *ids,
    struct err *err)
{
	struct ledger_new *list = xcalloc((size_t)s->count, sizeof(*list));
	enum mq_status st = MQ_OK;
	int i;

	for (i = 0; i < s->count && !st; i++) {
		struct save_part *p = &s->list[i];

		st = still_same(s, p, err);
		if (!st)
			st = make_body(s->n, p, err);
		list[i].kind = p->kind;
		list[i].op = p->op;
		list[i].subj = ref_of_rec(p->rec);
		list[i].subj_index = -1;
		list[i].cause_index = p->cause;
		list[i].org = p->org;
		list[i].body = &p->body;
	}
	if (!st)
		st = ledger_append(s->n, s->who.by, list, s->count, ids, err);
	free(list);
	return st;
}

static enum mq_status fold_saved(struct save *s, const struct ref *ids,
    struct err *err)
{
	enum mq_status st;
	int i;

	for (i = 0; i < s->count; i++)
		if (s->list[i].opens)
			s->list[i].rec = ref_rec(ids[i]);
	st = record_fold_saved(s->n, ids, s->count, err);
	for (i = 0; i < s->count && !st; i++)
		st = facet_holds(s->n, s->list[i].kind, s->list[i].rec, err);
	return st;
}

static void count_household(struct save_result *out, int64_t *seen,
    int *nseen, int64_t place)
{
	int i;

	if (!place || *nseen == ENTRY_SAVE_MAX)
		return;
	for (i = 0; i < *nseen; i++)
		if (seen[i] == place)
			return;
	seen[(*nseen)++] = place;
	out->households++;
}

/* 『填一次』: what this save did, counted from what it wrote. */
static void sum_up(struct save *s, const struct ref *ids,
    struct save_result *out)
{
	int64_t seen[ENTRY_SAVE_MAX];
	int nseen = 0, i;

	memset(out, 0, sizeof(*out));
	out->first = ids[0];
	out->n = s->count;
	for (i = 0; i < s->count; i++) {
		struct save_part *p = &s->list[i];
		const struct kind *k = pack_kind(s->n->pack, p->kind);
		const char *place = fields_text(&p->d, "place");
		struct ref r;

		out->recs[out->nrecs++] = p->rec;
		if (ref_parse(place, strlen(place), &r))
			count_household(out, seen, &nseen, ref_rec(r));
		if (!p->opens || !k)
			continue;
		out->visits += strcmp(p->kind, "visit") == 0;
		out->requests += strcmp(p->kind, "request") == 0;
		if (kind_has_facet(k, "hours"))
			out->minutes.n += (int32_t)fields_int(&p->d, "num",
			    0);
		if (!out->no[0])
			xcopy(out->no, sizeof(out->no),
			    fields_text(&p->d, "no"));
	}
}

/* Does the ledger hold just what we wanted to write under these identities?
 * Somebody else may have taken them since. */
static enum mq_status is_there(struct save *s, const struct ref *ids,
    bool *there, struct err *err)
{
	enum mq_status st = MQ_OK;
	int i;

	*there = true;
	for (i = 0; i < s->count && *there && !st; i++) {
		struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
		struct buf body = BUF_INIT(ENTRY_BODY_MAX);
		struct entry e;
		bool gone;

		st = ledger_read(s->n, ids[i], &e, &head, &body, &gone, err);
		*there = !st && !gone && e.save_n == s->count &&
		    strcmp(e.by, s->who.by) == 0 &&
		    body.len == s->list[i].body.len &&
		    memcmp(body.data, s->list[i].body.data, body.len) == 0;
		buf_free(&head);
		buf_free(&body);
	}
	return st == MQ_E_NOT_FOUND ? MQ_OK : st;
}

/* The disk failed below a commit.  Nearly always the save is gone, and `said`
 * tells so; but a disk that took the bytes and then nothing more, not even
 * what should have broken them, may give them back to a fresh handle.  Then
 * they count once they are safe in the file itself. */
static enum mq_status look_again(struct save *s, const struct ref *ids,
    enum mq_status said, struct err *err)
{
	struct err second = ERR_INIT;
	struct db *db = s->n->db;
	enum mq_status st;
	bool there = false;

	st = db_begin(db, __func__, &second);
	if (st == MQ_E_READ_ONLY)
		st = MQ_OK;
	if (!st)
		st = is_there(s, ids, &there, &second);
	db_rollback(db);
	if (!st && !there)
		return said;
	if (!st)
		st = db_checkpoint(db, &second);
	if (!st && db_wal_bytes(db) == 0) {
		log_line(LOG_WARN, "save", "found whole after a disk error");
		return MQ_OK;
	}
	return err_set(err, MQ_E_UNSURE, "%s",
	    second.detail[0] ? second.detail : s->n->dir);
}

static enum mq_status commit_once(struct save *s, struct ref *ids,
    struct err *err)
{
	enum mq_status st;

	st = db_begin(s->n->db, __func__, err);
	if (st)
		return st;
	st = number_records(s, err);
	if (!st)
		st = append_all(s, ids, err);
	if (!st)
		st = fold_saved(s, ids, err);
	if (st) {
		db_rollback(s->n->db);
		return st;
	}
	st = db_commit(s->n->db, err);
	if (st && db_is_suspect(s->n->db))
		st = look_again(s, ids, st, err);
	return st;
}

enum mq_status save_commit(struct save *s, struct save_result *out,
    struct err *err)
{
	struct ref *ids;
	enum mq_status st;

	assert(s->count > 0);
	if (s->ncomplaints) {
		if (err)
			*err = s->complaints[0].err;
		return s->complaints[0].err.code;
	}
	if (s->count > ENTRY_SAVE_MAX)
		return too_many(err);
	if (s->n->read_only)
		return err_set(err, MQ_E_READ_ONLY, "%s", s->n->dir);
	ids = xcalloc((size_t)s->count, sizeof(*ids));
	st = commit_once(s, ids, err);
	/* Room was kept for just this. */
	if (st == MQ_E_DISK_FULL && ballast_free(s->n))
		st = commit_once(s, ids, err);
	if (!st) {
		sum_up(s, ids, out);
		ledger_note_head(s->n);
		bell_ring(s->n);
	}
	free(ids);
	return st;
}
