/*
 * The list of findings, and the whole check.  Called by minqing-admin; filled
 * by the loaders of pack files, pack_cells.c and pack_lint.c.
 */
#include "pack_found.h"

#include <assert.h>
#include <strings.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "pack_data.h"

#define NAME_MAX_HERE 64
#define BROKEN_MAX 400

struct pack_found {
	struct pack_finding *v;
	size_t n, cap, errors, warnings;
	char broken[BROKEN_MAX][NAME_MAX_HERE];
	size_t nbroken;
	bool no_lists, no_kinds, no_orgs, no_rules, no_steps, no_roles,
	    no_reports, told_less;
};

/* What hangs on a file that could not be read is not refused as well. */
void pack_found_unread(struct pack_found *x, const char *file)
{
	x->no_lists |= strcmp(file, "choices.csv") == 0;
	x->no_kinds |= strcmp(file, "kinds.csv") == 0;
	x->no_orgs |= strcmp(file, "orgs.csv") == 0;
	x->no_rules |= strcmp(file, "due.csv") == 0;
	x->no_roles |= strcmp(file, "roles.csv") == 0;
	x->no_reports |= strcmp(file, "reports.csv") == 0;
	x->no_steps |= strncmp(file, "flow/", 5) == 0;
}

static bool follows_file(const struct pack_found *x, const char *file,
    enum say why)
{
	switch (why) {
	case SAY_PACK_UNKNOWN:
		return x->no_lists && (strncmp(file, "flow/", 5) == 0 ||
		    strcmp(file, "recur.csv") == 0);
	case SAY_PACK_FACET:
	case SAY_PACK_NO_LIST:
	case SAY_PACK_EXPR_COLUMN:
		return x->no_lists;
	case SAY_PACK_NO_KIND:
		return x->no_kinds;
	case SAY_PACK_NO_ORG:
	case SAY_PACK_LEVEL:
	case SAY_PACK_PERSONS:
		return x->no_orgs;
	case SAY_FLOW_NO_RULE:
		return x->no_rules;
	case SAY_PACK_NO_ROLE:
		return x->no_roles;
	case SAY_PACK_NO_REPORT:
		return x->no_reports;
	case SAY_PACK_NO_STEP:
	case SAY_PACK_NO_STATE:
	case SAY_PACK_NO_CLOCK:
		return x->no_steps || x->no_rules;
	default:
		return false;
	}
}

static bool asks_for_name(enum say why)
{
	static const enum say all[] = { SAY_PACK_NO_LIST, SAY_PACK_NO_FIELD,
	    SAY_PACK_NO_STATE, SAY_PACK_NO_STEP, SAY_PACK_NO_KIND,
	    SAY_PACK_NO_ROLE, SAY_PACK_NO_ORG, SAY_PACK_NO_REPORT,
	    SAY_PACK_NO_CLOCK, SAY_FLOW_NO_RULE, SAY_PACK_UNKNOWN,
	    SAY_PACK_NO_FIGURE, SAY_PACK_LEVEL, SAY_PACK_NO_FILE };
	size_t i;

	for (i = 0; i < ARRAY_LEN(all); i++)
		if (all[i] == why)
			return true;
	return false;
}

/* Does it only ask for what an earlier row would have given? */
static bool follows(const struct pack_found *x, const char *file,
    enum say why, const char *what)
{
	const char *w;
	size_t i, len;

	if (follows_file(x, file, why))
		return true;
	for (i = 0; why == SAY_PACK_GROUP && i < x->n; i++)
		if (strcmp(x->v[i].file, file) == 0 &&
		    strcmp(x->v[i].column, "type") == 0)
			return true;
	/* A refused row of facets.csv has told nothing. */
	if (x->told_less && (why == SAY_PACK_FACET_KEY ||
	    why == SAY_PACK_OF || why == SAY_PACK_GIVE ||
	    why == SAY_PACK_SIDE || why == SAY_PACK_SCORE ||
	    (why == SAY_PACK_NOT_FACET && strcmp(file, "facets.csv") != 0)))
		return true;
	while (asks_for_name(why) && pack_data_word(&what, &w, &len))
		for (i = 0; i < x->nbroken; i++)
			if (strlen(x->broken[i]) == strcspn(w, " =") &&
			    strncasecmp(w, x->broken[i],
			    strlen(x->broken[i])) == 0)
				return true;
	return false;
}

void pack_found_broken(struct pack_found *x, const struct csv *row)
{
	/* Whose column gives names; forms, flows and lists have "name". */
	static const struct { const char *file, *column; } all[] = {
		{ "kinds.csv", "kind" }, { "due.csv", "rule" },
		{ "orgs.csv", "code" }, { "roles.csv", "role" },
		{ "reports.csv", "report" }, { "figures.csv", "figure" },
		{ "choices.csv", "list" }, { "choices.csv", "list_name" },
		{ "", "name" },
	};
	size_t i;

	x->told_less |= strcmp(csv_name(row), "facets.csv") == 0;
	for (i = 0; i < ARRAY_LEN(all); i++) {
		const char *s = csv_get(row, all[i].column);

		if ((all[i].file[0] == '\0' ||
		    strcmp(csv_name(row), all[i].file) == 0) &&
		    s[0] != '\0' && x->nbroken < BROKEN_MAX)
			xcopy(x->broken[x->nbroken++], NAME_MAX_HERE, s);
	}
}

bool pack_found_in(const struct pack_found *x, const char *file)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (!x->v[i].warning && strcmp(x->v[i].file, file) == 0)
			return true;
	return false;
}

