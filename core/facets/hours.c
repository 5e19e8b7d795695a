/*
 * The hours facet: signing in and out, entering service later, no minute
 * twice, caps by the pack.  Called through facet_decide() at save; its
 * reading side by the sign-in board and reports.
 *
 * Works on fixed field names (core/packs/README.md): volunteer, who, start,
 * end, minutes, and in the step form out_when, origin.
 */
#include "../hours.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../pack_data.h"
#include "../roster.h"

#define PAGE 50
#define PAGES_MAX 200		/* bounded: 10,000 services of one person */

/* One stretch of service.  Without hour and minute only its length counts. */
struct stretch {
	struct utc from, to;
	bool exact;		/* from and to are real moments */
	bool open;		/* signed in, not out */
	int64_t minutes;
};

/* ---- services of one volunteer ---- */

struct whose {
	int64_t rec;		/* of the register, 0: by number */
	const char *number;
};

static const char *first_state(const struct kind *k)
{
	return k->nstates > 0 ? k->states[0].name : "";
}

static const char *closed_state(const struct kind *k)
{
	size_t i;

	for (i = 0; i < k->nstates; i++)
		if (k->states[i].closed)
			return k->states[i].name;
	return "";
}

static void query_of(const struct kind *k, const struct whose *w,
    struct record_query *q)
{
	const struct field *fd = kind_field(k, "volunteer");

	*q = (struct record_query){ .kind = k->name, .sort = SORT_OPENED };
	if (w->rec != 0) {
		q->who = w->rec;
	} else if (fd != NULL && fd->index > 0) {
		q->sort = SORT_KEY;
		q->slot = fd->index;
		q->prefix = w->number;
	} else {
		q->by = w->number;
	}
}

/* The key index finds by beginning: number 12 also meets 123. */
static bool is_theirs(struct node *n, const struct whose *w,
    const struct record *row)
{
	struct record_full r;
	bool same;

	if (w->rec != 0)
		return row->who == w->rec;
	if (record_get(n, row->rec, &r, NULL) != MQ_OK)
		return false;
	same = strcmp(fields_text(&r.f, "volunteer"), w->number) == 0;
	record_full_free(&r);
	return same;
}

/* Calls fn for every service of theirs that began in [from, to), of every
 * kind that has hours, until fn says stop. */
static enum mq_status each_service(struct node *n, const struct whose *w,
    const char *state, struct utc from, struct utc to, bool (*fn)(void *ctx,
    const struct record *r), void *ctx, struct err *err)
{
	struct record *rows, last;
	struct record_query q;
	enum mq_status rc = MQ_OK;
	bool stop = false;
	size_t k;
	int page, got, i;

	if (n->db == NULL || (w->rec == 0 && w->number[0] == '\0'))
		return MQ_OK;
	rows = xcalloc(PAGE, sizeof(*rows));
	for (k = 0; k < pack_kinds(n->pack) && rc == MQ_OK && !stop; k++) {
		const struct kind *kind = pack_kind_at(n->pack, k);

		if (!kind_has_facet(kind, "hours"))
			continue;
		query_of(kind, w, &q);
		q.from = from;
		q.to = to;
		if (state != NULL)
			q.state = first_state(kind);
		last = (struct record){ 0 };
		for (page = 0; page < PAGES_MAX && !stop; page++) {
			rc = record_page(n, &q, &last, false, rows, PAGE,
			    &got, err);
			for (i = 0; i < got && rc == MQ_OK && !stop; i++)
				stop = is_theirs(n, w, &rows[i]) &&
				    fn(ctx, &rows[i]);
			if (rc != MQ_OK || got < PAGE)
				break;
			last = rows[PAGE - 1];
		}
	}
	free(rows);
	return rc;
}

/* ---- overlap ---- */

struct clash {
	struct utc from, to;
	int64_t except;
	int64_t other;
	struct utc other_from, other_to;
	bool other_open;
};

