/*
 * Coming to work: number or phone + PIN, first PIN by 开通码, vouched login.
 * The try counter is written and synced before the verdict; five wrong tries
 * lock the number (pack: pin_tries, pin_lock_minutes).
 */
#ifndef MQ_LOGIN_H
#define MQ_LOGIN_H

#include "roster.h"

enum mq_status login_pin(struct node *n, const char *typed, const char *pin,
    struct session *out, struct err *err) MUST_CHECK;
/* Is this somebody who must use the start code and choose a PIN? */
bool login_needs_code(struct node *n, const char *typed);
/* Is this the code of that number, and not used yet?  Counts as a try, so
 * that it can be said before anybody thinks up a PIN. */
enum mq_status login_code_ok(struct node *n, const char *typed,
    const char *code, struct err *err) MUST_CHECK;
enum mq_status login_code(struct node *n, const char *typed,
    const char *code, const char *new_pin, struct session *out,
    struct err *err) MUST_CHECK;
/* Would this do as a new PIN?  MQ_E_PIN_WEAK when not, or when it is the old
 * one; login_change_pin() asks it too. */
enum mq_status login_pin_new(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err) MUST_CHECK;
/* Works at once here; sealed to the office for the next roster. */
enum mq_status login_change_pin(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err) MUST_CHECK;
/* A lead or captain present vouches with their own PIN: this shift, capture
 * only, and an entry the captain sees. */
enum mq_status login_vouched(struct node *n, const char *typed,
    const char *voucher, const char *voucher_pin, struct session *out,
    struct err *err) MUST_CHECK;
/* A lead or captain gives a colleague who forgot their PIN a one-use code for
 * this node: the PIN no longer counts here, the lock is lifted, and an entry
 * tells who did it.  Only for people all of whose posts stand in the pack's
 * pin_reset_roles.  What they then choose goes to the office as every PIN
 * does.  MQ_E_RESET, MQ_E_LOGIN_UNKNOWN. */
#define LOGIN_CODE_DIGITS 8
bool login_may_reset(struct node *n, const struct session *by);
enum mq_status login_may_reset_of(struct node *n, const struct session *by,
    const char *typed, struct err *err) MUST_CHECK;
enum mq_status login_reset(struct node *n, const struct session *by,
    const char *typed, char code[LOGIN_CODE_DIGITS + 1], struct err *err)
    MUST_CHECK;
/* Fresh digits for a code. */
void login_new_code(struct env *env, char out[LOGIN_CODE_DIGITS + 1]);
/* Six digits, no run, no repeat, no birthday, no end of the phone. */
enum mq_status login_pin_ok(struct node *n, const struct roster_person *p,
    const char *pin, struct err *err) MUST_CHECK;

#endif
