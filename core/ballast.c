/*
 * The room kept for a full disk.  See ballast.h.  Called by the programs at
 * start, by save.c and draft.c when a write found no room.
 */
#include "ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define PLENTY 8	/* times its size must be free before it is made */

static void path_of(const struct node *n, char out[NODE_PATH + 16])
{
	file_join(out, NODE_PATH + 16, n->dir, "ballast");
}

void ballast_make(struct node *n)
{
	char path[NODE_PATH + 16];
	struct statvfs v;
	int fd;

	path_of(n, path);
	if (n->read_only || file_exists(path) || statvfs(n->dir, &v) != 0 ||
	    (uint64_t)v.f_bavail * v.f_frsize <
	    (uint64_t)PLENTY * BALLAST_BYTES)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	/* Part of it would be a promise that cannot be kept. */
	if (posix_fallocate(fd, 0, BALLAST_BYTES) != 0)
		(void)unlink(path);
	(void)close(fd);
}

bool ballast_free(struct node *n)
{
	char path[NODE_PATH + 16];

	path_of(n, path);
	if (unlink(path) != 0)
		return false;
	log_line(LOG_WARN, "ballast", "the disk is full: room given up");
	return true;
}
