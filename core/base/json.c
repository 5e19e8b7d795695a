/*
 * JSON: reading by jansson, writing of canonical bytes by hand.  Called by
 * entry, pack, roster, wire and everything with --json.
 */
#include "json.h"

#include "text.h"
#include "xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define DEPTH_MAX 16

struct jdoc { json_t *root; };

/* ---- reading ---- */

/* jansson takes 2048 levels and floating-point numbers; we take neither.
 * One pass over the bytes finds them before a tree is built. */
static bool has_house_shape(const char *s, size_t len, size_t *bad)
{
	bool quoted = false;
	int depth = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		*bad = i;
		if (quoted) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				quoted = false;
			continue;
		}
		switch (s[i]) {
		case '"':
			quoted = true;
			break;
		case '[':
		case '{':
			if (++depth > DEPTH_MAX)
				return false;
			break;
		case ']':
		case '}':
			depth--;
			break;
		case '.':
		case 'E':
		case '\0':	/* jansson takes one for the end */
			return false;
		case 'e':	/* 1e5, but not true and false */
			if (i > 0 && s[i - 1] >= '0' && s[i - 1] <= '9')
				return false;
			break;
		}
	}
	return true;
}

static int line_at(const char *s, size_t at)
{
	size_t i;
	int line = 1;

	for (i = 0; i < at; i++)
		line += s[i] == '\n';
	return line;
}

enum mq_status jdoc_parse(const char *bytes, size_t len, const char *what,
    struct jdoc **out, struct err *err)
{
	json_error_t why;
	json_t *root;
	size_t bad = 0;

	*out = NULL;
	if (!has_house_shape(bytes, len, &bad))
		return err_set(err, MQ_E_FORMAT, "%s:%d", what,
		    line_at(bytes, bad));
	root = json_loadb(bytes, len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	/* jansson's own words may quote the text, so only the place is told. */
	if (root == NULL)
		return err_set(err, MQ_E_FORMAT, "%s:%d", what,
		    why.line > 0 ? why.line : 1);
	*out = xcalloc(1, sizeof(**out));
	(*out)->root = root;
	return MQ_OK;
}

void jdoc_free(struct jdoc **doc)
{
	if (*doc == NULL)
		return;
	json_decref((*doc)->root);
	FREE(*doc);
}

/* A node is jansson's own value under another name. */
static const struct jnode *node(const json_t *v)
{
	return (const struct jnode *)v;
}

static json_t *value(const struct jnode *n)
{
	return (json_t *)n;
}

const struct jnode *jdoc_root(const struct jdoc *doc)
{
	return node(doc->root);
}

enum jkind jnode_kind(const struct jnode *n)
{
	if (n == NULL)
		return J_ABSENT;
	switch (json_typeof(value(n))) {
	case JSON_OBJECT:
		return J_OBJ;
	case JSON_ARRAY:
		return J_LIST;
	case JSON_STRING:
		return J_STR;
	case JSON_INTEGER:
		return J_INT;
	case JSON_TRUE:
	case JSON_FALSE:
		return J_BOOL;
	case JSON_REAL:
	case JSON_NULL:
	default:
		return J_NULL;
	}
}

const struct jnode *jnode_get(const struct jnode *obj, const char *key)
{
	if (jnode_kind(obj) != J_OBJ)
		return NULL;
	return node(json_object_get(value(obj), key));
}

size_t jnode_count(const struct jnode *n)
{
	switch (jnode_kind(n)) {
	case J_LIST:
		return json_array_size(value(n));
	case J_OBJ:
		return json_object_size(value(n));
	default:
		return 0;
	}
}

const struct jnode *jnode_at(const struct jnode *list, size_t i)
{
	if (jnode_kind(list) != J_LIST)
		return NULL;
	return node(json_array_get(value(list), i));
}

const struct jnode *jnode_member(const struct jnode *obj, size_t i,
    const char **key)
{
	void *it;

	if (jnode_kind(obj) != J_OBJ)
		return NULL;
	it = json_object_iter(value(obj));
	while (it != NULL && i-- > 0)
		it = json_object_iter_next(value(obj), it);
	if (it == NULL)
		return NULL;
	if (key != NULL)
		*key = json_object_iter_key(it);
	return node(json_object_iter_value(it));
}

int64_t jnode_int(const struct jnode *n, int64_t otherwise)
{
	return jnode_kind(n) == J_INT ? json_integer_value(value(n)) :
	    otherwise;
}

bool jnode_bool(const struct jnode *n, bool otherwise)
{
	return jnode_kind(n) == J_BOOL ? json_is_true(value(n)) : otherwise;
}

const char *jnode_str(const struct jnode *n, const char *otherwise)
{
	return jnode_kind(n) == J_STR ? json_string_value(value(n)) :
	    otherwise;
}

int64_t jget_int(const struct jnode *obj, const char *key, int64_t otherwise)
{
	return jnode_int(jnode_get(obj, key), otherwise);
}

const char *jget_str(const struct jnode *obj, const char *key,
    const char *otherwise)
{
	return jnode_str(jnode_get(obj, key), otherwise);
}

/* ---- writing ---- */

void jout_begin(struct jout *j, struct buf *out, bool sorted)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
	j->sorted = sorted;
	j->first[0] = true;
}

