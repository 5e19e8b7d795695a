/*
 * Other colours while the program runs, see theme_pick.h.  They last until the
 * program ends: what a machine looks like is for node.ini to say.
 */
#include "theme_pick.h"

#include "popup.h"
#include "words.h"

static const struct { const char *name; enum word_id words; } themes[] = {
	{ "default", W_THEME_DEFAULT }, { "daylight", W_THEME_DAYLIGHT },
	{ "night", W_THEME_NIGHT }, { "contrast", W_THEME_CONTRAST },
	{ "colourblind", W_THEME_COLOURBLIND }, { "mono", W_THEME_MONO },
};

static unsigned answered(struct panel *p, int answer)
{
	struct app *app = p->app;
	struct err err = ERR_INIT;
	struct theme t;
	char line[400];

	if (answer < 0)
		return PANEL_REDRAW;
	theme_default(&t);
	if (theme_find(app->env, app->theme_dir, themes[answer].name, &t,
	    &err) != MQ_OK) {
		err_say(&err, app_lang(app), line, sizeof(line));
		app_notice(app, ROLE_WARN, line);
		return PANEL_REDRAW;
	}
	app_set_theme(app, &t);
	return PANEL_REDRAW;
}

void theme_pick_ask(struct panel *p)
{
	const char *answers[ARRAY_LEN(themes)];

	for (size_t i = 0; i < ARRAY_LEN(themes); i++)
		answers[i] = word(themes[i].words);
	popup_ask(p, word(W_THEME_TITLE), word(W_THEME_ASK), answers,
	    ARRAY_LEN(themes), answered);
}
