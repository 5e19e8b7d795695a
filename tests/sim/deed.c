/*
 * What people do in the simulation: they fill in whatever forms the pack has,
 * take whatever steps its flows allow.  A refusal is fine; what was told to
 * be saved must stay.
 */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../../core/flow.h"
#include "../../core/form.h"

#define CHOICES 40
#define STEPS 40

static const char *const words[] = {
	"楼道积存垃圾", "老人要修灯", "路灯不亮", "电梯停了", "漏水到楼下",
	"夜里施工", "独居老人，精神好", "已联系物业", "下周再来", "王秀英",
	"李建国", "陈伟", "欧阳娜娜", "阿卜杜热合曼·买买提",
};

static const char *any_word(struct sim *w)
{
	return words[sim_dice(w, (int)ARRAY_LEN(words))];
}

/* ---- finding something to work on ---- */

/* A record held here: of that kind, or of any for NULL; 0 none. */
static int64_t any_record(struct peer *p, const char *kind)
{
	struct db_stmt *s;
	int64_t n = 0, rec = 0;
	bool row;

	if (db_query(p->desk->db, "SELECT count(*) AS n FROM record WHERE"
	    " (? IS NULL OR kind = ?)", &s, NULL) != MQ_OK)
		return 0;
	db_bind_text(s, kind);
	db_bind_text(s, kind);
	if (db_step(s, &row, NULL) == MQ_OK && row)
		n = db_i64(s, "n");
	db_done(&s);
	if (n == 0 || db_query(p->desk->db, "SELECT rec FROM record WHERE"
	    " (? IS NULL OR kind = ?) ORDER BY rec LIMIT 1 OFFSET ?", &s,
	    NULL) != MQ_OK)
		return 0;
	db_bind_text(s, kind);
	db_bind_text(s, kind);
	db_bind_i64(s, sim_dice(p->w, (int)n));
	if (db_step(s, &row, NULL) == MQ_OK && row)
		rec = db_i64(s, "rec");
	db_done(&s);
	return rec;
}

static const char *any_org(struct peer *p)
{
	const struct orgs *o = pack_orgs(sim_pack(p->pack));
	struct sim *w = p->w;

	if (sim_chance(w, 75))
		return w->p[sim_dice(w, w->n)].org;
	return o->v[sim_dice(w, (int)o->n)].code;
}

/* ---- filling in a form ---- */

static void set_ref(struct peer *p, const char *kind, const char *name,
    struct fields *f)
{
	int64_t rec = any_record(p, kind);
	char text[ENTRY_REF_TEXT];

	if (rec == 0)
		return;
	ref_text(ref_of_rec(rec), text);
	fields_set(f, name, text);
}

static void set_choice(struct peer *p, const struct kind *k,
    const struct field *fd, struct fields *f)
{
	const struct choice *all[CHOICES];
	size_t n = form_choices(p->desk, k, fd, f, all, CHOICES);

	if (n == 0)
		return;
	if (n > CHOICES)
		n = CHOICES;
	n = (size_t)sim_dice(p->w, (int)n);
	if (fd->type == FT_SELECT_MULTI)
		fields_set_list(f, fd->name, all[n]->name);
	else
		fields_set(f, fd->name, all[n]->name);
}

static void set_value(struct peer *p, const struct kind *k,
    const struct field *fd, struct fields *f)
{
	struct sim *w = p->w;
	char text[32];

	switch (fd->type) {
	case FT_SELECT_ONE:
	case FT_SELECT_MULTI:
		set_choice(p, k, fd, f);
		break;
	case FT_PERSON: set_ref(p, "person", fd->name, f); break;
	case FT_PLACE: set_ref(p, "household", fd->name, f); break;
	case FT_ORG: fields_set(f, fd->name, any_org(p)); break;
	case FT_STAFF: fields_set(f, fd->name, p->who.by); break;
	case FT_PHONE: fields_set(f, fd->name, "13800138000"); break;
	case FT_IDNUMBER:
		fields_set(f, fd->name, "11010519491231002X");
		break;
	case FT_DATE:
		fields_set(f, fd->name, "明天");
		break;
	case FT_WHEN: fields_set(f, fd->name, "现在"); break;
	case FT_TIME: fields_set(f, fd->name, "14:30"); break;
	case FT_INTEGER:
		(void)snprintf(text, sizeof(text), "%d",
		    1940 + sim_dice(w, 60));
		fields_set(f, fd->name, text);
		break;
	case FT_MINUTES:
	case FT_MONEY:
		(void)snprintf(text, sizeof(text), "%d", 1 + sim_dice(w, 90));
		fields_set(f, fd->name, text);
		break;
	case FT_TEXT:
	case FT_BARCODE:
		fields_set(f, fd->name, strstr(fd->appearance, "digits") !=
		    NULL ? "305" : any_word(w));
		break;
	default:
		break;
	}
}

