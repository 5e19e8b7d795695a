/*
 * The certificate facet: who may issue, what is counted, and the printable
 * page.  Called through facet_decide() at save; the page by command line and
 * screen.
 */
#include "../certificate.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/text.h"
#include "../base/xmalloc.h"
#include "../form.h"
#include "../hours.h"
#include "../ledger.h"
#include "../person_id.h"
#include "../volunteer.h"

#define PAGE_TEXT 8192
#define GROUPS_A_LINE 10

void certificate_no(struct ref no, char out[CERTIFICATE_NO])
{
	if (dev_epoch(no.dev) > 0)
		snprintf(out, CERTIFICATE_NO, "%05d.%d-%07" PRId64,
		    dev_node(no.dev), dev_epoch(no.dev), no.seq);
	else
		snprintf(out, CERTIFICATE_NO, "%05d-%07" PRId64,
		    dev_node(no.dev), no.seq);
}

void certificate_holder(const char *name, const char *idnumber,
    uint8_t out[9])
{
	uint8_t hash[CRYPTO_HASH];
	struct buf b = BUF_INIT(BUF_SMALL);

	buf_addf(&b, "%s\n%s", name, idnumber);
	crypto_hash(buf_str(&b), b.len, hash);
	memcpy(out, hash, 9);
	crypto_wipe(b.data, b.len);
	buf_free(&b);
}

/* ---- deciding ---- */

static bool read_day(const struct fields *f, const char *name, struct utc now,
    struct day *out)
{
	struct when w;

	if (when_read(fields_text(f, name), now, &w, NULL) != MQ_OK)
		return false;
	*out = w.day;
	return true;
}

/* Asked for: the station that registered the volunteer owes the issue. */
static enum mq_status decide_open(struct act *a, struct err *err)
{
	const char *number = fields_text(a->f, "volunteer");
	struct record_full v;
	struct day from, to;
	int64_t rec = 0;
	enum mq_status rc;

	if (read_day(a->f, "from", a->now, &from) &&
	    read_day(a->f, "to", a->now, &to) && to.n < from.n)
		act_complain_say(a, "to", MQ_E_FIELD, SAY_HOURS_ORDER, NULL,
		    NULL);
	if (number[0] == '\0')
		return MQ_OK;		/* the form has asked for it */
	rc = volunteer_find(a->n, number, &rec, err);
	if (rc != MQ_OK)
		return rc;
	if (rec == 0) {
		act_complain_say(a, "volunteer", MQ_E_FIELD,
		    SAY_VOLUNTEER_NONE, number, NULL);
		return MQ_OK;
	}
	rc = record_get(a->n, rec, &v, err);
	if (rc != MQ_OK)
		return rc;
	fields_set_int(a->d, "home", dev_node(ref_of_rec(rec).dev));
	fields_set(a->d, "owner", v.r.org);
	fields_set_list(a->d, "route", v.r.org);
	record_full_free(&v);
	return MQ_OK;
}

static void keep_content(struct act *a, const struct hours_account *sum)
{
	struct buf b = BUF_INIT(FIELDS_TEXT_MAX);
	int i;

	for (i = 0; i < sum->nactivities; i++)
		buf_addf(&b, "%s%s %d %" PRId64, i > 0 ? "\n" : "",
		    sum->activities[i].name, sum->activities[i].times,
		    sum->activities[i].minutes);
	fields_set_list(a->d, "content", buf_str(&b));
	buf_free(&b);
}

/* The highest star whose hours are served; "" none. */
static const char *star_of(struct act *a, int64_t minutes)
{
	const char *list = pack_facet(a->n->pack, a->kind, "certificate",
	    "stars"), *best = "";
	const struct choice *c;
	char hours[16];
	size_t i, n = 0;

	c = list[0] == '\0' ? NULL : pack_choices(a->n->pack, list, &n);
	for (i = 0; i < n; i++)
		if (form_choice_value(&c[i], "hours", hours, sizeof(hours)) &&
		    minutes >= strtoll(hours, NULL, 10) * 60)
			best = c[i].name;
	return best;
}

