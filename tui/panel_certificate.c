/*
 * 核对证明: is the check code on a paper true?  Anybody may ask, without
 * login and without the network.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/certificate.h"
#include "panels.h"
#include "widget_edit.h"
#include "words.h"

#define EDIT_LINES 5

struct panel_certificate {
	struct panel base;
	struct widget_edit edit;
	bool checked;
	struct certificate facts;
	struct err err;
};

static struct panel_certificate *self(struct panel *p)
{
	return (struct panel_certificate *)p;
}

static unsigned check(struct panel_certificate *p)
{
	struct err err = ERR_INIT;

	p->checked = false;
	p->err.code = MQ_OK;
	if (certificate_code_check(desk_of(p->base.app)->n,
	    widget_edit_text(&p->edit), NULL, &p->facts, &err) != MQ_OK)
		p->err = err;
	else
		p->checked = true;
	return PANEL_REDRAW | (p->checked ? 0 : PANEL_BEEP);
}

static unsigned cert_action(struct panel *base, enum action act)
{
	return act == ACT_CERT_CHECK ? check(self(base)) : PANEL_IGNORED;
}

static unsigned cert_key(struct panel *base, uint32_t key)
{
	struct panel_certificate *p = self(base);
	unsigned flags = widget_edit_key(&p->edit, key);

	if ((flags & WIDGET_CHANGED) != 0) {
		p->checked = false;
		p->err.code = MQ_OK;
	}
	return flags;
}

static unsigned cert_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_edit_paste(&self(base)->edit, s, len);
}

static bool cert_typing(struct panel *base)
{
	(void)base;
	return true;
}

static void cert_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	(void)xcopy(out, size, word(W_HOME_CERT));
}

static void day_text(struct day d, char out[16])
{
	clock_show(clock_day_start(d), CLOCK_DATE, out, 16);
}

static void paint_facts(struct panel_certificate *p, const struct draw *d,
    int y)
{
	char no[CERTIFICATE_NO], from[16], to[16], day[16], span[40];
	char text[300];

	certificate_no(p->facts.no, no);
	day_text(p->facts.from, from);
	day_text(p->facts.to, to);
	day_text(p->facts.issued, day);
	snprintf(span, sizeof(span), "%" PRId64 ":%02d",
	    p->facts.minutes / 60, (int)(p->facts.minutes % 60));
	words_fill(text, sizeof(text), W_CLI_CERT_TRUE, no, span, from, to,
	    day, NULL);
	y += draw_wrapped(d, y, 2, d->w - 4, 3, ROLE_OK, text);
	draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_TEXT,
	    word(W_CLI_CERT_SAME));
}

static void cert_paint(struct panel *base, const struct draw *d)
{
	struct panel_certificate *p = self(base);
	char text[700];
	int y = 1;

	y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_STRONG,
	    word(W_CERT_ASK));
	widget_edit_paint(&p->edit, d, y, 2, EDIT_LINES, d->w > 56 ? 52 :
	    d->w - 4, true);
	y += EDIT_LINES + 1;
	if (p->checked) {
		paint_facts(p, d, y);
	} else if (p->err.code != MQ_OK) {
		err_say_part(&p->err, ERR_WHAT, app_lang(base->app), text,
		    sizeof(text));
		y += draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_ERROR, text);
		err_say_part(&p->err, ERR_DO, app_lang(base->app), text,
		    sizeof(text));
		draw_wrapped(d, y, 2, d->w - 4, 3, ROLE_TEXT, text);
	} else {
		draw_wrapped(d, y, 2, d->w - 4, 2, ROLE_HINT,
		    word(W_CERT_HINT));
	}
}

static void cert_destroy(struct panel *base)
{
	widget_edit_free(&self(base)->edit);
}

static const enum context cert_contexts[] = { CTX_CERT, CTX_END };
static const enum context cert_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops cert_ops = {
	.name = "certificate",
	.contexts = cert_contexts,
	.widgets = cert_widgets,
	.title = cert_title,
	.action = cert_action,
	.key = cert_key,
	.paste = cert_paste,
	.typing = cert_typing,
	.paint = cert_paint,
	.destroy = cert_destroy,
};

void panel_certificate_open(struct app *app)
{
	static const struct widget_edit_options opt = { .max_chars = 300,
	    .multi = true };
	struct panel_certificate *p = xcalloc(1, sizeof(*p));

	p->base.app = app;
	widget_edit_init(&p->edit, &opt);
	app_push(app, &p->base, &cert_ops);
}
