/*
 * The log: one line an event, sanitised, without personal data.  Nothing is
 * written to a terminal that shows a full-screen program: before log_open()
 * lines go to stderr only when it is not a terminal under curses.
 */
#ifndef MQ_LOG_H
#define MQ_LOG_H

#include "err.h"
#include "units.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Appends to `path` (rotated at 1 MiB to path.1); NULL goes back to stderr. */
void log_open(const char *path, enum log_level level);
void log_quiet(bool quiet);	/* the screen is in use: no stderr */
void log_line(enum log_level level, const char *area, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void log_err(const char *area, const struct err *err);

#endif
