/*
 * The form facet: checks every field of something about to be saved, seals
 * what must be sealed, and decides title, person, place and time.  Called
 * through facet_decide().
 */
#include "form_parts.h"

#include <assert.h>
#include <inttypes.h>

#include "../base/clock.h"
#include "../base/crypto.h"
#include "../base/text.h"
#include "../base/xmalloc.h"
#include "../mask.h"

#define TITLE_BYTES 190
#define RESULT_MAX 4096

/* The act, and all values an expression may look at. */
struct work {
	struct act *a;
	struct fields all;
	bool secret;
};

static void complain(struct work *w, const struct field *fd,
    const struct err *err)
{
	act_complain(w->a, fd->name, err->code, "%s", err->detail);
}

/* ---- one field ---- */

static enum mq_status needed(struct work *w, const struct field *fd, bool must,
    bool *out, struct err *err)
{
	const struct form_at at = { w->a->n, w->a->kind, fd, &w->all,
	    w->a->now };

	*out = must || fd->required;
	if (*out || fd->required_if[0] == '\0')
		return MQ_OK;
	return form_true_at(&at, fd->required_if, "", out, err);
}

/* Calculations are the record's own words too. */
static enum mq_status calculate(struct work *w, struct err *err)
{
	const struct kind *k = w->a->kind;
	struct fields *f = w->a->f;
	enum mq_status rc;
	size_t i;

	/* The answers of a step change nothing the form has calculated. */
	if (strcmp(w->a->op, "step") == 0)
		return MQ_OK;
	rc = form_calculate_all(w->a->n, k, &w->all, w->a->now, err);
	for (i = 0; i < f->n;) {
		const struct field *fd = kind_field(k, f->v[i].name);

		if (fd != NULL && fd->level > 0 &&
		    fields_get(&w->all, f->v[i].name) == NULL)
			fields_drop(f, f->v[i].name);
		else
			i++;
	}
	for (i = 0; i < w->all.n && f->n < FIELDS_MAX; i++) {
		const struct field *fd = kind_field(k, w->all.v[i].name);

		if (fd != NULL && fd->level > 0)
			fields_put(f, w->all.v[i].name, &w->all.v[i]);
	}
	return rc;
}

static void forget(struct work *w, const struct field *fd)
{
	fields_drop(w->a->f, fd->name);
	fields_drop(&w->all, fd->name);
}

static enum mq_status check_constraint(struct work *w, const struct field *fd,
    const char *value, struct err *err)
{
	const struct form_at at = { w->a->n, w->a->kind, fd, &w->all,
	    w->a->now };
	struct err bad = ERR_INIT;
	enum mq_status rc;
	bool ok;

	if (fd->constraint[0] == '\0')
		return MQ_OK;
	rc = form_true_at(&at, fd->constraint, value, &ok, err);
	if (rc != MQ_OK || ok)
		return rc;
	if (fd->constraint_message[0][0] != '\0')
		(void)err_set(&bad, MQ_E_FIELD, "%s:%s‖%s: %s",
		    fd->label[0], fd->constraint_message[0], fd->label[1],
		    fd->constraint_message[1]);
	else
		(void)form_wrong(&bad, MQ_E_FIELD, fd, SAY_FORM_RULE, NULL);
	complain(w, fd, &bad);
	return MQ_OK;
}

/* A choice that its filter hides is no answer. */
static bool choice_open(struct work *w, const struct field *fd,
    const char *value)
{
	const struct choice **v;
	size_t n, i;
	bool found = false;

	if (fd->type != FT_SELECT_ONE || fd->choice_filter[0] == '\0')
		return true;
	(void)pack_choices(w->a->n->pack, fd->list, &n);
	v = xcalloc(n + 1, sizeof(v[0]));
	n = form_choices(w->a->n, w->a->kind, fd, &w->all, v, n);
	for (i = 0; i < n && !found; i++)
		found = strcmp(v[i]->name, value) == 0;
	free(v);
	return found;
}

