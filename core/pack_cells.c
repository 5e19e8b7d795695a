/*
 * What spreadsheets do to a table before anybody notices: looked for in the
 * raw cells of every CSV file of a pack.  Called by pack_found.c.
 */
#include "pack_data.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/xmalloc.h"

#define PATH_MAX_HERE 1024

struct cells {
	struct env *env;
	const char *dir;
	struct pack_found *found;
	const char *file;
	struct csv *csv;
};

static void bad(struct cells *c, const char *column, enum say why,
    const char *what)
{
	pack_found_add(c->found, NULL, false, c->file, csv_line(c->csv),
	    column, why, what);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* "1.10101E+17" */
static bool is_power(const char *s)
{
	size_t n = digits(s);

	if (n == 0)
		return false;
	s += n;
	if (*s == '.')
		s += 1 + digits(s + 1);
	return (*s == 'E' || *s == 'e') && s[1] == '+' && digits(s + 2) > 0 &&
	    s[2 + digits(s + 2)] == '\0';
}

/* "3月2日", "2-Mar", "2-Mar-26", "2026/3/2", "3/2/2026" */
static bool is_date(const char *s)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	size_t n = digits(s), m, i;

	if (n == 0 || n > 4)
		return false;
	if (strncmp(s + n, "月", 3) == 0) {
		m = digits(s + n + 3);
		return m > 0 && strcmp(s + n + 3 + m, "日") == 0;
	}
	if (s[n] == '/') {
		m = digits(s + n + 1);
		return m > 0 && s[n + 1 + m] == '/' &&
		    digits(s + n + 2 + m) > 0 &&
		    s[n + 2 + m + digits(s + n + 2 + m)] == '\0';
	}
	for (i = 0; s[n] == '-' && i < ARRAY_LEN(months); i++)
		if (strncmp(s + n + 1, months[i], 3) == 0)
			return s[n + 4] == '\0' || s[n + 4] == '-';
	return false;
}

static bool is_formula(const char *s)
{
	static const char *const errors[] = { "#REF!", "#NAME?", "#VALUE!",
		"#DIV/0!", "#N/A", "#NUM!", "#NULL!" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(errors); i++)
		if (strstr(s, errors[i]) != NULL)
			return true;
	return s[0] == '=';
}

static bool has_any(const char *s, const char *const *signs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strstr(s, signs[i]) != NULL)
			return true;
	return false;
}

static bool for_people(const char *column)
{
	static const char *const words[] = { "label", "hint", "name::",
		"text", "note", "notice", "remark", "title", "words",
		"constraint_message", "required_message", "guard_message" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(column, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool is_expression(const char *column)
{
	return pack_data_has_word("relevant relevance constraint calculation "
	    "choice_filter guard required default repeat_count", column);
}

static void check_cell(struct cells *c, const char *column, const char *s)
{
	static const char *const wide[] = { "，", "　", "（", "）", "；", "：",
		"＝", "＊", "．" };
	static const char *const curly[] = { "“", "”", "‘", "’" };
	size_t n = strlen(s);
	bool said = for_people(column) || (strcmp(column, "name") == 0 &&
	    (strcmp(c->file, "orgs.csv") == 0 ||
	    strcmp(c->file, "calendar.csv") == 0)) ||
	    (strcmp(column, "value") == 0 && strcmp(c->file, "pack.csv") == 0);

	if (n == 0 || strcmp(column, "remark") == 0)
		return;
	if (is_formula(s) && strcmp(s, "=") != 0)
		bad(c, column, SAY_PACK_FORMULA, s);
	else if (is_power(s))
		bad(c, column, SAY_PACK_POWER, s);
	else if (is_date(s) && strcmp(column, "date") != 0)
		bad(c, column, SAY_PACK_DATED, s);
	else if (is_expression(column) && has_any(s, curly, ARRAY_LEN(curly)))
		bad(c, column, SAY_PACK_QUOTES, s);
	else if (!said && (s[0] == ' ' || s[n - 1] == ' '))
		bad(c, column, SAY_PACK_BLANKS, s);
	else if (!said && !is_expression(column) &&
	    has_any(s, wide, ARRAY_LEN(wide)))
		bad(c, column, SAY_PACK_WIDE, s);
}

/* ---- orgs.csv: codes and who is above whom ---- */

struct code { char code[40], parent[40], level[40]; int line; };

static bool all_digits(const char *s)
{
	return s[0] != '\0' && s[digits(s)] == '\0';
}

/* How long codes of that level mostly are. */
static size_t usual_length(const struct code *v, size_t n, const char *level)
{
	size_t count[40] = { 0 }, i, best = 0;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].level, level) == 0)
			count[strlen(v[i].code)]++;
	for (i = 0; i < ARRAY_LEN(count); i++)
		if (count[i] > count[best] && count[i] > 1)
			best = i;
	return best;
}

static size_t find_code(const struct code *v, size_t n, const char *code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].code, code) == 0)
			return i;
	return n;
}

