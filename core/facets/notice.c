/*
 * The notice facet: audience, validity, answers.  At save a notice is routed
 * to every unit it concerns, and an answer back to whoever sent the notice.
 * Called through facet_decide() and facet_tell(); its reading side by the
 * home page and the command line.
 */
#include "../notice.h"

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../form.h"
#include "../ledger.h"
#include "../pack_data.h"

#define LOOK 60			/* notices of a kind looked through */
#define REPLIES_MAX 500
#define WAITING_SHOWN 6
#define KEY_SLOT 1

static const char *told(struct node *n, const struct kind *k,
    const char *key)
{
	return pack_facet(n->pack, k, "notice", key);
}

static const struct kind *kind_of(struct node *n, const char *name)
{
	const struct kind *k = n->pack == NULL ? NULL :
	    pack_kind(n->pack, name);

	return k != NULL && kind_has_facet(k, "notice") ? k : NULL;
}

/* ---- units ---- */

static const char *audience_of(struct node *n, const struct record_full *r)
{
	const struct kind *k = kind_of(n, r->r.kind);

	return k == NULL ? "" : fields_text(&r->f, told(n, k, "audience"));
}

/* Those who answer: units of the named levels inside the audience; the
 * audience itself where it has none. */
static int units_of(struct node *n, const struct kind *k,
    const char *audience, struct notice_unit *out)
{
	const struct orgs *o = pack_orgs(n->pack);
	const char *levels = told(n, k, "levels");
	int count = 0;
	size_t i;

	for (i = 0; i < o->n && count < NOTICE_UNITS_MAX; i++)
		if (org_within(o, o->v[i].code, audience) &&
		    pack_data_has_word(levels, o->v[i].level))
			out[count++] = (struct notice_unit){
			    .org = o->v[i].code };
	if (count == 0 && org_find(o, audience) != NULL)
		out[count++] = (struct notice_unit){
		    .org = org_find(o, audience)->code };
	return count;
}

/* For whom somebody of `org` answers. */
static const char *unit_of(struct node *n, const struct kind *k,
    const char *audience, const char *org)
{
	const struct orgs *o = pack_orgs(n->pack);
	const char *levels = told(n, k, "levels");
	const struct org *at;

	for (at = org_find(o, org); at != NULL;
	    at = org_parent(o, at->code))
		if (pack_data_has_word(levels, at->level) &&
		    org_within(o, at->code, audience))
			return at->code;
	return org_within(o, org, audience) ? audience : org;
}

/* ---- deciding ---- */

static void decide_notice(struct act *a)
{
	const char *name = told(a->n, a->kind, "until");
	struct when w;

	if (strcmp(a->op, "step") == 0)
		return;
	act_route(a, told(a->n, a->kind, "audience"));
	if (a->prior == NULL)
		fields_set(a->d, "sender", a->n->set.org);
	/* A day holds to its end. */
	if (fields_has(a->f, name) && when_read(fields_text(a->f, name),
	    a->now, &w, NULL) == MQ_OK)
		fields_set_int(a->d, "until", w.precision == WHEN_MINUTE ?
		    when_start(&w).ms :
		    clock_day_start((struct day){ w.day.n + 1 }).ms);
	else if (a->prior != NULL && fields_has(&a->prior->d, "until"))
		fields_set_int(a->d, "until", 0);
}

/* An answer: for which unit, back to whom. */
static enum mq_status decide_reply(struct act *a, const char *about,
    struct err *err)
{
	const char *text = fields_text(a->f, about);
	const char *answer = fields_text(a->f, told(a->n, a->kind,
	    "answer"));
	struct record_full r;
	const struct kind *k;
	enum mq_status st;
	struct ref ref;
	char key[120];

