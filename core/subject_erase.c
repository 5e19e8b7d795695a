/*
 * Erasing one person.  See subject.h.
 *
 * For each record an entry.erased names the entries whose words go.  The
 * person's own record is withdrawn after it; a record that only named the
 * person is stated anew, without what would show who it was, so that it still
 * counts and says what was done.
 */
#include "subject.h"

#include <assert.h>

#include "audit.h"
#include "base/xmalloc.h"
#include "bell.h"
#include "draft.h"
#include "ledger.h"
#include "mask.h"
#include "pack.h"
#include "pack_data.h"
#include "roster.h"
#include "search.h"

#define BOX_SHOWN 48		/* bytes of a wrapped body that tell it */
#define REFS_MAX 2000		/* in one entry.erased */
#define DRAIN 100000

struct part {
	char kind[32], op[16], org[24];
	int64_t rec;
	struct buf body;
	const struct subject_hit *hit;	/* of an entry.erased */
};

struct work {
	struct node *n;
	const struct session *who;
	const struct subject *s;
	struct part *v;
	size_t count, cap;
	struct leftover left;
	struct subject_done *out;
};

/* ---- what is written ---- */

static struct part *part_new(struct work *w, const char *kind,
    const char *op, int64_t rec, const char *org)
{
	struct part *p;

	w->v = xgrow(w->v, &w->cap, w->count + 1, sizeof(*w->v));
	p = &w->v[w->count++];
	memset(p, 0, sizeof(*p));
	buf_init(&p->body, ENTRY_BODY_MAX);
	xcopy(p->kind, sizeof(p->kind), kind);
	xcopy(p->op, sizeof(p->op), op);
	xcopy(p->org, sizeof(p->org), org);
	p->rec = rec;
	return p;
}

static void write_refs(struct jout *j, const struct ref *ids, size_t n)
{
	char text[ENTRY_REF_TEXT];
	size_t i;

	jout_key(j, "u");
	jout_list(j);
	for (i = 0; i < n; i++) {
		ref_text(ids[i], text);
		jout_str(j, text);
	}
	jout_list_end(j);
}

static void add_units(struct fields *d, const struct fields *from,
    const char *name)
{
	const char *s = fields_text(from, name), *at;
	struct buf list = BUF_INIT(FIELDS_TEXT_MAX);
	char unit[24];
	size_t n;

	buf_adds(&list, fields_text(d, "route"));
	while (pack_data_word(&s, &at, &n)) {
		if (n >= sizeof(unit) || list.len + n + 1 >= list.max)
			continue;
		snprintf(unit, sizeof(unit), "%.*s", (int)n, at);
		if (!pack_data_has_word(buf_str(&list), unit))
			buf_addf(&list, "%s%s", list.len ? "\n" : "", unit);
	}
	if (list.len)
		fields_set_list(d, "route", buf_str(&list));
	buf_free(&list);
}

/* Where the words went stands in what goes with them: the erasure keeps it,
 * so that a hub that lost both can send it after them again. */
static enum mq_status route_of(struct work *w, const struct subject_hit *h,
    struct fields *d, struct err *err)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct fields was = { NULL, 0, 0 };
	struct jdoc *doc = NULL;
	struct entry e;
	enum mq_status st = MQ_OK;
	bool gone;
	size_t i;

	for (i = 0; i < h->n && !st; i++) {
		buf_reset(&head);
		buf_reset(&body);
		st = ledger_read(w->n, h->ids[i], &e, &head, &body, &gone,
		    err);
		if (!st && !gone && !jdoc_parse(buf_str(&body), body.len,
		    "body", &doc, NULL) && !fields_read(jnode_get(
		    jdoc_root(doc), "d"), &was, NULL)) {
			add_units(d, &was, "owner");
			add_units(d, &was, "route");
		}
		jdoc_free(&doc);
		fields_free(&was);
	}
	if (body.data)
		crypto_wipe(body.data, body.cap);
	buf_free(&head);
	buf_free(&body);
	return st;
}