static enum mq_status count_up(struct act *a, struct err *err)
{
	const struct fields *f = &a->prior->f;
	const char *number = fields_text(f, "volunteer");
	struct hours_account sum, all;
	struct day from, to;
	char text[24], hex[2 * CRYPTO_SIGN_PK + 1];
	enum mq_status rc;

	if (!read_day(f, "from", a->now, &from) ||
	    !read_day(f, "to", a->now, &to))
		return err_set(err, MQ_E_DATE, "%s", number);
	rc = hours_account(a->n, number, from, (struct day){ to.n + 1 }, &sum,
	    err);
	if (rc == MQ_OK)
		rc = hours_account(a->n, number, (struct day){ 1 },
		    (struct day){ to.n + 1 }, &all, err);
	if (rc != MQ_OK)
		return rc;
	snprintf(text, sizeof(text), "%d", sum.overlaps);
	if (sum.overlaps > 0)
		act_complain_say(a, "", MQ_E_OVERLAP, SAY_CERT_OVERLAPS, text,
		    NULL);
	else if (sum.minutes == 0)
		act_complain_say(a, "", MQ_E_STATE, SAY_CERT_EMPTY, NULL,
		    NULL);
	fields_set_int(a->d, "minutes", sum.minutes);
	fields_set_int(a->d, "services", sum.services);
	fields_set(a->d, "star", star_of(a, all.minutes));
	keep_content(a, &sum);
	crypto_hex(a->n->keys.sign_pk, CRYPTO_SIGN_PK, hex);
	fields_set(a->d, "pk", hex);
	return MQ_OK;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	char node[16];
	int64_t home;

	if (strcmp(a->op, "step") != 0)
		return decide_open(a, err);
	if (strcmp(a->step, pack_facet(a->n->pack, a->kind, "certificate",
	    "issue")) != 0)
		return MQ_OK;
	home = fields_int(&a->prior->d, "home", 0);
	snprintf(node, sizeof(node), "%" PRId64, home);
	if (home != a->n->set.number)
		act_complain_say(a, "", MQ_E_DENIED, SAY_CERT_OWNER, node,
		    NULL);
	else if (volunteer_same(a->n, fields_text(&a->prior->f, "volunteer"),
	    a->who->by))
		act_complain_say(a, "", MQ_E_DENIED, SAY_CERT_OWN, NULL,
		    NULL);
	return a->ncomplaints > 0 ? MQ_OK : count_up(a, err);
}

const struct facet facet_certificate = {
	.name = "certificate", .decide = decide
};

/* ---- the page ---- */

struct sheet {
	struct node *n;
	enum lang lang;
	struct buf *out;
	const struct record_full *r;
	struct certificate c;
	char handler[32];
	char name[64];
	const char *idnumber;
};

static void line(struct sheet *s, enum say id, const char *a, const char *b)
{
	say_fill(s->out, s->lang, id, a, b);
	buf_addc(s->out, '\n');
}

static void blank(struct sheet *s)
{
	buf_addc(s->out, '\n');
}

static void length(struct sheet *s, int64_t minutes, char *out, size_t size)
{
	char hours[24], rest[24];
	struct buf b = BUF_INIT(BUF_SMALL);

	snprintf(hours, sizeof(hours), "%" PRId64, minutes / 60);
	snprintf(rest, sizeof(rest), "%" PRId64, minutes % 60);
	say_fill(&b, s->lang, SAY_CERT_LENGTH, hours, rest);
	xcopy(out, size, buf_str(&b));
	buf_free(&b);
}

static void day_text(struct day d, char out[16])
{
	clock_show(clock_day_start(d), CLOCK_DATE, out, 16);
}

