/* Log lines: clean, one each, turned over. */
#include "../../../core/base/log.h"

#include "../../../core/base/file.h"
#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

static struct env env;
static struct buf text = BUF_INIT(BUF_LARGE);

static int set_up(void **state)
{
	(void)state;
	scratch_begin();
	env_real(&env);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_open(NULL, LOG_INFO);
	buf_free(&text);
	scratch_end();
	return 0;
}

static const char *content(const char *name)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_read(&env, scratch_path(name), &text, &err),
	    MQ_OK);
	return buf_str(&text);
}

static void writes_clean_lines(void **state)
{
	struct err err = ERR_INIT;
	const char *s;

	(void)state;
	log_open(scratch_path("a.log"), LOG_INFO);
	log_line(LOG_INFO, "test", "第 %d 条\nX\033[2J", 1);
	log_line(LOG_DEBUG, "test", "not shown");
	(void)err_set(&err, MQ_E_DISK_FULL, "sda1");
	log_err("db", &err);
	s = content("a.log");
	assert_non_null(strstr(s,
	    " info test: 第 1 条⟨U+000A⟩X⟨U+001B⟩[2J\n"));
	assert_non_null(strstr(s, " error db: DISK_FULL 0 sda1\n"));
	assert_null(strstr(s, "not shown"));
}

static void turns_over_at_its_limit(void **state)
{
	char longish[1000];
	int i;

	(void)state;
	memset(longish, 'x', sizeof(longish) - 1);
	longish[sizeof(longish) - 1] = '\0';
	log_open(scratch_path("b.log"), LOG_INFO);
	for (i = 0; i < 1200; i++)
		log_line(LOG_INFO, "test", "%s", longish);
	assert_true(file_exists(scratch_path("b.log.1")));
	(void)content("b.log.1");
	assert_true(text.len >= 1024 * 1024);
	(void)content("b.log");
	assert_true(text.len < 300 * 1024);
}

static void follows_a_rename_by_another(void **state)
{
	(void)state;
	log_open(scratch_path("c.log"), LOG_INFO);
	log_line(LOG_INFO, "test", "one");
	assert_int_equal(rename(scratch_path("c.log"),
	    scratch_path("c.log.1")), 0);
	log_line(LOG_INFO, "test", "two");
	assert_null(strstr(content("c.log"), "one"));
	assert_non_null(strstr(content("c.log"), "two"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_clean_lines),
		cmocka_unit_test(turns_over_at_its_limit),
		cmocka_unit_test(follows_a_rename_by_another),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
