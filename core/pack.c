/*
 * A configuration pack: loading it whole, and reading from it.  Called at
 * start by node.c, by the hub for the tree of units, and by every facet.
 */
#include "pack.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>

#include "base/file.h"
#include "base/xmalloc.h"
#include "calendar.h"
#include "fields.h"
#include "form.h"
#include "pack_data.h"

#define PATH_MAX_HERE 1024

/* ---- loading ---- */

static enum mq_status check_pair(struct pack_file *f,
    const struct pack_pair *pair)
{
	/* Government rules: neither is a measure of anybody's work. */
	static const char *const forbidden[] = { "online_minutes_target",
		"forced_clock_in", "person_rank" };
	int64_t version;
	size_t i;

	if (!pack_data_is_name(pair->key))
		return pack_data_bad(f, 0, "key", SAY_PACK_NAME, pair->key);
	for (i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strcmp(pair->key, forbidden[i]) == 0)
			return pack_data_bad(f, 0, "key", SAY_PACK_FORBIDDEN,
			    pair->key);
	for (i = 0; i < f->p->npairs; i++)
		if (strcmp(f->p->pairs[i].key, pair->key) == 0)
			return pack_data_bad(f, 0, "key", SAY_PACK_TWICE,
			    pair->key);
	if (strcmp(pair->key, "name") == 0 && !pack_data_is_name(pair->value))
		return pack_data_bad(f, 0, "value", SAY_PACK_NAME,
		    pair->value);
	return strcmp(pair->key, "version") == 0 ?
	    pack_data_int(f, "value", 0, 1, INT_MAX, &version) : MQ_OK;
}

static enum mq_status load_pairs(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;
	char id[48];
	bool whole;

	rc = pack_data_open(p, "pack.csv", "key value", &f, err);
	while (pack_data_next(&f, &rc)) {
		struct pack_pair pair;

		pair.key = pack_data_get(&f, "key");
		pair.value = pack_data_get(&f, "value");
		pair.line = csv_line(f.csv);
		rc = check_pair(&f, &pair);
		if (rc != MQ_OK)
			continue;
		p->pairs = xgrow(p->pairs, &p->pairs_cap, p->npairs + 1,
		    sizeof(p->pairs[0]));
		p->pairs[p->npairs++] = pair;
	}
	p->name = pack_text(p, "name", "");
	p->version = (int)pack_int(p, "version", 0);
	whole = f.csv != NULL && (p->found == NULL ||
	    !pack_found_in(p->found, f.name));
	if (rc == MQ_OK && whole && p->name[0] == '\0')
		rc = pack_data_bad(&f, 1, "key", SAY_PACK_ROW, "name");
	if (pack_data_go(p, &rc) && whole && p->version < 1)
		rc = pack_data_bad(&f, 1, "key", SAY_PACK_ROW, "version");
	snprintf(id, sizeof(id), "%s:%d", p->name, p->version);
	p->id = pack_data_text(p, id);
	pack_data_close(&f);
	return rc;
}

static enum mq_status check_facets(struct pack_file *f, const struct kind *k)
{
	static const char known[] =
#define FACET(name) #name " "
#include "facets/facets.def"
#undef FACET
	    "";
	const char *at = k->facets, *w;
	char one[16];
	size_t len;

	if (!kind_has_facet(k, "form"))
		return pack_data_bad(f, 0, "facets", SAY_PACK_UNKNOWN,
		    k->facets);
	while (pack_data_word(&at, &w, &len)) {
		snprintf(one, sizeof(one), "%.*s", (int)(len < 15 ? len : 15),
		    w);
		if (!pack_data_has_word(known, one))
			return pack_data_bad(f, 0, "facets", SAY_PACK_UNKNOWN,
			    one);
	}
	return MQ_OK;
}

/* Hours and tallies work on fields they know by name or type. */
static enum mq_status check_facet_fields(struct pack_file *f,
    const struct kind *k)
{
	const struct field *who = kind_field(k, "volunteer");
	const struct field *start = kind_field(k, "start");
	size_t i;

	if (kind_has_facet(k, "hours") && (who == NULL ||
	    who->type != FT_STAFF || start == NULL ||
	    start->type != FT_WHEN))
		return pack_data_bad(f, 0, "facets", SAY_PACK_FACET, "hours");
	for (i = 0; i < k->nfields; i++)
		if (k->fields[i].type == FT_SELECT_ONE)
			break;
	if (kind_has_facet(k, "tally") && i == k->nfields)
		return pack_data_bad(f, 0, "facets", SAY_PACK_FACET, "tally");
	return MQ_OK;
}

