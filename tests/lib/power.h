/*
 * A disk whose power can go at any moment: what was not synced is lost in
 * part, the last write is torn, names not synced with their folder may not be
 * there.  Stands under SQLite (through bad_disk) and behind the env of a node.
 *
 *	power_watch(&x.env, x.dir);	what is there now lies safe
 *	power_cut_at(n, false);	the n-th operation from now
 *	… deeds; from the cut on every operation fails …
 *	node_close(&x.n);
 *	power_back(seed);		the files as the disk kept them
 */
#ifndef MQ_TEST_POWER_H
#define MQ_TEST_POWER_H

#include "../../core/base/env.h"

/* Watches the files of a node: its ledger and log by SQLite's layer, the
 * files of `env` in its folder and in drafts/.  One node at a time; not while
 * it is open.  env->fault and env->did are taken until power_end(). */
void power_watch(struct env *env, const char *dir);
void power_end(void);
/* The n-th write, sync, truncate or rename from now is the last one: a write
 * is torn, anything else does not come about; 0: count only.  syncs_only:
 * writes are not counted. */
void power_cut_at(int n, bool syncs_only);
int power_seen(void);
bool power_is_out(void);
/* From now on a sync says that all went well and keeps nothing. */
void power_lie(bool on);
/* After the cut (or as a cut right now): puts the files as the disk has them.
 * seed 0: nothing that was not synced; else by chance. */
void power_back(uint32_t seed);

/* ---- for bad_disk.c: false when there is no power ---- */
bool power_write(const char *path, const void *p, int n, int64_t at);
bool power_truncate(const char *path, int64_t size);
/* *keep: the sync should really be made. */
bool power_sync(const char *path, bool *keep);
bool power_on(void);

#endif
