/*
 * How to mend a finding: the nearest word or name that may stand there, and
 * a sentence for each sort.  Called by pack_found.c.
 */
#include "pack_data.h"

#include "base/xmalloc.h"

#define WORD_MAX_HERE 64

/* ---- edit distance ---- */

/* Letters put in, left out, changed or swapped with the next. */
static int distance(const char *a, const char *b)
{
	int d[WORD_MAX_HERE][WORD_MAX_HERE];
	int n = (int)strlen(a), m = (int)strlen(b), i, j;

	if (n >= WORD_MAX_HERE || m >= WORD_MAX_HERE)
		return WORD_MAX_HERE;
	for (i = 0; i <= n; i++)
		d[i][0] = i;
	for (j = 0; j <= m; j++)
		d[0][j] = j;
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++) {
			int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[n][m];
}

struct near {
	const char *what;	/* one word of it */
	int best;
	char *out;
};

static void offer(struct near *n, const char *word)
{
	char bare[WORD_MAX_HERE];
	int d;

	if (word == NULL || word[0] == '\0')
		return;
	/* "start:" and "merge:NAME" are words with more behind them. */
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(word, ":"), word);
	word = strstr(word, "::") == NULL ? bare : word;
	d = distance(n->what, word);
	if (d < n->best) {
		n->best = d;
		xcopy(n->out, WORD_MAX_HERE, word);
	}
}

static void offer_words(struct near *n, const char *words)
{
	char one[WORD_MAX_HERE];
	const char *w;
	size_t len;

	while (pack_data_word(&words, &w, &len)) {
		snprintf(one, sizeof(one), "%.*s", (int)(len < 63 ? len : 63),
		    w);
		offer(n, one);
	}
}

/* ---- what may stand there ---- */

/* Columns with words of their own. */
static const struct { const char *file, *column, *words; } columns[] = {
	{ "calendar.csv", "kind", "holiday workday" },
	{ "kinds.csv", "facets",
#define FACET(name) " " #name
#include "facets/facets.def"
#undef FACET
	},
	{ "kinds.csv", "org_from", "@node @who @field:NAME" },
	{ "survey/", "class", "open working sealed" },
	{ "flow/", "row", "state step" },
	{ "flow/", "clock", "start: stop: pause: resume: extend: recount" },
	{ "flow/", "link", "merge:NAME unmerge" },
	{ "flow/", "propose", "@field:NAME -" },
	{ "flow/", "owner", "@org @parent @from @proposed @field:NAME" },
	{ "roles.csv", "action", "see open fix void note tap reveal export"
	    " vouch confidential step:NAME step:*" },
	{ "roles.csv", "scope", "own org subtree route all" },
	{ "due.csv", "unit", "minute hour workhour day workday" },
	{ "escalate.csv", "unit", "minute hour workhour day workday" },
	{ "boards.csv", "measure", "opened closed num" },
	{ "figures.csv", "measure", "count sum rate total" },
	{ "figures.csv", "at", "opened closed end" },
	{ "figures.csv", "unit", "minutes money" },
	{ "reports.csv", "period", "day week month quarter year" },
	{ "reports.csv", "by", "@record @field:NAME" },
};

static const char *column_words(const char *file, const char *column)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(columns); i++)
		if (strncmp(file, columns[i].file,
		    strlen(columns[i].file)) == 0 &&
		    strcmp(column, columns[i].column) == 0)
			return columns[i].words;
	return "";
}

/* The kind a file is about; NULL: any. */
static const struct kind *kind_of(const struct pack *p, const char *file)
{
	char name[40];
	const char *s = strchr(file, '/');

	if (s == NULL)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(s + 1, "./"),
	    s + 1);
	return pack_kind(p, name);
}

static void offer_fields(struct near *n, const struct kind *k)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		offer(n, k->fields[i].name);
	for (i = 0; i < k->nstep_fields; i++)
		offer(n, k->step_fields[i].name);
}

