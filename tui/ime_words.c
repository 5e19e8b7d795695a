/*
 * The station's own words for the input method, see ime_words.h.  Made once,
 * when somebody first types Chinese.
 */
#include "ime_words.h"

#include <string.h>

#include "../core/base/csv.h"
#include "../core/base/file.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/org.h"
#include "../core/pack.h"
#include "../core/pinyin.h"
#include "../core/search.h"
#include "ime.h"

#define WORD_CHARS_MAX 12
#define NAME_MIN 4		/* letters of a name spelt out */
#define NAME_MAX 24
#define NAMES_LOOKED_AT 8
#define FOLDER_BYTES 8

struct ime_word { char *text, *full, *initials; };

static struct {
	const struct pack *of;	/* the pack they were made from */
	struct ime_word *v;
	size_t n, cap;
} words;

static void forget_words(void)
{
	size_t i;

	for (i = 0; i < words.n; i++) {
		free(words.v[i].text);
		free(words.v[i].full);
		free(words.v[i].initials);
	}
	words.n = 0;
	words.of = NULL;
}

/* "wang ge yuan" → "wanggeyuan", "wgy". */
static void add(const char *text, const char *syllables)
{
	struct buf full = BUF_INIT(BUF_SMALL), initials = BUF_INIT(64);
	struct ime_word *w;
	const char *s;

	for (s = syllables; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		buf_addc(&full, *s);
		if (s == syllables || s[-1] == ' ')
			buf_addc(&initials, *s);
	}
	words.v = xgrow(words.v, &words.cap, words.n + 1, sizeof(*words.v));
	w = &words.v[words.n++];
	w->text = xstrdup(text);
	w->full = xstrdup(buf_str(&full));
	w->initials = xstrdup(buf_str(&initials));
	buf_free(&full);
	buf_free(&initials);
}

/* The usual reading of each character; false when one is no Han. */
static bool read_aloud(const char *text, struct buf *out)
{
	size_t len = strlen(text), at = 0;
	uint32_t cp;
	int used;

	for (; at < len; at += (size_t)used) {
		const char *reading;

		used = text_decode(text + at, len - at, &cp);
		if (used <= 0)
			return false;
		reading = pinyin_readings(cp);
		if (reading == NULL)
			return false;
		if (at > 0)
			buf_addc(out, ' ');
		buf_add(out, reading, strcspn(reading, " "));
	}
	return true;
}

static void add_read(const char *text)
{
	struct buf syllables = BUF_INIT(BUF_SMALL);
	size_t n = text_nchars(text);

	if (n >= 2 && n <= WORD_CHARS_MAX && read_aloud(text, &syllables))
		add(text, buf_str(&syllables));
	buf_free(&syllables);
}

static void add_terms(struct node *n)
{
	struct csv *csv = NULL;
	char path[1024];

	file_join(path, sizeof(path), pack_dir(n->pack), "terms.csv");
	if (!file_exists(path) || csv_open(n->env, path, &csv, NULL) != MQ_OK)
		return;
	while (csv_next(csv))
		add(csv_get(csv, "word"), csv_get(csv, "pinyin"));
	csv_close(&csv);
}

static void add_choices(const struct pack *p)
{
	size_t k, i, c, n;

	for (k = 0; k < pack_kinds(p); k++) {
		const struct kind *kind = pack_kind_at(p, k);

		add_read(kind->label[LANG_ZH]);
		for (i = 0; i < kind->nfields; i++) {
			const struct choice *v = pack_choices(p,
			    kind->fields[i].list, &n);

			for (c = 0; c < n; c++)
				add_read(v[c].label[LANG_ZH]);
		}
	}
}

static void make_words(struct node *n)
{
	const struct orgs *o = pack_orgs(n->pack);
	size_t i;

	if (words.of == n->pack)
		return;
	forget_words();
	words.of = n->pack;
	add_terms(n);
	for (i = 0; i < o->n; i++)
		add_read(o->v[i].name[LANG_ZH]);
	add_choices(n->pack);
}

static int put(char (*out)[IME_TEXT], int n, int max, const char *text)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(out[i], text) == 0)
			return n;
	if (n == max || strlen(text) >= IME_TEXT)
		return n;
	(void)xcopy(out[n], IME_TEXT, text);
	return n + 1;
}

/* Residents this person may see, and only when the whole name was spelt: who
 * types it knows it; initials would list people. */
static int names(struct desk *d, const char *typed, char (*out)[IME_TEXT],
    int n, int max)
{
	struct search_person *v;
	struct buf scope = BUF_INIT(BUF_LARGE), said = BUF_INIT(BUF_SMALL);
	struct record_full r;
	size_t len = strlen(typed);
	int count = 0, i;

	if (n == max || len < NAME_MIN || len > NAME_MAX)
		return n;
	v = xcalloc(NAMES_LOOKED_AT, sizeof(*v));
	desk_scope(d->app, "person", &scope);
	if (search_people(d->n, "person", typed, buf_str(&scope), v,
	    NAMES_LOOKED_AT, &count, NULL) != MQ_OK)
		count = 0;
	for (i = 0; i < count; i++) {
		const char *name;

		if (record_get(d->n, v[i].rec, &r, NULL) != MQ_OK)
			continue;
		name = fields_text(&r.f, "name");
		buf_reset(&said);
		pinyin_surname_of(name, &said);
		if (said.len > 0 || read_aloud(name, &said)) {
			const char *s = buf_str(&said);
			size_t at = 0;

			for (; *s != '\0' && (*s == ' ' ||
			    typed[at] == *s); s++)
				at += *s != ' ';
			if (*s == '\0' && at == len)
				n = put(out, n, max, name);
		}
		record_full_free(&r);
	}
	buf_free(&scope);
	buf_free(&said);
	free(v);
	return n;
}

static int find(void *ctx, const char *typed, char (*out)[IME_TEXT],
    int max)
{
	struct desk *d = ctx;
	size_t i, len = strlen(typed);
	int n = 0;

	if (len < 2)
		return 0;
	make_words(d->n);
	for (i = 0; i < words.n && n < max; i++)
		if (strcmp(words.v[i].full, typed) == 0)
			n = put(out, n, max, words.v[i].text);
	for (i = 0; i < words.n && n < max; i++)
		if (strcmp(words.v[i].initials, typed) == 0)
			n = put(out, n, max, words.v[i].text);
	return names(d, typed, out, n, max);
}

void ime_words_person(struct app *app)
{
	struct desk *d = desk_of(app);
	uint8_t hash[CRYPTO_HASH];
	char folder[700], dir[600], name[2 * CRYPTO_HASH + 1];

	/* Not the number itself: what it may be is the roster's business, and
	 * 忘记我打过的字 empties the folder. */
	crypto_hash(d->who.by, strlen(d->who.by), hash);
	crypto_hex(hash, FOLDER_BYTES, name);
	file_join(dir, sizeof(dir), d->n->dir, "ime");
	file_join(folder, sizeof(folder), dir, name);
	ime_person(app->ime, folder, find, d);
}
