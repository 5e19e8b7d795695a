/*
 * Several nodes with a bad post between them.  See posts.h.
 */
#include "posts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/duty.h"
#include "../../core/ledger.h"

void posts_make(struct posts *p, const char *const *orgs, int n,
    uint32_t seed)
{
	char by[16];
	int i;

	memset(p, 0, sizeof(*p));
	p->n = n;
	p->dice = seed * 2654435761u + 1;
	for (i = 0; i < n; i++) {
		nodes_make(&p->x[i], 101 + i, orgs[i]);
		snprintf(by, sizeof(by), "c%03d", i + 1);
		access_fake(&p->x[i].who, by, "陈网格", "captain", orgs[i]);
	}
}

void posts_free(struct posts *p)
{
	size_t k;
	int i;

	for (i = 0; i < p->n; i++)
		nodes_free(&p->x[i]);
	for (k = 0; k < p->nlines; k++)
		free(p->line[k].line);
	free(p->line);
}

uint32_t posts_roll(struct posts *p, uint32_t below)
{
	p->dice = p->dice * 1664525u + 1013904223u;
	return (p->dice >> 8) % below;
}

/* ---- the post ---- */

static void collect(struct posts *p, int i)
{
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	struct ledger_head h;
	int64_t last;
	char *s;

	nodes_ok(ledger_head(p->x[i].n, &h, &err), &err);
	if (h.seq == p->sent[i])
		return;
	nodes_ok(ledger_lines(p->x[i].n, p->sent[i] + 1, h.seq, BUF_LARGE,
	    &lines, &last, &err), &err);
	assert_int_equal(last, h.seq);
	p->sent[i] = last;
	for (s = lines.data; s != NULL && *s != '\0';) {
		size_t len = strcspn(s, "\n");

		p->line = xgrow(p->line, &p->cap, p->nlines + 1,
		    sizeof(*p->line));
		p->line[p->nlines].line = xstrndup(s, len);
		p->line[p->nlines].from = i;
		p->line[p->nlines++].seen = 1u << i;
		s += len + (s[len] == '\n');
	}
	buf_free(&lines);
}

static void hand(struct posts *p, size_t k, int to)
{
	struct nodes_one *x = &p->x[to];
	struct err err = ERR_INIT;
	int64_t left = 1;
	bool fresh;

	nodes_ok(db_begin(x->n->db, __func__, &err), &err);
	nodes_ok(ledger_receive(x->n, p->line[k].line,
	    strlen(p->line[k].line), &fresh, &err), &err);
	nodes_ok(db_commit(x->n->db, &err), &err);
	while (left > 0)
		nodes_ok(record_fold_pending(x->n, 1000, &left, &err), &err);
	p->line[k].seen |= 1u << to;
}

bool posts_deliver_one(struct posts *p)
{
	size_t k;
	int to, i;

	for (i = 0; i < p->n; i++)
		collect(p, i);
	if (p->nlines == 0 || p->n < 2)
		return false;
	k = posts_roll(p, (uint32_t)p->nlines);
	to = (p->line[k].from + 1 + (int)posts_roll(p,
	    (uint32_t)p->n - 1)) % p->n;
	hand(p, k, to);
	return true;
}

void posts_deliver_all(struct posts *p)
{
	size_t k, at;
	int i;

	for (i = 0; i < p->n; i++)
		collect(p, i);
	for (i = 0; i < p->n; i++) {
		at = p->nlines ? posts_roll(p, (uint32_t)p->nlines) : 0;
		/* round from somewhere, backwards */
		for (k = 0; k < p->nlines; k++) {
			size_t l = (at + p->nlines - k) % p->nlines;

			if ((p->line[l].seen & 1u << i) == 0)
				hand(p, l, i);
		}
	}
}

/* ---- people ---- */

int posts_duty(struct posts *p, int i)
{
	struct err err = ERR_INIT;
	struct utc next;
	int done;

	nodes_ok(duty_run(p->x[i].n, 100, NULL, NULL, &done, &next, &err),
	    &err);
	return done;
}

void posts_rebuild_same(struct posts *p, int i)
{
	uint8_t a[CRYPTO_HASH], b[CRYPTO_HASH];
	struct err err = ERR_INIT;

	nodes_ok(record_digest(p->x[i].n, a, &err), &err);
	nodes_ok(record_rebuild(p->x[i].n, &err), &err);
	nodes_ok(record_digest(p->x[i].n, b, &err), &err);
	assert_memory_equal(a, b, sizeof(a));
}

static void fill(struct fields *f, const char *const *pairs)
{
	size_t i;

	for (i = 0; pairs != NULL && pairs[i] != NULL; i += 2)
		fields_set(f, pairs[i], pairs[i + 1]);
}

int64_t posts_open(struct posts *p, int i, const char *by, const char *kind,
    const char *const *pairs)
{
	struct session who = p->x[i].who;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;
	int64_t rec = 0;
	enum mq_status st;

	xcopy(who.by, sizeof(who.by), by);
	s = save_new(p->x[i].n, &who);
	fill(&f, pairs);
	st = save_open(s, kind, &f, -1, NULL, &err);
	if (st == MQ_OK)
		st = save_commit(s, res, &err);
	if (st == MQ_OK)
		rec = res->recs[0];
	save_free(&s);
	fields_free(&f);
	free(res);
	return rec;
}

bool posts_step(struct posts *p, int i, const char *by, int64_t rec,
    const char *step, const char *const *pairs)
{
	struct session who = p->x[i].who;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;
	enum mq_status st;

	xcopy(who.by, sizeof(who.by), by);
	s = save_new(p->x[i].n, &who);
	fill(&f, pairs);
	st = save_step(s, rec, step, &f, NULL, &err);
	if (st == MQ_OK)
		st = save_commit(s, res, &err);
	save_free(&s);
	fields_free(&f);
	free(res);
	return st == MQ_OK;
}