/* A choice that turns a step into another names one there is. */
static enum mq_status check_turns(struct pack_file *f, const struct kind *k)
{
	struct pack_file lists = { f->p, NULL, "choices.csv", f->err };
	char step[40];
	size_t i, c, n;

	for (i = 0; i < k->nstep_fields; i++) {
		const struct choice *v = pack_choices(f->p,
		    k->step_fields[i].list, &n);

		for (c = 0; c < n; c++)
			if (form_choice_value(&v[c], "step", step,
			    sizeof(step)) && kind_step(k, step) == NULL)
				return pack_data_bad(&lists, v[c].line,
				    "filter", SAY_PACK_NO_STEP, step);
	}
	return MQ_OK;
}

/* Where a record's unit comes from, and what its title names. */
static enum mq_status check_kind(struct pack_file *f, const struct kind *k)
{
	const char *o = k->org_from, *s = k->title;
	char name[40];

	if (strncmp(o, "@field:", 7) == 0) {
		if (kind_field(k, o + 7) == NULL)
			return pack_data_bad(f, 0, "org_from",
			    SAY_PACK_NO_FIELD, o + 7);
	} else if (strcmp(o, "@node") != 0 && strcmp(o, "@who") != 0) {
		return pack_data_bad(f, 0, "org_from", SAY_PACK_UNKNOWN, o);
	}
	while ((s = strstr(s, "${")) != NULL) {
		size_t len = strcspn(s + 2, "}");

		snprintf(name, sizeof(name), "%.*s",
		    (int)(len < 39 ? len : 39), s + 2);
		if (kind_field(k, name) == NULL)
			return pack_data_bad(f, 0, "title", SAY_PACK_NO_FIELD,
			    name);
		s += 2 + len;
	}
	return MQ_OK;
}

static enum mq_status read_kind(struct pack_file *f, struct kind *k)
{
	enum mq_status rc;

	*k = (struct kind){ .line = csv_line(f->csv) };
	k->name = pack_data_get(f, "kind");
	pack_data_both(f, "label", k->label);
	k->facets = pack_data_get(f, "facets");
	k->title = pack_data_get(f, "title");
	pack_data_both(f, "notice", k->notice);
	k->org_from = pack_data_get(f, "org_from");
	k->columns = pack_data_get(f, "columns");
	if (!pack_data_is_name(k->name) || strlen(k->name) >= 24)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NAME, k->name);
	if (pack_kind(f->p, k->name) != NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_TWICE, k->name);
	if (k->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	rc = pack_data_bool(f, "confidential", &k->confidential);
	if (rc == MQ_OK)
		rc = pack_data_bool(f, "register", &k->register_);
	if (rc == MQ_OK)
		rc = check_facets(f, k);
	return rc;
}

static void free_kind(struct kind *k)
{
	free((void *)k->fields);
	free((void *)k->step_fields);
	free((void *)k->states);
	free((void *)k->steps);
}

/* Its form and its course.  A kind whose form cannot be read is none. */
static enum mq_status load_kind(struct pack_file *f, struct kind *k)
{
	struct pack *p = f->p;
	enum mq_status rc = pack_form_load(p, k, f->err);

	if (rc != MQ_OK) {
		free_kind(k);
		p->nkinds--;
		return rc;
	}
	/* Hours have states and steps too, with a course of their own. */
	if (kind_has_facet(k, "flow") || kind_has_facet(k, "hours"))
		rc = pack_flow_load(p, k, f->err);
	if (pack_data_go(p, &rc))
		rc = check_facet_fields(f, k);
	if (pack_data_go(p, &rc))
		rc = check_turns(f, k);
	if (pack_data_go(p, &rc))
		rc = check_kind(f, k);
	return rc;
}

static enum mq_status load_kinds(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct kind k, *slot;
	enum mq_status rc;

	rc = pack_data_open(p, "kinds.csv", "kind label facets title org_from",
	    &f, err);
	while (pack_data_next(&f, &rc)) {
		rc = read_kind(&f, &k);
		if (rc != MQ_OK)
			continue;
		p->kinds = xgrow(p->kinds, &p->kinds_cap, p->nkinds + 1,
		    sizeof(p->kinds[0]));
		slot = &p->kinds[p->nkinds++];
		*slot = k;
		rc = load_kind(&f, slot);
	}
	pack_data_close(&f);
	return rc;
}

static enum mq_status load_calendar(struct pack *p, struct err *err)
{
	struct pack_file f = { p, NULL, "calendar.csv", err };
	const char *hours = pack_text(p, "work_hours", "");
	char path[PATH_MAX_HERE], version[80];
	enum mq_status rc;

