/*
 * Civil time in China (UTC+8) and the words people use for it.
 */
#ifndef MQ_CLOCK_H
#define MQ_CLOCK_H

#include "err.h"
#include "units.h"

struct civil { int year, month, day, hour, minute, second; int weekday; };
	/* weekday: 0 Monday … 6 Sunday */

struct civil clock_civil(struct utc t);
struct utc clock_utc(struct civil c);		/* weekday ignored */
struct day clock_day(struct utc t);
struct utc clock_day_start(struct day d);
struct day clock_make_day(int year, int month, int day);
bool clock_valid_day(int year, int month, int day);
int clock_weekday(struct day d);

/* "2026-11-22", "2026-11-22 14:30", "11-22 14:30", "14:30". */
enum clock_style { CLOCK_DATE, CLOCK_MINUTE, CLOCK_SHORT, CLOCK_TIME };
void clock_show(struct utc t, enum clock_style s, char *out, size_t size);

/*
 * 发生时间: a day, a part of a day or a minute.  Text form, also the stored
 * form: "2026-11-22", "2026-11-22 am", "2026-11-22 pm", "2026-11-22 night",
 * "2026-11-22 14:30".
 */
enum when_precision { WHEN_DAY, WHEN_AM, WHEN_PM, WHEN_NIGHT, WHEN_MINUTE };
struct when { struct day day; enum when_precision precision; int minute; };
	/* minute: of the day, for WHEN_MINUTE */

/* Reads the stored form and what people type: 今天 昨天 前天 周三 上周三
 * 11-22 11月22日 2026.11.22 20261122 上午 下午 晚上 14:30 下午3点, now-words
 * 现在/刚才, and English today/yesterday.  A bare time means today; a day
 * and a time may be combined.  `now` is the reference.
 * Also 明天 后天 下周三 (a next visit), full-width digits and 三点半.
 * 周三 is the latest Wednesday that is not ahead; 本周三, 上周三 and 下周三
 * count weeks from Monday.  Without a year or month the nearest such day.
 * 晚上12点 is the midnight that ends the day; 晚上2点 is refused because
 * people mean two different days by it.
 * MQ_E_DATE for an impossible one, naming the text.  (In when.c.) */
enum mq_status when_read(const char *text, struct utc now, struct when *out,
    struct err *err) MUST_CHECK;
void when_write(const struct when *w, char *out, size_t size);	/* stored */
void when_show(const struct when *w, enum lang lang, char *out, size_t size);
struct utc when_start(const struct when *w);	/* earliest moment meant */

/* A length or a remaining time when positive ("2 小时", "5 天"), an age when
 * negative ("3 分钟前", under a minute 刚才).  Cut to the largest unit. */
void clock_span(int64_t ms, enum lang lang, char *out, size_t size);

#endif
