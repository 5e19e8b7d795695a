/*
 * Six words from a node's two public keys, read out at the machine and
 * compared with those at the hub by a person: nobody else answered with the
 * code.  48 bits, one try a code.
 */
#ifndef MQ_SIXWORDS_H
#define MQ_SIXWORDS_H

#include "../core/base/crypto.h"

void sixwords_say(const uint8_t sign_pk[CRYPTO_SIGN_PK],
    const uint8_t box_pk[CRYPTO_BOX_PK], enum lang lang, struct buf *out);

#endif
