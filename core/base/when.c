/*
 * 发生时间: reading what people type, writing the stored form.  Called by the
 * form facet, import and the command line.  Declared in clock.h.
 */
#include "clock.h"

#include "buf.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 96		/* longer than any time anybody writes */
#define YEAR_MIN 1900
#define YEAR_MAX 2199
#define NEAR_DAYS 200		/* a date without a year is this near */

enum part {
	PART_NONE,
	PART_DAWN,		/* 凌晨, and "am" of a 12-hour clock */
	PART_MORNING,
	PART_NOON,
	PART_AFTERNOON,
	PART_EVENING
};

struct reading {
	const char *at;
	struct day today;
	int minute_now;
	bool has_day, has_time;
	struct day day;
	enum part part;
	int hour, minute;
};

enum word_kind { WORD_DAY, WORD_PART, WORD_NOW, WORD_WEEK };

struct word {
	const char *text;
	enum word_kind kind;
	int value;		/* days from today, or weeks from this one */
	enum part part;
};

/* A longer word stands before those it begins with. */
static const struct word words[] = {
	{ "大前天", WORD_DAY, -3, PART_NONE },
	{ "大后天", WORD_DAY, 3, PART_NONE },
	{ "前天", WORD_DAY, -2, PART_NONE },
	{ "昨天", WORD_DAY, -1, PART_NONE },
	{ "昨日", WORD_DAY, -1, PART_NONE },
	{ "昨晚", WORD_DAY, -1, PART_EVENING },
	{ "今天", WORD_DAY, 0, PART_NONE },
	{ "今日", WORD_DAY, 0, PART_NONE },
	{ "今早", WORD_DAY, 0, PART_MORNING },
	{ "今晚", WORD_DAY, 0, PART_EVENING },
	{ "明天", WORD_DAY, 1, PART_NONE },
	{ "明日", WORD_DAY, 1, PART_NONE },
	{ "明早", WORD_DAY, 1, PART_MORNING },
	{ "明晚", WORD_DAY, 1, PART_EVENING },
	{ "后天", WORD_DAY, 2, PART_NONE },
	{ "yesterday", WORD_DAY, -1, PART_NONE },
	{ "today", WORD_DAY, 0, PART_NONE },
	{ "tonight", WORD_DAY, 0, PART_EVENING },
	{ "tomorrow", WORD_DAY, 1, PART_NONE },
	{ "现在", WORD_NOW, 0, PART_NONE },
	{ "刚才", WORD_NOW, 0, PART_NONE },
	{ "刚刚", WORD_NOW, 0, PART_NONE },
	{ "now", WORD_NOW, 0, PART_NONE },
	{ "凌晨", WORD_PART, 0, PART_DAWN },
	{ "上午", WORD_PART, 0, PART_MORNING },
	{ "早上", WORD_PART, 0, PART_MORNING },
	{ "早晨", WORD_PART, 0, PART_MORNING },
	{ "清晨", WORD_PART, 0, PART_MORNING },
	{ "中午", WORD_PART, 0, PART_NOON },
	{ "下午", WORD_PART, 0, PART_AFTERNOON },
	{ "午后", WORD_PART, 0, PART_AFTERNOON },
	{ "傍晚", WORD_PART, 0, PART_AFTERNOON },
	{ "晚上", WORD_PART, 0, PART_EVENING },
	{ "夜里", WORD_PART, 0, PART_EVENING },
	{ "夜间", WORD_PART, 0, PART_EVENING },
	{ "morning", WORD_PART, 0, PART_MORNING },
	{ "noon", WORD_PART, 0, PART_NOON },
	{ "afternoon", WORD_PART, 0, PART_AFTERNOON },
	{ "evening", WORD_PART, 0, PART_EVENING },
	{ "night", WORD_PART, 0, PART_EVENING },
	{ "am", WORD_PART, 0, PART_DAWN },
	{ "pm", WORD_PART, 0, PART_AFTERNOON },
	{ "上周", WORD_WEEK, -1, PART_NONE },
	{ "上个周", WORD_WEEK, -1, PART_NONE },
	{ "上星期", WORD_WEEK, -1, PART_NONE },
	{ "上个星期", WORD_WEEK, -1, PART_NONE },
	{ "上礼拜", WORD_WEEK, -1, PART_NONE },
	{ "本周", WORD_WEEK, 0, PART_NONE },
	{ "这周", WORD_WEEK, 0, PART_NONE },
	{ "这个星期", WORD_WEEK, 0, PART_NONE },
	{ "下周", WORD_WEEK, 1, PART_NONE },
	{ "下个周", WORD_WEEK, 1, PART_NONE },
	{ "下星期", WORD_WEEK, 1, PART_NONE },
	{ "下个星期", WORD_WEEK, 1, PART_NONE },
	{ "下礼拜", WORD_WEEK, 1, PART_NONE },
};

