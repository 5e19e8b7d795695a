/*
 * Inside of a pack, for the files that load it (pack*.c) and nobody else.
 */
#ifndef MQ_PACK_DATA_H
#define MQ_PACK_DATA_H

#include "base/csv.h"
#include "pack.h"
#include "say.h"

struct calendar;

struct pack_pair { const char *key, *value; int line; };
struct pack_list { const char *name; size_t first, n; };
struct pack_keep { const char *kind; int64_t days; };
struct pack_facet { const char *kind, *facet, *key, *value; int line; };

struct pack_found;
struct pack_block;	/* texts live here until pack_free() */

struct pack {
	struct env *env;
	struct pack_found *found;	/* NULL: the first problem ends it */
	const char *dir, *name, *id;
	int version;
	struct pack_block *texts;
	struct pack_pair *pairs;
	size_t npairs, pairs_cap;
	struct orgs orgs;
	size_t orgs_cap;
	struct kind *kinds;
	size_t nkinds, kinds_cap;
	struct choice *choices;		/* grouped by list */
	size_t nchoices, choices_cap;
	struct pack_list *lists;	/* sorted by name */
	size_t nlists, lists_cap;
	struct phrase *phrases;
	size_t nphrases, phrases_cap;
	struct role *roles;
	size_t nroles, roles_cap;
	struct role_row *rows;
	size_t nrows, rows_cap;
	struct due_rule *dues;
	size_t ndues, dues_cap;
	struct derive_rule *derives;
	size_t nderives, derives_cap;
	struct urgent_row *urgents;	/* urgent.csv */
	size_t nurgents, urgents_cap;
	struct escalate_rule *escalates;
	size_t nescalates, escalates_cap;
	struct recur_rule *recurs;
	size_t nrecurs, recurs_cap;
	struct layout_row *layouts;
	size_t nlayouts, layouts_cap;
	struct pack_keep *keeps;
	size_t nkeeps, keeps_cap;
	struct pack_facet *facets;	/* facets.csv */
	size_t nfacets, facets_cap;
	struct report_def *reports;
	size_t nreports, reports_cap;
	struct pack_board *boards;
	size_t nboards, boards_cap;
	struct score_item *items;	/* score.csv */
	size_t nitems, items_cap;
	struct calendar *calendar;
};

/* One CSV file being read. */
struct pack_file {
	struct pack *p;
	struct csv *csv;
	const char *name;	/* inside the pack: "survey/visit.csv" */
	struct err *err;
};

/* ---- texts ---- */
const char *pack_data_text(struct pack *p, const char *s);
const char *pack_data_textn(struct pack *p, const char *s, size_t n);
void pack_data_free_texts(struct pack *p);
/* The next blank-separated word of *at; false at the end. */
bool pack_data_word(const char **at, const char **word, size_t *len);
bool pack_data_has_word(const char *words, const char *word);
bool pack_data_is_name(const char *s);

/* ---- files ---- */
/* Opens dir/name; need names the columns that must be there, blank-separated.
 * A missing file is MQ_E_PACK_BAD. */
enum mq_status pack_data_open(struct pack *p, const char *name,
    const char *need, struct pack_file *f, struct err *err) MUST_CHECK;
bool pack_data_there(const struct pack *p, const char *name);
void pack_data_close(struct pack_file *f);
/* The next row, as long as all went well; when findings are collected, also
 * after a row that was refused: what that row says is then left out. */
bool pack_data_next(struct pack_file *f, enum mq_status *rc);
/* Goes on?  With findings collected a refusal is forgotten: *rc = MQ_OK. */
bool pack_data_go(const struct pack *p, enum mq_status *rc);
/* Puts what another part refused with "file:row:column: words" among the
 * findings, if they are collected. */
void pack_data_told(struct pack *p, const char *file, const struct err *err);
/* A cell of this row, kept in the pack. */
const char *pack_data_get(struct pack_file *f, const char *column);
/* column and column::en. */
void pack_data_both(struct pack_file *f, const char *column,
    const char *out[2]);
enum mq_status pack_data_bool(struct pack_file *f, const char *column,
    bool *out) MUST_CHECK;
