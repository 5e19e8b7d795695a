/*
 * Picks a person or household from the register.  Opened by forms, the batch
 * page and the board.
 *
 * Rows tell people of one name apart (sex, birth year, building, last two of
 * the phone); where several share it, the first Enter only looks, the next
 * one takes.  Digits are part of a search by building or telephone; after a
 * name they pick rows.
 */
#include "panel_person.h"

#include <assert.h>

#include "../core/access.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/pack.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "words.h"

#define HITS_MAX 60
#define NARROW 60
#define FIND_CHARS 30
#define FOOT 3			/* lines below the rows */

struct panel_person {
	struct panel base;
	struct desk *d;
	char kind[32];
	struct widget_edit find;
	struct search_person hits[HITS_MAX];
	int n, here, top, room;
	enum search_order order;
	bool ordered;		/* otherwise than best first */
	int64_t looked;		/* same name: this one was looked at */
	int64_t picked;
	struct err err;
};

static struct panel_person *picker_of(struct panel *p)
{
	return (struct panel_person *)p;
}

/* ---- words, also for forms ---- */

static void add_part(struct buf *out, const char *gap, const char *part)
{
	if (!part[0])
		return;
	if (out->len)
		buf_adds(out, gap);
	buf_adds(out, part);
}

static void born_words(const struct search_person *p, char *out, size_t size)
{
	char year[16];

	out[0] = '\0';
	if (!p->birth_year)
		return;
	snprintf(year, sizeof(year), "%d", p->birth_year);
	words_fill(out, size, W_PERSON_BORN, year, NULL);
}

static void phone_words(const struct search_person *p, char *out, size_t size)
{
	out[0] = '\0';
	if (p->phone_end[0])
		words_fill(out, size, W_PERSON_PHONE_END, p->phone_end,
		    NULL);
}

void panel_person_line(const struct search_person *p, char *out, size_t size)
{
	struct buf text = BUF_INIT(1024);
	char part[64];

	add_part(&text, " ", p->masked);
	add_part(&text, " ", p->sex);
	born_words(p, part, sizeof(part));
	add_part(&text, " ", part);
	add_part(&text, "  ", p->place);
	phone_words(p, part, sizeof(part));
	add_part(&text, "  ", part);
	xcopy(out, size, buf_str(&text));
	buf_free(&text);
}

void panel_person_words(struct node *n, int64_t rec, char *out, size_t size)
{
	struct search_person p;

	memset(&p, 0, sizeof(p));
	out[0] = '\0';
	if (search_person_of(n, rec, &p, NULL) == MQ_OK)
		panel_person_line(&p, out, size);
}

/* ---- searching ---- */

static void search_now(struct panel_person *p)
{
	struct buf scope = BUF_INIT(BUF_SMALL);

	p->n = p->here = p->top = 0;
	p->looked = 0;
	p->err.code = MQ_OK;
	if (widget_edit_empty(&p->find))
		return;
	desk_scope(p->base.app, p->kind, &scope);
	if (search_people(p->d->n, p->kind, widget_edit_text(&p->find),
	    buf_str(&scope), p->hits, HITS_MAX, &p->n, &p->err) != MQ_OK)
		p->n = 0;
	else
		p->err.code = MQ_OK;
	if (p->n > HITS_MAX)
		p->n = HITS_MAX;
	if (p->ordered)
		search_order(p->hits, p->n, p->order);
	buf_free(&scope);
}

/* Best first, then by pinyin, then by strokes, and round again. */
static unsigned next_order(struct panel_person *p)
{
	enum word_id said = W_PERSON_ORDER_BEST;

	if (!p->ordered) {
		p->ordered = true;
		p->order = SEARCH_BY_SOUND;
		said = W_PERSON_ORDER_SOUND;
	} else if (p->order == SEARCH_BY_SOUND) {
		p->order = SEARCH_BY_STROKES;
		said = W_PERSON_ORDER_STROKES;
	} else {
		p->ordered = false;
	}
	search_now(p);
	app_notice(p->base.app, ROLE_NOTICE, word(said));
	return PANEL_REDRAW;
}

/* Digits belong to the search while it holds one, or nothing yet. */
static bool digits_pick(const struct panel_person *p)
{
	const char *s = widget_edit_text(&p->find);

	return p->n > 0 && s[0] != '\0' && strpbrk(s, "0123456789") == NULL;
}

/* ---- choosing ---- */

static unsigned take(struct panel_person *p)
{
	const struct search_person *hit;

	if (p->n == 0)
		return PANEL_BEEP;
	hit = &p->hits[p->here];
	if (hit->same_name > 1 && p->looked != hit->rec) {
		p->looked = hit->rec;
		return PANEL_REDRAW;
	}
	p->picked = hit->rec;
	p->base.result = 1;
	return PANEL_CLOSE;
}

