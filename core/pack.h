/*
 * A configuration pack: a folder of CSV files, read whole at start and
 * constant afterwards.  Files and columns: core/packs/README.md.
 */
#ifndef MQ_PACK_H
#define MQ_PACK_H

#include "base/env.h"
#include "base/err.h"
#include "base/units.h"
#include "org.h"

enum field_type {
	FT_TEXT, FT_INTEGER, FT_DATE, FT_TIME, FT_SELECT_ONE, FT_SELECT_MULTI,
	FT_NOTE, FT_CALCULATE, FT_BARCODE, FT_BEGIN_GROUP, FT_END_GROUP,
	/* ours */
	FT_PERSON, FT_ORG, FT_PLACE, FT_STAFF, FT_PHONE, FT_IDNUMBER,
	FT_MONEY, FT_MINUTES, FT_WHEN, FT_RECORD,
	FT_BEGIN_REPEAT, FT_END_REPEAT, FT_DECIMAL,
};
enum field_class { FC_OPEN, FC_WORKING, FC_SEALED };

/* All texts borrowed from the pack; "" when absent. */
struct field {
	const char *name;
	enum field_type type;
	const char *label[2];		/* by enum lang */
	const char *hint[2];
	bool required;
	const char *required_if;	/* expression, "" none */
	const char *relevant;
	const char *constraint;
	const char *constraint_message[2];
	const char *required_message[2];
	const char *calculation;
	const char *preset;		/* column "default" */
	const char *list;		/* choice list of a select */
	const char *kinds;		/* FT_RECORD: whose records, blank-
					 * separated */
	const char *choice_filter;
	const char *appearance;		/* "multiline", "digits", … */
	bool read_only;
	const char *repeat_count;	/* expression; "" as many as wanted */
	int64_t range_min, range_max, range_step;	/* step 0: any */
	int level;			/* with a calculation: after all of a
					 * lower level */
	enum field_class class;
	int index;			/* slot 1 … 4 of record_key, 0 none */
	int max_chars;			/* 0: the type's own */
	int line;			/* in the CSV */
	/* The group or repeat around it, and the repeat around it; NULL:
	 * none.  Both are fields of the same form. */
	const struct field *within, *repeat;
};

struct choice {
	const char *list;
	const char *name;		/* stored */
	const char *label[2];
	const char *filter;		/* "key=value key=value" */
	int digit;			/* key that picks it, 0 none */
	int line;			/* in the CSV, 0: made by itself */
};

struct phrase {
	const char *kind, *field;
	int digit;
	const char *text[2];
	int line;			/* in the CSV */
};

/* flow/<kind>.csv */
struct flow_state {
	int line;			/* in the CSV */
	const char *name;		/* "accepted" */
	const char *label[2];
	bool closed;
	bool public_;			/* shown to any station by number */
	const char *solved;		/* "yes", "no", or a field whose answer
					 * "yes" means solved; "" unsaid */
};
struct flow_step {
	const char *name;		/* "dispatch" */
	const char *label[2];
	const char *key;		/* one letter */
	const char *from;		/* states, blank-separated; "*" any */
	const char *to;			/* state; "" stays; "@from" the one
					 * before this */
	const char *owner;		/* who owes next: "@org" the record's
					 * unit, "@field:NAME", "@parent",
					 * "@proposed" whom it was offered to,
					 * "@from" the sender, a code, ""
					 * unchanged */
	const char *fields;		/* fields asked, blank-separated; a
					 * trailing ! means required */
	const char *clock;		/* words "verb:NAME=MORE": start, stop,
					 * pause, resume, extend, recount */
	bool route;			/* the new owner's feed gains it */
	bool not_doer;			/* whoever took the last step may not
					 * take this one */
	const char *not_after;		/* steps, blank-separated: whoever
					 * took one of them may not do this */
	bool duty;			/* taken by a duty, by no person */
	const char *guard;		/* expression that must hold, "" none */
	const char *guard_message[2];
	const char *clear;		/* fields of the record it empties */
	const char *propose;		/* "@field:NAME" offers the record to
					 * that unit, "-" takes it back */
	const char *link;		/* "merge:FIELD", "unmerge" or "" */
	const char *stamp;		/* choices of the list `stamps` that the
					 * first such step stamps; "@opened"
					 * behind one: when it happened */
	int line;			/* in the CSV */
};
/* due.csv: the first row that fits decides. */
struct due_rule {
	const char *kind, *rule;	/* rule named by a step's clock */
	const char *category, *grade;	/* "" any */
	int64_t value;
	const char *unit;	/* minute hour workhour day workday */
	const char *label[2];
	int line;		/* in the CSV */
};
/* escalate.csv: a clock that stays late moves the record on by itself. */
struct escalate_rule {
	const char *kind, *clock;
	int64_t after;		/* beyond the due time */
	const char *unit;	/* as in due.csv */
	const char *step;
	const char *label[2];
};
/* urgent.csv: words that ask for an emergency call before any form. */
struct urgent_row {
	const char *kind;
	const char *words;	/* blank-separated */
	const char *call;	/* number to call */
	const char *label[2];
};
/* derive.csv: a saved record makes another in the same save. */
struct derive_rule {
	const char *from;	/* kind */
	const char *step;	/* "" when it is opened */
	const char *each;	/* list field: one for each item, "" one */
	const char *if_field;	/* only when this field is filled */
	const char *to;		/* kind */
	const char *map;	/* "volunteer=@by minutes=minutes act=#home" */
};

