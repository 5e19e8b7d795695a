/*
 * Boxes over the page.  Called by panels.
 */
#include "popup.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "widget_menu.h"
#include "widget_text.h"
#include "words.h"

#define POPUP_CELLS 62
#define POPUP_PARTS 3
#define POPUP_ANSWERS 9

struct popup_part {
	const char *label;	/* NULL: none */
	enum theme_role role;
	struct buf text;
};

struct popup {
	struct panel base;
	char title[96];
	enum theme_role role;		/* of the border */
	struct popup_part parts[POPUP_PARTS];
	size_t n;
	struct widget_text all;	/* the parts as one text, when it must scroll */
	struct panel *asker;	/* NULL: a message */
	popup_answer_fn answered;
	struct widget_menu menu;
	struct widget_menu_choice choices[POPUP_ANSWERS];
	char labels[POPUP_ANSWERS][POPUP_CELLS * 4];
};

static void add_part(struct popup *p, const char *label, enum theme_role role,
    const char *text)
{
	struct popup_part *part = &p->parts[p->n];

	assert(p->n < POPUP_PARTS);
	if (*text == '\0')
		return;
	part->label = label;
	part->role = role;
	buf_init(&part->text, BUF_SMALL);
	text_sanitize(text, strlen(text), TEXT_MULTILINE, &part->text);
	if (label != NULL) {
		widget_text_add(&p->all, p->n > 0 ? "\n" : "");
		widget_text_add(&p->all, label);
		widget_text_add(&p->all, "\n");
	}
	widget_text_add(&p->all, buf_str(&part->text));
	p->n++;
}

static struct popup *new_popup(enum theme_role role, const char *title)
{
	struct popup *p = xcalloc(1, sizeof(*p));

	p->base.silent = true;
	p->role = role;
	(void)xcopy(p->title, sizeof(p->title), title);
	widget_text_init(&p->all, ROLE_TEXT);
	return p;
}

static void popup_destroy(struct panel *base)
{
	struct popup *p = (struct popup *)base;

	for (size_t i = 0; i < p->n; i++)
		buf_free(&p->parts[i].text);
	widget_text_free(&p->all);
	widget_menu_free(&p->menu);
}

/* Lines of all parts, labels on lines of their own. */
static int parts_lines(const struct popup *p, int w)
{
	int lines = 0;

	for (size_t i = 0; i < p->n; i++)
		lines += text_wrap(buf_str(&p->parts[i].text),
		    p->parts[i].text.len, w, NULL, NULL) +
		    (p->parts[i].label != NULL ? 1 : 0);
	return lines;
}

static void paint_parts(const struct popup *p, const struct draw *d)
{
	int y = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->parts[i].label != NULL)
			draw_text(d, y++, 0, 0, ROLE_DIM, p->parts[i].label);
		y += draw_wrapped(d, y, 0, 0, d->h - y, p->parts[i].role,
		    buf_str(&p->parts[i].text));
	}
}

static void popup_paint(struct panel *base, const struct draw *d)
{
	struct popup *p = (struct popup *)base;
	int w = d->w - 6 < POPUP_CELLS ? d->w - 6 : POPUP_CELLS;
	int menu = p->asker != NULL ? widget_menu_lines(&p->menu, w) + 1 : 0;
	int lines = parts_lines(p, w), h = lines + menu + 2;
	bool fits = h <= d->h;
	struct draw box, in;

	if (!fits)
		h = d->h;
	box = draw_sub(d, (d->h - h) / 2, (d->w - w - 4) / 2, h, w + 4);
	/* One column free at either side, so that nothing below touches. */
	draw_fill(d, (d->h - h) / 2, (d->w - w - 4) / 2 - 1, h, w + 6,
	    ROLE_POPUP);
	draw_box(&box, p->role, p->title);
	in = draw_sub(&box, 1, 2, h - 2 - menu, w);
	if (fits)
		paint_parts(p, &in);
	else
		widget_text_paint(&p->all, &in);
	if (menu > 0) {
		in = draw_sub(&box, h - menu, 2, menu - 1, w);
		widget_menu_paint(&p->menu, &in, true);
	}
}

static unsigned message_action(struct panel *p, enum action act)
{
	(void)p;
	return act == ACT_POPUP_CLOSE ? PANEL_CLOSE : PANEL_IGNORED;
}

