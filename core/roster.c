/*
 * Who works here: one signed document a site.  Called at start, by sync when
 * a new one came, by login and by whoever shows a name for a number.
 */
#include "roster.h"

#include <assert.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "person_id.h"
#include "why.h"

struct roster {
	struct jdoc *doc;	/* sealed texts are borrowed from it */
	struct roster_person *v;
	size_t n;
	int64_t seq;
	struct buf bytes;	/* as signed, for comparison */
};

static enum mq_status wrong(struct err *err, enum why w)
{
	return err_set(err, MQ_E_ROSTER, "%s", why_words(w));
}

/* ---- reading ---- */

static bool copy_str(const struct jnode *obj, const char *key, char *out,
    size_t size)
{
	const char *s = jget_str(obj, key, "");

	return strlen(s) < size && xcopy(out, size, s) == strlen(s);
}

static bool read_posts(const struct jnode *list, struct roster_person *p)
{
	size_t i, n = jnode_count(list);

	if (n > SESSION_POSTS)
		return false;
	for (i = 0; i < n; i++) {
		const struct jnode *post = jnode_at(list, i);

		if (!copy_str(post, "role", p->posts[i].role,
		    sizeof(p->posts[i].role)) ||
		    !copy_str(post, "org", p->posts[i].org,
		    sizeof(p->posts[i].org)))
			return false;
	}
	p->nposts = (int)n;
	return true;
}

/* What is sealed for this node, by its number. */
static const char *sealed_for(const struct jnode *person, const char *key,
    int node)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", node);
	return jget_str(jnode_get(person, key), number, NULL);
}

static bool read_person(const struct jnode *obj, int node,
    struct roster_person *p)
{
	const char *ref = jget_str(obj, "person", "");
	struct ref person;

	if (!copy_str(obj, "number", p->number, sizeof(p->number)) ||
	    !copy_str(obj, "name", p->name, sizeof(p->name)) ||
	    !copy_str(obj, "phone", p->phone, sizeof(p->phone)) ||
	    !copy_str(obj, "card", p->card, sizeof(p->card)) ||
	    !read_posts(jnode_get(obj, "posts"), p) || p->number[0] == '\0' ||
	    p->number[0] == '@')	/* nodes write under such names */
		return false;
	if (ref[0] != '\0') {
		if (!ref_parse(ref, strlen(ref), &person))
			return false;
		p->person = ref_rec(person);
	}
	p->verifier = sealed_for(obj, "verifier", node);
	p->code = sealed_for(obj, "code", node);
	p->pin_at.ms = jget_int(obj, "pin_at", 0);
	p->left = jnode_bool(jnode_get(obj, "left"), false);
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct roster_person *x = a, *y = b;

	return strcmp(x->number, y->number);
}

static enum mq_status read_people(const struct jnode *list, int node,
    struct roster *r, struct err *err)
{
	size_t i, n = jnode_count(list);

	if (jnode_kind(list) != J_LIST)
		return wrong(err, WHY_ROSTER_SHAPE);
	if (n > ROSTER_PEOPLE_MAX)
		return wrong(err, WHY_ROSTER_SIZE);
	r->v = xcalloc(n + 1, sizeof(*r->v));
	for (i = 0; i < n; i++)
		if (!read_person(jnode_at(list, i), node, &r->v[i]))
			return wrong(err, WHY_ROSTER_SHAPE);
	r->n = n;
	qsort(r->v, n, sizeof(*r->v), by_number);
	for (i = 1; i < n; i++)
		if (strcmp(r->v[i - 1].number, r->v[i].number) == 0)
			return wrong(err, WHY_ROSTER_TWICE);
	return MQ_OK;
}

/* The signature line is everything after the first newline; the JSON before
 * it holds none, so that nothing can stand between the two. */
