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

#include "audit.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "login_try.h"
#include "mask.h"
#include "pack.h"
#include "pack_data.h"
#include "person_id.h"
#include "save.h"
#include "why.h"

#define PIN_LEN 6

/* Verifies no six digits, at the usual cost: for unknown numbers. */
static const char nobody[] = "$argon2id$v=19$m=16384,t=3,p=1"
    "$L4YFn9aJECH58StBxlCvMQ"
    "$4FBuG+wwAajhVLdg1wd23jjliODEs3KHHoOTFiGtE8M";

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

/* What this node wrapped for itself, unless the office called it in since.
 * sql: box and at by number. */
static bool own_box(struct node *n, const struct roster_person *p,
    const char *sql, char out[CRYPTO_PIN_STR])
{
	struct buf plain = BUF_INIT(1024);
	struct db_stmt *s;
	const void *box;
	bool row, good = false;
	size_t len;

	if (db_query(n->db, sql, &s, NULL) != MQ_OK)
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

/* A PIN chosen here. */
static bool own_verifier(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	return own_box(n, p, "SELECT box, at FROM login_pin"
	    " WHERE number = ?", out);
}

/* A code given out here, unless the office decided something since. */
static bool own_code(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	return own_box(n, p, "SELECT box, at FROM login_code"
	    " WHERE number = ?", out);
}

static bool code_of(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	return own_code(n, p, out) || unseal(n, p->code, out);
}

/* Whoever was given a new code has no PIN until they choose one. */
static bool verifier_of(struct node *n, const struct roster_person *p,
    char out[CRYPTO_PIN_STR])
{
	if (own_code(n, p, out)) {
		crypto_wipe(out, CRYPTO_PIN_STR);
		return false;
	}
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
	out->since = ledger_now(n);
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

/* A wrong try: which lock did it close? */
static void note_locks(struct node *n, const char *number, int64_t left)
{
	int64_t machine = login_try_machine(n);

	if (number != NULL && left <= 0)
		audit_locked(n, number, login_try_most(n));
	if (machine > 0)
		audit_locked(n, "", machine);
}

/* NULL after as much work as a known person costs. */
static const struct roster_person *find(struct node *n, const char *typed,
    const char *secret, struct err *err)
{
	const struct roster_person *p = roster_find(n->roster, typed);
	int64_t left;

	if (p != NULL && !p->left)
		return p;
	if (login_try_count(n, NULL, true, &left, err) != MQ_OK)
		return NULL;
	(void)crypto_pin_check(nobody, secret);
	note_locks(n, NULL, 0);
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
	enum mq_status st = login_try_count(n, p->number, kiosk, left, err);

	if (st != MQ_OK)
		return st;
	if (crypto_pin_check(verifier, secret))
		return login_try_forget(n, p->number, err);
	note_locks(n, p->number, *left);
	if (*left <= 0)
		return login_try_over(n, err);
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
		st = login_try_count(n, NULL, kiosk, &left, err);
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
	enum mq_status st = pin_of(n, typed, pin, true, out, err);

	if (st == MQ_OK)
		audit_login(n, out->by);
	return st;
}

bool login_needs_code(struct node *n, const char *typed)
{
	const struct roster_person *p = roster_find(n->roster, typed);
	char verifier[CRYPTO_PIN_STR];
	bool has;

	if (p == NULL || p->left)
		return false;
	has = verifier_of(n, p, verifier) || !code_of(n, p, verifier);
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

static enum mq_status drop_code(struct node *n, const char *number,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(n->db,
	    "DELETE FROM login_code WHERE number = ?", &s, err);

	if (st != MQ_OK)
		return st;
	db_bind_text(s, number);
	return db_run(&s, err);
}

static enum mq_status choose_pin(struct node *n, const struct roster_person *p,
    const char *pin, const char *code_used, struct err *err)
{
	char verifier[CRYPTO_PIN_STR];
	/* A clock behind the office's must not void what was just chosen. */
	int64_t at = ledger_now(n).ms;
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
		st = drop_code(n, p->number, err);
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

/* Codes are digits, and people say and write them in groups. */
static void plain_code(const char *code, char *out, size_t size)
{
	size_t len = 0;

	for (const char *c = code; *c != '\0' && len + 1 < size; c++)
		if (*c != ' ' && *c != '-')
			out[len++] = *c;
	out[len] = '\0';
	if (strspn(out, "0123456789") != len)
		(void)xcopy(out, size, code);
}

/* Counts as a try; `mark` is what makes the code used. */
static enum mq_status prove_code(struct node *n, const struct roster_person *p,
    const char *code, char mark[2 * CRYPTO_HASH + 1], struct err *err)
{
	char verifier[CRYPTO_PIN_STR], plain[48];
	enum mq_status st;
	int64_t left;

	if (!code_of(n, p, verifier))
		return err_set(err, MQ_E_LOGIN_CODE, "%s",
		    why_words(WHY_LOGIN_NO_CODE));
	plain_code(code, plain, sizeof(plain));
	st = prove(n, p, verifier, plain, true, &left, err);
	crypto_wipe(verifier, sizeof(verifier));
	if (st == MQ_E_LOGIN_WRONG)
		st = err_set(err, MQ_E_LOGIN_CODE, "%s",
		    why_words(WHY_LOGIN_CODE_WRONG));
	if (st == MQ_OK) {
		code_mark(n, p->number, plain, mark);
		if (code_was_used(n, p->number, mark))
			st = err_set(err, MQ_E_LOGIN_CODE, "%s",
			    why_words(WHY_LOGIN_CODE_USED));
	}
	crypto_wipe(plain, sizeof(plain));
	return st;
}

enum mq_status login_code_ok(struct node *n, const char *typed,
    const char *code, struct err *err)
{
	char mark[2 * CRYPTO_HASH + 1];
	const struct roster_person *p;
	struct err local = ERR_INIT;

	if (err == NULL)
		err = &local;
	p = find(n, typed, code, err);
	return p == NULL ? err->code : prove_code(n, p, code, mark, err);
}

enum mq_status login_code(struct node *n, const char *typed, const char *code,
    const char *new_pin, struct session *out, struct err *err)
{
	char mark[2 * CRYPTO_HASH + 1];
	const struct roster_person *p;
	struct err local = ERR_INIT;
	enum mq_status st;

	if (err == NULL)
		err = &local;
	p = find(n, typed, code, err);
	if (p == NULL)
		return err->code;
	/* The rule of PINs first: a weak one must not cost a try. */
	st = login_pin_ok(n, p, new_pin, err);
	if (st == MQ_OK)
		st = prove_code(n, p, code, mark, err);
	if (st == MQ_OK)
		st = choose_pin(n, p, new_pin, mark, err);
	if (st == MQ_OK)
		session_of(n, p, out);
	if (st == MQ_OK)
		audit_login(n, out->by);
	return st;
}

enum mq_status login_pin_new(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err)
{
	const struct roster_person *p = roster_find(n->roster, who->by);
	enum mq_status st;

	if (p == NULL)
		return unknown(who->by, err);
	st = login_pin_ok(n, p, new_pin, err);
	if (st == MQ_OK && strcmp(old_pin, new_pin) == 0)
		st = weak(err, WHY_PIN_SAME);
	return st;
}

enum mq_status login_change_pin(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err)
{
	struct session again;
	enum mq_status st = login_pin_new(n, who, old_pin, new_pin, err);

	if (st == MQ_OK)
		st = login_pin(n, who->by, old_pin, &again, err);
	if (st == MQ_OK)
		st = choose_pin(n, roster_find(n->roster, who->by), new_pin,
		    NULL, err);
	return st;
}

/* ---- vouching ---- */

static enum mq_status write_vouch(struct node *n, const struct session *voucher,
    const char *number, const char *what, struct err *err)
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
	fields_set(&f, "what", what);
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
	st = write_vouch(n, &by, p->number, "login", err);
	if (st == MQ_OK)
		st = login_try_forget(n, p->number, err);
	if (st != MQ_OK)
		return st;
	session_of(n, p, out);
	out->vouched = true;
	xcopy(out->voucher, sizeof(out->voucher), by.by);
	return MQ_OK;
}

/* ---- a new code for somebody who forgot ---- */

void login_new_code(struct env *env, char out[LOGIN_CODE_DIGITS + 1])
{
	uint8_t byte;

	for (int i = 0; i < LOGIN_CODE_DIGITS; i++) {
		/* Without the bias of 256 mod 10. */
		do
			env->random(env, &byte, 1);
		while (byte >= 250);
		out[i] = (char)('0' + byte % 10);
	}
	out[LOGIN_CODE_DIGITS] = '\0';
}

bool login_may_reset(struct node *n, const struct session *by)
{
	return !by->vouched && access_may(n, by, "vouch", "vouch", n->set.org);
}

/* Who gives out a code could come in by it: only for posts the pack names. */
static bool may_be_reset(struct node *n, const struct roster_person *p)
{
	const char *roles = pack_text(n->pack, "pin_reset_roles", "");
	bool all = p->nposts > 0;

	for (int i = 0; i < p->nposts; i++)
		all = all && pack_data_has_word(roles, p->posts[i].role);
	return all;
}

static enum mq_status put_code(struct node *n, const struct roster_person *p,
    const char *code, struct err *err)
{
	char verifier[CRYPTO_PIN_STR];
	struct buf box = BUF_INIT(1024);
	int64_t at = ledger_now(n).ms;
	struct db_stmt *s;
	enum mq_status st;

	st = crypto_pin_make(code, verifier, err);
	if (st == MQ_OK)
		st = db_begin(n->db, __func__, err);
	if (st != MQ_OK)
		goto out;
	crypto_rest_wrap(n->keys.data, place_of(p->number), 0, verifier,
	    strlen(verifier), &box);
	st = db_query(n->db, "INSERT OR REPLACE INTO login_code(number, box,"
	    " at) VALUES(?, ?, ?)", &s, err);
	if (st == MQ_OK) {
		db_bind_text(s, p->number);
		db_bind_blob(s, box.data, box.len);
		db_bind_i64(s, at < p->pin_at.ms ? p->pin_at.ms : at);
		st = db_run(&s, err);
	}
	if (st == MQ_OK)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
out:
	crypto_wipe(verifier, sizeof(verifier));
	buf_free(&box);
	return st;
}

enum mq_status login_may_reset_of(struct node *n, const struct session *by,
    const char *typed, struct err *err)
{
	const struct roster_person *p = roster_find(n->roster, typed);

	if (p == NULL)
		return unknown(typed, err);
	if (p->left)
		return err_set(err, MQ_E_LOGIN_UNKNOWN, "%s",
		    why_words(WHY_LOGIN_LEFT));
	if (!login_may_reset(n, by))
		return err_set(err, MQ_E_RESET, "%s",
		    why_words(WHY_VOUCH_POST));
	if (strcmp(p->number, by->by) == 0)
		return err_set(err, MQ_E_RESET, "%s",
		    why_words(WHY_RESET_SELF));
	return may_be_reset(n, p) ? MQ_OK : err_set(err, MQ_E_RESET, "%s",
	    why_words(WHY_RESET_POST));
}

enum mq_status login_reset(struct node *n, const struct session *by,
    const char *typed, char code[LOGIN_CODE_DIGITS + 1], struct err *err)
{
	const struct roster_person *p;
	enum mq_status st = login_may_reset_of(n, by, typed, err);

	if (st != MQ_OK)
		return st;
	p = roster_find(n->roster, typed);
	login_new_code(n->env, code);
	/* The trace first: a code nobody can see was given would be worse
	 * than a trace of one that could not be written. */
	st = write_vouch(n, by, p->number, "code", err);
	if (st == MQ_OK)
		st = put_code(n, p, code, err);
	if (st == MQ_OK)
		st = login_try_forget(n, p->number, err);
	if (st != MQ_OK)
		crypto_wipe(code, LOGIN_CODE_DIGITS + 1);
	return st;
}
