/*
 * Painting cells by role through curses.  Called by app and by every paint
 * handler.
 */
#include "draw.h"

#include <assert.h>
#include <curses.h>
#include <stdarg.h>
#include <stdio.h>

#include "../core/base/buf.h"
#include "../core/base/text.h"
#include "../core/base/width.h"
#include "term.h"

#define DRAW_TEXT_MAX (256u * 1024u)

static struct { attr_t attr; short pair; } looks[ROLE_COUNT];
static struct { int y, x; } cursor = { -1, -1 };
static bool ascii_lines;

/* Full-width stand-ins where the terminal makes ambiguous signs two cells
 * wide: curses would count them as one and shift the rest of the line. */
static const struct { uint32_t from, to; } wide_signs[] = {
	{ 0x2018, 0x300e }, { 0x2019, 0x300f },	/* ‘ ’ → 『 』 */
	{ 0x201c, 0x300c }, { 0x201d, 0x300d },	/* “ ” → 「 」 */
	{ 0x2014, 0xff0d }, { 0x2013, 0xff0d },	/* — – → － */
	{ 0x2026, 0xff0e }, { 0xb7, 0x30fb },	/* … → ． · → ・ */
	{ 0x2022, 0x30fb }, { 0xd7, 0xff38 },	/* • → ・ × → Ｘ */
	{ 0x2192, 0xff1e }, { 0x2190, 0xff1c },	/* → ← → ＞ ＜ */
	{ 0x2191, 0xff3e }, { 0x2193, 0xff36 },	/* ↑ ↓ → ＾ Ｖ */
	{ 0x25cf, 0xff2f }, { 0x25cb, 0x3007 },	/* ● ○ → Ｏ 〇 */
	{ 0x25a0, 0xff03 }, { 0x25a1, 0x53e3 },	/* ■ □ → ＃ 口 */
	{ 0x2605, 0xff0a }, { 0x2606, 0xff0a },	/* ★ ☆ → ＊ */
	{ 0x2103, 0xff23 }, { 0xb0, 0x309c },	/* ℃ ° → Ｃ ゜ */
	{ 0xf7, 0xff0f }, { 0xb1, 0xff0b },	/* ÷ ± → ／ ＋ */
	{ 0x221a, 0xff36 }, { 0xa7, 0xff03 },	/* √ § → Ｖ ＃ */
};

static uint32_t wide_sign(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(wide_signs); i++)
		if (wide_signs[i].from == cp)
			return wide_signs[i].to;
	if (cp >= 0x2460 && cp <= 0x2469)	/* ① … ⑩ → ㈠ … ㈩ */
		return cp - 0x2460 + 0x3220;
	return 0xff1f;				/* ？ */
}

static attr_t curses_attr(int attr)
{
	attr_t a = A_NORMAL;

	if ((attr & THEME_BOLD) != 0)
		a |= A_BOLD;
	if ((attr & THEME_DIM) != 0)
		a |= A_DIM;
	if ((attr & THEME_UNDERLINE) != 0)
		a |= A_UNDERLINE;
	if ((attr & THEME_REVERSE) != 0)
		a |= A_REVERSE;
	return a;
}

void draw_use_theme(struct term *t, const struct theme *theme)
{
	const struct theme_look *l =
	    theme->look[theme_depth(term_colours(t))];
	bool mono = theme_depth(term_colours(t)) == THEME_MONO;
	const struct theme_look ground = l[ROLE_TEXT];
	short used = 0;

	/* What `text` stands on is the ground of the whole screen. */
	if (!mono && (ground.fg >= 0 || ground.bg >= 0))
		assume_default_colors(ground.fg, ground.bg);
	else if (!mono)
		use_default_colors();
	for (int r = 0; r < ROLE_COUNT; r++) {
		short fg = l[r].fg < 0 ? ground.fg : l[r].fg;
		short bg = l[r].bg < 0 ? ground.bg : l[r].bg;
		int same;

		looks[r].attr = curses_attr(l[r].attr);
		looks[r].pair = 0;
		if (mono || (l[r].fg < 0 && l[r].bg < 0))
			continue;
		for (same = 0; same < r; same++)
			if (l[same].fg == l[r].fg && l[same].bg == l[r].bg)
				break;
		if (same < r) {
			looks[r].pair = looks[same].pair;
		} else if (used + 1 < COLOR_PAIRS) {
			looks[r].pair = ++used;
			init_pair(used, fg, bg);
		}
	}
}

struct draw draw_begin(struct term *t)
{
	struct draw d = { 0, 0, term_rows(t), term_cols(t) };

	ascii_lines = term_ascii(t);
	cursor.y = cursor.x = -1;
	erase();
	return d;
}

void draw_end(struct term *t)
{
	bool shown = cursor.y >= 0;

	curs_set(shown ? 1 : 0);
	/* A hidden cursor need not be carried anywhere. */
	leaveok(stdscr, shown ? FALSE : TRUE);
	if (shown)
		move(cursor.y, cursor.x);
	refresh();
	term_flush(t);
}

