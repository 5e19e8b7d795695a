/*
 * Themes: the compiled look, the shipped files, files that are wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/base/env.h"
#include "../../tui/theme.h"

static struct env env;

static const char *const looks[][THEME_DEPTHS] = {
#define ROLE(id, name, mono, c8, c16, c256) { mono, c8, c16, c256 },
#include "../../tui/roles.def"
#undef ROLE
};

static const char *themes(void)
{
	static char dir[4096];
	const char *src = getenv("MQ_SRC");

	snprintf(dir, sizeof(dir), "%s/themes", src != NULL ? src : ".");
	return dir;
}

static void compiled_looks_can_be_read(void **state)
{
	struct theme t;

	(void)state;
	theme_default(&t);
	for (int r = 0; r < ROLE_COUNT; r++)
		for (int d = 0; d < THEME_DEPTHS; d++) {
			struct theme_look l;

			if (!theme_look_read(looks[r][d],
			    (enum theme_depth)d, &l))
				fail_msg("%s: %s",
				    theme_role_name((enum theme_role)r),
				    looks[r][d]);
			assert_int_equal(l.fg, t.look[d][r].fg);
			assert_int_equal(l.bg, t.look[d][r].bg);
			assert_int_equal(l.attr, t.look[d][r].attr);
		}
}

static void names_there_and_back(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++)
		assert_int_equal(theme_role_read(
		    theme_role_name((enum theme_role)r)), r);
	assert_int_equal(theme_role_read("sparkle"), -1);
}

/* Without colour, states that must not be missed still stand out. */
static void mono_tells_states_apart(void **state)
{
	struct theme t;
	const enum theme_role loud[] = { ROLE_ERROR, ROLE_OVERDUE, ROLE_URGENT,
		ROLE_REFUSED, ROLE_FIELD_FOCUS, ROLE_SELECTION };

	(void)state;
	theme_default(&t);
	for (size_t i = 0; i < ARRAY_LEN(loud); i++)
		assert_int_not_equal(t.look[THEME_MONO][loud[i]].attr, 0);
	for (int r = 0; r < ROLE_COUNT; r++)
		assert_true(t.look[THEME_MONO][r].fg == -1 &&
		    t.look[THEME_MONO][r].bg == -1);
}

static void values(void **state)
{
	struct theme_look l;

	(void)state;
	assert_true(theme_look_read("yellow on default bold", THEME_8, &l));
	assert_int_equal(l.fg, 3);
	assert_int_equal(l.bg, -1);
	assert_int_equal(l.attr, THEME_BOLD);
	assert_true(theme_look_read("231 on 24", THEME_256, &l));
	assert_int_equal(l.fg, 231);
	assert_int_equal(l.bg, 24);
	assert_true(theme_look_read("reverse", THEME_MONO, &l));
	assert_true(theme_look_read("bright-red", THEME_16, &l));
	assert_int_equal(l.fg, 9);
	assert_false(theme_look_read("bright-red", THEME_8, &l));
	assert_false(theme_look_read("231", THEME_16, &l));
	assert_false(theme_look_read("256", THEME_256, &l));
	assert_false(theme_look_read("red", THEME_MONO, &l));
	assert_false(theme_look_read("pink", THEME_256, &l));
	assert_false(theme_look_read("red on", THEME_256, &l));
	assert_false(theme_look_read("red green", THEME_256, &l));
	assert_false(theme_look_read("", THEME_256, &l));
	assert_false(theme_look_read("-1", THEME_256, &l));
}

static void shipped_files(void **state)
{
	static const char *const names[] = { "default", "mono", "contrast" };
	struct theme t, compiled;
	struct err err = ERR_INIT;

	(void)state;
	theme_default(&compiled);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		memset(&t, 0xee, sizeof(t));
		if (theme_find(&env, themes(), names[i], &t, &err) != MQ_OK)
			fail_msg("%s: %s", names[i], err.detail);
		assert_string_equal(t.name, names[i]);
		if (i == 0)
			assert_memory_equal(t.look, compiled.look,
			    sizeof(t.look));
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void files_that_are_wrong(void **state)
{
	static const char *const bad[] = {
		"[256]\ntitle = 31 bold\nsparkle = red\n",
		"[256]\ntitle = pink\n",
		"[512]\ntitle = red\n",
		"[theme]\ncolour = red\n",
		"[256\ntitle\n",
	};
	char path[] = "/tmp/mq-theme-XXXXXX";
	struct theme t, compiled;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	theme_default(&compiled);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		write_file(path, bad[i]);
		assert_int_not_equal(theme_load(&env, path, &t, &err), MQ_OK);
		assert_int_not_equal(err.detail[0], '\0');
		/* all or nothing */
		assert_memory_equal(&t, &compiled, sizeof(t));
	}
	unlink(path);
}

static void missing_is_harmless(void **state)
{
	struct theme t;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(theme_find(&env, "/nowhere", "default", &t, &err),
	    MQ_OK);
	assert_int_equal(theme_find(&env, NULL, "default", &t, &err), MQ_OK);
	assert_int_equal(theme_find(&env, themes(), "../themes/default", &t,
	    &err), MQ_E_THEME);
	assert_int_equal(theme_find(&env, themes(), "", &t, &err),
	    MQ_E_THEME);
	assert_int_equal(theme_find(&env, themes(), "nosuch", &t, &err),
	    MQ_E_THEME);
}

/* A program away from its files still shows no colour when asked for none. */
static void mono_needs_no_file(void **state)
{
	struct theme t;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(theme_find(&env, NULL, "mono", &t, &err), MQ_OK);
	assert_string_equal(t.name, "mono");
	for (int d = 0; d < THEME_DEPTHS; d++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			assert_int_equal(t.look[d][r].fg, -1);
			assert_int_equal(t.look[d][r].bg, -1);
		}
}

static void depths(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	assert_int_equal(theme_depth(256), THEME_256);
	assert_int_equal(theme_depth(1 << 24), THEME_256);
	assert_int_equal(theme_depth(88), THEME_16);
	assert_int_equal(theme_depth(8), THEME_8);
	assert_int_equal(theme_depth(0), THEME_MONO);
	setenv("NO_COLOR", "1", 1);
	assert_int_equal(theme_depth(256), THEME_MONO);
	setenv("NO_COLOR", "", 1);	/* empty means nothing */
	assert_int_equal(theme_depth(256), THEME_256);
	unsetenv("NO_COLOR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled_looks_can_be_read),
		cmocka_unit_test(names_there_and_back),
		cmocka_unit_test(mono_tells_states_apart),
		cmocka_unit_test(values),
		cmocka_unit_test(shipped_files),
		cmocka_unit_test(files_that_are_wrong),
		cmocka_unit_test(missing_is_harmless),
		cmocka_unit_test(mono_needs_no_file),
		cmocka_unit_test(depths),
	};
	int failed;

	env_real(&env);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	env_release(&env);
	return failed;
}
