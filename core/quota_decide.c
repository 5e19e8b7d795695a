/*
 * What may be asked, given and freed: decided at save, for the facets slot
 * and fund.  See quota.h.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "form.h"
#include "quota_parts.h"

/* A share about to be saved, with the whole it is of. */
struct work {
	struct act *a;
	struct quota_rule q;
	struct record_full whole;
	struct quota_share *list;
	int count;
	struct quota_stamp top;
	struct quota now;
	struct utc from, to;
};

static const char *typed(const struct work *w, const char *field)
{
	if (fields_has(w->a->f, field) || w->a->prior == NULL)
		return fields_text(w->a->f, field);
	return fields_text(&w->a->prior->f, field);
}

static int64_t typed_int(const struct work *w, const char *field,
    int64_t otherwise)
{
	if (field[0] == '\0')
		return otherwise;
	if (fields_has(w->a->f, field) || w->a->prior == NULL)
		return fields_int(w->a->f, field, otherwise);
	return fields_int(&w->a->prior->f, field, otherwise);
}

static void complain_amount(struct work *w, const char *field, enum say id,
    int64_t v)
{
	char text[32];

	quota_words(w->q.facet, v, text);
	act_complain_say(w->a, field, MQ_E_FIELD, id, text, NULL);
}

/* ---- who keeps it ---- */

static bool at_keeper(struct act *a, const struct record_full *whole)
{
	char number[24];

	if (fields_int(&whole->d, "keeper", 0) == a->n->set.number)
		return true;
	snprintf(number, sizeof(number), "%" PRId64,
	    fields_int(&whole->d, "keeper", 0));
	act_complain_say(a, "", MQ_E_DENIED, SAY_QUOTA_KEEPER,
	    fields_text(&whole->d, "keeper_name"), number);
	return false;
}

/* Every entry of the keeper says how much is given out by it. */
static void hold(struct work *w, int64_t amount)
{
	int64_t before = w->a->prior == NULL ? 0 : w->a->prior->r.num;

	fields_set_int(w->a->d, "num", amount);
	if (w->q.timed)
		return;
	fields_set_int(w->a->d, "q_no", w->top.no + 1);
	fields_set_int(w->a->d, "q_given", w->now.given - before + amount);
	fields_set_int(w->a->d, "q_total", w->now.total);
}

/* What is free for this one, itself left out. */
static int64_t room(const struct work *w)
{
	int64_t own = w->a->prior == NULL ? 0 : w->a->prior->r.num;

	if (!w->q.timed)
		return w->now.left + own;
	return w->now.total - quota_peak(w->list, w->count,
	    w->a->prior == NULL ? 0 : w->a->prior->r.rec, w->from, w->to);
}

/* ---- asking ---- */

static void check_range(struct work *w, int64_t want)
{
	const struct kind *k = pack_kind(w->a->n->pack, w->whole.r.kind);
	const char *least = pack_facet(w->a->n->pack, k, w->q.facet, "least");
	const char *most = pack_facet(w->a->n->pack, k, w->q.facet, "most");
	const char *field = w->q.amount;

	if (want <= 0)
		act_complain_say(w->a, field, MQ_E_FIELD, SAY_QUOTA_NONE,
		    NULL, NULL);
	else if (fields_has(&w->whole.f, least) &&
	    want < fields_int(&w->whole.f, least, 0))
		complain_amount(w, field, SAY_QUOTA_LEAST,
		    fields_int(&w->whole.f, least, 0));
	else if (fields_has(&w->whole.f, most) &&
	    want > fields_int(&w->whole.f, most, 0))
		complain_amount(w, field, SAY_QUOTA_MOST,
		    fields_int(&w->whole.f, most, 0));
	else if (want > w->now.total)
		complain_amount(w, field, SAY_QUOTA_MOST, w->now.total);
}

static void read_window(struct work *w)
{
	const char *text = typed(w, w->q.start);
	int64_t minutes = typed_int(w, w->q.minutes, 0);
	struct when when;

	if (!w->q.timed)
		return;
	if (when_read(text, w->a->now, &when, NULL) != MQ_OK ||
	    when.precision != WHEN_MINUTE || minutes <= 0) {
		act_complain_say(w->a, w->q.start, MQ_E_FIELD,
		    SAY_QUOTA_TIME, NULL, NULL);
		return;
	}
	w->from = when_start(&when);
	w->to.ms = w->from.ms + minutes * MS_MINUTE;
}

static void enter_state(struct work *w, const struct flow_step *step)
{
	const struct flow_state *s = kind_state(w->a->kind, step->to);

	fields_set(w->a->d, "state", step->to);
	if (s != NULL && s->closed)
		fields_set_int(w->a->d, "closed", w->a->now.ms);
}

/* At the keeper a seat is had at once, or not; everywhere else it is asked
 * for.  Whoever asked elsewhere before comes first. */
