/*
 * The table of actions and its keys.  Used by app, panels and the help page.
 */
#include "keymap.h"

#include <assert.h>

static const struct keymap_action table[] = {
	[ACT_NONE] = { CTX_END, "NONE", "", 0, SHOW_NOT, { "", "" },
	    { "", "" } },
#define ACTION(ctx, id, keys, who, show, zh, en, zhelp, ehelp) \
	[ACT_##id] = { CTX_##ctx, #id, keys, who, show, { zh, en }, \
	    { zhelp, ehelp } },
#include "actions.def"
};

static const char *const context_names[][2] = {
	[CTX_END] = { "", "" },
#define CONTEXT(id, zh, en) [CTX_##id] = { zh, en },
#include "actions.def"
};

#define KEYS_EACH 4

/* The names read once: keys[act][i], K_NONE where there is none. */
static uint32_t keys[ACT_COUNT][KEYS_EACH];

static void read_keys(void)
{
	static bool done;

	if (done)
		return;
	for (int a = 1; a < ACT_COUNT; a++) {
		const char *s = table[a].keys;

		for (size_t i = 0; *s != '\0'; i++) {
			size_t n = strcspn(s, " ");

			assert(i < KEYS_EACH);
			keys[a][i] = key_read(s, n);
			assert(keys[a][i] != K_NONE);
			s += n + strspn(s + n, " ");
		}
	}
	done = true;
}

const struct keymap_action *keymap_row(enum action act)
{
	assert((size_t)act < ARRAY_LEN(table));
	return &table[act];
}

const char *keymap_context_name(enum context ctx, enum lang lang)
{
	assert((size_t)ctx < ARRAY_LEN(context_names));
	return context_names[ctx][lang];
}

static enum action find_in(enum context ctx, uint32_t key, unsigned who)
{
	read_keys();
	if (key == K_NONE)
		return ACT_NONE;
	for (int a = 1; a < ACT_COUNT; a++) {
		if (table[a].context != ctx || (table[a].who & who) == 0)
			continue;
		for (size_t i = 0; i < KEYS_EACH; i++)
			if (keys[a][i] == key)
				return (enum action)a;
	}
	return ACT_NONE;
}

enum action keymap_find(const enum context *ctxs, uint32_t key, unsigned who)
{
	for (; ctxs != NULL && *ctxs != CTX_END; ctxs++) {
		enum action act = find_in(*ctxs, key, who);

		if (act != ACT_NONE)
			return act;
	}
	return ACT_NONE;
}

enum action keymap_in(enum context ctx, uint32_t key)
{
	return find_in(ctx, key, WHO_ALL);
}

uint32_t keymap_shown(enum action act, bool typing)
{
	read_keys();
	assert((size_t)act < ARRAY_LEN(table));
	for (size_t i = 0; i < KEYS_EACH; i++)
		if (!typing || !key_is_text(keys[act][i]))
			return keys[act][i];
	return K_NONE;
}

void keymap_key(enum action act, enum lang lang, char *out, size_t size)
{
	uint32_t key = keymap_shown(act, false);

	assert(size > 0);
	out[0] = '\0';
	if (key != K_NONE)
		key_show(key, lang, out, size);
}

void keymap_keys(enum action act, enum lang lang, char *out, size_t size)
{
	size_t at = 0;

	read_keys();
	assert((size_t)act < ARRAY_LEN(table) && size > 0);
	out[0] = '\0';
	for (size_t i = 0; i < KEYS_EACH && keys[act][i] != K_NONE; i++) {
		char one[32];
		int n;

		key_show(keys[act][i], lang, one, sizeof(one));
		n = snprintf(out + at, size - at, "%s%s", i > 0 ? ", " : "",
		    one);
		if (n < 0 || (size_t)n >= size - at)
			break;
		at += (size_t)n;
	}
}