static enum mq_status say_erased(struct work *w, const struct subject_hit *h,
    const char *org, const char *why, struct err *err)
{
	struct part *p = part_new(w, "entry", "erased", h->rec, org);
	struct fields d = { NULL, 0, 0 };
	enum mq_status st = route_of(w, h, &d, err);
	struct jout j;

	p->hit = h;
	fields_set(&d, "why", why);
	jout_begin(&j, &p->body, true);
	jout_obj(&j);
	jout_key(&j, "d");
	fields_write(&d, &j);
	write_refs(&j, h->ids, h->n);
	jout_obj_end(&j);
	fields_free(&d);
	return st;
}

static void withdraw(struct work *w, int64_t rec, const char *kind,
    const char *org)
{
	struct part *p = part_new(w, kind, "void", rec, org);
	struct ref open = ref_of_rec(rec);
	struct jout j;

	jout_begin(&j, &p->body, true);
	jout_obj(&j);
	write_refs(&j, &open, 1);
	jout_obj_end(&j);
}

/* Would this field show who it was? */
static bool goes(const struct work *w, const struct kind *k,
    const struct field_value *v)
{
	const struct field *fd = k ? kind_field(k, v->name) : NULL;

	if (v->kind == FV_INT)
		return false;
	if (v->text && subject_betrays(w->s, v->text))
		return true;
	if (!k || k->register_)
		return false;
	return !fd || fd->class != FC_OPEN || fd->type == FT_PHONE ||
	    fd->type == FT_IDNUMBER;
}

/* Does anybody else live there?  Else the household is the person. */
static bool shared_place(struct work *w, int64_t place)
{
	struct record rows[8], none;
	struct record_query q = { .kind = "person", .place = place };
	struct err err = ERR_INIT;
	int n = 0, i;

	memset(&none, 0, sizeof(none));
	if (record_page(w->n, &q, &none, false, rows, ARRAY_LEN(rows), &n,
	    &err))
		return false;
	for (i = 0; i < n; i++)
		if (rows[i].rec != w->s->rec)
			return true;
	return false;
}

/* The masked name is cut out of the title. */
static void bare_title(const struct work *w, struct fields *d)
{
	struct buf mask = BUF_INIT(256), out = BUF_INIT(4096);
	const char *title = fields_text(d, "title"), *at;

	mask_name(w->s->name, &mask);
	at = mask.len ? strstr(title, buf_str(&mask)) : NULL;
	if (at) {
		buf_add(&out, title, (size_t)(at - title));
		while (out.len && out.data[out.len - 1] == ' ')
			out.data[--out.len] = '\0';
		buf_adds(&out, at + mask.len);
		fields_set(d, "title", buf_str(&out));
	}
	buf_free(&mask);
	buf_free(&out);
}

static void state_anew(struct work *w, const struct record_full *r)
{
	const struct kind *k = pack_kind(w->n->pack, r->r.kind);
	struct part *p = part_new(w, r->r.kind, "fix", r->r.rec, r->r.org);
	struct fields f = { NULL, 0, 0 }, d = { NULL, 0, 0 };
	bool whose = r->r.who == w->s->rec;
	struct jout j;
	size_t i;

	for (i = 0; i < r->f.n; i++) {
		if (goes(w, k, &r->f.v[i]))
			fields_set_gone(&f, r->f.v[i].name);
		else
			fields_put(&f, r->f.v[i].name, &r->f.v[i]);
	}
	for (i = 0; i < r->d.n; i++) {
		const struct field_value *v = &r->d.v[i];

		if (v->kind != FV_INT && v->text &&
		    subject_betrays(w->s, v->text))
			fields_set_gone(&d, v->name);
		else
			fields_put(&d, v->name, v);
	}
	if (whose && r->r.place && !(k && k->register_) &&
	    !shared_place(w, r->r.place)) {
		fields_set_gone(&d, "place");
		if (fields_has(&f, "place"))
			fields_set_gone(&f, "place");
	}
	bare_title(w, &d);
	jout_begin(&j, &p->body, true);
	jout_obj(&j);
	jout_key(&j, "d");
	fields_write(&d, &j);
	jout_key(&j, "f");
	fields_write(&f, &j);
	jout_obj_end(&j);
	fields_free(&f);
	fields_free(&d);
}

