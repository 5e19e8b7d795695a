/*
 * Civil time at UTC+8.  Called from everywhere that shows or stores a time;
 * when.c reads what people type.
 */
#include "clock.h"

#include <assert.h>
#include <stdio.h>

/* Floor division: days before 1970 count too (people were born then). */
static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool clock_valid_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Days of a proleptic Gregorian calendar whose year begins in March, so that
 * the leap day is the last one. */
struct day clock_make_day(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t mp = (month + 9) % 12;
	int64_t doy = (153 * mp + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	assert(month >= 1 && month <= 12);
	return (struct day){ (int32_t)(era * 146097 + doe - 719468) };
}

static void split_day(int64_t n, struct civil *c)
{
	int64_t z = n + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400 + (c->month <= 2));
}

int clock_weekday(struct day d)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(((int64_t)d.n % 7 + 7 + 3) % 7);
}

struct day clock_day(struct utc t)
{
	return (struct day){ (int32_t)floor_div(t.ms + CIVIL_OFFSET_MS,
	    MS_DAY) };
}

struct utc clock_day_start(struct day d)
{
	return (struct utc){ (int64_t)d.n * MS_DAY - CIVIL_OFFSET_MS };
}

struct civil clock_civil(struct utc t)
{
	struct day d = clock_day(t);
	int64_t rest = t.ms - clock_day_start(d).ms;
	struct civil c = { 0 };

	split_day(d.n, &c);
	c.hour = (int)(rest / MS_HOUR);
	c.minute = (int)(rest / MS_MINUTE % 60);
	c.second = (int)(rest / MS_SECOND % 60);
	c.weekday = clock_weekday(d);
	return c;
}

struct utc clock_utc(struct civil c)
{
	struct utc t = clock_day_start(clock_make_day(c.year, c.month,
	    c.day));

	t.ms += c.hour * MS_HOUR + c.minute * MS_MINUTE +
	    c.second * MS_SECOND;
	return t;
}

void clock_show(struct utc t, enum clock_style s, char *out, size_t size)
{
	struct civil c = clock_civil(t);

	switch (s) {
	case CLOCK_DATE:
		(void)snprintf(out, size, "%04d-%02d-%02d", c.year, c.month,
		    c.day);
		break;
	case CLOCK_MINUTE:
		(void)snprintf(out, size, "%04d-%02d-%02d %02d:%02d", c.year,
		    c.month, c.day, c.hour, c.minute);
		break;
	case CLOCK_SHORT:
		(void)snprintf(out, size, "%02d-%02d %02d:%02d", c.month,
		    c.day, c.hour, c.minute);
		break;
	case CLOCK_TIME:
		(void)snprintf(out, size, "%02d:%02d", c.hour, c.minute);
		break;
	}
}

struct span {
	int64_t ms;
	const char *zh, *one, *many;
};

void clock_span(int64_t ms, enum lang lang, char *out, size_t size)
{
	static const struct span spans[] = {
		{ MS_DAY, "天", "day", "days" },
		{ MS_HOUR, "小时", "hour", "hours" },
		{ MS_MINUTE, "分钟", "minute", "minutes" },
	};
	bool ago = ms < 0;
	int64_t n, len;
	size_t i;

	/* INT64_MIN has no positive twin. */
	len = ms == INT64_MIN ? INT64_MAX : ago ? -ms : ms;
	for (i = 0; i < ARRAY_LEN(spans); i++)
		if (len >= spans[i].ms)
			break;
	if (i == ARRAY_LEN(spans)) {
		if (lang == LANG_EN)
			(void)snprintf(out, size, ago ? "just now" :
			    "less than a minute");
		else
			(void)snprintf(out, size, ago ? "刚才" :
			    "不到 1 分钟");
		return;
	}
	n = len / spans[i].ms;
	if (lang == LANG_EN)
		(void)snprintf(out, size, "%lld %s%s", (long long)n,
		    n == 1 ? spans[i].one : spans[i].many, ago ? " ago" : "");
	else
		(void)snprintf(out, size, "%lld %s%s", (long long)n,
		    spans[i].zh, ago ? "前" : "");
}
