/*
 * Memory that is ours: exhaustion ends the program, after a hook has put the
 * terminal back.  Memory driven by others is bounded by struct buf instead.
 */
#ifndef MQ_XMALLOC_H
#define MQ_XMALLOC_H

#include <stddef.h>

/* Called once before dying; the terminal program restores the screen here. */
void xmalloc_set_hook(void (*hook)(void));

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
/* Grows an array to hold at least `want` items; *cap is updated. */
void *xgrow(void *p, size_t *cap, size_t want, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* Copies with truncation at a character border, always terminated.
 * Returns the number of bytes written, without the terminator. */
size_t xcopy(char *dst, size_t size, const char *src);

#define FREE(p) do { free(p); (p) = NULL; } while (0)

#endif
