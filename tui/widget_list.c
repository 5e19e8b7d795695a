/*
 * The virtual list.  Used by every panel that shows rows.
 */
#include "widget_list.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "words.h"

#define DIGITS 9
#define LEAD 2			/* the gutter */

void widget_list_init(struct widget_list *l,
    const struct widget_list_source *src, void *ctx)
{
	const struct widget_edit_options opt = { .max_chars = 30 };

	assert(src->item_size > 0 && src->fetch != NULL && src->paint != NULL);
	memset(l, 0, sizeof(*l));
	l->src = src;
	l->ctx = ctx;
	l->digits = true;
	widget_edit_init(&l->filter, &opt);
}

void widget_list_free(struct widget_list *l)
{
	FREE(l->items);
	widget_edit_free(&l->filter);
}

static int item_lines(const struct widget_list *l)
{
	return l->src->lines > 0 ? l->src->lines : 1;
}

static bool shows_filter(const struct widget_list *l)
{
	return l->filtering || !widget_edit_empty(&l->filter);
}

/* Items that have room under the filter line and heads, above the count. */
static size_t room(const struct widget_list *l)
{
	int h = l->h - (shows_filter(l) ? 1 : 0) -
	    (l->src->heads != NULL ? 1 : 0) - (l->src->count != NULL ? 1 : 0);

	return h >= item_lines(l) ? (size_t)(h / item_lines(l)) : 1;
}

static char *item_at(const struct widget_list *l, size_t i)
{
	return l->items + i * l->src->item_size;
}

const void *widget_list_item(const struct widget_list *l)
{
	return l->n > 0 ? item_at(l, l->here) : NULL;
}

/* ---- fetching ---- */

static void want_space(struct widget_list *l, size_t n)
{
	l->items = xgrow(l->items, &l->cap, n > 0 ? n : 1, l->src->item_size);
}

static size_t fetch(struct widget_list *l, enum widget_list_dir dir,
    const void *from, void *out, size_t max)
{
	struct err err = ERR_INIT;
	size_t n = 0;

	if (max == 0)
		return 0;
	if (l->src->fetch(l->ctx, dir, from, out, max, &n, &err) != MQ_OK)
		l->err = err;
	assert(n <= max);
	return n;
}

/* Appends up to max items behind the last one (or from the very first). */
static size_t grow_down(struct widget_list *l, size_t max)
{
	size_t k;

	want_space(l, l->n + max);
	k = fetch(l, LIST_AFTER, l->n > 0 ? item_at(l, l->n - 1) : NULL,
	    item_at(l, l->n), max);
	l->n += k;
	return k;
}

/* Puts up to max items before the first one (or the very last ones). */
static size_t grow_up(struct widget_list *l, size_t max)
{
	size_t size = l->src->item_size, k;
	char *got = xcalloc(max > 0 ? max : 1, size);

	k = fetch(l, LIST_BEFORE, l->n > 0 ? item_at(l, 0) : NULL, got, max);
	want_space(l, l->n + k);
	memmove(item_at(l, k), item_at(l, 0), l->n * size);
	for (size_t i = 0; i < k; i++)	/* nearest first: turn round */
		memcpy(item_at(l, k - 1 - i), got + i * size, size);
	l->n += k;
	free(got);
	return k;
}

static void drop_first(struct widget_list *l, size_t k)
{
	if (k > l->n)
		k = l->n;
	memmove(item_at(l, 0), item_at(l, k), (l->n - k) * l->src->item_size);
	l->n -= k;
	l->here = l->here > k ? l->here - k : 0;
}

/* Fills the screen downward, then upward; cuts what is too much. */
static void fit_room(struct widget_list *l)
{
	size_t cap = room(l);

	if (l->n < cap)
		(void)grow_down(l, cap - l->n);
	if (l->n < cap && l->n > 0)
		l->here += grow_up(l, cap - l->n);
	if (l->n > cap && l->here >= cap)
		drop_first(l, l->here - cap + 1);
	if (l->n > cap)
		l->n = cap;
	if (l->here >= l->n)
		l->here = l->n > 0 ? l->n - 1 : 0;
}

