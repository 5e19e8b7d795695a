/*
 * Enrolment: a single-use code of 128 bits, good for 24 hours and five tries,
 * bound to a unit and a site.  The node makes its own keys and proves that it
 * has them; a person compares six words on both screens.
 */
#ifndef MQ_ENROL_H
#define MQ_ENROL_H

#include "hub.h"

#define ENROL_CODE_TEXT 48
#define ENROL_HOURS 24
#define ENROL_TRIES 5
#define ENROL_FIRST_NUMBER 101

/* A new code, "ABCD-…": shown once, kept only as a digest.  Own
 * transaction. */
enum mq_status enrol_make(struct env *env, struct db *db, const char *tenant,
    const char *org, const char *site, char out[ENROL_CODE_TEXT],
    struct err *err) MUST_CHECK;

struct enrol_ask {
	const char *code;
	uint8_t sign_pk[CRYPTO_SIGN_PK];
	uint8_t box_pk[CRYPTO_BOX_PK];
};
/* Uses the code up and makes the node; the same keys with the same code again
 * get the same answer.  Own transaction.  MQ_E_ENROL: not a good code. */
enum mq_status enrol_use(struct hub *h, const struct enrol_ask *ask,
    struct store_node *out, struct err *err) MUST_CHECK;

#endif
