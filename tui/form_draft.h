/*
 * Half-typed forms and the person's drafts file: put, find, take up again.
 * Used by panel_form.
 */
#ifndef MQ_FORM_DRAFT_H
#define MQ_FORM_DRAFT_H

#include "desk.h"
#include "form_page.h"

/* What a draft holds of the pages: the fields and who it is about. */
struct form_draft {
	int number;		/* 0: none yet */
	bool parked;
	struct utc begun;
	bool failed;		/* the file could not be written: said once */
};

/* Keeps this state; the number is given at the first change.  Words in err
 * when it could not be written (the screen still has it all). */
enum mq_status form_draft_put(struct desk *d, struct form_draft *fd,
    struct form_page *pages, int npages, int cur, int64_t rec,
    const char *step, struct err *err) MUST_CHECK;
enum mq_status form_draft_sync(struct desk *d, bool now, struct err *err)
    MUST_CHECK;
enum mq_status form_draft_drop(struct desk *d, struct form_draft *fd,
    struct err *err) MUST_CHECK;

/* Gives it a number when it has none; refused when there are too many. */
enum mq_status form_draft_number(struct desk *d, struct form_draft *fd,
    struct err *err) MUST_CHECK;
/* A draft that cannot be written is said once; the screen still has it. */
void form_draft_trouble(struct app *app, struct form_draft *fd,
    const struct err *err);

const struct draft *form_draft_find(struct desk *d, int number);
/* Unfinished ones of this kind, record and step that nobody parked, newest
 * first; returns how many. */
size_t form_draft_unfinished(struct desk *d, const char *kind, int64_t rec,
    const char *step, const struct draft **out, size_t max);
/* "走访 王* 5 分钟前" */
void form_draft_words(struct desk *d, const struct draft *x, char *out,
    size_t size);

#endif
