/*
 * 给居民看: one record and nothing else, in large words, for the person who
 * stands beside the desk.  Opened after saving and from the record page.  What
 * only the resident can say (facets.csv: flow, ask_resident) is asked here and
 * answered by one digit: 解决了吗, 满意吗.
 */
#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/flow.h"
#include "../core/form.h"
#include "../core/person_id.h"
#include "panels.h"
#include "../core/pack_data.h"
#include "popup.h"
#include "record_step.h"
#include "widget_text.h"
#include "words.h"

#define SPREAD_AT 64		/* cells from which words are set wide */
#define SHOW_AROUND 4		/* lines for the head and the question */
#define SHOW_SIDES 6
#define ANSWERS_MAX 6
#define LABEL_CELLS 14		/* five characters set wide */

struct panel_show {
	struct panel base;
	struct desk *d;
	struct record_full r;
	const struct kind *k;
	struct widget_text text;
	const struct flow_step *step;	/* asks the resident; NULL nothing */
	const struct field *question;	/* its field, answered by a digit */
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

/* How roomy it can be set: as wide and airy as the page holds. */
enum air { AIR_LINES, AIR_WORDS, AIR_NONE };

static void add_item(struct panel_show *p, const char *label,
    const char *value, enum air air)
{
	struct buf line = BUF_INIT(FIELDS_TEXT_MAX * 2);

	if (!value[0])
		return;
	if (p->text.text.len)
		buf_adds(&line, air == AIR_LINES ? "\n\n" : "\n");
	if (air == AIR_NONE) {
		buf_addf(&line, "%s  %s", label, value);
	} else {
		struct buf name = BUF_INIT(512);
		int cells;

		spread(label, &name);
		buf_adds(&line, buf_str(&name));
		for (cells = text_cells(buf_str(&name)); cells < LABEL_CELLS;
		    cells++)
			buf_addc(&line, ' ');
		buf_adds(&line, "  ");
		buf_free(&name);
		spread(value, &line);
	}
	widget_text_add(&p->text, buf_str(&line));
	buf_free(&line);
}

static void say_field(struct panel_show *p, const struct field *fd,
    struct buf *out)
{
	const struct field_value *v = fields_get(&p->r.f, fd->name);

	if (v && v->kind != FV_GONE)
		form_show(p->d->n, fd, v, false, out);
}

static bool is_choice(const struct field *fd)
{
	return fd->type == FT_SELECT_ONE || fd->type == FT_SELECT_MULTI;
}

/* "求助、走访、市容环境": all that was chosen, in one line.  Of yes and no
 * only the yes counts, by its question. */
static void say_choices(struct panel_show *p, struct buf *out)
{
	enum lang lang = app_lang(p->base.app);
	size_t i;

	for (i = 0; i < p->k->nfields; i++) {
		const struct field *fd = &p->k->fields[i];
		const char *name = fields_text(&p->r.f, fd->name);
		struct buf said = BUF_INIT(FIELDS_TEXT_MAX);

		if (!is_choice(fd) || strcmp(name, "no") == 0)
			continue;
		if (strcmp(name, "yes") == 0)
			buf_adds(&said, fd->label[lang]);
		else
			say_field(p, fd, &said);
		if (said.len && out->len)
			buf_adds(out, word(W_FORM_AND));
		buf_adds(out, buf_str(&said));
		buf_free(&said);
	}
}

/* Long texts first: they are what people said; then what was chosen; then
 * who, where and when. */
static void add_fields(struct panel_show *p, enum air air)
{
	struct buf chosen = BUF_INIT(FIELDS_TEXT_MAX);
	int turn;
	size_t i;

	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < p->k->nfields; i++) {
			const struct field *fd = &p->k->fields[i];
			bool longer = strstr(fd->appearance, "multiline");
			struct buf said = BUF_INIT(FIELDS_TEXT_MAX);

			if (!is_choice(fd) && fd->type != FT_CALCULATE &&
			    longer == (turn == 0))
				say_field(p, fd, &said);
			add_item(p, fd->label[app_lang(p->base.app)],
			    buf_str(&said), air);
			buf_free(&said);
		}
		if (turn == 0) {
			say_choices(p, &chosen);
			add_item(p, word(W_SHOW_WROTE), buf_str(&chosen),
			    air);
		}
	}
	buf_free(&chosen);
}

static void add_all(struct panel_show *p, enum air air)
{
	const struct orgs *orgs = pack_orgs(p->d->n->pack);
	const struct org *o = org_find(orgs, p->r.r.owner);
	char text[40];

	widget_text_set(&p->text, "");
	if (strlen(p->r.r.no) == 12) {
		person_id_short_show(p->r.r.no, text);
		add_item(p, word(W_SHOW_NO), text, air);
	}
	if (p->r.r.flags & REC_CONFIDENTIAL)
		add_item(p, word(W_SHOW_WROTE), word(W_SHOW_CONFIDENTIAL),
		    air);
	else
		add_fields(p, air);
	if (o) {
		add_item(p, word(W_SHOW_WHO), org_name(orgs, o->code,
		    app_lang(p->base.app)), air);
		add_item(p, word(W_SHOW_PHONE), o->phone, air);
	}
	if (p->r.r.due_at.ms) {
		clock_show(p->r.r.due_at, CLOCK_MINUTE, text, sizeof(text));
		add_item(p, word(W_SHOW_DUE), text, air);
	}
}

