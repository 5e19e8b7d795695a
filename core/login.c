/*
 * Coming to work.  Called by the login screen and by verbs that ask who is
 * there.
 *
 * A try is written and synced before its verdict is known, so that pulling
 * the plug gives no free guesses; an unknown number costs the same time and
 * the same write as a known one.
 */
#include "login.h"

#include <assert.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "mask.h"
#include "pack.h"
#include "person_id.h"
#include "save.h"
#include "why.h"

#define PIN_LEN 6
#define KIOSK "*"		/* row of all tries at this node */
#define ROUNDS_MAX 6		/* the lock doubles so many times */

/* Verifies no six digits, at the usual cost: for unknown numbers. */
static const char nobody[] = "$argon2id$v=19$m=16384,t=3,p=1"
    "$L4YFn9aJECH58StBxlCvMQ"
    "$4FBuG+wwAajhVLdg1wd23jjliODEs3KHHoOTFiGtE8M";

static int64_t setting(struct node *n, const char *key, int64_t fallback)
{
	return n->pack == NULL ? fallback : pack_int(n->pack, key, fallback);
}

/* ---- tries ---- */

struct tries { int64_t fails, locked_until, rounds; };

/* On a full or read-only disk people may still look: tries are then counted
 * in memory for as long as the program runs. */
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

/* number NULL: nobody known.  kiosk false leaves the node's own row out. */
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

static enum mq_status count_try(struct node *n, const char *number, bool kiosk,
    int64_t *left, struct err *err)
{
	enum mq_status st = MQ_E_READ_ONLY;

	*left = 0;
	if (!n->read_only)
		st = count_in(n, number, kiosk, false, left, err);
	if (st == MQ_E_READ_ONLY || st == MQ_E_DISK_FULL)
		st = count_in(n, number, kiosk, true, left, err);
	return st;
}