/* Is this the value the record already holds? */
static bool unchanged(const struct work *w, const struct field_value *v)
{
	const struct field_value *old;

	if (w->a->prior == NULL || strcmp(w->a->op, "fix") != 0)
		return false;
	old = fields_get(&w->a->prior->f, v->name);
	return old != NULL && fields_same(old, v);
}

static enum mq_status take_value(struct work *w, const struct field *fd,
    const char *typed, struct err *err)
{
	struct buf value = BUF_INIT(FIELDS_TEXT_MAX);
	struct err bad = ERR_INIT;
	enum mq_status rc = MQ_OK;

	if (form_accept(w->a->n, fd, typed, w->a->now, &value, &bad) !=
	    MQ_OK) {
		complain(w, fd, &bad);
	} else if (!choice_open(w, fd, buf_str(&value))) {
		(void)form_wrong(&bad, MQ_E_FIELD, fd, SAY_FORM_CHOICE,
		    typed);
		complain(w, fd, &bad);
	} else {
		form_store(fd, buf_str(&value), w->a->f);
		form_store(fd, buf_str(&value), &w->all);
		rc = calculate(w, err);
		if (rc == MQ_OK)
			rc = check_constraint(w, fd, buf_str(&value), err);
	}
	buf_free(&value);
	return rc;
}

static void miss(struct work *w, const struct field *fd)
{
	if (fd->required_message[0][0] != '\0')
		act_complain(w->a, fd->name, MQ_E_FIELD, "%s：%s‖%s: %s",
		    fd->label[0], fd->required_message[0], fd->label[1],
		    fd->required_message[1]);
	else
		act_complain(w->a, fd->name, MQ_E_REQUIRED, "%s‖%s",
		    fd->label[0], fd->label[1]);
}

/* What is calculated is there already; it may still be asked for. */
static enum mq_status check_computed(struct work *w, const struct field *fd,
    bool must, struct err *err)
{
	struct buf value = BUF_INIT(FIELDS_TEXT_MAX);
	enum mq_status rc = MQ_OK;

	form_text(fields_get(&w->all, fd->name), &value);
	if (value.len > 0)
		rc = check_constraint(w, fd, buf_str(&value), err);
	else if (must)
		miss(w, fd);
	buf_free(&value);
	return rc;
}

/* Nobody types into it: the default at first, ever after what stood there. */
static void read_only(struct work *w, const struct field *fd,
    struct buf *typed)
{
	const struct field_value *old = w->a->prior == NULL ? NULL :
	    fields_get(&w->a->prior->f, fd->name);

	buf_reset(typed);
	if (w->a->prior != NULL)
		form_text(old, typed);
	else
		form_preset(w->a->n, w->a->kind, fd, &w->all, w->a->who->by,
		    typed);
}

static enum mq_status check_field(struct work *w, const struct field *fd,
    bool must, struct err *err)
{
	const struct field_value *v;
	struct buf typed = BUF_INIT(FIELDS_TEXT_MAX);
	enum mq_status rc;
	bool yes;

	rc = form_shows(w->a->n, w->a->kind, fd, &w->all, w->a->now, &yes,
	    err);
	if (rc != MQ_OK)
		return rc;
	if (!yes) {
		forget(w, fd);
		return MQ_OK;
	}
	rc = needed(w, fd, must, &yes, err);
	if (rc != MQ_OK)
		return rc;
	if (fd->calculation[0] != '\0')
		return check_computed(w, fd, yes, err);
	if (fd->read_only) {
		read_only(w, fd, &typed);
	} else if (!fields_has(w->a->f, fd->name)) {
		/* Scripts leave out what a screen would have filled in. */
		if (yes && strcmp(w->a->op, "fix") != 0)
			form_preset(w->a->n, w->a->kind, fd, &w->all,
			    w->a->who->by, &typed);
	} else {
		v = fields_get(w->a->f, fd->name);
		if (unchanged(w, v))
			goto out;
		form_text(v, &typed);
	}
	if (buf_str(&typed)[strspn(buf_str(&typed), " \t\r\n")] == '\0') {
		forget(w, fd);
		if (yes)
			miss(w, fd);
	} else if (typed.over) {
		act_complain(w->a, fd->name, MQ_E_TOO_BIG, "%s‖%s",
		    fd->label[0], fd->label[1]);
	} else {
		rc = take_value(w, fd, buf_str(&typed), err);
	}
out:
	buf_free(&typed);
	return rc;
}

