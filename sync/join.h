/*
 * Enrolment seen from the machine: makes keys, asks the hub with the code,
 * makes the node's folder.
 */
#ifndef MQ_JOIN_H
#define MQ_JOIN_H

#include "../core/node.h"
#include "transport.h"

#define JOIN_CA "ca.pem"		/* in the node's folder */

struct join {
	const char *data;	/* the new folder */
	const char *hub;	/* https://… */
	const char *ca;		/* PEM file; copied into the folder */
	const char *code;
};
/* Keys are kept in DATA/join.key until the folder is made, so that a lost
 * answer can be asked for again with the same code.  *out gets the settings,
 * *keys the keys (for the six words). */
enum mq_status join_hub(struct env *env, const struct join *j,
    struct transport *t, struct node_settings *out, struct node_keys *keys,
    struct err *err) MUST_CHECK;

#endif
