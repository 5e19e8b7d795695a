/*
 * The node's schema.  Append only: a released step is never edited.
 */
#include "db.h"

/* entry: headers, never changed.  pos is the order of arrival here.
 * entry_body: the only place erasure and purge may delete from; box is
 * salt ‖ body wrapped at rest under the node's data key. */
static const char ledger_1[] =
"CREATE TABLE entry(pos INTEGER PRIMARY KEY, dev INTEGER NOT NULL,"
" seq INTEGER NOT NULL, subj INTEGER NOT NULL, hash BLOB NOT NULL,"
" head BLOB NOT NULL, UNIQUE(dev, seq)) STRICT;"
"CREATE INDEX entry_subj ON entry(subj, pos);"
"CREATE TABLE entry_body(dev INTEGER NOT NULL, seq INTEGER NOT NULL,"
" box BLOB NOT NULL, PRIMARY KEY(dev, seq)) STRICT, WITHOUT ROWID;"
"CREATE TABLE entry_gone(dev INTEGER NOT NULL, seq INTEGER NOT NULL,"
" why_dev INTEGER NOT NULL, why_seq INTEGER NOT NULL,"
" PRIMARY KEY(dev, seq)) STRICT, WITHOUT ROWID;"
"CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN"
" SELECT RAISE(ABORT, 'entries are never changed'); END;"
"CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN"
" SELECT RAISE(ABORT, 'entries are never deleted'); END;"
"CREATE TRIGGER entry_body_no_update BEFORE UPDATE ON entry_body BEGIN"
" SELECT RAISE(ABORT, 'bodies are never changed'); END;"
"CREATE TRIGGER entry_body_no_delete BEFORE DELETE ON entry_body"
" WHEN NOT EXISTS(SELECT 1 FROM entry_gone g WHERE g.dev = OLD.dev"
" AND g.seq = OLD.seq) BEGIN"
" SELECT RAISE(ABORT, 'bodies go only by erasure or purge'); END;"
"CREATE TABLE meta(key TEXT PRIMARY KEY, num INTEGER, text TEXT)"
" STRICT, WITHOUT ROWID;";

/* Projections: thrown away and rebuilt to identical bytes. */
static const char projection_1[] =
"CREATE TABLE record(rec INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
" org TEXT NOT NULL, state TEXT NOT NULL, level TEXT NOT NULL,"
" grade TEXT NOT NULL, title TEXT NOT NULL, owner TEXT NOT NULL,"
" no TEXT NOT NULL, by TEXT NOT NULL, who INTEGER NOT NULL,"
" place INTEGER NOT NULL, due_at INTEGER NOT NULL,"
" opened_at INTEGER NOT NULL, closed_at INTEGER NOT NULL,"
" changed_at INTEGER NOT NULL, num INTEGER NOT NULL,"
" tkey TEXT NOT NULL, flags INTEGER NOT NULL, cause INTEGER NOT NULL,"
" own_dev INTEGER NOT NULL, own_seq INTEGER NOT NULL,"
" box BLOB NOT NULL) STRICT;"
"CREATE INDEX record_opened ON record(kind, opened_at, rec);"
"CREATE INDEX record_changed ON record(changed_at, rec);"
"CREATE INDEX record_kind_changed ON record(kind, changed_at, rec);"
"CREATE INDEX record_due ON record(kind, due_at, rec) WHERE due_at > 0;"
"CREATE INDEX record_who ON record(who, opened_at) WHERE who > 0;"
"CREATE INDEX record_place ON record(place, opened_at) WHERE place > 0;"
"CREATE INDEX record_no ON record(no) WHERE no <> '';"
"CREATE INDEX record_cause ON record(cause) WHERE cause > 0;"
"CREATE TABLE record_key(kind TEXT NOT NULL, slot INTEGER NOT NULL,"
" key TEXT NOT NULL, rec INTEGER NOT NULL,"
" PRIMARY KEY(kind, slot, key, rec)) STRICT, WITHOUT ROWID;"
"CREATE INDEX record_key_rec ON record_key(rec);"
"CREATE TABLE tally(kind TEXT NOT NULL, what TEXT NOT NULL,"
" key TEXT NOT NULL, org TEXT NOT NULL, day INTEGER NOT NULL,"
" n INTEGER NOT NULL, PRIMARY KEY(kind, what, key, org, day))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE search_todo(rec INTEGER PRIMARY KEY) STRICT;"
"CREATE TABLE search_doc(rec INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
" opened_at INTEGER NOT NULL, words TEXT NOT NULL) STRICT;"
"CREATE TABLE search_name(kind TEXT NOT NULL, key TEXT NOT NULL,"
" rec INTEGER NOT NULL, PRIMARY KEY(kind, key, rec))"
" STRICT, WITHOUT ROWID;"
"CREATE INDEX search_name_rec ON search_name(rec);";

