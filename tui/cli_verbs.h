/*
 * Inside of the command line, shared by cli*.c only.
 */
#ifndef MQ_CLI_VERBS_H
#define MQ_CLI_VERBS_H

#include "../core/access.h"
#include "../core/base/json.h"
#include "../core/node.h"
#include "../core/record.h"
#include "cli.h"

struct cli {
	struct env *env;
	enum lang lang;
	struct node *n;
	struct session who;
	bool json, dry, yes;
	char **args;		/* after the verb, options taken out */
	int nargs;
	/* options of verbs; NULL when absent */
	const char *state, *sort, *find, *why, *day, *unit;
	const char *by, *key;
	const char *map, *out, *errors, *layout, *from, *to;
	bool reveal, limited;
	bool csv;
	int limit;
	struct err err;
};

#define VERB(name, fn, person, writes, zu, eu, zh, en) \
	enum mq_status fn(struct cli *c);
#include "verbs.def"

/* "101:5", a short number or an integer: the record's key. */
enum mq_status cli_record(struct cli *c, const char *text, int64_t *rec)
    MUST_CHECK;
/* The person of --by, for verbs only part of which needs one. */
enum mq_status cli_person(struct cli *c) MUST_CHECK;
/* Commits and prints what was saved, or what each field lacks. */
struct save;
enum mq_status cli_commit(struct cli *c, struct save *s) MUST_CHECK;
/* Prints the words of an error as a sentence, or as JSON. */
void cli_complain(struct cli *c, const struct err *err);
/* One line of text, sanitised. */
void cli_line(const char *text);
/* Ends a JSON document and prints it. */
void cli_json(struct buf *b);

#endif
