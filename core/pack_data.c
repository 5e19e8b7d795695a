/*
 * What all loaders of pack files share: texts that live as long as the pack,
 * cells, and complaints that name file, row and column.
 */
#include "pack_data.h"

#include <assert.h>
#include <inttypes.h>

#include "base/file.h"
#include "base/xmalloc.h"

#define BLOCK (64u * 1024u)
#define PATH_MAX_HERE 1024

struct pack_block {
	struct pack_block *next;
	size_t used, size;
	char bytes[];
};

const char *pack_data_textn(struct pack *p, const char *s, size_t n)
{
	struct pack_block *b = p->texts;
	char *at;

	if (n == 0)
		return "";
	if (b == NULL || b->size - b->used < n + 1) {
		size_t size = n + 1 > BLOCK ? n + 1 : BLOCK;

		b = xmalloc(sizeof(*b) + size);
		b->next = p->texts;
		b->used = 0;
		b->size = size;
		p->texts = b;
	}
	at = b->bytes + b->used;
	memcpy(at, s, n);
	at[n] = '\0';
	b->used += n + 1;
	return at;
}

const char *pack_data_text(struct pack *p, const char *s)
{
	return pack_data_textn(p, s, strlen(s));
}

void pack_data_free_texts(struct pack *p)
{
	while (p->texts != NULL) {
		struct pack_block *b = p->texts;

		p->texts = b->next;
		free(b);
	}
}

bool pack_data_word(const char **at, const char **word, size_t *len)
{
	*at += strspn(*at, " \t\r\n");
	*word = *at;
	*len = strcspn(*at, " \t\r\n");
	*at += *len;
	return *len > 0;
}

bool pack_data_has_word(const char *words, const char *word)
{
	size_t want = strlen(word), len;
	const char *w;

	while (pack_data_word(&words, &w, &len))
		if (len == want && memcmp(w, word, len) == 0)
			return true;
	return false;
}

bool pack_data_is_name(const char *s)
{
	size_t i;

	if (s[0] < 'a' || s[0] > 'z')
		return false;
	for (i = 1; s[i] != '\0'; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || s[i] == '_' ||
		    (s[i] >= '0' && s[i] <= '9')))
			return false;
	return i <= 32;
}

bool pack_data_there(const struct pack *p, const char *name)
{
	char path[PATH_MAX_HERE];

	file_join(path, sizeof(path), p->dir, name);
	return file_exists(path);
}

/* XLSForm names languages behind two colons: "label::en", "label::中文 (zh)",
 * "hint::English (en)".  The column of that language; NULL: there is none. */
static const char *in_language(const struct pack_file *f, const char *column,
    enum lang lang)
{
	const char *code = lang == LANG_ZH ? "zh" : "en";
	const char *brackets = lang == LANG_ZH ? "(zh" : "(en";
	size_t len = strlen(column), n = csv_columns(f->csv), i;

	for (i = 0; i < n; i++) {
		const char *c = csv_column(f->csv, i);

		if (c[0] == column[0] && strncmp(c, column, len) == 0 &&
		    c[len] == ':' && c[len + 1] == ':' &&
		    (strcmp(c + len + 2, code) == 0 ||
		    strstr(c + len + 2, brackets) != NULL))
			return c;
	}
	return NULL;
}

/* A file that is no table at all: "file:line" is all that is known. */
static enum mq_status no_table(struct pack *p, const char *name,
    enum mq_status rc, struct err *err)
{
	const char *colon = strrchr(err->detail, ':');
	int line = colon == NULL ? 0 : (int)strtol(colon + 1, NULL, 10);
	struct pack_file f = { p, NULL, name, err };

	return pack_data_bad(&f, line, "", rc == MQ_E_UTF8 ? SAY_PACK_UTF8 :
	    SAY_PACK_CSV, "");
}

enum mq_status pack_data_open(struct pack *p, const char *name,
    const char *need, struct pack_file *f, struct err *err)
{
	char path[PATH_MAX_HERE], column[64];
	enum mq_status rc;
	const char *w;
	size_t len;

	*f = (struct pack_file){ p, NULL, name, err };
	if (!pack_data_there(p, name)) {
		rc = pack_data_bad(f, 0, "", SAY_PACK_NO_FILE, NULL);
		goto out;
	}
	file_join(path, sizeof(path), p->dir, name);
	rc = csv_open(p->env, path, &f->csv, err);
	if (rc == MQ_E_FORMAT || rc == MQ_E_UTF8)
		rc = no_table(p, name, rc, err);
	while (rc == MQ_OK && pack_data_word(&need, &w, &len)) {
		assert(len < sizeof(column));
		memcpy(column, w, len);
		column[len] = '\0';
		if (!csv_has(f->csv, column) &&
		    in_language(f, column, LANG_ZH) == NULL &&
		    in_language(f, column, LANG_EN) == NULL)
			rc = pack_data_bad(f, 1, column, SAY_PACK_NO_COLUMN,
			    NULL);
	}
out:
	if (rc != MQ_OK)
		pack_data_close(f);
	if (rc != MQ_OK && p->found != NULL)
		pack_found_unread(p->found, name);
	return rc;
}

