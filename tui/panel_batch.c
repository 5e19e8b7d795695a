/*
 * 快速补录: paper notes into the ledger, one line a visit, each line a save of
 * its own.  Opened from home.
 *
 * The line being typed is a form_page of which only the columns show; so
 * choices, dates, people, complaints and drafts are those of the form.
 */
#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "form_clock.h"
#include "form_draft.h"
#include "form_pick.h"
#include "form_save.h"
#include "panel_person.h"
#include "panels.h"
#include "popup.h"
#include "words.h"

#define BATCH_KIND "visit"
/* Where pack.csv says nothing. */
#define BATCH_COLUMNS "when who mode purpose findings minutes"
#define COLS_MAX 8
#define CELL_TEXT 80
#define LINES_KEPT 200
#define NARROW 60
#define SYNC_MS 1000
#define EDITOR_LINES 8		/* below the table: the cell we are on */

struct batch_line { char cell[COLS_MAX][CELL_TEXT]; };

struct panel_batch {
	struct panel base;
	struct desk *d;
	const struct kind *k;
	char names[COLS_MAX][33];
	size_t ncols, at;
	struct form_page page;		/* the line being typed */
	struct fields above;		/* the last line saved */
	struct batch_line *lines;	/* saved ones, in words */
	size_t n, cap;
	struct form_draft draft;
};

static struct panel_batch *batch_of(struct panel *p)
{
	return (struct panel_batch *)p;
}

static struct form_field *cell_field(struct panel_batch *p, size_t i)
{
	return form_page_find(&p->page, p->names[i]);
}

/* ---- the line ---- */

static void copy_above(struct panel_batch *p, const char *name)
{
	const struct field_value *v = fields_get(&p->above, name);
	struct fields one = { NULL, 0, 0 };

	if (!v)
		return;
	if (v->kind == FV_LIST)
		fields_set_list(&one, name, v->text);
	else if (v->kind == FV_INT)
		fields_set_int(&one, name, v->num);
	else if (v->kind == FV_TEXT)
		fields_set(&one, name, v->text);
	form_page_load(&p->page, &one);
	fields_free(&one);
}

/* Notes on one sheet are mostly of one day and one sort. */
static void new_line(struct panel_batch *p)
{
	struct fields f = { NULL, 0, 0 };

	form_page_free(&p->page);
	form_page_init(&p->page, p->d->n, p->k, NULL);
	form_presets(p->d->n, p->k, &f);
	form_page_load(&p->page, &f);
	fields_free(&f);
	copy_above(p, "when");
	copy_above(p, "mode");
	form_page_fresh(&p->page);
	p->page.touched = false;
	memset(&p->draft, 0, sizeof(p->draft));
	p->at = 0;
	(void)form_page_go(&p->page, p->names[0]);
}

static void keep(struct panel_batch *p)
{
	struct err err = ERR_INIT;

	if (!p->page.touched)
		return;
	if (form_draft_put(p->d, &p->draft, &p->page, 1, 0, 0, "", &err) ==
	    MQ_OK) {
		if (p->base.tick_at == 0)
			panel_tick_in(&p->base, SYNC_MS);
	} else {
		form_draft_trouble(p->base.app, &p->draft, &err);
	}
}

static void sync_drafts(struct panel_batch *p, bool now)
{
	/* A failure here was already said by keep(). */
	if (form_draft_sync(p->d, now, NULL) != MQ_OK)
		p->draft.failed = true;
}

static unsigned batch_tick(struct panel *base)
{
	struct panel_batch *p = batch_of(base);

	sync_drafts(p, false);
	if (p->d->drafts && draft_dirty(p->d->drafts) && !p->draft.failed)
		panel_tick_in(base, SYNC_MS);
	return PANEL_DONE;
}

static void batch_keep(struct panel *base)
{
	struct panel_batch *p = batch_of(base);

	form_page_leave(&p->page);
	keep(p);
	sync_drafts(p, true);
	desk_kept(p->d, p->draft.number);
}

/* ---- saving ---- */

/* A cell is short: name, building and the phone's end tell people apart. */
static bool person_cell(struct panel_batch *p, const struct form_field *ff,
    struct buf *out)
{
	const char *ref = buf_str(&ff->value);
	struct search_person who;
	struct ref r;

