/*
 * Lines of the flow facet on the record page.  See record_flow.h.
 */
#include "record_flow.h"

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/flow.h"
#include "../core/flow_clock.h"
#include "../core/flow_sheet.h"
#include "../core/ledger.h"
#include "../core/person_id.h"
#include "desk.h"
#include "popup.h"
#include "words.h"

/* ---- clocks ---- */

static void clock_line(struct app *app, const struct record_full *r,
    const struct flow_clock *c, struct widget_lines *out)
{
	struct node *n = desk_of(app)->n;
	struct utc now = c->paused.ms != 0 ? c->paused : ledger_now(n);
	int64_t left = c->due.ms - now.ms;
	enum theme_role role = left < 0 ? ROLE_OVERDUE : ROLE_TEXT;
	char at[24], span[48], how[96], line[300];

	clock_show(c->due, CLOCK_SHORT, at, sizeof(at));
	clock_span(left < 0 ? -left : left, app_lang(app), span,
	    sizeof(span));
	words_fill(how, sizeof(how), left < 0 ? W_CLOCK_LATE :
	    c->paused.ms != 0 ? W_CLOCK_PAUSED : W_CLOCK_LEFT, span, NULL);
	snprintf(line, sizeof(line), "%s  %s  %s", at, how,
	    flow_time_label(n, r->r.kind, c, app_lang(app)));
	widget_lines_add(out, word(W_FACT_CLOCK), role, line);
}

/* The earliest alone stands in the line of the due time already. */
static void clocks(struct app *app, const struct record_full *r,
    struct widget_lines *out)
{
	struct flow_clock *v = xcalloc(FLOW_CLOCKS_MAX, sizeof(*v));
	int i, n = flow_clock_all(&r->d, v, FLOW_CLOCKS_MAX), open = 0;
	bool paused = false;

	for (i = 0; i < n; i++) {
		open += v[i].done.ms == 0;
		paused = paused || (v[i].done.ms == 0 && v[i].paused.ms != 0);
	}
	for (i = 0; i < n && (open > 1 || paused); i++)
		if (v[i].done.ms == 0)
			clock_line(app, r, &v[i], out);
	free(v);
}

/* ---- the rest ---- */

static void main_line(struct app *app, const struct record *r,
    struct widget_lines *out)
{
	struct record_full m;
	char no[24] = "", line[300];

	if (r->main == 0 || record_get(desk_of(app)->n, r->main, &m, NULL) !=
	    MQ_OK)
		return;
	person_id_short_show(m.r.no, no);
	snprintf(line, sizeof(line), "%s  %s", no, m.r.title);
	widget_lines_add(out, word(W_FACT_MAIN), ROLE_STRONG, line);
	record_full_free(&m);
}

/* 六个第一时间, in the order of the pack's list. */
static void stamps(struct app *app, const struct record_full *r,
    struct widget_lines *out)
{
	size_t n, i;
	const struct choice *v = pack_choices(desk_of(app)->n->pack,
	    FLOW_STAMPS, &n);
	struct buf line = BUF_INIT(BUF_SMALL);
	char name[48], at[24];

	for (i = 0; v != NULL && i < n; i++) {
		struct utc t;

		snprintf(name, sizeof(name), "stamp_%s", v[i].name);
		t.ms = fields_int(&r->d, name, 0);
		if (t.ms == 0)
			continue;
		clock_show(t, CLOCK_SHORT, at, sizeof(at));
		buf_addf(&line, "%s%s %s", line.len > 0 ? "  " : "",
		    v[i].label[app_lang(app)], at);
	}
	if (line.len > 0)
		widget_lines_add(out, word(W_FACT_STAMPS), ROLE_TEXT,
		    buf_str(&line));
	buf_free(&line);
}

void record_flow_lines(struct app *app, const struct record_full *r,
    struct widget_lines *out)
{
	const struct field_value *solved = fields_get(&r->d, "solved");

	clocks(app, r, out);
	if (r->r.proposed[0] != '\0' && (r->r.flags & REC_CLOSED) == 0)
		widget_lines_add(out, word(W_FACT_OFFERED), ROLE_WARN,
		    desk_org_name(app, r->r.proposed));
	main_line(app, &r->r, out);
	if (solved != NULL && (r->r.flags & REC_CLOSED) != 0 &&
	    r->r.main == 0)
		widget_lines_add(out, word(W_FACT_SOLVED), solved->num == 1 ?
		    ROLE_OK : ROLE_WARN, word(solved->num == 1 ?
		    W_SOLVED_YES : W_SOLVED_NO));
	stamps(app, r, out);
}

void record_flow_joined(struct app *app, const struct record_event *ev,
    char *out, size_t size)
{
	bool in = fields_has(&ev->d, "joined");
	const char *text = fields_text(&ev->d, in ? "joined" : "parted");
	struct record_full r;
	struct ref ref;
	char no[24] = "";

	out[0] = '\0';
	if (!ref_parse(text, strlen(text), &ref))
		return;
	if (record_get(desk_of(app)->n, ref_rec(ref), &r, NULL) == MQ_OK) {
		person_id_short_show(r.r.no, no);
		record_full_free(&r);
	}
	words_fill(out, size, in ? W_OP_JOINED : W_OP_PARTED, no, NULL);
}

/* ---- what it came from ---- */

int64_t record_flow_subject(struct node *n, struct ref id)
{
	struct err err = ERR_INIT;
	struct entry e;

	return ref_is(id) && ledger_read_head(n, id, &e, &err) == MQ_OK ?
	    ref_rec(e.subj) : 0;
}

/* ---- the call sheet ---- */

bool record_flow_calls(struct app *app, int64_t rec)
{
	struct buf text = BUF_INIT(BUF_LARGE);
	int pages;
	bool any = flow_sheet(desk_of(app)->n, rec, true, LANG_ZH, &text,
	    &pages, NULL) == MQ_OK;

	buf_free(&text);
	return any;
}

void record_flow_sheet(struct app *app, int64_t rec)
{
	struct buf text = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int pages;
	char *p;

	if (flow_sheet(desk_of(app)->n, rec, true, app_lang(app), &text,
	    &pages, &err) != MQ_OK) {
		popup_err(app, &err);
	} else {
		for (p = text.data; p != NULL && (p = strchr(p, '\f'));)
			*p = '\n';
		popup_say(app, ROLE_TEXT, word(W_RECORD_SHEET),
		    buf_str(&text));
	}
	buf_free(&text);
}
