/*
 * One value of a form: reading what was typed, showing what is stored.
 * Called by form.c at save and by screens while typing.
 */
#include "form_parts.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/text.h"
#include "../base/xmalloc.h"
#include "../ledger.h"
#include "../mask.h"
#include "../pack_data.h"
#include "../person_id.h"
#include "../roster.h"
#include "../volunteer.h"

#define NUMBER_MAX INT64_C(999999999999999)
#define CODE_MAX 64
#define DECIMAL_PLACES 6

/* ---- small things the other parts use ---- */

enum mq_status form_wrong(struct err *err, enum mq_status code,
    const struct field *fd, enum say id, const char *more)
{
	struct buf b = BUF_INIT(230);
	enum mq_status rc;

	say_labels(&b, id, fd->label, (const char *const[]){ more, more });
	rc = err_set(err, code, "%s", buf_str(&b));
	buf_free(&b);
	return rc;
}

bool form_takes_value(const struct field *fd)
{
	return fd->type != FT_NOTE && fd->type != FT_BEGIN_GROUP &&
	    fd->type != FT_END_GROUP && fd->type != FT_CALCULATE &&
	    fd->type != FT_BEGIN_REPEAT && fd->type != FT_END_REPEAT;
}

bool form_looks(const struct field *fd, const char *word)
{
	return pack_data_has_word(fd->appearance, word);
}

void form_text(const struct field_value *v, struct buf *out)
{
	if (v == NULL || v->kind == FV_GONE)
		return;
	if (v->kind == FV_INT)
		buf_addf(out, "%" PRId64, v->num);
	else if (v->text != NULL)
		buf_adds(out, v->text);
}

void form_store(const struct field *fd, const char *text, struct fields *f)
{
	if (fd->type == FT_INTEGER || fd->type == FT_MONEY ||
	    fd->type == FT_MINUTES)
		fields_set_int(f, fd->name, strtoll(text, NULL, 10));
	else if (fd->type == FT_SELECT_MULTI)
		fields_set_list(f, fd->name, text);
	else
		fields_set(f, fd->name, text);
}

/* ---- reading ---- */

/* The code in its one form, capitals without blanks. */
static enum mq_status accept_org_code(struct buf *out, struct err *err)
{
	char code[19];
	enum mq_status rc = person_id_org_code(buf_str(out), code, err);

	if (rc == MQ_OK) {
		buf_reset(out);
		buf_adds(out, code);
	}
	return rc;
}

static enum mq_status accept_text(struct node *n, const struct field *fd,
    const char *s, struct buf *out, struct err *err)
{
	bool multi = form_looks(fd, "multiline");
	struct buf clean = BUF_INIT(FIELDS_TEXT_MAX);
	int64_t max = fd->max_chars;
	size_t from = strspn(s, " \t\r\n"), len = strlen(s);
	enum mq_status rc = MQ_OK;
	char limit[24];

	while (len > from && strchr(" \t\r\n", s[len - 1]) != NULL)
		len--;
	text_sanitize(s + from, len - from, multi ? TEXT_MULTILINE :
	    TEXT_ONE_LINE, &clean);
	text_nfc(buf_str(&clean), clean.len, out);
	if (max == 0)
		max = pack_int(n->pack, multi ? "multiline_chars" :
		    "text_chars", FIELDS_TEXT_MAX);
	snprintf(limit, sizeof(limit), "%" PRId64, max);
	if (clean.over || out->over ||
	    (int64_t)text_nchars(buf_str(out)) > max)
		rc = form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_LONG, limit);
	else if (form_looks(fd, "org_code"))
		rc = accept_org_code(out, err);
	else if (strncmp(buf_str(out), FIELDS_SEALED,
	    sizeof(FIELDS_SEALED) - 1) == 0)
		rc = form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_RESERVED,
		    FIELDS_SEALED);
	buf_free(&clean);
	return rc;
}

/* Digits at *s; -1 when there are none or too many. */
static int64_t number_at(const char **s)
{
	int64_t v = 0;
	const char *from = *s;

	while (**s >= '0' && **s <= '9' && v <= NUMBER_MAX / 10) {
		v = v * 10 + (**s - '0');
		++*s;
	}
	return *s == from || (**s >= '0' && **s <= '9') ? -1 : v;
}

static bool eat(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n) != 0)
		return false;
	*s += n;
	return true;
}

