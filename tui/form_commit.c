/*
 * The form's save key: asks the reason of a correction and shows what others
 * built on it, saves, and brings complaints to their fields.  Used by
 * panel_form.
 */
#include "form_commit.h"

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "form_alike.h"
#include "form_clock.h"
#include "panels.h"
#include "popup.h"
#include "words.h"

#define WHYS 4
#define BUILT_SHOWN 4
#define DERIVED_MAX 32

static void show_complaints(struct panel_form *p, const struct form_save *j,
    const struct err *err)
{
	char text[200], n[16];

	if (j->ncomplaints == 0) {
		popup_err(p->base.app, err);
		return;
	}
	p->cur = j->at_page;
	form_page_go_complaint(panel_form_page(p), false);
	snprintf(n, sizeof(n), "%d", j->ncomplaints);
	words_fill(text, sizeof(text), W_FORM_COMPLAINTS, n, NULL);
	app_notice(p->base.app, ROLE_ERROR, text);
	panel_form_keep(p);
	panel_form_sync(p, true);
}

static void saved(struct panel_form *p, const struct save_result *res)
{
	struct app *app = p->base.app;
	struct err err = ERR_INIT;
	struct save_result *copy = xcalloc(1, sizeof(*copy));
	bool quiet = p->quiet;

	*copy = *res;
	p->done = true;
	p->saved = res->nrecs ? res->recs[0] : 0;
	p->base.result = 1;
	desk_saved(app, res->first);
	if (form_draft_drop(p->d, &p->draft, &err) != MQ_OK)
		app_notice(app, ROLE_WARN, word(W_FORM_DRAFT_STAYS));
	else
		panel_form_sync(p, true);
	app_close(app, &p->base);
	if (!quiet)
		panel_saved_open(app, copy);
	free(copy);
}

static unsigned save_with(struct panel_form *p, const char *why)
{
	struct form_save j = {
		.n = p->d->n, .who = &p->d->who, .pages = p->pages,
		.npages = p->npages, .rec = p->rec, .step = p->step,
		.why = why,
	};
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	enum mq_status st;

	if (p->npages == 2)
		panel_form_carry(p);
	st = form_save_run(&j, res, &err);
	if (st == MQ_OK) {
		saved(p, res);
	} else if (st == MQ_E_CLOCK) {
		panel_form_keep(p);
		panel_form_sync(p, true);
		form_clock_open(p->base.app);
	} else {
		panel_form_keep(p);
		panel_form_sync(p, true);
		show_complaints(p, &j, &err);
	}
	free(res);
	return PANEL_REDRAW;
}

static unsigned why_answered(struct panel *base, int answer)
{
	static const enum word_id whys[WHYS] = { W_FORM_WHY_PERSON,
	    W_FORM_WHY_TIME, W_FORM_WHY_SLIP, W_FORM_WHY_ADD };

	if (answer < 0 || answer >= WHYS)
		return PANEL_REDRAW;
	return save_with((struct panel_form *)base, word(whys[answer]));
}

/* One line for each thing others did on what derives from this record. */
static void say_built(struct panel_form *p, struct buf *out)
{
	struct record_event *ev = NULL;
	enum lang lang = p->d->n->env->lang;
	struct err err = ERR_INIT;
	char count[16], text[600], name[64], at[32];
	int n = 0, i;

	if (save_built_on(p->d->n, p->rec, &ev, &n, &err) != MQ_OK) {
		err_say_part(&err, ERR_WHAT, lang, text, sizeof(text));
		buf_addf(out, "%s\n", text);
		return;
	}
	if (n > 0) {
		snprintf(count, sizeof(count), "%d", n);
		words_fill(text, sizeof(text), W_FORM_BUILT, count, NULL);
		buf_addf(out, "%s\n", text);
	}
	for (i = 0; i < n && i < BUILT_SHOWN; i++) {
		const struct kind *k = pack_kind(p->d->n->pack, ev[i].e.kind);
		const struct flow_step *s = k && ev[i].step[0] ?
		    kind_step(k, ev[i].step) : NULL;

		clock_show(ev[i].e.at, CLOCK_SHORT, at, sizeof(at));
		desk_person_name(p->base.app, ev[i].e.by, name,
		    sizeof(name));
		buf_addf(out, "  %s %s %s\n", at, name, s ?
		    s->label[lang] : k ? k->label[lang] : ev[i].e.kind);
	}
	record_events_free(&ev, n);
}

/* 记错人: what will follow, and what others have built on it. */
static void say_follows(struct panel_form *p, const struct fields *changes,
    struct buf *out)
{
	struct record *rows;
	char count[16], text[200];
	int n = 0;

	if (!fields_get(changes, "who") && !fields_get(changes, "place"))
		return;
	rows = xcalloc(DERIVED_MAX, sizeof(*rows));
	if (record_derived(p->d->n, p->rec, rows, DERIVED_MAX, &n,
	    NULL) == MQ_OK && n > 0) {
		snprintf(count, sizeof(count), "%d", n);
		words_fill(text, sizeof(text), W_FORM_FOLLOWS, count, NULL);
		buf_addf(out, "%s\n", text);
	}
	free(rows);
	say_built(p, out);
}

static unsigned save_fix_asking(struct panel_form *p)
{
	const char *answers[WHYS] = { word(W_FORM_WHY_PERSON),
	    word(W_FORM_WHY_TIME), word(W_FORM_WHY_SLIP),
	    word(W_FORM_WHY_ADD) };
	struct fields changes = { NULL, 0, 0 };
	struct buf text = BUF_INIT(BUF_SMALL);

	form_page_leave(&p->pages[0]);
	form_page_refresh(&p->pages[0]);
	form_page_changes(&p->pages[0], &changes);
	if (changes.n == 0) {
		app_notice(p->base.app, ROLE_NOTICE, word(W_FORM_NO_CHANGE));
	} else {
		say_follows(p, &changes, &text);
		buf_adds(&text, word(W_FORM_WHY_TEXT));
		popup_ask(&p->base, word(W_FORM_WHY_TITLE), buf_str(&text),
		    answers, WHYS, why_answered);
	}
	fields_free(&changes);
	buf_free(&text);
	return PANEL_REDRAW;
}

unsigned form_commit_run(struct panel_form *p)
{
	if (panel_form_is_fix(p))
		return save_fix_asking(p);
	return form_alike_ask(p) ? PANEL_REDRAW : save_with(p, "");
}
