/*
 * Suggestions: what fits a need or an offer.  See match.h.  Called by the
 * matching page and the command line.
 */
#include "match.h"

#include "base/xmalloc.h"
#include "pack_data.h"

bool match_side(const struct pack *p, const struct kind *k)
{
	return k != NULL && pack_facet(p, k, "match", "meets")[0] != '\0';
}

bool match_project(const struct pack *p, const struct kind *k)
{
	return k != NULL && pack_facet(p, k, "match", "left")[0] != '\0';
}

int match_said(const struct record_full *project)
{
	return (fields_int(&project->d, "left_ok", 0) > 0 ? 1 : 0) +
	    (fields_int(&project->d, "right_ok", 0) > 0 ? 2 : 0);
}

/* ---- how well two fit ---- */

/* Do two values, or two lists, have something in common? */
static bool meet(const struct fields *a, const struct fields *b,
    const char *name)
{
	const char *x = fields_text(a, name), *y = fields_text(b, name);
	char one[80];

	while (x[0] != '\0') {
		size_t len = strcspn(x, "\n"), k;
		const char *at = y;

		snprintf(one, sizeof(one), "%.*s", (int)len, x);
		while (at[0] != '\0') {
			k = strcspn(at, "\n");
			if (k == len && strncmp(at, one, k) == 0)
				return true;
			at += k + (at[k] == '\n');
		}
		x += len + (x[len] == '\n');
	}
	return false;
}

static int nearness(const struct orgs *o, const char *a, const char *b)
{
	const struct org *up = org_find(o, a);
	int near = 3;

	while (up != NULL && near > 0) {
		if (org_within(o, b, up->code))
			return near;
		up = org_parent(o, up->code);
		near--;
	}
	return 0;
}

static void weigh(struct node *n, const struct kind *k,
    const struct record_full *side, const struct record_full *other,
    struct match_hit *hit)
{
	const char *at = pack_facet(n->pack, k, "match", "same"), *word;
	char name[40];
	size_t len;

	hit->r = other->r;
	hit->same = 0;
	while (pack_data_word(&at, &word, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, word);
		hit->same += meet(&side->f, &other->f, name);
	}
	hit->near = nearness(pack_orgs(n->pack), side->r.org, other->r.org);
	/* What it is about counts before where it is. */
	hit->points = hit->same == 0 ? 0 : hit->same * 4 + hit->near;
}

static int by_points(const void *a, const void *b)
{
	const struct match_hit *x = a, *y = b;

	if (x->points != y->points)
		return x->points < y->points ? 1 : -1;
	if (x->r.opened_at.ms != y->r.opened_at.ms)
		return x->r.opened_at.ms < y->r.opened_at.ms ? -1 : 1;
	return (x->r.rec > y->r.rec) - (x->r.rec < y->r.rec);
}

/* Still to be had: in the state it was opened with. */
static bool is_free(const struct kind *k, const struct record *r)
{
	return k->nstates == 0 || strcmp(r->state, k->states[0].name) == 0;
}

enum mq_status match_suggest(struct node *n, const struct record_full *side,
    struct match_hit *out, int max, int *count, struct err *err)
{
	const struct kind *k = pack_kind(n->pack, side->r.kind);
	const struct kind *other;
	struct record_query q = { .sort = SORT_OPENED, .state = "open" };
	struct record_walk w;
	const struct record *row;
	struct match_hit *all = NULL;
	enum mq_status st;
	size_t cap = 0;

	*count = 0;
	q.kind = pack_facet(n->pack, k, "match", "meets");
	other = pack_kind(n->pack, q.kind);
	if (other == NULL)
		return MQ_OK;
	record_walk_begin(&w, n, &q);
	while (!(st = record_walk_next(&w, &row, err)) && row != NULL) {
		struct record_full r;

		if (!is_free(other, row))
			continue;
		st = record_get(n, row->rec, &r, err);
		if (st != MQ_OK)
			break;
		all = xgrow(all, &cap, (size_t)*count + 1, sizeof(*all));
		weigh(n, k, side, &r, &all[*count]);
		*count += all[*count].points > 0;
		record_full_free(&r);
	}
	record_walk_end(&w);
	if (st == MQ_OK && *count > 0) {
		qsort(all, (size_t)*count, sizeof(*all), by_points);
		memcpy(out, all, sizeof(*all) * (size_t)(*count < max ?
		    *count : max));
	}
	free(all);
	return st;
}

/* ---- projects ---- */

/* The field of the project that names records of this kind. */
static const struct field *field_for(struct node *n,
    const struct kind *project, const char *kind)
{
	static const char *const ends[] = { "left", "right" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++) {
		const struct field *fd = kind_field(project,
		    pack_facet(n->pack, project, "match", ends[i]));

		if (fd != NULL && kind_field_takes(n->pack, fd, kind))
			return fd;
	}
	return NULL;
}

enum mq_status match_projects(struct node *n, const struct record_full *side,
    struct record *out, int max, int *count, struct err *err)
{
	const struct kind *k = pack_kind(n->pack, side->r.kind), *project;
	struct record_query q = { .sort = SORT_KEY };
	const struct field *fd;
	char ref[ENTRY_REF_TEXT];

	*count = 0;
	project = pack_kind(n->pack, pack_facet(n->pack, k, "match",
	    "joined_by"));
	fd = project == NULL ? NULL : field_for(n, project, side->r.kind);
	if (fd == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", side->r.kind);
	ref_text(ref_of_rec(side->r.rec), ref);
	q.kind = project->name;
	q.slot = fd->index;
	q.key = ref;
	return record_page(n, &q, NULL, false, out, max, count, err);
}

bool match_join(struct node *n, const struct record *a,
    const struct record *b, struct fields *out, const char **kind)
{
	const struct kind *k = pack_kind(n->pack, a->kind), *project;
	const struct field *x, *y;
	char ref[ENTRY_REF_TEXT];

	project = k == NULL ? NULL : pack_kind(n->pack, pack_facet(n->pack,
	    k, "match", "joined_by"));
	if (project == NULL)
		return false;
	x = field_for(n, project, a->kind);
	y = field_for(n, project, b->kind);
	if (x == NULL || y == NULL || x == y)
		return false;
	*kind = project->name;
	ref_text(ref_of_rec(a->rec), ref);
	fields_set(out, x->name, ref);
	ref_text(ref_of_rec(b->rec), ref);
	fields_set(out, y->name, ref);
	return true;
}
