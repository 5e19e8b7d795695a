/*
 * node.ini and theme files: [section] key = value, read by libinih, the only
 * file that includes it.  Complaints carry file and line.
 */
#ifndef MQ_INI_H
#define MQ_INI_H

#include "env.h"
#include "err.h"

/* Called for each pair; return false to refuse it (unknown key). */
typedef bool (*ini_pair_fn)(void *ctx, const char *section, const char *key,
    const char *value, int line);

enum mq_status ini_read(struct env *env, const char *path, ini_pair_fn pair,
    void *ctx, struct err *err) MUST_CHECK;

#endif
