/*
 * One request and its answer, free of any HTTP library, so that handlers can
 * be called by tests.
 */
#ifndef MQ_CALL_H
#define MQ_CALL_H

#include "hub.h"

#define CALL_BODY_MAX (1024u * 1024u)
#define CALL_PLAIN_MAX (8u * 1024u * 1024u)

enum problem {
#define PROBLEM(id, status, zh, en) PROBLEM_##id,
#include "problem.def"
#undef PROBLEM
	PROBLEM_LAST
};

struct call {
	/* asked */
	const char *method, *path;
	const char *query;		/* after "?", "" none */
	const char *(*header)(void *ctx, const char *name);	/* or NULL */
	void *ctx;
	struct buf body;		/* as received */
	struct buf plain;		/* the same, decoded */
	bool waited;			/* its waiting time is over */
	/* Puts the request on the waiting list; called under the hub's lock
	 * when the handler set `wait`.  NULL: nobody can wait. */
	void (*hold)(void *ctx);
	/* Sets the request aside until unpark(), from whatever thread, has it
	 * asked again; then `done` says that the answer is here.  NULL: this
	 * request cannot be set aside. */
	void (*park)(void *ctx);
	void (*unpark)(void *ctx);
	bool done;
	struct call *next;		/* while it is parked: the group's */
	/* known after auth */
	bool authed;
	struct store_node who;
	/* answered */
	int status;
	const char *type;
	struct buf out;
	int64_t cursor;			/* Minqing-Cursor, -1 none */
	bool more;
	int retry_after;
	/* to be held until the feed of (tenant, org) grows, at most so long */
	bool wait;
	int wait_ms;
};

void call_init(struct call *c);
void call_free(struct call *c);
const char *call_header(const struct call *c, const char *name); /* or "" */
/* A number of the query; `otherwise` when absent, -1 when not a number. */
int64_t call_number(const struct call *c, const char *name,
    int64_t otherwise);
/* A plain word of the query ([A-Za-z0-9._:-]); "" when absent. */
void call_word(const struct call *c, const char *name, char *out,
    size_t size);
/* Answers application/problem+json; detail "中文‖English" or one text. */
void call_problem(struct call *c, enum problem p, const char *detail);
/* The same, built from a status of core. */
void call_failed(struct call *c, const struct err *err);
/* Chinese or English words of a problem, for tests and logs. */
const char *call_problem_name(enum problem p);

#endif