static bool take(struct reading *r, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

/* Half-width, lower-case, every kind of dash a '-': what an input method
 * leaves switched on must not matter. */
static bool prepare(const char *text, char *out)
{
	size_t len = strlen(text), at, to = 0;
	uint32_t cp;
	int n;

	if (len > TEXT_MAX)
		return false;
	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(text + at, len - at, &cp);
		if (n <= 0)
			return false;
		if (cp >= 0xff01 && cp <= 0xff5e)
			cp -= 0xfee0;
		else if (cp == 0x3000 || cp == '\t')
			cp = ' ';
		else if (cp >= 0x2010 && cp <= 0x2015)
			cp = '-';
		if (cp >= 'A' && cp <= 'Z')
			cp += 32;
		to += (size_t)text_encode(cp, out + to);
	}
	out[to] = '\0';
	return true;
}

struct number { int value; int digits; };

static int han_digit(struct reading *r)
{
	static const struct { const char *text; int value; } digits[] = {
		{ "〇", 0 }, { "零", 0 }, { "一", 1 }, { "二", 2 },
		{ "两", 2 }, { "三", 3 }, { "四", 4 }, { "五", 5 },
		{ "六", 6 }, { "七", 7 }, { "八", 8 }, { "九", 9 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(digits); i++)
		if (take(r, digits[i].text))
			return digits[i].value;
	return -1;
}

/* 14, 二十三, 二〇二六.  False when there is none or it is too long. */
static bool read_number(struct reading *r, struct number *out)
{
	bool after_ten = false;
	int d;

	*out = (struct number){ 0, 0 };
	if (*r->at >= '0' && *r->at <= '9') {
		for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
			if (++out->digits > 8)
				return false;
			out->value = out->value * 10 + (*r->at - '0');
		}
		return true;
	}
	for (;;) {
		if (take(r, "十")) {
			out->value = out->value == 0 ? 10 : out->value * 10;
			after_ten = true;
		} else if ((d = han_digit(r)) >= 0) {
			out->value = after_ten ? out->value + d :
			    out->value * 10 + d;
			after_ten = false;
		} else {
			return out->digits > 0;
		}
		if (++out->digits > 4)
			return false;
	}
}

static bool set_day(struct reading *r, int32_t n)
{
	if (r->has_day)
		return false;
	r->has_day = true;
	r->day.n = n;
	return true;
}

static bool set_part(struct reading *r, enum part part)
{
	if (part == PART_NONE)
		return true;
	if (r->part != PART_NONE)
		return false;
	r->part = part;
	return true;
}

static bool set_time(struct reading *r, int hour, int minute)
{
	if (r->has_time || hour > 23 || minute > 59)
		return false;
	r->has_time = true;
	r->hour = hour;
	r->minute = minute;
	return true;
}

static bool set_date(struct reading *r, int year, int month, int day)
{
	if (year < YEAR_MIN || year > YEAR_MAX ||
	    !clock_valid_day(year, month, day))
		return false;
	return set_day(r, clock_make_day(year, month, day).n);
}

/* The nearest of three months or years; step 1 or 12 months. */
static bool set_nearest(struct reading *r, int month, int day, int step)
{
	struct civil c = clock_civil(clock_day_start(r->today));
	int base = month > 0 ? c.year * 12 + month - 1 :
	    c.year * 12 + c.month - 1;
	int32_t best = 0, d;
	bool found = false;
	int k, m;

	for (k = -1; k <= 1; k++) {
		m = base + k * step;
		if (!clock_valid_day(m / 12, m % 12 + 1, day))
			continue;
		d = clock_make_day(m / 12, m % 12 + 1, day).n;
		if (!found || abs(d - r->today.n) < abs(best - r->today.n))
			best = d;
		found = true;
	}
	if (!found || abs(best - r->today.n) > NEAR_DAYS)
		return false;
	return set_day(r, best);
}

