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
enum mq_status login_code(struct node *n, const char *typed,
    const char *code, const char *new_pin, struct session *out,
    struct err *err) MUST_CHECK;
enum mq_status login_change_pin(struct node *n, const struct session *who,
    const char *old_pin, const char *new_pin, struct err *err) MUST_CHECK;
/* A lead or captain present vouches with their own PIN: this shift, capture
 * only, and an entry the captain sees. */
enum mq_status login_vouched(struct node *n, const char *typed,
    const char *voucher, const char *voucher_pin, struct session *out,
    struct err *err) MUST_CHECK;
/* Six digits, no run, no repeat, no birthday, no end of the phone. */
enum mq_status login_pin_ok(struct node *n, const struct roster_person *p,
    const char *pin, struct err *err) MUST_CHECK;

#endif
