/*
 * A hub in the test's own process, and a transport that calls its handlers
 * without a network: requests can be lost on the way there or back, or arrive
 * twice.
 */
#ifndef TEST_HUBS_H
#define TEST_HUBS_H

#include "../../sync/client.h"
#include "../../sync/hub/api.h"
#include "nodes.h"
#include "pgs.h"

/* The store the next hubs_make() makes. */
enum hubs_kind { HUBS_SQLITE, HUBS_PG };
extern enum hubs_kind hubs_kind;

struct hubs_one {
	struct env env;
	enum hubs_kind kind;
	char dir[256], store[PGS_URL];
	char erased[300];		/* the list outside the store */
	struct db *db;
	struct pack *pack;
	struct hub hub;
	char woken[16][STORE_ORG];	/* units woken since, in order */
	int nwoken;
};
struct CMUnitTest;
/* The group over SQLite, and over PostgreSQL where there is one (says so
 * where there is none); what main() returns. */
int hubs_run(const char *name, const struct CMUnitTest *tests, size_t n,
    int (*set_up)(void **state), int (*tear_down)(void **state));

void hubs_make(struct hubs_one *h);	/* tenant "test", pack "standard" */
void hubs_free(struct hubs_one *h);
/* Closes the store and opens it again, as a restarted hub does. */
void hubs_restart(struct hubs_one *h);
/* Keeps the store as it is now, and goes back to that. */
void hubs_backup(struct hubs_one *h);
void hubs_restore(struct hubs_one *h);
/* Makes the node known, with its number, unit and keys. */
void hubs_enrol(struct hubs_one *h, struct nodes_one *x);
/* Number of rows of a constant count query on the store. */
int64_t hubs_count(struct hubs_one *h, const char *sql);

/* What goes wrong; counted from 1, 0 never. */
struct hubs_link {
	struct transport t;
	struct hubs_one *h;
	int asked;			/* requests so far */
	int lose_request, lose_reply, twice;
	const char *spoil;		/* header changed on the way, or NULL */
	bool flip_body;			/* one byte of the body changed */
	char log[4096];			/* "GET /v1/head\n…" */
};
void hubs_link(struct hubs_link *l, struct hubs_one *h);

/* One whole round of a new client; everything is folded afterwards. */
enum mq_status hubs_round(struct hubs_one *h, struct nodes_one *x,
    struct client_result *r, struct err *err);
/* The same, and it must go well. */
void hubs_sync(struct hubs_one *h, struct nodes_one *x);
/* Entries of this save with their own org; returns the first. */
struct ref hubs_save(struct nodes_one *x, const struct ledger_new *list,
    int n);
/* One entry: kind, op, unit, body. */
struct ref hubs_entry(struct nodes_one *x, const char *kind, const char *op,
    struct ref subj, const char *org, const char *body);
/* Does this node hold that entry?  And its words? */
bool hubs_holds(struct nodes_one *x, struct ref id);
bool hubs_reads(struct nodes_one *x, struct ref id);
/* Its words go here, as `why` says. */
void hubs_drop(struct nodes_one *x, struct ref id, struct ref why);

#endif
