/*
 * Waiting between attempts; called by minqing-sync's loop.
 */
#include "backoff.h"

void backoff_good(struct backoff *b)
{
	b->fails = 0;
}

int64_t backoff_fail(struct backoff *b, struct env *env, int retry_after)
{
	int64_t top = BACKOFF_FIRST_MS, least;
	uint32_t r;
	int i;

	for (i = 0; i < b->fails && top < BACKOFF_LAST_MS; i++)
		top *= 2;
	if (top > BACKOFF_LAST_MS)
		top = BACKOFF_LAST_MS;
	b->fails++;
	env->random(env, &r, sizeof(r));
	/* Half of it for certain, the other half by chance. */
	top = top / 2 + (int64_t)(r % (uint32_t)(top / 2 + 1));
	least = (int64_t)retry_after * MS_SECOND;
	if (least > MS_HOUR)
		least = MS_HOUR;
	/* Whoever is told the same second still spreads over the next few. */
	return least > top ? least + (int64_t)(r % 5000u) : top;
}
