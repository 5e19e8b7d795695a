/*
 * Splitting Chinese text for FTS5.  Its own tokenizers find nothing for two
 * characters, the length of most Chinese words; with one token a character a
 * word is a phrase of any length.  Called by search.
 */
#include "fts_han.h"

#include <assert.h>
#include <sqlite3.h>

#include "../base/han.h"
#include "../base/text.h"

#define TOKEN_MAX 64		/* bytes of a run; the rest is left out */

enum sign { SIGN_NONE, SIGN_RUN, SIGN_ALONE };

/* Half-width, lower case, simplified; what parts words is SIGN_NONE. */
static enum sign sign_of(uint32_t *cp)
{
	if (*cp >= 0xFF01 && *cp <= 0xFF5E)
		*cp -= 0xFEE0;
	if (*cp >= 'A' && *cp <= 'Z')
		*cp += 'a' - 'A';
	if ((*cp >= 'a' && *cp <= 'z') || (*cp >= '0' && *cp <= '9'))
		return SIGN_RUN;
	if (*cp < 0xC0 || *cp == 0xD7 || *cp == 0xF7)
		return SIGN_NONE;
	if (*cp < 0x2000)
		return SIGN_RUN;
	if (han_is_dot(*cp))
		return SIGN_NONE;
	*cp = han_simple(*cp);
	if ((*cp >= 0x2000 && *cp < 0x2C00) ||
	    (*cp >= 0x3000 && *cp < 0x3041) ||
	    (*cp >= 0xFE00 && *cp < 0xFE70) ||
	    (*cp >= 0xFF00 && *cp < 0x10000))
		return SIGN_NONE;
	return SIGN_ALONE;
}

struct token {
	char s[TOKEN_MAX];
	size_t n;
	size_t from, to;	/* bytes in the text */
};

/* The next token at or after *at; false at the end. */
static bool next_token(const char *text, size_t len, size_t *at,
    struct token *t)
{
	t->n = 0;
	while (*at < len) {
		uint32_t cp = 0;
		int used = text_decode(text + *at, len - *at, &cp);
		enum sign sign = used > 0 ? sign_of(&cp) : SIGN_NONE;

		if (sign != SIGN_RUN && t->n > 0)
			return true;
		if (t->n == 0)
			t->from = *at;
		*at += used > 0 ? (size_t)used : 1;
		if (sign == SIGN_NONE)
			continue;
		t->to = *at;
		if (t->n + 4 <= TOKEN_MAX)
			t->n += (size_t)text_encode(cp, t->s + t->n);
		if (sign == SIGN_ALONE)
			return true;
	}
	return t->n > 0;
}

static int create(void *ctx, const char **args, int nargs, Fts5Tokenizer **out)
{
	static char shared;	/* it keeps no state of its own */

	(void)ctx;
	(void)args;
	(void)nargs;
	*out = (Fts5Tokenizer *)&shared;
	return SQLITE_OK;
}

static void drop(Fts5Tokenizer *t)
{
	(void)t;
}

static int tokenize(Fts5Tokenizer *tokenizer, void *ctx, int flags,
    const char *text,
    int len, int (*token)(void *, int, const char *, int, int, int))
{
	struct token t;
	size_t at = 0;
	int rc = SQLITE_OK;

	(void)tokenizer;
	(void)flags;
	while (rc == SQLITE_OK && len > 0 &&
	    next_token(text, (size_t)len, &at, &t))
		rc = token(ctx, 0, t.s, (int)t.n, (int)t.from, (int)t.to);
	return rc;
}

static fts5_api *api_of(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &s, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_pointer(s, 1, &api, "fts5_api_ptr", NULL);
		(void)sqlite3_step(s);
	}
	sqlite3_finalize(s);
	return api;
}

enum mq_status fts_han_register(struct db *db, struct err *err)
{
	static fts5_tokenizer han = { create, drop, tokenize };
	fts5_api *api = api_of(db_raw(db));

	if (api == NULL || api->xCreateTokenizer(api, "han", NULL, &han,
	    NULL) != SQLITE_OK)
		return err_set(err, MQ_E_DB, "FTS5");
	return MQ_OK;
}

bool fts_han_phrase(const char *word, size_t len, struct buf *out)
{
	struct token t;
	size_t at = 0;
	bool any = false;

	/* Tokens hold letters, digits and Han only: no quote can get in. */
	while (next_token(word, len, &at, &t)) {
		assert(memchr(t.s, '"', t.n) == NULL);
		buf_adds(out, any ? " " : "\"");
		buf_add(out, t.s, t.n);
		any = true;
	}
	if (any)
		buf_adds(out, "\"*");
	return any;
}

/* Does the text hold these tokens in a row from here on?  The last one may be
 * the beginning of a longer one, as the index is asked. */
static bool phrase_at(const char *text, size_t len, size_t at,
    const char *word, size_t wlen)
{
	struct token have, want, next;
	size_t w = 0;
	bool more = next_token(word, wlen, &w, &want);

	while (more) {
		if (!next_token(text, len, &at, &have))
			return false;
		more = next_token(word, wlen, &w, &next);
		if (have.n < want.n || (more && have.n != want.n) ||
		    memcmp(have.s, want.s, want.n) != 0)
			return false;
		want = next;
	}
	return true;
}

bool fts_han_holds(const char *text, size_t len, const char *word, size_t wlen)
{
	struct token t;
	size_t at = 0, from;

	if (!next_token(word, wlen, &at, &t))
		return true;
	for (at = 0; at < len; ) {
		from = at;
		if (phrase_at(text, len, from, word, wlen))
			return true;
		if (!next_token(text, len, &at, &t))
			break;
	}
	return false;
}