static void offer_of_kind(struct near *n, const struct kind *k, enum say why)
{
	size_t i;

	if (why == SAY_PACK_NO_FIELD)
		offer_fields(n, k);
	for (i = 0; why == SAY_PACK_NO_STATE && i < k->nstates; i++)
		offer(n, k->states[i].name);
	for (i = 0; why == SAY_PACK_NO_STEP && i < k->nsteps; i++)
		offer(n, k->steps[i].name);
}

static void offer_keys(struct near *n, const char *column)
{
	size_t i;

	if (strcmp(column, "key") == 0) {
#define PACK_KEY(key, what) offer(n, #key);
#include "pack_keys.def"
#undef PACK_KEY
#define FACET_KEY(facet, key, type, needed) offer(n, #key);
#include "facets/keys.def"
#undef FACET_KEY
	}
	if (strcmp(column, "type") == 0)
		for (i = 0; pack_form_type(i) != NULL; i++)
			offer(n, pack_form_type(i));
}

static void offer_names(struct near *n, const struct pack *p, enum say why)
{
	size_t i;

	for (i = 0; why == SAY_PACK_NO_KIND && i < p->nkinds; i++)
		offer(n, p->kinds[i].name);
	for (i = 0; why == SAY_PACK_NO_LIST && i < p->nlists; i++)
		offer(n, p->lists[i].name);
	for (i = 0; why == SAY_PACK_NO_ROLE && i < p->nroles; i++)
		offer(n, p->roles[i].name);
	for (i = 0; (why == SAY_PACK_NO_CLOCK || why == SAY_FLOW_NO_RULE) &&
	    i < p->ndues; i++)
		offer(n, p->dues[i].rule);
	for (i = 0; why == SAY_PACK_NO_REPORT && i < p->nreports; i++)
		offer(n, p->reports[i].name);
	for (i = 0; why == SAY_PACK_NO_ORG && i < p->orgs.n; i++)
		offer(n, p->orgs.v[i].code);
	for (i = 0; (why == SAY_PACK_LEVEL || why == SAY_PACK_PERSONS) &&
	    i < p->orgs.n; i++)
		offer(n, p->orgs.v[i].level);
	if (why == SAY_PACK_EXPR_FN) {
#define FORM_FN(name, least, most) offer(n, name);
#include "form_fn.def"
#undef FORM_FN
	}
}

static void offer_all(struct near *n, const struct pack *p, const char *file,
    const char *column, enum say why)
{
	const struct kind *k = kind_of(p, file);
	size_t i;

	offer_names(n, p, why);
	if (k != NULL)
		offer_of_kind(n, k, why);
	for (i = 0; k == NULL && i < p->nkinds; i++)
		offer_of_kind(n, &p->kinds[i], why);
	if (why != SAY_PACK_UNKNOWN && why != SAY_PACK_SCOPE &&
	    why != SAY_LINT_KEYWORD && why != SAY_PACK_NO_ORG)
		return;
	offer_words(n, column_words(file, column));
	offer_keys(n, column);
	for (i = 0; strcmp(column, "by") == 0 && i < p->orgs.n; i++)
		offer(n, p->orgs.v[i].level);
	for (i = 0; (strcmp(column, "value") == 0 ||
	    strcmp(column, "mark") == 0 || strcmp(column, "stamp") == 0) &&
	    i < p->nchoices; i++)
		offer(n, p->choices[i].name);
	for (i = 0; strcmp(column, "clock") == 0 && k != NULL &&
	    i < k->nstep_fields; i++)
		offer(n, k->step_fields[i].name);
}

/* The nearest of all that may stand there, by the words of what does. */
static bool nearest(const struct pack *p, const char *file,
    const char *column, enum say why, const char *what, char out[64])
{
	char word[WORD_MAX_HERE], one[WORD_MAX_HERE];
	struct near n = { word, 0, one };
	size_t len;
	int best = WORD_MAX_HERE;

	out[0] = '\0';
	for (; *what != '\0'; what += len + (what[len] != '\0')) {
		len = strcspn(what, " :=,;|");
		snprintf(word, sizeof(word), "%.*s",
		    (int)(len < 63 ? len : 63), what);
		if (strcmp(word, "@field") == 0 || word[0] == '\0')
			continue;
		n.best = 2 + (int)strlen(word) / 4;
		one[0] = '\0';
		offer_all(&n, p, file, column, why);
		if (n.best > 0 && one[0] != '\0' && n.best < best) {
			best = n.best;
			xcopy(out, WORD_MAX_HERE, one);
		}
	}
	return out[0] != '\0';
}