void draw_forget(struct term *t)
{
	(void)t;
	clearok(curscr, TRUE);
}

void draw_no_cursor(void)
{
	cursor.y = cursor.x = -1;
}

struct draw draw_sub(const struct draw *d, int y, int x, int h, int w)
{
	struct draw s = { d->y + y, d->x + x, h, w };

	if (y < 0) {
		s.y = d->y;
		s.h += y;
	}
	if (x < 0) {
		s.x = d->x;
		s.w += x;
	}
	if (s.h > d->y + d->h - s.y)
		s.h = d->y + d->h - s.y;
	if (s.w > d->x + d->w - s.x)
		s.w = d->x + d->w - s.x;
	if (s.h < 0)
		s.h = 0;
	if (s.w < 0)
		s.w = 0;
	return s;
}

/* One base with its marks at an absolute place. */
static void put_cell(int y, int x, enum theme_role role, const wchar_t *wcs)
{
	cchar_t c;

	if (setcchar(&c, wcs, looks[role].attr, looks[role].pair, NULL) == OK)
		mvadd_wch(y, x, &c);
}

/* Clean text of one line; x and cells are inside d already. */
static int put_clean(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s, size_t len)
{
	wchar_t wcs[CCHARW_MAX + 1];
	size_t at = 0;
	int used = 0;

	while (at < len) {
		uint32_t cp;
		int n = text_decode(s + at, len - at, &cp), w;
		size_t k = 0;

		if (n <= 0)
			break;
		at += (size_t)n;
		w = text_cp_cells(cp);
		if (w == 0) {			/* a mark without a base */
			wcs[k++] = L' ';
			w = 1;
		} else if (w == 2 && text_ambiguous() == 2 &&
		    width_is_ambiguous(cp)) {
			cp = wide_sign(cp);
		}
		if (used + w > cells)
			break;
		wcs[k++] = (wchar_t)cp;
		while (at < len) {
			n = text_decode(s + at, len - at, &cp);
			if (n <= 0 || text_cp_cells(cp) != 0)
				break;
			if (k < CCHARW_MAX)
				wcs[k++] = (wchar_t)cp;
			at += (size_t)n;
		}
		wcs[k] = L'\0';
		put_cell(d->y + y, d->x + x + used, role, wcs);
		used += w;
	}
	return used;
}

int draw_textn(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s, size_t len)
{
	struct buf clean = BUF_INIT(DRAW_TEXT_MAX);
	int used;

	assert((size_t)role < ROLE_COUNT);
	if (y < 0 || y >= d->h || x < 0 || x >= d->w)
		return 0;
	if (cells <= 0 || cells > d->w - x)
		cells = d->w - x;
	if (!text_is_clean(s, len, TEXT_ONE_LINE)) {
		text_sanitize(s, len, TEXT_ONE_LINE, &clean);
		s = buf_str(&clean);
		len = clean.len;
	}
	len = text_clip(s, len, cells, NULL);
	used = put_clean(d, y, x, cells, role, s, len);
	buf_free(&clean);
	return used;
}

int draw_text(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s)
{
	return draw_textn(d, y, x, cells, role, s, strlen(s));
}

int draw_textf(const struct draw *d, int y, int x, enum theme_role role,
    const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return draw_text(d, y, x, 0, role, line);
}

void draw_fit(const struct draw *d, int y, int x, int cells,
    enum theme_role role, const char *s)
{
	struct buf clean = BUF_INIT(DRAW_TEXT_MAX);
	struct buf fit = BUF_INIT(DRAW_TEXT_MAX);

	if (cells <= 0 || cells > d->w - x)
		cells = d->w - x;
	if (cells > 0) {
		text_sanitize(s, strlen(s), TEXT_ONE_LINE, &clean);
		text_fit(buf_str(&clean), cells, &fit);
		draw_text(d, y, x, cells, role, buf_str(&fit));
	}
	buf_free(&clean);
	buf_free(&fit);
}

int draw_right(const struct draw *d, int y, enum theme_role role, const char *s)
{
	int cells = text_cells(s);

	if (cells > d->w)
		cells = d->w;
	return cells > 0 ? draw_text(d, y, d->w - cells, cells, role, s) : 0;
}

void draw_centre(const struct draw *d, int y, enum theme_role role,
    const char *s)
{
	int cells = text_cells(s);

	draw_text(d, y, cells < d->w ? (d->w - cells) / 2 : 0, 0, role, s);
}

struct wrapping {
	const struct draw *d;
	int y, x, cells, lines, done;
	enum theme_role role;
};

static void wrapped_line(void *ctx, const char *s, size_t len)
{
	struct wrapping *w = ctx;

	if (w->done < w->lines)
		draw_textn(w->d, w->y + w->done, w->x, w->cells, w->role, s,
		    len);
	w->done++;
}

int draw_wrapped(const struct draw *d, int y, int x, int cells, int lines,
    enum theme_role role, const char *s)
{
	struct wrapping w = { d, y, x, cells, lines, 0, role };
	struct buf clean = BUF_INIT(DRAW_TEXT_MAX);

