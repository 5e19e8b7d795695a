/*
 * 集体签到: finding people fast, signing them in and out together.  Called by
 * panel_muster.c.
 */
#include "muster.h"

#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/mask.h"
#include "../core/pack.h"
#include "../core/pinyin.h"
#include "../core/save.h"

#define KIND "service"		/* what the board writes */

/* ---- who is here ---- */

static struct muster_row *row_of(struct muster *m, const char *number)
{
	int i;

	for (i = 0; i < m->n_rows; i++)
		if (strcmp(m->rows[i].v.number, number) == 0)
			return &m->rows[i];
	return NULL;
}

/* Services of this event: those of its day. */
static enum mq_status load_marks(struct muster *m, struct err *err)
{
	struct record *rows = xcalloc(MUSTER_MAX, sizeof(*rows));
	struct record_query q = { .kind = KIND, .sort = SORT_OPENED };
	struct record_full r;
	struct muster_row *row;
	enum mq_status rc;
	int got = 0, i;

	q.from = clock_day_start(clock_day(ledger_now(m->n)));
	rc = record_page(m->n, &q, NULL, false, rows, MUSTER_MAX, &got, err);
	for (i = 0; i < got && rc == MQ_OK; i++) {
		rc = record_get(m->n, rows[i].rec, &r, err);
		if (rc != MQ_OK)
			break;
		row = strcmp(fields_text(&r.f, "event"), m->ref) == 0 ?
		    row_of(m, fields_text(&r.f, "volunteer")) : NULL;
		if (row != NULL && row->rec == 0) {
			row->rec = r.r.rec;
			row->since = r.r.opened_at;
			row->out = (r.r.flags & REC_CLOSED) != 0;
		}
		record_full_free(&r);
	}
	free(rows);
	return rc;
}

static enum mq_status load_people(struct muster *m, struct err *err)
{
	struct volunteer *all = xcalloc(MUSTER_MAX, sizeof(*all));
	enum mq_status rc;
	int i;

	rc = volunteer_list(m->n, all, MUSTER_MAX, &m->n_rows, err);
	for (i = 0; i < m->n_rows && rc == MQ_OK; i++)
		m->rows[i].v = all[i];
	free(all);
	return rc;
}

enum mq_status muster_open(struct muster *m, struct node *n,
    const struct session *leader, int64_t event, struct err *err)
{
	struct record_full r;
	enum mq_status rc = record_get(n, event, &r, err);

	if (rc != MQ_OK)
		return rc;
	m->n = n;
	m->leader = *leader;
	m->event = event;
	ref_text(ref_of_rec(event), m->ref);
	xcopy(m->title, sizeof(m->title), r.r.title);
	xcopy(m->activity, sizeof(m->activity),
	    fields_text(&r.f, "activity"));
	m->expected = fields_int(&r.f, "registered", 0);
	record_full_free(&r);
	m->rows = xcalloc(MUSTER_MAX, sizeof(*m->rows));
	rc = load_people(m, err);
	return rc == MQ_OK ? load_marks(m, err) : rc;
}

void muster_close(struct muster *m)
{
	free(m->rows);
	m->rows = NULL;
}

int muster_in(const struct muster *m)
{
	int i, count = 0;

	for (i = 0; i < m->n_rows; i++)
		count += m->rows[i].rec != 0 && !m->rows[i].out;
	return count;
}

int muster_came(const struct muster *m)
{
	int i, count = 0;

	for (i = 0; i < m->n_rows; i++)
		count += m->rows[i].rec != 0;
	return count;
}

/* ---- finding ---- */

static bool all_digits(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "0123456789")] == '\0';
}

bool muster_fits(const struct muster_row *r, const char *typed)
{
	if (strcmp(r->v.number, typed) == 0 ||
	    (r->v.card[0] != '\0' && strcmp(r->v.card, typed) == 0))
		return true;
	if (all_digits(typed))
		return strlen(typed) == 4 &&
		    strcmp(r->v.phone_end, typed) == 0;
	return pinyin_match(r->v.name, typed);
}

int muster_find(const struct muster *m, const char *typed, int *out, int max)
{
	int i, count = 0;

	for (i = 0; i < m->n_rows; i++)		/* a number or card is one */
		if (strcmp(m->rows[i].v.number, typed) == 0 ||
		    (m->rows[i].v.card[0] != '\0' &&
		    strcmp(m->rows[i].v.card, typed) == 0)) {
			out[0] = i;
			return 1;
		}
	for (i = 0; i < m->n_rows; i++) {
		if (!muster_fits(&m->rows[i], typed))
			continue;
		if (count < max)
			out[count] = i;
		count++;
	}
	return count;
}

/* ---- signing ---- */

