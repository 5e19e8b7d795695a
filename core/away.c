/*
 * What changed while somebody was away.  Called by the desk and the lists.
 */
#include "away.h"

#include <string.h>

#include "base/xmalloc.h"
#include "ledger.h"

#define LEFT 0			/* the row of `seen` that tells of no record */
#define PIECE 100		/* rows looked at in one go */

enum mq_status away_since(struct node *n, const char *by, struct utc *out,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	out->ms = 0;
	st = db_query(n->db, "SELECT hlc FROM seen WHERE by = ? AND rec = ?",
	    &s, err);
	if (st)
		return st;
	db_bind_text(s, by);
	db_bind_i64(s, LEFT);
	st = db_step(s, &row, err);
	if (!st && row)
		out->ms = db_i64(s, "hlc");
	db_done(&s);
	return st;
}

enum mq_status away_put(struct node *n, const char *by, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	if (n->read_only)
		return MQ_OK;
	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = db_query(n->db, "INSERT INTO seen(by, rec, hlc) VALUES(?, ?, ?)"
	    " ON CONFLICT(by, rec) DO UPDATE SET hlc = excluded.hlc", &s, err);
	if (!st) {
		db_bind_text(s, by);
		db_bind_i64(s, LEFT);
		db_bind_i64(s, ledger_now(n).ms);
		st = db_run(&s, err);
	}
	if (st) {
		db_rollback(n->db);
		return st;
	}
	return db_commit(n->db, err);
}

/* Did anybody but them write to it after that time? */
static bool by_others(struct node *n, int64_t rec, struct utc since,
    const char *by)
{
	struct record_event *list;
	struct err err = ERR_INIT;
	bool others = false;
	int count = 0;

	if (record_events(n, rec, &list, &count, &err) != MQ_OK)
		return true;	/* rather told once too often */
	for (int i = 0; i < count && !others; i++)
		others = list[i].e.at.ms > since.ms &&
		    strcmp(list[i].e.by, by) != 0;
	record_events_free(&list, count);
	return others;
}

enum mq_status away_changed(struct node *n, const struct record_query *q,
    struct utc since, const char *by, struct record *rows, int max,
    int *count, struct err *err)
{
	struct record_query by_change = *q;
	struct record *page = xcalloc(PIECE, sizeof(*page)), last;
	enum mq_status st = MQ_OK;
	int got = PIECE;
	bool newer = true;

	*count = 0;
	by_change.sort = SORT_CHANGED;
	memset(&last, 0, sizeof(last));
	while (newer && got == PIECE && *count < max) {
		st = record_page(n, &by_change, &last, false, page, PIECE,
		    &got, err);
		if (st)
			break;
		for (int i = 0; i < got && newer && *count < max; i++) {
			newer = page[i].changed_at.ms > since.ms;
			if (newer && by_others(n, page[i].rec, since, by))
				rows[(*count)++] = page[i];
		}
		if (got > 0)
			last = page[got - 1];
	}
	free(page);
	return st;
}
