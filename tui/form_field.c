/*
 * One field of a form.  Used by form_page.
 *
 * A text keeps what was typed for as long as the form is open, so that
 * nothing is lost when it makes no sense; what is stored is put beside it in
 * words.  A choice and a pick keep the stored value itself.
 */
#include "form_field.h"

#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "form_choice.h"
#include "panel_person.h"
#include "words.h"

#define MULTI_LINES 5		/* a longer text scrolls in its place */
#define NOTE_LINES 4
#define PICK_LINES 3
#define SHOWN_PHRASES 4
#define WORDS_MAX 2048u

static enum form_field_look look_of(const struct field *def)
{
	if (def->type != FT_CALCULATE && form_takes_value(def) &&
	    (def->calculation[0] || def->read_only))
		return FORM_LOOK_SHOWN;
	switch (def->type) {
	case FT_SELECT_ONE:
	case FT_SELECT_MULTI:
		return FORM_LOOK_CHOICE;
	case FT_PERSON:
	case FT_PLACE:
	case FT_RECORD:
	case FT_ORG:
		return FORM_LOOK_PICK;
	case FT_NOTE:
		return FORM_LOOK_NOTE;
	case FT_BEGIN_GROUP:
	case FT_BEGIN_REPEAT:
		return FORM_LOOK_HEAD;
	case FT_END_REPEAT:
		return FORM_LOOK_NONE;
	case FT_CALCULATE:
	case FT_END_GROUP:
		return FORM_LOOK_NONE;
	default:
		return FORM_LOOK_TEXT;
	}
}

static bool is_multi(const struct form_field *ff)
{
	return ff->def->type == FT_SELECT_MULTI;
}

void form_field_init(struct form_field *ff, struct node *n,
    const struct kind *k, const struct field *def, bool required)
{
	struct widget_edit_options opt = {
		.max_chars = def->max_chars > 0 ? (size_t)def->max_chars : 0,
		.multi = strstr(def->appearance, "multiline") != NULL,
	};

	memset(ff, 0, sizeof(*ff));
	ff->n = n;
	ff->k = k;
	ff->def = def;
	ff->look = look_of(def);
	ff->required = required;
	ff->shown = true;
	widget_edit_init(&ff->edit, &opt);
	buf_init(&ff->value, FIELDS_TEXT_MAX);
}

void form_field_init_row(struct form_field *ff, struct node *n,
    const struct kind *k, const struct field *def, const char *row)
{
	struct form_cell *cell;

	if (def->type == FT_BEGIN_REPEAT) {
		form_field_init(ff, n, k, def, false);
	} else {
		cell = xcalloc(1, sizeof(*cell));
		form_cell(def, row, cell);
		form_field_init(ff, n, k, &cell->fd, def->required);
		ff->cell = cell;
	}
	xcopy(ff->row, sizeof(ff->row), row);
}

void form_field_free(struct form_field *ff)
{
	FREE(ff->cell);
	widget_edit_free(&ff->edit);
	buf_free(&ff->value);
	form_choice_drop(ff);
}

bool form_field_can_focus(const struct form_field *ff)
{
	return ff->shown && ff->look <= FORM_LOOK_ADD;
}

bool form_field_empty(const struct form_field *ff)
{
	if (ff->secret)
		return false;
	return ff->look == FORM_LOOK_TEXT ? widget_edit_empty(&ff->edit) :
	    ff->value.len == 0;
}

bool form_field_typing(const struct form_field *ff)
{
	return ff->look == FORM_LOOK_TEXT || ff->look == FORM_LOOK_PICK;
}

bool form_field_chinese(const struct form_field *ff)
{
	return ff->look == FORM_LOOK_TEXT && ff->def->type == FT_TEXT &&
	    !ff->edit.opt.digits;
}

void form_field_put(struct form_field *ff, const char *value)
{
	/* value may point into what we hold */
	char *copy = xstrdup(value);

	buf_reset(&ff->value);
	buf_adds(&ff->value, copy);
	free(copy);
}

static void find_label(struct form_field *ff, const struct fields *f)
{
	struct buf b = BUF_INIT(1024);

	form_label(ff->n, ff->k, ff->def, f, &b);
	xcopy(ff->label, sizeof(ff->label), buf_str(&b));
	buf_free(&b);
}

