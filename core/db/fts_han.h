/*
 * The tokenizer "han" of the full-text index: one Han character is one token,
 * a run of letters or digits is one, half-width, lower case and simplified.
 * Beside sqlite.c the only file that includes sqlite3.
 */
#ifndef MQ_FTS_HAN_H
#define MQ_FTS_HAN_H

#include "db.h"

/* Once for each connection, before the index is made or used. */
enum mq_status fts_han_register(struct db *db, struct err *err) MUST_CHECK;
/* The query for one word as typed: its tokens as a phrase, the last one a
 * beginning.  False when the word holds no token. */
bool fts_han_phrase(const char *word, size_t len, struct buf *out);
/* Would the index find a text by this word?  For what is not indexed yet. */
bool fts_han_holds(const char *text, size_t len, const char *word,
    size_t wlen);

#endif
