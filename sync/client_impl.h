/*
 * Shared between client.c, heal.c and extras.c only.
 */
#ifndef MQ_CLIENT_IMPL_H
#define MQ_CLIENT_IMPL_H

#include "../core/base/json.h"
#include "ask.h"
#include "client.h"

/* client.c */
enum mq_status client_ask(struct client *c, const struct ask *a,
    struct transport_reply *r, struct err *err) MUST_CHECK;
enum mq_status client_get(struct client *c, const char *path,
    const char *query, struct transport_reply *r, struct err *err)
    MUST_CHECK;
enum mq_status client_batch(struct client *c, struct dev dev, int64_t from,
    int64_t to, const struct buf *lines, struct client_result *r,
    struct err *err) MUST_CHECK;

/* heal.c: the hub's view of one epoch; seq 0 when it has none. */
struct heal_chain { struct dev dev; int64_t seq; uint8_t hash[CRYPTO_HASH]; };
void heal_chain_of(const struct jnode *stand, struct dev dev,
    struct heal_chain *out);
enum mq_status heal_hash_of(struct node *n, struct ref id,
    uint8_t hash[CRYPTO_HASH], bool *held, struct err *err) MUST_CHECK;
/* Compares the hub's chains with ours: pulls back what only the hub has and
 * goes on under a new epoch; MQ_E_FORKED when both went on differently. */
enum mq_status heal_compare(struct client *c, const struct jnode *stand,
    struct client_result *r, struct err *err) MUST_CHECK;
/* Up to where the hub has the epochs that ended, in a transaction.  told: the
 * epoch whose receipts the answer lists. */
enum mq_status heal_mark_former(struct client *c, const struct jnode *stand,
    struct dev told, struct err *err) MUST_CHECK;
/* After MQ_E_FORKED: hands our branch to the hub, which keeps it beside the
 * other one.  Once in a life of the hub; failures do not matter, the branch
 * stays here. */
void heal_send_branch(struct client *c, struct client_result *r);
/* Entries of former epochs the hub lacks (it was restored). */
enum mq_status heal_push_former(struct client *c, struct client_result *r,
    struct err *err) MUST_CHECK;

#endif