static bool read_integer(const char *s, int64_t *out)
{
	bool minus = eat(&s, "-");

	*out = number_at(&s);
	if (*out < 0 || *s != '\0')
		return false;
	if (minus)
		*out = -*out;
	return true;
}

/* "12", "12.5", "12.50元", "¥12": in fen. */
static bool read_money(const char *s, int64_t *out)
{
	int i;

	if (!eat(&s, "¥"))
		(void)eat(&s, "\xef\xbf\xa5");
	*out = number_at(&s);
	if (*out < 0 || *out > NUMBER_MAX / 100)
		return false;
	if (eat(&s, ".") && (*s < '0' || *s > '9'))
		return false;
	for (i = 0; i < 2; i++) {
		*out *= 10;
		if (s[0] >= '0' && s[0] <= '9')
			*out += *s++ - '0';
	}
	if (!eat(&s, "元"))
		(void)eat(&s, "yuan");
	return *s == '\0';
}

static bool eat_hour(const char **s)
{
	return eat(s, "个小时") || eat(s, "小时") || eat(s, "hours") ||
	    eat(s, "hour") || eat(s, "h");
}

/* "40", "40分钟", "1:30", "1小时30分", "1.5小时", "半小时", "1个半小时". */
static bool read_minutes(const char *s, int64_t *out)
{
	int64_t a, b = 0;

	if (strcmp(s, "半小时") == 0 || strcmp(s, "半个小时") == 0) {
		*out = 30;
		return true;
	}
	a = number_at(&s);
	if (a < 0 || a > 100000)
		return false;
	*out = a;
	if (eat(&s, ":")) {
		b = number_at(&s);
		*out = a * 60 + b;
		return b >= 0 && b < 60 && *s == '\0';
	}
	if (s[0] == '.' && s[1] >= '0' && s[1] <= '9') {
		*out = a * 60 + (s[1] - '0') * 6;
		s += 2;
		return eat_hour(&s) && *s == '\0';
	}
	if (eat(&s, "个半小时")) {
		*out = a * 60 + 30;
		return *s == '\0';
	}
	if (eat_hour(&s)) {
		*out = a * 60;
		if (*s == '\0')
			return true;
		if (eat(&s, "半")) {
			*out += 30;
			return *s == '\0';
		}
		b = number_at(&s);
		if (b < 0 || b > 59)
			return false;
		*out += b;
	}
	(void)(eat(&s, "分钟") || eat(&s, "分") || eat(&s, "minutes") ||
	    eat(&s, "min") || eat(&s, "m"));
	return *s == '\0';
}

/* A decimal is kept as its digits: an entry holds whole numbers and texts, and
 * a text is never rounded.  "36.50" and "036.5" are stored as "36.5". */
static enum mq_status accept_decimal(const struct field *fd, const char *s,
    struct buf *out, struct err *err)
{
	struct buf folded = BUF_INIT(200);
	char places[12];
	bool minus, ok;
	int64_t whole;
	size_t len = 0;

	text_fold(s, strlen(s), &folded);
	s = buf_str(&folded);
	minus = eat(&s, "-");
	whole = number_at(&s);
	ok = whole >= 0 && !folded.over;
	if (ok && eat(&s, ".")) {
		len = strspn(s, "0123456789");
		ok = len > 0 && len <= DECIMAL_PLACES && s[len] == '\0';
		while (len > 0 && s[len - 1] == '0')
			len--;
	} else {
		ok = ok && *s == '\0';
	}
	if (ok) {
		buf_addf(out, "%s%" PRId64, minus && (whole > 0 || len > 0) ?
		    "-" : "", whole);
		if (len > 0)
			buf_addf(out, ".%.*s", (int)len, s);
	}
	buf_free(&folded);
	snprintf(places, sizeof(places), "%d", DECIMAL_PLACES);
	return ok ? MQ_OK : form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_DECIMAL,
	    places);
}

static enum mq_status check_range(const struct field *fd, int64_t v,
    struct err *err)
{
	char words[80];

	if (fd->range_step == 0 || (v >= fd->range_min &&
	    v <= fd->range_max && (v - fd->range_min) % fd->range_step == 0))
		return MQ_OK;
	snprintf(words, sizeof(words), fd->range_step == 1 ?
	    "%" PRId64 "–%" PRId64 : "%" PRId64 "–%" PRId64 " (+%" PRId64 ")",
	    fd->range_min, fd->range_max, fd->range_step);
	return form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_RANGE, words);
}

