/*
 * What can be checked of a form before anybody fills it in: expressions,
 * filters, the order of calculations, kinds of other records.  Called by
 * pack_form.c and pack.c.
 */
#include "pack_data.h"

#include "base/xmalloc.h"
#include "form_check.h"

struct rules {
	struct pack_file f;
	const struct kind *k;
	struct field *v;
	size_t n;
	const struct field *fd;	/* the one looked at */
	int level;		/* highest level it hangs on */
};

/* An expression outside of a form: ${name} is a field or one of `more`. */
struct outside { const struct kind *k; const char *more; };

static bool has_outside(const void *ctx, const char *name)
{
	const struct outside *o = ctx;

	/* "before_x" is what x held before the step, where that is known. */
	return kind_field(o->k, name) != NULL ||
	    pack_data_has_word(o->more, name) || (o->more[0] != '\0' &&
	    strncmp(name, "before_", 7) == 0 &&
	    kind_field(o->k, name + 7) != NULL);
}

enum mq_status pack_rules_expr(struct pack_file *f, const struct kind *k,
    int line, const char *column, const char *more, const char *s)
{
	const struct outside o = { k, more };
	const struct form_check c = { .has = has_outside, .ctx = &o };
	char what[64];
	enum say why;

	return s[0] == '\0' || form_check_expr(&c, s, &why, what) ? MQ_OK :
	    pack_data_bad(f, line, column, why, what);
}

static bool has_field(const void *ctx, const char *name)
{
	return kind_field(((const struct rules *)ctx)->k, name) != NULL;
}

static bool has_column(const void *ctx, const char *name)
{
	const struct rules *r = ctx;

	return pack_lists_column(r->f.p, r->fd->list, name);
}

static enum mq_status check_expr(struct rules *r, const char *column,
    const char *s)
{
	struct form_check c = { .has = has_field, .ctx = r };
	char what[64];
	enum say why;

	if (strcmp(column, "choice_filter") == 0)
		c.column = has_column;
	if (s[0] == '\0' || form_check_expr(&c, s, &why, what))
		return MQ_OK;
	return pack_data_bad(&r->f, r->fd->line, column, why, what);
}

/* A default is an expression when it calls or names something; otherwise, and
 * as "@by" or "choice(…)", it is ours to read. */
static const char *preset_expr(const struct field *fd)
{
	const char *s = fd->preset;

	if (s[0] == '@' || strncmp(s, "choice(", 7) == 0 ||
	    (strchr(s, '(') == NULL && strchr(s, '$') == NULL))
		return "";
	return s;
}

/* Labels and hints may put values in: "${name}, how old?" */
static enum mq_status check_words(struct rules *r, const char *column,
    const char *s)
{
	char name[40];

	while ((s = strstr(s, "${")) != NULL) {
		size_t len = strcspn(s + 2, "}");

		snprintf(name, sizeof(name), "%.*s",
		    (int)(len < 39 ? len : 39), s + 2);
		if (kind_field(r->k, name) == NULL)
			return pack_data_bad(&r->f, r->fd->line, column,
			    SAY_PACK_NO_FIELD, name);
		s += 2 + len;
	}
	return MQ_OK;
}

static bool holds_value(const struct field *fd)
{
	return fd->type != FT_NOTE && fd->type != FT_BEGIN_GROUP &&
	    fd->type != FT_END_GROUP && fd->type != FT_BEGIN_REPEAT &&
	    fd->type != FT_END_REPEAT;
}

static enum mq_status check_field(struct rules *r)
{
	const struct field *fd = r->fd;
	const struct { const char *column, *text; } cells[] = {
		{ "required", fd->required_if },
		{ "relevant", fd->relevant },
		{ "constraint", fd->constraint },
		{ "calculation", fd->calculation },
		{ "default", preset_expr(fd) },
		{ "choice_filter", fd->choice_filter },
		{ "repeat_count", fd->repeat_count },
	};
	enum mq_status rc = MQ_OK;
	size_t c;
	int lang;

