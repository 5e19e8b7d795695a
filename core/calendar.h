/*
 * Working days and hours, and due times that explain themselves.
 * Counting: Civil Code art. 200-204 (hours start at once, the first day is
 * not counted, a last day off moves to the next working day).
 */
#ifndef MQ_CALENDAR_H
#define MQ_CALENDAR_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/env.h"

struct calendar;

/* calendar.csv (date,kind,name) + working hours "09:00-12:00,14:00-18:00". */
enum mq_status calendar_load(struct env *env, const char *csv_path,
    const char *hours, const char *version, struct calendar **out,
    struct err *err) MUST_CHECK;
void calendar_free(struct calendar **c);
const char *calendar_version(const struct calendar *c);
bool calendar_known_year(const struct calendar *c, int year);
bool calendar_is_workday(const struct calendar *c, struct day d);
const char *calendar_day_name(const struct calendar *c, struct day d);

/* Is it one of "minute" "hour" "workhour" "day" "workday"? */
bool calendar_is_unit(const char *unit);
/* value: 0 … 100000 of a unit. */
struct utc calendar_due(const struct calendar *c, struct utc start,
    int64_t value, const char *unit);
/* Where a limit stands after a pause: what was left of it at `paused` is
 * counted on from `resumed`, in its own unit (working hours, working days). A
 * limit already past stays as late as it was. */
struct utc calendar_resume(const struct calendar *c, struct utc due,
    struct utc paused, struct utc resumed, const char *unit);
/* The end of business of a day. */
struct utc calendar_close(const struct calendar *c, struct day d);
/* Lines: rule, start, each day skipped with its name, result, calendar
 * version, 历法未下发(暂按) for a year without a table. */
void calendar_explain(const struct calendar *c, struct utc start,
    int64_t value, const char *unit, enum lang lang, struct buf *out);

#endif