/* Keys a message does not know stop here: the page below must not act while
 * it is covered.  Help and its kin still work. */
static unsigned message_key(struct panel *base, uint32_t key)
{
	return widget_text_key(&((struct popup *)base)->all, key);
}

static bool message_offers(struct panel *p, enum action act)
{
	(void)p;
	return act != ACT_BACK && act != ACT_HELP;
}

static const enum context message_contexts[] = { CTX_POPUP, CTX_END };

static const struct panel_ops message_ops = {
	.name = "message",
	.contexts = message_contexts,
	.overlay = true,
	.action = message_action,
	.key = message_key,
	.offers = message_offers,
	.paint = popup_paint,
	.destroy = popup_destroy,
};

void popup_say(struct app *app, enum theme_role role, const char *title,
    const char *text)
{
	struct popup *p = new_popup(ROLE_BORDER, title);

	add_part(p, NULL, role, text);
	app_push(app, &p->base, &message_ops);
}

void popup_err(struct app *app, const struct err *err)
{
	static const struct {
		enum err_part part;
		enum word_id label;
		enum theme_role role;
	} rows[POPUP_PARTS] = {
		{ ERR_WHAT, W_POPUP_WHAT, ROLE_ERROR },
		{ ERR_KEPT, W_POPUP_KEPT, ROLE_TEXT },
		{ ERR_DO, W_POPUP_DO, ROLE_STRONG },
	};
	struct popup *p = new_popup(ROLE_ERROR, word(W_POPUP_ERR));

	for (size_t i = 0; i < POPUP_PARTS; i++) {
		char text[1024];

		err_say_part(err, rows[i].part, app_lang(app), text,
		    sizeof(text));
		add_part(p, word(rows[i].label), rows[i].role, text);
	}
	app_push(app, &p->base, &message_ops);
}

/* ---- questions ---- */

static unsigned give_answer(struct popup *p, int answer)
{
	struct app *app = p->base.app;
	struct panel *asker = p->asker;

	app_close(app, &p->base);	/* p lives until we return */
	app_apply(app, asker, p->answered(asker, answer) | PANEL_REDRAW);
	return PANEL_DONE;
}

static unsigned ask_action(struct panel *base, enum action act)
{
	if (act != ACT_ASK_CANCEL)
		return PANEL_IGNORED;
	return give_answer((struct popup *)base, -1);
}

static unsigned ask_key(struct panel *base, uint32_t key)
{
	struct popup *p = (struct popup *)base;
	unsigned flags = widget_menu_key(&p->menu, key);

	if ((flags & WIDGET_PICKED) != 0)
		return give_answer(p, p->menu.picked);
	if ((flags & PANEL_IGNORED) != 0)
		flags = widget_text_key(&p->all, key);
	return flags;
}

static const enum context ask_contexts[] = { CTX_ASK, CTX_END };
static const enum context ask_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops ask_ops = {
	.name = "ask",
	.contexts = ask_contexts,
	.widgets = ask_widgets,
	.overlay = true,
	.action = ask_action,
	.key = ask_key,
	.offers = message_offers,
	.paint = popup_paint,
	.destroy = popup_destroy,
};

void popup_ask(struct panel *asker, const char *title, const char *text,
    const char *const *answers, size_t n, popup_answer_fn answered)
{
	struct popup *p = new_popup(ROLE_BORDER, title);

	assert(n > 0 && n <= POPUP_ANSWERS);
	p->asker = asker;
	p->answered = answered;
	for (size_t i = 0; i < n; i++) {
		(void)xcopy(p->labels[i], sizeof(p->labels[i]), answers[i]);
		p->choices[i].label = p->labels[i];
		p->choices[i].role = ROLE_TEXT;
	}
	widget_menu_init(&p->menu, p->choices, n, false);
	add_part(p, NULL, ROLE_TEXT, text);
	app_push(asker->app, &p->base, &ask_ops);
}

void popup_confirm(struct panel *asker, const char *title, const char *text,
    popup_answer_fn answered)
{
	const char *answers[] = { word(W_POPUP_YES), word(W_POPUP_NO) };

	popup_ask(asker, title, text, answers, 2, answered);
}
