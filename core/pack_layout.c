/*
 * layouts.csv: columns of lists from and for elsewhere.  Called by pack.c
 * when all kinds are read.
 */
#include "pack.h"

#include "base/xmalloc.h"
#include "layout.h"
#include "pack_data.h"

static enum mq_status read_row(struct pack_file *f, struct layout_row *r)
{
	const struct kind *k;
	const char *what;
	enum say why;

	r->layout = pack_data_get(f, "layout");
	r->kind = pack_data_get(f, "kind");
	r->column = pack_data_get(f, "column");
	r->field = pack_data_get(f, "field");
	r->transform = pack_data_get(f, "transform");
	r->names = pack_data_get(f, "names");
	k = pack_kind(f->p, r->kind);
	if (k == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, r->kind);
	if (!pack_data_is_name(r->layout))
		return pack_data_bad(f, 0, "layout", SAY_PACK_NAME,
		    r->layout);
	if (r->column[0] == '\0')
		return pack_data_bad(f, 0, "column", SAY_PACK_EMPTY, "");
	if (!layout_fits(f->p, k, r->field, r->transform, &why, &what))
		return pack_data_bad(f, 0, why == SAY_PACK_NO_FIELD ?
		    "field" : "transform", why, what);
	return MQ_OK;
}

enum mq_status pack_layout_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	enum mq_status rc;

	if (!pack_data_there(p, "layouts.csv"))
		return MQ_OK;
	rc = pack_data_open(p, "layouts.csv", "layout kind column field", &f,
	    err);
	while (pack_data_next(&f, &rc)) {
		p->layouts = xgrow(p->layouts, &p->layouts_cap,
		    p->nlayouts + 1, sizeof(p->layouts[0]));
		rc = read_row(&f, &p->layouts[p->nlayouts]);
		if (rc == MQ_OK)
			p->nlayouts++;
	}
	pack_data_close(&f);
	return rc;
}
