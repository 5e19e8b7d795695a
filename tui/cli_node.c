/*
 * Verbs about the node itself: verify, doctor, status.
 */
#include <inttypes.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/duty.h"
#include "../core/ledger.h"
#include "../core/outbox.h"
#include "../core/pack.h"
#include "../core/roster.h"
#include "cli_verbs.h"
#include "words.h"

#define ALARM_WAL_BYTES (16 * 1024 * 1024)
#define LOW_DISK_BYTES (INT64_C(32) * 1024 * 1024)

static void progress(void *ctx, int64_t done, int64_t all)
{
	(void)ctx;
	if (isatty(STDERR_FILENO) && all)
		fprintf(stderr, "\r%" PRId64 "/%" PRId64 " ", done, all);
}

enum mq_status cli_verify(struct cli *c)
{
	struct err first = { MQ_E_FIELD, 0, "" };	/* says one side */
	struct ledger_report rep;
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[400], num[3][24];
	enum mq_status st;
	struct jout j;

	st = ledger_verify(c->n, progress, NULL, &rep, &c->err);
	if (isatty(STDERR_FILENO))
		fputs("\r", stderr);
	if (st && st != MQ_E_DAMAGED)
		return st;
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "bad", rep.bad);
		jout_kint(&j, "bodies", rep.bodies);
		jout_kint(&j, "chains", rep.chains);
		jout_kint(&j, "entries", rep.entries);
		jout_kint(&j, "erased", rep.erased);
		(void)xcopy(first.detail, sizeof(first.detail), rep.first_bad);
		err_say_part(&first, ERR_WHAT, c->lang, line, sizeof(line));
		jout_kstr(&j, "first_bad", line);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return st;
	}
	snprintf(num[0], sizeof(num[0]), "%" PRId64, rep.entries);
	snprintf(num[1], sizeof(num[1]), "%" PRId64, rep.chains);
	snprintf(num[2], sizeof(num[2]), "%" PRId64, rep.bad);
	words_fill(line, sizeof(line), st ? W_CLI_VERIFY_BAD : W_CLI_VERIFY_OK,
	    num[0], num[1], num[2], NULL);
	cli_line(line);
	return st;
}

enum mq_status cli_status(struct cli *c)
{
	struct outbox_counts o;
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[400], num[5][24], when[32];
	enum mq_status st = outbox_counts(c->n, &o, &c->err);
	struct jout j;

	if (st)
		return st;
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "contact", o.last_contact.ms);
		jout_kint(&j, "hub", o.hub);
		jout_kint(&j, "local", o.local);
		jout_kint(&j, "node", c->n->set.number);
		jout_kstr(&j, "pack", pack_id(c->n->pack));
		jout_kint(&j, "returned", o.returned);
		jout_kint(&j, "sent", o.sent);
		jout_kstr(&j, "trouble", o.trouble);
		jout_kint(&j, "unfolded", o.unfolded);
		jout_kint(&j, "written", o.written);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return MQ_OK;
	}
	snprintf(num[0], sizeof(num[0]), "%" PRId64, o.written);
	snprintf(num[1], sizeof(num[1]), "%" PRId64, o.local);
	snprintf(num[2], sizeof(num[2]), "%" PRId64, o.sent);
	snprintf(num[3], sizeof(num[3]), "%" PRId64, o.hub);
	snprintf(num[4], sizeof(num[4]), "%" PRId64, o.returned);
	words_fill(line, sizeof(line), W_CLI_STATUS, num[0], num[1], num[2],
	    num[3], num[4], NULL);
	cli_line(line);
	when[0] = '\0';
	if (o.last_contact.ms)
		clock_show(o.last_contact, CLOCK_MINUTE, when, sizeof(when));
	words_fill(line, sizeof(line), when[0] ? W_CLI_CONTACT :
	    W_CLI_NO_CONTACT, when, NULL);
	cli_line(line);
	if (o.trouble[0])
		cli_line(o.trouble);
	return MQ_OK;
}

/* ---- duty: what the node does by itself, once ---- */

#define DUTY_MAX 1000

static void tell_duty(void *ctx, const char *line)
{
	const struct cli *c = ctx;

	if (!c->json)
		cli_line(line);
}

enum mq_status cli_duty(struct cli *c)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[200], num[24], when[32] = "";
	struct utc next;
	struct jout j;
	int done;
	enum mq_status st = duty_run(c->n, DUTY_MAX, tell_duty, c, &done,
	    &next, &c->err);

	if (st)
		return st;
	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kint(&j, "done", done);
		jout_kint(&j, "next", next.ms);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return MQ_OK;
	}
	snprintf(num, sizeof(num), "%d", done);
	if (next.ms)
		clock_show(next, CLOCK_MINUTE, when, sizeof(when));
	words_fill(line, sizeof(line), next.ms ? W_CLI_DUTY_NEXT : W_CLI_DUTY,
	    num, when, NULL);
	cli_line(line);
	return MQ_OK;
}

