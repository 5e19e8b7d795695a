/*
 * The verbs of minqing-admin.  Each prints its outcome, plain or as JSON.
 */
#ifndef MQ_ADMIN_VERBS_H
#define MQ_ADMIN_VERBS_H

#include "admin.h"

#define VERB(name) \
	enum mq_status verbs_##name(struct admin *a, struct err *err) \
	    MUST_CHECK;
#include "verbs.def"
#undef VERB

#endif
