/*
 * The command line: options, the person, the table of verbs.
 */
#include "cli.h"

#include <assert.h>
#include <getopt.h>

#include "../core/audit.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/roster.h"
#include "cli_verbs.h"
#include "words.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000

struct verb {
	const char *name;
	enum mq_status (*run)(struct cli *c);
	bool person, writes;
	const char *usage[2], *help[2];
};

static const struct verb verbs[] = {
#define VERB(name, fn, person, writes, zu, eu, zh, en) \
	{ name, fn, person, writes, { zu, eu }, { zh, en } },
#include "verbs.def"
};

enum { OPT_DATA = 256, OPT_BY, OPT_JSON, OPT_STATE, OPT_SORT, OPT_FIND,
	OPT_WHY, OPT_LIMIT, OPT_DAY, OPT_UNIT, OPT_CSV, OPT_DRY, OPT_KEY,
	OPT_YES, OPT_MAP, OPT_OUT, OPT_ERRORS, OPT_LAYOUT, OPT_FROM, OPT_TO,
	OPT_REVEAL };

static const struct option options[] = {
	{ "data", required_argument, NULL, OPT_DATA },
	{ "by", required_argument, NULL, OPT_BY },
	{ "as", required_argument, NULL, OPT_BY },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "find", required_argument, NULL, OPT_FIND },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "dry-run", no_argument, NULL, OPT_DRY },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "day", required_argument, NULL, OPT_DAY },
	{ "unit", required_argument, NULL, OPT_UNIT },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "map", required_argument, NULL, OPT_MAP },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "errors", required_argument, NULL, OPT_ERRORS },
	{ "layout", required_argument, NULL, OPT_LAYOUT },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "reveal", no_argument, NULL, OPT_REVEAL },
	{ NULL, 0, NULL, 0 }
};

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* The first word that is neither an option nor an option's value. */
bool cli_has_verb(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0)
			return find_verb(argv[i]) != NULL;
		if (strcmp(argv[i], "--data") == 0 ||
		    strcmp(argv[i], "--by") == 0 ||
		    strcmp(argv[i], "--as") == 0 ||
		    strcmp(argv[i], "--theme") == 0)
			i++;
	}
	return false;
}

void cli_help(enum lang lang)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(verbs); i++)
		printf("  %-9s %s\n            %s\n", verbs[i].name,
		    verbs[i].usage[lang], verbs[i].help[lang]);
}

void cli_line(const char *text)
{
	struct buf b = BUF_INIT(BUF_LARGE);

	text_sanitize(text, strlen(text), TEXT_ONE_LINE, &b);
	printf("%s\n", buf_str(&b));
	buf_free(&b);
}

void cli_json(struct buf *b)
{
	fwrite(buf_str(b), 1, b->len, stdout);
	putchar('\n');
	buf_reset(b);
}

void cli_complain(struct cli *c, const struct err *err)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;
	char part[3][600];
	int i;

	for (i = 0; i < 3; i++)
		err_say_part(err, (enum err_part)i, c->lang, part[i],
		    sizeof(part[i]));
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kstr(&j, "do", part[ERR_DO]);
		jout_kstr(&j, "error", err_name(err->code));
		jout_kstr(&j, "kept", part[ERR_KEPT]);
		jout_kstr(&j, "what", part[ERR_WHAT]);
		jout_obj_end(&j);
		fprintf(stderr, "%s\n", buf_str(&b));
	} else {
		fprintf(stderr, "%s\n%s\n%s\n", part[ERR_WHAT],
		    part[ERR_KEPT], part[ERR_DO]);
	}
	buf_free(&b);
}

enum mq_status cli_record(struct cli *c, const char *text, int64_t *rec)
{
	struct ref r;

	if (ref_parse(text, strlen(text), &r)) {
		*rec = ref_rec(r);
		return MQ_OK;
	}
	return record_by_no(c->n, text, rec, &c->err);
}

/* Who acts: a number of this site's roster.  Whoever may read the node's key
 * file is trusted to name it; no PIN is asked of a script. */
enum mq_status cli_person(struct cli *c)
{
	const char *by = c->by;
	const struct roster_person *p;
	int i;

