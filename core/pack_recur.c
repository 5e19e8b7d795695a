/*
 * recur.csv: how often what comes round again, by its marks.  Called by
 * pack.c when all kinds and facets.csv are read.
 */
#include "pack.h"

#include "base/xmalloc.h"
#include "pack_data.h"
#include "record_mark.h"

#define DAYS_MAX 3660

/* A mark is a choice of one of the fields the kind is marked by. */
static bool mark_known(const struct pack *p, const struct kind *k,
    const char *mark)
{
	const char *at = pack_facet(p, k, "recur", "marks"), *w;
	const struct field *fd;
	char name[40];
	size_t len;

	if (strcmp(mark, RECORD_MARK_ALL) == 0)
		return true;
	while (pack_data_word(&at, &w, &len)) {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		fd = kind_field(k, name);
		if (fd != NULL && pack_choice(p, fd->list, mark) != NULL)
			return true;
	}
	return false;
}

static enum mq_status read_row(struct pack_file *f, struct recur_rule *r)
{
	const struct kind *k;
	enum mq_status rc;
	size_t i;

	r->kind = pack_data_get(f, "kind");
	r->mark = pack_data_get(f, "mark");
	pack_data_both(f, "label", r->label);
	k = pack_kind(f->p, r->kind);
	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, r->kind);
	if (!kind_has_facet(k, "recur") ||
	    pack_facet(f->p, k, "recur", "done_by")[0] == '\0')
		return pack_data_bad(f, 0, "kind", SAY_PACK_NOT_FACET,
		    "recur");
	if (!mark_known(f->p, k, r->mark))
		return pack_data_bad(f, 0, "mark", SAY_PACK_UNKNOWN, r->mark);
	if (r->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	for (i = 0; i < f->p->nrecurs; i++)
		if (strcmp(f->p->recurs[i].kind, r->kind) == 0 &&
		    strcmp(f->p->recurs[i].mark, r->mark) == 0)
			return pack_data_bad(f, 0, "mark", SAY_PACK_TWICE,
			    r->mark);
	rc = pack_data_int(f, "days", 0, 1, DAYS_MAX, &r->days);
	if (rc == MQ_OK)
		rc = pack_data_int(f, "soon", 0, 0, r->days, &r->soon);
	return rc;
}

enum mq_status pack_recur_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct recur_rule row;
	enum mq_status rc;

	if (!pack_data_there(p, "recur.csv"))
		return MQ_OK;
	rc = pack_data_open(p, "recur.csv", "kind mark days label", &f, err);
	while (pack_data_next(&f, &rc)) {
		rc = read_row(&f, &row);
		if (rc != MQ_OK)
			continue;
		p->recurs = xgrow(p->recurs, &p->recurs_cap, p->nrecurs + 1,
		    sizeof(p->recurs[0]));
		p->recurs[p->nrecurs++] = row;
	}
	pack_data_close(&f);
	return rc;
}
