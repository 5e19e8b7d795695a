/*
 * From a request to its answer: finds the route, checks who asks, calls the
 * handler.  Knows no HTTP library.
 */
#ifndef MQ_API_H
#define MQ_API_H

#include "call.h"

/* Before the body is read: the largest body of this route, or a problem
 * answered in *c (returns false). */
bool api_begin(struct call *c, size_t *body_max);
/* The whole request is here.  Takes the hub's lock.  Afterwards either the
 * answer is in *c or c->wait says it is to be held and asked again. */
void api_run(struct hub *h, struct call *c);
/* Answers checked and decoded batches, all with one commit.  Under the hub's
 * lock. */
void api_push(struct hub *h, struct call *const *v, size_t n);

#endif