static enum mq_status plan_one(struct work *w, const struct subject_hit *h,
    const char *why, struct err *err)
{
	struct record_full *r;
	enum mq_status st;

	if (h->n > REFS_MAX)
		return err_set(err, MQ_E_TOO_BIG, "%zu", h->n);
	r = xcalloc(1, sizeof(*r));
	st = record_get(w->n, h->rec, r, err);
	if (st == MQ_E_NOT_FOUND) {
		/* Left by retention, or its opening never came. */
		st = say_erased(w, h, w->n->set.org, why, err);
	} else if (!st) {
		st = say_erased(w, h, r->r.org, why, err);
		if (h->tie == SUBJECT_SELF)
			withdraw(w, h->rec, r->r.kind, r->r.org);
		else
			state_anew(w, r);
	}
	record_full_free(r);
	free(r);
	return st;
}

/* ---- what lies in the database now ---- */

/* The box of the row with this number is remembered. */
static enum mq_status remember(struct work *w, const char *sql, int64_t id,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(w->n->db, sql, &s, err);
	const void *p;
	size_t len;
	bool row;

	if (st)
		return st;
	db_bind_i64(s, id);
	while (!(st = db_step(s, &row, err)) && row) {
		p = db_blob(s, "box", &len);
		leftover_add(&w->left, p, len < BOX_SHOWN ? len : BOX_SHOWN);
	}
	db_done(&s);
	return st;
}

static enum mq_status remember_hit(struct work *w,
    const struct subject_hit *h, struct err *err)
{
	enum mq_status st;
	size_t i;

	st = remember(w, "SELECT box FROM record WHERE rec = ?", h->rec, err);
	for (i = 0; i < h->n && !st; i++)
		st = remember(w, "SELECT box FROM entry_body WHERE id = ?",
		    ref_rec(h->ids[i]), err);
	return st;
}

/* ---- writing ---- */

static enum mq_status apply(struct work *w, const struct part *p,
    struct ref id, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; p->hit && i < p->hit->n && !st; i++) {
		st = ledger_erase(w->n, p->hit->ids[i], id, err);
		w->out->entries++;
	}
	w->out->records += p->hit != NULL;
	return st;
}

/* Parts of one record lie side by side and stay in one save. */
static size_t save_size(const struct work *w, size_t from)
{
	size_t n = w->count - from < ENTRY_SAVE_MAX ? w->count - from :
	    ENTRY_SAVE_MAX;

	while (from + n < w->count && !w->v[from + n].hit)
		n--;
	return n;
}

static enum mq_status append(struct work *w, size_t from, size_t n,
    struct err *err)
{
	struct ledger_new *list = xcalloc(n, sizeof(*list));
	struct ref *ids = xcalloc(n, sizeof(*ids));
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < n && !st; i++) {
		struct part *p = &w->v[from + i];

		list[i] = (struct ledger_new){ .kind = p->kind, .op = p->op,
		    .subj = ref_of_rec(p->rec), .subj_index = -1,
		    .cause_index = -1, .org = p->org, .body = &p->body };
		if (p->body.over)
			st = err_set(err, MQ_E_TOO_BIG, "%s", p->kind);
	}
	if (!st)
		st = ledger_append(w->n, w->who->by, list, (int)n, ids, err);
	for (i = 0; i < n && !st; i++)
		st = apply(w, &w->v[from + i], ids[i], err);
	if (!st)
		st = record_fold_saved(w->n, ids, (int)n, err);
	free(list);
	free(ids);
	return st;
}

/* Lines that could not be read as entries may hold anything. */
static enum mq_status drop_bad_lines(struct work *w, struct err *err)
{
	char quoted[ENTRY_REF_TEXT + 3];
	const char *const words[] = { quoted, w->s->name, w->s->phone };
	struct db_stmt *s;
	enum mq_status st = MQ_OK;
	size_t i;

	snprintf(quoted, sizeof(quoted), "\"%s\"", w->s->ref);
	for (i = 0; i < ARRAY_LEN(words) && !st; i++) {
		if (!words[i][0])
			continue;
		st = db_query(w->n->db, "DELETE FROM inbox_bad WHERE"
		    " instr(line, CAST(? AS BLOB)) > 0", &s, err);
		if (st)
			break;
		db_bind_text(s, words[i]);
		st = db_run(&s, err);
	}
	return st;
}