static enum mq_status add_one(struct muster *m, struct save *s,
    const struct muster_row *r, bool in, struct utc now, struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	char text[24];
	enum mq_status rc;

	if (!in) {
		rc = save_step(s, r->rec, "sign_out", &f, NULL, err);
	} else {
		clock_show(now, CLOCK_MINUTE, text, sizeof(text));
		fields_set(&f, "volunteer", r->v.number);
		fields_set(&f, "activity", m->activity);
		fields_set(&f, "start", text);
		fields_set(&f, "event", m->ref);
		rc = save_open(s, KIND, &f, -1, NULL, err);
	}
	fields_free(&f);
	return rc;
}

/* One save for all of them, or none. */
static enum mq_status sign_together(struct muster *m, const int *rows,
    int count, bool in, struct err *err)
{
	struct save *s = save_new(m->n, &m->leader);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct utc now = ledger_now(m->n);
	enum mq_status rc = MQ_OK;
	int i;

	for (i = 0; i < count && rc == MQ_OK; i++)
		rc = add_one(m, s, &m->rows[rows[i]], in, now, err);
	if (rc == MQ_OK)
		rc = save_commit(s, res, err);
	for (i = 0; i < count && rc == MQ_OK; i++) {
		struct muster_row *r = &m->rows[rows[i]];

		r->tick = false;
		r->out = !in;
		if (in) {
			r->rec = res->recs[i];
			r->since = now;
		}
	}
	save_free(&s);
	free(res);
	return rc;
}

/* Somebody is in the way: everybody else must not wait for that. */
static enum mq_status sign_apart(struct muster *m, const int *rows, int count,
    bool in, int *done, struct err *err)
{
	enum mq_status rc = MQ_OK;
	int i;

	for (i = 0; i < count; i++) {
		struct err one = ERR_INIT;

		if (sign_together(m, &rows[i], 1, in, &one) == MQ_OK)
			(*done)++;
		else if (rc == MQ_OK)
			rc = err_set(err, one.code, "%s: %s",
			    m->rows[rows[i]].v.masked, one.detail);
	}
	return rc;
}

enum mq_status muster_sign(struct muster *m, const int *rows, int count,
    bool in, int *done, struct err *err)
{
	enum mq_status rc = MQ_OK, st;
	int at, some;

	*done = 0;
	for (at = 0; at < count; at += some) {
		some = count - at < ENTRY_SAVE_MAX ? count - at :
		    ENTRY_SAVE_MAX;
		st = sign_together(m, rows + at, some, in, err);
		if (st == MQ_OK)
			*done += some;
		else if (some == 1)
			rc = st;
		else
			rc = sign_apart(m, rows + at, some, in, done, err);
	}
	return rc;
}

/* ---- walk-ins ---- */

static enum mq_status register_one(struct muster *m, const struct fields *f,
    int64_t *rec, struct err *err)
{
	struct save *s = save_new(m->n, &m->leader);
	struct save_result *res = xcalloc(1, sizeof(*res));
	enum mq_status rc = save_open(s, "volunteer", f, -1, NULL, err);

	if (rc == MQ_OK)
		rc = save_commit(s, res, err);
	if (rc == MQ_OK)
		*rec = res->recs[0];
	save_free(&s);
	free(res);
	return rc;
}

enum mq_status muster_walk_in(struct muster *m, const char *name,
    const char *phone, bool minor, int *row, struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	struct record_full r;
	struct muster_row *to;
	struct buf b = BUF_INIT(BUF_SMALL);
	enum mq_status rc;
	int64_t rec = 0;
	size_t len = strlen(phone);
	int done;

	if (m->n_rows == MUSTER_MAX)
		return err_set(err, MQ_E_TOO_BIG, "%s", name);
	fields_set(&f, "name", name);
	if (len > 0)
		fields_set(&f, "phone", phone);
	fields_set(&f, "consent", minor ? "guardian" : "yes");
	rc = register_one(m, &f, &rec, err);
	fields_free(&f);
	if (rc == MQ_OK)
		rc = record_get(m->n, rec, &r, err);
	if (rc != MQ_OK)
		return rc;
	to = &m->rows[m->n_rows];
	memset(to, 0, sizeof(*to));
	xcopy(to->v.number, sizeof(to->v.number),
	    fields_text(&r.f, "number"));
	xcopy(to->v.name, sizeof(to->v.name), name);
	xcopy(to->v.phone_end, sizeof(to->v.phone_end),
	    len >= 4 ? phone + len - 4 : "");
	mask_name(name, &b);
	xcopy(to->v.masked, sizeof(to->v.masked), buf_str(&b));
	buf_free(&b);
	to->v.rec = rec;
	to->v.temporary = true;
	record_full_free(&r);
	*row = m->n_rows++;
	return muster_sign(m, row, 1, true, &done, err);
}
