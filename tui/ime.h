/*
 * The built-in Chinese input: what is being composed, its candidates, the
 * method a person uses.  The engine (ime_engine.h) is opened on first use;
 * without it letters are letters and the person hears why, once.
 *
 * Keys come from app while a panel says its field takes Chinese; what is
 * decided goes back as text.  Input methods outside send finished characters
 * and are never touched.
 */
#ifndef MQ_IME_H
#define MQ_IME_H

#include "../core/base/env.h"
#include "../core/base/err.h"
#include "draw.h"
#include "ime_engine.h"

enum ime_method {
#define METHOD(id, schema, zh, en) IME_##id,
#include "ime_methods.def"
#undef METHOD
	IME_METHODS
};

#define IME_SHOWN 9		/* candidates on the bar */
#define IME_COMMIT 1024		/* bytes one key can decide */

/* Words of the station that fit all of what was typed: pinyin whole or by
 * initials.  Writes at most max, returns how many. */
typedef int (*ime_words_fn)(void *ctx, const char *typed,
    char (*out)[IME_TEXT], int max);

struct ime;

/* Opens nothing yet. */
struct ime *ime_new(struct env *env);
void ime_free(struct ime **m);

/* A person has come: their folder (made when missing) holds what they taught
 * it, their method, and whether it is on.  words may be NULL. */
void ime_person(struct ime *m, const char *folder, ime_words_fn words,
    void *ctx);
/* They have gone: what was composed is dropped. */
void ime_leave(struct ime *m);
/* 忘记我打过的字: empties the folder. */
enum mq_status ime_forget(struct ime *m, struct err *err) MUST_CHECK;

bool ime_on(const struct ime *m);
/* Opens the engine when it is on and not open yet: at idle, before the first
 * key.  False: it is not open. */
bool ime_warm(struct ime *m);
/* Chinese or letters.  MQ_E_MODULE when the engine cannot be opened. */
enum mq_status ime_turn(struct ime *m, bool on, struct err *err) MUST_CHECK;
enum ime_method ime_method(const struct ime *m);
enum mq_status ime_set_method(struct ime *m, enum ime_method method,
    struct err *err) MUST_CHECK;
const char *ime_method_name(enum ime_method method, enum lang lang);

/* True: the key was taken; `commit` (IME_COMMIT bytes) holds text to insert,
 * often none.  False: it is the panel's, after ime_clear() if something was
 * being composed. */
bool ime_key(struct ime *m, uint32_t key, char *commit);
bool ime_composing(const struct ime *m);
void ime_clear(struct ime *m);

/* Lines beside the cursor at y, x of the screen, never over its own.  Nothing
 * when nothing is composed. */
void ime_paint(const struct ime *m, const struct draw *screen, int y, int x);

#endif
