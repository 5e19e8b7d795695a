/*
 * The walk behind a report: which records a figure looks at and which of them
 * fulfil its conditions.  Rows are read from the projection; the words of a
 * record are decrypted only when a condition names a field.
 */
#include "report_scan.h"

#include "base/clock.h"
#include "base/xmalloc.h"
#include "flow_clock.h"
#include "form.h"
#include "record_row.h"

/* Confidential records count nowhere (design §6), withdrawn ones neither. */
#define SCAN "SELECT " RECORD_COLUMNS " FROM record WHERE kind = ?" \
	" AND flags & 5 = 0 AND org IN (SELECT value FROM json_each(?))"

_Static_assert(REC_VOID + REC_CONFIDENTIAL == 5, "as in the statement");

static const char *const scans[] = {
	[AT_OPENED] = SCAN " AND opened_at >= ? AND opened_at < ?"
	    " ORDER BY opened_at DESC, rec DESC",
	[AT_CLOSED] = SCAN " AND closed_at > 0 AND closed_at >= ?"
	    " AND closed_at < ? ORDER BY closed_at DESC, rec DESC",
	[AT_END] = SCAN " AND (closed_at = 0 OR closed_at >= ?)"
	    " AND opened_at < ? ORDER BY opened_at DESC, rec DESC",
};

enum mq_status report_scan_begin(struct report_scan *sc, struct node *n,
    const struct session *who, const struct report_figure *f,
    const char *root, struct report_span span, struct utc now,
    struct err *err)
{
	struct utc from = clock_day_start(span.from);
	struct utc end = { clock_day_start(span.to).ms + MS_DAY };
	enum mq_status rc;

	*sc = (struct report_scan){ .n = n, .root = root,
	    .kind = pack_kind(n->pack, f->kind),
	    .scope = BUF_INIT(BUF_LARGE) };
	sc->as_of.ms = end.ms < now.ms ? end.ms : now.ms;
	access_scope(n, who, f->kind, &sc->scope);
	rc = db_query(n->db, scans[f->at], &sc->stmt, err);
	if (rc != MQ_OK)
		return rc;
	db_bind_text(sc->stmt, f->kind);
	db_bind_text(sc->stmt, buf_str(&sc->scope));
	db_bind_i64(sc->stmt, f->at == AT_END ? end.ms : from.ms);
	db_bind_i64(sc->stmt, end.ms);
	return MQ_OK;
}

static void forget(struct report_scan *sc)
{
	if (sc->has_full)
		record_full_free(&sc->full);
	sc->has_full = false;
}

enum mq_status report_scan_next(struct report_scan *sc, bool *row,
    struct err *err)
{
	const struct orgs *o = pack_orgs(sc->n->pack);
	enum mq_status rc;

	for (;;) {
		forget(sc);
		rc = db_step(sc->stmt, row, err);
		if (rc != MQ_OK || !*row)
			return rc;
		record_row_read(sc->stmt, &sc->r);
		if (org_within(o, sc->r.org, sc->root))
			return MQ_OK;
	}
}

void report_scan_end(struct report_scan *sc)
{
	forget(sc);
	db_done(&sc->stmt);
	buf_free(&sc->scope);
}

/* ---- what a record says ---- */

/* A record that cannot be read counts by its columns and has no fields. */
static const struct record_full *full(struct report_scan *sc)
{
	if (!sc->has_full && record_get(sc->n, sc->r.rec, &sc->full, NULL) !=
	    MQ_OK)
		sc->full = (struct record_full){ .r = sc->r };
	sc->has_full = true;
	return &sc->full;
}

/* How far past its limit one clock ran, or stands at the report's moment, in
 * ms; 0: in time. */
static int64_t clock_late(const struct report_scan *sc,
    const struct flow_clock *c)
{
	struct utc end = c->done.ms > 0 ? c->done :
	    c->paused.ms > 0 ? c->paused : sc->as_of;

	return c->due.ms > 0 && end.ms > c->due.ms ? end.ms - c->due.ms : 0;
}

/* The worst of its clocks; while some run only those count, what was late
 * before and is done is forgiven until the end. */
static int64_t late_by(struct report_scan *sc)
{
	struct flow_clock clocks[FLOW_CLOCKS_MAX];
	int n = flow_clock_all(&full(sc)->d, clocks, FLOW_CLOCKS_MAX), i;
	bool running = sc->r.due_at.ms > 0;
	int64_t worst = 0, one;

	for (i = 0; i < n; i++) {
		if (running && clocks[i].done.ms > 0)
			continue;
		one = clock_late(sc, &clocks[i]);
		worst = one > worst ? one : worst;
	}
	return worst;
}