void form_field_refresh(struct form_field *ff, const struct fields *f)
{
	/* The head of a row gets its words from the page, which counts. */
	if (ff->look == FORM_LOOK_NONE)
		return;
	if (!(ff->look == FORM_LOOK_HEAD && ff->row[0]) &&
	    ff->look != FORM_LOOK_ADD)
		find_label(ff, f);
	if (ff->look == FORM_LOOK_CHOICE)
		form_choice_refresh(ff, f);
}

/* ---- picks ---- */

static void record_words(struct form_field *ff, const char *value)
{
	struct field_value v = { .kind = FV_TEXT, .text = ff->value.data };
	struct buf b = BUF_INIT(sizeof(ff->words) - 1);

	assert(value == ff->value.data);
	form_show(ff->n, ff->def, &v, false, &b);
	xcopy(ff->words, sizeof(ff->words), buf_str(&b));
	buf_free(&b);
}

static void pick_words(struct form_field *ff)
{
	const char *value = buf_str(&ff->value);
	struct ref r;

	ff->words[0] = '\0';
	if (!value[0])
		return;
	if (ff->def->type == FT_ORG)
		xcopy(ff->words, sizeof(ff->words),
		    org_name(pack_orgs(ff->n->pack), value,
		    ff->n->env->lang));
	else if (ff->def->type == FT_RECORD)
		record_words(ff, value);
	else if (ref_parse(value, strlen(value), &r))
		panel_person_words(ff->n, ref_rec(r), ff->words,
		    sizeof(ff->words));
	else
		xcopy(ff->words, sizeof(ff->words), value);
}

void form_field_picked(struct form_field *ff, const char *value)
{
	assert(ff->look == FORM_LOOK_PICK);
	form_field_put(ff, value);
	ff->changed = true;
	ff->err.code = MQ_OK;
	pick_words(ff);
}

static unsigned pick_key(struct form_field *ff, uint32_t key)
{
	if (key == K_BACKSPACE || key == K_DELETE) {
		if (ff->value.len == 0)
			return PANEL_DONE;
		form_field_picked(ff, "");
		return PANEL_REDRAW | WIDGET_CHANGED;
	}
	if (key == K_ENTER) {
		if (ff->value.len || !ff->required)
			return PANEL_REDRAW | WIDGET_PICKED;
		ff->wanted[0] = '\0';
		ff->wants_pick = true;
		return PANEL_DONE;
	}
	if (!key_is_text(key))
		return PANEL_IGNORED;
	ff->wanted[text_encode(key, ff->wanted)] = '\0';
	if (key == ' ')
		ff->wanted[0] = '\0';
	ff->wants_pick = true;
	return PANEL_DONE;
}

/* ---- texts ---- */

static bool is_time(const struct form_field *ff)
{
	return ff->def->type == FT_WHEN || ff->def->type == FT_DATE;
}

/* The stored "2026-11-22 am" as people write it. */
static void when_to_typed(const char *stored, struct buf *out)
{
	static const struct { const char *part; enum word_id word; } parts[] = {
		{ " am", W_FORM_AM },
		{ " pm", W_FORM_PM },
		{ " night", W_FORM_NIGHT },
	};
	size_t len = strlen(stored), i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		size_t n = strlen(parts[i].part);

		if (len > n && strcmp(stored + len - n, parts[i].part) == 0) {
			buf_add(out, stored, len - n);
			buf_addf(out, " %s", word(parts[i].word));
			return;
		}
	}
	buf_adds(out, stored);
}

static void load_text(struct form_field *ff, const struct field_value *v)
{
	struct buf text = BUF_INIT(FIELDS_TEXT_MAX);

	if (v && v->kind == FV_INT)
		buf_addf(&text, "%lld", (long long)v->num);
	else if (v && v->text && is_time(ff))
		when_to_typed(v->text, &text);
	else if (v && v->text)
		buf_adds(&text, v->text);
	widget_edit_set(&ff->edit, buf_str(&text));
	buf_free(&text);
}

void form_field_load(struct form_field *ff, const struct fields *f)
{
	const struct field_value *v = fields_get(f, ff->def->name);

	ff->err.code = MQ_OK;
	ff->dirty = ff->fresh = false;
	ff->secret = false;
	ff->emptied = v && v->kind == FV_GONE;
	if (ff->look == FORM_LOOK_TEXT) {
		load_text(ff, v);
		/* It may come from a draft whose text made no sense. */
		ff->dirty = !widget_edit_empty(&ff->edit);
	} else if (ff->look <= FORM_LOOK_PICK) {
		form_field_put(ff, v && v->text ? v->text : "");
		if (ff->look == FORM_LOOK_PICK)
			pick_words(ff);
	}
}

