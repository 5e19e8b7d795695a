/*
 * Bytes of a terminal into keys and pastes; key names.  Called by term (the
 * bytes) and keymap (the names).
 */
#include "key.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "words.h"

#define ESC 0x1b
#define SEQ_MAX 64		/* a longer control sequence is noise */
#define STRING_MAX 2048		/* the same for OSC and DCS answers */

static const char paste_end[] = "\x1b[201~";

struct key_name { const char *name; uint32_t key; };

static const struct key_name names[] = {
	{ "Enter", K_ENTER }, { "Tab", K_TAB }, { "Esc", K_ESC },
	{ "Backspace", K_BACKSPACE }, { "Delete", K_DELETE },
	{ "Insert", K_INSERT }, { "Up", K_UP }, { "Down", K_DOWN },
	{ "Left", K_LEFT }, { "Right", K_RIGHT }, { "Home", K_HOME },
	{ "End", K_END }, { "PgUp", K_PGUP }, { "PgDn", K_PGDN },
	{ "F1", K_F1 }, { "F2", K_F2 }, { "F3", K_F3 }, { "F4", K_F4 },
	{ "F5", K_F5 }, { "F6", K_F6 }, { "F7", K_F7 }, { "F8", K_F8 },
	{ "F9", K_F9 }, { "F10", K_F10 }, { "F11", K_F11 }, { "F12", K_F12 },
	{ "Space", ' ' },
};

bool key_is_text(uint32_t key)
{
	return key >= ' ' && key != 0x7f && key < 0x110000 &&
	    !(key >= 0x80 && key < 0xa0);
}

int key_digit(uint32_t key)
{
	if (key >= '0' && key <= '9')
		return (int)(key - '0');
	if (key >= 0xff10 && key <= 0xff19)	/* full-width */
		return (int)(key - 0xff10);
	return -1;
}

static bool starts(const char **name, size_t *len, const char *with)
{
	size_t n = strlen(with);

	if (*len <= n || strncmp(*name, with, n) != 0)
		return false;
	*name += n;
	*len -= n;
	return true;
}

uint32_t key_read(const char *name, size_t len)
{
	uint32_t mods = 0, cp;
	int used;

	for (;;) {
		if (starts(&name, &len, "Ctrl-"))
			mods |= K_CTRL;
		else if (starts(&name, &len, "Alt-"))
			mods |= K_ALT;
		else if (starts(&name, &len, "Shift-"))
			mods |= K_SHIFT;
		else
			break;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == len &&
		    strncmp(names[i].name, name, len) == 0)
			return names[i].key | mods;
	used = text_decode(name, len, &cp);
	if (used <= 0 || (size_t)used != len || !key_is_text(cp))
		return K_NONE;
	return cp | mods;
}

static const char *shown_name(uint32_t key, enum lang lang)
{
	switch (key) {
	case K_ENTER:
		return words_in(W_KEY_ENTER, lang);
	case ' ':
		return words_in(W_KEY_SPACE, lang);
	case K_BACKSPACE:
		return words_in(W_KEY_BACKSPACE, lang);
	case K_UP:
		return words_in(W_KEY_UP, lang);
	case K_DOWN:
		return words_in(W_KEY_DOWN, lang);
	case K_LEFT:
		return words_in(W_KEY_LEFT, lang);
	case K_RIGHT:
		return words_in(W_KEY_RIGHT, lang);
	default:
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (names[i].key == key)
				return names[i].name;
		return NULL;
	}
}

void key_show(uint32_t key, enum lang lang, char *out, size_t size)
{
	uint32_t plain = key & ~(uint32_t)(K_CTRL | K_ALT | K_SHIFT);
	const char *name = shown_name(plain, lang);
	char cp[5] = "";

	if (name == NULL) {
		if ((key & (K_CTRL | K_ALT)) != 0 && plain >= 'a' &&
		    plain <= 'z')
			plain -= 'a' - 'A';	/* Ctrl-S, as on key caps */
		if (key_is_text(plain))
			cp[text_encode(plain, cp)] = '\0';
		name = cp;
	}
	snprintf(out, size, "%s%s%s%s", (key & K_CTRL) != 0 ? "Ctrl-" : "",
	    (key & K_ALT) != 0 ? "Alt-" : "",
	    (key & K_SHIFT) != 0 ? "Shift-" : "", name);
}

