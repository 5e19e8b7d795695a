/*
 * Token buckets; called by auth.c after the signature was found good, so that
 * nobody can use up another's tokens.
 */
#include "limit.h"

#include "../../core/base/xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 8192u
#define TOKEN 1000		/* thousandths: one ms adds LIMIT_PER_SECOND */

struct bucket { int64_t at, tokens; };
struct limit { struct bucket b[BUCKETS]; };

struct limit *limit_new(void)
{
	return xcalloc(1, sizeof(struct limit));
}

void limit_free(struct limit **l)
{
	FREE(*l);
}

bool limit_take(struct limit *l, const char *who, int64_t mono)
{
	uint8_t hash[CRYPTO_HASH];
	struct bucket *b;
	size_t i;

	crypto_hash(who, strlen(who), hash);
	memcpy(&i, hash, sizeof(i));
	b = &l->b[i % BUCKETS];
	if (b->at == 0)
		b->tokens = LIMIT_BURST * TOKEN;
	else if (mono > b->at)
		b->tokens += (mono - b->at) * LIMIT_PER_SECOND;
	if (b->tokens > LIMIT_BURST * TOKEN)
		b->tokens = LIMIT_BURST * TOKEN;
	b->at = mono;
	if (b->tokens < TOKEN)
		return false;
	b->tokens -= TOKEN;
	return true;
}
