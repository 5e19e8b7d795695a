/*
 * A disk under SQLite whose N-th write, fsync, truncate or open fails.  Stands
 * between SQLite and its own file layer for the whole test program.
 */
#ifndef MQ_TEST_BAD_DISK_H
#define MQ_TEST_BAD_DISK_H

enum bad_op { BAD_WRITE = 1, BAD_SYNC = 2, BAD_TRUNCATE = 4, BAD_OPEN = 8 };

void bad_disk_install(void);
/* The N-th (from 1) operation in the set `ops` fails, and all after it when
 * `for_good`; full: as a full disk does, else as a broken one.  n 0: none. */
void bad_disk_fail(int ops, int n, int for_good, int full);
/* After that first failure operations in the set `ops` fail `times` times more
 * (-1: for good), whatever bad_disk_fail() watches. */
void bad_disk_then(int ops, int times);
/* Operations of the set seen since. */
int bad_disk_seen(void);
/* Bytes that reached a file through the layer, since the start. */
long long bad_disk_bytes(void);

#endif
