/*
 * Search before create, see form_alike.h.
 */
#include "form_alike.h"

#include "../core/base/xmalloc.h"
#include "form_commit.h"
#include "panel_person.h"
#include "panels.h"
#include "popup.h"
#include "words.h"

#define LEAST_HEIGHT 12

static bool is_register(const struct panel_form *p)
{
	return p->npages > 0 && p->pages[0].k->register_ && p->rec == 0;
}

void form_alike_look(struct panel_form *p)
{
	struct buf scope = BUF_INIT(BUF_SMALL);
	const char *kind;

	p->nalike = 0;
	if (!is_register(p))
		return;
	kind = p->pages[0].k->name;
	desk_scope(p->base.app, kind, &scope);
	/* No help is no reason to stop somebody from writing. */
	if (search_alike_typed(p->d->n, kind, &p->pages[0].f,
	    buf_str(&scope), p->alike, PANEL_FORM_ALIKE, &p->nalike, NULL)
	    != MQ_OK)
		p->nalike = 0;
	buf_free(&scope);
}

static void line_of(const struct search_alike *x, char *out, size_t size)
{
	static const enum word_id ties[] = {
		[SEARCH_SAME_NUMBER] = W_ALIKE_NUMBER,
		[SEARCH_SAME_DOOR] = W_ALIKE_DOOR,
		[SEARCH_SAME_PHONE] = W_ALIKE_PHONE,
		[SEARCH_SAME_LIFE] = W_ALIKE_LIFE,
		[SEARCH_ONLY_NAME] = W_ALIKE_ONLY_NAME,
		[SEARCH_ONLY_PHONE] = W_ALIKE_ONLY_PHONE,
	};
	char who[200];

	panel_person_line(&x->p, who, sizeof(who));
	snprintf(out, size, "%s  %s", who, word(ties[x->tie]));
}

int form_alike_lines(const struct panel_form *p, int h)
{
	return h < LEAST_HEIGHT || p->cur != 0 || p->nalike == 0 ? 0 :
	    p->nalike + 1;
}

void form_alike_paint(const struct panel_form *p, const struct draw *d)
{
	char line[300];
	int i;

	draw_text(d, 0, 2, d->w - 4, ROLE_WARN, word(W_ALIKE_HEAD));
	for (i = 0; i < p->nalike; i++) {
		line_of(&p->alike[i], line, sizeof(line));
		draw_text(d, i + 1, 4, d->w - 6,
		    search_is_likely(p->alike[i].tie) ? ROLE_WARN :
		    ROLE_HINT, line);
	}
}

/* ---- before saving ---- */

static void take(struct panel_form *p, int64_t rec)
{
	struct app *app = p->base.app;
	struct err err = ERR_INIT;
	bool quiet = p->quiet, house;

	house = strcmp(p->pages[0].k->name, "household") == 0;
	p->done = true;
	p->saved = rec;
	p->base.result = 1;
	if (form_draft_drop(p->d, &p->draft, &err) != MQ_OK)
		app_notice(app, ROLE_WARN, word(W_FORM_DRAFT_STAYS));
	app_close(app, &p->base);
	if (quiet)
		return;
	if (house)
		panel_household_open(app, rec);
	else
		panel_record_open(app, rec);
}

static unsigned answered(struct panel *base, int answer)
{
	struct panel_form *p = (struct panel_form *)base;

	if (answer < 0 || answer > p->nasked)
		return PANEL_REDRAW;
	if (answer == p->nasked) {
		p->alike_denied = true;
		return form_commit_run(p);
	}
	take(p, p->alike[answer].p.rec);
	return PANEL_REDRAW;
}

bool form_alike_ask(struct panel_form *p)
{
	char lines[PANEL_FORM_ALIKE][300];
	const char *answers[PANEL_FORM_ALIKE + 1];
	int i;

	if (p->alike_denied || !is_register(p))
		return false;
	form_page_leave(&p->pages[0]);
	form_alike_look(p);
	for (i = 0; i < p->nalike && search_is_likely(p->alike[i].tie); i++) {
		line_of(&p->alike[i], lines[i], sizeof(lines[i]));
		answers[i] = lines[i];
	}
	p->nasked = i;
	if (i == 0)
		return false;
	answers[i] = word(W_ALIKE_NEW);
	popup_ask(&p->base, word(W_ALIKE_TITLE), word(W_ALIKE_TEXT), answers,
	    (size_t)i + 1, answered);
	return true;
}
