/*
 * The clocks of the flow facet: started, stopped, paused, moved by steps at
 * save; each with a sum that explains it.  Called by flow.c.
 */
#include "flow_parts.h"

#include <assert.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../calendar.h"
#include "../flow_clock.h"
#include "../ledger.h"
#include "../pack_data.h"

/* The clocks of the record while a step is being decided. */
struct board {
	struct act *a;
	const struct calendar *calendar;
	struct flow_clock v[FLOW_CLOCKS_MAX];
	bool changed[FLOW_CLOCKS_MAX];
	int n;
};

/* ---- rules ---- */

/* The first row of due.csv that fits decides. */
static const struct due_rule *find_rule(struct act *a, const char *name)
{
	struct fields all = { NULL, 0, 0 };
	const struct due_rule *v, *found = NULL;
	size_t i, n;

	if (a->prior != NULL)
		fields_copy(&all, &a->prior->f);
	fields_overlay(&all, a->f);
	v = pack_due_rules(a->n->pack, &n);
	for (i = 0; i < n && found == NULL; i++)
		if (strcmp(v[i].kind, a->kind->name) == 0 &&
		    strcmp(v[i].rule, name) == 0 &&
		    (v[i].category[0] == '\0' || strcmp(v[i].category,
		    fields_text(&all, "category")) == 0) &&
		    (v[i].grade[0] == '\0' || strcmp(v[i].grade,
		    fields_text(&all, "grade")) == 0))
			found = &v[i];
	fields_free(&all);
	return found;
}

/* Does a year that this limit crosses have no table yet? */
static bool is_assumed(const struct calendar *c, struct utc from,
    struct utc to, const char *unit)
{
	int y;

	if (strcmp(unit, "minute") == 0 || strcmp(unit, "hour") == 0)
		return false;
	for (y = clock_civil(from).year; y <= clock_civil(to).year; y++)
		if (!calendar_known_year(c, y))
			return true;
	return false;
}

/* From the start through every pause, by this calendar. */
static struct utc counted(const struct calendar *c, const struct flow_clock *k)
{
	struct utc due = calendar_due(c, k->start, k->value, k->unit);
	int i;

	for (i = 0; i < k->npauses; i++)
		due = calendar_resume(c, due, k->pauses[i].from,
		    k->pauses[i].to, k->unit);
	return due;
}

/* ---- the words of the column ---- */

static int find_clock(const struct board *b, const char *name)
{
	int i;

	for (i = 0; i < b->n; i++)
		if (strcmp(b->v[i].name, name) == 0)
			return i;
	return -1;
}

static void start_clock(struct board *b, const char *name, const char *rule)
{
	const struct due_rule *r = find_rule(b->a, rule);
	struct flow_clock k;
	char day[24];
	int i = find_clock(b, name);

	if (r == NULL) {
		act_complain_say(b->a, "", MQ_E_PACK_BAD, SAY_FLOW_NO_RULE,
		    rule, NULL);
		return;
	}
	if (i < 0 && b->n == FLOW_CLOCKS_MAX) {
		act_complain_say(b->a, "", MQ_E_PACK_BAD, SAY_FLOW_CLOCKS,
		    name, NULL);
		return;
	}
	k = (struct flow_clock){ .value = r->value, .start = b->a->now };
	xcopy(k.name, sizeof(k.name), name);
	xcopy(k.rule, sizeof(k.rule), r->rule);
	xcopy(k.unit, sizeof(k.unit), r->unit);
	xcopy(k.calendar, sizeof(k.calendar),
	    calendar_version(b->calendar));
	/* Rules count from when it happened, not from when it was typed. */
	if (b->a->prior == NULL)
		k.start.ms = fields_int(b->a->d, "opened", b->a->now.ms);
	k.due = counted(b->calendar, &k);
	if (k.due.ms <= 0) {
		/* A day before 1970 is no day for a clock to run from. */
		clock_show(k.start, CLOCK_DATE, day, sizeof(day));
		act_complain(b->a, "", MQ_E_DATE, "%s", day);
		return;
	}
	k.assumed = is_assumed(b->calendar, k.start, k.due, k.unit);
	if (i < 0)
		i = b->n++;
	b->v[i] = k;
	b->changed[i] = true;
}

static void stop_clock(struct board *b, int i)
{
	if (b->v[i].done.ms != 0)
		return;
	b->v[i].done = b->a->now;
	b->changed[i] = true;
}

static void pause_clock(struct board *b, int i)
{
	if (!flow_clock_runs(&b->v[i]))
		return;
	b->v[i].paused = b->a->now;
	b->changed[i] = true;
}

static void resume_clock(struct board *b, int i)
{
	struct flow_clock *k = &b->v[i];

	if (k->paused.ms == 0 || k->done.ms != 0)
		return;
	k->due = calendar_resume(b->calendar, k->due, k->paused, b->a->now,
	    k->unit);
	/* The latest pauses are kept apart, earlier ones joined to the first:
	 * the due time is right either way. */
	if (k->npauses == FLOW_CLOCK_SPANS) {
		memmove(&k->pauses[1], &k->pauses[2],
		    (FLOW_CLOCK_SPANS - 2) * sizeof(k->pauses[0]));
		k->npauses--;
	}
	k->pauses[k->npauses++] = (struct flow_span){ k->paused, b->a->now,
	    { 0 } };
	k->paused.ms = 0;
	b->changed[i] = true;
}

