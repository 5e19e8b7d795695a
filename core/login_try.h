/*
 * Wrong tries: a try is written and synced before its verdict is known, and
 * taken back when it was right.  The part of login.c that counts.
 */
#ifndef MQ_LOGIN_TRY_H
#define MQ_LOGIN_TRY_H

#include "node.h"

/* One more try of this number (NULL: nobody known) and, with `kiosk`, of this
 * machine.  *left gets how many are left to the number after this one.
 * MQ_E_LOGIN_LOCKED when it may not be tried now. */
enum mq_status login_try_count(struct node *n, const char *number,
    bool kiosk, int64_t *left, struct err *err) MUST_CHECK;
/* The try was right: whoever it was has a clean sheet, the node too. */
enum mq_status login_try_forget(struct node *n, const char *number,
    struct err *err) MUST_CHECK;
/* That try was wrong: did it lock the whole machine?  Then after how many,
 * else 0. */
int64_t login_try_machine(struct node *n);
/* The same for one number: how many wrong tries lock it. */
int64_t login_try_most(struct node *n);
/* That was the last try: for how long the number is locked now.  Always
 * MQ_E_LOGIN_LOCKED. */
enum mq_status login_try_over(struct node *n, struct err *err) MUST_CHECK;

#endif