static bool meets(void *ctx, const struct record *r)
{
	struct clash *c = ctx;
	bool open = (r->flags & REC_CLOSED) == 0;
	bool exact = r->closed_at.ms - r->opened_at.ms ==
	    r->num * MS_MINUTE && r->num > 0;

	/* What is known only by day and length cannot meet anything. */
	if (r->rec == c->except || (!open && !exact))
		return false;
	if (r->opened_at.ms >= c->to.ms ||
	    (!open && r->closed_at.ms <= c->from.ms))
		return false;
	c->other = r->rec;
	c->other_from = r->opened_at;
	c->other_to = r->closed_at;
	c->other_open = open;
	return true;
}

static enum mq_status find_clash(struct node *n, const struct whose *w,
    struct clash *c, struct err *err)
{
	struct utc back = { c->from.ms -
	    pack_int(n->pack, "hours_stretch_max", 0) * MS_MINUTE };
	int64_t open_back = c->from.ms -
	    pack_int(n->pack, "hours_open_days", 0) * MS_DAY;

	if (open_back < back.ms)
		back.ms = open_back;
	return each_service(n, w, NULL, back, c->to, meets, c, err);
}

enum mq_status hours_overlap(struct node *n, int64_t who, struct utc from,
    struct utc to, int64_t except, int64_t *other, struct err *err)
{
	struct whose w = { who, "" };
	struct clash c = { .from = from, .to = to, .except = except };
	enum mq_status rc = find_clash(n, &w, &c, err);

	*other = c.other;
	return rc;
}

/* ---- sums ---- */

struct sum { int64_t minutes, except; };

static bool add_minutes(void *ctx, const struct record *r)
{
	struct sum *s = ctx;

	if (r->rec != s->except && (r->flags & REC_CLOSED))
		s->minutes += r->num;
	return false;
}

static enum mq_status sum_of(struct node *n, const struct whose *w,
    struct day from,
    struct day to, int64_t except, int64_t *out, struct err *err)
{
	struct sum s = { 0, except };
	enum mq_status rc = each_service(n, w, NULL, clock_day_start(from),
	    clock_day_start(to), add_minutes, &s, err);

	*out = s.minutes;
	return rc;
}

enum mq_status hours_sum(struct node *n, int64_t who, struct day from,
    struct day to, struct minutes *out, struct err *err)
{
	struct whose w = { who, "" };
	int64_t m;
	enum mq_status rc = sum_of(n, &w, from, to, 0, &m, err);

	out->n = (int32_t)m;
	return rc;
}

enum mq_status hours_sum_number(struct node *n, const char *number,
    struct day from, struct day to, struct minutes *out, struct err *err)
{
	struct whose w = { 0, number };
	int64_t m;
	enum mq_status rc = sum_of(n, &w, from, to, 0, &m, err);

	out->n = (int32_t)m;
	return rc;
}

/* ---- who is signed in ---- */

static bool take_first(void *ctx, const struct record *r)
{
	*(int64_t *)ctx = r->rec;
	return true;
}

static struct utc open_since(struct node *n)
{
	return (struct utc){ env_now(n->env).ms -
	    pack_int(n->pack, "hours_open_days", 0) * MS_DAY };
}

static enum mq_status open_of(struct node *n, const struct whose *w,
    int64_t *rec, struct err *err)
{
	struct utc none = { 0 };

	*rec = 0;
	return each_service(n, w, "in", open_since(n), none, take_first, rec,
	    err);
}

enum mq_status hours_open_of(struct node *n, int64_t who, int64_t *rec,
    struct err *err)
{
	struct whose w = { who, "" };

	return open_of(n, &w, rec, err);
}

enum mq_status hours_open_of_number(struct node *n, const char *number,
    int64_t *rec, struct err *err)
{
	struct whose w = { 0, number };

	return open_of(n, &w, rec, err);
}

