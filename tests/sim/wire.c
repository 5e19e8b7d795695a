/*
 * The hub and the way to it.  See sim.h.
 */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../core/base/xmalloc.h"
#include "../../sync/hub/ingest.h"
#include "../../sync/hub/store.h"

/* ---- the hub's power and disk ---- */

void wire_hub_open(struct sim *w)
{
	struct err err = ERR_INIT;

	sim_ok(w, store_open(&w->hub_env, w->store, DB_CREATE, &w->db, &err),
	    &err, "store_open");
	hub_init(&w->hub, &w->hub_env, w->db, sim_pack(w->hub_pack));
	sim_ok(w, feed_new_life(&w->hub, &err), &err, "hub start");
}

static uint64_t roll(void *ctx)
{
	return sim_roll(ctx);
}

static void close_hub(struct sim *w)
{
	hub_done(&w->hub);
	db_close(&w->db);
}

void wire_hub_stop(struct sim *w, bool power)
{
	disk_kill(w->hub_dir);
	close_hub(w);
	disk_revive(w->hub_dir);
	if (power)
		disk_power_cut(w->hub_dir, roll, w);
	w->count[N_HUB_CRASH]++;
	/* Signatures made before this start are refused. */
	sim_pass(w, 1000);
	wire_hub_open(w);
	sim_say(w, "hub %s", power ? "power cut" : "restarted");
	model_hub_again(w, false);
}

void wire_hub_check(struct sim *w)
{
	if (disk_is_dead(w->hub_dir))
		wire_hub_stop(w, true);
}

void wire_hub_backup(struct sim *w)
{
	struct err err = ERR_INIT;
	enum mq_status st = db_checkpoint(w->db, &err);

	if (disk_is_dead(w->hub_dir))
		return;
	sim_ok(w, st, &err, "hub checkpoint");
	disk_image_free(&w->backup);
	w->backup = disk_image_take(w->hub_dir);
	sim_say(w, "hub backup");
}

void wire_hub_restore(struct sim *w)
{
	if (w->backup == NULL)
		return;
	disk_kill(w->hub_dir);
	close_hub(w);
	disk_revive(w->hub_dir);
	disk_image_put(w->backup, w->hub_dir);
	sim_pass(w, 1000);
	wire_hub_open(w);
	w->count[N_RESTORE]++;
	sim_say(w, "hub restored from its backup");
	model_hub_again(w, true);
}

void wire_enrol(struct peer *p)
{
	struct sim *w = p->w;
	struct node *n = p->desk;
	struct store_node x;
	struct err err = ERR_INIT;

	if (store_node_get(w->db, "test", n->set.number, &x, &err) == MQ_OK)
		return;
	memset(&x, 0, sizeof(x));
	(void)xcopy(x.tenant, sizeof(x.tenant), n->set.tenant);
	(void)xcopy(x.org, sizeof(x.org), n->set.org);
	(void)xcopy(x.site, sizeof(x.site), n->set.site);
	x.number = n->set.number;
	memcpy(x.sign_pk, n->keys.sign_pk, sizeof(x.sign_pk));
	memcpy(x.box_pk, n->keys.box_pk, sizeof(x.box_pk));
	x.enrolled_at = env_now(&w->hub_env);
	sim_ok(w, db_begin(w->db, __func__, &err), &err, "enrol");
	sim_ok(w, store_node_add(w->db, &x, &err), &err, "enrol");
	sim_ok(w, db_commit(w->db, &err), &err, "enrol");
}

/* A constant query with two numbers bound (a is ignored when below 0). */
int64_t wire_number(struct sim *w, const char *sql, int64_t a, int64_t b)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	int64_t v = 0;
	bool row;

	sim_ok(w, db_query(w->db, sql, &s, &err), &err, sql);
	if (a >= 0)
		db_bind_i64(s, a);
	if (b >= 0)
		db_bind_i64(s, b);
	sim_ok(w, db_step(s, &row, &err), &err, sql);
	if (row)
		v = db_i64(s, "v");
	db_done(&s);
	return v;
}

