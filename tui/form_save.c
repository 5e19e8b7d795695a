/*
 * One save out of the pages of a form.  Used by panel_form.
 */
#include "form_save.h"

#include <assert.h>

#include "../core/base/xmalloc.h"
#include "../core/ledger.h"

/* Collects the entries; index[i] gets the entry of page i. */
static enum mq_status collect(struct form_save *j, struct save *s,
    int index[FORM_PAGES], struct err *err)
{
	struct fields changes = { NULL, 0, 0 };
	enum mq_status st = MQ_OK;
	int i;

	if (j->rec && j->step[0])
		return save_step(s, j->rec, j->step, &j->pages[0].f,
		    &index[0], err);
	if (j->rec) {
		form_page_changes(&j->pages[0], &changes);
		st = save_fix(s, j->rec, &changes, j->why, &index[0], err);
		fields_free(&changes);
		return st;
	}
	for (i = 0; i < j->npages && !st; i++)
		st = save_open(s, j->pages[i].k->name, &j->pages[i].f,
		    i > 0 ? index[0] : -1, &index[i], err);
	return st;
}

/* A complaint finds its field, or its words are left in err. */
static void place_complaints(struct form_save *j, const struct save *s,
    const int index[FORM_PAGES], struct err *err)
{
	struct save_complaint list[SAVE_COMPLAINTS];
	int n = save_complaints(s, list, SAVE_COMPLAINTS), i, page;
	bool left = false;

	for (i = 0; i < n && i < SAVE_COMPLAINTS; i++) {
		bool placed = false;

		for (page = 0; page < j->npages && !placed; page++) {
			if (index[page] != list[i].entry)
				continue;
			placed = form_page_complain(&j->pages[page],
			    list[i].field, &list[i].err);
			if (placed && j->at_page < 0)
				j->at_page = page;
			j->ncomplaints += placed;
		}
		if (!placed && !left && err) {
			*err = list[i].err;
			left = true;
		}
	}
}

enum mq_status form_save_run(struct form_save *j, struct save_result *out,
    struct err *err)
{
	struct save *s = save_new(j->n, j->who);
	int index[FORM_PAGES] = { -1, -1 };
	enum mq_status st;
	int i;

	assert(j->npages > 0 && j->npages <= FORM_PAGES);
	j->at_page = -1;
	j->ncomplaints = 0;
	for (i = 0; i < j->npages; i++) {
		form_page_leave(&j->pages[i]);
		form_page_refresh(&j->pages[i]);
		form_page_forgive(&j->pages[i]);
	}
	/* First of all: what is a time to come depends on it. */
	st = ledger_check_clock(j->n, err);
	if (!st)
		st = collect(j, s, index, err);
	if (!st)
		st = save_commit(s, out, err);
	if (st)
		place_complaints(j, s, index, err);
	save_free(&s);
	return st;
}