/* ---- which fields ---- */

static bool is_asked(const struct kind *k, const char *list, const char *name)
{
	const struct field *fd;
	bool must;

	while ((fd = form_step_next(k, &list, &must)) != NULL)
		if (strcmp(fd->name, name) == 0)
			return true;
	return false;
}

/* Names the form does not have are told, then left out. */
static void refuse_unknown(struct work *w, const struct flow_step *step)
{
	struct fields *f = w->a->f;
	size_t i = 0;

	while (i < f->n) {
		char name[FIELDS_NAME_MAX + 1];
		const struct field *fd = kind_field(w->a->kind, f->v[i].name);
		bool ok = fd != NULL && (fd->type == FT_CALCULATE ||
		    form_takes_value(fd)) && (fd->repeat != NULL) ==
		    (strchr(f->v[i].name, '.') != NULL);

		xcopy(name, sizeof(name), f->v[i].name);
		if (ok && step != NULL)
			ok = is_asked(w->a->kind, step->fields, name);
		if (ok) {
			i++;
			continue;
		}
		act_complain_say(w->a, name, MQ_E_FIELD, SAY_FORM_UNKNOWN,
		    name, NULL);
		fields_drop(f, name);
		fields_drop(&w->all, name);
	}
}

/* Cells of rows that the repeat does not have are not the record's. */
static void forget_rows(struct work *w, const struct field *repeat,
    char (*rows)[12], size_t n)
{
	struct fields_cell c;
	size_t i = 0, r;

	while (i < w->a->f->n) {
		char name[FIELDS_NAME_MAX + 1];

		xcopy(name, sizeof(name), w->a->f->v[i].name);
		for (r = 0; r < n; r++)
			if (fields_cell(name, &c) &&
			    strcmp(c.row, rows[r]) == 0)
				break;
		if (!fields_cell(name, &c) ||
		    strcmp(c.group, repeat->name) != 0 || r < n) {
			i++;
			continue;
		}
		fields_drop(w->a->f, name);
		fields_drop(&w->all, name);
	}
}

static enum mq_status check_repeat(struct work *w, const struct field *repeat,
    struct err *err)
{
	const struct kind *k = w->a->kind;
	char rows[FORM_ROWS_MAX][12];
	enum mq_status rc;
	struct form_cell cell;
	size_t n = 0, r, i;
	bool shows;

	rc = form_shows(w->a->n, k, repeat, &w->all, w->a->now, &shows, err);
	if (rc == MQ_OK && shows)
		n = form_rows(w->a->n, k, repeat, &w->all, rows,
		    FORM_ROWS_MAX);
	/* Nothing is left out without a word. */
	if (rc == MQ_OK && shows && fields_rows(&w->all, repeat->name, false,
	    rows, 0) > FORM_ROWS_MAX) {
		act_complain_labels(w->a, repeat->name, MQ_E_TOO_BIG,
		    SAY_FORM_ROWS_MAX, repeat->label, NULL);
		return MQ_OK;
	}
	if (rc == MQ_OK)
		forget_rows(w, repeat, rows, n);
	for (r = 0; r < n; r++)
		for (i = 0; i < k->nfields && rc == MQ_OK; i++) {
			if (k->fields[i].repeat != repeat ||
			    !form_takes_value(&k->fields[i]))
				continue;
			form_cell(&k->fields[i], rows[r], &cell);
			rc = check_field(w, &cell.fd, false, err);
		}
	return rc;
}

static enum mq_status check_form(struct work *w, struct err *err)
{
	const struct kind *k = w->a->kind;
	enum mq_status rc = MQ_OK;
	size_t i;