static enum mq_status accept_number(const struct field *fd, const char *s,
    struct buf *out, struct err *err)
{
	struct buf folded = BUF_INIT(200);
	int64_t v = 0;
	bool ok;

	text_fold(s, strlen(s), &folded);
	s = buf_str(&folded);
	if (fd->type == FT_MONEY)
		ok = read_money(s, &v);
	else if (fd->type == FT_MINUTES)
		ok = read_minutes(s, &v);
	else
		ok = read_integer(s, &v);
	ok = ok && !folded.over;
	buf_free(&folded);
	if (!ok)
		return form_wrong(err, MQ_E_FIELD, fd, fd->type == FT_MONEY ?
		    SAY_FORM_MONEY : fd->type == FT_MINUTES ?
		    SAY_FORM_MINUTES : SAY_FORM_NUMBER, NULL);
	buf_addf(out, "%" PRId64, v);
	return check_range(fd, v, err);
}

static enum mq_status accept_when(const struct field *fd, const char *s,
    struct utc now, struct buf *out, struct err *err)
{
	struct when w;
	char text[40];
	enum mq_status rc = when_read(s, now, &w, err);

	if (rc != MQ_OK)
		return rc;
	if (fd->type == FT_TIME && w.precision != WHEN_MINUTE)
		return form_wrong(err, MQ_E_DATE, fd, SAY_FORM_TIME, NULL);
	if (fd->type == FT_DATE)
		w.precision = WHEN_DAY;
	when_write(&w, text, sizeof(text));
	/* A time of day is what stands behind the date. */
	buf_adds(out, fd->type == FT_TIME && strlen(text) > 11 ? text + 11 :
	    text);
	return MQ_OK;
}

/* By its name, its words in either language, what it is also called, its
 * code in a standard, or its digit. */
static bool is_called(const struct choice *c, int way, const char *s,
    size_t len)
{
	static const char *const keys[] = { "short", "alias", "code" };
	char other[80] = "";
	const char *have = way == 0 ? c->name : way < 3 ? c->label[way - 1] :
	    other;

	if (way == 6 && c->digit != 0)
		snprintf(other, sizeof(other), "%c", '0' + c->digit);
	else if (way >= 3 && way < 6 &&
	    !form_choice_value(c, keys[way - 3], other, sizeof(other)))
		return false;
	return strlen(have) == len && memcmp(have, s, len) == 0;
}

static const struct choice *find_choice(struct node *n, const struct field *fd,
    const char *s, size_t len)
{
	size_t i, count;
	const struct choice *v = pack_choices(n->pack, fd->list, &count);
	int way;

	for (way = 0; len > 0 && way < 7; way++) {
		/* A digit says nothing where only some show. */
		if (way == 6 && fd->choice_filter[0] != '\0')
			break;
		for (i = 0; i < count; i++)
			if (is_called(&v[i], way, s, len))
				return &v[i];
	}
	return NULL;
}

static enum mq_status no_choice(const struct field *fd, const char *s,
    size_t len, struct err *err)
{
	char word[60];

	snprintf(word, sizeof(word), "%.*s", (int)(len < 59 ? len : 59), s);
	return form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_CHOICE, word);
}

static enum mq_status accept_one(struct node *n, const struct field *fd,
    const char *s, struct buf *out, struct err *err)
{
	const struct choice *c = find_choice(n, fd, s, strlen(s));

	if (c == NULL)
		return no_choice(fd, s, strlen(s), err);
	buf_adds(out, c->name);
	return MQ_OK;
}

/* Items apart by line, blank, comma or 、; stored in the order of the list,
 * each once, so that the same ticks give the same bytes. */
static enum mq_status accept_multi(struct node *n, const struct field *fd,
    const char *s, struct buf *out, struct err *err)
{
	size_t count, i, len;
	const struct choice *v = pack_choices(n->pack, fd->list, &count);
	bool *ticked = xcalloc(count + 1, sizeof(*ticked));
	enum mq_status rc = MQ_OK;

	while (rc == MQ_OK) {
		const struct choice *c;

		while (*s != '\0' && (strchr(" ,\t\r\n", *s) != NULL ||
		    eat(&s, "、") || eat(&s, "，")))
			s += strchr(" ,\t\r\n", *s) != NULL && *s != '\0';
		if (*s == '\0')
			break;
		for (len = 0; s[len] != '\0' &&
		    strchr(" ,\t\r\n", s[len]) == NULL &&
		    strncmp(s + len, "、", 3) != 0 &&
		    strncmp(s + len, "，", 3) != 0; len++)
			continue;
		c = find_choice(n, fd, s, len);
		if (c == NULL)
			rc = no_choice(fd, s, len, err);
		else
			ticked[c - v] = true;
		s += len;
	}
	for (i = 0; i < count && rc == MQ_OK; i++) {
		if (!ticked[i])
			continue;
		if (out->len > 0)
			buf_addc(out, '\n');
		buf_adds(out, v[i].name);
	}
	free(ticked);
	return rc;
}