static bool read_date_from_year(struct reading *r, int year)
{
	struct number m, d;

	if (!read_number(r, &m) || m.digits > 2)
		return false;
	if (!take(r, "-") && !take(r, "/") && !take(r, ".") &&
	    !take(r, "月"))
		return false;
	if (!read_number(r, &d))
		return false;
	if (!take(r, "日"))
		(void)take(r, "号");
	if (r->at[0] == 't' && r->at[1] >= '0' && r->at[1] <= '9')
		r->at++;	/* 2026-11-22T14:30 */
	return set_date(r, year, m.value, d.value);
}

static bool read_date_from_month(struct reading *r, int month)
{
	struct number d;

	if (month < 1 || month > 12 || !read_number(r, &d) || d.digits > 3)
		return false;
	if (!take(r, "日"))
		(void)take(r, "号");
	return set_nearest(r, month, d.value, 12);
}

static bool read_clock_time(struct reading *r, int hour)
{
	struct number m, s;

	if (!read_number(r, &m) || m.digits != 2)
		return false;
	/* Seconds are taken and dropped: a minute is the finest precision. */
	if (take(r, ":") && (!read_number(r, &s) || s.value > 59))
		return false;
	return set_time(r, hour, m.value);
}

static bool read_spoken_time(struct reading *r, int hour)
{
	struct number m = { 0, 0 };
	const char *before;

	if (take(r, "半"))
		m.value = 30;
	else if (take(r, "一刻"))
		m.value = 15;
	else if (take(r, "三刻"))
		m.value = 45;
	else if (!take(r, "整") && !take(r, "钟")) {
		before = r->at;
		if (read_number(r, &m))
			(void)take(r, "分");
		else if (r->at != before)
			return false;
	}
	return set_time(r, hour, m.value);
}

static bool read_digits(struct reading *r)
{
	struct number n;
	bool ascii = *r->at >= '0' && *r->at <= '9';

	if (!read_number(r, &n))
		return false;
	if (n.digits == 8 && ascii)
		return set_date(r, n.value / 10000, n.value / 100 % 100,
		    n.value % 100);
	if (n.digits == 4) {
		if (take(r, "-") || take(r, "/") || take(r, ".") ||
		    take(r, "年"))
			return read_date_from_year(r, n.value);
		return false;
	}
	if (n.digits > 3)
		return false;
	if (take(r, ":"))
		return read_clock_time(r, n.value);
	if (take(r, "点") || take(r, "时"))
		return read_spoken_time(r, n.value);
	if (take(r, "-") || take(r, "/") || take(r, ".") || take(r, "月"))
		return read_date_from_month(r, n.value);
	if (take(r, "日") || take(r, "号"))
		return set_nearest(r, 0, n.value, 1);
	/* 3pm: the word itself is read by the caller. */
	if (strncmp(r->at, "am", 2) == 0 || strncmp(r->at, "pm", 2) == 0)
		return n.value >= 1 && n.value <= 12 &&
		    set_time(r, n.value, 0);
	return false;
}

/* What stands behind 周: 0 Monday … 6 Sunday, -1 none. */
static int weekday_name(struct reading *r)
{
	static const char *const names[] = { "一", "二", "三", "四", "五",
	    "六", "日", "天" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (take(r, names[i]))
			return i > 6 ? 6 : (int)i;
	if (*r->at >= '1' && *r->at <= '7')
		return *r->at++ - '1';
	return -1;
}

/* mon, monday: -1 when it is none. */
static int english_weekday(struct reading *r)
{
	static const char *const names[] = { "monday", "tuesday",
	    "wednesday", "thursday", "friday", "saturday", "sunday" };
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		for (n = 0; names[i][n] != '\0' && r->at[n] == names[i][n];)
			n++;
		if (n == 3 || (n > 0 && names[i][n] == '\0')) {
			r->at += n;
			return (int)i;
		}
	}
	return -1;
}

/* The latest such weekday that is not ahead, today included. */
static bool set_past_weekday(struct reading *r, int weekday)
{
	int back = (clock_weekday(r->today) - weekday + 7) % 7;

	return weekday >= 0 && set_day(r, r->today.n - back);
}

static bool read_word(struct reading *r, bool *found)
{
	const struct word *w;
	size_t i;
	int d;

	*found = true;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		w = &words[i];
		if (!take(r, w->text))
			continue;
		if (w->kind == WORD_PART)
			return set_part(r, w->part);
		if (w->kind == WORD_DAY)
			return set_day(r, r->today.n + w->value) &&
			    set_part(r, w->part);
		if (w->kind == WORD_NOW)
			return set_day(r, r->today.n) && set_time(r,
			    r->minute_now / 60, r->minute_now % 60);
		d = weekday_name(r);
		return d >= 0 && set_day(r, r->today.n -
		    clock_weekday(r->today) + 7 * w->value + d);
	}
	if (take(r, "周") || take(r, "星期") || take(r, "礼拜"))
		return set_past_weekday(r, weekday_name(r));
	d = english_weekday(r);
	if (d >= 0)
		return set_past_weekday(r, d);
	*found = false;
	return true;
}

