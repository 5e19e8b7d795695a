/*
 * Text: bytes, characters and cells are three numbers, and every function
 * says which it means (len, nchars, cells).
 *
 * Strings are UTF-8.  A "character" is a grapheme cluster as a person counts
 * it.  Cells are columns of a terminal: a Han character takes 2.
 */
#ifndef MQ_TEXT_H
#define MQ_TEXT_H

#include "buf.h"
#include "err.h"
#include "units.h"

/* Decodes one code point; returns bytes used, 0 at the end, -1 when invalid
 * (overlong, surrogate, > U+10FFFF, truncated). */
int text_decode(const char *s, size_t len, uint32_t *cp);
int text_encode(uint32_t cp, char out[4]);	/* bytes written */
bool text_valid(const char *s, size_t len);

/* Canonical form of stored text is NFC.  text_is_nfc is the quick check with
 * a full check only where needed. */
bool text_is_nfc(const char *s, size_t len);
void text_nfc(const char *s, size_t len, struct buf *out);
/* NFKC, half-width, lower case, simplified, without spaces and without the ·
 * of names: for search and keys. */
void text_fold(const char *s, size_t len, struct buf *out);

/* Cells of one code point: 0, 1 or 2; ambiguous counts as text_ambiguous(). */
int text_cp_cells(uint32_t cp);
void text_set_ambiguous(int cells);		/* 1 (default) or 2 */
int text_ambiguous(void);
int text_cells(const char *s);			/* whole string */
size_t text_nchars(const char *s);

/* Byte offset of the next / previous character border from `at`. */
size_t text_next(const char *s, size_t len, size_t at);
size_t text_prev(const char *s, size_t at);
/* The same by word: a run of Han, of letters/digits, or of anything else. */
size_t text_next_word(const char *s, size_t len, size_t at);
size_t text_prev_word(const char *s, size_t at);

/* The longest prefix that fits `cells`; never cuts a character.  *used gets
 * its cells (may be NULL).  Returns bytes. */
size_t text_clip(const char *s, size_t len, int cells, int *used);
/* Copies, clipped with … (or ".." when ambiguous is 2), padded with blanks to
 * exactly `cells`. */
void text_fit(const char *s, int cells, struct buf *out);

/* Breaks running text into lines of at most `cells`, with 避头尾 (no closing
 * mark at the start, no opening one at the end of a line; numbers stay
 * whole).  Calls line(ctx, bytes, len) for each; "\n" ends a paragraph.
 * Returns the number of lines. */
int text_wrap(const char *s, size_t len, int cells,
    void (*line)(void *ctx, const char *s, size_t len), void *ctx);

/*
 * The one gate before any sink (screen, log, CSV, JSON for people, printer):
 * valid UTF-8, no C0 C1 DEL, no U+2028/9, bidi, zero-width, tags,
 * noncharacters, at most 4 marks on a base.  What is taken out is shown as
 * ⟨U+202E⟩.  Newline and TAB stay only with TEXT_MULTILINE (TAB becomes a
 * blank).  Source: reliability control X1.
 */
enum text_flags { TEXT_ONE_LINE = 0, TEXT_MULTILINE = 1 };
void text_sanitize(const char *s, size_t len, enum text_flags flags,
    struct buf *out);
/* True when text_sanitize() would change nothing. */
bool text_is_clean(const char *s, size_t len, enum text_flags flags);

#endif
