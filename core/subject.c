/*
 * Finding all about one person.  See subject.h; erasing is subject_erase.c.
 */
#include "subject.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "ledger.h"
#include "pack.h"

#define NAME_BYTES 6		/* two characters: less is no name */
#define PHONE_DIGITS 7

/* Their own bookkeeping names people by reference only, and has to stay. */
static bool is_bookkeeping(const struct entry *e)
{
	return strcmp(e->kind, "entry") == 0 || strcmp(e->kind, "audit") == 0;
}

static bool holds(const char *p, size_t len, const char *word, size_t min)
{
	size_t n = strlen(word);

	return n >= min && memmem(p, len, word, n) != NULL;
}

bool subject_betrays(const struct subject *s, const char *text)
{
	size_t len = strlen(text);

	return strcmp(text, s->ref) == 0 ||
	    holds(text, len, s->name, NAME_BYTES) ||
	    holds(text, len, s->phone, PHONE_DIGITS);
}

static struct subject_hit *hit_of(struct subject *s, int64_t rec)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].rec == rec)
			return &s->v[i];
	s->v = xgrow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	memset(&s->v[s->n], 0, sizeof(s->v[s->n]));
	s->v[s->n].rec = rec;
	return &s->v[s->n++];
}

static enum mq_status visit(void *ctx, const struct entry *e,
    const struct buf *body, struct err *err)
{
	struct subject *s = ctx;
	char quoted[ENTRY_REF_TEXT + 3];
	int64_t rec = ref_rec(e->subj);
	enum subject_tie tie;
	struct subject_hit *h;

	(void)err;
	snprintf(quoted, sizeof(quoted), "\"%s\"", s->ref);
	if (is_bookkeeping(e))
		return MQ_OK;
	if (rec == s->rec)
		tie = SUBJECT_SELF;
	else if (holds(body->data, body->len, quoted, 1) ||
	    holds(body->data, body->len, s->phone, PHONE_DIGITS))
		tie = SUBJECT_NAMED;
	else if (holds(body->data, body->len, s->name, NAME_BYTES))
		tie = SUBJECT_MENTION;
	else
		return MQ_OK;
	h = hit_of(s, rec);
	if (tie > h->tie)
		h->tie = tie;
	h->ids = xgrow(h->ids, &h->cap, h->n + 1, sizeof(*h->ids));
	h->ids[h->n++] = e->id;
	return MQ_OK;
}

static int by_tie(const void *a, const void *b)
{
	const struct subject_hit *x = a, *y = b;

	if (x->tie != y->tie)
		return x->tie > y->tie ? -1 : 1;
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

/* Somebody else of the full name in the register here; a case of theirs that
 * still runs. */
static void judge(struct node *n, struct subject *s,
    const struct subject_hit *h, const struct record_full *r)
{
	const struct kind *k = n->pack ? pack_kind(n->pack, r->r.kind) : NULL;

	s->namesakes += h->rec != s->rec &&
	    strcmp(r->r.kind, s->person.r.kind) == 0 &&
	    strcmp(fields_text(&r->f, "name"), s->name) == 0;
	s->open += h->tie == SUBJECT_NAMED && k && k->nstates &&
	    !k->register_ && !(r->r.flags & (REC_CLOSED | REC_VOID));
	s->mentions += h->tie == SUBJECT_MENTION;
}

static enum mq_status judge_all(struct node *n, struct subject *s,
    struct err *err)
{
	struct record_full r;
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < s->n && !st; i++) {
		st = record_get(n, s->v[i].rec, &r, err);
		/* Left by retention: its entries alone are here. */
		if (st == MQ_E_NOT_FOUND)
			st = MQ_OK;
		if (!st)
			judge(n, s, &s->v[i], &r);
		record_full_free(&r);
	}
	return st;
}

enum mq_status subject_find(struct node *n, int64_t rec,
    struct subject **out, struct err *err)
{
	struct subject *s = xcalloc(1, sizeof(*s));
	enum mq_status st;

	s->rec = rec;
	ref_text(ref_of_rec(rec), s->ref);
	st = record_get(n, rec, &s->person, err);
	if (!st && (strcmp(s->person.r.kind, "person") != 0 ||
	    !fields_has(&s->person.f, "name")))
		st = err_set(err, MQ_E_NOT_FOUND, "%s", s->ref);
	if (!st) {
		xcopy(s->name, sizeof(s->name),
		    fields_text(&s->person.f, "name"));
		xcopy(s->phone, sizeof(s->phone),
		    fields_text(&s->person.f, "phone"));
		st = ledger_each(n, visit, s, err);
	}
	if (!st)
		st = judge_all(n, s, err);
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_tie);
	if (st)
		subject_free(&s);
	*out = s;
	return st;
}

bool subject_is_meant(struct subject *s, int64_t rec)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].rec == rec && s->v[i].tie == SUBJECT_MENTION) {
			s->v[i].tie = SUBJECT_NAMED;
			s->mentions--;
			return true;
		}
	return false;
}

void subject_free(struct subject **sp)
{
	struct subject *s = *sp;
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->n; i++)
		free(s->v[i].ids);
	free(s->v);
	record_full_free(&s->person);
	crypto_wipe(s->name, sizeof(s->name));
	crypto_wipe(s->phone, sizeof(s->phone));
	FREE(*sp);
}
