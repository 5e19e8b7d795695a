/*
 * The bell: a file whose times change after each commit.  Rung by saves and
 * by sync, waited for by the terminal program and the sync daemon.
 */
#include "bell.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int open_bell(struct node *n, char path[NODE_PATH + 16])
{
	file_join(path, NODE_PATH + 16, n->dir, "bell");
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

/* A missed ring costs the others some seconds, never an entry: no failure
 * is worth a word here. */
void bell_ring(struct node *n)
{
	char path[NODE_PATH + 16];
	int fd = open_bell(n, path);

	if (fd < 0)
		return;
	(void)futimens(fd, NULL);
	(void)close(fd);
}

int bell_listen(struct node *n)
{
	char path[NODE_PATH + 16];
	int fd, in;

	/* It must be there to be watched; on a read-only disk it may be. */
	fd = open_bell(n, path);
	if (fd >= 0)
		(void)close(fd);
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (in < 0)
		return -1;
	if (inotify_add_watch(in, path, IN_ATTRIB) < 0) {
		(void)close(in);
		return -1;
	}
	return in;
}

void bell_clear(int fd)
{
	char swallow[4096];
	ssize_t got;

	if (fd < 0)
		return;
	do {
		got = read(fd, swallow, sizeof(swallow));
	} while (got > 0 || (got < 0 && errno == EINTR));
}

void bell_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}
