/*
 * 给居民看: one record and nothing else, in large words, for the person who
 * stands beside the desk.  Opened after saving and from the record page.
 */
#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/form.h"
#include "../core/person_id.h"
#include "panels.h"
#include "popup.h"
#include "widget_text.h"
#include "words.h"

#define SPREAD_AT 70		/* cells from which words are set wide */

struct panel_show {
	struct panel base;
	struct desk *d;
	struct record_full r;
	const struct kind *k;
	struct widget_text text;
	int made_for;		/* width the text was made for, 0 none */
};

static struct panel_show *show_of(struct panel *p)
{
	return (struct panel_show *)p;
}

/* "已受理" → "已 受 理": as large as cells can be.  Words of letters stay. */
static void spread(const char *s, struct buf *out)
{
	size_t len = strlen(s), at = 0;

	while (at < len) {
		size_t next = text_next(s, len, at);
		uint32_t cp = 0;

		(void)text_decode(s + at, len - at, &cp);
		buf_add(out, s + at, next - at);
		if (text_cp_cells(cp) == 2 && next < len)
			buf_addc(out, ' ');
		at = next;
	}
}

static void add_item(struct panel_show *p, const char *label,
    const char *value, bool wide)
{
	struct buf line = BUF_INIT(FIELDS_TEXT_MAX * 2);

	if (!value[0])
		return;
	if (wide) {
		spread(label, &line);
		buf_adds(&line, "    ");
		spread(value, &line);
		buf_adds(&line, "\n");
	} else {
		buf_addf(&line, "%s  %s", label, value);
	}
	widget_text_add(&p->text, buf_str(&line));
	widget_text_add(&p->text, "\n");
	buf_free(&line);
}

static void add_fields(struct panel_show *p, bool wide)
{
	enum lang lang = app_lang(p->base.app);
	size_t i;

	for (i = 0; i < p->k->nfields; i++) {
		const struct field *fd = &p->k->fields[i];
		const struct field_value *v = fields_get(&p->r.f, fd->name);
		struct buf said = BUF_INIT(FIELDS_TEXT_MAX);

		if (v && v->kind != FV_GONE && fd->type != FT_CALCULATE)
			form_show(p->d->n, fd, v, false, &said);
		add_item(p, fd->label[lang], buf_str(&said), wide);
		buf_free(&said);
	}
}

static void make_text(struct panel_show *p, int w)
{
	const struct orgs *orgs = pack_orgs(p->d->n->pack);
	enum lang lang = app_lang(p->base.app);
	const struct org *o = org_find(orgs, p->r.r.owner[0] ? p->r.r.owner :
	    p->r.r.org);
	bool wide = w >= SPREAD_AT;
	char text[40];

	p->made_for = w;
	widget_text_set(&p->text, "");
	if (strlen(p->r.r.no) == 12) {
		person_id_short_show(p->r.r.no, text);
		add_item(p, word(W_SHOW_NO), text, wide);
	}
	if (p->r.r.flags & REC_CONFIDENTIAL)
		add_item(p, word(W_SHOW_WROTE), word(W_SHOW_CONFIDENTIAL),
		    wide);
	else
		add_fields(p, wide);
	if (p->r.r.owner[0] && o) {
		add_item(p, word(W_SHOW_WHO), org_name(orgs, o->code, lang),
		    wide);
		add_item(p, word(W_SHOW_PHONE), o->phone, wide);
	}
	if (p->r.r.due_at.ms) {
		clock_show(p->r.r.due_at, CLOCK_MINUTE, text, sizeof(text));
		add_item(p, word(W_SHOW_DUE), text, wide);
	}
}

static unsigned show_action(struct panel *base, enum action act)
{
	struct panel_show *p = show_of(base);
	struct app *app = base->app;
	int64_t rec = p->r.r.rec;
	char kind[32];

	switch (act) {
	case ACT_SHOW_RIGHT:
		app_notice(app, ROLE_OK, word(W_SHOW_THANKS));
		return PANEL_CLOSE;
	case ACT_SHOW_WRONG:
		xcopy(kind, sizeof(kind), p->r.r.kind);
		app_close(app, base);
		panel_form_open(app, &(struct form_start){ .kind = kind,
		    .rec = rec });
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static unsigned show_key(struct panel *base, uint32_t key)
{
	return widget_text_key(&show_of(base)->text, key);
}

static void show_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_SHOW_TITLE));
}

static void show_layout(struct panel *base, int h, int w)
{
	(void)h;
	make_text(show_of(base), w);
}

static void show_paint(struct panel *base, const struct draw *d)
{
	struct panel_show *p = show_of(base);
	const char *kind = p->k->label[app_lang(base->app)];
	struct buf head = BUF_INIT(512), ask = BUF_INIT(512);
	struct draw body = draw_sub(d, 2, 3, d->h - 4, d->w - 6);

	spread(kind, &head);
	draw_centre(d, 0, ROLE_TITLE, buf_str(&head));
	widget_text_paint(&p->text, &body);
	spread(word(W_SHOW_ASK), &ask);
	draw_centre(d, d->h - 1, ROLE_STRONG, buf_str(&ask));
	buf_free(&head);
	buf_free(&ask);
}

static void show_destroy(struct panel *base)
{
	struct panel_show *p = show_of(base);

	widget_text_free(&p->text);
	record_full_free(&p->r);
}

static const enum context show_contexts[] = { CTX_SHOW, CTX_END };
static const enum context show_widgets[] = { CTX_TEXT, CTX_END };

static const struct panel_ops show_ops = {
	.name = "show",
	.contexts = show_contexts,
	.widgets = show_widgets,
	.title = show_title,
	.action = show_action,
	.key = show_key,
	.layout = show_layout,
	.paint = show_paint,
	.destroy = show_destroy,
};

void panel_show_open(struct app *app, int64_t rec)
{
	struct panel_show *p = xcalloc(1, sizeof(*p));
	struct err err = ERR_INIT;
	enum mq_status st;

	p->d = desk_of(app);
	st = record_get(p->d->n, rec, &p->r, &err);
	if (!st) {
		p->k = pack_kind(p->d->n->pack, p->r.r.kind);
		if (!p->k)
			st = err_set(&err, MQ_E_NOT_FOUND, "%s",
			    p->r.r.kind);
	}
	if (st) {
		if (p->r.r.rec)
			record_full_free(&p->r);
		free(p);
		popup_err(app, &err);
		return;
	}
	p->base.app = app;
	widget_text_init(&p->text, ROLE_STRONG);
	app_push(app, &p->base, &show_ops);
}
