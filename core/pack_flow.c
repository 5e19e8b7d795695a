/*
 * flow/<kind>.csv, due.csv and derive.csv.  Called by pack.c; deciding is in
 * facets/flow.c.
 */
#include "pack_data.h"

#include "base/xmalloc.h"
#include "calendar.h"
#include "flow.h"
#include "flow_clock.h"

/* ---- flow/<kind>.csv ---- */

static enum mq_status read_state(struct pack_file *f, struct kind *k,
    size_t *cap)
{
	struct flow_state *v = (struct flow_state *)k->states;
	struct flow_state s = { 0 };
	enum mq_status rc;

	s.line = csv_line(f->csv);
	s.name = pack_data_get(f, "name");
	s.solved = pack_data_get(f, "solved");
	pack_data_both(f, "label", s.label);
	if (!pack_data_is_name(s.name))
		return pack_data_bad(f, 0, "name", SAY_PACK_NAME, s.name);
	if (kind_state(k, s.name) != NULL)
		return pack_data_bad(f, 0, "name", SAY_PACK_TWICE, s.name);
	if (s.label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	rc = pack_data_bool(f, "closed", &s.closed);
	if (rc == MQ_OK)
		rc = pack_data_bool(f, "public", &s.public_);
	if (rc != MQ_OK)
		return rc;
	v = xgrow(v, cap, k->nstates + 1, sizeof(*v));
	v[k->nstates++] = s;
	k->states = v;
	return MQ_OK;
}

static enum mq_status read_step(struct pack_file *f, struct kind *k,
    size_t *cap)
{
	struct flow_step *v = (struct flow_step *)k->steps;
	struct flow_step s = { 0 };
	enum mq_status rc;

	s.line = csv_line(f->csv);
	s.name = pack_data_get(f, "name");
	pack_data_both(f, "label", s.label);
	s.key = pack_data_get(f, "key");
	s.from = pack_data_get(f, "from");
	s.to = pack_data_get(f, "to");
	s.owner = pack_data_get(f, "owner");
	s.fields = pack_data_get(f, "fields");
	s.clock = pack_data_get(f, "clock");
	s.not_after = pack_data_get(f, "not_after");
	s.guard = pack_data_get(f, "guard");
	pack_data_both(f, "guard_message", s.guard_message);
	s.clear = pack_data_get(f, "clear");
	s.propose = pack_data_get(f, "propose");
	s.link = pack_data_get(f, "link");
	s.stamp = pack_data_get(f, "stamp");
	if (!pack_data_is_name(s.name))
		return pack_data_bad(f, 0, "name", SAY_PACK_NAME, s.name);
	if (kind_step(k, s.name) != NULL)
		return pack_data_bad(f, 0, "name", SAY_PACK_TWICE, s.name);
	if (s.label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	rc = pack_data_bool(f, "route", &s.route);
	if (rc == MQ_OK)
		rc = pack_data_bool(f, "not_doer", &s.not_doer);
	if (rc == MQ_OK)
		rc = pack_data_bool(f, "duty", &s.duty);
	if (rc != MQ_OK)
		return rc;
	v = xgrow(v, cap, k->nsteps + 1, sizeof(*v));
	v[k->nsteps++] = s;
	k->steps = v;
	return MQ_OK;
}

/* Words of a step that name something else: all must exist. */
static enum mq_status check_words(struct pack_file *f, const struct kind *k,
    const struct flow_step *s, const char *column, const char *words)
{
	const char *w;
	char one[64];
	size_t len;

	while (pack_data_word(&words, &w, &len)) {
		bool found;

		if (len >= sizeof(one))
			len = sizeof(one) - 1;
		memcpy(one, w, len);
		one[len] = '\0';
		if (strcmp(column, "fields") == 0 ||
		    strcmp(column, "clear") == 0) {
			if (one[len - 1] == '!')
				one[len - 1] = '\0';
			found = kind_field(k, one) != NULL;
		} else if (strcmp(column, "not_after") == 0) {
			found = kind_step(k, one) != NULL;
		} else {
			found = kind_state(k, one) != NULL ||
			    strcmp(one, "*") == 0 ||
			    (strcmp(column, "to") == 0 &&
			    strcmp(one, "@from") == 0);
		}
		if (!found)
			return pack_data_bad(f, s->line, column,
			    strcmp(column, "fields") == 0 ||
			    strcmp(column, "clear") == 0 ? SAY_PACK_NO_FIELD :
			    strcmp(column, "not_after") == 0 ?
			    SAY_PACK_NO_STEP : SAY_PACK_NO_STATE, one);
	}
	return MQ_OK;
}

static enum mq_status check_owner(struct pack_file *f, const struct kind *k,
    const struct flow_step *s)
{
	static const char field[] = "@field:";
	const char *o = s->owner;

	if (strncmp(o, field, sizeof(field) - 1) == 0) {
		const struct field *fd = kind_field(k, o + sizeof(field) - 1);

		return fd != NULL && (fd->type == FT_ORG ||
		    kind_field_refs(fd)) ? MQ_OK :
		    pack_data_bad(f, s->line, "owner", SAY_PACK_NO_FIELD,
		    o);
	}
	if (o[0] == '\0' || strcmp(o, "@org") == 0 ||
	    strcmp(o, "@parent") == 0 || strcmp(o, "@from") == 0 ||
	    strcmp(o, "@proposed") == 0 ||
	    org_find(&f->p->orgs, o) != NULL)
		return MQ_OK;
	return pack_data_bad(f, s->line, "owner", SAY_PACK_NO_ORG, o);
}

/* Is it "verb", "verb:NAME" or "verb:NAME=MORE", as the verb wants it? */
static bool clock_word(const struct kind *k, const char *word)
{
	static const struct { const char *verb; bool name, more; } verbs[] = {
		{ "start", true, false }, { "stop", false, false },
		{ "pause", false, false }, { "resume", false, false },
		{ "extend", true, true }, { "recount", false, false },
	};
	size_t len = strcspn(word, ":"), i;
	const char *name = word[len] ? word + len + 1 : "";
	const char *eq = strchr(name, '=');
	char one[FLOW_CLOCK_NAME];

	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (strlen(verbs[i].verb) == len &&
		    memcmp(verbs[i].verb, word, len) == 0)
			break;
	if (i == ARRAY_LEN(verbs) || (verbs[i].name && !*name) ||
	    (verbs[i].more && eq == NULL))
		return false;
	if (!*name || (strcmp(name, "*") == 0 && !verbs[i].name))
		return !word[len] || *name;
	len = strcspn(name, "=");
	if (len >= sizeof(one))
		return false;
	snprintf(one, sizeof(one), "%.*s", (int)len, name);
	if (verbs[i].more)
		return (strcmp(one, "*") == 0 || pack_data_is_name(one)) &&
		    kind_field(k, eq + 1) != NULL;
	return pack_data_is_name(one) && (eq == NULL || i == 0);
}

static enum mq_status check_clock(struct pack_file *f, const struct kind *k,
    const struct flow_step *s)
{
	const char *at = s->clock, *w;
	char word[96];
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		snprintf(word, sizeof(word), "%.*s",
		    (int)(len < sizeof(word) ? len : sizeof(word) - 1), w);
		if (!clock_word(k, word))
			return pack_data_bad(f, s->line, "clock",
			    SAY_PACK_UNKNOWN, word);
	}
	return MQ_OK;
}

/* A field of the kind with that type, behind a prefix. */
static bool names_field(const struct kind *k, const char *s,
    const char *prefix, enum field_type type)
{
	const struct field *fd = strncmp(s, prefix, strlen(prefix)) == 0 ?
	    kind_field(k, s + strlen(prefix)) : NULL;

	return fd != NULL && fd->type == type;
}

/* "NAME" or "NAME@opened", NAME of the list of first times. */
static enum mq_status check_stamps(struct pack_file *f,
    const struct flow_step *s)
{
	const char *at = s->stamp, *w;
	char one[64];
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		size_t n = len > 7 && memcmp(w + len - 7, "@opened", 7) == 0 ?
		    len - 7 : len;

		snprintf(one, sizeof(one), "%.*s",
		    (int)(n < 30 ? n : 30), w);
		if (pack_choice(f->p, FLOW_STAMPS, one) == NULL)
			return pack_data_bad(f, s->line, "stamp",
			    SAY_PACK_UNKNOWN, one);
	}
	return MQ_OK;
}

