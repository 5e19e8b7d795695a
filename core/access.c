/*
 * Who may do what, where: roles.csv against a person's posts.  Called by
 * menus, saves and the hub.
 */
#include "access.h"

#include <assert.h>

#include "base/json.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "pack.h"
#include "pack_data.h"
#include "record.h"

/* A vouched person captures and nothing else, whatever the post allows. */
static bool vouched_may(struct node *n, const struct session *who,
    const char *action)
{
	return !who->vouched ||
	    pack_data_has_word(pack_text(n->pack, "vouched_actions", ""),
	    action);
}

bool access_row_fits(const struct role_row *r, const char *role,
    const char *action, const char *kind)
{
	if (strcmp(r->role, role) != 0)
		return false;
	if (strcmp(r->kind, "*") != 0 && strcmp(r->kind, kind) != 0)
		return false;
	return strcmp(r->action, "*") == 0 ||
	    strcmp(r->action, action) == 0 ||
	    (strcmp(r->action, "step:*") == 0 &&
	    strncmp(action, "step:", 5) == 0);
}

/* What a scope needs to know of a record; r NULL asks about a unit only. */
static bool scope_fits(const struct orgs *o, const struct role_row *row,
    const char *post, const char *org, const struct session *who,
    const struct record *r)
{
	const char *s = row->scope;

	if (strcmp(s, "all") == 0)
		return true;
	if (strcmp(s, "own") == 0)
		return r == NULL ? org[0] == '\0' :
		    strcmp(r->by, who->by) == 0;
	if (strcmp(s, "route") == 0)
		return r == NULL ? org[0] == '\0' :
		    org_within(o, r->owner, post) ||
		    (r->proposed[0] != '\0' &&
		    org_within(o, r->proposed, post));
	if (r == NULL && org[0] == '\0')
		return true;
	if (strcmp(s, "org") == 0)
		return strcmp(org, post) == 0;
	assert(strcmp(s, "subtree") == 0);
	return org_within(o, org, post);
}

static bool may(struct node *n, const struct session *who, const char *action,
    const char *kind, const char *org, const struct record *r)
{
	const struct role_row *rows;
	const struct orgs *o;
	size_t i, nrows;
	int p;

	if (n->pack == NULL || !vouched_may(n, who, action))
		return false;
	o = pack_orgs(n->pack);
	rows = pack_role_rows(n->pack, &nrows);
	for (p = 0; p < who->nposts; p++)
		for (i = 0; i < nrows; i++)
			if (access_row_fits(&rows[i], who->posts[p].role,
			    action, kind) && scope_fits(o, &rows[i],
			    who->posts[p].org, org, who, r))
				return true;
	return false;
}

bool access_may(struct node *n, const struct session *who, const char *action,
    const char *kind, const char *org)
{
	return may(n, who, action, kind, org, NULL);
}

/* Who took a confidential report may still read it back to the person who
 * made it, as long as it can be undone; then only named posts see it. */
static bool just_written(struct node *n, const struct session *who,
    const struct record *r)
{
	int64_t window = pack_int(n->pack, "undo_seconds", 0) * MS_SECOND;

	return strcmp(r->by, who->by) == 0 &&
	    ledger_now(n).ms - r->changed_at.ms <= window;
}

bool access_may_record(struct node *n, const struct session *who,
    const char *action, const struct record *r)
{
	if (!may(n, who, action, r->kind, r->org, r))
		return false;
	if (!(r->flags & REC_CONFIDENTIAL) || just_written(n, who, r))
		return true;
	return may(n, who, "confidential", r->kind, r->org, r);
}

/* Does this person see records of that unit, by any of the posts? */
static bool sees_org(struct node *n, const struct session *who,
    const char *kind, const char *org)
{
	const struct orgs *o = pack_orgs(n->pack);
	const struct role_row *rows;
	size_t i, nrows;
	int p;

	rows = pack_role_rows(n->pack, &nrows);
	for (p = 0; p < who->nposts; p++) {
		const char *post = who->posts[p].org;

		for (i = 0; i < nrows; i++) {
			const char *s = rows[i].scope;

			if (!access_row_fits(&rows[i], who->posts[p].role,
			    "see", kind) || strcmp(s, "own") == 0)
				continue;
			if (strcmp(s, "all") == 0 ||
			    strcmp(org, post) == 0 ||
			    (strcmp(s, "org") != 0 &&
			    org_within(o, org, post)))
				return true;
		}
	}
	return false;
}

void access_scope(struct node *n, const struct session *who, const char *kind,
    struct buf *out)
{
	const struct orgs *o;
	struct jout j;
	size_t i;
	int p;

	jout_begin(&j, out, false);
	jout_list(&j);
	if (n->pack != NULL && vouched_may(n, who, "see")) {
		o = pack_orgs(n->pack);
		for (i = 0; i < o->n; i++)
			if (sees_org(n, who, kind, o->v[i].code))
				jout_str(&j, o->v[i].code);
		/* A unit this pack does not know yet is still one's own. */
		for (p = 0; p < who->nposts; p++)
			if (org_find(o, who->posts[p].org) == NULL &&
			    sees_org(n, who, kind, who->posts[p].org))
				jout_str(&j, who->posts[p].org);
	}
	jout_list_end(&j);
}

const char *access_widest(struct node *n, const struct session *who)
{
	const struct orgs *o = pack_orgs(n->pack);
	const struct org *widest = NULL, *unit;
	int i;

	for (i = 0; i < who->nposts; i++) {
		unit = org_find(o, who->posts[i].org);
		if (unit != NULL && (widest == NULL ||
		    unit->depth < widest->depth))
			widest = unit;
	}
	return widest == NULL ? n->set.org : widest->code;
}

bool access_has_role(const struct session *who, const char *role)
{
	int p;

	for (p = 0; p < who->nposts; p++)
		if (strcmp(who->posts[p].role, role) == 0)
			return true;
	return false;
}

void access_fake(struct session *s, const char *by, const char *name,
    const char *role, const char *org)
{
	*s = (struct session){ 0 };
	xcopy(s->by, sizeof(s->by), by);
	xcopy(s->name, sizeof(s->name), name);
	xcopy(s->posts[0].role, sizeof(s->posts[0].role), role);
	xcopy(s->posts[0].org, sizeof(s->posts[0].org), org);
	s->nposts = 1;
}
