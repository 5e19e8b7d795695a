/*
 * Inside of the form panel, for panel_form.c, form_assist.c and
 * form_commit.c only.  Others open it through panels.h.
 */
#ifndef MQ_PANEL_FORM_H
#define MQ_PANEL_FORM_H

#include "../core/search.h"
#include "form_draft.h"
#include "form_save.h"

#define PANEL_FORM_RESUME 3
#define PANEL_FORM_ALIKE 3

struct panel_form {
	struct panel base;
	struct desk *d;
	struct form_page pages[FORM_PAGES];
	int npages, cur;
	int64_t rec;
	char step[32];
	char about[200];	/* title of the record we work on */
	struct form_draft draft;
	struct fields carried;	/* what the second page took over */
	int found[PANEL_FORM_RESUME];	/* drafts offered at the start */
	size_t nfound;
	bool quiet;		/* closes after saving, says nothing */
	int64_t saved;		/* the record that was opened */
	bool phrase_put;	/* the last key put a phrase in by digit … */
	char phrase_digit;	/* … Backspace makes it that digit again */
	struct search_alike alike[PANEL_FORM_ALIKE];	/* there already */
	int nalike, nasked;
	bool alike_denied;	/* it is none of those */
	bool done;		/* saved or dropped: nothing to keep */
};

/* The page we are on. */
struct form_page *panel_form_page(struct panel_form *p);
/* A correction, not a step and not a new record. */
bool panel_form_is_fix(const struct panel_form *p);
/* Puts the draft; trouble is said once.  Synced within a second … */
void panel_form_keep(struct panel_form *p);
/* … or now. */
void panel_form_sync(struct panel_form *p, bool now);
/* The second page follows what was changed on the first. */
void panel_form_carry(struct panel_form *p);

#endif
