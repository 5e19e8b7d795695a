/*
 * Working days and hours, and the sum behind a due time.  Called by the flow
 * facet at save, and by screens that explain a due time.
 */
#include "calendar.h"

#include <assert.h>
#include <inttypes.h>

#include "base/csv.h"
#include "base/xmalloc.h"
#include "say.h"

#define SLOTS_MAX 4
#define DAY_MINUTES 1440
#define DAYS_MAX 200000		/* no limit reaches this far */

struct special {
	int32_t day;
	bool work;
	char *name;
};

struct slot { int from, to; };	/* minutes of the day */

struct calendar {
	struct special *v;	/* sorted by day */
	size_t n, cap;
	struct slot slots[SLOTS_MAX];
	int nslots;
	char *hours;
	char *version;
};

/* ---- loading ---- */

static enum mq_status bad(const char *where, enum say why, const char *what,
    struct err *err)
{
	struct buf b = BUF_INIT(230);
	enum mq_status rc;

	buf_addf(&b, "%s: ", where);
	say_fill(&b, LANG_ZH, why, what, NULL);
	buf_addf(&b, "‖%s: ", where);
	say_fill(&b, LANG_EN, why, what, NULL);
	rc = err_set(err, MQ_E_PACK_BAD, "%s", buf_str(&b));
	buf_free(&b);
	return rc;
}

/* "YYYY-MM-DD" only: what a spreadsheet turned into 2026/1/1 is refused with
 * its row, so that nobody works on a holiday by mistake. */
static bool read_day(const char *s, struct day *out)
{
	int part[3] = { 0, 0, 0 }, k = 0;
	size_t i;

	if (strlen(s) != 10)
		return false;
	for (i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (s[i] != '-')
				return false;
			k++;
		} else if (s[i] < '0' || s[i] > '9') {
			return false;
		} else {
			part[k] = part[k] * 10 + (s[i] - '0');
		}
	}
	if (!clock_valid_day(part[0], part[1], part[2]))
		return false;
	*out = clock_make_day(part[0], part[1], part[2]);
	return true;
}

static int two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static int read_minute(const char *s)
{
	int h = two_digits(s), m;

	if (h < 0 || s[2] != ':')
		return -1;
	m = two_digits(s + 3);
	if (m < 0 || m > 59 || h * 60 + m > DAY_MINUTES)
		return -1;
	return h * 60 + m;
}

static bool read_hours(struct calendar *c, const char *s)
{
	int last = 0;

	while (*s != '\0') {
		struct slot x;

		if (strlen(s) < 11 || s[5] != '-' || c->nslots == SLOTS_MAX)
			return false;
		x.from = read_minute(s);
		x.to = read_minute(s + 6);
		if (x.from < last || x.to <= x.from)
			return false;
		last = x.to;
		c->slots[c->nslots++] = x;
		s += 11;
		if (*s == ',')
			s++;
		else if (*s != '\0')
			return false;
	}
	if (c->nslots == 0)
		c->slots[c->nslots++] = (struct slot){ 0, DAY_MINUTES };
	return true;
}

static int cmp_special(const void *a, const void *b)
{
	const struct special *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static enum mq_status read_row(struct calendar *c, struct csv *csv,
    struct err *err)
{
	const char *date = csv_get(csv, "date"), *kind = csv_get(csv, "kind");
	struct special s;
	struct day d;
	char where[60];

	snprintf(where, sizeof(where), "calendar.csv:%d:date", csv_line(csv));
	if (!read_day(date, &d))
		return bad(where, SAY_CAL_DATE, date, err);
	s.work = strcmp(kind, "workday") == 0;
	snprintf(where, sizeof(where), "calendar.csv:%d:kind", csv_line(csv));
	if (!s.work && strcmp(kind, "holiday") != 0)
		return bad(where, SAY_PACK_UNKNOWN, kind, err);
	s.day = d.n;
	s.name = xstrdup(csv_get(csv, "name"));
	c->v = xgrow(c->v, &c->cap, c->n + 1, sizeof(c->v[0]));
	c->v[c->n++] = s;
	return MQ_OK;
}

enum mq_status calendar_load(struct env *env, const char *csv_path,
    const char *hours,
    const char *version, struct calendar **out, struct err *err)
{
	struct calendar *c = xcalloc(1, sizeof(*c));
	struct csv *csv = NULL;
	enum mq_status rc;
	char date[32];
	size_t i;

	*out = NULL;
	c->hours = xstrdup(hours);
	c->version = xstrdup(version);
	rc = csv_open(env, csv_path, &csv, err);
	if (rc == MQ_OK && !read_hours(c, hours))
		rc = bad("pack.csv:work_hours", SAY_PACK_HOURS, hours, err);
	while (rc == MQ_OK && csv_next(csv))
		rc = read_row(c, csv, err);
	if (rc != MQ_OK)
		goto out;
	qsort(c->v, c->n, sizeof(c->v[0]), cmp_special);
	for (i = 1; i < c->n; i++) {
		if (c->v[i].day != c->v[i - 1].day)
			continue;
		clock_show(clock_day_start((struct day){ c->v[i].day }),
		    CLOCK_DATE, date, sizeof(date));
		rc = bad("calendar.csv:date", SAY_PACK_TWICE, date, err);
		goto out;
	}
	*out = c;
	c = NULL;
out:
	csv_close(&csv);
	calendar_free(&c);
	return rc;
}

void calendar_free(struct calendar **cp)
{
	struct calendar *c = *cp;
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n; i++)
		free(c->v[i].name);
	free(c->v);
	free(c->hours);
	free(c->version);
	FREE(*cp);
}

