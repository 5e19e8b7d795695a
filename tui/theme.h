/*
 * What a role looks like.  Panels paint roles (roles.def); a theme says what
 * each role is in mono, 8, 16 and 256 colours.  Meaning never hangs on
 * colour alone: every coloured thing also has a word.
 *
 * A theme file has the sections [mono] [8] [16] [256] with lines
 *   role = COLOUR [on COLOUR] [bold] [dim] [underline] [reverse]
 * A colour is a name (black red green yellow blue magenta cyan white, bright-…
 * from 16 on), a number, or `default`.  What a file leaves out keeps the look
 * that is compiled in.  What `text` stands on is the ground of the screen, and
 * `default` elsewhere means it.
 */
#ifndef MQ_THEME_H
#define MQ_THEME_H

#include "../core/base/env.h"
#include "../core/base/err.h"

enum theme_role {
#define ROLE(id, name, mono, c8, c16, c256) ROLE_##id,
#include "roles.def"
#undef ROLE
	ROLE_COUNT
};

enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_DEPTHS };

enum theme_attr {
	THEME_BOLD = 1,
	THEME_DIM = 2,
	THEME_UNDERLINE = 4,
	THEME_REVERSE = 8,
};

struct theme_look {
	int16_t fg, bg;		/* -1: the terminal's own */
	int16_t attr;		/* enum theme_attr; no padding */
};

struct theme {
	char name[32];
	struct theme_look look[THEME_DEPTHS][ROLE_COUNT];
};

/* The look that is compiled in; cannot fail. */
void theme_default(struct theme *t);
/* Starts from the compiled look and lays the file over it.  On failure the
 * theme is the compiled one, whole, and err names file and line. */
enum mq_status theme_load(struct env *env, const char *path, struct theme *t,
    struct err *err) MUST_CHECK;
/* By name: dir/name.ini, where dir may be NULL.  "default" and "mono" are
 * compiled in for where there is no file; any other is MQ_E_THEME, as is a
 * name with something else than letters, digits, '-' and '_'. */
enum mq_status theme_find(struct env *env, const char *dir, const char *name,
    struct theme *t, struct err *err) MUST_CHECK;

/* One value: "yellow on default bold".  False when it makes no sense. */
bool theme_look_read(const char *text, enum theme_depth depth,
    struct theme_look *out);
/* Depth for so many colours, 0 for a terminal without, NO_COLOR respected. */
enum theme_depth theme_depth(int colours);
const char *theme_role_name(enum theme_role role);
/* -1 when there is no such role. */
int theme_role_read(const char *name);

#endif
