/*
 * Masked words in full, for a reason that is written down first.  See
 * reveal.h; called by the record page and by `minqing reveal`.
 */
#include "reveal.h"

#include "audit.h"
#include "base/text.h"
#include "form.h"

/* Long enough to read a number aloud; the pack says otherwise. */
#define SECONDS 10

enum cover { COVER_NONE, COVER_MASK, COVER_SEAL };

static bool is_sealed(const struct field_value *v)
{
	return v->kind == FV_TEXT && v->text &&
	    strncmp(v->text, FIELDS_SEALED, sizeof(FIELDS_SEALED) - 1) == 0;
}

/* What stands between this value and a reader; full gets it without. */
static enum cover cover_of(struct node *n, const struct field *fd,
    const struct field_value *v, struct buf *full)
{
	struct buf shown = BUF_INIT(BUF_LARGE);
	bool same;

	if (v->kind == FV_GONE)
		return COVER_NONE;
	if (is_sealed(v))
		return COVER_SEAL;
	form_show(n, fd, v, false, &shown);
	form_show(n, fd, v, true, full);
	same = strcmp(buf_str(&shown), buf_str(full)) == 0;
	buf_free(&shown);
	return same ? COVER_NONE : COVER_MASK;
}

static void wipe(struct buf *b)
{
	if (b->data)
		crypto_wipe(b->data, b->cap);
	buf_free(b);
}

/* Calls fn (NULL: none) with every masked field; returns how many. */
static int each(struct node *n, const struct record_full *r,
    const char *field, int *sealed, reveal_fn fn, void *ctx)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	int found = 0;
	size_t i;

	*sealed = 0;
	for (i = 0; k && i < r->f.n; i++) {
		const struct field_value *v = &r->f.v[i];
		const struct field *fd = kind_field(k, v->name);
		struct buf full = BUF_INIT(BUF_LARGE);
		enum cover c = COVER_NONE;

		if (fd && (!field || strcmp(field, v->name) == 0))
			c = cover_of(n, fd, v, &full);
		*sealed += c == COVER_SEAL;
		found += c == COVER_MASK;
		if (c == COVER_MASK && fn)
			fn(ctx, fd, buf_str(&full));
		wipe(&full);
	}
	return found;
}

bool reveal_may(struct node *n, const struct session *who,
    const struct record_full *r)
{
	int sealed;

	return !(r->r.flags & REC_VOID) &&
	    access_may_record(n, who, "reveal", &r->r) &&
	    each(n, r, NULL, &sealed, NULL, NULL) + sealed > 0;
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\n")] == '\0';
}

enum mq_status reveal_fields(struct node *n, const struct session *who,
    const struct record_full *r, const char *field, const char *why,
    reveal_fn fn, void *ctx, struct err *err)
{
	enum mq_status st;
	int sealed;

	if (!access_may_record(n, who, "reveal", &r->r))
		return err_set(err, MQ_E_DENIED, "%s", r->r.title);
	if (is_blank(why) || text_nchars(why) > REVEAL_WHY_CHARS)
		return err_set(err, MQ_E_REVEAL_WHY, "%s", r->r.title);
	if (each(n, r, field, &sealed, NULL, NULL) == 0)
		return sealed ? err_set(err, MQ_E_REVEAL_SEALED, "%s",
		    r->r.title) : err_set(err, MQ_E_NOT_FOUND, "%s",
		    field ? field : r->r.title);
	st = audit_write(n, &(struct audit){ .by = who->by, .what = "reveal",
	    .about = r->r.rec, .field = field ? field : "", .why = why },
	    err);
	if (!st)
		(void)each(n, r, field, &sealed, fn, ctx);
	return st;
}

int64_t reveal_ms(struct node *n)
{
	return pack_int(n->pack, "reveal_seconds", SECONDS) * MS_SECOND;
}
