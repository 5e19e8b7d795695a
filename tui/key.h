/*
 * Keys: the bytes of a terminal made into key numbers and pastes, and key
 * names for tables and people.  No curses here; used by term, keymap and
 * every panel.
 *
 * A key is one uint32_t: a Unicode code point, or one of enum key below,
 * with K_CTRL, K_ALT, K_SHIFT added.  So `case K_CTRL | 's':` works.
 * Letters under K_CTRL and K_ALT are lower case.
 */
#ifndef MQ_KEY_H
#define MQ_KEY_H

#include "../core/base/buf.h"
#include "../core/base/err.h"
#include "../core/base/units.h"

enum key {
	K_NONE = 0,
	K_ENTER = 0x200000,
	K_TAB,
	K_ESC,
	K_BACKSPACE,
	K_DELETE,
	K_INSERT,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_F1,
	K_F2,
	K_F3,
	K_F4,
	K_F5,
	K_F6,
	K_F7,
	K_F8,
	K_F9,
	K_F10,
	K_F11,
	K_F12,
	K_OTHER,		/* a key we have no name for */
	K_CTRL = 0x1000000,
	K_ALT = 0x2000000,
	K_SHIFT = 0x4000000,	/* only on named keys: Shift-Tab */
};

/* One character that a field would take: no control, no modifier. */
bool key_is_text(uint32_t key);
/* '1'…'9' give 1…9, '0' gives 0, all else -1; full-width digits count. */
int key_digit(uint32_t key);
/* "Ctrl-s", "Shift-Tab", "F2", "PgDn", "Space", "?".  K_NONE when unknown. */
uint32_t key_read(const char *name, size_t len);
/* The name in words of the language: 回车, Ctrl-S, F2. */
void key_show(uint32_t key, enum lang lang, char *out, size_t size);

/* ---- from bytes ---- */

#define KEY_PASTE_MAX (64u * 1024u)
#define KEY_ESC_WAIT 50		/* ms until a lone ESC is the Esc key */
/* So many plain characters in one piece with Enter behind them come from a
 * code scanner: no hand is that fast. */
#define KEY_BURST_MIN 8
#define KEY_PASTE_WAIT 2000	/* ms of silence that end a paste */

enum key_event_kind {
	KEY_EVENT_KEY,
	/* Pasted text, or bytes that are not UTF-8: `text` is as it came, with
	 * CR LF made LF; the receiver cleans it (widget_edit does). */
	KEY_EVENT_PASTE,
	/* Answer to a cursor position query. */
	KEY_EVENT_CURSOR,
};

struct key_event {
	enum key_event_kind kind;
	uint32_t key;
	bool burst;		/* part of a scanner's burst, not typed */
	const char *text;	/* good until the next key_next() */
	size_t len;
	bool over;		/* the paste was longer than KEY_PASTE_MAX */
	int row, col;		/* KEY_EVENT_CURSOR, from 1 */
};

struct key_decoder {
	unsigned char in[4096];
	size_t at, n;		/* unread bytes are in[at .. n) */
	bool pasting;
	size_t burst;		/* bytes left of a scanner's burst */
	int expect_cursor;	/* position queries not answered yet: tells
				 * the answer from Shift-F3 */
	struct buf paste;
};

void key_decoder_init(struct key_decoder *d);
void key_decoder_free(struct key_decoder *d);
/* Takes what fits, returns how many bytes that was. */
size_t key_feed(struct key_decoder *d, const void *p, size_t n);
/* The next event, if whole.  With `flush` (waited long enough) an unfinished
 * escape becomes Esc and an unfinished paste ends. */
bool key_next(struct key_decoder *d, struct key_event *ev, bool flush);
/* How long to wait for more before flushing; -1 when nothing is held. */
int key_wait(const struct key_decoder *d);

#endif