void form_field_hide(struct form_field *ff, const struct field_value *v)
{
	struct buf mask = BUF_INIT(sizeof(ff->words) - 1);

	form_show(ff->n, ff->def, v, false, &mask);
	xcopy(ff->words, sizeof(ff->words), buf_str(&mask));
	buf_free(&mask);
	widget_edit_clear(&ff->edit);
	ff->secret = true;
	ff->dirty = ff->changed = false;
}

/* Typed text in its stored form; false with words when it makes no sense. */
static bool accepted(const struct form_field *ff, struct utc now,
    struct buf *out, struct err *err)
{
	if (widget_edit_empty(&ff->edit))
		return true;
	return form_accept(ff->n, ff->def, widget_edit_text(&ff->edit), now,
	    out, err) == MQ_OK;
}

static void store_text(struct form_field *ff, struct fields *f, struct utc now)
{
	struct buf out = BUF_INIT(FIELDS_TEXT_MAX);

	if (accepted(ff, now, &out, NULL))
		fields_set(f, ff->def->name, buf_str(&out));
	else
		fields_set(f, ff->def->name, widget_edit_text(&ff->edit));
	buf_free(&out);
}

void form_field_store(struct form_field *ff, struct fields *f, struct utc now)
{
	const char *name = ff->def->name;

	if (ff->look > FORM_LOOK_PICK)
		return;
	if (ff->emptied)
		fields_set_gone(f, name);
	else if (form_field_empty(ff) || ff->secret)
		fields_drop(f, name);
	else if (ff->look == FORM_LOOK_TEXT)
		store_text(ff, f, now);
	else if (is_multi(ff))
		fields_set_list(f, name, buf_str(&ff->value));
	else
		fields_set(f, name, buf_str(&ff->value));
}

void form_field_leave(struct form_field *ff, struct fields *f, struct utc now)
{
	struct buf out = BUF_INIT(FIELDS_TEXT_MAX);
	struct err err = ERR_INIT;

	ff->moved = false;
	ff->typed[0] = '\0';
	if (ff->look == FORM_LOOK_TEXT && ff->dirty) {
		if (!accepted(ff, now, &out, &err))
			ff->err = err;
		else if (ff->err.code != MQ_E_UTF8)
			ff->err.code = MQ_OK;
		ff->dirty = false;
		form_field_store(ff, f, now);
	}
	buf_free(&out);
}

static unsigned text_changed(struct form_field *ff, unsigned flags)
{
	if (ff->edit.bad_utf8) {
		err_set(&ff->err, MQ_E_UTF8, "%s",
		    ff->def->label[ff->n->env->lang]);
		ff->edit.bad_utf8 = false;
		flags |= PANEL_REDRAW;
	} else if (ff->edit.full) {
		char max[24], text[120];

		snprintf(max, sizeof(max), "%zu", ff->edit.opt.max_chars);
		words_fill(text, sizeof(text), W_EDIT_FULL, max, NULL);
		err_set(&ff->err, MQ_E_FIELD, "%s", text);
		ff->edit.full = false;
	} else if (flags & WIDGET_CHANGED) {
		ff->err.code = MQ_OK;
	}
	if (flags & WIDGET_CHANGED) {
		ff->changed = ff->dirty = true;
		ff->secret = ff->emptied = false;
	}
	return flags;
}

static unsigned text_key(struct form_field *ff, uint32_t key)
{
	if (key == K_ENTER)
		return PANEL_REDRAW | WIDGET_PICKED;
	/* An old value nobody can see: Delete takes it away, and back. */
	if (key == K_DELETE && widget_edit_empty(&ff->edit) &&
	    (ff->secret || (ff->emptied && ff->words[0]))) {
		ff->emptied = !ff->emptied;
		ff->secret = !ff->emptied;
		ff->changed = ff->emptied;
		return PANEL_REDRAW | WIDGET_CHANGED;
	}
	if (ff->edit.opt.multi && key == (K_ALT | K_ENTER))
		return text_changed(ff, widget_edit_paste(&ff->edit, "\n", 1));
	if (ff->fresh && key_is_text(key))
		widget_edit_clear(&ff->edit);
	ff->fresh = false;
	return text_changed(ff, widget_edit_key(&ff->edit, key));
}

