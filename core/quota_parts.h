/*
 * Inside of quota, for quota.c, quota_decide.c and duties/quota.c only.
 */
#ifndef MQ_QUOTA_PARTS_H
#define MQ_QUOTA_PARTS_H

#include "pack_data.h"
#include "quota.h"

/* What facets.csv says of an asking kind; "" or NULL when nothing. */
struct quota_rule {
	const char *facet;
	const struct kind *k;
	const char *of, *amount, *granted, *start, *minutes, *pay, *release,
	    *freed, *stars;
	const struct flow_step *give, *full;
	bool timed;
};

/* The latest sum the keeper wrote down. */
struct quota_stamp { int64_t no, given, total; };

void quota_rule(const struct pack *p, const struct kind *k,
    const char *facet, struct quota_rule *out);
/* Every share of the whole in the order of the queue; the caller frees. */
enum mq_status quota_load(struct node *n, const struct quota_rule *q,
    int64_t whole, struct quota_share **out, int *count,
    struct quota_stamp *top, struct err *err) MUST_CHECK;
int64_t quota_peak(const struct quota_share *list, int count, int64_t except,
    struct utc from, struct utc to);
int64_t quota_total(struct node *n, const struct kind *k, const char *facet,
    const struct fields *f);
void quota_sum(struct node *n, const struct quota_rule *q,
    const struct record_full *whole, const struct quota_share *list,
    int count, const struct quota_stamp *top, struct quota *out);
/* Rule, shares, latest sum and standing of one whole at once. */
enum mq_status quota_look(struct node *n, const struct record_full *whole,
    struct quota_rule *q, struct quota_share **list, int *count,
    struct quota_stamp *top, struct quota *out, struct err *err) MUST_CHECK;

#endif