	if (!pack_data_there(p, "calendar.csv"))
		return pack_data_bad(&f, 0, "", SAY_PACK_NO_FILE, "");
	file_join(path, sizeof(path), p->dir, "calendar.csv");
	snprintf(version, sizeof(version), "%s",
	    pack_text(p, "calendar_version", p->id));
	rc = calendar_load(p->env, path, hours, version, &p->calendar, err);
	if (rc != MQ_OK)
		pack_data_told(p, strncmp(err->detail, "pack", 4) == 0 ?
		    "pack.csv" : "calendar.csv", err);
	return rc;
}

enum mq_status pack_rest(struct pack *p, struct err *err)
{
	static enum mq_status (*const parts[])(struct pack *, struct err *) = {
		pack_lists_load, load_kinds,
		pack_rules_refs, pack_facets_load, pack_recur_load,
		pack_score_load, pack_layout_load,
		pack_flow_dues, pack_flow_derives, pack_escalate_load,
		pack_urgent_load,
		pack_rows_roles, pack_rows_phrases, pack_rows_keeps,
		pack_rows_boards, pack_report_load, load_calendar,
	};
	enum mq_status rc = MQ_OK;
	struct err own = ERR_INIT;
	size_t i;

	if (err == NULL)
		err = &own;
	for (i = 0; i < ARRAY_LEN(parts) && pack_data_go(p, &rc); i++)
		rc = parts[i](p, err);
	return rc;
}

static enum mq_status begin_with(struct env *env, const char *dir,
    struct pack_found *found, struct pack **out, struct err *err)
{
	struct pack *p = xcalloc(1, sizeof(*p));
	struct err own = ERR_INIT;
	enum mq_status rc;

	*out = NULL;
	p->env = env;
	p->found = found;
	p->dir = pack_data_text(p, dir);
	p->name = p->id = "";
	if (err == NULL)
		err = &own;
	if (!pack_data_there(p, "pack.csv"))
		rc = err_set(err, MQ_E_PACK_MISSING, "%s", dir);
	else
		rc = load_pairs(p, err);
	if (pack_data_go(p, &rc))
		rc = pack_rows_orgs(p, err);
	if (!pack_data_go(p, &rc))
		pack_free(&p);
	*out = p;
	return rc;
}

enum mq_status pack_begin(struct env *env, const char *dir,
    struct pack **out, struct err *err)
{
	return begin_with(env, dir, NULL, out, err);
}

enum mq_status pack_load_found(struct env *env, const char *dir,
    struct pack_found *found, struct pack **out, struct err *err)
{
	enum mq_status rc = begin_with(env, dir, found, out, err);

	if (rc != MQ_OK)
		return rc;
	rc = pack_rest(*out, err);
	if (!pack_data_go(*out, &rc))
		pack_free(out);
	return rc;
}

enum mq_status pack_load(struct env *env, const char *dir, struct pack **out,
    struct err *err)
{
	return pack_load_found(env, dir, NULL, out, err);
}

void pack_free(struct pack **pp)
{
	struct pack *p = *pp;
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->nkinds; i++)
		free_kind(&p->kinds[i]);
	calendar_free(&p->calendar);
	free(p->pairs);
	free(p->orgs.v);
	free(p->kinds);
	free(p->choices);
	free(p->lists);
	free(p->phrases);
	free(p->roles);
	free(p->rows);
	free(p->dues);
	free(p->derives);
	free(p->escalates);
	free(p->urgents);
	free(p->recurs);
	free(p->layouts);
	free(p->keeps);
	free(p->facets);
	pack_report_free(p);
	free(p->boards);
	free(p->items);
	pack_data_free_texts(p);
	FREE(*pp);
}

/* ---- reading ---- */

const char *pack_name(const struct pack *p)
{
	return p->name;
}

int pack_version(const struct pack *p)
{
	return p->version;
}

const char *pack_id(const struct pack *p)
{
	return p->id;
}

const char *pack_dir(const struct pack *p)
{
	return p->dir;
}

const char *pack_text(const struct pack *p, const char *key,
    const char *fallback)
{
	size_t i;

	for (i = 0; i < p->npairs; i++)
		if (strcmp(p->pairs[i].key, key) == 0)
			return p->pairs[i].value;
	return fallback;
}

int64_t pack_int(const struct pack *p, const char *key, int64_t fallback)
{
	const char *s = pack_text(p, key, "");
	char *end;
	int64_t v = strtoll(s, &end, 10);

	return s[0] == '\0' || *end != '\0' ? fallback : v;
}

const struct orgs *pack_orgs(const struct pack *p)
{
	return &p->orgs;
}

size_t pack_kinds(const struct pack *p)
{
	return p->nkinds;
}

const struct kind *pack_kind_at(const struct pack *p, size_t i)
{
	return i < p->nkinds ? &p->kinds[i] : NULL;
}