enum mq_status hours_open_all(struct node *n, struct record *rows, int max,
    int *count, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t k;
	int got;

	*count = 0;
	for (k = 0; k < pack_kinds(n->pack) && rc == MQ_OK; k++) {
		const struct kind *kind = pack_kind_at(n->pack, k);
		struct record_query q = { .sort = SORT_OPENED };

		if (!kind_has_facet(kind, "hours") || *count == max)
			continue;
		q.kind = kind->name;
		q.state = first_state(kind);
		q.from = open_since(n);
		rc = record_page(n, &q, NULL, false, rows + *count,
		    max - *count, &got, err);
		if (rc == MQ_OK)
			*count += got;
	}
	return rc;
}

bool hours_forgotten(struct node *n, const struct record *r, struct utc now)
{
	int64_t hours = pack_int(n->pack, "hours_forgotten_hours", 0);

	return !(r->flags & REC_CLOSED) && hours > 0 &&
	    now.ms - r->opened_at.ms > hours * MS_HOUR;
}

/* ---- deciding ---- */

static bool read_moment(const struct fields *f, const char *name,
    struct utc now, struct utc *t, bool *exact)
{
	const char *s = fields_text(f, name);
	struct when w;

	if (s[0] == '\0' || when_read(s, now, &w, NULL) != MQ_OK)
		return false;
	*t = when_start(&w);
	*exact = w.precision == WHEN_MINUTE;
	return true;
}

static void write_moment(struct fields *f, const char *name, struct utc t)
{
	char text[40];

	clock_show(t, CLOCK_MINUTE, text, sizeof(text));
	fields_set(f, name, text);
}

/* Time taken along from a visit whose moment is that of writing it down, at
 * its end: count back.  Typed by itself it is a mistake. */
static void end_now(struct act *a, struct stretch *s)
{
	if (!fields_has(a->f, "origin")) {
		act_complain_say(a, "minutes", MQ_E_FIELD,
		    SAY_HOURS_AHEAD, NULL, NULL);
		return;
	}
	s->to = a->now;
	s->from.ms = a->now.ms - s->minutes * MS_MINUTE;
	write_moment(a->f, "start", s->from);
}

/* From the fields to one stretch; complains when they do not make one. */
static void read_stretch(struct act *a, struct stretch *s)
{
	int64_t longest = pack_int(a->n->pack, "hours_stretch_max", 1440);
	bool start_exact = false, end_exact = false, has_end;

	*s = (struct stretch){ a->now, a->now, false, false, 0 };
	(void)read_moment(a->f, "start", a->now, &s->from, &start_exact);
	has_end = read_moment(a->f, "end", a->now, &s->to, &end_exact);
	s->minutes = fields_int(a->f, "minutes", 0);
	if (has_end) {
		if (!end_exact)
			act_complain_say(a, "end", MQ_E_FIELD,
			    SAY_HOURS_EXACT, NULL, NULL);
		else if (!start_exact)
			act_complain_say(a, "start", MQ_E_FIELD,
			    SAY_HOURS_START_EXACT, NULL, NULL);
		else if (s->to.ms <= s->from.ms)
			act_complain_say(a, "end", MQ_E_FIELD,
			    SAY_HOURS_ORDER, NULL, NULL);
		s->minutes = (s->to.ms - s->from.ms) / MS_MINUTE;
		s->exact = true;
	} else if (s->minutes > 0) {
		s->exact = start_exact;
		s->to.ms = s->from.ms + s->minutes * MS_MINUTE;
		if (start_exact && s->to.ms > a->now.ms)
			end_now(a, s);
		if (!start_exact)
			s->to = a->now;
	} else if (start_exact) {
		s->open = s->exact = true;
		s->to = a->now;
	} else {
		act_complain_say(a, "minutes", MQ_E_REQUIRED,
		    SAY_HOURS_NONE, NULL, NULL);
	}
	if (s->minutes > longest)
		act_complain_say(a, "end", MQ_E_FIELD, SAY_HOURS_LONG, NULL,
		    NULL);
}