static enum mq_status accept_ref(struct node *n, const struct field *fd,
    const char *s, struct buf *out, struct err *err)
{
	char text[ENTRY_REF_TEXT];
	enum say why = fd->type == FT_RECORD ? SAY_FORM_RECORD :
	    SAY_FORM_PERSON;
	struct record_full r;
	struct ref ref;
	int64_t rec;

	if (!ref_parse(s, strlen(s), &ref)) {
		/* What a case is called by is its short number. */
		if (fd->type != FT_RECORD || n->db == NULL ||
		    record_by_no(n, s, &rec, NULL) != MQ_OK)
			return form_wrong(err, MQ_E_NOT_FOUND, fd, why, s);
		ref = ref_of_rec(rec);
	}
	ref_text(ref, text);
	if (n->db != NULL) {
		bool ok;

		if (record_get(n, ref_rec(ref), &r, NULL) != MQ_OK)
			return form_wrong(err, MQ_E_NOT_FOUND, fd, why, text);
		ok = kind_field_takes(n->pack, fd, r.r.kind);
		record_full_free(&r);
		if (!ok)
			return form_wrong(err, MQ_E_NOT_FOUND, fd, why, text);
	}
	buf_adds(out, text);
	return MQ_OK;
}

/* A unit that ended takes nothing new; what stands in it stays. */
static enum mq_status ended(const struct orgs *o, const struct org *x,
    struct err *err)
{
	struct buf names = BUF_INIT(120), b = BUF_INIT(230);
	enum mq_status rc;

	org_heir_names(o, x->code, &names);
	say_both(&b, SAY_FORM_ORG_ENDED, x->name[0], buf_str(&names));
	rc = err_set(err, MQ_E_FIELD, "%s", buf_str(&b));
	buf_free(&names);
	buf_free(&b);
	return rc;
}

static enum mq_status accept_org(struct node *n, const struct field *fd,
    const char *s, struct utc now, struct buf *out, struct err *err)
{
	const struct orgs *o = pack_orgs(n->pack);
	const struct org *x = org_find(o, s);
	size_t i;

	for (i = 0; i < o->n && x == NULL; i++)
		if (strcmp(o->v[i].name[0], s) == 0 ||
		    strcmp(o->v[i].name[1], s) == 0)
			x = &o->v[i];
	if (x == NULL)
		return form_wrong(err, MQ_E_NOT_FOUND, fd, SAY_FORM_ORG, s);
	/* A desk of a unit that ended goes on until it is bound anew. */
	if (org_ended(x, clock_day(now)) && strcmp(x->code, n->set.org) != 0)
		return ended(o, x, err);
	buf_adds(out, x->code);
	return MQ_OK;
}

/* A number, phone or card of the roster gives the number; somebody of
 * another site is taken by a well-formed number. */
static enum mq_status accept_staff(struct node *n, const struct field *fd,
    const char *s, struct buf *out, struct err *err)
{
	const struct roster_person *p = n->roster == NULL ? NULL :
	    roster_find(n->roster, s);
	size_t i, len = strlen(s);

	if (p != NULL) {
		buf_adds(out, p->number);
		return MQ_OK;
	}
	for (i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
		    (s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= 'a' && s[i] <= 'z')))
			break;
	if (i < len || len >= sizeof(((struct session *)NULL)->by))
		return form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_STAFF, NULL);
	buf_adds(out, s);
	return MQ_OK;
}

static enum mq_status accept_code(const struct field *fd, const char *s,
    struct buf *out, struct err *err)
{
	size_t i, len = strlen(s);

	for (i = 0; i < len; i++)
		if (s[i] < '!' || s[i] > '~')
			break;
	if (i < len || len > CODE_MAX)
		return form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_CODE, s);
	buf_adds(out, s);
	return MQ_OK;
}