static enum mq_status verify(struct node *n, const char *bytes, size_t len,
    size_t *json, struct err *err)
{
	const char *nl = memchr(bytes, '\n', len);
	uint8_t pk[CRYPTO_SIGN_PK];
	struct buf sig = BUF_INIT(256);
	size_t slen;
	bool good;

	if (!crypto_unhex(n->set.roster_pk, strlen(n->set.roster_pk), pk,
	    sizeof(pk)))
		return wrong(err, WHY_ROSTER_KEY);
	if (nl == NULL || len > ROSTER_MAX)
		return wrong(err, WHY_ROSTER_SHAPE);
	*json = (size_t)(nl - bytes);
	slen = len - *json - 1;
	if (slen > 0 && nl[slen] == '\n')
		slen--;
	good = slen <= 128 && crypto_unb64(nl + 1, slen, &sig) &&
	    sig.len == CRYPTO_SIG && crypto_verify(pk, bytes, *json,
	    (const uint8_t *)sig.data);
	buf_free(&sig);
	return good ? MQ_OK : wrong(err, WHY_ROSTER_SIGN);
}

/* Verified bytes to people; *out is ours to free on success only. */
static enum mq_status parse(struct node *n, const char *bytes, size_t len,
    struct roster **out, struct err *err)
{
	struct roster *r = xcalloc(1, sizeof(*r));
	const struct jnode *root;
	const char *site;
	enum mq_status st;
	size_t json = 0;

	buf_init(&r->bytes, ROSTER_MAX);
	buf_add(&r->bytes, bytes, len);
	st = verify(n, bytes, len, &json, err);
	if (st == MQ_OK && jdoc_parse(bytes, json, "roster", &r->doc,
	    err) != MQ_OK)
		st = wrong(err, WHY_ROSTER_SHAPE);
	if (st != MQ_OK)
		goto out;
	root = jdoc_root(r->doc);
	site = jget_str(root, "site", "");
	r->seq = jget_int(root, "seq", 0);
	if (strcmp(jget_str(root, "tenant", ""), n->set.tenant) != 0)
		st = wrong(err, WHY_ROSTER_TENANT);
	else if (strcmp(site, n->set.org) != 0 &&
	    strcmp(site, n->set.site) != 0)
		st = wrong(err, WHY_ROSTER_SITE);
	else if (r->seq < 1)
		st = wrong(err, WHY_ROSTER_SHAPE);
	else if (r->seq < node_meta(n, "roster_seq"))
		st = wrong(err, WHY_ROSTER_OLD);
	else
		st = read_people(jnode_get(root, "people"), n->set.number, r,
		    err);
out:
	if (st != MQ_OK)
		roster_free(&r);
	*out = r;
	return st;
}

static void path_of(const struct node *n, char out[NODE_PATH + 16])
{
	file_join(out, NODE_PATH + 16, n->dir, "roster");
}

enum mq_status roster_load(struct node *n, struct err *err)
{
	struct buf b = BUF_INIT(ROSTER_MAX);
	struct roster *fresh = NULL;
	char path[NODE_PATH + 16];
	enum mq_status st;

	path_of(n, path);
	st = file_read(n->env, path, &b, err);
	if (st == MQ_OK)
		st = parse(n, buf_str(&b), b.len, &fresh, err);
	else if (st == MQ_E_NOT_FOUND)
		st = MQ_OK;
	if (st == MQ_OK) {
		roster_free(&n->roster);
		n->roster = fresh;
	}
	buf_free(&b);
	return st;
}

