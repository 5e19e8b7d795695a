/*
 * escalate.csv: which clock, how long past its due time, moves a record on by
 * which step.  Called by pack.c; carried out by duties/escalate.c.
 */
#include "pack_data.h"

#include "base/xmalloc.h"
#include "calendar.h"

/* Does a step of this kind start a clock of that name? */
static bool starts_clock(const struct kind *k, const char *clock)
{
	const char *at, *w;
	size_t i, len, n = strlen(clock);

	for (i = 0; i < k->nsteps; i++) {
		at = k->steps[i].clock;
		while (pack_data_word(&at, &w, &len))
			if (len >= 6 + n && memcmp(w, "start:", 6) == 0 &&
			    memcmp(w + 6, clock, n) == 0 &&
			    (len == 6 + n || w[6 + n] == '='))
				return true;
	}
	return false;
}

static enum mq_status read_row(struct pack_file *f, struct escalate_rule *e)
{
	const struct kind *k;

	e->kind = pack_data_get(f, "kind");
	e->clock = pack_data_get(f, "clock");
	e->unit = pack_data_get(f, "unit");
	e->step = pack_data_get(f, "step");
	pack_data_both(f, "label", e->label);
	k = pack_kind(f->p, e->kind);
	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, e->kind);
	if (!starts_clock(k, e->clock))
		return pack_data_bad(f, 0, "clock", SAY_PACK_NO_CLOCK,
		    e->clock);
	if (!calendar_is_unit(e->unit))
		return pack_data_bad(f, 0, "unit", SAY_PACK_UNKNOWN, e->unit);
	if (kind_step(k, e->step) == NULL)
		return pack_data_bad(f, 0, "step", SAY_PACK_NO_STEP, e->step);
	if (e->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	return pack_data_int(f, "after", 0, 0, 100000, &e->after);
}

enum mq_status pack_escalate_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct escalate_rule e;
	enum mq_status rc;

	if (!pack_data_there(p, "escalate.csv"))
		return MQ_OK;
	rc = pack_data_open(p, "escalate.csv",
	    "kind clock after unit step label", &f, err);
	while (pack_data_next(&f, &rc)) {
		e = (struct escalate_rule){ 0 };
		rc = read_row(&f, &e);
		if (rc != MQ_OK)
			continue;
		p->escalates = xgrow(p->escalates, &p->escalates_cap,
		    p->nescalates + 1, sizeof(p->escalates[0]));
		p->escalates[p->nescalates++] = e;
	}
	pack_data_close(&f);
	return rc;
}

const struct escalate_rule *pack_escalates(const struct pack *p, size_t *n)
{
	*n = p->nescalates;
	return p->escalates;
}
