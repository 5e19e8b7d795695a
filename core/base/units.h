/*
 * Units are types: a bare int never carries a time or a duration.
 * Used by everybody; has no .c file.
 */
#ifndef MQ_UNITS_H
#define MQ_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A moment: milliseconds since 1970-01-01 UTC. 0 means "none". */
struct utc { int64_t ms; };

/* A civil day in UTC+8, counted from 1970-01-01. */
struct day { int32_t n; };

/* Whole minutes of service or waiting. */
struct minutes { int32_t n; };

#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR (60 * MS_MINUTE)
#define MS_DAY (24 * MS_HOUR)

/* China has one time zone and, since 1991, no summer time. */
#define CIVIL_OFFSET_MS (8 * MS_HOUR)

#endif
