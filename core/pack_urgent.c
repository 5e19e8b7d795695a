/*
 * urgent.csv: words that ask for 110, 119 or 120 before anything is written
 * down.  Called by pack.c; shown by the form.
 */
#include "pack_data.h"

#include "base/xmalloc.h"

static enum mq_status read_row(struct pack_file *f, struct urgent_row *u)
{
	u->kind = pack_data_get(f, "kind");
	u->words = pack_data_get(f, "words");
	u->call = pack_data_get(f, "call");
	pack_data_both(f, "label", u->label);
	if (pack_kind(f->p, u->kind) == NULL)
		return pack_data_bad(f, 0, "kind", SAY_PACK_NO_KIND, u->kind);
	if (u->words[0] == '\0')
		return pack_data_bad(f, 0, "words", SAY_PACK_EMPTY, "");
	if (u->call[0] == '\0')
		return pack_data_bad(f, 0, "call", SAY_PACK_EMPTY, "");
	if (u->label[0][0] == '\0')
		return pack_data_bad(f, 0, "label", SAY_PACK_EMPTY, "");
	return MQ_OK;
}

enum mq_status pack_urgent_load(struct pack *p, struct err *err)
{
	struct pack_file f;
	struct urgent_row u;
	enum mq_status rc;

	if (!pack_data_there(p, "urgent.csv"))
		return MQ_OK;
	rc = pack_data_open(p, "urgent.csv", "kind words call label", &f, err);
	while (pack_data_next(&f, &rc)) {
		u = (struct urgent_row){ 0 };
		rc = read_row(&f, &u);
		if (rc != MQ_OK)
			continue;
		p->urgents = xgrow(p->urgents, &p->urgents_cap,
		    p->nurgents + 1, sizeof(p->urgents[0]));
		p->urgents[p->nurgents++] = u;
	}
	pack_data_close(&f);
	return rc;
}

const struct urgent_row *pack_urgents(const struct pack *p, size_t *n)
{
	*n = p->nurgents;
	return p->urgents;
}

const struct urgent_row *pack_urgent_find(const struct pack *p,
    const char *kind, const char *text)
{
	const char *at, *w;
	char word[64];
	size_t i, len;

	for (i = 0; i < p->nurgents; i++) {
		at = p->urgents[i].words;
		if (strcmp(p->urgents[i].kind, kind) != 0)
			continue;
		while (pack_data_word(&at, &w, &len)) {
			snprintf(word, sizeof(word), "%.*s", (int)len, w);
			if (len < sizeof(word) && strstr(text, word) != NULL)
				return &p->urgents[i];
		}
	}
	return NULL;
}
