/*
 * Themes: the compiled look and files laid over it.  Used by app and draw.
 */
#include "theme.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>

#include "../core/base/file.h"
#include "../core/base/ini.h"
#include "../core/base/xmalloc.h"

static const struct { const char *name; const char *look[THEME_DEPTHS]; }
    roles[] = {
#define ROLE(id, name, mono, c8, c16, c256) \
	[ROLE_##id] = { name, { mono, c8, c16, c256 } },
#include "roles.def"
#undef ROLE
};

static const char *const colours[] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white",
};

static const char *const sections[THEME_DEPTHS] = {
	[THEME_MONO] = "mono", [THEME_8] = "8", [THEME_16] = "16",
	[THEME_256] = "256",
};

static const int colour_count[THEME_DEPTHS] = { 0, 8, 16, 256 };

static const struct { const char *name; uint8_t attr; } attrs[] = {
	{ "bold", THEME_BOLD }, { "dim", THEME_DIM },
	{ "underline", THEME_UNDERLINE }, { "reverse", THEME_REVERSE },
};

const char *theme_role_name(enum theme_role role)
{
	assert((size_t)role < ARRAY_LEN(roles));
	return roles[role].name;
}

int theme_role_read(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return (int)i;
	return -1;
}

static bool read_colour(const char *word, enum theme_depth depth, int16_t *out)
{
	int limit = colour_count[depth], v = 0;

	if (strcmp(word, "default") == 0) {
		*out = -1;
		return true;
	}
	for (int i = 0; i < (int)ARRAY_LEN(colours); i++)
		if (strcmp(colours[i], word) == 0) {
			*out = (int16_t)i;
			return i < limit;
		}
	if (*word == '\0' || strlen(word) > 3)
		return false;
	for (; *word != '\0'; word++) {
		if (*word < '0' || *word > '9')
			return false;
		v = v * 10 + (*word - '0');
	}
	*out = (int16_t)v;
	return v < limit;
}

static uint8_t read_attr(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++)
		if (strcmp(attrs[i].name, word) == 0)
			return attrs[i].attr;
	return 0;
}

bool theme_look_read(const char *text, enum theme_depth depth,
    struct theme_look *out)
{
	struct theme_look look = { -1, -1, 0 };
	bool have_fg = false, want_bg = false, any = false;

	assert(depth < THEME_DEPTHS);
	while (*text != '\0') {
		char w[24];
		size_t n = strcspn(text, " \t");

		if (n >= sizeof(w))
			return false;
		memcpy(w, text, n);
		w[n] = '\0';
		text += n + strspn(text + n, " \t");
		if (n == 0)
			continue;
		any = true;
		if (want_bg) {
			want_bg = false;
			if (!read_colour(w, depth, &look.bg))
				return false;
		} else if (strcmp(w, "on") == 0) {
			want_bg = true;
		} else if (read_attr(w) != 0) {
			look.attr = (int16_t)(look.attr | read_attr(w));
		} else if (have_fg || !read_colour(w, depth, &look.fg)) {
			return false;
		} else {
			have_fg = true;
		}
	}
	if (!any || want_bg)
		return false;
	*out = look;
	return true;
}

void theme_default(struct theme *t)
{
	memset(t, 0, sizeof(*t));
	(void)xcopy(t->name, sizeof(t->name), "default");
	for (int d = 0; d < THEME_DEPTHS; d++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			struct theme_look look = { -1, -1, 0 };

			/* The table is ours: test_theme reads every row. */
			(void)theme_look_read(roles[r].look[d],
			    (enum theme_depth)d, &look);
			t->look[d][r] = look;
		}
}

static bool take_pair(void *ctx, const char *section, const char *key,
    const char *value, int line)
{
	struct theme *t = ctx;
	int role = theme_role_read(key);

	(void)line;
	if (strcmp(section, "theme") == 0)
		return strcmp(key, "name") == 0 &&
		    (xcopy(t->name, sizeof(t->name), value), true);
	if (role < 0)
		return false;
	for (int d = 0; d < THEME_DEPTHS; d++)
		if (strcmp(section, sections[d]) == 0)
			return theme_look_read(value, (enum theme_depth)d,
			    &t->look[d][role]);
	return false;
}

enum mq_status theme_load(struct env *env, const char *path, struct theme *t,
    struct err *err)
{
	enum mq_status st;

	theme_default(t);
	st = ini_read(env, path, take_pair, t, err);
	if (st != MQ_OK)
		theme_default(t);
	return st;
}

/* Without a colour however many the terminal has. */
static void without_colour(struct theme *t)
{
	theme_default(t);
	(void)xcopy(t->name, sizeof(t->name), "mono");
	for (int d = 0; d < THEME_DEPTHS; d++)
		memcpy(t->look[d], t->look[THEME_MONO], sizeof(t->look[d]));
}

enum mq_status theme_find(struct env *env, const char *dir, const char *name,
    struct theme *t, struct err *err)
{
	char file[80], path[1024];

	theme_default(t);
	if (*name == '\0' || strlen(name) > 40)
		return err_set(err, MQ_E_THEME, "%s", name);
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			return err_set(err, MQ_E_THEME, "%s", name);
	snprintf(file, sizeof(file), "%s.ini", name);
	if (dir != NULL) {
		file_join(path, sizeof(path), dir, file);
		if (file_exists(path))
			return theme_load(env, path, t, err);
	}
	if (strcmp(name, "mono") == 0)
		without_colour(t);
	else if (strcmp(name, "default") != 0)
		return err_set(err, MQ_E_THEME, "%s", name);
	return MQ_OK;
}

enum theme_depth theme_depth(int n)
{
	const char *no = getenv("NO_COLOR");

	if (n < 8 || (no != NULL && *no != '\0'))
		return THEME_MONO;
	if (n < 16)
		return THEME_8;
	return n < 256 ? THEME_16 : THEME_256;
}
