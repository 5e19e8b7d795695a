/*
 * The hours facet: signing in and out, entering service later, no minute
 * twice, caps and approval by the pack.  Called through facet_decide() at
 * save; its reading side by the sign-in board and reports.
 *
 * Works on fixed field names (core/packs/README.md): volunteer, who, start,
 * end, minutes, witness, and in the step form out_when, origin, event,
 * overlap.
 */
#include "hours_parts.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../ledger.h"
#include "../pack_data.h"
#include "../roster.h"
#include "../volunteer.h"

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

/* ---- overlap ---- */

struct clash {
	struct node *n;
	struct utc from, to;
	int64_t except;
	int64_t other;
	struct utc other_from, other_to;
	bool other_open;
};

static bool meets(void *ctx, const struct record *r)
{
	struct clash *c = ctx;
	struct hours_span s;

	if (r->rec == c->except || r->opened_at.ms >= c->to.ms)
		return false;
	hours_read_span(c->n, r, &s);
	/* What is known only by day and length cannot meet anything. */
	if (!s.open && (!s.exact || s.minutes == 0 || s.to.ms <= c->from.ms))
		return false;
	c->other = r->rec;
	c->other_from = s.from;
	c->other_to = s.to;
	c->other_open = s.open;
	return true;
}

static enum mq_status find_clash(struct node *n, const struct hours_whose *w,
    struct clash *c, struct err *err)
{
	struct utc back = { c->from.ms -
	    pack_int(n->pack, "hours_stretch_max", 0) * MS_MINUTE };
	int64_t open_back = c->from.ms -
	    pack_int(n->pack, "hours_open_days", 0) * MS_DAY;

	if (open_back < back.ms)
		back.ms = open_back;
	c->n = n;
	return hours_read_each(n, w, false, back, c->to, meets, c, err);
}

enum mq_status hours_overlap(struct node *n, int64_t who, struct utc from,
    struct utc to, int64_t except, int64_t *other, struct err *err)
{
	struct hours_whose w = { who, "" };
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

static enum mq_status sum_of(struct node *n, const struct hours_whose *w,
    struct day from,
    struct day to, int64_t except, int64_t *out, struct err *err)
{
	struct sum s = { 0, except };
	enum mq_status rc = hours_read_each(n, w, false, clock_day_start(from),
	    clock_day_start(to), add_minutes, &s, err);

	*out = s.minutes;
	return rc;
}

enum mq_status hours_sum(struct node *n, int64_t who, struct day from,
    struct day to, struct minutes *out, struct err *err)
{
	struct hours_whose w = { who, "" };
	int64_t m;
	enum mq_status rc = sum_of(n, &w, from, to, 0, &m, err);

	out->n = (int32_t)m;
	return rc;
}

enum mq_status hours_sum_number(struct node *n, const char *number,
    struct day from, struct day to, struct minutes *out, struct err *err)
{
	struct hours_whose w = { 0, number };
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
	return (struct utc){ ledger_now(n).ms -
	    pack_int(n->pack, "hours_open_days", 0) * MS_DAY };
}

static enum mq_status open_of(struct node *n, const struct hours_whose *w,
    int64_t *rec, struct err *err)
{
	struct utc none = { 0 };

	*rec = 0;
	return hours_read_each(n, w, true, open_since(n), none, take_first,
	    rec, err);
}

enum mq_status hours_open_of(struct node *n, int64_t who, int64_t *rec,
    struct err *err)
{
	struct hours_whose w = { who, "" };