	memset(&who, 0, sizeof(who));
	if (ff->def->type != FT_PERSON || !ref_parse(ref, strlen(ref), &r) ||
	    search_person_of(p->d->n, ref_rec(r), &who, NULL) != MQ_OK)
		return false;
	buf_addf(out, "%s %s %s", who.masked, who.place, who.phone_end);
	return true;
}

static void line_words(struct panel_batch *p, struct batch_line *l)
{
	size_t i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < p->ncols; i++) {
		struct form_field *ff = cell_field(p, i);
		struct buf said = BUF_INIT(FIELDS_TEXT_MAX);

		if (ff && ff->shown && !person_cell(p, ff, &said))
			form_field_words(ff, &p->page.f, &said);
		xcopy(l->cell[i], CELL_TEXT, buf_str(&said));
		buf_free(&said);
	}
}

static void line_saved(struct panel_batch *p, const struct save_result *res)
{
	struct err err = ERR_INIT;
	char text[80], n[16];

	desk_saved(p->base.app, res->first);
	if (p->n == LINES_KEPT) {
		memmove(p->lines, p->lines + 1,
		    (p->n - 1) * sizeof(*p->lines));
		p->n--;
	}
	p->lines = xgrow(p->lines, &p->cap, p->n + 1, sizeof(*p->lines));
	line_words(p, &p->lines[p->n++]);
	fields_free(&p->above);
	fields_copy(&p->above, &p->page.f);
	snprintf(n, sizeof(n), "%zu", p->n);
	words_fill(text, sizeof(text), W_BATCH_COUNT, n, NULL);
	app_notice(p->base.app, ROLE_OK, text);
	if (form_draft_drop(p->d, &p->draft, &err) != MQ_OK)
		app_notice(p->base.app, ROLE_WARN,
		    word(W_FORM_DRAFT_STAYS));
	sync_drafts(p, true);
	new_line(p);
}

/* The first complaint about a column; others are said in a notice. */
static void line_refused(struct panel_batch *p, const struct form_save *j,
    const struct err *err)
{
	char what[600], text[700];
	size_t i;

	for (i = 0; i < p->ncols; i++) {
		struct form_field *ff = cell_field(p, i);

		if (ff && ff->err.code && form_page_go(&p->page,
		    p->names[i])) {
			p->at = i;
			return;
		}
	}
	for (i = 0; j->ncomplaints && i < p->page.nfields; i++)
		if (p->page.v[i].err.code) {
			err_say_part(&p->page.v[i].err, ERR_WHAT,
			    app_lang(p->base.app), what, sizeof(what));
			words_fill(text, sizeof(text), W_BATCH_OTHER, what,
			    NULL);
			app_notice(p->base.app, ROLE_ERROR, text);
			return;
		}
	popup_err(p->base.app, err);
}

static unsigned save_line(struct panel_batch *p)
{
	struct form_save j = { .n = p->d->n, .who = &p->d->who,
	    .pages = &p->page, .npages = 1, .step = "", .why = "" };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	enum mq_status st;

	st = form_save_run(&j, res, &err);
	if (st == MQ_OK) {
		line_saved(p, res);
	} else {
		keep(p);
		sync_drafts(p, true);
		if (st == MQ_E_CLOCK)
			form_clock_open(p->base.app);
		else
			line_refused(p, &j, &err);
	}
	free(res);
	return PANEL_REDRAW;
}

/* ---- moving ---- */

static unsigned next_cell(struct panel_batch *p)
{
	size_t i;

	form_page_leave(&p->page);
	form_page_refresh(&p->page);
	sync_drafts(p, true);
	for (i = p->at + 1; i < p->ncols; i++)
		if (form_page_go(&p->page, p->names[i])) {
			p->at = i;
			return PANEL_REDRAW;
		}
	return save_line(p);
}

static unsigned cell_before(struct panel_batch *p)
{
	size_t i;

	form_page_leave(&p->page);
	form_page_refresh(&p->page);
	for (i = p->at; i > 0; i--)
		if (form_page_go(&p->page, p->names[i - 1])) {
			p->at = i - 1;
			return PANEL_REDRAW;
		}
	return PANEL_DONE;
}

