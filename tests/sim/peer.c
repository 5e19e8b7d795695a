/*
 * One simulated node: two programs on one folder, its power and its disk.
 */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"

static struct utc p_now(struct env *env)
{
	struct peer *p = env->ctx;

	return (struct utc){ p->w->now + p->skew };
}

static int64_t p_mono(struct env *env)
{
	return ((struct peer *)env->ctx)->w->mono;
}

static void p_random(struct env *env, void *out, size_t n)
{
	struct peer *p = env->ctx;
	size_t i;

	for (i = 0; i < n; i++)
		((uint8_t *)out)[i] = (uint8_t)sim_next(&p->chance);
}

void peer_env(struct peer *p)
{
	p->env = (struct env){ .now = p_now, .mono_ms = p_mono,
		.random = p_random, .lang = LANG_ZH, .ctx = p };
}

static void open_one(struct peer *p, struct node **out)
{
	struct err err = ERR_INIT;

	sim_ok(p->w, node_open(&p->env, p->dir, NODE_NO_PACK, out, &err),
	    &err, "node_open");
	(*out)->pack = sim_pack(p->pack);
}

static void close_one(struct node **n)
{
	if (*n == NULL)
		return;
	(*n)->pack = NULL;	/* shared by all */
	node_close(n);
}

void peer_open(struct peer *p)
{
	open_one(p, &p->desk);
	open_one(p, &p->sync);
	client_init(&p->client, p->sync, &p->t);
	p->up = true;
}

void peer_close(struct peer *p)
{
	if (p->poll != NULL)
		wire_drop(&p->poll);
	close_one(&p->desk);
	close_one(&p->sync);
	p->up = false;
}

static void rebind(struct peer *p, const char *org)
{
	struct err err = ERR_INIT;
	struct node *n = NULL;

	open_one(p, &n);
	(void)xcopy(n->set.org, sizeof(n->set.org), org);
	sim_ok(p->w, node_save_settings(&p->env, p->dir, &n->set, &err),
	    &err, "settings");
	close_one(&n);
}

static void set_up(struct peer *p)
{
	static const char *const roles[] = { "captain", "captain",
		"community", "gridworker" };
	struct sim *w = p->w;
	char by[16];

	peer_env(p);
	wire_link(p);
	(void)snprintf(by, sizeof(by), "c%03d", p->number);
	access_fake(&p->who, by, "陈网格", roles[sim_dice(w, 4)], p->org);
}

void peer_make(struct sim *w, int index, const char *org)
{
	struct peer *p = &w->p[index];
	char path[SIM_PATH + 16];

	p->w = w;
	p->index = index;
	p->number = SIM_FIRST + index;
	p->chance = w->seed * 1000 + (uint64_t)index;
	p->pack = sim_dice(w, SIM_PACKS);
	(void)xcopy(p->org, sizeof(p->org), org);
	(void)snprintf(p->dir, sizeof(p->dir), "%s/n%d", w->dir, p->number);
	disk_revive(p->dir);
	disk_image_put(sim_blank(p->number), p->dir);
	(void)snprintf(path, sizeof(path), "%s/head", p->dir);
	(void)unlink(path);
	set_up(p);
	rebind(p, org);
	peer_open(p);
	wire_enrol(p);
}

void peer_free(struct peer *p)
{
	peer_close(p);
	disk_image_free(&p->old);
	memset(p, 0, sizeof(*p));
}

static uint64_t roll(void *ctx)
{
	return sim_roll(ctx);
}

void peer_stop(struct peer *p, bool power)
{
	disk_kill(p->dir);	/* what is half done stays half done */
	peer_close(p);
	disk_revive(p->dir);
	if (power)
		disk_power_cut(p->dir, roll, p->w);
	sim_say(p->w, "%d %s", p->number, power ? "power cut" : "killed");
	p->w->count[N_CRASH]++;
}

static void start_again(struct peer *p)
{
	peer_open(p);
	model_reopened(p);
}

/* In the middle of somebody's round it has to wait. */
bool peer_check(struct peer *p)
{
	if (p->w->depth > 0)
		return disk_is_dead(p->dir);
	if (p->up && !disk_is_dead(p->dir))
		return false;
	if (p->up)
		peer_stop(p, true);
	start_again(p);
	return true;
}

/* ---- disks that lie, cards that are copied ---- */

