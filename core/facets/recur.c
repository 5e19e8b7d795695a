/*
 * The recur facet: what comes round again.  At save it writes down by which
 * marks (tags, a grade) a record is due, and of a visit whether it met
 * anybody and what was agreed; all else is reckoned when somebody looks.
 * Called through facet_decide(); its reading side by the due list, the home
 * page and the command line.
 */
#include "../recur.h"

#include "../base/clock.h"
#include "../base/json.h"
#include "../base/xmalloc.h"
#include "../ledger.h"
#include "../pack_data.h"
#include "../record_mark.h"
#include "../record_row.h"

#define RULES_MAX 64
#define PIECE 64		/* rows of one rule read at a time */

/* ---- deciding ---- */

static const char *told(struct act *a, const char *key)
{
	return pack_facet(a->n->pack, a->kind, "recur", key);
}

/* What the record holds once this is saved. */
static void all_fields(struct act *a, struct fields *out)
{
	if (a->prior != NULL && strcmp(a->op, "step") == 0)
		fields_copy(out, &a->prior->f);
	fields_overlay(out, a->f);
}

static void add_items(const struct field_value *v, struct buf *out)
{
	const char *s = v->kind == FV_TEXT || v->kind == FV_LIST ?
	    v->text : "";

	while (s != NULL && *s != '\0') {
		size_t len = strcspn(s, "\n ");

		if (len > 0)
			buf_addf(out, "\n%.*s", (int)len, s);
		s += len + (s[len] != '\0');
	}
}

/* Every choice taken in the fields it is marked by, and "*". */
static void decide_marks(struct act *a, const struct fields *all)
{
	struct buf marks = BUF_INIT(FIELDS_TEXT_MAX);
	const char *at = told(a, "marks"), *w;
	char name[40];
	size_t len;

	buf_adds(&marks, RECORD_MARK_ALL);
	while (pack_data_word(&at, &w, &len)) {
		const struct field_value *v;

		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		v = fields_get(all, name);
		if (v != NULL)
			add_items(v, &marks);
	}
	fields_set_list(a->d, "marks", buf_str(&marks));
	fields_set(a->d, "done_by", told(a, "done_by"));
	buf_free(&marks);
}

/* A day of the form, as a moment; what was emptied is 0 where it had one. */
static void decide_agreed(struct act *a, const struct fields *all)
{
	const char *s = fields_text(all, told(a, "agreed"));
	struct when w;

	if (s[0] != '\0' && when_read(s, a->now, &w, NULL) == MQ_OK)
		fields_set_int(a->d, "agreed",
		    clock_day_start(w.day).ms);
	else if (a->prior != NULL && fields_has(&a->prior->d, "agreed"))
		fields_set_int(a->d, "agreed", 0);
}

/* "field=choice": the visit found nobody. */
static bool is_missed(struct act *a, const struct fields *all)
{
	const char *at = told(a, "missed"), *w;
	size_t len;

	while (pack_data_word(&at, &w, &len)) {
		const char *eq = memchr(w, '=', len);
		struct buf items = BUF_INIT(FIELDS_TEXT_MAX);
		const struct field_value *v;
		char name[40], want[48];
		bool hit;

		if (eq == NULL)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(eq - w), w);
		snprintf(want, sizeof(want), "\n%.*s\n",
		    (int)(w + len - eq - 1), eq + 1);
		v = fields_get(all, name);
		if (v != NULL)
			add_items(v, &items);
		buf_addc(&items, '\n');
		hit = strstr(buf_str(&items), want) != NULL;
		buf_free(&items);
		if (hit)
			return true;
	}
	return false;
}

/* The column says so too, where no other facet has it: the list facet counts
 * by it. */
static void decide_missed(struct act *a, bool missed)
{
	bool free = !kind_has_facet(a->kind, "flow") &&
	    !kind_has_facet(a->kind, "hours");
	bool before = a->prior != NULL && fields_has(&a->prior->d, "missed");

	if (missed || before)
		fields_set_int(a->d, "missed", missed);
	if (free && (missed || before))
		fields_set(a->d, "level", missed ? "missed" : "");
}

/* The field that names what was looked after, where it is not who or place
 * by itself. */