/* The person at the hub looks at what came back. */
void wire_readmit(struct sim *w, bool force)
{
	struct { int64_t dev, first; } todo[64];
	struct db_stmt *s;
	struct err err = ERR_INIT;
	size_t n = 0, i;
	bool row;

	sim_ok(w, db_query(w->db, "SELECT dev, first FROM quarantine"
	    " WHERE readmitted_at = 0 ORDER BY at, dev, first LIMIT 64", &s,
	    &err), &err, "quarantine");
	while (db_step(s, &row, &err) == MQ_OK && row) {
		todo[n].dev = db_i64(s, "dev");
		todo[n++].first = db_i64(s, "first");
	}
	db_done(&s);
	for (i = 0; i < n && !disk_is_dead(w->hub_dir); i++) {
		enum mq_status st = ingest_readmit(&w->hub, "test",
		    (struct dev){ todo[i].dev }, todo[i].first, force, &err);

		w->moved += st == MQ_OK;
		w->count[N_QUARANTINE] += st == MQ_OK;
		sim_say(w, "readmit %" PRId64 ":%" PRId64 " %s %s",
		    todo[i].dev >> 8, todo[i].first, err_name(st),
		    st != MQ_OK ? err.detail : "");
	}
	wire_hub_check(w);
}

/* ---- parcels ---- */

void wire_drop(struct parcel **p)
{
	if (*p == NULL)
		return;
	buf_free(&(*p)->body);
	FREE(*p);
}

static struct parcel *pack_up(const struct transport_request *q, int peer)
{
	struct parcel *p = xcalloc(1, sizeof(*p));
	int i;

	p->q = *q;
	p->peer = peer;
	(void)xcopy(p->method, sizeof(p->method), q->method);
	(void)xcopy(p->target, sizeof(p->target), q->target);
	buf_init(&p->body, BUF_LARGE);
	buf_add(&p->body, q->body, q->len);
	for (i = 0; i < q->nfields; i++) {
		(void)xcopy(p->text[i][0], sizeof(p->text[i][0]),
		    q->fields[i].name);
		(void)xcopy(p->text[i][1], sizeof(p->text[i][1]),
		    q->fields[i].value);
	}
	return p;
}

static const char *header(void *ctx, const char *name)
{
	const struct parcel *p = ctx;
	int i;

	for (i = 0; i < p->q.nfields; i++)
		if (strcasecmp(p->text[i][0], name) == 0)
			return p->text[i][1];
	return NULL;
}

/* The hub takes it.  False: its power went meanwhile, nothing came back. */
static bool serve(struct sim *w, struct parcel *p, struct transport_reply *r)
{
	char path[256], *mark;
	struct call c;
	size_t max = 0;
	bool alive;

	sim_pass(w, 50 + sim_dice(w, 50));
	call_init(&c);
	(void)xcopy(path, sizeof(path), p->target);
	mark = strchr(path, '?');
	if (mark != NULL)
		*mark = '\0';
	c.method = p->method;
	c.path = path;
	c.query = mark != NULL ? mark + 1 : "";
	c.header = header;
	c.ctx = p;
	c.waited = true;
	buf_add(&c.body, p->body.data, p->body.len);
	if (api_begin(&c, &max))
		api_run(&w->hub, &c);
	alive = !disk_is_dead(w->hub_dir);
	if (alive && r != NULL) {
		transport_reply_free(r);
		r->status = c.status;
		if (c.type != NULL)
			(void)xcopy(r->type, sizeof(r->type), c.type);
		r->cursor = c.cursor;
		r->more = c.more;
		r->retry_after = c.retry_after;
		r->now = env_now(&w->hub_env);
		if (c.status != 204)
			buf_add(&r->body, c.out.data, c.out.len);
	}
	if (alive && c.status >= 500)
		sim_fail(w, "hub answers %d to %s %s: %s", c.status,
		    p->method, p->target, buf_str(&c.out));
	call_free(&c);
	wire_hub_check(w);
	model_hub_grew(w);
	return alive;
}

