/*
 * A small private CA and the hub's certificate, by GnuTLS; and the pin of a
 * certificate's key.  The only file with X.509 in it.
 */
#ifndef MQ_CERT_H
#define MQ_CERT_H

#include "../../core/base/env.h"
#include "../../core/base/err.h"

/* Writes ca.pem ca.key hub.pem hub.key hub-next.key pins into dir (keys 0600).
 * host: DNS name or IPv4 address.  A CA already there is used again, so that
 * a second call renews the hub's certificate only; its key stays. */
enum mq_status cert_make(struct env *env, const char *dir, const char *host,
    struct err *err) MUST_CHECK;

/* "sha256//…" of this certificate's key, with the backup pin when the file
 * `pins` beside it names both. */
enum mq_status cert_pins(struct env *env, const char *path, char *out,
    size_t size, struct err *err) MUST_CHECK;
/* When this certificate ends. */
enum mq_status cert_ends(struct env *env, const char *path, struct utc *out,
    struct err *err) MUST_CHECK;

#endif
