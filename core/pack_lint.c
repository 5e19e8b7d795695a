/*
 * What loads but would let somebody down at a desk: kinds nobody may enter,
 * states without a way out, steps without a role, words that do not fit.
 * Called by pack_found.c with whatever could be loaded.
 */
#include "pack_data.h"

#include "base/text.h"
#include "base/xmalloc.h"
#include "flow.h"

/* Columns left for a label where a screen has forty (design, terminal). */
#define LABEL_CELLS 30
#define STEP_CELLS 20

struct lint {
	const struct pack *p;
	struct pack_found *found;
	char file[80];
};

static void warn(struct lint *l, const char *file, int line,
    const char *column, enum say why, const char *what)
{
	pack_found_add(l->found, l->p, true, file, line, column, why, what);
}

static void wrong(struct lint *l, const char *file, int line,
    const char *column, enum say why, const char *what)
{
	pack_found_add(l->found, l->p, false, file, line, column, why, what);
}

/* ---- who may ---- */

/* Has a role other than `duty` (or just that one) the right? */
static bool may(const struct pack *p, const char *kind, const char *action,
    bool duty)
{
	bool step = strncmp(action, "step:", 5) == 0;
	size_t i;

	for (i = 0; i < p->nrows; i++) {
		const struct role_row *r = &p->rows[i];

		if ((strcmp(r->role, "duty") == 0) == duty &&
		    (strcmp(r->kind, "*") == 0 ||
		    strcmp(r->kind, kind) == 0) &&
		    (strcmp(r->action, action) == 0 ||
		    strcmp(r->action, "*") == 0 ||
		    (step && strcmp(r->action, "step:*") == 0)))
			return true;
	}
	return false;
}

static bool derived(const struct pack *p, const char *kind)
{
	size_t i;

	for (i = 0; i < p->nderives; i++)
		if (strcmp(p->derives[i].to, kind) == 0)
			return true;
	return false;
}

static void check_rights(struct lint *l, const struct kind *k)
{
	if (!may(l->p, k->name, "open", false) &&
	    !may(l->p, k->name, "open", true) && !derived(l->p, k->name))
		wrong(l, "kinds.csv", k->line, "kind", SAY_LINT_OPEN, k->name);
	if (!may(l->p, k->name, "see", false))
		warn(l, "kinds.csv", k->line, "kind", SAY_LINT_SEE, k->name);
}

/* ---- states and steps ---- */

/* Do hours, fund, slot or match take this step by themselves? */
static bool facet_takes(const struct pack *p, const struct kind *k,
    const char *step)
{
	size_t i;

	if (kind_has_facet(k, "hours"))
		return true;
	for (i = 0; i < p->nfacets; i++)
		if (strcmp(p->facets[i].kind, k->name) == 0 &&
		    strcmp(p->facets[i].value, step) == 0)
			return true;
	return false;
}

static bool leads_to(const struct flow_step *s, const char *state)
{
	return strcmp(s->to, state) == 0;
}

/* A step named open, and hours, may begin or end in other states. */
static bool reached(const struct kind *k, const char *state)
{
	size_t i;

	if (kind_has_facet(k, "hours"))
		return true;
	for (i = 0; i < k->nsteps; i++)
		if (leads_to(&k->steps[i], state))
			return true;
	return false;
}

static bool left(const struct kind *k, const char *state)
{
	size_t i;

	if (kind_has_facet(k, "hours"))
		return true;
	for (i = 0; i < k->nsteps; i++)
		if (kind_step_from(&k->steps[i], state) &&
		    k->steps[i].to[0] != '\0' && !leads_to(&k->steps[i],
		    state))
			return true;
	return false;
}

static void check_states(struct lint *l, const struct kind *k)
{
	size_t i;

	for (i = 0; i < k->nstates; i++) {
		const struct flow_state *s = &k->states[i];

		if (i > 0 && !reached(k, s->name))
			warn(l, l->file, s->line, "name", SAY_LINT_REACH,
			    s->name);
		if (!s->closed && !left(k, s->name) && k->nstates > 1)
			warn(l, l->file, s->line, "closed", SAY_LINT_LEAVE,
			    s->name);
		if (i == 0 && s->closed && k->nsteps > 1)
			warn(l, l->file, s->line, "closed", SAY_LINT_FIRST,
			    s->name);
	}
}

