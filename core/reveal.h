/*
 * Showing in full what is masked elsewhere: somebody who may gives a reason,
 * an audit entry is committed, and only then are the words handed out
 * (design §6; Personal Information Protection Law, arts. 6 and 51).
 */
#ifndef MQ_REVEAL_H
#define MQ_REVEAL_H

#include "access.h"
#include "pack.h"
#include "record.h"

#define REVEAL_WHY_CHARS 200

/* One field in full: `text` is clean, and wiped after the call. */
typedef void (*reveal_fn)(void *ctx, const struct field *fd,
    const char *text);

/* May this person see it in full, and is anything masked or sealed in it? */
bool reveal_may(struct node *n, const struct session *who,
    const struct record_full *r);
/* field NULL: every masked field of the record.  Nothing is handed out unless
 * the entry stands in the ledger.  MQ_E_DENIED; MQ_E_REVEAL_WHY without a
 * reason; MQ_E_NOT_FOUND for a field it does not hold masked;
 * MQ_E_REVEAL_SEALED for what only the district's key opens, when there is
 * nothing else to show. */
enum mq_status reveal_fields(struct node *n, const struct session *who,
    const struct record_full *r, const char *field, const char *why,
    reveal_fn fn, void *ctx, struct err *err) MUST_CHECK;
/* For how long a screen may show it: pack, reveal_seconds. */
int64_t reveal_ms(struct node *n);

#endif