void key_decoder_init(struct key_decoder *d)
{
	d->at = d->n = 0;
	d->pasting = false;
	d->expect_cursor = 0;
	buf_init(&d->paste, KEY_PASTE_MAX);
}

void key_decoder_free(struct key_decoder *d)
{
	buf_free(&d->paste);
}

size_t key_feed(struct key_decoder *d, const void *p, size_t n)
{
	if (d->at > 0) {
		memmove(d->in, d->in + d->at, d->n - d->at);
		d->n -= d->at;
		d->at = 0;
	}
	if (n > sizeof(d->in) - d->n)
		n = sizeof(d->in) - d->n;
	memcpy(d->in + d->n, p, n);
	d->n += n;
	return n;
}

int key_wait(const struct key_decoder *d)
{
	if (d->pasting)
		return KEY_PASTE_WAIT;
	return d->at < d->n ? KEY_ESC_WAIT : -1;
}

static void add_pasted(struct key_decoder *d, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool was_cr = d->paste.len > 0 &&
		    d->paste.data[d->paste.len - 1] == '\r';

		if (p[i] == '\n' && was_cr)
			d->paste.data[d->paste.len - 1] = '\n';
		else
			buf_addc(&d->paste, (char)p[i]);
	}
}

static bool end_paste(struct key_decoder *d, struct key_event *ev)
{
	for (size_t i = 0; i < d->paste.len; i++)
		if (d->paste.data[i] == '\r')
			d->paste.data[i] = '\n';
	d->pasting = false;
	ev->kind = KEY_EVENT_PASTE;
	ev->text = buf_str(&d->paste);
	ev->len = d->paste.len;
	ev->over = d->paste.over;
	return true;
}

/* Collects until ESC[201~, of which a part may still be on the way. */
static bool next_paste(struct key_decoder *d, struct key_event *ev, bool flush)
{
	const size_t endlen = sizeof(paste_end) - 1;

	while (d->at < d->n) {
		size_t left = d->n - d->at;
		size_t cmp = left < endlen ? left : endlen;

		if (memcmp(d->in + d->at, paste_end, cmp) == 0) {
			if (cmp == endlen) {
				d->at += endlen;
				return end_paste(d, ev);
			}
			if (!flush)
				return false;
		}
		add_pasted(d, d->in + d->at, 1);
		d->at++;
	}
	return flush ? end_paste(d, ev) : false;
}

static uint32_t with_mods(uint32_t key, int mods)
{
	if (key == K_NONE)
		return K_OTHER;
	if (mods > 1) {
		int bits = mods - 1;

		/* Shift-Left and its kin move like Left: nothing is marked. */
		if ((bits & 1) != 0 && (key == K_TAB || key == K_ENTER ||
		    (key >= K_F1 && key <= K_F12)))
			key |= K_SHIFT;
		if ((bits & 2) != 0)
			key |= K_ALT;
		if ((bits & 4) != 0)
			key |= K_CTRL;
	}
	return key;
}

static uint32_t tilde_key(int number)
{
	static const uint32_t keys[] = {
		[1] = K_HOME, [2] = K_INSERT, [3] = K_DELETE, [4] = K_END,
		[5] = K_PGUP, [6] = K_PGDN, [7] = K_HOME, [8] = K_END,
		[11] = K_F1, [12] = K_F2, [13] = K_F3, [14] = K_F4,
		[15] = K_F5, [17] = K_F6, [18] = K_F7, [19] = K_F8,
		[20] = K_F9, [21] = K_F10, [23] = K_F11, [24] = K_F12,
	};

	if (number < 0 || (size_t)number >= ARRAY_LEN(keys))
		return K_NONE;
	return keys[number];
}

static uint32_t letter_key(unsigned char c)
{
	switch (c) {
	case 'A': return K_UP;
	case 'B': return K_DOWN;
	case 'C': return K_RIGHT;
	case 'D': return K_LEFT;
	case 'H': return K_HOME;
	case 'F': return K_END;
	case 'M': return K_ENTER;
	case 'P': return K_F1;
	case 'Q': return K_F2;
	case 'R': return K_F3;
	case 'S': return K_F4;
	default: return K_NONE;
	}
}

