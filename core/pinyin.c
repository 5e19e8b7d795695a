/*
 * Readings of Han characters and matching by them.  Called by every list
 * that filters as one types, by the search index and by pickers.
 */
#include "pinyin.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

#include "pinyin_table.inc"

#define TYPED_MAX 63		/* bytes of typed text that count */

struct surname { const char *chars, *reading; };

static const struct surname surnames[] = {
#define SURNAME(chars, reading) { chars, reading },
#include "surnames.def"
#undef SURNAME
};

const char *pinyin_readings(uint32_t cp)
{
	size_t lo = 0, hi = ARRAY_LEN(sparse), mid;

	if (cp >= 0x4E00 && cp < 0x4E00 + ARRAY_LEN(dense))
		return dense[cp - 0x4E00] != 0 ? pool + dense[cp - 0x4E00]
		    : NULL;
	if (cp == 0x3007)
		return "ling";
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (sparse[mid].cp == cp)
			return pool + sparse[mid].at;
		if (sparse[mid].cp < cp)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The next blank-separated word of a list; NULL at its end. */
static const char *word(const char *list, size_t *len)
{
	while (*list == ' ')
		list++;
	*len = strcspn(list, " ");
	return *len > 0 ? list : NULL;
}

uint32_t pinyin_initials(uint32_t cp)
{
	const char *w = pinyin_readings(cp);
	uint32_t mask = 0;
	size_t len;

	if (cp < 0x80) {
		if (cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		return cp >= 'a' && cp <= 'z' ? 1u << (cp - 'a') : 0;
	}
	for (; w != NULL && (w = word(w, &len)) != NULL; w += len)
		mask |= 1u << (w[0] - 'a');
	return mask;
}

/* The surname a text begins with, longest first as the table has them; the
 * character of a short row is the whole row. */
static const struct surname *surname_of(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(surnames); i++)
		if (strncmp(text, surnames[i].chars,
		    strlen(surnames[i].chars)) == 0)
			return &surnames[i];
	return NULL;
}

void pinyin_initials_of(const char *text, bool is_name, struct buf *out)
{
	const struct surname *sn = is_name ? surname_of(text) : NULL;
	size_t at = 0, len = strlen(text), wlen;
	const char *w;
	uint32_t cp;
	int n;

	if (sn != NULL) {
		at = strlen(sn->chars);
		for (w = sn->reading; (w = word(w, &wlen)) != NULL; w += wlen)
			buf_addc(out, w[0]);
	}
	while (at < len && (n = text_decode(text + at, len - at, &cp)) != 0) {
		at += n > 0 ? (size_t)n : 1;
		if (n < 0)
			continue;
		w = pinyin_readings(cp);
		if (w != NULL)
			buf_addc(out, w[0]);
		else if (cp >= 'A' && cp <= 'Z')
			buf_addc(out, (char)(cp - 'A' + 'a'));
		else if (cp < 0x80)
			buf_addc(out, (char)cp);
	}
}

static void add_usual(const char *text, struct buf *out)
{
	size_t at = 0, len = strlen(text);
	const char *w;
	uint32_t cp;
	int n;

	while (at < len && (n = text_decode(text + at, len - at, &cp)) > 0) {
		w = pinyin_readings(cp);
		if (out->len > 0)
			buf_addc(out, ' ');
		if (w != NULL)
			buf_add(out, w, strcspn(w, " "));
		else
			buf_add(out, text + at, (size_t)n);
		at += (size_t)n;
	}
}

void pinyin_surname_of(const char *name, struct buf *out)
{
	const struct surname *sn = surname_of(name);

	if (sn == NULL)
		return;
	buf_adds(out, sn->reading);
	add_usual(name + strlen(sn->chars), out);
}

void pinyin_sound_of(const char *name, struct buf *out)
{
	if (surname_of(name) != NULL)
		pinyin_surname_of(name, out);
	else
		add_usual(name, out);
}

/* ---- matching ---- */

/* Typed text, folded; positions reached are bits of a 64-bit set. */
struct typed {
	char s[TYPED_MAX + 1];
	size_t n;
};

/* What was typed at `from` against one reading: all of it, its first letter,
 * zh ch sh; at the end of the typed text any beginning. */
static uint64_t by_reading(const struct typed *t, size_t from, const char *r,
    size_t len)
{
	uint64_t set = 0;
	size_t k = 0;

	while (k < len && from + k < t->n && t->s[from + k] == r[k])
		k++;
	if (k == 0)
		return 0;
	set |= UINT64_C(1) << (from + 1);
	if (k >= 2 && r[1] == 'h')
		set |= UINT64_C(1) << (from + 2);
	if (k == len || from + k == t->n)
		set |= UINT64_C(1) << (from + k);
	return set;
}

static uint64_t by_readings(const struct typed *t, size_t from,
    const char *list)
{
	uint64_t set = 0;
	size_t len;

	for (; (list = word(list, &len)) != NULL; list += len)
		set |= by_reading(t, from, list, len);
	return set;
}

bool pinyin_begins(const char *syllables, const char *typed)
{
	struct typed t;
	uint64_t reached = 1, next, done;
	size_t from, len;

	t.n = strlen(typed);
	if (t.n > TYPED_MAX)
		return false;
	memcpy(t.s, typed, t.n + 1);
	done = UINT64_C(1) << t.n;
	while ((reached & done) == 0 &&
	    (syllables = word(syllables, &len)) != NULL) {
		next = 0;
		for (from = 0; from < t.n; from++)
			if ((reached >> from & 1) != 0)
				next |= by_reading(&t, from, syllables, len);
		reached = next;
		syllables += len;
	}
	return (reached & done) != 0;
}

/* One character of the text from every position reached. */
static uint64_t step(const struct typed *t, uint64_t reached, const char *ch,
    size_t clen, const char *readings)
{
	uint64_t next = 0;
	size_t from;

	for (from = 0; from < t->n; from++) {
		if ((reached >> from & 1) == 0)
			continue;
		if (from + clen <= t->n &&
		    memcmp(t->s + from, ch, clen) == 0)
			next |= UINT64_C(1) << (from + clen);
		if (readings != NULL)
			next |= by_readings(t, from, readings);
	}
	return next;
}

/* Apostrophes part syllables; ü is v. */
static bool fold_typed(const char *typed, struct typed *t)
{
	static const char umlaut[] = "ü";
	struct buf b = BUF_INIT(1024);
	size_t i;

	t->n = 0;
	text_fold(typed, strlen(typed), &b);
	for (i = 0; i < b.len && t->n < TYPED_MAX; i++) {
		if (b.data[i] == '\'')
			continue;
		if (memcmp(b.data + i, umlaut, sizeof(umlaut) - 1) == 0) {
			t->s[t->n++] = 'v';
			i += sizeof(umlaut) - 2;
			continue;
		}
		t->s[t->n++] = b.data[i];
	}
	t->s[t->n] = '\0';
	i = b.len;
	buf_free(&b);
	return i <= TYPED_MAX;
}

/* A surname at the head of the text may be typed by its own reading. */
static uint64_t by_surname(const struct typed *t, const char *text,
    size_t *used)
{
	const struct surname *sn = surname_of(text);
	uint64_t reached = 1;
	const char *w;
	size_t len;

	*used = 0;
	if (sn == NULL)
		return 0;
	*used = strlen(sn->chars);
	for (w = sn->reading; (w = word(w, &len)) != NULL; w += len) {
		uint64_t next = 0;
		size_t from;

		for (from = 0; from < t->n; from++)
			if ((reached >> from & 1) != 0)
				next |= by_reading(t, from, w, len);
		reached = next;
		if ((reached >> t->n & 1) != 0)
			break;
	}
	return reached;
}

bool pinyin_match(const char *text, const char *typed)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct typed t;
	uint64_t reached = 0, name, done;
	size_t at = 0, name_end, used;
	uint32_t cp;
	int n;

	if (!fold_typed(typed, &t))
		return false;
	if (t.n == 0)
		return true;
	done = UINT64_C(1) << t.n;
	text_fold(text, strlen(text), &b);
	name = by_surname(&t, buf_str(&b), &name_end);
	reached = name & done;
	while (at < b.len && (reached & done) == 0) {
		if (at > 0 && at == name_end)
			reached |= name;
		n = text_decode(b.data + at, b.len - at, &cp);
		used = n > 0 ? (size_t)n : 1;
		/* Bit 0: a match may start at any character. */
		reached = step(&t, reached | 1, b.data + at, used,
		    n > 1 ? pinyin_readings(cp) : NULL);
		at += used;
	}
	buf_free(&b);
	return (reached & done) != 0;
}
