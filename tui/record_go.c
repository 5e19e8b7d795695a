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

static bool is_task(struct app *app, const struct record *r)
{
	const struct kind *k = pack_kind(desk_of(app)->n->pack, r->kind);

	return k != NULL && kind_has_facet(k, "list");
}

bool record_go_may(struct app *app, const struct record *r)
{
	struct fields f = { NULL, 0, 0 };
	bool may = is_task(app, r) || begin(app, r, &f) != NULL;

	fields_free(&f);
	return may;
}

void record_go(struct app *app, const struct record *r)
{
	struct fields f = { NULL, 0, 0 };
	const char *kind = begin(app, r, &f);

	if (is_task(app, r))
		panel_task_open(app, r->rec);
	else if (kind != NULL)
		panel_form_open(app, &(struct form_start){ .kind = kind,
		    .presets = &f });
	else
		panel_record_open(app, r->rec);
	fields_free(&f);
}
