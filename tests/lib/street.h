/*
 * A street for story tests: a real hub over TLS on a loopback port of its
 * own, a station's node and the street's, both enrolled, each with its
 * minqing-sync running, four people on the roster, two households and six
 * residents of one name.  Every program is the real one.
 *
 *	struct street t;
 *	street_make(&t);
 *	struct screen *s = street_screen(&t, STREET_STATION, NULL);
 *	street_login(s, "v0001");
 *	street_hub_stop(&t);
 */
#ifndef TEST_STREET_H
#define TEST_STREET_H

#include "../../core/base/env.h"
#include "procs.h"
#include "screen.h"

enum { STREET_STATION, STREET_OFFICE, STREET_NODES };

#define STREET_VOLUNTEER "v0001"
#define STREET_CAPTAIN "c0001"
#define STREET_CLERK "s0001"
#define STREET_PIN "385216"		/* everybody's */
#define STREET_OUT 16384

struct street {
	struct env env;
	char dir[200], store[300];
	char node[STREET_NODES][256];
	char where[40];			/* where the hub listens */
	pid_t hub, sync[STREET_NODES];
	char out[STREET_OUT];		/* of the last street_run() */
};

void street_make(struct street *t);
void street_free(struct street *t);	/* stops all, removes the folder */
/* The hub goes and comes back at the same address. */
void street_hub_stop(struct street *t);
void street_hub_start(struct street *t);

/* Runs a program to its end; arguments end with NULL.  The exit code; what
 * it said is in t->out. */
int street_run(struct street *t, const char *program, ...)
    __attribute__((sentinel));
/* One figure of `minqing status --json`, e.g. "hub". */
int64_t street_status(struct street *t, int node, const char *key);
/* Waits until nothing written there is still unsent or unreceived. */
void street_received(struct street *t, int node, int seconds);

/* The program on that node; more options end with NULL, or NULL. */
struct screen *street_screen(struct street *t, int node,
    const char *const *more);
/* Types number and PIN; the caller waits for the page that comes. */
void street_login(struct screen *s, const char *number);

#endif