	return open_of(n, &w, rec, err);
}

enum mq_status hours_open_of_number(struct node *n, const char *number,
    int64_t *rec, struct err *err)
{
	struct hours_whose w = { 0, number };

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

/* When an event ends, and whether it is known. */
static bool event_end(struct node *n, const char *event, struct utc *end)
{
	struct record_full e;
	struct ref ref;
	int64_t minutes;

	if (!ref_parse(event, strlen(event), &ref) ||
	    record_get(n, ref_rec(ref), &e, NULL) != MQ_OK)
		return false;
	minutes = fields_int(&e.f, "minutes", 0);
	end->ms = e.r.opened_at.ms + minutes * MS_MINUTE;
	record_full_free(&e);
	return minutes > 0;
}

struct utc hours_end(struct node *n, const struct record *r, struct utc now,
    bool *guessed)
{
	int64_t stay = pack_int(n->pack, "hours_stay_max", 0);
	struct utc end = { r->opened_at.ms + stay * MS_MINUTE }, planned;
	struct record_full full;

	*guessed = false;
	if (r->flags & REC_CLOSED)
		return r->closed_at;
	if (now.ms <= r->opened_at.ms || record_get(n, r->rec, &full, NULL)
	    != MQ_OK)
		return r->opened_at;
	if (event_end(n, fields_text(&full.f, "event"), &planned) &&
	    planned.ms > r->opened_at.ms)
		end = planned;
	else if (stay == 0)
		end = now;
	record_full_free(&full);
	*guessed = now.ms > end.ms;
	return *guessed ? end : now;
}

/* Longer than likely, or past its end and on another day. */
bool hours_forgotten(struct node *n, const struct record *r, struct utc now)
{
	int64_t hours = pack_int(n->pack, "hours_forgotten_hours", 0);
	bool guessed = false;

	if (r->flags & REC_CLOSED)
		return false;
	if (hours > 0 && now.ms - r->opened_at.ms > hours * MS_HOUR)
		return true;
	if (clock_day(now).n == clock_day(r->opened_at).n)
		return false;
	(void)hours_end(n, r, now, &guessed);
	return guessed;
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
static void end_now(struct act *a, struct hours_span *s)
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
static void read_stretch(struct act *a, struct hours_span *s)
{
	int64_t longest = pack_int(a->n->pack, "hours_stretch_max", 1440);
	bool start_exact = false, end_exact = false, has_end;

	*s = (struct hours_span){ a->now, a->now, false, false, 0 };
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
static enum mq_status check_overlap(struct act *a, const struct hours_span *s,
    bool *covered, struct err *err)
{
	const char *ref = fields_text(a->d, "who");
	struct hours_whose w[2] = { { 0, fields_text(a->f, "volunteer") },
		{ 0, "" } };
	struct clash c = { .n = a->n, .from = s->from, .to = s->to,
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

struct day_sum {
	struct node *n;
	struct day first;
	int64_t except;
	int64_t already[HOURS_DAYS];
};

static bool add_days(void *ctx, const struct record *r)
{
	struct day_sum *d = ctx;
	struct hours_span s;
	int i;

	if (r->rec == d->except || !(r->flags & REC_CLOSED))
		return false;
	hours_read_span(d->n, r, &s);
	for (i = 0; i < HOURS_DAYS; i++)
		d->already[i] += hours_cap_on_day(&s,
		    (struct day){ d->first.n + i });
	return false;
}

/* How much counts at once; the rest waits for somebody's word. */
static enum mq_status decide_level(struct act *a, const struct hours_span *s,
    struct err *err)
{
	static const char *const names[] = { "", "over", "far" };
	struct hours_whose w = { 0, fields_text(a->f, "volunteer") };
	struct day_sum d = { a->n, clock_day(s->from), a->prior == NULL ? 0 :
		a->prior->r.rec, { 0 } };
	/* One that began the day before may reach into this day. */
	struct utc from = clock_day_start((struct day){ d.first.n - 1 });
	struct utc to = clock_day_start((struct day){ d.first.n +
		HOURS_DAYS });
	enum hours_tier tier;
	int64_t counted;
	enum mq_status rc;

	rc = hours_read_each(a->n, &w, false, from, to, add_days, &d, err);
	if (rc != MQ_OK)
		return rc;
	tier = hours_cap_count(s, d.already,
	    pack_int(a->n->pack, "hours_day_cap", 0),
	    pack_int(a->n->pack, "hours_day_far", 0), &counted);
	fields_set_int(a->d, "num", counted);
	/* Where all counts, `num` says it. */
	if (tier != HOURS_FREE || a->prior != NULL) {
		fields_set_int(a->d, "served", s->minutes);
		fields_set(a->d, "level", names[tier]);
		fields_set_int(a->d, "pending", s->minutes - counted);
	}
	return MQ_OK;
}

static enum mq_status decide_stretch(struct act *a, const struct hours_span *s,
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
	if (covered) {
		fields_set_int(a->d, "num", 0);
		fields_set(a->d, "level", "covered");
		return MQ_OK;
	}
	return decide_level(a, s, err);
}

static bool changed(const struct act *a, const char *name)
{
	const struct field_value *x = fields_get(&a->prior->f, name);
	const struct field_value *y = fields_get(a->f, name);

	if (x == NULL || y == NULL)
		return fields_has(&a->prior->f, name) !=
		    fields_has(a->f, name);
	return !fields_same(x, y);
}

/* Time once recorded is corrected before a witness: neither the volunteer
 * nor whoever writes it down.  Time taken from a visit follows the visit. */
static void check_witness(struct act *a)
{
	const char *by = fields_text(a->f, "witness");

	if (a->prior == NULL || fields_has(a->f, "origin") ||
	    kind_field(a->kind, "witness") == NULL ||
	    (!changed(a, "start") && !changed(a, "end") &&
	    !changed(a, "minutes") && !changed(a, "volunteer")))
		return;
	if (by[0] == '\0')
		act_complain_say(a, "witness", MQ_E_REQUIRED,
		    SAY_HOURS_WITNESS, NULL, NULL);
	else if (volunteer_same(a->n, by, a->who->by) ||
	    volunteer_same(a->n, by, fields_text(a->f, "volunteer")))
		act_complain_say(a, "witness", MQ_E_FIELD,
		    SAY_HOURS_WITNESS_SELF, NULL, NULL);
}

static enum mq_status decide_open(struct act *a, struct err *err)
{
	int64_t hours = pack_int(a->n->pack, "hours_forgotten_hours", 0);
	struct hours_span s;
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
	check_witness(a);
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
	int64_t hours = pack_int(a->n->pack, "hours_forgotten_hours", 0);
	struct hours_span s = { a->prior->r.opened_at, a->now, true, false, 0 };
	bool exact = true, typed;
	struct act all = *a;
	char text[16];
	enum mq_status rc;

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

/* ---- approving, refusing, settling ---- */

bool hours_high_enough(struct node *n, const struct kind *k,
    const struct session *who)
{
	const char *levels = pack_facet(n->pack, k, "hours", "far_levels");
	const struct org *o;
	int i;

	for (i = 0; i < who->nposts; i++) {
		o = org_find(pack_orgs(n->pack), who->posts[i].org);
		if (o != NULL && pack_data_has_word(levels, o->level))
			return true;
	}
	return levels[0] == '\0';
}

static void decide_approve(struct act *a, bool yes)
{
	const char *level = a->prior->r.level;
	int64_t pending = fields_int(&a->prior->d, "pending", 0);

	if (pending <= 0)
		act_complain_say(a, "", MQ_E_STATE, SAY_HOURS_NOT_PENDING,
		    NULL, NULL);
	else if (strcmp(level, "far") == 0 && !hours_high_enough(a->n,
	    a->kind, a->who))
		act_complain_say(a, "", MQ_E_DENIED, SAY_HOURS_FAR, NULL,
		    NULL);
	if (a->ncomplaints > 0)
		return;
	fields_set(a->d, "level", "");
	fields_set_int(a->d, "pending", 0);
	if (yes)
		fields_set_int(a->d, "num", a->prior->r.num + pending);
}

/* Two nodes signed one person in at once: here the common minutes go. */
static enum mq_status decide_settle(struct act *a, struct err *err)
{
	const char *text = fields_text(a->f, "overlap");
	struct record_full other;
	struct hours_span own, its;
	struct ref ref;
	int64_t common, left;
	enum mq_status rc;

	if (!ref_parse(text, strlen(text), &ref)) {
		act_complain_say(a, "overlap", MQ_E_FIELD,
		    SAY_HOURS_NO_OVERLAP, NULL, NULL);
		return MQ_OK;
	}
	rc = record_get(a->n, ref_rec(ref), &other, err);
	if (rc != MQ_OK)
		return rc;
	hours_read_span_of(a->prior, &own);
	hours_read_span_of(&other, &its);
	common = hours_cap_overlap(&own, &its);
	if (common == 0 || !volunteer_same(a->n,
	    fields_text(&other.f, "volunteer"),
	    fields_text(&a->prior->f, "volunteer")))
		act_complain_say(a, "overlap", MQ_E_FIELD,
		    SAY_HOURS_NO_OVERLAP, NULL, NULL);
	record_full_free(&other);
	left = own.minutes - common;
	fields_set(a->d, "settled", text);
	if (left < a->prior->r.num)
		fields_set_int(a->d, "num", left);
	return MQ_OK;
}

static bool is_step(const struct act *a, const char *key)
{
	return strcmp(pack_facet(a->n->pack, a->kind, "hours", key),
	    a->step) == 0;
}

static enum mq_status decide_step(struct act *a, struct err *err)
{
	const struct flow_step *step = kind_step(a->kind, a->step);
	bool approve = is_step(a, "approve"), reject = is_step(a, "reject");
	bool settle = is_step(a, "settle");

	if (step == NULL)
		return MQ_OK;		/* the form has said so */
	if (!act_fits_state(a, step))
		return MQ_OK;
	if (!approve && !reject && !settle)
		return decide_out(a, err);
	if (volunteer_same(a->n, fields_text(&a->prior->f, "volunteer"),
	    a->who->by)) {
		act_complain_say(a, "", MQ_E_DENIED, SAY_HOURS_OWN, NULL,
		    NULL);
		return MQ_OK;
	}
	fields_set(a->d, "from", a->prior->r.state);
	if (settle)
		return decide_settle(a, err);
	decide_approve(a, approve);
	return MQ_OK;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	if (strcmp(a->op, "step") == 0)
		return decide_step(a, err);
	return decide_open(a, err);
}

/* ---- telling ---- */

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	int64_t pending = fields_int(&r->d, "pending", 0);
	struct utc now = ledger_now(n), end;
	bool guessed = false;

	if (!(r->r.flags & REC_CLOSED)) {
		end = hours_end(n, &r->r, now, &guessed);
		if (guessed)
			facet_line(out, SAY_HOURS_TELL_OPEN, TONE_CARE,
			    "%" PRId64, (end.ms - r->r.opened_at.ms) /
			    MS_MINUTE);
	}
	if (pending > 0)
		facet_line(out, SAY_HOURS_TELL_PENDING, TONE_CARE, "%" PRId64,
		    pending);
	if (fields_has(&r->d, "settled"))
		facet_line(out, SAY_HOURS_TELL_SETTLED, TONE_PLAIN, "%s",
		    fields_text(&r->d, "settled"));
}

const struct facet facet_hours = {
	.name = "hours", .decide = decide, .tell = tell
};
