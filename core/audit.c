/*
 * Writing what changes no record.  See audit.h; called by login, by whoever
 * shows words in full or takes them out.
 */
#include "audit.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "bell.h"
#include "duty.h"
#include "ledger.h"
#include "mask.h"
#include "pack.h"
#include "record.h"
#include "say.h"

#define KIND "audit"
/* Short of a day, so that each morning counts; the pack may say otherwise. */
#define SHIFT_HOURS 12

static void body_of(struct node *n, const struct audit *a, struct buf *out)
{
	const struct choice *c = n->pack ? pack_choice(n->pack, "audit_what",
	    a->what) : NULL;
	struct fields f = { NULL, 0, 0 }, d = { NULL, 0, 0 };
	struct buf why = BUF_INIT(4096);
	char ref[ENTRY_REF_TEXT], title[200];
	struct jout j;

	mask_text(a->why, strlen(a->why), &why);
	fields_set(&f, "what", a->what);
	if (a->staff || a->by[0])
		fields_set(&f, "staff", a->staff ? a->staff : a->by);
	if (a->about) {
		ref_text(ref_of_rec(a->about), ref);
		fields_set(&f, "about", ref);
	}
	if (a->field && a->field[0])
		fields_set(&f, "field", a->field);
	if (why.len)
		fields_set(&f, "why", buf_str(&why));
	if (a->count)
		fields_set_int(&f, "count", a->count);
	snprintf(title, sizeof(title), "%.40s%s%.100s",
	    c ? c->label[LANG_ZH] : a->what, why.len ? " " : "",
	    buf_str(&why));
	fields_set(&d, "title", title);
	fields_set_int(&d, "opened", ledger_now(n).ms);
	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_key(&j, "d");
	fields_write(&d, &j);
	jout_key(&j, "f");
	fields_write(&f, &j);
	jout_obj_end(&j);
	buf_free(&why);
	fields_free(&f);
	fields_free(&d);
}

/* The lasting value of this node that changes with the entry. */
struct mark { const char *key; int64_t num; const char *text; };

static enum mq_status set_mark(struct node *n, const struct mark *m,
    struct err *err)
{
	if (!m)
		return MQ_OK;
	return m->text ? node_set_meta_text(n, m->key, m->text, err) :
	    node_set_meta(n, m->key, m->num, err);
}

static enum mq_status append(struct node *n, const struct audit *a,
    struct err *err)
{
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct ledger_new e = { .kind = KIND, .op = "open", .subj_index = -1,
	    .cause_index = -1, .org = n->set.org, .body = &body };
	struct ref id;
	char by[32];
	enum mq_status st;

	duty_author(n->set.number, by);
	if (a->by[0])
		xcopy(by, sizeof(by), a->by);
	body_of(n, a, &body);
	st = ledger_append(n, by, &e, 1, &id, err);
	if (!st)
		st = record_fold_saved(n, &id, 1, err);
	buf_free(&body);
	return st;
}

/* Entry (NULL: none) and mark (NULL: none) together. */
static enum mq_status put(struct node *n, const struct audit *a,
    const struct mark *m, struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st)
		return st;
	if (a)
		st = append(n, a, err);
	if (!st)
		st = set_mark(n, m, err);
	if (!st)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	if (!st && a) {
		ledger_note_head(n);
		bell_ring(n);
	}
	return st;
}

enum mq_status audit_write(struct node *n, const struct audit *a,
    struct err *err)
{
	return put(n, a, NULL, err);
}

/* ---- who came in, who did not ---- */

static void try_put(struct node *n, const struct audit *a,
    const struct mark *m)
{
	struct err err = ERR_INIT;

	if (!n->read_only && put(n, a, m, &err))
		log_err("audit", &err);
}

void audit_login(struct node *n, const char *by)
{
	int64_t now = ledger_now(n).ms, last, shift;
	struct mark m = { NULL, now, NULL };
	char key[48];

	snprintf(key, sizeof(key), "login:%s", by);
	m.key = key;
	shift = (n->pack ? pack_int(n->pack, "audit_login_hours",
	    SHIFT_HOURS) : SHIFT_HOURS) * MS_HOUR;
	last = node_meta(n, key);
	if (!last || now < last || now - last >= shift)
		try_put(n, &(struct audit){ .by = by, .what = "login",
		    .why = "" }, &m);
}

void audit_locked(struct node *n, const char *number, int64_t tries)
{
	try_put(n, &(struct audit){ .by = "", .what = "login_failed",
	    .staff = number, .why = number, .count = tries }, NULL);
}

/* ---- what this node goes by ---- */

static void short_hash(const char *text, struct buf *out)
{
	uint8_t h[CRYPTO_HASH];
	char hex[2 * CRYPTO_HASH + 1];

	crypto_hash(text, strlen(text), h);
	crypto_hex(h, sizeof(h), hex);
	buf_addf(out, "%.8s", hex);
}

static void say_pack(struct node *n, struct buf *out)
{
	buf_adds(out, n->pack ? pack_id(n->pack) : "-");
}

/* The first roster is how a node begins, not a change. */
static void say_roster(struct node *n, struct buf *out)
{
	int64_t seq = node_meta(n, "roster_seq");

	if (seq)
		buf_addf(out, "%" PRId64, seq);
}

static void say_unit(struct node *n, struct buf *out)
{
	buf_adds(out, n->set.org);
}

static void say_hub(struct node *n, struct buf *out)
{
	buf_adds(out, n->set.hub[0] ? n->set.hub : "-");
}

/* Keys are told apart, not told. */
static void say_keys(struct node *n, struct buf *out)
{
	struct buf all = BUF_INIT(BUF_SMALL);

	buf_addf(&all, "%s %s %s", n->set.pins, n->set.roster_pk,
	    n->set.records_pk);
	short_hash(buf_str(&all), out);
	buf_free(&all);
}

static void say_clock(struct node *n, struct buf *out)
{
	buf_adds(out, say_word(node_meta(n, "clock_by_hand") ?
	    SAY_CONFIG_CLOCK_HAND : SAY_CONFIG_CLOCK_OWN, LANG_ZH));
}

static const struct {
	const char *key;
	enum say word;
	void (*tell)(struct node *n, struct buf *out);
} config[] = {
	{ "config:pack", SAY_CONFIG_PACK, say_pack },
	{ "config:roster", SAY_CONFIG_ROSTER, say_roster },
	{ "config:unit", SAY_CONFIG_UNIT, say_unit },
	{ "config:hub", SAY_CONFIG_HUB, say_hub },
	{ "config:keys", SAY_CONFIG_KEYS, say_keys },
	{ "config:clock", SAY_CONFIG_CLOCK, say_clock },
};

static void look_at(struct node *n, size_t i)
{
	struct buf now = BUF_INIT(BUF_SMALL), why = BUF_INIT(BUF_SMALL);
	char before[300];
	struct mark m = { config[i].key, 0, NULL };

	node_meta_text(n, m.key, before, sizeof(before));
	config[i].tell(n, &now);
	m.text = buf_str(&now);
	if (strcmp(before, m.text) != 0) {
		say_fill(&why, LANG_ZH, config[i].word, before, m.text);
		try_put(n, before[0] ? &(struct audit){ .by = "",
		    .what = "config", .why = buf_str(&why) } : NULL, &m);
	}
	buf_free(&now);
	buf_free(&why);
}

void audit_config(struct node *n)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(config); i++)
		look_at(n, i);
}