	rc = calculate(w, err);
	for (i = 0; i < k->nfields && rc == MQ_OK; i++) {
		const struct field *fd = &k->fields[i];

		if (fd->type == FT_BEGIN_REPEAT)
			rc = check_repeat(w, fd, err);
		else if (fd->repeat == NULL && form_takes_value(fd))
			rc = check_field(w, fd, false, err);
	}
	/* Fields of steps come in by derivation, or again at a correction. */
	for (i = 0; i < k->nstep_fields && rc == MQ_OK; i++)
		if (form_takes_value(&k->step_fields[i]) &&
		    fields_has(w->a->f, k->step_fields[i].name))
			rc = check_field(w, &k->step_fields[i], false, err);
	return rc == MQ_OK ? calculate(w, err) : rc;
}

static enum mq_status check_step(struct work *w, const struct flow_step *step,
    struct err *err)
{
	const char *at = step->fields;
	enum mq_status rc = MQ_OK;
	const struct field *fd;
	bool must;

	while (rc == MQ_OK &&
	    (fd = form_step_next(w->a->kind, &at, &must)) != NULL)
		if (form_takes_value(fd))
			rc = check_field(w, fd, must, err);
	return rc;
}

/* ---- sealing ---- */

/* Taken choices can make the whole record confidential. */
static bool is_secret(struct work *w)
{
	const struct kind *k = w->a->kind;
	char value[8];
	size_t i;

	if (k->confidential)
		return true;
	for (i = 0; i < k->nfields; i++) {
		const struct field *fd = &k->fields[i];
		const struct choice *c;

		if (fd->type != FT_SELECT_ONE)
			continue;
		c = pack_choice(w->a->n->pack, fd->list,
		    fields_text(w->a->f, fd->name));
		if (c != NULL && form_choice_value(c, "confidential", value,
		    sizeof(value)) && strcmp(value, "1") == 0)
			return true;
	}
	/* What was once said in confidence stays so. */
	return w->a->prior != NULL &&
	    fields_int(&w->a->prior->d, "confidential", 0) != 0;
}

void form_id_hash(struct node *n, const char *id, char out[FORM_ID_HASH])
{
	uint8_t mac[CRYPTO_HASH];
	struct buf b = BUF_INIT(128);

	buf_addf(&b, "idnumber:%s", id);
	crypto_mac(n->keys.lookup, buf_str(&b), b.len, mac);
	crypto_hex(mac, sizeof(mac), out);
	crypto_wipe(b.data, b.len);
	buf_free(&b);
}

static void seal_one(struct work *w, const struct field *fd,
    const uint8_t pk[CRYPTO_BOX_PK])
{
	struct buf raw = BUF_INIT(FIELDS_TEXT_MAX), mask = BUF_INIT(64);
	struct buf box = BUF_INIT(2 * FIELDS_TEXT_MAX);
	struct buf out = BUF_INIT(4 * FIELDS_TEXT_MAX);
	char hash[FORM_ID_HASH];

	form_text(fields_get(w->a->f, fd->name), &raw);
	if (fd->class == FC_SEALED && fd->type == FT_IDNUMBER) {
		mask_id(buf_str(&raw), &mask);
		form_id_hash(w->a->n, buf_str(&raw), hash);
		fields_set(w->a->d, "id_hash", hash);
	} else {
		buf_adds(&mask, FORM_SECRET_MASK);
	}
	crypto_seal(pk, buf_str(&raw), raw.len, &box);
	buf_adds(&out, FIELDS_SEALED);
	buf_adds(&out, buf_str(&mask));
	buf_addc(&out, ':');
	crypto_b64(buf_str(&box), box.len, &out);
	if (out.over || out.len > FIELDS_TEXT_MAX)
		act_complain(w->a, fd->name, MQ_E_TOO_BIG, "%s‖%s",
		    fd->label[0], fd->label[1]);
	else
		fields_set(w->a->f, fd->name, buf_str(&out));
	if (raw.data != NULL)
		crypto_wipe(raw.data, raw.len);
	buf_free(&raw);
	buf_free(&mask);
	buf_free(&box);
	buf_free(&out);
}

