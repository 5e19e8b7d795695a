/*
 * The help page.  Opened by app for ACT_HELP.
 */
#include "panel_help.h"

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "widget_text.h"
#include "words.h"

#define KEY_COLUMN 22

struct panel_help {
	struct panel base;
	struct widget_text text;
};

static void add_context(struct buf *out, struct app *app, struct panel *about,
    enum context ctx)
{
	enum lang lang = app_lang(app);
	bool head = false;

	for (int a = 1; a < ACT_COUNT; a++) {
		const struct keymap_action *row = keymap_row((enum action)a);
		char keys[96];

		if (row->context != ctx || row->show == SHOW_NOT ||
		    (row->who & app->who) == 0 ||
		    (about->ops->offers != NULL &&
		    !about->ops->offers(about, (enum action)a)))
			continue;
		if (!head)
			buf_addf(out, "%s%s\n", out->len > 0 ? "\n" : "",
			    keymap_context_name(ctx, lang));
		head = true;
		keymap_keys((enum action)a, lang, keys, sizeof(keys));
		buf_adds(out, "  ");
		text_fit(keys, KEY_COLUMN, out);
		buf_addf(out, "  %s\n", row->help[lang]);
	}
}

static void help_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HELP_TITLE));
}

static unsigned help_key(struct panel *p, uint32_t key)
{
	struct panel_help *h = (struct panel_help *)p;
	unsigned flags = widget_text_key(&h->text, key);

	if ((flags & PANEL_IGNORED) != 0 && key == K_ENTER)
		return PANEL_CLOSE;
	return flags;
}

static void help_paint(struct panel *p, const struct draw *d)
{
	struct panel_help *h = (struct panel_help *)p;
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);

	widget_text_paint(&h->text, &in);
}

static void help_destroy(struct panel *p)
{
	widget_text_free(&((struct panel_help *)p)->text);
}

static bool help_offers(struct panel *p, enum action act)
{
	(void)p;
	return act != ACT_HELP;
}

static const enum context help_widgets[] = { CTX_TEXT, CTX_END };

static const struct panel_ops help_ops = {
	.name = "help",
	.widgets = help_widgets,
	.title = help_title,
	.key = help_key,
	.offers = help_offers,
	.paint = help_paint,
	.destroy = help_destroy,
};

void panel_help_open(struct app *app, struct panel *about)
{
	static const enum context none[] = { CTX_END };
	struct panel_help *h = xcalloc(1, sizeof(*h));
	struct buf text = BUF_INIT(BUF_SMALL);
	const enum context *c;

	c = about->ops->contexts != NULL ? about->ops->contexts : none;
	for (; *c != CTX_END; c++)
		add_context(&text, app, about, *c);
	c = about->ops->widgets != NULL ? about->ops->widgets : none;
	for (; *c != CTX_END; c++)
		add_context(&text, app, about, *c);
	add_context(&text, app, about, CTX_GLOBAL);
	widget_text_init(&h->text, ROLE_TEXT);
	widget_text_set(&h->text, buf_str(&text));
	buf_free(&text);
	app_push(app, &h->base, &help_ops);
}