/* The comma before a value of a list; a value of an object has had its key. */
static void value_begins(struct jout *j)
{
	if (j->depth > 0 && !j->first[j->depth] && j->last[j->depth][0] == 1)
		buf_addc(j->out, ',');
	j->first[j->depth] = false;
}

/* last[depth] doubles as the kind of the open bracket: "\1" for a list. */
static void opens(struct jout *j, char bracket, char kind)
{
	value_begins(j);
	assert(j->depth < DEPTH_MAX);
	buf_addc(j->out, bracket);
	j->depth++;
	j->first[j->depth] = true;
	j->last[j->depth][0] = kind;
	j->last[j->depth][1] = '\0';
}

static void closes(struct jout *j, char bracket, bool list)
{
	assert(j->depth > 0);
	assert((j->last[j->depth][0] == 1) == list);
	j->depth--;
	buf_addc(j->out, bracket);
}

void jout_obj(struct jout *j)
{
	opens(j, '{', '\0');
}

void jout_obj_end(struct jout *j)
{
	closes(j, '}', false);
}

void jout_list(struct jout *j)
{
	opens(j, '[', 1);
}

void jout_list_end(struct jout *j)
{
	closes(j, ']', true);
}

static void add_escaped(struct buf *out, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[] = "btn\0fr";	/* from U+0008 */
	char six[6] = { '\\', 'u', '0', '0', 0, 0 };
	unsigned char c;
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, s + from, i - from);
		from = i + 1;
		if (c >= 0x20) {
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
		} else if (c >= 8 && c <= 13 && shorts[c - 8] != '\0') {
			buf_addc(out, '\\');
			buf_addc(out, shorts[c - 8]);
		} else {
			six[4] = hex[c >> 4];
			six[5] = hex[c & 15];
			buf_add(out, six, sizeof(six));
		}
	}
	buf_add(out, s + from, len - from);
}

/* Bytes no reader would take back are replaced by U+FFFD each. */
static void mend(const char *s, size_t len, struct buf *out)
{
	uint32_t cp;
	size_t at;
	int n;

	for (at = 0; at < len; at += (size_t)n) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0 || cp == 0) {
			n = 1;
			buf_adds(out, "\xef\xbf\xbd");
		} else {
			buf_add(out, s + at, (size_t)n);
		}
	}
}

static void add_string(struct jout *j, const char *s, size_t len)
{
	struct buf whole = BUF_INIT(SIZE_MAX / 8);
	struct buf nfc = BUF_INIT(SIZE_MAX / 8);

	buf_addc(j->out, '"');
	if (!text_valid(s, len) || memchr(s, 0, len) != NULL) {
		mend(s, len, &whole);
		s = buf_str(&whole);
		len = whole.len;
	}
	if (j->sorted && !text_is_nfc(s, len)) {
		text_nfc(s, len, &nfc);
		s = buf_str(&nfc);
		len = nfc.len;
	}
	add_escaped(j->out, s, len);
	buf_addc(j->out, '"');
	buf_free(&nfc);
	buf_free(&whole);
}

void jout_key(struct jout *j, const char *key)
{
	char *last = j->last[j->depth];
	size_t len = strlen(key);

	assert(j->depth > 0 && last[0] != 1);
	assert(len > 0 && len < sizeof(j->last[0]));
	if (!j->first[j->depth]) {
		assert(!j->sorted || strcmp(last, key) < 0);
		buf_addc(j->out, ',');
	}
	memcpy(last, key, len + 1);
	add_string(j, key, len);
	buf_addc(j->out, ':');
	j->first[j->depth] = false;
}

void jout_strn(struct jout *j, const char *s, size_t len)
{
	value_begins(j);
	add_string(j, s, len);
}

void jout_str(struct jout *j, const char *s)
{
	jout_strn(j, s, strlen(s));
}

void jout_int(struct jout *j, int64_t v)
{
	value_begins(j);
	buf_addf(j->out, "%lld", (long long)v);
}

void jout_bool(struct jout *j, bool v)
{
	value_begins(j);
	buf_adds(j->out, v ? "true" : "false");
}

void jout_null(struct jout *j)
{
	value_begins(j);
	buf_adds(j->out, "null");
}

void jout_raw(struct jout *j, const char *bytes, size_t len)
{
	value_begins(j);
	buf_add(j->out, bytes, len);
}

void jout_kstr(struct jout *j, const char *key, const char *s)
{
	jout_key(j, key);
	jout_str(j, s);
}

void jout_kint(struct jout *j, const char *key, int64_t v)
{
	jout_key(j, key);
	jout_int(j, v);
}

void jout_kbool(struct jout *j, const char *key, bool v)
{
	jout_key(j, key);
	jout_bool(j, v);
}