	if (strcmp(a->op, "step") == 0 ||
	    !ref_parse(text, strlen(text), &ref))
		return MQ_OK;
	st = record_get(a->n, ref_rec(ref), &r, err);
	if (st)
		return st;
	k = kind_of(a->n, r.r.kind);
	if (k == NULL) {
		act_complain_say(a, about, MQ_E_FIELD, SAY_NOTICE_NONE, NULL,
		    NULL);
	} else if (a->prior == NULL) {
		const char *unit = unit_of(a->n, k, audience_of(a->n, &r),
		    a->who->nposts > 0 ? a->who->posts[0].org :
		    a->n->set.org);

		fields_set(a->d, "unit", unit);
		snprintf(key, sizeof(key), "%s %s", text, unit);
		fields_set(a->d, "k1", key);
		fields_set_list(a->d, "route", fields_text(&r.d, "sender"));
	}
	fields_set(a->d, "key", answer);
	fields_set_int(a->d, "num", 1);
	record_full_free(&r);
	return MQ_OK;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	const char *about = told(a->n, a->kind, "about");

	if (a->ncomplaints > 0)
		return MQ_OK;
	if (about[0] != '\0')
		return decide_reply(a, about, err);
	decide_notice(a);
	return MQ_OK;
}

/* ---- reading ---- */

struct utc notice_until(const struct record_full *r)
{
	return (struct utc){ fields_int(&r->d, "until", 0) };
}

bool notice_holds(const struct record_full *r, struct utc now)
{
	struct utc until = notice_until(r);

	return (r->r.flags & (REC_VOID | REC_CLOSED)) == 0 &&
	    (until.ms == 0 || now.ms < until.ms);
}

bool notice_concerns(struct node *n, const struct session *who,
    const struct record_full *r)
{
	const struct orgs *o = pack_orgs(n->pack);
	const struct kind *k = kind_of(n, r->r.kind);
	const char *audience = audience_of(n, r), *roles;
	int p;

	if (k == NULL)
		return false;
	roles = fields_text(&r->f, told(n, k, "roles"));
	for (p = 0; p < who->nposts; p++) {
		const char *at = roles;
		bool role = roles[0] == '\0';

		while (*at != '\0' && !role) {
			size_t len = strcspn(at, "\n ");

			role = strncmp(at, who->posts[p].role, len) == 0 &&
			    who->posts[p].role[len] == '\0';
			at += len + (at[len] != '\0');
		}
		if (role && org_within(o, who->posts[p].org, audience))
			return true;
	}
	return false;
}

static const struct kind *reply_kind(struct node *n, const struct kind *k)
{
	return k == NULL ? NULL : pack_kind(n->pack, told(n, k, "replies"));
}

/* The answers to one notice, by unit; `unit` "" for all.  A unit's code begins
 * with that of the unit above it: one unit is asked for by its whole key. */
static enum mq_status replies(struct node *n, const struct kind *reply,
    int64_t rec, const char *unit, struct record *rows, int max, int *count,
    struct err *err)
{
	struct record_query q = { .kind = reply->name, .sort = SORT_KEY,
	    .slot = KEY_SLOT };
	char key[100], ref[ENTRY_REF_TEXT];

	ref_text(ref_of_rec(rec), ref);
	snprintf(key, sizeof(key), "%s %s", ref, unit);
	if (unit[0] == '\0')
		q.prefix = key;
	else
		q.key = key;
	return record_page(n, &q, NULL, false, rows, max, count, err);
}

static void count_answer(struct notice_standing *s, const char *answer)
{
	int i;

	for (i = 0; i < s->nanswers; i++)
		if (strcmp(s->answers[i].choice->name, answer) == 0)
			s->answers[i].n++;
}

static void answer_choices(struct node *n, const struct kind *reply,
    struct notice_standing *s)
{
	const struct field *fd = kind_field(reply, told(n, reply, "answer"));
	const struct choice *v;
	size_t i, count = 0;

	v = fd == NULL ? NULL : pack_choices(n->pack, fd->list, &count);
	for (i = 0; i < count && i < NOTICE_ANSWERS_MAX; i++)
		s->answers[s->nanswers++].choice = &v[i];
}

