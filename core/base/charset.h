/*
 * Text from elsewhere: UTF-8 with or without BOM, UTF-16 with BOM, GB 18030
 * (and its parts GBK and GB 2312), told apart by looking at the bytes.  The
 * only file that uses iconv().
 */
#ifndef MQ_CHARSET_H
#define MQ_CHARSET_H

#include "buf.h"

enum charset { CHARSET_UTF8, CHARSET_UTF16, CHARSET_GB18030 };

/* The text as UTF-8 without BOM; what stands there but cannot be read, and
 * every NUL, becomes U+FFFD.  out->over: it was longer than `out` holds. */
enum charset charset_read(const char *p, size_t n, struct buf *out);
/* "UTF-8" */
const char *charset_name(enum charset c);

#endif