unsigned form_field_key(struct form_field *ff, uint32_t key)
{
	assert(form_field_can_focus(ff));
	if (ff->look == FORM_LOOK_ADD) {
		ff->wants_row = key == K_ENTER;
		return key == K_ENTER ? PANEL_REDRAW : PANEL_IGNORED;
	}
	if (ff->look == FORM_LOOK_TEXT)
		return text_key(ff, key);
	return ff->look == FORM_LOOK_CHOICE ? form_choice_key(ff, key) :
	    pick_key(ff, key);
}

unsigned form_field_paste(struct form_field *ff, const char *s, size_t len)
{
	struct widget_edit one;

	if (ff->look == FORM_LOOK_TEXT) {
		if (ff->fresh)
			widget_edit_clear(&ff->edit);
		ff->fresh = false;
		return text_changed(ff, widget_edit_paste(&ff->edit, s, len));
	}
	if (ff->look != FORM_LOOK_PICK)
		return PANEL_BEEP;
	widget_edit_init(&one, &(struct widget_edit_options){
	    .max_chars = 15 });
	(void)widget_edit_paste(&one, s, len);
	xcopy(ff->wanted, sizeof(ff->wanted), widget_edit_text(&one));
	widget_edit_free(&one);
	ff->wants_pick = true;
	return PANEL_DONE;
}

void form_field_insert(struct form_field *ff, const char *text)
{
	assert(ff->look == FORM_LOOK_TEXT);
	(void)text_changed(ff, widget_edit_paste(&ff->edit, text,
	    strlen(text)));
}

/* ---- words ---- */

/* What a time, a length, a staff number means: said back in words. */
static bool echo(const struct form_field *ff, struct utc now, struct buf *out)
{
	struct buf stored = BUF_INIT(FIELDS_TEXT_MAX);
	enum field_type t = ff->def->type;
	bool ok = false;

	if (t != FT_WHEN && t != FT_DATE && t != FT_TIME && t != FT_MINUTES &&
	    t != FT_MONEY && t != FT_STAFF)
		return false;
	if (!widget_edit_empty(&ff->edit) &&
	    accepted(ff, now, &stored, NULL)) {
		char *text = xstrdup(buf_str(&stored));
		struct field_value v = { .kind = FV_TEXT, .text = text };

		xcopy(v.name, sizeof(v.name), ff->def->name);
		form_show(ff->n, ff->def, &v, true, out);
		ok = out->len > 0 && strcmp(buf_str(out),
		    widget_edit_text(&ff->edit)) != 0;
		free(text);
	}
	buf_free(&stored);
	return ok;
}

/* Nobody typed it: it stands with the others only. */
static void shown_words(const struct form_field *ff, const struct fields *f,
    struct buf *out)
{
	const struct field_value *v = fields_get(f, ff->def->name);

	if (v)
		form_show(ff->n, ff->def, v, false, out);
}

static void text_words(const struct form_field *ff, const struct fields *f,
    struct buf *out)
{
	const struct field_value *v = fields_get(f, ff->def->name);

	if (ff->err.code == MQ_OK && !ff->dirty && v && v->text &&
	    (ff->def->type == FT_WHEN || ff->def->type == FT_DATE ||
	    ff->def->type == FT_MINUTES || ff->def->type == FT_STAFF))
		form_show(ff->n, ff->def, v, true, out);
	else
		buf_adds(out, widget_edit_text(&ff->edit));
}

void form_field_words(const struct form_field *ff, const struct fields *f,
    struct buf *out)
{
	if (ff->look == FORM_LOOK_SHOWN)
		shown_words(ff, f, out);
	else if (ff->emptied)
		buf_adds(out, word(W_FORM_EMPTIED));
	else if (ff->secret || ff->look == FORM_LOOK_PICK)
		buf_adds(out, ff->words);
	else if (ff->look == FORM_LOOK_CHOICE)
		form_choice_words(ff, out);
	else
		text_words(ff, f, out);
}

/* ---- painting ---- */