static void fill(struct peer *p, const struct kind *k, struct fields *f)
{
	size_t i;

	form_presets(p->desk, k, f);
	for (i = 0; i < k->nfields; i++) {
		const struct field *fd = &k->fields[i];

		if (fields_has(f, fd->name) ||
		    !form_relevant(p->desk, k, fd, f))
			continue;
		if (form_required(p->desk, k, fd, f) ||
		    sim_chance(p->w, 25))
			set_value(p, k, fd, f);
	}
}

/* ---- saves ---- */

static enum mq_status commit(struct peer *p, struct save *s, struct err *err)
{
	struct save_result *out = xcalloc(1, sizeof(*out));
	enum mq_status st = save_commit(s, out, err);

	if (st == MQ_OK)
		p->last_save = out->first;
	free(out);
	return st;
}

static enum mq_status open_one(struct peer *p, struct save *s,
    char what[64], struct err *err)
{
	static const char *const usual[] = { "visit", "visit", "request",
		"request", "request", "service", "tap", "person",
		"household" };
	const struct kind *k = NULL;
	struct fields f = { NULL, 0, 0 };
	struct pack *pack = sim_pack(p->pack);
	enum mq_status st;

	if (any_record(p, "household") == 0)
		k = pack_kind(pack, "household");
	else if (sim_chance(p->w, 85))
		k = pack_kind(pack, usual[sim_dice(p->w,
		    (int)ARRAY_LEN(usual))]);
	if (k == NULL)
		k = pack_kind_at(pack, (size_t)sim_dice(p->w,
		    (int)pack_kinds(pack)));
	(void)snprintf(what, 64, "open %s", k->name);
	fill(p, k, &f);
	st = save_open(s, k->name, &f, -1, NULL, err);
	fields_free(&f);
	return st == MQ_OK ? commit(p, s, err) : st;
}

static void step_fields(struct peer *p, const struct kind *k,
    const struct flow_step *step, struct fields *f)
{
	const char *at = step->fields;

	while (*at != '\0') {
		size_t n = strcspn(at, " ");
		size_t len = n > 0 && at[n - 1] == '!' ? n - 1 : n;
		const struct field *fd;
		char name[64];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, at);
		fd = kind_field(k, name);
		if (fd != NULL && (len < n || sim_chance(p->w, 40)))
			set_value(p, k, fd, f);
		at += n + strspn(at + n, " ");
	}
}

static enum mq_status step_one(struct peer *p, struct save *s, int64_t rec,
    const struct record_full *r, char what[64], struct err *err)
{
	const struct flow_step *all[STEPS];
	const struct kind *k = pack_kind(sim_pack(p->pack), r->r.kind);
	struct fields f = { NULL, 0, 0 };
	const char *name = "sign_out";
	enum mq_status st;
	size_t n = 0;

	if (k == NULL)
		return err_set(err, MQ_E_NOT_FOUND, "%s", r->r.kind);
	if (kind_has_facet(k, "flow")) {
		n = flow_steps(p->desk, &p->who, r, all, STEPS);
		if (n == 0)
			return err_set(err, MQ_E_STATE, "no step");
		n = (size_t)sim_dice(p->w, (int)(n < STEPS ? n : STEPS));
		name = all[n]->name;
		step_fields(p, k, all[n], &f);
	}
	(void)snprintf(what, 64, "%s.%s", k->name, name);
	st = save_step(s, rec, name, &f, NULL, err);
	fields_free(&f);
	return st == MQ_OK ? commit(p, s, err) : st;
}

static enum mq_status fix_one(struct peer *p, struct save *s, int64_t rec,
    const struct record_full *r, char what[64], struct err *err)
{
	const struct kind *k = pack_kind(sim_pack(p->pack), r->r.kind);
	struct fields f = { NULL, 0, 0 };
	const struct field *fd;
	enum mq_status st;

	if (k == NULL || k->nfields == 0)
		return err_set(err, MQ_E_NOT_FOUND, "%s", r->r.kind);
	fd = &k->fields[sim_dice(p->w, (int)k->nfields)];
	set_value(p, k, fd, &f);
	(void)snprintf(what, 64, "fix %s.%s", k->name, fd->name);
	st = save_fix(s, rec, &f, "写错了", NULL, err);
	fields_free(&f);
	return st == MQ_OK ? commit(p, s, err) : st;
}

static enum mq_status work_on(struct peer *p, struct save *s, char what[64],
    struct err *err)
{
	static const char *const usual[] = { "request", "request", "request",
		"visit", "service", NULL };
	int64_t rec = any_record(p, usual[sim_dice(p->w,
	    (int)ARRAY_LEN(usual))]);
	int how = sim_dice(p->w, 100);
	struct record_full r;
	enum mq_status st;

	if (rec == 0)
		return open_one(p, s, what, err);
	st = record_get(p->desk, rec, &r, err);
	if (st != MQ_OK)
		return st;
	if (how < 50) {
		st = step_one(p, s, rec, &r, what, err);
	} else if (how < 75) {
		st = fix_one(p, s, rec, &r, what, err);
	} else if (how < 92) {
		(void)snprintf(what, 64, "note %s", r.r.kind);
		st = save_note(s, rec, any_word(p->w), NULL, err);
		if (st == MQ_OK)
			st = commit(p, s, err);
	} else {
		(void)snprintf(what, 64, "void %s", r.r.kind);
		st = save_void(s, rec, "重复", NULL, err);
		if (st == MQ_OK)
			st = commit(p, s, err);
	}
	record_full_free(&r);
	return st;
}