void widget_list_top(struct widget_list *l)
{
	l->err.code = MQ_OK;
	l->n = l->here = 0;
	l->loaded = true;
	want_space(l, 1);
	fit_room(l);
}

static void to_end(struct widget_list *l)
{
	l->err.code = MQ_OK;
	l->n = l->here = 0;
	want_space(l, 1);
	(void)grow_up(l, room(l));
	l->here = l->n > 0 ? l->n - 1 : 0;
}

static void find_same(struct widget_list *l, const void *item)
{
	for (size_t i = 0; i < l->n && l->src->same != NULL; i++)
		if (l->src->same(item_at(l, i), item)) {
			l->here = i;
			return;
		}
}

/* Around `item`, with at most `above` items over it. */
static void load_around(struct widget_list *l, const void *item, size_t above)
{
	size_t size = l->src->item_size;
	char *copy = xmalloc(size);	/* item may lie in our own rows */

	memcpy(copy, item, size);
	l->err.code = MQ_OK;
	l->n = l->here = 0;
	l->loaded = true;
	want_space(l, 1);
	memcpy(item_at(l, 0), copy, size);
	l->n = 1;
	(void)grow_up(l, above > 0 ? above : 1);
	l->n--;			/* the item itself: it may have changed */
	l->here = l->n;
	if (above == 0 && l->n > 0) {
		(void)grow_down(l, room(l));
		drop_first(l, 1);
		l->here = 0;
	}
	fit_room(l);
	find_same(l, copy);
	free(copy);
}

void widget_list_go(struct widget_list *l, const void *item)
{
	load_around(l, item, room(l) / 2);
}

void widget_list_reload(struct widget_list *l)
{
	if (l->h == 0)
		return;			/* layout comes and loads */
	if (l->n == 0)
		widget_list_top(l);
	else
		load_around(l, item_at(l, l->here), l->here);
}

void widget_list_layout(struct widget_list *l, int h, int w)
{
	l->h = h;
	l->w = w;
	if (!l->loaded)
		widget_list_top(l);
	else
		fit_room(l);
}

/* ---- moving ---- */

/* Over the edge half a screen comes at once: the next steps move only the
 * mark, which is kinder to the eye and to a slow line. */
static size_t half(const struct widget_list *l)
{
	return (room(l) + 1) / 2;
}

static unsigned step_down(struct widget_list *l)
{
	if (l->here + 1 < l->n) {
		l->here++;
		return PANEL_REDRAW;
	}
	if (l->n == 0 || grow_down(l, half(l)) == 0)
		return PANEL_DONE;
	l->here++;
	if (l->n > room(l))
		drop_first(l, l->n - room(l));
	return PANEL_REDRAW;
}

static unsigned step_up(struct widget_list *l)
{
	size_t k;

	if (l->here > 0) {
		l->here--;
		return PANEL_REDRAW;
	}
	k = l->n > 0 ? grow_up(l, half(l)) : 0;
	if (k == 0)
		return PANEL_DONE;
	l->here = k - 1;
	if (l->n > room(l))
		l->n = room(l);
	return PANEL_REDRAW;
}

static unsigned page_down(struct widget_list *l)
{
	size_t cap = room(l), k;

	if (l->n == 0)
		return PANEL_DONE;
	k = grow_down(l, cap);
	if (k < cap)
		l->here = l->n - 1;	/* the end: stand on the last */
	else
		l->here += k;
	if (l->n > cap)
		drop_first(l, l->n - cap);
	return PANEL_REDRAW;
}

