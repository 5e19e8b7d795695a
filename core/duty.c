/*
 * Runs the table of duties; see duty.h.  Called by minqing-sync and by
 * `minqing duty`.
 */
#include "duty.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "pack.h"

static const struct duty *const duties[] = {
#define DUTY(name) &duty_##name,
#include "duties.def"
#undef DUTY
};

/* ---- who ---- */

void duty_author(int number, char out[32])
{
	snprintf(out, 32, "@%d", number);
}

int duty_author_node(const char *by)
{
	char *end;
	long v;

	if (by[0] != '@')
		return 0;
	v = strtol(by + 1, &end, 10);
	return *end || v < 1 || v > ENTRY_DEV_MAX ? -1 : (int)v;
}

bool duty_allowed(const struct pack *p, const char *action, const char *kind)
{
	size_t i, n;
	const struct role_row *rows = pack_role_rows(p, &n);

	for (i = 0; i < n; i++)
		if (access_row_fits(&rows[i], DUTY_ROLE, action, kind))
			return true;
	return false;
}

/* ---- when, and whose ---- */

void duty_wait(struct duty_round *r, struct utc at)
{
	if (r->next.ms == 0 || at.ms < r->next.ms)
		r->next = at;
}

/* The unit itself, or the nearest above it that has a program. */
static const char *served_by(const struct orgs *o, const char *org)
{
	const struct org *x = org_find(o, org);

	while (x != NULL && !x->has_node && org_parent(o, x->code) != NULL)
		x = org_parent(o, x->code);
	return x == NULL ? org : x->code;
}

bool duty_mine(struct duty_round *r, const char *org, struct utc since)
{
	const struct orgs *o = pack_orgs(r->n->pack);
	const char *here = r->n->set.org;
	struct utc at = since;

	if (strcmp(served_by(o, org), here) == 0)
		return true;
	if (strcmp(r->n->set.duties, "below") != 0 ||
	    !org_within(o, org, here))
		return false;
	at.ms += pack_int(r->n->pack, "duty_grace_minutes", 0) * MS_MINUTE;
	if (at.ms <= r->now.ms)
		return true;
	duty_wait(r, at);
	return false;
}

/* ---- doing ---- */

enum mq_status duty_commit(struct duty_round *r, struct save **s,
    enum mq_status st, const char *line, struct err *err)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err why = ERR_INIT;

	if (st == MQ_OK)
		st = save_commit(*s, res, &why);
	else if (err != NULL)
		why = *err;
	save_free(s);
	free(res);
	if (st == MQ_OK) {
		r->done++;
		if (r->tell != NULL)
			r->tell(r->ctx, line);
		return MQ_OK;
	}
	log_err("duty", &why);
	if (db_is_suspect(r->n->db) || st == MQ_E_READ_ONLY ||
	    st == MQ_E_CLOCK) {
		if (err != NULL)
			*err = why;
		return st;
	}
	if (err != NULL)
		*err = (struct err)ERR_INIT;
	return MQ_OK;
}

enum mq_status duty_run(struct node *n, int max,
    void (*tell)(void *ctx, const char *line), void *ctx, int *done,
    struct utc *next, struct err *err)
{
	struct duty_round r = { .n = n, .max = max, .tell = tell, .ctx = ctx };
	enum mq_status st;
	char by[32];
	size_t i;

	*done = 0;
	*next = (struct utc){ 0 };
	if (n->pack == NULL || n->read_only ||
	    strcmp(n->set.duties, "none") == 0)
		return MQ_OK;
	/* Without a right time nothing can be said to be late. */
	st = ledger_check_clock(n, err);
	if (st != MQ_OK)
		return st;
	r.now = ledger_now(n);
	duty_author(n->set.number, by);
	access_fake(&r.who, by, "", DUTY_ROLE, n->set.org);
	for (i = 0; i < ARRAY_LEN(duties) && st == MQ_OK && r.done < max; i++)
		st = duties[i]->run(&r, err);
	/* Cut short: the rest at once. */
	if (r.done >= max)
		duty_wait(&r, r.now);
	*done = r.done;
	*next = r.next;
	return st;
}