static void answer_at_once(struct work *w, int64_t want)
{
	if (!w->now.here || strcmp(w->q.facet, "slot") != 0 ||
	    w->q.give == NULL)
		return;
	if (want <= room(w) && (w->q.timed || w->now.waiting == 0)) {
		if (w->now.asking > 0 && !w->q.timed)
			return;
		enter_state(w, w->q.give);
		hold(w, want);
	} else if (w->q.full != NULL) {
		enter_state(w, w->q.full);
	}
}

static void ask(struct work *w)
{
	int64_t want = typed_int(w, w->q.amount, 1);
	bool open = w->a->prior == NULL;

	if (open && w->whole.r.flags & (REC_CLOSED | REC_VOID))
		act_complain_say(w->a, w->q.of, MQ_E_STATE, SAY_QUOTA_SHUT,
		    w->whole.r.title, NULL);
	check_range(w, want);
	read_window(w);
	if (!open && w->a->prior->r.num > 0 &&
	    (want != fields_int(&w->a->prior->d, "want", want) ||
	    w->from.ms != fields_int(&w->a->prior->d, "q_from", 0) ||
	    w->to.ms != fields_int(&w->a->prior->d, "q_to", 0) ||
	    strcmp(fields_text(w->a->f, w->q.of),
	    fields_text(&w->a->prior->f, w->q.of)) != 0))
		act_complain_say(w->a, w->q.of, MQ_E_STATE, SAY_QUOTA_HELD,
		    NULL, NULL);
	if (w->a->ncomplaints > 0)
		return;
	fields_set_int(w->a->d, "want", want);
	if (w->q.timed) {
		fields_set_int(w->a->d, "q_from", w->from.ms);
		fields_set_int(w->a->d, "q_to", w->to.ms);
	}
	if (!open)
		return;
	fields_set_int(w->a->d, "num", 0);
	answer_at_once(w, want);
}

/* ---- steps ---- */

static void give(struct work *w)
{
	const struct record_full *r = w->a->prior;
	int64_t want = fields_int(&r->d, "want", 0), left;

	if (w->q.granted[0] != '\0')
		want = fields_int(w->a->f, w->q.granted, want);
	if (strcmp(w->q.facet, "fund") == 0 &&
	    strcmp(w->a->who->by, r->r.by) == 0)
		act_complain_say(w->a, "", MQ_E_DENIED, SAY_QUOTA_SELF, NULL,
		    NULL);
	w->from.ms = fields_int(&r->d, "q_from", 0);
	w->to.ms = fields_int(&r->d, "q_to", 0);
	check_range(w, want);
	left = room(w);
	if (want > left)
		complain_amount(w, w->q.granted, w->q.timed ?
		    SAY_QUOTA_TAKEN : SAY_QUOTA_LEFT, left > 0 ? left : 0);
	if (w->a->ncomplaints > 0)
		return;
	hold(w, want);
	fields_set(w->a->d, "q_by", w->a->who->by);
}

static void pay(struct work *w)
{
	const struct record_full *r = w->a->prior;

	if (r->r.num <= 0)
		act_complain_say(w->a, "", MQ_E_STATE, SAY_QUOTA_NOT_GIVEN,
		    NULL, NULL);
	else if (strcmp(w->a->who->by, fields_text(&r->d, "q_by")) == 0)
		act_complain_say(w->a, "", MQ_E_DENIED, SAY_QUOTA_PAYER, NULL,
		    NULL);
}

/* Any other step leaves what is held alone: nobody need add it up. */
static bool changes_share(const struct quota_rule *q,
    const struct flow_step *s)
{
	return s != NULL && (s == q->give || strcmp(s->name, q->pay) == 0 ||
	    strcmp(s->name, q->release) == 0 ||
	    pack_data_has_word(q->freed, s->to));
}

static void step(struct work *w)
{
	const char *name = w->a->step;
	const struct flow_step *s = kind_step(w->a->kind, name);

	if (s == w->q.give) {
		if (at_keeper(w->a, &w->whole))
			give(w);
	} else if (strcmp(name, w->q.pay) == 0) {
		if (at_keeper(w->a, &w->whole))
			pay(w);
	} else if (strcmp(name, w->q.release) == 0) {
		if (at_keeper(w->a, &w->whole))
			hold(w, 0);
	} else if (w->now.here && w->a->prior->r.num > 0 &&
	    pack_data_has_word(w->q.freed, s->to)) {
		hold(w, 0);
	}
}

/* ---- the whole ---- */

/* Less than is given out already?  Only the keeper knows. */
static enum mq_status change_total(struct act *a, const char *facet,
    struct err *err)
{
	int64_t total = quota_total(a->n, a->kind, facet, a->f);
	const char *field = pack_facet(a->n->pack, a->kind, facet, "total");
	struct work w = { .a = a };
	enum mq_status st;

