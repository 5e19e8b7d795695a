/*
 * facets.csv: what the facets of a kind are told, as kind, facet, key, value.
 * Which keys there are, and what each may hold: facets/keys.def.  Called by
 * pack.c when all kinds are read.
 */
#include "pack.h"

#include "base/xmalloc.h"
#include "pack_data.h"

enum key_type {
	FK_FIELD, FK_FIELDS, FK_STATE, FK_STATES, FK_STEP, FK_STEPS, FK_KIND,
	FK_KINDS, FK_LIST, FK_INT, FK_BOOL, FK_WORDS, FK_CHOICES
};

static const struct facet_key {
	const char *facet, *name;
	enum key_type type;
	bool needed;
} keys[] = {
#define FACET_KEY(facet, key, type, needed) { #facet, #key, type, needed },
#include "facets/keys.def"
#undef FACET_KEY
	{ "", "", FK_WORDS, false }
};

static const struct facet_key *find_key(const char *facet, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].facet, facet) == 0 &&
		    strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* "field=choice" */
static enum mq_status check_choice(struct pack_file *f, const struct kind *k,
    const char *w)
{
	const char *eq = strchr(w, '=');
	const struct field *fd;
	char name[40];

	snprintf(name, sizeof(name), "%.*s", eq == NULL ? 0 : (int)(eq - w),
	    w);
	fd = kind_field(k, name);
	if (fd == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_FIELD, w);
	if (pack_choice(f->p, fd->list, eq + 1) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_UNKNOWN, w);
	return MQ_OK;
}

static enum mq_status check_word(struct pack_file *f, const struct kind *k,
    enum key_type type, const char *w)
{
	size_t n;

	if ((type == FK_FIELD || type == FK_FIELDS) &&
	    kind_field(k, w) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_FIELD, w);
	if ((type == FK_STATE || type == FK_STATES) &&
	    kind_state(k, w) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_STATE, w);
	if ((type == FK_STEP || type == FK_STEPS) && kind_step(k, w) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_STEP, w);
	if ((type == FK_KIND || type == FK_KINDS) &&
	    pack_kind(f->p, w) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_KIND, w);
	if (type == FK_LIST && pack_choices(f->p, w, &n) == NULL)
		return pack_data_bad(f, 0, "value", SAY_PACK_NO_LIST, w);
	if (type == FK_BOOL && strcmp(w, "yes") != 0 && strcmp(w, "no") != 0)
		return pack_data_bad(f, 0, "value", SAY_PACK_YES_NO, w);
	return type == FK_CHOICES ? check_choice(f, k, w) : MQ_OK;
}

static enum mq_status check_value(struct pack_file *f, const struct kind *k,
    enum key_type type, const char *value)
{
	bool several = type == FK_FIELDS || type == FK_STATES ||
	    type == FK_STEPS || type == FK_KINDS || type == FK_CHOICES;
	const char *at = value, *w;
	enum mq_status rc = MQ_OK;
	char one[64];
	int64_t num;
	size_t len;

	if (value[0] == '\0')
		return pack_data_bad(f, 0, "value", SAY_PACK_EMPTY, "");
	if (type == FK_INT)
		return pack_data_int(f, "value", 0, 0, INT64_MAX / 2, &num);
	if (!several)
		return check_word(f, k, type, value);
	while (rc == MQ_OK && pack_data_word(&at, &w, &len)) {
		snprintf(one, sizeof(one), "%.*s",
		    (int)(len < sizeof(one) ? len : sizeof(one) - 1), w);
		rc = check_word(f, k, type, one);
	}
	return rc;
}

static enum mq_status read_row(struct pack_file *f, struct pack_facet *row)
{
	const struct facet_key *key;
	const struct kind *k;

	row->line = csv_line(f->csv);
	row->kind = pack_data_get(f, "kind");
	row->facet = pack_data_get(f, "facet");
	row->key = pack_data_get(f, "key");
	row->value = pack_data_get(f, "value");
	k = pack_kind(f->p, row->kind);
	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND,
		    row->kind);
	if (!kind_has_facet(k, row->facet))
		return pack_data_bad(f, 0, "facet", SAY_PACK_NOT_FACET,
		    row->facet);
	key = find_key(row->facet, row->key);
	if (key == NULL)
		return pack_data_bad(f, 0, "key", SAY_PACK_UNKNOWN, row->key);
	if (pack_facet(f->p, k, row->facet, row->key)[0] != '\0')
		return pack_data_bad(f, 0, "key", SAY_PACK_TWICE, row->key);
	return check_value(f, k, key->type, row->value);
}

/* Every kind says what its facets cannot do without. */
static enum mq_status check_needed(struct pack_file *f)
{
	enum mq_status rc = MQ_OK;
	const struct kind *k;
	size_t i, j;

	for (i = 0; i < f->p->nkinds; i++) {
		k = &f->p->kinds[i];
		for (j = 0; j < ARRAY_LEN(keys) &&
		    pack_data_go(f->p, &rc); j++)
			if (keys[j].needed &&
			    kind_has_facet(k, keys[j].facet) &&
			    pack_facet(f->p, k, keys[j].facet,
			    keys[j].name)[0] == '\0') {
				char what[96];

				snprintf(what, sizeof(what), "%s,%s,%s",
				    k->name, keys[j].facet, keys[j].name);
				rc = pack_data_bad(f, 1, "",
				    SAY_PACK_FACET_KEY, what);
			}
	}
	return rc;
}

enum mq_status pack_facets_load(struct pack *p, struct err *err)
{
	struct pack_file f = { p, NULL, "facets.csv", err };
	struct pack_facet row;
	enum mq_status rc;

	if (!pack_data_there(p, f.name))
		return check_needed(&f);
	rc = pack_data_open(p, f.name, "kind facet key value", &f, err);
	while (pack_data_next(&f, &rc)) {
		rc = read_row(&f, &row);
		if (rc != MQ_OK)
			continue;
		p->facets = xgrow(p->facets, &p->facets_cap, p->nfacets + 1,
		    sizeof(p->facets[0]));
		p->facets[p->nfacets++] = row;
	}
	if (rc == MQ_OK)
		rc = check_needed(&f);
	pack_data_close(&f);
	return rc;
}

const char *pack_facet(const struct pack *p, const struct kind *k,
    const char *facet, const char *key)
{
	size_t i;

	for (i = 0; i < p->nfacets; i++)
		if (strcmp(p->facets[i].kind, k->name) == 0 &&
		    strcmp(p->facets[i].facet, facet) == 0 &&
		    strcmp(p->facets[i].key, key) == 0)
			return p->facets[i].value;
	return "";
}

int64_t pack_facet_int(const struct pack *p, const struct kind *k,
    const char *facet, const char *key, int64_t fallback)
{
	const char *s = pack_facet(p, k, facet, key);
	char *end;
	int64_t v = strtoll(s, &end, 10);

	return s[0] == '\0' || *end != '\0' ? fallback : v;
}