static void check_codes(struct cells *c, const struct code *v, size_t n)
{
	size_t i, roots = 0;

	for (i = 0; i < n; i++) {
		const char *column = "code";
		enum say why = SAY_LAST;

		roots += v[i].parent[0] == '\0';
		if (find_code(v, n, v[i].code) < i)
			why = SAY_PACK_TWICE;
		else if (all_digits(v[i].code) && strlen(v[i].code) + 2 >=
		    usual_length(v, n, v[i].level) && strlen(v[i].code) <
		    usual_length(v, n, v[i].level))
			why = SAY_PACK_ZEROS;
		else
			column = "parent";
		if (why == SAY_LAST && v[i].parent[0] == '\0' && roots > 1)
			why = SAY_PACK_ORG_ROOT;
		else if (why == SAY_LAST &&
		    strcmp(v[i].parent, v[i].code) == 0)
			why = SAY_PACK_SELF;
		else if (why == SAY_LAST && v[i].parent[0] != '\0' &&
		    find_code(v, n, v[i].parent) == n)
			why = SAY_PACK_NO_ORG;
		if (why != SAY_LAST)
			pack_found_add(c->found, NULL, false, c->file,
			    v[i].line, column, why, why == SAY_PACK_NO_ORG ?
			    v[i].parent : v[i].code);
	}
}

static void check_orgs(struct cells *c)
{
	struct code *v = NULL;
	size_t n = 0, cap = 0;

	while (csv_next(c->csv)) {
		const char *code = csv_get(c->csv, "code");

		if (strlen(code) >= sizeof(v->code))
			continue;	/* refused by the loader */
		v = xgrow(v, &cap, n + 1, sizeof(*v));
		xcopy(v[n].code, sizeof(v[n].code), code);
		xcopy(v[n].parent, sizeof(v[n].parent),
		    csv_get(c->csv, "parent"));
		xcopy(v[n].level, sizeof(v[n].level),
		    csv_get(c->csv, "level"));
		v[n++].line = csv_line(c->csv);
	}
	check_codes(c, v, n);
	free(v);
}

/* ---- files ---- */

static void check_rows(struct cells *c)
{
	size_t i;

	while (csv_next(c->csv))
		for (i = 0; i < csv_columns(c->csv); i++)
			check_cell(c, csv_column(c->csv, i),
			    csv_get(c->csv, csv_column(c->csv, i)));
}

/* Also of files that are read only later, such as terms.csv. */
static void no_table(struct cells *c, const struct err *err)
{
	const char *colon = strrchr(err->detail, ':');

	if (err->code == MQ_E_FORMAT || err->code == MQ_E_UTF8)
		pack_found_add(c->found, NULL, false, c->file, colon == NULL ?
		    0 : (int)strtol(colon + 1, NULL, 10), "",
		    err->code == MQ_E_UTF8 ? SAY_PACK_UTF8 : SAY_PACK_CSV,
		    "");
}

static void check_file(struct cells *c, const char *name)
{
	struct err err = ERR_INIT;
	char path[PATH_MAX_HERE];
	int pass;

	c->file = name;
	file_join(path, sizeof(path), c->dir, name);
	for (pass = 0; pass < 2; pass++) {
		if (csv_open(c->env, path, &c->csv, &err) != MQ_OK) {
			no_table(c, &err);
			return;
		}
		if (pass == 0)
			check_rows(c);
		else if (strcmp(name, "orgs.csv") == 0)
			check_orgs(c);
		csv_close(&c->csv);
	}
}

static bool known_file(const char *name)
{
	return pack_data_has_word("pack.csv orgs.csv roles.csv kinds.csv "
	    "choices.csv facets.csv score.csv recur.csv due.csv calendar.csv "
	    "escalate.csv urgent.csv derive.csv phrases.csv retention.csv "
	    "reports.csv figures.csv boards.csv terms.csv layouts.csv", name);
}

static void check_folder(struct cells *c, const char *folder, int depth)
{
	char path[PATH_MAX_HERE], name[300];
	struct dirent *e;
	size_t len;
	DIR *d;

	file_join(path, sizeof(path), c->dir, folder);
	d = opendir(folder[0] == '\0' ? c->dir : path);
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		len = strlen(e->d_name);
		snprintf(name, sizeof(name), "%s%s%s", folder,
		    folder[0] == '\0' ? "" : "/", e->d_name);
		if (len > 4 && strcmp(e->d_name + len - 4, ".csv") == 0) {
			if (folder[0] == '\0' && !known_file(name))
				pack_found_add(c->found, NULL, true, name, 0,
				    "", SAY_LINT_FILE, name);
			check_file(c, name);
		} else if (depth < 2 && strchr(e->d_name, '.') == NULL) {
			check_folder(c, name, depth + 1);
		}
	}
	closedir(d);
}

void pack_cells_check(struct env *env, const char *dir,
    struct pack_found *found)
{
	struct cells c = { env, dir, found, "", NULL };

	check_folder(&c, "", 0);
}