	if (total == quota_total(a->n, a->kind, facet, &a->prior->f))
		return MQ_OK;
	if (!at_keeper(a, a->prior))
		return MQ_OK;
	st = quota_look(a->n, a->prior, &w.q, &w.list, &w.count, &w.top,
	    &w.now, err);
	if (st == MQ_OK && total < w.now.given)
		complain_amount(&w, field, SAY_QUOTA_BELOW, w.now.given);
	if (st == MQ_OK && !w.now.timed) {
		fields_set_int(a->d, "q_no", w.top.no + 1);
		fields_set_int(a->d, "q_given", w.now.given);
		fields_set_int(a->d, "q_total", total);
	}
	free(w.list);
	return st;
}

static enum mq_status decide_whole(struct act *a, const char *facet,
    struct err *err)
{
	if (strcmp(a->op, "fix") == 0)
		return change_total(a, facet, err);
	if (strcmp(a->op, "open") != 0)
		return MQ_OK;
	fields_set_int(a->d, "keeper", a->n->set.number);
	fields_set(a->d, "keeper_name", org_name(pack_orgs(a->n->pack),
	    a->n->set.org, LANG_ZH));
	return MQ_OK;
}

/* ---- both ---- */

static enum mq_status load_whole(struct work *w, bool *there, struct err *err)
{
	const char *text = w->a->prior != NULL && strcmp(w->a->op, "step") == 0
	    ? fields_text(&w->a->prior->f, w->q.of) :
	    fields_text(w->a->f, w->q.of);
	struct ref ref;
	enum mq_status st;

	*there = ref_parse(text, strlen(text), &ref);
	if (!*there)		/* the form has said so */
		return MQ_OK;
	st = record_get(w->a->n, ref_rec(ref), &w->whole, err);
	*there = st == MQ_OK;
	if (st == MQ_E_NOT_FOUND) {
		act_complain_say(w->a, w->q.of, MQ_E_FIELD, SAY_QUOTA_AWAY,
		    text, NULL);
		return MQ_OK;
	}
	return st;
}

enum mq_status quota_decide(struct act *a, const char *facet, struct err *err)
{
	struct work w = { .a = a };
	bool is_step = strcmp(a->op, "step") == 0;
	enum mq_status st;
	bool there;

	if (pack_facet(a->n->pack, a->kind, facet, "taken_by")[0] != '\0')
		return decide_whole(a, facet, err);
	quota_rule(a->n->pack, a->kind, facet, &w.q);
	st = load_whole(&w, &there, err);
	if (st != MQ_OK || !there)
		return st;
	if (is_step && !changes_share(&w.q, kind_step(a->kind, a->step)))
		goto out;
	st = quota_look(a->n, &w.whole, &w.q, &w.list, &w.count, &w.top,
	    &w.now, err);
	if (st == MQ_OK && is_step)
		step(&w);
	else if (st == MQ_OK)
		ask(&w);
out:
	free(w.list);
	record_full_free(&w.whole);
	return st;
}

/* ---- inside the transaction ---- */

static enum mq_status holds_part(const struct record_full *r,
    const struct quota_share *list, int count, const struct quota *now,
    struct err *err)
{
	struct utc from = { fields_int(&r->d, "q_from", 0) };
	struct utc to = { fields_int(&r->d, "q_to", 0) };
	int64_t no = fields_int(&r->d, "q_no", 0);
	int i;

	if (now->timed)
		return r->r.num > 0 && quota_peak(list, count, 0, from, to) >
		    now->total ? err_set(err, MQ_E_CHANGED, NULL) : MQ_OK;
	/* Another process of this node gave something just now. */
	for (i = 0; i < count && no > 0; i++)
		if (list[i].no == no && list[i].r.rec != r->r.rec)
			return err_set(err, MQ_E_CHANGED, NULL);
	return r->r.num > 0 && now->given > now->total ?
	    err_set(err, MQ_E_CHANGED, NULL) : MQ_OK;
}

/* An undone raise must not leave more given out than there is. */
static enum mq_status holds_whole(struct node *n, const struct record_full *r,
    struct err *err)
{
	struct quota now;
	enum mq_status st = quota_read(n, r, &now, err);

	if (st == MQ_OK && now.here && !now.timed && now.given > now.total)
		st = err_set(err, MQ_E_CHANGED, NULL);
	return st;
}

enum mq_status quota_holds(struct node *n, const struct kind *k,
    const struct record_full *r, const char *facet, struct err *err)
{
	bool whole = pack_facet(n->pack, k, facet, "taken_by")[0] != '\0';
	struct work w = { 0 };
	const char *text;
	struct ref ref;
	enum mq_status st;

	if (whole)
		return holds_whole(n, r, err);
	text = fields_text(&r->f, pack_facet(n->pack, k, facet, "of"));
	if (!ref_parse(text, strlen(text), &ref))
		return MQ_OK;
	st = record_get(n, ref_rec(ref), &w.whole, err);
	if (st != MQ_OK)
		return st == MQ_E_NOT_FOUND ? MQ_OK : st;
	st = quota_look(n, &w.whole, &w.q, &w.list, &w.count, &w.top, &w.now,
	    err);
	if (st == MQ_OK && w.now.here)
		st = holds_part(r, w.list, w.count, &w.now, err);
	free(w.list);
	record_full_free(&w.whole);
	return st;
}
