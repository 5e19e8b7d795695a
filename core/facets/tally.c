/*
 * The tally facet: one digit is one more.  Called through facet_decide();
 * the fold counts d.num under d.key.
 */
#include "../facet.h"

/* The first choice of the form is what is counted. */
static enum mq_status decide(struct act *a, struct err *err)
{
	size_t i;

	(void)err;
	if (strcmp(a->op, "step") == 0)
		return MQ_OK;
	for (i = 0; i < a->kind->nfields; i++) {
		const struct field *fd = &a->kind->fields[i];

		if (fd->type != FT_SELECT_ONE)
			continue;
		if (fields_has(a->f, fd->name)) {
			fields_set(a->d, "key", fields_text(a->f, fd->name));
			fields_set_int(a->d, "num", 1);
			return MQ_OK;
		}
		/* A required field has been told already. */
		if (a->ncomplaints == 0)
			act_complain_say(a, fd->name, MQ_E_REQUIRED,
			    SAY_TALLY_NONE, NULL, NULL);
		return MQ_OK;
	}
	act_complain_say(a, "", MQ_E_REQUIRED, SAY_TALLY_NONE, NULL, NULL);
	return MQ_OK;
}

const struct facet facet_tally = { .name = "tally", .decide = decide };