/* The latest answer of a unit counts. */
static enum mq_status take_replies(struct node *n, const struct record *rows,
    int count, struct notice_standing *s, struct err *err)
{
	struct record_full r;
	enum mq_status st = MQ_OK;
	int i, k;

	for (i = 0; i < count && !st; i++) {
		st = record_get(n, rows[i].rec, &r, err);
		if (st)
			break;
		count_answer(s, rows[i].tkey);
		for (k = 0; k < s->nunits; k++) {
			struct notice_unit *u = &s->units[k];

			if (strcmp(u->org, fields_text(&r.d, "unit")) != 0)
				continue;
			s->answered += u->answer[0] == '\0';
			if (rows[i].opened_at.ms >= u->at.ms) {
				xcopy(u->answer, sizeof(u->answer),
				    rows[i].tkey);
				u->at = rows[i].opened_at;
			}
		}
		record_full_free(&r);
	}
	return st;
}

enum mq_status notice_standing(struct node *n, const struct record_full *r,
    struct notice_standing *out, struct err *err)
{
	const struct kind *k = kind_of(n, r->r.kind);
	const struct kind *reply = reply_kind(n, k);
	struct record *rows;
	enum mq_status st;

	memset(out, 0, sizeof(*out));
	if (reply == NULL)
		return MQ_OK;
	out->nunits = units_of(n, k, audience_of(n, r), out->units);
	answer_choices(n, reply, out);
	rows = xcalloc(REPLIES_MAX, sizeof(*rows));
	st = replies(n, reply, r->r.rec, "", rows, REPLIES_MAX,
	    &out->nreplies, err);
	if (!st)
		st = take_replies(n, rows, out->nreplies, out, err);
	free(rows);
	return st;
}

enum mq_status notice_answered(struct node *n, const struct session *who,
    const struct record_full *r, bool *out, struct err *err)
{
	const struct kind *k = kind_of(n, r->r.kind);
	const struct kind *reply = reply_kind(n, k);
	struct record *rows;
	enum mq_status st;
	bool each;
	int count, i;

	*out = reply == NULL;	/* nothing to answer */
	if (reply == NULL)
		return MQ_OK;
	each = strcmp(told(n, k, "each"), "yes") == 0;
	rows = xcalloc(REPLIES_MAX, sizeof(*rows));
	st = replies(n, reply, r->r.rec, unit_of(n, k, audience_of(n, r),
	    who->nposts > 0 ? who->posts[0].org : n->set.org), rows,
	    REPLIES_MAX, &count, err);
	for (i = 0; i < count && !st; i++)
		*out |= !each || strcmp(rows[i].by, who->by) == 0;
	free(rows);
	return st;
}

/* Those that hold now, in two heaps. */
struct heaps {
	struct record *open, *answered;
	int max, nopen, nanswered;
};

static enum mq_status sort_out(struct node *n, const struct session *who,
    const struct record *row, struct heaps *h, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, row->rec, &r, err);
	bool done = false;

	if (st)
		return st;
	if (notice_holds(&r, ledger_now(n)) && notice_concerns(n, who, &r)) {
		st = notice_answered(n, who, &r, &done, err);
		if (!st && done && h->nanswered < h->max)
			h->answered[h->nanswered++] = *row;
		else if (!st && !done)
			h->open[h->nopen++] = *row;
	}
	record_full_free(&r);
	return st;
}

/* One kind's notices, the newest first. */
static enum mq_status look_through(struct node *n, const struct kind *k,
    const struct session *who, struct heaps *h, struct err *err)
{
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED,
	    .state = "open" };
	struct record *page = xcalloc(LOOK, sizeof(*page));
	enum mq_status st;
	int got, i;

	st = record_page(n, &q, NULL, false, page, LOOK, &got, err);
	for (i = 0; i < got && !st && h->nopen < h->max; i++)
		st = sort_out(n, who, &page[i], h, err);
	free(page);
	return st;
}

enum mq_status notice_for(struct node *n, const struct session *who,
    struct record *rows, int max, int *count, int *waiting, struct err *err)
{
	struct heaps h = { .open = rows, .max = max };
	enum mq_status st = MQ_OK;
	size_t i;
	int k;

