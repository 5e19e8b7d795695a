/*
 * What a kind of record can do.  One facet, one file in core/facets/, one
 * constant of this struct.  decide() runs at save only: it checks the fields
 * and writes what is decided into `d`.
 */
#ifndef MQ_FACET_H
#define MQ_FACET_H

#include "access.h"
#include "pack.h"
#include "record.h"
#include "say.h"

#define ACT_COMPLAINTS 32

/* One thing about to be saved. */
struct act {
	struct node *n;
	const struct session *who;
	const struct kind *kind;
	const char *op;			/* open, step, fix */
	const char *step;		/* "" unless op is step */
	struct utc now;
	const struct record_full *prior;	/* NULL for open */
	struct fields *f;		/* as entered; facets may normalise */
	struct fields *d;		/* decided: state, due, owner, … */
	struct { char field[FIELDS_NAME_MAX + 1]; struct err err; }
	    complaints[ACT_COMPLAINTS];
	int ncomplaints;
};

/* Adds a complaint about a field ("" = about the whole). */
void act_complain(struct act *a, const char *field, enum mq_status code,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The same with a row of say.def, in both languages. */
void act_complain_say(struct act *a, const char *field, enum mq_status code,
    enum say id, const char *x, const char *y);
/* The same with labels, each sentence with those of its language. */
void act_complain_labels(struct act *a, const char *field,
    enum mq_status code, enum say id, const char *const x[2],
    const char *const y[2]);
/* Complains unless the step may be taken in the state the record is in. */
bool act_fits_state(struct act *a, const struct flow_step *s);

/* d.route: what is sent to the unit in that field goes to every lowest unit
 * below it that has a program, for a unit sees what is sent to it or below. */
void act_route(struct act *a, const char *field);

/* The unit a record belongs to by kinds.csv column org_from: "@node", "@who",
 * "@field:NAME" (a unit, or the unit of the record named there); where that
 * names nothing, `otherwise`. */
void facet_unit(struct node *n, const struct kind *k, const struct fields *f,
    const struct fields *d, const char *otherwise, char out[24]);
/* The unit of the record that `ref` names; false when it names none here. */
bool facet_unit_of(struct node *n, const char *ref, char out[24]);

/* What a facet knows of a record, one line after the other. */
enum facet_tone { TONE_PLAIN, TONE_GOOD, TONE_CARE, TONE_BAD };
struct facet_lines {
	enum lang lang;
	void (*line)(void *ctx, const char *label, const char *text,
	    enum facet_tone tone);
	void *ctx;
};

struct facet {
	const char *name;
	/* NULL: has nothing to decide.  Complaints do not fail the call; a
	 * status other than MQ_OK means it could not be decided at all. */
	enum mq_status (*decide)(struct act *a, struct err *err);
	/* For pages and slips, reckoned when somebody looks; NULL: nothing
	 * that fields and state do not say already. */
	void (*tell)(struct node *n, const struct record_full *r,
	    const struct facet_lines *out);
	/* NULL: nothing to hold.  Asked inside the transaction of a local
	 * save, after the fold and before the commit: does what decide() saw
	 * still hold beside everything committed since?  Whatever is refused
	 * here undoes the whole save. */
	enum mq_status (*holds)(struct node *n, const struct kind *k,
	    const struct record_full *r, struct err *err);
};

#define FACET(name) extern const struct facet facet_##name;
#include "facets/facets.def"
#undef FACET

/* Decided values that the fold knows and puts into fixed columns:
 *   state level grade title owner no who place due opened closed num
 *   confidential clock key k1 … k4
 * key: what num counts under in the tally.  k1 … k4: folded values of the
 * kind's index fields (slot 1 … 4, class open only).  A step also writes
 * d.from, the state it left.
 * who, place: refs as text; due, opened, closed: ms; the rest of `d` stays
 * beside them (due_rule, due_calendar, route, …). */

/* Runs every facet of the kind over the act. */
enum mq_status facet_decide(struct act *a, struct err *err) MUST_CHECK;
/* Lets every facet of its kind tell about the record. */
void facet_tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out);
/* One such line; the label is a row of say.def. */
void facet_line(const struct facet_lines *out, enum say label,
    enum facet_tone tone, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Asks every facet of the record's kind that has something to hold. */
enum mq_status facet_holds(struct node *n, const char *kind, int64_t rec,
    struct err *err) MUST_CHECK;

#endif
