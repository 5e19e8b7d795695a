/*
 * What a node does by itself, without a person at it: one duty a file in
 * core/duties/, one row in duties.def.  minqing-sync runs them after each
 * round of folding and when the next one falls due; `minqing duty` runs them
 * once and prints what was done.
 *
 * The author of what a duty writes is the node: `by` is "@NUMBER", its one
 * post the role "duty" at the node's unit.  roles.csv says what that role may
 * do; the hub takes "@NUMBER" from node NUMBER only, and only what a row of
 * the role allows.
 *
 * Which node does a duty is data: duty_mine().  A duty looks at the record
 * first and does nothing twice; where two nodes act at the same moment both
 * decide the same, so that nothing is disputed.
 */
#ifndef MQ_DUTY_H
#define MQ_DUTY_H

#include "save.h"

#define DUTY_ROLE "duty"

/* One round over all duties. */
struct duty_round {
	struct node *n;
	struct session who;	/* the node itself */
	struct utc now;
	int max;		/* saves it may make */
	int done;		/* saves made */
	struct utc next;	/* earliest known to come; 0 none */
	/* Told of each save, masked words of one line; may be NULL. */
	void (*tell)(void *ctx, const char *line);
	void *ctx;
};

struct duty {
	const char *name;
	/* Does what is due, at most until done reaches max, and calls
	 * duty_wait() for what comes later. */
	enum mq_status (*run)(struct duty_round *r, struct err *err);
};

#define DUTY(name) extern const struct duty duty_##name;
#include "duties.def"
#undef DUTY

/* Every duty once.  *next gets when to come again, 0 when nothing is known to
 * come (new entries may change that).  Needs a pack; without one, or on a
 * node told "duties = none", nothing is done. */
enum mq_status duty_run(struct node *n, int max,
    void (*tell)(void *ctx, const char *line), void *ctx, int *done,
    struct utc *next, struct err *err) MUST_CHECK;

/* ---- for duties ---- */

/* Is it this node's to act for `org` on what fell due at `since`?
 * node.ini duties = own: for its own unit and the units without a node whose
 * nearest unit above with one it is (the default); below: for every unit
 * below as well, duty_grace_minutes (pack.csv) later, so that their own nodes
 * come first; none: for nobody.  When it is too early still, duty_wait() has
 * been told. */
bool duty_mine(struct duty_round *r, const char *org, struct utc since);
/* Come again at `at`. */
void duty_wait(struct duty_round *r, struct utc at);
/* Commits what `s` holds (st: how it was put together) and frees it.  What the
 * rules refuse, or somebody else has changed meanwhile, is logged and passed
 * over; only trouble with the node itself is returned. */
enum mq_status duty_commit(struct duty_round *r, struct save **s,
    enum mq_status st, const char *line, struct err *err) MUST_CHECK;

/* "@NUMBER" of a node: who writes what its duties do. */
void duty_author(int number, char out[32]);
/* The number behind it; 0 when `by` is a person. */
int duty_author_node(const char *by);
/* Do the rows of the role allow it ("open", "step:NAME") on this kind? */
bool duty_allowed(const struct pack *p, const char *action,
    const char *kind);

#endif