	h.answered = xcalloc((size_t)max, sizeof(*h.answered));
	for (i = 0; i < pack_kinds(n->pack) && !st; i++) {
		const struct kind *kind = pack_kind_at(n->pack, i);

		if (kind_has_facet(kind, "notice") &&
		    told(n, kind, "audience")[0] != '\0')
			st = look_through(n, kind, who, &h, err);
	}
	*count = *waiting = h.nopen;
	for (k = 0; k < h.nanswered && *count < max; k++)
		rows[(*count)++] = h.answered[k];
	free(h.answered);
	return st;
}

const char *notice_begin(struct node *n, const struct record *r,
    struct fields *out)
{
	const struct kind *reply = reply_kind(n, kind_of(n, r->kind));
	char ref[ENTRY_REF_TEXT];

	if (reply == NULL)
		return NULL;
	ref_text(ref_of_rec(r->rec), ref);
	fields_set(out, told(n, reply, "about"), ref);
	return reply->name;
}

/* ---- in words ---- */

static void tell_until(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	struct utc until = notice_until(r), now = ledger_now(n);
	struct buf line = BUF_INIT(BUF_SMALL);
	char at[40], span[40];

	if (until.ms == 0)
		return;
	/* The end of a day is that day to people. */
	if (clock_day_start(clock_day(until)).ms == until.ms)
		clock_show((struct utc){ until.ms - 1 }, CLOCK_DATE, at,
		    sizeof(at));
	else
		clock_show(until, CLOCK_MINUTE, at, sizeof(at));
	clock_span(until.ms > now.ms ? until.ms - now.ms :
	    now.ms - until.ms, out->lang, span, sizeof(span));
	say_fill(&line, out->lang, until.ms > now.ms ? SAY_NOTICE_VALID :
	    SAY_NOTICE_OVER, at, span);
	facet_line(out, SAY_NOTICE_UNTIL, until.ms > now.ms ? TONE_PLAIN :
	    TONE_CARE, "%s", buf_str(&line));
	buf_free(&line);
}

static void tell_answers(const struct notice_standing *s,
    const struct facet_lines *out)
{
	struct buf line = BUF_INIT(BUF_SMALL);
	char a[16], b[16];
	int i;

	snprintf(a, sizeof(a), "%d", s->answered);
	snprintf(b, sizeof(b), "%d", s->nunits);
	say_fill(&line, out->lang, SAY_NOTICE_ANSWERED, a, b);
	for (i = 0; i < s->nanswers; i++)
		if (s->answers[i].n > 0)
			buf_addf(&line, "  %s %d",
			    s->answers[i].choice->label[out->lang],
			    s->answers[i].n);
	facet_line(out, SAY_NOTICE_REPLIES, s->answered == s->nunits ?
	    TONE_GOOD : TONE_PLAIN, "%s", buf_str(&line));
	buf_free(&line);
}

static void tell_waiting(struct node *n, const struct notice_standing *s,
    const struct facet_lines *out)
{
	struct buf line = BUF_INIT(BUF_SMALL);
	int i, shown = 0;
	char more[16];

	for (i = 0; i < s->nunits; i++) {
		if (s->units[i].answer[0] != '\0')
			continue;
		if (shown++ < WAITING_SHOWN)
			buf_addf(&line, "%s%s", line.len > 0 ? "  " : "",
			    org_name(pack_orgs(n->pack), s->units[i].org,
			    out->lang));
	}
	if (shown > WAITING_SHOWN) {
		snprintf(more, sizeof(more), "%d", shown);
		buf_adds(&line, "  ");
		say_fill(&line, out->lang, SAY_NOTICE_MORE, more, NULL);
	}
	if (shown > 0)
		facet_line(out, SAY_NOTICE_WAITING, TONE_CARE, "%s",
		    buf_str(&line));
	buf_free(&line);
}

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	struct notice_standing *s;

	tell_until(n, r, out);
	if (reply_kind(n, kind_of(n, r->r.kind)) == NULL)
		return;
	s = xcalloc(1, sizeof(*s));
	if (notice_standing(n, r, s, NULL) == MQ_OK) {
		tell_answers(s, out);
		tell_waiting(n, s, out);
	}
	free(s);
}

const struct facet facet_notice = { .name = "notice", .decide = decide,
    .tell = tell };
