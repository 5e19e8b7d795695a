/*
 * Columns of lists from and for elsewhere.  Called by pack (checking), import
 * and export.
 */
#include "layout.h"

#include <assert.h>

#include "base/csv.h"
#include "base/han.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "form.h"
#include "pack_data.h"

/* What is known of a record beside its form; going out only, but for "@key". */
static const char *const beside[] = { "@record", "@no", "@state", "@opened",
	"@closed", "@due", "@by", "@unit", "@owner", "@key" };

/* out   this column only goes out
 * key   this column tells the rows apart (key:LIST where several lists
 *       number their rows alike)
 * ref   the key of a row of another kind's list (ref:KIND or ref:KIND:LIST)
 * part  one of several in a cell (part:SIGN:WHICH)
 * values  words there = words here (values:A=a|B=b)
 * unit  the name of the unit above, on that level (unit:LEVEL); out only */
static const char *const words[] = { "out", "key", "clean", "default", "ref",
	"part", "values", "unit" };

bool layout_word(const char *transform, const char *word, char *more,
    size_t size)
{
	size_t n = strlen(word), len;
	const char *w;

	if (more != NULL)
		more[0] = '\0';
	while (pack_data_word(&transform, &w, &len)) {
		if (len < n || memcmp(w, word, n) != 0 ||
		    (len > n && w[n] != ':'))
			continue;
		if (more != NULL && len > n)
			snprintf(more, size, "%.*s", (int)(len - n - 1),
			    w + n + 1);
		return true;
	}
	return false;
}

static bool is_in(const char *const *list, size_t n, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0)
			return true;
	return false;
}

bool layout_fits(const struct pack *p, const struct kind *k,
    const char *field, const char *transform, enum say *why,
    const char **what)
{
	const struct field *fd = kind_field(k, field);
	const char *at = transform, *w;
	char more[120], *colon;
	size_t len;

	*what = field;
	*why = SAY_PACK_NO_FIELD;
	if (field[0] == '@' ? !is_in(beside, ARRAY_LEN(beside), field,
	    strlen(field)) : field[0] != '\0' && (fd == NULL ||
	    fd->repeat != NULL || fd->type == FT_NOTE))
		return false;
	*what = transform;
	*why = SAY_PACK_UNKNOWN;
	while (pack_data_word(&at, &w, &len)) {
		const char *end = memchr(w, ':', len);

		if (!is_in(words, ARRAY_LEN(words), w, end == NULL ? len :
		    (size_t)(end - w)))
			return false;
	}
	*why = SAY_PACK_NO_KIND;
	if (layout_word(transform, "ref", more, sizeof(more))) {
		colon = strchr(more, ':');
		if (colon != NULL)
			*colon = '\0';
		if (pack_kind(p, more) == NULL)
			return false;
	}
	return true;
}

/* ---- maps ---- */

static void add(struct layout *l, const char *column, const char *field,
    const char *transform)
{
	struct layout_column *c;

	if (l->n == LAYOUT_COLUMNS)
		return;
	c = &l->v[l->n++];
	xcopy(c->column, sizeof(c->column), column);
	xcopy(c->field, sizeof(c->field), field);
	xcopy(c->transform, sizeof(c->transform), transform);
}

enum mq_status layout_named(const struct pack *p, const char *name,
    const struct kind *k, struct layout *out, struct err *err)
{
	const struct layout_row *v;
	size_t n, i;

	out->n = 0;
	v = pack_layouts(p, &n);
	for (i = 0; i < n; i++)
		if (strcmp(v[i].layout, name) == 0 &&
		    strcmp(v[i].kind, k->name) == 0)
			add(out, v[i].column, v[i].field, v[i].transform);
	return out->n > 0 ? MQ_OK : err_set(err, MQ_E_NOT_FOUND, "%s", name);
}

static enum mq_status bad_row(const struct csv *csv, enum say why,
    const char *what, struct err *err)
{
	struct buf b = BUF_INIT(200);
	enum mq_status st;

	buf_addf(&b, "%s:%d: ", csv_name(csv), csv_line(csv));
	say_fill(&b, LANG_ZH, why, what, NULL);
	buf_addf(&b, "‖%s:%d: ", csv_name(csv), csv_line(csv));
	say_fill(&b, LANG_EN, why, what, NULL);
	st = err_set(err, MQ_E_FORMAT, "%s", buf_str(&b));
	buf_free(&b);
	return st;
}

enum mq_status layout_load(struct env *env, const struct pack *p,
    const struct kind *k, const char *path, struct layout *out,
    struct err *err)
{
	struct csv *csv;
	enum mq_status st;

	out->n = 0;
	st = csv_open(env, path, &csv, err);
	if (st)
		return st;
	while (csv_next(csv) && !st) {
		const char *what = csv_get(csv, "column");
		enum say why = SAY_PACK_TWICE;

		if (out->n == LAYOUT_COLUMNS || !layout_fits(p, k,
		    csv_get(csv, "field"), csv_get(csv, "transform"), &why,
		    &what))
			st = bad_row(csv, why, what, err);
		else
			add(out, csv_get(csv, "column"), csv_get(csv,
			    "field"), csv_get(csv, "transform"));
	}
	if (!st && out->n == 0)
		st = err_set(err, MQ_E_FORMAT, "%s", path);
	csv_close(&csv);
	return st;
}

