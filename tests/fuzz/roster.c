/*
 * The people of a site: any bytes under a right signature, since that is what
 * a mistaken or stolen signing key would give us; and the bytes as they are.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/base/file.h"
#include "../../core/roster.h"
#include "../lib/nodes.h"

static struct nodes_one one;

static void leave(void)
{
	nodes_free(&one);
}

static void begin(void)
{
	if (one.n)
		return;
	nodes_make(&one, 101, NULL);
	atexit(leave);
}

static void look(const struct roster *r)
{
	size_t i;

	for (i = 0; i < roster_count(r); i++) {
		const struct roster_person *p = roster_at(r, i);

		assert(p->nposts >= 0 && p->nposts <= SESSION_POSTS);
		assert(roster_find(r, p->number));
		assert(roster_name(r, p->number));
	}
	(void)roster_find(r, "13800000000");
}

static void install(const struct buf *b)
{
	struct err err = ERR_INIT;
	char path[NODE_PATH + 16];
	enum mq_status st;

	file_join(path, sizeof(path), one.n->dir, "roster");
	st = file_write(&one.env, path, b->data, b->len, 0600, &err);
	assert(st == MQ_OK);
	st = roster_load(one.n, &err);
	if (st == MQ_OK)
		look(one.n->roster);
	else
		assert(err.code != MQ_OK);
}

int fuzz_roster(const uint8_t *p, size_t n)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	uint8_t sig[CRYPTO_SIG];

	begin();
	if (n == 0)
		return 0;
	buf_add(&b, p, n);
	install(&b);
	crypto_sign(one.n->keys.sign_sk, p, n, sig);
	buf_addc(&b, '\n');
	crypto_b64(sig, sizeof(sig), &b);
	buf_addc(&b, '\n');
	install(&b);
	buf_free(&b);
	return 0;
}
