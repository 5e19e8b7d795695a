/*
 * What minqing-sync does with the hub, as pure rounds over a transport: learn
 * where it stands, heal a lost tail, push, take the feed, the roster and the
 * digest, report.  Owned by main(); tests drive it with a false transport.
 */
#ifndef MQ_CLIENT_H
#define MQ_CLIENT_H

#include "../core/inbox.h"
#include "../core/ledger.h"
#include "../core/outbox.h"
#include "sign.h"
#include "transport.h"
#include "wire.h"

#define CLIENT_BATCH_BYTES (768u * 1024u)
#define CLIENT_POLL_S 50

struct client {
	struct node *n;
	struct transport *t;
	int64_t offset_ms;		/* hub's clock minus ours */
	struct utc hub_now;		/* last one heard */
	int64_t hub_seq;		/* of the current epoch */
	int retry_after;
	char problem[32];		/* of the last refusal: "gap" */
	char life[64];			/* feed.mark of the hub, as of now */
};

struct client_result {
	int64_t pushed, received, bad, returned;
	bool healed, roster;
};

void client_init(struct client *c, struct node *n, struct transport *t);

/* Everything once.  On failure the reason is also kept for the screen
 * (outbox_contact). */
enum mq_status client_round(struct client *c, struct client_result *r,
    struct err *err) MUST_CHECK;
/* Own entries the hub has not; nothing to do is fine. */
enum mq_status client_push(struct client *c, struct client_result *r,
    struct err *err) MUST_CHECK;
/* Roster, digest, account messages, health: what need not be at once. */
enum mq_status client_extras(struct client *c, struct client_result *r,
    struct err *err) MUST_CHECK;
/* Keeps the outcome of a contact for the screen. */
enum mq_status client_contact(struct client *c, enum mq_status outcome,
    const struct err *why, struct err *err) MUST_CHECK;

/* The long poll: start it, later take its answer. */
enum mq_status client_poll_start(struct client *c, struct err *err)
    MUST_CHECK;
enum mq_status client_poll_take(struct client *c, struct client_result *r,
    struct err *err) MUST_CHECK;

#endif
