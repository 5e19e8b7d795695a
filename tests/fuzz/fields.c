/*
 * The words of a record from any JSON: what is taken is written canonically,
 * and reads back as the same.
 */
#include "fuzz.h"

#include <assert.h>

#include "../../core/entry_check.h"
#include "../../core/fields.h"

static void write(const struct fields *f, struct buf *out)
{
	struct jout j;

	jout_begin(&j, out, true);
	fields_write(f, &j);
}

static void check_again(const struct fields *f)
{
	struct buf one = BUF_INIT(BUF_LARGE), two = BUF_INIT(BUF_LARGE);
	struct fields back = { NULL, 0, 0 };
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;

	write(f, &one);
	if (jdoc_parse(one.data, one.len, "again", &doc, &err) != MQ_OK)
		assert(!"what was written does not parse");
	if (fields_read(jdoc_root(doc), &back, &err) != MQ_OK)
		assert(!"what was written does not read");
	write(&back, &two);
	assert(one.len == two.len);
	assert(memcmp(one.data, two.data, one.len) == 0);
	jdoc_free(&doc);
	fields_free(&back);
	buf_free(&one);
	buf_free(&two);
}

int fuzz_fields(const uint8_t *p, size_t n)
{
	struct fields f = { NULL, 0, 0 }, copy = { NULL, 0, 0 };
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	size_t i;

	if (jdoc_parse((const char *)p, n, "fuzz", &doc, &err) != MQ_OK)
		return 0;
	if (fields_read(jdoc_root(doc), &f, &err) == MQ_OK) {
		check_again(&f);
		fields_copy(&copy, &f);
		for (i = 0; i < f.n; i++) {
			assert(fields_get(&copy, f.v[i].name));
			(void)fields_int(&f, f.v[i].name, 0);
			(void)fields_has(&f, f.v[i].name);
		}
	}
	jdoc_free(&doc);
	fields_free(&f);
	fields_free(&copy);
	return 0;
}
