/*
 * Between the program and its input method module (libminqing-ime.so): one
 * table of functions, found by dlsym("ime_engine").  The module knows nothing
 * of the program; tests put an engine of their own in its place.
 *
 * One session in a process; not to be used from two threads.
 */
#ifndef MQ_IME_ENGINE_H
#define MQ_IME_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IME_ENGINE_VERSION 1
#define IME_TEXT 96		/* bytes of one candidate */
#define IME_NOTE 32

/* Keys as X names them: a character as itself. */
enum ime_keysym {
	IME_SYM_BACKSPACE = 0xff08, IME_SYM_ENTER = 0xff0d,
	IME_SYM_ESC = 0xff1b, IME_SYM_LEFT = 0xff51, IME_SYM_RIGHT = 0xff53,
	IME_SYM_HOME = 0xff50, IME_SYM_END = 0xff57,
	IME_SYM_DELETE = 0xffff,
};

struct ime_candidate {
	char text[IME_TEXT];
	char note[IME_NOTE];
	int index;		/* the engine's own */
};

struct ime_engine {
	int version;
	/* data: the compiled dictionaries; user: a folder of the person's own
	 * for what is learned, or one that is thrown away.  False with a line
	 * in problem. */
	bool (*open)(const char *data, const char *user, char *problem,
	    size_t size);
	void (*close)(void);
	bool (*method)(const char *name);
	/* False: not ours, the program takes the key itself. */
	bool (*key)(int sym);
	/* What is to be inserted since the last call; 0: nothing. */
	size_t (*commit)(char *out, size_t size);
	/* Letters as typed; "" when nothing is being composed. */
	const char *(*input)(void);
	/* What shows of it; *caret in bytes. */
	void (*preedit)(char *out, size_t size, int *caret);
	/* Candidates number from … in order of preference. */
	int (*candidates)(int from, struct ime_candidate *out, int max);
	bool (*select)(int index);
	void (*clear)(void);
};

#endif
