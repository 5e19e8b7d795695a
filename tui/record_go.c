/*
 * From a record to what comes next.  See record_go.h.
 */
#include "record_go.h"

#include "../core/notice.h"
#include "../core/recur.h"
#include "panels.h"

/* The kind to begin; NULL when there is nothing this person may begin. */
static const char *begin(struct app *app, const struct record *r,
    struct fields *f)
{
	struct node *n = desk_of(app)->n;
	const char *kind = notice_begin(n, r, f);

	if (kind == NULL)
		kind = recur_begin(n, r, f);
	return kind != NULL && desk_may(app, "open", kind) ? kind : NULL;
}

bool record_go_may(struct app *app, const struct record *r)
{
	struct fields f = { NULL, 0, 0 };
	bool may = begin(app, r, &f) != NULL;

	fields_free(&f);
	return may;
}

void record_go(struct app *app, const struct record *r)
{
	struct fields f = { NULL, 0, 0 };
	const char *kind = begin(app, r, &f);

	if (kind != NULL)
		panel_form_open(app, &(struct form_start){ .kind = kind,
		    .presets = &f });
	else
		panel_record_open(app, r->rec);
	fields_free(&f);
}
