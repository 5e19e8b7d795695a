/*
 * A terminal for tests: runs a real program in a pty, reads what it paints
 * through libvterm, presses keys.  Nothing here sleeps and hopes: every wait
 * has a condition and a deadline.
 *
 *	struct screen *s = screen_start(argv, &(struct screen_options){ 0 });
 *	screen_see(s, "民情账");
 *	screen_keys(s, "1\n");
 *	screen_key(s, "F2");
 *	screen_see(s, "已保存");
 *	screen_stop(&s);
 */
#ifndef MQ_TEST_SCREEN_H
#define MQ_TEST_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct screen;

struct screen_options {
	int rows, cols;			/* 0: 24 × 80 */
	const char *term;		/* NULL: xterm-256color */
	const char *lang;		/* NULL: zh_CN.UTF-8 */
	const char *const *env;		/* "NAME=VALUE"…, NULL-ended; or NULL */
	bool wide_ambiguous;		/* answer queries as a CJK terminal */
	bool mute;			/* answer no query at all */
};

#define SCREEN_WAIT 10000		/* ms; sanitizers and busy machines */

/* argv[0] is a path.  o may be NULL.  Dies with words when it cannot. */
struct screen *screen_start(const char *const argv[],
    const struct screen_options *o);
/* Path of a built program: screen_bin("minqing"), from MQ_BIN. */
const char *screen_bin(const char *name);
/* This test program itself, for tests that are their own tiny program. */
const char *screen_self(void);
/* Kills what still runs, frees all.  Accepts NULL. */
void screen_stop(struct screen **s);

/* ---- input ---- */
void screen_keys(struct screen *s, const char *text);	/* "\n" is Enter */
void screen_key(struct screen *s, const char *name);	/* as key_read() */
void screen_paste(struct screen *s, const char *text);	/* bracketed */
void screen_bytes(struct screen *s, const void *p, size_t n);
void screen_resize(struct screen *s, int rows, int cols);

/* ---- waiting; false when the time was over or the program gone ---- */
bool screen_wait_text(struct screen *s, const char *text, int ms);
bool screen_wait_gone(struct screen *s, const char *text, int ms);
bool screen_wait_until(struct screen *s, bool (*yes)(struct screen *s,
    void *ctx), void *ctx, int ms);
/* True when the program ended; *status as from waitpid (may be NULL). */
bool screen_wait_exit(struct screen *s, int ms, int *status);
/* Takes in what is there now without waiting. */
void screen_poll(struct screen *s);
void screen_signal(struct screen *s, int signo);
pid_t screen_pid(const struct screen *s);

/* ---- looking ---- */
struct screen_cell {
	char text[32];		/* UTF-8; "" for the right half of a wide one */
	int width;
	bool bold, underline, reverse;
	int fg, bg;		/* palette index, -1 the default */
	uint8_t fg_rgb[3], bg_rgb[3];
};

int screen_rows(const struct screen *s);
int screen_cols(const struct screen *s);
void screen_at(struct screen *s, int row, int col, struct screen_cell *out);
/* One line, all lines: without blanks at the ends.  Good until the next call
 * of the same function. */
const char *screen_line(struct screen *s, int row);
const char *screen_text(struct screen *s);
bool screen_has(struct screen *s, const char *text);
/* Where text stands (first from above); false when it does not. */
bool screen_find(struct screen *s, const char *text, int *row, int *col);
void screen_cursor(struct screen *s, int *row, int *col, bool *visible);
/* Bytes the program has sent so far. */
size_t screen_received(const struct screen *s);
/* The bytes themselves: at most 4 MiB from the beginning. */
const char *screen_seen(const struct screen *s, size_t *n);
/* The window title, bells: what must not happen by accident. */
int screen_bells(const struct screen *s);
const char *screen_title(const struct screen *s);
bool screen_in_alternate(const struct screen *s);

/* ---- asserting (abort the cmocka test with the screen printed) ---- */
void screen_must_see(struct screen *s, const char *text, const char *file,
    int line);
void screen_must_lose(struct screen *s, const char *text, const char *file,
    int line);
void screen_must_be(struct screen *s, const char *golden, const char *file,
    int line);
#define screen_see(s, text) screen_must_see(s, text, __FILE__, __LINE__)
#define screen_lose(s, text) screen_must_lose(s, text, __FILE__, __LINE__)
/* The lines of the whole screen, blanks at line ends and empty lines at the
 * end left out; waits until they are so, then prints where they differ. */
#define screen_expect(s, golden) screen_must_be(s, golden, __FILE__, __LINE__)

#endif