static unsigned page_up(struct widget_list *l)
{
	size_t cap = room(l), k;

	if (l->n == 0)
		return PANEL_DONE;
	k = grow_up(l, cap);
	if (k < cap)
		l->here = 0;
	if (l->n > cap)
		l->n = cap;
	return PANEL_REDRAW;
}

/* ---- keys ---- */

bool widget_list_typing(const struct widget_list *l)
{
	return l->filtering;
}

static unsigned filter_changed(struct widget_list *l)
{
	l->src->filter(l->ctx, widget_edit_text(&l->filter));
	widget_list_top(l);
	return PANEL_REDRAW;
}

static unsigned end_filter(struct widget_list *l)
{
	l->filtering = false;
	widget_edit_clear(&l->filter);
	return filter_changed(l);
}

static unsigned filter_key(struct widget_list *l, uint32_t key)
{
	unsigned flags;

	if (key == K_ESC)
		return end_filter(l);
	if (key == K_BACKSPACE && widget_edit_empty(&l->filter))
		return end_filter(l);
	flags = widget_edit_key(&l->filter, key);
	if ((flags & WIDGET_CHANGED) != 0) {
		flags &= ~(unsigned)WIDGET_CHANGED;
		flags |= filter_changed(l);
	}
	return flags;
}

unsigned widget_list_paste(struct widget_list *l, const char *s, size_t len)
{
	if (l->src->filter == NULL)
		return PANEL_IGNORED;
	l->filtering = true;
	(void)widget_edit_paste(&l->filter, s, len);
	return filter_changed(l);
}

static unsigned pick_digit(struct widget_list *l, int digit)
{
	if (digit < 1 || (size_t)digit > l->n || digit > DIGITS)
		return PANEL_BEEP;
	l->here = (size_t)digit - 1;
	return PANEL_REDRAW | WIDGET_PICKED;
}