/* Lines below the label line while we are on this field. */
static int extra_lines(struct form_field *ff, int w, int label_w)
{
	const struct phrase *ph[9];
	int room = w - label_w - 1, lines = 0;

	if (ff->look == FORM_LOOK_ADD)
		return 0;
	if (ff->look == FORM_LOOK_CHOICE)
		return widget_menu_lines(&ff->menu, w - 4);
	if (ff->look == FORM_LOOK_PICK && ff->value.len)
		return 1;
	if (ff->look == FORM_LOOK_TEXT && ff->edit.opt.multi) {
		lines = widget_edit_lines(&ff->edit, room) - 1;
		if (lines > MULTI_LINES - 1)
			lines = MULTI_LINES - 1;
	}
	if (ff->look == FORM_LOOK_TEXT && pack_phrases(ff->n->pack,
	    ff->k->name, ff->def->name, ph, ARRAY_LEN(ph)) > 0)
		lines++;
	if (ff->look == FORM_LOOK_TEXT && !ff->err.code &&
	    ff->def->hint[ff->n->env->lang][0])
		lines++;
	return lines;
}

/* People of one name differ at the end of the line: it is never cut. */
static int pick_lines(const struct form_field *ff, int w, int label_w)
{
	int lines;

	if (ff->look != FORM_LOOK_PICK || !ff->value.len)
		return 1;
	lines = text_wrap(ff->words, strlen(ff->words), w - label_w - 1, NULL,
	    NULL);
	return lines < 1 ? 1 : lines > PICK_LINES ? PICK_LINES : lines;
}

int form_field_lines(struct form_field *ff, int w, int label_w, bool focus)
{
	int lines = 1;

	if (!ff->shown || ff->look == FORM_LOOK_NONE)
		return 0;
	if (ff->look == FORM_LOOK_NOTE) {
		lines = text_wrap(ff->label, strlen(ff->label), w - 2, NULL,
		    NULL);
		return lines > NOTE_LINES ? NOTE_LINES : lines;
	}
	if (ff->look == FORM_LOOK_PICK)
		lines = pick_lines(ff, w, label_w);
	if (ff->look != FORM_LOOK_HEAD && ff->err.code)
		lines++;
	return focus ? lines + extra_lines(ff, w, label_w) : lines;
}

/* 常用语 under a text field. */
static int paint_phrases(const struct form_field *ff, const struct draw *d,
    int y, int x)
{
	const struct phrase *ph[9];
	size_t n = pack_phrases(ff->n->pack, ff->k->name, ff->def->name, ph,
	    ARRAY_LEN(ph)), i;
	enum lang lang = ff->n->env->lang;
	char key[24];

	if (n == 0)
		return 0;
	keymap_key(ACT_FORM_PHRASE, lang, key, sizeof(key));
	x += draw_text(d, y, x, 0, ROLE_KEY, key) + 1;
	x += draw_text(d, y, x, 0, ROLE_HINT, word(W_FORM_PHRASES)) + 1;
	for (i = 0; i < n && i < SHOWN_PHRASES && x < d->w - 6; i++) {
		x += draw_textf(d, y, x, ROLE_DIGIT, "%d", ph[i]->digit) + 1;
		x += draw_text(d, y, x, 18, ROLE_HINT, ph[i]->text[lang]) + 1;
	}
	return 1;
}

static void paint_text(struct form_field *ff, const struct draw *d, int x,
    struct utc now, int *y)
{
	struct buf said = BUF_INIT(WORDS_MAX);
	int w = d->w - x - 1, h = 1, at = 0;

	if (ff->edit.opt.multi) {
		h = widget_edit_lines(&ff->edit, w);
		h = h > MULTI_LINES ? MULTI_LINES : h;
	} else if (echo(ff, now, &said)) {
		at = (w - 4) / 2;
		draw_textf(d, 0, x + at + 1, ROLE_OK, "%s%s%s",
		    word(W_FORM_ECHO_OPEN), buf_str(&said),
		    word(W_FORM_ECHO_CLOSE));
		w = at;
	}
	widget_edit_paint(&ff->edit, d, 0, x, h, w, true);
	if (widget_edit_empty(&ff->edit) && (ff->secret || ff->emptied))
		draw_text(d, 0, x, w, ROLE_HINT, ff->emptied ?
		    word(W_FORM_EMPTIED) : ff->words);
	*y = h;
	buf_free(&said);
	*y += paint_phrases(ff, d, *y, x);
}

static void paint_focus(struct form_field *ff, const struct draw *d, int x,
    struct utc now, int *y)
{
	struct buf said = BUF_INIT(WORDS_MAX);
	const char *hint = ff->def->hint[ff->n->env->lang];

