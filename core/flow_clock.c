/*
 * Clocks as decided values, see flow_clock.h.  Used by the flow facet, the
 * fold, the duties and everything that shows a due time.
 */
#include "flow_clock.h"

#include <assert.h>
#include <inttypes.h>

#include "base/xmalloc.h"

#define PREFIX "clock_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define LATEST_MS INT64_C(253402300799999)	/* the end of the year 9999 */

bool flow_clock_runs(const struct flow_clock *c)
{
	return c->due.ms > 0 && c->paused.ms == 0 && c->done.ms == 0;
}

/* ---- reading ---- */

/* Milliseconds; 0 for what no calendar has. */
static int64_t read_time(const char *s, char **end)
{
	int64_t ms = strtoll(s, end, 10);

	return ms > 0 && ms <= LATEST_MS ? ms : 0;
}

/* "FROM-TO" or "FROM-TO@AT"; all whole and positive. */
static bool read_span(const char *s, struct flow_span *out)
{
	char *end;

	out->from.ms = read_time(s, &end);
	if (*end != '-')
		return false;
	out->to.ms = read_time(end + 1, &end);
	out->at.ms = *end == '@' ? read_time(end + 1, &end) : 0;
	return *end == '\0' && out->from.ms > 0 && out->to.ms > 0;
}

static void take_span(struct flow_clock *c, const char *key, const char *s)
{
	struct flow_span x;

	if (!read_span(s, &x))
		return;
	if (strcmp(key, "pause") == 0) {
		if (c->npauses < FLOW_CLOCK_SPANS)
			c->pauses[c->npauses++] = x;
	} else if (c->nmoves < FLOW_CLOCK_SPANS) {
		c->recounts[c->nmoves] = strcmp(key, "recount") == 0;
		c->moves[c->nmoves++] = x;
	}
}

static void take_item(struct flow_clock *c, const char *key, const char *s)
{
	static const struct { const char *key; size_t at; } times[] = {
		{ "start", offsetof(struct flow_clock, start) },
		{ "due", offsetof(struct flow_clock, due) },
		{ "paused", offsetof(struct flow_clock, paused) },
		{ "done", offsetof(struct flow_clock, done) },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(times); i++)
		if (strcmp(key, times[i].key) == 0)
			((struct utc *)(void *)((char *)c + times[i].at))->ms
			    = read_time(s, NULL);
	if (strcmp(key, "rule") == 0)
		xcopy(c->rule, sizeof(c->rule), s);
	else if (strcmp(key, "unit") == 0)
		xcopy(c->unit, sizeof(c->unit), s);
	else if (strcmp(key, "calendar") == 0)
		xcopy(c->calendar, sizeof(c->calendar), s);
	else if (strcmp(key, "value") == 0)
		c->value = strtoll(s, NULL, 10);
	else if (strcmp(key, "assumed") == 0)
		c->assumed = strcmp(s, "1") == 0;
	else if (strcmp(key, "pause") == 0 || strcmp(key, "extend") == 0 ||
	    strcmp(key, "recount") == 0)
		take_span(c, key, s);
}

static bool read_clock(const struct field_value *v, struct flow_clock *c)
{
	const char *at, *end, *eq;
	char key[16], value[80];
	size_t name;

	*c = (struct flow_clock){ 0 };
	if (strncmp(v->name, PREFIX, PREFIX_LEN) != 0 ||
	    v->kind != FV_LIST || v->text == NULL)
		return false;
	name = strlen(v->name + PREFIX_LEN);
	if (name == 0 || name >= sizeof(c->name))
		return false;
	xcopy(c->name, sizeof(c->name), v->name + PREFIX_LEN);
	for (at = v->text; *at != '\0'; at = *end ? end + 1 : end) {
		end = at + strcspn(at, "\n");
		eq = memchr(at, '=', (size_t)(end - at));
		if (eq == NULL || (size_t)(eq - at) >= sizeof(key) ||
		    (size_t)(end - eq) > sizeof(value))
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)(eq - at), at);
		snprintf(value, sizeof(value), "%.*s", (int)(end - eq - 1),
		    eq + 1);
		take_item(c, key, value);
	}
	return c->due.ms > 0;
}

int flow_clock_all(const struct fields *d, struct flow_clock *out, int max)
{
	size_t i;
	int n = 0;

	for (i = 0; i < d->n && n < max; i++)
		if (read_clock(&d->v[i], &out[n]))
			n++;
	return n;
}

bool flow_clock_get(const struct fields *d, const char *name,
    struct flow_clock *out)
{
	char full[40];
	const struct field_value *v;

	snprintf(full, sizeof(full), PREFIX "%s", name);
	v = fields_get(d, full);
	return v != NULL && read_clock(v, out);
}

struct utc flow_clock_earliest(const struct fields *d)
{
	struct utc best = { 0 };
	struct flow_clock c;
	bool any = false;
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (!read_clock(&d->v[i], &c))
			continue;
		any = true;
		if (flow_clock_runs(&c) && (best.ms == 0 ||
		    c.due.ms < best.ms))
			best = c.due;
	}
	if (!any)
		best.ms = fields_int(d, "due", 0);
	return best;
}

/* ---- writing ---- */

static void put_time(struct buf *b, const char *key, struct utc t)
{
	if (t.ms > 0)
		buf_addf(b, "\n%s=%" PRId64, key, t.ms);
}

void flow_clock_put(struct fields *d, const struct flow_clock *c)
{
	struct buf b = BUF_INIT(4096);
	char name[40];
	int i;

	assert(c->name[0] != '\0' && c->due.ms > 0);
	buf_addf(&b, "rule=%s\nvalue=%" PRId64 "\nunit=%s\ncalendar=%s",
	    c->rule, c->value, c->unit, c->calendar);
	if (c->assumed)
		buf_adds(&b, "\nassumed=1");
	put_time(&b, "start", c->start);
	put_time(&b, "due", c->due);
	put_time(&b, "paused", c->paused);
	put_time(&b, "done", c->done);
	for (i = 0; i < c->npauses; i++)
		buf_addf(&b, "\npause=%" PRId64 "-%" PRId64,
		    c->pauses[i].from.ms, c->pauses[i].to.ms);
	for (i = 0; i < c->nmoves; i++)
		buf_addf(&b, "\n%s=%" PRId64 "-%" PRId64 "@%" PRId64,
		    c->recounts[i] ? "recount" : "extend",
		    c->moves[i].from.ms, c->moves[i].to.ms,
		    c->moves[i].at.ms);
	snprintf(name, sizeof(name), PREFIX "%s", c->name);
	fields_set_list(d, name, buf_str(&b));
	buf_free(&b);
}
