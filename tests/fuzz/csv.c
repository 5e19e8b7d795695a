/*
 * Tables from outside: our own strict form and what spreadsheets write.  What
 * was read and is written again reads as the same cells.
 */
#include "fuzz.h"

#include <assert.h>
#include <string.h>

#include "../../core/base/charset.h"
#include "../../core/base/csv.h"
#include "../../core/base/text.h"

/* A cell that is written is read as it was, but for the mark that keeps a
 * formula from being one. */
static void write_and_read(const char *raw)
{
	struct buf b = BUF_INIT(BUF_LARGE), clean = BUF_INIT(BUF_LARGE);
	struct csv *c = NULL;
	struct err err = ERR_INIT;
	const char *back, *text;

	text_sanitize(raw, strlen(raw), TEXT_MULTILINE, &clean);
	text = buf_str(&clean);
	buf_adds(&b, "a,b\r\n");
	csv_cell(&b, "x", true);
	csv_cell(&b, text, false);
	csv_end_row(&b);
	if (csv_open_bytes("cell.csv", buf_str(&b), b.len, &c, &err) ==
	    MQ_OK) {
		if (!csv_next(c))
			assert(!"the row that was written is not there");
		back = csv_get(c, "b");
		assert(strlen(back) >= strlen(text));
		assert(strcmp(back + strlen(back) - strlen(text), text) == 0);
		assert(strlen(back) <= strlen(text) + 1);
		assert(!csv_next(c));
	}
	csv_close(&c);
	buf_free(&b);
	buf_free(&clean);
}

static void walk(struct csv *c)
{
	int line = 0;
	size_t i;

	while (csv_next(c)) {
		assert(csv_line(c) > line);
		line = csv_line(c);
		for (i = 0; i < csv_columns(c); i++)
			(void)csv_get(c, csv_column(c, i));
		(void)csv_fault(c);
		assert(csv_get(c, "no such column")[0] == '\0');
	}
}

int fuzz_csv(const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(BUF_LARGE);
	struct csv *c = NULL;
	struct err err = ERR_INIT;

	if (csv_open_bytes("fuzz.csv", (const char *)p, n, &c, &err) ==
	    MQ_OK)
		walk(c);
	else
		assert(err.code != MQ_OK);
	csv_close(&c);
	(void)charset_read((const char *)p, n, &text);
	if (!text.over && csv_open_foreign("fuzz.csv", buf_str(&text),
	    text.len, &c, &err) == MQ_OK)
		walk(c);
	csv_close(&c);
	write_and_read(buf_str(&text));
	buf_free(&text);
	return 0;
}