static enum mq_status accept_number_of(const struct field *fd, const char *s,
    struct utc now, struct buf *out, struct err *err)
{
	char phone[24], id[19];
	enum mq_status rc;

	if (fd->type == FT_PHONE) {
		rc = person_id_phone(s, phone, err);
		if (rc == MQ_OK)
			buf_adds(out, phone);
		return rc;
	}
	rc = person_id_check(s, clock_day(now), id, err);
	if (rc == MQ_OK)
		buf_adds(out, id);
	return rc;
}

static enum mq_status accept(struct node *n, const struct field *fd,
    const char *s, struct utc now, struct buf *out, struct err *err)
{
	switch (fd->type) {
	case FT_TEXT:
		return accept_text(n, fd, s, out, err);
	case FT_INTEGER:
	case FT_MONEY:
	case FT_MINUTES:
		return accept_number(fd, s, out, err);
	case FT_DECIMAL:
		return accept_decimal(fd, s, out, err);
	case FT_DATE:
	case FT_TIME:
	case FT_WHEN:
		return accept_when(fd, s, now, out, err);
	case FT_SELECT_ONE:
		return accept_one(n, fd, s, out, err);
	case FT_SELECT_MULTI:
		return accept_multi(n, fd, s, out, err);
	case FT_PERSON:
	case FT_PLACE:
	case FT_RECORD:
		return accept_ref(n, fd, s, out, err);
	case FT_ORG:
		return accept_org(n, fd, s, now, out, err);
	case FT_STAFF:
		return accept_staff(n, fd, s, out, err);
	case FT_PHONE:
	case FT_IDNUMBER:
		return accept_number_of(fd, s, now, out, err);
	case FT_BARCODE:
		return accept_code(fd, s, out, err);
	case FT_NOTE:
	case FT_CALCULATE:
	case FT_BEGIN_GROUP:
	case FT_END_GROUP:
	case FT_BEGIN_REPEAT:
	case FT_END_REPEAT:
		break;
	}
	return form_wrong(err, MQ_E_FIELD, fd, SAY_FORM_RULE, NULL);
}