static void make_text(struct panel_show *p, int h, int w)
{
	enum air air = w >= SPREAD_AT ? AIR_LINES : AIR_NONE;

	for (; air < AIR_NONE; air++) {
		add_all(p, air);
		if (widget_text_lines(&p->text, w) <= h)
			return;
	}
	add_all(p, AIR_NONE);
}

/* ---- what only the resident can say ---- */

/* The field of a step that must be answered, when it is a short choice. */
static const struct field *question_of(const struct panel_show *p,
    const struct flow_step *step)
{
	const char *at = step->fields, *w;
	size_t len;

	while (pack_data_word(&at, &w, &len))
		for (size_t i = 0; i < p->k->nstep_fields; i++) {
			const struct field *f = &p->k->step_fields[i];

			if (len > 1 && w[len - 1] == '!' &&
			    f->type == FT_SELECT_ONE &&
			    strlen(f->name) == len - 1 &&
			    strncmp(f->name, w, len - 1) == 0)
				return f;
		}
	return NULL;
}

static bool named(const char *words, const char *name)
{
	const char *w;
	size_t len;

	while (pack_data_word(&words, &w, &len))
		if (strlen(name) == len && strncmp(w, name, len) == 0)
			return true;
	return false;
}

static void find_question(struct panel_show *p)
{
	const char *asked = pack_facet(p->d->n->pack, p->k, "flow",
	    "ask_resident");
	struct record_steps now;

	p->step = NULL;
	p->question = NULL;
	record_steps_load(&now, p->base.app, &p->r);
	for (size_t i = 0; i < now.n && p->question == NULL; i++) {
		if (!named(asked, now.v[i]->name))
			continue;
		p->step = now.v[i];
		p->question = question_of(p, p->step);
	}
}

static unsigned answer(struct panel_show *p, int digit)
{
	struct fields f = { NULL, 0, 0 };
	const struct choice *c;
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t rec = p->r.r.rec;
	size_t n;
	bool saved;

	c = pack_choices(p->d->n->pack, p->question->list, &n);
	if (digit < 1 || (size_t)digit > n || digit > ANSWERS_MAX)
		return PANEL_IGNORED;
	fields_set(&f, p->question->name, c[digit - 1].name);
	saved = record_step_all(p->base.app, &rec, 1, p->step, &f);
	fields_free(&f);
	if (!saved)
		return PANEL_REDRAW;
	if (record_get(p->d->n, rec, &r, &err) != MQ_OK)
		return PANEL_CLOSE;
	record_full_free(&p->r);
	p->r = r;
	find_question(p);
	return p->question != NULL ? PANEL_REDRAW : PANEL_CLOSE;
}

/* "解决了吗？  1 已解决  2 部分解决  3 未解决" */
static void ask_words(const struct panel_show *p, struct buf *out)
{
	enum lang lang = app_lang(p->base.app);
	const struct choice *c;
	size_t n;

	if (p->question == NULL) {
		buf_adds(out, word(W_SHOW_ASK));
		return;
	}
	c = pack_choices(p->d->n->pack, p->question->list, &n);
	buf_adds(out, p->question->label[lang]);
	for (size_t i = 0; i < n && i < ANSWERS_MAX; i++)
		buf_addf(out, "   %zu %s", i + 1, c[i].label[lang]);
}

/* While a question is up, digits answer it. */
static bool show_offers(struct panel *base, enum action act)
{
	return show_of(base)->question == NULL ||
	    (act != ACT_SHOW_RIGHT && act != ACT_SHOW_WRONG);
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
	struct panel_show *p = show_of(base);

	if (p->question != NULL && key == K_ENTER)
		return PANEL_CLOSE;
	if (p->question != NULL && key_digit(key) > 0)
		return answer(p, key_digit(key));
	return widget_text_key(&p->text, key);
}

static void show_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_SHOW_TITLE));
}

static void show_layout(struct panel *base, int h, int w)
{
	make_text(show_of(base), h - SHOW_AROUND, w - SHOW_SIDES);
}

static void show_paint(struct panel *base, const struct draw *d)
{
	struct panel_show *p = show_of(base);
	const char *kind = p->k->label[app_lang(base->app)];
	struct buf head = BUF_INIT(512), ask = BUF_INIT(512);
	struct buf said = BUF_INIT(512);
	struct draw body = draw_sub(d, 2, SHOW_SIDES / 2,
	    d->h - SHOW_AROUND, d->w - SHOW_SIDES);

	spread(kind, &head);
	draw_centre(d, 0, ROLE_TITLE, buf_str(&head));
	widget_text_paint(&p->text, &body);
	ask_words(p, &said);
	spread(buf_str(&said), &ask);
	draw_centre(d, d->h - 1, ROLE_STRONG, text_cells(buf_str(&ask)) <=
	    d->w ? buf_str(&ask) : buf_str(&said));
	buf_free(&said);
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
	.offers = show_offers,
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
	find_question(p);
	app_push(app, &p->base, &show_ops);
}