static unsigned list_action(struct widget_list *l, enum action act)
{
	switch (act) {
	case ACT_LIST_UP:
		return step_up(l);
	case ACT_LIST_DOWN:
		return step_down(l);
	case ACT_LIST_PGUP:
		return page_up(l);
	case ACT_LIST_PGDN:
		return page_down(l);
	case ACT_LIST_HOME:
		widget_list_top(l);
		return PANEL_REDRAW;
	case ACT_LIST_END:
		to_end(l);
		return PANEL_REDRAW;
	case ACT_LIST_OPEN:
		return l->n > 0 ? PANEL_REDRAW | WIDGET_PICKED : PANEL_DONE;
	case ACT_LIST_FILTER:
		if (l->src->filter == NULL)
			return PANEL_IGNORED;
		l->filtering = true;
		fit_room(l);		/* the line costs a row */
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool is_move(enum action act)
{
	return act == ACT_LIST_UP || act == ACT_LIST_DOWN ||
	    act == ACT_LIST_PGUP || act == ACT_LIST_PGDN ||
	    act == ACT_LIST_OPEN;
}

unsigned widget_list_key(struct widget_list *l, uint32_t key)
{
	enum action act = keymap_in(CTX_LIST, key);
	bool letter = key_is_text(key) && key_digit(key) < 0 && key != ' ';

	if (l->h == 0)
		return PANEL_IGNORED;
	if (l->filtering) {
		/* A filter begun by typing letters leaves digits to pick. */
		if (l->type_to_filter && l->digits && key_digit(key) > 0)
			return pick_digit(l, key_digit(key));
		return is_move(act) ? list_action(l, act) :
		    filter_key(l, key);
	}
	if (key == K_ESC && !widget_edit_empty(&l->filter))
		return end_filter(l);
	if (l->digits && key_digit(key) > 0)
		return pick_digit(l, key_digit(key));
	if (act != ACT_NONE)
		return list_action(l, act);
	if (l->type_to_filter && l->src->filter != NULL && letter) {
		l->filtering = true;
		return filter_key(l, key);
	}
	return PANEL_IGNORED;
}

/* ---- painting ---- */

static void paint_empty(struct widget_list *l, const struct draw *d, int y)
{
	char text[700];

	if (l->err.code != MQ_OK) {
		err_say(&l->err, words_lang(), text, sizeof(text));
		draw_wrapped(d, y, LEAD, d->w - LEAD, d->h - y, ROLE_ERROR,
		    text);
	} else {
		draw_text(d, y, LEAD, 0, ROLE_DIM,
		    word(widget_edit_empty(&l->filter) ? W_LIST_EMPTY :
		    W_LIST_NO_HIT));
	}
}

static void paint_count(struct widget_list *l, const struct draw *d)
{
	char text[700], number[24];
	int64_t n = l->src->count(l->ctx);

	if (l->err.code != MQ_OK) {
		err_say(&l->err, words_lang(), text, sizeof(text));
		draw_text(d, d->h - 1, LEAD, 0, ROLE_ERROR, text);
	} else if (n >= 0) {
		snprintf(number, sizeof(number), "%lld", (long long)n);
		words_fill(text, sizeof(text), W_LIST_COUNT, number, NULL);
		draw_text(d, d->h - 1, LEAD, 0, ROLE_DIM, text);
	}
}

void widget_list_paint(struct widget_list *l, const struct draw *d)
{
	int y = 0, lead = LEAD + (l->digits ? 2 : 0);

	if (shows_filter(l)) {
		int x = LEAD + draw_text(d, y, LEAD, 0, ROLE_LABEL,
		    word(W_LIST_FILTER));

		widget_edit_paint(&l->filter, d, y, x, 1, d->w - x,
		    l->filtering);
		y++;
	}
	if (l->src->heads != NULL) {
		struct draw h = draw_sub(d, y, lead, 1, d->w - lead);

		l->src->heads(l->ctx, &h);
		y++;
	}
	if (l->n == 0)
		paint_empty(l, d, y);
	for (size_t i = 0; i < l->n; i++, y += item_lines(l)) {
		struct draw row = draw_sub(d, y, lead, item_lines(l),
		    d->w - lead);

		draw_gutter(d, y, i == l->here);
		if (l->digits && i < DIGITS)
			draw_textf(d, y, LEAD, ROLE_DIGIT, "%zu", i + 1);
		l->src->paint(l->ctx, item_at(l, i), &row, i == l->here);
	}
	if (l->src->count != NULL && d->h > 1)
		paint_count(l, d);
}

/* ---- an array as a source ---- */

/* The index that follows (or precedes) `from`.  Of one that is gone we know
 * only where it was. */
static size_t array_find(struct widget_list_array *a, bool after,
    const void *from)
{
	const char *p = a->items;

	for (size_t i = 0; i < a->n; i++)
		if (a->same(p + i * a->item_size, from)) {
			a->hint = i;
			return after ? i + 1 : i;
		}
	return a->hint < a->n ? a->hint : a->n;
}

enum mq_status widget_list_array_fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
{
	struct widget_list_array *a = ctx;
	const char *p = a->items;
	size_t at, size = a->item_size, got = 0;

	assert(a->same != NULL && size > 0);
	if (from == NULL)
		at = dir == LIST_AFTER ? 0 : a->n;
	else
		at = array_find(a, dir == LIST_AFTER, from);
	while (got < max && (dir == LIST_AFTER ? at < a->n : at > 0)) {
		const char *item = p + (dir == LIST_AFTER ? at++ : --at) *
		    size;

		if (a->match != NULL && a->filter[0] != '\0' &&
		    !a->match(item, a->filter))
			continue;
		memcpy((char *)out + got++ * size, item, size);
	}
	*n = got;
	if (a->err.code != MQ_OK)
		*err = a->err;
	return a->err.code;
}

void widget_list_array_filter(void *ctx, const char *text)
{
	struct widget_list_array *a = ctx;

	(void)xcopy(a->filter, sizeof(a->filter), text);
}
