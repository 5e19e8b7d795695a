/*
 * The clocks of a record from any decided values: what is read and put back
 * is read as the same.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/flow_clock.h"

static void put_back(const struct flow_clock *c)
{
	struct fields d = { NULL, 0, 0 }, again = { NULL, 0, 0 };
	struct flow_clock back, twice;

	flow_clock_put(&d, c);
	if (!flow_clock_get(&d, c->name, &back))
		assert(!"a clock that was put is not there");
	assert(back.due.ms == c->due.ms && back.start.ms == c->start.ms);
	assert(flow_clock_runs(&back) == flow_clock_runs(c));
	assert(back.npauses == c->npauses && back.nmoves == c->nmoves);
	flow_clock_put(&again, &back);
	if (!flow_clock_get(&again, c->name, &twice))
		assert(!"a clock that was put twice is not there");
	assert(twice.value == back.value && twice.done.ms == back.done.ms);
	fields_free(&d);
	fields_free(&again);
}

int fuzz_flow_clock(const uint8_t *p, size_t n)
{
	struct flow_clock all[FLOW_CLOCKS_MAX];
	struct fields d = { NULL, 0, 0 };
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	int count, i;

	if (jdoc_parse((const char *)p, n, "fuzz", &doc, &err) != MQ_OK)
		return 0;
	if (fields_read(jdoc_root(doc), &d, &err) == MQ_OK) {
		count = flow_clock_all(&d, all, FLOW_CLOCKS_MAX);
		assert(count >= 0 && count <= FLOW_CLOCKS_MAX);
		for (i = 0; i < count; i++) {
			assert(all[i].npauses <= FLOW_CLOCK_SPANS);
			assert(all[i].nmoves <= FLOW_CLOCK_SPANS);
			put_back(&all[i]);
		}
		(void)flow_clock_earliest(&d);
	}
	fields_free(&d);
	jdoc_free(&doc);
	return 0;
}
