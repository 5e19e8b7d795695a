/*
 * Half-typed work: parked on purpose, or found after a power cut.  Opened
 * from home.
 */
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "panels.h"
#include "popup.h"
#include "record_ask.h"
#include "widget_list.h"
#include "words.h"

struct draft_row {
	int number;
	bool parked;
	const char *what;	/* correction, note, withdrawal; or NULL */
	char words[240];
};

struct panel_drafts {
	struct panel base;
	struct desk *d;
	struct widget_list_array rows;
	struct draft_row items[DRAFT_MAX];
	struct widget_list list;
	int dropping;		/* asked about this one */
};

static struct panel_drafts *drafts_of(struct panel *p)
{
	return (struct panel_drafts *)p;
}

static bool same(const void *a, const void *b)
{
	return ((const struct draft_row *)a)->number ==
	    ((const struct draft_row *)b)->number;
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	const struct draft_row *r = item;
	char no[32], n[16];
	int x;

	(void)ctx;
	/* The digit at the left opens the row: its own number stands apart. */
	snprintf(n, sizeof(n), "%d", r->number);
	words_fill(no, sizeof(no), W_FORM_DRAFT, n, NULL);
	x = draw_text(d, 0, 0, 10, r->parked ? ROLE_DIM : ROLE_WARN,
	    word(r->parked ? W_DRAFTS_PARKED : W_DRAFTS_FOUND)) + 1;
	if (r->what != NULL)
		x += draw_text(d, 0, x, 12, ROLE_DIM, r->what) + 1;
	draw_text(d, 0, x, d->w - x - text_cells(no) - 2, here ?
	    ROLE_SELECTION : ROLE_TEXT, r->words);
	draw_right(d, 0, ROLE_DIM, no);
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct draft_row),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
};

static const char *what_of(const struct draft *x)
{
	switch (record_ask_of(x)) {
	case RECORD_ASK_NOTE:
		return word(W_OP_NOTE);
	case RECORD_ASK_VOID:
		return word(W_OP_VOID);
	case RECORD_ASK_NOTHING:
		break;
	}
	return x->rec != 0 && x->step[0] == '\0' ? word(W_DRAFTS_FIX) : NULL;
}

static void load(struct panel_drafts *p)
{
	size_t n = p->d->drafts ? draft_count(p->d->drafts) : 0, i;

	if (n > DRAFT_MAX)
		n = DRAFT_MAX;
	for (i = 0; i < n; i++) {
		const struct draft *x = draft_at(p->d->drafts, i);

		p->items[i].number = x->number;
		p->items[i].parked = x->parked;
		p->items[i].what = what_of(x);
		form_draft_words(p->d, x, p->items[i].words,
		    sizeof(p->items[i].words));
	}
	p->rows = (struct widget_list_array){ .items = p->items, .n = n,
	    .item_size = sizeof(p->items[0]), .same = same };
	widget_list_reload(&p->list);
}

static unsigned open_one(struct panel_drafts *p)
{
	const struct draft_row *r = widget_list_item(&p->list);

	if (!r)
		return PANEL_DONE;
	panel_draft_open(p->base.app, r->number);
	return PANEL_REDRAW;
}

static unsigned drop_answered(struct panel *base, int answer)
{
	struct panel_drafts *p = drafts_of(base);
	struct form_draft fd = { .number = p->dropping };
	struct err err = ERR_INIT;
	char text[80], n[16];

	if (answer != 0)
		return PANEL_REDRAW;
	snprintf(n, sizeof(n), "%d", p->dropping);
	if (form_draft_drop(p->d, &fd, &err) != MQ_OK ||
	    form_draft_sync(p->d, true, &err) != MQ_OK) {
		popup_err(base->app, &err);
	} else {
		words_fill(text, sizeof(text), W_DRAFTS_DROPPED, n, NULL);
		app_notice(base->app, ROLE_NOTICE, text);
	}
	load(p);
	return PANEL_REDRAW;
}

static unsigned ask_drop(struct panel_drafts *p)
{
	const struct draft_row *r = widget_list_item(&p->list);
	char text[120], n[16];

	if (!r)
		return PANEL_BEEP;
	p->dropping = r->number;
	snprintf(n, sizeof(n), "%d", r->number);
	words_fill(text, sizeof(text), W_DRAFTS_DROP, n, NULL);
	popup_confirm(&p->base, word(W_DRAFTS_DROP_TITLE), text,
	    drop_answered);
	return PANEL_REDRAW;
}

static unsigned drafts_action(struct panel *base, enum action act)
{
	return act == ACT_DRAFTS_DROP ? ask_drop(drafts_of(base)) :
	    PANEL_IGNORED;
}

static unsigned drafts_key(struct panel *base, uint32_t key)
{
	struct panel_drafts *p = drafts_of(base);
	unsigned flags = widget_list_key(&p->list, key);

	return flags & WIDGET_PICKED ? open_one(p) : flags;
}

static unsigned drafts_returned(struct panel *base, struct panel *child)
{
	(void)child;
	load(drafts_of(base));
	return PANEL_REDRAW;
}

static void drafts_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_DRAFTS_TITLE));
}

static void drafts_layout(struct panel *base, int h, int w)
{
	widget_list_layout(&drafts_of(base)->list, h - 1, w - 2);
}

static void drafts_paint(struct panel *base, const struct draw *d)
{
	struct panel_drafts *p = drafts_of(base);
	struct draw in = draw_sub(d, 1, 1, d->h - 1, d->w - 2);

	if (p->rows.n == 0)
		draw_text(d, 1, 2, 0, ROLE_HINT, word(W_DRAFTS_NONE));
	else
		widget_list_paint(&p->list, &in);
}

static void drafts_destroy(struct panel *base)
{
	widget_list_free(&drafts_of(base)->list);
}

static const enum context drafts_contexts[] = { CTX_DRAFTS, CTX_END };
static const enum context drafts_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops drafts_ops = {
	.name = "drafts",
	.contexts = drafts_contexts,
	.widgets = drafts_widgets,
	.title = drafts_title,
	.action = drafts_action,
	.key = drafts_key,
	.layout = drafts_layout,
	.paint = drafts_paint,
	.returned = drafts_returned,
	.destroy = drafts_destroy,
};

void panel_drafts_open(struct app *app)
{
	struct panel_drafts *p = xcalloc(1, sizeof(*p));

	p->d = desk_of(app);
	widget_list_init(&p->list, &source, &p->rows);
	load(p);
	app_push(app, &p->base, &drafts_ops);
}
