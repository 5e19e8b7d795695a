/*
 * Simplified forms and stroke order of Han characters.  Called by the folding
 * of text, the search's tokenizer and lists of names.
 */
#include "han.h"

#include <stddef.h>

#include "han_table.inc"

#define FIRST 0x4E00
#define COUNT (sizeof(stroke_rank) / sizeof(stroke_rank[0]))

uint32_t han_simple(uint32_t cp)
{
	size_t lo = 0, hi = sizeof(simplified) / sizeof(simplified[0]), mid;

	if (cp == 0x3007)
		return 0x96F6;
	if (cp < FIRST || cp >= FIRST + COUNT)
		return cp;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (simplified[mid].from == cp)
			return simplified[mid].to;
		if (simplified[mid].from < cp)
			lo = mid + 1;
		else
			hi = mid;
	}
	return cp;
}

bool han_is_dot(uint32_t cp)
{
	return cp == 0xB7 || cp == 0x2022 || cp == 0x2027 || cp == 0x2219 ||
	    cp == 0x22C5 || cp == 0x30FB || cp == 0xFF65 || cp == 0x0387;
}

uint32_t han_strokes(uint32_t cp)
{
	if (cp >= FIRST && cp < FIRST + COUNT)
		return stroke_rank[cp - FIRST];
	return (uint32_t)COUNT + 1;
}
