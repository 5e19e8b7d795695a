/*
 * One's own PIN: the old one, the new one twice.  A lead or captain also
 * gives a colleague who forgot theirs a one-use code here.  Opened from home;
 * works without the network.
 */
#include <assert.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/login.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "words.h"

#define PIN_CHARS 12
#define NUMBER_CHARS 40
#define FIELD_CELLS 24
#define GROUP 4			/* a code is read out four by four */

enum stage { ASK_OLD, ASK_NEW, ASK_AGAIN, ASK_WHOSE, SHOW_CODE, STAGES };

struct panel_pin {
	struct panel base;
	enum stage stage;
	struct widget_edit edit;
	char old[PIN_CHARS + 1], pin[PIN_CHARS + 1];
	char whose[NUMBER_CHARS * 4 + 1], name[64];
	char code[LOGIN_CODE_DIGITS + 1];
	struct err err;		/* shown under the field */
};

static struct panel_pin *self(struct panel *p)
{
	return (struct panel_pin *)p;
}

static void go(struct panel_pin *v, enum stage stage)
{
	const struct widget_edit_options secret = { .max_chars = PIN_CHARS,
	    .masked = true, .digits = true };
	const struct widget_edit_options number = {
	    .max_chars = NUMBER_CHARS };

	widget_edit_free(&v->edit);
	widget_edit_init(&v->edit, stage == ASK_WHOSE ? &number : &secret);
	v->stage = stage;
}

static void forget(struct panel_pin *v)
{
	crypto_wipe(v->old, sizeof(v->old));
	crypto_wipe(v->pin, sizeof(v->pin));
	crypto_wipe(v->code, sizeof(v->code));
}

static unsigned refused(struct panel_pin *v, const struct err *err,
    enum stage stage)
{
	v->err = *err;
	go(v, stage);
	return PANEL_REDRAW;
}

/* ---- one's own ---- */

static unsigned after_old(struct panel_pin *v, const char *text)
{
	struct desk *d = desk_of(v->base.app);
	struct session again;
	struct err err = ERR_INIT;

	if (login_pin(d->n, d->who.by, text, &again, &err) != MQ_OK)
		return refused(v, &err, ASK_OLD);
	(void)xcopy(v->old, sizeof(v->old), text);
	go(v, ASK_NEW);
	return PANEL_REDRAW;
}

/* Refused before it is typed a second time. */
static unsigned after_new(struct panel_pin *v, const char *text)
{
	struct desk *d = desk_of(v->base.app);
	struct err err = ERR_INIT;

	if (login_pin_new(d->n, &d->who, v->old, text, &err) != MQ_OK)
		return refused(v, &err, ASK_NEW);
	(void)xcopy(v->pin, sizeof(v->pin), text);
	go(v, ASK_AGAIN);
	return PANEL_REDRAW;
}

static unsigned after_again(struct panel_pin *v, const char *text)
{
	struct app *app = v->base.app;
	struct desk *d = desk_of(app);
	struct err err = ERR_INIT;

	if (strcmp(text, v->pin) != 0) {
		(void)err_set(&err, MQ_E_PIN_DIFFERS, "%s", "");
		return refused(v, &err, ASK_NEW);
	}
	if (login_change_pin(d->n, &d->who, v->old, v->pin, &err) != MQ_OK)
		return refused(v, &err, ASK_OLD);
	app_notice(app, ROLE_OK, word(d->n->set.hub[0] != '\0' ?
	    W_PIN_CHANGED : W_PIN_CHANGED_ALONE));
	return PANEL_CLOSE;
}

/* ---- a colleague's ---- */

static unsigned reset_answered(struct panel *p, int answer)
{
	struct panel_pin *v = self(p);
	struct desk *d = desk_of(p->app);
	struct err err = ERR_INIT;

	if (answer != 0)
		return PANEL_REDRAW;
	if (login_reset(d->n, &d->who, v->whose, v->code, &err) != MQ_OK)
		return refused(v, &err, ASK_WHOSE);
	d->counts_fresh = false;
	go(v, SHOW_CODE);
	return PANEL_REDRAW;
}

/* The name is asked back: a wrong digit would lock out somebody else. */
static unsigned after_whose(struct panel_pin *v, const char *text)
{
	struct desk *d = desk_of(v->base.app);
	const struct roster_person *who = roster_find(d->n->roster, text);
	char ask[200];
	struct err err = ERR_INIT;

	(void)xcopy(v->whose, sizeof(v->whose), text);
	if (login_may_reset_of(d->n, &d->who, text, &err) != MQ_OK)
		return refused(v, &err, ASK_WHOSE);
	(void)xcopy(v->name, sizeof(v->name), who->name);
	words_fill(ask, sizeof(ask), W_PIN_RESET_ASK, who->name, who->number,
	    NULL);
	popup_confirm(&v->base, word(W_PIN_RESET_TITLE), ask,
	    reset_answered);
	return PANEL_REDRAW;
}

static unsigned next(struct panel_pin *v)
{
	const char *text = widget_edit_text(&v->edit);

	if (v->stage == SHOW_CODE)
		return PANEL_CLOSE;
	if (*text == '\0')
		return PANEL_DONE;
	v->err.code = MQ_OK;
	switch (v->stage) {
	case ASK_OLD:
		return after_old(v, text);
	case ASK_NEW:
		return after_new(v, text);
	case ASK_AGAIN:
		return after_again(v, text);
	case ASK_WHOSE:
		return after_whose(v, text);
	case SHOW_CODE:
	case STAGES:
		break;
	}
	assert(!"a stage of changing the PIN");
	return PANEL_DONE;
}

