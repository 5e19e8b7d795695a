/*
 * The input method engine: librime with dictionaries of our own.  Built as
 * libminqing-ime.so and opened on first use; the only file that includes
 * rime_api.h.  Nothing is deployed here: tools/ime_dict.sh did it.
 */
#include <rime_api.h>

#include <stdio.h>
#include <string.h>

#include "ime_engine.h"

#define EXPORT __attribute__((visibility("default")))
#define PATH_SIZE 1024

static RimeApi *api;
static RimeSessionId session;
static bool logging;
static char data_dir[PATH_SIZE], user_dir[PATH_SIZE];

static void copy(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%s", s != NULL ? s : "");
}

static void engine_close(void)
{
	if (api == NULL)
		return;
	if (session != 0)
		api->destroy_session(session);
	session = 0;
	api->finalize();
	api = NULL;
}

static bool engine_open(const char *data, const char *user, char *problem,
    size_t size)
{
	RIME_STRUCT(RimeTraits, traits);

	copy(data_dir, sizeof(data_dir), data);
	copy(user_dir, sizeof(user_dir), user);
	api = rime_get_api();
	traits.shared_data_dir = data_dir;
	traits.prebuilt_data_dir = data_dir;
	traits.user_data_dir = user_dir;
	traits.staging_dir = user_dir;
	traits.distribution_name = "minqing";
	traits.distribution_code_name = "minqing";
	traits.distribution_version = "1";
	/* Its log is set up once in a process, and stays silent: its words
	 * would land on the screen. */
	traits.app_name = logging ? NULL : "rime.minqing";
	traits.min_log_level = 3;
	traits.log_dir = "";
	logging = true;
	api->setup(&traits);
	api->initialize(&traits);
	session = api->create_session();
	if (session != 0)
		return true;
	copy(problem, size, "no session");
	engine_close();
	return false;
}

static bool engine_method(const char *name)
{
	return session != 0 && api->select_schema(session, name);
}

static bool engine_key(int sym)
{
	return session != 0 && api->process_key(session, sym, 0);
}

static size_t engine_commit(char *out, size_t size)
{
	RIME_STRUCT(RimeCommit, commit);

	out[0] = '\0';
	if (session == 0 || !api->get_commit(session, &commit))
		return 0;
	copy(out, size, commit.text);
	api->free_commit(&commit);
	return strlen(out);
}

static const char *engine_input(void)
{
	const char *s = session != 0 ? api->get_input(session) : NULL;

	return s != NULL ? s : "";
}

static void engine_preedit(char *out, size_t size, int *caret)
{
	RIME_STRUCT(RimeContext, context);

	out[0] = '\0';
	*caret = 0;
	if (session == 0 || !api->get_context(session, &context))
		return;
	copy(out, size, context.composition.preedit);
	*caret = context.composition.cursor_pos;
	api->free_context(&context);
}

static int engine_candidates(int from, struct ime_candidate *out, int max)
{
	RimeCandidateListIterator it = { 0 };
	int n = 0;

	if (session == 0 || engine_input()[0] == '\0' ||
	    !api->candidate_list_from_index(session, &it, from))
		return 0;
	while (n < max && api->candidate_list_next(&it)) {
		copy(out[n].text, sizeof(out[n].text), it.candidate.text);
		copy(out[n].note, sizeof(out[n].note), it.candidate.comment);
		out[n].index = from + n;
		n++;
	}
	api->candidate_list_end(&it);
	return n;
}

static bool engine_select(int index)
{
	return session != 0 && index >= 0 &&
	    api->select_candidate(session, (size_t)index);
}

static void engine_clear(void)
{
	if (session != 0)
		api->clear_composition(session);
}

EXPORT const struct ime_engine ime_engine = {
	.version = IME_ENGINE_VERSION,
	.open = engine_open,
	.close = engine_close,
	.method = engine_method,
	.key = engine_key,
	.commit = engine_commit,
	.input = engine_input,
	.preedit = engine_preedit,
	.candidates = engine_candidates,
	.select = engine_select,
	.clear = engine_clear,
};
