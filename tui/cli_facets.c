/*
 * Verbs of the facets slot, fund, match and score: shares, match, board.
 */
#include <inttypes.h>

#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/match.h"
#include "../core/pack.h"
#include "../core/quota.h"
#include "../core/score.h"
#include "cli_verbs.h"
#include "words.h"

#define ROWS_MAX 200

static enum mq_status load(struct cli *c, const char *text,
    struct record_full *r)
{
	enum mq_status st;
	int64_t rec;

	st = cli_record(c, text, &rec);
	if (st == MQ_OK)
		st = record_get(c->n, rec, r, &c->err);
	if (st != MQ_OK)
		return st;
	if (access_may_record(c->n, &c->who, "see", &r->r))
		return MQ_OK;
	record_full_free(r);
	return err_set(&c->err, MQ_E_DENIED, "%s", text);
}

static const char *state_of(struct cli *c, const struct record *r)
{
	const struct kind *k = pack_kind(c->n->pack, r->kind);
	const struct flow_state *s = k ? kind_state(k, r->state) : NULL;

	return s != NULL ? s->label[c->lang] : r->state;
}

static void out(struct cli *c, struct buf *json, const char *line)
{
	if (c->json)
		cli_json(json);
	else
		cli_line(line);
}

/* ---- shares ---- */

static void shares_head(struct cli *c, const struct record_full *r,
    const struct quota *q)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	const char *facet = quota_whole(c->n->pack,
	    pack_kind(c->n->pack, r->r.kind));
	char line[400], given[32], total[32];
	struct jout j;

	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "asking", q->asking);
	jout_kint(&j, "given", q->given);
	jout_kbool(&j, "here", q->here);
	jout_kint(&j, "keeper", q->keeper);
	jout_kint(&j, "left", q->left);
	jout_kint(&j, "total", q->total);
	jout_kint(&j, "waiting", q->waiting);
	jout_obj_end(&j);
	quota_words(facet, q->given, given);
	quota_words(facet, q->total, total);
	snprintf(line, sizeof(line), "%s  %s/%s", r->r.title, given, total);
	out(c, &b, line);
	buf_free(&b);
}

static void share_row(struct cli *c, const struct quota_share *s)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char ref[ENTRY_REF_TEXT], line[400], n[32];
	struct jout j;

	quota_words(quota_part(c->n->pack, pack_kind(c->n->pack, s->r.kind)),
	    s->r.num > 0 ? s->r.num : s->want, n);
	ref_text(ref_of_rec(s->r.rec), ref);
	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "holds", s->r.num);
	jout_kstr(&j, "record", ref);
	jout_kstr(&j, "state", s->r.state);
	jout_kstr(&j, "title", s->r.title);
	jout_kint(&j, "want", s->want);
	jout_obj_end(&j);
	snprintf(line, sizeof(line), "%-10s %s  %s  %s", ref,
	    state_of(c, &s->r), s->r.title, n);
	out(c, &b, line);
	buf_free(&b);
}

enum mq_status cli_shares(struct cli *c)
{
	struct quota_share *list = NULL;
	struct record_full r;
	struct quota q;
	enum mq_status st;
	int count = 0, i;

	if (c->nargs != 1)
		return err_set(&c->err, MQ_E_USAGE, "shares RECORD");
	st = load(c, c->args[0], &r);
	if (st != MQ_OK)
		return st;
	st = quota_read(c->n, &r, &q, &c->err);
	if (st == MQ_OK)
		st = quota_shares(c->n, &r, &list, &count, &c->err);
	if (st == MQ_OK)
		shares_head(c, &r, &q);
	for (i = 0; i < count && st == MQ_OK; i++)
		if (access_may_record(c->n, &c->who, "see", &list[i].r))
			share_row(c, &list[i]);
	free(list);
	record_full_free(&r);
	return st;
}

/* ---- match ---- */

static void hit_row(struct cli *c, const struct match_hit *h)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char ref[ENTRY_REF_TEXT], line[400];
	struct jout j;

	ref_text(ref_of_rec(h->r.rec), ref);
	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "near", h->near);
	jout_kint(&j, "points", h->points);
	jout_kstr(&j, "record", ref);
	jout_kint(&j, "same", h->same);
	jout_kstr(&j, "title", h->r.title);
	jout_obj_end(&j);
	snprintf(line, sizeof(line), "%-10s %3d  %s  %s", ref, h->points,
	    h->r.title, org_name(pack_orgs(c->n->pack), h->r.org, c->lang));
	out(c, &b, line);
	buf_free(&b);
}

enum mq_status cli_match(struct cli *c)
{
	struct match_hit *hits;
	struct record_full r;
	enum mq_status st;
	int n = 0, i;

