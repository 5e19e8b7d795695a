/*
 * A file of half-typed work, cut or spoilt anywhere: it opens, holds what was
 * whole before that place, and takes new drafts.
 */
#include "fuzz.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/draft.h"
#include "../lib/nodes.h"

#define PIECE 24	/* bytes of one draft's text */

static struct nodes_one one;
static char path[600];

static void leave(void)
{
	nodes_free(&one);
}

static void must(enum mq_status st)
{
	if (st != MQ_OK)
		abort();
}

static struct drafts *opened(void)
{
	struct drafts *d = NULL;

	must(draft_open(one.n, "1001", &d, NULL));
	return d;
}

static size_t put_pieces(struct drafts *d, const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(BUF_SMALL);
	size_t count = 0;

	for (; n > 0 && count < DRAFT_MAX - 1; count++) {
		size_t k = n < PIECE ? n : PIECE;
		struct draft x;

		memset(&x, 0, sizeof(x));
		x.number = (int)count + 1;
		xcopy(x.kind, sizeof(x.kind), "visit");
		buf_reset(&text);
		buf_add(&text, p, k);
		fields_set(&x.f, "note", buf_str(&text));
		must(draft_put(d, &x, NULL));
		draft_free(&x);
		p += k;
		n -= k;
	}
	buf_free(&text);
	return count;
}

/* The one file of the folder. */
static bool find_file(void)
{
	char dir[600];
	struct dirent *e;
	DIR *h;

	file_join(dir, sizeof(dir), one.n->dir, "drafts");
	path[0] = '\0';
	h = opendir(dir);
	while (h && (e = readdir(h)) != NULL)
		if (e->d_name[0] != '.' && !strstr(e->d_name, "lock"))
			file_join(path, sizeof(path), dir, e->d_name);
	if (h)
		closedir(h);
	return path[0] != '\0';
}

/* Cuts at a place or turns a bit over there. */
static void spoil(uint8_t how, uint8_t where)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	off_t len = lseek(fd, 0, SEEK_END), at = len * where / 256;
	uint8_t c;

	if (fd < 0)
		abort();
	if (how & 1) {
		if (ftruncate(fd, at) != 0)
			abort();
	} else if (pread(fd, &c, 1, at) == 1) {
		c = (uint8_t)(c ^ (1 << (how >> 1 & 7)));
		if (pwrite(fd, &c, 1, at) != 1)
			abort();
	}
	close(fd);
}

/* Strange bytes as the whole file. */
static void replace(const uint8_t *p, size_t n)
{
	must(file_write(&one.env, path, p, n, 0600, NULL));
}

int fuzz_draft(const uint8_t *p, size_t n)
{
	struct drafts *d;
	size_t count;
	bool whole;

	if (!one.n) {
		nodes_make(&one, 101, NULL);
		atexit(leave);
	}
	if (n < 3)
		return 0;
	d = opened();
	while (draft_count(d) > 0)
		must(draft_drop(d, draft_at(d, 0)->number, NULL));
	count = put_pieces(d, p + 2, n - 2);
	must(draft_sync(d, true, NULL));
	draft_close(&d);
	whole = !find_file();
	if (!whole && p[0] == 0xff)
		replace(p + 2, n - 2);
	else if (!whole)
		spoil(p[0], p[1]);
	d = opened();
	assert(draft_count(d) <= count);
	put_pieces(d, p + 2, PIECE < n - 2 ? PIECE : n - 2);
	must(draft_sync(d, true, NULL));
	draft_close(&d);
	return 0;
}
