/*
 * The byte scan.  See leftover.h; called by subject_erase.c.
 */
#include "leftover.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/xmalloc.h"

#define CHUNK (1024u * 1024u)
#define NEEDLE_MAX 512u		/* longer ones are cut: their start is enough */
#define DEPTH 4
#define SHORTEST 4

struct answer { int found; bool failed; char where[256]; };

void leftover_add(struct leftover *l, const void *p, size_t len)
{
	if (len < SHORTEST)
		return;
	if (len > NEEDLE_MAX)
		len = NEEDLE_MAX;
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->len = xgrow(l->len, &l->cap2, l->n + 1, sizeof(*l->len));
	l->v[l->n] = xmalloc(len);
	memcpy(l->v[l->n], p, len);
	l->len[l->n++] = len;
}

void leftover_free(struct leftover *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		crypto_wipe(l->v[i], l->len[i]);
		free(l->v[i]);
	}
	FREE(l->v);
	FREE(l->len);
	l->n = l->cap = l->cap2 = 0;
}

/* ---- in the child ---- */

static void look_in(const struct leftover *l, const char *buf, size_t n,
    bool *met, struct answer *a, const char *path)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (met[i] || !memmem(buf, n, l->v[i], l->len[i]))
			continue;
		met[i] = true;
		if (a->found++ == 0)
			xcopy(a->where, sizeof(a->where), path);
	}
}

/* Chunks overlap by a needle, so that none is missed at a border. */
static void look_file(const struct leftover *l, const char *path, bool *met,
    struct answer *a)
{
	char *buf = xmalloc(CHUNK + NEEDLE_MAX);
	size_t kept = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	while (fd >= 0 && (got = read(fd, buf + kept, CHUNK)) > 0) {
		size_t n = kept + (size_t)got;

		look_in(l, buf, n, met, a, path);
		kept = n < NEEDLE_MAX ? n : NEEDLE_MAX;
		memmove(buf, buf + n - kept, kept);
	}
	/* One that is gone meanwhile holds nothing. */
	if (got < 0 || (fd < 0 && errno != ENOENT))
		a->failed = true;
	if (fd >= 0)
		(void)close(fd);
	free(buf);
}

/* Staff and configuration are not this person's data; nothing is ballast. */
static bool passed_over(const char *name)
{
	return name[0] == '.' || strcmp(name, "roster") == 0 ||
	    strcmp(name, "packs") == 0 || strcmp(name, "ballast") == 0;
}

static void look_folder(const struct leftover *l, const char *dir, int depth,
    bool *met, struct answer *a)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	char path[NODE_PATH * 2];

	if (!d)
		a->failed = true;
	while (d && (e = readdir(d)) != NULL) {
		if (passed_over(e->d_name) || strlen(dir) +
		    strlen(e->d_name) + 2 > sizeof(path))
			continue;
		file_join(path, sizeof(path), dir, e->d_name);
		if (lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH)
			look_folder(l, path, depth + 1, met, a);
		else if (S_ISREG(st.st_mode))
			look_file(l, path, met, a);
	}
	if (d)
		closedir(d);
}

static void child(const struct leftover *l, const char *dir, int fd)
{
	struct answer a;
	bool *met = xcalloc(l->n + 1, sizeof(*met));

	memset(&a, 0, sizeof(a));
	look_folder(l, dir, 0, met, &a);
	_exit(write(fd, &a, sizeof(a)) == (ssize_t)sizeof(a) ? 0 : 1);
}

enum mq_status leftover_look(struct node *n, const struct leftover *l,
    int *found, char *where, size_t size, struct err *err)
{
	struct answer a;
	ssize_t got;
	int fds[2], status = 0;
	pid_t pid;

	memset(&a, 0, sizeof(a));
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_sys(err, errno, MQ_E_IO, "pipe");
	pid = fork();
	if (pid == 0)
		child(l, n->dir, fds[1]);
	(void)close(fds[1]);
	do {
		got = pid > 0 ? read(fds[0], &a, sizeof(a)) : -1;
	} while (got < 0 && pid > 0 && errno == EINTR);
	(void)close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (got != (ssize_t)sizeof(a) || a.failed)
		return err_set(err, MQ_E_IO, "%s", n->dir);
	*found = a.found;
	if (where)
		xcopy(where, size, a.where);
	return MQ_OK;
}