static void decide_about(struct act *a, const struct fields *all)
{
	const char *name = told(a, "about");
	const char *text = fields_text(all, name);
	struct ref ref;

	if (name[0] != '\0' && ref_parse(text, strlen(text), &ref))
		fields_set(a->d, "place", text);
}

static enum mq_status decide(struct act *a, struct err *err)
{
	struct fields all = { NULL, 0, 0 };

	(void)err;
	if (a->ncomplaints > 0)
		return MQ_OK;
	all_fields(a, &all);
	if (told(a, "done_by")[0] != '\0')
		decide_marks(a, &all);
	if (told(a, "agreed")[0] != '\0')
		decide_agreed(a, &all);
	if (told(a, "about")[0] != '\0')
		decide_about(a, &all);
	decide_missed(a, is_missed(a, &all));
	fields_free(&all);
	return MQ_OK;
}

/* ---- rules of a kind ---- */

/* One mark and how long after `at` it is due. */
struct track {
	const char *mark;
	const struct recur_rule *rule;	/* NULL: an agreed day */
	int64_t days, soon;
};

static int tracks_of(struct node *n, const char *kind, struct track *out)
{
	size_t i, nrules;
	const struct recur_rule *v;
	int count = 0;

	if (n->pack == NULL)
		return 0;
	v = pack_recurs(n->pack, &nrules);
	for (i = 0; i < nrules && count < RULES_MAX - 1; i++)
		if (strcmp(v[i].kind, kind) == 0)
			out[count++] = (struct track){ v[i].mark, &v[i],
			    v[i].days, v[i].soon };
	if (count > 0)
		out[count++] = (struct track){ RECORD_MARK_AGREED, NULL, 0,
		    0 };
	return count;
}

bool recur_kind(struct node *n, const char *kind)
{
	struct track t[RULES_MAX];

	return tracks_of(n, kind, t) > 0;
}

/* ---- one record ---- */

static enum mq_status strictest(struct node *n, const struct track *t,
    int ntracks, int64_t rec, struct recur_due *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row, any = false;
	int i;

	st = db_query(n->db, "SELECT mark, day, met FROM record_mark"
	    " WHERE rec = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	while (!(st = db_step(s, &row, err)) && row)
		for (i = 0; i < ntracks; i++) {
			int32_t day = (int32_t)db_i64(s, "day");
			int32_t due = day + (int32_t)t[i].days;

			if (strcmp(db_text(s, "mark"), RECORD_MARK_ALL) == 0) {
				out->last.n = day;
				out->met = db_i64(s, "met") != 0;
			}
			if (strcmp(t[i].mark, db_text(s, "mark")) != 0 ||
			    (any && due >= out->due.n))
				continue;
			any = true;
			out->due.n = due;
			out->rule = t[i].rule;
		}
	db_done(&s);
	return st;
}

enum mq_status recur_of(struct node *n, int64_t rec, struct recur_due *out,
    struct err *err)
{
	struct track t[RULES_MAX];
	enum mq_status st;
	bool there;

	memset(out, 0, sizeof(*out));
	st = record_row_get(n, rec, &out->r, &there, err);
	if (!st && !there)
		st = err_set(err, MQ_E_NOT_FOUND, NULL);
	return st ? st : strictest(n, t, tracks_of(n, out->r.kind, t), rec,
	    out, err);
}

/* ---- in words ---- */

void recur_words(const struct recur_due *d, struct day today, enum lang lang,
    struct buf *out)
{
	int32_t left = d->due.n - today.n;
	char n[16];

	snprintf(n, sizeof(n), "%d", left < 0 ? -left : left);
	say_fill(out, lang, left < 0 ? SAY_RECUR_LATE : left == 0 ?
	    SAY_RECUR_TODAY : SAY_RECUR_LEFT, n, NULL);
}

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	struct day today = clock_day(ledger_now(n));
	struct buf text = BUF_INIT(BUF_SMALL);
	struct recur_due d;
	char day[24];

	if (recur_of(n, r->r.rec, &d, NULL) != MQ_OK || d.due.n == 0)
		return;
	clock_show(clock_day_start(d.due), CLOCK_DATE, day, sizeof(day));
	buf_addf(&text, "%s  ", day);
	recur_words(&d, today, out->lang, &text);
	facet_line(out, SAY_RECUR_DUE, d.due.n < today.n ? TONE_BAD :
	    d.due.n == today.n ? TONE_CARE : TONE_PLAIN, "%s",
	    buf_str(&text));
	clock_show(clock_day_start(d.last), CLOCK_DATE, day, sizeof(day));
	facet_line(out, SAY_RECUR_WHY, TONE_PLAIN, "%s%s%s",
	    d.rule != NULL ? d.rule->label[out->lang] :
	    say_word(SAY_RECUR_AGREED, out->lang),
	    say_word(d.met ? SAY_RECUR_LAST : SAY_RECUR_NEVER, out->lang),
	    d.met ? day : "");
	buf_free(&text);
}

