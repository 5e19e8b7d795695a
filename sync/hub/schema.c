/*
 * The hub's schema.  Append only: a released step is never edited.
 */
#include "schema.h"

static const char people_1[] =
"CREATE TABLE tenant(tenant TEXT PRIMARY KEY, roster_pk TEXT NOT NULL,"
" records_pk TEXT NOT NULL, pins TEXT NOT NULL) STRICT, WITHOUT ROWID;"
"CREATE TABLE counter(tenant TEXT NOT NULL, what TEXT NOT NULL,"
" n INTEGER NOT NULL, PRIMARY KEY(tenant, what)) STRICT, WITHOUT ROWID;"
"CREATE TABLE node(tenant TEXT NOT NULL, number INTEGER NOT NULL,"
" org TEXT NOT NULL, site TEXT NOT NULL, sign_pk BLOB NOT NULL,"
" box_pk BLOB NOT NULL, enrolled_at INTEGER NOT NULL,"
" revoked_at INTEGER NOT NULL, forked_at INTEGER NOT NULL,"
" seen_at INTEGER NOT NULL, why TEXT NOT NULL, health TEXT NOT NULL,"
" PRIMARY KEY(tenant, number)) STRICT, WITHOUT ROWID;"
"CREATE TABLE enrol(tenant TEXT NOT NULL, id TEXT NOT NULL,"
" hash BLOB NOT NULL, org TEXT NOT NULL, site TEXT NOT NULL,"
" made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
" tries INTEGER NOT NULL, number INTEGER NOT NULL,"
" PRIMARY KEY(tenant, id)) STRICT, WITHOUT ROWID;"
"CREATE UNIQUE INDEX enrol_id ON enrol(id);"
"CREATE TABLE roster(tenant TEXT NOT NULL, org TEXT NOT NULL,"
" seq INTEGER NOT NULL, doc BLOB NOT NULL, at INTEGER NOT NULL,"
" PRIMARY KEY(tenant, org)) STRICT, WITHOUT ROWID;"
"CREATE TABLE people(tenant TEXT NOT NULL, number TEXT NOT NULL,"
" line TEXT NOT NULL, verifier TEXT NOT NULL, code TEXT NOT NULL,"
" PRIMARY KEY(tenant, number)) STRICT, WITHOUT ROWID;"
"CREATE TABLE account(tenant TEXT NOT NULL, hash BLOB NOT NULL,"
" number INTEGER NOT NULL, at INTEGER NOT NULL, box BLOB NOT NULL,"
" PRIMARY KEY(tenant, hash)) STRICT, WITHOUT ROWID;";

/* entry: state 0 admitted, 1 in quarantine (its line is kept there).
 * batch: the line a node signed and its signature, kept as evidence.
 * feed: what each unit should see, in hub order, as runs. */
static const char entries_1[] =
"CREATE TABLE chain(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" seq INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(tenant, dev))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE entry(id INTEGER PRIMARY KEY, tenant TEXT NOT NULL,"
" dev INTEGER NOT NULL, seq INTEGER NOT NULL, subj INTEGER NOT NULL,"
" hash BLOB NOT NULL, head BLOB NOT NULL, salt BLOB, body BLOB,"
" why_dev INTEGER NOT NULL, why_seq INTEGER NOT NULL,"
" state INTEGER NOT NULL, at INTEGER NOT NULL,"
" UNIQUE(tenant, dev, seq)) STRICT;"
"CREATE INDEX entry_subj ON entry(tenant, subj, id);"
"CREATE TABLE batch(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" last INTEGER NOT NULL, first INTEGER NOT NULL, no TEXT NOT NULL,"
" at INTEGER NOT NULL, base TEXT NOT NULL, signature TEXT NOT NULL,"
" PRIMARY KEY(tenant, dev, last)) STRICT, WITHOUT ROWID;"
"CREATE TABLE quarantine(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" first INTEGER NOT NULL, last INTEGER NOT NULL, code TEXT NOT NULL,"
" detail TEXT NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL,"
" due_at INTEGER NOT NULL, readmitted_at INTEGER NOT NULL,"
" PRIMARY KEY(tenant, dev, first)) STRICT, WITHOUT ROWID;"
"CREATE TABLE quarantine_line(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" seq INTEGER NOT NULL, line BLOB NOT NULL, PRIMARY KEY(tenant, dev, seq))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE branch(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" head BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
" at INTEGER NOT NULL, base TEXT NOT NULL, signature TEXT NOT NULL,"
" lines BLOB NOT NULL, PRIMARY KEY(tenant, dev, head))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE anchor(tenant TEXT NOT NULL, subj INTEGER NOT NULL,"
" org TEXT NOT NULL, PRIMARY KEY(tenant, subj, org))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE feed(tenant TEXT NOT NULL, org TEXT NOT NULL,"
" pos INTEGER NOT NULL, dev INTEGER NOT NULL, first INTEGER NOT NULL,"
" last INTEGER NOT NULL, PRIMARY KEY(tenant, org, pos))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE erased(tenant TEXT NOT NULL, dev INTEGER NOT NULL,"
" seq INTEGER NOT NULL, why_dev INTEGER NOT NULL,"
" why_seq INTEGER NOT NULL, at INTEGER NOT NULL,"
" PRIMARY KEY(tenant, dev, seq)) STRICT, WITHOUT ROWID;"
"CREATE TABLE status(tenant TEXT NOT NULL, subj INTEGER NOT NULL,"
" no TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL,"
" due_at INTEGER NOT NULL, as_of INTEGER NOT NULL,"
" closed_at INTEGER NOT NULL, hidden INTEGER NOT NULL,"
" pos INTEGER NOT NULL, PRIMARY KEY(tenant, subj))"
" STRICT, WITHOUT ROWID;"
"CREATE INDEX status_pos ON status(tenant, pos);";

/* life: every start of the hub begins one, from the positions that feeds and
 * digest had then.  A hub restored from a backup does not know the lives it
 * has lost. */
static const char lives_1[] =
"CREATE TABLE life(tenant TEXT NOT NULL, n INTEGER NOT NULL,"
" mark TEXT NOT NULL, pos INTEGER NOT NULL, status INTEGER NOT NULL,"
" PRIMARY KEY(tenant, n)) STRICT, WITHOUT ROWID;";

const struct db_migration schema_hub[] = {
	{ "people", people_1 },
	{ "entries", entries_1 },
	{ "lives", lives_1 },
};
const size_t schema_hub_n = ARRAY_LEN(schema_hub);