static unsigned ditto(struct panel_batch *p)
{
	if (!fields_has(&p->above, p->names[p->at])) {
		app_notice(p->base.app, ROLE_NOTICE,
		    word(W_BATCH_NONE_ABOVE));
		return PANEL_REDRAW | PANEL_BEEP;
	}
	copy_above(p, p->names[p->at]);
	p->page.touched = true;
	keep(p);
	return next_cell(p);
}

/* ---- keys ---- */

static unsigned after(struct panel_batch *p, unsigned flags)
{
	struct form_field *ff = form_page_here(&p->page);

	if (flags & WIDGET_CHANGED)
		keep(p);
	if (ff && ff->wants_pick) {
		form_pick_open(p->base.app, ff);
		return PANEL_REDRAW;
	}
	if (flags & WIDGET_PICKED)
		return next_cell(p);
	return flags & ~(unsigned)(WIDGET_CHANGED | WIDGET_PICKED);
}

static unsigned batch_key(struct panel *base, uint32_t key)
{
	struct panel_batch *p = batch_of(base);
	struct form_field *ff = form_page_here(&p->page);

	/* Up and Down stay in the line: only inside a choice do they move. */
	if (ff && ff->look != FORM_LOOK_CHOICE &&
	    (key == K_UP || key == K_DOWN))
		return PANEL_DONE;
	return after(p, form_page_key(&p->page, key));
}

static unsigned batch_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	struct panel_batch *p = batch_of(base);

	if (over)
		app_notice(base->app, ROLE_WARN, word(W_FORM_PASTE_CUT));
	return after(p, form_page_paste(&p->page, s, len)) | PANEL_REDRAW;
}

static bool batch_typing(struct panel *base)
{
	struct form_field *ff = form_page_here(&batch_of(base)->page);

	return ff && form_field_typing(ff);
}

static bool batch_chinese(struct panel *base)
{
	struct form_field *ff = form_page_here(&batch_of(base)->page);

	return ff && form_field_chinese(ff);
}

static unsigned leave(struct panel_batch *p)
{
	char text[120], n[16];

	if (!p->page.touched)
		return PANEL_CLOSE;
	batch_keep(&p->base);
	if (p->draft.number) {
		snprintf(n, sizeof(n), "%d", p->draft.number);
		words_fill(text, sizeof(text), W_BATCH_KEPT, n, NULL);
		app_notice(p->base.app, ROLE_NOTICE, text);
	}
	return PANEL_CLOSE;
}

static unsigned batch_action(struct panel *base, enum action act)
{
	struct panel_batch *p = batch_of(base);

	switch (act) {
	case ACT_BATCH_SAVE:
		return save_line(p);
	case ACT_BATCH_NEXT:
		return next_cell(p);
	case ACT_BATCH_PREV:
		return cell_before(p);
	case ACT_BATCH_DITTO:
		return ditto(p);
	case ACT_BACK:
		return leave(p);
	default:
		return PANEL_IGNORED;
	}
}

static unsigned batch_returned(struct panel *base, struct panel *child)
{
	struct panel_batch *p = batch_of(base);
	struct form_field *ff = form_page_here(&p->page);
	char ref[ENTRY_REF_TEXT];

	p->d->form_open = true;
	if (child->result != 1)
		return PANEL_REDRAW;
	if (strcmp(child->ops->name, FORM_CLOCK_NAME) == 0)
		return save_line(p);
	if (!ff || ff->look != FORM_LOOK_PICK)
		return PANEL_REDRAW;
	form_pick_answer(child, ff->def, ref);
	form_page_picked(&p->page, ref);
	keep(p);
	return next_cell(p);
}

/* ---- painting ---- */

static void batch_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_BATCH_TITLE));
}

/* People take what is left, times 16, choices 10, numbers 6. */
static int column_cells(const struct field *fd)
{
	switch (fd->type) {
	case FT_PERSON:
	case FT_PLACE:
		return 0;
	case FT_WHEN:
	case FT_DATE:
		return 16;
	case FT_SELECT_MULTI:
		return 16;
	case FT_MINUTES:
	case FT_INTEGER:
		return 8;
	default:
		return 9;
	}
}

