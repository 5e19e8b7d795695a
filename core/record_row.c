/*
 * Rows of table `record`.  See record_row.h.
 */
#include "record_row.h"

void record_row_bind(struct db_stmt *s, const struct record *r)
{
	db_bind_i64(s, r->rec);
	db_bind_text(s, r->kind);
	db_bind_text(s, r->org);
	db_bind_text(s, r->state);
	db_bind_text(s, r->level);
	db_bind_text(s, r->grade);
	db_bind_text(s, r->title);
	db_bind_text(s, r->owner);
	db_bind_text(s, r->no);
	db_bind_text(s, r->by);
	db_bind_i64(s, r->who);
	db_bind_i64(s, r->place);
	db_bind_i64(s, r->due_at.ms);
	db_bind_i64(s, r->opened_at.ms);
	db_bind_i64(s, r->closed_at.ms);
	db_bind_i64(s, r->changed_at.ms);
	db_bind_i64(s, r->num);
	db_bind_text(s, r->tkey);
	db_bind_i64(s, r->flags);
	db_bind_i64(s, ref_rec(r->cause));
	db_bind_i64(s, r->own_dev.v);
	db_bind_i64(s, r->own_seq);
	db_bind_text(s, r->proposed);
	db_bind_i64(s, r->main);
}

void record_row_read(struct db_stmt *s, struct record *r)
{
	memset(r, 0, sizeof(*r));
	r->rec = db_i64(s, "rec");
	db_copy(s, "kind", r->kind, sizeof(r->kind));
	db_copy(s, "org", r->org, sizeof(r->org));
	db_copy(s, "state", r->state, sizeof(r->state));
	db_copy(s, "level", r->level, sizeof(r->level));
	db_copy(s, "grade", r->grade, sizeof(r->grade));
	db_copy(s, "title", r->title, sizeof(r->title));
	db_copy(s, "owner", r->owner, sizeof(r->owner));
	db_copy(s, "no", r->no, sizeof(r->no));
	db_copy(s, "by", r->by, sizeof(r->by));
	r->who = db_i64(s, "who");
	r->place = db_i64(s, "place");
	r->due_at.ms = db_i64(s, "due_at");
	r->opened_at.ms = db_i64(s, "opened_at");
	r->closed_at.ms = db_i64(s, "closed_at");
	r->changed_at.ms = db_i64(s, "changed_at");
	r->num = db_i64(s, "num");
	db_copy(s, "tkey", r->tkey, sizeof(r->tkey));
	r->flags = (int)db_i64(s, "flags");
	r->cause = ref_of_rec(db_i64(s, "cause"));
	r->own_dev.v = db_i64(s, "own_dev");
	r->own_seq = db_i64(s, "own_seq");
	db_copy(s, "proposed", r->proposed, sizeof(r->proposed));
	r->main = db_i64(s, "main");
}

enum mq_status record_row_get(struct node *n, int64_t rec,
    struct record *out, bool *there, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	*there = false;
	st = db_query(n->db, "SELECT " RECORD_COLUMNS
	    " FROM record WHERE rec = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	st = db_step(s, there, err);
	if (!st && *there)
		record_row_read(s, out);
	db_done(&s);
	return st;
}
