/*
 * Steps of the flow by one key: which may be taken on a record now, how they
 * stand at the foot of a page, how they are taken on one record or on many.
 * Used by panel_record and panel_records.
 */
#ifndef MQ_RECORD_STEP_H
#define MQ_RECORD_STEP_H

#include "../core/record.h"
#include "../core/pack.h"
#include "../core/save.h"
#include "app.h"

#define RECORD_STEPS_MAX 24

struct record_steps {
	int64_t rec;		/* whose; 0 nothing loaded */
	const struct flow_step *v[RECORD_STEPS_MAX];
	size_t n;
};

/* What the person at the desk may do with it now; r NULL: nothing. */
void record_steps_load(struct record_steps *s, struct app *app,
    const struct record_full *r);
/* The step of that key, NULL none. */
const struct flow_step *record_steps_find(const struct record_steps *s,
    uint32_t key);
/* "现在能做  a 受理  d 分拨 …" from line y on, at most `max` lines; returns
 * lines used, also when d is only measured. */
int record_steps_paint(const struct record_steps *s, const struct draw *d,
    int y, int max, bool paint);

/* Commits and frees what `s` holds unless `st` says that it cannot be: says so
 * on the screen only after the disk has it, and keeps it for undo.  What went
 * wrong stands in a box.  False: not saved. */
bool record_step_commit(struct app *app, struct save *s, enum mq_status st,
    struct err *err, const char *what);
/* The same step on all of them in one save, so that one undo takes it back.
 * f: what the step asks, NULL nothing. */
bool record_step_all(struct app *app, const int64_t *recs, size_t n,
    const struct flow_step *step, const struct fields *f);
/* What was written at the last step of that name; false when it was never
 * taken.  out begins empty, the caller frees it. */
bool record_step_words(struct app *app, int64_t rec, const char *step,
    struct fields *out);

#endif
