/*
 * The slot facet: seats of an event, hours of a room, and who booked them.
 * The rules are those of quota.h; called through facet_decide().
 */
#include "../quota.h"

static enum mq_status decide(struct act *a, struct err *err)
{
	return quota_decide(a, "slot", err);
}

static enum mq_status holds(struct node *n, const struct kind *k,
    const struct record_full *r, struct err *err)
{
	return quota_holds(n, k, r, "slot", err);
}

static void tell(struct node *n, const struct record_full *r,
    const struct facet_lines *out)
{
	quota_tell(n, r, "slot", out);
}

const struct facet facet_slot = { .name = "slot", .decide = decide,
	.tell = tell, .holds = holds };