void layout_write(const struct layout *l, struct buf *out)
{
	size_t i;

	csv_cell(out, "column", true);
	csv_cell(out, "field", false);
	csv_cell(out, "transform", false);
	csv_end_row(out);
	for (i = 0; i < l->n; i++) {
		/* "@key" is no formula here: this is read back, not opened. */
		buf_addf(out, "\"%s\",\"%s\",\"%s\"\r\n", l->v[i].column,
		    l->v[i].field, l->v[i].transform);
	}
}

/* Two headings are one when they differ in blanks, width, case, or a star and
 * brackets that say what must be filled in. */
static void fold_heading(const char *s, struct buf *out)
{
	struct buf all = BUF_INIT(BUF_SMALL);
	size_t i;

	buf_reset(out);
	text_fold(s, strlen(s), &all);
	for (i = 0; i < all.len && all.data[i] != '('; i++)
		if (strchr("*:_/", all.data[i]) == NULL)
			buf_addc(out, all.data[i]);
	buf_free(&all);
}

static bool same_heading(const struct buf *want, const char *s, size_t len)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char one[120];
	bool same;

	snprintf(one, sizeof(one), "%.*s", (int)(len < 119 ? len : 119), s);
	fold_heading(one, &b);
	same = b.len > 0 && b.len == want->len &&
	    memcmp(b.data, want->data, b.len) == 0;
	buf_free(&b);
	return same;
}

static bool row_means(const struct layout_row *r, const struct buf *want)
{
	const char *at = r->names, *w;
	size_t len;

	if (same_heading(want, r->column, strlen(r->column)))
		return true;
	while (pack_data_word(&at, &w, &len))
		if (same_heading(want, w, len))
			return true;
	return false;
}

static bool label_means(const struct field *fd, const struct buf *want)
{
	return form_takes_value(fd) && fd->repeat == NULL &&
	    (same_heading(want, fd->label[0], strlen(fd->label[0])) ||
	    same_heading(want, fd->label[1], strlen(fd->label[1])) ||
	    same_heading(want, fd->name, strlen(fd->name)));
}

size_t layout_propose(const struct pack *p, const struct kind *k,
    const char *heading, struct layout_column *out, size_t max)
{
	struct buf want = BUF_INIT(BUF_SMALL);
	const struct layout_row *v;
	const char *layout = NULL;
	size_t n, i, found = 0;

	fold_heading(heading, &want);
	v = pack_layouts(p, &n);
	for (i = 0; i < n && found < max; i++) {
		if (strcmp(v[i].kind, k->name) != 0 ||
		    (layout != NULL && strcmp(v[i].layout, layout) != 0) ||
		    !row_means(&v[i], &want))
			continue;
		layout = v[i].layout;
		xcopy(out[found].column, sizeof(out->column), heading);
		xcopy(out[found].field, sizeof(out->field), v[i].field);
		xcopy(out[found++].transform, sizeof(out->transform),
		    v[i].transform);
	}
	for (i = 0; i < k->nfields && found == 0 && max > 0; i++) {
		if (!label_means(&k->fields[i], &want))
			continue;
		xcopy(out[0].column, sizeof(out->column), heading);
		xcopy(out[0].field, sizeof(out->field), k->fields[i].name);
		out[0].transform[0] = '\0';
		found = 1;
	}
	buf_free(&want);
	return found;
}

/* ---- cells ---- */

/* Blanks of any kind at both ends; the ' before a formula and ="12" around a
 * number are a spreadsheet's. */
static void trim(const char *s, struct buf *out)
{
	static const char *const blanks[] = { " ", "\t", "\r", "\n",
		"\xc2\xa0", "\xe3\x80\x80" };
	size_t len = strlen(s), n, i;
	bool more = true;

	while (more) {
		more = false;
		for (i = 0; i < ARRAY_LEN(blanks); i++) {
			n = strlen(blanks[i]);
			if (len >= n && memcmp(s, blanks[i], n) == 0) {
				s += n;
				len -= n;
				more = true;
			}
			if (len >= n && memcmp(s + len - n, blanks[i],
			    n) == 0) {
				len -= n;
				more = true;
			}
		}
	}
	if (len > 3 && memcmp(s, "=\"", 2) == 0 && s[len - 1] == '"') {
		s += 2;
		len -= 3;
	} else if (len > 1 && s[0] == '\'') {
		s++;
		len--;
	}
	buf_add(out, s, len);
}