	if (c->nargs != 1)
		return err_set(&c->err, MQ_E_USAGE, "match RECORD");
	st = load(c, c->args[0], &r);
	if (st != MQ_OK)
		return st;
	hits = xcalloc(ROWS_MAX, sizeof(*hits));
	if (!match_side(c->n->pack, pack_kind(c->n->pack, r.r.kind)))
		st = err_set(&c->err, MQ_E_USAGE, "%s", c->args[0]);
	else
		st = match_suggest(c->n, &r, hits, c->limit < ROWS_MAX ?
		    c->limit : ROWS_MAX, &n, &c->err);
	for (i = 0; i < n && i < c->limit && i < ROWS_MAX &&
	    st == MQ_OK; i++)
		if (access_may_record(c->n, &c->who, "see", &hits[i].r))
			hit_row(c, &hits[i]);
	free(hits);
	record_full_free(&r);
	return st;
}

/* ---- board ---- */

static void unit_row(struct cli *c, const struct score_period *p,
    const struct score_row *row, bool points)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	const char *name = org_name(pack_orgs(c->n->pack), row->org, c->lang);
	char line[300];
	struct jout j;

	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "before", row->before);
	jout_kbool(&j, "flag", row->flag);
	jout_kstr(&j, "name", name);
	jout_kstr(&j, "period", p->name);
	jout_kstr(&j, "unit", row->org);
	jout_kint(&j, "value", row->value);
	jout_obj_end(&j);
	if (points)
		snprintf(line, sizeof(line), "%s  %s  %" PRId64 ".%02d",
		    p->name, name, row->value / 100, (int)(row->value % 100));
	else
		snprintf(line, sizeof(line), "%s  %s  %" PRId64, p->name,
		    name, row->value);
	out(c, &b, line);
	buf_free(&b);
}

static enum mq_status poll_rows(struct cli *c, const char *text)
{
	struct record_full r;
	struct score_poll s;
	enum mq_status st = load(c, text, &r);
	int i;

	if (st != MQ_OK)
		return st;
	st = score_poll(c->n, &r, &s, &c->err);
	record_full_free(&r);
	for (i = 0; i < s.options && st == MQ_OK; i++) {
		struct buf b = BUF_INIT(BUF_SMALL);
		char line[300];
		struct jout j;

		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "opinions", s.opinions[i]);
		jout_kstr(&j, "option", s.words[i]);
		jout_kint(&j, "votes", s.votes[i]);
		jout_obj_end(&j);
		snprintf(line, sizeof(line), "%d  %s  %" PRId64 "  (%" PRId64
		    ")", i + 1, s.words[i], s.votes[i], s.opinions[i]);
		out(c, &b, line);
		buf_free(&b);
	}
	return st;
}

static const struct pack_board *find_board(struct cli *c, const char *name)
{
	const struct pack_board *b;
	size_t i, n;

	b = pack_boards(c->n->pack, &n);
	for (i = 0; i < n; i++)
		if (strcmp(b[i].name, name) == 0)
			return &b[i];
	return NULL;
}

static enum mq_status units(struct cli *c, const struct kind *sheet,
    const struct pack_board *b, int back)
{
	struct score_row *rows = xcalloc(ROWS_MAX, sizeof(*rows));
	struct score_period p;
	enum mq_status st;
	int n = 0, i;

	score_period(sheet == NULL ? "month" : pack_facet(c->n->pack, sheet,
	    "score", "period"), ledger_now(c->n), back, &p);
	if (!access_may(c->n, &c->who, "see", sheet != NULL ? sheet->name :
	    b->kind, ""))
		st = err_set(&c->err, MQ_E_DENIED, "%s", c->args[0]);
	else if (sheet != NULL)
		st = score_sheets(c->n, sheet, &p, rows, ROWS_MAX, &n,
		    &c->err);
	else
		st = score_board(c->n, b, &p, rows, ROWS_MAX, &n, &c->err);
	for (i = 0; i < n && st == MQ_OK; i++)
		unit_row(c, &p, &rows[i], sheet != NULL);
	free(rows);
	return st;
}

enum mq_status cli_board(struct cli *c)
{
	const struct kind *k;
	long back = 0;
	char *end = "";

	if (c->nargs == 2)
		back = strtol(c->args[1], &end, 10);
	if (c->nargs < 1 || c->nargs > 2 || *end != '\0' || back < 0 ||
	    back > 1000)
		return err_set(&c->err, MQ_E_USAGE, "board NAME [N]");
	k = pack_kind(c->n->pack, c->args[0]);
	if (k != NULL && score_is_sheet(c->n->pack, k))
		return units(c, k, NULL, (int)back);
	if (find_board(c, c->args[0]) != NULL)
		return units(c, NULL, find_board(c, c->args[0]), (int)back);
	return poll_rows(c, c->args[0]);
}
