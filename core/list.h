/*
 * The list facet's reading side: a task that goes over a list of targets
 * (households, people with a tag, let rooms, deeds to be done), who is done,
 * who is left, in the order of doors.  The list is nowhere stored: targets
 * are the records in the area now, and one is done when a visit of the
 * period names it, whichever task it was made for.
 */
#ifndef MQ_LIST_H
#define MQ_LIST_H

#include "facet.h"

struct list_unit { char org[24]; int64_t total, done; };

/* `scope` everywhere as in record_query: what the person sees; NULL all. */
enum mq_status list_standing(struct node *n, const struct record_full *r,
    const char *scope, int64_t *total, int64_t *done, struct err *err)
    MUST_CHECK;
/* Those left, next door first. */
enum mq_status list_left(struct node *n, const struct record_full *r,
    const char *scope, struct record *rows, int max, int *count,
    struct err *err) MUST_CHECK;
/* The same by unit, in the order of their codes. */
enum mq_status list_units(struct node *n, const struct record_full *r,
    const char *scope, struct list_unit *units, int max, int *count,
    struct err *err) MUST_CHECK;
/* The kind that does a target, and its fields with the target put in; NULL
 * where the target itself is to be closed. */
const char *list_begin(struct node *n, const struct record_full *list,
    const struct record *target, struct fields *out);
/* Tasks that run now in what this person sees, newest first. */
enum mq_status list_running(struct node *n, const char *scope,
    struct record *rows, int max, int *count, struct err *err) MUST_CHECK;

#endif