/* The clock is not believed: somebody looks at the calendar on the wall. */
static void put_clock_right(struct peer *p)
{
	struct utc real = { p->w->now };
	struct err err = ERR_INIT;
	enum mq_status st = ledger_confirm_clock(p->desk, real, &err);

	sim_say(p->w, "%d time confirmed %s", p->number, err_name(st));
	if (peer_check(p) || st != MQ_OK)
		return;
	if (ledger_check_clock(p->desk, &err) != MQ_OK)
		sim_fail(p->w, "%d refuses the time that was confirmed",
		    p->number);
}

void deed_any(struct peer *p)
{
	struct sim *w = p->w;
	struct save *s;
	struct err err = ERR_INIT;
	char what[64] = "";
	enum mq_status st;

	if (!p->up)
		return;
	if (ref_is(p->last_save) && sim_chance(w, 6)) {
		(void)snprintf(what, sizeof(what), "undo");
		st = save_undo(p->desk, &p->who, p->last_save, &err);
		p->last_save.seq = 0;
	} else {
		s = save_new(p->desk, &p->who);
		st = sim_chance(w, 45) ? open_one(p, s, what, &err) :
		    work_on(p, s, what, &err);
		save_free(&s);
	}
	w->count[st == MQ_OK ? N_SAVED : N_REFUSED]++;
	sim_say(w, "%d %s %s %s", p->number, what, err_name(st),
	    st != MQ_OK ? err.detail : "");
	if (disk_is_dead(p->dir)) {
		/* Told before the power went: it must be there. */
		if (st == MQ_OK)
			model_absorb(p, true);
		if (w->depth == 0)
			(void)peer_check(p);
		return;
	}
	if (st == MQ_E_CLOCK && sim_chance(w, 60))
		put_clock_right(p);
	else if (st == MQ_E_DB || st == MQ_E_INTERNAL || st == MQ_E_DAMAGED)
		sim_ok(w, st, &err, what);
	model_absorb(p, st == MQ_OK);
}

/* ---- raw entries ---- */

static bool append(struct peer *p, const struct ledger_new *x,
    struct ref erase, struct ref *id)
{
	struct node *n = p->desk;
	struct err err = ERR_INIT;
	enum mq_status st = db_begin(n->db, __func__, &err);

	if (st != MQ_OK)
		return false;
	st = ledger_append(n, p->who.by, x, 1, id, &err);
	if (st == MQ_OK && ref_is(erase))
		st = ledger_erase(n, erase, *id, &err);
	if (st == MQ_OK)
		st = record_fold(n, ref_is(x->subj) ? x->subj : *id, &err);
	if (st == MQ_OK)
		st = db_commit(n->db, &err);
	else
		db_rollback(n->db);
	sim_say(p->w, "%d %s.%s %s", p->number, x->kind, x->op,
	    err_name(st));
	if (!disk_is_dead(p->dir) || st == MQ_OK)
		model_absorb(p, st == MQ_OK);
	(void)peer_check(p);
	return st == MQ_OK;
}

/* A person asks that what was written about them goes. */
void deed_erase(struct peer *p)
{
	struct sim *w = p->w;
	int64_t rec = any_record(p, NULL);
	struct ledger_new x = { .kind = "entry", .op = "erased",
	    .subj_index = -1, .cause_index = -1 };
	struct buf b = BUF_INIT(256);
	struct record_full r;
	struct ref id, gone;
	struct fact *f;
	char text[ENTRY_REF_TEXT];

	if (rec == 0 || record_get(p->desk, rec, &r, NULL) != MQ_OK)
		return;
	gone = r.nheads > 0 && sim_chance(w, 50) ? r.heads[0] :
	    ref_of_rec(rec);
	ref_text(gone, text);
	buf_addf(&b, "{\"u\":[\"%s\"]}", text);
	x.subj = ref_of_rec(rec);
	x.org = r.r.org;
	x.body = &b;
	f = model_find(w, gone);
	if (append(p, &x, gone, &id) && f != NULL) {
		w->count[N_ERASED]++;
		model_find(w, gone)->erased = id;
	}
	record_full_free(&r);
	buf_free(&b);
}

/* A unit the hub has never heard of, or a subject this node never had. */
void deed_stray(struct peer *p)
{
	struct ledger_new x = { .kind = "visit", .op = "open",
	    .subj_index = -1, .cause_index = -1, .org = "990199" };
	struct buf b = BUF_INIT(256);
	struct ref id;

	buf_adds(&b, "{\"f\":{\"note\":\"外区来的老人\"}}");
	x.body = &b;
	(void)append(p, &x, (struct ref){ { 0 }, 0 }, &id);
	buf_free(&b);
}