/* "station_duty 12 1830": words, times, length. */
static void content_line(struct sheet *s, const char *item, size_t len)
{
	char name[33] = "", text[64], what[200];
	int times = 0;
	int64_t minutes = 0;
	const struct choice *c = NULL;
	struct buf b = BUF_INIT(BUF_SMALL);
	size_t k;

	snprintf(text, sizeof(text), "%.*s", (int)len, item);
	if (sscanf(text, "%32s %d %" SCNd64, name, &times, &minutes) != 3)
		return;
	for (k = 0; k < pack_kinds(s->n->pack) && c == NULL; k++) {
		const struct kind *kind = pack_kind_at(s->n->pack, k);
		const struct field *fd = kind_field(kind, "activity");

		if (kind_has_facet(kind, "hours") && fd != NULL)
			c = pack_choice(s->n->pack, fd->list, name);
	}
	length(s, minutes, what, sizeof(what));
	snprintf(text, sizeof(text), "%d", times);
	say_fill(&b, s->lang, SAY_CERT_TIMES, text, what);
	line(s, SAY_CERT_ITEM, c == NULL ? name : c->label[s->lang],
	    buf_str(&b));
	buf_free(&b);
}

static void write_person(struct sheet *s)
{
	line(s, SAY_CERT_PERSON, NULL, NULL);
	line(s, SAY_CERT_NAME, s->name, NULL);
	line(s, SAY_CERT_ID, s->idnumber[0] != '\0' ? s->idnumber :
	    "____________________", NULL);
	line(s, SAY_CERT_NUMBER, fields_text(&s->r->f, "volunteer"), NULL);
	blank(s);
}

static void write_service(struct sheet *s)
{
	const char *p = fields_text(&s->r->d, "content");
	const char *list = "", *star = fields_text(&s->r->d, "star");
	const struct kind *k = pack_kind(s->n->pack, s->r->r.kind);
	const struct choice *c;
	char from[16], to[16], total[80], times[24];

	day_text(s->c.from, from);
	day_text(s->c.to, to);
	length(s, s->c.minutes, total, sizeof(total));
	snprintf(times, sizeof(times), "%" PRId64,
	    fields_int(&s->r->d, "services", 0));
	line(s, SAY_CERT_SERVICE, NULL, NULL);
	line(s, SAY_CERT_PERIOD, from, to);
	line(s, SAY_CERT_TOTAL, total, times);
	line(s, SAY_CERT_CONTENT, NULL, NULL);
	while (*p != '\0') {
		size_t len = strcspn(p, "\n");

		content_line(s, p, len);
		p += len + (p[len] == '\n');
	}
	if (k != NULL)
		list = pack_facet(s->n->pack, k, "certificate", "stars");
	c = star[0] == '\0' ? NULL : pack_choice(s->n->pack, list, star);
	if (c != NULL)
		line(s, SAY_CERT_STAR, c->label[s->lang], NULL);
	blank(s);
}

static void write_issuer(struct sheet *s)
{
	const struct org *o = org_find(pack_orgs(s->n->pack),
	    s->r->r.owner[0] != '\0' ? s->r->r.owner : s->n->set.org);
	char name[64];

	volunteer_name(s->n, s->handler, name, sizeof(name));
	line(s, SAY_CERT_ISSUER, NULL, NULL);
	line(s, SAY_CERT_UNIT, o == NULL ? s->n->set.site :
	    o->name[s->lang], NULL);
	line(s, SAY_CERT_HEAD, fields_text(&s->r->f, "head"), name);
	line(s, SAY_CERT_CONTACT, o == NULL ? "" : o->phone, NULL);
	blank(s);
}

static void write_code(struct sheet *s, const char *code)
{
	char hex[2 * CRYPTO_SIGN_PK + 1];
	int count = 0;

	line(s, SAY_CERT_CODE, NULL, NULL);
	while (*code != '\0') {
		size_t len = strcspn(code, " ");

		buf_adds(s->out, count % GROUPS_A_LINE == 0 ? "    " : " ");
		buf_add(s->out, code, len);
		code += len + (code[len] == ' ');
		if (++count % GROUPS_A_LINE == 0)
			blank(s);
	}
	if (count % GROUPS_A_LINE != 0)
		blank(s);
	crypto_hex(s->n->keys.sign_pk, CRYPTO_SIGN_PK, hex);
	line(s, SAY_CERT_VERIFY, NULL, NULL);
	line(s, SAY_CERT_PK, hex, NULL);
}

