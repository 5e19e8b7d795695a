/*
 * What every verb of minqing-admin works in: options, the district's folder
 * (admin.ini and keys), the hub's store.
 */
#ifndef MQ_ADMIN_H
#define MQ_ADMIN_H

#include "../../core/pack.h"
#include "../hub/store.h"
#include "../sayings.h"

#define ADMIN_PATH 600

struct admin {
	struct env *env;
	/* options, NULL when not given */
	const char *dir, *store, *tenant, *pack, *org, *site, *host, *data,
	    *hub, *ca, *code, *node, *why, *file, *number, *save;
	bool json, force;
	/* from admin.ini */
	char ini_store[ADMIN_PATH], ini_tenant[STORE_TENANT],
	    ini_pack[ADMIN_PATH];
	struct db *db;
	struct pack *loaded;
};

/* Reads admin.ini of --dir (or MINQING_ADMIN) when there is one. */
enum mq_status admin_read_ini(struct admin *a, struct err *err) MUST_CHECK;
enum mq_status admin_write_ini(struct admin *a, struct err *err) MUST_CHECK;
/* Opens the store (made when absent) and settles the tenant. */
enum mq_status admin_open(struct admin *a, struct err *err) MUST_CHECK;
/* Loads the pack with the tree of units. */
enum mq_status admin_pack(struct admin *a, struct err *err) MUST_CHECK;
void admin_close(struct admin *a);
/* A path in the district's folder. */
void admin_path(const struct admin *a, const char *name,
    char out[ADMIN_PATH]);
/* A secret key file: raw bytes in hex. */
enum mq_status admin_key_read(struct admin *a, const char *name, void *out,
    size_t n, struct err *err) MUST_CHECK;
enum mq_status admin_key_write(struct admin *a, const char *name,
    const void *key, size_t n, struct err *err) MUST_CHECK;
/* MQ_E_USAGE with the option's name when it was not given. */
enum mq_status admin_need(const char *value, const char *option,
    struct err *err) MUST_CHECK;

#endif