enum mq_status pack_data_int(struct pack_file *f, const char *column,
    int64_t fallback, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
/* MQ_E_PACK_BAD with "file:row:column: words".  line 0: the row read last;
 * column "" leaves it out. */
enum mq_status pack_data_bad(struct pack_file *f, int line,
    const char *column, enum say why, const char *what);

/* ---- findings (pack_found.c) ---- */
/* Loads what can be loaded; *out is never NULL unless the pack is missing. */
enum mq_status pack_load_found(struct env *env, const char *dir,
    struct pack_found *found, struct pack **out, struct err *err) MUST_CHECK;
void pack_found_add(struct pack_found *found, const struct pack *p,
    bool warning, const char *file, int line, const char *column,
    enum say why, const char *what);
/* The same in words of the caller's, without a remedy. */
void pack_found_words(struct pack_found *found, const char *file, int line,
    const char *column, const char *const words[2]);
/* The names a refused row would have given: what asks for them is not refused
 * for that as well. */
void pack_found_broken(struct pack_found *found, const struct csv *row);
void pack_found_unread(struct pack_found *found, const char *file);
bool pack_found_in(const struct pack_found *found, const char *file);
/* Spreadsheet damage, in the raw cells of every table. */
void pack_cells_check(struct env *env, const char *dir,
    struct pack_found *found);
/* What loads but lets somebody down. */
void pack_lint_check(const struct pack *p, struct pack_found *found);
/* How to mend it, in words (pack_near.c); p may be NULL. */
void pack_near_remedy(const struct pack *p, enum lang lang, const char *file,
    const char *column, enum say why, const char *what, struct buf *out);

/* ---- parts ---- */
/* choices.csv */
enum mq_status pack_lists_load(struct pack *p, struct err *err) MUST_CHECK;
/* forms/KIND/choices.csv, whose lists are named "KIND/LIST". */
enum mq_status pack_lists_own(struct pack *p, const char *kind,
    struct err *err) MUST_CHECK;
/* Lists that are made when a form asks for them.  *list is the name under
 * which pack_choices() has it. */
enum mq_status pack_lists_orgs(struct pack_file *f, const char *level,
    const char **list) MUST_CHECK;
enum mq_status pack_lists_file(struct pack_file *f, const char *name,
    const char *parameters, const char **list) MUST_CHECK;
enum mq_status pack_lists_other(struct pack_file *f, const char **list)
    MUST_CHECK;
enum mq_status pack_lists_acknowledge(struct pack_file *f,
    const char **list) MUST_CHECK;
/* Has any choice of the list something under that column? */
bool pack_lists_column(const struct pack *p, const char *list,
    const char *column);
enum mq_status pack_form_load(struct pack *p, struct kind *k,
    struct err *err) MUST_CHECK;
/* The i-th word for the column "type"; NULL beyond the last. */
const char *pack_form_type(size_t i);
/* "survey/KIND.csv", "forms/KIND/survey.csv": where a form was read from. */
const char *pack_form_file(const struct pack *p, const struct kind *k,
    bool step, char *out, size_t size);
/* Expressions, filters, the order of calculations (field.level). */
enum mq_status pack_rules_check(struct pack *p, const struct kind *k,
    struct field *v, size_t n, struct err *err) MUST_CHECK;
/* One expression of another table: ${name} is a field of the kind or one of
 * the words `more`. */
enum mq_status pack_rules_expr(struct pack_file *f, const struct kind *k,
    int line, const char *column, const char *more, const char *s) MUST_CHECK;
/* What forms say of other kinds, after all kinds are there. */
enum mq_status pack_rules_refs(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_flow_load(struct pack *p, struct kind *k,
    struct err *err) MUST_CHECK;
enum mq_status pack_flow_dues(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_flow_derives(struct pack *p, struct err *err) MUST_CHECK;
/* urgent.csv (may be missing). */
enum mq_status pack_urgent_load(struct pack *p, struct err *err) MUST_CHECK;
/* escalate.csv (may be missing). */
enum mq_status pack_escalate_load(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_rows_orgs(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_rows_roles(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_rows_phrases(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_rows_keeps(struct pack *p, struct err *err) MUST_CHECK;
/* facets.csv (may be missing), after all kinds are there. */
enum mq_status pack_facets_load(struct pack *p, struct err *err) MUST_CHECK;
/* reports.csv with figures.csv; a pack may have neither. */
enum mq_status pack_report_load(struct pack *p, struct err *err) MUST_CHECK;
void pack_report_free(struct pack *p);
/* recur.csv (may be missing), after facets.csv. */
enum mq_status pack_recur_load(struct pack *p, struct err *err) MUST_CHECK;
/* layouts.csv (may be missing), after all kinds are there. */
enum mq_status pack_layout_load(struct pack *p, struct err *err) MUST_CHECK;
/* score.csv (may be missing), and whether what slot, fund, match and score are
 * told fits together. */
enum mq_status pack_score_load(struct pack *p, struct err *err) MUST_CHECK;
enum mq_status pack_rows_boards(struct pack *p, struct err *err) MUST_CHECK;

#endif