/* The register entry of a volunteer the roster knows. */
static void find_person(struct act *a)
{
	const struct roster_person *p;
	char text[ENTRY_REF_TEXT];

	if (fields_has(a->d, "who") || a->n->roster == NULL)
		return;
	p = roster_find(a->n->roster, fields_text(a->f, "volunteer"));
	if (p == NULL || p->person == 0)
		return;
	ref_text(ref_of_rec(p->person), text);
	fields_set(a->d, "who", text);
}

static void complain_clash(struct act *a, const struct clash *c)
{
	char from[40], to[40];

	clock_show(c->other_from, CLOCK_MINUTE, from, sizeof(from));
	clock_show(c->other_to, CLOCK_MINUTE, to, sizeof(to));
	act_complain_say(a, "start", MQ_E_OVERLAP, c->other_open ?
	    SAY_HOURS_OPEN : SAY_HOURS_CLASH, from, to);
}

/* Both ways of knowing a volunteer are looked through. */
static enum mq_status check_overlap(struct act *a, const struct stretch *s,
    bool *covered, struct err *err)
{
	const char *ref = fields_text(a->d, "who");
	struct whose w[2] = { { 0, fields_text(a->f, "volunteer") },
		{ 0, "" } };
	struct clash c = { .from = s->from, .to = s->to,
		.except = a->prior == NULL ? 0 : a->prior->r.rec };
	enum mq_status rc = MQ_OK;
	struct ref r;
	int i;

	*covered = false;
	if (!s->exact)
		return MQ_OK;
	if (s->open)
		c.to.ms = a->now.ms + MS_MINUTE;
	if (ref_parse(ref, strlen(ref), &r))
		w[1].rec = ref_rec(r);
	for (i = 0; i < 2 && rc == MQ_OK && c.other == 0; i++)
		rc = find_clash(a->n, &w[i], &c, err);
	if (rc != MQ_OK || c.other == 0)
		return rc;
	/* Minutes that came along with a visit are in the sign-in already. */
	if (fields_has(a->f, "origin"))
		*covered = true;
	else
		complain_clash(a, &c);
	return MQ_OK;
}

static enum mq_status decide_level(struct act *a, const struct stretch *s,
    struct err *err)
{
	struct whose w = { 0, fields_text(a->f, "volunteer") };
	struct day day = clock_day(s->from);
	int64_t cap = pack_int(a->n->pack, "hours_day_cap", 0), already = 0;
	enum mq_status rc;

	rc = sum_of(a->n, &w, day, (struct day){ day.n + 1 },
	    a->prior == NULL ? 0 : a->prior->r.rec, &already, err);
	if (rc != MQ_OK)
		return rc;
	if (cap > 0 && already + s->minutes > cap)
		fields_set(a->d, "level", "over");
	else if (a->prior != NULL)
		fields_set(a->d, "level", "");
	return MQ_OK;
}

static enum mq_status decide_stretch(struct act *a, const struct stretch *s,
    const char *source, struct err *err)
{
	bool covered;
	enum mq_status rc = check_overlap(a, s, &covered, err);

	if (rc != MQ_OK || a->ncomplaints > 0)
		return rc;
	fields_set_int(a->d, "opened", s->from.ms);
	fields_set(a->d, "source", source);
	if (s->open) {
		fields_set(a->d, "state", first_state(a->kind));
		return MQ_OK;
	}
	fields_set(a->d, "state", closed_state(a->kind));
	fields_set_int(a->d, "closed", s->to.ms);
	fields_set_int(a->d, "num", covered ? 0 : s->minutes);
	if (covered) {
		fields_set(a->d, "level", "covered");
		return MQ_OK;
	}
	return decide_level(a, s, err);
}

static enum mq_status decide_open(struct act *a, struct err *err)
{
	int64_t hours = pack_int(a->n->pack, "hours_forgotten_hours", 0);
	struct stretch s;
	char text[16];
	const char *source;

