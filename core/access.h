/*
 * Who may do what, where.  Roles × kinds × actions × scope from roles.csv;
 * the same table drives menus, saves and the hub's check.
 */
#ifndef MQ_ACCESS_H
#define MQ_ACCESS_H

#include "base/err.h"
#include "base/units.h"
#include "node.h"

#define SESSION_POSTS 8

/* Somebody at work on this node. */
struct session {
	char by[32];			/* number */
	char name[64];
	struct { char role[24]; char org[24]; } posts[SESSION_POSTS];
	int nposts;
	bool vouched;			/* 担保登录: capture only */
	char voucher[32];
	struct utc since;
};

/* action: "see", "open", "fix", "void", "reveal", "export", "vouch",
 * "step:<name>", "tap".  org is the record's unit; "" asks "anywhere?". */
bool access_may(struct node *n, const struct session *who,
    const char *action, const char *kind, const char *org);
/* The same for one record: own entries, owner and route count. */
struct record;
bool access_may_record(struct node *n, const struct session *who,
    const char *action, const struct record *r);
/* JSON list of org codes this person sees for a kind: for queries. */
void access_scope(struct node *n, const struct session *who,
    const char *kind, struct buf *out);
/* The widest unit this person has a post in; the node's own without one. */
const char *access_widest(struct node *n, const struct session *who);
bool access_has_role(const struct session *who, const char *role);

/* Does this row give the role that action on that kind?  Scope aside. */
struct role_row;
bool access_row_fits(const struct role_row *r, const char *role,
    const char *action, const char *kind);

/* A session for scripts, seeds and tests: number, role and org given. */
void access_fake(struct session *s, const char *by, const char *name,
    const char *role, const char *org);

#endif
