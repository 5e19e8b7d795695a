/*
 * Writing what changes no record.  See audit.h; called by login, by whoever
 * shows words in full or takes them out.
 */
#include "audit.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "bell.h"
#include "duty.h"
#include "ledger.h"
#include "mask.h"
#include "pack.h"
#include "record.h"

#define KIND "audit"

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
	fields_set(&f, "staff", a->by);
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
	snprintf(title, sizeof(title), "%.40s %.100s",
	    c ? c->label[LANG_ZH] : a->what, buf_str(&why));
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

enum mq_status audit_write(struct node *n, const struct audit *a,
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
	st = db_begin(n->db, __func__, err);
	if (st)
		goto out;
	st = ledger_append(n, by, &e, 1, &id, err);
	if (!st)
		st = record_fold_saved(n, &id, 1, err);
	if (!st)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	if (!st) {
		ledger_note_head(n);
		bell_ring(n);
	}
out:
	buf_free(&body);
	return st;
}