static enum mq_status write_all(struct work *w, struct err *err)
{
	enum mq_status st = db_begin(w->n->db, __func__, err);
	size_t from = 0, n;

	if (st)
		return st;
	for (; from < w->count && !st; from += n) {
		n = save_size(w, from);
		st = append(w, from, n, err);
	}
	if (!st)
		st = drop_bad_lines(w, err);
	if (!st)
		return db_commit(w->n->db, err);
	db_rollback(w->n->db);
	return st;
}

/* ---- drafts ---- */

static bool fields_betray(const struct work *w, const struct fields *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].text && subject_betrays(w->s, f->v[i].text))
			return true;
	return false;
}

/* Half-typed work about the person goes too. */
static enum mq_status clean_drafts(struct work *w, const char *by,
    struct err *err)
{
	struct drafts *d = NULL;
	enum mq_status st = draft_open(w->n, by, &d, err);
	size_t i;

	for (i = st ? 0 : draft_count(d); i-- > 0 && !st;) {
		const struct draft *x = draft_at(d, i);

		if (x->rec != w->s->rec && !fields_betray(w, &x->f) &&
		    !fields_betray(w, &x->f2))
			continue;
		st = draft_drop(d, x->number, err);
		w->out->drafts++;
	}
	/* What was dropped stands in the file until it is written anew. */
	if (!st && w->out->drafts)
		st = draft_rewrite(d, err);
	draft_close(&d);
	return st;
}

static enum mq_status clean_all_drafts(struct work *w, struct err *err)
{
	enum mq_status st = MQ_OK;
	size_t i, n = w->n->roster ? roster_count(w->n->roster) : 0;

	for (i = 0; i < n && !st; i++) {
		const char *by = roster_at(w->n->roster, i)->number;

		if (draft_exists(w->n, by))
			st = clean_drafts(w, by, err);
	}
	return st;
}

/* ---- all of it ---- */

static enum mq_status clean(struct work *w, struct err *err)
{
	int64_t left = 0;
	enum mq_status st;

	st = clean_all_drafts(w, err);
	if (!st)
		st = search_drain(w->n, DRAIN, &left, err);
	if (!st)
		st = db_checkpoint(w->n->db, err);
	/* A name that others have too, or that was left in somebody's words,
	 * stands for them. */
	if (!w->s->namesakes && !w->s->mentions)
		leftover_add(&w->left, w->s->name, strlen(w->s->name));
	leftover_add(&w->left, w->s->phone, strlen(w->s->phone));
	if (!st)
		st = leftover_look(w->n, &w->left, &w->out->found,
		    w->out->where, sizeof(w->out->where), err);
	if (!st && w->out->found)
		st = err_set(err, MQ_E_SUBJECT_LEFT, "%s", w->out->where);
	return st;
}

enum mq_status subject_erase(struct node *n, const struct session *who,
    const struct subject *s, const char *why, struct subject_done *out,
    struct err *err)
{
	struct work w = { .n = n, .who = who, .s = s, .out = out };
	enum mq_status st = MQ_OK;
	size_t i;

	assert(n->pack && !db_in_transaction(n->db));
	memset(out, 0, sizeof(*out));
	if (!access_may_record(n, who, "void", &s->person.r))
		return err_set(err, MQ_E_DENIED, "%s", s->ref);
	if (s->open)
		return err_set(err, MQ_E_SUBJECT_OPEN, "%d", s->open);
	st = audit_write(n, &(struct audit){ .by = who->by, .what = "erase",
	    .about = s->rec, .why = why, .count = (int64_t)s->n -
	    s->mentions }, err);
	for (i = 0; i < s->n && !st; i++) {
		if (s->v[i].tie == SUBJECT_MENTION)
			continue;
		st = remember_hit(&w, &s->v[i], err);
		if (!st)
			st = plan_one(&w, &s->v[i], why, err);
	}
	if (!st)
		st = write_all(&w, err);
	if (!st) {
		ledger_note_head(n);
		bell_ring(n);
		st = clean(&w, err);
	}
	for (i = 0; i < w.count; i++) {
		if (w.v[i].body.data)
			crypto_wipe(w.v[i].body.data, w.v[i].body.cap);
		buf_free(&w.v[i].body);
	}
	free(w.v);
	leftover_free(&w.left);
	return st;
}
