/*
 * A row of a list: what it says, by what it is known again, and what it says
 * otherwise than last time.  Called by import.c.
 */
#include "import_parts.h"

#include <inttypes.h>

#include "base/xmalloc.h"
#include "form.h"
#include "ledger.h"

/* ---- a row ---- */

/* Rows are known again by a digest.  One that holds a person's number is
 * keyed, so that nobody finds the number by trying all of them. */
static void key_of(const struct node *n, const char *kind, const char *space,
    const char *text, char out[KEY_TEXT], uint8_t raw[KEY_BYTES])
{
	uint8_t hash[CRYPTO_HASH];
	struct buf b = BUF_INIT(BUF_LARGE);
	size_t digits = strcspn(text, "0123456789");
	bool secret;

	digits = strspn(text + digits, "0123456789");
	secret = digits >= 7;
	buf_addf(&b, "%s\n%s\n%s", kind, space, text);
	if (secret)
		crypto_mac(n->keys.lookup, buf_str(&b), b.len, hash);
	else
		crypto_hash(buf_str(&b), b.len, hash);
	out[0] = secret ? 'k' : 'h';
	crypto_hex(hash, KEY_BYTES, out + 1);
	memcpy(raw, hash, KEY_BYTES);
	crypto_wipe(b.data, b.cap);
	buf_free(&b);
}

enum mq_status import_row_find(struct import *imp, const char *kind,
    const char *src, int64_t *rec, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*rec = 0;
	st = db_query(imp->n->db, "SELECT rec FROM record_key WHERE kind = ?"
	    " AND slot = 0 AND key = ? ORDER BY rec LIMIT 1", &s, err);
	if (st)
		return st;
	db_bind_text(s, kind);
	db_bind_text(s, src);
	st = db_step(s, &row, err);
	if (!st && row)
		*rec = db_i64(s, "rec");
	db_done(&s);
	return st;
}

/* "ref:household" or "ref:household:LIST": the record of that row. */
static enum mq_status take_ref(struct import *imp, const char *more,
    struct buf *text, bool *found, struct err *err)
{
	char kind[32], src[KEY_TEXT], ref[ENTRY_REF_TEXT];
	const char *colon = strchr(more, ':');
	uint8_t raw[KEY_BYTES];
	enum mq_status st;
	int64_t rec;

	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(more, ":"), more);
	key_of(imp->n, kind, colon == NULL ? "" : colon + 1, buf_str(text),
	    src, raw);
	st = import_row_find(imp, kind, src, &rec, err);
	*found = rec != 0;
	if (st || rec == 0)
		return st;
	ref_text(ref_of_rec(rec), ref);
	buf_reset(text);
	buf_adds(text, ref);
	return MQ_OK;
}

/* 1.1E+17 was somebody's number before a spreadsheet opened the list. */
static bool is_spoilt(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n > 2 && (s[n] == 'E' || s[n] == 'e') && s[n + 1] == '+' &&
	    s[n + 2] >= '0' && s[n + 2] <= '9' &&
	    s[n + 2 + strspn(s + n + 2, "0123456789")] == '\0';
}

/* Is it asked when a record is opened?  What only steps ask goes out only. */
static bool opens_with(const struct kind *k, const char *field)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if (strcmp(k->fields[i].name, field) == 0)
			return true;
	return false;
}

/* One column's cell into f and, where it is part of it, the key.  False: it
 * was complained about. */
static enum mq_status take_cell(struct import *imp, size_t i,
    struct fields *f, struct buf *key, char *space, size_t space_size,
    bool *good, struct err *err)
{
	const struct layout_column *c = &imp->map.v[i];
	const char *cell = c->column[0] == '\0' ? "" :
	    csv_at(imp->csv, imp->at[i]);
	struct buf text = BUF_INIT(FIELDS_TEXT_MAX);
	int line = csv_line(imp->csv);
	enum mq_status st = MQ_OK;
	bool found = true;
	char more[200];

	layout_in(c, cell, &text);
	if (strstr(cell, "\xef\xbf\xbd") != NULL) {
		import_tell_say(imp, line, c->column, cell, SAY_IMPORT_BYTES,
		    NULL);
		*good = false;
	} else if (is_spoilt(buf_str(&text))) {
		import_tell_say(imp, line, c->column, cell, SAY_IMPORT_SPOILT,
		    NULL);
		*good = false;
	} else if (text.over) {
		import_tell_say(imp, line, c->column, "", SAY_IMPORT_LONG,
		    NULL);
		*good = false;
	}
	if (strcmp(c->field, "@key") == 0 || layout_word(c->transform, "key",
	    more, sizeof(more))) {
		if (strcmp(c->field, "@key") != 0 && more[0] != '\0')
			xcopy(space, space_size, more);
		buf_addf(key, "%s\x1f", buf_str(&text));
	}
	if (*good && text.len > 0 && layout_word(c->transform, "ref", more,
	    sizeof(more))) {
		st = take_ref(imp, more, &text, &found, err);
		if (!st && !found) {
			import_tell_say(imp, line, c->column, cell,
			    SAY_IMPORT_REF, NULL);
			*good = false;
		}
	}
	if (text.len > 0 && opens_with(imp->kind, c->field))
		fields_set(f, c->field, buf_str(&text));
	buf_free(&text);
	return st;
}

