/*
 * Picks a record of one of several kinds: the newest ones at first, then by
 * short number, words of the text, or initials of the title.  Opened by forms.
 */
#include <assert.h>

#include "../core/base/xmalloc.h"
#include "../core/pack.h"
#include "../core/pinyin.h"
#include "../core/search.h"
#include "panels.h"
#include "record_found.h"
#include "widget_edit.h"
#include "words.h"

#define NEWEST 200		/* of a kind, looked at for initials */
#define HITS_MAX 60
#define TOP_LINES 3
#define FIND_CHARS 30

struct panel_pick {
	struct panel base;
	struct record_found hits;
	const char *kinds;		/* of the pack */
	struct widget_edit edit;
	struct err err;
	int64_t picked;
};

static struct panel_pick *pick_of(struct panel *p)
{
	return (struct panel_pick *)p;
}

/* ---- finding ---- */

/* The newest whose title begins so when read aloud; all when nothing is
 * typed. */
static void add_newest(struct panel_pick *p, const char *kind,
    const char *typed, struct record *rows)
{
	struct record_query q = { .kind = kind, .sort = SORT_OPENED };
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct record none = { 0 };
	struct err err = ERR_INIT;
	int n = 0, i;

	desk_narrow(p->base.app, kind, &q, &scope);
	if (record_page(desk_of(p->base.app)->n, &q, &none, false, rows,
	    NEWEST, &n, &err) != MQ_OK)
		p->err = err;
	for (i = 0; i < n; i++)
		if (typed[0] == '\0' || pinyin_match(rows[i].title, typed))
			record_found_add(&p->hits, &rows[i]);
	buf_free(&scope);
}

static void add_found(struct panel_pick *p, const char *kind,
    const char *typed, struct record *rows)
{
	struct err err = ERR_INIT;
	int n = 0, i;

	if (typed[0] == '\0')
		return;
	if (search_text(desk_of(p->base.app)->n, kind, typed, NULL, rows,
	    NEWEST, &n, &err) != MQ_OK)
		p->err = err;
	for (i = 0; i < n && i < NEWEST; i++)
		record_found_add(&p->hits, &rows[i]);
}

static void find(struct panel_pick *p)
{
	struct record *rows = xcalloc(NEWEST, sizeof(*rows));
	const char *typed = widget_edit_text(&p->edit), *at = p->kinds;
	char kind[32];

	record_found_clear(&p->hits);
	p->err.code = MQ_OK;
	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		snprintf(kind, sizeof(kind), "%.*s", (int)len, at);
		at += len + strspn(at + len, " ");
		add_newest(p, kind, typed, rows);
		add_found(p, kind, typed, rows);
	}
	free(rows);
	widget_list_top(&p->hits.list);
}

/* ---- handlers ---- */

static unsigned take(struct panel_pick *p)
{
	const struct record *r = record_found_here(&p->hits);

	if (r == NULL)
		return PANEL_BEEP;
	p->picked = r->rec;
	p->base.result = 1;
	return PANEL_CLOSE;
}

static unsigned pick_key(struct panel *base, uint32_t key)
{
	struct panel_pick *p = pick_of(base);
	unsigned flags;

	if (key == K_ENTER)
		return take(p);
	if (key == K_UP || key == K_DOWN || key == K_PGUP || key == K_PGDN)
		return widget_list_key(&p->hits.list, key) &
		    ~(unsigned)WIDGET_PICKED;
	if (key == K_BACKSPACE && widget_edit_empty(&p->edit))
		return PANEL_CLOSE;
	flags = widget_edit_key(&p->edit, key);
	if ((flags & WIDGET_CHANGED) != 0)
		find(p);
	return flags & ~(unsigned)WIDGET_CHANGED;
}

static unsigned pick_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	struct panel_pick *p = pick_of(base);

	(void)over;
	(void)widget_edit_paste(&p->edit, s, len);
	find(p);
	return PANEL_REDRAW;
}

static bool pick_typing(struct panel *base)
{
	(void)base;
	return true;
}

static void pick_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	(void)xcopy(out, size, word(W_PICK_TITLE));
}

static void pick_layout(struct panel *base, int h, int w)
{
	widget_list_layout(&pick_of(base)->hits.list, h > TOP_LINES + 3 ?
	    h - TOP_LINES : 3, w);
}

static void pick_paint(struct panel *base, const struct draw *d)
{
	struct panel_pick *p = pick_of(base);
	struct draw rest = draw_sub(d, TOP_LINES, 0, d->h - TOP_LINES, d->w);
	char words[700];
	int x = 1 + draw_text(d, 0, 1, 0, ROLE_LABEL, word(W_PERSON_TYPED));

	widget_edit_paint(&p->edit, d, 0, x, 1, d->w - x - 2, true);
	draw_text(d, 1, 1, d->w - 2, ROLE_HINT, word(W_PICK_HINT));
	if (p->err.code != MQ_OK) {
		err_say(&p->err, app_lang(base->app), words, sizeof(words));
		draw_wrapped(&rest, 0, 1, rest.w - 2, rest.h, ROLE_ERROR,
		    words);
	} else if (p->hits.array.n == 0) {
		draw_text(&rest, 0, 1, 0, ROLE_HINT, word(W_PICK_NONE));
	} else {
		widget_list_paint(&p->hits.list, &rest);
	}
}

static void pick_destroy(struct panel *base)
{
	struct panel_pick *p = pick_of(base);

	widget_edit_free(&p->edit);
	record_found_free(&p->hits);
}

static const enum context pick_widgets[] = { CTX_EDIT, CTX_LIST, CTX_END };

static const struct panel_ops pick_ops = {
	.name = "pick",
	.widgets = pick_widgets,
	.title = pick_title,
	.key = pick_key,
	.paste = pick_paste,
	.typing = pick_typing,
	.layout = pick_layout,
	.paint = pick_paint,
	.destroy = pick_destroy,
};

void panel_pick_open(struct app *app, const char *kinds, const char *typed)
{
	struct panel_pick *p = xcalloc(1, sizeof(*p));

	p->base.app = app;
	p->kinds = kinds;
	widget_edit_init(&p->edit, &(struct widget_edit_options){
	    .max_chars = FIND_CHARS });
	record_found_init(&p->hits, app, HITS_MAX);
	p->hits.list.digits = false;
	if (typed != NULL && typed[0] != '\0')
		widget_edit_set(&p->edit, typed);
	find(p);
	app_push(app, &p->base, &pick_ops);
}

int64_t panel_pick_picked(const struct panel *child)
{
	assert(child->ops == &pick_ops);
	return ((const struct panel_pick *)child)->picked;
}