static void moved(struct board *b, int i, struct utc due, bool recount)
{
	struct flow_clock *k = &b->v[i];

	if (k->nmoves == FLOW_CLOCK_SPANS) {
		act_complain_say(b->a, "", MQ_E_FIELD, SAY_FLOW_MOVES,
		    NULL, NULL);
		return;
	}
	k->recounts[k->nmoves] = recount;
	k->moves[k->nmoves++] = (struct flow_span){ k->due, due, b->a->now };
	k->due = due;
	b->changed[i] = true;
}

/* To the day (its closing time) or minute that stands in the field, of this
 * step or of the one that asked. */
static void extend_clock(struct board *b, int i, const char *field)
{
	const char *text = fields_text(b->a->f, field);
	struct when w;
	struct utc due;

	if (text[0] == '\0' && b->a->prior != NULL)
		text = fields_text(&b->a->prior->f, field);
	if (b->v[i].done.ms != 0 || when_read(text, b->a->now, &w, NULL) !=
	    MQ_OK)
		return;
	due = w.precision == WHEN_MINUTE ? when_start(&w) :
	    calendar_close(b->calendar, w.day);
	if (due.ms <= b->v[i].due.ms) {
		act_complain_say(b->a, field, MQ_E_FIELD, SAY_FLOW_EARLIER,
		    NULL, NULL);
		return;
	}
	moved(b, i, due, false);
}

/* By the calendar of today.  A date that somebody granted stands. */
static void recount_clock(struct board *b, int i)
{
	struct flow_clock *k = &b->v[i];
	struct utc due;
	int m;

	if (k->done.ms != 0 || !k->assumed || k->value > 100000 ||
	    k->value < 0 || !calendar_is_unit(k->unit))
		return;
	due = counted(b->calendar, k);
	if (is_assumed(b->calendar, k->start, due, k->unit))
		return;
	for (m = 0; m < k->nmoves; m++)
		if (!k->recounts[m])
			due = k->due;
	k->assumed = false;
	xcopy(k->calendar, sizeof(k->calendar),
	    calendar_version(b->calendar));
	moved(b, i, due, true);
}

/* One word: verb, verb:NAME or verb:NAME=ARGUMENT; no NAME or * is all. */
static void take_word(struct board *b, const char *word)
{
	char verb[16], name[FLOW_CLOCK_NAME];
	const char *colon = strchr(word, ':'), *eq = strchr(word, '=');
	int i;

	snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(word, ":"), word);
	snprintf(name, sizeof(name), "%.*s", colon == NULL ? 1 :
	    (int)strcspn(colon + 1, "="), colon == NULL ? "*" : colon + 1);
	if (strcmp(verb, "start") == 0) {
		start_clock(b, name, eq == NULL ? name : eq + 1);
		return;
	}
	for (i = 0; i < b->n; i++) {
		if (strcmp(name, "*") != 0 && strcmp(name, b->v[i].name) != 0)
			continue;
		if (strcmp(verb, "stop") == 0)
			stop_clock(b, i);
		else if (strcmp(verb, "pause") == 0)
			pause_clock(b, i);
		else if (strcmp(verb, "resume") == 0)
			resume_clock(b, i);
		else if (strcmp(verb, "extend") == 0 && eq != NULL)
			extend_clock(b, i, eq + 1);
		else if (strcmp(verb, "recount") == 0)
			recount_clock(b, i);
	}
}

void flow_time_decide(struct act *a, const struct flow_step *s)
{
	struct board *b;
	struct fields all = { NULL, 0, 0 };
	const char *at = s->clock, *w;
	char word[96];
	size_t len;
	int i;

	if (s->clock[0] == '\0')
		return;
	b = xcalloc(1, sizeof(*b));
	b->a = a;
	b->calendar = pack_calendar(a->n->pack);
	if (a->prior != NULL)
		b->n = flow_clock_all(&a->prior->d, b->v, FLOW_CLOCKS_MAX);
	/* A start that stands alone takes the place of all others. */
	if (strncmp(at, "start:", 6) == 0 && strchr(at, ' ') == NULL)
		for (i = 0; i < b->n; i++)
			stop_clock(b, i);
	while (pack_data_word(&at, &w, &len)) {
		snprintf(word, sizeof(word), "%.*s", (int)len, w);
		take_word(b, word);
	}
	for (i = 0; i < b->n; i++)
		if (b->changed[i])
			flow_clock_put(a->d, &b->v[i]);
	if (a->prior != NULL)
		fields_copy(&all, &a->prior->d);
	fields_overlay(&all, a->d);
	/* What stood before clocks had names. */
	fields_drop(&all, "due");
	fields_set_int(a->d, "due", flow_clock_earliest(&all).ms);
	fields_free(&all);
	free(b);
}

