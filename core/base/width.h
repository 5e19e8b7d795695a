/*
 * Which code points count one or two cells depending on the terminal, and
 * where libunistring and glibc disagree about the others.  Used by text.c
 * alone; everybody else asks text_cp_cells().
 */
#ifndef MQ_WIDTH_H
#define MQ_WIDTH_H

#include "units.h"

/* "Ambiguous" in UAX #11 and one cell wide in glibc. */
bool width_is_ambiguous(uint32_t cp);
/* Cells as glibc's wcwidth() has them where uc_width() differs, else -1. */
int width_override(uint32_t cp);

#endif
