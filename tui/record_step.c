/*
 * Steps by one key.  Called by panel_record and panel_records.
 */
#include "record_step.h"

#include <inttypes.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/flow.h"
#include "../core/ledger.h"
#include "desk.h"
#include "popup.h"
#include "words.h"

#define GAP 2			/* cells after a key, after a label */

void record_steps_load(struct record_steps *s, struct app *app,
    const struct record_full *r)
{
	struct desk *d = desk_of(app);

	s->rec = r != NULL ? r->r.rec : 0;
	s->n = r != NULL ? flow_steps(d->n, &d->who, r, s->v,
	    RECORD_STEPS_MAX) : 0;
}

const struct flow_step *record_steps_find(const struct record_steps *s,
    uint32_t key)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i]->key[0] != '\0' &&
		    (uint32_t)(unsigned char)s->v[i]->key[0] == key)
			return s->v[i];
	return NULL;
}

int record_steps_paint(const struct record_steps *s, const struct draw *d,
    int y, int max, bool paint)
{
	int x = text_cells(word(W_FACT_STEPS)) + GAP, lines = 1;

	if (s->n == 0)
		return 0;
	if (paint)
		draw_text(d, y, 0, 0, ROLE_LABEL, word(W_FACT_STEPS));
	for (size_t i = 0; i < s->n; i++) {
		const char *label = s->v[i]->label[words_lang()];
		int cells = GAP + text_cells(label);

		if (x + cells > d->w && x > 0) {
			if (lines == max)
				break;
			x = 0;
			lines++;
		}
		if (paint) {
			draw_text(d, y + lines - 1, x, 0, ROLE_KEY,
			    s->v[i]->key);
			draw_text(d, y + lines - 1, x + GAP, 0, ROLE_TEXT,
			    label);
		}
		x += cells + GAP;
	}
	return lines;
}

bool record_step_commit(struct app *app, struct save *s, enum mq_status st,
    struct err *err, const char *what)
{
	struct save_result res;
	char text[160];

	if (st == MQ_OK)
		st = save_commit(s, &res, err);
	save_free(&s);
	if (st != MQ_OK) {
		desk_of(app)->counts_fresh = false;
		popup_err(app, err);
		return false;
	}
	desk_saved(app, res.first);
	words_fill(text, sizeof(text), W_RECORD_SAVED, what, NULL);
	app_notice(app, ROLE_OK, text);
	return true;
}

bool record_step_all(struct app *app, const int64_t *recs, size_t n,
    const struct flow_step *step, const struct fields *f)
{
	struct desk *d = desk_of(app);
	struct fields none = { NULL, 0, 0 };
	struct save *s = save_new(d->n, &d->who);
	struct err err = ERR_INIT;
	enum mq_status st = MQ_OK;
	char what[120], count[24];

	for (size_t i = 0; i < n && st == MQ_OK; i++)
		st = save_step(s, recs[i], step->name, f != NULL ? f : &none,
		    NULL, &err);
	snprintf(count, sizeof(count), "%zu", n);
	if (n > 1)
		words_fill(what, sizeof(what), W_RECORD_STEP_MANY,
		    step->label[words_lang()], count, NULL);
	else
		(void)xcopy(what, sizeof(what), step->label[words_lang()]);
	return record_step_commit(app, s, st, &err, what);
}

bool record_step_words(struct app *app, int64_t rec, const char *step,
    struct fields *out)
{
	struct record_event *list;
	struct err err = ERR_INIT;
	bool found = false;
	int n = 0;

	if (record_events(desk_of(app)->n, rec, &list, &n, &err) != MQ_OK)
		return false;
	for (int i = n - 1; i >= 0 && !found; i--) {
		if (list[i].undone || strcmp(list[i].step, step) != 0)
			continue;
		fields_copy(out, &list[i].f);
		found = true;
	}
	record_events_free(&list, n);
	return found;
}
