/*
 * A few words asked for on the page of a record: a note, or why it is
 * withdrawn.  What is typed is kept as a draft like every other text.  Used
 * by panel_record.
 */
#ifndef MQ_RECORD_ASK_H
#define MQ_RECORD_ASK_H

#include "form_draft.h"
#include "widget_edit.h"

enum record_asking { RECORD_ASK_NOTHING, RECORD_ASK_NOTE, RECORD_ASK_VOID };

#define RECORD_ASK_LINES 4	/* what record_ask_paint() needs */

struct record_ask {
	struct desk *d;
	enum record_asking what;
	struct record r;		/* whose page it is */
	struct widget_edit edit;
	struct form_draft draft;
};

void record_ask_init(struct record_ask *a, struct desk *d);
void record_ask_free(struct record_ask *a);
/* Begins, with the words of an unfinished draft where there is one: true
 * when there was. */
bool record_ask_open(struct record_ask *a, enum record_asking what,
    const struct record *r);
/* Puts the draft; with `now` on the disk before it returns, else within the
 * second after which record_ask_keep() or form_draft_sync() comes again. */
enum mq_status record_ask_keep(struct record_ask *a, bool now,
    struct err *err) MUST_CHECK;
/* Saved, or emptied: the draft goes, nothing is asked any more. */
enum mq_status record_ask_done(struct record_ask *a, struct err *err)
    MUST_CHECK;
/* What a draft asks for; RECORD_ASK_NOTHING when it is a form's. */
enum record_asking record_ask_of(const struct draft *x);
/* Prompt and field, RECORD_ASK_LINES high. */
void record_ask_paint(struct record_ask *a, const struct draw *d, int y);

#endif
