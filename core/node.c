/*
 * Opening and making a node's folder.  See node.h.
 */
#include "node.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/json.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "pack.h"
#include "roster.h"
#include "search.h"

#define PACK_FACTORY "standard"
#define PACKS_UP 6	/* folders to climb from the program to the source */

/* The same reason in the words of a start that did not come about. */
static enum mq_status other_words(struct err *err, enum mq_status code)
{
	if (err)
		err->code = code;
	return code;
}

/* ---- node.ini ---- */

struct setting { const char *section, *key; size_t at, size; };
#define SETTING(s, k, member) { s, k, \
	offsetof(struct node_settings, member), \
	sizeof(((struct node_settings *)0)->member) }

static const struct setting settings[] = {
	SETTING("node", "tenant", tenant),
	SETTING("node", "org", org),
	SETTING("node", "site", site),
	SETTING("node", "pack", pack),
	SETTING("node", "theme", theme),
	SETTING("node", "duties", duties),
	SETTING("hub", "url", hub),
	SETTING("hub", "ca", ca),
	SETTING("hub", "pins", pins),
	SETTING("trust", "records", records_pk),
	SETTING("trust", "roster", roster_pk),
};

static bool take_setting(void *ctx, const char *section, const char *key,
    const char *value, int line)
{
	struct node_settings *set = ctx;
	char *end;
	size_t i;

	(void)line;
	if (strcmp(section, "node") == 0 && strcmp(key, "number") == 0) {
		long v = strtol(value, &end, 10);

		set->number = (int)v;
		return !*end && v >= 1 && v <= ENTRY_DEV_MAX;
	}
	for (i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(section, settings[i].section) != 0 ||
		    strcmp(key, settings[i].key) != 0)
			continue;
		if (strlen(value) >= settings[i].size)
			return false;
		xcopy((char *)set + settings[i].at, settings[i].size, value);
		return true;
	}
	return false;
}

enum mq_status node_save_settings(struct env *env, const char *dir,
    const struct node_settings *set, struct err *err)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char path[NODE_PATH + 16];
	const char *section = "node";
	enum mq_status st;
	size_t i;

	buf_addf(&b, "[node]\nnumber = %d\n", set->number);
	for (i = 0; i < ARRAY_LEN(settings); i++) {
		const char *v = (const char *)set + settings[i].at;

		if (strcmp(section, settings[i].section) != 0) {
			section = settings[i].section;
			buf_addf(&b, "\n[%s]\n", section);
		}
		if (v[0])
			buf_addf(&b, "%s = %s\n", settings[i].key, v);
	}
	file_join(path, sizeof(path), dir, "node.ini");
	st = file_write(env, path, b.data, b.len, 0644, err);
	buf_free(&b);
	return st;
}

/* ---- node.key ---- */

struct key_row { const char *name; size_t at, size; };
#define KEY(n, m) { n, offsetof(struct node_keys, m), \
	sizeof(((struct node_keys *)0)->m) }

static const struct key_row key_rows[] = {
	KEY("sign_pk", sign_pk), KEY("sign_sk", sign_sk),
	KEY("box_pk", box_pk), KEY("box_sk", box_sk),
	KEY("data", data), KEY("lookup", lookup),
};

void node_make_keys(struct env *env, struct node_keys *k)
{
	crypto_sign_keys(env, k->sign_pk, k->sign_sk);
	crypto_box_keys(env, k->box_pk, k->box_sk);
	env->random(env, k->data, sizeof(k->data));
	env->random(env, k->lookup, sizeof(k->lookup));
}

static enum mq_status write_keys(struct env *env, const char *dir,
    const struct node_keys *k, struct err *err)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char path[NODE_PATH + 16], hex[2 * CRYPTO_SIGN_SK + 1];
	enum mq_status st;
	size_t i;

	for (i = 0; i < ARRAY_LEN(key_rows); i++) {
		crypto_hex((const char *)k + key_rows[i].at,
		    key_rows[i].size, hex);
		buf_addf(&b, "%s %s\n", key_rows[i].name, hex);
	}
	file_join(path, sizeof(path), dir, "node.key");
	st = file_write(env, path, b.data, b.len, 0600, err);
	crypto_wipe(b.data, b.len);
	crypto_wipe(hex, sizeof(hex));
	buf_free(&b);
	return st;
}