/* CSI numbers: "1;5" gives 1, 5; missing ones are 0, large ones are cut. */
static size_t read_numbers(const unsigned char *p, size_t n, int *out,
    size_t max)
{
	size_t count = 0;
	int v = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && p[i] >= '0' && p[i] <= '9') {
			v = v > 99999 ? v : v * 10 + (p[i] - '0');
		} else if (i == n || p[i] == ';') {
			if (count < max)
				out[count++] = v;
			v = 0;
		}
	}
	return count;
}

/* Fills ev and returns true, or false for a sequence that says nothing. */
static bool csi_event(struct key_decoder *d, struct key_event *ev,
    const unsigned char *p, size_t n, unsigned char last)
{
	int num[3] = { 0, 0, 0 };

	if (n > 0 && (p[0] == '?' || p[0] == '<' || p[0] == '>' ||
	    p[0] == '='))
		return false;		/* answers and mouse: not asked for */
	(void)read_numbers(p, n, num, ARRAY_LEN(num));
	if (last == '~' && num[0] == 200) {
		d->pasting = true;
		buf_reset(&d->paste);
		return false;
	}
	if (last == 'R' && d->expect_cursor > 0 && num[1] > 0) {
		d->expect_cursor--;
		ev->kind = KEY_EVENT_CURSOR;
		ev->row = num[0];
		ev->col = num[1];
		return true;
	}
	if (last == '~')
		ev->key = with_mods(tilde_key(num[0]), num[1]);
	else if (last == 'Z')
		ev->key = K_TAB | K_SHIFT;
	else if (last == 'I' || last == 'O' || last == 'M')
		return false;		/* focus, mouse */
	else
		ev->key = with_mods(letter_key(last), num[1]);
	return true;
}

/* The length of an escape sequence at p; 0: unfinished. */
static size_t csi_length(const unsigned char *p, size_t n)
{
	if (n > 2 && p[2] == '[')		/* Linux console F1-F5 */
		return n > 3 ? 4 : 0;
	for (size_t i = 2; i < n; i++) {
		if (p[i] >= 0x40 && p[i] <= 0x7e)
			return i + 1;
		if (p[i] < 0x20 || i > SEQ_MAX)	/* broken off: drop it */
			return i;
	}
	return 0;
}

static size_t string_length(const unsigned char *p, size_t n)
{
	for (size_t i = 2; i < n; i++) {
		if (p[i] == 0x07)
			return i + 1;
		if (p[i] == ESC)
			return i + 1 < n ? i + (p[i + 1] == '\\' ? 2 : 0) : 0;
		if (i > STRING_MAX)
			return i;
	}
	return 0;
}

static uint32_t control_key(unsigned char c)
{
	switch (c) {
	case 0:
		return K_CTRL | ' ';
	case 0x08:
	case 0x7f:
		return K_BACKSPACE;
	case '\t':
		return K_TAB;
	case '\n':
	case '\r':
		return K_ENTER;
	case ESC:
		return K_ESC;
	default:
		return K_CTRL | (c <= 26 ? (uint32_t)c + 'a' - 1 :
		    (uint32_t)c + '@');
	}
}

static bool one_key(struct key_event *ev, uint32_t key)
{
	ev->kind = KEY_EVENT_KEY;
	ev->key = key;
	return true;
}

enum outcome { NOTHING, EVENT, WAIT };

static enum outcome next_csi(struct key_decoder *d, struct key_event *ev)
{
	const unsigned char *p = d->in + d->at;
	size_t len = csi_length(p, d->n - d->at);

	if (len == 0)
		return WAIT;
	d->at += len;
	if (len == 4 && p[2] == '[')
		return one_key(ev, p[3] >= 'A' && p[3] <= 'E' ?
		    K_F1 + (uint32_t)(p[3] - 'A') : K_OTHER) ? EVENT : NOTHING;
	if (p[len - 1] < 0x40 || p[len - 1] > 0x7e)
		return NOTHING;
	return csi_event(d, ev, p + 2, len - 3, p[len - 1]) ? EVENT : NOTHING;
}

static enum outcome next_escape(struct key_decoder *d, struct key_event *ev)
{
	const unsigned char *p = d->in + d->at;
	size_t n = d->n - d->at, len;

