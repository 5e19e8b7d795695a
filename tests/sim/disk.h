/*
 * A disk in memory under SQLite, for the simulation: it knows of every file
 * what was synced and what was only written, and loses, keeps or tears the
 * rest when the power goes.  Files belong together by the folder they are in.
 *
 * An empty real file stands where a database is, because the programs look
 * for it.
 */
#ifndef MQ_SIM_DISK_H
#define MQ_SIM_DISK_H

#include <stddef.h>
#include <stdint.h>

void disk_install(void);	/* once; becomes the default file layer */

/* From the N-th (from 1) write, truncate or sync in this folder on, nothing
 * in it works any more, until disk_revive(); 0: never. */
void disk_die_at(const char *folder, int n);
int disk_is_dead(const char *folder);
/* Nothing works any more from now on. */
void disk_kill(const char *folder);
void disk_revive(const char *folder);

/* The power goes, all handles being closed: what was not synced stays, goes
 * or is torn at a sector, as `next` decides. */
void disk_power_cut(const char *folder, uint64_t (*next)(void *ctx),
    void *ctx);

/* What is on the disk for sure; *handles of the folder must be closed. */
struct disk_image;
struct disk_image *disk_image_take(const char *folder);
void disk_image_put(const struct disk_image *img, const char *folder);
void disk_image_free(struct disk_image **img);
void disk_drop(const char *folder);	/* removes its files */

/* True when these bytes stand anywhere in the folder's files. */
int disk_holds(const char *folder, const void *bytes, size_t n);

#endif