static unsigned move_to(struct panel_person *p, int to)
{
	if (p->n == 0)
		return PANEL_DONE;
	to = to < 0 ? 0 : to >= p->n ? p->n - 1 : to;
	if (to != p->here)
		p->looked = 0;
	p->here = to;
	return PANEL_REDRAW;
}

static unsigned pick_digit(struct panel_person *p, int digit)
{
	int row = p->top + digit - 1;

	if (digit < 1 || row >= p->n || digit > p->room)
		return PANEL_BEEP;
	(void)move_to(p, row);
	return take(p);
}

/* ---- somebody new ---- */

static bool may_add(struct panel_person *p)
{
	return pack_kind(p->d->n->pack, p->kind) != NULL &&
	    access_may(p->d->n, &p->d->who, "open", p->kind, "");
}

static unsigned add_new(struct panel_person *p)
{
	const char *typed = widget_edit_text(&p->find);
	const struct kind *k = pack_kind(p->d->n->pack, p->kind);
	struct fields f = { NULL, 0, 0 };
	uint32_t cp = 0;

	/* Somebody new lives in a household, which is new, with its head. */
	if (app_deep(p->base.app))
		return PANEL_REDRAW;
	/* A name in characters is taken over; initials and digits are not. */
	if (kind_field(k, "name") &&
	    text_decode(typed, strlen(typed), &cp) > 0 && cp > 0x2E7F)
		fields_set(&f, "name", typed);
	panel_form_open(p->base.app, &(struct form_start){
	    .kind = p->kind, .presets = &f, .quiet = true });
	fields_free(&f);
	return PANEL_REDRAW;
}

static unsigned person_returned(struct panel *base, struct panel *child)
{
	struct panel_person *p = picker_of(base);

	if (child->result != 1 || strcmp(child->ops->name, "form") != 0)
		return PANEL_REDRAW;
	p->picked = panel_form_saved(child);
	p->base.result = p->picked != 0;
	return p->picked ? PANEL_CLOSE : PANEL_REDRAW;
}

/* ---- keys ---- */

static unsigned person_key(struct panel *base, uint32_t key)
{
	struct panel_person *p = picker_of(base);
	unsigned flags;

	switch (key) {
	case K_ENTER:
		return take(p);
	case K_UP:
		return move_to(p, p->here - 1);
	case K_DOWN:
		return move_to(p, p->here + 1);
	case K_PGUP:
		return move_to(p, p->here - p->room);
	case K_PGDN:
		return move_to(p, p->here + p->room);
	case K_BACKSPACE:
		if (widget_edit_empty(&p->find))
			return PANEL_CLOSE;
		break;
	default:
		break;
	}
	if (key_digit(key) >= 0 && digits_pick(p))
		return pick_digit(p, key_digit(key));
	flags = widget_edit_key(&p->find, key);
	if (flags & WIDGET_CHANGED)
		search_now(p);
	return flags;
}

static unsigned person_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	struct panel_person *p = picker_of(base);
	unsigned flags = widget_edit_paste(&p->find, s, len);

	(void)over;
	search_now(p);
	return flags;
}

static bool person_typing(struct panel *base)
{
	(void)base;
	return true;
}

static unsigned person_action(struct panel *base, enum action act)
{
	if (act == ACT_PERSON_ORDER)
		return next_order(picker_of(base));
	return act == ACT_PERSON_NEW ? add_new(picker_of(base)) :
	    PANEL_IGNORED;
}

static bool person_offers(struct panel *base, enum action act)
{
	return act != ACT_PERSON_NEW || may_add(picker_of(base));
}

/* ---- painting ---- */

static bool is_place(const struct panel_person *p)
{
	return strcmp(p->kind, "household") == 0;
}

static void person_title(struct panel *base, char *out, size_t size)
{
	xcopy(out, size, word(is_place(picker_of(base)) ?
	    W_PERSON_TITLE_PLACE : W_PERSON_TITLE));
}