/* recur.csv: how often a record with a mark comes round again. */
struct recur_rule {
	const char *kind;
	const char *mark;	/* a choice of a field in recur,marks; "*" */
	int64_t days;
	int64_t soon;		/* shown so many days ahead */
	const char *label[2];
};

struct kind {
	const char *name;
	const char *label[2];
	const char *facets;		/* blank-separated */
	const char *title;		/* template "${purpose} ${who}" */
	const char *notice[2];		/* 告知 line; "" none */
	bool confidential;
	bool register_;			/* person, household, … */
	const char *org_from;		/* "@node", "@who" (unit of the person),
					 * "@field:NAME" */
	const char *columns;		/* list columns, blank-separated */
	const struct field *fields;
	size_t nfields;
	const struct flow_state *states;
	size_t nstates;
	const struct flow_step *steps;
	size_t nsteps;
	const struct field *step_fields;	/* survey/<kind>.step.csv */
	size_t nstep_fields;
	int line;			/* in kinds.csv */
};

/* reports.csv and figures.csv */
enum report_period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER,
	PERIOD_YEAR };
enum report_measure { MEASURE_COUNT, MEASURE_SUM, MEASURE_RATE,
	MEASURE_TOTAL };
enum report_unit { REPORT_PLAIN, REPORT_MINUTES, REPORT_MONEY };
/* What of a record lies in the period: its opening, its closing; AT_END: it
 * is open when the period ends. */
enum report_at { AT_OPENED, AT_CLOSED, AT_END };
struct report_figure {
	const char *name;
	const char *label[2];
	const char *kind;		/* "" for rates and totals */
	enum report_measure measure;
	const char *of;			/* what a sum adds: a field, "@late",
					 * "@length"; "": num */
	size_t parts[8];		/* rate: n of how many; total: these;
					 * indexes of figures above */
	size_t nparts;
	enum report_at at;
	const char *where;		/* "state=a|b solved=yes", "" all */
	enum report_unit unit;
	int line;
};
struct report_def {
	const char *name;
	const char *label[2];
	const char *note[2];
	enum report_period period;
	const char *by;			/* level of units, "@field:NAME",
					 * "@record", "" one row */
	struct report_figure *figures;
	size_t nfigures;
	int line;
};

/* roles.csv */
struct role_row {
	const char *role, *kind, *action;	/* "*" any */
	const char *scope;	/* own, org, subtree, route, all */
};
struct role { const char *name; const char *label[2]; };

/* boards.csv: units compared by what a kind counts. */
struct pack_board {
	const char *name;
	const char *label[2];
	const char *kind, *measure;	/* opened, closed, num */
	const char *by;			/* a level of orgs.csv */
};
/* score.csv: one item of a sheet. */
struct score_item {
	const char *kind, *field;
	int64_t max, weight;
};

