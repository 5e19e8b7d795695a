/*
 * The simulated district: nodes and a hub in one process, on the real code,
 * with a clock, a wire and disks that obey a seed.  Same seed, same trace.
 *
 * sim.c    the world: time, chance, trace, making and ending it
 * peer.c   one node: its handles, its power, its disk
 * wire.c   the hub and the transport that loses, repeats and delays
 * deed.c   what people do
 * model.c  what must be true after every step and at the end
 * play.c   one seed from begin to end
 */
#ifndef MQ_SIM_H
#define MQ_SIM_H

#include "../../core/access.h"
#include "../../core/ledger.h"
#include "../../core/node.h"
#include "../../core/pack.h"
#include "../../core/record.h"
#include "../../core/save.h"
#include "../../sync/client.h"
#include "../../sync/hub/api.h"
#include "../../sync/hub/feed.h"
#include "disk.h"

#define SIM_NODES 8
#define SIM_CLONES 1
#define SIM_PEERS (SIM_NODES + SIM_CLONES)
#define SIM_FIRST 101
#define SIM_PATH 200
#define SIM_START INT64_C(1795312800000)	/* 2026-11-22 10:00 +08 */
#define SIM_YEAR (INT64_C(365) * MS_DAY)
#define SIM_DELAYED 24
#define SIM_PACKS 2

struct sim;

/* A request on its way, owning its bytes. */
struct parcel {
	struct transport_request q;
	char text[TRANSPORT_FIELDS][2][520];
	char method[8], target[256];
	struct buf body;
	int peer;
};

struct peer {
	struct sim *w;
	int index, number;
	bool up;
	char dir[SIM_PATH], org[24];
	struct env env;
	int64_t skew;			/* its clock against true time */
	uint64_t chance;		/* of its env's bytes */
	struct node *desk, *sync;	/* two programs on the same files */
	struct client client;
	struct transport t;
	struct session who;
	int pack;
	bool apart;			/* cut off */
	int loss;			/* per cent of requests spoilt */
	struct parcel *poll;		/* a long poll on its way */
	/* what the model knows */
	bool may_fork;			/* its disk lied, or it was copied */
	bool frozen, revoked, lost_tail;
	int64_t absorbed;		/* pos up to which it was looked at */
	int64_t hlc[ENTRY_EPOCH_MAX + 1];
	struct ref last_save, acked;
	int64_t at_revoke;
	struct disk_image *old;		/* an older state of its disk */
	char old_head[64];
	bool moved;			/* bound to another unit meanwhile */
};

/* Every entry that was ever told to be saved, or found to be. */
struct fact {
	struct ref id, subj;
	uint8_t hash[CRYPTO_HASH];
	int peer;
	bool told;		/* somebody was told that it is saved */
	bool lost;		/* went with a disk that lied, unsent */
	bool at_hub;
	struct ref erased;	/* by this entry, 0 not */
	bool forked;		/* its identity was used twice */
	bool seen;		/* in the walk going on */
};

struct sim {
	uint64_t seed, chance;
	int64_t now, mono;
	int step, depth;
	int limit;			/* no more steps than that; 0: all */
	int plant;			/* fails at that step; 0: does not */
	bool talk, calm;		/* calm: faults have stopped */
	int64_t moved;			/* entries and readmissions, calm */
	uint8_t trace[CRYPTO_HASH];
	char dir[SIM_PATH / 2];
	struct peer p[SIM_PEERS];
	int n;				/* nodes; a clone comes behind them */
	/* hub */
	struct hub hub;
	struct env hub_env;
	char hub_dir[SIM_PATH], store[SIM_PATH + 24];
	struct db *db;
	int hub_pack, hub_age;
	struct disk_image *backup;
	uint64_t hub_chance;
	struct parcel *late[SIM_DELAYED];
	int nlate;
	/* model */
	struct fact *f;
	size_t nf, cap;
	size_t *slot, nslot;	/* by identity: index + 1 */
	int64_t hub_seen;	/* row of the hub's store looked at last */
	int64_t chain[SIM_NODES][ENTRY_EPOCH_MAX + 1];
	int64_t count[16];		/* what happened, see sim_count */
};

enum sim_count { N_SAVED, N_REFUSED, N_SPOILT, N_CRASH, N_HUB_CRASH,
	N_RESTORE, N_LIE, N_CLONE, N_CLOCK, N_ERASED, N_MOVED, N_QUARANTINE,
	N_ROUNDS, N_REVOKED, N_COUNTS };

/* ---- sim.c ---- */
void sim_begin_all(void);	/* once a process: packs, empty disks */
void sim_end_all(void);
void sim_make(struct sim *w, uint64_t seed, bool talk);
void sim_free(struct sim *w);
uint64_t sim_next(uint64_t *state);
uint64_t sim_roll(struct sim *w);
int sim_dice(struct sim *w, int n);		/* 0 … n - 1 */
bool sim_chance(struct sim *w, int per_cent);
void sim_say(struct sim *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sim_fail(struct sim *w, const char *fmt, ...) PRINTF_LIKE(2, 3)
    __attribute__((noreturn));
/* Anything but MQ_OK ends the seed. */
void sim_ok(struct sim *w, enum mq_status st, const struct err *err,
    const char *what);
void sim_pass(struct sim *w, int64_t ms);
struct pack *sim_pack(int i);
const struct disk_image *sim_blank(int number);	/* 0: the hub's */

/* ---- peer.c ---- */
void peer_make(struct sim *w, int index, const char *org);
void peer_env(struct peer *p);
void peer_free(struct peer *p);
void peer_open(struct peer *p);
void peer_close(struct peer *p);
/* Handles gone; what was written stays (kill) or is lost (power). */
void peer_stop(struct peer *p, bool power);
/* After each deed: did its disk die meanwhile?  Then it starts again. */
bool peer_check(struct peer *p);
void peer_keep_old(struct peer *p);
/* The disk lied: it goes back to the state kept. */
void peer_lie(struct peer *p);
bool peer_clone(struct sim *w, struct peer *p);
void peer_round(struct peer *p);
void peer_poll(struct peer *p);
void peer_fold(struct peer *p, bool all);

/* ---- wire.c ---- */
void wire_hub_open(struct sim *w);
void wire_hub_stop(struct sim *w, bool power);
void wire_hub_check(struct sim *w);
void wire_hub_backup(struct sim *w);
void wire_hub_restore(struct sim *w);
void wire_enrol(struct peer *p);
void wire_link(struct peer *p);
void wire_late(struct sim *w);		/* one delayed request arrives */
void wire_drop(struct parcel **p);
void wire_forget(struct peer *p);	/* what it has on the way is gone */
int64_t wire_number(struct sim *w, const char *sql, int64_t a, int64_t b);
void wire_readmit(struct sim *w, bool force);

/* ---- deed.c ---- */
void deed_any(struct peer *p);		/* somebody does something */
void deed_erase(struct peer *p);
void deed_stray(struct peer *p);	/* what the hub cannot admit at once */

/* ---- model.c ---- */
void model_absorb(struct peer *p, bool told);
void model_reopened(struct peer *p);
void model_hub_grew(struct sim *w);
void model_hub_again(struct sim *w, bool restored);
void model_bad_line(struct peer *p);
void model_acked(struct peer *p);
void model_step(struct sim *w);
void model_end(struct sim *w);
/* All records held there in words that do not depend on who holds them. */
void model_words(struct peer *p, struct buf *out);
struct fact *model_find(struct sim *w, struct ref id);

/* ---- play.c ---- */
#define PLAY_STEPS_MAX 140
void play_seed(struct sim *w);

#endif
