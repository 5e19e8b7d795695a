/*
 * A whole that is given out in shares: seats of an event, hours of a room,
 * money of a pool.  Behind the facets slot and fund (facets.csv names fields,
 * steps and states; see facets/keys.def).
 *
 * A whole is kept by the node that opened it (d.keeper).  Others ask; only
 * the keeper's entry gives, so that no more can be given than there is,
 * whatever the nodes hear of each other and when.  What a share holds stands
 * in d.num of the asking record and is changed by the keeper alone: a share
 * whose asker stepped back elsewhere stays held until the keeper frees it.
 * Each entry of the keeper also says how much was given out altogether
 * (d.q_no, d.q_given, d.q_total), so that another node shows a sum that was
 * true at one moment, whichever of them have arrived.
 *
 * Where the asking record has a start, shares only compete with those whose
 * time overlaps: a room.
 */
#ifndef MQ_QUOTA_H
#define MQ_QUOTA_H

#include "facet.h"

struct quota {
	bool timed;		/* shares compete by time: a room */
	int64_t total;		/* seats, or fen */
	int64_t given;		/* of that; timed: 0 */
	int64_t left;		/* timed: total */
	int asking, waiting, holding;	/* records */
	int64_t asked;		/* what the asking ones want together */
	int keeper;		/* number of the node that gives */
	bool here;		/* this one */
};

/* One asking record. */
struct quota_share {
	struct record r;	/* r.num: what it holds */
	int64_t want;
	struct utc from, to;	/* timed only */
	int64_t hlc;		/* of its opening: the order of the queue */
	enum quota_stand { QUOTA_ASKING, QUOTA_WAITING, QUOTA_HOLDING,
		QUOTA_OUT } stand;
	int stars;		/* 0 none */
	int64_t no;		/* of the keeper's last entry in it */
};

/* total of a whole without a limit. */
#define QUOTA_ANY (INT64_MAX / 4)

/* "slot" or "fund" where the kind is a whole, or a share of one; NULL. */
const char *quota_whole(const struct pack *p, const struct kind *k);
const char *quota_part(const struct pack *p, const struct kind *k);
/* The kind whose records ask for shares of this kind of whole. */
const struct kind *quota_asking_kind(const struct pack *p,
    const struct kind *whole);
/* The field of the asking kind that names the whole. */
const struct field *quota_of_field(const struct pack *p,
    const struct kind *part);

/* How a whole stands, as far as this node knows. */
enum mq_status quota_read(struct node *n, const struct record_full *whole,
    struct quota *out, struct err *err) MUST_CHECK;
/* Its shares in the order of the queue (fold order of their openings); the
 * caller frees *out. */
enum mq_status quota_shares(struct node *n, const struct record_full *whole,
    struct quota_share **out, int *count, struct err *err) MUST_CHECK;
/* An amount in words: seats as a number, money as yuan; QUOTA_ANY "-". */
void quota_words(const char *facet, int64_t v, char out[32]);
/* Mean of the stars given by those who came, in tenths; 0 none. */
int quota_stars(const struct quota_share *list, int count, int *by);

/* Does this step hand out or pay money?  Then it is asked about first. */
bool quota_asks_first(const struct pack *p, const struct kind *k,
    const char *step);

/* ---- for the two facets ---- */
void quota_tell(struct node *n, const struct record_full *r,
    const char *facet, const struct facet_lines *out);
enum mq_status quota_decide(struct act *a, const char *facet,
    struct err *err) MUST_CHECK;
enum mq_status quota_holds(struct node *n, const struct kind *k,
    const struct record_full *r, const char *facet, struct err *err)
    MUST_CHECK;

#endif