static bool has_key(const struct import *imp)
{
	size_t i;

	for (i = 0; i < imp->map.n; i++)
		if (strcmp(imp->map.v[i].field, "@key") == 0 ||
		    layout_word(imp->map.v[i].transform, "key", NULL, 0))
			return true;
	return false;
}

/* The same key twice in one list: the line it stood in before, or 0. */
static int seen_before(struct import *imp, const uint8_t key[KEY_BYTES],
    int line)
{
	size_t at, mask = imp->seen_size - 1;
	uint64_t start;

	memcpy(&start, key, sizeof(start));
	for (at = (size_t)start & mask; imp->seen[at].line != 0;
	    at = (at + 1) & mask)
		if (memcmp(imp->seen[at].key, key, KEY_BYTES) == 0)
			return imp->seen[at].line;
	memcpy(imp->seen[at].key, key, KEY_BYTES);
	imp->seen[at].line = line;
	return 0;
}

enum mq_status import_row_read(struct import *imp, struct taken *t,
    bool *good, struct err *err)
{
	struct buf key = BUF_INIT(BUF_SMALL), all = BUF_INIT(BUF_LARGE);
	uint8_t raw[KEY_BYTES], row[KEY_BYTES];
	char space[64] = "", before[16];
	enum mq_status st = MQ_OK;
	int was;
	size_t i;

	for (i = 0; i < imp->map.n && !st; i++)
		st = take_cell(imp, i, &t->f, &key, space, sizeof(space),
		    good, err);
	for (i = 0; i < t->f.n; i++)
		buf_addf(&all, "%s=%s\n", t->f.v[i].name, t->f.v[i].text);
	key_of(imp->n, imp->kind->name, "row", buf_str(&all), t->row, row);
	if (!has_key(imp)) {
		memcpy(t->src, t->row, sizeof(t->src));
		memcpy(raw, row, sizeof(raw));
	} else {
		while (key.len > 0 && key.data[key.len - 1] == '\x1f')
			key.data[--key.len] = '\0';
		if (key.len == 0 && *good) {
			import_tell_say(imp, t->line, "", "", SAY_IMPORT_NO_KEY,
			    NULL);
			*good = false;
		}
		key_of(imp->n, imp->kind->name, space, buf_str(&key), t->src,
		    raw);
	}
	was = *good && !st ? seen_before(imp, raw, t->line) : 0;
	if (was != 0) {
		snprintf(before, sizeof(before), "%d", was);
		import_tell_say(imp, t->line, "", "", SAY_IMPORT_TWICE, before);
		*good = false;
	}
	crypto_wipe(all.data, all.cap);
	buf_free(&all);
	buf_free(&key);
	return st;
}

/* ---- a row that was here before ---- */

/* What the list said of the record last time. */
static enum mq_status said_before(struct import *imp, int64_t rec,
    struct fields *out, struct err *err)
{
	struct record_event *v;
	enum mq_status st;
	int n, i;

	st = record_events(imp->n, rec, &v, &n, err);
	if (st)
		return st;
	for (i = 0; i < n; i++)
		if (!v[i].undone && fields_has(&v[i].d, "src_row"))
			fields_overlay(out, &v[i].f);
	record_events_free(&v, n);
	return MQ_OK;
}

static void as_text(const struct field_value *v, struct buf *out)
{
	if (v == NULL || v->kind == FV_GONE)
		return;
	if (v->kind == FV_INT)
		buf_addf(out, "%" PRId64, v->num);
	else
		buf_adds(out, v->text);
}

/* Does the list say something else of this field than last time? */
static bool says_other(struct import *imp, const struct field *fd,
    const struct record_full *r, const struct fields *before,
    const struct field_value *now)
{
	struct buf old = BUF_INIT(FIELDS_TEXT_MAX);
	struct buf new = BUF_INIT(FIELDS_TEXT_MAX);
	char hash[FORM_ID_HASH];
	bool other;

	as_text(fields_get(before, fd->name), &old);
	/* What cannot be accepted is complained about by the save. */
	other = now != NULL && form_accept(imp->n, fd, now->text,
	    ledger_now(imp->n), &new, NULL) != MQ_OK;
	if (!other && new.len > 0 && fd->type == FT_IDNUMBER) {
		form_id_hash(imp->n, buf_str(&new), hash);
		other = strcmp(hash, fields_text(&r->d, "id_hash")) != 0;
	} else if (!other && (fd->class != FC_SEALED || new.len == 0)) {
		other = strcmp(buf_str(&old), buf_str(&new)) != 0;
	}
	crypto_wipe(new.data, new.cap);
	buf_free(&old);
	buf_free(&new);
	return other;
}

/* The correction a changed row amounts to; *some false when it is none. */
enum mq_status import_row_difference(struct import *imp, struct taken *t,
    const struct record_full *r, bool *some, struct err *err)
{
	struct fields before = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	enum mq_status st = said_before(imp, t->rec, &before, err);
	size_t i;

	for (i = 0; i < imp->map.n && !st; i++) {
		const char *name = imp->map.v[i].field;
		const struct field *fd = opens_with(imp->kind, name) ?
		    kind_field(imp->kind, name) : NULL;
		const struct field_value *now = fields_get(&t->f, name);

		if (fd == NULL || !says_other(imp, fd, r, &before, now))
			continue;
		if (now != NULL)
			fields_set(&out, name, now->text);
		else
			fields_set_gone(&out, name);
	}
	*some = out.n > 0;
	fields_free(&t->f);
	t->f = out;
	fields_free(&before);
	return st;
}