static void paint_row(const struct panel_person *p, int i,
    const struct draw *d)
{
	const struct search_person *hit = &p->hits[i];
	bool here = i == p->here, wide = d->w >= NARROW;
	enum theme_role role = here ? ROLE_SELECTION : ROLE_TEXT;
	char born[48], phone[48], same[48] = "", year[16];

	born_words(hit, born, sizeof(born));
	phone_words(hit, phone, sizeof(phone));
	snprintf(year, sizeof(year), "%d", hit->same_name);
	if (hit->same_name > 1)
		words_fill(same, sizeof(same), W_PERSON_SAME_MARK, year,
		    NULL);
	draw_gutter(d, 0, here);
	if (i - p->top < 9 && digits_pick(p))
		draw_textf(d, 0, 2, ROLE_DIGIT, "%d", i - p->top + 1);
	if (is_place(p)) {
		const struct draw_cell cells[] = {
			{ 0, role, hit->place }, { 14, role, hit->masked },
		};

		draw_row(d, 0, 4, cells, ARRAY_LEN(cells));
	} else if (wide) {
		const struct draw_cell cells[] = {
			{ 12, role, hit->masked }, { 6, role, hit->sex },
			{ 10, role, born }, { 0, role, hit->place },
			{ 9, role, phone }, { 8, ROLE_WARN, same },
		};

		draw_row(d, 0, 4, cells, ARRAY_LEN(cells));
	} else {
		const struct draw_cell cells[] = {
			{ 8, role, hit->masked }, { 2, role, hit->sex },
			{ 0, role, hit->place }, { 2, role, hit->phone_end },
			{ 5, ROLE_WARN, same },
		};

		draw_row(d, 0, 4, cells, ARRAY_LEN(cells));
	}
}

static void paint_foot(const struct panel_person *p, const struct draw *d,
    int y)
{
	const struct search_person *hit = p->n ? &p->hits[p->here] : NULL;
	char line[300], text[400], count[16];

	if (p->err.code) {
		err_say_part(&p->err, ERR_WHAT, app_lang(p->base.app), text,
		    sizeof(text));
		draw_wrapped(d, y, 2, 0, FOOT, ROLE_ERROR, text);
	} else if (!hit) {
		draw_wrapped(d, y, 2, 0, FOOT, ROLE_HINT,
		    word(!widget_edit_empty(&p->find) ? W_PERSON_NONE :
		    is_place(p) ? W_PERSON_HINT_PLACE : W_PERSON_HINT));
	} else if (p->looked == hit->rec) {
		snprintf(count, sizeof(count), "%d", hit->same_name);
		words_fill(text, sizeof(text), W_PERSON_SAME, count, NULL);
		panel_person_line(hit, line, sizeof(line));
		draw_text(d, y, 2, 0, ROLE_WARN, text);
		draw_text(d, y + 1, 2, 0, ROLE_STRONG, line);
		draw_text(d, y + 2, 2, 0, ROLE_WARN,
		    word(W_PERSON_SAME_AGAIN));
	} else if (p->n == HITS_MAX) {
		snprintf(count, sizeof(count), "%d", p->n);
		words_fill(text, sizeof(text), W_PERSON_MANY, count, NULL);
		draw_text(d, y, 2, 0, ROLE_HINT, text);
	}
}

static void person_paint(struct panel *base, const struct draw *d)
{
	struct panel_person *p = picker_of(base);
	int x, i;

	p->room = d->h - 2 - FOOT;
	if (p->room < 1)
		p->room = 1;
	if (p->here < p->top)
		p->top = p->here;
	if (p->here >= p->top + p->room)
		p->top = p->here - p->room + 1;
	for (i = p->top; i < p->n && i < p->top + p->room; i++) {
		struct draw row = draw_sub(d, 2 + i - p->top, 0, 1, d->w);

		paint_row(p, i, &row);
	}
	paint_foot(p, d, d->h - FOOT);
	x = 2 + draw_text(d, 0, 2, 0, ROLE_LABEL, word(W_PERSON_TYPED));
	widget_edit_paint(&p->find, d, 0, x, 1, d->w - x - 2, true);
}

static void person_destroy(struct panel *base)
{
	widget_edit_free(&picker_of(base)->find);
}

static const enum context person_contexts[] = { CTX_PERSON, CTX_END };
static const enum context person_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops person_ops = {
	.name = PANEL_PERSON_NAME,
	.contexts = person_contexts,
	.widgets = person_widgets,
	.title = person_title,
	.action = person_action,
	.key = person_key,
	.paste = person_paste,
	.typing = person_typing,
	.offers = person_offers,
	.paint = person_paint,
	.returned = person_returned,
	.destroy = person_destroy,
};

void panel_person_open(struct app *app, const char *kind, const char *typed)
{
	struct panel_person *p = xcalloc(1, sizeof(*p));

	p->d = desk_of(app);
	p->room = 1;
	xcopy(p->kind, sizeof(p->kind), kind);
	widget_edit_init(&p->find, &(struct widget_edit_options){
	    .max_chars = FIND_CHARS });
	app_push(app, &p->base, &person_ops);
	if (typed && typed[0]) {
		widget_edit_set(&p->find, typed);
		search_now(p);
	}
}

int64_t panel_person_picked(const struct panel *child)
{
	assert(child->ops == &person_ops);
	return ((const struct panel_person *)child)->picked;
}