static void paint_line(struct panel_batch *p, const struct draw *d, int y,
    const struct batch_line *l, int at, enum theme_role role)
{
	struct draw_cell cells[COLS_MAX];
	bool narrow = d->w < NARROW;
	size_t i, n = 0;

	for (i = 0; i < p->ncols; i++) {
		const struct field *fd = kind_field(p->k, p->names[i]);

		if (narrow && column_cells(fd) != 0 && (int)i != at && i > 0)
			continue;
		cells[n].cells = narrow && i == 0 ? 11 : column_cells(fd);
		cells[n].role = (int)i == at ? ROLE_FIELD_FOCUS : role;
		cells[n].text = l->cell[i];
		n++;
	}
	draw_gutter(d, y, at >= 0);
	draw_row(d, y, 2, cells, n);
}

static int paint_heads(struct panel_batch *p, const struct draw *d)
{
	struct batch_line heads;
	size_t i;
	int y = 0;

	if (d->h >= 18)
		y = draw_wrapped(d, 0, 2, d->w - 4, 2, ROLE_HINT,
		    word(W_BATCH_HINT));
	memset(&heads, 0, sizeof(heads));
	for (i = 0; i < p->ncols; i++)
		xcopy(heads.cell[i], CELL_TEXT, kind_field(p->k,
		    p->names[i])->label[app_lang(p->base.app)]);
	paint_line(p, d, y, &heads, -1, ROLE_COLUMN);
	return y + 1;
}

static void batch_paint(struct panel *base, const struct draw *d)
{
	struct panel_batch *p = batch_of(base);
	struct form_field *ff = form_page_here(&p->page);
	int editor = d->h / 2 < EDITOR_LINES ? d->h / 2 : EDITOR_LINES;
	int y = paint_heads(p, d), room = d->h - editor - y - 2, i, from;
	struct batch_line now;
	struct draw cell;

	from = (int)p->n > room ? (int)p->n - room : 0;
	for (i = from; i < (int)p->n; i++)
		paint_line(p, d, y++, &p->lines[i], -1, ROLE_DONE);
	line_words(p, &now);
	paint_line(p, d, y++, &now, (int)p->at, ROLE_TEXT);
	if (!ff)
		return;
	cell = draw_sub(d, y + 1, 0, d->h - y - 1, d->w);
	form_field_paint(ff, &p->page.f, &cell,
	    text_cells(ff->def->label[app_lang(base->app)]) + 5, true,
	    p->page.now);
}

static void batch_destroy(struct panel *base)
{
	struct panel_batch *p = batch_of(base);

	p->d->form_open = false;
	form_page_free(&p->page);
	fields_free(&p->above);
	free(p->lines);
}

static const enum context batch_contexts[] = { CTX_BATCH, CTX_END };
static const enum context batch_widgets[] = { CTX_EDIT, CTX_MENU, CTX_END };

static const struct panel_ops batch_ops = {
	.name = "batch",
	.contexts = batch_contexts,
	.widgets = batch_widgets,
	.title = batch_title,
	.action = batch_action,
	.key = batch_key,
	.paste = batch_paste,
	.typing = batch_typing,
	.chinese = batch_chinese,
	.paint = batch_paint,
	.tick = batch_tick,
	.returned = batch_returned,
	.keep = batch_keep,
	.destroy = batch_destroy,
};

static void find_columns(struct panel_batch *p)
{
	const char *s = pack_text(p->d->n->pack, "batch_columns",
	    BATCH_COLUMNS);

	while (*s && p->ncols < COLS_MAX) {
		size_t n = strcspn(s, " ");
		char name[33];

		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		if (kind_field(p->k, name))
			xcopy(p->names[p->ncols++], sizeof(p->names[0]),
			    name);
		s += n + strspn(s + n, " ");
	}
}

void panel_batch_open(struct app *app)
{
	struct panel_batch *p = xcalloc(1, sizeof(*p));
	struct err err = ERR_INIT;

	p->d = desk_of(app);
	p->base.app = app;
	p->k = pack_kind(p->d->n->pack, BATCH_KIND);
	if (p->k)
		find_columns(p);
	if (!p->ncols || !desk_may(app, "open", BATCH_KIND)) {
		err_set(&err, p->ncols ? MQ_E_DENIED : MQ_E_NOT_FOUND, "%s",
		    word(W_BATCH_TITLE));
		free(p);
		popup_err(app, &err);
		return;
	}
	p->d->form_open = true;
	new_line(p);
	app_push(app, &p->base, &batch_ops);
}
