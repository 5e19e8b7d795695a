/*
 * The help page.  Opened by app for ACT_HELP.
 */
#include "panel_help.h"

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "widget_text.h"
#include "words.h"

#define KEY_COLUMN 20
#define INDENT (KEY_COLUMN + 4)

struct panel_help {
	struct panel base;
	struct panel *about;	/* stands below us as long as we live */
	struct widget_text text;
};

struct sentence { struct buf *out; int lines; bool hang; };

static void add_line(void *ctx, const char *s, size_t len)
{
	struct sentence *t = ctx;

	if (t->hang && t->lines > 0)
		buf_addf(t->out, "%*s", INDENT, "");
	else if (!t->hang)
		buf_adds(t->out, "    ");
	buf_add(t->out, s, len);
	buf_addc(t->out, '\n');
	t->lines++;
}

/* The sentence hangs beside its keys, or stands below them where it is
 * narrow. */
static void add_row(struct buf *out, const char *keys, const char *help, int w)
{
	struct sentence t = { out, 0, w >= 2 * INDENT };

	buf_adds(out, "  ");
	if (t.hang) {
		text_fit(keys, KEY_COLUMN, out);
		buf_adds(out, "  ");
	} else {
		buf_adds(out, keys);
		buf_addc(out, '\n');
	}
	text_wrap(help, strlen(help), t.hang ? w - INDENT : w - 4, add_line,
	    &t);
}

static void add_context(struct buf *out, struct panel_help *h,
    enum context ctx, int w)
{
	struct app *app = h->base.app;
	struct panel *about = h->about;
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
		add_row(out, keys, row->help[lang], w);
	}
}

static void help_layout(struct panel *p, int height, int w)
{
	static const enum context none[] = { CTX_END };
	struct panel_help *h = (struct panel_help *)p;
	const struct panel_ops *ops = h->about->ops;
	struct buf text = BUF_INIT(BUF_SMALL);
	const enum context *c;

	(void)height;
	w -= 4;			/* a column at the left, marks at the right */
	for (c = ops->contexts != NULL ? ops->contexts : none; *c != CTX_END;
	    c++)
		add_context(&text, h, *c, w);
	for (c = ops->widgets != NULL ? ops->widgets : none; *c != CTX_END; c++)
		add_context(&text, h, *c, w);
	add_context(&text, h, CTX_GLOBAL, w);
	widget_text_set(&h->text, buf_str(&text));
	buf_free(&text);
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
	.layout = help_layout,
	.paint = help_paint,
	.destroy = help_destroy,
};

void panel_help_open(struct app *app, struct panel *about)
{
	struct panel_help *h = xcalloc(1, sizeof(*h));

	h->about = about;
	widget_text_init(&h->text, ROLE_TEXT);
	app_push(app, &h->base, &help_ops);
}
