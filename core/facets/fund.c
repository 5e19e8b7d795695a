/*
 * The fund facet: a pool of money, and what was asked, approved and paid out
 * of it.  The rules are those of quota.h; called through facet_decide().
 */
#include "../quota.h"

static enum mq_status decide(struct act *a, struct err *err)
{
	return quota_decide(a, "fund", err);
}

static enum mq_status holds(struct node *n, const struct kind *k,
    const struct record_full *r, struct err *err)
{
	return quota_holds(n, k, r, "fund", err);
}

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	quota_tell(n, r, "fund", out);
}

const struct facet facet_fund = { .name = "fund", .decide = decide,
	.tell = tell, .holds = holds };
