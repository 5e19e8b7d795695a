/*
 * The text field.  Used by forms, filters and the login page.
 */
#include "widget_edit.h"

#include <assert.h>

#include "../core/base/crypto.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"

#define ANY_CELLS (1 << 24)

void widget_edit_init(struct widget_edit *e,
    const struct widget_edit_options *opt)
{
	memset(e, 0, sizeof(*e));
	if (opt != NULL)
		e->opt = *opt;
	buf_init(&e->text, WIDGET_EDIT_BYTES);
	e->want_cells = -1;
}

static void drop_text(struct widget_edit *e, struct buf *b)
{
	if (e->opt.masked && b->data != NULL)
		crypto_wipe(b->data, b->cap);
	buf_free(b);
}

void widget_edit_free(struct widget_edit *e)
{
	drop_text(e, &e->text);
}

const char *widget_edit_text(const struct widget_edit *e)
{
	return buf_str(&e->text);
}

size_t widget_edit_len(const struct widget_edit *e)
{
	return e->text.len;
}

bool widget_edit_empty(const struct widget_edit *e)
{
	return e->text.len == 0;
}

static int cells_between(const char *s, size_t from, size_t to)
{
	int used = 0;

	(void)text_clip(s + from, to - from, ANY_CELLS, &used);
	return used;
}

/* ---- changing the text ---- */

/* Replaces [from, to) and puts the cursor behind what came in. */
static void splice(struct widget_edit *e, size_t from, size_t to,
    const char *in, size_t n)
{
	struct buf old = e->text;
	const char *s = buf_str(&old);
	size_t len = old.len;

	assert(from <= to && to <= len);
	buf_init(&e->text, WIDGET_EDIT_BYTES);
	buf_add(&e->text, s, from);
	buf_add(&e->text, in, n);
	buf_add(&e->text, s + to, len - to);
	drop_text(e, &old);
	s = buf_str(&e->text);
	len = e->text.len;
	e->at = from + n;
	/* What came in may have joined what stands behind it. */
	if (e->at > 0 && e->at < len)
		e->at = text_next(s, len, text_prev(s, e->at));
	e->nchars = text_nchars(s);
	e->want_cells = -1;
}

/* Would the gate to the screen let this code point through, on some base? */
static bool may_stand(const char *s, size_t n)
{
	static const char *const bases[] = { "a", "\xe4\xb8\xad" };

	if (text_is_clean(s, n, TEXT_MULTILINE))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		char both[8];
		size_t k = strlen(bases[i]);

		memcpy(both, bases[i], k);
		memcpy(both + k, s, n);
		if (text_is_clean(both, k + n, TEXT_MULTILINE))
			return true;
	}
	return false;
}

static void clean_one(struct widget_edit *e, uint32_t cp, const char *s,
    size_t n, struct buf *out)
{
	int digit = key_digit(cp);

	if (e->opt.digits) {
		if (digit >= 0)
			buf_addc(out, (char)('0' + digit));
		else if (cp != ' ' && cp != '-' && cp != '\n')
			e->dropped = true;
		return;
	}
	if (cp == '\t' || (cp == '\n' && !e->opt.multi))
		buf_addc(out, ' ');
	else if (cp == '\n' || may_stand(s, n))
		buf_add(out, s, n);
	else
		e->dropped = true;
}

static void clean_input(struct widget_edit *e, const char *s, size_t len,
    struct buf *out)
{
	size_t at = 0;

	while (at < len) {
		uint32_t cp;
		int n = text_decode(s + at, len - at, &cp);

		if (n <= 0) {
			e->bad_utf8 = true;
			at++;
			continue;
		}
		clean_one(e, cp, s + at, (size_t)n, out);
		at += (size_t)n;
	}
}