static bool meet(const struct kind *k, const struct flow_step *a,
    const struct flow_step *b)
{
	size_t i;

	for (i = 0; i < k->nstates; i++)
		if (kind_step_from(a, k->states[i].name) &&
		    kind_step_from(b, k->states[i].name))
			return true;
	return false;
}

static void check_keys(struct lint *l, const struct kind *k, size_t at)
{
	const struct flow_step *s = &k->steps[at];
	size_t i;

	if (s->key[0] == '\0')
		return;
	if (s->key[0] < 'a' || s->key[0] > 'z' || s->key[1] != '\0') {
		wrong(l, l->file, s->line, "key", SAY_LINT_LETTER, s->key);
		return;
	}
	for (i = 0; i < at; i++)
		if (strcmp(k->steps[i].key, s->key) == 0 &&
		    meet(k, &k->steps[i], s))
			wrong(l, l->file, s->line, "key", SAY_LINT_KEY,
			    s->key);
}

static void check_step(struct lint *l, const struct kind *k, size_t at)
{
	const struct flow_step *s = &k->steps[at];
	char action[60];

	check_keys(l, k, at);
	if (strcmp(s->name, "open") == 0)
		return;
	snprintf(action, sizeof(action), "step:%s", s->name);
	if (s->duty && !may(l->p, k->name, action, true))
		wrong(l, l->file, s->line, "duty", SAY_LINT_DUTY, s->name);
	else if (!s->duty && !may(l->p, k->name, action, false) &&
	    !may(l->p, k->name, action, true) &&
	    !facet_takes(l->p, k, s->name))
		wrong(l, l->file, s->line, "name", SAY_LINT_STEP, s->name);
}

/* Fields that no step asks, no derived record brings and no facet knows. */
static bool field_used(const struct kind *k, const struct field *fd)
{
	char asked[60];
	size_t i;

	snprintf(asked, sizeof(asked), "%s!", fd->name);
	for (i = 0; i < k->nsteps; i++)
		if (pack_data_has_word(k->steps[i].fields, fd->name) ||
		    pack_data_has_word(k->steps[i].fields, asked))
			return true;
	return fd->calculation[0] != '\0' || fd->type == FT_NOTE ||
	    fd->type == FT_BEGIN_GROUP || fd->type == FT_END_GROUP;
}

/* ---- words ---- */

static void check_width(struct lint *l, const char *file, int line,
    const char *column, const char *s, int cells)
{
	if (text_cells(s) > cells)
		warn(l, file, line, column, SAY_LINT_WIDTH, s);
}

static bool is_chinese(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0xe0)
			return true;
	return false;
}

struct english { int n, line; const char *column; };

static void count_english(struct english *e, const char *const words[2],
    int line, const char *column)
{
	if (strcmp(words[0], words[1]) != 0 || !is_chinese(words[0]))
		return;
	if (e->n++ == 0) {
		e->line = line;
		e->column = column;
	}
}

static void say_english(struct lint *l, const char *file,
    const struct english *e)
{
	char n[24];

	snprintf(n, sizeof(n), "%d", e->n);
	if (e->n > 0)
		warn(l, file, e->line, e->column, SAY_LINT_ENGLISH, n);
}

static void check_form(struct lint *l, const struct kind *k, bool step)
{
	const struct field *v = step ? k->step_fields : k->fields;
	size_t n = step ? k->nstep_fields : k->nfields, i;
	struct english e = { 0, 0, "" };

	(void)pack_form_file(l->p, k, step, l->file, sizeof(l->file));
	for (i = 0; i < n; i++) {
		const struct field *fd = &v[i];

		count_english(&e, fd->label, fd->line, "label::en");
		if (fd->type != FT_NOTE)
			check_width(l, l->file, fd->line, "label",
			    fd->label[0], LABEL_CELLS);
		if (step && k->nsteps > 0 && !field_used(k, fd) &&
		    !kind_has_facet(k, "hours") && !facet_takes(l->p, k,
		    fd->name) && !kind_has_facet(k, "volunteer"))
			warn(l, l->file, fd->line, "name", SAY_LINT_FIELD,
			    fd->name);
	}
	say_english(l, l->file, &e);
}

