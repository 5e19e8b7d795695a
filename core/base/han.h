/*
 * Facts about Han characters that are no readings: the simplified form, the
 * order by strokes.  Table made from Unihan by tools/gen_han.awk.
 */
#ifndef MQ_HAN_H
#define MQ_HAN_H

#include <stdbool.h>
#include <stdint.h>

/* The simplified form of a traditional character, 零 of 〇; others stay. */
uint32_t han_simple(uint32_t cp);
/* · between the parts of a name, in any of the ways it is typed. */
bool han_is_dot(uint32_t cp);
/* Place in the order by strokes (姓氏笔画), from 1; one not in the table
 * comes after all of them. */
uint32_t han_strokes(uint32_t cp);

#endif