static void write_page(struct sheet *s)
{
	char no[CERTIFICATE_NO], day[16], code[CERTIFICATE_CODE];
	const char *remark = fields_text(&s->r->f, "remark");

	certificate_no(s->c.no, no);
	day_text(s->c.issued, day);
	certificate_code_make(&s->c, s->n->keys.sign_sk, code);
	line(s, SAY_CERT_TITLE, NULL, NULL);
	blank(s);
	write_person(s);
	write_service(s);
	write_issuer(s);
	line(s, SAY_CERT_PAPER, NULL, NULL);
	line(s, SAY_CERT_NO, no, day);
	line(s, SAY_CERT_REMARK, remark, NULL);
	line(s, SAY_CERT_SEAL, NULL, NULL);
	blank(s);
	write_code(s, code);
}

/* The entry that issued it: its number, its day, who did it. */
static enum mq_status find_issue(struct node *n, struct sheet *s,
    struct err *err)
{
	const struct kind *k = pack_kind(n->pack, s->r->r.kind);
	struct record_event *ev = NULL;
	const char *issue;
	enum mq_status rc;
	int count = 0, i;

	if (k == NULL || !kind_has_facet(k, "certificate"))
		return err_set(err, MQ_E_NOT_FOUND, "%s", s->r->r.kind);
	issue = pack_facet(n->pack, k, "certificate", "issue");
	rc = record_events(n, s->r->r.rec, &ev, &count, err);
	for (i = 0; rc == MQ_OK && i < count; i++)
		if (!ev[i].undone && strcmp(ev[i].step, issue) == 0) {
			s->c.no = ev[i].e.id;
			s->c.issued = clock_day(ev[i].e.at);
			xcopy(s->handler, sizeof(s->handler), ev[i].e.by);
		}
	record_events_free(&ev, count);
	if (rc == MQ_OK && (!ref_is(s->c.no) ||
	    dev_node(s->c.no.dev) != n->set.number))
		rc = err_set(err, MQ_E_STATE, "%s",
		    say_word(SAY_CERT_NOT_HERE, n->env->lang));
	return rc;
}

enum mq_status certificate_page(struct node *n, int64_t rec,
    const char *idnumber, struct buf *out, struct err *err)
{
	struct record_full r;
	struct sheet s = { .n = n, .lang = n->env->lang, .out = out };
	struct buf page = BUF_INIT(PAGE_TEXT);
	char clean[19] = "";
	int64_t volunteer = 0;
	enum mq_status rc = record_get(n, rec, &r, err);

	if (rc != MQ_OK)
		return rc;
	s.r = &r;
	s.out = &page;
	rc = find_issue(n, &s, err);
	if (rc == MQ_OK && idnumber[0] != '\0') {
		rc = volunteer_find(n, fields_text(&r.f, "volunteer"),
		    &volunteer, err);
		if (rc == MQ_OK)
			rc = volunteer_check_id(n, volunteer, idnumber, err);
		if (rc == MQ_OK)
			rc = person_id_check(idnumber, s.c.issued, clean, err);
	}
	if (rc == MQ_OK) {
		s.idnumber = clean;
		s.c.minutes = fields_int(&r.d, "minutes", 0);
		(void)read_day(&r.f, "from", ledger_now(n), &s.c.from);
		(void)read_day(&r.f, "to", ledger_now(n), &s.c.to);
		volunteer_name(n, fields_text(&r.f, "volunteer"), s.name,
		    sizeof(s.name));
		certificate_holder(s.name, clean, s.c.holder);
		write_page(&s);
		text_sanitize(buf_str(&page), page.len, TEXT_MULTILINE, out);
	}
	crypto_wipe(clean, sizeof(clean));
	if (page.data != NULL)
		crypto_wipe(page.data, page.len);
	buf_free(&page);
	record_full_free(&r);
	return rc;
}