/* Columns with words of their own. */
static enum mq_status check_more(struct pack_file *f, const struct kind *k,
    const struct flow_step *s)
{
	enum mq_status rc = check_words(f, k, s, "clear", s->clear);

	if (rc == MQ_OK)
		rc = pack_rules_expr(f, k, s->line, "guard", FLOW_GUARD_WORDS,
		    s->guard);
	if (rc == MQ_OK && s->guard[0] != '\0' &&
	    s->guard_message[0][0] == '\0')
		rc = pack_data_bad(f, s->line, "guard_message",
		    SAY_PACK_EMPTY, "");
	if (rc == MQ_OK && s->propose[0] != '\0' &&
	    strcmp(s->propose, "-") != 0 &&
	    !names_field(k, s->propose, "@field:", FT_ORG))
		rc = pack_data_bad(f, s->line, "propose", SAY_PACK_UNKNOWN,
		    s->propose);
	if (rc == MQ_OK && s->link[0] != '\0' &&
	    strcmp(s->link, "unmerge") != 0 &&
	    !names_field(k, s->link, "merge:", FT_RECORD))
		rc = pack_data_bad(f, s->line, "link", SAY_PACK_UNKNOWN,
		    s->link);
	return rc == MQ_OK ? check_stamps(f, s) : rc;
}