static void check_flow(struct lint *l, const struct kind *k)
{
	struct english e = { 0, 0, "" };
	size_t i;

	snprintf(l->file, sizeof(l->file), "flow/%s.csv", k->name);
	check_states(l, k);
	for (i = 0; i < k->nstates; i++)
		count_english(&e, k->states[i].label, k->states[i].line,
		    "label::en");
	for (i = 0; i < k->nsteps; i++) {
		check_step(l, k, i);
		check_width(l, l->file, k->steps[i].line, "label",
		    k->steps[i].label[0], STEP_CELLS);
		count_english(&e, k->steps[i].label, k->steps[i].line,
		    "label::en");
	}
	say_english(l, l->file, &e);
}

/* ---- tables ---- */

static void check_kinds(struct lint *l)
{
	struct english e = { 0, 0, "" };
	size_t i, j;

	for (i = 0; i < l->p->nkinds; i++) {
		const struct kind *k = &l->p->kinds[i];
		bool kept = k->register_;

		count_english(&e, k->label, k->line, "label::en");
		check_rights(l, k);
		check_form(l, k, false);
		check_form(l, k, true);
		if (k->nstates > 0)
			check_flow(l, k);
		for (j = 0; j < l->p->nkeeps; j++)
			kept |= strcmp(l->p->keeps[j].kind, k->name) == 0;
		if (!kept)
			warn(l, "retention.csv", 0, "kind", SAY_LINT_KEEP,
			    k->name);
	}
	say_english(l, "kinds.csv", &e);
}

static bool list_used(const struct pack *p, const char *list)
{
	char more[120];
	size_t i, j;

	snprintf(more, sizeof(more), "%s+other", list);
	for (i = 0; i < p->nkinds; i++) {
		const struct kind *k = &p->kinds[i];

		for (j = 0; j < k->nfields + k->nstep_fields; j++) {
			const struct field *fd = j < k->nfields ?
			    &k->fields[j] : &k->step_fields[j - k->nfields];

			if (strcmp(fd->list, list) == 0 ||
			    strcmp(fd->list, more) == 0)
				return true;
		}
	}
	for (i = 0; i < p->nfacets; i++)
		if (strcmp(p->facets[i].value, list) == 0)
			return true;
	return strcmp(list, FLOW_STAMPS) == 0;
}

static void check_lists(struct lint *l)
{
	struct english e = { 0, 0, "" };
	size_t i, j;

	for (i = 0; i < l->p->nlists; i++) {
		const struct pack_list *x = &l->p->lists[i];
		const struct choice *v = l->p->choices + x->first;

		if (strpbrk(x->name, "@/:+") != NULL)
			continue;
		if (!list_used(l->p, x->name))
			warn(l, "choices.csv", v[0].line, "list",
			    SAY_LINT_LIST, x->name);
		for (j = 0; j < x->n; j++) {
			count_english(&e, v[j].label, v[j].line, "label::en");
			check_width(l, "choices.csv", v[j].line, "label",
			    v[j].label[0], LABEL_CELLS);
		}
	}
	say_english(l, "choices.csv", &e);
}

static bool rule_started(const struct pack *p, const struct due_rule *d)
{
	const struct kind *k = pack_kind(p, d->kind);
	char plain[80], other[80];
	const char *at, *w;
	size_t i, len;

	snprintf(plain, sizeof(plain), "start:%s", d->rule);
	snprintf(other, sizeof(other), "=%s", d->rule);
	for (i = 0; k != NULL && i < k->nsteps; i++) {
		at = k->steps[i].clock;
		while (pack_data_word(&at, &w, &len))
			if ((len == strlen(plain) &&
			    memcmp(w, plain, len) == 0) ||
			    (len > strlen(other) && memcmp(w + len -
			    strlen(other), other, strlen(other)) == 0))
				return true;
	}
	return false;
}

