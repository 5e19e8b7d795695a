/*
 * Folder, keys and store of the administrator.  Called by all verbs.
 */
#include "admin.h"

#include "../../core/base/file.h"
#include "../../core/base/ini.h"
#include "../../core/base/xmalloc.h"
#include "../../core/node.h"

#include <stdlib.h>
#include <string.h>

enum mq_status admin_need(const char *value, const char *option,
    struct err *err)
{
	if (value != NULL && value[0] != '\0')
		return MQ_OK;
	return err_set(err, MQ_E_USAGE, "--%s", option);
}

void admin_path(const struct admin *a, const char *name, char out[ADMIN_PATH])
{
	file_join(out, ADMIN_PATH, a->dir != NULL ? a->dir : ".", name);
}

static bool take_pair(void *ctx, const char *section, const char *key,
    const char *value, int line)
{
	struct admin *a = ctx;

	(void)line;
	if (strcmp(section, "admin") != 0)
		return false;
	if (strcmp(key, "store") == 0)
		(void)xcopy(a->ini_store, sizeof(a->ini_store), value);
	else if (strcmp(key, "tenant") == 0)
		(void)xcopy(a->ini_tenant, sizeof(a->ini_tenant), value);
	else if (strcmp(key, "pack") == 0)
		(void)xcopy(a->ini_pack, sizeof(a->ini_pack), value);
	else
		return false;
	return true;
}

enum mq_status admin_read_ini(struct admin *a, struct err *err)
{
	char path[ADMIN_PATH];
	enum mq_status st = MQ_OK;

	if (a->dir == NULL)
		a->dir = getenv("MINQING_ADMIN");
	if (a->dir == NULL)
		return MQ_OK;
	admin_path(a, "admin.ini", path);
	if (file_exists(path))
		st = ini_read(a->env, path, take_pair, a, err);
	if (a->store == NULL && a->ini_store[0] != '\0')
		a->store = a->ini_store;
	if (a->tenant == NULL && a->ini_tenant[0] != '\0')
		a->tenant = a->ini_tenant;
	if (a->pack == NULL && a->ini_pack[0] != '\0')
		a->pack = a->ini_pack;
	return st;
}

enum mq_status admin_write_ini(struct admin *a, struct err *err)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char path[ADMIN_PATH];
	enum mq_status st;

	buf_adds(&b, "[admin]\n");
	buf_addf(&b, "tenant = %s\n", a->tenant);
	if (a->store != NULL)
		buf_addf(&b, "store = %s\n", a->store);
	if (a->pack != NULL)
		buf_addf(&b, "pack = %s\n", a->pack);
	admin_path(a, "admin.ini", path);
	st = file_write(a->env, path, b.data, b.len, 0600, err);
	buf_free(&b);
	return st;
}

/* Without --tenant: the only one the store knows. */
static enum mq_status only_tenant(struct admin *a, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	int n = 0;

	st = db_query(a->db, "SELECT tenant FROM tenant LIMIT 2", &s, err);
	if (st != MQ_OK)
		return st;
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		db_copy(s, "tenant", a->ini_tenant, sizeof(a->ini_tenant));
		n++;
	}
	db_done(&s);
	if (st == MQ_OK && n != 1)
		return err_set(err, MQ_E_USAGE, "--tenant");
	a->tenant = a->ini_tenant;
	return st;
}

enum mq_status admin_open(struct admin *a, struct err *err)
{
	enum mq_status st = admin_need(a->store, "store", err);

	if (st == MQ_OK)
		st = store_open(a->env, a->store, DB_CREATE, &a->db, err);
	if (st == MQ_OK && a->tenant == NULL)
		st = only_tenant(a, err);
	return st;
}

enum mq_status admin_pack(struct admin *a, struct err *err)
{
	char factory[ADMIN_PATH];

	(void)snprintf(factory, sizeof(factory), "%s/standard",
	    node_packs_dir());
	return pack_load(a->env, a->pack != NULL ? a->pack : factory,
	    &a->loaded, err);
}

void admin_close(struct admin *a)
{
	db_close(&a->db);
	pack_free(&a->loaded);
}

enum mq_status admin_key_read(struct admin *a, const char *name, void *out,
    size_t n, struct err *err)
{
	struct buf b = BUF_INIT(1024);
	char path[ADMIN_PATH];
	enum mq_status st;

	admin_path(a, name, path);
	st = file_read(a->env, path, &b, err);
	if (st == MQ_OK && !crypto_unhex(b.data, strcspn(buf_str(&b), "\n"),
	    out, n))
		st = err_set(err, MQ_E_SETTINGS, "%s", path);
	if (b.data != NULL)
		crypto_wipe(b.data, b.len);
	buf_free(&b);
	return st;
}

enum mq_status admin_key_write(struct admin *a, const char *name,
    const void *key, size_t n, struct err *err)
{
	char path[ADMIN_PATH], hex[2 * CRYPTO_SIGN_SK + 2];
	size_t len = 2 * n;
	enum mq_status st;

	admin_path(a, name, path);
	if (n > CRYPTO_SIGN_SK)
		return err_set(err, MQ_E_INTERNAL, "key");
	/* A key that is there is never written over. */
	if (file_exists(path))
		return err_set(err, MQ_E_SETTINGS, "%s",
		    sayings_both(SAY_WHY_KEY_THERE));
	crypto_hex(key, n, hex);
	hex[len++] = '\n';
	st = file_write(a->env, path, hex, len, 0600, err);
	crypto_wipe(hex, sizeof(hex));
	return st;
}
