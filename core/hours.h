/*
 * The hours facet's reading side: who is signed in, minutes served.
 */
#ifndef MQ_HOURS_H
#define MQ_HOURS_H

#include "facet.h"

/* The open sign-in of a volunteer (rec of the person), 0 none. */
enum mq_status hours_open_of(struct node *n, int64_t who, int64_t *rec,
    struct err *err) MUST_CHECK;
/* Everybody signed in now, newest first. */
enum mq_status hours_open_all(struct node *n, struct record *rows, int max,
    int *count, struct err *err) MUST_CHECK;
/* Minutes served by one volunteer in [from, to). */
enum mq_status hours_sum(struct node *n, int64_t who, struct day from,
    struct day to, struct minutes *out, struct err *err) MUST_CHECK;
/* Does [from, to) touch another counted service of this volunteer? */
enum mq_status hours_overlap(struct node *n, int64_t who, struct utc from,
    struct utc to, int64_t except, int64_t *other, struct err *err)
    MUST_CHECK;

/* The same by number, for volunteers the register does not know. */
enum mq_status hours_open_of_number(struct node *n, const char *number,
    int64_t *rec, struct err *err) MUST_CHECK;
enum mq_status hours_sum_number(struct node *n, const char *number,
    struct day from, struct day to, struct minutes *out, struct err *err)
    MUST_CHECK;
/* Signed in for longer than the pack thinks likely: 像是忘了签出. */
bool hours_forgotten(struct node *n, const struct record *r, struct utc now);

#endif
