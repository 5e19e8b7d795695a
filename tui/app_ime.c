/*
 * The built-in Chinese input inside the loop, see app_ime.h.
 */
#include "app_ime.h"

#include "../core/base/text.h"
#include "ime.h"
#include "popup.h"
#include "words.h"

/* The field that has the focus wants Chinese words, not digits or a name. */
static bool wanted(struct panel *p)
{
	return p->ops->chinese != NULL && p->ops->paste != NULL &&
	    p->ops->chinese(p);
}

bool app_ime_key(struct app *app, struct panel *p, uint32_t key,
    unsigned *flags)
{
	char commit[IME_COMMIT];

	if (app->ime == NULL || !ime_on(app->ime))
		return false;
	if (!wanted(p)) {
		if (ime_composing(app->ime))
			ime_clear(app->ime);
		return false;
	}
	if (!ime_key(app->ime, key, commit))
		return false;
	*flags = PANEL_REDRAW;
	if (commit[0] != '\0')
		*flags |= p->ops->paste(p, commit, strlen(commit), false);
	return true;
}

/* ---- switching ---- */

static void tell(struct app *app, enum mq_status st, const struct err *err)
{
	char line[400];

	if (st != MQ_OK)
		err_say(err, app_lang(app), line, sizeof(line));
	else
		words_fill(line, sizeof(line), ime_on(app->ime) ? W_IME_IS_ON :
		    W_IME_IS_OFF, ime_method_name(ime_method(app->ime),
		    app_lang(app)), NULL);
	app_notice(app, st != MQ_OK ? ROLE_WARN : ROLE_TEXT, line);
}

static unsigned menu_answered(struct panel *p, int answer)
{
	struct app *app = p->app;
	struct err err = ERR_INIT;
	enum mq_status st;

	if (answer < 0)
		return PANEL_REDRAW;
	if (answer < IME_METHODS) {
		tell(app, ime_set_method(app->ime, (enum ime_method)answer,
		    &err), &err);
		return PANEL_REDRAW;
	}
	st = ime_forget(app->ime, &err);
	if (st != MQ_OK)
		tell(app, st, &err);
	else
		app_notice(app, ROLE_OK, word(W_IME_FORGOTTEN));
	return PANEL_REDRAW;
}

unsigned app_ime_action(struct app *app, struct panel *p, enum action act)
{
	const char *answers[IME_METHODS + 1];
	struct err err = ERR_INIT;

	if (app->ime == NULL ||
	    (act != ACT_IME_TURN && act != ACT_IME_MENU))
		return PANEL_IGNORED;
	if (act == ACT_IME_TURN) {
		tell(app, ime_turn(app->ime, !ime_on(app->ime), &err), &err);
		return PANEL_REDRAW;
	}
	for (int i = 0; i < IME_METHODS; i++)
		answers[i] = ime_method_name((enum ime_method)i,
		    app_lang(app));
	answers[IME_METHODS] = word(W_IME_FORGET);
	popup_ask(p, word(W_IME_TITLE), word(W_IME_ASK), answers,
	    IME_METHODS + 1, menu_answered);
	return PANEL_REDRAW;
}

/* ---- painting ---- */

void app_ime_paint(struct app *app, const struct draw *screen)
{
	struct panel *p = app_top(app);
	struct draw corner;
	const char *name;
	int y, x, cells;

	if (app->ime == NULL || p == NULL || !wanted(p) || !ime_on(app->ime))
		return;
	name = ime_method_name(ime_method(app->ime), app_lang(app));
	cells = text_cells(name) + 2;
	if (screen->w > cells) {
		corner = draw_sub(screen, screen->h - 1, screen->w - cells, 1,
		    cells);
		draw_fill(&corner, 0, 0, 1, cells, ROLE_FOOTER);
		draw_text(&corner, 0, 1, 0, ROLE_TITLE, name);
	}
	if (draw_where(&y, &x))
		ime_paint(app->ime, screen, y, x);
}