	if (!by)
		by = getenv("MINQING_BY");
	if (!by || !*by)
		return err_set(&c->err, MQ_E_USAGE, "--by");
	p = c->n->roster ? roster_find(c->n->roster, by) : NULL;
	if (!p || p->left)
		return err_set(&c->err, MQ_E_LOGIN_UNKNOWN, "%s", by);
	xcopy(c->who.by, sizeof(c->who.by), p->number);
	xcopy(c->who.name, sizeof(c->who.name), p->name);
	c->who.nposts = p->nposts;
	for (i = 0; i < p->nposts; i++) {
		xcopy(c->who.posts[i].role, sizeof(c->who.posts[i].role),
		    p->posts[i].role);
		xcopy(c->who.posts[i].org, sizeof(c->who.posts[i].org),
		    p->posts[i].org);
	}
	return MQ_OK;
}

static bool take_limit(struct cli *c, const char *text)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*end || v < 1 || v > LIMIT_MAX)
		return false;
	c->limit = (int)v;
	c->limited = true;
	return true;
}

/* Options that are kept as they are written. */
static const struct { int opt; size_t at; } kept[] = {
	{ OPT_BY, offsetof(struct cli, by) },
	{ OPT_STATE, offsetof(struct cli, state) },
	{ OPT_SORT, offsetof(struct cli, sort) },
	{ OPT_FIND, offsetof(struct cli, find) },
	{ OPT_WHY, offsetof(struct cli, why) },
	{ OPT_DAY, offsetof(struct cli, day) },
	{ OPT_UNIT, offsetof(struct cli, unit) },
	{ OPT_KEY, offsetof(struct cli, key) },
	{ OPT_MAP, offsetof(struct cli, map) },
	{ OPT_OUT, offsetof(struct cli, out) },
	{ OPT_ERRORS, offsetof(struct cli, errors) },
	{ OPT_LAYOUT, offsetof(struct cli, layout) },
	{ OPT_FROM, offsetof(struct cli, from) },
	{ OPT_TO, offsetof(struct cli, to) },
};

static bool keep_option(struct cli *c, int opt)
{
	const char **at;
	size_t i;

	for (i = 0; i < ARRAY_LEN(kept); i++) {
		if (kept[i].opt != opt)
			continue;
		at = (const char **)(void *)((char *)c + kept[i].at);
		*at = optarg;
		return true;
	}
	return false;
}

static bool take_options(struct cli *c, int argc, char **argv,
    const char **data)
{
	int opt;

	optind = 1;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case OPT_DATA:
			*data = optarg;
			break;
		case OPT_JSON:
			c->json = true;
			break;
		case OPT_CSV:
			c->csv = true;
			break;
		case OPT_YES:
			c->yes = true;
			break;
		case OPT_DRY:
			c->dry = true;
			break;
		case OPT_REVEAL:
			c->reveal = true;
			break;
		case OPT_LIMIT:
			if (!take_limit(c, optarg))
				return false;
			break;
		default:
			if (!keep_option(c, opt))
				return false;
		}
	}
	return optind < argc;
}

static enum mq_status run(struct cli *c, const struct verb *v,
    const char *data)
{
	enum mq_status st;

	if (!data)
		data = getenv("MINQING_DATA");
	if (!data || !*data)
		return err_set(&c->err, MQ_E_USAGE, "--data");
	st = node_open(c->env, data, v->writes ? 0 : NODE_READ, &c->n,
	    &c->err);
	if (!st && v->person)
		st = cli_person(c);
	if (!st && v->person && v->writes)
		audit_config(c->n);
	if (!st)
		st = v->run(c);
	return st;
}

int cli_main(struct env *env, int argc, char **argv)
{
	struct cli c;
	const struct verb *v;
	const char *data = NULL;
	enum mq_status st;

	memset(&c, 0, sizeof(c));
	c.env = env;
	c.lang = env->lang;
	c.limit = LIMIT_DEFAULT;
	words_set_lang(env->lang);
	if (!take_options(&c, argc, argv, &data) ||
	    !(v = find_verb(argv[optind]))) {
		err_set(&c.err, MQ_E_USAGE, "%s", "minqing --help");
		cli_complain(&c, &c.err);
		return 2;
	}
	c.args = argv + optind + 1;
	c.nargs = argc - optind - 1;
	st = run(&c, v, data);
	if (st)
		cli_complain(&c, &c.err);
	node_close(&c.n);
	return st == MQ_E_USAGE ? 2 : st ? 1 : 0;
}