	if (ff->look == FORM_LOOK_TEXT) {
		paint_text(ff, d, x, now, y);
	} else if (ff->look == FORM_LOOK_PICK) {
		*y = pick_lines(ff, d->w, x);
		draw_fill(d, 0, x, *y, d->w - x - 1, ROLE_FIELD_FOCUS);
		draw_wrapped(d, 0, x, d->w - x - 1, *y, ROLE_FIELD_FOCUS,
		    ff->value.len ? ff->words : hint[0] ? hint :
		    word(ff->def->type == FT_ORG ? W_FORM_PICK_ORG :
		    ff->def->type == FT_RECORD ? W_FORM_PICK_RECORD :
		    W_FORM_PICK_PERSON));
		draw_cursor(d, 0, x);
		if (ff->value.len)
			draw_text(d, (*y)++, x, d->w - x - 1, ROLE_HINT,
			    word(W_FORM_PICK_OTHER));
	} else {
		struct draw menu = draw_sub(d, 1, 2,
		    widget_menu_lines(&ff->menu, d->w - 4), d->w - 4);

		form_choice_words(ff, &said);
		draw_text(d, 0, x, d->w - x - 1, ROLE_CHOSEN, buf_str(&said));
		if (ff->typed[0])
			draw_textf(d, 0, x, ROLE_MATCH, "%s%s ",
			    word(W_LIST_FILTER), ff->typed);
		else if (!said.len && hint[0])
			draw_text(d, 0, x, d->w - x - 1, ROLE_HINT, hint);
		widget_menu_paint(&ff->menu, &menu, true);
		draw_cursor(d, 0, x);
		*y = 1 + menu.h;
	}
	buf_free(&said);
}

/* Not here: one line, a longer text ends in "…". */
static void paint_still(const struct form_field *ff, const struct fields *f,
    const struct draw *d, int x)
{
	struct buf said = BUF_INIT(WORDS_MAX);
	size_t i;

	if (ff->look == FORM_LOOK_PICK) {
		draw_wrapped(d, 0, x, d->w - x - 1, PICK_LINES, ROLE_TEXT,
		    ff->words);
		return;
	}
	form_field_words(ff, f, &said);
	for (i = 0; i < said.len; i++)
		if (said.data[i] == '\n')
			said.data[i] = ' ';
	draw_fit(d, 0, x, d->w - x - 1, ROLE_TEXT, buf_str(&said));
	buf_free(&said);
}

static void paint_error(const struct form_field *ff, const struct draw *d,
    int y, int x)
{
	char what[600];

	err_say_part(&ff->err, ERR_WHAT, ff->n->env->lang, what,
	    sizeof(what));
	draw_textf(d, y, x, ROLE_ERROR, "! %s", what);
}

static void paint_label(const struct form_field *ff, const struct draw *d,
    int label_w, bool focus)
{
	const char *label = ff->label;
	int used;

	draw_gutter(d, 0, focus);
	used = draw_text(d, 0, 2, label_w - 4, focus ? ROLE_STRONG :
	    ROLE_LABEL, label);
	if (ff->required)
		draw_text(d, 0, 2 + used, 1, ROLE_REQUIRED, "*");
}

void form_field_paint(struct form_field *ff, const struct fields *f,
    const struct draw *d, int label_w, bool focus, struct utc now)
{
	const char *hint = ff->def->hint[ff->n->env->lang];
	int y = 1;

	if (ff->look == FORM_LOOK_HEAD || ff->look == FORM_LOOK_NOTE) {
		draw_wrapped(d, 0, 2, d->w - 2, d->h,
		    ff->look == FORM_LOOK_HEAD ? ROLE_TITLE : ROLE_HINT,
		    ff->label);
		return;
	}
	if (ff->look == FORM_LOOK_ADD) {
		draw_gutter(d, 0, focus);
		draw_text(d, 0, 2, d->w - 3, focus ? ROLE_SELECTION :
		    ROLE_KEY, ff->label);
		if (focus)
			draw_cursor(d, 0, 2);
		return;
	}
	paint_label(ff, d, label_w, focus);
	if (focus) {
		paint_focus(ff, d, label_w, now, &y);
	} else {
		y = pick_lines(ff, d->w, label_w);
		paint_still(ff, f, d, label_w);
	}
	if (ff->err.code)
		paint_error(ff, d, y, label_w);
	else if (focus && hint[0] && ff->look == FORM_LOOK_TEXT)
		draw_text(d, y, label_w, d->w - label_w - 1, ROLE_HINT, hint);
}