static void hold_back(struct sim *w, struct parcel **p)
{
	if (w->nlate == SIM_DELAYED)
		wire_drop(&w->late[--w->nlate]);
	w->late[w->nlate++] = *p;
	*p = NULL;
}

void wire_late(struct sim *w)
{
	struct parcel *p;
	int i;

	if (w->nlate == 0)
		return;
	i = sim_dice(w, w->nlate);
	p = w->late[i];
	w->late[i] = w->late[--w->nlate];
	sim_say(w, "late: %d %s %s", SIM_FIRST + p->peer, p->method,
	    p->target);
	(void)serve(w, p, NULL);
	if (sim_chance(w, 20))
		hold_back(w, &p);
	wire_drop(&p);
}

void wire_forget(struct peer *p)
{
	struct sim *w = p->w;
	int i;

	for (i = w->nlate; i-- > 0;) {
		if (SIM_FIRST + w->late[i]->peer != p->number)
			continue;
		wire_drop(&w->late[i]);
		w->late[i] = w->late[--w->nlate];
	}
}

/* While one waits for an answer others work. */
static void meanwhile(struct sim *w, struct peer *me)
{
	struct peer *p = &w->p[sim_dice(w, w->n)];

	if (w->calm || w->depth > 0 || !sim_chance(w, 12))
		return;
	w->depth++;
	if (p == me || sim_chance(w, 50))
		deed_any(sim_chance(w, 50) ? me : p);
	else if (p->number != me->number && p->up)
		peer_round(p);
	w->depth--;
}

enum fate { FINE, LOST_THERE, LOST_BACK, TWICE, LATE };

static enum fate fate_of(struct peer *p)
{
	struct sim *w = p->w;

	if (w->calm)
		return FINE;
	if (p->apart)
		return LOST_THERE;
	if (!sim_chance(w, p->loss))
		return FINE;
	w->count[N_SPOILT]++;
	return (enum fate)(LOST_THERE + sim_dice(w, 4));
}

static enum mq_status carry(struct peer *p, struct parcel **parcel,
    struct transport_reply *r, struct err *err)
{
	struct sim *w = p->w;
	enum fate fate = fate_of(p);
	bool came;

	if (fate == LATE) {
		hold_back(w, parcel);
		return err_set(err, MQ_E_NET_DOWN, "late");
	}
	if (fate == LOST_THERE)
		return err_set(err, MQ_E_NET_DOWN, "lost there");
	came = serve(w, *parcel, r);
	if (fate == TWICE)
		(void)serve(w, *parcel, NULL);
	if (!came || fate == LOST_BACK) {
		transport_reply_free(r);
		return err_set(err, MQ_E_NET_DOWN, "lost back");
	}
	return MQ_OK;
}

static enum mq_status w_request(struct transport *t,
    const struct transport_request *q, struct transport_reply *r,
    struct err *err)
{
	struct peer *p = t->ctx;
	struct parcel *parcel = pack_up(q, p->index);
	enum mq_status st;

	meanwhile(p->w, p);
	if (disk_is_dead(p->dir)) {
		wire_drop(&parcel);
		return err_set(err, MQ_E_NET_DOWN, "no power");
	}
	st = carry(p, &parcel, r, err);
	meanwhile(p->w, p);
	wire_drop(&parcel);
	return st;
}

static enum mq_status w_start(struct transport *t,
    const struct transport_request *q, struct err *err)
{
	struct peer *p = t->ctx;

	(void)err;
	p->poll = pack_up(q, p->index);
	return MQ_OK;
}

static enum mq_status w_finish(struct transport *t, struct transport_reply *r,
    struct err *err)
{
	struct peer *p = t->ctx;
	struct parcel *parcel = p->poll;
	enum mq_status st;

	p->poll = NULL;
	st = carry(p, &parcel, r, err);
	wire_drop(&parcel);
	return st;
}

static const struct transport_ops ops = {
	.request = w_request,
	.start = w_start,
	.finish = w_finish,
};

void wire_link(struct peer *p)
{
	p->t.ops = &ops;
	p->t.ctx = p;
}
