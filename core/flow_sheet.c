/*
 * Call sheets on paper, see flow_sheet.h.  Called by the record page and by
 * `minqing sheet`.
 */
#include "flow_sheet.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow.h"
#include "flow_clock.h"
#include "form.h"
#include "pack_data.h"
#include "person_id.h"

#define CALLS_MAX 20

static void line(struct buf *out, enum lang lang, enum say id, const char *a,
    const char *b)
{
	struct buf raw = BUF_INIT(BUF_SMALL);

	say_fill(&raw, lang, id, a, b);
	text_sanitize(buf_str(&raw), raw.len, TEXT_ONE_LINE, out);
	buf_addc(out, '\n');
	buf_free(&raw);
}

static const char *unit_of(const struct node *n, const struct record_full *r)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	size_t i;

	for (i = 0; k != NULL && i < k->nfields; i++)
		if (k->fields[i].type == FT_ORG &&
		    fields_has(&r->f, k->fields[i].name))
			return fields_text(&r->f, k->fields[i].name);
	return r->r.owner;
}

/* Fields of the call in words, masked. */
static void words(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	struct buf b = BUF_INIT(BUF_SMALL);
	size_t i;

	for (i = 0; i < k->nfields; i++) {
		const struct field *fd = &k->fields[i];
		const struct field_value *v = fields_get(&r->f, fd->name);

		if (v == NULL || v->kind == FV_GONE || fd->type == FT_ORG)
			continue;
		buf_reset(&b);
		form_show(n, fd, v, false, &b);
		line(out, lang, SAY_SHEET_FACT, fd->label[lang], buf_str(&b));
	}
	buf_free(&b);
}

static void limits(struct node *n, const struct record_full *r,
    enum lang lang, struct buf *out)
{
	struct flow_clock *v = xcalloc(FLOW_CLOCKS_MAX, sizeof(*v));
	int i, count = flow_clock_all(&r->d, v, FLOW_CLOCKS_MAX);
	char when[40];

	for (i = 0; i < count; i++) {
		clock_show(v[i].due, CLOCK_MINUTE, when, sizeof(when));
		line(out, lang, SAY_SHEET_LIMIT, flow_time_label(n, r->r.kind,
		    &v[i], lang), when);
	}
	free(v);
}

/* One unit, one page: a line to fill in for each step the unit may take. */
static void page(struct node *n, const struct record_full *r, enum lang lang,
    struct buf *out)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	const struct orgs *o = pack_orgs(n->pack);
	const char *unit = unit_of(n, r);
	const struct org *x = org_find(o, unit);
	char no[24] = "", at[40];
	size_t i;

	person_id_short_show(r->r.no, no);
	clock_show(r->r.opened_at, CLOCK_MINUTE, at, sizeof(at));
	line(out, lang, SAY_SHEET_TITLE, k->label[lang], no);
	line(out, lang, SAY_SHEET_UNIT, org_name(o, unit, lang),
	    x == NULL ? "" : x->phone);
	line(out, lang, SAY_SHEET_FROM, org_name(o, r->r.org, lang), at);
	words(n, r, lang, out);
	limits(n, r, lang, out);
	buf_addc(out, '\n');
	for (i = 0; i < k->nsteps; i++)
		if (strstr(k->steps[i].fields, "proxy_who") != NULL)
			line(out, lang, SAY_SHEET_BLANK,
			    k->steps[i].label[lang], NULL);
	line(out, lang, SAY_SHEET_SIGN, NULL, NULL);
}

static bool needs_paper(const struct node *n, const struct record_full *r,
    bool all)
{
	const struct org *x = org_find(pack_orgs(n->pack), unit_of(n, r));

	return all || x == NULL || !x->has_node;
}

static enum mq_status add_page(struct node *n, int64_t rec, bool all,
    enum lang lang, struct buf *out, int *count, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, rec, &r, err);

	if (st != MQ_OK)
		return st;
	if (needs_paper(n, &r, all)) {
		if ((*count)++ > 0)
			buf_addc(out, '\f');
		page(n, &r, lang, out);
	}
	record_full_free(&r);
	return MQ_OK;
}

/* A call is a record whose steps ask who answered for somebody else. */
static bool is_call(const struct node *n, const char *kind)
{
	const struct kind *k = pack_kind(n->pack, kind);
	size_t i;

	for (i = 0; k != NULL && i < k->nsteps; i++)
		if (pack_data_has_word(k->steps[i].fields, "proxy_who"))
			return true;
	return false;
}

enum mq_status flow_sheet(struct node *n, int64_t rec, bool all,
    enum lang lang, struct buf *out, int *n_out, struct err *err)
{
	struct record *rows = xcalloc(CALLS_MAX, sizeof(*rows));
	struct record_full r;
	enum mq_status st = record_get(n, rec, &r, err);
	int i, count = 0;

	*n_out = 0;
	if (st != MQ_OK)
		goto out;
	if (is_call(n, r.r.kind))
		st = add_page(n, rec, true, lang, out, n_out, err);
	else
		st = record_derived(n, rec, rows, CALLS_MAX, &count, err);
	for (i = 0; i < count && st == MQ_OK; i++)
		if (is_call(n, rows[i].kind) && !(rows[i].flags & REC_VOID))
			st = add_page(n, rows[i].rec, all, lang, out, n_out,
			    err);
	if (st == MQ_OK && *n_out == 0)
		st = err_set(err, MQ_E_NOT_FOUND, "%s‖%s",
		    say_word(SAY_SHEET_NONE, LANG_ZH),
		    say_word(SAY_SHEET_NONE, LANG_EN));
	record_full_free(&r);
out:
	free(rows);
	return st;
}
