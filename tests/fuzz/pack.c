/*
 * One table of the standard pack from any bytes: it is loaded, or refused with
 * file and line, and never half.  The first byte says which table.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdio.h>

#include "../../core/pack.h"
#include "../lib/nodes.h"
#include "../lib/packs.h"

static const char *const tables[] = {
	"survey/request.csv", "flow/request.csv", "choices.csv", "kinds.csv",
	"due.csv", "roles.csv", "calendar.csv", "facets.csv", "orgs.csv",
	"pack.csv", "recur.csv", "reports.csv", "derive.csv", "escalate.csv",
	"score.csv", "survey/request.step.csv",
};

static struct env env;
static bool begun;

static void leave(void)
{
	packs_end();
	env_release(&env);
}

static void begin(void)
{
	if (begun)
		return;
	begun = true;
	env_real(&env);
	nodes_find_module();
	packs_begin();
	atexit(leave);
}

int fuzz_pack(const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(BUF_LARGE);
	struct pack *pack = NULL;
	struct err err = ERR_INIT;
	const char *name;
	char source[200];

	begin();
	if (n == 0)
		return 0;
	name = tables[p[0] % ARRAY_LEN(tables)];
	buf_add(&text, p + 1, n - 1);
	packs_put(name, buf_str(&text));
	if (pack_load(&env, packs_dir(), &pack, &err) == MQ_OK)
		assert(pack);
	else
		assert(!pack && err.code != MQ_OK && err.detail[0] != '\0');
	pack_free(&pack);
	(void)snprintf(source, sizeof(source), "core/packs/standard/%s",
	    name);
	packs_take(name, source);
	buf_free(&text);
	return 0;
}