	for (c = 0; pack_data_go(r->f.p, &rc) && c < ARRAY_LEN(cells); c++)
		rc = check_expr(r, cells[c].column, cells[c].text);
	for (lang = 0; lang < 2 && pack_data_go(r->f.p, &rc); lang++)
		rc = check_words(r, "label", fd->label[lang]);
	for (lang = 0; lang < 2 && pack_data_go(r->f.p, &rc); lang++)
		rc = check_words(r, "hint", fd->hint[lang]);
	if (pack_data_go(r->f.p, &rc) && fd->constraint[0] != '\0' &&
	    !holds_value(fd))
		rc = pack_data_bad(&r->f, fd->line, "constraint",
		    SAY_PACK_UNKNOWN, fd->constraint);
	if (pack_data_go(r->f.p, &rc) && fd->repeat_count[0] != '\0' &&
	    fd->type != FT_BEGIN_REPEAT)
		rc = pack_data_bad(&r->f, fd->line, "repeat_count",
		    SAY_PACK_UNKNOWN, fd->repeat_count);
	return rc;
}

/* ---- calculations in the order they hang on one another ---- */

static void see_level(void *user, const char *name)
{
	struct rules *r = user;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct field *x = &r->v[i];

		/* A repeat as a whole stands for all its cells. */
		if ((strcmp(x->name, name) == 0 || (x->repeat != NULL &&
		    strcmp(x->repeat->name, name) == 0)) &&
		    x->calculation[0] != '\0' && x->level > r->level)
			r->level = x->level;
	}
}

static int level_of(struct rules *r, const struct field *fd)
{
	const struct form_check c = { .uses = see_level, .user = r };
	char what[64];
	enum say why;

	r->level = 0;
	(void)form_check_expr(&c, fd->calculation, &why, what);
	return r->level + 1;
}

/* Each round settles at least one more level; what still moves after as many
 * rounds as there are calculations leads back to itself. */
static enum mq_status order(struct rules *r)
{
	size_t i, round;
	bool moved = true;

	for (round = 0; moved && round <= r->n; round++) {
		moved = false;
		for (i = 0; i < r->n; i++) {
			struct field *fd = &r->v[i];
			int level;

			if (fd->calculation[0] == '\0')
				continue;
			level = level_of(r, fd);
			moved = moved || level != fd->level;
			fd->level = level;
			if (level > (int)r->n)
				return pack_data_bad(&r->f, fd->line,
				    "calculation", SAY_PACK_EXPR_CIRCLE,
				    fd->name);
		}
	}
	return MQ_OK;
}

enum mq_status pack_rules_check(struct pack *p, const struct kind *k,
    struct field *v, size_t n, struct err *err)
{
	char name[64];
	struct rules r = { .f = { p, NULL, name, err }, .k = k, .v = v,
	    .n = n };
	enum mq_status rc = MQ_OK;
	size_t i;

	(void)pack_form_file(p, k, v == k->step_fields && n > 0, name,
	    sizeof(name));
	for (i = 0; i < n && pack_data_go(p, &rc); i++) {
		r.fd = &v[i];
		if (v[i].type != FT_END_GROUP && v[i].type != FT_END_REPEAT)
			rc = check_field(&r);
	}
	return pack_data_go(p, &rc) ? order(&r) : rc;
}

/* ---- checks that need all kinds ---- */

static enum mq_status check_kinds(struct pack_file *f, const struct field *fd)
{
	const char *at = fd->kinds, *w;
	char one[40];
	size_t len, n = 0;

	while (pack_data_word(&at, &w, &len)) {
		snprintf(one, sizeof(one), "%.*s", (int)(len < 39 ? len : 39),
		    w);
		if (pack_kind(f->p, one) == NULL)
			return pack_data_bad(f, fd->line, "type",
			    SAY_PACK_NO_KIND, one);
		n++;
	}
	return n > 0 ? MQ_OK : pack_data_bad(f, fd->line, "type",
	    SAY_PACK_RECORD, "");
}

enum mq_status pack_rules_refs(struct pack *p, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t i, j;

	for (i = 0; i < p->nkinds && pack_data_go(p, &rc); i++) {
		const struct kind *k = &p->kinds[i];
		size_t n = k->nfields + k->nstep_fields;
		char name[64];

		for (j = 0; j < n && pack_data_go(p, &rc); j++) {
			bool step = j >= k->nfields;
			const struct field *fd = step ?
			    &k->step_fields[j - k->nfields] : &k->fields[j];
			struct pack_file f = { p, NULL, name, err };

			(void)pack_form_file(p, k, step, name, sizeof(name));
			if (fd->type == FT_RECORD)
				rc = check_kinds(&f, fd);
		}
	}
	return rc;
}