	if (n == 1)
		return WAIT;
	switch (p[1]) {
	case '[':
		return next_csi(d, ev);
	case 'O':
		if (n == 2)
			return WAIT;
		d->at += 3;
		(void)one_key(ev, with_mods(letter_key(p[2]), 0));
		return EVENT;
	case ']': case 'P': case '_': case '^': case 'X':
		len = string_length(p, n);
		if (len == 0)
			return WAIT;
		d->at += len;
		return NOTHING;
	default:
		break;
	}
	if (p[1] == ESC || p[1] >= 0x80) {
		d->at++;
		(void)one_key(ev, K_ESC);
		return EVENT;
	}
	d->at += 2;
	if (p[1] < 0x20 || p[1] == 0x7f)
		(void)one_key(ev, control_key(p[1]) | K_ALT);
	else
		(void)one_key(ev, K_ALT | (p[1] >= 'A' && p[1] <= 'Z' ?
		    (uint32_t)p[1] + 32 : p[1]));
	return EVENT;
}

/* An unfinished sequence that nobody finished. */
static void flush_escape(struct key_decoder *d, struct key_event *ev)
{
	size_t n = d->n - d->at;
	const unsigned char *p = d->in + d->at;

	if (n == 1)
		(void)one_key(ev, K_ESC);
	else if (n == 2)
		(void)one_key(ev, K_ALT | (p[1] == 'O' ? 'o' : p[1]));
	else
		(void)one_key(ev, K_OTHER);
	d->at = d->n;
}

/* Bytes a character needs by its first byte; 0: none begins so. */
static size_t utf8_need(unsigned char c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

static enum outcome next_wide(struct key_decoder *d, struct key_event *ev,
    bool flush)
{
	const unsigned char *p = d->in + d->at;
	size_t n = d->n - d->at, have = 1;
	uint32_t cp;
	int used = text_decode((const char *)p, n, &cp);

	if (used > 0) {
		d->at += (size_t)used;
		(void)one_key(ev, cp >= 0xa0 ? cp : K_OTHER);
		return EVENT;
	}
	while (have < n && have < utf8_need(p[0]) && (p[have] & 0xc0) == 0x80)
		have++;
	if (have == n && have < utf8_need(p[0]) && !flush)
		return WAIT;
	/* Not UTF-8: hand it on raw, so that the field can say so. */
	ev->kind = KEY_EVENT_PASTE;
	ev->text = (const char *)p;
	ev->len = 1;
	d->at++;
	return EVENT;
}

/* Length of a scanner's burst at the head of what was read; 0: none. */
static size_t scanned(const struct key_decoder *d)
{
	size_t n = 0;

	while (d->at + n < d->n && d->in[d->at + n] > ' ' &&
	    d->in[d->at + n] < 0x7f)
		n++;
	return n >= KEY_BURST_MIN && d->at + n < d->n &&
	    (d->in[d->at + n] == '\r' || d->in[d->at + n] == '\n') ? n + 1 :
	    0;
}

bool key_next(struct key_decoder *d, struct key_event *ev, bool flush)
{
	enum outcome o = NOTHING;

	assert(d->at <= d->n && d->n <= sizeof(d->in));
	while (d->at < d->n || (d->pasting && flush)) {
		unsigned char c;

		memset(ev, 0, sizeof(*ev));
		if (d->pasting)
			return next_paste(d, ev, flush);
		c = d->in[d->at];
		if (d->burst == 0)
			d->burst = scanned(d);
		ev->burst = d->burst > 0;
		d->burst -= d->burst > 0;
		if (c == ESC) {
			o = next_escape(d, ev);
		} else if (c < 0x20 || c == 0x7f) {
			d->at++;
			return one_key(ev, control_key(c));
		} else if (c < 0x80) {
			d->at++;
			return one_key(ev, c);
		} else {
			o = next_wide(d, ev, flush);
		}
		if (o == EVENT)
			return true;
		if (o == WAIT) {
			/* A buffer full of one sequence is noise too. */
			if (!flush && d->n - d->at < sizeof(d->in))
				return false;
			flush_escape(d, ev);
			return true;
		}
	}
	return false;
}
