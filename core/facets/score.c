/*
 * The score facet: a sheet becomes one figure of its period, a vote is one
 * resident's or an opinion.  See score.h; called through facet_decide().
 */
#include "../score.h"

#include <inttypes.h>

#include "../base/clock.h"
#include "../base/crypto.h"
#include "../base/xmalloc.h"
#include "../form.h"

#define POINTS 10000		/* a full sheet, in hundredths of a point */

static const char *told(const struct act *a, const char *key)
{
	return pack_facet(a->n->pack, a->kind, "score", key);
}

/* ---- sheets ---- */

/* Σ value × weight ÷ max over Σ weight, of POINTS. */
static int64_t points(struct act *a)
{
	const struct score_item *it;
	int64_t sum = 0, weights = 0;
	char most[24];
	size_t i, n;

	it = pack_score_items(a->n->pack, &n);
	for (i = 0; i < n; i++) {
		int64_t v = fields_int(a->f, it[i].field, 0);

		if (strcmp(it[i].kind, a->kind->name) != 0)
			continue;
		if (v < 0 || v > it[i].max) {
			const struct field *fd = kind_field(a->kind,
			    it[i].field);

			snprintf(most, sizeof(most), "%" PRId64, it[i].max);
			act_complain_labels(a, it[i].field, MQ_E_FIELD,
			    SAY_SCORE_RANGE, fd->label,
			    (const char *const[]){ most, most });
			continue;
		}
		sum += v * it[i].weight * POINTS / it[i].max;
		weights += it[i].weight;
	}
	return weights == 0 ? 0 : (sum + weights / 2) / weights;
}

/* This judge's other sheet of the unit in this period, as far as known. */
static enum mq_status check_once(struct act *a, const char *unit,
    const struct score_period *p, struct err *err)
{
	struct record_query q = { .kind = a->kind->name,
	    .sort = SORT_OPENED, .by = a->who->by,
	    .from = clock_day_start(p->first) };
	const struct orgs *o = pack_orgs(a->n->pack);
	struct record_walk w;
	const struct record *row;
	enum mq_status st;

	q.to.ms = clock_day_start(p->last).ms + MS_DAY;
	record_walk_begin(&w, a->n, &q);
	while (!(st = record_walk_next(&w, &row, err)) && row != NULL)
		if (strcmp(row->org, unit) == 0) {
			act_complain_labels(a, told(a, "unit"), MQ_E_FIELD,
			    SAY_SCORE_TWICE, (const char *const[]){
			    org_name(o, unit, LANG_ZH),
			    org_name(o, unit, LANG_EN) }, NULL);
			break;
		}
	record_walk_end(&w);
	return st;
}

static enum mq_status sheet(struct act *a, struct err *err)
{
	const char *unit = fields_text(a->f, told(a, "unit"));
	struct score_period p;
	struct utc at;

	if (a->ncomplaints > 0)
		return MQ_OK;
	at.ms = fields_int(a->d, "opened", a->prior == NULL ? a->now.ms :
	    a->prior->r.opened_at.ms);
	score_period(told(a, "period"), at, 0, &p);
	fields_set_int(a->d, "num", points(a));
	fields_set(a->d, "key", p.name);
	return a->prior == NULL ? check_once(a, unit, &p, err) : MQ_OK;
}

/* ---- votes ---- */

/* Nobody reads from a vote whose it was; the same resident in the same poll
 * gives the same text on every node. */
static void voter_text(const char *poll, const char *who, char out[40])
{
	uint8_t hash[CRYPTO_HASH];
	char both[2 * ENTRY_REF_TEXT + 2], hex[2 * CRYPTO_HASH + 1];

	snprintf(both, sizeof(both), "%s|%s", poll, who);
	crypto_hash(both, strlen(both), hash);
	crypto_hex(hash, sizeof(hash), hex);
	snprintf(out, 40, "%.32s", hex);
}

static bool voted(struct act *a, const struct field *of, const char *poll,
    const char *voter)
{
	struct record_query q = { .kind = a->kind->name, .sort = SORT_KEY,
	    .slot = of->index, .key = poll };
	struct record_walk w;
	const struct record *row;
	bool found = false;

	record_walk_begin(&w, a->n, &q);
	while (!found && record_walk_next(&w, &row, NULL) == MQ_OK &&
	    row != NULL) {
		struct record_full r;

		/* An opinion is nobody's. */
		if (row->num == 0 ||
		    record_get(a->n, row->rec, &r, NULL) != MQ_OK)
			continue;
		found = strcmp(fields_text(&r.d, "voter"), voter) == 0;
		record_full_free(&r);
	}
	record_walk_end(&w);
	return found;
}

/* Any telephone of the register entry that ends so. */
static bool phone_ends(struct act *a, const struct record_full *who,
    const char *last4)
{
	const struct kind *k = pack_kind(a->n->pack, who->r.kind);
	size_t i;

	if (k == NULL || strlen(last4) != 4)
		return false;
	for (i = 0; i < k->nfields; i++) {
		const char *s = fields_text(&who->f, k->fields[i].name);
		size_t len = strlen(s);

		if (k->fields[i].type == FT_PHONE && len >= 4 &&
		    strcmp(s + len - 4, last4) == 0)
			return true;
	}
	return false;
}