const struct facet facet_recur = { .name = "recur", .decide = decide,
    .tell = tell };

const char *recur_begin(struct node *n, const struct record *r,
    struct fields *out)
{
	const struct kind *k = pack_kind(n->pack, r->kind), *by = NULL;
	const char *at = k == NULL ? "" :
	    pack_facet(n->pack, k, "recur", "done_by"), *w;
	char name[40];
	size_t len;

	if (pack_data_word(&at, &w, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		by = pack_kind(n->pack, name);
	}
	if (by == NULL)
		return NULL;
	return recur_name(n, by, r, out) ? by->name : NULL;
}

bool recur_name(struct node *n, const struct kind *by,
    const struct record *r, struct fields *out)
{
	const char *about = pack_facet(n->pack, by, "recur", "about");
	bool person = strcmp(r->kind, "person") == 0;
	char ref[ENTRY_REF_TEXT];
	size_t i;

	ref_text(ref_of_rec(r->rec), ref);
	if (about[0] != '\0') {
		fields_set(out, about, ref);
		return true;
	}
	for (i = 0; i < by->nfields; i++)
		if (by->fields[i].type == (person ? FT_PERSON : FT_PLACE)) {
			fields_set(out, by->fields[i].name, ref);
			return true;
		}
	return false;
}

/* ---- a page ---- */

struct hit { int64_t due, rec; };

struct look {
	struct node *n;
	const char *kind, *scope;
	struct day until;
	struct track tracks[RULES_MAX];
	int ntracks;
	struct hit after;	/* the last one looked at */
};

static int by_due(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

/* The next rows of one mark, at most PIECE. */
static enum mq_status read_track(const struct look *l, const struct track *t,
    struct hit *out, size_t *count, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	st = db_query(l->n->db, "SELECT day, rec FROM record_mark"
	    " WHERE kind = ? AND mark = ? AND day <= ?"
	    " AND (day, rec) > (?, ?) AND (? IS NULL OR org IN"
	    " (SELECT value FROM json_each(?)))"
	    " ORDER BY day, rec LIMIT ?", &s, err);
	if (st)
		return st;
	db_bind_text(s, l->kind);
	db_bind_text(s, t->mark);
	db_bind_i64(s, l->until.n - t->days + t->soon);
	db_bind_i64(s, l->after.due - t->days);
	db_bind_i64(s, l->after.rec);
	db_bind_text(s, l->scope);
	db_bind_text(s, l->scope);
	db_bind_i64(s, PIECE);
	while (*count < PIECE && !(st = db_step(s, &row, err)) && row) {
		out[*count].due = db_i64(s, "day") + t->days;
		out[(*count)++].rec = db_i64(s, "rec");
	}
	db_done(&s);
	return st;
}

/* All marks together in order of due; what lies within the first PIECE is
 * sure to be complete. */
static enum mq_status read_piece(const struct look *l, struct hit *out,
    size_t *count, struct err *err)
{
	struct hit *all = xcalloc((size_t)RULES_MAX * PIECE, sizeof(*all));
	enum mq_status st = MQ_OK;
	size_t n = 0, got;
	int i;

	for (i = 0; i < l->ntracks && !st; i++) {
		st = read_track(l, &l->tracks[i], all + n, &got, err);
		n += got;
	}
	qsort(all, n, sizeof(*all), by_due);
	*count = n < PIECE ? n : PIECE;
	memcpy(out, all, *count * sizeof(*out));
	free(all);
	return st;
}

static void look_at(struct look *l, struct node *n, const char *kind,
    const char *scope, struct day until, const struct recur_due *after)
{
	*l = (struct look){ .n = n, .kind = kind, .scope = scope,
	    .until = until };
	l->ntracks = tracks_of(n, kind, l->tracks);
	l->after.due = after != NULL ? after->due.n : INT32_MIN;
	l->after.rec = after != NULL ? after->r.rec : 0;
}

/* A record with several marks stands where the strictest puts it. */
static enum mq_status take_hit(struct look *l, const struct hit *h,
    struct recur_due *rows, int *count, struct err *err)
{
	struct recur_due *d = &rows[*count];
	enum mq_status st;

	l->after = *h;
	if (*count > 0 && rows[*count - 1].r.rec == h->rec)
		return MQ_OK;
	st = recur_of(l->n, h->rec, d, err);
	if (!st && d->due.n == h->due)
		(*count)++;
	return st;
}

enum mq_status recur_page(struct node *n, const char *kind,
    const char *scope, struct day day, const struct recur_due *after,
    struct recur_due *rows, int max, int *count, struct err *err)
{
	struct hit piece[PIECE];
	struct look l;
	enum mq_status st = MQ_OK;
	size_t got = PIECE, i;

	*count = 0;
	look_at(&l, n, kind, scope, day, after);
	while (l.ntracks > 0 && *count < max && got == PIECE && !st) {
		st = read_piece(&l, piece, &got, err);
		for (i = 0; i < got && *count < max && !st; i++)
			st = take_hit(&l, &piece[i], rows, count, err);
	}
	return st;
}

/* ---- counting ---- */

/* [{"d":7,"m":"alone"},…]: the rules as SQL reads them. */
static void tracks_json(const struct track *t, int n, struct buf *out)
{
	struct jout j;
	int i;

	jout_begin(&j, out, false);
	jout_list(&j);
	for (i = 0; i < n; i++) {
		jout_obj(&j);
		jout_kint(&j, "d", t[i].days);
		jout_kstr(&j, "m", t[i].mark);
		jout_obj_end(&j);
	}
	jout_list_end(&j);
}

#define DUE_ROWS " FROM json_each(?) AS j JOIN record_mark ON kind = ?" \
	" AND mark = j.value ->> 'm' AND day <= ? - (j.value ->> 'd')" \
	" AND (? IS NULL OR org IN (SELECT value FROM json_each(?)))"

static void bind_due_rows(struct db_stmt *s, const char *rules,
    const char *kind, const char *scope, int64_t until)
{
	db_bind_text(s, rules);
	db_bind_text(s, kind);
	db_bind_i64(s, until);
	db_bind_text(s, scope);
	db_bind_text(s, scope);
}

enum mq_status recur_count(struct node *n, const char *kind,
    const char *scope, struct day day, int64_t max, int64_t *out,
    struct err *err)
{
	struct track t[RULES_MAX];
	struct buf rules = BUF_INIT(BUF_LARGE);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*out = 0;
	tracks_json(t, tracks_of(n, kind, t), &rules);
	st = db_query(n->db, "SELECT count(*) AS n FROM (SELECT DISTINCT rec"
	    DUE_ROWS " LIMIT ?)", &s, err);
	if (st)
		goto out;
	bind_due_rows(s, buf_str(&rules), kind, scope, day.n);
	db_bind_i64(s, max);
	st = db_step(s, &row, err);
	if (!st && row)
		*out = db_i64(s, "n");
	db_done(&s);
out:
	buf_free(&rules);
	return st;
}

enum mq_status recur_days(struct node *n, const char *kind,
    const char *scope, struct day from, int days, int64_t *out,
    struct err *err)
{
	struct track t[RULES_MAX];
	struct buf rules = BUF_INIT(BUF_LARGE);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(out, 0, (size_t)days * sizeof(*out));
	tracks_json(t, tracks_of(n, kind, t), &rules);
	st = db_query(n->db, "SELECT max(due, ?) AS at, count(*) AS n FROM"
	    " (SELECT min(day + (j.value ->> 'd')) AS due" DUE_ROWS
	    " GROUP BY rec) GROUP BY at", &s, err);
	if (st)
		goto out;
	db_bind_i64(s, from.n);
	bind_due_rows(s, buf_str(&rules), kind, scope, from.n + days - 1);
	while (!(st = db_step(s, &row, err)) && row)
		out[db_i64(s, "at") - from.n] = db_i64(s, "n");
	db_done(&s);
out:
	buf_free(&rules);
	return st;
}