	if (!fields_has(a->f, "volunteer"))
		act_complain_say(a, "volunteer", MQ_E_REQUIRED,
		    SAY_HOURS_NOBODY, NULL, NULL);
	read_stretch(a, &s);
	snprintf(text, sizeof(text), "%" PRId64, hours);
	if (s.open && hours > 0 && a->prior == NULL &&
	    a->now.ms - s.from.ms > hours * MS_HOUR)
		act_complain_say(a, "end", MQ_E_REQUIRED,
		    SAY_HOURS_FORGOTTEN, text, NULL);
	if (a->ncomplaints > 0)
		return MQ_OK;
	find_person(a);
	source = a->prior != NULL && fields_has(&a->prior->d, "source") ?
	    fields_text(&a->prior->d, "source") :
	    say_word(s.open ? SAY_HOURS_LIVE : SAY_HOURS_LATER, LANG_ZH);
	return decide_stretch(a, &s, source, err);
}

/* Signing out: the record's start, and an end typed or now. */
static enum mq_status decide_out(struct act *a, struct err *err)
{
	const struct flow_step *step = kind_step(a->kind, a->step);
	int64_t hours = pack_int(a->n->pack, "hours_forgotten_hours", 0);
	struct stretch s = { a->prior->r.opened_at, a->now, true, false, 0 };
	bool exact = true, typed;
	struct act all = *a;
	char text[16];
	enum mq_status rc;

	if (step == NULL)
		return MQ_OK;
	if (!pack_data_has_word(step->from, a->prior->r.state)) {
		act_complain_say(a, "", MQ_E_STATE, SAY_FLOW_FROM,
		    a->prior->r.state, a->step);
		return MQ_OK;
	}
	typed = read_moment(a->f, "out_when", a->now, &s.to, &exact);
	s.minutes = (s.to.ms - s.from.ms) / MS_MINUTE;
	s.to.ms = s.from.ms + s.minutes * MS_MINUTE;
	snprintf(text, sizeof(text), "%" PRId64, hours);
	if (!exact)
		act_complain_say(a, "out_when", MQ_E_FIELD, SAY_HOURS_EXACT,
		    NULL, NULL);
	else if (s.minutes < 0 || (typed && s.minutes == 0))
		act_complain_say(a, "out_when", MQ_E_FIELD, SAY_HOURS_ORDER,
		    NULL, NULL);
	else if (!typed && hours > 0 && s.minutes > hours * 60)
		act_complain_say(a, "out_when", MQ_E_REQUIRED,
		    SAY_HOURS_FORGOTTEN, text, NULL);
	else if (s.minutes > pack_int(a->n->pack, "hours_stretch_max", 1440))
		act_complain_say(a, "out_when", MQ_E_FIELD, SAY_HOURS_LONG,
		    NULL, NULL);
	if (a->ncomplaints > 0)
		return MQ_OK;
	/* The rest works on the whole record, with the step's own fields. */
	all.f = xcalloc(1, sizeof(*all.f));
	fields_copy(all.f, &a->prior->f);
	if (fields_has(&a->prior->d, "who"))
		fields_set(a->d, "who", fields_text(&a->prior->d, "who"));
	rc = decide_stretch(&all, &s, fields_text(&a->prior->d, "source"),
	    err);
	memcpy(a->complaints, all.complaints, sizeof(a->complaints));
	a->ncomplaints = all.ncomplaints;
	fields_free(all.f);
	free(all.f);
	if (rc == MQ_OK && a->ncomplaints == 0) {
		fields_set(a->d, "from", a->prior->r.state);
		write_moment(a->f, "end", s.to);
	}
	return rc;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	if (strcmp(a->op, "step") == 0)
		return decide_out(a, err);
	return decide_open(a, err);
}

const struct facet facet_hours = { "hours", decide };
