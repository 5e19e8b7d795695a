/*
 * Actions and their keys.  actions.def has one row an action; the key map,
 * the footer and the help screen are made from it.
 */
#ifndef MQ_KEYMAP_H
#define MQ_KEYMAP_H

#include "../core/base/buf.h"
#include "../core/base/err.h"
#include "key.h"

/* Who is offered an action.  Bits; app_set_who() says who is there. */
enum keymap_who {
	WHO_NOBODY = 1,		/* the idle screen: nobody logged in */
	WHO_VOLUNTEER = 2,
	WHO_GRID = 4,		/* grid worker 网格员 */
	WHO_LEAD = 8,		/* station lead 站长 */
	WHO_CAPTAIN = 16,	/* grid captain 网格长 */
	WHO_DESK = 32,		/* community, street, department, district */
	WHO_STAFF = WHO_GRID | WHO_LEAD | WHO_CAPTAIN | WHO_DESK,
	WHO_PERSON = WHO_VOLUNTEER | WHO_STAFF,
	WHO_ALL = WHO_NOBODY | WHO_PERSON,
};

enum keymap_show {
	SHOW_HELP,		/* in the help screen only */
	SHOW_BAR,		/* in the footer too */
	SHOW_NOT,		/* nowhere */
};

enum context {
	CTX_END,		/* ends an array of contexts */
#define CONTEXT(id, zh, en) CTX_##id,
#include "actions.def"
	CTX_COUNT
};

enum action {
	ACT_NONE,
#define ACTION(ctx, id, keys, who, show, zh, en, zhelp, ehelp) ACT_##id,
#include "actions.def"
	ACT_COUNT
};

struct keymap_action {
	enum context context;
	const char *name;	/* "SAVE" */
	const char *keys;	/* "F2 Ctrl-s": the first one is shown */
	unsigned who;
	enum keymap_show show;
	const char *label[2];	/* by enum lang: two or three words */
	const char *help[2];	/* a sentence */
};

const struct keymap_action *keymap_row(enum action act);
const char *keymap_context_name(enum context ctx, enum lang lang);

/* The action of a key in the first of the contexts that knows it and offers
 * it to `who`; ACT_NONE when none does. */
enum action keymap_find(const enum context *ctxs, uint32_t key, unsigned who);
/* The same for one context: widgets use this. */
enum action keymap_in(enum context ctx, uint32_t key);

/* The key to show for an action: its first, or the first that works while
 * plain characters are text; K_NONE when there is none. */
uint32_t keymap_shown(enum action act, bool typing);
/* "F2" / "回车": that key in words, "" for none. */
void keymap_key(enum action act, enum lang lang, char *out, size_t size);
/* All its keys: "F2, Ctrl-S". */
void keymap_keys(enum action act, enum lang lang, char *out, size_t size);

#endif
