/*
 * Saving what the pages of a form hold: one save, complaints back to their
 * fields.  Used by panel_form.
 */
#ifndef MQ_FORM_SAVE_H
#define MQ_FORM_SAVE_H

#include "../core/save.h"
#include "form_page.h"

#define FORM_PAGES 2

struct form_save {
	struct node *n;
	const struct session *who;
	struct form_page *pages;	/* the second derives from the first */
	int npages;
	int64_t rec;			/* 0: opens a record */
	const char *step;		/* "" unless a step on rec */
	const char *why;		/* correction */
	int at_page;		/* page of the first complaint, -1 none */
	int ncomplaints;		/* shown at fields */
};

/* MQ_OK: committed and on the disk.  Otherwise nothing was saved: complaints
 * stand at the fields they are about (ncomplaints > 0), or err says it. */
enum mq_status form_save_run(struct form_save *j, struct save_result *out,
    struct err *err) MUST_CHECK;

#endif