	if (w.cells <= 0 || w.cells > d->w - x)
		w.cells = d->w - x;
	text_sanitize(s, strlen(s), TEXT_MULTILINE, &clean);
	if (w.cells > 1)
		text_wrap(buf_str(&clean), clean.len, w.cells, wrapped_line,
		    &w);
	buf_free(&clean);
	return w.done < lines ? w.done : lines;
}

void draw_row(const struct draw *d, int y, int x, const struct draw_cell *c,
    size_t n)
{
	int fixed = 0, rest;

	for (size_t i = 0; i < n; i++)
		fixed += (c[i].cells < 0 ? -c[i].cells : c[i].cells) +
		    (i > 0 ? 1 : 0);
	rest = d->w - x - fixed;
	for (size_t i = 0; i < n && x < d->w; i++) {
		int w = c[i].cells < 0 ? -c[i].cells : c[i].cells;

		if (w == 0)
			w = rest > 0 ? rest : 0;
		if (w > d->w - x)
			w = d->w - x;
		if (c[i].cells < 0) {
			struct draw s = draw_sub(d, y, x, 1, w);

			draw_right(&s, 0, c[i].role, c[i].text);
		} else if (w > 0) {
			draw_fit(d, y, x, w, c[i].role, c[i].text);
		}
		x += w + 1;
	}
}

/* A 汉字 that an edge at column x cuts in two goes altogether: curses would
 * keep the other half, and paint the line one cell out the next time. */
static void spare_half(int y, int x)
{
	wchar_t wcs[CCHARW_MAX + 1];
	cchar_t c;
	attr_t attr;
	short pair;
	int at = 0, w;

	if (x >= COLS)
		return;
	for (; at < x; at += w) {
		if (mvin_wch(y, at, &c) == ERR ||
		    getcchar(&c, wcs, &attr, &pair, NULL) == ERR)
			return;
		w = text_cp_cells((uint32_t)wcs[0]);
		if (w < 1)
			w = 1;
	}
	if (at > x)
		mvaddstr(y, x - 1, "  ");
}

void draw_fill(const struct draw *d, int y, int x, int h, int w,
    enum theme_role role)
{
	struct draw s = draw_sub(d, y, x, h, w);
	cchar_t blank;

	if (s.w == 0 ||
	    setcchar(&blank, L" ", looks[role].attr, looks[role].pair, NULL)
	    != OK)
		return;
	for (int i = 0; i < s.h; i++) {
		spare_half(s.y + i, s.x);
		spare_half(s.y + i, s.x + s.w);
		mvhline_set(s.y + i, s.x, &blank, s.w);
	}
}

static const wchar_t *line_sign(int which)
{
	static const wchar_t *const box[] = { L"─", L"│", L"┌", L"┐", L"└",
		L"┘" };
	static const wchar_t *const plain[] = { L"-", L"|", L"+", L"+", L"+",
		L"+" };

	return ascii_lines ? plain[which] : box[which];
}

void draw_box(const struct draw *d, enum theme_role role, const char *title)
{
	int bottom = d->y + d->h - 1, right = d->x + d->w - 1;

	if (d->h < 2 || d->w < 2)
		return;
	for (int x = d->x + 1; x < right; x++) {
		put_cell(d->y, x, role, line_sign(0));
		put_cell(bottom, x, role, line_sign(0));
	}
	for (int y = d->y + 1; y < bottom; y++) {
		put_cell(y, d->x, role, line_sign(1));
		put_cell(y, right, role, line_sign(1));
	}
	put_cell(d->y, d->x, role, line_sign(2));
	put_cell(d->y, right, role, line_sign(3));
	put_cell(bottom, d->x, role, line_sign(4));
	put_cell(bottom, right, role, line_sign(5));
	if (title != NULL && d->w > 6) {
		int used = draw_text(d, 0, 3, d->w - 6, ROLE_TITLE, title);

		put_cell(d->y, d->x + 2, role, L" ");
		put_cell(d->y, d->x + 3 + used, role, L" ");
	}
}

void draw_rule(const struct draw *d, int y, enum theme_role role)
{
	if (y < 0 || y >= d->h)
		return;
	for (int x = 0; x < d->w; x++)
		put_cell(d->y + y, d->x + x, role, line_sign(0));
}

void draw_gutter(const struct draw *d, int y, bool here)
{
	/* A blank in a colour would cost bytes on every step of a list. */
	draw_text(d, y, 0, 2, here ? ROLE_GUTTER : ROLE_TEXT,
	    here ? ">" : " ");
}

bool draw_where(int *y, int *x)
{
	*y = cursor.y;
	*x = cursor.x;
	return cursor.y >= 0;
}

void draw_cursor(const struct draw *d, int y, int x)
{
	if (y < 0 || y >= d->h || x < 0 || d->w == 0)
		return;
	cursor.y = d->y + y;
	cursor.x = d->x + (x < d->w ? x : d->w - 1);
}
