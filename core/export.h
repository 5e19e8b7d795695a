/*
 * Records of one kind as a file for elsewhere: a table (CSV with BOM, numbers
 * that stay text, nothing a spreadsheet would run) by a layout of the pack or
 * with all fields, or JSON Lines.
 *
 * Masked as on the screen unless `reveal` is asked for with a reason by
 * somebody who may; what is sealed stays sealed either way.  Each export is an
 * entry of the ledger before its first byte is written.
 */
#ifndef MQ_EXPORT_H
#define MQ_EXPORT_H

#include "access.h"
#include "record.h"

enum export_format { EXPORT_CSV, EXPORT_JSONL };

struct export_ask {
	const char *kind;
	const char *layout;	/* NULL: every field of the form */
	enum export_format format;
	const char *state;	/* as in record_query */
	struct utc from, to;	/* opened in [from, to); 0 open-ended */
	bool reveal;
	const char *why;	/* asked for with reveal */
	int64_t max;		/* 0: all */
};

struct export_sink {
	/* False stops it; `err` says why. */
	enum mq_status (*put)(void *ctx, const void *p, size_t n,
	    struct err *err);
	void (*progress)(void *ctx, int64_t done, int64_t all); /* or NULL */
	void *ctx;
};

/* Only records the person may see and export; *count gets how many. */
enum mq_status export_run(struct node *n, const struct session *who,
    const struct export_ask *ask, const struct export_sink *sink,
    int64_t *count, struct err *err) MUST_CHECK;
/* The same into a new file that only its owner reads; one that is there
 * already is MQ_E_EXISTS. */
enum mq_status export_file(struct node *n, const struct session *who,
    const struct export_ask *ask, const char *path,
    void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
    int64_t *count, struct err *err) MUST_CHECK;

#endif