/* The try was right: whoever it was has a clean sheet, the node too. */
static enum mq_status forget_tries(struct node *n, const char *number,
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

/* ---- verifiers ---- */

/* Ties a wrapped verifier to its person. */
static int64_t place_of(const char *number)
{
	uint8_t h[CRYPTO_HASH];
	int64_t v;

	crypto_hash(number, strlen(number), h);
	memcpy(&v, h, sizeof(v));
	return v;
}

static bool take_text(struct buf *b, char out[CRYPTO_PIN_STR])
{
	bool fits = b->len > 0 && b->len < CRYPTO_PIN_STR;

	if (fits) {
		memcpy(out, b->data, b->len);
		out[b->len] = '\0';
	}
	if (b->data != NULL)
		crypto_wipe(b->data, b->len);
	buf_free(b);
	return fits;
}

/* What was sealed to this node in the roster. */
static bool unseal(struct node *n, const char *b64, char out[CRYPTO_PIN_STR])
{
	struct buf box = BUF_INIT(1024), plain = BUF_INIT(1024);
	bool good;

	good = b64 != NULL && crypto_unb64(b64, strlen(b64), &box) &&
	    crypto_unseal(n->keys.box_pk, n->keys.box_sk, box.data, box.len,
	    &plain, NULL) == MQ_OK;
	buf_free(&box);
	return take_text(&plain, out) && good;
}

/* A PIN chosen here, unless the office called it in since. */
static bool own_verifier(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	struct buf plain = BUF_INIT(1024);
	struct db_stmt *s;
	const void *box;
	bool row, good = false;
	size_t len;

	if (db_query(n->db, "SELECT box, at FROM login_pin WHERE number = ?",
	    &s, NULL) != MQ_OK)
		return false;
	db_bind_text(s, p->number);
	if (db_step(s, &row, NULL) == MQ_OK && row &&
	    db_i64(s, "at") >= p->pin_at.ms) {
		box = db_blob(s, "box", &len);
		good = crypto_rest_unwrap(n->keys.data, place_of(p->number),
		    0, box, len, &plain, NULL) == MQ_OK;
	}
	db_done(&s);
	return take_text(&plain, out) && good;
}

static bool verifier_of(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	return own_verifier(n, p, out) || unseal(n, p->verifier, out);
}

/* ---- who ---- */

static void session_of(struct node *n, const struct roster_person *p,
    struct session *out)
{
	memset(out, 0, sizeof(*out));
	xcopy(out->by, sizeof(out->by), p->number);
	xcopy(out->name, sizeof(out->name), p->name);
	memcpy(out->posts, p->posts, sizeof(out->posts));
	out->nposts = p->nposts;
	out->since = env_now(n->env);
}

static enum mq_status unknown(const char *typed, struct err *err)
{
	struct buf b = BUF_INIT(200);
	enum mq_status st;

	mask_text(typed, strlen(typed), &b);
	st = err_set(err, MQ_E_LOGIN_UNKNOWN, "%s", buf_str(&b));
	buf_free(&b);
	return st;
}

/* NULL after as much work as a known person costs. */
static const struct roster_person *find(struct node *n, const char *typed,
    const char *secret, struct err *err)
{
	const struct roster_person *p = roster_find(n->roster, typed);
	int64_t left;

	if (p != NULL && !p->left)
		return p;
	if (count_try(n, NULL, true, &left, err) != MQ_OK)
		return NULL;
	(void)crypto_pin_check(nobody, secret);
	if (p != NULL)
		(void)err_set(err, MQ_E_LOGIN_UNKNOWN, "%s",
		    why_words(WHY_LOGIN_LEFT));
	else
		(void)unknown(typed, err);
	return NULL;
}

/* Counts, compares, clears. */
static enum mq_status prove(struct node *n, const struct roster_person *p,
    const char *verifier,
    const char *secret, bool kiosk, int64_t *left, struct err *err)
{
	enum mq_status st = count_try(n, p->number, kiosk, left, err);

	if (st != MQ_OK)
		return st;
	if (crypto_pin_check(verifier, secret))
		return forget_tries(n, p->number, err);
	if (*left <= 0)
		return locked(err, setting(n, "pin_lock_minutes", 15) *
		    MS_MINUTE);
	return err_set(err, MQ_E_LOGIN_WRONG, "%d", (int)*left);
}

static enum mq_status pin_of(struct node *n, const char *typed, const char *pin,
    bool kiosk, struct session *out, struct err *err)
{
	char verifier[CRYPTO_PIN_STR];
	const struct roster_person *p;
	struct err local = ERR_INIT;
	enum mq_status st;
	int64_t left;

	if (err == NULL)
		err = &local;
	p = find(n, typed, pin, err);
	if (p == NULL)
		return err->code;
	if (!verifier_of(n, p, verifier)) {
		st = count_try(n, NULL, kiosk, &left, err);
		(void)crypto_pin_check(nobody, pin);
		return st != MQ_OK ? st :
		    err_set(err, MQ_E_LOGIN_NO_PIN, "%s", p->number);
	}
	/* Who holds a card of ours is not a passer-by guessing. */
	kiosk = kiosk && strcmp(typed, p->card) != 0;
	st = prove(n, p, verifier, pin, kiosk, &left, err);
	crypto_wipe(verifier, sizeof(verifier));
	if (st == MQ_OK)
		session_of(n, p, out);
	return st;
}

enum mq_status login_pin(struct node *n, const char *typed, const char *pin,
    struct session *out, struct err *err)
{
	return pin_of(n, typed, pin, true, out, err);
}

bool login_needs_code(struct node *n, const char *typed)
{
	const struct roster_person *p = roster_find(n->roster, typed);
	char verifier[CRYPTO_PIN_STR];
	bool has;

	if (p == NULL || p->left || p->code == NULL)
		return false;
	has = verifier_of(n, p, verifier);
	crypto_wipe(verifier, sizeof(verifier));
	return !has;
}

/* ---- choosing a PIN ---- */

static bool is_run(const char *pin)
{
	bool up = true, down = true;
	int i;

	for (i = 1; i < PIN_LEN; i++) {
		up = up && (pin[i - 1] - '0' + 1) % 10 == pin[i] - '0';
		down = down && (pin[i] - '0' + 1) % 10 == pin[i - 1] - '0';
	}
	return up || down;
}

/* Too few different digits, or one group over and over. */
static bool repeats(const char *pin)
{
	int count[10] = { 0 }, i, kinds = 0, most = 0;

	for (i = 0; i < PIN_LEN; i++)
		count[pin[i] - '0']++;
	for (i = 0; i < 10; i++) {
		kinds += count[i] > 0;
		most = count[i] > most ? count[i] : most;
	}
	return kinds <= 2 || most >= 4 || memcmp(pin, pin + 3, 3) == 0 ||
	    (pin[0] == pin[1] && pin[2] == pin[3] && pin[4] == pin[5]);
}

static int two(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

/* YYMMDD, or YYYYMM of a living person. */
static bool is_birthday(const char *pin)
{
	int yyyy = two(pin) * 100 + two(pin + 2), mm = two(pin + 4);

	if (clock_valid_day(1900 + two(pin), two(pin + 2), two(pin + 4)) ||
	    clock_valid_day(2000 + two(pin), two(pin + 2), two(pin + 4)))
		return true;
	return yyyy >= 1900 && yyyy < 2100 && mm >= 1 && mm <= 12;
}

static bool listed(struct node *n, const char *pin)
{
	const char *list = n->pack == NULL ? "" :
	    pack_text(n->pack, "pin_deny", "");

	return strstr(list, pin) != NULL;
}

static enum mq_status weak(struct err *err, enum why w)
{
	return err_set(err, MQ_E_PIN_WEAK, "%s", why_words(w));
}

enum mq_status login_pin_ok(struct node *n, const struct roster_person *p,
    const char *pin, struct err *err)
{
	if (strlen(pin) != PIN_LEN || strspn(pin, "0123456789") != PIN_LEN)
		return weak(err, WHY_PIN_DIGITS);
	if (is_run(pin))
		return weak(err, WHY_PIN_RUN);
	if (repeats(pin))
		return weak(err, WHY_PIN_REPEAT);
	if (is_birthday(pin))
		return weak(err, WHY_PIN_BIRTH);
	if (p != NULL && (strstr(p->phone, pin) != NULL ||
	    strstr(p->number, pin) != NULL || strstr(p->card, pin) != NULL))
		return weak(err, WHY_PIN_PHONE);
	return listed(n, pin) ? weak(err, WHY_PIN_LISTED) : MQ_OK;
}

/* The new verifier for the office, which brings it to the other nodes with
 * the next roster.  Without a records key the node stands alone. */
static enum mq_status tell_office(struct node *n, const char *number,
    const char *verifier, int64_t at, struct err *err)
{
	struct buf plain = BUF_INIT(2048), box = BUF_INIT(4096);
	uint8_t pk[CRYPTO_BOX_PK];
	struct db_stmt *s;
	struct jout j;
	enum mq_status st;

	if (!crypto_unhex(n->set.records_pk, strlen(n->set.records_pk), pk,
	    sizeof(pk)))
		return MQ_OK;
	jout_begin(&j, &plain, true);
	jout_obj(&j);
	jout_kint(&j, "at", at);
	jout_kstr(&j, "number", number);
	jout_kint(&j, "v", 1);
	jout_kstr(&j, "verifier", verifier);
	jout_obj_end(&j);
	crypto_seal(pk, plain.data, plain.len, &box);
	crypto_wipe(plain.data, plain.len);
	st = db_query(n->db, "INSERT INTO account_out(at, box) VALUES(?, ?)",
	    &s, err);
	if (st == MQ_OK) {
		db_bind_i64(s, at);
		db_bind_blob(s, box.data, box.len);
		st = db_run(&s, err);
	}
	buf_free(&plain);
	buf_free(&box);
	return st;
}

/* code_used NULL keeps what stands there. */
static enum mq_status put_pin(struct node *n, const char *number,
    const char *verifier, const char *code_used, int64_t at, struct err *err)
{
	struct buf box = BUF_INIT(1024);
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT INTO login_pin(number, box, at,"
	    " code_used) VALUES(?, ?, ?, coalesce(?, '')) ON CONFLICT DO"
	    " UPDATE SET box = excluded.box, at = excluded.at, code_used ="
	    " CASE excluded.code_used WHEN '' THEN code_used ELSE"
	    " excluded.code_used END", &s, err);
	if (st != MQ_OK)
		return st;
	crypto_rest_wrap(n->keys.data, place_of(number), 0, verifier,
	    strlen(verifier), &box);
	db_bind_text(s, number);
	db_bind_blob(s, box.data, box.len);
	db_bind_i64(s, at);
	db_bind_text(s, code_used);
	st = db_run(&s, err);
	buf_free(&box);
	return st;
}

static enum mq_status choose_pin(struct node *n, const struct roster_person *p,
    const char *pin, const char *code_used, struct err *err)
{
	char verifier[CRYPTO_PIN_STR];
	/* A clock behind the office's must not void what was just chosen. */
	int64_t at = env_now(n->env).ms;
	enum mq_status st;

	if (at < p->pin_at.ms)
		at = p->pin_at.ms;
	st = crypto_pin_make(pin, verifier, err);
	if (st == MQ_OK)
		st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		goto out;
	st = put_pin(n, p->number, verifier, code_used, at, err);
	if (st == MQ_OK)
		st = tell_office(n, p->number, verifier, at, err);
	if (st == MQ_OK)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
out:
	crypto_wipe(verifier, sizeof(verifier));
	return st;
}

/* Keyed, so that a used code cannot be guessed from the file; of the code
 * itself, since each roster seals the same code anew. */
static void code_mark(struct node *n, const char *number, const char *code,
    char out[2 * CRYPTO_HASH + 1])
{
	struct buf b = BUF_INIT(256);
	uint8_t mac[CRYPTO_HASH];

	buf_addf(&b, "code:%s:%s", number, code);
	crypto_mac(n->keys.lookup, buf_str(&b), b.len, mac);
	crypto_hex(mac, sizeof(mac), out);
	buf_free(&b);
}

static bool code_was_used(struct node *n, const char *number, const char *mark)
{
	struct db_stmt *s;
	bool row, used = false;

	if (db_query(n->db, "SELECT code_used FROM login_pin WHERE"
	    " number = ?", &s, NULL) != MQ_OK)
		return false;
	db_bind_text(s, number);
	if (db_step(s, &row, NULL) == MQ_OK && row)
		used = strcmp(db_text(s, "code_used"), mark) == 0;
	db_done(&s);
	return used;
}

enum mq_status login_code(struct node *n, const char *typed, const char *code,
    const char *new_pin, struct session *out, struct err *err)
{
	char verifier[CRYPTO_PIN_STR], mark[2 * CRYPTO_HASH + 1];
	const struct roster_person *p;
	struct err local = ERR_INIT;
	enum mq_status st;
	int64_t left;

	if (err == NULL)
		err = &local;
	p = find(n, typed, code, err);
	if (p == NULL)
		return err->code;
	if (!unseal(n, p->code, verifier))
		return err_set(err, MQ_E_LOGIN_CODE, "%s",
		    why_words(WHY_LOGIN_NO_CODE));
	/* The rule of PINs first: a weak one must not use the code up. */
	st = login_pin_ok(n, p, new_pin, err);
	if (st == MQ_OK)
		st = prove(n, p, verifier, code, true, &left, err);
	crypto_wipe(verifier, sizeof(verifier));
	if (st == MQ_E_LOGIN_WRONG)
		return err_set(err, MQ_E_LOGIN_CODE, "%s",
		    why_words(WHY_LOGIN_CODE_WRONG));
	if (st != MQ_OK)
		return st;
	code_mark(n, p->number, code, mark);
	if (code_was_used(n, p->number, mark))
		return err_set(err, MQ_E_LOGIN_CODE, "%s",
		    why_words(WHY_LOGIN_CODE_USED));
	st = choose_pin(n, p, new_pin, mark, err);
	if (st == MQ_OK)
		session_of(n, p, out);
	return st;
}

enum mq_status login_change_pin(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err)
{
	const struct roster_person *p = roster_find(n->roster, who->by);
	struct session again;
	enum mq_status st;

	if (p == NULL)
		return unknown(who->by, err);
	st = login_pin_ok(n, p, new_pin, err);
	if (st == MQ_OK && strcmp(old_pin, new_pin) == 0)
		st = weak(err, WHY_PIN_SAME);
	if (st == MQ_OK)
		st = login_pin(n, who->by, old_pin, &again, err);
	if (st == MQ_OK)
		st = choose_pin(n, p, new_pin, NULL, err);
	return st;
}

/* ---- vouching ---- */

static enum mq_status write_vouch(struct node *n, const struct session *voucher,
    const char *number, struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(n, voucher);
	struct save_result done;
	struct civil c = clock_civil(ledger_now(n));
	struct when w = { clock_day(ledger_now(n)), WHEN_MINUTE,
	    c.hour * 60 + c.minute };
	char when[40];
	enum mq_status st;

	when_write(&w, when, sizeof(when));
	fields_set(&f, "number", number);
	fields_set(&f, "voucher", voucher->by);
	fields_set(&f, "when", when);
	st = save_open(s, "vouch", &f, -1, NULL, err);
	if (st == MQ_OK)
		st = save_commit(s, &done, err);
	save_free(&s);
	fields_free(&f);
	return st;
}

enum mq_status login_vouched(struct node *n, const char *typed,
    const char *voucher,
    const char *voucher_pin, struct session *out, struct err *err)
{
	const struct roster_person *p, *v;
	struct session by;
	enum mq_status st;

	p = roster_find(n->roster, typed);
	v = roster_find(n->roster, voucher);
	if (p == NULL)
		return unknown(typed, err);
	if (p->left)
		return err_set(err, MQ_E_LOGIN_UNKNOWN, "%s",
		    why_words(WHY_LOGIN_LEFT));
	if (p == v)
		return err_set(err, MQ_E_VOUCH, "%s",
		    why_words(WHY_VOUCH_SELF));
	/* The kiosk's own lock does not hold a voucher back: lifting it is
	 * what they come for.  Their number's lock does. */
	st = pin_of(n, voucher, voucher_pin, false, &by, err);
	if (st != MQ_OK)
		return st;
	if (!access_may(n, &by, "vouch", "vouch", n->set.org))
		return err_set(err, MQ_E_VOUCH, "%s",
		    why_words(WHY_VOUCH_POST));
	st = write_vouch(n, &by, p->number, err);
	if (st == MQ_OK)
		st = forget_tries(n, p->number, err);
	if (st != MQ_OK)
		return st;
	session_of(n, p, out);
	out->vouched = true;
	xcopy(out->voucher, sizeof(out->voucher), by.by);
	return MQ_OK;
}