void pack_data_close(struct pack_file *f)
{
	csv_close(&f->csv);
}

bool pack_data_go(const struct pack *p, enum mq_status *rc)
{
	if (*rc == MQ_E_PACK_BAD && p->found != NULL)
		*rc = MQ_OK;
	return *rc == MQ_OK;
}

bool pack_data_next(struct pack_file *f, enum mq_status *rc)
{
	if (f->csv == NULL)
		return false;
	if (*rc == MQ_E_PACK_BAD && f->p->found != NULL)
		pack_found_broken(f->p->found, f->csv);
	return pack_data_go(f->p, rc) && csv_next(f->csv);
}

void pack_data_told(struct pack *p, const char *file, const struct err *err)
{
	char zh[240], en[240];
	const char *const words[2] = { zh, en };
	const char *at = strstr(err->detail, ": ");
	const char *cut;
	char column[40] = "";
	int line = 0;
	size_t i;

	if (p->found == NULL || err->code != MQ_E_PACK_BAD)
		return;
	(void)sscanf(err->detail, "%*[^:]:%d:%39[^:]", &line, column);
	for (i = 0; line == 0 && i < p->npairs; i++)
		if (strstr(err->detail, p->pairs[i].key) != NULL &&
		    strcmp(file, "pack.csv") == 0) {
			line = p->pairs[i].line;
			xcopy(column, sizeof(column), "value");
		}
	xcopy(zh, sizeof(zh), at == NULL ? err->detail : at + 2);
	cut = strstr(err->detail, "‖");
	xcopy(en, sizeof(en), cut == NULL ? zh : cut + strlen("‖"));
	zh[strcspn(zh, "\n")] = '\0';
	if (strstr(zh, "‖") != NULL)
		*strstr(zh, "‖") = '\0';
	at = strstr(en, ": ");
	if (at != NULL && cut != NULL)
		memmove(en, at + 2, strlen(at + 2) + 1);
	pack_found_words(p->found, file, line, column, words);
}

const char *pack_data_get(struct pack_file *f, const char *column)
{
	return pack_data_text(f->p, csv_get(f->csv, column));
}

void pack_data_both(struct pack_file *f, const char *column, const char *out[2])
{
	const char *zh = in_language(f, column, LANG_ZH);
	const char *en = in_language(f, column, LANG_EN);

	out[0] = pack_data_get(f, csv_has(f->csv, column) || zh == NULL ?
	    column : zh);
	out[1] = en == NULL ? "" : pack_data_get(f, en);
	if (out[1][0] == '\0')
		out[1] = out[0];
	/* A form in one language only. */
	if (zh == NULL && !csv_has(f->csv, column))
		out[0] = out[1];
}

enum mq_status pack_data_bool(struct pack_file *f, const char *column,
    bool *out)
{
	static const struct { const char *word; bool value; } words[] = {
		{ "", false }, { "no", false }, { "yes", true },
		{ "false", false }, { "true", true }, { "FALSE", false },
		{ "TRUE", true }, { "0", false }, { "1", true },
		{ "否", false }, { "是", true },
	};
	const char *s = csv_get(f->csv, column);
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(s, words[i].word) == 0) {
			*out = words[i].value;
			return MQ_OK;
		}
	}
	return pack_data_bad(f, 0, column, SAY_PACK_YES_NO, s);
}

enum mq_status pack_data_int(struct pack_file *f, const char *column,
    int64_t fallback, int64_t min, int64_t max, int64_t *out)
{
	const char *s = csv_get(f->csv, column);
	char *end;

	*out = fallback;
	if (s[0] == '\0')
		return MQ_OK;
	*out = strtoll(s, &end, 10);
	if (end == s || *end != '\0' || *out < min || *out > max)
		return pack_data_bad(f, 0, column, SAY_PACK_NUMBER, s);
	return MQ_OK;
}

enum mq_status pack_data_bad(struct pack_file *f, int line, const char *column,
    enum say why, const char *what)
{
	struct buf where = BUF_INIT(100), b = BUF_INIT(239);
	enum mq_status rc;
	char clipped[40];

	if (line == 0 && f->csv != NULL)
		line = csv_line(f->csv);
	if (f->p->found != NULL)
		pack_found_add(f->p->found, f->p, false, f->name, line,
		    column, why, what == NULL ? "" : what);
	/* Long cells are named by their beginning: both languages must fit. */
	xcopy(clipped, sizeof(clipped), what == NULL ? "" : what);
	buf_adds(&where, f->name);
	if (line > 0)
		buf_addf(&where, ":%d", line);
	if (column[0] != '\0')
		buf_addf(&where, ":%s", column);
	buf_adds(&b, buf_str(&where));
	buf_adds(&b, ": ");
	say_fill(&b, LANG_ZH, why, clipped, clipped);
	buf_adds(&b, "‖");
	buf_adds(&b, buf_str(&where));
	buf_adds(&b, ": ");
	say_fill(&b, LANG_EN, why, clipped, clipped);
	rc = err_set(f->err, MQ_E_PACK_BAD, "%s", buf_str(&b));
	buf_free(&where);
	buf_free(&b);
	return rc;
}