/* Takes characters off the end of what came in until the field holds it. */
static void trim_excess(struct widget_edit *e, size_t from)
{
	size_t end = e->at;

	if (e->opt.max_chars == 0 || e->nchars <= e->opt.max_chars)
		return;
	for (size_t i = e->nchars - e->opt.max_chars; i > 0 && end > from; i--)
		end = text_prev(buf_str(&e->text), end);
	if (end < from)
		end = from;
	splice(e, end, e->at, "", 0);
	e->full = true;
}

/* Marks that pass one by one may be too many together, or find no base to
 * stand on: the gate to the screen would spell them out, and the cursor would
 * stand elsewhere than the words. */
static void settle(struct widget_edit *e)
{
	struct buf out = BUF_INIT(WIDGET_EDIT_BYTES);
	const char *s = buf_str(&e->text);
	size_t len = e->text.len, at = 0, base, cursor = e->at;

	if (text_is_clean(s, len, TEXT_MULTILINE))
		return;
	while (at < len) {
		uint32_t cp;
		int n = text_decode(s + at, len - at, &cp);
		size_t k = n > 0 ? (size_t)n : 1;
		size_t was = out.len;

		buf_add(&out, s + at, k);
		base = text_prev(out.data, out.len);
		if (!text_is_clean(out.data + base, out.len - base,
		    TEXT_MULTILINE)) {
			out.len = was;
			out.data[was] = '\0';
			if (at < e->at)
				cursor -= k;
			e->dropped = true;
		}
		at += k;
	}
	e->at = e->text.len;
	splice(e, 0, e->at, buf_str(&out), out.len);
	e->at = cursor;
	drop_text(e, &out);
}

static unsigned insert(struct widget_edit *e, const char *s, size_t len)
{
	struct buf in = BUF_INIT(WIDGET_EDIT_BYTES);
	size_t room = WIDGET_EDIT_BYTES - e->text.len, from = e->at;
	size_t before = e->text.len, n;
	unsigned flags = PANEL_REDRAW;

	e->full = false;
	clean_input(e, s, len, &in);
	n = in.len;
	if (n > room || in.over) {
		e->full = true;
		while (n > room)
			n = text_prev(buf_str(&in), n);
	}
	if (n > 0) {
		splice(e, from, from, buf_str(&in), n);
		settle(e);
		trim_excess(e, from);
	}
	if (e->text.len != before)
		flags |= WIDGET_CHANGED;
	if (e->full || (n == 0 && len > 0))
		flags |= PANEL_BEEP;
	drop_text(e, &in);
	return flags;
}

unsigned widget_edit_paste(struct widget_edit *e, const char *s, size_t len)
{
	return insert(e, s, len);
}

void widget_edit_clear(struct widget_edit *e)
{
	splice(e, 0, e->text.len, "", 0);
	e->scroll = 0;
	e->bad_utf8 = e->full = e->dropped = false;
}

void widget_edit_set(struct widget_edit *e, const char *text)
{
	widget_edit_clear(e);
	(void)insert(e, text, strlen(text));
	e->at = e->text.len;
}

/* ---- lines ---- */

struct lines {
	const char *base;
	struct { size_t start, len; } *line;
	size_t n, cap;
};

static void add_line(void *ctx, const char *s, size_t len)
{
	struct lines *l = ctx;

	l->line = xgrow(l->line, &l->cap, l->n + 1, sizeof(*l->line));
	l->line[l->n].start = (size_t)(s - l->base);
	l->line[l->n].len = len;
	l->n++;
}

/* One column stays free at the right, so that the cursor has a place. */
static void break_lines(const struct widget_edit *e, int w, struct lines *l)
{
	size_t len = e->text.len;

	l->base = buf_str(&e->text);
	l->line = NULL;
	l->n = l->cap = 0;
	(void)text_wrap(l->base, len, w > 2 ? w - 1 : 2, add_line, l);
	if (len > 0 && l->base[len - 1] == '\n')
		add_line(l, l->base + len, 0);
	if (l->n == 0)
		add_line(l, l->base, 0);
}

static size_t line_of(const struct lines *l, size_t at)
{
	size_t i = l->n - 1;

	while (i > 0 && l->line[i].start > at)
		i--;
	return i;
}