/* ---- remedies ---- */

static const struct { enum say why, fix; } remedies[] = {
	{ SAY_PACK_EMPTY, SAY_FIX_EMPTY },
	{ SAY_PACK_NUMBER, SAY_FIX_NUMBER },
	{ SAY_PACK_YES_NO, SAY_FIX_YES },
	{ SAY_PACK_NAME, SAY_FIX_NAME },
	{ SAY_PACK_TWICE, SAY_FIX_TWICE },
	{ SAY_PACK_NO_COLUMN, SAY_FIX_COLUMN },
	{ SAY_PACK_NO_FILE, SAY_FIX_FILE },
	{ SAY_PACK_NO_LIST, SAY_FIX_LIST },
	{ SAY_PACK_NO_FIELD, SAY_FIX_FIELD },
	{ SAY_PACK_NO_STATE, SAY_FIX_STATE },
	{ SAY_PACK_NO_STEP, SAY_FIX_STEP },
	{ SAY_PACK_NO_KIND, SAY_FIX_KIND },
	{ SAY_PACK_NO_ROLE, SAY_FIX_ROLE },
	{ SAY_PACK_NO_ORG, SAY_FIX_ORG },
	{ SAY_PACK_NO_CLOCK, SAY_FIX_CLOCK },
	{ SAY_FLOW_NO_RULE, SAY_FIX_RULE },
	{ SAY_PACK_ORG_ROOT, SAY_FIX_ROOT },
	{ SAY_PACK_SELF, SAY_FIX_ROOT },
	{ SAY_PACK_GROUP, SAY_FIX_GROUP },
	{ SAY_PACK_TYPE, SAY_FIX_TYPE },
	{ SAY_PACK_EXPR, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_FN, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_ARGS, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_BARE, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_HERE, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_PATH, SAY_FIX_EXPR },
	{ SAY_PACK_EXPR_COLUMN, SAY_FIX_FILTER },
	{ SAY_PACK_EXPR_CIRCLE, SAY_FIX_CIRCLE },
	{ SAY_PACK_EXPR_LONG, SAY_FIX_MANY },
	{ SAY_PACK_MANY, SAY_FIX_MANY },
	{ SAY_PACK_SCOPE, SAY_FIX_SCOPE },
	{ SAY_PACK_PERSONS, SAY_FIX_UNIT },
	{ SAY_PACK_LEVEL, SAY_FIX_LEVEL },
	{ SAY_PACK_FORBIDDEN, SAY_FIX_FORBIDDEN },
	{ SAY_PACK_COLUMN_REFUSED, SAY_FIX_FORBIDDEN },
	{ SAY_PACK_FACET, SAY_FIX_FACET },
	{ SAY_PACK_NOT_FACET, SAY_FIX_NOT_FACET },
	{ SAY_PACK_FACET_KEY, SAY_FIX_KEY },
	{ SAY_PACK_ROW, SAY_FIX_ROW },
	{ SAY_PACK_OF, SAY_FIX_OF },
	{ SAY_PACK_GIVE, SAY_FIX_KEY },
	{ SAY_PACK_SIDE, SAY_FIX_SEE },
	{ SAY_PACK_PERIOD, SAY_FIX_PERIOD },
	{ SAY_PACK_HOURS, SAY_FIX_HOURS },
	{ SAY_PACK_RECORD, SAY_FIX_RECORD },
	{ SAY_PACK_SCORE, SAY_FIX_SEE },
	{ SAY_PACK_SCORE_UNIT, SAY_FIX_SEE },
	{ SAY_PACK_NO_STATES, SAY_FIX_STATES },
	{ SAY_PACK_NO_REPORT, SAY_FIX_REPORT },
	{ SAY_PACK_NO_FIGURE, SAY_FIX_FIGURE },
	{ SAY_PACK_RATE, SAY_FIX_RATE },
	{ SAY_PACK_WHERE, SAY_FIX_WHERE },
	{ SAY_CAL_DATE, SAY_FIX_CALENDAR },
	{ SAY_PACK_UTF8, SAY_FIX_SAVE_UTF8 },
	{ SAY_PACK_CSV, SAY_FIX_CSV },
	{ SAY_PACK_FORMULA, SAY_FIX_FORMULA },
	{ SAY_PACK_POWER, SAY_FIX_TEXT },
	{ SAY_PACK_DATED, SAY_FIX_TEXT },
	{ SAY_PACK_BLANKS, SAY_FIX_BLANKS },
	{ SAY_PACK_WIDE, SAY_FIX_WIDE },
	{ SAY_PACK_QUOTES, SAY_FIX_QUOTES },
	{ SAY_PACK_ZEROS, SAY_FIX_ZEROS },
	{ SAY_LINT_OPEN, SAY_FIX_ROLES_OPEN },
	{ SAY_LINT_SEE, SAY_FIX_ROLES_OPEN },
	{ SAY_LINT_STEP, SAY_FIX_ROLES_STEP },
	{ SAY_LINT_DUTY, SAY_FIX_ROLES_DUTY },
	{ SAY_LINT_PERSON, SAY_FIX_FORBIDDEN },
	{ SAY_LINT_REACH, SAY_FIX_REACH },
	{ SAY_LINT_LEAVE, SAY_FIX_LEAVE },
	{ SAY_LINT_FIRST, SAY_FIX_STATES },
	{ SAY_LINT_KEY, SAY_FIX_ANOTHER },
	{ SAY_LINT_LETTER, SAY_FIX_ANOTHER },
	{ SAY_LINT_DIGIT, SAY_FIX_ANOTHER },
	{ SAY_LINT_RULE, SAY_FIX_UNUSED },
	{ SAY_LINT_LIST, SAY_FIX_UNUSED },
	{ SAY_LINT_FIELD, SAY_FIX_UNUSED },
	{ SAY_LINT_FILE, SAY_FIX_UNUSED },
	{ SAY_LINT_WIDTH, SAY_FIX_SHORT },
	{ SAY_LINT_ENGLISH, SAY_FIX_ENGLISH },
	{ SAY_LINT_KEEP, SAY_FIX_KEEP },
	{ SAY_LINT_VOUCH, SAY_FIX_VOUCH },
	{ SAY_LINT_PHONE, SAY_FIX_EMPTY },
	{ SAY_LINT_KEYWORD, SAY_FIX_FORBIDDEN },
};

void pack_near_remedy(const struct pack *p, enum lang lang, const char *file,
    const char *column, enum say why, const char *what, struct buf *out)
{
	const char *words = column_words(file, column);
	char near[WORD_MAX_HERE];
	size_t i;

	if (p != NULL && nearest(p, file, column, why, what, near))
		say_fill(out, lang, SAY_FIX_NEAR, near, NULL);
	if (why == SAY_PACK_UNKNOWN && words[0] != '\0') {
		if (out->len > 0 && lang == LANG_EN)
			buf_addc(out, ' ');
		say_fill(out, lang, SAY_FIX_WORDS, words +
		    strspn(words, " "), NULL);
	}
	for (i = 0; i < ARRAY_LEN(remedies); i++) {
		if (remedies[i].why != why)
			continue;
		if (out->len > 0 && lang == LANG_EN)
			buf_addc(out, ' ');
		say_fill(out, lang, remedies[i].fix, why == SAY_PACK_EMPTY ||
		    why == SAY_PACK_NO_COLUMN || why == SAY_LINT_PHONE ?
		    column : what, NULL);
		return;
	}
	/* Words that say by themselves what to write. */
	if (out->len == 0)
		say_fill(out, lang, SAY_FIX_ASK, NULL, NULL);
}