/* ---- days ---- */

static const struct special *special_of(const struct calendar *c, struct day d)
{
	struct special key = { d.n, false, NULL };

	return c->n == 0 ? NULL :
	    bsearch(&key, c->v, c->n, sizeof(c->v[0]), cmp_special);
}

const char *calendar_version(const struct calendar *c)
{
	return c->version;
}

bool calendar_known_year(const struct calendar *c, int year)
{
	struct day first = clock_make_day(year, 1, 1);
	struct day last = clock_make_day(year, 12, 31);
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].day >= first.n && c->v[i].day <= last.n)
			return true;
	return false;
}

bool calendar_is_workday(const struct calendar *c, struct day d)
{
	const struct special *s = special_of(c, d);

	return s != NULL ? s->work : clock_weekday(d) < 5;
}

const char *calendar_day_name(const struct calendar *c, struct day d)
{
	const struct special *s = special_of(c, d);

	return s != NULL ? s->name : "";
}

/* ---- due times ---- */

/* The end of a day: closing time, or its last minute without hours. */
static struct utc day_end(const struct calendar *c, struct day d)
{
	int minute = c->slots[c->nslots - 1].to;
	struct utc t = clock_day_start(d);

	if (minute == DAY_MINUTES)
		minute--;
	t.ms += minute * MS_MINUTE;
	return t;
}

struct utc calendar_close(const struct calendar *c, struct day d)
{
	return day_end(c, d);
}

/* `left` ms of working time from `start` on. */
static struct utc work_on(const struct calendar *c, struct utc start,
    int64_t left)
{
	int64_t open, close;
	struct day d = clock_day(start);
	int i, days;

	for (days = 0; days < DAYS_MAX; days++, d.n++) {
		if (!calendar_is_workday(c, d))
			continue;
		for (i = 0; i < c->nslots; i++) {
			int64_t base = clock_day_start(d).ms;

			open = base + c->slots[i].from * MS_MINUTE;
			close = base + c->slots[i].to * MS_MINUTE;
			if (open < start.ms)
				open = start.ms;
			if (open >= close)
				continue;
			if (left <= close - open)
				return (struct utc){ open + left };
			left -= close - open;
		}
	}
	return start;
}

static struct utc due_days(const struct calendar *c, struct utc start,
    int64_t value, bool workdays)
{
	struct day d = clock_day(start);
	int64_t left = value;
	int days;

	if (!workdays) {
		d.n += (int32_t)value;
		left = 1;
		d.n--;
	}
	for (days = 0; days < DAYS_MAX; days++) {
		d.n++;
		if (calendar_is_workday(c, d) && --left == 0)
			break;
	}
	return day_end(c, d);
}

bool calendar_is_unit(const char *unit)
{
	static const char *const units[] = { "minute", "hour", "workhour",
		"day", "workday" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(units[i], unit) == 0)
			return true;
	return false;
}

struct utc calendar_due(const struct calendar *c, struct utc start,
    int64_t value, const char *unit)
{
	assert(value >= 0 && value <= 100000);
	if (strcmp(unit, "minute") == 0)
		return (struct utc){ start.ms + value * MS_MINUTE };
	if (strcmp(unit, "hour") == 0)
		return (struct utc){ start.ms + value * MS_HOUR };
	if (strcmp(unit, "workhour") == 0)
		return work_on(c, start, value * MS_HOUR);
	assert(strcmp(unit, "day") == 0 || strcmp(unit, "workday") == 0);
	return due_days(c, start, value, strcmp(unit, "workday") == 0);
}

/* Working time between two moments. */
static int64_t worked(const struct calendar *c, struct utc from, struct utc to)
{
	int64_t sum = 0, open, close, base;
	struct day d = clock_day(from), last = clock_day(to);
	int i, days;

	for (days = 0; days < DAYS_MAX && d.n <= last.n; days++, d.n++) {
		if (!calendar_is_workday(c, d))
			continue;
		base = clock_day_start(d).ms;
		for (i = 0; i < c->nslots; i++) {
			open = base + c->slots[i].from * MS_MINUTE;
			close = base + c->slots[i].to * MS_MINUTE;
			open = open < from.ms ? from.ms : open;
			close = close > to.ms ? to.ms : close;
			sum += close > open ? close - open : 0;
		}
	}
	return sum;
}

/* As many days after `resumed` as there were from `paused` to the due day;
 * the same day when there was none, unless that is a day off. */
static struct utc days_on(const struct calendar *c, struct utc due,
    struct utc paused, struct utc resumed, bool workdays)
{
	struct day d = clock_day(paused), last = clock_day(due);
	int64_t left = 0;