/* The end of a line as the cursor sees it: before what starts the next. */
static size_t line_end(const struct widget_edit *e, const struct lines *l,
    size_t i)
{
	size_t end = i + 1 < l->n ? l->line[i + 1].start : e->text.len;

	if (i + 1 < l->n && end > l->line[i].start)
		end = text_prev(l->base, end);
	return end;
}

int widget_edit_lines(const struct widget_edit *e, int w)
{
	struct lines l;
	size_t n;

	if (!e->opt.multi)
		return 1;
	break_lines(e, w, &l);
	n = l.n;
	free(l.line);
	return (int)n;
}

/* ---- moving ---- */

static unsigned go_to(struct widget_edit *e, size_t at)
{
	e->want_cells = -1;
	if (at == e->at)
		return PANEL_DONE;
	e->at = at;
	return PANEL_REDRAW;
}

static unsigned go_line(struct widget_edit *e, int by)
{
	struct lines l;
	size_t i, target;
	unsigned flags = PANEL_IGNORED;

	if (!e->opt.multi)
		return PANEL_IGNORED;
	break_lines(e, e->w, &l);
	i = line_of(&l, e->at);
	if ((by > 0 && i + 1 < l.n) || (by < 0 && i > 0)) {
		size_t len, end;
		int want = e->want_cells >= 0 ? e->want_cells :
		    cells_between(l.base, l.line[i].start, e->at);

		target = by > 0 ? i + 1 : i - 1;
		end = line_end(e, &l, target);
		len = text_clip(l.base + l.line[target].start,
		    end - l.line[target].start, want, NULL);
		(void)go_to(e, l.line[target].start + len);
		e->want_cells = want;
		flags = PANEL_REDRAW;
	}
	free(l.line);
	return flags;
}

static void line_borders(const struct widget_edit *e, size_t *start,
    size_t *end)
{
	struct lines l;
	size_t i;

	*start = 0;
	*end = e->text.len;
	if (!e->opt.multi)
		return;
	break_lines(e, e->w, &l);
	i = line_of(&l, e->at);
	*start = l.line[i].start;
	*end = line_end(e, &l, i);
	if (*end < e->at)
		*end = e->at;
	free(l.line);
}

static unsigned cut(struct widget_edit *e, size_t from, size_t to)
{
	if (from == to)
		return PANEL_DONE;
	e->full = false;
	splice(e, from, to, "", 0);
	return PANEL_REDRAW | WIDGET_CHANGED;
}

static size_t word_left(const struct widget_edit *e)
{
	/* Where the words of a PIN begin is nobody's business. */
	return e->opt.masked ? 0 : text_prev_word(buf_str(&e->text), e->at);
}

static size_t word_right(const struct widget_edit *e)
{
	return e->opt.masked ? e->text.len :
	    text_next_word(buf_str(&e->text), e->text.len, e->at);
}

static unsigned edit_action(struct widget_edit *e, enum action act)
{
	const char *s = buf_str(&e->text);
	size_t len = e->text.len, start, end;

	line_borders(e, &start, &end);
	switch (act) {
	case ACT_EDIT_LEFT:
		return go_to(e, text_prev(s, e->at));
	case ACT_EDIT_RIGHT:
		return go_to(e, text_next(s, len, e->at));
	case ACT_EDIT_WORD_LEFT:
		return go_to(e, word_left(e));
	case ACT_EDIT_WORD_RIGHT:
		return go_to(e, word_right(e));
	case ACT_EDIT_HOME:
		return go_to(e, start);
	case ACT_EDIT_END:
		return go_to(e, end);
	case ACT_EDIT_UP:
		return go_line(e, -1);
	case ACT_EDIT_DOWN:
		return go_line(e, 1);
	case ACT_EDIT_BACKSPACE:
		return cut(e, text_prev(s, e->at), e->at);
	case ACT_EDIT_DELETE:
		return cut(e, e->at, text_next(s, len, e->at));
	case ACT_EDIT_KILL_LEFT:
		return cut(e, start, e->at);
	case ACT_EDIT_KILL_RIGHT:
		return cut(e, e->at, end);
	case ACT_EDIT_KILL_WORD:
		return cut(e, word_left(e), e->at);
	default:
		return PANEL_IGNORED;
	}
}