/* The WHICH-th of what stands apart by SIGN. */
static void take_part(const char *more, struct buf *text)
{
	char sign[16];
	const char *colon = strrchr(more, ':'), *s = buf_str(text), *end;
	int which;
	struct buf one = BUF_INIT(FIELDS_TEXT_MAX);

	if (colon == NULL || colon == more)
		return;
	snprintf(sign, sizeof(sign), "%.*s", (int)(colon - more), more);
	for (which = colon[1] - '0'; which > 1 && s != NULL; which--) {
		s = strstr(s, sign);
		if (s != NULL)
			s += strlen(sign);
	}
	if (s != NULL) {
		end = strstr(s, sign);
		buf_add(&one, s, end == NULL ? strlen(s) : (size_t)(end - s));
	}
	buf_reset(text);
	trim(buf_str(&one), text);
	buf_free(&one);
}

/* values:A=a|B=b, from the left word to the right one or back. */
static bool change_word(const char *more, bool back, struct buf *text)
{
	const char *at = more;

	while (*at != '\0') {
		size_t all = strcspn(at, "|"), left = strcspn(at, "=|");
		const char *have = back ? at + left + 1 : at;
		const char *want = back ? at : at + left + 1;
		size_t nhave = back ? all - left - 1 : left;
		size_t nwant = back ? left : all - left - 1;

		if (left < all && text->len == nhave &&
		    memcmp(buf_str(text), have, nhave) == 0) {
			buf_reset(text);
			buf_add(text, want, nwant);
			return true;
		}
		at += all + (at[all] == '|');
	}
	return false;
}

void layout_in(const struct layout_column *c, const char *cell,
    struct buf *out)
{
	struct buf clean = BUF_INIT(FIELDS_TEXT_MAX);
	char more[200];

	buf_reset(out);
	trim(cell, out);
	if (c->transform[0] == '\0')
		return;
	if (layout_word(c->transform, "clean", NULL, 0)) {
		layout_clean(buf_str(out), out->len, &clean);
		buf_reset(out);
		buf_adds(out, buf_str(&clean));
	}
	if (layout_word(c->transform, "part", more, sizeof(more)))
		take_part(more, out);
	if (layout_word(c->transform, "values", more, sizeof(more)))
		(void)change_word(more, false, out);
	if (out->len == 0 && layout_word(c->transform, "default", more,
	    sizeof(more)))
		buf_adds(out, more);
	buf_free(&clean);
}

bool layout_out(const struct layout_column *c, const char *value,
    struct buf *out)
{
	struct buf text = BUF_INIT(FIELDS_TEXT_MAX);
	char more[200];
	bool own = false;

	buf_adds(&text, value);
	if (layout_word(c->transform, "values", more, sizeof(more)))
		own = change_word(more, true, &text);
	if (text.len == 0)
		own = layout_word(c->transform, "default", more,
		    sizeof(more));
	if (own)
		buf_adds(out, text.len > 0 ? buf_str(&text) : more);
	buf_free(&text);
	return own;
}

/* ---- 區(qū) ---- */

static bool is_han(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9fff) || (cp >= 0x20000 &&
	    cp <= 0x3ffff);
}

/* Vowels with a tone; a reading without one is written with none. */
static bool is_toned(uint32_t cp)
{
	static const uint32_t marks[] = { 0xe0, 0xe1, 0xe8, 0xe9, 0xec, 0xed,
		0xf2, 0xf3, 0xf9, 0xfa, 0x101, 0x113, 0x11b, 0x12b, 0x144,
		0x148, 0x14d, 0x16b, 0x1ce, 0x1d0, 0x1d2, 0x1d4, 0x1d6, 0x1d8,
		0x1da, 0x1dc, 0x1f9, 0x1e3f };
	size_t i;

	for (i = 0; i < ARRAY_LEN(marks); i++)
		if (cp == marks[i])
			return true;
	return false;
}

/* Bytes of "(qū)" at s, 0 when it is something else. */
static size_t reading_at(const char *s, size_t len)
{
	size_t at = 1, toned = 0, letters = 0;
	uint32_t cp;
	int n;

	if (len < 3 || s[0] != '(')
		return 0;
	while (at < len && letters <= 7) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0)
			return 0;
		at += (size_t)n;
		if (cp == ')')
			return toned > 0 ? at : 0;
		letters++;
		toned += is_toned(cp);
		if (!is_toned(cp) && cp != 0xfc && !(cp >= 'a' && cp <= 'z'))
			return 0;
	}
	return 0;
}

size_t layout_clean(const char *s, size_t len, struct buf *out)
{
	size_t at = 0, count = 0, skip;
	bool han = false;
	char bytes[4];
	uint32_t cp;
	int n;

	while (at < len) {
		n = text_decode(s + at, len - at, &cp);
		if (n <= 0) {
			buf_addc(out, s[at++]);
			han = false;
			continue;
		}
		skip = han ? reading_at(s + at, len - at) : 0;
		if (skip > 0) {
			count++;
			at += skip;
			continue;
		}
		han = is_han(cp);
		buf_add(out, bytes, (size_t)text_encode(han_simple(cp),
		    bytes));
		at += (size_t)n;
	}
	return count;
}