static const char *line_after(const char *text, const char *name)
{
	size_t n = strlen(name);

	while (text && *text) {
		if (strncmp(text, name, n) == 0 && text[n] == ' ')
			return text + n + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

static enum mq_status read_keys(struct env *env, const char *dir,
    struct node_keys *k, struct err *err)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char path[NODE_PATH + 16];
	enum mq_status st;
	size_t i;

	file_join(path, sizeof(path), dir, "node.key");
	st = file_read(env, path, &b, err);
	for (i = 0; i < ARRAY_LEN(key_rows) && !st; i++) {
		const char *hex = line_after(b.data, key_rows[i].name);

		if (!hex || !crypto_unhex(hex, strcspn(hex, "\n"),
		    (char *)k + key_rows[i].at, key_rows[i].size))
			st = err_set(err, MQ_E_SETTINGS, "node.key: %s",
			    key_rows[i].name);
	}
	crypto_wipe(b.data, b.len);
	buf_free(&b);
	return st;
}

/* ---- packs ---- */

const char *node_packs_dir(void)
{
	static char found[PATH_MAX + 64];
	const char *set = getenv("MINQING_PACKS");
	char exe[PATH_MAX];
	ssize_t len;
	int up;

	if (set && *set)
		return set;
	if (found[0])
		return found;
	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (len <= 0)
		return "core/packs";
	exe[len] = '\0';
	for (up = 0; up < PACKS_UP; up++) {
		char *slash = strrchr(exe, '/');

		if (!slash)
			break;
		*slash = '\0';
		snprintf(found, sizeof(found), "%s/share/minqing/packs", exe);
		if (file_exists(found))
			return found;
		snprintf(found, sizeof(found), "%s/core/packs", exe);
		if (file_exists(found))
			return found;
	}
	found[0] = '\0';
	return "core/packs";
}

static enum mq_status try_pack(struct node *n, const char *dir,
    const char *name, struct err *err)
{
	char path[PATH_MAX], file[PATH_MAX + 16];

	file_join(path, sizeof(path), dir, name);
	file_join(file, sizeof(file), path, "pack.csv");
	if (!file_exists(file))
		return err_set(err, MQ_E_PACK_MISSING, "%s", name);
	if (n->pack_waits)
		return pack_begin(n->env, path, &n->pack, err);
	return pack_load(n->env, path, &n->pack, err);
}

static enum mq_status factory_pack(struct node *n, enum mq_status why,
    struct err *err)
{
	log_err("pack", &n->pack_err);
	if (why != MQ_E_PACK_MISSING)
		n->pack_err.code = MQ_E_PACK_FACTORY;
	n->factory_pack = true;
	n->pack_waits = false;
	if (try_pack(n, node_packs_dir(), PACK_FACTORY, err) != MQ_OK)
		return other_words(err, MQ_E_PACK_NONE);
	return MQ_OK;
}

/* The wanted pack from the node or from the shipped ones; when it is broken
 * or missing the factory pack, and the reason is kept for the screen. */
static enum mq_status load_pack(struct node *n, struct err *err)
{
	const char *name = n->set.pack[0] ? n->set.pack : PACK_FACTORY;
	char own[NODE_PATH + 16];
	enum mq_status st;

	file_join(own, sizeof(own), n->dir, "packs");
	st = try_pack(n, own, name, &n->pack_err);
	if (st == MQ_E_PACK_MISSING)
		st = try_pack(n, node_packs_dir(), name, &n->pack_err);
	return st ? factory_pack(n, st, err) : MQ_OK;
}

enum mq_status node_rest(struct node *n, struct err *err)
{
	enum mq_status st;

	if (!n->pack_waits)
		return MQ_OK;
	n->pack_waits = false;
	st = pack_rest(n->pack, &n->pack_err);
	if (!st)
		return MQ_OK;
	pack_free(&n->pack);
	return factory_pack(n, st, err);
}

/* ---- the database ---- */

/* A file without tables where a ledger is known to have been: emptied, or
 * its log was taken away. */
static bool hollow(struct node *n)
{
	struct err err = ERR_INIT;
	int64_t steps = 0;
	enum mq_status st;

	st = db_scalar(n->db, "SELECT count(*) FROM schema_version", &steps,
	    &err);
	return (st == MQ_OK && steps == 0) || (st == MQ_E_DB && !err.sys);
}

static enum mq_status open_db(struct node *n, int flags, struct err *err)
{
	char path[NODE_PATH + 16], where[NODE_PATH + 32];
	char lock[NODE_PATH + 16];
	struct err why = ERR_INIT;
	enum mq_status st;

	file_join(path, sizeof(path), n->dir, "ledger.db");
	file_join(lock, sizeof(lock), n->dir, "ledger.lock");
	snprintf(where, sizeof(where), "sqlite:%s", path);
	/* Never make an empty ledger where one is known to have been. */
	if (!(flags & DB_CREATE) && !file_exists(path))
		return err_set(err, MQ_E_DB_MISSING, "%s", path);
	st = db_open(n->env, where, flags, lock, &n->db, &why);
	/* What may not be written can still be read. */
	if ((st == MQ_E_READ_ONLY || why.sys == EACCES ||
	    why.sys == EPERM) && !(flags & (DB_READ_ONLY | DB_CREATE)))
		st = db_open(n->env, where, flags | DB_READ_ONLY, NULL,
		    &n->db, &why);
	if (st && err)
		*err = why;
	if (st == MQ_E_DAMAGED)
		return other_words(err, MQ_E_DB_BROKEN);
	if (st == MQ_E_READ_ONLY)
		return other_words(err, MQ_E_DB_RESTING);
	if (st)
		return st;
	if (!(flags & DB_CREATE) && hollow(n))
		return err_set(err, MQ_E_DB_MISSING, "%s", path);
	n->read_only = db_is_read_only(n->db);
	st = search_register(n->db, err);
	if (!st && !n->read_only)
		st = db_migrate(n->db, db_node_migrations,
		    db_node_migrations_n, err);
	return st;
}

enum mq_status node_create(struct env *env, const char *dir,
    const struct node_settings *set, const struct node_keys *keys,
    struct err *err)
{
	struct node n;
	char path[NODE_PATH + 16];
	enum mq_status st;

	assert(set->number >= 1 && set->number <= ENTRY_DEV_MAX);
	memset(&n, 0, sizeof(n));
	n.env = env;
	xcopy(n.dir, sizeof(n.dir), dir);
	file_join(path, sizeof(path), dir, "node.key");
	if (file_exists(path))
		return err_set(err, MQ_E_SETTINGS, "%s", path);
	st = file_mkdirs(env, dir, 0700, err);
	if (!st)
		st = open_db(&n, DB_CREATE, err);
	db_close(&n.db);
	if (!st)
		st = node_save_settings(env, dir, set, err);
	file_join(path, sizeof(path), dir, "drafts");
	if (!st)
		st = file_mkdirs(env, path, 0700, err);
	/* The key file comes last: it says that this is a whole node. */
	if (!st)
		st = write_keys(env, dir, keys, err);
	return st;
}

static enum mq_status open_parts(struct node *n, int flags, struct err *err)
{
	char path[NODE_PATH + 16];
	enum mq_status st;
	int64_t epoch;

	file_join(path, sizeof(path), n->dir, "node.key");
	if (!file_exists(path))
		return err_set(err, MQ_E_NOT_NODE, "%s", n->dir);
	st = read_keys(n->env, n->dir, &n->keys, err);
	if (st)
		return other_words(err, MQ_E_NODE_KEY);
	file_join(path, sizeof(path), n->dir, "node.ini");
	st = ini_read(n->env, path, take_setting, &n->set, err);
	if (!st && !n->set.number)
		st = err_set(err, MQ_E_NODE_INI, "%s: number", path);
	if (st)
		return other_words(err, MQ_E_NODE_INI);
	st = open_db(n, (flags & NODE_READ ? DB_READ_ONLY : 0) |
	    (flags & NODE_FAST ? DB_FAST_SYNC : 0), err);
	if (!st)
		st = node_read_meta(n, "epoch", &epoch, NULL, 0, err);
	if (!st)
		n->dev = dev_make(n->set.number, (int)epoch);
	if (!st && !(flags & NODE_READ))
		st = ledger_notice_tail(n, err);
	n->pack_waits = (flags & NODE_LATER) != 0;
	if (!st && !(flags & NODE_NO_PACK))
		st = load_pack(n, err);
	if (!st && !(flags & NODE_NO_PACK)) {
		file_join(path, sizeof(path), n->dir, "roster");
		if (file_exists(path) && roster_load(n, &n->roster_err)) {
			log_err("roster", &n->roster_err);
			n->roster_err.code = MQ_E_ROSTER_NONE;
		}
	}
	return st;
}

enum mq_status node_open(struct env *env, const char *dir, int flags,
    struct node **out, struct err *err)
{
	struct node *n = xcalloc(1, sizeof(*n));
	enum mq_status st;

	n->magic = NODE_MAGIC;
	n->env = env;
	if (xcopy(n->dir, sizeof(n->dir), dir) < strlen(dir))
		st = err_set(err, MQ_E_NOT_NODE, "%s", dir);
	else
		st = open_parts(n, flags, err);
	if (st)
		node_close(&n);
	*out = n;
	return st;
}

void node_close(struct node **node)
{
	struct node *n = *node;

	if (!n)
		return;
	assert(n->magic == NODE_MAGIC);
	db_close(&n->db);
	pack_free(&n->pack);
	roster_free(&n->roster);
	crypto_wipe(&n->keys, sizeof(n->keys));
	n->magic = 0;
	FREE(*node);
}

/* ---- small lasting values ---- */

enum mq_status node_read_meta(struct node *n, const char *key, int64_t *num,
    char *text, size_t size, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*num = 0;
	if (text)
		text[0] = '\0';
	st = db_query(n->db, "SELECT num, text FROM meta WHERE key = ?", &s,
	    err);
	if (st)
		return st;
	db_bind_text(s, key);
	st = db_step(s, &row, err);
	if (!st && row) {
		*num = db_i64(s, "num");
		if (text)
			db_copy(s, "text", text, size);
	}
	db_done(&s);
	return st;
}

int64_t node_meta(struct node *n, const char *key)
{
	int64_t v;

	return node_read_meta(n, key, &v, NULL, 0, NULL) == MQ_OK ? v : 0;
}

void node_meta_text(struct node *n, const char *key, char *out, size_t size)
{
	int64_t v;

	if (node_read_meta(n, key, &v, out, size, NULL) != MQ_OK)
		out[0] = '\0';
}

enum mq_status node_set_meta(struct node *n, const char *key, int64_t v,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT INTO meta(key, num) VALUES(?, ?)"
	    " ON CONFLICT DO UPDATE SET num = excluded.num", &s, err);
	if (st)
		return st;
	db_bind_text(s, key);
	db_bind_i64(s, v);
	return db_run(&s, err);
}

enum mq_status node_set_meta_text(struct node *n, const char *key,
    const char *v, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT INTO meta(key, text) VALUES(?, ?)"
	    " ON CONFLICT DO UPDATE SET text = excluded.text", &s, err);
	if (st)
		return st;
	db_bind_text(s, key);
	db_bind_text(s, v);
	return db_run(&s, err);
}
