/* Settings files: pairs with lines, complaints with lines. */
#include "../../../core/base/ini.h"

#include "../../../core/base/file.h"
#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct env env;

static int set_up(void **state)
{
	(void)state;
	scratch_begin();
	env_fixed(&env, (struct utc){ 1 }, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	env_release(&env);
	scratch_end();
	return 0;
}

static bool note(void *ctx, const char *section, const char *key,
    const char *value, int line)
{
	buf_addf(ctx, "%d[%s]%s=%s;", line, section, key, value);
	return strcmp(key, "unknown") != 0;
}

static enum mq_status read_text(const char *text, struct buf *out,
    struct err *err)
{
	struct err ignored = ERR_INIT;

	buf_reset(out);
	assert_int_equal(file_write(&env, scratch_path("node.ini"), text,
	    strlen(text), 0600, &ignored), MQ_OK);
	return ini_read(&env, scratch_path("node.ini"), note, out, err);
}

static void reads_pairs(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_text("\xef\xbb\xbf; remark\n[node]\n"
	    "name = 幸福里 ; inline\n\n[theme]\r\ncolour=#ffcc00\r\n", &b,
	    &err), MQ_OK);
	assert_string_equal(buf_str(&b),
	    "3[node]name=幸福里;6[theme]colour=#ffcc00;");
	buf_free(&b);
}

static void bad_line(const char *text, int line)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	char want[32];

	assert_int_equal(read_text(text, &b, &err), MQ_E_SETTINGS);
	(void)snprintf(want, sizeof(want), "node.ini:%d", line);
	assert_non_null(strstr(err.detail, want));
	buf_free(&b);
}

static void names_the_bad_line(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	char longish[600];

	(void)state;
	bad_line("[node]\nname = x\nno equals sign\n", 3);
	bad_line("[node\n", 1);
	bad_line("[a]\nk=1\nunknown = 2\nk=3\n", 3);
	memset(longish, 'x', sizeof(longish) - 1);
	memcpy(longish, "a=1\nk=", 6);
	longish[sizeof(longish) - 1] = '\0';
	bad_line(longish, 2);
	assert_int_equal(read_text("k=\xd6\xd0\n", &b, &err), MQ_E_UTF8);
	assert_int_equal(ini_read(&env, scratch_path("none.ini"), note, &b,
	    &err), MQ_E_NOT_FOUND);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pairs),
		cmocka_unit_test(names_the_bad_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
