/*
 * Called by minqing-admin: join (at the node) and nodes (at the hub).
 */
#include "sixwords.h"

#include <string.h>

static const char *const words[][2] = {
#define SIXWORD(zh, en) { zh, en },
#include "sixwords.def"
#undef SIXWORD
};
_Static_assert(ARRAY_LEN(words) == 256, "one word a byte");

void sixwords_say(const uint8_t sign_pk[CRYPTO_SIGN_PK],
    const uint8_t box_pk[CRYPTO_BOX_PK], enum lang lang, struct buf *out)
{
	uint8_t both[CRYPTO_SIGN_PK + CRYPTO_BOX_PK], hash[CRYPTO_HASH];
	int i;

	memcpy(both, sign_pk, CRYPTO_SIGN_PK);
	memcpy(both + CRYPTO_SIGN_PK, box_pk, CRYPTO_BOX_PK);
	crypto_hash2("minqing-words", 13, both, sizeof(both), hash);
	for (i = 0; i < 6; i++)
		buf_addf(out, "%s%s", i > 0 ? " " : "",
		    words[hash[i]][lang == LANG_EN]);
}