static void seal_fields(struct work *w, const struct field *v, size_t n)
{
	const char *hex = w->a->n->set.records_pk;
	uint8_t pk[CRYPTO_BOX_PK];
	bool have = crypto_unhex(hex, strlen(hex), pk, sizeof(pk));
	char name[FIELDS_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < w->a->f->n; i++) {
		const struct field_value *x = &w->a->f->v[i];
		const struct field *of = kind_field(w->a->kind, x->name);
		struct field one, *fd = &one;

		if (of == NULL || of < v || of >= v + n)
			continue;
		one = *of;
		xcopy(name, sizeof(name), x->name);
		one.name = name;
		if (fd->class != FC_SEALED &&
		    !(w->secret && form_looks(fd, "confidential")))
			continue;
		if (x->kind == FV_GONE || (x->text != NULL &&
		    strncmp(x->text, FIELDS_SEALED,
		    sizeof(FIELDS_SEALED) - 1) == 0))
			continue;
		if (have) {
			seal_one(w, fd, pk);
		} else {
			struct err bad = ERR_INIT;

			(void)form_wrong(&bad, MQ_E_FIELD, fd,
			    SAY_FORM_NO_SEAL, NULL);
			complain(w, fd, &bad);
		}
	}
}

/* ---- what is decided ---- */

/* A name this node can look up.  One it cannot stays out of the title: a
 * bare reference tells nobody anything. */
static bool has_words(struct work *w, const struct field *fd,
    const struct field_value *v)
{
	struct record_full r;
	struct ref ref;

	if (fd->type != FT_PERSON && fd->type != FT_PLACE &&
	    fd->type != FT_RECORD)
		return true;
	if (v->kind != FV_TEXT || !ref_parse(v->text, strlen(v->text), &ref))
		return true;	/* not a reference after all */
	if (record_get(w->a->n, ref_rec(ref), &r, NULL) != MQ_OK)
		return false;
	record_full_free(&r);
	return true;
}

static void add_title_value(struct work *w, const char *name, struct buf *out)
{
	const struct field *fd = kind_field(w->a->kind, name);
	const struct field_value *v = fields_get(w->a->f, name);

	if (fd != NULL && v != NULL && v->kind != FV_GONE &&
	    has_words(w, fd, v))
		form_show(w->a->n, fd, v, false, out);
}

/* kind->title with values in words; one line, runs of blanks made one. */
static void decide_title(struct work *w)
{
	struct buf b = BUF_INIT(2 * FIELDS_TEXT_MAX), line = BUF_INIT(4096);
	const char *s = w->a->kind->title;
	char name[40], title[TITLE_BYTES];
	size_t i;

	while (*s != '\0') {
		size_t len = s[0] == '$' && s[1] == '{' ?
		    strcspn(s + 2, "}") : 0;

		if (len == 0) {
			buf_addc(&b, *s++);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)len, s + 2);
		add_title_value(w, name, &b);
		s += 2 + len + (s[2 + len] == '}');
	}
	for (i = 0; i < b.len && line.len < 4000; i++) {
		char c = strchr("\t\r\n", b.data[i]) != NULL ? ' ' :
		    b.data[i];

		if (c != ' ' || (line.len > 0 &&
		    line.data[line.len - 1] != ' '))
			buf_addc(&line, c);
	}
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	xcopy(title, sizeof(title), buf_str(&line));
	fields_set(w->a->d, "title", title);
	buf_free(&b);
	buf_free(&line);
}

/* A reference goes into its fixed column; an emptied one empties it. */
static void decide_ref(struct work *w, const char *name, enum field_type type)
{
	const struct field *fd = kind_field(w->a->kind, name);
	const char *text = fields_text(w->a->f, name);
	struct ref ref;

	if (fd == NULL || fd->type != type)
		return;
	if (ref_parse(text, strlen(text), &ref))
		fields_set(w->a->d, name, text);
	else if (w->a->prior != NULL && fields_has(&w->a->prior->d, name))
		fields_set(w->a->d, name, "");
}

/* A number that was taken away is not known by its hash any longer. */
static void decide_id(struct work *w)
{
	const struct fields *f = w->a->f;
	size_t i;

	if (w->a->prior == NULL || !fields_has(&w->a->prior->d, "id_hash"))
		return;
	for (i = 0; i < f->n; i++) {
		const struct field *fd = kind_field(w->a->kind, f->v[i].name);

		if (fd != NULL && fd->type == FT_IDNUMBER &&
		    f->v[i].kind != FV_GONE)
			return;
	}
	fields_set(w->a->d, "id_hash", "");
}