/* ---- adding ---- */

/* One finding a cell is enough: the first is the cause. */
static bool have(const struct pack_found *x, const char *file, int line,
    const char *column, const char *words)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (x->v[i].line == line &&
		    strcmp(x->v[i].file, file) == 0 &&
		    strcmp(x->v[i].column, column) == 0 &&
		    ((line > 1 && column[0] != '\0') ||
		    strcmp(x->v[i].words[0], words) == 0))
			return true;
	return false;
}

static void put(struct pack_found *x, bool warning, const char *file,
    int line, const char *column, const char *const words[2],
    const char *const remedy[2])
{
	struct pack_finding *f;
	int l;

	if (have(x, file, line, column, words[0]))
		return;
	*(warning ? &x->warnings : &x->errors) += 1;
	if (x->n == PACK_FOUND_MAX)
		return;
	x->v = xgrow(x->v, &x->cap, x->n + 1, sizeof(*x->v));
	f = &x->v[x->n++];
	*f = (struct pack_finding){ .warning = warning, .line = line };
	f->file = xstrdup(file);
	f->column = xstrdup(column);
	for (l = 0; l < 2; l++) {
		f->words[l] = xstrdup(words[l]);
		f->remedy[l] = xstrdup(remedy[l]);
	}
}

void pack_found_add(struct pack_found *x, const struct pack *p, bool warning,
    const char *file, int line, const char *column, enum say why,
    const char *what)
{
	struct buf words[2] = { BUF_INIT(BUF_SMALL), BUF_INIT(BUF_SMALL) };
	struct buf fix[2] = { BUF_INIT(BUF_SMALL), BUF_INIT(BUF_SMALL) };
	struct buf clean = BUF_INIT(BUF_SMALL);
	int l;

	if (follows(x, file, why, what))
		return;
	text_sanitize(what, strlen(what), TEXT_ONE_LINE, &clean);
	for (l = 0; l < 2; l++) {
		say_fill(&words[l], (enum lang)l, why, buf_str(&clean),
		    buf_str(&clean));
		pack_near_remedy(p, (enum lang)l, file, column, why,
		    buf_str(&clean), &fix[l]);
	}
	put(x, warning, file, line, column,
	    (const char *const[2]){ buf_str(&words[0]), buf_str(&words[1]) },
	    (const char *const[2]){ buf_str(&fix[0]), buf_str(&fix[1]) });
	for (l = 0; l < 2; l++) {
		buf_free(&words[l]);
		buf_free(&fix[l]);
	}
	buf_free(&clean);
}

void pack_found_words(struct pack_found *x, const char *file, int line,
    const char *column, const char *const words[2])
{
	struct buf fix[2] = { BUF_INIT(BUF_SMALL), BUF_INIT(BUF_SMALL) };
	int l;

	/* The tree of units was looked at row by row before. */
	if (strcmp(file, "orgs.csv") == 0 && pack_found_in(x, file))
		return;
	for (l = 0; l < 2; l++)
		pack_near_remedy(NULL, (enum lang)l, file, column,
		    strcmp(file, "calendar.csv") == 0 ? SAY_CAL_DATE :
		    strcmp(file, "orgs.csv") == 0 ? SAY_PACK_ORG_ROOT :
		    SAY_PACK_HOURS, "", &fix[l]);
	put(x, false, file, line, column, words,
	    (const char *const[2]){ buf_str(&fix[0]), buf_str(&fix[1]) });
	buf_free(&fix[0]);
	buf_free(&fix[1]);
}

/* ---- the whole check ---- */

static int cmp_finding(const void *a, const void *b)
{
	const struct pack_finding *x = a, *y = b;
	int c = x->warning - y->warning;

	if (c == 0)
		c = strcmp(x->file, y->file);
	if (c == 0)
		c = (x->line > y->line) - (x->line < y->line);
	return c != 0 ? c : strcmp(x->column, y->column);
}

enum mq_status pack_found_check(struct env *env, const char *dir,
    struct pack_found **out, struct err *err)
{
	struct pack_found *x = xcalloc(1, sizeof(*x));
	struct pack *p = NULL;
	enum mq_status rc;

	pack_cells_check(env, dir, x);
	rc = pack_load_found(env, dir, x, &p, err);
	if (rc == MQ_OK) {
		assert(p != NULL);
		pack_lint_check(p, x);
	}
	pack_free(&p);
	if (x->n > 0)
		qsort(x->v, x->n, sizeof(*x->v), cmp_finding);
	if (rc != MQ_OK)
		pack_found_free(&x);
	*out = x;
	return rc;
}

void pack_found_free(struct pack_found **xp)
{
	struct pack_found *x = *xp;
	size_t i;
	int l;

	if (x == NULL)
		return;
	for (i = 0; i < x->n; i++) {
		free((void *)x->v[i].file);
		free((void *)x->v[i].column);
		for (l = 0; l < 2; l++) {
			free((void *)x->v[i].words[l]);
			free((void *)x->v[i].remedy[l]);
		}
	}
	free(x->v);
	FREE(*xp);
}

size_t pack_found_count(const struct pack_found *x)
{
	return x->n;
}

const struct pack_finding *pack_found_at(const struct pack_found *x, size_t i)
{
	return i < x->n ? &x->v[i] : NULL;
}

size_t pack_found_errors(const struct pack_found *x)
{
	return x->errors;
}

size_t pack_found_warnings(const struct pack_found *x)
{
	return x->warnings;
}
