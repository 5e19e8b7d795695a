/*
 * A hub that means harm: speaks TLS with whatever certificate it is given and
 * answers every request with the same bytes.
 */
#ifndef TEST_EVIL_HUB_H
#define TEST_EVIL_HUB_H

#include <sys/types.h>

#include "../../core/base/env.h"

struct evil_hub {
	pid_t pid;
	int port;
};

/* What it answers: `head` as it is, then `more` over and over until the
 * other side has enough (NULL: nothing, the connection is closed). */
struct evil_answer {
	const char *head, *more;
};

/* A process of its own on a free port of 127.0.0.1; cert and key are files. */
void evil_hub_start(struct evil_hub *h, const char *cert, const char *key,
    const struct evil_answer *a);
void evil_hub_stop(struct evil_hub *h);

/* A certificate for 127.0.0.1 by the CA in dir (cert_make()), for its hub.key,
 * that ran out yesterday: dir/expired.pem. */
void evil_hub_expired(struct env *env, const char *dir);

#endif