/* ---- doctor: each line a finding, in words, with what to do ---- */

struct finding { bool good; const char *what; char value[200]; };

static void say_finding(struct cli *c, const struct finding *f)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char line[400];
	struct jout j;

	if (c->json) {
		jout_begin(&j, &b, true);
		jout_obj(&j);
		jout_kbool(&j, "good", f->good);
		jout_kstr(&j, "value", f->value);
		jout_kstr(&j, "what", f->what);
		jout_obj_end(&j);
		cli_json(&b);
		buf_free(&b);
		return;
	}
	snprintf(line, sizeof(line), "%s  %s  %s",
	    word(f->good ? W_CLI_GOOD : W_CLI_CARE), f->what, f->value);
	cli_line(line);
}

static bool ledger_finding(struct cli *c)
{
	struct finding f = { true, word(W_CLI_F_LEDGER), "" };
	struct ledger_report rep;
	struct err err = ERR_INIT;

	f.good = ledger_verify(c->n, NULL, NULL, &rep, &err) == MQ_OK;
	if (f.good)
		snprintf(f.value, sizeof(f.value), "%" PRId64, rep.entries);
	else
		err_say(&err, c->lang, f.value, sizeof(f.value));
	say_finding(c, &f);
	return f.good;
}

static bool disk_finding(struct cli *c)
{
	struct finding f = { false, word(W_CLI_F_DISK), "" };
	struct statvfs v;
	int64_t free_bytes;

	if (statvfs(c->n->dir, &v) == 0) {
		free_bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
		f.good = free_bytes > LOW_DISK_BYTES &&
		    !(v.f_flag & ST_RDONLY);
		snprintf(f.value, sizeof(f.value), "%" PRId64 " MiB%s",
		    free_bytes >> 20, v.f_flag & ST_RDONLY ? " (ro)" : "");
	}
	say_finding(c, &f);
	return f.good;
}

static bool clock_finding(struct cli *c)
{
	struct finding f = { true, word(W_CLI_F_CLOCK), "" };
	struct utc now = env_now(c->env);

	clock_show(now, CLOCK_MINUTE, f.value, sizeof(f.value));
	f.good = now.ms >= (node_meta(c->n, "hlc") >> 16) - MS_DAY &&
	    !node_meta(c->n, "clock_shift");
	say_finding(c, &f);
	return f.good;
}

static bool pack_finding(struct cli *c)
{
	struct finding f = { !c->n->factory_pack, word(W_CLI_F_PACK), "" };

	if (f.good)
		snprintf(f.value, sizeof(f.value), "%s", pack_id(c->n->pack));
	else
		err_say(&c->n->pack_err, c->lang, f.value, sizeof(f.value));
	say_finding(c, &f);
	return f.good;
}

static bool people_finding(struct cli *c)
{
	struct finding f = { c->n->roster != NULL, word(W_CLI_F_PEOPLE), "" };

	if (f.good)
		snprintf(f.value, sizeof(f.value), "%zu",
		    roster_count(c->n->roster));
	say_finding(c, &f);
	return f.good;
}

static bool hub_finding(struct cli *c)
{
	struct finding f = { true, word(W_CLI_F_HUB), "" };
	struct outbox_counts o;

	if (outbox_counts(c->n, &o, &c->err) != MQ_OK)
		return false;
	f.good = !o.trouble[0] && !o.returned;
	snprintf(f.value, sizeof(f.value), "%s", o.trouble[0] ? o.trouble :
	    c->n->set.hub[0] ? c->n->set.hub : word(W_SHORT_ALONE));
	say_finding(c, &f);
	return f.good;
}

static bool wal_finding(struct cli *c)
{
	int64_t bytes = db_wal_bytes(c->n->db);
	struct finding f = { bytes < ALARM_WAL_BYTES, word(W_CLI_F_WAL), "" };

	snprintf(f.value, sizeof(f.value), "%" PRId64 " KiB", bytes >> 10);
	say_finding(c, &f);
	return f.good;
}

enum mq_status cli_doctor(struct cli *c)
{
	static bool (*const all[])(struct cli *c) = { ledger_finding,
	    disk_finding, clock_finding, pack_finding, people_finding,
	    hub_finding, wal_finding };
	size_t i, bad = 0;

	for (i = 0; i < ARRAY_LEN(all); i++)
		bad += !all[i](c);
	if (!bad)
		return MQ_OK;
	return err_set(&c->err, MQ_E_DOCTOR, "%zu", bad);
}
