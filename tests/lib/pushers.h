/*
 * Load on real hub processes: so many nodes, each a thread that pushes one
 * entry at a time over TLS and goes on until it is confirmed.
 */
#ifndef TEST_PUSHERS_H
#define TEST_PUSHERS_H

#include <pthread.h>

#include "../../sync/transport.h"
#include "hubs.h"

#define PUSHERS_MAX 16
#define PUSHERS_HUBS 2

struct pushers;
struct pusher {
	struct pushers *all;
	struct nodes_one x;
	struct env env;			/* with the true clock */
	pthread_t thread;
	bool running;
	_Atomic int64_t acked;		/* entries confirmed */
	int64_t made;
	char failed[200];		/* a refusal that is none of ours */
};

struct pushers {
	struct env env;
	char dir[256], store[PGS_URL], cert[300], key[300], ca[300];
	char pins[256];
	int n, hubs;
	pid_t hub[PUSHERS_HUBS];
	char where[PUSHERS_HUBS][40];
	struct pusher v[PUSHERS_MAX];
	_Atomic bool stop;
};

/* A store of hubs_kind, `hubs` processes on it, n nodes with so many entries
 * to push each. */
void pushers_make(struct pushers *p, int n, int hubs, int entries);
void pushers_free(struct pushers *p);
void pushers_start(struct pushers *p);
/* Waits until each has pushed all it has, or `now` after its next one. */
void pushers_end(struct pushers *p, bool now);
int64_t pushers_acked(struct pushers *p);
/* SIGKILL, and another one at the same address. */
void pushers_kill(struct pushers *p, int hub);
/* SIGTERM and another one; its exit code. */
int pushers_restart(struct pushers *p, int hub);
/* A count on the store, by a handle of its own. */
int64_t pushers_count(struct pushers *p, const char *sql);
/* The value of a line of /metrics of that hub, -1 none. */
int64_t pushers_metric(struct pushers *p, int hub, const char *name);

#endif
