/*
 * One page of a form: all fields of a kind, or those a step asks, with skip
 * logic, scrolling and complaints.  Used by panel_form, which owns saving,
 * drafts and pickers.
 */
#ifndef MQ_FORM_PAGE_H
#define MQ_FORM_PAGE_H

#include "form_field.h"

struct form_page {
	struct node *n;
	const struct kind *k;
	const struct flow_step *step;	/* NULL: the kind's own fields */
	struct form_field *v;
	size_t nfields, cap;
	size_t here;		/* always one that can have the focus */
	size_t first;		/* the uppermost one on the screen */
	struct fields f;	/* what is filled in now */
	struct fields prior;	/* correction: what stood there */
	bool fix;
	bool touched;		/* by the person */
	struct utc now;		/* of the last key: what 今天 means */
};

void form_page_init(struct form_page *p, struct node *n,
    const struct kind *k, const struct flow_step *step);
void form_page_free(struct form_page *p);
/* Fills in values (presets, a draft); those without a field are kept. */
void form_page_load(struct form_page *p, const struct fields *f);
/* What stands in times and numbers was filled in for them: typing replaces
 * it.  After presets, never after a draft. */
void form_page_fresh(struct form_page *p);
/* Correction of what stands in r: private values only as their masks. */
void form_page_load_prior(struct form_page *p, const struct record_full *r);
/* Skip logic and choices again after a value has changed from outside. */
void form_page_refresh(struct form_page *p);

struct form_field *form_page_here(struct form_page *p);
struct form_field *form_page_find(struct form_page *p, const char *name);
bool form_page_go(struct form_page *p, const char *name);
/* Leaves the field (it is checked) and goes on; PANEL_IGNORED at the end. */
unsigned form_page_move(struct form_page *p, int by);
/* Checks the field we are on and stays. */
void form_page_leave(struct form_page *p);

unsigned form_page_key(struct form_page *p, uint32_t key);
unsigned form_page_paste(struct form_page *p, const char *s, size_t len);
void form_page_set(struct form_page *p, const char *name, const char *value);
void form_page_picked(struct form_page *p, const char *value);
void form_page_insert(struct form_page *p, const char *text);

/* Complaints. */
bool form_page_complain(struct form_page *p, const char *name,
    const struct err *err);
void form_page_forgive(struct form_page *p);
int form_page_complaints(const struct form_page *p);
/* To the first one, or the next one after where we are. */
bool form_page_go_complaint(struct form_page *p, bool next);

/* A row of a repeat: where we stand, may it go?  It goes with all in it. */
bool form_page_may_drop_row(const struct form_page *p);
void form_page_drop_row(struct form_page *p);

/* What a correction changes: new values, "gone" for emptied ones. */
void form_page_changes(struct form_page *p, struct fields *out);
/* "3/9": where we are, how many there are. */
void form_page_progress(const struct form_page *p, int *at, int *all);

void form_page_paint(struct form_page *p, const struct draw *d);

#endif