/* ---- explaining ---- */

static void line(struct buf *out, enum lang lang, enum say id, const char *a,
    const char *b)
{
	say_fill(out, lang, id, a, b);
	buf_addc(out, '\n');
}

const char *flow_time_label(struct node *n, const char *kind,
    const struct flow_clock *k, enum lang lang)
{
	size_t i, count;
	const struct due_rule *v = pack_due_rules(n->pack, &count);

	for (i = 0; i < count; i++)
		if (strcmp(v[i].kind, kind) == 0 &&
		    strcmp(v[i].rule, k->rule) == 0 &&
		    v[i].value == k->value && strcmp(v[i].unit, k->unit) == 0)
			return v[i].label[lang];
	return k->rule;
}

/* What moved it since the sum, each its line. */
static void explain_moves(const struct flow_clock *k, enum lang lang,
    struct buf *out)
{
	char from[40], to[40], both[100];
	int i;

	for (i = 0; i < k->npauses; i++) {
		clock_show(k->pauses[i].from, CLOCK_MINUTE, from,
		    sizeof(from));
		clock_span(k->pauses[i].to.ms - k->pauses[i].from.ms, lang,
		    to, sizeof(to));
		line(out, lang, SAY_FLOW_PAUSE_LINE, from, to);
	}
	for (i = 0; i < k->nmoves; i++) {
		clock_show(k->moves[i].from, CLOCK_MINUTE, from,
		    sizeof(from));
		clock_show(k->moves[i].to, CLOCK_MINUTE, to, sizeof(to));
		snprintf(both, sizeof(both), "%s → %s", from, to);
		clock_show(k->moves[i].at, CLOCK_MINUTE, to, sizeof(to));
		line(out, lang, k->recounts[i] ? SAY_FLOW_RECOUNT_LINE :
		    SAY_FLOW_EXTEND_LINE, both, to);
	}
}

/* How it stands against the limit. */
static void explain_standing(const struct flow_clock *k, struct utc now,
    enum lang lang, struct buf *out)
{
	char span[60];
	int64_t left = k->due.ms - (k->paused.ms ? k->paused.ms : now.ms);

	clock_span(left < 0 ? -left : left, lang, span, sizeof(span));
	line(out, lang, left < 0 ? SAY_FLOW_LATE : k->paused.ms ?
	    SAY_FLOW_PAUSED : SAY_FLOW_LEFT, span, NULL);
}

/* Decided elsewhere, perhaps by a program that knows more units. */
static bool makes_sense(const struct flow_clock *k)
{
	return k->value >= 0 && k->value <= 100000 &&
	    calendar_is_unit(k->unit);
}

static void explain_one(struct node *n, const struct record_full *r,
    const struct flow_clock *k, enum lang lang, struct buf *out)
{
	const struct calendar *c = pack_calendar(n->pack);
	char when[40];

	line(out, lang, SAY_FLOW_RULE, flow_time_label(n, r->r.kind, k, lang),
	    NULL);
	calendar_explain(c, k->start, k->value, k->unit, lang, out);
	explain_moves(k, lang, out);
	/* The decided due time, where it is not what the sum gives today:
	 * moved, or counted by another calendar. */
	if (calendar_due(c, k->start, k->value, k->unit).ms != k->due.ms) {
		clock_show(k->due, CLOCK_MINUTE, when, sizeof(when));
		line(out, lang, SAY_FLOW_STORED, k->calendar, when);
	}
	explain_standing(k, ledger_now(n), lang, out);
}

/* One that is over: in time or not. */
static void explain_done(struct node *n, const struct record_full *r,
    const struct flow_clock *k, enum lang lang, struct buf *out)
{
	char text[60], words[200];

	snprintf(words, sizeof(words), "%s",
	    flow_time_label(n, r->r.kind, k, lang));
	if (k->done.ms <= k->due.ms)
		clock_show(k->done, CLOCK_MINUTE, text, sizeof(text));
	else
		clock_span(k->done.ms - k->due.ms, lang, text, sizeof(text));
	line(out, lang, k->done.ms <= k->due.ms ? SAY_FLOW_MET :
	    SAY_FLOW_MISSED, words, text);
}

void flow_time_explain(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out)
{
	struct flow_clock *v;
	int i, count, shown = 0;

	v = xcalloc(FLOW_CLOCKS_MAX, sizeof(*v));
	count = n->pack == NULL ? 0 : flow_clock_all(&r->d, v,
	    FLOW_CLOCKS_MAX);
	for (i = 0; i < count; i++) {
		if (!makes_sense(&v[i]) || v[i].done.ms != 0)
			continue;
		if (shown++ > 0)
			buf_addc(out, '\n');
		explain_one(n, r, &v[i], lang, out);
	}
	for (i = 0; i < count; i++) {
		if (!makes_sense(&v[i]) || v[i].done.ms == 0)
			continue;
		shown++;
		explain_done(n, r, &v[i], lang, out);
	}
	if (shown == 0)
		line(out, lang, SAY_FLOW_NO_DUE, NULL, NULL);
	free(v);
}