/* A resident of the register who knows the last four of the telephone. */
static enum mq_status confirm(struct act *a, const struct record_full *poll,
    const char *ref, struct err *err)
{
	const struct kind *pk = pack_kind(a->n->pack, poll->r.kind);
	const struct field *of = kind_field(a->kind, told(a, "of"));
	const char *area = fields_text(&poll->f, pack_facet(a->n->pack, pk,
	    "score", "area"));
	const char *text = fields_text(a->f, told(a, "voter"));
	struct record_full who;
	struct ref id;
	char voter[40];
	enum mq_status st;

	if (!ref_parse(text, strlen(text), &id))
		return MQ_OK;
	st = record_get(a->n, ref_rec(id), &who, err);
	if (st != MQ_OK)
		return st;
	voter_text(ref, text, voter);
	if (!phone_ends(a, &who, fields_text(a->f, told(a, "last4"))))
		act_complain_say(a, told(a, "last4"), MQ_E_FIELD,
		    SAY_VOTE_LAST4, NULL, NULL);
	else if (area[0] != '\0' && !org_within(pack_orgs(a->n->pack),
	    who.r.org, area))
		act_complain_say(a, told(a, "voter"), MQ_E_FIELD,
		    SAY_VOTE_AREA, NULL, NULL);
	else if (voted(a, of, ref, voter))
		act_complain_say(a, told(a, "voter"), MQ_E_FIELD,
		    SAY_VOTE_TWICE, NULL, NULL);
	else
		fields_set(a->d, "voter", voter);
	record_full_free(&who);
	return MQ_OK;
}

static bool is_over(struct act *a, const struct record_full *poll)
{
	const struct kind *pk = pack_kind(a->n->pack, poll->r.kind);
	struct when until;

	if (poll->r.flags & (REC_CLOSED | REC_VOID))
		return true;
	if (when_read(fields_text(&poll->f, pack_facet(a->n->pack, pk,
	    "score", "until")), a->now, &until, NULL) != MQ_OK)
		return false;
	/* A day counts to its end. */
	return a->now.ms >= when_start(&until).ms +
	    (until.precision == WHEN_MINUTE ? 0 : MS_DAY);
}

static enum mq_status take_vote(struct act *a, const struct record_full *poll,
    const char *ref, struct err *err)
{
	const struct kind *pk = pack_kind(a->n->pack, poll->r.kind);
	int64_t option = fields_int(a->f, told(a, "option"), 0);
	char words[SCORE_OPTIONS][120], number[24];
	enum mq_status st = MQ_OK;

	if (is_over(a, poll))
		act_complain_say(a, told(a, "of"), MQ_E_STATE, SAY_VOTE_OVER,
		    poll->r.title, NULL);
	if (option < 1 || option > score_options(a->n->pack, pk, &poll->f,
	    words)) {
		snprintf(number, sizeof(number), "%" PRId64, option);
		act_complain_say(a, told(a, "option"), MQ_E_FIELD,
		    SAY_VOTE_OPTION, number, NULL);
	}
	if (a->ncomplaints == 0)
		st = confirm(a, poll, ref, err);
	if (st != MQ_OK || a->ncomplaints > 0)
		return st;
	fields_set_int(a->d, "num", fields_has(a->d, "voter"));
	fields_set(a->d, "key", fields_has(a->d, "voter") ? "vote" :
	    "opinion");
	fields_drop(a->f, told(a, "voter"));
	fields_drop(a->f, told(a, "last4"));
	return MQ_OK;
}

static enum mq_status vote(struct act *a, struct err *err)
{
	const char *text = fields_text(a->f, told(a, "of"));
	struct record_full poll;
	struct ref ref;
	enum mq_status st;

	if (strcmp(a->op, "fix") == 0) {
		act_complain_say(a, "", MQ_E_STATE, SAY_VOTE_FIXED, NULL,
		    NULL);
		return MQ_OK;
	}
	if (!ref_parse(text, strlen(text), &ref))
		return MQ_OK;
	st = record_get(a->n, ref_rec(ref), &poll, err);
	if (st == MQ_E_NOT_FOUND) {
		act_complain_say(a, told(a, "of"), MQ_E_FIELD,
		    SAY_QUOTA_AWAY, text, NULL);
		return MQ_OK;
	}
	if (st != MQ_OK)
		return st;
	st = take_vote(a, &poll, text, err);
	record_full_free(&poll);
	return st;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	if (strcmp(a->op, "step") == 0)
		return MQ_OK;
	if (score_is_vote(a->n->pack, a->kind))
		return vote(a, err);
	return score_is_sheet(a->n->pack, a->kind) ? sheet(a, err) : MQ_OK;
}

const struct facet facet_score = { .name = "score", .decide = decide };
