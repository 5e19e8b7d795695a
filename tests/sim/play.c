/*
 * One seed: people work, things go wrong, then all is healed and checked.
 */
#include "sim.h"

#include <inttypes.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../../sync/hub/store.h"

#define STEPS_MIN 60
#define STEPS_MORE (PLAY_STEPS_MAX - STEPS_MIN)
#define HEAL_ROUNDS 8

static struct peer *any(struct sim *w)
{
	if (w->p[SIM_NODES].w != NULL && sim_chance(w, 25))
		return &w->p[SIM_NODES];
	return &w->p[sim_dice(w, w->n)];
}

static void pass_time(struct sim *w)
{
	int how = sim_dice(w, 100);

	if (how < 60)
		sim_pass(w, sim_dice(w, 60000));
	else if (how < 95)
		sim_pass(w, sim_dice(w, 3 * (int)MS_HOUR));
	else
		sim_pass(w, sim_dice(w, 20) * MS_DAY);
}

/* A clock that jumps, or is put right by somebody. */
static void turn_clock(struct peer *p)
{
	static const int64_t jumps[] = { -70 * SIM_YEAR, 70 * SIM_YEAR,
		-MS_HOUR, MS_HOUR, -3 * MS_DAY, 3 * MS_DAY, 20 * SIM_YEAR };

	p->skew = p->skew != 0 && sim_chance(p->w, 50) ? 0 :
	    jumps[sim_dice(p->w, (int)ARRAY_LEN(jumps))];
	p->w->count[N_CLOCK]++;
	sim_say(p->w, "%d clock off by %" PRId64 " h", p->number,
	    p->skew / MS_HOUR);
}

static void revoke(struct peer *p)
{
	struct sim *w = p->w;
	struct err err = ERR_INIT;

	/* What only a revoked node could send again stays away. */
	if (p->revoked || p->may_fork || w->n < 3 || w->count[N_RESTORE] > 0)
		return;
	sim_ok(w, db_begin(w->db, __func__, &err), &err, "revoke");
	sim_ok(w, store_node_revoke(w->db, "test", p->number,
	    env_now(&w->hub_env), "遗失", &err), &err, "revoke");
	sim_ok(w, db_commit(w->db, &err), &err, "revoke");
	p->revoked = true;
	p->at_revoke = wire_number(w, "SELECT count(*) AS v FROM entry WHERE"
	    " dev >> 8 = ?", p->number, -1);
	w->count[N_REVOKED]++;
	sim_say(w, "%d revoked", p->number);
}

/* What goes wrong with a node. */
static void trouble(struct peer *p)
{
	struct sim *w = p->w;
	int how = sim_dice(w, 100);

	if (how < 20) {
		disk_die_at(p->dir, 1 + sim_dice(w, 40));
		sim_say(w, "%d will lose power", p->number);
	} else if (how < 30) {
		peer_stop(p, sim_chance(w, 70));
		(void)peer_check(p);
	} else if (how < 45) {
		turn_clock(p);
	} else if (how < 60) {
		p->apart = !p->apart;
		sim_say(w, "%d %s", p->number, p->apart ? "cut off" :
		    "back on line");
	} else if (how < 75) {
		p->loss = sim_dice(w, 70);
	} else if (how < 85) {
		if (p->old == NULL && !p->may_fork && !p->lost_tail)
			peer_keep_old(p);
		else if (p->old != NULL)
			peer_lie(p);
	} else if (how < 90) {
		deed_erase(p);
	} else if (how < 95) {
		deed_stray(p);
	} else if (how < 97) {
		(void)peer_clone(w, p);
	} else {
		revoke(p);
	}
}

static bool somebody_lost_a_tail(const struct sim *w)
{
	int i;

	for (i = 0; i < w->n; i++)
		if (w->p[i].lost_tail || w->p[i].revoked)
			return true;
	return false;
}

static void hub_trouble(struct sim *w)
{
	int how = sim_dice(w, 100);

	if (how < 30) {
		disk_die_at(w->hub_dir, 1 + sim_dice(w, 60));
		sim_say(w, "hub will lose power");
	} else if (how < 45) {
		wire_hub_stop(w, sim_chance(w, 60));
	} else if (how < 60) {
		wire_hub_backup(w);
	} else if (how < 75) {
		if (!somebody_lost_a_tail(w))
			wire_hub_restore(w);
	} else if (how < 95) {
		wire_readmit(w, sim_chance(w, 30));
	} else if (w->hub_pack == 0) {
		w->hub_pack = 1;
		wire_hub_stop(w, false);
	}
}

static void step(struct sim *w)
{
	struct peer *p = any(w);
	int how = sim_dice(w, 100), i;

	if (how < 52) {
		deed_any(p);
	} else if (how < 78) {
		peer_round(p);
	} else if (how < 84) {
		peer_poll(p);
	} else if (how < 88) {
		peer_fold(p, false);
	} else if (how < 91) {
		wire_late(w);
	} else if (how < 97) {
		trouble(p);
	} else {
		hub_trouble(w);
	}
	for (i = 0; i < SIM_PEERS; i++)
		if (w->p[i].w != NULL)
			(void)peer_check(&w->p[i]);
	wire_hub_check(w);
	pass_time(w);
	model_hub_grew(w);
	model_step(w);
}

/* Faults stop; the operator does what an operator does. */
static void heal(struct sim *w)
{
	int i, k, quiet = 0;

	sim_say(w, "healing");
	w->calm = true;
	disk_revive(w->hub_dir);
	for (i = 0; i < SIM_PEERS; i++) {
		struct peer *p = &w->p[i];

		if (p->w == NULL)
			continue;
		disk_revive(p->dir);
		p->apart = false;
		p->skew = 0;
		p->loss = 0;
		wire_forget(p);
		if (p->poll != NULL)
			wire_drop(&p->poll);
	}
	w->hub_pack = 1;
	wire_hub_stop(w, false);
	for (k = 0; k < HEAL_ROUNDS && quiet < 2; k++) {
		sim_pass(w, MS_MINUTE);
		w->moved = 0;
		for (i = 0; i < SIM_PEERS; i++)
			if (w->p[i].w != NULL)
				peer_round(&w->p[i]);
		wire_readmit(w, k >= 1);
		quiet = k > 1 && w->moved == 0 ? quiet + 1 : 0;
	}
	if (quiet < 2)
		sim_fail(w, "I3: still moving after %d rounds", HEAL_ROUNDS);
}

void play_seed(struct sim *w)
{
	int steps = STEPS_MIN + sim_dice(w, STEPS_MORE);

	if (w->limit > 0 && w->limit < steps)
		steps = w->limit;
	for (w->step = 1; w->step <= steps; w->step++) {
		step(w);
		if (w->step == w->plant)
			sim_fail(w, "planted");
	}
	heal(w);
	model_end(w);
}
