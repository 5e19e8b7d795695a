/*
 * Counting tries.  Called by login.c.
 *
 * On a full or read-only disk people may still look: tries are then counted
 * in memory for as long as the program runs.
 */
#include "login_try.h"

#include "base/clock.h"
#include "base/xmalloc.h"
#include "pack.h"

#define KIOSK "*"		/* row of all tries at this node */
#define ROUNDS_MAX 6		/* the lock doubles so many times */

static int64_t setting(struct node *n, const char *key, int64_t fallback)
{
	return n->pack == NULL ? fallback : pack_int(n->pack, key, fallback);
}

struct tries { int64_t fails, locked_until, rounds; };

#define MEMORY 16
static struct { char number[32]; struct tries t; } memory[MEMORY];
static unsigned memory_next;

static struct tries *memory_row(const char *number)
{
	unsigned i;

	for (i = 0; i < MEMORY; i++)
		if (strcmp(memory[i].number, number) == 0)
			return &memory[i].t;
	i = memory_next++ % MEMORY;
	xcopy(memory[i].number, sizeof(memory[i].number), number);
	memset(&memory[i].t, 0, sizeof(memory[i].t));
	return &memory[i].t;
}

static enum mq_status tries_get(struct node *n, const char *number, bool mem,
    struct tries *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(out, 0, sizeof(*out));
	if (mem) {
		*out = *memory_row(number);
		return MQ_OK;
	}
	st = db_query(n->db, "SELECT fails, locked_until, rounds"
	    " FROM login_try WHERE number = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, number);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		out->fails = db_i64(s, "fails");
		out->locked_until = db_i64(s, "locked_until");
		out->rounds = db_i64(s, "rounds");
	}
	db_done(&s);
	return st;
}

static enum mq_status tries_put(struct node *n, const char *number, bool mem,
    const struct tries *t, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	if (mem) {
		*memory_row(number) = *t;
		return MQ_OK;
	}
	st = db_query(n->db, "INSERT OR REPLACE INTO login_try(number, fails,"
	    " locked_until, rounds) VALUES(?, ?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, number);
	db_bind_i64(s, t->fails);
	db_bind_i64(s, t->locked_until);
	db_bind_i64(s, t->rounds);
	return db_run(&s, err);
}

static enum mq_status locked(struct err *err, int64_t ms)
{
	char zh[40], en[40];

	ms = (ms + MS_MINUTE - 1) / MS_MINUTE * MS_MINUTE;
	clock_span(ms, LANG_ZH, zh, sizeof(zh));
	clock_span(ms, LANG_EN, en, sizeof(en));
	return err_set(err, MQ_E_LOGIN_LOCKED, "%s‖%s", zh, en);
}

/* One more wrong try, until a success takes it back.  *left gets how many
 * are left after this one. */
static enum mq_status tries_add(struct node *n, const char *number, bool mem,
    int64_t most, int64_t *left, struct err *err)
{
	int64_t now = env_now(n->env).ms, span;
	struct tries t;
	enum mq_status st = tries_get(n, number, mem, &t, err);

	if (st != MQ_OK)
		return st;
	span = setting(n, "pin_lock_minutes", 15) * MS_MINUTE;
	/* A clock set back must not lock for years. */
	if (t.locked_until - now > span << ROUNDS_MAX)
		t.locked_until = now + span;
	if (t.locked_until > now)
		return locked(err, t.locked_until - now);
	*left = most - ++t.fails;
	if (*left <= 0) {
		t.locked_until = now + (span << t.rounds);
		t.fails = 0;
		if (t.rounds < ROUNDS_MAX)
			t.rounds++;
		*left = 0;
	}
	return tries_put(n, number, mem, &t, err);
}

static enum mq_status count_in(struct node *n, const char *number, bool kiosk,
    bool mem, int64_t *left, struct err *err)
{
	int64_t kiosk_left = 0;
	enum mq_status st = MQ_OK;

	if (!mem)
		st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		return st;
	if (kiosk)
		st = tries_add(n, KIOSK, mem, setting(n, "kiosk_tries", 20),
		    &kiosk_left, err);
	if (st == MQ_OK && number != NULL)
		st = tries_add(n, number, mem, setting(n, "pin_tries", 5),
		    left, err);
	if (mem)
		return st;
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

enum mq_status login_try_count(struct node *n, const char *number,
    bool kiosk, int64_t *left, struct err *err)
{
	enum mq_status st = MQ_E_READ_ONLY;

	*left = 0;
	if (!n->read_only)
		st = count_in(n, number, kiosk, false, left, err);
	if (st == MQ_E_READ_ONLY || st == MQ_E_DISK_FULL)
		st = count_in(n, number, kiosk, true, left, err);
	return st;
}

enum mq_status login_try_forget(struct node *n, const char *number,
    struct err *err)
{
	const struct tries none = { 0, 0, 0 };
	enum mq_status st;

	*memory_row(number) = none;
	*memory_row(KIOSK) = none;
	if (n->read_only)
		return MQ_OK;
	st = db_begin(n->db, __func__, err);
	if (st == MQ_OK) {
		st = tries_put(n, number, false, &none, err);
		if (st == MQ_OK)
			st = tries_put(n, KIOSK, false, &none, err);
		if (st == MQ_OK)
			st = db_commit(n->db, err);
		else
			db_rollback(n->db);
	}
	return st == MQ_E_READ_ONLY || st == MQ_E_DISK_FULL ? MQ_OK : st;
}

int64_t login_try_machine(struct node *n)
{
	struct tries t;

	if (n->read_only || tries_get(n, KIOSK, false, &t, NULL) != MQ_OK ||
	    t.fails != 0 || t.locked_until <= env_now(n->env).ms)
		return 0;
	return setting(n, "kiosk_tries", 20);
}

int64_t login_try_most(struct node *n)
{
	return setting(n, "pin_tries", 5);
}

enum mq_status login_try_over(struct node *n, struct err *err)
{
	return locked(err, setting(n, "pin_lock_minutes", 15) * MS_MINUTE);
}
