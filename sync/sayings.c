/*
 * Words of minqing-sync, minqing-hub and minqing-admin; called by their
 * main() and verbs.
 */
#include "sayings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const texts[][2] = {
#define SAYING(id, zh, en) { zh, en },
#include "sayings.def"
#undef SAYING
};

static const char *const both[] = {
#define SAYING(id, zh, en) zh "‖" en,
#include "sayings.def"
#undef SAYING
};

const char *sayings_both(enum saying s)
{
	assert(s >= 0 && s < SAY_LAST);
	return both[s];
}

const char *sayings_text(enum saying s, enum lang lang)
{
	assert(s >= 0 && s < SAY_LAST);
	return texts[s][lang == LANG_EN];
}

int sayings_fail(const struct env *env, const char *program,
    const struct err *err)
{
	char words[1200];

	err_say(err, env->lang, words, sizeof(words));
	(void)fprintf(stderr, "%s: %s\n", program, words);
	return err->code == MQ_E_USAGE ? 2 : 1;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void sayings_print(enum saying s, enum lang lang, ...)
{
	va_list ap;

	va_start(ap, lang);
	(void)vprintf(sayings_text(s, lang), ap);
	va_end(ap);
}

void sayings_warn(enum saying s, enum lang lang, ...)
{
	va_list ap;

	va_start(ap, lang);
	(void)vfprintf(stderr, sayings_text(s, lang), ap);
	va_end(ap);
}
#pragma GCC diagnostic pop
