/*
 * score.csv, and whether what the facets slot, fund, match and score are told
 * fits together.  Called by pack.c after facets.csv.
 */
#include "pack.h"

#include "base/xmalloc.h"
#include "pack_data.h"

static const char *told(const struct pack *p, const struct kind *k,
    const char *facet, const char *key)
{
	return pack_facet(p, k, facet, key);
}

/* Does the kind say all of these? */
static bool says(const struct pack *p, const struct kind *k,
    const char *facet, const char *keys)
{
	const char *w;
	char key[40];
	size_t len;

	while (pack_data_word(&keys, &w, &len)) {
		snprintf(key, sizeof(key), "%.*s", (int)len, w);
		if (told(p, k, facet, key)[0] == '\0')
			return false;
	}
	return true;
}

static bool indexed(const struct kind *k, const char *field)
{
	const struct field *fd = kind_field(k, field);

	return fd != NULL && fd->index > 0;
}

static enum mq_status check_quota(struct pack_file *f, const struct kind *k,
    const char *facet)
{
	const struct pack *p = f->p;
	char what[80];

	snprintf(what, sizeof(what), "%s,%s", k->name, facet);
	if (says(p, k, facet, "taken_by"))
		return MQ_OK;
	if (!indexed(k, told(p, k, facet, "of")))
		return pack_data_bad(f, 1, "", SAY_PACK_OF, what);
	if (!says(p, k, facet, "give release freed"))
		return pack_data_bad(f, 1, "", SAY_PACK_GIVE, what);
	return MQ_OK;
}

static enum mq_status check_match(struct pack_file *f, const struct kind *k)
{
	const struct pack *p = f->p;

	if (says(p, k, "match", "meets joined_by same") ||
	    (says(p, k, "match", "left right left_yes right_yes agree") &&
	    indexed(k, told(p, k, "match", "left")) &&
	    indexed(k, told(p, k, "match", "right"))))
		return MQ_OK;
	return pack_data_bad(f, 1, "", SAY_PACK_SIDE, k->name);
}

/* The row of facets.csv that tells it. */
static int line_of(const struct pack *p, const struct kind *k,
    const char *facet, const char *key)
{
	size_t i;

	for (i = 0; i < p->nfacets; i++)
		if (strcmp(p->facets[i].kind, k->name) == 0 &&
		    strcmp(p->facets[i].facet, facet) == 0 &&
		    strcmp(p->facets[i].key, key) == 0)
			return p->facets[i].line;
	return 1;
}

/* What is scored is a unit, and the sheet belongs to it. */
static enum mq_status check_sheet(struct pack_file *f, const struct kind *k)
{
	const struct pack *p = f->p;
	const char *unit = told(p, k, "score", "unit");
	const char *period = told(p, k, "score", "period");
	const struct field *fd = kind_field(k, unit);

	if (fd == NULL || fd->type != FT_ORG)
		return pack_data_bad(f, line_of(p, k, "score", "unit"),
		    "value", SAY_PACK_PERSONS, unit);
	if (!pack_data_has_word("month quarter year", period))
		return pack_data_bad(f, line_of(p, k, "score", "period"),
		    "value", SAY_PACK_PERIOD, period);
	if (strncmp(k->org_from, "@field:", 7) != 0 ||
	    strcmp(k->org_from + 7, unit) != 0)
		return pack_data_bad(f, 1, "", SAY_PACK_SCORE_UNIT, k->name);
	return MQ_OK;
}

static enum mq_status check_score(struct pack_file *f, const struct kind *k)
{
	const struct pack *p = f->p;

	if (told(p, k, "score", "unit")[0] != '\0')
		return check_sheet(f, k);
	if (says(p, k, "score", "voted_by options") ||
	    (says(p, k, "score", "of option") &&
	    indexed(k, told(p, k, "score", "of"))))
		return MQ_OK;
	return pack_data_bad(f, 1, "", SAY_PACK_SCORE, k->name);
}

static enum mq_status check_told(struct pack *p, struct err *err)
{
	struct pack_file f = { p, NULL, "facets.csv", err };
	enum mq_status rc = MQ_OK;
	size_t i;

	for (i = 0; i < p->nkinds && pack_data_go(p, &rc); i++) {
		const struct kind *k = &p->kinds[i];

		if (kind_has_facet(k, "slot"))
			rc = check_quota(&f, k, "slot");
		if (pack_data_go(p, &rc) && kind_has_facet(k, "fund"))
			rc = check_quota(&f, k, "fund");
		if (pack_data_go(p, &rc) && kind_has_facet(k, "match"))
			rc = check_match(&f, k);
		if (pack_data_go(p, &rc) && kind_has_facet(k, "score"))
			rc = check_score(&f, k);
	}
	return rc;
}

/* ---- score.csv ---- */

static enum mq_status read_item(struct pack_file *f, struct score_item *it)
{
	const struct field *fd;
	const struct kind *k;
	enum mq_status rc;

	it->kind = pack_data_get(f, "kind");
	it->field = pack_data_get(f, "field");
	k = pack_kind(f->p, it->kind);
	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND,
		    it->kind);
	if (told(f->p, k, "score", "unit")[0] == '\0')
		return pack_data_bad(f, 0, "kind", SAY_PACK_NOT_FACET,
		    "score");
	fd = kind_field(k, it->field);
	if (fd == NULL || fd->type != FT_INTEGER)
		return pack_data_bad(f, 0, "field", SAY_PACK_NO_FIELD,
		    it->field);
	rc = pack_data_int(f, "max", 0, 1, 10000, &it->max);
	if (rc == MQ_OK)
		rc = pack_data_int(f, "weight", 1, 1, 10000, &it->weight);
	return rc;
}

enum mq_status pack_score_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc = check_told(p, err);

	if (!pack_data_go(p, &rc) || !pack_data_there(p, "score.csv"))
		return rc;
	rc = pack_data_open(p, "score.csv", "kind field max weight", &f, err);
	while (pack_data_next(&f, &rc)) {
		struct score_item it = { 0 };

		rc = read_item(&f, &it);
		if (rc != MQ_OK)
			continue;
		p->items = xgrow(p->items, &p->items_cap, p->nitems + 1,
		    sizeof(p->items[0]));
		p->items[p->nitems++] = it;
	}
	pack_data_close(&f);
	return rc;
}