static void check_settings(struct lint *l)
{
	static const char *const known[] = {
#define PACK_KEY(key, what) #key,
#include "pack_keys.def"
#undef PACK_KEY
	};
	size_t i, j;

	for (i = 0; i < l->p->npairs; i++) {
		for (j = 0; j < ARRAY_LEN(known); j++)
			if (strcmp(known[j], l->p->pairs[i].key) == 0)
				break;
		if (j == ARRAY_LEN(known))
			warn(l, "pack.csv", l->p->pairs[i].line, "key",
			    SAY_LINT_KEYWORD, l->p->pairs[i].key);
	}
}

static bool is_level(const struct pack *p, const char *level)
{
	size_t i;

	for (i = 0; i < p->orgs.n; i++)
		if (strcmp(p->orgs.v[i].level, level) == 0)
			return true;
	return false;
}

static bool setting_fits(const struct pack *p, const char *what,
    const char *word, enum say *why)
{
	char *end;

	if (strcmp(what, "ROLES") == 0) {
		*why = SAY_PACK_NO_ROLE;
		return pack_role(p, word) != NULL;
	}
	if (strcmp(what, "KINDS") == 0) {
		*why = SAY_PACK_NO_KIND;
		return pack_kind(p, word) != NULL;
	}
	if (strcmp(what, "LEVEL") == 0) {
		*why = SAY_PACK_LEVEL;
		return is_level(p, word);
	}
	*why = SAY_PACK_NUMBER;
	return strcmp(what, "NUMBER") != 0 || (strtoll(word, &end, 10) >= 0 &&
	    *end == '\0');
}

static void check_values(struct lint *l)
{
	static const struct { const char *key, *what; } keys[] = {
#define PACK_KEY(key, what) { #key, #what },
#include "pack_keys.def"
#undef PACK_KEY
	};
	char one[64];
	const char *at, *w;
	size_t i, j, len;
	enum say why;

	for (i = 0; i < l->p->npairs; i++) {
		for (j = 0; j < ARRAY_LEN(keys); j++)
			if (strcmp(keys[j].key, l->p->pairs[i].key) == 0)
				break;
		at = l->p->pairs[i].value;
		while (j < ARRAY_LEN(keys) && pack_data_word(&at, &w, &len)) {
			snprintf(one, sizeof(one), "%.*s",
			    (int)(len < 63 ? len : 63), w);
			if (!setting_fits(l->p, keys[j].what, one, &why))
				wrong(l, "pack.csv", l->p->pairs[i].line,
				    "value", why, one);
		}
	}
}

static void check_digits(struct lint *l)
{
	const struct pack *p = l->p;
	char digit[8];
	size_t i, j;

	for (i = 0; i < p->nphrases; i++)
		for (j = 0; j < i; j++)
			if (p->phrases[i].digit == p->phrases[j].digit &&
			    strcmp(p->phrases[i].kind,
			    p->phrases[j].kind) == 0 &&
			    strcmp(p->phrases[i].field,
			    p->phrases[j].field) == 0) {
				snprintf(digit, sizeof(digit), "%d",
				    p->phrases[i].digit);
				wrong(l, "phrases.csv", p->phrases[i].line,
				    "digit", SAY_LINT_DIGIT, digit);
			}
}

void pack_lint_check(const struct pack *p, struct pack_found *found)
{
	struct lint l = { p, found, "" };
	size_t i;

	check_settings(&l);
	check_values(&l);
	check_kinds(&l);
	check_lists(&l);
	check_digits(&l);
	for (i = 0; i < p->ndues; i++)
		if (!rule_started(p, &p->dues[i]))
			warn(&l, "due.csv", p->dues[i].line, "rule",
			    SAY_LINT_RULE, p->dues[i].rule);
	if (p->nroles > 0 && !may(p, "vouch", "vouch", false))
		warn(&l, "roles.csv", 0, "action", SAY_LINT_VOUCH, "");
}
