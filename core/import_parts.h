/*
 * Inside of an import: shared by import.c and import_row.c.
 */
#ifndef MQ_IMPORT_PARTS_H
#define MQ_IMPORT_PARTS_H

#include "base/csv.h"
#include "import.h"
#include "save.h"

#define KEY_BYTES 16
#define KEY_TEXT (2 * KEY_BYTES + 2)
/* Entries a save holds: short enough that nobody at the desk waits long. */
#define BATCH 100

/* A row on its way into the batch. */
struct taken {
	int line;
	int entry;		/* its index in the save */
	int64_t rec;		/* 0: a new record */
	char src[KEY_TEXT], row[KEY_TEXT];
	struct fields f;
};

/* Keys of rows so far: one hash table of the whole file. */
struct seen { uint8_t key[KEY_BYTES]; int line; };

struct import {
	struct node *n;
	struct session who;
	const struct kind *kind;
	struct csv *csv;
	enum charset charset;
	struct layout map;
	size_t at[LAYOUT_COLUMNS];	/* place of each column in the file */
	bool dry, started;
	struct save *save;
	struct taken batch[BATCH];
	size_t nbatch;
	struct seen *seen;
	size_t seen_size;		/* a power of two */
	struct import_counts counts;
	struct buf faults;
};


/* A line of the table of what was not taken. */
void import_tell_say(struct import *imp, int line, const char *column,
    const char *value, enum say why, const char *more);

/* The row that was read last into t: fields, key, digest of the cells.  *good
 * false: it was complained about. */
enum mq_status import_row_read(struct import *imp, struct taken *t,
    bool *good, struct err *err) MUST_CHECK;
/* The record a row became before, 0 none. */
enum mq_status import_row_find(struct import *imp, const char *kind,
    const char *src, int64_t *rec, struct err *err) MUST_CHECK;
/* Leaves in t->f the correction a changed row amounts to; *some false when it
 * is none. */
enum mq_status import_row_difference(struct import *imp, struct taken *t,
    const struct record_full *r, bool *some, struct err *err) MUST_CHECK;

#endif