enum mq_status form_accept(struct node *n, const struct field *fd,
    const char *text, struct utc now, struct buf *out, struct err *err)
{
	struct buf trimmed = BUF_INIT(FIELDS_TEXT_MAX);
	size_t from, len = strlen(text);
	enum mq_status rc;

	buf_reset(out);
	if (!text_valid(text, len))
		return err_set(err, MQ_E_UTF8, "%s‖%s", fd->label[0],
		    fd->label[1]);
	from = strspn(text, " \t\r\n");
	while (len > from && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	if (from >= len)
		return MQ_OK;
	buf_add(&trimmed, text + from, len - from);
	if (trimmed.over)
		rc = err_set(err, MQ_E_TOO_BIG, "%s‖%s", fd->label[0],
		    fd->label[1]);
	else
		rc = accept(n, fd, buf_str(&trimmed), now, out, err);
	buf_free(&trimmed);
	return rc;
}

/* ---- showing ---- */

static void show_choices(struct node *n, const struct field *fd, const char *s,
    struct buf *out)
{
	enum lang lang = n->env->lang;
	bool first = true;
	char name[64];

	while (*s != '\0') {
		size_t len = strcspn(s, "\n");
		const struct choice *c;

		snprintf(name, sizeof(name), "%.*s",
		    (int)(len < 63 ? len : 63), s);
		c = pack_choice(n->pack, fd->list, name);
		if (!first)
			buf_adds(out, say_word(SAY_FORM_LIST_SEP, lang));
		buf_adds(out, c != NULL ? c->label[lang] : name);
		first = false;
		s += len + (s[len] == '\n');
	}
}

/* A person or household by the title of its record, which is masked; the
 * name in full only when revealed. */
static void show_ref(struct node *n, const char *s, bool reveal,
    struct buf *out)
{
	struct record_full r;
	const struct kind *k;
	struct ref ref;
	size_t i;

	if (!ref_parse(s, strlen(s), &ref) || n->db == NULL ||
	    record_get(n, ref_rec(ref), &r, NULL) != MQ_OK) {
		buf_adds(out, s);
		return;
	}
	k = pack_kind(n->pack, r.r.kind);
	for (i = 0; k != NULL && i < k->nfields; i++) {
		const char *name = fields_text(&r.f, k->fields[i].name);

		if (!form_looks(&k->fields[i], "name") || name[0] == '\0')
			continue;
		if (reveal)
			buf_adds(out, name);
		else
			mask_name(name, out);
		break;
	}
	if (k == NULL || i == k->nfields)
		buf_adds(out, r.r.title);
	record_full_free(&r);
}

static void show_staff(struct node *n, const char *s, bool reveal,
    struct buf *out)
{
	char name[64];

	volunteer_name(n, s, name, sizeof(name));
	if (strcmp(name, s) == 0) {
		buf_adds(out, s);
		return;
	}
	if (reveal)
		buf_adds(out, name);
	else
		mask_name(name, out);
	buf_addf(out, "(%s)", s);
}

static void show_when(struct node *n, const char *s, struct buf *out)
{
	char text[64];
	struct when w;

	if (when_read(s, ledger_now(n), &w, NULL) != MQ_OK) {
		buf_adds(out, s);
		return;
	}
	when_show(&w, n->env->lang, text, sizeof(text));
	buf_adds(out, text);
}

static void show_number(struct node *n, const struct field *fd, const char *s,
    struct buf *out)
{
	int64_t v = strtoll(s, NULL, 10);
	char yuan[40];

	if (fd->type == FT_MINUTES) {
		say_fill(out, n->env->lang, SAY_FORM_UNIT_MINUTES, s, NULL);
	} else if (fd->type == FT_MONEY) {
		snprintf(yuan, sizeof(yuan), "%" PRId64 ".%02d", v / 100,
		    (int)(v < 0 ? -v % 100 : v % 100));
		say_fill(out, n->env->lang, SAY_FORM_UNIT_YUAN, yuan, NULL);
	} else {
		buf_adds(out, s);
	}
}

/* "sealed:MASK:BASE64": never more than the mask. */
static bool show_sealed(struct node *n, const char *s, struct buf *out)
{
	size_t skip = sizeof(FIELDS_SEALED) - 1, len;

	if (strncmp(s, FIELDS_SEALED, skip) != 0)
		return false;
	len = strcspn(s + skip, ":");
	if (len == sizeof(FORM_SECRET_MASK) - 1 &&
	    memcmp(s + skip, FORM_SECRET_MASK, len) == 0)
		buf_adds(out, say_word(SAY_FORM_CONFIDENTIAL, n->env->lang));
	else
		buf_add(out, s + skip, len);
	return true;
}

static void show_text(const struct field *fd, const char *s, bool reveal,
    struct buf *out)
{
	if (reveal)
		buf_adds(out, s);
	else if (fd->type == FT_PHONE)
		mask_phone(s, out);
	else if (fd->type == FT_IDNUMBER)
		mask_id(s, out);
	else if (form_looks(fd, "name"))
		mask_name(s, out);
	else
		mask_text(s, strlen(s), out);
}

static void show(struct node *n, const struct field *fd, const char *s,
    bool reveal, struct buf *out)
{
	if (show_sealed(n, s, out))
		return;
	switch (fd->type) {
	case FT_SELECT_ONE:
	case FT_SELECT_MULTI:
		show_choices(n, fd, s, out);
		break;
	case FT_PERSON:
	case FT_PLACE:
	case FT_RECORD:
		show_ref(n, s, reveal, out);
		break;
	case FT_ORG:
		buf_adds(out, org_name(pack_orgs(n->pack), s, n->env->lang));
		break;
	case FT_STAFF:
		show_staff(n, s, reveal, out);
		break;
	case FT_DATE:
	case FT_WHEN:
		show_when(n, s, out);
		break;
	case FT_INTEGER:
	case FT_MINUTES:
	case FT_MONEY:
		show_number(n, fd, s, out);
		break;
	default:
		show_text(fd, s, reveal, out);
		break;
	}
}

void form_show(struct node *n, const struct field *fd,
    const struct field_value *v, bool reveal, struct buf *out)
{
	struct buf raw = BUF_INIT(FIELDS_TEXT_MAX);
	struct buf shown = BUF_INIT(2 * FIELDS_TEXT_MAX);

	if (v != NULL && v->kind == FV_GONE)
		buf_adds(&shown, say_word(SAY_FORM_GONE, n->env->lang));
	else if (v != NULL)
		form_text(v, &raw);
	if (raw.len > 0)
		show(n, fd, buf_str(&raw), reveal, &shown);
	if (shown.len > 0)
		text_sanitize(buf_str(&shown), shown.len, TEXT_MULTILINE,
		    out);
	buf_free(&raw);
	buf_free(&shown);
}
