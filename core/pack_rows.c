/*
 * The plain tables of a pack: orgs.csv, roles.csv, phrases.csv,
 * retention.csv, boards.csv.  Called by pack.c.
 */
#include "pack_data.h"

#include "base/clock.h"
#include "base/xmalloc.h"

/* A day of the pack; an empty cell is none. */
static enum mq_status read_day(struct pack_file *f, const char *column,
    struct day *out)
{
	const char *s = csv_get(f->csv, column);
	struct when w;

	if (s[0] == '\0')
		return MQ_OK;
	if (strlen(s) != 10 || when_read(s, (struct utc){ 1 }, &w, NULL) !=
	    MQ_OK || w.precision != WHEN_DAY)
		return pack_data_bad(f, 0, column, SAY_PACK_ORG_DAY, s);
	*out = w.day;
	return MQ_OK;
}

enum mq_status pack_rows_orgs(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "orgs.csv", "code parent level name phone node",
	    &f, err);
	while (pack_data_next(&f, &rc)) {
		struct org o = { 0 };
		const char *node = csv_get(f.csv, "node");

		o.code = pack_data_get(&f, "code");
		o.parent = pack_data_get(&f, "parent");
		o.level = pack_data_get(&f, "level");
		pack_data_both(&f, "name", o.name);
		o.phone = pack_data_get(&f, "phone");
		o.has_node = true;
		if (node[0] != '\0')
			rc = pack_data_bool(&f, "node", &o.has_node);
		o.successor = pack_data_get(&f, "successor");
		if (rc == MQ_OK)
			rc = read_day(&f, "from", &o.from);
		if (rc == MQ_OK)
			rc = read_day(&f, "to", &o.to);
		if (o.code[0] == '\0' || strlen(o.code) >= 24)
			rc = pack_data_bad(&f, 0, "code", SAY_PACK_EMPTY, "");
		else if (o.level[0] == '\0')
			rc = pack_data_bad(&f, 0, "level", SAY_PACK_EMPTY, "");
		else if (o.name[0][0] == '\0')
			rc = pack_data_bad(&f, 0, "name", SAY_PACK_EMPTY, "");
		if (rc != MQ_OK)
			continue;
		p->orgs.v = xgrow(p->orgs.v, &p->orgs_cap, p->orgs.n + 1,
		    sizeof(p->orgs.v[0]));
		p->orgs.v[p->orgs.n++] = o;
	}
	pack_data_close(&f);
	if (rc != MQ_OK)
		return rc;
	rc = org_number(&p->orgs, err);
	if (rc != MQ_OK && err != NULL) {
		rc = err_set(err, rc, "orgs.csv: %s",
		    pack_data_text(p, err->detail));
		pack_data_told(p, "orgs.csv", err);
	}
	return rc;
}

/* ---- roles.csv ---- */

static enum mq_status check_row(struct pack_file *f, const char *kind,
    const char *action)
{
	static const char *const plain[] = { "*", "see", "open", "fix",
		"void", "note", "reveal", "export", "import", "vouch", "tap",
		"confidential", "step:*" };
	const struct kind *k = pack_kind(f->p, kind);
	size_t i;

	if (strcmp(kind, "*") != 0 && k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, kind);
	for (i = 0; i < ARRAY_LEN(plain); i++)
		if (strcmp(action, plain[i]) == 0)
			return MQ_OK;
	if (strncmp(action, "step:", 5) != 0)
		return pack_data_bad(f, 0, "action", SAY_PACK_UNKNOWN, action);
	if (k != NULL && kind_step(k, action + 5) == NULL)
		return pack_data_bad(f, 0, "action", SAY_PACK_NO_STEP,
		    action + 5);
	return MQ_OK;
}

static enum mq_status add_rows(struct pack_file *f, const struct role_row *tmpl,
    const char *kinds, const char *actions)
{
	struct pack *p = f->p;
	const char *k, *a, *at;
	size_t klen, alen;
	enum mq_status rc = MQ_OK;

	while (pack_data_go(p, &rc) && pack_data_word(&kinds, &k, &klen)) {
		const char *kind = pack_data_textn(p, k, klen);

		at = actions;
		while (pack_data_go(p, &rc) &&
		    pack_data_word(&at, &a, &alen)) {
			struct role_row r = *tmpl;

			r.kind = kind;
			r.action = pack_data_textn(p, a, alen);
			rc = check_row(f, r.kind, r.action);
			if (rc != MQ_OK)
				continue;
			p->rows = xgrow(p->rows, &p->rows_cap, p->nrows + 1,
			    sizeof(p->rows[0]));
			p->rows[p->nrows++] = r;
		}
	}
	return rc;
}

static enum mq_status read_role(struct pack_file *f)
{
	static const char *const scopes[] = { "own", "org", "subtree",
		"route", "all" };
	struct pack *p = f->p;
	struct role role = { 0 };
	struct role_row row = { 0 };
	size_t i;

