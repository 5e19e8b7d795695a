/*
 * What went wrong, in words for the person at the desk.
 *
 * Every fallible function returns enum mq_status, must be checked, and takes
 * struct err * last.  The words come from err.def: what happened, what was
 * kept, what to do, in Chinese with English beside it.
 */
#ifndef MQ_ERR_H
#define MQ_ERR_H

#include "units.h"

enum mq_status {
	MQ_OK = 0,
#define ERR(id, zw, zk, zd, ew, ek, ed) MQ_E_##id,
#include "err.def"
#undef ERR
	MQ_E_LAST
};

enum lang { LANG_ZH, LANG_EN };
enum err_part { ERR_WHAT, ERR_KEPT, ERR_DO };

struct err {
	enum mq_status code;
	int sys;		/* errno, or 0 */
	char detail[240];	/* names, numbers; clean UTF-8, never secrets */
};

#define ERR_INIT { MQ_OK, 0, "" }

/* Fills err (NULL allowed) and returns code, so callers can `return
 * err_set(...)`.  fmt may be NULL: no detail.  Detail is sanitised.
 * "中文‖English" shows each reader one side. */
enum mq_status err_set(struct err *err, enum mq_status code,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same with errno `sys`; ENOSPC, EROFS and EDQUOT choose their own code. */
enum mq_status err_sys(struct err *err, int sys, enum mq_status code,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* One part of the words; "{}" in the table stands for the detail. */
const char *err_words(enum mq_status code, enum err_part part, enum lang lang);
/* The whole sentence(s): what, kept, do, with the detail put in. */
void err_say(const struct err *err, enum lang lang, char *out, size_t size);
/* One part with the detail put in. */
void err_say_part(const struct err *err, enum err_part part, enum lang lang,
    char *out, size_t size);
/* "DISK_FULL": for logs and --json. */
const char *err_name(enum mq_status code);

#endif