/* ---- handlers ---- */

static unsigned pin_action(struct panel *p, enum action act)
{
	struct panel_pin *v = self(p);

	switch (act) {
	case ACT_PIN_NEXT:
		return next(v);
	case ACT_PIN_RESET:
		v->err.code = MQ_OK;
		go(v, ASK_WHOSE);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool pin_offers(struct panel *p, enum action act)
{
	struct panel_pin *v = self(p);
	struct desk *d = desk_of(p->app);

	if (act == ACT_PIN_RESET)
		return v->stage < ASK_WHOSE && login_may_reset(d->n, &d->who);
	return true;
}

static unsigned pin_key(struct panel *p, uint32_t key)
{
	struct panel_pin *v = self(p);
	unsigned flags;

	if (v->stage == SHOW_CODE)
		return PANEL_IGNORED;
	flags = widget_edit_key(&v->edit, key);
	if ((flags & WIDGET_CHANGED) != 0)
		v->err.code = MQ_OK;
	return flags;
}

static unsigned pin_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return self(p)->stage == SHOW_CODE ? PANEL_DONE :
	    widget_edit_paste(&self(p)->edit, s, len);
}

static bool pin_typing(struct panel *p)
{
	return self(p)->stage != SHOW_CODE;
}

static void pin_title(struct panel *p, char *out, size_t size)
{
	(void)xcopy(out, size, word(self(p)->stage >= ASK_WHOSE ?
	    W_PIN_RESET_TITLE : W_PIN_TITLE));
}

/* ---- painting ---- */

static const struct { enum word_id prompt, hint; } says[STAGES] = {
	[ASK_OLD] = { W_PIN_OLD, W_PIN_OLD_HINT },
	[ASK_NEW] = { W_LOGIN_NEW, W_LOGIN_NEW_HINT },
	[ASK_AGAIN] = { W_LOGIN_AGAIN, W_LOGIN_AGAIN_HINT },
	[ASK_WHOSE] = { W_PIN_WHOSE, W_PIN_WHOSE_HINT },
	[SHOW_CODE] = { W_LOGIN_CODE, W_PIN_CODE_HINT },
};

/* Digits apart, so that they can be read out without losing the place. */
static void code_words(const struct panel_pin *v, char *out, size_t size)
{
	snprintf(out, size, "%.*s %s", GROUP, v->code, v->code + GROUP);
}

static int paint_answer(struct panel_pin *v, const struct draw *d, int y)
{
	enum lang lang = app_lang(v->base.app);
	char text[700];

	if (v->err.code == MQ_OK)
		return y + draw_wrapped(d, y, 0, 0, 3, ROLE_HINT,
		    word(says[v->stage].hint));
	err_say_part(&v->err, ERR_WHAT, lang, text, sizeof(text));
	y += draw_wrapped(d, y, 0, 0, 2, ROLE_ERROR, text);
	err_say_part(&v->err, ERR_DO, lang, text, sizeof(text));
	return y + draw_wrapped(d, y, 0, 0, 2, ROLE_TEXT, text);
}

static void pin_paint(struct panel *p, const struct draw *d)
{
	struct panel_pin *v = self(p);
	struct draw in = draw_sub(d, 1, 2, d->h - 1, d->w - 4);
	int y = 0, x, w;
	char text[120];

	if (v->stage == SHOW_CODE) {
		words_fill(text, sizeof(text), W_PIN_CODE_FOR, v->name, NULL);
		y += draw_wrapped(&in, y, 0, 0, 2, ROLE_TEXT, text) + 1;
	}
	x = draw_text(&in, y, 0, 0, ROLE_STRONG,
	    word(says[v->stage].prompt)) + 1;
	if (v->stage == SHOW_CODE) {
		code_words(v, text, sizeof(text));
		draw_text(&in, y, x, 0, ROLE_TITLE, text);
	} else {
		w = in.w - x < FIELD_CELLS ? in.w - x : FIELD_CELLS;
		widget_edit_paint(&v->edit, &in, y, x, 1, w, true);
	}
	y = paint_answer(v, &in, y + 2) + 1;
	if (v->stage < ASK_WHOSE)
		draw_wrapped(&in, y, 0, 0, 3, ROLE_DIM, word(W_PIN_ABOUT));
}

/* The screen locks: nothing secret waits in memory. */
static void pin_keep(struct panel *p)
{
	forget(self(p));
}

static void pin_destroy(struct panel *p)
{
	forget(self(p));
	widget_edit_free(&self(p)->edit);
}

static const enum context pin_contexts[] = { CTX_PIN, CTX_END };
static const enum context pin_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops pin_ops = {
	.name = "pin",
	.contexts = pin_contexts,
	.widgets = pin_widgets,
	.title = pin_title,
	.action = pin_action,
	.key = pin_key,
	.paste = pin_paste,
	.typing = pin_typing,
	.offers = pin_offers,
	.paint = pin_paint,
	.keep = pin_keep,
	.destroy = pin_destroy,
};

void panel_pin_open(struct app *app)
{
	struct panel_pin *v;

	if (desk_of(app)->who.vouched) {
		popup_say(app, ROLE_TEXT, word(W_PIN_TITLE),
		    word(W_PIN_VOUCHED));
		return;
	}
	v = xcalloc(1, sizeof(*v));
	v->base.app = app;
	go(v, ASK_OLD);
	app_push(app, &v->base, &pin_ops);
}