/* "clock.NAME": never started, running, stands, late, in time. */
static const char *clock_word(struct report_scan *sc, const char *name)
{
	struct flow_clock c;

	if (!flow_clock_get(&full(sc)->d, name, &c))
		return "none";
	if (clock_late(sc, &c) > 0)
		return "late";
	return c.done.ms > 0 ? "intime" : c.paused.ms > 0 ? "paused" :
	    "running";
}

/* The value a condition speaks of.  Fixed columns first, then the fields. */
static const char *value_of(struct report_scan *sc, const char *name,
    char *text, size_t size)
{
	const struct {
		const char *name, *value;
	} columns[] = {
		{ "state", sc->r.state }, { "grade", sc->r.grade },
		{ "level", sc->r.level }, { "owner", sc->r.owner },
		{ "by", sc->r.by }, { "key", sc->r.tkey },
		{ "closed", sc->r.flags & REC_CLOSED ? "yes" : "no" },
	};
	const struct field_value *v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			return columns[i].value;
	if (strcmp(name, "late") == 0)
		return late_by(sc) > 0 ? "yes" : "no";
	if (strncmp(name, "clock.", 6) == 0)
		return clock_word(sc, name + 6);
	v = strncmp(name, "d.", 2) == 0 ? fields_get(&full(sc)->d, name + 2) :
	    fields_get(&full(sc)->f, name);
	if (v == NULL || v->kind == FV_GONE)
		return "";
	if (v->kind != FV_INT)
		return v->text;
	snprintf(text, size, "%lld", (long long)v->num);
	return text;
}

/* One of the words joined by '|'?  A field of several choices has its items
 * joined by newlines: one of them is enough. */
static bool one_of(const char *value, const char *words, size_t len)
{
	const char *end = words + len, *w, *item;
	size_t wlen, ilen;

	for (w = words; w <= end; w += wlen + 1) {
		const char *bar = memchr(w, '|', (size_t)(end - w));

		wlen = (size_t)((bar == NULL ? end : bar) - w);
		for (item = value;; item += ilen + 1) {
			ilen = strcspn(item, "\n");
			if (ilen == wlen && memcmp(item, w, wlen) == 0)
				return true;
			if (item[ilen] == '\0')
				break;
		}
	}
	return false;
}

/* "name=a|b", "name!=a|b", "name>3", "name<3". */
static bool fits_one(struct report_scan *sc, const char *cond, size_t len)
{
	size_t n = strcspn(cond, "=!<>"), skip;
	char name[64], num[24];
	const char *value, *want;

	snprintf(name, sizeof(name), "%.*s", (int)n, cond);
	value = value_of(sc, name, num, sizeof(num));
	skip = cond[n] == '!' ? 2 : 1;
	want = cond + n + skip;
	len -= n + skip;
	if (cond[n] == '<' || cond[n] == '>') {
		int64_t have = strtoll(value, NULL, 10);
		int64_t limit = strtoll(want, NULL, 10);

		return value[0] != '\0' &&
		    (cond[n] == '<' ? have < limit : have > limit);
	}
	return one_of(value, want, len) == (cond[n] == '=');
}

bool report_scan_fits(struct report_scan *sc, const char *where)
{
	size_t len;

	for (where += strspn(where, " "); *where != '\0';
	    where += len, where += strspn(where, " ")) {
		len = strcspn(where, " ");
		if (!fits_one(sc, where, len))
			return false;
	}
	return true;
}

const char *report_scan_text(struct report_scan *sc, const char *field)
{
	return fields_text(&full(sc)->f, field);
}

void report_scan_label(struct report_scan *sc, const char *field,
    char *out, size_t size)
{
	const struct field_value *v = fields_get(&full(sc)->f, field);
	const struct field *fd = kind_field(sc->kind, field);
	struct buf b = BUF_INIT(BUF_SMALL);

	if (v != NULL && fd != NULL)
		form_show(sc->n, fd, v, false, &b);
	snprintf(out, size, "%s", buf_str(&b));
	buf_free(&b);
}

int64_t report_scan_num(struct report_scan *sc, const char *field)
{
	if (strcmp(field, "@late") == 0)
		return late_by(sc) / MS_MINUTE;
	if (strcmp(field, "@length") == 0)
		return sc->r.closed_at.ms <= sc->r.opened_at.ms ? 0 :
		    (sc->r.closed_at.ms - sc->r.opened_at.ms) / MS_MINUTE;
	return field[0] == '\0' ? sc->r.num :
	    fields_int(&full(sc)->f, field, 0);
}