const struct kind *pack_kind(const struct pack *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nkinds; i++)
		if (strcmp(p->kinds[i].name, name) == 0)
			return &p->kinds[i];
	return NULL;
}

bool kind_has_facet(const struct kind *k, const char *facet)
{
	return pack_data_has_word(k->facets, facet);
}

bool kind_field_refs(const struct field *fd)
{
	return fd->type == FT_PERSON || fd->type == FT_PLACE ||
	    fd->type == FT_RECORD;
}

bool kind_field_takes(const struct pack *p, const struct field *fd,
    const char *kind)
{
	const struct kind *k = pack_kind(p, kind);

	if (k == NULL)
		return false;
	if (fd->type == FT_RECORD)
		return pack_data_has_word(fd->kinds, kind);
	return kind_field_refs(fd) && k->register_;
}

static const struct field *field_of_cell(const struct kind *k,
    const char *name)
{
	struct fields_cell cell;
	const struct field *fd;

	if (!fields_cell(name, &cell))
		return NULL;
	fd = kind_field(k, cell.field);
	return fd != NULL && fd->repeat != NULL &&
	    strcmp(fd->repeat->name, cell.group) == 0 ? fd : NULL;
}

const struct field *kind_field(const struct kind *k, const char *name)
{
	size_t i;

	if (name[0] == '\0')
		return NULL;
	if (strchr(name, '.') != NULL)
		return field_of_cell(k, name);
	for (i = 0; i < k->nfields; i++)
		if (strcmp(k->fields[i].name, name) == 0)
			return &k->fields[i];
	for (i = 0; i < k->nstep_fields; i++)
		if (strcmp(k->step_fields[i].name, name) == 0)
			return &k->step_fields[i];
	return NULL;
}

const struct flow_state *kind_state(const struct kind *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->nstates; i++)
		if (strcmp(k->states[i].name, name) == 0)
			return &k->states[i];
	return NULL;
}

const struct flow_step *kind_step(const struct kind *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->nsteps; i++)
		if (strcmp(k->steps[i].name, name) == 0)
			return &k->steps[i];
	return NULL;
}

bool kind_step_from(const struct flow_step *s, const char *state)
{
	return pack_data_has_word(s->from, "*") ||
	    pack_data_has_word(s->from, state);
}

const struct choice *pack_choices(const struct pack *p, const char *list,
    size_t *n)
{
	size_t low = 0, high = p->nlists;

	*n = 0;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(list, p->lists[mid].name);

		if (c == 0) {
			*n = p->lists[mid].n;
			return p->choices + p->lists[mid].first;
		}
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct choice *pack_choice(const struct pack *p, const char *list,
    const char *name)
{
	size_t i, n;
	const struct choice *v = pack_choices(p, list, &n);

	for (i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

size_t pack_phrases(const struct pack *p, const char *kind, const char *field,
    const struct phrase **out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < p->nphrases && n < max; i++)
		if (strcmp(p->phrases[i].field, field) == 0 &&
		    (strcmp(p->phrases[i].kind, kind) == 0 ||
		    strcmp(p->phrases[i].kind, "*") == 0))
			out[n++] = &p->phrases[i];
	return n;
}

const struct role *pack_role(const struct pack *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nroles; i++)
		if (strcmp(p->roles[i].name, name) == 0)
			return &p->roles[i];
	return NULL;
}

const struct role_row *pack_role_rows(const struct pack *p, size_t *n)
{
	*n = p->nrows;
	return p->rows;
}

const struct due_rule *pack_due_rules(const struct pack *p, size_t *n)
{
	*n = p->ndues;
	return p->dues;
}

const struct derive_rule *pack_derives(const struct pack *p, size_t *n)
{
	*n = p->nderives;
	return p->derives;
}

const struct layout_row *pack_layouts(const struct pack *p, size_t *n)
{
	*n = p->nlayouts;
	return p->layouts;
}

const struct recur_rule *pack_recurs(const struct pack *p, size_t *n)
{
	*n = p->nrecurs;
	return p->recurs;
}

const struct pack_board *pack_boards(const struct pack *p, size_t *n)
{
	*n = p->nboards;
	return p->boards;
}

const struct score_item *pack_score_items(const struct pack *p, size_t *n)
{
	*n = p->nitems;
	return p->items;
}

int64_t pack_keep_days(const struct pack *p, const char *kind)
{
	size_t i;

	for (i = 0; i < p->nkeeps; i++)
		if (strcmp(p->keeps[i].kind, kind) == 0)
			return p->keeps[i].days;
	return 0;
}

const struct calendar *pack_calendar(const struct pack *p)
{
	return p->calendar;
}