unsigned widget_edit_key(struct widget_edit *e, uint32_t key)
{
	assert(e->at <= e->text.len);
	if (key_is_text(key)) {
		char s[4];

		return insert(e, s, (size_t)text_encode(key, s));
	}
	if (key == K_ENTER)
		return e->opt.multi ? insert(e, "\n", 1) : PANEL_IGNORED;
	return edit_action(e, keymap_in(CTX_EDIT, key));
}

/* ---- painting ---- */

static void paint_masked(struct widget_edit *e, const struct draw *d,
    enum theme_role role, bool focus)
{
	int stars = (int)e->nchars, before = 0;

	for (size_t at = 0; at < e->at;
	    at = text_next(buf_str(&e->text), e->text.len, at))
		before++;
	for (int i = 0; i < stars && i < d->w - 1; i++)
		draw_text(d, 0, i, 1, role, "*");
	if (focus)
		draw_cursor(d, 0, before);
}

static void paint_one_line(struct widget_edit *e, const struct draw *d,
    enum theme_role role, bool focus)
{
	const char *s = buf_str(&e->text);
	int before = cells_between(s, 0, e->at), used = 0;
	size_t start;

	if (before < e->scroll)
		e->scroll = before - d->w / 3;
	if (before > e->scroll + d->w - 1)
		e->scroll = before - d->w + 1 + d->w / 4;
	if (e->scroll < 0 || before < d->w)
		e->scroll = 0;
	/* Begin at a whole character. */
	start = text_clip(s, e->text.len, e->scroll, &used);
	if (used < e->scroll) {
		size_t next = text_next(s, e->text.len, start);

		used += cells_between(s, start, next);
		start = next;
	}
	e->scroll = used;
	draw_textn(d, 0, 0, d->w, role, s + start, e->text.len - start);
	if (focus)
		draw_cursor(d, 0, before - e->scroll);
}

static void paint_lines(struct widget_edit *e, const struct draw *d,
    enum theme_role role, bool focus)
{
	struct lines l;
	size_t here;

	break_lines(e, d->w, &l);
	here = line_of(&l, e->at);
	if ((int)here < e->scroll)
		e->scroll = (int)here;
	if ((int)here >= e->scroll + d->h)
		e->scroll = (int)here - d->h + 1;
	if (e->scroll > 0 && e->scroll > (int)l.n - d->h)
		e->scroll = (int)l.n > d->h ? (int)l.n - d->h : 0;
	for (int y = 0; y < d->h && y + e->scroll < (int)l.n; y++)
		draw_textn(d, y, 0, d->w, role,
		    l.base + l.line[y + e->scroll].start,
		    l.line[y + e->scroll].len);
	if (focus)
		draw_cursor(d, (int)here - e->scroll,
		    cells_between(l.base, l.line[here].start, e->at));
	free(l.line);
}

void widget_edit_paint(struct widget_edit *e, const struct draw *d, int y,
    int x, int h, int w, bool focus)
{
	struct draw in = draw_sub(d, y, x, h, w);
	enum theme_role role = focus ? ROLE_FIELD_FOCUS : ROLE_FIELD;

	if (in.w < 2 || in.h < 1)
		return;
	e->w = in.w;
	e->h = in.h;
	draw_fill(&in, 0, 0, in.h, in.w, role);
	if (e->text.len == 0 && e->opt.placeholder != NULL)
		draw_text(&in, 0, 0, in.w, ROLE_HINT, e->opt.placeholder);
	if (e->opt.masked)
		paint_masked(e, &in, role, focus);
	else if (e->opt.multi)
		paint_lines(e, &in, role, focus);
	else
		paint_one_line(e, &in, role, focus);
}