static enum mq_status check_solved(struct pack_file *f, const struct kind *k)
{
	size_t i;

	for (i = 0; i < k->nstates; i++) {
		const char *s = k->states[i].solved;

		if (s[0] != '\0' && strcmp(s, "yes") != 0 &&
		    strcmp(s, "no") != 0 && kind_field(k, s) == NULL)
			return pack_data_bad(f, k->states[i].line, "solved",
			    SAY_PACK_NO_FIELD, s);
	}
	return MQ_OK;
}

static enum mq_status check_steps(struct pack_file *f, const struct kind *k)
{
	enum mq_status rc = MQ_OK;
	size_t i;

	if (k->nstates == 0)
		return pack_data_bad(f, 0, "row", SAY_PACK_NO_STATES, "");
	for (i = 0; i < k->nsteps && pack_data_go(f->p, &rc); i++) {
		const struct flow_step *s = &k->steps[i];

		rc = check_words(f, k, s, "from", s->from);
		if (rc == MQ_OK)
			rc = check_words(f, k, s, "to", s->to);
		if (rc == MQ_OK)
			rc = check_words(f, k, s, "fields", s->fields);
		if (rc == MQ_OK)
			rc = check_words(f, k, s, "not_after", s->not_after);
		if (rc == MQ_OK)
			rc = check_owner(f, k, s);
		if (rc == MQ_OK)
			rc = check_clock(f, k, s);
		if (rc == MQ_OK)
			rc = check_more(f, k, s);
	}
	return pack_data_go(f->p, &rc) ? check_solved(f, k) : rc;
}

enum mq_status pack_flow_load(struct pack *p, struct kind *k, struct err *err)
{
	struct pack_file f;
	char name[64];
	size_t states = 0, steps = 0;
	enum mq_status rc;

	snprintf(name, sizeof(name), "flow/%s.csv", k->name);
	rc = pack_data_open(p, name, "row name label from to", &f, err);
	while (pack_data_next(&f, &rc)) {
		const char *row = csv_get(f.csv, "row");

		if (strcmp(row, "state") == 0)
			rc = read_state(&f, k, &states);
		else if (strcmp(row, "step") == 0)
			rc = read_step(&f, k, &steps);
		else
			rc = pack_data_bad(&f, 0, "row", SAY_PACK_UNKNOWN,
			    row);
	}
	if (f.csv != NULL && pack_data_go(p, &rc))
		rc = check_steps(&f, k);
	pack_data_close(&f);
	return rc;
}

/* ---- due.csv ---- */

