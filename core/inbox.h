/*
 * What came in: feed lines become raw entries and a cursor, in one
 * transaction; folding follows in the background.
 */
#ifndef MQ_INBOX_H
#define MQ_INBOX_H

#include "ledger.h"

struct inbox_result { int64_t lines, fresh, bad; int64_t cursor; };
/* NDJSON lines of one feed page; `cursor` is stored with them.  A bad line
 * is kept in table inbox_bad and counted, never dropped silently. */
enum mq_status inbox_take(struct node *n, const char *bytes, size_t len,
    int64_t cursor, struct inbox_result *out, struct err *err) MUST_CHECK;
int64_t inbox_cursor(struct node *n);

/* District's digest: any station can say how a case stands.  Rows replace
 * older ones of the same key. */
struct inbox_status { char key[24]; char state[32]; struct utc due;
	char phone[24]; struct utc as_of; bool closed;
	bool gone;	/* became confidential: forget it */ };
enum mq_status inbox_status_put(struct node *n,
    const struct inbox_status *rows, size_t count, struct err *err)
    MUST_CHECK;
/* no: 12 digits.  MQ_E_NOT_FOUND when unknown. */
enum mq_status inbox_status_get(struct node *n, const char *no,
    struct inbox_status *out, struct err *err) MUST_CHECK;

#endif