static enum mq_status keep_seq(struct node *n, int64_t seq, struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = node_set_meta(n, "roster_seq", seq, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

enum mq_status roster_install(struct node *n, const char *bytes, size_t len,
    struct err *err)
{
	struct roster *fresh = NULL;
	char path[NODE_PATH + 16];
	enum mq_status st;

	st = parse(n, bytes, len, &fresh, err);
	if (st != MQ_OK)
		return st;
	if (fresh->seq == node_meta(n, "roster_seq")) {
		/* Sent again: fine.  Two of one number: not fine. */
		if (n->roster == NULL || n->roster->bytes.len != len ||
		    memcmp(n->roster->bytes.data, bytes, len) != 0)
			st = n->roster == NULL ? MQ_OK :
			    wrong(err, WHY_ROSTER_OLD);
		if (st != MQ_OK || n->roster != NULL)
			goto out;
	}
	/* The file first: a crash in between leaves a newer file than the
	 * number says, which load takes; the other way round it would refuse
	 * the file and take no second delivery either. */
	path_of(n, path);
	st = file_write(n->env, path, bytes, len, 0600, err);
	if (st == MQ_OK)
		st = keep_seq(n, fresh->seq, err);
	if (st == MQ_OK) {
		roster_free(&n->roster);
		n->roster = fresh;
		fresh = NULL;
	}
out:
	roster_free(&fresh);
	return st;
}

void roster_free(struct roster **rp)
{
	struct roster *r = *rp;

	if (r == NULL)
		return;
	jdoc_free(&r->doc);
	buf_free(&r->bytes);
	FREE(r->v);
	FREE(*rp);
}

size_t roster_count(const struct roster *r)
{
	return r == NULL ? 0 : r->n;
}

const struct roster_person *roster_at(const struct roster *r, size_t i)
{
	assert(r != NULL && i < r->n);
	return &r->v[i];
}

int64_t roster_seq(const struct roster *r)
{
	return r == NULL ? 0 : r->seq;
}

/* ---- finding ---- */

static const struct roster_person *find_number(const struct roster *r,
    const char *number)
{
	struct roster_person key;

	if (r == NULL || xcopy(key.number, sizeof(key.number), number) <
	    strlen(number))
		return NULL;
	return bsearch(&key, r->v, r->n, sizeof(*r->v), by_number);
}

/* As typed or scanned: blanks, width and case do not matter. */
static bool same_folded(const char *folded, const char *stored)
{
	struct buf b = BUF_INIT(256);
	bool same;

	if (stored[0] == '\0')
		return false;
	text_fold(stored, strlen(stored), &b);
	same = strcmp(buf_str(&b), folded) == 0;
	buf_free(&b);
	return same;
}

static const struct roster_person *find_phone(const struct roster *r,
    const char *typed)
{
	const struct roster_person *found = NULL;
	char phone[24], other[24];
	size_t i;

	if (person_id_phone(typed, phone, NULL) != MQ_OK)
		return NULL;
	for (i = 0; i < r->n; i++) {
		if (r->v[i].phone[0] == '\0' || r->v[i].left ||
		    person_id_phone(r->v[i].phone, other, NULL) != MQ_OK ||
		    strcmp(phone, other) != 0)
			continue;
		/* A couple may share one: then the phone says nothing. */
		if (found != NULL)
			return NULL;
		found = &r->v[i];
	}
	return found;
}

const struct roster_person *roster_find(const struct roster *r,
    const char *typed)
{
	const struct roster_person *p = find_number(r, typed);
	struct buf b = BUF_INIT(256);
	size_t i;

	if (r == NULL || p != NULL)
		return p;
	text_fold(typed, strlen(typed), &b);
	for (i = 0; i < r->n && p == NULL && b.len > 0 && !b.over; i++)
		if (same_folded(b.data, r->v[i].number) ||
		    same_folded(b.data, r->v[i].card))
			p = &r->v[i];
	buf_free(&b);
	return p != NULL ? p : find_phone(r, typed);
}

const char *roster_name(const struct roster *r, const char *number)
{
	const struct roster_person *p = find_number(r, number);

	return p != NULL && p->name[0] != '\0' ? p->name : number;
}

/* ---- making ---- */

static int node_number_text(const void *a, const void *b)
{
	const struct roster_node *x = a, *y = b;
	char s[16], t[16];

	(void)snprintf(s, sizeof(s), "%d", x->number);
	(void)snprintf(t, sizeof(t), "%d", y->number);
	return strcmp(s, t);
}

/* "key":{"101":BASE64,…}: the verifier sealed once for each node. */
static void write_sealed(struct jout *j, const char *key, const char *verifier,
    const struct roster_node *nodes, size_t nnodes)
{
	struct buf box = BUF_INIT(1024), b64 = BUF_INIT(2048);
	char number[16];
	size_t i;

	jout_key(j, key);
	jout_obj(j);
	for (i = 0; i < nnodes; i++) {
		buf_reset(&box);
		buf_reset(&b64);
		crypto_seal(nodes[i].box_pk, verifier, strlen(verifier),
		    &box);
		crypto_b64(box.data, box.len, &b64);
		(void)snprintf(number, sizeof(number), "%d",
		    nodes[i].number);
		jout_kstr(j, number, buf_str(&b64));
	}
	jout_obj_end(j);
	buf_free(&box);
	buf_free(&b64);
}

/* Clear text to a verifier; or the one already made; "" when neither. */
static enum mq_status verifier_of(const char *clear, const char *made,
    char out[CRYPTO_PIN_STR], struct err *err)
{
	out[0] = '\0';
	if (clear[0] != '\0')
		return crypto_pin_make(clear, out, err);
	if (made != NULL)
		xcopy(out, CRYPTO_PIN_STR, made);
	return MQ_OK;
}

static void write_posts(struct jout *j, const struct roster_person *p)
{
	int i;

	jout_key(j, "posts");
	jout_list(j);
	for (i = 0; i < p->nposts; i++) {
		jout_obj(j);
		jout_kstr(j, "org", p->posts[i].org);
		jout_kstr(j, "role", p->posts[i].role);
		jout_obj_end(j);
	}
	jout_list_end(j);
}

static enum mq_status write_person(struct jout *j, const struct roster_draft *d,
    const struct roster_node *nodes, size_t nnodes, struct err *err)
{
	const struct roster_person *p = &d->p;
	char pin[CRYPTO_PIN_STR], code[CRYPTO_PIN_STR];
	char ref[ENTRY_REF_TEXT] = "";
	enum mq_status st;

	st = verifier_of(d->pin, p->verifier, pin, err);
	if (st == MQ_OK)
		st = verifier_of(d->code, p->code, code, err);
	if (st != MQ_OK)
		return st;
	if (p->person != 0)
		ref_text(ref_of_rec(p->person), ref);
	jout_obj(j);
	jout_kstr(j, "card", p->card);
	if (code[0] != '\0')
		write_sealed(j, "code", code, nodes, nnodes);
	jout_kbool(j, "left", p->left);
	jout_kstr(j, "name", p->name);
	jout_kstr(j, "number", p->number);
	jout_kstr(j, "person", ref);
	jout_kstr(j, "phone", p->phone);
	jout_kint(j, "pin_at", p->pin_at.ms);
	write_posts(j, p);
	if (pin[0] != '\0')
		write_sealed(j, "verifier", pin, nodes, nnodes);
	jout_obj_end(j);
	return MQ_OK;
}

enum mq_status roster_make(struct env *env, const char *tenant,
    const char *site,
    int64_t seq, const struct roster_draft *people, size_t npeople,
    const struct roster_node *nodes, size_t nnodes,
    const uint8_t sign_sk[CRYPTO_SIGN_SK], struct buf *out, struct err *err)
{
	struct roster_node *sorted = xcalloc(nnodes + 1, sizeof(*sorted));
	uint8_t sig[CRYPTO_SIG];
	struct jout j;
	enum mq_status st = MQ_OK;
	size_t i, from = out->len;

	(void)env;	/* sealing draws on the library's own randomness */
	if (nnodes > 0)
		memcpy(sorted, nodes, nnodes * sizeof(*sorted));
	qsort(sorted, nnodes, sizeof(*sorted), node_number_text);
	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_key(&j, "people");
	jout_list(&j);
	for (i = 0; i < npeople && st == MQ_OK; i++)
		st = write_person(&j, &people[i], sorted, nnodes, err);
	jout_list_end(&j);
	jout_kint(&j, "seq", seq);
	jout_kstr(&j, "site", site);
	jout_kstr(&j, "tenant", tenant);
	jout_obj_end(&j);
	if (st == MQ_OK && (out->over || out->len - from > ROSTER_MAX - 256 ||
	    npeople > ROSTER_PEOPLE_MAX))
		st = wrong(err, WHY_ROSTER_SIZE);
	if (st == MQ_OK) {
		crypto_sign(sign_sk, out->data + from, out->len - from, sig);
		buf_addc(out, '\n');
		crypto_b64(sig, sizeof(sig), out);
		buf_addc(out, '\n');
	}
	free(sorted);
	return st;
}