static void read_head(struct peer *p, char *out, size_t size)
{
	struct buf b = BUF_INIT(64);
	char path[SIM_PATH + 16];

	out[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/head", p->dir);
	if (file_read(NULL, path, &b, NULL) == MQ_OK)
		(void)xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

static void write_head(struct peer *p, const char *text)
{
	char path[SIM_PATH + 16];

	(void)snprintf(path, sizeof(path), "%s/head", p->dir);
	if (text[0] == '\0' || file_write(NULL, path, text, strlen(text),
	    0600, NULL) != MQ_OK)
		(void)unlink(path);
}

void peer_keep_old(struct peer *p)
{
	disk_image_free(&p->old);
	p->old = disk_image_take(p->dir);
	read_head(p, p->old_head, sizeof(p->old_head));
	sim_say(p->w, "%d disk stops keeping", p->number);
}

void peer_lie(struct peer *p)
{
	bool head = sim_chance(p->w, 50);

	peer_stop(p, false);
	disk_image_put(p->old, p->dir);
	disk_image_free(&p->old);
	/* The copy of the head may have gone with it. */
	if (head)
		write_head(p, p->old_head);
	p->lost_tail = true;
	p->last_save.seq = 0;
	p->w->count[N_LIE]++;
	wire_forget(p);
	sim_say(p->w, "%d lost its tail%s", p->number, head ? ", unseen" :
	    "");
	/* Then new entries may take numbers that the hub has already. */
	p->may_fork |= head;
	start_again(p);
}

bool peer_clone(struct sim *w, struct peer *p)
{
	static const char *const files[] = { "node.ini", "node.key", "head" };
	struct peer *c = &w->p[SIM_NODES];
	struct disk_image *img;
	size_t i;

	if (c->w != NULL || p->frozen || p->revoked)
		return false;
	c->w = w;
	c->index = SIM_NODES;
	c->number = p->number;
	c->chance = p->chance + 1;
	c->pack = p->pack;
	(void)xcopy(c->org, sizeof(c->org), p->org);
	(void)snprintf(c->dir, sizeof(c->dir), "%s/clone", w->dir);
	(void)mkdir(c->dir, 0700);
	for (i = 0; i < ARRAY_LEN(files); i++) {
		struct buf b = BUF_INIT(BUF_SMALL);
		char from[SIM_PATH + 16], to[SIM_PATH + 16];

		(void)snprintf(from, sizeof(from), "%s/%s", p->dir, files[i]);
		(void)snprintf(to, sizeof(to), "%s/%s", c->dir, files[i]);
		(void)unlink(to);
		if (file_read(NULL, from, &b, NULL) == MQ_OK)
			(void)!file_write(NULL, to, b.data, b.len, 0600,
			    NULL);
		buf_free(&b);
	}
	img = disk_image_take(p->dir);
	disk_revive(c->dir);
	disk_image_put(img, c->dir);
	disk_image_free(&img);
	set_up(c);
	c->who = p->who;
	c->skew = p->skew;
	c->absorbed = p->absorbed;
	c->may_fork = p->may_fork = true;
	memcpy(c->hlc, p->hlc, sizeof(c->hlc));
	peer_open(c);
	w->count[N_CLONE]++;
	sim_say(w, "%d copied", p->number);
	return true;
}

/* ---- its daemon ---- */

void peer_fold(struct peer *p, bool all)
{
	struct err err = ERR_INIT;
	enum mq_status st;
	int64_t left = 0;

	do {
		st = record_fold_pending(p->sync, 40, &left, &err);
	} while (st == MQ_OK && all && left > 0);
	if (!disk_is_dead(p->dir))
		sim_ok(p->w, st, &err, "fold");
}

void peer_round(struct peer *p)
{
	struct client_result r;
	struct err err = ERR_INIT;
	enum mq_status st;

	memset(&r, 0, sizeof(r));
	st = client_round(&p->client, &r, &err);
	p->w->count[N_ROUNDS]++;
	p->w->moved += r.pushed + r.received;
	sim_say(p->w, "%d round %s %s pushed %" PRId64 " got %" PRId64
	    " bad %" PRId64 " back %" PRId64 "%s", p->number, err_name(st),
	    st != MQ_OK ? err.detail : "", r.pushed, r.received, r.bad,
	    r.returned, r.healed ? " healed" : "");
	if (peer_check(p))
		return;
	if (r.bad > 0)
		model_bad_line(p);
	if (r.healed || st == MQ_OK)
		p->lost_tail = false;
	if (st == MQ_E_FORKED) {
		if (!p->may_fork)
			sim_fail(p->w, "%d forked without a reason",
			    p->number);
		p->frozen = true;
	} else if (st == MQ_E_NET_REVOKED && !p->revoked) {
		sim_fail(p->w, "%d told that it was revoked", p->number);
	} else if (st != MQ_OK && st != MQ_E_NET_DOWN &&
	    st != MQ_E_NET_REVOKED && st != MQ_E_LOCKED) {
		sim_ok(p->w, st, &err, "round");
	} else if (st != MQ_OK && p->w->calm && !p->frozen && !p->revoked) {
		sim_ok(p->w, st, &err, "calm round");
	}
	if (sim_chance(p->w, 50) || p->w->calm)
		peer_fold(p, p->w->calm);
	model_absorb(p, false);
	if (st == MQ_OK)
		model_acked(p);
}

void peer_poll(struct peer *p)
{
	struct client_result r;
	struct err err = ERR_INIT;
	enum mq_status st;

	memset(&r, 0, sizeof(r));
	if (p->poll == NULL) {
		st = client_poll_start(&p->client, &err);
		sim_say(p->w, "%d waits %s", p->number, err_name(st));
		return;
	}
	st = client_poll_take(&p->client, &r, &err);
	sim_say(p->w, "%d waited %s got %" PRId64, p->number, err_name(st),
	    r.received);
	(void)peer_check(p);
}
