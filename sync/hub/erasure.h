/*
 * Words that go by a person's right: out of entries, quarantine and branches,
 * and into a list that lies outside the store, so that a store restored from
 * a backup does not tell them again (design §3).
 */
#ifndef MQ_ERASURE_H
#define MQ_ERASURE_H

#include "hub.h"

#define ERASURE_LIST_MAX (64u * 1024u * 1024u)

/* Where the list of that store lies when nobody says: beside a SQLite file,
 * "PATH.erased".  False for other stores. */
bool erasure_list_of(const char *store, char *out, size_t size);
/* In the caller's transaction: the entry's words go wherever they stand here,
 * and the list on the disk knows it before the commit.  `id` need not be here
 * yet. */
enum mq_status erasure_do(struct hub *h, const char *tenant, struct ref id,
    struct ref why, struct err *err) MUST_CHECK;
/* Was it erased before it came?  *why.seq 0: no. */
enum mq_status erasure_find(struct hub *h, const char *tenant, struct ref id,
    struct ref *why, struct err *err) MUST_CHECK;
/* Does again all that the list names, then writes it anew with all the store
 * knows; before anything is served.  Own transaction.  MQ_E_FORMAT names a
 * line that makes no sense: a list somebody damaged must not be passed over. */
enum mq_status erasure_replay(struct hub *h, struct err *err) MUST_CHECK;

#endif
