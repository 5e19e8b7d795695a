/*
 * Verbs about how long words are kept: purge.
 */
#include <inttypes.h>
#include <limits.h>

#include "../core/base/xmalloc.h"
#include "../core/purge.h"
#include "cli_verbs.h"
#include "words.h"

enum mq_status cli_purge(struct cli *c)
{
	struct purge_report r;
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[200], num[2][24];
	struct jout j;
	enum mq_status st;

	if (c->nargs)
		return err_set(&c->err, MQ_E_USAGE, "%s", c->args[0]);
	st = purge_run(c->n, INT_MAX, c->dry, &r, &c->err);
	if (st)
		return st;
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kbool(&j, "dry", c->dry);
		jout_kint(&j, "entries", r.entries);
		jout_kint(&j, "records", r.records);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return MQ_OK;
	}
	snprintf(num[0], sizeof(num[0]), "%" PRId64, r.records);
	snprintf(num[1], sizeof(num[1]), "%" PRId64, r.entries);
	words_fill(line, sizeof(line), c->dry ? W_CLI_PURGE_DRY :
	    W_CLI_PURGED, num[0], num[1], NULL);
	cli_line(line);
	return MQ_OK;
}
