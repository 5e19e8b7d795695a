/*
 * The verb that prints reports: as a page, a spreadsheet, JSON.
 */
#include "../core/audit.h"
#include "../core/base/clock.h"
#include "../core/ledger.h"
#include "../core/report.h"
#include "cli_verbs.h"
#include "words.h"

static enum mq_status list_reports(struct cli *c)
{
	const struct report_def *d;
	char line[200];
	size_t i;

	for (i = 0; (d = pack_report_at(c->n->pack, i)) != NULL; i++) {
		snprintf(line, sizeof(line), "%-16s %s", d->name,
		    d->label[c->lang]);
		cli_line(line);
	}
	return MQ_OK;
}

static enum mq_status print(struct cli *c, const struct report *r)
{
	struct buf b = BUF_INIT(BUF_LARGE);

	if (c->json)
		report_json(r, &b);
	else if (c->csv)
		report_csv(r, &b);
	else
		report_text(r, &b);
	fwrite(buf_str(&b), 1, b.len, stdout);
	if (c->json)
		putchar('\n');
	buf_free(&b);
	return MQ_OK;
}

enum mq_status cli_report(struct cli *c)
{
	const struct report_def *d;
	struct report r = { 0 };
	struct when day;
	enum mq_status st;

	if (c->nargs == 0)
		return list_reports(c);
	d = pack_report(c->n->pack, c->args[0]);
	if (!d)
		return err_set(&c->err, MQ_E_NOT_FOUND, "%s", c->args[0]);
	if (c->csv && !access_may(c->n, &c->who, "export",
	    d->figures[0].kind, ""))
		return err_set(&c->err, MQ_E_DENIED, "%s", d->label[c->lang]);
	st = when_read(c->day ? c->day : "today",
	    ledger_now(c->n), &day, &c->err);
	if (!st)
		st = report_run(c->n, &c->who, d, c->unit ? c->unit :
		    access_widest(c->n, &c->who), report_span_of(d, day.day),
		    NULL, NULL, &r, &c->err);
	if (!st && c->csv)
		st = audit_write(c->n, &(struct audit){ .by = c->who.by,
		    .what = "export", .why = d->label[LANG_ZH],
		    .count = (int64_t)r.nrows }, &c->err);
	if (!st)
		st = print(c, &r);
	report_free(&r);
	return st;
}
