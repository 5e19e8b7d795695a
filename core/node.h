/*
 * One node: its folder, keys, database, pack and people.  The context every
 * core function works in; owned by main() of each program.
 *
 * Files in the folder:
 *   node.ini   who this node is and where its hub is
 *   node.key   secret keys, mode 0600
 *   ledger.db  (-wal, -shm)   ledger.lock   the one writer lock
 *   head       copy of the ledger's head (a lost tail shows)
 *   bell       touched after each commit
 *   ballast    room that is given up when the disk is full
 *   drafts/    one encrypted file a person
 *   packs/     packs that came from the hub; pack = its name, else the
 *              shipped "standard"
 *   roster     the signed roster of this site
 */
#ifndef MQ_NODE_H
#define MQ_NODE_H

#include "base/crypto.h"
#include "base/env.h"
#include "db/db.h"
#include "entry.h"

#define NODE_MAGIC 0x4d514e44u
#define NODE_PATH 512

struct pack;
struct roster;
struct search;

struct node_keys {
	uint8_t sign_pk[CRYPTO_SIGN_PK];
	uint8_t sign_sk[CRYPTO_SIGN_SK];
	uint8_t box_pk[CRYPTO_BOX_PK];
	uint8_t box_sk[CRYPTO_BOX_SK];
	uint8_t data[CRYPTO_KEY];	/* words at rest, drafts, verifiers */
	uint8_t lookup[CRYPTO_KEY];	/* HMAC look-up, short numbers */
};

/* node.ini */
struct node_settings {
	int number;			/* 1 … 99999, given at enrolment */
	char tenant[32];
	char org[24];			/* the unit this node is bound to */
	char site[64];			/* name on the screen */
	char hub[200];			/* https://… ; "" stands alone */
	char ca[NODE_PATH];		/* file with the own CA */
	char pins[256];			/* sha256//…;sha256//… */
	char pack[64];			/* name of the pack in force */
	char theme[32];
	char records_pk[65];		/* hex: the tenant's records key */
	char duties[8];			/* own, below or none; "" is own */
	char roster_pk[65];		/* hex: who signs rosters */
};

struct node {
	uint32_t magic;
	struct env *env;
	char dir[NODE_PATH];
	struct node_settings set;
	struct node_keys keys;
	struct dev dev;			/* with the current epoch */
	struct db *db;
	struct pack *pack;
	struct roster *roster;		/* NULL: none arrived yet */
	struct search *search;		/* NULL until first used */
	bool read_only;
	bool pack_waits;		/* its rest is not read yet */
	bool factory_pack;		/* the wanted pack could not be read */
	struct err pack_err;		/* and why */
	struct err roster_err;		/* why there is no roster, or no code */
};

enum node_flags {
	NODE_READ = 1,		/* do not create or migrate anything */
	NODE_NO_PACK = 2,	/* minqing-sync: folding needs none */
	NODE_FAST = 4,		/* made-up data only: no fsync */
	NODE_LATER = 8,		/* of the pack only what pack_begin() reads;
				 * node_rest() before anything is done */
};

/* Writes node.ini, node.key and an empty ledger into a new folder. */
enum mq_status node_create(struct env *env, const char *dir,
    const struct node_settings *set, const struct node_keys *keys,
    struct err *err) MUST_CHECK;
void node_make_keys(struct env *env, struct node_keys *keys);
/* Changes node.ini (new hub, org, theme). */
enum mq_status node_save_settings(struct env *env, const char *dir,
    const struct node_settings *set, struct err *err) MUST_CHECK;
enum mq_status node_open(struct env *env, const char *dir, int flags,
    struct node **out, struct err *err) MUST_CHECK;
/* After NODE_LATER: reads the rest of the pack; when it is broken, the factory
 * pack as node_open() would have.  Nothing to do without that flag. */
enum mq_status node_rest(struct node *n, struct err *err) MUST_CHECK;
void node_close(struct node **node);
/* The folder of shipped packs: $MINQING_PACKS, else beside the program
 * (…/share/minqing/packs), else the source tree. */
const char *node_packs_dir(void);

/* Small lasting values of this node (table meta); 0 / "" when absent.
 * node_meta() is for screens and hints: it gives 0 when the disk cannot be
 * read.  What a new entry rests on is read by node_read_meta(), which says
 * so (text may be NULL).  Setting needs an open transaction. */
enum mq_status node_read_meta(struct node *n, const char *key, int64_t *num,
    char *text, size_t size, struct err *err) MUST_CHECK;
int64_t node_meta(struct node *n, const char *key);
enum mq_status node_set_meta(struct node *n, const char *key, int64_t v,
    struct err *err) MUST_CHECK;
void node_meta_text(struct node *n, const char *key, char *out, size_t size);
enum mq_status node_set_meta_text(struct node *n, const char *key,
    const char *v, struct err *err) MUST_CHECK;

#endif
