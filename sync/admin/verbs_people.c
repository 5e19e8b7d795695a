/*
 * Rosters and start codes.  Called by main.c.
 */
#include "verbs.h"

#include "people.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Loads, lets `change` work, saves and publishes: one transaction. */
static enum mq_status with_people(struct admin *a, struct people *p,
    size_t *units,
    enum mq_status (*change)(struct admin *a, struct people *p, void *ctx,
    struct err *err), void *ctx, struct err *err)
{
	enum mq_status st = admin_need(a->dir, "dir", err);

	if (st == MQ_OK)
		st = admin_open(a, err);
	if (st == MQ_OK)
		st = admin_pack(a, err);
	if (st == MQ_OK)
		st = people_load(a, p, err);
	/* Verifiers cost time on purpose: made before the lock is taken. */
	if (st == MQ_OK)
		st = change(a, p, ctx, err);
	if (st == MQ_OK)
		st = store_begin(a->db, a->tenant, __func__, err);
	if (st != MQ_OK)
		return st;
	st = people_take_messages(a, p, err);
	if (st == MQ_OK)
		st = people_save(a, p, err);
	if (st == MQ_OK)
		st = people_publish(a, p, units, err);
	if (st == MQ_OK)
		return db_commit(a->db, err);
	db_rollback(a->db);
	return st;
}

static enum mq_status change_list(struct admin *a, struct people *p, void *ctx,
    struct err *err)
{
	(void)ctx;
	return a->file != NULL ? people_read_csv(a, a->file, p, err) : MQ_OK;
}

enum mq_status verbs_roster(struct admin *a, struct err *err)
{
	struct people p = { NULL, 0, 0, 0 };
	size_t units = 0;
	enum mq_status st = with_people(a, &p, &units, change_list, NULL,
	    err);

	if (st == MQ_OK && a->json)
		(void)printf("{\"left\":%zu,\"people\":%zu,\"units\":%zu}\n",
		    p.left, p.n - p.left, units);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_ROSTER, a->env->lang, units,
		    p.n - p.left, p.left);
	people_free(&p);
	return st;
}

static enum mq_status change_code(struct admin *a, struct people *p, void *ctx,
    struct err *err)
{
	struct roster_draft *d = people_find(p, a->number);

	if (d == NULL || d->p.left)
		return err_set(err, MQ_E_NOT_FOUND, "%s", a->number);
	return people_new_code(a, d, ctx, err);
}

enum mq_status verbs_code(struct admin *a, struct err *err)
{
	struct people p = { NULL, 0, 0, 0 };
	size_t units = 0;
	char code[16];
	enum mq_status st = admin_need(a->number, "number", err);

	if (st == MQ_OK)
		st = with_people(a, &p, &units, change_code, code, err);
	if (st == MQ_OK && a->json)
		(void)printf("{\"code\":\"%s\",\"number\":\"%s\"}\n", code,
		    a->number);
	else if (st == MQ_OK)
		sayings_print(SAY_ADMIN_START, a->env->lang, a->number, code);
	crypto_wipe(code, sizeof(code));
	people_free(&p);
	return st;
}
