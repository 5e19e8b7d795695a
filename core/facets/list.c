/*
 * The list facet: a task over many targets, reckoned when somebody looks.
 * At save it is only sent to all who work it off.  Called
 * through facet_decide() and facet_tell(); its reading side by the task page
 * and the home page.
 */
#include "../list.h"

#include <inttypes.h>

#include "../base/clock.h"
#include "../base/json.h"
#include "../base/xmalloc.h"
#include "../form.h"
#include "../ledger.h"
#include "../pack_data.h"
#include "../record_row.h"
#include "../recur.h"

#define NEXT_SHOWN 3

/* ---- what a task says ---- */

struct task {
	const char *target;	/* kind */
	const char *tag;	/* "" all of the kind */
	const char *doors;	/* kind that knows the order of doors */
	int slot;		/* and its index slot */
	struct utc from, to;
	bool closed;		/* done when closed, not when visited */
	bool person;		/* named as who, not as place */
	struct buf area, by;	/* JSON lists */
};

static const char *told(struct node *n, const struct kind *k,
    const char *key)
{
	return pack_facet(n->pack, k, "list", key);
}

static void by_json(const char *words, struct buf *out)
{
	const char *w;
	struct jout j;
	size_t len;
	char name[40];

	jout_begin(&j, out, false);
	jout_list(&j);
	while (pack_data_word(&words, &w, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		jout_str(&j, name);
	}
	jout_list_end(&j);
}

/* A day as first or last moment of the period; 0 without one. */
static int64_t moment(struct node *n, const struct record_full *r,
    const struct kind *k, const char *key, bool end)
{
	const char *s = fields_text(&r->f, told(n, k, key));
	struct when w;

	if (s[0] == '\0' || when_read(s, ledger_now(n), &w, NULL) != MQ_OK)
		return 0;
	if (end)
		return clock_day_start((struct day){ w.day.n + 1 }).ms;
	return clock_day_start(w.day).ms;
}

static void doors_of(struct node *n, const struct kind *k, struct task *t)
{
	const struct kind *d;
	size_t i;

	t->doors = told(n, k, "doors");
	d = pack_kind(n->pack, t->doors);
	for (i = 0; d != NULL && i < d->nfields && t->slot == 0; i++)
		t->slot = d->fields[i].index;
}

/* False when the record is no task, or names no target any more. */
static bool task_of(struct node *n, const struct record_full *r,
    struct task *t)
{
	const struct kind *k = n->pack == NULL ? NULL :
	    pack_kind(n->pack, r->r.kind);
	const struct choice *c;
	const struct field *fd;
	char mark[16];

	*t = (struct task){ .area = BUF_INIT(BUF_LARGE),
	    .by = BUF_INIT(BUF_SMALL) };
	if (k == NULL || !kind_has_facet(k, "list"))
		return false;
	t->target = fields_text(&r->f, told(n, k, "target"));
	if (pack_kind(n->pack, t->target) == NULL)
		return false;
	fd = kind_field(k, told(n, k, "target"));
	c = fd == NULL ? NULL : pack_choice(n->pack, fd->list, t->target);
	t->closed = c != NULL && form_choice_value(c, "done", mark,
	    sizeof(mark)) && strcmp(mark, "closed") == 0;
	t->tag = fields_text(&r->f, told(n, k, "tag"));
	t->person = strcmp(t->target, "person") == 0;
	t->from.ms = moment(n, r, k, "from", false);
	t->to.ms = moment(n, r, k, "until", true);
	doors_of(n, k, t);
	org_subtree(pack_orgs(n->pack), fields_text(&r->f,
	    told(n, k, "area")), &t->area);
	by_json(told(n, k, "done_by"), &t->by);
	return true;
}

static void task_free(struct task *t)
{
	buf_free(&t->area);
	buf_free(&t->by);
}

/* ---- reckoning ---- */

/* Visits of the period; then the targets, each with whether it is done. */
#define DONE "WITH seen AS (SELECT DISTINCT CASE WHEN ? THEN who ELSE place" \
	" END AS rec FROM record WHERE kind IN (SELECT value FROM" \
	" json_each(?)) AND opened_at >= ? AND (? = 0 OR opened_at < ?)" \
	" AND flags & 1 = 0 AND level <> 'missed'), target AS (SELECT t.*," \
	" CASE WHEN ? THEN flags & 32 <> 0 ELSE t.rec IN (SELECT rec FROM" \
	" seen) END AS done FROM record AS t WHERE t.kind = ?" \
	" AND t.flags & 5 = 0 AND (? OR t.flags & 32 = 0)" \
	" AND t.org IN (SELECT value FROM json_each(?))" \
	" AND (? IS NULL OR t.org IN (SELECT value FROM json_each(?)))" \
	" AND (? = '' OR EXISTS (SELECT 1 FROM record_mark AS m" \
	" WHERE m.rec = t.rec AND m.mark = ?))) "

static void bind_task(struct db_stmt *s, const struct task *t,
    const char *scope)
{
	db_bind_i64(s, t->person);
	db_bind_text(s, buf_str(&t->by));
	db_bind_i64(s, t->from.ms);
	db_bind_i64(s, t->to.ms);
	db_bind_i64(s, t->to.ms);
	db_bind_i64(s, t->closed);
	db_bind_text(s, t->target);
	db_bind_i64(s, t->closed);
	db_bind_text(s, buf_str(&t->area));
	db_bind_text(s, scope);
	db_bind_text(s, scope);
	db_bind_text(s, t->tag);
	db_bind_text(s, t->tag);
}

static enum mq_status count_units(struct node *n,
    const struct record_full *r, const char *scope, const char *sql,
    struct list_unit *units, int max, int *count, struct err *err)
{
	struct db_stmt *s;
	struct task t;
	enum mq_status st = MQ_OK;
	bool row;

	*count = 0;
	if (!task_of(n, r, &t))
		goto out;
	st = db_query(n->db, sql, &s, err);
	if (st)
		goto out;
	bind_task(s, &t, scope);
	db_bind_i64(s, max);
	while (*count < max && !(st = db_step(s, &row, err)) && row) {
		struct list_unit *u = &units[(*count)++];

		db_copy(s, "org", u->org, sizeof(u->org));
		u->total = db_i64(s, "total");
		u->done = db_i64(s, "done");
	}
	db_done(&s);
out:
	task_free(&t);
	return st;
}

enum mq_status list_standing(struct node *n, const struct record_full *r,
    const char *scope, int64_t *total, int64_t *done, struct err *err)
{
	struct list_unit all = { .org = "" };
	int count;
	enum mq_status st = count_units(n, r, scope, DONE "SELECT '' AS org,"
	    " count(*) AS total, coalesce(sum(done), 0) AS done FROM target"
	    " LIMIT ?", &all, 1, &count, err);

	*total = all.total;
	*done = all.done;
	return st;
}

enum mq_status list_units(struct node *n, const struct record_full *r,
    const char *scope, struct list_unit *units, int max, int *count,
    struct err *err)
{
	return count_units(n, r, scope, DONE "SELECT org, count(*) AS total,"
	    " coalesce(sum(done), 0) AS done FROM target GROUP BY org"
	    " ORDER BY org LIMIT ?", units, max, count, err);
}

enum mq_status list_left(struct node *n, const struct record_full *r,
    const char *scope, struct record *rows, int max, int *count,
    struct err *err)
{
	struct db_stmt *s;
	struct task t;
	enum mq_status st = MQ_OK;
	bool row;

	*count = 0;
	if (!task_of(n, r, &t))
		goto out;
	/* A person and a room stand at the door of their household. */
	st = db_query(n->db, DONE "SELECT target.* FROM target LEFT JOIN"
	    " record_key AS k ON k.rec = CASE WHEN target.place > 0 THEN"
	    " target.place ELSE target.rec END AND k.kind = ? AND k.slot = ?"
	    " WHERE NOT done ORDER BY k.key IS NULL, k.key, target.title,"
	    " target.rec LIMIT ?", &s, err);
	if (st)
		goto out;
	bind_task(s, &t, scope);
	db_bind_text(s, t.doors);
	db_bind_i64(s, t.slot);
	db_bind_i64(s, max);
	while (*count < max && !(st = db_step(s, &row, err)) && row)
		record_row_read(s, &rows[(*count)++]);
	db_done(&s);
out:
	task_free(&t);
	return st;
}

const char *list_begin(struct node *n, const struct record_full *list,
    const struct record *target, struct fields *out)
{
	const char *by = NULL, *words, *w;
	const struct kind *k;
	struct task t;
	size_t len;
	char name[40];

	if (task_of(n, list, &t) && !t.closed) {
		words = told(n, pack_kind(n->pack, list->r.kind), "done_by");
		if (pack_data_word(&words, &w, &len)) {
			snprintf(name, sizeof(name), "%.*s", (int)len, w);
			k = pack_kind(n->pack, name);
			if (k != NULL && recur_name(n, k, target, out))
				by = k->name;
		}
	}
	task_free(&t);
	return by;
}

static bool is_running(struct node *n, int64_t rec, struct utc now)
{
	struct record_full r;
	struct task t;
	bool yes = false;

	if (record_get(n, rec, &r, NULL) != MQ_OK)
		return false;
	yes = task_of(n, &r, &t) && t.from.ms <= now.ms &&
	    (t.to.ms == 0 || now.ms < t.to.ms);
	task_free(&t);
	record_full_free(&r);
	return yes;
}

enum mq_status list_running(struct node *n, const char *scope,
    struct record *rows, int max, int *count, struct err *err)
{
	enum mq_status st = MQ_OK;
	const struct record *row;
	struct record_walk w;
	size_t i;

	*count = 0;
	for (i = 0; i < pack_kinds(n->pack) && !st; i++) {
		const struct kind *kind = pack_kind_at(n->pack, i);
		struct record_query q = { .kind = kind->name,
		    .sort = SORT_OPENED, .state = "open", .scope = scope };

		if (!kind_has_facet(kind, "list"))
			continue;
		record_walk_begin(&w, n, &q);
		while (*count < max &&
		    !(st = record_walk_next(&w, &row, err)) && row != NULL)
			if (is_running(n, row->rec, ledger_now(n)))
				rows[(*count)++] = *row;
		record_walk_end(&w);
	}
	return st;
}

/* ---- deciding ---- */

static enum mq_status decide(struct act *a, struct err *err)
{
	(void)err;
	/* Everybody below who works it off must see it. */
	if (a->ncomplaints == 0 && strcmp(a->op, "step") != 0)
		act_route(a, told(a->n, a->kind, "area"));
	return MQ_OK;
}

/* ---- in words ---- */

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	struct record rows[NEXT_SHOWN];
	struct buf line = BUF_INIT(BUF_SMALL);
	int64_t total = 0, done = 0;
	char a[24], b[24], c[24];
	int count = 0, i;

	if (list_standing(n, r, NULL, &total, &done, NULL) != MQ_OK)
		return;
	snprintf(a, sizeof(a), "%" PRId64 "/%" PRId64, done, total);
	snprintf(b, sizeof(b), "%" PRId64, total > 0 ? done * 100 / total :
	    100);
	snprintf(c, sizeof(c), "%" PRId64, total - done);
	say_fill(&line, out->lang, SAY_LIST_DONE, a, b);
	say_fill(&line, out->lang, SAY_LIST_LEFT, c, NULL);
	facet_line(out, SAY_LIST_PROGRESS, done == total ? TONE_GOOD :
	    TONE_PLAIN, "%s", buf_str(&line));
	buf_reset(&line);
	if (list_left(n, r, NULL, rows, NEXT_SHOWN, &count, NULL) != MQ_OK)
		count = 0;
	for (i = 0; i < count; i++)
		buf_addf(&line, "%s%s", i > 0 ? "  " : "", rows[i].title);
	if (count > 0)
		facet_line(out, SAY_LIST_NEXT, TONE_PLAIN, "%s",
		    buf_str(&line));
	buf_free(&line);
}

const struct facet facet_list = { .name = "list", .decide = decide,
    .tell = tell };
