/*
 * minqing-admin check DIR: everything that is wrong with a pack, as a table or
 * as JSON.
 */
#include "verbs.h"

#include "../../core/base/json.h"
#include "../../core/base/text.h"
#include "../../core/pack_found.h"

#define WHERE_CELLS 34

static void print_row(const struct pack_finding *f, enum lang lang)
{
	struct buf where = BUF_INIT(400), fit = BUF_INIT(800);

	buf_adds(&where, f->file);
	if (f->line > 0)
		buf_addf(&where, ":%d", f->line);
	if (f->column[0] != '\0')
		buf_addf(&where, ":%s", f->column);
	if (text_cells(buf_str(&where)) < WHERE_CELLS)
		text_fit(buf_str(&where), WHERE_CELLS, &fit);
	else
		buf_adds(&fit, buf_str(&where));
	(void)printf("%s  %s  %s\n", sayings_text(f->warning ?
	    SAY_CHECK_WARNING : SAY_CHECK_ERROR, lang), buf_str(&fit),
	    f->words[lang]);
	if (f->remedy[lang][0] != '\0')
		(void)printf("      → %s\n", f->remedy[lang]);
	buf_free(&where);
	buf_free(&fit);
}

static void print_table(const struct pack_found *found, enum lang lang)
{
	size_t i, n = pack_found_count(found);

	for (i = 0; i < n; i++)
		print_row(pack_found_at(found, i), lang);
	if (pack_found_errors(found) + pack_found_warnings(found) == 0)
		sayings_print(SAY_CHECK_CLEAN, lang);
	else
		sayings_print(SAY_CHECK_SUM, lang, pack_found_errors(found),
		    pack_found_warnings(found));
}

static void put_row(struct jout *j, const struct pack_finding *f,
    enum lang lang)
{
	jout_obj(j);
	jout_kstr(j, "column", f->column);
	jout_kstr(j, "file", f->file);
	jout_kstr(j, "level", f->warning ? "warning" : "error");
	jout_kstr(j, "remedy", f->remedy[lang]);
	jout_kint(j, "row", f->line);
	jout_kstr(j, "words", f->words[lang]);
	jout_obj_end(j);
}

static void print_json(const struct pack_found *found, enum lang lang)
{
	struct buf out = BUF_INIT(BUF_LARGE);
	size_t i, n = pack_found_count(found);
	struct jout j;

	jout_begin(&j, &out, false);
	jout_obj(&j);
	jout_kint(&j, "errors", (int64_t)pack_found_errors(found));
	jout_key(&j, "findings");
	jout_list(&j);
	for (i = 0; i < n; i++)
		put_row(&j, pack_found_at(found, i), lang);
	jout_list_end(&j);
	jout_kint(&j, "warnings", (int64_t)pack_found_warnings(found));
	jout_obj_end(&j);
	(void)printf("%s\n", buf_str(&out));
	buf_free(&out);
}

enum mq_status verbs_check(struct admin *a, struct err *err)
{
	struct pack_found *found = NULL;
	enum mq_status st = admin_need(a->pack, "pack", err);

	if (st == MQ_OK)
		st = pack_found_check(a->env, a->pack, &found, err);
	if (st != MQ_OK)
		return st;
	if (a->json)
		print_json(found, a->env->lang);
	else
		print_table(found, a->env->lang);
	if (pack_found_errors(found) > 0)
		st = err_set(err, MQ_E_PACK_CHECK, "%zu",
		    pack_found_errors(found));
	pack_found_free(&found);
	return st;
}
