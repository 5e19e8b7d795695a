/*
 * Readings of Han characters, all of them (table made at build time from
 * Unihan kTGHZ2013 and kMandarin), and matching by initials or spelling.
 */
#ifndef MQ_PINYIN_H
#define MQ_PINYIN_H

#include "base/buf.h"

/* Toneless syllables of a character separated by blanks ("zhang chang");
 * NULL when it has none.  ü is v. */
const char *pinyin_readings(uint32_t cp);
/* Bit mask of possible first letters (bit 0 = 'a'). */
uint32_t pinyin_initials(uint32_t cp);
/* Usual initials of a text, one letter a character; surnames by their own
 * table when it is a name.  "zhang wei" style text passes through. */
void pinyin_initials_of(const char *text, bool is_name, struct buf *out);
/* The name's syllables with its surname as the surnames' table reads it,
 * "zeng guo qiang"; empty when its surname is not in there. */
void pinyin_surname_of(const char *name, struct buf *out);
/* The usual syllables of a name, the surname as its own table reads it: what
 * names are ordered by.  What has no reading stands for itself. */
void pinyin_sound_of(const char *name, struct buf *out);
/* Does a row of syllables ("zhang wei") begin with what was typed, as whole
 * syllables, first letters, zh ch sh, or a mixture: "zhangw", "zwei", "zw"?
 * typed: lower-case letters and digits. */
bool pinyin_begins(const char *syllables, const char *typed);
/* Does typed ASCII match the text, by initials (starting anywhere), by full
 * spelling, by a mixture, or as plain text? */
bool pinyin_match(const char *text, const char *typed);

#endif