/* layouts.csv: columns of lists from and for elsewhere (layout.h). */
struct layout_row {
	const char *layout, *kind;
	const char *column;	/* heading */
	const char *field, *transform;
	const char *names;	/* other headings, blank-separated */
};

struct pack;

enum mq_status pack_load(struct env *env, const char *dir, struct pack **out,
    struct err *err) MUST_CHECK;
/* The same in two steps, for a first page that need not wait: pack.csv and
 * orgs.csv, then all the rest.  In between only pack_text(), pack_int() and
 * the like and pack_orgs() may be asked. */
enum mq_status pack_begin(struct env *env, const char *dir,
    struct pack **out, struct err *err) MUST_CHECK;
enum mq_status pack_rest(struct pack *p, struct err *err) MUST_CHECK;
void pack_free(struct pack **p);

const char *pack_name(const struct pack *p);
int pack_version(const struct pack *p);
/* "standard:1": goes into every entry. */
const char *pack_id(const struct pack *p);
const char *pack_dir(const struct pack *p);
/* pack.csv; absent keys give the fallback, a lint error at check time. */
const char *pack_text(const struct pack *p, const char *key,
    const char *fallback);
int64_t pack_int(const struct pack *p, const char *key, int64_t fallback);

const struct orgs *pack_orgs(const struct pack *p);
size_t pack_kinds(const struct pack *p);
const struct kind *pack_kind_at(const struct pack *p, size_t i);
const struct kind *pack_kind(const struct pack *p, const char *name);
bool kind_has_facet(const struct kind *k, const char *facet);
/* What facets.csv says of a kind: "" (or the fallback) when it says nothing.
 * Keys and their types: facets/keys.def. */
const char *pack_facet(const struct pack *p, const struct kind *k,
    const char *facet, const char *key);
int64_t pack_facet_int(const struct pack *p, const struct kind *k,
    const char *facet, const char *key, int64_t fallback);
/* Does it hold the ref of another record (person, place, record)?  Such
 * records travel with the entry. */
bool kind_field_refs(const struct field *fd);
/* May a record of that kind stand in it? */
bool kind_field_takes(const struct pack *p, const struct field *fd,
    const char *kind);
/* Searches fields, then step_fields.  The name of a cell ("member.2.age")
 * gives the field of its column. */
const struct field *kind_field(const struct kind *k, const char *name);
const struct flow_state *kind_state(const struct kind *k, const char *name);
const struct flow_step *kind_step(const struct kind *k, const char *name);
/* May it be taken in that state? */
bool kind_step_from(const struct flow_step *s, const char *state);

/* Choices of a list in order; *n gets how many. */
const struct choice *pack_choices(const struct pack *p, const char *list,
    size_t *n);
const struct choice *pack_choice(const struct pack *p, const char *list,
    const char *name);
/* Phrases of a field by digit 1 … 9. */
size_t pack_phrases(const struct pack *p, const char *kind,
    const char *field, const struct phrase **out, size_t max);
const struct role *pack_role(const struct pack *p, const char *name);
const struct role_row *pack_role_rows(const struct pack *p, size_t *n);
const struct due_rule *pack_due_rules(const struct pack *p, size_t *n);
const struct derive_rule *pack_derives(const struct pack *p, size_t *n);
const struct escalate_rule *pack_escalates(const struct pack *p, size_t *n);
const struct urgent_row *pack_urgents(const struct pack *p, size_t *n);
/* The first row of the kind with a word that stands in the text, or NULL. */
const struct urgent_row *pack_urgent_find(const struct pack *p,
    const char *kind, const char *text);
size_t pack_reports(const struct pack *p);
const struct report_def *pack_report_at(const struct pack *p, size_t i);
const struct report_def *pack_report(const struct pack *p, const char *name);
const struct recur_rule *pack_recurs(const struct pack *p, size_t *n);
const struct pack_board *pack_boards(const struct pack *p, size_t *n);
const struct score_item *pack_score_items(const struct pack *p, size_t *n);
const struct layout_row *pack_layouts(const struct pack *p, size_t *n);
/* Days a closed record of this kind stays on a node; 0: for good. */
int64_t pack_keep_days(const struct pack *p, const char *kind);
struct calendar;
const struct calendar *pack_calendar(const struct pack *p);

#endif
