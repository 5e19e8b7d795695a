/*
 * Both sides of a conflict from their own entries.  See record_side.h.
 */
#include "record_side.h"

#define BOTH_TEXT (8u * 1024u)

static bool one(struct node *n, int64_t rec, const struct record_conflict *c,
    int side, struct fields *out)
{
	struct record_event *list;
	struct err err = ERR_INIT;
	int count;
	bool found = false;

	if (record_events(n, rec, &list, &count, &err) != MQ_OK)
		return false;
	for (int i = 0; i < count && !found; i++) {
		const struct field_value *x = fields_get(&list[i].f, c->field);

		if (!ref_equal(list[i].e.id, c->from[side]) || x == NULL)
			continue;
		found = true;
		fields_put(out, c->field, x);
	}
	record_events_free(&list, count);
	return found;
}

/* One text after the other. */
static bool both(struct node *n, int64_t rec, const struct record_conflict *c,
    struct fields *out)
{
	struct fields a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	struct buf text = BUF_INIT(BOTH_TEXT);
	bool ok = one(n, rec, c, 0, &a) && one(n, rec, c, 1, &b);

	if (ok) {
		buf_addf(&text, "%s;%s", fields_text(&a, c->field),
		    fields_text(&b, c->field));
		fields_set(out, c->field, buf_str(&text));
	}
	buf_free(&text);
	fields_free(&a);
	fields_free(&b);
	return ok;
}

bool record_side(struct node *n, int64_t rec, const struct record_conflict *c,
    enum record_which which, struct fields *out)
{
	return which == RECORD_SIDE_BOTH ? both(n, rec, c, out) :
	    one(n, rec, c, which == RECORD_SIDE_OTHER, out);
}