static enum mq_status read_due(struct pack_file *f, struct due_rule *d)
{
	d->line = csv_line(f->csv);
	d->kind = pack_data_get(f, "kind");
	d->rule = pack_data_get(f, "rule");
	d->category = pack_data_get(f, "category");
	d->grade = pack_data_get(f, "grade");
	d->unit = pack_data_get(f, "unit");
	pack_data_both(f, "label", d->label);
	if (pack_kind(f->p, d->kind) == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, d->kind);
	if (!pack_data_is_name(d->rule))
		return pack_data_bad(f, 0, "rule", SAY_PACK_NAME, d->rule);
	if (d->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	if (!calendar_is_unit(d->unit))
		return pack_data_bad(f, 0, "unit", SAY_PACK_UNKNOWN, d->unit);
	return pack_data_int(f, "value", 0, 1, 100000, &d->value);
}

static bool rule_known(const struct pack *p, const struct kind *k,
    const char *rule)
{
	size_t d;

	for (d = 0; d < p->ndues; d++)
		if (strcmp(p->dues[d].kind, k->name) == 0 &&
		    strcmp(p->dues[d].rule, rule) == 0)
			return true;
	return false;
}

/* A clock that starts by a rule nobody wrote down would never ring. */
static enum mq_status check_rules(struct pack *p, const struct kind *k,
    const struct flow_step *s, struct err *err)
{
	char name[64], word[96];
	struct pack_file f = { p, NULL, name, err };
	const char *at = s->clock, *w, *rule;
	size_t len;

	snprintf(name, sizeof(name), "flow/%s.csv", k->name);
	while (pack_data_word(&at, &w, &len)) {
		snprintf(word, sizeof(word), "%.*s", (int)len, w);
		if (strncmp(word, "start:", 6) != 0)
			continue;
		rule = strchr(word, '=');
		rule = rule == NULL ? word + 6 : rule + 1;
		if (!rule_known(p, k, rule))
			return pack_data_bad(&f, s->line, "clock",
			    SAY_FLOW_NO_RULE, rule);
	}
	return MQ_OK;
}

static enum mq_status check_rules_known(struct pack *p, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t k, s;

	for (k = 0; k < p->nkinds; k++)
		for (s = 0; s < p->kinds[k].nsteps &&
		    pack_data_go(p, &rc); s++)
			rc = check_rules(p, &p->kinds[k],
			    &p->kinds[k].steps[s], err);
	return rc;
}

enum mq_status pack_flow_dues(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct due_rule d;
	enum mq_status rc;

	rc = pack_data_open(p, "due.csv",
	    "kind rule category grade value unit label", &f, err);
	while (pack_data_next(&f, &rc)) {
		d = (struct due_rule){ 0 };
		rc = read_due(&f, &d);
		if (rc != MQ_OK)
			continue;
		p->dues = xgrow(p->dues, &p->dues_cap, p->ndues + 1,
		    sizeof(p->dues[0]));
		p->dues[p->ndues++] = d;
	}
	pack_data_close(&f);
	return pack_data_go(p, &rc) ? check_rules_known(p, err) : rc;
}

/* ---- derive.csv ---- */

/* "to=from to=#constant to=@by": both sides are fields of their kinds. */
static enum mq_status check_map(struct pack_file *f,
    const struct derive_rule *d)
{
	const struct kind *from = pack_kind(f->p, d->from);
	const struct kind *to = pack_kind(f->p, d->to);
	const char *at = d->map, *w, *eq;
	char name[40];
	size_t len, n;

	while (pack_data_word(&at, &w, &len)) {
		eq = memchr(w, '=', len);
		n = eq == NULL ? 0 : (size_t)(eq - w);
		if (n == 0 || n >= sizeof(name) || n + 1 == len)
			return pack_data_bad(f, 0, "map", SAY_PACK_UNKNOWN,
			    d->map);
		memcpy(name, w, n);
		name[n] = '\0';
		if (kind_field(to, name) == NULL)
			return pack_data_bad(f, 0, "map", SAY_PACK_NO_FIELD,
			    name);
		if (eq[1] == '#' || eq[1] == '@')
			continue;
		n = len - n - 1;
		if (n >= sizeof(name))
			n = sizeof(name) - 1;
		memcpy(name, eq + 1, n);
		name[n] = '\0';
		if (kind_field(from, name) == NULL)
			return pack_data_bad(f, 0, "map", SAY_PACK_NO_FIELD,
			    name);
	}
	return MQ_OK;
}

enum mq_status pack_flow_derives(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct derive_rule d;
	enum mq_status rc;

	rc = pack_data_open(p, "derive.csv", "from if_field to map", &f, err);
	while (pack_data_next(&f, &rc)) {
		d.from = pack_data_get(&f, "from");
		d.step = pack_data_get(&f, "step");
		d.each = pack_data_get(&f, "each");
		d.if_field = pack_data_get(&f, "if_field");
		d.to = pack_data_get(&f, "to");
		d.map = pack_data_get(&f, "map");
		if (pack_kind(p, d.from) == NULL)
			rc = pack_data_bad(&f, 0, "from", SAY_PACK_NO_KIND,
			    d.from);
		else if (pack_kind(p, d.to) == NULL)
			rc = pack_data_bad(&f, 0, "to", SAY_PACK_NO_KIND,
			    d.to);
		else if (d.step[0] != '\0' &&
		    kind_step(pack_kind(p, d.from), d.step) == NULL)
			rc = pack_data_bad(&f, 0, "step", SAY_PACK_NO_STEP,
			    d.step);
		else if (d.each[0] != '\0' &&
		    kind_field(pack_kind(p, d.from), d.each) == NULL)
			rc = pack_data_bad(&f, 0, "each", SAY_PACK_NO_FIELD,
			    d.each);
		else if (d.if_field[0] != '\0' &&
		    kind_field(pack_kind(p, d.from), d.if_field) == NULL)
			rc = pack_data_bad(&f, 0, "if_field",
			    SAY_PACK_NO_FIELD, d.if_field);
		else
			rc = check_map(&f, &d);
		if (rc != MQ_OK)
			continue;
		p->derives = xgrow(p->derives, &p->derives_cap,
		    p->nderives + 1, sizeof(p->derives[0]));
		p->derives[p->nderives++] = d;
	}
	pack_data_close(&f);
	return rc;
}