	role.name = pack_data_get(f, "role");
	pack_data_both(f, "label", role.label);
	if (role.label[0][0] != '\0') {
		if (!pack_data_is_name(role.name))
			return pack_data_bad(f, 0, "role", SAY_PACK_NAME,
			    role.name);
		if (pack_role(p, role.name) != NULL)
			return pack_data_bad(f, 0, "role", SAY_PACK_TWICE,
			    role.name);
		p->roles = xgrow(p->roles, &p->roles_cap, p->nroles + 1,
		    sizeof(p->roles[0]));
		p->roles[p->nroles++] = role;
	}
	if (pack_role(p, role.name) == NULL)
		return pack_data_bad(f, 0, "role", SAY_PACK_NO_ROLE,
		    role.name);
	if (csv_get(f->csv, "kind")[0] == '\0')
		return MQ_OK;
	row.role = role.name;
	row.scope = pack_data_get(f, "scope");
	for (i = 0; i < ARRAY_LEN(scopes); i++)
		if (strcmp(row.scope, scopes[i]) == 0)
			break;
	if (i == ARRAY_LEN(scopes))
		return pack_data_bad(f, 0, "scope", SAY_PACK_SCOPE, row.scope);
	return add_rows(f, &row, csv_get(f->csv, "kind"),
	    csv_get(f->csv, "action"));
}

enum mq_status pack_rows_roles(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "roles.csv", "role label kind action scope",
	    &f, err);
	while (pack_data_next(&f, &rc))
		rc = read_role(&f);
	pack_data_close(&f);
	return rc;
}

/* ---- phrases.csv ---- */

enum mq_status pack_rows_phrases(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "phrases.csv", "kind field digit text", &f,
	    err);
	while (pack_data_next(&f, &rc)) {
		struct phrase ph = { 0 };
		const struct kind *k;
		int64_t digit = 0;

		ph.kind = pack_data_get(&f, "kind");
		ph.field = pack_data_get(&f, "field");
		pack_data_both(&f, "text", ph.text);
		k = pack_kind(p, ph.kind);
		if (k == NULL && strcmp(ph.kind, "*") != 0)
			rc = pack_data_bad(&f, 0, "kind", SAY_PACK_NO_KIND,
			    ph.kind);
		else if (k != NULL && kind_field(k, ph.field) == NULL)
			rc = pack_data_bad(&f, 0, "field", SAY_PACK_NO_FIELD,
			    ph.field);
		else if (ph.text[0][0] == '\0')
			rc = pack_data_bad(&f, 0, "text", SAY_PACK_EMPTY, "");
		else
			rc = pack_data_int(&f, "digit", 0, 1, 9, &digit);
		if (rc != MQ_OK)
			continue;
		ph.digit = (int)digit;
		ph.line = csv_line(f.csv);
		p->phrases = xgrow(p->phrases, &p->phrases_cap,
		    p->nphrases + 1, sizeof(p->phrases[0]));
		p->phrases[p->nphrases++] = ph;
	}
	pack_data_close(&f);
	return rc;
}

/* ---- retention.csv, boards.csv ---- */

enum mq_status pack_rows_keeps(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "retention.csv", "kind days", &f, err);
	while (pack_data_next(&f, &rc)) {
		struct pack_keep k = { 0 };

		k.kind = pack_data_get(&f, "kind");
		if (pack_kind(p, k.kind) == NULL)
			rc = pack_data_bad(&f, 0, "kind", SAY_PACK_NO_KIND,
			    k.kind);
		else
			rc = pack_data_int(&f, "days", 0, 0, 36500, &k.days);
		if (rc != MQ_OK)
			continue;
		p->keeps = xgrow(p->keeps, &p->keeps_cap, p->nkeeps + 1,
		    sizeof(p->keeps[0]));
		p->keeps[p->nkeeps++] = k;
	}
	pack_data_close(&f);
	return rc;
}

/* Boards rank units only: government rules since 2023-12. */
enum mq_status pack_rows_boards(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	rc = pack_data_open(p, "boards.csv",
	    "name label kind measure by", &f, err);
	while (pack_data_next(&f, &rc)) {
		struct pack_board b = { 0 };
		size_t i;

		b.name = pack_data_get(&f, "name");
		pack_data_both(&f, "label", b.label);
		b.kind = pack_data_get(&f, "kind");
		b.measure = pack_data_get(&f, "measure");
		b.by = pack_data_get(&f, "by");
		for (i = 0; i < p->orgs.n; i++)
			if (strcmp(p->orgs.v[i].level, b.by) == 0)
				break;
		if (pack_kind(p, b.kind) == NULL)
			rc = pack_data_bad(&f, 0, "kind", SAY_PACK_NO_KIND,
			    b.kind);
		else if (i == p->orgs.n)
			rc = pack_data_bad(&f, 0, "by", SAY_PACK_PERSONS,
			    b.by);
		else if (!pack_data_has_word("opened closed num", b.measure))
			rc = pack_data_bad(&f, 0, "measure",
			    SAY_PACK_UNKNOWN, b.measure);
		if (rc != MQ_OK)
			continue;
		p->boards = xgrow(p->boards, &p->boards_cap, p->nboards + 1,
		    sizeof(p->boards[0]));
		p->boards[p->nboards++] = b;
	}
	pack_data_close(&f);
	return rc;
}