/* This node's own business: never folded, never sent as entries. */
static const char local_1[] =
"CREATE TABLE receipt(seq_to INTEGER PRIMARY KEY, seq_from INTEGER NOT NULL,"
" dev INTEGER NOT NULL, no TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
"CREATE TABLE returned(first INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
" dev INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"
"CREATE TABLE inbox_bad(pos INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
" reason TEXT NOT NULL, line BLOB NOT NULL) STRICT;"
"CREATE TABLE district(key TEXT PRIMARY KEY, state TEXT NOT NULL,"
" due INTEGER NOT NULL, phone TEXT NOT NULL, as_of INTEGER NOT NULL,"
" closed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
"CREATE TABLE login_try(number TEXT PRIMARY KEY, fails INTEGER NOT NULL,"
" locked_until INTEGER NOT NULL, rounds INTEGER NOT NULL)"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE login_pin(number TEXT PRIMARY KEY, box BLOB NOT NULL,"
" at INTEGER NOT NULL, code_used TEXT NOT NULL) STRICT, WITHOUT ROWID;"
"CREATE TABLE account_out(pos INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
" box BLOB NOT NULL) STRICT;"
"CREATE TABLE seen(by TEXT NOT NULL, rec INTEGER NOT NULL,"
" hlc INTEGER NOT NULL, PRIMARY KEY(by, rec)) STRICT, WITHOUT ROWID;";

/* The full-text index over search_doc, which holds the words.  Whoever
 * writes the one writes the other: triggers may not touch a virtual table
 * while schemas are not trusted.  Tokenizer: fts_han.c. */
static const char search_1[] =
"CREATE VIRTUAL TABLE search_fts USING fts5(words, content='search_doc',"
" content_rowid='rec', tokenize='han', columnsize=0);";

/* Reports ask what was closed in a period. */
static const char report_1[] =
"CREATE INDEX record_closed ON record(kind, closed_at, rec)"
" WHERE closed_at > 0;";

/* By what a record comes round again, and when it last did: a projection
 * too (record_mark.h).  A page of what is due is one range of the key. */
static const char mark_1[] =
"CREATE TABLE record_mark(kind TEXT NOT NULL, mark TEXT NOT NULL,"
" day INTEGER NOT NULL, rec INTEGER NOT NULL, org TEXT NOT NULL,"
" met INTEGER NOT NULL, by TEXT NOT NULL,"
" PRIMARY KEY(kind, mark, day, rec)) STRICT, WITHOUT ROWID;"
"CREATE INDEX record_mark_rec ON record_mark(rec);";

/* One-use codes given out here to people who forgot their PIN. */
static const char login_1[] =
"CREATE TABLE login_code(number TEXT PRIMARY KEY, box BLOB NOT NULL,"
" at INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* Whom a record was offered to, and which record it was merged into. */
static const char flow_1[] =
"ALTER TABLE record ADD COLUMN proposed TEXT NOT NULL DEFAULT '';"
"ALTER TABLE record ADD COLUMN main INTEGER NOT NULL DEFAULT 0;"
"CREATE INDEX record_main ON record(main) WHERE main > 0;";

/* Bodies by one number (ref_rec): most did not fit beside a key of two and
 * went on to a page of their own.  The names stay. */
static const char body_1[] =
"CREATE TABLE entry_body_new(id INTEGER PRIMARY KEY, box BLOB NOT NULL)"
" STRICT;"
"INSERT INTO entry_body_new(id, box) SELECT dev << 38 | seq, box"
" FROM entry_body ORDER BY dev, seq;"
"DROP TABLE entry_body;"
"ALTER TABLE entry_body_new RENAME TO entry_body;"
"CREATE TRIGGER entry_body_no_update BEFORE UPDATE ON entry_body BEGIN"
" SELECT RAISE(ABORT, 'bodies are never changed'); END;"
"CREATE TRIGGER entry_body_no_delete BEFORE DELETE ON entry_body"
" WHEN NOT EXISTS(SELECT 1 FROM entry_gone g WHERE g.dev = OLD.id >> 38"
" AND g.seq = OLD.id & 274877906943) BEGIN"
" SELECT RAISE(ABORT, 'bodies go only by erasure or purge'); END;";

/* Words and names are folded otherwise: traditional to simplified.  The
 * index would not find what it holds by the old way; it is filled anew. */
static const char search_2[] =
"INSERT INTO search_fts(search_fts) VALUES('delete-all');"
"DELETE FROM search_doc;"
"DELETE FROM search_name;"
"INSERT OR IGNORE INTO search_todo(rec) SELECT rec FROM record;";

/* Receipts and returned saves belong to an epoch: a later one counts from 1
 * again.  former: up to where the hub has an epoch that ended; all of it when
 * nothing is said. */
static const char epoch_1[] =
"CREATE TABLE receipt_new(dev INTEGER NOT NULL, seq_to INTEGER NOT NULL,"
" seq_from INTEGER NOT NULL, no TEXT NOT NULL, at INTEGER NOT NULL,"
" PRIMARY KEY(dev, seq_to)) STRICT, WITHOUT ROWID;"
"INSERT INTO receipt_new(dev, seq_to, seq_from, no, at)"
" SELECT dev, seq_to, seq_from, no, at FROM receipt;"
"DROP TABLE receipt;"
"ALTER TABLE receipt_new RENAME TO receipt;"
"CREATE TABLE returned_new(dev INTEGER NOT NULL, first INTEGER NOT NULL,"
" last INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL,"
" PRIMARY KEY(dev, first)) STRICT, WITHOUT ROWID;"
"INSERT INTO returned_new(dev, first, last, at, reason)"
" SELECT dev, first, last, at, reason FROM returned;"
"DROP TABLE returned;"
"ALTER TABLE returned_new RENAME TO returned;"
"CREATE TABLE former(dev INTEGER PRIMARY KEY, hub INTEGER NOT NULL) STRICT;"
"DELETE FROM meta WHERE key = 'former_unsent';";

const struct db_migration db_node_migrations[] = {
	{ "ledger", ledger_1 },
	{ "projection", projection_1 },
	{ "local", local_1 },
	{ "search", search_1 },
	{ "report", report_1 },
	{ "mark", mark_1 },
	{ "login", login_1 },
	{ "flow", flow_1 },
	{ "body", body_1 },
	{ "search-2", search_2 },
	{ "epoch", epoch_1 },
};
const size_t db_node_migrations_n = ARRAY_LEN(db_node_migrations);
