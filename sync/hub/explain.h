/*
 * One node on one screen, in words, for whoever is called at night: when it
 * was last here, what is missing, what waits in quarantine, its pack, clock
 * and disk, the hub's certificate, and what to do next.  Reads the store only.
 */
#ifndef MQ_EXPLAIN_H
#define MQ_EXPLAIN_H

#include "store.h"

#define EXPLAIN_SILENT (24 * MS_HOUR)	/* longer: somebody has to call */
#define EXPLAIN_CLOCK (10 * MS_MINUTE)
#define EXPLAIN_DISK_MIB 200
#define EXPLAIN_CERT_DAYS 30

struct explain_ask {
	const char *tenant;		/* NULL: the one that has this number */
	int number;
	const char *cert;		/* the hub's PEM file, or NULL */
	bool json;
};

/* Prints to stdout.  MQ_E_NOT_FOUND: no such node; MQ_E_USAGE: several tenants
 * have it. */
enum mq_status explain_node(struct env *env, struct db *db,
    const struct explain_ask *ask, struct err *err) MUST_CHECK;

#endif