	if (!workdays)
		left = last.n - d.n;
	while (workdays && d.n < last.n) {
		d.n++;
		left += calendar_is_workday(c, d);
	}
	if (left > 0)
		return due_days(c, resumed, left, workdays);
	for (d = clock_day(resumed); !calendar_is_workday(c, d); d.n++)
		;
	return day_end(c, d);
}

struct utc calendar_resume(const struct calendar *c, struct utc due,
    struct utc paused, struct utc resumed, const char *unit)
{
	bool wall = strcmp(unit, "minute") == 0 || strcmp(unit, "hour") == 0;

	if (resumed.ms <= paused.ms)
		return due;
	if (wall || due.ms <= paused.ms)
		return (struct utc){ due.ms + resumed.ms - paused.ms };
	if (strcmp(unit, "workhour") == 0)
		return work_on(c, resumed, worked(c, paused, due));
	return days_on(c, due, paused, resumed, strcmp(unit, "workday") == 0);
}

/* ---- explaining ---- */

static void line(struct buf *out, enum lang lang, enum say id, const char *a,
    const char *b)
{
	say_fill(out, lang, id, a, b);
	buf_addc(out, '\n');
}

static void rule_line(const struct calendar *c, int64_t value, const char *unit,
    enum lang lang, struct buf *out)
{
	static const struct { const char *unit; enum say say; } rows[] = {
		{ "minute", SAY_CAL_RULE_MINUTE },
		{ "hour", SAY_CAL_RULE_HOUR },
		{ "workhour", SAY_CAL_RULE_WORKHOUR },
		{ "day", SAY_CAL_RULE_DAY },
		{ "workday", SAY_CAL_RULE_WORKDAY },
	};
	char n[24];
	size_t i;

	snprintf(n, sizeof(n), "%" PRId64, value);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].unit, unit) == 0)
			line(out, lang, rows[i].say, n, c->hours);
}

static const char *off_name(const struct calendar *c, struct day d,
    enum lang lang)
{
	const char *name = calendar_day_name(c, d);

	return name[0] != '\0' ? name : say_word(SAY_CAL_WEEKEND, lang);
}

/* Days off from `d` to `last`, those of one name in a row on one line. */
static void skip_lines(const struct calendar *c, struct day d, struct day last,
    enum lang lang, struct buf *out)
{
	char date[32], first[96], n[16];
	struct buf swap = BUF_INIT(200);

	for (; d.n <= last.n; d.n++) {
		struct day end = d;
		const char *name;

		clock_show(clock_day_start(d), CLOCK_DATE, date,
		    sizeof(date));
		if (calendar_is_workday(c, d)) {
			if (clock_weekday(d) < 5)
				continue;
			buf_reset(&swap);
			say_fill(&swap, lang, SAY_CAL_SWAPPED,
			    calendar_day_name(c, d), NULL);
			line(out, lang, SAY_CAL_SWAP, date, buf_str(&swap));
			continue;
		}
		name = off_name(c, d, lang);
		while (end.n < last.n) {
			struct day next = { end.n + 1 };

			if (calendar_is_workday(c, next) ||
			    strcmp(off_name(c, next, lang), name) != 0)
				break;
			end = next;
		}
		snprintf(first, sizeof(first), "%s %s", date, name);
		snprintf(n, sizeof(n), "%d", (int)(end.n - d.n + 1));
		if (end.n == d.n)
			line(out, lang, SAY_CAL_SKIP, date, name);
		else
			line(out, lang, SAY_CAL_SKIP_RUN, first, n);
		d = end;
	}
	buf_free(&swap);
}

/* Where days off begin to matter for this unit. */
static struct day skips_from(struct utc start, int64_t value, const char *unit)
{
	struct day d = clock_day(start);

	if (strcmp(unit, "workday") == 0)
		d.n++;
	else if (strcmp(unit, "day") == 0)
		d.n += (int32_t)value;
	return d;
}

void calendar_explain(const struct calendar *c, struct utc start, int64_t value,
    const char *unit, enum lang lang, struct buf *out)
{
	struct utc due = calendar_due(c, start, value, unit);
	char when[40], year[16];
	int y;

	rule_line(c, value, unit, lang, out);
	clock_show(start, CLOCK_MINUTE, when, sizeof(when));
	line(out, lang, SAY_CAL_START, when, NULL);
	if (strcmp(unit, "minute") != 0 && strcmp(unit, "hour") != 0)
		skip_lines(c, skips_from(start, value, unit), clock_day(due),
		    lang, out);
	clock_show(due, CLOCK_MINUTE, when, sizeof(when));
	line(out, lang, SAY_CAL_RESULT, when, NULL);
	line(out, lang, SAY_CAL_VERSION, c->version, NULL);
	for (y = clock_civil(start).year; y <= clock_civil(due).year; y++) {
		if (calendar_known_year(c, y))
			continue;
		snprintf(year, sizeof(year), "%d", y);
		line(out, lang, SAY_CAL_UNKNOWN, year, NULL);
	}
}
