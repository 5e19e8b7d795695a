/*
 * Allocation that does not fail: it ends the program instead, after the hook
 * has put the terminal back.  Called from everywhere.
 */
#include "xmalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*dying_hook)(void);

void xmalloc_set_hook(void (*hook)(void))
{
	dying_hook = hook;
}

static _Noreturn void die(void)
{
	static const char words[] =
	    "内存不足，程序退出；已保存的都在。 / Out of memory; "
	    "everything saved is safe.\n";
	void (*hook)(void) = dying_hook;

	/* The hook may allocate and come back here: once only. */
	dying_hook = NULL;
	if (hook != NULL)
		hook();
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(1);
	_exit(1);
}

void *xmalloc(size_t n)
{
	void *p = malloc(n == 0 ? 1 : n);

	if (p == NULL)
		die();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p;

	if (n == 0 || size == 0)
		n = size = 1;
	p = calloc(n, size);
	if (p == NULL)
		die();
	return p;
}

void *xgrow(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap;

	assert(size > 0);
	if (want <= n && p != NULL)
		return p;
	if (n < 8)
		n = 8;
	while (n < want) {
		if (n > SIZE_MAX / 2)
			die();
		n *= 2;
	}
	if (n > SIZE_MAX / size)
		die();
	p = realloc(p, n * size);
	if (p == NULL)
		die();
	*cap = n;
	return p;
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

size_t xcopy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	assert(size > 0);
	if (len >= size) {
		/* Step back over the bytes of a character cut in two. */
		len = size - 1;
		while (len > 0 && ((unsigned char)src[len] & 0xc0) == 0x80)
			len--;
	}
	memmove(dst, src, len);
	dst[len] = '\0';
	return len;
}