/* Turns 下午 3 into 15.  False for what cannot be (上午 14:30) or says two
 * things at once (晚上 2点). */
static bool settle_hour(struct reading *r)
{
	int h = r->hour;

	switch (r->part) {
	case PART_NONE:
		return true;
	case PART_DAWN:
		r->hour = h == 12 ? 0 : h;
		return h <= 12;
	case PART_MORNING:
		return h <= 12;
	case PART_NOON:
		r->hour = h <= 2 ? h + 12 : h;
		return r->hour >= 10 && r->hour <= 14;
	case PART_AFTERNOON:
		r->hour = h < 12 ? h + 12 : h;
		return h > 0;
	case PART_EVENING:
		if (h == 0 || h == 12) {
			r->hour = 0;
			r->day.n++;
			return true;
		}
		r->hour = h < 12 ? h + 12 : h;
		return r->hour >= 17;
	}
	return false;
}

static void settle_part(const struct reading *r, struct when *out)
{
	switch (r->part) {
	case PART_NONE:
		out->precision = WHEN_DAY;
		break;
	case PART_DAWN:
	case PART_MORNING:
		out->precision = WHEN_AM;
		break;
	case PART_NOON:
		out->precision = WHEN_MINUTE;
		out->minute = 12 * 60;
		break;
	case PART_AFTERNOON:
		out->precision = WHEN_PM;
		break;
	case PART_EVENING:
		out->precision = WHEN_NIGHT;
		break;
	}
}

static bool read_all(struct reading *r)
{
	bool found;

	for (;;) {
		while (*r->at == ' ' || *r->at == ',')
			r->at++;
		if (*r->at == '\0')
			break;
		if (!read_word(r, &found))
			return false;
		if (!found && !read_digits(r))
			return false;
	}
	if (!r->has_day && !r->has_time && r->part == PART_NONE)
		return false;
	if (!r->has_day)
		r->day = r->today;
	return !r->has_time || settle_hour(r);
}

enum mq_status when_read(const char *text, struct utc now, struct when *out,
    struct err *err)
{
	char ready[TEXT_MAX * 2];
	struct civil c = clock_civil(now);
	struct reading r = { 0 };

	*out = (struct when){ { 0 }, WHEN_DAY, 0 };
	r.at = ready;
	r.today = clock_day(now);
	r.minute_now = c.hour * 60 + c.minute;
	if (!prepare(text, ready) || !read_all(&r))
		return err_set(err, MQ_E_DATE, "%s", text);
	out->day = r.day;
	if (r.has_time) {
		out->precision = WHEN_MINUTE;
		out->minute = r.hour * 60 + r.minute;
	} else {
		settle_part(&r, out);
	}
	return MQ_OK;
}

static void write_with(const struct when *w, const char *const parts[4],
    char *out, size_t size)
{
	char date[16];

	clock_show(clock_day_start(w->day), CLOCK_DATE, date, sizeof(date));
	if (w->precision == WHEN_MINUTE)
		(void)snprintf(out, size, "%s %02d:%02d", date,
		    w->minute / 60, w->minute % 60);
	else
		(void)snprintf(out, size, "%s%s", date,
		    parts[w->precision]);
}

void when_write(const struct when *w, char *out, size_t size)
{
	static const char *const parts[] = { "", " am", " pm", " night" };

	write_with(w, parts, out, size);
}

void when_show(const struct when *w, enum lang lang, char *out, size_t size)
{
	static const char *const zh[] = { "", " 上午", " 下午", " 晚上" };
	static const char *const en[] = { "", " morning", " afternoon",
	    " evening" };

	write_with(w, lang == LANG_EN ? en : zh, out, size);
}

struct utc when_start(const struct when *w)
{
	static const int hours[] = { 0, 0, 12, 18 };
	struct utc t = clock_day_start(w->day);

	if (w->precision == WHEN_MINUTE)
		t.ms += w->minute * MS_MINUTE;
	else
		t.ms += hours[w->precision] * MS_HOUR;
	return t;
}