static void decide_opened(struct work *w)
{
	const struct kind *k = w->a->kind;
	struct when when;
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if (k->fields[i].type == FT_WHEN)
			break;
	if (i < k->nfields && fields_has(w->a->f, k->fields[i].name) &&
	    when_read(fields_text(w->a->f, k->fields[i].name), w->a->now,
	    &when, NULL) == MQ_OK)
		fields_set_int(w->a->d, "opened", when_start(&when).ms);
	else if (w->a->prior == NULL)
		fields_set_int(w->a->d, "opened", w->a->now.ms);
}

/* Index fields become keys that sort over everything. */
static void decide_keys(struct work *w, const struct field *v, size_t n)
{
	struct buf b = BUF_INIT(FIELDS_TEXT_MAX);
	char slot[3], key[120];
	size_t i;

	for (i = 0; i < n; i++) {
		if (v[i].index == 0)
			continue;
		snprintf(slot, sizeof(slot), "k%d", v[i].index);
		buf_reset(&b);
		form_text(fields_get(w->a->f, v[i].name), &b);
		if (b.len == 0 && (w->a->prior == NULL ||
		    !fields_has(&w->a->prior->d, slot)))
			continue;
		xcopy(key, sizeof(key), buf_str(&b));
		fields_set(w->a->d, slot, key);
	}
	buf_free(&b);
}

static void decide_all(struct work *w)
{
	const struct kind *k = w->a->kind;
	const struct field *grade = kind_field(k, "grade");

	w->secret = is_secret(w);
	seal_fields(w, k->fields, k->nfields);
	seal_fields(w, k->step_fields, k->nstep_fields);
	if (w->secret)
		fields_set_int(w->a->d, "confidential", 1);
	decide_title(w);
	decide_ref(w, "who", FT_PERSON);
	decide_ref(w, "place", FT_PLACE);
	decide_id(w);
	decide_opened(w);
	decide_keys(w, k->fields, k->nfields);
	if (grade != NULL && grade->type == FT_SELECT_ONE &&
	    fields_has(w->a->f, "grade"))
		fields_set(w->a->d, "grade", fields_text(w->a->f, "grade"));
}

/* ---- the facet ---- */

static enum mq_status decide_step(struct work *w, struct err *err)
{
	const struct flow_step *step = kind_step(w->a->kind, w->a->step);
	struct fields all = { NULL, 0, 0 };
	const char *at;
	const struct field *fd;
	enum mq_status rc;
	bool must;

	if (step == NULL) {
		act_complain_say(w->a, "", MQ_E_STATE, SAY_FLOW_NO_STEP,
		    w->a->step, NULL);
		return MQ_OK;
	}
	/* Answers of former steps are not answers to this one. */
	fields_copy(&all, &w->a->prior->f);
	for (at = step->fields; (fd = form_step_next(w->a->kind, &at,
	    &must)) != NULL;)
		fields_drop(&all, fd->name);
	fields_overlay(&all, w->a->f);
	w->all = all;
	refuse_unknown(w, step);
	rc = check_step(w, step, err);
	if (rc == MQ_OK && w->a->ncomplaints == 0) {
		w->secret = is_secret(w);
		seal_fields(w, w->a->kind->step_fields,
		    w->a->kind->nstep_fields);
	}
	return rc;
}

static enum mq_status decide(struct act *a, struct err *err)
{
	struct work w = { a, { NULL, 0, 0 }, false };
	enum mq_status rc;

	if (strcmp(a->op, "step") == 0) {
		rc = decide_step(&w, err);
	} else {
		fields_copy(&w.all, a->f);
		refuse_unknown(&w, NULL);
		rc = check_form(&w, err);
		if (rc == MQ_OK && a->ncomplaints == 0)
			decide_all(&w);
	}
	fields_free(&w.all);
	return rc;
}

const struct facet facet_form = { .name = "form", .decide = decide };
