/*
 * A field of choices: digits pick, letters narrow.  Used by form_field.
 */
#include "form_choice.h"

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/pinyin.h"
#include "words.h"

static bool is_multi(const struct form_field *ff)
{
	return ff->def->type == FT_SELECT_MULTI;
}

void form_choice_drop(struct form_field *ff)
{
	widget_menu_free(&ff->menu);
	FREE(ff->visible);
	FREE(ff->labels);
	ff->nvisible = 0;
}

/* Does the list `names` (joined by '\n') hold `name`? */
static bool holds(const char *names, const char *name)
{
	size_t len = strlen(name);

	while (*names) {
		size_t n = strcspn(names, "\n");

		if (n == len && memcmp(names, name, n) == 0)
			return true;
		names += n + (names[n] == '\n');
	}
	return false;
}

static void mark_picked(struct form_field *ff)
{
	const char *value = buf_str(&ff->value);
	size_t i;

	ff->menu.picked = -1;
	for (i = 0; i < ff->nvisible; i++) {
		bool on = holds(value, ff->visible[i]->name);

		if (is_multi(ff))
			ff->menu.ticked[i] = on;
		else if (on)
			ff->menu.picked = (int)i;
	}
	if (!ff->moved && ff->menu.picked >= 0)
		ff->menu.here = (size_t)ff->menu.picked;
}

static void load_choices(struct form_field *ff, const struct fields *f)
{
	size_t all, n, i, keep = 0, here = ff->menu.here;
	enum lang lang = ff->n->env->lang;

	(void)pack_choices(ff->n->pack, ff->def->list, &all);
	form_choice_drop(ff);
	ff->visible = xcalloc(all ? all : 1, sizeof(*ff->visible));
	ff->labels = xcalloc(all ? all : 1, sizeof(*ff->labels));
	n = form_choices(ff->n, ff->k, ff->def, f, ff->visible, all);
	for (i = 0; i < n && i < all; i++) {
		const struct choice *c = ff->visible[i];

		if (ff->typed[0] && !pinyin_match(c->label[lang], ff->typed))
			continue;
		ff->visible[keep] = c;
		ff->labels[keep].label = c->label[lang][0] ?
		    c->label[lang] : c->label[LANG_ZH];
		ff->labels[keep].role = ROLE_TEXT;
		keep++;
	}
	ff->nvisible = keep;
	widget_menu_init(&ff->menu, ff->labels, keep, is_multi(ff));
	ff->menu.here = here < keep ? here : 0;
	mark_picked(ff);
}

/* What was chosen under another answer does not fit any more. */
static void drop_unfitting(struct form_field *ff)
{
	struct buf left = BUF_INIT(FIELDS_TEXT_MAX);
	size_t i;

	if (ff->typed[0])
		return;		/* narrowed: they only do not show */
	for (i = 0; i < ff->nvisible; i++)
		if (holds(buf_str(&ff->value), ff->visible[i]->name)) {
			if (left.len)
				buf_addc(&left, '\n');
			buf_adds(&left, ff->visible[i]->name);
		}
	if (left.len != ff->value.len)
		form_field_put(ff, buf_str(&left));
	buf_free(&left);
}

void form_choice_refresh(struct form_field *ff, const struct fields *f)
{
	load_choices(ff, f);
	drop_unfitting(ff);
}

static void toggle(struct form_field *ff, size_t i)
{
	const char *name = ff->visible[i]->name;
	const char *p = buf_str(&ff->value);
	struct buf next = BUF_INIT(FIELDS_TEXT_MAX);
	bool had = holds(p, name);

	while (*p) {
		size_t n = strcspn(p, "\n");

		if (strlen(name) != n || memcmp(p, name, n) != 0) {
			if (next.len)
				buf_addc(&next, '\n');
			buf_add(&next, p, n);
		}
		p += n + (p[n] == '\n');
	}
	if (!had) {
		if (next.len)
			buf_addc(&next, '\n');
		buf_adds(&next, name);
	}
	form_field_put(ff, buf_str(&next));
	buf_free(&next);
}

static bool any_matches(const struct form_field *ff, const char *typed)
{
	size_t n, i;
	const struct choice *c = pack_choices(ff->n->pack, ff->def->list, &n);

	for (i = 0; i < n; i++)
		if (pinyin_match(c[i].label[ff->n->env->lang], typed))
			return true;
	return false;
}

static unsigned narrow(struct form_field *ff, uint32_t key)
{
	size_t len = strlen(ff->typed);

	if (key == K_BACKSPACE) {
		if (len == 0 && ff->value.len == 0)
			return PANEL_DONE;
		if (len == 0) {		/* nothing typed: take it back */
			buf_reset(&ff->value);
			ff->changed = true;
			mark_picked(ff);
			return PANEL_REDRAW | WIDGET_CHANGED;
		}
		ff->typed[text_prev(ff->typed, len)] = '\0';
	} else {
		char s[4];
		int n = text_encode(key, s);

		if (len + (size_t)n >= sizeof(ff->typed))
			return PANEL_BEEP;
		memcpy(ff->typed + len, s, (size_t)n);
		ff->typed[len + (size_t)n] = '\0';
		if (!any_matches(ff, ff->typed)) {
			ff->typed[len] = '\0';
			return PANEL_BEEP;
		}
	}
	ff->moved = false;
	return PANEL_REDRAW | WIDGET_CHANGED;	/* the page refreshes us */
}

unsigned form_choice_key(struct form_field *ff, uint32_t key)
{
	size_t here = ff->menu.here;
	unsigned flags;

	if (key == K_BACKSPACE || key == K_DELETE ||
	    (key_is_text(key) && key != ' ' && key_digit(key) < 0))
		return narrow(ff, key == K_DELETE ? K_BACKSPACE : key);
	/* Enter on a choice nobody pointed at only goes on. */
	if (key == K_ENTER && !is_multi(ff) && !ff->moved && !ff->typed[0] &&
	    (ff->menu.picked >= 0 || !ff->required))
		return PANEL_REDRAW | WIDGET_PICKED;
	if (ff->nvisible == 0)
		return key == K_ENTER ? PANEL_BEEP : PANEL_IGNORED;
	flags = widget_menu_key(&ff->menu, key);
	if (ff->menu.here != here)
		ff->moved = true;
	if (flags & WIDGET_CHANGED) {
		ff->changed = true;
		ff->err.code = MQ_OK;
		if (is_multi(ff))
			toggle(ff, ff->menu.here);
		else
			form_field_put(ff,
			    ff->visible[ff->menu.picked]->name);
		ff->typed[0] = '\0';
	}
	return flags;
}

void form_choice_words(const struct form_field *ff, struct buf *out)
{
	const char *p = buf_str(&ff->value);
	char name[64];

	while (*p) {
		size_t n = strcspn(p, "\n");
		const struct choice *c;

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		c = pack_choice(ff->n->pack, ff->def->list, name);
		if (out->len)
			buf_adds(out, word(W_FORM_AND));
		buf_adds(out, c ? c->label[ff->n->env->lang] : name);
		p += n + (p[n] == '\n');
	}
}
